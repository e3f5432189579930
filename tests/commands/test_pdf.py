"""The PDF files: tagged, readable aloud, one page for a sheet."""

import io
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise

import pikepdf
import pypdfium2
import pytest
import shapely

from maillage.reports.page import maps, pdf
from maillage.reports.page.blocks import (
    Beside,
    Bullets,
    Cell,
    Chapter,
    Cover,
    Document,
    Grid,
    Heading,
    Picture,
    Text,
)
from tests.support import printed
from tests.support.printed import smallest_letters


@pytest.fixture(params=["dossier.pdf", "fiches/38151.pdf"])
def document(request, grenoble):
    with pikepdf.open(grenoble / request.param) as opened:
        yield opened


def elements(node, depth=0):
    """Every structure element under a node, as (kind, element)."""
    children = node.get("/K", pikepdf.Array())
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield str(child["/S"]), child
            yield from elements(child, depth + 1)


def test_it_is_tagged_and_says_it_is_accessible(document):
    assert document.Root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in document.Root
    assert str(document.Root["/Lang"]).startswith("fr")
    metadata = document.Root["/Metadata"].read_bytes().decode()
    assert re.search(r"pdfuaid:part(?:>|=\")1", metadata)
    assert "/Title" in document.docinfo
    assert document.Root["/ViewerPreferences"]["/DisplayDocTitle"]


def test_every_figure_has_words_for_it(document):
    figures = [node for kind, node in elements(document.Root["/StructTreeRoot"]) if kind == "/Figure"]
    assert figures
    assert all(str(node.get("/Alt", "")).strip() for node in figures)


def test_headings_follow_one_another(grenoble):
    with pikepdf.open(grenoble / "dossier.pdf") as opened:
        levels = [
            int(kind[2])
            for kind, _ in elements(opened.Root["/StructTreeRoot"])
            if re.fullmatch(r"/H[1-6]", kind)
        ]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))


def test_tables_have_headers(grenoble):
    with pikepdf.open(grenoble / "dossier.pdf") as opened:
        kinds = [kind for kind, _ in elements(opened.Root["/StructTreeRoot"])]
        assert kinds.count("/Table") > 3
        assert kinds.count("/TH") >= kinds.count("/Table")


def test_a_sheet_fits_one_page(grenoble):
    for path in (grenoble / "fiches").glob("*.pdf"):
        with pikepdf.open(path) as opened:
            assert len(opened.pages) == 1, path.name


def test_the_story_fits_the_first_page_after_the_cover(grenoble):
    """L’histoire et le mode d’emploi des chiffres tiennent sur la page qui suit la couverture ; les constats mènent aux propositions."""
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(grenoble / "dossier.pdf")]
    for words in ("Que faire", "Comment lire les chiffres"):
        assert words in pages[1], words
    assert "Combien de personnes ont besoin d’aide" in " ".join(pages[2].split())
    (findings,) = [page for page in pages if "constats à retenir" in " ".join(page.split())]
    assert "Ce que nous proposons" in " ".join(findings.split())


def test_the_reader_s_part_has_eight_pages_of_forty_figures_at_most(grenoble):
    figures = printed.reader_figures(grenoble / "dossier.pdf")
    assert len(figures) <= 8
    assert max(figures) <= 40, figures


class Blocks(HTMLParser):
    """The texts of a page, block by block: what a script, a style or a drawing holds is left out."""

    SKIPPED_TAGS = ("head", "script", "style", "svg")
    INLINE = ("a", "abbr", "b", "bdi", "code", "em", "i", "q", "s", "small", "span", "strong", "sub", "sup")
    VOID = ("img", "input", "link", "meta", "col", "hr", "br", "wbr")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts, self.inside = [""], 0
        self.feed(page)

    def handle_starttag(self, tag, attrs) -> None:
        self.inside += tag in self.SKIPPED_TAGS
        if tag not in self.INLINE:
            self.texts.append("")

    def handle_endtag(self, tag) -> None:
        self.inside -= tag in self.SKIPPED_TAGS
        if tag not in self.INLINE:
            self.texts.append("")

    def handle_data(self, data) -> None:
        self.texts[-1] += "" if self.inside else data


def bare(text: str) -> str:
    """Return the letters, digits and signs of a text, without what a line or a page breaks."""
    return re.sub(r"[^\w%,+−<>≤≥]|_", "", text).casefold()


def test_every_figure_of_the_page_is_on_paper(grenoble):
    """Ce que la page dit avec un chiffre, le PDF le dit avec les mêmes mots et le même chiffre."""
    document = pypdfium2.PdfDocument(grenoble / "dossier.pdf")
    pages = [page.get_textpage().get_text_range().splitlines() for page in document]
    often = Counter(line for lines in pages for line in set(lines))
    running = {line for line, n in often.items() if n > len(pages) / 2}  # at the head and foot of each page
    printed = bare(
        "".join(
            line
            for number, lines in enumerate(pages, start=1)
            for line in lines
            if line not in running and line.strip() != str(number)
        )
    )
    texts = Blocks((grenoble / "dossier.html").read_text("utf-8")).texts
    figures = {bare(text) for text in texts if re.search(r"\d", text) and "Ce fichier se lit" not in text}
    assert len(figures) > 400
    assert {each for each in figures if each not in printed} == set()


def one_chapter(title: str, *blocks: Picture) -> Document:
    """Return a document of one chapter, with its cover."""
    cover = Cover(
        title=title,
        subtitle="",
        over="Diagnostic d’inclusion numérique",
        edition="",
        print="",
        svg="",
        alt="",
    )
    chapter = Chapter(number="1", short="Zones", title="Zone par zone", blocks=blocks)
    return Document(title=title, cover=cover, chapters=(chapter,))


def compiled_chapter(title: str) -> pypdfium2.PdfDocument:
    """Return a document of one chapter, compiled: its cover, then its page."""
    return pypdfium2.PdfDocument(pdf.dossier(one_chapter(title), on=date(2026, 11, 22)))


def a_map(*names: str, wide: float = 1.0, high: float = 1.0) -> Picture:
    """Return a map of a few zones, one above the other, under their names."""
    tall = high / len(names)
    areas = [
        maps.Area(str(k), name, shapely.box(0, k * tall, wide, k * tall + tall))
        for k, name in enumerate(names)
    ]
    base = maps.Base(names=[(area.name, area.shape, 1.0) for area in areas])
    return Picture(svg=maps.draw(areas, base=base, title="", description="", id="m"), alt="Une carte")


@pytest.mark.parametrize(
    "lay_out",
    [pdf.dossier, pdf.slides, pdf.one_page, pdf.poster],
    ids=("dossier", "slides", "one_page", "poster"),
)
@pytest.mark.parametrize(("wide", "high"), [(1.0, 1.0), (0.1, 1.0), (1.0, 0.3)])
def test_the_letters_of_a_map_are_read_whatever_its_width(lay_out, wide, high):
    """Ni la largeur d’une colonne, ni ce qu’un titre laisse de hauteur : jamais moins de six points."""
    picture = a_map("Nord", "Sud", wide=wide, high=high)
    two_columns = Beside(left=(picture,), right=(Text(text="Ce qu’elle montre."),), share=0.3)
    blocks = (picture, Bullets(items=("Ce qu’elle montre. " * 12,))) if lay_out is pdf.slides else (picture,)
    if lay_out is pdf.one_page:
        blocks = (replace(picture, width=0.5),)
    if lay_out is pdf.dossier:
        blocks = (picture, two_columns, replace(picture, width=0.25))
    actions = Chapter(number="", title="Ensemble", blocks=(Bullets(items=("Une action.",)),))
    last = Chapter(number="", title="Sources", blocks=(Text(text="D’où cela vient."),))
    first = Chapter(number="", title="Où vivent ces personnes ? " * 5, lead="Ici. " * 40, blocks=blocks)
    cover = Cover(title="Ici", subtitle="", over="", edition="", print="", svg="", alt="")
    document = Document(title="Ici", cover=cover, chapters=(first, actions, last))
    printed = lay_out(document, on=date(2026, 11, 22))
    with pypdfium2.PdfDocument(printed) as opened:
        text = " ".join(page.get_textpage().get_text_range() for page in opened)
    assert text.count("Nord") == text.count("Sud") == (3 if lay_out is pdf.dossier else 1)
    assert min(smallest_letters(printed))[0] >= 6, smallest_letters(printed)


LONG = ("d’Hautmont-sur-Helpe-inférieure", "accompagnement", "anticonstitutionnellement")


@pytest.mark.parametrize("word", LONG)
@pytest.mark.parametrize("n", [1, 9])
@pytest.mark.parametrize("has_bullets", [False, True])
def test_no_word_of_a_slide_s_table_runs_into_the_next_column(word, n, has_bullets):
    """Un seul rang prend de grandes lettres : pas au point qu’un mot passe sa colonne, ni le bord de la page."""
    head = ("Action", "Pilote", "Où", "Pour quand")
    row = tuple(
        Cell(text=text) for text in ("Ouvrir le soir. " * 3, f"Zoé, {word}", "ici", "24 décembre 2027")
    )
    table = Grid(caption="", columns=head, align="gggg", widths=(6, 2, 2, 2), rows=(row,) * n)
    blocks = (Bullets(items=("Ce qu’elle montre.",)), table) if has_bullets else (table,)
    chapter = Chapter(number="", title="Le plan", blocks=blocks)
    cover = Cover(title="Ici", subtitle="", over="", edition="", print="", svg="", alt="")
    printed = pdf.slides(Document(title="Ici", cover=cover, chapters=(chapter,)), on=date(2026, 11, 26))
    with pypdfium2.PdfDocument(printed) as opened:
        page = opened[1].get_textpage()
        boxes = [page.get_charbox(k) for k in range(page.count_chars()) if page.get_text_range(k, 1).strip()]
        right = {text: [box[0] for box in _boxes(page, text)] for text in ("Pilote", "Où", "Pour")}
        ends = max(box[2] for box in _boxes(page, re.split("[ -]", word)[-1]))
    assert max(box[2] for box in boxes) <= 192 / 25.4 * 72 - 28, "ten millimetres of margin"
    assert right["Pilote"][0] < ends < right["Où"][0]
    assert min(smallest_letters(printed))[0] >= 6


def _boxes(page, words):
    """Return where some words stand on a page: left, bottom, right, top of each."""
    boxes, search = [], page.search(words, match_case=True)
    while (at := search.get_next()) is not None:
        letters = [page.get_charbox(k) for k in range(at[0], at[0] + at[1])]
        boxes.append((min(x[0] for x in letters), 0, max(x[2] for x in letters), 0))
    return boxes


def test_a_summary_stays_on_its_page_whatever_the_height_of_its_map():
    """A département longer than it is wide, with all that may be said of it."""
    cover = Cover(title="Drôme", subtitle="", over="Synthèse", edition="2026", print="E", svg="", alt="")
    bullets = Bullets(
        items=tuple(f"**{n}** {'Une commune assez sûre, et une autre. ' * 5}" for n in range(4))
    )

    def chapter(*blocks) -> Chapter:
        return Chapter(number="", short="x", title="Où vivent ces personnes", blocks=blocks)

    tall = a_map("Valence", "Die", wide=1.0, high=2.2)
    chapters = (
        chapter(bullets),
        chapter(bullets, tall),
        chapter(bullets),
        chapter(bullets),
        chapter(bullets),
    )
    page_file = pdf.one_page(Document(title="Drôme", cover=cover, chapters=chapters), on=date(2026, 11, 26))
    with pypdfium2.PdfDocument(page_file) as opened:
        assert len(opened) == 1
        assert "Valence" in opened[0].get_textpage().get_text_bounded()
    assert min(smallest_letters(page_file))[0] >= 6


def test_larger_letters_keep_the_first_names_that_fit():
    svg = maps.on_paper(a_map(*(f"Commune {n}" for n in range(20))).svg)
    few, many = (re.findall(rf'<g class="taille t{size}">(.*?)</g>', svg)[0] for size in (140, 26))
    assert 1 < few.count("<text") < many.count("<text") == 20
    assert "Commune 0<" in few, "the first one is written first"


def test_a_page_is_not_left_half_empty_for_drawings_that_have_no_room_there():
    """Deux dessins côte à côte passent à la page suivante ; ce qui vient après eux reste, et remplit celle-ci."""
    tall = replace(a_map("Nord", "Sud", wide=0.5), width=1.0)
    lines = (Text(text="Avant."),) * 26
    drawn = Beside(left=(tall,), right=(tall,), share=0.5)
    chapter = Chapter(number="1", title="Ici", blocks=(*lines, drawn, Text(text="Après eux."), *lines[:2]))
    cover = Cover(title="Ici", subtitle="", over="", edition="", print="", svg="", alt="")
    printed = pdf.dossier(Document(title="Ici", cover=cover, chapters=(chapter,)), on=date(2026, 11, 26))
    with pypdfium2.PdfDocument(printed) as opened:
        pages = [page.get_textpage().get_text_range() for page in opened]
    (before,) = [n for n, text in enumerate(pages) if "Avant." in text and text.count("Avant.") >= 26]
    assert "Après eux." in pages[before] and "Nord" not in pages[before]
    assert pages[before + 1].count("Nord") == 2


@pytest.mark.parametrize("lines", [0, 8, 16, 22, 26])
@pytest.mark.parametrize("headed", [False, True])
def test_drawings_never_rise_above_the_heading_of_their_chapter(lines, headed):
    """Ce qui dit comment un chiffre est fait se lit sous son titre, où qu’il commence : pas au chapitre d’avant."""
    tall = replace(a_map("Nord", "Sud", wide=0.5), width=1.0)
    drawn = Beside(left=(tall,), right=(tall,), share=0.5)
    first = Chapter(number="1", title="Premier", blocks=(Text(text="Avant."),) * lines)
    heading = (Heading(text="Un intertitre"),) if headed else ()
    blocks = (*heading, drawn, *(Text(text="Après eux."),) * 4)
    second = Chapter(number="2", title="Second", lead="Ce qu’il dit.", flows=True, blocks=blocks)
    cover = Cover(title="Ici", subtitle="", over="", edition="", print="", svg="", alt="")
    document = Document(title="Ici", cover=cover, chapters=(first, second))
    with pypdfium2.PdfDocument(pdf.dossier(document, on=date(2026, 11, 26))) as pages:
        texts = [page.get_textpage() for page in pages]
        above = "Un intertitre" if headed else "Ce qu’il dit."
        assert _places(texts, "Nord")[0] > _places(texts, above)[-1]


def _places(pages: list[pypdfium2.PdfTextPage], word: str) -> list[tuple[int, float]]:
    """Return where a word is written first on each page: the page, how far down it."""
    matches = ((n, page, page.search(word).get_next()) for n, page in enumerate(pages))
    return [(n, -page.get_charbox(at[0])[3]) for n, page, at in matches if at]


LINE = Text(text="Une ligne.")


def columns(n):
    """A heading, then so many lines beside others."""
    return Heading(text="Andrei"), Beside(left=(LINE,) * n, right=(LINE,) * n)


@pytest.mark.parametrize(
    ("lines", "blocks", "starts_page"),
    [
        (8, (LINE,), False),
        (22, (LINE,), True),
        (12, (LINE,), False),
        (12, columns(24), True),
        (12, columns(4), False),
    ],
)
def test_a_chapter_has_a_page_of_its_own_unless_half_of_one_would_stay_empty(lines, blocks, starts_page):
    """Le premier chapitre suit le sommaire ; le second, aussi, s’il reste une demi-page. Celui qui commence par deux
    colonnes en veut la hauteur, sous un intertitre aussi, et rien de plus : ni titre seul au bas d’une page, ni page vide.
    """
    first = Chapter(number="1", title="Premier", blocks=(LINE,) * lines)
    second = Chapter(number="2", title="Second", blocks=blocks)
    cover = Cover(over="", title="Ici", subtitle="", edition="", print="", svg="", alt="")
    dossier_file = pdf.dossier(
        Document(title="Ici", cover=cover, chapters=(first, second)), on=date(2026, 11, 25)
    )
    with pypdfium2.PdfDocument(io.BytesIO(dossier_file)) as pages:
        texts = [page.get_textpage().get_text_range() for page in pages]
    one, two = (max(k for k, text in enumerate(texts) if word in text) for word in ("Premier", "Second"))
    assert (one, two) == (1, 2 if starts_page else 1)


def test_the_title_of_a_chapter_and_its_sentence_are_never_alone_at_the_end_of_a_page():
    """A long table wants the room of several rows: what announces it goes with it."""
    rows = tuple((Cell(text=str(n)), Cell(text="Une ligne")) for n in range(30))
    grid = Grid(caption="Le tableau", columns=("N°", "Action"), align="dg", rows=rows)
    for lines in (19, 22):
        first = Chapter(number="1", title="Premier", blocks=(LINE,) * lines)
        second = Chapter(number="2", title="Second", lead="Ce qu’il annonce.", flows=True, blocks=(grid,))
        cover = Cover(over="", title="Ici", subtitle="", edition="", print="", svg="", alt="")
        document = Document(title="Ici", cover=cover, chapters=(first, second))
        with pypdfium2.PdfDocument(io.BytesIO(pdf.dossier(document, on=date(2026, 11, 25)))) as pages:
            texts = [page.get_textpage().get_text_range() for page in pages]
        (page,) = [k for k, text in enumerate(texts) if "Ce qu’il annonce." in text]
        assert "Le tableau" in texts[page], lines


def test_what_introduces_a_table_stands_above_its_first_rows():
    """Un intertitre et sa phrase au bas d’une page, leur tableau en haut de la suivante : on lit une annonce de rien."""
    rows = tuple((Cell(text=f"Groupe {n}"), Cell(text="Une ligne")) for n in range(17))
    grid = Grid(caption="Le tableau", columns=("Groupe", "Part"), align="gd", rows=rows)
    introduced_table = (Heading(text="Qui sont ces personnes"), Text(text="Deux lectures."), grid)
    cover = Cover(over="", title="Ici", subtitle="", edition="", print="", svg="", alt="")
    for lines in range(14, 28, 2):
        chapter = Chapter(number="1", title="Premier", blocks=(*(LINE,) * lines, *introduced_table))
        document = Document(title="Ici", cover=cover, chapters=(chapter,))
        with pypdfium2.PdfDocument(io.BytesIO(pdf.dossier(document, on=date(2026, 11, 25)))) as pages:
            texts = [page.get_textpage().get_text_range() for page in pages]
        (page,) = [k for k, text in enumerate(texts) if "Deux lectures." in text]
        assert "Qui sont ces personnes" in texts[page] and "Groupe 2" in texts[page], lines


def test_a_tall_drawing_lets_what_follows_fill_its_page():
    tall = replace(a_map("Nord", "Sud", wide=0.5), width=1.0, tall=True)
    chapter = Chapter(
        number="1", title="Ici", blocks=(*(LINE,) * 26, tall, Text(text="Après lui."), *(LINE,) * 2)
    )
    cover = Cover(over="", title="Ici", subtitle="", edition="", print="", svg="", alt="")
    document = Document(title="Ici", cover=cover, chapters=(chapter,))
    with pypdfium2.PdfDocument(io.BytesIO(pdf.dossier(document, on=date(2026, 11, 25)))) as pages:
        texts = [page.get_textpage().get_text_range() for page in pages]
    (page,) = [k for k, text in enumerate(texts) if "Après lui." in text]
    assert "Une ligne." in texts[page] and "Nord" not in texts[page] and "Nord" in texts[page + 1]


def test_a_few_rows_of_long_sentences_start_where_they_have_room():
    """Cinq verdicts de six lignes ne laissent pas une demi-page vide pour rester ensemble, et aucun n’est coupé."""
    rows = tuple(
        (Cell(text=f"Question {n}"), Cell(text=f"Début{n} {'ce qui le dit ' * 40}Fin{n}")) for n in range(5)
    )
    grid = Grid(caption="Verdicts", columns=("Question", "Réponse"), align="gg", widths=(1, 3), rows=rows)
    chapter = Chapter(number="1", title="La grille", blocks=(*(LINE,) * 22, grid))
    cover = Cover(over="", title="Ici", subtitle="", edition="", print="", svg="", alt="")
    dossier_file = pdf.dossier(Document(title="Ici", cover=cover, chapters=(chapter,)), on=date(2026, 11, 25))
    with pypdfium2.PdfDocument(dossier_file) as pages:
        texts = [page.get_textpage().get_text_range() for page in pages]
    first, second = ([k for k in range(5) if f"Début{k}" in text] for text in texts[-2:])
    assert first and second
    assert [[k for k in range(5) if f"Fin{k}" in text] for text in texts[-2:]] == [first, second]


def test_a_long_name_stays_on_the_line_of_its_page():
    """Sur deux lignes, l’en-tête passait sur le titre de chaque page."""
    long = (
        "Communauté d’agglomération Maubeuge Val de Sambre (communes comptant un quartier prioritaire (2019))"
    )
    for title in ("Maubeuge", long):
        page = list(compiled_chapter(title))[-1].get_textpage()
        text = page.get_text_range()
        head = [
            page.get_charbox(text.index(word))
            for word in ("Diagnostic", "numérique", title.split()[0], title.split()[-1])
        ]
        assert max(box[3] for box in head) - min(box[1] for box in head) < 14, title


def test_no_placeholder_and_no_empty_section(grenoble):
    text = "\n".join(
        page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(grenoble / "dossier.pdf")
    )
    for word in ("None", "nan", "undefined", "Lorem", "{{", "}}"):
        assert not re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)
