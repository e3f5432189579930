"""maillage enquete synthese: the document of a survey (HTML, PDF, DOCX) and its tables (CSV), from answers,
questionnaire and weights.
"""

import argparse
from datetime import date
from pathlib import Path

from maillage.kernel.errors import Refused
from maillage.kernel.progress import steps
from maillage.manage.surveys.ponderer import ended
from maillage.manage.surveys.tabuler import answered_by, sample_of, universe_arguments, weights_of
from maillage.manage.words import add_output_folder, read_file, typed_path

TABLES, VARIABLES, CROSSINGS = "tableaux", "variables.csv", "croisements.csv"
UNSAFE = str.maketrans('/\\:*?"<>|#', "_" * 10)


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
        "--poids",
        type=typed_path,
        metavar="POIDS.csv",
        help="les poids : id,poids ; sans eux, chiffres bruts",
    )
    add_output_folder(parser)
    parser.add_argument(
        "--marges",
        type=typed_path,
        metavar="MARGES.csv",
        help="les marges des poids : l’intervalle en tient compte",
    )
    universe_arguments(parser)
    parser.add_argument("--par", default="", metavar="Q", help="croiser aussi chaque question par celle-ci")
    parser.add_argument(
        "--titre", default="", help="le titre du document (celui du questionnaire par défaut)"
    )
    parser.add_argument(
        "--arrondi",
        choices=("proche", "troncature"),
        default="proche",
        help="règle d’arrondi de tout le document",
    )


def run(options: argparse.Namespace) -> int:
    from maillage.kernel.disk import write_whole
    from maillage.publishing.page import editable, html, pdf
    from maillage.publishing.page.folder import check_folder
    from maillage.publishing.survey import cards as survey_cards
    from maillage.publishing.survey import document as survey_document
    from maillage.sources.survey import answers, birth_years, xlsform
    from maillage.statistics.survey.universe import Universe
    from maillage.words.wording import count

    check_folder(options.sortie)
    form = xlsform.read(read_file(options.questionnaire), options.questionnaire.name)
    reading = answers.read(options.reponses, questions=[each.name for each in form.questionnaire.questions()])
    today = date.today()
    reading = birth_years.read_as_ages(reading, form.questionnaire, this_year=today.year)
    questionnaire, who_notes = answered_by(form.questionnaire, options.qui)
    weights, weight_notes = (
        weights_of(reading, options.poids, options.marges, kind=questionnaire.kind)
        if options.poids
        else (None, [])
    )
    universe = Universe(size=options.univers, n_invited=options.interrogees)
    sample = sample_of(reading, questionnaire, weights, universe, today=today)
    steps("Tableaux de l’enquête")
    cards = survey_cards.every(
        sample, rounding="down" if options.arrondi == "troncature" else "nearest", by=options.par.strip()
    )
    if not cards:
        raise Refused(
            f"{options.reponses.name} : aucune question du questionnaire n’y a de réponse.",
            why=(
                "Le document montre les questions que le fichier et le questionnaire ont en commun, par leur"
                " nom."
            ),
            do="Vérifiez que les colonnes portent le nom des questions (colonne « name » du XLSForm).",
        )
    results = survey_cards.results(
        cards,
        sample=sample,
        title=options.titre or questionnaire.title or options.reponses.stem,
        questionnaire=sample.reader.questionnaire,
        n=len(reading.table),
        weighted=weights is not None,
        on=today,
        limits=[*who_notes, *form.warnings, *reading.notes, *weight_notes],
        finite=universe,
        rule=sample.rule,
    )
    steps("Mise en page")
    document = survey_document.document(results)
    written = {
        "synthese.html": html.dossier(document),
        "synthese.pdf": pdf.dossier(document, on=today),
        "synthese.docx": editable.dossier(document, on=today),
    }
    written[VARIABLES] = survey_document.as_csv(
        ("nom", "question", "sorte", "reponses"), survey_document.codebook_rows(questionnaire)
    )
    for card in cards:
        name = card.answers.name.translate(UNSAFE)
        written[f"{TABLES}/{name}.csv"] = survey_document.as_csv(
            survey_document.COLUMNS, survey_document.rows([card], computed=results.computed)
        )
    if results.crossed:
        written[f"{TABLES}/{CROSSINGS}"] = survey_document.as_csv(
            survey_document.COLUMNS,
            survey_document.crossed_rows(results.crossed, computed=results.computed),
        )
    folder: Path = options.sortie
    (folder / TABLES).mkdir(parents=True, exist_ok=True)
    for name, content in written.items():
        write_whole(folder / name, content)
    hidden = sum(bool(row["motif"]) for row in survey_document.rows(cards, computed=results.computed))
    print(
        f"{count(len(cards), 'question')}, {count(len(reading.table), 'réponse')} : synthese.html,"
        f" synthese.pdf, synthese.docx et {count(len(cards), 'tableau', 'tableaux')} dans {folder}."
    )
    print(
        f"Chiffres {results.computed}s. {count(len(results.story), 'constat').capitalize()}."
        f" {count(hidden, 'case non publiée', 'cases non publiées').capitalize()}."
    )
    for note in filter(None, (*results.limits, sample.disagreement)):
        print(f"· {note}")
    return ended(reading)
