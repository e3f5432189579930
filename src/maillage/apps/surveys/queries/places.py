"""A questionnaire fitted to a territory: its communes are the answers to « where do you live »; and how
far each stratum is.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from maillage.apps.directory.memberships.access import communes_of
from maillage.apps.directory.places import rules as directory
from maillage.apps.directory.places.models import Lieu
from maillage.apps.surveys import rules
from maillage.apps.surveys.models import Survey
from maillage.apps.surveys.queries import sheets
from maillage.apps.surveys.queries.frames import questionnaire
from maillage.apps.surveys.queries.zones import zonings
from maillage.apps.territories import queries as territories
from maillage.kernel.errors import HouseError, Refused
from maillage.kernel.names import plain
from maillage.questionnaires.questionnaire import Choice, Questionnaire, words
from maillage.sources.survey.margins import Category, Margin, key
from maillage.statistics.need import model
from maillage.statistics.need import population as frames
from maillage.statistics.survey import census_margins as census
from maillage.statistics.survey.age_classes import class_starts
from maillage.statistics.zones.territories import gazetteer, rows_of
from maillage.web import bulk

COMMUNES, OTHER_COMMUNES, STRUCTURES = "commune", "autres", "structures"
ZONES = "zones-"  # begins the name of a margin of zones
OF_STRUCTURES: Mapping[str, str] = {sheets.KIND: rules.TYPE_OF_STRUCTURE, COMMUNES: "Commune"}
MOST_COMMUNES, MOST_STRATA = 60, 15


def fitted(form: Questionnaire, territory: str) -> Questionnaire:
    """Return a questionnaire with its list of communes filled from the territory, largest first, when it has
    only « another ».
    """
    listed = form.lists.get(COMMUNES, ())
    codes = communes_of(territory)
    if (
        not codes
        or [choice.name for choice in listed] not in ([], [OTHER_COMMUNES])
        or COMMUNES not in form.lists
    ):
        return form
    known = [gazetteer().get(code) for code in codes if code in gazetteer()]
    largest = sorted(known, key=lambda commune: (-commune.population, commune.code))[:MOST_COMMUNES]
    named = [
        Choice(name=commune.code, label=dict.fromkeys(form.languages, commune.name))
        for commune in sorted(largest, key=lambda commune: plain(commune.name))
    ]
    return replace(form, lists={**form.lists, COMMUNES: (*named, *listed)})


# ------------------------------------------------------------------------------------ how far each stratum is


@dataclass(frozen=True, slots=True)
class Stratum:
    """A class of inhabitants: its share of the territory, in percent, its answers, how many the target
    asks, how many are missing.
    """

    label: str
    percent: float
    n: int
    wanted: int | None
    missing: int

    @property
    def reached(self) -> int:
        """Return the percentage of a target that was reached, at most 100."""
        return min(100, 100 * self.n // self.wanted) if self.wanted else 100


@dataclass(frozen=True, slots=True)
class Quota:
    """A census variable beside the answers. unplaced: answers without a class: missing, or another word."""

    variable: str
    label: str
    source: str
    year: str
    universe: str
    strata: Sequence[Stratum]
    n: int
    unplaced: int


def quotas(survey: Survey, names: Sequence[str], counts: Sequence[Counter[str]]) -> list[Quota]:
    """Return, for each variable of the census that the questionnaire asks, its strata against the answers
    that count. names: of `offered_variables`; counts: how many answers say each thing to each.

    The target of a stratum is its share of the survey's; without a target, of the answers there are.
    """
    out = []
    for name, answers in zip(names, counts, strict=True):
        try:
            (margin,) = census_margins(survey, (name,))
        except HouseError:  # the census does not tell it here: it is not a quota
            continue
        out.append(_quota(margin, answers, survey.target))
    return out


def census_margins(survey: Survey, names: Sequence[str]) -> tuple[Margin, ...]:
    """Return the census margins of the territory of a survey, by question name, in the classes of the
    questions.

    Refused when the census has no figures there, or counts nothing that a question asks. Structures are
    counted by the directory, never by who lives near them; nobody counts professionals. A name of
    `offered_zones` gives the margin of the communes, zone by zone.
    """
    if zoned := [name for name in names if name.startswith(ZONES)]:
        plain_margins = census_margins(survey, [name for name in names if name not in zoned])
        return (*plain_margins, *(_zone_margin(survey, name.removeprefix(ZONES)) for name in zoned))
    perimeter = territories.perimeter(survey.territory)
    rows = None if perimeter is None else _perimeter_rows(survey)
    form = questionnaire(survey)
    if survey.kind not in rules.OF_RESIDENTS:
        return _of_structures(survey, form, names)
    counted = form.counted()
    out: list[Margin] = []
    for name in names:
        question = form.question(name)
        choices = form.choices(question) if question is not None else ()
        starts = class_starts(choices) or census.STARTS
        out += (
            replace(census.in_question_classes(margin, choices), variable=name)
            for margin in census.margins_of(
                perimeter.name if perimeter else survey.territory,
                (counted.get(name, name),),
                rows=rows,
                starts=starts,
            )
        )
    return tuple(out)


def _perimeter_rows(survey: Survey) -> NDArray[np.int64]:
    return np.flatnonzero(np.isin(model.country_frame().commune, list(communes_of(survey.territory) or ())))


def margin_doubts(survey: Survey, margins: Sequence[Margin]) -> tuple[str, ...]:
    """Return why the margins of a survey of people may count others than the census of its territory does."""
    if territories.perimeter(survey.territory) is not None:
        rows = _perimeter_rows(survey)
    elif survey.territory in gazetteer():
        rows = rows_of(gazetteer().get(survey.territory), frames.sources().rp2021)
    else:
        return ()
    return census.margin_doubts(margins[0].total, census.ages_of(margins), census.stated_year(margins), rows)


def structure_census(survey: Survey) -> list[Mapping[str, Any]]:
    """Return the sheets of the published places of the territory of a survey of structures; nothing for
    another survey.
    """
    if survey.kind != STRUCTURES:
        return []
    rows = _published_places(survey).values_list("sheet", "code_insee")
    return [{**sheet, "code_insee": commune} for sheet, commune in rows]


def has_places(survey: Survey) -> bool:
    """Return True if a published place stands in most communes of the territory of a survey."""
    rows = _published_places(survey)
    n_with_place = rows.values("code_insee").distinct().count()
    return n_with_place > 0 and 2 * n_with_place >= len(communes_of(survey.territory) or ())


def _published_places(survey: Survey) -> QuerySet[Lieu]:
    rows, communes = Lieu.objects.filter(state=directory.PUBLISHED), communes_of(survey.territory)
    return rows if communes is None else rows.filter(code_insee__in=bulk.to_find(communes))


def offered_variables(survey: Survey) -> dict[str, str]:
    """Return the questions that a census counts too, name → what it counts (`CENSUS`, or `OF_STRUCTURES`)."""
    form = questionnaire(survey)
    if survey.kind in rules.OF_RESIDENTS:
        return form.counted()
    if not structure_census(survey):
        return {}
    return {name: name for name in OF_STRUCTURES if form.question(name) is not None}


def offered_zones(survey: Survey) -> dict[str, str]:
    """Return the kept perimeters whose zones the commune of an answer tells, name of the margin → label:
    zones of whole communes, that hold all those of the survey. None where no question asks the commune.
    """
    if _commune_question(survey) is None:
        return {}
    return {f"{ZONES}{row.slug}": f"Zones ({row.name})" for row, _ in zonings(survey)}


def offered_names(survey: Survey, margins: Sequence[Margin]) -> list[str]:
    """Return the names under which some margins are offered: of `offered_zones`, else of their questions."""
    name_by_label = {label: name for name, label in offered_zones(survey).items()}
    return [name_by_label.get(each.label, each.variable) for each in margins]


def _commune_question(survey: Survey) -> str | None:
    return next((name for name, of in offered_variables(survey).items() if of == COMMUNES), None)


def _zone_margin(survey: Survey, slug: str) -> Margin:
    """Return the margin of the communes of a survey, those of a zone of a perimeter together."""
    name, label = _commune_question(survey), offered_zones(survey).get(f"{ZONES}{slug}")
    row = territories.perimeter(slug)
    if name is None or label is None or row is None:
        raise Refused(
            "Les marges ne sont pas préparées.",
            why="Ce découpage n’est plus gardé, ou ses zones ne sont pas faites de communes entières.",
            do="Choisissez parmi les cases de cette page.",
        )
    (communes,) = census_margins(survey, (name,))
    zones = territories.zone_by_commune(row)
    categories_by_zone: dict[str, list[Category]] = {}
    for category in communes.categories:
        zone = next((zones[value] for value in category.values if value in zones), category.name)
        categories_by_zone.setdefault(zone, []).append(category)
    categories = tuple(
        Category(zone, sum(each.total for each in parts), tuple(v for each in parts for v in each.values))
        for zone, parts in categories_by_zone.items()
    )
    return replace(communes, categories=categories, label=label)


def _of_structures(survey: Survey, form: Questionnaire, names: Sequence[str]) -> tuple[Margin, ...]:
    census_sheets = structure_census(survey)
    if not census_sheets or any(name not in OF_STRUCTURES for name in names):
        raise Refused(
            "Aucun recensement ne compte ceux qui ont répondu.",
            why="Le recensement de la population compte des habitants, pas des structures ni leurs agents.",
            do="Gardez les résultats bruts, ou donnez vos propres marges.",
        )
    out = []
    for name in names:
        question = form.question(name)
        choices = (
            {category.name: words(category.label) for category in form.choices(question)} if question else {}
        )
        other = OTHER_COMMUNES if name == COMMUNES else "autre"
        counts = Counter(
            answer if (answer := sheets.known(form, sheet).get(name, "")) in choices else other
            for sheet in census_sheets
        )
        classes = tuple(
            Category(choices.get(category, category), float(n), (category, choices.get(category, category)))
            for category, n in sorted(counts.items(), key=lambda pair: (pair[0] == other, -pair[1], pair[0]))
        )
        out.append(
            Margin(
                name,
                classes,
                label=OF_STRUCTURES[name],
                source="l’annuaire de cette installation",
                universe="lieux publiés du territoire",
            )
        )
    return tuple(out)


def named(survey: Survey, margins: Sequence[Margin]) -> tuple[Margin, ...]:
    """Return margins of a file under the words of the questionnaire: its label for a variable, those of
    its answers for the classes.
    """
    form = questionnaire(survey)
    return tuple(_named(margin, form) for margin in margins)


def _named(margin: Margin, form: Questionnaire) -> Margin:
    question = next(
        (category for category in form.questions() if key(category.name) == key(margin.variable)), None
    )
    if question is None:
        return margin
    choices, margin = form.choices(question), replace(margin, label=words(question.label))
    label_by_key = {key(choice.name): words(choice.label) for choice in choices}
    names = [label_by_key.get(key(category.name)) or category.name for category in margin.categories]
    if len(set(names)) < len(names):
        return census.answered_with(margin, choices)
    classes = tuple(
        replace(category, name=name, values=tuple(dict.fromkeys((*category.values, category.name, name))))
        for category, name in zip(margin.categories, names, strict=True)
    )
    return census.answered_with(replace(margin, categories=classes), choices)


def _quota(margin: Margin, answers: Counter[str], target: int | None) -> Quota:
    counts = Counter[int | None]()
    for answer, n in answers.items():
        counts[_place(key(answer), margin)] += n
    placed = sum(n for at, n in counts.items() if at is not None)
    people = sum(category.total for category in margin.categories)
    shares = [category.total / people if people else 0.0 for category in margin.categories]
    total = target or placed
    strata = []
    for at, (category, share, wanted) in enumerate(
        zip(margin.categories, shares, _cut(total, shares), strict=True)
    ):
        missing = max(0, wanted - counts[at]) if target else 0
        strata.append(Stratum(category.name, 100 * share, counts[at], wanted if total else None, missing))
    strata = _gathered(strata)
    return Quota(
        variable=margin.variable,
        label=margin.label or margin.variable,
        source=margin.source,
        year=margin.year,
        universe=margin.universe,
        strata=strata,
        n=answers.total(),
        unplaced=counts[None],
    )


def _cut(total: int, shares: Sequence[float]) -> list[int]:
    """Return a number of answers cut by shares, whose parts add up to it: the largest remainders first.

    >>> _cut(100, [1 / 3, 1 / 3, 1 / 3]), _cut(0, [1.0])
    ([34, 33, 33], [0])
    """
    parts = [int(share * total) for share in shares]
    remainder = round(sum(shares) * total) - sum(parts)
    for at in sorted(range(len(shares)), key=lambda at: parts[at] - shares[at] * total)[:remainder]:
        parts[at] += 1
    return parts


def _gathered(strata: list[Stratum]) -> list[Stratum]:
    """Return strata that fit on a page: past fifteen, those with the smallest targets are merged into the
    last, unless there is one alone.
    """
    if len(strata) <= MOST_STRATA:
        return strata
    main_strata = sorted(strata, key=lambda stratum: -stratum.percent)[: MOST_STRATA - 1]
    main_strata += [stratum for stratum in strata if stratum.n and stratum not in main_strata]
    merged = [stratum for stratum in strata if stratum not in main_strata]
    if len(merged) == 1:
        return [*main_strata, *merged]
    merged_stratum = Stratum(
        f"Les {len(merged)} autres",
        sum(stratum.percent for stratum in merged),
        0,
        sum(stratum.wanted or 0 for stratum in merged),
        sum(stratum.missing for stratum in merged),
    )
    return [*main_strata, merged_stratum] if merged else main_strata


def _place(answer: str, margin: Margin) -> int | None:
    """Return the class of an answer: by its words, or by an age in years."""
    for at, category in enumerate(margin.categories):
        if answer in map(key, (category.name, *category.values)):
            return at
    if answer in margin.silent:
        return None
    if answer.isdecimal() and len(answer) < 4:  # « 4² » is made of digits, and is no number
        for at, category in enumerate(margin.categories):
            if category.span is not None and category.span[0] <= int(answer) <= category.span[1]:
                return at
    return None
