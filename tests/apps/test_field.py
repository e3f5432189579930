"""Ce que le territoire dit de lui-même, dans son dossier et sur ses pages : acteurs, services, actions, grille."""

import csv
import re
from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from shutil import copytree

import pytest
from django.db import transaction
from django.test import override_settings

from maillage.apps.dossiers import actions, queries
from maillage.apps.dossiers.models import Study
from maillage.apps.dossiers.queries import StudyRequest
from maillage.apps.intake.actions import importing
from maillage.apps.outreach.models import Outing
from maillage.pipeline.offer import files
from maillage.pipeline.offer.forms import read as forms
from maillage.reference.cards import cards
from maillage.reference.surveys import banks
from maillage.reports.directory import census
from maillage.reports.page import charts
from maillage.reports.territory import criteria, field, services
from maillage.reports.territory.criteria import Answered
from maillage.reports.territory.subject import Voice
from tests.apps.test_gaps import text_of

pytestmark = pytest.mark.django_db
PLACE = "38151"
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
PRINTED = Path(__file__).parents[1] / "published" / "enquetes.csv"


@pytest.fixture(scope="module")
def once(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[tuple[Study, Path]]:
    """The study, the rows it reads and its files, made once; each test changes them in a transaction of its own."""
    home = tmp_path_factory.mktemp("terrain")
    (home / "etudes").mkdir()
    with django_db_blocker.unblock(), override_settings(HOME=home), transaction.atomic():
        result = files.places(
            forms.read(cards()["hinaura-isere"].file), today=date(2026, 11, 20), source="Hinaura"
        )
        importing.take_in(result, source="Hinaura", digest="0" * 64, by=None, at=AT)
        for name, state in (("Les Racontars du Numérique", "planned"), ("Une sortie annulée", "cancelled")):
            Outing.objects.create(
                name=name, kind="conference", territory=PLACE, place="Médiathèque", on=AT, state=state
            )
        study = actions.ask(StudyRequest(place=PLACE))
        actions.compute(study)
        study.refresh_from_db()
        assert study.error is None
        yield study, home
        transaction.set_rollback(True)


@pytest.fixture
def study(once, home) -> Study:
    computed_study, computed_files = once
    copytree(computed_files, home, dirs_exist_ok=True)
    return copy(computed_study)


@pytest.mark.complete
def test_the_dossier_carries_actors_method_actions_and_grid(study, client, django_user_model):
    page = (queries.folder(study) / "dossier.html").read_text("utf-8")
    for words in (
        "Les acteurs du territoire",
        "Comment le recensement a été mené",
        "Les Racontars du Numérique",
        "Ce dont les structures disent avoir besoin",
        "<strong>la coordination</strong>",  # no survey says anything of it
    ):
        assert words in page, words
    assert "localhost" not in page, "it is handed to others, whom an address of this computer leads nowhere"
    assert "Une sortie annulée" not in page
    actors = queries.census_page(study, on=date(2026, 11, 20)).actors
    assert actors
    assert actors[0].name in page.replace("&#39;", "'").replace("&amp;", "&")
    screen = text_of(client.get(f"/territoires/{PLACE}/services/"))
    assert "Les Racontars du Numérique" in screen
    assert "Une sortie annulée" not in screen
    assert "Donnée manquante" in screen


def test_actor_map_has_an_address_that_anybody_can_open(study, settings):
    reading = queries.reading(study)
    assert queries.field_of(study, reading, on=AT.date()).map_address == ""
    settings.ADDRESS, settings.IS_PUBLIC = "https://maillage.exemple.fr", True
    map_address = queries.field_of(study, reading, on=AT.date()).map_address
    assert map_address == "https://maillage.exemple.fr/carte/?ou=%C3%89chirolles"


def test_each_precarity_is_drawn_as_it_is_worked_out(study, client):
    """I-003, I-041, I-042, D-003 : les facteurs, les deux évaluations, les thèmes de l’indice."""
    drawn = client.get(f"/territoires/{PLACE}/definitions/").content.decode()
    assert "Évaluation de la précarité numérique. 1. Les données" in drawn
    assert "4. Le résultat" in drawn
    drawn = client.get(f"/territoires/{PLACE}/indice/").content.decode()
    assert "Évaluation de la précarité sociale. 1. Les variables, par thème" in drawn
    assert "Logement : HLM" in drawn.replace("\xa0", " ")
    for theme in ("Revenus", "Ménages", "Logement"):
        assert f"<strong>{theme}</strong>" in drawn
    drawn = client.get(f"/territoires/{PLACE}/").content.decode()
    title = "Sur 100 personnes concernées, combien viennent de chaque groupe"
    assert drawn.count(title) == 3, "its caption, its drawing, and the frame where a phone slides it"
    place = "Dans une commune de moins de 2 000 habitants, parmi tous les habitants : "
    assert drawn.replace("\xa0", " ").count(place) == 3, "where its title is"
    page = (queries.folder(study) / "dossier.html").read_text("utf-8")
    for words in (
        "Évaluation de la précarité numérique",
        "Évaluation de la précarité sociale",
        "Une barre n’est pas",
    ):
        assert words in page


def test_a_diagram_keeps_every_word_in_its_boxes():
    texts = ("Insee, recensements : les habitants de chaque quartier, par âge et par diplôme.", "R & D < 3")
    svg = charts.steps((("Un", texts), ("Deux", ("Court.",))), label="Un & deux")
    lines = [unescape(line) for line in re.findall(r'font-size="15">([^<]*)<', svg)]
    assert " ".join(lines) == " ".join((*texts, "Court."))
    assert all(len(line) <= charts.LINE for line in lines)
    assert 'aria-label="Un &amp; deux"' in svg


@pytest.mark.complete
def test_a_finding_enters_the_dossier_when_it_is_noted(
    study, django_user_model, django_capture_on_commit_callbacks
):
    by = django_user_model.objects.create(email="analyste@exemple.fr")
    finding_fields = {
        "who": "public",
        "kind": "no_sale",
        "confirms": True,
        "words": "Rien à vendre ici",
        "source": "Réunion",
    }
    with django_capture_on_commit_callbacks(execute=True):
        actions.note(PLACE, finding_fields | {"year": 2026}, by=by, at=AT)
    actions.publish_later.func(study.pk)
    assert "Rien à vendre ici" in (queries.folder(study) / "dossier.html").read_text("utf-8")


def survey_share(percent: float) -> Answered:
    span = {"percent": percent, "low": percent - 5, "high": percent + 5, "n": 66, "computed": "brut"}
    return Answered(label="", universe="structures", source="« S », 2019", **span)


def test_the_wheel_finds_the_printed_shares_again():
    """Strasbourg : chaque service avec sa part d’aujourd’hui et sa part en projet."""
    with PRINTED.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["enquete"] == "strasbourg-structures"]
    surveyed = {
        ("structures", row["question"], row["reponses"]): survey_share(float(row["publie"]))
        for row in rows
        if row["document"] == "000" and row["publie"]
    }
    wheel = services.read(surveyed)
    assert len(wheel.services) == 6
    percents_by_service = {
        line.label: tuple(each and each.percent for each in (line.today, line.planned))
        for service in wheel.services
        for line in service.lines
    }
    assert percents_by_service["Aide aux démarches en ligne"] == (65, 12)
    assert percents_by_service["Orientation vers d’autres lieux"] == (41, 21)
    assert percents_by_service["Ateliers de formation au numérique"] == (38, 25)
    assert percents_by_service["Accès libre à de l’équipement ou à une connexion"] == (42, 19)
    assert percents_by_service["Wifi en libre service"] == (29, 19)
    assert "65\xa0% (+ 12\xa0% en projet)" in wheel.chart
    assert wheel.source == "structures, d’après « S », 2019"


def test_unpublished_share_is_labelled():
    wheel = services.read({("structures", "ateliers", "aujourdhui"): survey_share(38)})
    assert wheel.chart.count("non publié") == 7
    assert services.read({}).chart == ""


def test_services_are_questions_of_the_bank():
    bank = banks()["structures"]
    for _, _, questions in services.SERVICES:
        for question, _ in questions:
            choices = {choice.name for choice in bank.choices(bank.question(question))}
            assert {"aujourdhui", "en_projet"} <= choices


NONE = census.Part(0, 0, "", None)
NOBODY = census.Shares(free=NONE, hours=NONE, phone=NONE, recent=NONE, evening_or_weekend=NONE)
BLANK = field.FieldReading(
    census=None, method=(), services=services.read({}), actions=(), grid=(), map_address=""
)


def test_a_grid_without_any_answer_is_one_sentence():
    """Ni lieu ni enquête : quatre tableaux de « donnée manquante » sur deux pages ne disaient rien de plus."""
    blank = replace(BLANK, grid=tuple((axis, ()) for axis in criteria.grid(None, NOBODY)))
    (sentence,) = field.chapters(blank)[1].blocks
    assert all(name in sentence.text for name in ("le maillage", "la coordination", "enquête"))


def test_a_dossier_quotes_three_people_at_most():
    spoken = tuple(Voice(f"Parole {n}.", "Habitant", "enquête") for n in (1, 2, 3, 4))
    (quotes,) = [each.blocks[0].items for each in field.voices(replace(BLANK, voices=spoken))]
    assert quotes == tuple(f"« Parole {n}. » Habitant." for n in (1, 2, 3))


def test_with_a_filter_the_chapter_says_why_it_is_silent():
    (chapter,) = field.chapters(replace(BLANK, is_filtered=True))
    assert "tout le territoire" in chapter.blocks[0].text
