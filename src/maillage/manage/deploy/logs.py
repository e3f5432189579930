"""The lines of the logs: an event and its place, never a link that still opens."""

import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path

from django.http import HttpRequest

from maillage.kernel.personal_links import masked

DEEPEST = 12  # calls that an error shows, the last ones


class Masked(logging.Formatter):
    """Mask the secret part of personal links, in a log message and in its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


class JsonLines(logging.Formatter):
    """A line of JSON for each event, with the number of its request.

    An error is its kind and where it happened, never its words: they may hold what somebody typed.
    """

    def format(self, record: logging.LogRecord) -> str:
        from maillage.manage.requests.request_log import current_id

        line: dict[str, object] = {
            "le": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "niveau": record.levelname,
            "source": record.name,
        }
        if number := current_id.get():
            line["requete"] = number
        request = getattr(record, "request", None)
        line |= request if isinstance(request, dict) else {}
        if record.exc_info and record.exc_info[0]:
            line["erreur"] = record.exc_info[0].__name__
            calls = traceback.extract_tb(record.exc_info[2])[-DEEPEST:]
            line["pile"] = [f"{Path(each.filename).name}:{each.lineno} {each.name}" for each in calls]
        elif words := masked(_words(record)):
            line["quoi"] = words
        return json.dumps(line, ensure_ascii=False)


def _words(record: logging.LogRecord) -> str:
    """Return the words of an event; of the address that was asked for, which has the number of a row, its
    pattern.
    """
    request = getattr(record, "request", None)
    if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
        match = request.resolver_match
        pattern = f"/{match.route}" if match else "/…"
        arguments = [
            pattern if isinstance(each, str) and each.startswith("/") else each for each in record.args
        ]
        return str(record.msg) % tuple(arguments)
    return record.getMessage()
