"""Where streets are known, the minutes on foot follow them, and the order of places with them."""

from dataclasses import replace
from datetime import datetime
from math import cos, radians
from zoneinfo import ZoneInfo

import pytest

from maillage.apps.directory.places.queries import results
from maillage.apps.directory.places.queries import walks as walks_of_places
from maillage.apps.directory.places.queries.results import ALL, Search
from maillage.apps.directory.places.queries.where import Spot
from maillage.apps.referrals.orientations.queries import matching
from maillage.apps.referrals.orientations.rules.matching import PersonNeed
from maillage.sources import streets, timetables, walks
from tests.support import street
from tests.support.gtfs import feed
from tests.support.lieux import TEISSEIRE, lieu, offering

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 10, tzinfo=ZoneInfo("Europe/Paris"))
TEISSEIRE_SPOT = Spot(label="Teisseire", latitude=TEISSEIRE[0], longitude=TEISSEIRE[1], communes=("38185",))
NORTH = TEISSEIRE[0] + 0.002  # the other bank, 222 metres off
CREDIT = "les contributeurs d’OpenStreetMap (ODbL 1.0)"
OFFER = {"horaires": {"osm": "Mo-Fr 09:00-18:00"}, **offering(assistance={})}


def bank(*metres, latitude=TEISSEIRE[0]):
    degree = 111_195 * cos(radians(TEISSEIRE[0]))
    return [(TEISSEIRE[1] + metre / degree, latitude) for metre in metres]


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.HOME = tmp_path
    return tmp_path


@pytest.fixture
def river(home):
    """A street on each bank, and the one bridge a kilometre and a half to the east."""
    ways = (bank(0, 900, 1500), bank(0, 1500, latitude=NORTH), [bank(1500)[0], *bank(1500, latitude=NORTH)])
    loaded = street.network(*((way, {"highway": "residential"}) for way in ways))
    return lambda: streets.store(loaded, home, file="essai.osm.pbf")


@pytest.fixture
def two_places():
    lieu("across", near=(NORTH, TEISSEIRE[1]), sheet=OFFER)
    lieu("along", east=900, sheet=OFFER)


def search_around(minutes=60):
    return results.find(Search(spot=TEISSEIRE_SPOT, minutes=minutes), AT.replace(tzinfo=None))


def test_a_place_across_a_river_without_bridge_comes_after_one_along_the_street(river, two_places):
    assert [row.slug for row in search_around(ALL).rows] == ["across", "along"], "as the crow flies"
    assert search_around().streets == ""
    river()  # an extract is read by the next question
    answer = search_around(ALL)
    assert [(row.slug, row.metres, row.minutes) for row in answer.rows] == [
        ("along", "900 m", "12 min à pied"),
        ("across", "3,2 km", "45 min à pied"),
    ]
    assert answer.streets == CREDIT
    assert [row.slug for row in search_around(30).rows] == ["along"], "43 minutes by the bridge"


def test_the_order_of_a_referral_is_that_of_the_streets(river, two_places):
    river()
    matches = matching.match(PersonNeed(need="assistance", minutes=60), TEISSEIRE_SPOT, AT)
    assert [(each.lieu.slug, each.walk) for each in matches.best] == [
        ("along", "12 min à pied"),
        ("across", "45 min à pied"),
    ]
    assert matches.streets == CREDIT


def test_a_place_far_from_every_street_keeps_the_crow_s_flight(river):
    river()
    lieu("field", near=(TEISSEIRE[0] - 0.009, TEISSEIRE[1]), sheet=OFFER)
    (row,) = search_around().rows
    assert (row.minutes, row.streets) == ("17 min à pied", ""), "a kilometre, lengthened"


def test_a_place_that_no_street_reaches_in_an_hour_has_no_minutes(home, two_places):
    ways = bank(0, 900, 6000), bank(-3000, 3000, latitude=NORTH)
    network = street.network(*((way, {"highway": "residential"}) for way in ways))
    streets.store(network, home, file="essai.osm.pbf")
    assert [row.slug for row in search_around(60).rows] == ["along"]
    rows = search_around(ALL).rows
    assert [(row.metres, row.minutes) for row in rows] == [("900 m", "12 min à pied"), ("4,5 km", "")]


def test_pages_credit_the_streets_once(river, two_places, client):
    river()
    for more in ({}, {"imprimer": "1"}):
        page = client.get("/carte/", {"ou": "Teisseire, Grenoble"} | more).content.decode()
        assert page.count("À pied, par les rues") == page.count(CREDIT) == 1
    large = client.get("/lieux/along/imprimer/").content.decode()
    assert "15 minutes à pied" in large and large.count(CREDIT) == 1


def test_what_an_older_version_loaded_keeps_the_crow_s_flight(river, two_places):
    walks.drop(river().walks)
    assert search_around(ALL).streets == ""


def test_a_walk_is_drawn_along_the_streets(river):
    assert walks_of_places.outline(TEISSEIRE, 15) == [], "no street is known: the map draws a circle"
    river()
    (ring,) = walks_of_places.outline(TEISSEIRE, 15)
    north, east = max(lat for _, lat in ring), max(lon for lon, _ in ring)
    assert north < NORTH, "the other bank is across the river"
    assert bank(1100)[0][0] < east < bank(1250)[0][0], "1,125 metres, and the side of the street"
    (ring,) = walks_of_places.outline(TEISSEIRE, 50)
    assert max(lat for _, lat in ring) > NORTH, "by the bridge, the other bank too"


GARE = Spot(label="Gare", latitude=45.18, longitude=5.71, communes=("38185",))
ROUTES = "route_id,route_short_name,route_type\nL,C1,3\n"
BUS = (
    "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "T,08:00:00,08:00:00,A,1\nT,08:06:00,08:06:00,B,2\n"
)
EVERY_TEN_MINUTES = "trip_id,start_time,end_time,headway_secs\nT,08:00:00,12:00:00,600\n"


@pytest.fixture
def bus(home, tmp_path):
    files = {"routes": ROUTES, "stop_times": BUS, "frequencies": EVERY_TEN_MINUTES}
    path = feed(tmp_path / "bus.zip", trips="trip_id,route_id,service_id\nT,L,S\n", **files)
    return lambda: timetables.load([path], home, licence="ODbL 1.0", today=AT.date())


def test_a_bus_shorter_than_the_walk_stands_next_to_it(bus, client):
    """1,6 km par la ligne C1, en six minutes, toutes les dix minutes ; l’autre lieu est à la gare."""
    lieu("town-hall", near=(45.18, 5.73), sheet=OFFER)
    lieu("station", near=(45.18, 5.711), sheet=OFFER)
    search = Search(spot=GARE, minutes=60)
    assert {row.ride for row in results.find(search, AT.replace(tzinfo=None)).rows} == {""}
    bus()
    answer = results.find(search, AT.replace(tzinfo=None))
    ride_by_slug = {row.slug: (row.minutes, row.ride) for row in answer.rows}
    assert ride_by_slug["town-hall"] == ("25 min à pied", "15 min en bus C1")
    assert ride_by_slug["station"] == ("1 min à pied", "")
    credit = "Trajets le mardi matin, attente comprise, d’après les horaires de Tram de la vallée (ODbL 1.0)."
    assert answer.timetable == credit
    matches = matching.match(PersonNeed(need="assistance", minutes=60), GARE, AT)
    assert {each.lieu.slug: each.ride for each in matches.best}["town-hall"] == "15 min en bus C1"
    assert matches.timetable == credit
    saturday = results.find(replace(search, filters=("samedi",)), AT.replace(tzinfo=None))
    assert not saturday.rows
    wednesday = results.find(search, datetime(2026, 11, 25, 10))
    assert wednesday.timetable == "", "nothing runs in the afternoon: the walk alone is told"


def test_timetables_of_an_older_version_tell_no_bus(bus, home):
    lieu("town-hall", near=(45.18, 5.73), sheet=OFFER)
    next((home / "transports").glob(f"{bus().digest}.npz")).write_bytes(b"")
    assert [row.ride for row in results.find(Search(spot=GARE), AT.replace(tzinfo=None)).rows] == [""]


def test_the_sheet_of_a_place_draws_what_a_walk_reaches_and_credits_the_streets(river, client):
    """Without streets, a circle of 865 metres; along them, the bank of the place alone."""
    lieu("along", near=TEISSEIRE, sheet=OFFER)
    circle = client.get("/lieux/along/").content.decode()
    river()
    along = client.get("/lieux/along/").content.decode()
    assert "15 minutes à pied, environ" in circle and CREDIT not in circle
    assert 'class="anneau"' in circle and 'class="anneau"' in along and circle != along
    assert along.count(CREDIT) == 1
