"""A meeting: the dates that may be proposed, what a vote says, and when a task is late."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from maillage.kernel.errors import Refused
from maillage.words.wording import count

KINDS: Mapping[str, str] = {
    "meeting": "réunion",
    "group": "groupe de travail",
    "training": "formation entre nous",
    "event": "temps fort",
    "framing": "réunion de cadrage",
    "kickoff": "lancement d’un diagnostic",
    "feedback": "restitution d’un diagnostic",
    "steering": "comité de pilotage",
    "partner": "partenariat noué",
}
STUDY_KINDS = ("framing", "kickoff", "feedback", "steering")  # meetings of those who study a territory
COOP_KINDS: Mapping[str, str] = {  # an activity of coordination of the Coop, by kind
    "meeting": "reunion_coordination",
    "group": "groupe_de_travail",
    "training": "echange",
    "event": "inclusion_numerique",
    "framing": "reunion_coordination",
    "kickoff": "assemblee",
    "feedback": "assemblee",
    "steering": "comite",
    "partner": "partenariat",
}
# What the meetings of a diagnosis go through, in this order: proposed, and changed by whoever convenes.
AGENDAS: Mapping[str, tuple[str, ...]] = {
    "framing": (
        "Ce que chaque collectivité attend",
        "Le territoire, et ce que l’on en sait",
        "Qui décide, qui fait",
        "Les données que chacun partage",
        "Le calendrier et les moyens",
    ),
    "kickoff": ("Pourquoi ce diagnostic", "La méthode", "Qui y prend part", "Le calendrier"),
    "feedback": (
        "Qui nous sommes, et la méthode",
        "Ce que disent les habitants",
        "L’offre, et où elle manque",
        "Ce que nous recommandons",
        "La suite : qui fait quoi, pour quand",
    ),
    "steering": ("Où en est le plan", "Ce qui bloque", "Ce que l’on décide", "La prochaine date"),
}
YES, MAYBE, NO = "yes", "maybe", "no"
ANSWERS: Mapping[str, str] = {YES: "oui", MAYBE: "si besoin", NO: "non"}
BALLOTS: Mapping[str, str] = {YES: "pour", MAYBE: "sans avis", NO: "contre"}  # of a decision
STRUCTURE, COORDINATION = "structure", "coordination"
PILOTS: Mapping[str, str] = {STRUCTURE: "une structure", COORDINATION: "la coordination"}
RHYTHMS = (2, 3, 6)  # months from a meeting to the next one
MOST_DATES = 8  # beyond, nobody answers each of them
FURTHEST = timedelta(days=550)
EARLIEST = timedelta(days=366)  # before today, for what is noted once it took place
SHORTEST, LONGEST = 15, 600  # minutes
LONGEST_TASK = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class Tally:
    """The answers about one date, or one decision, counted by what they say."""

    yes: int = 0
    maybe: int = 0
    no: int = 0

    @property
    def words(self) -> str:
        """The counts in words: « 3 oui, 1 si besoin, 2 non »."""
        return self._words(ANSWERS)

    @property
    def ballots(self) -> str:
        """The counts of a decision in words.

        >>> Tally(yes=3, no=1).ballots, Tally().ballots
        ('3 pour, 1 contre', 'personne n’a répondu')
        """
        return self._words(BALLOTS)

    def _words(self, labels: Mapping[str, str]) -> str:
        counts = ((YES, self.yes), (MAYBE, self.maybe), (NO, self.no))
        return ", ".join(f"{n} {labels[key]}" for key, n in counts if n) or "personne n’a répondu"


def agenda(kind: str) -> str:
    """Return the agenda proposed for a kind of meeting, a line a subject; "" when nothing is proposed.

    >>> agenda("kickoff").splitlines()[1]
    'La méthode'
    """
    return "\n".join(AGENDAS.get(kind, ()))


def following(day: date, months: int) -> date:
    """Return the day of the meeting that follows: as many months later, the same day of the week.

    >>> following(date(2026, 12, 1), 2), following(date(2026, 8, 31), 6)
    (datetime.date(2027, 2, 2), datetime.date(2027, 3, 1))
    """
    index = day.year * 12 + day.month - 1 + months
    near = date(index // 12, index % 12 + 1, min(day.day, 28))
    return near + timedelta(days=(day.weekday() - near.weekday() + 3) % 7 - 3)


def tally(answers: Iterable[str]) -> Tally:
    """Return how many gave each answer about one date."""
    n_by_answer = Counter(answers)
    return Tally(n_by_answer[YES], n_by_answer[MAYBE], n_by_answer[NO])


def best(tallies: Sequence[Tally]) -> frozenset[int]:
    """Return which dates suit most people, by their rank: most yes, then fewest no, then most « si besoin ».
    Several when nothing tells them apart; none before anybody said yes or « si besoin ».

    >>> sorted(best([Tally(3, 0, 1), Tally(3, 1, 0), Tally(1, 9, 0)]))
    [1]
    """
    scores = [(each.yes, -each.no, each.maybe) for each in tallies]
    suits = [rank for rank, tally in enumerate(tallies) if tally.yes or tally.maybe]
    if not suits:
        return frozenset()
    top = max(scores[rank] for rank in suits)
    return frozenset(rank for rank in suits if scores[rank] == top)


def check_dates(dates: Collection[datetime], *, minutes: int, at: datetime) -> tuple[datetime, ...]:
    """Return the dates of a meeting in their order, each once. Refused without any, with too many, in the
    past, too far, or for a meeting that lasts no time or more than a day.
    """
    ordered = tuple(sorted(set(dates)))
    if not ordered:
        raise _refused("Aucune date n’est donnée.", "Donnez un jour et une heure, ou plusieurs.")
    if len(ordered) > MOST_DATES:
        raise _refused(
            f"Plus de {MOST_DATES} dates : personne ne répondrait à chacune.",
            "Gardez celles qui ont le plus de chances.",
        )
    if ordered[0] <= at:
        raise _refused("Une des dates est déjà passée.", "Choisissez des jours à venir.")
    if ordered[-1] > at + FURTHEST:
        raise _refused("Une des dates est à plus de dix-huit mois.", "Vérifiez l’année.")
    if not SHORTEST <= minutes <= LONGEST:
        raise _refused("Elle durerait moins d’un quart d’heure, ou plus de dix heures.", "Corrigez sa durée.")
    return ordered


def check_past(dates: Collection[datetime], *, minutes: int, at: datetime) -> tuple[datetime, ...]:
    """Return the date of what already took place. Refused for several, one to come or a year old, or a length
    that no meeting has.
    """
    if len(set(dates)) != 1:
        raise _refused(
            "Ce qui a déjà eu lieu n’a qu’une date.", "Gardez la sienne, ou notez l’autre ensuite."
        )
    (day,) = set(dates)
    if not at - EARLIEST <= day <= at:
        raise _refused(
            "Sa date est à venir, ou passée de plus d’un an.",
            "Corrigez-la, ou dites qu’elle n’a pas encore eu lieu.",
        )
    check_dates([at + timedelta(days=1)], minutes=minutes, at=at)
    return (day,)


def check_day(day: date, *, on: date) -> None:
    """Refuse a day for a task that is past, or years away."""
    if not on <= day <= on + LONGEST_TASK:
        raise Refused(
            "La décision n’a pas été notée.",
            why="Sa date est passée, ou à plus de trois ans.",
            do="Choisissez un jour à venir.",
        )


def is_late(day: date | None, *, done: bool, on: date) -> bool:
    """Return True for a late task: its day is over, and nobody said that it is done."""
    return day is not None and not done and day < on


def when_words(day: date, *, on: date) -> str:
    """Return how far the day of a task is: « en retard de 3 jours », « aujourd’hui », « dans 12 jours »."""
    days = (day - on).days
    if days < 0:
        return f"en retard de {count(-days, 'jour')}"
    return "aujourd’hui" if days == 0 else f"dans {count(days, 'jour')}"


def _refused(why: str, do: str) -> Refused:
    return Refused("La réunion n’a pas été proposée.", why=why, do=do)
