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

from maillage.apps.directory.intake.actions import importing
from maillage.apps.directory.outreach.models import Outing
from maillage.apps.dossiers import actions, queries
from maillage.apps.dossiers.models import Study
from maillage.apps.dossiers.queries import StudyRequest
from maillage.publishing.directory import census
from maillage.publishing.page import charts
from maillage.publishing.territory import connection, criteria, deck, field, main_findings, services
from maillage.publishing.territory.connection import ConnectionReading
from maillage.publishing.territory.criteria import Answered
from maillage.publishing.territory.subject import Voice
from maillage.reference.cards import cards
from maillage.reference.surveys import banks
from maillage.sources.offer import files
from maillage.sources.offer.forms import read as forms
from tests.support.prose import text_of

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
        "Les Racontars du Numérique",
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
    assert drawn.count(title) == 4, "its caption, its figure, its drawing, the frame where a phone slides it"
    place = "Dans une commune de moins de 2 000 habitants, parmi tous les habitants : "
    assert drawn.replace("\xa0", " ").count(place) == 4, "where its title is"
    page = (queries.folder(study) / "dossier.html").read_text("utf-8")
    for words in (
        "Évaluation de la précarité numérique",
        "Évaluation de la précarité sociale",
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


def test_a_zone_is_drawn_by_the_premises_of_its_communes():
    """Une zone d’une commune a la part de cette commune ; une zone de deux communes pèse leurs locaux ; une zone
    sans local compté n’a pas de classe : ce n’est pas zéro.
    """

    def zone(**shares: tuple[int, float]) -> ConnectionReading:
        codes = {name: name for name in shares}
        counted = connection.of_communes(
            codes,
            {name: share for name, (n, share) in shares.items() if n},
            {name: n for name, (n, _) in shares.items() if n},
        )
        return ConnectionReading(
            source="debit.csv",
            year=2019,
            communes=counted,
            n_missing=len(shares) - len(counted),
            whole_communes=True,
            on=date(2026, 3, 1),
        )

    connections = {
        "a": zone(Échirolles=(200, 0.75)),
        "b": zone(Ville=(900, 0.5), Hameau=(100, 0.0), Bois=(0, 0.0)),
        "c": zone(Le_Bourg=(40, 0.1)),
    }
    styles = connection.zone_styles(connections, {"a": "Nord", "b": "Sud", "c": "Est", "d": "Ouest"})
    assert {code: kind for code, (kind, _, _) in styles.items()} == {
        "a": "m1",
        "b": "m3",
        "c": "m4",
        "d": "inconnue",
    }
    texts = {code: text.replace("\u00a0", " ") for code, (_, _, text) in styles.items()}
    assert texts["a"] == "Nord : 75 % des locaux de la commune d’Échirolles, 150 sur 200"
    assert texts["b"] == "Sud : 45 % des locaux de ses 2 communes (1 autre sans local compté), 450 sur 1 000"
    assert texts["d"] == "Ouest : aucun local compté"


def test_a_grid_without_any_answer_is_one_sentence():
    """Ni lieu ni enquête : quatre tableaux de « donnée manquante » sur deux pages ne disaient rien de plus."""
    blank = replace(BLANK, grid=tuple((axis, ()) for axis in criteria.grid(None, NOBODY)))
    (sentence,) = field.chapters(blank)[0].blocks
    assert all(name in sentence.text for name in ("le maillage", "la coordination", "enquête"))


def test_a_connection_is_of_premises_with_its_age():
    """La part du territoire pèse les locaux, jamais une moyenne de communes ; les communes sous la moitié,
    les moins couvertes d’abord ; un vieux fichier dit qu’il l’est ; sans commune comptée, rien.
    """
    counted = connection.of_communes(
        {"1": "Ville", "2": "Bourg", "3": "Hameau", "4": "Absente"},
        {"1": 0.9, "2": 0.4, "3": 0.0},
        {"1": 900, "2": 90, "3": 10},
    )
    reading = ConnectionReading(
        source="debit.csv",
        year=2019,
        communes=counted,
        n_missing=1,
        whole_communes=True,
        on=date(2026, 3, 1),
    )
    (chapter,) = connection.chapters(reading)
    old, table, source = chapter.blocks
    assert chapter.lead.replace("\u00a0", " ").startswith(
        "85 % des locaux dans les 3 communes que le fichier"
    )
    assert "ne dit rien d’aujourd’hui" in old.text
    assert [row[0].text for row in table.rows] == ["Hameau", "Bourg"]
    assert "1\u00a0commune du territoire sans local compté" in source.text
    recent = connection.chapters(replace(reading, on=date(2020, 3, 1), n_missing=0))[0]
    assert len(recent.blocks) == 2 and "des locaux du territoire" in recent.lead
    assert not connection.chapters(replace(reading, communes=())) and not connection.chapters(None)


def test_a_dossier_quotes_three_people_at_most():
    spoken = tuple(Voice(f"Parole {n}.", "Habitant", "enquête") for n in (1, 2, 3, 4))
    (quotes,) = [each.blocks[0].items for each in field.voices(replace(BLANK, voices=spoken))]
    assert quotes == tuple(f"« Parole {n}. » Habitant." for n in (1, 2, 3))


def test_a_quote_names_the_question_that_it_answers():
    """« Payer la cantine en ligne », sans rien qui dise à quoi la personne répondait."""
    spoken = (Voice("Payer la cantine", "Habitant", "enquête", question="Quelle démarche vous bloque ?"),)
    (quotes,) = [each.blocks[0].items for each in field.voices(replace(BLANK, voices=spoken))]
    assert quotes == ("« Payer la cantine » Habitant, à « Quelle démarche vous bloque ? ».",)


def published_row(question, label, answer, share, **more):
    defaults = {"par": "", "groupe": "", "libelle_modalite": answer, "effectif": 12, "base": 40, "bas": 62.0}
    figures = {"part": share, "haut": 81.0, "motif": "", "calcul": "brut", "arrondi": "nearest", "seuil": 5}
    return {**defaults, **figures, "question": question, "libelle": label, "modalite": answer, **more} | {
        "univers": "structures"
    }


def test_the_finding_of_a_group_names_the_question_that_makes_it():
    """« Oui : 31 % orientent les personnes vers d’autres lieux » : oui à quoi ?"""
    finding = {
        "axe": "maillage",
        "poids": 7,
        "fait": "Oui : 31 % orientent",
        "sens": "Peu.",
        "appelle": "Relier.",
    }
    older = finding | {"fait": "60 ans ou plus : 31 % orientent"}
    rows = [
        published_row("vision", "Avez-vous une vision claire ?", "oui", 40.0),
        published_row("age", "Quel âge avez-vous ?", "60", 40.0),
        published_row(
            "orientation", "Orientez-vous ?", "oui", 31.0, par="vision", groupe="Oui", constat=finding
        ),
        published_row("orientation", "Orientez-vous ?", "oui", 31.0, par="age", groupe="60 ans ou plus")
        | {"constat": older},
    ]
    surveyed = criteria.answered("structures", rows, "« Structures », édition 1", by_group=True)
    facts = [each.fact for each in main_findings.of_surveys(surveyed) if each.group]
    assert [fact.partition(" (")[0] for fact in facts] == [
        "Parmi ceux qui répondent « Oui » à « Avez-vous une vision claire ? », 31 % orientent",
        "31 % des personnes de 60 ans ou plus orientent",
    ]


def test_a_bar_has_the_rounding_of_its_title():
    """« 73 % des structures » en titre, « 72 % » sur la barre, pour les mêmes 29 sur 40."""
    row = published_row("vision", "Avez-vous une vision claire ?", "oui", 72.5)
    ((_, answer),) = criteria.answered("structures", [row], "« Structures »").items()
    down = replace(answer, rounding="down")
    bars = [deck._bar(main_findings._figure(each), star="") for each in (answer, down)]
    assert [bar.words.replace("\xa0", " ") for bar in bars] == ["73 % (62 – 81 %)", "72 % (62 – 81 %)"]


def test_with_a_filter_the_chapter_says_why_it_is_silent():
    (chapter,) = field.chapters(replace(BLANK, is_filtered=True))
    assert "tout le territoire" in chapter.blocks[0].text


def test_questions_that_nothing_answers_and_services_that_nothing_tells_have_no_row_nor_chapter():
    """Des tableaux de « donnée manquante » et six définitions laissaient trois pages d’annexe à moitié vides."""
    first_axis, *later_axes = criteria.grid(None, NOBODY)
    first, *unknown = first_axis.criteria
    answered_axis = replace(
        first_axis, criteria=(replace(first, verdict=criteria.STRONG, label="point fort"), *unknown)
    )
    reading = replace(BLANK, grid=tuple((each, ()) for each in (answered_axis, *later_axes)))
    (chapter,) = field.chapters(reading)
    (table,) = [block for block in chapter.blocks if block.kind == "grid"]
    assert [row[1].text for row in table.rows] == [first.question]
    acted = replace(reading, actions=(field.Action("Atelier", "Un café", "Ici", "2026", "", ""),))
    assert [each.short for each in field.chapters(acted)] == ["Les services", "La grille"]
