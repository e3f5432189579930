"""PostgreSQL, with a lock of a row that stops who changes it and nobody who only names it.

A row that names another is checked when its transaction ends, after the journal was locked: PostgreSQL then
waits for whoever holds FOR UPDATE on the other. That one writes in the journal in its turn: each would wait
for the other. FOR NO KEY UPDATE keeps writers apart as well, and lets the check pass: no key ever changes.
"""

from typing import Any

from django.db.backends.postgresql import base

# Queries that a connection prepares: those of the pages that everybody opens are two hundred, and one that is
# forgotten before it comes back costs more than if it had never been prepared.
PREPARED = 300


class DatabaseOperations(base.DatabaseOperations):
    def for_update_sql(self, *args: Any, **kwargs: Any) -> str:
        return str(super().for_update_sql(*args, **{**kwargs, "no_key": True}))


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.prepared_max = PREPARED
        return connection
