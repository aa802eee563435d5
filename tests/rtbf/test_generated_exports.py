"""Exports of people nobody knows, in every format: everybody is found everywhere, and nobody else is touched."""

import io
import json
import random

import pytest
from django.core.management import CommandError, call_command

from accounts import roles
from tests.conftest import make_person
from tests.makers import make_account
from tests.rtbf import scoring
from tests.rtbf.generated import Person, people, write_all

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account():
    account = make_account("Generated", grace_hours=0)
    make_person("Susan", account, roles.SUPERVISOR)
    return account


def search(account, person: Person) -> list[scoring.Item]:
    out = io.StringIO()
    call_command("find_customer", "--json", account=account.name, identifier=person.identifiers, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def score(account, person: Person, everybody: list[Person], gone: frozenset[int]) -> list[scoring.Item]:
    """Return the person's places that were missed, and other people's that would be taken."""
    items = search(account, person)
    theirs = [*person.own, *(place for whose, place in person.mentioned if whose not in gone)]
    others = [place for each in everybody if each is not person for place in each.own]
    others += [
        place for each in everybody if each is not person for whose, place in each.mentioned if whose != person.number
    ]
    going = [item for item in items if item["action"] in scoring.GOING]
    taken = [place for place in others if any(scoring.covers(item, place) for item in going)]
    return scoring.missed(items, theirs) + taken


def test_everybody_is_found_everywhere_and_nobody_else_is_touched(account, tmp_path, capsys):
    chance = random.Random(20)  # noqa: S311 - the same people in every run
    everybody = people(chance)
    assert len(everybody) >= 30
    write_all(tmp_path, everybody, chance)
    call_command("import_interactions", str(tmp_path), account=account.name)
    told = capsys.readouterr()
    assert "left out" not in told.out + told.err or "0 left out" in told.out + told.err, told
    assert {each.number: score(account, each, everybody, frozenset()) for each in everybody} == {
        each.number: [] for each in everybody
    }
    gone, *left = everybody
    assert scoring.missed(search(account, gone), left[4].own) == left[4].own, "the scorer itself misses nothing"
    call_command("forget", account=account.name, identifier=gone.identifiers, actor="susan@example.com",
                 confirm="FORGET", wait=True)  # fmt: skip
    with pytest.raises(CommandError, match="Nobody and nothing here"):
        search(account, gone)
    # Who was mentioned in the calls of the forgotten, who mentioned them, and every third besides.
    looked_for = [left[-1], *left[::3]]
    assert {each.number: score(account, each, left, frozenset({gone.number})) for each in looked_for} == {
        each.number: [] for each in looked_for
    }
