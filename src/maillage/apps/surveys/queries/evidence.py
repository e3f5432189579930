"""Findings of the published surveys of a territory, for its grid: never more than an edition shows. An
example and a survey of a wider territory answer only where nothing else does, and their source says so.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from maillage.apps.directory.memberships.access import communes_of, name_of
from maillage.apps.surveys.models import Publication
from maillage.apps.surveys.queries.publications import BY_DAY, answered_on
from maillage.publishing.survey import waves as wave_moves
from maillage.publishing.territory.criteria import Answered, answered

Findings = dict[tuple[str, str, str], Answered]


def published(place: str, *, by_group: bool = False) -> Mapping[tuple[str, str, str], Answered]:
    """Return the results of the first edition of each kind of survey of a place (see `_ranked`), by kind,
    question and answer; without withheld ones. by_group: those of groups too, and the answers of a scale
    taken together.
    """
    rows = Publication.objects.filter(
        survey__territory=place, survey__example=False, withdrawn_at=None
    ).select_related("survey")
    return _findings(reversed(_ranked(rows)), by_group=by_group)


def survey_by_survey(places: Collection[str]) -> list[Findings]:
    """Return the answers in the last edition of each survey of some places, groups and scales included, the
    latest first; no example.
    """
    rows = Publication.objects.filter(
        survey__territory__in=places, survey__example=False, withdrawn_at=None
    ).select_related("survey")
    return [_findings([row], by_group=True) for row in _ranked(rows)]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The public edition of a survey whose territory holds this one (wider), or is held by it."""

    edition: Publication
    territory: str
    wider: bool


def closest(place: str, *, by_group: bool = False) -> Mapping[tuple[str, str, str], Answered]:
    """Return the answers that the grid of a place reads, for each kind of survey: its own surveys; else
    those of the smallest wider territory; else its examples. The source of what is not its own says what
    it is. by_group: as for `published`.
    """
    wider = {
        neighbour.edition.survey.kind: neighbour
        for neighbour in neighbours(place)
        if neighbour.wider and not neighbour.edition.survey.example
    }
    findings: Findings = {}
    for neighbour in wider.values():
        where = f"menée sur un territoire plus large ({neighbour.territory})"
        findings |= _findings([neighbour.edition], where, by_group=by_group)
    own = dict(published(place, by_group=by_group))
    answers = _without({key[0] for key in own}, findings) | own
    return invented(place, real_answers=answers, by_group=by_group) | answers


@dataclass(frozen=True, slots=True)
class Change:
    """An answer of a survey of a place, wave after wave, as both editions publish it; question: as the later
    one asks it; verdict: « hausse », « baisse » or « pas d’écart sûr », as the document of the survey says.
    """

    question: str
    label: str
    first: Answered
    second: Answered
    verdict: str


def waves(place: str, kind: str, answers: Collection[tuple[str, str]]) -> list[Change]:
    """Return the changes of some answers from a wave of a survey of a place to the next, the latest pair of
    waves that are both published; answers: question, and answer as an indicator names it. None is compared
    over another territory, nor an invented wave with a real one.
    """
    rows = Publication.objects.filter(
        survey__territory=place, survey__kind=kind, withdrawn_at=None
    ).select_related("survey__after")
    latest = {row.survey_id: row for row in rows.order_by(BY_DAY, "published_at", "pk")}
    for row in reversed(latest.values()):
        before = latest.get(row.survey.after_id or 0)
        if before is None or before.survey.example != row.survey.example:
            continue
        note = "exemple : réponses inventées" if row.survey.example else ""
        then, now = (_findings([each], note, by_group=True) for each in (before, row))
        label_by_question = {line["question"]: line["libelle"] for line in row.content["tables"]}
        moves = wave_moves.moves(_shares(then), _shares(now))
        return [
            Change(
                label_by_question[key[1]],
                now[key].label,
                then[key],
                now[key],
                moves[key[1:]].word if key[1:] in moves else wave_moves.UNSURE,
            )
            for key in ((kind, *answer) for answer in answers)
            if key in then and key in now
        ]
    return []


def _shares(findings: Findings) -> dict[wave_moves.AnswerName, wave_moves.WaveShare]:
    """Return the shares of everybody asked, by question and answer."""
    return {
        (question, answer): wave_moves.WaveShare(
            x.question, x.label, x.universe, x.computed, (x.percent, x.low, x.high)
        )
        for (_, question, answer), x in findings.items()
        if " | " not in answer
    }


def invented(
    place: str, *, real_answers: Mapping[tuple[str, str, str], Answered], by_group: bool = False
) -> Findings:
    """Return the answers of the examples of a place, as `published` does, of the kinds of survey that
    nothing else answers. real_answers: those of real surveys.
    """
    rows = Publication.objects.filter(survey__territory=place, survey__example=True, withdrawn_at=None)
    findings = _findings(
        reversed(_ranked(rows.select_related("survey"))),
        "exemple : réponses inventées",
        by_group=by_group,
    )
    return _without({key[0] for key in real_answers}, findings)


def answer_by_answer(place: str) -> frozenset[tuple[str, str]]:
    """Return the questions, each with its kind of survey, whose first edition holds its answers one by one
    and no scale taken together: it is older than those, and shares that are printed give no interval of a
    sum. An example stands where no survey does.
    """
    ordered = sorted(editions(place), key=lambda row: row.survey.example)
    first = {row.survey.kind: row.pk for row in reversed(ordered)}
    older = Publication.objects.filter(pk__in=first.values()).exclude(content__has_key="scales")
    return frozenset(
        (row.survey.kind, line["question"])
        for row in older.select_related("survey")
        for line in row.content["tables"]
    )


def _without(kinds: Collection[str], findings: Findings) -> Findings:
    return {key: finding for key, finding in findings.items() if key[0] not in kinds}


def _findings(rows: Iterable[Publication], note: str = "", *, by_group: bool = False) -> Findings:
    """Return the findings of editions, the last of each kind only; `note` ends their source."""
    findings: Findings = {}
    for row in rows:
        kind = row.survey.kind
        findings = _without({kind}, findings)
        year = answered_on(row, row.content.get("answered_on")).year
        source = f"« {row.survey.title} », édition {row.number}, {year}"
        together = row.content.get("scales", ()) if by_group else ()
        lines = (*row.content["tables"], *together)
        findings |= answered(kind, lines, f"{source}, {note}" if note else source, by_group=by_group)
    return findings


def neighbours(place: str) -> list[Neighbour]:
    """Return the public edition of the surveys of other territories that hold this one or are in it: the
    widest first, and in each the first of `_ranked` last.
    """
    place_communes = communes_of(place)
    rows = Publication.objects.filter(withdrawn_at=None).exclude(survey__territory=place)
    ranked = []
    for row in reversed(_ranked(rows.select_related("survey").defer("content"))):
        there = communes_of(row.survey.territory)
        wider = there is None or (
            place_communes is not None and bool(place_communes) and there >= place_communes
        )
        if wider or (there and (place_communes is None or there < place_communes)):
            size = -len(there) if there is not None else float("-inf")
            ranked.append((size, Neighbour(row, name_of(row.survey.territory), wider)))
    return [neighbour for _, neighbour in sorted(ranked, key=lambda one: one[0])]


def editions(place: str) -> list[Publication]:
    """Return the public edition of each survey of a place, as `_ranked` has them; an example is labelled as
    such.
    """
    rows = Publication.objects.filter(survey__territory=place, withdrawn_at=None)
    return _ranked(rows.select_related("survey").defer("content"))


def _ranked(rows: QuerySet[Publication]) -> list[Publication]:
    """Return the last edition of each survey: those with weights first, then the latest."""
    latest: dict[int, Publication] = {}
    for row in rows.order_by(BY_DAY.desc(), "-published_at", "-pk"):
        latest.setdefault(row.survey_id, row)
    return sorted(latest.values(), key=lambda row: row.weighting_id is None)
