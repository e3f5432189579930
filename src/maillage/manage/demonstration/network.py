"""The demonstration's network: what three structures offer and look for, invented, and one partnership."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from maillage.manage.demonstration.stage import HELP, LEARN, SOCIAL, Stage

# Title, what it is for, format, level, public, procedure, theme.
RESOURCES = (
    (
        "Actualiser sa situation, écran par écran",
        "Les six écrans, en grand, avec ce que l’on répond le plus souvent. À poser à côté du clavier.",
        *("sheet", "start", "jobseekers", "actualisation", "jobs"),
    ),
    (
        "Un mot de passe que l’on retient",
        "Un jeu de cartes pour en composer un long, sans jamais l’écrire devant les autres.",
        *("exercise", "start", "all", "", "safety"),
    ),
)
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

    from maillage.apps.community.actions import listings as actions
    from maillage.apps.community.models import Listing

    missing = any(structures.get(name) is None for name in (HELP, LEARN, SOCIAL))
    if Listing.objects.filter(example=True).exists() or missing:
        return 0
    stage = Stage(at, accounts, structures)
    account_of = {HELP: accounts["aidant"], LEARN: accounts["formation"], SOCIAL: accounts["travail-social"]}
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
                by=account_of[structure],
                at=at,
                example=True,
            )
        actions.work_together(
            structures[HELP],
            structures[LEARN],
            about="Un cours de cinq séances sur la boîte mail, animé à deux",
            by=account_of[LEARN],
            at=at,
            example=True,
        )
        _resources(stage, account_of)
    return len(LISTINGS)


def _resources(stage: Stage, account_of: Mapping[str, Any]) -> None:
    """Share two invented resources, one of them used elsewhere."""
    from maillage.apps.community.actions import resources

    for n, (title, about, format, level, public, procedure, theme) in enumerate(RESOURCES):
        row = resources.share(
            stage.structures[LEARN],
            resources.Draft(
                title=title,
                about=about,
                format=format,
                level=level,
                public=public,
                procedure=procedure,
                theme=theme,
                author="Association l’Age d’Or (exemple inventé)",
                licence="cc-by-sa",
                link="https://exemple.fr/",
                token=f"exemple-{n}",
            ),
            by=account_of[LEARN],
            at=stage.at,
            example=True,
        )
    words = "À six autour d’une table. Au-delà, les plus à l’aise répondent pour les autres."
    resources.tell(row, stage.structures[HELP], went="well", words=words, by=account_of[HELP], at=stage.at)
