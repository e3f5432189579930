"""A question of a survey read from its answers: who was eligible, who answered what, who gave no answer."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.kernel.table import Table
from maillage.questionnaires import expressions
from maillage.questionnaires.expressions import Context
from maillage.questionnaires.other_text import name_of, reader, spoken
from maillage.questionnaires.questionnaire import (
    DECLINED,
    UNKNOWN,
    UNSAID,
    Group,
    Question,
    Questionnaire,
    words,
)
from maillage.questionnaires.questionnaire import unsaid as unsaid_by
from maillage.reference.survey_messages import messages
from maillage.sources.survey.answers import NONE_TICKED, numbers
from maillage.statistics.survey.tables import Form
from maillage.words import dates, wording
from maillage.words.dates import MONTHS

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
BLANK = "blank"
UNREAD = "Des valeurs ne sont pas des réponses de cette question"
NOT_COUNTED, COUNTED_APART = "elles ne sont pas comptées", "elles sont comptées ensemble"
NO_CHOICE = ("aucune_case", "Aucune de ces réponses")  # of those who ticked none of the options of a file
UNLISTED = ("hors_liste", "Une autre réponse, hors de la liste")  # category of the answers that are no choice
HALF = 50.0  # percent of the answers
AS_AGE = "(lue comme un âge)"  # after a question on the year of birth
CITED = ".cite"  # ends a ranking, for what it cites at any rank; no question of an XLSForm has a dot
SOME_DAY = date(2026, 1, 1)  # for conditions that ask for the day: the same table at any time
MOST = 60  # categories of a column: beyond, it is no list of answers
CLOSE = 60  # likeness, 0 to 100, from which another spelling is proposed
CLASSES, FEW_VALUES = 6, 10
FARTHEST = 1e15  # beyond, an answer is a slip of the keyboard, and a mean loses its digits
LEAST_INSIDE, MOST_OUTSIDE = (
    0.9,
    0.02,
)  # of those who gave an answer, who have the next one; of the next one, who had not
SOME = 0.8  # of all: under, a question without a condition may have been put to some only
NUMBERS = ("integer", "decimal", "range")
DATES = ("date", "moment")
RESPONDENTS_OF_KIND: Mapping[str, str] = {
    "inhabitants": "personnes interrogées",
    "structures": "structures interrogées",
    "caf": "allocataires interrogés",
    "professionals": "professionnels interrogés",
    "first_contact": "personnes reçues",
}


def is_mostly_unlisted(percents: Mapping[str, float]) -> bool:
    """Return True if more of the answers to a question are out of its list than in it: the list is then that
    of another question, and the share of one of its answers says nothing. percents: share of each answer.

    >>> is_mostly_unlisted({"oui": 27, "hors_liste": 73}), is_mostly_unlisted({"oui": 30, "hors_liste": 40})
    (True, False)
    >>> is_mostly_unlisted({"caf": 60, "impots": 50, "hors_liste": 55})
    False
    """
    outside = percents.get(UNLISTED[0], 0.0)
    return outside > max(HALF, sum(percents.values()) - outside)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A question and its respondents.

    categories: name and label, in order; members: (n, categories) who gave each answer. exclusive:
    respondents give one answer only. eligible, answered: (n,); unsaid: (n,) by word kept apart (`nsp`,
    `refus`, `blank`). values: (n,) numbers, nan for others; ranks: (n, categories) the rank given to each,
    nan when it was not ranked. bounds: where numbers, or months counted from year 0, are cut; settled: they
    were chosen by the caller, and stay. notes: remarks on how answers were read.
    """

    name: str
    label: str
    form: Form
    scale: str
    universe: str
    categories: tuple[tuple[str, str], ...]
    members: Bools
    exclusive: bool
    eligible: Bools
    answered: Bools
    unsaid: Mapping[str, Bools]
    values: Floats | None = None
    ranks: Floats | None = None
    bounds: tuple[float, ...] = ()
    settled: bool = False
    notes: tuple[str, ...] = ()


def nearest(text: str, among: Sequence[str]) -> str:
    """Return the word most like another, nothing when none is close."""
    match = process.extractOne(
        plain(text), {each: plain(each) for each in among}, scorer=fuzz.WRatio, score_cutoff=CLOSE
    )
    return str(match[2]) if match else ""


@dataclass(frozen=True)
class Reader:
    """The answers and their questionnaire. today: the value of `today()` in its conditions."""

    answers: Table
    questionnaire: Questionnaire
    today: date = SOME_DAY
    _eligible: dict[str, Bools] = field(default_factory=dict, repr=False, compare=False)
    _texts: dict[str, NDArray[np.str_]] = field(default_factory=dict, repr=False, compare=False)
    _columns: dict[tuple[str, tuple[float, ...]], Column] = field(
        default_factory=dict, repr=False, compare=False
    )

    @cached_property
    def _conditions(self) -> dict[str, tuple[str, ...]]:
        """For each question, its condition and those of the groups that contain it."""
        conditions: dict[str, tuple[str, ...]] = {}

        def walk(items: Sequence[Question | Group], above: tuple[str, ...]) -> None:
            for item in items:
                conditions_above = (*above, item.relevant) if item.relevant else above
                if isinstance(item, Group):
                    walk(item.items, conditions_above)
                else:
                    conditions[item.name] = conditions_above

        walk(self.questionnaire.items, ())
        return conditions

    def after(self, name: str) -> list[str]:
        """Return the questions whose conditions depend on the answers to this one."""
        return [
            other
            for other, conditions in self._conditions.items()
            if other != name and other in self.answers and name in self._read_by(conditions)
        ]

    def is_partial(self, name: str) -> bool:
        """Return True if a question, or a group that contains it, is put to some respondents only."""
        return bool(self._conditions.get(name))

    def filtered_universe(self, name: str) -> str:
        """Return those whom a question without a condition was put to, in words, where its answers are those
        of the people who gave one answer to an earlier question: a file from elsewhere states no condition.
        "" when all were asked, or nothing tells whom.
        """
        if name.endswith(CITED) or self._conditions.get(name) or name not in self.answers:
            return ""
        gave_answer = self.texts(name) != ""
        if not 0 < gave_answer.mean() < SOME:
            return ""
        for question in self.questionnaire.questions():
            if question.name == name:
                break
            if question.kind != "one" or question.name not in self.answers:
                continue
            for choice in self.questionnaire.choices(question):
                chosen = self.texts(question.name) == choice.name
                is_all = (gave_answer & chosen).sum() >= max(LEAST_INSIDE * chosen.sum(), 1)
                if is_all and (gave_answer & ~chosen).sum() <= MOST_OUTSIDE * gave_answer.sum():
                    return self._named_by(question, choice.name, words(choice.label))
        return ""

    def _named_by(self, question: Question, name: str, label: str) -> str:
        """Return the people who gave an answer: « personnes qui connaissent un lieu »."""
        if known := messages().groups.get(question.name, {}).get(name):
            return known.removeprefix("les ")
        respondents = RESPONDENTS_OF_KIND.get(self.questionnaire.kind, "personnes interrogées")
        return f"{respondents.partition(' ')[0]} qui disent « {label} » à « {words(question.label)} »"

    def partial(self) -> list[str]:
        """Return the questions in these answers that are put to some respondents only."""
        return [name for name, conditions in self._conditions.items() if conditions and name in self.answers]

    def read_by(self, name: str) -> list[str]:
        """Return the questions of these answers that the conditions of another read, itself left out."""
        return sorted(each for each in self._read_by(self._conditions.get(name, ())) if each != name)

    def leaves_few(self, column: "Column", least: int) -> bool:
        """Return True if only a few people answered a question that this one depends on, without being asked
        this one.
        """
        for name in self.read_by(column.name):
            try:
                gave_answer = self.group(name).answered
            except Refused:  # words, a place: nothing is counted of them
                continue
            if 0 < int((gave_answer & ~column.eligible).sum()) < least:
                return True
        return False

    @staticmethod
    def _read_by(conditions: Sequence[str]) -> set[str]:
        try:
            return {name for text in conditions for name in expressions.parse(text).names}
        except Refused:
            return set()

    def question(self, name: str) -> Question:
        """Return the question with that name. Raises Refused, with the nearest name, when there is none or it
        cannot be tabulated.
        """
        question = self.questionnaire.question(name)
        if question is None:
            names = [each.name for each in self.questionnaire.questions() if each.takes_answer]
            near = nearest(name, names)
            raise Refused(
                f"La question « {name} » n’est pas dans le"
                f" questionnaire{f' ; la plus proche est « {near} »' if near else ''}.",
                why="Un tableau a besoin du libellé et des réponses de la question.",
                do=(
                    f"Écrivez « {near} »."
                    if near
                    else f"Choisissez parmi : {', '.join(names[:12])}{'…' * (len(names) > 12)}."
                ),
            )
        if question.kind in ("text", "note", "geopoint", "image", "time"):
            kinds = {"text": "une réponse libre", "note": "un texte affiché", "time": "une heure"}
            raise Refused(
                f"La question « {name} » n’a pas de tableau : c’est"
                f" {kinds.get(question.kind, 'un lieu ou une image')}.",
                why="Un tableau compte des réponses choisies dans une liste, des nombres ou des dates.",
                do=(
                    "Pour une réponse libre, relisez les paroles une à une ; pour un tableau, choisissez une"
                    " autre question."
                ),
            )
        if name not in self.answers:
            near = nearest(name, [each for each in self.answers.columns if each != "id"])
            raise Refused(
                f"{self.answers.name}, ligne 1 : la colonne « {name} »"
                f" manque{f' ; la plus proche est « {near} »' if near else ''}.",
                why=(
                    "Chaque question du questionnaire a sa colonne, du même nom, dans le fichier des"
                    " réponses."
                ),
                do="Renommez ou ajoutez la colonne, ou choisissez une autre question.",
            )
        return question

    def texts(self, name: str) -> NDArray[np.str_]:
        """Return (n,) the answers, stripped of surrounding spaces: choices by name, days as AAAA-MM-JJ,
        whatever the file's format.
        """
        if name not in self._texts:
            self._texts[name] = self._canonical(name)
        return self._texts[name]

    def _canonical(self, name: str) -> NDArray[np.str_]:
        if name not in self.answers:
            return np.full(len(self.answers), "")
        texts = np.char.strip(self.answers[name].astype(str))
        question = self.questionnaire.question(name)
        if question is None or question.kind == "text":
            return texts
        values, at = np.unique(texts, return_inverse=True)
        return np.array(list(map(reader(self.questionnaire, question), values.tolist())), dtype=str)[at]

    def eligible(self, name: str) -> Bools:
        """Return (n,) who is eligible: those for whom the conditions of the question and of its groups hold.

        A question that was itself not asked reads as empty in a condition. When a condition cannot be
        computed, or is circular, the answer decides: whoever answered was eligible.
        """
        if name not in self._eligible:
            everybody = np.ones(len(self.answers), dtype=bool)
            conditions = self._conditions.get(name, ())
            self._eligible[name] = (
                self.texts(name) != "" if conditions else everybody
            )  # while it is being found: no circle
            try:
                for text in conditions:
                    everybody &= self._holds(text, name)
                self._eligible[name] = everybody
            except Refused:
                self._eligible[name] = self.texts(name) != ""
        return self._eligible[name]

    def _holds(self, text: str, about: str) -> Bools:
        names = [
            name for name in dict.fromkeys((*expressions.parse(text).names, about)) if name in self.answers
        ]
        columns = [
            np.where(self.eligible(name), self.texts(name), "") if name != about else self.texts(name)
            for name in names
        ]
        if not columns:
            return np.full(len(self.answers), self._is_true(text, {}, about))
        rows, at = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)
        is_true = [self._is_true(text, dict(zip(names, row, strict=True)), about) for row in rows.tolist()]
        return np.array(is_true, dtype=bool)[at.reshape(-1)]

    def _is_true(self, text: str, values: Mapping[str, str], about: str) -> bool:
        return expressions.holds(
            text, Context(values=values, current=values.get(about, ""), today=self.today)
        )

    def would_ask(self, name: str, values: Mapping[str, str]) -> bool:
        """Return True if a question is put to somebody who answers so to all those that its conditions read;
        False when a condition cannot be computed.
        """
        try:
            return all(self._is_true(text, values, name) for text in self._conditions.get(name, ()))
        except Refused:
            return False

    def written(self, column: Column, part: int) -> str:
        """Return the typed text of an answer of a column, as the first respondent who gave it wrote it, or as
        the questionnaire names it. part: its position; after the last, no answer.
        """
        silent = part == len(column.categories)
        inside = ~column.answered if silent else column.members[:, part]
        if inside.any():
            first = int(inside.argmax())
            return str(self.texts(column.name)[first]) if column.eligible[first] else ""
        if silent or column.form not in ("number", "date"):
            return "" if silent else column.categories[part][0]
        bound = column.bounds[part - 1] if part else column.bounds[0] - 1 if column.bounds else 0.0
        if column.form == "number":
            return f"{bound:.10g}"
        return f"{int(bound) // 12}-{int(bound) % 12 + 1:02}-01"

    def column(self, name: str, *, classes: Sequence[float] = ()) -> Column:
        """Return a question read from the answers. classes: where to cut its numbers; round steps by
        default.
        """
        key = (name, tuple(classes))
        if key not in self._columns:
            question = self.question(name.removesuffix(CITED))
            label = words(question.label) or question.name
            read = self._read(question, f"{label} {AS_AGE}" if question.is_birth_year else label, classes)
            self._columns[key] = _cited(read) if name.endswith(CITED) else read
        return self._columns[key]

    def group(self, name: str, *, classes: Sequence[float] = ()) -> Column:
        """Return the column that a table is crossed by: a question, or another column of the file (a place, a
        channel).
        """
        if self.questionnaire.question(name) is None and name in self.answers and name != "id":
            return self._read(Question(name=name, kind="calculate", label={}), name, classes)
        return self.column(name, classes=classes)

    def _read(self, question: Question, label: str, classes: Sequence[float]) -> Column:
        read = self._once(question, label, classes)
        if f"{question.name}#2" not in self.answers or not (
            n := int((self.texts(f"{question.name}#2") != "").sum())
        ):
            return read
        repeating_text = "1 répondant l’a" if n == 1 else f"{n} répondants l’ont"
        return replace(
            read,
            notes=(
                *read.notes,
                f"Cette question se répète, {repeating_text} dite plusieurs fois : la première est comptée.",
            ),
        )

    def _once(self, question: Question, label: str, classes: Sequence[float]) -> Column:
        texts, eligible = self.texts(question.name), self.eligible(question.name)
        texts = np.where(eligible, texts, "")
        for word, label_of_silence in UNSAID.items():
            names = [
                choice.name for choice in self.questionnaire.choices(question) if unsaid_by(choice) == word
            ]
            texts = np.where(
                np.isin(texts, [label_of_silence, label_of_silence.lower(), word.upper(), *names]),
                word,
                texts,
            )
        unsaid = {UNKNOWN: texts == UNKNOWN, DECLINED: texts == DECLINED, BLANK: eligible & (texts == "")}
        gave_answer = eligible & ~unsaid[UNKNOWN] & ~unsaid[DECLINED] & ~unsaid[BLANK]
        respondents = RESPONDENTS_OF_KIND.get(self.questionnaire.kind, "")
        some = (
            f"{respondents or 'répondants'} à qui la question est posée"
            if self._conditions.get(question.name)
            else respondents
        )
        universe = (
            self.filtered_universe(question.name)
            or question.universe
            or (f"{some}, ayant répondu" if some else "")
        )
        fields: dict[str, Any] = {
            "name": question.name,
            "label": label,
            "scale": question.scale,
            "universe": universe,
            "eligible": eligible,
            "unsaid": unsaid,
        }
        if question.kind in NUMBERS:
            return self._numbers(fields, texts, gave_answer, classes)
        if question.kind in DATES:
            return self._dates(fields, texts, gave_answer, classes)
        return self._choices(fields, question, texts, gave_answer)

    def _choices(
        self, fields: dict[str, Any], question: Question, texts: NDArray[np.str_], gave_answer: Bools
    ) -> Column:
        kind = question.kind
        offered = {
            choice.name: words(choice.label) or choice.name for choice in self.questionnaire.choices(question)
        }
        counted = {choice.name for choice in self.questionnaire.choices(question) if not unsaid_by(choice)}
        listed = [(name, label) for name, label in offered.items() if name in counted]
        if not offered:
            distinct_values = np.unique(texts[gave_answer]).tolist()
            if len(distinct_values) > MOST:
                raise Refused(
                    f"La colonne « {question.name} » a {len(distinct_values)} valeurs différentes.",
                    why="Un tableau compte des réponses choisies dans une liste.",
                    do="Choisissez une question à choix, ou réunissez ses valeurs en classes.",
                )
            listed = [(value, {"OK": "Oui"}.get(value, value)) for value in distinct_values]
        at = {name: k for k, (name, _) in enumerate(listed)}
        unlisted = np.zeros(len(texts), dtype=bool)  # who gave an answer that is none of the choices
        ticks_none = gave_answer & (texts == NONE_TICKED)
        called = spoken(self.questionnaire.choices(question))
        members = np.zeros((len(texts), len(listed)), dtype=bool)
        ranks = np.full(members.shape, np.nan)
        unread: Counter[str] = Counter()
        answered = np.zeros(len(texts), dtype=bool)
        values, inverse = np.unique(texts, return_inverse=True)
        rows_of = np.split(
            np.argsort(inverse, kind="stable"), np.cumsum(np.bincount(inverse, minlength=len(values)))[:-1]
        )
        for value, rows in zip(values.tolist(), rows_of, strict=True):
            answering_rows = rows[gave_answer[rows]]
            if not answering_rows.size or value == NONE_TICKED:
                continue
            steps = _steps(value, many=kind in ("many", "rank"), known=offered, called=called)
            picked = [[name for name in step if name in at] for step in steps]
            if strange := [name for step in steps for name in step if name not in at and name not in UNSAID]:
                unread.update(dict.fromkeys(strange, len(answering_rows)))
                unlisted[answering_rows] = kind != "rank"
            place = 1
            for step in picked:
                for name in step:
                    members[answering_rows, at[name]] = True
                    ranks[answering_rows, at[name]] = (
                        place + (len(step) - 1) / 2
                    )  # ties share the mean of their ranks
                place += len(step)
            answered[answering_rows] = any(picked)
        outcome = COUNTED_APART if unlisted.any() else NOT_COUNTED
        notes = _unread(unread, [name for name, _ in listed], outcome)
        for category, rows in ((NO_CHOICE, ticks_none), (UNLISTED, unlisted)):
            if rows.any():  # they answered: the base of the others' shares holds them
                answered |= rows
                listed.append(category)
                members = np.column_stack([members, rows])
                ranks = np.column_stack([ranks, np.full(len(rows), np.nan)])
        if kind == "rank":  # what is counted is who comes first
            members &= ranks <= np.nan_to_num(ranks, nan=np.inf).min(axis=1, initial=np.inf, keepdims=True)
        form: Form = "rank" if kind == "rank" else "many" if kind == "many" else "one"
        return Column(
            **fields,
            form=form,
            categories=tuple(listed),
            members=members,
            exclusive=form == "one",
            answered=answered,
            ranks=ranks if kind == "rank" else None,
            notes=notes,
        )

    def _numbers(
        self, fields: dict[str, Any], texts: NDArray[np.str_], gave_answer: Bools, classes: Sequence[float]
    ) -> Column:
        values = np.where(gave_answer, numbers(texts.tolist()), np.nan)
        values = np.where(np.abs(values) <= FARTHEST, values, np.nan)
        unread = Counter(texts[gave_answer & np.isnan(values)].tolist())
        answered = gave_answer & np.isfinite(values)
        values = np.where(answered, values, np.nan)
        known = np.unique(values[answered])
        if classes or len(known) > FEW_VALUES:
            bounds = np.asarray(sorted(classes) if classes else _steps_of(known), dtype=np.float64)
            is_integer = bool((known == np.round(known)).all() and (bounds == np.round(bounds)).all())
            at = np.digitize(np.nan_to_num(values), bounds)
            names = _class_names(bounds, is_integer)
        else:
            at, bounds = np.searchsorted(known, np.nan_to_num(values)), known[1:]
            names = [(_written(value), _written(value)) for value in known.tolist()]
        members = (at[:, None] == np.arange(len(names))) & answered[:, None]
        return Column(
            **fields,
            form="number",
            categories=tuple(names),
            members=members,
            exclusive=True,
            answered=answered,
            values=values,
            bounds=tuple(bounds.tolist()),
            settled=bool(classes),
            notes=_unread(unread, []),
        )

    def _dates(
        self,
        fields: dict[str, Any],
        texts: NDArray[np.str_],
        gave_answer: Bools,
        classes: Sequence[float] = (),
    ) -> Column:
        """Return dates grouped by month, or by year when they are far apart."""
        values, at = np.unique(texts, return_inverse=True)
        days = [dates.read(value) for value in values.tolist()]
        read = np.array([day is not None for day in days])[at]
        unread = Counter(texts[gave_answer & ~read].tolist())
        answered = gave_answer & read
        months = np.array(
            [0 if day is None else day.year * 12 + day.month - 1 for day in days], dtype=np.int64
        )[at]
        period_starts = np.unique(months[answered])
        if len(period_starts) and period_starts[-1] - period_starts[0] > 18:
            period_starts = np.unique(period_starts // 12 * 12)
        starts = np.asarray(classes if classes else period_starts[1:], dtype=np.float64)
        own = np.digitize(months, starts)
        names = (
            _periods(starts)
            if classes
            else [_period(start, by_year=bool((period_starts % 12 == 0).all())) for start in period_starts]
        )
        return Column(
            **fields,
            form="date",
            categories=tuple(names),
            members=(own[:, None] == np.arange(len(names))) & answered[:, None],
            exclusive=True,
            answered=answered,
            bounds=tuple(starts.tolist()),
            settled=bool(classes),
            notes=_unread(unread, []),
        )


def _cited(ranking: Column) -> Column:
    """Return the answers that a ranking cites, whatever the rank, as a question with several answers."""
    if ranking.ranks is None:
        raise Refused(
            f"La question « {ranking.name} » n’est pas un classement.",
            why="On compte ce qu’un classement cite, à n’importe quel rang.",
            do="Choisissez cette question sans « .cite ».",
        )
    return replace(
        ranking,
        name=ranking.name + CITED,
        label=f"{ranking.label} Cité, à n’importe quel rang",
        form="many",
        members=np.isfinite(ranking.ranks),
        ranks=None,
    )


def _steps(value: str, *, many: bool, known: Mapping[str, str], called: Mapping[str, str]) -> list[list[str]]:
    """Return the names in an answer, in order; names joined by `=` have the same rank. A label stands for its
    name.
    """
    if value in known or not known:
        return [[value]]
    if name := name_of(value, called):
        return [[name]]
    if not many:
        return [[value]]
    return [
        [name if name in known else name_of(name, called) or name for name in step.split("=") if name]
        for step in value.split()
    ]


def _unread(n_by_value: Counter[str], names: Sequence[str], outcome: str = NOT_COUNTED) -> tuple[str, ...]:
    """Return a remark on values that are not answers of the question: the first ones, each with the nearest
    choice.

    >>> _unread(Counter("abcd"), ())[0].rpartition(", ")[2].replace(wording.NBSP, " ")
    'et 1 autre valeur.'
    """
    examples = []
    for value, n in n_by_value.most_common(3):
        near = nearest(value, names) if names else ""
        examples.append(f"« {value[:40]} » ({n} fois{f', peut-être « {near} »' if near else ''})")
    if not examples:
        return ()
    n_remaining = len(n_by_value) - len(examples)
    more = f", et {wording.count(n_remaining, 'autre valeur', 'autres valeurs')}" if n_remaining else ""
    return (f"{UNREAD} ; {outcome} : {', '.join(examples)}{more}.",)


def discreet(column: Column, least: int) -> Column:
    """Return a column of numbers or dates none of whose categories names a value given by fewer than `least`,
    or by all.

    The categories are the values found, or their months: listing them would already reveal what a few
    answered. Neighbours are merged, from the lowest, with open ends. Columns of another form, or already cut
    into classes, are returned unchanged.
    """
    if column.form not in ("number", "date") or column.settled or not least or not column.categories:
        return column
    counts = column.members.sum(axis=0)
    if column.values is not None and len(np.unique(column.values[column.answered])) != len(counts):
        return column  # already in classes of a round step
    if counts.min() >= least and len(counts) > 1:
        return column
    starts, gathered = [0], 0
    for rank, count in enumerate(counts.tolist()):
        if gathered >= least:
            starts.append(rank)
            gathered = 0
        gathered += count
    # The last class has too few people to stand alone: it joins the one before.
    if gathered < least and len(starts) > 1:
        starts.pop()
    bounds = np.array([column.bounds[rank - 1] for rank in starts[1:]])
    if column.form == "date":
        names = _periods(bounds) if len(bounds) else [("dates", "toutes les dates")]
    elif len(bounds):
        is_integer = bool((np.asarray(column.values)[column.answered] % 1 == 0).all())
        names = _class_names(bounds, is_integer)
    else:
        names = [("valeurs", "toutes les valeurs")]
    members = np.add.reduceat(column.members, starts, axis=1).astype(bool)
    return replace(column, categories=tuple(names), members=members, bounds=tuple(bounds.tolist()))


def _period(start: float, *, by_year: bool) -> tuple[str, str]:
    year, month = divmod(int(start), 12)
    return (f"{year}", f"{year}") if by_year else (f"{year}-{month + 1:02}", f"{MONTHS[month]} {year}")


def _periods(starts: Floats) -> list[tuple[str, str]]:
    """Return the name and label of each stretch between these months, open at both ends."""
    periods = [_period(start, by_year=False) for start in starts.tolist()]
    ends = [_period(start - 1, by_year=False) for start in starts.tolist()]
    names = [(f"<{periods[0][0]}", f"jusqu’à {ends[0][1]}")]
    for (name, label), (last, last_label) in zip(periods[:-1], ends[1:], strict=True):
        names.append((name, label) if name == last else (f"{name}/{last}", f"de {label} à {last_label}"))
    return [*names, (f"{periods[-1][0]}+", f"{periods[-1][1]} ou après")]


def _steps_of(known: Floats) -> Floats:
    """Return where to cut numbers: at steps of 1, 2 or 5 times a power of ten, six classes at most."""
    low, high = float(known[0]), float(known[-1])
    power = 10.0 ** np.floor(np.log10((high - low) / CLASSES))
    step = next(m * power for m in (1, 2, 5, 10, 20) if np.ceil((high - low) / (m * power)) <= CLASSES)
    first = np.floor(low / step) + 1
    return np.asarray(np.arange(first, np.floor(high / step) + 1) * step, dtype=np.float64)


def _class_names(bounds: Floats, is_integer: bool) -> list[tuple[str, str]]:
    texts = [_written(bound) for bound in bounds.tolist()]
    last = [_written(bound - 1) for bound in bounds.tolist()] if is_integer else texts
    names = [(f"<{texts[0]}", f"moins de {texts[0]}")]
    for k in range(1, len(texts)):
        label = f"{texts[k - 1]} à {last[k]}" if is_integer else f"de {texts[k - 1]} à moins de {texts[k]}"
        names.append(
            (f"{texts[k - 1]}-{last[k]}", texts[k - 1] if is_integer and texts[k - 1] == last[k] else label)
        )
    return [*names, (f"{texts[-1]}+", f"{texts[-1]} ou plus")]


def _written(value: float) -> str:
    return f"{value:.10g}".replace(".", ",")
