"""Policies and decisions as sentences that a person can read aloud."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from accounts.models import Account, Purpose, Team
from retention.decision import Decision, Why
from retention.due import Schedule
from retention.models import Policy
from retention.policies import DIRECTIONS

KINDS: Final = {
    "recording": "Recordings",
    "voicemail": "Voicemails",
    "transcript": "Transcripts",
    "analysis": "Conversation analysis",
    "comment": "Comments",
    "data": "Data values",
    "metadata": "Numbers and names of calls",
    "dossier": "Copies for customers",
    "case": "Case files",
    "detail": "Personal details of the log",
}
GROUNDS: Final = {
    "legal_hold": "a legal hold covers it",
    "open_request": "an open request needs it",
    "restricted": "the customer asked to have it restricted, not erased",
    "duty_to_keep": "a policy demands that it is kept",
    "unreadable": "it could not be erased; run fsck",
}
BECAUSE: Final = {
    Why.TERM: "The term of “{name}” decides: {keep}.",
    Why.MAXIMUM: "Another policy would keep longer, but “{name}” allows at most {maximum}.",
    Why.MINIMUM: "Another policy would keep shorter, but “{name}” demands at least {minimum}.",
}


def sentence(policy: Policy, teams: Mapping[str, str]) -> str:
    """Return a policy in one sentence, such as “Recordings, inbound, all lines: 6 months; at most 6 months (law)”."""
    what = [kinds(policy.kinds)]
    what += [f"for {_listed([Purpose(each).label.lower() for each in policy.purposes])}"] if policy.purposes else []
    what += [_listed([DIRECTIONS[each].lower() for each in policy.directions])] if policy.directions else []
    what += [f"line {_listed(policy.lines)}"] if policy.lines else []
    what += [f"queue {_listed(policy.queues)}"] if policy.queues else []
    what += [f"campaign {_listed(policy.campaigns)}"] if policy.campaigns else []
    what += [f"team {_listed([teams.get(str(each), '?') for each in policy.teams])}"] if policy.teams else []
    limits = [f"at least {policy.minimum}"] if policy.minimum else []
    limits += [f"at most {policy.maximum}"] if policy.maximum else []
    law = f" ({policy.because})" if policy.because else ""
    return "; ".join([f"{', '.join(what)}: {policy.keep}", *limits]) + law


def kinds(codes: Sequence[str]) -> str:
    """Return kinds in words; all of them are “Everything”."""
    return "Everything" if set(codes) == set(KINDS) else _listed([KINDS.get(each, each) for each in codes])


def ground(code: str) -> str:
    """Return why something had to stay, in words."""
    return GROUNDS.get(code, code.replace("_", " "))


def teams_of(account: Account) -> dict[str, str]:
    """Return the names of an account's teams by id."""
    return {str(pk): name for pk, name in Team.objects.filter(account=account).values_list("pk", "name")}


def explain(decision: Decision, schedule: Schedule) -> str:
    """Return why a record is kept until the decision's last day."""
    rule = decision.rule
    said = BECAUSE[decision.why].format(name=rule.name, keep=rule.keep, minimum=rule.minimum, maximum=rule.maximum)
    return f"{said} The policy is paused, so nothing of it goes for now." if rule.id in schedule.paused else said


def day(value: date) -> str:
    """Return a day as people write it."""
    return "for ever" if value == date.max else f"{value.day} {value:%b %Y}"


def _listed(values: Sequence[str]) -> str:
    return " and ".join([", ".join(values[:-1]), values[-1]]) if len(values) > 1 else "".join(values)
