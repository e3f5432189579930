"""Which safe suits a person, by what they have: nothing is guessed, and what nobody says is to be asked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from maillage.reference import safes
from maillage.reference.safes import Safe

SUITS, ASK, LACKS = "suits", "ask", "lacks"


@dataclass(frozen=True, slots=True)
class Suitability:
    """How a safe suits a person. lacking: what it asks and they have not; to_ask: what it may ask and
    they have not, by the labels of the conditions.
    """

    safe: Safe
    verdict: str
    lacking: tuple[str, ...]
    to_ask: tuple[str, ...]


def ranking(has: Collection[str], known: Sequence[Safe] | None = None) -> list[Suitability]:
    """Return every safe, those that suit first; has: the ids of the conditions that the person meets."""
    suitabilities = [_suitability(safe, has) for safe in (safes.safes().safes if known is None else known)]
    return sorted(suitabilities, key=lambda safe: (SUITS, ASK, LACKS).index(safe.verdict))


def _suitability(safe: Safe, has: Collection[str]) -> Suitability:
    conditions = safes.safes().conditions
    missing = [id for id in safe.asks if id not in has]
    lacking = tuple(conditions[id].label for id in missing if safe.asks[id] == safes.YES)
    to_ask = tuple(
        conditions[id].label for id in missing if safe.asks[id] in (safes.SOMETIMES, safes.UNKNOWN)
    )
    return Suitability(safe, LACKS if lacking else ASK if to_ask else SUITS, lacking, to_ask)
