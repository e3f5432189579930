"""Sendings of devices, parsed answer by answer: an invalid one is refused alone, and the others are
stored.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime

from maillage.apps.surveys import rules
from maillage.kernel.errors import Refused
from maillage.kernel.table import Table
from maillage.kernel.typed import ROWS

UNREADABLE = Refused(
    "Cet envoi n’est pas reconnu.",
    why="Ce n’est pas ce qu’envoie la page de collecte.",
    do="Rechargez la page, puis renvoyez.",
)


@dataclass(frozen=True, slots=True)
class Sending:
    """A sending. refused: invalid answers, with their number as sent and the reason. n_unsent: how many
    remain on the device.
    """

    token: str
    answers: Sequence[rules.Sent]
    refused: Sequence[tuple[str, str]]
    n_unsent: int | None


def device_link(body: bytes) -> str:
    """Return the link of a device that asks for its survey."""
    return str(_object(body).get("jeton", ""))


def read(body: bytes) -> Sending:
    """Return the content of a sending; Refused when it is not one."""
    content = _object(body)
    rows = content.get("reponses")
    if not isinstance(rows, list):
        raise UNREADABLE
    answers, refused = every(rows[: rules.ANSWERS_AT_ONCE])
    n_unsent = content.get("attente")
    counted = n_unsent if isinstance(n_unsent, int) and 0 <= n_unsent <= 1_000_000 else None
    return Sending(str(content.get("jeton", "")), answers, refused, counted)


def every(rows: Sequence[Any]) -> tuple[list[rules.Sent], list[tuple[str, str]]]:
    """Return the valid answers, and the numbers of the others with the reason."""
    answers, refused = [], []
    for row in rows:
        try:
            answers.append(_answer(row))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            reason = str(error) if type(error) is ValueError else "Cette réponse n’a pas pu être lue."
            refused.append((text(str(row.get("uid", ""))[:60]) if isinstance(row, dict) else "", reason))
    return answers, refused


def _object(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UNREADABLE from error
    if not isinstance(content, dict):
        raise UNREADABLE
    return content


def _answer(row: Mapping[str, Any]) -> rules.Sent:
    try:
        uid = UUID(str(row["uid"]))
    except (ValueError, KeyError) as error:
        raise ValueError("Cette réponse n’a pas de numéro qui la distingue.") from error
    values, channel = row.get("values"), str(row.get("channel") or "")
    if not isinstance(values, Mapping):
        raise ValueError("Cette réponse n’a pas de valeurs.")
    place = row.get("place")
    return rules.Sent(
        uid=uid,
        version=_number(row.get("version"), most=2_000_000_000) or 0,
        channel=channel if channel in rules.CHANNELS else "street",
        place=_number(place, most=ROWS),
        language=text(row.get("language") or "fr")[:8],
        begun_at=moment(row.get("begun")),
        ended_at=moment(row.get("ended")),
        values={text(name)[:200]: text(value) for name, value in values.items() if value not in (None, "")},
    )


def text(value: Any) -> str:
    """Return a value as text the database accepts: no forbidden byte, no half character. ValueError: too long
    to be stored whole.
    """
    raw_text = (
        value
        if isinstance(value, str)
        else " ".join(map(str, value))
        if isinstance(value, list)
        else str(value)
    )
    clean_text = raw_text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")
    if len(clean_text) > rules.MOST_LETTERS:
        raise ValueError(rules.TOO_LONG)
    return clean_text


def typed_cells(table: Table, column: str) -> list[str]:
    """Return the cells of a column that hold something, but for those too long to be stored."""
    cells = (str(cell).strip() for cell in table[column].tolist())
    return [text(cell) for cell in cells if cell and len(cell) <= rules.MOST_LETTERS]


def _number(value: Any, *, most: int) -> int | None:
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 < number <= most else None


def moment(value: Any) -> datetime | None:
    """Return a moment that a device or a file reports, None when it is none, or of a year that nobody means:
    an answer is not lost because of a clock.
    """
    try:
        parsed = parse_datetime(str(value)) if value else None
        return parsed if parsed is not None and 1990 <= parsed.year <= 2100 else None
    except ValueError:
        return None
