"""Rules of missing offer: one per line, each with the words a territory reads and its drawn table in
tests/spec.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from maillage.kernel.estimate import Estimate, Figure, Withheld
from maillage.reference.offer import diagnosis_lines
from maillage.reference.travel import FOOT
from maillage.statistics.offer import silence
from maillage.statistics.offer.reach import Reach
from maillage.statistics.offer.silence import Publishable
from maillage.statistics.offer.travel import Travel

METHOD = "manques"
MOST = 50.0  # percent of the people in need: more than half of them
VERY_LIKELY = "À 8 chances sur 10 ou plus, face à la France métropolitaine"
SCARCE = 0.5  # of the offer per person of the whole


FigureName = Literal["reached", "missing", "share", "straight", "winding", "residents", "residents_share"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """Offer available per 1 000 people in need, once shared between all who may travel to it.

    basis: `places` (people received in a week) when every place states them, else `lieux` (number of places).
    """

    value: float
    low: float
    high: float
    basis: str
    universe: str
    n: int
    method: str = METHOD
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One line of the offer in a zone, for one public.

    reach, supply: of the places that say they offer it; most, most_supply: if those that do not say offered
    it too, None where none is silent. inside: places of the zone that offer it to this public; perhaps: those
    that may be in the zone, their address being unknown; reserved: those of the zone that offer it to other
    publics only; unsaid: those in the zone, or perhaps, that do not say. is_surveyed: whether some place of
    the census mentions the line.
    """

    reach: Reach
    inside: int
    perhaps: int
    reserved: int
    supply: Supply | Withheld
    unsaid: int = 0
    most: Reach | None = None
    most_supply: Supply | Withheld | None = None
    is_surveyed: bool = True

    def figure(self, name: FigureName) -> Publishable:
        """Return the publishable form of a figure: silence is neither an offer nor an absence."""
        known: Figure = getattr(self.reach, name)
        if not self.is_surveyed:
            return silence.unasked(known)
        return silence.publishable(known, None if self.most is None else getattr(self.most, name))

    @property
    def at_most(self) -> Reach:
        """The reach if every silent place offered the line: what still lacks then is certain."""
        return self.reach if self.most is None else self.most


OF_CELLS = frozenset(
    {"precarite-numerique-non-sociale", "precarite-sociale-non-numerique", "deux-precarites"}
)  # rules that read the joint map alone
# Rules whose own sentence doubts the gap: no page calls it certain.
DOUBTFUL = frozenset({"portee-incertaine", "a-la-limite", "lieu-mal-situe"})
UNKNOWN = frozenset({"offre-inconnue", "acces-libre-inconnu", "portee-inconnue"})  # rules that find no gap


@dataclass(frozen=True, slots=True)
class Missing:
    """A missing offer of a zone: the line of the offer ('' for the zone as a whole), why, and its
    rule.
    """

    offer: str
    reason: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneGaps:
    """Every line of the offer in one zone, or in all of them (code ''), and what it lacks.

    cell: its cell in the diagnosis (aucune, numerique, sociale, les_deux), None when it has none.
    missing: every rule that holds, the strongest first.
    """

    code: str
    name: str
    gaps: Mapping[str, Gap]
    cell: str | None
    missing: tuple[Missing, ...] = ()

    @property
    def strongest(self) -> tuple[Missing, ...]:
        """The strongest reason for each line of the offer; reasons about the zone as a whole are left out,
        and what is not known is no reason.
        """
        first: dict[str, Missing] = {}
        for missing in self.missing:
            if missing.rule not in UNKNOWN:
                first.setdefault(missing.offer, missing)
        return tuple(first[line] for line in self.gaps if line in first)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that finds gaps. `holds` reads a zone, the whole, and one line of the offer ('' for a rule of
    zones).

    sentence: what is missing; condition: when the rule holds, in words.
    """

    id: str
    sentence: str
    condition: str
    holds: Callable[[ZoneGaps, ZoneGaps, str], bool]
    offers: tuple[str, ...] = ("",)


NO_PLACE = {
    "wifi": "Aucun wifi ouvert à tous",
    "libre_acces_autonome": "Aucun lieu d’accès libre autonome",
    "libre_acces_accompagne": "Aucun lieu d’accès libre accompagné",
    "formation": "Aucune formation",
    "equipement_solidaire": "Aucun équipement solidaire",
    "reparation": "Aucun lieu de réparation",
    "assistance": "Aucune aide aux démarches",
    "orientation": "Aucun lieu qui oriente",
}


def _none_known(gap: Gap) -> bool:
    return gap.inside + gap.perhaps + gap.reserved == 0


def _empty(zone: ZoneGaps, _: ZoneGaps, offer: str) -> bool:
    gap = zone.gaps[offer]
    return gap.is_surveyed and _none_known(gap) and gap.unsaid == 0


def _empty_and_far(zone: ZoneGaps, _: ZoneGaps, offer: str) -> bool:
    """Find the zones without a place, where most people may lack one within reach whatever silent places
    say: whoever drives needs no place in each commune.
    """
    share = zone.gaps[offer].at_most.share
    return _empty(zone, zone, offer) and not (isinstance(share, Estimate) and share.low >= MOST)


def _unsaid(zone: ZoneGaps, _: ZoneGaps, offer: str) -> bool:
    gap = zone.gaps[offer]
    return gap.is_surveyed and _none_known(gap) and gap.unsaid > 0


def _reserved(zone: ZoneGaps, _: ZoneGaps, offer: str) -> bool:
    gap = zone.gaps[offer]
    return gap.inside + gap.perhaps + gap.unsaid == 0 and gap.reserved > 0


def _perhaps(zone: ZoneGaps, _: ZoneGaps, offer: str) -> bool:
    gap = zone.gaps[offer]
    return gap.inside == 0 and gap.perhaps > 0


def _under(reach: Reach, bound: float) -> bool:
    return isinstance(reach.share, Estimate) and reach.share.high < bound


def _nobody(zone: ZoneGaps, _: ZoneGaps, offer: str) -> bool:
    gap = zone.gaps[offer]
    return gap.is_surveyed and isinstance(gap.at_most.share, Estimate) and gap.at_most.share.high == 0


def _far(zone: ZoneGaps, territory: ZoneGaps, offer: str) -> bool:
    gap = zone.gaps[offer]
    return gap.is_surveyed and _under(gap.at_most, MOST) and not _nobody(zone, territory, offer)


def _perhaps_far(zone: ZoneGaps, _: ZoneGaps, offer: str) -> bool:
    gap = zone.gaps[offer]
    return gap.is_surveyed and _under(gap.reach, MOST) and not _under(gap.at_most, MOST)


def _edge(zone: ZoneGaps, _: ZoneGaps, offer: str) -> bool:
    gap = zone.gaps[offer]
    return gap.is_surveyed and _turns(gap.reach) and _turns(gap.at_most)


def _turns(reach: Reach) -> bool:
    straight, winding = reach.straight, reach.winding
    known = isinstance(straight, Estimate) and isinstance(winding, Estimate)
    return known and straight.value >= MOST > winding.value  # type: ignore[union-attr]  # known says that both are estimates


def _unsure(zone: ZoneGaps, _: ZoneGaps, offer: str) -> bool:
    gap = zone.gaps[offer]
    return gap.is_surveyed and _rests_on_vague(gap.reach) and _rests_on_vague(gap.at_most)


def _rests_on_vague(reach: Reach) -> bool:
    reached, unsure = reach.reached, reach.unsure
    known = isinstance(reached, Estimate) and isinstance(unsure, Estimate)
    return known and 2 * unsure.value > reached.value  # type: ignore[union-attr]  # known says that both are estimates


def _scarce(zone: ZoneGaps, territory: ZoneGaps, offer: str) -> bool:
    gap, everywhere = zone.gaps[offer], territory.gaps[offer].supply
    supply = gap.most_supply or gap.supply
    known = isinstance(supply, Supply) and isinstance(everywhere, Supply) and supply.basis == everywhere.basis
    return known and 0 < supply.high < SCARCE * everywhere.value  # type: ignore[union-attr]  # known says that both are estimates


FREE = ("libre_acces_autonome", "libre_acces_accompagne")


def _no_free_access(zone: ZoneGaps, territory: ZoneGaps, _: str) -> bool:
    return all(_empty(zone, territory, offer) for offer in FREE)


def _free_access_unsaid(zone: ZoneGaps, territory: ZoneGaps, _: str) -> bool:
    both = [_empty(zone, territory, offer) or _unsaid(zone, territory, offer) for offer in FREE]
    return all(both) and not _no_free_access(zone, territory, "")


def _cell(name: str) -> Callable[[ZoneGaps, ZoneGaps, str], bool]:
    return lambda zone, _, __: zone.cell == name


@cache
def rules(by: Travel) -> tuple[Rule, ...]:
    """Return every rule, the strongest first, in the words of a way of travelling."""
    lines = tuple(diagnosis_lines())
    near = by.mode.near
    lacks, unsure, elsewhere = _empty, "", f"Un lieu de la zone voisine peut être {near}."
    best, worst = "des chemins directs (détour de 1,2)", "des chemins sinueux (1,4)"
    if by.mode is not FOOT:
        lacks, unsure = _empty_and_far, f", ni à coup sûr {near} pour la plupart"
        elsewhere = (
            f"Rien n’assure que la plupart en aient un {near}, même si les lieux muets le proposaient."
        )
        best, worst = "le trajet le plus rapide de l’hypothèse", "le plus lent"
    return (
        Rule(
            "personne-a-portee",
            f"Aucun lieu {near}, d’après nos calculs.",
            f"À aucun tirage, une personne concernée n’a de lieu à {by.minutes:.0f} minutes {by.mode.manner},"
            " même si ceux qui ne le disent pas le proposaient tous.",
            _nobody,
            lines,
        ),
        Rule(
            "hors-de-portee",
            f"Plus de la moitié des personnes concernées n’ont aucun lieu {near}.",
            "La borne haute de la part à portée est sous 50 %, sans être nulle, même si les lieux qui ne le"
            " disent pas le proposaient tous.",
            _far,
            lines,
        ),
        Rule(
            "portee-incertaine",
            "La plupart n’ont à portée que des lieux dont l’adresse n’est pas connue.",
            "Plus de la moitié des personnes à portée ne le sont que par des lieux connus par leur commune"
            " seule.",
            _unsure,
            lines,
        ),
        Rule(
            "a-la-limite",
            "À la limite de la marche : tout dépend du chemin."
            if by.mode is FOOT
            else "À la limite du trajet : tout dépend de la route.",
            f"La moitié des personnes sont à portée par {best}, moins par {worst}.",
            _edge,
            lines,
        ),
        Rule(
            "offre-rare",
            "Moitié moins d’offre par personne concernée que dans l’ensemble.",
            "La borne haute de l’offre pour 1 000 personnes concernées est sous la moitié de celle de"
            " l’ensemble.",
            _scarce,
            lines,
        ),
        Rule(
            "reserve",
            "Les lieux de la zone sont réservés à certains publics.",
            "Chaque lieu de la zone qui donne cette offre la garde pour un public, et aucun ne se tait.",
            _reserved,
            lines,
        ),
        Rule(
            "lieu-mal-situe",
            "Peut-être un lieu dans la zone : son adresse n’est pas connue.",
            "Le seul lieu possible n’est connu que par sa commune.",
            _perhaps,
            lines,
        ),
        *(
            Rule(
                f"sans-{line.replace('_', '-')}",
                f"{NO_PLACE[line]} dans la zone{unsure}.",
                f"Aucun lieu recensé dans la zone ne donne cette offre, et aucun ne se tait. {elsewhere}",
                lacks,
                (line,),
            )
            for line in lines
        ),
        Rule(
            "offre-inconnue",
            "On ne sait pas : des lieux de la zone ne disent pas s’ils le proposent.",
            "Aucun lieu de la zone ne déclare cette offre, et un au moins n’en déclare rien.",
            _unsaid,
            lines,
        ),
        Rule(
            "portee-inconnue",
            f"On ne sait pas si la plupart en ont un {near} : des lieux ne le disent pas.",
            "La borne haute de la part à portée est sous 50 % sans les lieux muets, et non avec eux.",
            _perhaps_far,
            lines,
        ),
        Rule(
            "acces-libre-inconnu",
            "On ne sait pas s’il y a un accès libre dans la zone.",
            "Aucun lieu de la zone ne déclare d’ordinateur en libre accès, et un au moins n’en déclare rien.",
            _free_access_unsaid,
        ),
        Rule(
            "sans-acces-libre",
            "Aucun accès libre, ni autonome ni accompagné, dans la zone.",
            "Aucun lieu recensé dans la zone n’a d’ordinateurs en libre accès, et aucun ne se tait.",
            _no_free_access,
        ),
        Rule(
            "precarite-numerique-non-sociale",
            "Précarité numérique probablement élevée, précarité sociale non.",
            f"{VERY_LIKELY} : classe numérique élevée ou très élevée, classe sociale moyenne ou moins.",
            _cell("numerique"),
        ),
        Rule(
            "precarite-sociale-non-numerique",
            "Précarité sociale élevée, précarité numérique probablement non.",
            f"{VERY_LIKELY} : classe sociale élevée ou très élevée, classe numérique moyenne ou moins.",
            _cell("sociale"),
        ),
        Rule(
            "deux-precarites",
            "Les deux précarités sont probablement élevées.",
            f"{VERY_LIKELY} : classes numérique et sociale élevées ou très élevées toutes les deux.",
            _cell("les_deux"),
        ),
    )
