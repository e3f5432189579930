"""maillage enquete ponderer: calibration weights, and what they are worth."""

import argparse
import io
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from maillage.kernel.errors import Refused
from maillage.kernel.spreadsheet import Writer
from maillage.manage.words import print_json, typed_path
from maillage.words.wording import count

if TYPE_CHECKING:
    from maillage.sources.survey.answers import Answers
    from maillage.sources.survey.margins import Margin
    from maillage.statistics.survey.weighting import Weighting

OK, PARTLY = 0, 1
STRUCTURE = "type_structure"  # a column of answers of structures, in our questionnaire
NUMBER = r"\s*(\d+(?:[.,]\d+)?|[.,]\d+)\s*"
BOUNDS = re.compile(
    rf"{NUMBER}[;: ]{NUMBER}|\s*(\d*\.?\d+)\s*,\s*(\d*\.?\d+)\s*|\s*(\d+,\d+)\s*,\s*(\d+,\d+)\s*"
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "reponses", type=typed_path, metavar="REPONSES.csv", help="une ligne par réponse, « id » d’abord"
    )
    parser.add_argument(
        "--marges",
        required=True,
        type=typed_path,
        metavar="MARGES.csv",
        help="la population : variable,modalite,effectif",
    )
    parser.add_argument(
        "--sortie", required=True, type=typed_path, metavar="POIDS.csv", help="où écrire les poids : id,poids"
    )
    parser.add_argument(
        "--territoire",
        metavar="CODE",
        help="le territoire de l’enquête : le total des marges y est comparé au recensement",
    )
    parser.add_argument(
        "--methode",
        choices=("raking", "logit", "lineaire"),
        default="raking",
        help="comment chercher les poids (raking)",
    )
    parser.add_argument(
        "--bornes",
        metavar="BAS,HAUT",
        help="entre quels rapports un poids reste de son poids initial, par exemple 0.3,3",
    )
    parser.add_argument(
        "--plafond", metavar="FOIS", help="poids le plus grand, en poids moyens, par exemple 4"
    )
    parser.add_argument("--json", action="store_true", help="écrit le diagnostic en JSON")


def run(options: argparse.Namespace) -> int:
    from maillage.kernel.disk import write_whole
    from maillage.sources.survey import answers, birth_years, margins
    from maillage.statistics.survey import weighting

    bounds = bounds_of(options.bornes) if options.bornes is not None else None
    trim = _trim(options.plafond) if options.plafond is not None else None
    for path in (options.reponses, options.marges):
        if options.sortie.resolve() == path.resolve():
            raise Refused(
                f"--sortie {options.sortie} : ce fichier est aussi à lire.",
                why="Les poids prendraient la place des réponses ou des marges.",
                do="Donnez un autre nom, par exemple poids.csv.",
            )
    targets = margins.read(options.marges)
    names = [margin.variable for margin in targets]
    reading = answers.read(
        options.reponses, variables=names, optional=(STRUCTURE, *birth_years.DATED), questions=names
    )
    reading = birth_years.read_as_ages(reading, None, this_year=date.today().year)
    if STRUCTURE in reading.table:
        weighting.check_structures(targets, len(reading.table))
    weighted = weighting.weigh(
        reading.table, targets, method=options.methode, bounds=bounds, trim=trim, lines=reading.lines
    )
    if STRUCTURE not in reading.table:
        weighted = replace(
            weighted, warnings=(*_margin_doubts(targets, options.territoire), *weighted.warnings)
        )
    write_whole(options.sortie, weights_csv(weighted))
    if options.json:
        print_json(document(weighted, reading))
    else:
        tell(weighted, reading, str(options.sortie))
    return ended(reading)


def _margin_doubts(margins: "Sequence[Margin]", code: str | None) -> tuple[str, ...]:
    """Return why margins may count other people than the census, or that nothing compares them."""
    from maillage.statistics.need import population as frames
    from maillage.statistics.survey import census_margins
    from maillage.statistics.zones.territories import gazetteer, rows_of

    total = margins[0].total
    rows = rows_of(gazetteer().get(code), frames.sources().rp2021) if code else None
    doubts = census_margins.margin_doubts(
        total, census_margins.ages_of(margins), census_margins.stated_year(margins), rows
    )
    unchecked = (
        f"Les marges comptent {count(round(total), 'personne')}. Pour comparer ce total au recensement,"
        " ajoutez --territoire CODE."
    )
    return doubts if code else (*doubts, unchecked)


def bounds_of(text: str) -> tuple[float, float]:
    """Return two bounds as typed: `0.3,3`, `0,3;3`, or `0,3,3,0`.

    >>> bounds_of("0.3,3"), bounds_of("0,3;3"), bounds_of("0,5,2,5"), bounds_of(" .5 , 2 ")
    ((0.3, 3.0), (0.3, 3.0), (0.5, 2.5), (0.5, 2.0))
    """
    if match := BOUNDS.fullmatch(text):
        low, high = (float(part.replace(",", ".")) for part in match.groups() if part is not None)
        return low, high
    raise Refused(
        f"--bornes « {text} » : il faut deux nombres.",
        why="La première borne limite les poids qui baissent, la seconde ceux qui montent.",
        do="Écrivez par exemple --bornes 0.3,3.",
    )


def _trim(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise Refused(
            f"--plafond « {text} » n’est pas un nombre.",
            why="Il compte en poids moyens.",
            do="Écrivez par exemple --plafond 4.",
        ) from None


def weights_csv(result: "Weighting") -> str:
    """Return the file of weights, every digit kept."""
    out = io.StringIO()
    rows = Writer(out)
    rows.writerow(("id", "poids"))
    rows.writerows(zip(result.ids.tolist(), map(repr, result.weights.tolist()), strict=True))
    return out.getvalue()


def document(result: "Weighting", reading: "Answers") -> dict[str, Any]:
    """Return the diagnosis of the contract, and what else is known beside."""
    return {
        "n": result.n,
        "effet_plan": result.design_effect,
        "n_effectif": result.n_effective,
        "poids_min": float(result.weights.min()),
        "poids_max": float(result.weights.max()),
        "rapport_min": float(result.ratios.min()),
        "rapport_max": float(result.ratios.max()),
        "methode": result.method,
        "bornes": list(result.bounds) if result.bounds else None,
        "ecarts_marges": [
            {
                "variable": each.variable,
                "modalite": each.name,
                "cible": each.people,
                "obtenu": each.weighted_total,
                "ecart": each.gap,
                "n": each.n,
                "part_echantillon": 100 * each.share,
                "part_population": 100 * each.target,
                "coefficient": each.coefficient,
                "n_pondere": each.weighted,
            }
            for each in result.strata
        ],
        "convergence": True,
        "iterations": result.iterations,
        "ecart_max": result.gap,
        "explication": result.explained,
        "avertissements": [*reading.notes, *result.warnings],
        "limites": list(result.limits),
        "lignes_refusees": [
            {"ligne": fault.line, "colonne": fault.column, "raison": fault.reason} for fault in reading.faults
        ],
    }


def tell(result: "Weighting", reading: "Answers", path: str) -> None:
    """Print the diagnosis for a person."""
    print(
        f"{result.n} réponse{'s' * (result.n > 1)} pondérée{'s' * (result.n > 1)} : poids écrits dans {path}."
    )
    print(result.explained)
    print(
        f"Effet de plan dû aux poids : {_number(result.design_effect, 2)} ; {result.n} réponses en valent"
        f" {_number(result.n_effective, 0)} de même poids. Poids de {_number(float(result.weights.min()))} à"
        f" {_number(float(result.weights.max()))} personnes par réponse."
    )
    variable = ""
    for stratum in result.strata:
        if stratum.variable != variable:
            variable = stratum.variable
            print(
                f"\n{variable:<28}{'réponses':>10}{'échant.':>10}{'popul.':>10}{'coeff.':>9}{'n pondéré':>11}"
            )
        print(
            f"  {stratum.name[:25]:<26}{stratum.n:>10}{_number(100 * stratum.share, 1) + ' %':>10}"
            f"{_number(100 * stratum.target, 1) + ' %':>10}"
            f"{_number(stratum.coefficient, 3):>9}{_number(stratum.weighted, 1):>11}"
        )
    for title, sentences in (
        ("À savoir", [*reading.notes, *result.warnings]),
        ("Ce que les poids ne corrigent pas", result.limits),
    ):
        if sentences:
            print(f"\n{title}")
            for sentence in sentences:
                print(f"· {sentence}")


def ended(read: "Answers") -> int:
    """Return the exit code of the command; when rows were excluded, print the first in three lines on
    standard error.
    """
    if not read.faults:
        return OK
    first, n = read.faults[0], len(read.faults)
    cell = f", colonne {first.column}" * bool(first.column) + f", valeur « {first.value} »" * bool(
        first.value
    )
    more = f" ; et {n - 1} autre{'s' * (n > 2)} ligne{'s' * (n > 2)}" if n > 1 else ""
    print(f"{read.table.name}, ligne {first.line}{cell} : {first.reason}{more}.", file=sys.stderr)
    print("Cette ligne n’a pas de poids ; les bonnes lignes sont gardées.", file=sys.stderr)
    print(first.do, file=sys.stderr)
    return PARTLY


def _number(value: float, decimals: int | None = None) -> str:
    text = f"{value:.4g}" if decimals is None else f"{value:.{decimals}f}"
    if decimals is None and abs(value) >= 1e4:
        text = f"{value:.0f}"
    return text.replace(".", ",")
