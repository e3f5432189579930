"""A plan as its report reads it: every value in words, whatever stores it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from maillage.kernel.names import plain
from maillage.publishing.journey import Journey
from maillage.publishing.page import folder
from maillage.words import wording

VISIBLE_STAGES = ("en cours", "prête")
TO_DECIDE, DONE, DROPPED, LATE = "à décider", "faite", "abandonnée", "en retard"
NO_PILOT = "sans pilote"
UNCOUNTED = "non chiffré"  # how the people of an action begin where nobody counts them
EVERYWHERE = "tout le territoire"
UNPLACED = "lieu à préciser"
LEAST_LETTERS = 20  # of a title that stands for another: « Tenir une permanence »
VOTES = re.compile(r"\s:\s([\d\s]+)\svoix pour ce levier, sur [\d\s]+ bulletins?")  # as a workshop cast them
TO_START = (NO_PILOT, "sans dates", "sans coût")  # what an action cannot begin without


def is_same_title(title: str, other: str) -> bool:
    """Recognise two titles of the same action: one holds the other, which has some length.

    >>> is_same_title("Tenir une permanence : Déols et Coings", "Tenir une permanence."), is_same_title(
    ...     "Un bus", "Un bus numérique")
    (True, False)
    """
    first, second = plain(title), plain(other)
    return min(len(first), len(second)) >= LEAST_LETTERS and (first in second or second in first)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAction:
    """An action, in words; "" for what nobody wrote. label: its number as it is read, « 7.1 » for a part of
    action 7; people: how many lack its service within reach, or why it is not told; residents: those in
    difficulty in each of its zones; first_day, last_day: of its dates, as ISO writes them; vote: the
    day on which it is decided, vote_day: as ISO writes it; budget, funded: euros, None when unwritten;
    costs: its budget by year; investment: the euros of it that are spent once; why_dropped: the day and
    the reason, where it was dropped; funders: the amount of each; counted: what is known of its
    indicator, and its day; lacks: what it still needs to be carried out; undecided: what a council will
    ask of it, and nobody decided yet; zone_codes: of its zones in a study, none for the whole
    territory.
    """

    number: int
    label: str
    title: str
    state: str
    people: str
    zones: str
    objective: str = ""
    pilot: str = ""
    partners: str = ""
    public: str = ""
    begins: str = ""
    ends: str = ""
    first_day: str = ""
    last_day: str = ""
    vote: str = ""
    vote_day: str = ""
    budget: int | None = None
    costs: str = ""
    investment: int = 0
    funded: int | None = None
    funders: tuple[str, ...] = ()
    indicator: str = ""
    baseline: str = ""
    target: str = ""
    counted: str = ""
    existing: str = ""
    means: str = ""
    risks: str = ""
    steps: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    why_dropped: str = ""
    is_part: bool = False
    zone_codes: tuple[str, ...] = ()
    residents: str = ""

    @property
    def contradictions(self) -> tuple[str, ...]:
        """The contradictions of its days and of its amounts."""
        return tuple(lack for lack in self.lacks if lack not in self.undecided)

    @property
    def unsettled(self) -> tuple[str, ...]:
        """The points to settle before a vote; those of an action that is done are no longer its council’s."""
        return () if self.state.startswith(DONE) else (*self.undecided, *self.contradictions)

    @property
    def stage(self) -> str:
        """Its state without what its dates say of it: « en cours » of « en cours, en retard »; "" when it is
        none of those that people will see.
        """
        return next((stage for stage in VISIBLE_STAGES if self.state.startswith(stage)), "")

    @property
    def tone(self) -> Literal["tilleul", "gaude", "rouge"]:
        """The colour of its state: red for late or without pilot, amber where something is to be decided."""
        is_done = self.state.startswith(DONE)
        if not is_done and (LATE in self.state or NO_PILOT in self.undecided):
            return "rouge"
        is_settled = is_done or (self.stage and not {*self.undecided} & {*TO_START})
        return "tilleul" if is_settled else "gaude"

    @property
    def stage_words(self) -> str:
        """Its state as every document says it: with the day of the vote, else the first thing that it lacks,
        else the day before which it is decided.
        """
        lack = next((each for each in TO_START if each in self.undecided), "")
        if self.state == TO_DECIDE and self.vote:
            return f"{self.state} le {self.vote}"
        if lack and LATE not in self.state and not (self.is_to_vote and self.vote):
            return f"{self.state}, {lack}"
        return (
            f"{self.state} avant le {self.begins}" if self.state == TO_DECIDE and self.begins else self.state
        )

    @property
    def is_to_vote(self) -> bool:
        """Its decision is still to be taken."""
        return self.state.startswith(TO_DECIDE)

    @property
    def votes(self) -> int:
        """The votes of the workshop that proposed it, 0 where its objective tells none."""
        cast = VOTES.search(self.objective)
        return int("".join(cast[1].split())) if cast else 0

    @property
    def start(self) -> str:
        """The start of its indicator, without the unit that its aim repeats: « 0 » beside « 60 agents »."""
        unit = self.target.lstrip("0123456789 \u202f\xa0").strip()
        return self.baseline.removesuffix(unit).strip() or self.baseline

    @property
    def effect(self) -> str:
        """The expected effect: its indicator, from its start to its aim; "" without an aim."""
        if not (self.indicator and self.target):
            return ""
        if not self.baseline[:1].isdigit():  # a number too small to be told is in words
            return (
                f"{self.indicator} : {self.target}{f', {self.baseline} au départ' if self.baseline else ''}"
            )
        if self.baseline == self.target:
            return f"{self.indicator} : {self.target}, comme aujourd’hui"
        return f"{self.indicator} : de {self.start} à {self.target}"

    def is_in(self, places: Sequence[str]) -> bool:
        """Return False if it names its zones, and none of these places."""
        is_everywhere = not places or self.zones in ("", EVERYWHERE, UNPLACED)
        return is_everywhere or any(place in self.zones for place in places)

    @property
    def has_begun(self) -> bool:
        """True if it is under way."""
        return self.stage == VISIBLE_STAGES[0]


@dataclass(frozen=True, slots=True)
class PlanAxis:
    """A dynamic of a plan. announced: what its announced number of actions says, "" when nothing."""

    number: int
    title: str
    statement: str
    announced: str
    actions: tuple[PlanAction, ...]

    @property
    def planned(self) -> tuple[PlanAction, ...]:
        """Its actions but those that were dropped: what is counted."""
        return tuple(action for action in self.actions if action.state != DROPPED)


@dataclass(frozen=True, slots=True)
class YearTotal:
    """The cost of the actions of a plan in a year, in euros. label: the year, or the words for it;
    undetailed: what nobody says to be running or investment; total: the three added; is_total: of all years.
    """

    label: str
    running: int
    investment: int
    undetailed: int
    total: int
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class PlanActor:
    """An actor that the frame of a plan names: what it does, for which dynamics."""

    name: str
    does: str
    axes: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReading:
    """A plan. state: where its actions stand, in a sentence; frame: the published plan it started from, ""
    for none; refused: (proposal, reason); settled: the keys of the gaps that it answers, holds or refused;
    journeys: those that explain its dynamics; actors: those that its frame names;
    roles: (role in the network, who has it); yearly: what it costs by year, nothing where no budget is
    written.
    """

    title: str
    state: str
    frame: str
    is_published: bool
    is_example: bool
    axes: tuple[PlanAxis, ...]
    refused: tuple[tuple[str, str], ...] = ()
    settled: tuple[str, ...] = ()
    journeys: tuple[Journey, ...] = ()
    actors: tuple[PlanActor, ...] = ()
    roles: tuple[tuple[str, str], ...] = ()
    yearly: tuple[YearTotal, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The short print of its words and figures: a reader compares it with that of another edition."""
        return folder.short_print(repr(self).encode())

    @property
    def actions(self) -> tuple[PlanAction, ...]:
        """Every action, in the order of its dynamics."""
        return tuple(action for axis in self.axes for action in axis.actions)

    @property
    def planned(self) -> tuple[PlanAction, ...]:
        """Every action but those that were dropped: what is counted."""
        return tuple(action for axis in self.axes for action in axis.planned)

    @property
    def ranked(self) -> list[PlanAction]:
        """Its main actions: those that somebody leads and that people will see, then which lack least."""
        led_ranks = {action.number: k for k, action in enumerate(self.led)}
        main_actions = [action for action in self.planned if not action.is_part]
        return sorted(
            main_actions,
            key=lambda x: (led_ranks.get(x.number, len(main_actions)), len(x.undecided), x.number),
        )

    def answering(self, title: str, places: Sequence[str] = ()) -> PlanAction | None:
        """Return the action that bears the title of a proposal, in one of its places at least; None when the
        plan has none.
        """
        return next((x for x in self.planned if is_same_title(title, x.title) and x.is_in(places)), None)

    @property
    def led(self) -> list[PlanAction]:
        """The actions that somebody leads and that people will see: those that run, then those that are
        ready.
        """
        led_actions = [action for action in self.actions if action.stage in VISIBLE_STAGES and action.pilot]
        return sorted(
            led_actions,
            key=lambda action: (VISIBLE_STAGES.index(action.stage), action.is_part, action.number),
        )

    @property
    def unled(self) -> tuple[PlanAction, ...]:
        """The actions that nobody leads."""
        return tuple(action for action in self.actions if NO_PILOT in action.lacks)

    @property
    def standing(self) -> str:
        """The states of its actions, as a title: « 3 sont prêtes, 5 attendent un vote ». What is to be
        decided waits for a pilot first.
        """
        undecided = [x for x in self.planned if x.state.startswith(TO_DECIDE)]
        unled = [x for x in undecided if NO_PILOT in x.undecided]
        n_undated = sum(not x.vote for x in undecided if x not in unled)
        counted = (
            (sum(x.state.startswith(DONE) for x in self.planned), "est faite", "sont faites"),
            (sum(x.has_begun for x in self.planned), "est en cours", "sont en cours"),
            (sum(x.stage == VISIBLE_STAGES[1] for x in self.planned), "est prête", "sont prêtes"),
            (len(undecided) - len(unled) - n_undated, "attend un vote", "attendent un vote"),
            (n_undated, "est à décider sans date de vote", "sont à décider sans date de vote"),
            (len(unled), "attend un pilote", "attendent un pilote"),
        )
        words = ", ".join(f"{n} {many if n > 1 else one}" for n, one, many in counted if n)
        return words.replace(" ", wording.NBSP).replace(f",{wording.NBSP}", ", ")

    @property
    def lacking(self) -> list[tuple[str, list[PlanAction]]]:
        """The points to settle before a vote, each with its actions: first what an action cannot begin
        without, then what nobody decided yet, or what contradicts itself.
        """
        lacks = dict.fromkeys((*TO_START, *(lack for action in self.planned for lack in action.unsettled)))
        pairs = ((lack, [x for x in self.planned if lack in x.unsettled]) for lack in lacks)
        return [(lack, actions) for lack, actions in pairs if actions]

    @property
    def alone(self) -> str:
        """Return the number of actions that nobody leads, "" for none."""
        return tally(self.unled)


def tally(actions: Iterable[PlanAction]) -> str:
    """Return how many actions, and apart how many sub-actions; "" for none."""
    parts = [each.is_part for each in actions]
    return wording.counts((parts.count(False), "action"), (parts.count(True), "sous-action"))


def plan_json(plan: PlanReading | None) -> dict[str, object] | None:
    """Return a plan as an edition stores it, None for none: without the keys of its ballots, which would say
    who voted.
    """
    if plan is None:
        return None
    return asdict(plan, dict_factory=lambda pairs: {name: value for name, value in pairs if name != "voters"})
