"""A plan as a file: rows of a table, or a frame that another territory takes up."""

from collections.abc import Sequence
from typing import Any

from maillage.apps.plans.models import Plan, PlanAction
from maillage.apps.plans.queries.overview import concerned, zones_named
from maillage.reports.territory.reading import Reading

COLUMNS = (
    *(
        "dynamique",
        "numero",
        "action",
        "etat",
        "pilote",
        "avec",
        "pour_qui",
        "zones",
        "commence_le",
        "finit_le",
    ),
    *("budget_euros", "finance_euros", "financeurs", "indicateur", "au_depart", "cible", "existant"),
    *("personnes_concernees", "personnes_intervalle", "personnes_qui", "personnes_source"),
)


def frame_of(plan: Plan, actions: Sequence[PlanAction]) -> dict[str, Any]:
    """Return a plan as a frame that another territory may take up: no pilot, no date, no zone, no budget."""
    kept = ("number", "title", "objective", "public", "partners", "existing", "line")
    return {
        "format": "maillage-cadre-1",
        "name": plan.title,
        "axes": [
            {
                "number": axis.number,
                "title": axis.title,
                "statement": axis.statement,
                "announced": axis.announced,
                "actions": [
                    {key: value for key in kept if (value := getattr(row, key)) not in ("", None)}
                    for row in actions
                    if row.axis_id == axis.pk
                ],
            }
            for axis in plan.axes.all()
        ],
    }


def table_of(actions: Sequence[PlanAction], reading: Reading | None) -> list[dict[str, Any]]:
    """Return the actions as rows of a file, in French."""
    return [
        {
            "dynamique": f"{row.axis.number}. {row.axis.title}",
            "numero": row.number,
            "action": row.title,
            "etat": row.get_state_display(),
            "pilote": row.pilot,
            "avec": row.partners,
            "pour_qui": row.public,
            "zones": zones_named(row.zones, reading),
            "commence_le": row.starts_on.isoformat() if row.starts_on else "",
            "finit_le": row.ends_on.isoformat() if row.ends_on else "",
            "budget_euros": "" if row.budget is None else row.budget,
            "finance_euros": "" if row.funded is None else row.funded,
            "financeurs": " ; ".join(str(each) for each in row.active_fundings),
            "indicateur": row.indicator,
            "au_depart": "" if row.baseline is None else row.baseline,
            "cible": "" if row.target is None else row.target,
            "existant": row.existing,
            "personnes_concernees": (told := concerned(row.line, row.zones, reading)).about,
            "personnes_intervalle": told.between,
            "personnes_qui": told.words,
            "personnes_source": told.source,
        }
        for row in actions
    ]
