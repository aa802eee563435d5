"""People nobody knows, and the exports of every kind in which they stand, with the places they stand at."""

import csv
import io
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import phonenumbers

from tests.interactions.sources.exports import cdr_line
from tests.interactions.sources.test_cloud_exports import CALL, CONTACT, CONVERSATION

REGIONS = (
    "US GB DE FR ES IT NL BE AT CH SE NO DK FI PL CZ PT IE GR RO HU AU NZ JP IN BR MX ZA SG HK IL TR KR AR"
).split()
GIVEN = "Mira Жанна Ελένη José Zoë Łukasz Søren Ngọc Aoife Bjørn Çağla Иван Γιώργος Müjde Ödön Ștefan".split()
FAMILY = "Quillfeather Дорохова Παππάς Núñez O'Brannigan Żółkiewski Ångström Nguyễn Ó Ziegelbaum Yıldırım Mazur".split()
WORDS = "zero one two three four five six seven eight nine".split()
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
BEGIN = datetime(2021, 3, 1, 9, tzinfo=UTC)
Place = dict[str, Any]


@dataclass
class Person:
    """Somebody, and where they stand: places of their own, and places in what belongs to somebody else."""

    number: int
    name: str
    phone: str
    email: str
    customer_id: str
    own: list[Place] = field(default_factory=list)
    mentioned: list[tuple[int, Place]] = field(default_factory=list)

    @property
    def identifiers(self) -> list[str]:
        """Return what somebody would type to find them."""
        return [f"phone:{self.phone}", f"email:{self.email}", f"customer-id:{self.customer_id}", f"name:{self.name}"]


def people(chance: random.Random) -> list[Person]:
    """Return one person of each region, no two of one number."""
    found = []
    for number, region in enumerate(REGIONS):
        name = f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}"
        letters = f"{chance.choice('abcdefgh')}{number}.{chance.choice('klmnop')}{chance.randrange(100, 999)}"
        email = f"{letters}@mail{number}.example"
        found.append(
            Person(number, name, _phone(region, chance), email, f"K{chance.randrange(10, 99)}-{5000 + number}")
        )
    return found


def _phone(region: str, chance: random.Random) -> str:
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    assert example is not None
    while True:
        digits = list(str(example.national_number))
        digits[-5:] = chance.choices("0123456789", k=5)
        number = phonenumbers.PhoneNumber(country_code=example.country_code, national_number=int("".join(digits)))
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def spelled(e164: str, chance: random.Random) -> str:
    """Write a number in one of the ways it is written to be read from abroad."""
    number = phonenumbers.parse(e164)
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return chance.choice([
        e164, shown, f"tel:{e164}", f"sip:{e164}@gw.example", "00" + e164[1:], shown.replace(" ", "."),
        shown.replace(" ", "\u2011"), e164.translate(WIDE), shown.replace(" ", "\u00a0"), f"<{e164}>",
    ])  # fmt: skip


def said(e164: str) -> str:
    """Write a number as a recogniser of speech does."""
    return "plus " + " ".join(WORDS[int(digit)] for digit in e164[1:])


def write_all(folder: Path, everybody: list[Person], chance: random.Random) -> None:
    """Write each kind of export about everybody."""
    for name, lines in (
        ("contacts.csv", _contacts(everybody, chance)), ("Master.csv", _cdr(everybody, chance)),
        ("contacts.jsonl", _connect(everybody)), ("notes.csv", _notes(everybody, chance)),
    ):  # fmt: skip
        (folder / name).write_text("".join(lines), encoding="utf-8")
    (folder / "calls.json").write_text(json.dumps({"calls": list(_twilio(everybody))}), encoding="utf-8")
    (folder / "genesys.json").write_text(json.dumps({"conversations": list(_genesys(everybody))}), encoding="utf-8")
    for person in everybody:
        _transcript(folder, person, everybody[(person.number + 1) % len(everybody)], chance)


def _row(*values: str) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(values)
    return out.getvalue()


def _stands(person: Person, file: str, record: Place, where: str | None = None) -> None:
    person.own.append({"file": file, "record": record, "field": where, "expect": "erase"})


def _contacts(everybody: list[Person], chance: random.Random) -> Iterator[str]:
    yield "customer_id,name,phone,email\n"
    for row, each in enumerate(everybody, start=1):
        _stands(each, "contacts.csv", {"row": row})
        yield _row(each.customer_id, each.name, spelled(each.phone, chance), each.email.upper())


def _cdr(everybody: list[Person], chance: random.Random) -> Iterator[str]:
    for row, each in enumerate(everybody, start=1):
        _stands(each, "Master.csv", {"row": row}, "src")
        at = BEGIN + timedelta(hours=row)
        caller = chance.choice([each.phone, "00" + each.phone[1:]])
        yield cdr_line(
            src=caller, clid=f'"{each.name}" <{caller}>', uniqueid=_unique_id(each), channel=f"PJSIP/trunk-{row:08x}",
            dstchannel=f"PJSIP/2028-{row + 4096:08x}", start=f"{at:%Y-%m-%d %H:%M:%S}", answer="",
            end=f"{at + timedelta(seconds=62):%Y-%m-%d %H:%M:%S}",
        )  # fmt: skip


def _unique_id(person: Person) -> str:
    return f"{int(BEGIN.timestamp()) + person.number}.{person.number}"


def _twilio(everybody: list[Person]) -> Iterator[dict[str, Any]]:
    for at, each in enumerate(everybody):
        _stands(each, "calls.json", {"pointer": f"/calls/{at}/from"})
        yield {**CALL, "sid": f"CA{at:032x}", "from": each.phone, "caller_name": each.name}


def _genesys(everybody: list[Person]) -> Iterator[dict[str, Any]]:
    conversation: dict[str, Any] = dict(CONVERSATION)
    customer, agent = conversation["participants"]
    for at, each in enumerate(everybody):
        _stands(each, "genesys.json", {"pointer": f"/conversations/{at}/participants/0/sessions/0/ani"})
        session = {**customer["sessions"][0], "ani": f"tel:{each.phone}"}
        named = {"participantName": each.name, "sessions": [session], "attributes": {"customerId": each.customer_id}}
        others = {**agent, "sessions": [session]}
        yield {**conversation, "conversationId": f"g-{at}", "participants": [{**customer, **named}, others]}


def _connect(everybody: list[Person]) -> Iterator[str]:
    for line, each in enumerate(everybody, start=1):
        _stands(each, "contacts.jsonl", {"line": line})
        about = {"customerName": each.name, "customerNumber": each.phone}
        yield json.dumps({
            **CONTACT, "ContactId": f"c-{line}", "CustomerEndpoint": {"Address": each.phone}, "Attributes": about,
        }) + "\n"  # fmt: skip


def _notes(everybody: list[Person], chance: random.Random) -> Iterator[str]:
    yield "note_id,author,body\n"
    for row, each in enumerate(everybody, start=1):
        written = chance.choice([each.email, each.email.replace("@", " at ").replace(".", " dot "), each.email.upper()])
        text = f"wrote again, answer goes to {written} as agreed"
        start = text.index(written)
        place = {"file": "notes.csv", "record": {"row": row}, "field": "body", "expect": "erase"}
        each.mentioned.append((-1, {**place, "start": start, "end": start + len(written)}))
        yield _row(str(row), "linda", text)


def _transcript(folder: Path, caller: Person, other: Person, chance: random.Random) -> None:
    """Let a caller give somebody else's number, written or said."""
    number = chance.choice([other.phone, said(other.phone)])
    name, texts = f"t{caller.number}.json", ["hello there", f"please call my neighbour on {number} instead"]
    segments = [{"start": at * 4, "end": at * 4 + 3, "text": text} for at, text in enumerate(texts)]
    (folder / name).write_text(json.dumps({"call_id": _unique_id(caller), "segments": segments}), encoding="utf-8")
    start = texts[1].index(number)
    place = {"file": name, "record": {"pointer": "/segments/1/text"}, "field": "text", "expect": "erase"}
    other.mentioned.append((caller.number, {**place, "start": start, "end": start + len(number)}))
