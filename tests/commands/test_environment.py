"""Variables of the environment as files of settings write them: empty, with spaces, a no."""

import json
import os
import subprocess
import sys

import pytest
from django.db import OperationalError

from maillage.kernel.errors import Refused
from maillage.manage.deploy import environment
from maillage.manage.deploy.bootstrap import _refusal

SETTINGS = (
    *("ALLOWED_HOSTS", "ADDRESS", "CSRF_TRUSTED_ORIGINS", "BEHIND_PROXY", "SOURCES_INSIDE", "STORED_PAGES"),
    *("JSON_LOGS", "PRODUCTION"),
)
PROGRAM = f"""
import json
from maillage.manage import settings
found = {{name: getattr(settings, name) for name in {SETTINGS}}}
print(json.dumps(found | {{"SURE": settings.FEDERATION["sure_email"]}}))
"""


def test_a_file_of_settings_is_read_as_whoever_wrote_it_meant_it(tmp_path):
    """« MAILLAGE_HOSTS=a.fr, b.fr », « MAILLAGE_PROXY=0 », une variable laissée vide."""
    written = {
        "MAILLAGE_HOME": str(tmp_path),
        "MAILLAGE_ENV": " production",
        "MAILLAGE_HOSTS": "a.exemple.fr, b.exemple.fr,",
        "MAILLAGE_PROXY": "0",
        "MAILLAGE_SOURCES_INSIDE": "non",
        "MAILLAGE_OIDC_SURE_EMAIL": "False",
        "MAILLAGE_STORED_PAGES": "",
        "MAILLAGE_LOGS": "",
    }
    completed = subprocess.run(
        [sys.executable, "-c", PROGRAM], env={**os.environ, **written}, capture_output=True, check=True
    )
    settings = json.loads(completed.stdout)
    assert settings["ALLOWED_HOSTS"][-2:] == ["a.exemple.fr", "b.exemple.fr"]
    assert settings["CSRF_TRUSTED_ORIGINS"] == ["https://a.exemple.fr", "https://b.exemple.fr"]
    assert settings["ADDRESS"] == "https://a.exemple.fr"
    assert not (settings["BEHIND_PROXY"] or settings["SOURCES_INSIDE"] or settings["SURE"])
    assert (settings["STORED_PAGES"], settings["JSON_LOGS"], settings["PRODUCTION"]) == (60, True, True)


PRAGMAS = """
from maillage.manage.deploy.bootstrap import connected
with connected() as connection, connection.cursor() as cursor:
    for name in ("journal_mode", "secure_delete"):
        print(cursor.execute(f"pragma {name}").fetchone()[0])
    print(connection.transaction_mode, connection.settings_dict["OPTIONS"]["timeout"])
"""


@pytest.mark.parametrize("named", [True, False])
def test_a_base_on_sqlite_is_opened_alike_wherever_its_file_is(tmp_path, named):
    """Nommée par DATABASE_URL, elle se disait « occupée » à qui écrivait, et gardait ce qui est effacé."""
    url = f"sqlite:///{tmp_path}/base.sqlite3" if named else ""
    environment = {**os.environ, "MAILLAGE_HOME": str(tmp_path / "maison"), "DATABASE_URL": url}
    completed = subprocess.run(
        [sys.executable, "-c", PRAGMAS], env=environment, capture_output=True, text=True, check=True
    )
    assert completed.stdout.split() == ["wal", "1", "IMMEDIATE", "60"]


@pytest.mark.parametrize(
    ("name", "typed", "expected_words"),
    [
        ("MAILLAGE_ENV", "prod", "Écrivez demonstration ou production"),
        ("MAILLAGE_LOGS", "JSON", "Écrivez texte ou json"),
        ("MAILLAGE_STORED_PAGES", "une heure", "nombre entier"),
    ],
)
def test_a_word_that_is_not_understood_is_refused_before_anything_is_served(
    process, tmp_path, name, typed, expected_words
):
    """Avec « prod », la plateforme servirait des personnes comme une démonstration, témoins sans HTTPS."""
    answer = process("migrer", MAILLAGE_HOME=str(tmp_path), DATABASE_URL="", **{name: typed})
    assert (answer.code, len(answer.err.strip().splitlines())) == (2, 3), answer.err
    assert f"{name} vaut « {typed} »" in answer.err and expected_words in answer.err


@pytest.mark.parametrize(
    "typed", ["https://exemple.fr/", "exemple.fr:8443", "a.fr, b.fr/maillage", "a.fr b.fr"]
)
def test_a_served_name_that_is_an_address_is_refused(monkeypatch, typed):
    """Chaque demande aurait été refusée, par une page qui ne dit pas pourquoi."""
    monkeypatch.setenv("MAILLAGE_HOSTS", typed)
    with pytest.raises(Refused, match="MAILLAGE_HOSTS porte"):
        environment.hosts("MAILLAGE_HOSTS")
    for known in ("exemple.fr", "a.fr, b.fr", ".exemple.fr", "[::1]", "192.0.2.1", "*", ""):
        monkeypatch.setenv("MAILLAGE_HOSTS", known)
        assert environment.hosts("MAILLAGE_HOSTS") == environment.listed("MAILLAGE_HOSTS")


@pytest.mark.parametrize("under", ["", "dedans"])
def test_home_that_is_a_file_is_reported_as_such(process, tmp_path, under):
    (tmp_path / "maison").touch()
    answer = process("migrer", MAILLAGE_HOME=str(tmp_path / "maison" / under), DATABASE_URL="")
    assert (answer.code, len(answer.err.strip().splitlines())) == (2, 3), answer.err
    assert "Le dossier de Maillage ne sert pas" in answer.err and "MAILLAGE_HOME" in answer.err
    assert "Errno" not in answer.err


@pytest.mark.parametrize(
    ("english_error", "french_words"),
    [
        ("FATAL:  remaining connection slots are reserved for roles", "toutes les connexions"),
        ('FATAL:  role "maillage" does not exist', "ce compte de PostgreSQL n’existe pas"),
        ('FATAL:  no pg_hba.conf entry for host "::1", user "maillage"', "pg_hba.conf"),
        ("FATAL:  the database system is starting up", "démarre encore"),
        ("attempt to write a readonly database", "n’a pas le droit d’y écrire"),
    ],
)
def test_database_errors_are_translated_into_french(english_error, french_words):
    assert french_words in _refusal(OperationalError(english_error)).what


def test_a_yes_is_whatever_is_not_a_no(monkeypatch):
    for typed, on in (("1", True), ("oui", True), ("0", False), (" Non ", False), ("", False)):
        monkeypatch.setenv("MAILLAGE_PROXY", typed)
        assert environment.is_on("MAILLAGE_PROXY") == on, typed
    monkeypatch.setenv("MAILLAGE_STORED_PAGES", "-5")
    with pytest.raises(Refused, match="zéro ou plus"):
        environment.number("MAILLAGE_STORED_PAGES", 60)
