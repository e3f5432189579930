"""Un territoire se cherche par son nom, son code ou son code postal, sans souci d’accent, de trait d’union
ni de majuscule.
"""

import pytest

from maillage.kernel.errors import UnknownTerritory
from maillage.statistics.zones.territories import gazetteer

title = "Trouver un territoire"


def first(text):
    return gazetteer().find(text)[0].code


def test_a_name_typed_in_a_hurry(spec):
    """Accents, traits d’union, « St » et mots coupés ne comptent pas. Ce qui commence ainsi vient d’abord :
    Longjumeau avant Toulon.

    tapé                | trouvé    || réponse
    --------------------+-----------++----------
    saint martin dheres | 38421     || 38421
    St-Martin-d'Hères   | 38421     || 38421
    ECHIROLLES          | 38151     || 38151
    eurometropole stras | 246700488 || 246700488
    isère               | 38        || 38
    auvergne rhone      | R84       || R84
    lon                 | 91345     || 91345
    """
    spec.rows(first)


def test_find_brings_the_grouping_of_a_town(spec):
    """Une ville amène son intercommunalité, même d’un autre nom ; « agglomération de » cherche celle-ci seule.

    tapé                         | n || réponse
    -----------------------------+---++----------------
    saint-quentin                | 2 || 02691 200071892
    agglomération de vierzon     | 1 || 200090561
    communauté de communes redon | 1 || 243500741
    département de la Creuse     | 1 || 23
    ville d’Échirolles           | 1 || 38151
    """
    spec.rows(lambda text, n: " ".join(each.code for each in gazetteer().find(text)[: int(n)]))


def test_a_code_or_a_postcode(spec):
    """Un code officiel ou un code postal se tape tel quel.

    tapé         || réponse
    -------------++-------------------------
    59392 n°     || Maubeuge
    200040715 n° || Grenoble-Alpes-Métropole
    """
    spec.rows(lambda text: gazetteer().find(text.removesuffix(" n°"))[0].name)
    assert "Maubeuge" in [t.name for t in gazetteer().find("59600")]


def test_84_is_a_departement_and_R84_a_region(spec):
    """84 est le Vaucluse ; la région s’écrit R84.

    tapé   || réponse
    -------++---------------------
    84 n°  || Vaucluse
    R84 n° || Auvergne-Rhône-Alpes
    """
    spec.rows(lambda text: gazetteer().get(text.removesuffix(" n°")).name)


def test_a_former_code_says_what_it_became():
    """Un code d’un autre millésime dit quelle commune il est devenu."""
    with pytest.raises(UnknownTerritory) as caught:
        gazetteer().get("14485")
    assert caught.value.what.startswith("Le code 14485 n’existe plus :")
    assert "est devenue" in caught.value.what
    assert caught.value.do.startswith("Recommencez avec ")


def test_an_unknown_code_proposes_the_nearest():
    """Un code inconnu propose les plus proches."""
    with pytest.raises(UnknownTerritory) as caught:
        gazetteer().get("38999")
    assert caught.value.what == "Aucun territoire n’a le code « 38999 »."
    assert caught.value.nearest
    assert "Essayez" in caught.value.do


@pytest.mark.parametrize("typed", ["a" * 255, "a" * 256, "é" * 5_000, "saint-" * 900])
def test_a_code_of_any_length_is_only_unknown(typed):
    """Une adresse de mille lettres n’est qu’un territoire que personne ne connaît."""
    with pytest.raises(UnknownTerritory):
        gazetteer().get(typed)


def test_a_misspelled_name_finds_the_nearest(spec):
    """Un nom mal écrit trouve le plus proche.

    tapé
    -----------
    grenobel
    maubeugue
    """
    spec.rows(first, ["38185", "59392"])


def test_territory_outside_the_census_is_reported():
    """Mayotte est hors du champ de l’enquête : on le dit, on n’invente pas."""
    from maillage.statistics.need import population as frames
    from maillage.statistics.zones.territories import rows_of

    with pytest.raises(UnknownTerritory, match="hors du champ"):
        rows_of(gazetteer().get("97611"), frames.sources().rp2021)


def test_a_name_says_where_it_is(spec):
    """Le regroupement est écrit en toutes lettres ; un lieu du même nom se reconnaît à son département ou
    à sa région.

    code         || réponse
    -------------++-----------------------------------------------------------------------
    38185 n°     || Grenoble, Isère (38)
    38 n°        || Isère, Auvergne-Rhône-Alpes
    R84 n°       || Auvergne-Rhône-Alpes, nulle part
    200070431 n° || Saint-Marcellin Vercors Isère Communauté, Isère (38)
    247600786 n° || Communauté d’agglomération de la Région Dieppoise, Seine-Maritime (76)
    france       || France, nulle part
    """
    spec(
        lambda t: [
            f"{territory.long_name}, {territory.place or 'nulle part'}"
            for text in t["code"].tolist()
            for territory in [gazetteer().get(text.removesuffix(" n°"))]
        ]
    )


def test_a_code_badly_typed_finds_its_own(spec):
    """Un zéro de tête perdu par un tableur se retrouve, un code d’IRIS donne sa commune, un ancien nom sa
    commune nouvelle.

    tapé         || réponse
    -------------++--------
    1053 n°      || 01053
    381850101 n° || 38185
    la grenoble  || 38185
    FRANCE       || france
    """
    spec.rows(lambda text: gazetteer().find(text.removesuffix(" n°"))[0].code)
    assert "38185" in gazetteer()
    assert "38999" not in gazetteer()
    assert gazetteer().get(" France ").kind == "france"


def test_the_largest_ones_around_are_of_the_nearest_larger_territory(spec):
    """Autour d’une commune : les plus peuplées de son intercommunalité, et non du département.

    tapé     || réponse
    ---------++-------------------------------------------
    Grenoble || Saint-Martin-d’Hères, Échirolles, Fontaine
    """
    spec.rows(
        lambda text: ", ".join(
            each.name for each in gazetteer().neighbours(gazetteer().find(text)[0], limit=3)
        )
    )
