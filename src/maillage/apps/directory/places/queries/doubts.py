"""The doubts that remain about a sheet, in the words of its public page."""

from collections.abc import Mapping

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Lieu
from maillage.reference import offer
from maillage.words.languages import say, to_say
from maillage.words.wording import in_series

OFFERED, CARRIED = to_say("Ce que vous y trouvez"), to_say("Qui porte ce lieu")
# The part of the page where each field is read; any other is under who runs the place.
PARTS: Mapping[str, str] = {
    **dict.fromkeys(rules.PLACED | {"complement_adresse"}, to_say("Adresse")),
    **dict.fromkeys(("horaires", "fermetures"), to_say("Horaires")),
    **dict.fromkeys(("telephone", "courriels", "site_web", "prise_rdv"), to_say("Contact")),
    **dict.fromkeys(("frais_a_charge", "frais_precisions"), to_say("Prix")),
    **dict.fromkeys(("services", "practices", "sans", "modalites_accompagnement"), OFFERED),
    **dict.fromkeys(
        (
            *("avant_de_venir", "modalites_acces", "acces_precisions", "barrieres", "langues"),
            *("publics_specifiquement_adresses", "publics_precisions", "publics_fragiles"),
            "prise_en_charge_specifique",
        ),
        to_say("Avant de venir"),
    ),
    **dict.fromkeys(("venir", "quartier", "itinerance", "etapes", "hors_les_murs_ou"), to_say("Venir")),
}


def fields(lieu: Lieu) -> list[str]:
    """Return the public fields in doubt: those its file left to check, and hours that were not all
    understood. A list that does not read what is to check knows the hours alone.
    """
    doubted = [str(each["field"]) for each in lieu.__dict__.get("to_check", ())]
    if lieu.sheet.get("horaires", {}).get("left"):
        doubted.append("horaires")
    hidden = {field.id for field in offer.fields().values() if field.private} | {*rules.FOLLOWING}
    return [field for field in dict.fromkeys(doubted) if field not in hidden]


def in_words(lieu: Lieu) -> str:
    """Return the parts of the page that are in doubt, in words; '' for none."""
    return in_series(list(dict.fromkeys(map(_part, fields(lieu)))))


def _part(field: str) -> str:
    practice = offer.practices().get(field.partition(".")[0])
    return say(practice.label if practice else PARTS.get(field, CARRIED))
