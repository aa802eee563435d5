"""Find what is written like a person's name, to be indexed beside an identifier in the same text.

A name alone proves nobody. But where a text names somebody's number, the name beside it is that person's too, and goes
with it; so names are indexed only in texts that hold an identifier, and count only together with it.
"""

import re
from collections.abc import Iterator

from customers import names
from customers.kinds import Kind, NotAnIdentifier
from customers.mentions_in_text import Found

MOST_WORDS = 3
MOST_FINDS = 200
_CAPITALISED = r"[^\W\d_a-zß-öø-ÿ][^\W\d_]*(?:['’-][^\W\d_]+)*\.?"
_STRETCH = re.compile(rf"(?<!\w){_CAPITALISED}(?:,?[ \u00a0]{_CAPITALISED}){{1,7}}")
_WORD = re.compile(_CAPITALISED)


def names_in(text: str) -> Iterator[Found]:
    """Yield neighbouring capitalised words, two or three at a time, each as a name in its index form."""
    given = 0
    for stretch in _STRETCH.finditer(text):
        words = [word.span() for word in _WORD.finditer(text, stretch.start(), stretch.end())]
        for first in range(len(words)):
            for after in range(first + 2, min(first + MOST_WORDS, len(words)) + 1):
                start, end = words[first][0], words[after - 1][1]
                if given == MOST_FINDS:
                    return
                try:
                    yield Found(Kind.NAME, names.index_form(text[start:end]), start, end)
                except NotAnIdentifier:
                    continue
                given += 1
