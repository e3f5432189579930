"""Answers of any tool become one table of texts; what cannot be told apart is refused, what is only odd is
told.
"""

import io

import numpy as np
import openpyxl
import pytest

from maillage.kernel.errors import Refused
from maillage.sources.survey import answers
from tests.support.speed import within


def parse(text, name="reponses.csv", encoding="utf-8"):
    return answers.parse(text.encode(encoding), name)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_any_usual_encoding_and_separator_gives_the_same_table(encoding, separator):
    text = "id|sexe|âge\nA|Femme|15-29 ans\nB|Homme|« 60 ans et + »\n".replace("|", separator)
    read = parse(text, encoding=encoding).table
    assert list(read.columns) == ["id", "sexe", "âge"]
    assert read["âge"].tolist() == ["15-29 ans", "« 60 ans et + »"]


def test_a_separator_inside_quotes_is_not_one():
    read = parse('id;"âge, en années";note\n1;"30";"« oui; non »"\n').table
    assert read["âge, en années"].tolist() == ["30"]
    assert read["note"].tolist() == ["« oui; non »"]


def test_a_workbook_is_read_as_its_texts():
    book = openpyxl.Workbook()
    book.active.append(["id", "age", "poids_initial"])
    book.active.append([1, "15-29", 1.5])
    book.active.append([2, "30+", 2])
    out = io.BytesIO()
    book.save(out)
    read = answers.parse(out.getvalue(), "reponses.xlsx").table
    assert [read[column].tolist() for column in read.columns] == [
        ["1", "2"],
        ["15-29", "30+"],
        ["1.5", "2"],
    ]


def test_groups_of_kobo_are_taken_off_and_its_uuid_is_the_identifier():
    read = parse(
        "start,identite/sexe,identite/age,usages/outils,usages/outils/ordi,usages/outils/mobile,_uuid,_submission_time\nx,f,30,ordi"
        " mobile,1,1,u-1,2026-03-02T10:00:00\nx,h,31,mobile,0,1,u-2,2026-03-02T10:05:00\n"
    ).table
    assert list(read.columns) == ["id", "start", "sexe", "age", "outils", "_submission_time"]
    assert read["id"].tolist() == ["u-1", "u-2"]
    assert read["outils"].tolist() == ["ordi mobile", "mobile"]


def test_ticked_columns_without_their_question_are_joined():
    read = parse("_uuid,g/outils/ordi,g/outils/mobile,g/sexe\nu-1,1,1,f\nu-2,0,1,h\nu-3,,,h\n")
    assert read.table["outils"].tolist() == ["ordi mobile", "mobile", ""]
    assert "outils" in read.notes[-1]


def test_a_group_of_questions_answered_one_or_zero_is_no_question_with_several_choices():
    """Un bloc « Avez-vous un ordinateur, un téléphone ? », codé 1 ou 0, a la forme de cases à cocher : le
    questionnaire dit que ce sont des questions.
    """
    text = "_uuid,equipement/ordi,equipement/tel,g/outils/pc,g/outils/mobile\nu-1,1,0,1,1\nu-2,0,1,0,1\n"
    questions = ("ordi", "tel", "outils")
    read = answers.parse(text.encode(), "kobo.csv", questions).table
    assert [read[name].tolist() for name in questions] == [["1", "0"], ["0", "1"], ["pc mobile", "mobile"]]


def test_columns_headed_by_a_question_and_an_option_are_one_question():
    """LimeSurvey, Google Forms and clerks write an option a column, with « Oui », « X » or its own words; a grid
    of questions answered in other words is left as it is, and nothing ticked is an answer.
    """
    text = (
        "id;Chez vous : [Un ordinateur];Chez vous : [Un mobile];Envies / La boîte mail;Envies / Payer;Note [A];Note [B]\n"
        "1;Oui;Non;X;;Bien;Mal\n2;Non;Non;;Payer;Mal;Mal\n3;N/A;N/A;;;Bien;Bien\n"
    )
    read = answers.parse(text.encode(), "lime.csv")
    assert read.table["Chez vous"].tolist() == ["Un ordinateur", "Aucune case cochée", ""]
    assert read.table["Envies"].tolist() == ["La boîte mail", "Payer", ""]
    assert list(read.table.columns) == ["id", "Chez vous", "Envies", "Note [A]", "Note [B]"]
    assert "« Chez vous », « Envies »" in read.notes[-1]


def test_the_name_of_a_question_with_several_choices_is_read_whatever_its_capitals():
    text = "_uuid,g/Outils/pc,g/Outils/mobile\nu-1,1,1\nu-2,0,1\n"
    read = answers.parse(text.encode(), "kobo.csv", ("outils",)).table
    assert read["Outils"].tolist() == ["pc mobile", "mobile"]


def test_groups_of_odk_central_are_before_a_hyphen():
    read = parse("SubmissionDate,identite-sexe,meta-instanceID,KEY\n2026-03-02,f,uuid:1,uuid:1\n").table
    assert read["id"].tolist() == ["uuid:1"]
    assert read["sexe"].tolist() == ["f"]


def test_two_questions_of_the_same_name_in_two_groups_keep_their_groups():
    read = parse("id,a/note,b/note\n1,5,6\n").table
    assert list(read.columns) == ["id", "a/note", "b/note"]


def test_dates_and_codes_stay_as_they_were_typed():
    read = parse("id,jour,commune\n1,02/03/2026,01001\n2,2026-03-02,38185\n3,2 mars 2026,2A004\n").table
    assert read["jour"].tolist() == ["02/03/2026", "2026-03-02", "2 mars 2026"]
    assert read["commune"].tolist() == ["01001", "38185", "2A004"]


def test_invalid_rows_are_reported_and_the_rest_is_retained():
    read = parse("id,age\n1,30\n,31\n1,30\n2,32,33\n3,34\n")
    assert read.table["id"].tolist() == ["1", "3"]
    assert read.lines.tolist() == [2, 6]
    assert [fault.line for fault in read.faults] == [3, 4, 5]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "reponses.csv : le fichier est vide."),
        ("id,age\n", "reponses.csv : aucune réponse sous l’en-tête."),
        ("id,age\n,30\n", "reponses.csv : aucune réponse sous l’en-tête ; 1\u00a0ligne laissée de côté."),
        ("id,id,age\n1,2,30\n", "reponses.csv, ligne 1 : la colonne « id » est donnée deux fois."),
        ("id,age\n7,30\n7,31\n", "reponses.csv, ligne 3, colonne id, valeur « 7 » : la ligne 2 porte déjà cet identifiant, avec d’autres réponses."),
        ("%PDF-1.7", "reponses.csv : c’est un document PDF, pas un tableau."),
    ],
)  # fmt: skip
def test_what_holds_no_answer_is_refused(text, what):
    with pytest.raises(Refused) as caught:
        parse(text)
    assert caught.value.what == what
    assert caught.value.do


@pytest.mark.parametrize(
    ("text", "ids", "stand_in"),
    [
        ("cds,type\n0161,H\n0162,E\n", ["0161", "0162"], "« cds » en tient lieu"),
        ("Horodateur,ID de la réponse,age\n8h,12,30\n8h,13,31\n", ["12", "13"], "« ID de la réponse » en tient lieu"),
        ("Response ID,age\n12,30\n13,30\n", ["12", "13"], "« Response ID » en tient lieu"),
        ("age,N°\n30,1\n30,2\n", ["1", "2"], "« N° » en tient lieu"),
        ("age,Numéro du répondant\n30,1\n30,2\n30,Total\n", ["1", "2"], "« Numéro du répondant » en tient lieu"),
        ("Horodateur,ID de la réponse\n8h,12\n8h,13\n8h,12\n", ["12", "13"], "« ID de la réponse » en tient lieu"),
        ("age,N°\n30,4\n30,4\n31,4\n", ["1", "2", "3"], "numérotées dans l’ordre des lignes"),
        ("age,sexe\n30,f\n30,h\nTotal,2\n", ["1", "2"], "numérotées dans l’ordre des lignes"),
        ("age\n30\n", ["1"], "numérotées dans l’ordre des lignes"),
    ],
)  # fmt: skip
def test_parse_numbers_answers_by_their_usual_column_or_by_their_rows_when_no_id(text, ids, stand_in):
    """LimeSurvey écrit « ID de la réponse » ; un formulaire en ligne n’écrit qu’une heure, parfois deux fois la même."""
    read = parse(text)
    assert read.table["id"].tolist() == ids
    assert "Pas de colonne « id » : " in read.notes[0] and stand_in in read.notes[0]


def test_parse_never_numbers_answers_by_a_question():
    read = answers.parse(b"numero,age\n3,30\n4,30\n", "reponses.csv", ("numero", "age"))
    assert (read.table["id"].tolist(), read.table["numero"].tolist()) == (["1", "2"], ["3", "4"])


def test_ten_thousand_columns_are_read_in_a_moment():
    header = ",".join(["id", *(f"groupe/q{k}" for k in range(10_000))])
    rows = "\n".join(",".join([str(k), *["oui"] * 10_000]) for k in range(50))
    with within(5):
        read = parse(f"{header}\n{rows}\n").table
    assert len(read.columns) == 10_001


def test_a_long_free_text_does_not_make_every_cell_as_long():
    rows = "\n".join(f"{k},{'x' * 100_000 if k == 5 else 'court'}" for k in range(1000))
    read = parse(f"id,texte\n{rows}\n").table
    assert read["texte"].nbytes < 1_000_000
    assert read["texte"][5] == "x" * 100_000


def test_numbers_are_read_with_a_comma_or_a_point():
    read = answers.numbers(["1 250,5", "3.2", "", "douze", "-1", "1e3", "1,2,3"])
    assert read.tolist()[:2] == [1250.5, 3.2]
    assert np.isnan(read[[2, 3, 6]]).all()
    assert read[4:6].tolist() == [-1, 1000]


def test_a_repeated_group_in_a_workbook_of_kobo_is_not_taken_for_answers():
    book = openpyxl.Workbook()
    book.active.append(["identite/sexe", "_uuid", "_index"])
    book.active.append(["f", "u-1", 1])
    repeated = book.create_sheet("appareils")
    repeated.append(["appareils/marque", "_index", "_parent_index", "_parent_table_name"])
    for rank in range(20):
        repeated.append(["x", rank, 1, "enquete"])
    out = io.BytesIO()
    book.save(out)
    read = answers.parse(out.getvalue(), "kobo.xlsx")
    assert read.table["id"].tolist() == ["u-1"]
    assert read.table["sexe"].tolist() == ["f"]


def book(*rows, touch=lambda sheet: None):
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    touch(workbook.active)
    out = io.BytesIO()
    workbook.save(out)
    return answers.parse(out.getvalue(), "reponses.xlsx")


def hide(sheet):
    sheet.row_dimensions[3].hidden = True
    sheet.row_dimensions[9].hidden = True  # holds nothing: nobody would miss it


@pytest.mark.parametrize(
    ("cell", "touch", "note_start"),
    [
        ("=1+1", None, "Formule enregistrée sans son résultat, lue comme vide"),
        ("#N/A", None, "Cellule en erreur (#N/A, #REF!, #VALEUR!…), lue comme vide"),
        (None, lambda sheet: sheet.merge_cells("B2:B3"), "Cellules fusionnées : la première garde"),
        ("f", hide, "Ligne masquée dans le tableur, par un filtre ou à la main, lue comme les autres : 1 fois."),
    ],
)  # fmt: skip
def test_hidden_facts_of_a_workbook_are_noted(cell, touch, note_start):
    read = book(["id", "sexe"], [1, "f"], [2, cell], touch=touch or (lambda sheet: None))
    assert read.table["sexe"].tolist() == ["f", "f" if cell == "f" else ""]
    (note,) = read.notes
    assert note.startswith(note_start)


def test_a_calculation_that_failed_is_no_answer_in_a_csv_either():
    read = parse("id;age;note\n1;#REF!;#1 des raisons\n2;30;\n")
    assert read.table["age"].tolist() == ["", "30"]
    assert read.table["note"].tolist() == ["#1 des raisons", ""]
    assert read.notes[-1].endswith("lue comme vide : 1 fois, d’abord ligne 2.")


@pytest.mark.parametrize("above", ["Enquête 2024 de la ville\n\n", "Enquête 2024 de la ville;;\n;;\n"])
def test_titles_above_the_names_of_columns_are_left_out_with_a_note(above):
    read = parse(f"{above}id;sexe;age\n1;f;30\n2;h;40\n")
    assert (read.table["age"].tolist(), read.lines.tolist()) == (["30", "40"], [4, 5])
    assert read.notes[-1] == "L’en-tête est à la ligne 3 ; laissé au-dessus : « Enquête 2024 de la ville »."


@pytest.mark.parametrize("total_label", ["Total", "TOTAL GÉNÉRAL", "Moyenne"])
def test_a_row_of_totals_is_nobody_s_answer(total_label):
    read = parse(f"id;age\n1;30\n2;40\n{total_label};70\n")
    assert read.table["id"].tolist() == ["1", "2"]
    (fault,) = read.faults
    assert (fault.line, fault.column, fault.value) == (4, "id", total_label)
    above = parse(f"id;age\n{total_label};70\n1;30\n2;40\n3;50\n")
    assert above.table["id"].tolist() == [total_label, "1", "2", "3"], "sums stand under what they sum"


def test_the_sheets_of_answers_that_are_not_read_are_named():
    def add(sheet):
        for title, n in (("Marie", 2), ("Paul", 1)):
            other = sheet.parent.create_sheet(title)
            for row in (["id", "sexe"], *([10 + k, "h"] for k in range(n))):
                other.append(row)

    read = book(["id", "sexe"], [1, "f"], [2, "f"], [3, "f"], touch=add)
    assert read.table["id"].tolist() == ["1", "2", "3"]
    assert read.notes[-1].replace("\u00a0", " ") == (
        "Feuille lue : « Sheet », la plus remplie des feuilles visibles ; laissées : « Marie » (3 lignes),"
        " « Paul » (2 lignes)."
    )
