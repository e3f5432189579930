"""Answering alone by a link or on a kiosk: screen by screen, without script, resumed, sent once."""

import logging
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from maillage.apps.surveys.actions import campaigns
from maillage.apps.surveys.models import Answer
from maillage.apps.surveys.queries import screens
from maillage.manage.deploy.logs import Masked
from maillage.questionnaires.questionnaire import Choice, Group, Question, Questionnaire
from maillage.reference.surveys import banks

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
GRENOBLE = "38185"


def ask(name: str, kind: str, **more) -> Question:
    return Question(
        name=name, kind=kind, label={"fr": f"Question {name} ?", "en": f"{name} in English?"}, **more
    )


def offer(*names: str, alone: tuple[str, ...] = ()) -> tuple[Choice, ...]:
    return tuple(Choice(name=name, label={"fr": name.capitalize()}, alone=name in alone) for name in names)


FORM = Questionnaire(
    id="f",
    title="Essai",
    languages=("fr", "en"),
    lists={"on": offer("oui", "non"), "eq": offer("pc", "tablette", "rien", alone=("rien",))},
    items=(
        Group(
            name="vous",
            label={"fr": "Vous"},
            items=(
                ask("age", "integer", required=True, constraint=". >= 15 and . < 120"),
                ask("net", "one", choices="on", required=True),
                ask("ou", "text", relevant="${net} = 'oui'"),
            ),
        ),
        Group(
            name="chez_vous",
            label={"fr": "Équipement"},
            items=(ask("eq", "many", choices="eq"), ask("ordre", "rank", choices="eq")),
        ),
    ),
)


@pytest.fixture
def survey():
    draft = campaigns.prepare(
        by=None, title="Essai", territory=GRENOBLE, questionnaire=FORM, at=AT, by_link=True
    )
    return campaigns.open_survey(draft, by=None, at=AT)


def post(client, address: str, **values):
    return client.post(address, values)


def test_no_screen_waits_for_its_own_answers():
    for form in (FORM, *banks().values()):
        cut = screens.cut(form)
        screen_names = [name for screen in cut for name in screen.names]
        assert screen_names == [
            q.name for q in form.questions() if q.kind not in (*screens.UNASKED, "note") and not q.observed
        ]
        assert "francais" not in screen_names  # told by the one who asks
        assert all(len(screen.names) <= screens.MOST for screen in cut)
    assert [screen.names for screen in screens.cut(FORM)] == [("age", "net"), ("ou",), ("eq", "ordre")]


def test_somebody_answers_alone_without_script(client, survey):
    assert (
        "Question" not in client.get("/enquetes/essai/page/1/", follow=True).content.decode().split("<h1")[0]
    )
    assert post(client, "/enquetes/essai/", langue="fr").url == "/enquetes/essai/page/1/"
    refused_page = post(client, "/enquetes/essai/page/1/", **{"q-age": "7", "q-net": "non"})
    assert refused_page.status_code == 400 and 'value="7"' in refused_page.content.decode()
    # « Non » skips the second screen.
    assert (
        post(client, "/enquetes/essai/page/1/", **{"q-age": "71", "q-net": "non"}).url
        == "/enquetes/essai/page/3/"
    )
    assert (
        post(
            client,
            "/enquetes/essai/page/3/",
            **{"q-eq": ["rien", "pc"], "rang-ordre-pc": "2", "rang-ordre-tablette": "1"},
        ).url
        == "/enquetes/essai/relire/"
    )
    assert "71" in client.get("/enquetes/essai/relire/").content.decode()
    assert post(client, "/enquetes/essai/relire/").url == "/enquetes/essai/merci/"
    stored_answer = Answer.objects.get()
    assert stored_answer.values == {"age": "71", "net": "non", "eq": "pc", "ordre": "tablette pc"}
    assert (stored_answer.channel, stored_answer.language, stored_answer.surveyor, stored_answer.by) == (
        "link",
        "fr",
        None,
        None,
    )
    assert "Merci" in client.get("/enquetes/essai/merci/").content.decode()
    # Sent again by a second click: nothing is left to send.
    assert post(client, "/enquetes/essai/relire/").url == "/enquetes/essai/" and Answer.objects.count() == 1


def test_what_is_left_unsaid_is_an_answer(client, survey):
    post(client, "/enquetes/essai/")
    assert (
        post(client, "/enquetes/essai/page/1/", **{"tu-age": "refus", "q-net": "nsp"}).url
        == "/enquetes/essai/page/3/"
    )


def test_a_required_question_left_empty_is_refused(client, survey):
    post(client, "/enquetes/essai/")
    assert post(client, "/enquetes/essai/page/1/", **{"q-age": "40"}).status_code == 400
    assert post(client, "/enquetes/essai/relire/").status_code == 400 and not Answer.objects.exists()


def test_the_hint_of_a_question_describes_its_field(client, survey):
    post(client, "/enquetes/essai/")
    assert (
        post(client, "/enquetes/essai/page/1/", **{"q-age": "40", "q-net": "oui"}).url
        == "/enquetes/essai/page/2/"
    )
    text = client.get("/enquetes/essai/page/2/").content.decode()
    assert "Je ne sais pas" in client.get("/enquetes/essai/page/1/").content.decode()  # said by oneself
    assert 'aria-describedby="s-ou"' in text and 'id="s-ou">Sans nom ni adresse' in text


def test_the_language_chosen_on_the_first_screen_is_that_of_the_questions(client, survey):
    page = client.get("/enquetes/essai/?langue=en").content.decode()
    assert re.search(r'href="\?langue=en" lang="en" aria-current="true"', page)
    sent = re.search(r'name="langue" value="([^"]*)"', page)
    assert sent
    first_screen = client.post("/enquetes/essai/", {"langue": sent[1]}, follow=True).content.decode()
    assert "age in English?" in first_screen
    assert "Prefer not to answer" in first_screen
    assert "Je ne sais pas" not in first_screen
    response = client.post(
        "/enquetes/essai/page/1/", {"tu-age": "refus", "tu-net": "nsp", "q-net": "nsp"}, follow=True
    )
    assert response.redirect_chain
    read = client.get("/enquetes/essai/relire/").content.decode()
    assert "Prefer not to answer" in read
    assert "I do not know" in read


def test_it_resumes_where_it_was_left_in_another_language(client, survey):
    post(client, "/enquetes/essai/")
    post(client, "/enquetes/essai/page/1/", **{"q-age": "40", "q-net": "oui"})
    assert post(client, "/enquetes/essai/", langue="en").url == "/enquetes/essai/page/2/"
    assert "ou in English?" in client.get("/enquetes/essai/page/2/").content.decode()
    assert post(client, "/enquetes/essai/", recommencer="1").url == "/enquetes/essai/page/1/"
    assert 'value="40"' not in client.get("/enquetes/essai/page/1/").content.decode()


def test_an_answer_that_changes_takes_its_followers_away(client, survey):
    post(client, "/enquetes/essai/")
    post(client, "/enquetes/essai/page/1/", **{"q-age": "40", "q-net": "oui"})
    post(client, "/enquetes/essai/page/2/", **{"q-ou": "au travail"})
    post(client, "/enquetes/essai/page/1/", **{"q-age": "40", "q-net": "non", "relire": "1"})
    post(client, "/enquetes/essai/relire/")
    assert Answer.objects.get().values == {"age": "40", "net": "non"}


def test_one_of_many_communes_is_chosen_in_a_list(client):
    towns = Questionnaire(
        id="g",
        title="Longue",
        languages=("fr",),
        lists={"c": offer(*(f"c{n}" for n in range(40)))},
        items=(ask("commune", "one", choices="c", required=True),),
    )
    draft = campaigns.prepare(
        by=None, title="Longue", territory=GRENOBLE, questionnaire=towns, at=AT, by_link=True
    )
    campaigns.open_survey(draft, by=None, at=AT)
    post(client, "/enquetes/longue/")
    page_text = client.get("/enquetes/longue/page/1/").content.decode()
    assert '<label class="intitule" for="q-commune"' in page_text
    assert '<select id="q-commune" name="q-commune">' in page_text
    assert 'type="radio"' not in page_text
    assert "Choisissez" in post(client, "/enquetes/longue/page/1/", **{"q-commune": ""}).content.decode()
    post(client, "/enquetes/longue/page/1/", **{"q-commune": "c7"})
    assert (
        '<option value="c7" selected>C7</option>' in client.get("/enquetes/longue/page/1/").content.decode()
    )
    post(client, "/enquetes/longue/page/1/", **{"q-commune": "c7", "tu-commune": "refus"})
    post(client, "/enquetes/longue/relire/")
    assert Answer.objects.get().values == {"commune": "refus"}


def test_two_choices_of_one_rank_are_put_apart_by_whoever_answers(client, survey):
    """L’ordre alphabétique ne choisit pas ce qui vient en premier."""
    post(client, "/enquetes/essai/")
    post(client, "/enquetes/essai/page/1/", **{"q-age": "40", "q-net": "non"})
    address = "/enquetes/essai/page/3/"
    ranks = {"rang-ordre-pc": "1", "rang-ordre-tablette": "1", "rang-ordre-rien": "2"}
    page = post(client, address, **ranks)
    assert page.status_code == 400
    page_text = page.content.decode()
    assert re.search(r'class="erreur"[^>]*>.*?Écrivez 1 dans la case du plus important', page_text, re.S)
    assert list(re.findall(r'name="rang-ordre-(\w+)"\s+value="(\d)"', page_text)) == [
        ("pc", "1"),
        ("tablette", "1"),
        ("rien", "2"),
    ], "what was typed is still there"
    post(client, address, **{**ranks, "rang-ordre-tablette": "3"})
    post(client, "/enquetes/essai/relire/")
    assert Answer.objects.get().values["ordre"] == "pc rien tablette"


def test_words_sent_in_place_of_a_choice_are_refused(client, survey):
    post(client, "/enquetes/essai/")
    assert post(client, "/enquetes/essai/page/1/", **{"q-age": "40", "q-net": "<script>"}).status_code == 400


def test_nothing_opens_before_the_survey_does(client):
    campaigns.prepare(by=None, title="Brouillon", territory=GRENOBLE, questionnaire=FORM, at=AT, by_link=True)
    closed = campaigns.prepare(by=None, title="Sans lien", territory=GRENOBLE, questionnaire=FORM, at=AT)
    campaigns.open_survey(closed, by=None, at=AT)
    for address in (
        "/enquetes/brouillon/",
        "/enquetes/sans-lien/",
        "/enquetes/rien/",
        "/enquetes/sans-lien/page/1/",
    ):
        assert client.get(address).status_code == 404


def test_a_survey_that_ended_says_so_and_takes_nothing(client, survey):
    campaigns.close(survey, by=None, at=AT)
    for address in ("", "page/1/", "relire/"):
        assert post(client, f"/enquetes/essai/{address}").status_code == 410
    assert not Answer.objects.exists()


def test_a_survey_that_opens_again_takes_answers_again(client, survey):
    """Fermée un jour, rouverte un autre : le lien et la borne ne restent pas à la date de la fin d’avant."""
    long_ago = AT - timedelta(days=40)
    campaigns.change(survey, {"closes_on": long_ago.date()}, by=None, at=long_ago)
    campaigns.close(survey, by=None, at=long_ago)
    survey = campaigns.open_survey(survey, by=None, at=AT)
    campaigns.change(survey, {"by_link": True}, by=None, at=AT)
    assert client.get("/enquetes/essai/").status_code == 200


def test_whoever_was_answering_when_it_ended_may_finish(client, survey):
    post(client, "/enquetes/essai/")
    campaigns.close(survey, by=None, at=AT)
    post(client, "/enquetes/essai/page/1/", **{"q-age": "40", "q-net": "non"})
    assert client.get(post(client, "/enquetes/essai/relire/").url).status_code == 200  # thanked
    assert Answer.objects.get().values["age"] == "40"
    assert post(client, "/enquetes/essai/").status_code == 410  # but nobody begins


def test_what_was_begun_long_before_the_end_is_not_finished_after_it(client, survey):
    post(client, "/enquetes/essai/")
    session = client.session
    session[f"enquete-{survey.pk}"] |= {"begun": (timezone.now() - timedelta(hours=3)).isoformat()}
    session.save()
    campaigns.close(survey, by=None, at=AT)
    assert post(client, "/enquetes/essai/relire/").status_code == 410


def test_the_page_wants_no_name_and_forbids_caches(client, survey):
    post(client, "/enquetes/essai/")
    answer = client.get("/enquetes/essai/page/1/")
    assert "no-store" in answer["Cache-Control"]
    assert not re.search(r'autocomplete="(name|email|tel)', answer.content.decode())


def test_a_kiosk_starts_afresh_for_each_person(client, survey):
    survey.by_link = False
    survey.save()
    place = campaigns.add_place(survey, "Accueil", by=None, at=AT, channel="reception")
    device, token = campaigns.give_link(survey, "Borne", by=None, at=AT, kiosk=True)
    assert client.get("/enquetes/essai/").status_code == 404
    assert client.get(f"/enquetes/borne/{token}/").status_code == 200
    assert post(client, f"/enquetes/borne/{token}/", lieu=place.pk).url == "/enquetes/essai/"
    post(client, "/enquetes/essai/")
    post(client, "/enquetes/essai/page/1/", **{"q-age": "40", "q-net": "non"})
    post(client, "/enquetes/essai/relire/")
    stored_answer = Answer.objects.get()
    assert (stored_answer.channel, stored_answer.surveyor, stored_answer.place) == ("kiosk", device, place)
    post(client, "/enquetes/essai/")
    post(client, "/enquetes/essai/page/1/", **{"q-age": "41", "q-net": "non"})
    session = client.session
    key = f"enquete-{survey.pk}"
    session[key] = session[key] | {"at": (timezone.now() - timedelta(minutes=4)).isoformat()}
    session.save()
    assert client.get("/enquetes/essai/page/1/").url == "/enquetes/essai/"  # silence: whoever stopped is gone
    campaigns.close_link(device, by=None, at=AT)
    assert client.get("/enquetes/essai/").status_code == 404


def test_a_kiosk_does_not_forget_who_answers_slowly(client, survey):
    _, token = campaigns.give_link(survey, "Borne", by=None, at=AT, kiosk=True)
    post(client, f"/enquetes/borne/{token}/")
    post(client, "/enquetes/essai/", veille="1")  # the page watches for silence: it says so

    def later(minutes: int) -> None:
        session, key = client.session, f"enquete-{survey.pk}"
        session[key] = session[key] | {"at": (timezone.now() - timedelta(minutes=minutes)).isoformat()}
        session.save()

    later(6)
    assert (
        post(client, "/enquetes/essai/page/1/", **{"q-age": "83", "q-net": "non"}).url
        == "/enquetes/essai/page/3/"
    )
    later(6)
    post(client, "/enquetes/essai/relire/")
    assert Answer.objects.get().values["age"] == "83"
    post(client, "/enquetes/essai/", veille="1")
    later(31)  # the tablet was asleep, its page too
    assert client.get("/enquetes/essai/page/1/").url == "/enquetes/essai/"


def test_a_link_that_is_no_kiosk_makes_none(client, survey):
    _, token = campaigns.give_link(survey, "Téléphone", by=None, at=AT)
    assert client.get(f"/enquetes/borne/{token}/").status_code == 404
    assert client.get("/enquetes/borne/invente/").status_code == 404


@pytest.mark.parametrize("kind", ["borne", "odk", "structure"])
def test_logs_hold_no_link(kind):
    record = logging.LogRecord(
        "x", logging.INFO, "", 0, f"GET /enquetes/{kind}/secret-42/formList 200", None, None
    )
    assert "secret" not in Masked("%(message)s").format(record)


def test_french_text_is_marked_as_french_in_another_language(client, survey):
    """A voice, a screen reader and right-to-left text take each word for what it is."""
    page_text = client.get("/enquetes/essai/?langue=en").content.decode()
    assert '<h1><span lang="fr" dir="ltr">Essai</span>' in page_text
    assert '<span lang="fr"' not in client.get("/enquetes/essai/?langue=fr").content.decode()


def test_a_survey_opens_in_the_language_of_the_browser_when_it_has_it(client, survey):
    headers = {"accept-language": "en-GB,fr;q=0.8"}
    page_text = client.get("/enquetes/essai/", headers=headers).content.decode()
    assert '<html lang="en"' in page_text and 'name="langue" value="en"' in page_text
    assert "exists only in French" not in page_text
    # A language that the survey does not have: its own, and no word that the others do not exist.
    page_text = client.get("/enquetes/essai/", headers={"accept-language": "ar"}).content.decode()
    assert 'name="langue" value="fr"' in page_text and 'class="traduction"' not in page_text
    first_screen = client.post("/enquetes/essai/", {"langue": "fr"}, headers=headers, follow=True)
    assert 'class="traduction"' not in first_screen.content.decode()
    client.cookies["langue"] = "fr"  # chosen on another page: it counts more than the browser
    assert 'name="langue" value="fr"' in client.get("/enquetes/essai/", headers=headers).content.decode()


def test_every_word_of_the_platform_is_in_the_language_chosen(client, survey):
    post(client, "/enquetes/essai/", langue="en")
    first_screen = client.get("/enquetes/essai/page/1/").content.decode()
    assert "I do not know" in first_screen
    assert "Je ne sais pas" not in first_screen
    faulty = post(client, "/enquetes/essai/page/1/", **{"q-age": "x", "q-net": "non"}).content.decode()
    assert "On attend" not in faulty
    post(client, "/enquetes/essai/page/1/", **{"tu-age": "nsp", "q-net": "non"})
    read = client.get("/enquetes/essai/relire/").content.decode()
    assert "I do not know" in read
    assert "Je ne sais pas" not in read


def test_answers_are_read_again_as_their_author_says_them():
    form = Questionnaire(
        id="f", title="Essai", items=(ask("jour", "date"), ask("quand", "moment"), ask("euros", "decimal"))
    )
    value_texts = [screens.in_words(form, form.question(name), value, "fr") for name, value in (("jour", "2026-11-02"), ("quand", "2026-11-02T10:30"), ("euros", "12.5"))]  # fmt: skip
    assert value_texts == ["2 novembre 2026", "2 novembre 2026, 10 h 30", "12,5"]
    assert screens.in_words(form, form.question("jour"), "2026-11-02", "en") == "Nov. 2, 2026"
    scale = ask("note", "range", parameters={"start": "0", "end": "10", "step": "0.5"})
    scale_page = screens.question_page(form, scale, {}, language="fr", on=AT.date())
    assert scale_page.hint == "Écrivez un nombre, de 0 à 10."
