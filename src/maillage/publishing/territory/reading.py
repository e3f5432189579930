"""The reading of a study, as a value: figures rounded, sentences written, charts drawn. Pages and
dossiers take it whole.

A kept study writes it in `lecture.json` (`dump`), and its pages read it back (`load`), or learn that it is
too old to be read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Final, Literal, get_args

from pydantic import TypeAdapter, ValidationError

from maillage.kernel.errors import HouseError
from maillage.kernel.estimate import Estimate
from maillage.publishing.page.blocks import UNSURE_SWATCH
from maillage.publishing.territory import certainty, ranges
from maillage.publishing.territory.comparison import Measure
from maillage.publishing.territory.labels import CLASS_LABELS
from maillage.reference.travel import FOOT, Mode
from maillage.words import wording
from maillage.words.dates import in_words

Version = Literal[14]  # raised when a field changes: studies kept before are then computed again
VERSION: Final[Version] = get_args(Version)[0]


FROM_NOBODY = re.compile(r"^0\s–\s(?=\d)")  # a range that begins at nobody has one bound to read


@dataclass(frozen=True, slots=True)
class Container:
    """A territory that holds the one of the study."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """The subject of the study: name, place, how many zones of which unit."""

    code: str
    name: str
    of_name: str
    kind: str
    within: tuple[Container, ...]
    n_zones: int
    unit: str
    subtitle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionCard:
    """The definition of the count, in the words of its producer."""

    id: str
    label: str
    short: str
    statement: str
    universe: str
    year: int
    producer: str
    title: str
    url: str
    quote: str
    doubt: str
    doubts: tuple[str, ...]
    unused: tuple[str, ...]
    n: str
    n_known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionRow(DefinitionCard):
    """The territory under one definition, as shown beside the others."""

    value: str | None
    between: str
    span: str
    share: str
    share_between: str
    bar: str


@dataclass(frozen=True, slots=True)
class Filter:
    """The only people counted, and the doubt on them."""

    id: str
    label: str
    doubt: str


@dataclass(frozen=True, slots=True)
class Bars:
    """One chart twice: for a wide screen, for a narrow one."""

    wide: str
    narrow: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The first figure. value: None where only the bounds are shown; bar: None, one_in: "" where it is
    withheld, for a reason, or where the share is a range; against_country: its share beside that of France,
    "" for France itself.
    """

    about: str
    value: str | None
    low: str
    high: str
    between: str
    reason: str
    sentence: str
    share: str
    one_in: str
    bar: Bars | None
    against_country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The source of a figure: what it counts, among whom, margin, how, quote, doubt. producer and year: ""
    and None when several.
    """

    counts: str
    among: str
    margin: str
    how: str
    quote: str
    producer: str
    title: str
    url: str
    year: int | None
    doubt: str
    method: str


@dataclass(frozen=True, slots=True)
class Cards:
    """The cards of the figures that stand under the first one."""

    levels: Card
    both: Card
    profile: Card
    context: Card


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelLine:
    """The number of people at a level of difficulty, and the answer it calls for."""

    name: str
    kind: str
    label: str
    description: str
    answer: str
    action: str
    share: str
    value: str | None
    between: str
    about: str
    in_full: str


@dataclass(frozen=True, slots=True)
class Levels:
    """The four levels of difficulty, and their bar. link: how they relate to the number of the headline,
    "" when they
    are what it counts.
    """

    link: str
    lines: tuple[LevelLine, ...]
    bar: Bars
    source: str
    doubt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """The people in both precarities: an estimate, what it assumes, and what holds regardless. share: "" when
    withheld; share_note: where the two printed numbers give another share, "" elsewhere.
    """

    value: str | None
    between: str
    about: str
    share: str
    share_note: str
    in_full: str
    modest: str
    independent: str
    limits: str
    poverty: str


@dataclass(frozen=True, slots=True)
class PublishedNote:
    """The note that a rate published by others brings to ours: it contradicts it, or it does not count the
    same thing. short: a contradiction in the few words that stand beside the headline, "" for a note.
    """

    kind: Literal["contredit", "note"]
    text: str
    short: str


@dataclass(frozen=True, slots=True)
class Discordance:
    """Zones where the two precarities differ (kind: which one is present), and what to do about it."""

    kind: Literal["numerique", "sociale"]
    finding: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """A share here and in the country. between: the interval of an estimate, "" for what is counted."""

    label: str
    local_share: str
    between: str
    country: str
    direction: str
    source: str
    year: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of people under two shares that are never compared: its own concerned, and its part of those
    concerned. rate, share: None where no point holds; rate_span, share_span: "" where nothing is drawn.
    """

    family: str
    label: str
    rate: str | None
    rate_span: str
    share: str | None
    share_span: str
    share_value: float


@dataclass(frozen=True, slots=True)
class ZoneLevel:
    """The number of people of a zone at a level."""

    name: str
    label: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneRow:
    """A zone as tables show it. unit: what it is called; place: its commune, "" where all have the same;
    reason: why its figure is withheld; is_outside: the filter counts nobody of it, and it has no sheet;
    cell_odds: its chances to be in its cell, 0 to 1; is_likely: whether they let it be named there.
    """

    code: str
    name: str
    place: str
    note: str
    population: str
    adults: str
    is_outside: bool
    unit: str
    people: str | None
    between: str
    people_value: float | None
    share: str
    share_between: str
    share_value: float | None
    reason: str
    bar: str
    both: str
    modest: str
    digital_class: str | None
    social_class: str | None
    digital: str
    social: str
    cell: str | None
    cell_label: str
    cell_odds: float | None
    is_likely: bool
    mark: str
    index: str | None
    rank: int | None
    relative_rank: int | None
    digital_rank: int | None
    firmness: str | None
    inside: str
    levels: tuple[ZoneLevel, ...]
    alerts: tuple[str, ...]

    @property
    def swatch(self) -> str:
        """Its classes of style beside its name: that of its cell, and the hatching that a map gives an unsure
        one.
        """
        is_unsure = self.cell_odds is not None and self.cell_odds < certainty.floor()
        return f"{self.mark} {UNSURE_SWATCH}" if is_unsure else self.mark

    @property
    def full_name(self) -> str:
        """Its name, with its commune among those of several: two of them each have their « Centre »."""
        return f"{self.name} ({self.place})" if self.place else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class SubtotalRow:
    """The part of a study that is in one commune, one département or one région, as tables show it.

    zones: the codes of its zones; need_share, residents: its shares of the people concerned, of residents.
    """

    level: str
    code: str
    name: str
    zones: tuple[str, ...]
    people: str | None
    between: str
    people_value: float | None
    share: str
    share_between: str
    share_value: float | None
    reason: str
    bar: str
    need_share: str
    residents: str


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the social index."""

    id: str
    label: str
    short: str
    unit: str
    direction: str
    weight: str
    mean: str
    year: str
    source: str


@dataclass(frozen=True, slots=True)
class IndexValue:
    """The value of a variable in a zone, its gap to the mean, and whether the gap is clipped."""

    short: str
    value: str
    gap: str
    is_clipped: bool


@dataclass(frozen=True, slots=True)
class IndexRow:
    """A zone in the social index. between: its interval; social: its class; origin: what its index is made
    of, at which level.
    """

    name: str
    code: str
    rank: int | None
    relative_rank: int | None
    index: str | None
    between: str
    social: str
    origin: str
    values: tuple[IndexValue, ...]


@dataclass(frozen=True, slots=True)
class SocialIndex:
    """The social index. known: ids of the variables that are known of some zone; variables: those of the
    relative index; left_out: the others, and why; missing: what is not published.
    """

    known: tuple[str, ...]
    variables: tuple[Variable, ...]
    rows: tuple[IndexRow, ...]
    left_out: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DoubtPart:
    """The part of a source of doubt in the width of the interval."""

    label: str
    share: str
    value: float


@dataclass(frozen=True, slots=True)
class Assumption:
    """The interval under other gaps between territories."""

    label: str
    region: str
    departement: str
    epci: str
    area: str
    half_width: str


@dataclass(frozen=True, slots=True)
class SurveyAhead:
    """The weight that a survey would have here, and the share in need with it. n: its answers."""

    n: str
    weight: str
    between: str


@dataclass(frozen=True, slots=True)
class Margins:
    """The sources of the interval, and what a survey would change in it, empty where one was already read."""

    parts: tuple[DoubtPart, ...]
    sensitivity: tuple[Assumption, ...]
    surveys: tuple[SurveyAhead, ...]


@dataclass(frozen=True, slots=True)
class FlatRow:
    """National shares as they are, on one base."""

    base: str
    people: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flat:
    """The method of Strasbourg: national shares as they are, on three bases."""

    rows: tuple[FlatRow, ...]
    step: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Base:
    """A population that a published share may be of."""

    label: str
    value: float
    people: str


@dataclass(frozen=True, slots=True)
class Source:
    """A source of the study. url: the page of its producer; accessed_on: the day it was read, in ISO; use:
    the figures of this study that it gives, in words.
    """

    id: str
    producer: str
    title: str
    vintage: str
    licence: str
    quote: str
    doubt: str
    url: str
    accessed_on: str
    use: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferLine:
    """A line of the offer in a zone, or in all: places counted, people estimated, how near it is, and how
    much there is to share. doubt: why figures are ranges, '' when no place is silent.
    """

    id: str
    label: str
    n_places: int
    places: str
    state: str
    sign: str
    words: str
    doubt: str
    need: str
    reached: str
    reached_between: str
    missing: str
    missing_between: str
    missing_about: str
    missing_sentence: str
    share: str
    share_between: str
    share_value: float | None
    share_bounds: tuple[float, float] | None
    missing_value: float
    missing_low: float
    missing_high: float
    residents_share: str
    nearest: str
    nearest_name: str
    supply: str
    supply_between: str
    supply_basis: str

    @property
    def is_absent(self) -> bool:
        """True where no place of the zone gives this line, nor may give it without saying so."""
        return not self.n_places and self.places != "?"

    @property
    def people_in_words(self) -> str:
        """The people who lack this line, as every table and chart prints them: « 350 (300 – 400) »,
        « 200 – 3 000 », « 340 au plus » where nobody may.
        """
        people = self.most_people
        if self.missing_between:
            return f"{people} ({self.missing_between})"
        return people if people == self.missing else f"{people} au plus"

    @property
    def most_people(self) -> str:
        """The people who lack this line, or the most that they may be where nobody may."""
        return FROM_NOBODY.sub("", self.missing)

    @property
    def is_from_nobody(self) -> bool:
        """True where everybody may have it: the range of the people without it says little."""
        return FROM_NOBODY.match(self.missing) is not None

    @property
    def is_mostly_served(self) -> bool:
        """True where most people surely have it."""
        return self.share_bounds is not None and self.share_bounds[0] >= 50  # percent

    @property
    def missing_share(self) -> str:
        """The share of the people concerned who lack this line, on the base of `people_in_words`:
        « 34 % (28 – 40 %) », « 3 – 34 % », « 7 % au plus » where nobody may; "" where it is withheld.
        """
        if self.share_bounds is None or self.missing_high < 1:
            return "" if self.share_bounds is None else wording.percent(0)
        low, high = (100 - bound for bound in reversed(self.share_bounds))
        value = 0.0 if self.share_value is None else 100 - self.share_value
        share = ranges.share(replace(self.missing_drawn, value=value, low=low, high=high, unit="pourcent"))
        if share.value and self.share_value is not None:
            return share.value if share.is_single else f"{share.value} ({share.span})"
        return f"{share.high} au plus" if share.low == "0" else share.span

    @property
    def missing_drawn(self) -> Estimate:
        """The people who lack this line, for the bar of a chart: what may be said of them is `missing`."""
        return Estimate(
            value=self.missing_value,
            low=self.missing_low,
            high=self.missing_high,
            unit="personnes",
            universe=self.label,
            n=0,
            method="manques",
        )


@dataclass(frozen=True, slots=True)
class MissingLine:
    """A line of the offer that a zone lacks, and why. is_sure: whether its rule leaves no doubt of it."""

    label: str
    id: str
    reason: str
    is_sure: bool


@dataclass(frozen=True, slots=True)
class ZoneOffer:
    """The offer of a zone (code and name: "" for all of them). places: the names of its places, in the order
    of their numbers on its map; none for all of them. n_unlocated: of its places, those whose point is not
    known; n_perhaps: other places of its commune that may stand there.
    """

    code: str
    n_places: int
    n_silent: int
    lines: tuple[OfferLine, ...]
    missing: tuple[MissingLine, ...]
    name: str
    places: tuple[str, ...] = ()
    n_unlocated: int = 0
    n_perhaps: int = 0

    @property
    def doubted(self) -> frozenset[str]:
        """The lines whose gap is told by a rule that doubts it."""
        return frozenset(missing.id for missing in self.missing if not missing.is_sure)

    @property
    def places_text(self) -> str:
        """Its places as a table counts them: « ? » where none is sure and some may stand there."""
        return "?" if not self.n_places and self.n_perhaps else wording.number(self.n_places)

    @property
    def places_words(self) -> str:
        """Its places in words, those to locate included: « 3 lieux, dont 1 à situer »."""
        if self.places_text == "?":
            return f"{wording.count(self.n_perhaps, 'lieu', 'lieux')} de la commune à situer"
        unlocated = f", dont {wording.number(self.n_unlocated)} à situer" if self.n_unlocated else ""
        perhaps = f", et {wording.number(self.n_perhaps)} de la commune à situer" if self.n_perhaps else ""
        return f"{wording.count(self.n_places, 'lieu', 'lieux')}{unlocated}{perhaps}"


@dataclass(frozen=True, slots=True)
class UnassignedRow:
    """Places of a commune that none of its zones counts. offers: by line, how many give it, None where silent
    places leave it unknown; sentence: where they count, and why.
    """

    commune: str
    n_places: int
    offers: Mapping[str, int | None]
    sentence: str


@dataclass(frozen=True, slots=True)
class PublicOffer:
    """The offer for one public: in all, and by zone."""

    label: str
    territory: tuple[OfferLine, ...]
    zones: Mapping[str, tuple[OfferLine, ...]]


@dataclass(frozen=True, slots=True)
class NamedZone:
    """A zone in a list. people: those concerned who live there, in words, where the list tells them."""

    code: str
    name: str
    people: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneList:
    """The zones that a rule finds. id, offer: its line of the offer, "" when it is of none; out_of: how
    many zones it looks at, and which ones.
    """

    rule: str
    sentence: str
    condition: str
    id: str
    offer: str
    zones: tuple[NamedZone, ...]
    out_of: str


@dataclass(frozen=True, slots=True)
class CallList:
    """The shortest list of places to ask whether they give a line of the offer, and the sentence of what
    their answers settle. ids: in the same order as names, the most useful first.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    sentence: str

    @property
    def places(self) -> list[tuple[str, str]]:
        """The identifier and the name of each."""
        return list(zip(self.ids, self.names, strict=True))


@dataclass(frozen=True, slots=True)
class WalkedGap:
    """The service that most people surely lack on foot in the dense communes of a study by car. where: these
    communes; people: how many lack it there, interval included; value: the same as a number.
    """

    line: str
    where: str
    people: str
    value: float


@dataclass(frozen=True, slots=True)
class FinishedCensus:
    """A census of places that its network finished. name: its territory; on: the day of its last answer;
    lines: the lines of the offer that it looked for, all of them where none is named.
    """

    name: str
    on: date
    lines: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """Where the census was led, and until when."""
        return f"Recensement des lieux fini le {in_words(self.on)} : {self.name}."


@dataclass(frozen=True, slots=True)
class CommuneList:
    """The communes where no place gives a line of the offer, within reach or not, and those where places do
    not say.
    """

    offer: str
    without: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfferReading:
    """The offer of a study: each public, each zone, the lists that its rules make, what to know before
    believing it. filter: whom it counts, '' for everybody; communes: lists by commune where zones are
    smaller; unlisted: the part of the territory of which the census says nothing, in words, '' for none;
    unlisted_zones: those that it holds whole, of which nothing is told; unassigned: the places that the whole
    counts and no zone does; mode: how people travel, minutes at most;
    as_if: what counting everybody so supposes, "" on foot; ways: the streets that distances follow, ""
    for the crow's flight; other_way: what another way of travelling
    changes, "" where none is read; no_place: how many communes have no known place, "" where each has one;
    bare: those communes, the most people first, out of n_communes that the census lists;
    to_call: by line, whom to ask where silence decides; finished: the census of the whole territory that was
    finished by the day of the reading, None while a place may be missing from the list.
    """

    source: str
    minutes: int
    territory: ZoneOffer
    publics: Mapping[str, PublicOffer]
    zones: Mapping[str, ZoneOffer]
    lists: tuple[ZoneList, ...]
    cautions: tuple[str, ...]
    filter: str = ""
    communes: tuple[CommuneList, ...] = ()
    unlisted: str = ""
    unlisted_zones: tuple[str, ...] = ()
    unassigned: tuple[UnassignedRow, ...] = ()
    mode: Mode = FOOT
    as_if: str = ""
    ways: str = ""
    other_way: str = ""
    walked: WalkedGap | None = None
    no_place: str = ""
    bare: tuple[NamedZone, ...] = ()
    n_communes: int = 0
    to_call: Mapping[str, CallList] = field(default_factory=dict)
    finished: FinishedCensus | None = None

    @property
    def limit(self) -> str:
        """The way that is within reach at most: « 30 minutes à pied »."""
        return f"{self.minutes} minutes {self.mode.manner}"

    @property
    def within_reach(self) -> str:
        """The meaning of « à portée », as its cautions open with it."""
        return f"À portée veut dire {self.limit}, environ."

    @property
    def has_places(self) -> bool:
        """True where most communes have a known place: an offer that its people may fail to see."""
        return self.territory.n_places > 0 and 2 * len(self.bare) <= self.n_communes

    @property
    def to_locate(self) -> str:
        """A sentence that asks to locate places first; "" where most are located. A gap that is certain
        stays certain: each draw puts these places anywhere in their commune.
        """
        n = self.territory.n_unlocated + self.territory.n_perhaps
        if 2 * n <= self.territory.n_places + self.territory.n_perhaps:
            return ""
        places = "le lieu" if n == 1 else f"les {wording.count(n, 'lieu', 'lieux')}"
        return (
            f"D’abord, situez {places} dont on ne connaît que la commune : complétez l’adresse, ou chargez le"
            " fichier d’adresses du département, puis recommencez l’import. Les nombres tiennent déjà compte"
            " de ce doute : situer ces lieux resserrera leurs fourchettes."
        )

    @property
    def to_locate_in_brief(self) -> str:
        """The same as a fact, for the elected."""
        if not self.to_locate:
            return ""
        n = self.territory.n_unlocated + self.territory.n_perhaps
        where = "n’est connu que par sa commune" if n == 1 else "ne sont connus que par leur commune"
        return f"{wording.count(n, 'lieu', 'lieux')} {where} : les fourchettes en tiennent compte."


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyLine:
    """One of the three estimates of the same need. is_retained: the one that the study keeps."""

    label: str
    share: str
    share_between: str
    people: str
    people_between: str
    weight: str
    bar: str
    is_retained: bool


@dataclass(frozen=True, slots=True)
class SurveyScenario:
    """The result of another hypothesis on the survey."""

    label: str
    weight: str
    share: str
    share_between: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyReading:
    """A survey of the territory beside the model. reason: why it stands apart, "" when it was read; the rest
    is then empty. in_brief: model, survey and both, a sentence each.
    """

    reason: str
    title: str
    lines: tuple[SurveyLine, ...]
    agrees: bool
    axis: str
    sentences: tuple[str, ...]
    sensitivity: tuple[SurveyScenario, ...]
    method: str
    in_brief: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ZonePart:
    """A census area inside a zone."""

    name: str
    people: str
    between: str
    share: str


@dataclass(frozen=True, slots=True)
class CommuneDistricts:
    """A commune, how many priority districts it contains, and which, each with its code."""

    name: str
    n_districts: str
    districts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Districts:
    """The priority districts of a territory. sentence: how many, in how many communes; communes: the first
    ones, the most districts first; unknown: why no share of residents is told; notes: what else is not known;
    title, where: the same in a few words, "" without any.
    """

    title: str
    where: str
    sentence: str
    communes: tuple[CommuneDistricts, ...]
    unknown: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """An indicator in a zone, beside its mean over the zones."""

    label: str
    local_share: str
    reference: str
    here_value: float
    reference_value: float


@dataclass(frozen=True, slots=True)
class SheetLevel:
    """The number of people of a zone at a level, and the answer, as its sheet shows it."""

    label: str
    kind: str
    value: str
    between: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneSheet:
    """Additions of the sheet of a zone to its row and to its offer. standing: its classes beside metropolitan
    France and its ranks among the zones, "" when it has no class.
    """

    value: str | None
    low: str
    high: str
    between: str
    share: str
    verdict: str
    first_step: str
    parts: tuple[ZonePart, ...]
    n_parts: int
    part_noun: str
    comparison: tuple[Compared, ...]
    levels: tuple[SheetLevel, ...]
    both: str
    standing: str
    card: Card
    alerts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Everything that a page, a dossier or a sheet shows of a study.

    above: the codes of the zones that surely hold more than their share of the need.
    target: the public that the diagnosis is made for, in a sentence, "" when nobody said. withheld: whether
    the territory is too small for a figure. axis: the end of the bars of zones.
    both_residents: how many residents live in zones of both precarities, and their share, "" when there are
    none;
    cell_shares: the share to expect in each cell, and in none of them. without_index: sentences on the zones
    that have no index, by reason; n_outside: those out of the filter, blank like them on the joint map.
    offer: None without a census of places; survey: None without one. sheets: by code of zone.
    """

    fingerprint: str
    territory: Place
    definition: DefinitionCard
    filter: Filter | None
    target: str
    population: str
    adults: str
    universe: str
    headline: Headline
    published: tuple[PublishedNote, ...]
    withheld: bool
    source: Card
    cards: Cards
    sentences: tuple[str, ...]
    where_sentence: str
    above: tuple[str, ...]
    crossing_sentence: str
    leaders_sentence: str
    draws: str
    levels: Levels
    both: Both
    class_sentences: tuple[str, ...]
    discordances: tuple[Discordance, ...]
    cluster_sentences: tuple[str, ...]
    context: tuple[Indicator, ...]
    profile: tuple[Group, ...]
    zones: tuple[ZoneRow, ...]
    subtotals: tuple[SubtotalRow, ...]
    subtotal_sentences: tuple[str, ...]
    districts: Districts
    axis: str
    cell_shares: Mapping[str, float]
    both_residents: str
    class_bounds: tuple[str, ...]
    social_classes: tuple[str, ...]
    is_classed: bool
    without_index: tuple[str, ...]
    n_outside: int
    legend: str
    index: SocialIndex
    margins: Margins
    flat: Flat
    bases: tuple[Base, ...]
    deduced: tuple[str, ...]
    warnings: tuple[str, ...]
    sources: tuple[Source, ...]
    offer: OfferReading | None
    survey: SurveyReading | None
    map_note: str
    definitions: tuple[DefinitionRow, ...]
    measures: tuple[Measure, ...]
    sheets: Mapping[str, ZoneSheet]

    @property
    def contradicted(self) -> tuple[str, ...]:
        """The published figures that contradict the headline, in the few words that never leave it."""
        return tuple(note.short for note in self.published if note.kind == "contredit")

    @property
    def towns(self) -> tuple[SubtotalRow, ...]:
        """The communes cut into several zones by the census; none where a file draws the zones."""
        if any(zone.unit == "zone" for zone in self.zones):
            return ()
        return tuple(row for row in self.subtotals if row.level == "commune" and len(row.zones) > 1)

    @property
    def only_class(self) -> str:
        """The digital class of all the zones, in words: their map has one colour; "" where they differ."""
        names = [zone.digital_class for zone in self.zones if zone.digital_class]
        return CLASS_LABELS[names[0]] if len(names) > 1 and len(set(names)) == 1 else ""

    def zone(self, code: str) -> ZoneRow:
        """Return a zone by its code; KeyError when there is none."""
        for row in self.zones:
            if row.code == code:
                return row
        raise KeyError(code)

    def offer_of(self, code: str) -> ZoneOffer | None:
        """Return the offer of a zone, None without a census of places."""
        return self.offer.zones.get(code) if self.offer else None


@dataclass(frozen=True, slots=True)
class _File:
    """The content of `lecture.json`."""

    version: Version
    reading: Reading


class Stale(HouseError):
    """Raised for a stored reading of another version, or incomplete: its study must be computed again."""


@cache
def _form() -> TypeAdapter[_File]:
    return TypeAdapter(_File)


def dump(reading: Reading) -> bytes:
    """Return a reading as the bytes of `lecture.json`."""
    return _form().dump_json(_File(VERSION, reading))


def load(text: bytes) -> Reading:
    """Return the reading that `dump` wrote; Stale when another version wrote it, or when it is not whole."""
    try:
        return _form().validate_json(text, strict=True, extra="forbid").reading
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise Stale(
            f"This reading is not one of version {VERSION}: {'.'.join(map(str, first['loc'])) or 'text'},"
            f" {first['msg']}.",
            why="A page drawn from half of a study, or from another form of it, would be broken.",
            do="Compute the study again: its request is kept.",
        ) from error
