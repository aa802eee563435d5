"""An open request is a guard: what its plan lists as the person's own stays until the request has ended.

Neither age nor a hand that may delete takes the evidence away before the request decides. A request does not stop
itself, nor another person's: whoever carries out requests is not asked (`privacy.guards.ask(without=…)`).
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from privacy.guards import Refusal, Target
from rtbf.models import ENDED, PlanItem, Request

GROUND = "open_request"


def open_requests(targets: Sequence[Target]) -> Mapping[UUID, Refusal]:
    """Return a refusal for each target that an open request plans for, itself or through what it belongs to."""
    accounts = {target.record.account_id for target in targets if target.record.account_id}
    references = dict(
        Request.objects.filter(account_id__in=accounts).exclude(state__in=ENDED).values_list("pk", "reference")
    )
    if not references:
        return {}
    planned = _planned(list(references), targets)
    found: dict[UUID, Refusal] = {}
    for target in targets:
        for ref in target.lineage:
            request_id = planned.get((ref.label, ref.id))
            if request_id is not None:
                says = f"The request {references[request_id]} is open and plans what becomes of it."
                found.setdefault(target.record.id, Refusal(GROUND, says))
    return found


def _planned(requests: Sequence[UUID], targets: Sequence[Target]) -> dict[tuple[str, UUID], UUID]:
    refs = {ref for target in targets for ref in target.lineage}
    rows = PlanItem.objects.filter(
        request_id__in=requests,
        label__in={ref.label for ref in refs},
        record_id__in={ref.id for ref in refs},
        customer_id__isnull=False,
    )
    found = rows.values_list("label", "record_id", "request_id")
    return {(label, record_id): request_id for label, record_id, request_id in found}
