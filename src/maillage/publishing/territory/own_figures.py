"""Figures that the diagnosis of a territory prints beyond its headline, found by the words of a sentence: its
groups, its two difficulties, its zones, its services, its communes without a place.
"""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from maillage.kernel.names import plain
from maillage.publishing.territory import national_phrases
from maillage.publishing.territory.claim_subjects import (
    ABLE,
    CONCERNED,
    TROUBLE,
    subject_words_of,
    words_of_difficulty,
)
from maillage.publishing.territory.labels import BREAKDOWN_LABELS, PROFILE_LABELS
from maillage.publishing.territory.named_places import is_of_namesake
from maillage.publishing.territory.reading import Group, OfferLine, Reading, ZoneRow
from maillage.publishing.territory.survey_answers import LINKS
from maillage.statistics.zones.territories import GROUPING_ENDS, TYPED_KINDS, gazetteer
from maillage.words import wording
from maillage.words.claims import LAST_AGE, Amount, Claim, is_denial, is_low, parse, topic

AGES = BREAKDOWN_LABELS["age"]
VERB = re.compile(r"\b(?:(?:ont|sont|vivent|habitent)|n’ont)\b")
BOTH = re.compile(
    r"\bcumul\w+|\bles deux (?:précarités|difficultés)"
    r"|\b(?:vivent aussi modestement|ont aussi de faibles revenus)",
    re.I,
)
COMMUNES = re.compile(r"(?P<n>\d+) communes?(?: sur (?P<among>\d+))?\b", re.I)
SURPLUS = re.compile(r"(?P<n>\d+) (?:zone|commune|quartier)s?\b.*\bplus que (?:leur|sa) part\b", re.I)
WITHOUT_PLACE = re.compile(r"\b(?:sans|aucune?|pas de)\b.*\b(?:lieux?|aide)\b", re.I)
OUT_OF_REACH = re.compile(r"\b(?:n’ont (?:pas|aucun)|sans|hors de portée|à portée)\b", re.I)
# « l’agglomération de Lannion » is no zone of that name
LARGER = "|".join(lead for lead, kind in TYPED_KINDS if kind != "commune")
ENDS = "|".join(GROUPING_ENDS)
# Words of the dossier for the people of a group that is no age.
GROUP_WORDS = {
    "none": r"(?:sans|aucun|ni) diplôme|peu diplômé|non diplômé",
    "brevet": r"\bbrevet\b",
    "cap": r"\b(?:CAP|BEP)\b",
    "bac": r"\bbac(?:calauréat)?\b(?!\s?\+)",
    "short": r"\bbac\s?\+\s?2\b",
    "long": r"\bbac\s?\+\s?3\b",
    "student": r"\ben études\b|\bétudiants?\b",
    "modeste": r"\bmodeste(?:s|ment)?\b|\bfaibles revenus\b",
    "rural": r"\bmoins de 2 000 habitants",
    "periurbain": r"\bpériurbain",
}
WORDS_BY_LABEL = {PROFILE_LABELS[key]: words for key, words in GROUP_WORDS.items()}
OF_GROUPS = frozenset(
    topic("titulaires niveau diplôme diplômées vivant modestement faibles revenus périurbaines étudiants")
)
AT_EASE = ABLE | frozenset(topic("aise autonomie"))
LEVELS = ("precarite_forte", "precarite_faible")  # exclusion has a definition of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFigure:
    """A figure of the diagnosis beside a number. statement: in a sentence; ranges: least and most of what it
    prints; amount: the number to compare; is_rest: the number told who is not in difficulty, and what it
    leaves is compared.
    """

    statement: str
    ranges: tuple[tuple[float, float], ...]
    amount: Amount
    is_rest: bool = False

    @property
    def side(self) -> int:
        """On which side of all the ranges the number is: -1 under, 0 within or between, 1 over."""
        low, high = min(low for low, _ in self.ranges), max(high for _, high in self.ranges)
        return (self.amount.low > high) - (self.amount.high < low)


def figure_of(claim: Claim, r: Reading, names: str) -> OwnFigure | None:
    """Return the figure of a diagnosis that a number quotes, None where none has its words."""
    if figure := _of_communes(claim, r) or _of_surplus(claim, r):
        return figure
    if r.withheld:
        return None
    zone = named_zone(claim, r)
    names = f"{names} {zone.full_name}" if zone else names
    return (
        _of_both(claim, r, zone)
        or _of_services(claim, r, zone)
        or _of_levels(claim, r, zone)
        or (_of_zone(claim, zone, names, r) if zone else _of_group(claim, r, names))
    )


def named_zone(claim: Claim, r: Reading) -> ZoneRow | None:
    """Return the zone that a number names in full, with its commune where several bear the name; None for
    none, and for the territory itself, which may be called as its town is.
    """
    known = gazetteer()
    if r.territory.code in known and is_of_namesake(claim, known.get(r.territory.code)):
        return None
    text = f" {plain(claim.text)} "
    rows = [
        zone
        for zone in r.zones
        if len(r.zones) > 1
        and plain(zone.name) != plain(r.territory.name)
        and _is_in(zone.name, claim.text)
        and not _is_of_grouping(plain(zone.name), text)
    ]
    longest = max((len(zone.name) for zone in rows), default=0)
    rows = [zone for zone in rows if len(zone.name) == longest]
    in_town = [zone for zone in rows if zone.place and f" {plain(zone.place)} " in text]
    rows = in_town or rows
    return rows[0] if len(rows) == 1 else None


def _is_in(name: str, text: str) -> bool:
    """Return True where a text holds the whole name of a zone; one of several words may lack its capital.

    >>> _is_in("Nord de l’île", "30 % du nord de l'île"), _is_in("Landes", "30 % des landes")
    (True, False)
    """
    name, text = (each.replace("'", "’") for each in (name, text))
    case = re.I if " " in name else 0
    return bool(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text, case))


def _is_of_grouping(name: str, text: str) -> bool:
    """Return True where a plain name only says which larger territory a plain text speaks of.

    >>> _is_of_grouping("lannion", "l agglomeration de lannion"), _is_of_grouping("lannion", "lannion agglo")
    (True, True)
    >>> _is_of_grouping("lannion", "a lannion, dans l agglomeration")
    False
    """
    joint = "(?:d|de|du|des) (?:(?:l|la|le|les) )?"
    return bool(re.search(rf"\b(?:{LARGER}) {joint}{name}\b|\b{name} (?:{ENDS})\b", text))


def _of_communes(claim: Claim, r: Reading) -> OwnFigure | None:
    """Return how many communes have no known place."""
    count = COMMUNES.search(claim.text)
    if not (r.offer and r.offer.no_place and count and WITHOUT_PLACE.search(claim.text)):
        return None
    n = len(r.offer.bare)
    return OwnFigure(statement=r.offer.no_place, ranges=((n, n),), amount=Amount(int(count["n"]), 0))


def _of_surplus(claim: Claim, r: Reading) -> OwnFigure | None:
    """Return how many zones surely hold more than their share of the people concerned."""
    count, n = SURPLUS.search(claim.text), len(r.above)
    if count is None:
        return None
    zones = wording.count(n, f"{r.territory.unit} compte", f"{r.territory.unit}s comptent")
    statement = f"{zones} sûrement plus que {'sa' if n == 1 else 'leur'} part d’habitants"
    return OwnFigure(statement=statement, ranges=((n, n),), amount=Amount(int(count["n"]), 0))


def _of_both(claim: Claim, r: Reading, zone: ZoneRow | None) -> OwnFigure | None:
    """Return the people in both precarities, of a zone where one is named."""
    if not BOTH.search(claim.meaning) or claim.people is None or re.search(r"\bzones?\b", claim.text):
        return None
    printed = zone.both if zone else r.both.between
    place = f" à « {zone.full_name} »" if zone else ""
    range_text = _between(printed) if zone else r.both.in_full
    return _printed_figure(
        f"{range_text} sont en précarité numérique et ont de faibles revenus{place}", printed, claim.people
    )


def _of_services(claim: Claim, r: Reading, zone: ZoneRow | None) -> OwnFigure | None:
    """Return the people who do not have a service within reach, of a zone where one is named."""
    offer = r.offer_of(zone.code) if zone else r.offer.territory if r.offer else None
    if offer is None or claim.people is None or not OUT_OF_REACH.search(claim.text):
        return None
    words = set(topic(claim.meaning.lower()))
    lines: list[OfferLine] = [x for x in offer.lines if x.missing and set(topic(x.label.lower())) <= words]
    if not lines:
        return None
    line = max(lines, key=lambda row: len(row.label))
    place = f" à « {zone.full_name} »" if zone else ""
    return OwnFigure(
        statement=(
            f"{_with_margin(line.missing_about, line.missing_between)} n’ont pas ce service à portée{place} :"
            f" {wording.lower_first(line.label)}"
        ),
        ranges=((line.missing_low, line.missing_high),),
        amount=claim.people,
    )


def _of_levels(claim: Claim, r: Reading, zone: ZoneRow | None) -> OwnFigure | None:
    """Return the people at the level of difficulty that a number names."""
    if claim.people is None or zone:
        return None
    for line in r.levels.lines:
        is_named = line.name in LEVELS and plain(line.label) in plain(claim.text)
        if is_named or plain(line.description) in plain(claim.text):
            statement = f"{line.in_full} {line.description} : « {line.label} »"
            return _printed_figure(statement, line.between, claim.people)
    return None


def _of_zone(claim: Claim, zone: ZoneRow, names: str, r: Reading) -> OwnFigure | None:
    """Return the people concerned of a zone, or their share."""
    words = subject_words_of(claim, names)
    if claim.some or not words <= words_of_difficulty() | TROUBLE | LINKS or zone.reason:
        return None
    if (is_rest := _is_of_rest(claim, words)) is None or (is_rest and claim.share is None):
        return None
    amount = claim.share.rest if claim.share and is_rest else claim.share or claim.people
    printed = zone.share_between or zone.share if claim.share else zone.between
    exact = zone.share if claim.share else zone.people
    if amount is None or not printed:
        return None
    base = " des 15 ans et plus" if claim.share else " personnes"
    range_text = f"environ {exact}{base} ({_between(printed)})" if exact else f"{_between(printed)}{base}"
    figure = _printed_figure(
        f"à « {zone.full_name} », {range_text} {r.definition.statement}", printed, amount
    )
    return replace(figure, is_rest=is_rest) if figure else None


def _of_group(claim: Claim, r: Reading, names: str) -> OwnFigure | None:
    """Return the share of a group of people, of those concerned or of its own, as the words say."""
    if claim.share is None:
        return None
    verb = VERB.search(claim.text)
    head, tail = (claim.text[: verb.start()], claim.text[verb.start() :]) if verb else (claim.text, "")
    is_part = verb is not None and bool(CONCERNED.search(head) or TROUBLE & set(topic(head.lower())))
    groups = _groups(claim, r, tail if is_part else claim.text, is_part=is_part)
    if not groups:
        return None
    if is_part:
        return _part(groups, claim.share)
    words = subject_words_of(claim, names) - OF_GROUPS
    is_of_study = _definition_of(claim, words) == r.definition.id
    if claim.says_some or not is_of_study or not words <= words_of_difficulty() | LINKS:
        return None
    if (is_rest := _is_of_rest(claim, words)) is None:
        return None
    rates = [(each.rate, each.rate_span or each.rate or "") for each in groups]
    range_text = wording.listing(
        [
            f"{_with_margin(rate, span)}{f' des {x.label}' if x.family == AGES else ''}"
            for x, (rate, span) in zip(groups, rates, strict=True)
        ]
    )
    named = "" if groups[0].family == AGES else f" de ce groupe, « {groups[0].label} »,"
    statement = f"{range_text}{named} {r.definition.statement}"
    amount = claim.share.rest if is_rest else claim.share
    figure = _printed_figure(statement, "|".join(span for _, span in rates), amount)
    return replace(figure, is_rest=is_rest) if figure else None


def _is_of_rest(claim: Claim, words: Set[str]) -> bool | None:
    """Return True for a number of those who are not in difficulty, « sont à l’aise », « ne sont pas en
    difficulté », False for one of those who are; None where its words tell neither: « utilisent Internet ».
    """
    if words & TROUBLE:
        return words <= TROUBLE and is_denial(claim.meaning)
    if is_low(claim.meaning) or not words - LINKS:
        return False
    return True if words & AT_EASE else None


def _definition_of(claim: Claim, subject_words: set[str]) -> str:
    return national_phrases.definition_of_ages(plain(claim.meaning).split(), subject_words)


def _groups(claim: Claim, r: Reading, text: str, *, is_part: bool) -> list[Group]:
    """Return the groups that a text counts: those of its ages, that add up to them where is_part; else the
    one that its words name.
    """
    named = [x for x in r.profile if (words := WORDS_BY_LABEL.get(x.label)) and re.search(words, text, re.I)]
    if named or claim.ages is None:
        return named[:1]
    ages = [(x, parsed) for x in r.profile if x.family == AGES and (parsed := _ages_of(x.label))]
    if is_part:
        ages = [
            (x, (first, last))
            for x, (first, last) in ages
            if claim.ages[0] <= first and last <= claim.ages[1]
        ]
        ends = (min(a[0] for _, a in ages), max(a[1] for _, a in ages)) if ages else None
        return [x for x, _ in ages] if ends == claim.ages else []
    return [x for x, (first, last) in ages if first <= claim.ages[1] and claim.ages[0] <= last]


def _ages_of(label: str) -> tuple[int, int] | None:
    """Return the first and last ages of a group.

    >>> _ages_of("15 à 24 ans"), _ages_of("75 ans et plus"), _ages_of("Brevet")
    ((15, 24), (75, 120), None)
    """
    numbers = [int(each) for each in re.findall(r"\d+", label)] if " ans" in label else []
    return (numbers[0], numbers[1] if len(numbers) > 1 else LAST_AGE) if numbers else None


def _part(groups: Sequence[Group], share: Amount) -> OwnFigure:
    """Return the share of some groups among the people concerned: their bounds are added."""
    spans = [each.share_span or each.share or "" for each in groups]
    ends = [_ends(each) for each in spans]
    low, high = sum(low for low, _ in ends), min(sum(high for _, high in ends), 100.0)
    first, last = groups[0], groups[-1]
    group_text = f"sont de ce groupe, « {first.label} »"
    if first.family == AGES:
        ages = (_ages_of(first.label) or (0, 0))[0], (_ages_of(last.label) or (0, LAST_AGE))[1]
        group_text = (
            f"ont {ages[0]} ans ou plus" if ages[1] == LAST_AGE else f"ont de {ages[0]} à {ages[1]} ans"
        )
    printed, value = spans[0], first.share
    if len(groups) > 1:
        printed = f"{wording.number(low)} – {wording.percent(high)}"
        value = wording.percent(100 * sum(each.share_value for each in groups))
    statement = f"{_with_margin(value, printed)} des personnes concernées {group_text}"
    return OwnFigure(statement=statement, ranges=((low, high),), amount=share)


def _printed_figure(statement: str, printed: str, amount: Amount) -> OwnFigure | None:
    """Return a figure by the ranges that are printed of it; None where none is."""
    ranges = tuple(_ends(each) for each in printed.split("|") if re.search(r"\d", each))
    return OwnFigure(statement=statement, ranges=ranges, amount=amount) if ranges else None


def _ends(printed: str) -> tuple[float, float]:
    """Return the least and the most of a printed range.

    >>> _ends("480 – 820"), _ends("entre 5 600 et 9 000"), _ends("0,5 – 3,0 %"), _ends("23 %")
    ((480.0, 820.0), (5600.0, 9000.0), (0.5, 3.0), (22.5, 23.5))
    """
    text = printed.replace("¹", "")
    claim = parse(text if "%" in text else f"{text} personnes")
    amount = claim.share or claim.people
    return (amount.low, amount.high) if amount else (0.0, 0.0)


def _between(printed: str) -> str:
    """Return a printed range in words.

    >>> _between("52 – 68 %"), _between("entre 5 600 et 9 000")
    ('entre 52 et 68 %', 'entre 5 600 et 9 000')
    """
    low, *high = re.split(r"\s–\s", printed)
    return f"entre {low} et {high[0]}" if high else printed


def _with_margin(rate: str | None, span: str) -> str:
    """Return a rate with its range where one is printed, its range alone where no point holds."""
    if rate is None:
        return _between(span)
    return f"{rate} ({_between(span)})" if span and span != rate else rate
