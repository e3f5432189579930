"""Places as tests need them: scenery, made without a file."""

from datetime import UTC, datetime
from typing import Any

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.actions import index, sheets
from maillage.apps.directory.places.models import Lieu, Source

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = datetime(2026, 12, 20, 12, tzinfo=UTC)
SHEET = {
    "nom": "Bibliothèque Barnave",
    "commune": "Grenoble",
    "code_postal": "38000",
    "code_insee": "38185",
    "adresse": "1 place Grenette",
    "latitude": 45.1916,
    "longitude": 5.7278,
    "telephone": ["+33476001122"],
    "horaires": {"osm": "Tu-Fr 09:00-12:00,14:00-17:00", "text": "mardi à vendredi 9h-12h 14h-17h"},
    "practices": {"wifi": {"state": "offered", "endroit": ["indoor"]}, "formation": {"state": "offered"}},
    "typologie": ["BIB"],
}


def place(slug: str = "barnave", sheet: dict[str, Any] | None = None, **more: Any) -> Lieu:
    """Return a published place of its own source; `sheet` changes fields of SHEET, None takes one off."""
    source, _ = Source.objects.get_or_create(name="Réseau")
    sheet_fields = {name: value for name, value in {**SHEET, **(sheet or {})}.items() if value is not None}
    origins = {name: {"source": "Réseau", "on": "2026-01-10"} for name in sheet_fields}
    lieu = Lieu(slug=slug, identifier=slug, source=source, sheet=sheet_fields, origins=origins, **more)
    sheets.derive(lieu)
    lieu.structure = sheets.structure_of(sheet_fields)
    lieu.save()
    # Nothing of it was written before: a place that is shown needs none of it read again.
    (index.add if lieu.state == rules.PUBLISHED else index.refresh)([lieu])
    return lieu


RICH = {
    "nom": "Bibliothèque Teisseire-Malherbe",
    "telephone": ["+33465711234", "3949"],
    "frais_a_charge": ["free"],
    "prise_en_charge_specifique": ["motor"],
    "avant_de_venir": "Apportez une pièce d’identité\nDemandez l’accueil numérique.",
    "venir": "Tram A, arrêt Malherbe",
    "structure_parente": "Ville de Grenoble",
    "horaires": {
        "osm": "Fr 14:00-18:30; Sa 10:00-13:00",
        "text": "vendredi et samedi, sauf réunion",
        "left": "sauf réunion",
    },
    "notes": "NOTE PRIVÉE",
    "financeurs": ["FINANCEUR PRIVÉ"],
    "practices": {
        "libre_acces": {"state": "offered", "postes": 6, "accompagnement": ["alone", "person"]},
        "wifi": {"state": "offered", "barrieres": ["card"]},
        "formation": {
            "state": "offered",
            "niveau": ["beginner"],
            "frais": ["free"],
            "inscription": "À l’accueil",
        },
        "reparation": {"state": "planned"},
        "vente": {"state": "ended"},
    },
}
