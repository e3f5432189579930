"""The plates that surveys draw, from files made to give back published margins: nobody answered them, so
nothing is withheld. An answer that nobody was made to give is one that the document does not print: missing,
never zero.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypedDict

from maillage.kernel.estimate import Estimate, Missing
from maillage.kernel.names import plain
from maillage.publishing.gallery.plate import Plate, Table, table_of
from maillage.publishing.survey import cards, charts, document, findings
from maillage.publishing.survey.charts import Bar
from maillage.publishing.survey.document import Card
from maillage.publishing.survey.published_row import PublishedRow
from maillage.publishing.territory import services
from maillage.publishing.territory.criteria import Answered, answered
from maillage.publishing.territory.surveys import INHABITANTS
from maillage.questionnaires.questionnaire import words
from maillage.reference.cards import cards as origins
from maillage.reference.surveys import banks
from maillage.sources.survey import answers, margins
from maillage.statistics.survey import samples, tabulation, weighting
from maillage.statistics.survey.cells import UNRANKED
from maillage.statistics.survey.printed import printed_share
from maillage.statistics.survey.tables import Measured, Row
from maillage.statistics.survey.weighting import Weighting
from maillage.words.wording import listing, lower_first, number, percent

PEOPLE, STRUCTURES, STRASBOURG, CAF = (
    *("maubeuge-habitants", "maubeuge-structures"),
    *("strasbourg-structures", "grenoble-caf"),
)
BANKS = {PEOPLE: "habitants", STRUCTURES: "structures", STRASBOURG: "structures", CAF: "caf"}
# file, question: the rows of the reference list that its chart answers, and the family it is shown in
DRAWN_QUESTIONS: Mapping[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    (PEOPLE, "equipement"): ("habitants", ("I-017",)),
    (PEOPLE, "aisance"): ("habitants", ("I-018",)),
    (PEOPLE, "satisfaction"): ("habitants", ("I-019",)),
    (PEOPLE, "apprendre"): ("habitants", ("I-020",)),
    (PEOPLE, "critere"): ("habitants", ("I-021",)),
    (PEOPLE, "decouverte"): ("habitants", ("I-023", "I-029")),
    (PEOPLE, "information"): ("habitants", ("I-024",)),
    (STRUCTURES, "type_structure"): ("structures", ("I-026",)),
    (STRUCTURES, "vision"): ("structures", ("I-028",)),
    (STRUCTURES, "orientation"): ("structures", ("I-029",)),
    (STRUCTURES, "aidants"): ("structures", ("I-030",)),
    (STRUCTURES, "cadre"): ("structures", ("I-031",)),
    (STRUCTURES, "hors_murs"): ("structures", ("I-033",)),
    (STRUCTURES, "hors_murs_qpv"): ("structures", ("I-033",)),
    (STRUCTURES, "acces_libre"): ("structures", ("I-035",)),
    (STRUCTURES, "materiel"): ("structures", ("I-035",)),
    (STRUCTURES, "financeurs"): ("structures", ("I-036",)),
    (STRUCTURES, "partenariats_voulus"): ("structures", ("I-037",)),
    (STRUCTURES, "priorites"): ("structures", ("I-038",)),
}
# What Strasbourg printed of every structure, silent ones included: (question, requirements, universe, base,
# (answer, percent)). The base is the one assumed for the whole file, or its share that runs workshops.
RUN = "structures qui donnent des ateliers"
PRINTED: tuple[tuple[str, tuple[str, ...], str, int, tuple[tuple[str, int], ...]], ...] = (
    (
        *("themes", ("I-006", "I-032"), RUN, 49),
        (("droits", 46), ("bases", 44), ("grand_public", 24), ("culture", 22)),
    ),
    ("formats", ("I-007", "I-032"), RUN, 49, (("ponctuel", 79), ("court", 58), ("long", 50))),
    (
        *("canaux", ("I-008",), "structures", 129),
        (("orientation", 73), ("bouche_a_oreille", 59), ("communication", 51)),
    ),
    ("besoins", ("I-009",), "structures", 129, (("moyens_humains", 45), ("outillage", 40))),
)
SMALL_BASE = "Peu de réponses : la fourchette est large."
UNPRINTED = "le document publié n’imprime pas cette réponse"
TELEPHONE = 37  # percent of them: « un réflexe »
CAF_ANSWERS = (
    ("services_en_ligne", "jamais", "N’ont jamais utilisé les services en ligne"),
    ("services_en_ligne", "difficultes", "Les utilisent avec des difficultés"),
    ("services_en_ligne", "en_ligne", "Font leurs démarches en ligne"),
    ("supports", "telephone", "Téléphonent"),
    ("adresse_mail", "non", "N’ont pas d’adresse mail"),
    ("etre_accompagne", "oui", "Voudraient être accompagnés"),
    ("sait_a_qui", "non", "Ne savent pas à qui s’adresser"),
)


CROSSING = re.compile(r"», selon : (?P<by>[^.]+)\.")  # in the legend of a crossed finding
QUESTION = re.compile(r"^« .*? \?[^»]*» ?: ")
AMONG = re.compile(r"^« .*? \?[^»]*», parmi les réponses publiées : ")


@dataclass(frozen=True, slots=True)
class SurveyFile:
    """A file of answers ready to be read: where it comes from, its sample, how its percents are computed."""

    source: str
    sample: samples.Sample
    computed: str
    people: findings.PeopleNoun
    weighed: Weighting | None = None

    def card(self, question: str) -> Card:
        """Return a question as it is shown; nothing is withheld, since nobody gave these answers. What the
        document does not print is missing.
        """
        tabulation_result = tabulation.of_sample(self.sample, question, least=None)
        rows, ranks = (
            map(_printed_row, tabulation_result.rows),
            map(_printed_rank, tabulation_result.measures),
        )
        return cards.card(self.sample, replace(tabulation_result, rows=tuple(rows), measures=tuple(ranks)))


@cache
def survey(name: str) -> SurveyFile:
    """Return one of the files, by its name; that of inhabitants is weighted by age."""
    origin, bank = origins()[f"maillage-enquete-{name}"], banks()[BANKS[name]]
    table = answers.read(origin.file).table
    source = f"{origin.title} : {origin.universe}. {origin.doubt}"
    if name != PEOPLE:
        file_sample = samples.sample(table, bank)
        return SurveyFile(source, file_sample, "brut", findings.people_noun(bank.kind, weighted=False))
    known = margins.read(origins()["maillage-enquete-maubeuge-marges"].file)
    weighted = weighting.weigh(table, known)
    weights = samples.Weights(
        values=weighted.weights,
        initial=weighted.initial,
        codes=weighted.codes,
        variables=tuple(margin.variable for margin in weighted.margins),
    )
    file_sample = samples.sample(table, bank, weights)
    return SurveyFile(
        source, file_sample, "redressé", findings.people_noun(bank.kind, weighted=True), weighted
    )


def _printed_row(row: Row) -> Row:
    """Return a row as the document gives it: of those read here, none prints a zero."""
    if row.n != 0 or not isinstance(row.figure, Estimate):
        return row
    figure = row.figure
    lack = Missing(
        reason=UNPRINTED, unit=figure.unit, universe=figure.universe, n=figure.n, method=figure.method
    )
    return replace(row, figure=lack, fragile=False, share=None)


def _printed_rank(measure: Measured) -> Measured:
    """Return a mean rank as the document gives it: where no answer of the file has one, none is printed."""
    return replace(measure, why=UNPRINTED) if measure.why == UNRANKED else measure


def plates() -> list[Plate]:
    """Return every plate that surveys draw."""
    question_plates = [_question(name, question) for name, question in DRAWN_QUESTIONS]
    return [_sample(), *question_plates, _caf(), _services(), *(_printed(*row) for row in PRINTED)]


class EditionContent(TypedDict, total=False):
    """The stored content of an edition of a survey, for what is drawn of it: rows of its tables, document."""

    tables: list[PublishedRow]
    document: dict[str, Any]


def of_edition(content: EditionContent, *, kind: str, source: str, link: tuple[str, str]) -> list[Plate]:
    """Return the charts of the main findings of a published survey, as its report shows them: one of each
    question, and of each way in which it is crossed. content: of its edition; kind: of the survey; source,
    link: where it is published.
    """
    labels: dict[str, str] = {}
    for line in content["tables"]:
        labels.setdefault(line["libelle"], line["question"])
    family = "habitants" if kind == INHABITANTS else "structures"
    plates: dict[str, Plate] = {}
    for drawing in _pictures(content.get("document", {})):
        label = next((each for each in labels if drawing["caption"].startswith(each)), None)
        if label is None:
            continue
        title, _, shares_text = drawing["alt"].partition(". ")
        small = f" * {SMALL_BASE}" if title.endswith("*") else ""
        id, about = f"enquete-{kind}-{labels[label]}".replace("_", "-"), label
        if crossing := CROSSING.search(drawing["caption"]):
            id = f"{id}-selon-{plain(crossing['by']).replace(' ', '-')}"
            about = f"{label} Selon : {crossing['by']}"
            cells = (each.rpartition(" : ") for each in shares_text.rstrip(".").split(" ; "))
            table = Table(("Groupe", "Part"), tuple((group, share) for group, _, share in cells))
        else:
            rows = answered(kind, (x for x in content["tables"] if x["libelle"] == label), source)
            table = Table(("Réponse", "Part"), tuple((row.label, row.in_full) for row in rows.values()))
        plates.setdefault(
            id,
            Plate(
                id=id,
                family=family,
                requirements=(),
                about=about,
                title=title,
                svg=drawing["svg"].replace("constat-", f"{id}-"),
                table=table,
                source=f"{source}. {drawing['caption'].removeprefix(label).strip()}{small}",
                link=link,
            ),
        )
    return list(plates.values())


def _pictures(part: Any) -> Iterator[Mapping[str, str]]:
    """Yield the pictures of a stored document, in its order."""
    if isinstance(part, dict) and part.get("kind") == "picture":
        yield part
    elif isinstance(part, dict | list):
        for each in part.values() if isinstance(part, dict) else part:
            yield from _pictures(each)


def crossed(card: Card, source: str, *, title: str) -> Plate:
    """Return the themes that people would learn first, by how at ease they are. title: its conclusion."""
    blocks = document.card_blocks(card, "brut", id="g-themes")
    drawing = next(each for each in reversed(blocks) if each.kind == "picture")
    return Plate(
        id="themes-selon-aisance",
        family="habitants",
        requirements=("I-022",),
        about=f"{card.answers.label} Selon : {lower_first(card.by_label)}",
        title=title,
        svg=getattr(drawing, "svg", ""),
        table=table_of(document.crossed(card)),
        source=source,
    )


def _question(name: str, question: str) -> Plate:
    survey_file = survey(name)
    card = survey_file.card(question)
    family, requirements = DRAWN_QUESTIONS[name, question]
    drawing = document.chart(card, id=f"g-{question}")
    sentences = findings.sentences(card.answers, survey_file.people)
    return Plate(
        id=question.replace("_", "-"),
        family=family,
        requirements=requirements,
        about=card.answers.label,
        title=conclusion(sentences[0].text) if sentences else most(card),
        svg=drawing.svg,
        table=table_of(document.table(card, survey_file.computed)),
        source=f"{survey_file.source} {document.base(card, survey_file.computed)} {drawing.caption}".strip(),
    )


def conclusion(text: str) -> str:
    """Return the first sentence of a finding without its question, which stands above it.

    >>> conclusion("« Où ? » : « Ici » vient en tête, 41 %. Attention : 30 réponses seulement.")
    '« Ici » vient en tête, 41 %'
    >>> conclusion("« Où ? », parmi les réponses publiées : « Ici » (41 %) est la plus fréquente.")
    'Parmi les réponses publiées, « Ici » (41 %) est la plus fréquente'
    """
    among = AMONG.match(text)
    bare = f"Parmi les réponses publiées, {text[among.end() :]}" if among else QUESTION.sub("", text)
    head = bare.partition(". ")[0].rstrip(".")
    return head[:1].upper() + head[1:]


def most(card: Card) -> str:
    """Return the answer given most, in a sentence: what a chart says when no rule has more to say."""
    lines = [line for line in card.answers.lines if isinstance(line.figure, Estimate)]
    if not lines:
        return "Aucun chiffre n’est publié"
    first = max(lines, key=lambda line: _value(line.figure))
    return f"{first.label} : {charts.one(first.figure, card.answers.rounding)}, la réponse la plus donnée"


def _value(figure: object) -> float:
    return figure.value if isinstance(figure, Estimate) else 0.0


def _printed(
    question: str,
    requirements: tuple[str, ...],
    universe: str,
    n: int,
    shares: Sequence[tuple[str, int]],
) -> Plate:
    """Return a question of Strasbourg as its study printed it, on a base that is assumed."""
    question_row = next(row for row in banks()["structures"].questions() if row.name == question)
    labels = {row.name: words(row.label) for row in banks()["structures"].choices(question_row)}
    bars = [Bar(label=labels[name], figure=printed_share(part, n, universe)) for name, part in shares]
    return Plate(
        id=question,
        family="structures",
        requirements=requirements,
        about=words(question_row.label),
        title=f"« {bars[0].label} » : {percent(shares[0][1])} des {universe}",
        svg=charts.bars(bars, id=f"g-{question}", label=charts.in_words(bars)),
        table=_bars_table(bars),
        source=(
            f"Étude de Strasbourg, 2019 : pourcentages imprimés, base supposée de {n} {universe}. Plusieurs"
            " réponses étaient possibles ; ce que l’étude n’imprime pas n’est pas montré."
        ),
    )


def _sample() -> Plate:
    """Return the respondents by age, facing the residents."""
    survey_file = survey(PEOPLE)
    if survey_file.weighed is None:
        raise ValueError("The answers of inhabitants have no weights.")
    labels = {each.name: words(each.label) for each in banks()["habitants"].lists["classe_age"]}
    rows = [
        (labels.get(each.name, each.name), each.n, 100 * each.share, 100 * each.target)
        for each in survey_file.weighed.strata
    ]
    worst = max(rows, key=lambda row: abs(row[2] - row[3]))
    more = "plus nombreux" if worst[2] > worst[3] else "moins nombreux"
    return Plate(
        id="echantillon",
        family="habitants",
        requirements=("I-015",),
        about="Qui a répondu, comparé aux habitants",
        title=(
            f"{worst[0]} : {percent(worst[2])} des réponses, {percent(worst[3])} des habitants, donc {more}"
            " qu’il ne faudrait ; le redressement le corrige"
        ),
        svg=charts.sample_bars(
            [(name, share, target) for name, _, share, target in rows],
            id="g-echantillon",
            label="Tranche d’âge",
        ),
        table=Table(
            ("Classe", "Réponses", "Part des réponses", "Part des habitants"),
            tuple((name, number(count), percent(a), percent(b)) for name, count, a, b in rows),
        ),
        source=survey_file.source,
    )


def _caf() -> Plate:
    """Return the answers of the people met about the services of the Caf."""
    survey_file = survey(CAF)
    figures = {}
    for question in dict.fromkeys(question for question, _, _ in CAF_ANSWERS):
        for line in survey_file.card(question).answers.lines:
            figures[question, line.name] = line.figure
    # The file leaves blank what else people turn to: who telephones is printed among everybody who was met.
    met = figures["services_en_ligne", "jamais"]
    if isinstance(met, Estimate) and met.n:
        figures["supports", "telephone"] = printed_share(TELEPHONE, met.n, met.universe)
    bars = [Bar(label=label, figure=figures[question, name]) for question, name, label in CAF_ANSWERS]
    never, hard, alone = (_value(bar.figure) for bar in bars[:3])
    return Plate(
        id="caf",
        family="habitants",
        requirements=("I-052",),
        about="Les services en ligne de la Caf, vus par des allocataires",
        title=(
            f"{percent(never + hard)} n’utilisent pas les services en ligne, ou avec difficulté ;"
            f" {percent(alone)} y font leurs démarches"
        ),
        svg=charts.bars(bars, id="g-caf", label=charts.in_words(bars)),
        table=_bars_table(bars),
        source=survey_file.source,
    )


def _bars_table(bars: Sequence[Bar]) -> Table:
    return Table(
        ("Réponse", "Part et intervalle"), tuple((bar.label, charts.one(bar.figure)) for bar in bars)
    )


def _services() -> Plate:
    """Return the six services of a network, as structures say they give them."""
    survey_file = survey(STRASBOURG)
    answered = {}
    for question in dict.fromkeys(q for _, _, questions in services.SERVICES for q, _ in questions):
        if question not in survey_file.sample.reader.answers:
            continue
        card = survey_file.card(question)
        for line in card.answers.lines:
            if isinstance(line.figure, Estimate):
                answered["structures", question, line.name] = Answered(
                    label=line.label,
                    percent=line.figure.value,
                    low=line.figure.low,
                    high=line.figure.high,
                    n=line.figure.n,
                    computed="brut",
                    universe=line.figure.universe,
                    source=survey_file.source,
                    rounding="nearest",
                )
    services_reading = services.read(answered)
    lines = [line for service in services_reading.services for line in service.lines]
    known = [line for line in lines if line.today is not None]
    unknown = [line.label for line in lines if line.today is None]
    best = max(known, key=lambda line: line.today.percent if line.today else 0.0)
    missing = f" Question que l’étude ne chiffre pas : {listing(unknown)}." if unknown else ""
    return Plate(
        id="six-services",
        family="structures",
        requirements=("I-005",),
        about="Les six services d’un réseau",
        title=(
            f"{best.label} : {percent(best.today.percent if best.today else 0.0)} des structures, le service"
            " le plus donné aujourd’hui"
        ),
        svg=services_reading.chart,
        table=Table(
            ("Service", "Aujourd’hui", "En projet"),
            tuple((line.label, _part(line.today), _part(line.planned)) for line in lines),
        ),
        source=f"{survey_file.source}{missing}",
    )


def _part(answered: Answered | None) -> str:
    return "donnée manquante" if answered is None else percent(answered.percent)
