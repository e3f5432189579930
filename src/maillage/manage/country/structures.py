"""The structures and places of a made country: structures and a place each, spread as its inhabitants are."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

PREFIX = "fabrique-"  # of the key of each structure: what tells that a country was made here
SOURCE = "Pays fabriqué"
SYLLABLES = ("ma", "ri", "lo", "na", "sou", "fa", "ti", "ben", "cé", "ya", "ga", "do", "lé", "vi", "ra", "ju")
SAMPLE = "hinaura-isere"  # the census whose sheets are copied: hours, services, publics as they really are
BATCH = 500


def pour(
    n: int, *, first: int, at: datetime, chance: random.Random, progress: Callable[[float], None]
) -> None:
    """Write n structures, numbered after `first`, and a published place for each, with the words that find
    them.
    """
    from maillage.apps.directory.places.actions import index, sheets
    from maillage.apps.directory.places.models import Lieu, Source, Structure

    source, known = Source.objects.create(name=SOURCE), _sheets(at)
    for start in range(0, n, BATCH):
        numbers = range(start + 1, min(start + BATCH, n) + 1)
        codes = _communes(len(numbers), chance)
        structures = [
            Structure(
                pk=first + k,
                key=f"{PREFIX}{first + k}",
                name=f"Structure fabriquée {k}",
                kind="association",
                code_insee=code,
            )
            for k, code in zip(numbers, codes, strict=True)
        ]
        Structure.objects.bulk_create(structures)
        places = []
        for k, structure in zip(numbers, structures, strict=True):
            sheet = _sheet(chance.choice(known), structure.code_insee, chance)
            lieu = Lieu(
                slug=f"{PREFIX}{first + k}",
                source=source,
                identifier=str(k),
                structure=structure,
                sheet=sheet,
            )
            sheets.derive(lieu)
            places.append(lieu)
        index.refresh(Lieu.objects.bulk_create(places))
        progress(min(start + BATCH, n) / n)


def _sheets(at: datetime) -> Sequence[dict[str, Any]]:
    from maillage.reference.cards import cards
    from maillage.sources.offer import files
    from maillage.sources.offer.forms import read as forms

    result = files.places(forms.read(cards()[SAMPLE].file), today=at.date())
    return [dict(row.sheet) for row in result.accepted]


def _sheet(real: dict[str, Any], code: str, chance: random.Random) -> dict[str, Any]:
    """Return a real sheet under another name, somewhere in a commune, with nothing that reaches anybody."""
    from maillage.sources.offer.clean import point

    public_fields = {
        name: value for name, value in real.items() if name not in ("telephone", "courriels", "site_web")
    }
    name = "".join(chance.choices(SYLLABLES, k=5)).title()
    sheet = public_fields | {"code_insee": code, "commune": code, "nom": f"{name} (fabriqué)"}
    extent = point.extent(code)
    if extent is None:
        return {key: value for key, value in sheet.items() if key not in ("latitude", "longitude")}
    reach = extent.radius / point.DEGREE / 3
    sheet["latitude"] = extent.latitude + chance.uniform(-1, 1) * reach
    sheet["longitude"] = extent.longitude + chance.uniform(-1, 1) * reach
    return sheet


def _communes(n: int, chance: random.Random) -> list[str]:
    """Return n communes drawn by their inhabitants."""
    from maillage.kernel.table import group, total_by
    from maillage.statistics.need import population as frames

    iris = frames.sources().rp2021
    codes, row = group(iris["commune"])
    return chance.choices(codes.tolist(), total_by(row, iris["pop"]).tolist(), k=n)
