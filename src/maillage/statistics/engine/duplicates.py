"""Duplicates among places: one place recorded twice, in one file or in two.

Only promising pairs are compared: those that share a word, a street number, a telephone… Each is compared on
ten fields. A field agrees, disagrees or is silent, and adds a weight to the log-odds that both are one place.
Source: docs/methods/doublons.md
"""

import math
import re
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA, Levenshtein

from maillage.kernel.names import plain
from maillage.reference import place_names
from maillage.reference.parameters import number, numbers

Levels = tuple[int, ...]
# by field: how often duplicates agree at each level, and how often other places that look alike do
CHANCES = {
    "nom": ("matching/nom", "matching/nom_hasard"),
    "marque": ("matching/marque", "matching/marque_hasard"),
    "adresse": ("matching/adresse", "matching/adresse_hasard"),
    "distance": ("matching/distance", "matching/distance_hasard"),
    "telephone": ("matching/telephone", "matching/telephone_hasard"),
    "courriel": ("matching/courriel", "matching/courriel_hasard"),
    "site": ("matching/site", "matching/site_hasard"),
    "pivot": ("matching/pivot", "matching/pivot_hasard"),
    "typologie": ("matching/typologie", "matching/typologie_hasard"),
    "commune": ("matching/commune", "matching/commune_hasard"),
}
FIELDS = tuple(CHANCES)
SILENT = -1  # the field says nothing: one side lacks it
SIRET = 14

# ------------------------------------------------------------------------------------- words of French places

KINDS, WAYS, TITLES = (place_names.spellings(kind) for kind in ("kinds", "streets", "titles"))


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _by_spelling(words: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the word meant by each spelling, including itself."""
    return {one: word for word, spellings in words.items() for one in (word, *spellings)}


SMALL = _set("pour par avec dans chez")
ARTICLES = _set("de du des d la le les l a au aux en et sur sous")


def _without_articles(words: str) -> str:
    """Return the words of a kind without the small ones, which hurried people drop, when two or more are
    left.
    """
    short = [word for word in words.split() if word not in ARTICLES]
    return " ".join(short) if len(short) > 1 else words


KIND_OF = {spelling: kind.replace(" ", "_") for spelling, kind in _by_spelling(KINDS).items()}
KIND_OF |= {
    short: kind for spelling, kind in KIND_OF.items() if (short := _without_articles(spelling)) not in KIND_OF
}
IS_KIND = frozenset(KIND_OF.values())
KIND = re.compile(rf"\b(?:{'|'.join(sorted(KIND_OF, key=len, reverse=True))})\b")
WORDS_OF_KINDS = frozenset(word for kind in KIND_OF for word in kind.split())
INITIALS = re.compile(r"\b(?:[a-z] )+[a-z]\b")
SHORTEST_INITIALS, LONGEST_INITIALS = 3, 7
SURE_INITIALS = 4  # as many may stand for a name but its last word: « UDAF », « … de l’Isère »
JOINED = re.compile(r"\b(multi|inter|socio|medico|tele|psycho|micro)(?=[a-z]{5})")  # « multiservices »
SERIES = 2  # addresses of one commune from which a word that begins their names is a kind of place
LONG = 6  # letters from which a mistyped word of a commune or of a kind is still known for one
LONG_WORDS = sorted(word for word in WORDS_OF_KINDS if len(word) >= LONG)
EMPTY = ARTICLES | _set(  # words of a name that tell no place from another
    "un une pour par chez dans son sa ses avec association asso assoc sarl sas sasu scop scic eurl sa sci gip"
    " gie loi 1901 municipal municipale communal communale intercommunal intercommunale departemental"
    " departementale public publique service services numerique numeriques conseiller conseillers"
    " accompagnement mediation espace centre maison point lieu site agence pole accueil proximite guichet"
)
HOSTS = _set(
    "mairie mairie_annexe ccas france_services maison_des_habitants centre_social evs"
)  # they lodge others
MANAGER, TOWN_HALL = _set("ccas"), _set("mairie")
HOME, HOMES = _set("residence"), _set("ehpad residence_autonomie")  # each sort has its own authorisation
BRANCHES = _set("annexe antenne permanence itinerant itinerante mobile camion bus etape halte arret")

WAY_OF = _by_spelling(WAYS)
STREET_WORD = WAY_OF | _by_spelling(TITLES)
SIZES = _set("grande petit petite vieux vieille ancien ancienne")
HOUSE = re.compile(r"(\d+)(?:bis|ter|quater|[a-d])?")
SUFFIXES = _set("bis ter quater a b c d")
BOX = re.compile(r"\b(?:bp|cs|tsa|cedex)(?: \d+)?\b")
POSTCODE = re.compile(r" \d{5}\b.*")
ROOFS = {
    "facebook.com",
    "instagram.com",
    "google.com",
    "sites.google.com",
    "linkedin.com",
    "linktr.ee",
    "youtube.com",
}


@dataclass(frozen=True, slots=True)
class Place:
    """The fields of a place that matching reads, once cleaned; an empty field never counts for or against a
    pair.

    precise: the coordinates are those of the address, not of the centre of the commune. pivot: a valid SIRET,
    SIREN or RNA, or ''. commune: its name, so that « Mairie de Revel » is read as « Mairie »; without it, the
    name of the commune counts as one more word.
    """

    nom: str
    adresse: str
    code_insee: str
    code_postal: str
    latitude: float | None
    longitude: float | None
    precise: bool
    pivot: str
    telephones: tuple[str, ...]
    courriels: tuple[str, ...]
    sites: tuple[str, ...]
    typologies: frozenset[str]
    itinerant: bool
    commune: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two places that may be one, with the reasons for and against, in French.

    score: 0 to 1. decision: `meme` when it is certain enough to be stated, `a_voir` when a person should
    check.
    """

    a: int
    b: int
    score: float
    reasons: tuple[str, ...]
    decision: Literal["meme", "a_voir"]


def within(places: Sequence[Place]) -> list[Pair]:
    """Return the pairs of places that may be one, a < b, in order of position."""
    return _pairs(places, None)


def between(a: Sequence[Place], b: Sequence[Place]) -> list[Pair]:
    """Return the pairs, one place from `a` and one from `b`, that may be one, in order of position.

    Pairs inside `a` or inside `b` are not searched. How many places share a telephone or a site is counted
    over both.
    """
    pairs = _pairs([*a, *b], len(a))
    return [Pair(pair.a, pair.b - len(a), pair.score, pair.reasons, pair.decision) for pair in pairs]


def agreements(places: Sequence[Place], pairs: Iterable[tuple[int, int]]) -> NDArray[np.int8]:
    """Return (pairs, FIELDS) how well two places agree on each field: a rank in its weights, -1 where it is
    silent.
    """
    read = [_read(place) for place in places]
    shared = _shared(read)
    return np.array([_levels(read[a], read[b], shared) for a, b in pairs], dtype=np.int8).reshape(
        -1, len(FIELDS)
    )


def _pairs(places: Sequence[Place], cut: int | None) -> list[Pair]:
    low, high = numbers("matching/seuils")
    weights = _weights()
    read = [_read(place) for place in places]
    shared, series = _shared(read), _series(read)
    out = []
    for a, b in _candidates(read, cut):
        one, other = read[a], read[b]
        if (one.itinerant or other.itinerant) and _in_two_communes(one, other):
            continue  # the stops of a round are so many places
        levels = _levels(one, other, shared)
        if _two_services(one, other, levels) or _seat_and_branch(levels) or _two_numbers(one, other, levels):
            continue
        if _named_in_a_series(one, other, levels, series) or _named_in_a_series(other, one, levels, series):
            continue
        score = _score(levels, weights)
        if score < low and (_one_kind_one_spot(one, other, levels) or _one_kind_in_town(one, other, levels)):
            score = low
        if score >= low:
            if _one_of_its_kind(one, other, levels):
                score = max(score, high)
            sure = score >= high and (_one_name_one_spot(levels) or _one_of_its_kind(one, other, levels))
            out.append(Pair(a, b, score, tuple(_reasons(one, other, levels)), "meme" if sure else "a_voir"))
    return out


def _one_name_one_spot(levels: Levels) -> bool:
    """Recognise one place by a name and a location that both agree: a shared switchboard and site do not make
    two premises one.
    """
    name, contradiction, address, distance = levels[:4]
    return (
        name in SAME_NAME
        and contradiction == SILENT
        and (address in SAME_STREET or (address, distance) in ((SILENT, 0), (NEIGHBOURS, 0)))
    )


def _weights() -> list[tuple[float, ...]]:
    """Return the prior log-odds, then the weights of each field by level; rank -1, silence, weighs
    nothing.
    """
    start = number("matching/depart")
    return [
        (math.log(start / (1 - start)),),
        *(
            (
                *(
                    math.log(among / chance)
                    for among, chance in zip(numbers(same), numbers(other), strict=True)
                ),
                0.0,
            )
            for same, other in CHANCES.values()
        ),
    ]


def _score(levels: Levels, weights: list[tuple[float, ...]]) -> float:
    """Return the probability that two places are one, taking fields as independent except two: one street is
    one spot.
    """
    odds = sum(weight[level] for weight, level in zip(weights, (0, *levels), strict=True))
    address, distance = levels[2:4]
    if distance == 0 and address not in (SILENT, OTHER_STREET):
        odds -= min(
            weights[3][address], weights[4][distance]
        )  # both say they are neighbours: heard once, the louder
    return 1 / (1 + math.exp(-odds))


# -------------------------------------------------------------------------------------------- reading a place


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """A place, normalised; point in radians.

    own: the words of its name that are neither a kind nor the commune; towns: those that are the commune;
    digits: the numbers in its name, and numbers: the house numbers; commune: the words of that it says.
    """

    commune: frozenset[str]
    own: tuple[str, ...]
    kinds: frozenset[str]
    towns: frozenset[str]
    digits: frozenset[str]
    branch: bool
    initials: frozenset[str]
    numbers: frozenset[str]
    way: str
    street: tuple[str, ...]
    insee: str
    postcode: str
    point: tuple[float, float] | None
    siret: frozenset[str]
    organisation: str
    phones: frozenset[str]
    mails: frozenset[str]
    pages: frozenset[str]
    hosts: frozenset[str]
    typologies: frozenset[str]
    itinerant: bool


@lru_cache(maxsize=1 << 16)
def _words(commune: str) -> frozenset[str]:
    return frozenset(plain(commune).split())


def _read(place: Place) -> _Read:
    commune = _words(place.commune)
    named = plain(place.adresse) == plain(place.nom)  # the name again, where the street was asked for
    house, way, street = _address("" if named else place.adresse, commune)
    point = None
    if place.precise and place.latitude is not None and place.longitude is not None:
        point = math.radians(place.latitude), math.radians(place.longitude)
    pivot = re.sub(r"\W", "", place.pivot).upper()
    pivot = pivot if pivot.strip("0") else ""
    pages = frozenset(page for site in place.sites if (page := _page(site)))
    return _Read(
        commune=commune,
        **_name(place.nom, commune),
        numbers=house,
        way=way,
        street=street,
        insee=place.code_insee,
        postcode=place.code_postal,
        point=point,
        siret=frozenset({pivot} if len(pivot) == SIRET else ()),
        organisation=pivot if pivot.startswith("W") else pivot[:9],
        phones=frozenset(phone for text in place.telephones if (phone := _phone(text))),
        mails=frozenset(mail.strip().casefold() for mail in place.courriels if "@" in mail),
        pages=pages,
        hosts=frozenset(page.partition("/")[0] for page in pages),
        typologies=place.typologies,
        itinerant=place.itinerant,
    )


def _shared(read: list[_Read]) -> frozenset[str]:
    """Return the telephones, mails, sites and SIRET of a network: those of many places, or of several
    communes.
    """
    holders: dict[str, list[str]] = defaultdict(list)
    for one in read:
        for value in (*one.phones, *one.mails, *one.hosts, *one.siret):
            holders[value].append(one.insee)
    most = number("matching/partage")
    return frozenset(
        key for key, communes in holders.items() if len(communes) > most or len({*communes} - {""}) > 1
    )


def _series(read: list[_Read]) -> frozenset[tuple[str, str]]:
    """Return the words that begin the names of several places of a commune, with it: « Fabrique Soquence »,
    « Fabrique Louis-Blanc », « Fabrique du Mont-Gaillard » say a kind of place that no list of ours holds.
    """
    doors: dict[tuple[str, str], set[tuple[str, ...]]] = defaultdict(set)
    for one in read:
        if len(one.own) > 1 and not one.kinds and one.street:
            doors[one.insee, one.own[0]].add(one.street)
    return frozenset(head for head, streets in doors.items() if len(streets) >= SERIES)


def _name(nom: str, commune: frozenset[str]) -> dict[str, Any]:
    """Return the parts of a name: see _Read."""
    spelt = " ".join([word if word in commune else _word_of_a_kind(word) for word in plain(nom).split()])
    text = INITIALS.sub(lambda match: match[0].replace(" ", ""), spelt)
    words = KIND.sub(
        lambda match: match[0] if commune.issuperset(match[0].split()) else KIND_OF[match[0]], text
    ).split()  # « Cerisy-la-Salle », « Bû »: no hall, no university
    kinds = _telling(IS_KIND.intersection(words) - commune)
    rest = [
        word
        for word in words
        if word not in IS_KIND - commune and word not in BRANCHES and not word.isdigit()
    ]
    own = [word for word in rest if word not in EMPTY and not _is_of(word, commune) and len(word) > 1]
    if not own:  # « Le 139 » is named by its number
        own = [word for word in words if word.isdigit() and len(word) > 1] or (
            [] if kinds else _last_words(rest, commune)
        )
    return {
        "own": tuple(dict.fromkeys(own)),
        "kinds": kinds,
        "towns": commune.intersection(rest) - ARTICLES,
        "digits": frozenset(word.lstrip("0") for word in words if word.isdigit()),
        "branch": not BRANCHES.isdisjoint(words),
        "initials": _initials(text, commune),
    }


def _telling(kinds: frozenset[str]) -> frozenset[str]:
    """Return the kinds that a name says, without the manager of another: « EHPAD Les Tilleuls - CCAS » is a
    home, and so is « Résidence Les Tilleuls », of either sort.
    """
    manager = MANAGER if kinds - MANAGER - TOWN_HALL else frozenset()
    return kinds - manager | (HOME if kinds & HOMES else frozenset())


@lru_cache(maxsize=1 << 16)
def _word_of_a_kind(word: str) -> str:
    """Return the word of a kind of place that a long word is but for one letter, mistyped or moved by one;
    itself otherwise.

    >>> _word_of_a_kind("bibliotehque"), _word_of_a_kind("sociale"), _word_of_a_kind("mansart")
    ('bibliotheque', 'sociale', 'mansart')
    """
    if len(word) < LONG or word in WORDS_OF_KINDS:
        return word
    near = (kind for kind in LONG_WORDS if OSA.distance(word, kind, score_cutoff=1) <= 1)
    return next(near, word)


def _last_words(rest: list[str], commune: frozenset[str]) -> list[str]:
    """Return the words of a name that has none of its own: « Site de Revel » is a site, and shares nothing
    with the other doors of Revel; the commune alone, when it says nothing else.
    """
    return [word for word in rest if word not in ARTICLES and not _is_of(word, commune)] or rest


def _is_of(word: str, commune: frozenset[str]) -> bool:
    return word in commune or (len(word) >= LONG and any(_alike(word, town) for town in commune))


def _initials(text: str, commune: frozenset[str]) -> frozenset[str]:
    """Return the initials that a name of three words or more may go by: with its small words and without,
    without its last word, with two letters of one of them (« CODASE », « Comité dauphinois d’action
    socio-éducative »).
    """
    full_words = [
        word for word in JOINED.sub(r"\1 ", text).split() if word not in commune and not word.isdigit()
    ]
    short = [word for word in full_words if word not in ARTICLES and word not in SMALL]
    candidates = {"".join(word[0] for word in each) for each in (full_words, short)}
    for words in (short, short[:-1]):
        letters = [word[:1] for word in words]
        spelt = {"".join(letters)} | {
            "".join([*letters[:k], word[:2], *letters[k + 1 :]]) for k, word in enumerate(words)
        }
        candidates |= {each for each in spelt if len(words) >= 3 and len(each) >= SURE_INITIALS}
    return frozenset(each for each in candidates if SHORTEST_INITIALS <= len(each) <= LONGEST_INITIALS)


def _address(adresse: str, commune: frozenset[str]) -> tuple[frozenset[str], str, tuple[str, ...]]:
    """Return the house numbers of an address, the kind of street, and the words of its name.

    « Espace Chantourne 15 bis bd des Alpes » gives 15, boulevard, alpes: what precedes the number is a
    building.
    """
    words = [STREET_WORD.get(word, word) for word in POSTCODE.sub("", BOX.sub(" ", plain(adresse))).split()]
    ways = [k for k, word in enumerate(words) if word in WAYS]
    houses = [(_house(words, k), k) for k in ways]
    (start, house), at = next(
        (one for one in houses if one[0][1]), houses[0] if houses else ((0, frozenset()), -1)
    )
    if not houses and words and (alone := HOUSE.fullmatch(words[0])):
        start, house = 1, frozenset({alone[1]})
    rest = [word for k, word in enumerate(words) if k >= start and k != at and word not in ARTICLES]
    rest = [word for word in rest if len(word) > 1 or word.isdigit()] or rest  # « rue E. Cougneau »
    street = [word for word in rest if word not in commune] or rest
    return house, words[at] if houses else "", tuple(dict.fromkeys(street))


def _house(words: list[str], at: int) -> tuple[int, frozenset[str]]:
    """Return where the name of a street starts, given where its kind is, and the house numbers just before
    it.
    """
    while at and words[at - 1] in SIZES:
        at -= 1
    k = at
    while k and (words[k - 1] in SUFFIXES or HOUSE.fullmatch(words[k - 1])):
        k -= 1
    return at, frozenset(house[1] for word in words[k:at] if (house := HOUSE.fullmatch(word)))


def _phone(text: str) -> str:
    """Return the last nine digits of a number; '' for a short or masked number."""
    digits = re.sub(r"\D", "", text)[-9:]
    return digits if len(digits) == 9 and len(set(digits[1:])) > 1 else ""


def _page(site: str) -> str:
    """Return a site without its protocol; a page of a site that hosts everybody counts as a site of its
    own.
    """
    page = re.sub(r"^(?:https?:?/*)*(?:www\.)?", "", site.strip().casefold()).rstrip("/")
    host, _, path = page.partition("/")
    if host in ROOFS:
        return f"{host}:{path.replace('/', ':')}" if path else ""
    return page if "." in host else ""


# ---------------------------------------------------------------------------------------- which pairs to read


def _candidates(read: list[_Read], cut: int | None) -> list[tuple[int, int]]:
    """Return the pairs that share a key, in order; with `cut`, only those with one place on each side of it.

    A key shared by too many places says nothing: skipping it keeps the number of pairs in proportion.
    """
    keys, owners = array("q"), array("q")
    orphans = {one.postcode for one in read if not one.insee}
    for k, one in enumerate(read):
        for key in _keys(one, orphans):
            keys.append(hash(key))
            owners.append(k)
    key_of, owner_of = np.array(keys, dtype=np.int64), np.array(owners, dtype=np.int64)
    order = np.lexsort((owner_of, key_of))
    key_of, owner_of = key_of[order], owner_of[order]
    starts = np.flatnonzero(np.r_[True, key_of[1:] != key_of[:-1]]) if len(key_of) else np.empty(0, np.int64)
    sizes = np.diff(np.r_[starts, len(key_of)])
    codes = [np.empty(0, np.int64)]
    for size in range(2, int(number("matching/bloc")) + 1):
        block = owner_of[starts[sizes == size][:, None] + np.arange(size)]
        first, second = np.triu_indices(size, 1)
        a, b = block[:, first].ravel(), block[:, second].ravel()
        is_wanted = a < b if cut is None else (a < cut) & (b >= cut)
        codes.append(np.unique(a[is_wanted] * len(read) + b[is_wanted]))
    return [divmod(code, len(read)) for code in np.unique(np.concatenate(codes)).tolist()]


def _keys(one: _Read, orphans: set[str]) -> Iterator[tuple[object, ...]]:
    """Yield the keys that a place shares with its possible duplicates: words, address, telephones, sites,
    pivot, surroundings.
    """
    words = {word[:5] for word in one.own} or one.kinds
    zones = [one.insee] if one.insee else []
    if one.postcode in orphans:
        zones.append(f"p{one.postcode}")
    for zone in zones:
        for word in words | one.kinds:
            yield zone, word
        yield from _street_keys(one, zone)
        for host in one.hosts:
            yield zone, "site", host
        if one.organisation:
            yield zone, "pivot", one.organisation
    yield from _doors(one)
    for value in (*one.phones, *one.mails, *one.siret):
        yield ("held", value)
    if one.point:
        yield from _surroundings(one.point, words | one.kinds)


def _street_keys(one: _Read, zone: str) -> Iterator[tuple[object, ...]]:
    """Yield the doors of a place in a zone, and its kind in its street: a number may be missing on one
    side.
    """
    if one.street:
        longest = max(one.street, key=lambda word: (len(word), word))[:5]
        for house in one.numbers or {""}:
            yield zone, house, longest
        for kind in one.kinds:
            yield zone, kind, longest, "street"


def _doors(one: _Read) -> Iterator[tuple[object, ...]]:
    """Yield the doors of a place in its postcode, whatever commune is written beside."""
    if one.postcode and one.street:
        longest = max(one.street, key=lambda word: (len(word), word))[:5]
        for house in one.numbers:
            yield f"p{one.postcode}", house, longest


def _surroundings(point: tuple[float, float], words: Iterable[str]) -> Iterator[tuple[object, ...]]:
    # Four grids of 600 m, half a cell apart: two places within 300 m are in one cell of at least one grid.
    north, east = math.degrees(point[0]) / 0.0054, math.degrees(point[1]) / 0.0086
    for grid in range(4):
        cell = math.floor(north + grid % 2 / 2), math.floor(east + grid // 2 / 2)
        for word in words:
            yield grid, *cell, word


# --------------------------------------------------------------------------------------------- reading a pair


def _levels(a: _Read, b: _Read, shared: frozenset[str]) -> Levels:
    """Return how well two places agree, in the order of FIELDS."""
    is_elsewhere = _in_two_communes(a, b)
    distance = SILENT
    if a.point is not None and b.point is not None:
        distance = bisect_left(numbers("matching/distances"), _distance(a.point, b.point))
    name = _name_level(a, b)
    named = distance == SILENT and bool(a.postcode) and a.postcode == b.postcode
    named = named and (name == 0 or _names_the_other_commune(a, b) or _names_the_other_commune(b, a))
    street = _address_level(a, b)
    misplaced = is_elsewhere and (
        ((distance == 0 or named) and street == 0)
        or (distance == 0 and name in SAME_NAME and street in (SILENT, 1))  # no number is written
    )
    is_elsewhere = (
        is_elsewhere and not misplaced
    )  # one of the two says the commune of its seat: its address and its point prevail
    address = SILENT if is_elsewhere else street
    return (
        name,
        SILENT if _contradiction(a, b) == SILENT else 0,
        address,
        distance,
        _contact_level(a.phones, b.phones, shared),
        _contact_level(a.mails, b.mails, shared),
        _site_level(a, b, shared),
        _pivot_level(a, b, shared),
        int(a.typologies.isdisjoint(b.typologies)) if a.typologies and b.typologies else SILENT,
        SILENT
        if misplaced or not (a.insee or a.postcode) or not (b.insee or b.postcode)
        else int(is_elsewhere),
    )


def _names_the_other_commune(one: _Read, other: _Read) -> bool:
    """Recognise a place by its kind though it gives another commune, when its only name is the other's
    commune: « Mairie Susville », said to be in La Mure.
    """
    alike = bool(one.kinds) and one.kinds == other.kinds and not other.own
    return alike and bool(one.own) and other.commune.issuperset(one.own)


CONTRADICTIONS = (
    "un seul est une annexe",
    "numéros différents dans les noms",
    "communes différentes dans les noms",
)
OTHER_NUMBER = 1  # its rank in CONTRADICTIONS


def _contradiction(a: _Read, b: _Read) -> int:
    """Return the rank in CONTRADICTIONS of what tells two names apart, however alike they are."""
    if a.branch != b.branch:
        return 0
    if a.digits and b.digits and a.digits.isdisjoint(b.digits):
        return OTHER_NUMBER
    return 2 if a.towns - b.towns and b.towns - a.towns else SILENT


def _same_spot(levels: Levels) -> bool:
    """Recognise two places at one number of a street, unless their points contradict it."""
    address, distance = levels[2:4]
    return address == 0 and distance in (SILENT, 0)


def _one_kind_one_spot(a: _Read, b: _Read, levels: Levels) -> bool:
    """Pick the pairs to look at whatever their names: one kind at one address, or an address and a way to be
    reached that nobody else has, as when a network changes the names of its places.
    """
    reached = 0 in levels[4:8]  # the same telephone, mail, site or SIRET, shared with no other place
    alike = not a.kinds.isdisjoint(b.kinds)
    return (_same_spot(levels) and (alike or reached)) or (alike and levels[2:4] == (1, 0))


def _two_services(a: _Read, b: _Read, levels: Levels) -> bool:
    """Recognise two services named after one spot: of two kinds, the library and the town hall of a square;
    or one only of a known kind, when their telephones or their numbers in the street part them. Nothing
    that only one place has says otherwise.
    """
    name, _, address, distance = levels[:4]
    if a.kinds and b.kinds and a.kinds.isdisjoint(b.kinds):
        if name == OTHER_NAME:
            return True  # a counter's telephone, mail, site and SIRET are those of all its services
        if name == OTHER_KIND and 0 not in (levels[4], levels[7]):
            return True  # and the site of a town is that of all its houses of one quarter
    if name == OTHER_NAME and ((HOSTS & a.kinds and not b.kinds) or (HOSTS & b.kinds and not a.kinds)):
        return True  # the switchboard is that of the house, not of who is lodged there
    if HOMES & a.kinds and HOMES & b.kinds and not HOMES & a.kinds & b.kinds:
        return True
    if 0 in levels[4:8]:
        return False
    if a.kinds and b.kinds:
        return a.kinds.isdisjoint(b.kinds) and name not in SAME_NAME
    if not a.kinds and not b.kinds:
        return False
    if name == 0:  # one word only, and another spot
        return (
            address in (NEIGHBOURS, OTHER_STREET)
            and distance not in NEAR
            and len(set(a.own) & set(b.own)) < 2
        )
    return levels[4] == OTHER_PHONE or address in (NEIGHBOURS, OTHER_STREET)


def _named_in_a_series(a: _Read, b: _Read, levels: Levels, series: frozenset[tuple[str, str]]) -> bool:
    """Recognise a place whose kind is the first word of a series of its commune, beside one of a known kind:
    two services at one door, unless something that nobody else has says otherwise.
    """
    if a.kinds or not b.kinds or len(a.own) < 2 or 0 in levels[4:8]:
        return False
    return (a.insee, a.own[0]) in series and a.own[0] not in b.own


def _seat_and_branch(levels: Levels) -> bool:
    """Recognise names that contradict each other at two addresses: a seat and its annexe, which share a
    telephone and a site.
    """
    return levels[1] != SILENT and levels[2] == OTHER_STREET


def _two_numbers(a: _Read, b: _Read, levels: Levels) -> bool:
    """Recognise two names that differ by their number alone, « Point numérique n° 1 » and « n° 2 »: two
    places of a series, unless they share a door, or a telephone or the like that is nobody else's.
    """
    if _contradiction(a, b) != OTHER_NUMBER or 0 in levels[4:8] or _same_spot(levels):
        return False
    return a.kinds == b.kinds and _without_numbers(a) == _without_numbers(b)


def _without_numbers(one: _Read) -> list[str]:
    return [word for word in one.own if not word.isdigit()]


def _one_kind_in_town(a: _Read, b: _Read, levels: Levels) -> bool:
    """Pick the pairs of one kind in one commune to look at though their points are distant: in one street,
    without a proper name on one side or an address on the other, or of one name of two words or more.
    """
    name, contradiction, address, _ = levels[:4]
    if contradiction != SILENT or a.kinds.isdisjoint(b.kinds) or not a.insee or a.insee != b.insee:
        return False
    if name in (2, 3):
        return address == 1 or (name == 2 and address == SILENT)
    same = name == 0 or (name == 1 and address != OTHER_STREET)
    return same and len(set(a.own) & set(b.own)) > 1


def _one_of_its_kind(a: _Read, b: _Read, levels: Levels) -> bool:
    """Recognise one place in two of one kind at one address: the same name, or none but their kind, or names
    of which one only says more than the other.
    """
    name, contradiction, address, distance = levels[:4]
    if contradiction != SILENT or not a.kinds or a.kinds != b.kinds or distance not in NEAR:
        return False
    if name in CONTAINED and a.kinds == MANAGER:
        return False  # the rest of the name may be that of a house it runs
    if name in SAME_NAME and address in SAME_STREET:
        return True
    if name == 0:  # with a name of their own, a number mistyped in the same street
        return address == NEIGHBOURS and distance != SILENT
    return name in CONTAINED and address == 0 and OTHER_PHONE not in (levels[4], levels[7])


def _in_two_communes(a: _Read, b: _Read) -> bool:
    """Return True for places of two communes by their codes, or by the department of their postcodes; a
    postcode alone may be that of a post office or of a neighbour.
    """
    if a.insee and b.insee:
        return a.insee != b.insee
    return bool(a.postcode and b.postcode) and a.postcode[:2] != b.postcode[:2]


@lru_cache(maxsize=1 << 18)
def _alike(one: str, other: str) -> bool:
    """Recognise one word in two, one or two letters apart depending on their length."""
    if one == other:
        return True
    size = min(len(one), len(other))
    if size < 4 or one.isdigit() or other.isdigit():
        return False
    most = 1 if size < 8 else 2
    return Levenshtein.distance(one, other, score_cutoff=most) <= most


def _unmet(words: tuple[str, ...], other_words: tuple[str, ...]) -> int:
    """Return how many words have no match among the others."""
    return sum(
        not any(_alike(word, other) for other in other_words) for word in words if word not in other_words
    )


NAMES = (
    "même nom",
    "un nom contient l’autre",
    "même genre de lieu, sans nom propre",
    "même genre de lieu, un seul a un nom propre",
    "un mot du nom en commun",
    "même nom, autre genre de lieu",
    "noms différents",
)
ONE_LETTER = "même nom à une lettre près"
SAME_NAME = (0, 2)  # other names are never joined unseen, but for those below at one address
CONTAINED = (1, 3)  # « Médiathèque », « Médiathèque l’Envol »
OTHER_KIND, OTHER_NAME = 5, 6
OTHER_PHONE = 2  # and another organisation: the rank of what differs


def _name_level(a: _Read, b: _Read) -> int:
    """Return the rank in NAMES of what two names have in common."""
    if not (a.own or a.kinds) or not (b.own or b.kinds):
        return SILENT
    clash = bool(a.kinds and b.kinds) and a.kinds.isdisjoint(b.kinds)
    if not a.own or not b.own:
        return 6 if a.kinds.isdisjoint(b.kinds) else 2 if not a.own and not b.own else 3
    if a.initials & set(b.own) or b.initials & set(a.own):
        return 5 if clash else 1
    n_unmet, n_unmet_other = _unmet(a.own, b.own), _unmet(b.own, a.own)
    if n_unmet and n_unmet_other and _alike("".join(a.own), "".join(b.own)):
        return 5 if clash else 0  # « Demo-TIC », « Demotic »
    if n_unmet == len(a.own):
        return 6
    if n_unmet and n_unmet_other:
        return 6 if clash else 4
    return 5 if clash else 1 if n_unmet or n_unmet_other else 0


SAME_STREET, NEIGHBOURS, OTHER_STREET = (0, 1), 2, 3
NEAR = (SILENT, 0, 1)  # up to 200 m, where two geocoders put one door
ADDRESSES = (
    "même adresse",
    "même voie, numéro absent",
    "voie de même nom, sans le même numéro",
    "adresses différentes",
)


def _address_level(a: _Read, b: _Read) -> int:
    """Return the rank in ADDRESSES; streets of the same name but different kinds agree like a street without
    a number.
    """
    if not a.street or not b.street:
        return SILENT
    if _unmet(a.street, b.street) and _unmet(b.street, a.street):
        return OTHER_STREET
    met = not a.numbers.isdisjoint(b.numbers)
    if a.way and b.way and a.way != b.way:
        return 1 if met else OTHER_STREET if a.numbers and b.numbers else 2
    return 0 if met else 2 if a.numbers and b.numbers else 1


def _distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the distance in metres between two points in radians, on the sphere."""
    bend = (
        math.sin((a[0] - b[0]) / 2) ** 2 + math.cos(a[0]) * math.cos(b[0]) * math.sin((a[1] - b[1]) / 2) ** 2
    )
    return 2 * 6_371_008.8 * math.asin(math.sqrt(min(bend, 1.0)))


def _contact_level(a: frozenset[str], b: frozenset[str], shared: frozenset[str]) -> int:
    """Return 0 for a common value that few others have, 1 for one shared by many, 2 when both have different
    values.
    """
    if not a or not b:
        return SILENT
    met = a & b
    return 2 if not met else int(met <= shared)


def _site_level(a: _Read, b: _Read, shared: frozenset[str]) -> int:
    """Return the level as `_contact_level` does: a home page agrees with any page of its site, two inner
    pages do not.
    """
    if not a.pages or not b.pages:
        return SILENT
    if a.hosts.isdisjoint(b.hosts):
        return 2
    met = {page.partition("/")[0] for page in (a.pages & b.pages) | (a.pages & b.hosts) | (b.pages & a.hosts)}
    return 2 if not met else int(met <= shared)


def _pivot_level(a: _Read, b: _Read, shared: frozenset[str]) -> int:
    """Return 0 for the same SIRET, 1 for the same organisation, 2 for two; RNA and SIREN cannot be
    compared.
    """
    if (
        not a.organisation
        or not b.organisation
        or a.organisation.startswith("W") != b.organisation.startswith("W")
    ):
        return SILENT
    if a.organisation != b.organisation:
        return 2
    met = a.siret & b.siret
    return 0 if met and not met <= shared else 1


REASON_TEXT = {  # what a level says, by field
    "nom": NAMES,
    "adresse": ADDRESSES,
    "telephone": ("même téléphone", "même standard téléphonique", "téléphones différents"),
    "courriel": ("même courriel", "même courriel, partagé par plusieurs lieux", "courriels différents"),
    "site": ("même site", "même site, partagé par plusieurs lieux", "sites différents"),
    "pivot": ("même SIRET", "même organisme", "organismes différents"),
    "typologie": ("même sorte de lieu", "sortes de lieux différentes"),
    "commune": ("même commune", "communes différentes"),
}


def _reasons(a: _Read, b: _Read, levels: Levels) -> Iterator[str]:
    """Yield, in French, what each field that is not silent says."""
    for field, level in zip(FIELDS, levels, strict=True):
        if field == "distance" and a.point and b.point:
            metres = _distance(a.point, b.point)
            far = f"{metres / 1000:.1f} km".replace(".", ",")
            yield (f"{10 * round(metres / 10)} m" if metres < 1000 else far) + " d’écart"
        elif level == SILENT:
            continue
        elif field == "marque":
            yield CONTRADICTIONS[_contradiction(a, b)]
        elif field == "nom" and level == 0 and set(a.own) != set(b.own):
            yield ONE_LETTER
        else:
            yield REASON_TEXT[field][level]
