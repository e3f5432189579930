"""A country as a folder of data: its areas, who lives there, the rates of what is counted, its places. What
is France's stands in its own sources; another country brings this, checked before anything is counted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from maillage.kernel.errors import Refused
from maillage.reference.files import read_yaml

CARD = "pays.yaml"
WIDEST = 10_000  # metres: beyond, the squares of the pipeline would miss places
TEXT, NUMBER = "varchar", "double"
AREAS, PEOPLE, RATES, PLACES = "areas", "people", "rates", "places"
COLUMNS: Mapping[str, Mapping[str, str]] = {
    AREAS: {"code": TEXT, "name": TEXT, "latitude": NUMBER, "longitude": NUMBER},
    PEOPLE: {"area": TEXT, "cell": TEXT, "persons": NUMBER},
    RATES: {"cell": TEXT, "rate": NUMBER, "margin": NUMBER},
    PLACES: {"code": TEXT, "latitude": NUMBER, "longitude": NUMBER},
}
# What must be true of the tables: a query that returns what is wrong, and the two sentences that say why and
# what to do.
KEY = ("Chaque ligne serait comptée deux fois.", "Gardez-en une.")
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
        "Ajoutez-la au fichier areas, ou corrigez son code : un tableur a pu lui ôter un zéro.",
    ),
    (
        PEOPLE,
        "tranche {} sans taux",
        "select cell from people where cell not in (select cell from rates)",
        "Ces personnes seraient comptées comme n’ayant aucun besoin.",
        "Ajoutez son taux au fichier rates.",
    ),
    (PEOPLE, "personnes : {}", "select persons from people where persons < 0", *OUTSIDE),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A country and where its data comes from. levels: the columns of areas that group them, smallest first.

    reach: metres as the crow flies within which a place serves an area; area_effect: standard deviation, on
    the logit, of what the rates of a country do not say of one of its areas.
    """

    folder: Path
    name: str
    counts: str
    universe: str
    producer: str
    licence: str
    vintage: str
    levels: tuple[str, ...]
    reach: float
    area_effect: float


def read(folder: Path) -> Pack:
    """Return the card of a country; Refused when the folder, or a line of its card, is missing."""
    path = folder / CARD
    if not path.is_file():
        raise Refused(
            f"{folder} n’est pas un pays : {CARD} n’y est pas.",
            why="Ce fichier dit ce qui est compté, d’où cela vient, et comment les zones se regroupent.",
            do="Partez de l’exemple, data/pays/exemple.",
        )
    raw = read_yaml(path) or {}
    wanted = (
        "name",
        "counts",
        "universe",
        "producer",
        "licence",
        "vintage",
        "levels",
        "reach",
        "area_effect",
    )
    if missing := [key for key in wanted if not raw.get(key)]:
        raise Refused(
            f"{path} : il manque {', '.join(missing)}.",
            why="Un chiffre sans source, ou sans ce qu’il compte, ne doit pas être montré.",
            do="Remplissez ces lignes d’après la publication.",
        )
    told = {key: str(raw[key]) for key in wanted[:6]}
    levels = tuple(map(str, raw["levels"]))
    if not 0 < float(raw["reach"]) <= WIDEST:
        raise Refused(
            f"{path} : reach vaut {raw['reach']}.",
            why=f"C’est une distance en mètres, à vol d’oiseau, {WIDEST} au plus.",
            do="Dites celle que l’on fait à pied : 1500, par exemple.",
        )
    if wrong := [level for level in levels if not level.isidentifier() or level in COLUMNS[AREAS]]:
        raise Refused(
            f"{path} : le niveau {wrong[0]} ne peut pas être le nom d’une colonne.",
            why="Un niveau est une colonne du fichier areas, faite de lettres, et qui n’est pas déjà prise.",
            do="Donnez-lui un autre nom, dans les deux fichiers.",
        )
    return Pack(
        folder=folder, levels=levels, reach=float(raw["reach"]), area_effect=float(raw["area_effect"]), **told
    )


def store(pack: Pack, to: Path) -> None:
    """Write the tables of a country as typed Parquet files, that every engine reads alike; Refused when one
    lacks a column, or says what cannot be.
    """
    with duckdb.connect(config={"threads": 1, "autoinstall_known_extensions": False}) as connection:
        for table, columns in COLUMNS.items():
            typed = {**columns, **(dict.fromkeys(pack.levels, TEXT) if table == AREAS else {})}
            _load(connection, pack, table, typed)
        for table, words, query, why, do in RULES:
            if found := connection.execute(f"{query} limit 1").fetchone():
                raise Refused(f"{_path(pack, table) or table} : {words.format(found[0])}.", why=why, do=do)
        for table, columns in COLUMNS.items():
            order = next(iter(columns))
            connection.execute(
                f"copy (from {table} order by {order}) to '{to / table}.parquet' (format parquet)"
            )


def _load(connection: Any, pack: Pack, table: str, typed: Mapping[str, str]) -> None:
    path = _path(pack, table)
    if path is None and table == PLACES:  # nobody collected them yet
        empty = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in typed.items())
        connection.execute(f"create table {table} as select * from (select {empty}) where false")
        return
    if path is None:
        raise Refused(
            f"{pack.folder} : le fichier {table} manque, en .csv ou en .parquet.",
            why="Sans lui, rien ne se compte.",
            do=f"Ajoutez-le, avec les colonnes {', '.join(typed)}.",
        )
    reader = (
        "read_parquet(?)" if path.suffix == ".parquet" else "read_csv(?, all_varchar = true, header = true)"
    )
    try:
        connection.execute(f"create view raw_{table} as from {reader}".replace("?", _quoted(path)))
        held = {name for name, *_ in connection.execute(f"describe raw_{table}").fetchall()}
    except duckdb.Error as error:
        raise Refused(
            f"{path} ne se lit pas : {str(error).splitlines()[0]}",
            why="Ce n’est pas une table en CSV (UTF-8, virgules) ou en Parquet.",
            do="Exportez-la de nouveau.",
        ) from error
    if missing := [name for name in typed if name not in held]:
        raise Refused(
            f"{path} : il manque {'la colonne' if len(missing) == 1 else 'les colonnes'}"
            f" {', '.join(missing)}.",
            why=f"Ce fichier doit avoir {', '.join(typed)}.",
            do="Ajoutez-la, ou donnez ce nom à la colonne qui la porte.",
        )
    for name, kind in typed.items():
        wrong = f"select {name} from raw_{table} where {name} is null or try_cast({name} as {kind}) is null"
        if found := connection.execute(f"{wrong} limit 1").fetchone():
            raise Refused(
                f"{path}, colonne {name} : {'une case est vide' if found[0] is None else f'« {found[0]} »'}.",
                why="Un nombre y est attendu." if kind == NUMBER else "Une valeur y est attendue.",
                do="Corrigez cette case : une virgule de décimale s’écrit par un point.",
            )
    cells = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in typed.items())
    connection.execute(f"create table {table} as select {cells} from raw_{table}")


def _path(pack: Pack, table: str) -> Path | None:
    return next(_files(pack, table), None)


def _files(pack: Pack, table: str) -> Iterator[Path]:
    for suffix in (".parquet", ".csv"):
        path = pack.folder / f"{table}{suffix}"
        if path.is_file():
            yield path


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
