"""Words the commands share: JSON out, reading a file."""

import argparse
import json
import sys
from collections.abc import Iterable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from maillage.kernel.disk import reason
from maillage.kernel.errors import Refused

if TYPE_CHECKING:
    from maillage.apps.directory.places.models import Structure

DOCUMENT_SUFFIXES = {".csv", ".docx", ".html", ".json", ".pdf", ".pptx", ".xlsx", ".zip"}


def print_json(document: Any) -> None:
    """Print one JSON document, and nothing else, on standard output."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


def cell_text(column: str, value: str) -> str:
    """Return the place of a wrong cell after its line; "" for a complete row.

    >>> cell_text("Durée (min)", "-3"), cell_text("Durée (min)", ""), cell_text("", "")
    (', colonne Durée (min), « -3 »', ', colonne Durée (min), case vide', '')
    """
    return column and f", colonne {column}, {f'« {value} »' if value else 'case vide'}"


def print_comparison(compared: Iterable[Any], before: str, after: str, *, digests: bool = False) -> None:
    """Print the tables of two sides, those that differ marked; an empty one is left out.

    compared: of backups/trial_database.py. digests: also the first signs of what was computed of each row.
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


def named_structure(name: str) -> "Structure":
    """Return the structure of the directory that has a name, or a name and its commune; Refused otherwise."""
    from django.core.exceptions import ValidationError

    from maillage.apps.community.forms.speaking import structure_named

    try:
        return structure_named(name)
    except ValidationError as error:
        raise Refused(
            "La structure n’est pas reconnue. Rien n’a été lu ni écrit.",
            why=error.messages[0],
            do="Reprenez son nom dans l’annuaire.",
        ) from error


def typed_day(text: str) -> date:
    """Return a typed day; Refused for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(
            f"« {text} » n’est pas un jour.",
            why="Il s’écrit année, mois, jour.",
            do="Écrivez-le ainsi : 2026-11-23.",
        ) from error


def add_period(parser: argparse.ArgumentParser) -> None:
    """Add the options naming the first and the last day of what a command writes."""
    parser.add_argument(
        "--du", type=typed_day, metavar="JOUR", help="premier jour ; le 1er janvier par défaut"
    )
    parser.add_argument("--au", type=typed_day, metavar="JOUR", help="dernier jour ; aujourd’hui par défaut")


def period_of(options: argparse.Namespace, today: date) -> tuple[date, date]:
    """Return the first and the last day of a period, whatever their order."""
    until = options.au or today
    since = options.du or until.replace(month=1, day=1)
    return min(since, until), max(since, until)


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
