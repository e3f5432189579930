"""Les personnes vues se comptent sans que personne se devine. Les petits nombres sont masqués, et ce qui
les rendrait aussi.
"""

from datetime import UTC, datetime, timedelta

from maillage.statistics.engine import small_counts
from maillage.statistics.people import observed
from maillage.statistics.people.observed import Row

title = "Compter les personnes vues"
LEAST = 11


def published_counts(t: dict) -> list[str]:
    counts = [int(n) for n in t["personnes"]]
    return [
        str(n) if is_published else "masqué"
        for n, is_published in zip(counts, small_counts.one_way(counts, LEAST), strict=True)
    ]


def test_a_small_count_is_withheld_with_another(spec):
    """Une case de moins de 11 personnes est masquée, et une autre avec elle : sinon, le total la rendrait.

    résultat        | personnes || réponse
    ----------------+-----------++--------
    assistance      |        30 || 30
    accès accompagné|        20 || masqué
    vers l’autonomie|        23 || 23
    coup de pouce   |         4 || masqué
    """
    spec(published_counts)


def test_zero_is_withheld_too(spec):
    """Zéro est masqué aussi : dire que personne n’est dans une case, c’est parler de tous les autres.

    accès   | personnes || réponse
    --------+-----------++--------
    aucun   |         0 || masqué
    fragile |        25 || 25
    stable  |        18 || masqué
    """
    spec(published_counts)


def test_no_detail_when_nearly_everybody_is_alike(spec):
    """Quand presque tout le monde est pareil, rien n’est détaillé.

    résultat        | personnes
    ----------------+----------
    assistance      |        40
    accès accompagné|         3
    vers l’autonomie|         1
    coup de pouce   |         0
    """
    spec(published_counts, ["masqué"] * 4)


def test_figures_move_by_batches(spec):
    """Les chiffres avancent par lots de 11 réponses : deux lectures ne diffèrent jamais d’une personne.

    reçues || réponse
    -------++--------
        10 ||       0
        11 ||      11
        12 ||      11
        21 ||      11
        22 ||      22
    """
    spec.rows(lambda n: small_counts.batch(int(n), LEAST))


def grid(t: dict) -> dict[str, list[str]]:
    names = ("aucun", "fragile", "stable")
    table = [[int(t[name][k]) for name in names] for k in range(len(t["usage"]))]
    rows = small_counts.one_way([sum(line) for line in table], LEAST)
    columns = small_counts.one_way([sum(line[k] for line in table) for k in range(3)], LEAST)
    published_cells = small_counts.two_way(table, rows, columns, LEAST)
    return {
        name: [
            str(line[k]) if is_published[k] else "masqué"
            for line, is_published in zip(table, published_cells, strict=True)
        ]
        for k, name in enumerate(names)
    }


def test_access_and_use_together_hide_what_rows_and_columns_would_give_back(spec):
    """Accès et usage ensemble : une case masquée en masque d’autres, dans sa ligne et sa colonne.

    usage            | aucun | fragile | stable || aucun  | fragile | stable
    -----------------+-------+---------+--------++--------+---------+-------
    pas encore       |    44 |      60 |     13 || 44     | 60      | 13
    avec quelqu’un   |    28 |      38 |     42 || masqué | masqué  | 42
    presque sans aide|    14 |       3 |     18 || masqué | masqué  | masqué
    sans aide        |     4 |       4 |     12 || masqué | masqué  | masqué
    """
    spec(grid)


def moved(t: dict) -> list[int]:
    rows = [
        Row(
            person=k,
            at=datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=k),
            answers={},
            access=str(t["accès après"][k]),
            use=str(t["usage après"][k]),
            result="accompagne",
            flags=(),
            before=(str(t["usage avant"][k]), str(t["accès avant"][k])),
        )
        for k in range(len(t["usage avant"]))
    ]
    return [line.count for line in observed.moved(rows, few=0).lines]


def test_what_changed_is_read_on_use_first_then_on_access(spec):
    """Refaire le point : plus facile, comme avant, plus dur ; l’usage décide, puis l’accès (none, fragile,
    stable).

    usage avant | accès avant | usage après | accès après
    ------------+-------------+-------------+------------
    G0          | none        | G1          | none
    G1          | fragile     | G1          | stable
    G2          | stable      | G2          | stable
    G2          | stable      | G1          | stable
    """
    spec(moved, [2, 1, 1])
