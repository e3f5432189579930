"""Words the commands share: JSON out, reading a file."""

import argparse
import json
import sys
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from maillage.kernel.disk import reason
from maillage.kernel.errors import Refused

DOCUMENT_SUFFIXES = {".csv", ".docx", ".html", ".json", ".pdf", ".pptx", ".xlsx", ".zip"}


def print_json(document: Any) -> None:
    """Print one JSON document, and nothing else, on standard output."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


def print_comparison(compared: Iterable[Any], before: str, after: str, *, digests: bool = False) -> None:
    """Print the tables of two sides, those that differ marked; an empty one is left out.

    compared: of config/trial_database.py. digests: also the first signs of what was computed of each row.
    """
    for table in compared:
        if table.before[0] or table.after[0]:
            sign = "=" if table.is_equal else "≠"
            line = f"{table.label} : {before} {table.before[0]} {sign} {after} {table.after[0]}"
            print(
                f"{line}, empreintes {table.before[1][:16]} {sign} {table.after[1][:16]}" if digests else line
            )


def typed_path(text: str) -> Path:
    """Return a typed path; Refused when nothing was typed, which would mean the current folder."""
    if not text.strip():
        raise Refused(
            "Le chemin donné est vide.",
            why="Les fichiers iraient dans le dossier courant, parmi les vôtres.",
            do="Nommez un dossier ou un fichier ; un point désigne le dossier courant.",
        )
    return Path(text)


def _output_folder(text: str) -> Path:
    """Return a typed folder; Refused when its name is one of a file, which would become a folder."""
    folder = typed_path(text)
    if folder.suffix.lower() in DOCUMENT_SUFFIXES and not folder.is_dir():
        raise Refused(
            f"« {text} » est un nom de fichier.",
            why="Cette commande écrit plusieurs fichiers, dans un dossier.",
            do=f"Nommez le dossier, par exemple : --sortie {folder.with_suffix('')}",
        )
    return folder


def add_output_folder(parser: argparse.ArgumentParser) -> None:
    """Add the option naming the folder where a command writes its files."""
    parser.add_argument(
        "--sortie", required=True, type=_output_folder, metavar="DOSSIER", help="le dossier où écrire"
    )


def add_study_files(parser: argparse.ArgumentParser) -> None:
    """Add the options naming the files of a study: zones, places, the answers and margins of a survey."""
    for option, metavar, words in (
        (
            "--zones",
            "FICHIER",
            "les zones de l’étude, dans un tableau : une colonne Zone, une colonne Commune",
        ),
        ("--offre", "FICHIER", "les lieux du territoire, dans n’importe quelle forme"),
        ("--enquete", "REPONSES.csv", "les réponses d’une enquête du territoire, avec --marges"),
        ("--marges", "MARGES.csv", "les totaux à respecter : variable,modalite,effectif"),
    ):
        parser.add_argument(option, type=typed_path, metavar=metavar, help=words)
    parser.add_argument(
        "--besoin",
        metavar="QUESTION=RÉPONSE,…",
        help="la question de l’enquête sur le besoin, et les réponses qui comptent",
    )


def read_file(path: Path) -> bytes:
    """Return the content of a file; Refused when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def open_file(path: Path) -> BinaryIO:
    """Open a file that may be read again from its start, whatever it is; Refused when it cannot be read."""
    try:
        file = path.open("rb")
        return file if file.seekable() else BytesIO(file.read())
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> Refused:
    return Refused(
        f"Le fichier {path} ne peut pas être lu : {reason(error)}.",
        why="Sans lui, rien ne peut être fait.",
        do="Vérifiez le chemin, puis recommencez.",
    )
