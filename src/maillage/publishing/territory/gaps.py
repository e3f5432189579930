"""The gaps of the offer, the surest and heaviest first, and what may be opened for each."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor as floor_of

from maillage.publishing.territory.certainty import upper_first
from maillage.publishing.territory.reading import OfferLine, OfferReading, ZoneOffer
from maillage.reference.offer import diagnosis_lines, without
from maillage.reference.travel import FOOT, Mode
from maillage.words.languages import to_say
from maillage.words.wording import count, listing, lower_first, number, percent, shortened

# What may be opened for each line of the offer.
OPENINGS: Mapping[str, str] = {line.id: line.opening for line in diagnosis_lines().values()}

OPEN_ANY = "Ouvrir un lieu d’aide"  # where no place gives anything
ADD = "Ajouter"  # to what the places of a zone give
NEARER = "Rapprocher l’offre"  # what a place of the zone gives too far from most
ASK = "Faire préciser l’offre"  # of places of the zone that may give it
CHECK = "Vérifier d’abord"  # before opening, where a place may be missing from the list
CHECKING = "check-"  # before the key of what a check may make useless
FOLLOWED = "assistance"  # the line that the loop follows: somebody beside, for a procedure
UNASKED = "donnee-manquante"  # state of a line that no place of the census mentions
UNKNOWN_OFFER = "Ce recensement ne dit pas ce que les lieux proposent : on ne sait pas ce qui manque."
MOST_ZONES = 3  # of a proposal
MOST_CALLED = 4  # places to call that a line names
FEW = 50  # people, at the low bound: a village of a hundred does not come before a town
FEWEST = 1  # people, at the low bound: under it, « 0 » is printed
VAGUE = 5  # times its low bound: from there, the high bound of a number of people tells nobody anything
HALL = re.compile(r"\bmairie\b", re.IGNORECASE)
FROM_TO = re.compile(r"^entre (.+?) et (.+?)(?=\s+personne)")  # « entre 16 et 40 personnes »
MOST_SERVED = 80  # percent of the people concerned: from there, most communes without a place are near one
HALF = 50  # percent
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
    by: how people travel; doubt: why its interval is wide, None where it is not; is_listed: whether a
    finished census looked for every place that gives it; to_call: names of places that may know another.
    """

    code: str
    zone: str
    line: OfferLine
    reason: str
    by: Mode = FOOT
    doubt: Doubt | None = None
    is_listed: bool = False
    to_call: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The start of its key: whoever checked a gap has not answered it."""
        return "gap" if self.is_listed else f"{CHECKING}gap"

    @property
    def key(self) -> str:
        """The key that identifies the same gap another day."""
        return f"{self.kind}:{self.code}:{self.line.id}"

    @property
    def title(self) -> str:
        """The place to open, and its zone."""
        return f"{OPENINGS[self.line.id]} : {self.zone}"

    @property
    def people(self) -> str:
        """Return the number of people concerned, interval included: « environ 300 personnes (entre 240 et
        360) ».
        """
        between = f" ({self.line.missing_sentence})" if self.line.missing_sentence else ""
        return f"{self.line.missing_about}{between}"

    @property
    def sentence(self) -> str:
        """The zone, the people and the line they lack, in a sentence."""
        return f"{self.zone} : {self.lack}."

    @property
    def lack(self) -> str:
        """Return the number of people without each line: « environ 300 personnes sans lieu de réparation à
        portée de marche ».
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
        """Return the reason why the interval of these people is wide, None where it is not."""
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
        people = self.people.replace("personnes", "personnes en difficulté", 1)
        verb = " sont" if len(self.gaps) == 1 else ""
        return f"{upper_first(self.lack_of(f'{people}{verb}'))}. {self._places}."

    @property
    def _places(self) -> str:
        """The places of the zone that give it, or may."""
        if self.is_bare:
            return "Aucun lieu d’aide connu dans la zone"
        if self.is_absent:
            return f"Aucun lieu ne {'le' if len(self.gaps) == 1 else 'les'} propose dans la zone"
        n = self.gaps[0].line.n_places
        if not n:
            return "Des lieux de la zone ne disent pas s’ils le proposent"
        places = upper_first(count(n, "lieu le propose", "lieux le proposent"))
        return f"{places} dans la zone, trop loin pour elles"

    @property
    def people(self) -> str:
        """Return the number of people concerned, interval included."""
        return self.gaps[0].people

    @property
    def about(self) -> str:
        """Return the number of people concerned, the interval left to whoever stands beside."""
        return self.gaps[0].line.missing_about

    @property
    def reason(self) -> str:
        """The rule that found them."""
        return self.gaps[0].reason

    @property
    def lines(self) -> str:
        """The lacking lines, each named: « Formation et wifi »."""
        return upper_first(listing([lower_first(gap.line.label) for gap in self.gaps]))

    def lack_of(self, people: str) -> str:
        """Return the clause that says what these people (in words) lack, the same wherever it is read:
        « 300 personnes sans lieu de réparation à portée de marche », « il manque formation et wifi à portée
        de marche, pour 480 personnes ». What they do not lack is not told: others may lack it.
        """
        lacking, by = [gap.line.id for gap in self.gaps], self.gaps[0].by
        if len(lacking) == 1:
            return f"{people} sans {without(lacking[0], by=by)}"
        after_a_preposition = FROM_TO.sub(r"\1 à \2", people)
        return f"{self.lacking_lines}, pour {after_a_preposition}"

    @property
    def lacking_lines(self) -> str:
        """The lacking lines, before the people: « il manque formation et wifi à portée de marche »."""
        lacking, by = [gap.line.id for gap in self.gaps], self.gaps[0].by
        if len(lacking) == 1:
            return f"sans {without(lacking[0], by=by)}"
        lines = "tous les services recensés" if set(self.counted) <= set(lacking) else lower_first(self.lines)
        return f"il manque {lines} {by.near}"

    @property
    def people_lack(self) -> str:
        """Return the number of people who lack each line, interval included, in a clause: see `lack_of`."""
        return self.lack_of(self.people)

    @property
    def gain(self) -> str:
        """The opening that these people would have: a place of help only where they have none."""
        if len(self.gaps) == 1:
            return f"un {diagnosis_lines()[self.gaps[0].line.id].place}"
        return "un lieu d’aide" if self.is_bare else f"ces services ({lower_first(self.lines)})"

    @property
    def is_listed(self) -> bool:
        """True where a finished census looked for every place that gives its lines."""
        return self.gaps[0].is_listed

    @property
    def action(self) -> str:
        """The opening that it calls for, once a finished census lists every place: before, a place that is
        not on the list may fill the gap, and the first thing to do is to look for it.
        """
        if self.is_listed or self.opening.startswith(ASK):
            return self.opening
        if not self.is_absent:
            return f"{CHECK} si un autre lieu est plus près ({lower_first(self.lines)})"
        if len(self.gaps) > 1 and not self.is_bare:
            return f"{CHECK} si ces services existent ({lower_first(self.lines)})"
        return f"{CHECK} si {self.gain} existe"

    @property
    def opening(self) -> str:
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
        """The people and the lines they lack: « Il manque formation et wifi, pour environ 480 personnes. »"""
        if self.doubt is not None:
            return f"Nombre de personnes trop incertain. {self.doubt.sentence}"
        if len(self.gaps) == 1 or not self.is_bare:
            return f"{upper_first(self.people)} n’en ont pas {self.gaps[0].by.near}."
        return f"{upper_first(self.people_lack)}."

    @property
    def lacking(self) -> str:
        """The lines that nobody can count people without: « des personnes sans wifi à portée de marche »."""
        return self.lack_of("des personnes" if len(self.gaps) == 1 else "un nombre incertain de personnes")

    @property
    def sentence(self) -> str:
        """The zone, the people and the lines they lack, in a sentence."""
        return f"{self.zone} : {self.people_lack}."


def is_vague(low: float, high: float) -> bool:
    """Return True for bounds of a number of people that are too far apart to decide anything."""
    return high >= max(FEWEST, VAGUE * low)


def is_sure(line: OfferLine) -> bool:
    """Return True where somebody surely lacks a line, in a range that means something."""
    return line.missing_low >= FEWEST and not is_vague(line.missing_low, line.missing_high)


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


def story_order(offer: OfferReading | None) -> list[SharedGap]:
    """Return the gaps as a story tells them: the sure ones first, those of most people before the others; for
    as many people, as `shared` ranks them.
    """
    return sorted(shared(offer), key=lambda gap: (gap.doubt is not None, -gap.gaps[0].line.missing_low))


def certain(offer: OfferReading | None) -> list[SharedGap]:
    """Return the gaps whose number of people means something, as a story tells them."""
    return [gap for gap in story_order(offer) if gap.doubt is None]


def uncertain(offer: OfferReading | None) -> list[tuple[SharedGap, str]]:
    """Return the vague gaps in their order, each with the cause of its doubt: in full the first time."""
    causes: set[str] = set()
    doubted = []
    for gap in story_order(offer):
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
        for gap in first_of_zones(story_order(offer))[:most]
    ]


def openings(offer: OfferReading | None, settled: Collection[str] = ()) -> list[SharedGap]:
    """Return the gaps that a plan may answer, the first of each zone: a place to open, or to bring nearer.
    Where a place may give it without saying so, whoever asks it answers the gap.
    settled: the keys of gaps left out.
    """
    gaps = shared(offer, settled)
    return first_of_zones(gap for gap in gaps if gap.is_absent or gap.gaps[0].line.n_places)


def openings_by_action(offer: OfferReading | None, settled: Collection[str] = ()) -> list[list[SharedGap]]:
    """Return the openings to propose, one group an action of the same certainty: the same action in several
    zones is one proposal. settled: the keys of gaps left out.
    """
    by_action: dict[tuple[str, bool], list[SharedGap]] = {}
    for gap in openings(offer, settled):
        by_action.setdefault((gap.action, gap.doubt is None), []).append(gap)
    return list(by_action.values())


def opening_sentence(action: str, every: Sequence[SharedGap]) -> str:
    """Return an action that answers gaps, the first `MOST_ZONES` of its zones named with their people, the
    others counted.
    """
    groups, more = every[:MOST_ZONES], len(every) - MOST_ZONES
    zones = [*(group.zone for group in groups), *([count(more, "autre")] if more > 0 else [])]
    texts = [groups[0].lack] if len(groups) == 1 or groups[0].doubt is not None else _lacks_by_lines(groups)
    return " ".join(filter(None, (f"**{action} : {listing(zones)}.**", *texts, to_check(every))))


def _lacks_by_lines(groups: Sequence[SharedGap]) -> list[str]:
    """Return the people of each zone, those who lack the same lines in one sentence."""
    people: dict[str, list[str]] = {}
    for group in groups:
        people.setdefault(group.lacking_lines, []).append(f"{group.zone}, {group.people}")
    return [f"{upper_first(lines)} : {' ; '.join(of_zones)}." for lines, of_zones in people.items()]


def to_check(every: Sequence[SharedGap]) -> str:
    """Return the sentence that asks for unlisted places, "" once a finished census lists them all."""
    if every[0].is_listed:
        return ""
    halls = "la mairie" if len(every) == 1 else "les mairies"
    return unfinished(halls, [name for group in every for gap in group.gaps for name in gap.to_call])


def unfinished(halls: str, places: Iterable[str]) -> str:
    """Return the sentence that asks for the places that a list may lack: the town halls know them better
    than the places that do not say what they give.
    """
    called = shortened([halls, *dict.fromkeys(name for name in places if not HALL.search(name))], MOST_CALLED)
    return f"Aucun recensement fini ne dit que la liste des lieux est complète. À appeler : {called}."


def _together(offer: OfferReading | None, zone_gaps: Sequence[Gap]) -> list[SharedGap]:
    groups: dict[tuple[object, ...], list[Gap]] = {}
    for gap in zone_gaps:
        line = gap.line  # equal before they are rounded: the same people
        bounds = (line.missing_value, line.missing_low, line.missing_high)
        same = (gap.code, *bounds, gap.reason, line.is_absent, line.n_places > 0, gap.is_listed)
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

    >>> gap_keys("gap:38151~38421:wifi+formation")
    ['gap:38151:wifi', 'gap:38151:formation', 'gap:38421:wifi', 'gap:38421:formation']
    """
    start, _, lines = key.rpartition(":")
    kind, _, zones = start.rpartition(":")
    return [f"{kind}:{zone}:{line}" for zone in zones.split("~") for line in lines.split("+")]


def settling(key: str) -> tuple[str, ...]:
    """Return the keys that settle a proposal: its own, and where it checks a lack, that of what answers it.

    >>> settling("check-gap:38151:wifi"), settling("bare")
    (('check-gap:38151:wifi', 'gap:38151:wifi'), ('bare',))
    """
    return tuple(dict.fromkeys((key, key.removeprefix(CHECKING))))


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
                gaps.append(
                    Gap(
                        code,
                        zone.name,
                        line,
                        reasons[line.id],
                        offer.mode,
                        doubt,
                        is_listed(offer, line.id),
                        offer.to_call[line.id].names if line.id in offer.to_call else (),
                    )
                )
    return sorted(gaps, key=lambda gap: (order(gap.line), gap.title))


def is_listed(offer: OfferReading, line: str) -> bool:
    """Return True if a finished census looked for every place that gives a line: only then is what the list
    lacks lacking in the territory.
    """
    census = offer.finished
    return census is not None and (not census.lines or line in census.lines)


def _doubt(offer: OfferReading, zone: ZoneOffer, line: OfferLine) -> Doubt:
    """Return the cause of a wide interval: places that only their commune locates, those of the zone first;
    silent places; else, on foot, homes that nothing locates, and the way elsewhere: its doubt is larger than
    a commune.
    """
    n_unlocated, locate = zone.n_unlocated + zone.n_perhaps, "situez-les"
    if n_unlocated or (not line.doubt and offer.territory.n_unlocated + offer.territory.n_perhaps):
        measure = count(n_unlocated, "lieu à situer", "lieux à situer") if n_unlocated else ""
        return Doubt("Des lieux ne sont connus que par leur commune", measure, locate)
    if line.doubt:
        measure = count(zone.n_silent, "lieu à interroger", "lieux à interroger") if zone.n_silent else ""
        return Doubt("Des lieux ne disent pas s’ils le proposent", measure, "interrogez-les")
    if offer.mode is not FOOT:
        cause = f"Un lieu est à la limite du trajet {offer.mode.manner}, que nous estimons sans les routes"
        return Doubt(cause, "", "vérifiez-le sur une carte")
    return Doubt("On ignore où vivent les habitants dans leur commune", "", "repérez-les avec la mairie")


def unknown(offer: OfferReading | None) -> list[OfferLine]:
    """Return the lines of the offer that silent places leave unknown."""
    return sorted([line for line in offer.territory.lines if line.doubt] if offer else [], key=order)


def unknown_sentence(line: OfferLine) -> str:
    """Return how many people are without a line that silent places leave unknown, where it says something."""
    return f"{line.label} : {line.missing_about} sans lieu connu à portée."


def is_unsure(line: OfferLine) -> bool:
    """Return True where silent places leave a number of people that decides nothing: “entre 0 et N”."""
    return bool(line.doubt) and is_vague(line.missing_low, line.missing_high)


def to_ask(offer: OfferReading | None) -> str:
    """Return the services whose range decides nothing until places are asked, and which places to call, in a
    line; "" for none.
    """
    lines = [line for line in unknown(offer) if is_unsure(line)]
    if offer is None or not lines:
        return ""
    calls = [offer.to_call[line.id].names for line in lines if line.id in offer.to_call]
    names = list(dict.fromkeys(name for names in calls for name in names))
    are_all = len(lines) == len(known_lines(offer)) > 2
    services = "tous les services" if are_all else listing([lower_first(line.label) for line in lines])
    if not names and are_all:
        return "À appeler : des lieux ne disent pas ce qu’ils proposent."
    if not names:
        return f"À appeler : des lieux ne disent pas s’ils proposent {services}."
    named = shortened(names, MOST_CALLED)
    return f"À appeler pour resserrer les fourchettes : {named} ({services})."


def known_lines(offer: OfferReading) -> list[OfferLine]:
    """Return the lines of the offer that the census tells of."""
    return sorted([line for line in offer.territory.lines if line.state != UNASKED], key=order)


def unasked(offer: OfferReading) -> str:
    """Return the sentence that counts the lines that the census tells nothing of, "" for none."""
    lines = len(offer.territory.lines)
    n = lines - len(known_lines(offer))
    return f"Le recensement ne renseigne pas {count(n, 'service')} sur {lines}." if n else ""


def surest_lack(offer: OfferReading) -> OfferLine | None:
    """Return the line that most people surely are without in all, None for none; for as many people, the
    first as `order` ranks them.
    """
    sure = filter(is_sure, known_lines(offer))
    return max(sure, key=lambda line: line.missing_low, default=None)


def best_known(offer: OfferReading) -> OfferLine | None:
    """Return the line that a page of gaps opens on: the surest lack; failing any, the line that most places
    say they give, its narrowest range first; None where the census tells of none.
    """
    rows = known_lines(offer)
    return surest_lack(offer) or max(
        rows, key=lambda line: (line.n_places, line.missing_low - line.missing_high), default=None
    )


def is_doubtful(offer: OfferReading) -> bool:
    """Return True if somebody may be without a line that the census tells of."""
    return any(line.missing_high >= FEWEST for line in known_lines(offer))


def without_sure_gap(offer: OfferReading) -> str:
    """Return why no gap is sure where every commune has a place, "" where none may be: without its full
    stop, marked for the catalogues.
    """
    if unknown(offer):
        return to_say("Aucun manque n’est certain : des lieux ne précisent pas leur offre")
    if not known_lines(offer):
        return to_say("On ne sait pas ce qui manque : le recensement ne précise pas l’offre des lieux")
    return to_say("Aucun manque n’est certain, d’après ce recensement") if is_doubtful(offer) else ""


def served_despite(offer: OfferReading) -> str:
    """Return the sentence that joins communes without a known place to the people who reach one elsewhere;
    "" where every commune has one, or where most services are not surely within reach of most people.
    """
    lines = known_lines(offer)
    floors = [line.share_bounds[0] for line in lines if line.share_bounds]
    served = [floor for floor in floors if floor >= MOST_SERVED]
    if not offer.no_place or 2 * len(served) <= len(lines):
        return ""
    n_services = f"{number(len(served))} services sur {number(len(lines))}"
    services = every_service(offer) if len(served) == len(lines) else n_services
    return (
        f"Ces habitants peuvent en avoir un {offer.mode.near}, dans une autre commune : pour {services}, au"
        f" moins {percent(floor_of(min(served)))} des personnes concernées du territoire sont à"
        f" {offer.limit} d’un lieu."
    )


def every_service(offer: OfferReading) -> str:
    """Return the lines that the census tells of in words, counted where it tells of some only."""
    known, lines = len(known_lines(offer)), len(offer.territory.lines)
    return "chaque service" if known == lines else f"chaque service recensé ({known} sur {lines})"


def served_headline(offer: OfferReading) -> str:
    """Return the share of people who surely have every line within reach, where nobody surely lacks one;
    failing that the surest line, then the number of places.
    """
    lines = known_lines(offer)
    floors = [line.share_bounds[0] if line.share_bounds else 0.0 for line in lines]
    least, most = (min(floors), max(floors)) if floors else (0.0, 0.0)
    if most < HALF:
        return count(offer.territory.n_places, "lieu recensé", "lieux recensés")
    at_least = percent(floor_of(least if least >= HALF else most))
    surest = f"un {diagnosis_lines()[lines[floors.index(most)].id].place}"
    what = every_service(offer) if least >= HALF else surest
    return f"Au moins {at_least} des personnes concernées ont {what} {offer.mode.near}"


def headline(offer: OfferReading) -> str:
    """Return the surest lack in a sentence without its full stop, or the reason why none is."""
    worst = surest_lack(offer)
    if worst is not None:
        return f"{worst.label} : {worst.missing_about} n’en ont pas {offer.mode.near}"
    if offer.no_place:
        return offer.no_place
    if reason := without_sure_gap(offer):
        return reason
    return f"{upper_first(every_service(offer))} est {offer.mode.near}"


def absence_sentence(offer: OfferReading, *, skips_places: bool = False) -> str:
    """Return the sentence where no zone surely lacks a line: what is not asked is not known, silent places
    leave their lines unknown, and an estimate that may be nobody is no absence of gap. skips_places: the
    communes without a known place were told before it.
    """
    if not known_lines(offer):
        return UNKNOWN_OFFER
    worst, mute = surest_lack(offer), [line.label for line in offer.territory.lines if line.state == UNASKED]
    if offer.no_place:
        first = "" if skips_places else f"{offer.no_place}."
    elif worst is not None:
        between = f" ({worst.missing_sentence})" if worst.missing_sentence else ""
        first = f"Aucun n’est certain dans une zone ; en tout, {worst.missing_about}{between}"
        first = f"{first} sont sans {without(worst.id, by=offer.mode)}."
    elif silent := unknown(offer):
        labels = listing([lower_first(line.label) for line in silent])
        first = f"Aucun n’est certain : des lieux ne disent pas s’ils proposent ces services ({labels})."
    else:
        first = f"Aucun{' n’est certain' if is_doubtful(offer) else ''}, d’après ce recensement."
    rest = (
        f" Le recensement ne dit rien de : {listing([lower_first(each) for each in mute])}." if mute else ""
    )
    return f"{first}{rest}".strip()


def first_sentence(offer: OfferReading) -> str:
    """Return the heaviest certain gap, and how many other zones have one; where no zone has
    any, what `absence_sentence` says.
    """
    ordered_gaps = story_order(offer)
    if not ordered_gaps:
        return absence_sentence(offer)
    heaviest, certain_gaps = ordered_gaps[0], certain(offer)
    if heaviest.doubt is not None and offer.no_place:
        return absence_sentence(offer)
    if heaviest.doubt is not None:
        return f"**{heaviest.zone}** : {heaviest.lacking}. {heaviest.doubt.sentence}"
    n_more_zones = len({gap.code for gap in certain_gaps}) - 1
    more_zones = count(
        n_more_zones, "autre zone a aussi un manque sûr", "autres zones ont aussi un manque sûr"
    )
    sentence = f"**{heaviest.zone}** : {heaviest.people_lack}."
    return f"{sentence} {more_zones}." if n_more_zones else sentence
