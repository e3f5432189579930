"""The pages of whoever runs surveys: prepared, read, changed by hand, carried, counted against the census."""

import html
import io
import json
import re
import uuid
from collections import Counter
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from maillage.apps.directory.memberships.access import communes_of
from maillage.apps.surveys.actions import calculations, campaigns, receive
from maillage.apps.surveys.actions import results as published
from maillage.apps.surveys.forms import files
from maillage.apps.surveys.models import Answer, Publication, Survey, Surveyor, Version
from maillage.apps.surveys.queries import answers, editions, frames, margins, places, sentences
from maillage.apps.surveys.rules import Sent
from maillage.apps.territories.actions import keep_perimeter
from maillage.apps.territories.models import Perimeter
from maillage.kernel.errors import Refused
from maillage.questionnaires.answering import complete
from maillage.questionnaires.questionnaire import Choice, Group, Question, Questionnaire, load, words
from maillage.reference import surveys as banks
from maillage.statistics.survey import protection
from tests.conftest import account
from tests.support import sample_survey
from tests.support.places import place

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst(client):
    user = account("ana@exemple.fr", "analyste", territory="38")
    client.force_login(user)
    return user


@pytest.fixture
def survey(analyst):
    return sample_survey.survey()


def page(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return re.sub("[\u00a0\u202f]", " ", answer.content.decode())


def form_of(row: Survey):
    return load(row.versions.first().definition)


def test_nothing_yet_says_what_is_ready(client, analyst):
    assert "Cinq questionnaires sont prêts" in page(client, "/espace/enquetes/")


def test_a_survey_from_a_bank_asks_the_communes_of_its_territory(client, analyst):
    sent = {
        "depart": "banque-habitants",
        "titre": "Le numérique à Échirolles",
        "territoire": "38151",
        "arrondi": "nearest",
    }
    assert client.post("/espace/enquetes/nouvelle/", sent).status_code == 302
    row = Survey.objects.get()
    assert (row.kind, row.state, row.by) == ("inhabitants", "draft", analyst)
    assert [choice.name for choice in form_of(row).lists["commune"]] == ["38151", "autres"]
    assert "Le numérique à Échirolles" in page(client, f"/espace/enquetes/{row.pk}/")


def test_a_name_that_several_territories_bear_offers_the_choice(client, analyst):
    sent = {"depart": "vide", "titre": "Grenoble", "territoire": "grenoble", "arrondi": "nearest"}
    response = client.post("/espace/enquetes/nouvelle/", {**sent, "qui": "inhabitants"})
    assert response.status_code == 400
    form = response.context["form"]
    assert "Choisissez le vôtre" in form.errors["territoire"][0]
    assert {"38185", "200040715"} <= {code for code, _ in form.fields["lequel"].choices}
    assert form["territoire"].value() == "grenoble"
    form_data = {**sent, "qui": "inhabitants", "lequel": "38185"}
    assert client.post("/espace/enquetes/nouvelle/", form_data).status_code == 302
    assert Survey.objects.get().territory == "38185"
    nowhere = client.post("/espace/enquetes/nouvelle/", {**form_data, "territoire": "zzzzz"})
    assert "pas reconnu" in nowhere.context["form"].errors["territoire"][0]


def test_a_new_survey_names_whom_its_questionnaire_asks_in_a_refusal(client, analyst):
    sent = {"depart": "banque-structures", "titre": "S", "territoire": "38151", "arrondi": "nearest"}
    page = client.post("/espace/enquetes/nouvelle/", {**sent, "interrogees": "40", "en_tout": "10"})
    assert "40 structures interrogées, pour 10 en tout." in page.content.decode()


def test_a_survey_elsewhere_is_refused(client, analyst):
    sent = {"depart": "vide", "titre": "Lille", "territoire": "59350", "arrondi": "nearest"}
    response = client.post("/espace/enquetes/nouvelle/", sent)
    assert response.status_code == 400
    assert "Vous ne menez pas d’enquêtes" in response.content.decode()
    with pytest.raises(Refused):
        campaigns.prepare(
            by=analyst, title="x", territory="59350", questionnaire=sample_survey.FORM, at=sample_survey.AT
        )


def test_a_survey_wider_than_ones_territory_does_not_exist(client, survey):
    wide = sample_survey.survey("La région", "r84")
    assert client.get(f"/espace/enquetes/{wide.pk}/").status_code == 404
    assert "La région" not in page(client, "/espace/enquetes/")


def test_a_questionnaire_goes_out_as_an_xlsform_and_comes_back(client, survey):
    file = client.get(f"/espace/enquetes/{survey.pk}/questionnaire.xlsx").content
    sent = {"depart": "fichier", "titre": "La copie", "territoire": "38151", "arrondi": "nearest"}
    sent["fichier"] = SimpleUploadedFile("q.xlsx", file)
    assert client.post("/espace/enquetes/nouvelle/", sent).status_code == 302
    copy = form_of(Survey.objects.get(title="La copie"))
    assert [question.name for question in copy.questions()] == ["age", "outils", "aide", "qui"]
    assert b"<h:html" in client.get(f"/espace/enquetes/{survey.pk}/questionnaire.xml").content


def test_a_question_that_was_moved_stays_in_sight(client, survey):
    """Its part may be folded: the address of the question unfolds it."""
    address = f"/espace/enquetes/{survey.pk}/questionnaire/"
    moved = client.post(f"{address}geste/", {"geste": "monter", "question": "outils"})
    assert moved["Location"] == f"{address}#q-outils"
    assert 'id="q-outils"' in page(client, address)
    removed = client.post(f"{address}geste/", {"geste": "retirer", "question": "outils"})
    assert removed["Location"] == address


def test_a_questionnaire_of_ones_own_says_who_answers(client, analyst):
    sent = {
        "depart": "vide",
        "titre": "Les habitants d’Échirolles",
        "territoire": "38151",
        "arrondi": "nearest",
    }
    response = client.post("/espace/enquetes/nouvelle/", sent)
    assert response.status_code == 400
    assert "Il manque qui répond." in response.content.decode()
    assert client.post("/espace/enquetes/nouvelle/", sent | {"qui": "inhabitants"}).status_code == 302
    row = Survey.objects.get()
    assert (row.kind, form_of(row).kind) == ("inhabitants", "inhabitants")
    client.post(f"/espace/enquetes/{row.pk}/modifier/", sent | {"qui": "professionals"})
    row.refresh_from_db()
    assert row.kind == "professionals"


def test_a_file_that_is_no_xlsform_is_refused(client, analyst):
    sent = {"depart": "fichier", "titre": "x", "territoire": "38151", "arrondi": "nearest"}
    response = client.post(
        "/espace/enquetes/nouvelle/", sent | {"fichier": SimpleUploadedFile("q.xlsx", b"rien")}
    )
    assert response.status_code == 400
    assert Survey.objects.count() == 0


def test_a_survey_starts_from_a_file_of_answers(client, analyst):
    """Il fallait choisir un questionnaire, préparer, puis trouver l’import : le fichier choisit, et s’ouvre à l’import."""
    rows = (
        "id;Type d’organisme;WiFi en libre service;Hors les murs\n1;Mairie;Oui;Non\n2;Association;Non;Oui\n"
    )
    sent = {"depart": "reponses", "titre": "Les lieux", "territoire": "38151", "arrondi": "nearest"}
    carried = {"fichier": SimpleUploadedFile("r.csv", rows.encode()), "apercu": "oui"}
    opened = client.post("/espace/enquetes/nouvelle/", sent | carried)
    row = Survey.objects.get()
    assert (row.kind, opened.status_code) == ("structures", 307)
    carried["fichier"].seek(0)
    text = client.post(opened["Location"], sent | carried).content.decode()
    assert "3 de ses 3 colonnes y ont une question" in text and "2 réponses lues." in text
    refused = SimpleUploadedFile("r.csv", b"id;Couleur;Taille\n1;bleu;12\n")
    response = client.post("/espace/enquetes/nouvelle/", sent | {"fichier": refused})
    assert "Aucun questionnaire prêt ne ressemble à ce fichier." in response.content.decode()
    assert Survey.objects.count() == 1


def test_a_question_changed_after_answers_makes_a_new_version(client, survey):
    address = f"/espace/enquetes/{survey.pk}/questionnaire/q/outils/"
    sent = {"libelle": "Qu’avez-vous à la maison ?", "aide": "", "libelle_en": "", "obligatoire": "on"}
    for n, (rank, name, label) in enumerate(
        (("2", "smartphone", "Un smartphone"), ("1", "ordinateur", "Un ordinateur"))
    ):
        sent |= {f"rang-{n}": rank, f"nom-{n}": name, f"reponse-{n}": label}
    sent |= {
        "nom-2": "rien",
        "reponse-2": "Rien",
        "retirer-2": "on",
        "nom-3": "",
        "reponse-3": "Une tablette",
    }
    assert client.post(address, sent).status_code == 302
    assert [row.number for row in survey.versions.all()] == [2, 1]
    new = form_of(survey)
    assert [choice.name for choice in new.lists["outils"]] == ["ordinateur", "smartphone", "une_tablette"]
    assert new.question("outils").required
    page_text = page(client, f"/espace/enquetes/{survey.pk}/questionnaire/versions/")
    assert "question reformulée" in page_text
    assert "réponse ajoutée : « Une tablette »" in page_text
    assert [choice.name for choice in load(Version.objects.get(number=1).definition).lists["outils"]][
        -1
    ] == "rien"


def test_a_draft_is_changed_in_place(client, analyst):
    row = sample_survey.survey(opened=False)
    sent = {"libelle": "Âge ?", "aide": "", "libelle_en": "Age?"}
    client.post(f"/espace/enquetes/{row.pk}/questionnaire/q/age/", sent)
    assert row.versions.count() == 1
    assert form_of(row).question("age").label == {"fr": "Âge ?", "en": "Age?"}


def test_a_question_is_added_moved_made_conditional_and_taken_away(client, analyst):
    row = sample_survey.survey(opened=False)
    base = f"/espace/enquetes/{row.pk}/questionnaire/"
    sent = {"sorte": "one", "libelle": "Avez-vous Internet ?", "reponses": "Oui\nNon\n", "apres": "age"}
    assert client.post(f"{base}ajouter/", sent).url.endswith("/q/avez_vous_internet/")
    client.post(f"{base}geste/", {"geste": "descendre", "question": "avez_vous_internet"})
    names = [question.name for question in form_of(row).questions()]
    assert names == ["age", "outils", "avez_vous_internet", "aide", "qui"]
    client.post(f"{base}q/aide/", {"libelle": "De l’aide ?", "aide": "", "libelle_en": "", "condition": "outils|rien",
                                   "nom-0": "oui", "reponse-0": "Oui", "nom-1": "non", "reponse-1": "Non"})  # fmt: skip
    assert form_of(row).question("aide").relevant == "selected(${outils}, 'rien')"
    assert "seulement si" in page(client, base)
    client.post(f"{base}geste/", {"geste": "retirer", "question": "outils"})
    assert form_of(row).question("outils") is not None
    client.post(f"{base}geste/", {"geste": "retirer", "question": "avez_vous_internet"})
    assert form_of(row).question("avez_vous_internet") is None


def test_two_questions_that_share_answers_are_not_changed_together(client, analyst):
    row = sample_survey.survey(opened=False)
    base = f"/espace/enquetes/{row.pk}/questionnaire/"
    client.post(f"{base}ajouter/", {"sorte": "one", "libelle": "Seul ?", "reponses": "a\nb"})
    form = form_of(row)
    assert form.question("seul").choices != form.question("aide").choices


def test_a_link_appears_once_and_opens(client, survey):
    page_text = client.post(
        f"/espace/enquetes/{survey.pk}/geste/", {"geste": "lien", "nom": "Nadia"}
    ).content.decode()
    token = re.search(r"/enquetes/collecte/#([\w-]+)", page_text)[1]
    assert sample_survey.send(client, token, sample_survey.answer()).status_code == 200
    assert token not in page(client, f"/espace/enquetes/{survey.pk}/")
    client.post(
        f"/espace/enquetes/{survey.pk}/geste/", {"geste": "lien-fermer", "ligne": Surveyor.objects.get().pk}
    )
    assert sample_survey.send(client, token, sample_survey.answer()).status_code == 403


def test_a_place_of_another_survey_is_not_touched(client, survey):
    other = sample_survey.survey("Ailleurs", "59350")
    place = campaigns.add_place(other, "Marché", by=None, at=sample_survey.AT)
    for geste in ("lieu-retirer", "lien-fermer"):
        sent = {"geste": geste, "ligne": place.pk}
        assert client.post(f"/espace/enquetes/{survey.pk}/geste/", sent).status_code == 404


def test_groups_are_compared_by_the_structure_that_welcomes_the_collection(client, survey, home):
    mediatheque = place("barnave", {"code_insee": "38151", "commune": "Échirolles"})
    gesture = f"/espace/enquetes/{survey.pk}/geste/"
    assert mediatheque.name in page(client, f"/espace/enquetes/{survey.pk}/"), "offered while one types"
    for name in (mediatheque.name, "Marché"):
        client.post(gesture, {"geste": "lieu", "nom": name, "moyen": "street"})
    assert f"· {mediatheque.structure.name}" in page(client, f"/espace/enquetes/{survey.pk}/")
    _, token = sample_survey.device(survey)
    for survey_place in survey.places.order_by("pk"):
        sample_survey.send(client, token, sample_survey.answer(place=survey_place.pk))
    assert answers.table(survey)["collecte.structure"].tolist() == [mediatheque.structure.name, ""]
    assert '<option value="collecte.structure"' in page(client, f"/espace/enquetes/{survey.pk}/resultats/")


def test_answers_go_out_with_what_their_columns_mean(client, survey):
    _, token = sample_survey.device(survey)
    sample_survey.send(
        client, token, sample_survey.answer(values={"age": "34", "aide": "oui", "qui": "=cmd()"})
    )
    raw = client.get(f"/espace/enquetes/{survey.pk}/reponses.csv?brut=1").content.decode("utf-8-sig")
    assert raw.splitlines()[0].startswith("id,age,outils,aide,qui,collecte.lieu")
    assert "'=cmd()" in raw
    meaning = client.get(f"/espace/enquetes/{survey.pk}/dictionnaire.csv").content.decode("utf-8-sig")
    assert "smartphone,Un smartphone" in meaning
    assert "collecte.moyen" in meaning


def test_a_file_that_has_too_much_is_read_in_part_with_its_faults(survey, monkeypatch):
    from maillage.apps.surveys.forms import files

    monkeypatch.setattr(files, "MOST", 2)
    file_content = {"survey": survey.pk, "reponses": [sample_survey.answer() for _ in range(3)]}
    read = files.read(survey, json.dumps(file_content).encode(), "file.json")
    assert (len(read.answers), read.faults[0][:39]) == (2, "Ce qui suit la 2e réponse n’est pas lu ")
    table = "id,age,qui\na,34,{}\nb,35,elle\n".format("x" * 20_001)
    read = files.read(survey, table.encode(), "f.csv")
    assert [each.values["age"] for each in read.answers] == ["35"]
    assert read.faults == (
        "Ligne 2, id « a », « Qui ? » : Un texte de plus de 20 000 signes ne se garde pas : raccourcissez-le.",
    )


def test_a_file_saved_from_a_device_is_imported_once(client, survey):
    file_content = {
        "maillage": "reponses",
        "survey": survey.pk,
        "reponses": [sample_survey.answer(), sample_survey.answer(), {"uid": "?"}],
    }
    for count_text in ("2 réponses nouvelles", "2 étaient déjà là"):
        file = SimpleUploadedFile("file.json", json.dumps(file_content).encode())
        answer = client.post(f"/espace/enquetes/{survey.pk}/importer/", {"fichier": file}).content.decode()
        assert count_text in answer.replace("\u202f", " ").replace("\u00a0", " ")
    assert Answer.objects.count() == 2


def test_file_is_previewed_before_it_is_stored(client, survey):
    """L’aperçu montre questions reconnues, premières réponses, colonnes ignorées et lignes refusées, sans rien
    garder ; le même fichier revient avec la page, et s’importe.
    """
    rows = b"id;age;aide;humeur\nr1;34;oui;gaie\nr2;51;non;\nTotal;85;;\n"
    address = f"/espace/enquetes/{survey.pk}/importer/"
    file = SimpleUploadedFile("reponses.csv", rows)
    page = client.post(address, {"fichier": file, "apercu": "oui"}).content.decode().replace("\u00a0", " ")
    assert not Answer.objects.exists()
    for words_ in (
        "Aperçu de « reponses.csv »", "Quel âge avez-vous ?", "Quelqu’un vous aide-t-il ?", "Oui", "34",
        "humeur", "Ligne 4, colonne id, « Total »", "Qu’avez-vous chez vous ?",
    ):  # fmt: skip
        assert words_ in page, words_
    carried = re.search(r'name="contenu" value="([^"]+)"', page)[1]
    done = client.post(address, {"nom": "reponses.csv", "contenu": carried}).content.decode()
    assert "2 réponses nouvelles" in done.replace("\u00a0", " ")
    assert Answer.objects.count() == 2
    Survey.objects.update(state="draft")
    stage = client.get(f"/espace/enquetes/{survey.pk}/").content.decode()
    assert "Redresser les réponses" in stage and "Relire le questionnaire</a>" not in stage, (
        "answers are there"
    )
    cut = client.post(address, {"nom": "reponses.csv", "contenu": carried[:40]})
    assert cut.status_code == 400 and "n’est pas revenu entier" in cut.content.decode()
    assert "Il manque le fichier" in client.post(address, {"apercu": "oui"}).content.decode()


def test_an_ignored_column_is_matched_with_its_question(client, survey):
    """Une colonne ignorée reçoit une question dans l’aperçu, et s’importe avec elle."""
    address = f"/espace/enquetes/{survey.pk}/importer/"
    file = SimpleUploadedFile("r.csv", b"id;age;Besoin ?\nr1;34;oui\n")
    page = client.post(address, {"fichier": file, "apercu": "oui"}).content.decode()
    assert 'name="colonne" value="Besoin ?"' in page
    carried = re.search(r'name="contenu" value="([^"]+)"', page)[1]
    chosen = {"nom": "r.csv", "contenu": carried, "colonne": ["Besoin ?"], "question": ["aide"]}
    again = client.post(address, {**chosen, "apercu": "oui"}).content.decode()
    assert "Colonnes ignorées" not in again and 'value="aide" selected' in again
    client.post(address, chosen)
    assert Answer.objects.get().values == {"age": "34", "aide": "oui"}


def test_preview_proposes_the_question_of_a_column_and_reads_years_and_none_of_these(client, survey):
    """« Aidé par quelqu’un » restait ignorée, « Année de naissance » perdue, « Rien de tout cela » écrit « Rien, de,
    tout, cela ».
    """
    rows = (
        "id;Année de naissance;Aidé par quelqu’un;Vu le;Équipement chez vous\n"
        "r1;1956;oui;12/11/2026;Rien de tout cela\nr2;1990;non;12/11/2026;Un smartphone; un ordinateur\n"
    ).replace("smartphone; un", "smartphone, un")
    address = f"/espace/enquetes/{survey.pk}/importer/"
    file = SimpleUploadedFile("r.csv", rows.encode())
    page = " ".join(client.post(address, {"fichier": file, "apercu": "oui"}).content.decode().split())
    assert re.findall(r'value="(\w+)" selected', page) == ["aide", "outils", "age"], (
        "and nothing for « Vu le »"
    )
    assert "« Année de naissance » est lue comme un âge" in page and "1956" not in page
    carried = re.search(r'name="contenu" value="([^"]+)"', page)[1]
    columns = {"colonne": ["Aidé par quelqu’un", "Équipement chez vous"], "question": ["aide", "outils"]}
    chosen = {"nom": "r.csv", "contenu": carried, **columns}
    again = " ".join(client.post(address, {**chosen, "apercu": "oui"}).content.decode().split())
    assert "Ni l’un ni l’autre · Un smartphone, Un ordinateur" in again
    client.post(address, chosen)
    year = timezone.localdate().year
    assert {str(year - 1956), str(year - 1990)} == {each.values["age"] for each in Answer.objects.all()}
    assert {each.values["outils"] for each in Answer.objects.all()} == {"rien", "smartphone ordinateur"}


def test_unread_values_take_a_choice_that_the_next_file_takes_again(client, survey):
    """106 « Supérieur au bac » étaient gardés tels quels, et ne comptaient pas : la valeur reçoit un choix, une
    colonne reconnue change de question, et le fichier suivant est lu de même.
    """
    header = "id;Quel âge avez-vous ?;Aidé par quelqu’un;Chez vous\n"
    rows = f"{header}r1;34;oui;Smartphone; Console\nr2;51;sans objet;Console\n".replace("e; C", "e | C")
    address = f"/espace/enquetes/{survey.pk}/importer/"
    file = SimpleUploadedFile("r.csv", rows.encode())
    page = client.post(address, {"fichier": file, "apercu": "oui"}).content.decode()
    carried = re.search(r'name="contenu" value="([^"]+)"', page)[1]
    columns = {
        "colonne": ["Aidé par quelqu’un", "Chez vous", "Quel âge avez-vous ?"],
        "question": ["aide", "outils", ""],
    }
    page = client.post(address, {"nom": "r.csv", "contenu": carried, **columns}).content.decode()
    assert not Answer.objects.exists(), "no value is kept before somebody has seen it"
    assert re.findall(r'name="valeur" value="([^"]+)"', page) == ["sans objet", "Console"]
    assert page.count('value="tel quel" selected') == 2 and "« Console » (2 fois)" in page.replace(
        "\u00a0", " "
    )
    values = {
        "valeur-question": ["aide", "outils"],
        "valeur": ["sans objet", "Console"],
        "valeur-reponse": ["sans réponse", "ordinateur"],
    }
    client.post(address, {"nom": "r.csv", "contenu": carried, **columns, **values})
    assert {tuple(sorted(each.values.items())) for each in Answer.objects.all()} == {
        (("aide", "oui"), ("outils", "smartphone ordinateur")),
        (("outils", "ordinateur"),),
    }
    survey.refresh_from_db()
    following = files.read(survey, f"{header}r3;20;sans objet;Console\n".encode(), "s.csv")
    assert [each.values for each in following.answers] == [{"outils": "ordinateur"}]


def test_a_questionnaire_without_answers_takes_the_classes_of_age_of_its_first_file(client, analyst):
    """202 âges sur 352, « 15-29 ans » où le questionnaire dit « De 15 à 25 ans », ne comptaient pas."""
    form, at = banks.banks()["habitants"], timezone.now()
    row = campaigns.prepare(by=None, title="Le Roumois", territory="38151", questionnaire=form, at=at)
    address = f"/espace/enquetes/{row.pk}/importer/"
    rows = "id;Votre tranche d’âge\na;15-29 ans\nb;30-59 ans\nc;60 ans et plus\n".encode()
    page = client.post(address, {"fichier": SimpleUploadedFile("r.csv", rows), "apercu": "oui"})
    text = page.content.decode()
    assert re.search(r'name="tranches"[^>]*checked', text) and 'name="valeur"' not in text
    carried = re.search(r'name="contenu" value="([^"]+)"', text)[1]
    sent = {
        "nom": "r.csv",
        "contenu": carried,
        "colonne": ["Votre tranche d’âge"],
        "question": ["age_environ"],
    }
    untouched = client.post(address, {**sent, "apercu": "oui"}).content.decode()
    assert re.findall(r'value="(\w+)" selected>\s*De', untouched) == ["15_25", "40_60"], (
        "the nearest, to check"
    )
    client.post(address, {**sent, "tranches": "oui"})
    last = row.versions.first()
    counted = [complete(load(last.definition), each.values, at.date()).values for each in row.answers.all()]
    assert sorted(each["classe_age"] for each in counted) == ["15_29_ans", "30_59_ans", "60_ans_et_plus"]
    assert complete(load(last.definition), {"age": "44"}, at.date()).values["classe_age"] == "30_59_ans"


def test_a_moment_that_nobody_means_loses_no_answer(client, survey):
    """Un outil écrit l’an 1 quand il ne sait pas l’heure : la réponse est gardée, sans elle."""
    rows = b"id;age;start;end\nr1;34;0001-01-01T00:00:00;9999-12-31T23:59:59-12:00\n"
    file = SimpleUploadedFile("f.csv", rows)
    address = f"/espace/enquetes/{survey.pk}/importer/"
    assert "1 réponse nouvelle" in client.post(address, {"fichier": file}).content.decode().replace(
        "\u00a0", " "
    )
    stored_answer = Answer.objects.get()
    assert (stored_answer.values, stored_answer.begun_at, stored_answer.ended_at) == (
        {"age": "34"},
        None,
        None,
    )


def test_faults_name_what_is_not_imported_beside_the_answers(survey):
    from maillage.apps.surveys.forms import files

    campaigns.add_place(survey, "Marché", by=None, at=sample_survey.AT)
    table = (
        "id;age;collecte.lieu;collecte.debut;poids_initial;collecte.version\n"
        "a;34;Marché;3/11/2026 9:05;1,5;1.0\n"
        "b;35;Marche;hier;-2;v1\n"
        "c;36;Halle;;lourd;\n"
    )
    read = files.read(survey, table.encode("cp1252"), "f.csv")
    first, second, third = read.answers
    assert (first.begun_at.isoformat(), first.weight, first.version) == ("2026-11-03T09:05:00", 1.5, 1)
    assert first.place and not second.place and not third.place
    assert [note.replace("\u00a0", " ") for note in read.notes if "gardée" in note] == [
        "« collecte.lieu » : 2 valeurs ne désignent aucun lieu de cette enquête, d’abord ligne 3, « Marche »."
        " Les réponses sont gardées sans.",
        "« poids_initial » : 2 valeurs ne se lisent pas, d’abord ligne 3, « -2 »."
        " Les réponses sont gardées sans.",
        "« collecte.version » : 1 valeur ne se lit pas, d’abord ligne 3, « v1 ». La réponse est gardée sans.",
        "« collecte.debut » : 1 valeur ne se lit pas, d’abord ligne 3, « hier ». La réponse est gardée sans.",
    ]


def test_faults_name_the_line_the_column_and_the_value_of_a_row_left_out(survey):
    from maillage.apps.surveys.forms import files

    table = 'id;age\na;34\n;35\nTotal;69\nb;36;x\nc;"37\n'
    assert files.read(survey, table.encode(), "f.csv").faults == (
        "Ligne 3, colonne id : cette réponse n’a pas d’identifiant."
        " Donnez-lui un numéro qui n’est à nulle autre.",
        "Ligne 4, colonne id, « Total » : cette ligne additionne les autres : ce n’est pas une réponse."
        " Retirez-la.",
        "Ligne 5, colonne n° 3, « x » : cette ligne a 3 cases, l’en-tête 2."
        " Un séparateur est en trop, ou un guillemet manque : corrigez cette ligne.",
        'Ligne 6, « c;"37 » : un guillemet n’est pas refermé sur cette ligne, ou se trouve au milieu d’une case.'
        " Ouvrez le fichier dans un éditeur de texte, et refermez le guillemet ou retirez-le.",
    )


def test_a_file_of_another_survey_is_refused(client, survey):
    file = SimpleUploadedFile("file.json", json.dumps({"survey": survey.pk + 1, "reponses": []}).encode())
    response = client.post(f"/espace/enquetes/{survey.pk}/importer/", {"fichier": file})
    assert "autre enquête" in response.content.decode()


def test_a_table_of_another_survey_is_doubted_with_the_one_that_it_matches(analyst):
    people, places_ = (
        campaigns.prepare(
            by=None,
            title=title,
            territory="38151",
            questionnaire=banks.bank(name),
            at=timezone.now(),
            universe="u",
        )
        for title, name in (("Le numérique et vous", "habitants"), ("Votre structure", "structures"))
    )
    names = [each.name for each in form_of(people).questions() if each.takes_answer]
    table = f"id;{';'.join(names)}\na;{';'.join('oui' for _ in names)}\n".encode()
    assert len(files.read(people, table, "r.csv").answers) == 1
    assert not files.read(people, table, "r.csv").doubt
    assert "autre enquête, « Le numérique et vous »" in files.read(places_, table, "r.csv").doubt


def test_an_import_is_undone_whole_until_it_is_published(client, survey):
    file = SimpleUploadedFile("f.csv", b"id;age\na;51\nb;34\n")
    address = f"/espace/enquetes/{survey.pk}/importer/"
    answer = client.post(address, {"fichier": file}).content.decode()
    brought = html.unescape(re.search(r'name="annuler"\s+value="([^"]+)"', answer)[1])
    assert Answer.objects.count() == 2
    Publication.objects.create(survey=survey, number=1, content={}, published_at=timezone.now())
    assert "Une édition publiée compte" in page_after(client, address, {"annuler": brought})
    Publication.objects.all().delete()
    assert "2 réponses effacées" in page_after(client, address, {"annuler": brought})
    assert not Answer.objects.exists()


def test_an_import_is_found_again_and_cancelled_from_the_page_of_the_survey(client, survey):
    address, home = f"/espace/enquetes/{survey.pk}/importer/", f"/espace/enquetes/{survey.pk}/"
    for rows in (b"a;51\nb;34\n", b"a;52\nb;34\n"):
        file = SimpleUploadedFile("mars.csv", b"id;age\n" + rows)
        text = client.post(address, {"fichier": file}).content.decode()
    assert "annulez d’abord l’import" in text and 'href="#imports"' in text
    home_page = page(client, home)
    (brought,) = map(html.unescape, re.findall(r'name="annuler"\s+value="([^"]+)"', home_page))
    assert "mars.csv" in home_page and "2 réponses seront effacées" in home_page.replace("\xa0", " ")
    edition = Publication.objects.create(survey=survey, number=3, content={}, published_at=timezone.now())
    assert "L’édition 3 compte ces réponses" in page(client, home).replace("\xa0", " ")
    assert 'name="annuler"' not in page(client, home)
    edition.delete()
    page_after(client, address, {"annuler": brought})
    assert not Answer.objects.exists() and "mars.csv" not in page(client, home)


def page_after(client, address: str, values: dict[str, str]) -> str:
    answer = client.post(address, values, follow=True).content.decode()
    return re.sub("[\u00a0\u202f]", " ", answer)


def test_a_group_answered_one_or_zero_keeps_its_questions(client, analyst):
    """Un groupe de Kobo dont toutes les réponses sont codées 1 ou 0 se lit question par question."""
    offered = (Choice(name="1", label={"fr": "Oui"}), Choice(name="0", label={"fr": "Non"}))
    questions = tuple(
        Question(name=name, kind="one", choices="on", label={"fr": f"{name} ?"}) for name in ("ordi", "tel")
    )
    form = Questionnaire(
        id="k",
        title="K",
        lists={"on": offered},
        items=(Group(name="chez", label={"fr": "Chez vous"}, items=questions),),
    )
    row = campaigns.prepare(by=None, title="Kobo", territory="38151", questionnaire=form, at=sample_survey.AT)
    file = SimpleUploadedFile("kobo.csv", b"_uuid;chez/ordi;chez/tel\nu-1;1;0\nu-2;0;1\n")
    assert client.post(f"/espace/enquetes/{row.pk}/importer/", {"fichier": file}).status_code == 200
    answer_table = answers.table(row)
    assert sorted(zip(answer_table["ordi"].tolist(), answer_table["tel"].tolist(), strict=True)) == [
        ("0", "1"),
        ("1", "0"),
    ]


@pytest.mark.parametrize("column", [answers.LANGUAGE, answers.FORM])
def test_a_fact_of_the_collection_too_long_to_be_one_loses_no_answer(client, survey, column):
    file = SimpleUploadedFile("a.csv", f"id;age;{column}\nu-1;34;{'x' * 20_001}\n".encode())
    assert client.post(f"/espace/enquetes/{survey.pk}/importer/", {"fichier": file}).status_code == 200
    assert Answer.objects.get().values == {"age": "34"}


def test_an_export_of_kobo_is_imported_once(client, survey):
    book = openpyxl.Workbook()
    book.active.append(
        ["start", "groupe/age", "outils", "outils/smartphone", "outils/rien", "inconnue", "_uuid"]
    )
    book.active.append(
        ["2026-11-02T10:00:00", "51", "smartphone", "1", "0", "x", "6f1c4b1e-0000-4000-8000-000000000001"]
    )
    workbook = io.BytesIO()
    book.save(workbook)
    for _ in range(2):
        file = SimpleUploadedFile("kobo.xlsx", workbook.getvalue())
        page_text = client.post(f"/espace/enquetes/{survey.pk}/importer/", {"fichier": file}).content.decode()
        assert "inconnue" in page_text
    stored_answer = Answer.objects.get()
    assert (stored_answer.values, stored_answer.channel) == ({"age": "51", "outils": "smartphone"}, "file")


def test_an_answer_is_read_with_its_remarks_and_put_aside(client, survey):
    _, token = sample_survey.device(survey)
    sample_survey.send(client, token, sample_survey.answer(values={"age": "trente ans", "qui": "<b>x</b>"}))
    page_text = page(client, f"/espace/enquetes/{survey.pk}/reponses/")
    assert "remarque" in page_text
    assert "<b>x" not in page_text
    assert f"<summary><span>N° {Answer.objects.get().uid.hex[:6]} ·" in page_text
    address = f"/espace/enquetes/{survey.pk}/reponses/"
    client.post(address, {"ligne": Answer.objects.get().pk, "pourquoi": ""})
    assert Answer.objects.get().aside_at is None
    client.post(address, {"ligne": Answer.objects.get().pk, "pourquoi": "un essai"})
    assert Answer.objects.get().aside_why == "un essai"


def test_a_button_pressed_by_two_undoes_nothing(client, survey):
    """Écarter deux fois la même réponse ne la compte pas de nouveau ; ouvrir deux fois le lien ne le ferme
    pas.
    """
    _, token = sample_survey.device(survey)
    sample_survey.send(client, token, sample_survey.answer())
    address = f"/espace/enquetes/{survey.pk}/reponses/"
    for why in ("un essai", "un doublon"):
        client.post(address, {"ligne": Answer.objects.get().pk, "pourquoi": why})
    assert (Answer.objects.get().aside_why, len(answers.table(survey))) == ("un essai", 0)
    for _ in range(2):
        client.post(address, {"ligne": Answer.objects.get().pk})
    assert (Answer.objects.get().aside_at, len(answers.table(survey))) == (None, 1)
    page_text = page(client, f"/espace/enquetes/{survey.pk}/")
    (verb,) = re.findall(r'name="geste"\s+value="(public[a-z-]*)"', page_text)
    for _ in range(2):
        client.post(f"/espace/enquetes/{survey.pk}/geste/", {"geste": verb})
    survey.refresh_from_db()
    assert survey.by_link


def test_a_survey_just_opened_says_how_to_let_people_answer(client, survey):
    """Ouverte, sans lien ni appareil : « À faire maintenant » disparaissait, et personne ne pouvait répondre."""
    address, gap = f"/espace/enquetes/{survey.pk}/", "personne ne peut encore y répondre"
    page_text = page(client, address)
    assert gap in page_text and 'href="#e-appareils"' in page_text and 'id="e-appareils"' in page_text
    client.post(f"{address}geste/", {"geste": "public-ouvrir"})
    assert gap not in page(client, address)


def test_the_public_link_of_a_survey_that_ended_does_not_open(client, survey):
    """Une page d’avant la fin propose encore de l’ouvrir : on n’y répond plus, et rien ne dit le contraire."""
    campaigns.close(survey, by=None, at=sample_survey.AT)
    sent = {"geste": "public-ouvrir"}
    page_text = client.post(f"/espace/enquetes/{survey.pk}/geste/", sent, follow=True).content.decode()
    survey.refresh_from_db()
    assert not survey.by_link
    assert "Chacun peut répondre seul, par le lien public" not in page_text and "terminée" in page_text


def test_an_answer_changed_in_its_file_is_named_by_its_line_and_identifier(client, survey):
    address = f"/espace/enquetes/{survey.pk}/importer/"
    for rows in ("r1,34\nr2,40\n", "r1,34\nr2,41\n"):
        page_text = client.post(
            address, {"fichier": SimpleUploadedFile("a.csv", f"id,age\n{rows}".encode())}
        ).content.decode()
    assert "Ligne 3, id « r2 » : Une réponse différente porte déjà ce numéro" in page_text.replace(
        "\xa0", " "
    )
    assert sorted(answer.values["age"] for answer in Answer.objects.all()) == ["34", "40"]


def test_an_opened_survey_is_closed_and_opened_again(client, survey):
    address = f"/espace/enquetes/{survey.pk}/geste/"
    client.post(address, {"geste": "terminer"})
    assert Survey.objects.get().state == "closed"
    client.post(address, {"geste": "ouvrir"})
    assert Survey.objects.get().state == "open"


def test_a_closed_survey_says_what_comes_next(client, survey):
    _, token = sample_survey.device(survey)
    sample_survey.send(client, token, sample_survey.answer())
    client.post(f"/espace/enquetes/{survey.pk}/geste/", {"geste": "terminer"})
    page_text = page(client, f"/espace/enquetes/{survey.pk}/")
    for next_page in ("redressement", "constats", "paroles", "publier"):
        assert f'href="/espace/enquetes/{survey.pk}/resultats/{next_page}/"' in page_text


def test_a_survey_with_answers_is_never_erased(client, survey):
    _, token = sample_survey.device(survey)
    sample_survey.send(client, token, sample_survey.answer())
    client.post(f"/espace/enquetes/{survey.pk}/geste/", {"geste": "effacer"})
    assert (Survey.objects.count(), Answer.objects.count()) == (1, 1)


def test_strata_stand_beside_the_census(client, analyst):
    row = sample_survey.survey(target=100)
    form = places.fitted(banks.banks()["habitants"], "38151")
    row = campaigns.prepare(
        by=None, title="Strates", territory="38151", questionnaire=form, at=sample_survey.AT, target=100
    )
    _, token = sample_survey.device(row)
    sample_survey.send(
        client, token, *(sample_survey.answer(values={"age": "70", "sexe": "femme"}) for _ in range(3))
    )
    quota_by_variable = {quota.variable: quota for quota in calculations.quotas(row, at=sample_survey.AT)}
    assert {"classe_age", "sexe"} <= set(quota_by_variable)
    assert sum(stratum.percent for stratum in quota_by_variable["sexe"].strata) == pytest.approx(100)
    women, men = quota_by_variable["sexe"].strata
    assert (women.n, men.n, men.missing) == (3, 0, men.wanted)
    assert sum(stratum.n for stratum in quota_by_variable["classe_age"].strata) == 3
    assert "personne encore" in page(client, f"/espace/enquetes/{row.pk}/quotas/")
    assert answers.progress(row, sample_survey.AT).percent == 3


def test_an_age_known_by_its_class_weighs_like_one_in_years(client, analyst):
    form = places.fitted(banks.banks()["habitants"], "38151")
    row = campaigns.prepare(by=None, title="Âges", territory="38151", questionnaire=form, at=sample_survey.AT)
    _, token = sample_survey.device(row)
    values_by_person = (
        {"age": "70", "sexe": "femme"},
        {"age": "refus", "age_environ": "61_70", "sexe": "homme"},
    )
    sample_survey.send(client, token, *(sample_survey.answer(values=values) for values in values_by_person))
    offered = places.offered_variables(row)
    assert list(offered)[:2] == ["classe_age", "sexe"] and "age" not in offered
    ages, _ = margins.strata(row, places.census_margins(row, list(offered)[:2]))
    assert (ages["label"], ages["silent"]) == ("Âge", 0)
    assert {each["name"]: each["n"] for each in ages["rows"] if each["n"]} == {"61-70 ans": 2}


def test_a_form_brought_by_somebody_is_weighed_in_its_own_classes(client, analyst):
    options = {
        "age": (("j", "15-29 ans"), ("a", "30-59 ans"), ("s", "60 ans et plus")),
        "sexe": (("1", "Femme"), ("2", "Homme")),
    }
    form = Questionnaire(
        id="q",
        title="Leur questionnaire",
        lists={
            name: tuple(Choice(name=code, label={"fr": label}) for code, label in rows)
            for name, rows in options.items()
        },
        items=tuple(Question(name=name, kind="one", label={"fr": name}, choices=name) for name in options),
    )
    row = campaigns.prepare(
        by=None, title="La leur", territory="38151", questionnaire=form, at=sample_survey.AT
    )
    campaigns.open_survey(row, by=None, at=sample_survey.AT)
    _, token = sample_survey.device(row)
    sample_survey.send(
        client,
        token,
        *(sample_survey.answer(values={"age": age, "sexe": sex}) for age in "jas" for sex in "12"),
    )
    quota_by_variable = {quota.variable: quota for quota in calculations.quotas(row, at=sample_survey.AT)}
    assert [(stratum.label, stratum.n) for stratum in quota_by_variable["age"].strata] == [
        ("15-29 ans", 2),
        ("30-59 ans", 2),
        ("60 ans et plus", 2),
    ]
    assert [stratum.n for stratum in quota_by_variable["sexe"].strata] == [3, 3]
    assert quota_by_variable["age"].unplaced == quota_by_variable["sexe"].unplaced == 0
    for margin in places.census_margins(row, ("age", "sexe")):
        assert not margins.strata(row, [margin])[0]["unknown"]


def test_the_targets_of_strata_add_up_to_that_of_the_survey(survey):
    """Cinq classes d’âge et leurs arrondis : on vise en tout les réponses que l’enquête vise."""
    for target in (7, 50, 101, 333):
        survey.target = target
        (quota,) = places.quotas(survey, ["age"], [Counter({"34": 3})])
        assert sum(each.wanted for each in quota.strata) == target


def test_who_does_not_say_an_age_under_the_code_99_is_not_99(client, analyst):
    """Un questionnaire venu d’ailleurs code « Ne sait pas » 99 : ni les quotas ni les poids n’en font un âge."""
    classes = (("1", "15 à 29 ans"), ("2", "30 à 59 ans"), ("3", "60 ans et plus"), ("99", "Ne sait pas"))
    offered = tuple(Choice(name=name, label={"fr": label}) for name, label in classes)
    question = Question(name="age", kind="one", choices="a", label={"fr": "Votre âge ?"})
    form = Questionnaire(id="k", title="K", kind="inhabitants", lists={"a": offered}, items=(question,))
    row = campaigns.prepare(by=None, title="99", territory="38151", questionnaire=form, at=sample_survey.AT)
    lines = "".join(f"r{k},{name}\n" for k, (name, _) in enumerate(classes * 12))
    file = SimpleUploadedFile("f.csv", f"id,age\n{lines}".encode())
    client.post(f"/espace/enquetes/{row.pk}/importer/", {"fichier": file})
    (quota,) = calculations.quotas(row, at=sample_survey.AT)
    assert ([each.n for each in quota.strata], quota.unplaced) == ([12, 12, 12], 12)
    age_margins = places.census_margins(row, ["age"])
    weighed = published.weigh(row, age_margins, by=None, at=sample_survey.AT)
    assert [each["n"] for each in weighed.told["strata"]] == [12, 12, 12, 12]
    assert weighed.told["strata"][-1]["name"] == "sans réponse"


@pytest.fixture
def zoned_survey(analyst):
    """A survey of the communes of Grenoble, in two zones that somebody keeps: 60 answers of three communes."""
    codes = sorted(communes_of("200040715"))
    zones = "".join(f"{k},{'Ouest' if k % 2 else 'Est'},{code}\n" for code in codes for k in [int(code) % 2])
    keep_perimeter(
        by=analyst, slug="deux-zones", name="En deux zones", code="200040715", reason="Un essai",
        content=f"code_zone,nom_zone,code\n{zones}".encode(), file_name="zones.csv",
    )  # fmt: skip
    form = places.fitted(banks.banks()["habitants"], "200040715")
    row = campaigns.prepare(
        by=None, title="Z", territory="200040715", questionnaire=form, at=sample_survey.AT
    )
    campaigns.open_survey(row, by=None, at=sample_survey.AT)
    sent = [
        Sent(uid=uuid.UUID(int=k), version=1, channel="street", values={"commune": code})
        for k, code in enumerate(["38185", "38151", "38229"] * 20)
    ]
    receive.receive(row, sent, at=sample_survey.AT)
    return row


@pytest.mark.parametrize("territory", ["200040715", "deux-zones"])
def test_weighting_offers_the_zones_of_the_territory_in_one_box(client, zoned_survey, territory):
    """57 communes donnaient 42 réunions une à une : les réponses disent la commune, la zone la suit."""
    Survey.objects.filter(pk=zoned_survey.pk).update(territory=territory)
    address = f"/espace/enquetes/{zoned_survey.pk}/resultats/redressement/"
    assert "Zones (En deux zones)" in page(client, address)
    prepared = client.post(address, {"geste": "preparer", "variables": "zones-deux-zones"})
    (stratum,) = prepared.context["strata"]
    assert {row["name"]: row["n"] for row in stratum["rows"]} == {"Est": 0, "Ouest": 60}
    both = client.post(address, {"geste": "preparer", "variables": ["zones-deux-zones", "commune"]})
    assert both.status_code == 400 and "La commune donne déjà la zone" in both.content.decode()


def test_weighting_offers_no_zone_when_a_commune_is_cut(client, zoned_survey):
    perimeter = Perimeter.objects.get()
    perimeter.zones = perimeter.zones.replace("38185\n", "381850101\n")
    perimeter.save()
    assert places.offered_zones(zoned_survey) == {}
    with pytest.raises(Refused, match="Les marges ne sont pas préparées"):
        places.census_margins(zoned_survey, ["zones-deux-zones"])


def test_weighting_merges_all_thin_communes_in_one_gesture(client, zoned_survey):
    address = f"/espace/enquetes/{zoned_survey.pk}/resultats/redressement/"
    prepared = client.post(address, {"geste": "preparer", "variables": "commune"})
    (stratum,) = prepared.context["strata"]
    page_text = prepared.content.decode().replace("\u00a0", " ")
    assert "Réunir «" not in page_text
    assert "Tout réunir : 49 classes en 3" in page_text
    form_data = {"geste": "reunir", "marges": prepared.context["marges"], "classes": stratum["all"]}
    merged = client.post(address, form_data)
    (stratum,) = merged.context["strata"]
    assert [row["n"] for row in stratum["rows"]] == [20, 20, 20]
    weighed = client.post(
        address, {"geste": "calculer", "marges": merged.context["marges"], "methode": "raking"}
    )
    assert weighed.status_code == 302


def test_weighting_keeps_its_boxes_ticked_through_each_step(client, zoned_survey):
    address = f"/espace/enquetes/{zoned_survey.pk}/resultats/redressement/"

    def ticked(answer) -> list[str]:
        boxes = re.findall(r'<input type="checkbox"[^>]*>', answer.content.decode())
        return [re.search('value="([^"]*)"', box)[1] for box in boxes if "checked" in box]

    for name in ("zones-deux-zones", "commune"):
        step = client.post(address, {"geste": "preparer", "variables": name})
        assert ticked(step) == [name]
        carried = {"marges": step.context["marges"]}
        merge = {**carried, "geste": "reunir", "classes": step.context["strata"][0]["all"]}
        step = client.post(address, merge)
        assert ticked(step) == [name]
        client.post(address, {"marges": step.context["marges"], "geste": "calculer", "methode": "raking"})
        assert ticked(client.get(address)) == [name]


def test_an_age_mistyped_closes_no_page(client, survey):
    """« ² » est à côté du 1 sur un clavier, et une touche reste enfoncée : l’âge ne se lit pas, les pages se
    lisent.
    """
    _, token = sample_survey.device(survey)
    for age in ("4²", "9" * 5000):
        sample_survey.send(client, token, sample_survey.answer(values={"age": age, "aide": "oui"}))
    assert "2 réponses sans cette indication" in page(client, f"/espace/enquetes/{survey.pk}/quotas/")
    address = f"/espace/enquetes/{survey.pk}/resultats/redressement/"
    page_text = client.post(address, {"geste": "preparer", "variables": "age"}).content.decode()
    assert "4²" in page_text


def test_an_answer_is_read_once_for_the_quotas_and_leaves_nothing_of_itself(
    client, analyst, monkeypatch, settings, tmp_path
):
    settings.HOME = tmp_path
    settings.HEARTBEAT = tmp_path / "echeances.vu"
    form = places.fitted(banks.banks()["habitants"], "38151")
    row = campaigns.prepare(
        by=None, title="Relues", territory="38151", questionnaire=form, at=sample_survey.AT, target=100
    )
    _, token = sample_survey.device(row)
    read, real = [], answers.read
    monkeypatch.setattr(answers, "read", lambda *read_arguments: read.append(1) or real(*read_arguments))

    def women() -> int:
        page(client, f"/espace/enquetes/{row.pk}/quotas/")
        quota_by_variable = {quota.variable: quota for quota in calculations.quotas(row, at=sample_survey.AT)}
        return quota_by_variable["sexe"].strata[0].n

    def send(n: int) -> None:
        values = {"age": "70", "sexe": "femme"}
        sample_survey.send(client, token, *(sample_survey.answer(values=values) for _ in range(n)))

    send(3)
    assert (women(), len(read)) == (3, 3)
    send(2)
    assert (women(), len(read)) == (5, 5), "those that came since"
    Answer.objects.filter(pk=Answer.objects.first().pk).update(aside_at=sample_survey.AT)
    assert (women(), len(read)) == (4, 9), "one went: all that stay are read again"
    (counts_file,) = (tmp_path / "resultats" / str(row.pk)).glob("quotas-*.json")
    stored_counts = json.loads(counts_file.read_text("utf-8"))
    assert {"femme": 4} in stored_counts["counts"]
    assert len(stored_counts["read"]) == 4 and not any("femme" in digest for digest in stored_counts["read"])
    monkeypatch.setattr(calculations, "AT_ONCE", 5)
    send(6)
    queued: list[tuple[int, str]] = []
    monkeypatch.setattr(
        calculations.compute_later.__class__, "enqueue", lambda _, *values: queued.append(values)
    )
    assert "Les résultats se calculent." in page(client, f"/espace/enquetes/{row.pk}/quotas/")
    assert queued == [(row.pk, "quotas")]
    calculations.compute_later.func(*queued[0])
    assert (women(), len(read)) == (10, 15)


def test_a_question_of_another_name_counts_as_its_census_variable(client, analyst):
    sexes = (Choice(name="1", label={"fr": "Femme"}), Choice(name="2", label={"fr": "Homme"}))
    items = (
        Question(name="q1_age", kind="integer", label={"fr": "Votre âge ?"}),
        Question(name="q2", kind="one", label={"fr": "Vous êtes ?"}, choices="s"),
        Question(name="q3", kind="text", label={"fr": "Et encore ?"}),
    )
    form = Questionnaire(id="q", title="Q", lists={"s": sexes}, items=items)
    row = campaigns.prepare(
        by=None, title="Autres noms", territory="38151", questionnaire=form, at=sample_survey.AT
    )
    base = f"/espace/enquetes/{row.pk}/questionnaire/q/"
    assert "Elle demande ce que compte le recensement" not in page(client, f"{base}q3/")
    assert places.offered_variables(row) == {}
    for name, census in (("q1_age", "age"), ("q2", "sexe")):
        assert "Elle demande ce que compte le recensement" in page(client, f"{base}{name}/")
        choice_fields = {f"nom-{n}": choice.name for n, choice in enumerate(sexes)} | {
            f"reponse-{n}": choice.label["fr"] for n, choice in enumerate(sexes)
        }
        sent = {"libelle": "Votre âge ?", "aide": "", "recensement": census}
        assert (
            client.post(f"{base}{name}/", sent | (choice_fields if name == "q2" else {})).status_code == 302
        )
    assert places.offered_variables(row) == {"q1_age": "age", "q2": "sexe"}
    client.post(
        f"{base}q2/", sent | choice_fields | {"recensement": "age"}
    )  # the mark goes to the last that takes it
    assert places.offered_variables(row) == {"q2": "age"}
    for name, census in (("q1_age", "age"), ("q2", "sexe")):
        client.post(
            f"{base}{name}/", sent | (choice_fields if name == "q2" else {}) | {"recensement": census}
        )
    campaigns.open_survey(row, by=None, at=sample_survey.AT)
    _, token = sample_survey.device(row)
    last = row.versions.first().number
    sent_answers = [
        sample_survey.answer(version=last, values={"q1_age": age, "q2": sex})
        for age in ("20", "50", "72")
        for sex in "12"
    ]
    sample_survey.send(client, token, *sent_answers)
    assert [
        (quota.variable, quota.n, quota.unplaced) for quota in calculations.quotas(row, at=sample_survey.AT)
    ] == [
        ("q1_age", 6, 0),
        ("q2", 6, 0),
    ]
    published.weigh(row, places.census_margins(row, ["q2"]), by=None, at=sample_survey.AT)
    stratum, *_ = frames.chosen(row).told["strata"]
    assert stratum["variable"] == "q2"
    assert not [choice for choice in sentences.sentences(frames.frame(row)) if "Vous êtes" in choice.text]


def test_what_is_published_keeps_its_rounding(survey):
    survey.publications.create(number=1, content={}, published_at=sample_survey.AT)
    with pytest.raises(Refused, match="arrondi"):
        campaigns.change(survey, {"rounding": "down"}, by=None, at=sample_survey.AT)


def test_a_survey_never_takes_an_address_of_the_platform(analyst):
    assert sample_survey.survey("Envoi").slug == "envoi-2"


def test_a_table_with_labels_and_french_dates_is_read_as_what_it_says(client, analyst):
    """A condition reads names: kept as « Oui », an answer would take with it those that depend on it."""
    on = (Choice(name="oui", label={"fr": "Oui"}), Choice(name="non", label={"fr": "Non"}))
    outils = (
        Choice(name="pc", label={"fr": "Un ordinateur"}),
        Choice(name="tel", label={"fr": "Un téléphone"}),
    )
    form = Questionnaire(
        id="f",
        title="Essai",
        lists={"on": on, "outils": outils},
        items=(
            Question(name="net", kind="one", label={"fr": "Internet ?"}, choices="on"),
            Question(
                name="avec",
                kind="many",
                label={"fr": "Avec quoi ?"},
                choices="outils",
                relevant="${net} = 'oui'",
            ),
            Question(name="age", kind="integer", label={"fr": "Âge ?"}),
            Question(name="jour", kind="date", label={"fr": "Quel jour ?"}),
            Question(name="avis", kind="text", label={"fr": "Votre avis ?"}),
        ),
    )
    row = campaigns.prepare(
        by=None, title="Tableur", territory="38151", questionnaire=form, at=sample_survey.AT
    )
    file = (
        "id;net;avec;age;jour;avis\n1;Oui;Un ordinateur, un"
        " téléphone;45,0;01/11/2026;Oui\n2;non;;12;11/13/2026;01/11/2026\n"
    )
    campaigns.open_survey(row, by=None, at=sample_survey.AT)
    page_text = client.post(
        f"/espace/enquetes/{row.pk}/importer/",
        {"fichier": SimpleUploadedFile("a.csv", file.encode("cp1252"))},
    )
    page_text = re.sub("[\u00a0\u202f]", " ", page_text.content.decode())
    assert "2 réponses nouvelles" in page_text
    assert "« Quel jour ? » : 1 valeur n’est pas une réponse de cette question, « 11/13/2026 »" in page_text
    values_by_net = {each.values["net"]: each.values for each in Answer.objects.filter(survey=row)}
    assert values_by_net["oui"] == {
        "net": "oui",
        "avec": "pc tel",
        "age": "45",
        "jour": "2026-11-01",
        "avis": "Oui",
    }
    assert values_by_net["non"]["avis"] == "01/11/2026"


def test_repeated_groups_are_named_where_the_way_of_asking_is_chosen(client, analyst):
    ask = Question(name="quel", kind="text", label={"fr": "Lequel ?"})
    parts = (Group(name="app", label={"fr": "Appareils"}, repeat=True, items=(ask,)),)
    form = Questionnaire(id="f", title="Essai", items=parts)
    row = campaigns.prepare(
        by=None, title="Répété", territory="38151", questionnaire=form, at=sample_survey.AT
    )
    assert "Ce qui se répète (« Appareils »)" in page(client, f"/espace/enquetes/{row.pk}/")


def test_the_author_chooses_which_questions_are_sensitive(client, analyst):
    """Ce que les mots devinent est coché ; le choix s’écrit dans le questionnaire, et y reste."""
    sent = {"depart": "banque-habitants", "titre": "Échirolles", "territoire": "38151", "arrondi": "nearest"}
    client.post("/espace/enquetes/nouvelle/", sent)
    row = Survey.objects.get()
    home, address = f"/espace/enquetes/{row.pk}/", f"/espace/enquetes/{row.pk}/questionnaire/sensibles/"
    assert "2 devinées" in page(client, home)
    assert re.search(r'value="francais"\s+checked', page(client, address))
    assert not re.search(r'value="equipement"\s+checked', page(client, address))
    client.post(address, {"sensible": ["equipement"]})
    assert protection.sensitive_questions(form_of(row)) == {"equipement", "raison_non_equipe"}
    assert "Votre choix" in page(client, address)
    assert "2 choisies" in page(client, home)


def test_columns_headed_by_the_wording_of_questions_are_read_as_a_clerk_typed_them(client, analyst):
    form = banks.bank("habitants")
    row = campaigns.prepare(
        by=None, title="Tapée", territory="38151", questionnaire=form, at=sample_survey.AT
    )
    headers = "N°;QUEL ÂGE avez vous\u00a0?;Êtes-vous une femme ou un homme ?;Aisance;diplome;Couleur"
    wording = words(form.question("aisance").label)
    table = f"{headers.replace('Aisance', wording)}\n1;43 ans;F;Peu;bac+2;x\n2;NSP;Homme;ne sait pas;Bac;x\n"
    read = files.read(row, table.encode(), "f.csv")
    assert [dict(each.values) for each in read.answers] == [
        {"age": "43", "sexe": "femme", "aisance": "peu", "diplome": "bac_2"},
        {"age": "nsp", "sexe": "homme", "aisance": "nsp", "diplome": "bac"},
    ]
    assert read.unknown == ("Couleur",)
    notes = [note.replace("\u00a0", " ") for note in read.notes]
    assert (
        "« Êtes-vous une femme ou un homme ? » : 2 valeurs tapées autrement sont lues : « F » pour « Une femme » (1), « Homme » pour « Un homme » (1)."
        in notes
    )


@pytest.mark.parametrize(
    "header",
    [
        "classe_age",
        "Tranche d’âge",
        "Dans quelle tranche d'âge êtes-vous ?",
        "Sans dire votre âge : dans quelle tranche êtes-vous ?",
        "Quel âge avez-vous ?",
        "age",
    ],
)
def test_ages_written_as_classes_alone_count_in_them(analyst, header):
    """Quatre cents âges par tranche étaient annoncés lus, ou tus, et le redressement n’en voyait aucun."""
    form = banks.bank("habitants")
    row = campaigns.prepare(
        by=None, title="Tranches", territory="38151", questionnaire=form, at=sample_survey.AT
    )
    ages = ("De 26 à 39 ans", "61-70 ans", "75 ans et plus", "15-29")
    table = "\n".join([f"id;{header};sexe", *(f"{n};{age};Une femme" for n, age in enumerate(ages, 1))])
    read = files.read(row, table.encode(), "f.csv")
    receive.receive(row, read.answers, at=sample_survey.AT)
    classes = sorted(answers.table(row)["classe_age"].tolist())
    assert (classes, read.uncounted, read.unknown) == (["15-29", "26_39", "61_70", "plus_70"], (), ())
    notes = [note.replace("\u00a0", " ") for note in read.notes]
    assert "« Tranche d’âge » : 3 réponses comptent par leur tranche, sans valeur exacte." in notes
    assert any("donnez des marges par ces mêmes tranches" in note for note in notes)


def test_an_exact_age_comes_before_its_class(analyst):
    row = campaigns.prepare(
        by=None,
        title="Deux",
        territory="38151",
        questionnaire=banks.bank("habitants"),
        at=sample_survey.AT,
    )
    read = files.read(row, b"id;age;classe_age\n1;43;40_60\n2;;26_39\n", "f.csv")
    assert [dict(each.values) for each in read.answers] == [
        {"age": "43"},
        {"age": "refus", "age_environ": "26_39"},
    ]


def test_every_column_of_a_file_is_recognised_or_listed_unread(analyst):
    row = campaigns.prepare(
        by=None,
        title="Colonnes",
        territory="38151",
        questionnaire=banks.bank("habitants"),
        at=sample_survey.AT,
    )
    table = (
        "id,equipement,apprendre,raison_pas_apprendre,_index,Couleur\n"
        "1,Un smartphone;Un ordinateur,Oui,pas_interesse,7,x\n"
    )
    read = files.read(row, table.encode(), "f.csv")
    assert read.answers[0].values["equipement"] == "smartphone ordinateur"
    assert read.unknown == ("Couleur",)
    (uncounted,) = read.uncounted
    assert "Pourquoi ne le souhaitez-vous pas" in uncounted
    notes = " ".join(read.notes)
    assert "_index" in notes
    assert "sépare plusieurs réponses" in notes
    assert "tapée" not in notes


def test_a_beginning_of_two_answers_is_not_read_in_silence(analyst):
    """« non », nom d’un choix et début de deux réponses, comptait sans un mot comme « ce n’est pas utile »."""
    form = banks.bank("structures")
    row = campaigns.prepare(
        by=None, title="Tapée", territory="38151", questionnaire=form, at=sample_survey.AT
    )
    read = files.read(row, b"id;vision;partenariat\na;non;non\nb;Non;Non\nc;oui;oui\n", "f.csv")
    notes = " ".join(read.notes).replace("\xa0", " ")
    assert "« non » pour « Non, et ce n’est pas utile pour moi » (1)" in notes
    assert [(each.text, each.n) for column in read.unread for each in column.values] == [("Non", 1)]


def test_a_table_without_any_known_header_lists_every_column_to_match(client, survey):
    """Un fichier aux en-têtes libres était refusé d’un bloc, neuf de ses quinze colonnes tues."""
    headers = [f"Colonne n° {n}" for n in range(1, 25)]
    rows = f"id;{';'.join(headers)}\nr1;34{';x' * 23}\n".encode("cp1252")
    address = f"/espace/enquetes/{survey.pk}/importer/"
    answer = client.post(address, {"fichier": SimpleUploadedFile("r.csv", rows)})
    text = answer.content.decode()
    assert answer.status_code == 200 and not Answer.objects.exists(), "shown before anything is kept"
    assert html.unescape(re.findall(r'name="colonne" value="([^"]+)"', text)[-1]) == headers[-1]
    assert "0 colonne" in text.replace("\u00a0", " ") and "24 n’en ont pas encore" in " ".join(text.split())
    carried = re.search(r'name="contenu" value="([^"]+)"', text)[1]
    chosen = {"colonne": headers, "question": ["age", *[""] * 23]}
    client.post(address, {"nom": "r.csv", "contenu": carried, **chosen})
    assert Answer.objects.get().values == {"age": "34"}
    with pytest.raises(Refused, match="pas d’autre colonne"):
        files.read(survey, b"id\na\nb\n", "f.csv")


def test_answers_of_an_undated_file_are_of_the_days_of_their_survey(client, survey):
    Survey.objects.update(opens_on=date(2026, 3, 3), closes_on=date(2026, 3, 27))
    file = SimpleUploadedFile("f.csv", b"id;age\na;51\nb;34\n")
    client.post(f"/espace/enquetes/{survey.pk}/importer/", {"fichier": file})
    survey.refresh_from_db()
    first, *_ = editions.method(frames.frame(survey))
    assert first.replace("\xa0", " ") == "Réponses reçues du 3 mars 2026 au 27 mars 2026."


@pytest.mark.parametrize(
    ("bank", "universe"),
    [("habitants", "habitants de 15 ans et plus"), ("structures", "structures du territoire")],
)
def test_a_survey_without_a_universe_takes_that_of_its_public(client, analyst, bank, universe):
    sent = {"depart": f"banque-{bank}", "titre": "Essai", "territoire": "38151", "arrondi": "nearest"}
    client.post("/espace/enquetes/nouvelle/", sent)
    assert Survey.objects.get().universe == universe
    assert 'value="habitants de 15 ans' not in page(client, "/espace/enquetes/nouvelle/")


def test_only_surveys_of_the_same_public_are_offered_as_the_previous_wave(client, analyst):
    people, _, other = (
        campaigns.prepare(
            by=None, title=title, territory="38151", questionnaire=banks.bank(name), at=timezone.now()
        )
        for title, name in (("Les gens", "habitants"), ("Les lieux", "structures"), ("Avant", "habitants"))
    )
    for address in (f"{people.pk}/modifier/", f"nouvelle/?suite={people.pk}"):
        waves = (
            page(client, f"/espace/enquetes/{address}").partition('name="vague"')[2].partition("</select>")[0]
        )
        assert f'value="{other.pk}"' in waves and "Les lieux" not in waves
