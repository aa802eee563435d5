"""Make and insert many rows: several times faster than Django does one, for imports of millions.

A statement with a thousand bytea parameters costs more to parse in the client than to store. COPY streams the rows; ids
and defaults are those of the model instances, so nothing has to come back.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BinaryField,
    CharField,
    DateTimeField,
    Field,
    ForeignKey,
    IntegerField,
    Model,
    QuerySet,
    UUIDField,
)
from django.db.models.base import ModelState
from psycopg import sql

Row = TypeVar("Row", bound=Model)


def new(model: type[Row], **columns: Any) -> Row:
    """Return an unsaved row as `model(**columns)` would; foreign keys are given by their column (`customer_id`).

    A model's own constructor asks each field for its default and sends two signals, which is most of its time.
    """
    row = model.__new__(model)
    plain, made = _defaults(model)
    row.__dict__.update(plain, _state=ModelState())
    for name, make in made:
        row.__dict__[name] = make()
    row.__dict__.update(columns)
    return row


@cache
def _defaults(model: type[Model]) -> tuple[dict[str, Any], tuple[tuple[str, Callable[[], Any]], ...]]:
    """Return the defaults of a model's columns: those that are values, and those that are made for each row."""
    fields: list[Field] = list(model._meta.concrete_fields)
    made = {each.attname: each.default for each in fields if each.has_default() and callable(each.default)}
    plain = {each.attname: each.get_default() for each in fields if each.attname not in made}
    return plain, tuple(made.items())


def load(query: "QuerySet[Row]", *columns: str) -> list[Row]:
    """Return the rows of a query with these columns alone; others are fetched when touched, as after `only`."""
    model, alias = query.model, query.db
    return [_loaded(model, alias, zip(columns, values, strict=True)) for values in query.values_list(*columns)]


def named(model: type[Row], ids: Iterable[UUID]) -> list[Row]:
    """Return rows of which nothing but the id is known; the rest is fetched when touched."""
    alias = router.db_for_read(model)
    return [_loaded(model, alias, (("id", each),)) for each in ids]


def _loaded(model: type[Row], alias: str, columns: Iterable[tuple[str, Any]]) -> Row:
    row, state = model.__new__(model), ModelState()
    state.adding, state.db = False, alias
    row.__dict__.update(columns, _state=state)
    return row


def insert(rows: Sequence[Model]) -> None:
    """Insert rows of one model, all of them or none, into the caller's transaction.

    Raises django.db.IntegrityError as an INSERT would. Signals are not sent.
    """
    if not rows:
        return
    model = type(rows[0])
    connection = connections[router.db_for_write(model)]
    fields: list[Field] = list(model._meta.concrete_fields)
    columns = sql.SQL(", ").join([sql.Identifier(str(each.column)) for each in fields])
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(sql.Identifier(model._meta.db_table), columns)
    readers = [_reader(each, connection) for each in fields]
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        # Named types spare the driver from asking what each value is, and binary spares both sides writing in hex.
        copy.set_types([_type_of(each, connection) for each in fields])
        # Column by column: one reader at a time over all rows is a third faster than all readers over each row.
        for values in zip(*(read(rows) for read in readers), strict=True):
            copy.write_row(values)
    for row in rows:
        row._state.adding = False
        row._state.db = connection.alias


def _type_of(field: Field, connection: BaseDatabaseWrapper) -> str:
    """Return the name of the type a column's values are sent as; an id goes as the 16 bytes it is."""
    if _is_id(field):
        return "bytea"
    named = field.rel_db_type(connection) if isinstance(field, ForeignKey) else field.db_type(connection)
    return str(named).split("(")[0]


def _reader(field: Field, connection: BaseDatabaseWrapper) -> Callable[[Sequence[Model]], Iterable[Any]]:
    """Return what takes a field's values from rows as the driver wants them.

    The driver knows plain values itself; preparing each through the field again is a third of an insert's time.
    """
    name = field.attname
    if isinstance(field, DateTimeField) and (field.auto_now or field.auto_now_add):
        return lambda rows: [field.pre_save(row, True) for row in rows]
    if _is_id(field):
        return lambda rows: [_bytes_of(row.__dict__[name]) for row in rows]
    if isinstance(field, (BinaryField, CharField, DateTimeField, ForeignKey, IntegerField)):
        return lambda rows: [row.__dict__[name] for row in rows]
    return lambda rows: [field.get_db_prep_save(field.pre_save(row, True), connection) for row in rows]


def _is_id(field: Field) -> bool:
    return isinstance(field.target_field if isinstance(field, ForeignKey) else field, UUIDField)


def _bytes_of(value: UUID | None) -> bytes | None:
    return None if value is None else value.int.to_bytes(16, "big")
