"""Read the facts sent by a device one by one: an unreadable fact is refused alone, the others are
stored.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from maillage.apps.learning import rules
from maillage.apps.learning.queries import contents, readers
from maillage.apps.learning.rules import Fact
from maillage.kernel.errors import Refused
from maillage.modules.format import KINDS, Module

MOST_BYTES = 400_000


@dataclass(frozen=True, slots=True)
class Sent:
    """The facts of a sending. refused: the numbers of those that cannot be read, with why."""

    facts: Sequence[Fact]
    refused: Sequence[tuple[str, str]]


def content(body: bytes) -> tuple[str, Sequence[Any]]:
    """Return the token of a card and the facts that a device sent, unread; Refused when it is no sending at
    all.
    """
    try:
        sending = json.loads(body)
        return str(sending["carte"]), list(sending["faits"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refused(
            "Cet envoi n’est pas reconnu.",
            why="Ce n’est pas ce qu’envoie cette page.",
            do="Rechargez la page.",
        ) from error


def read(rows: Sequence[Any]) -> Sent:
    """Return the facts of a sending, among the modules that its person reads, or that the page where it was
    done showed, whose link was followed.
    """
    known = {"": contents.modules()}
    scopes = {*contents.adapting(), *contents.writing()}
    facts, refused = [], []
    for row in rows[: rules.AT_ONCE]:
        try:
            scope = str(row.get("lecteur") or "")
            if scope in scopes and scope not in known:
                known[scope] = _modules(scope)
            facts.append(_fact(row, known.get(scope, known[""])))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            refused.append((str(row.get("uid", "")) if isinstance(row, dict) else "", str(error)[:80]))
    return Sent(facts, refused)


def _modules(scope: str) -> Mapping[str, Module]:
    with contents.reading_as(lambda: readers.of_scope(scope)):
        return contents.modules()


def _fact(row: dict[str, Any], known: Mapping[str, Module]) -> Fact:
    module = known.get(str(row["module"]))
    if module is None:
        raise ValueError("module inconnu")
    step = int(row["etape"])
    if not 1 <= step <= len(module.steps):
        raise ValueError("étape inconnue")
    state, kind = str(row["etat"]), str(row.get("genre") or "")
    if state not in rules.STATES or (kind and kind not in KINDS):
        raise ValueError("état inconnu")
    way, screen = str(row.get("voie") or "unknown"), str(row.get("ecran") or "large")
    return Fact(
        uid=str(UUID(str(row["uid"]))),
        module=module.id,
        version=_within(row.get("version"), 1, 32_000),
        step=step,
        state=state,
        kind=kind,
        easier=row.get("facile") is True,
        tries=_within(row.get("essais"), 0, rules.MOST_TRIES),
        hints=_within(row.get("indices"), 0, 3),
        seconds=_within(row.get("secondes"), 0, rules.MOST_SECONDS),
        way=way if way in rules.WAYS else "unknown",
        screen=screen if screen in rules.SCREENS else "large",
        offline=row.get("hors_ligne") is True,
        ago=_within(row.get("il_y_a"), 0, rules.MOST_BEFORE),
    )


def _within(value: Any, low: int, high: int) -> int:
    """Return a number brought back between two bounds: a device that counts or dates wrongly loses nothing
    else.
    """
    return min(max(int(value or 0), low), high)
