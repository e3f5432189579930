"""A share as people say it: « un habitant sur trois », « environ 1 personne sur 7 ». One rule for every
sentence.

- As it is, where the fraction prints the same percentage as the share.
- « environ » where it does not, and the interval holds it.
- « près de », « un peu plus de » where the whole interval is on one side of it.
- Nothing where no simple fraction is within NEAR points.

Source: docs/methods/lecture.md
"""

from dataclasses import dataclass

from maillage.words import rounding

NEAR = 2.5  # points
SIMPLE = ((1, 10), (1, 5), (1, 4), (1, 3), (1, 2), (2, 3), (3, 4), (4, 5), (9, 10))  # said in full words
IN_DIGITS = (
    *((1, n_people) for n_people in range(100, 1, -1)),
    (2, 3),
    (3, 4),
    *((k, 10) for k in (3, 4, 6, 7, 8, 9)),
)


@dataclass(frozen=True, slots=True)
class Fraction:
    """A simple fraction near a share, and how it is told: '', `environ`, `près de` or `un peu plus de`."""

    part: int
    n_people: int
    lead: str


def fraction(
    percent: float,
    low: float,
    high: float,
    *,
    among: tuple[tuple[int, int], ...] = SIMPLE,
    decimals: int = 0,
    rule: str = "nearest",
) -> Fraction | None:
    """Return the simple fraction that may stand for a percentage, None when there is none.

    decimals, rule: those of the percentage printed beside it.

    >>> fraction(33.4, 28, 39), fraction(48, 40, 56).lead, fraction(31.5, 31, 32).lead, fraction(60, 55, 65)
    (Fraction(part=1, n_people=3, lead=''), 'environ', 'près de', None)
    """
    printed = rounding.rounded(percent, rule=rule, decimals=decimals)

    def same(at: float) -> bool:
        return rounding.rounded(at, decimals=decimals) == printed

    def gap(ratio: tuple[int, int]) -> tuple[bool, float]:
        # One that prints the same percentage goes first, then the nearest to the percentage as it is printed:
        # 13 % is 1 in 8 everywhere, be it 12.6 or 13.4, and 18 % about 1 in 6, be it 17.6 or 18.4.
        at = 100 * ratio[0] / ratio[1]
        return not same(at), abs(at - printed)

    part, n_people = min(among, key=gap)
    at = 100 * part / n_people
    if abs(at - printed) > NEAR:
        return None
    if same(at):
        return Fraction(part, n_people, "")
    if low <= at <= high:
        return Fraction(part, n_people, "environ")
    return Fraction(part, n_people, "près de" if percent < at else "un peu plus de")


def one_in(percent: float, low: float, high: float, *, decimals: int = 0) -> str:
    """Return a percentage as a count of people, '' when no simple fraction is near.

    >>> one_in(14.1, 12, 17), one_in(50, 47, 53), one_in(42.0, 39, 45), one_in(45.0, 41, 49)
    ('1 personne sur 7', '1 personne sur 2', 'environ 4 personnes sur 10', '')
    """
    if percent < 1:
        return "moins de 1 personne sur 100"
    simple = fraction(percent, low, high, among=IN_DIGITS, decimals=decimals)
    if simple is None:
        return ""
    noun = "personne" if simple.part == 1 else "personnes"
    return f"{simple.lead} {simple.part} {noun} sur {simple.n_people}".strip()
