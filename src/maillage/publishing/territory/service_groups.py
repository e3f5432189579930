"""The services of a territory that share one answer: what lacks, for how many, how sure, what to do first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from maillage.publishing.territory import gaps
from maillage.publishing.territory.certainty import upper_first
from maillage.publishing.territory.reading import OfferLine, OfferReading
from maillage.words import rounding
from maillage.words.wording import bounds, count, listing, lower_first, shortened

Certainty = Literal["sur", "incertain", "servi"]
MOST_CALLED = 3  # places that a step names


@dataclass(frozen=True, slots=True)
class ServiceGroup:
    """Services whose ranges of people without them cannot be ranked: sure lacks that overlap, all the vague
    ones, those that nobody lacks. steps: what to do, in order.
    """

    lines: tuple[OfferLine, ...]
    steps: tuple[str, ...] = ()

    @property
    def certainty(self) -> Certainty:
        """The certainty that people lack one of them."""
        if gaps.is_sure(self.lines[0]):
            return "sur"
        return "servi" if self.high < gaps.FEWEST else "incertain"

    @property
    def low(self) -> float:
        """The least number of people without one of its services, as its line prints it."""
        return min(_printed_ends(line)[0] for line in self.lines)

    @property
    def high(self) -> float:
        """The highest number of people without one of its services, as its line prints it."""
        return max(_printed_ends(line)[1] for line in self.lines)

    @property
    def services(self) -> str:
        """Its services, at the head of a sentence."""
        return upper_first(listing([lower_first(line.label) for line in self.lines]))

    @property
    def people(self) -> str:
        """The people without one of them, as a table prints them: « 1 200 (900 – 1 500) », « 2 000 au plus »,
        of several services from the least to the most.
        """
        distinct = dict.fromkeys(line.people_in_words for line in self.lines)
        if len(distinct) == 1:
            return next(iter(distinct))
        low, high = bounds(self.low, self.high)
        return f"{low} – {high}" if self.low >= gaps.FEWEST else f"{high} au plus"

    @property
    def verdict(self) -> str:
        """The certainty of the answer, in few words."""
        if self.certainty == "servi":
            return "Personne n’en manque"
        if self.certainty == "incertain":
            return "On ne sait pas encore"
        return "Manque certain" if len(self.lines) == 1 else "Manques certains, à égalité"

    def fact(self, near: str) -> str:
        """Return the people without one and how sure it is, in a sentence. near: « à portée de marche »."""
        if self.certainty == "servi":
            return f"Toutes les personnes concernées en ont un {near}."
        several = "" if len(self.lines) == 1 else ", selon le service,"
        low, high = bounds(self.low, self.high)
        ends = f"de {low} à {high} personnes concernées"
        if self.certainty == "incertain":
            return f"{upper_first(ends)}{several} n’en ont pas {near} : c’est trop large pour choisir."
        people = ends if several else self.lines[0].missing_about
        return f"{upper_first(people)}{several} n’en ont pas {near}."

    @property
    def step(self) -> str:
        """The first thing to do, a sentence; "" where there is none."""
        in_order = ", puis ".join(map(lower_first, self.steps))
        return f"{upper_first(in_order)}." if in_order else ""


def _printed_ends(line: OfferLine) -> tuple[float, float]:
    low, high = line.missing_low, line.missing_high
    return rounding.outwards(low, high, rounding.step((high - low) / 2))


def grouped(lines: Sequence[OfferLine]) -> list[ServiceGroup]:
    """Return the lines that a census tells of by the answer that they share: sure lacks first, those of most
    people before the others and each with the ones that its range overlaps; then the vague ones together;
    then those that nobody lacks.
    """
    known = sorted((line for line in lines if line.state != gaps.UNASKED), key=gaps.order)
    served = [line for line in known if line.missing_high < gaps.FEWEST]
    vague = [line for line in known if line not in served and not gaps.is_sure(line)]
    ties: list[list[OfferLine]] = []
    for line in sorted(filter(gaps.is_sure, known), key=lambda line: -line.missing_low):
        if ties and line.missing_high >= ties[-1][0].missing_low:
            ties[-1].append(line)
        else:
            ties.append([line])
    return [ServiceGroup(tuple(group)) for group in (*ties, vague, served) if group]


def read(offer: OfferReading) -> list[ServiceGroup]:
    """Return the groups of the services of a territory, each with what to do first."""
    groups = []
    for group in grouped(offer.territory.lines):
        ids = {line.id for line in group.lines}
        lacks = [gap for gap in gaps.certain(offer) if ids.intersection(x.line.id for x in gap.gaps)]
        if group.certainty == "sur" and lacks:
            groups.append(replace(group, steps=(f"{lacks[0].action} pour {lacks[0].zone}",)))
        else:
            steps = () if group.certainty == "servi" else _doubts(offer, group.lines)
            groups.append(replace(group, steps=steps))
    return groups


def _doubts(offer: OfferReading, lines: Sequence[OfferLine]) -> tuple[str, ...]:
    """Return the steps that narrow the range of some services: places to call, then places to locate."""
    steps = []
    if any(line.doubt for line in lines):
        called = [offer.to_call[line.id].names for line in lines if line.id in offer.to_call]
        names = list(dict.fromkeys(name for names in called for name in names))
        silent = count(offer.territory.n_silent, "lieu à l’offre inconnue", "lieux à l’offre inconnue")
        steps.append(f"Appeler {shortened(names, MOST_CALLED) if names else silent}")
    if n := offer.territory.n_unlocated + offer.territory.n_perhaps:
        only = "dont on ne connaît que la commune"
        steps.append(f"Situer {count(n, f'lieu {only}', f'lieux {only}')}")
    return tuple(steps) or ("Vérifier le trajet sur une carte",)
