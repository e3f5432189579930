"""Results of a survey on the platform: weights, sentences, words read again, editions frozen and
protected.
"""

import csv
import html
import io
import json
import re
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from maillage.apps.surveys import worklist
from maillage.apps.surveys.actions import campaigns, receive, verbatims
from maillage.apps.surveys.actions import results as actions
from maillage.apps.surveys.forms import space
from maillage.apps.surveys.models import (
    Answer,
    Finding,
    Material,
    Publication,
    Statement,
    Survey,
    Verbatim,
    Weighting,
)
from maillage.apps.surveys.queries import (
    answers,
    editions,
    frames,
    needs,
    places,
    publications,
    sentences,
    weights,
)
from maillage.apps.surveys.queries import margins as survey_margins
from maillage.apps.surveys.queries import verbatims as read
from maillage.apps.surveys.rules import Sent
from maillage.kernel.errors import Refused
from maillage.kernel.table import Table
from maillage.publishing.survey import document
from maillage.publishing.survey.actors import ActorStatement, Side, people, perception
from maillage.publishing.survey.findings import Sentence
from maillage.questionnaires.questionnaire import Question, Questionnaire
from maillage.reference.definitions import definitions
from maillage.sources.survey import margins
from maillage.statistics.survey import weighting
from maillage.statistics.survey.local_survey import Unread
from maillage.statistics.survey.protection import PERSONS
from maillage.words.wording import lower_first
from tests.conftest import account
from tests.support import editable
from tests.support.answered_survey import AT, FORM, answered, open_survey, where

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey() -> Survey:
    return open_survey()


@pytest.fixture
def analyst(db):
    return account("analyste", "analyste", territory="38")


@pytest.fixture
def browser(client, analyst):
    client.force_login(analyst)
    return client


MARGINS = b"variable,modalite,effectif\ntranche,jeune,2000\ntranche,moyen,5000\ntranche,age,3000\n"


TABS = (
    "",
    "redressement/",
    "constats/",
    "comparer/",
    "paroles/",
    "entretiens/",
    "methode/",
    "publier/",
    "tableaux.csv",
    "apercu.pdf",
)


def test_a_year_of_birth_is_an_age_in_the_year_of_the_survey():
    """L’enquête de 2021, apportée en 2026 : née en 1956, 65 ans ; elle se redresse par âge."""
    question = Question(name="naissance", kind="integer", label={"fr": "Votre année de naissance ?"})
    form = Questionnaire(id="a", title="A", kind="inhabitants", items=(question,))
    row = campaigns.prepare(
        by=None, title="L’an 2021", territory="38151", questionnaire=form, at=AT, universe="Habitants"
    )
    row = campaigns.open_survey(row, by=None, at=AT)
    Survey.objects.filter(pk=row.pk).update(closes_on=date(2021, 6, 30))
    row.refresh_from_db()
    sent = Sent(uid=uuid.UUID(int=7), version=1, channel="street", values={"naissance": "1956"})
    receive.receive(row, [sent], at=AT)
    assert answers.table(row)["naissance"].tolist() == ["65"]
    assert answers.table(row, raw=True)["naissance"].tolist() == ["1956"]
    assert places.offered_variables(row) == {"naissance": "age"}
    assert sum(each.total for each in places.census_margins(row, ["naissance"])[0].categories) > 1000
    assert answers.last_day(row) == date(2021, 6, 30)
    Survey.objects.filter(pk=row.pk).update(opens_on=date(2027, 10, 5), closes_on=date(2027, 10, 26))
    row.refresh_from_db()  # a file brought before the survey opens, its answers without a day
    assert answers.last_day(row) == date(2027, 10, 5)


def published(survey: Survey, days: int = 0) -> Publication:
    at = AT + timedelta(days=days)
    return actions.publish(survey, {"digest": editions.edition(survey, at=at)["digest"]}, by=None, at=at)


def test_a_table_is_crossed_and_says_its_base(browser, survey):
    page = (
        browser.get(where(survey), {"question": "aise", "par": "tranche"})
        .content.decode()
        .replace("\xa0", " ")
    )
    assert "Selon : Votre âge ?" in page
    assert "n = 150" in page
    assert "chiffres bruts" in page


def test_a_filter_that_leaves_out_a_few_people_is_a_working_table(browser, survey):
    """Qui a les réponses voit tout, marqué ; l’édition n’en garde rien."""
    page = (
        browser.get(where(survey), {"question": "aise", "filtre": "aide=non"})
        .content.decode()
        .replace("\xa0", " ")
    )
    assert "Quelqu’un vous aide-t-il ? : Non" in page
    assert "Aucun chiffre publié." not in page
    assert '<em class="reserve">ne sera pas publié</em>' in page
    assert "Tableaux de travail." in page


def test_working_tables_say_in_their_file_what_will_not_be_published(browser, survey):
    file_lines = list(
        csv.DictReader(io.StringIO(browser.get(where(survey, "tableaux.csv")).content.decode("utf-8-sig")))
    )
    withheld_lines = [line for line in file_lines if line["publication"].startswith("ne sera pas publié")]
    assert withheld_lines
    assert all(line["part"] != "" for line in file_lines)
    edition = editions.edition(survey, at=AT)
    row_by_key = {(row["question"], row["modalite"]): row for row in edition["tables"]}
    for line in file_lines:
        row = row_by_key[line["question"], line["modalite"]]
        assert (row["part"] == "") == line["publication"].startswith("ne sera pas publié")
    assert all("publication" not in row for row in edition["tables"])
    assert "ne sera pas publié" not in json.dumps(edition, ensure_ascii=False)


def test_an_answer_nobody_chose_is_not_counted_among_what_is_withheld(survey):
    """« 1 chiffre retenu » : les réponses que personne n’a données n’en sont pas."""
    edition = editions.edition(survey, at=AT)
    nobody = tabulation_counts(survey)
    assert edition["withheld"] + edition["shown"] == len(edition["tables"]) - nobody


def tabulation_counts(survey) -> int:
    table = frames.frame(survey).table
    return sum(
        row["modalite"] not in table[row["question"]].tolist()
        for row in editions.edition(survey, at=AT)["tables"]
    )


@pytest.mark.both_databases
def test_answers_that_no_file_weighs_start_at_the_mean_of_those_that_it_does(browser, survey):
    first, *_ = Answer.objects.filter(survey=survey).order_by("pk")
    Answer.objects.filter(survey=survey).exclude(pk=first.pk).update(initial_weight=4)
    row = actions.weigh(survey, margins.parse(MARGINS, "m.csv"), by=None, at=AT)
    assert "1\xa0réponse sans poids de départ" in row.told["warnings"][0]
    assert "la moyenne des autres, 4,00" in row.told["warnings"][0]
    frame = frames.frame(survey)
    assert not frame.stale
    assert frame.weights is not None and set(frame.weights.initial) == {4.0}


def test_a_class_misspelt_in_a_file_of_margins_is_named_not_merged(browser, survey):
    file = SimpleUploadedFile("m.csv", MARGINS.replace(b"moyen", b"moien"))
    page = browser.post(where(survey, "redressement/"), {"geste": "preparer", "fichier": file})
    page = page.content.decode().replace("\xa0", " ")
    assert "peut-être « moien »" in page
    assert "Réunir «" not in page


def test_margins_of_a_file_are_written_in_the_words_of_the_questionnaire(browser, survey):
    address = where(survey, "redressement/")
    dated = MARGINS.replace(b"effectif", b"effectif,annee").replace(b"000\n", b"000,2011\n")
    page = browser.post(address, {"geste": "preparer", "fichier": SimpleUploadedFile("marges.csv", dated)})
    browser.post(address, {"geste": "calculer", "marges": page.context["marges"], "methode": "raking"})
    row = frames.chosen(survey)
    assert [text for text in row.told["warnings"] if text.startswith("Les marges de l’enquête comptent 10")]
    assert [text for text in row.told["warnings"] if "l’année 2011" in text]
    (sample,) = weights.samples(row)
    assert (sample.label, [row[0] for row in sample.rows]) == ("Votre âge ?", ["Jeune", "Moyen", "Âgé"])
    assert sample.source == "Population : marges données (marges.csv)."
    table = browser.get(where(survey, "?question=tranche")).content.decode()
    assert "le redressement l’impose" in table
    assert "20,0\u00a0–\u00a020,0" not in table  # imposed: no interval


@pytest.mark.both_databases
def test_weights_come_from_a_file_of_margins_and_the_results_are_read_with_them(browser, survey):
    file = SimpleUploadedFile("marges.csv", MARGINS)
    page = browser.post(where(survey, "redressement/"), {"geste": "preparer", "fichier": file})
    marges = page.context["marges"]
    assert "20,0" in page.content.decode()
    assert (
        browser.post(
            where(survey, "redressement/"), {"geste": "calculer", "marges": marges, "methode": "raking"}
        ).status_code
        == 302
    )
    row = Weighting.objects.get(survey=survey, chosen=True)
    young = {
        str(each.uid) for each in Answer.objects.filter(survey=survey) if each.values["tranche"] == "jeune"
    }
    assert sum(row.weights[uid] for uid in young) == pytest.approx(2000)
    table = browser.get(where(survey), {"question": "tranche"}).content.decode()
    assert "redressé" in table
    assert "20\xa0%" in table


def test_answers_are_exported_with_their_weight_and_the_codebook_names_it(browser, survey):
    raw = browser.get(f"/espace/enquetes/{survey.pk}/reponses.csv").content.decode()
    assert "redressement.poids" not in raw
    row = actions.weigh(survey, margins.parse(MARGINS, "m.csv"), by=None, at=AT, method="raking")
    rows = list(
        csv.DictReader(
            io.StringIO(browser.get(f"/espace/enquetes/{survey.pk}/reponses.csv").content.decode("utf-8-sig"))
        )
    )
    assert sum(float(each["redressement.poids"]) for each in rows) == pytest.approx(10_000)
    assert {each["id"]: float(each["redressement.poids"]) for each in rows} == row.weights
    assert (
        "redressement.poids"
        not in browser.get(f"/espace/enquetes/{survey.pk}/reponses.csv?brut=1").content.decode()
    )
    assert (
        "redressement.poids" in browser.get(f"/espace/enquetes/{survey.pk}/dictionnaire.csv").content.decode()
    )
    page_text = browser.get(where(survey, "redressement/")).content.decode()
    (age,) = [each for each in row.told["strata"] if each["name"] == "age"]
    assert f"{age['n'] * age['coefficient']:.1f}".replace(".", ",") in page_text, (
        "the weighted n of a class (E-008)"
    )


@pytest.mark.parametrize(
    ("typed", "n", "says"),
    [
        ("28", "66", "28 % vient de 19 sur 66, par troncature seulement."),
        (
            "98",
            "31",
            "98 % ne peut pas venir de 31 réponses : 30 sur 31 font 96,8 % ; 31 sur 31 font 100,0 %.",
        ),
    ],
)
def test_a_published_figure_is_found_again_in_its_number_of_answers(browser, typed, n, says):
    page = (
        browser.get("/espace/enquetes/chiffre-publie/", {"part": typed, "n": n})
        .content.decode()
        .replace("\xa0", " ")
    )
    assert says in page


@pytest.mark.parametrize(
    ("typed", "n", "advice"),
    [("beaucoup", "66", "Écrivez par exemple"), ("120", "66", "Corrigez"), ("28", "", "Corrigez")],
)
def test_a_figure_that_is_none_is_refused_with_what_to_write(browser, typed, n, advice):
    answer = browser.get("/espace/enquetes/chiffre-publie/", {"part": typed, "n": n})
    assert answer.status_code == 400
    assert advice in answer.content.decode()


def test_two_ways_to_one_share_are_compared(browser):
    form_data = {"part": "16 x 43", "autre": "40 x 10,5", "n": "192"}
    page = browser.get("/espace/enquetes/chiffre-publie/", form_data).content.decode().replace("\xa0", " ")
    assert "10,5 % de 40 % : 8 sur 192, soit 4,2 %." in page
    assert "Les deux chemins ne mènent pas à la même part" in page


def test_an_empty_class_is_merged_in_one_click(browser, survey):
    wanted = MARGINS.replace(b"tranche,age,3000", b"tranche,age,2000\ntranche,tres age,1000")
    page = browser.post(
        where(survey, "redressement/"), {"geste": "preparer", "fichier": SimpleUploadedFile("m.csv", wanted)}
    )
    (strata,) = page.context["strata"]
    assert [row["n"] for row in strata["rows"] if row["name"] == "tres age"] == [0]
    merge = strata["merges"][0]["value"]
    assert "tres age" in merge
    again = browser.post(
        where(survey, "redressement/"),
        {"geste": "reunir", "marges": page.context["marges"], "classes": merge},
    )
    assert len(again.context["strata"][0]["rows"]) == 3
    assert not again.context["strata"][0]["merges"]


def test_an_empty_class_without_neighbour_joins_the_one_that_is_chosen(browser, survey):
    """« Réunissez-la avec une autre classe » : personne en études n’a répondu, et la page n’offrait aucun geste."""
    wanted = MARGINS.replace(b"tranche,age,3000", "tranche,age,2000\ntranche,En études,1000".encode())
    page = browser.post(
        where(survey, "redressement/"), {"geste": "preparer", "fichier": SimpleUploadedFile("m.csv", wanted)}
    )
    assert not page.context["strata"][0]["merges"]
    (value,) = re.findall(r'<option value="([^"]*)">Âgé</option>', page.content.decode())
    form_data = {"geste": "reunir", "marges": page.context["marges"], "classes": html.unescape(value)}
    (strata,) = browser.post(where(survey, "redressement/"), form_data).context["strata"]
    assert "Âgé ou En études" in [row["name"] for row in strata["rows"]]
    assert not strata["alone"]


def test_a_refused_margin_is_called_by_the_words_of_its_question(survey):
    """« classe_age : aucune réponse n’est remplie » ne disait pas quelle question."""
    (margin, *_) = margins.parse(MARGINS, "m.csv")
    silent = Table("Essai", {"id": np.array(["1"]), margin.variable: np.array([""])})
    with pytest.raises(Refused) as refused:
        weighting.weigh(silent, [replace(margin, label="Tranche d’âge")])
    assert refused.value.what == "Essai, « Tranche d’âge » : aucune réponse n’est remplie."
    assert margin.variable not in refused.value.do


@pytest.mark.both_databases
def test_weights_nobody_can_meet_are_refused_with_what_to_do(browser, survey):
    marges = json.dumps([survey_margins.margin_record(each) for each in margins.parse(MARGINS, "m.csv")])
    form_data = {"geste": "calculer", "marges": marges, "methode": "logit", "bas": "0,9", "haut": "1,1"}
    page = browser.post(where(survey, "redressement/"), form_data)
    assert page.status_code == 400
    assert "les bornes 0,9 à 1,1 ne peuvent pas" in page.context["error"].what
    assert re.search(r"Bornes qui conviennent : 0,\d+ à \d,\d", page.context["error"].do), page.context[
        "error"
    ].do
    assert not Weighting.objects.exists()


@pytest.mark.parametrize(
    "text",
    ["{", '[{"question": 1}]', '[{"question":"a","classes":[{"name":"x","total":-4,"values":[]}]}]'],
)
def test_margins_forged_on_the_way_are_refused(browser, survey, text):
    page = browser.post(
        where(survey, "redressement/"), {"geste": "calculer", "marges": text, "methode": "raking"}
    )
    assert page.status_code == 400


@pytest.mark.parametrize(
    ("key", "values", "is_read"),
    [
        ("constat:aise", {}, True),
        ("constat:aise", {"hidden": True}, False),
        ("bas:aise", {}, False),
        ("bas:aise", {"edited": True}, True),
        ("bas:aise", {"typed": "Nos mots."}, True),
        ("haut:type", {}, True),
        ("haut:type", {"text": "« Type ? » : aucune réponse ne se détache."}, False),
    ],
)
def test_a_question_is_read_once_and_only_for_its_news(key, values, is_read):
    """Une trentaine de phrases : l’aisance trois fois, et « aucune réponse ne se détache »."""
    finding, other = (
        sentences.EditedSentence(
            **{"text": "Un chiffre.", "edited": False, "flagged": False, "hidden": False}
            | extra
            | {"sentence": Sentence(key=name, text="Un chiffre.", figures=())}
        )
        for name, extra in (("constat:aise", {}), (key, values))
    )
    assert (other in sentences.readable([finding, other])[1:]) is is_read
    if not other.hidden and key.startswith("bas"):
        hidden = replace(finding, hidden=True)
        assert other in sentences.readable([hidden, other]), "nothing else tells the question any more"


@pytest.mark.both_databases
def test_a_sentence_edited_is_flagged_when_its_figure_changes_and_leaves_the_document(browser, survey):
    frame = frames.frame(survey)
    sentence = next(each for each in sentences.sentences(frame) if each.key == "bas:aise")
    browser.post(
        where(survey, "constats/"),
        {"cle": sentence.key, "geste": "reprendre", "texte": "Peu de gens sont à l’aise."},
    )
    finding = next(
        each for each in sentences.findings(frames.frame(survey)) if each.sentence.key == sentence.key
    )
    assert (finding.text, finding.flagged) == ("Peu de gens sont à l’aise.", False)
    answered(survey, 60, seed=9)
    finding = next(
        each for each in sentences.findings(frames.frame(survey)) if each.sentence.key == sentence.key
    )
    assert finding.flagged
    assert "Peu de gens" not in json.dumps(editions.edition(survey, at=AT), ensure_ascii=False)
    browser.post(where(survey, "constats/"), {"cle": sentence.key, "geste": "revenir"})
    assert not any(each.edited for each in sentences.findings(frames.frame(survey)))


def test_a_sentence_that_two_edit_keeps_the_first_and_says_both(browser, survey):
    address, gesture = where(survey, "constats/"), {"cle": "bas:aise", "geste": "reprendre"}
    browser.post(address, gesture | {"texte": "Peu de gens sont à l’aise.", "texte_lu": "Avant."})
    stale = browser.post(address, gesture | {"texte": "Beaucoup le sont.", "texte_lu": "Avant."})
    assert stale.status_code == 400
    page = stale.content.decode()
    assert ("Beaucoup le sont." in page, "Peu de gens sont à l’aise." in page) == (True, True)
    assert Finding.objects.get(key="bas:aise").edited == "Peu de gens sont à l’aise."


def test_a_sentence_written_beside_an_older_figure_is_flagged(browser, survey):
    """Des réponses arrivent pendant qu’on reprend une phrase : elle dit le chiffre d’avant, et attend."""
    key = sentences.readable(sentences.findings(frames.frame(survey)))[0].sentence.key
    page = browser.get(where(survey, "constats/")).content.decode()
    (digest,) = re.findall(
        rf'value="{re.escape(key)}"><input\s+type="hidden"\s+name="vu"\s+value="(\w+)"', page
    )
    answered(survey, 60, seed=9)
    form_data = {"cle": key, "geste": "reprendre", "texte": "Soixante pour cent sont à l’aise.", "vu": digest}
    page = browser.post(where(survey, "constats/"), form_data, follow=True).content.decode()
    assert "Son chiffre a changé pendant que vous l’écriviez" in page
    assert "Soixante pour cent" in page, "what was typed is not lost"
    assert "Soixante pour cent" not in json.dumps(editions.edition(survey, at=AT), ensure_ascii=False)
    (now,) = re.findall(rf'value="{re.escape(key)}"><input\s+type="hidden"\s+name="vu"\s+value="(\w+)"', page)
    browser.post(where(survey, "constats/"), form_data | {"vu": now})
    assert "Soixante pour cent" in json.dumps(editions.edition(survey, at=AT), ensure_ascii=False)


@pytest.mark.both_databases
def test_a_sentence_without_its_figure_is_not_flagged_as_late(browser, survey):
    """Une phrase dont le chiffre a disparu se reprend : relue ou non, elle n’est pas publiée, et la page le dit."""
    lost = Finding.objects.create(
        survey=survey, key="parti", written="La règle.", figures=[], edited="La mienne."
    )
    form_data = {"cle": lost.key, "geste": "reprendre", "texte": "Une autre."}
    page = browser.get(where(survey, "constats/")).content.decode()
    (form_data["vu"],) = re.findall(
        r'name="cle" value="parti"><input\s+type="hidden"\s+name="vu"\s+value="(\w+)"', page
    )
    page_text = browser.post(where(survey, "constats/"), form_data, follow=True).content.decode()
    assert "pendant que vous l’écriviez" not in page_text
    assert "n’est plus dans les résultats : elle n’est pas publiée" in page_text
    assert "Une autre." not in in_edition(survey)


def test_a_sentence_taken_off_is_not_published(browser, survey):
    sentence = sentences.sentences(frames.frame(survey))[0]
    browser.post(where(survey, "constats/"), {"cle": sentence.key, "geste": "retirer"})
    assert Finding.objects.get(key=sentence.key).hidden
    assert sentence.text not in json.dumps(editions.edition(survey, at=AT)["document"], ensure_ascii=False)


def test_the_national_figure_stands_beside_the_answers_it_adds_up(survey):
    national_texts = [
        each.text
        for each in sentences.sentences(frames.frame(survey))
        if each.key.startswith("national:aise")
    ]
    assert len(national_texts) == 1
    assert "contre 20\xa0% au national" in national_texts[0]
    assert "plus qu’au national" in national_texts[0]


@pytest.mark.both_databases
def test_free_words_are_public_only_once_read_again_and_between_quotes(browser, client, survey):
    unread = read.unread(survey)
    assert len(unread) == 4
    assert "Nadia" not in json.dumps(editions.edition(survey, at=AT))
    form_data = {"reponse": unread[0].answer, "question": "mots", "geste": "garder"}
    prefix = f"{unread[0].answer}-mots"
    form_data |= {
        f"{prefix}-shown": "Parole relue",
        f"{prefix}-theme": "Démarches",
        f"{prefix}-speaker": "inhabitant",
        f"{prefix}-device": "",
    }
    assert browser.post(where(survey, "paroles/"), form_data).status_code == 302
    edition_text = json.dumps(editions.edition(survey, at=AT), ensure_ascii=False)
    assert "« Parole relue »" in edition_text
    assert "Nadia" not in edition_text
    assert len(read.unread(survey)) == 3


def test_the_same_words_are_read_again_once_and_names_of_places_are_none(survey):
    rows = list(Answer.objects.filter(survey=survey)[1:5])
    for row in rows[:3]:
        row.values = {**row.values, "mots": "Nous manquons de temps."}
        row.save()
    unread_words = next(each for each in read.unread(survey) if "temps" in each.text)
    assert len(unread_words.answers) == 3
    verbatims.review(
        by=None,
        answer=Answer.objects.get(pk=unread_words.answer),
        question="mots",
        published_text=unread_words.text,
        speaker=read.speaker_of(survey),
        theme="",
        device="",
        keep=True,
        at=AT,
    )
    assert not any("temps" in each.text for each in read.unread(survey))
    (theme,) = read.counted_quotes(survey)
    assert theme[1] == [("Nous manquons de temps.", "Habitant, 3 fois")]
    version = survey.versions.get()
    version.definition["items"] = json.loads(
        json.dumps(version.definition["items"]).replace("mots", "lieux_cites")
    )
    version.save()
    assert read.unread(survey) == []


@pytest.mark.both_databases
def test_words_are_quoted_to_a_territory_once_an_edition_holds_them(survey, home):
    """Ni avant d’être relues, ni avant l’édition, ni après son retrait ; celles d’un exemple, seulement faute d’autres."""
    review_fields = {"question": "mots", "speaker": "inhabitant", "device": "", "at": AT}

    def keep(words: str, *, theme: str = "") -> None:
        answer = Answer.objects.get(pk=read.unread(survey)[0].answer)
        verbatims.review(
            by=None, answer=answer, published_text=words, theme=theme, keep=True, **review_fields
        )

    def published_words() -> list[str]:
        return [voice.words for voice in read.published_voices(survey.territory)]

    keep("Trop de mots de passe.", theme="Accès")
    assert published_words() == [], "no edition holds them"
    edition = actions.publish(survey, None, by=None, at=AT)
    assert published_words() == ["Trop de mots de passe."]
    review_fields["at"] = AT + timedelta(days=1)
    keep("Relue après.")
    assert published_words() == ["Trop de mots de passe."]
    edition.withdrawn_at = AT
    edition.save()
    assert published_words() == []
    keep("Relue après.")  # by somebody else: told once
    actions.publish(survey, None, by=None, at=AT + timedelta(days=2))
    keep("x" * (read.LONGEST + 1))
    Survey.objects.filter(pk=survey.pk).update(example=True)
    (first, second) = read.published_voices(survey.territory)
    assert first.example and second.speaker == "Habitant"
    assert (first.words, first.speaker) == ("Relue après.", "Habitant, 2 fois"), "counted as in its report"
    assert first.source == f"enquête « {survey.title} »"


def reviewed(browser, survey, public_text: str, gesture: str = "garder"):
    """Read again the first words that wait; return the page that follows, and the answer they come from."""
    unread = read.unread(survey)[0]
    prefix = f"{unread.answer}-mots"
    form_data = {
        "reponse": unread.answer,
        "question": "mots",
        "geste": gesture,
        f"{prefix}-shown": public_text,
    }
    form_data |= {f"{prefix}-theme": "", f"{prefix}-speaker": "inhabitant", f"{prefix}-device": ""}
    return browser.post(where(survey, "paroles/"), form_data, follow=True), unread.answer


def test_the_same_reviewed_words_are_listed_once_and_put_back_together(browser, survey):
    """Une phrase gardée « 7 fois » était listée sept fois, avec sept « Écarter »."""
    for row in Answer.objects.filter(survey=survey)[1:4]:
        row.values = {**row.values, "mots": "Nous manquons de temps."}
        row.save()
    unread_words = next(each for each in read.unread(survey) if "temps" in each.text)
    verbatims.review(
        by=None,
        answer=Answer.objects.get(pk=unread_words.answer),
        question="mots",
        published_text="Le temps manque.",
        speaker=read.speaker_of(survey),
        theme="",
        device="",
        keep=True,
        at=AT,
    )
    page = browser.get(where(survey, "paroles/")).text.replace("\xa0", " ")
    assert page.count("« Le temps manque. »") == 1 and "« Le temps manque. » (3 fois)" in page
    row = Verbatim.objects.first()
    browser.post(where(survey, "paroles/"), {"parole": row.pk, "geste": "ecarter"})
    assert {each.review for each in Verbatim.objects.all()} == {"left"}
    page = browser.get(where(survey, "paroles/")).text.replace("\xa0", " ")
    assert "Écartées (1)" in page and "Nous manquons de temps. (3 fois)" in page


def in_edition(survey) -> str:
    return json.dumps(editions.edition(survey, at=AT), ensure_ascii=False)


def test_a_name_taken_off_does_not_come_back_with_the_words(browser, survey):
    """Des mots relus, écartés puis remis se lisent comme on les avait relus, pas comme ils ont été dits."""
    reviewed(browser, survey, "Parole relue")
    row = Verbatim.objects.get()
    browser.post(where(survey, "paroles/"), {"parole": row.pk, "geste": "ecarter"})
    assert "Parole relue" not in in_edition(survey)
    page = browser.get(where(survey, "paroles/")).content.decode()
    (again,) = re.findall(r'name="shown"[^>]*>([^<]*)</textarea>\s*</div>\s*<button', page)
    browser.post(where(survey, "paroles/"), {"parole": row.pk, "geste": "garder", "shown": again})
    assert "« Parole relue »" in in_edition(survey)
    assert "Nadia" not in in_edition(survey)


@pytest.mark.both_databases
@pytest.mark.parametrize("identity", ["M. Jean Valentin", "03 29 00 00 00", "nadia@exemple.fr"])
def test_words_that_name_or_reach_somebody_are_not_published(browser, survey, identity):
    """« M. Jean Valentin 03 29 00 00 00 » se publiait en un clic, sans un mot."""
    row = Answer.objects.get(pk=read.unread(survey)[0].answer)
    row.values |= {"mots": f"{identity} peut en parler."}
    row.save()
    assert "À retirer avant de publier" in browser.get(where(survey, "paroles/")).text
    page, _ = reviewed(browser, survey, f"Voyez {identity}, qui sait.")
    assert page.status_code == 400 and "Rien n’est enregistré" in page.text
    assert f"Voyez {identity}, qui sait." in page.text, "what was typed stays"
    assert not Verbatim.objects.exists()
    form_data = {"geste": "materiau", "m-kind": "focus_group", "m-speakers": "social_actor"}
    refused = browser.post(where(survey, "entretiens/"), form_data | {"m-title": f"Avec {identity}"})
    assert refused.status_code == 400 and not read.materials(survey).exists()
    reviewed(browser, survey, "Une voisine peut en parler.")
    assert Verbatim.objects.get().shown == "Une voisine peut en parler."


def test_words_put_back_by_two_are_read_as_the_first_left_them(browser, survey):
    """« Remettre », sur une page plus ancienne, ne remplace pas la relecture d’un collègue par les mots bruts."""
    reviewed(browser, survey, "Parole 0 de Nadia", "ecarter")
    sent = {"parole": Verbatim.objects.get().pk, "geste": "garder"}
    browser.post(where(survey, "paroles/"), {**sent, "shown": "Parole relue"})
    stale = browser.post(where(survey, "paroles/"), {**sent, "shown": "Parole 0 de Nadia"}, follow=True)
    assert "déjà relus" in stale.content.decode()
    assert Verbatim.objects.get().shown == "Parole relue"


def test_emptied_words_are_not_published_in_their_first_form(browser, survey):
    page, _ = reviewed(browser, survey, "  ")
    assert "Il ne reste aucun mot à lire" in page.content.decode()
    assert len(read.unread(survey)) == 4
    reviewed(browser, survey, "Parole relue")
    row = Verbatim.objects.get()
    browser.post(where(survey, "paroles/"), {"parole": row.pk, "geste": "garder", "shown": " "})
    assert Verbatim.objects.get().shown == "Parole relue"


def test_words_of_an_answer_put_aside_are_no_longer_published(browser, survey):
    """Une réponse écartée (un essai, quelqu’un qui se ravise) emporte ses mots : ni édition, ni diapositive."""
    _, answer = reviewed(browser, survey, "Parole relue")
    actions.publish(survey, None, by=None, at=datetime.now(UTC))
    assert [voice.words for voice in read.published_voices(survey.territory)] == ["Parole relue"]
    campaigns.put_aside(Answer.objects.get(pk=answer), "un essai", by=None, at=AT)
    assert "Parole relue" not in in_edition(survey)
    assert read.published_voices(survey.territory) == ()
    campaigns.take_back(Answer.objects.get(pk=answer), by=None, at=AT)
    assert "Parole relue" in in_edition(survey)


@pytest.mark.parametrize(
    ("n", "start"), [(1, "Quelques réponses écartées"), (10, "Quelques"), (11, "11\xa0réponses écartées")]
)
def test_a_few_answers_put_aside_are_not_counted_in_an_edition(survey, n, start):
    """« 1 réponse écartée » : un effectif d’une personne, dans le rapport."""
    for answer in Answer.objects.filter(survey=survey)[:n]:
        campaigns.put_aside(answer, "un essai", by=None, at=AT)
    (sentence,) = [each for each in editions.method(frames.frame(survey)) if "écartée" in each]
    assert sentence.startswith(start)


def test_two_people_never_read_the_same_words_twice(survey):
    first = read.unread(survey)[0]
    answer = Answer.objects.get(pk=first.answer)
    review_fields = {
        "question": "mots",
        "published_text": "x",
        "speaker": "inhabitant",
        "theme": "",
        "device": "",
        "keep": True,
        "at": AT,
    }
    verbatims.review(by=None, answer=answer, **review_fields)
    with pytest.raises(Refused, match="déjà relus"):
        verbatims.review(by=None, answer=answer, **review_fields)


@pytest.mark.both_databases
def test_interviews_are_counted_on_the_page_of_method(browser, survey):
    form_data = {
        "m-kind": "focus_group",
        "m-title": "Groupe du centre social",
        "m-speakers": "social_actor",
        "m-people": "12",
        "geste": "materiau",
    }
    assert browser.post(where(survey, "entretiens/"), form_data).status_code == 302
    drawn = browser.get(where(survey, "methode/")).content.decode()
    assert (
        'aria-label="150 réponses au questionnaire ; 1 groupe de discussion (acteurs sociaux,'
        ' 12\xa0personnes)."' in drawn
    )
    chapters = editions.edition(survey, at=AT)["document"]["chapters"]
    (method,) = [each for each in chapters if each["short"] == "Annexe : méthode"]
    (drawing,) = [each for each in method["blocks"][0]["right"] if each["kind"] == "picture"]
    assert drawing["svg"].count('class="plein"') == 2


@pytest.mark.both_databases
def test_a_way_of_answering_of_a_few_is_not_counted_alone(survey):
    """Neuf réponses par téléphone sur 193 : le nombre se retrouverait aussi en ôtant les autres de 193."""
    for channel, n in (("phone", 9), ("partner", 34)):
        sent = [
            Sent(
                uid=uuid.uuid4(),
                version=1,
                channel=channel,
                values={"tranche": "age", "aise": "peu", "aide": "non"},
            )
            for _ in range(n)
        ]
        receive.receive(survey, sent, at=AT)
    method_lines = editions.method(frames.frame(survey))
    assert (
        method_lines[1]
        == "Dans la rue, avec un enquêteur : 150 ; Chez un partenaire et Par téléphone : 43 ensemble."
    )
    for place, n in (("Marché", 140), ("Gare", 44), ("Bus", 9)):
        where_ = campaigns.add_place(survey, place, by=None, at=AT, channel="street")
        answer_ids = survey.answers.filter(place=None).values_list("pk", flat=True)[:n]
        survey.answers.filter(pk__in=list(answer_ids)).update(place=where_)
    method_lines = editions.method(frames.frame(survey))
    assert method_lines[2] == "Lieux : Marché : 140 ; Gare et Bus : 53 ensemble."


def test_actors_findings_write_their_chapter_and_stand_on_the_grid(browser, survey):
    form_data = {
        "c-kind": "no_network",
        "c-speaker": "digital_actor",
        "c-people": "5",
        "c-text": "Chacun fait seul",
        "c-said_on": "2026-11-02",
        "geste": "constat",
    }
    assert browser.post(where(survey, "entretiens/"), form_data).status_code == 302
    document_text = json.dumps(editions.edition(survey, at=AT)["document"], ensure_ascii=False)
    assert "La perception des acteurs" in document_text
    assert "5\xa0personnes le disent" in document_text
    (statement,) = read.statements_of(survey.territory)
    assert (statement.speaker, statement.kind, statement.year) == ("digital", "no_network", 2026)


def actor_statement(
    speaker: str, kind: str, people: int | None, *, material: int | None = None, text: str = ""
) -> ActorStatement:
    return ActorStatement(
        speaker=speaker, kind=kind, says=f"Constat {kind}", text=text, people=people, material=material
    )


SIDES = {
    "social": Side(
        title="Acteur social",
        one="acteur social",
        many="acteurs sociaux",
        met="2 groupes de discussion",
        people=26,
    ),
    "digital": Side(title="Acteur de la médiation", one="médiateur", many="médiateurs"),
}


def test_the_perception_of_actors_is_written_from_who_says_it_and_how_many():
    rows = [
        actor_statement("social", "a", 4, material=1, text="Peu le savent"),
        actor_statement("social", "b", 14, material=1),
        actor_statement("digital", "b", 3),
        actor_statement("digital", "c", None),
    ]
    (shared, shared_lines), (social, social_lines), (digital, digital_lines) = (
        (title, [each.replace("\xa0", " ") for each in lines])
        for title, lines in perception(rows, SIDES).written
    )
    assert (shared, social, digital) == ("Dit de plusieurs côtés", "Acteur social", "Acteur de la médiation")
    assert shared_lines == ["Constat b. Le disent : 14 acteurs sociaux et 3 médiateurs."]
    assert social_lines == [
        "Rencontrés : 2 groupes de discussion, 26 personnes.",
        "Constat b. 14 personnes le disent, sur 26 rencontrées.",
        "Constat a. 4 personnes le disent, sur 26 rencontrées. « Peu le savent »",
    ]
    assert digital_lines == ["Constat b. 3 personnes le disent.", "Constat c."]


def test_one_group_that_says_a_thing_twice_counts_once():
    same = [actor_statement("social", "a", 5, material=1), actor_statement("social", "a", 7, material=1)]
    assert people(same) == 7
    assert (
        people([*same, actor_statement("social", "a", 4, material=2), actor_statement("social", "a", 2)])
        == 13
    )
    ((_, lines),) = perception([*same, actor_statement("social", "a", None)], SIDES).written
    assert lines[1].replace("\xa0", " ") == "Constat a. Au moins 7 personnes le disent."


@pytest.mark.both_databases
def test_interviews_are_listed_the_latest_first(survey):
    days = {"Sans date": None, "Avant": date(2026, 9, 1), "Après": date(2026, 10, 1)}
    for title, day in days.items():
        facts = {"kind": "focus_group", "title": title, "speakers": "social_actor", "held_on": day}
        verbatims.note_material(survey, facts, by=None, at=AT)
    assert [each.title for each in read.materials(survey)] == ["Après", "Avant", "Sans date"]


@pytest.mark.both_databases
def test_a_finding_counts_no_more_people_than_took_part(browser, survey):
    group = verbatims.note_material(
        survey,
        {"kind": "focus_group", "title": "Groupe", "speakers": "social_actor", "people": 8},
        by=None,
        at=AT,
    )
    form_data = {
        "c-kind": "far",
        "c-speaker": "social_actor",
        "c-people": "9",
        "c-said_on": "2026-11-02",
        "geste": "constat",
    }
    page = browser.post(
        where(survey, "entretiens/"), {**form_data, "c-material": str(group.pk)}
    ).content.decode()
    assert "n’en réunissait que 8" in page
    assert not read.statements(survey).exists()
    assert (
        browser.post(
            where(survey, "entretiens/"), {**form_data, "c-material": str(group.pk), "c-people": "8"}
        ).status_code
        == 302
    )
    assert (
        "8\xa0personnes le disent, sur 8 rencontrées"
        in browser.get(where(survey, "entretiens/")).content.decode()
    )
    assert read.statements_of(survey.territory)[0].people == 8


def test_one_person_met_is_written_in_the_singular():
    row = ActorStatement(speaker="a", kind="k", says="Constat", text="", people=1, material=1)
    side = Side(title="A", one="acteur", many="acteurs", met="1 entretien", people=1)
    (chapter,) = perception([row], {"a": side}).sides
    assert chapter.statements[0].people == "1\u00a0personne le dit, sur 1 rencontrée"


def test_findings_of_an_example_are_not_in_the_document_of_a_survey(survey):
    values = {"kind": "far", "speaker": "social_actor", "people": 3, "text": "", "said_on": AT.date()}
    verbatims.state(survey, values, by=None, at=AT, example=True)
    assert read.actors(survey).written == []


def test_an_edition_is_frozen_and_small_counts_are_not_in_it(client, survey):
    assert client.get(f"/enquetes/{survey.slug}/resultats/").status_code == 404
    row = published(survey)
    before = client.get(f"/enquetes/{survey.slug}/resultats/").content
    helped = [each for each in row.content["tables"] if each["question"] == "aide"]
    assert all(
        each["part"] == "" and each["effectif"] == "" and each["motif"] for each in helped
    )  # four people, and the rest tells them
    answered(survey, 40, seed=7)
    assert client.get(f"/enquetes/{survey.slug}/resultats/").content == before
    tables = client.get(f"/enquetes/{survey.slug}/resultats/tableaux.csv").content.decode()
    assert "brut" in tables
    written = {
        form: client.get(f"/enquetes/{survey.slug}/resultats/synthese.{form}").content
        for form in ("docx", "html", "pdf")
    }
    editable.compare(written["docx"], written["html"], written["pdf"])
    editable.check_access(written["docx"])
    assert client.get(f"/enquetes/{survey.slug}/resultats/autre.csv").status_code == 404


@pytest.mark.both_databases
def test_what_changed_since_the_preview_is_not_published(survey):
    preview = editions.edition(survey, at=AT)
    answered(survey, 20, seed=4)
    with pytest.raises(Refused, match="Rien n’est publié"):
        actions.publish(survey, preview, by=None, at=AT)
    assert not Publication.objects.exists()


def test_nothing_is_found_by_comparing_two_editions(survey):
    first = published(survey).content
    answered(
        survey, 3, seed=5
    )  # even saying which tables moved would tell which questions three people were asked
    with pytest.raises(Refused, match="Moins de 11 réponses ont changé depuis l’édition 1"):
        published(survey, days=1)
    answered(survey, 90, seed=6)
    then = published(survey, days=1).content
    n_by_cell = [
        {(each["question"], each["modalite"]): each["effectif"] for each in content["tables"]}
        for content in (first, then)
    ]
    pairs = [(n, n_by_cell[0].get(key, "")) for key, n in n_by_cell[1].items()]
    assert not [1 for now, old in pairs if "" not in (now, old) and 0 < abs(now - old) < 11]


def test_the_sentences_of_an_edition_say_only_what_its_tables_show(survey):
    published(survey)
    answered(survey, 8, seed=5)  # eight people more: a table that moved would tell what they answered
    then = editions.edition(
        survey, at=AT + timedelta(days=1)
    )  # seen before it is published: it will be refused
    published_labels = {each["libelle"] for each in then["tables"] if each["part"] != ""}
    withheld_labels = {each["libelle"] for each in then["tables"]} - published_labels
    taught = [each for each in then["document"]["chapters"] if each["short"] == "L’essentiel"]
    summary_text = json.dumps(taught, ensure_ascii=False)
    raw = " ".join(each.text for each in sentences.sentences(frames.frame(survey)))
    assert any(label in raw for label in withheld_labels)
    assert not any(label in summary_text for label in withheld_labels)


@pytest.mark.both_databases
def test_an_unchanged_edition_is_refused_and_a_withdrawal_is_confirmed(browser, survey):
    assert "Rien n’a changé" not in browser.get(where(survey, "publier/")).content.decode()
    published(survey)
    page = browser.get(where(survey, "publier/")).content.decode()
    assert "Rien n’a changé depuis l’édition 1" in page
    assert 'data-confirmer="Retirer l’édition 1' in page
    assert "Publier l’édition" not in page
    assert f'value="http://testserver/enquetes/{survey.slug}/resultats/"' in page
    assert "Code à photographier" in page
    digest = Publication.objects.get().content["digest"]
    again = browser.post(where(survey, "publier/"), {"empreinte": digest}, follow=True).content.decode()
    assert "la même serait lue deux fois" in again
    assert Publication.objects.count() == 1


@pytest.mark.both_databases
def test_the_questions_of_an_edition_are_folded_by_theme(client, survey):
    row = published(survey)
    folded = [each["title"] for each in row.content["document"]["chapters"] if each["folds"]]
    assert folded == [
        "Question par question"
    ]  # no part in this questionnaire; its findings tell each question
    page = client.get(f"/enquetes/{survey.slug}/resultats/").content.decode()
    assert page.count('<details class="document theme"') == 1
    assert "2 questions" in page, "the third has no figure to publish: it is named under the tables"


def test_answers_after_the_weights_are_counted_though_as_many_were_put_aside(browser, survey):
    """Trois écartées, trois nouvelles : le compte est le même, et trois réponses ne comptent pas."""
    actions.weigh(survey, margins.parse(MARGINS, "m.csv"), by=None, at=AT)
    excluded_ids = list(
        Answer.objects.filter(survey=survey, values__tranche="jeune").values_list("pk", flat=True)[:3]
    )
    Answer.objects.filter(pk__in=excluded_ids).update(aside_at=AT, aside_why="essai")
    answered(survey, 3, seed=7)
    page = re.sub(r"\s+", " ", browser.get(where(survey, "redressement/")).content.decode())
    assert "3 réponses arrivées depuis" in page


def test_a_cross_says_whose_answers_it_counts(browser, survey):
    """Qui n’a pas répondu à la question du croisement n’y est pas : les bases des groupes sont moindres."""
    for row in Answer.objects.filter(survey=survey)[:30]:
        row.values = {**row.values, "tranche": ""}
        row.save()
    page = browser.get(where(survey, "?question=aise&par=tranche")).content.decode()
    assert "Mêmes répondants" not in page
    assert "Base : ceux qui ont aussi répondu à « Votre âge ? »" in re.sub("[\u00a0\u202f]", " ", page)


def test_one_answer_after_the_weights_is_written_in_the_singular(survey):
    actions.weigh(survey, margins.parse(MARGINS, "m.csv"), by=None, at=AT)
    answered(survey, 1, seed=7)
    (limit,) = (
        line for line in editions.results(frames.frame(survey), (), at=AT).limits if "arrivée" in line
    )
    assert limit.replace("\u00a0", " ") == "1 réponse arrivée après le redressement n’est pas comptée."


def test_an_edition_withdrawn_is_no_longer_public_and_still_protects(client, survey):
    row = published(survey)
    actions.withdraw(row, by=None, at=AT)
    assert client.get(f"/enquetes/{survey.slug}/resultats/").status_code == 404
    assert publications.published_counts(survey)
    with pytest.raises(Refused, match="n’a pas été"):
        actions.withdraw(row, by=None, at=AT)


@pytest.mark.both_databases
def test_without_an_answer_pages_say_so_and_nothing_is_published(browser):
    empty = campaigns.prepare(by=None, title="Vide", territory="38151", questionnaire=FORM, at=AT)
    for tab in TABS[:-2]:
        page = browser.get(where(empty, tab))
        assert page.status_code == 200, tab
        if tab in ("", "redressement/", "constats/", "publier/"):
            assert "Recueillir des réponses" in page.content.decode(), tab
            assert "Publier l’édition" not in page.content.decode()
    with pytest.raises(Refused, match="Rien n’est publié"):
        actions.publish(empty, {"digest": ""}, by=None, at=AT)


def test_two_surveys_are_read_side_by_side(browser, survey):
    other = campaigns.prepare(by=None, title="La vague d’avant", territory="38151", questionnaire=FORM, at=AT)
    answered(campaigns.open_survey(other, by=None, at=AT), 120, seed=3)
    page = browser.get(where(survey, "comparer/"), {"avec": other.pk}).content.decode()
    assert "La vague d’avant" in page
    assert "Écart, en points" in page
    assert any(word in page for word in ("plus souvent", "moins souvent", "sans écart"))


def test_a_class_emptied_after_weighting_closes_no_page(browser, survey):
    actions.weigh(survey, margins.parse(MARGINS, "m.csv"), by=None, at=AT)
    Answer.objects.filter(survey=survey, values__tranche="age").update(aside_at=AT, aside_why="essai")
    for tab in TABS:
        assert browser.get(where(survey, tab)).status_code == 200, tab
    assert "Refaire les poids" in browser.get(where(survey)).content.decode()
    with pytest.raises(Refused, match="Refaites les poids"):
        published(survey)


@pytest.mark.both_databases
def test_a_class_emptied_after_publication_gives_the_need_no_figure(survey):
    actions.weigh(survey, margins.parse(MARGINS, "m.csv"), by=None, at=AT)
    edition = published(survey)
    Answer.objects.filter(survey=survey, values__tranche="age").update(aside_at=AT, aside_why="essai")
    measured = needs.measured(edition.pk, next(iter(definitions().values())))
    assert isinstance(measured, Unread) and "à refaire" in measured.reason


@pytest.mark.both_databases
def test_an_answer_put_aside_after_weighting_is_counted_on_the_page(browser, survey):
    actions.weigh(survey, margins.parse(MARGINS, "m.csv"), by=None, at=AT)
    assert "depuis le redressement" not in browser.get(where(survey)).content.decode()
    excluded = Answer.objects.filter(survey=survey).first()
    Answer.objects.filter(pk=excluded.pk).update(aside_at=AT, aside_why="essai")
    page = browser.get(where(survey)).content.decode()
    assert "1 réponse écartée depuis le redressement" in page


@pytest.mark.both_databases
def test_answers_left_out_of_a_base_are_counted_once(survey):
    Answer.objects.filter(pk__in=list(Answer.objects.values_list("pk", flat=True)[:14])).update(
        values={"aise": "nsp"}
    )
    base_texts = [document.base(each, "brut").lower() for each in frames.frame(survey).cards]
    assert any("hors de la base : 14 ne savent pas" in text for text in base_texts)
    assert not any("hors base" in text for text in base_texts)


@pytest.mark.both_databases
def test_a_double_click_notes_one_thing(browser, survey):
    """« Noter » pressé deux fois : un entretien, un constat, une parole, et non deux."""
    noted = {"m-kind": "interview", "m-title": "Mme D.", "m-speakers": "inhabitant", "geste": "materiau"}
    statement_fields = {
        "c-kind": "no_network",
        "c-speaker": "digital_actor",
        "c-said_on": "2026-11-02",
        "geste": "constat",
    }
    for form_data in (
        noted,
        noted,
        statement_fields,
        statement_fields,
        {**statement_fields, "c-people": "3"},
    ):
        assert browser.post(where(survey, "entretiens/"), form_data).status_code == 302
    words = {"p-material": Material.objects.get().pk, "p-text": "Je n’y arrive pas", "geste": "parole"}
    for form_data in (words, words, {**words, "p-text": "Personne ne répond"}):
        assert browser.post(where(survey, "entretiens/"), form_data).status_code == 302
    assert (Statement.objects.count(), Verbatim.objects.count()) == (2, 2)


@pytest.mark.both_databases
def test_an_edition_is_offered_only_when_it_may_be_published(survey, analyst):
    def is_publishable() -> bool:
        at = AT + timedelta(days=2)
        return any(line.kind == "survey-edition" for line in worklist.lines(analyst, at))

    campaigns.close(survey, by=None, at=AT)
    assert is_publishable()
    row = published(survey)
    assert not is_publishable()
    Publication.objects.filter(pk=row.pk).update(published_at=AT - timedelta(days=1))
    for n, expected in ((10, False), (1, True)):
        answered(survey, n, seed=70 + n)
        assert is_publishable() is expected
    actions.withdraw(row, by=None, at=AT)
    survey.answers.filter(uid=uuid.UUID(int=71 * 10**6)).update(aside_at=AT)
    assert not is_publishable(), "what was withdrawn was read"


# -------------------------------------------------------------------------------- one reason, and the universe

FORMER = (
    "Masqué pour qu’une soustraction ne rende pas un petit effectif.",
    "Moins de 11 répondants, ou le reste du groupe en compte moins de 11 : masqué pour que personne ne soit reconnu.",
    "Trop imprécis pour être publié : coefficient de variation de 41 %, au-delà de 33 %.",
)


def test_an_edition_of_a_former_version_is_read_with_one_reason(client, survey):
    """Les versions 0.2 et 0.3 donnaient à chaque case sa raison : qui la lisait savait laquelle était petite."""
    row, reason = published(survey), PERSONS.suppression_reason
    text = json.dumps(row.content["document"], ensure_ascii=False)
    sentence = f"Non publié : {lower_first(reason)}"
    assert sentence in text
    former = " ".join(f"Non publié : {lower_first(words)}" for words in FORMER)
    row.content["document"] = json.loads(text.replace(sentence, former))
    masked = [line for line in row.content["tables"] if line["motif"]]
    for k, line in enumerate(masked):
        line["motif"] = FORMER[k % len(FORMER)]
    for line in row.content["tables"]:
        del line["seuil"]
    row.save()
    address = f"/enquetes/{survey.slug}/resultats/"
    for name in ("", "synthese.html"):
        page = html.unescape(client.get(f"{address}{name}").content.decode()).replace("\xa0", " ")
        assert sentence.replace("\xa0", " ") in page
        assert not any(lower_first(words).rstrip(".") in page for words in FORMER), name
    lines = list(csv.DictReader(client.get(f"{address}tableaux.csv").content.decode().splitlines()))
    assert {line["motif"] for line in lines} == {"", reason}
    assert len(masked) > 1


def set_universe(survey: Survey, **values: int) -> None:
    campaigns.change(survey, values, by=None, at=AT)
    survey.refresh_from_db()


def test_a_response_rate_is_on_the_tables_the_edition_and_its_public_page(browser, survey):
    set_universe(survey, n_invited=240, n_universe=300)
    rate = "150 réponses pour 240 personnes interrogées : 63 % ont répondu."
    content = published(survey).content
    assert content["response"].replace("\xa0", " ") == rate
    assumption = "L’intervalle tient compte de ce qu’il y a 300 personnes en tout."
    for page in (where(survey), f"/enquetes/{survey.slug}/resultats/"):
        text = browser.get(page).content.decode().replace("\xa0", " ")
        assert rate in text, page
    assert text.count(assumption) == 1


def test_a_finite_universe_makes_the_intervals_of_an_edition_narrower(survey):
    def widths() -> list[float]:
        return [
            row["haut"] - row["bas"] for row in editions.edition(survey, at=AT)["tables"] if row["part"] != ""
        ]

    endless = widths()
    set_universe(survey, n_invited=200)
    assert widths() == endless  # a response rate, not a population
    set_universe(survey, n_universe=200)
    finite = widths()
    assert all(0 < one < 0.7 * other for one, other in zip(finite, endless, strict=True))


def test_a_universe_of_fewer_than_answered_is_refused_where_it_is_typed_and_where_it_is_published(
    browser, survey
):
    values = {
        "titre": survey.title, "territoire": "38151", "qui": "inhabitants", "arrondi": "nearest", "en_tout": "140",
    }  # fmt: skip
    page = (
        browser.post(f"/espace/enquetes/{survey.pk}/modifier/", values).content.decode().replace("\xa0", " ")
    )
    assert "150 réponses, pour 140 personnes de l’univers. Il ne peut pas y avoir plus de réponses" in page
    set_universe(survey, n_universe=160)
    answered(survey, 20, seed=2)
    text = browser.get(where(survey)).content.decode().replace("\xa0", " ")
    assert "170 réponses, pour 160 personnes de l’univers." in text
    with pytest.raises(Refused, match="160 personnes de l’univers"):
        published(survey)


def test_a_survey_is_changed_without_naming_its_territory_again(browser, survey):
    """Le formulaire écrit « Communauté d’agglomération du Pays Voironnais », que la recherche ne connaît pas."""
    territory = "243800984"
    Survey.objects.filter(pk=survey.pk).update(territory=territory)
    survey.refresh_from_db()
    values = {name: value for name, value in space.from_survey(survey).items() if value is not None}
    browser.post(f"/espace/enquetes/{survey.pk}/modifier/", values | {"interrogees": "240"})
    survey.refresh_from_db()
    assert (survey.territory, survey.n_invited) == (territory, 240)


def test_a_sample_of_many_classes_has_its_table_beside_its_drawing():
    """Onze communes, dessin puis tableau dans une demi-page : la page d’avant restait à moitié vide."""
    rows = {
        name: [(f"{name} {k}", 20, 10.0, 10.0) for k in range(n)] for name, n in (("âge", 5), ("commune", 11))
    }
    samples = [document.Sample(label=name, source="", rows=class_rows) for name, class_rows in rows.items()]
    drawn = [tuple(document.sample_blocks(sample, id=sample.label)) for sample in samples]
    parts = document._samples(drawn, samples)
    assert [(len(each.left_blocks), len(each.right_blocks)) for each in parts] == [(2, 1), (2, 1)], (
        "one after the other"
    )
    two = document._samples([drawn[0]] * 2, [samples[0]] * 2)
    assert [(len(each.left_blocks), len(each.right_blocks)) for each in two] == [(3, 3)], (
        "two of few classes, side by side"
    )
