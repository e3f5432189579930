"""maillage demo: the demonstration, ready to be read."""

import argparse
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from maillage.kernel import cores
from maillage.kernel.progress import steps
from maillage.manage.demonstration.stage import HELP, LEARN, SOCIAL
from maillage.manage.platform_study import computed
from maillage.publishing.territory.certainty import upper_first
from maillage.words.wording import count, lower_first

PASSWORD = "maillage-demo"  # noqa: S105, known to all: it opens invented data only
# Name before the @, what is shown, role, and over what: a territory, or a structure of the real census.
# Persons are invented.
ACCOUNTS = (
    ("coordination", "Coordination du réseau (exemple)", "coordination", "france", ""),
    ("aidant", "Leïla, aidante (exemple)", "aidant", "", HELP),
    ("structure", "Responsable du Pimms (exemple)", "gestionnaire", "", HELP),
    ("travail-social", "M. Diallo, travailleur social (exemple)", "prescripteur", "", SOCIAL),
    ("benevole", "Denise, bénévole (exemple)", "benevole", "", LEARN),
    ("formation", "Karim, formateur (exemple)", "formation", "", LEARN),
    ("analyste", "Analyste de l’Isère (exemple)", "analyste", "38", ""),
    ("administration", "Administration (exemple)", "administration", "", ""),
)
A_YEAR = timedelta(days=365)
DOMAIN = "demo.maillage.example"
PERIMETER = "agglomeration-grenobloise"
CENSUSES = (("hinaura-isere", "Hinaura"), ("assembleurs-maubeuge", "Les Assembleurs"))
PLACES = (PERIMETER, "200040715", "246700488", "200043396")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--sans-calcul", action="store_true", help="prépare la base, sans calculer les diagnostics"
    )
    parser.add_argument(
        "--effacer",
        action="store_true",
        help="retire les exemples et leurs comptes ; les lieux réels restent",
    )


def run(options: argparse.Namespace) -> int:
    from maillage.manage.deploy.bootstrap import ready

    ready()
    if options.effacer:
        return _remove()
    prepare(with_studies=not options.sans_calcul)
    return 0


def prepare(*, with_studies: bool = True) -> None:
    """Add the missing parts of the demonstration, once the platform is up, and print its accounts."""
    from maillage.manage import settings
    from maillage.manage.demonstration.journal_order import in_order_of_dates
    from maillage.manage.deploy import environment

    password = environment.text("MAILLAGE_DEMO_PASSWORD", PASSWORD)
    accounts = _accounts(
        password, production=settings.PRODUCTION
    )  # refused in production, before anything is kept
    with in_order_of_dates():
        _perimeter()
        for card, source in CENSUSES:
            steps(f"Démonstration : recensement {source}")
            _census(card, source)
        _stories(accounts)
    for name in _studies() if with_studies else ():
        print(f"Diagnostic prêt : {name}", flush=True)
    print(f"Comptes de démonstration, mot de passe {password} :")
    for name, label, *_ in ACCOUNTS:
        print(f"  {name}@{DOMAIN} : {label}")


def _studies() -> Iterator[str]:
    """Compute the studies that are missing, each in a copy of this process where it has several processors,
    and yield their names.
    """
    from django.db import connections

    from maillage.apps.dossiers import actions, rules
    from maillage.apps.dossiers.queries import StudyRequest

    steps("Démonstration : diagnostics", 0.0)
    requests = ((place, actions.ask(StudyRequest(place=place))) for place in PLACES)
    missing = [place for place, study in requests if study.status != rules.DONE]
    jobs = [partial(_study, place) for place in missing]
    if are_copied := len(missing) > 1 and cores.may_copy():
        connections.close_all()  # a copy opens its own
    for done, name in enumerate(cores.results(jobs) if are_copied else (job() for job in jobs), 1):
        yield name
        steps(f"Démonstration : {count(len(missing), 'diagnostic')}", done / len(missing))


def _study(place: str) -> str:
    return str(computed(place)[0].name)


def is_there() -> bool:
    """Return True for a demonstration that was set up once: its missing parts may wait for the first page."""
    from maillage.apps.dossiers import rules
    from maillage.apps.dossiers.models import Study
    from maillage.apps.platform.accounts.models import User

    accounts = User.objects.filter(email__endswith=f"@{DOMAIN}").count()
    studies = Study.objects.filter(place__in=PLACES, status=rules.DONE).values("place").distinct().count()
    return bool(accounts >= len(ACCOUNTS) and studies == len(PLACES))


def _remove() -> int:
    from maillage.apps.platform.search import actions as search
    from maillage.manage.demonstration import removal

    removed = removal.remove(DOMAIN)
    search.rebuild()
    for name, n in removed.items():
        print(f"{name} : {n}")
    removed_text = count(sum(removed.values()), "ligne d’exemple retirée", "lignes d’exemple retirées")
    print(f"{upper_first(removed_text)}. Les lieux réels et le journal restent.")
    return 0


def _accounts(password: str, *, production: bool) -> dict[str, Any]:
    """Open an account for each role; Refused in production."""
    from maillage.apps.platform.accounts.actions import open_demonstration

    return {
        name: open_demonstration(
            email=f"{name}@{DOMAIN}", name=label, password=password, production=production
        )[0]
        for name, label, *_ in ACCOUNTS
    }


def give_roles(accounts: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """Give each account its role, since the year that the stories tell; return the structures by name, None
    for one that somebody renamed.
    """
    from maillage.apps.directory.memberships.access import current
    from maillage.apps.directory.memberships.actions.roles import give
    from maillage.apps.directory.memberships.models import Membership
    from maillage.apps.directory.places.models import Structure

    structures = {}
    for name, _, role, territory, structure in ACCOUNTS:
        over = Structure.objects.filter(name=structure).order_by("pk").first() if structure else None
        memberships = Membership.objects.filter(
            user=accounts[name], role=role, structure=over, territory=territory
        )
        if (over is not None or not structure) and not (memberships & current(at.date())).exists():
            since = (
                at.date() if memberships.exists() else at.date() - A_YEAR
            )  # one taken back is given from today
            give(
                by=None,
                to=accounts[name],
                role=role,
                structure=over,
                territory=territory,
                on=since,
                at=at,
            )
        if structure:
            structures[structure] = over
    return structures


def _stories(accounts: Mapping[str, Any]) -> None:
    """Give each account its role, and create the cases of invented people."""
    from django.utils import timezone

    from maillage.apps.site.worklist.actions import dismiss
    from maillage.apps.site.worklist.rules import FIRST_STEPS
    from maillage.manage.demonstration import (
        acts,
        appointments,
        board,
        grants,
        joining,
        loop,
        mission,
        network,
        plan,
        rights,
        sharing,
        stories,
        survey,
        volunteers,
        workshops,
    )

    at = timezone.localtime()
    structures = give_roles(accounts, at)
    for name in ("coordination", "administration"):  # nobody installs a demonstration
        dismiss(FIRST_STEPS, by=accounts[name], at=at)
    stories_by_words = (
        (stories.tell, "Personnes inventées : {}, avec leurs bilans et leurs orientations"),
        (acts.tell, "Actes d’exemple : {}, dont un annulé et une urgence"),
        (rights.tell, "Droits d’exemple : {} faits, d’une personne inventée"),
        (workshops.tell, "Ateliers d’exemple : {}, à venir et passés"),
        (appointments.tell, "Rendez-vous d’exemple : {}, dans deux permanences"),
        (grants.tell, "Appel à projets d’exemple : {} projet"),
        (board.tell, "Atelier de co-construction d’exemple : {} cartes sur un tableau"),
        (plan.tell, "Plan d’exemple : {} actions, pilotes et dates inventés"),
        (mission.tell, "Mission d’exemple : {} étapes, aux dates inventées"),
        (loop.tell, "Année d’exemple : {} orientations inventées, et six mois d’actes, autour de Grenoble"),
        (volunteers.tell, "Aidants d’exemple : {}, formés ou bénévoles, inventés"),
        (network.tell, "Annonces d’exemple : {}, entre trois structures"),
        (joining.tell, "Réseau d’exemple : {} lignes, demandes d’entrée, fiches, groupe et charte"),
        (sharing.tell, "Réunions d’exemple : {}, avec leurs décisions, un bulletin, des questions"),
    )
    for position, (tell, words) in enumerate(stories_by_words):
        steps(f"Démonstration : {lower_first(words.partition(' : ')[0])}", position / len(stories_by_words))
        if n_created := tell(at, accounts, structures):
            print(words.format(n_created))
    steps("Démonstration : enquête d’exemple")
    if address := survey.tell(at, accounts):
        print(f"Enquête d’exemple : {survey.N} réponses inventées, redressées et publiées sur {address}")


def _perimeter() -> None:
    """Store the demonstration perimeter, unless it was changed."""
    from maillage.apps.territories import actions, queries
    from maillage.reference.cards import cards

    if queries.perimeter(PERIMETER) is not None:
        return
    file = cards()["maillage-zones-grenoble"].file
    actions.keep_perimeter(
        by=None,
        slug=PERIMETER,
        name="Agglomération grenobloise",
        code="200040715",
        reason=(
            "Grenoble et 16 communes voisines : des communes urbaines, sans les communes rurales de la"
            " métropole. Le plan de Grenoble ne nomme pas Claix, Corenc et Poisat : nous supposons qu’elles"
            " en sont."
        ),
        content=file.read_bytes(),
        file_name=file.name,
        target_publics=("cumul", "accompagnants"),  # those of the plan of Grenoble
    )


def _census(card: str, source: str) -> None:
    """Import a real census with the importer that everybody uses, once; what was corrected since stays."""
    import hashlib

    from django.utils import timezone

    from maillage.apps.directory.intake.actions import importing
    from maillage.apps.directory.places.models import Import
    from maillage.reference.cards import cards
    from maillage.sources.offer import files
    from maillage.sources.offer.forms import read as forms

    origin = cards()[card]
    file = origin.file
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    if Import.objects.filter(source__name=source, digest=digest).exists():
        return
    at = timezone.localtime()
    result = files.places(forms.read(file), today=at.date(), source=source)
    row = importing.take_in(
        result, source=source, digest=digest, by=None, at=at, licence=origin.licence.partition(" (")[0]
    )
    print(f"Lieux prêts : {row.counts['crees']} du recensement {source}")
