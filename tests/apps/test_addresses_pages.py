"""Loading addresses from the site: dropped, read by the worker, taken over when it is killed."""

import gzip
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from maillage.apps.directory.intake.actions import addresses as actions
from maillage.apps.directory.intake.queries import addresses as queries
from maillage.sources.offer import addresses

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

PAGE = "/espace/annuaire/adresses/"
FILE = Path("tests/files/adresses/adresses-38.csv").read_bytes()


@pytest.fixture
def signed(client, coordinator):
    client.force_login(coordinator)
    yield client
    addresses.use(Path("aucun"))


def drop(client, content: bytes, name: str = "adresses-38.csv.gz"):
    return client.post(PAGE, {"fichier": SimpleUploadedFile(name, content)}, follow=True)


def test_a_dropped_file_is_loaded_and_places_at_once(signed, monkeypatch):
    addresses.use(queries.folder())
    assert addresses.find("4 rue des Lilas", "38151") is None
    page = drop(signed, gzip.compress(FILE))
    assert queries.loading().is_alive
    assert "se chargent" in page.content.decode()
    assert signed.get(f"{PAGE}avancement/")["X-Etude"] == "running"
    actions.load("adresses-38.csv.gz")
    assert (queries.loading().status, queries.loading().n) == (queries.DONE, 6)
    assert addresses.find("4 rue des Lilas", "38151") is not None, (
        "a base loaded by the worker serves every process"
    )
    assert "6 adresses, 3 voies" in " ".join(signed.get(PAGE).content.decode().split())
    assert not list((queries.folder() / "depots").iterdir())


def test_a_file_that_is_none_says_why_and_the_next_one_is_taken(signed):
    drop(signed, b"nom;commune\nA;B\n")
    actions.load("adresses-38.csv.gz")
    assert queries.loading().status == queries.FAILED
    assert "adresses-38.csv.gz : ce n’est pas un fichier d’adresses, il y manque numero" in signed.get(
        PAGE
    ).content.decode().replace("\xa0", " ")
    drop(signed, FILE)
    actions.load("adresses-38.csv.gz")
    assert queries.loading().status == queries.DONE


def test_a_killed_worker_leaves_the_file_to_the_next_attempt(signed, monkeypatch):
    drop(signed, FILE)
    with monkeypatch.context() as patch:
        patch.setattr(addresses, "load", lambda *_, **__: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            actions.load("adresses-38.csv.gz")
    assert queries.loading().is_alive
    actions.load("adresses-38.csv.gz")
    assert queries.loading().n == 6


def test_a_name_of_file_leads_nowhere_else(signed):
    drop(signed, FILE, "../../../adresses 38.csv")
    actions.load(queries.loading().name)
    assert [base.departements for base in queries.bases()] == [("38",)]
    assert {path.parent for path in queries.folder().rglob("*.sqlite")} == {queries.folder()}
