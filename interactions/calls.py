"""Fill the plain columns of an interaction from the drafts of its call.

A phone system's call detail record decides over what recorders and transcripts say of the same call; otherwise the
first source that says something is kept, so that importing again changes nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from accounts.handling import Facts, Handling
from accounts.models import Account, Agent
from interactions.drafts import InteractionDraft
from interactions.joining import Call
from interactions.models import Interaction

CALL_DETAIL_RECORDS = frozenset({"asterisk-cdr"})
COLUMNS = ("started_at", "answered_at", "ended_at", "duration_s", "talk_s", "direction", "queue", "disposition")
UNTOLD: Final[Mapping[str, Any]] = {"running": False, "ended_at": None, "duration_s": 0, "talk_s": 0, "disposition": ""}
CHANGING = [*COLUMNS, "running", "line", "agent", "customer", "circumstances"]


def agents_of(account: Account, calls: Sequence[Call]) -> dict[str, Agent]:
    """Return the agents that calls name, by extension; add new ones, name nameless ones as a source does."""
    names = {
        draft.agent_extension: draft.agent_name for call in calls for draft in call.drafts if draft.agent_extension
    }
    known = {each.extension: each for each in Agent.objects.filter(account=account, extension__in=names)}
    fresh = [Agent(account=account, extension=extension) for extension in names.keys() - known.keys()]
    Agent.objects.bulk_create(fresh, ignore_conflicts=True)
    if fresh:
        known = {each.extension: each for each in Agent.objects.filter(account=account, extension__in=names)}
    named = [agent for agent in known.values() if not agent.name and names[agent.extension]]
    for agent in named:
        agent.name = names[agent.extension]
    Agent.objects.bulk_update(named, ["name"])
    return known


def fill(interaction: Interaction, drafts: Sequence[InteractionDraft], agents: Mapping[str, Agent]) -> bool:
    """Set what the drafts know and the interaction lacks; return whether anything changed.

    A campaign is no column: `set_circumstances` takes it over, which a new one counts as a change for.
    """
    before = _snapshot(interaction)
    if interaction.running and any(draft.ended_at or draft.duration_s for draft in drafts):
        _forget_what_was_unfinished(interaction)
    for draft in reversed(_in_order(drafts)):
        decides = draft.source in CALL_DETAIL_RECORDS
        _take(interaction, {name: getattr(draft, name) for name in COLUMNS}, decides=decides)
        agent = agents.get(draft.agent_extension)
        _take(interaction, {"line": draft.own_address[:20], "agent_id": agent and agent.pk}, decides=decides)
    if interaction.ended_at is None:
        interaction.running = not interaction.duration_s and any(draft.running for draft in drafts)
    _complete(interaction)
    return _snapshot(interaction) != before or campaign_of(interaction, drafts) != campaign_of(interaction)


def campaign_of(interaction: Interaction, drafts: Sequence[InteractionDraft] = ()) -> str:
    """Return the campaign a call is known to belong to, or the first that a draft names."""
    known = interaction.circumstances if interaction.circumstances_id else None
    named = [known.campaign if known else "", *(draft.campaign for draft in drafts)]
    return next(filter(None, named), "")


def set_circumstances(
    interaction: Interaction,
    handling: Handling,
    teams: dict[UUID, UUID | None],
    drafts: Sequence[InteractionDraft] = (),
) -> None:
    """Say under which circumstances a call is kept; one that has purposes already keeps them.

    `teams`: by agent; an agent who is not in it yet is looked up and added.
    """
    agent_id = interaction.agent_id
    if agent_id is not None and agent_id not in teams:
        teams[agent_id] = Agent.objects.values_list("team_id", flat=True).get(pk=agent_id)
    facts = Facts(
        str(interaction.direction),
        interaction.line,
        interaction.queue,
        campaign_of(interaction, drafts),
        teams[agent_id] if agent_id else None,
    )
    known = interaction.circumstances if interaction.circumstances_id else None
    found = handling.under(known.purposes, facts) if known else handling.of(facts)
    interaction.circumstances_id = found.pk


def _in_order(drafts: Sequence[InteractionDraft]) -> list[InteractionDraft]:
    return sorted(drafts, key=lambda draft: draft.source not in CALL_DETAIL_RECORDS)


def _take(interaction: Interaction, values: Mapping[str, Any], *, decides: bool) -> None:
    for name, value in values.items():
        given = value is not None and value != ""
        if given and (decides or not getattr(interaction, name)):
            setattr(interaction, name, value)


def _forget_what_was_unfinished(interaction: Interaction) -> None:
    """Let the source of a call that has ended say anew what could not be known while it ran."""
    for name, value in UNTOLD.items():
        setattr(interaction, name, value)


def _complete(interaction: Interaction) -> None:
    """Work out the end from the length, or the length from the end, where a source gives one of them."""
    if interaction.ended_at is None:
        interaction.ended_at = interaction.started_at + timedelta(seconds=interaction.duration_s)
    if not interaction.duration_s:
        interaction.duration_s = max(0, round((interaction.ended_at - interaction.started_at).total_seconds()))


def _snapshot(interaction: Interaction) -> tuple[Any, ...]:
    return (
        *(getattr(interaction, name) for name in COLUMNS),
        interaction.running,
        interaction.line,
        interaction.agent_id,
    )
