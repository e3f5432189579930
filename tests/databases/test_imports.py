"""An import killed in the middle leaves nothing half done, and the next one completes: on SQLite and on
PostgreSQL.
"""

import itertools
import json
import signal

import pytest

from tests.databases.conftest import python

N = 100
KINDS = ("Médiathèque", "Mairie", "Centre social", "Espace public numérique", "Maison des habitants")
NAMES = ("Simone Veil", "Jules Ferry", "Olympe de Gouges", "Aimé Césaire", "les Tilleuls", "du Lac", "Germaine Tillion", "Le Lien")  # fmt: skip
COMMUNES = (
    "Grenoble",
    "Échirolles",
    "Voiron",
    "Vienne",
    "Eybens",
    "Meylan",
    "Crolles",
    "Bourgoin-Jallieu",
    "Vizille",
    "Voreppe",
)
STREETS = (
    "rue de la République",
    "avenue Jean Jaurès",
    "place du Marché",
    "chemin des Écoles",
    "boulevard Gambetta",
)
# Half of the places written; all of them with the former search index gone; all but the end of the import.
STATEMENTS = ("into directory_lieu ", "into directory_words", "update directory_import ")


def places(n, phone="04 76 00"):
    """Return n invented places as a file: no two alike in name and address, the last one twice under two
    identifiers.
    """
    combinations = itertools.product(STREETS, NAMES, KINDS, COMMUNES)
    rows = [
        {"id": f"p{i}", "nom": f"{kind} {name}", "adresse": f"{i % 97 + 1} {street}", "commune": commune,
         "telephone": f"{phone} {i // 100:02d} {i % 100:02d}", "services": "Aider à la prise en main d’un ordinateur"}
        for i, (street, name, kind, commune) in enumerate(itertools.islice(combinations, n - 1))
    ]  # fmt: skip
    return json.dumps([*rows, {**rows[-1], "id": "again"}], ensure_ascii=False)


@pytest.mark.complete
@pytest.mark.slow("eight imports, four of them killed")
def test_an_import_killed_in_the_middle_leaves_nothing_and_the_next_completes(database, tmp_path):
    new, changed = places(N), places(N, phone="04 38 00")
    steps = [
        (places(20), ""),
        *((new, statement) for statement in STATEMENTS),
        (new, ""),
        (changed, "update directory_lieu "),
        (changed, ""),
        (changed, ""),
    ]
    (tmp_path / "steps.json").write_text(json.dumps(steps), "utf-8")
    words = ("tests/databases/importing.py", str(tmp_path / "steps.json"), str(tmp_path / "lieux.json"))
    done = python(*words, home=tmp_path, database=database)
    assert done.returncode == 0, done.stderr[-2000:]
    results = iter([json.loads(line) for line in done.stdout.splitlines()])

    code, rows, counts = next(results)
    assert (code, rows["Lieu"], counts["crees"]) == (0, 0, 20)
    partial_rows = []
    for statement in STATEMENTS:
        code, rows, counts = next(results)
        assert (statement, code, counts) == (statement, -signal.SIGKILL, None)
        partial_rows.append(rows)
    code, rows, counts = next(results)
    assert [*partial_rows, rows] == [partial_rows[0]] * (len(STATEMENTS) + 1)
    assert (rows["Import"], rows["Lieu"], rows["Change"], rows["directory_words"]) == (1, 20, 20, 20)
    # The place said twice is one.
    assert (code, counts["lus"], counts["crees"], counts["modifies"]) == (0, N, N - 20, 1)

    code, complete, _ = next(results)
    assert (code, complete["Import"], complete["Lieu"], complete["directory_words"]) == (
        -signal.SIGKILL,
        2,
        N,
        N,
    )
    code, rows, counts = next(results)
    assert rows == complete
    assert (code, counts["modifies"], counts["crees"]) == (0, N, 0)
    code, rows, counts = next(results)
    assert (code, rows["Lieu"], rows["Import"], counts["inchanges"]) == (0, N, 3, N)
