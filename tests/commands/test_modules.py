"""maillage modules: checked with line and cure, exported, imported, looked at in a browser."""

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from maillage.modules import reading as module_reading
from tests.support.speed import PATIENCE, until
from tools.ports import free_port

MOUSE = "tenir-la-souris"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of modules that holds the one of the mouse."""
    shutil.copytree(module_reading.file_of(MOUSE).parent, tmp_path / "lot" / "02-tenir-la-souris")
    return tmp_path / "lot"


def line_of(folder: Path, text: str) -> int:
    """Return the line of our module of the mouse that is this text."""
    return 1 + (folder / "02-tenir-la-souris" / module_reading.FILE).read_text("utf-8").split("\n").index(
        text
    )


def spoil(folder: Path) -> Path:
    path = folder / "02-tenir-la-souris" / module_reading.FILE
    path.write_text(path.read_text("utf-8").replace("duree: 12", "duree: 500"), "utf-8")
    return path


@pytest.mark.complete
def test_territory_modules_are_checked_with_built_in_ones(maillage, home, folder):
    assert maillage("modules", "verifier").code == 0
    shutil.copytree(folder, home / "modules")
    assert maillage("modules", "verifier").code == 0
    line = line_of(folder, "duree: 12")
    spoil(home / "modules")
    (home / "modules/02-tenir-la-souris/module.uk.yaml").write_text("langue: ar\ntextes: {}\n")
    (home / "modules/19-creer-ma-boite").mkdir()
    (home / "modules/19-creer-ma-boite/module.uk.yaml").write_text("langue: uk\ntextes: {titre: Скринька}\n")
    answer = maillage("modules", "verifier")
    assert answer.code == 1
    assert (
        f"module.yaml, ligne {line}, duree : « 500 » est trop grand.\n  Ce module n’est pas lu.\n  120 au"
        " plus." in answer.err
    )
    assert "module.uk.yaml, ligne 1, langue : Ce fichier dit « langue: ar »." in answer.err
    assert "19-creer-ma-boite, Українська : 1 phrases" in answer.out
    checked_modules = json.loads(maillage("modules", "verifier", "--json").out)
    assert [each["fautes"][0]["ligne"] for each in checked_modules if each["fautes"]] == [line, 1]


def test_territory_modules_are_listed_with_built_in_ones(maillage, home, folder):
    shutil.copytree(folder, home / "modules")
    assert (
        "02 tenir-la-souris : Tenir la souris (Pour commencer, 12 min, du territoire)"
        in maillage("modules", "liste").out
    )
    listed_modules = json.loads(maillage("modules", "liste", "--json").out)
    assert [each["id"] for each in listed_modules if each.get("territoire")] == [MOUSE]


def test_modules_are_exported_and_imported(maillage, home, tmp_path):
    archive = tmp_path / "m.zip"
    assert maillage("modules", "exporter", "--vers", archive).code == 2
    answer = maillage("modules", "exporter", MOUSE, "messages-pieges", "--vers", archive)
    assert (answer.code, "2 modules" in answer.out) == (0, True)
    with zipfile.ZipFile(archive) as exported:
        names = exported.namelist()
    modules = [name for name in names if name.endswith("/module.yaml")]
    assert modules == ["02-tenir-la-souris/module.yaml", "26-messages-pieges/module.yaml"]
    assert "26-messages-pieges/module.tr.yaml" in names, "its translations go with it"
    answer = maillage("modules", "importer", archive)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("tenir-la-souris : nouveau\nmessages-pieges : nouveau\n")
    assert "messages-pieges : traduction en Türkçe" in answer.out
    again = json.loads(maillage("modules", "importer", archive, "--json").out)
    assert again["inchanges"] == [MOUSE, "messages-pieges"]
    assert maillage("modules", "exporter", "--vers", archive).code == 0


def test_an_import_says_what_is_wrong_and_keeps_what_is_good(maillage, home, folder, tmp_path):
    archive = tmp_path / "m.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("02-tenir-la-souris/module.yaml", spoil(folder).read_text("utf-8"))
    answer = maillage("modules", "importer", archive)
    assert answer.code == 2
    assert "« 500 » est trop grand.\n  Ce fichier n’a pas été gardé.\n  120 au plus." in answer.err
    with zipfile.ZipFile(archive, "a") as zipped:
        zipped.write(module_reading.file_of("messages-pieges"), "26-messages-pieges/module.yaml")
    assert maillage("modules", "importer", archive).code == 1
    assert [path.name for path in (home / "modules").iterdir() if path.is_dir()] == ["26-messages-pieges"]
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("../02-tenir-la-souris/module.yaml", "x")
    answer = maillage("modules", "importer", archive)
    assert answer.code == 2
    assert len(answer.err.splitlines()) == 3


def test_module_checked_alone_knows_built_in_and_neighbouring_ones(maillage, home, folder):
    path = folder / "02-tenir-la-souris" / module_reading.FILE
    text = path.read_text("utf-8")
    path.write_text(
        text.replace("prealables: []", "prealables: [messages-pieges, voisin, nulle-part]"), "utf-8"
    )
    answer = maillage("modules", "verifier", folder / "02-tenir-la-souris")
    assert answer.code == 2
    assert "prealables 2 : Aucun module ne s’appelle « voisin »." in answer.err
    assert "prealables 3 : Aucun module ne s’appelle « nulle-part »." in answer.err
    assert "messages-pieges" not in answer.err
    (folder / "300-voisin").mkdir()
    (folder / "300-voisin" / module_reading.FILE).write_text(
        text.replace("id: tenir-la-souris", "id: voisin"), "utf-8"
    )
    answer = maillage("modules", "verifier", folder)
    assert (answer.code, "« voisin »" in answer.err, "« nulle-part »" in answer.err) == (1, False, True)
    shutil.copytree(folder / "300-voisin", home / "modules/300-voisin")
    assert "« voisin »" not in maillage("modules", "verifier", folder / "02-tenir-la-souris").err


def test_command_without_arguments_lists_its_verbs(maillage, home):
    answer = maillage("modules")
    assert answer.code == 2
    assert "Il manque le geste." in answer.err
    assert "verifier, liste, dessins, apercu, exporter, importer" in answer.err
    assert "QUOI" not in answer.err


@pytest.mark.parametrize(
    "words",
    [
        ("exporter",),
        ("exporter", "rien", "--vers", "x.zip"),
        ("importer",),
        ("importer", "absent.zip"),
        ("apercu",),
        ("apercu", "absent"),
        ("apercu", "/"),
    ],
)
def test_impossible_request_is_refused_in_three_lines(maillage, home, words):
    answer = maillage("modules", *words)
    assert answer.code == 2
    assert len(answer.err.splitlines()) == 3


# ---------------------------------------------------------------------------------------------------- looking


@contextmanager
def looking_at(folder: Path) -> Iterator[str]:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "maillage.manage.main",
        "modules",
        "apercu",
        str(folder),
        "--port",
        str(port),
    ]
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True
    )
    try:
        assert running.stdout is not None
        assert f"http://127.0.0.1:{port}/apprendre/" in running.stdout.readline()
        yield f"http://127.0.0.1:{port}/apprendre/"
        os.kill(running.pid, signal.SIGINT)
        assert running.wait(timeout=PATIENCE) == 0
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)


def page(address: str) -> str:
    read: list[str] = []

    def answered() -> list[str]:
        try:
            with urllib.request.urlopen(address, timeout=PATIENCE) as response:
                read.append(response.read().decode())
        except urllib.error.HTTPError:
            raise
        except OSError:
            return []
        return read

    until(answered)
    return read[0]


@pytest.mark.complete
@pytest.mark.slow("a server of its own")
def test_a_module_is_looked_at_while_it_is_written(folder):
    path = folder / "02-tenir-la-souris" / module_reading.FILE
    text = path.read_text("utf-8")
    with looking_at(folder / "02-tenir-la-souris") as address:
        assert "Tenir la souris" in page(f"{address}{MOUSE}/")
        for asking in ("carte/?ou=Grenoble", "territoires/", "ateliers/"):  # of a base that a preview lacks
            assert "Tenir la souris" in page(address.replace("apprendre/", asking))
        path.write_text(text.replace('titre: "Tenir la souris"', 'titre: "La souris d’ici"'), "utf-8")
        assert "La souris d’ici" in page(f"{address}{MOUSE}/")
        line = line_of(folder, "duree: 12")
        spoil(folder)
        page_text = page(f"{address}{MOUSE}/1/")
        assert f"<strong>Ligne {line}, duree.</strong>" in page_text
        assert "120 au plus." in page_text
        path.write_text("titre: [", "utf-8")
        assert "est illisible" in page(f"{address}{MOUSE}/")
        path.write_text(text.replace("id: tenir-la-souris", "id: tenir-la"), "utf-8")
        assert "Rien à montrer encore" in page(f"{address}inconnu/")
        path.write_text(text, "utf-8")
        assert "annonces fautes" not in page(f"{address}{MOUSE}/")
