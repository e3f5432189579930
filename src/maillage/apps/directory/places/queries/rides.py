"""Minutes to places by public transport, from the loaded timetables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from pathlib import Path

import numpy as np
from django.conf import settings

from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import walks
from maillage.apps.directory.places.queries.places import is_located
from maillage.kernel.errors import Refused
from maillage.reference.parameters import number
from maillage.reference.travel import MOMENTS, Moment
from maillage.sources import timetables
from maillage.statistics.offer.transit import Way, ways_from
from maillage.words.languages import say, to_say, typed
from maillage.words.wording import listing

LABELS = dict(
    zip(
        (moment.id for moment in MOMENTS),
        (to_say("le mardi matin"), to_say("le mercredi après-midi"), to_say("le samedi matin")),
        strict=True,
    )
)
SENTENCES = {
    "bus": to_say("{minutes} en bus {lines}"),
    "tram": to_say("{minutes} en tram {lines}"),
    "metro": to_say("{minutes} en métro {lines}"),
    "train": to_say("{minutes} en train {lines}"),
    "car": to_say("{minutes} en car {lines}"),
    "": to_say("{minutes} en transports en commun {lines}"),
}


@dataclass(frozen=True, slots=True)
class Rides:
    """The ways to places by public transport, by number: those shorter than the walk. credit: when, and
    whose timetables they follow, in words; "" when there is none.
    """

    ways: Mapping[int, Way] = field(default_factory=dict)
    credit: str = ""


NONE = Rides()


def moment_at(at: datetime, timetable: timetables.Timetable) -> Moment | None:
    """Return the hours of the week that stand for a day: its own, else those of the first day that has a
    timetable; None when none has.
    """
    running = [moment for moment, day in zip(MOMENTS, timetable.days, strict=True) if day]
    return next((each for each in running if each.weekday == at.weekday()), next(iter(running), None))


def of(
    point: tuple[float, float] | None,
    lieux: Sequence[Lieu],
    walk_minutes: Mapping[int, float],
    at: datetime,
) -> Rides:
    """Return the ways to places from a point, latitude first. walk_minutes: by number; at: the day that is
    asked.
    """
    timetable = timetables.loaded(Path(settings.HOME)) if point is not None else None
    located = [lieu for lieu in lieux if is_located(lieu) and lieu.pk in walk_minutes]
    moment = moment_at(at, timetable) if timetable is not None else None
    if point is None or timetable is None or moment is None or not located:
        return NONE
    home = (point[1], point[0])
    spots = np.array([(lieu.longitude, lieu.latitude) for lieu in located], dtype=np.float64)
    network = walks.network_around(point, number("reach/transit_walk"))
    try:
        all_ways = ways_from(timetable, moment, home, spots, walks.MOST, network)
    except Refused:  # timetables of another release, or erased: walks are still told
        return NONE
    ways = {
        lieu.pk: way
        for lieu, way in zip(located, all_ways, strict=True)
        if way is not None and way.minutes < walk_minutes[lieu.pk]
    }
    if not ways:
        return NONE
    names = listing([typed(name) for name in timetable.producers])
    producers = f"{names} ({typed(timetable.licence)})" if timetable.licence else names
    sentence = to_say("Trajets {moment}, attente comprise, d’après les horaires de {producers}.")
    return Rides(ways, say(sentence, moment=say(LABELS[moment.id]), producers=producers))


def in_words(way: Way, minutes: str) -> str:
    """Return a way in words: “8 min en bus C1 puis B”. minutes: in words."""
    vehicles = {vehicle for vehicle, _ in way.lines}
    names = [typed(name) for _, name in way.lines if name]
    lines = reduce(
        lambda line, next_line: say("{line} puis {next_line}", line=line, next_line=next_line), names or [""]
    )
    return say(SENTENCES[vehicles.pop() if len(vehicles) == 1 else ""], minutes=minutes, lines=lines).strip()
