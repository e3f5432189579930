"""Ne compter qu’une part des habitants : les petites communes, une liste de codes, les quartiers d’un
contour.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from maillage.kernel.errors import Refused
from maillage.sources import cog, contours, markings
from maillage.sources.markings import District, Marking
from maillage.statistics.diagnosis import filters
from maillage.statistics.need import population, rurality

title = "Filtrer un territoire"

IRIS, NEXT = "381850608", "381850101"  # two quartiers of Grenoble, far from one another


def shares(inside: Any, codes: list[str]) -> list[str]:
    """The share of each code: that of its census area, or the mean over the areas of its commune."""
    iris = population.sources().rp2021
    return [
        f"{code} : {inside.share[(iris['iris'] == code) | (iris['commune'] == code)].mean():.2f}"
        for code in codes
    ]


def listed(t: dict[str, Any], *codes: str) -> list[str]:
    rows = zip(t["code"].tolist(), t["part"].tolist(), strict=True)
    written = "code,part\n" + "".join(f"{code},{part:g}\n" for code, part in rows)
    marking = markings.read(written.encode(), name="liste.csv")
    return shares(filters.from_marking(marking, id="liste", source="liste.csv"), list(codes))


def test_a_list_says_which_share_to_count(spec):
    """Une liste donne la part de chaque code ; celle d’un quartier l’emporte sur celle de sa commune ;
    hors de la liste, rien. Une part s’écrit en pourcentage.

    code      | part
    ----------+-----
    2A004     | 100
    38151     | 50
    381850608 | 20
    """
    spec(
        lambda t: listed({"code": t["code"], "part": t["part"]}, "2A004", "38151", IRIS, NEXT),
        ["2A004 : 1.00", "38151 : 0.50", "381850608 : 0.20", "381850101 : 0.00"],
    )


def test_a_code_nobody_knows_is_refused(spec):
    """Un code inconnu est refusé avec sa ligne ; celui d’une commune réunie à une autre vaut pour la
    nouvelle, une fois.

    code  | part
    ------+-----
    38151 | 100
    2Z999 | 100
    """

    def call(t: dict[str, Any]) -> list[str]:
        try:
            return listed(t, "38151")
        except Refused as refused:
            return [refused.what, refused.why, refused.do]

    spec(
        call,
        [
            "liste.csv, ligne 3, colonne code, valeur « 2Z999 » : ni IRIS ni commune du recensement de 2021.",
            "Ses habitants seraient oubliés sans un mot.",
            "Corrigez ce code, ou retirez la ligne.",
        ],
    )


def test_merged_commune_counts_in_full_and_is_noted():
    """Le code d’une commune réunie à une autre vaut pour toute la nouvelle : le doute du filtre le dit."""
    iris, former = population.sources().rp2021, cog.former()
    known = set(iris["commune"].tolist()) | set(iris["published"].tolist())
    pairs = zip(former["former"].tolist(), former["code"].tolist(), strict=True)
    old, new = next((old, new) for old, new in pairs if old not in known and new in known)
    marking = markings.read(f"code,part\n{old},100\n38151,50\n".encode(), name="liste.csv")
    commune_filter = filters.from_marking(marking, id="liste", source="liste.csv")
    assert shares(commune_filter, [new, "38151"]) == [f"{new} : 1.00", "38151 : 0.50"]
    assert "1\u00a0code y est celui d’une commune réunie depuis à une autre" in commune_filter.doubt
    alone = markings.read(b"code,part\n38151,50\n", name="liste.csv")
    assert "réunie" not in filters.from_marking(alone, id="liste", source="liste.csv").doubt


def test_districts_count_by_their_surface(spec):
    """D’un contour, la part d’un quartier est celle de sa surface à l’intérieur ; la commune que dit le
    fichier n’y change rien.

    Un contour qui est la moitié ouest d’un quartier de Grenoble. La réponse : ce quartier, un autre quartier
    de Grenoble.

    contour   || réponse
    ----------++----------------
    la moitié || la moitié, 0.00
    le tout   || 1.00, 0.00
    """
    iris_shape = contours.iris([IRIS])[IRIS]
    west, south, east, north = iris_shape.bounds
    half = shapely.intersection(iris_shape, shapely.box(west, south, (west + east) / 2, north))
    expected = shapely.area(half) / shapely.area(iris_shape)
    assert 0.2 < expected < 0.8

    def call(part):
        shape = half if part == "la moitié" else iris_shape
        marking = Marking(kind="qpv", label="QPV", districts=(District("QP1", "Un", "38185", shape),))
        district_filter = filters.from_marking(marking, id="qpv", source="qpv.geojson")
        iris = population.sources().rp2021["iris"]
        iris_share, next_share = (float(district_filter.share[iris == code][0]) for code in (IRIS, NEXT))
        return (
            f"{'la moitié' if abs(iris_share - expected) < 1e-6 else f'{iris_share:.2f}'}, {next_share:.2f}"
        )

    spec.rows(call)


def test_communes_of_a_size_or_of_a_district(spec):
    """Sans fichier, deux filtres : les communes de moins de 2 000 habitants, celles qui ont un quartier
    prioritaire.

    commune || réponse
    --------++----------------------
    2A004   || 2A004 : non, quartier
    38151   || 38151 : non, quartier
    38002   || 38002 : petite, non
    """

    def call(t: dict[str, Any]) -> list[str]:
        iris = population.sources().rp2021
        names = {filter: filters.chosen(filter, Path.read_bytes) for filter in filters.built_in()}
        small = names[filters.SMALL_COMMUNES]
        people = {code: iris["pop"][iris["commune"] == code].sum() for code in t["commune"].tolist()}
        assert all(
            (n < rurality.SMALL) == (shares(small, [code])[0].endswith("1.00")) for code, n in people.items()
        )
        return [
            f"{code} : {'petite' if shares(small, [code])[0].endswith('1.00') else 'non'}, "
            f"{'quartier' if shares(names[filters.QPV_COMMUNES], [code])[0].endswith('1.00') else 'non'}"
            for code in t["commune"].tolist()
        ]

    spec(call)


def test_a_filter_that_does_not_exist_says_which_do():
    """Un mot qui n’est ni un filtre ni un fichier est refusé, avec ceux qui existent."""
    with pytest.raises(Refused) as caught:
        filters.chosen("qpv-comunes", Path.read_bytes)
    assert caught.value.what == "Le filtre « qpv-comunes » n’existe pas."
    assert "qpv-communes, petites-communes" in caught.value.do
    assert np.isin(list(filters.LABELS), list(filters.built_in())).all()
