"""Files of answers: a device's last-resort backup, our own export, those of Kobo and ODK, any table with an
identifier.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from uuid import UUID, uuid5

from django.utils import timezone

from maillage.apps.surveys import rules
from maillage.apps.surveys.forms.classes import ClassReader, class_readers, own_classes, with_classes
from maillage.apps.surveys.forms.columns import listed_columns, named
from maillage.apps.surveys.forms.guessing import proposals, wordings
from maillage.apps.surveys.forms.sent import every, moment, text, typed_cells
from maillage.apps.surveys.forms.values import (
    Reading,
    UnreadValues,
    answered,
    entire_values,
    proposed_answers,
    unread,
)
from maillage.apps.surveys.models import Survey
from maillage.apps.surveys.queries.answers import (
    BEGUN,
    CHANNEL,
    COLLECTED,
    ENDED,
    FORM,
    LANGUAGE,
    PLACE,
    VERSION,
)
from maillage.apps.surveys.queries.outsiders import Outsider, outsider
from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.kernel.table import Table
from maillage.kernel.typed import whole_number
from maillage.questionnaires import expressions
from maillage.questionnaires.answering import complete, may_be
from maillage.questionnaires.expressions import Context
from maillage.questionnaires.other_text import SEVERAL, begins_several, clerk_reader, reader
from maillage.questionnaires.questionnaire import UNSAID, Question, Questionnaire, load, words
from maillage.sources.offer.forms.sheet import Fault, listed, quoted
from maillage.sources.survey import answers as files
from maillage.sources.survey.answers import ID, WEIGHT
from maillage.words import dates
from maillage.words.wording import count, number

ID_NAMESPACE = UUID("6d1c1f60-53b7-5a3c-9a0e-6f2f4b9b7a11")  # makes numbers for identifiers that are none
MOST = 20_000  # answers of a file that a device saved
AT_START, AT_END = ("start", "_start", "debut"), ("end", "_end", "_submission_time", "SubmissionDate", "fin")
BEGINNINGS, ENDS = (BEGUN, *AT_START), (ENDED, *AT_END)
ODD = "hors des réponses"
IN_FRENCH = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4})(?: +(\d{1,2}):(\d{2})(?::(\d{2}))?)?"
)  # a moment that a spreadsheet wrote again


@dataclass(frozen=True, slots=True)
class FileRead:
    """A parsed file. faults: rows excluded; unknown: columns without a question; notes: remarks on the
    parsing; uncounted: answers of the file that no result will count, question by question; outside: answers
    stored and excluded, of people outside the universe of the survey.

    where: number of an answer → its line in a table, and its identifier there. proposed: column without a
    question → the one that it may answer. doubt: why the file may be that of another survey, "" when it is
    surely of this one. columns: header and question of those that have one, by their header or somebody's
    choice. unread: values that no choice reads. classes: labels of the classes of age of the file, where the
    questionnaire may take them; form: the questionnaire that has taken them, None otherwise. reading: the
    choices that it was read with, those of earlier files included.
    """

    answers: tuple[rules.Sent, ...]
    faults: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    uncounted: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    where: Mapping[UUID, str] = field(default_factory=dict)
    proposed: Mapping[str, str] = field(default_factory=dict)
    doubt: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    unread: tuple[UnreadValues, ...] = ()
    classes: tuple[str, ...] = ()
    form: Questionnaire | None = None
    reading: Reading = field(default_factory=Reading)

    @property
    def unguessed(self) -> tuple[str, ...]:
        """The columns without a question, even proposed."""
        return tuple(each for each in self.unknown if each not in self.proposed)


def read(survey: Survey, content: bytes, name: str, chosen: Reading | None = None) -> FileRead:
    """Return the answers of a file; Refused, in French, when it has none, or when a device saved those of
    another survey. chosen: what somebody says of its columns and values, beyond what they said of an earlier
    file.
    """
    last = survey.versions.first()
    if last is None:
        raise Refused(
            "Rien n’a été importé.", why="L’enquête n’a pas de questionnaire.", do="Écrivez-le d’abord."
        )
    if content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{":
        return _saved(survey, content)
    reading = (chosen or Reading()).over(Reading(**survey.file_reading))
    return _table(survey, load(last.definition), last.number, content, name, reading)


def read_as_proposed(survey: Survey, content: bytes, name: str, chosen: Reading) -> FileRead:
    """Return the answers of a file as whoever agrees to all that is proposed would import it; its columns are
    those of the file before. Refused as in `read`.
    """
    before = read(survey, content, name, chosen)
    columns = {plain(column): question for column, question in before.proposed.items()}
    proposed = read(survey, content, name, replace(chosen, columns=columns)) if columns else before
    if answers := proposed_answers(proposed.unread):
        proposed = read(survey, content, name, replace(chosen, columns=columns, values=answers))
    return replace(
        proposed,
        unknown=before.unknown,
        proposed=before.proposed,
        doubt=before.doubt,
        columns=before.columns,
    )


def _saved(survey: Survey, content: bytes) -> FileRead:
    """Read the file saved by a device, as a last resort."""
    try:
        saved = json.loads(content.decode("utf-8-sig"))
        rows, of = saved["reponses"], saved.get("survey", saved.get("enquete"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Refused(
            "Ce fichier n’a pas pu être lu.",
            why="Ce n’est pas un fichier de réponses enregistré par la page de collecte.",
            do="Refaites-le depuis l’appareil : « Enregistrer dans un fichier ».",
        ) from error
    if not isinstance(rows, list) or (of is not None and str(of) != str(survey.pk)):
        raise Refused(
            "Rien n’a été importé.",
            why="Ces réponses sont celles d’une autre enquête.",
            do="Ouvrez la page de leur enquête, puis importez le fichier.",
        )
    answers, refused = every(rows[:MOST])
    faults = [f"Réponse {uid or 'sans numéro'} : {why}" for uid, why in refused]
    if len(rows) > MOST:
        n_unread = count(len(rows) - MOST, "réponse")
        faults.append(
            f"Ce qui suit la {number(MOST)}e réponse n’est pas lu ({n_unread}) : mettez-le dans un autre"
            " fichier, et importez-le aussi."
        )
    return FileRead(tuple(answers), tuple(faults))


def _table(
    survey: Survey, form: Questionnaire, version: int, content: bytes, name: str, reading: Reading
) -> FileRead:
    year = (survey.closes_on or survey.opens_on or timezone.localdate()).year
    file = named(content, name, form, wordings=wordings(form), chosen=reading.columns, this_year=year)
    parsed = file.answers
    classes = () if survey.answers.exists() else own_classes(form, parsed.table)
    adopted = reading.has_own_classes and bool(classes)
    if adopted:
        form = with_classes(form, class_readers(form)[0], classes)
    known = {question.name: question for question in form.questions()}
    places = {place.name: place.pk for place in survey.places.all()}
    columns = [each for each in parsed.table.columns if each not in (ID, WEIGHT, *COLLECTED)]
    question_columns = [each for each in columns if each.partition("#")[0] in known]
    unknown = tuple(
        each
        for each in columns
        if each not in question_columns and not each.startswith("_") and each not in (*AT_START, *AT_END)
    )
    with_column = {each.partition("#")[0] for each in question_columns}
    undecided = [each for each in unknown if each not in file.unread]
    proposed = proposals(form, parsed.table, undecided, with_column)
    if not columns:
        raise Refused(
            "Rien n’a été importé.",
            why="Ce fichier n’a pas d’autre colonne que le numéro des réponses.",
            do=f"Ajoutez une colonne par question, par exemple : {_examples(form)}.",
        )
    doubt = "" if reading.columns else _doubt(survey, known, with_column, set(proposed.values()), unknown)
    # Conditions read names and AAAA-MM-JJ, never labels nor JJ/MM/AAAA.
    guesses: dict[str, Counter[tuple[str, str]]] = {}
    readers = {
        each: answered(
            form,
            question := known[each.partition("#")[0]],
            reading.values.get(question.name, {}),
            _reader(form, question, guesses.setdefault(each, Counter()), year),
            entire_values(typed_cells(parsed.table, each)),
        )
        for each in question_columns
    }
    by_class = class_readers(form)
    answers: list[rules.Sent] = []
    where: dict[UUID, str] = {}
    too_long: list[str] = []
    dropped: dict[str, list[tuple[int, str]]] = {}
    for row, line in zip(parsed.table.rows(), parsed.lines.tolist(), strict=True):
        cells = {name: str(value) for name, value in row.items()}
        at = f"Ligne {line}, {ID} « {quoted(cells[ID])} »"
        if long := next((name for name in question_columns if len(cells[name]) > rules.MOST_LETTERS), None):
            too_long.append(f"{at}, « {_called(known, long)} » : {rules.TOO_LONG}")
            continue
        values = {
            name: value
            for name, read in readers.items()
            if cells[name].strip() and (value := read(text(cells[name])))
        }
        for each in by_class:
            each.settle(values)
        answers.append(_sent(cells, values, version=version, places=places, survey=survey, year=year))
        where[answers[-1].uid] = at
        for column in _dropped(cells, answers[-1]):
            dropped.setdefault(column, []).append((line, cells[column]))
    faults = tuple(map(_fault, parsed.faults))
    test = outsider(survey, form)
    outsiders = {each.uid: reason for each in answers if (reason := test(each.values))}
    return FileRead(
        tuple(answers),
        (*faults, *too_long),
        unknown,
        (
            *parsed.notes,
            *(note for each in by_class for note in each.notes()),
            *_separator_notes(known, parsed.table),
            *_guess_notes(form, known, guesses),
            *_dropped_cells(dropped),
            *_odd(form, version, answers, known, outsiders, where),
            *_unread_notes(form, question_columns, columns, by_class),
        ),
        tuple(_uncounted(form, version, answers, known)),
        tuple(_outside(outsiders, where, file.headers)),
        where,
        proposed,
        doubt,
        listed_columns(parsed.table, file.headers, known, by_class),
        tuple(_unread_values(form, parsed.table, question_columns, by_class, reading)),
        tuple(words(each.label) for each in classes),
        form if adopted else None,
        reading,
    )


def _unread_values(
    form: Questionnaire,
    table: Table,
    columns: Sequence[str],
    by_class: Sequence[ClassReader],
    reading: Reading,
) -> Iterator[UnreadValues]:
    """Yield the values of each column that no choice of its question reads, as if nobody had chosen."""
    known = {each.name: each for each in form.questions()}
    for column in columns:
        question = known[column.partition("#")[0]]
        classes = next(
            (each for each in by_class if question in (each.computed, each.by_class, each.exact)), None
        )
        cells = Counter(typed_cells(table, column))
        values = unread(
            form,
            column,
            question,
            cells,
            _reader(form, question, Counter(), timezone.localdate().year),
            reading.values.get(question.name, {}),
            classes,
        )
        if values is not None:
            yield values


def _called(known: Mapping[str, Question], column: str) -> str:
    """Return the words of the question of a column, for a sentence."""
    name, _, time = column.partition("#")
    label = words(known[name].label).strip() or name
    return f"{label} ({time}e fois)" if time else label


def _separator_notes(known: Mapping[str, Question], table: Table) -> Iterator[str]:
    """Report that a cell with semicolons holds several answers, once for all questions."""
    several = [each for each in table.columns if each in known and known[each].kind in ("many", "rank")]
    if any(SEVERAL.search(cell) for name in several for cell in set(table[name].tolist())):
        yield "« ; » ou « | » dans une case y sépare plusieurs réponses."


def _unread_notes(
    form: Questionnaire,
    question_columns: Sequence[str],
    columns: Sequence[str],
    by_class: Sequence[ClassReader],
) -> Iterator[str]:
    """Report the columns that are read from no one: what the questionnaire computes, what a tool adds."""
    class_names = {each.computed.name for each in by_class}
    known = {each.name: each for each in form.questions()}
    computed = [
        f"« {_called(known, each)} »"
        for each in question_columns
        if known[each.partition("#")[0]].kind == "calculate" and each not in class_names
    ]
    if computed:
        yield f"Colonnes que le questionnaire calcule lui-même, non reprises : {listed(computed, most=6)}."
    added = [each for each in columns if each.startswith("_") and each not in (*BEGINNINGS, *ENDS)]
    if added:
        yield f"Colonnes ajoutées par l’outil de collecte, non reprises : {listed(added, most=6)}."


def _uncounted(
    form: Questionnaire, version: int, answers: Sequence[rules.Sent], known: Mapping[str, Question]
) -> Iterator[str]:
    """Report, question by question, the answers to questions that other answers say were not to be asked."""
    today = timezone.localdate()
    dropped = Counter(
        name
        for answer in answers
        if answer.version == version
        for name in complete(form, answer.values, today).dropped
    )
    for name, n in dropped.items():
        counted = count(n, "réponse ne comptera pas", "réponses ne compteront pas")
        yield (
            f"« {_called(known, name)} » : {counted}. D’après les autres colonnes, la question ne se posait"
            " pas à ces personnes."
        )


def _outside(
    outsiders: Mapping[UUID, Outsider], where: Mapping[UUID, str], headers: Mapping[str, str]
) -> Iterator[str]:
    """Report each answer of a person outside the universe of a survey: its line, column and value, why, and
    what to do.
    """
    for uid, excluded in outsiders.items():
        yield (
            f"{where[uid]}, colonne {quoted(headers.get(excluded.question, excluded.question))},"
            f" « {quoted(excluded.value)} » : {excluded.why} Corrigez la case si elle est fausse."
        )


def _examples(form: Questionnaire) -> str:
    """Return the first questions in words, each with its name."""
    questions = [each for each in form.questions() if each.takes_answer][:4]
    return ", ".join(f"« {words(each.label) or each.name} » ou {each.name}" for each in questions)


def _reader(
    form: Questionnaire, question: Question, guesses: Counter[tuple[str, str]], year: int
) -> Callable[[str], str]:
    """Return a converter of cells to answers; a cell typed in a hurry is read when it leaves no
    doubt, and counted in `guesses` by cell and answer, as the name of a choice that may mean another.
    year: of a day typed without one.
    """
    convert = reader(form, question)
    guess = _of_year(year) if question.kind == "date" else clerk_reader(form, question)
    choices = form.choices(question)

    @cache
    def is_doubtful(value: str) -> bool:
        return any(value == each.name for each in choices) and begins_several(value, choices)

    def read(text: str) -> str:
        value = convert(text)
        if not may_be(form, question, value) and (meaning := guess(text)) and may_be(form, question, meaning):
            guesses[text, meaning] += 1
            return meaning
        if value == text and is_doubtful(value):
            guesses[text, value] += 1
        return value

    return read


def _of_year(year: int) -> Callable[[str], str]:
    """Return a converter of days typed without their year, "" for what is no day."""

    def read(text: str) -> str:
        day = dates.read(text, year=year)
        return day.isoformat() if day else ""

    return read


def _guess_notes(
    form: Questionnaire, known: Mapping[str, Question], guesses: Mapping[str, Counter[tuple[str, str]]]
) -> Iterator[str]:
    """Report, question by question, the cells that were no answer as typed, and what each was read as."""
    for name, cells in guesses.items():
        choices = form.choices(known[name.partition("#")[0]])
        labels = {**UNSAID, **{choice.name: words(choice.label) or choice.name for choice in choices}}
        readings = [
            f"« {quoted(typed)} » pour « {', '.join(labels.get(part, part) for part in meaning.split())} »"
            f" ({n})"
            for (typed, meaning), n in cells.most_common()
        ]
        if readings:
            many = count(
                cells.total(), "valeur tapée autrement est lue", "valeurs tapées autrement sont lues"
            )
            yield f"« {_called(known, name)} » : {many} : {listed(readings, most=3)}."


def _doubt(
    survey: Survey,
    known: Mapping[str, Question],
    matched: set[str],
    proposed: set[str],
    unknown: Sequence[str],
) -> str:
    """Return why a file may be that of another survey, "" when at least half of the questions have a column,
    or half of the columns a question. matched, proposed: questions that have a column, or may have one.
    """
    questions = [question for question in known.values() if question.takes_answer]
    names = matched | proposed
    if names and (2 * len(names) >= len(questions) or len(names) >= len(unknown)):
        return ""
    columns = names | set(unknown)
    matches = {
        str(other): len({by_wording[column] for column in map(plain, columns) if column in by_wording})
        for other in Survey.objects.filter(territory=survey.territory).exclude(pk=survey.pk)
        if (last := other.versions.first()) and (by_wording := wordings(load(last.definition)))
    }
    best = max(matches, key=lambda title: matches[title], default="")
    if best and matches[best] > len(names):
        questions_there = count(matches[best], "question")
        return (
            f"Ce fichier semble celui d’une autre enquête, « {best} » : {questions_there} de cette enquête y"
            " ont une colonne."
        )
    return "Peu de colonnes portent la formulation d’une question. Choisissez plus bas celle de chacune."


def _fault(fault: Fault) -> str:
    """Return the sentence about a row left out: its line, its column and value if any, why, what to do."""
    where = [
        f"Ligne {fault.line}",
        *([f"colonne {fault.column}"] if fault.column else []),
        *([f"« {fault.value} »"] if fault.value else []),
    ]
    return f"{', '.join(where)} : {fault.reason}. {fault.do}"


def _dropped(row: Mapping[str, str], sent: rules.Sent) -> Iterator[str]:
    """Yield the columns of a row that say something which the answer could not keep."""
    if row.get(PLACE) and sent.place is None:
        yield PLACE
    if row.get(WEIGHT) and sent.weight is None:
        yield WEIGHT
    if row.get(VERSION) and whole_number(row[VERSION].removesuffix(".0")) is None:
        yield VERSION
    for moment_read, names in ((sent.begun_at, BEGINNINGS), (sent.ended_at, ENDS)):
        if moment_read is None and (column := next((name for name in names if row.get(name)), None)):
            yield column


def _dropped_cells(dropped: Mapping[str, list[tuple[int, str]]]) -> Iterator[str]:
    """Report, column by column, what was not kept beside the answers: where, when, which weight."""
    for column, cells in dropped.items():
        line, value = cells[0]
        one = len(cells) == 1
        if column == PLACE:
            wrong = f"ne désigne{'' if one else 'nt'} aucun lieu de cette enquête"
        else:
            wrong = f"ne se {'lit' if one else 'lisent'} pas"
        sentence = (
            f"« {column} » : {count(len(cells), 'valeur')} {wrong}, d’abord ligne {line}, « {quoted(value)} »"
        )
        yield f"{sentence}. {'La réponse est gardée' if one else 'Les réponses sont gardées'} sans."


def _odd(
    form: Questionnaire,
    version: int,
    answers: list[rules.Sent],
    known: Mapping[str, Question],
    outsiders: Mapping[UUID, Outsider],
    where: Mapping[UUID, str],
) -> Iterator[str]:
    """Report, question by question, the values outside its answers or its bounds: they are stored as they
    are. outsiders: whose value is reported with them.
    """
    odd_values: dict[tuple[str, str], list[tuple[str, UUID]]] = {}
    faults: dict[tuple[str, str], str] = {}
    for answer in answers:
        for name, value in answer.values.items() if answer.version == version else ():
            question = known[name.partition("#")[0]]
            if (name, value) not in faults:
                faults[name, value] = _fault_of(form, question, value, answer.values)
            reported = outsiders.get(answer.uid)
            if faults[name, value] and not (reported and reported.question == name):
                odd_values.setdefault((name, faults[name, value]), []).append((value, answer.uid))
    for (name, fault), values in odd_values.items():
        some = ", ".join(f"« {quoted(value)} »" for value in list(dict(values))[:3])
        first_line = where[values[0][1]].partition(",")[0].lower()
        are = "n’est pas une réponse" if len(values) == 1 else "ne sont pas des réponses"
        because = f"{are} de cette question" if fault == ODD else "hors des bornes"
        yield (
            f"« {_called(known, name)} » : {count(len(values), 'valeur')} {because}, {some}, d’abord"
            f" {first_line}.{'' if fault == ODD else f' {fault}'} Gardé tel quel, à vérifier."
        )


def _fault_of(form: Questionnaire, question: Question, value: str, values: Mapping[str, str]) -> str:
    """Return why a value does not fit its question, "" when it does: `ODD`, or what its bounds say."""
    if not may_be(form, question, value):
        return ODD
    if not question.constraint or value in UNSAID:
        return ""
    context = Context(values=values, current=value, today=timezone.localdate())
    fits = expressions.holds(question.constraint, context)
    return "" if fits else words(question.constraint_message) or "Cette valeur n’est pas possible."


def _sent(
    row: Mapping[str, str],
    values: Mapping[str, str],
    *,
    version: int,
    places: Mapping[str, int],
    survey: Survey,
    year: int,
) -> rules.Sent:
    channel = row.get(CHANNEL, "")
    return rules.Sent(
        uid=_uid(row[ID], survey),
        version=whole_number(row.get(VERSION, "").removesuffix(".0")) or version,
        channel=channel if channel in rules.CHANNELS else "file",
        place=places.get(row.get(PLACE, "")),
        language=text(row.get(LANGUAGE, "")[:8]) or "fr",
        begun_at=_moment(row, BEGINNINGS, year),
        ended_at=_moment(row, ENDS, year),
        values=values,
        form=text(row.get(FORM, "")[:20]),
        weight=_weight(row.get(WEIGHT, "")),
    )


def _uid(identifier: str, survey: Survey) -> UUID:
    """Return the number of an answer: its own when valid, else one derived from its identifier, always the
    same.
    """
    try:
        return UUID(identifier.removeprefix("uuid:"))
    except ValueError:
        return uuid5(ID_NAMESPACE, f"{survey.pk}:{identifier}")


def _weight(text: str) -> float | None:
    weight = float(files.numbers([text])[0])
    return weight if 0 < weight < float("inf") else None


def _moment(row: Mapping[str, str], names: tuple[str, ...], year: int) -> datetime | None:
    moments = (moment(_iso(row.get(name, ""), year)) for name in names)
    return next(filter(None, moments), None)


def _iso(text: str, year: int) -> str:
    """Return a moment written the French way as ISO 8601, anything else as it is. year: of a day without one.

    >>> _iso("3/11/2026 9:05", 2026), _iso("2026-11-03T09:05:00", 2026), _iso("03/11/2026", 2026)
    ('2026-11-03T09:05:00', '2026-11-03T09:05:00', '2026-11-03T00:00:00')
    >>> _iso("1er mars", 2026), _iso("bientôt", 2026)
    ('2026-03-01T00:00:00', 'bientôt')
    """
    if not (match := IN_FRENCH.fullmatch(text.strip())):
        is_dated = re.match(r"\d{4}", text)
        on = None if is_dated else dates.read(text.strip(), year=year)
        return f"{on.isoformat()}T00:00:00" if on else text
    day, month, own_year, hour, minute, second = (part or "0" for part in match.groups())
    return f"{own_year}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute:0>2}:{second:0>2}"
