"""The document of a survey: who answered, the findings, question by question, the method. One list of blocks
for page, HTML and PDF.

Every percentage has its count and its base, and says whether it is weighted; one publication has one rounding
rule.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import accumulate, zip_longest

from maillage.kernel import spreadsheet
from maillage.kernel.estimate import Estimate, Figure, Missing, Withheld
from maillage.publishing.page.blocks import (
    Block,
    Bullets,
    Callout,
    Cell,
    Chapter,
    Columns,
    Cover,
    Document,
    Grid,
    Heading,
    Picture,
    Text,
    TwoColumns,
)
from maillage.publishing.page.charts import small_bar
from maillage.publishing.survey import charts, practices, two_sides, waves
from maillage.publishing.survey.charts import Bar, Stack
from maillage.publishing.survey.findings import (
    NONE_STANDS_OUT,
    SMALL,
    FindingTexts,
    Gap,
    Highlight,
    Line,
    QuestionAnswers,
)
from maillage.publishing.survey.published_row import PublishedRow, printed
from maillage.publishing.survey.two_sides import Counterpart, Subject
from maillage.publishing.survey.waves import Before
from maillage.questionnaires.questionnaire import Group as Part
from maillage.questionnaires.questionnaire import Questionnaire, words
from maillage.statistics.survey import protection
from maillage.statistics.survey.columns import CITED, UNLISTED
from maillage.statistics.survey.notes import PARTIAL_UNIVERSE, SEVERAL
from maillage.statistics.survey.protection import Protection
from maillage.statistics.survey.universe import UNKNOWN, Universe, things_of
from maillage.words.dates import in_words
from maillage.words.wording import (
    DASH,
    NBSP,
    count,
    listing,
    lower_first,
    number,
    percent,
    points,
    shortened,
    survey_share,
)

ROUNDING = {"nearest": "au plus proche, la moitié vers le haut", "down": "par troncature"}
IN_FILES = {"nearest": "au plus proche", "down": "par troncature"}  # an edition is stored with the slug
WILL_NOT = "Ne sera pas publié"  # beside a figure shown to those who hold the answers
MOST_WITHHELD = 5  # withheld answers beyond which they are told in one line
VAGUE = "°"  # after an answer whose interval is wide
MOST_NAMED = 6  # of answers that a line names: the CSV has every one
MOST_GAPS = 2  # told under a crossed table, the largest first: the table has all
MOST_PANELS = 8  # groups drawn as small charts
ALL_QUESTIONS, REST = "Question par question", "Autres questions"
PUBLICATION = "publication"
COLUMNS = (
    *("question", "libelle", "par", "groupe", "modalite", "libelle_modalite", "effectif", "base"),
    *("part", "bas", "haut", "motif", "calcul", "arrondi", "univers", "seuil"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The answers of one group of a crossed table. lines: in the order of the table; n: those of the group
    who answered.
    """

    label: str
    n: int
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A question as it is shown: its answers, perhaps crossed with another question.

    counts: respondents for each answer, unweighted, where they may be published. by: the question it is
    crossed with. least: answers below which a count is withheld; crossed_least: in its groups. gaps:
    differences that a test calls significant. looked: how many comparisons were looked at, in words. notes:
    remarks printed under it, including who is left out of the base.
    """

    answers: QuestionAnswers
    counts: Mapping[str, int] = field(default_factory=dict)
    by: str = ""
    by_label: str = ""
    least: int = 0
    crossed_least: int = 0
    groups: Sequence[Group] = ()
    gaps: Sequence[Gap] = ()
    looked: str = ""
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A variable of the sample beside the population: (class, answers, share of answers, share of the
    population), in percent.
    """

    label: str
    source: str
    rows: Sequence[tuple[str, int, float, float]]
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The whole content of a document of results.

    n: answers behind it. weighted: whether percents are weighted. rounding: `nearest` or `down`. story: its
    findings, as they are to be read; crossed: the questions that they cross; sentences: those of a person,
    then of the other questions. quotes: by theme, (words, who). actors: by who speaks, sentences. method,
    weighting, limits: sentences. steps: how people were heard, counted. before: the wave before,
    as published. counterpart: the survey of the other side (inhabitants, structures), as published. finite:
    how many could have answered. rule: by which counts are withheld, that of the kind by default.
    """

    title: str
    place: str
    universe: str
    kind: str
    n: int
    on: date
    weighted: bool
    rounding: str
    questionnaire: Questionnaire
    cards: Sequence[Card]
    aim: str = ""
    story: Sequence[Highlight] = ()
    crossed: Sequence[Card] = ()
    services: Chapter | None = None
    sentences: FindingTexts = field(default_factory=FindingTexts)
    sample: Sequence[Sample] = ()
    quotes: Sequence[tuple[str, Sequence[tuple[str, str]]]] = ()
    actors: Sequence[tuple[str, Sequence[str]]] = ()
    method: Sequence[str] = ()
    steps: Sequence[charts.Step] = ()
    weighting: Sequence[str] = ()
    limits: Sequence[str] = ()
    edition: str = ""
    before: Before | None = None
    counterpart: Counterpart | None = None
    notices: Sequence[str] = ()
    finite: Universe = UNKNOWN
    rule: Protection | None = None

    @property
    def protected_by(self) -> Protection:
        """The rule by which counts are withheld."""
        return self.rule or protection.rule_of(self.kind)

    @property
    def computed(self) -> str:
        """Return the computation of percents, a word for each."""
        return "redressé" if self.weighted else "brut"

    @property
    def subjects(self) -> list[Subject]:
        """The subjects that the other side answers too, with their gaps."""
        if self.counterpart is None:
            return []
        topics = {each.name: each.topic for each in self.questionnaire.questions() if each.topic}
        return two_sides.subjects([card.answers for card in self.cards], topics, self.counterpart)


def document(results: Results) -> Document:
    """Return the document of the results of a survey."""
    parts = [
        *_story(results),
        *([_pictures(results)] if results.story else []),
        *([results.services] if results.services else []),
        _about(results),
        *([_practices(results)] if results.kind == practices.KIND and results.cards else []),
        *([_changed(results, results.before)] if results.before and results.cards else []),
        *_two_sides(results),
        *([_quotes(results)] if results.quotes else []),
        *([_actors(results)] if results.actors else []),
    ]
    annexes = [
        *_answers(results),
        *([_crossings(results)] if any(card.groups for card in results.crossed) else []),
        _method(results),
    ]
    chapters = [*parts, *(replace(each, short=f"Annexe : {lower_first(each.short)}") for each in annexes)]
    numbered = tuple(
        replace(chapter, number=str(k), flows=k > 1 or chapter.flows) for k, chapter in enumerate(chapters, 1)
    )
    cover = Cover(
        title=results.title,
        subtitle=results.place or (by_weight(results.story)[0].headline if results.story else ""),
        over="Résultats d’enquête",
        edition=results.edition or edition_label(results.on),
        print=(
            f"{count(results.n, 'réponse', 'réponses')}, chiffres"
            f" {'redressés' if results.weighted else 'bruts'}"
        ),
        svg="",
        alt="",
    )
    return Document(
        title=results.title,
        cover=cover,
        chapters=numbered,
        keywords=("enquête", "inclusion numérique", results.place),
    )


def edition_label(on: date) -> str:
    """Return the label of an edition on its cover, from its day.

    >>> edition_label(date(2026, 11, 24))
    'Édition du 24 novembre 2026'
    """
    return f"Édition du {in_words(on)}"


def _story(results: Results) -> list[Chapter]:
    """Return the first page: the message, the warnings said once, the findings with what they call for."""
    notices = [Callout(tone="prudence", text=notice) for notice in results.notices]
    edited = [Bullets(items=results.sentences.first)] if results.sentences.first else []
    if not results.story:
        few = Callout(
            tone="prudence",
            text=(
                "Trop peu de réponses peuvent être publiées pour en tirer un constat. Recueillez-en d’autres,"
                " ou lisez les tableaux en annexe."
            ),
        )
        blocks: tuple[Block, ...] = (*notices, *edited, *([few] if results.cards and not edited else []))
        title = "Ce que l’enquête apprend" if edited else "Pas encore de constat"
        return [Chapter(number="", title=title, blocks=blocks, short="L’essentiel")] if blocks else []
    first, *next_ones = by_weight(results.story)
    return [
        Chapter(
            number="",
            title=first.headline,
            lead=" ".join(f"{each.fact.rstrip(f' *{NBSP}')}." for each in next_ones[:2]),
            blocks=(
                *notices,
                Callout(tone="prudence", title="À lire une fois.", text=_once(results)),
                _findings(results),
                *edited,
            ),
            short="L’essentiel",
        )
    ]


def by_weight(story: Sequence[Highlight]) -> list[Highlight]:
    """Return findings by weight: the first is the one of the cover."""
    return sorted(story, key=lambda highlight: -highlight.weight)


def _once(results: Results) -> str:
    """Return the warnings of the whole document, said once."""
    raw = f"brutes : elles décrivent les {things_of(results.kind)} qui ont répondu"
    weighted = "redressées pour ressembler à la population"
    small = [n for finding in results.story for n in (finding.n, *_bases(finding)) if n < SMALL]
    warnings = (
        f"{count(results.n, 'réponse', 'réponses')}, {weighted if results.weighted else raw}.",
        "La partie hachurée est la marge due au hasard : le vrai chiffre s’y trouve 9 fois sur 10, si les"
        " absents auraient répondu comme les autres.",
        f"Une étoile * : moins de {SMALL}{NBSP}réponses ({_least_to_most(small)}), à lire avec prudence."
        if small
        else "",
        "Un écart est dit sûr quand le hasard ne suffit pas à l’expliquer.",
    )
    return " ".join(filter(None, warnings))


def _findings(results: Results) -> Grid:
    """Return the findings as a table: axis, fact with its margin, bar, what it means, what it calls for."""
    rows = []
    has_calls = any(finding.call for finding in results.story)
    for k, finding in enumerate(results.story, 1):
        share = survey_share(finding.figure)
        margin = f"{share.low}{NBSP}à{NBSP}{share.high}" if share.low else "sans marge"
        rows.append(
            (
                Cell(text=finding.axis, strong=True),
                Cell(text=f"{k}. {finding.fact} ({margin})", strong=True),
                Cell(text=margin, svg=small_bar(finding.figure, top=100.0, id="rayures")),
                Cell(text=finding.meaning),
                *([Cell(text=finding.call)] if has_calls else []),
            )
        )
    return Grid(
        caption="Les constats, axe par axe",
        columns=(
            "Axe",
            "Le fait",
            "De 0 à 100",
            "Ce qu’il veut dire",
            *(["Ce que cela appelle"] * has_calls),
        ),
        align="ggggg"[: 4 + has_calls],
        rows=tuple(rows),
        note=(
            "Classés par axe, puis par importance et par sûreté. En annexe : tous les tableaux, les"
            " croisements et la méthode."
        ),
        widths=(1.4, 4.0, 1.6, 3.6, 2.9)[: 4 + has_calls],
    )


BAR_LEGEND = (
    "Sur chaque barre, le trait est la part et la partie hachurée sa marge d’erreur. Un losange, quand il y"
    " en a un, est la part au national."
)


def _pictures(results: Results) -> Chapter:
    """Return the findings two by two in their order, each with its drawing under its message; a finding of a
    question drawn already is told under that drawing, which has one title.
    """
    drawn: list[tuple[Block, ...]] = []
    facts_by_wording: dict[str, list[str]] = {}
    for k, finding in enumerate(results.story, 1):
        facts_by_wording.setdefault(finding.wording, []).append(f"{k}. {finding.fact}")
    for k, finding in enumerate(results.story, 1):
        title, *more_facts = facts_by_wording.pop(finding.wording, [""])
        if not title:  # its question is drawn under an earlier finding
            continue
        other = "au national" if any(bar.other is not None for bar in finding.bars) else ""
        alt = charts.in_words(finding.bars, other, results.rounding)
        svg = charts.bars(finding.bars, id=f"constat-{k}", label=alt, other=other, rule=results.rounding)
        universe = (
            f" Base : {finding.universe.rstrip('.')}, {_least_to_most(_bases(finding))}{NBSP}réponses."
            if finding.universe
            else ""
        )
        legend = f"{finding.wording}{universe}"
        picture = Picture(svg=svg, alt=f"{finding.fact}. {alt}", caption=legend)
        notes = [Text(text=f"On y lit aussi le constat {fact}.", tone="note") for fact in more_facts]
        drawn.append((Heading(text=title), picture, *notes))
    return Chapter(
        number="",
        title="Les constats en images",
        blocks=(Text(text=BAR_LEGEND, tone="note"), *_two_by_two(drawn)),
        short="En images",
    )


def _bases(finding: Highlight) -> list[int]:
    """Return how many answered behind each bar of the drawing of a finding."""
    return [bar.figure.n for bar in finding.bars if isinstance(bar.figure, Estimate)] or [finding.n]


def _least_to_most(counts: Sequence[int]) -> str:
    least, most = min(counts), max(counts)
    return number(least) if least == most else f"{number(least)} à {number(most)}"


def _about(results: Results) -> Chapter:
    """Describe the respondents: the questions asked, then the sample beside the population, two by two."""
    aims = [
        f"**{title}** : {listing([lower_first(x) for x in lines])}."
        for title, lines in results.questionnaire.aims
    ]
    drawn = [tuple(sample_blocks(sample, id=f"ech-{k}")) for k, sample in enumerate(results.sample)]
    whom = "au recensement" if results.kind == "structures" else "aux habitants"
    compared = f"Les réponses comparées {whom} : un redressement corrige ces écarts, et eux seuls."
    return Chapter(
        number="",
        title="Qui a répondu",
        blocks=(
            *([Text(text=results.aim, tone="lead")] if results.aim else []),
            Bullets(items=(*reading(results)[: 1 + bool(results.universe)], *aims)),
            *([Text(text=compared)] if drawn else []),
            *_samples(drawn, results.sample),
        ),
        short="Qui a répondu",
        flows=True,
    )


MANY_CLASSES = 7  # of a variable: beyond, its drawing and its table one under the other take most of a page


def _samples(drawn: Sequence[tuple[Block, ...]], samples: Sequence[Sample]) -> list[TwoColumns]:
    """Return the respondents variable by variable: two side by side; one of many classes, or the last
    one alone, has its table beside its drawing.
    """
    is_short = [len(sample.rows) <= MANY_CLASSES for sample in samples]
    short = [blocks for blocks, few in zip(drawn, is_short, strict=True) if few]
    alone = [blocks for blocks, few in zip(drawn, is_short, strict=True) if not few]
    alone += [short.pop()] if len(short) % 2 else []
    return [
        *_two_by_two(short),
        *(TwoColumns(left_blocks=blocks[:2], right_blocks=blocks[2:]) for blocks in alone),
    ]


def _two_by_two(parts: Sequence[tuple[Block, ...]]) -> list[TwoColumns]:
    return [
        TwoColumns(left_blocks=one, right_blocks=two)
        for one, two in zip_longest(parts[::2], parts[1::2], fillvalue=())
    ]


def reading(results: Results) -> list[str]:
    """Return how the figures are to be read: who, how many, weighted or not, rounded how, with which
    interval.
    """
    how = (
        "Les pourcentages sont **redressés** : l’échantillon pèse comme la population. Les effectifs sont"
        " ceux des réponses reçues."
        if results.weighted
        else (
            f"Les pourcentages sont **bruts** : ils décrivent les seules {things_of(results.kind)} entendues."
        )
    )
    answered = results.finite.response_words(results.n, results.kind)
    answered = answered or f"{count(results.n, 'réponse', 'réponses')}."
    margin = (
        f"**Marge** : l’intervalle à 90{NBSP}% dit jusqu’où le hasard peut tromper.",
        results.finite.interval_words(results.kind),
        "Il ne dit rien de ceux qu’on n’a pas rencontrés.",
    )
    return [
        *([f"**De qui parle-t-on ?** {results.universe}."] if results.universe else []),
        f"**Combien ?** {answered}",
        how,
        (f"**Arrondi** : {ROUNDING[results.rounding]} ; les bornes d’un intervalle, vers l’extérieur."),
        " ".join(filter(None, margin)),
        (f"**À lire avec prudence** : coefficient de variation {_imprecise(results.protected_by)}."),
        (f"**Non publié** : {lower_first(results.protected_by.suppression_reason)}"),
        f"**Secret** : {lower_first(protection.words(results.kind, results.rule))}",
        *_sensitive(results),
    ]


def _sensitive(results: Results) -> list[str]:
    """Return which questions keep the rule of persons where the others follow a lighter one."""
    if results.rule is None or not results.rule.wide:
        return []
    labels = [f"« {label} »" for label in protection.sensitive_labels(results.questionnaire)]
    return [
        f"**Questions traitées comme sensibles**, à partir de {protection.PERSONS.least} réponses :"
        f" {listing(labels) if labels else 'aucune'}."
    ]


def _imprecise(rule: Protection) -> str:
    return f"entre 20 et 33{NBSP}%" if rule.vague else f"de plus de 20{NBSP}%"


def sample_blocks(sample: Sample, *, id: str) -> list[Block]:
    """Return the chart and the table of a variable of the sample beside the population."""
    svg = charts.sample_bars(
        [(name, share, target) for name, _, share, target in sample.rows], id=id, label=sample.label
    )
    rows = tuple(
        (Cell(text=name), Cell(text=number(n)), Cell(text=percent(share)), Cell(text=percent(target)))
        for name, n, share, target in sample.rows
    )
    shares_text = " ; ".join(
        f"{name} : {percent(share)} des réponses, {percent(target)} de la population"
        for name, _, share, target in sample.rows
    )
    return [
        Heading(text=sample.label, small=True),
        Picture(svg=svg, alt=f"{sample.label}. {shares_text}."),
        Grid(
            caption=f"{sample.label} : les réponses et la population",
            columns=("Classe", "Réponses", "Part des réponses", "Part de la population"),
            align="gddd",
            rows=rows,
            note=sample.source,
        ),
    ]


def _practices(results: Results) -> Chapter:
    answers = [card.answers for card in results.cards]
    return Chapter(
        number="",
        title=practices.TITLE,
        blocks=tuple(practices.blocks(answers, results.computed, id="pratiques")),
        short="Pratiques",
    )


def _telling_texts(sentences: FindingTexts) -> list[Block]:
    """Return the sentences of the questions that have something to say, at the head of their tables."""
    texts = [Text(text=text, tone="note") for text in sentences.rest if NONE_STANDS_OUT not in text]
    return [_in_halves(texts)] if len(texts) > 1 else list(texts)


def _in_halves(texts: Sequence[Text]) -> TwoColumns:
    """Return texts in two columns about as high as each other, in their order."""
    ends = list(accumulate(len(text.text) for text in texts))
    cut = 1 + min(range(len(texts)), key=lambda k: abs(2 * ends[k] - ends[-1]))
    return TwoColumns(left_blocks=tuple(texts[:cut]), right_blocks=tuple(texts[cut:]))


def _crossings(results: Results) -> Chapter:
    """Return the crossed tables that the findings rest on."""
    blocks = tuple(block for card in results.crossed for block in _crossed_blocks(card))
    return Chapter(
        number="", title="Les croisements", blocks=blocks, short="Croisements", flows=True, folds=True
    )


def _changed(results: Results, before: Before) -> Chapter:
    answers = [card.answers for card in results.cards]
    return Chapter(
        number="",
        title="Ce qui a changé depuis la vague précédente",
        blocks=tuple(waves.blocks(before, answers, weighted=results.weighted)),
        short="Changements",
        flows=True,
    )


def _two_sides(results: Results) -> list[Chapter]:
    """Return the answers of the other side on the same subjects; nothing where no answer is in common."""
    subjects, other = results.subjects, results.counterpart
    if not subjects or other is None:
        return []
    return [
        Chapter(
            number="",
            title=two_sides.TITLE,
            blocks=tuple(two_sides.blocks(subjects, (results.kind, other.kind), other.about, id="face")),
            short="Côte à côte",
            flows=True,
        )
    ]


def _answers(results: Results) -> list[Chapter]:
    if not results.cards:
        nothing = Callout(tone="prudence", text="Aucun résultat ne peut être montré : trop peu de réponses.")
        return [Chapter(number="", title=ALL_QUESTIONS, blocks=(nothing,), short="Les réponses")]
    parts = _parts(results.questionnaire, results.cards)
    base = _usual_universe(results.cards)
    earlier = _earlier_changes(results)
    tables = [
        block
        for title, cards in parts
        for block in (
            *([Heading(text=title, small=True)] if len(parts) > 1 else []),
            *_small_tables(cards, results.computed, base, earlier),
        )
    ]
    crossed_blocks = [block for card in results.cards if card.groups for block in _crossed_blocks(card)]
    return [
        Chapter(
            number="",
            title=ALL_QUESTIONS,
            blocks=(
                *_telling_texts(results.sentences),
                Text(text=_reading_of_tables(results, base), tone="note"),
                Columns(blocks=tuple(tables)),
                *crossed_blocks,
            ),
            short=ALL_QUESTIONS,
            flows=True,
            folds=True,
        )
    ]


def _usual_universe(cards: Sequence[Card]) -> str:
    """Return the people whom most questions are put to: a table names only others."""
    universes = Counter(card.answers.universe.rstrip(".") for card in cards)
    return max(universes, key=universes.__getitem__)


def _reading_of_tables(results: Results, base: str) -> str:
    """Return the remarks that all the tables share, printed once above them."""
    national = dict.fromkeys(
        f"En France : {each.producer}, {each.year}, {each.universe}. {each.difference}".rstrip()
        for card in results.cards
        for each in card.answers.national
    )
    earlier = (
        f"« {results.before.name} » : la part de la vague précédente, en gras si le changement est sûr."
        if results.before
        else ""
    )
    texts = (
        f"Base, sans autre mention : {base or 'toutes les réponses'}.",
        f"À côté de chaque part {results.computed}e, l’intervalle à 90{NBSP}%.",
        f"Une somme de plus de 100{NBSP}% : plusieurs réponses étaient possibles."
        if any(card.answers.several for card in results.cards)
        else "",
        f"{VAGUE} Intervalle large, à lire avec prudence."
        if any(line.is_vague for card in results.cards for line in card.answers.lines)
        else "",
        *national,
        earlier,
        *dict.fromkeys(text for card in results.cards for text in _reasons(card)),
    )
    return " ".join(filter(None, texts))


def _earlier_changes(results: Results) -> dict[waves.AnswerName, waves.Change]:
    """Return the answers that the wave before published too, each with its change."""
    if results.before is None or results.before.unlike or results.before.weighted != results.weighted:
        return {}
    changes, _ = waves.changes(results.before, [card.answers for card in results.cards])
    return {change.name: change for change in changes}


def _small_tables(
    cards: Sequence[Card], computed: str, base: str, earlier: Mapping[waves.AnswerName, waves.Change]
) -> Iterable[Block]:
    """Yield the tables of a part, then the questions that have none."""
    for card in cards:
        if not _instead_of_table(card):
            yield _small_table(card, computed, base, earlier)
    labels_by_text: dict[str, list[str]] = {}
    for card in cards:
        if text := _instead_of_table(card):
            labels_by_text.setdefault(text, []).append(f"« {card.answers.label} »")
    for text, labels in labels_by_text.items():
        yield Text(text=f"**{text}** : {listing(labels)}.", tone="note")


def _instead_of_table(card: Card) -> str:
    """Return the sentence that replaces the table of a question, "" where it has one."""
    if _cites_all(card):
        return f"Chaque réponse est citée par tous, 100{NBSP}%"
    if _has_figure(card):
        return ""
    return "Aucun chiffre publié" if card.answers.n else "Personne n’a répondu"


def _small_table(
    card: Card, computed: str, usual_universe: str, earlier: Mapping[waves.AnswerName, waves.Change]
) -> Grid:
    """Return the table of a question in half the width of a page: each answer with its count, its percentage
    and its interval, the share of the wave before where both published it.
    """
    question, folded = card.answers, _folded(card.answers)
    national = {each.choice: f" (en France : {percent(each.percent)})" for each in question.national}
    lines = [line for line in question.printed if not (folded and isinstance(line.figure, Withheld))]
    changes = {line.name: earlier.get((question.name, line.name)) for line in lines}
    then = next((change.gap.first for change in changes.values() if change), "")
    rows = [
        (
            Cell(text=f"{line.label}{national.get(line.name, '')}{NBSP + VAGUE if line.is_vague else ''}"),
            Cell(text=number(card.counts[line.name]) if line.name in card.counts else DASH),
            Cell(text=_with_mark(line, question.rounding)),
            *([_earlier_cell(changes.get(line.name))] if then else []),
        )
        for line in lines
        if not _is_zero(line)
    ]
    for text in (_zeros_in_words(lines), _folded_words(question, folded) if folded else ""):
        if text:
            rows.append((Cell(text=text), *([Cell(text=DASH)] * (2 + bool(then)))))
    universe = question.universe.rstrip(".")
    base_text = _n(question) if universe == usual_universe else _universe_and_count(card)
    return Grid(
        caption=question.label,
        columns=("Réponse", "Effectif", f"Part ({computed}e)", *([then] if then else [])),
        align="gddd"[: 3 + bool(then)],
        rows=tuple(rows),
        note=_sentences(
            base_text, *(x for x in _notes(card) if not x.startswith((SEVERAL, PARTIAL_UNIVERSE)))
        ),
        widths=(3.1, 1, 2.1, 0.8)[: 3 + bool(then)],
    )


def _with_mark(line: Line, rounding: str) -> str:
    """Return a percentage with its bounds, and whether it will not be published."""
    share, mark = survey_share(line.figure), _mark(line)
    bounds = f"{NBSP}({share.low}–{share.high})".replace(f"{NBSP}%", "") if share.low else ""
    return f"{percentage_text(line.figure, rounding)}{bounds}{f' ({mark})' if mark else ''}"


def _earlier_cell(change: waves.Change | None) -> Cell:
    return Cell(text=change.earlier_words, strong=change.moved) if change else Cell(text=DASH)


def themes(questionnaire: Questionnaire, cards: Sequence[Card], computed: str) -> list[Chapter]:
    """Return the questions part by part, each with its chart, as a page shows them."""
    return [
        Chapter(
            number="",
            title=title,
            blocks=tuple(
                block
                for card in part
                for block in card_blocks(card, computed, id=f"q-{card.answers.name.replace('.', '-')}")
            ),
            short=title,
            flows=True,
            folds=True,
        )
        for title, part in _parts(questionnaire, cards)
    ]


def _parts(questionnaire: Questionnaire, cards: Sequence[Card]) -> list[tuple[str, list[Card]]]:
    """Return the questions part by part, as the questionnaire cuts them; those of no part come last,
    together.
    """
    part = {
        question.name: words(item.label)
        for item in questionnaire.items
        if isinstance(item, Part)
        for question in replace(questionnaire, items=(item,)).questions()
    }
    cards_by_part: dict[str, list[Card]] = {}
    for card in cards:
        cards_by_part.setdefault(part.get(card.answers.name.removesuffix(CITED), ""), []).append(card)
    loose = cards_by_part.pop("", [])
    return [*cards_by_part.items(), *([(REST if cards_by_part else ALL_QUESTIONS, loose)] if loose else [])]


def card_blocks(card: Card, computed: str, *, id: str) -> list[Block]:
    """Return a question as it is read: chart, table, base and notes. id: for the patterns of its drawing."""
    answers = card.answers
    blocks: list[Block] = [Heading(text=answers.label)]
    if not answers.n:
        return [*blocks, Callout(tone="prudence", text="Personne n’a répondu à cette question.")]
    if not _has_figure(card):
        return [*blocks, Text(text=f"**Aucun chiffre publié.** {base(card, computed)}", tone="note")]
    blocks.append(chart(card, id=id))
    blocks.append(table(card, computed))
    if card.groups:
        blocks += _by_group(card, id=f"{id}g")
    return blocks


def _cites_all(card: Card) -> bool:
    """Return True for a ranking in which everybody cites every answer: only its first rank differs."""
    shares = [line.figure.value if isinstance(line.figure, Estimate) else 0.0 for line in card.answers.lines]
    return card.answers.name.endswith(CITED) and round(min(shares, default=0.0)) == 100


def _has_figure(card: Card) -> bool:
    return any(isinstance(line.figure, Estimate) for line in card.answers.printed)


def base(card: Card, computed: str) -> str:
    """Return the line under a table: universe, count, weighting, who is left out and why, rounding."""
    more = (f"chiffres {computed}s", *([_threshold(card)] if card.least else []))
    vague = [line.label for line in card.answers.lines if line.is_vague]
    wide = [f"À lire avec prudence, l’intervalle est large : {', '.join(vague)}"] if vague else []
    return _sentences(" ; ".join((_universe_and_count(card), *more)), *_reasons(card), *_notes(card), *wide)


def _sentences(*texts: str) -> str:
    return " ".join(f"{text.rstrip('.')}." for text in texts)


def _universe_and_count(card: Card) -> str:
    question = card.answers
    universe = (
        f"Base : {question.universe.rstrip('.')}" if question.universe else "Base : toutes les réponses"
    )
    return f"{universe} ; {_n(question)}"


def _withheld(card: Card) -> dict[str, str]:
    """Return why figures of a question are withheld, each reason with the word that stands for them."""
    lines = (*card.answers.lines, *(line for group in card.groups for line in group.lines))
    return {
        line.figure.reason: charts.silence(line.figure) for line in lines if isinstance(line.figure, Withheld)
    }


def _reasons(card: Card) -> list[str]:
    lines = (*card.answers.lines, *(line for group in card.groups for line in group.lines))
    later = dict.fromkeys(line.unpublished for line in lines if line.unpublished)
    return [
        *(
            f"{word.capitalize()} : {lower_first(reason).rstrip('.')}."
            for reason, word in _withheld(card).items()
        ),
        *(f"{WILL_NOT} : {lower_first(reason).rstrip('.')}." for reason in later),
    ]


def _notes(card: Card) -> list[str]:
    why = _withheld(card)
    return [note for note in card.notes if note not in why]


def _threshold(card: Card) -> str:
    """Return the smallest count that a table shows, in words."""
    by_group = f", {card.crossed_least} par groupe" if card.crossed_least not in (0, card.least) else ""
    return f"seuil : {card.least} réponses{by_group}"


def _n(answers: QuestionAnswers) -> str:
    return "nombre de réponses non publié" if answers.base is None else f"n = {number(answers.base)}"


def _steps(lines: Iterable[Line]) -> list[Line]:
    """Return the answers of a scale, without those out of its list: they have no side."""
    return [line for line in lines if line.name != UNLISTED[0]]


def chart(card: Card, *, id: str) -> Picture:
    """Return the drawing of a question: both sides of a middle for a scale, else bars, with the published
    figures beside.
    """
    answers = card.answers
    steps = _steps(answers.lines)
    if answers.scale and len(steps) > 2 and all(_is_open(line) for line in steps):
        levels = [line.label for line in steps]
        rows = [Stack(label="Ensemble", shares=[_point(line.figure) for line in steps], n=answers.n)]
        rows += [
            Stack(label=group.label, shares=[_point(line.figure) for line in group_steps], n=group.n)
            for group in card.groups
            if len(group_steps := _steps(group.lines)) == len(levels)
            and all(_is_open(line) for line in group_steps)
        ]
        alt = charts.parts_in_words(rows, levels, answers.rounding)
        return Picture(
            svg=charts.diverging(rows, levels, id=id, label=f"{answers.label} {alt}", rule=answers.rounding),
            alt=f"{answers.label} {alt}",
            width=0.72,
        )
    national = {each.choice: each.percent for each in answers.national}
    bars = [
        Bar(label=_marked(line), figure=line.figure, other=national.get(line.name))
        for line in answers.printed
        if not _is_zero(line) and (not _folded(answers) or isinstance(line.figure, Estimate))
    ]
    alt = charts.in_words(bars, "au national", answers.rounding)
    other = "au national" if national else ""
    return Picture(
        svg=charts.bars(bars, id=id, label=f"{answers.label} {alt}", other=other, rule=answers.rounding),
        alt=f"{answers.label} {alt}",
        caption=_sentences(*filter(None, (_zeros_in_words(answers.printed), _landmarks(answers)))),
        width=0.72,
    )


def _landmarks(answers: QuestionAnswers) -> str:
    """Return where the national figures beside a question come from, each source once; "" without any."""
    sources = (f"{x.producer}, {x.year}, {x.universe}. {x.difference}".strip() for x in answers.national)
    return " ".join(f"Au national : {source}" for source in dict.fromkeys(sources))


def _is_open(line: Line) -> bool:
    """Return True if a part of a bar may be drawn without a mark: a bar cut in parts has no room for one."""
    return isinstance(line.figure, Estimate) and not line.unpublished


def _marked(line: Line) -> str:
    return f"{line.label} ({lower_first(WILL_NOT)})" if line.unpublished else line.label


def _mark(line: Line) -> str:
    return lower_first(WILL_NOT) if line.unpublished else ""


def _by_group(card: Card, *, id: str) -> list[Block]:
    """Return a question crossed with another: small charts, then what `_crossed_blocks` returns."""
    groups, _ = _published_groups(card)
    return [*([_multiples(card, groups, id=id)] if groups else []), *_crossed_blocks(card)]


def _crossed_blocks(card: Card) -> list[Block]:
    """Return the table of a crossed question and its differences; one sentence when all is withheld."""
    published, silent = _published_groups(card)
    if not published and not silent:  # nobody was asked
        return []
    if not published:
        why = "Trop peu de réponses dans chaque case, ou de quoi en retrouver une."
        way = "Une question à deux ou trois réponses, ou des groupes plus larges, en montreraient."
        text = f"**Aucun chiffre publié selon « {card.by_label} »** : {_counted(silent)}. {why} {way}"
        return [Callout(tone="prudence", text=text)]
    return [crossed(card), Text(text=" ".join(_looks(card)), tone="note")]


def _published_groups(card: Card) -> tuple[list[Group], list[Group]]:
    """Return the groups that have a figure to publish, and those that have none."""
    published = [
        group for group in card.groups if any(isinstance(line.figure, Estimate) for line in group.lines)
    ]
    return published, [group for group in card.groups if group not in published]


def _counted(groups: Sequence[Group]) -> str:
    return ", ".join(f"{group.label} (n{NBSP}={NBSP}{number(group.n)})" for group in groups)


def _multiples(card: Card, groups: Sequence[Group], *, id: str) -> Block:
    panels = [
        (_counted([group]), [Bar(label=_marked(line), figure=line.figure) for line in group.lines])
        for group in groups[:MOST_PANELS]
    ]
    alt = " ".join(f"{title} : {charts.in_words(bars, rule=card.answers.rounding)}" for title, bars in panels)
    return Picture(
        svg=charts.multiples(panels, id=id, label=alt, rule=card.answers.rounding),
        alt=alt,
        caption=f"Selon : {card.by_label}",
        width=0.72,
    )


def table(card: Card, computed: str) -> Grid:
    """Return the table of a question: each answer with its count, its percentage and its interval."""
    folded = _folded(card.answers)
    rows = tuple(
        (
            Cell(text=line.label),
            Cell(text=number(card.counts[line.name]) if line.name in card.counts else DASH),
            Cell(text=percentage_text(line.figure, card.answers.rounding), strong=True, mark=_mark(line)),
            Cell(text=span(line.figure)),
        )
        for line in card.answers.printed
        if not _is_zero(line) and not (folded and isinstance(line.figure, Withheld))
    )
    for text in (
        _zeros_in_words(card.answers.printed),
        _folded_words(card.answers, folded) if folded else "",
    ):
        if text:
            rows += ((Cell(text=text), Cell(text=DASH), Cell(text=DASH), Cell(text=DASH)),)
    return Grid(
        caption=card.answers.label,
        columns=("Réponse", "Effectif", f"Part ({computed}e)", f"Intervalle à 90{NBSP}%"),
        align="gddd",
        rows=rows,
        note=base(card, computed),
        widths=(4, 1, 1.2, 1.6),
    )


def _is_zero(line: Line) -> bool:
    """Return True for an answer that nobody gave: a file does not say whether it was offered, so no share of
    it is told.
    """
    return isinstance(line.figure, Estimate) and not line.figure.value


def _zeros_in_words(lines: Sequence[Line]) -> str:
    zeros = [line.label for line in lines if _is_zero(line)]
    return f"Sans aucune réponse : {_first_names(zeros)}" if zeros else ""


def _folded(answers: QuestionAnswers) -> list[str]:
    """Return the answers withheld, when there are too many to list one by one; none otherwise."""
    withheld_labels = [line.label for line in answers.printed if isinstance(line.figure, Withheld)]
    is_long = len(withheld_labels) >= MOST_WITHHELD or 2 * len(withheld_labels) > len(answers.printed)
    return withheld_labels if is_long else []


def _folded_words(question: QuestionAnswers, folded: Sequence[str]) -> str:
    lead = (
        "Manquantes" if any(isinstance(line.figure, Missing) for line in question.lines) else "Non publiées"
    )
    return f"{lead} : {_first_names(folded)}"


def _first_names(labels: Sequence[str]) -> str:
    """Return labels, the first ones where they are many: the CSV has every one."""
    return shortened(labels, MOST_NAMED)


def crossed(card: Card) -> Grid:
    """Return the crossed table of a question: a row for each group that has a figure, a column for each
    answer.
    """
    published, silent = _published_groups(card)
    labels = [line.label for line in card.answers.lines]
    rows = tuple(
        (
            Cell(text=group.label),
            Cell(text=number(group.n)),
            *(_crossed_cell(group, label, card.answers.rounding) for label in labels),
        )
        for group in published
    )
    silent_text = f" Aucun chiffre publié pour : {_counted(silent)}." if silent else ""
    return Grid(
        caption=f"{card.answers.label} Selon : {card.by_label}",
        columns=("Groupe", "Base", *labels),
        align="g" + "d" * (len(labels) + 1),
        rows=rows,
        note=(
            f"Base : ceux qui ont aussi répondu à « {card.by_label} »."
            f" Entre parenthèses, l’intervalle à 90{NBSP}%.{silent_text}"
        ),
    )


def _crossed_cell(group: Group, label: str, rounding: str) -> Cell:
    line = next((line for line in group.lines if line.label == label), None)
    return Cell(text=_with_span(line.figure, rounding), mark=_mark(line)) if line else Cell(text=DASH)


def percentage_text(figure: Figure, rounding: str) -> str:
    """Return a percentage as the publication prints it; its range when too imprecise; the word for
    withheld.
    """
    return survey_share(figure, rule=rounding).value or charts.silence(figure)


def span(figure: Figure) -> str:
    """Return an interval, a dash when there is none (withheld, or imposed by the margins): the note of the
    table says why.
    """
    return survey_share(figure).span


def _with_span(figure: Figure, rounding: str) -> str:
    return percentage_text(figure, rounding) + (
        f" ({span_text})" if (span_text := span(figure)) != DASH else ""
    )


def _looks(card: Card) -> list[str]:
    gap_texts = [
        f"« {gap.label} » : {points(gap.difference.value)} d’écart entre « {gap.first} » et"
        f" « {gap.second} », un écart sûr."
        for gap in card.gaps
        if len(card.answers.lines) != 2 or gap.label != card.answers.lines[1].label  # the other way round
    ][:MOST_GAPS]
    if not gap_texts and not card.looked.startswith("Aucune comparaison"):
        gap_texts = ["Aucun écart sûr entre ces groupes."]
    return [*gap_texts, *([card.looked] if card.looked else [])]


def _quotes(results: Results) -> Chapter:
    blocks: list[Block] = []
    for theme, theme_quotes in results.quotes:
        blocks += [
            Heading(text=theme),
            Bullets(
                items=tuple(
                    f"« {text.strip(' «»')} », {lower_first(speaker)}" for text, speaker in theme_quotes
                )
            ),
        ]
    return Chapter(
        number="",
        title="Paroles entendues",
        lead="Relues une par une avant d’être publiées. Elles éclairent les chiffres, elles n’en sont pas.",
        blocks=tuple(blocks),
        short="Paroles",
    )


def _actors(results: Results) -> Chapter:
    blocks: list[Block] = []
    for speaker, sentences in results.actors:
        blocks += [Heading(text=speaker), Bullets(items=tuple(sentences))]
    return Chapter(
        number="", title="La perception des acteurs", blocks=tuple(blocks), short="Acteurs", flows=True
    )


def _method(results: Results) -> Chapter:
    # One way alone is told by the text: drawn, it is a square and a number too small to be read.
    # One step alone is what the cover says: its drawing tells nothing more.
    has_steps = len(results.steps) > 1
    collection: list[Block] = [replace(steps(results.steps), width=1.0)] if has_steps else []
    parts = (
        ("Comment les réponses ont été recueillies", [*collection, *_small_texts(results.method)]),
        ("Le redressement", _small_texts(results.weighting)),
        ("Ce que cette enquête ne peut pas dire", _small_texts(results.limits)),
    )
    return Chapter(
        number="",
        title="La méthode",
        blocks=(
            TwoColumns(
                left_blocks=(
                    Heading(text="Comment lire les chiffres", small=True),
                    *_small_texts(reading(results)[1 + bool(results.universe) :]),
                ),
                right_blocks=tuple(
                    block
                    for title, blocks in parts
                    if blocks
                    for block in (Heading(text=title, small=True), *blocks)
                ),
            ),
        ),
        short="Méthode",
        flows=True,
    )


def _small_texts(texts: Iterable[str]) -> list[Block]:
    return [Text(text=text, tone="note") for text in texts]


def steps(rows: Sequence[charts.Step]) -> Picture:
    """Return the drawing of how people were heard: answers, interviews, groups, with their counts."""
    return Picture(svg=charts.thread(rows), alt=f"{' ; '.join(row.words for row in rows)}.", width=0.6)


def codebook(questionnaire: Questionnaire) -> list[tuple[str, str, str, str]]:
    """Return (name, question, kind, answers) for each question that respondents answer."""
    out: list[tuple[str, str, str, str]] = []
    for question in questionnaire.questions():
        if question.takes_answer:
            offered = " ; ".join(
                f"{choice.name} = {words(choice.label)}" for choice in questionnaire.choices(question)
            )
            out.append((question.name, words(question.label), question.kind, offered))
    return out


def codebook_rows(questionnaire: Questionnaire) -> list[dict[str, str]]:
    """Return the codebook as rows of `nom,question,sorte,reponses`."""
    return [
        dict(zip(("nom", "question", "sorte", "reponses"), each, strict=True))
        for each in codebook(questionnaire)
    ]


def crossed_rows(cards: Iterable[Card], *, computed: str, decimals: int = 6) -> list[PublishedRow]:
    """Return every figure of the groups of these crossed questions, as `rows` does."""
    return [each for each in rows(cards, computed=computed, decimals=decimals) if each["groupe"]]


def rows(cards: Iterable[Card], *, computed: str, decimals: int = 6) -> list[PublishedRow]:
    """Return every figure of these questions as rows of COLUMNS, empty where withheld.

    decimals: of raw percents. Weighted ones are rounded as they are printed: beside the counts and
    the margins, six decimals would tell which classes those who gave an answer come from. Bounds are rounded
    outwards, in both.
    """
    out: list[PublishedRow] = []
    for card in cards:
        answers = card.answers
        out += [
            _row(card, line, "", answers.base, card.counts.get(line.name), computed, decimals)
            for line in answers.lines
        ]
        for group in card.groups:
            out += [_row(card, line, group.label, group.n, None, computed, decimals) for line in group.lines]
    return out


def scale_rows(cards: Iterable[Card], *, computed: str, decimals: int = 6) -> list[PublishedRow]:
    """Return the answers of each scale taken together, as the sentences say them: « à l’aise ou très à
    l’aise »; the answers of a row are in its `modalite`, apart by spaces.
    """
    return [
        _row(card, line, "", card.answers.base, None, computed, decimals)
        for card in cards
        for line in card.answers.groups
    ]


def group_rows(story: Iterable[Highlight], cards: Iterable[Card], *, computed: str) -> list[PublishedRow]:
    """Return the shares of groups that findings tell and that are sure, each with what it tells."""
    by_name = {card.answers.name: card for card in cards}
    rows = []
    for finding in (each for main in story for each in (main, *main.joined)):
        if (group := finding.group) is None or not group.is_sure:
            continue
        line = Line(name=group.answers, label=group.label, figure=finding.figure)
        card = replace(by_name[group.question], by=group.by, crossed_least=0)
        row = _row(card, line, group.group, finding.n, None, computed, 6)
        row["constat"] = {
            "axe": group.axis,
            "poids": group.weight,
            "fait": finding.fact.rstrip(f" *{NBSP}"),
            "sens": finding.meaning,
            "appelle": finding.call,
        }
        rows.append(row)
    return rows


def _row(
    card: Card, line: Line, group: str, n: int | None, counted: int | None, computed: str, decimals: int
) -> PublishedRow:
    answers, figure = card.answers, line.figure
    part, low, high = printed(figure, weighted=answers.weighted, rounding=answers.rounding, decimals=decimals)
    return {
        "question": answers.name,
        "libelle": answers.label,
        "par": card.by if group else "",
        "groupe": group,
        "modalite": line.name,
        "libelle_modalite": line.label,
        "effectif": "" if counted is None else counted,
        "base": "" if n is None else n,
        "part": part,
        "bas": low,
        "haut": high,
        "motif": figure.reason if isinstance(figure, Withheld) else "",
        "calcul": computed,
        "arrondi": answers.rounding,
        "univers": answers.universe,
        "seuil": (card.crossed_least if group else card.least) or "",
    }


def private_rows(cards: Iterable[Card], *, computed: str) -> list[dict[str, object]]:
    """Return every figure of these questions for those who hold the answers, as rows of COLUMNS and
    PUBLICATION: whether it will be published, and why not.
    """
    out: list[dict[str, object]] = []
    for card in cards:
        lines = [*card.answers.lines, *(line for group in card.groups for line in group.lines)]
        for line, row in zip(lines, rows([card], computed=computed), strict=True):
            later = f"{lower_first(WILL_NOT)} : {line.unpublished}" if line.unpublished else ""
            out.append({**row, PUBLICATION: later or ("" if row["motif"] else "publiable")})
    return out


def as_csv(columns: Sequence[str], lines: Iterable[Mapping[str, object]]) -> bytes:
    """Return rows as CSV bytes, as the house publishes them; no cell that a spreadsheet would run."""
    rows = ({name: _in_french(name, line) for name in columns} for line in lines)
    return spreadsheet.as_csv(columns, rows).encode("utf-8")


def _in_french(name: str, line: Mapping[str, object]) -> object:
    """Return a cell of a row as a reader of the file reads it: stored editions name their rounding by its
    slug.
    """
    value = line.get(name, "")
    return IN_FILES.get(str(value), value) if name == "arrondi" else value


def _point(figure: Figure) -> float | None:
    return figure.value if isinstance(figure, Estimate) else None
