"""A survey ready for tabulation: its questionnaire, its answers as a table, its weights, its tables."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from maillage.apps.surveys import rules
from maillage.apps.surveys.models import Survey, Target, Version, Weighting
from maillage.apps.surveys.queries import answers
from maillage.apps.surveys.queries.answers import CHANNEL, PLACE, STRUCTURE
from maillage.apps.surveys.queries.margins import margin_of
from maillage.apps.surveys.queries.publications import published_counts
from maillage.apps.surveys.queries.zones import with_zone, zoned
from maillage.kernel.errors import Refused
from maillage.kernel.table import Table
from maillage.publishing.survey import cards as survey_cards
from maillage.publishing.survey.document import Card
from maillage.questionnaires.questionnaire import Choice, Question, Questionnaire, load
from maillage.sources.survey.answers import WEIGHT, numbers
from maillage.statistics.survey import age_merging, samples, tabulation, weighting
from maillage.statistics.survey.age_merging import Merging
from maillage.statistics.survey.tables import Counted, Tabulation
from maillage.statistics.survey.universe import UNKNOWN, Universe
from maillage.words.wording import count, number


@dataclass(frozen=True)
class Frame:
    """A survey ready for tabulation. table, weights: aligned; weights None for raw figures; n_unweighted:
    answers without a weight.

    stale: why the remaining ones no longer meet the margins of their
    weights, as when an excluded one was alone in its class.
    """

    survey: Survey
    questionnaire: Questionnaire
    table: Table
    weighting: Weighting | None
    weights: samples.Weights | None
    n_unweighted: int
    stale: str = ""

    @property
    def weighted(self) -> bool:
        return self.weights is not None

    @property
    def discarded(self) -> int:
        """The weighted answers that were excluded since."""
        return self.weighting.n - len(self.table) if self.weighting else 0

    @cached_property
    def universe(self) -> Universe:
        """Return the number of those who could have answered: as written, else those of the list of
        structures; nothing of numbers that more answers have passed since (`outgrown`).
        """
        return UNKNOWN if self.outgrown else universe(self.survey, len(self.table))

    @cached_property
    def outgrown(self) -> str:
        """Why the numbers of the universe are not read any more, empty while they hold."""
        try:
            universe(self.survey, len(self.table)).check(len(self.table), self.survey.kind)
        except Refused as error:
            return " ".join(error.sentences)
        return ""

    @cached_property
    def merging(self) -> Merging:
        """The answers and the questionnaire as they are tabulated: classes of age of a few people merged."""
        if not len(self.table):
            return Merging(self.table, self.questionnaire)
        everybody = samples.sample(self.table, self.questionnaire, self.weights, universe=self.universe)
        return age_merging.merged(
            self.table,
            self.questionnaire,
            least=everybody.rule.least,
            before=published_counts(self.survey),
        )

    @cached_property
    def sample(self) -> samples.Sample:
        return samples.sample(
            self.merging.answers, self.merging.questionnaire, self.weights, universe=self.universe
        )

    @cached_property
    def cards(self) -> list[Card]:
        """Return every question of the survey as it may be published, without those that have no answer."""
        return [card for _, card in tables(self, ())]

    @cached_property
    def complete_cards(self) -> list[Card]:
        """Return every question for those who hold the answers: nothing is withheld, what will not be
        published is marked.
        """
        if not len(self.table):
            return []
        return survey_cards.every(
            self.sample,
            rounding=self.survey.rounding,
            before=published_counts(self.survey),
            skip=(PLACE, STRUCTURE, CHANNEL),
            inside=True,
        )


def questionnaire(survey: Survey) -> Questionnaire:
    """Return the questionnaire of a survey as it was last asked, with what is known of each answer beside:
    place and channel.
    """
    version = Version.objects.filter(survey=survey).order_by("-number").first()
    return load(version.definition) if version else Questionnaire(id=survey.slug, title=survey.title)


def collection_form(survey: Survey) -> Questionnaire:
    """Return the questionnaire of a survey with what is known of each answer beside, and the kind of the
    survey.
    """
    form = questionnaire(survey)
    places = list(survey.places.select_related("lieu__structure"))
    names_by_question = {
        PLACE: [each.name for each in places],
        STRUCTURE: sorted({each.structure for each in places} - {""}),
    }
    collected = replace(
        form,
        kind=survey.kind,
        lists={
            **form.lists,
            **{
                key: tuple(Choice(name=name, label={"fr": name}) for name in names)
                for key, names in names_by_question.items()
            },
            CHANNEL: tuple(Choice(name=name, label={"fr": label}) for name, label in rules.CHANNELS.items()),
        },
        items=(
            *form.items,
            *(
                Question(name=key, kind="one", label={"fr": label}, choices=key)
                for key, label in ((PLACE, "Lieu de collecte"), (STRUCTURE, "Structure de collecte"))
                if names_by_question[key]
            ),
            Question(name=CHANNEL, kind="one", label={"fr": "Façon de répondre"}, choices=CHANNEL),
        ),
    )
    return with_zone(survey, collected)


def universe(survey: Survey, n: int) -> Universe:
    """Return the universe of the n answers of a survey, as it is written; those asked are the list of
    structures where nobody wrote them, unless others answered too.
    """
    listed = Target.objects.filter(survey=survey).count()
    return Universe(
        size=survey.n_universe, n_invited=survey.n_invited or (listed if listed >= n else None) or None
    )


def by_place(survey: Survey) -> dict[str, int]:
    """Return how many answers were collected in each place."""
    return dict(
        Counter(answers.counted(survey).order_by().exclude(place=None).values_list("place__name", flat=True))
    )


def chosen(survey: Survey) -> Weighting | None:
    """Return the weights that results are read with, None for raw figures.

    Weights of structures made from inhabitants, before this was refused, are not read any more.
    """
    row = Weighting.objects.filter(survey=survey, chosen=True).first()
    return row if row is None or suits(survey, row) else None


def suits(survey: Survey, row: Weighting) -> bool:
    """Return True if weights were made from a population that the respondents belong to."""
    if survey.kind in rules.OF_RESIDENTS:
        return True
    try:
        weighting.check_structures([margin_of(each) for each in row.variables], row.n)
    except Refused:
        return False
    return True


def frame(survey: Survey) -> Frame:
    """Return a survey ready for tabulation, with its chosen weights; later answers are left out."""
    return framed(survey, chosen(survey))


def framed(survey: Survey, row: Weighting | None) -> Frame:
    """Return a survey ready for tabulation with these weights, perhaps those of an edition; raw without
    any.
    """
    form = collection_form(survey)
    table = zoned(survey, form, answers.table(survey))
    if row is None:
        return Frame(survey, form, table, None, None, 0)
    at = np.array([id in row.weights for id in table["id"].tolist()], dtype=bool)
    weighted_table = table.take(at)
    margins = [margin_of(each) for each in row.variables]
    values, stale = np.array([row.weights[id] for id in weighted_table["id"].tolist()], dtype=np.float64), ""
    weights = samples.Weights(values=values)
    if len(weighted_table):
        try:
            initial, codes = weighting.calibrated(begun(weighted_table)[0], margins)
            variables = tuple(margin.variable for margin in margins)
            weights = samples.Weights(values=values, initial=initial, codes=codes, variables=variables)
        except Refused as error:
            stale = error.what
    return Frame(survey, form, weighted_table, row, weights, int((~at).sum()), stale)


def begun(table: Table) -> tuple[Table, str]:
    """Return answers with an initial weight each, or none, and a note about it.

    A file may have one; a link, a kiosk or a paper form never does: answers without one take the mean of the
    others.
    """
    if WEIGHT not in table or not (missing := int((table[WEIGHT] == "").sum())):
        return table, ""
    if missing == len(table):
        return Table(table.name, {name: cells for name, cells in table.columns.items() if name != WEIGHT}), ""
    initial_weights = numbers(table[WEIGHT].tolist())
    usual = float(initial_weights[initial_weights > 0].mean())
    weight_note = (
        f"{count(missing, 'réponse')} sans poids de départ, venue{'s' * (missing > 1)} autrement que par le"
        f" fichier qui en donne : {'elles prennent' if missing > 1 else 'elle prend'} la moyenne des autres,"
        f" {number(usual, 2)}."
    )
    return (
        table.adding(
            **{WEIGHT: np.array([cell or repr(usual) for cell in table[WEIGHT].tolist()], dtype=np.str_)}
        ),
        weight_note,
    )


def weighted_table(survey: Survey) -> Table:
    """Return the counted answers with their weight in people, as results read them; without it when they are
    raw.
    """
    table, row = answers.table(survey), chosen(survey)
    if row is None:
        return table
    weights = [repr(row.weights[id]) if id in row.weights else "" for id in table["id"].tolist()]
    return table.adding(**{answers.WEIGHT_COLUMN: np.array(weights, dtype=np.str_)})


def sampled(frame: Frame, where: Mapping[str, str] | None = None) -> samples.Sample:
    """Return some of the answers ready for tabulation: where: question → one of its answers."""
    if not where:
        return frame.sample
    merged_names = frame.merging.merged_names
    return samples.only(
        frame.sample, {name: [merged_names.get(name, {}).get(value, value)] for name, value in where.items()}
    )


def card_of(frame: Frame, question: str, *, by: str = "", where: Mapping[str, str] | None = None) -> Card:
    """Return a question for those who hold the answers, its differences between groups tested when it is
    crossed.
    """
    sample = sampled(frame, where)
    rounding, before = frame.survey.rounding, published_counts(frame.survey)
    total_table = tabulation.of_sample(sample, question, rounding=rounding, before=before, inside=True)
    crossed = (
        tabulation.of_sample(sample, question, by=by, rounding=rounding, before=before, inside=True)
        if by
        else None
    )
    return survey_cards.card(sample, total_table, crossed)


def tables(frame: Frame, before: Sequence[Counted]) -> list[tuple[Tabulation, Card]]:
    """Return the table of every question with answers, and its display, protected against earlier
    publications.
    """
    if not len(frame.table):
        return []
    return survey_cards.tables(
        frame.sample, rounding=frame.survey.rounding, before=before, skip=(PLACE, STRUCTURE, CHANNEL)
    )
