"""The decisions that a territory is three for: what, where, by whom, when, at what cost, to what effect."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from maillage.publishing.journey import workshop_stages
from maillage.publishing.plan.reading import (
    TO_DECIDE,
    TO_START,
    UNCOUNTED,
    VOTES,
    PlanAction,
    PlanReading,
)
from maillage.publishing.territory import gaps, priorities
from maillage.publishing.territory.certainty import upper_first
from maillage.publishing.territory.labels import FIRST_ANSWERS
from maillage.publishing.territory.mission import Mission
from maillage.publishing.territory.reading import LevelLine, OfferLine, OfferReading, Reading
from maillage.publishing.territory.subject import Subject, first_sentence
from maillage.reference.plan_frames import ATTRIBUTED
from maillage.words import wording
from maillage.words.dates import in_words

MOST = 3
NUMBERS = {1: "Une décision", 2: "Deux décisions", 3: "Trois décisions"}
OF_A_TOWN = re.compile(r", toute la commune \([^)]*\)")  # as a plan names a town with all its quarters
FIRST_ZONES = 3  # named where everywhere is too much to begin with
FEW_ZONES, SHORT = 5, 320  # zones named one by one; letters of a reason that a page has room for
EVERYWHERE = "tout le territoire"
CENSUS = "**Recenser les lieux d’aide.** Sans eux, aucun manque ne peut être nommé."
SMALLER = "**Lire les manques plus près.** Chaque département a son diagnostic, avec ses distances."
COUNTED = "Chaque manque aura un lieu, un nombre de personnes et une distance."
NEAR = "Ces personnes auront à portée ce qui leur manque."
ANSWERED = "L’offre de ces lieux sera connue, et les vrais manques avec elle."
REASON_TO_WRITE = "Raison à écrire."
ASKING = "**Faire préciser leur offre aux lieux"
CHECKED = "Le manque sera confirmé, ou un lieu de plus sera connu."
# The effect of a decision, by what asks for it.
_EFFECTS = {CENSUS: COUNTED, SMALLER: COUNTED, ASKING: ANSWERED, f"**{gaps.CHECK}": CHECKED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision three, in words. reason: why it is three, or that it is to be written; effect: what it
    changes; cost, funded: euros, None when nobody wrote them; costs: those of each year, in the words of the
    plan; state: « à décider le 15 janvier 2027 ».
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
    costs: str = ""

    @property
    def full_title(self) -> str:
        """Its title and its place, where it is not everywhere: « Ouvrir un atelier : Souillet-Vouise »."""
        is_placed = self.where.startswith(EVERYWHERE) or names_place(self.title, self.where)
        return self.title if is_placed else f"{self.title} : {self.where}"

    @property
    def beside_its_row(self) -> str:
        """The decision in a paragraph, under the table that has its pilot, dates, cost and state."""
        facts = (("Où", self.where), ("Effet attendu", self.effect.rstrip(".")))
        sentences = (f"{label} : {words}." for label, words in facts if words != TO_DECIDE)
        return " ".join(filter(None, (f"**{self.title}.**", self.reason, *sentences)))

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
            remain = "Reste" if len(missing_names) == 1 else "Restent"
            sentences.append(f"{remain} à décider : {wording.listing(missing_names)}.")
        if self.state != TO_DECIDE and not self.state.endswith(TO_START):  # told among what remains
            sentences.append(f"{upper_first(self.state)}.")
        return " ".join(filter(None, (f"**{self.title}.**", self.reason, *sentences)))

    @property
    def cost_words(self) -> str:
        """Its whole cost, that of each year as the plan writes it, and what is still to find of it."""
        if self.cost is None:
            return TO_DECIDE
        missing = self.cost - (self.funded or 0)
        to_find = f", dont {euros(missing)} à trouver" if self.funded is not None and missing > 0 else ""
        yearly = f" ({self.costs})" if self.costs else ""
        return f"{euros(self.cost)}{yearly}{to_find}"


def names_place(title: str, where: str) -> bool:
    """Return True if the title of an action already names where it is.

    >>> names_place("Ouvrir : Le Marais : Sud", "Le Marais : Sud"), names_place("Ouvrir", "Le Marais : Sud")
    (True, False)
    """
    return bool(where) and where in title


def euros(amount: int) -> str:
    """Return an amount in words: « 38 000 € »."""
    return f"{wording.number(amount)}{wording.NBSP}€"


def three(s: Subject, plan: PlanReading | None) -> tuple[Decision, ...]:
    """Return three decisions at most: the votes of the published plan; without any, its actions that are to
    be decided, those that lack least first; failing them, those that the figures call for.
    """
    plan = voted(s, plan)
    reasons = {answer.number: first_sentence(text)[1] for text, answer in _ranked(s, plan) if answer}
    if votes := first_votes(plan):
        return tuple(_of_action(action, reasons.get(action.number, "")) for action in votes)
    candidates = [x for x in plan.planned if x.is_to_vote and not x.is_part] if plan else []
    candidates.sort(key=lambda action: (len(action.undecided), -action.votes, action.number))
    chosen = [_of_action(action, reasons.get(action.number, "")) for action in candidates[:MOST]]
    return tuple([*chosen, *_of_figures(s, plan)][:MOST])


def under_table(s: Subject, plan: PlanReading, most: int) -> Iterator[str]:
    """Yield the three decisions in words, under the table of the first actions of their plan. most: its
    rows.
    """
    rows = {action.title.rstrip(".") for action in plan.ranked[:most]}
    for each in three(s, plan):
        yield each.beside_its_row if each.title in rows else each.in_full


def first_votes(plan: PlanReading | None) -> list[PlanAction]:
    """Return the first actions of a plan that have a day to be voted on, the soonest first, and on one day
    what a workshop voted for most: the one list of votes, for whoever asks for decisions as for whoever tells
    the next steps.
    """
    votes = [x for x in plan.planned if x.is_to_vote and x.vote and not x.is_part] if plan else []
    votes.sort(key=lambda action: (action.vote_day, -action.votes, len(action.undecided), action.number))
    return votes[:MOST]


def voted(s: Subject, plan: PlanReading | None) -> PlanReading | None:
    """Return a plan whose actions to decide that have a pilot and a cost, but no day of their own, are voted
    at the next meeting of the mission: every document then says the same of them. What nobody leads or costed
    is not voted.
    """
    day = next_meeting(s.mission)
    if plan is None or day is None:
        return plan
    axes = (replace(axis, actions=tuple(dated(x, day) for x in axis.actions)) for axis in plan.axes)
    return replace(plan, axes=tuple(axes))


def dated(action: PlanAction, meeting: date | None) -> PlanAction:
    """Return an action, voted at a meeting if it is to decide without a day, with a pilot and a cost."""
    is_ready = action.is_to_vote and action.pilot and action.budget is not None
    if meeting is None or action.vote or not is_ready:
        return action
    return replace(action, vote=in_words(meeting), vote_day=meeting.isoformat())


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
    return f"{euros(secured)} acquis, {euros(missing)} à trouver." if secured else "Tout est à trouver."


def next_meeting(mission: Mission | None) -> date | None:
    """Return the day of the next meeting of a mission, None where none is planned."""
    steps = mission.steps if mission else ()
    days = [step.on for step in steps if mission and step.on > mission.on and step.kind == "reunion"]
    return min(days, default=None)


def _of_action(action: PlanAction, proposed: str = "") -> Decision:
    """Return the decision that an action asks for. proposed: the reason of the proposal that it answers: it
    stands for an objective that nobody wrote, then the need that is counted there.
    """
    objective = _short(action.objective if action.votes else VOTES.sub("", action.objective)) or proposed
    need = f"Besoin connu là : {_people(action)}." if _people(action) else ""
    begins = f"dès le {action.begins}" if action.begins else ""
    ends = f"jusqu’au {action.ends}" if action.ends and not begins else ""
    return Decision(
        title=action.title.rstrip("."),
        reason=objective or need or REASON_TO_WRITE,
        where=_few(action.zones) or EVERYWHERE,
        pilot=action.pilot or TO_DECIDE,
        when=begins or ends or TO_DECIDE,
        cost=action.budget,
        funded=action.funded,
        costs=action.costs,
        effect=_with_residents(action, _effect(action, need if objective else "")),
        state=action.stage_words,
    )


def _short(text: str) -> str:
    """Return the first sentences of a text for which a page has room, "" without any, or for a text borrowed
    from the plan of another territory: no reason to vote here.

    >>> _short("4 voix sur 4. L’obstacle : personne ne sait."), _short(f"Aider. {'a' * SHORT}.")
    ('4 voix sur 4. L’obstacle : personne ne sait.', 'Aider.')
    """
    if ATTRIBUTED.match(text):
        return ""
    sentences, rest = "", text
    while rest:
        head, rest = first_sentence(rest)
        if not head or len(sentences) + len(head) > SHORT:
            break
        sentences = f"{sentences} {head}.".strip()
    return sentences


def _few(zones: str) -> str:
    """Return the names of zones, the first ones and a count where there are many.

    >>> _few("A, B et C"), _few("A, B, C, D, E et F"), _few("A, toute la commune (4 quartiers), B et C")
    ('A, B et C', 'A, B, C et 3\\xa0autres', 'A, B et C')
    >>> _few("A ; B et C"), _few("A ; B et C ; D ; E ; F ; G")
    ('A ; B et C', 'A ; B et C ; D ; 3\\xa0autres')
    """
    text = OF_A_TOWN.sub("", zones)
    names = wording.listed(text)
    if len(names) <= FEW_ZONES:
        return text
    return wording.listing([*names[:3], wording.count(len(names) - 3, "autre")])


def _people(action: PlanAction) -> str:
    """Return the need that is counted where an action is, "" for none."""
    if action.people.startswith(UNCOUNTED) or not any(map(str.isdigit, action.people)):
        return ""
    return wording.lower_first(action.people.partition(", bornes des ")[0]).rstrip(".")


def _with_residents(action: PlanAction, effect: str) -> str:
    """Return an effect beside the people in difficulty who live in its zones: who is within reach by car is
    not all of whom a place may help.
    """
    if not action.residents:
        return effect
    there = f"Personnes en difficulté : {action.residents}."
    return there if effect == TO_DECIDE else f"{effect} {there}"


def _effect(action: PlanAction, need: str) -> str:
    """Return the effect of an action: its target against today, beside the need known there; else the people
    concerned at most. need: its sentence, "" where it is told as the reason, or not known.
    """
    if not (action.indicator and action.target):
        return f"Au plus : {_people(action)}." if need else TO_DECIDE
    target = f"{upper_first(action.indicator.rstrip('.'))} : {action.target.rstrip('.')}"
    if action.baseline == action.target:
        return f"{target}, comme aujourd’hui. {need}".strip()
    today = f"Aujourd’hui : {action.baseline.rstrip('.')}." if action.baseline else ""
    return " ".join(filter(None, (f"{target}.", today, need)))


def _of_figures(s: Subject, plan: PlanReading | None) -> list[Decision]:
    """Return decisions drawn from the figures: their pilot, day and cost are to decide."""
    openings, everywhere = (
        [*_above(s), *_walked(s, plan), *(text for text, _ in _openings(s, plan))],
        _everywhere(s),
    )
    above = _above(s)
    decisions = []
    for text, answer in _ranked(s, plan):
        if answer is not None:  # it is decided as the plan decides it
            continue
        title, reason = first_sentence(text)
        is_opening = text in openings
        action, _, where = title.partition(
            " : "
        )  # the name of a zone may hold a colon, that of an action none
        decisions.append(
            Decision(
                title=action if is_opening else title,
                reason=reason,
                where=where if is_opening else EVERYWHERE if text in (CENSUS, SMALLER) else everywhere,
                pilot=TO_DECIDE,
                when=TO_DECIDE,
                effect=next(
                    (words for start, words in _EFFECTS.items() if text.startswith(start)),
                    NEAR if is_opening and text not in above else TO_DECIDE,
                ),
                state=TO_DECIDE,
            )
        )
    return decisions


def _everywhere(s: Subject) -> str:
    """Return the whole territory in words, and the zones where to begin, if some are surely above."""
    first_names = wording.listing([zone.full_name for zone in s.zones_above[:FIRST_ZONES]])
    return f"{EVERYWHERE}, d’abord {first_names}" if first_names else EVERYWHERE


def proposals(s: Subject, plan: PlanReading | None) -> tuple[str, ...]:
    """Return three things to discuss, each another action: the zones that hold more than their share,
    services that many lack and that the plan has not settled, what to ask of silent places, then what the
    survey and the workshops ask, what a few lack, and the answers to levels of difficulty. What an action of
    the plan answers already is named as this action.
    """
    return tuple(_in_plan(answer) if answer else text for text, answer in _ranked(s, plan)[:MOST])


def _in_plan(action: PlanAction) -> str:
    return f"**{action.title.rstrip('.')}.** Action {action.label} du plan, {action.stage_words}."


def _ranked(s: Subject, plan: PlanReading | None) -> list[tuple[str, PlanAction | None]]:
    """Return every proposal by rank, each with the action of the plan that answers it, None where none does;
    an action is there once.
    """
    r = s.reading
    questions = [
        f"{ASKING} : {wording.lower_first(line.label)}.** {_unknown_people(line)}"
        for line in gaps.unknown(r.offer)
    ] or _mute(r.offer)
    census = [] if r.offer or s.is_computing else [SMALLER if s.is_too_large else CENSUS]
    requests = [*_of_surveys(s)[:1], *_of_workshops(s, plan)[:1]]
    many, few = (
        [text for text, is_minor in _openings(s, plan) if is_minor is part] for part in (False, True)
    )
    ranked = [*census, *_above(s), *_walked(s, plan), *many, *questions[:1], *requests, *few, *_answers(r)]
    rows: list[tuple[str, PlanAction | None]] = []
    actions: list[PlanAction] = []
    for text in ranked:
        title, _ = first_sentence(text)
        where = title.partition(" : ")[2]
        answer = plan.answering(title, wording.listed(where) if where else ()) if plan else None
        if answer not in actions:
            rows.append((text, answer))
            actions += [answer] if answer else []
    return rows


def _unknown_people(line: OfferLine) -> str:
    if gaps.is_vague(line.missing_low, line.missing_high):
        return "Sans leurs réponses, on ne sait pas combien de personnes n’ont pas ce service à portée."
    return (
        f"{upper_first(line.missing_about)} n’ont pas ce service à portée : leurs réponses préciseraient ce"
        " nombre."
    )


def _mute(offer: OfferReading | None) -> list[str]:
    """Return the request for places of a census that tells nothing of some services."""
    lines = offer.territory.lines if offer and offer.territory.n_places else ()
    labels = [wording.lower_first(line.label) for line in lines if line.state == gaps.UNASKED]
    return [f"{ASKING}.** Ce recensement ne dit rien de : {wording.listing(labels)}."] if labels else []


def _openings(s: Subject, plan: PlanReading | None) -> list[tuple[str, bool]]:
    """Return the openings to propose, each with whether few people lack it."""
    rows = priorities.openings(s.reading, plan.settled if plan else ())
    return [(priorities.opening_sentence(row), row.is_minor) for row in rows]


def _above(s: Subject) -> list[str]:
    """Return the zones to strengthen first, none where none surely holds more than its share."""
    title = "" if s.reading.withheld else priorities.above_title(s.reading)
    return [f"**{title}.** {priorities.above_reason(s.reading)}"] if title else []


def _walked(s: Subject, plan: PlanReading | None) -> list[str]:
    """Return the opening that the main town lacks on foot, unless the plan already answers its service."""
    title = "" if s.reading.withheld else priorities.walked_title(s.reading)
    walked = s.reading.offer.walked if s.reading.offer else None
    answered = {key.rpartition(":")[2] for key in (plan.settled if plan else ())}
    is_open = walked is not None and walked.line not in answered
    return [f"**{title}.** {priorities.walked_reason(s.reading)}"] if title and is_open else []


def _of_surveys(s: Subject) -> list[str]:
    """Return the calls of the published surveys, the heaviest finding first."""
    rows = s.findings.of_survey("inhabitants", "caf", "structures", "professionals")
    return [f"**{upper_first(row.calls.rstrip('.'))}.** {row.fact.rstrip('.')}." for row in rows if row.calls]


def _of_workshops(s: Subject, plan: PlanReading | None) -> list[str]:
    """Return the levers that workshops wrote, each with its stage."""
    stages = workshop_stages(plan.journeys if plan else s.journeys)
    return [
        f"**{lever.rstrip('.')}.** Levier dit en atelier, à l’étape « {stage.title} »."
        for stage, _, levers in stages
        for lever in levers
    ]


def _answers(r: Reading) -> list[str]:
    """Return the answer to each level of difficulty, with its number of people."""
    lines: Sequence[LevelLine] = () if r.withheld else r.levels.lines[:MOST]
    return [
        f"**{FIRST_ANSWERS[line.name]}.** {upper_first(line.in_full)} {line.description}." for line in lines
    ]


def tells_levels(r: Reading, proposed_texts: Iterable[str]) -> bool:
    """Say if a proposal counts people by level of difficulty: its source is then named."""
    answers = _answers(r)
    return any(text in answers for text in proposed_texts)
