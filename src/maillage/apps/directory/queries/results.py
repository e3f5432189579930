"""The public search for a place: its criteria, its results, and what to say when there are none."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache

from django.db.models import Count

from maillage.apps.directory import rules
from maillage.apps.directory.models import Lieu, Source
from maillage.apps.directory.queries import districts, places, published
from maillage.apps.directory.queries.places import Fact, Fresh, Phone, metres_in_words
from maillage.apps.directory.queries.search import Matches, Wanted, facets_of, search
from maillage.apps.directory.queries.where import Spot
from maillage.apps.territories.rules import AREAS
from maillage.pipeline.cog import clean as cog
from maillage.reference import offer
from maillage.reference.parameters import number
from maillage.words.languages import FRENCH, say, speaking, spoken, to_say, typed
from maillage.words.wording import at as in_place
from maillage.words.wording import listing

PAGE = 30
USUAL = 30  # minutes on foot, when nobody says how many
NAMED = 6  # départements said to be covered
PRINTED = 200  # places of a printed list
NEAREST = 500  # places read at most, nearest first: what is opened now is not in the index
RING = 15  # minutes of the circle drawn around the spot
ALL = 0  # minutes: no limit
MINUTES = {
    15: to_say("15 minutes"),
    30: to_say("30 minutes"),
    60: to_say("1 heure"),
    ALL: to_say("sans limite"),
}
LONG = 90  # minutes beyond which a walk is told in kilometres


@dataclass(frozen=True, slots=True)
class Filter:
    """A search filter. facets: any of them matches; none for what depends on the clock. more: rarely used."""

    id: str
    label: str
    icon: str
    facets: tuple[str, ...] = ()
    more: bool = False


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu of the search. choices: the label of each value."""

    id: str
    label: str
    choices: Mapping[str, str]


OPEN_NOW = Filter("ouvert", to_say("Ouvert maintenant"), "clock")
FILTERS: Mapping[str, Filter] = {
    f.id: f
    for f in (
        OPEN_NOW,
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
        return OPEN_NOW.id in self.filters


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A place in the list. metres, minutes: on foot, in words, '' when its point or the spot is not known."""

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
    when there is none. instead: the alternative when no place declares the practice.
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
    """The alternative when no place declares the practice, in words; the last of each pair: within a walk,
    nearest first.
    """

    need: str
    lacks: str
    lacks_near: str
    shows: str
    shows_near: str


INSTEAD = {
    "orientation": Instead(
        "assistance",
        to_say("Aucun lieu n’indique orienter les personnes"),
        to_say("Aucun lieu, à moins {within}, n’indique orienter les personnes"),
        to_say("Voici les lieux qui aident en personne."),
        to_say("Voici les lieux qui aident en personne, du plus proche au plus loin."),
    ),
    "recharge": Instead(
        "libre_acces",
        to_say("Aucun lieu n’indique qu’on peut y recharger un téléphone"),
        to_say("Aucun lieu, à moins {within}, n’indique qu’on peut y recharger un téléphone"),
        to_say("Voici les lieux qui ont des ordinateurs : demandez une prise."),
        to_say(
            "Voici les lieux qui ont des ordinateurs : demandez une prise. Ils vont du plus proche au plus"
            " loin."
        ),
    ),
}


def find(search: Search, at: datetime) -> Results:
    """Return the places that meet every criterion; nearest first around a spot, else by name.

    When none declares a practice that other places may offer, those are returned instead, and the page says
    so.
    """
    results = _matching(search, at)
    other = INSTEAD.get(search.need)
    if other is None or results.rows or results.unlocated:
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
    shows = say(other.shows_near) if search.is_around else say(other.shows)
    nearest = (
        say("Le plus proche qui le dit est {where}.", where=results.nearest.words) if results.nearest else ""
    )
    lack = say("C’est un manque de notre recensement : des lieux le font peut-être sans l’avoir dit.")
    return " ".join(filter(None, (shows, nearest, lack)))


def on_foot(crow: float) -> float:
    """Return metres on foot for metres as the crow flies, ignoring hills, rivers and railways."""
    return crow * number("reach/detour")


def minutes_of(metres: float) -> float:
    return metres / (number("reach/pace") * 1000 / 60)


def reach(minutes: float) -> float:
    """Return the metres as the crow flies that a walk of so many minutes may cover."""
    return minutes * number("reach/pace") * 1000 / 60 / number("reach/detour")


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


# ----------------------------------------------------------------------------------------------------- around


def _by_distance(search: Search, at: datetime) -> Results:
    radius = reach(search.minutes) if search.minutes else 0.0
    matches = _search(search, radius=radius, limit=NEAREST)
    metres = {id: on_foot(m or 0.0) for id, m in matches.places}
    lieu_by_pk = {lieu.pk: lieu for lieu in Lieu.objects.filter(pk__in=metres)}
    open_lieux = [
        lieu_by_pk[id] for id in metres if not search.by_clock or places.is_open(lieu_by_pk[id], at)
    ]
    near = [lieu for lieu in open_lieux if places.is_located(lieu)]
    unlocated = _unlocated(search, at, {lieu.pk: lieu for lieu in open_lieux if not places.is_located(lieu)})
    rows = [_row(lieu, k, search, at, metres[lieu.pk]) for k, lieu in enumerate(near[: search.n_rows], 1)]
    cut = matches.total > NEAREST
    again = published.repeats({lieu.pk for lieu in near}, matches.pairs)
    return Results(
        rows=rows,
        unlocated=unlocated,
        total=len(near) - again,
        repeated=again,
        more=min(PAGE, len(near) - len(rows)),
        cut=cut,
        headline=_headline(len(near) - again, search, is_cut=cut, n_unlocated=len(unlocated)),
        nearest=None if rows else _nearest(search, at),
    )


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
    open_lieux = [lieu for lieu in lieu_by_pk.values() if not criteria.by_clock or places.is_open(lieu, at)]
    return [
        _row(lieu, 0, criteria, at, None)
        for lieu in sorted(open_lieux, key=lambda lieu: (lieu.name, lieu.pk))
    ]


def _nearest(search: Search, at: datetime) -> Nearest | None:
    """Return the nearest place that meets every criterion, at any distance; None when there is none."""
    matches = _search(search, radius=0.0, limit=NEAREST if search.by_clock else PAGE)
    lieu_by_pk = {lieu.pk: lieu for lieu in Lieu.objects.filter(pk__in=[id for id, _ in matches.places])}
    for id, crow in matches.places:
        lieu = lieu_by_pk[id]
        if places.is_located(lieu) and (not search.by_clock or places.is_open(lieu, at)):
            metres = on_foot(crow or 0.0)
            minutes = minutes_of(metres)
            far = metres_in_words(metres)
            if minutes <= LONG:
                walk = minutes_in_words(minutes)
                far = say(
                    "{minutes} à pied",
                    minutes=walk.replace(" min", " minutes") if spoken().is_french else walk,
                )
            town = str(lieu.sheet.get("commune", ""))
            words = (
                say("à environ {far}, {at_town}", far=far, at_town=in_place(town))
                if town
                else say("à environ {far}", far=far)
            )
            return Nearest(minutes, words)
    return None


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
    radius = reach(search.minutes) if search.is_around and search.minutes else 0.0
    communes = search.spot.communes if search.spot and not search.is_around else ()
    count_by_facet = _search(
        replace(search, chosen=other_filters), radius=radius, limit=0, communes=communes
    ).facets
    kinds = [kind for kind in AREAS if kind in search.chosen]
    return {
        status: max(count_by_facet.get(f"{kind}:{status}", 0) for kind in kinds)
        for status in (districts.EDGE, districts.UNKNOWN)
    }


# ---------------------------------------------------------------------------------------------------- by name


def _by_name(criteria: Search, at: datetime) -> Results:
    communes = criteria.spot.communes if criteria.spot else ()
    limit = NEAREST if criteria.by_clock else criteria.n_rows
    matches = search(Wanted(text=criteria.text, facets=criteria.facets, communes=communes, limit=limit))
    lieu_by_pk = {lieu.pk: lieu for lieu in Lieu.objects.filter(pk__in=[id for id, _ in matches.places])}
    open_lieux = [
        lieu_by_pk[id]
        for id, _ in matches.places
        if not criteria.by_clock or places.is_open(lieu_by_pk[id], at)
    ]
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
    )


# ------------------------------------------------------------------------------------------------------ words


def _headline(n_places: int, search: Search, *, is_cut: bool, n_unlocated: int = 0) -> str:
    """Return the count of places in words. is_cut: true where there may be more places; n_unlocated: those of
    the commune without a known distance.
    """
    if n_unlocated and not n_places:
        return say(
            "{n}\u00a0lieu de la commune, à une distance inconnue",
            "{n}\u00a0lieux de la commune, à une distance inconnue",
            n=n_unlocated,
        )
    counted = say("{n}\u00a0lieu", "{n}\u00a0lieux", n=n_places) if n_places else say("Aucun lieu")
    if is_cut and n_places:
        counted = say("Plus de {n}\u00a0lieu", "Plus de {n}\u00a0lieux", n=n_places)
    if not search.is_around:
        return (
            say("{counted} : {place}", counted=counted, place=typed(search.spot.label))
            if search.spot
            else counted
        )
    if search.minutes == ALL:
        return say("{counted}, du plus proche au plus loin", counted=counted) if n_places > 1 else counted
    return say("{counted} à moins {within} à pied, environ", counted=counted, within=_within(search.minutes))


def _row(lieu: Lieu, position: int, search: Search, at: datetime, metres: float | None) -> Row:
    point = places.is_located(lieu)
    return Row(
        number=position,
        slug=lieu.slug,
        name=lieu.name,
        address=places.address(lieu.sheet),
        metres=metres_in_words(metres) if metres is not None else "",
        minutes=(
            say("{minutes} à pied", minutes=minutes_in_words(minutes_of(metres)))
            if metres is not None
            else ""
        ),
        latitude=lieu.latitude if point else None,
        longitude=lieu.longitude if point else None,
        tags=places.tags(lieu.sheet, search.need),
        price=places.price(lieu.sheet),
        opened=places.opened(lieu, at),
        full=places.full(lieu),
        fresh=places.fresh(lieu, at.date()),
        phones=places.phones(lieu.sheet),
        hours=places.in_words(lieu.sheet.get("horaires", {}), at.date()),
    )


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
        _row(lieu_near, k, criteria, at, on_foot(crow)) for k, (lieu_near, crow) in enumerate(near[:limit], 1)
    ]


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
    """Return True where the directory lists a place of the same département, or within an hour on foot.
    Elsewhere an empty list says nothing of what is there.
    """
    if spot is None or not (spot.communes or spot.is_point):
        return True
    by_commune = _departements()
    communes = Lieu.objects.filter(state=rules.PUBLISHED).values_list("code_insee", flat=True)
    listed = {by_commune.get(code) for code in communes.order_by().distinct()}
    if not listed.isdisjoint(filter(None, map(by_commune.get, spot.communes))):
        return True
    return bool(spot.is_point and _search(Search(spot=spot), radius=reach(60), limit=1).places)


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
    rows = Source.objects.filter(lieux__state=rules.PUBLISHED).distinct().order_by("name")
    sources = [f"{row.name} ({row.licence})" if row.licence else row.name for row in rows]
    with speaking(FRENCH):
        return f"Lieux : {listing(sources)}." if sources else ""
