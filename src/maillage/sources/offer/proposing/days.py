"""Days and hours spread over several columns."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from maillage.kernel.names import plain
from maillage.sources.offer import looks
from maillage.sources.offer.clean import hours
from maillage.sources.offer.columns import FURNITURE, Column, unglued
from maillage.sources.offer.proposing.draft import BY_NAME, BY_PART, ENOUGH, PART_OF_TIME, Draft, by_name

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
ITEM = re.compile(r"(.+?)\.(\d+)\.")  # of a list, in the name of a column
SEVERAL = 3  # days that columns share the rest of their names for
FIRST_HOUR = re.compile(r"\b(\d{1,2})\s*[h:]")
DAYS_OSM = {code.casefold(): code for code in DAYS.values()}
HALVES = {
    **dict.fromkeys(("matin", "matinee", "am", "m"), "am"),
    **dict.fromkeys(("midi", "aprem", "apm", "pm", "soir", "soiree"), "pm"),
}
DAY_BY_DAY = {"jour", "jours", "days", "jours semaine", "jours permanence", "jours de permanence"} | {
    f"{days} {of}"
    for days in ("jour", "jours")
    for of in (
        *("ouverture", "d ouverture", "accueil", "d accueil", "presence", "de presence", "permanence"),
        *("de permanence", "intervention", "d intervention", "passage", "de passage", "de la semaine"),
    )
}
CLOSED_DAYS = {
    "jour ferme",
    "jours fermes",
    "jours de fermeture",
    "jour fermeture",
    "jours fermeture",
    "fermeture hebdomadaire",
    "jour fermeture hebdomadaire",
}
CLOSINGS = re.compile(
    r"(?:dates? |periodes? |jours? )?(?:(?:de |des |d )?(?:fermetures?|conges?)|ferme)"
    r"(?: (?:estivales?|annuel(?:le)?s?|exceptionnel(?:le)?s?|hivernales?|saisonnieres?|ponctuel(?:le)?s?"
    r"|prevues?|a venir|d? ?ete|(?:de )?noel|vacances|pour|pendant|les|conges?|periodes?|dates?|20\d\d"
    r"|et|de|d|l|annee|jours? feries?))*"
)
A_CLOSING = re.compile(
    r"\b(?:janv|fevr|mars|avril|mai|juin|juil|aout|sept|octo|nove|dece)\w*|\b\d{1,2} \d{1,2}\b|\bnoel\b"
    r"|\b(?:vacances|semaines?|conges|fermetures?)\b|^(?:non|aucune|pas|sans|neant)\b"
)
MORNING, AFTERNOON = (
    {"matin", "horaires matin", "matinee"},
    {"apres midi", "aprem", "horaires apres midi", "am", "pm"},
)
OPENS = {
    "ouverture",
    "ouv",
    "debut",
    "deb",
    "ouvre",
    "start",
    "from",
    "begin",
    "opens",
    "open",
    "opening",
    "starttime",
}
CLOSES = {"fermeture", "ferm", "fin", "ferme", "end", "to", "until", "closes", "close", "closing", "endtime"}
FROM, TO = {"de"}, {"a"}  # the whole name of a column, beside one of days
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
# « 9 », « 13.5 », where the name of the column says an hour. « 8.25 » is a quarter past, or 8:25: asked.
HOUR = re.compile(rf"{CLOCK.pattern}|(?:1?\d|2[0-4])(?:[.,][05])?")
SHUT = re.compile(r"\W+|ferm[ée]e?s?|clos|closed|off", re.IGNORECASE)
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


def take_named_hours(draft: Draft, fields_by_id: Mapping[str, Any]) -> None:
    """Map to hours the ticks under names that are hours, « Mardi 10h-12h », with those of halves of days."""
    if "horaires" in fields_by_id:
        return
    ticks = [column for column in draft.unmapped if column.answers is not None]
    named = [column for column in ticks if _names_hours(column)]
    has_hours_column = any(
        by_name(column, "horaires")[0] == BY_NAME and column.answers is None for column in draft.unmapped
    )
    if (
        len(named) < 2 or has_hours_column
    ):  # « Ouvert le samedi 9h-12h » beside the hours is only one more thing
        return
    halves = [c for c in ticks if c not in named and day_of(words := day_words(c)) and HALVES.keys() & words]
    columns = [column for column in ticks if column in named or column in halves]
    spec = {"join": [column.name for column in columns], "with": " ; ", "named": True}
    draft.give(columns, "horaires", spec, BY_NAME, "des jours et des heures, en nom de colonne")


def _names_hours(column: Column) -> bool:
    """Return True if the name of a column is a day and its hours, surely read."""
    if not FIRST_HOUR.search(column.name):
        return False
    read = hours.clean(column.name)
    return read.word == "read" and read.value is not None and read.value.osm[:2] in DAYS.values()


def take_days(draft: Draft, fields_by_id: Mapping[str, Any]) -> None:
    """Map to hours the columns for days, half-days, or opening and closing times."""
    column_by_day: dict[str, Column] = {}
    edges: dict[tuple[str, str, str], Column] = {}
    words = _without_languages(_words_of_days(draft.unmapped))
    halves = HALVES if not _french_am(draft.unmapped, words) else {**HALVES, "am": "pm"}
    closing = {day_of(words[c.name]) for c in draft.unmapped if CLOSES & _words(c) and c.answers is None}
    for column in draft.unmapped:
        name_words = words[column.name]
        day = day_of(name_words)
        if day is None or set(name_words) - AROUND_A_DAY - DAYS.keys() - DAYS_OSM.keys():
            continue
        if len(days := _several_days(column, name_words)) > 1:
            half = next((halves[word] for word in name_words if word in halves), "")
            for each in days:
                column_by_day.setdefault(f"{each} {half}".strip(), column)
            continue
        half = next((halves[word] for word in name_words if word in halves), "")
        end = _end(name_words, column, day in closing)
        if end:
            edges[day, half or _slot(name_words), end] = column
        elif CLOSES.isdisjoint(name_words) or column.answers is None:  # « Fermé le mercredi » : oui
            column_by_day.setdefault(f"{day} {half}".strip(), column)
    week = _paired(edges)
    duplicate_days = {key: column for key, column in column_by_day.items() if key.split()[0] in week}
    ticks = [column for column in duplicate_days.values() if _words(column).isdisjoint(OPENS | CLOSES)]
    draft.ignored += [column.name for column in ticks]  # « Lundi » : oui, beside its hours
    column_by_day = {key: column for key, column in column_by_day.items() if key not in duplicate_days}
    used = {
        column.name: column
        for column in (*column_by_day.values(), *(c for day in week.values() for c in day))
    }
    if not used or "horaires" in fields_by_id or "horaires" in draft.fields:
        return
    named: dict[str, Any] = {day: [column.name for column in columns] for day, columns in week.items()}
    spec: dict[str, Any] = {"days": named | {day: column.name for day, column in column_by_day.items()}}
    if not week and (hours_of_all := _hours_of_ticked(draft, used)):
        spec["ticked"] = [column.name for column in hours_of_all]
        used |= {column.name: column for column in hours_of_all}
    elif _crosses_out(draft, list(column_by_day.values())):
        spec["crossed"] = "fermé"
    draft.give(list(used.values()), "horaires", spec, BY_NAME, "un jour de la semaine")


def _without_languages(words: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return the words of the names of columns without a code alone that no other day stands by: « label.fr »
    is a language.
    """
    codes = {code for name_words in words.values() for code in name_words if code in DAYS_OSM}
    alone = codes if len(codes) == 1 else set()
    return {name: [] if alone.issuperset(name_words) else name_words for name, name_words in words.items()}


def _crosses_out(draft: Draft, columns: Sequence[Column]) -> bool:
    """Return True if a cross among the hours of days says that the place is closed: every cell is filled, and
    none says so otherwise.
    """
    cells = [cell.strip() for column in columns for cell in column.cells]
    crosses = sum(cell.casefold() == "x" for cell in cells)
    rows = max(map(len, draft.cells.values()), default=0)
    timed = sum(bool(FIRST_HOUR.search(hours.with_hours(cell))) for cell in cells)
    return crosses > 0 and crosses + timed == len(cells) == rows * len(columns) and timed > 0


def _words_of_days(columns: Sequence[Column]) -> dict[str, list[str]]:
    """Return, by column, the words of its name that may be a day.

    Short days are written in full once several columns hold one (« mer » alone may be the sea), and what the
    columns of several days all say is left out (« ouv_lun »).
    """
    words = {column.name: day_words(column) for column in columns}
    full = {name: [SHORT_DAYS.get(word, word) for word in name_words] for name, name_words in words.items()}
    rests: dict[tuple[str, ...], set[str]] = {}
    for name_words in full.values():
        days = [word for word in name_words if word in DAYS]
        if len(days) == 1:
            rests.setdefault(tuple(word for word in name_words if word not in DAYS), set()).add(days[0])
    shared = {
        rest
        for rest, days in rests.items()
        if len(days) >= SEVERAL and not PART_OF_TIME.search(" ".join(rest))
    }
    short = {
        word
        for name_words in words.values()
        for word in name_words
        if word in SHORT_DAYS and set(name_words) <= SHORT_DAYS.keys() | AROUND_A_DAY
    }
    several = len(short) >= 2
    out = {}
    for column in columns:
        rest = tuple(word for word in full[column.name] if word not in DAYS)
        name_words = full[column.name] if several or rest in shared else words[column.name]
        known = [word for word in name_words if word in DAYS or word in AROUND_A_DAY]
        out[column.name] = known if rest in shared and _says_hours(column) else name_words
    return out


def _says_hours(column: Column) -> bool:
    """Return True if cells are hours, days when the place is closed apart, or answers."""
    open_ = _when_open(column)
    timed = looks.share(lambda text: bool(FIRST_HOUR.search(text)), open_)
    return column.answers is not None or not open_ or timed >= ENOUGH


def _paired(edges: Mapping[tuple[str, str, str], Column]) -> dict[str, list[Column]]:
    """Return the columns of each day, each that opens before the one that closes: none goes alone."""
    week: dict[str, list[Column]] = {}
    for day in dict.fromkeys(DAYS.values()):
        for half in ("", "am", "pm", *map(str, range(10))):
            if (day, half, "opens") in edges and (day, half, "closes") in edges:
                week.setdefault(day, []).extend(edges[day, half, end] for end in ("opens", "closes"))
    return week


def _hours_of_ticked(draft: Draft, days: Mapping[str, Column]) -> list[Column]:
    """Return the columns that say the hours of days which others only tick."""
    if any(column.answers is None for column in days.values()):
        return []
    other_columns = [column for column in draft.unmapped if column.name not in days]
    return _slots(other_columns) or [c for c in other_columns if by_name(c, "horaires")[0] == BY_NAME][:1]


def _end(name_words: Sequence[str], column: Column, has_closing: bool) -> str:
    """Return which end of a day a column says, « opens » or « closes », '' when it says more, or something
    else.
    """
    if OPENS & set(name_words) or name_words[-1] == "de":
        shut = has_closing and not _when_open(column)
        return "opens" if shut or edge(column, HOUR) else ""
    if CLOSES & set(name_words):
        return "closes" if column.answers is None else ""
    return "closes" if name_words[-1] == "a" and edge(column, HOUR) else ""


def _slot(name_words: Sequence[str]) -> str:
    """Return the number of a slot in its day, '' when the name of the column says none."""
    return next((word for word in reversed(name_words) if word.isdecimal()), "")


def day_words(column: Column) -> list[str]:
    """Return the words of the name of a column that may be a day: the whole of it, or its last part alone."""
    name = column.name.replace("_", " ")
    parts = name.split(".")
    within = next(
        (n for n, part in enumerate(parts) if DAYS.keys() & set(plain(part).split())), len(parts) - 1
    )
    endings = (name, re.sub(r"\([^)]*\)", "", name), " ".join(parts[within:]), parts[-1])
    tried = [plain(each).split() for each in endings]
    tried += [cut.split() for cut in (unglued(plain(name)),) if cut]
    return next(
        (words for words in tried if set(words) <= AROUND_A_DAY | DAYS.keys() | DAYS_OSM.keys()), tried[1]
    )


def day_of(name_words: Sequence[str]) -> str | None:
    """Return the day that the name of a column holds; the two letters of OSM stand alone or after « horaires
    ».
    """
    if (day := next((DAYS[word] for word in name_words if word in DAYS), None)) is not None:
        return day
    return (
        next((DAYS_OSM[word] for word in name_words if word in DAYS_OSM), None)
        if set(name_words) <= {*DAYS_OSM, *AROUND_A_DAY}
        else None
    )


def _several_days(column: Column, name_words: Sequence[str]) -> list[str]:
    """Return the days that the name of a column holds, those between them too in « lundi au vendredi »."""
    days = [DAYS[word] for word in name_words if word in DAYS]
    week = list(dict.fromkeys(DAYS.values()))
    if len(days) == 2 and RANGE.search(column.name) and week.index(days[0]) < week.index(days[1]):
        return week[week.index(days[0]) : week.index(days[1]) + 1]
    return days


def _french_am(columns: Sequence[Column], names: Mapping[str, Sequence[str]]) -> bool:
    """Return True if « AM » is the afternoon, as beside « M » or « matin »: so when its hours, or its
    neighbours, say so.
    """
    words_and_columns = [
        (set(names[column.name]), column) for column in columns if day_of(names[column.name])
    ]
    if any(words & {"pm", "midi", "aprem", "apm"} and "am" in words for words, _ in words_and_columns) or any(
        "pm" in w for w, _ in words_and_columns
    ):
        return False
    starts = [
        int(hour)
        for words, c in words_and_columns
        if "am" in words
        for cell in c.sample
        for hour in FIRST_HOUR.findall(cell)[:1]
    ]
    return any(words & {"m", "matin"} for words, _ in words_and_columns) or (
        bool(starts) and min(starts) >= 12
    )


def take_spread_days(draft: Draft, fields_by_id: Mapping[str, Any]) -> None:
    """Map to hours the columns that hold them in pieces: the days, then the morning and the afternoon."""
    if "horaires" in fields_by_id or "horaires" in draft.fields:
        return
    if slots := _slots(_of_one_item(draft.unmapped)):
        hours_spec = {"join": [c.name for c in slots], "with": " "}
        draft.give(
            slots, "horaires", hours_spec, BY_NAME, "les jours, les heures d’ouverture et de fermeture"
        )
        return
    days = [c for c in draft.unmapped if not DAY_BY_DAY.isdisjoint(c.spellings) and not _unreadable_days(c)]
    first = [c for c in draft.unmapped if not MORNING.isdisjoint(c.spellings) and c.answers is None]
    then = [c for c in draft.unmapped if not AFTERNOON.isdisjoint(c.spellings) and c.answers is None]
    least = BY_PART if days else BY_NAME  # beside a column of days, « Plage horaire » is that of their hours
    full_columns = [
        c
        for c in draft.unmapped
        if not (first or then) and c not in days and by_name(c, "horaires")[0] >= least and _says_hours(c)
    ]
    closed = [
        c for c in draft.unmapped if not CLOSED_DAYS.isdisjoint(c.spellings) and not _unreadable_days(c)
    ]
    if full_columns and closed and not days:
        hours_spec = {"join": [full_columns[0].name, closed[0].name], "with": ", fermé "}
        draft.give(
            [full_columns[0], closed[0]],
            "horaires",
            hours_spec,
            BY_NAME,
            "les heures, et les jours de fermeture",
        )
        return
    spread = [*first[:1], *then[:1]] or full_columns[:1]
    if spread and (days or first or then):
        columns = [*days[:1], *spread]
        spec = {"join": [c.name for c in columns], "with": " "} if len(columns) > 1 else columns[0].name
        draft.give(columns, "horaires", spec, BY_NAME, "les jours et les heures")


def take_closings(draft: Draft, fields_by_id: Mapping[str, Any]) -> None:
    """Keep the columns that say when places close for a time, in a summer or on some days."""
    if "fermetures" in fields_by_id:
        return
    closing_columns = [
        column
        for column in draft.unmapped
        if any(CLOSINGS.fullmatch(name) for name in column.spellings)
        and column.cells
        and looks.share(lambda text: bool(A_CLOSING.search(plain(text))), column.sample) >= 0.5
    ]
    if closing_columns:
        spec = [column.name for column in closing_columns]
        draft.give(closing_columns, "fermetures", spec, BY_NAME, "le nom de la colonne")


def _of_one_item(columns: Sequence[Column]) -> list[Column]:
    """Return the columns without those of a list of several items, as « horaires.0.jour » beside a 1: the
    first item alone would be taken for the whole week.
    """
    items: dict[str, set[str]] = {}
    item_matches = [(column, ITEM.match(column.name)) for column in columns]
    for _, item in item_matches:
        if item:
            items.setdefault(item[1], set()).add(item[2])
    return [column for column, item in item_matches if not item or len(items[item[1]]) == 1]


def _slots(columns: Sequence[Column]) -> list[Column]:
    """Return the columns of days and of the hours that open and close, in the order in which they are read.

    « jours », « heure d’ouverture », « heure de fermeture »; « début matin », « fin matin », « début
    après-midi »…; numbered or not, « jour_1 », « début_1 », « fin_1 », each slot with its days or all with
    the same ones.
    """
    halves = (
        {**HALVES, "am": "pm"} if any(HALVES.keys() & {"m", "matin"} & _words(c) for c in columns) else HALVES
    )
    slots: dict[int, dict[tuple[str, str], Column]] = {}
    for column in columns:
        number = re.search(r"\d+$", column.spellings[0])
        slot = slots.setdefault(int(number[0]) if number else 0, {})
        if not DAY_BY_DAY.isdisjoint(column.spellings) and not _unreadable_days(column):
            slot.setdefault(("", "days"), column)
        elif (name_words := _words(column)) <= AROUND_A_DAY and edge(column):
            half = next((halves[word] for word in sorted(name_words) if word in halves), "")
            end = (
                "opens"
                if OPENS & name_words or name_words == FROM
                else "closes"
                if CLOSES & name_words or name_words == TO
                else ""
            )
            slot.setdefault((half, end or "neither"), column)
    out, paired = list[Column](), False
    for _, slot in sorted(slots.items()):
        out += [slot["", "days"]] if ("", "days") in slot else []
        for half in ("", "am", "pm"):
            pair = [slot.get((half, end)) for end in ("opens", "closes")]
            if all(pair):
                out, paired = [*out, *(column for column in pair if column)], True
    return out if paired else []


def _words(column: Column) -> set[str]:
    return set(day_words(column))


def _unreadable_days(column: Column) -> bool:
    """Return True if most cells, put before hours, would leave them without a day."""
    return looks.share(_says_days, column.sample) < ENOUGH


def _says_days(text: str) -> bool:
    read = hours.clean(f"{text} 9h-12h").value
    return read is not None and read.osm != "" and hours.NO_DAY not in read.osm


def edge(column: Column, hour: re.Pattern[str] = CLOCK) -> bool:
    """Return True if cells are a single hour, days when the place is closed apart: when a day opens, rather
    than its hours.
    """
    cells = _when_open(column)
    return looks.share(lambda text: bool(hour.fullmatch(text)), cells) >= ENOUGH and all(
        hour.fullmatch(cell) or len(re.findall(r"\d{1,2}\s?[h:]", cell)) == 1 for cell in cells
    )


def _when_open(column: Column) -> list[str]:
    return [hours.with_hours(cell) for cell in column.sample if not SHUT.fullmatch(cell.strip())]
