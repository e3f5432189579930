"""A published survey of the inhabitants changes the estimate of its territory; nothing else does."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from shutil import copytree

import pytest

from maillage.apps.dossiers import actions as studies
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers import rules
from maillage.apps.dossiers.models import Study
from maillage.apps.dossiers.queries import StudyRequest
from maillage.apps.surveys.actions import campaigns, receive, results
from maillage.apps.surveys.models import Survey
from maillage.apps.surveys.queries import editions, needs, places
from maillage.apps.surveys.rules import Sent
from maillage.questionnaires.questionnaire import Choice, Question
from maillage.reference.definitions import definition
from maillage.reference.surveys import banks
from maillage.sources.survey import margins
from maillage.statistics.survey.local_survey import Measured, Unread
from tests.conftest import PLACE, account
from tests.support.routes import address_of, routes

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
MARGINS = b"variable,modalite,effectif\nsexe,femme,15000\nsexe,homme,14000\n"
INSEE = definition("illectronisme-insee-2021")


def short(form):
    """Keep three questions of a bank: an edition of the whole takes seconds, and this is about one of
    them.
    """
    questions = tuple(form.question(name) for name in ("age", "sexe", "dernier_usage_internet"))
    return replace(form, items=questions)


@pytest.fixture
def runner():
    return account("ana", "analyste", territory=PLACE)


@pytest.fixture
def published(runner):
    """Run a survey of 400 inhabitants, weigh it and publish it; `concerned` of each hundred are not on
    line.
    """

    def run(concerned=18, *, example=False, publish=True):
        survey = campaigns.prepare(
            by=runner,
            title="Le numérique et vous",
            territory=PLACE,
            questionnaire=short(banks()["habitants"]),
            at=AT,
        )
        survey = campaigns.open_survey(survey, by=runner, at=AT)
        sent = [
            Sent(
                uid=uuid.uuid4(),
                version=1,
                channel="link",
                values={
                    "age": str(20 + k % 60),
                    "sexe": ("femme", "homme")[k % 2],
                    "dernier_usage_internet": "jamais" if k // 2 % 100 < concerned else "moins_3_mois",
                },
            )
            for k in range(400)
        ]
        receive.receive(survey, sent, at=AT)
        results.weigh(survey, margins.parse(MARGINS, "marges.csv"), by=runner, at=AT, method="raking")
        Survey.objects.filter(pk=survey.pk).update(example=example)
        survey.refresh_from_db()
        if publish:
            return results.publish(survey, editions.edition(survey, at=AT), by=runner, at=AT)
        return None

    return run


def test_only_a_published_survey_counts(published, runner):
    published(publish=False)
    assert needs.edition_of(PLACE) is None
    published(example=True)
    assert needs.edition_of(PLACE) is None
    edition = published()
    assert needs.edition_of(PLACE) == edition
    results.withdraw(edition, by=runner, at=AT + timedelta(hours=1))
    assert needs.edition_of(PLACE) is None


def test_another_territory_does_not_see_it(published):
    published()
    assert needs.edition_of("38185") is None


def test_a_survey_is_read_with_its_weights(published):
    measured = needs.measured(published().pk, INSEE)
    assert isinstance(measured, Measured)
    assert (measured.question, measured.n, measured.residents) == (
        "dernier_usage_internet",
        400,
        pytest.approx(29_000),
    )
    assert measured.share == pytest.approx(0.18, abs=1e-6)
    assert isinstance(needs.measured(published().pk, definition("credoc-2014-quotidien")), Unread)


def test_codes_of_ages_read_by_their_labels(runner):
    """« 3 » pour « 60 ans et plus » : l’âge est lu, et redressé ; le doute d’une enquête sans âge ne s’y met pas."""
    labels = ("De 15 à 29 ans", "De 30 à 59 ans", "60 ans et plus")
    offered = tuple(Choice(name=str(k), label={"fr": label}) for k, label in enumerate(labels, 1))
    bank = banks()["habitants"]
    coded = Question(name="q7", kind="one", choices="q7", label={"fr": "Votre âge ?"}, census="age")
    form = replace(
        bank,
        lists={**bank.lists, "q7": offered},
        items=(coded, bank.question("dernier_usage_internet")),
    )
    survey = campaigns.prepare(by=runner, title="Codes", territory=PLACE, questionnaire=form, at=AT)
    survey = campaigns.open_survey(survey, by=runner, at=AT)
    sent = [
        Sent(
            uid=uuid.uuid4(),
            version=1,
            channel="link",
            values={
                "q7": str(1 + k % 3),
                "dernier_usage_internet": "jamais" if k % 5 == 0 else "moins_3_mois",
            },
        )
        for k in range(150)
    ]
    receive.receive(survey, sent, at=AT)
    results.weigh(survey, places.census_margins(survey, ["q7"]), by=runner, at=AT, method="raking")
    survey.refresh_from_db()
    edition = results.publish(survey, editions.edition(survey, at=AT), by=runner, at=AT)
    sample = needs.measured(edition.pk, INSEE).sample
    assert sorted(span for span, _ in sample.ages) == [(15, 29), (30, 59), (60, 120)]
    assert sample.is_weighted_by_age


def test_an_erased_survey_says_nothing(published):
    edition = published()
    pk = edition.pk
    edition.delete()
    assert needs.measured(pk, INSEE) is None


def test_without_a_survey_the_request_has_the_same_key(study):
    assert "survey" not in dossiers.inputs_of(StudyRequest(place=PLACE))
    assert dossiers.study_for(StudyRequest(place=PLACE)) == study


def test_no_page_tells_the_study_of_a_survey_that_was_withdrawn(study, published, runner):
    """Une enquête retirée ne change plus aucun chiffre : les pages qui ne règlent rien n’ont pas d’étude, ou celle
    d’avant elle.
    """
    study.delete()
    edition = published()
    inputs = dossiers.inputs_of(StudyRequest(place=PLACE))
    moved = Study.objects.create(
        key=rules.key_of(inputs), place=PLACE, name="É", inputs=inputs, status=rules.DONE, finished_at=AT
    )
    assert dossiers.latest(PLACE) == moved
    results.withdraw(edition, by=runner, at=AT + timedelta(hours=1))
    assert dossiers.latest(PLACE) is None
    edition.delete()
    assert dossiers.latest(PLACE) is None, "erased, it says nothing more"


def test_the_files_of_the_study_of_a_withdrawn_survey_are_served_no_more(
    client, study, published, runner, settings, tmp_path
):
    """L’adresse d’un fichier porte la clé de son étude : qui l’avait gardée lisait encore l’enquête retirée."""
    former = dossiers.folder(study)
    settings.HOME = tmp_path
    edition = published()
    inputs = dossiers.inputs_of(StudyRequest(place=PLACE))
    moved = Study.objects.create(
        key=rules.key_of(inputs), place=PLACE, name="É", inputs=inputs, status=rules.DONE, finished_at=AT
    )
    for row in (study, moved):
        copytree(former, dossiers.folder(row))

    def answers(row: Study) -> set[int]:
        names = (
            "tout.zip",
            "carte.json",
            "cartes/les-deux.svg",
            "fichiers/zones.csv",
            "fichiers/dossier.pdf",
        )
        return {client.get(f"/etudes/{row.key}/{name}").status_code for name in names}

    assert answers(moved) == answers(study) == {200}
    results.withdraw(edition, by=runner, at=AT + timedelta(hours=1))
    assert (answers(moved), answers(study)) == ({404}, {200})
    filled = {"cle:key": moved.key, "str:name": "les-deux.svg", "path:name": "zones.csv"}
    filled |= {"slug:report": "synthese", "slug:form": "pdf"}
    opened = [
        route
        for route, name in routes()
        if "<cle:key>" in route and name not in ("cancel", "again")
        if client.get(address_of(route, filled)).status_code != 404
    ]
    assert opened == [], "whatever the address"
    Study.objects.filter(pk=moved.pk).update(status=rules.FAILED)
    assert client.post(f"/etudes/{moved.key}/relancer/").status_code == 404
    moved.refresh_from_db()
    assert moved.status == rules.FAILED, "nobody computes it again"


def _need(study: Study) -> dict:
    return dossiers.needs(dossiers.folder(study) / "etude.json").territory["precarite_numerique"]


@pytest.mark.complete
def test_the_page_of_the_territory_shows_the_three_figures(client, study, published, runner):
    before = _need(study)
    edition = published(14)
    assert dossiers.study_for(StudyRequest(place=PLACE)) is None  # another question: computed again
    second = studies.ask(StudyRequest(place=PLACE))
    studies.compute(second)
    page = client.get(f"/territoires/{PLACE}/").content.decode()
    assert dossiers.reading(second).survey.agrees
    assert "Trois estimations du même besoin" in page
    assert "Le numérique et vous" in page
    assert _need(second) != before
    results.withdraw(edition, by=runner, at=AT + timedelta(hours=1))
    assert dossiers.study_for(StudyRequest(place=PLACE)) == study
    assert "Trois estimations" not in client.get(f"/territoires/{PLACE}/").content.decode()


def test_the_page_of_the_territory_leads_to_what_was_published(client, study, published, runner):
    edition = published(example=True)
    page = client.get(f"/territoires/{PLACE}/").content.decode()
    assert f'href="/enquetes/{edition.survey.slug}/resultats/"' in page
    assert "réponses inventées" in page
    results.withdraw(edition, by=runner, at=AT + timedelta(hours=1))
    assert "Les enquêtes menées ici" not in client.get(f"/territoires/{PLACE}/").content.decode()


def test_who_comes_after_the_end_is_led_to_the_results(client, published, runner):
    edition = published()
    Survey.objects.filter(pk=edition.survey_id).update(by_link=True, state="closed")
    page = client.get(f"/enquetes/{edition.survey.slug}/")
    assert page.status_code == 410
    assert f'href="/enquetes/{edition.survey.slug}/resultats/"' in page.content.decode()
    results.withdraw(edition, by=runner, at=AT + timedelta(hours=1))
    assert "resultats" not in client.get(f"/enquetes/{edition.survey.slug}/").content.decode()
