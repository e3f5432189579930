"""The texts of a template of paper: texts as they are, but for what no font of ours draws."""

import json
from datetime import date

import pypdfium2
import pytest

from maillage.publishing.page import pdf
from maillage.publishing.page.blocks import Block, Cell, Chapter, Cover, Document, Grid, Text
from maillage.words import wording

STRANGE = (
    "漢", "avant 🎉 après", "🎉 avant", "\t", "\x07", "\u2028", "a\u200eb", "\u202eab", "e\u0301", "\\", "\\n",
    "\ud7ff", "😀",
)  # fmt: skip
PLAIN = ("Où : « ici » ?", 'dit "oui"', "une\nligne", "<svg viewBox='0 0 1 1'></svg>", "l’été, 5 %")


@pytest.mark.parametrize("text", [*STRANGE, *PLAIN])
def test_a_template_reads_the_same_whichever_way_its_texts_are_mended(text):
    data = {"titre": text, "lignes": [{"nom": f"avant {text} après"}, 3, None]}
    assert json.loads(pdf.template_input(data)) == pdf.drawable(wording.spaced_within(data))


def test_what_no_font_draws_is_replaced_or_taken_off():
    read = json.loads(pdf.template_input({"a": "漢\t", "b": "x\u200ey", "c": "e\u0301"}))
    assert read == {"a": "??", "b": "xy", "c": "é"}


def test_every_letter_that_is_let_through_is_drawn():
    """Władysław, Česká, « ≥ 65 ans » : la police du compositeur les dessine, ou le PDF accessible serait refusé."""
    letters = "".join(sorted(pdf._letters() - {"\n"}))
    content = document(Text(text=" ".join(letters)))
    with pypdfium2.PdfDocument(content) as opened:
        text = "".join(page.get_textpage().get_text_range() for page in opened)
    for word in ("Władysław Łuczak", "Česká škola", "≥ 65 ans → mairie", "coût ≤ 5 €"):
        assert pdf.drawable(word) == word
    missing = {c for c in "łŁČš≥≤→≈" if c not in text}
    assert not missing


@pytest.mark.parametrize("share", [0.4, 1.4])
def test_table_keeps_a_long_word_in_its_column_when_its_share_is_narrow(share):
    """« Coordination » s’imprimait par-dessus la colonne suivante."""
    row = (
        Cell(text="Coordination", strong=True),
        *[Cell(text=word * 9) for word in ("fait ", "sens ", "appel ")],
    )
    grid = Grid(
        caption="Les constats", columns=("Axe", "Fait", "Sens", "Appel"), align="gggg", rows=(row,),
        widths=(share, 4.0, 5.2, 2.9),
    )  # fmt: skip
    with pypdfium2.PdfDocument(document(grid)) as opened:
        text = next(
            page.get_textpage() for page in opened if "Coordination" in page.get_textpage().get_text_range()
        )
        first, n_letters = text.search("Coordination").get_next()
        word_end = text.get_charbox(first + n_letters - 1)[2]
        next_start = text.get_charbox(text.search("fait fait").get_next()[0])[0]
    assert word_end < next_start


def document(block: Block) -> bytes:
    cover = Cover(title="Ici", subtitle="", over="", edition="", print="", svg="", alt="")
    chapter = Chapter(number="", title="Lettres", blocks=(block,))
    return pdf.dossier(Document(title="Ici", cover=cover, chapters=(chapter,)), on=date(2026, 11, 26))
