"""The reports on a territory as the site hands them: to present, to print, to correct."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace
from typing import Any

import pypdfium2
import pytest
from pptx import Presentation
from pptx.util import Inches

from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers.models import StudyTheme
from maillage.apps.steering.pilotage import views
from maillage.apps.steering.pilotage.queries import reports
from maillage.apps.steering.plans import actions
from maillage.publishing.page import html, pdf, slides
from maillage.publishing.plan import document
from maillage.publishing.plan.reading import PlanAction, PlanAxis, PlanReading
from maillage.publishing.territory import decisions, deck, poster, synthesis
from maillage.publishing.territory.criteria import Answered
from maillage.publishing.territory.mission import Mission, MissionStep
from maillage.publishing.territory.reading import PublishedNote, SurveyReading
from maillage.publishing.territory.subject import Subject, Voice, headline
from maillage.publishing.territory.surveys import PublishedSurvey
from maillage.reference.plan_frames import frames
from maillage.reference.travel import FOOT
from tests.conftest import PLACE, account
from tests.support import editable

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
PAGE = f"/territoires/{PLACE}/rapports/"


def read(client, study, name: str):
    return client.get(f"/etudes/{study.key}/rapports/{name}")


def words(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    return " ".join(each.get_textpage().get_text_bounded() for each in document)


def test_each_report_that_the_page_offers_is_written(client, study):
    page = client.get(PAGE).content.decode()
    for name in ("restitution.pptx", "restitution.pdf", "synthese.docx", "synthese.pdf", "affiche.pdf"):
        assert f"/etudes/{study.key}/rapports/{name}" in page
        answer = read(client, study, name)
        assert answer.status_code == 200
        assert f'filename="{name.replace(".", f"-{PLACE}.")}"' in answer["Content-Disposition"]
    slides = Presentation(io.BytesIO(read(client, study, "restitution.pptx").content)).slides
    slide_text = " ".join(
        shape.text_frame.text for slide in slides for shape in slide.shapes if shape.has_text_frame
    )
    assert len(slides) > 5 and "Échirolles" in slide_text
    assert "Échirolles" in words(read(client, study, "synthese.pdf").content)


def test_a_report_of_a_study_that_is_no_more_is_no_page(client, study, monkeypatch, tmp_path):
    """L’adresse gardée d’avant une mise à jour, ou d’avant une restauration sans ses fichiers."""
    monkeypatch.setattr(dossiers, "folder", lambda of: tmp_path)
    assert read(client, study, "synthese.pdf").status_code == 404
    (tmp_path / "lecture.json").write_text('{"version": 1}', "utf-8")
    assert read(client, study, "synthese.pdf").status_code == 404


def test_each_map_tells_its_classes_and_their_unit(client, study):
    bounds = [" ".join(each.split()) for each in reports.subject(study, AT.date()).reading.class_bounds]
    assert len(bounds) == 5 and "ou moins" in bounds[0]
    slides = Presentation(io.BytesIO(read(client, study, "restitution.pptx").content)).slides
    text_by_report = {
        "pptx": " ".join(x.text_frame.text for s in slides for x in s.shapes if x.has_text_frame)
    }
    text_by_report |= {
        name: words(read(client, study, f"{name}.pdf").content)
        for name in ("restitution", "synthese", "affiche")
    }
    for name, text in text_by_report.items():
        flat = " ".join(text.split())
        assert all(each in flat for each in bounds), name
        assert "Part des 15 ans et plus" in flat, name
    for text in (text_by_report["pptx"], text_by_report["restitution"]):
        assert "Hachures" in text
        assert "les deux élevées" in text and "ni l’une ni l’autre" in text


def test_a_report_bears_the_name_of_its_territory(client, study):
    StudyTheme.objects.create(
        place=PLACE, name="Ville d’Échirolles, pôle numérique", colour="#0B5345", written_at=AT
    )
    assert "pôle numérique" in words(read(client, study, "restitution.pdf").content)


def test_the_slides_are_read_on_the_site(client, study):
    """Un écran par diapositive, ses sources repliées, la suivante à une touche ; les hachures y sont dessinées."""
    answer = read(client, study, "restitution.html")
    page = answer.content.decode()
    assert answer["Content-Disposition"].startswith("inline")
    assert "'unsafe-inline'" in answer["Content-Security-Policy"]
    n = page.count('class="vue"')
    assert n > 5
    assert page.count("<details>") == n and page.count("Suivante") == n - 1
    assert '<svg class="hors fig"' in page, "a pattern takes its lines from the class of drawings"


def test_the_map_of_where_draws_what_its_title_says(study):
    """« Plus fréquent dans 1 zone » au-dessus de cinq classes face à la France : la carte dit autre chose."""
    subject = reports.subject(study, AT.date())
    code = subject.reading.zones[0].code
    where = {"verdict": "reparti"}
    layer = f'<svg viewBox="0 0 1 1"><g class="z" data-zone="{code}"><title>A</title><path class="zone n3" d="M0"/></g></svg>'
    subject = replace(subject, study={**subject.study, "ou": where}, layers={"numerique": layer})
    subject = replace(subject, reading=replace(subject.reading, above=(code,)))
    pictures = [
        block
        for chapter in (*deck.compose(subject, None).chapters, *synthesis.compose(subject, None).chapters)
        for block in chapter.blocks
        if block.kind == "picture" and "zone n" in block.svg
    ]
    assert len(pictures) == 2
    for picture in pictures:
        assert [words for _, words in picture.key] == ["sûrement plus fréquent", "sans écart sûr"]
        assert 'class="zone n5"' in picture.svg


def test_what_is_no_report_is_not_found(client, study):
    for name in ("diagnostic.pdf", "restitution.json", "synthese.pptx", "plan.pdf", "facture.pdf"):
        assert read(client, study, name).status_code == 404
    assert client.get("/etudes/00000000000000000000/rapports/synthese.pdf").status_code == 404


def test_a_plan_is_handed_to_whoever_may_read_it(client, study):
    lea = account("lea", "analyste", territory="38")
    plan = actions.open_plan(PLACE, title="Le plan d’ici", frame=frames()["grenoble"], by=lea, at=AT)
    assert read(client, study, "plan.pdf").status_code == 404, "a draft is its team’s"
    offered = "Le plan stratégique, rédigé"
    assert offered not in client.get(f"/territoires/{PLACE}/rapports/").content.decode()
    client.force_login(lea)
    assert offered in client.get(f"/territoires/{PLACE}/rapports/").content.decode()
    assert (
        f"/etudes/{study.key}/rapports/plan.pdf" in client.get(f"/territoires/{PLACE}/plan/").content.decode()
    )
    assert "Le plan d’ici" in words(read(client, study, "plan.pdf").content)
    assert (
        f"/etudes/{study.key}/rapports/plan.docx"
        in client.get(f"/territoires/{PLACE}/plan/").content.decode()
    )
    actions.publish(plan, is_public=True, by=lea, at=AT)
    client.logout()
    assert read(client, study, "plan.pdf").status_code == 200


def test_docx_of_a_plan_has_the_figures_of_the_page_and_the_pdf(study):
    lea = account("lea", "analyste", territory="38")
    actions.open_plan(PLACE, title="=1+1 <b>🎉\x0b", frame=frames()["grenoble"], by=lea, at=AT)
    _, files = reports.frozen_files(study, "plan", AT.date(), name="mai")
    editable.compare(files["plan.docx"], files["plan.html"], files["plan.pdf"])
    editable.check_access(files["plan.docx"])


def test_a_territory_too_large_to_walk_is_not_reported_as_never_counted(study):
    """Its places are known: what is not drawn is the way to them."""
    subject = reports.subject(study, AT.date())
    unread = replace(subject, reading=replace(subject.reading, offer=None), n_places=0)
    never, large = reports_text(unread), reports_text(replace(unread, n_places=304))
    assert "Recenser les lieux" in never and "pas encore recensée" in never
    assert "304 lieux sont connus ici" in large and "distances" in large
    assert "Recenser les lieux" not in large and "recensée" not in large and "Aucun recensement" not in large


def reports_text(subject: Subject) -> str:
    """Return the text of the deck, the synthesis and the plan of a subject."""
    documents = (
        deck.compose(subject, None),
        synthesis.compose(subject, None),
        document.compose(subject, None),
    )
    return " ".join(html.dossier(each).decode() for each in documents).replace("\xa0", " ")


def test_what_contradicts_the_first_figure_stands_under_it_in_every_report(study):
    subject = reports.subject(study, AT.date())
    contradiction = "Un chiffre publié contredit le nôtre : Insee, 25 %."
    note = PublishedNote(kind="contredit", text="Longuement.", short=contradiction)
    denied = replace(subject, reading=replace(subject.reading, published=(note,)))
    for compose in (deck.compose, synthesis.compose, poster.compose, document.compose):
        texts = [
            html.dossier(compose(each, None)).decode().replace("\xa0", " ") for each in (denied, subject)
        ]
        assert contradiction in texts[0] and contradiction not in texts[1], compose.__module__


def test_people_counted_by_level_keep_their_interval_and_their_source(study):
    """Les niveaux ne sont pas ceux du premier nombre : l’affiche et la synthèse le disent, sous le même mot."""
    subject = reports.subject(study, AT.date())
    bare = replace(subject, reading=replace(subject.reading, offer=None))
    items = [text for text in decisions.proposals(bare, None) if "personnes" in text]
    assert len(items) == 2 and all(re.search(r"personnes \(entre .+ et .+\) ", text) for text in items)
    for compose in (poster.compose, synthesis.compose):
        report_text = html.dossier(compose(bare, None)).decode().replace("\xa0", " ")
        assert "Niveaux de difficulté : parts nationales, WeTechCare 2017" in report_text
        assert "Une autre définition que celle du premier nombre" in report_text


def test_a_census_without_any_place_says_it_once(study):
    subject = reports.subject(study, AT.date())
    no_offer = SimpleNamespace(n_places=0, n_silent=0, lines=())
    none: Any = SimpleNamespace(
        source="l’annuaire",
        no_place="",
        has_places=False,
        other_way="",
        walked=None,
        to_locate_in_brief="",
        zones={},
        territory=no_offer,
    )
    synthesis_html = html.dossier(
        synthesis.compose(replace(subject, reading=replace(subject.reading, offer=none)), None)
    )
    assert "Aucun lieu recensé" in synthesis_html.decode() and "Aucun ne dit" not in synthesis_html.decode()


def test_the_slide_of_the_method_names_each_survey_once(study):
    subject = reports.subject(study, AT.date())
    inhabitants, structures = (
        PublishedSurvey(kind=kind, title=kind.capitalize(), n=250, on=AT.date())
        for kind in ("inhabitants", "structures")
    )
    combined = SurveyReading(
        reason="",
        title="Inhabitants",
        lines=(),
        agrees=True,
        axis="",
        sentences=(),
        sensitivity=(),
        method="",
    )
    reading = replace(subject.reading, survey=combined)
    slide = deck._method(replace(subject, reading=reading, surveys=(inhabitants, structures)))
    words = " ".join(block.text for block in slide.blocks)
    assert "des enquêtes" in slide.title
    assert (words.count("Inhabitants"), words.count("Structures")) == (1, 1)


def test_the_map_of_a_slide_is_read_from_the_end_of_the_room(study):
    """Une carte a toute sa colonne, sous le titre ; ses classes et le tableau se partagent l’autre, sans se couvrir."""
    deck_document = deck.compose(reports.subject(study, AT.date()), None)
    opened = Presentation(io.BytesIO(slides.deck(deck_document, on=AT.date())))
    n_maps = 0
    for slide in opened.slides:
        maps = [x for x in slide.shapes if x.shape_type == 13 and x.height > Inches(1) and "Carte" in alt(x)]
        if not maps or "tricotée" in alt(maps[0]):
            continue
        n_maps += 1
        (drawn,) = maps
        assert drawn.width > 0.4 * opened.slide_width or drawn.height > Inches(3.6)
        (key,) = [
            x for x in slide.shapes if x.has_text_frame and "France métropolitaine." in x.text_frame.text
        ]
        right_column = [x for x in slide.shapes if x.has_table or (x.has_text_frame and "•" in etree(x))]
        for each in right_column:
            tall = sum(row.height for row in each.table.rows) if each.has_table else each.height
            assert each.top + tall <= key.top
        assert len(slide.shapes.title.text_frame.text) <= 2 * 67
    assert n_maps == 2


def alt(shape) -> str:
    return shape._element.xpath("./*/p:cNvPr")[0].get("descr", "")


def etree(shape) -> str:
    return "".join(each.get("char", "") for each in shape._element.xpath(".//a:buChar"))


def test_a_stranger_does_not_have_them_written_all_day(client, study, monkeypatch):
    monkeypatch.setattr(views, "REPORTS_AN_HOUR", 1)
    assert read(client, study, "affiche.pdf").status_code == 200
    refused = read(client, study, "affiche.pdf")
    assert refused.status_code == 429
    assert "Trop de rapports ont été demandés" in refused.content.decode()


def test_a_slide_names_the_source_of_its_own_figures(study):
    """Les niveaux ne sont pas du même producteur que le premier nombre, et sa fourchette n’est pas la leur."""
    subject = reports.subject(study, AT.date())
    slides = deck.compose(subject, None).chapters
    (slide,) = [
        slide for slide in slides if "Niveau" in str(slide.blocks) or "à chaque niveau" in str(slide.blocks)
    ]
    assert "WeTechCare" in slide.blocks[-1].text and "Insee 2021, recensement" not in slide.blocks[-1].text
    assert subject.reading.source.margin not in slide.notes
    assert ".." not in slide.notes
    first = next(slide for slide in slides if slide.title == headline(subject.reading))
    assert subject.reading.source.margin in first.notes


@pytest.mark.parametrize(("letters", "n_listed"), [(40, 8), (60, 7), (235, 3)])
def test_a_deck_says_each_action_to_its_last_word(study, letters, n_listed):
    """Une conclusion coupée ne se présente pas : longues, les actions sont moins nombreuses, et le diaporama le dit."""
    titles = [f"{'Accompagner les familles ' * 12}"[:letters] + f" {k}fin" for k in range(9)]
    led = tuple(
        PlanAction(
            number=k, label=f"{k}", title=title, state="en cours", people="", zones="Ici", pilot="La mairie"
        )
        for k, title in enumerate(titles, 1)
    )
    axes = (PlanAxis(1, "Aller vers", "", "", led),)
    plan = PlanReading(
        title="Plan", state="9 actions.", frame="", is_published=True, is_example=False, axes=axes
    )
    deck_document = deck.compose(reports.subject(study, AT.date()), plan)
    opened = Presentation(io.BytesIO(slides.deck(deck_document, on=AT.date())))
    (k,) = [
        k for k, x in enumerate(opened.slides) if x.shapes.title.text_frame.text.startswith("Le plan publié")
    ]
    (table,) = [shape.table for shape in opened.slides[k].shapes if shape.has_table]
    assert [row.cells[0].text for row in table.rows][1:] == titles[:n_listed]
    page = pypdfium2.PdfDocument(pdf.slides(deck_document, on=AT.date()))[k].get_textpage().get_text_bounded()
    assert f"{n_listed - 1}fin" in page and f"Ici, {n_listed} des 9" in " ".join(page.split())


@pytest.mark.parametrize("n", [1, 2])
def test_slides_agree_with_what_they_count(study, n):
    """Une action, une parole, une étape, un lieu muet, une source de plus : au singulier ; deux, au pluriel."""
    subject = reports.subject(study, AT.date())
    action = partial(PlanAction, title="Ouvrir", state="prête", people="", zones="", lacks=("sans pilote",))
    alone = tuple(action(number=k, label=f"{k}", budget=100, funded=300) for k in range(1, n + 1))
    plan = PlanReading(
        title="Plan",
        state="",
        frame="",
        is_published=True,
        is_example=False,
        axes=(PlanAxis(1, "Aller vers", "", "", alone),),
    )
    reading, territory_offer = subject.reading, SimpleNamespace(n_places=4, n_silent=n, lines=())
    offer: Any = SimpleNamespace(
        no_place="",
        has_places=True,
        to_locate_in_brief="",
        other_way="",
        walked=None,
        source="l’annuaire",
        zones={},
        territory=territory_offer,
        minutes=30,
        limit="30 minutes à pied",
        mode=FOOT,
        unlisted="",
        cautions=(),
        filter="",
    )
    sources = (*reading.sources, *reading.sources)[: deck.MOST_ROWS + n]
    step = MissionStep("entretien", AT.date(), 1, "", "")
    mission = Mission(
        **dict.fromkeys(("initiator", "ground", "commissioner", "pilot", "reason", "thanks"), ""),
        starts_on=None,
        ends_on=None,
        steps=(step,) * n,
        on=AT.date(),
    )
    voice = Voice("Je n’ose pas", "Une habitante", "l’enquête")
    there = replace(
        subject, reading=replace(reading, offer=offer, sources=sources), mission=mission, voices=(voice,) * n
    )
    deck_document = deck.compose(there, plan)
    deck_text = " ".join(
        [html.dossier(deck_document).decode(), *(each.notes for each in deck_document.chapters)]
    )
    deck_text = re.sub(r"<[^>]*>", "", deck_text).replace("\xa0", " ").replace("\u202f", " ")
    for one, many in (
        ("1 action du plan n’en a pas", "2 actions du plan n’en ont pas"),
        ("1 parole publiée en tout", "2 paroles publiées en tout"),
        ("dont 1 à l’offre inconnue", "dont 2 à l’offre inconnue"),
        ("1 lieu ne précise pas son offre", "2 lieux ne précisent pas leur offre"),
        ("Et 1 autre, citée", "Et 2 autres, citées"),
    ):
        assert (one, many)[n - 1] in deck_text
    money = f"{100 * n} € ; {300 * n} € financés, plus que ces budgets."
    assert money in document._budget_words(plan).replace("\xa0", " ").replace("\u202f", " ")


def test_a_title_keeps_all_its_words_above_what_follows(study):
    """Plus un titre est long, plus ses lettres sont petites : il ne descend pas sur la suite."""
    deck_document = deck.compose(reports.subject(study, AT.date()), None)
    sizes = []
    for letters in (40, 120, 240):
        chapter = replace(deck_document.chapters[1], title="mot " * (letters // 4))
        opened = Presentation(
            io.BytesIO(slides.deck(replace(deck_document, chapters=(chapter,)), on=AT.date()))
        )
        (run,) = opened.slides[1].shapes.title.text_frame.paragraphs[0].runs
        assert run.text.split() == ["mot"] * (letters // 4)
        sizes.append(run.font.size.pt)
    assert sizes == [28, 20, 16]


def without_anything(study) -> Subject:
    subject = reports.subject(study, AT.date())
    return replace(
        subject, reading=replace(subject.reading, offer=None, survey=None), voices=(), mission=None
    )


def a_plan(*actions: PlanAction, example: bool = False) -> PlanReading:
    return PlanReading(
        title="Le plan <script>alert(1)</script> 🎉",
        state=f"{len(actions)} actions.",
        frame="",
        is_published=True,
        is_example=example,
        axes=(PlanAxis(1, "Aller vers", "", "", actions),),
    )


def decided(number: int, **values: Any) -> PlanAction:
    written = {
        "title": f"Tenir un bus numérique {number}",
        "state": "à décider",
        "people": "",
        "zones": "Saint-Trivier",
        "objective": "Aucun lieu n’est recensé au nord.",
        "pilot": f"Le service {number}",
        "begins": "1er avril 2027",
        "budget": 10_000 * number,
        "funded": 4_000,
        "indicator": "personnes aidées par an",
        "baseline": "aucune",
        "target": f"{220 + number}",
    }
    return PlanAction(number=number, label=f"{number}", **{**written, **values})


def plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text).replace("\xa0", " ").replace("\u202f", " ").split())


def test_deck_says_what_is_missing_as_a_next_step(study):
    """Une diapositive « aucune enquête » n’apprend rien à une salle : l’étape qui manque attend un nom et une date."""
    slides_document = deck.compose(without_anything(study), None)
    printed = plain(" ".join(f"{x.title} {x.lead} {x.blocks}" for x in slides_document.chapters))
    for words in ("Aucune enquête", "n’est pas encore recensé", "Personne n’a encore"):
        assert words not in printed
    (steps,) = [chapter for chapter in slides_document.chapters if chapter.title.startswith("Repartir avec")]
    assert "Recenser les lieux d’aide" in str(steps) and "Interroger les habitants" in str(steps)
    assert not {deck.OFFER, deck.GAPS, deck.VOICES, deck.INHABITANTS} & {
        x.over for x in slides_document.chapters
    }


def test_three_decisions_say_who_when_how_much_and_what_they_change(study):
    """Les diapositives et la page des élus demandent les mêmes choses, au même prix."""
    subject = reports.subject(study, AT.date())
    plan = a_plan(*map(decided, (1, 2, 3)), decided(4, state="en cours"), decided(5, state="faite"))
    pages = [plain(html.one_page(synthesis.compose(subject, plan)).decode())]
    pages.append(plain(html.dossier(deck.compose(subject, plan)).decode()))
    for page in pages:
        for words in ("Le service 2", "dès le 1er avril 2027", "20 000 €, dont 16 000 € à trouver"):
            assert words in page
        assert "Personnes aidées par an : 222. Aujourd’hui : aucune." in page
        assert "60 000 €" in page and "12 000 € acquis, 48 000 € à trouver." in page
    assert "Le service 4" not in pages[0], "what has begun is decided"
    meeting = MissionStep("reunion", datetime(2027, 1, 15).date(), 1, "", "")
    nobody = ("initiator", "ground", "commissioner", "pilot", "reason", "thanks")
    when = Mission(**dict.fromkeys(nobody, ""), starts_on=None, ends_on=None, steps=(meeting,), on=AT.date())
    lacking = a_plan(decided(1, pilot="", budget=None, begins="", undecided=("sans pilote", "sans coût")))
    first, *next_decisions = decisions.three(replace(subject, mission=when), lacking)
    assert first.pilot == first.when == first.cost_words == "à décider"
    assert {decision.state for decision in (first, *next_decisions)} == {
        "à décider",
        "à décider, sans pilote",
    }, "no meeting votes on what nobody leads nor costed"


@pytest.mark.parametrize("n", [1, 300])
def test_hostile_texts_stay_on_their_page_and_run_nothing(study, n):
    subject = reports.subject(study, AT.date())
    long = f"{'Ouvrir un lieu d’aide dans chaque commune ' * 5}"[:195]
    zones = ", ".join(f"Zone {k}" for k in range(60))
    wide = [decided(k, title=f"{long} <b>🎉 =1+1 {k}", zones=zones, pilot="Service " * 12) for k in range(n)]
    long_name = replace(
        subject.reading.territory, name="Communauté de communes du Très Grand Territoire " * 4
    )
    hostile = replace(
        subject,
        reading=replace(subject.reading, territory=long_name),
        voices=(Voice(f"<script>=CMD() 🎉 {'mot ' * 40}", "🎉", "l’enquête <b>"),) * 8,
    )
    slides_document, page = (
        deck.compose(hostile, a_plan(*wide, example=True)),
        synthesis.compose(hostile, a_plan(*wide)),
    )
    with pypdfium2.PdfDocument(pdf.slides(slides_document, on=AT.date())) as opened:
        assert len(opened) == 1 + len(slides_document.chapters)
    with pypdfium2.PdfDocument(pdf.one_page(page, on=AT.date())) as opened:
        assert len(opened) == 1
    assert "<script>" not in (html.dossier(slides_document) + html.one_page(page)).decode()
    for slide in Presentation(io.BytesIO(slides.deck(slides_document, on=AT.date()))).slides:
        for table in (shape for shape in slide.shapes if shape.has_table):
            assert len(table.table.rows) <= 1 + deck.MOST_ACTIONS


def test_what_a_survey_found_is_a_slide_for_each_message(study):
    def answer(percent, people, finding=None, n=200):
        return Answered(
            label="Réponse",
            percent=percent,
            low=percent - 4,
            high=percent + 4,
            n=n,
            computed="brut",
            universe=people,
            source=f"« {people} 2026 », édition 1",
            finding=finding,
        )

    older = {
        "axe": "besoins",
        "poids": 8,
        "fait": "Plus de 70 ans : 80 % sont mal à l’aise",
        "sens": "L’écart est sûr.",
        "appelle": "Aller vers elles.",
    }

    surveyed = {
        ("inhabitants", "aisance", "pas_du_tout peu"): answer(36, "Habitants"),
        ("inhabitants", "accompagne", "oui"): answer(16, "Habitants"),
        ("inhabitants", "lieu_connu", "non"): answer(54, "Habitants"),
        ("inhabitants", "critere", "gratuite"): answer(41, "Habitants"),
        ("inhabitants", "aisance", "pas_du_tout peu | age : plus de 70 ans"): answer(
            80, "Habitants", older, 43
        ),
        ("structures", "vision", "non_souhaite"): answer(70, "Structures"),
    }
    surveyed["structures", "accueillir", "oui"] = answer(78, "Structures")
    subject = replace(reports.subject(study, AT.date()), surveyed=surveyed)
    slides_document = deck.compose(subject, None)
    (levers,) = [x for x in slides_document.chapters if x.over == deck.LEVERS]
    assert "accueilleraient des partenaires" in str(levers) and "Niveau" not in str(levers), "no level again"
    first, second = [x for x in slides_document.chapters if x.over in (deck.INHABITANTS, deck.PROFESSIONALS)]
    assert first.title == "L’enquête dit aussi : 4\xa0réponses à retenir", "no card is its title again"
    assert "70\xa0%" in second.title
    group, ease, known, helpful = (bar.label for bar in first.blocks[0].bars)
    assert "36\xa0%" in ease and "ne connaissent aucun lieu" in known and "gratuité" in helpful
    assert group.startswith("80 % des personnes de plus de 70 ans sont mal à l’aise") and group.endswith("*")
    assert "* 43 réponses" in plain(first.blocks[-1].text)
    assert "Prévoir une aide" in str(first)
    assert "ont déjà été aidés par un lieu" in first.notes
    assert [bar.label for bar in second.blocks[0].bars][:1], "a message alone keeps its drawing"
    trained = older | {
        "axe": "attractivite",
        "poids": 9,
        "fait": "42 % des personnes déjà formées restent mal à l’aise",
    }
    surveyed["inhabitants", "aisance", "pas_du_tout peu | forme : oui"] = answer(42, "Habitants", trained, 80)
    few = deck._inhabitants(replace(subject, surveyed=surveyed))[:3]
    assert any("formées restent mal à l’aise" in str(slide.blocks) for slide in few), (
        "kept where room is short"
    )
    unsure = trained | {"sens": "L’écart n’est pas sûr."}
    surveyed["inhabitants", "aisance", "pas_du_tout peu | forme : oui"] = answer(42, "Habitants", unsure, 80)
    sure_slides = deck._inhabitants(replace(subject, surveyed=surveyed))
    assert not any("formées restent mal à l’aise" in str(slide.blocks) for slide in sure_slides)
    assert len(slides_document.chapters) <= 21
    assert "« Habitants 2026 »" in first.notes and "« Habitants 2026 »" in first.blocks[-1].text
    opened = Presentation(io.BytesIO(slides.deck(slides_document, on=AT.date()))).slides
    (drawn,) = [x for x in opened if x.shapes.title.text_frame.text == second.title]
    assert [shape for shape in drawn.shapes if shape.has_chart]
    assert "ne voient pas ce que font les autres" in str(synthesis.compose(subject, None).chapters)
