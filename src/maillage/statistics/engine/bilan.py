"""The autonomy diagnosis, version `bilan-1`: from answers and small tasks to a level of access, one of use,
and a result.

Answers are texts by question, lists of texts where several are allowed. The rule treats `?`, `-` (skipped)
and an asked question without an answer alike. Nothing is guessed, nothing corrected. Source:
docs/methods/bilan.md
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from maillage.reference import bilan
from maillage.reference.bilan import PASSED, UNKNOWN, Question

Answers = Mapping[str, str | Sequence[str]]
Outcomes = Mapping[
    str, str
]  # of each task measured: passed, partly (half of writing), failed; absent: not measured

NONE, FRAGILE, STABLE = "none", "fragile", "stable"
USES = ("G0", "G1", "G2", "G3")
PASS, PARTLY, FAIL = "passed", "partly", "failed"
RESULTS = ("assistance", "accompagne", "autonomie", "coup_de_pouce")  # from the most help to the least
WITHOUT_POINTER = {"keypad", "nothing"}
UNSURE_FROM = 4  # “je ne sais pas” among access and use
LAPSED = ("for-me", "without")  # wishes of who does not want to do it
PLAYFUL = {"messages", "calls", "videos", "networks"}
RETEST_DAYS = 14  # never sooner


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """The result of answers and tasks. declared, observed: the use as declared, then as corrected by the
    tasks ('' without task).

    correction: lowered, raised, or ''; provisional: too little is known; retest_after: days, 0 when no date
    is set.
    """

    version: str
    access: str
    declared: str
    observed: str
    use: str
    line: str
    result: str
    face: str
    provisional: bool
    flags: tuple[str, ...]
    retest_after: int

    @property
    def correction(self) -> str:
        if not self.observed or self.observed == self.declared:
            return ""
        return "raised" if self.observed > self.declared else "lowered"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two answers that contradict each other. kind: that of the message; first, second: what each is
    about.
    """

    kind: str
    first: str
    second: str = ""


def several(answers: Answers, id: str) -> frozenset[str]:
    """Return the answers to a question, as a set; empty when missing or unknown."""
    typed = answers.get(id, ())
    return frozenset([typed] if isinstance(typed, str) else typed) - {UNKNOWN, PASSED, ""}


def one(answers: Answers, id: str) -> str:
    """Return the answer to a question: `?` when unknown, skipped or missing."""
    return next(iter(sorted(several(answers, id))), UNKNOWN)


# --------------------------------------------------------------------------------------------- two dimensions


def access(answers: Answers) -> str:
    """Return the access that the answers indicate: none, fragile or stable."""
    devices, where = several(answers, "A1"), one(answers, "A3")
    if (devices and devices <= WITHOUT_POINTER) or where == "nowhere":
        return NONE
    lent = one(answers, "A2") in ("someone", "public")
    if lent or where in ("prepaid", "someone", "public") or one(answers, "A4") == "often":
        return FRAGILE
    return STABLE


def use(answers: Answers) -> str:
    """Return the use that the answers indicate, G0 to G3: the first that applies."""
    searches, mail, procedure = (one(answers, id) for id in ("U3", "U4", "U5"))
    if one(answers, "U1") in ("never", "for-me") or one(answers, "U2") in ("help", "never"):
        return "G0"
    if (searches, mail, procedure) == ("alone", "weekly", "alone"):
        return "G3"
    if (
        searches in ("alone", "sometimes")
        and mail == "weekly"
        and procedure in ("alone", "helped", "no-need")
    ):
        return "G2"
    if searches == procedure == "alone" and mail in ("rarely", "locked"):
        return "G2"
    return "G1"


def corrected(declared: str, tasks: Outcomes) -> str:
    """Return the use as corrected by the tasks. A task that was not measured changes nothing."""
    if sum(tasks.get(id) == FAIL for id in ("T1", "T2", "T3")) >= 2:
        return min(declared, "G1")
    passes_all = tasks.get("T1") == tasks.get("T2") == tasks.get("T5") == PASS and tasks.get("T3") in (
        PASS,
        PARTLY,
    )
    return "G1" if declared == "G0" and passes_all else declared


# ------------------------------------------------------------------------------------------------------- path


def path(answers: Answers) -> tuple[str, ...]:
    """Return the questions to ask given these answers, in order; a missing answer skips nothing."""
    return tuple(_path(answers))


def _path(answers: Answers) -> Iterator[str]:
    for id, question in bilan.questions().items():
        if all(_met(answers, condition, wanted) for condition, wanted in question.only.items()):
            if question.difficulty and use(answers) in ("G2", "G3") and access(answers) == STABLE:
                continue
            yield id


def _met(answers: Answers, question_id: str, wanted: Sequence[str]) -> bool:
    return bool((several(answers, question_id) or {UNKNOWN}) & set(wanted))


def next_question(answers: Answers) -> str:
    """Return the first question of the path that is neither answered nor skipped, '' when there is none."""
    return next((id for id in path(answers) if not answers.get(id)), "")


def retest_path(answers: Answers) -> tuple[str, ...]:
    """Return the questions to ask again: use, access, and how long difficulties last."""
    dimensions = ("access", "use")
    return tuple(id for id in path(answers) if bilan.questions()[id].dimension in dimensions or id == "O3")


# ------------------------------------------------------------------------------------------------------- rule


def line(*, access: str, use: str, wants: str, reads: str, unsure: bool) -> str:
    """Return the line of the rule, the first that applies. wants: the answer to M2; reads: the answer to
    O1.
    """
    if unsure:
        return "L1"
    if use == "G0" and wants in LAPSED:
        return "L2"
    if use == "G0" and reads == "hard" and wants != "learn":
        return "L3"
    if use == "G1" and wants in LAPSED and (access == NONE or reads == "hard"):
        return "L4"
    if use in ("G0", "G1"):
        return "L5" if wants == "learn" and access == STABLE else "L6"
    return "L7" if use == "G2" else "L8"


def unsure(answers: Answers) -> bool:
    """Return True for a diagnosis that knows too little: four questions on access and use without a clear
    answer.
    """
    question_ids = [id for id in path(answers) if bilan.questions()[id].dimension in ("access", "use")]
    return sum(not several(answers, id) for id in question_ids) >= UNSURE_FROM


def conclude(answers: Answers, tasks: Outcomes | None = None) -> Conclusion:
    """Return the result of a diagnosis, with its reasons and additions."""
    measured = {id: outcome for id, outcome in (tasks or {}).items() if outcome in (PASS, PARTLY, FAIL)}
    declared, reached = use(answers), access(answers)
    observed = corrected(declared, measured) if measured else ""
    level = observed or declared
    line_id = line(
        access=reached, use=level, wants=one(answers, "M2"), reads=one(answers, "O1"), unsure=unsure(answers)
    )
    row = bilan.lines()[line_id]
    flags = tuple(_flags(answers, measured, reached, level))
    delays = [row.retest_days, *(bilan.flags()[flag].retest_days for flag in flags)]
    return Conclusion(
        version=bilan.version(),
        access=reached,
        declared=declared,
        observed=observed,
        use=level,
        line=line_id,
        result=row.result,
        face=row.face,
        provisional=line_id == "L1",
        flags=flags,
        retest_after=min(filter(None, delays), default=0),
    )


def _flags(answers: Answers, tasks: Outcomes, reached: str, level: str) -> Iterator[str]:
    question_ids, helps, does = path(answers), several(answers, "O2"), several(answers, "U7")
    devices = several(answers, "A1") - WITHOUT_POINTER
    holds = {
        "procedure": one(answers, "X1") == "week",
        "access": reached != STABLE,
        "mailbox": "U4" in question_ids and one(answers, "U4") != "weekly",
        "traps": ("U6" in question_ids and one(answers, "U6") in ("press", UNKNOWN))
        or tasks.get("T4") == FAIL,
        "playful": len(does & PLAYFUL) >= 2 and one(answers, "U5") in ("for-me", "not-done"),
        "equipped_unused": reached == STABLE and level == "G0" and bool(devices),
        "unequipped_able": reached == NONE and level in ("G2", "G3"),
        "reading": one(answers, "O1") in ("long", "hard", "other"),
        "fear": "safe" in helps,
        "adaptations": bool(helps - {"safe", "nothing"}),
        "temporary": one(answers, "O3") == "moment",
        "lasting": one(answers, "O3") == "lasting",
        "alone": one(answers, "O4") == "nobody",
    }
    return (flag for flag in bilan.flags() if holds[flag])


def contradictions(answers: Answers) -> tuple[Contradiction, ...]:
    """Return the contradictory answers, as a paper form may contain: they are pointed out, never
    corrected.
    """
    question_ids = path(answers)
    return tuple(
        contradiction
        for id, question in bilan.questions().items()
        if several(answers, id)
        for contradiction in _contradictions(answers, question, id in question_ids)
    ) + (
        (Contradiction("nowhere", "A3", "U1"),)
        if (one(answers, "A3"), one(answers, "U1")) == ("nowhere", "often")
        else ()
    )


def _contradictions(answers: Answers, question: Question, is_on_path: bool) -> Iterator[Contradiction]:
    chosen = several(answers, question.id)
    if not is_on_path:
        skipped = next((id for id, wanted in question.only.items() if not _met(answers, id, wanted)), "")
        if skipped:
            yield Contradiction("not-asked", question.id, skipped)
    alone = [option.label for option in question.options.values() if option.alone and option.id in chosen]
    if alone and len(chosen) > 1:
        yield Contradiction("alone", question.id, alone[0])
    if len(chosen) > (question.most or (len(question.options) if question.several else 1)):
        yield Contradiction("too-many", question.id)


# -------------------------------------------------------------------------------------------------- screening


def screening(answers: Answers) -> str:
    """Return the outcome of four answers at a counter: procedure, bilan, places or nothing; the first that
    applies.
    """
    done, reach, mail, paper = (one(answers, id) for id in ("R1", "R2", "R3", "R4"))
    if paper == "week":
        return "procedure"
    unknown = [done, reach, mail, paper].count(UNKNOWN)
    if done in ("for-me", "not-done") or reach == "no" or mail in ("for-me", "nobody") or unknown >= 2:
        return "bilan"
    if done == "helped" or reach in ("unsure", "elsewhere"):
        return "places"
    return "nothing"
