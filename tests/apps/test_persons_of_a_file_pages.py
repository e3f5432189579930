"""Persons of a file on the site: displayed, declared, taken in once, taken back; nobody of another structure."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from maillage.apps.people.persons.actions import register, taking_in
from maillage.apps.people.persons.models import Consent, Following, Person
from tests.conftest import account, with_role
from tests.support import coop_workbooks
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
PAGE = "/espace/personnes/importer/"
ROWS = (("Petit", "Louise", 1948, "Corenc"), ("Diallo", "Awa", "hier"), ("Doré", "Léo", 1990))


@pytest.fixture
def library():
    return place("bibliotheque").structure


@pytest.fixture
def aidant(client, library):
    user = account("aidant", "aidant", shown="Leïla", structure=library)
    client.force_login(user)
    return user


def book(*rows) -> bytes:
    return coop_workbooks.beneficiaries(*(rows or ROWS)).getvalue()


def send(client, content: bytes, name: str = "b.xlsx", **more):
    file = SimpleUploadedFile(name, content)
    return client.post(PAGE, {"fichier": file, "apercu": "oui", **more})


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(nom|contenu|structure)" value="([^"]*)"', page))


def confirm(client, preview, **more):
    return client.post(PAGE, {**hidden(preview.content.decode()), "accord": "on", **more})


def test_a_file_is_displayed_before_anything_is_stored(client, aidant):
    page = send(client, book())
    text = page.content.decode().replace("\xa0", " ")
    assert page.status_code == 200
    assert not Person.objects.exists()
    for words in (
        "2 cartes à faire",
        "Louise P.",
        "ligne 5",
        "Ligne 6, Année de naissance",
        "« <bdi>hier</bdi> »",
    ):
        assert words in text
    assert "Code postal, N° de téléphone, E-mail" in text, "what is not stored is named"
    assert "Corenc" not in text


def test_doubles_of_a_file_stand_in_its_preview(client, aidant):
    preview = send(client, book(("Durand", "Aline", 1950), ("Dupont", "Aline", 1950)))
    text = " ".join(re.sub(r"<[^>]+>", "", preview.content.decode()).split())
    assert "1 carte à faire. Rien n’est encore gardé. 1 ligne peut-être en double" in text
    assert "Aline D., 1950 (ligne 6) n’est pas Aline D., 1950 (ligne 5)" in text
    confirm(client, preview, autre="1")
    assert Person.objects.count() == 2


def test_a_missing_column_is_refused_with_the_heading_of_a_french_table(client, aidant):
    page = send(client, "Prénom;Année de naissance\nAline;1950\n".encode(), "b.csv")
    assert "L’en-tête attendu est : Nom;Prénom;Année de naissance." in page.content.decode()


def test_each_person_has_a_card_once_declared_by_who_sends_the_file(client, aidant, library):
    preview = send(client, book())
    refused = client.post(PAGE, hidden(preview.content.decode()))
    assert refused.status_code == 400
    assert "puis cochez la case" in refused.content.decode()
    assert not Person.objects.exists()
    done = confirm(client, preview)
    assert "2 cartes faites" in done.content.decode()
    assert {each.nickname for each in Person.objects.all()} == {"Louise P.", "Léo D."}
    assert Consent.objects.filter(words__startswith="Accord déclaré par Leïla, le ").count() == 2
    again = send(client, book()).content.decode()
    assert "0 carte à faire" in again
    assert "2 personnes déjà suivies" in again
    confirm(client, preview)
    assert Person.objects.count() == 2


def test_who_resembles_a_person_followed_waits_for_an_answer(client, aidant, library):
    register.welcome(by=aidant, structure=library, nickname="Louise", at=timezone.now())
    preview = send(client, book())
    text = preview.content.decode()
    assert "1 ressemble à une personne suivie" in re.sub(r"\s+", " ", text)
    confirm(client, preview)
    assert Person.objects.filter(nickname__startswith="Louise").count() == 1
    rank = re.search(r'type="checkbox" name="autre" value="(\d+)"', text)[1]
    confirm(client, preview, autre=rank)
    assert Person.objects.filter(nickname__startswith="Louise").count() == 2


def test_a_long_file_is_taken_in_by_pieces(client, aidant, monkeypatch):
    monkeypatch.setattr(taking_in, "MAX_AT_ONCE", 1)
    preview = send(client, book())
    done = confirm(client, preview)
    assert "Il en reste 1" in done.content.decode()
    assert "Continuer" in done.content.decode()
    done = confirm(client, done)
    assert Person.objects.count() == 2
    assert "Continuer" not in done.content.decode()


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "vide.csv", "le fichier est vide"),
        (b"nom;prenom\n", "b.csv", "aucune ligne sous"),
        (coop_workbooks.activities({}).getvalue(), "a.xlsx", "aucune feuille"),
        (b"a" * 5_000_001, "gros.csv", "plus de 5 Mo"),
        (b"\x89PNG\r\n\x1a\n0000", "photo.csv", "pas un fichier CSV"),
        ("nom;prénom\nPetit;Louise\n".encode("cp1252"), "b.csv", "UTF-8"),
    ],
)
def test_what_is_no_table_of_persons_is_refused_with_its_cure(client, aidant, content, name, words):
    page = send(client, content, name)
    assert page.status_code == 400
    assert words in page.content.decode().replace("\xa0", " ")


def test_a_file_that_does_not_come_back_whole_is_refused(client, aidant):
    page = client.post(PAGE, {"nom": "b.xlsx", "contenu": "AAAA", "accord": "on"})
    assert page.status_code == 400
    assert "pas revenu entier" in page.content.decode()


def test_an_import_is_taken_back_but_for_who_was_helped_since(client, aidant, library):
    confirm(client, send(client, book()))
    louise = Person.objects.get(nickname="Louise P.")
    made_at = Following.objects.get(person=louise).since
    register.correct(louise, {"language": "ar"}, by=aidant, at=timezone.now())
    assert "2 cartes" in client.get(PAGE).content.decode()
    back = {"annuler": made_at.isoformat(), "structure": library.pk}
    page = client.post(PAGE, back, follow=True).content.decode().replace("\xa0", " ")
    assert "1 carte effacée" in page
    assert "1 personne reste" in page and f"a suivi : {louise.full_label}. Chacune" in page
    assert [each.nickname for each in Person.objects.filter(forgotten_at=None)] == ["Louise P."]
    register.welcome(by=aidant, structure=library, nickname="Zoé", at=timezone.now())
    client.post(PAGE, back)
    assert Person.objects.filter(forgotten_at=None).count() == 2


def test_an_import_of_last_week_is_no_longer_taken_back(client, aidant, library):
    confirm(client, send(client, book()))
    old = timezone.now() - timedelta(days=8)
    Following.objects.update(since=old)
    Consent.objects.update(at=old)
    assert "Annuler cet import" not in client.get(PAGE).content.decode()
    client.post(PAGE, {"annuler": old.isoformat(), "structure": library.pk})
    assert Person.objects.filter(forgotten_at=None).count() == 2


def test_nobody_imports_for_another_structure_nor_takes_back_its_import(client, aidant, library):
    confirm(client, send(client, book()))
    made_at = Following.objects.first().since
    other = place("ailleurs", {"nom": "Ailleurs", "pivot": "21380185500015"}).structure
    colleague = account("collegue", "aidant", structure=library)
    stranger = account("autre", "gestionnaire", structure=other)
    with_role(stranger, "aidant", structure=other)
    client.force_login(stranger)
    assert send(client, book(), structure=library.pk).status_code == 404
    assert client.post(PAGE, {"annuler": made_at.isoformat(), "structure": library.pk}).status_code == 404
    for user in (stranger, colleague):
        client.force_login(user)
        client.post(PAGE, {"annuler": made_at.isoformat()})
        assert Person.objects.filter(forgotten_at=None).count() == 2


def test_a_coordination_that_follows_nobody_has_no_such_page(client, library):
    client.force_login(account("nora", "coordination", territory="38"))
    assert client.get(PAGE).status_code == 404
