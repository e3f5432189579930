"""`maillage pays`: the data of another country, checked then estimated; France written as one."""

import csv
import json
import resource
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from maillage.kernel.errors import Refused
from maillage.reference.files import PROJECT
from tests.support import shared
from tests.support.speed import PATIENCE

SAMPLE = PROJECT / "data" / "pays" / "exemple"


def test_country_is_read_and_summarised(maillage):
    answer = maillage("pays", "verifier", SAMPLE)
    assert answer.code == 0, answer.err
    assert "120 zones, 480 effectifs, 4 taux, 18 lieux. Niveaux : district, province." in answer.out
    output = json.loads(maillage("pays", "verifier", SAMPLE, "--json").out)
    assert output["areas"] == 120
    assert output["niveaux"] == ["district", "province"]


def test_check_reports_the_places_that_the_site_refuses(maillage, tmp_path):
    folder = shutil.copytree(SAMPLE, tmp_path / "pays")
    (folder / "places.csv").write_text("code,latitude,longitude\nL01,0.1,10.1\n", "utf-8")
    answer = maillage("pays", "verifier", folder)
    assert answer.code == 2
    assert "places.csv : il manque la colonne name." in answer.err


def test_a_country_is_estimated_at_a_level(maillage, tmp_path):
    out = tmp_path / "provinces.csv"
    answer = maillage("pays", "estimer", SAMPLE, "--niveau", "province", "--sortie", out)
    assert answer.code == 0, answer.err
    assert answer.out == f"Pays d’exemple : 3 lignes dans {out}\n"
    with out.open(encoding="utf-8", newline="") as file:
        east, north, south = csv.DictReader(file)
    assert (east["code"], east["zones"], east["valeur"], east["rang"]) == ("E", "40", "12714.356", "1")
    assert float(north["bas"]) < float(north["valeur"]) < float(north["haut"])
    assert south["part_avec_un_lieu"] == "0.0898776153"


def test_missing_column_is_reported_and_nothing_is_written(maillage, tmp_path):
    folder = shutil.copytree(SAMPLE, tmp_path / "pays")
    (folder / "people.csv").write_text("area,cell\n0N0100,15-29\n", "utf-8")
    answer = maillage("pays", "estimer", folder, "--niveau", "area", "--sortie", tmp_path / "x.csv")
    assert answer.code == 2
    assert "people.csv : il manque la colonne persons." in answer.err
    assert not (tmp_path / "x.csv").exists()


def test_a_country_is_estimated_whole_and_by_another_definition(maillage, tmp_path):
    out = tmp_path / "pays.csv"
    words = ("--niveau", "pays", "--definition", "etendue", "--sortie", out)
    assert maillage("pays", "estimer", SAMPLE, *words).code == 0
    with out.open(encoding="utf-8", newline="") as file:
        (country_row,) = csv.DictReader(file)
    assert (country_row["zones"], country_row["rang"]) == ("120", "1")
    assert float(country_row["taux"]) > 0.4
    answer = maillage(
        "pays", "estimer", SAMPLE, "--niveau", "pays", "--definition", "x", "--sortie", tmp_path / "y.csv"
    )
    assert answer.code == 2
    assert "Pays d’exemple n’a pas de définition x." in answer.err
    assert "Choisissez parmi usuelle, etendue." in answer.err
    assert not (tmp_path / "y.csv").exists()


def serve(home: Path, country: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Start the site of a country, which must refuse."""
    environment = shared.environment(home) | {"MAILLAGE_PAYS": country}
    command = [sys.executable, "-m", "maillage.manage.main", *words]
    return subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def test_a_country_that_is_not_there_or_is_half_written_is_not_served(tmp_path):
    home = tmp_path / "maison"
    answer = serve(home, "nulle-part", "servir", "--port", "8999")
    assert answer.returncode == 2
    assert "Le pays « nulle-part » n’est pas là." in answer.stderr
    assert "(exemple)" in answer.stderr
    folder = shutil.copytree(SAMPLE, tmp_path / "pays")
    card = (folder / "pays.yaml").read_text("utf-8")
    (folder / "pays.yaml").write_text(card.replace("universe:", "univers:"), "utf-8")
    answer = serve(home, str(folder), "servir", "--port", "8999")
    assert answer.returncode == 2
    assert "il manque universe." in answer.stderr
    assert not home.exists()


def test_a_command_that_knows_france_alone_refuses_another_country(maillage, monkeypatch):
    monkeypatch.setenv("MAILLAGE_PAYS", "exemple")
    answer = maillage("territoires", "Nord-Plaine")
    assert answer.code == 2
    assert "« maillage territoires » ne connaît que la France." in answer.err
    assert maillage("pays", "verifier", SAMPLE).code == 0


def test_full_disk_is_reported_and_no_file_remains(tmp_path):
    """No file may pass two kilobytes: the tables of the country do."""
    out = tmp_path / "sortie.csv"
    words = ("pays", "estimer", str(SAMPLE), "--niveau", "area", "--sortie", str(out))
    answer = subprocess.run(
        [sys.executable, "-m", "maillage.manage.main", *words],
        cwd=PROJECT,
        env=shared.environment(tmp_path),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2_048, 2_048)),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert answer.returncode == 2
    assert "Un fichier n’a pas pu être lu ou écrit" in answer.stderr
    assert "rien n’est à moitié écrit" in answer.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def own_home(tmp_path, monkeypatch):
    """Return a function that names the country that a new home is asked for."""
    from maillage.manage.deploy import home

    names = {"DATABASE": "maillage.sqlite3", "OWNER": "pays.txt", "KEY": "cle-secrete"}
    for constant, value in {
        "HOME": tmp_path,
        **{key: tmp_path / name for key, name in names.items()},
    }.items():
        monkeypatch.setattr(home, constant, value)
    return lambda country: monkeypatch.setattr(home, "COUNTRY", str(country))


def test_a_home_is_that_of_one_country(tmp_path, own_home):
    from maillage.manage.deploy import home, ownership

    own_home("exemple")
    ownership.claim()
    ownership.claim()  # the same country comes back
    own_home("ailleurs")
    with pytest.raises(Refused, match="est celui de : exemple"):
        ownership.claim()
    own_home("")
    with pytest.raises(Refused, match="demande : France"):
        ownership.claim()
    (tmp_path / "pays.txt").unlink()
    ownership.claim()
    home.write_key()
    own_home("exemple")
    with pytest.raises(Refused, match="est celui de : France"):
        ownership.claim()  # served, its base on PostgreSQL
    (tmp_path / "cle-secrete").unlink()
    assert not (tmp_path / "pays.txt").exists()  # France writes nothing: its homes are older than this
    (tmp_path / "maillage.sqlite3").touch()
    own_home("exemple")
    with pytest.raises(Refused, match="est celui de : France"):
        ownership.claim()


def test_the_country_of_a_base_behind_pgbouncer_is_read_too(monkeypatch):
    """« ?prepare=non » est un mot de nous : sa bibliothèque le refuse, et la base passait pour sans pays."""
    import psycopg

    from maillage.manage.deploy import ownership

    connections = []

    def connect(url, **how):
        connections.append((url, how["connect_timeout"]))
        raise psycopg.OperationalError("nobody is there")

    monkeypatch.setattr(psycopg, "connect", connect)
    monkeypatch.setenv("DATABASE_URL", "postgresql://maillage@ordinateur/maillage?prepare=non")
    assert ownership.database_owner() is None
    assert connections == [("postgresql://maillage@ordinateur/maillage", ownership.PATIENCE)]


def test_two_folders_of_one_name_have_two_homes_and_a_former_one_is_found_again(tmp_path):
    from maillage.manage.deploy.home import usual_home

    def at(folder):
        return usual_home(str(folder), tmp_path)

    first, second = tmp_path / "a" / "voisin", tmp_path / "b" / "voisin"
    assert at("") == tmp_path / "var"
    assert at("exemple") == at(SAMPLE) == tmp_path / "var-exemple"
    assert at(first).name.startswith("var-voisin-")
    assert len({at(first), at(second), at("exemple"), at(tmp_path / "exemple")}) == 4
    former = tmp_path / "var-voisin"
    former.mkdir()
    (former / "pays.txt").write_text("voisin", "utf-8")  # made by the name alone, by whichever of both
    assert at(first) == at(second) == former
    (former / "pays.txt").write_text(f"voisin\n{first}", "utf-8")
    assert at(first) == former != at(second)
    (tmp_path / "var-exemple").mkdir()
    (tmp_path / "var-exemple" / "pays.txt").write_text("exemple", "utf-8")
    assert at("exemple") == tmp_path / "var-exemple" != at(tmp_path / "exemple")


def test_a_home_remembers_where_the_folder_of_its_country_is(tmp_path, own_home):
    from maillage.manage.deploy import home, ownership

    own_home(tmp_path / "voisin")
    (tmp_path / "pays.txt").write_text("voisin", "utf-8")
    ownership.claim()
    assert (tmp_path / "pays.txt").read_text("utf-8").splitlines() == ["voisin", str(tmp_path / "voisin")]
    (tmp_path / "voisin").mkdir()
    own_home(tmp_path / "ailleurs" / "voisin")
    with pytest.raises(
        Refused, match=r"est celui de : voisin, dans .*/voisin\.\n.*demande : voisin, dans .*ailleurs"
    ):
        ownership.claim()  # two of one name
    (tmp_path / "voisin").rmdir()
    ownership.claim()  # moved, and where it was is not forgotten: its base may still say so
    assert home.folders() == [str(tmp_path / "ailleurs" / "voisin"), str(tmp_path / "voisin")]
    own_home(SAMPLE)
    with pytest.raises(Refused, match="est celui de : voisin"):
        ownership.claim()


@pytest.mark.django_db(transaction=True)
def test_a_backup_of_another_country_is_refused(tmp_path, monkeypatch):
    from maillage.apps.platform.accounts.models import User
    from maillage.manage.backups import backup
    from maillage.manage.deploy import home

    def former(name):
        path = tmp_path / name
        backup.save(path, rows_only=True)
        with zipfile.ZipFile(path) as archive:
            files = {file_name: archive.read(file_name) for file_name in archive.namelist()}
        manifest = json.loads(files[backup.MANIFEST])
        assert manifest.pop("pays") == "France"
        files[backup.MANIFEST] = json.dumps(manifest).encode()
        with zipfile.ZipFile(path, "w") as archive:
            for file_name, content in files.items():
                archive.writestr(file_name, content)
        return path

    empty = former("vide.zip")
    User.objects.create(email="a@b.example", name="A")
    filled = former("pleine.zip")
    backup.check(filled)
    monkeypatch.setattr(home, "COUNTRY", "exemple")
    backup.check(empty)
    with pytest.raises(Refused, match="est une sauvegarde de : France"):
        backup.check(filled)
    backup.save(tmp_path / "autre.zip", rows_only=True)
    monkeypatch.setattr(home, "COUNTRY", "")
    for verb in (backup.check, backup.restore):
        with pytest.raises(Refused, match="est une sauvegarde de : exemple"):
            verb(tmp_path / "autre.zip")


def test_missing_spark_is_refused(maillage, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyspark.sql", None)
    words = ("--niveau", "area", "--moteur", "spark", "--sortie", tmp_path / "x.csv")
    answer = maillage("pays", "estimer", SAMPLE, *words)
    assert answer.code == 2
    assert "Spark n’est pas installé sur cet ordinateur." in answer.err
    assert "make .venv/.spark" in answer.err


@pytest.mark.complete
@pytest.mark.slow("all of France is written, then counted")
def test_france_is_a_country_like_another(maillage, tmp_path):
    from maillage.reference.definitions import DEFAULT, definition
    from maillage.statistics.need import national

    assert maillage("pays", "exporter", tmp_path / "france").code == 0
    out = tmp_path / "regions.csv"
    answer = maillage("pays", "estimer", tmp_path / "france", "--niveau", "region", "--sortie", out)
    assert answer.code == 0, answer.err
    with out.open(encoding="utf-8", newline="") as file:
        value_by_region = {f"R{row['code']}": float(row["valeur"]) for row in csv.DictReader(file)}
    own_estimates = national.estimate("region", definition(DEFAULT))
    for code, value in zip(own_estimates["code"].tolist(), own_estimates["value"].tolist(), strict=True):
        if not code.startswith("R0"):  # overseas has rates of its own
            assert value_by_region[code] == pytest.approx(value, rel=0.15)
