"""Acts as activities of the Coop numérique: what was done, how long, where; never for whom."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet

from maillage.apps.people.actes import rules
from maillage.apps.people.actes.models import Act
from maillage.apps.people.mandats.queries.catalogue import family_of
from maillage.reference import procedures
from maillage.web import bulk

PLACES: Mapping[str, str] = {
    rules.ON_SITE: "lieu_activite",
    rules.HOME: "domicile",
    rules.DISTANCE: "a_distance",
}
# Who did it with somebody tells how much help it took: all along, or to be shown once.
AUTONOMY: Mapping[str, str] = {
    rules.PLACE: "entierement_accompagne",
    rules.TOGETHER: "entierement_accompagne",
    rules.DEMONSTRATED: "partiellement_autonome",
}


def to_declare(
    structures: Iterable[int] | None, since: date, until: date, *, example: bool = False
) -> QuerySet[Act]:
    """Return the acts of a period that count, both days included. structures: None for all."""
    return of_period(structures, since, until, example=example).filter(struck_at=None)


def of_period(
    structures: Iterable[int] | None, since: date, until: date, *, example: bool = False
) -> QuerySet[Act]:
    """Return the acts of a period, struck ones included, for our own table; the invented ones alone when
    `example`.
    """
    rows = Act.objects.filter(on_day__gte=since, on_day__lte=until, example=example)
    if structures is not None:
        rows = rows.filter(structure__in=bulk.to_find(list(structures)))
    return rows.select_related("structure", "lieu").order_by("done_at", "pk")


def activity(act: Act) -> dict[str, Any]:
    """Return an act as an activity of the Coop, by the columns that workshops use."""
    named = act.person_id is not None
    return {
        "id": str(act.uid),
        "type": "individuel",
        "date": act.on_day.isoformat(),
        "duree": str(act.minutes),
        "type_lieu": PLACES[act.where],
        "structure": act.structure.name,
        "lieu": act.lieu.name if act.lieu else "",
        "commune": act.commune,
        "thematiques": "|".join(themes_of(act.subjects)),
        "accompagnements": "1",
        "suivis": str(int(named)),
        "anonymes": str(int(not named)),
        "autonomie": AUTONOMY[act.kind],
    }


def themes_of(subjects: Iterable[str]) -> tuple[str, ...]:
    """Return the themes of the Coop for what an act was about, each once; a procedure has its family’s."""
    return tuple(dict.fromkeys(map(_theme_of, subjects)))


def _theme_of(key: str) -> str:
    family = procedures.families().get(family_of(key))
    if family is not None:
        return family.coop
    return key if key in procedures.themes() else "aide_aux_demarches_administratives"
