"""The demonstration's network: what three structures offer and look for, invented, and one partnership."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from maillage.cli.demonstration.stage import HELP, LEARN, SOCIAL, Stage

# Structure, side, kind, half days, words.
LISTINGS = (
    (LEARN, "offers", "equipped_room", ("1-am", "3-pm"), "Dix portables, un écran, de plain-pied."),
    (LEARN, "seeks", "mediator", ("1-am",), "La salle est ouverte le mardi matin, sans personne pour aider."),
    (HELP, "seeks", "room", ("1-am", "4-am"), "Pour une permanence de démarches, sur rendez-vous."),
    (HELP, "offers", "speaker", (), "Une heure sur les mots de passe et la peur de se tromper."),
    (SOCIAL, "seeks", "trainer", (), "Repérer qui a besoin d’aide, en dix minutes d’entretien."),
)


def tell(at: datetime, accounts: Mapping[str, Any], structures: Mapping[str, Any]) -> int:
    """Publish the listings of the demonstration, once; return how many."""
    from django.db import transaction

    from maillage.apps.community import actions
    from maillage.apps.community.models import Listing

    missing = any(structures.get(name) is None for name in (HELP, LEARN, SOCIAL))
    if Listing.objects.filter(example=True).exists() or missing:
        return 0
    stage = Stage(at, accounts, structures)
    who = {HELP: accounts["aidant"], LEARN: accounts["formation"], SOCIAL: accounts["travail-social"]}
    with transaction.atomic():
        for n, (structure, side, kind, half_days, words) in enumerate(LISTINGS):
            actions.publish(
                structures[structure],
                side=side,
                kind=kind,
                words=words,
                lieu=stage.lieu(structure),
                half_days=half_days,
                starts_on=at.date(),
                ends_on=at.date() + timedelta(days=150),
                token=f"exemple-{n}",
                by=who[structure],
                at=at,
                example=True,
            )
        actions.work_together(
            structures[HELP],
            structures[LEARN],
            about="Un cours de cinq séances sur la boîte mail, animé à deux",
            by=who[LEARN],
            at=at,
            example=True,
        )
    return len(LISTINGS)
