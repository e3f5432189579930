"""The grid of a diagnosis: maillage, visibilité, attractivité, coordination.

Each criterion reads figures already computed and gives a verdict by a rule that is written beside it; where
nothing tells, it says “donnée manquante” and what would tell; where what is known lies on both sides of the
rule, it says “indécis”. No verdict is typed.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal

from maillage.publishing.autonomy import measures as bilan_measures
from maillage.publishing.directory.census import Part, Shares
from maillage.publishing.survey.findings import PROFILE
from maillage.publishing.survey.published_row import GroupFinding, PublishedRow
from maillage.publishing.territory import gaps
from maillage.publishing.territory.reading import OfferLine, OfferReading
from maillage.publishing.territory.surveys import (
    INHABITANTS,
    PROFESSIONALS,
    STRUCTURES,
    PublishedSurvey,
    unpublished,
)
from maillage.statistics.people.observed import Moved
from maillage.statistics.survey.columns import is_mostly_unlisted
from maillage.words import rounding
from maillage.words.wording import NBSP, count, listing, lower_first, number, percent, points

STRONG, PARTLY, WEAK, UNKNOWN = "fort", "moyen", "faible", "donnee-manquante"
UNDECIDED = "indecis"
WORDS = {
    STRONG: "point fort",
    PARTLY: "axe de progrès",
    WEAK: "manque",
    UNKNOWN: "donnée manquante",
    UNDECIDED: "indécis",
}
PERCEPTION = "Ce que croient les structures de leur communication rejoint-il ce que disent les habitants ?"
SUPPORT = "Quels besoins d’appui ou de coordination des professionnels ?"
FIRST_LEVEL = ("assistance", "libre_acces_accompagne")
MOST = 50.0  # percent of the people of a zone who have a line of the offer within a walk
COVERED, BARE = 0.8, 0.5  # share of people near first-level help: of a strong point, and of a gap below
BALANCED, UNBALANCED = 0.6, 0.3  # of the least near line to the nearest one
FEWEST_LINES = 3  # of the offer, for a balance to be read
MOST_NAMED = 6
MOST_THEMES = 3  # told of what inhabitants wish to learn: the verdict reads them all
NOBODY_WELCOMES = 0.8  # at most, for the criterion on publics, where no structure welcomes one of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer of a published survey: percent of its universe, 90 % interval, n; `computed`: « redressé »
    or « brut »; `rounding`: the rule of its publication; `question`: its words; `finding`: the finding of the
    survey on it, when it is that of a group; `by`: the words of the question that makes that group, "" for a
    profile, whose groups are understood alone; `n_respondents`: those who answered its survey, 0 for a group.
    """

    label: str
    percent: float
    low: float
    high: float
    n: int
    computed: str
    universe: str
    source: str
    rounding: str = "nearest"
    question: str = ""
    finding: GroupFinding | None = None
    by: str = ""
    n_respondents: int = 0

    @property
    def share(self) -> str:
        """The share by the rounding of its publication: « 42 % »."""
        return percent(rounding.rounded(self.percent, rule=self.rounding))

    @property
    def between(self) -> str:
        """Its interval: « entre 32 et 53 % »."""
        low, high = rounding.outwards(self.low, self.high, 1.0, most=100.0)
        return f"entre {number(low)} et {percent(high)}"

    @property
    def in_full(self) -> str:
        """The share with its interval."""
        return f"{self.share} ({self.between})"

    @property
    def figure(self) -> str:
        return f"{self.share} ({self.between}, n{NBSP}={NBSP}{number(self.n)}, {self.computed})"

    @property
    def among(self) -> str:
        return f"{self.universe}, d’après {self.source}"

    @property
    def base(self) -> str:
        """The people it is a share of, with their number: written once for all the answers of a question."""
        return f"{self.among} (n{NBSP}={NBSP}{number(self.n)}, {self.computed})"

    def in_full_by(self, first: "Answered") -> str:
        """Return the share as it stands beside the base of another: its own base only where it is not the
        same.
        """
        is_same = (self.n, self.computed) == (first.n, first.computed)
        return self.in_full if is_same else self.figure

    @property
    def words(self) -> str:
        return f"« {self.label} » : {self.figure}, {self.among}"


Surveyed = Mapping[tuple[str, str, str], Answered]  # kind of survey, question, answer


def answered(kind: str, rows: Iterable[PublishedRow], source: str, *, by_group: bool = False) -> Surveyed:
    """Return the answers that rows of the tables of a survey publish, none of those withheld, nor those of a
    question most of whose answers are out of its list. by_group: with those of groups.
    """
    rows = list(rows)
    unlisted = _mostly_unlisted(rows)
    n_respondents = max((int(row["base"] or 0) for row in rows if not row["groupe"]), default=0)
    label_by_question = {row["question"]: row["libelle"] for row in rows if row["question"] not in PROFILE}
    return {
        (kind, row["question"], _answer(row)): Answered(
            label=row["libelle_modalite"],
            percent=float(row["part"]),
            low=float(row["bas"] if row["bas"] != "" else row["part"]),  # imposed by the weights
            high=float(row["haut"] if row["haut"] != "" else row["part"]),
            n=int(row["base"] or 0),
            computed=row["calcul"],
            universe=row["univers"],
            source=source,
            rounding=row["arrondi"],
            question=row["libelle"],
            finding=row.get("constat"),
            by=label_by_question.get(row["par"], "") if row["groupe"] else "",
            n_respondents=0 if row["groupe"] else n_respondents,
        )
        for row in rows
        if row["part"] != "" and (by_group or not row["groupe"]) and row["question"] not in unlisted
    }


def _mostly_unlisted(rows: Iterable[PublishedRow]) -> set[str]:
    percents: dict[str, dict[str, float]] = {}
    for row in rows:  # answers taken together hold a space in their names
        if row["part"] != "" and not row["groupe"] and " " not in row["modalite"]:
            percents.setdefault(row["question"], {})[row["modalite"]] = float(row["part"])
    return {
        question for question, percent_by_answer in percents.items() if is_mostly_unlisted(percent_by_answer)
    }


def _answer(row: PublishedRow) -> str:
    """Return the name of an answer, then its group when it is that of one.

    >>> _answer({"modalite": "oui", "groupe": ""})
    'oui'
    >>> _answer({"modalite": "oui", "par": "aisance", "groupe": "Peu à l’aise"})
    'oui | aisance : Peu à l’aise'
    """
    return f"{row['modalite']} | {row['par']} : {row['groupe']}" if row["groupe"] else row["modalite"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence of verdicts: the offer beside the need, what the directory counts, published surveys,
    people seen twice, the zones very likely in both precarities (crossed) and the sentence of the diagnosis
    on all that may be (crossing); surveys: those published, named where they say nothing.
    """

    offered: OfferReading | None
    shares: Shares
    surveyed: Surveyed
    again: Moved | None
    crossed: frozenset[str] = frozenset()
    crossing: str = ""
    surveys: Sequence[PublishedSurvey] = ()


Bounds = tuple[float, float]
Share = Callable[[Evidence], tuple[float | Bounds | None, str]]


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion: its axis, its question, how a share (0 to 1, two bounds where places are silent, None when
    nothing tells) is read, the evidence, and what a weak one calls for.
    """

    axis: str
    question: str
    share: Share
    good: float
    bad: float
    rule: str
    if_unknown: str | tuple[str, ...]
    action: str | Callable[["Evidence"], str]


AXES = {
    "maillage": "Le maillage",
    "visibilite": "La visibilité",
    "attractivite": "L’attractivité",
    "coordination": "La coordination",
}


@dataclass(frozen=True, slots=True)
class CriterionReading:
    """A criterion as a reader sees it. action: what to do, "" where nothing calls for it; value: the share
    that the rule reads, the middle of its bounds, None when nothing tells.
    """

    question: str
    verdict: str
    label: str
    evidence: str
    rule: str
    action: str
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis of the grid: its criteria, the questions of those that are strong, or that may progress, and
    what structures say they need to go further on it.
    """

    id: str
    label: str
    criteria: tuple[CriterionReading, ...]
    strong: tuple[str, ...]
    to_progress: tuple[str, ...]
    needs: tuple[str, ...]

    @property
    def is_answered(self) -> bool:
        """True if at least one of its criteria has a verdict."""
        return any(each.verdict != UNKNOWN for each in self.criteria)


def grid(
    offered: OfferReading | None,
    shares: Shares,
    surveyed: Surveyed | None = None,
    again: Moved | None = None,
    crossed: Collection[str] = (),
    crossing: str = "",
    surveys: Sequence[PublishedSurvey] = (),
) -> tuple[Axis, ...]:
    """Return the grid: each axis, its criteria, their verdict, the evidence and the rule behind it.

    shares: what the directory counts. surveyed: what published surveys of the territory say, by kind of
    survey, question and answer. again: what changed for the people seen twice. crossed: codes of the zones
    very likely in both precarities; crossing: the sentence that counts those that may be. surveys: those
    published, which say it or not.
    """
    evidence = Evidence(offered, shares, surveyed or {}, again, frozenset(crossed), crossing, surveys)
    return tuple(_axis(axis, label, evidence) for axis, label in AXES.items())


def _axis(id: str, label: str, evidence: Evidence) -> Axis:
    rows = tuple(_row(criterion, evidence) for criterion in CRITERIA if criterion.axis == id)
    return Axis(
        id=id,
        label=label,
        criteria=rows,
        strong=tuple(row.question for row in rows if row.verdict == STRONG),
        to_progress=tuple(row.question for row in rows if row.verdict in (PARTLY, WEAK)),
        needs=_needs(id, evidence.surveyed),
    )


def _needs(axis: str, surveyed: Surveyed) -> tuple[str, ...]:
    """Return the needs of structures on an axis, a text for each question, which it names: the most frequent
    first, without those of nobody.
    """
    needs_by_question: dict[str, list[Answered]] = {}
    for question, answer in NEEDS[axis]:
        need = surveyed.get((STRUCTURES, question, answer))
        if need and rounding.rounded(need.percent, rule=need.rounding):
            needs_by_question.setdefault(need.question, []).append(need)
    texts = []
    for question, needs in needs_by_question.items():
        need_words = " ; ".join(
            f"{need.label} : {need.in_full_by(needs[0])}"
            for need in sorted(needs, key=lambda need: -need.percent)
        )
        base = f"(n{NBSP}={NBSP}{number(needs[0].n)}, {needs[0].computed})"
        texts.append(
            f"{need_words}, à la question « {question} » {base}" if question else f"{need_words} {base}"
        )
    return tuple(texts)


def _unknown(criterion: Criterion, evidence: Evidence) -> str:
    """Return why nothing answers a criterion: no survey, or published ones that do not say it."""
    kinds = criterion.if_unknown
    return kinds if isinstance(kinds, str) else unpublished(evidence.surveys, kinds)


def _row(criterion: Criterion, evidence: Evidence) -> CriterionReading:
    share, evidence_text = criterion.share(evidence)
    verdict, among = _verdict(share, criterion)
    if (
        criterion.share in OF_DISTANCE
        and evidence.offered
        and evidence.offered.to_locate
        and verdict != UNKNOWN
    ):
        verdict, among = UNDECIDED, UNLOCATED
    action = criterion.action if isinstance(criterion.action, str) else criterion.action(evidence)
    return CriterionReading(
        question=criterion.question,
        verdict=verdict,
        label=WORDS[verdict],
        evidence=f"{evidence_text or _unknown(criterion, evidence)}{among}",
        rule=criterion.rule,
        action=action if verdict in (PARTLY, WEAK) else "",
        value=sum(share) / 2 if isinstance(share, tuple) else share,
    )


def _verdict(share: float | Bounds | None, criterion: Criterion) -> tuple[str, str]:
    """Return the verdict, and what to add to the evidence: between two bounds that the rule parts, it is
    undecided.
    """
    if share is None:
        return UNKNOWN, ""
    low, high = share if isinstance(share, tuple) else (share, share)
    least, most = (
        STRONG if value >= criterion.good else WEAK if value < criterion.bad else PARTLY
        for value in (low, high)
    )
    if least == most:
        return least, ""
    return UNDECIDED, f" De « {WORDS[least]} » à « {WORDS[most]} » : la règle ne tranche pas."


def _bounds(line: OfferLine) -> Bounds | None:
    """Return between what and what the share within a walk is (percent), None where nothing is known: a
    verdict reads the whole interval, for chance alone may put its middle on either side of a rule.
    """
    return None if line.state == UNKNOWN else line.share_bounds


def _known_lines(offered: OfferReading) -> list[tuple[OfferLine, Bounds]]:
    """Return the lines of the offer of which something is known within a walk, each between its bounds."""
    return [(each, bounds) for each in offered.territory.lines if (bounds := _bounds(each)) is not None]


def _part(line: OfferLine) -> str:
    """Return a share as a sentence says it, with its interval: « 66 % (58 – 72 %) », or « entre 66 et 98 % »
    where places are silent.
    """
    if line.share_value is not None or line.share_bounds is None:
        return f"{line.share} ({line.share_between})" if line.share_between else line.share
    low, high = rounding.outwards(*line.share_bounds, 1.0, most=100.0)
    return f"entre {number(low)} et {percent(high)}"


def _doubt(lines: Collection[OfferLine]) -> str:
    """Return why some of these shares are ranges, '' when none is."""
    return next((f" {each.doubt}" for each in lines if each.doubt), "")


def _first_level(offered: OfferReading) -> list[tuple[OfferLine, Bounds]]:
    """Return the lines of first-level help of which something is known, the one most people have first."""
    known = [(line, bounds) for line, bounds in _known_lines(offered) if line.id in FIRST_LEVEL]
    return sorted(known, key=lambda line_bounds: line_bounds[1], reverse=True)


def _no_first_level(offered: OfferReading) -> str:
    """Return why nothing is known of first-level help: nobody says it, or too few people live there."""
    is_known = any(each.id in FIRST_LEVEL and each.state != UNKNOWN for each in offered.territory.lines)
    return "Trop peu d’habitants pour le dire." if is_known else "Aucun lieu recensé n’indique s’il aide."


def _nearer(evidence: Evidence) -> str:
    """Return the action that brings help nearer, once a finished census says that no place is unlisted."""
    if evidence.offered is not None and not gaps.is_listed(evidence.offered, gaps.FOLLOWED):
        return f"{gaps.CHECK}, auprès des mairies, si la liste des lieux est complète."
    return "Ouvrir ou déplacer une permanence : essayez « Et si un lieu ouvrait ? »."


def _near(evidence: Evidence) -> tuple[Bounds | None, str]:
    if evidence.offered is None:
        return None, ""
    lines = _first_level(evidence.offered)
    if not lines:
        return None, _no_first_level(evidence.offered)
    words = " ; ".join(f"{lower_first(line.label)} : {_part(line)}" for line, _ in lines)
    return (
        (max(low for _, (low, _) in lines) / 100, max(high for _, (_, high) in lines) / 100),
        (
            f"{words[:1].upper()}{words[1:]} des personnes concernées {evidence.offered.mode.near}, d’après"
            f" {evidence.offered.source}.{' La règle lit la plus proche.' if len(lines) > 1 else ''}"
            f"{_doubt([line for line, _ in lines])}"
        ),
    )


def _balance(evidence: Evidence) -> tuple[Bounds | None, str]:
    """Return the verdict on the gap between the nearest line and the farthest: never a strong point
    while the nearest itself may be too far, for lines equally rare are no strength.
    """
    if evidence.offered is None:
        return None, ""
    known = _known_lines(evidence.offered)
    if len(known) < FEWEST_LINES:
        return None, "Moins de trois sortes d’offre sont connues."
    least, _ = min(known, key=lambda line_bounds: line_bounds[1])
    most, _ = max(known, key=lambda line_bounds: line_bounds[1][::-1])
    lows, highs = [low for _, (low, _) in known], [high for _, (_, high) in known]
    evidence_text = (
        f"{_part(least)} ({lower_first(least.label)}) ; {_part(most)} ({lower_first(most.label)}) :"
        " la sorte la moins proche et la plus proche des personnes concernées."
        f"{_doubt([least, most])}"
    )
    ratios = min(lows) / max(*highs, 1e-9), min(1.0, min(highs) / max(*lows, 1e-9))
    caps = (max(UNBALANCED, BALANCED * best / (100 * COVERED)) for best in (max(lows), max(highs)))
    least_ratio, most_ratio = (
        ratio if cap >= BALANCED else min(ratio, cap) for ratio, cap in zip(ratios, caps, strict=True)
    )
    return (
        (least_ratio, most_ratio),
        f"{evidence_text[:1].upper()}{evidence_text[1:]}",
    )


def _publics(evidence: Evidence) -> tuple[Bounds | None, str]:
    """Return how the public least served compares with everybody, on the nearest first-level help."""
    if evidence.offered is None:
        return None, ""
    lines = _first_level(evidence.offered)
    if not lines:
        return None, _no_first_level(evidence.offered)
    line, (low, high) = lines[0]
    public_lines = [
        (public.label, public_line, bounds)
        for public in evidence.offered.publics.values()
        for public_line in public.territory
        if public_line.id == line.id and (bounds := _bounds(public_line)) is not None
    ]
    if not public_lines:
        return None, "Trop peu de personnes de chaque public pour le dire."
    if not high:
        return None, f"{line.label} : personne n’en a {evidence.offered.mode.near}, quel que soit son public."
    public_texts = " ; ".join(f"{label} : {_part(public_line)}" for label, public_line, _ in public_lines)
    welcomed = [
        answer
        for public in ("handicap", "illettrisme", "addictions")
        if (answer := evidence.surveyed.get(("structures", "publics_fragiles", public)))
    ]
    most = NOBODY_WELCOMES if any(not answer.percent for answer in welcomed) else inf
    shares = " ; ".join(f"{answer.label} : {answer.in_full_by(welcomed[0])}" for answer in welcomed)
    beyond = (
        f" Structures qui forment et disent accueillir ces publics : {shares}. Base : {welcomed[0].base}."
        if welcomed
        else " Handicap, illettrisme : ni besoin ni accueil ne sont connus ici."
    )
    return (
        (
            min(most, *(least / high for *_, (least, _) in public_lines)),
            min(most, *(upper / max(low, 1e-9) for *_, (_, upper) in public_lines)),
        ),
        (
            f"{line.label}, personnes concernées {evidence.offered.mode.near}. Tous : {_part(line)} ;"
            f" {public_texts}."
            f"{_doubt([line])}{beyond}"
        ),
    )


def _crossed(evidence: Evidence) -> tuple[Bounds | None, str]:
    """Return, among the zones very likely in both precarities, the share where most people surely have
    first-level help, and the share where they may.
    """
    if evidence.offered is None:
        return None, ""
    lines = _first_level(evidence.offered)
    counted = f"{evidence.crossing} " if evidence.crossing else ""
    if not lines:
        return None, f"{counted}{_no_first_level(evidence.offered)}"
    line = lines[0][0]
    crossed_zones = [
        (zone.name, each.share_bounds)
        for code, zone in evidence.offered.zones.items()
        for each in zone.lines
        if code in evidence.crossed and each.id == line.id and each.share_bounds is not None
    ]
    if not crossed_zones:
        return None, f"{counted or 'La carte croisée n’est pas faite ici. '}{NONE_LIKELY}"
    without = [name for name, (_, high) in crossed_zones if high < MOST]
    unsure = [name for name, (low, high) in crossed_zones if low < MOST <= high]
    served, n = len(crossed_zones) - len(without) - len(unsure), len(crossed_zones)
    return (
        (served / n, (served + len(unsure)) / n),
        (
            f"{counted}Probablement dans les deux : {count(n, 'zone')} ; dans {number(served)}, la"
            f" plupart des personnes concernées ont {evidence.offered.mode.near} : {lower_first(line.label)}."
            f"{_listed('Moins de la moitié', without)}{_listed('Incertain', unsure)}"
        ),
    )


NONE_LIKELY = "Aucune zone n’est assez sûrement dans les deux précarités pour y lire un verdict."


def _listed(lead: str, names: list[str]) -> str:
    """Return where something is so, the tail counted; '' when it is nowhere."""
    more = len(names) - MOST_NAMED
    listed_names = [*names[:MOST_NAMED], *([count(more, "autre")] if more > 0 else [])]
    return f" {lead} à {listing(listed_names)}." if names else ""


def _not_giving(answer: Answered) -> Bounds:
    """Return the bounds of the share that did not."""
    return 1 - answer.high / 100, 1 - answer.low / 100


def _largest_need(evidence: Evidence) -> tuple[Bounds | None, str]:
    """Return the share of structures that do not voice the need voiced most, each need told."""
    needs = [
        need
        for (kind, question, answer), need in evidence.surveyed.items()
        if (kind, question) == ("structures", "besoins") and answer != "aucun"
    ]
    if not needs:
        return None, ""
    needs.sort(key=lambda need: -need.percent)
    need_texts = " ; ".join(
        f"{need.label} : {need.in_full_by(needs[0])}"
        for need in needs
        if need is needs[0] or rounding.rounded(need.percent)
    )
    return _not_giving(needs[0]), f"{need_texts}. Base : {needs[0].base}."


def _funded(evidence: Evidence) -> tuple[Bounds | None, str]:
    """Return the share of structures that have a funder, each kind of funder told."""
    funders = {
        answer: funder
        for (kind, question, answer), funder in evidence.surveyed.items()
        if (kind, question) == ("structures", "financeurs")
    }
    none = funders.get("aucun")
    if none is None:
        return None, ""
    funder_texts = "".join(
        f" {funder.label} : {funder.in_full_by(none)}." for id, funder in funders.items() if id != "aucun"
    )
    return _not_giving(none), f"Aucun financeur : {none.in_full}.{funder_texts} Base : {none.base}."


def _of(name: Literal["free", "hours", "recent", "evening_or_weekend"], words: str) -> Share:
    def share(evidence: Evidence) -> tuple[float | None, str]:
        part: Part = getattr(evidence.shares, name)
        if not part.among:
            return None, ""
        return part.value, f"{words} : {part.n} sur {count(part.among, 'lieu', 'lieux')} ({part.share})."

    return share


def _known(evidence: Evidence) -> tuple[Bounds | None, str]:
    answer: Answered | None = evidence.surveyed.get(
        ("inhabitants", "raison_sans_accompagnement", "ignorance")
    ) or evidence.surveyed.get(("inhabitants", "lieu_connu", "non"))
    if answer is None:
        return None, ""
    lead = f"À « {answer.question.strip()} », " if answer.question else ""
    return _not_giving(answer), f"{lead}{answer.words}."


def _believed(evidence: Evidence) -> tuple[float | None, str]:
    """Return how close what structures believe about their communication is to what the people they helped
    answer.
    """
    gap = perception(evidence.surveyed)
    if gap is None:
        return None, ""
    return (
        1 - gap.net / 100,
        f"Les structures : {gap.believed.words}. Les habitants : {gap.answered.words}. Écart :"
        f" {points(gap.points)}.",
    )


@dataclass(frozen=True, slots=True)
class PerceptionGap:
    """The beliefs of structures on their communication, and the answers of the people they help. points:
    between both; net: the same, 0 where their intervals meet: chance alone may explain it.
    """

    believed: Answered
    answered: Answered
    points: float
    net: float

    @property
    def action(self) -> str:
        """The action that the sign of the gap calls for."""
        if self.believed.percent > self.answered.percent:
            return (
                "Faire venir par le bouche-à-oreille et l’orientation entre lieux,"
                " avant de nouvelles affiches"
            )
        return "Montrer aux structures que leur communication porte, et la continuer"


def _perception_action(evidence: Evidence) -> str:
    gap = perception(evidence.surveyed)
    return f"{gap.action}." if gap else ""


def perception(surveyed: Surveyed) -> PerceptionGap | None:
    """Return the gap between what structures believe and what inhabitants say, None unless both answered."""
    believed: Answered | None = surveyed.get(("structures", "canaux", "communication"))
    answered: Answered | None = surveyed.get(("inhabitants", "decouverte", "communication"))
    if believed is None or answered is None:
        return None
    points = abs(believed.percent - answered.percent)
    meet = answered.low <= believed.high and believed.low <= answered.high
    return PerceptionGap(believed, answered, points, 0.0 if meet else points)


# What inhabitants wish to learn → the answer of structures that says they teach it.
TAUGHT = {
    "materiel": ("themes", "bases"),
    "navigation": ("themes", "bases"),
    "mail": ("themes", "bases"),
    "demarches": ("themes", "droits"),
    "emploi": ("themes", "droits"),
    "bureautique": ("contenus", "bureautique"),
}


def _taught(evidence: Evidence) -> tuple[Bounds | None, str]:
    """Return the mean share of structures that teach what inhabitants wish to learn, weighted by how many
    wish it.
    """
    surveyed = evidence.surveyed
    pairs = [
        (wished, taught_as)
        for name, (question, answer) in TAUGHT.items()
        if (wished := surveyed.get(("inhabitants", "themes", name)))
        and (taught_as := surveyed.get(("structures", question, answer)))
    ]
    total = sum(wished.percent for wished, taught_as in pairs)
    if len(pairs) < 3 or not total:
        return None, ""
    taught, low, high = (
        sum(wished.percent * getattr(taught_as, name) for wished, taught_as in pairs) / total
        for name in ("percent", "low", "high")
    )
    wished, taught_as = pairs[0]
    theme_texts = " ; ".join(
        f"« {wish.label} » : voulu par {wish.in_full_by(wished)}, enseigné par {lesson.in_full_by(taught_as)}"
        for wish, lesson in sorted(pairs, key=lambda pair: -pair[0].percent)[:MOST_THEMES]
    )
    return (
        (low / 100, high / 100),
        (
            f"Ce qu’un habitant veut apprendre est enseigné, en moyenne, par {percent(taught)} des structures"
            f" qui forment. Les plus voulus : {theme_texts}. Base : {wished.base} ; {taught_as.base}."
        ),
    )


def _chained(evidence: Evidence) -> tuple[Bounds | None, str]:
    """Return how many structures have a short course for one that has a one-off workshop, at most one."""
    one_off, course, long = (
        evidence.surveyed.get(("structures", "formats", name)) for name in ("ponctuel", "court", "long")
    )
    if one_off is None or course is None or not one_off.percent:
        return None, ""
    beyond = f" Parcours long : {long.in_full_by(one_off)}." if long else ""
    return (
        (min(1.0, course.low / one_off.high), min(1.0, course.high / max(one_off.low, 1e-9))),
        (
            f"Atelier d’un jour : {one_off.in_full}. Parcours court : {course.in_full_by(one_off)}.{beyond}"
            f" Base : {one_off.base}. Cela dit si une suite existe, pas si les personnes y vont."
        ),
    )


def _published_answer(
    kind: str, question: str, answer: str, lead: str, *other_keys: tuple[str, str, str]
) -> Share:
    """Return how one answer of a published survey is read, other answers of the same survey told beside
    it.
    """

    def share(evidence: Evidence) -> tuple[Bounds | None, str]:
        published_answer: Answered | None = evidence.surveyed.get((kind, question, answer))
        if published_answer is None:
            return None, ""
        other_answers = [
            (words, answer_of_other)
            for *key, words in other_keys
            if (answer_of_other := evidence.surveyed.get((kind, key[0], key[1])))
        ]
        more = "".join(
            f" {words} : {answer_of_other.in_full_by(published_answer)}."
            for words, answer_of_other in other_answers
        )
        return (
            (published_answer.low / 100, published_answer.high / 100),
            f"{lead} : {published_answer.in_full}.{more} Base : {published_answer.base}.",
        )

    return share


def _first_of(*shares: Share) -> Share:
    """Return the first of several readings that a survey answers."""

    def share(evidence: Evidence) -> tuple[float | Bounds | None, str]:
        return next((read for one in shares if (read := one(evidence))[0] is not None), (None, ""))

    return share


def _eased(evidence: Evidence) -> tuple[float | None, str]:
    """Return 1 when those who did their bilan again find it easier more often than harder, 0 the other way,
    between when nobody can say.
    """
    again: Moved | None = evidence.again
    if again is None or again.net is None or not (sentence := bilan_measures.moved(again).sentence):
        return None, ""
    way = 1.0 if again.net.low > 0 else 0.0 if again.net.high < 0 else 0.5
    return way, f"{count(again.n, 'personne')} accompagnées ont refait le point. {sentence}"


# What structures say they need or wish, by axis of the grid: questions and answers of their bank.
NEEDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "maillage": (("besoins", "equipement"), ("besoins", "lieu"), ("besoins", "moyens_humains")),
    "visibilite": (("vision", "non_souhaite"),),
    "attractivite": (("besoins", "outillage"), ("besoins", "formation"), ("publics_former", "oui")),
    "coordination": (
        *(("besoins", "financement"), ("partenariats_voulus", "accueillir")),
        *(("partenariats_voulus", "partage"), ("partenariats_voulus", "mutualiser")),
    ),
}
OF_DISTANCE = (_near, _balance, _publics, _crossed)  # read in how near places are
UNLOCATED = " De la plupart des lieux, on ne connaît que la commune : situez-les, puis relisez ce verdict."
NO_CENSUS = "Donnée manquante : aucun lieu n’est recensé ici."
CRITERIA = (
    Criterion(
        "maillage",
        "Les points d’accueil couvrent-ils l’ensemble du territoire, avec une offre de premier niveau à"
        " proximité ?",
        _near,
        COVERED,
        BARE,
        "Fort dès 80 % des personnes concernées à portée d’une aide ou d’un accès accompagné ;"
        " manque sous 50 %.",
        NO_CENSUS,
        _nearer,
    ),
    Criterion(
        "maillage",
        "Les offres répondent-elles aux différents besoins, de façon équilibrée ?",
        _balance,
        BALANCED,
        UNBALANCED,
        "Fort si la sorte d’offre la moins proche l’est au moins à 60 % de la plus proche, elle-même à portée"
        " de 80 % des personnes ; manque sous 30 %.",
        NO_CENSUS,
        "Compléter l’offre la plus rare dans un lieu qui existe déjà.",
    ),
    Criterion(
        "maillage",
        "Les offres proposées répondent-elles aux besoins des différents publics ?",
        _publics,
        0.9,
        0.7,
        "Fort si chaque public dont le besoin s’estime a l’aide la plus proche à portée presque autant que"
        " l’ensemble (90 %) ; manque sous 70 %. Jamais fort quand aucune structure enquêtée n’accueille"
        " un de ces publics.",
        NO_CENSUS,
        "Proposer un créneau à ce public dans un lieu proche de lui.",
    ),
    Criterion(
        "maillage",
        "Là où les deux précarités se croisent, y a-t-il une offre de premier niveau à portée ?",
        _crossed,
        0.8,
        0.5,
        "Fort si, dans 80 % de ces zones, la plupart des personnes concernées ont une aide ou un accès"
        " accompagné à portée ; manque sous 50 %. Seules comptent les zones probablement dans"
        " les deux.",
        NO_CENSUS,
        "Commencer par ces zones : essayez « Et si un lieu ouvrait ? ».",
    ),
    Criterion(
        "visibilite",
        "Les services sont-ils connus et compris du public ?",
        _known,
        0.9,
        0.7,
        "Fort si moins de 10 % des personnes que personne n’a aidées ignoraient cette aide ; manque dès 30 %."
        " Sans cette question, de même pour les habitants qui ne connaissent aucun lieu. Se lit dans une"
        " enquête publiée auprès des habitants.",
        (INHABITANTS,),
        "Aller vers ceux qui l’ignorent : là où ils passent déjà, avec un relais qu’ils connaissent.",
    ),
    Criterion(
        "visibilite",
        PERCEPTION,
        _believed,
        0.9,
        0.75,
        "Fort à moins de 10 points d’écart, ou quand les deux intervalles se touchent ; manque au-delà de 25"
        " points. Se lit dans deux enquêtes publiées, habitants et structures.",
        (INHABITANTS, STRUCTURES),
        _perception_action,
    ),
    Criterion(
        "visibilite",
        "Les professionnels savent-ils vers qui envoyer une personne ?",
        _first_of(
            _published_answer(
                "professionals", "orienter", "oui", "Sauraient diriger une personne vers un lieu qui forme"
            ),
            _published_answer(
                *("structures", "vision", "oui", "Ont une vision claire de ce que font les autres"),
                ("orientation", "aujourdhui", "Orientent déjà vers d’autres lieux"),
            ),
            _published_answer(
                "structures", "orientation", "aujourdhui", "Orientent déjà vers d’autres lieux"
            ),
        ),
        0.66,
        0.33,
        "Fort dès deux professionnels sur trois ; manque sous un tiers. Se lit dans une enquête publiée"
        " auprès des professionnels ; sans elle, dans celle des structures : vision claire des autres,"
        " sinon celles qui orientent déjà.",
        (PROFESSIONALS,),
        "Leur montrer l’annuaire, et l’essayer avec eux sur deux situations vécues.",
    ),
    Criterion(
        "visibilite",
        "Les professionnels peuvent-ils orienter : la fiche est-elle à jour ?",
        _of("recent", "Lieux dont la fiche a moins d’un an"),
        0.75,
        0.4,
        "Fort dès 75 % de fiches de moins d’un an, parmi celles qui sont datées ; manque sous 40 %.",
        "Fiches de date inconnue.",
        "Lancer une campagne de confirmation.",
    ),
    Criterion(
        "visibilite",
        "Sait-on quand venir ?",
        _of("hours", "Lieux dont on sait les horaires"),
        0.9,
        0.6,
        "Fort dès 90 % de lieux avec horaires ; manque sous 60 %.",
        "Aucun lieu recensé.",
        "Demander les horaires par le lien personnel de chaque fiche.",
    ),
    Criterion(
        "attractivite",
        "Que fait-on pour intéresser les habitants, y compris à se former ?",
        _published_answer(
            "structures",
            "sensibiliser",
            "aujourdhui",
            "Présentent les services en ligne et l’intérêt de se former",
            ("sensibiliser", "en_projet", "En projet"),
            ("hors_murs", "oui", "Vont hors les murs"),
        ),
        0.66,
        0.33,
        "Fort dès deux structures sur trois qui le font aujourd’hui ; manque sous un tiers. Se lit dans une"
        " enquête publiée auprès des structures.",
        (STRUCTURES,),
        "Aller vers les habitants sur un sujet qui les touche, avant de parler de formation.",
    ),
    Criterion(
        "attractivite",
        "Ce qui est enseigné répond-il à ce que les habitants veulent apprendre ?",
        _taught,
        0.6,
        0.3,
        "Chaque envie compte pour ceux qui l’ont. Fort si, en moyenne, au moins 60 % des structures qui"
        " forment y répondent ; manque sous 30 %. Se lit dans deux enquêtes publiées, habitants et"
        " structures.",
        (INHABITANTS, STRUCTURES),
        "Ouvrir un atelier sur ce que les habitants demandent le plus et que peu enseignent.",
    ),
    Criterion(
        "attractivite",
        "Après un atelier d’un jour, y a-t-il une suite ?",
        _chained,
        0.75,
        0.5,
        "Fort si au moins trois structures ont un parcours court pour quatre qui ont un atelier d’un jour ;"
        " manque sous une pour deux. Se lit dans une enquête publiée auprès des structures.",
        (STRUCTURES,),
        "Donner une date de parcours court à la fin de chaque atelier, ici ou chez un voisin.",
    ),
    Criterion(
        "attractivite",
        "L’offre s’adapte-t-elle aux contraintes : le prix ?",
        _of("free", "Lieux gratuits, parmi ceux qui disent leur prix"),
        0.7,
        0.4,
        "Fort dès 70 % de lieux gratuits parmi ceux qui disent leur prix ; manque sous 40 %.",
        "Aucun lieu n’indique son prix.",
        "Soutenir la gratuité là où les deux précarités se croisent.",
    ),
    Criterion(
        "attractivite",
        "L’offre s’adapte-t-elle aux contraintes : le soir ou le samedi ?",
        _of(
            "evening_or_weekend", "Lieux ouverts le soir ou le week-end, parmi ceux qui disent leurs horaires"
        ),
        0.5,
        0.2,
        "Fort dès 50 % de lieux ouverts après 19 h, le samedi ou le dimanche ; manque sous 20 %.",
        "Aucun lieu n’indique ses horaires.",
        "Étendre une plage par secteur plutôt que partout.",
    ),
    Criterion(
        "attractivite",
        "De nouveaux usages sont-ils constatés chez les publics accompagnés ?",
        _eased,
        1.0,
        0.5,
        "Se lit chez les personnes qui ont refait le point : fort si c’est plus souvent plus facile que plus"
        " dur, tout l’intervalle compris ; manque si c’est l’inverse.",
        "Donnée manquante : trop peu de personnes ont refait le point après avoir été aidées.",
        "Proposer de refaire le point au dernier rendez-vous, et reprendre ce qui reste dur.",
    ),
    Criterion(
        "coordination",
        SUPPORT,
        _largest_need,
        0.8,
        0.6,
        "Fort si aucun besoin n’est dit par plus d’une structure sur cinq ; manque si l’un l’est par plus de"
        " deux sur cinq. Les besoins propres à chaque axe sont sous l’axe. Se lit dans une enquête publiée"
        " auprès des structures.",
        (STRUCTURES,),
        "Commencer par le besoin le plus dit : outils, moyens, équipement ou formation.",
    ),
    Criterion(
        "coordination",
        "Les structures voient-elles ce que font les autres ?",
        _published_answer("structures", "vision", "oui", "Une vision claire de ce que font les autres"),
        0.66,
        0.33,
        "Fort dès deux structures sur trois qui ont une vision claire de ce que font les autres ; manque sous"
        " un tiers. Se lit dans une enquête publiée auprès des structures.",
        (STRUCTURES,),
        "Faire se rencontrer les lieux, et tenir l’annuaire que tous consultent.",
    ),
    Criterion(
        "coordination",
        "Travaille-t-on ensemble : partenaires, pratiques, financeurs ?",
        _published_answer(
            "structures",
            "partenariat",
            "oui",
            "Travaillent en partenariat",
            ("accueillir", "oui", "Accueilleraient des partenaires"),
            ("partenariats_voulus", "partage", "Veulent partager leurs pratiques"),
            ("financeurs", "aucun", "N’ont aucun financeur"),
        ),
        0.66,
        0.33,
        "Fort dès deux structures sur trois qui travaillent en partenariat ; manque sous un tiers. Se lit"
        " dans une enquête publiée auprès des structures.",
        (STRUCTURES,),
        "Monter une première action à deux, dans les locaux de celle qui veut accueillir.",
    ),
    Criterion(
        "coordination",
        "Les structures ont-elles de quoi financer leurs actions ?",
        _funded,
        0.8,
        0.5,
        "Fort si moins d’une structure sur cinq n’a aucun financeur ; manque dès une sur deux. Se lit dans"
        " une enquête publiée auprès des structures ; les financeurs écrits sur les fiches restent privés.",
        (STRUCTURES,),
        "Chercher un financeur à plusieurs, autour d’une action commune.",
    ),
)
