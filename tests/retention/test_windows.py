"""The nightly window: by the local clock, across midnight, in nights of 23 and 25 hours, and one run a night."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Account
from retention import nights, windows
from retention.errors import PolicyError
from retention.models import DisposalRules, Run
from retention.policies import change_rules
from tests.conftest import Person

BERLIN = Account(zone="Europe/Berlin")
NIGHT = DisposalRules(from_hour=22, to_hour=6)


@pytest.mark.parametrize(
    ("from_hour", "to_hour", "at", "night"),
    [
        (22, 6, (2, 21, 59), None),
        (22, 6, (2, 22, 0), 2),
        (22, 6, (3, 0, 0), 2),
        (22, 6, (3, 5, 59), 2),
        (22, 6, (3, 6, 0), None),
        (22, 24, (2, 23, 59), 2),
        (22, 24, (3, 0, 0), None),
        (1, 6, (3, 1, 0), 3),
        (1, 6, (3, 6, 0), None),
        (0, 24, (3, 23, 59), 3),
    ],
)
def test_a_night_is_of_the_day_it_began(
    from_hour: int, to_hour: int, at: tuple[int, int, int], night: int | None
) -> None:
    rules, moment = DisposalRules(from_hour=from_hour, to_hour=to_hour), datetime(2026, 6, *at, tzinfo=UTC)
    assert windows.night_of(rules, Account(zone="UTC"), moment) == (date(2026, 6, night) if night else None)


@pytest.mark.parametrize(("evening", "hours"), [((2026, 3, 28), 7), ((2026, 6, 2), 8), ((2026, 10, 24), 9)])
def test_a_night_of_a_clock_change_is_an_hour_shorter_or_longer(evening: tuple[int, int, int], hours: int) -> None:
    noon = datetime(*evening, 12, tzinfo=UTC)
    begins = windows.next_opening(NIGHT, BERLIN, noon)
    quarters = [begins + timedelta(minutes=15 * number) for number in range(4 * 12)]
    inside = [each for each in quarters if windows.is_open(NIGHT, BERLIN, each)]
    assert inside == quarters[: 4 * hours]
    assert {windows.night_of(NIGHT, BERLIN, each) for each in inside} == {date(*evening)}
    assert windows.next_opening(NIGHT, BERLIN, inside[-1]).astimezone(UTC).date() == noon.date() + timedelta(days=1)


@pytest.mark.parametrize(
    ("from_hour", "now", "opening"),
    [
        (3, datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        (2, datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        (3, datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 25, 2, tzinfo=UTC)),
        (2, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 26, 1, tzinfo=UTC)),
        (2, datetime(2026, 6, 2, 0, tzinfo=UTC), datetime(2026, 6, 3, 0, tzinfo=UTC)),
    ],
)
def test_the_window_opens_by_the_local_clock(from_hour: int, now: datetime, opening: datetime) -> None:
    assert windows.next_opening(DisposalRules(from_hour=from_hour, to_hour=6), BERLIN, now) == opening


def test_an_hour_the_clocks_leave_out_opens_on_the_next_night() -> None:
    rules = DisposalRules(from_hour=2, to_hour=3)
    found = windows.next_opening(rules, BERLIN, datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert found == datetime(2026, 3, 30, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_one_night_is_one_run_though_midnight_passes(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    account.zone = "Europe/Berlin"
    DisposalRules.objects.create(account=account, from_hour=22, to_hour=6)

    def days_begun(*moments: datetime) -> list[date]:
        found = []
        for moment in moments:
            monkeypatch.setattr(timezone, "now", lambda at=moment: at)
            run = nights.begin_tonight(account)
            if run:
                found.append(run.cut_off)
                Run.objects.filter(pk=run.pk).update(state="completed", finished_at=moment)
        return found

    june = datetime(timezone.now().year + 1, 6, 1, tzinfo=UTC)
    first, second, third = (june.date() + timedelta(days=number) for number in range(3))
    noon, evening, midnight, morning = (june + timedelta(hours=number) for number in (10, 20, 22, 27))
    assert days_begun(noon, evening, midnight - timedelta(minutes=1), midnight, morning) == [first]
    # The machine was off in the evening: what begins after midnight is still the run of the night before.
    assert days_begun(midnight + timedelta(days=1, hours=1)) == [second]
    assert days_begun(evening + timedelta(days=2)) == [third]


@pytest.mark.django_db
def test_hours_across_midnight_are_taken_and_an_empty_window_is_not(account: Account, officer: Person) -> None:
    def change(from_hour: int, to_hour: int) -> DisposalRules:
        hours = {"from_hour": from_hour, "to_hour": to_hour}
        return change_rules(actor=officer.actor, account=account, pending_days=7, pause_ms=0, **hours)

    change(22, 6)
    assert (DisposalRules.objects.get().from_hour, DisposalRules.objects.get().to_hour) == (22, 6)
    for wrong in ((5, 5), (24, 6), (22, 0), (22, 25), (-1, 6)):
        with pytest.raises(PolicyError, match="Nothing was changed"):
            change(*wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        DisposalRules.objects.update(from_hour=6)
