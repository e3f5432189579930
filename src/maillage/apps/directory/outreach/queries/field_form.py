"""The form of a census for ODK Collect: an XLSForm whose answers our import reads by their names."""

from collections.abc import Iterator

from maillage.apps.directory.outreach.queries.census import Ground
from maillage.reference import offer

# Columns of the national standard, in the order of a visit: the type of ODK, the field, what to answer.
QUESTIONS = (
    ("select_one_from_file organismes.csv", "organisme", "L’organisme de la liste, s’il y est"),
    ("text", "nom", ""),
    ("text", "adresse", "Le numéro et la rue"),
    ("text", "code_postal", ""),
    ("text", "commune", ""),
    ("geopoint", "point", "Devant l’entrée"),
    ("text", "telephone", "Celui du lieu, jamais celui d’une personne"),
    ("text", "courriels", "Celle du lieu, jamais celle d’une personne"),
    ("text", "site_web", ""),
    ("text", "horaires", "Comme ils sont affichés : lundi 9h-12h, 14h-17h"),
    ("select_multiple", "services", ""),
    ("select_multiple", "modalites_accompagnement", ""),
    ("select_multiple", "frais_a_charge", ""),
    ("select_multiple", "publics_specifiquement_adresses", "Aucun si tout le monde est accueilli de même"),
    ("select_multiple", "prise_en_charge_specifique", ""),
    ("select_multiple", "modalites_acces", ""),
    ("text", "presentation_resume", ""),
)
LABELS = {"organisme": "Quel organisme ?", "point": "Où est le lieu ?"}
REQUIRED = frozenset({"nom", "commune"})


def tables(ground: Ground) -> dict[str, list[dict[str, str]]]:
    """Return the rows of each sheet of the form."""
    return {
        "survey": list(_survey()),
        "choices": list(_choices()),
        "settings": [
            {
                "form_title": f"Recensement : {ground.name}",
                "form_id": f"recensement-{ground.place}",
                "default_language": "fr",
            }
        ],
    }


def _survey() -> Iterator[dict[str, str]]:
    fields = offer.fields()
    for kind, name, hint in QUESTIONS:
        yield {
            "type": f"{kind} {name}" if kind == "select_multiple" else kind,
            "name": name,
            "label": LABELS.get(name) or fields[name].label,
            "hint": hint,
            "required": "yes" if name in REQUIRED else "",
        }


def _choices() -> Iterator[dict[str, str]]:
    """Yield the choices of the standard. A name holds no space, which parts answers: the label with
    underscores, which the import reads as the label.
    """
    for kind, name, _ in QUESTIONS:
        for value in offer.lists()[name].values.values() if kind == "select_multiple" else ():
            words = "".join(sign if sign.isalnum() else " " for sign in value.label).split()
            yield {"list_name": name, "name": "_".join(words), "label": value.label}
