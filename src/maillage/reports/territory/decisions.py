"""The decisions that a territory is three for: what, where, by whom, when, at what cost, to what effect."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from maillage.reference.plan_frames import ATTRIBUTED
from maillage.reports.plan.reading import DROPPED, UNCOUNTED, PlanAction, PlanReading
from maillage.reports.territory import gaps
from maillage.reports.territory.certainty import upper_first
from maillage.reports.territory.labels import FIRST_ANSWERS
from maillage.reports.territory.mission import Mission
from maillage.reports.territory.reading import LevelLine, OfferLine, OfferReading, Reading
from maillage.reports.territory.subject import Subject, first_sentence
from maillage.words import wording
from maillage.words.dates import in_words

MOST = 3
NUMBERS = {1: "Une décision", 2: "Deux décisions", 3: "Trois décisions"}
OF_A_TOWN = re.compile(r", toute la commune \([^)]*\)")  # as a plan names a town with all its quarters
FIRST_ZONES = 3  # named where everywhere is too much to begin with
FEW_ZONES, SHORT = 4, 220  # zones named one by one; letters of a reason that a page has room for
EVERYWHERE = "tout le territoire"
TO_DECIDE = "à décider"
OVER = ("faite", DROPPED)  # states of an action that nobody has to decide any more
CENSUS = "**Recenser les lieux d’aide.** Sans eux, aucun manque ne peut être nommé."
SMALLER = "**Lire les manques plus près.** Chaque département a son diagnostic, avec ses distances."
COUNTED = "Chaque manque aura un lieu, un nombre de personnes et une distance."
NEAR = "Ces personnes auront un lieu à portée."
ANSWERED = "L’offre de ces lieux sera connue, et les vrais manques avec elle."
ASKING = "**Faire préciser leur offre aux lieux"
_EFFECTS = {CENSUS: COUNTED, SMALLER: COUNTED, ASKING: ANSWERED}  # by what asks for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision three, in words. reason: why it is three, "" for nothing; effect: what it changes; cost,
    funded: euros, None when nobody wrote them; investment: the euros spent once, n_years: of the others;
    state: « prête », « à décider le 15 janvier 2027 ».
    """

    title: str
    reason: str
    where: str
    pilot: str
    when: str
    effect: str
    state: str
    cost: int | None = None
    funded: int | None = None
    investment: int = 0
    n_years: int = 0

    @property
    def full_title(self) -> str:
        """Its title and its place, where it is not everywhere: « Ouvrir un atelier : Souillet-Vouise »."""
        return self.title if self.where.startswith(EVERYWHERE) else f"{self.title} : {self.where}"

    @property
    def in_full(self) -> str:
        """The decision in a paragraph: what nobody has written of it is named last."""
        facts = (
            ("Où", "son lieu", self.where),
            ("Pilote", "son pilote", self.pilot),
            ("Quand", "sa date", self.when),
            ("Coût", "son coût", self.cost_words),
            ("Effet attendu", "son effet", self.effect.rstrip(".")),
        )
        missing_names = [name for _, name, words in facts if words == TO_DECIDE]
        sentences = [f"{label} : {words}." for label, _, words in facts if words != TO_DECIDE]
        if missing_names:
            sentences.append(f"Restent à décider : {wording.listing(missing_names)}.")
        if self.state != _undecided("", ""):
            sentences.append(f"{upper_first(self.state)}.")
        return " ".join(filter(None, (f"**{self.title}.**", self.reason, *sentences)))

    @property
    def cost_words(self) -> str:
        """Its whole cost, that of a year, and what is still to find of it."""
        if self.cost is None:
            return TO_DECIDE
        missing = self.cost - (self.funded or 0)
        to_find = f", dont {euros(missing)} à trouver" if self.funded is not None and missing > 0 else ""
        return f"{euros(self.cost)}{self._yearly}{to_find}"

    @property
    def _yearly(self) -> str:
        """Its cost by year, and once: « (24 000 € par an pendant 2 ans) »; "" where nobody wrote it."""
        running = (self.cost or 0) - self.investment
        if self.n_years == 1 and not self.investment:
            return " (pendant 1 an)"
        if self.investment and running <= 0:
            return " (achats)"
        parts = (
            f"{euros(round(running / self.n_years))} par an pendant {wording.count(self.n_years, 'an')}"
            if self.n_years and running > 0
            else "",
            f"{euros(self.investment)} d’achats" if self.investment else "",
        )
        words = wording.listing([part for part in parts if part])
        return f" ({words})" if words else ""


def euros(amount: int) -> str:
    """Return an amount in words: « 38 000 € »."""
    return f"{wording.number(amount)}{wording.NBSP}€"


def three(s: Subject, plan: PlanReading | None) -> tuple[Decision, ...]:
    """Return three decisions at most: the actions of the published plan that have not begun, those that lack
    least first; failing them, those that the figures call for.
    """
    vote = vote_day(s.mission)
    candidates = [action for action in plan.planned if _is_undecided(action)] if plan else []
    candidates.sort(key=lambda action: (len(action.undecided), action.number))
    chosen = [_of_action(action, vote) for action in candidates[:MOST]]
    return tuple([*chosen, *_of_figures(s, plan, vote)][:MOST])


def totals(decisions: Iterable[Decision]) -> tuple[int, int] | None:
    """Return the cost of decisions and the part to find, in euros; None where a cost is not known."""
    rows = list(decisions)
    costs = [each.cost for each in rows if each.cost is not None]
    if not rows or len(costs) < len(rows):
        return None
    return sum(costs), sum(max((each.cost or 0) - (each.funded or 0), 0) for each in rows)


def funding_words(money: tuple[int, int] | None) -> str:
    """Return the funded part of a cost and the other one, in words; "" where it is not known."""
    if money is None:
        return ""
    cost, missing = money
    if not missing:
        return "Tout est financé."
    secured = cost - missing
    return (
        f"{euros(secured)} acquis, {euros(missing)} à trouver." if secured else f"{euros(missing)} à trouver."
    )


def vote_day(mission: Mission | None) -> str:
    """Return the day of the next meeting of a mission, in words; "" where none is planned."""
    days = (
        [step.on for step in mission.steps if step.on > mission.on and step.kind == "reunion"]
        if mission
        else []
    )
    return in_words(min(days)) if days else ""


def _is_undecided(action: PlanAction) -> bool:
    return not (action.is_part or action.has_begun or action.state.startswith(OVER))


def _of_action(action: PlanAction, vote: str) -> Decision:
    begins = f"dès le {action.begins}" if action.begins else ""
    ends = f"jusqu’au {action.ends}" if action.ends and not begins else ""
    is_ready = not action.undecided and action.state.startswith("prête")
    return Decision(
        title=action.title.rstrip("."),
        reason=_short(action.objective),
        where=_few(action.zones) or EVERYWHERE,
        pilot=action.pilot or TO_DECIDE,
        when=begins or ends or TO_DECIDE,
        cost=action.budget,
        funded=action.funded,
        investment=action.investment,
        n_years=action.n_years,
        effect=_effect(action),
        state="prête" if is_ready else _undecided(action.begins, action.vote or vote),
    )


def _short(text: str) -> str:
    """Return the first sentence of a text, "" where it is too long for a page, or borrowed from the plan of
    another territory: no reason to vote here.
    """
    if ATTRIBUTED.match(text):
        return ""
    head, _ = first_sentence(text)
    return f"{head}." if head and len(head) <= SHORT else ""


def _few(zones: str) -> str:
    """Return the names of zones, the first ones and a count where there are many.

    >>> _few("A, B et C"), _few("A, B, C, D, E et F"), _few("A, toute la commune (4 quartiers), B et C")
    ('A, B et C', 'A, B, C et 3 autres', 'A, B et C')
    """
    names = OF_A_TOWN.sub("", zones).split(", ")
    if len(names) <= FEW_ZONES:
        return ", ".join(names)
    return f"{', '.join(names[:3])} et {len(names) - 2} autres"


def _undecided(begins: str, vote: str) -> str:
    if vote:
        return f"{TO_DECIDE} le {vote}"
    return f"{TO_DECIDE} avant le {begins}" if begins else TO_DECIDE


def _effect(action: PlanAction) -> str:
    """Return the effect of an action: its target against today, beside the need known there; else the people
    concerned at most.
    """
    is_counted = not action.people.startswith(UNCOUNTED) and any(map(str.isdigit, action.people))
    people = wording.lower_first(action.people.partition(", bornes des ")[0]).rstrip(".")
    if action.indicator and action.target:
        need = f" Besoin connu là : {people}." if is_counted else ""
        target = f"{upper_first(action.indicator.rstrip('.'))} : {action.target.rstrip('.')}"
        if action.baseline == action.target:
            return f"{target}, comme aujourd’hui.{need}"
        return f"{target}.{f' Aujourd’hui : {action.start}.' if action.baseline else ''}{need}"
    return f"Au plus : {people}." if is_counted else TO_DECIDE


def _of_figures(s: Subject, plan: PlanReading | None, vote: str) -> list[Decision]:
    """Return decisions drawn from the figures: their pilot, day and cost are to decide."""
    openings, everywhere = _openings(s, plan), _everywhere(s)
    decisions = []
    for text in proposals(s, plan):
        title, reason = first_sentence(text)
        is_opening = text in openings
        decisions.append(
            Decision(
                title=title.rpartition(" : ")[0] if is_opening else title,
                reason=reason,
                where=title.rpartition(" : ")[2]
                if is_opening
                else EVERYWHERE
                if text in (CENSUS, SMALLER)
                else everywhere,
                pilot=TO_DECIDE,
                when=TO_DECIDE,
                effect=NEAR
                if is_opening
                else next((words for start, words in _EFFECTS.items() if text.startswith(start)), TO_DECIDE),
                state=_undecided("", vote),
            )
        )
    return decisions


def _everywhere(s: Subject) -> str:
    """Return the whole territory in words, and the zones where to begin, if some are surely above."""
    first_names = wording.listing([zone.full_name for zone in s.zones_above[:FIRST_ZONES]])
    return f"{EVERYWHERE}, d’abord {first_names}" if first_names else EVERYWHERE


def proposals(s: Subject, plan: PlanReading | None) -> tuple[str, ...]:
    """Return three things to discuss, each another action and from a figure: services absent from zones that
    the plan has not settled, then what to ask of silent places, then the answers to levels of difficulty.
    """
    r = s.reading
    questions = [
        f"{ASKING} : {wording.lower_first(line.label)}.** {_unknown_people(line)}"
        for line in gaps.unknown(r.offer)
    ] or _mute(r.offer)
    census = [] if r.offer or s.is_computing else [SMALLER if s.is_too_large else CENSUS]
    return tuple([*_openings(s, plan)[:MOST], *questions[:1], *census, *_answers(r)][:MOST])


def _unknown_people(line: OfferLine) -> str:
    if gaps.is_vague(line.missing_low, line.missing_high):
        return "Sans leurs réponses, on ne sait pas combien de personnes n’ont pas ce service à portée."
    return (
        f"{upper_first(line.missing_about)} n’ont pas ce service à portée : leurs réponses préciseraient ce"
        " nombre."
    )


def _mute(offer: OfferReading | None) -> list[str]:
    """Return the request for places of a census that tells nothing of some services."""
    lines = offer.whole.lines if offer and offer.whole.n_places else ()
    labels = [wording.lower_first(line.label) for line in lines if line.state == gaps.UNASKED]
    return [f"{ASKING}.** Ce recensement ne dit rien de : {wording.listing(labels)}."] if labels else []


def _openings(s: Subject, plan: PlanReading | None) -> list[str]:
    return gaps.opening_sentences(s.reading.offer, plan.settled if plan else ())


def _answers(r: Reading) -> list[str]:
    """Return the answer to each level of difficulty, with its number of people."""
    lines: Sequence[LevelLine] = () if r.withheld else r.levels.lines[:MOST]
    return [f"**{FIRST_ANSWERS[line.name]}.** {upper_first(line.in_full)} {line.who}." for line in lines]


def tells_levels(r: Reading, proposed_texts: Iterable[str]) -> bool:
    """Say if a proposal counts people by level of difficulty: its source is then named."""
    answers = _answers(r)
    return any(text in answers for text in proposed_texts)
