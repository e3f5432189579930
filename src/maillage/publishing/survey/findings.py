"""The findings of a survey, in sentences: each is written by a rule from figures it stores, and none goes
beyond its interval.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from maillage.kernel.estimate import Estimate, Figure, Missing
from maillage.publishing.survey.charts import Bar
from maillage.questionnaires.questionnaire import ZONE, National
from maillage.statistics.engine import ranking
from maillage.statistics.survey.columns import UNLISTED, is_mostly_unlisted
from maillage.words import fractions
from maillage.words.rounding import outwards, rounded
from maillage.words.wording import NBSP, bounds, count, listing, lower_first, number, of, points, survey_share

SMALL = 50  # respondents: under, a sentence says how few
PROFILE = frozenset(
    {"age", "age_environ", "classe_age", "sexe", "commune", ZONE, "diplome", "pcs"}
)  # who answered teaches nothing
AGES = frozenset({"age", "age_environ", "classe_age"})
FEW = 40  # percent: a favourable share under it is « seul »
ANSWERED = 0.95  # of those who were asked: under, a share is of those who answered, and a sentence says so
FILTERED = 0.8  # of all respondents: under, a question was put to some of them, whatever its form says
LEADING = "constat"  # the rule whose sentences are read first
MOST_TIED = 2  # answers that nothing sets apart, beyond which none is named
NUMBERS = {1: "un", 2: "deux", 3: "trois", 4: "quatre", 5: "cinq", 9: "neuf", 10: "dix"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleNoun:
    """The respondents, as a sentence names them."""

    one: str
    many: str
    feminine: bool = False


RESPONDENTS = PeopleNoun(one="répondant", many="répondants")
PERSONS = PeopleNoun(one="personne", many="personnes", feminine=True)
CONCERNED = PeopleNoun(one="personne concernée", many="personnes concernées", feminine=True)
PEOPLE: Mapping[str, PeopleNoun] = {
    "inhabitants": PeopleNoun(one="habitant", many="habitants"),
    "structures": PeopleNoun(one="structure", many="structures", feminine=True),
    "caf": PeopleNoun(one="allocataire", many="allocataires"),
    "professionals": PeopleNoun(one="professionnel", many="professionnels"),
}


UNSURE_GAP, NO_SURE_GAP = "L’écart n’est pas sûr", "Pas d’écart sûr"
FOLLOW = "Suivre ce chiffre à la prochaine enquête."  # what a favourable difference calls for
AGE_GROUP = re.compile(r"(?:de |plus de |moins de |à partir de )?\d", re.IGNORECASE)
GROUP_WORDS = {
    "diplome": "dont le diplôme est « {} »",
    "pcs": "dont la profession est « {} »",
    "type_structure": "de type « {} »",
}


def is_chance(meaning: str) -> bool:
    """Recognise the meaning of a difference that chance explains, as any edition wrote it."""
    return UNSURE_GAP in meaning or NO_SURE_GAP in meaning


def group_words(label: str, by: str = "") -> str:
    """Return the end of the noun of a group of respondents, "" where only its question makes it clear.
    by: the name of the question that makes the group.

    >>> group_words("Plus de 70 ans"), group_words("De 26 à 39 ans"), group_words("60 ans et plus")
    ('de plus de 70 ans', 'de 26 à 39 ans', 'de 60 ans et plus')
    >>> group_words("Lens", "commune"), group_words("Aucun", "diplome"), group_words("Jamais", "visites")
    ('de Lens', 'dont le diplôme est « Aucun »', '')
    """
    if by == "commune":
        return of(label)
    if by == ZONE:
        return f"de la zone « {label} »"
    if by in GROUP_WORDS:
        return GROUP_WORDS[by].format(label)
    is_age = AGE_GROUP.match(label) and (by in AGES or "ans" in label.split())
    return f"de {lower_first(label).removeprefix('de ')}" if is_age else ""


def answering(people: PeopleNoun) -> PeopleNoun:
    """Return those of some people who answered a question, where others left it.

    >>> answering(PEOPLE["structures"]).many, answering(RESPONDENTS).one
    ('structures qui ont répondu', 'répondant à cette question')
    """
    one, many = (
        (" à cette question",) * 2 if people == RESPONDENTS else (" qui a répondu", " qui ont répondu")
    )
    return replace(people, one=f"{people.one}{one}", many=f"{people.many}{many}")


def is_left_by_some(n: int, n_respondents: int) -> bool:
    """Return True where too few of those who were asked a question answered it for its shares to be theirs.

    >>> is_left_by_some(187, 203), is_left_by_some(200, 203), is_left_by_some(187, 0)
    (True, False, False)
    """
    return n < ANSWERED * n_respondents


def is_put_to_some(n: int, n_respondents: int) -> bool:
    """Return True where so few answered a question that its shares are of these answers, of nobody else.

    >>> is_put_to_some(107, 360), is_put_to_some(320, 360), is_put_to_some(107, 0)
    (True, False, False)
    """
    return n < FILTERED * n_respondents


def those(universe: str) -> str:
    """Return the people of a universe made of persons who gave an answer, as the subject of a masculine verb;
    "" for another universe.

    >>> those("personnes qui connaissent un lieu"), those("habitants de 15 ans et plus")
    ('de ceux qui connaissent un lieu', '')
    """
    return f"de ceux {rest}" if (rest := universe.removeprefix("personnes ")).startswith("qui ") else ""


def people_of(answers: "QuestionAnswers", people: PeopleNoun) -> PeopleNoun:
    """Return those of whom the shares of a question are."""
    if answers.partial:
        return CONCERNED if answers.weighted else RESPONDENTS
    if not answers.is_base_public or not is_left_by_some(answers.n, answers.n_respondents):
        return people
    return answering(RESPONDENTS if is_put_to_some(answers.n, answers.n_respondents) else people)


def people_noun(kind: str, *, weighted: bool) -> PeopleNoun:
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
    def question(self) -> str:
        """The name of its question."""
        return self.key.split(":")[1]

    @property
    def leads(self) -> bool:
        """Return True for a finding that is read first."""
        return self.key.partition(":")[0] == LEADING

    def data(self) -> list[dict[str, object]]:
        """Return the figures behind as plain values, to be kept and compared."""
        return [asdict(each) for each in self.figures]

    @property
    def digest(self) -> str:
        """The digest of the printed figures: a page says which ones it showed."""
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


def questions_of(story: Iterable[Highlight]) -> set[str]:
    """Return the names of the questions that findings tell, those that they join included."""
    return {each.sentence.question for main in story for each in (main, *main.joined)}


NONE_STANDS_OUT = "aucune réponse ne se détache"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingTexts:
    """Sentences as a document says them: those that a person wrote, then the others, question by question."""

    first: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.first) + len(self.rest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One answer of a question: its name, its label, its figure in percent.

    ceiling: what it cannot pass when it is withheld for its imprecision alone, 100 elsewhere. unpublished:
    why it will not be published, when it is shown to those who hold the answers. is_vague: its interval is
    wide for its share.
    """

    name: str
    label: str
    figure: Figure
    ceiling: float = 100.0
    unpublished: str = ""
    is_vague: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnswers:
    """A question as sentences need it: its words, its answers in order, and their figures.

    scale: the answers go from the worst to the best. several: one may give several answers; exclusive: one
    only, so that shares add up to 100 (in a ranking, where nobody put two answers first). groups: answers put
    together (« plutôt à l’aise » and « très à l’aise »), the favourable one last. n: those who answered.
    worry: its scale measures a difficulty, and sentences say how many have it. compared: the answers of
    published figures, those that add up several among them. is_base_public: n may be published. partial: some
    were not asked, and a sentence says of whom it speaks. n_respondents: all who answered the survey, 0 where
    nobody says. observed: recorded by the surveyor: it says nothing of what people think. census: what the
    census counts too, under a name of its own.
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
    compared: Sequence[Line] = ()
    is_base_public: bool = True
    partial: bool = False
    n_respondents: int = 0
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
        """Return the number of answers, None when it is withheld."""
        return self.n if self.is_base_public or not self.n else None

    @property
    def is_unlisted(self) -> bool:
        """Return True if more answers are out of the list than in it: no sentence is made of those listed."""
        return is_mostly_unlisted(
            {line.name: line.figure.value for line in self.lines if isinstance(line.figure, Estimate)}
        )

    @property
    def of_whom(self) -> bool:
        """True if it asks about the respondent: such a question yields no finding of its own."""
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


def sentences(answers: QuestionAnswers, people: PeopleNoun) -> list[Sentence]:
    """Return the sentences of a question and of its groups: none about withheld figures or missing
    answers.
    """
    published_lines = [line for line in answers.lines if isinstance(line.figure, Estimate)]
    if not any(map(_value, published_lines)) or not answers.n or answers.of_whom or answers.observed:
        return []
    if answers.is_unlisted:
        return []
    people = people_of(answers, people)
    out = []
    if answers.scale and answers.groups:
        out += _scale(answers, people)
    elif answers.several:
        out += _several(answers, published_lines, people)
    elif len(answers.lines) <= 2 or _is_yes_no(answers.lines):
        out += _yes(answers, published_lines, people)
    else:
        out += _first(answers, published_lines, people)
    return [
        replace(sentence, text=f"{sentence.text}{_base(answers)}")
        for sentence in (*out, *_national(answers, people))
        if UNLISTED[1] not in {figure.label for figure in sentence.figures}  # it is the answer of nobody
    ]


def gap_sentence(answers: QuestionAnswers, gaps: Iterable[Gap], by: str, by_label: str) -> Sentence | None:
    """Return the sentence of the largest significant difference between groups, None when none is. by,
    by_label: the name and the words of the question that makes the groups.
    """
    widest = max(gaps, key=lambda gap: abs(gap.difference.value), default=None)
    if widest is None or answers.is_unlisted:
        return None
    high, low = (
        (widest.first, widest.second) if widest.difference.value > 0 else (widest.second, widest.first)
    )
    first, second = (widest.first_figure, widest.second_figure)
    if widest.difference.value < 0:
        first, second = second, first
    text = (
        f"{_about(answers)}, selon « {question_words(by_label)} » : {_percent(first, answers)} de"
        f" « {widest.label} » pour « {high} » contre {_percent(second, answers)}"
        f" pour « {low} », un écart de {points(widest.difference.value)}"
        f" ({_bounds(widest.difference)}), que le hasard du tirage n’explique"
        f" pas.{_small(min(first.n, second.n))}{_base(answers)}"
    )
    figures = tuple(
        behind(f"{widest.label}, {name}", figure, answers) for name, figure in ((high, first), (low, second))
    )
    return Sentence(key=f"ecart:{answers.name}:{by}", text=text, figures=figures)


def change_sentence(answers: QuestionAnswers, gap: Gap) -> Sentence:
    """Return the sentence on a share from one wave to the next; it rises or falls only outside its
    interval.
    """
    change = gap.difference
    moved = points(change.value)
    if change.low > 0 or change.high < 0:
        word = "hausse" if change.low > 0 else "baisse"
        end = f"{word} de {moved} ({_bounds(change)})"
    else:
        end = f"pas de changement net : l’écart de {moved} reste dans son intervalle"
    text = (
        f"« {gap.label} » : {_percent(gap.first_figure, answers)} ({gap.first}), puis"
        f" {_percent(gap.second_figure, answers)} ({gap.second}) :"
        f" {end}.{_small(min(gap.first_figure.n, gap.second_figure.n))}{_base(answers)}"
    )
    figures = (
        behind(f"{gap.label}, {gap.first}", gap.first_figure, answers),
        behind(f"{gap.label}, {gap.second}", gap.second_figure, answers),
    )
    return Sentence(key=f"vagues:{answers.name}:{gap.label}", text=text, figures=figures)


def most(figure: Estimate, people: PeopleNoun) -> str:
    """Return how many most of them are, by the low bound; "" when they may be less than half.

    >>> def share(value, low, high):
    ...     return Estimate(value=value, low=low, high=high, unit="pourcent", universe="", n=192,
    ...                     method="resultats-enquete")
    >>> most(share(98, 92, 100), PEOPLE["structures"]), most(share(84, 77, 90), PEOPLE["inhabitants"])
    ('presque toutes les structures', 'plus de trois habitants sur quatre')
    >>> most(share(60, 51, 69), PEOPLE["structures"]), most(share(60, 50, 70), PEOPLE["structures"])
    ('plus d’une structure sur deux', '')
    >>> most(share(100, 92, 100), PEOPLE["structures"]), most(share(100, 92, 100), RESPONDENTS)
    ('toutes les structures qui ont répondu', 'tous les répondants')
    """
    every = f"tou{'te' if people.feminine else ''}s les"
    if figure.value >= 100:  # of those who answered: its interval leaves a few of the others
        is_of_answers = people == RESPONDENTS or people.many.endswith(("répondu", "question"))
        return f"{every} {people.many if is_of_answers else answering(people).many}"
    if figure.low > 90:
        return f"presque {every} {people.many}"
    if figure.low > 75:
        return f"plus de trois {people.many} sur quatre"
    return f"plus d’un{'e' if people.feminine else ''} {people.one} sur deux" if figure.low > 50 else ""


def portion(figure: Estimate, people: PeopleNoun, rule: str = "nearest") -> str:
    """Return a share as people say it, '' when no simple fraction is near. rule: how it is printed beside.

    >>> def share(value, low, high):
    ...     return Estimate(value=value, low=low, high=high, unit="pourcent", universe="", n=192,
    ...                     method="resultats-enquete")
    >>> portion(share(33.4, 28, 39), PEOPLE["inhabitants"]), portion(share(48, 40, 56), PEOPLE["structures"])
    ('un habitant sur trois', 'environ une structure sur deux')
    >>> portion(share(31.5, 31, 32), RESPONDENTS), portion(share(60, 55, 65), RESPONDENTS)
    ('près d’un répondant sur trois', '')
    """
    simple = fractions.fraction(figure.value, figure.low, figure.high, rule=rule)
    if simple is None:
        return ""
    first = "une" if simple.part == 1 and people.feminine else NUMBERS[simple.part]
    noun = people.one if simple.part == 1 else people.many
    portion_text = f"{first} {noun} sur {NUMBERS[simple.n_people]}"
    lead = f"{simple.lead} "
    if simple.part == 1 and lead.endswith(" de "):
        lead = f"{lead[:-2]}’"
    return f"{lead}{portion_text}" if simple.lead else portion_text


def changed(before: Sequence[Mapping[str, object]], now: Sequence[Mapping[str, object]]) -> bool:
    """Return True if the figures behind a sentence would now be printed differently.

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


def _scale(answers: QuestionAnswers, people: PeopleNoun) -> list[Sentence]:
    worst, best = answers.groups[0], answers.groups[-1]
    for line in (worst, best) if answers.worry else (best, worst):
        if isinstance(line.figure, Estimate):
            return [
                Sentence(
                    key=f"{'haut' if line is best else 'bas'}:{answers.name}",
                    text=f"{_lead(line, answers, people, favourable=line is best)}{_small(answers.n)}",
                    figures=(behind(line.label, line.figure, answers),),
                )
            ]
    return []


def _yes(answers: QuestionAnswers, published_lines: Sequence[Line], people: PeopleNoun) -> list[Sentence]:
    yes = next((each for each in published_lines if each.name.lower() in ("oui", "yes", "1")), None)
    line = yes or published_lines[0]
    text = f"{_lead(line, answers, people, favourable=yes is not None)}{_small(answers.n)}"
    return [
        Sentence(key=f"oui:{answers.name}", text=text, figures=(behind(line.label, line.figure, answers),))
    ]


def _first(answers: QuestionAnswers, published_lines: Sequence[Line], people: PeopleNoun) -> list[Sentence]:
    leading = leaders(answers.lines, answers)
    if not leading or _is_all(leading, answers.lines):
        return [_unranked(answers, published_lines)]
    verb = "viennent en tête, sans écart net entre les deux" if len(leading) == 2 else "viennent en tête"
    text = (
        f"{_about(answers)} : {_cited(leading, answers)} {verb}.{_small(answers.n)}"
        if len(leading) > 1
        else f"{_about(answers)} : « {leading[0].label} » vient en"
        f" tête{_share_text(leading[0], answers, people)}."
        f"{_small(answers.n)}"
    )
    return [_of(f"tete:{answers.name}", text, leading, answers)]


def _several(answers: QuestionAnswers, published_lines: Sequence[Line], people: PeopleNoun) -> list[Sentence]:
    leading = leaders(answers.lines, answers)
    if not leading or _is_all(leading, answers.lines):
        return [_unranked(answers, published_lines)]
    verb = "est le plus cité" if len(leading) == 1 else "sont les plus cités"
    text = f"{_about(answers)} : {_cited(leading, answers)} {verb}.{_small(answers.n)}"
    return [_of(f"cites:{answers.name}", text, leading, answers)]


def leaders(lines: Sequence[Line], answers: QuestionAnswers) -> list[Line]:
    """Return the answers that come first whatever those withheld are; none when nothing published says so."""
    ranks = ranking.first(
        [line.figure for line in lines],
        exclusive=_adds_up(answers),
        ceilings=[line.ceiling for line in lines],
        widest=answers.several,
    )
    return [lines[k] for k in ranks]


def _is_all(leading: Sequence[Line], lines: Sequence[Line]) -> bool:
    """Return True if several answers are all those that somebody gave: none of them comes first."""
    is_cited = (
        line.figure.value > 0 if isinstance(line.figure, Estimate) else not isinstance(line.figure, Missing)
        for line in lines
    )
    return 1 < len(leading) == sum(is_cited)


def _adds_up(answers: QuestionAnswers) -> bool:
    return answers.exclusive and not answers.several


def _unranked(answers: QuestionAnswers, published_lines: Sequence[Line]) -> Sentence:
    """Return the sentence where no answer surely comes first: no rank, or one among those published.

    It depends on what is published alone: a sentence that came and went with a withheld answer would tell it.
    """
    leading = leaders(published_lines, answers) if len(published_lines) < len(answers.lines) else []
    named = leading or tied(sorted(filter(_value, published_lines), key=lambda line: -_value(line)))
    above = ranking.remainder(
        [line.figure for line in answers.lines],
        exclusive=_adds_up(answers),
        ceilings=[line.ceiling for line in answers.lines],
    )
    among = ", parmi les réponses publiées" if leading or above > _value(named[-1]) else ""
    if leading:
        verb = "est la plus fréquente" if len(leading) == 1 else "sont les plus fréquentes"
        conclusion = f"{_cited(leading, answers)} {verb}"
    elif len(named) == 1:
        conclusion = f"{_percent(named[0].figure, answers)} répondent « {named[0].label} »"
        conclusion += f" ({_between(named[0].figure)})"
    elif len(named) <= MOST_TIED:
        conclusion = f"{_cited(named, answers)}, sans écart net"
    else:
        conclusion = NONE_STANDS_OUT
    text = f"{_about(answers)}{among} : {conclusion}.{_small(answers.n)}"
    return _of(f"publiees:{answers.name}", text, named, answers)


def tied(ranked: Sequence[Line]) -> list[Line]:
    """Return the first answers that no interval sets apart from one another, four at most: 32 % and 14 % may
    each touch 25 %, and are not near.
    """
    tied_lines: list[Line] = []
    for line in ranked[: ranking.MOST + 1]:
        if tied_lines and _high(line) < max(map(_low, tied_lines)):
            break
        tied_lines.append(line)
    return tied_lines


def _of(key: str, text: str, lines: Sequence[Line], answers: QuestionAnswers) -> Sentence:
    return Sentence(
        key=key, text=text, figures=tuple(behind(line.label, line.figure, answers) for line in lines)
    )


def _about(answers: QuestionAnswers) -> str:
    return f"« {question_words(answers.label)} »"


def _cited(lines: Sequence[Line], answers: QuestionAnswers) -> str:
    return listing([f"« {line.label} » ({_percent(line.figure, answers)})" for line in lines])


def _national(answers: QuestionAnswers, people: PeopleNoun) -> list[Sentence]:
    """Return one sentence for each published figure: the direction is computed, never that of the whole
    table.
    """
    out = []
    known = {
        frozenset(line.name.split()): line for line in (*answers.lines, *answers.groups, *answers.compared)
    }
    for national in answers.national:
        line = known.get(frozenset(national.choice.split()))
        if line is None or not isinstance(line.figure, Estimate):
            continue
        if national.percent < line.figure.low:
            word = "plus qu’au national"
        elif national.percent > line.figure.high:
            word = "moins qu’au national"
        else:
            word = "pas d’écart net avec le national"
        percent_text = number(national.percent, 0 if float(national.percent).is_integer() else 1)
        text = (
            f"« {line.label} » : {_percent(line.figure, answers)} ({_between(line.figure)}), contre"
            f" {percent_text}{NBSP}% au national ({national.producer}, {national.year}) :"
            f" {word}.{_small(answers.n)}"
        )
        figure = behind(line.label, line.figure, answers, national=national.percent, note=national.difference)
        out.append(Sentence(key=f"national:{answers.name}:{national.choice}", text=text, figures=(figure,)))
    return out


def _lead(line: Line, answers: QuestionAnswers, people: PeopleNoun, *, favourable: bool = False) -> str:
    """Return « Seul un habitant sur trois répond « oui » : 33 % (entre 28 et 38 %). »"""
    assert isinstance(line.figure, Estimate)
    value, portion_text = line.figure.value, portion(line.figure, people, answers.rounding)
    verb = "répondent" if value > 55 else "répond"
    if not portion_text and (portion_text := most(line.figure, people)):
        verb = "répond" if portion_text.startswith("plus d’un") else "répondent"
    if portion_text:
        only = favourable and value < FEW and line.figure.high < 50
        if only and portion_text.startswith("un") and not portion_text.startswith("un peu"):
            portion_text = f"seul{'e' if people.feminine else ''} {portion_text}"
        return (
            f"« {question_words(answers.label)} » : {portion_text} {verb} « {line.label} » "
            f"({_percent(line.figure, answers)}, {_between(line.figure)})."
        )
    return (
        f"« {question_words(answers.label)} » : {_percent(line.figure, answers)} répondent « {line.label} »"
        f" ({_between(line.figure)})."
    )


def _share_text(line: Line, answers: QuestionAnswers, people: PeopleNoun) -> str:
    assert isinstance(line.figure, Estimate)
    portion_text = portion(line.figure, people, answers.rounding)
    portion_text = portion_text or most(line.figure, people)
    return (
        f", {portion_text + ', ' if portion_text else ''}{_percent(line.figure, answers)}"
        f" ({_between(line.figure)})"
    )


def _is_yes_no(lines: Sequence[Line]) -> bool:
    return {line.name.lower() for line in lines} <= {"oui", "non", "yes", "no"}


def question_words(label: str) -> str:
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


def _percent(figure: Figure, answers: QuestionAnswers) -> str:
    return survey_share(figure, rule=answers.rounding).value or ""


def _between(figure: Figure) -> str:
    return survey_share(figure).between


def _bounds(difference: Estimate) -> str:
    near, far = sorted((abs(difference.low), abs(difference.high)))
    low, high = bounds(near, far)
    return f"entre {low} et {high}"


def _small(n: int) -> str:
    return f" *{NBSP}{count(n, 'réponse', 'réponses')}." if n < SMALL else ""


def _base(answers: QuestionAnswers) -> str:
    """Return of whom a sentence speaks, when it is not of all those who answered."""
    return f" Base : {answers.universe.rstrip('.')}." if answers.partial and answers.universe else ""


def behind(
    label: str, figure: Figure, answers: QuestionAnswers, national: float | None = None, note: str = ""
) -> Behind:
    """Return a published figure as it is stored behind a sentence."""
    assert isinstance(figure, Estimate)
    low, high = outwards(figure.low, figure.high, 1.0, most=100.0)
    return Behind(
        label=label,
        value=rounded(figure.value, rule=answers.rounding),
        low=low,
        high=high,
        n=figure.n,
        universe=figure.universe or answers.universe,
        method=figure.method,
        weighted=answers.weighted,
        national=national,
        note=note,
    )
