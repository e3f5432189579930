"""The effect of opening or closing places, zone by zone: with and without, drawn with the same
numbers.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from maillage.kernel.estimate import Figure
from maillage.studies.offer import reach, silence
from maillage.studies.offer.areas import EVERYBODY
from maillage.studies.offer.gap_rules import METHOD
from maillage.studies.offer.grounds import Ground, with_places
from maillage.studies.offer.silence import Publishable
from maillage.studies.offer.whereabouts import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneChange:
    """The effect of a change on a zone, or on all of them (code ''): people in need newly reached, or lost,
    and the gap.
    """

    code: str
    name: str
    moved: Publishable
    before: Publishable
    after: Publishable


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The effect of opening or closing places, zone by zone and overall."""

    offer: str
    public: str
    zones: tuple[ZoneChange, ...]
    whole: ZoneChange


def opened(g: Ground, offer: str, new: Iterable[Place], public: str = EVERYBODY) -> Change:
    """Return the gain of these new places: people in need newly reached, and those who would still lack
    it.

    Both situations are drawn with the same numbers: the difference has its own interval, narrower than
    theirs.
    """
    return _change(g, with_places(g, (*g.places, *new)), offer, public)


def closed(g: Ground, offer: str, ids: Iterable[str], public: str = EVERYBODY) -> Change:
    """Return the loss from closing these places: people in need who would lose their only place within
    reach.
    """
    closed_ids = set(ids)
    return _change(
        with_places(g, [p for p in g.places if p.id not in closed_ids]), g, offer, public, losing=True
    )


def _change(less: Ground, more: Ground, offer: str, public: str, *, losing: bool = False) -> Change:
    """Return the difference between two grounds. Where places do not say whether they offer the line, it is a
    range: from none of them offering it to all.
    """
    known = _figures(less, more, offer, public, losing, silent=False)
    is_uncertain = (less.unsaid(offer, public).any() or more.unsaid(offer, public).any()) and bool(offer)
    most = _figures(less, more, offer, public, losing, silent=True) if is_uncertain else None
    zones = tuple(
        ZoneChange(
            code=code,
            name=name,
            **{
                key: silence.publishable(column[i], most[key][i] if most else None)
                for key, column in known.items()
            },
        )
        for i, (code, name) in enumerate(less.names())
    )
    return Change(offer=offer, public=public, zones=zones[:-1], whole=zones[-1])


def _figures(
    less: Ground, more: Ground, offer: str, public: str, losing: bool, *, silent: bool
) -> dict[str, list[Figure]]:
    """Return the people who gain or lose, and those in lack before and after, in each zone.

    silent: places that do not say offer the line too.
    """
    low, high = (
        reach.drawn(g, g.serving(offer, public) | (silent & g.unsaid(offer, public)), public)
        for g in (less, more)
    )
    before, after = (high, low) if losing else (low, high)
    figures = reach.figures(less, METHOD)
    return {
        "moved": figures(reach.remainder(high.reached, low.reached)),
        "before": figures(reach.remainder(before.placed, before.reached)),
        "after": figures(reach.remainder(after.placed, after.reached)),
    }
