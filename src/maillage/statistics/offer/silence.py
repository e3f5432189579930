"""Places that do not state an offer: neither an offer nor an absence, they make a figure a range."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from maillage.kernel.estimate import Estimate, Figure, Unit, Withheld

UNSAID = "Des lieux à portée ne disent pas s’ils proposent cette offre."
UNSAID_HERE = "Des lieux de la zone ne disent pas s’ils proposent cette offre."
TO_LOCATE = "Des lieux qui la proposent sont à situer : rien ne dit s’ils sont dans la zone."
UNASKED = "Ce recensement n’en dit rien : donnée manquante."
LEAST = {"personnes": 1.0, "pourcent": 0.5}  # under which silence changes nothing that can be read


@dataclass(frozen=True, slots=True)
class Silence:
    """Offers that places do not state. unsaid: by line, ids of the places that may offer it; unasked: the
    lines that no place of the census mentions.
    """

    unsaid: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unasked: frozenset[str] = frozenset()


EVERY_PLACE_SPEAKS = Silence()


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """A range without a value: its bounds suppose that no silent place gives the line, and that all do."""

    low: float
    high: float
    reason: str
    unit: Unit
    universe: str
    n: int
    method: str
    sources: tuple[str, ...] = ()
    counted: tuple[tuple[str, int], ...] = ()


Publishable = Figure | Between


def publishable(known: Figure, most: Figure | None) -> Publishable:
    """Return the publishable form of a figure. known: if silent places gave nothing; most: if they gave all
    they might, None where none is silent.
    """
    if most is None or isinstance(known, Withheld) or isinstance(most, Withheld):
        return known
    if abs(known.value - most.value) < LEAST[known.unit]:
        return known
    return Between(
        low=min(known.low, most.low),
        high=max(known.high, most.high),
        reason=UNSAID,
        unit=known.unit,
        universe=known.universe,
        n=known.n,
        method=known.method,
        sources=known.sources,
        counted=known.counted,
    )


def unasked(f: Figure) -> Withheld:
    """Return the withheld figure of a line that no place of the census mentions."""
    return Withheld(
        reason=UNASKED,
        unit=f.unit,
        universe=f.universe,
        n=f.n,
        method=f.method,
        sources=f.sources,
        counted=f.counted,
    )


def value(of: Publishable) -> float | None:
    """Return the value of an estimate, None where nothing or a range alone may be said."""
    return of.value if isinstance(of, Estimate) else None
