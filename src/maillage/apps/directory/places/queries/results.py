"""The public search for a place: its criteria, its results, and what to say when there are none."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from operator import itemgetter

from django.db.models import Count, Exists, OuterRef

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Lieu, Source
from maillage.apps.directory.places.queries import districts, places, published, ranking, rides, walks
from maillage.apps.directory.places.queries.places import Fact, Fresh, Phone, metres_in_words
from maillage.apps.directory.places.queries.search import Matches, Wanted, facets_of, search
from maillage.apps.directory.places.queries.walks import metres_in, minutes_of
from maillage.apps.directory.places.queries.where import Spot
from maillage.apps.territories.rules import AREAS
from maillage.reference import offer
from maillage.sources import cog
from maillage.statistics.offer.districts import EDGE, UNKNOWN
from maillage.web.hooks import Hook
from maillage.words.languages import say, spoken, to_say, typed
from maillage.words.wording import NBSP, listing, lower_first
from maillage.words.wording import at as in_place

PAGE = 30
ALWAYS_DISPLAYED = 3  # the others are folded on a narrow screen
USUAL = 30  # minutes on foot, when nobody says how many
NAMED = 6  # départements said to be covered
PRINTED = 200  # places of a printed list
NEAR_METRES = 20_000  # within which a place known here says that its surroundings were looked at
FARTHEST_TRIP_METRES = 100_000  # beyond, the nearest place known here helps nobody
NEAREST = 500  # places read at most, nearest first: what is opened now is not in the index
BEYOND = 3  # places told when none is within a walk
MOST_UNSURE = 10  # places of unknown hours told after those that are open
RANKED = 100  # of the nearest: the order of the others is that of their distance
RING = 15  # minutes of the circle drawn around the spot
ALL = 0  # minutes: no limit
MINUTES = {
    15: to_say("15 minutes"),
    30: to_say("30 minutes"),
    60: to_say("1 heure"),
    ALL: to_say("sans limite"),
}
LONG = 60  # minutes beyond which a walk is told in kilometres
NO_STREETS = walks.Walks({}, "")

SURVEYED: Hook[Callable[[Collection[str]], bool]] = Hook()
"""The answer for communes: True where a census is finished."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A search filter. facets: any of them matches; none for what depends on the clock, where moments returns
    the times at one of which a place must be open, from a time of the clock. more: rarely used.
    """

    id: str
    label: str
    icon: str
    facets: tuple[str, ...] = ()
    more: bool = False
    moments: Callable[[datetime], list[datetime]] | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu of the search. choices: the label of each value."""

    id: str
    label: str
    choices: Mapping[str, str]


EVENING, SATURDAY, SUNDAY = 18, 5, 6  # the hour when an evening begins; the weekdays
DAYTIME_HOURS = (9, 11, 14, 16)


def _this_evening(at: datetime) -> list[datetime]:
    """Return the half hours of the evening that are still to come; the moment itself once it is late."""
    evening = [at.replace(hour=hour, minute=30, second=0) for hour in range(EVENING, 22)]
    return [moment for moment in evening if moment >= at] or [at]


def _on_saturday(at: datetime) -> list[datetime]:
    """Return moments of the next Saturday, today on a Saturday."""
    day = at + timedelta(days=(SATURDAY - at.weekday()) % 7)
    return [day.replace(hour=hour, minute=30, second=0) for hour in DAYTIME_HOURS]


def _on_weekend(at: datetime) -> list[datetime]:
    """Return moments of the next Saturday and Sunday; of today alone on a Sunday."""
    sunday = at + timedelta(days=SUNDAY - at.weekday())
    moments = [sunday.replace(hour=hour, minute=30, second=0) for hour in DAYTIME_HOURS]
    return moments if at.weekday() == SUNDAY else [*_on_saturday(at), *moments]


WHENS = (
    Filter("ouvert", to_say("Ouvert maintenant"), "clock", moments=lambda at: [at]),
    Filter("soir", to_say("Ce soir"), "moon", moments=_this_evening),
    Filter("samedi", to_say("Samedi"), "calendar", moments=_on_saturday),
    Filter("week_end", to_say("Le week-end"), "calendar", moments=_on_weekend),
)
FILTERS: Mapping[str, Filter] = {
    f.id: f
    for f in (
        *WHENS,
        Filter("gratuit", to_say("Gratuit"), "euro", ("prix:free",)),
        Filter("debuter", to_say("Pour débuter"), "user-check", ("niveau:beginner",)),
        Filter("sans_rendez_vous", to_say("Sans rendez-vous"), "door-open", ("venir:come",)),
        Filter("fauteuil", to_say("Accès fauteuil"), "accessibility", ("pour:motor",)),
        Filter(
            "wifi_libre", to_say("Wifi sans e-mail ni téléphone"), "wifi", ("wifi:sans_contact",), more=True
        ),
        Filter(
            "occasion",
            to_say("Appareils remis en état ou d’occasion"),
            "recycle",
            tuple(
                f"pratique:{id}:{state}"
                for id in ("vente", "pret", "don", "telephonie")
                for state in ("refurbished", "second_hand")
            ),
            more=True,
        ),
        Filter(
            "domicile",
            to_say("On vient chez vous"),
            "house",
            ("pratique:assistance:a_domicile", "pratique:reparation:a_domicile"),
            more=True,
        ),
        Filter(
            "quartier",
            to_say("Vient dans les quartiers prioritaires"),
            "map-pin",
            ("ailleurs:district",),
            more=True,
        ),
        Filter(
            "logement",
            to_say("Internet dans les logements"),
            "wifi",
            ("pratique:telephonie:logements",),
            more=True,
        ),
        Filter(
            "soi_meme",
            to_say("On répare soi-même, avec de l’aide"),
            "wrench",
            ("pratique:reparation:auto_reparation",),
            more=True,
        ),
        Filter(
            "conseiller",
            to_say("Avec un conseiller numérique"),
            "users",
            ("reseau:conseillers-numeriques",),
            more=True,
        ),
    )
}
# A list of the offer, its question in the search, the family of its facets, and what is not asked there.
MENU_FIELDS = {
    "pour_qui": ("publics_specifiquement_adresses", to_say("Un accueil pour"), "public", ()),
    "comment": ("modalites_accompagnement", to_say("Comment être aidé"), "aide", ()),
    "adapte": (
        "prise_en_charge_specifique",
        to_say("Un accueil adapté"),
        "pour",
        ("motor", "english", "languages"),
    ),
}
LANGUAGES = {
    "anglais": (to_say("Anglais"), ("pour:english", "langue:Anglais")),
    "autre": (to_say("Toute langue étrangère"), ("langues:oui",)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search. need: a practice, '' for any; filters: of FILTERS; chosen: of menus; minutes: ALL for any."""

    spot: Spot | None = None
    need: str = ""
    filters: tuple[str, ...] = ()
    chosen: Mapping[str, str] = field(default_factory=dict)
    minutes: int = USUAL
    text: str = ""
    n_rows: int = PAGE

    @property
    def facets(self) -> tuple[tuple[str, ...], ...]:
        need = ((f"pratique:{self.need}",),) if self.need else ()
        menus = (chosen_facets(id, value) for id, value in self.chosen.items())
        return (*need, *(FILTERS[id].facets for id in self.filters if FILTERS[id].facets), *menus)

    @property
    def narrowed(self) -> int:
        """Return the number of criteria beside where and what for."""
        return len(self.filters) + len(self.chosen) + bool(self.text)

    @property
    def is_around(self) -> bool:
        return self.spot is not None and self.spot.is_point

    @property
    def by_clock(self) -> bool:
        return any(FILTERS[id].moments for id in self.filters)

    def meets_clock(self, lieu: Lieu, at: datetime) -> bool:
        """Return True for a place that is open at one moment of each filter that depends on the clock."""
        return self._at_some_moment(places.is_open, lieu, at)

    def may_meet_clock(self, lieu: Lieu, at: datetime) -> bool:
        """Return True for a place whose hours, unknown or doubtful, leave it possible, though not known."""
        return not self.meets_clock(lieu, at) and self._at_some_moment(places.may_be_open, lieu, at)

    def _at_some_moment(self, is_so: Callable[[Lieu, datetime], bool], lieu: Lieu, at: datetime) -> bool:
        filters = [FILTERS[id].moments for id in self.filters]
        return all(any(is_so(lieu, then) for then in moments(at)) for moments in filters if moments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A place in the list. metres, minutes: on foot, or as the crow flies (see `_far`), in words, '' when its
    point or the spot is not known; streets: see `walks.Walks.credit`; ride: by public transport, in words, ''
    when walking is shorter.
    """

    number: int
    slug: str
    name: str
    address: str
    metres: str
    minutes: str
    latitude: float | None
    longitude: float | None
    tags: Sequence[Fact]
    price: Fact | None
    opened: Fact
    full: Fact | None
    fresh: Fresh
    phones: Sequence[Phone]
    hours: str
    streets: str
    ride: str = ""

    @property
    def silent(self) -> str:
        """Return the advice for a place whose offer is unknown, '' when it is known."""
        if self.tags:
            return ""
        if self.phones:
            return say("Ne dit pas ce qu’on y trouve : appelez")
        return say("Ne dit pas ce qu’on y trouve : renseignez-vous avant de venir")


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest place beyond reach: minutes on foot, and where it is, in words."""

    minutes: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Search results. total: how many places in all, counted once each; repeated: how many more sheets
    describe one of them; unlocated: places without a known point; more: how many sheets the next page adds.

    cut: only the first places were examined. nearest: when nothing is within reach, the nearest beyond; None
    when there is none; beyond: the few nearest (see `rules.apparent_metres`). instead: the alternative when
    no place declares the practice. next_open: the first to open, when none is open now. streets, timetable:
    see `walks.Walks.credit`, `rides.Rides.credit`.

    Where an hour is asked: n_any_hour, how many places there are whatever the hour; n_unsure, those of them
    whose hours are not known well enough; unsure: the first of these. 0 and () where none is.
    """

    rows: Sequence[Row]
    unlocated: Sequence[Row]
    total: int
    repeated: int
    more: int
    cut: bool
    headline: str
    nearest: Nearest | None
    instead: str = ""
    next_open: Row | None = None
    streets: str = ""
    timetable: str = ""
    beyond: Sequence[Row] = ()
    n_any_hour: int = 0
    n_unsure: int = 0
    unsure: Sequence[Row] = ()

    @property
    def folded(self) -> int:
        """The number of sheets after those always displayed, on this page or on the next ones."""
        return self.total + self.repeated - ALWAYS_DISPLAYED


def menus() -> list[Menu]:
    """Return the menus of the search, each from its closed list; languages are those declared by some
    place.
    """
    menus_of_lists = [
        Menu(id, label, _choices(list_id, but)) for id, (list_id, label, _, but) in MENU_FIELDS.items()
    ]
    spoken = {facet.partition(":")[2] for facet in facets_of("langue")} - {"Anglais", "Français"}
    languages = {slug: words for slug, (words, _) in LANGUAGES.items()} | {
        each: each for each in sorted(spoken)
    }
    return [*menus_of_lists, Menu("langue", to_say("Dans quelle langue"), languages)]


def chosen_facets(menu: str, value: str) -> tuple[str, ...]:
    """Return the facets of a value chosen in a menu, any of which matches; none for an unknown value."""
    if menu == "langue":
        return LANGUAGES[value][1] if value in LANGUAGES else (f"langue:{value}",)
    if menu in AREAS:
        return (f"{menu}:{value}",) if value in districts.ANSWERS[menu] else ()
    list_id, _, family, but = MENU_FIELDS[menu]
    return (f"{family}:{value}",) if value in _choices(list_id, but) else ()


def _choices(list_id: str, but: Collection[str]) -> dict[str, str]:
    return {slug: value.plain for slug, value in offer.lists()[list_id].values.items() if slug not in but}


@dataclass(frozen=True, slots=True)
class Instead:
    """The alternative when no place declares the practice, in words. lacks_near: within a walk."""

    need: str
    lacks: str
    lacks_near: str
    shows: str


INSTEAD = {
    "orientation": Instead(
        "assistance",
        to_say("Aucun lieu n’indique orienter les personnes"),
        to_say("Aucun lieu, à moins {within}, n’indique orienter les personnes"),
        to_say("Voici les lieux qui aident en personne."),
    ),
    "recharge": Instead(
        "libre_acces",
        to_say("Aucun lieu n’indique qu’on peut y recharger un téléphone"),
        to_say("Aucun lieu, à moins {within}, n’indique qu’on peut y recharger un téléphone"),
        to_say("Voici les lieux qui ont des ordinateurs : demandez une prise."),
    ),
}


def find(search: Search, at: datetime) -> Results:
    """Return the places that meet every criterion; nearest first around a spot, else by name.

    When none declares a practice that other places may offer, those are returned instead, and the page says
    so.
    """
    results = _matching(search, at)
    other = INSTEAD.get(search.need)
    if other is None or results.rows or results.unlocated or results.n_any_hour:
        return results
    for minutes in dict.fromkeys((search.minutes, ALL)):
        near = _matching(replace(search, need=other.need, minutes=minutes), at)
        if near.rows or near.unlocated:
            return replace(
                near, headline=_lacking(search, other), instead=_alternative(search, results, other)
            )
    return results


def _matching(search: Search, at: datetime) -> Results:
    return _by_distance(search, at) if search.is_around else _by_name(search, at)


def _lacking(search: Search, other: Instead) -> str:
    near = search.is_around and search.minutes
    return say(other.lacks_near, within=_within(search.minutes)) if near else say(other.lacks)


def _within(minutes: int) -> str:
    """Return a walk as it follows “à moins”."""
    words = say(MINUTES[minutes])
    if not spoken().is_french:
        return words
    return f"d’{words}" if minutes == 60 else f"de {words}"


def _alternative(search: Search, results: Results, other: Instead) -> str:
    """Return the alternative in words, with a warning that the data is missing from the census."""
    nearest = (
        say("Le plus proche qui le dit est {where}.", where=results.nearest.words) if results.nearest else ""
    )
    lack = say("C’est un manque de notre recensement : des lieux le font peut-être sans l’avoir dit.")
    return " ".join(filter(None, (say(other.shows), nearest, lack)))


def minutes_in_words(minutes: float) -> str:
    """Return minutes on foot in words; by five beyond twenty, since all of it is about.

    >>> minutes_in_words(0.2), minutes_in_words(12.6), minutes_in_words(33), minutes_in_words(
    ...     75), minutes_in_words(61)
    ('1 min', '13 min', '35 min', '1 h 15', '1 h')
    """
    rounded = max(round(minutes), 1) if minutes < 20 else round(minutes / 5) * 5
    hours, rest = divmod(rounded, 60)
    if not hours:
        return say("{minutes} min", minutes=rest)
    return (
        say("{hours} h {minutes}", hours=hours, minutes=f"{rest:02d}")
        if rest
        else say("{hours} h", hours=hours)
    )


def far_in_words(minutes: float) -> str:
    """Return how far minutes on foot lead: the walk within an hour, the distance alone beyond.

    >>> far_in_words(18), far_in_words(140)
    ('18 min à pied', '11 km')
    """
    if minutes > LONG:
        return metres_in_words(metres_in(minutes))
    return say("{minutes} à pied", minutes=minutes_in_words(minutes))


# ----------------------------------------------------------------------------------------------------- around


def _by_distance(search: Search, at: datetime) -> Results:
    limit = metres_in(search.minutes)
    matches = _search(search, radius=walks.farthest(search.minutes), limit=NEAREST)
    lieu_by_pk, walked = _walked(search, matches, search.minutes)
    metres = walked.metres
    reached = [lieu for id, lieu in lieu_by_pk.items() if not limit or metres[id] <= limit]
    located = sorted(filter(places.is_located, reached), key=lambda lieu: metres[lieu.pk])
    near = [lieu for lieu in located if search.meets_clock(lieu, at)]
    if search.minutes:
        nearest = near[:RANKED]
        nearest.sort(key=lambda lieu: ranking.rank(lieu, minutes_of(metres[lieu.pk]), search.need, at))
        near[:RANKED] = nearest
    unlocated = _unlocated(search, at, {lieu.pk: lieu for lieu in reached if not places.is_located(lieu)})
    page_lieux = [(lieu, metres[lieu.pk]) for lieu in near[: search.n_rows]]
    beyond, walked_beyond = ([], NO_STREETS) if page_lieux else _beyond(search, at)
    unsure = [(lieu, metres[lieu.pk]) for lieu in _unsure(search, located, at)]
    ridden = _ridden(search, [*page_lieux, *unsure[:MOST_UNSURE], *beyond], at)

    def rows_of(near_lieux: Sequence[tuple[Lieu, float]], first: int, way: walks.Walks) -> list[Row]:
        return [
            _row(lieu, k, search, at, far, way, ridden) for k, (lieu, far) in enumerate(near_lieux, first)
        ]

    cut = matches.total > NEAREST
    again = published.repeats({lieu.pk for lieu in near}, matches.pairs)
    return Results(
        rows=rows_of(page_lieux, 1, walked),
        unlocated=unlocated,
        total=len(near) - again,
        repeated=again,
        more=min(PAGE, len(near) - len(page_lieux)),
        cut=cut,
        headline=_headline(len(near) - again, search, is_cut=cut, n_unlocated=len(unlocated)),
        nearest=_nearest(beyond, walked_beyond),
        next_open=None if page_lieux else _next_open(search, list(lieu_by_pk.values()), at),
        streets=walked.credit,
        timetable=ridden.credit,
        beyond=rows_of(beyond, len(page_lieux) + len(unsure[:MOST_UNSURE]) + 1, walked_beyond),
        n_any_hour=_n_any_hour(search, located, matches),
        n_unsure=len(unsure),
        unsure=rows_of(unsure[:MOST_UNSURE], len(page_lieux) + 1, walked),
    )


def _n_any_hour(search: Search, lieux: Sequence[Lieu], matches: Matches) -> int:
    """Return how many places there are whatever the hour, counted once each; 0 when no hour is asked."""
    return (
        len(lieux) - published.repeats({lieu.pk for lieu in lieux}, matches.pairs) if search.by_clock else 0
    )


def _unsure(search: Search, lieux: Iterable[Lieu], at: datetime) -> list[Lieu]:
    """Return the places that may meet the clock, nobody knows; none when no hour is asked."""
    return [lieu for lieu in lieux if search.by_clock and search.may_meet_clock(lieu, at)]


def _ridden(search: Search, far_lieux: Sequence[tuple[Lieu, float]], at: datetime) -> rides.Rides:
    """Return the ways by public transport to places, each with its metres on foot, on the day that is
    asked.
    """
    point = search.spot.point if search.spot else None
    days = [moments(at)[0] for id in search.filters if (moments := FILTERS[id].moments)]
    minutes = {lieu.pk: minutes_of(far) for lieu, far in far_lieux}
    return rides.of(point, [lieu for lieu, _ in far_lieux], minutes, max(days, default=at))


def _walked(search: Search, matches: Matches, minutes: float) -> tuple[dict[int, Lieu], walks.Walks]:
    """Return the places of a search around a spot, nearest as the crow flies first, and how far they are."""
    crows = dict(matches.places)
    lieu_of = {lieu.pk: lieu for lieu in Lieu.objects.filter(pk__in=crows)}
    point = search.spot.point if search.spot else None
    return {id: lieu_of[id] for id in crows}, walks.of(point, lieu_of.values(), crows, minutes)


def _next_open(search: Search, lieux: Sequence[Lieu], at: datetime) -> Row | None:
    """Return the place that opens first, when none is open now; None when another hour was asked."""
    if [id for id in search.filters if FILTERS[id].moments] != ["ouvert"]:
        return None
    opens = ((ranking.opens_at(lieu.sheet, places.there(lieu, at)), lieu) for lieu in lieux[:RANKED])
    first = min(((when, lieu) for when, lieu in opens if when), key=itemgetter(0), default=None)
    return _row(first[1], 0, search, at, None) if first else None


def _unlocated(criteria: Search, at: datetime, known: Mapping[int, Lieu]) -> list[Row]:
    """Return the places of the commune without a known point, and those in a commune within reach."""
    spot = criteria.spot
    lieu_by_pk = dict(known)
    if spot is not None and spot.communes:
        ids = [
            id
            for id, _ in search(
                Wanted(text=criteria.text, facets=criteria.facets, communes=spot.communes, limit=NEAREST)
            ).places
        ]
        lieu_by_pk |= {lieu.pk: lieu for lieu in Lieu.objects.filter(pk__in=ids).exclude(places.located())}
    lieux = sorted(lieu_by_pk.values(), key=lambda lieu: (lieu.name, lieu.pk))
    open_lieux = [lieu for lieu in lieux if criteria.meets_clock(lieu, at)]
    return [_row(lieu, 0, criteria, at, None) for lieu in (*open_lieux, *_unsure(criteria, lieux, at))]


def _beyond(search: Search, at: datetime) -> tuple[list[tuple[Lieu, float]], walks.Walks]:
    """Return the few nearest places that meet every criterion, with their metres on foot, and their ways;
    none is beyond a trip.
    """
    matches = _search(search, radius=FARTHEST_TRIP_METRES, limit=NEAREST if search.by_clock else PAGE)
    lieu_by_pk, walked = _walked(search, matches, walks.MOST)
    near = [
        (lieu_by_pk[id], metres)
        for id, metres in walked.metres.items()
        if places.is_located(lieu_by_pk[id]) and search.meets_clock(lieu_by_pk[id], at)
    ]
    near.sort(key=lambda place: ranking.apparent_metres(place[0], place[1], search.need, at))
    return near[:BEYOND], walked


def _nearest(beyond: Sequence[tuple[Lieu, float]], walked: walks.Walks) -> Nearest | None:
    """Return where the nearest of these places is; None when there is none."""
    if not beyond:
        return None
    lieu, metres = min(beyond, key=itemgetter(1))
    minutes = minutes_of(metres)
    far, walk = _far(lieu, metres, walked)
    if _is_guessed(lieu, metres, walked):
        far = f"{far} {walk}"
    elif walk:
        far = walk.replace(" min", " minutes") if spoken().is_french else walk
    town = str(lieu.sheet.get("commune", ""))
    words = (
        say("à environ {far}, {at_town}", far=far, at_town=in_place(town))
        if town
        else say("à environ {far}", far=far)
    )
    return Nearest(minutes, words)


def _search(criteria: Search, *, radius: float, limit: int, communes: tuple[str, ...] = ()) -> Matches:
    spot = criteria.spot
    return search(
        Wanted(
            text=criteria.text,
            latitude=spot.latitude if spot else None,
            longitude=spot.longitude if spot else None,
            radius=radius,
            facets=criteria.facets,
            communes=communes,
            limit=limit,
        )
    )


def unplaced(search: Search) -> dict[str, int]:
    """Return how many places of a search narrowed by areas are at an edge, and how many nobody can place:
    they meet every other criterion, and may be inside.
    """
    other_filters = {id: value for id, value in search.chosen.items() if id not in AREAS}
    radius = walks.farthest(search.minutes) if search.is_around and search.minutes else 0.0
    communes = search.spot.communes if search.spot and not search.is_around else ()
    count_by_facet = _search(
        replace(search, chosen=other_filters), radius=radius, limit=0, communes=communes
    ).facets
    kinds = [kind for kind in AREAS if kind in search.chosen]
    return {
        status: max(count_by_facet.get(f"{kind}:{status}", 0) for kind in kinds) for status in (EDGE, UNKNOWN)
    }


# ---------------------------------------------------------------------------------------------------- by name


def _by_name(criteria: Search, at: datetime) -> Results:
    communes = criteria.spot.communes if criteria.spot else ()
    limit = NEAREST if criteria.by_clock else criteria.n_rows
    matches = search(Wanted(text=criteria.text, facets=criteria.facets, communes=communes, limit=limit))
    lieu_by_pk = {lieu.pk: lieu for lieu in Lieu.objects.filter(pk__in=[id for id, _ in matches.places])}
    lieux = [lieu_by_pk[id] for id, _ in matches.places]
    open_lieux = [lieu for lieu in lieux if criteria.meets_clock(lieu, at)]
    unsure = _unsure(criteria, lieux, at)
    rows = [_row(lieu, k, criteria, at, None) for k, lieu in enumerate(open_lieux[: criteria.n_rows], 1)]
    sheets = len(open_lieux) if criteria.by_clock else matches.total
    again = published.repeats(
        {lieu.pk for lieu in open_lieux} if criteria.by_clock else matches.paired, matches.pairs
    )
    cut = criteria.by_clock and matches.total > NEAREST
    return Results(
        rows=rows,
        unlocated=(),
        total=sheets - again,
        repeated=again,
        more=min(PAGE, sheets - len(rows)),
        cut=cut,
        headline=_headline(sheets - again, criteria, is_cut=cut),
        nearest=None,
        next_open=None if rows else _next_open(criteria, list(lieu_by_pk.values()), at),
        n_any_hour=_n_any_hour(criteria, lieux, matches),
        n_unsure=len(unsure),
        unsure=[
            _row(lieu, k, criteria, at, None) for k, lieu in enumerate(unsure[:MOST_UNSURE], len(rows) + 1)
        ],
    )


# ------------------------------------------------------------------------------------------------------ words


def _headline(n_places: int, search: Search, *, is_cut: bool, n_unlocated: int = 0) -> str:
    """Return the count of places in words. is_cut: true where there may be more places; n_unlocated: those of
    the commune without a known distance.
    """
    if n_unlocated and not n_places and not search.by_clock:
        return say(
            "{n}\u00a0lieu de la commune, à une distance inconnue",
            "{n}\u00a0lieux de la commune, à une distance inconnue",
            n=n_unlocated,
        )
    counted = say("{n}\u00a0lieu", "{n}\u00a0lieux", n=n_places) if n_places else say("Aucun lieu")
    if is_cut and n_places:
        counted = say("Plus de {n}\u00a0lieu", "Plus de {n}\u00a0lieux", n=n_places)
    if search.by_clock:
        counted = (
            say(
                "{counted} ouvert à ces heures", "{counted} ouverts à ces heures", n=n_places, counted=counted
            )
            if n_places
            else say("Aucun lieu connu comme ouvert à ces heures")
        )
    if not search.is_around:
        return (
            say("{counted} : {place}", counted=counted, place=typed(search.spot.label))
            if search.spot
            else counted
        )
    if search.minutes == ALL:
        return say("{counted}, du plus proche au plus loin", counted=counted) if n_places > 1 else counted
    return say("{counted} à moins {within} à pied, environ", counted=counted, within=_within(search.minutes))


def _row(
    lieu: Lieu,
    position: int,
    search: Search,
    at: datetime,
    metres: float | None,
    walked: walks.Walks = NO_STREETS,
    ridden: rides.Rides = rides.NONE,
) -> Row:
    point = places.is_located(lieu)
    way = ridden.ways.get(lieu.pk)
    far, walk = _far(lieu, metres, walked) if metres is not None else ("", "")
    return Row(
        number=position,
        slug=lieu.slug,
        name=lieu.name,
        address=places.address(lieu.sheet),
        metres=far,
        minutes=walk,
        latitude=lieu.latitude if point else None,
        longitude=lieu.longitude if point else None,
        tags=places.tags(lieu.sheet, search.need),
        price=places.price(lieu.sheet),
        opened=_opened(lieu, search, at),
        full=places.full(lieu),
        fresh=places.fresh(lieu, at.date()),
        phones=places.phones(lieu.sheet),
        hours=places.in_words(lieu.sheet.get("horaires", {}), at.date()),
        streets=walked.credit,
        ride=rides.in_words(way, minutes_in_words(way.minutes)) if way else "",
    )


def _far(lieu: Lieu, metres: float, walked: walks.Walks) -> tuple[str, str]:
    """Return a distance, and its walk, in words, '' beyond an hour. Beyond a usual walk, a way that nobody
    drew may climb a cliff: the distance is the crow's, and says so.
    """
    minutes = minutes_of(metres)
    if _is_guessed(lieu, metres, walked):
        return metres_in_words(walks.crow_of(metres)), say("à vol d’oiseau")
    walk = say("{minutes} à pied", minutes=minutes_in_words(minutes)) if minutes <= LONG else ""
    return metres_in_words(metres), walk


def _is_guessed(lieu: Lieu, metres: float, walked: walks.Walks) -> bool:
    """Return True for a long walk whose way no street gives: it is not told in minutes."""
    return minutes_of(metres) > USUAL and lieu.pk not in walked.by_street


def _opened(lieu: Lieu, search: Search, at: datetime) -> Fact:
    """Return the opening of a place now, or at the first moment that was asked, whose day it says."""
    for when in WHENS[1:]:
        if when.id in search.filters and when.moments:
            open_moments = [moment for moment in when.moments(at) if places.is_open(lieu, moment)]
            if open_moments:
                fact = places.opened(lieu, open_moments[0])
                words = f"{say(when.label)}{NBSP}: {lower_first(fact.words)}"
                return replace(fact, words=words, brief="", rest="")
    return places.opened(lieu, at)


def nearest_to(lieu: Lieu, at: datetime, limit: int = 3) -> list[Row]:
    """Return the located places nearest to one, itself excluded: where to go when it has closed."""
    if lieu.latitude is None or lieu.longitude is None:
        return []
    spot = Spot(label=lieu.name, latitude=lieu.latitude, longitude=lieu.longitude)
    criteria = Search(spot=spot, minutes=ALL, n_rows=limit)
    matches = search(Wanted(latitude=lieu.latitude, longitude=lieu.longitude, limit=PAGE))
    lieu_by_pk = {each.pk: each for each in Lieu.objects.filter(pk__in=[id for id, _ in matches.places])}
    near = [
        (lieu_by_pk[id], crow or 0.0)
        for id, crow in matches.places
        if id != lieu.pk and places.is_located(lieu_by_pk[id])
    ]
    return [
        _row(lieu_near, k, criteria, at, walks.on_foot(crow))
        for k, (lieu_near, crow) in enumerate(near[:limit], 1)
    ]


@dataclass(frozen=True, slots=True)
class FirstNeed:
    """A need of the home page. practice: '' for whoever does not know."""

    practice: str
    words: str
    icon: str


FIRST_NEEDS = (
    FirstNeed("assistance", to_say("Une démarche"), "hand-helping"),
    FirstNeed("libre_acces", to_say("Un ordinateur"), "monitor"),
    FirstNeed("wifi", to_say("Internet"), "wifi"),
    FirstNeed("formation", to_say("Apprendre"), "graduation-cap"),
    FirstNeed("reparation", to_say("Une panne"), "wrench"),
    FirstNeed("", to_say("Je ne sais pas"), "circle-help"),
)


def first_needs(practice: str = "") -> tuple[FirstNeed, ...]:
    """Return the needs of the first form, with that of an address which is none of them."""
    known = offer.practices().get(practice)
    if known is None or practice in {need.practice for need in FIRST_NEEDS}:
        return FIRST_NEEDS
    return (*FIRST_NEEDS, FirstNeed(practice, known.need, known.icon))


def needs() -> dict[str, list[offer.Practice]]:
    """Return the practices by family, in the words of the public."""
    by_family: dict[str, list[offer.Practice]] = {}
    for practice in offer.practices().values():
        by_family.setdefault(FAMILIES.get(practice.family, FAMILIES["orientation"]), []).append(practice)
    return by_family


FAMILIES = {
    "acces": to_say("Se connecter, utiliser un ordinateur"),
    "equipement": to_say("Avoir un appareil, le réparer"),
    "assistance": to_say("Être aidé, savoir à qui demander"),
    "orientation": to_say("Être aidé, savoir à qui demander"),
    "diagnostic": to_say("Apprendre"),
    "formation": to_say("Apprendre"),
    "sensibilisation": to_say("Apprendre"),
}


def covers(spot: Spot | None) -> bool:
    """Return True where the directory lists a place of the same communes, or near the spot, or where a census
    is finished. Elsewhere, even in the same département, an empty list says nothing of what is there.
    """
    if spot is None or not (spot.communes or spot.is_point):
        return True
    if Lieu.objects.filter(state=rules.PUBLISHED, code_insee__in=spot.communes).exists():
        return True
    if not spot.is_point:
        return False
    return bool(_search(Search(spot=spot), radius=NEAR_METRES, limit=1).places) or SURVEYED.only()(
        spot.communes
    )


def is_empty() -> bool:
    """Return True as long as the directory has nothing to show to anybody."""
    return not Lieu.objects.filter(state=rules.PUBLISHED).exists()


def uncovered_headline(spot: Spot) -> str:
    return say("Notre annuaire ne couvre pas {place}", place=typed(spot.label))


def coverage() -> str:
    """Return the départements of which the directory lists places, those with the most first; '' for an empty
    directory.
    """
    counts: Counter[str] = Counter()
    of_commune = _departements()
    rows = Lieu.objects.filter(state=rules.PUBLISHED).values("code_insee").annotate(n=Count("pk"))
    for row in rows.order_by("code_insee"):
        if name := of_commune.get(row["code_insee"]):
            counts[name] += row["n"]
    return listing([typed(name) for name, _ in counts.most_common(NAMED)])


@cache
def _departements() -> Mapping[str, str]:
    """Return the name of the département of each commune, by code."""
    communes = cog.communes()
    return dict(zip(communes["code"].tolist(), communes["departement_name"].tolist(), strict=True))


def credits() -> str:
    """Return the producers of the places, with their licence, as required on every page with a map of
    them.
    """
    published = Lieu.objects.filter(source=OuterRef("pk"), state=rules.PUBLISHED)
    names = [
        f"{places.source_in_words(row)} ({typed(row.licence)})"
        if row.licence
        else places.source_in_words(row)
        for row in Source.objects.filter(Exists(published)).order_by("name")
    ]
    return listing(names) if names else ""
