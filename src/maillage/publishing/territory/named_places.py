"""Territories that a sentence names, anywhere: « À Tréguier, 27 % », « un habitant du Lot sur six »."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import chain

from maillage.kernel.names import plain
from maillage.questionnaires import questionnaire
from maillage.reference.surveys import banks
from maillage.statistics.zones.territories import Territory, gazetteer, kind_first
from maillage.words.claims import STOPS, Claim

LONGEST_PLACE, SHORTEST_PLACE = 8, 3  # words of the name of a territory, letters
MOST_NAMESAKES, MOST_CLOSE = 12, 200
MUCH_LARGER = 50  # times the people of its namesakes
ARTICLES, ARTICLE = ("le", "la", "les"), re.compile("^(?:le|la|les|l) ")
COMMUNE_KIND = r"\b(?:commune|ville|village|bourg) (?:(?:de|du|des|d) )?(?:(?:la|le|les|l) )?"
KIND_WORDS = re.compile("^(?:cc|ca|cu) (?:(?:du|de|des|d) )?")
ORDINAL = re.compile(r"\d+(?:er|e|ème)")  # of an arrondissement: never dropped from its town
ELIDED = (*ARTICLES, "l", "d")
BRACKETS = re.compile(r"\(([^()]+)\)")
# Common words that are villages too, beside those of the questionnaires: « à l’échelle du département ».
COMMON = ("echelle", "campagne", "montagne", "ensemble", "moyenne")
NOT_ALONE = ("vers", "sous", "avant", "chaque")  # villages whose name begins many sentences


def claimed_places(claim: Claim) -> list[Territory]:
    """Return the territories that a claim may name, of the département in its brackets if any; none when it
    names none. Only words after the name are dropped, never a word of it.
    """
    is_lower = claim.text[1:] == claim.text[1:].lower()
    departement = _bracketed(claim.text)
    for place in claim.places:
        is_after_en = re.search(rf"\ben {re.escape(place)}", claim.text, re.I)
        words = place.split(" ")
        if plain(place) == plain(claim.some):  # « 25 % de pauvres » : not the commune of this name
            continue
        if words[0][0].islower() and not is_lower and words[0] not in ARTICLES and "’" not in words[0]:
            continue
        for n in range(min(len(words), LONGEST_PLACE), 0, -1):
            if words[n : n + 1] and (words[n][:1].isupper() or ORDINAL.fullmatch(words[n])):
                continue
            candidates = _named(" ".join(words[:n]), departement)
            if is_after_en or _is_ordinary(" ".join(words[:n])):  # « en ligne » is not Ligné
                candidates = [each for each in candidates if each.kind in ("departement", "region")]
            if candidates:
                return candidates
    return _named_alone(claim, departement)


def is_of_namesake(claim: Claim, grouping: Territory) -> bool:
    """Return True for a number on a town named without its kind, of a grouping that bears its name: « à
    Saint-Flour » is said of the communauté de communes too, « la ville de Saint-Flour » is not.
    """
    if grouping.kind != "epci":
        return False
    text, grouping_name = plain(claim.text), plain(grouping.long_name)
    towns = [
        ARTICLE.sub("", plain(each.name))
        for each in claimed_places(claim)
        if each.kind == "commune" and grouping.code in dict(each.within)
    ]
    return any(
        holds(grouping_name, town) and not re.search(rf"{COMMUNE_KIND}{town}\b", text) for town in towns
    )


def _named_alone(claim: Claim, departement: str) -> list[Territory]:
    """Return the territories whose whole name stands without a preposition: « La Réunion compte… »."""
    for place in claim.names:
        words = place.split(" ")
        for n in range(min(len(words), LONGEST_PLACE), 0, -1):
            name = ARTICLE.sub("", plain(" ".join(words[:n])))
            is_cut = n < len(words) and words[n][:1].isupper()
            if n < len(words) and ORDINAL.fullmatch(words[n]):
                return _named(" ".join(words[: n + 1]), departement)
            if is_cut or len(name) < SHORTEST_PLACE or name in NOT_ALONE or STOPS.issuperset(name.split()):
                continue
            if exact := [x for x in _exact_names().get(name, ()) if departement in ("", x.departement)]:
                typed = plain(" ".join(words[:n]))
                return _likeliest([x for x in exact if plain(x.name) == typed] or exact)[:MOST_NAMESAKES]
    return []


@cache
def _exact_names() -> dict[str, list[Territory]]:
    """Return the territories by plain name, without its article nor its kind of grouping."""
    by_name: dict[str, list[Territory]] = {}
    for each in gazetteer():
        if each.kind != "france":
            by_name.setdefault(ARTICLE.sub("", KIND_WORDS.sub("", plain(each.name))), []).append(each)
    return by_name


def _likeliest(namesakes: Sequence[Territory]) -> list[Territory]:
    """Return one of each territory of the same name and people (Mayotte is two), or the only one when it is
    so much larger that nobody means another: « la Réunion » is an island, and a village.
    """
    once = {(place.long_name, place.population): place for place in reversed(namesakes)}
    likely = [place for place in namesakes if place in once.values()]
    largest = max(likely, key=lambda place: place.population)
    n_elsewhere = sum(place.population for place in likely) - largest.population
    is_meant = largest.kind in ("departement", "region") and largest.population > MUCH_LARGER * n_elsewhere
    return [largest] if is_meant else likely


@cache
def _ordinary_words() -> frozenset[str]:
    """Return the common words of the questionnaires, and those that tell nothing: « ligne », « maison »."""
    forms = banks().values()
    choices = chain.from_iterable(chain.from_iterable(form.lists.values()) for form in forms)
    labels = [
        *(row.label for form in forms for row in form.questions()),
        *(choice.label for choice in choices),
    ]
    text = " ".join(map(questionnaire.words, labels))
    return frozenset(plain(word) for word in re.findall(r"\b[^\W\dA-ZÀ-Þ][^\W\d]*\b", text)) | STOPS


def _is_ordinary(name: str) -> bool:
    """Return True for a name typed without a capital letter, of common words only."""
    return name == name.lower() and (_ordinary_words() | {*COMMON}).issuperset(plain(name).split())


def _bracketed(text: str) -> str:
    """Return the code of the département that a sentence has in brackets, by name or code; "" for none."""
    for match in BRACKETS.finditer(text):
        for territory in gazetteer().find(match[1], limit=MOST_NAMESAKES):
            if territory.kind == "departement" and plain(match[1]) in (
                plain(territory.name),
                plain(territory.code),
            ):
                return territory.code
    return ""


def _named(text: str, departement: str) -> list[Territory]:
    """Return the territories of exactly this name and the larger ones that it may shorten, or the grouping of
    the town named after « agglomération de », or those whose name has all its words. departement: "" for any.
    """
    wanted = ARTICLE.sub("", plain(text))
    if len(wanted) < SHORTEST_PLACE:
        return []
    close = [
        (ARTICLE.sub("", plain(each.long_name)), each)
        for each in gazetteer().find(wanted, limit=MOST_CLOSE)
        if each.kind != "france" and departement in ("", each.departement)  # its verdict needs no study
    ]
    if exact := [territory for name, territory in close if name == wanted]:
        exact = _likeliest(exact)
        kinds, largest = {each.kind for each in exact}, max(each.population for each in exact)
        longer = [
            territory
            for name, territory in close
            if name.startswith(f"{wanted} ")
            and territory.kind in kinds - {"departement"}  # « le Lot » shortens no other one
            and territory.population > largest
        ]
        return [*exact, *longer][:MOST_NAMESAKES]
    typed = kind_first(wanted)
    typed_kind = [each for each in gazetteer().of_typed_kind(typed) if departement in ("", each.departement)]
    if typed_kind and holds(plain(typed_kind[0].long_name), typed.split()[-1]):
        return typed_kind[:1]
    return typed_kind[:MOST_NAMESAKES] or _holding(
        text, [territory for name, territory in close if holds(name, wanted)]
    )


def _holding(text: str, matches: list[Territory]) -> list[Territory]:
    """Return the territories whose name has all the words of a text, none where it is no name: a common noun,
    « territoire », is in many.
    """
    words = [word for word in re.split("[ ’]", text) if plain(word) not in ELIDED]
    is_name = bool(words) and (words[-1][:1].isupper() or words[-1][:1].isdigit())
    proper = [word for word in words if len(word) >= SHORTEST_PLACE and not word.startswith("commun")]
    is_lower = text == text.lower() and len(proper) > 1
    return matches[:MOST_NAMESAKES] if is_name or (is_lower and len(matches) <= MOST_NAMESAKES) else []


def holds(name: str, text: str) -> bool:
    """Return True when each word is in a name, in any order; a word may be cut short, to three letters."""
    words = name.split()
    return all(
        any(word.startswith(each) if len(each) >= SHORTEST_PLACE else word == each for word in words)
        for each in text.split()
    )
