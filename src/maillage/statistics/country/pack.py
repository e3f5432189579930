"""The tables of a country: its areas, who lives there, the rates of what is counted, its places. What is
France's stands in its own sources; another country brings this, checked before anything is counted.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from maillage.kernel.errors import Refused
from maillage.statistics.country.card import AREA, COUNTRY_LEVEL, RATES, Pack

TEXT, NUMBER = "varchar", "double"
HEAD, HEADER_WITHIN = 2**16, 15  # bytes, and lines, among which the names of columns are looked for
SEPARATORS = ",;\t|"
ERROR_LINE = re.compile(r"CSV Error on Line: (\d+)")  # what DuckDB says when it stops
AREAS, PEOPLE, PLACES, NAMES = "areas", "people", "places", "names"
COLUMNS: Mapping[str, Mapping[str, str]] = {
    AREAS: {"code": TEXT, "name": TEXT, "latitude": NUMBER, "longitude": NUMBER},
    PEOPLE: {"area": TEXT, "cell": TEXT, "persons": NUMBER},
    RATES: {"cell": TEXT, "rate": NUMBER, "margin": NUMBER},
    PLACES: {"code": TEXT, "latitude": NUMBER, "longitude": NUMBER},
    NAMES: {"level": TEXT, "code": TEXT, "name": TEXT},
}
SUFFIXES = (".parquet", ".csv")
MAY_LACK = (PLACES, NAMES)  # nobody collected the places yet; a level may have codes alone
# What a directory says of a place: its name always, the rest where the country knows it.
SHEET = ("name", "address", "phone", "website", "opening_hours", "services", "languages", "checked_on")
# What must be true of the tables: a query that returns what is wrong, and the two sentences that say why and
# what to do.
KEY = ("Chaque ligne serait comptée deux fois.", "Gardez-en une.")
ADDRESSED = (
    "Un code fait partie de l’adresse d’une page.",
    "Remplacez-la par un tiret, dans tous les fichiers.",
)
OUTSIDE = ("Elle ne se placerait nulle part, ou ne compterait rien.", "Corrigez cette ligne.")
RULES: tuple[tuple[str, str, str, str, str], ...] = (
    (AREAS, "code {} en double", "select code from areas group by code having count(*) > 1", *KEY),
    (PLACES, "code {} en double", "select code from places group by code having count(*) > 1", *KEY),
    (RATES, "tranche {} en double", "select cell from rates group by cell having count(*) > 1", *KEY),
    (
        PEOPLE,
        "zone et tranche {} en double",
        "select area || ', ' || cell from people group by area, cell having count(*) > 1",
        *KEY,
    ),
    (
        PEOPLE,
        "zone {} inconnue",
        "select area from people where area not in (select code from areas)",
        "Ses habitants disparaîtraient de tous les totaux.",
        "Ajoutez-la au fichier areas, ou corrigez son code : un tableur a pu effacer son premier zéro.",
    ),
    (
        PEOPLE,
        "tranche {} sans taux",
        "select cell from people where cell not in (select cell from rates)",
        "Ces personnes seraient comptées comme n’ayant aucun besoin.",
        "Ajoutez son taux au fichier rates.",
    ),
    (
        NAMES,
        "niveau et code {} en double",
        "select level || ', ' || code from names group by level, code having count(*) > 1",
        *KEY,
    ),
    (
        AREAS,
        "code {} avec une barre oblique",
        "select code from areas where contains(code, '/')",
        *ADDRESSED,
    ),
    (
        PLACES,
        "code {} avec une barre oblique",
        "select code from places where contains(code, '/')",
        *ADDRESSED,
    ),
    (
        PLACES,
        "adresse de site {}",
        "select website from places where website <> '' and not regexp_matches(website, '^https?://')",
        "Un lien mènerait nulle part, ou ferait autre chose qu’ouvrir un site.",
        "Commencez-la par https://.",
    ),
    (
        PLACES,
        "date de vérification {}",
        r"select checked_on from places where checked_on <> ''"
        r" and (not regexp_matches(checked_on, '^\d{4}-\d\d-\d\d$') or try_cast(checked_on as date) is null)",
        "Elle ne se lirait pas.",
        "Écrivez année, mois, jour : 2026-11-25.",
    ),
    (
        PEOPLE,
        "personnes : {}",
        "select persons from people where persons < 0 or not isfinite(persons)",
        *OUTSIDE,
    ),
    (RATES, "taux : {}", "select rate from rates where rate not between 0 and 1", *OUTSIDE),
    (RATES, "marge : {}", "select margin from rates where margin not between 0 and 1", *OUTSIDE),
    (AREAS, "latitude : {}", "select latitude from areas where latitude not between -90 and 90", *OUTSIDE),
    (
        AREAS,
        "longitude : {}",
        "select longitude from areas where longitude not between -180 and 180",
        *OUTSIDE,
    ),
    (PLACES, "latitude : {}", "select latitude from places where latitude not between -90 and 90", *OUTSIDE),
    (
        PLACES,
        "longitude : {}",
        "select longitude from places where longitude not between -180 and 180",
        *OUTSIDE,
    ),
)


def store(pack: Pack, to: Path, *, sheets: bool = False) -> None:
    """Write the tables of a country as typed Parquet files, that every engine reads alike; Refused when one
    lacks a column, or says what cannot be.

    sheets: the places are those of a directory, and each has a name.
    """
    with duckdb.connect(config={"threads": 1, "autoinstall_known_extensions": False}) as connection:
        for table, columns in COLUMNS.items():
            typed = {**columns, **(dict.fromkeys(pack.levels, TEXT) if table == AREAS else {})}
            if table == PLACES and sheets:
                typed |= {"name": TEXT}
            _load(connection, pack, table, typed)
        for table, words, query, why, do in (*RULES, *_rules_of_levels(pack)):
            if offending := connection.execute(f"{query} limit 1").fetchone():
                raise Refused(
                    f"{_path(pack, table) or table} : {words.format(offending[0])}.", why=why, do=do
                )
        for table, columns in COLUMNS.items():
            order = ", ".join(columns) if table == NAMES else next(iter(columns))
            connection.execute(
                f"copy (from {table} order by {order}) to '{to / table}.parquet' (format parquet)"
            )


def _rules_of_levels(pack: Pack) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield the checks of the levels of a country, in the form of RULES."""
    for level in pack.levels:
        query = f"select {level} from areas where contains({level}, '/')"
        yield AREAS, f"{level} {{}} avec une barre oblique", query, *ADDRESSED
    levels = (AREA, *pack.levels)
    known = ", ".join(f"'{level}'" for level in levels)
    yield (
        NAMES,
        "niveau {} inconnu",
        f"select level from names where level not in ({known})",
        "Mal écrit, un niveau laisserait ses territoires sans nom.",
        f"Écrivez {', '.join(levels)}.",
    )


def _load(connection: Any, pack: Pack, table: str, typed: Mapping[str, str]) -> None:
    path = _path(pack, table)
    optional = [name for name in SHEET if name not in typed] if table == PLACES else []
    if path is None and table in MAY_LACK:
        kinds = {**typed, **dict.fromkeys(optional, TEXT)}
        empty = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in kinds.items())
        connection.execute(f"create table {table} as select * from (select {empty}) where false")
        return
    if path is None:
        raise Refused(
            f"{pack.folder} : le fichier {_stem(pack, table)} manque, en .csv ou en .parquet.",
            why="Sans lui, rien ne se compte.",
            do=f"Ajoutez-le, avec les colonnes {', '.join(typed)}.",
        )
    try:
        reader, columns, first = (
            _parquet(connection, path) if path.suffix == ".parquet" else _csv(path, typed)
        )
        if missing := [name for name in typed if name not in columns]:
            raise Refused(
                f"{path} : il manque {'la colonne' if len(missing) == 1 else 'les colonnes'}"
                f" {', '.join(missing)}.",
                why=f"Ce fichier doit avoir {', '.join(typed)}.",
                do="Ajoutez-la, ou donnez ce nom à la colonne qui la porte.",
            )
        connection.execute(f"create view raw_{table} as select *, row_number() over () as row_ from {reader}")
        for name, kind in typed.items():
            wrong = (
                f"select {name}, row_ from raw_{table}"
                f" where {name} is null or try_cast({name} as {kind}) is null limit 1"
            )
            if offending := connection.execute(wrong).fetchone():
                raise Refused(
                    f"{path}, ligne {_line(path, first, offending[1])}, colonne {name} :"
                    f" {'une case est vide' if offending[0] is None else f'« {offending[0]} »'}.",
                    why="Un nombre y est attendu." if kind == NUMBER else "Une valeur y est attendue.",
                    do="Corrigez cette case : une virgule de décimale s’écrit par un point.",
                )
        cells = [f"cast({name} as {kind}) as {name}" for name, kind in typed.items()]
        for name in optional:
            cells.append(
                f"coalesce(cast({name} as {TEXT}), '') as {name}" if name in columns else f"'' as {name}"
            )
        connection.execute(f"create table {table} as select {', '.join(cells)} from raw_{table}")
    except (duckdb.Error, OSError) as error:
        where = ERROR_LINE.search(str(error))
        raise Refused(
            f"{path}{f', ligne {where[1]}' if where else ''} est illisible.",
            why="Ce n’est pas une table en CSV (UTF-8, virgules) ou en Parquet : une ligne a trop de cases ou"
            " trop peu, un guillemet n’est pas refermé, ou un signe n’est pas en UTF-8.",
            do="Corrigez-la, ou exportez-la de nouveau.",
        ) from error
    if table not in MAY_LACK and not connection.execute(f"select 1 from {table} limit 1").fetchone():
        raise Refused(
            f"{path} : aucune ligne sous l’en-tête.",
            why="Rien ne s’y compterait.",
            do="Exportez-la de nouveau, avec ses lignes.",
        )


def _parquet(connection: Any, path: Path) -> tuple[str, set[str], int]:
    """Return the expression that reads a Parquet file, its columns, and the line before its first one."""
    reader = f"read_parquet({_quoted(path)})"
    return reader, {name for name, *_ in connection.execute(f"describe from {reader}").fetchall()}, 0


def _csv(path: Path, typed: Mapping[str, str]) -> tuple[str, set[str], int]:
    """Return the expression that reads a CSV file, its columns, and the line of their names. Nothing is
    guessed from the rows: one that does not fit stops the reading, where a guess would take another line
    for the header.
    """
    with path.open("rb") as file:
        head = file.read(HEAD).decode("utf-8-sig", "replace")
    lines = list(io.StringIO(head, newline=""))[:HEADER_WITHIN]
    cut = {
        (rank, sign): [name.strip() for name in next(csv.reader([line], delimiter=sign), [])]
        for rank, line in enumerate(lines)
        for sign in SEPARATORS
    }
    rank, sign = max(cut, key=lambda candidate: len(set(cut[candidate]) & set(typed)), default=(0, ","))
    names = cut.get((rank, sign), [])
    if twice := [name for name in (*typed, *SHEET) if names.count(name) > 1]:
        raise Refused(
            f"{path}, ligne {rank + 1} : la colonne {twice[0]} est donnée deux fois.",
            why="On ne saurait pas laquelle lire.",
            do="N’en gardez qu’une.",
        )
    wanted = {name: at for at, name in enumerate(names) if name in typed or name in SHEET}
    columns = ", ".join(f"'c{at}': 'varchar'" for at in range(len(names)))
    ends = "\\r" if "\n" not in head else "\\r\\n" if "\r\n" in head else "\\n"
    options = f"delim = '{sign}', quote = '\"', escape = '\"', header = false, skip = {rank + 1}"
    options += f", auto_detect = false, new_line = '{ends}', columns = {{{columns}}}"
    chosen = ", ".join(f"c{at} as {name}" for name, at in wanted.items())
    return f"(select {chosen} from read_csv({_quoted(path)}, {options}))", set(wanted), rank + 1


def _line(path: Path, first: int, row: int) -> int:
    """Return the line of a row in its file: blank ones, and cells on several lines, are lines too."""
    if path.suffix == ".parquet":
        return row
    start = first + 1
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file, suppress(csv.Error):
        reader = csv.reader(islice(file, first, None))
        for cells in reader:
            row -= bool(cells)
            if row <= 0:
                break
            start = first + reader.line_num + 1
    return start


def column(level: str) -> str:
    """Return the query expression of the key of an area at a level."""
    return {AREA: "code", COUNTRY_LEVEL: f"'{COUNTRY_LEVEL}'"}.get(level, level)


def _stem(pack: Pack, table: str) -> str:
    return pack.rates if table == RATES else table


def _path(pack: Pack, table: str) -> Path | None:
    return next(_files(pack, table), None)


def _files(pack: Pack, table: str) -> Iterator[Path]:
    for suffix in SUFFIXES:
        path = pack.folder / f"{_stem(pack, table)}{suffix}"
        if path.is_file():
            yield path


def files(pack: Pack) -> list[Path]:
    """Return the files of a country beside its card, in the order of their names."""
    stems = {*COLUMNS, *(each.rates for each in pack.definitions)}
    return sorted(path for path in pack.folder.iterdir() if path.stem in stems and path.suffix in SUFFIXES)


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
