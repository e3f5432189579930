"""The printed form: numbered sheets, and the way from one question to another in words."""

import unicodedata
from collections import Counter
from datetime import date
from io import BytesIO

import pypdfium2
import pytest

from maillage.kernel.errors import Refused
from maillage.publishing.survey import paper
from maillage.questionnaires.questionnaire import Choice, Group, Question, Questionnaire, words
from maillage.reference.surveys import banks

ON = date(2026, 11, 21)
YES_NO = (Choice(name="oui", label={"fr": "Oui"}), Choice(name="non", label={"fr": "Non"}))
THINGS = (
    Choice(name="pc", label={"fr": "Un ordinateur"}),
    Choice(name="rien", label={"fr": "Rien"}, alone=True),
)


def ask(name: str, kind: str = "one", **more) -> Question:
    return Question(name=name, kind=kind, label={"fr": f"Question {name} ?"}, **more)


def form(*items, **more) -> Questionnaire:
    return Questionnaire(id="f", title="Essai", lists={"on": YES_NO, "eq": THINGS}, items=items, **more)


def blocks(questionnaire: Questionnaire) -> list[dict]:
    return paper.sheet(questionnaire, title="", universe="", back_to="", language="fr")["blocs"]


def test_an_answer_that_skips_questions_says_where_to_go():
    question_blocks = blocks(
        form(
            ask("net", choices="on"),
            ask("jour", choices="on", relevant="${net} = 'oui'"),
            ask("ou", "text", relevant="selected(${net}, 'oui')"),
            ask("age", "integer"),
        )
    )
    assert question_blocks[0]["sauts"] == ["Si vous avez répondu « Non », passez à la question 4."]
    assert [each["si"] for each in question_blocks] == ["", "", "", ""]


def test_nothing_left_to_ask_is_the_end():
    question_blocks = blocks(form(ask("net", choices="on"), ask("jour", "text", relevant="${net} != 'non'")))
    assert question_blocks[0]["sauts"] == ["Si vous avez répondu « Non », c’est fini : allez à la fin."]


def test_a_condition_of_a_group_on_several_questions_stands_above_it():
    inside = Group(
        name="g", label={"fr": "Suite"}, relevant="${age} >= 18 and ${net} = 'oui'", items=(ask("x", "text"),)
    )
    question_blocks = blocks(form(ask("age", "integer"), ask("net", choices="on"), ask("y", "text"), inside))
    assert (
        question_blocks[3]["si"]
        == "Seulement si vous avez répondu 18 ou plus à la question 1 et « Oui » à la question 2."
    )


def test_a_condition_on_several_answers_names_those_that_open():
    question_blocks = blocks(
        form(ask("eq", "many", choices="eq"), ask("n", "integer", relevant="not(selected(${eq}, 'rien'))"))
    )
    assert question_blocks[1]["si"] == "Seulement si vous avez répondu « Un ordinateur » à la question 1."


def test_a_condition_that_words_do_not_hold_sends_back_to_its_questions():
    question_blocks = blocks(
        form(ask("a", "integer"), ask("b", "integer"), ask("c", "text", relevant="${a} + ${b} > 10"))
    )
    assert question_blocks[2]["si"] == "Selon votre réponse : voyez la question 1 et 2."


@pytest.mark.parametrize("name", banks())
def test_every_ready_questionnaire_is_printed_with_its_numbers(name):
    bank = banks()[name]
    content = paper.form(bank, on=ON, title=bank.title, back_to="l’accueil", first=41, copies=2)
    pages = [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(BytesIO(content))]
    assert "Feuille n° 41" in pages[0].replace("\u00a0", " ")
    assert "Feuille n° 42" in pages[-1].replace("\u00a0", " ")
    assert len(pages) % 2 == 0  # both sheets hold as many pages


def test_letters_of_paper_are_large():
    document = pypdfium2.PdfDocument(BytesIO(paper.form(banks()["habitants"], on=ON, title="Essai")))
    sizes = {
        round(each.get_font_size()) for page in document for each in page.get_objects() if each.type == 1
    }
    assert sizes and {size for size in sizes if size < 14} <= {
        9,
        11,
        12,
    }  # marks of boxes, head and foot alone


@pytest.mark.parametrize(("first", "copies"), [(0, 1), (1, 0), (1, 101)])
def test_sheets_are_printed_within_bounds(first, copies):
    with pytest.raises(Refused):
        paper.form(form(ask("a", "text")), on=ON, title="Essai", first=first, copies=copies)


def test_a_language_that_the_questionnaire_has_not_is_refused():
    with pytest.raises(Refused, match="ar"):
        paper.form(form(ask("a", "text")), on=ON, title="Essai", language="ar")


@pytest.mark.parametrize("language", ["fr", "uk", "tr"])
def test_inhabitants_read_it_in_their_language(language):
    bank = banks()["habitants"]
    page = pypdfium2.PdfDocument(BytesIO(paper.form(bank, on=ON, title="Essai", language=language)))[0]
    page_text = unicodedata.normalize("NFKC", page.get_textpage().get_text_bounded()).replace("\r\n", " ")
    first = unicodedata.normalize("NFKC", words(next(bank.questions()).label, language))
    # What reads from right to left comes out of a PDF in the order of its drawing.
    assert Counter(sign for sign in first if sign.isalpha()) <= Counter(page_text)


def test_arabic_starts_from_the_right():
    page = pypdfium2.PdfDocument(
        BytesIO(paper.form(banks()["habitants"], on=ON, title="Essai", language="ar"))
    )[0]
    letters = page.get_textpage()
    doors = [
        letters.get_charbox(n)[0] for n in range(letters.count_chars()) if letters.get_text_range(n, 1) == "N"
    ]
    assert doors and min(doors) > page.get_width() / 2  # the box of who does not know, first of its line


def test_letters_that_paper_cannot_draw_are_refused_rather_than_replaced():
    questionnaire = form(
        Question(name="a", kind="text", label={"fr": "Âge ?", "zh": "年龄？"}), languages=("fr", "zh")
    )
    with pytest.raises(Refused, match="lettres de papier"):
        paper.form(questionnaire, on=ON, title="Essai", language="zh")
