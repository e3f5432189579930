"""A CSV file of any length, imported piece by piece: stopped or killed, it goes on where it was."""

import argparse
import gc
import json
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maillage.apps.directory.intake.actions import duplicates, long_files
from maillage.apps.directory.places.models import Import, Lieu, Pair
from maillage.kernel.errors import Refused
from maillage.kernel.progress import steps
from maillage.manage.commands import offre
from maillage.sources.offer.forms import pieces
from maillage.sources.offer.forms.sheet import Sheet
from maillage.sources.offer.read import Result

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
TOWNS = ("Grenoble", "38000"), ("Échirolles", "38130"), ("Fontaine", "38600")
HEADER = "Nom;Adresse;Code postal;Commune;Présentation"


def line(n: int) -> str:
    town, code = TOWNS[n % 3]
    return f'Relais Tourterelle {n};{n + 1} rue des Lilas;{code};{town};"Un accueil ; sur\ndeux lignes {n}"'


@pytest.fixture(autouse=True)
def _what_other_tests_hold_is_not_looked_through() -> None:
    """Between two pieces all that a program holds is looked through for what nothing uses: here, what the tests have
    read, millions of objects, half of the time of this file.
    """
    gc.freeze()


@pytest.fixture
def path(tmp_path):
    """Twenty-five rows, each on two lines, the last the same place as the first, written otherwise."""
    twin = "Le relais tourterelle 0;1 rue des Lilas;38000;Grenoble;"
    csv_path = tmp_path / "lieux.csv"
    csv_path.write_text("\n".join([HEADER, *map(line, range(24)), twin]) + "\n", "utf-8")
    return csv_path


def take(path, **more):
    return long_files.take_in(path, source="Pays", by=None, at=AT, size=10, **more)


def test_pieces_are_cut_between_records_and_put_together_are_the_file(path):
    file_pieces = list(pieces.pieces(path, rows=10))
    header = f"{HEADER}\n".encode()
    assert [piece.rows for piece in file_pieces] == [0, 10, 20]
    assert [piece.lines for piece in file_pieces] == [0, 20, 40]
    assert header + b"".join(piece.content.removeprefix(header) for piece in file_pieces) == path.read_bytes()
    assert file_pieces[-1].share == 1.0


def test_a_quote_left_open_costs_one_line_and_no_piece(tmp_path):
    path = tmp_path / "ouvert.csv"
    path.write_text("\n".join([HEADER, 'Un;"rue', *(f'Lieu {n};"rue";;;' for n in range(1_999))]) + "\n")
    file_pieces = list(pieces.pieces(path, rows=500))
    assert [len(piece.content.splitlines()) for piece in file_pieces] == [1 + 500] * 4


def test_a_long_file_gives_its_places_once_with_their_duplicates_and_lines(path):
    done = take(path)
    assert (len(done.rows), done.resumed) == (3, 0)
    assert (done.counts["lus"], done.counts["crees"]) == (25, 25)
    assert Lieu.objects.count() == 25
    assert Pair.objects.filter(
        first__name="Relais Tourterelle 0", second__name="Le relais tourterelle 0"
    ).exists()


def test_a_row_refused_in_a_piece_is_named_by_its_line_in_the_file(path):
    path.write_text(path.read_text("utf-8").replace(";38600;Fontaine;", ";;Nulleville;"), "utf-8")
    assert take(path).counts["refuses"] == 8
    lines = [row["ligne"] for row in Import.objects.order_by("pk")[1].report["lignes"]]
    assert lines[:2] == [24, 30], "the twelfth and the fifteenth places, on two lines each"


def test_a_long_import_that_stops_again_and_again_goes_on_without_a_row_twice(path):
    """Stopped before its second piece, then before the third, then before duplicates are looked for, it ends
    as if it had not been.
    """

    def stopping(before):
        calls = []

        def tell(step, share):
            calls.append(step)
            if len(calls) == before:
                raise KeyboardInterrupt

        return tell

    for before, n_places in ((2, 10), (2, 20), (2, 25)):
        with pytest.raises(KeyboardInterrupt):
            take(path, tell=stopping(before))
        assert Lieu.objects.count() == n_places
    assert not Pair.objects.exists()
    done = take(path)
    assert done.resumed == 3
    assert (done.counts["lus"], done.counts["crees"]) == (25, 25)
    assert (Lieu.objects.count(), Import.objects.count()) == (25, 3)
    assert Pair.objects.count() == done.counts["doublons_proposes"] > 0


def test_nothing_of_a_piece_is_left_in_memory_when_the_next_is_read(path):
    def alive():
        return [type(one).__name__ for one in gc.get_objects() if type(one) in (Result, Sheet)]

    live_pieces = []
    take(path, tell=lambda step, share: live_pieces.append(alive()))
    assert live_pieces == [[]] * 4  # before each of the three pieces, then before duplicates are looked for


@pytest.mark.parametrize(("much", "times"), [(20, 1), (9, 3), (100, 0)])
def test_memory_is_released_after_reading_many_departements(tmp_path, monkeypatch, much, times):
    towns = ("Grenoble", "38000"), ("Lyon", "69003"), ("Valence", "26000")
    rows = [f"Relais {n};{n + 1} rue des Lilas;{code};{town};" for n in range(15) for town, code in towns]
    path = tmp_path / "lieux.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
    calls: list[None] = []
    monkeypatch.setattr(duplicates, "MUCH", much)
    monkeypatch.setattr(duplicates.memory, "give_back", lambda: calls.append(None))
    take(path)
    assert len(calls) == len(list(pieces.pieces(path, rows=10))) + times


def test_a_piece_that_fails_leaves_nothing_of_itself(path, monkeypatch):
    real = long_files.importing.take_in

    def broken(result, **more):
        real(result, **more)
        raise RuntimeError("le courant est coupé")

    with monkeypatch.context() as patched:
        patched.setattr(long_files.importing, "take_in", broken)
        with pytest.raises(RuntimeError):
            take(path)
    assert not Lieu.objects.exists()
    assert take(path).resumed == 0


def test_a_long_file_once_ended_is_read_again_whole_and_changes_nothing(path):
    take(path)
    again = take(path)
    assert again.resumed == 0
    assert (again.counts["inchanges"], again.counts["crees"]) == (25, 0)
    assert duplicates.sweep(again.rows) == 0


def test_a_long_file_without_names_of_columns_on_its_first_line_is_refused(tmp_path):
    path = tmp_path / "vide.csv"
    path.write_text("a;b\n" + "x;y\n" * 12, "utf-8")
    with pytest.raises(Refused, match="aucun lieu"):
        take(path)


def test_the_command_answers_in_json_when_a_piece_holds_no_place_and_names_what_to_look_at(
    path, monkeypatch, tmp_path, capsys
):
    monkeypatch.setattr(pieces, "LONG", 10)
    bad = tmp_path / "vide.csv"
    bad.write_text("nom;commune\n" + "x;Nulleville\n" * 12, "utf-8")
    with pytest.raises(Refused, match="aucun lieu"):
        offre.run(offre_arguments("importer", str(bad), "--source", "Vide", "--json"))
    report = json.loads(capsys.readouterr().out)
    assert (report["lus"], report["crees"], report["refuses"], report["constats_total"]) == (12, 0, 12, 12)
    with path.open("a", encoding="utf-8") as file:
        file.write("Loin;1 rue X;;Nulleville;\n")
    offre.run(offre_arguments("importer", str(path), "--source", "Pays", "--json"))
    report = json.loads(capsys.readouterr().out)
    assert (report["constats"][0]["ligne"], report["constats"][0]["valeur"]) == (51, "Loin")
    assert report["constats_total"] == 1, "places without a point are counted once, apart"


def test_the_command_tells_its_progress_and_how_to_go_on(path, monkeypatch, capsys):
    monkeypatch.setattr(pieces, "LONG", 10)
    import_arguments = offre_arguments("importer", str(path), "--source", "Pays", "--json")
    with monkeypatch.context() as patched:
        patched.setattr(duplicates, "sweep", interrupted)
        with pytest.raises(Refused, match="ce qui est déjà rangé le reste"):
            offre.run(import_arguments)
    assert offre.run(import_arguments) == offre.OK
    report = json.loads(capsys.readouterr().out)
    assert (report["lus"], report["crees"], report["morceaux"], report["repris"]) == (25, 25, 1, 1)
    assert "Recherche des doublons… 90\xa0%" in steps.line(0)


def test_the_cells_of_a_piece_leave_memory_before_its_places_are_written(path, monkeypatch):
    real, n_alive = long_files.importing.take_in, []

    def counted(*args, **kwargs):
        gc.collect()
        n_alive.append(sum(isinstance(each, Sheet) for each in gc.get_objects()) - before)
        return real(*args, **kwargs)

    gc.collect()
    before = sum(isinstance(each, Sheet) for each in gc.get_objects())
    monkeypatch.setattr(long_files.importing, "take_in", counted)
    take(path)
    assert n_alive and not any(n_alive)


def test_the_command_does_not_map_a_base_that_grows(path, monkeypatch):
    monkeypatch.setattr(pieces, "LONG", 10)
    with CaptureQueriesContext(connection) as queries:
        offre.run(offre_arguments("importer", str(path), "--source", "Pays", "--json"))
    is_mapped = not any("mmap_size=0" in each["sql"] for each in queries)
    assert is_mapped == (connection.vendor != "sqlite")


def interrupted(*_):
    raise KeyboardInterrupt


def offre_arguments(*words):
    parser = argparse.ArgumentParser()
    offre.arguments(parser)
    return parser.parse_args(words)


def test_only_long_delimited_text_is_read_by_pieces(path, monkeypatch, tmp_path):
    assert not pieces.is_long_csv(path)
    monkeypatch.setattr(pieces, "LONG", 10)
    assert pieces.is_long_csv(path)
    (tmp_path / "lieux.json").write_text('[{"nom": "Le Relais"}]', "utf-8")
    assert not pieces.is_long_csv(tmp_path / "lieux.json")
    assert not pieces.is_long_csv(tmp_path)
