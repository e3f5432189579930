"""maillage papiers: the key that papers are kept under, made, changed, checked."""

import argparse
from pathlib import Path

from maillage.kernel.errors import Refused
from maillage.manage.words import print_json
from maillage.publishing.territory.certainty import upper_first
from maillage.words.wording import count


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verbe", required=True, metavar="cle|rotation|etat")
    key = verbs.add_parser(
        "cle", help="fait une clé ; les anciennes restent, pour ouvrir ce qu’elles scellent"
    )
    key.add_argument(
        "--fichier",
        metavar="FICHIER",
        type=Path,
        help="le fichier où l’écrire, en premier ; sans lui, elle s’affiche",
    )
    turn = verbs.add_parser("rotation", help="scelle de nouveau chaque papier par la première clé donnée")
    turn.add_argument("--json", action="store_true", help="écrit un document JSON")
    state = verbs.add_parser("etat", help="dit si des papiers se gardent ici, et ce qui les analyse")
    state.add_argument("--json", action="store_true", help="écrit un document JSON")


def run(options: argparse.Namespace) -> int:
    return {"cle": _key, "rotation": _rotation, "etat": _state}[options.verbe](options)


def _key(options: argparse.Namespace) -> int:
    from maillage.apps.people.documents.rules import new_key
    from maillage.kernel.disk import write_whole
    from maillage.manage.deploy.home import HOME

    key = new_key()
    if options.fichier is None:
        print(key)
        return 0
    path = options.fichier.resolve()
    if path.is_relative_to(HOME):
        raise Refused(
            f"La clé n’a pas été écrite dans {path}.",
            why="Ce dossier est celui des papiers : une copie du dossier les rendrait tous lisibles. Elle "
            "y serait refusée.",
            do="Donnez un fichier hors de MAILLAGE_HOME, par exemple /etc/maillage/papiers.cle.",
        )
    former = _keys_of(path) if path.exists() else []
    write_whole(path, "\n".join([key, *former]) + "\n", mode=0o600)
    print(f"Clé écrite : {path}. Gardez-en une copie ailleurs : perdue, les papiers ne s’ouvrent plus.")
    if former:
        print("Relancez la plateforme, puis « maillage papiers rotation ».")
    return 0


def _keys_of(path: Path) -> list[str]:
    """Return the keys that a file holds, and nothing else; Refused when it is another file: its words would
    be written over.
    """
    from maillage.apps.people.documents.rules import Keyring

    try:
        former = path.read_text("ascii").split()
        if former:
            Keyring(former)
    except (UnicodeDecodeError, Refused) as error:
        raise Refused(
            f"{path} n’est pas un fichier de clés.",
            why="La nouvelle clé s’écrit devant les anciennes ; ce qu’il contient serait perdu.",
            do="Donnez le fichier qu’a écrit « maillage papiers cle », ou un nom neuf. Rien n’a été changé.",
        ) from error
    return former


def _rotation(options: argparse.Namespace) -> int:
    from maillage.manage.deploy.bootstrap import ready

    ready()
    from maillage.apps.people.documents.actions import rotation

    done = rotation.rotate()
    if options.json:
        print_json({"scelles": done.again, "deja": done.already, "perdus": done.lost})
    else:
        again = count(done.again, "papier scellé", "papiers scellés")
        print(f"{upper_first(again)} par la première clé ; déjà scellés par elle : {done.already}.")
    if done.lost:
        lost = count(done.lost, "papier ne s’ouvre", "papiers ne s’ouvrent")
        raise Refused(
            f"{lost} avec aucune des clés données.",
            why="L’ancienne clé qui scelle ce qui ne s’ouvre pas manque.",
            do="Redonnez-la après la nouvelle, puis recommencez.",
        )
    if not options.json:
        print(
            "Les anciennes clés ne servent plus ici : retirez-les, sauf pour relire une ancienne sauvegarde."
        )
    return 0


def _state(options: argparse.Namespace) -> int:
    from maillage.manage.deploy.bootstrap import ready

    ready()
    from django.utils import timezone

    from maillage.apps.people.documents import access
    from maillage.apps.people.documents import queries as documents_queries
    from maillage.apps.people.documents.actions import scanning

    state = documents_queries.storage()
    try:
        scanner = scanning.version()
    except scanning.NoSignatures:
        scanner = "installé, sans signatures : n’analyse rien (sudo freshclam)"
    except scanning.ScannerFailed:
        scanner = "installé, ne répond pas"
    papers = access.current_papers(timezone.localdate()).count()
    if options.json:
        print_json({"garde": state.is_on, "pourquoi": state.why, "antivirus": scanner, "papiers": papers})
        return 0
    print(
        "Des papiers se gardent ici." if state.is_on else f"Aucun papier ne se garde ici. {state.why}".strip()
    )
    print(f"Papiers gardés : {papers}. Antivirus : {scanner or 'aucun'}.")
    return 0
