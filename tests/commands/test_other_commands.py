"""The other commands of the contract."""

import csv
import json
import os
import pickle
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from shutil import copytree

import pytest

from maillage.words.wording import count
from tests.support import programs
from tests.support.shared import ROOT, furnish
from tests.support.speed import PATIENCE

SIX = {
    "illectronisme-insee-2021",
    "illectronisme-insee-2019",
    "jamais-connecte-credoc",
    "trois-niveaux-2017",
    "credoc-2014-quotidien",
    "credoc-2014-ordinateur-et-connexion",
}
COLUMNS = [
    "code",
    "nom",
    "population",
    "univers",
    "valeur",
    "bas",
    "haut",
    "taux",
    "taux_bas",
    "taux_haut",
    "avertissement",
]


def test_territories_are_found_by_name_or_code(maillage):
    answer = maillage("territoires", "echirolles", "--json")
    assert answer.code == 0
    territories = json.loads(answer.out)
    assert territories[0]["code"] == "38151"
    assert answer.err == ""


def test_search_without_a_match_is_reported(maillage):
    answer = maillage("territoires", "zzzzqqqqq")
    assert answer.code == 2
    assert len(answer.err.strip().splitlines()) == 3


def test_definitions_have_universe_producer_year_and_source(maillage):
    definitions_listed = json.loads(maillage("definitions", "--json").out)
    assert {d["id"] for d in definitions_listed} >= SIX
    for d in definitions_listed:
        assert all(d[key] for key in ("univers", "producteur", "annee", "source"))


def test_a_definition_counted_on_answers_shows_each_cell_with_its_respondents(maillage):
    cells = json.loads(
        maillage("definitions", "--croisement", "credoc-2014-ordinateur-et-connexion", "--json").out
    )
    first = cells[0]
    assert (first["classe"], first["part"], first["bas"], first["haut"], first["n"]) == (
        "15 ans et plus",
        21.8,
        20.0,
        23.7,
        2120,
    )
    assert {row["ventilation"] for row in cells} >= {"âge", "diplôme", "profession", "revenu du foyer"}
    assert all(row["n"] < 30 and row["motif"] for row in cells if row["part"] is None)
    refused = maillage("definitions", "--croisement", "jamais-connecte-credoc")
    assert refused.code == 2
    assert len(refused.err.strip().splitlines()) == 3


def test_sources_say_where_each_figure_comes_from(maillage):
    sources = json.loads(maillage("sources", "--json").out)
    assert len(sources) > 50
    for row in sources:
        assert all(key in row for key in ("producteur", "titre", "annee", "univers", "citation", "doute"))
        assert row["producteur"]
        assert row["titre"]


@pytest.mark.complete
@pytest.mark.parametrize("level", ["epci", "region"])
def test_estimates_of_every_area_at_every_level(maillage, tmp_path, level):
    path = tmp_path / "besoins.csv"
    within = ["--dans", "38"] if level in ("iris", "commune", "epci") else []
    answer = maillage("estimer", "--niveau", level, *within, "--sortie", path)
    assert answer.code == 0 and "10\xa0000 répondants (supposé)" in answer.out
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    assert list(rows[0]) == COLUMNS
    for row in rows:
        if row["valeur"]:
            assert float(row["bas"]) <= float(row["valeur"]) <= float(row["haut"]) <= float(row["univers"])
            assert [row[key].partition(".")[2][1:] for key in COLUMNS[3:10]] == [""] * 7
        else:
            assert row["avertissement"]


def test_areas_outside_the_survey_are_rows_with_a_reason(maillage, tmp_path):
    path = tmp_path / "besoins.csv"
    maillage("estimer", "--niveau", "departement", "--sortie", path)
    rows = {row["code"]: row for row in csv.DictReader(path.read_text("utf-8").splitlines())}
    assert rows["976"]["valeur"] == ""
    assert rows["976"]["avertissement"] == "Hors du champ de l’enquête."


@pytest.mark.complete
def test_the_same_figure_from_either_command(maillage, grenoble, tmp_path):
    """Un diagnostic et une estimation nationale donnent le même nombre pour la même commune."""
    path = tmp_path / "besoins.csv"
    maillage("estimer", "--niveau", "commune", "--dans", "200040715", "--sortie", path)
    rows = {row["code"]: row for row in csv.DictReader(path.read_text("utf-8").splitlines())}
    zones = {zone["nom"]: zone for zone in json.loads((grenoble / "etude.json").read_text("utf-8"))["zones"]}
    assert int(rows["38151"]["valeur"]) == round(zones["Échirolles"]["precarite_numerique"]["valeur"])


def test_unknown_level_is_refused_in_french(maillage, tmp_path):
    answer = maillage("estimer", "--niveau", "canton", "--sortie", tmp_path / "x.csv")
    assert answer.code == 2
    assert "choisissez parmi" in answer.err


def test_help_is_in_french(maillage):
    answer = maillage("diagnostic", "--aide")
    assert answer.code == 0
    assert "usage :" in answer.out
    assert "--sortie" in answer.out


def test_a_command_works_from_any_folder(process, tmp_path):
    answer = process("territoires", "38151", "--json", MAILLAGE_HOME=str(tmp_path / "maison"))
    assert answer.code == 0
    assert json.loads(answer.out)[0]["nom"] == "Échirolles"


def test_internal_error_prints_three_lines_and_writes_a_file(maillage, monkeypatch):
    from pathlib import Path

    from maillage.manage.commands import definitions

    monkeypatch.setattr(definitions, "run", lambda arguments: 1 / 0)
    answer = maillage("definitions")
    what, _, do = answer.err.strip().splitlines()
    assert answer.code == 2
    assert "erreur imprévue (ZeroDivisionError)" in what
    trace = Path(next(word for word in do.split() if word.endswith(".txt")))
    assert "ZeroDivisionError" in trace.read_text("utf-8")
    trace.unlink()


def test_a_port_already_taken(process, tmp_path):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = process("servir", "--port", port, MAILLAGE_HOME=str(tmp_path / "maison"))
    assert answer.code == 2
    assert f"Le port {port} est déjà pris" in answer.err


def test_the_link_of_an_administrator_opens_where_the_home_is_served(process, tmp_path):
    home = furnish(tmp_path / "maison")
    answer = process("administrateur", "a@exemple.fr", MAILLAGE_HOME=str(home))
    assert "jours : http://localhost:8000/" in answer.out, answer.err
    assert "n’a pas encore été servi ici" in answer.out
    (home / "serveur.txt").write_text("http://localhost:8160 (s’arrête)", "utf-8")
    answer = process("administrateur", "a@exemple.fr", MAILLAGE_HOME=str(home))
    assert "jours : http://localhost:8160/" in answer.out, answer.err
    assert "n’a pas encore été servi ici" not in answer.out


def test_a_second_server_of_a_home_says_where_the_first_is(tmp_path, monkeypatch, capsys):
    from maillage.kernel.errors import Refused
    from maillage.manage.commands import servir
    from maillage.manage.deploy import home

    monkeypatch.setattr(home, "HOME", tmp_path)
    first = servir.hold_home("http://127.0.0.1:8000")
    with pytest.raises(Refused, match="à l’adresse http://127"):
        servir.hold_home("http://127.0.0.1:8010")
    with ThreadPoolExecutor(1) as pool:  # a server that was handed the socket waits for the former one
        handed = pool.submit(servir.hold_home, "http://127.0.0.1:8020", wait=True)
        first.close()  # ended, even killed: the next one serves
        handed.result(timeout=PATIENCE).close()
    assert (tmp_path / "serveur.txt").read_text("utf-8") == "http://127.0.0.1:8020"
    first = servir.hold_home("http://127.0.0.1:8010")
    assert (tmp_path / "serveur.txt").read_text("utf-8") == "http://127.0.0.1:8010"
    servir.say_leaving([first, None])
    with ThreadPoolExecutor(
        1
    ) as pool:  # asked to stop: whoever is started again waits for its end, and says it
        again = pool.submit(servir.hold_home, "http://127.0.0.1:8010")
        with pytest.raises(TimeoutError):
            again.result(timeout=0.5)
        first.close()
        again.result(timeout=PATIENCE).close()
    assert capsys.readouterr().out == "Le Maillage d’avant finit de s’arrêter.\n"
    assert (tmp_path / "serveur.txt").read_text("utf-8") == "http://127.0.0.1:8010"


def test_a_base_that_serves_is_not_replaced(process, tmp_path, monkeypatch):
    """Ce que l’on y écrit après la copie faite d’abord serait perdu sans trace."""
    from maillage.manage.commands import servir
    from maillage.manage.deploy import home

    there = furnish(tmp_path / "maison")
    monkeypatch.setattr(home, "HOME", there)
    with servir.hold_home("http://127.0.0.1:8000"):
        answer = process("restaurer", tmp_path / "copie.zip", MAILLAGE_HOME=str(there))
    assert (answer.code, answer.err.splitlines()[0]) == (2, "La plateforme tourne encore.")
    answer = process("restaurer", tmp_path / "copie.zip", MAILLAGE_HOME=str(there))
    assert "copie.zip n’est pas une sauvegarde utilisable" in answer.err


@pytest.mark.parametrize(
    ("url", "expected_words"),
    [
        ("bonjour", "n’est pas l’adresse d’une base"),
        ("postgresql://a:secret@[::1/x", "n’est pas l’adresse d’une base"),
        ("sqlite:///", "n’est pas l’adresse d’une base"),
        ("postgresql://a:secret@127.0.0.1:1/x", "rien n’écoute"),
        ("sqlite:////absent/x.sqlite3", "le fichier ne s’ouvre pas"),
    ],
)
def test_an_address_of_no_database_is_refused_in_french_without_its_password(
    process, tmp_path, url, expected_words
):
    answer = process("migrer", MAILLAGE_HOME=str(tmp_path / "maison"), DATABASE_URL=url)
    assert answer.code == 2
    assert expected_words in answer.err
    assert len(answer.err.strip().splitlines()) == 3
    assert "secret" not in answer.err
    assert not re.search(r"\b(?:connection|failed|unable|scheme)\b", answer.err, re.IGNORECASE)


def test_an_empty_address_is_that_of_the_home(process, tmp_path):
    home = furnish(tmp_path / "maison")
    assert process("migrer", MAILLAGE_HOME=str(home), DATABASE_URL=" ").out == "La base est à jour.\n"


@pytest.mark.complete
@pytest.mark.slow("the demonstration is made again")
def test_demo_is_safe_to_repeat_and_prints_the_account(process, demonstration, tmp_path):
    demonstration(tmp_path / "maison")
    again = process("demo", "--sans-calcul", MAILLAGE_HOME=str(tmp_path / "maison"))
    assert again.code == 0
    read = process("verifier-journal", "--json", MAILLAGE_HOME=str(tmp_path / "maison"))
    journal = json.loads(read.out)
    assert (journal["remarques"], journal["rupture"]) == ([], None), "its stories are written in order"
    assert "coordination@demo.maillage.example" in again.out


def test_demo_is_refused_in_production(process, tmp_path):
    home = furnish(tmp_path / "maison")
    answer = process("demo", "--sans-calcul", MAILLAGE_HOME=str(home), MAILLAGE_ENV="production")
    assert answer.code == 2
    assert "production" in answer.err
    with closing(sqlite3.connect(tmp_path / "maison/maillage.sqlite3")) as base:
        for table in ("directory_lieu", "territories_perimeter", "accounts_user"):
            assert base.execute(f"select count(*) from {table}").fetchone() == (0,)


@pytest.mark.complete
def test_a_backup_whose_rows_miss_one_is_refused_and_says_which(process, demonstration, tmp_path):
    """Every digest is right: only the row that others refer to is not there, as when tables are read at
    two moments.
    """
    import zipfile
    from hashlib import sha256

    home = {"MAILLAGE_HOME": str(tmp_path / "maison")}
    demonstration(tmp_path / "maison")
    archive, cut = tmp_path / "sauvegarde.zip", tmp_path / "coupee.zip"
    process("sauvegarder", archive, **home)
    with zipfile.ZipFile(archive) as good, zipfile.ZipFile(cut, "w") as bad:
        users = "base/accounts.user.jsonl"
        names, member = map(json.loads, good.read("base/memberships.membership.jsonl").splitlines()[:2])
        user = member[names.index("user_id")]
        head, *rows = good.read(users).splitlines(keepends=True)
        number = json.loads(head).index("id")
        remaining_rows = head + b"".join(row for row in rows if json.loads(row)[number] != user)
        manifest = json.loads(good.read("manifeste.json"))
        manifest["fichiers"][users] = sha256(remaining_rows).hexdigest()
        for name in good.namelist():
            bad.writestr(
                name,
                {users: remaining_rows, "manifeste.json": json.dumps(manifest)}.get(name, good.read(name)),
            )
    answer = process("restaurer", cut, **home)
    assert answer.code == 2
    assert f"renvoie à accounts.user {user}, qui est introuvable" in answer.err
    assert not (tmp_path / "maison/sauvegardes").exists(), "nothing was touched yet"


@pytest.mark.complete
@pytest.mark.slow("three backups in processes of their own")
def test_a_restoration_keeps_what_it_replaces_and_is_undone_to_the_letter(process, demonstration, tmp_path):
    """A text of several kinds of lines, and moments that writing would date of today."""
    home = demonstration(tmp_path / "maison")
    own, empty = {"MAILLAGE_HOME": str(home)}, {"MAILLAGE_HOME": str(furnish(tmp_path / "vide"))}
    typed, moment = "une\u2028deux\x85trois", "2019-03-01 08:00:00"
    files = {"modules/02-tenir-la-souris/module.uk.yaml": "langue: uk\ntextes: {titre: x}\n"}
    files["etudes/une-etude/etude.json"] = "{}"
    for name, content in files.items():
        (home / name).parent.mkdir(parents=True)
        (home / name).write_text(content)
    with closing(sqlite3.connect(home / "maillage.sqlite3")) as base, base:
        base.execute(
            "update directory_structure set name = ? where id = (select min(id) from directory_structure)",
            [typed],
        )
        base.execute("update territories_perimeter set created_at = ?", [moment])
    archive = tmp_path / "vide.zip"
    assert process("sauvegarder", archive, **empty).code == 0
    assert archive.stat().st_mode & 0o077 == 0
    answer = process("restaurer", archive, **own)
    assert answer.code == 0
    with closing(sqlite3.connect(home / "maillage.sqlite3")) as base:
        assert base.execute("select count(*) from territories_perimeter").fetchone() == (0,)
    before = next((home / "sauvegardes").glob("avant-restauration-*.zip"))
    assert str(before) in answer.out
    assert process("restaurer", before, **own).code == 0
    assert {name: (home / name).read_text() for name in files} == files
    with closing(sqlite3.connect(home / "maillage.sqlite3")) as base:
        named = base.execute("select count(*) from directory_structure where name = ?", [typed])
        assert named.fetchone() == (1,)
        assert base.execute("select distinct created_at from territories_perimeter").fetchall() == [(moment,)]


@pytest.mark.complete
@pytest.mark.parametrize(
    ("manifest", "expected_words"),
    [
        ({"format": 99, "migrations": [], "fichiers": {}}, "format 99"),
        ({"format": 1, "migrations": [], "fichiers": []}, "abîmé"),
    ],
)
def test_foreign_archive_is_refused_as_a_backup(process, tmp_path, manifest, expected_words):
    import zipfile

    with zipfile.ZipFile(tmp_path / "autre.zip", "w") as archive:
        archive.writestr("manifeste.json", json.dumps(manifest))
    answer = process("restaurer", tmp_path / "autre.zip", MAILLAGE_HOME=str(furnish(tmp_path / "maison")))
    assert answer.code == 2
    assert expected_words in answer.err
    assert "rien n’a été changé" in answer.err


def test_part_of_an_area_is_labelled_as_one(maillage, tmp_path):
    assert maillage("estimer", "--niveau", "region", "--dans", "38", "--sortie", tmp_path / "r.csv").code == 0
    (row,) = csv.DictReader((tmp_path / "r.csv").open(encoding="utf-8"))
    assert row["code"] == "R84"
    assert "Une partie seulement : 15,8 %" in row["avertissement"]
    assert (
        maillage("estimer", "--niveau", "departement", "--dans", "38", "--sortie", tmp_path / "d.csv").code
        == 0
    )
    (row,) = csv.DictReader((tmp_path / "d.csv").open(encoding="utf-8"))
    assert "partie" not in row["avertissement"]


@pytest.mark.parametrize("typed", [("", "chemin donné est vide"), (" ", "chemin donné est vide")])
def test_an_empty_path_is_not_the_current_folder(maillage, typed):
    words, expected_words = typed
    answer = maillage("diagnostic", "38485", "--sortie", words)
    assert answer.code == 2
    assert expected_words in answer.err


def test_an_address_of_another_computer(process, tmp_path):
    answer = process("servir", "--adresse", "192.0.2.1", MAILLAGE_HOME=str(tmp_path / "maison"))
    assert answer.code == 2
    assert "n’est pas de cet ordinateur" in answer.err


STUDIED = """
import pickle, sys
from pathlib import Path
from maillage.manage.deploy.bootstrap import ready
ready()
from maillage.apps.dossiers.models import Study
Study.objects.create(**pickle.loads(Path(sys.argv[1]).read_bytes()))
"""


@pytest.mark.complete
@pytest.mark.django_db
@pytest.mark.slow("two homes saved, restored and cut")
def test_a_restoration_that_is_cut_leaves_one_state_or_the_other(process, computed, tmp_path):
    """The plug is pulled at several moments: the database is the former or the new one, and its studies
    have their files.
    """
    import subprocess
    import sys
    import time

    computed_home, study = computed
    homes = {}
    for name in ("une", "autre"):
        home, row = furnish(tmp_path / name), tmp_path / f"{name}.pickle"
        homes[name] = {"MAILLAGE_HOME": str(home)}
        copytree(computed_home / "etudes" / study["key"], home / "etudes" / name)
        row.write_bytes(pickle.dumps({**study, "key": name}))
        programs.run("-c", STUDIED, row, environment={**os.environ, **homes[name]}, check=True)
        assert process("sauvegarder", tmp_path / f"{name}.zip", **homes[name]).code == 0
    home = tmp_path / "une"
    moments = (0.9, "autre"), (1.6, "une"), (1.3, "autre")
    for wait, archive in moments:
        words = [sys.executable, "-m", "maillage.manage.main", "restaurer", str(tmp_path / f"{archive}.zip")]
        running = subprocess.Popen(words, env={**os.environ, **homes["une"]}, stdout=subprocess.DEVNULL)
        time.sleep(wait)
        running.kill()
        running.wait()
        with sqlite3.connect(home / "maillage.sqlite3") as base:
            rows = base.execute("select key, status from dossiers_study").fetchall()
        assert len(rows) == 1
        assert (home / "etudes" / rows[0][0] / "lecture.json").is_file()
    assert process("restaurer", tmp_path / "autre.zip", **homes["une"]).code == 0
    assert not list(home.glob(".restauration-*"))


def test_addresses_loaded_once_place_the_next_files(maillage, tmp_path):
    answer = maillage("adresses", "charger", "tests/files/adresses/adresses-38.csv", "--json")
    assert answer.code == 0
    loaded = json.loads(answer.out)
    assert (loaded["adresses"], loaded["departements"]) == (6, ["38"])
    places = tmp_path / "lieux.csv"
    places.write_text(
        "Nom,Adresse,Commune\nLe Relais,4 rue des Lilas,Échirolles\nLe Lien,9 rue Haute,Grenoble\n", "utf-8"
    )
    checked = json.loads(maillage("offre", "verifier", places, "--json").out)
    reasons = [
        cell["raison"] for row in checked["lignes"] for cell in row["cellules"] if cell["champ"] == "latitude"
    ]
    assert "« 4 Rue des Lilas » du fichier d’adresses, score 1,00" in str(checked)
    assert any("centre de la commune" in reason for reason in reasons)


def test_skipped_address_is_reported_and_the_rest_loaded(maillage, tmp_path):
    """Code 1, as wherever some rows are refused; a name without a point is none: there is nothing to place."""
    rows = (ROOT / "tests/files/adresses/adresses-38.csv").read_text("utf-8").splitlines()
    (tmp_path / "adresses-38.csv").write_text(
        "\n".join([*rows, rows[1].replace("45.1502", "6 452")]), "utf-8"
    )
    answer = maillage("adresses", "charger", tmp_path / "adresses-38.csv")
    assert (answer.code, "6 adresses chargées" in answer.out.replace("\xa0", " ")) == (1, True)
    assert f"ligne {len(rows) + 1}, colonne lat, valeur « 6 452" in answer.err.replace("\xa0", " ")


def test_a_file_that_holds_no_address_is_refused_in_three_lines(maillage, tmp_path):
    (tmp_path / "x.csv").write_text("nom;commune\nA;B\n", "utf-8")
    answer = maillage("adresses", "charger", tmp_path / "x.csv")
    assert (answer.code, len(answer.err.splitlines())) == (2, 3)
    assert "il y manque numero" in answer.err


COUNT_ROWS = """
import json, sys
from maillage.manage.deploy.bootstrap import ready
ready()
from maillage.manage.backups.rows import tables
json.dump([each._meta.label_lower for each in tables() if each._base_manager.exists()], sys.stdout)
"""


@pytest.mark.complete
def test_the_examples_go_by_one_command_and_real_places_stay(process, demonstration, tmp_path):
    home = {"MAILLAGE_HOME": str(demonstration(tmp_path / "maison"))}
    answer = process("demo", "--effacer", **home)
    assert answer.code == 0, answer.err
    counts = dict(line.split(" : ") for line in answer.out.splitlines() if " : " in line)
    assert (counts["compte"], counts["réponse"]) == ("8", "192")
    n_rows = sum(map(int, counts.values()))
    removed_sentence = count(n_rows, "ligne d’exemple retirée", "lignes d’exemple retirées")
    assert f"{removed_sentence}. Les lieux réels et le journal restent." in answer.out
    done = programs.run("-c", COUNT_ROWS, environment={**os.environ, **home}, check=True)
    real = {"structure", "lieu", "source", "import", "change", "pair"}
    assert set(json.loads(done.stdout)) == {
        *(f"directory.{name}" for name in real),
        *("territories.perimeter", "accounts.entry", "accounts.seal"),
    }
    assert "Aucune ligne d’exemple retirée." in process("demo", "--effacer", **home).out


def test_the_key_of_sessions_is_changed_for_its_owner_alone(maillage, tmp_path, monkeypatch):
    monkeypatch.setattr("maillage.manage.deploy.home.KEY", tmp_path / "cle-secrete")
    monkeypatch.setattr("maillage.manage.deploy.home.FORMER_KEYS", tmp_path / "cles-precedentes")
    monkeypatch.delenv("MAILLAGE_SECRET_KEY", raising=False)
    assert "Relancez la plateforme" in maillage("changer-cle").out
    first = (tmp_path / "cle-secrete").read_text("utf-8")
    assert (tmp_path / "cle-secrete").stat().st_mode & 0o777 == 0o600
    assert maillage("changer-cle").code == 0
    assert (tmp_path / "cle-secrete").read_text("utf-8") not in (first, "")
    former = [(tmp_path / "cle-secrete").read_text("utf-8")]
    for _ in range(2):
        assert maillage("changer-cle", "--garder-ancienne").code == 0
        assert (tmp_path / "cles-precedentes").read_text("utf-8").splitlines() == former
        assert (tmp_path / "cles-precedentes").stat().st_mode & 0o777 == 0o600
        former.insert(0, (tmp_path / "cle-secrete").read_text("utf-8"))
    assert len({*former}) == 3
    assert maillage("changer-cle", "--retirer-ancienne").code == 0
    assert not (tmp_path / "cles-precedentes").exists()
    assert (tmp_path / "cle-secrete").read_text("utf-8") == former[0]
    maillage("changer-cle", "--garder-ancienne")
    maillage("changer-cle")
    assert not (tmp_path / "cles-precedentes").exists(), "a key that was seen opens nothing more"
    monkeypatch.setenv("MAILLAGE_SECRET_KEY", "x" * 50)
    refused = maillage("changer-cle")
    assert refused.code == 2
    assert "Donnez une autre valeur à MAILLAGE_SECRET_KEY" in refused.err
