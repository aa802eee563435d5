"""Tell other systems, and whoever got copies, that a customer was corrected or restricted (GDPR Art. 19).

The same tasks as for an erasure, by the same register of systems and of disclosures. They are made in the transaction
that decides; what they need is opened before it. The request itself is done then: tasks that are left stand on its page
and with their owners.
"""

from collections.abc import Iterable, Mapping

from customers.models import Disclosure, Identifier
from rtbf.external.tasking import Asking, identifiers_of, prepare, recipients_of
from rtbf.models import Request, TaskKind
from trail.actor import Actor

Customers = Iterable[object]


def prepare_notices(
    request: Request,
    customers: Customers,
    kind: TaskKind,
    *,
    actor: Actor,
    corrections: Iterable[Mapping[str, str]] = (),
) -> Asking:
    """Return whom to tell what about these customers, for `external.tasking.ask_others`; changes nothing.

    corrections: each `kind`, `wrong` and `right`.
    """
    theirs = {"customer_id__in": list(customers), "account_id": request.account_id}
    recipients = recipients_of(request, Disclosure.objects.filter(**theirs), actor=actor)
    said = list(corrections)
    return prepare(
        request,
        kind,
        recipients,
        lambda: {
            "identifiers": identifiers_of(request, Identifier.objects.filter(**theirs), actor=actor),
            **({"corrections": said} if said else {}),
        },
    )
