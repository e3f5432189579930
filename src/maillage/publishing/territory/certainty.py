"""Sentences on zones whose class is drawn: only those very likely in it are named, the others are
counted.
"""

from collections.abc import Sequence
from math import ceil
from math import floor as floor_of

from maillage.reference.parameters import number
from maillage.statistics.diagnosis.results import Spread
from maillage.words import rounding, wording

MOST_NAMED = 8
FEWER_NAMED = 5  # beside a map, where the column is narrow
SMALL_SHARE = 0.1  # under which a whole percent hides too much
WEAK, UNCERTAIN = 0.6, "incertaine"  # chances under which a class is not named at all
VAGUE = 0.5  # of the residents: a range as wide says nothing
CHECK = "Avant d’y choisir une aide, vérifiez sur place."
AT_MOST = "au plus "
NOT_KNOWN = "on ne sait pas combien d’habitants"
ABOUT = 12.5  # parts of a number that one number alone is rounded by: to the nearest fiftieth or finer
FEMININE = ("zone", "commune")


def floor() -> float:
    """Return the share of draws from which a zone is named as a member of its class."""
    return number("protection/firm_class")


def odds_text() -> str:
    """Return that floor as people say it."""
    return f"{round(10 * floor())} chances sur 10 ou plus"


def odds_sentence() -> str:
    return f" « Probablement » : {odds_text()}."


def named(names: Sequence[str], *, most: int = MOST_NAMED) -> str:
    """Return names as a list, the tail counted when there are more than `most`."""
    if len(names) <= most:
        return wording.listing([f"**{name}**" for name in names])
    first_names = [f"**{name}**" for name in names[: most - 1]]
    return wording.listing([*first_names, wording.count(len(names) - len(first_names), "autre")])


def label(text: str, odds: float | None) -> str:
    """Return a class or a cell as a table writes it: with its chances where it is not very likely, without
    its name where it is hardly more likely than the others.

    >>> label("les deux", 0.62), label("les deux", 0.97), label("les deux", None), label("les deux", 0.28)
    ('les deux (62\\xa0% de chances)', 'les deux', 'les deux', 'incertaine')
    """
    if odds is not None and odds < WEAK:
        return UNCERTAIN
    return text if odds is None or odds >= floor() else f"{text} ({chances(odds)} de chances)"


def chances(odds: float) -> str:
    """Return the chances of a class that is not very likely: never printed as the floor that they do not
    reach.

    >>> chances(0.62), chances(0.796)
    ('62\\xa0%', '79\\xa0%')
    """
    return wording.share(min(odds, floor() - 0.01))


def between(spread: Spread, unit: str) -> str:
    """Return a count of zones as its range, bounds rounded outwards to whole zones.

    >>> between(Spread(4.2, 2.0, 6.4), "zone"), between(Spread(3.0, 3.0, 3.0), "zone")
    ('de 2 à 7\\xa0zones', '3\\xa0zones')
    >>> between(Spread(2.5, 2.0, 3.0), "zone")
    '2 ou 3\\xa0zones'
    """
    low, high = floor_of(spread.low), ceil(spread.high)
    if low == high:
        return wording.count(low, unit)
    if low and high == low + 1:
        return f"{wording.number(low)} ou {wording.count(high, unit)}"
    lead = "jusqu’à" if low == 0 else f"de {wording.number(low)} à"
    return f"{lead} {wording.count(high, unit)}"


def percents(low: float, high: float, *, like: float = 0.0) -> str:
    """Return a share as its range, bounds rounded outwards to whole percents, to tenths where it is small;
    about one number where both bounds print alike. like: a share that stands beside it, with its decimals.

    >>> percents(0.127, 0.226), percents(0.04561, 0.04561), percents(0.0031, 0.0042)
    ('de 12 à 23\xa0%', 'environ 4,6\xa0%', 'de 0,3 à 0,5\xa0%')
    """
    decimals = 1 if max(high, like) < SMALL_SHARE else 0
    if high - low < 10.0 ** -(2 + decimals) / 2:
        return f"environ {wording.percent(50 * (low + high), decimals)}"
    ends = rounding.outwards(100 * low, 100 * high, 10.0**-decimals, most=100.0)
    return f"de {wording.number(ends[0], decimals)} à {wording.percent(ends[1], decimals)}"


def residents(spread: Spread, population: float) -> str:
    """Return how many residents, then which share of them: two ranges, rounded outwards, by the step that any
    number of people has, or a finer one where a count would make another share than the printed one; two
    rounded numbers where nothing spreads them; the most alone where there may be none. `NOT_KNOWN` for a
    range of half of the residents and more.

    >>> residents(Spread(0.18, 0.127, 0.226), 116_000)
    'de 14\xa0000 à 27\xa0000\xa0habitants, soit de 12 à 23\xa0%'
    >>> residents(Spread(0.0456, 0.0456, 0.0456), 134_400)
    'environ 6\xa0100\xa0habitants, soit environ 4,6\xa0%'
    """
    least, most = spread.low * population, spread.high * population
    shares = percents(spread.low, spread.high)
    if spread.high - spread.low >= VAGUE:
        return NOT_KNOWN
    half_width = (most - least) / 2
    low, high = _counts(least, most, half_width, population)
    while half_width > 1 and not _agree((low, high), spread, population):
        half_width /= 2
        low, high = _counts(least, most, half_width, population)
    if most - least < 1:
        about = rounding.nearest(most, rounding.step(most / ABOUT))
        return f"environ {wording.count(int(about), 'habitant')}, soit {shares}"
    if high >= population:  # nothing bounds it, and a whole number of residents is no rounded one
        least_share = wording.percent(rounding.outwards(100 * spread.low, 100.0, 1.0)[0])
        return f"au moins {wording.count(int(low), 'habitant')}, soit au moins {least_share}"
    most_words = wording.count(int(high), "habitant")
    if not low:
        return f"{AT_MOST}{most_words}, soit {AT_MOST}{shares.partition(' à ')[2] or shares}"
    return f"de {wording.number(low)} à {most_words}, soit {shares}"


def _counts(least: float, most: float, half_width: float, population: float) -> tuple[float, float]:
    return rounding.outwards(least, most, rounding.step(half_width), most=ceil(population))


def _agree(counts: tuple[float, float], spread: Spread, population: float) -> bool:
    """Return True if each count makes the share printed beside it, by less than a step of that share."""
    step = 0.1 if spread.high < SMALL_SHARE else 1.0
    shares = rounding.outwards(100 * spread.low, 100 * spread.high, step, most=100.0)
    return all(abs(100 * n / population - share) < step for n, share in zip(counts, shares, strict=True))


def among(n: int, n_missing: int, unit: str, known: str) -> str:
    """Return the zones that others are counted among. n_missing: how many zones of the territory are not
    among them; known: what makes the difference, a masculine adjective.

    >>> among(22, 0, "zone", "estimé"), among(192, 9, "quartier", "estimé"), among(75, 1, "zone", "estimé")
    ('22', 'les 192 estimés', 'les 75 estimées')
    """
    agreed = f"{known}{'e' if unit in FEMININE else ''}s"
    return f"les {wording.number(n)} {agreed}" if n_missing else wording.number(n)


BOTH_HIGH = "une précarité numérique et une précarité sociale élevées"
DIGITAL_HIGH = "une précarité numérique élevée"


def crossing(spread: Spread, n: int, unit: str, likely: Sequence[str], *, uncrossed: int = 0) -> str:
    """Return which of n zones very likely are in both precarities: a sentence that can head a slide; then how
    many are. Where none is, their number comes first: others may be named for their share of the need.
    uncrossed: how many zones have no place on the joint map.
    """
    none, one, many = (
        ("Aucune", "laquelle", "lesquelles") if unit in FEMININE else ("Aucun", "lequel", "lesquels")
    )
    if not spread.high:
        return f"{none} {unit} ne réunit ici une précarité numérique élevée et une précarité sociale élevée."
    has, both = "a" if spread.high <= 1 else "ont", BOTH_HIGH
    compared_zones = among(n, uncrossed, unit, "comparé")
    count = f"Face à la France, {between(spread, unit)} sur {compared_zones} {has}"
    if not likely:
        return f"{count} {both}, sans qu’on sache {one if has == 'a' else many}. {CHECK}"
    have = "a" if len(likely) == 1 else "ont"
    return f"{named(likely, most=4)} {have} probablement {both}. {count} les deux élevées.{odds_sentence()}"


def uncrossed(n: int, unit: str) -> str:
    """Return how many zones have no place on the joint map, "" for none: why it is told of fewer.

    >>> uncrossed(2, "quartier"), uncrossed(0, "zone")
    ('Pour 2\xa0autres quartiers, l’un des deux n’est pas connu.', '')
    """
    other = wording.count(n, f"autre {unit}", f"autres {unit}s")
    return f"Pour {other}, l’un des deux n’est pas connu." if n else ""


def compared(unit: str) -> str:
    """Return the sentence on what classes compare, which no cut changes."""
    return (
        f"Chaque {unit} est classé{'e' if unit in FEMININE else ''} face à la France métropolitaine, dont"
        " chaque classe réunit un cinquième des habitants."
    )


def same_class(label: str, n: int, unit: str) -> str:
    """Return that n zones are in one class, and how little their ranks tell them apart."""
    every = "toutes" if unit in FEMININE else "tous"
    return (
        f"Les {wording.count(n, unit)} sont {every} dans la même classe, « {label} ». Leur rang sur ce"
        " territoire les départage peu : les fourchettes se recouvrent."
    )


def strongest(at_top: Sequence[str], below: Sequence[str], unit: str) -> str:
    """Return the zones to name in the strongest digital class, then in one of the two strongest; where none
    is, that it is told against France: others may be named for their share of the need here.
    """
    if not at_top and not below:
        none = "aucune" if unit in FEMININE else "aucun"
        return f"Face à la France, {none} {unit} n’a sûrement une précarité numérique élevée ({odds_text()})."
    lists = (
        ("dans la classe « très élevée »", at_top),
        ("dans la classe « élevée » ou « très élevée »", below),
    )
    first, *rest = [f"{place} : {named(names, most=FEWER_NAMED)}." for place, names in lists if names]
    return " ".join([f"Précarité numérique, probablement ({odds_text()}), {first}", *map(upper_first, rest)])


def leaders(top: Sequence[str], n: int, unit: str) -> str:
    """Return that n zones may have the highest share. top: those very likely in the strongest class, most
    likely first.
    """
    which, another = ("lesquelles", "Une autre") if unit in FEMININE else ("lesquels", "Un autre")
    if len(top) == n <= FEWER_NAMED:
        return f"{named(top)} peuvent avoir la part la plus forte : les fourchettes se recouvrent."
    head = f"{wording.count(n, unit)} peuvent avoir la part la plus forte : les fourchettes se recouvrent"
    if not top:
        return f"{head}, et on ne peut pas dire {which} l’emportent."
    n_remaining = n - len(top)
    subject, may = (another, "peut") if n_remaining == 1 else ("D’autres", "peuvent")
    rest = f" {subject}, moins sûrement dans cette classe, {may} aussi l’avoir." if n_remaining else ""
    return (
        f"{head}. Probablement ({odds_text()}) dans la classe « très élevée » :"
        f" {named(top, most=FEWER_NAMED)}.{rest}"
    )


def upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]
