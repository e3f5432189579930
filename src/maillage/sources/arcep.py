"""The files of Arcep on connections, by commune: the premises that can have very high speed, counted.

Two other files of connections are recognised and refused: one says the opposite of its name, the other
does not say what it measures.

Source: docs/methods/connexion.md
"""

import gzip
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from maillage.kernel.errors import Refused
from maillage.sources import cog
from maillage.sources.delimited import Row, bad_code
from maillage.sources.delimited import read as rows_of
from maillage.words.wording import count

GZIP = b"\x1f\x8b"
CLASSES = ("inel_hd", "elig_hd05", "elig_hd3", "elig_hd8", "elig_thd30", "elig_thd100", "elig_thd1g")
VERY_HIGH_SPEED = CLASSES[4:]  # 30 Mbit/s and more: each premise counts in its best class only
ALL_PREMISES = "logloc"  # of the column `type`: dwellings and offices together
MOST_FAULTS = 0.1  # of the rows: more, and the file counts otherwise than we read it
MOST_QUOTED = 3
COUNTED_FILE = "Déposez le fichier de l’Arcep qui compte les locaux par classe de débit (nbr, elig_thd30…)."
MISNAMED = {
    "taux_couverture_thd": (
        "la colonne TAUX_COUVERTURE_THD n’est pas reprise",
        "Dans le fichier de 2019 qui la porte, elle vaut, commune par commune, la part des locaux sans très"
        " haut débit : le contraire de son nom.",
        COUNTED_FILE,
    ),
    "couverture_mobile": (
        "la colonne COUVERTURE_MOBILE n’est pas reprise",
        "Elle va de 0 à 1, et vaut 0 dans une commune sur deux, sans dire l’opérateur, la technologie, ni si"
        " elle compte des habitants ou une surface.",
        "Téléchargez « Mon réseau mobile » de l’Arcep sur data.gouv.fr, par opérateur et par technologie :"
        " Maillage ne le lit pas, monreseaumobile.arcep.fr le montre.",
    ),
}


@dataclass(frozen=True, slots=True)
class Connections:
    """The premises of each commune of today, and those of them that can have very high speed. year: of the
    latest date of the file; doubt: what was left out, "" when nothing was.
    """

    year: str
    premises: dict[str, int]
    served: dict[str, int]
    doubt: str


def unpacked(content: bytes, name: str, most: int) -> bytes:
    """Return a file out of its gzip; Refused when it is damaged, or longer than `most` bytes."""
    try:
        text = gzip.GzipFile(fileobj=io.BytesIO(content)).read(most + 1)
        if len(text) > most:
            raise EOFError
    except (OSError, EOFError, zlib.error) as error:
        raise Refused(
            f"{name} : l’archive est abîmée ou trop grosse.",
            why="Rien de ce qu’elle contient ne se lit.",
            do="Déposez-la telle que téléchargée, ou le fichier CSV qu’elle contient.",
        ) from error
    return text


def is_one(head: bytes) -> bool:
    """Return True if the names of the columns are those of a file of connections."""
    return any(name.encode() in head.lower() for name in ("elig_thd30", *MISNAMED))


def read(content: bytes, name: str) -> Connections:
    """Return the premises of a file, at its latest date; Refused when it counts something else, or when more
    than a tenth of its rows are wrong.
    """
    head = content[:4_096].lower()
    for column, (what, why, do) in MISNAMED.items():
        if column.encode() in head and b"elig_thd30" not in head:
            raise Refused(f"{name} : {what}.", why=why, do=do)
    rows = rows_of(
        content,
        name,
        required=("code_insee", "nbr", *CLASSES, "date"),
        optional=("type",),
        purpose="Le fichier compte les locaux de chaque commune, par classe de débit.",
    )
    rows = [row for row in rows if row["type"] in ("", ALL_PREMISES)]
    latest = max((on for row in rows if (on := _on(row))), default=None)
    if latest is None:
        raise Refused(
            f"{name} : aucune ligne datée ne compte tous les locaux (type {ALL_PREMISES}).",
            why="Sans date, personne ne saurait de quand sont ces chiffres.",
            do=COUNTED_FILE,
        )
    rows = [row for row in rows if _on(row) in (latest, None)]
    current = cog.current(np.array([row["code_insee"] for row in rows])).tolist()
    known = set(cog.communes()["code"].tolist())
    faults: list[Refused] = []
    spoiled: set[str] = set()
    counted: dict[str, tuple[int, int]] = {}
    line: dict[str, int] = {}
    for row, today in zip(rows, current, strict=True):
        try:
            pair = _premises(row, today in known)
            if counted.setdefault(row["code_insee"], pair) != pair:
                raise row.fault(
                    "code_insee",
                    f"cette commune est déjà à la ligne {line[row['code_insee']]}, avec d’autres nombres",
                    why="On ne saurait pas laquelle est la bonne.",
                    do="N’en gardez qu’une.",
                )
            line.setdefault(row["code_insee"], row.line)
        except Refused as fault:
            faults.append(fault)
            spoiled.add(cog.RESTORED.get(today, today))
    if len(faults) > MOST_FAULTS * len(rows):
        raise faults[0]
    premises: dict[str, int] = {}
    served: dict[str, int] = {}
    for code, today in {row["code_insee"]: today for row, today in zip(rows, current, strict=True)}.items():
        commune = cog.RESTORED.get(today, today)
        if commune not in spoiled and counted[code][0]:
            premises[commune] = premises.get(commune, 0) + counted[code][0]
            served[commune] = served.get(commune, 0) + counted[code][1]
    return Connections(str(latest.year), premises, served, _doubt(faults))


def _on(row: Row) -> date | None:
    try:
        return date.fromisoformat(row["date"])
    except ValueError:
        return None


def _premises(row: Row, is_known: bool) -> tuple[int, int]:
    """Return the premises of a row, and those that can have very high speed; Refused when it is wrong."""
    if len(row["code_insee"]) != 5:
        raise bad_code(row, "code_insee")
    if not is_known:
        raise row.fault(
            "code_insee",
            "cette commune n’est pas connue, et rien ne dit ce qu’elle est devenue",
            why="Ses locaux seraient oubliés sans un mot.",
            do="Corrigez ce code, ou retirez la ligne.",
        )
    if _on(row) is None:
        raise row.fault(
            "date",
            "ce n’est pas une date",
            why="On ne saurait pas si une autre ligne est plus récente.",
            do="Écrivez l’année, le mois et le jour, comme 2019-09-30.",
        )
    numbers = {column: _whole_number(row, column) for column in ("nbr", *CLASSES)}
    total = sum(numbers[column] for column in CLASSES)
    if total != numbers["nbr"]:
        raise row.fault(
            "nbr",
            f"les classes de débit comptent ensemble {count(total, 'local', 'locaux')}",
            why="Chaque local est dans une classe et une seule : la part ne se calculerait pas.",
            do="Redemandez le fichier, ou retirez la ligne.",
        )
    return numbers["nbr"], sum(numbers[column] for column in VERY_HIGH_SPEED)


def _whole_number(row: Row, column: str) -> int:
    if row[column].isascii() and row[column].isdigit() and len(row[column]) < 9:
        return int(row[column])
    raise row.fault(
        column,
        "ce n’est pas un nombre de locaux",
        why="La part de cette commune serait fausse.",
        do="Écrivez un nombre entier, 0 s’il n’y en a aucun.",
    )


def _doubt(faults: Sequence[Refused]) -> str:
    if not faults:
        return ""
    unread = count(len(faults), "ligne n’a pas été lue", "lignes n’ont pas été lues")
    rest = " Et d’autres." if len(faults) > MOST_QUOTED else ""
    return f"{unread}. {' '.join(f'{each.what} {each.do}' for each in faults[:MOST_QUOTED])}{rest}"
