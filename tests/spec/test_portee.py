"""Qui a un lieu à portée : à vol d’oiseau allongé de 30 %, à pied, à vélo ou en voiture, jamais en car."""

from typing import Any

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from maillage.kernel.estimate import Estimate
from maillage.reference.travel import BICYCLE, CAR
from maillage.statistics.engine import reach as engine
from maillage.statistics.need import population as frames
from maillage.statistics.offer import grounds, reach, travel
from maillage.statistics.offer.areas import Areas
from maillage.statistics.offer.grounds import Ground
from maillage.statistics.offer.travel import Travel
from maillage.statistics.offer.whereabouts import Place
from maillage.statistics.zones import zoning
from maillage.statistics.zones.territories import gazetteer
from maillage.statistics.zones.zoning import Zone
from tests.support.street import DEGREE

title = "Être à portée d’un lieu"


def ground(
    homes: dict[str, Any],
    places: list[Place],
    how: str = "contour",
    by: Travel | None = None,
    density: NDArray[np.int64] | None = None,
    **outlines: shapely.Geometry,
) -> Ground:
    """Homes along a street: quartier, metre (where some of its residents live, evenly), besoin, the same
    in 36 draws. how: what says where they live, the contour of their quartier or that of its commune.
    """
    quartiers, first, at = np.unique(homes["quartier"], return_index=True, return_inverse=True)
    metre = homes["metre"]
    known = ~np.isnan(metre)
    need = homes["besoin"][first]
    areas = Areas(
        row=np.arange(len(quartiers)),
        code=quartiers,
        commune=np.full(len(quartiers), "38185"),
        published=np.full(len(quartiers), "38185"),
        population=5 * need,
        adults=4 * need,
        need={"tous": np.repeat(need[:, None], 36, axis=1)},
        shapes=[None] * len(quartiers),
        points=np.column_stack((5 + metre[known] * DEGREE, np.full(known.sum(), 45.0))),
        at=at[known],
        how=np.array([how if known[at == k].all() else "" for k in range(len(quartiers))]),
        universe="15 ans et plus",
        n=1000,
    )
    zones = [Zone(str(code), str(code), np.array([k])) for k, code in enumerate(quartiers)]
    way = by or travel.on_foot()
    return grounds.ground(areas, zones, places, travel=way, density=density, outlines=outlines)


def minutes_by_car(start, end, kilometres):
    """Homes of one quartier at metre 0 and a place in another: minutes by car, for each line of a drawing."""
    nearest = reach.nearest(g := _by_car(start, end, kilometres), g.serving("formation"))[0]
    assert nearest is not None
    return round(nearest.minutes, 1)


def share_by_car(start, end, kilometres):
    """The same: percent of these residents within reach, from its low bound to its high one."""
    share = reach.reach(_by_car(start, end, kilometres), "formation")[0].share
    return f"{share.low:.0f} à {share.high:.0f}"


def _by_car(start, end, kilometres):
    classes = {"campagne": 0, "intermédiaire": travel.MIDDLE, "ville": 2, "ville dense": 3}
    metre = 1000 * float(kilometres)
    homes = {"quartier": np.array(["A", "B"]), "metre": np.array([0, metre]), "besoin": np.full(2, 100.0)}
    return ground(
        homes,
        [at(metre)],
        by=travel.travel_by(CAR),
        density=np.array([classes[str(start)], classes[str(end)]]),
    )


def at(metre: float, **more: Any) -> Place:
    return Place(id=f"à {metre} m", lon=5 + metre * DEGREE, lat=45.0, offers=frozenset({"formation"}), **more)


def reached(g: Ground) -> list[float]:
    return [round(zone.reached.value, 3) for zone in reach.reach(g, "formation")]


def test_half_an_hour_is_seventeen_hundred_metres_as_the_crow_flies(spec):
    """À pied, on fait 1,3 fois le vol d’oiseau, à 4,5 km/h : trente minutes font environ 1 730 mètres en
    ligne droite.

    vol d’oiseau || réponse
    -------------++--------
             500 ||     8.7
            1000 ||    17.3
            1730 ||    30.0
            1800 ||    31.2
    """
    spec(
        lambda t: np.round(
            engine.minutes(engine.walked(t["vol d’oiseau"], travel.on_foot().detour), travel.on_foot().pace),
            1,
        )
    )


def test_a_way_by_car_takes_the_speed_of_both_ends_and_the_time_to_park(spec):
    """En voiture, la moitié du chemin se fait à la vitesse de chaque bout : 50 km/h à la campagne, 40 entre 300 et
    1 500 habitants au km², 32 en ville, 20 en ville dense. À l’arrivée, il faut se garer : 1, 3, 4 ou 6 minutes.

    départ        | arrivée       | kilomètres || réponse
    --------------+---------------+------------++--------
    campagne      | campagne      |         10 ||    16.6
    campagne      | intermédiaire |         10 ||    20.5
    campagne      | ville         |          8 ||    20.0
    ville         | ville         |          5 ||    16.2
    ville dense   | ville dense   |          3 ||    17.7
    intermédiaire | campagne      |          5 ||     9.8
    """
    spec.rows(minutes_by_car)


def test_a_place_five_kilometres_away_in_a_town_is_within_reach_by_car(spec):
    """Un lieu qui dit donner l’offre, à 5 km à vol d’oiseau dans la ville de 1 500 à 4 000 habitants au km², est à
    portée de voiture de toute son agglomération. Plus loin, ou au cœur des plus denses, la route décide.

    départ        | arrivée       | kilomètres || réponse
    --------------+---------------+------------++----------
    campagne      | ville         |          5 || 100 à 100
    intermédiaire | ville         |          5 || 100 à 100
    ville         | ville         |          5 || 100 à 100
    campagne      | ville         |          8 || 0 à 100
    ville dense   | ville dense   |          5 || 0 à 0
    """
    spec.rows(share_by_car)


def test_a_territory_is_read_by_car_under_three_hundred_people_a_square_kilometre(spec):
    """Sans choix, on va en voiture là où vivent moins de 300 habitants au km², à pied ailleurs et dans une île qu’aucune
    route ne joint au continent ; Oléron, qui a un pont, se lit par sa densité. Bourg-en-Bresse, Redon,
    Ouessant, Belle-Île, Oléron, Voiron, la métropole de Grenoble.

    code      || réponse
    ----------++--------
    200071751 || voiture
    243500741 || voiture
        29155 || pied
    245600465 || pied
    241700624 || voiture
        38563 || pied
    200040715 || pied
    """

    def call(t: dict[str, Any]) -> list[str]:
        iris = frames.sources().rp2021
        places = [gazetteer().get(f"{code:05.0f}") for code in t["code"].tolist()]
        rows = [zoning.usual(place, iris).rows for place in places]
        return [travel.usual_mode(frozenset(iris["commune"][each].tolist())).id for each in rows]

    spec(call)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("200043156", "en voiture (moins de 300\xa0habitants au km²)"),
        ("38563", "à pied (300\xa0habitants au km² ou plus)"),
        ("29155", "à pied (île sans pont)"),
        ("85113", "à pied (île sans pont)"),
    ],
)
def test_the_usual_way_of_travelling_has_its_reason(code, words):
    """« Selon la densité du territoire » se lisait aussi à Ouessant, où c’est l’île qui décide."""
    iris = frames.sources().rp2021
    rows = zoning.usual(gazetteer().get(code), iris).rows
    assert travel.usual_words(frozenset(iris["commune"][rows].tolist())) == words


def test_the_limit_follows_the_way_of_travelling(spec):
    """Trente minutes à pied, vingt à vélo, vingt en voiture : un lieu à 3 km n’est pas à portée de marche.

    Le lieu est à 1, à 3, à 5, puis à 12 km d’habitants qui vivent tous au mètre 0. Pour chaque distance :
    personnes à portée à pied, à vélo, en voiture à la campagne.

    quartier | metre | besoin
    ---------+-------+-------
    A        |     0 |    100
    """
    ways = (travel.on_foot(), travel.travel_by(BICYCLE), travel.travel_by(CAR))
    spec(
        lambda t: [
            reached(ground(t, [at(metre)], by=way, density=np.zeros(1, dtype=np.int64)))[0]
            for metre in (1000, 3000, 5000, 12000)
            for way in ways
        ],
        [100, 100, 100, 0, 100, 100, 0, 0, 100, 0, 0, 50],
    )


def test_part_of_a_quartier_may_be_within_reach(spec):
    """Un quartier n’est pas un point : ses habitants sont répandus dans son contour, et une part seulement
    peut être à portée.

    Le lieu est au mètre 0 ; chaque ligne loge une part égale des habitants de son quartier. La réponse donne
    les personnes à portée de A, de B, puis des deux.

    quartier | metre | besoin
    ---------+-------+-------
    A        |     0 |    100
    A        |  1000 |    100
    A        |  2000 |    100
    A        |  3000 |    100
    B        |  4000 |     60
    B        |  5000 |     60
    """
    spec(lambda t: reached(ground(t, [at(0)])), [50, 0, 50])


def test_those_within_reach_and_those_without_make_the_need(spec):
    """Le besoin est la somme des personnes à portée et des personnes hors de portée, zone par zone et en
    tout.

    Le lieu est au mètre 500. Pour chaque quartier, puis l’ensemble : besoin, à portée, hors de portée.

    quartier | metre | besoin
    ---------+-------+-------
    A        |     0 |    100
    A        |  4000 |    100
    B        |  1000 |     60
    C        |  9000 |     30
    """

    def call(t: dict[str, Any]) -> list[float]:
        return [
            value
            for zone in reach.reach(ground(t, [at(500)]), "formation")
            for value in (zone.need.value, zone.reached.value, zone.missing.value)
        ]

    spec(call, [100, 50, 50, 60, 60, 0, 30, 0, 30, 190, 110, 80])


def test_the_way_is_longer_or_shorter_than_we_think(spec):
    """La longueur du chemin est tirée entre 1,2 et 1,4 fois le vol d’oiseau : elle entre dans la fourchette.

    Le lieu est au mètre 0. Au mètre 1 700, on n’y est à pied que dans 12 tirages sur 20. La réponse donne la
    part à portée, arrondie au point, si tous les chemins étaient directs (1,2), tortueux (1,4), puis sa
    fourchette.

    quartier | metre | besoin
    ---------+-------+-------
    A        |  1500 |     90
    A        |  1700 |     90
    A        |  2500 |     90
    """

    def call(t: dict[str, Any]) -> list[float]:
        zone = reach.reach(ground(t, [at(0)]), "formation")[0]
        share = zone.share
        return [
            round(x) for x in (zone.straight.value, zone.winding.value, share.value, share.low, share.high)
        ]

    spec(call, [67, 33, 56, 28, 83])


def test_residents_spread_over_a_commune_live_nearer_its_places(spec):
    """Sans contour de quartier, les habitants sont répandus sur toute la commune : une part d’entre eux, entre aucun et
    tous selon les tirages, vit près des lieux. Avec un contour, chacun vit également dans son quartier.

    Le lieu est au mètre 0 ; un point sur quatre est à portée. La réponse donne, pour 100 personnes, celles à
    portée, de combien à combien : d’abord connues par leur quartier, puis par leur commune.

    quartier | metre | besoin
    ---------+-------+-------
    A        |     0 |    100
    A        |  2000 |    100
    A        |  4000 |    100
    A        |  6000 |    100
    """

    def call(t: dict[str, Any]) -> list[str]:
        out = []
        for how in ("contour", "commune"):
            g = ground(t, [at(0)], how=how)
            zone = reach.reach(g, "formation")[0].reached
            assert isinstance(zone, Estimate)
            out.append(f"{how} : {zone.value:.0f}, de {zone.low:.0f} à {zone.high:.0f}")
        return out

    spec(call, ["contour : 25, de 6 à 39", "commune : 61, de 25 à 94"])


def test_two_quartiers_of_one_commune_live_at_the_same_points(spec):
    """Ce qu’on ignore est où vit la commune : répandus ensemble, ses quartiers ont la même part à portée, à chaque tirage.

    quartier | metre | besoin
    ---------+-------+-------
    A        |     0 |    100
    A        |  2000 |    100
    A        |  4000 |    100
    B        |     0 |     60
    B        |  2000 |     60
    B        |  4000 |     60
    """

    def call(t: dict[str, Any]) -> list[bool]:
        out = []
        for how in ("commune", "contour"):
            g = ground(t, [at(0)], how=how)
            parts = reach.shares(g, g.serving("formation", "tous"), np.full(36, g.travel.metres / 1.3)).drawn
            out.append(bool(np.array_equal(parts[0], parts[1])))
        return out

    spec(call, [True, False])


def test_a_place_without_coordinates_is_near_nobody(spec):
    """Un lieu sans coordonnées ni commune connue n’est près de personne.

    quartier | metre | besoin
    ---------+-------+-------
    A        |     0 |    100
    """
    spec(lambda t: reached(ground(t, [Place(id="perdu", offers=frozenset({"formation"}))])), [0, 0])


def test_a_place_known_by_its_commune_is_never_surely_within_reach(spec):
    """Un lieu dont on ne connaît que la commune peut être partout dans celle-ci : la portée est possible,
    jamais sûre.

    La commune s’étend sur huit kilomètres. La réponse donne les personnes à portée (36, entre 0 et 108), puis
    celles qui le sont sûrement : aucune.

    quartier | metre | besoin
    ---------+-------+-------
    A        |  1000 |    108
    """

    def call(t: dict[str, Any]) -> list[float]:
        outline = shapely.box(5, 44.999, 5 + 8000 * DEGREE, 45.001)  # eight kilometres along the street
        somewhere = Place(id="mairie ?", commune="38001", offers=frozenset({"formation"}))
        zone = reach.reach(ground(t, [somewhere], **{"38001": outline}), "formation")[0]
        return [
            zone.reached.value,
            zone.reached.low,
            zone.reached.high,
            zone.reached.value - zone.unsure.value,
        ]

    spec(call, [36, 0, 108, 0])


def test_a_quartier_that_nothing_locates_is_neither_within_reach_nor_without(spec):
    """Un quartier sans contour ni centre n’est compté ni à portée ni hors de portée ; il reste dans le
    besoin.

    Le lieu est au mètre 0. Pour l’ensemble : besoin, à portée, hors de portée, part du besoin qui n’est pas
    située.

    quartier | metre | besoin
    ---------+-------+-------
    A        |   100 |     60
    B        |       |     40
    """

    def call(t: dict[str, Any]) -> list[float]:
        total_reach = reach.reach(ground(t, [at(0)]), "formation")[-1]
        return [
            total_reach.need.value,
            total_reach.reached.value,
            total_reach.missing.value,
            total_reach.unplaced,
        ]

    spec(call, [100, 60, 0, 0.4])


def test_reserved_place_does_not_serve_everybody(spec):
    """Un lieu réservé à un public ne compte pas pour tous.

    quartier | metre | besoin
    ---------+-------+-------
    A        |     0 |    100
    """
    spec(lambda t: reached(ground(t, [at(0, reserved={"formation": frozenset({"youth"})})])), [0, 0])
