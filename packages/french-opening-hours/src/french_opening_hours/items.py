"""Opening hours in French, from pieces to groups: a list of days, a run of times, a parenthesis, a season."""

import re
from calendar import monthrange
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from french_opening_hours.tokens import (
    DATE,
    DAYS,
    EDGE,
    INITIALS,
    MONTH,
    PLAIN_MONTHS,
    PUBLIC_HOLIDAY,
    WEEK,
    Token,
    folded,
    tokens,
    unwrapped,
)

NAMES = (*(spellings.split()[0] for spellings in DAYS), "jours fériés")
UNSURE = "à vérifier"
BOTH_HALVES = "whole"  # « matin et après-midi », which a half said later does not change
NOON, MIDNIGHT = 12 * 60, 24 * 60
LUNCH = 13 * 60 + 30  # a morning ends before, an afternoon ends after
DAWN, EVENING = 5 * 60, 18 * 60  # nobody opens before it; what ends after midnight began after the second
DAY_KINDS = frozenset(("day", "initial", "guess", "typo"))
OSM_MONTHS = dict(zip(PLAIN_MONTHS, "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), strict=True))
LEAP_YEAR = 2028
DATED = re.compile(
    rf"(?:(?P<first>{DATE}) ?(?:au|-) ?)?(?:(?P<day>{DATE}) )?(?P<edge>{EDGE})?(?P<month>{MONTH})"
)
LINKS = frozenset(("range", "and", "of", "filler", "until"))


class Day(NamedTuple):
    """A day of the week (Monday is 0, public holidays 7); which ones of the month, the last being -1;
    which half.
    """

    weekday: int
    nth: tuple[int, ...] = ()
    half: str = ""


class Span(NamedTuple):
    """Minutes from midnight; an `end` of None is an opening whose end is unknown."""

    start: int
    end: int | None
    note: str = ""


class Times(NamedTuple):
    """A run of times: whole spans, an end alone (« jusqu’à 15h30 »), or one time that nothing explains."""

    spans: tuple[Span, ...]
    until: int | None = None
    alone: int | None = None


class Item(NamedTuple):
    """A group of tokens, from `first` to `last`, both included. A season says its kind, or the period OSM can
    select.
    """

    kind: str
    value: Any
    first: int
    last: int


@dataclass(slots=True)
class Gathered:
    """A text in groups, and what had to be told to make them; `left` are the places of the pieces that say
    nothing.
    """

    text: str
    tokens: list[Token]
    items: list[Item] = field(default_factory=list)
    unread: set[int] = field(default_factory=set)
    dates: dict[int, str] = field(default_factory=dict)  # days of every year, by the place of the first
    doubts: dict[str, None] = field(default_factory=dict)
    mends: dict[str, None] = field(default_factory=dict)

    def typed(self, first: int, last: int) -> str:
        """Return the text from one piece to another, as it was typed."""
        return " ".join(self.text[self.tokens[first].start : self.tokens[last].end].split())

    def doubt(self, reason: str) -> None:
        """Report something that somebody should check."""
        self.doubts[reason] = None


def gather(text: str, *, day_known: bool = False) -> Gathered:
    """Return the groups of a text of opening hours, whatever it contains."""
    return _Gatherer(unwrapped(text)).gather(day_known)


class _Gatherer:
    def __init__(self, text: str) -> None:
        all_tokens = tokens(text)
        self.tokens = [token for token in all_tokens if token.kind != "phone"]
        self.out = Gathered(text, self.tokens)
        self.kinds: list[str] = []  # of the tokens, and ends enough to look ahead
        self.lists = False  # the text joins lists of days with hyphens: Tu-Th-Fr
        if len(self.tokens) < len(all_tokens):
            self.out.mends["le numéro de téléphone n’est pas un horaire"] = None

    def gather(self, day_known: bool) -> Gathered:
        self._specify_every_day()
        self._promote_numbers(day_known)
        self.out.items = self._grouped(0, len(self.tokens))
        return self.out

    def _specify_every_day(self) -> None:
        """Leave to a range the days that « tous les jours du lundi au vendredi » says in full."""
        for n, token in enumerate(self.tokens):
            at = n + 1
            while at < len(self.tokens) and self.tokens[at].kind in ("filler", "of"):
                at += 1
            days = [other.kind for other in self.tokens[at : at + 3]]
            ranged = len(days) > 2 and days[1] == "range" and {days[0], days[2]} <= DAY_KINDS
            if token.kind == "day" and token.value == WEEK and ranged:
                self.tokens[n] = token._replace(kind="filler", value="")

    def _promote_numbers(self, day_before: bool) -> None:
        """Turn bare numbers into times where a link says so: « 8 à 20h », « 14-18 », « 13h30-1730 », « 9h 0
        12h ».
        """
        row = self.tokens
        kind = self.kinds = [*(token.kind for token in row), *["end"] * 4]
        for n, token in enumerate(row):
            day_before = day_before or kind[n] in DAY_KINDS
            if kind[n] != "number":
                continue
            minutes = _clock(token.value)
            before, after = kind[n - 1] if n else "start", kind[n + 1]
            slashed = before == "and" and row[n - 1].value == "/" and after != "time"
            linked_back = n > 1 and (before == "range" or slashed) and kind[n - 2] == "time"
            linked_on = after == "range" and kind[n + 2] == "time"
            between = before == "of" and after == "and" and row[n + 1].value == "et"
            linked_on = linked_on or (
                between and kind[n + 2] == "time" and folded(self.out.typed(n - 1, n - 1)) == "entre"
            )
            if token.value == "0" and before == after == "time":
                kind[n], minutes = "range", 0
                self.out.mends["« 0 » lu « à »"] = None
            elif minutes is None or (after == "word" and not linked_on and not self._tight(n, linked_back)):
                continue  # « 9h - 12 personnes »
            elif linked_back or linked_on:
                kind[n] = "time"
                minutes += NOON * (linked_on and self._after_noon(n + 2, minutes))
            elif (
                after == "time"
                and before in (*DAY_KINDS, "and", "colon")
                and DAWN <= minutes < row[n + 1].value
            ):
                kind[n] = "time"
                self.out.doubt(f"« {self.out.typed(n, n + 1)} » lu comme un début et une fin")
            elif after == "range" and kind[n + 2] == "number" and (day_before or len(token.value) == 4):
                other = _clock(row[n + 2].value)
                if other is not None and DAWN <= minutes < other and kind[n + 3] != "word":
                    kind[n] = "time"
            row[n] = Token(kind[n], minutes if kind[n] == "time" else token.value, token.start, token.end)

    def _after_noon(self, end: int, minutes: int) -> bool:
        """Recognise a number that shares the « PM » of the time that ends its span: « 1-6 PM »."""
        closing = self.tokens[end]
        typed = folded(self.out.typed(end, end)).replace(".", "")
        return typed.endswith("pm") and minutes + NOON < closing.value and minutes < NOON

    def _tight(self, n: int, linked: bool) -> bool:
        """Recognise a number stuck to the time before it: « 14h-16 Mairie »."""
        before, dash, number = self.tokens[max(n - 2, 0) : n + 1] if n > 1 else (None, None, None)
        return bool(
            linked and before and dash and number and before.end == dash.start and dash.end == number.start
        )

    def _grouped(self, at: int, end: int) -> list[Item]:
        out: list[Item] = []
        while at < end:
            kind = self.tokens[at].kind
            if kind in DAY_KINDS or (kind == "nth" and self._day_after_nth(at)):
                item = self._days(at)
            elif kind in ("time", "wrong") or (
                kind in ("until", "from", "of") and self.kinds[at + 1] in ("time", "wrong")
            ):
                item = self._times(at)
            elif kind == "always":
                item = Item("times", Times((Span(0, MIDNIGHT),)), at, at)
            elif kind == "season":
                item = self._season_group(at)
            elif kind == "open" and (close := self._closing(at, end)):
                item = Item("paren", self._grouped(at + 1, close), at, close)
            else:
                item = Item(kind, self.tokens[at].value, at, at)
            out.append(item)
            at = item.last + 1
        return out

    def _closing(self, at: int, end: int) -> int:
        """Return where a parenthesis ends, 0 when it never does."""
        depth = 0
        for n in range(at, end):
            depth += {"open": 1, "close": -1}.get(self.tokens[n].kind, 0)
            if not depth:
                return n
        return 0

    def _day_after_nth(self, at: int) -> bool:
        while self.kinds[at] in ("nth", "and", "filler", "of"):
            at += 1
        return self.kinds[at] in DAY_KINDS

    def _day_next(self, at: int) -> int:
        """Return where the next day of a list begins, 0 when the list ends here."""
        while self.kinds[at] in LINKS:
            at += 1
        return (
            at if self.kinds[at] in DAY_KINDS or (self.kinds[at] == "nth" and self._day_after_nth(at)) else 0
        )

    def _days(self, at: int) -> Item:
        """Gather a list of days: « du lundi au jeudi et le 1er samedi matin du mois »."""
        first = at
        atoms, joints = list[tuple[Day, ...]](), [""]
        while True:
            ranks: list[int] = []
            while self.kinds[at] in ("nth", "and", "filler", "of"):
                ranks += [self.tokens[at].value] if self.kinds[at] == "nth" else []
                at += 1
            if self._on_a_holiday(at):
                at += 1
            token = self.tokens[at]
            self._tell_day(token)
            if self.kinds[at + 1] == "bracket":
                at += 1
                ranks = _ranks(self.out.typed(at, at))
            elif not ranks:
                ranks, at = self._ranks_after(at)
            half, at = self._half_after(at)
            atoms.append(
                tuple(Day(day, () if day == PUBLIC_HOLIDAY else tuple(ranks), half) for day in token.value)
            )
            at += self.kinds[at + 1] == "month"
            at += self._begins_at_noon(at + 1, atoms)
            start = self._day_next(at + 1)
            if not start or self._says_nothing(first, at, start):
                break
            kinds = {self.kinds[n] for n in range(at + 1, start)}
            if any(self.tokens[n].value == "ou" for n in range(at + 1, start)):
                self.out.doubt(f"« {self.out.typed(at, start)} » : « ou » est lu « et »")
            dashed = start > at + 1 and self.out.typed(at + 1, start - 1) == "-"
            joints.append("-" if dashed else "to" if kinds & {"range", "until"} else "and")
            at = start
        listed = self._halved(self._ranged(atoms, joints, self.out.typed(first, at)), first, at)
        if self._says_noon(at + 1):
            at += 1
            *earlier, last = listed[-1]
            listed[-1] = (*earlier, last._replace(half="am"))  # « du lundi au samedi midi »: that day alone
        return Item("days", tuple(listed), first, at)

    def _halved(self, listed: list[tuple[Day, ...]], first: int, last: int) -> list[tuple[Day, ...]]:
        """Return a list of days with its half-days: « lundi et mardi après-midi » is two afternoons, « lundi,
        mardi après-midi et jeudi » one.
        """
        halves = [atom[0].half for atom in listed]
        if not any(halves) or halves[-1]:
            return _shared_half(listed)
        if not halves[0]:
            typed = self.out.typed(first, last)
            self.out.doubt(f"« {typed} » : la demi-journée est lue pour son seul jour")
        return [
            tuple(day._replace(half=day.half.removeprefix(BOTH_HALVES)) for day in atom) for atom in listed
        ]

    def _on_a_holiday(self, at: int) -> bool:
        """Recognise a day that concerns holidays alone: « les lundis fériés » are not the Mondays."""
        if self.tokens[at + 1 : at + 2] == [] or self.tokens[at + 1].value != (PUBLIC_HOLIDAY,):
            return False
        day, holiday = (folded(self.out.typed(n, n)) for n in (at, at + 1))
        alone = holiday.startswith("feri") and day.startswith(NAMES[:6])
        if alone and day.endswith("s") == holiday.endswith("s"):
            self.out.doubt(f"« {self.out.typed(at, at + 1)} » lu jours fériés")
            return True
        return False

    def _begins_at_noon(self, at: int, atoms: list[tuple[Day, ...]]) -> bool:
        """Hold the day just read to its afternoon, where noon begins a range: « lundi midi au samedi »."""
        begins = self._says_noon(at) and self.kinds[at + 1] in LINKS and bool(self._day_next(at + 1))
        if begins:
            atoms[-1] = tuple(day._replace(half="pm") for day in atoms[-1])
        return begins

    def _says_noon(self, at: int) -> bool:
        """Recognise « midi » at the end of a day, rather than of hours."""
        return (
            self.kinds[at] == "time"
            and folded(self.out.typed(at, at)) == "midi"
            and (self.kinds[at + 1] not in ("range", "until") or bool(self._day_next(at + 2)))
        )

    def _says_nothing(self, first: int, at: int, start: int) -> bool:
        """Recognise a day between two strokes, as the hours of other days do.

        « Mardi 9h-12h / Mercredi / Jeudi 9h-12h » gives no hours to Wednesday.
        """
        strokes = [self.tokens[n].value == "/" for n in (first - 1, *range(at + 1, start))] if first else []
        return len(strokes) == 2 and all(strokes) and self.kinds[first - 2] in ("time", "always")

    def _ranged(self, atoms: list[tuple[Day, ...]], joints: list[str], typed: str) -> list[tuple[Day, ...]]:
        """Return the list with « du lundi au jeudi » made four days; three hyphens or more make a list:
        Tu-Th-Fr.
        """
        listed = joints.count("-") > 1
        self.lists = self.lists or listed
        out: list[tuple[Day, ...]] = []
        for atom, joint in zip(atoms, joints, strict=True):
            ranged = joint == "to" or (joint == "-" and not listed and not out[-1][0].half)
            if not (ranged and len(out[-1]) == len(atom) == 1):
                out.append(atom)
                continue
            span = _between(out[-1][0], atom[0])
            if folded(typed).count(" midi ") and out[-1][0].half == "pm" and not atom[0].half:
                span = (span[0], *(day._replace(half=BOTH_HALVES) for day in span[1:]))
            if joint == "-" and self.lists and len(span) > 2:
                self.out.doubt(f"« {typed} » : des jours isolés, ou un intervalle ?")
                out.append(atom)
            else:
                out[-1] = span
        return out

    def _ranks_after(self, at: int) -> tuple[list[int], int]:
        """Return the ranks said after the day at `at`, and where they end: « samedi (1er et 3e du mois) »."""
        end, ranks = at + 1, list[int]()
        while self.kinds[end] in ("nth", "and", "filler"):
            ranks += [self.tokens[end].value] if self.kinds[end] == "nth" else []
            end += 1
        return (ranks, end) if ranks and self.kinds[end] == "month" else ([], at)

    def _half_after(self, at: int) -> tuple[str, int]:
        """Return the half-day said after the day at `at`, and where it ends."""
        after = at + 1 + (self.kinds[at + 1] == "range" and self.kinds[at + 2] == "half")
        if self.kinds[after] != "half":
            return "", at
        both = self.kinds[after + 1 : after + 3] == ["and", "half"]
        return (BOTH_HALVES, after + 2) if both else (self.tokens[after].value, after)

    def _tell_day(self, token: Token) -> None:
        typed = self.out.text[token.start : token.end]
        if token.kind == "typo":
            self.out.mends[f"« {typed} » lu {NAMES[token.value[0]]}"] = None
        elif token.kind == "guess":
            self.out.doubt(
                f"« {typed} » lu {'samedi et dimanche' if token.value[0] == 5 else 'du lundi au vendredi'}"
            )
        elif token.kind == "initial" and len(typed) > 2 and typed not in INITIALS:
            self.out.doubt(f"« {typed} » lu {', '.join(NAMES[day] for day in token.value)}")
        elif typed == "M":
            self.out.doubt(f"« M » lu {NAMES[token.value[0]]}")

    def _times(self, at: int) -> Item:
        """Gather a run of times and pair them, whatever joins them: two make a span, four make two."""
        first, last = at, at
        positions, joints, joint = (
            list[int](),
            list[set[str]](),
            set[str](),
        )  # places, and what stands before each
        while (kind := self.kinds[at]) in ("time", "wrong", "range", "and", "of", "until", "from"):
            if kind == "until" and positions and len(positions) % 2 == 0:
                break  # « de 9h à 17h et jusqu’à 16h le vendredi »
            if kind in ("time", "wrong"):
                positions.append(at)
                joints.append(joint)
                joint, last = set(), at
            else:
                joint.add(self.tokens[at].value if kind == "and" else kind)
            at += 1
        spans, alone, until, n = list[Span](), list[int](), None, 0
        if any("ou" in joint for joint in joints[1:]):
            self.out.doubt(f"« {self.out.typed(first, last)} » : « ou » est lu « et »")
        while n < len(positions):
            paired = n + 1 < len(positions)
            if n == 0 and "until" in joints[0] and self.kinds[positions[0]] == "time":
                until, n = self.tokens[positions[0]].value, 1
            elif paired and (
                (len(positions) - n) % 2 == 0 or not joints[n + 1] or joints[n + 1] & {"range", "until"}
            ):
                if (
                    span := self._span(positions[n], positions[n + 1], joints[n + 1], "of" in joints[n])
                ) is not None:
                    spans.append(span)
                n += 2
            elif "from" in joints[n] and self.kinds[positions[n]] == "time":
                self.out.doubt(
                    f"« {self.out.typed(positions[n], positions[n])} » : l’heure de fin n’est pas dite"
                )
                spans.append(Span(self.tokens[positions[n]].value, None))
                n += 1
            else:
                alone.append(positions[n])
                n += 1
        lonely = len(alone) == 1 and not spans and until is None and self.kinds[alone[0]] == "time"
        single = self.tokens[alone[0]].value if lonely else None
        self.out.unread.update(alone)
        return Item("times", Times(tuple(spans), until, single), first, last)

    def _span(self, start: int, end: int, joint: set[str], introduced: bool) -> Span | None:
        opens, closes, typed = self.tokens[start], self.tokens[end], self.out.typed(start, end)
        if "wrong" in (opens.kind, closes.kind):
            self.out.doubt(f"« {typed} » : heure au-delà de 24 h, ou minutes incomplètes")
        elif closes.value <= opens.value and not (
            _over_midnight(opens.value, closes.value)
            and (opens.value >= EVENING or set("h:") & set(folded(self.out.typed(end, end))))
        ):  # « 15h-1 » was cut
            self.out.doubt(f"« {typed} » : la fin vient avant le début")
        else:
            if joint and not joint & {"range", "until", "/"} and not introduced:
                self.out.doubt(f"« {typed} » lu comme un début et une fin")
            night = 0 < closes.value <= opens.value < EVENING
            if night:
                self.out.doubt(f"« {typed} » : ouvert après minuit ?")
            return Span(opens.value % MIDNIGHT, closes.value or MIDNIGHT, UNSURE if night else "")
        self.out.unread.update(range(start, end + 1))
        return None

    def _season_group(self, at: int) -> Item:
        last = at
        kinds = {self.tokens[at].value}
        while True:
            after = last + 1
            while self.kinds[after] in LINKS:
                after += 1
            listed = after == last + 1 and not (self._is_month(last) and self._is_month(after))
            if self.kinds[after] != "season" or listed or self._shut_apart(at, last, after):
                if period := self._period_named(at, last):  # « horaires d’été du 1er juillet au 31 août »
                    return Item("season", period, at, last)
                kind = kinds.pop() if len(kinds) == 1 else "holiday"
                return Item("season", (kind == "date" and self._period(at, last)) or kind, at, last)
            last = after
            kinds.add(self.tokens[after].value)

    def _period_named(self, first: int, last: int) -> str:
        """Return the dates that a season is said to have, right after its name; '' when it has none."""
        at = first + 1
        while at <= last and self.kinds[at] in ("of", "filler"):
            at += 1
        dated = at <= last and all(
            self.tokens[n].value == "date" for n in range(at, last + 1) if self.kinds[n] == "season"
        )
        return self._period(at, last) if dated and self.tokens[first].value == "holiday" else ""

    def _shut_apart(self, first: int, last: int, after: int) -> bool:
        """Recognise two closings side by side, one of which OSM can select: « fermé en août et entre Noël et
        le jour de l’An ».
        """
        listed = (*LINKS, "colon", "season", *DAY_KINDS)
        before = next((n for n in range(first - 1, -1, -1) if self.kinds[n] not in listed), 0)
        dated = {self.tokens[n].value == "date" for n in (last, after)}
        return self.kinds[before] in ("off", "except") and len(dated) == 2 and self.kinds[last + 1] != "range"

    def _period(self, first: int, last: int) -> str:
        """Return part of every year as OSM selects it, « Jul 01-Aug 31 », « Jul,Aug »; '' for a day alone, or
        with a year.
        """
        dates: list[str] = []
        joints: list[str] = []
        edged = False
        for n in range(first, last + 1):
            if self.kinds[n] != "season":
                joints += (
                    [{"range": "-", "until": "-", "and": ","}[self.kinds[n]]]
                    if self.kinds[n] in ("range", "until", "and") and self.kinds[n - 1] != "and"
                    else []  # « de mars à mai, et d’août à octobre »
                )
                continue
            match = DATED.fullmatch(folded(self.out.typed(n, n)))
            if not match:
                return ""
            joints += [","] if n > first and self.kinds[n - 1] == "season" else []  # « juillet août »
            edge = (match["edge"] or "")[:2]
            ends = joints[-1:] == ["-"]
            near = "15" if edge == "mi" else ""
            if edge in ("de", "fi") and ends != (edge == "fi"):
                near = "5" if edge == "de" else "25"  # « de fin mars à début mai »
            if near and (edge == "mi" or first < last):
                self.out.doubt(f"« {self.out.typed(n, n)} » lu le {near}")
            edged = edged or bool(edge)  # « fin juin » alone is not June
            days = [day for day in match.group("first", "day") if day] or [near]
            dates += [self._in_year(match["month"], day) for day in days]
            joints += ["-"] * (len(days) - 1)
        dated = any(" " in date for date in dates)
        if len(joints) != len(dates) - 1 or (edged and "-" not in joints):
            return ""
        if "-" not in joints and all(" " in date for date in dates):  # « fermé les 1er mai et 25 décembre »
            self.out.dates[first] = ",".join(dates)
            return ""
        if dated:
            return _ranges(dates, joints)
        if joints[:2] == ["-", "-"]:  # « avril-mai-juin »
            listed = months(",".join(dates)) == months(f"{dates[0]}-{dates[-1]}")
            return ",".join(dates) if listed and set(joints) == {"-"} else ""
        return "".join(piece for pair in zip(dates, [*joints, ""], strict=True) for piece in pair)

    def _is_month(self, n: int) -> bool:
        return self.kinds[n] == "season" and folded(self.out.typed(n, n)) in OSM_MONTHS

    def _in_year(self, month: str, day: str) -> str:
        """Return a day of a month as OSM writes it, « Apr 30 »; the last one for a day that it has not."""
        if not day:
            return OSM_MONTHS[month]
        number, last = int(day.removesuffix("er")), _last_day(OSM_MONTHS[month])
        if number > last:
            self.out.doubt(f"« {day} {month} » n’existe pas : lu {last} {month}")
        return f"{OSM_MONTHS[month]} {min(number, last):02}"


def _ranges(dates: list[str], joints: list[str]) -> str:
    """Return periods of which one end at least is a day, « Mar 15-Jun 30,Sep »; '' for a day alone.

    An end without a day is the first of its month, or the last.
    """
    out: list[str] = []
    n = 0
    while n < len(dates):
        if joints[n : n + 1] != ["-"]:
            if " " in dates[n]:
                return ""
            out.append(dates[n])
            n += 1
        elif joints[n + 1 : n + 2] == ["-"]:
            return ""
        else:
            opens, closes = dates[n : n + 2]
            if " " in opens or " " in closes:
                opens = opens if " " in opens else f"{opens} 01"
                closes = closes if " " in closes else f"{closes} {_last_day(closes):02}"
            out.append(f"{opens}-{closes}")
            n += 2
    return ",".join(out)


def months(period: str) -> set[int]:
    """Return the months that a period of the year touches, all of them for ''.

    >>> months("Nov 15-Jan 31,Mar"), len(months(""))
    ({0, 2, 10, 11}, 12)
    """
    names = list(OSM_MONTHS.values())
    out: set[int] = set()
    for piece in period.split(",") if period else ["Jan-Dec"]:
        ends = [names.index(end[:3]) for end in piece.split("-") if end[:3] in names] or [0, 11]
        out |= {(ends[0] + n) % 12 for n in range((ends[-1] - ends[0]) % 12 + 1)}
    return out


def _over_midnight(opens: int, closes: int) -> bool:
    """Recognise an end of the night, earlier than its beginning.

    >>> _over_midnight(22 * 60, 6 * 60), _over_midnight(13 * 60, 3 * 60), _over_midnight(14 * 60, 12 * 60)
    (True, True, False)
    """
    evening = opens >= EVENING and closes <= DAWN + 60
    return evening or (opens >= NOON and closes <= 3 * 60) or (opens >= DAWN and closes == 0)


def without(span: Span, hole: Span) -> list[Span]:
    """Return the pieces of a span, one or two, outside a hole."""
    end, hole_end = span.end or MIDNIGHT, hole.end or MIDNIGHT
    if span[:2] == hole[:2]:
        return []
    if hole_end <= span.start or hole.start >= end:
        return [span]
    pieces = [span._replace(end=hole.start), span._replace(start=hole_end)]
    return [piece for piece in pieces if piece.start < (piece.end or MIDNIGHT)]


def without_half(span: Span, half: str) -> Span | None:
    """Return the part of a span outside a closed half-day: all of it, what is past noon or before it,
    nothing.
    """
    end = span.end or MIDNIGHT
    if half == "am":
        return span if span.start >= NOON else span._replace(start=NOON) if end > LUNCH else None
    return (
        span if end <= LUNCH and span.start < NOON else span._replace(end=NOON) if span.start < NOON else None
    )


def _last_day(month: str) -> int:
    """Return the last day of a month, as OSM names it.

    >>> _last_day("Feb"), _last_day("Sep")
    (29, 30)
    """
    return monthrange(LEAP_YEAR, list(OSM_MONTHS.values()).index(month) + 1)[1]


def _clock(digits: str) -> int | None:
    """Return the minutes since midnight of 8, 17 or 1730, None for any other number."""
    hour, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) in (3, 4) else (int(digits[:3]), 0)
    return (
        hour * 60 + minutes if len(digits) <= 4 and minutes < 60 and hour * 60 + minutes <= MIDNIGHT else None
    )


def _ranks(bracket: str) -> list[int]:
    inside = bracket.strip("[] ").replace(" ", "")
    if len(inside) == 3 and inside[1] == "-":
        return list(range(int(inside[0]), int(inside[2]) + 1))
    return [int(piece) for piece in inside.split(",") if piece]


def _between(first: Day, last: Day) -> tuple[Day, ...]:
    """Return the days from one to the other, over Sunday when the second comes before."""
    if PUBLIC_HOLIDAY in (first.weekday, last.weekday):
        return first, last
    count = (last.weekday - first.weekday) % 7
    return tuple(
        Day((first.weekday + n) % 7, first.nth or last.nth, last.half or first.half) for n in range(count + 1)
    )


def _shared_half(atoms: list[tuple[Day, ...]]) -> list[tuple[Day, ...]]:
    """Return the list of days with the half-day of the last given to those before it that have none."""
    out, half = [], ""
    for atom in reversed(atoms):
        half = atom[0].half or half
        out.append(tuple(day._replace(half=day.half or half) for day in atom))
    return [
        tuple(day._replace(half=day.half.removeprefix(BOTH_HALVES)) for day in atom) for atom in out[::-1]
    ]
