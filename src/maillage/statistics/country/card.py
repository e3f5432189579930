"""The card of a country: what is counted there, where it comes from, how its areas are grouped and named, its
clock, its holidays. One YAML file at the root of the folder of the country.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from maillage.kernel.errors import Refused
from maillage.reference.files import COUNTRIES, read_yaml
from maillage.reference.holidays import Holiday

CARD = "pays.yaml"
WIDEST = 10_000  # metres: beyond, the squares of the pipeline would miss places
AREA, COUNTRY_LEVEL = "area", "pays"  # the level of the areas themselves, and that of the country
USUAL = "usuelle"  # the definition that the first lines of the card describe
RATES = "rates"
REQUIRED_TEXTS = ("name", "counts", "universe", "producer", "licence", "vintage")
NEEDED = (*REQUIRED_TEXTS, "levels", "reach", "area_effect")
MORE = ("level_names", "definitions", "time_zone", "holidays", "sources")
SOURCE = ("title", "producer", "licence", "vintage")
DEFINITION = ("id", "name", "counts", "rates")


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A definition of need: the population counted. rates: the table that holds its rates."""

    id: str
    name: str
    counts: str
    rates: str = RATES


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The source of a table."""

    title: str
    producer: str
    licence: str
    vintage: str
    address: str = ""
    doubt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A country and where its data comes from. levels: the columns of areas that group them, smallest first.

    reach: metres as the crow flies within which a place serves an area; area_effect: standard deviation, on
    the logit, of what the rates of a country do not say of one of its areas. level_names: one and several, by
    level; rates: the table that the rates are read from.
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
    definitions: tuple[Definition, ...] = ()
    level_names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    time_zone: str = "UTC"
    holidays: tuple[Holiday, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    rates: str = RATES

    def level_name(self, level: str, n: int = 1) -> str:
        """Return how a level is said of one or several, its column when the card does not say."""
        return self.level_names.get(level, (level, level))[0 if n < 2 else 1]


def folder_of(named: str) -> Path:
    """Return the folder of a country, by the name of one of ours or by its path; Refused when there is none.

    >>> folder_of("exemple").name
    'exemple'
    """
    path = COUNTRIES / named if (COUNTRIES / named / CARD).is_file() else Path(named)
    if not (path / CARD).is_file():
        names = ", ".join(sorted(each.parent.name for each in COUNTRIES.glob(f"*/{CARD}")))
        raise Refused(
            f"Le pays « {named} » n’est pas là.",
            why=f"C’est le nom d’un dossier de data/pays ({names}), ou le chemin d’un dossier qui a {CARD}.",
            do="Corrigez PAYS, ou retirez-le pour la France.",
        )
    return path.resolve()


def read(folder: Path) -> Pack:
    """Return the card of a country; Refused when the folder, or a line of its card, is missing or wrong."""
    path = folder / CARD
    if not path.is_file():
        raise Refused(
            f"{folder} n’est pas un pays : {CARD} manque.",
            why="Ce fichier dit ce qui est compté, d’où cela vient, et comment les zones se regroupent.",
            do="Partez de l’exemple, data/pays/exemple.",
        )
    raw = _lines(path)
    if missing := [key for key in NEEDED if raw.get(key) in (None, "", [])]:
        raise Refused(
            f"{path} : il manque {', '.join(missing)}.",
            why="Un chiffre sans source, ou sans ce qu’il compte, ne doit pas être montré.",
            do="Remplissez ces lignes d’après la publication.",
        )
    if unknown := [str(key) for key in raw if key not in (*NEEDED, *MORE)]:
        raise Refused(
            f"{path} : {', '.join(unknown)} n’est pas une ligne de ce fichier.",
            why="Mal écrite, une ligne serait oubliée sans que personne le voie.",
            do=f"Les autres lignes possibles sont {', '.join(MORE)}.",
        )
    texts = {key: str(raw[key]) for key in REQUIRED_TEXTS}
    levels = tuple(map(str, raw["levels"])) if isinstance(raw["levels"], list) else ()
    if not levels or (wrong := [each for each in levels if not each.isidentifier() or each in RESERVED]):
        level_name = raw["levels"] if not levels else wrong[0]
        raise Refused(
            f"{path} : le niveau {level_name} ne peut pas être le nom d’une colonne.",
            why="Un niveau est une colonne du fichier areas, faite de lettres, et qui n’est pas déjà prise.",
            do="Donnez-lui un autre nom, dans les deux fichiers : levels: [district, province].",
        )
    reach, effect = _number(path, raw, "reach"), _number(path, raw, "area_effect")
    if not 0 < reach <= WIDEST:
        raise Refused(
            f"{path} : reach vaut {raw['reach']}.",
            why=f"C’est une distance en mètres, à vol d’oiseau, {WIDEST} au plus.",
            do="Dites celle que l’on fait à pied : 1500, par exemple.",
        )
    if not 0 <= effect < inf:
        raise Refused(
            f"{path} : area_effect vaut {raw['area_effect']}.",
            why="C’est un écart type : un nombre, zéro au moins. Sans lui, aucune fourchette ne tient.",
            do="Dites ce que les taux du pays ne disent pas d’une zone : 0.25, par exemple.",
        )
    return Pack(
        folder=folder,
        levels=levels,
        reach=reach,
        area_effect=effect,
        definitions=_definitions(path, raw, texts["counts"]),
        level_names=_level_names(path, raw, levels),
        time_zone=_time_zone(path, raw),
        holidays=_holidays(path, raw),
        sources=_sources(path, raw),
        **texts,
    )


def by(pack: Pack, definition: str) -> Pack:
    """Return a country as one of its definitions counts it; Refused when it has none of that name."""
    for each in pack.definitions:
        if each.id == definition:
            return replace(pack, counts=each.counts, rates=each.rates)
    raise Refused(
        f"{pack.name} n’a pas de définition {definition}.",
        why="Une définition dit qui est compté ; celles d’un pays sont dans pays.yaml.",
        do=f"Choisissez parmi {', '.join(each.id for each in pack.definitions)}.",
    )


RESERVED = ("code", "name", "latitude", "longitude", AREA, COUNTRY_LEVEL)


def _lines(path: Path) -> dict[Any, Any]:
    try:
        content = read_yaml(path) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Refused(
            f"{path} est illisible : {' '.join(str(error).split())[:200]}",
            why="C’est un fichier YAML, en UTF-8.",
            do="Corrigez cette ligne : un texte qui contient « : » se met entre guillemets.",
        ) from error
    if not isinstance(content, dict):
        raise _malformed(path, "il", f"a pour lignes {', '.join(NEEDED)}")
    return content


def _malformed(path: Path, key: str, wanted: str) -> Refused:
    return Refused(
        f"{path} : {key} n’est pas écrit comme il faut.",
        why=f"{key[:1].upper()}{key[1:]} {wanted}.",
        do="Regardez comment l’exemple l’écrit, data/pays/exemple/pays.yaml.",
    )


def _number(path: Path, raw: Mapping[Any, Any], key: str) -> float:
    try:
        return float(raw[key])
    except (TypeError, ValueError) as error:
        raise _malformed(path, key, "est un nombre, avec un point pour les décimales") from error


def _rows(path: Path, raw: Mapping[Any, Any], key: str, wanted: Sequence[str]) -> list[dict[str, Any]]:
    """Return the lines of a list of the card, each with what it must hold."""
    rows = raw.get(key) or []
    if not isinstance(rows, list) or not all(
        isinstance(row, dict) and all(row.get(name) not in (None, "") for name in wanted) for row in rows
    ):
        raise _malformed(path, key, f"est une liste, et chaque ligne y dit {', '.join(wanted)}")
    return rows


def _definitions(path: Path, raw: Mapping[Any, Any], counts: str) -> tuple[Definition, ...]:
    """Return the usual definition, then those that the card adds."""
    definitions = [Definition(id=USUAL, name="Définition usuelle", counts=counts)]
    for row in _rows(path, raw, "definitions", DEFINITION):
        one = Definition(**{key: str(row[key]) for key in DEFINITION})
        if (
            not one.id.isidentifier()
            or not one.rates.isidentifier()
            or one.id in {each.id for each in definitions}
        ):
            raise _malformed(path, "definitions", "a des id et des rates en lettres, et chaque id une fois")
        definitions.append(one)
    return tuple(definitions)


def _level_names(path: Path, raw: Mapping[Any, Any], levels: Sequence[str]) -> Mapping[str, tuple[str, str]]:
    names = raw.get("level_names") or {}
    if not isinstance(names, dict) or not all(
        key in (AREA, *levels) and isinstance(forms, list) and len(forms) == 2 for key, forms in names.items()
    ):
        raise _malformed(
            path, "level_names", "dit de chaque niveau un mot et son pluriel : [secteur, secteurs]"
        )
    return {str(key): (str(forms[0]), str(forms[1])) for key, forms in names.items()}


def _time_zone(path: Path, raw: Mapping[Any, Any]) -> str:
    name = str(raw.get("time_zone") or "UTC")
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, KeyError) as error:
        raise _malformed(path, "time_zone", "est un fuseau de l’IANA : Europe/Brussels") from error


def _holidays(path: Path, raw: Mapping[Any, Any]) -> tuple[Holiday, ...]:
    holidays = []
    for row in _rows(path, raw, "holidays", ("label", "source")):
        try:
            holidays.append(Holiday(**row))
            for year in (2023, 2024):  # a day of leap years alone would be looked for in the others
                holidays[-1].in_year(year)
        except (TypeError, ValueError) as error:
            wanted = "a pour chaque jour label, source, et month et day, de toutes les années, ou easter"
            raise _malformed(path, "holidays", wanted) from error
    return tuple(holidays)


def _sources(path: Path, raw: Mapping[Any, Any]) -> Mapping[str, Source]:
    sources = {}
    for row in _rows(path, raw, "sources", ("table", *SOURCE)):
        source_fields = {
            key: str(value) for key, value in row.items() if key != "table" and value is not None
        }
        try:
            sources[str(row["table"])] = Source(**source_fields)
        except TypeError as error:
            wanted = f"dit de chaque table {', '.join(SOURCE)}, et s’il le faut address et doubt"
            raise _malformed(path, "sources", wanted) from error
    return sources
