"""What is true of a plan: where its actions stand, what each one lacks, what comes before what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from maillage.words import wording

TO_DECIDE, READY, RUNNING, DONE, DROPPED = "decide", "ready", "running", "done", "dropped"
STATES: Mapping[str, str] = {
    TO_DECIDE: "à décider",
    READY: "prête",
    RUNNING: "en cours",
    DONE: "faite",
    DROPPED: "abandonnée",
}
ALIVE = (TO_DECIDE, READY, RUNNING)
DECISION, COMMENT, ELSEWHERE = "decision", "comment", "elsewhere"
NOTES: Mapping[str, str] = {
    DECISION: "Décision",
    COMMENT: "Commentaire",
    ELSEWHERE: "Ce qui a changé aussi",
}
MONTHS = 16  # of the calendar, when the plan says nothing longer
LEAST_MOVED = 0.1  # a refused proposal comes back when its figure moved by more than that


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What the calendar needs of an action. pilot: "" when nobody carries it; waits_until: when the action
    that it comes after ends, None when there is none, or when that one is over.
    """

    state: str
    pilot: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    waits_until: date | None = None


def is_late(action: Schedule, on: date) -> bool:
    """Return whether an action should have begun, or ended, and has not.

    >>> is_late(Schedule(state=READY, starts_on=date(2026, 1, 1)), date(2026, 2, 1))
    True
    >>> is_late(Schedule(state=RUNNING, starts_on=date(2026, 1, 1)), date(2026, 2, 1))
    False
    """
    over = action.ends_on is not None and action.ends_on < on
    begins = action.starts_on is not None and action.starts_on < on
    return action.state in ALIVE and (over or (begins and action.state != RUNNING))


def overlaps(action: Schedule) -> bool:
    """Return whether an action begins before the one that it comes after ends.

    >>> overlaps(Schedule(state=READY, starts_on=date(2026, 1, 1), waits_until=date(2026, 2, 1)))
    True
    """
    begins, waits = action.starts_on, action.waits_until
    return begins is not None and waits is not None and begins < waits


def warnings(action: Schedule, on: date) -> list[str]:
    """Return what an action still lacks to be carried out, in a few words each; none once it is over."""
    if action.state not in ALIVE:
        return []
    lacks = []
    if not action.pilot:
        lacks.append("sans pilote")
    if action.starts_on is None and action.ends_on is None:
        lacks.append("sans dates")
    if is_late(action, on):
        lacks.append("en retard")
    if overlaps(action):
        lacks.append("commence avant la fin de celle qu’elle attend")
    return lacks


def state_sentence(actions: Sequence[Schedule], on: date) -> str:
    """Return where a plan stands: each action is told once, the late ones first.

    >>> state_sentence([], date(2026, 1, 1))
    'Aucune action encore.'
    """
    if not actions:
        return "Aucune action encore."
    late = [each for each in actions if is_late(each, on)]
    others = [each for each in actions if each not in late]
    counts = {
        "en retard": len(late),
        "en cours": sum(each.state == RUNNING for each in others),
        "prête": sum(each.state == READY for each in others),
        "faite": sum(each.state == DONE for each in others),
        "abandonnée": sum(each.state == DROPPED for each in others),
        "à décider": sum(each.state == TO_DECIDE for each in others),
    }
    agreed = {"prête": "prêtes", "faite": "faites", "abandonnée": "abandonnées"}
    told = [f"{n} {agreed.get(word, word) if n > 1 else word}" for word, n in counts.items() if n]
    number = len(actions)
    return f"{number} action{'s' if number > 1 else ''} : {', '.join(told)}."


def announced_sentence(announced: int | None, entered: int) -> str:
    """Return what a dynamic's announced number says of those entered, "" when both agree or none was
    announced.

    >>> announced_sentence(3, 2), announced_sentence(3, 3), announced_sentence(None, 6)
    ('3 actions annoncées, 2 écrites.', '', '')
    """
    if announced is None or announced == entered:
        return ""
    said = f"{announced} action{'s' if announced > 1 else ''} annoncée{'s' if announced > 1 else ''}"
    return f"{said}, {entered} écrite{'s' if entered > 1 else ''}."


def funding_words(name: str, euros: int | None, brings: str) -> str:
    """Return who funds, how much, what else: an amount that nobody gave is not zero.

    >>> funding_words("La Ville", 400, "une salle")
    'La Ville : 400\xa0€, une salle'
    >>> funding_words("", None, "")
    'Financeur non renseigné : montant non renseigné'
    """
    amount = f"{wording.number(euros)}\xa0€" if euros is not None else ""
    told = ", ".join(filter(None, (amount, brings))) or "montant non renseigné"
    return f"{name or 'Financeur non renseigné'} : {told}"


def effect_sentence(
    baseline: int | None, target: int | None, counted: Sequence[tuple[date, int]], others: int
) -> str:
    """Return what was counted beside what was expected, and that it proves no cause; "" when nothing was
    counted. others: how many things changed elsewhere meanwhile, as noted.

    >>> effect_sentence(12, 60, [(date(2026, 11, 3), 41)], 1).split(". ")[0]
    'De 12 au départ à 41 : 29 de plus, sur 48 visés'
    >>> effect_sentence(None, None, [(date(2026, 11, 3), 1)], 0).split(". ")[0]
    'Compté : 1'
    """
    if not counted:
        return ""
    last = max(counted)[1]
    if baseline is None:
        told = f"Compté : {last}"
        told += f", pour {target} visés" if target is not None else ""
        told += ". On ne sait pas d’où l’on partait"
    else:
        gap = last - baseline
        moved = f"{abs(gap)} de {'plus' if gap > 0 else 'moins'}" if gap else "rien n’a bougé"
        told = f"De {baseline} au départ à {last} : {moved}"
        told += f", sur {target - baseline} visés" if target is not None and target != baseline else ""
    also = "Personne n’a noté ce qui a changé aussi"
    if others:
        also = "Une autre chose a changé" if others == 1 else f"{others} autres choses ont changé"
    return f"{told}. {also} : rien ne dit que l’action en est la cause."


Numbers = Sequence[tuple[date, int]]
LIMITS = (
    "Ces zones n’ont pas été tirées au sort, et chaque compte a son hasard : cet écart ne prouve pas l’effet"
    " de l’action."
)


def comparison_sentence(
    baseline: tuple[date, int] | None, counted: Numbers, elsewhere: str, others: Numbers
) -> str:
    """Return how a zone without the action moved, beside the zones of the action; what it lacks to be
    compared, when it lacks something. baseline: where the action began, and when.

    >>> there = [(date(2026, 1, 5), 10), (date(2026, 11, 2), 22)]
    >>> here = [(date(2026, 11, 3), 41)]
    >>> comparison_sentence((date(2026, 1, 5), 12), here, "Fontaine", there).split(". Ces")[0]
    'Ici, de 12 à 41 (+29). Fontaine, sans l’action : de 10 à 22 (+12). Écart : +17'
    >>> comparison_sentence(None, here, "Fontaine", there)
    'Fontaine, sans l’action : de 10 à 22 (+12). Ici, un seul compte : rien ne se compare encore.'
    """
    here = sorted([*([baseline] if baseline else []), *counted])
    there = sorted(others)
    if len(there) < 2:
        return f"{elsewhere}, sans l’action : un seul compte. Il en faut un avant et un après pour comparer."
    moved = there[-1][1] - there[0][1]
    told = f"{elsewhere}, sans l’action : de {there[0][1]} à {there[-1][1]} ({signed(moved)})."
    if len(here) < 2:
        return f"{told} Ici, un seul compte : rien ne se compare encore."
    own = here[-1][1] - here[0][1]
    apart = max(abs((here[k][0] - there[k][0]).days) for k in (0, -1))
    days = (
        f" Les jours comptés diffèrent, jusqu’à {wording.count(apart, 'jour')}." if apart > NEAR_DAYS else ""
    )
    return (
        f"Ici, de {here[0][1]} à {here[-1][1]} ({signed(own)}). {told} Écart : {signed(own - moved)}.{days}"
        f" {LIMITS}"
    )


NEAR_DAYS = 31  # between the counts here and those there


def signed(n: int) -> str:
    """Return a difference with its sign.

    >>> signed(3), signed(-2), signed(0)
    ('+3', '−2', '0')
    """
    return f"+{n}" if n > 0 else f"−{-n}" if n else "0"


def makes_a_cycle(action: int, after: int | None, known: Mapping[int, int | None]) -> bool:
    """Return whether an action would, from one to the next, come after itself. known: what each action of
    the plan comes after.

    >>> makes_a_cycle(1, 3, {1: None, 2: 1, 3: 2}), makes_a_cycle(3, 1, {1: None, 2: 1, 3: 2})
    (True, False)
    """
    seen = {action}
    while after is not None:
        if after in seen:
            return True
        seen.add(after)
        after = known.get(after)
    return False


def comes_back(refused: float | None, now: float | None) -> bool:
    """Return whether a refused proposal is made again: its figure moved by more than a tenth since. None:
    without a figure.

    >>> comes_back(100.0, 105.0), comes_back(100.0, 120.0), comes_back(None, None)
    (False, True, False)
    """
    if refused is None or now is None:
        return (refused is None) != (now is None)
    return abs(now - refused) > LEAST_MOVED * max(abs(refused), 1.0)


def span(days: Iterable[date | None], on: date) -> tuple[date, date]:
    """Return the first day of the first month of a calendar and that after its last: what the actions say,
    today inside, and a year at least.
    """
    known = [each for each in days if each is not None]
    first = min([on, *known]).replace(day=1)
    last = max([on, *known])
    months = max(MONTHS, (last.year - first.year) * 12 + last.month - first.month + 1)
    return first, add_months(first, months)


def add_months(day: date, months: int) -> date:
    """Return the first day of the month that comes `months` after.

    >>> add_months(date(2026, 11, 1), 3)
    datetime.date(2027, 2, 1)
    """
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def part_of(day: date, first: date, last: date) -> float:
    """Return where a day stands between two, in percent, 0 to 100."""
    return 100 * min(1.0, max(0.0, (day - first).days / (last - first).days))
