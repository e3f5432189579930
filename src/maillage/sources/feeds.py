"""Feeds of public transport (GTFS): one archive read into the stops and rides of ordinary days."""

import csv
import io
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.archives import UNREADABLE
from maillage.kernel.errors import Refused
from maillage.kernel.later import duckdb
from maillage.reference.travel import MOMENTS

Floats = NDArray[np.float64]

NEEDED = ("stops.txt", "trips.txt", "stop_times.txt")
CALENDARS = ("calendar.txt", "calendar_dates.txt")
READ = (*NEEDED, *CALENDARS, "routes.txt", "agency.txt", "frequencies.txt")
MOST_BYTES = 4_000_000_000  # of one file of a feed, unfolded: the buses of a whole country hold in three
SCHOOL_BUS = "712"  # extended type of a route: for pupils alone
VEHICLES = {  # the types of routes, extended ones included
    "bus": ((3, 11), range(700, 900)),
    "tram": ((0,), range(900, 1000)),
    "metro": ((1,), range(400, 500)),
    "train": ((2,), range(100, 200), range(300, 400)),
    "car": (range(200, 300),),
}
LONGEST_NAME = 12  # characters of a line, in a list of places
YEAR = timedelta(days=365)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NO, ON_CALL = (
    "1",
    ("2", "3"),
)  # pickup_type and drop_off_type: never; asked for by telephone, or of the driver
LEAST_SHARE = 0.9  # of the trips of the busiest day: a day like it is an ordinary one


@dataclass(frozen=True, slots=True, kw_only=True)
class Rides:
    """The rides from one stop to the next in a day, by departure. start, stop: (rides,) positions of their
    stops; leaves, arrives: seconds since midnight; trip: the trip of each; line: the position of its line;
    boards, alights: whether one may.
    """

    start: NDArray[np.int32]
    stop: NDArray[np.int32]
    leaves: NDArray[np.int32]
    arrives: NDArray[np.int32]
    trip: NDArray[np.int32]
    line: NDArray[np.int32]
    boards: NDArray[np.bool_]
    alights: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as it was read: its part of a `Timetable`, and the stops and rides of its days."""

    producers: tuple[str, ...]
    first: date
    last: date
    days: tuple[str, ...]
    n_trips: int
    n_on_call: int
    stops: Floats
    rides: tuple[Rides, ...]
    lines: tuple[tuple[str, str], ...]


@contextmanager
def _unfolded(path: Path) -> Iterator[dict[str, Path]]:
    """Yield the files of a feed that are read, by name, unfolded in a folder that is erased afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gtfs-")))
        try:
            archive = stack.enter_context(zipfile.ZipFile(path))
            members = {entry.filename.rpartition("/")[2]: entry for entry in archive.infolist()}
            missing = [name for name in NEEDED if name not in members]
            if not any(name in members for name in CALENDARS):
                missing.append("calendar.txt ou calendar_dates.txt")
            if missing:
                raise Refused(
                    f"{path.name} : il manque {', '.join(missing)}.",
                    why="Des horaires GTFS sont une archive .zip de fichiers .txt, dont ceux-là.",
                    do="Prenez le fichier GTFS de votre réseau sur transport.data.gouv.fr, sans l’ouvrir.",
                )
            out = {}
            for name in READ:
                if name not in members:
                    continue
                if members[name].file_size > MOST_BYTES:
                    raise Refused(
                        f"{path.name} : {name} est trop grand.",
                        why=f"Il dépasse {MOST_BYTES // 10**9} Go une fois déplié.",
                        do="Prenez les horaires de votre réseau ou de votre région, non ceux d’un continent.",
                    )
                out[name] = folder / name
                with archive.open(members[name]) as source, out[name].open("wb") as target:
                    while block := source.read(1 << 20):
                        target.write(block)
        except (*UNREADABLE, OSError) as error:
            raise Refused(
                f"{path.name} : ce n’est pas une archive .zip lisible.",
                why="Ce fichier est coupé, abîmé, ou d’un autre format.",
                do="Téléchargez-le à nouveau ; les horaires déjà chargés restent.",
            ) from error
        yield out


def _rows(files: dict[str, Path], name: str) -> list[dict[str, str]]:
    """Return the lines of a small file of a feed, none where it is absent."""
    if name not in files:
        return []
    text = files[name].read_text("utf-8-sig", errors="replace")
    return [
        {(key or "").strip(): (value or "").strip() for key, value in row.items() if isinstance(key, str)}
        for row in csv.DictReader(io.StringIO(text, newline=""))
    ]


def read(path: Path, today: date) -> Feed:
    """Return a feed, its days the next ones, or the last of one that ended. Raises Refused for what is no
    feed.
    """
    with _unfolded(path) as files:
        try:
            return _read(files, today, path.name)
        except (KeyError, ValueError, duckdb.Error) as error:
            raise Refused(
                f"{path.name} : horaires illisibles ({str(error).splitlines()[0][:120]}).",
                why="Une colonne obligatoire de GTFS manque, ou une date ou une heure y est mal écrite.",
                do="Signalez-le au réseau, ou prenez un fichier plus récent ; rien n’a été changé.",
            ) from error


def _read(files: dict[str, Path], today: date, name: str) -> Feed:
    routes = _rows(files, "routes.txt")
    pupils = {row["route_id"] for row in routes if row.get("route_type") == SCHOOL_BUS}
    line = {row["route_id"]: k for k, row in enumerate(routes, 1)}  # 0: of a route that is not there
    trips = [row for row in _rows(files, "trips.txt") if row["route_id"] not in pupils]
    services = _services(files, today)
    running = Counter(day for row in trips for day in services.get(row["service_id"], ()))
    if not running:
        raise Refused(
            f"{name} : aucun jour n’a d’horaire.",
            why="Les calendriers de ce fichier sont vides.",
            do="Prenez-en un plus récent sur transport.data.gouv.fr ; rien n’a été changé.",
        )
    days = [_ordinary_day(running, moment.weekday, today) for moment in MOMENTS]
    stops, position = _stops(_rows(files, "stops.txt"))
    rides, n_trips, n_on_call = [], 0, 0
    for day in days:
        day_trips = [row for row in trips if day and day in services.get(row["service_id"], ())]
        line_of_trip = {row["trip_id"]: line.get(row["route_id"], 0) for row in day_trips}
        day_rides, day_on_call = _rides_of(files, line_of_trip, position)
        rides.append(day_rides)
        n_trips += len(line_of_trip)
        n_on_call += day_on_call
    return Feed(
        producers=tuple(row.get("agency_name", "") for row in _rows(files, "agency.txt")) or (name,),
        first=min(running),
        last=max(running),
        days=tuple(day.isoformat() if day else "" for day in days),
        n_trips=n_trips,
        n_on_call=n_on_call,
        stops=stops,
        rides=tuple(rides),
        lines=(("", ""), *map(_line, routes)),
    )


def _line(route: dict[str, str]) -> tuple[str, str]:
    """Return the vehicle of a route, and the name that passengers read, "" for one too long to be read."""
    kind = int(route.get("route_type") or -1)
    vehicle = next(
        (vehicle for vehicle, kinds in VEHICLES.items() if any(kind in each for each in kinds)), ""
    )
    name = route.get("route_short_name") or route.get("route_long_name", "")
    return vehicle, name if len(name) <= LONGEST_NAME else ""


def _day(written: str) -> date:
    return date(int(written[:4]), int(written[4:6]), int(written[6:8]))


def _services(files: dict[str, Path], today: date) -> dict[str, set[date]]:
    """Return the days of each service: those of a year at most on each side of today, or of the end of a feed
    that ended, or of the start of one to come.
    """
    weeks = _rows(files, "calendar.txt")
    exceptions = _rows(files, "calendar_dates.txt")
    written = [row[key] for row in weeks for key in ("start_date", "end_date")]
    every_day = [*map(_day, written), *(_day(row["date"]) for row in exceptions)]
    if not every_day:
        return {}
    middle_day = min(max(today, min(every_day)), max(every_day))
    earliest, latest = middle_day - YEAR, middle_day + YEAR
    services: dict[str, set[date]] = {}
    for row in weeks:
        first, last = max(_day(row["start_date"]), earliest), min(_day(row["end_date"]), latest)
        days = (first + timedelta(days=k) for k in range((last - first).days + 1))
        services[row["service_id"]] = {day for day in days if row[WEEKDAYS[day.weekday()]] == "1"}
    for row in exceptions:
        days_of = services.setdefault(row["service_id"], set())
        (days_of.add if row["exception_type"] == "1" else days_of.discard)(_day(row["date"]))
    return services


def _ordinary_day(n_trips: Counter[date], weekday: int, today: date) -> date | None:
    """Return the next day of a week with nearly as many trips as the busiest one, failing that the last one
    that was; None where nothing ever runs on that weekday. n_trips: by day.
    """
    days = sorted(day for day, n in n_trips.items() if n and day.weekday() == weekday)
    coming = [day for day in days if day >= today]
    choice = coming or days[::-1]
    most = max((n_trips[day] for day in choice), default=0)
    return next((day for day in choice if n_trips[day] >= LEAST_SHARE * most), None)


def _stops(rows: Sequence[dict[str, str]]) -> tuple[Floats, dict[str, int]]:
    """Return (stops, 2) their points, those of their station where they have none, and their positions."""
    position = {row["stop_id"]: k for k, row in enumerate(rows)}
    points = np.full((len(rows), 2), np.nan)
    for k, row in enumerate(rows):
        own = row if row.get("stop_lat") else rows[position.get(row.get("parent_station", ""), k)]
        if own.get("stop_lat") and own.get("stop_lon"):
            points[k] = float(own["stop_lon"]), float(own["stop_lat"])
    points[(points == 0).all(axis=1) | (np.abs(points) > (180, 90)).any(axis=1)] = np.nan
    return points, position


def _rides_of(
    files: dict[str, Path], line_of_trip: dict[str, int], position: dict[str, int]
) -> tuple[Rides, int]:
    """Return the rides of some trips, and how many of their stops are made when somebody asked."""
    trips = list(line_of_trip)
    lines = np.array(list(line_of_trip.values()), dtype=np.int32)
    rank = {trip: k for k, trip in enumerate(trips)}
    rows = [row for row in _stop_times(files, trips) if row[1] in position]
    trip = np.array([rank[row[0]] for row in rows], dtype=np.int32)
    stop = np.array([position[row[1]] for row in rows], dtype=np.int32)
    arrives = _filled(np.array([row[2] for row in rows], dtype=np.float64), trip)
    leaves = _filled(np.array([row[3] for row in rows], dtype=np.float64), trip)
    on_call = np.array([row[4] in ON_CALL or row[5] in ON_CALL for row in rows], dtype=bool)
    boards = ~on_call & np.array([row[4] != NO for row in rows], dtype=bool)
    alights = ~on_call & np.array([row[5] != NO for row in rows], dtype=bool)
    at = np.flatnonzero((trip[1:] == trip[:-1]) & np.isfinite(leaves[:-1]) & np.isfinite(arrives[1:]))
    starts, ends, of_trip = leaves[at], arrives[at + 1], trip[at]
    shifts, which = _departures(_rows(files, "frequencies.txt"), rank, _first_of(trip, leaves))
    fixed = ~np.isin(of_trip, which)
    copies = [np.flatnonzero(of_trip == k) for k in which.tolist()]
    rows_at = np.concatenate([np.flatnonzero(fixed), *copies]).astype(np.int64)
    shift = np.concatenate(
        [np.zeros(fixed.sum()), *(np.full(len(copy), s) for copy, s in zip(copies, shifts, strict=True))]
    )
    copied = np.concatenate(
        [
            of_trip[fixed],
            *(np.full(len(copy), len(trips) + k, dtype=np.int32) for k, copy in enumerate(copies)),
        ]
    )
    order = np.argsort(starts[rows_at] + shift, kind="stable")
    picked = rows_at[order]
    return Rides(
        start=stop[at[picked]],
        stop=stop[at[picked] + 1],
        leaves=(starts[picked] + shift[order]).astype(np.int32),
        arrives=np.maximum(ends[picked] + shift[order], starts[picked] + shift[order]).astype(np.int32),
        trip=copied[order].astype(np.int32),
        line=lines[of_trip[picked]],
        boards=boards[at[picked]],
        alights=alights[at[picked] + 1],
    ), int(on_call.sum())


def _stop_times(files: dict[str, Path], trips: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return the trip, stop, arrival and departure (seconds or None), pickup and drop-off of each stop of
    some trips, in order.
    """
    with duckdb.connect(config={"threads": 2, "autoinstall_known_extensions": False}) as connection:
        connection.execute("create table wanted as select unnest($1::varchar[]) as trip", [list(trips)])
        times = connection.read_csv(str(files["stop_times.txt"]), header=True, all_varchar=True)
        arrival, departure = ("nullif(trim(arrival_time), '')", "nullif(trim(departure_time), '')")
        of_asking = ("pickup_type", "drop_off_type")
        columns = (
            "trim(trip_id)",
            "trim(stop_id)",
            _seconds(f"coalesce({arrival}, {departure})"),
            _seconds(f"coalesce({departure}, {arrival})"),
            *(f"coalesce(trim({name}), '')" if name in times.columns else "''" for name in of_asking),
        )
        return (
            times.filter("trim(trip_id) in (select trip from wanted)")
            .order("trim(trip_id), cast(stop_sequence as integer)")
            .project(", ".join(columns))
            .fetchall()
        )


def _seconds(written: str) -> str:
    """Return the SQL of the seconds since midnight of a time, 24:00 and later included; null where empty."""
    parts = f"string_split({written}, ':')"
    return " + ".join(f"{unit} * cast({parts}[{k}] as integer)" for k, unit in enumerate((3600, 60, 1), 1))


def _filled(seconds: Floats, trip: NDArray[np.int32]) -> Floats:
    """Return the times of stops, those not written spread evenly between the written ones of their trip."""
    written = np.flatnonzero(~np.isnan(seconds))
    if len(written) in (0, len(seconds)):
        return seconds
    filled = np.interp(np.arange(len(seconds)), written, seconds[written])
    before = np.searchsorted(written, np.arange(len(seconds)), side="right") - 1
    after = np.minimum(before + 1, len(written) - 1)
    is_between = (
        (before >= 0) & (trip[written[np.maximum(before, 0)]] == trip) & (trip[written[after]] == trip)
    )
    return np.where(np.isnan(seconds) & ~is_between, np.nan, filled)


def _first_of(trip: NDArray[np.int32], leaves: Floats) -> dict[int, float]:
    numbers, first = np.unique(trip, return_index=True)
    return dict(zip(numbers.tolist(), leaves[first].tolist(), strict=True))


def _departures(
    frequencies: Sequence[dict[str, str]], rank: dict[str, int], first: dict[int, float]
) -> tuple[Floats, NDArray[np.int64]]:
    """Return how many seconds after its model each repeated trip leaves, and its model. first: when the model
    leaves its first stop.
    """
    shifts, models = [], []
    for row in frequencies:
        model = rank.get(row["trip_id"], -1)
        headway = int(row["headway_secs"])
        if model not in first or headway <= 0:
            continue
        for leaves in range(_clock(row["start_time"]), _clock(row["end_time"]), headway):
            shifts.append(leaves - first[model])
            models.append(model)
    return np.array(shifts, dtype=np.float64), np.array(models, dtype=np.int64)


def _clock(written: str) -> int:
    hours, minutes, seconds = map(int, written.split(":"))
    return 3600 * hours + 60 * minutes + seconds
