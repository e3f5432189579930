"""A folder ready for data.gouv.fr: the national schema as CSV and JSON, what describes them, and what was
left out.

Nothing is sent: publishing is what a person does, with the folder in hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypedDict

from maillage.kernel.disk import write_whole
from maillage.kernel.errors import Refused
from maillage.kernel.spreadsheet import as_csv
from maillage.publishing.directory.formats import lmn
from maillage.publishing.directory.formats.published import Published, Remark, Row, as_json
from maillage.words.wording import of

SCHEMA = "LaMednum/standard-mediation-num"
DESCRIPTION, REPORT = "publier.json", "rapport.csv"
TAGS = (
    "inclusion",
    "inclusion-numerique",
    "lieux-d-inclusion-numerique",
    "mediation",
    "mediation-numerique",
    "lieux-de-mediation-numerique",
)


@dataclass(frozen=True, slots=True)
class Producer:
    """The producer who publishes, and where. `id`: its SIRET or RNA; `zone`: as data.gouv.fr writes it («
    fr:epci:200046977 »), '' if none;
    `frequency`: how often it will publish; `licence`: what its sources ask, both in the words of
    data.gouv.fr.
    """

    id: str
    name: str
    territory: str
    zone: str = ""
    frequency: str = "irregular"
    licence: str = "lov2"


class Resource(TypedDict):
    """A file of the folder, as data.gouv.fr describes it."""

    source: str
    schema: str
    description: str


class Zone(TypedDict, total=False):
    """The area of the data set, absent when data.gouv.fr has no name for it."""

    zone: str


class Description(Zone):
    """The description that data.gouv.fr asks of a data set, under its field names."""

    title: str
    description: str
    tags: list[str]
    frequency: str
    license: str
    granularity: str
    start: str
    end: str
    ressources: list[Resource]


def description(table_rows: Sequence[Row], producer: Producer, *, on: date) -> Description:
    """Return the description of the data set: its title recognises it from one time to the next, so it never
    holds a date.
    """
    days = [row["date_maj"] for row in table_rows]
    resources: list[Resource] = [
        {
            "source": lmn.file_name(on=on, producer=producer.id, territory=producer.territory, suffix=suffix),
            "schema": SCHEMA,
            "description": (
                f"Les lieux de médiation numérique {of(producer.territory)}, au format {suffix.upper()}."
                f" {more}"
            ),
        }
        for suffix, more in (
            ("csv", "Une ligne par lieu, 32 colonnes, encodage UTF-8."),
            ("json", "Une liste d’objets aux mêmes noms ; une clé absente est une case vide."),
        )
    ]
    zone: Zone = {"zone": producer.zone} if producer.zone else {}
    return {
        "title": (
            f"Lieux de médiation numérique sur le territoire {producer.territory} fournis par {producer.name}"
        ),
        "description": (
            f"Où se faire aider avec le numérique sur le territoire {producer.territory} : adresses,"
            f" horaires, services, publics, prix et manières de venir, recensés par {producer.name}. Le jeu"
            " de données suit le schéma national « Lieux de médiation numérique », version 1.0.2."
            " « Médiation numérique » y désigne le secteur : les lieux et les équipes qui aident."
        ),
        "tags": list(TAGS),
        "frequency": producer.frequency,
        "license": producer.licence,
        "granularity": "poi",
        **zone,
        "start": min(days),
        "end": max(days),
        "ressources": resources,
    }


def report(remarks: Sequence[Remark]) -> str:
    """Return rapport.csv: a line for each place or cell left out."""
    rows = [
        {
            "index": remark.index,
            "field": remark.field,
            "message": remark.message,
            "entryName": remark.name,
        }
        for remark in remarks
    ]
    return as_csv(("index", "field", "message", "entryName"), rows)


def write(path: Path, places: Sequence[Published], *, on: date, producer: Producer) -> list[str]:
    """Write the folder; return in French what was left out. Raises Refused when no place can be published."""
    table_rows, remarks = lmn.rows(places)
    if not table_rows:
        raise Refused(
            f"Le dossier {path} n’a pas été écrit : aucun lieu ne peut être publié.",
            why=(
                "Le schéma national exige un nom, une commune, un code postal et une adresse ; aucun lieu ne"
                " les a tous."
            ),
            do="Complétez au moins un lieu, puis recommencez.",
        )
    about = description(table_rows, producer, on=on)
    table, twin = (resource["source"] for resource in about["ressources"])
    write_whole(path / table, as_csv(lmn.COLUMNS, table_rows))
    write_whole(path / twin, as_json(lmn.to_json(table_rows)))
    write_whole(path / REPORT, report(remarks))
    write_whole(path / DESCRIPTION, as_json(about))
    return [remark.sentence for remark in remarks]
