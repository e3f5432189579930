"""Opening hours in French, from groups of pieces to statements about each day: a small grammar that never
drops a piece silently.

Groups make statements (« lundi et mardi : 9h-12h ») and changes to them (« sauf le mercredi », « vendredi
jusqu’à 15h30 »).
What enters neither is kept as a comment when it tells when the hours hold (seasons, holidays), and otherwise
left.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise, takewhile
from typing import Any, NamedTuple

from french_opening_hours.items import (
    DAWN,
    DAY_KINDS,
    MIDNIGHT,
    NAMES,
    NOON,
    UNSURE,
    Day,
    Item,
    Span,
    Times,
    gather,
    months,
    without,
    without_half,
)
from french_opening_hours.osm import CODES
from french_opening_hours.tokens import (
    FULL,
    PUBLIC_HOLIDAY,
    WEEK,
    WEEKEND,
    WHOLE_YEAR,
    WORKDAYS,
    folded,
)

NEUTRAL = frozenset(("filler", "opened", "of", "range", "and", "colon", "stop", "month", "open", "close"))
JOINTS = ("filler", "of", "range", "colon", "opened")
SEASONS = ("date", "holiday", "term")  # what OSM cannot select; any other season says how it does
ADDRESSED = frozenset(
    ("accueil", "public", "ouverture", "ouvertures", "horaires", "permanence", "permanences")
)
LIMITS = frozenset(("uniquement", "seulement", "exclusivement"))
CUT = re.compile(  # how a text ends when a field was too short for it
    r"(?:\b(?:et|ou|puis|a|au|aux|de|du|des|le|la|les|entre|sauf|jusqu'?a?u?|sur|par|avec|dans|pour|une?)|\b[ld]'"
    r"|[(&+:…-]|\.\.\.|\bet \d\d?)\s*"
)
MAX_SHORT_DAY = 4  # letters of « merc. »: more of them, and a day is no abbreviation
ALSO = re.compile(r"\b(?:nocturnes?|aussi|egalement|en plus)\b")
TITLES = frozenset(("accueil", "acces", "permanence", "permanences", "entree"))
EVENINGS = re.compile(r"\bsoir")
INCLUDED = re.compile(r"\b(?:compris|inclus|ainsi que|meme)\b")
OPENING = re.compile(r"\bouv(?:re|ert|erture)")  # « le jeudi, ouverture à 10h30 »
YEARLY_CLOSING = re.compile(r"\bfermetures? (?:annuel|estival|hivernal|d'ete|d'hiver)")  # of the whole place
FORMER = re.compile(  # hours that no longer hold
    r"\b(?:jusque[- ]la|jusqu'ici|jusqu'a present|auparavant|au lieu d|anciens? horaires|precedemment)\b"
)
CALLING = re.compile(  # « en cas d’urgence, appelez le 06… de 13h à 17h »: no hours of the place
    r"\b(?:appel(?:er|ez)|contact(?:er|ez)|joindre|joignez)\b"
)
DENYING = re.compile(r"\b(?:pas|non|aucune?|ni|jamais|absence)\b")
PLACES = re.compile(  # what closes with its door: « la mairie est fermée le mardi »
    r"\b(?:nous|mairies?|bibliotheques?|mediatheques?|ludotheques?|musees?|centres?|espaces?|maisons?|bureaux?"
    r"|agences?|antennes?|locaux|local|lieux?|etablissements?|structures?|associations?|accueil|boutiques?"
    r"|decheter\w+|dechetter\w+|sites?|points?|poste|offices?|relais|secretariat|hebdomadaires?|sera|seront)\b"
)
SERVICES = re.compile(  # what closes without its place: « le service urbanisme est fermé le mercredi »
    r"(?:les? |la |l'|nos |notre )?(?:services?(?! (?:est|sont|sera|seront|ferm))|guichets?|etat[ -]civil"
    r"|urbanisme|passeports?|caisses?|cantines?|restaurants?|cafeterias?|standard|ateliers?|piscines?"
    r"|parkings?|boutiques? du musee)\b"
    r"(?! (?:public|d'accueil|municipa|communa|social|administrati))"
)
CUT_SHORT = "texte coupé"
WHICH_DAYS = "jours à vérifier"  # hours of the last days, or of all those before: never firm
PREPOSITIONS = frozenset(("de", "d'", "du", "des", "en", "l'", "un", "une", "pendant", "durant"))


@dataclass(slots=True)
class Statement:
    """Days, and the hours stated for them; `days` is None when the text names none."""

    first: int
    last: int
    days: tuple[Day, ...] | None
    atoms: tuple[tuple[Day, ...], ...] = ()  # the same days, as they were listed
    spans: list[Span] = field(default_factory=list)
    run: int = 0  # how many spans the last run of times gave
    note: str | None = None  # None: nothing said; '': come as you are
    off: bool = False
    weeks: str = ""
    headed: bool = False  # its weeks were said before its hours, and hold for all of them
    comment: str = ""
    aside: str = ""  # why these are no ordinary hours: season, call, odd
    season: str = ""  # of hours set aside, as it was typed
    murky: bool = False  # a word nobody understood stands in its sentence
    sealed: bool = False  # its sentence is over
    away: bool = False  # of days of the holidays, at hours unsaid
    service: bool = False  # of something named by a title: its hours take nothing from those of the place

    @property
    def timed(self) -> bool:
        """True if its hours are known, be it closed."""
        return bool(self.spans or self.off)

    @property
    def stated(self) -> bool:
        """True if anything is stated about its days."""
        return bool(self.spans or self.off or self.note)

    @property
    def weekdays(self) -> set[int]:
        """The days of the week it is about."""
        return {day.weekday for day in self.days or ()}


class Change(NamedTuple):
    """A change that a later piece makes to the statements. verb: off, only, cut, since, until, note. `days`
    None: no day was named.
    """

    verb: str
    days: tuple[Day, ...] | None
    half: str = ""
    spans: tuple[Span, ...] = ()
    until: int = 0
    since: int = 0
    note: str = ""
    weeks: str = ""  # the part of the year whose hours it changes; '' for all
    at: int = 0  # where it is said


@dataclass(slots=True)
class Reading:
    """A text once read: statements and changes, comments on the whole, when it is closed, the pieces not
    understood, and the doubts to report.
    """

    statements: list[Statement] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)  # periods of the year, as OSM selects them
    spared: list[str] = field(default_factory=list)  # days of the year that no closing of holidays touches
    unsure: set[int] = field(default_factory=set)  # days of which some hours were not understood
    note: str = ""  # said of everything, when no day nor hour is
    unread: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    mends: list[str] = field(default_factory=list)


def read(text: str, *, day_known: bool = False, is_cut: bool = False) -> Reading:
    """Return the reading of a text of opening hours; it is read once, left to right, whatever it contains.

    day_known: it stands under the name of a day, so that « 10-12 » is two hours. is_cut: its field was too
    short for it.
    """
    return _Reader(text, day_known, is_cut).read()


class _Reader:
    """Goes through the items with one method a kind, `_on_<kind>`; a kind without method is neutral, or a
    word.
    """

    def __init__(self, text: str, day_known: bool, is_cut: bool) -> None:
        self.source = gather(text, day_known=day_known)
        self.doubt, self.typed, self.left = self.source.doubt, self.source.typed, self.source.unread
        self.is_cut = is_cut
        self.out = Reading()
        self.items: list[Item] = []
        self.at = 0
        self.depth = 0  # of parentheses
        self.order = "days"  # what comes first in the sentence, days or times
        self.before = ""  # the kind of the item just read
        self.current: Statement | None = None
        self.base: Statement | None = None  # the statement a parenthesis is about
        self.done: list[Statement] = []
        self.awaiting = ""  # off, except: the days they bear on come next
        self.half = ""
        self.note: str | None = None  # said of the statements to come, as are the two below
        self.weeks = ""
        self.aside = ""
        self.aside_from = 0
        self.season, self.dated = "", False
        self.means = "par téléphone"  # how one calls, where it is said
        self.headed = ""  # a rhythm said before what it is about
        self.run_at = 0  # where the last run of times begins, and the last word of term
        self.term_at = -1
        self.shutting = False  # this sentence closes days
        self.closing = False  # what it closes, days or parts of the year, was the last thing said
        self.under_a_day = False  # the season set aside is said of one day, and ends with it
        self.apart: set[int] = set()  # the pieces of hours that are no opening, understood and left
        self.held: list[Change] = []  # made after all the others
        self.shut_beside: list[tuple[Statement, str, str]] = []  # hours, when they close, as it was typed
        self.dayless: set[int] = set()  # the pieces of hours whose days are not said, beside others
        self.stray_days: set[tuple[int, ...]] = set()  # named in a piece left, or kept as a comment
        self.known: set[int] = set()  # the pieces left that take nothing from the hours

    def read(self) -> Reading:
        self._run(self.source.items)
        self._close()
        self.out.changes += self.held
        self._share_hours()
        self._settle()
        self._open_again()
        self._add_to_wider()
        self._gather_left()
        self._tell_lost()
        self._tell_cut()
        if not (self.out.statements or self.out.changes):
            self.out.note = self.note or ""
        self.out.doubts, self.out.mends = list(self.source.doubts), list(self.source.mends)
        return self.out

    def _run(self, items: list[Item]) -> None:
        outer = self.items, self.at, self.order
        items = _half_days_shut(_dated(items))
        self.items, self.at = items if self.depth else _paired(items), 0
        self.order = self._order_from(0)
        while self.at < len(self.items):
            item = self.items[self.at]
            handler: Callable[[Item], None] | None = getattr(self, f"_on_{item.kind}", None)
            if handler:
                handler(item)
            elif item.kind not in NEUTRAL:
                self._on_word(item)
            item = self.items[self.at]  # a handler may have read further
            self.closing = self.closing and item.kind not in ("times", "note", "word", "opened", "half")
            if item.kind not in ("filler", "of", "paren"):
                self.before = item.kind
            if self.current and not self.depth and item.kind not in NEUTRAL and item.kind != "word":
                self.current.last = item.last
            self.at += 1
        self.items, self.at, self.order = outer

    # ----------------------------------------------------------------------------------------- looking around

    def _order_from(self, at: int) -> str:
        """Return the kind that comes first in this sentence, days or times: « lundi 9h-12h » or « 9h-12h le
        lundi ».
        """
        kinds: list[str] = []
        excepted = False
        for n, item in enumerate(self.items[at:], start=at):
            if item.kind == "stop":
                break
            if item.kind in ("off", "except"):
                excepted = True
            elif (
                item.kind == "days"
                and not excepted
                and (not _end_alone(self._after(n)) or (kinds and len(item.value) > 1))
            ):  # « 9h-22h du lundi au vendredi, le samedi jusqu’à 18h »
                kinds.append("days")
            elif item.kind == "times" and not _end_alone(item):
                kinds.append("times")
                excepted = False
        if not kinds or kinds[0] == "days" or "days" not in kinds:
            return "days"
        if kinds[-1] == "days" or not (self.current or self.done):
            return "times"
        return self.order  # « 14h-18h vendredi. 9h-18h du lundi au mercredi, le samedi 10h-12h »

    def _after(self, at: int, skip: tuple[str, ...] = JOINTS) -> Item | None:
        return next((item for item in self.items[at + 1 :] if item.kind not in skip), None)

    def _rest(self) -> list[Item]:
        """Return the items up to the end of the sentence."""
        rest = self.items[self.at + 1 :]
        return rest[: next((n for n, item in enumerate(rest) if item.kind == "stop"), len(rest))]

    def _ahead(self, *kinds: str) -> bool:
        return any(item.kind in kinds for item in self._rest())

    def _separated(self) -> bool:
        """Return True if a comma, a stop or the beginning of the text stands just before."""
        before = (self.items[n].kind for n in range(self.at - 1, -1, -1))
        return next((kind for kind in before if kind not in ("filler", "of", "range")), "stop") in (
            "and",
            "stop",
        )

    def _begins(self) -> bool:
        """Return True if a sentence, or what a colon announces, begins here."""
        before = (self.items[n].kind for n in range(self.at - 1, -1, -1))
        return next((kind for kind in before if kind not in ("filler", "of", "range", "opened")), "stop") in (
            "stop",
            "colon",
        )

    def _just_before(self) -> Item | None:
        before = (other for other in reversed(self.items[: self.at]) if other.kind not in JOINTS)
        return next(before, None)

    def _skip_to(self, item: Item) -> None:
        self.at = self.items.index(item, self.at)

    # ------------------------------------------------------------------------------------------------ keeping

    def _open(
        self, days: tuple[Day, ...] | None, item: Item, atoms: tuple[tuple[Day, ...], ...] = ()
    ) -> Statement:
        self._close()
        self.half = ""
        self.current = Statement(
            item.first,
            item.last,
            days,
            atoms,
            note=self.note,
            weeks=self.weeks,
            aside=self.aside,
            season=self.season,
            comment=self.headed,
        )
        return self.current

    def _close(self) -> None:
        if self.current:
            self.done.append(self.current)
        self.current = None

    def _change(self, verb: str, days: tuple[Day, ...] | None, **fields: Any) -> None:
        if verb in ("off", "cut") and self._of_something_unknown():
            about = self.current or self.base
            timed_days = {
                day
                for statement in (*self.done, about)
                if statement and statement.spans
                for day in statement.weekdays
            }
            self.out.unsure |= timed_days & {
                day.weekday for day in days or (about.days if about else None) or ()
            }
        self.shutting = self.shutting or verb == "off"
        self.closing = self.closing or verb == "off"
        place = self.items[self.at].first if days and self.at < len(self.items) else 0
        self.out.changes.append(Change(verb, days, weeks=self._season_changed(), at=place, **fields))

    def _of_something_unknown(self) -> bool:
        """Return True if a closing, after hours, has a subject that nobody understood: « cabines d’essayage
        fermées le mardi ».
        """
        line = self._line_so_far()
        shut = next((n for n, item in enumerate(line) if item.kind in ("off", "except")), len(line))
        words = [item for item in line[:shut] if item.kind == "word"]
        if not words or not (self.done or self.current) or any(each.kind == "times" for each in line[:shut]):
            return False
        return not PLACES.search(folded(self.typed(line[0].first, words[-1].last)))

    def _season_changed(self) -> str:
        """Return the part of the year that a change is about, where its sentence is about one alone:
        « juillet et août : tous les jours sauf le mardi 9h-12h ».
        """
        about = self.current or self.base
        if not about or about.sealed:
            return ""
        sentence = list(takewhile(lambda statement: not statement.sealed, reversed(self.done)))
        return about.weeks if all(statement.weeks == about.weeks for statement in sentence) else ""

    def _leave(self, first: int, last: int) -> None:
        self.left.update(range(first, last + 1))

    def _pass_over(self, first: int, last: int) -> None:
        """Leave pieces that are about something else, or about a date: the hours of the place are whole."""
        self._leave(first, last)
        self.known.update(range(first, last + 1))

    def _comment(self, first: int, last: int) -> None:
        self.out.comments.append(self._comment_text(first, last))

    def _comment_text(self, first: int, last: int) -> str:
        """Return pieces that OSM cannot say, as they will stand in a comment, their preposition with them."""
        first -= first > 0 and self.typed(first - 1, first - 1).casefold() in PREPOSITIONS
        self.left.difference_update(range(first, last + 1))
        text = self.typed(first, last)
        kinds = [self.source.tokens[n].kind for n in range(first, last + 1)]
        season = kinds.index("season") if "season" in kinds else 0
        if "time" in kinds[:season] and "and" in kinds[:season][-2:]:
            # « samedi 9h-17h, vacances sur rendez-vous »; « 10h-18h le samedi et en vacances scolaires »
            ordinary = range(first, first + season)
            self.stray_days |= self._named_in(ordinary)
        self.doubt(f"« {text} » : gardé en commentaire")
        return text

    def _on_word(self, item: Item) -> None:
        self._leave(item.first, item.last)
        if self.current and not self.current.sealed:
            self.current.murky = True

    def _on_stop(self, _: Item) -> None:
        self.awaiting = ""
        self.shutting = self.closing = False
        if self.current:
            self.current.sealed = True
        if self.aside == "call" and self._speaks_of_another_thing():
            self._close()
            self.aside = ""
        if self.aside == "odd":
            self.aside = ""
            self._close()
        self.order = self._order_from(self.at + 1)

    def _speaks_of_another_thing(self) -> bool:
        """Return True if the next sentence names what it is about: « … ; ateliers mardi 14h-16h »."""
        before = self._rest()
        end = next((n for n, item in enumerate(before) if item.kind in ("days", "times")), len(before))
        return any(
            item.kind in ("word", "opened", "desk")
            or (item.kind == "filler" and folded(self.typed(item.first, item.last)) in ADDRESSED)
            for item in before[:end]
        ) and not any(item.kind in ("call", "means") for item in before[:end])

    # ----------------------------------------------------------------------------------------- days and times

    def _on_nth(self, item: Item) -> None:
        """Read ranks said after the hours as if they stood before: « jeudi 9h-11h (1er et 3e du mois) »."""
        statement, end = self.current or self.base, self.at
        ranks: list[int] = []
        while end < len(self.items) and self.items[end].kind in ("nth", "and", "filler", "of"):
            ranks += [self.items[end].value] if self.items[end].kind == "nth" else []
            end += 1
        monthly = end < len(self.items) and self.items[end].kind == "month"
        alone = end == len(self.items) or self.items[end].kind == "stop"
        weekly = statement and statement.spans and not any(day.nth for day in statement.days or ())
        if not statement or not weekly or not (monthly or alone):
            self._on_word(item)
            return
        last = self.items[end if monthly else end - 1]
        if len(statement.weekdays) != 1 or not monthly:
            self.doubt(f"« {self.typed(item.first, last.last)} » lu comme un rang dans le mois")
        if statement.days is None:
            statement.comment = self._comment_text(item.first, last.last)
        else:
            statement.days = tuple(day._replace(nth=tuple(ranks)) for day in statement.days)
        self._skip_to(last)

    def _on_days(self, item: Item) -> None:
        days, after = _flat(item), self._after(self.at)
        if (
            self.under_a_day and self.aside == "season"
        ):  # « mardi : 9h-12h, vacances : 14h-16h ; mercredi : … »
            self._close()
            self.aside, self.under_a_day = "", False
        if self.current and self.current.timed and self._either(item):
            self.doubt(f"« ou {self.typed(item.first, item.last)} » : « ou » est lu « et »")
        follower = self.items[self.at + 1] if self.at + 1 < len(self.items) else None
        if (
            follower and follower.kind == "season" and follower.value == "date"
        ):  # « lundi 23 avril » is no weekly day
            self._on_odd(item)
            self._leave(item.first, follower.last)
        elif self.awaiting:
            self._excepted(item, days)
        elif after and _end_alone(after) and not self.aside:
            self._end_after_days(item, days, after)
        elif timed := (self._without_days() or self._hours_above()):
            timed.days, timed.atoms = days, item.value
        elif self._holidays_too(item) or self._shut_too(item):
            pass
        else:
            season = self._season_carried()
            self._open(days, item, item.value)
            if season and self.current:
                self.current.weeks, self.current.headed = season, True

    def _end_after_days(self, item: Item, days: tuple[Day, ...], end: Item) -> None:
        """Read « le vendredi jusqu’à 16h », an end alone after its days."""
        if (timed := self._without_days()) and len(item.value) > 1:
            *earlier_atoms, days = item.value  # « 9h-22h du lundi au vendredi, le samedi jusqu’à 18h »
            timed.days, timed.atoms = (
                tuple(day for atom in earlier_atoms for day in atom),
                tuple(earlier_atoms),
            )
        self._change("until", days, until=end.value.until)
        self._skip_to(end)

    def _season_carried(self) -> str:
        """Return the part of the year, said after the days before, that these days share: « mardi d’avril à
        juin de 9h à 12h, samedi de 14h à 17h et de juillet à août de 9h à 11h ».
        """
        statement, rest = self.current, self._rest()
        if not statement or statement.sealed or not statement.headed or not statement.spans:
            return ""
        own = next((n for n, item in enumerate(rest) if item.kind in ("season", "days")), None)
        if own is not None and rest[own].kind == "season":
            joined = [item.kind for item in rest[:own] if item.kind not in JOINTS][-1:]
            return statement.weeks if joined == ["and"] else ""
        if any(item.kind == "season" for item in rest) or any(
            item.weeks not in ("", statement.weeks) for item in self.done
        ):
            return statement.weeks
        self.doubt("une partie de l’année : pour tous les jours, ou pour les premiers seulement ?")
        return ""

    def _holidays_too(self, item: Item) -> bool:
        """Give public holidays the hours just said: « y compris les jours fériés », « fériés inclus »."""
        statement = self.current
        nearby_text = folded(
            self.typed(max(item.first - 3, 0), min(item.last + 1, len(self.source.tokens) - 1))
        )
        if (
            not statement
            or not statement.spans
            or statement.sealed
            or {day.weekday for day in _flat(item)} != {PUBLIC_HOLIDAY}
            or not INCLUDED.search(nearby_text)
            or self._hours_after(item)
        ):
            return False
        if self.done:
            self._doubt_which(item.first, item.last)
        too = self._open(_flat(item), item, item.value)
        too.spans, too.run, too.weeks = list(statement.spans), statement.run, statement.weeks
        return True

    def _shut_too(self, item: Item) -> bool:
        """Close public holidays, or part of the year, named after others that are closed: « fermé en août et
        les jours fériés », « sauf les jours fériés et en août ».
        """
        before = [other for other in self.items[: self.at] if other.kind not in JOINTS]
        after = self._after(self.at, ("filler",))
        alone = (
            after is None
            or after.kind in ("and", "stop", "paren", "close")
            or (after.kind in ("colon", "times") and item.first in self.source.dates)
        )  # « sauf mardi et 25 décembre : 10h-18h »
        if not self.closing or not alone or [other.kind for other in before[-1:]] != ["and"]:
            return False
        if item.kind == "season" and self.source.dates.get(item.first, item.value) in SEASONS:
            self.out.comments.append(f"fermé {self._comment_text(item.first, item.last)}")
        elif item.kind == "season":
            self._closed_in(item, item)
        elif {day.weekday for day in _flat(item)} == {PUBLIC_HOLIDAY}:
            self._change("off", _flat(item))
        else:
            return False
        return True

    def _without_days(self) -> Statement | None:
        """Return the hours just read, where their days come after them; None otherwise."""
        awaits = self.order == "times" and self.current and self.current.days is None and self.current.spans
        return self.current if awaits else None

    def _hours_above(self) -> Statement | None:
        """Return the hours said alone in the sentence before, where this one names their days: « 6h-23h •
        7j/7 ».
        """
        known, line = self.current, self._line_so_far()
        if not known or known.days is not None or not known.spans or not known.sealed or self.depth:
            return None
        alone = all(other.kind in NEUTRAL for other in [*line, *self._rest()])
        return known if alone else None

    def _either(self, item: Item) -> bool:
        """Return True if « ou » stands just before these days: « lundi 9h-12h ou mardi 9h-12h »."""
        before = (other for other in reversed(self.items[: self.at]) if other.kind not in ("filler", "of"))
        return (joint := next(before, None)) is not None and (joint.kind, joint.value) == ("and", "ou")

    def _excepted(self, item: Item, days: tuple[Day, ...]) -> None:
        """Apply « sauf » or « fermé » to the days that follow it."""
        verb, self.awaiting = self.awaiting, ""
        evening = any(day.half for day in days) and EVENINGS.search(folded(self.typed(item.first, item.last)))
        if verb == "spared" or evening:  # « pas de permanence le jeudi soir » closes no afternoon
            self._pass_over(item.first if verb == "spared" else self._exception_start(item), item.last)
            return
        base = self.current or self.base
        note = self._after(self.at)
        if verb == "except" and note and self._is_alone(note):  # « sauf le jeudi, sur rendez-vous »
            self._open(days, item, item.value).note = note.value
            self._skip_to(note)
            return
        if self._excepted_by_another(verb, days) or (base and self._gives_days_back(item, base)):
            return
        if len(item.value) > 1 and {day.half for day in days} in ({"am"}, {"pm"}):
            self.doubt(f"« {self.typed(item.first, item.last)} » : la demi-journée est lue pour chaque jour")
            half, first = days[0].half, tuple(Day(day.weekday) for atom in item.value[:-1] for day in atom)
            other = "pm" if half == "am" else "am"  # closed for the whole day, the first ones?
            self.held.append(Change("note", first, half=other, note=UNSURE))
        if (
            verb == "except" and base and base.days and not base.timed
        ):  # « tous les jours sauf le lundi : 9h-12h »
            full_days = {day.weekday for day in days if not day.half}
            base.days = tuple(day for day in base.days if day.weekday not in full_days)
            self._change("off", days)
            return
        times = self._after(self.at, (*JOINTS, "and"))
        if times is None or times.kind != "times" or (verb == "off" and self._of_later_days(times)):
            self._shut_or_cut(verb, item, days, base)
            return
        if (
            verb == "except" and base is None and not self.done
        ):  # « tous les matins sauf le mercredi : 9h-12h »
            self._change("off", days)
            return
        known = base.weekdays | {PUBLIC_HOLIDAY} if base else set()
        if len(item.value) > 1 and (verb == "off" or (known and item.value[-1][0].weekday not in known)):
            self.doubt(
                f"« {self.typed(item.first, times.last)} » : ces heures sont lues pour le dernier jour nommé"
            )
            *earlier_atoms, last = item.value
            self._change("off", tuple(day for atom in earlier_atoms for day in atom))
            self._open(last, item, (last,))
        elif not times.value.spans:
            self._end_at(days, times)
        else:
            self._change("only" if verb == "except" else "cut", days, spans=times.value.spans)
            self._skip_to(times)

    def _gives_days_back(self, item: Item, base: Statement) -> bool:
        """Give hours the days said after what closes among them: « 9h-12h, fermé le mardi, du lundi au
        vendredi ».
        """
        *closed_atoms, open_days = item.value
        shut = {day.weekday for atom in closed_atoms for day in atom}
        week = {day.weekday for day in open_days if not day.half}
        every = not base.days or base.weekdays >= set(WEEK)
        if not (base.spans and every and shut and shut < week):
            return False
        self.doubt(f"« {self.typed(item.first, item.last)} » : fermé, puis les jours d’ouverture ?")
        base.days = tuple(open_days)
        self._change("off", tuple(day for atom in closed_atoms for day in atom))
        return True

    def _exception_start(self, item: Item) -> int:
        """Return where the exception that bears on these days begins."""
        return next(
            (other.first for other in reversed(self.items[: self.at]) if other.kind in ("off", "except")),
            item.first,
        )

    def _shut_or_cut(self, verb: str, item: Item, days: tuple[Day, ...], base: Statement | None) -> None:
        """Close days, or only the hours of the line that excepts them: « lundi au jeudi, 8h-12h » and below
        « 13h-16h sauf le mardi ».
        """
        lines, timed = "", self.depth > 0 or any(other.kind == "times" for other in self._line_so_far())
        if base and timed and not self.half and 0 < base.run < len(base.spans):
            first, last = self.source.tokens[base.first].start, self.source.tokens[item.first].start
            lines = self.source.text[first:last]
        if base and "\n" in lines and (verb == "except" or self.depth) and not any(day.half for day in days):
            self._doubt_which(item.first, item.last)
            self._change("cut", days, spans=tuple(base.spans[-base.run :]))
        else:
            self._change("off", self._halved(days, base) if verb == "except" else days)

    def _halved(self, days: tuple[Day, ...], base: Statement | None) -> tuple[Day, ...]:
        """Return days excepted from hours of one half of the day, whose other half is said elsewhere: « le
        matin tous les jours 8h-12h. L’après-midi 14h-17h sauf le mardi ».
        """
        if not base or not base.sealed or not self.half or not 0 < base.run < len(base.spans):
            return days
        return tuple(day._replace(half=day.half or self.half) for day in days)

    def _of_later_days(self, times: Item) -> bool:
        """Return True if one time alone has its own days: « fermé le samedi, jusqu’à 19h le jeudi »."""
        later = self._after(self.items.index(times, self.at))
        return not times.value.spans and later is not None and later.kind == "days"

    def _excepted_by_another(self, verb: str, days: tuple[Day, ...]) -> bool:
        """Read days excepted for part of the year, by the hour at which they close, or by hours in a
        parenthesis; False otherwise.
        """
        season = self._after(self.at, ("filler", "of", "range"))
        halves = {day.half for day in days} - {""}
        if (
            season
            and season.kind == "season"
            and len(halves) == 1
            and not any(day.nth for day in days)
            and self._again_in(season, *halves, last=season, weekdays={day.weekday for day in days})
        ):
            return True
        if season and season.kind == "season" and season.value not in SEASONS and _whole_days(days):
            self.out.closed.append(f"{season.value} {_codes(days)}")  # « sauf le samedi en juillet et août »
            self._skip_to(season)
            return True
        closing = self._after(self.at)
        if (
            verb == "except" and closing and closing.kind == "paren"
        ):  # « sauf mercredi (9h-12h) et jeudi (…) »
            inner = [item for item in closing.value if item.kind not in JOINTS]
            if [item.kind for item in inner] == ["times"] and inner[0].value.spans:
                self._change("only", days, spans=inner[0].value.spans)
                self._skip_to(closing)
                follower = self._after(self.at, (*JOINTS, "and"))
                if follower and follower.kind == "days":
                    next_item = self._after(self.items.index(follower, self.at))
                    self.awaiting = "except" if next_item and next_item.kind == "paren" else ""
                return True
            if {item.kind for item in inner} == {"off", "half"} and _whole_days(days):
                half = next(item.value for item in inner if item.kind == "half")
                self._change("off", days, half=half)  # « sauf le mardi (fermé l’après-midi) »
                self._skip_to(closing)
                return True
        if closing and closing.kind == "off":  # « sauf le jeudi, fermeture à 18h30 »
            times = self._after(self.items.index(closing, self.at))
            if times and times.kind == "times" and not times.value.spans:
                self._end_at(days, times)
                return True
        return False

    def _end_at(self, days: tuple[Day, ...], times: Item) -> None:
        """Read one time alone as the end of those days: « (17h30 le mercredi) »."""
        end = times.value.until
        if end is None:
            end = times.value.alone
            self.left.difference_update(range(times.first, times.last + 1))
            opens = bool(OPENING.search(folded(self.typed(max(times.first - 3, 0), times.first))))
            end_name = "d’ouverture" if opens else "de fin"
            self.doubt(f"« {self.typed(times.first, times.last)} » lu comme une heure {end_name}")
            if opens and end is not None:
                self._change("since", days, since=end)
                self._skip_to(times)
                return
        if end is not None:
            self._change("until", days, until=end)
        self._skip_to(times)

    def _on_times(self, item: Item) -> None:
        times: Times = item.value
        statement, after = self.current, self._after(self.at)
        end_alone = not times.spans and (
            times.until is not None or (self.depth > 0 and times.alone is not None)
        )
        if end_alone and after and after.kind == "days" and not self.aside:  # « jusqu’à 19h le mardi »
            self._end_at(_flat(after), item)
            self._skip_to(after)
            return
        if times.until is not None and not times.spans and self._later_in_season(times.until, after):
            return
        named = any(other.kind == "word" for other in self.items[: self.at])
        if (
            end_alone and self.depth and not named and statement and statement.days and not statement.timed
        ):  # « (vendredi : 16h30) »; « (réunion le vendredi à 14h) » is no end
            self._end_at(statement.days, item)
            self.current = None
            return
        self.awaiting = ""
        if self._opens_later(times, statement) or self._opens_at(item, after):
            return
        if statement and self.order == "times" and statement.days is not None and statement.spans:
            statement = self._next_of(statement, item)
        elif statement is None or statement.aside != self.aside:
            statement = self._open(statement.days if statement else None, item)
        elif statement.spans and statement.weeks not in ("", self.weeks) and not statement.headed:
            # « mardi 9h-12h en semaine paire, 14h-17h en semaine impaire »
            statement = self._open(statement.days, item, statement.atoms)
        self.run_at = item.first
        half = self.half or (statement.days[0].half if statement.days else "")
        spans = [self._in_half(span, half, item) for span in times.spans]
        statement.spans += [span._replace(note=statement.note or span.note) for span in spans]
        statement.run = len(spans)
        if times.until is not None:
            self._leave(item.first, item.last)

    def _later_in_season(self, until: int, season: Item | None) -> bool:
        """Read « de 14h à 17h, jusqu’à 18h de juin à août »: the last hours end at another time then."""
        statement = (self.base if self.depth else None) or self.current
        if not season or season.kind != "season" or season.value in SEASONS or self.aside:
            return False
        if not statement or not statement.days or not statement.spans:
            return False
        if statement.weeks and (
            statement.weeks.startswith("week ") or not months(season.value) < months(statement.weeks)
        ):
            return False
        *earlier_spans, last = statement.spans
        follower = self._after(self.items.index(season, self.at))
        if until <= last.start or (follower and follower.kind in ("times", "days")):
            return False
        if self.done:
            self._doubt_which(season.first, season.last)
        again = self._open(statement.days, season, statement.atoms)
        again.weeks, again.headed = season.value, True
        again.spans = [*earlier_spans, last._replace(end=until)]
        again.run = len(again.spans)
        self._skip_to(season)
        return True

    def _opens_later(self, times: Times, statement: Statement | None) -> bool:
        """Read « lundi au vendredi 8h-18h (mardi à partir de 13h30) »: that day, from then on."""
        since = times.spans[0] if len(times.spans) == 1 and times.spans[0].end is None else None
        known = self.base.weekdays if self.depth and self.base and self.base.spans else set()
        if (
            not since
            or not statement
            or not statement.days
            or statement.stated
            or not statement.weekdays <= known
        ):
            return False
        self._change("since", statement.days, since=since.start)
        self.current = None
        return True

    def _opens_at(self, item: Item, days: Item | None) -> bool:
        """Read « ouverture à 10h le premier mardi du mois », after the hours of the week."""
        alone, line = item.value.alone, self._line_so_far()
        if alone is None or not days or days.kind != "days" or self.depth or self._hours_after(days):
            return False
        comma = max((n for n, other in enumerate(line) if other.kind == "and"), default=-1)
        line = line[comma + 1 :]  # « 9h-18h du mardi au jeudi, ouverture à 10h le jeudi »
        plain = all(other.kind in ("filler", "opened", "of", "range") for other in line)
        opens = line and OPENING.search(folded(self.typed(line[0].first, item.first)))
        known = {
            day for each in (*self.done, *([self.current] if self.current else [])) for day in each.weekdays
        }
        if not plain or not opens or not {day.weekday for day in _flat(days)} <= known:
            return False
        self.left.difference_update(range(item.first, item.last + 1))
        self._change("since", _flat(days), since=alone)
        self._skip_to(days)
        return True

    def _next_of(self, statement: Statement, item: Item) -> Statement:
        """Return the statement of new times: « 9h-17h du lundi au jeudi, le vendredi 9h-16h » gives them to
        the last day.
        """
        if len(statement.atoms) < 2 or self._ahead("days"):
            return self._open(None, item)
        *earlier_atoms, moved = statement.atoms
        self.doubt(f"« {self.typed(item.first, item.last)} » est lu pour le dernier jour nommé")
        statement.days = tuple(day for atom in earlier_atoms for day in atom)
        return self._open(moved, item, (moved,))

    def _in_half(self, span: Span, half: str, item: Item) -> Span:
        """Return the span twelve hours later when « l’après-midi de 2h à 5h » was meant; opening before dawn
        is told.
        """
        if span.start >= DAWN or span[:2] == (0, MIDNIGHT):
            return span
        typed = self.typed(item.first, item.last)
        if half == "pm" and span.end is not None and span.end <= 9 * 60:
            self.doubt(f"« {typed} » lu comme des heures de l’après-midi")
            return span._replace(start=span.start + NOON, end=span.end + NOON)
        self.doubt(f"« {typed} » : ouvert avant 5 h du matin ?")
        return span

    def _on_half(self, item: Item) -> None:
        after = self._after(self.at, ("filler", "of", "note", "colon"))
        statement = self.current
        run = statement.spans[-statement.run :] if statement and statement.run else []
        if self._half_of_season(item) or self._half_on_request(item, run):
            return
        if run and self.before == "times" and item.value == "am" and 0 < (run[-1].end or 0) <= DAWN:
            return  # « 20h-2h du matin »
        if after and after.kind == "days" and not (statement and not statement.sealed):
            # « le matin du lundi au vendredi de 9h à 12h »
            self.items[self.items.index(after, self.at)] = after._replace(
                value=tuple(
                    tuple(day._replace(half=day.half or item.value) for day in atom) for atom in after.value
                )
            )
        elif after and after.kind == "times":
            self.half = item.value
            if statement and statement.days and {day.half for day in statement.days} - {"", item.value}:
                # « le matin de 9h à 12h, l’après-midi de 14h à 17h »: both halves
                statement.days = tuple(day._replace(half="") for day in statement.days)
        elif statement and statement.days and not statement.spans:
            statement.days = tuple(day._replace(half=item.value) for day in statement.days)
        elif statement and run and item.value == "pm" and run[0].start < DAWN:
            statement.spans[-statement.run :] = [self._in_half(span, "pm", item) for span in run]
        elif not run or any((span.start < NOON) != (item.value == "am") for span in run):
            self._on_word(item)
        elif statement and statement.days is None and self._of_every_day(item):
            self._close()  # « 9h-12h tous les matins, 14h-17h le lundi »

    def _half_of_season(self, half: Item) -> bool:
        """Read « le matin uniquement en juillet et août », after the hours of the year."""
        season = self._after(self.at, ("filler", "of", "range"))
        if not season or season.kind != "season" or not self._begins() or self._ahead("days", "times"):
            return False
        return self._again_in(season, "am" if half.value == "pm" else "pm", last=season)

    def _half_on_request(self, half: Item, run: list[Span]) -> bool:
        """Read « 9h-12h, l’après-midi sur rendez-vous »."""
        statement, note = self.current, self._after(self.at, ("filler", "of", "colon", "range"))
        if not statement or not run or not note or not self._is_alone(note):
            return False
        inside = any((span.start < NOON) == (half.value == "am") for span in run)
        if inside or (statement.sealed and self.before == "word"):
            return False
        if self.done:
            self._doubt_which(half.first, note.last)
        self._change("note", statement.days, half=half.value, note=note.value)
        self._skip_to(note)
        return True

    def _of_every_day(self, half: Item) -> bool:
        """Return True if « tous les matins » is said of hours that have no other day."""
        preceding_text = folded(self.typed(max(half.first - 2, 0), half.first))
        after = self._after(self.at, ("filler", "of", "and"))
        return (
            preceding_text.startswith(("tous les", "toutes les"))
            and after is not None
            and after.kind == "times"
        )

    def _on_same(self, item: Item) -> None:
        known = self.current or (self.done[-1] if self.done else None)
        self._named(item, known.days if known and known.days else ())

    def _on_other_days(self, item: Item) -> None:
        known = {
            weekday for statement in (*self.done, self.current) if statement for weekday in statement.weekdays
        }
        days = tuple(Day(weekday) for weekday in WORKDAYS if known and weekday not in known)
        if days:
            self.doubt(
                f"« {self.typed(item.first, item.last)} » lu {', '.join(NAMES[day.weekday] for day in days)}"
            )
        self._named(item, days)

    def _on_idem(self, item: Item) -> None:
        statement, after = self.current, self._after(self.at, ("filler", "of", "colon"))
        named = next((other for other in self.items[self.at + 1 : self.at + 4] if other.kind == "days"), None)
        if statement and statement.days and not statement.stated and named and self._like(item, named):
            return
        if statement and statement.days and not statement.stated and self.done and self.done[-1].spans:
            statement.spans, statement.run = list(self.done[-1].spans), self.done[-1].run
        elif (
            statement and statement.spans and after and after.kind == "days" and not self._hours_after(after)
        ):
            alike = self._open(_flat(after), after, after.value)  # « lundi 9h-12h, idem mardi et jeudi »
            alike.spans, alike.run = list(statement.spans), statement.run
            self._skip_to(after)
        else:
            self._on_word(item)

    def _like(self, item: Item, named: Item) -> bool:
        """Give the current days the hours of those named: « mardi : mêmes horaires que le lundi »."""
        linking_words = (
            folded(self.typed(item.last + 1, named.first - 1)).split() if named.first > item.last + 1 else []
        )
        if len(named.value) > 1 and self._hours_after(named):  # « jeudi idem lundi, vendredi 9h-12h »
            at = self.items.index(named, self.at)
            first_day, later_days = (
                named._replace(value=named.value[:1]),
                named._replace(value=named.value[1:]),
            )
            self.items[at : at + 1] = [first_day, later_days]
            named = first_day
        wanted = {day.weekday for day in _flat(named)}
        known = next((each for each in self.done if each.spans and wanted <= each.weekdays), None)
        plainly = not set(linking_words) - {
            "au",
            "aux",
            "le",
            "les",
            "du",
            "des",
            "comme",
            "que",
            "qu'au",
            "qu'aux",
        }
        if not plainly or known is None or self.current is None:
            return False
        self.current.spans, self.current.run = list(known.spans), known.run
        self._skip_to(named)
        return True

    def _named(self, item: Item, days: tuple[Day, ...]) -> None:
        """Go on as if those days had been written."""
        if days:
            self.items[self.at] = Item("days", (days,), item.first, item.last)
            self._on_days(self.items[self.at])
        else:
            self._on_word(item)

    def _on_paren(self, item: Item) -> None:
        inner: list[Item] = item.value
        kinds = {other.kind for other in inner}
        statement = self.current
        limits = kinds & {"off", "except"}
        if {"season", "times"} <= kinds and not limits:  # « (17h pendant les vacances) »
            if statement and self._otherwise_in_season(inner, statement, item):
                return
            self._comment(item.first + 1, item.last - 1)
            return
        days = tuple(day for other in inner if other.kind == "days" for day in _flat(other))
        if {"season", "days"} <= kinds and not limits | (kinds & {"note", "times"}):
            self._days_of_season(inner, days, item)
            return
        if (
            days
            and statement
            and statement.weekdays == {day.weekday for day in days}
            and not limits | (kinds & {"times", "note"})
            and (any(day.nth for day in days) or not any(day.nth for day in statement.days or ()))
        ):
            statement.days = days  # « vendredi 9h-12h (1er et 3e vendredi du mois) »
            self._every_other(inner, statement, item)
            return
        has_open_hours = statement and statement.days is None and statement.spans
        if days and has_open_hours and statement and not limits | (kinds & {"times", "note", "season"}):
            statement.days, statement.atoms = days, (days,)  # « 9h-12h (lundi, mardi), 14h-17h (jeudi) »
            self._close()
            return
        if self._of_another(inner, item) or ("call" in kinds and self._calls_alone(kinds, item)):
            return
        self.depth += 1
        if statement and statement.days and statement.spans and not limits and self._adds(inner, statement):
            self._open(statement.days, item, statement.atoms)  # « 9h-12h (14h-17h sur rendez-vous) »
            self._run(inner)
            self.depth -= 1
            return
        about_it = (
            "days" not in kinds and statement and statement.days and not statement.timed
        )  # « jeudi (8h-15h30) »
        if limits or (kinds & {"days", "times"} and not about_it):
            self.base, self.current = statement, None
            self._run(inner)
            self._close()
            stated_days = {
                weekday
                for other in self.done
                if other.first > item.first and other.spans
                for weekday in other.weekdays
            }
            if statement and not statement.stated and stated_days and stated_days < statement.weekdays:
                statement = None  # « en semaine (mardi et jeudi de 14h à 17h) »
            self.base, self.current = None, statement
        else:
            self._run(inner)
        self.awaiting = ""
        self.depth -= 1

    def _days_of_season(self, inner: list[Item], days: tuple[Day, ...], item: Item) -> None:
        """Read « (en juillet et août : samedi uniquement) », which closes the other days then."""
        season = next(other for other in inner if other.kind == "season")
        statements = [*self.done, *([self.current] if self.current else [])]
        other_days = {day for each in statements if each.spans for day in each.weekdays} - {
            day.weekday for day in days
        }
        only = LIMITS & set(folded(self.typed(item.first, item.last)).replace(")", " ").split())
        if season.value in SEASONS or not only or not other_days or not _whole_days(days):
            self._comment(item.first + 1, item.last - 1)
        else:
            self.out.closed.append(f"{season.value} {_codes(tuple(map(Day, sorted(other_days))))}")

    def _every_other(self, inner: list[Item], statement: Statement, item: Item) -> None:
        """Keep the weeks said in a parenthesis: « samedi 9h-12h (un samedi sur deux, semaines impaires) »."""
        parity = next((other.value for other in inner if other.kind == "parity"), "")
        statement.weeks = statement.weeks or parity
        if not parity and any(other.kind == "rhythm" for other in inner):
            statement.comment = _together(
                statement.comment, self._comment_text(item.first + 1, item.last - 1)
            )

    def _of_another(self, inner: list[Item], item: Item) -> bool:
        """Keep beside the hours a parenthesis with its own title: « (autres services : 8h-12h) »."""
        kinds = [other.kind for other in inner if other.kind not in ("filler", "of", "and")]
        title = list(takewhile(lambda kind: kind == "word", kinds))
        timed = {"times", "off"} & set(kinds)
        if not title or kinds[len(title) : len(title) + 1] != ["colon"] or not timed or not self.current:
            return False
        self._pass_over(item.first, item.last)
        return True

    def _calls_alone(self, kinds: set[str], item: Item) -> bool:
        """Read « lundi 9h-12h (accueil téléphonique), mardi 9h-12h »: these are calls."""
        statement = self.current
        if not statement or not statement.spans or kinds & {"off", "except", "times", "days", "desk"}:
            return False
        if "half" in kinds:
            statement.comment = _together(
                statement.comment, self._comment_text(item.first + 1, item.last - 1)
            )
            return True
        statement.aside = "call"
        self.aside_from = min(self.aside_from or statement.first, statement.first)
        self._leave(item.first, item.last)
        return True

    def _otherwise_in_season(self, inner: list[Item], statement: Statement, item: Item) -> bool:
        """Read « mardi 10h-18h (17h de novembre à mars) »: the hours just said are others in that season."""
        item_by_kind = {each.kind: each for each in inner if each.kind not in JOINTS}
        if len([each for each in inner if each.kind not in JOINTS]) != len(item_by_kind) or set(
            item_by_kind
        ) != {
            "times",
            "season",
        }:
            return False
        season, times = item_by_kind["season"], item_by_kind["times"].value
        if season.value in SEASONS or not statement.days or not statement.spans or statement.weeks:
            return False
        spans = _replaced(statement.spans, times)
        if not spans:
            return False
        if any(span.note == UNSURE for span in spans):
            self.doubt(f"« {self.typed(item.first, item.last)} » : et les autres heures ?")
        self.left.difference_update(range(item.first, item.last + 1))
        self.done.append(
            replace(
                statement, first=item.first, last=item.last, weeks=season.value, spans=spans, run=len(spans)
            )
        )
        return True

    def _adds(self, inner: list[Item], statement: Statement) -> bool:
        """Return True if a parenthesis without days gives hours on appointment beside those just stated."""
        times = [item.value for item in inner if item.kind == "times"]
        spans = [span for each in times for span in each.spans]
        return (
            bool(spans)
            and not any(item.kind in ("days", "season", "word", "call", "means") for item in inner)
            and any(item.kind in ("note", "meeting") and item.value for item in inner)
            and all(span.start >= known.end for span in spans for known in statement.spans if known.end)
        )

    # ------------------------------------------------------------------------------------- closed, exceptions

    def _on_off(self, item: Item) -> None:
        after = self._after(self.at, ("filler", "of"))
        colon = self._after(self.at, ("filler", "of", "colon", "range"))
        statement = self.current
        about = statement or self.base
        if self._ends_at(item) or self._another_closes(item):
            return
        if after and after.kind == "half" and self._half_shut_then(after):
            return
        after = colon if colon and colon.kind == "season" else after
        if after and after.kind == "season" and self._shut_days_in(after):
            pass
        elif after and after.kind == "season":
            self._closed_in(item, after)
        elif part := self._part_of_season():
            self._comment(item.first, part.last)
            self._skip_to(part)
        elif after and after.kind == "half":
            self._change("off", about.days if about else None, half=after.value)
            self._skip_to(after)
        elif (
            statement
            and statement.days
            and not statement.timed
            and not (statement.note and statement.sealed)  # « Vendredi sur rendez-vous. Fermé… »
            and not self._is_about_later_days(statement)
        ):
            if self.depth or any(day.half for day in statement.days):
                self._change("off", statement.days)
                full_days = tuple(day._replace(half="") for day in statement.days)
                statement.days, statement.atoms = full_days, (full_days,)
                self.current = statement if self._hours_go_on(item) else None
            else:
                statement.off = True
        elif after and after.kind == "times" and about:
            self._change("cut", about.days, spans=after.value.spans)
            self._skip_to(after)
        else:
            self._off_alone(item, about)

    def _hours_go_on(self, off: Item) -> bool:
        """Return True when hours follow on the same day: « lundi matin fermé, 14h-17h »."""
        at = self.items.index(off, self.at)
        half = self._after(at, (*JOINTS, "and", "stop"))  # « lundi matin : fermé ; après-midi : 14h-17h »
        ends = ("stop",) if half and half.kind == "half" else ()
        after = self._after(at, (*JOINTS, "and", "half", *ends))
        return not self.depth and after is not None and after.kind == "times" and self.order == "days"

    def _shut_days_in(self, season: Item) -> bool:
        """Read « samedi matin fermé en juillet et août », which closes no other day."""
        named = self.current
        if not named or not named.days or named.stated or named.sealed or any(d.nth for d in named.days):
            return False
        halves, weekdays = {day.half for day in named.days}, named.weekdays
        self.current = None
        if season.value in SEASONS:
            self._comment(named.first, season.last)
            self._skip_to(season)
        elif len(halves) > 1 or "" in halves:
            self.out.closed.append(f"{season.value} {_codes(named.days)}")
            self._skip_to(season)
        elif not self._again_in(season, *halves, last=season, weekdays=weekdays):
            self.current = named
            return False
        return True

    def _another_closes(self, item: Item) -> bool:
        """Read « État civil : fermé le mardi matin », after the hours of the place, which stays open."""
        line = self._line_so_far()
        titled = line and line[-1].kind == "colon" and any(other.kind == "word" for other in line[:-1])
        subject = folded(self.typed(line[0].first, line[-1].last)) if line else ""
        if not titled and not (self._ahead("days", "half") and SERVICES.match(subject)):
            return False
        if any(other.kind in ("days", "times", "season") for other in line):
            return False
        if not any(each and each.spans for each in (*self.done, self.current, self.base)):
            return False
        last = (self._rest() or [item])[-1]
        self._pass_over(line[0].first, last.last)
        self._skip_to(last)
        return True

    def _line_so_far(self) -> list[Item]:
        """Return the items read since the sentence or the line began."""
        start = next((n for n in range(self.at - 1, -1, -1) if self.items[n].kind == "stop"), -1)
        return self.items[start + 1 : self.at]

    def _half_shut_then(self, half: Item) -> bool:
        """Read « fermé l’après-midi en juillet et août », after the hours of the year."""
        season = self._after(self.items.index(half, self.at), ("filler", "of", "range"))
        if not season or season.kind != "season":
            return False
        return self._again_in(season, half.value, last=season)

    def _again_in(self, season: Item, half: str, *, last: Item, weekdays: set[int] | None = None) -> bool:
        """Say the ordinary hours again for part of the year, less one half of the day; for some days, or all.

        What OSM cannot select is a comment.
        """
        ordinary = [
            statement
            for statement in (*self.done, *([self.current] if self.current else []))
            if statement.spans
            and not statement.weeks
            and not statement.aside
            and (not weekdays or statement.weekdays & weekdays)
        ]
        if not ordinary:
            return False
        if season.value in SEASONS:
            self._comment(min(season.first, self.items[self.at].first), last.last)
            self._skip_to(last)
            return True
        self._close()
        open_then = set[int]()
        for statement in ordinary:
            days = tuple(day for day in statement.days or () if not weekdays or day.weekday in weekdays)
            spans = [piece for span in statement.spans if (piece := without_half(span, half))]
            if set(spans) - set(statement.spans):
                self.doubt(f"« {self.typed(season.first, last.last)} » : les heures sont coupées à 12 h")
            if spans:
                open_then |= statement.weekdays
                self.done.append(
                    replace(
                        statement,
                        days=days if statement.days is not None else None,
                        atoms=(days,),
                        weeks=season.value,
                        spans=spans,
                        run=len(spans),
                        sealed=True,
                    )
                )
        shut = {
            statement
            for one in ordinary
            for statement in one.weekdays
            if not weekdays or statement in weekdays
        } - open_then
        if shut:
            self.out.closed.append(f"{season.value} {_codes(tuple(map(Day, sorted(shut))))}")
        self._skip_to(last)
        return True

    def _off_alone(self, item: Item, about: Statement | None) -> None:
        """Read « fermé » beside nothing that it closes: the days to come, everything, or a word."""
        if self._ahead("days"):
            self.awaiting = "off"
        elif not about and not self.done and not self._ahead("times"):
            self._change("off", None)
        elif not self._ahead("times") and not (self.depth and self.out.changes):
            self._on_word(item)

    def _part_of_season(self) -> Item | None:
        """Return the season of which « fermé » names a part that OSM cannot select: « fermeture deux semaines
        en août » closes neither August nor the rest of the year.
        """
        for other in self._rest():
            if other.kind == "season":
                return other
            if other.kind not in (*JOINTS, "word", "number", "often"):
                break
        return None

    def _ends_at(self, item: Item) -> bool:
        """Read hours said right after « fermeture »: « à 16h30 le jeudi » is an end, « de 12h à 14h » no
        opening.
        """
        times = self._after(self.at, ("filler", "of", "range"))
        if times is None or times.kind != "times":
            return False
        joint = folded(self.typed(item.last + 1, times.first - 1)) if times.first > item.last + 1 else ""
        if set(joint.split()) - {"a", "au", "de", "des", "le", "la", "entre", "vers"}:
            return False
        about = self.current or self.base
        if folded(self.typed(times.first, times.last)) == "midi" and set(joint.split()) <= {"le", "les"}:
            self._comment(item.first, times.last)  # « fermé le midi », from when to when is not said
            self._skip_to(times)
            return True
        if times.value.spans:
            if self._cut_some(times, about) or self._cut_in_season(item, times, about):
                return True
            if not about or not about.days or about.timed or about is self.base:
                return False
            # « mardi fermé de 12h à 14h » says no opening
            about.comment = self._comment_text(item.first, times.last)
            self._skip_to(times)
            return True
        self.left.difference_update(range(times.first, times.last + 1))
        end = times.value.alone if times.value.until is None else times.value.until
        if end is not None:
            self._shut_from(end, item, times)
        return end is not None

    def _cut_some(self, times: Item, about: Statement | None) -> bool:
        """Read « fermeture de 12h à 14h les premiers mardis du mois », of those days alone."""
        days = self._after(self.items.index(times, self.at), ("filler", "of"))
        if not days or days.kind != "days" or not about or not about.timed or self._hours_after(days):
            return False
        self._change("cut", _flat(days), spans=times.value.spans)
        self._skip_to(days)
        return True

    def _cut_in_season(self, item: Item, times: Item, about: Statement | None) -> bool:
        """Read « fermeture de 12h à 14h pendant les vacances scolaires », or « … en août »: then alone."""
        season = self._after(self.items.index(times, self.at), ("filler", "of", "range"))
        if not season or season.kind != "season" or not about or not about.spans:
            return False
        if season.value in SEASONS or about.weeks or not about.days:
            self._comment(item.first, season.last)
        else:
            again = self._again(about, season)
            again.weeks, again.headed = season.value, True
            again.spans = about.spans
            for hole in times.value.spans:
                again.spans = [piece for span in again.spans for piece in without(span, hole)]
            again.run = len(again.spans)
        self._skip_to(season)
        return True

    def _shut_from(self, end: int, item: Item, times: Item) -> None:
        """Read « fermeture à 16h », of some days, of part of the year, or of those just said."""
        about, days = (
            self.current or self.base,
            self._after(self.items.index(times, self.at), ("filler", "of")),
        )
        if days and days.kind == "season":  # « fermeture à 19h en juillet »
            if not self._later_in_season(end, days):
                self._comment(item.first, days.last)
                self._skip_to(days)
        elif days and days.kind == "days" and not self._hours_after(days):
            self._change("until", _flat(days), until=end)
            self._skip_to(days)
        elif self.before == "word":  # « la caisse ferme à 16h30 » is not the place
            self._pass_over(item.first, times.last)
            self._skip_to(times)
        else:
            self._change("until", about.days if about else None, until=end)
            self._skip_to(times)

    def _is_about_later_days(self, statement: Statement) -> bool:
        """Return True if « fermé » is about days to come rather than about the days just named."""
        after = self._after(self.at, ("filler", "of"))
        if statement.sealed and self.before == "word":
            return True  # « mardi. Le guichet fermé… »
        elsewhere = (
            statement.murky
            or statement.sealed
            or (self._separated() and after is not None and after.kind == "days")
        )
        return elsewhere and self._ahead("days")

    def _on_except(self, item: Item) -> None:
        after = self._after(self.at, ("filler", "of", "range"))
        lately = self._just_before()
        if self.shutting and after and after.kind == "days":
            self.awaiting = "spared"  # « fermé le lundi (sauf les jours fériés) » opens them, at hours unsaid
        elif (
            self.closing and after and after.kind == "season" and lately and lately.kind in ("days", "season")
        ):
            if lately.kind == "days" and (dates := self.source.dates.get(after.first)):
                self.out.spared.append(dates)  # « fermé les jours fériés sauf le 8 mai »: ordinary hours then
            self._comment(
                item.first, after.last
            )  # « fermé les jours fériés sauf le 8 mai » does not close it
            self._skip_to(after)
        elif after and after.kind == "season":
            if self._ordinary_again(item, after) or self._shut_outside(item, after):
                return
            if after.value == "term" and self._begins() and self._ahead_anywhere("days", "times"):
                self._close()  # « hors période scolaire : mardi 9h-12h »
                self._set_aside("season", after._replace(first=item.first))
                self._skip_to(after)
                return
            self._closed_in(item, after)
        elif after and after.kind == "days":
            self.awaiting = "except"
        elif after and after.kind == "nth" and self._except_some(after):
            pass
        else:
            self._on_word(item)

    def _ordinary_again(self, item: Item, season: Item) -> bool:
        """Read « vacances : … Hors vacances : … », which goes back to ordinary hours."""
        ahead = self._after(self.items.index(season, self.at), JOINTS)
        heads = self._begins() or (self._separated() and ahead is not None and ahead.kind == "days")
        if season.value != "holiday" or self.aside != "season" or not heads:
            return False
        self._close()
        self.aside = ""
        self._comment(item.first, season.last)
        self._skip_to(season)
        return True

    def _shut_outside(self, item: Item, season: Item) -> bool:
        """Keep beside « le lundi, hors été, fermé », which says nothing of the Mondays of summer."""
        named, rest = self.current, self._rest()
        if not named or not named.days or named.stated or named.sealed or season.value not in SEASONS:
            return False
        if not any(other.kind == "off" for other in rest):
            return False
        last = (rest or [item])[-1]
        self._comment(named.first, last.last)
        self.current = None
        self._skip_to(last)
        return True

    def _except_some(self, first: Item) -> bool:
        """Read « tous les jeudis sauf le dernier du mois », which closes it."""
        at, about, ranks = self.items.index(first, self.at), self.current or self.base, list[int]()
        while at < len(self.items) and self.items[at].kind in ("nth", "and", "filler", "of"):
            ranks += [self.items[at].value] if self.items[at].kind == "nth" else []
            at += 1
        monthly = at < len(self.items) and self.items[at].kind == "month"
        if not monthly or not about or len(about.weekdays) != 1 or any(day.nth for day in about.days or ()):
            return False
        self._change("off", tuple(day._replace(nth=tuple(ranks)) for day in about.days or ()))
        self._skip_to(self.items[at])
        return True

    def _closed_in(self, item: Item, season: Item) -> None:
        """Close part of the year: as OSM selects it when it can, else in a comment."""
        period = self.source.dates.get(season.first, season.value)
        half = next(iter(self.items[self.items.index(season, self.at) + 1 :]), None)
        self.closing = True
        if half and half.kind == "half":  # « fermé le 24 décembre après-midi » closes no morning
            self._comment(item.first, half.last)
            season = half
        elif period in SEASONS:
            self._comment(item.first, season.last)
        else:
            yearly = YEARLY_CLOSING.search(folded(self.typed(item.first, season.last)))
            about = self.base if self.depth and not yearly else None
            later = any(other.kind == "days" and other.first > season.last for other in self.source.items)
            own = about is not None and (later or self._stands_alone(about))
            if about and own and about.days and not any(day.nth for day in about.days):
                # « lundi 14h-18h (sauf en août), mercredi … »; « mardi 9h-12h. Samedi 9h-12h (sauf en août) »
                period += f" {_codes(about.days)}"
                if not later and (item.kind == "off" or not self.done[-1].sealed):
                    self._doubt_which(item.first, season.last)
                self.shut_beside.append((about, period, self.typed(item.first, season.last)))
            elif not yearly and self.done and (self.depth or (item.kind == "except" and self.current)):
                self._doubt_which(item.first, season.last)
            self.out.closed.append(period)
        self._skip_to(season)

    def _stands_alone(self, about: Statement) -> bool:
        """Return True if an exception in a parenthesis is about these days alone: those before are of another
        sentence, or were said together: « du lundi au vendredi 9h-17h, samedi 9h-12h (sauf en août) ».
        """
        before = self.done[-1] if self.done else None
        return before is not None and (before.sealed or len(about.weekdays) == 1 < len(before.weekdays))

    def _doubt_which(self, first: int, last: int) -> None:
        self.doubt(f"« {self.typed(first, last)} » : pour tous les jours, ou pour les derniers seulement ?")

    # -------------------------------------------------------------------------------- notes, weeks, how often

    def _on_note(self, item: Item) -> None:
        """Attach « sur rendez-vous » to what it is about: the hours just stated, the days just named, or all
        that follows.
        """
        text: str = item.value
        statement, after = self.current, self._after(self.at)
        about = statement or self.base
        if (
            after and after.kind == "half" and not self._hours_after(after)
        ):  # « sur rendez-vous l’après-midi »
            if text:
                self._change("note", None, half=after.value, note=text)
            self._skip_to(after)
        elif self.before == "word" and about and about.spans and (self.depth or not self._separated()):
            self._on_word(item)  # « les élus reçoivent sur rendez-vous »
        elif statement and statement.days and not statement.spans:
            statement.note = text
        elif text and statement is None and after and after.kind == "days" and self._untimed(after):
            self._open(
                _flat(after), after, after.value
            ).note = text  # « Sur rendez-vous le vendredi. Du lundi au… »
            self._skip_to(after)
        elif statement is None or not statement.spans:
            self.note = text
        elif not self.depth and self._introduces(after):
            self.note = statement.note = text
        elif text:
            self._note_run(statement, text)

    def _untimed(self, days: Item) -> bool:
        """Return True if a sentence gives no hours to these days, while others do."""
        at = self.items.index(days, self.at) + 1
        end = next(
            (n for n in range(at, len(self.items)) if self.items[n].kind in ("stop", "days")), len(self.items)
        )
        return end < len(self.items) and not any(
            item.kind in ("times", "paren") for item in self.items[at:end]
        )

    def _is_alone(self, note: Item) -> bool:
        """Return True if an item is « sur rendez-vous » without hours."""
        return note.kind in ("note", "meeting") and bool(note.value) and not self._hours_after(note)

    def _hours_after(self, item: Item) -> bool:
        follower = self._after(self.items.index(item, self.at))
        return follower is not None and follower.kind == "times"

    def _introduces(self, after: Item | None) -> bool:
        """Return True if a note is about what follows: « …, sur rendez-vous de 16h à 17h », « . Sur
        rendez-vous les jeudis ».
        """
        if self.at and self.items[self.at - 1].kind == "stop":
            return self._ahead("days", "times", "same", "other_days")
        halved = after is not None and after.kind == "half" and self._hours_after(after)
        return self._separated() and after is not None and (halved or after.kind in ("days", "times"))

    def _note_run(self, statement: Statement, text: str) -> None:
        if self.items[self.at - 1].value == "ou":
            text = f"ou {text}"
        if self._separated() and not self.depth and any(other.spans for other in self.done):
            self.doubt(f"« {text} » : pour tous les jours, ou pour les derniers seulement ?")
        for n in range(len(statement.spans) - statement.run, len(statement.spans)):
            statement.spans[n] = statement.spans[n]._replace(note=text)

    def _on_meeting(self, item: Item) -> None:
        if self.before in ("word", "range", "half"):  # « prise de rendez-vous à l’accueil »
            self._on_word(item)
        else:
            self._on_note(item)

    def _on_parity(self, item: Item) -> None:
        after = self._after(self.at, ("filler",))
        ahead = after is not None and after.kind in ("colon", "days")
        days = self._after(self.at, ("filler", "and"))
        if self._separated() and not ahead and days and days.kind == "days" and self._hours_after(days):
            ahead = True  # « mardi 9h-12h et, les semaines paires, jeudi 14h-17h »
            self._doubt_which(item.first, item.last)
        if self.current and self.current.weeks not in ("", item.value) and not ahead:
            self._on_word(item)
        elif (
            self.current and (self.current.days or self.current.spans) and not (self.current.spans and ahead)
        ):
            self.current.weeks = item.value  # « 9h-12h (semaines paires) », under the name of a day
        else:
            self.weeks = item.value

    def _on_rhythm(self, item: Item) -> None:
        if self.aside == "odd":
            return
        after = self._after(self.at, ("filler",))
        if after and after.kind in ("colon", "days") and self._separated():  # « semaine A : lundi 9h-12h »
            self._close()
            self.headed = self._comment_text(item.first, item.last)
            return
        if self.before == "word" and self.current and self.current.stated:  # « un atelier par mois »
            self._on_word(item)
        elif self.current and not self.current.stated:  # « deux vendredis par mois »
            first = self.current.first
            first -= first > 0 and self.source.tokens[first - 1].kind == "word"
            self.current.comment, self.current.murky = self._comment_text(first, item.last), False
        elif self.current:
            self.current.comment = self._comment_text(item.first, item.last)
        else:
            self._comment(item.first, item.last)

    # ---------------------------------------------------------------------- hours that are not ordinary hours

    def _open_parenthesis(self) -> None:
        """Read « en août (fermé l’après-midi) » as without parenthesis."""
        after = self._after(self.at, ())
        kinds = {other.kind for other in after.value} if after and after.kind == "paren" else set[str]()
        if after and {"off", "half"} <= kinds <= {"off", "half", "filler", "of", "stop"}:
            at = self.items.index(after, self.at)
            self.items[at : at + 1] = after.value

    def _on_season(self, item: Item) -> None:
        self._open_parenthesis()
        begins = self._begins()
        skipped = ("filler", "of", "range", "opened") if begins else ("filler", "of", "range")
        statement, after = self.current, self._after(self.at, skipped)
        colon = after is not None and after.kind == "colon"
        heads = (
            after is not None
            and (after.kind in ("colon", "days", "times") or (after.kind in ("and", "stop") and begins))
            and (colon or item.value != "date")
        )
        if self._begun(item) or self._read_in_season(item, begins) or self._selects(item, heads):
            return
        request = self._after(self.at, ("filler", "of"))
        if item.value in SEASONS and request and self._is_alone(request) and self._separated() and not begins:
            self._comment(item.first, request.last)  # « mardi 9h-12h, vacances sur rendez-vous »
            self._skip_to(request)
        elif item.value == "term" and not self.awaiting:  # hours of term are the ordinary ones
            if self.current and self.current.aside:
                self._close()
            self.aside, self.term_at = "", item.first
            self._comment(item.first, item.last)
        elif self.awaiting:
            self.awaiting = ""
            self._comment(item.first, item.last)
        elif (
            statement and statement.days and not statement.stated and not colon
        ):  # « mercredi et vacances scolaires : … »
            statement.comment = self._comment_text(item.first, item.last)
            statement.away = item.value == "holiday" and not self._ahead("times", "note", "meeting")
        elif heads and self._ahead_anywhere("days", "times"):
            self._set_aside("season", item)
        elif self._dates_hours(item, after):  # « le 12 mars de 14h à 16h » is no weekly day
            self._on_odd(item)
        else:
            self._season_after(item, statement)

    def _begun(self, season: Item) -> bool:
        """Keep in a comment « à partir du 1er septembre »: it has no end, and may be past."""
        before = self.items[self.at - 1] if self.at else None
        once = season.value == "date" or not set("- ") & set(season.value)
        if not before or before.kind != "from" or not once:
            return False
        self._comment(before.first, season.last)
        return True

    def _read_in_season(self, season: Item, begins: bool) -> bool:
        """Read a part of the year that closes, ends earlier, or opens half a day."""
        is_read = self._shut_then(season) or self._ends_in_season(season) or self._shut_too(season)
        return is_read or (begins and self._half_then(season))

    def _half_then(self, season: Item) -> bool:
        """Read « en juillet et août ouvert le matin seulement », after the hours of the year."""
        meaningful_items = [each for each in self._rest() if each.kind not in NEUTRAL]
        if [each.kind for each in meaningful_items] != ["half"]:
            return False
        return self._again_in(
            season, "am" if meaningful_items[0].value == "pm" else "pm", last=meaningful_items[0]
        )

    def _season_after(self, item: Item, statement: Statement | None) -> None:
        """Set hours apart, or comment them, by the season said after them."""
        if statement and statement.spans and self.before != "word" and item.value == "date":
            statement.comment = self._comment_text(item.first, item.last)
        elif statement and statement.spans and self._one_of_the_days():
            statement.comment = _together(statement.comment, self._comment_text(item.first, item.last))
        elif statement and statement.spans and self.before != "word" and not statement.sealed:
            statement = self._last_of_term(statement)
            statement.aside, statement.last = "season", item.last
            self.aside_from, self.season = min(statement.first, item.first), self.typed(item.first, item.last)
            statement.season = self.season
            self.dated = item.value == "date"
        else:
            self._on_word(item)

    def _one_of_the_days(self) -> bool:
        """Return True if a season ends a list of days: « 10h-18h les week-ends et vacances scolaires »."""
        before = [other.kind for other in self.items[: self.at] if other.kind not in ("filler", "of")]
        return before[-2:] == ["days", "and"]

    def _last_of_term(self, statement: Statement) -> Statement:
        """Return the statement of the last hours alone, where those before are of term: « 14h-18h en période
        scolaire, 9h-12h pendant les vacances ».
        """
        termed = statement.first <= self.term_at < self.run_at
        if not termed or not 0 < statement.run < len(statement.spans):
            return statement
        term_statement = replace(
            statement,
            first=self.run_at,
            spans=statement.spans[-statement.run :],
        )
        del statement.spans[-statement.run :]
        statement.run = len(statement.spans)
        self.done.append(statement)
        self.current = term_statement
        return term_statement

    def _ends_in_season(self, item: Item) -> bool:
        """Keep a time that nothing explains with its season: « mardi 9h-18h, 19h en juillet »."""
        lone, statement = self._just_before(), self.current
        if not (lone and lone.kind == "times" and lone.last in self.left and statement and statement.spans):
            return False
        self._comment(lone.last, item.last)
        return True

    def _shut_then(self, item: Item) -> bool:
        """Read « août : fermé », which closes that part of the year alone, where hours are said elsewhere."""
        off = self._after(self.at, ("filler", "of", "range", "colon", "and"))
        if off is None or off.kind != "off" or self.awaiting or self.depth:
            return False
        after = self._after(self.items.index(off, self.at), ("filler", "of", "range"))
        if after and self._begins() and self._partly_shut_then(item, after):
            return True
        has_hours = (self.current.stated if self.current else bool(self.done)) or self._ahead_anywhere(
            "times"
        )
        period = self.source.dates.get(item.first, item.value)
        if has_hours and after and after.kind == "days" and self._begins():
            return self._shut_days_then(item, after, period)
        if not has_hours or (after is not None and after.kind in ("days", "times", "half", "season")):
            return False
        self._close()
        if period in SEASONS:
            self._comment(item.first, off.last)
        else:
            self.out.closed.append(period)
        self._skip_to(off)
        return True

    def _partly_shut_then(self, season: Item, what: Item) -> bool:
        """Read « juillet : fermé l’après-midi », « … le mercredi après-midi », « … : fermeture à 16h »."""
        if what.kind == "half":
            return self._again_in(season, what.value, last=what)
        if what.kind == "days":
            halves = {day.half for day in _flat(what)}
            half = halves.pop() if len(halves) == 1 else ""
            named = {day.weekday for day in _flat(what)}
            return bool(half) and self._again_in(season, half, last=what, weekdays=named)
        if what.kind != "times" or what.value.spans:
            return False
        end = what.value.alone if what.value.until is None else what.value.until
        follower = self._after(self.items.index(what, self.at), ("filler", "of"))
        statement = self.current or (self.done[-1] if self.done else None)
        if end is None or not statement or statement.weeks or not statement.spans or season.value in SEASONS:
            return False
        if end <= statement.spans[-1].start or (follower and follower.kind in ("times", "days")):
            return False
        self.left.difference_update(range(what.first, what.last + 1))
        *earlier_spans, last = statement.spans
        again = self._again(statement, season)
        again.weeks, again.headed = season.value, True
        again.spans = [*earlier_spans, last._replace(end=end)]
        again.run = len(again.spans)
        self._skip_to(what)
        return True

    def _shut_days_then(self, season: Item, days: Item, period: str) -> bool:
        """Read « juillet : fermé le mercredi », which leaves the other Wednesdays open."""
        if not _whole_days(_flat(days)) or self._hours_after(days):
            return False
        self._close()
        if period in SEASONS:
            self._comment(season.first, days.last)
        else:
            self.out.closed.append(f"{period} {_codes(_flat(days))}")
        self._skip_to(days)
        return True

    def _dates_hours(self, item: Item, after: Item | None) -> bool:
        """Return True if a date is all that says when the hours after it are, or a day of one year."""
        if item.value != "date" or after is None or after.kind != "times":
            return False
        named = folded(self.typed(item.first, item.first)).split()[0] in FULL
        stands_alone = self.current is None or self.current.sealed
        return named or (stands_alone and not self._ahead_anywhere("days"))

    def _selects(self, item: Item, heads: bool) -> bool:
        """Restrict to part of the year what follows, or what precedes; False when neither is there."""
        if item.value in SEASONS:
            return False
        statement, after = self.current, self._after(self.at, (*JOINTS, "stop"))
        timed = after is not None and after.kind == "times" and not self.awaiting
        if timed and statement and statement.days and not statement.stated:
            statement.weeks, statement.headed = (
                item.value,
                True,
            )  # « les mardis d’octobre à juin de 9h à 17h »
            return True
        if statement and self._of_bare_days(item, statement):
            return True
        if statement and statement.spans and after and after.kind in ("days", "times"):
            item = self._last_period(item, statement)
        if timed and after and heads and statement and statement.stated and self._names_its_days(after):
            self._close()  # « … ; de mars à mai de 14h à 18h le dimanche »
            self.weeks, self.order = item.value, "times"
        elif timed and heads and statement and statement.days and statement.spans:
            again = self._again(statement, item)  # « … ; juillet : 9h-12h »
            again.weeks, again.headed = item.value, True
        elif heads and (statement is None or statement.stated) and self._ahead_anywhere("days", "times"):
            self._close()
            self.weeks = item.value
        elif (
            statement and statement.spans and statement.sealed and after and self._is_alone(after)
        ):  # « … Du 1er novembre au 31 mars sur rendez-vous »
            again = self._open(statement.days, item, statement.atoms)
            again.weeks, again.note = item.value, after.value
            self._skip_to(after)
        elif statement and statement.spans and self.before != "word":
            self._limit(statement, item)
        else:
            return False
        return True

    def _of_bare_days(self, item: Item, statement: Statement) -> bool:
        """Give days their part of the year where the hours come later, after other days and theirs."""
        if not statement.days or statement.stated or statement.weeks == item.value or self.awaiting:
            return False
        after = self._after(self.at, (*JOINTS, "and"))
        if not (after and after.kind == "days" and self._ahead("times")):
            return False
        if statement.weeks:  # « en mai mardi et jeudi, en juin du lundi au jeudi de 9h à 12h »
            self._close()
            self.weeks = item.value
            return True
        joint = self._after(self.at)
        if joint and joint.kind == "and" and not self._separated():
            statement.weeks = item.value
            return True
        return False

    def _last_period(self, item: Item, statement: Statement) -> Item:
        """Return the last of two periods, the first being that of the hours just before: « mardi 9h-12h de
        mars à mai et d’août à octobre jeudi 14h-16h ».
        """
        first, comma, last = item.value.rpartition(",")
        if not comma or statement.weeks or self._separated() or self._begins():
            return item
        if self.done:
            self._doubt_which(item.first, item.last)
        statement.weeks = first
        return item._replace(value=last)

    def _limit(self, statement: Statement, item: Item) -> None:
        """Restrict to part of the year the hours just before, unless they have theirs already."""
        if not statement.weeks or statement.weeks.startswith("week "):
            if self.done:
                self._doubt_which(item.first, item.last)
            self._last_hours_apart(statement, item).weeks = item.value
            self._limit_those_between(item)
        elif (ahead := next((each for each in self._rest() if each.kind in ("days", "times")), None)) is None:
            self._comment(item.first, item.last)
        else:
            self._close()
            self.weeks = item.value
            if ahead.kind == "times":
                self._again(statement, item)

    def _again(self, statement: Statement, item: Item) -> Statement:
        """Open the days of the hours before for another part of the year: all those of its sentence that
        share theirs.
        """
        same_sentence: list[Statement] = []
        for earlier in reversed([earlier for earlier in self.done if earlier is not statement]):
            over = earlier.sealed and not statement.sealed
            if over or not earlier.spans or earlier.days is None or earlier.weeks != statement.weeks:
                break
            same_sentence.insert(0, earlier)
        listed = [*(atom for earlier in same_sentence for atom in earlier.atoms), *statement.atoms]
        atoms = tuple(dict.fromkeys(listed))
        again = self._open(tuple(dict.fromkeys(day for atom in atoms for day in atom)), item, atoms)
        if same_sentence:
            again.comment = WHICH_DAYS
            self._doubt_which(item.first, item.last)
        return again

    def _limit_those_between(self, item: Item) -> None:
        """Give a part of the year to all the hours since those of another: « tous les jours 9h-18h de mai à
        juin et mardi 9h-12h, jeudi 9h-17h de juillet à avril ».
        """
        sentence = list(takewhile(lambda statement: not statement.sealed, reversed(self.done)))
        bare = list(takewhile(lambda statement: not statement.weeks, sentence))
        if len(bare) < len(sentence):
            for statement in bare:
                statement.weeks = item.value if statement.spans else statement.weeks

    def _names_its_days(self, times: Item) -> bool:
        """Return True if hours are followed by their days: « de 14h à 17h le dimanche »."""
        named = self._after(self.items.index(times, self.at), ("filler", "of"))
        return named is not None and named.kind == "days" and not self._hours_after(named)

    def _last_hours_apart(self, statement: Statement, item: Item) -> Statement:
        """Return the statement of the last hours alone, where they cannot be those of the same day as the
        others: « de 14h à 18h et de 14h à 19h en juillet ».
        """
        *earlier_spans, last = statement.spans
        if statement.weeks or not any(_overlap(span, last) for span in earlier_spans):
            return statement
        statement.spans, statement.run = earlier_spans, len(earlier_spans)
        again = self._open(statement.days, item, statement.atoms)
        again.spans, again.run = [last], 1
        return again

    def _ahead_anywhere(self, *kinds: str) -> bool:
        return any(other.kind in kinds for other in self.items[self.at + 1 :])

    def _set_aside(self, why: str, item: Item) -> None:
        if self.current and not self.current.stated and self.current.days:
            self.current.aside = why
        self.aside, self.aside_from = why, item.first
        if why == "season":
            after = self._after(self.at, (*JOINTS, "stop"))
            days = self.current.days if self.current else None
            self.under_a_day = bool(days) and after is not None and after.kind == "times"
            self.season, self.dated = self.typed(item.first, item.last), item.value == "date"
        else:
            self._leave(item.first, item.last)

    def _on_call(self, item: Item) -> None:
        self._set_aside("call", item)

    def _on_means(self, item: Item) -> None:
        self.means = item.value or self.means
        if self.before == "note":  # « sur rendez-vous, par téléphone » tells how to book, not when to call
            return
        statement = self.current
        if statement and statement.spans and statement.days and not statement.sealed and self._ends_them():
            statement.aside = "call"  # « mardi 9h-12h par téléphone, jeudi sur place »: these hours alone
            self.aside_from = min(self.aside_from or statement.first, statement.first)
            self._leave(item.first, item.last)
        else:
            self._set_aside("call", item)

    def _ends_them(self) -> bool:
        """Return True if what is read here is about the hours just before, rather than those to come."""
        if self.depth:
            return not self._ahead("days", "times")
        after = self._after(self.at, ("filler", "word"))
        return not self._separated() and (after is None or after.kind in ("and", "stop"))

    def _on_rest(self, item: Item) -> None:
        """Go back to ordinary hours after those of a part of the year: « vacances : fermé ; sinon mardi »."""
        known = self.current or (self.done[-1] if self.done else None)
        limited = self.weeks or self.aside == "season" or self.out.comments or self.out.closed
        if not limited and not (known and known.weeks):
            self._on_word(item)
            return
        self._close()
        self.aside = self.weeks = ""
        note = self._after(self.at, ("filler", "of", "colon", "and"))
        if note and known and self._is_alone(note) and not self._ahead("days"):
            self._open(
                known.days, item, known.atoms
            ).note = note.value  # « le reste de l’année sur rendez-vous »
            self._skip_to(note)

    def _on_filler(self, item: Item) -> None:
        """Go back to the whole year: « en août lundi au samedi 9h-18h, toute l’année dimanche 9h-12h »."""
        if item.value != WHOLE_YEAR:
            return
        after = self._after(self.at)
        limited = self.weeks or (self.current and self.current.weeks)
        if limited and after and after.kind in ("days", "times") and self._separated():
            self._close()
            self.weeks = ""

    def _on_desk(self, _: Item) -> None:
        if self.aside == "call":
            self.aside = ""

    def _on_odd(self, item: Item) -> None:
        self._close()
        self._set_aside("odd", item)

    # ----------------------------------------------------------------------------------------------- settling

    def _share_hours(self) -> None:
        """Give days and their part of the year the hours said once, at the end of the sentence: « du mardi au
        jeudi de mai à juin et du lundi au jeudi de juillet à août de 9h à 12h ».
        """
        for bare, timed in reversed([*pairwise(self.done)]):
            lacks_hours = (
                bare.weeks and bare.weeks != timed.weeks and not (bare.stated or bare.sealed or bare.murky)
            )
            if lacks_hours and bare.days and timed.days and timed.spans:
                bare.spans, bare.run = list(timed.spans), timed.run
                self.doubt(f"« {self.typed(bare.first, timed.last)} » : les mêmes heures pour les deux ?")

    def _add_to_wider(self) -> None:
        """Keep the ordinary hours beside those that a part of the year adds: « mai à août : mardi 9h-17h.
        Nocturne le mardi en juillet de 20h à 22h ».
        """
        for added in self.out.statements:
            if not added.weeks or not added.spans:
                continue
            other_statements = [each for each in self.out.statements if each is not added]
            start = max((each.last + 1 for each in other_statements if each.last < added.first), default=0)
            if not ALSO.search(folded(self.typed(start, added.last))):
                continue
            wider = [
                each.spans
                for each in other_statements
                if each.weeks != added.weeks
                and added.weekdays <= each.weekdays
                and months(added.weeks) <= months(each.weeks)
            ]
            for span in wider[-1] if wider else ():
                if not any(_overlap(span, own) for own in added.spans):
                    added.spans.append(span)

    def _open_again(self) -> None:
        """Take back the closing of a day that a later sentence about something else names alone, with hours:
        « musée fermé le mardi. Bibliothèque : mardi 9h-12h ».
        """
        for n, change in enumerate(self.out.changes):
            if change.verb != "off" or change.half or change.weeks or not change.days:
                continue
            again = {
                atom[0].weekday
                for each in self.out.statements
                if each.spans and not each.weeks and self._something_else(change.at, each.first)
                for atom in each.atoms
                if len(atom) == 1
            }
            days = tuple(day for day in change.days if day.half or day.nth or day.weekday not in again)
            self.out.changes[n] = change._replace(days=days)

    def _something_else(self, start: int, then: int) -> bool:
        """Return True if a sentence begins between two places, with a word nobody understood."""
        stop = next(
            (item.first for item in self.source.items if item.kind == "stop" and item.first > start), then
        )
        return any(place in self.left for place in range(stop, then))

    def _settle(self) -> None:
        """Sort the statements: ordinary ones, those stored as a comment, those not understood."""
        plain = [statement for statement in self.done if not statement.aside]
        asides = [statement for statement in self.done if statement.aside]
        known = {weekday for statement in plain if statement.stated for weekday in statement.weekdays}
        promoted = [
            statement
            for statement in asides
            if statement.stated
            and ((statement.aside != "odd" and not known) or _in_its_season(statement, known))
        ]
        if promoted:
            for statement in promoted:
                self.left.difference_update(range(min(self.aside_from, statement.first), statement.first))
                if statement.aside == "season" and self.dated and statement.spans:  # once, not each week
                    statement.note = self.typed(min(self.aside_from, statement.first), statement.last)
                    statement.spans = []
                else:
                    statement.comment = self.means if statement.aside == "call" else statement.season
                condition = statement.season if statement.aside == "season" else statement.comment
                self.doubt(f"ces horaires valent seulement : {condition}")
            plain += promoted
            asides = [statement for statement in asides if statement not in promoted]
        seasons = [statement for statement in asides if statement.aside == "season" and statement.stated]
        for statement in asides:
            if statement not in seasons:
                self._leave(statement.first, statement.last)
            if statement.aside == "call":
                self.apart.update(range(statement.first, statement.last + 1))
            elif statement.aside == "odd":
                self.known.update(range(statement.first, statement.last + 1))
        if seasons:
            self._comment(min(self.aside_from, seasons[0].first), seasons[-1].last)
        self._choose(plain)

    def _choose(self, plain: list[Statement]) -> None:
        """Keep the statements that say something, leave the others; a day named again without a word more is
        no news.
        """
        stated_days = {weekday for statement in plain if statement.stated for weekday in statement.weekdays}
        whose_days = {statement.weeks for statement in plain if statement.days}
        before: set[int] = set()
        for statement in plain:
            again = not statement.stated and statement.weekdays <= stated_days
            news = statement.weekdays != before or any(day.nth or day.half for day in statement.days or ())
            before = statement.weekdays
            if not statement.stated and statement.away and stated_days:
                self._comment(statement.first, statement.last)  # « tous les jours pendant les vacances »
            elif not statement.stated and (statement.murky or (again and news)):
                self._leave(statement.first, statement.last)
            elif statement.days is None and statement.weeks in whose_days and self._other_half(statement):
                self.out.statements.append(statement)
            elif statement.days is None and statement.weeks in whose_days:
                self.dayless.update(range(statement.first, statement.last + 1))
                self.doubt(f"« {self.typed(statement.first, statement.last)} » : on ne sait pas quel jour")
                self._leave(statement.first, statement.last)
            elif not again:
                self.out.statements.append(statement)

    def _other_half(self, statement: Statement) -> bool:
        """Give hours without days those of the other half of the day, in the same sentence: « le matin 9h-12h
        du lundi au vendredi, sur rendez-vous l’après-midi de 14h à 17h ».
        """
        before = self.out.statements[-1] if self.out.statements else None
        if not before or not before.spans or not before.days or before.sealed or not statement.spans:
            return False
        between = range(before.first, statement.first)
        halved = any(self.source.tokens[n].kind == "half" for n in between)
        ends = max(span.end or MIDNIGHT for span in before.spans)
        if not halved or min(span.start for span in statement.spans) < max(ends, NOON):
            return False
        statement.days, statement.atoms = before.days, before.atoms
        self.doubt(f"« {self.typed(statement.first, statement.last)} » : lu pour les mêmes jours")
        return True

    def _gather_left(self) -> None:
        """Join neighbouring pieces that were not understood, as typed, and say them beside the hours they
        limit.
        """
        run: list[int] = []
        headings: dict[int, str] = {}
        for n, kind in enumerate([*(token.kind for token in self.source.tokens), "end"]):
            if n in self.left:
                run.append(n)
            elif run and (kind not in NEUTRAL or kind == "stop"):
                self.out.unread.append(_balanced(self.typed(run[0], run[-1])))
                self._say_beside(run, headings, heads=self._heads(run))
                run = []
        for statement in self.out.statements:
            if heading := next(
                (headings[n] for n in sorted(headings, reverse=True) if n < statement.first), ""
            ):
                statement.comment = _together(heading, statement.comment)
            statement.service = bool(heading) or self._titled(statement)
        self._spare_the_place()
        doubts_text = " ".join(self.source.doubts)
        if pieces := [f"« {piece} »" for piece in self.out.unread if f"« {piece} »" not in doubts_text]:
            self.doubt(f"non compris : {' … '.join(pieces)}")

    def _spare_the_place(self) -> None:
        """Keep beside the hours of a service what closes it alone: « Point info : mardi 9h-11h (fermé en
        août) », in a place that opens on Tuesdays.
        """
        for about, period, typed in self.shut_beside:
            place = [each for each in self.out.statements if each.spans and not each.service]
            if about.service and any(each.weekdays & about.weekdays for each in place):
                self.out.closed.remove(period)
                about.comment = _together(about.comment, typed)

    def _titled(self, statement: Statement) -> bool:
        """Return True if the sentence of these hours begins by a name: « accès libre : … »."""
        tokens, start = self.source.tokens, statement.first
        while start and tokens[start - 1].kind != "stop":
            start -= 1
        at = start
        while at < statement.first and tokens[at].kind in ("filler", "note", "desk", "word", "of"):
            at += 1
        if at == start or tokens[at].kind != "colon":
            return False
        title_words = set(re.findall(r"[a-z]+", folded(self.typed(start, at - 1))))
        return bool(title_words & TITLES) or any(token.kind == "word" for token in tokens[start:at])

    def _heads(self, run: list[int]) -> bool:
        """Return True if a piece not understood is about the hours to come: « Atelier : … », « … et pour les
        groupes le jeudi 9h-11h ».
        """
        tokens = self.source.tokens
        skipped = ("filler", "of", "range", "close", "opened")
        after = next((n for n in range(run[-1] + 1, len(tokens)) if tokens[n].kind not in skipped), 0)
        if after and tokens[after].kind == "colon" and self._only_closes(run[-1] + 1, after):
            return True
        lines = self.source.text[tokens[run[-1]].end : tokens[after].end].count("\n")
        named = tokens[after].kind in ("day", "nth") or (tokens[after].kind == "stop" and after > 0)
        if not after or not named:
            return False
        if tokens[after].kind == "stop":  # a line of words, and below it days that others have named
            return lines > 0 and self._begins_a_line(run[0]) and self._names_again(after + 1)
        piece_text = folded(self.typed(run[0], run[-1]))
        return not lines and (self._begins_a_part(run[0]) or piece_text.startswith("pour "))

    def _only_closes(self, first: int, last: int) -> bool:
        """Return True if nothing but the end of a parenthesis stands there: « l’agence (dans le hall) : »."""
        return all(token.kind == "close" for token in self.source.tokens[first:last])

    def _begins_a_line(self, at: int) -> bool:
        tokens, at = self.source.tokens, self._back(at)
        return at > 0 and "\n" in self.source.text[tokens[at - 1].start : tokens[at].start]

    def _begins_a_part(self, at: int) -> bool:
        """Return True if a line, a sentence or a member of a list begins there."""
        at = self._back(at)
        return at > 0 and self.source.tokens[at - 1].kind in ("stop", "and", "open")

    def _back(self, at: int) -> int:
        """Return the first of the small words that stand before a piece."""
        while at and self.source.tokens[at - 1].kind in ("filler", "of", "opened"):
            at -= 1
        return at

    def _names_again(self, at: int) -> bool:
        tokens = self.source.tokens
        while at < len(tokens) and tokens[at].kind in NEUTRAL - {"colon", "month"}:
            at += 1
        named = tokens[at].value if at < len(tokens) and tokens[at].kind == "day" else ()
        return bool(named) and any(
            set(named) <= each.weekdays and each.first < at for each in self.out.statements
        )

    def _say_beside(self, run: list[int], headings: dict[int, str], *, heads: bool) -> None:
        """Make a comment of a piece not understood: of the hours after a heading, else of those just before.

        Such hours are no longer firm: another town, members only, a day that nobody reads. Those of a
        telephone
        are no opening, and say nothing of the others.
        """
        if any(n in self.apart or self.source.tokens[n].kind in ("call", "means") for n in run):
            return
        first, last = run[0], run[-1]
        while last + 1 < len(self.source.tokens) and self._limits(last + 1):
            last += 1
        if last == len(self.source.tokens) - 1 and self._ends_in_a_word():
            last -= 1  # « Mercred » helps nobody: that the text was cut is said
        if last < first:
            return
        piece = _balanced(self.typed(first, last)).rstrip(" ,;")
        if own_days := self._announced_days(run):
            for each in self.out.statements:
                if each.weekdays & own_days:
                    each.comment = _together(each.comment, piece)
            return
        before = [each for each in self.out.statements if each.first <= first]
        if heads or not before:
            headings[first] = piece
        elif before:
            before[-1].comment = _together(before[-1].comment, piece)

    def _announced_days(self, run: list[int]) -> set[int]:
        """Return the days that a piece not understood is about alone: « jeudi : accueil de groupes »; none
        for « jeudi des ateliers ».
        """
        tokens, at = self.source.tokens, run[0]
        while at < len(tokens) and tokens[at].kind in (*DAY_KINDS, "and", "range", "filler", "of"):
            at += 1
        is_announced = at < len(tokens) and tokens[at].kind == "colon" and tokens[run[0]].kind in DAY_KINDS
        return {day for days in self._named_in(run) for day in days} if is_announced else set()

    def _tell_lost(self) -> None:
        """Say the days of which hours may have been lost: no hour of theirs is firmly closed."""
        tokens, start = self.source.tokens, 0
        for stop in (*(n for n, token in enumerate(tokens) if token.kind == "stop"), len(tokens)):
            self._tell_lost_in(range(start, stop))
            start = stop + 1
        timed_days = {day for each in self.out.statements for day in each.weekdays}
        self.out.unsure |= {day for days in self.stray_days if not set(days) & timed_days for day in days}
        self.out.unsure.discard(PUBLIC_HOLIDAY)

    def _tell_lost_in(self, sentence: range) -> None:
        """Say the days of the hours that a sentence leaves aside, and those it names for nothing known."""
        kinds = {n: self.source.tokens[n].kind for n in sentence if n not in self.apart | self.known}
        if {"call", "means"} & set(kinds.values()) or (
            kinds and FORMER.search(folded(self.typed(sentence[0], sentence[-1])))
        ):
            return
        unread_places = [n for n in kinds if n in self.left]
        lost = [n for n in unread_places if kinds[n] in ("time", "wrong") and not self._within_known(n)]
        if unread_places and not DENYING.search(folded(self.typed(sentence[0], sentence[-1]))):
            self.stray_days |= self._named_in(unread_places)
        if len(lost) < 2 or CALLING.search(folded(self._left_until(lost[0]))):
            return  # « fermeture des caisses à 16h » loses none
        before = [each for each in self.out.statements if each.first < lost[0]]
        every = {day for each in self.out.statements for day in each.weekdays}
        if before and not before[-1].timed and before[-1].first in sentence:
            self.out.unsure |= before[-1].weekdays  # « lundi 14h-12h, jeudi 9h-12h » says nothing of Monday
        elif before and before[-1].first in sentence and self._in_parentheses(lost[0], before[-1].first):
            self.out.unsure |= before[-1].weekdays  # « lundi 9h-12h (le gardien passe de 14h à 16h) »
        else:
            named = {day for days in self._named_in(kinds) for day in days}
            self.out.unsure |= named or (before[-1].weekdays if before else every)
            self.out.unsure |= set(WORKDAYS) if self.dayless & set(lost) else set()

    def _left_until(self, n: int) -> str:
        """Return the words that stand right before hours not understood."""
        tokens, first = self.source.tokens, n
        while first and tokens[first - 1].kind not in ("stop", "open", "close", "time", *DAY_KINDS):
            first -= 1
        return self.typed(first, n)

    def _in_parentheses(self, n: int, since: int) -> bool:
        kinds = [token.kind for token in self.source.tokens[since:n]]
        return kinds.count("open") > kinds.count("close")

    def _within_known(self, n: int) -> bool:
        """Return True if a time falls within the hours just before: « 14h-18h (atelier de 14h à 16h) »."""
        before = [each for each in self.out.statements if each.first < n and each.spans]
        return self.source.tokens[n].kind == "time" and any(
            span.start <= self.source.tokens[n].value <= (span.end or MIDNIGHT)
            for each in before[-1:]
            for span in each.spans
        )

    def _named_in(self, places: Iterable[int]) -> set[tuple[int, ...]]:
        """Return the days named there; « semaine 2 » names none."""
        tokens = self.source.tokens
        return {
            tokens[n].value
            for n in places
            if tokens[n].kind in DAY_KINDS and len(tokens[n].value) <= len(WEEKEND)
        }

    def _limits(self, n: int) -> bool:
        return folded(self.typed(n, n)) in LIMITS

    def _ends_in_a_word(self) -> bool:
        """Recognise a text cut within its last word: a field too short for it, or « mercred »."""
        if self.is_cut:
            return True
        token = self.source.tokens[-1]
        word = folded(self.source.text).rstrip()[token.start :]
        least = 2 if token.kind == "word" else MAX_SHORT_DAY
        return len(word) > least and word not in FULL and any(day.startswith(word) for day in FULL)

    def _tell_cut(self) -> None:
        """Say that a text was cut, where its last words call for others."""
        tokens = self.source.tokens
        if not tokens or not any(each.spans for each in self.out.statements):
            return
        text = folded(self.source.text).rstrip()
        if self._ends_in_a_word() or any(
            match.end() == len(text) for match in CUT.finditer(text, max(len(text) - 12, 0))
        ):
            self.out.comments.append(CUT_SHORT)
            self.doubt(f"le texte s’arrête au milieu d’une phrase : « … {text[-20:]} »")


def _dated(items: list[Item]) -> list[Item]:
    """Return the items with « été (du 1er avril au 30 septembre) » read as the dates it gives."""
    out: list[Item] = []
    for at, item in enumerate(items):
        inner = [each for each in item.value if each.kind not in JOINTS] if item.kind == "paren" else []
        named = next((n for n in range(len(out), 0, -1) if out[n - 1].kind not in JOINTS), 0)
        if [each.kind for each in inner] != ["season"] or inner[0].value in SEASONS:
            out.append(item)
        elif named and (out[named - 1].kind, out[named - 1].value) == ("season", "holiday"):
            out[named - 1 :] = [Item("season", inner[0].value, out[named - 1].first, item.last)]
        elif [each.kind for each in items[at + 1 : at + 2]] == ["colon"]:  # « saison haute (mai à août) : … »
            out.append(inner[0])
        else:
            out.append(item)
    return out


def _paired(items: list[Item]) -> list[Item]:
    """Return the items without the ends of lines that part hours from the days below them."""
    lines: list[list[Item]] = [[]]
    for item in items:
        if item.kind == "stop":
            lines.append([])
        lines[-1].append(item)
    kinds = [[item.kind for item in line if item.kind not in NEUTRAL] for line in lines]
    kinds_of_lines = [kind for kind in kinds if kind]
    if len(kinds_of_lines) < 4 or kinds_of_lines != [["times"], ["days"]] * (len(kinds_of_lines) // 2):
        return items
    return [
        item
        for line, kind in zip(lines, kinds, strict=True)
        for item in line
        if not (kind == ["days"] and item.kind == "stop")
    ]


def _half_days_shut(items: list[Item]) -> list[Item]:
    """Return the items with « matin fermé » and « matin : fermé » as « fermé le matin »."""
    out: list[Item] = []
    for at, item in enumerate(items):
        before = len(out) - 1
        while before >= 0 and out[before].kind in ("filler", "of", "colon"):
            before -= 1
        after = next((each.kind for each in items[at + 1 :] if each.kind not in ("filler", "of")), "")
        if (
            item.kind != "off"
            or before < 0
            or out[before].kind != "half"
            or after in ("days", "half", "season")
        ):
            out.append(item)
            continue
        half = out[before]
        out[before:] = [Item(*piece, half.first, item.last) for piece in (item[:2], half[:2])]
    return out


def _balanced(piece: str) -> str:
    """Return a piece of text with its parenthesis closed, where the sign that closes it was read apart."""
    return piece + ")" * (piece.count("(") > piece.count(")"))


def _together(*comments: str) -> str:
    return ", ".join(dict.fromkeys(filter(None, comments)))


def _in_its_season(statement: Statement, known: set[int]) -> bool:
    """Return True if hours of summer or winter are of days that have no others: « mardi 9h-12h, samedi de 14h
    à 17h en hiver ». Holidays are too few: their hours stay beside.
    """
    holidays = any(word in folded(statement.season) for word in ("vac", "conge", "scol"))
    return (
        statement.aside == "season"
        and bool(statement.spans)
        and not holidays
        and not statement.weekdays & known
    )


def _replaced(spans: list[Span], times: Times) -> list[Span]:
    """Return hours with what other times make of them, an end or the whole; [] when nobody knows which."""
    end = times.until if times.until is not None else times.alone
    *earlier_spans, last = spans
    if not times.spans:
        return [*earlier_spans, last._replace(end=end)] if end is not None and end > last.start else []
    if len(times.spans) == len(spans):
        return [new._replace(note=old.note) for new, old in zip(times.spans, spans, strict=True)]
    untouched = [span for span in spans if not any(_overlap(span, new) for new in times.spans)]
    unsure = [span._replace(note=UNSURE) for span in untouched]  # « 9h-12h et 14h-18h (8h-11h en août) »
    return sorted([*unsure, *times.spans]) if len(untouched) + len(times.spans) == len(spans) else []


def _overlap(a: Span, b: Span) -> bool:
    return bool(a.end and b.end and a.start < b.end and b.start < a.end)


def _flat(days: Item) -> tuple[Day, ...]:
    return tuple(day for atom in days.value for day in atom)


def _codes(days: tuple[Day, ...]) -> str:
    return ",".join(dict.fromkeys(CODES[day.weekday] for day in days))


def _whole_days(days: tuple[Day, ...]) -> bool:
    return all(not day.half and not day.nth and day.weekday < PUBLIC_HOLIDAY for day in days)


def _end_alone(item: Item | None) -> bool:
    """Return True if the item is « jusqu’à 15h30 », without a beginning."""
    return item is not None and item.kind == "times" and item.value.until is not None and not item.value.spans
