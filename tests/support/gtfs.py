"""Small feeds of public transport, in Grenoble: a tram, and a bus of pupils."""

import zipfile
from dataclasses import dataclass

import numpy as np

from maillage.sources.timetables import Schedule

STOPS = (
    "stop_id,stop_name,stop_lat,stop_lon,parent_station\n"
    "A,Gare,45.18,5.71,\nB,Mairie,45.18,5.73,\nC,Quai,,,A\nD,Nulle part,0,0,\n"
)
ROUTES = "route_id,route_type\nL,3\nE,712\n"
EVERY_DAY = (
    "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "S,1,1,1,1,1,1,1,20260101,20991231\n"
)
TRIPS = "trip_id,route_id,service_id\nT,L,S\nP,E,S\n"
TIMES = (
    "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type\n"
    "T,09:00:00,09:00:00,A,2,\nT,,,C,10,\nT,09:20:00,09:20:00,B,11,\nP,09:00:00,09:00:00,A,1,\nP,09:10:00,09:10:00,B,2,\n"
)


def feed(path, **files):
    """Write an archive of a small feed, some of its files replaced, None for one left out."""
    contents = {
        "agency": "agency_id,agency_name\n1,Tram de la vallée\n",
        "stops": STOPS,
        "routes": ROUTES,
        "calendar": EVERY_DAY,
        "trips": TRIPS,
        "stop_times": TIMES,
    } | files
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            if content is not None:
                archive.writestr(f"gtfs/{name}.txt", "\ufeff" + content)
    return path


DAYS = ("2026-11-24", "2026-11-25", "2026-11-28")


@dataclass(frozen=True)
class Line:
    """The timetable of a tram that leaves a stop of Grenoble every twenty minutes and rides twelve, three kilometres east."""

    days: tuple[str, ...] = DAYS
    stopped: tuple[int, ...] = ()

    @property
    def schedule(self):
        leaves = np.arange(7 * 3600, 19 * 3600, 1200, dtype=np.int32)
        n = len(leaves)
        one_day = {
            "start": np.zeros(n, dtype=np.int32),
            "stop": np.ones(n, dtype=np.int32),
            "leaves": leaves,
            "arrives": leaves + 720,
            "trip": np.arange(n, dtype=np.int32),
            "line": np.zeros(n, dtype=np.int32),
            "boards": np.ones(n, dtype=bool),
            "alights": np.ones(n, dtype=bool),
        }
        schedule = Schedule(
            stops=np.array([[5.70, 45.18], [5.74, 45.18]]),
            bounds=np.array([0, n, n, n]),
            vehicles=np.array(["tram"]),
            names=np.array(["T1"]),
            **one_day,
        )
        return schedule.without(self.stopped)
