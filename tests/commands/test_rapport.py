"""maillage rapport: each report in each form, whole or not at all, frozen when it is asked."""

import io
import itertools
import json
import os
import re
import signal
import zipfile
from datetime import date
from functools import cache
from math import ceil
from pathlib import Path
from types import SimpleNamespace

import pikepdf
import pypdfium2
import pytest
from openpyxl import load_workbook
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.oxml.ns import qn
from pptx.util import Inches

from maillage.manage.commands import rapport
from maillage.manage.deploy import home
from maillage.manage.main import main
from maillage.manage.reports import studies
from maillage.publishing.page import folder as folders
from maillage.publishing.page import slides
from maillage.publishing.page.blocks import Cell, Chapter, Cover, Document, Grid, Text
from maillage.publishing.territory import deck as restitution
from maillage.publishing.territory import gaps
from maillage.reference.cards import cards
from maillage.words.dates import in_words
from tests.support import editable
from tests.support.printed import links, smallest_letters

CODE = "59365"  # Louvroil: a few quarters
FORMS = {
    "diagnostic": {"diagnostic.docx", "diagnostic.html", "diagnostic.json", "diagnostic.pdf"},
    "affiche": {"affiche.html", "affiche.json", "affiche.pdf"},
    "synthese": {"synthese.docx", "synthese.html", "synthese.json", "synthese.pdf"},
    "restitution": {"restitution.html", "restitution.json", "restitution.pdf", "restitution.pptx"},
}
DATA_ALONE = tuple(FORMS)


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The three reports that need no platform, beside a census of places: folders by name of report."""
    places = cards()["assembleurs-maubeuge"].file
    computed = cache(studies._computed)  # the same study for the three of them, computed once
    base = tmp_path_factory.mktemp("rapports")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(home, "HOME", base / "maison")
        patch.setattr(home, "DATABASE", base / "maison/maillage.sqlite3")
        patch.setattr(studies, "_computed", computed)
        for name in DATA_ALONE:
            words = ["rapport", name, CODE, "--sortie", str(base / name), "--offre", str(places)]
            assert main([*words, "--edition", "novembre"]) in (0, 1)
    return base


@pytest.fixture
def at_home(alone, monkeypatch):
    """The home where those reports were frozen."""
    monkeypatch.setattr(home, "HOME", alone / "maison")
    monkeypatch.setattr(home, "DATABASE", alone / "maison/maillage.sqlite3")
    return alone / "maison"


@pytest.mark.parametrize("name", DATA_ALONE)
def test_each_form_is_there_with_its_digest(alone, name):
    about = json.loads((alone / name / "empreinte.json").read_text("utf-8"))
    assert {path.name for path in (alone / name).iterdir()} == FORMS[name] | {"empreinte.json"}
    assert about["rapport"] == name
    assert about["territoire"] == {"code": CODE, "nom": "Louvroil"}
    assert about["donnees"] and all(each["millesime"] for each in about["donnees"])
    assert set(about["fichiers"]) == FORMS[name]
    for file, digest in about["fichiers"].items():
        assert folders.digest((alone / name / file).read_bytes()) == digest


@pytest.mark.parametrize("name", DATA_ALONE)
def test_pdf_forms_are_tagged(alone, name):
    with pikepdf.open(alone / name / f"{name}.pdf") as opened:
        assert opened.Root["/MarkInfo"]["/Marked"]
        assert b"pdfuaid:part" in opened.Root["/Metadata"].read_bytes()
        if name == "synthese":
            assert len(opened.pages) == 1


@pytest.mark.parametrize("name", DATA_ALONE)
def test_no_letter_is_printed_under_six_points(alone, name):
    """Celles d’une carte comprises : une commune de quelques quartiers, dans la hauteur que laisse un titre."""
    pages = smallest_letters(alone / name / f"{name}.pdf")
    assert min(pages)[0] >= 6, pages


@pytest.mark.parametrize("name", ["diagnostic", "synthese"])
def test_docx_has_the_figures_of_the_page_and_the_pdf(alone, name):
    """Se corrige : titres, listes et tableaux vrais ; une image sans ses mots, un niveau sauté, non."""
    edited, page, printed = (
        (alone / name / f"{name}.{form}").read_bytes() for form in ("docx", "html", "pdf")
    )
    editable.compare(edited, page, printed)
    editable.check_access(edited)


def test_a_poster_is_one_sheet_of_a3(alone):
    with pikepdf.open(alone / "affiche/affiche.pdf") as opened:
        (sheet,) = opened.pages
        assert [round(float(side)) for side in sheet.mediabox[2:]] == [842, 1191]
    text = (alone / "affiche/affiche.html").read_text("utf-8")
    assert "À discuter ensemble" in text, "nobody published a plan here"


@pytest.mark.complete
def test_a_report_wears_the_colour_and_the_name_of_its_territory(alone, at_home, tmp_path, maillage):
    logo = tmp_path / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>')
    look = tmp_path / "theme.yaml"
    look.write_text('nom: Ma ville\ncouleur: "#1f4e79"\nlogo: logo.svg\n', encoding="utf-8")
    words = ("rapport", "restitution", "55039", "--sortie", tmp_path / "s", "--theme", look)
    assert maillage(*words).code in (0, 1)
    cover, *_ = Presentation(tmp_path / "s/restitution.pptx").slides
    assert str(cover.background.fill.fore_color.rgb) == "1F4E79"
    assert "Ma ville" in [shape.text_frame.text for shape in cover.shapes if shape.has_text_frame]
    logo.write_text("<svg")
    answer = maillage(*words)
    assert (answer.code, answer.err.splitlines()[0]) == (2, "Ce logo ne peut pas être imprimé.")
    answer = maillage(*(word if word != "restitution" else "diagnostic" for word in words))
    assert (answer.code, answer.err.splitlines()[0]) == (2, "Le diagnostic ne prend pas de thème.")


@pytest.mark.parametrize("killed_at", [0, 4])
def test_a_report_killed_while_writing_leaves_the_former_one(alone, tmp_path, killed_at):
    """Coupé net à chaque fichier, puis avant qu’ils ne paraissent ensemble ; la même commande finit le travail."""
    about, files = folders.read(alone / "synthese")
    steps = len(files) + 1
    out, fresh = tmp_path / "rendu", tmp_path / "rapports/synthese/neuf"
    folders.write(out, {"synthese.html": b"avant", "synthese.pdf": b"avant"}, about)

    def cut(holder, name, at):
        """Do a step until the one where the program is killed."""
        true, count = getattr(holder, name), itertools.count()

        def step(*arguments):
            if next(count) == at:
                os.kill(os.getpid(), signal.SIGKILL)
            return true(*arguments)

        setattr(holder, name, step)

    for folder in (out, fresh):
        child = os.fork()
        if not child:
            cut(*((folders, "write_whole") if killed_at < steps else (Path, "replace")), killed_at)
            folders.write(folder, files, about)
            os._exit(0)  # not killed: the parent sees it
        _, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL
    assert folders.read(out)[1] == {"synthese.html": b"avant", "synthese.pdf": b"avant"}
    assert not fresh.exists(), "nothing that looks like a report"
    folders.write(fresh, files, about)
    assert folders.read(fresh)[1] == files
    assert [path.name for path in fresh.parent.iterdir()] == ["neuf"]


def test_a_report_killed_while_it_computes_leaves_no_folder(tmp_path, monkeypatch):
    """Ni un dossier vide, ni ceux qu’il aurait fallu faire ; un dossier vide d’avant sert encore."""
    out, words = tmp_path / "rapports/2026", ("rapport", "synthese", CODE, "--sortie")
    child = os.fork()
    if not child:
        monkeypatch.setattr(rapport, "composed", lambda *arguments: os.kill(os.getpid(), signal.SIGKILL))
        main([*words, str(out)])
        os._exit(0)  # not killed: the parent sees it
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert not list(tmp_path.iterdir())
    folders.check_folder(tmp_path)
    assert tmp_path.is_dir(), "it was there before"
    about = {"rapport": "synthese"}
    out.mkdir(parents=True)
    out.chmod(0o750)  # whatever this process leaves to others
    folders.write(out, {"synthese.html": b"x"}, about)
    assert folders.read(out)[1] == {"synthese.html": b"x"} and out.stat().st_mode & 0o777 == 0o750


def test_an_output_folder_named_as_a_document_is_refused(maillage, tmp_path):
    answer = maillage("rapport", "synthese", CODE, "--sortie", tmp_path / "synthese.pdf")
    assert answer.code == 2 and "est un nom de fichier" in answer.err
    assert not list(tmp_path.iterdir())


PRODUCERS = "https://www.insee.fr/"


@pytest.mark.parametrize("name", ["diagnostic", "restitution"])
def test_what_is_counted_or_drawn_leads_to_its_sources(alone, name):
    """Du chiffre aux sources du même document, de là à la page du producteur, et au calcul."""
    pages = links(alone / name / f"{name}.pdf")
    with pypdfium2.PdfDocument(alone / name / f"{name}.pdf") as opened:
        texts = [page.get_textpage().get_text_range().replace("\xa0", " ") for page in opened]
    heading = {"diagnostic": "D’où viennent les chiffres", "restitution": "Ces chiffres viennent de"}[name]
    where = max(k for k, text in enumerate(texts, 1) if heading in text)
    source_line = {"diagnostic": f"Sources, p. {where}", "restitution": "Estimation Maillage du"}[
        name
    ]  # paper is not clicked
    counted = [k for k, text in enumerate(texts, 1) if source_line in text]
    assert len(counted) > 3
    assert all("#sources" in pages[k - 1] for k in counted)
    last = set().union(*pages[where - 1 :])
    assert any(each.startswith(PRODUCERS) for each in last)
    assert "#methode" in pages[where - 1]
    if name == "diagnostic":
        assert any("Lues " in text for text in texts[where - 1 :])


@pytest.mark.parametrize("name", ["synthese", "affiche"])
def test_one_page_leads_to_the_pages_of_its_producers(alone, name):
    (page,) = links(alone / name / f"{name}.pdf")
    assert any(each.startswith(PRODUCERS) for each in page)
    assert f'<a href="{PRODUCERS}' in (alone / name / f"{name}.html").read_text("utf-8")


@pytest.mark.parametrize("name", DATA_ALONE)
def test_a_page_calls_no_other_address_names_no_file_and_leads_within_itself(alone, name):
    card, text = cards()["assembleurs-maubeuge"], (alone / name / f"{name}.html").read_text("utf-8")
    assert not re.search(r'src="(?:https?:)?//|<link[^>]+href="(?:https?:)?//', text)
    assert card.file.name not in text
    assert card.title in text or name != "restitution"
    within = set(re.findall(r'<a[^>]* href="#([^"]+)"', text))
    assert within <= set(re.findall(r' (?:id|data-zone)="([^"]+)"', text))
    if name in ("diagnostic", "restitution"):
        assert text.count('href="#sources"') > 3


def test_the_foot_of_a_slide_leads_to_the_slide_of_sources(deck):
    *content_slides, last = deck.slides
    jumps = {
        slide.part.related_part(link.get(qn("r:id"))).partname
        for slide in content_slides
        for link in slide._element.xpath('.//a:hlinkClick[@action="ppaction://hlinksldjump"]')
    }
    assert jumps == {last.part.partname}
    table = next(shape.table for shape in last.shapes if shape.has_table)
    addresses = [
        run.hyperlink.address
        for row in table.rows
        for paragraph in row.cells[1].text_frame.paragraphs
        for run in paragraph.runs
    ]
    assert any(each and each.startswith(PRODUCERS) for each in addresses)


@pytest.fixture(scope="module")
def deck(alone):
    return Presentation(alone / "restitution/restitution.pptx")


def bounds(chart):
    """The values of a chart by the name of its series."""
    return {series.name: list(series.values) for series in chart.plots[0].series}


def test_each_slide_says_its_number_and_how_many_there_are(deck, alone):
    total = len(deck.slides)
    for slide in list(deck.slides)[1:]:
        (number,) = [s for s in slide.shapes if s.has_text_frame and s._element.xpath(".//a:fld")]
        assert number.text_frame.text.endswith(f" / {total}")
        assert [s for s in slide.shapes if s.shape_type == 13 and s.height < Inches(0.4)], "its logo"
    with pikepdf.open(alone / "restitution/restitution.pdf") as opened:
        assert len(opened.pages) == total


def test_bars_stand_in_an_order_that_means_something(deck):
    """The lines of an offer have no order of their own: what most people lack comes first."""
    (slide,) = [
        each
        for each in deck.slides
        if any(shape.has_chart for shape in each.shapes)
        and any(s.has_text_frame and s.text_frame.text == "Ce qui est offert" for s in each.shapes)
    ]
    (chart,) = [shape.chart for shape in slide.shapes if shape.has_chart]
    high = list(reversed(bounds(chart)["Jusqu’à"]))  # a bar chart is drawn from its foot
    counts = [index for index, value in enumerate(high) if value == 0]
    assert counts == list(range(len(high) - len(counts), len(high))), "nobody comes last"


def test_each_slide_has_a_title_and_its_source_in_its_notes(deck):
    _, *slides = deck.slides
    titles = [slide.shapes.title.text_frame.text for slide in slides]
    assert all(titles)
    assert len(set(titles)) == len(titles)
    assert [title for title in titles if len(re.findall(r"\s:\s", title)) > 1] == [], (
        "« À discuter : ouvrir : Gières »"
    )
    assert all(slide.notes_slide.notes_text_frame.text.strip() for slide in slides)
    drawn = [slide for slide in slides if any(shape.has_chart for shape in slide.shapes)]
    assert all("Source" in slide.notes_slide.notes_text_frame.text for slide in drawn)


def test_a_title_of_two_lines_covers_nothing(deck):
    """A computer without our font takes a wider one: what is under a long title starts lower."""
    wide = 0
    for slide in list(deck.slides)[1:]:
        title = slide.shapes.title
        under = [each for each in slide.shapes if each.has_text_frame and each.top > title.top]
        if len(title.text_frame.text) > 48:
            wide += 1
            assert min(each.top for each in under) >= Inches(1.85)
    assert wide


def test_the_cover_leaves_its_words_room_for_a_wider_font(deck):
    """Sans notre police, une ligne en fait deux : elle pousse la suivante au lieu de s’écrire dessus."""
    cover = deck.slides[0]
    frames = sorted(
        (text_shape for text_shape in cover.shapes if text_shape.has_text_frame),
        key=lambda text_shape: text_shape.top,
    )
    assert len(frames) == 2 and len(frames[1].text_frame.paragraphs) == 4
    for text_shape, below in itertools.pairwise([*frames, None]):
        high = 0.1
        for paragraph in text_shape.text_frame.paragraphs:
            size, letters = paragraph.runs[0].font.size.pt, sum(len(run.text) for run in paragraph.runs)
            high += ceil(letters * size * 0.75 / 72 / (text_shape.width / Inches(1))) * 1.3 * size / 72 + 0.25
        end = below.top if below is not None else deck.slide_height
        assert text_shape.top + Inches(high) <= end


def test_what_is_left_to_decide_has_a_line_each_and_no_word_is_small(deck):
    (table,) = [shape.table for shape in list(deck.slides)[-2].shapes if shape.has_table]
    rows = [[cell.text for cell in row.cells] for row in list(table.rows)[1:]]
    assert len(rows) >= 3
    assert all(len(row[1].split()) > 3 for row in rows), "a line says what to do"
    shapes = [shape for each in list(deck.slides)[1:] for shape in each.shapes if shape.has_text_frame]
    runs = [run for shape in shapes for row in shape.text_frame.paragraphs for run in row.runs]
    assert min(run.font.size.pt for run in runs) >= 12


def test_the_parts_of_the_deck_come_in_the_order_of_a_restitution(deck):
    """Twelve to twenty slides, in the order of the published ones; no slide stands for what is missing."""
    met = [
        shape.text_frame.text
        for slide in deck.slides
        for shape in slide.shapes
        if shape.has_text_frame and shape.text_frame.text in restitution.PARTS
    ]
    assert sorted(met, key=restitution.PARTS.index) == met
    assert {*restitution.PARTS} - {*met} <= {
        *(restitution.INHABITANTS, restitution.PROFESSIONALS, restitution.VOICES),
        *(restitution.GAPS, restitution.PLAN, restitution.SINCE),
    }
    assert 12 <= len(deck.slides) <= 20


def test_no_word_of_a_table_is_cut_in_two(deck):
    """A computer without our font takes a wider one: each column keeps the width of its longest word."""
    n_columns = 0
    for table in (shape.table for slide in deck.slides for shape in slide.shapes if shape.has_table):
        for x, column in enumerate(table.columns):
            cells = [table.cell(y, x).text_frame.paragraphs[0] for y in range(len(table.rows))]
            needed = max(
                len(word) * paragraph.runs[0].font.size.inches * 0.7 + 0.2
                for paragraph in cells
                if paragraph.runs
                for word in re.split(r"[ -]", paragraph.text)
            )
            assert column.width.inches >= needed, cells[0].text
            n_columns += 1
    assert n_columns


def test_nothing_leaves_its_slide(deck):
    wide, high = deck.slide_width, deck.slide_height
    for slide in deck.slides:
        for shape in slide.shapes:
            across = sum(c.width for c in shape.table.columns) if shape.has_table else shape.width
            down = sum(row.height for row in shape.table.rows) if shape.has_table else shape.height
            assert shape.left >= 0 and shape.left + across <= wide, slide.shapes.title.text_frame.text
            assert shape.top >= 0 and shape.top + down <= high, slide.shapes.title.text_frame.text


def test_a_table_of_long_words_stays_in_its_column():
    """Mairie-Langevin, Saint-Martin-d’Hères: names that pushed a column out of its slide."""
    names = ("Mairie-Langevin (Échirolles)", "Anticonstitutionnellement (Saint-Martin-d’Hères)")
    rows = tuple(
        (
            Cell(text=name, strong=True),
            Cell(text="640"),
            Cell(text="500\u00a0–\u00a0820"),
            Cell(text="13\u00a0%"),
        )
        for name in names
    )
    columns = ("Zone", "Personnes", "Fourchette", "Part")
    grid = Grid(caption="Zones", columns=columns, align="gddd", widths=(2, 1.3, 2.1, 0.8), rows=rows)
    chapter = Chapter(number="", title="Où", blocks=(grid, Text(text="Une phrase.")))
    cover = Cover(over="", title="Ici", subtitle="", edition="", print="", svg="", alt="")
    document = Document(title="Ici", cover=cover, chapters=(chapter,), keywords=())
    deck = Presentation(io.BytesIO(slides.deck(document, on=date(2026, 11, 24))))
    (table,) = [shape for shape in deck.slides[1].shapes if shape.has_table]
    right = table.left + sum(column.width for column in table.table.columns)
    assert right <= deck.slide_width - Inches(0.67)


def test_a_workbook_of_a_chart_holds_its_figures(deck):
    """Whoever edits a chart opens its workbook: it holds what is drawn, and may be written again."""
    shapes = [each for slide in deck.slides for each in slide.shapes]
    assert sum(each.has_chart for each in shapes) >= 3 and sum(each.has_table for each in shapes) >= 3
    for shape in (each for each in shapes if each.has_chart):
        series = shape.chart.plots[0].series
        book = load_workbook(io.BytesIO(shape.chart.part.chart_workbook.xlsx_part.blob))
        _, *rows = book.active.iter_rows(values_only=True)
        assert [list(column) for column in zip(*rows, strict=True)][1:] == [
            list(each.values) for each in series
        ]


def test_zone_without_any_offer_has_a_short_sentence():
    lines = [
        SimpleNamespace(id=id, label=label, missing_about="environ 480 personnes", missing_sentence="")
        for id, label in (("formation", "Formation"), ("wifi", "Wifi"), ("reparation", "Réparation"))
    ]
    counted = ("formation", "wifi", "reparation")

    def sentence_of(n):
        lacking = tuple(gaps.Gap("1", "Ici", line, "") for line in lines[:n])
        return gaps.SharedGap(lacking, counted, is_bare=True).sentence

    assert sentence_of(1) == "Ici : environ 480 personnes sans lieu de formation à portée de marche."
    assert (
        sentence_of(2) == "Ici : il manque formation et wifi à portée de marche, pour environ 480 personnes."
    )
    everything = "Ici : il manque tous les services recensés à portée de marche, pour environ 480 personnes."
    assert sentence_of(3) == everything


def test_no_estimate_stands_without_its_interval(deck):
    """Each estimate drawn in a chart stands between its bounds, which are drawn with it and printed."""
    n_estimates = 0
    for chart in (shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart):
        chart_values = bounds(chart)
        rows = zip(
            chart_values["Au moins"],
            chart_values.get("Estimation", ()),
            chart_values["Jusqu’à"],
            strict=False,
        )
        for name, (low, value, high) in zip(chart.plots[0].categories, rows, strict=False):
            printed = [
                int(re.sub(r"\s", "", text))
                for text in re.findall(r"\d[\d\s]*\d|\d", name.partition("\n")[2])
            ]
            if value is not None:
                n_estimates += 1
                assert low <= value <= high
                assert printed == [value, low, high], name
    assert n_estimates >= 4


def test_a_chart_that_somebody_edited_keeps_its_look_and_its_new_figure(deck, tmp_path):
    """Saved, opened again: the workbook holds what was typed, and the bars keep their order and hatching."""
    saved_deck = tmp_path / "copie.pptx"
    deck.save(saved_deck)
    copy = Presentation(saved_deck)
    chart = next(shape.chart for slide in copy.slides for shape in slide.shapes if shape.has_chart)
    looks = [series.format.fill.type for series in chart.plots[0].series]
    data = CategoryChartData()
    data.categories = list(chart.plots[0].categories)
    for series in chart.plots[0].series:
        data.add_series(series.name, [9000, *list(series.values)[1:]])
    chart.replace_data(data)
    copy.save(saved_deck)
    again = next(
        shape.chart for slide in Presentation(saved_deck).slides for shape in slide.shapes if shape.has_chart
    )
    series = again.plots[0].series
    assert [each.values[0] for each in series] == [9000] * len(series)
    assert [each.format.fill.type for each in series] == looks
    book = load_workbook(io.BytesIO(again.part.chart_workbook.xlsx_part.blob))
    assert [cell.value for cell in book.active[2]][1:] == [9000] * len(series)


def test_a_chart_shows_the_bounds_of_the_study(deck, alone):
    """Le premier graphique porte les bornes imprimées sous le titre, arrondies vers l’extérieur."""
    slide = next(slide for slide in deck.slides if any(shape.has_chart for shape in slide.shapes))
    chart = next(shape.chart for shape in slide.shapes if shape.has_chart)
    low, high = (bounds(chart)[name][-1] for name in ("Au moins", "Jusqu’à"))
    lead = " ".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
    printed = re.search(r"[Ee]ntre ([\d\s]+) et ([\d\s]+),", lead)
    assert [int(re.sub(r"\s", "", text)) for text in printed.groups()] == [low, high]


def test_what_is_drawn_has_words_for_it(deck):
    for slide in deck.slides:
        for shape in slide.shapes:
            if shape.has_chart or shape.has_table or shape.shape_type == 13:
                (named,) = shape._element.xpath("./*/p:cNvPr")
                assert named.get("descr", "").strip()


def test_the_help_names_every_report(maillage):
    help_text = " ".join(maillage("rapport", "--aide").out.split())
    for words in ("plan, diagnostic, restitution, synthèse, affiche.", *FORMS):
        assert words in help_text


def test_nothing_in_the_deck_carries_the_hour_it_was_made(alone):
    with zipfile.ZipFile(alone / "restitution/restitution.pptx") as opened:
        stamps = {entry.date_time[3:] for entry in opened.infolist()}
        core = opened.read("docProps/core.xml").decode()
    assert stamps == {(0, 0, 0)}
    assert set(re.findall(r"T(\d\d:\d\d:\d\d)Z", core)) == {"00:00:00"}


def test_a_frozen_edition_comes_back_the_same(alone, at_home, tmp_path, maillage):
    answer = maillage("rapport", "synthese", CODE, "--sortie", tmp_path / "s", "--edition", "novembre")
    assert answer.code == 0, answer.err
    frozen = json.loads((alone / "synthese" / "empreinte.json").read_bytes())["date"]
    assert f"« novembre », figée le {in_words(date.fromisoformat(frozen))} : " in answer.out
    assert "Elle n’est pas scellée" in answer.out, "no platform, no journal"
    for name in (*FORMS["synthese"], "empreinte.json"):
        assert (tmp_path / "s" / name).read_bytes() == (alone / "synthese" / name).read_bytes()


def reports_of(code, folder, maillage, monkeypatch):
    """Write the four reports of a territory, computed once; return the text of each page by its name."""
    monkeypatch.setattr(studies, "_computed", cache(studies._computed))
    pages = {}
    for name in FORMS:
        answer = maillage("rapport", name, code, "--sortie", folder / name)
        assert answer.code == 0, answer.err
        text = (folder / name / f"{name}.html").read_text("utf-8").replace("\xa0", " ")
        bare = re.sub(r"<(style|script).*?</\1>|<[^>]+>", " | ", text, flags=re.DOTALL)
        pages[name] = re.sub(r"\s+", " ", bare)
    return pages


def test_a_territory_too_small_for_any_figure_has_whole_reports_that_say_so(
    at_home, tmp_path, maillage, monkeypatch
):
    """Un habitant : aucune page ne s’arrête en route, et la raison y est toujours une phrase à elle seule."""
    for name, text in reports_of("26274", tmp_path, maillage, monkeypatch).items():
        where = [match.span() for match in re.finditer(r"Trop peu d’habitants pour une estimation\.", text)]
        assert where, name
        for start, end in where:
            assert not re.search(r"[\w,;(] $", text[:start]), text[start - 40 : end]
            assert not re.match(r" ?[a-zà-ÿ,;)]", text[end:]), text[start : end + 40]
        assert not re.search(r"\b1 (?:habitants|personnes)\b", text), name
        assert "Ces chiffres" not in text, "there is none"
    # Without a map, what can be done takes the sheet, and is read from afar.
    (page,) = pypdfium2.PdfDocument(tmp_path / "affiche/affiche.pdf")
    text = page.get_textpage()
    boxes = [text.get_charbox(n) for n in range(text.count_chars()) if text.get_text_range(n, 1) in "dhl"]
    bottoms = {round(bottom) for _, bottom, _, top in boxes if top - bottom >= 18}
    assert len(bottoms) >= 7
    assert min(bottoms) < page.get_height() / 4


def test_report_of_an_uninhabited_commune_withholds_nothing(at_home, tmp_path, maillage, monkeypatch):
    """Beaumont-en-Verdunois, village détruit : aucun chiffre n’y désigne personne."""
    for name, text in reports_of("55039", tmp_path, maillage, monkeypatch).items():
        assert "Personne n’habite ici" in text, name
        assert "Le recensement n’y compte aucun habitant de 15 ans et plus." in text
        assert "parler avec chacun dit mieux leurs besoins" in text
        assert not re.search("désigner|Moins de 50|Trop peu d’habitants", text)


def test_an_edition_cut_before_its_first_file_is_frozen_the_next_time(at_home, tmp_path, maillage):
    edition_folder = folders.edition_folder(at_home, "55039", "affiche", "coupée")
    edition_folder.mkdir(parents=True)
    words = ("rapport", "affiche", "55039", "--sortie", tmp_path / "s", "--edition", "coupée")
    assert "« coupée » figée" in maillage(*words).out
    assert "rendus" in maillage(*words).out
    answer = maillage(*words[:3], "--sortie", tmp_path / "t", "--depuis", "absente")
    assert "Sont figées : coupée." in answer.err


def test_an_edition_that_was_altered_is_refused_by_name(alone, at_home, tmp_path, maillage):
    (page,) = at_home.glob("rapports/*/diagnostic/novembre/diagnostic.html")
    former = page.read_bytes()
    page.write_bytes(former.replace(b"Louvroil", b"Louvroit", 1))
    answer = maillage("rapport", "diagnostic", CODE, "--sortie", tmp_path / "s", "--edition", "novembre")
    page.write_bytes(former)
    assert answer.code == 2
    assert "diagnostic.html" in answer.err.splitlines()[0]
    assert not (tmp_path / "s").exists()


def test_what_changed_since_an_edition_is_a_report_of_its_own(alone, at_home, tmp_path, maillage):
    words = ("rapport", "synthese", CODE, "--sortie", tmp_path / "s", "--edition", "novembre")
    answer = maillage(*words, "--depuis", "novembre")
    assert answer.code == 0, answer.err
    assert "les chiffres sont les mêmes dans ces deux éditions" in answer.out
    about = json.loads((tmp_path / "s/empreinte.json").read_text("utf-8"))
    assert set(about["fichiers"]) == {"changements.html", "changements.pdf"}
    assert [each["rapport"] for each in about["autres"]] == ["synthese"]
    assert "Aucune estimation du territoire n’a changé" in (tmp_path / "s/changements.html").read_text(
        "utf-8"
    )
    answer = maillage(*words, "--depuis", "mai")
    assert answer.code == 2
    assert "Sont figées : novembre." in answer.err


@pytest.mark.parametrize(
    ("words", "expected_words"),
    [
        (("annuel", CODE), "choix inconnu : 'annuel'"),
        (("synthese", "99999"), "99999"),
        (("synthese", CODE, "--edition", "../ailleurs"), "« ../ailleurs » n’est pas un nom d’édition."),
        (("synthese", CODE, "--edition", "L'été : 1"), 'Écrivez par exemple "L’été 1".'),
    ],
)
def test_a_command_that_cannot_be_followed_is_refused_in_french(tmp_path, maillage, words, expected_words):
    answer = maillage("rapport", *words, "--sortie", tmp_path / "s")
    assert answer.code == 2
    assert expected_words in answer.err
    assert len(answer.err.strip().splitlines()) == 3


def test_a_plan_without_a_platform_is_refused_before_anything_is_computed(tmp_path, maillage, monkeypatch):
    monkeypatch.setattr(home, "DATABASE", tmp_path / "maison/maillage.sqlite3")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    answer = maillage("rapport", "plan", CODE, "--sortie", tmp_path / "s")
    assert answer.code == 2
    assert answer.err.startswith("Aucune plateforme n’est installée ici")
    assert not (tmp_path / "s").exists()


def test_a_folder_that_cannot_be_written_is_refused(tmp_path, maillage):
    (tmp_path / "fichier").write_text("")
    answer = maillage("rapport", "synthese", CODE, "--sortie", tmp_path / "fichier/s")
    assert answer.code == 2
    assert "ne peut pas recevoir les fichiers" in answer.err


def test_a_report_takes_the_zones_and_the_survey_of_files(tmp_path, maillage, monkeypatch):
    """Sans plateforme, la restitution lit vos zones et votre enquête, et n’en nie aucune."""
    monkeypatch.setattr(home, "DATABASE", tmp_path / "maison/maillage.sqlite3")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    files = {
        "zones.csv": "code_zone,nom_zone,code\nA,Tout Louvroil,59365\n",
        "reponses.csv": "id,age,internet_3_mois\n"
        + "".join(
            f"{k},{('jeune', 'age')[k % 2]},{'non' if k // 2 % 100 < 16 else 'oui'}\n" for k in range(400)
        ),
        "marges.csv": "variable,modalite,effectif\nage,jeune,2000\nage,age,3000\n",
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content, "utf-8")
    options = [("--zones", "zones.csv"), ("--enquete", "reponses.csv"), ("--marges", "marges.csv")]
    words = [word for option, name in options for word in (option, tmp_path / name)]
    answer = maillage("rapport", "restitution", CODE, "--sortie", tmp_path / "s", *words)
    assert answer.code == 0, answer.err
    page = (tmp_path / "s/restitution.html").read_text("utf-8").replace("\xa0", " ")
    assert "400 réponses" in page and "Aucune enquête" not in page
    assert json.loads((tmp_path / "s/restitution.json").read_text("utf-8"))
    refused = maillage("rapport", "synthese", CODE, "--sortie", tmp_path / "t", *words[2:4])
    assert refused.code == 2 and "--marges" in refused.err
