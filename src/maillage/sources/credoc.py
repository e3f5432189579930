"""Persons of the Baromètre du numérique (Crédoc), one a row: fifteen waves, 2007 to 2022, none in 2021.
Checks of the persons of the Baromètre du numérique. The zones of the Baromètre du numérique, whose
labels are shifted until 2017.
"""

import gzip
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.errors import BrokenSource, Refused
from maillage.kernel.table import Table
from maillage.reference.cards import cards
from maillage.sources import expect
from maillage.sources.delimited import Row
from maillage.sources.delimited import read as rows_of

CARD = "credoc-barometre-2007-2022"
WAVES = (*range(2007, 2021), 2022)
UNKNOWN = "unknown"  # « [Nsp] » and « Non réponse »: asked, without an answer; never a no
NO_QUESTION = ""
YOUNGEST, OLDEST = 12, 110
LARGEST_WEIGHT = 20.0  # persons of a sample that one stands for; the shipped file goes from 0.20 to 5.64

Codes = Mapping[str, str]
_DO_NOT_KNOW = {"[Nsp]": UNKNOWN}
_NO_ANSWER = {"Non réponse": UNKNOWN}
_YES_NO = {"Oui": "yes", "Non": "no", **_DO_NOT_KNOW}
_OFTEN = {
    "Tous les jours": "daily",
    "Une à deux fois par semaine": "weekly",
    "Plus rarement": "rarely",
    "Jamais": "never",
    **_DO_NOT_KNOW,
}


@dataclass(frozen=True, slots=True)
class Variable:
    """A column of the file: its name here, the code of each published answer, the waves that asked everybody.

    filtered: a wave may also have asked only some (those who use Internet, say): an empty cell is no fault.
    """

    name: str
    codes: Codes
    waves: frozenset[int] = frozenset(WAVES)
    filtered: bool = False


def _in(*waves: int) -> frozenset[int]:
    return frozenset(waves)


def _from(first: int) -> frozenset[int]:
    return frozenset(wave for wave in WAVES if wave >= first)


VARIABLES: Mapping[str, Variable] = {
    "SEXE": Variable("sex", {"Femme": "woman", "Homme": "man"}),
    "DIPL5": Variable(
        "diploma",
        {
            "12-17 ans": "under_18",
            "Non diplômé": "none",
            "BEPC": "below_bac",  # a third of adults: CAP and BEP are counted in it
            "BAC": "bac",
            "Diplômé du supérieur": "higher",
        },
    ),
    "REVTOT7": Variable(
        "income",
        {
            "Moins de 900 € par mois": "under_900",
            "De 900 à 1499€ par mois": "900_1499",
            "De 1500 à 2299€ par mois": "1500_2299",
            "De 2300 à 3099€ par mois": "2300_3099",
            "De 3100€ à 3999€ par mois": "3100_3999",
            "4000€ et plus par mois": "4000_and_over",
            **_NO_ANSWER,
        },
        _in(2010, 2011, 2012, 2013, 2014, 2020, 2022),
    ),
    "TYPOSQT": Variable(
        "living_standard",
        {
            "Bas revenus": "low",
            "Classes moyennes inférieures": "lower_middle",
            "Classes moyennes supérieures": "upper_middle",
            "Hauts revenus": "high",
            **_NO_ANSWER,
        },
    ),
    "NBPERS5": Variable(
        "household",
        {
            "Une personne": "1",
            "Deux personnes": "2",
            "Trois personnes": "3",
            "Quatre personnes": "4",
            "Cinq personnes et plus": "5_and_over",
        },
    ),
    "PCS8EGO": Variable(
        "occupation",
        {
            "Agri. exploitant, artisan, commerçant, chef d'entreprise": "self_employed",
            "Cadre et profession intellectuelle supérieure": "executive",
            "Profession Intermédiaire": "intermediate",
            "Employé": "employee",
            "Ouvrier": "worker",
            "Personne au foyer": "homemaker",
            "Retraité": "retired",
            "Autre inactif": "inactive",
        },
    ),
    "AGGLO5": Variable(
        "agglomeration",
        {
            "Communes rurales": "rural",  # outside any urban unit
            "2 000 à 20 000 hab.": "2000_20000",
            "20 000 à 100 000 hab.": "20000_100000",
            "Plus de 100 000 hab.": "over_100000",
            "Agglomération parisienne": "paris",
        },
    ),
    "ZEAT": Variable(
        "zeat",
        {
            "Région parisienne": "region_parisienne",
            "Bassin parisien Ouest": "bassin_parisien_ouest",
            "Bassin parisien Est": "bassin_parisien_est",
            "Nord": "nord",
            "Est": "est",
            "Ouest": "ouest",
            "Sud-Ouest": "sud_ouest",
            "Centre Est": "centre_est",
            "Méditerranée": "mediterranee",
        },
        frozenset(wave for wave in WAVES if wave <= 2020),
    ),
    "REGION": Variable(
        "region",
        {
            "Ile de France": "11",
            "Centre Val de Loire": "24",
            "Bourgogne Franche Comté": "27",
            "Normandie": "28",
            "Hauts de France": "32",
            "Grand Est": "44",
            "Pays de la Loire": "52",
            "Bretagne": "53",
            "Nouvelle Aquitaine": "75",
            "Occitanie": "76",
            "Auvergne Rhone Alpes": "84",
            "PACA": "93",
            "Corse": "94",
        },
        _in(2020, 2022),
    ),
    "INTERNET": Variable("connection_at_home", _YES_NO),
    "MICRO": Variable(
        "computer_at_home",
        {"Oui, un seul": "one", "Oui, plusieurs": "several", "Non, aucun": "no", **_DO_NOT_KNOW},
    ),
    "FREQTOT": Variable("internet_use", _OFTEN, _from(2015)),
    "FREQORDI": Variable("computer_use", _OFTEN, _in(2017, 2019, 2020, 2022)),
    "FREQFIXE": Variable("home_internet_use", _OFTEN, _in(2017, 2019, 2020, 2022)),
    "FREQMOB": Variable("mobile_internet_use", _OFTEN, _in(2017, 2019, 2020, 2022)),
    "ABILITY": Variable(
        "computer_skill",
        {
            "Très compétent": "very",
            "Assez compétent": "fairly",
            "Pas très compétent": "not_very",
            "Pas du tout compétent": "not_at_all",
            **_DO_NOT_KNOW,
        },
        _in(2007, 2009, 2013, 2017, 2020),
    ),
    "MAITRNUM": Variable(
        "digital_mastery",
        {
            "Oui, tout à fait": "yes",
            "Oui, plutôt": "rather_yes",
            "Non, plutôt pas": "rather_no",
            "Non, pas du tout": "no",
            **_DO_NOT_KNOW,
        },
        _in(2022),
        filtered=True,
    ),
    "US_ADMI": Variable("online_procedures", _YES_NO, filtered=True),
    "SMARTPHO": Variable("smartphone", _YES_NO, _from(2011)),
    "RECUEIL": Variable("mode", {"CAWI": "web", "CATI": "phone"}, _in(2020, 2022)),
}
_YEARS = frozenset(map(str, WAVES))
COLUMNS = ("ANNEE", "POND", "AGE", *VARIABLES)
PURPOSE = "Chaque ligne est une personne interrogée : sans cette colonne, on ne sait pas qui a répondu quoi."
WHY = "Une ligne mal lue donnerait à une classe la réponse d’une autre : elle est laissée de côté, seule."
DO = "Corrigez cette case d’après le fichier publié, ou retirez la ligne."


@dataclass(frozen=True, slots=True)
class Reading:
    """The contents of a file of the Baromètre: a row per person read, and the faults of each row left out."""

    persons: Table
    faults: tuple[Refused, ...]


@cache
def persons() -> Table:
    """Return the shipped file, a row per person; `check` says what must be true of it.

    year, age (int), weight (float, mean one in each wave); then one column of codes for each of VARIABLES.
    A code is `unknown` where the person was asked and gave no answer, empty where the wave did not ask.
    Raises Refused at the first row that does not read: the shipped file has none. It takes two seconds: what
    a page needs is a table of rates kept beside the definitions, that a test finds again from here.
    """
    file = cards()[CARD].file
    reading = read(gzip.decompress(file.read_bytes()), name=file.name)
    if reading.faults:
        raise reading.faults[0]
    return reading.persons


def read(content: bytes, *, name: str) -> Reading:
    """Return the persons of a file in the columns of the Baromètre, and the rows that are not understood.

    Rows that read well are kept whatever the others are. Raises Refused when the file itself does not read:
    a missing column, another encoding, no row.
    """
    rows = rows_of(content, name, required=COLUMNS, purpose=PURPOSE)
    typed, faults = [], []
    for row in rows:
        fault = next(_faults(row), None)
        if fault is None:
            typed.append(row)
        else:
            faults.append(fault)
    columns = {
        "year": np.array([int(row["ANNEE"]) for row in typed], dtype=np.int64),
        "weight": np.array([float(row["POND"]) for row in typed], dtype=np.float64),
        "age": np.array([int(row["AGE"]) for row in typed], dtype=np.int64),
    }
    for column, variable in VARIABLES.items():
        codes = [variable.codes.get(row[column], NO_QUESTION) for row in typed]
        columns[variable.name] = np.array(codes, dtype=np.str_)
    return Reading(Table(CARD, columns), tuple(faults))


def _faults(row: Row) -> Iterator[Refused]:
    """Yield the faults of a row, number by number then variable by variable."""
    if row["ANNEE"] not in _YEARS:
        yield row.fault("ANNEE", f"les vagues vont de {WAVES[0]} à {WAVES[-1]}, sans 2021", why=WHY, do=DO)
        return
    if not 0 < _number(row["POND"]) <= LARGEST_WEIGHT:
        yield row.fault(
            "POND", f"un poids est un nombre entre 0 (exclu) et {LARGEST_WEIGHT:.0f}", why=WHY, do=DO
        )
    if not (row["AGE"].isdecimal() and YOUNGEST <= int(row["AGE"]) <= OLDEST):
        yield row.fault("AGE", f"un âge est un nombre entier, de {YOUNGEST} à {OLDEST} ans", why=WHY, do=DO)
    for column in VARIABLES:
        if (reason := _reason(column, row[column], int(row["ANNEE"]))) is not None:
            yield row.fault(column, reason, why=WHY, do=DO)
    if (row["DIPL5"] == "12-17 ans") != (int(row["AGE"]) < 18):
        yield row.fault("DIPL5", f"la personne a {row['AGE']} ans", why=WHY, do=DO)


@cache
def _reason(column: str, value: str, wave: int) -> str | None:
    """Return why a cell is not understood, None when it is; a few hundred cells differ among a million."""
    variable = VARIABLES[column]
    if value in variable.codes:
        return None if wave in variable.waves else f"la vague {wave} ne posait pas cette question"
    if value:
        return f"réponse inconnue ; celles du fichier publié : {', '.join(variable.codes)}"
    if wave in variable.waves and not variable.filtered:
        return f"la case est vide, or la vague {wave} posait cette question à tous"
    return None


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return math.nan


PERSONS = 37_195


def check(persons: Table) -> None:
    """Fail unless every wave is there, each with weights of mean one, and nobody is missing."""
    expect.total(persons.adding(one=np.ones(len(persons))), "one", PERSONS, within=0)
    for wave in WAVES:
        weights = persons["weight"][persons["year"] == wave]
        if not weights.size or abs(weights.mean() - 1) > 0.02:
            raise BrokenSource(
                f"{persons.name}: weights of the wave {wave} have not a mean of one.",
                why="Two waves put together would not count for as much as their respondents.",
                do="Compare the file with its origin card, then restore it.",
            )


LAST_SHIFTED = 2017
ZONES = (
    "region_parisienne",
    "bassin_parisien",
    "nord",
    "est",
    "ouest",
    "sud_ouest",
    "centre_est",
    "mediterranee",
)
SHIFTED: Mapping[str, str] = {
    "region_parisienne": "region_parisienne",
    "nord": "bassin_parisien",
    "bassin_parisien_est": "nord",
    "bassin_parisien_ouest": "est",
    "est": "ouest",
    "ouest": "sud_ouest",
    "sud_ouest": "centre_est",
    "centre_est": "mediterranee",
}


def zones(persons: Table) -> NDArray[np.str_]:
    """Return the zone of each person, one of ZONES, empty where the wave does not say.

    Until 2017 the file gives the nine labels to eight codes, those that leave the Bassin parisien whole: each
    label from the second on is one zone too far. “Nord” then holds 17 % of people and “Méditerranée” nobody,
    against 6 and 13 % from 2018 on; sizes of towns agree with the codes and not with the labels. The Bassin
    parisien is left whole in every wave.
    """
    is_bassin = np.char.startswith(persons["zeat"], "bassin_parisien")
    plain = np.where(is_bassin, "bassin_parisien", persons["zeat"])
    moved = np.array([SHIFTED.get(label, "") for label in persons["zeat"].tolist()])
    return np.where(persons["year"] <= LAST_SHIFTED, moved, plain)
