"""Remember a sample of texts by keyed fingerprints, so that a copy left somewhere is recognised and nothing read back.

A shingle is eight words that follow one another. People say the same greetings, so one shingle that stands in somebody
else's text proves nothing; a copy carries several of one text. Whole stores are searched, so that a fingerprint rolls
from word to word (Rabin, "Fingerprinting by random polynomials", 1981; Karp and Rabin, 1987) instead of hashing each
shingle anew. What a word counts and the base both come from the key: without it a fingerprint says nothing.
"""

import hmac
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

WORDS = 8
A_TEXT = 6
PRIME = (1 << 61) - 1
SHORTEST = 24
"""Bytes of readable text in a row, below which two shingles would hardly fit; bytes that are no text fall apart."""
MOST_KNOWN = 200_000
_WORD = re.compile(rb"[a-z0-9\x80-\xff]+")
_UPPER = bytes(byte + 32 if 65 <= byte <= 90 else byte for byte in range(256))
_NO_TEXT = re.compile(rb"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]+")


def fingerprints(text: bytes, key: bytes, known: dict[bytes, int] | None = None) -> Iterator[int]:
    """Yield the fingerprint of every shingle, whatever its case and blanks; UTF-16 is read like ASCII.

    `known` keeps what words count from one call to the next, for one key.
    """
    known = {} if known is None else known
    base = _counts(key, b"") or 1
    leaving = pow(base, WORDS, PRIME)
    for run in _NO_TEXT.split(text.translate(_UPPER, b"\x00")):
        if len(run) < SHORTEST:
            continue
        window = 0
        counts: list[int] = []
        for place, word in enumerate(_WORD.findall(run)):
            count = known.get(word)
            if count is None:
                if len(known) >= MOST_KNOWN:
                    known.clear()
                count = known[word] = _counts(key, word)
            counts.append(count)
            window = window * base + count
            if place >= WORDS:
                window -= counts[place - WORDS] * leaving
            window %= PRIME
            if place >= WORDS - 1:
                yield window


def sample(text: str, key: bytes) -> list[str]:
    """Return the fingerprints of at most six shingles, spread over the text, as 16 hexadecimal digits each."""
    whole = list(fingerprints(text.encode(), key))
    step = max(1, len(whole) // A_TEXT)
    return [f"{each:016x}" for each in whole[::step][:A_TEXT]]


@dataclass(frozen=True)
class Samples:
    """Sampled texts: for each the fingerprints of its shingles, under one key. `known`: what words count."""

    key: bytes
    texts: tuple[frozenset[int], ...]
    wanted: frozenset[int]
    known: dict[bytes, int]

    @classmethod
    def of(cls, key: bytes, texts: Iterable[Sequence[str]]) -> "Samples":
        """Take the fingerprints as they were sampled; a text too short for a shingle is left out."""
        kept = tuple(frozenset(int(each, 16) for each in text) for text in texts if text)
        return cls(key, kept, frozenset().union(*kept), {})

    def most_in(self, data: bytes) -> tuple[int, int]:
        """Return how many shingles of one sampled text stand in `data`, and of how many, where most of a text does."""
        if not self.texts:
            return 0, 0
        found = self.wanted.intersection(fingerprints(data, self.key, self.known))
        return max((len(text & found), len(text)) for text in self.texts) if found else (0, 0)


def _counts(key: bytes, word: bytes) -> int:
    return int.from_bytes(hmac.digest(key, word, "sha256")[:8]) % PRIME
