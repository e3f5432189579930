"""A questionnaire fitted to a territory: its communes are the answers to « where do you live »; and how far each stratum is."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from maillage.apps.memberships.access import communes_of
from maillage.apps.surveys.models import Survey
from maillage.apps.surveys.queries.answers import table
from maillage.apps.surveys.queries.results import questionnaire
from maillage.apps.territories import queries as territories
from maillage.kernel.errors import HouseError
from maillage.kernel.names import plain
from maillage.pipeline.survey.margins import Margin, key
from maillage.reference.questionnaire import Choice, Questionnaire, words
from maillage.studies import census_margins as census
from maillage.studies import needs
from maillage.studies.territories import gazetteer

COMMUNES, OTHERS = "commune", "autres"
MOST_COMMUNES, MOST_STRATA = 60, 15


def fitted(form: Questionnaire, territory: str) -> Questionnaire:
    """Return a questionnaire whose list of communes, when it has none but « another », holds those of the territory, largest first."""
    listed = form.lists.get(COMMUNES, ())
    codes = communes_of(territory)
    if not codes or [choice.name for choice in listed] not in ([], [OTHERS]) or COMMUNES not in form.lists:
        return form
    known = [gazetteer().get(code) for code in codes if code in gazetteer()]
    largest = sorted(known, key=lambda each: (-each.population, each.code))[:MOST_COMMUNES]
    named = [
        Choice(name=each.code, label=dict.fromkeys(form.languages, each.name))
        for each in sorted(largest, key=lambda each: plain(each.name))
    ]
    return replace(form, lists={**form.lists, COMMUNES: (*named, *listed)})


# ------------------------------------------------------------------------------------- how far each stratum is


@dataclass(frozen=True, slots=True)
class Stratum:
    """A class of inhabitants: its share of the territory, in percent, its answers, how many the target asks, how many are missing."""

    label: str
    percent: float
    n: int
    wanted: int | None
    missing: int

    @property
    def reached(self) -> int:
        """Return how much of what is wanted was reached, in percent, at most 100."""
        return min(100, 100 * self.n // self.wanted) if self.wanted else 100


@dataclass(frozen=True, slots=True)
class Quota:
    """A variable of the census beside the answers. unplaced: answers of no class: not said, or another word."""

    variable: str
    label: str
    source: str
    year: str
    universe: str
    strata: Sequence[Stratum]
    n: int
    unplaced: int


def quotas(survey: Survey) -> list[Quota]:
    """Return, for each variable of the census that the questionnaire asks, its strata against the answers that count.

    The target of a stratum is its share of the survey's; without a target, of the answers there are.
    """
    held = table(survey)
    out = []
    for name in questionnaire(survey).counted():
        if name not in held.columns:
            continue
        try:
            (margin,) = census_margins(survey, (name,))
        except HouseError:  # the census does not tell it here: it is not a quota
            continue
        out.append(_quota(margin, held[name].tolist(), survey.target))
    return out


def census_margins(survey: Survey, names: Sequence[str]) -> tuple[Margin, ...]:
    """Return what the census counts in the territory of a survey, for questions by their name, in the classes that they ask.

    Refused when the census does not tell it there, or counts nothing that a question asks.
    """
    kept = territories.perimeter(survey.territory)
    rows = None
    if kept is not None:
        rows = np.flatnonzero(np.isin(needs.country().frame.commune, list(communes_of(survey.territory) or ())))
    form = questionnaire(survey)
    counted = form.counted()
    out: list[Margin] = []
    for name in names:
        question = form.question(name)
        choices = form.choices(question) if question is not None else ()
        starts = census.starts_asked(choices) or census.STARTS
        out += (
            replace(census.as_asked(margin, choices), variable=name)
            for margin in census.margins_of(
                kept.name if kept else survey.territory, (counted.get(name, name),), rows=rows, starts=starts
            )
        )
    return tuple(out)


def named(survey: Survey, margins: Sequence[Margin]) -> tuple[Margin, ...]:
    """Return margins of a file under the words of the questionnaire: its label for a variable, those of its answers for the classes."""
    form = questionnaire(survey)
    return tuple(_named(margin, form) for margin in margins)


def _named(margin: Margin, form: Questionnaire) -> Margin:
    question = next((each for each in form.questions() if key(each.name) == key(margin.variable)), None)
    if question is None:
        return margin
    said = {key(choice.name): words(choice.label) for choice in form.choices(question)}
    names = [said.get(key(each.name)) or each.name for each in margin.categories]
    if len(set(names)) < len(names):
        return replace(margin, label=words(question.label))
    classes = tuple(
        replace(each, name=name, values=tuple(dict.fromkeys((*each.values, each.name, name))))
        for each, name in zip(margin.categories, names, strict=True)
    )
    return replace(margin, label=words(question.label), categories=classes)


def _quota(margin: Margin, answers: Sequence[str], target: int | None) -> Quota:
    counts = Counter(_place(key(answer), margin) for answer in answers)
    placed = sum(n for at, n in counts.items() if at is not None)
    people = sum(each.total for each in margin.categories)
    strata = []
    for at, each in enumerate(margin.categories):
        share = each.total / people if people else 0.0
        wanted = round(share * (target or placed)) if (target or placed) else None
        n = counts[at]
        strata.append(Stratum(each.name, 100 * share, n, wanted, max(0, (wanted or 0) - n) if target else 0))
    strata = _gathered(strata)
    return Quota(
        variable=margin.variable,
        label=margin.label or margin.variable,
        source=margin.source,
        year=margin.year,
        universe=margin.universe,
        strata=strata,
        n=len(answers),
        unplaced=counts[None],
    )


def _gathered(strata: list[Stratum]) -> list[Stratum]:
    """Return strata that a page can show: past fifteen, those of whom nobody or hardly anybody is hoped are one, the last."""
    if len(strata) <= MOST_STRATA:
        return strata
    shown = sorted(strata, key=lambda each: -each.percent)[: MOST_STRATA - 1]
    shown += [each for each in strata if each.n and each not in shown]
    others = [each for each in strata if each not in shown]
    whole = Stratum(
        f"Les {len(others)} autres",
        sum(each.percent for each in others),
        0,
        sum(each.wanted or 0 for each in others),
        sum(each.missing for each in others),
    )
    return [*shown, whole] if others else shown


def _place(answer: str, margin: Margin) -> int | None:
    """Return the class of an answer: by its words, or by an age in years."""
    for at, each in enumerate(margin.categories):
        if answer in map(key, (each.name, *each.values)):
            return at
    if answer.isdigit() and len(answer) < 4:
        for at, each in enumerate(margin.categories):
            if each.span is not None and each.span[0] <= int(answer) <= each.span[1]:
                return at
    return None
