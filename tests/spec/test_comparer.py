"""Des territoires côte à côte : ce que l’on peut dire, et ce que l’on ne peut pas."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from maillage.publishing.territory import comparison
from maillage.publishing.territory.comparison import Measure, Side

title = "Comparer des territoires"


def measure(
    value: float | None, low: float | None, high: float | None, *, counted: bool = False, detail: str = ""
) -> Measure:
    return Measure(
        id="taux", label="Part", universe="15 ans et plus", year="2021", counted=counted, value=value, low=low,
        high=high, detail=detail, reason="" if low is not None else "pas d’annuaire chargé",
    )  # fmt: skip


def conclusions(t) -> str:
    sides = [
        Side(str(name), (measure(value, low, high),))
        for name, value, low, high in zip(t["territoire"], t["part"], t["bas"], t["haut"], strict=True)
    ]
    return comparison.compare(sides)[0].conclusion


def test_only_intervals_apart_are_ordered(spec):
    """Une part n’est dite plus haute qu’au-dessus de toute la fourchette de l’autre, bornes imprimées comprises.

    territoire | part | bas  | haut
    -----------+------+------+-----
    Grenoble   |   13 | 11.2 | 14.9
    Maubeuge   |   19 | 17.2 | 21.1
    Strasbourg |   13 | 11.0 | 15.1
    """
    spec(
        lambda t: [conclusions(t)],
        [
            "Plus haut pour Maubeuge que pour Grenoble et Strasbourg. Sinon, les marges se recouvrent : on ne peut pas"
            " ranger."
        ],
    )


def test_bounds_that_touch_once_printed_are_not_ordered(spec):
    """15,4 et 15,6 s’impriment 16 et 15 : les fourchettes imprimées se touchent, rien n’est rangé.

    territoire | part | bas  | haut
    -----------+------+------+-----
    Grenoble   |   13 | 11.2 | 15.4
    Maubeuge   |   18 | 15.6 | 20.1
    """
    spec(lambda t: [conclusions(t)], ["Les marges se recouvrent : on ne peut pas ranger."])


def test_what_is_missing_is_neither_high_nor_low():
    """Sans annuaire, un territoire n’a pas de chiffre : il n’est ni devant ni derrière, et la raison est dite."""
    (comparison_row,) = comparison.compare(
        [Side("A", (measure(13, 11, 15),)), Side("B", (measure(None, None, None),))]
    )
    assert (comparison_row.conclusion, comparison_row.rows[1].missing) == (
        comparison.ALONE,
        "pas d’annuaire chargé",
    )
    assert (comparison_row.is_ordered, comparison_row.overlaps) == (False, False)


def test_count_is_printed_without_interval_nor_rank():
    """G-040 : un compte n’a pas de fourchette, et n’est pas rangé : les annuaires n’ont pas été remplis de la même façon."""
    (comparison_row,) = comparison.compare(
        [
            Side("A", (measure(43, 43, 43, counted=True, detail="51 sur 119"),)),
            Side("B", (measure(0, 0, 0, counted=True, detail="0 sur 61"),)),
        ]
    )
    assert comparison_row.conclusion == "51 sur 119 pour A et 0 sur 61 pour B."
    assert [row.between for row in comparison_row.rows] == ["", ""]


figures = st.lists(st.floats(0, 100), min_size=3, max_size=3).map(sorted)


@given(st.lists(figures, min_size=2, max_size=6))
def test_no_sentence_orders_two_intervals_that_overlap(drawn):
    """De deux à six territoires tirés au sort : ce que dit la phrase, chaque paire qu’elle range le vérifie."""
    names = [f"T{k}" for k in range(len(drawn))]
    interval_by_name = dict(zip(names, drawn, strict=True))
    sides = [Side(name, (measure(mid, low, high),)) for name, (low, mid, high) in interval_by_name.items()]
    (comparison_row,) = comparison.compare(sides)
    conclusion = comparison_row.conclusion.split(". Sinon")[0].rstrip(".").lower()
    ordered = set()
    for part in conclusion.split(" ; ") if comparison_row.is_ordered else []:
        one, _, under = part.removeprefix("plus haut pour ").partition(" que pour ")
        ordered |= {(one.upper(), each.upper()) for each in under.replace(" et ", ", ").split(", ")}
    for one, other in combinations(names, 2):
        for a, b in ((one, other), (other, one)):
            assert ((a, b) in ordered) <= (interval_by_name[a][0] > interval_by_name[b][2])
    assert comparison_row.overlaps == (not ordered)
