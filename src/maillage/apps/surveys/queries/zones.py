"""The zones of the mission of a survey, of whole communes, and the one that each answer stands in by its
commune.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from maillage.apps.directory.memberships.access import communes_of
from maillage.apps.surveys.models import Survey
from maillage.apps.surveys.queries.publications import published_counts
from maillage.apps.territories import queries as territories
from maillage.apps.territories.models import Perimeter
from maillage.kernel.names import plain
from maillage.kernel.table import Table
from maillage.questionnaires.questionnaire import ZONE, Choice, Question, Questionnaire, words
from maillage.statistics.zones.territories import gazetteer

COMMUNE, LABEL = "commune", "Zone du territoire"
DIGITS = 8  # of the name of a zone as an answer: other communes under one label are another answer


def perimeters_of(survey: Survey) -> list[Perimeter]:
    """Return the kept perimeters that count the residents of a survey, its own first."""
    return [row for row in map(territories.perimeter, territories.same_places(survey.territory)) if row]


def zonings(survey: Survey) -> list[tuple[Perimeter, Mapping[str, str]]]:
    """Return the kept perimeters whose zones of whole communes hold all those of a survey, each with the name
    of the zone by commune.
    """
    communes = communes_of(survey.territory)
    rows = perimeters_of(survey) if communes else []
    cut = [(row, _zones_of(row.code, row.zones, row.file_name)) for row in rows]
    return [(row, zones) for row, zones in cut if communes and communes <= zones.keys()]


@lru_cache(maxsize=64)
def _zones_of(code: str, zones: str, file_name: str) -> Mapping[str, str]:
    return territories.zone_by_commune(Perimeter(code=code, zones=zones, file_name=file_name))


def with_zone(survey: Survey, form: Questionnaire) -> Questionnaire:
    """Return a questionnaire with the zone of the first zoning of a survey, computed from the commune; as it
    was where an edition printed other zones, that would subtract.
    """
    question = commune_question(form)
    zones = _zone_by_commune(survey) if question else {}
    named = {
        name: [code for code, zone in zones.items() if zone == name] for name in dict.fromkeys(zones.values())
    }
    choices = tuple(Choice(name=_digest(codes), label={"fr": name}) for name, codes in named.items())
    if not question or not choices or _printed(survey) - {each.name for each in choices}:
        return form
    computed = Question(
        name=ZONE, kind="calculate", label={"fr": LABEL}, choices=ZONE, calculation=f"${{{question.name}}}"
    )
    return replace(form, lists={**form.lists, ZONE: choices}, items=(*form.items, computed))


def zoned(survey: Survey, form: Questionnaire, table: Table) -> Table:
    """Return answers with the zone that their questionnaire computes: that of the code or of the name of
    their commune.
    """
    question = commune_question(form)
    if question is None or ZONE not in form.lists or question.name not in table:
        return table
    zones = _zone_by_commune(survey)
    names = {words(each.label): each.name for each in form.lists[ZONE]}
    by_word = {plain(gazetteer().get(code).name): zone for code, zone in zones.items()}
    by_word |= zones
    label_by_choice = {each.name: words(each.label) for each in form.choices(question)}
    cells = [str(cell) for cell in table[question.name].tolist()]
    labels = [by_word.get(cell) or by_word.get(plain(label_by_choice.get(cell, cell)), "") for cell in cells]
    return table.adding(**{ZONE: np.array([names.get(label, "") for label in labels], dtype=np.str_)})


def commune_question(form: Questionnaire) -> Question | None:
    """Return the question on the commune that the census counts, None where no question asks it."""
    return next((form.question(name) for name, of in form.counted().items() if of == COMMUNE), None)


def _zone_by_commune(survey: Survey) -> Mapping[str, str]:
    return next((zones for _, zones in zonings(survey)), {})


def _printed(survey: Survey) -> set[str]:
    """Return the names of the zones that earlier editions printed."""
    positions = [(table, 0 if table.question == ZONE else 1) for table in published_counts(survey)]
    return {
        cell[at] for table, at in positions if ZONE in (table.question, table.by) for cell in table.cells
    } - {""}


def _digest(codes: Sequence[str]) -> str:
    return hashlib.sha256(" ".join(sorted(codes)).encode()).hexdigest()[:DIGITS]
