"""Say on the page of a request or of a copy which legal holds keep it, and lead whoever may place one there."""

from dataclasses import dataclass

from accounts.rights import may
from privacy import lineage
from privacy.witness import RecordRef
from retention.case_files import in_cases
from retention.explaining import Held, why_held
from retention.querysets import SEE as SEE_HOLDS
from rtbf.models import CaseFile, Dossier, Request
from rtbf.requests.sections import Section, section
from trail.actor import Actor

PLACE = "retention.place_hold"


@dataclass(frozen=True)
class Holds:
    """The holds that keep a case. `reference`: what the case is called, for a form that would hold it."""

    reference: str
    holds: list[Held]
    may_see: bool
    may_place: bool


def held_section(row: Request | Dossier, actor: Actor) -> Section | None:
    """Return the section that says which holds in force keep a request's case file, or a copy; None where none does."""
    line: tuple[RecordRef, ...] = (lineage.reference(row),)
    if isinstance(row, Request) and (case := _case_of(row, actor)):
        line = in_cases(lineage.targets([case]))[0].lineage
    found = Holds(row.reference, why_held(line), may(actor, SEE_HOLDS, row), may(actor, PLACE, row))
    if not found.holds and not found.may_place:
        return None
    return Section("Legal holds", template="rtbf/held.html", context={"held": found})


def _case_of(request: Request, actor: Actor) -> CaseFile | None:
    return CaseFile.objects.visible_to(actor).filter(request=request, condemned_at=None).first()


@section(order=25)
def legal_holds(request: Request, actor: Actor) -> Section | None:
    """Show on a request's page which holds keep its case file."""
    return held_section(request, actor)
