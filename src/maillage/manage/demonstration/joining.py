"""The demonstration's network: two structures that ask to join, sheets, a group, a charter, all invented."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from maillage.manage.demonstration.stage import HELP, LEARN, SOCIAL, Stage

# Name, commune, part, days ago, way, contact (numbers that nobody has), words.
APPLICATIONS = (
    (
        *("Le Café des Glycines (exemple)", "38185", ("hosting",), 2, "phone", "04 65 71 00 12"),
        "Une table et le wifi, le mercredi. Personne ici ne sait aider.",
    ),
    (
        *("Mairie de Poisat (exemple)", "38309", ("assistance", "facilitation"), 9, "visit", ""),
        "Une conseillère deux matins par semaine, que nous partagerions volontiers.",
    ),
)
SHEETS = (
    (
        *(HELP, "structure", "public", ("assistance", "facilitation")),
        *(("procedures", "phone", "health"), ("all",), "few", 3, "day"),
        "Démarches sur rendez-vous, et un accueil ouvert le matin.",
    ),
    (
        *(LEARN, "formation", "network", ("initiation", "hosting")),
        *(("basics", "mail", "safety", "train_aidants"), ("seniors", "french"), "some", 10, "week"),
        "Des cours en petit groupe ; la salle est libre deux demi-journées.",
    ),
)
POSTS = (
    (
        "formation",
        6,
        "Qui a une affiche sur les faux messages, en gros caractères ? La nôtre est trop chargée.",
    ),
    ("aidant", 5, "Nous avons la nôtre dans les ressources du réseau. Elle tient à deux mètres du mur."),
)


def tell(at: datetime, accounts: Mapping[str, Any], structures: Mapping[str, Any]) -> int:
    """Make the arrivals in the network of the demonstration, once; return the number of rows made."""
    from django.db import transaction

    from maillage.apps.site.structures.models import Application

    missing = any(structures.get(name) is None for name in (HELP, LEARN))
    if Application.objects.filter(example=True).exists() or missing:
        return 0
    stage = Stage(at, accounts, structures)
    with transaction.atomic():
        return _applications(stage) + _sheets(stage) + _group(stage) + _charter(stage) + _ties(stage)


def _applications(stage: Stage) -> int:
    from maillage.apps.site.structures.actions import joining

    for n, (name, commune, parts, days, way, contact, words) in enumerate(APPLICATIONS):
        fields = {"name": name, "commune": commune, "parts": parts, "words": words, "demand": "week"}
        joining.apply(
            **fields,
            referent="Nour (prénom inventé)",
            way=way,
            contact=contact,
            token=f"exemple-{n}",
            at=stage.ago(days),
            example=True,
        )
    return len(APPLICATIONS)


def _sheets(stage: Stage) -> int:
    from maillage.apps.site.structures.actions import profiles

    for name, sheet_account, visibility, parts, skills, publics, staff, computers, demand, about in SHEETS:
        values = {
            "visibility": visibility,
            "parts": parts,
            "skills": skills,
            "publics": publics,
            "staff": staff,
            "computers": computers,
            "demand": demand,
            "about": about,
        }
        by = stage.accounts[sheet_account]
        profiles.write(stage.structures[name], values, base=0, by=by, at=stage.ago(30), example=True)
    profiles.write_professional(
        stage.accounts["aidant"],
        trade="mediator",
        structure=stage.structures[HELP],
        skills=["procedures", "languages"],
        publics=["all"],
        about="Je parle arabe et espagnol.",
        visibility="network",
        at=stage.ago(28),
        example=True,
    )
    return len(SHEETS) + 1


def _group(stage: Stage) -> int:
    from maillage.apps.site.structures.actions import groups

    group = groups.open_group(
        name="Les accueils de l’agglomération",
        about="Pour ceux qui reçoivent sans rendez-vous : affiches, mots, files d’attente.",
        trade="reception",
        territory="200040715",
        token="exemple",  # noqa: S106 (not a password)
        by=stage.accounts["formation"],
        at=stage.ago(8),
        example=True,
    )
    groups.join(group, by=stage.accounts["aidant"], at=stage.ago(7))
    for n, (account_name, days, words) in enumerate(POSTS):
        by = stage.accounts[account_name]
        groups.write(group, words=words, token=f"exemple-{n}", by=by, at=stage.ago(days), example=True)
    return 1 + len(POSTS)


def _charter(stage: Stage) -> int:
    from maillage.apps.site.structures.actions import charter
    from maillage.reference import charter as reference

    answers = {each.id: "yes" for each in reference.charter().criteria}
    for name, account_name, more in ((HELP, "structure", {}), (LEARN, "formation", {"access": "later"})):
        row = charter.declare(
            stage.structures[name],
            answers | more,
            by=stage.accounts[account_name],
            at=stage.ago(20),
            example=True,
        )
        if name == HELP:
            charter.grant(
                row,
                until=(stage.ago(10) + timedelta(days=365)).date(),
                granted_by="Le réseau d’exemple de l’Isère",
                by=stage.accounts["coordination"],
                at=stage.ago(10),
            )
    return 2


def _ties(stage: Stage) -> int:
    from maillage.apps.community.actions import listings

    ties = (
        (
            HELP,
            SOCIAL,
            "Un créneau réservé le jeudi aux personnes que le service social envoie",
            True,
            "aidant",
        ),
        (SOCIAL, LEARN, "Des places gardées dans le cours du mardi", False, "travail-social"),
        (HELP, SOCIAL, "Une réunion par trimestre sur les situations bloquées", True, "aidant"),
    )
    for one, other, about, both, account_name in ties:
        if stage.structures.get(one) is not None and stage.structures.get(other) is not None:
            listings.work_together(
                stage.structures[one],
                stage.structures[other],
                about=about,
                both=both,
                by=stage.accounts[account_name],
                at=stage.ago(40),
                example=True,
            )
    return len(ties)
