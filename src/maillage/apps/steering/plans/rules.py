"""The rules of a plan: where its actions stand, what each one lacks, what comes before what."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from maillage.words import wording
from maillage.words.dates import in_words

TO_DECIDE, READY, RUNNING, DONE, DROPPED = "decide", "ready", "running", "done", "dropped"
STATES: Mapping[str, str] = {
    TO_DECIDE: "à décider",
    READY: "prête",
    RUNNING: "en cours",
    DONE: "faite",
    DROPPED: "abandonnée",
}
# Of the network of a plan, beside its structures and its aidants, whom the directory and the accounts know.
ROLES: Mapping[str, str] = {"coordinator": "coordonne le réseau", "lead": "structure chef de file"}
ALIVE = (TO_DECIDE, READY, RUNNING)
DECIDED = (READY, RUNNING)  # what somebody may count on
DECISION, COMMENT, ELSEWHERE, EDIT = "decision", "comment", "elsewhere", "edit"
NOTES: Mapping[str, str] = {
    DECISION: "Décision",
    COMMENT: "Commentaire",
    ELSEWHERE: "Ce qui a changé aussi",
}
ENTRIES: Mapping[str, str] = {**NOTES, EDIT: "Modification"}  # of a journal, those of the software too
MOST_AXES = 30  # of a plan
NO_AXIS = "Cette dynamique n’est plus dans le plan : quelqu’un l’a retirée. Choisissez-en une autre."
MOST_ENTRIES = 8  # of a journal, before the older ones fold
SINCE, PERIOD = "start", "period"
SPANS: Mapping[str, str] = {SINCE: "depuis le début", PERIOD: "pendant la période"}
PEOPLE, THINGS = "people", "other"
COUNTED: Mapping[str, str] = {PEOPLE: "des personnes", THINGS: "autre chose"}
SHARE = "%"  # the unit of an indicator that a survey may measure
DECIMALS = 2  # of a number that counts anything but people
HIGHER, LOWER = "higher", "lower"
DIRECTIONS: Mapping[str, str] = {HIGHER: "monte", LOWER: "baisse"}
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)  # that a plan may name
YearCost = tuple[int, int, int]  # a year, its running costs, its investment, in euros
COST_KINDS = ("fonctionnement", "investissement")
MOST_DELAY = (LAST_DAY - FIRST_DAY).days  # between an action and its step
MOST_STEPS, LONGEST_STEP = 20, 160  # of an action; letters of each
MONTHS = 16  # of the calendar, when the plan says nothing longer
LACKS_PILOT, LACKS_DATES, LATE = "sans pilote", "sans dates", "en retard"
LACKS_COST, LACKS_FUNDER, LACKS_INDICATOR = "sans coût", "sans financeur", "sans rien à compter"
LACKED_TO_BEGIN = (LACKS_PILOT, LACKS_DATES, LACKS_COST)  # nothing of them lacks once an action is ready
STARTED_EARLY, DONE_EARLY = "en cours avant sa date", "faite avant sa date de fin"
TO_COUNT = "à compter encore : plus d’un an sans nombre"
COUNTED_AGAIN = timedelta(days=366)  # after which an effect is counted again, to say if it lasts
OVERLAPS, RUNS_OVER = "commence avant la fin de celle qu’elle attend", "hors des dates de son action"
VOTE_PASSED = "jour du vote passé, décision à noter"
COSTS_LATE = "coûte encore après sa fin"
COSTS_OVER, PARTS_COST_OVER = "coûte plus que son action", "ses sous-actions coûtent plus qu’elle"
TO_SETTLE = (VOTE_PASSED, OVERLAPS, RUNS_OVER, COSTS_OVER, PARTS_COST_OVER, COSTS_LATE)
MOST_LETTERS, MOST_YEARS = 18, 6  # over a calendar, as many as are read on paper
YEAR_ROOM = 15.0  # percent of the calendar: in less, the name of a year would run over the next one
LEAST_MOVED = 0.1  # a refused proposal comes back when its figure moved by more than that


def map_words(*, is_everywhere: bool, n_zones: int) -> str:
    """Return the answer of a plan to the gap that its map draws, for each zone or for all of them.

    >>> map_words(is_everywhere=False, n_zones=0)
    'Aucune action décidée de cette sorte d’offre.'
    >>> map_words(is_everywhere=True, n_zones=2).replace("\xa0", " ")
    'Une action décidée de cette sorte d’offre vaut pour tout le territoire ; 2 zones en ont une pour elles.'
    """
    of = "de cette sorte d’offre"
    own = f"{wording.count(n_zones, 'zone')} en {'ont une pour elles' if n_zones > 1 else 'a une pour elle'}."
    if is_everywhere:
        return f"Une action décidée {of} vaut pour tout le territoire{f' ; {own}' if n_zones else '.'}"
    return f"Actions décidées {of} : {own}" if n_zones else f"Aucune action décidée {of}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The fields of an action that its calendar reads. pilot: "" when nobody carries it; waits_until: when
    the action that it comes after ends, None when there is none, or when that one is over; is_part: of
    another action, whose days are `whole_starts_on` and `whole_ends_on`; votes_on: the day of its
    vote; known_on: when what it counts was last known, its own end before any number, None when it counts
    nothing; budget, whole_budget, parts_budget: euros, its own, that of its action, those of its parts
    added, None when unwritten; last_cost_year: the last year that has a written cost;
    is_funded: somebody funds it; indicator: what it counts.
    """

    state: str
    is_part: bool = False
    pilot: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    waits_until: date | None = None
    votes_on: date | None = None
    whole_starts_on: date | None = None
    whole_ends_on: date | None = None
    known_on: date | None = None
    budget: int | None = None
    whole_budget: int | None = None
    last_cost_year: int | None = None
    parts_budget: int | None = None
    is_funded: bool = False
    indicator: str = ""


def standing(state: str, parent_state: str) -> str:
    """Return where an action stands: a part that is not over stops with the action that it is a part of, and
    goes on with it when that one is taken up again; what was done stays done. parent_state: the state of that
    action, "" for a part of none.

    >>> [standing(RUNNING, DROPPED), standing(DONE, DROPPED), standing(RUNNING, READY), standing(READY, "")]
    ['dropped', 'done', 'running', 'ready']
    """
    return DROPPED if parent_state == DROPPED and state in ALIVE else state


def moved_to(state: str) -> str:
    """Return how the line of a journal that changes a state ends.

    >>> moved_to(DROPPED)
    'à « abandonnée ».'
    """
    return f"à « {STATES[state]} »."


def is_late(action: Schedule, on: date) -> bool:
    """Return True if an action should have begun, or ended, and has not.

    >>> is_late(Schedule(state=READY, starts_on=date(2026, 1, 1)), date(2026, 2, 1))
    True
    >>> is_late(Schedule(state=RUNNING, starts_on=date(2026, 1, 1)), date(2026, 2, 1))
    False
    """
    over = action.ends_on is not None and action.ends_on < on
    begins = action.starts_on is not None and action.starts_on < on
    return action.state in ALIVE and (over or (begins and action.state != RUNNING))


def overlaps(action: Schedule) -> bool:
    """Return True if an action begins before the one that it comes after ends.

    >>> overlaps(Schedule(state=READY, starts_on=date(2026, 1, 1), waits_until=date(2026, 2, 1)))
    True
    """
    begins, waits = action.starts_on, action.waits_until
    return begins is not None and waits is not None and begins < waits


def runs_over(action: Schedule) -> bool:
    """Return True if a part of an action has a day before it begins, or after it ends.

    >>> runs_over(Schedule(state=READY, ends_on=date(2026, 3, 1), whole_ends_on=date(2026, 2, 1)))
    True
    >>> runs_over(Schedule(state=READY, ends_on=date(2026, 3, 1), whole_starts_on=date(2026, 2, 1)))
    False
    """
    days = [day for day in (action.starts_on, action.ends_on) if day is not None]
    first, last = action.whole_starts_on, action.whole_ends_on
    return any((first is not None and day < first) or (last is not None and day > last) for day in days)


def warnings(action: Schedule, on: date) -> list[str]:
    """Return the faults that still stop an action, in a few words each; once it is done, only that it
    is so before its last day, or that nobody has counted for a year whether its effect lasts.

    >>> warnings(Schedule(state=DONE, ends_on=date(2026, 3, 1)), date(2026, 2, 1))
    ['faite avant sa date de fin']
    >>> costly = Schedule(state=RUNNING, pilot="x", ends_on=date(2026, 3, 1), budget=9, whole_budget=8)
    >>> warnings(costly, date(2026, 2, 1))
    ['coûte plus que son action']
    >>> late = Schedule(state=RUNNING, pilot="x", ends_on=date(2026, 3, 1), last_cost_year=2027)
    >>> warnings(late, date(2026, 2, 1))
    ['coûte encore après sa fin']
    >>> VOTE_PASSED in warnings(Schedule(state=TO_DECIDE, votes_on=date(2026, 1, 9)), date(2026, 2, 1))
    True
    """
    if action.state == DONE and action.ends_on is not None and action.ends_on > on:
        return [DONE_EARLY]
    if action.state == DONE and action.known_on is not None and on - action.known_on > COUNTED_AGAIN:
        return [TO_COUNT]
    if action.state not in ALIVE:
        return []
    undated = action.starts_on is None and action.ends_on is None
    flags = (
        (LACKS_PILOT, not action.pilot),
        (LACKS_DATES, undated),
        (LATE, is_late(action, on)),
        (STARTED_EARLY, action.state == RUNNING and action.starts_on is not None and action.starts_on > on),
        (VOTE_PASSED, action.state == TO_DECIDE and action.votes_on is not None and action.votes_on < on),
        (OVERLAPS, overlaps(action)),
        (RUNS_OVER, runs_over(action)),
        (COSTS_OVER, _is_more(action.budget, action.whole_budget)),
        (PARTS_COST_OVER, _is_more(action.parts_budget, action.budget)),
        (COSTS_LATE, _is_more(action.last_cost_year, action.ends_on.year if action.ends_on else None)),
    )
    return [words for words, is_so in flags if is_so]


def undecided(action: Schedule) -> list[str]:
    """Return the points that a council will ask about and that nobody decided yet; a part costs and counts
    with its action, and an action that is over lacks none. Who decided a cost knows who pays it: what is to
    find of it is told beside it, and is nothing to settle.

    >>> costed = {"pilot": "x", "starts_on": date(2026, 3, 1), "budget": 9, "indicator": "x"}
    >>> [undecided(Schedule(state=each, **costed)) for each in (TO_DECIDE, READY, RUNNING)]
    [['sans financeur'], [], []]
    >>> undecided(Schedule(state=READY, is_part=True)), undecided(Schedule(state=DONE))
    (['sans pilote', 'sans dates'], [])
    >>> undecided(Schedule(state=READY, pilot="x", starts_on=date(2026, 3, 1), budget=0, indicator="x"))
    []
    """
    if action.state not in ALIVE:
        return []
    lacks = (
        (LACKS_PILOT, not action.pilot),
        (LACKS_DATES, action.starts_on is None and action.ends_on is None),
        (LACKS_COST, not action.is_part and action.budget is None and not action.parts_budget),
        (LACKS_FUNDER, not action.is_part and not action.is_funded and not _is_cost_decided(action)),
        (LACKS_INDICATOR, not action.is_part and not action.indicator),
    )
    return [words for words, is_so in lacks if is_so]


def _is_cost_decided(action: Schedule) -> bool:
    return action.budget == 0 or (action.budget is not None and action.state in DECIDED)


def unsettled(action: Schedule, on: date) -> list[str]:
    """Return the points to settle before a council votes: those that nobody decided yet, then the days and
    amounts that contradict each other.

    >>> late = Schedule(
    ...     state=READY, pilot="x", starts_on=date(2026, 3, 1), ends_on=date(2026, 9, 1), budget=0,
    ...     indicator="x", last_cost_year=2028)
    >>> unsettled(late, date(2026, 2, 1))
    ['coûte encore après sa fin']
    """
    return [*undecided(action), *(each for each in warnings(action, on) if each in TO_SETTLE)]


def _is_more(value: int | None, limit: int | None) -> bool:
    return value is not None and limit is not None and value > limit


def state_sentence(actions: Sequence[Schedule], on: date) -> str:
    """Return where a plan stands: how many actions are in each state, the late ones of each beside;
    sub-actions apart, and those that were dropped last: they are no longer of the plan.

    >>> state_sentence([], date(2026, 1, 1))
    'Aucune action encore.'
    >>> done, part = Schedule(state=DONE), Schedule(state=READY, is_part=True)
    >>> state_sentence([done, part, part], date(2026, 1, 1))
    '1 action et 2 sous-actions. Action : 1 faite. Sous-actions : 2 prêtes.'
    >>> state_sentence([done, Schedule(state=DROPPED)], date(2026, 1, 1))
    '1 action : 1 faite. En dehors, 1 action abandonnée.'
    """
    if not actions:
        return "Aucune action encore."
    live_actions, dropped = (
        [each for each in actions if (each.state == DROPPED) is out] for out in (False, True)
    )
    outside = f" En dehors, {dropped_words(dropped)}." if dropped else ""
    return f"{_live_sentence(live_actions, on) or 'Aucune action.'}{outside}"


def dropped_words(dropped: Sequence[Schedule]) -> str:
    """Return how many actions were dropped, and apart how many sub-actions.

    >>> dropped_words([Schedule(state=DROPPED), Schedule(state=DROPPED)])
    '2 actions abandonnées'
    """
    parts = sum(each.is_part for each in dropped)
    return f"{tally(len(dropped) - parts, parts)} abandonnée{'s' if len(dropped) > 1 else ''}"


def _live_sentence(actions: Sequence[Schedule], on: date) -> str:
    complete, parts = ([each for each in actions if each.is_part is part] for part in (False, True))
    number = tally(len(complete), len(parts))
    if not parts:
        return f"{number} : {_states(complete, on)}." if complete else ""
    nouns = (("action", complete), ("sous-action", parts))
    sentences = [
        f"{noun.capitalize()}{'s' if len(rows) > 1 else ''} : {_states(rows, on)}."
        for noun, rows in nouns
        if rows
    ]
    return f"{number}. {' '.join(sentences)}"


def tally(actions: int, parts: int) -> str:
    """Return how many actions, and apart how many sub-actions; "" for none.

    >>> tally(22, 3), tally(1, 0), tally(0, 2)
    ('22 actions et 3 sous-actions', '1 action', '2 sous-actions')
    """
    counts = ((actions, "action"), (parts, "sous-action"))
    return wording.listing([f"{n} {noun}{'s' if n > 1 else ''}" for n, noun in counts if n])


def unpiloted_words(actions: int, parts: int) -> str:
    """Return how many actions nobody carries, and apart how many sub-actions; "" for none.

    >>> unpiloted_words(22, 0), unpiloted_words(2, 1), unpiloted_words(0, 0)
    ('22 sans pilote', '2 actions et 1 sous-action sans pilote', '')
    """
    count_text = tally(actions, parts) if parts else str(actions or "")
    return f"{count_text} sans pilote" if count_text else ""


def _states(actions: Sequence[Schedule], on: date) -> str:
    """Return how many actions are in each state, as on the board; of them, how many are late."""
    agreed = {READY: "prêtes", DONE: "faites"}
    state_texts = []
    for state in (RUNNING, READY, DONE, TO_DECIDE):
        state_actions = [each for each in actions if each.state == state]
        late = sum(is_late(each, on) for each in state_actions)
        words = agreed.get(state, STATES[state]) if len(state_actions) > 1 else STATES[state]
        if state_actions:
            state_texts.append(f"{len(state_actions)} {words}{f' ({late} {LATE})' if late else ''}")
    return ", ".join(state_texts)


FINDING = re.compile(r"\s*Le constat : .*?\.(?=\s|$)")  # of an objective, as `answering` writes it


def answering(objective: str, finding: str) -> str:
    """Return an objective with the finding that its action answers, in the place of a former one; "" for
    none.

    >>> answering("Aider.", "39 % n’ont pas d’ordinateur.")
    'Aider. Le constat : 39 % n’ont pas d’ordinateur.'
    >>> answering("Aider. Le constat : 12,5 % renoncent. Le soir.", "1 sur 2 renonce")
    'Aider. Le soir. Le constat : 1 sur 2 renonce.'
    >>> answering("Le constat : 12,5 % renoncent.", "")
    ''
    """
    answered = f" Le constat : {finding.rstrip('.')}." if finding else ""
    return f"{FINDING.sub('', objective)}{answered}".strip()


FIGURE = re.compile(r"\d[\d\s]*\d|\d\s*%")  # of an estimate, as one types it: two digits, or a share
DATE = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[/.]\d{1,2}\b")


def stale_sentence(texts: Iterable[str], then: str, on: date, now: str) -> str:
    """Return that figures typed beside a study are to be read again, "" where there is none, or where the
    study is the same. then, now: the digest of each study; a year and a day are no figure of a study.

    >>> stale_sentence(["Pour les 320 à 740 personnes"], "DD53-4DA5", date(2026, 11, 3), "59A1-3F5E")
    'Écrit le 3 novembre 2026 pour l’étude DD53-4DA5 ; celle d’aujourd’hui est 59A1-3F5E : ses chiffres ont\
 pu changer, à relire.'
    >>> stale_sentence(["Ouvrir 2 soirs dès 2027"], "DD53-4DA5", date(2026, 11, 3), "59A1-3F5E")
    ''
    """
    if not then or then == now or not any(FIGURE.search(DATE.sub("", text)) for text in texts):
        return ""
    return (
        f"Écrit le {in_words(on)} pour l’étude {then} ; celle d’aujourd’hui est {now} : ses chiffres ont pu"
        " changer, à relire."
    )


OF_STATE = (LATE, STARTED_EARLY, DONE_EARLY)  # warnings that say how a state and its dates agree


def dated_state(state: str, warning_texts: Collection[str]) -> str:
    """Return where an action stands beside its dates, once. warning_texts: its warnings.

    >>> dated_state("prête", [LATE, LACKS_PILOT]), dated_state("faite", [DONE_EARLY])
    ('prête, en retard', 'faite avant sa date de fin')
    """
    early = next((each for each in (STARTED_EARLY, DONE_EARLY) if each in warning_texts), "")
    return early or (f"{state}, {LATE}" if LATE in warning_texts else state)


def announced_sentence(announced: int | None, entered: int, dropped: int = 0) -> str:
    """Return the sentence that sets a dynamic's announced number against those entered, "" when all of them
    stand or none was announced. entered: actions alone, a sub-action is announced by its action; dropped: of
    them.

    >>> announced_sentence(3, 2), announced_sentence(3, 3), announced_sentence(None, 6)
    ('3 actions annoncées, 2 écrites.', '', '')
    >>> announced_sentence(3, 3, dropped=1)
    '3 actions annoncées, 3 écrites, dont 1 abandonnée.'
    """
    if announced is None or (announced == entered and not dropped):
        return ""
    announced_text = (
        f"{announced} action{'s' if announced > 1 else ''} annoncée{'s' if announced > 1 else ''}"
    )
    of_them = f", dont {dropped} abandonnée{'s' if dropped > 1 else ''}" if dropped else ""
    return f"{announced_text}, {entered} écrite{'s' if entered > 1 else ''}{of_them}."


def funding_words(name: str, euros: int | None, brings: str) -> str:
    """Return a funding in words: the funder, how much, what else: an amount that nobody gave is not zero.

    >>> funding_words("La Ville", 400, "une salle")
    'La Ville : 400\xa0€, une salle'
    >>> funding_words("", None, "")
    'Financeur non renseigné : montant non renseigné'
    """
    amount = f"{wording.number(euros)}\xa0€" if euros is not None else ""
    detail = ", ".join(filter(None, (amount, brings))) or "montant non renseigné"
    return f"{name or 'Financeur non renseigné'} : {detail}"


def dropped_money_words(n: int, euros: int | None) -> str:
    """Return the money brought to actions that were dropped since, in words, "" for nothing. n: how many
    times.

    >>> dropped_money_words(0, None), dropped_money_words(1, None)
    ('', 'En dehors : un financement sans montant, pour une action abandonnée.')
    >>> dropped_money_words(2, 500)
    'En dehors : 500\xa0€, pour des actions abandonnées.'
    """
    if not n:
        return ""
    lot = f"{n} financements" if n > 1 else "un financement"
    what = f"{lot} sans montant" if euros is None else f"{wording.number(euros)}\xa0€"
    return f"En dehors : {what}, pour {'des actions abandonnées' if n > 1 else 'une action abandonnée'}."


@dataclass(frozen=True, slots=True)
class Count:
    """A number of the indicator of an action, counted until a day: since the start, or in a period.
    withdrawn: somebody took it back, and others may have read it.
    """

    on: date
    value: float
    span: str = SINCE
    withdrawn: bool = False


Point = tuple[date, float | None]
Points = Sequence[Point]


@dataclass(frozen=True, slots=True)
class Series:
    """The known values after each count, in order. A value is None when it is not told: beside what is told
    already, it would give back a few people. added: how many periods the last value adds up; sums: the same
    of each value, none where no period is.
    """

    points: Points
    added: int = 0
    sums: Sequence[int] = ()

    def between(self, first: Point, last: Point) -> "Series":
        """Return the series from a count to a later one."""
        sum_by_point = dict(zip(self.points, self.sums, strict=False))
        return Series([first, last], self.added if last == self.points[-1] else sum_by_point.get(last, 0))


def series(counts: Iterable[Count], start: float | None, least: int = 0) -> Series:
    """Return the known value after each count: a total is taken as it is, a period is added to what was
    known. start: what there was before; least: counts under it are not told, 0 for none. A total that was
    taken back is no point, and stays what a reader may know: the next one is not told a few people from it.

    >>> first, second = Count(date(2026, 3, 1), 20, PERIOD), Count(date(2026, 5, 1), 4, PERIOD)
    >>> [value for _, value in series([first, second], 12).points], series([first, second], 12).added
    ([32, 36], 2)
    >>> [value for _, value in series([first, second], 12, least=11).points]
    [32, None]
    >>> [value for _, value in series([first, Count(date(2026, 4, 1), 23)], 0, least=11).points]
    [20, None]
    >>> back = Count(date(2026, 3, 1), 40, withdrawn=True)
    >>> [value for _, value in series([back, Count(date(2026, 4, 1), 43)], 0, least=11).points]
    [None]
    """
    every = sorted(counts, key=in_order)
    known = [counted.value for counted in every if counted.withdrawn and counted.span == SINCE]
    points: list[Point] = []
    sums: list[int] = []
    value, added = start or 0, 0
    publishable_sum: float = (
        0 if is_small(start, least) else value
    )  # what a reader can add up from what is written
    for counted in every:
        if counted.withdrawn:
            continue
        if counted.span == SINCE:
            value, added = counted.value, 0
        else:
            value, added = round(value + counted.value, DECIMALS), added + 1
            publishable_sum += 0 if is_small(counted.value, least) else counted.value
        sums.append(added)
        if is_small(value, least):
            points.append((counted.on, value))
        elif any(is_small(abs(value - read), least) for read in (publishable_sum, *known)):
            points.append((counted.on, None))
        else:
            points.append((counted.on, value))
            publishable_sum = value
    return Series(points, added, sums)


def in_order(counted: Count) -> tuple[date, bool]:
    """Return where a count stands among others: of one day, a total holds what its periods counted, and what
    was noted last comes last.
    """
    return counted.on, counted.span == SINCE


def is_small(value: float | None, least: int) -> bool:
    """Return True if a count is told by nothing but « moins de »: nobody is nobody’s secret."""
    return value is not None and 0 < value < least


def count_words(value: float, least: int, unit: str = "") -> str:
    """Return a count as it is told. least: under it, only that it is under; 0 for all.

    >>> count_words(4, 11), count_words(4, 0), count_words(0, 11), count_words(11, 11)
    ('moins de 11', '4', '0', '11')
    """
    return f"moins de {least}" if is_small(value, least) else amount(value, unit)


def is_whole(value: float) -> bool:
    """Return True if a number may count people.

    >>> is_whole(12), is_whole(12.0), is_whole(12.5)
    (True, True, False)
    """
    return float(value).is_integer()


def plain(value: float) -> float:
    """Return a number as a file writes it, without decimals when it has none.

    >>> plain(60.0), plain(42.5)
    (60, 42.5)
    """
    return int(value) if is_whole(value) else value


def amount(value: float, unit: str = "") -> str:
    """Return a number with its unit, and no more decimals than it has.

    >>> amount(12_000), amount(3.5, "heures par semaine"), amount(42.25, "%")
    ('12\xa0000', '3,5\xa0heures par semaine', '42,25\xa0%')
    """
    decimals = next(n for n in range(DECIMALS + 1) if n == DECIMALS or is_whole(round(value * 10**n, 6)))
    return f"{wording.number(value, decimals)}{wording.NBSP if unit else ''}{unit}"


def added_words(periods: int) -> str:
    """Return that periods were added up, "" for none.

    >>> added_words(0), added_words(1), added_words(2)
    ('', ', 1 période ajoutée', ', 2 périodes additionnées')
    """
    if periods < 2:
        return ", 1 période ajoutée" if periods else ""
    return f", {periods} périodes additionnées"


def effect_sentence(
    baseline: float | None,
    target: float | None,
    counted: Series,
    n_other_changes: int,
    *,
    least: int = 0,
    unit: str = "",
) -> str:
    """Return the sentence on the counts beside the target, which proves no cause; "" when nothing was
    counted. n_other_changes: how many things changed elsewhere meanwhile, as noted; least: counts under it
    are not told, nor what would give them back.

    >>> effect_sentence(12, 60, Series([(date(2026, 11, 3), 41)]), 1).split(". ")[0]
    'De 12 au départ à 41 : 29 de plus ; encore 19 de plus pour arriver à 60, le nombre visé'
    >>> effect_sentence(0, 60, Series([(date(2026, 11, 3), 9)], 2), 1).split(" ; ")[0]
    'De 0 au départ à 9, 2 périodes additionnées : 9 de plus'
    >>> effect_sentence(0, 60, Series([(date(2026, 11, 3), 9)]), 1, least=11).split(". ")[0]
    'De 0 au départ à moins de 11 ; le nombre visé est 60'
    >>> effect_sentence(None, None, Series([(date(2026, 11, 3), 1)]), 0).split(". ")[0]
    'Compté : 1'
    >>> effect_sentence(42.5, 60, Series([(date(2026, 11, 3), 51)]), 1, unit="%").split(". ")[0]
    'De 42,5 au départ à 51\xa0% : 8,5 de plus ; encore 9 de plus pour arriver à 60\xa0%, le nombre visé'
    """
    if not counted.points:
        return ""
    last = counted.points[-1][1]
    added = added_words(counted.added)
    aim = f" ; le nombre visé est {amount(target, unit)}" if target is not None else ""
    if last is None:
        counted_text = NO_SUM.format(least=least)
    elif baseline is None:
        counted_text = (
            f"Compté : {count_words(last, least, unit)}{added}{aim}. On ne sait pas d’où l’on partait"
        )
    elif is_small(baseline, least) or is_small(last, least):
        counted_text = (
            f"De {count_words(baseline, least)} au départ à {count_words(last, least, unit)}{added}{aim}"
        )
    else:
        gap = last - baseline
        moved = f"{amount(abs(gap))} de {'plus' if gap > 0 else 'moins'}" if gap else "rien n’a bougé"
        counted_text = f"De {amount(baseline)} au départ à {amount(last, unit)}{added} : {moved}"
        if target is not None and target != baseline:
            counted_text += f" ; {_remaining_text(last, target, unit, up=target > baseline)}"
    also = "Personne n’a noté ce qui a changé aussi"
    if n_other_changes:
        also = (
            "Une autre chose a changé"
            if n_other_changes == 1
            else f"{n_other_changes} autres choses ont changé"
        )
    return f"{counted_text}. {also} : rien ne dit que l’action en est la cause."


def _remaining_text(last: float, target: float, unit: str, *, up: bool) -> str:
    """Return how far the number aimed at still is."""
    aimed = amount(target, unit)
    if last >= target if up else last <= target:
        return f"le nombre visé, {aimed}, est atteint"
    return (
        f"encore {amount(abs(target - last))} de {'plus' if up else 'moins'} pour arriver à {aimed},"
        " le nombre visé"
    )


EARLY = "Compté avant que l’action commence : rien ne se constate encore."
NO_SUM = (
    "Moins de {least} personnes d’écart avec ce qui est déjà écrit : le nombre, qui dirait combien, ne l’est"
    " pas"
)
LIMITS = (
    "Les zones peuvent être de tailles différentes : ces nombres ne sont pas rapportés à leurs habitants."
    " Elles n’ont pas été tirées au sort, et chaque compte a son hasard, qui n’est pas chiffré : il peut"
    " faire tout cet écart, qui ne prouve pas l’effet de l’action."
)


def comparison_sentence(
    baseline: tuple[date, float] | None,
    counted: Series,
    elsewhere: str,
    other_series: Series,
    *,
    least: int = 0,
    unit: str = "",
) -> str:
    """Return how a zone without the action moved, beside the zones of the action; what it lacks to be
    compared, when it lacks something. baseline: where the action began, and when; least: counts under it are
    not told, nor how much they moved. Both sides are read between the same days, or the nearest ones, each
    with its own.

    >>> there = Series([(date(2026, 1, 5), 10), (date(2026, 11, 2), 22)])
    >>> here = Series([(date(2026, 11, 3), 41)])
    >>> comparison_sentence((date(2026, 1, 5), 12), here, "Fontaine", there).split(". Les")[0]
    'Du 5 janvier 2026 au 3 novembre 2026, ici, de 12 à 41 (+29). Du 5 janvier 2026 au 2 novembre 2026,\
 Fontaine, sans l’action : de 10 à 22 (+12). Écart : +17'
    >>> comparison_sentence(None, here, "Fontaine", there)
    'Fontaine, sans l’action : de 10 à 22 (+12). Ici, un seul compte : rien ne se compare encore.'
    >>> comparison_sentence((date(2026, 1, 5), 12), here, "Fontaine", there, least=11)[:68]
    'Ici, de 12 à 41 (+29). Fontaine, sans l’action : de moins de 11 à 22'
    """
    begins = [baseline] if baseline else []
    own_series = Series([*begins, *counted.points], counted.added, [*(0 for _ in begins), *counted.sums])
    if len(other_series.points) < 2:
        return f"{elsewhere}, sans l’action : un seul compte. Il en faut un avant et un après pour comparer."
    words, moved = _move(other_series, least, unit)
    elsewhere_text = f"{elsewhere}, sans l’action : {words}."
    if len(own_series.points) < 2:
        return f"{elsewhere_text} Ici, un seul compte : rien ne se compare encore."
    own_words, own = _move(own_series, least, unit)
    if own is None or moved is None:
        return f"Ici, {own_words}. {elsewhere_text} {NO_GAP.format(least=least)}"
    ends = _same_days(own_series, other_series)
    if ends is None:
        return f"Ici, {own_words}. {elsewhere_text} {NOT_THE_SAME_DAYS}"
    own_words, own = _move(own_series.between(*(own for own, _ in ends)), least, unit)
    words, moved = _move(other_series.between(*(other for _, other in ends)), least, unit)
    if own is None or moved is None:
        return f"Ici, {own_words}. {elsewhere}, sans l’action : {words}. {NO_GAP.format(least=least)}"
    own_days, days = (
        f"Du {in_words(first[0])} au {in_words(last[0])}, " for first, last in zip(*ends, strict=True)
    )
    return (
        f"{own_days}ici, {own_words}. {days if days != own_days else ''}{elsewhere}, sans l’action : {words}."
        f" Écart : {signed(own - moved)}. {LIMITS}"
    )


def _same_days(
    own_series: Series, other_series: Series
) -> tuple[tuple[Point, Point], tuple[Point, Point]] | None:
    """Return the first and last numbers that were counted the same days on both sides, or about them, None
    when there are not two: what moved before or after one side was counted is no difference between them. A
    number goes with the nearest one of the other side, and with no other.
    """
    own, there = dict(own_series.points), dict(other_series.points)  # the last number of each day
    pairs = [
        (day, other)
        for day in own
        for other in [_nearest(day, there)]
        if _nearest(other, own) == day and abs((day - other).days) <= NEAR_DAYS
    ]
    if len(pairs) < 2:
        return None
    first, last = (((day, own[day]), (other, there[other])) for day, other in (min(pairs), max(pairs)))
    return first, last


def _nearest(day: date, days: Iterable[date]) -> date:
    """Return the day that is nearest to another, the earlier of two as near."""
    return min(days, key=lambda candidate: (abs((candidate - day).days), candidate))


def _move(counted: Series, least: int, unit: str) -> tuple[str, float | None]:
    """Return from what to what a series went, in words, and by how much: None when that is not told."""
    first, last = counted.points[0][1], counted.points[-1][1]
    added = added_words(counted.added)
    if first is None or last is None:
        start = f"d’{HIDDEN}" if first is None else f"de {count_words(first, least)}"
        end = HIDDEN if last is None else count_words(last, least, unit)
        return f"{start} à {end}{added}", None
    move_text = f"de {count_words(first, least)} à {count_words(last, least, unit)}"
    if is_small(first, least) or is_small(last, least):
        return f"{move_text}{added}", None
    return f"{move_text} ({signed(last - first)}){added}", last - first


NO_GAP = "Moins de {least} personnes y sont comptées : l’écart, qui dirait combien, n’est pas écrit."
HIDDEN = "un nombre masqué"
NEAR_DAYS = 15  # between the counts here and those there
NOT_THE_SAME_DAYS = (
    "Les jours comptés diffèrent trop : rien ne se compare. Comptez aux mêmes dates, au début et à la fin."
)


def signed(n: float) -> str:
    """Return a difference with its sign.

    >>> signed(3), signed(-2.5), signed(0)
    ('+3', '−2,5', '0')
    """
    amount_text = amount(abs(n))
    return amount_text if amount_text == "0" else f"{'+' if n > 0 else '−'}{amount_text}"


def makes_a_cycle(action: int, after: int | None, known: Mapping[int, int | None]) -> bool:
    """Return True if an action would, from one to the next, come after itself. known: what each action of
    the plan comes after.

    >>> makes_a_cycle(1, 3, {1: None, 2: 1, 3: 2}), makes_a_cycle(3, 1, {1: None, 2: 1, 3: 2})
    (True, False)
    """
    visited = {action}
    while after is not None:
        if after in visited:
            return True
        visited.add(after)
        after = known.get(after)
    return False


def comes_back(refused: float | None, now: float | None) -> bool:
    """Return True if a refused proposal is made again: its figure moved by more than a tenth since. None:
    without a figure.

    >>> comes_back(100.0, 105.0), comes_back(100.0, 120.0), comes_back(None, None)
    (False, True, False)
    """
    if refused is None or now is None:
        return (refused is None) != (now is None)
    return abs(now - refused) > LEAST_MOVED * max(abs(refused), 1.0)


def costs_words(costs: Iterable[YearCost]) -> str:
    """Return costs by year, in words; "" for none.

    >>> costs_words([(2027, 21_000, 0), (2028, 16_000, 5_000)]).replace("\xa0", " ")
    '2027 : fonctionnement 21 000 € ; 2028 : fonctionnement 16 000 €, investissement 5 000 €'
    """
    return " ; ".join(
        f"{year} : "
        + ", ".join(f"{COST_KINDS[k]} {wording.number(n)}\xa0€" for k, n in enumerate(euros) if n)
        for year, *euros in costs
    )


def costs_typed(costs: Iterable[YearCost]) -> str:
    """Return costs as they are typed, a line for each year and kind.

    >>> costs_typed([(2028, 16_000, 5_000)])
    '2028 fonctionnement 16000\\n2028 investissement 5000'
    """
    return "\n".join(
        f"{year} {COST_KINDS[k]} {n}" for year, *euros in costs for k, n in enumerate(euros) if n
    )


def direction_of(stated: str, baseline: float | None, target: float | None) -> str:
    """Return which way the number of an action is wanted to go: as somebody said, else as what is aimed at
    says beside what there was; "" when nothing does.

    >>> direction_of("", 30, 12), direction_of("", None, 12), direction_of("higher", None, None)
    ('lower', '', 'higher')
    """
    if stated or baseline is None or target is None or baseline == target:
        return stated
    return LOWER if target < baseline else HIGHER


DELAY = re.compile(r"J([+−-])(\d{1,5})", re.IGNORECASE)


def delay_read(typed: str) -> int | None:
    """Return how many days after the start of its action a step comes, as it is typed; None for no delay.

    >>> delay_read("J+30"), delay_read("j-15"), delay_read("01/02/2027")
    (30, -15, None)
    """
    match = DELAY.fullmatch(typed)
    return None if match is None else int(match[2]) * (1 if match[1] == "+" else -1)


def placed(steps: Iterable[tuple[date | int, str]], starts_on: date | None) -> set[tuple[date | int, str]]:
    """Return steps with their day: one that is told in days after the start has its own as soon as the action
    begins.

    >>> placed([(30, "Ouvrir")], date(2027, 1, 1)), placed([(30, "Ouvrir")], None)
    ({(datetime.date(2027, 1, 31), 'Ouvrir')}, {(30, 'Ouvrir')})
    """
    return {
        (starts_on + timedelta(days=at) if isinstance(at, int) and starts_on else at, words)
        for at, words in steps
    }


def delay_typed(days: int) -> str:
    """Return a delay as it is typed.

    >>> delay_typed(30), delay_typed(-15)
    ('J+30', 'J-15')
    """
    return f"J{days:+d}"


def delay_words(days: int) -> str:
    """Return when a step comes, in words.

    >>> delay_words(30), delay_words(-1), delay_words(0)
    ('30\xa0jours après le début', '1\xa0jour avant le début', 'au début')
    """
    if not days:
        return "au début"
    return f"{wording.count(abs(days), 'jour')} {'après' if days > 0 else 'avant'} le début"


def stray_day_words(day: date) -> str:
    """Return why a day is none of a plan, "" when it may be: most often a slip of the keyboard.

    >>> stray_day_words(date(2027, 1, 1)), stray_day_words(date(9999, 12, 31))
    ('', 'l’année 9999 n’est pas entre 2000 et 2099')
    """
    if FIRST_DAY <= day <= LAST_DAY:
        return ""
    return f"l’année {day.year} n’est pas entre {FIRST_DAY.year} et {LAST_DAY.year}"


def span(days: Iterable[date | None], on: date) -> tuple[date, date]:
    """Return the first day of the first month of a calendar and that after its last: what the actions say,
    today inside, and a year at least. A day that no plan may name counts as the nearest one: it was stored
    before such days were refused.
    """
    known = [min(max(each, FIRST_DAY), LAST_DAY) for each in days if each is not None]
    first = min([on, *known]).replace(day=1)
    last = max([on, *known])
    months = max(MONTHS, (last.year - first.year) * 12 + last.month - first.month + 1)
    return first, add_months(first, months)


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark over a calendar: its place in percent, its words, whether they end there rather than begin."""

    at: float
    words: str
    ends: bool = False


def month_ticks(first: date, last: date) -> tuple[Tick, ...]:
    """Return the first letter of each month; of each quarter, of each year, when there are too many to read.

    >>> "".join(tick.words for tick in month_ticks(date(2026, 11, 1), date(2028, 3, 1)))
    'NDJFMAMJJASONDJF'
    >>> "".join(tick.words for tick in month_ticks(date(2026, 11, 1), date(2029, 3, 1)))
    'JAJOJAJOJ'
    """
    n = (last.year - first.year) * 12 + last.month - first.month
    every = next((step for step in (1, 3, 12) if n <= step * MOST_LETTERS), 0)
    days = [add_months(first, k) for k in range(n)] if every else []
    return tuple(
        Tick(part_of(day, first, last), "JFMAMJJASOND"[day.month - 1])
        for day in days
        if (day.month - 1) % every == 0
    )


def year_ticks(first: date, last: date) -> tuple[Tick, ...]:
    """Return the years over a calendar: where each begins, or, when little of it is there, where it ends; one
    in some, when there are too many to read.

    >>> [(tick.words, tick.ends) for tick in year_ticks(date(2026, 11, 1), date(2028, 3, 1))]
    [('2026', True), ('2027', False), ('2028', True)]
    >>> [tick.words for tick in year_ticks(date(2020, 1, 1), date(2040, 1, 1))][:3]
    ['2020', '2024', '2028']
    """
    years = range(first.year, (last.year if last > date(last.year, 1, 1) else last.year - 1) + 1)
    every = -(-len(years) // MOST_YEARS)
    ticks = []
    for year in years[::every]:
        begins = part_of(max(first, date(year, 1, 1)), first, last)
        ends = part_of(min(last, date(year + 1, 1, 1)), first, last)
        is_short = every == 1 and ends - begins < YEAR_ROOM
        ticks.append(Tick(ends if is_short else begins, str(year), is_short))
    return tuple(ticks)


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
