"""The gaps of the offer, the surest and heaviest first, and what may be opened for each."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from maillage.reference.offer import diagnosis_lines, without
from maillage.reference.travel import FOOT, Mode
from maillage.reports.territory.certainty import upper_first
from maillage.reports.territory.reading import OfferLine, OfferReading, ZoneOffer
from maillage.words.wording import count, listing, lower_first

# What may be opened for each line of the offer.
OPENINGS: Mapping[str, str] = {line.id: line.opening for line in diagnosis_lines().values()}

OPEN_ANY = "Ouvrir un lieu d’aide"  # where no place gives anything
ADD = "Ajouter"  # to what the places of a zone give
NEARER = "Rapprocher l’offre"  # what a place of the zone gives too far from most
ASK = "Faire préciser l’offre"  # of places of the zone that may give it
FOLLOWED = "assistance"  # the line that the loop follows: somebody beside, for a procedure
UNASKED = "donnee-manquante"  # state of a line that no place of the census mentions
UNKNOWN_OFFER = "Ce recensement ne dit pas ce que les lieux proposent : on ne sait pas ce qui manque."
MOST_ZONES = 3  # of a proposal
FEW = 50  # people, at the low bound: a village of a hundred does not come before a town
FEWEST = 1  # people, at the low bound: under it, « 0 » is printed
VAGUE = 5  # times its low bound: from there, the high bound of a number of people tells nobody anything
SOME = "Des personnes concernées n’en ont pas {}, même si tous les lieux à l’offre inconnue le proposaient."


@dataclass(frozen=True, slots=True)
class Doubt:
    """The cause of a wide interval. measure: how much of it a zone has, in few words, "" where it is not
    counted; remedy: what would narrow the interval.
    """

    cause: str
    measure: str
    remedy: str

    @property
    def sentence(self) -> str:
        """The cause and its remedy."""
        return f"{self.cause} : {self.remedy}."

    @property
    def again(self) -> str:
        """The same cause, told of the zone before."""
        return f"Même doute{f' : {self.measure}' if self.measure else ''}."


@dataclass(frozen=True, slots=True)
class Gap:
    """A line of the offer that a zone lacks, for people counted for sure. reason: the rule that found it;
    by: how people travel; doubt: why its interval is wide, None where it is not.
    """

    code: str
    zone: str
    line: OfferLine
    reason: str
    by: Mode = FOOT
    doubt: Doubt | None = None

    @property
    def key(self) -> str:
        """The key that identifies the same gap another day."""
        return f"gap:{self.code}:{self.line.id}"

    @property
    def title(self) -> str:
        """The place to open, and its zone."""
        return f"{OPENINGS[self.line.id]} : {self.zone}"

    @property
    def people(self) -> str:
        """How many people it concerns, interval included: « environ 300 personnes (entre 240 et 360) »."""
        between = f" ({self.line.missing_sentence})" if self.line.missing_sentence else ""
        return f"{self.line.missing_about}{between}"

    @property
    def sentence(self) -> str:
        """The zone, the people and the line they lack, in a sentence."""
        return f"{self.zone} : {self.lack}."

    @property
    def lack(self) -> str:
        """How many people are without which line: « environ 300 personnes sans lieu de réparation à portée de
        marche ».
        """
        return f"{self.people} sans {without(self.line.id, by=self.by)}"


@dataclass(frozen=True, slots=True)
class SharedGap:
    """Lines that the same people of a zone lack for the same reason: said once, not a line each. counted:
    every line that the census tells of; is_bare: whether no place of the zone gives any of them.
    """

    gaps: tuple[Gap, ...]
    counted: tuple[str, ...]
    is_bare: bool

    @property
    def key(self) -> str:
        """Its stable identifier: the key of its gap, then the other lines."""
        return "+".join([self.gaps[0].key, *(gap.line.id for gap in self.gaps[1:])])

    @property
    def doubt(self) -> Doubt | None:
        """Why the interval of these people is wide, None where it is not."""
        return self.gaps[0].doubt

    @property
    def is_absent(self) -> bool:
        """True where no place of the zone gives any of its lines, nor may give it."""
        return self.gaps[0].line.is_absent

    @property
    def line(self) -> str:
        """The line that an action answers first: the one that the loop follows, where it is lacking."""
        lines = [gap.line.id for gap in self.gaps]
        return FOLLOWED if FOLLOWED in lines else lines[0]

    @property
    def zone(self) -> str:
        """The name of the zone."""
        return self.gaps[0].zone

    @property
    def code(self) -> str:
        """The code of the zone."""
        return self.gaps[0].code

    @property
    def need_sentence(self) -> str:
        """The people without it, and the absence of places: « Environ 300 personnes en difficulté … »."""
        people = upper_first(self.people.replace("personnes", "personnes en difficulté", 1))
        return f"{people} sont sans {self.without}. {self._places}."

    @property
    def _places(self) -> str:
        """The places of the zone that give it, or may."""
        if self.is_bare:
            return "Aucun lieu d’aide connu dans la zone"
        if self.is_absent:
            return "Aucun lieu ne le propose dans la zone"
        n = self.gaps[0].line.n_places
        if not n:
            return "Des lieux de la zone ne disent pas s’ils le proposent"
        places = upper_first(count(n, "lieu le propose", "lieux le proposent"))
        return f"{places} dans la zone, trop loin pour elles"

    @property
    def people(self) -> str:
        """How many people they concern, interval included."""
        return self.gaps[0].people

    @property
    def about(self) -> str:
        """How many people they concern, the interval left to whoever stands beside."""
        return self.gaps[0].line.missing_about

    @property
    def reason(self) -> str:
        """The rule that found them."""
        return self.gaps[0].reason

    @property
    def lines(self) -> str:
        """The lacking lines, each named: « Formation et wifi »."""
        return upper_first(listing([lower_first(gap.line.label) for gap in self.gaps]))

    @property
    def without(self) -> str:
        """The lines that these people lack, after « sans », in few words: « lieu de formation ni lieu de
        réparation à portée de marche ».
        """
        lacking, by = [gap.line.id for gap in self.gaps], self.gaps[0].by
        spared_ids = [id for id in self.counted if id not in lacking]
        if len(lacking) == 1 or len(spared_ids) >= len(lacking):
            return without(*lacking, by=by)
        spared = listing([lower_first(diagnosis_lines()[id].label) for id in spared_ids])
        return f"aucun service recensé {by.near}{f', sauf {spared}' if spared_ids else ''}"

    @property
    def action(self) -> str:
        """An opening, for services that no place of the zone gives; else what brings them nearer, or whom to
        ask.
        """
        if not self.is_absent:
            verb = NEARER if self.gaps[0].line.n_places else ASK
            return f"{verb} ({lower_first(self.lines)})"
        if len(self.gaps) == 1:
            return OPENINGS[self.gaps[0].line.id]
        return OPEN_ANY if self.is_bare else f"{ADD} {lower_first(self.lines)}"

    @property
    def title(self) -> str:
        """An opening and its place."""
        return f"{self.action} : {self.zone}"

    @property
    def lack(self) -> str:
        """The people and the lines they lack: « Environ 480 personnes sont sans aucun service recensé. »"""
        if self.doubt is not None:
            return f"Nombre de personnes trop incertain. {self.doubt.sentence}"
        if len(self.gaps) == 1 or not self.is_bare:
            return f"{upper_first(self.people)} n’en ont pas {self.gaps[0].by.near}."
        return f"{upper_first(self.people)} sont sans {self.without}."

    @property
    def lacking(self) -> str:
        """The lines that nobody can count people without: « des personnes sans wifi à portée de marche »."""
        return f"des personnes sans {self.without}"

    @property
    def sentence(self) -> str:
        """The zone, the people and the lines they lack, in a sentence."""
        return f"{self.zone} : {self.people} sans {self.without}."


def is_vague(low: float, high: float) -> bool:
    """Return True for bounds of a number of people that are too far apart to decide anything."""
    return high >= max(FEWEST, VAGUE * low)


def order(line: OfferLine) -> tuple[int, bool, bool, int, float, float]:
    """Return the rank of a lack in every list: somebody surely, somebody perhaps, nobody; then a number that
    means something, or a vague one; then `FEW` people surely, or fewer; then the service whose lack weighs
    most (`reference/offer/diagnosis.yaml`); then most people.
    """
    doubt = (line.missing_low < FEWEST) + (line.missing_high < FEWEST)
    return (
        doubt,
        is_vague(line.missing_low, line.missing_high),
        line.missing_low < FEW,
        diagnosis_lines()[line.id].severity,
        -line.missing_low,
        -line.missing_value,
    )


def shared(offer: OfferReading | None, settled: Collection[str] = ()) -> list[SharedGap]:
    """Return the gaps of a study, ranked once for all who list them, put together where the same people lack
    several lines for the same reason: vague ones last, then those of fewer than `FEW` people; zones where
    nothing is given before the others; then as `order` ranks them.
    settled: the keys of gaps left out.
    """
    groups = _together(offer, [gap for gap in lacks(offer) if gap.key not in settled])
    return sorted(groups, key=_rank)


def _rank(gap: SharedGap) -> tuple[bool, bool, bool]:
    return gap.doubt is not None, gap.gaps[0].line.missing_low < FEW, not gap.is_bare


def certain(offer: OfferReading | None) -> list[SharedGap]:
    """Return the gaps whose number of people means something, in their order."""
    return [gap for gap in shared(offer) if gap.doubt is None]


def uncertain(offer: OfferReading | None) -> list[tuple[SharedGap, str]]:
    """Return the vague gaps in their order, each with the cause of its doubt: in full the first time."""
    causes: set[str] = set()
    doubted = []
    for gap in shared(offer):
        if gap.doubt is not None:
            doubted.append((gap, gap.doubt.again if gap.doubt.cause in causes else gap.doubt.sentence))
            causes.add(gap.doubt.cause)
    return doubted


def tally(offer: OfferReading | None) -> str:
    """Return how many gaps a study finds, as every list says it: « 12 manques certains, 3 incertains »."""
    n, n_doubted = len(certain(offer)), len(uncertain(offer))
    counts = (
        count(n, "manque certain", "manques certains") if n else "",
        (count(n_doubted, "incertain") if n else count(n_doubted, "manque incertain", "manques incertains"))
        if n_doubted
        else "",
    )
    return ", ".join(filter(None, counts))


def first_of_zones(gaps: Iterable[SharedGap]) -> list[SharedGap]:
    """Return the first gap of each zone, in their order."""
    by_zone: dict[str, SharedGap] = {}
    for gap in gaps:
        by_zone.setdefault(gap.code, gap)
    return list(by_zone.values())


def sentences(offer: OfferReading | None, most: int) -> list[str]:
    """Return the first gap of some zones, a sentence each: the vague ones by the cause of their doubt, for
    their number would tell nobody anything.
    """
    doubt_by_key = {gap.key: doubt for gap, doubt in uncertain(offer)}
    return [
        gap.sentence if gap.doubt is None else f"{gap.zone} : {gap.lacking}. {doubt_by_key[gap.key]}"
        for gap in first_of_zones(shared(offer))[:most]
    ]


def openings(offer: OfferReading | None, settled: Collection[str] = ()) -> list[SharedGap]:
    """Return the gaps that a plan may answer, the first of each zone: a place to open, or to bring nearer.
    Where a place may give it without saying so, whoever asks it answers the gap.
    settled: the keys of gaps left out.
    """
    gaps = shared(offer, settled)
    return first_of_zones(gap for gap in gaps if gap.is_absent or gap.gaps[0].line.n_places)


def opening_sentences(offer: OfferReading | None, settled: Collection[str] = ()) -> list[str]:
    """Return the openings to propose, a sentence an action: the same action in several zones is one proposal,
    with the first `MOST_ZONES` of them. settled: the keys of gaps left out.
    """
    by_action: dict[tuple[str, bool], list[SharedGap]] = {}
    for group in openings(offer, settled):
        by_action.setdefault((group.action, group.doubt is None), []).append(group)
    return [_opening_sentence(action, groups[:MOST_ZONES]) for (action, _), groups in by_action.items()]


def _opening_sentence(action: str, groups: Sequence[SharedGap]) -> str:
    if len(groups) == 1:
        return f"**{groups[0].title}.** {groups[0].lack}"
    if groups[0].doubt is not None:
        return f"**{action} : {listing([group.zone for group in groups])}.** {groups[0].lack}"
    people: dict[str, list[str]] = {}
    for group in groups:
        people.setdefault(group.without, []).append(f"{group.zone}, {group.people}")
    lacks = [f"Sans {without} : {' ; '.join(zones)}." for without, zones in people.items()]
    return f"**{action} : {listing([group.zone for group in groups])}.** {' '.join(lacks)}"


def _together(offer: OfferReading | None, zone_gaps: Sequence[Gap]) -> list[SharedGap]:
    groups: dict[tuple[object, ...], list[Gap]] = {}
    for gap in zone_gaps:
        line = gap.line  # equal before they are rounded: the same people
        bounds = (line.missing_value, line.missing_low, line.missing_high)
        same = (gap.code, *bounds, gap.reason, line.is_absent, line.n_places > 0)
        groups.setdefault(same, []).append(gap)
    if offer is None:
        return []
    counted = tuple(line.id for line in known_lines(offer) if line.id in OPENINGS)
    bare = {
        code
        for code, zone in offer.zones.items()
        if all(line.is_absent for line in zone.lines if line.state != UNASKED)
    }
    return [SharedGap(tuple(group), counted, group[0].code in bare) for group in groups.values()]


def gap_keys(key: str) -> list[str]:
    """Return the key of each gap that the key of a proposal puts together.

    >>> gap_keys("gap:38151:wifi+formation")
    ['gap:38151:wifi', 'gap:38151:formation']
    """
    zone, _, lines = key.rpartition(":")
    return [f"{zone}:{line}" for line in lines.split("+")]


def lacks(offer: OfferReading | None) -> list[Gap]:
    """Return the gaps where somebody lacks a line of the offer whatever silent places propose: those that a
    rule finds without doubting them, and each one of the line that the loop follows, unless a rule doubts it;
    none without a census of places.
    """
    if offer is None:
        return []
    gaps = []
    for code, zone in offer.zones.items():
        reasons = {FOLLOWED: SOME.format(offer.mode.near)} | {
            missing.id: missing.reason for missing in zone.missing
        }
        for line in zone.lines:
            if (
                line.missing_low >= FEWEST
                and line.id in OPENINGS
                and line.id in reasons.keys() - zone.doubted
            ):
                doubt = _doubt(offer, zone, line) if is_vague(line.missing_low, line.missing_high) else None
                gaps.append(Gap(code, zone.name, line, reasons[line.id], offer.mode, doubt))
    return sorted(gaps, key=lambda gap: (order(gap.line), gap.title))


def _doubt(offer: OfferReading, zone: ZoneOffer, line: OfferLine) -> Doubt:
    """Return the cause of a wide interval: places that only their commune locates, those of the zone first;
    silent places; else homes that nothing locates.
    """
    n_unlocated, locate = zone.n_unlocated + zone.n_perhaps, "situez-les"
    if n_unlocated or (not line.doubt and offer.whole.n_unlocated + offer.whole.n_perhaps):
        measure = count(n_unlocated, "lieu à situer", "lieux à situer") if n_unlocated else ""
        return Doubt("Des lieux ne sont connus que par leur commune", measure, locate)
    if line.doubt:
        measure = count(zone.n_silent, "lieu à interroger", "lieux à interroger") if zone.n_silent else ""
        return Doubt("Des lieux ne disent pas s’ils le proposent", measure, "interrogez-les")
    return Doubt("On ignore où vivent les habitants dans leur commune", "", "repérez-les avec la mairie")


def unknown(offer: OfferReading | None) -> list[OfferLine]:
    """Return the lines of the offer that silent places leave unknown."""
    return sorted([line for line in offer.whole.lines if line.doubt] if offer else [], key=order)


def unknown_sentence(line: OfferLine) -> str:
    """Return how many people are without a line that silent places leave unknown, where it says something."""
    if is_vague(line.missing_low, line.missing_high):
        return f"{line.label} : des lieux ne disent pas s’ils le proposent. Interrogez-les."
    return f"{line.label} : {line.missing_about} sans lieu connu à portée."


def known_lines(offer: OfferReading) -> list[OfferLine]:
    """Return the lines of the offer that the census tells of."""
    return sorted([line for line in offer.whole.lines if line.state != UNASKED], key=order)


def surest_lack(offer: OfferReading) -> OfferLine | None:
    """Return the heaviest line that a number of people surely are without in all, None for none."""
    lines = known_lines(offer)
    return next(
        (
            line
            for line in lines
            if not is_vague(line.missing_low, line.missing_high) and line.missing_low >= FEWEST
        ),
        None,
    )


def is_doubtful(offer: OfferReading) -> bool:
    """Return True if somebody may be without a line that the census tells of."""
    return any(line.missing_high >= FEWEST for line in known_lines(offer))


def headline(offer: OfferReading) -> str:
    """Return the surest lack in a sentence without its full stop, or the reason why none is."""
    worst = surest_lack(offer)
    if worst is not None:
        return f"{worst.label} : {worst.missing_about} n’en ont pas {offer.mode.near}"
    if offer.no_place:
        return offer.no_place
    if unknown(offer):
        return "Aucun manque n’est certain : des lieux ne précisent pas leur offre"
    if not known_lines(offer):
        return "On ne sait pas ce qui manque : le recensement ne précise pas l’offre des lieux"
    if is_doubtful(offer):
        return "Aucun manque n’est certain, d’après ce recensement"
    return f"Chaque offre recensée est {offer.mode.near}"


def absence_sentence(offer: OfferReading) -> str:
    """Return the sentence where no zone surely lacks a line and no place is silent: what is not asked is not
    known, and an estimate that may be nobody is no absence of gap.
    """
    if not known_lines(offer):
        return UNKNOWN_OFFER
    worst, mute = surest_lack(offer), [line.label for line in offer.whole.lines if line.state == UNASKED]
    if offer.no_place:
        first = f"{offer.no_place}."
    elif worst is not None:
        between = f" ({worst.missing_sentence})" if worst.missing_sentence else ""
        first = f"Aucun n’est certain dans une zone ; en tout, {worst.missing_about}{between}"
        first = f"{first} sont sans {without(worst.id, by=offer.mode)}."
    else:
        first = f"Aucun{' n’est certain' if is_doubtful(offer) else ''}, d’après ce recensement."
    rest = (
        f" Le recensement ne dit rien de : {listing([lower_first(each) for each in mute])}." if mute else ""
    )
    return f"{first}{rest}"


def first_sentence(offer: OfferReading) -> str:
    """Return the heaviest certain gap, and how many other zones have one; where no zone has
    any, what `absence_sentence` says.
    """
    shared_gaps = shared(offer)
    if not shared_gaps:
        return absence_sentence(offer)
    heaviest, certain_gaps = shared_gaps[0], certain(offer)
    if heaviest.doubt is not None:
        return f"**{heaviest.zone}** : {heaviest.lacking}. {heaviest.doubt.sentence}"
    n_more_zones = len({gap.code for gap in certain_gaps}) - 1
    more_zones = count(
        n_more_zones, "autre zone a aussi un manque sûr", "autres zones ont aussi un manque sûr"
    )
    sentence = f"**{heaviest.zone}** : {heaviest.people} sans {heaviest.without}."
    return f"{sentence} {more_zones}." if n_more_zones else sentence
