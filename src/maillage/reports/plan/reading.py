"""A plan as its report reads it: every value in words, whatever stores it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from maillage.reports.codesign.journey import Journey
from maillage.words import wording

VISIBLE_STAGES = ("en cours", "prête")
TO_DECIDE, DONE, DROPPED, LATE = "à décider", "faite", "abandonnée", "en retard"
NO_PILOT = "sans pilote"
UNCOUNTED = "non chiffré"  # how the people of an action begin where nobody counts them
EVERYWHERE = "tout le territoire"
TO_START = (NO_PILOT, "sans dates", "sans coût")  # what an action cannot begin without


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAction:
    """An action, in words; "" for what nobody wrote. label: its number as it is read, « 7.1 » for a part of
    action 7; people: how many it concerns, or why they are not counted; first_day, last_day: of its dates, as
    ISO writes them; vote: the day on which it is decided, vote_day: as ISO writes it; budget, funded: euros,
    None when unwritten; costs: its budget by year; investment: the euros of it that are spent once; n_years:
    of its running costs; funders: the amount of each; counted: what is known of its indicator, and its day;
    lacks: what it still needs to be carried out; undecided: what a council will ask of it, and nobody decided
    yet.
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
    n_years: int = 0
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
    is_part: bool = False

    @property
    def contradictions(self) -> tuple[str, ...]:
        """The contradictions of its days and of its amounts."""
        return tuple(lack for lack in self.lacks if lack not in self.undecided)

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
        """Its state as a label: with the day of the vote, or the first thing that it lacks."""
        if self.state.startswith(TO_DECIDE) and self.vote:
            return f"{self.state} le {self.vote}" if self.state == TO_DECIDE else self.state
        lack = next((each for each in TO_START if each in self.undecided), "")
        return f"{self.state}, {lack}" if lack and LATE not in self.state else self.state

    @property
    def is_to_vote(self) -> bool:
        """Its decision is still to be taken."""
        return self.state.startswith(TO_DECIDE)

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
    """The cost of the actions of a plan in a year, in euros. label: the year, or the words for it; running,
    investment: None where nobody says which; is_total: of all years.
    """

    label: str
    running: int | None
    investment: int | None
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
    def actions(self) -> tuple[PlanAction, ...]:
        """Every action, in the order of its dynamics."""
        return tuple(action for axis in self.axes for action in axis.actions)

    @property
    def planned(self) -> tuple[PlanAction, ...]:
        """Every action but those that were dropped: what is counted."""
        return tuple(action for axis in self.axes for action in axis.planned)

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
        """The points that nobody decided yet, each with the actions that lack it: first what an action
        cannot begin without.
        """
        lacks = dict.fromkeys((*TO_START, *(lack for action in self.planned for lack in action.undecided)))
        pairs = ((lack, [x for x in self.planned if lack in x.undecided]) for lack in lacks)
        return [(lack, actions) for lack, actions in pairs if actions]

    @property
    def alone(self) -> str:
        """How many actions nobody leads, "" for none."""
        return tally(self.unled)


def tally(actions: Iterable[PlanAction]) -> str:
    """Return how many actions, and apart how many sub-actions; "" for none."""
    parts = [each.is_part for each in actions]
    return wording.counts((parts.count(False), "action"), (parts.count(True), "sous-action"))
