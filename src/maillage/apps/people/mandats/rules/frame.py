"""Scope of a mandate: procedures, structure, first and last day, independent of storage."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from maillage.words.dates import in_words

# The keys of Aidants Connect, so that lists and exports are read by both. The months are those of the
# calendar, as the person reads them, where Aidants Connect counts 31, 182 and 365 days.
MONTHS: Mapping[str, int] = {"day": 0, "month": 1, "semester": 6, "year": 12}
DURATIONS: Mapping[str, str] = {"day": "un jour", "month": "un mois", "semester": "six mois", "year": "un an"}
AHEAD = timedelta(days=31)  # how far a mandate may begin, and how old what was prepared may be
REGULARISE = timedelta(hours=48)
PHOTOGRAPH = timedelta(days=7)  # that a paper permits without its photograph, then nothing more
REMINDERS = (30, 7)  # days before the end
REMINDED = ("semester", "year")  # a shorter mandate ends before anybody forgets it
TASK: Mapping[str, int] = {"month": 7, "semester": 30, "year": 30}  # days before the end: then it is a task
VISIBLE_AFTER_END = timedelta(days=365)  # after the end

DRAFT, COMING, RUNNING, ENDED, WITHDRAWN = "draft", "coming", "running", "ended", "withdrawn"
STATES: Mapping[str, str] = {
    DRAFT: "à signer",
    COMING: "pas commencé",
    RUNNING: "en cours",
    ENDED: "fini",
    WITHDRAWN: "arrêté",
}
TOUCH, PAPER, SPOKEN = "touch", "paper", "spoken"
HOW: Mapping[str, str] = {
    TOUCH: "signé avec le doigt",
    PAPER: "signé sur papier",
    SPOKEN: "dit à voix haute, devant un témoin",
}
ALONE = "dit à voix haute, sans témoin"  # in an emergency alone
PROFESSIONAL, VOLUNTEER, RELATIVE = "professional", "volunteer", "relative"
HELPERS: Mapping[str, str] = {
    PROFESSIONAL: "un professionnel",
    VOLUNTEER: "un bénévole",
    RELATIVE: "un proche",
}
SUPERVISED = (VOLUNTEER, RELATIVE)
CARD, NOTED = "card", "noted"
STOPPED: Mapping[str, str] = {CARD: "par la personne, avec sa carte", NOTED: "noté par un aidant"}


def ends_on(starts_on: date, duration: str) -> date:
    """Return the last day of a mandate, included: the eve of the same day so many months later, or the last
    day of a month that has no such day (Code de procédure civile, article 641).

    >>> ends_on(date(2026, 11, 9), "day"), ends_on(date(2026, 11, 9), "semester")
    (datetime.date(2026, 11, 9), datetime.date(2027, 5, 8))
    >>> ends_on(date(2026, 8, 31), "semester")
    datetime.date(2027, 2, 28)
    """
    return months_on(starts_on, MONTHS[duration]) if MONTHS[duration] else starts_on


def months_on(starts_on: date, months: int) -> date:
    """Return the last day of some months that begin on a day, counted so."""
    year, month = divmod(starts_on.year * 12 + starts_on.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    if starts_on.day > last:
        return date(year, month + 1, last)
    return date(year, month + 1, starts_on.day) - timedelta(days=1)


def left_in_words(ends_on: date, today: date) -> str:
    """Return how long a running mandate still lasts, in the months of the calendar once it is over two.

    >>> [left_in_words(date(2027, 5, 8), date(2026, 11, day)) for day in (9, 20)]
    ['Encore 6 mois', 'Encore 5 mois et demi']
    >>> left_in_words(date(2026, 11, 9), date(2026, 11, 9))
    'Dernier jour'
    """
    days = (ends_on - today).days + 1
    if days <= 60:
        return f"Encore {days} jours" if days > 1 else "Dernier jour"
    months_left = max(n for n in range(1, max(MONTHS.values()) + 1) if months_on(today, n) <= ends_on)
    half = (ends_on - months_on(today, months_left)).days >= 15
    return f"Encore {months_left} mois" + (" et demi" if half else "")


def state(*, signed: bool, withdrawn: bool, starts_on: date | None, ends_on: date | None, today: date) -> str:
    """Return where a mandate stands on a day: never stored, so that none lasts because nobody ended it."""
    if not signed or starts_on is None or ends_on is None:
        return DRAFT
    if withdrawn:
        return WITHDRAWN
    if today > ends_on:
        return ENDED
    return RUNNING if today >= starts_on else COMING


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One mandate, as a verdict reads it. permitted: keys of families or procedures; revoked: those that the
    person took back, since when. helpers: the accounts that it names, None for all those of the structure;
    named: what they are called.
    """

    structure: int | None
    starts_on: date | None
    ends_on: date | None
    signed: bool = True
    withdrawn_on: date | None = None
    permitted: frozenset[str] = frozenset()
    revoked: Mapping[str, date] = field(default_factory=dict)
    helpers: frozenset[int] | None = None
    named: str = ""
    photograph_before: date | None = None

    def lets(self, helper: int | None) -> bool:
        """Accept a helper of the structure; None: any of them."""
        return helper is None or self.helpers is None or helper in self.helpers

    def state_on(self, day: date) -> str:
        """Return where the mandate stands on a day."""
        return state(
            signed=self.signed,
            withdrawn=self.withdrawn_on is not None,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            today=day,
        )

    def covers(self, procedure: str, family: str) -> bool:
        """Return True for a procedure permitted and not taken back, by its own name or its family’s."""
        return procedure not in self.revoked and bool({procedure, family} & self.permitted)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Verdict on an act in somebody’s place: under which frame (its rank), why, what to do."""

    allowed: bool
    frame: int | None
    why: str
    what_to_do: str = ""


WITH_THEM = "Faites-la avec la personne, sans la faire à sa place."
SIGN = "Faites-la avec la personne, ou proposez-lui un mandat : elle choisit, puis signe."
JOIN = "Joignez sa photographie au mandat : il permet de nouveau. En attendant, faites-la avec la personne."
NAMED = (
    "Faites-la avec la personne, ou laissez faire l’aidant nommé. Si elle est d’accord pour que vous"
    " agissiez, ajoutez-vous au mandat, devant elle."
)
AGAIN = "Faites-la avec la personne, ou proposez-lui un nouveau mandat : elle signe à nouveau."


def judge(
    frames: Sequence[Frame],
    *,
    structure: int | None,
    procedure: str,
    family: str,
    on: date,
    helper: int | None = None,
) -> Judgement:
    """Judge a procedure done by a structure in the place of somebody, by the mandates they gave.

    family: of the procedure, '' when nobody knows it. helper: who does it, None to know whether anybody of
    the structure may: a mandate is given to the structure, and lets act those whom it names.

    When no mandate allows it, the nearest to it says why.
    """
    if not family:
        return Judgement(
            False,
            None,
            "Cette démarche n’est pas connue.",
            "Choisissez-la dans la liste, ou ajoutez-la aux démarches de votre structure.",
        )
    own = [(n, frame) for n, frame in enumerate(frames) if frame.structure == structure]
    running = [(n, frame) for n, frame in own if frame.state_on(on) == RUNNING]
    covering = [(n, frame) for n, frame in running if frame.covers(procedure, family)]
    allowing = [(frame.ends_on or on, n) for n, frame in covering if frame.lets(helper)]
    late = [(end, n) for end, n in allowing if _lacks_photograph(frames[n], on)]
    if late and len(late) == len(allowing):
        return Judgement(False, late[-1][1], "Le papier signé n’a pas été photographié à temps.", JOIN)
    allowing = [each for each in allowing if each not in late]
    if covering and not allowing:
        n, frame = covering[-1]
        return Judgement(
            False, n, f"Ce mandat ne vous nomme pas. Qui agit : {frame.named or 'plus personne'}.", NAMED
        )
    if allowing:
        end, n = max(allowing)
        return Judgement(True, n, f"Le mandat permet cette démarche jusqu’au {in_words(end)}.")
    for n, frame in running:
        taken = frame.revoked.get(procedure) or frame.revoked.get(family)
        if taken is not None:
            return Judgement(
                False, n, f"La personne a retiré cette démarche du mandat le {in_words(taken)}.", WITH_THEM
            )
    if running:
        return Judgement(False, running[0][0], "Le mandat en cours ne comprend pas cette démarche.", AGAIN)
    return _past(own, on) or _elsewhere(frames, procedure, family, on)


def _lacks_photograph(frame: Frame, on: date) -> bool:
    return frame.photograph_before is not None and on > frame.photograph_before


def _past(own: Sequence[tuple[int, Frame]], on: date) -> Judgement | None:
    """Return the verdict of the nearest mandate that is not running, None when there is none."""
    stands = {DRAFT: [], COMING: [], ENDED: [], WITHDRAWN: []}  # type: dict[str, list[tuple[date, int]]]
    for n, frame in own:
        where = frame.state_on(on)
        day_of = {COMING: frame.starts_on, ENDED: frame.ends_on, WITHDRAWN: frame.withdrawn_on}.get(
            where
        ) or on
        stands[where].append((day_of, n))
    if stands[COMING]:
        day, n = min(stands[COMING])
        return Judgement(False, n, f"Le mandat ne commence que le {in_words(day)}.", WITH_THEM)
    if stands[DRAFT]:
        return Judgement(
            *(False, stands[DRAFT][-1][1], "Le mandat est préparé, mais pas signé."),
            "Lisez-le avec la personne : elle signe, ou elle dit non.",
        )
    over = [(day, n, where) for where in (ENDED, WITHDRAWN) for day, n in stands[where]]
    if not over:
        return None
    day, n, where = max(over)
    why = (
        f"Le mandat est fini depuis le {in_words(day)}."
        if where == ENDED
        else f"La personne a arrêté ce mandat le {in_words(day)}."
    )
    return Judgement(False, n, why, AGAIN if where == ENDED else WITH_THEM)


def _elsewhere(frames: Sequence[Frame], procedure: str, family: str, on: date) -> Judgement:
    for n, frame in enumerate(frames):
        if frame.state_on(on) == RUNNING and frame.covers(procedure, family):
            return Judgement(
                *(False, n, "Le mandat de cette personne est donné à une autre structure."),
                "Voyez avec cette structure, ou faites la démarche avec la personne.",
            )
    return Judgement(False, None, "La personne n’a pas signé de mandat.", SIGN)
