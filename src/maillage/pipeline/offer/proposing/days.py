"""Days and hours spread over several columns."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from maillage.kernel.names import plain
from maillage.pipeline.offer import looks
from maillage.pipeline.offer.columns import FURNITURE, Column
from maillage.pipeline.offer.proposing.draft import BY_NAME, ENOUGH, Draft, by_name

DAYS = {
    "lundi": "Mo",
    "mardi": "Tu",
    "mercredi": "We",
    "jeudi": "Th",
    "vendredi": "Fr",
    "samedi": "Sa",
    "dimanche": "Su",
}
SHORT_DAYS = {day[:3]: day for day in DAYS}
ENGLISH = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAYS |= dict(zip(ENGLISH, DAYS.values(), strict=True))
RANGE = re.compile(r"di\s*(?:-|–|—|→|>|au?\b|à)\s*\w+di", re.IGNORECASE)
NAMED_DAYS = {*DAYS, *(f"{day}s" for day in DAYS), "jours", "semaine", "week", *SHORT_DAYS} | {
    day[:2] for day in SHORT_DAYS
}
FIRST_HOUR = re.compile(r"\b(\d{1,2})\s*[h:]")
DAYS_OSM = {code.casefold(): code for code in DAYS.values()}
HALVES = {
    **dict.fromkeys(("matin", "matinee", "am", "m"), "am"),
    **dict.fromkeys(("midi", "aprem", "apm", "pm", "soir", "soiree"), "pm"),
}
DAY_BY_DAY = {"jour", "jours", "days", "jours semaine", "jours permanence", "jours de permanence"} | {
    f"{days} {of}"
    for days in ("jour", "jours")
    for of in ("ouverture", "d ouverture", "accueil", "d accueil", "presence", "de presence")
}
MORNING, AFTERNOON = (
    {"matin", "horaires matin", "matinee"},
    {"apres midi", "aprem", "horaires apres midi", "am", "pm"},
)
OPENS = {"ouverture", "debut", "ouvre", "start", "from", "begin", "opens", "open", "opening", "starttime"}
CLOSES = {"fermeture", "fin", "ferme", "end", "to", "until", "closes", "close", "closing", "endtime"}
SLOT = {
    "timeslot",
    "timeslots",
    "slot",
    "slots",
    "creneau",
    "creneaux",
    "plage",
    "plages",
    "period",
    "periods",
    "time",
}
CLOCK = re.compile(r"(?:[01]?\d|2[0-4])[0-5]\d|(?:[01]?\d|2[0-4])\s?[h:]\s?(?:[0-5]\d)?(?::00)?")
AROUND_A_DAY = {
    "horaire",
    "horaires",
    "heure",
    "heures",
    "h",
    "apres",
    "ap",
    "open",
    "hours",
    *FURNITURE,
    *OPENS,
    *CLOSES,
    *HALVES,
    *SLOT,
    *map(str, range(10)),
}


def take_days(draft: Draft, held: Mapping[str, Any]) -> None:
    """Map to hours the columns for days, half-days, or opening and closing times."""
    found: dict[str, Column] = {}
    edges: dict[tuple[str, str, str], Column] = {}
    halves = HALVES if not _french_am(draft.left) else {**HALVES, "am": "pm"}
    short = sum(column.said[0] in SHORT_DAYS for column in draft.left) >= 2  # « mer » alone may be the sea
    for column in draft.left:
        told = [SHORT_DAYS.get(word, word) if short else word for word in day_words(column)]
        day = day_of(told)
        if day is None or set(told) - AROUND_A_DAY - DAYS.keys() - DAYS_OSM.keys():
            continue
        if len(days := _several_days(column, told)) > 1:
            half = next((halves[word] for word in told if word in halves), "")
            for each in days:
                found.setdefault(f"{each} {half}".strip(), column)
            continue
        half = next((halves[word] for word in told if word in halves), "")
        if (
            OPENS & set(told)
            and looks.share(lambda text: bool(CLOCK.fullmatch(text)), column.sample) >= ENOUGH
            and edge(column)
        ):
            edges[day, half or _slot(told), "opens"] = column
        elif CLOSES & set(told):
            if column.answers is None:  # « Fermé le mercredi » : oui
                edges[day, half or _slot(told), "closes"] = column
        else:
            found.setdefault(f"{day} {half}".strip(), column)
    if any(edge == "closes" for _, _, edge in edges):
        halves_and_slots = ("", "am", "pm", *map(str, range(10)))
        order = [(half, edge) for half in halves_and_slots for edge in ("opens", "closes")]
        week = {
            day: [edges[day, half, edge].name for half, edge in order if (day, half, edge) in edges]
            for day in dict.fromkeys(DAYS.values())
            if any(key[0] == day for key in edges)
        }
        columns = list(edges.values())
        draft.ignored += [column.name for column in found.values()]
    else:
        week = {day: column.name for day, column in found.items()}  # type: ignore[misc]
        columns = list({column.name: column for column in found.values()}.values())
    if week and "horaires" not in held:
        draft.give(columns, "horaires", {"days": week}, BY_NAME, "un jour de la semaine")


def _slot(told: Sequence[str]) -> str:
    """Return the number of a slot in its day, '' when the name of the column says none."""
    return next((word for word in reversed(told) if word.isdecimal()), "")


def day_words(column: Column) -> list[str]:
    """Return the words of the name of a column that may be a day: the whole of it, or its last part alone."""
    name = column.name.replace("_", " ")
    parts = name.split(".")
    within = next(
        (n for n, part in enumerate(parts) if DAYS.keys() & set(plain(part).split())), len(parts) - 1
    )
    endings = (name, re.sub(r"\([^)]*\)", "", name), " ".join(parts[within:]), parts[-1])
    tried = [plain(each).split() for each in endings]
    return next(
        (words for words in tried if set(words) <= AROUND_A_DAY | DAYS.keys() | DAYS_OSM.keys()), tried[1]
    )


def day_of(told: Sequence[str]) -> str | None:
    """Return the day that the name of a column holds; the two letters of OSM stand alone or after « horaires
    ».
    """
    if (day := next((DAYS[word] for word in told if word in DAYS), None)) is not None:
        return day
    return (
        next((DAYS_OSM[word] for word in told if word in DAYS_OSM), None)
        if set(told) <= {*DAYS_OSM, *AROUND_A_DAY}
        else None
    )


def _several_days(column: Column, told: Sequence[str]) -> list[str]:
    """Return the days that the name of a column holds, those between them too in « lundi au vendredi »."""
    days = [DAYS[word] for word in told if word in DAYS]
    week = list(dict.fromkeys(DAYS.values()))
    if len(days) == 2 and RANGE.search(column.name) and week.index(days[0]) < week.index(days[1]):
        return week[week.index(days[0]) : week.index(days[1]) + 1]
    return days


def _french_am(columns: Sequence[Column]) -> bool:
    """Return whether « AM » is the afternoon, as beside « M » or « matin »: so when its hours, or its
    neighbours, say so.
    """
    told = [(set(day_words(column)), column) for column in columns if day_of(day_words(column))]
    if any(words & {"pm", "midi", "aprem", "apm"} and "am" in words for words, _ in told) or any(
        "pm" in w for w, _ in told
    ):
        return False
    starts = [
        int(hour)
        for words, c in told
        if "am" in words
        for cell in c.sample
        for hour in FIRST_HOUR.findall(cell)[:1]
    ]
    return any(words & {"m", "matin"} for words, _ in told) or (bool(starts) and min(starts) >= 12)


def take_spread_days(draft: Draft, held: Mapping[str, Any]) -> None:
    """Map to hours the columns that hold them in pieces: the days, then the morning and the afternoon."""
    if "horaires" in held or "horaires" in draft.fields:
        return
    if slots := _numbered_slots(draft.left):
        told = {"join": [c.name for c in slots], "with": " "}
        draft.give(slots, "horaires", told, BY_NAME, "les jours et les heures, numérotés")
        return
    days = [c for c in draft.left if not DAY_BY_DAY.isdisjoint(c.said) and not _unreadable_days(c)]
    first = [c for c in draft.left if not MORNING.isdisjoint(c.said) and c.answers is None]
    then = [c for c in draft.left if not AFTERNOON.isdisjoint(c.said) and c.answers is None]
    whole = [c for c in draft.left if not (first or then) and by_name(c, "horaires")[0] == BY_NAME]
    hours = [*first[:1], *then[:1]] or whole[:1]
    if hours and (days or first or then):
        columns = [*days[:1], *hours]
        spec = {"join": [c.name for c in columns], "with": " "} if len(columns) > 1 else columns[0].name
        draft.give(columns, "horaires", spec, BY_NAME, "les jours et les heures")


def _numbered_slots(columns: Sequence[Column]) -> list[Column]:
    """Return the columns of days and hours by numbers, as « jour_1 », « debut_1 », « fin_1 », in order."""
    runs: dict[str, dict[str, Column]] = {}
    for column in columns:
        if len(column.said) > 1 and (number := re.search(r"\d+$", column.said[0])):
            runs.setdefault(number[0], {})[column.said[1]] = column
    out = []
    for run in runs.values():
        day = next((c for stem, c in run.items() if stem in DAY_BY_DAY and not _unreadable_days(c)), None)
        edges = [next((c for stem, c in run.items() if stem in names), None) for names in (OPENS, CLOSES)]
        if day is not None and all(edges):
            out += [day, *(c for c in edges if c is not None)]
    return out


def _unreadable_days(column: Column) -> bool:
    return (
        looks.share(lambda text: not set(plain(text).split()).isdisjoint(NAMED_DAYS), column.sample) < ENOUGH
    )


def edge(column: Column) -> bool:
    """Return whether cells are a single hour: when a day opens, rather than its hours."""
    return all(
        CLOCK.fullmatch(cell) or len(re.findall(r"\d{1,2}\s?[h:]", cell)) == 1 for cell in column.sample
    )
