"""Timetables are read from GTFS archives, checked, and put in place of the former ones."""

import json

import pytest

from maillage.manage.main import main
from maillage.reference.travel import MOMENTS
from maillage.sources import streets, timetables
from tests.support.gtfs import EVERY_DAY, STOPS, TIMES, TRIPS, feed
from tests.support.street import network


@pytest.fixture
def transports(tmp_path, monkeypatch, capsys):
    """Load feeds in a home folder of its own: the code of the command, what it printed and errors."""
    monkeypatch.setattr("maillage.manage.deploy.home.HOME", tmp_path)

    def load(*words):
        code = main(["transports", "charger", *map(str, words)])
        printed = capsys.readouterr()
        return code, printed.out.replace("\xa0", " ").replace("\u202f", " "), printed.err

    return load


def tuesday(home):
    return timetables.loaded(home).schedule.rides(MOMENTS[0])


def test_a_feed_is_read_without_pupils_buses_and_its_missing_times_are_filled(tmp_path, transports):
    code, printed, doubts = transports(feed(tmp_path / "g.zip"))
    assert code == 1 and "3 arrêts, 3 courses, Tram de la vallée" in printed
    assert doubts.splitlines() == ["Aucun passage le mercredi après-midi, de 14 à 16 h : chacun y va à pied."]
    rides = tuesday(tmp_path)
    assert rides.leaves.tolist() == [32400, 33000] and rides.arrives.tolist() == [33000, 33600]
    stops = timetables.loaded(tmp_path).schedule.stops
    assert stops[2].tolist() == [5.71, 45.18], "a quay without a point stands at its station"


def test_repeated_trips_late_times_and_stops_on_demand(tmp_path, transports):
    times = TIMES.replace("T,09:20:00,09:20:00,B,11,", "T,25:10:00,25:10:00,B,11,2").replace(
        "T,,,C,10,\n", ""
    )
    every_half_hour = "trip_id,start_time,end_time,headway_secs\nT,08:00:00,09:00:00,1800\n"
    code, _, doubts = transports(feed(tmp_path / "g.zip", stop_times=times, frequencies=every_half_hour))
    rides = tuesday(tmp_path)
    assert rides.leaves.tolist() == [28800, 30600], "the model itself does not run"
    assert (rides.arrives - rides.leaves).tolist() == [58200, 58200], "after midnight, the day goes on"
    assert (
        not rides.alights.any()
        and code == 1
        and "3 passages à demander par téléphone" in doubts.replace("\xa0", " ")
    )


def test_a_calendar_that_ended_serves_and_says_so(tmp_path, transports):
    code, _, doubts = transports(feed(tmp_path / "g.zip", calendar=EVERY_DAY.replace("20991231", "20260301")))
    assert code == 1 and "Ces horaires ont fini le 1er mars 2026" in doubts
    assert timetables.loaded(tmp_path).days == ("2026-02-24", "2026-02-25", "2026-02-28")


def test_a_day_with_few_trips_is_not_an_ordinary_day(tmp_path, transports):
    """On the first Tuesday one trip of three runs: it is a holiday."""
    never = EVERY_DAY.replace("1,1,1,1,1,1,1,20260101", "0,0,0,0,0,0,0,20260101")
    days = "service_id,date,exception_type\nH,21000105,1\nS,21000112,1\n"
    trips = "trip_id,route_id,service_id\nT,L,S\nU,L,S\nV,L,H\n"
    files = {"calendar": never, "calendar_dates": days, "trips": trips}
    code, _, doubts = transports(feed(tmp_path / "g.zip", **files))
    assert timetables.loaded(tmp_path).days == ("2100-01-12", "", "")
    assert code == 1 and "Rien ne roule le samedi matin" in doubts


def test_several_feeds_are_one_network_and_a_feed_twice_is_one(tmp_path, transports):
    elsewhere = {"agency": "agency_name\nCars du plateau\n", "stops": STOPS.replace("45.18", "45.19")}
    one, two = feed(tmp_path / "a.zip"), feed(tmp_path / "b.zip", **elsewhere)
    code, printed, doubts = transports(one, two, one)
    assert "6 arrêts, 6 courses, Tram de la vallée et Cars du plateau" in printed
    assert code == 1 and "Un fichier donné deux fois n’est compté qu’une fois." in doubts
    assert sorted(set(tuesday(tmp_path).start.tolist())) == [0, 2, 4, 6]


def test_a_trip_of_two_feeds_counts_once(tmp_path, transports):
    """A region publishes again the trips of a town, under its own name and numbers, beside its own."""
    trips = "trip_id,route_id,service_id\n9,L,S\n10,L,S\n"
    later = "\n".join(line.replace("T,", "10,").replace("09:", "10:") for line in TIMES.splitlines()[1:4])
    times = TIMES.replace("\nT,", "\n9,") + later + "\n"
    region = {"agency": "agency_name\nRégion\n", "trips": trips, "stop_times": times}
    town = feed(tmp_path / "a.zip")
    code, printed, doubts = transports(town, feed(tmp_path / "b.zip", **region))
    assert (
        "6 courses" in printed and "3\xa0courses aux mêmes arrêts et aux mêmes heures" in doubts and code == 1
    )
    assert tuesday(tmp_path).leaves.tolist() == [32400, 33000, 36000, 36600]
    transports(town)
    assert timetables.loaded(tmp_path).n_repeated == 0


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"stop_times": None}, "il manque stop_times.txt"),
        ({"calendar": None}, "il manque calendar.txt ou calendar_dates.txt"),
        ({"calendar": EVERY_DAY.partition("\n")[0] + "\n"}, "aucun jour n’a d’horaire"),
        ({"stop_times": TIMES.replace("09:00:00", "neuf heures")}, "horaires illisibles"),
        ({"stop_times": TIMES.partition("\n")[0] + "\n"}, "rien ne roule aux heures comptées"),
        ({"stop_times": TIMES.replace("09:", "25:")}, "rien ne roule aux heures comptées"),
        ({"trips": TRIPS.replace("route_id", "ligne")}, "horaires illisibles"),
        ({"stops": STOPS.replace("45.18", "-33.9")}, "Aucun arrêt de ces horaires n’est en France"),
    ],
)
def test_what_is_no_feed_is_refused_and_changes_nothing(tmp_path, transports, files, words):
    transports(feed(tmp_path / "good.zip"))
    former = timetables.loaded(tmp_path)
    code, _, refused = transports(feed(tmp_path / "bad.zip", **files))
    assert code == 2 and words in refused
    assert timetables.loaded(tmp_path) == former


def test_stops_far_from_every_street_are_counted(tmp_path, transports):
    street = network(([(5.70, 45.18), (5.72, 45.18)], {"highway": "residential"}))
    streets.store(street, tmp_path, file="isere.osm.pbf")
    _, _, doubts = transports(feed(tmp_path / "g.zip"))
    assert "1 arrêt sur 3 à plus de 500 m de toute rue chargée" in doubts.replace("\xa0", " ")


@pytest.mark.parametrize("content", [b"", b"<html>", b"PK\x03\x04" + bytes(400)])
def test_what_is_no_archive_is_refused(tmp_path, transports, content):
    (tmp_path / "g.zip").write_bytes(content)
    code, _, refused = transports(tmp_path / "g.zip")
    assert code == 2 and "g.zip : ce n’est pas une archive .zip lisible." in refused


def test_a_feed_cut_in_the_middle_is_refused(tmp_path, transports):
    path = feed(tmp_path / "g.zip")
    path.write_bytes(path.read_bytes()[:-200])
    assert transports(path)[0] == 2


def test_the_card_is_written_in_json(tmp_path, transports):
    _, printed, _ = transports(feed(tmp_path / "g.zip"), "--licence", "ODbL 1.0", "--json")
    card = json.loads(printed)
    assert (card["licence"], card["arrets"], card["courses"]) == ("ODbL 1.0", 3, 3)


def test_public_transport_without_a_timetable_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("maillage.manage.deploy.home.HOME", tmp_path)
    assert main(["diagnostic", "38185", "--acces", "transports-samedi", "--sortie", str(tmp_path / "d")]) == 2
    assert "Aucun horaire de transports en commun n’est chargé." in capsys.readouterr().err
