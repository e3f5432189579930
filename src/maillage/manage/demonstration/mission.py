"""The demonstration’s mission: how the plan of Grenoble heard people, on invented days."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

# kind, days before today, how many, with whom, why
STEPS = (
    ("reunion", 190, 1, "la Région, la Ville et l’équipe", "choisir le périmètre"),
    ("entretien", 170, 6, "travailleurs sociaux et responsables de structures", "leurs façons de faire"),
    ("groupe", 150, 2, "acteurs sociaux", "ce qui bloque les personnes"),
    ("groupe", 140, 1, "acteurs de la formation", "ce qui existe, et ce qui manque"),
    ("enquete", 130, 1, "chargés de mission politique de la ville", "les actions de quartier"),
    ("atelier", 110, 1, "professionnels de l’accès aux droits", "réécrire trois parcours"),
    ("reunion", 90, 1, "la Région, la Ville et l’équipe", "restituer"),
)


def tell(at: datetime, accounts: Mapping[str, Any], structures: Mapping[str, Any]) -> int:
    """Write the mission of the demonstration, once; return how many steps it has."""
    from maillage.apps.dossiers import actions
    from maillage.apps.dossiers.models import StudyMission
    from maillage.manage.commands.demo import PERIMETER

    if StudyMission.objects.filter(place=PERIMETER).exists():
        return 0
    by, on = accounts["coordination"], at.date()
    actions.set_mission(
        PERIMETER,
        {
            "initiator": "la Région (exemple)",
            "ground": "Grenoble (exemple)",
            "commissioner": "la Région et la Ville de Grenoble (exemple)",
            "pilot": "Emmaüs Connect",
            "reason": (
                "Grenoble et 16 communes voisines : des communes urbaines, où les mêmes structures reçoivent"
                " les mêmes publics. Dates inventées ; rencontres telles que le plan de 2015 les raconte."
            ),
            "starts_on": on - timedelta(days=190),
            "ends_on": on - timedelta(days=90),
            "thanks": "Leurs mots sont dans ce plan.",
        },
        by=by,
        at=at,
    )
    for kind, days, n, attendees, words in STEPS:
        step = {"kind": kind, "on": on - timedelta(days=days), "n": n, "who": attendees, "words": words}
        actions.add_step(PERIMETER, step, by=by, at=at)
    return len(STEPS)
