"""A text of nothing but digits costs a fixed amount of work, what is left out is told, and nothing else changes."""

import random

import pytest

from customers import effort as effort_module
from customers import phones
from customers.effort import MOST_READINGS, Effort
from customers.mentions_in_text import Segment, find, find_in_segments

HERE = ("US", "GB", "FR")
MEGABYTE = 1_000_000


def digits(separator: str, lengths: list[int]) -> str:
    chance = random.Random(7)  # noqa: S311 - the same digits in every run
    groups = (str(chance.randrange(10**9, 10**10))[: chance.choice(lengths)] for _ in range(MEGABYTE // 3))
    return separator.join(groups)[:MEGABYTE]


DENSE = {
    "numbers in lines": digits("\n", [10]),
    "short groups": digits(" ", [2, 3, 4]),
    "single digits in phrases": " x ".join([" ".join("2025550147" * 6)] * (MEGABYTE // 122)),
    "one group": "7" * MEGABYTE,
}


@pytest.mark.parametrize("text", DENSE.values(), ids=DENSE)
def test_a_megabyte_of_digits_is_a_fixed_amount_of_work(text, monkeypatch):
    calls = []

    def counted(*arguments, **options):
        calls.append(1)
        return phones.readings(*arguments, **options)

    monkeypatch.setattr(effort_module, "readings", counted)
    find(text, regions=HERE)
    assert len(calls) <= MOST_READINGS
    assert len(text) > 0.9 * MEGABYTE


def test_what_is_left_out_is_told():
    text = "\n".join(f"202555{number:04d}" for number in range(300))
    told = Effort(100)
    found = find(text, regions=HERE, effort=told)
    assert (told.is_spent, len(found)) == (True, 100)
    whole = Effort(None)
    assert (len(find(text, regions=HERE, effort=whole)), whole.is_spent) == (300, False)


def test_a_number_that_comes_again_costs_nothing():
    told = Effort(20)
    found = find("202 555 0147, call 202 555 0147\n" * 1_000, regions=HERE, effort=told)
    assert (len(found), told.is_spent) == (2_000, False)


def test_a_long_call_comes_nowhere_near_the_limit():
    talk = ["yes two oh two five five five oh one four seven", "okay", "that is forty two dollars", "thank you"]
    told = Effort()
    find_in_segments([Segment(str(at % 2), talk[at % 4]) for at in range(4_000)], regions=HERE, effort=told)
    assert told.spent < MOST_READINGS / 10
