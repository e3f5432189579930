"""Timetables of public transport (GTFS): feeds read once into arrays, which every study reads again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.errors import Refused
from maillage.reference.travel import HOUR, MOMENTS, Moment
from maillage.sources import contours, loads
from maillage.sources.feeds import Feed, Rides, read
from maillage.words.dates import in_words
from maillage.words.wording import count, listing

Progress = Callable[[str, float | None], None]
Floats = NDArray[np.float64]

FOLDER = "transports"
RIDES = tuple(field.name for field in fields(Rides))
MIXERS = np.random.default_rng(2026).integers(2**63, size=6, dtype=np.uint64) | np.uint64(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Stops and the rides of the day of each of MOMENTS, one after another.

    stops: (stops, 2) degrees, longitude first, nan where unknown; bounds: (moments + 1,) where the rides of
    each begin; vehicles, names: (lines,) one of VEHICLES, or "", and the name that passengers read; the
    others: see `Rides`.
    """

    stops: Floats
    bounds: NDArray[np.int64]
    vehicles: NDArray[np.str_]
    names: NDArray[np.str_]
    start: NDArray[np.int32]
    stop: NDArray[np.int32]
    leaves: NDArray[np.int32]
    arrives: NDArray[np.int32]
    trip: NDArray[np.int32]
    line: NDArray[np.int32]
    boards: NDArray[np.bool_]
    alights: NDArray[np.bool_]

    def rides(self, moment: Moment) -> Rides:
        """Return the rides of the day of a moment."""
        k = MOMENTS.index(moment)
        part = slice(int(self.bounds[k]), int(self.bounds[k + 1]))
        return Rides(**{name: getattr(self, name)[part] for name in RIDES})

    def is_served(self, moment: Moment) -> bool:
        """Return True when a vehicle runs during a moment, or in the hour before."""
        rides = self.rides(moment)
        return bool(((rides.leaves < moment.end) & (rides.arrives > moment.start - HOUR)).any())

    def without(self, lines: Sequence[int]) -> "Schedule":
        """Return the same without the rides of some lines."""
        runs = ~np.isin(self.line, lines)
        columns = {name: getattr(self, name)[runs] for name in RIDES}
        return replace(self, bounds=np.append(0, np.cumsum(runs))[self.bounds], **columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """Feeds that were loaded, without their arrays. producers: their agencies; first, last: the days between
    which all of them are valid; days: that of each of MOMENTS, "" where nothing runs; n_trips: of these days;
    n_on_call: stops of these days that are made when somebody asked; n_repeated: trips of these days that an
    earlier feed has too, counted once; licence: "" when it is not known. stopped: positions of the lines that
    a “what if” leaves out.
    """

    folder: str
    digest: str
    files: tuple[str, ...]
    producers: tuple[str, ...]
    licence: str
    first: str
    last: str
    days: tuple[str, ...]
    n_stops: int
    n_trips: int
    n_on_call: int
    n_repeated: int = 0
    stopped: tuple[int, ...] = ()

    @property
    def schedule(self) -> Schedule:
        """The arrays. Raises Refused when somebody took their file away."""
        return _schedule(loads.arrays_path(self.folder, self.digest), self.stopped)


@lru_cache(maxsize=2)
def _schedule(path: Path, stopped: tuple[int, ...] = ()) -> Schedule:
    if stopped:
        return _schedule(path).without(stopped)
    try:
        return loads.read(path, Schedule)
    except loads.UNREADABLE as error:
        raise Refused(
            f"Les horaires chargés sont illisibles ({path.name}).",
            why="Leur fichier a été effacé ou abîmé : aucun trajet en transports en commun n’est calculé.",
            do="Rechargez-les : maillage transports charger gtfs.zip.",
        ) from error


def loaded(home: Path) -> Timetable | None:
    """Return the timetables that an installation has, None when it has none."""
    return loads.loaded(home / FOLDER, Timetable)


def loaded_at(home: Path) -> float:
    """Return the moment when timetables were last loaded, in seconds since 1970; 0 when there are none."""
    return loads.loaded_at(home / FOLDER)


def load(
    paths: Sequence[Path],
    home: Path,
    *,
    licence: str = "",
    today: date,
    progress: Progress = lambda step, share: None,
) -> Timetable:
    """Read feeds, keep their timetables in a home folder in place of the former ones, and return them.

    today: the days read are the next ones, or the last of a feed that ended. A file given twice counts once.
    Raises Refused, and changes nothing, for what is not a feed, runs on none of the days wanted, or stops
    nowhere in France.
    """
    digests = {loads.digest(path.read_bytes()): path for path in paths}
    files = list(digests.values())
    feeds: list[Feed] = []
    for k, path in enumerate(files):
        progress(f"Lecture de {path.name}", k / len(files))
        feeds.append(read(path, today))
    schedule, n_repeated = _joined(feeds)
    located_stops = schedule.stops[~np.isnan(schedule.stops).any(axis=1)]
    if not len(located_stops) or not contours.communes_in(
        *located_stops.min(axis=0).tolist(), *located_stops.max(axis=0).tolist()
    ):
        raise Refused(
            "Aucun arrêt de ces horaires n’est en France.",
            why="Ce sont ceux d’un autre pays, ou leurs arrêts n’ont pas de coordonnées.",
            do="Prenez le fichier GTFS de votre réseau sur transport.data.gouv.fr ; rien n’a été changé.",
        )
    if not any(map(schedule.is_served, MOMENTS)):
        raise Refused(
            f"{listing([path.name for path in files])} : rien ne roule aux heures comptées.",
            why=f"Aucun passage entre deux arrêts connus {listing([m.label for m in MOMENTS], 'ni')}.",
            do="Prenez le fichier de votre réseau, complet ; les horaires déjà chargés restent.",
        )
    data = loads.packed(schedule)
    timetable = Timetable(
        folder=str(home / FOLDER),
        digest=loads.digest(data),
        files=tuple(path.name for path in files),
        producers=tuple(dict.fromkeys(name for feed in feeds for name in feed.producers)),
        licence=licence,
        first=max(feed.first for feed in feeds).isoformat(),
        last=min(feed.last for feed in feeds).isoformat(),
        days=tuple(next((feed.days[k] for feed in feeds if feed.days[k]), "") for k in range(len(MOMENTS))),
        n_stops=len(located_stops),
        n_trips=sum(feed.n_trips for feed in feeds) - n_repeated,
        n_on_call=sum(feed.n_on_call for feed in feeds),
        n_repeated=n_repeated,
    )
    progress("Écriture des horaires", 0.95)
    loads.keep(timetable, data)
    return timetable


def _signatures(stops: Floats, rides: Rides) -> NDArray[np.uint64]:
    """Return (trips,) a number made of where and when each trip passes: the same in every feed."""
    points = np.nan_to_num(np.round(stops * 10_000)).astype(np.int64)  # ten metres
    passed = np.column_stack([points[rides.start], points[rides.stop], rides.leaves, rides.arrives])
    mixed = passed.astype(np.uint64) @ MIXERS
    mixed = (mixed ^ (mixed >> np.uint64(31))) * MIXERS[0]
    signatures = np.zeros(int(rides.trip.max(initial=-1)) + 1, dtype=np.uint64)
    np.add.at(signatures, rides.trip, mixed ^ (mixed >> np.uint64(29)))
    return signatures


def _joined(feeds: Sequence[Feed]) -> tuple[Schedule, int]:
    """Return the stops and lines of all feeds one after another, with the rides of each moment, by departure,
    and how many trips were left out: those of an earlier feed, which a region publishes again as its own.
    """
    n_repeated = 0
    n_stops = np.cumsum([0, *(len(feed.stops) for feed in feeds)])
    n_lines = np.cumsum([0, *(len(feed.lines) for feed in feeds)])
    by_moment = []
    for k in range(len(MOMENTS)):
        n_trips, parts, known_trips = 0, [], np.array([], dtype=np.uint64)
        for feed, first, first_line in zip(feeds, n_stops.tolist(), n_lines.tolist(), strict=False):
            signatures = _signatures(feed.stops, feed.rides[k])
            is_repeated = np.isin(signatures, known_trips)
            n_repeated += int(is_repeated[np.unique(feed.rides[k].trip)].sum())
            known_trips = np.append(known_trips, signatures)
            rides = feed.rides[k]
            picked = {name: getattr(rides, name)[~is_repeated[rides.trip]] for name in RIDES}
            shifts = {"start": first, "stop": first, "trip": n_trips, "line": first_line}
            parts.append(picked | {name: picked[name] + np.int32(shift) for name, shift in shifts.items()})
            n_trips += len(signatures)
        order = np.argsort(np.concatenate([part["leaves"] for part in parts]), kind="stable")
        by_moment.append({name: np.concatenate([part[name] for part in parts])[order] for name in RIDES})
    schedule = Schedule(
        stops=np.concatenate([feed.stops for feed in feeds]),
        bounds=np.cumsum([0, *(len(rides["start"]) for rides in by_moment)]),
        vehicles=np.array([vehicle for feed in feeds for vehicle, _ in feed.lines], dtype=np.str_),
        names=np.array([name for feed in feeds for _, name in feed.lines], dtype=np.str_),
        **{name: np.concatenate([rides[name] for rides in by_moment]) for name in RIDES},
    )
    return schedule, n_repeated


def doubts(loaded: Timetable, n_files: int, today: date) -> Iterator[str]:
    """Yield the doubts about timetables, in French sentences. n_files: those given, a file twice included."""
    if loaded.last < today.isoformat():
        yield (
            f"Ces horaires ont fini le {in_words(date.fromisoformat(loaded.last))} : leurs derniers jours"
            " servent. Chargez-en de plus récents."
        )
    for moment, day in zip(MOMENTS, loaded.days, strict=True):
        if not day:
            yield f"Rien ne roule {moment.label} : cette façon d’y aller ne sera pas proposée."
        elif not loaded.schedule.is_served(moment):
            start, end = moment.start // HOUR, moment.end // HOUR
            yield f"Aucun passage {moment.label}, de {start} à {end} h : chacun y va à pied."
    if len(loaded.files) < n_files:
        yield "Un fichier donné deux fois n’est compté qu’une fois."
    if loaded.n_repeated:
        yield (
            f"{count(loaded.n_repeated, 'course', 'courses')} aux mêmes arrêts et aux mêmes heures dans deux"
            " fichiers : elles ne comptent qu’une fois."
        )
    if loaded.n_on_call:
        yield (
            f"{count(loaded.n_on_call, 'passage à demander', 'passages à demander')} par téléphone : ces"
            " passages ne comptent pas."
        )
