"""Insert many rows by COPY: several times faster than INSERT for rows with sealed values.

A statement with a thousand bytea parameters costs more to parse in the client than to store. COPY streams the rows; ids
and defaults are those of the model instances, so nothing has to come back.
"""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BinaryField, CharField, DateTimeField, Field, ForeignKey, IntegerField, Model, UUIDField
from psycopg import sql


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
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(model._meta.db_table), columns)
    readers = [_reader(each, connection) for each in fields]
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([read(row) for read in readers])
    for row in rows:
        row._state.adding = False
        row._state.db = connection.alias


def _reader(field: Field, connection: BaseDatabaseWrapper) -> Callable[[Model], Any]:
    """Return what takes a field's value from a row as the driver wants it.

    The driver knows plain values itself; preparing each through the field again is a third of an insert's time.
    """
    plain = isinstance(field, (BinaryField, CharField, ForeignKey, IntegerField, UUIDField))
    if plain or (isinstance(field, DateTimeField) and not (field.auto_now or field.auto_now_add)):
        return attrgetter(field.attname)
    return lambda row: field.get_db_prep_save(field.pre_save(row, True), connection)
