"""The population behind published counts: which bases are consistent with all of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from maillage.kernel.errors import Refused


@dataclass(frozen=True, slots=True)
class Base:
    """A population and its youngest age; youngest is None when the publication does not say."""

    label: str
    people: float
    youngest: int | None


def applied(share: float, *, of: int | None, to: Base) -> float:
    """Return share × base. Raises Refused when the share was measured from another age than the base starts
    at.

    of: youngest age of the people the share was measured on, None when unstated: any base is then allowed,
    and the reader is warned.
    """
    if of is not None and to.youngest is not None and of != to.youngest:
        raise Refused(
            f"Une part mesurée à partir de {of} ans ne s’applique pas à la base « {to.label} ».",
            why="Le résultat compterait des personnes que l’enquête n’a pas regardées.",
            do=f"Choisissez une base qui commence à {of} ans.",
        )
    return share * to.people


def implied(count: float, share: float, *, count_step: float, share_step: float = 0.0) -> tuple[float, float]:
    """Return the range of bases for which a share gives a count, both being rounded as printed.

    count: persons, printed to the nearest `count_step`; share: 0 to 1, printed to the nearest `share_step`.

    >>> tuple(round(base) for base in implied(44000, 0.19, count_step=1000))
    (228947, 234211)
    """
    half_count, half_share = count_step / 2, share_step / 2
    return (count - half_count) / (share + half_share), (count + half_count) / (share - half_share)


def common(intervals: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """Return the bases inside every interval, or None when none fits them all.

    >>> common([(1, 5), (3, 9)])
    (3, 5)
    """
    low, high = max(low for low, _ in intervals), min(high for _, high in intervals)
    return (low, high) if low <= high else None
