"""Sendings of devices: each answer is stored once, acknowledged only once stored, and never lost for
being odd.
"""

import json
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from maillage.apps.surveys import access, rules
from maillage.apps.surveys.actions import campaigns
from maillage.apps.surveys.models import Answer, Surveyor
from maillage.apps.surveys.queries import answers
from maillage.kernel.errors import Refused
from tests.support import sample_survey

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def survey():
    return sample_survey.survey()


@pytest.fixture
def token(survey) -> str:
    return sample_survey.device(survey)[1]


def kit(client, token):
    return client.post("/enquetes/appareil/", json.dumps({"jeton": token}), content_type="application/json")


def test_a_kit_holds_all_that_a_device_needs(client, survey, token):
    place = campaigns.add_place(survey, "Marché de la Villeneuve", by=None, at=sample_survey.AT)
    kit_json = kit(client, token).json()
    assert (kit_json["titre"], kit_json["version"], kit_json["fermee"], kit_json["enqueteur"]) == (
        survey.title,
        1,
        False,
        "Nadia",
    )
    assert kit_json["langues"] == ["fr", "en"]
    assert kit_json["lieux"] == [{"id": place.pk, "nom": "Marché de la Villeneuve", "moyen": "street"}]
    assert [item["name"] for item in kit_json["versions"][0]["definition"]["items"]] == [
        "age",
        "outils",
        "aide",
        "qui",
    ]


def test_another_key_of_the_installation_closes_no_device(client, survey, token, settings):
    """Le lien d’un enquêteur est tiré au sort : il ne doit rien à la clé, et ses réponses arrivent encore."""
    former = access.new_token()
    Surveyor.objects.create(
        survey=survey,
        name="D’avant",
        token=access.former_digest(former, settings.SECRET_KEY),
        made_at=timezone.now(),
    )
    assert access.surveyor_of(former), "given by an older version: it opens with the key that made it"
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another one"
    assert access.surveyor_of(former), "a planned change"
    settings.SECRET_KEY_FALLBACKS = []
    assert access.surveyor_of(token).survey == survey
    assert kit(client, token).status_code == 200
    assert access.surveyor_of(former) is None
    assert access.surveyor_of("") is None


def test_an_answer_is_stored_and_acknowledged(client, survey, token):
    place = campaigns.add_place(survey, "Marché", by=None, at=sample_survey.AT)
    sent_answer = sample_survey.answer(place=place.pk, language="en")
    response = sample_survey.send(client, token, sent_answer, n_pending=3)
    assert response.status_code == 200
    assert response.json() == {"recues": [sent_answer["uid"]], "refusees": [], "fermee": False, "version": 1}
    stored_answer = Answer.objects.get()
    assert (stored_answer.values, stored_answer.place, stored_answer.language, stored_answer.channel) == (
        sent_answer["values"],
        place,
        "en",
        "street",
    )
    assert Surveyor.objects.get().waiting == 3


def test_a_device_copied_twice_doubles_nothing(client, survey, token):
    sent_answers = [sample_survey.answer() for _ in range(4)]
    _, other = sample_survey.device(survey, "La tablette")
    for each in (token, other, token):
        assert len(sample_survey.send(client, each, *sent_answers).json()["recues"]) == 4
    assert Answer.objects.count() == 4


def test_the_same_number_with_other_words_is_refused_and_the_first_stays(client, token):
    sent_answer = sample_survey.answer()
    sample_survey.send(client, token, sent_answer)
    receipt = sample_survey.send(client, token, {**sent_answer, "values": {"age": "99"}}).json()
    assert receipt["recues"] == []
    assert "porte déjà ce numéro" in receipt["refusees"][0]["motif"]
    assert Answer.objects.get().values == sent_answer["values"]


def test_a_number_of_another_survey_is_refused(client, token):
    sent_answer = sample_survey.answer()
    sample_survey.send(client, token, sent_answer)
    _, other = sample_survey.device(sample_survey.survey("Une autre"))
    assert "autre enquête" in sample_survey.send(client, other, sent_answer).json()["refusees"][0]["motif"]


def test_an_odd_value_is_stored_as_it_is(client, token):
    values = {
        "age": "trois cents",
        "inconnue": "é\u0000\ud800",
        "aide": 1,
        "outils": ["rien", "smartphone"],
        "vide": None,
    }
    response = sample_survey.send(
        client,
        token,
        sample_survey.answer(values=values, begun="hier", ended="2099-01-01T00:00:00", channel="lune"),
    )
    assert len(response.json()["recues"]) == 1
    stored_answer = Answer.objects.get()
    assert stored_answer.values == {
        "age": "trois cents",
        "inconnue": "é\ufffd?",
        "aide": "1",
        "outils": "rien smartphone",
    }
    assert stored_answer.begun_at is None
    assert stored_answer.ended_at == stored_answer.received_at


def test_an_answer_to_no_version_is_refused_alone(client, token):
    good, lost = sample_survey.answer(), sample_survey.answer(version=7)
    receipt = sample_survey.send(client, token, lost, good, {"uid": "x"}, "rien").json()
    assert receipt["recues"] == [good["uid"]]
    assert {each["uid"] for each in receipt["refusees"]} == {lost["uid"], "x", ""}


def test_a_place_of_another_survey_is_dropped(client, token):
    place = campaigns.add_place(sample_survey.survey("Une autre"), "Ailleurs", by=None, at=sample_survey.AT)
    sample_survey.send(client, token, sample_survey.answer(place=place.pk))
    assert Answer.objects.get().place is None


def test_a_forged_link_and_a_closed_one_are_refused(client, survey, token):
    assert sample_survey.send(client, "faux", sample_survey.answer()).status_code == 403
    assert kit(client, "").status_code == 403
    campaigns.close_link(Surveyor.objects.get(), by=None, at=sample_survey.AT)
    response = sample_survey.send(client, token, sample_survey.answer())
    assert (response.status_code, Answer.objects.count()) == (403, 0)
    assert "restent sur l’appareil" in response.json()["erreur"]


def test_links_are_not_tried_for_ever(client, token, monkeypatch):
    monkeypatch.setattr(rules, "LINKS_AN_HOUR", 1)
    assert [kit(client, f"faux-{n}").status_code for n in range(2)] == [403, 429]
    assert kit(client, token).status_code == 200


def test_a_device_that_sends_too_often_waits(client, token, monkeypatch):
    monkeypatch.setattr(rules, "SENDINGS_AN_HOUR", 2)
    assert [sample_survey.send(client, token).status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize("body", ["", "[]", "[" * 100_000])
def test_an_invalid_sending_is_refused(client, body):
    response = client.post("/enquetes/envoi/", body, content_type="application/json")
    assert response.status_code == 400
    assert "n’est pas reconnu" in response.json()["erreur"]


def test_a_sending_that_is_too_large_is_refused(client, token):
    response = sample_survey.send(
        client, token, sample_survey.answer(values={"qui": "x" * rules.SENDING_BYTES})
    )
    assert (response.status_code, Answer.objects.count()) == (413, 0)


@pytest.mark.parametrize("length", ["²", "9" * 5000, "1000001"])
def test_an_invalid_length_is_refused(client, token, length):
    response = client.post(
        "/enquetes/envoi/", "{}", content_type="application/json", headers={"content-length": length}
    )
    assert response.status_code == 413


def test_a_text_too_long_to_be_stored_is_refused_and_not_cut(client, token):
    long = sample_survey.answer(values={"qui": "x" * (rules.MOST_LETTERS + 1)})
    receipt = sample_survey.send(client, token, long, sample_survey.answer()).json()
    assert (len(receipt["recues"]), Answer.objects.count()) == (1, 1)
    (refused,) = receipt["refusees"]
    assert refused["uid"] == long["uid"]
    assert "20 000 signes" in str(refused)


def test_no_more_than_two_hundred_at_once(client, token):
    sent_answers = [sample_survey.answer() for _ in range(rules.ANSWERS_AT_ONCE + 5)]
    receipt = sample_survey.send(client, token, *sent_answers).json()
    assert (len(receipt["recues"]), receipt["refusees"]) == (rules.ANSWERS_AT_ONCE, [])


def test_answers_from_before_the_end_still_arrive_then_names_and_links_go(client, survey, token):
    campaigns.close(survey, by=None, at=sample_survey.AT)
    receipt = sample_survey.send(client, token, sample_survey.answer()).json()
    assert (receipt["fermee"], Answer.objects.count()) == (True, 1)
    assert campaigns.close_ended(at=sample_survey.AT + rules.LATE) == 0
    assert campaigns.close_ended(at=sample_survey.AT + rules.LATE + timedelta(days=2)) == 1
    assert Surveyor.objects.get().name == ""
    assert sample_survey.send(client, token, sample_survey.answer()).status_code == 403


def test_thirty_days_are_counted_from_the_day_it_was_closed_not_from_the_one_planned(client):
    """Une enquête que l’on prolonge sans changer sa date garde ses appareils ouverts trente jours après sa
    fin, et non d’avant elle.
    """
    late = sample_survey.survey(
        opens_on=sample_survey.AT.date() - timedelta(90), closes_on=sample_survey.AT.date() - timedelta(60)
    )
    _, token = sample_survey.device(late)
    campaigns.close(late, by=None, at=sample_survey.AT)
    assert campaigns.close_ended(at=sample_survey.AT + timedelta(1)) == 0
    response = sample_survey.send(client, token, sample_survey.answer())
    assert (response.status_code, Answer.objects.count()) == (200, 1)


@pytest.mark.parametrize("day", [None, sample_survey.AT.date() + timedelta(400)])
def test_a_survey_that_ended_keeps_a_last_day_from_which_names_are_erased(survey, token, day):
    """« Au » vidé ou repoussé, les noms des enquêteurs ne s’effaceraient jamais."""
    survey = campaigns.close(survey, by=None, at=sample_survey.AT)
    with pytest.raises(Refused, match="terminée"):
        campaigns.change(survey, {"closes_on": day}, by=None, at=sample_survey.AT)
    assert campaigns.change(survey, {"title": "Autre titre"}, by=None, at=sample_survey.AT).closes_on
    assert campaigns.close_ended(at=sample_survey.AT + rules.LATE + timedelta(days=2)) == 1
    assert Surveyor.objects.get().name == ""


def test_a_last_day_emptied_long_ago_keeps_no_name_for_ever(survey, token):
    survey = campaigns.close(survey, by=None, at=sample_survey.AT)
    type(survey).objects.update(closes_on=None)
    assert campaigns.close_ended(at=sample_survey.AT) == 0
    assert campaigns.close_ended(at=sample_survey.AT + rules.LATE + timedelta(days=2)) == 1
    assert Surveyor.objects.get().name == ""


def test_only_the_digest_of_a_link_is_stored(survey):
    row, token = sample_survey.device(survey)
    assert token not in row.token
    assert len(row.token) == 64


def test_the_same_answer_twice_in_one_sending_counts_once(client, token):
    sent_answer = sample_survey.answer(uid=str(uuid.uuid4()).upper())
    receipt = sample_survey.send(client, token, sent_answer, sent_answer).json()
    assert receipt["recues"] == [sent_answer["uid"].lower()]
    assert Answer.objects.count() == 1


def test_answers_are_one_table_of_texts_over_every_version(client, survey, token):
    sample_survey.send(
        client, token, sample_survey.answer(values={"age": "34", "aide": "non", "qui": "ma fille"})
    )
    answer_table = answers.table(survey)
    assert list(answer_table.columns)[:5] == ["id", "age", "outils", "aide", "qui"]
    assert (answer_table["age"][0], answer_table["qui"][0], answer_table["collecte.moyen"][0]) == (
        "34",
        "",
        "street",
    )
    assert answers.table(survey, raw=True)["qui"][0] == "ma fille"


def test_an_answer_put_aside_does_not_count_and_comes_back(client, survey, token):
    sample_survey.send(client, token, sample_survey.answer())
    row = Answer.objects.get()
    campaigns.put_aside(row, "un essai", by=None, at=sample_survey.AT)
    assert (len(answers.table(survey)), answers.progress(survey, sample_survey.AT).aside) == (0, 1)
    campaigns.take_back(row, by=None, at=sample_survey.AT)
    assert len(answers.table(survey)) == 1
