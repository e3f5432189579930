"""The demonstration’s plan: the frame of Grenoble, with invented pilots, days and states."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

# number: (pilot, state, first day and last in days from today, zones by name)
SCHEDULED: Mapping[int, tuple[str, str, int, int, tuple[str, ...]]] = {
    1: ("", "decide", -60, 100, ("Le Pont-de-Claix", "Sassenage", "Fontaine")),
    3: ("Hélène, CCAS", "running", -50, 190, ("Échirolles",)),
    6: ("Karim, Ville", "ready", 100, 400, ("Seyssins", "Saint-Égrève")),
    7: ("Leïla, CCAS", "running", -65, 190, ("Seyssinet-Pariset",)),
    9: ("Sonia, médiathèque", "running", -20, 100, ("Meylan",)),
    15: ("Karim, Ville", "running", -45, 130, ()),
    17: ("Émilie, coordination", "running", -40, 70, ()),
    20: ("Émilie, coordination", "running", -65, 400, ()),
}
READY_BUDGET = 5_400  # euros: nothing is ready without a cost


def tell(at: datetime, accounts: Mapping[str, Any], structures: Mapping[str, Any]) -> int:
    """Open the plan of the demonstration, once; return how many actions it has."""
    from django.db import transaction

    from maillage.apps.dossiers import queries as dossiers
    from maillage.apps.platform.search import actions as search
    from maillage.apps.steering.plans import actions
    from maillage.apps.steering.plans.models import Milestone, Plan, PlanAction
    from maillage.apps.steering.plans.rules import DECISION, ELSEWHERE, PEOPLE
    from maillage.manage.commands.demo import PERIMETER
    from maillage.reference.plan_frames import frames

    if Plan.objects.filter(place=PERIMETER).exists():
        return 0
    by, on = accounts["coordination"], at.date()
    # The zones of the perimeter's own file: no study of it is computed yet.
    request = dossiers.request_from(dossiers.inputs_of(dossiers.StudyRequest(place=PERIMETER)))
    codes = {zone.name: zone.code for zone in request.zoning.zones}
    with transaction.atomic():
        plan = actions.open_plan(
            PERIMETER,
            title="Plan d’inclusion numérique de l’agglomération",
            frame=frames()["grenoble"],
            by=by,
            at=at,
            example=True,
        )
        for row in plan.actions.filter(number__in=SCHEDULED):
            pilot, state, starts, ends, zones = SCHEDULED[row.number]
            row.pilot, row.state = pilot, state
            row.starts_on, row.ends_on = on + timedelta(days=starts), on + timedelta(days=ends)
            row.zones = [codes[name] for name in zones if name in codes]
            row.save()
            if state == "running":
                Milestone.objects.create(
                    action=row, on=on + timedelta(days=(ends + max(starts, 0)) // 2), words="faire le point"
                )
        plan.actions.filter(number__in=[n for n, row in SCHEDULED.items() if row[1] == "ready"]).update(
            budget=READY_BUDGET
        )
        search.refresh_rows(PlanAction, plan.actions.values_list("pk", flat=True))
        evening = plan.actions.get(number=7)
        evening.budget, evening.baseline, evening.target = 6_400, 0, 60
        evening.means, evening.indicator = "Deux aidants, deux soirs par semaine", "Personnes venues"
        evening.risks = "Un des deux aidants part en mars ; pas de remplaçant."
        evening.partners = "La MJC, la médiathèque (exemple)"
        evening.counts = PEOPLE
        evening.save()
        town, before = "La Ville (exemple)", at - timedelta(days=68)
        actions.fund(evening, name=town, euros=4_000, brings="la salle", by=by, at=before)
        actions.fund(plan.actions.get(number=3), name=town, euros=1_500, by=by, at=before)
        for days, people, elsewhere in ((-50, 9, 14), (-20, 23, 27), (-3, 41, 35)):
            day, whom = on + timedelta(days=days), "Feuille d’accueil (exemple)"
            count = partial(actions.count, evening, on=day, source=whom, by=by, at=at + timedelta(days=days))
            count(value=people)
            count(value=elsewhere, elsewhere="Sassenage et Seyssins")
        for days, kind, words in (
            (-65, DECISION, "Ouverture, 3 personnes le premier soir."),
            (-17, DECISION, "Garder les deux soirs ; chercher 2 400 €."),
            (-46, ELSEWHERE, "La médiathèque voisine ferme trois semaines pour travaux."),
        ):
            moment = at + timedelta(days=days)
            actions.note(evening, kind=kind, on=moment.date(), words=words, by=by, at=moment)
        actions.publish(plan, is_public=True, by=by, at=at)
        return int(plan.actions.count())
