"""Which entries are found, in which order, and that pages stay where they are while others write."""

from datetime import UTC, date, datetime, timedelta

import pytest

from audit.log import Cursor, find
from audit.vocabulary import actions_of
from tests.audit.conftest import DESK, RECORDING, act, look, recording_of, seen, some_id
from tests.conftest import Person
from tests.makers import make_interaction
from trail.actor import Actor
from trail.append import append
from trail.details import workstation_index

pytestmark = pytest.mark.django_db

JUNE = datetime(2026, 6, 2, 17, 14, tzinfo=UTC)


def test_newest_first(auditor, agent):
    first, second = act(agent, at=JUNE), act(agent, at=JUNE + timedelta(seconds=1))
    assert seen(auditor) == [second.pk, first.pk]


def test_by_person_also_what_jobs_did_for_them(auditor, agent, supervisor):
    own = act(agent)
    act(supervisor)
    job = append(
        "record.erased",
        actor=Actor.job(on_behalf_of=agent.user.pk, account_id=agent.membership.account_id, role="agent"),
    )
    assert set(seen(auditor, person=agent.user.pk)) == {own.pk, job.pk}


def test_by_role_as_it_was_then(auditor, agent, supervisor):
    own = act(agent, facts={"role": "supervisor", "via": "portal"})
    other = act(supervisor)
    agent.membership.role = "officer"
    agent.membership.save()
    assert seen(auditor, role="agent") == [own.pk]
    assert seen(auditor, role="supervisor") == [other.pk]


def test_the_house_itself_is_a_role(auditor, agent):
    act(agent)
    account_id = agent.membership.account_id
    append("record.erased", actor=Actor.job(on_behalf_of=agent.user.pk, account_id=account_id))
    alone = append("record.erased", actor=Actor.job(on_behalf_of=None, account_id=account_id))
    assert seen(auditor, role="job") == [alone.pk]


def test_by_group_of_actions(auditor, agent):
    played, changed, unknown = act(agent), act(agent, "member.changed"), act(agent, "tea.poured")
    assert seen(auditor, what="listening") == [played.pk]
    assert seen(auditor, what="people") == [changed.pk]
    assert seen(auditor, what="other") == [unknown.pk]


@pytest.mark.parametrize("outcome", ["done", "refused", "failed"])
def test_by_outcome(auditor, agent, outcome):
    wanted = {each: act(agent, outcome=each) for each in ("done", "refused", "failed")}
    assert seen(auditor, outcome=outcome) == [wanted[outcome].pk]


def test_by_purpose(auditor, agent):
    quality = act(agent, purpose="quality")
    act(agent, purpose="training")
    assert seen(auditor, purpose="quality") == [quality.pk]


def test_by_period_in_the_accounts_zone(auditor, agent):
    # 23:30 and 00:30 of 2 and 3 June in Los Angeles
    late, early = (act(agent, at=datetime(2026, 6, 3, hour, 30, tzinfo=UTC)) for hour in (6, 7))
    assert seen(auditor, since=date(2026, 6, 3)) == [early.pk]
    assert seen(auditor, until=date(2026, 6, 2)) == [late.pk]
    assert seen(auditor, since=date(2026, 6, 2), until=date(2026, 6, 3)) == [early.pk, late.pk]


def test_by_workstation(auditor, agent):
    here = act(agent)
    act(agent, address="10.2.0.18")
    assert seen(auditor, workstation=workstation_index(agent.membership.account_id, DESK).hex()) == [here.pk]


def test_by_call_also_what_belonged_to_it(auditor, agent, account):
    recording = recording_of(account)
    call = recording.interaction_id
    page = act(agent, "interaction.opened", record=("interactions.Interaction", str(call)))
    heard = act(agent, record=(RECORDING, str(recording.pk)))
    gone = act(agent, record=(RECORDING, some_id()), facts={"call": str(call)})
    act(agent, record=(RECORDING, some_id()), facts={"call": some_id()})
    assert seen(auditor, record=call) == [gone.pk, heard.pk, page.pk]
    assert seen(auditor, record=recording.pk) == [heard.pk]


def test_another_accounts_call_finds_nothing(auditor, stranger, other_account, agent):
    call = make_interaction(other_account)
    act(stranger, "interaction.opened", record=("interactions.Interaction", str(call.pk)))
    assert seen(auditor, record=call.pk) == []


def test_all_at_once(auditor, agent, supervisor):
    wanted = {
        "person": agent.user.pk,
        "role": "agent",
        "what": "listening",
        "purpose": "quality",
        "outcome": "refused",
        "since": date(2026, 6, 2),
        "until": date(2026, 6, 2),
        "workstation": workstation_index(agent.membership.account_id, DESK).hex(),
    }
    record = some_id()
    said = {"outcome": "refused", "purpose": "quality", "at": JUNE, "record": (RECORDING, record)}
    hit = act(agent, **said)
    for other in (
        {"purpose": "training"},
        {"outcome": "done"},
        {"at": JUNE - timedelta(days=1)},
        {"address": "10.9.9.9"},
        {"record": (RECORDING, some_id())},
        {"action": "member.changed"},
    ):
        act(agent, **{**said, **other})
    act(supervisor, **said)
    assert seen(auditor, **wanted, record=record) == [hit.pk]


def test_reading_is_left_out_unless_asked_for_but_a_refused_one_never(auditor, agent):
    read = act(auditor, "log.read")
    refused = act(agent, "log.read", outcome="refused")
    assert seen(auditor) == [refused.pk]
    assert seen(auditor, reads=True) == [refused.pk, read.pk]
    assert seen(auditor, what="log") == [refused.pk, read.pk]


def test_nothing_of_another_account_and_of_no_account_only_verifications(auditor, agent, stranger):
    theirs, mine = act(stranger), act(agent)
    nobodys = append("session.refused", actor=Actor.shell("root"), outcome="refused")
    verified = append("log.verified", actor=Actor.shell("root"))
    assert seen(auditor) == [verified.pk, mine.pk]
    assert [find(auditor.actor, each.pk) for each in (theirs, nobodys)] == [None, None]
    assert [find(auditor.actor, each.pk) for each in (mine, verified)] == [mine, verified]


@pytest.mark.parametrize("who", ["agent", "supervisor", "officer", "administrator", "stranger"])
def test_who_may_not_read_the_log_finds_nothing(who, request, agent):
    person: Person = request.getfixturevalue(who)
    event = act(agent)
    append("log.verified", actor=Actor.shell("root"))
    assert seen(person) == []
    assert find(person.actor, event.pk) is None


def test_pages_follow_each_other_there_and_back(auditor, agent):
    # Several entries of one microsecond, so that the id decides.
    events = [act(agent, at=JUNE + timedelta(seconds=number // 3)) for number in range(11)]
    verified = append("log.verified", actor=Actor.shell("root"))
    order = [event.pk for event in sorted([*events, verified], key=lambda event: (event.at, event.pk), reverse=True)]
    pages = [look(auditor, size=5)]
    while pages[-1].has_older:
        pages.append(look(auditor, Cursor.of(pages[-1].events[-1]), size=5))
    assert [event.pk for page in pages for event in page.events] == order
    assert [page.has_newer for page in pages] == [False, True, True]
    back = look(auditor, Cursor.of(pages[2].events[0]), "newer", size=5)
    assert [event.pk for event in back.events] == order[5:10]
    assert back.has_newer
    assert not look(auditor, Cursor.of(pages[1].events[0]), "newer", size=5).has_newer


def test_a_page_stays_the_same_while_entries_arrive(auditor, agent):
    for _ in range(12):
        act(agent)
    first = look(auditor, size=5)
    place = Cursor.of(first.events[-1])
    before = [event.pk for event in look(auditor, place, size=5).events]
    for _ in range(7):
        act(agent)
    assert [event.pk for event in look(auditor, place, size=5).events] == before
    assert not set(before) & {event.pk for event in first.events}


def test_one_statement_without_counting_or_offset(auditor, agent, django_assert_num_queries):
    place = Cursor.of(act(agent))
    with django_assert_num_queries(1) as asked:
        look(auditor, place, outcome="refused", what="listening")
    assert "COUNT" not in asked[0]["sql"]
    assert "OFFSET" not in asked[0]["sql"]


def test_every_action_of_a_group_is_looked_for():
    assert "recording.played" in actions_of("listening")
    assert "recording.played" not in actions_of("log")
