"""The gaps of the offer that leave most people without anything, and what may be opened for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from maillage.reports.territory.reading import OfferLine, OfferReading, ZoneRow
from maillage.words.wording import lower_first

# What may be opened for each line of the offer, and which sentence says it, whatever the gender of the zone.
OPENINGS: Mapping[str, str] = {
    "assistance": "Ouvrir une permanence d’aide aux démarches",
    "libre_acces_accompagne": "Ouvrir un libre accès accompagné",
    "libre_acces_autonome": "Ouvrir des ordinateurs en libre accès",
    "formation": "Ouvrir des ateliers pour apprendre",
    "equipement_solidaire": "Proposer du matériel à prix solidaire",
    "reparation": "Proposer une réparation",
    "wifi": "Ouvrir un point wifi",
    "orientation": "Ouvrir un accueil qui oriente",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """A line of the offer that a zone lacks, for people counted for sure. reason: the rule that found it."""

    code: str
    zone: str
    line: OfferLine
    reason: str

    @property
    def title(self) -> str:
        """What may be opened, and where."""
        return f"{OPENINGS[self.line.id]} : {self.zone}"

    @property
    def people(self) -> str:
        """How many people it concerns, interval included: « environ 300 personnes (entre 240 et 360) »."""
        between = f" ({self.line.missing_sentence})" if self.line.missing_sentence else ""
        return f"{self.line.missing_about}{between}"

    @property
    def sentence(self) -> str:
        """Who lacks what, in a sentence."""
        return f"{self.zone} : {self.lack}."

    @property
    def lack(self) -> str:
        """How many people are without which line: « environ 300 personnes sans wifi à pied »."""
        return f"{self.people} sans {lower_first(self.line.label)} à pied"


def certain(offer: OfferReading | None) -> list[Gap]:
    """Return the gaps where somebody lacks a line of the offer whatever silent places propose, those that
    leave most people without it first; none without a census of places.
    """
    found = []
    for code, zone in offer.zones.items() if offer else ():
        lines = {line.id: line for line in zone.lines}
        for missing in zone.missing:
            line = lines.get(missing.id)
            if line is not None and line.missing_low > 0 and missing.id in OPENINGS:
                found.append(Gap(code, zone.name, line, missing.reason))
    return sorted(found, key=lambda gap: (-gap.line.missing_low, -gap.line.missing_value, gap.title))


def unknown(offer: OfferReading | None) -> list[OfferLine]:
    """Return the lines of the offer that silent places leave unknown, those that may leave most people
    without them first.
    """
    lines = [line for line in offer.whole.lines if line.doubt] if offer else []
    return sorted(lines, key=lambda line: (-line.missing_high, line.label))


# The needs of a zone, the heaviest first, as the joint map of both precarities has them.
NEEDS: Mapping[str, str] = {
    "les_deux": "Précarités numérique et sociale fortes",
    "numerique": "Précarité numérique forte",
    "sociale": "Précarité sociale forte",
}


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A zone whose need is strong and whose offer is short. gaps: what it lacks for sure, the line that most
    people are without first.
    """

    code: str
    zone: str
    gaps: tuple[Gap, ...]


def mismatches(
    zones: Sequence[ZoneRow], offer: OfferReading | None
) -> list[tuple[str, tuple[Mismatch, ...]]]:
    """Return the zones whose need is very likely strong and that lack a line of the offer for sure, by need:
    both precarities first, then the digital one, then the social one; in each, the zone where most people are
    without a line first. A zone that may be elsewhere on the joint map is named nowhere.
    """
    lacking: dict[str, list[Gap]] = {}
    for gap in certain(offer):  # the heaviest first, so in each zone too
        lacking.setdefault(gap.code, []).append(gap)
    cells = {zone.code: zone.cell for zone in zones if zone.is_likely}
    found = []
    for cell, label in NEEDS.items():
        here = tuple(
            Mismatch(code, gaps[0].zone, tuple(gaps))
            for code, gaps in lacking.items()
            if cells.get(code) == cell
        )
        if here:
            found.append((label, here))
    return found
