"""HSDS 3.0 (Open Referral): one table for each object, as JSON and as a ZIP of CSV, the same bytes for the
same places.
"""

import io
import re
import uuid
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from maillage.kernel.disk import write_whole
from maillage.kernel.spreadsheet import as_csv
from maillage.publishing.directory.formats import table
from maillage.publishing.directory.formats.data_inclusion import SIRET
from maillage.publishing.directory.formats.published import (
    Published,
    Remark,
    as_json,
    closure,
    departement,
    joined,
    ordered,
    point,
    practice_text,
    value_text,
)
from maillage.reference import offer, standards
from maillage.reference.sheet import Sheet
from maillage.sources import cog
from maillage.sources.offer.own_services import SERVICE_NAME

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:maillage:hsds")
ARCHIVE = "hsds-3.0.zip"
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the date of every file of the archive: the same bytes twice
NATIONAL, OWN_PRACTICES, TABLE = "mednum-1.0.2", "maillage-pratiques", "maillage-tableau"
STATUS = {"offered": "active", "planned": "inactive", "ended": "defunct"}
PIVOTS = {SIRET.pattern: "FR-SIRET", r"W\d{9}": "FR-RNA", r"\d{9}": "FR-SIREN", r"\w{10}": "FR-RIDET"}
TYPOLOGY = "typologie"
ELIGIBILITY = ("publics", "ages", "residence", "prise_en_charge")
PRICE = ("frais", "frais_precisions")
LISTED_FIELDS = ("horaires", "langues", *ELIGIBILITY, *PRICE)
ADDRESS = ("adresse", "complement_adresse", "commune", "code_postal")
POINT = ("latitude", "longitude", "precision")
FIRST_ONLY = ("courriels", "site_web", "fiche_acces_libre", "prise_rdv")  # the standard holds one of them
OWN_ATTRIBUTE = "maillage:"  # how the type of an attribute begins, before a column of our own table

Cells = dict[str, object]  # of an object of the standard: its fields are read in standards.hsds()
Tables = dict[str, list[Cells]]


def tables(places: Iterable[Published]) -> Tables:
    """Return the rows of every object, a field absent when unknown: the taxonomies, then the places by id.

    A place is a location; its structure an organization; what it does, a service, and one more for each
    practice it says.
    """
    out: dict[str, dict[str, Cells]] = {name: {} for name in standards.hsds()}
    for name, row in chain(_taxonomies(), *map(_place, ordered(places))):
        out[name].setdefault(str(row["id"]), row)  # a structure comes with each of its places
    return {name: list(rows.values()) for name, rows in out.items()}


def uid(kind: str, *names: str) -> str:
    """Return the identifier of a thing, always the same: it depends only on its kind and on our own names for
    it.
    """
    return str(uuid.uuid5(NAMESPACE, "/".join((kind, *names))))


def _row(kind: str, names: Sequence[str], **fields: Any) -> tuple[str, Cells]:
    return kind, {
        "id": uid(kind, *names),
        **{name: value for name, value in fields.items() if value not in (None, "", [])},
    }


def _place(place: Published) -> Iterator[tuple[str, Cells]]:  # noqa: C901
    s, id = place.sheet, place.id
    organization, location, service = (
        uid("organization", place.structure_id),
        uid("location", id),
        uid("service", id),
    )
    located = point(s)
    pivot = str(s.get("pivot", ""))
    registry = scheme(pivot)
    holder = place.structure_name or place.name
    yield _row("organization", [place.structure_id], name=holder, description=holder)
    if registry:
        yield _row(
            "organization_identifier",
            [place.structure_id, pivot],
            organization_id=organization,
            identifier_type=registry,
            identifier=pivot,
        )
    yield _row(
        "location",
        [id],
        location_type="physical",
        organization_id=organization,
        name=s.get("nom"),
        description=s.get("presentation_resume"),
        transportation=s.get("venir"),
        latitude=located[0] if located else None,
        longitude=located[1] if located else None,
        external_identifier=pivot if registry else None,
        external_identifier_type=registry,
    )
    if addressed(s):
        yield _row(
            "address",
            [id],
            location_id=location,
            address_1=s["adresse"],
            address_2=s.get("complement_adresse"),
            city=s["commune"],
            state_province=_departement_name(departement(s)),
            postal_code=s["code_postal"],
            country="FR",
            address_type="physical",
        )
    for column, text in {"id": str(s.get("id") or id), **_own_cells(s)}.items():
        yield _row(
            "attribute",
            [location, column],
            link_id=location,
            taxonomy_term_id=uid("taxonomy_term", TABLE, "cellule"),
            link_type=OWN_ATTRIBUTE + column,
            link_entity="location",
            value=text,
        )
    yield _row(
        "service",
        [id],
        organization_id=organization,
        name=SERVICE_NAME,
        description=s.get("presentation_detail"),
        url=next(iter(s.get("site_web", ())), None),
        email=next(iter(s.get("courriels", ())), None),
        status="active",
        application_process=_lines(
            _labelled(s, "modalites_acces"),
            s.get("acces_precisions"),
            _labelled(s, "barrieres"),
            s.get("avant_de_venir"),
        ),
        fees_description=s.get("frais_precisions"),
        accreditations=joined(s.get("autres_formations_labels", [])),
        eligibility_description=_lines(
            _labelled(s, "publics_specifiquement_adresses"),
            s.get("publics_precisions"),
            _labelled(s, "publics_fragiles"),
        ),
        alert=_lines(*(f"Fermé {closure(closing)}" for closing in s.get("fermetures", ()))),
        assured_date=place.confirmed_on.isoformat() if place.confirmed_on else None,
        last_modified=f"{place.date_maj}T00:00:00.000Z" if place.date_maj else None,
    )
    yield _row("service_at_location", [id], service_id=service, location_id=location)
    for number in s.get("telephone", ()):
        yield _row("phone", [id, number], location_id=location, number=number, type="voice")
    for language in s.get("langues", ()):
        yield _row("language", [id, language], location_id=location, name=language)
    for page in s.get("fiche_acces_libre", ())[:1]:
        yield _row("accessibility", [id], location_id=location, url=page)
    for stop in s.get("etapes", ()):
        stopped = uid("location", id, stop)
        yield _row("location", [id, stop], location_type="physical", organization_id=organization, name=stop)
        yield _row("service_at_location", [id, stop], service_id=service, location_id=stopped)
    link = next(iter(s.get("prise_rdv", ())), None)
    yield from _schedules([id], s.get("horaires", {}), link, location_id=location)
    for option in s.get("frais_a_charge", ()):
        yield _row("cost_option", [id, option], service_id=service, **_cost(option))
    for field, slugs in s.items():
        if field in _national_lists():
            for slug in slugs:
                yield _attribute(service, field, field, slug)
    for practice, details in s.get("practices", {}).items():
        yield from _practice(place, practice, details)


def _practice(place: Published, practice: str, details: Mapping[str, Any]) -> Iterator[tuple[str, Cells]]:
    """Yield the service for a practice, with its own conditions, hours, prices and languages."""
    names = [place.id, practice]
    service = uid("service", *names)
    rest = [name for name in details if name not in LISTED_FIELDS]
    yield _row(
        "service",
        names,
        organization_id=uid("organization", place.structure_id),
        name=offer.practices()[practice].label,
        status=STATUS[details["state"]],
        application_process=practice_text(details, *rest) if rest else None,
        eligibility_description=practice_text(details, *ELIGIBILITY),
        fees_description=practice_text(details, *PRICE),
        last_modified=f"{place.date_maj}T00:00:00.000Z" if place.date_maj else None,
    )
    yield _row("service_at_location", names, service_id=service, location_id=uid("location", place.id))
    yield from _schedules(names, details.get("horaires", {}), None, service_id=service)
    for option in details.get("frais", ()):
        yield _row("cost_option", [*names, option], service_id=service, **_cost(option))
    for language in details.get("langues", ()):
        yield _row("language", [*names, language], service_id=service, name=language)
    yield _attribute(service, "pratique", OWN_PRACTICES, practice)


def _own_cells(s: Sheet) -> dict[str, str]:
    """Return the cells of our own table for what the objects of the standard hold only in part, or in a
    sentence: whoever reads our table reads the place whole.
    """
    standard_fields = {
        *("nom", "telephone", "presentation_resume", "presentation_detail"),
        *("venir", "frais_precisions", "langues", "etapes", "date_maj", "source", "pivot"),
        *_national_lists(),
        *(name for name in FIRST_ONLY if len(s.get(name, ())) == 1),
        *(ADDRESS if addressed(s) else ()),
        *(POINT if point(s) is None else ()),
        *(
            ("horaires",)
            if not {*s.get("horaires", {}).values()} - {s.get("horaires", {}).get("osm")}
            else ()
        ),
    }
    own_fields = {name: value for name, value in s.items() if name not in standard_fields}
    plain = {"offered", "planned"}  # in the status of their services; those that ended are told apart
    own_fields["practices"] = {
        id: conditions
        for id, conditions in s.get("practices", {}).items()
        if set(conditions) != {"state"} or conditions["state"] not in plain
    }
    return dict(table.cells_of(own_fields))


def _attribute(service: str, kind: str, field: str, slug: str) -> tuple[str, Cells]:
    return _row(
        "attribute",
        [service, field, slug],
        link_id=service,
        taxonomy_term_id=uid("taxonomy_term", field, slug),
        link_type=kind,
        link_entity="service",
    )


def _cost(option: str) -> Cells:
    """Return a price: free is zero euro; paid has no amount until somebody enters one."""
    free: Cells = {"amount": 0, "currency": "EUR"} if option == "free" else {}
    return {"option": offer.lists()["frais_a_charge"].values[option].label, **free}


def scheme(pivot: str) -> str:
    """Return the registry that a pivot belongs to, '' when it has the form of none."""
    return next((name for shape, name in PIVOTS.items() if re.fullmatch(shape, pivot)), "")


def addressed(s: Sheet) -> bool:
    """Return True if a sheet has the address that HSDS requires: a street, a commune and a postcode."""
    return all(s.get(field) for field in ("adresse", "commune", "code_postal"))


@cache
def _departement_names() -> dict[str, str]:
    table = cog.communes()
    return dict(zip(table["departement"].tolist(), table["departement_name"].tolist(), strict=True))


def _departement_name(code: str) -> str:
    return str(_departement_names().get(code) or code)


def _labelled(s: Sheet, field: str) -> str:
    return (
        f"{offer.fields()[field].label} : {value_text(offer.fields()[field], s[field])}" if field in s else ""
    )


def _lines(*parts: str | None) -> str:
    return "\n".join(part for part in parts if part)


# ------------------------------------------------------------------------------------------------- taxonomies


@cache
def _national_lists() -> frozenset[str]:
    """Return the fields that become attributes: the closed lists of the national schema, and its types of
    places.
    """
    return frozenset(field.id for field in offer.fields().values() if field.lmn and field.kind == "list") | {
        TYPOLOGY
    }


def _taxonomies() -> Iterator[tuple[str, Cells]]:
    """Yield the taxonomies and all their terms, used or not, in the order of our lists."""
    yield _row(
        "taxonomy",
        [NATIONAL],
        name=NATIONAL,
        description="Listes du standard national des lieux de médiation numérique",
        version="1.0.2",
    )
    yield _row(
        "taxonomy",
        [OWN_PRACTICES],
        name=OWN_PRACTICES,
        description="Pratiques d’un lieu, selon Maillage",
        version="1",
    )
    yield _row(
        "taxonomy",
        [TABLE],
        name=TABLE,
        description="Ce qu’un lieu dit de plus : le type d’un attribut nomme une colonne de notre tableau",
        version="1",
    )
    yield _term(TABLE, TABLE, "cellule", "Cellule du tableau de Maillage", "Une colonne et sa valeur.")
    for field in offer.fields().values():
        if field.id in _national_lists():
            yield _term(NATIONAL, field.id, "", field.label, field.label)
            for slug, name, description in _values(field.id):
                yield _term(NATIONAL, field.id, slug, name, description)
    for practice in offer.practices().values():
        yield _term(OWN_PRACTICES, OWN_PRACTICES, practice.id, practice.label, practice.need)


def _values(field: str) -> Iterator[tuple[str, str, str]]:
    if field != TYPOLOGY:
        for value in offer.lists()[field].values.values():
            yield value.id, value.label, value.plain
        return
    for kind in offer.kinds().values():
        for code in kind.codes:
            yield code, code, kind.label


def _term(taxonomy: str, field: str, slug: str, name: str, description: str) -> tuple[str, Cells]:
    return _row(
        "taxonomy_term",
        [field, slug],
        code=f"{field}/{slug}" if slug else field,
        name=name,
        description=description,
        parent_id=uid("taxonomy_term", field, "") if slug and taxonomy == NATIONAL else None,
        taxonomy=taxonomy,
        language="fr",
        taxonomy_id=uid("taxonomy", taxonomy),
    )


# ------------------------------------------------------------------------------------------------------ hours

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
SPAN = r"\d{1,2}:\d{2}-\d{1,2}:\d{2}"
RULE = re.compile(
    rf"(?:(?P<days>\w\w(?:[-,]\w\w)*)\s+)?(?P<spans>{SPAN}(?:\s*,\s*{SPAN})*|off|closed)", re.IGNORECASE
)
APART_DAYS = re.compile(
    r"(?:PH|SH|PH,SH|SH,PH) (?:off|closed)", re.IGNORECASE
)  # holidays: said in the text only


def _schedules(
    names: Sequence[str], hours: Mapping[str, str], link: str | None, **owner: str
) -> Iterator[tuple[str, Cells]]:
    """Yield a schedule for each time slot of the week, or one that only holds the text when hours are too
    complex.
    """
    if not hours and not link:
        return
    text = hours.get("osm") or hours.get("text")
    spans = weekly(hours.get("osm", "")) or [("", "", "")]
    for days, opens, closes in spans:
        week = {"wkst": "MO", "freq": "WEEKLY", "interval": 1, "notes": "Heures locales"} if days else {}
        yield _row(
            "schedule",
            [*names, days, opens],
            **owner,
            **week,
            byday=days,
            opens_at=opens,
            closes_at=closes,
            description=text,
            schedule_link=link,
        )


def weekly(osm: str) -> list[tuple[str, str, str]]:
    """Return hours as (days, opening, closing) of a plain week, days in RRULE form; [] when they are too
    complex.

    A later rule replaces an earlier one for its days, as OpenStreetMap has it. Dates, weeks, comments, first
    Mondays and nights past midnight are not simple; closing on holidays is let by, since a week cannot say
    it.

    >>> weekly("Mo-Fr 09:00-12:00,14:00-18:30; Sa 8:30-12:00; PH off")
    [('MO,TU,WE,TH,FR', '09:00', '12:00'), ('MO,TU,WE,TH,FR', '14:00', '18:30'), ('SA', '08:30', '12:00')]
    """
    by_day: dict[str, list[tuple[str, str]]] = {}
    for part in filter(None, (piece.strip() for piece in osm.split(";"))):
        if APART_DAYS.fullmatch(part):
            continue
        rule = RULE.fullmatch(part)
        days = _days(rule["days"]) if rule else []
        if not rule or not days:
            return []
        spans = (
            []
            if rule["spans"].lower() in ("off", "closed")
            else [_span(span) for span in rule["spans"].split(",")]
        )
        if any(opens >= closes or closes > "23:59" for opens, closes in spans):
            return []
        by_day.update(dict.fromkeys(days, spans))
    days_by_span: dict[tuple[str, str], list[str]] = {}
    for day in DAYS:
        for span in by_day.get(day, ()):
            days_by_span.setdefault(span, []).append(day)
    return [(",".join(days), *span) for span, days in days_by_span.items()]


def _days(text: str | None) -> list[str]:
    """Return the days of « Mo-We,Fr », every day for None; [] when a word is not a day."""
    if text is None:
        return list(DAYS)
    days: list[str] = []
    for part in text.upper().split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            return []
        at, to = DAYS.index(first), DAYS.index(last or first)
        days += [DAYS[k % 7] for k in range(at, (to if to >= at else to + 7) + 1)]
    return days


def _span(text: str) -> tuple[str, str]:
    opens, closes = (time.strip().zfill(5) for time in text.split("-"))
    return opens, closes


# ------------------------------------------------------------------------------------------------------- file


def remarks(places: Iterable[Published]) -> list[Remark]:
    """Return the places exported without an address, because HSDS takes it whole or not at all: what is known
    of it is said in attributes.
    """
    return [
        Remark(index, place.id, place.name, "adresse", "adresse incomplète, dite en attributs")
        for index, place in enumerate(ordered(places), 1)
        if not addressed(place.sheet)
    ]


def archive(rows_by_file: Tables) -> bytes:
    """Return the ZIP of CSV, named and ordered as the schema says."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, schema in standards.hsds().items():
            entry = zipfile.ZipInfo(schema["path"], FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            file.writestr(entry, as_csv(list(schema["properties"]), rows_by_file[name]))
    return out.getvalue()


def write(path: Path, places: Sequence[Published], *, on: date) -> list[str]:
    """Write a folder: one JSON file for each object, and the ZIP of CSV; return in French what is exported in
    part.
    """
    rows_by_file = tables(places)
    for name, rows in rows_by_file.items():
        write_whole(path / f"{name}.json", as_json(rows))
    write_whole(path / ARCHIVE, archive(rows_by_file))
    return [remark.sentence for remark in remarks(places)]
