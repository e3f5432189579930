"""The indicators as a page prints them: rounded figures, charts, the table beside each."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from math import floor, log10
from typing import Any

from maillage.apps.steering.indicators import rules
from maillage.apps.steering.indicators.queries.ground import Ground
from maillage.apps.steering.indicators.rules import FunnelPlace, Move, Point, Value
from maillage.kernel.estimate import Estimate
from maillage.publishing.page import funnel, series
from maillage.reference.indicators import Earlier, Indicator, families
from maillage.statistics.engine.funnel import limits
from maillage.words import wording
from maillage.words.dates import MONTHS, SHORT_MONTHS
from maillage.words.rounding import outwards
from maillage.words.wording import FigureText

# What an indicator is counted among, one and several.
AMONG = {
    "telling": ("lieu", "lieux"),
    "plan": ("action", "actions"),
    "service": ("lieu dont la fiche dit un service", "lieux dont la fiche dit un service"),
    "uncovered": ("commune", "communes"),
    "district": ("lieu dont on sait s’il y est", "lieux dont on sait s’ils y sont"),
}
STANDING = ("stock", "people_stock")  # ways of counting what stands on a day
# A unit that agrees, when there is one or none of it.
LEAST_TOP = 10.0  # of an axis
TELLING_ZERO = ("pourcent", "lieux", "communes")  # units of which none is an answer, and no lack of activity
NATIONAL = "objectif"  # the family of a goal that nobody set for a territory
FEW = 10  # people: an estimate under it is no number of persons
ONE = {"structures": "structure", "personnes": "personne", "actes": "acte"}


@dataclass(frozen=True, slots=True)
class Means:
    """A way to measure several indicators. gesture: the label of its button; page: the name of the page where
    that leads, "" for none; is_of_place: that page is of the territory.
    """

    title: str
    gesture: str = ""
    page: str = ""
    is_of_place: bool = False


MEANS = {
    "diagnosis": Means("Le diagnostic", "Calculer le diagnostic", "territory", is_of_place=True),
    "census": Means("Un recensement des lieux d’aide", "Déposer la liste des lieux", "import_new"),
    "inhabitants": Means("Une enquête auprès des habitants", "Préparer l’enquête", "survey_new"),
    "structures": Means("Une enquête auprès des structures", "Préparer l’enquête", "survey_new"),
    "professionals": Means("Une enquête auprès des professionnels", "Préparer l’enquête", "survey_new"),
    "accounts": Means("Les comptes des structures et des aidants", "Inviter une équipe", "team"),
    "referrals": Means("Les orientations", "Orienter une personne", "orientation_new"),
    "acts": Means("Les actes d’aide et les ateliers", "Noter un acte", "act_new"),
    "meetings": Means("Les réunions et les événements du réseau", "Proposer une réunion", "meeting_new"),
    "learning": Means("Les parcours d’apprentissage", "Suivre un parcours", "plans"),
    "plan": Means("Le plan d’actions", "Écrire le plan", "plan_open", is_of_place=True),
    "nobody": Means("Personne ne peut encore le calculer"),
    "few": Means("Mesuré, mais pas publiable"),
}
MEANS_BY_MEASURE = {
    **dict.fromkeys((rules.STRUCTURES, rules.AIDANTS), "accounts"),
    **dict.fromkeys((rules.LEARNERS, rules.PLANS_QUESTIONED), "learning"),
    **dict.fromkeys((rules.ACTS, rules.DEVICES), "acts"),
    **dict.fromkeys(rules.OF_MEETINGS, "meetings"),
    rules.SENT: "referrals",
}
MEANS_BY_WAY = {
    **dict.fromkeys(("need", "need_rate", "target_share", "target_year"), "diagnosis"),
    **dict.fromkeys(("service", "telling", "uncovered", "district", "per_need"), "census"),
    **dict.fromkeys(("capacity", "capacity_per_need", "visits"), "census"),
    "target_followed": "learning",
    "passes": "acts",
    "plan": "plan",
    "missing": "nobody",
}


def means_of(about: Indicator) -> str:
    """Return the key of what measures an indicator, of MEANS."""
    by_measure = MEANS_BY_MEASURE.get(about.measure or about.total)
    return by_measure or MEANS_BY_WAY.get(about.way) or next(iter(about.survey))


@dataclass(frozen=True, slots=True)
class Line:
    """A month in the table beside a chart."""

    month: str
    value: str
    between: str
    n: str


@dataclass(frozen=True, slots=True)
class Reading:
    """An indicator as it is read. figure: its value in words, the range alone for an estimate;
    denominator_text: what it is out of; conclusion: what its chart shows, its title.
    """

    value: Value
    figure: str
    denominator_text: str
    between: str
    kind: str
    chart: str
    lines: Sequence[Line]
    early: bool
    move: Move | None = None
    conclusion: str = ""

    @property
    def is_idle(self) -> bool:
        """True when nothing was counted, on that day nor in any month before."""
        numbers = [self.value.value, *(point.value for point in self.value.series)]
        return self.value.value == 0 and not any(numbers) and self.value.definition.unit not in TELLING_ZERO

    @property
    def why(self) -> str:
        """Return why nothing is measured."""
        return "Compté : 0." if self.is_idle else self.value.reason

    @property
    def is_measured(self) -> bool:
        """True when its figure tells something of the territory."""
        return bool(self.figure) and not self.is_idle


def page(values: Sequence[Value]) -> dict[str, Any]:
    """Return the indicators of a territory by family, and the chain of those of the network."""
    looks = sum(each.definition.unit == "pourcent" and bool(each.series) for each in values)
    read = [reading(each, looks=looks) for each in values]
    missing = [each for each in read if not each.is_measured]
    return {
        "moves": [each for each in read if each.move],
        "chain": (chain := [each for each in read if each.value.definition.step]),
        "has_chain": any(each.is_measured for each in chain),
        "families": [_family(id, label, read) for id, label in families().items() if id != NATIONAL],
        "national": _family(NATIONAL, families()[NATIONAL], read),
        "unmeasured": _unmeasured(missing),
        "n_missing": len(missing),
        "examples": any(each.value.examples for each in read),
        "known": sum(each.is_measured for each in read),
        "count": len(read),
    }


def _unmeasured(read: Sequence["Reading"]) -> list[tuple[Means, list["Reading"], str]]:
    """Return the unmeasured indicators by way to measure them, the most first, and the reason that most of
    them share, "" for none; those that are known and withheld come last.
    """
    by_means: dict[str, list[Reading]] = {}
    for each in read:
        is_known = each.value.kind in (rules.WITHHELD, rules.EARLIER)
        by_means.setdefault("few" if is_known else means_of(each.value.definition), []).append(each)
    groups = sorted(by_means.items(), key=lambda pair: (pair[0] in ("nobody", "few"), -len(pair[1])))
    unmeasured = []
    for key, rows in groups:
        ((why, n_rows),) = Counter(each.why for each in rows).most_common(1)
        is_shared = key != "few" and (n_rows > 1 or len(rows) == 1)
        unmeasured.append((MEANS[key], rows, why if is_shared else ""))
    return unmeasured


def _family(id: str, label: str, read: Sequence[Reading]) -> dict[str, Any]:
    rows = [each for each in read if each.value.definition.family == id and each.is_measured]
    return {
        "id": id,
        "label": label,
        "charts": [each for each in rows if each.chart],
        "figures": [each for each in rows if not each.chart],
    }


def reading(value: Value, *, looks: int = 0) -> Reading:
    """Return an indicator in words. looks: how many shares are watched together for a move beyond chance, 0
    to watch none.
    """
    chart = _chart(value)
    watched = looks and value.definition.unit == "pourcent"
    move = rules.moved(value.series, looks) if watched else None
    return Reading(
        value=value,
        figure=figure(value),
        denominator_text=_base_text(value),
        between=_between(value),
        kind=rules.KINDS[value.kind],
        chart=chart,
        lines=[_line(point, value) for point in value.series] if chart else [],
        early=bool(chart) and any(point.early for point in value.series),
        move=move,
        conclusion=conclusion(value, move) if chart else "",
    )


def conclusion(value: Value, move: Move | None) -> str:
    """Return the title of the chart of a series: of a share, if its latest month differs
    beyond chance; of what stands on a day, where it comes from; of what is counted by month, its highest.
    """
    known_points = [(point, point.value) for point in value.series if point.value is not None]
    (first, begins), (last, ends) = known_points[0], known_points[-1]
    if value.definition.unit == "pourcent":
        if move:
            way = "Hausse" if move.now > move.before else "Baisse"
            return f"{way} au-delà du hasard en {_month(move.month)}"
        if all(number == ends for _, number in known_points):
            return f"{wording.percent(ends)} chaque mois"
        if len(known_points) < rules.FEWEST_MONTHS:
            return "Trop peu de mois pour dire si la part change"
        return f"En {_month(last.month)}, rien que le hasard ne puisse donner"
    if value.definition.way in STANDING:
        if begins == ends:
            return f"Autant en {_month(last.month)} qu’en {_month(first.month)} : {wording.number(ends)}"
        came, latest_text = f"{wording.number(begins)} en {_month(first.month)}", wording.number(ends)
        return f"De {came} à {latest_text} en {_month(last.month)}"
    most = max(number for _, number in known_points)
    best = [point for point, number in known_points if number == most]
    if len(best) > 1:
        return f"{wording.number(most)} au plus en un mois, {len(best)} fois"
    return f"Le plus en {_month(best[0].month)} : {wording.number(most)}"


def _month(first: date) -> str:
    return f"{MONTHS[first.month - 1]} {first.year}"


def side_by_side(columns: Sequence[Sequence[Value]]) -> list[tuple[Value, list[Reading]]]:
    """Return one row for each indicator that one territory at least knows, a cell for each territory."""
    rows = [list(row) for row in zip(*columns, strict=True)]
    return [
        (row[0], [reading(each) for each in row]) for row in rows if any(v.value is not None for v in row)
    ]


@dataclass(frozen=True, slots=True)
class Funnel:
    """An indicator of several territories against what chance gives: the common share in words, each
    territory, the drawing; excluded: the territories that are not in it, each with the reason.
    """

    label: str
    common: str
    places: tuple[FunnelPlace, ...]
    svg: str
    excluded: tuple[tuple[str, str], ...]


def funnels(grounds: Sequence[Ground], columns: Sequence[Sequence[Value]]) -> list[Funnel]:
    """Return a funnel for each share that three territories at least know. Invented ones are left out, and
    those that hold another one: its cases would count twice.
    """
    out = []
    for row in zip(*columns, strict=True):
        definition = row[0].definition
        comparable = [ground for ground, value in zip(grounds, row, strict=True) if not _untold(value)]
        cases, excluded = [], []
        for ground, value in zip(grounds, row, strict=True):
            if why := _untold(value) or _counted_twice(ground, comparable):
                excluded.append((ground.name, why))
            elif value.part is not None and value.denominator is not None:
                cases.append((ground.name, value.part, int(value.denominator)))
        common_and_places = rules.funnel(cases) if definition.way == "ratio" else None
        if common_and_places is None:
            continue
        common, places = common_and_places
        places_text = " ; ".join(
            f"{ground.name} : {wording.percent(ground.share)} de {wording.number(ground.n)} cas,"
            f" {ground.words}"
            for ground in places
        )
        drawn = funnel.drawn(
            [(ground.name, ground.n, ground.share, bool(ground.side)) for ground in places],
            common,
            partial(_limits, common),
            label=f"{definition.label}. {places_text}",
        )
        out.append(Funnel(definition.label, wording.percent(common), places, drawn, tuple(excluded)))
    return out


def _untold(value: Value) -> str:
    """Return why a share is in no funnel, "" when it may be."""
    if value.value is None:
        return f"{rules.KINDS[value.kind]}. {value.reason}"
    return "activité inventée, pour l’exemple." if value.examples else ""


def _counted_twice(ground: Ground, comparable: Sequence[Ground]) -> str:
    """Return which of the territories told a territory holds, in a sentence, "" when it holds none; of two
    that are the same, the first is kept.
    """
    for k, other_ground in enumerate(comparable):
        within = other_ground.communes is not None and (
            ground.communes is None or other_ground.communes <= ground.communes
        )
        if within and (other_ground.communes != ground.communes or k < comparable.index(ground)):
            return f"{other_ground.name} en fait partie, et compterait deux fois."
    return ""


def _limits(common: float, n: int) -> tuple[float, float]:
    low, high = limits(common / 100, n)
    return 100 * low, 100 * high


def figure(value: Value) -> str:
    """Return a value in words, "" when it is missing: an estimate as every page rounds it, its range where no
    point holds.
    """
    if value.value is None:
        return ""
    if _is_few(value):
        return f"moins de {FEW}"
    if text := _estimate(value):
        return text.value or f"{text.low} à {text.high}"
    if value.definition.unit == "pourcent":
        return wording.percent(value.value)
    if value.kind == rules.ESTIMATED and value.low is not None and value.high is not None:
        by = _step(value.high)
        first, last = (wording.number(end, _decimals(by)) for end in outwards(value.low, value.high, by))
        return first if first == last else f"{first} à {last}"
    return _number(value.value)


def _estimate(value: Value) -> FigureText | None:
    """Return an estimate of people or of a share as every page prints it; None for another value."""
    unit = value.definition.unit
    if value.kind != rules.ESTIMATED or value.value is None or value.low is None or value.high is None:
        return None
    estimate = partial(
        Estimate, value=value.value, low=value.low, high=value.high, universe="", n=0, method=""
    )
    if unit == "personnes":
        return wording.people(estimate(unit="personnes"), noun="")
    return wording.rate(estimate(unit="pourcent")) if unit == "pourcent" else None


def _is_few(value: Value) -> bool:
    """Return True if an estimate of people is too small to be told but as a few."""
    is_people = value.definition.unit == "personnes" and value.kind == rules.ESTIMATED
    return is_people and value.high is not None and value.high < FEW


def _percent(value: float) -> str:
    return wording.percent(value, 0 if value == int(value) else 1)


def _number(value: float) -> str:
    """Return a number with the decimals that its size allows."""
    if value == int(value):
        return wording.number(value)
    return wording.number(value, next(k for k in range(6) if value * 10**k >= 10 or k == 5))


def _decimals(by: float) -> int:
    """Return the decimals that a step needs.

    >>> _decimals(10.0), _decimals(0.1), _decimals(0.01)
    (0, 1, 2)
    """
    return max(0, -floor(log10(by)))


def _step(high: float) -> float:
    """Return the step that an estimate of that size is rounded to: two figures."""
    for by in (1000.0, 100.0, 10.0, 1.0, 0.1):
        if high >= 20 * by:
            return by
    return 0.1 if high >= 1 else 0.01


def _base_text(value: Value) -> str:
    """Return the base of a value, in words."""
    about = value.definition
    if value.value is None:
        return ""
    if value.kind == rules.PUBLISHED and value.denominator is not None:
        return wording.count(int(value.denominator), "réponse")
    denominator = value.denominator
    if value.part is not None and denominator is not None and about.unit == "pourcent":
        if about.way == "target_followed":
            done = wording.count(value.part, "projet fait en ligne", "projets faits en ligne")
            return f"{done}, pour un but en personnes : une personne peut en réussir deux"
        among = _among(about, denominator) or f"{wording.number(denominator)} {about.things}".strip()
        return f"{wording.number(value.part)} sur {among}"
    if about.way == "capacity" and value.denominator is not None:
        places_share = f"{wording.number(value.part or 0)} sur {wording.number(value.denominator)}"
        return f"{about.unit}, dites par {places_share} lieux qui aident ou forment"
    if about.way == "visits" and value.denominator is not None:
        places_share = f"{wording.number(value.part or 0)} sur {wording.number(value.denominator)}"
        return f"{about.unit}, dites par {places_share} lieux où se connecter seul"
    if denominator is not None and (among := _among(about, denominator)):
        return f"sur {among}"
    if about.unit == "pourcent":
        return ""  # its figure says « % »
    is_one = abs(value.value) < 2 and not _is_few(value)
    return ONE.get(about.unit, about.unit) if is_one else about.unit


def _among(about: Indicator, denominator: float) -> str:
    """Return how many places, communes or actions an indicator is counted among, "" for the others."""
    return wording.count(int(denominator), *AMONG[about.way]) if about.way in AMONG else ""


def _between(value: Value) -> str:
    if (text := _estimate(value)) and text.value and not text.is_single and not _is_few(value):
        return f"{text.between}."
    if value.kind == rules.ESTIMATED or value.low is None or value.high is None:
        return ""
    low, high = outwards(value.low, value.high, 1.0, most=100.0)
    if value.kind == rules.PUBLISHED:
        return f"entre {_number(low)} et {_percent(high)}."
    return f"D’autres cas comme ceux-là auraient pu donner de {_number(low)} à {_percent(high)}."


def _line(point: Point, value: Value) -> Line:
    month = _month(point.month)
    if point.value is None:
        words = "trop tôt" if point.early else "masqué ou rien"
        return Line(month, words, "", "")
    is_share = value.definition.unit == "pourcent"
    value_text = wording.percent(point.value) if is_share else wording.number(point.value)
    between = ""
    if point.low is not None and point.high is not None:
        low, high = outwards(point.low, point.high, 1.0, most=100.0)
        between = f"{_number(low)} à {_percent(high)}"
    return Line(
        month, value_text, between, wording.number(point.n) if is_share and point.n is not None else ""
    )


def _chart(value: Value) -> str:
    """Return the chart of a series, "" when fewer than two months are told."""
    known_points = [point for point in value.series if point.value is not None]
    if len(known_points) < 2:
        return ""
    is_share = value.definition.unit == "pourcent"
    top = (
        100.0
        if is_share
        else max(series.round_top(max(point.value or 0.0 for point in known_points)), LEAST_TOP)
    )
    return series.monthly(
        [_step_of(point, value.definition.history) for point in value.series],
        top=top,
        id=f"tot-{value.definition.id}",
        label=f"{value.definition.label}, mois par mois : le tableau dit chaque valeur",
        unit="\u00a0%" if is_share else "",
    )


def _step_of(point: Point, history: Sequence[Earlier]) -> series.Step:
    changed = any((each.until.year, each.until.month) == _before(point.month) for each in history)
    short = SHORT_MONTHS[point.month.month - 1]
    return series.Step(short, point.value, point.low, point.high, point.early, changed)


def _before(month: date) -> tuple[int, int]:
    return (month.year, month.month - 1) if month.month > 1 else (month.year - 1, 12)
