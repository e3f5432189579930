"""A version with a published flaw is found from a list that travels on a key, and only such a version."""

import json
import zipfile

import pytest

from tools import advisories

# As published: two branches were mended, each at its own version.
URLLIB3 = {
    "package": {"ecosystem": "PyPI", "name": "urllib3"},
    "ranges": [
        {
            "type": "GIT",
            "events": [{"introduced": "0"}, {"fixed": "644124ecd0b6e417c527191f866daa05a5a2056d"}],
        },
        {
            "type": "ECOSYSTEM",
            "events": [
                {"introduced": "2.0.0"},
                {"fixed": "2.0.6"},
                {"introduced": "0"},
                {"fixed": "1.26.17"},
            ],
        },
    ],
}


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ("0.2", True),
        ("1.26.16", True),
        ("1.26.17", False),
        ("2.0.0", True),
        ("2.0.5", True),
        ("2.0.6", False),
    ],
)
def test_each_branch_is_safe_from_the_version_that_mends_it(version, affected):
    assert advisories.concerns(version, URLLIB3) is affected


def test_the_last_version_affected_is_affected_and_the_next_is_not():
    events = [{"introduced": "1.0"}, {"last_affected": "1.4"}]
    affected = {"ranges": [{"type": "SEMVER", "events": events}]}
    is_affected = [advisories.concerns(version, affected) for version in ("0.9", "1.0", "1.4", "1.5")]
    assert is_affected == [False, True, True, False]


def test_versions_named_one_by_one_and_those_that_nobody_can_compare():
    assert advisories.concerns("1.0-beta.x", {"versions": ["1.0-beta.x"]})
    assert not advisories.concerns("1.1", {"versions": ["1.0"]})
    assert advisories.concerns("latest!", URLLIB3), "somebody must look"


def test_a_list_brought_on_a_key_keeps_what_we_install(tmp_path, monkeypatch, capsys):
    other = {"package": {"ecosystem": "PyPI", "name": "ailleurs"}, "versions": ["1"]}
    withdrawn = {"id": "B", "withdrawn": "2024-01-01T00:00:00Z", "affected": [URLLIB3]}
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for each in (
            {"id": "A", "modified": "2026-11-01T08:00:00Z", "affected": [other, URLLIB3]},
            withdrawn,
        ):
            archive.writestr(f"{each['id']}.json", json.dumps(each))
        archive.writestr("C.yaml", "id: C\nmodified: 2023-01-01\naffected: []\n")
    monkeypatch.setattr(advisories, "FILE", tmp_path / "advisories.json")
    pinned = {("PyPI", "urllib3"): {"2.0.5"}}
    monkeypatch.setattr(advisories, "installed", lambda: pinned)
    assert advisories.main([str(tmp_path / "all.zip")]) == 1
    assert "urllib3 2.0.5 (PyPI) : A\n" in capsys.readouterr().out
    (only,) = json.loads((tmp_path / "advisories.json").read_text("utf-8"))
    assert (only["id"], len(only["affected"])) == ("A", 1)
    pinned[("PyPI", "urllib3")] = {"2.0.6"}
    assert advisories.main([]) == 0


def test_a_file_that_is_no_advisory_is_refused_by_its_name(tmp_path):
    (tmp_path / "liste.json").write_text("[]", "utf-8")
    with pytest.raises(SystemExit, match=r"liste\.json n’est pas un avis"):
        list(advisories.read(tmp_path))


def test_each_package_of_both_registries_is_compared():
    names = advisories.installed()
    assert ("PyPI", "django") in names
    assert any(registry == "npm" for registry, _ in names)
    assert all(names.values())
