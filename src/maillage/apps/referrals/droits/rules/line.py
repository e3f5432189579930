"""The line of a procedure: its five marks, where it stands, what to do next. From dated facts alone: what
nobody told is said unknown.

Source: docs/methods/droits.md
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from maillage.apps.referrals.droits.rules import facts
from maillage.apps.referrals.droits.rules.facts import Statement
from maillage.reference.parameters import number
from maillage.words.languages import say
from maillage.words.opening import date_text
from maillage.words.wording import listing, lower_first

AT_RISK, RENEWAL, REFUSED, LOST, NOTIFIED = "at_risk", "renewal", "refused", "lost", "notified"
PENDING, SENT, GATHERED, PREPARED = "waiting", "sent", "gathered", "prepared"
OBTAINED, UNKNOWN, STOPPED = "obtained", "unknown", "stopped"
# Each state, in the order of the page: what presses first, what nobody knows last.
STATES: Mapping[str, str] = {
    AT_RISK: "en danger",
    RENEWAL: "à refaire",
    REFUSED: "refusé",
    LOST: "arrêté",
    NOTIFIED: "courrier arrivé",
    PENDING: "en attente",
    GATHERED: "papiers réunis",
    PREPARED: "à préparer",
    SENT: "envoyée",
    OBTAINED: "obtenu",
    UNKNOWN: "inconnu",
    STOPPED: "plus suivie",
}
DENIED = (REFUSED, LOST)
ORDER: Mapping[str, int] = {state: n for n, state in enumerate(STATES)}
MARKS = ("réunir", "envoyer", "attendre", "obtenu", "à refaire")
DONE, NOW, CLOCK, DANGER, NO, EMPTY, QUESTION = "done", "now", "clock", "danger", "no", "empty", "question"

PRESSES = (DATED, AT_ONCE, TO_CHECK) = ("dated", "at_once", "to_check")

REMINDERS = (30, 7)  # days before a date that presses, as before the end of a mandate

NOTE, PAPERS, ASK, REDO = "note", "papers", "ask", "redo"  # the gesture that a line offers
ACTION_LABELS: Mapping[str, str] = {
    NOTE: "Noter la suite",
    PAPERS: "Cocher un papier",
    ASK: "Lui demander",
    REDO: "Refaire ensemble",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Rule of a procedure: the papers it asks for, key → words; months of the right, of the window
    before its end, of the delay to contest. As `reference.checklists` says it.
    """

    papers: Mapping[str, str] = field(default_factory=dict)
    lasts: int | None = None
    opens: int | None = None
    closes: int | None = None
    appeal: int | None = None
    endless: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The state of a procedure. marks: five of the marks; current: which of them, from 0, None for none.

    tag: the state in a few words, as the person reads it too; sentence: more, for professionals; deadline:
    the last day to do something; press: how it presses, as its tag says it: before a day, at once, or to be
    looked at; gathered, missing: papers, by their words.
    """

    state: str
    marks: tuple[str, ...]
    current: int | None
    tag: str
    sentence: str
    gesture: str
    deadline: date | None = None
    press: str = DATED
    gathered: Mapping[str, date] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    @property
    def steps(self) -> list[tuple[str, str, bool]]:
        """The five marks, each with its word and whether the procedure stands there."""
        return [(mark, MARKS[n], n == self.current) for n, mark in enumerate(self.marks)]


def standing(statements: Sequence[Statement], rule: Rule, today: date) -> Standing:
    """Return where a procedure stands on a day, from what was told of it until then."""
    known = sorted((each for each in statements if each.on <= today), key=_order)
    if known and max(known, key=lambda statement: (statement.on, statement.n)).kind == facts.STOPPED:
        return Standing(
            state=STOPPED,
            marks=(EMPTY,) * 5,
            current=None,
            tag=say("Plus suivie"),
            sentence="",
            gesture=NOTE,
        )
    cycle = _cycle(known)
    last = _last(cycle, facts.SENT, facts.RECEIPT, facts.NOTHING, facts.NOTIFIED, *DECIDED)
    current = _requested(cycle, rule, today) if last is None else _answered(last, cycle, rule, today)
    decision = _last(known, *DECIDED)
    if decision is None or decision.kind != facts.OBTAINED or decision is last:
        return current
    return _still_running(current, decision, rule, today, sent=last is not None)


DECIDED = (facts.OBTAINED, facts.REFUSED, facts.LOST)
REQUESTS = (facts.BEGUN, facts.PAPER, facts.SENT, facts.RECEIPT, facts.NOTHING)


def _order(statement: Statement) -> tuple[date, int, int]:
    return statement.on, facts.RANK[statement.kind], statement.n


def _cycle(known: Sequence[Statement]) -> list[Statement]:
    """Return the facts of the request under way: since it was begun again, or asked for after a decision."""
    again = [each for each in known if each.kind == facts.AGAIN]
    if again:
        start = max(again, key=lambda statement: (statement.on, statement.n))
        known = [each for each in known if (each.on, each.n) >= (start.on, start.n) and each is not start]
    decided = _last(known, *DECIDED)
    later = [each for each in known if decided is not None and _order(each) > _order(decided)]
    return later if any(each.kind in REQUESTS for each in later) else list(known)


def _last(known: Sequence[Statement], *kinds: str) -> Statement | None:
    return next((each for each in reversed(known) if each.kind in kinds), None)


# ------------------------------------------------------------------------------------------ before it is sent


def _requested(cycle: Sequence[Statement], rule: Rule, today: date) -> Standing:
    gathered = {
        each.paper: each.on for each in cycle if each.kind == facts.PAPER and each.paper in rule.papers
    }
    missing = tuple(words for key, words in rule.papers.items() if key not in gathered)
    begun = _last(cycle, facts.BEGUN)
    if gathered and not missing:
        n = len(gathered)
        return Standing(
            state=GATHERED,
            marks=(DONE, EMPTY, EMPTY, EMPTY, EMPTY),
            current=0,
            tag=say("{n} papier réuni : à envoyer", "{n} papiers réunis : à envoyer", n=n),
            sentence="Rien ne manque. Il reste à envoyer.",
            gesture=NOTE,
            gathered=gathered,
        )
    if gathered or begun is not None:
        of = len(rule.papers)
        tag = (
            say("{n} papier réuni sur {of}", "{n} papiers réunis sur {of}", n=len(gathered), of=of)
            if of
            else say("À préparer")
        )
        lacking = listing([lower_first(each) for each in missing])
        return Standing(
            state=PREPARED,
            marks=(NOW, EMPTY, EMPTY, EMPTY, EMPTY),
            current=0,
            tag=tag,
            sentence=_lacking(lacking, len(missing)) if missing else _since(begun),
            gesture=PAPERS if rule.papers else NOTE,
            gathered=gathered,
            missing=missing,
        )
    request = _last(cycle, facts.REQUESTED)
    return Standing(
        state=UNKNOWN,
        marks=(QUESTION,) * 5,
        current=None,
        tag=say("On ne sait pas"),
        sentence=(
            "Personne ne l’a encore demandé."
            if request is None
            else f"Demandé le {day_text(request.on, today)} : la personne ne sait pas."
        ),
        gesture=ASK,
        missing=missing,
    )


def _lacking(words: str, n: int) -> str:
    return f"Manque{'nt' if n > 1 else ''} : {words}."


def _since(begun: Statement | None) -> str:
    return f"Commencée le {date_text(begun.on)}." if begun is not None else ""


# ------------------------------------------------------------------------------------------- once it was sent


def _answered(last: Statement, cycle: Sequence[Statement], rule: Rule, today: date) -> Standing:
    if last.kind == facts.SENT:
        return _sent(last, today)
    if last.kind in (facts.RECEIPT, facts.NOTHING):
        return _awaiting_response(cycle, today)
    if last.kind == facts.NOTIFIED:
        return _notified(last, today)
    if last.kind == facts.OBTAINED:
        tag = say("Obtenu le {day}", day=day_text(last.on, today))
        end = _end(last, rule)
        if end is None:
            sentence = "Rien à refaire." if rule.endless else "Aucune date de fin n’est notée."
            return _running_right(tag, sentence)
        start, close = _window(end, rule)
        if today < start:
            return _running_right(tag, f"Rien à refaire avant le {day_text(start, today)}.")
        return _to_renew(end, close, last, today)
    return _denied(last, rule, today)


def _sent(last: Statement, today: date) -> Standing:
    days = (today - last.on).days
    return Standing(
        state=SENT,
        marks=(DONE, NOW, EMPTY, EMPTY, EMPTY),
        current=1,
        tag=say("Envoyée il y a {n} jour", "Envoyée il y a {n} jours", n=days)
        if days
        else say("Envoyée aujourd’hui"),
        sentence=f"Le {day_text(last.on, today)}. Pas d’accusé de réception noté.",
        gesture=NOTE,
    )


def _awaiting_response(cycle: Sequence[Statement], today: date) -> Standing:
    sent, looked = _last(cycle, facts.SENT), _last(cycle, facts.NOTHING)
    since = (sent or next(each for each in cycle if each.kind in (facts.RECEIPT, facts.NOTHING))).on
    days = (today - since).days
    parts = [f"Envoyée le {day_text(sent.on, today)}."] if sent else []
    receipt = _last(cycle, facts.RECEIPT)
    if looked is not None:
        when = "aujourd’hui" if looked.on == today else f"le {day_text(looked.on, today)}"
        parts.append(f"Rien de nouveau {when}.")
    elif receipt is not None:
        parts.append(f"Accusé de réception du {day_text(receipt.on, today)}.")
    return Standing(
        state=PENDING,
        marks=(DONE, DONE, CLOCK, EMPTY, EMPTY),
        current=2,
        tag=say("Attend depuis {n} jour", "Attend depuis {n} jours", n=days)
        if days
        else say("Attend une réponse"),
        sentence=" ".join(parts),
        gesture=NOTE,
    )


def _notified(last: Statement, today: date) -> Standing:
    arrived = f"Courrier arrivé le {day_text(last.on, today)}."
    if last.until is None:
        return Standing(
            state=NOTIFIED,
            marks=(DONE, DONE, NOW, EMPTY, EMPTY),
            current=2,
            tag=say("Un courrier est arrivé"),
            sentence=f"{arrived} Sans date de réponse notée, aucun rappel ne part.",
            gesture=NOTE,
        )
    risky = last.until - today <= _risk()
    late = last.until < today
    return Standing(
        state=AT_RISK if risky else NOTIFIED,
        marks=(DONE, DONE, DANGER if risky else NOW, EMPTY, EMPTY),
        current=2,
        tag=say("Répondre avant le {day}", day=day_text(last.until, today)),
        sentence=f"{arrived} {'Cette date est passée.' if late else _days_text(last.until, today)}",
        gesture=NOTE,
        deadline=last.until,
    )


def _denied(last: Statement, rule: Rule, today: date) -> Standing:
    until = appeal_end(last.on, last.until, rule)
    words = (
        say("Refusé le {day}", day=day_text(last.on, today))
        if last.kind == facts.REFUSED
        else say("Arrêté le {day}", day=day_text(last.on, today))
    )
    if until is None:
        sentence = "Le délai pour contester est sur le courrier : notez-le."
    elif until < today:
        sentence = f"Le délai pour contester a fini le {day_text(until, today)}."
    else:
        sentence = f"On peut contester jusqu’au {day_text(until, today)}. {_days_text(until, today)}"
    return Standing(
        state=REFUSED if last.kind == facts.REFUSED else LOST,
        marks=(DONE, DONE, DONE, NO, EMPTY),
        current=3,
        tag=words,
        sentence=sentence,
        gesture=REDO,
        deadline=until if until is not None and until >= today else None,
    )


def _running_right(tag: str, sentence: str) -> Standing:
    return Standing(
        state=OBTAINED,
        marks=(DONE, DONE, DONE, DONE, EMPTY),
        current=None,
        tag=tag,
        sentence=sentence,
        gesture="",
    )


def _to_renew(end: date, close: date, last: Statement, today: date) -> Standing:
    ends = f"Fin le {day_text(end, today)}{'' if last.until else ', d’après la durée habituelle'}."
    state, mark = (AT_RISK, DANGER) if close - today <= _risk() else (RENEWAL, CLOCK)
    tag = say("À refaire avant le {day}", day=day_text(close, today))
    sentence = f"{_days_text(close, today)} {ends}"
    gesture, press = REDO, DATED
    if end < today:
        tag, gesture = say("À vérifier : la fin était le {day}", day=day_text(end, today)), ASK
        press = TO_CHECK
        sentence = "Personne n’a noté si le droit a été refait."
    elif close < today:
        tag, press = say("À refaire tout de suite"), AT_ONCE
        sentence = f"La date, le {day_text(close, today)}, est passée. {ends}"
    return Standing(
        state=state,
        marks=(DONE, DONE, DONE, DONE, mark),
        current=4,
        tag=tag,
        sentence=sentence,
        gesture=gesture,
        deadline=close if close >= today else end if end >= today else None,
        press=press,
    )


def _still_running(current: Standing, former: Statement, rule: Rule, today: date, *, sent: bool) -> Standing:
    """Return where a procedure done again stands, its former right running still or not.

    Until it is sent, the end of the former right presses as before.
    """
    end = _end(former, rule)
    if end is None:
        return current
    start, close = _window(end, rule)
    if sent or today < start:
        running = (
            f"Le droit d’avant {'court jusqu’au' if end >= today else 'a fini le'} {day_text(end, today)}."
        )
        return replace(current, sentence=f"{current.sentence} {running}")
    pressing = _to_renew(end, close, former, today)
    begun = current.state != UNKNOWN
    marks = current.marks[:4] if begun else (NOW, EMPTY, EMPTY, EMPTY)
    return replace(
        current,
        state=pressing.state,
        marks=(*marks, pressing.marks[4]),
        current=0,
        tag=pressing.tag,
        sentence=f"{current.tag if begun else 'On la refait'}. {pressing.sentence}",
        gesture=PAPERS if rule.papers and current.state != GATHERED else NOTE,
        deadline=pressing.deadline,
        press=pressing.press,
    )


# -------------------------------------------------------------------------------------------------- its dates


def months_later(day: date, months: int) -> date:
    """Return the same day some months later or earlier, or the last of the month when it is too short.

    >>> months_later(date(2027, 1, 31), -2), months_later(date(2026, 11, 16), 2)
    (datetime.date(2026, 11, 30), datetime.date(2027, 1, 16))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def _end(right: Statement, rule: Rule) -> date | None:
    """Return the last day of a right: what was read on the letter, else its usual length."""
    if right.until is not None or rule.endless or rule.lasts is None:
        return right.until
    return months_later(right.on, rule.lasts)


def _window(end: date, rule: Rule) -> tuple[date, date]:
    """Return between which days a right is asked for again: by the rule of the checklist, else by ours."""
    if rule.opens is None or rule.closes is None:
        return end - timedelta(days=number("droits/soon_days")), end
    return months_later(end, -rule.opens), months_later(end, -rule.closes)


def deadline(on: date, until: date | None, rule: Rule) -> date | None:
    """Return the last day to ask again for a right obtained on a day; None when no end is known.

    >>> deadline(date(2026, 2, 1), date(2027, 1, 31), Rule(lasts=12, opens=4, closes=2))
    datetime.date(2026, 11, 30)
    """
    end = _end(Statement(kind=facts.OBTAINED, on=on, until=until), rule)
    return None if end is None else _window(end, rule)[1]


def appeal_end(on: date, until: date | None, rule: Rule) -> date | None:
    """Return the last day to contest a decision: as the letter says, else by the usual delay; None when
    neither is known.

    >>> appeal_end(date(2026, 12, 31), None, Rule(appeal=2))
    datetime.date(2027, 2, 28)
    """
    return until or (months_later(on, rule.appeal) if rule.appeal else None)


def _risk() -> timedelta:
    return timedelta(days=number("droits/risk_days"))


def _days_text(day: date, today: date) -> str:
    days = (day - today).days
    return "C’est le dernier jour." if days == 0 else f"Encore {days} jour{'s' if days > 1 else ''}."


def day_text(day: date, today: date) -> str:
    """Return a day in words, with its year unless it is within ten months: “le 31 janvier” stays clear."""
    return date_text(day, year=abs((day - today).days) > 300)


# ------------------------------------------------------------------------------------------------- the person


def presses(standing: Standing, today: date) -> bool:
    """Return True for a line to act on now: a right to renew; from its first reminder on, a letter to answer
    or a decision to contest.
    """
    if standing.state in (NOTIFIED, *DENIED) and standing.deadline is not None:
        return standing.deadline - today <= timedelta(days=max(REMINDERS))
    return standing.state in (AT_RISK, RENEWAL)


def order(standing: Standing) -> tuple[int, date]:
    """Return where a line stands among the others: what presses first, then the nearest date."""
    return ORDER[standing.state], (standing.deadline or date.max) if standing.press == DATED else date.min


def headline(standings: Sequence[Standing], today: date) -> tuple[str, str]:
    """Return the sentence above the lines: what presses, then the rest; '' for either when there is none."""
    pressing_now = [each for each in standings if presses(each, today)]
    not_pressing = [each for each in standings if not presses(each, today)]
    answers = [each for each in pressing_now if each.marks[2] in (NOW, DANGER)]
    denied = [each for each in pressing_now if each.state in DENIED]
    renewed = [each for each in pressing_now if each not in answers and each not in denied]
    dated, now, check = ([each for each in renewed if each.press == press] for press in PRESSES)
    pressing = [
        *([say("{n} à refaire tout de suite", n=len(now))] if now else []),
        *([_before(say("{n} à refaire", n=len(dated)), dated, today)] if dated else []),
        *([say("{n} à vérifier", n=len(check))] if check else []),
        *(
            [_before(say("{n} réponse à donner", "{n} réponses à donner", n=len(answers)), answers, today)]
            if answers
            else []
        ),
        *(
            [
                _before(
                    say(
                        "{n} décision que l’on peut contester",
                        "{n} décisions que l’on peut contester",
                        n=len(denied),
                    ),
                    denied,
                    today,
                )
            ]
            if denied
            else []
        ),
    ]
    counts = (
        (DENIED, say("{n} refusé ou arrêté", "{n} refusés ou arrêtés", n=_n(not_pressing, *DENIED))),
        ((NOTIFIED, PENDING, SENT), say("{n} en route", n=_n(not_pressing, NOTIFIED, PENDING, SENT))),
        ((GATHERED, PREPARED), say("{n} à préparer", n=_n(not_pressing, GATHERED, PREPARED))),
        ((OBTAINED,), say("{n} obtenu", "{n} obtenus", n=_n(not_pressing, OBTAINED))),
        ((UNKNOWN,), say("{n} inconnu", "{n} inconnus", n=_n(not_pressing, UNKNOWN))),
    )
    rest = ", ".join(words for states, words in counts if _n(not_pressing, *states))
    return _ended(", ".join(pressing)), _ended(rest)


def _before(label: str, part: Sequence[Standing], today: date) -> str:
    dues = sorted({each.deadline for each in part if each.deadline is not None})
    if not dues:
        return label
    day = day_text(dues[0], today)
    if len(dues) > 1:  # the first day is not that of all
        return say("{what}, au plus tôt avant le {day}", what=label, day=day)
    return say("{what} avant le {day}", what=label, day=day)


def _ended(text: str) -> str:
    return f"{text}." if text else ""


def _n(standings: Sequence[Standing], *states: str) -> int:
    return sum(each.state in states for each in standings)


def fact_choices(state: str) -> list[str]:
    """Return the facts that may be told of a procedure, the likeliest of its state first."""
    usual = {
        UNKNOWN: (facts.REQUESTED, facts.BEGUN),
        PREPARED: (facts.SENT,),
        GATHERED: (facts.SENT,),
        SENT: (facts.RECEIPT, facts.NOTHING),
        PENDING: (facts.NOTHING, facts.NOTIFIED),
        NOTIFIED: (facts.SENT,),
    }.get(state, ())
    once = (facts.REQUESTED, facts.BEGUN)  # before anything is known
    never = (facts.OPENED, facts.PAPER, facts.AGAIN, facts.STOPPED, *once)
    return [*usual, *(kind for kind in facts.FACTS if kind not in (*usual, *never))]
