"""Write docs/registre.md from what the code declares: the register of treatments, and what an impact
assessment starts from.
"""

import os
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/registre.md"
# Columns by which somebody is reached or named, besides those of the persons helped.
CONTACTS = re.compile(r"to|email|phone|contact|who|referent|helper_name")
BY_HAND = "## Ce que le responsable complète"  # the title from which the page is written by hand
WITH_ACCOUNT = "tant que le compte est ouvert"
LASTING = "tant que la plateforme sert, pour qui administre de l’effacer"


def days(length: timedelta, after: str) -> str:
    return f"{length.days} jours après {after}"


def other_treatments() -> Mapping[str, tuple[str, str, str]]:
    """Return by model the persons, the purpose and the retention of data about others than those helped."""
    from maillage.apps.directory.memberships import rules as memberships
    from maillage.apps.platform.messages.rules import states
    from maillage.apps.site.pages import actions as pages
    from maillage.apps.site.structures.rules import joining
    from maillage.apps.volunteering.volunteers.rules import missions

    return {
        "accounts.User": ("professionnels", "ouvrir un compte, signer ce qui est fait", WITH_ACCOUNT),
        "account.EmailAddress": ("professionnels", "se connecter", WITH_ACCOUNT),
        "worklist.Preference": ("professionnels", "recevoir les alertes choisies", WITH_ACCOUNT),
        "memberships.Invitation": (
            "professionnels invités",
            "ouvrir un compte",
            days(memberships.RENEWABLE, "son dernier jour"),
        ),
        "outbox.Message": (
            "qui reçoit un message",
            "l’envoyer, une fois",
            f"{days(states.RETENTION, 'l’envoi')}, sauf autre durée écrite par qui l’envoie",
        ),
        "outbox.Stop": (
            "qui refuse les messages",
            "ne plus écrire à cette adresse",
            "jusqu’à ce qu’elle le lève",
        ),
        "network.Application": (
            "qui demande à entrer",
            "répondre à la demande",
            f"le contact : {days(joining.CONTACT_STORED, 'la réponse')} ; sans réponse, "
            f"{joining.UNANSWERED.days} jours",
        ),
        "agenda.Permanence": ("professionnels", "dire qui reçoit", LASTING),
        "directory.Loan": ("qui emprunte un appareil", "le retrouver", "jusqu’à son retour, puis sans nom"),
        "directory.Reservation": (
            "qui réserve un appareil",
            "le remettre",
            "jusqu’à sa remise, ou une semaine après",
        ),
        "volunteers.Volunteer": (
            "bénévoles",
            "proposer une mission",
            f"{days(missions.AFTER_END, 'sa dernière mission')} ; jamais rencontré, "
            f"{missions.UNMET.days} jours",
        ),
        "volunteers.Aidant": ("aidants", "suivre formations et habilitations", LASTING),
        "volunteers.Attestation": ("aidants", "prouver une formation", LASTING),
        "surveys.Surveyor": ("enquêteurs", "donner un lien à son appareil", "avec l’enquête"),
        "codesign.Group": ("participants d’un atelier", "rendre compte d’un groupe", LASTING),
        "dossiers.Finding": ("personnes citées par une étude", "dire d’où vient un constat", "avec l’étude"),
        "dossiers.MissionStep": (
            "personnes rencontrées par une étude",
            "dire le travail fait",
            "avec l’étude",
        ),
        "site.ProblemReport": (
            "qui signale un problème",
            "le corriger",
            f"{days(pages.SETTLED_RETENTION, 'le règlement')}, {pages.RETENTION.days} jours au plus",
        ),
    }


def set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillage.manage.settings")
    os.environ.setdefault("MAILLAGE_HOME", str(ROOT / ".mypy_cache/maison"))
    import django

    django.setup()


def undeclared() -> list[str]:
    """Return the models with a column that names or reaches somebody, of which nothing is declared."""
    from django.apps import apps
    from django.db.models import EmailField

    from maillage.apps.referrals.orientations.queries import register

    declared = {*other_treatments(), *(label for kind in register.REGISTER for label in kind.models)}
    return sorted(
        model._meta.label
        for model in apps.get_models()
        if model._meta.label not in declared
        and any(
            isinstance(each, EmailField) or (CONTACTS.fullmatch(each.name) and not each.is_relation)
            for each in model._meta.concrete_fields
        )
    )


def columns(label: str) -> str:
    """Return the columns of a model that say something of somebody, in the words of its forms."""
    from django.apps import apps

    fields = apps.get_model(label)._meta.concrete_fields
    return ", ".join(str(each.verbose_name) for each in fields if not each.primary_key)


def page() -> str:
    """Return the page: what the code declares, then what is written by hand."""
    _, mark, by_hand = PAGE.read_text("utf-8").partition(BY_HAND)
    return "\n".join(_lines()) + f"\n{mark}{by_hand}"


def _lines() -> Iterator[str]:
    from maillage.apps.directory.memberships.rules import ROLES
    from maillage.apps.people.persons.rules import FATES, PURPOSES
    from maillage.apps.referrals.orientations.queries import register

    yield "# Registre des traitements, et point de départ d’une analyse d’impact\n"
    yield (
        "Écrit par `make docs` de ce que le code déclare et applique ; une épreuve refuse une page"
        " qui ne le dit plus. Le responsable du traitement est la collectivité ou la structure qui installe"
        " Maillage : elle complète, signe et tient ce registre (articles 30 et 35 du RGPD).\n"
    )
    yield "## Les personnes accompagnées\n"
    yield from _table(
        ("donnée", "pourquoi", "colonnes", "jusqu’à quand", "si la personne s’efface"),
        (
            (
                kind.title,
                kind.why,
                " ; ".join(columns(label) for label in kind.models),
                kind.until,
                FATES[kind.fate],
            )
            for kind in register.REGISTER
        ),
    )
    yield "La personne lit tout cela, en reçoit une copie et l’efface elle-même avec sa carte.\n"
    yield "## Ce qui lui est demandé\n"
    yield "Rien de ce qui suit ne se fait sans un oui, daté, retirable, propre à une structure.\n"
    yield from _table(
        ("accord", "la question, lue à voix haute"), ((each.label, each.words) for each in PURPOSES.values())
    )
    yield "## Qui lit une fiche\n"
    yield from _table(
        ("rôle", "ce qu’il voit"),
        (
            (
                role.label,
                "les personnes de sa structure" if "people.see" in role.rights else "celles qu’il suit",
            )
            for role in ROLES.values()
            if {"people.see", "people.mine"} & set(role.rights)
        ),
    )
    yield "Chaque lecture s’écrit au journal, que la personne peut lire. Les autres n’ouvrent aucune fiche.\n"
    yield "## Les autres personnes\n"
    yield from _table(
        ("qui", "table", "pourquoi", "jusqu’à quand"),
        ((whose, _name(label), why, until) for label, (whose, why, until) in other_treatments().items()),
    )


def _name(label: str) -> str:
    from django.apps import apps

    return str(apps.get_model(label)._meta.verbose_name)


def _table(titles: tuple[str, ...], rows: Any) -> Iterator[str]:
    yield f"| {' | '.join(titles)} |"
    yield f"|{'---|' * len(titles)}"
    for row in rows:
        yield f"| {' | '.join(str(cell).replace('|', '/') for cell in row)} |"
    yield ""


if __name__ == "__main__":
    set_up()
    PAGE.write_text(page(), "utf-8")
