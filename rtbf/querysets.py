"""Which requests, and what belongs to them, a person may see, and which rows of a plan are still to do."""

from typing import Self

from django.db import models

from accounts.querysets import OfAccountQuerySet

SEE = "rtbf.view_request"
KEEP_CASES = "rtbf.write_letter"
KEEP_REGISTER = "rtbf.change_rules"
RAISE_DOSSIER = "rtbf.raise_dossier"
SEE_CLOSING = "rtbf.approve_closing"


class RequestQuerySet(OfAccountQuerySet):
    """Requests."""

    right = SEE


class PlanItemQuerySet(models.QuerySet):
    """Rows of plans."""

    def undone(self) -> Self:
        """Return what was not carried out yet."""
        return self.filter(done_at=None)


class CaseQuerySet(OfAccountQuerySet):
    """Case files and their parts, seen by whoever keeps them."""

    right = KEEP_CASES


class DossierQuerySet(OfAccountQuerySet):
    """Copies for customers, seen by whoever may put one together."""

    right = RAISE_DOSSIER


class SystemQuerySet(OfAccountQuerySet):
    """Other systems, seen by whoever keeps their register."""

    right = KEEP_REGISTER


class ClosureQuerySet(OfAccountQuerySet):
    """Closings of accounts, seen by whoever may ask for one or agree to it."""

    right = SEE_CLOSING
