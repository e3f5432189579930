"""maillage administrateur: who administers a platform that nobody may enter yet, or any more."""

import argparse

from maillage.manage.words import print_json


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("adresse", metavar="ADRESSE", help="adresse e-mail de cette personne")
    parser.add_argument("--nom", default="", metavar="NOM", help="le nom affiché aux autres")
    parser.add_argument("--json", action="store_true", help="écrit un document JSON")


def run(options: argparse.Namespace) -> int:
    from maillage.manage.deploy.bootstrap import ready

    ready()
    from django.conf import settings
    from django.urls import reverse
    from django.utils import timezone

    from maillage.apps.directory.memberships import rules
    from maillage.apps.directory.memberships.actions import recoveries
    from maillage.manage.deploy import environment
    from maillage.manage.deploy.home import served_address

    at = timezone.now()
    user, token = recoveries.appoint(
        email=options.adresse, name=options.nom, on=timezone.localdate(at), at=at
    )
    link = settings.ADDRESS + reverse("recovery", args=[token])
    if options.json:
        print_json({"adresse": user.email, "lien": link})
        return 0
    print(f"{user.email} administre la plateforme.")
    print(f"Pour choisir son mot de passe, une fois, pendant {rules.RECOVERY_DAYS.days} jours : {link}")
    print("Remettez ce lien à cette personne, et à elle seule.")
    if not (settings.HOSTS or environment.text("MAILLAGE_ADDRESS") or served_address()):
        print("Maillage n’a pas encore été servi ici : à un autre port que 8000, changez-le dans ce lien.")
    return 0
