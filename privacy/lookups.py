"""Ask for rows by many ids in one parameter: `filter(pk__any_of=ids)`.

`pk__in` makes a parameter of each id, and the driver takes longer to put five hundred of them into a statement than
PostgreSQL to carry it out. An array is one.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Lookup
from django.db.models.sql.compiler import SQLCompiler


class AnyOf(Lookup):
    """`id = ANY(ids)`; nothing is in no ids."""

    lookup_name = "any_of"

    def get_prep_lookup(self) -> list[Any]:
        """Return the ids as the column takes them."""
        prepared = self.lhs.output_field.get_prep_value
        return [each if isinstance(each, UUID) else prepared(each) for each in self.rhs]

    def get_db_prep_lookup(self, value: Any, connection: BaseDatabaseWrapper) -> tuple[str, tuple[str]]:
        """Return the one parameter."""
        return "%s", (array_of(value),)

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[str | int, ...]]:
        """Return the comparison."""
        left, parameters = self.process_lhs(compiler, connection)
        right, ids = self.process_rhs(compiler, connection)
        return f"{left} = ANY({right}::{self.lhs.output_field.db_type(connection)}[])", (*parameters, *ids)


def array_of(values: Iterable[UUID | bytes]) -> str:
    """Return values as one parameter for `%s::uuid[]` or `%s::bytea[]`.

    It is written here: the driver asks each element of a list how to quote it.
    """
    return "{" + ",".join([_written(each) for each in values]) + "}"


def _written(value: UUID | bytes) -> str:
    return value.hex if isinstance(value, UUID) else f'"\\\\x{bytes(value).hex()}"'
