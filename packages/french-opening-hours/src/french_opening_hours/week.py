"""A week of openings, filled statement by statement, then written as OSM `opening_hours`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from french_opening_hours.grammar import Change, Reading, Statement
from french_opening_hours.items import (
    LUNCH,
    MIDNIGHT,
    NAMES,
    NOON,
    Day,
    Span,
    months,
    without,
    without_half,
)
from french_opening_hours.osm import CODES
from french_opening_hours.tokens import PUBLIC_HOLIDAY

HALVES = {"am": "le matin", "pm": "l’après-midi"}
UNSAID = "heures non précisées"
TO_CONFIRM = "horaires à confirmer"  # of the rest of a day, some hours of which were not understood


class Key(NamedTuple):
    """The days of a rule: the weekday, which ones of the month, which weeks."""

    weekday: int
    nth: tuple[int, ...] = ()
    weeks: str = ""


Rule = tuple[tuple[bool, str, str], list[Key]]


@dataclass(slots=True)
class Cell:
    """The known hours of a day; an empty cell is closed when `off`, else of unknown hours."""

    spans: list[Span] = field(default_factory=list)
    off: bool = False
    unknown: str = ""
    breadth: int = 7  # how many days were said together: the fewer, the more precise
    instead: bool = False  # of some days of the month, in place of the hours of the others
    shut: int = 0  # how many days were closed together; 0 when it is not known


class Week:
    """The openings stated so far, and the doubts raised in writing them.

    remark_text: a remark about all of them; '' without any.
    """

    def __init__(self, remark_text: str = "") -> None:
        self.cells: dict[Key, Cell] = {}
        # the weekdays of each, none when it is about them all
        self.comments: dict[str, set[int]] = {remark_text: set()} if remark_text else {}
        self.closed: list[str] = []
        self.spared: list[str] = []  # dates of the year that keep the hours of their day of the week
        self.unsure: set[int] = set()  # weekdays whose other hours nobody knows: never firmly closed
        self._doubts: dict[str, list[int]] = {}

    def doubt(self, reason: str, day: Day) -> None:
        """Record something that somebody should check, with the day it is about."""
        days = self._doubts.setdefault(reason, [])
        if day.weekday not in days:
            days.append(day.weekday)

    @property
    def doubts(self) -> list[str]:
        """The doubts that somebody should check, each with the days it is about."""
        return [
            f"{', '.join(NAMES[day] for day in days)} : {reason}" for reason, days in self._doubts.items()
        ]

    def add(self, reading: Reading, default: tuple[Day, ...], *, weeks: str = "") -> None:
        """Add what a text says; `default` are the days of statements that name none."""
        for statement in sorted(
            reading.statements, key=lambda statement_read: not statement_read.timed
        ):  # hours, then how one comes to them
            self._state(
                statement, statement.days if statement.days is not None else default, statement.weeks or weeks
            )
        for change in reading.changes:
            self._change(change, default, weeks)
        for day in default if reading.note else ():
            self.cells.setdefault(Key(day.weekday, day.nth, weeks), Cell()).unknown = reading.note
        alone = {default[0].weekday} if len(default) == 1 else set[int]()  # « sauf vacances », under one day
        for text in reading.comments:
            known = self.comments.setdefault(text, alone)
            self.comments[text] = known | alone if known and alone else set()
        self.closed += [period for period in reading.closed if period not in self.closed]
        self.unsure |= reading.unsure
        self.spared += reading.spared

    def open_at(self, day: Day, comment: str, weeks: str) -> None:
        """Record that a day, or half of it, is open, at unknown hours or with a comment that was not
        understood.
        """
        self._state(Statement(0, 0, (day,), note=comment or None), (day,), weeks)

    def shut(self, days: Iterable[Day], weeks: str) -> None:
        """Close days, and half days: both halves close the day, one only takes away what was said of it."""
        closed = set(days)
        for day in closed:
            key = Key(day.weekday, (), weeks)
            if not day.half or {Day(day.weekday, half="am"), Day(day.weekday, half="pm")} <= closed:
                self._shut(self.cells.setdefault(key, Cell()), Day(day.weekday))
            elif key in self.cells:
                self._shut(self.cells[key], day)

    # ------------------------------------------------------------------------------------------------ filling

    def _state(self, statement: Statement, days: tuple[Day, ...], weeks: str) -> None:
        for day in days:
            cell = self.cells.setdefault(Key(day.weekday, day.nth, weeks), Cell(breadth=len(days)))
            if statement.off:
                self._shut(cell, day, len(days))
            elif spans := self._spans_for(day, days, statement.spans):
                if statement.service and cell.spans:
                    self._add_service(cell, spans, statement.comment, day)
                else:
                    self._fill(cell, spans, statement.comment, day, len(days))
            elif not self._limit(cell, statement, day, len(days)):
                pieces = [HALVES.get(day.half, ""), statement.note or "", statement.comment]
                text = ", ".join(piece for piece in pieces if piece) or UNSAID
                cell.unknown = text if cell.unknown in ("", text) else UNSAID
                if not statement.note:
                    self.doubt("les heures ne sont pas dites", day)

    def _spans_for(self, day: Day, days: Sequence[Day], spans: Sequence[Span]) -> Sequence[Span]:
        """Return the hours stated for a day: where others are whole or of the other half, « lundi après-midi,
        mardi et jeudi : 9h-12h et 14h-17h », only the hours of its own half.
        """
        if not day.half or len({each.half for each in days}) == 1:
            return spans
        other = "pm" if day.half == "am" else "am"
        halved = [piece for span in spans if (piece := without_half(span, other))]
        if set(halved) - set(spans):
            self.doubt(f"{HALVES[day.half]} seulement : les heures sont coupées à 12 h", day)
        return halved

    def _limit(self, cell: Cell, statement: Statement, day: Day, breadth: int) -> bool:
        """Hold hours said of more days to « sur rendez-vous le vendredi après-midi »; False when it is about
        no such hours.
        """
        days_with_hours = {key.weekday for key, cell_of_day in self.cells.items() if cell_of_day.spans}
        some = (
            statement.weekdays < days_with_hours
        )  # « … Les lundis et jeudis sur rendez-vous », the other days freely
        if not statement.note or not cell.spans or (breadth >= cell.breadth and not some):
            return False
        if not day.half:
            self.doubt(f"{statement.note} à toutes ses heures ?", day)
            cell.spans = [_noted(span, statement.note) for span in cell.spans]
            return True
        remainders = [(span, without_half(span, day.half)) for span in cell.spans]
        if all(rest == span for span, rest in remainders):
            return False
        if any(rest not in (None, span) for span, rest in remainders):
            self.doubt(f"{statement.note} {HALVES[day.half]} : les heures sont coupées à 12 h", day)
        cell.spans = [
            piece
            for span, rest in remainders
            for piece in ([rest] if rest else [])
            + [_noted(cell_of_day, statement.note) for cell_of_day in _less(span, rest)]
        ]
        return True

    def _fill(self, cell: Cell, new_spans: Sequence[Span], comment: str, day: Day, breadth: int) -> None:
        spans = [_noted(span, comment) for span in new_spans]
        if cell.off and 0 < cell.shut < breadth:
            return  # « lundi fermé, tous les jours 9h-12h »
        self._doubt_spans(spans, day)
        if cell.off and breadth == cell.shut and not comment:
            self._shut_or_open(cell, spans, day)
            return
        if comment and cell.spans and all(each.note and comment not in each.note for each in cell.spans):
            self._fill_apart(cell, spans, comment, day)
            cell.breadth = min(cell.breadth, breadth)
            return
        if (
            breadth < cell.breadth
            and not comment
            and len(spans) < len(cell.spans)
            and {s[:2] for s in spans} < {s[:2] for s in cell.spans}
        ):
            self.doubt(f"{', '.join(map(_hours, spans))} seulement, dit à part", day)
            cell.spans = []
        for span in spans:
            same = [known for known in cell.spans if known[:2] == span[:2]]
            crossed = [known for known in cell.spans if known not in spans and _cross(known, span)]
            if same:
                continue
            if crossed:
                self._two_at_once(crossed, span, day, same_breadth=breadth == cell.breadth)
                if breadth > cell.breadth:
                    continue
                if breadth < cell.breadth:
                    cell.spans = [known for known in cell.spans if known not in crossed]
            cell.spans.append(span)
        cell.breadth = min(cell.breadth, breadth)

    def _two_at_once(self, known: Sequence[Span], span: Span, day: Day, *, same_breadth: bool) -> None:
        """Tell hours of which only some are kept; of two things under one roof, neither closes the place."""
        self.doubt(_overlap(known[0], span), day)
        if not same_breadth and (span.note or any(each.note for each in known)):
            self.unsure.add(day.weekday)

    def _add_service(self, cell: Cell, new_spans: Sequence[Span], comment: str, day: Day) -> None:
        """Add the hours of something that has its own title to those of the place, which keeps its own."""
        if all(known.note and comment not in known.note for known in cell.spans) and comment:
            self._fill_apart(cell, [_noted(span, comment) for span in new_spans], comment, day)
            return
        for span in (_noted(each, comment) for each in new_spans):
            if any(known.end is not None and not _less(span, known) for known in cell.spans):
                continue  # within hours already said
            if crossed := next((known for known in cell.spans if _cross(known, span)), None):
                self.doubt(_overlap(crossed, span), day)
            cell.spans.append(span)

    def _doubt_spans(self, spans: Sequence[Span], day: Day) -> None:
        """Tell hours of the other half of the day, and those that overlap."""
        for span in spans:
            late, early = span.start >= LUNCH, (span.end or MIDNIGHT) <= NOON
            if (day.half == "am" and late) or (day.half == "pm" and early):
                self.doubt(f"{_hours(span)} est écrit pour {HALVES[day.half]}", day)
        if crossing := next(((a, b) for n, a in enumerate(spans) for b in spans[:n] if _cross(a, b)), None):
            self.doubt(_overlap(*crossing), day)

    def _fill_apart(self, cell: Cell, spans: Sequence[Span], comment: str, day: Day) -> None:
        """Add hours of something else to those of a day: « dépôt : lundi 9h-12h, boutique : lundi 10h-18h »
        leaves both, each under its name.
        """
        bounds = {span[:2] for span in spans}
        known = {span[:2] for span in cell.spans}
        pairs = ((a, b) for a in cell.spans for b in spans if a[:2] != b[:2])
        if crossed := next((pair for pair in pairs if _cross(*pair)), None):
            self.doubt(_overlap(*crossed), day)
        cell.spans = [_noted(span, comment) if span[:2] in bounds else span for span in cell.spans]
        cell.spans += [span for span in spans if span[:2] not in known]

    def _shut(self, cell: Cell, day: Day, breadth: int = 0) -> None:
        """Close a day, or half of it; `breadth` is how many days close with it, 0 when it is not said."""
        if not day.half:
            if cell.spans and breadth >= cell.breadth:
                self._shut_or_open(cell, cell.spans, day)
            else:
                cell.spans, cell.off, cell.unknown, cell.shut = [], True, "", breadth
            return
        if not cell.spans and not cell.off:
            cell.unknown = f"fermé {HALVES[day.half]}"
        halves = [without_half(span, day.half) for span in cell.spans]
        if any(piece not in (None, span) for piece, span in zip(halves, cell.spans, strict=True)):
            self.doubt(f"fermé {HALVES[day.half]} : les heures sont coupées à 12 h", day)
        cell.spans = [piece for piece in halves if piece]

    def _shut_or_open(self, cell: Cell, spans: Sequence[Span], day: Day) -> None:
        """Leave unknown a day that the text both opens and closes: « mardi 9h-12h. Fermé le mardi »."""
        self.doubt("des heures, et une fermeture", day)
        cell.unknown = f"{','.join(map(_hours, spans))} ou fermé"
        cell.spans, cell.off, cell.shut = [], False, 0

    def _change(self, change: Change, default: tuple[Day, ...], weeks: str) -> None:
        if change.verb == "note":
            self._note(change)
            return
        for day in change.days if change.days is not None else default:
            day = day._replace(half=change.half) if change.half else day  # noqa: PLW2901
            keys = self._changed(change, day)
            if not keys and change.verb == "off" and not day.half:
                keys = [Key(day.weekday, day.nth, change.weeks or weeks)]
            for key in keys or self._new_keys(change, day, weeks):
                self._amend(self.cells.setdefault(key, Cell()), change, day)

    def _note(self, change: Change) -> None:
        """Hold the hours of one half of the day to « sur rendez-vous », or say that it has some."""
        about = {day.weekday for day in change.days or ()}
        for key, cell in self.cells.items():
            if (about and key.weekday not in about) or change.weeks not in ("", key.weeks):
                continue
            inside = [(span.start >= NOON) == (change.half == "pm") for span in cell.spans]
            cell.spans = [
                _noted(span, change.note) if yes else span
                for span, yes in zip(cell.spans, inside, strict=True)
            ]
            if not any(inside) and not cell.off:  # « 9h-12h et sur rendez-vous l’après-midi »
                cell.unknown = f"{HALVES[change.half]}, {change.note}"

    def _new_keys(self, change: Change, day: Day, weeks: str) -> list[Key]:
        """Return the cells of a day that a change alone names: « sauf le 1er mardi du mois : 9h-12h »."""
        key = Key(day.weekday, day.nth, weeks)
        weekly = self.cells.get(key._replace(nth=()))
        if day.nth and weekly and weekly.spans and (change.verb != "off" or day.half):
            self.cells[key] = Cell(spans=list(weekly.spans), instead=True)
            return [key]
        if day.weekday != PUBLIC_HOLIDAY or not change.spans:
            self.doubt("une précision, sans heures à préciser", day)
        if change.until:  # « le vendredi jusqu’à 16 h »: open that day, from an hour unsaid
            self.cells[key] = Cell(unknown=_until(change.until))
        return [key] if change.spans else []

    def _changed(self, change: Change, day: Day) -> list[Key]:
        """Return the cells a change is about: « juillet : tous les jours sauf le mardi » says nothing of the
        rest of the year.
        """
        keys = [
            key for key in self.cells if key.weekday == day.weekday and (not day.nth or key.nth == day.nth)
        ]
        own = [key for key in keys if key.weeks == change.weeks]
        return own if change.weeks and (own or change.verb == "off") else keys

    def _amend(self, cell: Cell, change: Change, day: Day) -> None:
        if change.verb == "off":
            self._shut(cell, day, len(change.days or ()))
        elif change.verb == "only":
            cell.spans = list(change.spans)
        elif change.verb == "cut":
            for hole in change.spans:
                cell.spans = [piece for span in cell.spans for piece in without(span, hole)]
        elif change.verb == "since" and cell.spans and change.since < cell.spans[0].start:
            cell.spans[0] = cell.spans[0]._replace(start=change.since)  # « 14h-18h (mercredi dès 10h) »
        elif change.verb == "since":
            cell.spans = [
                span._replace(start=max(span.start, change.since))
                for span in cell.spans
                if span.end is None or span.end > change.since
            ]
        elif cell.spans and change.until > cell.spans[-1].start:
            cell.spans[-1] = cell.spans[-1]._replace(end=change.until)
        else:
            self.doubt("une heure de fin, sans heure d’ouverture", day)

    # ------------------------------------------------------------------------------------------------ writing

    def osm(self) -> str:
        """Return the week in OSM, '' when nothing is known: open hours first, then closed days."""
        self._leave_open()
        rules: dict[tuple[bool, str, str], list[Key]] = {}
        periods = any(_yearly(key.weeks) for key in self.cells)
        holidays = any(key.weekday == PUBLIC_HOLIDAY and not key.weeks for key in self.cells)
        for key in sorted(self.cells, key=lambda key: (key.weekday, len(key.nth), key)):
            last = periods and key.weekday == PUBLIC_HOLIDAY  # hours of a period would open its holidays
            for rule in self._rules_of(key.weekday, self.cells[key]):
                rules.setdefault((last and holidays, key.weeks, rule), []).append(key)
        open_days = {key.weekday for key, cell in self.cells.items() if cell.spans}
        depth = _depths({key.weeks for key in self.cells if _yearly(key.weeks)})
        ordered = sorted(
            rules.items(),
            key=lambda item: (
                item[0][0],
                _yearly(item[0][1]),
                depth.get(item[0][1], 0),
                _rank(item[0][2], item[1], open_days),
            ),
        )
        out, days_with_rule, weekly = "", set[tuple[str, int]](), list[str]()
        for (_, weeks, rule), keys in _holidays_last(ordered):
            period = (
                weeks if _yearly(weeks) else ""
            )  # what is said of a period replaces what is said of the year
            days = {(period, key.weekday) for key in keys}
            text = " ".join(piece for piece in (weeks, _selector(keys), rule) if piece)
            added = (
                days & days_with_rule and rule != "off" and not any(self.cells[key].instead for key in keys)
            )
            joint = "" if not out else ", " if added else "; "
            out += joint + text
            if (
                not weeks
                and rule != "off"
                and all(key.weekday < PUBLIC_HOLIDAY and not key.nth for key in keys)
            ):
                weekly.append(text)
            days_with_rule |= days if rule != "off" else set()
        out += "".join(f"; {period} off" for period in self.closed if out)
        out += "".join(f"; {date} {text}" for date in self.spared for text in weekly)
        return "24/7" if out == "Mo-Su 00:00-24:00" else out

    def _leave_open(self) -> None:
        """Hold the rest of the days whose hours are not all known to « horaires à confirmer »."""
        if not any(cell.spans or cell.unknown for cell in self.cells.values()):
            return
        for weekday in self.unsure:
            keys = [key for key in self.cells if key.weekday == weekday and not key.nth]
            for key in keys or [Key(weekday)]:
                cell = self.cells.setdefault(key, Cell())
                cell.unknown, cell.off = cell.unknown or TO_CONFIRM, False

    def _rules_of(self, weekday: int, cell: Cell) -> list[str]:
        comments = "".join(f", {text}" for text, days in self.comments.items() if not days or weekday in days)
        by_note: dict[str, list[str]] = {}
        for span in sorted(
            cell.spans, key=lambda open_span: (open_span.start, open_span.end or MIDNIGHT, open_span.note)
        ):
            by_note.setdefault((span.note + comments).removeprefix(", "), []).append(_hours(span))
        rules = [",".join(hours) + _quoted(note) for note, hours in by_note.items()]
        if cell.unknown:
            rules.append(f"unknown{_quoted(cell.unknown + comments * (cell.unknown != TO_CONFIRM))}")
        return rules or (["off"] if cell.off else [])


def _yearly(weeks: str) -> bool:
    return bool(weeks) and not weeks.startswith("week ")


def _holidays_last(ordered: Sequence[Rule]) -> list[Rule]:
    """Return the rules with that of public holidays after those of the days they may fall on."""
    out: list[Rule] = []
    late: list[Rule] = []
    for n, (head, keys) in enumerate(ordered):
        shared = any(
            all(key.weekday < PUBLIC_HOLIDAY for key in later_keys) for _, later_keys in ordered[n + 1 :]
        )
        moved = [key for key in keys if shared and key.weekday == PUBLIC_HOLIDAY]
        late += [(head, moved)] if moved else []
        usual = [key for key in keys if key not in moved]
        out += [(head, usual)] if usual else []
    return out + late


def _depths(periods: set[str]) -> dict[str, int]:
    """Return in how many others each period of the year stands: in OSM the last rule prevails.

    >>> sorted(_depths({"Jul,Aug", "Jun-Sep", "Oct-May"}).items())
    [('Jul,Aug', 1), ('Jun-Sep', 0), ('Oct-May', 0)]
    """
    touched = {period: months(period) for period in periods}
    return {period: sum(own < other for other in touched.values()) for period, own in touched.items()}


def _rank(rule: str, keys: list[Key], open_days: set[int]) -> int:
    """Return the rank of a rule. In OSM the last one prevails, so precise rules come after the ones they
    limit.
    """
    limited = any(key.weekday in open_days for key in keys)
    if rule == "off":  # « fermé le lundi, sauf le 1er » comes first, « sauf le 1er lundi » last
        return 0 if limited and not any(key.nth for key in keys) else 3
    return 1 if rule.startswith("unknown") and limited else 2


def _selector(keys: Iterable[Key]) -> str:
    """Return days as OSM writes them: Mo-Fr,Sa[1,3],PH.

    >>> _selector([Key(0), Key(1), Key(2), Key(5, (1, 3)), Key(7)])
    'Mo-We,Sa[1,3],PH'
    """
    runs: list[list[int]] = []
    ranked_codes: list[str] = []
    for key in keys:
        if key.nth or key.weekday == PUBLIC_HOLIDAY:
            ranked_codes.append(CODES[key.weekday] + (f"[{','.join(map(str, key.nth))}]" if key.nth else ""))
        elif runs and runs[-1][-1] == key.weekday - 1:
            runs[-1].append(key.weekday)
        else:
            runs.append([key.weekday])
    pieces = [
        f"{CODES[run[0]]}-{CODES[run[-1]]}" if len(run) > 2 else ",".join(CODES[day] for day in run)
        for run in runs
    ]
    return ",".join(pieces + ranked_codes)


def _until(minutes: int) -> str:
    hour, minute = divmod(minutes, 60)
    return f"jusqu’à {hour} h{f' {minute:02d}' if minute else ''}"


def _hours(span: Span) -> str:
    opens = f"{span.start // 60:02}:{span.start % 60:02}"
    return f"{opens}+" if span.end is None else f"{opens}-{span.end // 60:02}:{span.end % 60:02}"


def _quoted(note: str) -> str:
    return f' "{note[:200].replace(chr(34), "”")}"' if note else ""


def _noted(span: Span, note: str) -> Span:
    if not note or note in span.note:
        return span
    return span._replace(note=f"{span.note}, {note}" if span.note else note)


def _cross(a: Span, b: Span) -> bool:
    ends = [
        span.end + MIDNIGHT if span.end is not None and span.end <= span.start else span.end or MIDNIGHT
        for span in (a, b)
    ]
    return a.start < ends[1] and b.start < ends[0]


def _overlap(a: Span, b: Span) -> str:
    return f"deux plages se chevauchent, {_hours(a)} et {_hours(b)}"


def _less(span: Span, rest: Span | None) -> list[Span]:
    return without(span, rest) if rest else [span]
