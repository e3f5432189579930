"""A document lists the sources that its figures come from, each with what it gives there."""

from types import SimpleNamespace

import numpy as np

from maillage.publishing.territory import cards
from maillage.statistics.need import population as frames
from maillage.statistics.need.social_variables import BY_ID


def uses(*, small: float, parts: bool, variables: tuple[str, ...] = ()) -> dict[str, str]:
    study = SimpleNamespace(
        population=10_000.0,
        flags={frames.SMALL: small},
        zones=[SimpleNamespace(zone=SimpleNamespace(rows=np.array([0, 1])))],
        model=SimpleNamespace(country=SimpleNamespace(alone=np.array([not parts, True]))),
        social=SimpleNamespace(variables=[BY_ID[id] for id in variables]),
    )
    return cards._uses(study)


def test_a_source_that_no_figure_uses_is_not_listed():
    """Un dossier de l’Indre citait un tableau d’Auvergne sans dire à quoi il sert."""
    town = uses(small=0.0, parts=True)
    assert "dataforgood-taux-communes" not in town
    village = uses(small=10_000.0, parts=False)
    assert "insee-rp2016-iris" not in village
    assert "insee-rp2018-communes" not in village
    assert "d’une autre région" in village["insee-for2-2012-auvergne"].replace("vient ", "")


def test_a_source_of_several_figures_names_them_once():
    both = uses(small=0.0, parts=True, variables=("rsa", "aah", "hlm"))
    assert both["cnaf-2021-iris"].endswith("l’indice social : RSA et AAH")
    assert both["insee-rp2016-iris"] == "Les diplômes, quartier par quartier ; l’indice social : HLM"
    assert "dares-2019-communes-qpv" not in both
