"""The reading of a study is one value: stored whole, loaded whole, or computed again."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from maillage.apps.dossiers import actions, queries, rules
from maillage.apps.dossiers.queries import StudyRequest
from maillage.publishing.territory.reading import VERSION, Stale, dump, load

pytestmark = pytest.mark.django_db
PLACE = "38151"
FORMER = Path(
    "tests/files/etudes/lecture-1.json"
)  # what `maillage` wrote of 55039 before its reading had a version


@pytest.fixture
def study(study, tmp_path, settings):
    """The study of Échirolles in a folder of its own: these tests write in it."""
    shutil.copytree(queries.folder(study), tmp_path / "etudes" / study.key)
    settings.HOME = tmp_path
    return study


@pytest.fixture
def reading(study):
    return queries.reading(study)


def test_a_reading_is_loaded_as_it_was_stored(reading):
    assert load(dump(reading)) == reading
    assert json.loads(dump(reading))["version"] == VERSION


def leaves(value, path=()):
    """Yield the path of everything a kept reading holds, the first of each list."""
    for key, inner in (
        value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    ):
        yield (*path, key)
        yield from leaves(inner, (*path, key))


def without(stored_reading, path):
    """Return the bytes of a stored reading without the value at this path."""
    at = stored_reading = json.loads(json.dumps(stored_reading))
    for key in path[:-1]:
        at = at[key]
    del at[path[-1]]
    return json.dumps(stored_reading).encode()


def test_a_reading_that_lacks_anything_is_stale(reading):
    """One key less, wherever it stands, and the study is computed again; entries of lists and of maps may
    be fewer.
    """
    stored_reading = json.loads(dump(replace(reading, sheets={}, cell_shares={})))
    paths = [path for path in leaves(stored_reading) if isinstance(path[-1], str)]
    assert len(paths) > 150
    for path in paths:
        try:
            load(without(stored_reading, path))
        except Stale as stale:
            assert str(path[-1]) in str(stale)
        else:
            pytest.fail(f"shown without {path}")


@pytest.mark.parametrize(
    "more", [{"version": VERSION + 1}, {"version": VERSION - 1}, {"version": str(VERSION)}, {"plus": 1}]
)
def test_another_version_or_something_more_is_refused(reading, more):
    stored_reading = json.loads(dump(reading)) | more
    with pytest.raises(Stale, match=r"version|plus"):
        load(json.dumps(stored_reading).encode())


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"\xff", FORMER.read_bytes()])
def test_what_is_no_reading_is_refused(text):
    with pytest.raises(Stale, match="not one of version"):
        load(text)


def stored_by_former_code(study) -> Path:
    path = queries.folder(study) / "lecture.json"
    path.write_bytes(FORMER.read_bytes())
    return path


@pytest.mark.parametrize("page", ["", "manques/", "grille/"])
def test_a_page_of_a_study_stored_before_leads_to_its_computation(client, study, page):
    """No page is drawn from a former reading: the first visit has the study computed again, and says how
    far it is.
    """
    stored_by_former_code(study)
    response = client.get(f"/territoires/{PLACE}/{page}", follow=True)
    assert response.status_code == 200
    assert "dossiers/computing.html" in [template.name for template in response.templates]
    study.refresh_from_db()
    assert study.status == rules.QUEUED


def test_a_study_stored_before_is_computed_again_once_and_reads_as_it_did(client, study, reading):
    stored_by_former_code(study)
    assert queries.is_lost(study)
    assert actions.ask(StudyRequest(place=PLACE)) == study
    study.refresh_from_db()
    actions.compute(study)
    assert not queries.is_lost(study)
    assert queries.reading(study) == reading
    assert "dossiers/territory.html" in [t.name for t in client.get(f"/territoires/{PLACE}/").templates]


def test_another_method_computes_again_and_shows_no_former_figure(study, monkeypatch):
    monkeypatch.setattr(rules, "VERSION", rules.VERSION + 1)
    assert queries.latest(PLACE) is None
    again = actions.ask(StudyRequest(place=PLACE))
    assert (again.pk != study.pk, again.status) == (True, rules.QUEUED)


def test_a_comment_waits_for_a_study_that_is_computed_again(study):
    """Its dossier is not written again from half of a study: the computation will take the comment."""
    stored_by_former_code(study)
    dossier = queries.folder(study) / "dossier.html"
    written = dossier.stat().st_mtime_ns
    actions.publish_later.func(study.pk)
    assert dossier.stat().st_mtime_ns == written
