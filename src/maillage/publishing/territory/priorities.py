"""The order of every list of proposals: the zones of most need, the openings that serve most people, then
those of a few villages, told once; and the state of the main town.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from maillage.publishing.territory import gaps
from maillage.publishing.territory.atlas import main_town
from maillage.publishing.territory.certainty import FEMININE, upper_first
from maillage.publishing.territory.gaps import SharedGap
from maillage.publishing.territory.reading import Reading, ZoneRow
from maillage.reference.offer import diagnosis_lines
from maillage.words.wording import count, listing, lower_first

MINOR = 0.05  # of the people concerned: openings for fewer come after what people ask
MOST_NAMED = 3  # zones of a title
MOST_LETTERS = 160  # of a key
STRENGTHEN = "Renforcer l’aide"
SPREAD = "L’aide suit la population, et se renforce là où le besoin est plus fréquent."


@dataclass(frozen=True, slots=True)
class Opening:
    """An action that answers gaps of one or several zones, those with most people first. is_minor: all of
    them are few among the people concerned.
    """

    gaps: tuple[SharedGap, ...]
    is_minor: bool

    @property
    def key(self) -> str:
        """The key that identifies the same opening another day: its zones, then its lines, as far as a key
        goes.
        """
        lines = self.gaps[0].key.rpartition(":")[2]
        codes: list[str] = []
        for gap in self.gaps:
            if len(f"{self._kind}:{'~'.join([*codes, gap.code])}:{lines}") <= MOST_LETTERS:
                codes.append(gap.code)
        return f"{self._kind}:{'~'.join(codes)}:{lines}"

    @property
    def _kind(self) -> str:
        return self.gaps[0].gaps[0].kind

    @property
    def title(self) -> str:
        """The action and its zones."""
        return f"{self.gaps[0].action} : {listing(_named([gap.zone for gap in self.gaps]))}"


def _named(names: Sequence[str]) -> list[str]:
    more = len(names) - MOST_NAMED
    return list(names) if more <= 1 else [*names[:MOST_NAMED], count(more, "autre")]


def zones_above(r: Reading) -> list[ZoneRow]:
    """Return the zones that surely hold more than their share of the need, those with most people first."""
    rows = [zone for zone in r.zones if zone.code in r.above]
    return sorted(rows, key=lambda zone: (-(zone.people_value or 0.0), zone.code))


def zones_doubled(r: Reading) -> list[ZoneRow]:
    """Return the zones that very likely have both precarities high, those with most people first."""
    rows = [zone for zone in r.zones if zone.cell == "les_deux" and zone.is_likely]
    return sorted(rows, key=lambda zone: (-(zone.people_value or 0.0), zone.code))


def above_title(r: Reading) -> str:
    """Return the action that the zones above their share call for, "" where there is none."""
    return strengthened(zones_above(r))


def strengthened(rows: Sequence[ZoneRow]) -> str:
    """Return the action that strengthens the help of some zones, "" for none."""
    return f"{STRENGTHEN} : {listing(_named([zone.full_name for zone in rows]))}" if rows else ""


def doubled_reason(r: Reading) -> str:
    """Return the sentence that says why the zones with both precarities come first."""
    rows = zones_doubled(r)
    unit = rows[0].unit
    these = ("Cette" if unit in FEMININE else "Ce") if len(rows) == 1 else "Ces"
    noun, has = (unit, "a") if len(rows) == 1 else (count(len(rows), unit), "ont")
    both = "une précarité numérique et une précarité sociale élevées"
    return f"{these} {noun} {has} probablement {both}, face à la France. {SPREAD}"


def above_reason(r: Reading) -> str:
    """Return the people of these zones, and the reason that puts them first."""
    rows = zones_above(r)
    unit = rows[0].unit
    people = [f"{zone.full_name}, {zone.people or zone.between} personnes" for zone in rows[:MOST_NAMED]]
    these = ("Cette" if unit in FEMININE else "Ce") if len(rows) == 1 else "Ces"
    verb, their = ("compte", "sa") if len(rows) == 1 else ("comptent", "leur")
    noun = unit if len(rows) == 1 else count(len(rows), unit)
    return (
        f"{these} {noun} {verb} sûrement plus que {their} part d’habitants : {' ; '.join(people)}. {SPREAD}"
    )


def walked_title(r: Reading) -> str:
    """Return the opening that the main town lacks on foot, and where; "" where nothing tells."""
    walked = r.offer.walked if r.offer else None
    if r.offer is None or walked is None:
        return ""
    check = f"{gaps.CHECK} si un {diagnosis_lines()[walked.line].place} est à portée de marche"
    return f"{gaps.OPENINGS[walked.line] if gaps.is_listed(r.offer, walked.line) else check} : {walked.where}"


def walked_reason(r: Reading) -> str:
    """Return how many people lack it on foot, and whom to ask while a place may be missing from the list."""
    assert r.offer is not None and r.offer.walked is not None
    walked = r.offer.walked
    lack = f"{upper_first(walked.people)} n’en ont pas à portée de marche."
    if gaps.is_listed(r.offer, walked.line):
        return lack
    calls = r.offer.to_call.get(walked.line)
    return f"{lack} {gaps.unfinished('la mairie', calls.names if calls else ())}"


def openings(r: Reading, settled: Collection[str] = ()) -> list[Opening]:
    """Return the openings that a plan may answer, each action of the same certainty once: those of the main
    town first, then as `gaps.shared` ranks them; those that serve few of the people concerned last.
    settled: the keys of gaps left out.
    """
    town = main_zones(r)
    rows = []
    for group in gaps.openings_by_action(r.offer, settled):
        group.sort(key=lambda gap: (gap.code not in town, -gap.gaps[0].line.missing_low))
        rows.append(Opening(tuple(group), is_minor(r, group)))
    return sorted(
        rows, key=lambda row: (row.gaps[0].doubt is not None, row.is_minor, row.gaps[0].code not in town)
    )


def is_minor(r: Reading, group: Sequence[SharedGap]) -> bool:
    """Return True if gaps of several zones leave few of the people concerned without anything."""
    need = sum(zone.people_value or 0.0 for zone in r.zones)
    return sum(gap.gaps[0].line.missing_value for gap in group) < MINOR * need


def main_zones(r: Reading) -> frozenset[str]:
    """Return the zones of the main town: the commune cut into most quarters, failing it the commune with most
    people; none where the territory is a single commune, or cut otherwise.
    """
    town = main_town(r.subtotals, len(r.zones))
    if town is not None:
        return frozenset(town.zones)
    if len(r.zones) < 2 or any(zone.unit != "commune" for zone in r.zones):
        return frozenset()
    return frozenset({max(r.zones, key=lambda zone: zone.people_value or 0.0).code})


def town_sentence(r: Reading, *, names_calls: bool = True) -> str:
    """Return why no gap of the main town is certain, and what would settle it; "" where one is, or where
    nothing tells. names_calls: whether it names the places to call, which a page may list.
    """
    codes, o = main_zones(r), r.offer
    if o is None or not codes or any(gap.code in codes for gap in gaps.certain(o)) or not gaps.known_lines(o):
        return ""
    town = main_town(r.subtotals, len(r.zones))
    row = town if town is not None else next(zone for zone in r.zones if zone.code in codes)
    people = row.people or row.between
    name = f"{row.name} ({people} personnes concernées)" if people else row.name
    return f"{name} : aucun manque certain {o.mode.near}. {_why_uncertain(r, codes, names_calls=names_calls)}"


def _why_uncertain(r: Reading, codes: Collection[str], *, names_calls: bool) -> str:
    assert r.offer is not None
    doubts = [gap.doubt for gap in gaps.shared(r.offer) if gap.code in codes and gap.doubt is not None]
    if doubts:
        return doubts[0].sentence
    zones = [zone for code, zone in r.offer.zones.items() if code in codes]
    silent_ids = {line.id for zone in zones for line in zone.lines if line.doubt}
    lines = [line for line in gaps.known_lines(r.offer) if line.id in silent_ids]
    if not lines:
        return f"Chaque service recensé y est {r.offer.mode.near}."
    labels = listing([lower_first(line.label) for line in lines])
    names = dict.fromkeys(
        x for line in lines if line.id in r.offer.to_call for x in r.offer.to_call[line.id].names
    )
    calls = f" À appeler pour trancher : {listing(_named(list(names)))}." if names and names_calls else ""
    return upper_first(f"des lieux ne disent pas s’ils proposent {labels}.{calls}")


def opening_sentence(opening: Opening) -> str:
    """Return an opening as a sentence: what opens, where, and the people without it."""
    return gaps.opening_sentence(opening.gaps[0].action, opening.gaps)
