"""Published figures of France that a sentence quotes: by its number, its question and its people."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import cache
from operator import le, lt
from typing import Literal

from maillage.kernel.names import plain
from maillage.publishing.territory.claim_subjects import EQUIPMENT, SKILLS, TROUBLE, words_of_difficulty
from maillage.publishing.territory.published import percent
from maillage.publishing.territory.survey_answers import LINKS
from maillage.reference.definitions import DEFAULT, Definition, definition
from maillage.reference.discrepancies import Printed, discrepancies
from maillage.reference.national_figures import MILLION, NationalFigure, national_figures
from maillage.statistics.need.rates import age_bounds
from maillage.words import wording
from maillage.words.claims import LAST_AGE, Claim, is_low, parse, topic

NEVER, NO_COMPUTER = "jamais-connecte-credoc", "pas-d-ordinateur-2018"
CLOSE_AGES = 3  # years: rates of « 15 à 24 ans » speak of « 18-24 ans »
# Of each definition with rates by age, the words that say its question: "" for difficulty in general.
AGE_RATES = ((NEVER, "jamais"), (NO_COMPUTER, "ordinateur"), (DEFAULT, ""))


def quoted(claim: Claim, subject_words: set[str]) -> list[NationalFigure]:
    """Return the figures whose question and people are those of a number, in the order of the file.
    subject_words: what the number counts.
    """
    is_trouble = bool(subject_words & TROUBLE)
    is_skill = is_low(claim.meaning) and bool(subject_words & (SKILLS - EQUIPMENT))

    is_never = "jamais" in plain(claim.meaning).split()

    def asks(figure: NationalFigure) -> bool:
        if not figure.key:
            is_general = is_trouble or is_skill or not subject_words
            return is_general and subject_words <= words_of_difficulty() | LINKS
        if (figure.is_lack and is_trouble) or (is_never and "jamais" not in figure.statement):
            return False
        if figure.is_of_trouble and not (is_trouble or is_low(claim.meaning)):
            return False
        is_key = bool(subject_words & {*topic(figure.key)})
        return is_key and subject_words <= {*topic(figure.words), *TROUBLE}

    return [figure for figure in national_figures() if _is_of_people(figure, claim) and asks(figure)]


def _is_of_people(figure: NationalFigure, claim: Claim) -> bool:
    if claim.some and figure.group and set(topic(claim.some.lower())) & set(topic(figure.group)):
        return True
    if claim.ages and figure.ages:
        return claim.ages[0] <= figure.ages[0] and figure.ages[1] <= claim.ages[1]
    return not (claim.some or figure.ages) and (not figure.group or figure.is_of_everybody)


def fits(claim: Claim, figure: NationalFigure) -> bool:
    """Return True when a figure has each number of a claim, rounding apart."""
    return _have_same_numbers(claim, figure, le)


def _have_same_numbers(
    claim: Claim, figure: NationalFigure, precedes: Callable[[float, float], bool]
) -> bool:
    """Return True when a figure has each number of a claim. precedes: `lt` for numbers that more than touch:
    34 and 35 % share an end.
    """
    pairs = ((claim.share, figure.share), (claim.people, figure.people))
    return claim.is_known and all(
        bounds is not None and precedes(amount.low, bounds[2]) and precedes(bounds[0], amount.high)
        for amount, bounds in pairs
        if amount is not None
    )


def same_number(claim: Claim) -> tuple[Printed, ...]:
    """Return the places where founding studies print the share of a claim, whatever it is of there."""
    value = claim.share.value if claim.share else None
    printed = (each for row in discrepancies() for each in row.says)
    return tuple(
        each for each in printed if value and (share := parse(each.value).share) and share.value == value
    )


def rates_by_age(claim: Claim, definition_id: str) -> list[NationalFigure]:
    """Return the published rates of the ages that a number counts, of a definition."""
    if claim.ages is None:
        return []
    first, last = claim.ages
    return [
        figure
        for figure in _rates_by_age(definition_id)
        if figure.ages and figure.ages[0] <= last and first <= figure.ages[1]
    ]


def is_bound_by_ages(claim: Claim, rates: Sequence[NationalFigure], kind: str) -> bool:
    """Return True where rates by age bound the share of the ages of a claim on the side of a verdict: they
    rise with age, so that the eldest group is a ceiling for younger people only, the youngest a floor for
    older ones.
    """
    ages = [figure.ages for figure in rates if figure.ages]
    if claim.ages is None or not ages:
        return False
    youngest, eldest = min(ages), max(ages)
    is_ceiling = claim.ages[1] <= eldest[1] and claim.ages[0] <= eldest[0] + CLOSE_AGES
    is_floor = youngest[0] <= claim.ages[0] and min(youngest[1], LAST_AGE) <= claim.ages[1] + CLOSE_AGES
    return (kind == "bas" or is_ceiling) and (kind == "haut" or is_floor)


@cache
def _rates_by_age(definition_id: str) -> tuple[NationalFigure, ...]:
    terms: Definition = definition(definition_id)
    figures = []
    for margin in terms.of("age"):
        first, after = age_bounds(margin.category, terms.label)
        is_open = margin.category.endswith("+")
        ages_words = f"{first} ans et plus" if is_open else f"{first} à {after - 1} ans"
        figures.append(
            NationalFigure(
                id=f"{terms.id}-{margin.category}",
                statement=terms.statement.replace("chez elles", "chez eux"),
                question=terms.meaning,
                universe=ages_words,
                year=terms.year,
                producer=terms.producer,
                title=terms.title,
                url=terms.url,
                quote=terms.quote,
                doubt="Taux arrondis au point.",
                ages=(first, LAST_AGE if is_open else after - 1),
                share=(100 * margin.low, 100 * margin.rate, 100 * margin.high),
            )
        )
    return tuple(figures)


def definition_of_ages(text_words: Collection[str], subject_words: Collection[str]) -> str:
    """Return the definition whose rates by age answer a number. text_words: all its plain words."""
    return next(
        id
        for id, word in AGE_RATES
        if not word or word in text_words or not set(topic(word)).isdisjoint(subject_words)
    )


def nearest(claim: Claim, figures: Sequence[NationalFigure]) -> NationalFigure | None:
    """Return the figure that prints the number of a claim, the nearest to it; None where none does."""
    fitting = [each for each in figures if _have_same_numbers(claim, each, lt)]
    return min(fitting, key=lambda figure: gap(claim, figure), default=None)


def of_number(claim: Claim) -> NationalFigure | None:
    """Return the figure that prints the number of a claim, whatever its question and its people."""
    amounts = [each for each in (claim.share, claim.people) if each]
    if any(each.is_least or each.is_most or each.fraction for each in amounts):  # many would fit it
        return None
    return nearest(claim, national_figures())


def of_near_question(claim: Claim, subject_words: set[str]) -> NationalFigure | None:
    """Return the figure that prints a share for these people, or for close ages, on a question that has one
    of its words; None for none: its question is not the same, and the number is not wrong.
    """
    is_open = claim.share is None or claim.share.is_least or claim.share.is_most  # many would fit it
    if is_open or not (is_low(claim.meaning) or subject_words & TROUBLE):
        return None
    published = [(each, topic(each.key) or TROUBLE) for each in national_figures()]
    published += [
        (replace(each, producer=f"le {each.producer}"), topic(each.statement))  # of the Crédoc, both
        for id, word in AGE_RATES
        if word
        for each in _rates_by_age(id)
    ]
    figures = [
        figure
        for figure, question_words in published
        if subject_words & {*question_words} and (_is_of_people(figure, claim) or _are_close(figure, claim))
    ]
    return nearest(claim, figures)


def _are_close(figure: NationalFigure, claim: Claim) -> bool:
    """Return True where the ages of a number are all among those of a figure."""
    return bool(
        claim.ages
        and figure.ages
        and figure.ages[0] <= claim.ages[0]
        and claim.ages[1] <= figure.ages[1]
        and not figure.group
    )


def gap(claim: Claim, figure: NationalFigure) -> float:
    """Return the distance of a number from a figure, as a part of the figure."""
    pairs = ((claim.share, figure.share), (claim.people, figure.people))
    return max(abs(amount.value / bounds[1] - 1) if amount and bounds else 0.0 for amount, bounds in pairs)


def side(claim: Claim, figures: Sequence[NationalFigure]) -> Literal["haut", "bas", ""]:
    """Return on which side of all the shares of figures a number is, "" for none."""
    shares = [figure.share for figure in figures if figure.share]
    if claim.share is None or not shares:
        return ""
    if claim.share.low > max(high for _, _, high in shares):
        return "haut"
    return "bas" if claim.share.high < min(low for low, _, _ in shares) else ""


def sentence(figure: NationalFigure, claim: Claim) -> str:
    """Return a figure in a sentence, in the unit of a claim where it has it."""
    number = percent(figure.share[1]) if figure.share else ""
    if figure.people and (claim.share is None or not figure.share):
        number = f"{wording.number(figure.people[1] / MILLION)}{wording.NBSP}millions"
    people = "personnes"
    if figure.ages or figure.group:
        people = figure.universe.partition(",")[0]
    joint = "de" if number.endswith("millions") else "des"
    return (
        f"Publié par {figure.producer} en {figure.year} :"
        f" {figure.printed or f'{number} {joint} {people}'} {figure.statement}."
    )


def listed(figures: Sequence[NationalFigure]) -> str:
    """Return rates by age in words: « 24 % des 60 à 74 ans et 62 % des 75 ans et plus »."""
    return wording.listing([f"{percent(x.share[1])} des {x.universe}" for x in figures if x.share])


def source(figure: NationalFigure, universe: str = "") -> str:
    """Return the question, the universe and the source of a figure. universe: of several, where it is told
    beside others of its source.
    """
    return (
        f"{figure.question} Champ : {universe or figure.universe}. Source : {figure.title} ({figure.year})."
        f" {figure.doubt}"
    )
