"""Remember a sample of texts by keyed hashes, so that a copy left somewhere is recognised and nothing can be read back.

A shingle is eight words that follow one another. People say the same greetings, so one shingle that stands in somebody
else's text proves nothing; a copy carries several of one text.
"""

import hmac
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

WORDS = 8
A_TEXT = 6
HASH_BYTES = 16
_WORD = re.compile(rb"[a-z0-9\x80-\xff]+")
_UPPER = bytes(byte + 32 if 65 <= byte <= 90 else byte for byte in range(256))


def shingles(text: bytes) -> Iterator[bytes]:
    """Yield every run of eight words, in lower case with single blanks."""
    words = _WORD.findall(text.translate(_UPPER, b"\x00"))
    for start in range(len(words) - WORDS + 1):
        yield b" ".join(words[start : start + WORDS])


def sample(text: str, key: bytes) -> list[str]:
    """Return the hashes of at most six shingles, spread over the text."""
    whole = list(shingles(text.encode()))
    step = max(1, len(whole) // A_TEXT)
    return [_hash(key, each) for each in whole[::step][:A_TEXT]]


@dataclass(frozen=True)
class Samples:
    """Sampled texts: for each the hashes of its shingles, under one key."""

    key: bytes
    texts: tuple[frozenset[str], ...]

    @classmethod
    def of(cls, key: bytes, texts: Iterable[Sequence[str]]) -> "Samples":
        """Take the hashes as they were sampled; a text too short for a shingle is left out."""
        return cls(key, tuple(frozenset(each) for each in texts if each))

    def most_in(self, data: bytes) -> tuple[int, int]:
        """Return how many shingles of one sampled text stand in `data`, and of how many, where most of a text does."""
        if not self.texts:
            return 0, 0
        found = {_hash(self.key, each) for each in shingles(data)}
        return max((len(text & found), len(text)) for text in self.texts) if found else (0, 0)


def _hash(key: bytes, shingle: bytes) -> str:
    return hmac.digest(key, shingle, "sha256")[:HASH_BYTES].hex()
