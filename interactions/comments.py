"""Comment on a call: require, check, seal, append.

A comment is free text about a person: it is searched for identifiers like every text, so that forgetting somebody
finds the number a colleague wrote down. The same words by the same person at the same place are one comment, so a
double click makes one.
"""

from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.rights import require
from customers.effort import Effort
from interactions.batch import numbering_of
from interactions.mentioning import mentions_in
from interactions.models import Comment, Interaction, Mention
from interactions.restricting import refuse_restricted
from privacy.blind_index import digest
from privacy.keyring.ring import create_keys
from privacy.models import SealedModel
from privacy.sealing import seal
from trail.actor import Actor
from trail.append import append
from trail.canonical import Fact
from trail.refusal import NotVisible

COMMENT: Final = "interactions.comment_interaction"
ADDED: Final = "comment.added"
MOST_BYTES: Final = 10_000
LONGEST_CALL_MS: Final = 24 * 3_600_000


class NotAComment(ValueError):
    """The comment can't be taken; the sentence says why."""


def add_comment(*, actor: Actor, interaction: Interaction, text: str, at_ms: int | None = None) -> Comment:
    """Add a comment, at a place in the sound (milliseconds) or about the whole call, and return it.

    Raises Refused, NotVisible, NotAComment, and django.db.OperationalError when the keyring does not answer: then
    nothing was added.
    """
    require(actor, COMMENT, interaction, action=ADDED)
    refuse_restricted(actor, interaction.customer_id, action=ADDED, record=_name(interaction))

    words = _checked(text, at_ms)
    numbering = numbering_of(interaction.account)
    row = Comment(
        account_id=interaction.account_id,
        interaction=interaction,
        author_id=actor.user_id,
        at_ms=at_ms,
        written_at=timezone.now(),
        digest=digest(interaction.account_id, "comment", f"{actor.user_id}\0{at_ms}\0{words}"),
    )
    mentions = mentions_in(row, words, numbering, Effort())

    seal(row, create_keys(row.account_id, 1)[0], {"text": words})
    with transaction.atomic():
        _lock(actor, interaction)
        return _known(row) or _saved(row, mentions, actor)


def _checked(text: str, at_ms: int | None) -> str:
    words = text.strip().replace("\r\n", "\n")
    if not words:
        raise NotAComment("The comment is empty. Nothing was added. Write something first.")
    if len(words.encode()) > MOST_BYTES:
        raise NotAComment(f"The comment is longer than {MOST_BYTES:,} bytes. Nothing was added. Make it shorter.")
    if "\0" in words:
        raise NotAComment("The comment holds a NUL character. Nothing was added. Take it out.")
    if at_ms is not None and not 0 <= at_ms <= LONGEST_CALL_MS:
        raise NotAComment("The place in the sound is not in it. Nothing was added.")
    return words


def _lock(actor: Actor, interaction: Interaction) -> None:
    """Hold the call until the comment is in: the eraser takes the same lock, so none slips past a decision."""
    rows = Interaction.objects.visible_to(actor).living().filter(pk=interaction.pk)
    if rows.select_for_update(no_key=True, of=("self",)).first() is None:
        raise NotVisible(
            "There is no such call here, or it was forgotten. Nothing was added.",
            actor=actor,
            action=ADDED,
            code="not_visible",
            record=_name(interaction),
        )


def _known(row: Comment) -> Comment | None:
    return Comment.objects.living().filter(interaction_id=row.interaction_id, digest=row.digest).first()


def _saved(row: Comment, mentions: list[Mention], actor: Actor) -> Comment:
    row.save(force_insert=True)
    Mention.objects.bulk_create(mentions)
    facts: dict[str, Fact] = {"call": str(row.interaction_id), "mentions": len(mentions)}
    append(ADDED, actor=actor, account_id=row.account_id, record=_name(row), facts=facts)
    return row


def _name(row: SealedModel) -> tuple[str, str]:
    return row._meta.label, str(row.pk)
