"""maillage enquete tabuler: the table of a question, crossed or not, with its intervals; small counts
withheld.
"""

import argparse
import sys
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maillage.kernel.estimate import Estimate
from maillage.manage.surveys.ponderer import ended
from maillage.manage.words import print_json, read_file, typed_path
from maillage.words.rounding import outwards, signed_outwards

if TYPE_CHECKING:
    from maillage.questionnaires.questionnaire import Questionnaire
    from maillage.sources.survey.answers import Answers
    from maillage.statistics.survey.samples import Sample, Weights
    from maillage.statistics.survey.tables import Measured, Row, Tabulation
    from maillage.statistics.survey.universe import Universe

WIDE = 46
MISSED = 0.001  # of the population: beyond, these are not the margins of these weights
KINDS = {
    "habitants": "inhabitants",
    "structures": "structures",
    "professionnels": "professionals",
    "allocataires": "caf",
    "autres": "other",
}
UNROUNDED = (
    "Parts sans arrondi, pour un programme : avec les marges, elles diraient qui a répondu quoi. Pour les"
    " publier, ajoutez « --pour publier »."
)
IN_FULL = {"nearest": "au plus proche", "down": "par troncature"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "reponses", type=typed_path, metavar="REPONSES.csv", help="une ligne par réponse, « id » d’abord"
    )
    parser.add_argument(
        "--questionnaire",
        required=True,
        type=typed_path,
        metavar="XLSFORM",
        help="les questions et leurs réponses (XLSForm)",
    )
    parser.add_argument(
        "--poids", required=True, type=typed_path, metavar="POIDS.csv", help="les poids : id,poids"
    )
    parser.add_argument("--question", required=True, metavar="Q", help="la question, par son nom")
    parser.add_argument(
        "--par", default="", metavar="Q2", help="croiser par cette question, ou cette colonne du fichier"
    )
    parser.add_argument(
        "--marges",
        type=typed_path,
        metavar="MARGES.csv",
        help="les marges des poids : l’intervalle en tient compte",
    )
    universe_arguments(parser)
    parser.add_argument(
        "--seuil",
        type=int,
        metavar="N",
        help=(
            "plus petit effectif publié, 5 ou plus pour des personnes (11, ou 5 quand moins d’un habitant sur"
            " vingt a répondu ; 3 pour des structures)"
        ),
    )
    parser.add_argument(
        "--pour",
        choices=("soi", "publier"),
        help=(
            "soi : tout, et « ne sera pas publié » où il le faut (à l’écran, par défaut) ; publier : ce qui"
            " peut l’être, le reste masqué, les parts redressées arrondies (en JSON, par défaut : masqué,"
            " sans arrondi)"
        ),
    )
    parser.add_argument(
        "--arrondi",
        choices=("proche", "troncature"),
        default="proche",
        help="règle d’arrondi du tableau lu à l’écran",
    )
    parser.add_argument("--json", action="store_true", help="écrit le tableau en JSON, sans arrondi")


def universe_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--qui",
        choices=tuple(KINDS),
        help="qui a répondu, quand le questionnaire ne le dit pas : la règle de publication en dépend",
    )
    parser.add_argument(
        "--interrogees",
        type=int,
        metavar="N",
        help="combien de structures, ou de personnes, ont été interrogées : donne le taux de réponse",
    )
    parser.add_argument(
        "--univers",
        type=int,
        metavar="N",
        help="combien il y en a en tout : l’intervalle en tient compte",
    )


def run(options: argparse.Namespace) -> int:
    from maillage.sources.survey import answers, birth_years, xlsform
    from maillage.statistics.survey import tabulation
    from maillage.statistics.survey.universe import Universe

    form = xlsform.read(read_file(options.questionnaire), options.questionnaire.name)
    reading = answers.read(options.reponses, questions=[each.name for each in form.questionnaire.questions()])
    today = datetime.now().date()
    reading = birth_years.read_as_ages(reading, form.questionnaire, this_year=today.year)
    questionnaire, who_notes = answered_by(form.questionnaire, options.qui)
    weights, weight_notes = weights_of(reading, options.poids, options.marges, kind=questionnaire.kind)
    universe = Universe(size=options.univers, n_invited=options.interrogees)
    sample = sample_of(reading, questionnaire, weights, universe, today=today, least=options.seuil)
    table = tabulation.of_sample(
        sample,
        options.question.strip(),
        by=options.par.strip(),
        least="rule" if options.seuil is None else options.seuil,
        inside=(options.pour or ("publier" if options.json else "soi")) == "soi",
        rounding="down" if options.arrondi == "troncature" else "nearest",
    )
    kind = questionnaire.kind
    of_universe = (
        universe.response_words(len(reading.table), kind),
        universe.interval_words(kind),
        sample.disagreement,
    )
    notes = [
        *who_notes,
        *reading.notes,
        *form.warnings,
        *weight_notes,
        *table.notes,
        *filter(None, of_universe),
    ]
    if options.json:
        print_json(document(table, universe, len(reading.table), is_published=options.pour == "publier"))
        for note in [*notes, *([UNROUNDED] if table.weighted and not options.pour else [])]:
            print(note, file=sys.stderr)
    else:
        tell(table, notes)
    return ended(reading)


def answered_by(questionnaire: "Questionnaire", who_option: str | None) -> tuple["Questionnaire", list[str]]:
    """Return the questionnaire with the kind of survey that an option states, and what to tell when neither
    says who answered: persons are then supposed, whose rule is the stricter.
    """
    if who_option:
        return replace(questionnaire, kind=KINDS[who_option]), []
    if questionnaire.kind != "other":
        return questionnaire, []
    return questionnaire, [
        "Le questionnaire ne dit pas qui a répondu : ces réponses sont publiées comme celles de personnes."
        " Si ce sont des structures, ajoutez « --qui structures »."
    ]


def sample_of(
    read: "Answers",
    questionnaire: "Questionnaire",
    weights: "Weights | None",
    universe: "Universe",
    *,
    today: date,
    least: int | None = None,
) -> "Sample":
    """Return the answers as they are tabulated, the classes of age that too few gave merged as on the pages
    of a survey. least: the smallest count published, that of the rule where None.
    """
    from maillage.statistics.survey import age_merging, samples

    everybody = samples.sample(read.table, questionnaire, weights, universe=universe, today=today)
    merging = age_merging.merged(
        read.table, questionnaire, least=everybody.rule.least if least is None else least
    )
    if not merging.merged_names:
        return everybody
    return samples.sample(merging.answers, merging.questionnaire, weights, universe=universe, today=today)


def weights_of(
    read: "Answers", path: Path, margins: Path | None, *, kind: str = ""
) -> tuple["Weights", list[str]]:
    """Return the weights of answers, with the variables they were made to meet when the margins are given;
    and what to tell of them. kind: of survey; Refused when structures are weighted by inhabitants.
    """
    from maillage.sources.survey import margins as known
    from maillage.sources.survey import weights
    from maillage.statistics.survey import weighting
    from maillage.statistics.survey.samples import Weights, weights_by_id

    weight_by_id = weights.read(path)
    values = weights_by_id(read.table, weight_by_id)
    if kind == "structures":
        weighting.check_structure_weights(values, path.name)
    notes = []
    if extra := len(weight_by_id) - len(values):
        notes.append(f"{extra} poids de {path.name} ne sont celui d’aucune réponse lue : ils ne servent pas.")
    if margins is None:
        return Weights(values=values), notes
    wanted = known.read(margins)
    if kind == "structures":
        weighting.check_structures(wanted, len(values))
    initial, codes = weighting.calibrated(read.table, wanted)
    for margin, code in zip(wanted, codes, strict=True):
        for rank, category in enumerate(margin.categories):
            weighted_share = float(values[code == rank].sum() / values.sum())
            if (
                len(margin.categories) == code.max() + 1
                and abs(weighted_share - category.total / margin.total) > MISSED
            ):
                notes.append(
                    f"Ces poids ne retrouvent pas les marges de {margins.name} (« {margin.variable} », «"
                    f" {category.name} » : {_number(100 * weighted_share, 1)} % au lieu de"
                    f" {_number(100 * category.total / margin.total, 1)} %) : les intervalles n’en tiennent"
                    " pas compte."
                )
                return Weights(values=values), notes
    return (
        Weights(
            values=values, initial=initial, codes=codes, variables=tuple(margin.variable for margin in wanted)
        ),
        notes,
    )


def document(
    table: "Tabulation", universe: "Universe", answers: int, *, is_published: bool = False
) -> dict[str, Any]:
    """Return the table of the contract: shares in percent, unrounded, but for weighted ones to be published;
    nothing for withheld values, and why; made for those who hold the answers, every value, and why it will
    not be published. answers: how many there are in all, of the universe.
    """
    return {
        "question": table.question,
        "univers": table.universe,
        "n": table.n if table.is_base_public else None,
        "seuil": table.least or None,
        **_universe(universe, answers),
        "lignes": [
            _line(table, row, table.published(row) if is_published and table.weighted else None)
            for row in table.rows
            if not row.grouped
        ],
    }


def _universe(universe: "Universe", answers: int) -> dict[str, Any]:
    """Return the universe of a table, nothing where nobody says: the contract has no such names."""
    if universe.size is None and universe.n_invited is None:
        return {}
    return {
        "interrogees": universe.n_invited,
        "population": universe.size,
        "taux_de_reponse": universe.rate(answers),
    }


def _line(table: "Tabulation", row: "Row", printed: float | None) -> dict[str, Any]:
    """Return a line of the table. printed: the share as it is printed, None to leave it unrounded."""
    figure = row.figure if isinstance(row.figure, Estimate) else None
    if figure and printed is not None:
        low, high = outwards(figure.low, figure.high, 1.0, most=100.0)
        is_imposed = figure.low == figure.high
        figure = replace(
            figure, value=printed, low=printed if is_imposed else low, high=printed if is_imposed else high
        )
    return {
        "modalite": row.category,
        "par": row.by or None,
        "n": table.published_count(row),
        "part": figure.value if figure else None,
        "bas": figure.low if figure else None,
        "haut": figure.high if figure else None,
        "motif": row.reason or (f"ne sera pas publié : {row.unpublished}" if row.unpublished else None),
    }


def tell(table: "Tabulation", notes: list[str]) -> None:
    """Print a table for a person."""
    print(table.label + (f", selon : {table.by_label}" if table.by else ""))
    base = f"n = {table.n}" if table.is_base_public else "nombre de réponses non publié"
    print(f"{table.universe[0].upper()}{table.universe[1:]} : {base}. Intervalles à 90 %.")
    by: str | None = None
    withheld: dict[str, int] = {}
    for row in table.rows:
        if row.by != by:
            by = row.by
            print(
                f"\n{row.by_label + (f' (n = {row.base})' if row.base else '') if by else '':<{WIDE}}"
                f"{'n':>7}{'part':>9}   intervalle"
            )
        if isinstance(row.figure, Estimate):
            part = f"{_number(table.published(row) or 0, table.decimals)} %"
            low, high = map(int, outwards(row.figure.low, row.figure.high, 1.0, most=100.0))
            within = f"{low} à {high} %{' (fragile)' * row.fragile}"
            if row.share is not None and (row.share.fixed or row.share.drawn >= 1):
                within = "imposée par les marges" if row.share.fixed else "sans marge : toutes ont répondu"
            unpublished_note = ""
            if row.unpublished:
                unpublished_note = (
                    f", ne sera pas publié ({withheld.setdefault(row.unpublished, len(withheld) + 1)})"
                )
            tail = f"{_count(table, row):>7}{part:>9}   {within}{unpublished_note}"
        else:
            mark = withheld.setdefault(row.reason, len(withheld) + 1)
            tail = f"{_count(table, row):>7}{f'masqué ({mark})':>15}"
        print(
            f"{'  ' * bool(row.grouped)}"
            f"{_short(row.label, WIDE - 2 * bool(row.grouped)):<{WIDE - 2 * bool(row.grouped)}}{tail}"
        )
    for each in table.measures:
        print(_measure(each))
    print()
    for reason, mark in withheld.items():
        print(f"({mark}) {reason}")
    print(
        f"· {'Parts pondérées' if table.weighted else 'Parts brutes'}, effectifs sans poids, arrondi"
        f" {IN_FULL[table.rounding]}{f', seuil : {table.least} réponses' * bool(table.least)}."
    )
    if table.inside:
        print(
            "· Tableau de travail : ce qui porte « ne sera pas publié » ne se montre qu’à qui a les réponses."
        )
    for note in notes:
        print(f"· {note}")


def _count(table: "Tabulation", row: "Row") -> str:
    n = table.published_count(row)
    return "-" if n is None else str(n)


def _measure(measure: "Measured") -> str:
    by = f" ({measure.by_label})" if measure.by else ""
    name = f"{measure.label}{by}{' : rang moyen' * (measure.measure == 'mean_rank')}"
    if measure.value is None or measure.low is None or measure.high is None:
        return f"{_short(name, WIDE):<{WIDE}}{'masqué':>16}   {measure.why}"
    low, high = signed_outwards(measure.low, measure.high, 0.1)
    return (
        f"{_short(name, WIDE):<{WIDE}}{measure.n:>7}{_number(measure.value, 1):>9}   {_number(low, 1)} à"
        f" {_number(high, 1)}{', ne sera pas publié' if measure.unpublished else ''}"
    )


def _short(text: str, wide: int) -> str:
    return text if len(text) < wide else text[: wide - 2] + "…"


def _number(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".replace(".", ",")
