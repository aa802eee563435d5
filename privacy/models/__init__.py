"""Sealed rows, what the eraser remembers, and the marks by which a restore is noticed."""

from privacy.models.erasing import Condemnation, DoomedFile, DoomedKey
from privacy.models.index_keys import IndexKey
from privacy.models.restoring import Epoch, HoldsReview, Restoration
from privacy.models.sealed import SealedField, SealedModel, condemned_index

__all__ = [
    "Condemnation",
    "DoomedFile",
    "DoomedKey",
    "Epoch",
    "HoldsReview",
    "IndexKey",
    "Restoration",
    "SealedField",
    "SealedModel",
    "condemned_index",
]
