"""The answers of a survey, as a table; what does not fit in them; how many, where, by whom."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from maillage.apps.surveys import rules
from maillage.apps.surveys.models import Answer, Publication, SecondEntry, Survey, Surveyor
from maillage.kernel.table import Table
from maillage.questionnaires.answering import Completed, complete
from maillage.questionnaires.questionnaire import Questionnaire, load
from maillage.sources.survey import birth_years
from maillage.sources.survey.answers import ID, WEIGHT

# Columns of ours, after the questions: their names cannot be those of questions of an XLSForm, which have no
# dot.
PLACE, STRUCTURE, CHANNEL, LANGUAGE, VERSION, BEGUN, ENDED, RECEIVED, FORM = (
    *("collecte.lieu", "collecte.structure", "collecte.moyen", "collecte.langue", "collecte.version"),
    *("collecte.debut", "collecte.fin", "collecte.recue", "collecte.feuille"),
)
WEIGHT_COLUMN = "redressement.poids"
AT_ONCE = 500  # answers asked of the database in one statement
COLLECTED: Mapping[str, str] = {
    PLACE: "Lieu où la personne a été rencontrée",
    STRUCTURE: "Structure de ce lieu, quand il est de l’annuaire",
    CHANNEL: "Façon dont elle a répondu",
    LANGUAGE: "Langue",
    VERSION: "Version du questionnaire",
    BEGUN: "Commencée le",
    ENDED: "Finie le",
    RECEIVED: "Reçue le",
    FORM: "Numéro de la feuille de papier",
}


def counted(survey: Survey) -> QuerySet[Answer]:
    """Return the answers that results count: all but those excluded."""
    return Answer.objects.filter(survey=survey, aside_at=None)


def table(survey: Survey, *, raw: bool = False) -> Table:
    """Return the counted answers as columns of text, `id` first, in order of arrival.

    One column for each question of each version, repeated questions after theirs (`appareil#2`), then the
    facts of the collection, and `poids_initial` when a file has one. raw: exactly as sent; else as counted:
    without answers to questions that did not apply, with computed values, and years of birth read as ages.
    """
    rows = list(counted(survey).select_related("place__lieu__structure"))
    versions = {version.pk: version for version in survey.versions.all()}
    forms = {pk: load(version.definition) for pk, version in versions.items()}
    values = [row.values if raw else _values(survey, row, forms[row.version_id]) for row in rows]
    question_names = (
        question.name for form in forms.values() for question in form.questions() if question.kind != "note"
    )
    names = list(dict.fromkeys([*question_names, *(name for row_values in values for name in row_values)]))
    columns: dict[str, Sequence[str]] = {ID: [str(row.uid) for row in rows]}
    columns |= {
        name: [row_values.get(name, "") for row_values in values] for name in names if name not in columns
    }
    collected = [_collected(row, versions[row.version_id].number) for row in rows]
    columns |= {name: [row_values[name] for row_values in collected] for name in COLLECTED}
    if any(row.initial_weight is not None for row in rows):
        columns[WEIGHT] = ["" if row.initial_weight is None else repr(row.initial_weight) for row in rows]
    return Table(survey.title, {name: np.array(cells, dtype=np.str_) for name, cells in columns.items()})


def _values(survey: Survey, row: Answer, form: Questionnaire) -> dict[str, str]:
    """Return an answer as it is counted: a year of birth is the age reached in the year it was given."""
    values, year = dict(read(row, form).values), answered_on(survey, row.ended_at or row.received_at).year
    for name in birth_years.birth_year_names(form):
        values[name] = birth_years.age(values.get(name, ""), year)
    return values


def answered_on(survey: Survey, at: datetime) -> date:
    """Return the day of an answer, within those of its survey: that of a file tells when it was brought."""
    day = timezone.localdate(at)
    return min(max(day, survey.opens_on or day), survey.closes_on or date.max)


def last_day(survey: Survey) -> date | None:
    """Return the day of the last counted answer of a survey, None without answers."""
    last = counted(survey).order_by().aggregate(last=Max(Coalesce("ended_at", "received_at")))["last"]
    return answered_on(survey, last) if last else None


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of the answers to some questions. read: what tells the answers that were read from any other,
    and from what they said before; never what each of them says. counts: for each question, value → n.
    """

    read: frozenset[str] = frozenset()
    counts: Sequence[Counter[str]] = ()


def unread(survey: Survey, before: Tally) -> int:
    """Return how many answers `tallied` would have to read."""
    now = set(_numbered(survey).values())
    return len(now - before.read if before.read <= now else now)


def tallied(survey: Survey, names: Sequence[str], before: Tally) -> Tally:
    """Return how many counted answers say each thing to some questions. before: the same, found earlier: an
    answer is read once, and all are when one of them went or says something else.
    """
    now = _numbered(survey)
    marks = frozenset(now.values())
    if marks == before.read and len(before.counts) == len(names):
        return before
    begun = before.read if before.read <= marks and len(before.counts) == len(names) else frozenset()
    counts = [Counter(before.counts[at]) if begun else Counter[str]() for at in range(len(names))]
    pks = [pk for pk, mark in now.items() if mark not in begun]
    forms = {mark.pk: load(mark.definition) for mark in survey.versions.all()}
    for start in range(0, len(pks), AT_ONCE):
        for row in Answer.objects.filter(pk__in=pks[start : start + AT_ONCE]):
            values = _values(survey, row, forms[row.version_id])
            for name, count in zip(names, counts, strict=True):
                count[values.get(name, "")] += 1
    return Tally(marks, counts)


def _numbered(survey: Survey) -> dict[int, str]:
    """Return a mark of each counted answer that changes with its content: a paper read again keeps its
    digest.
    """
    settled = SecondEntry.objects.filter(answer__survey=survey).exclude(settled_at=None)
    again = {pk: str(at) for pk, at in settled.order_by("settled_at").values_list("answer", "settled_at")}
    rows = counted(survey).values_list("pk", "version", "digest")
    return {pk: f"{pk} {version} {digest} {again.get(pk, '')}" for pk, version, digest in rows}


def _collected(row: Answer, version: int) -> dict[str, str]:
    return {
        PLACE: row.place.name if row.place else "",
        STRUCTURE: row.place.structure if row.place else "",
        CHANNEL: row.channel,
        LANGUAGE: row.language,
        VERSION: str(version),
        BEGUN: _moment(row.begun_at),
        ENDED: _moment(row.ended_at),
        RECEIVED: _moment(row.received_at),
        FORM: row.form,
    }


def _moment(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M") if at else ""


def read(answer: Answer, form: Questionnaire) -> Completed:
    """Return an answer read with its questionnaire: counted values, computed values, mismatches. None of it
    is stored.
    """
    return complete(form, answer.values, timezone.localdate(answer.ended_at or answer.received_at))


@dataclass(frozen=True, slots=True)
class FileImport:
    """An import made. at: when; file: its name, "" for one made before names were stored; n: answers it
    brought that are still there; edition: number of the first edition that counts them, 0 as long as none
    does.
    """

    at: datetime
    file: str
    n: int
    edition: int


def imports(survey: Survey) -> list[FileImport]:
    """Return the imports of a survey, last first."""
    brought = survey.answers.filter(surveyor=None).filter(Q(channel="file") | ~Q(file=""))
    rows = (
        brought.order_by("-received_at").values_list("received_at").annotate(n=Count("pk"), file=Max("file"))
    )
    published = _published(survey)
    return [FileImport(at, file, n, _first_edition(published, at)) for at, n, file in rows]


def edition_with(survey: Survey, brought: datetime) -> int:
    """Return the number of the first edition published since answers were brought, 0 when there is none."""
    return _first_edition(_published(survey), brought)


def _published(survey: Survey) -> list[tuple[int, datetime]]:
    return list(
        Publication.objects.filter(survey=survey).order_by("number").values_list("number", "published_at")
    )


def _first_edition(published: Sequence[tuple[int, datetime]], brought: datetime) -> int:
    return next((number for number, published_at in published if published_at >= brought), 0)


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a survey. n: answers counted; aside: excluded. today, week: received since. waiting:
    still on devices.

    places, channels: label and number of answers, largest first; devices: surveyors, each with the number of
    answers it sent.
    """

    n: int
    aside: int
    today: int
    week: int
    n_unsent: int
    target: int | None
    places: Sequence[tuple[str, int]]
    channels: Sequence[tuple[str, int]]
    devices: Sequence[tuple[Surveyor, int]]

    @property
    def percent(self) -> int | None:
        """Return how much of the target was reached, at most 100."""
        return min(100, 100 * self.n // self.target) if self.target else None


def progress(survey: Survey, at: datetime) -> Progress:
    """Return where a survey stands at that moment: a handful of queries, however many answers."""
    rows = counted(survey).order_by()
    by_place = rows.values_list("place__name").annotate(n=Count("pk")).order_by("-n", "place__name")
    by_channel = rows.values_list("channel").annotate(n=Count("pk")).order_by("-n", "channel")
    sent = dict(
        survey.answers.order_by().exclude(surveyor=None).values_list("surveyor").annotate(n=Count("pk"))
    )
    devices = [(surveyor, sent.get(surveyor.pk, 0)) for surveyor in survey.surveyors.all()]
    today = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    channels = list(by_channel)
    return Progress(
        n=sum(n for _, n in channels),
        aside=survey.answers.exclude(aside_at=None).count(),
        today=rows.filter(received_at__gte=today).count(),
        week=rows.filter(received_at__gte=at - timedelta(days=7)).count(),
        n_unsent=sum(surveyor.waiting for surveyor, _ in devices if surveyor.closed_at is None),
        target=survey.target,
        places=[(name or "Lieu non noté", n) for name, n in by_place],
        channels=[(rules.CHANNELS[slug], n) for slug, n in channels],
        devices=devices,
    )
