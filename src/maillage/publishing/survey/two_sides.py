"""The answers of inhabitants facing the beliefs of structures (E-018): one subject, the same answers, the gap
between them and its interval, from what both published.

Source: docs/methods/resultats-enquete.md
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from maillage.kernel.estimate import Estimate
from maillage.publishing.page.blocks import Block, Bullets, Cell, Grid, Heading, Picture, Text
from maillage.publishing.survey import charts
from maillage.publishing.survey.charts import Bar
from maillage.publishing.survey.findings import QuestionAnswers
from maillage.publishing.survey.published_row import PublishedRow
from maillage.statistics.engine import comparisons
from maillage.statistics.engine.proportions import LEVEL
from maillage.words.rounding import outwards, rounded, signed_outwards
from maillage.words.wording import NBSP, bounds, number, points, survey_share

METHOD = "resultats-enquete"
TITLE = "Habitants et structures, côte à côte"
SIDES: Mapping[str, str] = {"inhabitants": "Habitants", "structures": "Structures"}
COLUMNS = (
    *("sujet", "modalite", "libelle", "libelle_en_face", "part", "bas", "haut", "base", "univers"),
    *("part_en_face", "bas_en_face", "haut_en_face", "base_en_face", "univers_en_face", "source_en_face"),
    *("ecart", "ecart_bas", "ecart_haut", "net"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterpart:
    """The edition of another kind of survey of the same territory, as it was published.

    kind: of whom (`SIDES`); about: its title and edition; topics: the subject of each of its questions;
    several: those to which one may give several answers. rows: those of its tables, without a cross.
    """

    kind: str
    about: str
    topics: Mapping[str, str]
    several: frozenset[str]
    rows: Sequence[PublishedRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One answer on both sides. points: here minus there, with its 90 % interval; net: chance does not
    explain it, every comparison counted.
    """

    name: str
    labels: tuple[str, str]
    figures: tuple[Estimate, Estimate]
    points: float
    low: float
    high: float
    net: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A subject that both sides answer with the same answers. several: whether a side could give several."""

    topic: str
    answers: QuestionAnswers
    label: str
    pairs: tuple[Pair, ...]
    several: tuple[bool, bool]


def subjects(
    questions: Sequence[QuestionAnswers], topics: Mapping[str, str], other: Counterpart
) -> list[Subject]:
    """Return the subjects of both sides, with the gap of each answer that both publish.

    topics: the subject of each question here. Nothing is said of a subject whose answers are not the same on
    both sides, whose base is filtered or not published, nor of an answer withheld on one side.
    """
    out = []
    for answers in questions:
        facing_rows = _question(answers, topics.get(answers.name, ""), other)
        if not facing_rows or answers.base is None or answers.of_whom or " ; " in answers.universe:
            continue
        pairs = list(_pairs(answers, facing_rows))
        looked = comparisons.holm([p for _, p in pairs])
        if pairs:
            several = answers.several, next(iter(facing_rows.values()))["question"] in other.several
            out.append(
                Subject(
                    topic=topics[answers.name],
                    answers=answers,
                    label=next(iter(facing_rows.values()))["libelle"],
                    pairs=tuple(_net(pair, p) for (pair, _), p in zip(pairs, looked, strict=True)),
                    several=several,
                )
            )
    return out


def _question(answers: QuestionAnswers, topic: str, other: Counterpart) -> dict[str, PublishedRow]:
    """Return the answers there of the question on this subject, by name; none when they are not the same."""
    names = {line.name for line in answers.lines}
    for question, of in other.topics.items():
        rows = {
            row["modalite"]: row for row in other.rows if row["question"] == question and not row["groupe"]
        }
        clear = rows and all(row["base"] != "" and " ; " not in row["univers"] for row in rows.values())
        if topic and of == topic and set(rows) == names and clear:
            return rows
    return {}


def _pairs(answers: QuestionAnswers, facing_rows: Mapping[str, PublishedRow]) -> Iterator[tuple[Pair, float]]:
    for line in answers.lines:
        local_figure, facing_figure = line.figure, _estimate(facing_rows[line.name])
        if (
            isinstance(local_figure, Estimate)
            and facing_figure is not None
            and local_figure.low < local_figure.high
            and facing_figure.low < facing_figure.high
        ):
            difference = comparisons.of_intervals(_share(local_figure), _share(facing_figure))
            yield (
                Pair(
                    name=line.name,
                    labels=(line.label, facing_rows[line.name]["libelle_modalite"]),
                    figures=(local_figure, facing_figure),
                    points=100 * difference.value,
                    low=100 * difference.low,
                    high=100 * difference.high,
                    net=difference.low > 0 or difference.high < 0,
                ),
                difference.p,
            )


def _net(pair: Pair, p: float) -> Pair:
    return replace(pair, net=pair.net and p < 1 - LEVEL)


def _share(figure: Estimate) -> tuple[float, float, float]:
    return figure.value / 100, figure.low / 100, figure.high / 100


def _estimate(row: PublishedRow) -> Estimate | None:
    share, low, high, n = row["part"], row["bas"], row["haut"], row["base"]
    if isinstance(share, str) or isinstance(low, str) or isinstance(high, str) or isinstance(n, str):
        return None
    return Estimate(
        value=share, low=low, high=high, unit="pourcent", universe=row["univers"], n=n, method=METHOD
    )


def sentence(subject: Subject, kinds: tuple[str, str]) -> str:
    """Return how both sides part on a subject: one published gap that chance does not explain, or that none
    is so.
    """
    net = [pair for pair in subject.pairs if pair.net]
    if not net:
        return "Aucun écart publié entre les deux côtés ne dépasse ce que le hasard explique."
    pair = max(net, key=lambda pair_of_gap: abs(pair_of_gap.points))
    near, far = sorted((abs(pair.low), abs(pair.high)))
    low, high = bounds(near, far)
    answer_text = f"« {pair.labels[0]} »" + (
        "" if pair.labels[0] == pair.labels[1] else f" (« {pair.labels[1]} »)"
    )
    shares = survey_share(pair.figures[0], rule=subject.answers.rounding), survey_share(pair.figures[1])
    both = " et ".join(
        f"{share.value} côté {SIDES[kind].lower()} ({figure.universe.rstrip('.')},"
        f" n{NBSP}={NBSP}{number(figure.n)})"
        for share, kind, figure in zip(shares, kinds, pair.figures, strict=True)
    )
    return (
        f"{answer_text} : {both}, un écart de {points(pair.points)} (entre {low} et {high}),"
        " que le hasard du tirage n’explique pas."
    )


def blocks(
    compared_subjects: Sequence[Subject], kinds: tuple[str, str], about: str, *, id: str
) -> list[Block]:
    """Return the chapter: for each subject a sentence, a chart of both sides, a table of gaps, and what keeps
    both from being one question.
    """
    out: list[Block] = [Text(text=f"À côté de {about}.", tone="lead")]
    for k, subject in enumerate(compared_subjects):
        own_side, facing_side = (SIDES[kind] for kind in kinds)
        out += [
            Heading(text=subject.answers.label),
            Bullets(items=(sentence(subject, kinds),)),
            _chart(subject, kinds, id=f"{id}{k}"),
            Grid(
                caption=f"{subject.answers.label} {own_side} et {facing_side.lower()}",
                columns=("Réponse", own_side, facing_side, "Écart, en points", f"Intervalle à 90{NBSP}%"),
                align="gdddd",
                rows=tuple(_line(subject, pair) for pair in subject.pairs),
                note=_note(subject, kinds),
                widths=(3, 1.6, 1.6, 1.2, 1.4),
            ),
        ]
    return out


def _chart(subject: Subject, kinds: tuple[str, str], *, id: str) -> Picture:
    panels = [
        (
            f"{SIDES[kind]} (n{NBSP}={NBSP}{number(subject.pairs[0].figures[side].n)})",
            [Bar(label=pair.labels[side], figure=pair.figures[side]) for pair in subject.pairs],
        )
        for side, kind in enumerate(kinds)
    ]
    alt = " ".join(
        f"{title} : {charts.in_words(bars, rule=subject.answers.rounding)}" for title, bars in panels
    )
    return Picture(
        svg=charts.multiples(panels, id=id, label=alt, rule=subject.answers.rounding), alt=alt, width=0.72
    )


def _line(subject: Subject, pair: Pair) -> tuple[Cell, ...]:
    gap = rounded(pair.points)
    signed = f"{'+' if gap > 0 else ''}{number(gap)}{'' if pair.net else ', pas net'}"
    share_texts = (
        survey_share(pair.figures[0], rule=subject.answers.rounding),
        survey_share(pair.figures[1]),
    )
    return (
        Cell(text=" / ".join(dict.fromkeys(pair.labels))),
        *(Cell(text=f"{each.value} ({each.span})") for each in share_texts),
        Cell(text=signed, strong=pair.net),
        Cell(text=" à ".join(bounds(pair.low, pair.high))),
    )


def _note(subject: Subject, kinds: tuple[str, str]) -> str:
    note_texts = [
        f"{SIDES[kind]} : {figure.universe.rstrip('.')}, n{NBSP}={NBSP}{number(figure.n)}."
        for kind, figure in zip(kinds, subject.pairs[0].figures, strict=True)
    ]
    if subject.answers.label != subject.label:
        note_texts.append(f"En face, la question est : « {subject.label} »")
    if subject.several[0] != subject.several[1]:
        one = SIDES[kinds[1 if subject.several[0] else 0]].lower()
        note_texts.append(
            f"Les {one} ne donnent qu’une réponse, ceux d’en face plusieurs : un écart de quelques points"
            " peut venir de là."
        )
    note_texts.append(
        "Les deux échantillons sont supposés indépendants ; une réponse masquée d’un côté n’a pas d’écart."
    )
    return " ".join(note_texts)


def rows(compared_subjects: Sequence[Subject], about: str) -> list[dict[str, object]]:
    """Return every gap as rows of COLUMNS: bounds outwards, as they are printed."""
    return [
        dict(zip(COLUMNS, _cells(subject, pair, about), strict=True))
        for subject in compared_subjects
        for pair in subject.pairs
    ]


def _cells(subject: Subject, pair: Pair, about: str) -> tuple[object, ...]:
    figure_cells: list[object] = []
    for figure, rule in zip(pair.figures, (subject.answers.rounding, "nearest"), strict=True):
        low, high = outwards(figure.low, figure.high, 1.0, most=100.0)
        figure_cells += [
            int(rounded(figure.value, rule=rule)),
            int(low),
            int(high),
            figure.n,
            figure.universe,
        ]
    low, high = signed_outwards(pair.low, pair.high)
    gap = int(rounded(pair.points)), int(low), int(high), "oui" if pair.net else "non"
    return (subject.topic, pair.name, *pair.labels, *figure_cells, about, *gap)
