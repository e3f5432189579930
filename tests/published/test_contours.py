"""Les contours publiés par l’IGN ne dépendent pas de ce que l’on demande avec eux."""

import numpy as np
import pytest
import shapely

from maillage.pipeline.cog import clean as cog
from maillage.pipeline.contours import clean as contours


@pytest.fixture(scope="module")
def communes():
    return cog.communes()


@pytest.fixture(scope="module")
def whole(communes):
    return contours.communes(communes["code"].tolist())


@pytest.mark.parametrize("level", ["departement", "region"])
def test_a_commune_has_the_same_contour_whoever_is_asked_with_it(level, communes, whole):
    for name in np.unique(communes[level]):
        some = contours.communes(communes["code"][communes[level] == name].tolist())
        assert all(shapely.equals_exact(shape, whole[code]) for code, shape in some.items()), name


def test_a_surface_is_the_published_one(whole):
    """Affieux (19001), 30,9 km² d’après l’Insee."""
    square = whole["19001"].area * 111.32**2 * np.cos(np.radians(45.5))
    assert square == pytest.approx(30.9, rel=0.02)
