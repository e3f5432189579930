"""The margins a sample is weighted on, as somebody supplies them: the classes of each variable and how many
people each has.
"""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.sources.delimited import Row
from maillage.sources.offer.forms.sheet import listed, quoted
from maillage.sources.survey import grid
from maillage.sources.survey.answers import numbers
from maillage.sources.survey.grid import Grid

COLUMNS = ("variable", "modalite", "effectif")
YEARS = ("annee", "millesime")  # columns that may say of which year people are counted
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
PURPOSE = "Les marges disent combien de personnes chaque classe compte dans la population."
SAME = 1e-6  # relative difference of totals under which it is only rounding
MOST, LEAST = 1e10, 1e-6  # of people in a class, in a variable: beyond, sums lose their digits
THOUSANDS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")  # 5,200: five thousand two hundred, or five point two
SHARES = 0.01  # how near to 100 shares in percent add up


@dataclass(frozen=True, slots=True)
class Category:
    """A class of a variable. name: told and written; values: the answers that stand in it; total: people of
    the population.

    span: the lowest and highest age in whole years, when answers may be ages in years. line: where it was
    read.
    """

    name: str
    total: float
    values: tuple[str, ...]
    span: tuple[int, int] | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Margin:
    """A variable and its classes, in their order.

    label, source (id of a card), universe, year (several as « 2011 et 2012 », "" when nobody says), note
    (what to doubt): told beside. file: named in messages.
    silent: answers that say nothing, under a name of the questionnaire (« 99 », Ne sait pas). uncounted: key
    of each other answer of the question that no class counts → its words.
    """

    variable: str
    categories: tuple[Category, ...]
    label: str = ""
    source: str = ""
    universe: str = ""
    year: str = ""
    note: str = ""
    file: str = ""
    silent: tuple[str, ...] = ()
    uncounted: Mapping[str, str] = field(default_factory=dict)

    @property
    def total(self) -> float:
        return math.fsum(each.total for each in self.categories)


def key(text: str) -> str:
    """Return a text in the form used to compare it with another: composed accents, one kind of space and of
    apostrophe.

    >>> key(" 15 à\u00a029 ans ") == "15 à 29 ans", key("L'Isle") == key("L’Isle")
    (True, True)
    """
    return " ".join(unicodedata.normalize("NFC", text).replace("'", "’").split())


def read(path: Path) -> tuple[Margin, ...]:
    """Return the margins of a file `variable,modalite,effectif`: CSV of any usual encoding and separator, or
    a workbook.

    Raises Refused, naming line, column and value, on a missing column, a number that is missing, negative or
    not one, a class given twice, and on variables whose totals differ.
    """
    return of(grid.read(path))


def parse(content: bytes, name: str) -> tuple[Margin, ...]:
    """Return the margins of a file given by its bytes, as `read` does."""
    return of(grid.parse(content, name))


def of(survey_grid: Grid) -> tuple[Margin, ...]:
    """Return the margins that a grid holds, their totals made equal to the first when they differ by rounding
    only.
    """
    rows = _rows(survey_grid)
    totals = numbers([row["effectif"] for row in rows])
    variables: dict[str, dict[str, Category]] = {}
    years: dict[str, set[str]] = {}
    for row, total in zip(rows, totals.tolist(), strict=True):
        for column in ("variable", "modalite"):
            if not row[column]:
                raise row.fault(
                    column, "la case est vide", why=PURPOSE, do="Remplissez-la, ou retirez la ligne."
                )
        if not math.isfinite(total):
            raise row.fault(
                "effectif",
                "la case est vide" if not row["effectif"] else "ce n’est pas un nombre",
                why=PURPOSE,
                do="Donnez un nombre de personnes, par exemple 12500 ; zéro si la classe n’existe pas.",
            )
        if total < 0:
            raise row.fault(
                "effectif",
                "un nombre de personnes n’est jamais négatif",
                why=PURPOSE,
                do="Corrigez-le, ou retirez la ligne.",
            )
        if total > MOST:
            raise row.fault(
                "effectif",
                "aucune population n’est si grande",
                why=PURPOSE,
                do="Donnez un nombre de personnes, par exemple 12500.",
            )
        classes = variables.setdefault(key(row["variable"]), {})
        name = key(row["modalite"])
        if name in classes:
            raise row.fault(
                "modalite",
                f"la variable « {row['variable']} » a déjà cette modalité à la ligne {classes[name].line}",
                why="On ne saurait pas lequel des deux effectifs est le bon.",
                do="N’en gardez qu’une, ou additionnez-les.",
            )
        classes[name] = Category(name, total, (name,), line=row.line)
        years.setdefault(key(row["variable"]), set()).update(
            year for column in YEARS for year in YEAR.findall(row[column])
        )
    _plain_thousands(rows, variables)
    margins = tuple(
        Margin(
            variable,
            tuple(classes.values()),
            year=" et ".join(sorted(years[variable])),
            file=survey_grid.name,
        )
        for variable, classes in variables.items()
    )
    return agreed(margins)


def _rows(survey_grid: Grid) -> list[Row]:
    """Return the rows of margins, under the names of the contract; Refused when a column is missing or a row
    is not whole.
    """
    header = {plain(name): name for name in reversed(survey_grid.header)}
    for column in COLUMNS:
        if column not in header:
            raise Refused(
                f"{survey_grid.name}, ligne 1 : la colonne « {column} » manque.",
                why=f"{PURPOSE} Colonnes lues : {listed([quoted(name) for name in survey_grid.header])}.",
                do="Ajoutez-la. L’en-tête attendu est : variable,modalite,effectif.",
            )
        if header[column] in survey_grid.twice:
            raise Refused(
                f"{survey_grid.name}, ligne 1 : la colonne « {column} » est donnée deux fois.",
                why="On ne saurait pas laquelle lire.",
                do="N’en gardez qu’une.",
            )
    if survey_grid.faults:
        first = survey_grid.faults[0]
        raise Refused(f"{survey_grid.name}, ligne {first.line} : {first.reason}.", why=PURPOSE, do=first.do)
    if not survey_grid.rows:
        raise Refused(
            f"{survey_grid.name} : aucune ligne sous l’en-tête.",
            why=PURPOSE,
            do="Donnez au moins une variable et ses classes.",
        )
    at = {name: survey_grid.header.index(header[name]) for name in (*COLUMNS, *YEARS) if name in header}
    return [
        Row(survey_grid.name, line, {column: cells[position] for column, position in at.items()})
        for line, cells in zip(survey_grid.lines, survey_grid.rows, strict=True)
    ]


def _plain_thousands(rows: Sequence[Row], variables: Mapping[str, Mapping[str, Category]]) -> None:
    """Refuse numbers of people that a comma or a point may cut in thousands: they would be read a thousand
    times too small.

    Shares in percent with three decimals look the same, and add up to 100.
    """
    totals = [math.fsum(each.total for each in classes.values()) for classes in variables.values()]
    if all(abs(total - 100) < SHARES for total in totals):
        return
    for row in rows:
        if THOUSANDS.fullmatch(row["effectif"]):
            digits = re.sub(r"[.,]", "", row["effectif"])
            raise row.fault(
                "effectif",
                f"on ne sait pas si c’est {digits} personnes, ou un nombre à trois décimales",
                why=(
                    "Une virgule ou un point sépare les milliers dans certains tableurs, les décimales dans"
                    " d’autres."
                ),
                do=(
                    f"Écrivez {digits} sans séparateur ; si ce sont des décimales, gardez-en moins ou plus de"
                    " trois."
                ),
            )


def agreed(margins: Sequence[Margin]) -> tuple[Margin, ...]:
    """Return the margins with the total of the first; Refused when a total is nil, or differs by more than
    rounding.
    """
    for margin in margins:
        if not margin.total > LEAST:
            raise Refused(
                f"{margin.file or 'Les marges'}, variable « {margin.variable} » : le total des effectifs est"
                f" nul{' ou presque' if margin.total else ''}.",
                why="On ne peut pas ressembler à une population où il n’y a personne.",
                do="Vérifiez la colonne « effectif ».",
            )
    first = margins[0]
    for other in margins[1:]:
        if abs(other.total - first.total) > SAME * first.total:
            ratio = f"{first.total / other.total:.6g}".replace(".", ",")
            raise Refused(
                f"{first.file or 'Les marges'} : les totaux diffèrent, {_total(first)} pour «"
                f" {first.variable} », {_total(other)} pour « {other.variable} ».",
                why=(
                    "Les deux comptent la même population : aucun poids ne peut donner deux totaux à la fois."
                ),
                do=(
                    "Prenez les deux dans le même champ et la même année, ou multipliez les effectifs de «"
                    f" {other.variable} » par {ratio}."
                ),
            )
    return tuple(_scaled(margin, first.total / margin.total) for margin in margins)


def _scaled(margin: Margin, by: float) -> Margin:
    if by == 1:
        return margin
    return replace(
        margin, categories=tuple(replace(each, total=each.total * by) for each in margin.categories)
    )


def _total(margin: Margin) -> str:
    return f"{margin.total:,.10g}".replace(",", "\u202f").replace(".", ",")
