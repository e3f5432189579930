"""Streets and timetables loaded from the site: read in the background, refused by name, never half changed."""

import os
import time
from datetime import UTC, date, datetime

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from maillage.apps.dossiers import actions, queries, rules
from maillage.kernel.errors import Refused
from maillage.sources import timetables
from tests.conftest import account
from tests.support.gtfs import EVERY_DAY, STOPS, feed
from tests.support.prose import text_of

pytestmark = pytest.mark.django_db
ADDRESS = "/espace/distances/"
NO_OSMIUM = "« make rues » installs what reads an extract"
AT = datetime(2026, 11, 30, tzinfo=UTC)


@pytest.fixture
def administration(client, home):
    user = account("admin", "administration")
    client.force_login(user)
    return user


def sent(path, name=None):
    return SimpleUploadedFile(name or path.name, path.read_bytes())


def read(kind=rules.TIMETABLES, perimeter="", licence=""):
    """Do what the worker does."""
    actions.load_ways_later.func(kind, perimeter, licence)
    return queries.loading(kind)


def test_feeds_are_read_in_the_background_and_their_doubts_stand_on_the_page(
    client, administration, home, tmp_path
):
    ended = EVERY_DAY.replace("20991231", "20260301")
    one, two = feed(tmp_path / "tram.zip"), feed(tmp_path / "bus.zip", calendar=ended)
    assert "les bus et les trains ne comptent pas" in text_of(client.get(ADDRESS))
    fields = {"quoi": "transports", "fichier": sent(one), "autre": sent(two), "licence": "ODbL 1.0"}
    assert client.post(ADDRESS, fields).status_code == 302
    page = client.get(ADDRESS)
    assert "En attente du calculateur" in text_of(page) and 'http-equiv="refresh"' in page.content.decode()
    assert "Un autre chargement est en cours" in text_of(
        client.post(ADDRESS, {"quoi": "transports", "fichier": sent(one)})
    )
    assert read(licence="ODbL 1.0").status == rules.DONE
    loaded = timetables.loaded(home)
    assert (loaded.files, loaded.licence) == (("tram.zip", "bus.zip"), "ODbL 1.0")
    page = text_of(client.get(ADDRESS))
    assert "Tram de la vallée (ODbL 1.0)" in page and "Ces horaires ont fini le" in page
    assert [each.name for each in queries.loading_folder("transports").iterdir()] == [queries.LOADING_FILE]


@pytest.mark.parametrize(
    ("kind", "name", "content", "refusal"),
    [
        ("transports", "bus.zip", b"<html>", "bus.zip : ce n’est pas une archive .zip lisible."),
        ("rues", "isere.osm.pbf", b"du texte", "isere.osm.pbf : ce n’est pas un extrait d’OpenStreetMap"),
    ],
)
def test_a_refused_file_is_named_and_the_former_one_stays(
    client, administration, home, tmp_path, kind, name, content, refusal
):
    if kind == "rues":
        pytest.importorskip("osmium", reason=NO_OSMIUM)
    timetables.load([feed(tmp_path / "tram.zip")], home, today=date(2026, 11, 30))
    client.post(ADDRESS, {"quoi": kind, "fichier": SimpleUploadedFile(name, content)})
    assert read(kind).status == rules.FAILED
    page = text_of(client.get(ADDRESS))
    assert refusal in page and "Tram de la vallée" in page
    two_days_ago = time.time() - 2 * 86_400
    os.utime(queries.loading_folder(kind) / queries.LOADING_FILE, (two_days_ago, two_days_ago))
    assert name not in text_of(client.get(ADDRESS)), "told for a day, not for good"


def test_a_feed_of_another_country_or_whose_path_leaves_the_folder_changes_nothing(
    administration, home, tmp_path
):
    far = feed(tmp_path / "far.zip", stops=STOPS.replace("45.18", "-33.9"))
    actions.load_ways("transports", [sent(far, "../../loin.zip")], by=administration, at=AT)
    assert "Aucun arrêt de ces horaires n’est en France." in read().error
    assert not (home / "loin.zip").exists() and timetables.loaded(home) is None


def test_a_load_whose_process_died_may_begin_again(administration, home, tmp_path, monkeypatch):
    path = feed(tmp_path / "tram.zip")
    actions.load_ways("transports", [sent(path)], by=administration, at=AT)
    with pytest.raises(Refused):
        actions.load_ways("transports", [sent(path)], by=administration, at=AT)
    monkeypatch.setattr(queries, "DEAD_SECONDS", -1)
    assert queries.loading("transports").error == queries.INTERRUPTED
    actions.load_ways("transports", [sent(path)], by=administration, at=AT)


def test_tiles_of_elevation_are_read_with_the_streets_and_a_renamed_one_is_refused(
    client, administration, home, tmp_path
):
    osmium = pytest.importorskip("osmium", reason=NO_OSMIUM)
    extract = tmp_path / "isere.osm.pbf"
    with osmium.SimpleWriter(str(extract)) as file:
        for number, east in ((1, 5.72), (2, 5.73)):
            file.add_node(osmium.osm.mutable.Node(id=number, location=(east, 45.18), version=1))
        street = {"highway": "residential"}
        file.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 2], tags=street, version=1))
    hill = np.tile(np.arange(1201) * 10, (1201, 1)).astype(">i2").tobytes()
    for name, status in (("N45E005.hgt", rules.DONE), ("altitudes.hgt", rules.FAILED)):
        fields = {"quoi": "rues", "fichier": sent(extract), "autre": SimpleUploadedFile(name, hill)}
        assert client.post(ADDRESS, fields).status_code == 302
        assert read("rues").status == status
        assert "Pentes : N45E005.hgt." in text_of(client.get(ADDRESS))
    assert "altitudes.hgt : ce n’est pas une tuile d’altitudes" in text_of(client.get(ADDRESS))
