"""What is written in the logs: what happened and where, never a link that still opens."""

import logging
import re

LINKS = re.compile(
    r"(/(?:acces|invitation|orientation|apprendre/suivi|ateliers/ma-place|fiche|enquetes/(?:borne|odk|structure))/)[^/\s]+"
)


class Masked(logging.Formatter):
    """Mask the secret part of personal links, in a log message and in its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        return LINKS.sub(r"\1…", super().format(record))
