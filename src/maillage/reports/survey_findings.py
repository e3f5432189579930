"""What a survey teaches, in sentences: each is written by a rule, from figures it keeps; none goes further than its interval."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from maillage.engine.proportions import rounded
from maillage.kernel.estimate import Estimate, Figure
from maillage.reference.questionnaire import National
from maillage.reports.wording import NBSP, listing, number, rate

Json = dict[str, Any]
SMALL = 50  # respondents: under, a sentence says how few
PROFILE = frozenset(
    {"age", "age_environ", "classe_age", "sexe", "commune", "diplome", "pcs"}
)  # who answered teaches nothing
NEAR = 2.5  # points between a share and the fraction that may tell it
FEW = 40  # percent: a favourable share under it is « seul »
LEADING = frozenset({"national", "ecart", "vagues", "haut", "bas"})  # rules whose sentences are read first
FRACTIONS: tuple[tuple[float, str], ...] = (
    (10, "un {one} sur dix"),
    (20, "un {one} sur cinq"),
    (25, "un {one} sur quatre"),
    (100 / 3, "un {one} sur trois"),
    (50, "un {one} sur deux"),
    (200 / 3, "deux {many} sur trois"),
    (75, "trois {many} sur quatre"),
    (80, "quatre {many} sur cinq"),
    (90, "neuf {many} sur dix"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who answered, as a sentence names them."""

    one: str
    many: str
    feminine: bool = False


RESPONDENTS = Who(one="répondant", many="répondants")
PEOPLE: Mapping[str, Who] = {
    "inhabitants": Who(one="habitant", many="habitants"),
    "structures": Who(one="structure", many="structures", feminine=True),
    "caf": Who(one="allocataire", many="allocataires"),
    "professionals": Who(one="professionnel", many="professionnels"),
}


def who(kind: str, *, weighted: bool) -> Who:
    """Return how those who answered are named: inhabitants are spoken of only when weights make the sample look like them."""
    return RESPONDENTS if kind in ("inhabitants", "caf") and not weighted else PEOPLE.get(kind, RESPONDENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """The figure behind a sentence, as it is printed: percents rounded by the rule of its publication.

    weighted: weights were applied. national: the published figure beside it; note: what keeps both from being one figure.
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
        """Whether it is read first: it compares, or says how at ease people are."""
        return self.key.partition(":")[0] in LEADING

    def data(self) -> list[Json]:
        """Return the figures behind as plain values, to be kept and compared."""
        return [asdict(each) for each in self.figures]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Sentences as a document says them: those read first, then the others, question by question."""

    first: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.first) + len(self.others)


def told(sentences: Iterable[tuple[str, bool]]) -> Told:
    """Return sentences in their order, those that lead apart; all first when none does. Each: its words, whether it leads.

    >>> told([("a", False), ("b", True)]), told([("a", False)])
    (Told(first=('b',), others=('a',)), Told(first=('a',), others=()))
    """
    held = list(sentences)
    first, others = (tuple(text for text, leads in held if leads == wanted) for wanted in (True, False))
    return Told(first=first, others=others) if first else Told(first=others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One answer of a question: its name, its label, its figure in percent."""

    name: str
    label: str
    figure: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as sentences need it: its words, its answers in order, and what was found of them.

    scale: the answers go from the worst to the best. several: one may give several answers. groups: answers put together
    (« plutôt à l’aise » and « très à l’aise »), the favourable one last. n: those who answered. ordered: the answers follow an
    order, and none is « la moins donnée ». beside: the answers of published figures, those that add up several among them.
    told: whether n may be; least: under how many respondents a count is not. partial: some were not asked, and a sentence says of
    whom it speaks. observed: told by whoever asked: it teaches nothing of what people think.
    census: what the census counts too, under a name of its own.
    """

    name: str
    label: str
    lines: Sequence[Line]
    n: int
    universe: str
    weighted: bool
    scale: bool = False
    several: bool = False
    groups: Sequence[Line] = ()
    national: Sequence[National] = ()
    rounding: str = "nearest"
    ordered: bool = False
    beside: Sequence[Line] = ()
    least: int = 0
    told: bool = True
    partial: bool = False
    observed: bool = False
    census: bool = False

    @property
    def base(self) -> int | None:
        """How many answered, None when that is not told."""
        return self.n if self.told or not self.n else None

    @property
    def of_whom(self) -> bool:
        """Whether it asks who somebody is: that teaches nothing, and does not rise."""
        return self.census or self.name in PROFILE


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A difference between two groups, or two waves, that a test calls significant, all its looks counted. In points."""

    label: str
    first: str
    second: str
    first_figure: Estimate
    second_figure: Estimate
    difference: Estimate


def sentences(asked: Asked, people: Who) -> list[Sentence]:
    """Return the sentences of a question, its groups apart: nothing on what is withheld, nothing on no answer."""
    shown = [line for line in asked.lines if isinstance(line.figure, Estimate)]
    if not shown or not asked.n or asked.of_whom or asked.observed:
        return []
    people = RESPONDENTS if asked.partial else people
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


def gap_sentence(asked: Asked, gaps: Iterable[Gap], by: str) -> Sentence | None:
    """Return the sentence of the largest significant difference between groups, None when none is."""
    found = max(gaps, key=lambda gap: abs(gap.difference.value), default=None)
    if found is None:
        return None
    high, low = (found.first, found.second) if found.difference.value > 0 else (found.second, found.first)
    first, second = (found.first_figure, found.second_figure)
    if found.difference.value < 0:
        first, second = second, first
    text = (
        f"« {found.label} » : {_percent(first, asked)} pour « {high} » contre {_percent(second, asked)} pour « {low} », "
        f"un écart de {number(rounded(abs(found.difference.value)))} points ({_bounds(found.difference)}), que le hasard du "
        f"tirage n’explique pas.{_small(min(first.n, second.n))}{_base(asked)}"
    )
    behind = tuple(_behind(f"{found.label}, {name}", figure, asked) for name, figure in ((high, first), (low, second)))
    return Sentence(key=f"ecart:{asked.name}:{by}", text=text, figures=behind)


def change_sentence(asked: Asked, gap: Gap) -> Sentence:
    """Return what a share became from one wave to the next; it rises or falls only outside its interval."""
    change = gap.difference
    moved = abs(rounded(abs(change.value)))
    if change.low > 0 or change.high < 0:
        word = "hausse" if change.low > 0 else "baisse"
        end = f"{word} de {number(moved)} points ({_bounds(change)})"
    else:
        end = f"pas de changement net : l’écart de {number(moved)} points reste dans son intervalle"
    text = (
        f"« {gap.label} » : {_percent(gap.first_figure, asked)} ({gap.first}), puis {_percent(gap.second_figure, asked)} "
        f"({gap.second}) : {end}.{_small(min(gap.first_figure.n, gap.second_figure.n))}{_base(asked)}"
    )
    behind = (
        _behind(f"{gap.label}, {gap.first}", gap.first_figure, asked),
        _behind(f"{gap.label}, {gap.second}", gap.second_figure, asked),
    )
    return Sentence(key=f"vagues:{asked.name}:{gap.label}", text=text, figures=behind)


def portion(value: float, people: Who) -> str:
    """Return a share as people say it, '' when no simple fraction is near.

    >>> portion(33.4, PEOPLE["inhabitants"]), portion(48, PEOPLE["structures"]), portion(60, RESPONDENTS)
    ('un habitant sur trois', 'une structure sur deux', '')
    """
    at, words = min(FRACTIONS, key=lambda each: abs(each[0] - value))
    if abs(at - value) > NEAR:
        return ""
    told = words.format(one=people.one, many=people.many)
    return told.replace("un ", "une ", 1) if people.feminine and told.startswith("un ") else told


def changed(before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether the figures behind a sentence are no longer printed the same.

    >>> changed([{"label": "a", "value": 33.0}], [{"label": "a", "value": 34.0}])
    True
    """
    return [dict(each) for each in before] != [dict(each) for each in now]


def _scale(asked: Asked, people: Who) -> list[Sentence]:
    best = asked.groups[-1]
    worst = asked.groups[0]
    out = []
    if isinstance(best.figure, Estimate):
        out.append(
            Sentence(
                key=f"haut:{asked.name}",
                text=f"{_lead(best, asked, people, favourable=True)}{_small(asked.n)}",
                figures=(_behind(best.label, best.figure, asked),),
            )
        )
    elif isinstance(worst.figure, Estimate):
        out.append(
            Sentence(
                key=f"bas:{asked.name}",
                text=f"{_lead(worst, asked, people)}{_small(asked.n)}",
                figures=(_behind(worst.label, worst.figure, asked),),
            )
        )
    return out


def _yes(asked: Asked, shown: Sequence[Line], people: Who) -> list[Sentence]:
    line = next((each for each in shown if each.name.lower() in ("oui", "yes", "1")), shown[0])
    text = f"{_lead(line, asked, people, favourable=True)}{_small(asked.n)}"
    return [Sentence(key=f"oui:{asked.name}", text=text, figures=(_behind(line.label, line.figure, asked),))]


def _first(asked: Asked, shown: Sequence[Line], people: Who) -> list[Sentence]:
    ranked = sorted(shown, key=lambda line: -_value(line))
    top, then = ranked[0], ranked[1] if len(ranked) > 1 else None
    about = f"« {_short(asked.label)} »"
    if then is not None and _low(top) <= _high(then):
        text = (
            f"{about} : « {top.label} » ({_percent(top.figure, asked)}) et « {then.label} » ({_percent(then.figure, asked)}) "
            f"viennent en tête, sans écart net entre les deux.{_small(asked.n)}"
        )
        behind = tuple(_behind(each.label, each.figure, asked) for each in (top, then))
    else:
        text = f"{about} : « {top.label} » vient en tête{_told(top, asked, people)}.{_small(asked.n)}"
        behind = (_behind(top.label, top.figure, asked),)
    out = [Sentence(key=f"tete:{asked.name}", text=text, figures=behind)]
    last = ranked[-1]
    if not asked.ordered and len(ranked) == len(asked.lines) > 3 and _high(last) < _low(ranked[-2]):
        text = f"{about} : « {last.label} » est la réponse la moins donnée, {_percent(last.figure, asked)} ({_between(last.figure)})."
        out.append(Sentence(key=f"fin:{asked.name}", text=text, figures=(_behind(last.label, last.figure, asked),)))
    return out


def _several(asked: Asked, shown: Sequence[Line], people: Who) -> list[Sentence]:
    ranked = sorted(shown, key=lambda line: -_value(line))[:3]
    cited = listing([f"« {line.label} » ({_percent(line.figure, asked)})" for line in ranked])
    more = (
        " Plusieurs réponses étaient possibles : le total dépasse 100" + NBSP + "%."
        if sum(map(_value, shown)) > 100
        else ""
    )
    verb = "est le plus cité" if len(ranked) == 1 else "sont les plus cités"
    text = f"« {_short(asked.label)} » : {cited} {verb}.{more}{_small(asked.n)}"
    behind = tuple(_behind(line.label, line.figure, asked) for line in ranked)
    return [Sentence(key=f"cites:{asked.name}", text=text, figures=behind)]


def _national(asked: Asked, people: Who) -> list[Sentence]:
    """Return one sentence for each published figure: the direction is computed, never that of the whole table."""
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
            f"« {line.label} » : {_percent(line.figure, asked)} ({_between(line.figure)}), contre {told}{NBSP}% au national "
            f"({each.producer}, {each.year}) : {word}.{_small(asked.n)}"
        )
        behind = _behind(line.label, line.figure, asked, national=each.percent, note=each.difference)
        out.append(Sentence(key=f"national:{asked.name}:{each.choice}", text=text, figures=(behind,)))
    return out


def _lead(line: Line, asked: Asked, people: Who, *, favourable: bool = False) -> str:
    """Return « Seul un habitant sur trois répond « oui » : 33 % (entre 28 et 38 %). »"""
    assert isinstance(line.figure, Estimate)
    value, told = line.figure.value, portion(line.figure.value, people)
    said = "répondent" if value > 55 else "répond"
    if not told and line.figure.low > 50:
        told = f"plus d’un{'e' if people.feminine else ''} {people.one} sur deux"
        said = "répond"
    if told:
        if favourable and value < FEW and line.figure.high < 50 and told.startswith("un"):
            told = f"seul{'e' if people.feminine else ''} {told}"
        return (
            f"« {_short(asked.label)} » : {told} {said} « {line.label} » "
            f"({_percent(line.figure, asked)}, {_between(line.figure)})."
        )
    return (
        f"« {_short(asked.label)} » : {_percent(line.figure, asked)} répondent « {line.label} » ({_between(line.figure)})."
    )


def _told(line: Line, asked: Asked, people: Who) -> str:
    assert isinstance(line.figure, Estimate)
    told = portion(line.figure.value, people)
    if not told and line.figure.low > 50:
        told = f"plus d’un{'e' if people.feminine else ''} {people.one} sur deux"
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


def _percent(figure: Figure, asked: Asked) -> str:
    assert isinstance(figure, Estimate)
    return f"{number(rounded(figure.value, rule=asked.rounding))}{NBSP}%"


def _between(figure: Figure) -> str:
    return rate(figure).between


def _bounds(difference: Estimate) -> str:
    low, high = sorted((abs(difference.low), abs(difference.high)))
    return f"entre {number(rounded(low, rule='down'))} et {number(-rounded(-high, rule='down'))}"


def _small(n: int) -> str:
    return f" Attention : {number(n)} réponses seulement." if n < SMALL else ""


def _base(asked: Asked) -> str:
    """Return of whom a sentence speaks, when it is not of all those who answered."""
    return f" Base : {asked.universe.rstrip('.')}." if asked.partial and asked.universe else ""


def _behind(label: str, figure: Figure, asked: Asked, national: float | None = None, note: str = "") -> Behind:
    assert isinstance(figure, Estimate)
    return Behind(
        label=label,
        value=rounded(figure.value, rule=asked.rounding),
        low=round(figure.low, 1),
        high=round(figure.high, 1),
        n=figure.n,
        universe=figure.universe or asked.universe,
        method=figure.method,
        weighted=asked.weighted,
        national=national,
        note=note,
    )
