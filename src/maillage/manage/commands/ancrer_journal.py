"""maillage ancrer-journal: the end of the journal on a page, to keep elsewhere."""

import argparse
from pathlib import Path

from maillage.kernel.errors import Refused
from maillage.manage.words import print_json, typed_path


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--sortie",
        metavar="FICHIER",
        type=Path,
        required=True,
        help="la page à écrire, par exemple ancre.txt",
    )
    parser.add_argument("--json", action="store_true", help="écrit un document JSON")


def run(options: argparse.Namespace) -> int:
    path = typed_path(str(options.sortie))
    if path.exists():
        raise Refused(
            f"Le fichier {path} existe déjà.",
            why="S’il porte une ancre plus ancienne, l’effacer ôterait une preuve.",
            do="Donnez un autre nom, par exemple avec la date.",
        )
    from maillage.manage.deploy.bootstrap import ready

    ready()
    from django.db import transaction
    from django.utils import timezone

    from maillage.apps.platform.accounts.rules import anchors as words
    from maillage.apps.platform.accounts.rules.journal import REQUESTED
    from maillage.kernel.disk import write_whole
    from maillage.manage.backups import anchors

    with transaction.atomic():  # the database says that this page was written: not before it is
        anchor = anchors.write(at=timezone.now(), cause=REQUESTED, sent_to=path.name)
        if anchor is None:
            raise Refused(
                "Aucune ancre n’a été écrite.",
                why="Le journal n’a encore aucune ligne.",
                do="Recommencez quand la plateforme aura servi.",
            )
        write_whole(path, words.page(anchor.head))
    if options.json:
        print_json({"ligne": anchor.line, "lignes": anchor.n_lines, "empreinte": anchor.digest})
    else:
        print(f"Ancre écrite : {path} (ligne {anchor.line}, {anchor.digest[:12]}…). Gardez-la ailleurs.")
    return 0
