"""Qui a un lieu à portée : à vol d’oiseau allongé de 30 %, à pied, à vélo ou en voiture, jamais en car."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from maillage.engine import reach as engine
from maillage.kernel.estimate import Estimate
from maillage.reference.travel import BICYCLE, CAR
from maillage.studies.diagnosis import zoning
from maillage.studies.diagnosis.territories import gazetteer
from maillage.studies.diagnosis.zoning import Zone
from maillage.studies.need import population as frames
from maillage.studies.offer import grounds, reach, travel
from maillage.studies.offer.areas import Areas
from maillage.studies.offer.grounds import Ground
from maillage.studies.offer.travel import Travel
from maillage.studies.offer.whereabouts import Place

title = "Être à portée d’un lieu"

DEGREE = np.degrees(1 / engine.EARTH) / np.cos(
    np.radians(45)
)  # of longitude, for one metre along the 45th parallel


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


def minutes_by_car(t: dict[str, Any]) -> list[float]:
    """Homes of one quartier at metre 0 and a place in another: minutes by car, for each line of a drawing."""
    classes = {"campagne": 0, "ville": travel.MIDDLE, "ville dense": 2}
    minutes = []
    for start, end, kilometres in zip(t["départ"], t["arrivée"], t["kilomètres"], strict=True):
        metre = 1000 * float(kilometres)
        homes = {"quartier": np.array(["A", "B"]), "metre": np.array([0, metre]), "besoin": np.ones(2)}
        g = ground(
            homes,
            [at(metre)],
            by=travel.travel_by(CAR),
            density=np.array([classes[str(start)], classes[str(end)]]),
        )
        nearest = reach.nearest(g, g.serving("formation"))[0]
        assert nearest is not None
        minutes.append(round(nearest.minutes, 1))
    return minutes


def at(metre: float, **more: Any) -> Place:
    return Place(id=f"à {metre} m", lon=5 + metre * DEGREE, lat=45.0, offers=frozenset({"formation"}), **more)


def reached(g: Ground) -> list[float]:
    return [round(zone.reached.value, 3) for zone in reach.reach(g, "formation")]


def test_half_an_hour_is_seventeen_hundred_metres_as_the_crow_flies(spec):
    """À pied, on fait 1,3 fois le vol d’oiseau, à 4,5 km/h : trente minutes font environ 1 730 mètres en
    ligne droite.
    """
    spec(
        """
        vol d’oiseau
        ------------
                 500
                1000
                1730
                1800
        """,
        lambda t: np.round(
            engine.minutes(engine.walked(t["vol d’oiseau"], travel.on_foot().detour), travel.on_foot().pace),
            1,
        ),
        [8.7, 17.3, 30.0, 31.2],
    )


def test_a_way_by_car_takes_the_speed_of_both_ends_and_the_time_to_park(spec):
    """En voiture, la moitié du chemin se fait à la vitesse de chaque bout : 45 km/h à la campagne, 30 en ville, 20
    en ville dense. À l’arrivée, il faut se garer : 1, 3 ou 6 minutes.
    """
    spec(
        """
        départ      | arrivée     | kilomètres
        ------------+-------------+-----------
        campagne    | campagne    |         10
        campagne    | ville       |         10
        campagne    | ville dense |          8
        ville dense | ville dense |          3
        ville       | campagne    |          5
        """,
        minutes_by_car,
        [18.3, 24.7, 28.5, 17.7, 11.8],
    )


def test_a_territory_is_read_by_car_under_three_hundred_people_a_square_kilometre(spec):
    """Sans choix, on va en voiture là où vivent moins de 300 habitants au km², à pied ailleurs. Aucune route ne part
    d’une île : on y va à pied. Bourg-en-Bresse, Redon, Ouessant, Voiron, la métropole de Grenoble.
    """

    def call(t: dict[str, Any]) -> list[str]:
        iris = frames.sources().rp2021
        places = [gazetteer().get(f"{code:05.0f}") for code in t["code"].tolist()]
        rows = [zoning.usual(place, iris).rows for place in places]
        return [travel.usual_mode(frozenset(iris["commune"][each].tolist())).id for each in rows]

    spec(
        """
        code
        ---------
        200071751
        243500741
            29155
            38563
        200040715
        """,
        call,
        ["voiture", "voiture", "pied", "pied", "pied"],
    )


def test_the_limit_follows_the_way_of_travelling(spec):
    """Trente minutes à pied, vingt à vélo, vingt en voiture : un lieu à 3 km n’est pas à portée de marche.

    Le lieu est à 1, à 3, à 5, puis à 12 km d’habitants qui vivent tous au mètre 0. Pour chaque distance :
    personnes à portée à pied, à vélo, en voiture à la campagne.
    """
    ways = (travel.on_foot(), travel.travel_by(BICYCLE), travel.travel_by(CAR))
    spec(
        """
        quartier | metre | besoin
        ---------+-------+-------
        A        |     0 |    100
        """,
        lambda t: [
            reached(ground(t, [at(metre)], by=way, density=np.zeros(1, dtype=np.int64)))[0]
            for metre in (1000, 3000, 5000, 12000)
            for way in ways
        ],
        [100, 100, 100, 0, 100, 100, 0, 0, 100, 0, 0, 33.333],
    )


def test_part_of_a_quartier_may_be_within_reach(spec):
    """Un quartier n’est pas un point : ses habitants sont répandus dans son contour, et une part seulement
    peut être à portée.

    Le lieu est au mètre 0 ; chaque ligne loge une part égale des habitants de son quartier. La réponse donne
    les personnes à
    portée de A, de B, puis des deux.
    """
    spec(
        """
        quartier | metre | besoin
        ---------+-------+-------
        A        |     0 |    100
        A        |  1000 |    100
        A        |  2000 |    100
        A        |  3000 |    100
        B        |  4000 |     60
        B        |  5000 |     60
        """,
        lambda t: reached(ground(t, [at(0)])),
        [50, 0, 50],
    )


def test_those_within_reach_and_those_without_make_the_need(spec):
    """Le besoin est la somme des personnes à portée et des personnes hors de portée, zone par zone et en
    tout.

    Le lieu est au mètre 500. Pour chaque quartier, puis l’ensemble : besoin, à portée, hors de portée.
    """

    def call(t: dict[str, Any]) -> list[float]:
        return [
            value
            for zone in reach.reach(ground(t, [at(500)]), "formation")
            for value in (zone.need.value, zone.reached.value, zone.missing.value)
        ]

    spec(
        """
        quartier | metre | besoin
        ---------+-------+-------
        A        |     0 |    100
        A        |  4000 |    100
        B        |  1000 |     60
        C        |  9000 |     30
        """,
        call,
        [100, 50, 50, 60, 60, 0, 30, 0, 30, 190, 110, 80],
    )


def test_the_way_is_longer_or_shorter_than_we_think(spec):
    """La longueur du chemin est tirée entre 1,2 et 1,4 fois le vol d’oiseau : elle entre dans la fourchette.

    Le lieu est au mètre 0. Au mètre 1 700, on n’y est à pied que dans 12 tirages sur 20. La réponse donne la
    part à portée, arrondie au point, si tous les chemins étaient directs (1,2), tortueux (1,4), puis sa
    fourchette.
    """

    def call(t: dict[str, Any]) -> list[float]:
        zone = reach.reach(ground(t, [at(0)]), "formation")[0]
        share = zone.share
        return [
            round(x) for x in (zone.straight.value, zone.winding.value, share.value, share.low, share.high)
        ]

    spec(
        """
        quartier | metre | besoin
        ---------+-------+-------
        A        |  1500 |     90
        A        |  1700 |     90
        A        |  2500 |     90
        """,
        call,
        [67, 33, 56, 28, 83],
    )


def test_residents_spread_over_a_commune_live_nearer_its_places(spec):
    """Sans contour de quartier, les habitants sont répandus sur toute la commune : une part d’entre eux, entre aucun et
    tous selon les tirages, vit près des lieux. Avec un contour, chacun vit également dans son quartier.

    Le lieu est au mètre 0 ; un point sur quatre est à portée. La réponse donne, pour 100 personnes, celles à
    portée, de combien à combien : d’abord connues par leur quartier, puis par leur commune.
    """

    def call(t: dict[str, Any]) -> list[str]:
        out = []
        for how in ("contour", "commune"):
            g = ground(t, [at(0)], how=how)
            zone = reach.reach(g, "formation")[0].reached
            assert isinstance(zone, Estimate)
            out.append(f"{how} : {zone.value:.0f}, de {zone.low:.0f} à {zone.high:.0f}")
        return out

    spec(
        """
        quartier | metre | besoin
        ---------+-------+-------
        A        |     0 |    100
        A        |  2000 |    100
        A        |  4000 |    100
        A        |  6000 |    100
        """,
        call,
        ["contour : 25, de 6 à 39", "commune : 61, de 25 à 94"],
    )


def test_two_quartiers_of_one_commune_live_at_the_same_points(spec):
    """Ce qu’on ignore est où vit la commune : répandus ensemble, ses quartiers ont la même part à portée, à chaque tirage."""

    def call(t: dict[str, Any]) -> list[bool]:
        out = []
        for how in ("commune", "contour"):
            g = ground(t, [at(0)], how=how)
            parts = reach.shares(g, g.serving("formation", "tous"), np.full(36, 1.3)).drawn
            out.append(bool(np.array_equal(parts[0], parts[1])))
        return out

    spec(
        """
        quartier | metre | besoin
        ---------+-------+-------
        A        |     0 |    100
        A        |  2000 |    100
        A        |  4000 |    100
        B        |     0 |     60
        B        |  2000 |     60
        B        |  4000 |     60
        """,
        call,
        [True, False],
    )


def test_a_place_without_coordinates_is_near_nobody(spec):
    """Un lieu sans coordonnées ni commune connue n’est près de personne."""
    spec(
        """
        quartier | metre | besoin
        ---------+-------+-------
        A        |     0 |    100
        """,
        lambda t: reached(ground(t, [Place(id="perdu", offers=frozenset({"formation"}))])),
        [0, 0],
    )


def test_a_place_known_by_its_commune_is_never_surely_within_reach(spec):
    """Un lieu dont on ne connaît que la commune peut être partout dans celle-ci : la portée est possible,
    jamais sûre.

    La commune s’étend sur huit kilomètres. La réponse donne les personnes à portée (36, entre 0 et 108), puis
    celles qui le
    sont sûrement : aucune.
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

    spec(
        """
        quartier | metre | besoin
        ---------+-------+-------
        A        |  1000 |    108
        """,
        call,
        [36, 0, 108, 0],
    )


def test_a_quartier_that_nothing_locates_is_neither_within_reach_nor_without(spec):
    """Un quartier sans contour ni centre n’est compté ni à portée ni hors de portée ; il reste dans le
    besoin.

    Le lieu est au mètre 0. Pour l’ensemble : besoin, à portée, hors de portée, part du besoin qui n’est pas
    située.
    """

    def call(t: dict[str, Any]) -> list[float]:
        total_reach = reach.reach(ground(t, [at(0)]), "formation")[-1]
        return [
            total_reach.need.value,
            total_reach.reached.value,
            total_reach.missing.value,
            total_reach.unplaced,
        ]

    spec(
        """
        quartier | metre | besoin
        ---------+-------+-------
        A        |   100 |     60
        B        |       |     40
        """,
        call,
        [100, 60, 0, 0.4],
    )


def test_reserved_place_does_not_serve_everybody(spec):
    """Un lieu réservé à un public ne compte pas pour tous."""
    spec(
        """
        quartier | metre | besoin
        ---------+-------+-------
        A        |     0 |    100
        """,
        lambda t: reached(ground(t, [at(0, kept={"formation": frozenset({"youth"})})])),
        [0, 0],
    )
