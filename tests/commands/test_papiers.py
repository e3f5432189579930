"""maillage papiers: a key made, another before it, every paper sealed again, and how they are kept."""

import json

import pytest
from django.utils import timezone

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.documents.actions import storing
from maillage.apps.people.documents.models import Paper
from maillage.apps.people.persons.actions import register as people
from maillage.manage.deploy.home import HOME
from maillage.words.wording import NBSP
from tests.conftest import account

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(tmp_path_factory, settings, home):
    """The file of a key, outside the home folder, that the platform was given."""
    path = tmp_path_factory.mktemp("cles") / "papiers.cle"
    settings.PAPERS = {"key": "", "key_file": str(path), "scanner": "non"}
    return path


def test_a_key_is_written_for_its_owner_alone_and_a_second_one_goes_first(maillage, key):
    assert "Gardez-en une copie ailleurs" in maillage("papiers", "cle", "--fichier", key).out
    first = key.read_text().split()
    assert key.stat().st_mode & 0o777 == 0o600
    assert "papiers rotation" in maillage("papiers", "cle", "--fichier", key).out
    assert key.read_text().split()[1:] == first
    assert len(maillage("papiers", "cle").out.strip()) == 44


@pytest.mark.parametrize("content", [b"DATABASE_URL=postgresql://a@b/c\n", "# clé\n".encode(), b"\xff\xfe"])
def test_another_file_is_not_written_over_by_a_key(maillage, key, content):
    key.write_bytes(content)
    answer = maillage("papiers", "cle", "--fichier", key)
    assert (answer.code, key.read_bytes()) == (2, content)
    assert "n’est pas un fichier de clés" in answer.err
    key.write_bytes(b"")
    assert maillage("papiers", "cle", "--fichier", key).code == 0, "made empty by whoever gives its rights"


def test_no_key_is_written_among_the_papers(maillage):
    path = HOME / "papiers.cle"
    answer = maillage("papiers", "cle", "--fichier", path)
    assert (answer.code, path.exists()) == (2, False)
    assert "hors de MAILLAGE_HOME" in answer.err


def test_state_says_whether_papers_can_be_stored(maillage, key):
    assert not json.loads(maillage("papiers", "etat", "--json").out)["garde"]
    key.write_text("x")
    assert "44 signes" in maillage("papiers", "etat").out
    maillage("papiers", "cle", "--fichier", key.with_name("b"))
    key.write_text(key.with_name("b").read_text())
    assert (
        maillage("papiers", "etat").out
        == "Des papiers se gardent ici.\nPapiers gardés : 0. Antivirus : aucun.\n"
    )


def test_rotation_reseals_every_paper_and_reports_lost_keys(maillage, key):
    maillage("papiers", "cle", "--fichier", key)
    at, structure = timezone.now(), Structure.objects.create(key="a", name="A")
    leila = account("leila", "aidant", structure=structure)
    person = people.welcome(by=leila, structure=structure, at=at)
    paper_fields = {"kind": "identite", "purpose": "rsa", "days": 30, "how": "read", "by": leila, "at": at}
    storing.store(
        storing.Upload(b"x", "image/jpeg"), person=person, structure=structure, token="t", **paper_fields
    )
    former = Paper.objects.get().wrapped
    maillage("papiers", "cle", "--fichier", key)
    output = maillage("papiers", "rotation").out.replace(NBSP, " ")
    assert "1 papier scellé par la première clé ; déjà scellés par elle : 0." in output
    assert Paper.objects.get().wrapped != former
    assert json.loads(maillage("papiers", "rotation", "--json").out) == {"scelles": 0, "deja": 1, "perdus": 0}
    key.unlink()
    maillage("papiers", "cle", "--fichier", key)
    lost = maillage("papiers", "rotation")
    assert lost.code == 2 and "ne s’ouvre avec aucune" in lost.err
