"""Data that structures of the network share: whom they receive, how one registers, their results."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from maillage.apps.directory.places.models import Lieu
from maillage.apps.people.actes.models import Act
from maillage.apps.site.structures.actions import profiles
from maillage.apps.site.structures.models import Profile
from maillage.apps.site.structures.queries import profiles as queries
from maillage.apps.site.structures.queries import sharing
from tests.conftest import account
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
ON = AT.date()
SHEET = {"parts": [], "skills": [], "publics": [], "about": "Nous aidons.", "visibility": "network"}
COURSE = {
    "state": "offered",
    "publics": ["seniors"],
    "regularite": "chaque mardi",
    "inscription": "par téléphone",
}


@pytest.fixture
def library(home):
    practices = {"formation": COURSE, "wifi": {"state": "offered"}, "don": {**COURSE, "state": "planned"}}
    sheet = {"nom": "Bibliothèque", "publics_specifiquement_adresses": ["youth"], "practices": practices}
    return place("biblio", sheet)


@pytest.fixture
def leila(home):
    hall = place("maison", {"nom": "Maison des habitants"})
    return account("leila", "gestionnaire", structure=hall.structure)


def page(client, lieu, user) -> str:
    client.force_login(user)
    answer = client.get(f"/espace/reseau/annuaire/structures/{lieu.structure_id}/")
    return " ".join(answer.content.decode().replace("\xa0", " ").split())


def helped(structure, n: int, day: date = date(2026, 11, 2)) -> None:
    at = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
    values = {"kind": "together", "procedure": "caf_rsa", "minutes": 30, "where": "here", "commune": "38185"}
    for _ in range(n):
        Act.objects.create(uid=uuid4(), structure=structure, done_at=at, on_day=day, noted_at=at, **values)


def test_whom_a_place_receives_and_how_one_registers_is_read_by_the_network(client, library, karim, leila):
    profiles.write(library.structure, SHEET, base=0, by=karim, at=AT)
    page_text = page(client, library, leila)
    assert "Public : jeunes." in page_text
    assert (
        "Cours et ateliers</strong>, pour : seniors, rythme : chaque mardi, pour s’inscrire : par téléphone."
        in (page_text)
    )
    (shared,) = sharing.places(library.structure_id)
    assert [each.practice for each in shared.offers] == ["Cours et ateliers"], "only what runs and says how"


def test_a_place_that_says_nothing_is_described_as_such(client, library, karim, leila):
    profiles.write(library.structure, SHEET, base=0, by=karim, at=AT)
    Lieu.objects.filter(pk=library.pk).update(sheet={"nom": "Bibliothèque"})
    page_text = page(client, library, leila)
    assert "Public : ce lieu ne le dit pas." in page_text
    assert "Ni rythme ni inscription sur sa fiche." in page_text
    Lieu.objects.filter(pk=library.pk).update(state="ended")
    assert "Aucun lieu publié dans l’annuaire." in page(client, library, leila)


def test_results_are_read_only_once_the_structure_says_so(client, library, karim, leila):
    profiles.write(library.structure, SHEET, base=0, by=karim, at=AT)
    page_text = page(client, library, leila)
    assert (
        "Cette structure ne les partage pas." in page_text
        and "la lettre est plus bas" in page_text
        and "Écrire" in page_text
    )
    page_text = page(client, library, account("anne", "coordination", territory="38"))
    assert "Cette structure ne les partage pas." in page_text and "la lettre est plus bas" not in page_text
    assert "Vous ne les partagez pas." in page(client, library, karim)
    edit = f"/espace/reseau/annuaire/structures/{library.structure_id}/changer/"
    assert "Nos résultats, lus par les structures du réseau" in client.get(edit).content.decode()
    client.post(edit, {"lue_par": "network", "resultats": "oui", "mots": "Nous aidons.", "version": 1})
    assert Profile.objects.get().results
    assert "Cette structure ne les partage pas." not in page(client, library, leila)
    client.force_login(karim)
    client.post(edit, {"lue_par": "network", "mots": "Nous aidons.", "version": 2})
    assert not Profile.objects.get().results


def test_results_count_a_year_and_withhold_a_few(library, karim):
    profile, _ = profiles.write(library.structure, {**SHEET, "results": True}, base=0, by=karim, at=AT)
    last_month = ON.replace(day=1) - timedelta(days=1)
    helped(library.structure, 12, last_month)
    helped(library.structure, 22, ON)
    helped(library.structure, 33, ON.replace(day=1, year=ON.year - 1) - timedelta(days=1))
    year_results = sharing.results(profile, ON)
    assert (year_results.total.individual, year_results.total.helped) == (11, 11), (
        "whole lots of twelve months that are over"
    )
    Act.objects.all().delete()
    helped(library.structure, 3, last_month)
    assert sharing.results(profile, ON).total.helped is None


def test_two_versions_that_differ_by_what_is_shared_are_set_side_by_side(library, karim):
    profiles.write(library.structure, SHEET, base=0, by=karim, at=AT)
    _, other = profiles.write(library.structure, {**SHEET, "results": True}, base=0, by=karim, at=AT)
    (difference,) = queries.differences(other)
    assert (difference.label, difference.stored, difference.proposed) == (
        "résultats lus par le réseau",
        "non",
        "oui",
    )
