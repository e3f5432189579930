"""The documents of a territory take its mission: surveys, foreword, photograph, logo."""

import io
import json
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pypdfium2
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document as opened_docx
from PIL import Image
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE

from maillage.apps.dossiers import actions, queries, rules
from maillage.apps.dossiers.models import Study, StudyMission, StudyPhotograph
from maillage.apps.referrals.orientations.models import Orientation, Path
from maillage.apps.referrals.orientations.rules import cycle
from maillage.apps.steering.pilotage.queries import first_week, reports
from maillage.apps.steering.plans.access import plan_place
from maillage.apps.steering.plans.models import Plan
from maillage.apps.surveys.models import Publication, Survey, Weighting
from maillage.apps.territories import queries as territories
from maillage.apps.territories.models import Perimeter
from maillage.kernel.errors import Refused
from maillage.manage.main import main
from maillage.publishing.catalogue import DIAGNOSIS
from maillage.publishing.page import editable, html, pdf, slides, theme
from maillage.publishing.page.blocks import Chapter, Cover, Document, Text
from maillage.publishing.territory import deck, edition, synthesis
from maillage.publishing.territory.mission import Mission
from maillage.publishing.territory.reading import dump
from maillage.publishing.territory.surveys import NO_SURVEY
from maillage.statistics.study import study as compute_study
from tests.conftest import PLACE, account
from tests.support import prose

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
ON = date(2026, 11, 20)
LOOK = f"/espace/territoires/{PLACE}/theme/"
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
WORDS = "Ce diagnostic est le vôtre.\n\nIl appelle <b>vos</b> avis 🎉 =1+1."


def publish(territory: str, *, kind: str = "inhabitants", title: str = "Habitants", days: int = 0) -> None:
    survey = Survey.objects.create(
        kind=kind, title=title, slug=f"{kind}-{title}-{territory}".lower(), territory=territory, made_at=AT
    )
    content = {"tables": [], "n": 250}
    Publication.objects.create(
        survey=survey, number=1, content=content, published_at=AT + timedelta(days=days)
    )


def weighted() -> Publication:
    """Weigh the last edition, and return it."""
    edition = Publication.objects.order_by("pk").last()
    edition.weighting = Weighting.objects.create(
        survey=edition.survey, method="raking", variables=[], weights={}, n=250, made_at=AT
    )
    edition.save()
    return edition


def photograph(name: str = "mairie.jpg", size: tuple[int, int] = (600, 400)) -> SimpleUploadedFile:
    written = io.BytesIO()
    picture = Image.linear_gradient("L").resize(size).convert("RGB")
    exif = Image.Exif()
    exif[0x010E] = "chez Paul"
    picture.save(written, "JPEG", exif=exif)
    return SimpleUploadedFile(name, written.getvalue(), "image/jpeg")


ASKING = "Interroger les habitants"


def slides_of(study) -> str:
    document = deck.compose(reports.subject(study, ON), None)
    return html.dossier(document).decode().replace("\xa0", " ")


@pytest.mark.parametrize(
    ("territories", "expected"),
    [
        ((), ASKING),
        (("59",), ASKING),
        ((PLACE,), "« Habitants » (250 réponses, 2026)"),
        (("38",), "menée sur un territoire plus large (Isère)"),
    ],
)
def test_slides_deny_no_survey_that_exists(study, territories, expected):
    for item in territories:
        publish(item)
    page = slides_of(study)
    assert expected in page and NO_SURVEY not in page
    assert (ASKING in page) == (expected == ASKING)


def test_slides_name_two_surveys_of_different_years(study):
    publish(PLACE)
    publish(PLACE, title="Première vague", days=-700)
    assert "« Habitants » (250 réponses, 2026) et « Première vague » (250 réponses, 2024)" in slides_of(study)


@pytest.fixture
def dressed(study):
    """A study whose mission has a foreword, a photograph and a theme."""
    lea = account("lea", "analyste", territory="38")
    fields = {"foreword": WORDS, "foreword_by": "La présidente", "commissioner": "l’agglomération"}
    actions.set_mission(PLACE, fields, by=lea, at=AT)
    actions.set_photograph(PLACE, file=photograph(), alt="La mairie, de face", credit="A. M.", by=lea, at=AT)
    actions.set_theme(PLACE, name="Ville pilote", colour="#1F4E79", logo=LOGO.encode(), by=lea, at=AT)
    return study


def printed(content: bytes) -> str:
    week = pypdfium2.PdfDocument(content)
    return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in week).split())


def test_foreword_photograph_and_logo_are_on_the_slides_and_the_synthesis(dressed):
    subject = reports.subject(dressed, ON)
    document, page = deck.compose(subject, None), synthesis.compose(subject, None)
    with theme.applied(queries.theme_of(PLACE)):
        page_html = html.dossier(document).decode()
        on_paper = [pdf.slides(document, on=ON), pdf.one_page(page, on=ON)]
        opened = Presentation(io.BytesIO(slides.deck(document, on=ON)))
        summary = opened_docx(io.BytesIO(editable.one_page(page, on=ON)))
    assert "Ce diagnostic est le vôtre." in page_html and "&lt;b&gt;vos" in page_html, "a tag is words"
    for content in on_paper:
        assert "Photographie : A. M." in printed(content) and "Ville pilote" in printed(content)
    assert "La présidente" in printed(on_paper[0]) and "vôtre" in printed(on_paper[0])
    alts = [shape._element.xpath(".//p:cNvPr")[0].get("descr") for shape in opened.slides[0].shapes]
    assert "La mairie, de face" in alts
    assert any("La mairie" in item.get("descr", "") for item in summary.element.iter())
    assert "data:image/svg+xml;base64," in page_html and "data:image/jpeg;base64," in page_html
    written = [prose.of_pptx(slides.deck(document, on=ON)), prose.of_docx(editable.one_page(page, on=ON))]
    assert not prose.code_names(prose.of_page(page_html.encode()), *written)


MISSION = Mission(
    initiator="",
    ground="",
    commissioner="",
    pilot="",
    reason="",
    starts_on=None,
    ends_on=None,
    thanks="",
    steps=(),
    on=ON,
)


def test_foreword_on_a_slide_ends_with_a_sentence():
    first = "Nos habitants nous disent qu’ils n’y arrivent pas. Nous voulons savoir combien, et où."
    on_slide = deck._foreword(replace(MISSION, foreword=f"{first} {'Il nous engage pour longtemps. ' * 9}"))
    assert on_slide.startswith(f"« {first}") and on_slide.endswith(". »") and "…" not in on_slide


def test_slides_are_few_each_with_notes_and_its_pictures_in_words(dressed):
    document = deck.compose(reports.subject(dressed, ON), None)
    assert 10 <= len(document.chapters) + 1 <= 20
    first = document.chapters[0]
    assert "Ce diagnostic est le vôtre." in first.lead and len(first.lead) <= 240, "two lines"
    opened = Presentation(io.BytesIO(slides.deck(document, on=ON)))
    for slide in list(opened.slides)[1:]:
        assert slide.notes_slide.notes_text_frame.text, slide.shapes.title.text
        drawn = [
            x for x in slide.shapes if x.shape_type in (MSO_SHAPE_TYPE.PICTURE,) or x.has_chart or x.has_table
        ]
        assert all(x._element.xpath(".//p:cNvPr")[0].get("descr") for x in drawn), slide.shapes.title.text


@pytest.mark.complete
@pytest.mark.skipif(
    not shutil.which("soffice"),
    reason="LibreOffice n’est pas installé : sudo apt install libreoffice-writer-nogui",
)
def test_the_synthesis_is_a_page_once_opened_by_an_office_suite(dressed, tmp_path):
    """Trois pages une fois ouverte : rien de ce que l’on corrigeait ne tenait sur la page remise."""
    file = tmp_path / "synthese.docx"
    file.write_bytes(editable.one_page(synthesis.compose(reports.subject(dressed, ON), None), on=ON))
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    command = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert len(pypdfium2.PdfDocument(tmp_path / "synthese.pdf")) == 1


def test_the_dossier_opens_with_the_foreword_in_the_look_of_its_territory(dressed):
    field = queries.field_of(dressed, queries.reading(dressed), on=ON)
    document = edition.prepare(compute_study(queries.request_of(dressed)))
    files = edition.documents(document, on=ON, field=field)
    page = files["html"].decode()
    assert page.index("Ce diagnostic est le vôtre.") < page.index("<h2", page.index("Ce diagnostic est le"))
    assert "Ville pilote" in page and "Comment ce diagnostic" in page
    on_paper = printed(files["pdf"])
    assert "Photographie : A. M." in on_paper and "La présidente" in on_paper
    first = pypdfium2.PdfDocument(files["pdf"])[1].get_textpage().get_text_bounded()
    assert "Ce diagnostic est le vôtre." in first and "Comment lire les chiffres" in first, (
        "one page for both"
    )
    words = "\n".join(item.text for item in opened_docx(io.BytesIO(files["docx"])).paragraphs)
    assert "Ce diagnostic est le vôtre." in words and "Ville pilote" in words
    assert not prose.code_names(prose.of_page(files["html"]), prose.of_docx(files["docx"]))


def test_a_dossier_behind_its_mission_is_written_again(dressed):
    StudyMission.objects.update(written_at=datetime.now(UTC) + timedelta(hours=1))
    assert queries.behind_their_words() == [dressed]


def test_a_photograph_loses_its_metadata_and_is_replaced(client, lea, study):
    client.force_login(lea)
    posted = {"photographie": "1", "alt": "Le pont", "credit": "Service presse"}
    assert client.post(LOOK, {**posted, "photograph": photograph()}).status_code == 302
    assert b"chez Paul" not in bytes(StudyPhotograph.objects.get().content)
    assert client.post(LOOK, {**posted, "alt": "Le pont, le soir"}).status_code == 302
    assert queries.photograph(PLACE).alt == "Le pont, le soir"
    assert "Le pont, le soir" in client.get(LOOK).content.decode()
    client.post(LOOK, {"sans-photographie": "1"})
    assert queries.photograph(PLACE) is None


@pytest.mark.parametrize(
    ("posted", "expected"),
    [
        ({"alt": "Le pont"}, "Aucun fichier n’est arrivé."),
        ({"alt": "", "photograph": photograph()}, "Il manque ce que l’on y voit."),
        (
            {"alt": "Le pont", "photograph": SimpleUploadedFile("a.jpg", b"<svg/>")},
            "n’est pas une photographie JPEG ou PNG",
        ),
        ({"alt": "a" * 201, "photograph": photograph()}, "200"),
    ],
)
def test_what_is_no_photograph_is_refused(client, lea, posted, expected):
    client.force_login(lea)
    answer = client.post(LOOK, {"photographie": "1", "credit": "", **posted})
    assert answer.status_code == 400
    assert expected in answer.content.decode()
    assert "Il manque le nom" not in answer.content.decode(), "the other form was not sent"
    assert not StudyPhotograph.objects.exists()


def test_set_photograph_refuses_without_any_file(lea):
    with pytest.raises(Refused, match="photographie"):
        actions.set_photograph(PLACE, file=None, alt="x", credit="", by=lea, at=AT)


def test_mission_place_takes_the_only_perimeter_that_has_a_mission(lea):
    def perimeter(slug: str) -> None:
        Perimeter.objects.create(slug=slug, name=slug, code=PLACE, reason="", zones="x", file_name="z.csv")
        actions.set_mission(slug, {"pilot": "le réseau"}, by=lea, at=AT)

    assert queries.mission_place(PLACE) == PLACE
    perimeter("secteurs")
    assert queries.mission_place(PLACE) == "secteurs"
    perimeter("autres-secteurs")
    assert queries.mission_place(PLACE) == PLACE, "two missions: none is chosen for anybody"
    actions.set_mission(PLACE, {"pilot": "la ville"}, by=lea, at=AT)
    assert queries.mission_place(PLACE) == PLACE


@pytest.mark.parametrize(
    ("zones", "shared"), [("a,Tout,38151", True), ("a,Une commune de deux,38185", False)]
)
def test_own_zones_share_the_mission_of_the_territory_they_cut_whole(lea, zones, shared):
    base = "38151" if shared else "200040715"
    slug = Perimeter.objects.create(
        slug="secteurs", name="Secteurs", code=base, reason="r", zones=f"code_zone,nom_zone,code\n{zones}\n"
    ).slug
    StudyMission.objects.create(place=base, commissioner="La ville", written_at=AT)
    publish(base)
    weighted()
    mission = queries.mission(slug, on=ON)
    assert (mission.commissioner if mission else None) == ("La ville" if shared else None)
    assert ("survey" in queries.inputs_of(queries.StudyRequest(place=slug))) == shared
    Plan.objects.create(place=base, title="Notre plan", published_at=AT, at=AT)
    assert (plan_place(slug), queries.surveyed_place(slug)) == ((base, base) if shared else (slug, slug))


@pytest.mark.parametrize("start", ["200040715", "38151"], ids=["cut in the grouping", "cut in the commune"])
def test_a_place_and_its_own_zones_count_one_survey(client, study, start):
    """A survey led on the perimeter, then a later one on the official territory: both pages count the later
    one, and link to each other.
    """
    zones = f"code_zone,nom_zone,code\na,Tout,{PLACE}\n"
    slug = Perimeter.objects.create(
        slug="secteurs", name="Secteurs", code=start, reason="r", zones=zones
    ).slug
    pages = {place: queries.StudyRequest(place=place) for place in (slug, PLACE)}
    for days, territory in enumerate((slug, PLACE)):
        publish(territory, days=days)
        edition = weighted()
        assert {queries.inputs_of(one)["survey"] for one in pages.values()} == {edition.pk}
    assert territories.same_places(slug) == (slug, PLACE)
    assert territories.same_places(PLACE) == (PLACE, slug)
    assert territories.same_places("200040715") == ("200040715",)
    page = client.get(f"/territoires/{PLACE}/").content.decode()
    assert f'href="/territoires/{slug}/"' in page


def test_a_page_keeps_the_study_that_counts_the_survey_while_another_is_computed(study):
    """The study without the survey may be written again after it: a comment does so."""
    publish(PLACE)
    edition = weighted()
    before = study.finished_at - timedelta(days=1)

    def stored(inputs) -> Study:
        return Study.objects.create(
            place=PLACE,
            name="x",
            inputs=inputs,
            key=rules.key_of(inputs),
            status=rules.DONE,
            finished_at=before,
        )

    counting = stored(study.inputs | {"survey": edition.pk, "seed": 1})
    assert queries.latest(PLACE) == counting, "that of today is being computed"
    publish(PLACE, title="Encore", days=1)
    weighted()
    assert queries.latest(PLACE) == counting, "another survey counts more than none"
    Publication.objects.update(withdrawn_at=AT)
    assert queries.latest(PLACE) == study


@pytest.fixture
def sectors(study, tmp_path, settings):
    """The study of a perimeter of one zone, « a », that cuts Échirolles whole, in a home where it is written
    beside that of Échirolles.
    """
    shutil.copytree(settings.HOME, tmp_path / "home")
    settings.HOME = tmp_path / "home"
    zones = f"code_zone,nom_zone,code\na,Secteur 1,{PLACE}\n"
    slug = Perimeter.objects.create(
        slug="secteurs", name="Secteurs", code=PLACE, reason="r", zones=zones
    ).slug
    inputs = queries.inputs_of(queries.StudyRequest(place=slug))
    own = Study.objects.create(
        place=slug, name="Secteurs", inputs=inputs, key=rules.key_of(inputs), status=rules.DONE
    )
    assert queries.own_zones(study) is None, "it has no file yet"
    shutil.copytree(queries.folder(study), queries.folder(own))
    reading, written = queries.reading(study), json.loads((queries.folder(own) / "etude.json").read_bytes())
    row, territory = replace(reading.zones[0], code="a", name="Secteur 1"), reading.territory
    stored = replace(reading, zones=(row,), territory=replace(territory, code=slug, name="Secteurs"))
    written["zones"] = [written["zones"][0] | {"code": "a", "nom": "Secteur 1"}]
    written["territoire"] |= {"code": slug, "nom": "Secteurs"}
    (queries.folder(own) / "lecture.json").write_bytes(dump(stored))
    (queries.folder(own) / "etude.json").write_text(json.dumps(written), "utf-8")
    return own


def test_documents_and_pages_of_a_territory_name_the_zones_that_its_mission_drew(study, client, sectors):
    assert queries.own_zones(study) == queries.zoned(study) == sectors
    for document in (synthesis.compose, deck.compose):
        page = html.dossier(document(reports.subject(sectors, ON), None)).decode().replace("\xa0", " ")
        assert "Secteurs" in page
    for address in ("manques", "boucle", "rapports", "rapports/changements"):
        page = client.get(f"/territoires/{PLACE}/{address}/").content.decode()
        assert f"/territoires/{sectors.place}/" in page, address
    assert sectors.key in client.get(f"/territoires/{PLACE}/rapports/").content.decode()
    official = client.get(f"/territoires/{PLACE}/rapports/?decoupage=officiel").content.decode()
    assert study.key in official and sectors.key not in official and "découpage officiel" in official
    for place, words, other in (
        (PLACE, "Les images par zone suivent le découpage officiel", sectors.place),
        (sectors.place, "Les images par zone suivent la zone de « Secteurs »", PLACE),
    ):
        images = " ".join(client.get(f"/territoires/{place}/images/").content.decode().split())
        assert images.count(words) == 1 and f'href="/territoires/{other}/images/' in images
    slides = client.get(f"/etudes/{study.key}/rapports/restitution.html").content.decode()
    assert "Secteurs" not in slides, "the key of a study gives its own cut"


def test_zones_drawn_after_the_mission_of_a_territory_change_none_of_its_documents(lea, study, sectors):
    """Cinq secteurs dessinés après coup renommaient la restitution, la synthèse et le plan d’une agglomération."""
    StudyMission.objects.create(place=PLACE, written_at=AT, written_by=lea)
    assert queries.zoned(study) == study and queries.zones_place(PLACE) == PLACE
    StudyMission.objects.create(place=sectors.place, written_at=AT, written_by=lea)
    assert queries.zoned(study) == sectors


def test_the_gap_of_a_page_is_read_in_its_own_zones(study, client, sectors, monkeypatch):
    read = queries.reading
    monkeypatch.setattr(queries, "reading", lambda study: replace(read(study), offer=study.place))
    monkeypatch.setattr("maillage.publishing.territory.gaps.first_sentence", lambda offer: f"Manque {offer}.")
    assert f"Manque {sectors.place}." in client.get(f"/territoires/{PLACE}/").content.decode()


def test_a_changed_directory_has_both_cuts_of_a_territory_recomputed(study, sectors, monkeypatch):
    """Les documents des secteurs gardaient un manque que la page de la commune ne disait plus."""
    monkeypatch.setattr(queries, "offer_is_behind", lambda study: True)
    assert actions.catch_up(study)
    cache.clear()  # a minute later, the first one still waits behind others
    assert actions.catch_up(study)
    tasks = [queries.tasks_of(each, actions.refresh_later.module_path).count() for each in (study, sectors)]
    assert tasks == [1, 1]


def test_words_written_on_a_territory_are_in_the_dossier_of_its_own_zones(lea, study, sectors):
    actions.comment(by=lea, place=PLACE, texts={"synthese": "Un mot du service."})
    assert queries.comments(sectors.place)["synthese"] == "Un mot du service."
    assert queries.tasks_of(sectors, actions.publish_later.module_path, alive=True).exists()
    actions.comment(by=lea, place=sectors.place, texts={"synthese": "Par secteur."})
    assert queries.comments(sectors.place)["synthese"] == "Par secteur."


def test_a_territory_keeps_its_own_zones_while_one_of_its_studies_counts_another_survey(study, sectors):
    """La page des manques répondait par les secteurs ou par les quartiers selon l’étude qui se calculait."""
    publish(PLACE)
    inputs = study.inputs | {"survey": weighted().pk}
    counting = Study.objects.create(
        place=PLACE, name="x", inputs=inputs, key=rules.key_of(inputs), status=rules.DONE
    )
    assert queries.zoned(counting) == queries.zoned(study) == sectors


def test_maillage_boucle_takes_its_zones_and_its_figures_from_one_study(sectors, client, monkeypatch, capsys):
    """KeyError : la boucle était celle du périmètre, le document celui de la commune."""
    monkeypatch.setattr("maillage.manage.deploy.bootstrap.ready", lambda: None)
    assert main(["boucle", PLACE, "--json"]) == 0
    written = json.loads(capsys.readouterr().out)
    assert (written["territoire"]["code"], [each["code"] for each in written["zones"]]) == ("secteurs", ["a"])
    table = client.get(f"/territoires/{PLACE}/boucle/zones.csv").content.decode()
    assert "Secteur 1" in table


@pytest.mark.parametrize(
    ("n", "expected"), [(1, "Masqué : moins de 11 ici."), (13, "<small>au moins</small> <b>11</b>")]
)
def test_a_few_referrals_read_alike_in_the_row_and_in_the_total(sectors, client, n, expected):
    """La ligne de la zone disait « rien de noté », le total « Masqué » ; treize orientations faisaient « 11 »."""
    for k in range(n):
        known = {"origin": cycle.PROFESSIONAL, "commune": PLACE, "example": False}
        sent = AT - timedelta(days=k + 1)
        dated = {"sent_at": sent, "prepared_at": sent, "changed_at": sent, "state": "closed"}
        path = Path.objects.create(made_at=sent, **known)
        Orientation.objects.create(path=path, need="assistance", **known, **dated)
    page = client.get(f"/territoires/{PLACE}/boucle/").content.decode()
    assert page.count(expected) == 2 and "rien de noté" not in page


def test_an_edition_follows_the_own_zones_and_is_listed_under_each_address(lea, study, sectors, client):
    client.force_login(lea)
    sent = {"report": DIAGNOSIS, "name": "Bureau"}
    assert client.post(f"/espace/territoires/{PLACE}/editions/", sent).status_code == 302
    (edition,) = queries.editions(PLACE)
    assert queries.editions(sectors.place) == [edition], "it stays when the perimeter is dropped"
    dossier = (queries.folder(sectors) / "dossier.html").read_bytes()
    assert (edition.path / "diagnostic.html").read_bytes() == dossier
    about = json.loads((edition.path / "empreinte.json").read_bytes())
    assert about["territoire"]["code"] == sectors.place
    again = client.post(f"/espace/territoires/{sectors.place}/editions/", sent)
    assert again.status_code == 400, "one name, one edition"


def test_the_first_week_follows_what_is_stored(client, lea):
    empty = first_week.steps(lea, PLACE, ON)
    assert empty.tasks[1].time == f"{queries.study_minutes()} min", "one duration on every page"
    assert empty.n_done == 0 and not any(task.is_done for task in empty.later_tasks)
    actions.set_mission(PLACE, {"pilot": "le réseau", "foreword": "Merci."}, by=lea, at=AT)
    publish(PLACE)
    publish("38", kind="structures")
    week = first_week.steps(lea, PLACE, ON)
    assert [task.title for task in (*week.tasks, *week.later_tasks) if task.is_done] == [
        "Écrire la commande",
        "Enquêter auprès des habitants",
    ], "a foreword alone is neither a logo nor a photograph"
    Perimeter.objects.create(
        slug="secteurs", name="Secteurs", code=PLACE, reason="x", zones="", file_name="x"
    )
    assert first_week.steps(lea, PLACE, ON).tasks[2].is_done, "zones drawn in the territory are its zones"
    client.force_login(lea)
    page = client.get(f"/espace/territoires/{PLACE}/mission/").content.decode()
    assert "2 étapes faites sur" in " ".join(page.split()).replace("<strong>", "")
    assert f"/territoires/{PLACE}/lieux/" in page, "an analyst opens no import of places"


def test_rapport_enquete_writes_the_public_editions(study, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("maillage.manage.deploy.home.has_database", lambda: True)
    monkeypatch.setattr("maillage.manage.deploy.bootstrap.ready", lambda: None)
    words = ["rapport", "enquete", PLACE, "--sortie", str(tmp_path / "s")]
    publish("38")
    assert main(words) == 2
    assert "Existe ailleurs : « Habitants »" in capsys.readouterr().err.replace("\xa0", " ")
    publish(PLACE, title="Ici")
    chapter = Chapter(number="1", title="Un constat", blocks=(Text(text="Dit."),))
    cover = Cover(title="t", subtitle="", over="", edition="", print="", svg="", alt="")
    content = {
        "tables": [],
        "n": 250,
        "document": Document(title="t", cover=cover, chapters=(chapter,)).data(),
    }
    Publication.objects.filter(survey__territory=PLACE).update(content=content)
    assert main(words) == 0
    slug = f"inhabitants-ici-{PLACE}"
    assert {path.name for path in (tmp_path / "s").iterdir()} == {
        *(f"{slug}.{form}" for form in ("html", "pdf", "docx")),
        f"{slug}-tableaux.csv",
    }
    perimeter = {"name": "Une partie", "code": PLACE, "reason": "x", "zones": "", "file_name": "x"}
    part = Perimeter.objects.create(slug="une-partie", **perimeter)
    actions.set_mission(
        part.slug, {"pilot": "le réseau"}, by=account("lea", "analyste", territory="38"), at=AT
    )
    assert main(words) == 0, (
        "the survey of a territory whose other documents follow the zones of a part of it"
    )


def test_a_survey_published_on_the_site_wears_the_look_of_its_territory(client, study, lea):
    """Avant le thème et après : le même PDF n’est pas rendu deux fois."""
    publish(PLACE)
    cover = Cover(title="Habitants", subtitle="", over="", edition="", print="", svg="", alt="")
    chapter = Chapter(number="1", title="Qui", blocks=(Text(text="Oui."),))
    report = Document(title="Habitants", cover=cover, chapters=(chapter,)).data()
    Publication.objects.update(content={"tables": [], "n": 250, "digest": "a", "document": report})
    address = f"/enquetes/{Survey.objects.get().slug}/resultats/synthese"
    before = printed(client.get(f"{address}.pdf").content)
    actions.set_theme(PLACE, name="Ville pilote", colour="#1F4E79", logo=LOGO.encode(), by=lea, at=AT)
    actions.set_photograph(PLACE, file=photograph(), alt="La mairie, de face", credit="A. M.", by=lea, at=AT)
    after = printed(client.get(f"{address}.pdf").content)
    assert "Ville pilote" in after and "Photographie : A. M." in after and "Ville pilote" not in before
    page = client.get(f"{address}.html").content.decode()
    assert "background:#1F4E79" in page and "Ville pilote" in page
    word = opened_docx(io.BytesIO(client.get(f"{address}.docx").content))
    assert any("La mairie" in item.get("descr", "") for item in word.element.iter())


def test_a_deck_too_long_lists_what_it_cut_on_its_last_slide():
    """Vingt-cinq messages prêts : la salle en voit vingt, et la dernière diapositive nomme les cinq autres."""
    parts = [
        deck.WHY,
        deck.HOW,
        deck.SINCE,
        *[deck.NEED] * 3,
        deck.AGES,
        *[deck.WHERE] * 3,
        *[deck.INHABITANTS] * 5,
    ]
    parts += [
        deck.OFFER,
        deck.GAPS,
        deck.PROFESSIONALS,
        deck.VOICES,
        deck.LEVERS,
        deck.PROPOSALS,
        deck.PLAN,
        deck.NEXT,
    ]
    ready = [Chapter(number="", over=part, title=f"Message {k}", blocks=()) for k, part in enumerate(parts)]
    printed, cut = deck._ranked(ready, deck.MOST_SLIDES - 2)
    assert len(printed) == deck.MOST_SLIDES - 2 and sorted([*printed, *cut], key=ready.index) == ready
    assert [slide.over for slide in cut] == [
        deck.WHERE,
        deck.INHABITANTS,
        deck.INHABITANTS,
        deck.VOICES,
        deck.LEVERS,
    ]
    assert [slide.over for slide in printed] == [
        part for part in dict.fromkeys(parts) for slide in printed if slide.over == part
    ]
