"""Rules of a diagnosis, independent of storage: its state between screens, its result, how it changes."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, timedelta
from typing import Any

from maillage.kernel.errors import Refused
from maillage.reference import bilan
from maillage.reference.bilan import PASSED, UNKNOWN, Face, Flag, Option, Question, Step
from maillage.statistics.engine import bilan as engine
from maillage.statistics.engine.bilan import FAIL, PASS, Conclusion
from maillage.words.languages import say, to_say
from maillage.words.wording import series

SELF, TOGETHER, AIDANT, PAPER = "self", "together", "aidant", "paper"
FORM_A, FORM_B = "A", "B"  # two wordings of the tasks: the second for a re-test
PERSON, COUNT = "person", "count"  # what a kept diagnosis is kept for
PURPOSE_LABELS = {PERSON: "gardé avec la fiche de la personne", COUNT: "compté, sans personne"}
START, STOP, END, VERDICT = "start", "stop", "end", "verdict"
COUNTED = {START: "bilan commencé", STOP: "bilan arrêté", END: "bilan fini", VERDICT: "conseil du repérage"}
FORMER_KEYS = {"kept": "stored_pk"}  # of a diagnosis that a browser carried through an upgrade
LONGEST = 600  # seconds on one screen: beyond, somebody was called away


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A diagnosis under way, stored in the person's own browser. Nothing of it is on the server.

    tasks: by task, its `outcome` (passed, partly, failed, unmeasured) and its measures; timings: seconds by
    screen; person, structure: who it is for, when a professional began it; again: the diagnosis it repeats;
    stored_pk: its number once stored; unseen: its card was not displayed yet; token: identifies it, so that a
    double click stores it once; place, where: the commune, and how it was typed; ended: the last question was
    answered.
    """

    mode: str = ""
    form: str = FORM_A
    answers: Mapping[str, Any] = field(default_factory=dict)
    tasks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    timings: Mapping[str, int] = field(default_factory=dict)
    place: str = ""
    where: str = ""
    chosen: Sequence[str] = ()
    person: int | None = None
    structure: int | None = None
    again: int | None = None
    stored_pk: int | None = None
    unseen: bool = False
    token: str = ""
    ended: bool = False

    @property
    def begun(self) -> bool:
        return bool(self.mode)

    def answered(self, id: str, answer: Any, *, seconds: int | None = None) -> "Carried":
        """Return a copy with one more answer, and the seconds it took; answers to questions no longer asked
        are dropped.
        """
        timings = self.timings if seconds is None else {**self.timings, id: min(seconds, LONGEST)}
        answers = {**self.answers, id: answer}
        path = engine.path(answers)
        return replace(self, answers={key: answers[key] for key in path if key in answers}, timings=timings)

    def measured(self, id: str, *, outcome: str, seconds: int | None = None, **more: Any) -> "Carried":
        """Return a copy with one more task measured."""
        timings = self.timings if seconds is None else {**self.timings, id: min(seconds, LONGEST)}
        return replace(self, tasks={**self.tasks, id: {"outcome": outcome, **more}}, timings=timings)

    @property
    def outcomes(self) -> dict[str, str]:
        """The outcome of each task, as the engine reads them."""
        return {id: str(task.get("outcome", "")) for id, task in self.tasks.items()}

    def to_plain(self) -> dict[str, Any]:
        """Return its values, without those that are as they were at the start."""
        blank = asdict(Carried())
        return {name: value for name, value in asdict(self).items() if value != blank[name]}

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> "Carried":
        known = {each.name for each in fields(cls)}
        renamed = {FORMER_KEYS.get(name, name): value for name, value in values.items()}
        return cls(**{name: value for name, value in renamed.items() if name in known})


# ---------------------------------------------------------------------------------------------------- answers


def read(question: Question, ticked: Sequence[str]) -> str | list[str]:
    """Return the answer from a screen or a paper; Refused when it is not one the question takes."""
    ticked_ids = [option.id for option in question.options.values() if option.id in ticked]
    if ticked and set(ticked) <= {UNKNOWN, PASSED}:
        return str(ticked[-1])
    if not ticked_ids:
        raise Refused(
            to_say("Il manque votre réponse."),
            why=to_say("Aucune image n’est choisie."),
            do=to_say("Touchez une image, ou « Je ne sais pas », ou « Passer »."),
        )
    if not question.several:
        return ticked_ids[0]
    alone = [id for id in ticked_ids if question.options[id].alone]
    if alone and len(ticked_ids) > 1:
        raise Refused(
            to_say("Deux réponses ne vont pas ensemble."),
            why=to_say("« Rien » et une autre image sont choisies."),
            do=to_say("Gardez l’une ou l’autre."),
        )
    if question.most and len(ticked_ids) > question.most:
        raise Refused(
            to_say("Il y a trop de réponses."),
            why=to_say("On en garde trois au plus."),
            do=to_say("Enlevez celles qui comptent le moins."),
        )
    return ticked_ids


def chosen_answers(answers: Mapping[str, Any], question: Question) -> list[Option]:
    """Return the answers chosen for a question; “je ne sais pas” when declared, none when skipped."""
    if answers.get(question.id) == UNKNOWN:
        return [bilan.unknown()]
    chosen = engine.several(answers, question.id)
    return [option for option in question.options.values() if option.id in chosen]


# ----------------------------------------------------------------------------------------------------- result

TASK_SHOWS = {
    "T4": to_say("Reconnaître un message qui est un piège."),
    "T5": to_say("Trouver une information dans une page."),
}
ALWAYS = to_say("Demander de l’aide : c’est déjà beaucoup.")
UNSAID = to_say("Vous ne l’avez pas dit.")
NOTHING_BLOCKS = to_say("Rien de ce que vous avez dit ne bloque.")
MAX_SENTENCES, MAX_WARNINGS = 6, 4  # sentences under a title: more is not read


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultText:
    """A result as the person reads it. why: the reason; knows, has, blocks: sentences, never empty."""

    face: Face
    why: str
    correction: str
    steps: Sequence[Step]
    knows: Sequence[str]
    has: Sequence[str]
    blocks: Sequence[str]
    flags: Sequence[Flag]
    urgent: bool


def result_text(answers: Mapping[str, Any], tasks: Mapping[str, str], conclusion: Conclusion) -> ResultText:
    """Return a result in words: first what the person can do, which is never nothing."""
    options = [
        option for id in engine.path(answers) for option in chosen_answers(answers, bilan.questions()[id])
    ]
    flags = [bilan.flags()[id] for id in conclusion.flags]
    return ResultText(
        face=bilan.faces()[conclusion.face],
        why=bilan.lines()[conclusion.line].says,
        correction=bilan.corrections()[conclusion.correction].says if conclusion.correction else "",
        steps=bilan.faces()[conclusion.face].for_use(conclusion.use),
        knows=_known(answers, tasks)[:MAX_SENTENCES],
        has=[option.has for option in options if option.has][:MAX_SENTENCES] or [UNSAID],
        blocks=list(dict.fromkeys(option.blocks for option in options if option.blocks))[:MAX_SENTENCES]
        or [UNSAID if conclusion.provisional else NOTHING_BLOCKS],
        flags=[flag for flag in flags if flag.says and flag.id != "procedure"][:MAX_WARNINGS],
        urgent="procedure" in conclusion.flags,
    )


FIRST_KNOWN = ("U5", "U3", "U4", "U6", "U7", "U2", "O1")


def _known(answers: Mapping[str, Any], tasks: Mapping[str, str]) -> list[str]:
    """Return the person's abilities, the most useful first; a failed task overrides the declared answer."""
    known_questions = [
        id
        for id in FIRST_KNOWN
        if id in engine.path(answers) and not (id == "U6" and tasks.get("T4") == FAIL)
    ]
    abilities = [words for id in known_questions for words in _knows(answers, id)]
    abilities += [words for task, words in TASK_SHOWS.items() if tasks.get(task) == PASS]
    return list(dict.fromkeys(abilities or _knows(answers, "U1") or [ALWAYS]))


def _knows(answers: Mapping[str, Any], id: str) -> list[str]:
    return [option.knows for option in chosen_answers(answers, bilan.questions()[id]) if option.knows]


# --------------------------------------------------------------------------------------------------- progress

BETTER = to_say("Vous faites plus de choses qu’avant.")
SAME = to_say("C’est comme avant.")
HARDER = to_say("C’est plus dur en ce moment. On peut vous aider.")


@dataclass(frozen=True, slots=True)
class Change:
    """An answer that is no longer the same, in the words of both times."""

    question: str
    before: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Change between two diagnoses of a person, in words. way: better, same or harder."""

    way: str
    says: str
    changes: Sequence[Change]


def progress(
    before: Mapping[str, Any],
    use_before: str,
    access_before: str,
    now: Mapping[str, Any],
    conclusion: Conclusion,
) -> Progress:
    """Return the change since a diagnosis: on the use first, on the access next."""
    accesses = list(bilan.accesses())
    was, is_now = (
        (use_before, accesses.index(access_before)),
        (conclusion.use, accesses.index(conclusion.access)),
    )
    way = "same" if was == is_now else "better" if is_now > was else "harder"
    changes = []
    for question in bilan.questions().values():
        if question.dimension in ("access", "use") or question.id == "O3":
            old, new = (_in_words(answers, question) for answers in (before, now))
            if old != new and old and new:
                changes.append(Change(question.text, old, new))
    return Progress(way=way, says={"better": BETTER, "same": SAME, "harder": HARDER}[way], changes=changes)


def _in_words(answers: Mapping[str, Any], question: Question) -> str:
    return series([say(option.label) for option in chosen_answers(answers, question)])


def again_from(at: date) -> date:
    """Return the first day a diagnosis may be done again: sooner, one would measure the memory of it.

    >>> again_from(date(2026, 11, 20))
    datetime.date(2026, 12, 4)
    """
    return at + timedelta(days=engine.RETEST_DAYS)


def suggested_on(at: date, days: int) -> date | None:
    """Return the day a re-test is proposed, None when nothing says when."""
    return at + timedelta(days=days) if days else None


def again(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers that a re-test reuses: use, access and duration of difficulties are asked again,
    urgency is not.
    """
    reused = {
        id: value
        for id, value in answers.items()
        if id in bilan.questions()
        and bilan.questions()[id].dimension in ("wishes", "obstacles", "support")
        and id != "O3"
    }
    return {**reused, "X1": PASSED}


def in_play(conclusion: Conclusion) -> bool:
    """Return True for a device or a subscription in play: the annex of a first appointment then follows."""
    return conclusion.access != engine.STABLE or bool({"access", "unequipped_able"} & set(conclusion.flags))


# ------------------------------------------------------------------------------------------------------ paper


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawing of the card that a person takes away, with its word."""

    drawing: str
    words: str


def on_card(answers: Mapping[str, Any], face: Face) -> list[Drawn]:
    """Return the four drawings of the card: the findings, and the declared need; no level, no name."""
    drawings = [Drawn(face.drawing, face.word)]
    for id in ("X2", "M1", "A1", "O2", "M2", "O4"):
        options = [
            o for o in chosen_answers(answers, bilan.questions()[id]) if not o.alone and o.id != UNKNOWN
        ]
        drawings += [
            Drawn(option.drawing, option.label) for option in options[:1] if id in engine.path(answers)
        ]
    return drawings[:4]
