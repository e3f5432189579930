"""XLSForm in and out: what is written is read back, what is wrong is told with its place, what we do not
ask is left and told.
"""

import io
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.kernel.errors import Refused
from maillage.questionnaires import answering
from maillage.questionnaires.questionnaire import Choice, Group, National, Question, Questionnaire, words
from maillage.reference import surveys
from maillage.sources.survey import xlsform
from tests.support.profile import times
from tests.support.workbooks import label, xls

BANKS = surveys.banks()
Sheets = dict[str, list[list[Any]]]
FORM: Sheets = {
    "survey": [
        ["type", "name", "label::Français (fr)", "label::English (en)", "relevant", "constraint", "required"],
        ["integer", "age", "Quel âge ?", "How old?", "", ". < 120", "yes"],
        ["begin_group", "g", "Appareils", "Devices", "", "", ""],
        ["select_multiple quoi", "quoi", "Lesquels ?", "Which?", "${age} > 14", "", ""],
        ["end_group", "", "", "", "", "", ""],
        ["select_one oui", "aide", "De l’aide ?", "Help?", "selected(${quoi}, 'pc')", "", ""],
    ],
    "choices": [
        ["list_name", "name", "label::Français (fr)", "label::English (en)"],
        ["quoi", "pc", "Ordinateur", "Computer"],
        ["quoi", "tel", "Téléphone", "Phone"],
        ["oui", "oui", "Oui", "Yes"],
        ["oui", "non", "Non", "No"],
    ],
    "settings": [["form_title", "form_id", "version"], ["Essai", "essai", "2026"]],
}


def xlsx(sheets: Sheets) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def changed(sheet: str, row: int, column: int, value: object) -> Sheets:
    """Return the form with one cell changed; row 0 is the header."""
    rows = [list(each) for each in FORM[sheet]]
    rows[row][column] = value
    return {**FORM, sheet: rows}


def with_row(*rows: list[Any], at: int = 2) -> Sheets:
    return {**FORM, "survey": [*FORM["survey"][:at], *(list(row) for row in rows), *FORM["survey"][at:]]}


def refusal(sheets: Sheets) -> str:
    with pytest.raises(Refused) as refused:
        xlsform.read(xlsx(sheets), "essai.xlsx")
    assert refused.value.why
    assert refused.value.do
    return refused.value.what


def test_a_form_is_read_as_it_is_written() -> None:
    read = xlsform.read(xlsx(FORM), "essai.xlsx")
    form = read.questionnaire
    assert read.warnings == ()
    assert (form.title, form.id, form.version, form.languages) == ("Essai", "essai", "2026", ("fr", "en"))
    assert [question.name for question in form.questions()] == ["age", "quoi", "aide"]
    age, quoi, _ = form.questions()
    assert (age.kind, age.required, age.constraint, dict(age.label)) == (
        "integer", True, ". < 120", {"fr": "Quel âge ?", "en": "How old?"},
    )  # fmt: skip
    assert (quoi.kind, quoi.choices, quoi.relevant) == ("many", "quoi", "${age} > 14")
    assert [choice.label["fr"] for choice in form.choices(quoi)] == ["Ordinateur", "Téléphone"]


@pytest.mark.parametrize("name", BANKS)
def test_a_bank_goes_out_and_comes_back_the_same(name: str) -> None:
    read = xlsform.read(xlsform.write(BANKS[name]), f"{name}.xlsx")
    assert read.questionnaire == BANKS[name]
    assert read.warnings == ()


@pytest.mark.parametrize("name", BANKS)
def test_a_bank_becomes_a_form_of_collect(name: str) -> None:
    tree = ElementTree.fromstring(xlsform.xform(BANKS[name]))
    binds = {
        each.get("nodeset", "").rpartition("/")[2]
        for each in tree.iter("{http://www.w3.org/2002/xforms}bind")
    }
    assert {question.name for question in BANKS[name].questions()} <= binds


def test_collect_can_say_that_somebody_does_not_know_and_our_reading_takes_it_off() -> None:
    rows = openpyxl.load_workbook(io.BytesIO(xlsform.write(BANKS["habitants"])))["choices"].iter_rows(
        values_only=True
    )
    offered = {row[1]: row[2] for row in rows if row[0] == "aisance"}
    assert offered["nsp"] == "Ne sait pas"
    assert offered["refus"] == "Ne souhaite pas répondre"


def test_an_exclusive_choice_is_checked_by_collect_too() -> None:
    assert "not(selected(., 'aucun') and count-selected(.)" in xlsform.xform(BANKS["habitants"]).replace(
        "&gt;", ">"
    )


def test_no_written_cell_is_a_formula() -> None:
    odd = Question(
        name="q", kind="text", label={"fr": "=1+1"}, hint={"fr": "@SUM(A1)"}, published="+33", topic="-1"
    )
    form = Questionnaire(id="f", title="=cmd|' /C calc'!A0", items=(odd,))
    content = xlsform.write(form)
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert xlsform.read(content, "f.xlsx").questionnaire == form


def test_a_form_of_markdown_and_one_of_csv_are_the_same_form() -> None:
    markdown = """
| survey |              |      |        |
|        | type         | name | label  |
|        | select_one o | aide | Aide ? |
| choices |
|        | list_name    | name | label  |
|        | o            | oui  | Oui    |
"""
    table = "survey,type,name,label\n,select_one o,aide,Aide ?\nchoices,list_name,name,label\n,o,oui,Oui\n"
    one, other = xlsform.read(markdown.encode(), "f.md"), xlsform.read(table.encode("utf-8-sig"), "f.csv")
    assert one == other
    assert one.questionnaire.lists["o"][0].name == "oui"
    assert xlsform.read(table.replace(",", ";").encode("cp1252"), "f.csv") == one


def test_titles_above_the_names_of_columns_are_left_out_with_a_warning() -> None:
    titled = {
        "survey": [["Enquête numérique"], [], ["Version du 12/11"], *FORM["survey"]],
        "choices": [["Listes de choix"], *FORM["choices"]],
    }
    read = xlsform.read(xlsx({**FORM, **titled}), "essai.xlsx")
    assert read.questionnaire == xlsform.read(xlsx(FORM), "essai.xlsx").questionnaire
    assert "« Enquête numérique », « Version du 12/11 »" in " ".join(read.warnings)
    alone = xlsform.read("Enquête, la nôtre;;\ntype;name;label\ninteger;age;Âge\n".encode(), "f.csv")
    assert [question.name for question in alone.questionnaire.questions()] == ["age"]
    with pytest.raises(Refused, match="ligne 5, colonne « relevant »"):  # lines are those of the file
        xlsform.read("Titre;;;\n\n\ntype;name;label;relevant\ninteger;age;Âge;${age} +\n".encode(), "f.csv")


def test_a_repeated_group_is_warned_of() -> None:
    rows = [["begin_repeat", "app", "Appareils"], ["text", "quel", "Lequel ?"], ["end_repeat"]]
    read = xlsform.read(xlsx({"survey": [["type", "name", "label"], *rows]}), "essai.xlsx")
    assert "« app » se répète" in " ".join(read.warnings)
    assert [group.name for group in read.questionnaire.repeated()] == ["app"]


def test_a_workbook_of_excel_97_is_read() -> None:
    def cells(rows: list[list[str]]) -> bytes:
        return b"".join(label(r, c, text) for r, row in enumerate(rows) for c, text in enumerate(row))

    survey = cells([["type", "name", "label"], ["select_one o", "aide", "De l’aide"]])
    choices = cells([["list_name", "name", "label"], ["o", "oui", "Oui"]])
    form = xlsform.read(xls(("survey", survey), ("choices", choices)), "vieux.xls").questionnaire
    assert [(question.name, question.kind) for question in form.questions()] == [("aide", "one")]
    assert form.lists["o"][0].label == {"fr": "Oui"}


def test_old_spellings_of_kobo_are_read() -> None:
    form = {
        "survey": [
            ["Type", "Name", "Label", "Relevance", "Constraint Message", "bind::required"],
            ["select one from o", "a", "A ?", "", "", "TRUE"],
            ["add", "x", "", "", "", ""],
            ["select all that apply from o", "b", "B ?", "${a} = 'oui'", "Non", ""],
        ],
        "choices": [["list name", "value", "caption"], ["o", "oui", "Oui"]],
    }
    del form["survey"][2]
    read = xlsform.read(xlsx(form), "kobo.xlsx").questionnaire
    first, second = read.questions()
    assert (first.kind, first.required, second.kind, second.relevant) == ("one", True, "many", "${a} = 'oui'")
    assert dict(second.constraint_message) == {"fr": "Non"}
    assert (read.id, read.title, read.languages) == ("kobo", "kobo", ("fr",))


# ----------------------------------------------------------------------------------------- left out, and told


def test_an_unsupported_question_is_left_out_with_a_warning_and_its_citations_are_freed() -> None:
    form = with_row(
        ["geoshape", "champ", "Tracez", "", "", "", ""], ["text", "t", "Dites", "", "${champ} != ''", "", ""]
    )
    read = xlsform.read(xlsx(form), "essai.xlsx")
    assert read.questionnaire.question("champ") is None
    question = read.questionnaire.question("t")
    assert question
    assert question.relevant == ""
    assert "ligne 3" in read.warnings[0]
    assert "geoshape" in read.warnings[0]
    assert "« champ », qui n’est pas reprise" in read.warnings[1]


def test_a_misspelt_type_is_warned_of_with_a_suggestion() -> None:
    read = xlsform.read(xlsx(with_row(["selct_one oui", "x", "X ?", "", "", "", ""])), "essai.xlsx")
    assert "vouliez-vous dire « select_one »" in read.warnings[0]
    assert [question.name for question in read.questionnaire.questions()] == ["age", "quoi", "aide"]


def test_unsupported_calculations_are_left_out_with_a_warning() -> None:
    read = xlsform.read(xlsx(changed("survey", 3, 4, "pulldata('a', 'b', 'c', ${age}) = 1")), "essai.xlsx")
    assert "pulldata() n’est pas connue ici ; la question est posée à tout le monde" in read.warnings[0]
    question = read.questionnaire.question("quoi")
    assert question
    assert question.relevant == ""


def test_the_respondent_and_the_device_are_not_recorded() -> None:
    read = xlsform.read(xlsx(with_row(["deviceid", "deviceid"], ["start", "start"])), "essai.xlsx")
    assert "deviceid, start ne sont pas reprises" in read.warnings[0]


def test_unknown_columns_are_warned_of() -> None:
    form = {
        **FORM,
        "survey": [
            [*FORM["survey"][0], "guidance_hint", "vide"],
            [*FORM["survey"][1], "Doucement"],
            *FORM["survey"][2:],
        ],
    }
    assert xlsform.read(xlsx(form), "essai.xlsx").warnings == (
        "Colonnes qui ne sont pas reprises : « guidance_hint ».",
    )


def test_a_repeated_column_is_warned_of() -> None:
    rows = [["type", "name", "label", "label"], ["text", "a", "A ?", ""], ["text", "b", "B ?", "Autre ?"]]
    read = xlsform.read(xlsx({**FORM, "survey": rows}), "essai.xlsx")
    assert read.warnings == (
        "Feuille « survey » : plusieurs colonnes se lisent « label ». La dernière qui est remplie est prise.",
    )
    assert [words(each.label) for each in read.questionnaire.questions()] == ["A ?", "Autre ?"]


@pytest.mark.parametrize(
    ("cell", "mark"), [("yes", True), ("Oui", True), ("no", False), ("", None), ("peut-être", True)]
)
def test_a_question_is_sensitive_when_its_mark_does_not_deny_it(cell: str, mark: bool | None) -> None:
    """Un mot que l’on ne sait pas lire protège."""
    rows = [[*row, "" if k else "maillage::sensitive"] for k, row in enumerate(FORM["survey"])]
    rows[1][-1] = cell
    form = xlsform.read(xlsx({**FORM, "survey": rows}), "essai.xlsx").questionnaire
    assert [question.sensitive for question in form.questions()] == [mark, None, None]
    copy = xlsform.read(xlsform.write(form), "essai.xlsx").questionnaire
    assert [question.sensitive for question in copy.questions()] == [mark, None, None]


def test_what_the_census_counts_is_marked_once_and_in_its_words() -> None:
    rows = [["type", "name", "label", "maillage::census"]]
    rows += [["integer", name, name, mark] for name, mark in (("a", "âge"), ("b", "age"), ("c", "age"))]
    read = xlsform.read(xlsx({**FORM, "survey": rows}), "essai.xlsx")
    assert read.warnings == (
        (
            "Feuille « survey », ligne 2 : « maillage::census » : « âge » est laissé, on y écrit age, sexe,"
            " commune, diplome, pcs."
        ),
        (
            "Feuille « survey », ligne 4 : « maillage::census » : une question avant celle-ci est déjà « age"
            " », celle-ci ne l’est pas."
        ),
    )
    assert read.questionnaire.counted() == {"b": "age"}


def test_a_question_that_can_never_be_put_is_warned_of() -> None:
    rows = [
        ["type", "name", "label", "relevant", "default", "relevent"],
        ["select_one oui", "a", "A ?", "${b} = 'oui'"],
        ["select_one oui", "b", "B ?", "", "peut-être"],
        ["text", "c", "C ?", "${b} = 'ouii'"],
        ["date", "d", "D ?", "", "01/03/2026", "x"],
    ]
    read = xlsform.read(xlsx({**FORM, "survey": rows}), "essai.xlsx")
    assert read.warnings == (
        "Colonnes qui ne sont pas reprises : « relevent » (« relevant » ?).",
        "Feuille « survey », ligne 2 : « A ? » attend la réponse à « B ? », posée après elle.",
        (
            "Feuille « survey », ligne 4 : « C ? » attend la réponse « ouii », que « B ? » ne propose pas ;"
            " vouliez-vous dire « oui » ?"
        ),
        (
            "Feuille « survey », ligne 3 : la réponse par défaut « peut-être » n’en est pas une : elle est"
            " laissée."
        ),
    )
    assert [question.default for question in read.questionnaire.questions()] == ["", "", "", "2026-03-01"]


def test_a_choice_of_not_knowing_is_warned_of() -> None:
    read = xlsform.read(xlsx(changed("choices", 4, 2, "Ne sait pas")), "essai.xlsx")
    assert read.warnings == (
        "Feuille « choices », ligne 5 : « Ne sait pas » (non) est compté à part, comme « Ne sait pas ».",
    )


def test_a_question_without_words_shows_its_name() -> None:
    read = xlsform.read(xlsx(with_row(["text", "sans_mot"])), "essai.xlsx")
    question = read.questionnaire.question("sans_mot")
    assert question
    assert question.label == {"fr": "sans_mot"}
    assert "« sans_mot » n’a pas de libellé" in read.warnings[0]


def test_an_answer_cited_in_a_label_is_warned_of() -> None:
    read = xlsform.read(xlsx(changed("survey", 5, 2, "À ${age} ans, de l’aide ?")), "essai.xlsx")
    question = read.questionnaire.question("aide")
    assert question
    assert question.label["fr"] == "À … ans, de l’aide ?"
    assert "« aide » cite une réponse dans ses mots" in read.warnings[0]


def test_macros_are_warned_of_and_never_run() -> None:
    content = io.BytesIO(xlsx(FORM))
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    assert "macros" in xlsform.read(content.getvalue(), "essai.xlsm").warnings[0]


# ------------------------------------------------------------------------------------ refused, with the place


@pytest.mark.parametrize(
    ("sheets", "message"),
    [
        (changed("survey", 1, 5, ". <"), "essai.xlsx, feuille « survey », ligne 2, colonne « constraint » : l’expression « . < » n’est pas comprise, au caractère 4"),
        (changed("survey", 5, 0, "select_one ouii"), "ligne 6, colonne « type » : la liste « ouii » n’est pas dans la feuille « choices » ; vouliez-vous dire « oui » ?"),
        (changed("survey", 5, 1, "age"), "ligne 6, colonne « name » : « age » est déjà le nom de la ligne 2"),
        (changed("survey", 5, 1, "mon age"), "ligne 6, colonne « name » : « mon age » n’est pas un nom"),
        (changed("survey", 5, 1, ""), "ligne 6, colonne « name » : la case est vide"),
        (changed("survey", 5, 1, "id"), "« id » est un nom réservé"),
        (changed("survey", 5, 0, ""), "ligne 6, colonne « type » : la case est vide"),
        (changed("survey", 4, 0, "end_repeat"), "ligne 5, colonne « type » : « end_repeat » ne ferme aucune partie"),
        (changed("survey", 4, 0, "note"), "la partie « g » n’est jamais fermée"),
        (changed("survey", 3, 4, "${agee} > 3"), "la question « quoi » cite « agee », qui n’est pas une question"),
        (changed("survey", 1, 4, "${aide} = 'oui'"), "les questions tournent en rond : age → aide → quoi → age"),
        (changed("choices", 2, 1, "mon tel"), "feuille « choices », ligne 3, colonne « name » : « mon tel » contient une espace"),
        (changed("choices", 2, 1, "pc"), "ligne 3, colonne « name » : le choix « pc » est déjà dans la liste « quoi »"),
        (changed("choices", 2, 0, ""), "ligne 3, colonne « list_name » : la case est vide"),
        ({"survey": [["type", "name", "label"], ["note", "n", "Bonjour"]]}, "aucune question à poser"),
        ({"Feuil1": [["nom", "ville"], ["A", "B"]]}, "ce n’est pas un XLSForm. Feuilles et colonnes vues : « Feuil1 » (nom, ville)"),
        ({"survey": []}, "toutes les feuilles sont vides"),
    ],
)  # fmt: skip
def test_a_fault_names_its_sheet_line_and_column(sheets: Sheets, message: str) -> None:
    assert message in refusal(sheets)


def test_all_faults_are_listed_at_once() -> None:
    form = changed("survey", 1, 5, ". <")
    form["survey"][5][1] = "age"
    message = refusal(form)
    assert "ligne 2" in message
    assert "ligne 6" in message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "le fichier est vide"),
        (b"   \n", "le fichier est vide"),
        (b"%PDF-1.7", "c’est un document PDF"),
        (b"PK\x03\x04 tronqu\xc3\xa9", "ne s’ouvre pas"),
        (b"bonjour", "ce n’est pas un XLSForm"),
        (b"<html></html>", "ce n’est pas un XLSForm"),
        (b"\x00" * 4000, "essai"),
        (xlsx(FORM)[:-200], "ne s’ouvre pas"),
    ],
)
def test_what_is_no_form_is_refused_in_french(content: bytes, message: str) -> None:
    with pytest.raises(Refused, match=message):
        xlsform.read(content, "essai")


def test_a_workbook_that_swells_is_refused_before_it_is_unpacked() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook>" + b" " * 110_000_000)
    with pytest.raises(Refused, match="gonfle"):
        xlsform.read(content.getvalue(), "bombe.xlsx")


def test_ten_thousand_columns_are_read_with_a_warning() -> None:
    form = {**FORM, "survey": [[*row, *[f"c{n}" for n in range(10_000)]] for row in FORM["survey"]]}
    read = xlsform.read(xlsx(form), "large.xlsx")
    assert "10 000 en tout" in read.warnings[0]
    form = {**FORM, "choices": [[*row, *[f"c{n}" for n in range(10_000)]] for row in FORM["choices"]]}
    assert "10 000 colonnes de filtre, au plus 50" in refusal(form)


def test_a_form_too_large_is_refused() -> None:
    rows = [["text", f"q{n}", "Q"] for n in range(2_001)]
    assert "2 001 questions, au plus 2 000" in refusal({"survey": [["type", "name", "label"], *rows]})
    with pytest.raises(Refused, match="17 Mio"):
        xlsform.read(b"x" * (17 * 2**20), "lourd.csv")


# --------------------------------------------------------------------------------- whatever the questionnaire

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufeff\ufffe\uffff"), min_size=1, max_size=30).map(str.strip).filter(lambda text: text and "${" not in text)  # fmt: skip
LANGUAGES = st.lists(st.sampled_from(["en", "ar", "ro", "tr"]), unique=True, max_size=2).map(
    lambda more: ("fr", *more)
)


@st.composite
def questionnaires(draw: st.DrawFn) -> Questionnaire:
    languages = draw(LANGUAGES)
    texts = st.fixed_dictionaries({"fr": WORDS}, optional=dict.fromkeys(languages[1:], WORDS))
    maybe: st.SearchStrategy[dict[str, str]] = st.one_of(st.just({}), texts)
    lists = {}
    for name in draw(st.lists(st.sampled_from(["l1", "l2", "59"]), unique=True, min_size=1)):
        names = draw(st.lists(st.from_regex(r"[a-z0-9_]{1,8}", fullmatch=True).filter(lambda name: name not in ("nsp", "refus")), unique=True, min_size=1, max_size=4))  # fmt: skip
        lists[name] = tuple(
            Choice(
                name=each,
                label=draw(texts),
                alone=draw(st.booleans()),
                inferred=draw(st.booleans()),
                printed=draw(st.one_of(st.just(""), WORDS)),
                filters=draw(st.one_of(st.just({}), st.just({"cote": "nord"}))),
            )
            for each in names
        )
    numbers = iter(range(1000))
    before, free = ["premiere"], ["", "age", "pcs"]

    def question() -> Question:
        kind = draw(st.sampled_from(["one", "many", "integer", "decimal", "text", "date", "time", "moment", "range", "acknowledge", "note", "calculate", "geopoint", "image"]))  # fmt: skip
        chosen = draw(st.sampled_from(sorted(lists))) if kind in ("one", "many") else ""
        cited = draw(st.sampled_from(before))
        created = Question(
            name=f"q{next(numbers)}",
            kind=kind,  # type: ignore[arg-type]
            label=draw(texts),
            hint=draw(maybe),
            choices=chosen,
            required=draw(st.booleans()),
            required_message=draw(maybe),
            relevant=draw(st.sampled_from(["", f"${{{cited}}} != ''", f"${{{cited}}} > 3 or ${{{cited}}} = 'é'"])),
            constraint=draw(st.sampled_from(["", ". != 'x'", "string-length(.) < 12"])) if kind != "note" else "",
            constraint_message=draw(maybe),
            calculation=f"${{{cited}}} + 1" if kind == "calculate" else "",
            choice_filter=f"cote = ${{{cited}}}" if chosen and any(each.filters for each in lists[chosen]) and draw(st.booleans()) else "",
            parameters={"start": "1", "end": "5", "step": "1"} if kind == "range" else {},
            scale=draw(st.sampled_from(["", "ease"])) if chosen else "",
            topic=draw(st.sampled_from(["", "visibilite"])),
            universe=draw(st.one_of(st.just(""), WORDS)),
            published=draw(st.one_of(st.just(""), WORDS)),
            rows=draw(st.sampled_from([(), ("F1-001",), ("F1-001", "E-003")])),
            is_own=draw(st.booleans()),
            observed=draw(st.booleans()),
            unmatched=draw(st.one_of(st.just(""), WORDS)),
            census=draw(st.sampled_from(free)),
            national=draw(st.sampled_from([(), (National(choice="a", percent=8.4, universe="u", year=2021, producer="p", title="t", url="", quote="« q »", difference="d"),)])),
        )  # fmt: skip
        before.append(created.name)
        free[:] = [each for each in free if not each or each != created.census]
        return created

    def group(depth: int) -> Group:
        items = tuple(
            group(depth + 1) if depth < 2 and draw(st.booleans()) else question()
            for _ in range(draw(st.integers(1, 3)))
        )
        return Group(
            name=f"g{next(numbers)}",
            label=draw(maybe),
            relevant=draw(st.sampled_from(["", "${premiere} = 1"])),
            repeat=draw(st.booleans()),
            items=items,
        )

    first = Question(name="premiere", kind="text", label=draw(texts))
    items = tuple(group(0) if draw(st.booleans()) else question() for _ in range(draw(st.integers(0, 4))))
    return Questionnaire(
        id="essai",
        title=draw(WORDS),
        version=draw(st.sampled_from(["", "2026112001", "1.0"])),
        kind=draw(st.sampled_from(["other", "inhabitants"])),
        about=draw(st.one_of(st.just(""), WORDS)),
        languages=languages,
        lists=lists,
        items=(first, *items),
        aims=draw(st.sampled_from([(), (("TITRE", ("une ligne", "« deux »")),)])),
    )


@settings(max_examples=times(12, 25), deadline=None)
@given(questionnaires())
def test_any_questionnaire_goes_out_and_comes_back_the_same(form: Questionnaire) -> None:
    assert xlsform.read(xlsform.write(form), "essai.xlsx").questionnaire == form


@settings(max_examples=times(12, 40), deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from(["", "text", "note", "select_one o", "begin_group", "end_group", "begin repeat", "a", "b", "${a}", "1 +", "${a} = 1", "calculate", "today", "é", "x y", "=1", "o", 3, 2.5, True]), max_size=6),
        max_size=8,
    )
)  # fmt: skip
def test_whatever_a_sheet_holds_it_is_read_or_refused_in_french(rows: list[list[Any]]) -> None:
    form = {
        "survey": [["type", "name", "label", "relevant", "calculation", "default"], *rows],
        "choices": [["list_name", "name"], ["o", "a"]],
    }
    try:
        read = xlsform.read(xlsx(form), "essai.xlsx")
    except Refused as refused:
        assert refused.what.startswith("essai.xlsx")
    else:
        again = xlsform.read(xlsform.write(read.questionnaire), "essai.xlsx").questionnaire
        assert again == replace(read.questionnaire, languages=again.languages)


def test_a_form_of_kobo_is_read_but_for_unsupported_parts_with_warnings() -> None:
    path = Path(__file__).parents[1] / "files/enquetes/menages.md"
    read = xlsform.read(path.read_bytes(), path.name)
    names = ["today", "__version__", "region", "ville", "n", "prenom", "merci", "eq", "d"]
    assert [question.name for question in read.questionnaire.questions()] == names
    assert read.questionnaire.languages == ("en", "fr")
    warnings = " ".join(read.warnings)
    for part in (
        "position(..)",
        "count()",
        "geotrace",
        "audio",
        "or_other",
        "repeat_count",
        "deviceid",
        "« total », qui n’est pas reprise",
    ):
        assert part in warnings
    assert xlsform.read(xlsform.write(read.questionnaire), "menages.xlsx").questionnaire == read.questionnaire
    south = answering.complete(
        read.questionnaire, {"region": "r2", "ville": "v1", "n": "2"}, date(2026, 11, 20)
    )
    assert [(fault.name, fault.kind) for fault in south.faults] == [("ville", "choice")]


def test_a_quote_left_open_swallows_no_question_without_a_word():
    text = 'type,name,label\ntext,a,A\ntext,b,"B\ntext,c,C\ntext,d,D\n'
    with pytest.raises(Refused, match="ligne 3 : cette ligne n’est pas du CSV lisible"):
        xlsform.read(text.encode(), "form.csv")


def test_a_formula_without_its_result_in_a_form_is_warned_of():
    rows = [["type", "name", "label"], ["text", "a", '="Votre"&" âge"'], ["text", "b", "B"]]
    read = xlsform.read(xlsx({"survey": rows}), "form.xlsx")
    assert any("Formule enregistrée sans son résultat" in note for note in read.warnings)


def test_a_sign_that_no_device_reads_is_removed_from_a_form_with_a_warning():
    text = "type,name,label\ntext,a,Votre\x00 \x1bâge\n"
    read = xlsform.read(text.encode(), "form.csv")
    (question,) = read.questionnaire.questions()
    assert question.label == {"fr": "Votre âge"}
    assert any("Signe invisible retiré" in warning and "ligne 2" in warning for warning in read.warnings)
    ElementTree.fromstring(xlsform.xform(read.questionnaire))


def test_a_sign_typed_in_a_question_breaks_no_device():
    question = Question(name="a", kind="text", label={"fr": "Votre\x1b âge"})
    form = Questionnaire(
        id="f",
        title="T",
        version="1",
        kind="inhabitants",
        about="",
        languages=("fr",),
        lists={},
        items=(question,),
    )
    assert "Votre âge" in ElementTree.fromstring(xlsform.xform(form)).itertext()
