"""maillage verifier-journal: the chain of the journal walked from its first line, past its anchors."""

import argparse
from pathlib import Path
from typing import Any

from maillage.kernel.errors import Refused
from maillage.manage.words import print_json


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--ancre",
        metavar="FICHIER",
        type=Path,
        help="une page de « maillage ancrer-journal », gardée ailleurs",
    )
    parser.add_argument(
        "--base",
        metavar="FICHIER",
        type=Path,
        help="une copie de maillage.sqlite3, ou une sauvegarde, au lieu de la base de ce poste",
    )
    parser.add_argument(
        "--cle", metavar="FICHIER", type=Path, help="le fichier des clés, si cette sauvegarde est chiffrée"
    )
    parser.add_argument("--json", action="store_true", help="écrit un document JSON")


def run(options: argparse.Namespace) -> int:
    from maillage.manage.deploy.bootstrap import ready

    ready()
    from maillage.apps.platform.accounts.rules.journal import moment
    from maillage.manage.backups import journal_proof, keys

    page, base, secrets = options.ancre, options.base, keys.secrets(options.cle)
    proof = journal_proof.of_copy(base, page, keys=secrets) if base else journal_proof.of_database(page)
    if options.json:
        print_json(
            {
                "lignes": proof.n_lines,
                "ancres": proof.n_anchors,
                "remarques": list(proof.notices),
                "rupture": _break(proof),
            }
        )
    else:
        for notice in proof.notices:
            print(notice)
    if proof.tampered:
        raise Refused(
            f"Une ancre du journal a été changée : {proof.tampered}.",
            why="Une ancre dit ce qu’était la fin du journal un jour ; changée, elle ne prouve plus rien.",
            do="Comparez avec une ancre gardée ailleurs (--ancre), et cherchez qui a écrit dans ce dossier.",
        )
    if proof.broken is not None:
        line, at, why = proof.broken.line, proof.broken.at, proof.broken.why
        if proof.broken.kind in ("tail", "anchor"):
            raise Refused(
                f"Le journal a changé avant la ligne {line} : {why}.",
                why="Une ancre est écrite hors de la base : la base ne dit plus ce qu’elle disait alors.",
                do="Comparez avec la dernière sauvegarde, et cherchez qui a remis une base ou écrit dedans.",
            )
        if proof.broken.kind == "agreement":
            raise Refused(
                f"Le journal est entier, et la ligne {line}, du {moment(at)}, est démentie : {why}.",
                why="Les mots lus à la personne, sa réponse ou sa date ont été changés dans la base.",
                do="Reprenez cet accord d’une sauvegarde, et cherchez qui a écrit dans la base.",
            )
        raise Refused(
            f"Le journal a été changé à la ligne {line}, du {moment(at)} : {why}.",
            why=(
                "Chaque ligne porte l’empreinte de celle qui la précède : celles d’après ne prouvent plus"
                " rien."
            ),
            do="Comparez avec une sauvegarde d’avant cette date, et cherchez qui a écrit dans la base.",
        )
    if not options.json:
        n, anchors = proof.n_lines, proof.n_anchors
        compared = (
            f", et {anchors} ancre{'s' * (anchors > 1)} y mène{'nt' * (anchors > 1)}" if anchors else ""
        )
        print(f"Le journal est entier : {n} ligne{'s' * (n > 1)}{compared}.")
        if not anchors:
            print(
                "Aucune ancre n’a été lue : une fin coupée, ou une sauvegarde plus ancienne, ne se verrait"
                " pas. Donnez une page gardée ailleurs : --ancre FICHIER."
            )
    return 0


def _break(proof: Any) -> dict[str, Any] | None:
    if proof.tampered:
        return {"ligne": None, "sorte": "anchors", "raison": proof.tampered}
    if proof.broken is None:
        return None
    return {"ligne": proof.broken.line, "sorte": proof.broken.kind, "raison": proof.broken.why}
