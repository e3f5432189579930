"""Les contours publiés par l’IGN ne dépendent pas de ce que l’on demande avec eux."""

import numpy as np
import pytest
import shapely

from maillage.sources import cog, contours
from maillage.statistics.need import population as frames
from maillage.statistics.zones import shapes, zoning
from maillage.statistics.zones.territories import gazetteer
from maillage.statistics.zones.zoning import Zone


@pytest.fixture(scope="module")
def communes():
    return cog.communes()


@pytest.fixture(scope="module")
def shape_by_commune(communes):
    return contours.communes(communes["code"].tolist())


def test_commune_has_the_same_contour_in_any_selection(communes, shape_by_commune):
    for name in np.unique(communes["region"])[::5]:
        some = contours.communes(communes["code"][communes["region"] == name].tolist())
        assert all(shapely.equals_exact(shape, shape_by_commune[code]) for code, shape in some.items()), name


def test_a_surface_is_the_published_one(shape_by_commune):
    """Affieux (19001), 30,9 km² d’après l’Insee."""
    square = shape_by_commune["19001"].area * 111.32**2 * np.cos(np.radians(45.5))
    assert square == pytest.approx(30.9, rel=0.02)


@pytest.mark.parametrize("place", ["01", "23", "38"])
def test_communes_that_merged_are_drawn_in_whatever_holds_them_all(place):
    """Deux communes réunies depuis le recensement : la commune d’aujourd’hui, le département, ont leur contour."""
    iris = frames.sources().rp2021
    cut = zoning.usual(gazetteer().get(place), iris)
    assert shapes.of_zones(cut.zones, iris).missing == []
    everything = Zone(code=place, name=place, rows=np.sort(cut.rows))
    assert shapes.of_zones([everything], iris).missing == []


def test_a_quarter_overseas_has_no_contour_and_its_commune_has_one():
    """Aucun IRIS d’outre-mer n’a de contour : un quartier de Cayenne n’est pas dessiné comme la ville entière."""
    iris = frames.sources().rp2021
    cayenne = np.flatnonzero(iris["commune"] == "97302")
    one, all_of_them = (Zone(code="x", name="x", rows=rows) for rows in (cayenne[:1], cayenne))
    assert shapes.of_zones([one], iris).missing == [0]
    assert shapes.of_zones([all_of_them], iris).missing == []


def test_residents_of_metropolitan_france_have_the_contour_of_their_quarter():
    iris = frames.sources().rp2021
    inside = iris["departement"] < "97"
    drawn_areas = contours.iris(iris["iris"][inside].tolist())
    assert not shapely.is_empty(list(drawn_areas.values())).any()
    drawn = np.isin(iris["iris"], list(drawn_areas))
    assert iris["pop"][inside & drawn].sum() / iris["pop"][inside].sum() > 0.999
