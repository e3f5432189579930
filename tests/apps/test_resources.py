"""Resources that structures share: a link or a file, its licence, its versions, and what it gave."""

from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from maillage.apps.community.actions import resources as actions
from maillage.apps.community.models import Resource, Use
from maillage.apps.community.queries import resources as queries
from maillage.apps.community.queries.resources import Wanted
from maillage.apps.community.rules import resources as rules
from maillage.kernel.errors import Refused
from tests.conftest import account
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
PDF = b"%PDF-1.7\n" + b"x" * 50
NEW = "/espace/reseau/ressources/nouvelle/"


@pytest.fixture
def leila(home):
    hall = place("maison", {"nom": "Maison des habitants", "code_insee": "38151", "commune": "Échirolles"})
    return account("leila", "gestionnaire", structure=hall.structure)


def typed(**more):
    defaults = {
        "titre": "S’actualiser, écran par écran", "mots": "Six écrans en grand.", "format": "sheet",
        "niveau": "start", "public": "jobseekers", "demarche": "actualisation", "auteur": "La bibliothèque",
        "licence": "cc-by", "adresse": "https://exemple.fr/fiche", "jeton": "j",
    }  # fmt: skip
    return {**defaults, **more}


def shared(lieu, by, token="a", **more):
    defaults = {
        "title": "Fiche", "about": "Six écrans", "format": "sheet", "level": "start", "public": "all",
        "author": "Nous", "licence": "cc-by", "link": "https://exemple.fr/",
    }  # fmt: skip
    return actions.share(lieu.structure, actions.Draft(**{**defaults, **more}, token=token), by=by, at=AT)


def test_a_resource_is_shared_once_and_found(client, karim, leila):
    client.force_login(karim)
    for _ in range(2):
        client.post(NEW, typed())
    (row,) = Resource.objects.all()
    client.force_login(leila)
    for went in ("badly", "well"):
        client.post(f"/espace/reseau/ressources/{row.pk}/", {"passe": went, "mots": "À six au plus."})
    assert Use.objects.count() == 1
    page = client.get(f"/espace/reseau/ressources/{row.pk}/").content.decode()
    assert "Utilisée par 1 structure : 1 bien." in page.replace("\u00a0", " ")
    assert "À six au plus." in page
    search_page = client.get(
        "/espace/reseau/ressources/?mots=ecran bibliotheque&demarche=travail"
    ).content.decode()
    assert "S’actualiser, écran par écran" in search_page
    nothing = client.get("/espace/reseau/ressources/?demarche=logement").content.decode()
    assert "Aucune ressource" in nothing


def test_a_structure_that_tells_of_two_versions_counts_once(client, library, karim, leila):
    first = shared(library, karim)
    second = shared(library, karim, token="b", follows=first)
    client.force_login(leila)
    client.post(f"/espace/reseau/ressources/{first.pk}/", {"passe": "badly", "mots": "Trop long."})
    client.post(f"/espace/reseau/ressources/{second.pk}/", {"passe": "well", "mots": "Plus court."})
    page = client.get(f"/espace/reseau/ressources/{second.pk}/").content.decode().replace("\xa0", " ")
    assert "Utilisée par 1 structure : 1 bien." in page
    assert "Plus court." in page and "version 1" in page
    third = shared(library, karim, token="c", follows=second)
    assert [row.used for row in queries.counted(queries.chosen(Wanted()))] == [1]
    listed = client.get("/espace/reseau/ressources/").content.decode()
    assert "utilisée par 1" in " ".join(listed.split()), (
        "the list says what the page of its last version does"
    )
    assert "Utilisée par 1 structure" in client.get(
        f"/espace/reseau/ressources/{third.pk}/"
    ).content.decode().replace("\xa0", " ")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"MZ\x90\x00 un programme", "quoi que dise son nom"),
        (b"<html><script>alert(1)</script>", "quoi que dise son nom"),
        (b"%PDF-" + b"x" * rules.HEAVIEST, "plus de 5 mégaoctets"),
        (b"", "Ce fichier est vide. Il n’y a rien à y lire. Vérifiez que c’est le bon"),
    ],
)
def test_a_file_that_lies_or_weighs_too_much_is_refused(client, karim, content, reason):
    client.force_login(karim)
    sent = SimpleUploadedFile("fiche.pdf", content, "application/pdf")
    answer = client.post(NEW, typed(fichier=sent))
    assert answer.status_code == 400
    assert reason in answer.content.decode()
    assert not Resource.objects.exists()


def test_a_file_is_taken_as_a_file_never_opened_as_a_page(client, library, karim):
    row = shared(library, karim, content=PDF, link="")
    client.force_login(karim)
    answer = client.get(f"/espace/reseau/ressources/{row.pk}/fichier/")
    assert (answer.content, answer["Content-Type"]) == (PDF, "application/pdf")
    assert answer["Content-Disposition"] == 'attachment; filename="fiche.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "more", [{"link": ""}, {"content": PDF, "licence": rules.LINK_ONLY}, {"about": "mdp : Grenoble38!"}]
)
def test_nothing_or_what_may_not_be_copied_is_refused(library, karim, more):
    with pytest.raises(Refused):
        shared(library, karim, **more)


def test_a_link_that_runs_a_script_is_no_address(client, karim):
    client.force_login(karim)
    answer = client.post(NEW, typed(adresse="javascript:alert(1)"))
    assert "Cette adresse n’est pas reconnue" in answer.content.decode()


def test_a_new_version_takes_the_place_of_the_old_one(client, library, karim):
    row = shared(library, karim)
    client.force_login(karim)
    page = client.get(f"{NEW}?remplace={row.pk}").content.decode()
    assert "Elle remplace la version 1" in page
    client.post(f"{NEW}?remplace={row.pk}", typed(titre="Fiche revue"))
    (last,) = queries.chosen(Wanted())
    assert (last.title, last.version) == ("Fiche revue", 2)
    with pytest.raises(Refused):
        shared(library, karim, token="b", follows=row)
    assert (
        "Une version plus récente existe"
        in client.get(f"/espace/reseau/ressources/{row.pk}/").content.decode()
    )


@pytest.mark.parametrize("number", ["abc", "²", "9" * 30])
def test_a_number_that_is_none_is_no_former_version(client, karim, number):
    client.force_login(karim)
    assert client.get(f"/espace/reseau/ressources/nouvelle/?remplace={number}").status_code == 404


def test_withdrawn_it_is_read_by_its_structure_alone_and_comes_back(client, library, karim, leila):
    row = shared(library, karim)
    client.force_login(karim)
    client.post(f"/espace/reseau/ressources/{row.pk}/retirer/")
    assert queries.chosen(Wanted()) == []
    assert client.get(f"/espace/reseau/ressources/{row.pk}/").status_code == 200
    client.force_login(leila)
    assert client.get(f"/espace/reseau/ressources/{row.pk}/").status_code == 404
    client.force_login(karim)
    client.post(f"/espace/reseau/ressources/{row.pk}/retirer/")
    assert queries.chosen(Wanted()) == [row]


def test_the_right_resources_come_first_beside_a_procedure(library, karim, leila):
    family = shared(library, karim, token="f", procedure="travail")
    shared(library, karim, token="x", procedure="logement")
    exact = shared(library, karim, token="e", procedure="actualisation")
    assert queries.for_procedure("actualisation") == [exact, family]


def test_the_coordination_shares_and_replaces_its_own(client, karim):
    nord = account("nord", "coordination", territory="38")
    client.force_login(nord)
    assert NEW in client.get("/espace/reseau/ressources/").content.decode()
    client.post(NEW, typed())
    row = Resource.objects.get()
    assert (row.structure, row.by) == (None, nord)
    assert "par la coordination" in client.get(f"/espace/reseau/ressources/{row.pk}/").content.decode()
    assert client.get(f"{NEW}?remplace={row.pk}").status_code == 200
    client.force_login(karim)
    assert client.get(f"{NEW}?remplace={row.pk}").status_code == 404
