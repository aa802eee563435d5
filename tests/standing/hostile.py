"""What somebody who means harm may send: values, and forms and names read from the product's own pages."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from unittest.mock import patch

from django.http import QueryDict

MARK = "zq7h"
"""Stands in what is sent and nowhere else; a page may show it escaped, a line of a log never."""

TAG = f"<{MARK}"
NOBODY = "5f8a1c9e-3d1b-4c57-9c1e-0a3b5d7f9e21"
"""An id of the right form that no row has."""

DAMAGED = (b"\0", b"a\0b", b"\xed\xa0\x80", b"\xff\xfe")
EMPTY_AND_LONG = (
    "", " ", "\u202e\u200b\ufeff", "é" * 300, (MARK + "x" * 1_020) * 1_000, "\n" * 5_000, "*" * 200, "[" * 5_000,
    "9" * 5_000, "+1(202)555-0147" * 200,
)  # fmt: skip
NUMBERS = (
    "-1", "0", "-0", "1.5", "1_0", "0x10", "²", "٣", "2147483648", "9223372036854775808", "1" * 40, "1e999", "NaN",
    "Infinity", "+" + "1" * 30,
)  # fmt: skip
TIMES = (
    "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2026-02-30", "0001-01-01T00:00", "9999-12-31T23:59",
    "25:00", "-1 days", "0 days", "9999999 years", "99999999999999 days", "12-25", "02-30 x", "easter+999999 x",
)  # fmt: skip
IDS = (
    NOBODY, "0" * 32, NOBODY[:13], f"{{{NOBODY}}}", f"interactions.Interaction:{NOBODY}", "interactions.Nothing:1",
    f"recording:{NOBODY}", "all:", ":", "a.b", "[]", "{}", "null", "true", f"name:{MARK}", f"phone:{MARK}",
    f"{MARK}:{MARK}",
)  # fmt: skip
TEXTS = (
    f"{TAG} y=\"'>", f"{MARK}' OR 1=1 --", f"{MARK}{{0.__class__}} %s %n %(x)s ${{7*7}} {{{{7*7}}}}", "%", "\\", "|",
    f"{MARK}\r\nSet-Cookie: {MARK}=1", f"{MARK}@example.com\nBcc: eve@example.com", "(?P<x>" + "a" * 50,
    "../../../etc/passwd", "http://169.254.169.254/", "https://[::1", "javascript:alert(1)", "//evil.example.com",
    "/\\evil.example.com",
)  # fmt: skip
VALUES: tuple[bytes, ...] = (
    *DAMAGED, *(text.encode() for text in (*EMPTY_AND_LONG, *NUMBERS, *TIMES, *IDS, *TEXTS)),
)  # fmt: skip

Pairs = list[tuple[str, bytes]]


@dataclass
class Form:
    """A form of a page, filled in as a person in a hurry would."""

    action: str
    method: str
    fields: Pairs = field(default_factory=list)
    files: set[str] = field(default_factory=set)


class Forms(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._form: Form | None = None
        self._select = ""
        self._options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.found.append(self._form)
        elif self._form and tag in {"input", "textarea", "button"} and given.get("name"):
            self._take(given, given.get("type", "submit" if tag == "button" else "text"))
        elif tag == "select":
            self._select, self._options = given.get("name", ""), []
        elif tag == "option":
            self._options.append((given.get("value", ""), "selected" in given))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._form and self._select:
            chosen = [value for value, is_selected in self._options if is_selected and value]
            others = [value for value, _ in self._options if value]
            self._form.fields += [(self._select, value.encode()) for value in (chosen or others)[:1]]
        elif tag == "form":
            self._form = None

    def _take(self, given: dict[str, str], kind: str) -> None:
        assert self._form
        name, names = given["name"], {name for name, _ in self._form.fields}
        if kind == "file":
            self._form.files.add(name)
        elif name != "csrfmiddlewaretoken" and not (kind == "radio" and name in names):
            plain = {"date": "2026-06-02", "email": "eve@example.com", "number": "1", "checkbox": "on", "radio": "on"}
            value = given.get("value") or ("1" if given.get("inputmode") == "numeric" else plain.get(kind, "Eve"))
            self._form.fields.append((name, value.encode()))


def forms_of(page: str) -> list[Form]:
    """Return the forms of a page."""
    reader = Forms()
    reader.feed(page)
    return reader.found


@contextmanager
def noticing(names: set[str]) -> Iterator[None]:
    """Note each name that is looked for in a query or form while the block runs."""
    look_up, look_up_all, holds = QueryDict.__getitem__, QueryDict._getlist, dict.__contains__  # type: ignore[attr-defined]  # the stubs hide _getlist

    def one(self: QueryDict, name: str) -> object:
        names.add(name)
        return look_up(self, name)

    def many(self: QueryDict, name: str, *default: object, **more: object) -> object:
        names.add(name)
        return look_up_all(self, name, *default, **more)

    def inside(self: QueryDict, name: str) -> bool:
        names.add(name)
        return holds(self, name)

    with (
        patch.object(QueryDict, "__getitem__", one),
        patch.object(QueryDict, "_getlist", many),
        patch.object(QueryDict, "__contains__", inside, create=True),
    ):
        yield


def mutated(pairs: Pairs, name: str, value: bytes, *, chance: random.Random) -> Pairs:
    """Return a form with one field hostile: in its place, a second time, as an array, or left out."""
    others = [pair for pair in pairs if pair[0] != name]
    return {
        "instead": [*others, (name, value)],
        "twice": [*pairs, (name, value)],
        "first": [(name, value), *pairs],
        "array": [*others, (f"{name}[]", value), (name, value), (name, b"")],
        "gone": [*others, (f"{name}.x", value)],
    }[chance.choices(["instead", "twice", "first", "array", "gone"], [8, 2, 2, 1, 1])[0]]
