"""OSM `opening_hours` as somebody wrote them: whether they are valid, and whether they mean what the author
intended.
"""

import re
from functools import lru_cache
from itertools import combinations

from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]  # left out of its stubs

CODES = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "PH")
DAY = f"(?:{'|'.join(CODES[:7])})"
QUOTED = re.compile(r'"[^"]*"')
ADDED = re.compile(r"(?<=[\d\"]),\s*(?=[A-Za-z])")
HEAD = re.compile(
    rf"\s*((?:{DAY}(?:-{DAY})?(?:\s*,\s*)?)*)\s*(?=\d|off|closed|unknown|open|\"|$)", re.IGNORECASE
)
SPAN = re.compile(r"(\d\d?):(\d\d)\s*-\s*(\d\d?):(\d\d)")
FRENCH = re.compile(r"^[^\"]*(?:\d ?h|di\b|medi\b|manche)", re.IGNORECASE)
SIMPLE = re.compile(rf"(?:(?:{DAY}[-, ]*)+ )?(?:off|closed|[\d:, -]+)", re.IGNORECASE)
OSM_KEYWORDS = re.compile(r"off|closed|unknown|\d:|24/7|easter|sun")


@lru_cache(maxsize=8192)
def is_valid(osm: str) -> bool:
    """Check that OSM accepts it, in France."""
    if FRENCH.search(osm):  # the common case, without asking the parser
        return False
    try:
        OpeningHours(osm, country="FR")
    except ParserError:
        return False
    return True


def within_weeks(osm: str, weeks: str) -> str:
    """Return valid OSM restricted to some weeks, '' when it is too complex for that; public holidays are
    unchanged.
    """
    rules = [rule.strip() for rule in osm.split(";")]
    if not all(rule.startswith("PH") or SIMPLE.fullmatch(rule) for rule in rules):
        return ""
    return "; ".join(rule if rule.startswith("PH") else f"{weeks} {rule}" for rule in rules)


def oddities(osm: str) -> list[str]:
    """Return, in French, what in valid OSM can hardly be what was meant; [] when nothing is odd."""
    bare = QUOTED.sub('""', osm)
    rules = [rule.strip() for rule in bare.split(";")]
    heads = [_days(rule) for rule in rules]
    odd: list[str] = []
    if re.match(r"mar\b(?! ?\d\d?(?!\d|:))", bare, re.IGNORECASE):
        odd.append("« Mar » est le mois de mars en OSM, mardi s’y écrit Tu")
    if re.search(r"\b(?:we|WE)\b", bare) and not re.search(r"\b(?:mo|tu|th|fr)\b", bare, re.IGNORECASE):
        odd.append("« we » est mercredi en OSM, un week-end s’y écrit Sa-Su")
    if all(head == frozenset() and ":" in rule for head, rule in zip(heads, rules, strict=True)):
        odd.append("aucun jour n’est écrit : OSM lit tous les jours")
    for (rule, head), (later, later_head) in combinations(zip(rules, heads, strict=True), 2):
        if head is not None and later_head is not None and (not later_head or (head and head <= later_head)):
            odd.append(f"« {later} » annule « {rule} »")
        elif head and later_head and head & later_head:
            odd += _crossed(rule, later)
    for rule in rules:
        if not OSM_KEYWORDS.search(rule):
            odd.append(f"« {rule} » n’a pas d’heure : OSM lit ouvert jour et nuit")
        for part in ADDED.split(rule):
            odd += _odd_spans(part)
    return list(dict.fromkeys(odd))


def _days(rule: str) -> frozenset[int] | None:
    """Return the days a rule bears on, none written being the empty set; None when it is no plain list of
    days.
    """
    match = HEAD.match(rule)
    if not match or rule.startswith("24/7"):
        return None
    days: set[int] = set()
    for piece in filter(None, re.split(r"[\s,]+", match[1])):
        first, _, last = (
            CODES.index(code.capitalize()) if code else 0 for code in (piece[:2], "", piece[3:] or piece[:2])
        )
        days |= {(first + n) % 7 for n in range((last - first) % 7 + 1)}
    return frozenset(days)


def _crossed(rule: str, later: str) -> list[str]:
    """Return the oddities of hours that a later rule replaces by others, which begin and end both before, or
    both after.
    """
    return [
        f"« {one[0]} » et « {other[0]} » se chevauchent certains jours : OSM n’y garde que les heures de «"
        f" {later} »"
        for one in SPAN.finditer(rule)
        for other in SPAN.finditer(later)
        if _crossing(_minutes(one), _minutes(other))
    ]


def _crossing(a: tuple[int, int], b: tuple[int, int]) -> bool:
    first, second = sorted((a, b))
    return first[0] < second[0] < first[1] < second[1]


def _minutes(span: re.Match[str]) -> tuple[int, int]:
    a, b, c, d = (int(digits) for digits in span.groups())
    return a * 60 + b, c * 60 + d


def _odd_spans(part: str) -> list[str]:
    spans = []
    odd = []
    for match in SPAN.finditer(part):
        start, end = _minutes(match)
        if end <= start and not (start >= 18 * 60 and end <= 6 * 60):
            odd.append(f"« {match[0]} » : la fin vient avant le début")
        elif start < 5 * 60 and (start, end) != (0, 24 * 60):
            odd.append(f"« {match[0]} » : ouvert avant 5 h du matin ?")
        spans.append((start, end if end > start else end + 24 * 60, match[0]))
    odd += [
        f"deux plages se chevauchent : {one[2]} et {two[2]}"
        for one, two in combinations(spans, 2)
        if one[0] < two[1] and two[0] < one[1]
    ]
    return odd
