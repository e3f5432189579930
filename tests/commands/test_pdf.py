"""The PDF files: tagged, readable aloud, one page for a sheet."""

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

from maillage.publishing.page import maps, pdf
from maillage.publishing.page.blocks import (
    Bullets,
    Callout,
    Cell,
    Chapter,
    Cover,
    Document,
    Grid,
    Heading,
    Picture,
    Text,
    TwoColumns,
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


def test_each_row_of_a_table_with_heads_has_its_own(document):
    rows = [
        [cell for cell in row["/K"] if isinstance(cell, pikepdf.Dictionary)]
        for kind, body in elements(document.Root["/StructTreeRoot"])
        if kind == "/TBody"
        for _, row in elements({"/K": body["/K"]})
        if row["/S"] == "/TR"
    ]
    assert rows
    assert {str(row[0]["/S"]) for row in rows} == {"/TH"}
    scopes = {str(each["/Scope"]) for row in rows for each in row[0]["/A"] if each["/O"] == "/Table"}
    assert scopes == {"/Row"}
    assert not [cell for row in rows for cell in row for each in cell.get("/A", []) if "/Headers" in each]


def test_a_sheet_fits_one_page(grenoble):
    for path in (grenoble / "fiches").glob("*.pdf"):
        with pikepdf.open(path) as opened:
            assert len(opened.pages) == 1, path.name


def test_the_story_fits_the_first_page_after_the_cover(grenoble):
    """Le premier nombre, l’histoire et le mode d’emploi des chiffres tiennent sur la page qui suit la couverture."""
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(grenoble / "dossier.pdf")]
    for words in ("n’utilisent pas Internet", "Que faire", "Comment lire les chiffres"):
        assert words in " ".join(pages[1].split()), words
    assert "Quelle aide pour qui" in " ".join(pages[2].split())
    (findings,) = [page for page in pages if "constats à retenir" in " ".join(page.split())]
    assert "Ce que nous proposons" in " ".join(findings.split())


def test_the_reader_s_part_has_eight_pages_of_forty_figures_at_most(grenoble):
    figures = printed.reader_figures(grenoble / "dossier.pdf")
    assert len(figures) <= 8
    assert max(figures) <= 40, figures
    assert max(printed.blank_shares(grenoble / "dossier.pdf")) < 0.5, "no half of a page is blank"


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
    assert len(figures) > 150
    assert {each for each in figures if each not in printed} == set()


ON = date(2026, 11, 25)
LINE = Text(text="Une ligne.")


def compiled(*chapters: Chapter, title: str = "Ici", lay_out=pdf.dossier) -> pypdfium2.PdfDocument:
    """Return a document of a few chapters as it is printed, after its cover."""
    cover = Cover(over="", title=title, subtitle="", edition="", print="", svg="", alt="")
    printed_bytes = lay_out(Document(title=title, cover=cover, chapters=chapters), on=ON)
    return pypdfium2.PdfDocument(printed_bytes)


def texts_of(*chapters: Chapter) -> list[str]:
    """Return the text of each page of a dossier of a few chapters."""
    return [page.get_textpage().get_text_range() for page in compiled(*chapters)]


def chapter(*blocks, number: str = "1", title: str = "Premier", **more) -> Chapter:
    return Chapter(number=number, title=title, blocks=blocks, **more)


def table_of(*rows: tuple[str, str], widths=()) -> Grid:
    cells = tuple(tuple(Cell(text=text) for text in row) for row in rows)
    return Grid(caption="Le tableau", columns=("Qui", "Quoi"), align="gg", widths=widths, rows=cells)


def page_with(texts: list[str], words: str) -> int:
    """Return the number of the only page where words are."""
    (page,) = [k for k, text in enumerate(texts) if words in text]
    return page


def test_no_row_of_a_short_table_is_alone_on_the_next_page():
    """Le dixième constat d’une enquête tenait une page à lui seul, sous son en-tête."""
    rows = [(f"Ligne {k}", "Des mots pour trois lignes de ce tableau. " * 6) for k in range(10)]
    table = table_of(*rows, widths=(1, 3))
    alone = []
    for n_lines in range(14, 24):
        texts = texts_of(chapter(*(LINE,) * n_lines, table))
        rows_by_page = [n for n in (len(re.findall(r"Ligne \d", text)) for text in texts) if n]
        alone += [n_lines] if rows_by_page[-1] == 1 else []
    assert alone == []


def a_map(*names: str, wide: float = 1.0, high: float = 1.0) -> Picture:
    """Return a map of a few zones, one above the other, under their names."""
    tall = high / len(names)
    areas = [
        maps.Area(str(k), name, shapely.box(0, k * tall, wide, k * tall + tall))
        for k, name in enumerate(names)
    ]
    base = maps.Base(names=[(area.name, area.shape, 1.0) for area in areas])
    return Picture(svg=maps.draw(areas, base=base, title="", description="", id="m"), alt="Une carte")


TALL = replace(a_map("Nord", "Sud", wide=0.5), width=1.0)


@pytest.mark.parametrize(
    ("lay_out", "wide", "high"),
    [
        (pdf.dossier, 1.0, 1.0),
        (pdf.dossier, 0.1, 1.0),
        (pdf.dossier, 1.0, 0.3),
        (pdf.slides, 0.1, 1.0),
        (pdf.slides, 1.0, 1.0),
        (pdf.one_page, 0.1, 1.0),
        (pdf.poster, 0.1, 1.0),
    ],
)
def test_the_letters_of_a_map_are_read_whatever_its_width(lay_out, wide, high):
    """Ni la largeur d’une colonne, ni ce qu’un titre laisse de hauteur : jamais moins de six points."""
    picture = a_map("Nord", "Sud", wide=wide, high=high)
    blocks = {
        pdf.dossier: (
            picture,
            TwoColumns(left_blocks=(picture,), right_blocks=(Text(text="Ce qu’elle montre."),), share=0.3),
            replace(picture, width=0.25),
        ),
        pdf.slides: (picture, Bullets(items=("Ce qu’elle montre. " * 12,))),
        pdf.one_page: (replace(picture, width=0.5),),
    }.get(lay_out, (picture,))
    first = chapter(*blocks, number="", title="Où vivent ces personnes ? " * 5, lead="Ici. " * 40)
    actions = chapter(Bullets(items=("Une action.",)), number="", title="Ensemble")
    last = chapter(Text(text="D’où cela vient."), number="", title="Sources")
    cover = Cover(title="Ici", subtitle="", over="", edition="", print="", svg="", alt="")
    printed_bytes = lay_out(Document(title="Ici", cover=cover, chapters=(first, actions, last)), on=ON)
    with pypdfium2.PdfDocument(printed_bytes) as opened:
        text = " ".join(page.get_textpage().get_text_range() for page in opened)
    assert text.count("Nord") == text.count("Sud") == (3 if lay_out is pdf.dossier else 1)
    assert min(smallest_letters(printed_bytes))[0] >= 6


@pytest.mark.parametrize(
    ("word", "n", "has_bullets"),
    [
        ("d’Hautmont-sur-Helpe-inférieure", 1, False),
        ("d’Hautmont-sur-Helpe-inférieure", 9, True),
        ("accompagnement", 9, False),
        ("anticonstitutionnellement", 1, True),
        ("anticonstitutionnellement", 9, False),
    ],
)
def test_no_word_of_a_slide_s_table_runs_into_the_next_column(word, n, has_bullets):
    """Un seul rang prend de grandes lettres : pas au point qu’un mot passe sa colonne, ni le bord de la page."""
    head = ("Action", "Pilote", "Où", "Pour quand")
    row = ("Ouvrir le soir. " * 3, f"Zoé, {word}", "ici", "24 décembre 2027")
    rows = (tuple(Cell(text=text) for text in row),) * n
    table = Grid(caption="", columns=head, align="gggg", widths=(6, 2, 2, 2), rows=rows)
    blocks = (Bullets(items=("Ce qu’elle montre.",)), table) if has_bullets else (table,)
    opened = compiled(chapter(*blocks, number="", title="Le plan"), lay_out=pdf.slides)
    page = opened[1].get_textpage()
    boxes = [page.get_charbox(k) for k in range(page.count_chars()) if page.get_text_range(k, 1).strip()]
    starts = {text: _sides(page, text)[0] for text in ("Pilote", "Où", "Pour")}
    end = max(_sides(page, re.split("[ -]", word)[-1])[1])
    assert max(box[2] for box in boxes) <= 192 / 25.4 * 72 - 28, "ten millimetres of margin"
    assert starts["Pilote"][0] < end < starts["Où"][0]


def _sides(page, words):
    """Return where some words begin and where they end on a page, each time they are written."""
    lefts, rights, search = [], [], page.search(words, match_case=True)
    while (at := search.get_next()) is not None:
        letters = [page.get_charbox(k) for k in range(at[0], at[0] + at[1])]
        lefts.append(min(box[0] for box in letters))
        rights.append(max(box[2] for box in letters))
    return lefts, rights


def test_a_summary_stays_on_its_page_whatever_the_height_of_its_map():
    """A département longer than it is wide, with all that may be said of it."""
    sentences = tuple(f"**{n}** {'Une commune assez sûre, et une autre. ' * 5}" for n in range(4))
    bullets, tall = Bullets(items=sentences), a_map("Valence", "Die", wide=1.0, high=2.2)
    parts = [
        chapter(*blocks, number="", short="x", title="Où vivent ces personnes")
        for blocks in ((bullets,), (bullets, tall), (bullets,), (bullets,), (bullets,))
    ]
    (page,) = compiled(*parts, title="Drôme", lay_out=pdf.one_page)
    assert "Valence" in page.get_textpage().get_text_bounded()


def test_larger_letters_keep_the_first_names_that_fit():
    svg = maps.on_paper(a_map(*(f"Commune {n}" for n in range(20))).svg)
    few, many = (re.findall(rf'<g class="taille t{size}">(.*?)</g>', svg)[0] for size in (140, 26))
    assert 1 < few.count("<text") < many.count("<text") == 20
    assert "Commune 0<" in few, "the first one is written first"


@pytest.mark.parametrize(
    "drawing",
    [TwoColumns(left_blocks=(TALL,), right_blocks=(TALL,), share=0.5), replace(TALL, tall=True)],
    ids=("two", "one"),
)
def test_what_follows_a_drawing_without_room_fills_its_page(drawing):
    """Le dessin passe à la page suivante ; ce qui vient après lui reste, et remplit celle-ci."""
    texts = texts_of(chapter(*(LINE,) * 30, drawing, Text(text="Après lui."), *(LINE,) * 2))
    page = page_with(texts, "Après lui.")
    assert "Une ligne." in texts[page] and "Nord" not in texts[page]
    assert "Nord" in texts[page + 1]


@pytest.mark.parametrize(("lines", "headed"), [(0, False), (8, True), (16, True), (22, False), (26, True)])
def test_drawings_never_rise_above_the_heading_of_their_chapter(lines, headed):
    """Ce qui dit comment un chiffre est fait se lit sous son titre, où qu’il commence : pas au chapitre d’avant."""
    heading = (Heading(text="Un intertitre"),) if headed else ()
    blocks = (*heading, TwoColumns(left_blocks=(TALL,), right_blocks=(TALL,), share=0.5), *(LINE,) * 4)
    second = chapter(*blocks, number="2", title="Second", lead="Ce qu’il dit.", flows=True)
    pages = [page.get_textpage() for page in compiled(chapter(*(LINE,) * lines), second)]
    above = "Un intertitre" if headed else "Ce qu’il dit."
    assert _places(pages, "Nord")[0] > _places(pages, above)[-1]


def _places(pages: list[pypdfium2.PdfTextPage], word: str) -> list[tuple[int, float]]:
    """Return where a word is written first on each page: the page, how far down it."""
    matches = ((n, page, page.search(word).get_next()) for n, page in enumerate(pages))
    return [(n, -page.get_charbox(at[0])[3]) for n, page, at in matches if at]


def columns(n):
    """A heading, then so many lines beside others."""
    return Heading(text="Andrei"), TwoColumns(left_blocks=(LINE,) * n, right_blocks=(LINE,) * n)


@pytest.mark.parametrize(
    ("lines", "blocks", "starts_page"),
    [
        (8, (LINE,), False),
        (34, (LINE,), True),
        (12, (LINE,), False),
        (12, columns(24), True),
        (12, columns(4), False),
    ],
)
def test_a_chapter_has_a_page_of_its_own_unless_half_of_one_would_stay_empty(lines, blocks, starts_page):
    """Le premier chapitre suit le sommaire ; le second, aussi, s’il reste une demi-page. Celui qui commence par deux
    colonnes en veut la hauteur, sous un intertitre aussi, et rien de plus : ni titre seul au bas d’une page, ni page vide.
    """
    texts = texts_of(chapter(*(LINE,) * lines), chapter(*blocks, number="2", title="Second"))
    one, two = (max(k for k, text in enumerate(texts) if word in text) for word in ("Premier", "Second"))
    assert (one, two) == (1, 2 if starts_page else 1)


@pytest.mark.parametrize("lines", [19, 22])
def test_the_title_of_a_chapter_and_its_sentence_are_never_alone_at_the_end_of_a_page(lines):
    """A long table wants the room of several rows: what announces it goes with it."""
    table = table_of(*((str(n), "Une ligne") for n in range(30)))
    second = chapter(table, number="2", title="Second", lead="Ce qu’il annonce.", flows=True)
    texts = texts_of(chapter(*(LINE,) * lines), second)
    assert "Le tableau" in texts[page_with(texts, "Ce qu’il annonce.")]


@pytest.mark.parametrize("lines", [18, 20, 22, 24, 26])
def test_what_introduces_a_table_stands_above_its_first_rows(lines):
    """Un intertitre et sa phrase au bas d’une page, leur tableau en haut de la suivante : on lit une annonce de rien."""
    table = table_of(*((f"Groupe {n}", "Une ligne") for n in range(17)))
    introduced_table = (Heading(text="Qui sont ces personnes"), Text(text="Deux lectures."), table)
    texts = texts_of(chapter(*(LINE,) * lines, *introduced_table))
    page = texts[page_with(texts, "Deux lectures.")]
    assert "Qui sont ces personnes" in page and "Groupe 2" in page


def test_a_short_list_and_its_note_stay_on_one_page():
    """La dernière puce, ou sa note, seule en tête de page."""
    items = tuple(f"Puce{k} dit une chose, puis une autre, en une ligne ou deux de papier." for k in range(4))
    pages = set()
    for lines in range(30, 38):
        note = Text(text="Note finale.", tone="note")
        texts = texts_of(chapter(*(LINE,) * lines, Bullets(items=items), note))
        pages.add(page_with(texts, "Puce0"))
        assert page_with(texts, "Puce0") == page_with(texts, "Puce3") == page_with(texts, "Note finale"), (
            lines
        )
    assert len(pages) == 2, "the end of the page is among them"
    assert texts_of(chapter(LINE, Bullets(items=()))), "a list that nothing fills is printed as nothing"


MAP_BESIDE = TwoColumns(left_blocks=(replace(TALL, caption="Légende"),), right_blocks=(Text(text="Voir."),))


@pytest.mark.parametrize("is_opening", [False, True])
@pytest.mark.parametrize(
    "blocks",
    [
        (replace(TALL, caption="Légende"),),
        (MAP_BESIDE,),
        (table_of(*((str(n), "Une ligne") for n in range(30))),),
        (table_of(*((str(n), "Une ligne") for n in range(6))),),
        (Bullets(items=("Une puce.",) * 5),),
        (Callout(tone="prudence", text="Prudence. " * 40),),
        (Heading(text="Intertitre petit", small=True), Text(text="Un paragraphe. " * 30)),
    ],
)
def test_a_heading_never_ends_a_page(blocks, is_opening):
    """Un intertitre restait au bas de la page que sa carte quittait ; un titre, avec la note qui ouvre ses fiches."""
    opening = (Text(text="Note d’ouverture.", tone="note"),) if is_opening else ()
    sections: list[Chapter] = []
    for n in range(16):
        filling = (Text(text="Une ligne."),) * (n * 2 % 21 + 1)
        section = (*opening, Heading(text=f"Intertitre {n}"), *blocks)
        if is_opening:
            sections += [chapter(*filling, flows=True), chapter(*section, title=f"Titre {n}", flows=True)]
        else:
            sections.append(chapter(*filling, *section, flows=True))
    feet = [
        page.get_textpage().get_text_bounded(bottom=57).strip().splitlines() for page in compiled(*sections)
    ]
    announcing = re.compile(r"Intertitre (\d+|petit)|(1 )?Titre \d+|Note d’ouverture\.")
    alone = [lines[-1] for lines in feet if lines and announcing.fullmatch(lines[-1])]
    assert len(feet) > 5 and not alone


def test_a_map_shrinks_to_the_end_of_its_page():
    """Un tiers de page restait vide devant une carte un peu trop haute ; trop près du pied, elle garde sa taille."""
    two_columns = TwoColumns(left_blocks=(TALL,), right_blocks=(Text(text="Ce qu’elle montre."),))
    heights = {}
    for lines in (20, 28, 34):
        pages = [page.get_textpage() for page in compiled(chapter(*(LINE,) * lines, two_columns))]
        ((page, north),), ((_, south),) = (_places(pages, name) for name in ("Nord", "Sud"))
        heights[lines] = (page, abs(south - north))
    assert [page for page, _ in heights.values()] == [1, 1, 2]
    assert heights[28][1] < 0.7 * heights[20][1]
    assert heights[34][1] == pytest.approx(heights[20][1])


def test_a_few_rows_of_long_sentences_start_where_they_have_room():
    """Cinq verdicts de six lignes ne laissent pas une demi-page vide pour rester ensemble, et aucun n’est coupé."""
    rows = [(f"Question {n}", f"Début{n} {'ce qui le dit ' * 40}Fin{n}") for n in range(5)]
    texts = texts_of(chapter(*(LINE,) * 22, table_of(*rows, widths=(1, 3))))
    first, second = ([k for k in range(5) if f"Début{k}" in text] for text in texts[-2:])
    assert first and second
    assert [[k for k in range(5) if f"Fin{k}" in text] for text in texts[-2:]] == [first, second]


@pytest.mark.parametrize(
    ("lay_out", "title"),
    [
        (
            pdf.dossier,
            "Communauté d’agglomération Maubeuge Val de Sambre (communes comptant un quartier prioritaire (2019))",
        ),
        (pdf.one_page, "Communauté de communes de la Thiérache du Centre"),
    ],
)
def test_a_long_name_stays_on_the_line_of_its_page(lay_out, title):
    """Sur deux lignes, l’en-tête passait sur le titre de chaque page."""
    cover = Cover(title=title, subtitle="", over="Diagnostic d’inclusion numérique", edition="Édition du 29 novembre 2026", print="", svg="", alt="")  # fmt: skip
    chapters = (chapter(title="Zone par zone"), chapter(title="Sources"))
    document = Document(title=title, cover=cover, chapters=chapters)
    page = list(pypdfium2.PdfDocument(lay_out(document, on=ON)))[-1].get_textpage()
    text = page.get_text_range()
    words = ("Diagnostic", "numérique", title.split()[0], title.split()[-1])
    head = [page.get_charbox(text.index(word)) for word in words]
    assert max(box[3] for box in head) - min(box[1] for box in head) < 14


def test_no_placeholder_and_no_empty_section(grenoble):
    text = "\n".join(
        page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(grenoble / "dossier.pdf")
    )
    for word in ("None", "nan", "undefined", "Lorem", "{{", "}}"):
        assert not re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)


def test_a_last_page_with_nearly_nothing_is_spared_where_the_edges_leave_room():
    """Trois puces seules sur la vingt-deuxième page."""

    def loose(document: Document, *, on: date) -> bytes:
        return pdf._laid_out(document, "dossier.typ", on=on, most=pdf.MAP)

    spared = set()
    for n in range(150, 200, 5):
        document = chapter(*(LINE,) * n)
        n_loose, n_printed = (len(compiled(document, lay_out=each)) for each in (loose, pdf.dossier))
        spared.add(n_loose - n_printed)
    assert spared == {0, 1}


def test_the_last_rows_of_a_long_table_go_to_the_next_page_together():
    """Une ligne seule, sous un en-tête répété, en haut d’une page."""
    for n in range(24, 40):
        texts = texts_of(chapter(table_of(*((f"Rang{k:02}", "Une ligne") for k in range(n)))))
        last = max(k for k, text in enumerate(texts) if "Rang" in text)
        assert len(re.findall(r"Rang\d\d", texts[last])) >= 3, n
