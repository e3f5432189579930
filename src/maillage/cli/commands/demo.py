"""maillage demo: the demonstration, ready to be read."""

import argparse
import os

from maillage.cli.words import Steps
from maillage.kernel.errors import Refused

PASSWORD = "maillage-demo"  # noqa: S105, known to all: it opens invented data only
ACCOUNT = "coordination@demo.maillage.example"
PERIMETER = "agglomeration-grenobloise"
CENSUSES = (("hinaura-isere", "Hinaura"), ("assembleurs-maubeuge", "Les Assembleurs"))
PLACES = (PERIMETER, "200040715", "246700488", "200043396")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sans-calcul", action="store_true", help="prépare la base, sans calculer les diagnostics")


def run(given: argparse.Namespace) -> int:
    from maillage.config.start import ready

    ready()
    from maillage.apps.accounts.actions import open_demonstration
    from maillage.apps.dossiers import actions, rules
    from maillage.apps.dossiers.queries import Asked
    from maillage.config import settings

    password = os.environ.get("MAILLAGE_DEMO_PASSWORD", PASSWORD)
    open_demonstration(
        email=ACCOUNT, name="Coordination du réseau (exemple)", password=password, production=settings.PRODUCTION
    )
    _perimeter()
    for card, source in CENSUSES:
        _census(card, source)
    steps = Steps()
    for place in () if given.sans_calcul else PLACES:
        study = actions.ask(Asked(place=place))
        if study.status != rules.DONE:
            actions.take_up(study)
            study.refresh_from_db()
            steps(study.name, 0.0)
            actions.compute(study)
            study.refresh_from_db()
            steps.done()
            if study.status != rules.DONE:
                raise Refused(*study.error[:1], why=study.error[1], do=study.error[2])
            print(f"Diagnostic prêt : {study.name}")
    print(f"Compte de démonstration : {ACCOUNT}, mot de passe {password}")
    return 0


def _perimeter() -> None:
    """Keep the demonstration perimeter, unless somebody changed it."""
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
        reason="Grenoble et 16 communes voisines : des communes urbaines, sans les communes rurales de la métropole. "
        "Claix, Corenc et Poisat, que le plan ne nomme pas, sont supposées.",
        content=file.read_bytes(),
        file_name=file.name,
    )


def _census(card: str, source: str) -> None:
    """Import a real census with the importer that everybody uses, once; what was corrected since stays."""
    import hashlib

    from django.utils import timezone

    from maillage.apps.directory.actions import importing
    from maillage.apps.directory.models import Import
    from maillage.pipeline.offer import files
    from maillage.pipeline.offer.forms import read as forms
    from maillage.reference.cards import cards

    origin = cards()[card]
    file = origin.file
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    if Import.objects.filter(source__name=source, digest=digest).exists():
        return
    at = timezone.now()
    result = files.places(forms.read(file), today=at.date(), source=source)
    row = importing.take_in(result, source=source, digest=digest, by=None, at=at, licence=origin.licence.partition(" (")[0])
    print(f"Lieux prêts : {row.counts['crees']} du recensement {source}")
