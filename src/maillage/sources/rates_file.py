"""A user's own rates: one published figure a row, each with its source, become a definition of need."""

import re

from maillage.kernel.errors import Refused
from maillage.kernel.typed import whole_number
from maillage.reference.definitions import Definition, Margin
from maillage.reference.parameters import number
from maillage.sources.delimited import Row
from maillage.sources.delimited import read as rows_of

COLUMNS = ("indicateur", "annee", "champ", "ventilation", "modalite", "valeur", "source", "citation")
ENGLISH = {
    "indicator": "indicateur",
    "year": "annee",
    "population": "champ",
    "breakdown": "ventilation",
    "category": "modalite",
    "value_pct": "valeur",
    "quote": "citation",
}
BREAKDOWNS = {
    "ensemble": "total",
    "total": "total",
    "age": "age",
    "âge": "age",
    "diplome": "diploma",
    "diplôme": "diploma",
}
DIPLOMAS = {
    "sans": "none",
    "sans diplôme": "none",
    "sans diplôme ou cep": "none",
    "sans diplôme ou cep au plus": "none",
    "brevet": "brevet",
    "cap": "cap",
    "bep ou cap": "cap",
    "cap ou bep": "cap",
    "cap-bep": "cap",
    "bac": "bac",
    "baccalauréat": "bac",
    "bac+2": "short",
    "bac+3": "long",
    "bac+3 ou plus": "long",
}
MOST_RESPONDENTS = 10_000_000
LATEST = 2035  # a later year is a slip of the pen
RESTRICTED = re.compile(
    r"\b(?:usag|utilisat|internaut|connect|équip|demandeu|chôm|allocat|étudiant|élève|lycéen|retrait|salari|"
    r"actif|inactif|agent|client|bénéfici|locatai|ménage|foyer|femme|homme|jeune|senior|parmi)",
    re.IGNORECASE,
)
CEILING = re.compile(
    r"\d+\s*(?:ans\s*)?(?:-|–|à|et)\s*\d+\s*ans|moins de\s*\d+\s*ans|ans\s*(?:et|ou)\s*moins", re.IGNORECASE
)
START = re.compile(r"(\d+)\s*ans\s*(?:et|ou)\s*plus", re.IGNORECASE)
PERCENT = re.compile(r"(\d+(?:[.,]\d+)?)\s*%")
PURPOSE = (
    "Chaque taux doit porter ce qu’il mesure, son année, son champ, sa source et la phrase qui le publie."
)


def read(content: bytes, *, name: str) -> Definition:
    """Return the definition that a rates file describes: a total, and any margins by age or diploma.

    Raises Refused, naming line, column and value, on an unsourced rate, a rate outside 0-100 or absent from
    its citation, a universe that is a part of the population, classes that overlap, an unknown class, or no
    total.
    """
    rows = rows_of(
        content, name, required=COLUMNS, optional=("repondants",), aliases=ENGLISH, purpose=PURPOSE
    )
    indicators = {row["indicateur"] for row in rows}
    if len(indicators) > 1:
        raise Refused(
            f"{name} : {len(indicators)} indicateurs ({', '.join(sorted(indicators)[:4])}…).",
            why="Une définition ne compte qu’une chose.",
            do="Gardez un seul indicateur par fichier.",
        )
    total, total_half = None, 0.0
    margins: list[Margin] = []
    lines: dict[str, int] = {}
    for row in rows:
        kind, rate, half = _kind(row), _rate(row), _half_step(row["valeur"])
        for column in ("source", "citation"):
            if not row[column]:
                raise row.fault(
                    column,
                    (
                        "ce taux n’a pas de source"
                        if column == "source"
                        else "la phrase qui publie ce taux manque"
                    ),
                    why=(
                        "Un chiffre que personne ne peut retrouver ne doit pas devenir un nombre de"
                        " personnes."
                    ),
                    do="Indiquez la publication, et copiez la phrase qui porte le chiffre.",
                )
        _same_survey(row, rows[0])
        _check_citation(row)
        if kind == "total":
            if total is not None:
                raise row.fault(
                    "ventilation",
                    "le taux de l’ensemble est donné deux fois",
                    why="On ne saurait pas lequel est le bon.",
                    do="N’en gardez qu’un.",
                )
            total, total_half = rate, half
            continue
        category = row["modalite"] if kind == "age" else _diploma(row)
        if (known := lines.get(f"{kind}/{category}")) is not None:
            raise row.fault(
                "modalite", f"déjà donnée à la ligne {known}", why=OVERLAP, do="N’en gardez qu’une."
            )
        lines[f"{kind}/{category}"] = row.line
        margins.append(
            Margin(
                breakdown="age" if kind == "age" else "diploma",
                category=category,
                rate=rate,
                low=max(rate - half, 0.0005),
                high=min(rate + half, 0.9995),
            )
        )
        if kind == "age":
            _check_overlap(row, margins)
    if total is None:
        raise Refused(
            f"{name} : le taux de l’ensemble manque.",
            why="Sans total, le nombre de personnes ne peut pas être calé.",
            do="Ajoutez une ligne dont la ventilation est « ensemble ».",
        )
    first = rows[0]
    return Definition(
        id=f"fichier-{name.rsplit('.', 1)[0]}",
        label=f"{first['indicateur'].replace('_', ' ').capitalize()}, {first['annee']}",
        short=first["indicateur"].replace("_", " ")[:24],
        statement=f"sont dans le cas « {first['indicateur'].replace('_', ' ')} »"
        + _field_note(first["champ"]),
        universe=first["champ"],
        year=_year(first),
        producer=first["source"].split(",")[0],
        title=first["source"],
        url=name,
        quote=first["citation"],
        n=_respondents(rows),
        n_known=bool(first["repondants"]),
        doubt=(
            "Taux fournis par un fichier de l’utilisateur ; ce qui n’y est pas suit l’illectronisme de 2021."
        )
        + _field_doubt(first["champ"]),
        recipe="nearest",
        total=total,
        total_low=max(total - total_half, 0.0005),
        total_high=min(total + total_half, 0.9995),
        margins=tuple(margins),
        sample="quota",
    )


OVERLAP = "Une même personne compterait deux fois dans les marges."


def _same_survey(row: Row, first: Row) -> None:
    """Refuse a row without a year or a universe, or with another one than the first."""
    _year(row)
    if not row["champ"]:
        raise row.fault(
            "champ",
            "le champ de ce taux n’est pas dit",
            why="Un taux ne vaut que pour les personnes interrogées.",
            do="Écrivez par exemple « 15 ans et plus, France hors Mayotte ».",
        )
    _check_field(row)
    for column in ("annee", "champ"):
        if row[column] != first[column]:
            raise row.fault(
                column,
                f"la ligne {first.line} dit « {first[column]} »",
                why="Des taux d’années ou de champs différents ne décrivent pas les mêmes personnes.",
                do="Gardez les taux d’une seule enquête par fichier.",
            )


def _check_field(row: Row) -> None:
    """Refuse a universe that is a part of the population: its rate is not that of everybody."""
    champ = row["champ"]
    start = START.search(champ)
    if not (
        CEILING.search(champ)
        or RESTRICTED.search(champ)
        or (start and int(start[1]) > number("rates/oldest_start"))
    ):
        return
    raise row.fault(
        "champ",
        "ce champ n’est qu’une partie de la population",
        why=(
            "Les taux sont appliqués à toutes les personnes de 15 ans et plus : celui-ci ne vaut pas pour"
            " elles."
        ),
        do="Donnez le taux de toute la population, et celui d’un âge ou d’un diplôme sur sa propre ligne.",
    )


def _check_citation(row: Row) -> None:
    """Refuse a sentence whose percentages are all others than the rate, or than what it leaves."""
    cited_percents = [float(text.replace(",", ".")) for text in PERCENT.findall(row["citation"])]
    if not cited_percents:
        return
    value, step = 100 * _rate(row), 100 * _half_step(row["valeur"])
    if not any(min(abs(each - value), abs(100 - each - value)) <= max(step, 0.5) for each in cited_percents):
        raise row.fault(
            "citation",
            f"la phrase ne porte pas le taux de cette ligne ({row['valeur']})",
            why="Un chiffre que sa source ne dit pas est une faute de copie, dans l’un ou dans l’autre.",
            do="Copiez la phrase qui porte ce taux, ou corrigez la valeur.",
        )


def _is_usual(champ: str) -> bool:
    """Return True for a survey of the ages that the rates are applied to (15 and over)."""
    start = START.search(champ)
    return start is not None and int(start[1]) == 15


def _field_note(champ: str) -> str:
    """Return the words added to each sentence for a survey of other ages than those counted."""
    return "" if _is_usual(champ) else f" (taux publié pour : {champ})"


def _field_doubt(champ: str) -> str:
    """Return the warning for a survey of other people than those the rates are applied to."""
    if _is_usual(champ):
        return ""
    return (
        f" Le champ déclaré est « {champ} » ; les taux sont appliqués aux 15 ans et plus en logement"
        " ordinaire."
    )


def _kind(row: Row) -> str:
    kind = BREAKDOWNS.get(row["ventilation"].casefold())
    if kind is None:
        raise row.fault(
            "ventilation",
            "ventilation inconnue",
            why="Les taux se donnent pour l’ensemble, par âge ou par diplôme.",
            do="Écrivez ensemble, age ou diplome.",
        )
    return kind


def _rate(row: Row) -> float:
    try:
        value = float(row["valeur"].replace(",", ".").replace("%", "").strip())
    except ValueError:
        value = -1.0
    if not 0 < value < 100:
        raise row.fault(
            "valeur",
            "un taux est un nombre entre 0 et 100, bornes exclues",
            why="Une part de personnes est entre aucune et toutes.",
            do="Donnez un pourcentage, par exemple 15,4.",
        )
    return value / 100


def _half_step(text: str) -> float:
    """Return half of the last digit printed, as a share: the largest rounding error."""
    digits = text.replace(",", ".").partition(".")[2].strip(" %")
    return float(0.005 / 10 ** len(digits))


def _diploma(row: Row) -> str:
    diploma = DIPLOMAS.get(row["modalite"].casefold().strip())
    if diploma is None:
        raise row.fault(
            "modalite",
            "diplôme inconnu",
            why="Un taux ne s’applique qu’à une classe que le recensement compte.",
            do="Écrivez : " + ", ".join(("sans", "brevet", "cap", "bac", "bac+2", "bac+3")) + ".",
        )
    return diploma


def _check_overlap(row: Row, margins: list[Margin]) -> None:
    low, high = age_span(row)
    for margin in margins[:-1]:
        if margin.breakdown != "age":
            continue
        other_low, other_high = _span(margin.category)
        if low < other_high and other_low < high:
            raise row.fault(
                "modalite",
                f"cette classe d’âge en recouvre une autre ({margin.category})",
                why=OVERLAP,
                do="Donnez des classes qui se suivent, par exemple 15-24, 25-39.",
            )


def age_span(row: Row) -> tuple[int, int]:
    """Return the first age of a class and the age after its last."""
    try:
        return _span(row["modalite"])
    except ValueError:
        raise row.fault(
            "modalite",
            "la classe d’âge n’est pas reconnue",
            why="Une classe s’écrit avec ses deux âges, ou avec un signe plus.",
            do="Écrivez par exemple 60-74, ou 75+.",
        ) from None


def _span(category: str) -> tuple[int, int]:
    text = category.replace(" ", "").replace("ans", "")
    if text.endswith("+"):
        return int(text[:-1]), 200
    low, high = (int(part) for part in text.split("-"))
    if low > high:
        raise ValueError(category)
    return low, high + 1


def _year(row: Row) -> int:
    year, earliest = whole_number(row["annee"], LATEST), round(number("rates/earliest_year"))
    if year is None or year < earliest:
        raise row.fault(
            "annee",
            f"une année est un nombre entre {earliest} et {LATEST}",
            why=(
                f"Elle dit quel écart avec l’outre-mer appliquer ; avant {earliest}, l’illectronisme de 2021"
                " ne peut rien dire de ce qui manque."
            ),
            do="Écrivez par exemple 2021, ou prenez une enquête plus récente.",
        )
    return year


def _respondents(rows: list[Row]) -> int:
    for row in rows:
        if row["repondants"]:
            n = whole_number("".join(row["repondants"].split()).removesuffix(".0"), MOST_RESPONDENTS)
            if not n:
                raise row.fault(
                    "repondants",
                    "le nombre de répondants n’est pas reconnu",
                    why="Il donne la largeur de l’intervalle.",
                    do="Écrivez un nombre entier, ou laissez la case vide.",
                )
            return n
    return 1000
