"""Comments: sealed, searched for identifiers, on record, and never on what is being forgotten."""

from collections.abc import Callable

import pytest
from django.db import OperationalError, connection
from django.test import Client

from accounts.models import Account
from customers.kinds import Kind
from interactions.comments import MOST_BYTES, NotAComment, add_comment
from interactions.models import Comment, Mention
from privacy.blind_index import digest
from privacy.erasure import condemn
from tests.conftest import Person
from tests.interactions.conftest import Call
from trail.models import Event
from trail.refusal import NotVisible, Refused

pytestmark = pytest.mark.django_db(databases="__all__")
Listening = Callable[..., Client]
CANARY = "canary words of a comment"


def mine(person: Person) -> list[Comment]:
    return list(Comment.objects.filter(author=person.user))


def test_a_comment_is_sealed_and_on_record(call: Call, supervisor: Person) -> None:
    row = add_comment(actor=supervisor.actor, interaction=call.interaction, text=f"  {CANARY}\r\n", at_ms=1_500)

    assert (row.author, row.at_ms, row.key_id is not None) == (supervisor.user, 1_500, True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM interactions_comment t")
        assert not any(CANARY in text for (text,) in cursor.fetchall())
    entry = Event.objects.get(action="comment.added")
    assert (entry.record_id, entry.told["facts"]["call"]) == (str(row.pk), str(call.interaction.pk))
    assert CANARY not in entry.text


def test_it_is_shown_with_its_author_and_its_place(call: Call, listening: Listening, supervisor: Person) -> None:
    client = listening(supervisor, call)
    answer = client.post(f"{call.page}comments", {"text": f"{CANARY}\nsecond line", "at": "72.5"})
    assert answer["Location"] == f"{call.page}#comments"
    page = client.get(call.page).content.decode()
    assert f"{CANARY}<br>second line" in page
    assert 'data-seek="72.5"' in page
    assert "Susan" in page


def test_identifiers_in_it_are_found_later(call: Call, account: Account, supervisor: Person) -> None:
    add_comment(actor=supervisor.actor, interaction=call.interaction, text="call 415 555 0123, not (530) 555-0100")
    found = Mention.objects.filter(comment__author=supervisor.user)
    wanted = digest(account.pk, Kind.PHONE, "+14155550123")
    assert [bytes(each.digest) for each in found if each.parts == [[0, 5, 17]]] == [wanted]
    assert bytes(digest(account.pk, Kind.PHONE, "+15305550100")) not in {bytes(each.digest) for each in found}


def test_a_double_click_makes_one(call: Call, supervisor: Person) -> None:
    first, second = (
        add_comment(actor=supervisor.actor, interaction=call.interaction, text=CANARY, at_ms=5) for _ in range(2)
    )
    assert first.pk == second.pk
    assert len(mine(supervisor)) == Event.objects.filter(action="comment.added").count() == 1


@pytest.mark.parametrize("text", ["", "  \n\t ", "x" * (MOST_BYTES + 1), "é" * (MOST_BYTES // 2 + 1), "a\0b"])
def test_what_is_no_comment_is_refused_in_words_and_kept_in_the_form(
    text: str, call: Call, listening: Listening, supervisor: Person
) -> None:
    with pytest.raises(NotAComment, match="Nothing was added"):
        add_comment(actor=supervisor.actor, interaction=call.interaction, text=text)
    answer = listening(supervisor, call).post(f"{call.page}comments", {"text": text})
    damaged = "\0" in text
    assert answer.status_code == (400 if damaged else 422)
    assert ("Nothing was done" if damaged else "Nothing was added") in answer.content.decode()
    assert mine(supervisor) == []


@pytest.mark.parametrize("at", ["x", "nan", "inf", "-1", "1e300"])
def test_a_place_that_is_none_is_refused(at: str, call: Call, listening: Listening, supervisor: Person) -> None:
    answer = listening(supervisor, call).post(f"{call.page}comments", {"text": CANARY, "at": at})
    assert answer.status_code == 422
    assert CANARY in answer.content.decode()
    assert mine(supervisor) == []


def test_an_agent_may_not(call: Call, listening: Listening, agent: Person) -> None:
    client = listening(agent, call)
    assert 'name="text"' not in client.get(call.page).content.decode()
    assert client.post(f"{call.page}comments", {"text": CANARY}).status_code == 403
    assert Event.objects.filter(action="comment.added", outcome="refused").exists()
    with pytest.raises(Refused):
        add_comment(actor=agent.actor, interaction=call.interaction, text=CANARY)
    assert mine(agent) == []


def test_nobody_comments_in_another_account(call: Call, stranger: Person) -> None:
    with pytest.raises(Refused):
        add_comment(actor=stranger.actor, interaction=call.interaction, text=CANARY)
    assert mine(stranger) == []


def test_nothing_is_added_to_what_is_being_forgotten(call: Call, supervisor: Person, monkeypatch) -> None:
    monkeypatch.setattr("jobs.queue.ring", lambda *_: True)
    condemn([call.interaction], actor=supervisor.actor, ground="rtbf")
    with pytest.raises(NotVisible):
        add_comment(actor=supervisor.actor, interaction=call.interaction, text=CANARY)
    assert mine(supervisor) == []


def test_while_the_keyring_is_down_nothing_is_added(
    call: Call, listening: Listening, supervisor: Person, monkeypatch
) -> None:
    client = listening(supervisor, call)

    def down(*args: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("interactions.comments.create_keys", down)
    answer = client.post(f"{call.page}comments", {"text": CANARY})
    assert answer.status_code == 503
    assert "keys can&#x27;t be reached" in answer.content.decode() or "keys can't be reached" in answer.content.decode()
    assert mine(supervisor) == []
