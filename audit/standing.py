"""Say at a glance whether the log can be relied on: verified when, sealed until when, and what is wrong."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from django.utils import timezone

from audit.sentences import moment
from audit.verification import latest_job
from jobs.models import Job, Status
from trail.models import VerificationRun
from trail.state import VerificationState, verification_state

LATE: Final = timedelta(seconds=5)
SHOWN: Final = 3
Tone = Literal["good", "plain", "bad"]


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of the log in words. `wrong`: sentences that say what is wrong and what to do; `job`: the last one."""

    tone: Tone
    headline: str
    wrong: list[str] = field(default_factory=list)
    job: Job | None = None

    @property
    def is_running(self) -> bool:
        """Say whether a verification waits or runs."""
        return self.job is not None and self.job.is_open


def standing(zone: str, now: datetime | None = None) -> Standing:
    """Return the state of the log; moments are told in `zone`. A few small statements, however long the log is."""
    now = now or timezone.now()
    state, job = verification_state(), latest_job()
    wrong = [*_unverified(state.last_run, zone), *_unfinished(job), *_late(state, zone, now)]
    headline = f"{_entries(state.entries)}, {_verified(state, zone, now)}, {_checkpoint(state, now)}."
    tone: Tone = "bad" if wrong else "good" if state.last_run else "plain"
    return Standing(tone, headline, wrong, job)


def ago(span: timedelta) -> str:
    """Return how long ago something was: "8 s", "12 min", "3 h", "2 days"."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 100:
        return f"{seconds} s"
    if seconds < 6_000:
        return f"{seconds // 60} min"
    if seconds < 48 * 3_600:
        return f"{seconds // 3_600} h"
    return f"{seconds // 86_400} days"


def _entries(number: int) -> str:
    return f"{number:,} {'entry' if number == 1 else 'entries'}"


def _verified(state: VerificationState, zone: str, now: datetime) -> str:
    run = state.last_run
    if run is None:
        return "not verified yet"
    if not run.ok:
        return "not as they were sealed"
    local, today = run.at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    when = f"{local:%H:%M %Z}" if local.date() == today else moment(run.at, zone)
    return f"all verified at {when}" if run.entries >= state.entries else f"all until {when} verified"


def _checkpoint(state: VerificationState, now: datetime) -> str:
    at = state.last_checkpoint_at
    return f"checkpoint {ago(now - at)} ago" if at else "no checkpoint yet"


def _unverified(run: VerificationRun | None, zone: str) -> list[str]:
    if run is None or run.ok:
        return []
    more = run.findings_count - SHOWN
    return [
        f"The verification of {moment(run.at, zone)} found {run.findings_count:,}"
        f" {'thing' if run.findings_count == 1 else 'things'} not as sealed. Change nothing, keep the checkpoint"
        " folder, and tell the data-protection officer and whoever runs the server.",
        *run.findings[:SHOWN],
        *([f"… and {more:,} more."] if more > 0 else []),
    ]


def _unfinished(job: Job | None) -> list[str]:
    if job is None or job.status != Status.FAILED:
        return []
    return ["The last verification could not be finished, so it says nothing. Verify again; if it stops again, tell"
            f" whoever runs the server ({job.error_code})."]  # fmt: skip


def _late(state: VerificationState, zone: str, now: datetime) -> list[str]:
    since = state.waiting_since
    if since is None or now - since <= LATE:
        return []
    return [
        f"Sealing is late: entries written since {since.astimezone(ZoneInfo(zone)):%H:%M:%S %Z} have no place in the"
        " tree yet, so changing them would not be noticed. The clock process may have stopped; tell whoever runs the"
        " server."
    ]
