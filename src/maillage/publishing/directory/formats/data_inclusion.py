"""data·inclusion, schema v1: a structure and a service for each place, and the quality score of a service."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypedDict

from maillage.kernel.disk import write_whole
from maillage.publishing.directory.formats.published import (
    Published,
    Remark,
    as_json,
    departement,
    labels,
    ordered,
    point,
    practice_text,
    value_text,
)
from maillage.reference import offer
from maillage.reference.sheet import Sheet
from maillage.sources.offer.own_services import CONDITIONAL, SERVICE_NAME, SOURCE

SHORTEST_NAME, LONGEST_NAME = 3, 150
SHORTEST_TEXT, LONGEST_TEXT = 5, 10_000
OLDEST = date(2000, 1, 1)
SIRET = re.compile(r"(?!0{14})\d{14}")

# Only the types of structures that are a network of data·inclusion under another name.
NETWORKS_BY_CODE = {
    "CCAS": "ccas-cias",
    "CIAS": "ccas-cias",
    "MJC": "mjc",
    "ML": "mission-locale",
    "PIMMS": "pimms-mediation",
    "LA_POSTE": "la-poste",
    "EPN": "espaces-publics-numeriques",
    "MUNI": "communes",
    "CD": "departements",
    "DEPT": "departements",
    "FT": "france-travail",
    "MSAP": "msap",
    "RESSOURCERIE": "ressourceries",
}
TYPES = {
    "alone": "aide-materielle",
    "group": "atelier",
    "person": "accompagnement",
}  # the first that a place has


class Address(TypedDict):
    """The address of a place, as the schema writes it; None when unknown."""

    commune: str | None
    code_postal: str | None
    code_insee: str | None
    adresse: str | None
    complement_adresse: str | None
    longitude: float | None
    latitude: float | None


class Structure(Address):
    """The 20 fields of a structure, and the two that the API adds."""

    source: str
    id: str
    nom: str
    date_maj: str | None
    description: str | None
    lien_source: str | None
    siret: str | None
    telephone: str | None
    courriel: str | None
    site_web: str | None
    horaires_accueil: str | None
    accessibilite_lieu: str | None
    reseaux_porteurs: list[str] | None
    adresse_certifiee: bool
    score_qualite: float


class Service(Address):
    """The 33 fields of a service."""

    source: str
    structure_id: str
    id: str
    nom: str
    description: str
    lien_source: str | None
    date_maj: str | None
    type: str | None
    thematiques: list[str] | None
    frais: str | None
    frais_precisions: str | None
    publics: list[str]
    publics_precisions: str | None
    conditions_acces: str | None
    telephone: str | None
    courriel: str | None
    modes_accueil: list[str]
    zone_eligibilite: list[str] | None
    contact_nom_prenom: str | None
    lien_mobilisation: str | None
    modes_mobilisation: list[str] | None
    mobilisable_par: list[str]
    mobilisation_precisions: str | None
    volume_horaire_hebdomadaire: float | None
    nombre_semaines: int | None
    horaires_accueil: str | None


class ListedService(Service):
    """A service, and the two fields that the API adds."""

    adresse_certifiee: bool
    score_qualite: float


class Duplicate(TypedDict):
    """A structure that may be the same one."""

    source: str
    id: str


def structure(place: Published, *, on: date) -> Structure:
    """Return the structure of a place: the 20 fields of the schema, None when unknown, and the two that the
    API adds.

    on: the day the score is computed.
    """
    s = place.sheet
    pivot = str(s.get("pivot", ""))
    return {
        "source": SOURCE,
        "id": identifier(place.id),
        "nom": shortened(str(s.get("nom", ""))),
        "date_maj": place.date_maj or None,
        "description": _text(s.get("presentation_resume")),
        "lien_source": None,
        "siret": pivot if SIRET.fullmatch(pivot) else None,
        **_address(s),
        "telephone": _phone(s),
        "courriel": _first(s, "courriels"),
        "site_web": _first(s, "site_web"),
        "horaires_accueil": s.get("horaires", {}).get("osm"),
        "accessibilite_lieu": _first(s, "fiche_acces_libre"),
        "reseaux_porteurs": networks(s) or None,
        "adresse_certifiee": False,
        "score_qualite": quality(_service(place), on)[0],
    }


def services(place: Published, *, on: date) -> list[ListedService]:
    """Return the services of a place, today a single one: the 33 fields of the schema, and the two that the
    API adds.
    """
    service = _service(place)
    return [{**service, "adresse_certifiee": False, "score_qualite": quality(service, on)[0]}]


def duplicates(place: Published) -> list[Duplicate]:
    """Return the possible duplicates of a place, as the API lists them beside a structure."""
    return [{"source": SOURCE, "id": identifier(id)} for id in place.duplicates]


def identifier(id: str) -> str:
    return f"{SOURCE}--{id}"


def _service(place: Published) -> Service:
    s = place.sheet
    frais, precisions = _price(s)
    # The description of the service: the long text, else the short one, else the names of the services.
    listed = ", ".join(labels(offer.fields()["services"], s.get("services", ())))
    return {
        "source": SOURCE,
        "structure_id": identifier(place.id),
        "id": identifier(place.id),
        "nom": SERVICE_NAME,
        "description": (
            _text(s.get("presentation_detail"))
            or _text(s.get("presentation_resume"))
            or listed
            or SERVICE_NAME
        ),
        "lien_source": None,
        "date_maj": place.date_maj or None,
        "type": next(
            (type for way, type in TYPES.items() if way in s.get("modalites_accompagnement", ())), None
        ),
        "thematiques": _values(s, "services") or None,
        "frais": frais,
        "frais_precisions": precisions,
        "publics": [*_values(s, "publics_specifiquement_adresses"), *_values(s, "prise_en_charge_specifique")]
        or ["tous-publics"],
        "publics_precisions": _sentences(
            s.get("publics_precisions"),
            _labelled(s, "prise_en_charge_specifique"),
            _labelled(s, "publics_fragiles"),
        ),
        "conditions_acces": _sentences(s.get("acces_precisions"), _labelled(s, "barrieres"), *_conditions(s)),
        **_address(s),
        "telephone": _phone(s),
        "courriel": _first(s, "courriels"),
        "modes_accueil": [
            *(["a-distance"] if "remote" in s.get("modalites_accompagnement", ()) else []),
            "en-presentiel",
        ],
        "zone_eligibilite": [departement(s)] if departement(s) else None,
        "contact_nom_prenom": None,
        "lien_mobilisation": _first(s, "prise_rdv"),
        "modes_mobilisation": _values(s, "modalites_acces") or None,
        "mobilisable_par": ["usagers", "professionnels"],
        "mobilisation_precisions": _sentences(*_unmapped(s, "modalites_acces"), s.get("avant_de_venir")),
        "volume_horaire_hebdomadaire": None,
        "nombre_semaines": None,
        "horaires_accueil": s.get("horaires", {}).get("osm"),
    }


def _address(s: Sheet) -> Address:
    located = point(s)
    return {
        "commune": s.get("commune"),
        "code_postal": s.get("code_postal"),
        "code_insee": s.get("code_insee"),
        "adresse": s.get("adresse"),
        "complement_adresse": s.get("complement_adresse"),
        "longitude": located[1] if located else None,
        "latitude": located[0] if located else None,
    }


def shortened(text: str) -> str:
    """Return a name as the schema wants it: without a final full stop, 150 characters at most."""
    bare = text if text.endswith("etc.") else text.rstrip(".").rstrip()
    return bare if len(bare) <= LONGEST_NAME else bare[: LONGEST_NAME - 1] + "…"


def _text(text: Any) -> str | None:
    if text is None or len(text) < SHORTEST_TEXT:
        return None
    return str(text) if len(text) <= LONGEST_TEXT else str(text)[: LONGEST_TEXT - 1] + "…"


def _values(s: Sheet, field: str) -> list[str]:
    """Return the values of data·inclusion for those of a closed list, each once, in the order of the
    sheet.
    """
    values = offer.lists()[field].values
    return list(dict.fromkeys(other for slug in s.get(field, ()) for other in values[slug].di))


def networks(s: Sheet) -> list[str]:
    """Return the networks a place belongs to: its programmes, its labels, then its types."""
    named = (
        offer.lists()[field].values[slug].network
        for field in ("dispositif_programmes_nationaux", "formations_labels")
        for slug in s.get(field, ())
    )
    typed = (NETWORKS_BY_CODE.get(code, "") for code in s.get("typologie", ()))
    return [network for network in dict.fromkeys([*named, *typed]) if network]


def _price(s: Sheet) -> tuple[str | None, str | None]:
    """Return `frais` and its details: paid as soon as anything is, then the other prices in full."""
    price_ids = s.get("frais_a_charge", ())
    kinds = _values(s, "frais_a_charge")
    if len(price_ids) > 1:
        note = value_text(offer.fields()["frais_a_charge"], price_ids)
    else:
        note = CONDITIONAL if "conditional" in price_ids else ""
    detail = s.get("frais_precisions", "")
    precisions = f"{note} : {detail}" if note and detail else note or detail
    return ("payant" if "payant" in kinds else kinds[0] if kinds else None), precisions or None


def _labelled(s: Sheet, field: str) -> str:
    known = offer.fields()[field]
    return f"{known.label} : {value_text(known, s[field])}" if field in s else ""


def _unmapped(s: Sheet, field: str) -> Iterator[str]:
    """Yield the labels for which data·inclusion has no value, or only a less precise one."""
    for slug in s.get(field, ()):
        value = offer.lists()[field].values[slug]
        if not value.di or slug == "prescribe":
            yield value.label


def _conditions(s: Sheet) -> Iterator[str]:
    """Yield a sentence for each practice with known conditions: referred by whom, for whom, with what."""
    for id, details in s.get("practices", {}).items():
        if details["state"] == "offered" and (text := practice_text(details)):
            yield f"{offer.practices()[id].label} : {text}"


def has_conditions(s: Sheet) -> bool:
    return any(_conditions(s))


def _sentences(*parts: str | None) -> str | None:
    return "\n".join(part for part in parts if part) or None


def _first(s: Sheet, field: str) -> str | None:
    return next(iter(s.get(field, ())), None)


def _phone(s: Sheet) -> str | None:
    """Return one number: the first that can be called from anywhere, else a short one."""
    numbers = s.get("telephone", ())
    return next((number for number in numbers if number.startswith("+")), _first(s, "telephone"))


# ---------------------------------------------------------------------------------------------------- quality

FRESH, STALE = 180, 730  # days: six months and two years as data·inclusion counts them
UNDATED = ("agefiph", "france-travail")  # sources whose dates data·inclusion does not judge
MISSING = {
    "adresse_bien_definie": "l’adresse, puisqu’on y vient",
    "modes_mobilisation_bien_definis": "comment prendre contact, et qui peut le faire",
    "au_moins_un_public": "pour qui",
    "au_moins_une_thematique": "au moins un service",
    "au_moins_un_moyen_de_contact": "un téléphone, une adresse e-mail ou un lien",
    "courriel_bien_defini": "l’adresse e-mail, puisqu’on peut écrire",
    "telephone_bien_defini": "le téléphone, puisqu’on peut appeler",
    "date_maj_recente": "une confirmation de moins de six mois",
    "frais_bien_definis": "le prix",
    "description_bien_definie": "une présentation de 200 à 2 000 caractères",
}


def quality(service: Service, on: date) -> tuple[float, dict[str, float]]:
    """Return the score of a service, 0 to 1, and what each applicable criterion gives.

    The algorithm of data·inclusion: mean of the criteria that apply, each rounded to two decimals. Where
    theirs gives 0 at exactly 180 days, ours gives 1. on: the day it is computed. Raises ValueError without a
    description, as theirs.
    """
    scores = {name: round(value, 2) for name, value in _criteria(service, on).items() if value is not None}
    return round(sum(scores.values()) / len(scores), 2), scores


def missing(service: Service, on: date) -> list[str]:
    """Return in French what a service still needs to score 1, in the order of the criteria."""
    return [MISSING[name] for name, value in quality(service, on)[1].items() if value < 1]


def _criteria(service: Service, on: date) -> dict[str, float | None]:
    modes = service["modes_mobilisation"] or ()
    on_site = "en-presentiel" in (service["modes_accueil"] or ()) or "se-presenter" in modes
    return {
        "adresse_bien_definie": _when(on_site, service["adresse"]),
        "modes_mobilisation_bien_definis": 0.5 * bool(modes) + 0.5 * bool(service["mobilisable_par"]),
        "au_moins_un_public": float(bool(service["publics"])),
        "au_moins_une_thematique": float(bool(service["thematiques"])),
        "au_moins_un_moyen_de_contact": float(
            any(
                (service["courriel"], service["lien_mobilisation"], service["telephone"]),
            ),
        ),
        "courriel_bien_defini": _when("envoyer-un-courriel" in modes, service["courriel"]),
        "date_maj_recente": None if service["source"] in UNDATED else _recent(service["date_maj"], on),
        "frais_bien_definis": _priced(service),
        "description_bien_definie": _described(len(service["description"])),
        "telephone_bien_defini": _when("telephoner" in modes, service["telephone"]),
    }


def _when(applies: bool, value: Any) -> float | None:
    return float(bool(value)) if applies else None


def _recent(date_maj: str | None, on: date) -> float:
    if not date_maj:
        return 0.0
    age = (on - date.fromisoformat(date_maj)).days
    return min(1.0, max(0.0, (STALE - age) / (STALE - FRESH)))


def _priced(service: Service) -> float:
    if service["frais"] == "payant":
        return 1.0 if service["frais_precisions"] else 0.5
    return float(bool(service["frais"]))


def _described(length: int) -> float:
    if not length:
        raise ValueError("a service without a description has no score: the schema requires one.")
    return 0.0 if length < 50 else 0.5 if length < 200 or length >= 2000 else 1.0


# ------------------------------------------------------------------------------------------------------- file


def rows(
    places: Iterable[Published], *, on: date
) -> tuple[list[Structure], list[ListedService], list[Remark]]:
    """Return the structures and the services that the schema accepts, by id, and the places left out."""
    structures: list[Structure] = []
    all_services: list[ListedService] = []
    remarks: list[Remark] = []
    for index, place in enumerate(ordered(places), 1):
        listed_structure = structure(place, on=on)
        if fault := _fault(listed_structure, on):
            remarks.append(Remark(index, place.id, place.name, *fault))
        else:
            structures.append(listed_structure)
            all_services += services(place, on=on)
    return structures, all_services, remarks


def _fault(listed_structure: Structure, on: date) -> tuple[str, str] | None:
    """Return the required field that the schema rejects, and why, in French."""
    if not listed_structure["nom"]:
        return "nom", "nom manquant, champ exigé par le format"
    if len(listed_structure["nom"]) < SHORTEST_NAME:
        return "nom", f"nom de moins de {SHORTEST_NAME} caractères, refusé par le format"
    if not listed_structure["date_maj"]:
        return "date_maj", "date de mise à jour manquante, champ exigé par le format"
    if not OLDEST.isoformat() <= listed_structure["date_maj"] <= on.isoformat():
        return (
            "date_maj",
            f"date de mise à jour « {listed_structure['date_maj']} » avant 2000 ou à venir, refusée par le"
            " format",
        )
    return None


def write(path: Path, places: Sequence[Published], *, on: date) -> list[str]:
    """Write structures.json and services.json in a folder; return in French the places left out."""
    structures, all_services, remarks = rows(places, on=on)
    write_whole(path / "structures.json", as_json(structures))
    write_whole(path / "services.json", as_json(all_services))
    return [remark.sentence for remark in remarks]
