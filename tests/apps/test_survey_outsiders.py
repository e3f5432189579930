"""Answers of people outside the universe of a survey: stored, reported, and in none of its figures."""

import re
import uuid
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from maillage.apps.directory.memberships.access import communes_of
from maillage.apps.surveys.actions import campaigns, receive
from maillage.apps.surveys.actions import results as actions
from maillage.apps.surveys.forms import files
from maillage.apps.surveys.models import Answer, Survey
from maillage.apps.surveys.queries import answers, margins, places
from maillage.apps.surveys.rules import Sent
from maillage.kernel.errors import Refused
from maillage.reference import surveys as banks
from tests.conftest import account
from tests.support import sample_survey
from tests.support.sample_survey import AT

pytestmark = pytest.mark.django_db
CASTRES = "248100430"  # Castres-Mazamet, 14 communes


@pytest.fixture
def survey() -> Survey:
    bank = places.fitted(banks.banks()["habitants"], CASTRES)
    names = ("age", "age_environ", "classe_age", "commune", "aisance")
    form = replace(bank, items=tuple(each for each in bank.questions() if each.name in names))
    row = campaigns.prepare(by=None, title="À Castres", territory=CASTRES, questionnaire=form, at=AT)
    campaigns.open_survey(row, by=None, at=AT)
    return row


def send(survey: Survey, *values: dict[str, str]) -> None:
    first = Answer.objects.count()
    sent = [
        Sent(uid=uuid.UUID(int=first + k), version=1, channel="street", values=typed_values)
        for k, typed_values in enumerate(values)
    ]
    receive.receive(survey, sent, at=AT)


@pytest.mark.parametrize(
    ("values", "is_inside"),
    [
        ({"age": "15", "commune": "81065"}, True),
        ({"age": "7"}, False),
        ({"age": "450"}, False),
        ({"age": "non dit"}, True),
        ({"age": "nsp", "age_environ": "26_39"}, True),
        ({"commune": "autres"}, False),
        ({"commune": "Viviers-lès-Montagnes"}, False),
        ({"commune": "81290 Viviers-lès-Montagnes"}, False),
        ({"commune": "MAZAMET"}, True),
        ({"commune": "Le Thoré"}, True),
        ({"commune": "refus"}, True),
        ({}, True),
    ],
)
def test_an_answer_counts_when_its_respondent_is_of_the_universe(survey, values, is_inside):
    send(survey, {"aisance": "peu", **values})
    row = Answer.objects.get()
    assert (row.aside_at is None) == is_inside
    assert row.aside_why.startswith("Hors de l’univers : « ") != is_inside
    assert len(answers.table(survey)) == is_inside


def test_another_commune_stays_when_the_list_lacks_some_of_the_territory(survey):
    version = survey.versions.get()
    version.definition["lists"]["commune"] = [
        each for each in version.definition["lists"]["commune"] if each["name"] != "81163"
    ]
    version.save()
    send(survey, {"commune": "autres"})
    assert Answer.objects.get().aside_at is None


def test_weights_by_commune_are_made_beside_answers_from_elsewhere(survey):
    codes = sorted(communes_of(CASTRES) or ())
    send(survey, *({"commune": code} for code in codes for _ in range(2)), {"commune": "autres"})
    census = places.census_margins(survey, ("commune",))
    assert margins.strata(survey, census)[0]["unknown"] == []
    row = actions.weigh(survey, census, by=None, at=AT)
    assert row.n == 2 * len(codes) and row.variables[0]["uncounted"] == {"autres": "Une autre commune"}


def test_an_answer_that_no_class_counts_is_refused_in_its_words_and_moved_to_no_class(survey):
    send(survey, *({"commune": code} for code in sorted(communes_of(CASTRES) or ())), {"commune": "autres"})
    Answer.objects.update(aside_at=None, aside_why="")
    census = places.census_margins(survey, ("commune",))
    assert margins.strata(survey, census)[0]["unknown"] == [("Une autre commune", 1, "")]
    with pytest.raises(Refused, match="À Castres, « Commune », valeur « Une autre commune »") as refusal:
        actions.weigh(survey, census, by=None, at=AT)
    assert "Castres" not in refusal.value.do and "Écartez" in refusal.value.do


def test_an_import_reports_each_answer_outside_with_its_line_column_and_value(survey):
    content = (
        "Quel âge avez-vous ?;Dans quelle commune habitez-vous ?;Êtes-vous à l’aise avec le numérique ?\n"
        "51;Castres;Peu à l’aise\n7;Mazamet;Peu à l’aise\n62;Une autre commune;Peu à l’aise\n"
    )
    read = files.read(survey, content.encode(), "habitants.csv")
    assert [each.replace("\xa0", " ") for each in read.outside] == [
        "Ligne 3, id « 2 », colonne Quel âge avez-vous ?, « 7 » : L’enquête s’adresse aux personnes de 15"
        " ans et plus : donnez un âge de 15 à 120. Corrigez la case si elle est fausse.",
        "Ligne 4, id « 3 », colonne Dans quelle commune habitez-vous ?, « Une autre commune » : L’enquête"
        " porte sur les habitants du territoire. Corrigez la case si elle est fausse.",
    ]
    assert not [note for note in read.notes if "bornes" in note]


def test_a_value_out_of_the_bounds_of_another_question_is_reported_and_its_answer_counts(survey):
    version = survey.versions.get()
    devices = {"name": "appareils", "kind": "integer", "label": {"fr": "Appareils"}, "constraint": ". < 50"}
    version.definition["items"] = [*version.definition["items"], devices]
    version.save()
    read = files.read(survey, b"id;Appareils\n1;3\n2;99\n", "habitants.csv")
    assert not read.outside
    (note,) = [each for each in read.notes if "bornes" in each]
    assert note.replace("\xa0", " ") == (
        "« Appareils » : 1 valeur hors des bornes, « 99 », d’abord ligne 3."
        " Cette valeur n’est pas possible. Gardé tel quel, à vérifier."
    )


def test_a_first_preview_counts_and_lists_values_as_the_next_one_with_the_same_choices(client):
    client.force_login(account("ana@exemple.fr", "analyste", territory="38151"))
    survey = sample_survey.survey()
    rows = (
        "id;Aidé par quelqu’un;Équipement chez vous;Qui ?\n"
        "r1;oui;Un smartphone | Console;Paul\nr2;non;Un ordinateur;Anne\nr3;bof;;Luc\n"
    )
    address = f"/espace/enquetes/{survey.pk}/importer/"
    file = SimpleUploadedFile("r.csv", rows.encode())
    first = client.post(address, {"fichier": file, "apercu": "oui"}).content.decode()
    chosen: dict[str, list[str]] = {}
    section = first.partition('id="apercu"')[2].partition("Choisir un autre fichier")[0]
    for name, value, select in re.findall(
        r'<input[^>]* name="([a-z-]+)" value="([^"]*)"|<select name="([a-z-]+)"', section
    ):
        chosen.setdefault(name or select, []).append(value)
    for name in ("question", "valeur-reponse"):
        blocks = re.findall(rf'<select name="{name}".*?</select>', section, re.DOTALL)
        answered = [re.search(r'value="([^"]*)"\s+selected', block) for block in blocks]
        chosen[name] = [match[1] if match else "" for match in answered]
    assert chosen["question"][:2] == ["aide", "outils"]
    assert chosen["valeur"] == ["bof", "Console"]
    again = client.post(address, {**chosen, "apercu": "oui"}).content.decode()
    pages = [page.replace("\xa0", " ").replace("\u202f", " ") for page in (first, again)]
    uncounted = [re.findall(r"« Qui \? » : [^<]*", page) for page in pages]
    assert uncounted[0] == uncounted[1] and uncounted[0][0].startswith("« Qui ? » : 2 ")
    assert "sans réponse proche" in " ".join(first.split())
