"""Files of answers: a device's last-resort backup, our own export, those of Kobo and ODK, any table with an
identifier.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

from maillage.apps.surveys import rules
from maillage.apps.surveys.forms.sent import every, moment, text
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
from maillage.forms.answering import may_be
from maillage.forms.other_text import clerk_reader, reader, spoken
from maillage.forms.questionnaire import UNSAID, Question, Questionnaire, load, words
from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.kernel.typed import whole
from maillage.pipeline.offer.forms.sheet import Fault, listed, quoted
from maillage.pipeline.survey import answers as files
from maillage.pipeline.survey.answers import ID, WEIGHT
from maillage.words.wording import count, number

ID_NAMESPACE = UUID("6d1c1f60-53b7-5a3c-9a0e-6f2f4b9b7a11")  # makes numbers for identifiers that are none
MOST = 20_000  # answers of a file that a device saved
AT_START, AT_END = ("start", "_start", "debut"), ("end", "_end", "_submission_time", "SubmissionDate", "fin")
BEGINNINGS, ENDS = (BEGUN, *AT_START), (ENDED, *AT_END)
IN_FRENCH = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4})(?: +(\d{1,2}):(\d{2})(?::(\d{2}))?)?"
)  # a moment that a spreadsheet wrote again


@dataclass(frozen=True, slots=True)
class FileRead:
    """A parsed file. faults: rows excluded; unknown: columns without a question; notes: remarks on the
    parsing.

    where: number of an answer → its line in a table, and its identifier there.
    """

    answers: tuple[rules.Sent, ...]
    faults: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    where: Mapping[UUID, str] = field(default_factory=dict)


def read(survey: Survey, content: bytes, name: str) -> FileRead:
    """Return the answers of a file; Refused, in French, when it has none, or those of another survey."""
    last = survey.versions.first()
    if last is None:
        raise Refused(
            "Rien n’a été importé.", why="L’enquête n’a pas de questionnaire.", do="Écrivez-le d’abord."
        )
    if content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{":
        return _saved(survey, content)
    return _table(survey, load(last.definition), last.number, content, name)


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


def _table(survey: Survey, form: Questionnaire, version: int, content: bytes, name: str) -> FileRead:
    known = {question.name: question for question in form.questions()}
    parsed = files.parse(content, name, known, wordings=_wordings(form))
    places = {place.name: place.pk for place in survey.places.all()}
    columns = [each for each in parsed.table.columns if each not in (ID, WEIGHT, *COLLECTED)]
    question_columns = [each for each in columns if each.partition("#")[0] in known]
    if not question_columns:
        raise Refused(
            "Rien n’a été importé.",
            why=(
                "Aucune colonne ne porte une question de cette enquête, ni par sa formulation ni par son nom."
                f" Colonnes lues : {listed([f'« {quoted(each)} »' for each in columns], most=6)}."
            ),
            do=f"Donnez aux colonnes la formulation des questions, ou leur nom : {_examples(form)}.",
        )
    unknown = tuple(
        each
        for each in columns
        if each not in question_columns and not each.startswith("_") and each not in (*AT_START, *AT_END)
    )
    _check_match(survey, known, question_columns, unknown)
    # Conditions read names and AAAA-MM-JJ, never labels nor JJ/MM/AAAA.
    guesses: dict[str, Counter[tuple[str, str]]] = {}
    readers = {
        each: _reader(form, known[each.partition("#")[0]], guesses.setdefault(each, Counter()))
        for each in question_columns
    }
    answers: list[rules.Sent] = []
    where: dict[UUID, str] = {}
    too_long: list[str] = []
    dropped: dict[str, list[tuple[int, str]]] = {}
    for row, line in zip(parsed.table.rows(), parsed.lines.tolist(), strict=True):
        cells = {name: str(value) for name, value in row.items()}
        at = f"Ligne {line}, {ID} « {quoted(cells[ID])} »"
        if long := next((name for name in question_columns if len(cells[name]) > rules.MOST_LETTERS), None):
            too_long.append(f"{at}, « {long} » : {rules.TOO_LONG}")
            continue
        answers.append(_sent(cells, readers, version=version, places=places, survey=survey))
        where[answers[-1].uid] = at
        for column in _dropped(cells, answers[-1]):
            dropped.setdefault(column, []).append((line, cells[column]))
    faults = tuple(map(_fault, parsed.faults))
    return FileRead(
        tuple(answers),
        (*faults, *too_long),
        unknown,
        (
            *parsed.notes,
            *_guess_notes(form, known, guesses),
            *_dropped_cells(dropped),
            *_odd(form, version, answers, known),
        ),
        where,
    )


def _wordings(form: Questionnaire) -> dict[str, str]:
    """Return how a column may be headed, as `plain` writes it → the name of its question."""
    questions = [each for each in form.questions() if each.kind != "note"]
    return {**spoken(questions), **{plain(each.name): each.name for each in questions}}


def _examples(form: Questionnaire) -> str:
    """Return the first questions in words, each with its name."""
    questions = [each for each in form.questions() if each.takes_answer][:4]
    return ", ".join(f"« {words(each.label) or each.name} » ou {each.name}" for each in questions)


def _reader(
    form: Questionnaire, question: Question, guesses: Counter[tuple[str, str]]
) -> Callable[[str], str]:
    """Return a converter of cells to answers; a cell typed in a hurry is read when it leaves no
    doubt, and counted in `guesses` by cell and answer.
    """
    convert, guess = reader(form, question), clerk_reader(form, question)

    def read(text: str) -> str:
        value = convert(text)
        if not may_be(form, question, value) and (meaning := guess(text)) and may_be(form, question, meaning):
            guesses[text, meaning] += 1
            return meaning
        return value

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
            yield f"« {name} » : {many} : {listed(readings, most=6)}."


def _check_match(
    survey: Survey, known: Mapping[str, Question], matched_columns: list[str], unknown: tuple[str, ...]
) -> None:
    """Refuse a file of another survey: fewer than half of the questions have a column, and fewer than half of
    the columns a question.
    """
    names = {each.partition("#")[0] for each in matched_columns}
    questions = [question for question in known.values() if question.takes_answer]
    if 2 * len(names) >= len(questions) or len(matched_columns) >= len(unknown):
        return
    columns = names | set(unknown)
    matches = {
        str(other): len({by_wording[column] for column in map(plain, columns) if column in by_wording})
        for other in Survey.objects.filter(territory=survey.territory).exclude(pk=survey.pk)
        if (last := other.versions.first()) and (by_wording := _wordings(load(last.definition)))
    }
    best = max(matches, key=lambda title: matches[title], default="")
    matched = f"{count(len(names), 'question')} sur {len(questions)}"
    raise Refused(
        "Rien n’a été importé.",
        why=f"Ce fichier semble celui d’une autre enquête : {matched} seulement y ont une colonne.",
        do=(
            f"Importez-le dans « {best} », dont il a {count(matches[best], 'question')}."
            if best and matches[best] > len(names)
            else (
                "Vérifiez le fichier, ou donnez à ses colonnes la formulation des questions ou leur nom."
                f" Colonnes sans question : {listed([f'« {quoted(each)} »' for each in unknown], most=6)}."
            )
        ),
    )


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
    if row.get(VERSION) and whole(row[VERSION].removesuffix(".0")) is None:
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
    form: Questionnaire, version: int, answers: list[rules.Sent], known: Mapping[str, Question]
) -> Iterator[str]:
    """Report, question by question, the values outside its answers: they are stored as they are."""
    odd_values: dict[str, list[str]] = {}
    fits: dict[tuple[str, str], bool] = {}
    for answer in answers:
        for name, value in answer.values.items() if answer.version == version else ():
            question = known[name.partition("#")[0]]
            if (name, value) not in fits:
                fits[name, value] = may_be(form, question, value)
            if not fits[name, value]:
                odd_values.setdefault(name, []).append(value)
    for name, values in odd_values.items():
        some = ", ".join(f"« {quoted(value)} »" for value in list(dict.fromkeys(values))[:3])
        are = "n’est pas une réponse" if len(values) == 1 else "ne sont pas des réponses"
        yield (
            f"« {name} » : {count(len(values), 'valeur')} {are} de cette question, {some}. Gardé tel quel, à"
            " vérifier."
        )


def _sent(
    row: Mapping[str, str],
    readers: Mapping[str, Callable[[str], str]],
    *,
    version: int,
    places: Mapping[str, int],
    survey: Survey,
) -> rules.Sent:
    channel = row.get(CHANNEL, "")
    return rules.Sent(
        uid=_uid(row[ID], survey),
        version=whole(row.get(VERSION, "").removesuffix(".0")) or version,
        channel=channel if channel in rules.CHANNELS else "file",
        place=places.get(row.get(PLACE, "")),
        language=text(row.get(LANGUAGE, "")[:8]) or "fr",
        begun_at=_moment(row, BEGINNINGS),
        ended_at=_moment(row, ENDS),
        values={name: read(text(row[name])) for name, read in readers.items() if row[name].strip()},
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


def _moment(row: Mapping[str, str], names: tuple[str, ...]) -> datetime | None:
    return next((moment_read for name in names if (moment_read := moment(_iso(row.get(name, ""))))), None)


def _iso(text: str) -> str:
    """Return a moment written the French way as ISO 8601, anything else as it is.

    >>> _iso("3/11/2026 9:05"), _iso("2026-11-03T09:05:00"), _iso("03/11/2026")
    ('2026-11-03T09:05:00', '2026-11-03T09:05:00', '2026-11-03T00:00:00')
    """
    if not (match := IN_FRENCH.fullmatch(text.strip())):
        return text
    day, month, year, hour, minute, second = (part or "0" for part in match.groups())
    return f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute:0>2}:{second:0>2}"
