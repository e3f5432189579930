"""The pages of papers: the safes, what is kept of a person, one paper, and what a card lets them stop."""

import errno
import os
import re
from datetime import UTC, datetime

import pytest
from django.core.files import temp
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.documents import rules as documents_rules
from maillage.apps.people.documents.actions import scanning, sharing, storing
from maillage.apps.people.documents.models import Paper, Share
from maillage.apps.people.persons.actions import consents
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import Entry, User
from maillage.reference import safes
from tests.conftest import account, with_role
from tests.support.cards import decide, open_page
from tests.support.papers import EICAR, clamd, pdf, picture
from tests.support.places import place
from tests.support.prose import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_at")]
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def keys(settings, home) -> None:
    settings.PAPERS = {"key": documents_rules.new_key(), "key_file": "", "scanner": scanning.OFF}


@pytest.fixture
def other() -> Structure:
    return Structure.objects.create(key="ccas", name="CCAS")


@pytest.fixture
def leila(structure) -> User:
    return account("leila", "aidant", shown="Leïla", structure=structure)


@pytest.fixture
def andrei(leila, structure) -> Person:
    return people.welcome(by=leila, structure=structure, nickname="M. Andrei", at=NOW)


@pytest.fixture
def pro(client, leila):
    client.force_login(leila)
    return client


@pytest.fixture
def paper(andrei, structure, leila) -> Paper:
    upload = storing.Upload(pdf(), documents_rules.PDF)
    values = {"kind": "identite", "purpose": "rsa", "days": 30, "how": "read", "at": NOW, "token": "t"}
    return storing.store(upload, person=andrei, structure=structure, by=leila, **values)


def sent(file: SimpleUploadedFile, **more) -> dict:
    typed = {"papier": "identite", "pour": "rsa", "jours": "30", "comment": "read", "envoi": "e"}
    return typed | {"fichier": file} | more


# ------------------------------------------------------------------------------------------------- the safes


def test_every_safe_says_its_conditions_and_where_they_were_read(client):
    page = client.get("/coffres/")
    words, content = text_of(page), page.content.decode()
    for each in safes.safes().safes:
        assert each.name in words
    for number, (id, source) in enumerate(safes.safes().sources.items(), 1):
        assert f'id="source-{id}"' in content, number
        assert source.words in words
    assert words.count("Cette page n’est pas celle du responsable du service") == sum(
        bool(each.url) and not each.producer for each in safes.safes().sources.values()
    )
    assert "Convient" not in words, "nobody said what they have yet"


def test_what_one_has_puts_first_what_suits_and_is_not_stored(client):
    page = client.get("/coffres/?fait=1&a=email&a=phone&a=inconnu")
    order = re.findall(r'class="carton coffre coffre-(\w+)" id="coffre-([\w-]+)"', page.content.decode())
    assert [verdict for verdict, _ in order] == ["suits"] * 3 + ["lacks"] * 3
    assert ("suits", "digiposte") in order and ("lacks", "banque") in order
    assert "Set-Cookie" not in page.headers


def test_the_places_that_help_with_a_safe_are_listed(client):
    assert "Aucun lieu de l’annuaire" in text_of(client.get("/coffres/"))
    place("coffre", {"nom": "Accueil de jour", "practices": {"coffre_fort": {"state": "offered"}}})
    assert "Accueil de jour" in text_of(client.get("/coffres/"))


def test_a_helper_chooses_with_the_person(pro, andrei):
    page = pro.get(reverse("person_safe", args=[andrei.pk]) + "?fait=1&a=helper")
    assert "Choisir un coffre avec M. Andrei" in text_of(page) and "À demander avant" in text_of(page)


# ---------------------------------------------------------------------------------------------- kept or not


def test_off_the_page_says_why_and_how_and_keeps_nothing(pro, andrei, settings):
    settings.PAPERS |= {"key": ""}
    address = reverse("person_papers", args=[andrei.pk])
    words = text_of(pro.get(address))
    assert "Maillage ne garde aucun papier ici" in words
    assert "MAILLAGE_PAPERS_KEY_FILE" not in words, "settings are for whoever administers"
    answer = pro.post(f"{address}ajouter/", sent(SimpleUploadedFile("p.pdf", pdf())))
    assert answer.url == address and not Paper.objects.exists()
    settings.PAPERS |= {"key": "x"}
    assert "44 signes" not in text_of(pro.get(address)), "said to whoever administers"


def test_a_paper_is_stored_in_one_form_and_says_that_nothing_scanned_it(pro, andrei):
    address = reverse("person_paper_add", args=[andrei.pk])
    assert "Aucun antivirus ne lit" in text_of(pro.get(address))
    answer = pro.post(address, sent(SimpleUploadedFile("p.pdf", pdf(Author="Fatou"))), follow=True)
    words = text_of(answer)
    assert "aucun antivirus ne l’a lu" in words and "auteur : Fatou" in words and "Pas analysé" in words
    paper = Paper.objects.get()
    assert "chiffrée" in paper.words and paper.scanner == ""
    assert "Pièce d’identité" in text_of(pro.get(reverse("person_papers", args=[andrei.pk])))
    assert "Déjà gardé pour cette démarche" in text_of(pro.get(f"{address}?demarche=rsa"))


def test_a_paper_is_stored_by_a_structure_that_follows_the_person(pro, leila, andrei, structure, other):
    """An account of two structures stored it for the other, unknown to the person."""
    with_role(leila, "aidant", structure=other)
    address = reverse("person_paper_add", args=[andrei.pk])
    page = text_of(pro.get(address))
    assert structure.name in page and other.name not in page
    pro.post(address, sent(SimpleUploadedFile("p.pdf", pdf()), structure=other.pk))
    assert [(each.structure, structure.name in each.words) for each in Paper.objects.all()] == [
        (structure, True)
    ]


def test_a_paper_that_was_scanned_says_by_what_and_an_infected_one_why(pro, andrei, settings, tmp_path):
    at = tmp_path / "c"
    settings.PAPERS |= {"scanner": f"unix:{at}"}
    address = reverse("person_paper_add", args=[andrei.pk])
    with clamd(at):
        answer = pro.post(address, sent(SimpleUploadedFile("p.png", picture("PNG"))), follow=True)
        assert "analysé par ClamAV 1.4.3, signatures 27800, rien de dangereux" in text_of(answer)
        assert "ClamAV 1.4.3" in text_of(pro.get("/espace/papiers/"))
        bad = pdf().replace(b"%%EOF", EICAR + b"\n%%EOF")
        answer = pro.post(address, sent(SimpleUploadedFile("p.pdf", bad), envoi="f"))
    assert answer.status_code == 400 and "Eicar-Signature" in text_of(answer)
    assert "ne répond pas" in text_of(pro.get("/espace/papiers/"))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"comment": ""}, "Il manque son accord"),
        ({"jours": ""}, "Il manque ce choix"),
        ({"fichier": ""}, "Il manque le papier"),
        ({"fichier": SimpleUploadedFile("p.pdf", b"")}, "Ce fichier est vide"),
        ({"fichier": SimpleUploadedFile("p.pdf", b"MZ")}, "ni un PDF"),
    ],
)
def test_each_missing_field_is_an_error(pro, andrei, more, words):
    answer = pro.post(
        reverse("person_paper_add", args=[andrei.pk]), sent(SimpleUploadedFile("p.pdf", pdf())) | more
    )
    assert answer.status_code == 400 and words in text_of(answer)
    assert not Paper.objects.exists()


# ----------------------------------------------------------------------------------------------- one paper


def test_no_room_for_what_is_being_sent_says_so_and_keeps_nothing(pro, andrei, monkeypatch):
    """A heavy file is laid in the temporary folder while it is read, before any page answers."""

    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(temp, "NamedTemporaryFile", full)
    pro.raise_request_exception = False
    heavy = SimpleUploadedFile("p.pdf", b"%PDF-1.4" + b"0" * 10_000_000, content_type="application/pdf")
    answer = pro.post(reverse("person_paper_add", args=[andrei.pk]), sent(heavy))
    assert answer.status_code == 507
    assert "Le disque de l’ordinateur qui tient la plateforme est plein" in text_of(answer)
    assert not Paper.objects.exists()


def test_a_paper_leaves_whole_as_a_file_and_its_opening_is_recorded(pro, paper, andrei):
    answer = pro.get(reverse("kept_paper_file", args=[paper.pk]), headers={"accept-encoding": "gzip"})
    content = b"".join(answer.streaming_content)
    assert content == pdf() and len(content) == int(answer["Content-Length"])
    assert answer["Content-Disposition"] == 'attachment; filename="identite.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff" and "no-store" in answer["Cache-Control"]
    assert "sandbox" in answer["Content-Security-Policy"]
    assert Entry.objects.filter(verb="paper.read").count() == 1
    assert "Leïla (Pimms Mediation Grenoble)" in text_of(pro.get(reverse("kept_paper", args=[paper.pk])))
    person = text_of(pro.get(reverse("person", args=[andrei.pk])))
    assert "a ouvert un papier : Pièce d’identité, RSA" in person


def test_a_missing_file_is_an_error(pro, paper):
    from maillage.apps.people.documents.queries import path_of

    path_of(paper.name).unlink()
    answer = pro.get(reverse("kept_paper_file", args=[paper.pk]))
    assert answer.status_code == 409 and "Son fichier manque" in text_of(answer)


def test_a_paper_is_shared_in_two_steps_read_by_the_other_and_stopped(pro, client, paper, other):
    paul = account("paul", "aidant", structure=other)
    address = reverse("kept_paper_share", args=[paper.pk])
    page = pro.get(address, {"structure": other.pk, "jours": "7"})
    (words,) = re.findall(r"« (Est-ce que CCAS.*?) »", text_of(page))
    assert pro.post(address, {"structure": other.pk, "jours": "7"}).status_code == 400, "nobody said yes"
    answer = pro.post(address, {"structure": other.pk, "jours": "7", "comment": "read"})
    share = Share.objects.get()
    assert answer.url == reverse("kept_paper", args=[paper.pk])
    assert " ".join(share.words.split()) == words, "what was read is what is kept"
    client.force_login(paul)
    assert "Pièce d’identité" in text_of(client.get("/espace/papiers/"))
    assert "Effacer" not in text_of(client.get(reverse("kept_paper", args=[paper.pk])))
    assert client.get(reverse("kept_paper_share", args=[paper.pk])).status_code == 404
    assert (
        client.post(reverse("kept_paper_gesture", args=[paper.pk]), {"geste": "effacer"}).status_code == 404
    )
    assert b"".join(client.get(reverse("kept_paper_file", args=[paper.pk])).streaming_content) == pdf()
    sharing.withdraw(share, by=None, at=NOW)
    for name in ("kept_paper", "kept_paper_file"):
        assert client.get(reverse(name, args=[paper.pk])).status_code == 404


def test_a_share_of_another_paper_is_not_stopped_here(pro, paper, other):
    account("paul", "aidant", structure=other)
    form_data = {"geste": "arreter", "partage": "1"}
    assert pro.post(reverse("kept_paper_gesture", args=[paper.pk]), form_data).status_code == 404
    assert pro.post(reverse("kept_paper_gesture", args=[paper.pk]), {"geste": "x"}).status_code == 404


def test_it_is_erased_in_a_gesture(pro, paper, andrei, django_capture_on_commit_callbacks):
    form_data = {"geste": "effacer", "parce_que": "person"}
    with django_capture_on_commit_callbacks(execute=True):
        answer = pro.post(reverse("kept_paper_gesture", args=[paper.pk]), form_data)
    assert answer.url == reverse("person_papers", args=[andrei.pk])
    assert pro.get(reverse("kept_paper_file", args=[paper.pk])).status_code == 404
    assert Paper.objects.get().erased_how == documents_rules.TAKEN_BACK


# ------------------------------------------------------------------------------------------------ with a card


def test_with_their_card_the_person_stops_and_erases_and_opens_nothing(
    client, paper, andrei, other, leila, django_capture_on_commit_callbacks
):
    account("paul", "aidant", structure=other)
    share = sharing.share(paper, structure=other, days=7, how="read", by=leila, at=NOW)
    open_page(client, andrei)
    page = client.get("/ma-carte/garde/")
    assert "Vos papiers gardés" in text_of(page) and "CCAS" in text_of(page)
    assert "fichier" not in page.content.decode()
    address = reverse("card_paper", args=[paper.pk])
    assert "ne lit plus ce papier" in text_of(decide(client, address, {"partage": share.pk}, follow=True))
    with django_capture_on_commit_callbacks(execute=True):
        assert "C’est effacé" in text_of(decide(client, address, follow=True))
    assert decide(client, address).status_code == 404
    copy = client.get("/ma-carte/copie/")
    assert "la personne l’a demandé" in text_of(copy) and "Montré à CCAS" in text_of(copy)
    (copied_paper,) = client.get("/ma-carte/copie/?format=json").json()["papiers"]
    assert copied_paper["montre_a"][0]["etat"] == "arrêté"


def test_a_card_stops_nothing_of_somebody_else(client, paper, structure, leila):
    fatou = people.welcome(by=leila, structure=structure, nickname="Fatou", at=NOW)
    open_page(client, fatou)
    assert decide(client, reverse("card_paper", args=[paper.pk])).status_code == 404
    assert Paper.objects.get().erased_at is None


def test_consent_is_read_in_the_language_of_the_person_and_stored_in_french(pro, andrei):
    Person.objects.update(language="ro")
    address = reverse("person_paper_add", args=[andrei.pk])
    assert "Română : Poate Pimms Mediation Grenoble să păstreze o copie" in text_of(pro.get(address))
    pro.post(address, sent(SimpleUploadedFile("p.pdf", pdf())))
    assert Paper.objects.get().words.startswith("Est-ce que Pimms")


def test_the_papers_of_a_procedure_are_beside_what_is_to_gather(pro, andrei, leila, paper, settings):
    consents.agree(person=andrei, purpose="track", how="read", by=leila, at=NOW)
    page = text_of(pro.get(reverse("droit", args=[andrei.pk, "rsa"])))
    assert "Gardés ici, chiffrés :" in page
    assert "Garder un papier pour cette démarche" in page
    settings.PAPERS = {"key": "", "key_file": "", "scanner": scanning.OFF}
    other = text_of(pro.get(reverse("droit", args=[andrei.pk, "impots"])))
    assert "Gardés ici" not in other
    assert "Garder un papier" not in other
