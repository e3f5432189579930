"""Un territoire se cherche par son nom, son code ou son code postal, sans souci d’accent, de trait d’union
ni de majuscule.
"""

import pytest

from maillage.kernel.errors import UnknownTerritory
from maillage.studies.diagnosis.territories import gazetteer

title = "Trouver un territoire"


def first(t: dict) -> list[str]:
    return [gazetteer().find(text)[0].code for text in t["tapé"]]


def test_a_name_typed_in_a_hurry(spec):
    """Accents, traits d’union, « St » et mots coupés ne comptent pas. Ce qui commence ainsi vient d’abord :
    Longjumeau avant Toulon.
    """
    spec(
        """
        tapé                | trouvé
        --------------------+----------
        saint martin dheres | 38421
        St-Martin-d'Hères   | 38421
        ECHIROLLES          | 38151
        eurometropole stras | 246700488
        isère               | 38
        auvergne rhone      | R84
        lon                 | 91345
        """,
        first,
        ["38421", "38421", "38151", "246700488", "38", "R84", "91345"],
    )


def test_find_brings_the_grouping_of_a_town(spec):
    """Une ville amène son intercommunalité, même d’un autre nom ; « agglomération de » cherche celle-ci seule."""
    spec(
        """
        tapé                         | n
        -----------------------------+--
        saint-quentin                | 2
        agglomération de vierzon     | 1
        communauté de communes redon | 1
        département de la Creuse     | 1
        ville d’Échirolles           | 1
        """,
        lambda t: [
            " ".join(each.code for each in gazetteer().find(text)[: int(n)])
            for text, n in zip(t["tapé"], t["n"], strict=True)
        ],
        ["02691 200071892", "200090561", "243500741", "23", "38151"],
    )


def test_a_code_or_a_postcode(spec):
    """Un code officiel ou un code postal se tape tel quel."""
    spec(
        """
        tapé
        ---------
        59392 n°
        200040715 n°
        """,
        lambda t: [gazetteer().find(text.removesuffix(" n°"))[0].name for text in t["tapé"]],
        ["Maubeuge", "Grenoble-Alpes-Métropole"],
    )
    assert "Maubeuge" in [t.name for t in gazetteer().find("59600")]


def test_84_is_a_departement_and_R84_a_region(spec):
    """84 est le Vaucluse ; la région s’écrit R84."""
    spec(
        """
        tapé
        -----
        84 n°
        R84 n°
        """,
        lambda t: [gazetteer().get(text.removesuffix(" n°")).name for text in t["tapé"]],
        ["Vaucluse", "Auvergne-Rhône-Alpes"],
    )


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
    """Un nom mal écrit trouve le plus proche."""
    spec(
        """
        tapé
        -----------
        grenobel
        maubeugue
        """,
        first,
        ["38185", "59392"],
    )


def test_territory_outside_the_census_is_reported():
    """Mayotte est hors du champ de l’enquête : on le dit, on n’invente pas."""
    from maillage.studies.diagnosis.territories import rows_of
    from maillage.studies.need import population as frames

    with pytest.raises(UnknownTerritory, match="hors du champ"):
        rows_of(gazetteer().get("97611"), frames.sources().rp2021)


def test_a_name_says_where_it_is(spec):
    """Le regroupement est écrit en toutes lettres ; un lieu du même nom se reconnaît à son département ou
    à sa région.
    """
    spec(
        """
        code
        ------------
        38185 n°
        38 n°
        R84 n°
        200070431 n°
        247600786 n°
        france
        """,
        lambda t: [
            f"{territory.long_name}, {territory.place or 'nulle part'}"
            for text in t["code"].tolist()
            for territory in [gazetteer().get(text.removesuffix(" n°"))]
        ],
        [
            "Grenoble, Isère (38)",
            "Isère, Auvergne-Rhône-Alpes",
            "Auvergne-Rhône-Alpes, nulle part",
            "Saint-Marcellin Vercors Isère Communauté, Isère (38)",
            "Communauté d’agglomération de la Région Dieppoise, Seine-Maritime (76)",
            "France, nulle part",
        ],
    )


def test_a_code_badly_typed_finds_its_own(spec):
    """Un zéro de tête perdu par un tableur se retrouve, un code d’IRIS donne sa commune, un ancien nom sa
    commune nouvelle.
    """
    spec(
        """
        tapé
        ------------
        1053 n°
        381850101 n°
        la grenoble
        FRANCE
        """,
        lambda t: [gazetteer().find(text.removesuffix(" n°"))[0].code for text in t["tapé"].tolist()],
        ["01053", "38185", "38185", "france"],
    )
    assert "38185" in gazetteer()
    assert "38999" not in gazetteer()
    assert gazetteer().get(" France ").kind == "france"


def test_the_largest_ones_around_are_of_the_nearest_larger_territory(spec):
    """Autour d’une commune : les plus peuplées de son intercommunalité, et non du département."""
    spec(
        """
        tapé
        --------
        Grenoble
        """,
        lambda t: [
            ", ".join(each.name for each in gazetteer().neighbours(gazetteer().find(text)[0], limit=3))
            for text in t["tapé"]
        ],
        ["Saint-Martin-d’Hères, Échirolles, Fontaine"],
    )
