"""Ways of travelling to a place, and how each is said in French."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from maillage.reference.files import read_yaml

ISLANDS = Path(__file__).with_name("islands.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Hours of the week when people arrive by public transport. weekday: 0 on Monday; start, end: seconds of
    the day; label: after a number of minutes.
    """

    id: str
    label: str
    weekday: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """A way of travelling. noun: after « à portée de »; manner: after a number of minutes;
    also: other words of somebody who travels so. moment: of public transport, when it is taken; None for
    what waits for nobody.
    """

    id: str
    label: str
    noun: str
    manner: str
    also: tuple[str, ...] = ()
    moment: Moment | None = None

    def __reduce__(self) -> tuple[Callable[[str], "Mode"], tuple[str]]:
        """Read back from a stored ground, a mode is the one of its id: they are compared by identity."""
        return mode_of, (self.id,)

    @property
    def near(self) -> str:
        """« à portée de marche », of a place that one may travel to."""
        return f"à portée de {self.noun}"


FOOT = Mode(
    id="pied", label="À pied", noun="marche", manner="à pied", also=("pas de voiture", "sans voiture")
)
BICYCLE = Mode(id="velo", label="À vélo", noun="vélo", manner="à vélo")
CAR = Mode(id="voiture", label="En voiture", noun="voiture", manner="en voiture")
WHEELCHAIR = Mode(
    id="fauteuil", label="En fauteuil roulant", noun="fauteuil roulant", manner="en fauteuil roulant"
)
HOUR = 3_600
MOMENTS = (
    Moment(id="mardi", label="le mardi matin", weekday=1, start=9 * HOUR, end=11 * HOUR),
    Moment(id="mercredi", label="le mercredi après-midi", weekday=2, start=14 * HOUR, end=16 * HOUR),
    Moment(id="samedi", label="le samedi matin", weekday=5, start=9 * HOUR, end=11 * HOUR),
)
TRANSIT = tuple(
    Mode(
        id=f"transports-{moment.id}",
        label=f"En transports en commun, {moment.label}",
        noun="transports en commun",
        manner=f"en transports en commun {moment.label}",
        moment=moment,
    )
    for moment in MOMENTS
)
STREET_MODES = (FOOT, BICYCLE, CAR, WHEELCHAIR)
MODES = MappingProxyType({mode.id: mode for mode in (*STREET_MODES, *TRANSIT)})


def mode_of(id: str) -> Mode:
    """Return the way of travelling of an id."""
    return MODES[id]


def modes_in(text: str) -> frozenset[Mode]:
    """Return the ways of travelling that a text speaks of.

    >>> [mode.id for mode in modes_in("De l’aide à pied")], modes_in("Former trente agents")
    (['pied'], frozenset())
    >>> [mode.id for mode in modes_in("L’obstacle : pas de voiture")]
    ['pied']
    """
    words = text.lower()
    return frozenset(
        mode for mode in MODES.values() if any(each in words for each in (mode.manner, mode.near, *mode.also))
    )


@cache
def _roadless_islands() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(communes) for communes in read_yaml(ISLANDS)["islands"].values())


def are_roadless(communes: frozenset[str]) -> bool:
    """True for the communes (codes) of whole islands that no road joins to the mainland.

    >>> are_roadless(frozenset({"29155"})), are_roadless(frozenset({"17486"}))
    (True, False)
    """
    islands = [island for island in _roadless_islands() if island <= communes]
    return bool(islands) and frozenset().union(*islands) == communes
