"""PostgreSQL, with a lock of a row that stops who changes it and nobody who only names it.

A row that names another is checked when its transaction ends, after the journal was locked: PostgreSQL then
waits for whoever holds FOR UPDATE on the other. That one writes in the journal in its turn: each would wait
for the other. FOR NO KEY UPDATE keeps writers apart as well, and lets the check pass: no key ever changes.
"""

from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base, operations

# Queries that a connection prepares: those of the pages that everybody opens are two hundred, and one that is
# forgotten before it comes back costs more than if it had never been prepared.
PREPARED = 300


class DatabaseOperations(operations.DatabaseOperations):
    def for_update_sql(self, *args: Any, **kwargs: Any) -> str:
        return str(super().for_update_sql(*args, **{**kwargs, "no_key": True}))


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.prepared_max = PREPARED
        return connection

    def chunked_cursor(self) -> Any:
        """Return a cursor that the server holds, but where its session may be somebody else's at the next
        batch of rows: outside a transaction, behind a PgBouncer that shares sessions.
        """
        if settings.SHARED_CONNECTIONS and self.get_autocommit():
            return self.cursor()
        return super().chunked_cursor()
