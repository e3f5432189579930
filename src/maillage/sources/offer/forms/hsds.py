"""HSDS 3.0 (Open Referral), whatever the shape it is given in: an archive or a folder of tables, one document
that holds them, or the nested services of an API. Each location becomes a row.

Source: https://docs.openreferral.org/en/v3.0.1/hsds/
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from maillage.kernel.names import plain
from maillage.sources.offer.forms import tables
from maillage.sources.offer.forms.flat import JOIN
from maillage.sources.offer.forms.sheet import Record, Remarks, Sheet, finished, listed, spaced
from maillage.sources.offer.forms.tables import Row, Tables

NEEDED = {"service", "location", "service_at_location"}  # without these three, nothing says what is where
TABLES = NEEDED | {
    *("organization", "organization_identifier", "address", "phone", "schedule", "language", "accessibility"),
    *(
        "cost_option",
        "attribute",
        "taxonomy",
        "taxonomy_term",
        "contact",
        "program",
        "metadata",
        "url",
        "funding",
    ),
    *("service_area", "required_document", "service_capacity", "unit", "eligibility"),
}
# The objects that the API nests in another, by the name it gives them there, and their table.
WITHIN = {
    "phones": "phone",
    "schedules": "schedule",
    "languages": "language",
    "cost_options": "cost_option",
    "addresses": "address",
    "accessibility": "accessibility",
    "attributes": "attribute",
    "organization_identifiers": "organization_identifier",
}
ADDRESS = {
    "adresse": "address_1",
    "complement_adresse": "address_2",
    "commune": "city",
    "code_postal": "postal_code",
}
PRACTICES = "maillage-pratiques/"
CLEANED = (  # of our cells, those read like anybody's
    *("courriels", "site_web", "fiche_acces_libre", "prise_rdv"),
    *("latitude", "longitude"),
)
OWN = "maillage:"  # how the type of an attribute that holds a cell of our own table begins
STATES = {"active": "proposé", "inactive": "en projet", "defunct": "arrêté", "temporarily closed": "arrêté"}
DAYS = {"MO": "Mo", "TU": "Tu", "WE": "We", "TH": "Th", "FR": "Fr", "SA": "Sa", "SU": "Su"}
TIME = re.compile(r"(\d{1,2}):(\d{2})")


def is_archive(content: bytes) -> bool:
    """Return True if a ZIP holds the tables of HSDS."""
    return tables.in_archive(content, _name) >= NEEDED


def is_folder(path: Path) -> bool:
    return tables.in_folder(path, _name) >= NEEDED


def is_document(data: Any) -> bool:
    """Return True if a JSON document holds the tables by name, or the nested services of an API."""
    return bool(_tables_in(data)) or bool(_services_in(data))


def table_alone(data: Any) -> bool:
    """Return True if a JSON list is one table out of an export: services that say neither where nor whose."""
    return (
        isinstance(data, list)
        and bool(data)
        and all(
            isinstance(each, dict)
            and {"id", "organization_id", "name", "status"} <= each.keys()
            and "city" not in each
            for each in data[:20]
        )
    )


def of_archive(content: bytes, remarks: Remarks) -> Sheet:
    """Return the rows of an archive of tables, in JSON or in CSV; Refused when it is too large or damaged."""
    return _sheet(tables.of_archive(content, _name, "HSDS", remarks), remarks)


def of_folder(path: Path, remarks: Remarks) -> Sheet:
    """Return the rows of a folder of tables."""
    return _sheet(tables.of_folder(path, _name, "HSDS", remarks), remarks)


def of_document(data: Any, remarks: Remarks) -> Sheet:
    """Return the rows of a JSON document, of tables or of nested services."""
    return _sheet(_tables_in(data) or _from_services(_services_in(data)), remarks)


def _name(path: str) -> str:
    """Return the table of a file: « export/service_at_location.csv » is service_at_location."""
    stem, _, end = path.replace("\\", "/").rpartition("/")[2].casefold().rpartition(".")
    plurals = (stem, stem.removesuffix("s"), stem.removesuffix("es"), stem.removesuffix("ies") + "y")
    return next((each for each in plurals if each in TABLES), "") if end in ("json", "csv") else ""


def _tables_in(data: Any) -> Tables:
    if not isinstance(data, dict):
        return {}
    rows_by_table = {_name(f"{key}.json"): rows for key, rows in data.items() if isinstance(rows, list)}
    tables = {
        name: [row for row in rows if isinstance(row, dict)]
        for name, rows in rows_by_table.items()
        if name in TABLES
    }
    return tables if tables.keys() >= NEEDED else {}


def _services_in(data: Any) -> list[Row]:
    """Return the services of a page of the API, or of a list of them, when they say where they are."""
    if isinstance(data, dict):
        services_page = next(
            (data[key] for key in ("contents", "items", "data", "services") if key in data), None
        )
        data = [data] if services_page is None and "service_at_locations" in data else services_page
    if not isinstance(data, list):
        return []
    services = [each for each in data if isinstance(each, dict)]
    return services if any(isinstance(each.get("service_at_locations"), list) for each in services) else []


def _from_services(services: Sequence[Row]) -> Tables:
    """Return the tables that nested services hold."""
    out: Tables = defaultdict(list)

    def put(table: str, row: Row, **links: str) -> str:
        id = str(row.get("id") or f"{table} {len(out[table]) + 1}")
        plain = {key: value for key, value in row.items() if not isinstance(value, (dict, list))}
        out[table].append({**plain, "id": id, **links})
        for key, inner in WITHIN.items():
            owner = {"link_id": id} if inner == "attribute" else {f"{table}_id": id}
            for each in row.get(key) or ():
                if isinstance(each, dict):
                    within(inner, each, owner)
        return id

    def within(table: str, row: Row, owner: Mapping[str, str]) -> None:
        term = row.get("taxonomy_term")
        link = {"taxonomy_term_id": put("taxonomy_term", term)} if isinstance(term, dict) else {}
        put(table, row, **owner, **link)

    for service in services:
        holder = service.get("organization")
        link = {"organization_id": put("organization", holder)} if isinstance(holder, dict) else {}
        id = put("service", service, **link)
        for at in service.get("service_at_locations") or ():
            place = at.get("location") if isinstance(at, dict) else None
            if isinstance(place, dict):
                put("service_at_location", at, service_id=id, location_id=put("location", place, **link))
    return dict(out)


# ---------------------------------------------------------------------------------------------------- rows


def _sheet(tables: Tables, remarks: Remarks) -> Sheet:
    rows = list(_rows(tables))
    columns = list(dict.fromkeys(name for row in rows for name in row))
    remarks.unit = "lieu"
    remarks.say(
        f"Export HSDS : {spaced(len(rows))} lieux, {spaced(len(tables.get('organization', ())))} organismes,"
        f" {spaced(len(tables.get('service', ())))} services."
    )
    unread = sorted(name for name in tables if name in TABLES - READ and tables[name])
    if unread:
        remarks.say(f"Tables que rien ne lit : {listed(unread)}.")
    records: list[Record] = [(n, [row.get(name, "") for name in columns]) for n, row in enumerate(rows, 1)]
    return finished(columns, records, "json", remarks)


READ = {
    *NEEDED,
    *("organization", "organization_identifier", "address", "phone", "schedule", "language", "accessibility"),
    *("cost_option", "attribute", "taxonomy", "taxonomy_term", "metadata"),
}


def _rows(tables: Tables) -> Iterable[dict[str, str]]:
    """Yield a row for each location; one that only stops somewhere, without an address, is told with its
    service.
    """
    by = {name: {str(row.get("id")): row for row in rows} for name, rows in tables.items()}
    of: dict[str, dict[str, list[Row]]] = {}
    for name in (*WITHIN.values(), "service_at_location"):
        for link in ("location_id", "service_id", "organization_id", "link_id"):
            rows_by_link = of.setdefault(f"{name} {link}", {})
            for row in tables.get(name, ()):
                if row.get(link):
                    rows_by_link.setdefault(str(row[link]), []).append(row)
    serves: dict[str, list[str]] = {}
    stands: dict[str, list[str]] = {}
    for row in tables.get("service_at_location", ()):
        place, service = str(row.get("location_id") or ""), str(row.get("service_id") or "")
        serves.setdefault(place, []).append(service)
        stands.setdefault(service, []).append(place)

    def located(id: str) -> bool:
        place = by["location"].get(id, {})
        return bool(of["address location_id"].get(id) or (place.get("latitude") and place.get("longitude")))

    for id, spot in by["location"].items():
        services = [by["service"][each] for each in serves.get(id, ()) if each in by["service"]]
        other = [each for s in services for each in stands[str(s["id"])] if each != id]
        if not located(id) and any(map(located, other)):
            continue
        yield _row(
            id,
            spot,
            services,
            by,
            of,
            [_text(by["location"][each], "name") for each in other if not located(each)],
        )


def _row(
    id: str,
    place: Row,
    services: Sequence[Row],
    by: Mapping[str, Mapping[str, Row]],
    of: Mapping[str, Mapping[str, list[Row]]],
    stops: Sequence[str],
) -> dict[str, str]:
    holder_id = str(
        place.get("organization_id") or next((s.get("organization_id") for s in services), "") or ""
    )
    holder = by.get("organization", {}).get(holder_id, {})
    address = next(iter(of["address location_id"].get(id, ())), {})
    terms = [
        (service, by.get("taxonomy_term", {}).get(str(each.get("taxonomy_term_id")), {}), each)
        for service in services
        for each in of["attribute link_id"].get(str(service["id"]), ())
    ]
    practised = {str(s["id"]) for s, term, _ in terms if _text(term, "code").startswith(PRACTICES)}
    main = [s for s in services if str(s["id"]) not in practised] or list(services)

    def linked_text(table: str, column: str) -> str:
        linked_rows = [
            *of[f"{table} location_id"].get(id, ()),
            *(row for s in main for row in of[f"{table} service_id"].get(str(s["id"]), ())),
            *(of[f"{table} organization_id"].get(holder_id, ()) if table == "phone" else ()),
        ]
        return _joined(_text(row, column) for row in linked_rows)

    own = {
        _text(each, "link_type").removeprefix(OWN): _text(each, "value")
        for each in of["attribute link_id"].get(id, ())
        if _text(each, "link_type").startswith(OWN)
    }
    pivots = [
        _text(each, "identifier") for each in of["organization_identifier organization_id"].get(holder_id, ())
    ]
    name = _text(place, "name") or _text(holder, "name")
    cells = {
        "hsds_id": own.get("id") or id,
        "nom": name,
        # A place that names no structure is exported under its own name.
        "structure_parente": _text(holder, "name") if plain(_text(holder, "name")) != plain(name) else "",
        "pivot": _text(place, "external_identifier") or next(iter(pivots), ""),
        "code_insee": own.get("code_insee", ""),
        **{field: _text(address, part) or own.get(field, "") for field, part in ADDRESS.items()},
        "latitude": _text(place, "latitude"),
        "longitude": _text(place, "longitude"),
        "telephone": linked_text("phone", "number"),
        "courriels": _joined(_text(s, "email") for s in (*main, holder)),
        "site_web": _joined(_text(s, "url") or _text(s, "website") for s in (*main, holder)),
        "presentation_resume": _text(place, "description"),
        "presentation_detail": _text(main[0], "description") if main else "",
        "venir": _text(place, "transportation"),
        "frais_precisions": _joined((_text(s, "fees_description") for s in main), " ; "),
        "publics_precisions": _joined((_text(s, "eligibility_description") for s in main), " ; "),
        "acces_precisions": _joined((_text(s, "application_process") for s in main), " ; "),
        "langues": linked_text("language", "name"),
        "fiche_acces_libre": linked_text("accessibility", "url"),
        "etapes": _joined(stops),
        "date_maj": max((_text(s, "last_modified")[:10] for s in services), default=""),
        "horaires": _hours([*of["schedule location_id"].get(id, ()), *_of_services(main, of)]),
        "prise_rdv": _joined(_text(row, "schedule_link") for row in of["schedule location_id"].get(id, ())),
        "frais": linked_text("cost_option", "option"),
        "noms_des_services": _joined(_text(s, "name") for s in main),
    }
    words: dict[str, list[str]] = {}
    for service, term, link in terms:
        code, name = _text(term, "code"), _text(term, "name")
        if code.startswith(PRACTICES):
            cells[f"pratique_{code.removeprefix(PRACTICES)}"] = STATES.get(
                _text(service, "status"), "proposé"
            )
        elif "/" in code and code.partition("/")[0] == _text(link, "link_type"):
            words.setdefault(code.partition("/")[0], []).append(name)
        else:
            words.setdefault("categories", []).append(name)
    cells |= {field: _joined(names) for field, names in words.items()}
    if own:  # these sentences hold several of our fields, and each of them is among our cells
        cells |= {"publics_precisions": "", "acces_precisions": ""}
        cells |= {column: own[column] for column in CLEANED if column in own}
    cells |= {f"{OWN}{column}": text for column, text in own.items() if column != "id"}
    return {name: text for name, text in cells.items() if text}


def _of_services(services: Sequence[Row], of: Mapping[str, Mapping[str, list[Row]]]) -> list[Row]:
    return [row for s in services for row in of["schedule service_id"].get(str(s["id"]), ())]


def _hours(schedules: Sequence[Row]) -> str:
    """Return schedules as OSM writes them, or the text that describes them when they say no day."""
    texts = list(dict.fromkeys(filter(None, (_text(row, "description") for row in schedules))))
    if len(texts) == 1:
        return texts[0]
    rules: dict[str, list[str]] = {}
    for row in schedules:
        days = ",".join(
            DAYS[day] for day in re.findall(r"[A-Z]{2}", _text(row, "byday").upper()) if day in DAYS
        )
        times = [TIME.match(_text(row, side)) for side in ("opens_at", "closes_at")]
        if days and all(times):
            rules.setdefault(days, []).append("-".join(f"{int(t[1]):02}:{t[2]}" for t in times if t))
    rules_text = "; ".join(f"{days} {','.join(dict.fromkeys(spans))}" for days, spans in rules.items())
    return rules_text or " ; ".join(texts)


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return "" if value is None or isinstance(value, (dict, list)) else str(value).strip()


def _joined(texts: Iterable[str], between: str = JOIN) -> str:
    return between.join(dict.fromkeys(filter(None, texts)))
