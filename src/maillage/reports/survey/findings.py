"""The findings of a survey, in sentences: each is written by a rule from figures it stores, and none goes
beyond its interval.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from maillage.engine import ranking
from maillage.forms.questionnaire import National
from maillage.kernel.estimate import Estimate, Figure, Missing
from maillage.reports.survey.charts import Bar
from maillage.words import fractions
from maillage.words.rounding import outwards, rounded
from maillage.words.wording import NBSP, bounds, count, listing, number, points, survey_share

SMALL = 50  # respondents: under, a sentence says how few
PROFILE = frozenset(
    {"age", "age_environ", "classe_age", "sexe", "commune", "diplome", "pcs"}
)  # who answered teaches nothing
FEW = 40  # percent: a favourable share under it is « seul »
LEADING = "constat"  # the rule whose sentences are read first
MOST_TIED = 2  # answers that nothing sets apart, beyond which none is named
NUMBERS = {1: "un", 2: "deux", 3: "trois", 4: "quatre", 5: "cinq", 9: "neuf", 10: "dix"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who answered, as a sentence names them."""

    one: str
    many: str
    feminine: bool = False


RESPONDENTS = Who(one="répondant", many="répondants")
PERSONS = Who(one="personne", many="personnes", feminine=True)
CONCERNED = Who(one="personne concernée", many="personnes concernées", feminine=True)
PEOPLE: Mapping[str, Who] = {
    "inhabitants": Who(one="habitant", many="habitants"),
    "structures": Who(one="structure", many="structures", feminine=True),
    "caf": Who(one="allocataire", many="allocataires"),
    "professionals": Who(one="professionnel", many="professionnels"),
}


def who(kind: str, *, weighted: bool) -> Who:
    """Return how to name those of whom a share is: as inhabitants only when weighting makes the sample
    resemble them, and never as respondents then: so many of them did not answer so.
    """
    if weighted:
        return PEOPLE.get(kind, PERSONS)
    return RESPONDENTS if kind in ("inhabitants", "caf") else PEOPLE.get(kind, RESPONDENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """The figure behind a sentence, as it is printed: percents rounded by the rule of its publication.

    weighted: weights were applied. national: the published figure beside it; note: what keeps both from being
    one figure.
    """

    label: str
    value: float
    low: float
    high: float
    n: int
    universe: str
    method: str
    weighted: bool
    national: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence, the rule and the question it comes from, and the figures behind it."""

    key: str
    text: str
    figures: tuple[Behind, ...]

    @property
    def leads(self) -> bool:
        """Tell one of the findings, read first."""
        return self.key.partition(":")[0] == LEADING

    def data(self) -> list[dict[str, object]]:
        """Return the figures behind as plain values, to be kept and compared."""
        return [asdict(each) for each in self.figures]

    @property
    def digest(self) -> str:
        """What tells the figures behind from others that would be printed: a page says which ones it
        showed.
        """
        printed = json.dumps([_printed(each) for each in self.data()], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(printed.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupShare:
    """The share of a group that a finding tells. answers: names apart by spaces, and their label; by: the
    question that makes the group, and its label; axis: of `messages().axes`; weight: that of its message;
    is_sure: a difference that chance does not explain, or an interval that carries the whole message.
    """

    question: str
    answers: str
    label: str
    by: str
    group: str
    axis: str
    weight: int
    is_sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Highlight:
    """A finding of the story. axis: its label; fact: one sentence without its full stop; bars: its drawing;
    wording: the question; weight: by which it is ranked; group: of which group it speaks, None for everybody;
    joined: the findings that its meaning tells too.

    headline: the fact as a cover says it, in a simple fraction where one is near.
    """

    key: str
    axis: str
    fact: str
    meaning: str
    call: str
    headline: str
    figure: Estimate
    bars: tuple[Bar, ...]
    wording: str
    universe: str
    weight: float
    behind: tuple[Behind, ...]
    group: GroupShare | None = None
    joined: tuple["Highlight", ...] = ()

    @property
    def n(self) -> int:
        """The respondents behind its figure."""
        return self.figure.n

    @property
    def sentence(self) -> Sentence:
        """It as one text, to be read again and edited."""
        text = " ".join(filter(None, (f"{self.fact}.", self.meaning, self.call)))
        return Sentence(key=self.key, text=text, figures=self.behind)


NONE_STANDS_OUT = "aucune réponse ne se détache"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingTexts:
    """Sentences as a document says them: those that a person wrote, then the others, question by question."""

    first: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.first) + len(self.others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One answer of a question: its name, its label, its figure in percent.

    ceiling: what it cannot pass when it is withheld for its imprecision alone, 100 elsewhere. unpublished:
    why it will not be published, when it is shown to those who hold the answers.
    """

    name: str
    label: str
    figure: Figure
    ceiling: float = 100.0
    unpublished: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnswers:
    """A question as sentences need it: its words, its answers in order, and what was found of them.

    scale: the answers go from the worst to the best. several: one may give several answers; exclusive: one
    only, so that shares add up to 100 (in a ranking, where nobody put two answers first). groups: answers put
    together (« plutôt à l’aise » and « très à l’aise »), the favourable one last. n: those who answered.
    worry: its scale measures a difficulty, and sentences say how many have it. beside: the answers of
    published figures, those that add up several among them. told: whether n may be published. partial: some
    were not asked, and a sentence says of whom it speaks. observed: recorded by the surveyor: it says nothing
    of what people think. census: what the census counts too, under a name of its own.
    """

    name: str
    label: str
    lines: Sequence[Line]
    n: int
    universe: str
    weighted: bool
    scale: bool = False
    several: bool = False
    exclusive: bool = True
    groups: Sequence[Line] = ()
    national: Sequence[National] = ()
    rounding: str = "nearest"
    worry: bool = False
    beside: Sequence[Line] = ()
    told: bool = True
    partial: bool = False
    observed: bool = False
    census: bool = False

    @property
    def printed(self) -> Sequence[Line]:
        """The answers as they are printed: the two halves of a scale whose answers are all withheld apart."""
        is_halved = any(isinstance(line.figure, Estimate) for line in self.groups) and not any(
            isinstance(line.figure, Estimate) for line in self.lines
        )
        return self.groups if is_halved else self.lines

    @property
    def base(self) -> int | None:
        """How many answered, None when that is withheld."""
        return self.n if self.told or not self.n else None

    @property
    def of_whom(self) -> bool:
        """Whether it asks who the respondent is: such a question yields no finding of its own."""
        return self.census or self.name in PROFILE


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A difference between two groups, or two waves, that a test calls significant, all its looks counted.
    In points.
    """

    label: str
    first: str
    second: str
    first_figure: Estimate
    second_figure: Estimate
    difference: Estimate


def sentences(asked: QuestionAnswers, people: Who) -> list[Sentence]:
    """Return the sentences of a question and of its groups: none about withheld figures or missing
    answers.
    """
    shown = [line for line in asked.lines if isinstance(line.figure, Estimate)]
    if not any(map(_value, shown)) or not asked.n or asked.of_whom or asked.observed:
        return []
    if asked.partial:
        people = CONCERNED if asked.weighted else RESPONDENTS
    out = []
    if asked.scale and asked.groups:
        out += _scale(asked, people)
    elif asked.several:
        out += _several(asked, shown, people)
    elif len(asked.lines) <= 2 or _is_yes_no(asked.lines):
        out += _yes(asked, shown, people)
    else:
        out += _first(asked, shown, people)
    return [replace(each, text=f"{each.text}{_base(asked)}") for each in (*out, *_national(asked, people))]


def gap_sentence(asked: QuestionAnswers, gaps: Iterable[Gap], by: str) -> Sentence | None:
    """Return the sentence of the largest significant difference between groups, None when none is."""
    found = max(gaps, key=lambda gap: abs(gap.difference.value), default=None)
    if found is None:
        return None
    high, low = (found.first, found.second) if found.difference.value > 0 else (found.second, found.first)
    first, second = (found.first_figure, found.second_figure)
    if found.difference.value < 0:
        first, second = second, first
    text = (
        f"« {found.label} » : {_percent(first, asked)} pour « {high} » contre {_percent(second, asked)} pour"
        f" « {low} », un écart de {points(found.difference.value)}"
        f" ({_bounds(found.difference)}), que le hasard du tirage n’explique"
        f" pas.{_small(min(first.n, second.n))}{_base(asked)}"
    )
    figures = tuple(
        behind(f"{found.label}, {name}", figure, asked) for name, figure in ((high, first), (low, second))
    )
    return Sentence(key=f"ecart:{asked.name}:{by}", text=text, figures=figures)


def change_sentence(asked: QuestionAnswers, gap: Gap) -> Sentence:
    """Return what a share became from one wave to the next; it rises or falls only outside its interval."""
    change = gap.difference
    moved = points(change.value)
    if change.low > 0 or change.high < 0:
        word = "hausse" if change.low > 0 else "baisse"
        end = f"{word} de {moved} ({_bounds(change)})"
    else:
        end = f"pas de changement net : l’écart de {moved} reste dans son intervalle"
    text = (
        f"« {gap.label} » : {_percent(gap.first_figure, asked)} ({gap.first}), puis"
        f" {_percent(gap.second_figure, asked)} ({gap.second}) :"
        f" {end}.{_small(min(gap.first_figure.n, gap.second_figure.n))}{_base(asked)}"
    )
    figures = (
        behind(f"{gap.label}, {gap.first}", gap.first_figure, asked),
        behind(f"{gap.label}, {gap.second}", gap.second_figure, asked),
    )
    return Sentence(key=f"vagues:{asked.name}:{gap.label}", text=text, figures=figures)


def most(figure: Estimate, people: Who) -> str:
    """Return how many most of them are, by the low bound; "" when they may be less than half.

    >>> def share(value, low, high):
    ...     return Estimate(value=value, low=low, high=high, unit="pourcent", universe="", n=192,
    ...                     method="resultats-enquete")
    >>> most(share(98, 92, 100), PEOPLE["structures"]), most(share(84, 77, 90), PEOPLE["inhabitants"])
    ('presque toutes les structures', 'plus de trois habitants sur quatre')
    >>> most(share(60, 51, 69), PEOPLE["structures"]), most(share(60, 50, 70), PEOPLE["structures"])
    ('plus d’une structure sur deux', '')
    """
    if figure.low > 90:
        return f"presque tou{'te' if people.feminine else ''}s les {people.many}"
    if figure.low > 75:
        return f"plus de trois {people.many} sur quatre"
    return f"plus d’un{'e' if people.feminine else ''} {people.one} sur deux" if figure.low > 50 else ""


def portion(figure: Estimate, people: Who, rule: str = "nearest") -> str:
    """Return a share as people say it, '' when no simple fraction is near. rule: how it is printed beside.

    >>> def share(value, low, high):
    ...     return Estimate(value=value, low=low, high=high, unit="pourcent", universe="", n=192,
    ...                     method="resultats-enquete")
    >>> portion(share(33.4, 28, 39), PEOPLE["inhabitants"]), portion(share(48, 40, 56), PEOPLE["structures"])
    ('un habitant sur trois', 'environ une structure sur deux')
    >>> portion(share(31.5, 31, 32), RESPONDENTS), portion(share(60, 55, 65), RESPONDENTS)
    ('près d’un répondant sur trois', '')
    """
    found = fractions.fraction(figure.value, figure.low, figure.high, rule=rule)
    if found is None:
        return ""
    first = "une" if found.part == 1 and people.feminine else NUMBERS[found.part]
    noun = people.one if found.part == 1 else people.many
    told = f"{first} {noun} sur {NUMBERS[found.n_people]}"
    lead = f"{found.lead} "
    if found.part == 1 and lead.endswith(" de "):
        lead = f"{lead[:-2]}’"
    return f"{lead}{told}" if found.lead else told


def changed(before: Sequence[Mapping[str, object]], now: Sequence[Mapping[str, object]]) -> bool:
    """Return whether the figures behind a sentence would now be printed differently.

    >>> changed([{"label": "a", "value": 33.0}], [{"label": "a", "value": 34.0}])
    True
    """
    return [_printed(each) for each in before] != [_printed(each) for each in now]


def _printed(figure: Mapping[str, object]) -> dict[str, object]:
    """Return a figure with its bounds as they are printed: those of old had a decimal."""
    low, high = figure.get("low"), figure.get("high")
    if not isinstance(low, int | float) or not isinstance(high, int | float):
        return dict(figure)
    return {**figure, **dict(zip(("low", "high"), outwards(low, high, 1.0, most=100.0), strict=True))}


def _scale(asked: QuestionAnswers, people: Who) -> list[Sentence]:
    worst, best = asked.groups[0], asked.groups[-1]
    for line in (worst, best) if asked.worry else (best, worst):
        if isinstance(line.figure, Estimate):
            return [
                Sentence(
                    key=f"{'haut' if line is best else 'bas'}:{asked.name}",
                    text=f"{_lead(line, asked, people, favourable=line is best)}{_small(asked.n)}",
                    figures=(behind(line.label, line.figure, asked),),
                )
            ]
    return []


def _yes(asked: QuestionAnswers, shown: Sequence[Line], people: Who) -> list[Sentence]:
    yes = next((each for each in shown if each.name.lower() in ("oui", "yes", "1")), None)
    line = yes or shown[0]
    text = f"{_lead(line, asked, people, favourable=yes is not None)}{_small(asked.n)}"
    return [Sentence(key=f"oui:{asked.name}", text=text, figures=(behind(line.label, line.figure, asked),))]


def _first(asked: QuestionAnswers, shown: Sequence[Line], people: Who) -> list[Sentence]:
    found = leaders(asked.lines, asked)
    if not found or _is_all(found, asked.lines):
        return [_unranked(asked, shown)]
    verb = "viennent en tête, sans écart net entre les deux" if len(found) == 2 else "viennent en tête"
    text = (
        f"{_about(asked)} : {_cited(found, asked)} {verb}.{_small(asked.n)}"
        if len(found) > 1
        else f"{_about(asked)} : « {found[0].label} » vient en tête{_told(found[0], asked, people)}."
        f"{_small(asked.n)}"
    )
    return [_of(f"tete:{asked.name}", text, found, asked)]


def _several(asked: QuestionAnswers, shown: Sequence[Line], people: Who) -> list[Sentence]:
    found = leaders(asked.lines, asked)
    if not found or _is_all(found, asked.lines):
        return [_unranked(asked, shown)]
    verb = "est le plus cité" if len(found) == 1 else "sont les plus cités"
    text = f"{_about(asked)} : {_cited(found, asked)} {verb}.{_small(asked.n)}"
    return [_of(f"cites:{asked.name}", text, found, asked)]


def leaders(lines: Sequence[Line], asked: QuestionAnswers) -> list[Line]:
    """Return the answers that come first whatever those withheld are; none when nothing published says so."""
    found = ranking.first(
        [line.figure for line in lines],
        exclusive=_adds_up(asked),
        ceilings=[line.ceiling for line in lines],
        widest=asked.several,
    )
    return [lines[k] for k in found]


def _is_all(found: Sequence[Line], lines: Sequence[Line]) -> bool:
    """Return whether several answers are all those that somebody gave: none of them comes first."""
    given = (
        line.figure.value > 0 if isinstance(line.figure, Estimate) else not isinstance(line.figure, Missing)
        for line in lines
    )
    return 1 < len(found) == sum(given)


def _adds_up(asked: QuestionAnswers) -> bool:
    return asked.exclusive and not asked.several


def _unranked(asked: QuestionAnswers, shown: Sequence[Line]) -> Sentence:
    """Return what may be said where no answer surely comes first: no rank, or one among those published.

    It depends on what is published alone: a sentence that came and went with a withheld answer would tell it.
    """
    found = leaders(shown, asked) if len(shown) < len(asked.lines) else []
    named = found or tied(sorted(filter(_value, shown), key=lambda line: -_value(line)))
    above = ranking.remainder(
        [line.figure for line in asked.lines],
        exclusive=_adds_up(asked),
        ceilings=[line.ceiling for line in asked.lines],
    )
    among = ", parmi les réponses publiées" if found or above > _value(named[-1]) else ""
    if found:
        verb = "est la plus fréquente" if len(found) == 1 else "sont les plus fréquentes"
        said = f"{_cited(found, asked)} {verb}"
    elif len(named) == 1:
        said = f"{_percent(named[0].figure, asked)} répondent « {named[0].label} »"
        said += f" ({_between(named[0].figure)})"
    elif len(named) <= MOST_TIED:
        said = f"{_cited(named, asked)} se suivent sans écart net"
    else:
        said = NONE_STANDS_OUT
    text = f"{_about(asked)}{among} : {said}.{_small(asked.n)}"
    return _of(f"publiees:{asked.name}", text, named, asked)


def tied(ranked: Sequence[Line]) -> list[Line]:
    """Return the first answers that no interval sets apart from one another, four at most: 32 % and 14 % may
    each touch 25 %, and are not near.
    """
    held: list[Line] = []
    for line in ranked[: ranking.MOST + 1]:
        if held and _high(line) < max(map(_low, held)):
            break
        held.append(line)
    return held


def _of(key: str, text: str, lines: Sequence[Line], asked: QuestionAnswers) -> Sentence:
    return Sentence(
        key=key, text=text, figures=tuple(behind(line.label, line.figure, asked) for line in lines)
    )


def _about(asked: QuestionAnswers) -> str:
    return f"« {_short(asked.label)} »"


def _cited(lines: Sequence[Line], asked: QuestionAnswers) -> str:
    return listing([f"« {line.label} » ({_percent(line.figure, asked)})" for line in lines])


def _national(asked: QuestionAnswers, people: Who) -> list[Sentence]:
    """Return one sentence for each published figure: the direction is computed, never that of the whole
    table.
    """
    out = []
    known = {frozenset(line.name.split()): line for line in (*asked.lines, *asked.groups, *asked.beside)}
    for each in asked.national:
        line = known.get(frozenset(each.choice.split()))
        if line is None or not isinstance(line.figure, Estimate):
            continue
        if each.percent < line.figure.low:
            word = "plus qu’au national"
        elif each.percent > line.figure.high:
            word = "moins qu’au national"
        else:
            word = "pas d’écart net avec le national"
        told = number(each.percent, 0 if float(each.percent).is_integer() else 1)
        text = (
            f"« {line.label} » : {_percent(line.figure, asked)} ({_between(line.figure)}), contre"
            f" {told}{NBSP}% au national ({each.producer}, {each.year}) : {word}.{_small(asked.n)}"
        )
        figure = behind(line.label, line.figure, asked, national=each.percent, note=each.difference)
        out.append(Sentence(key=f"national:{asked.name}:{each.choice}", text=text, figures=(figure,)))
    return out


def _lead(line: Line, asked: QuestionAnswers, people: Who, *, favourable: bool = False) -> str:
    """Return « Seul un habitant sur trois répond « oui » : 33 % (entre 28 et 38 %). »"""
    assert isinstance(line.figure, Estimate)
    value, told = line.figure.value, portion(line.figure, people, asked.rounding)
    said = "répondent" if value > 55 else "répond"
    if not told and (told := most(line.figure, people)):
        said = "répond" if told.startswith("plus d’un") else "répondent"
    if told:
        only = favourable and value < FEW and line.figure.high < 50
        if only and told.startswith("un") and not told.startswith("un peu"):
            told = f"seul{'e' if people.feminine else ''} {told}"
        return (
            f"« {_short(asked.label)} » : {told} {said} « {line.label} » "
            f"({_percent(line.figure, asked)}, {_between(line.figure)})."
        )
    return (
        f"« {_short(asked.label)} » : {_percent(line.figure, asked)} répondent « {line.label} »"
        f" ({_between(line.figure)})."
    )


def _told(line: Line, asked: QuestionAnswers, people: Who) -> str:
    assert isinstance(line.figure, Estimate)
    told = portion(line.figure, people, asked.rounding)
    told = told or most(line.figure, people)
    return f", {told + ', ' if told else ''}{_percent(line.figure, asked)} ({_between(line.figure)})"


def _is_yes_no(lines: Sequence[Line]) -> bool:
    return {line.name.lower() for line in lines} <= {"oui", "non", "yes", "no"}


def _short(label: str) -> str:
    """Return the words of a question as a sentence quotes them."""
    return label.strip().rstrip(":").strip()


def _value(line: Line) -> float:
    assert isinstance(line.figure, Estimate)
    return line.figure.value


def _low(line: Line) -> float:
    assert isinstance(line.figure, Estimate)
    return line.figure.low


def _high(line: Line) -> float:
    assert isinstance(line.figure, Estimate)
    return line.figure.high


def _percent(figure: Figure, asked: QuestionAnswers) -> str:
    return survey_share(figure, rule=asked.rounding).value or ""


def _between(figure: Figure) -> str:
    return survey_share(figure).between


def _bounds(difference: Estimate) -> str:
    near, far = sorted((abs(difference.low), abs(difference.high)))
    low, high = bounds(near, far)
    return f"entre {low} et {high}"


def _small(n: int) -> str:
    return f" *{NBSP}{count(n, 'réponse', 'réponses')}." if n < SMALL else ""


def _base(asked: QuestionAnswers) -> str:
    """Return of whom a sentence speaks, when it is not of all those who answered."""
    return f" Base : {asked.universe.rstrip('.')}." if asked.partial and asked.universe else ""


def behind(
    label: str, figure: Figure, asked: QuestionAnswers, national: float | None = None, note: str = ""
) -> Behind:
    """Return a published figure as it is stored behind a sentence."""
    assert isinstance(figure, Estimate)
    low, high = outwards(figure.low, figure.high, 1.0, most=100.0)
    return Behind(
        label=label,
        value=rounded(figure.value, rule=asked.rounding),
        low=low,
        high=high,
        n=figure.n,
        universe=figure.universe or asked.universe,
        method=figure.method,
        weighted=asked.weighted,
        national=national,
        note=note,
    )
