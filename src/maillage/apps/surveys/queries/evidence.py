"""Findings of the published surveys of a territory, for its grid: never more than an edition shows. An
example and a survey of a wider territory answer only where nothing else does, and their source says so.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from maillage.apps.memberships.access import communes_of, name_of
from maillage.apps.surveys.models import Publication
from maillage.apps.surveys.queries.publications import BY_DAY, answered_on
from maillage.reports.survey import waves as wave_moves
from maillage.reports.territory.criteria import Answered, answered

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


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The public edition of a survey whose territory holds this one (wider), or is held by it."""

    edition: Publication
    territory: str
    wider: bool


def closest(place: str, *, by_group: bool = False) -> Mapping[tuple[str, str, str], Answered]:
    """Return what the grid of a place is read in, for each kind of survey: its own surveys; else those of the
    smallest wider territory; else its examples. The source of what is not its own says what it is. by_group:
    as for `published`.
    """
    wider = {
        each.edition.survey.kind: each
        for each in beside(place)
        if each.wider and not each.edition.survey.example
    }
    found: Findings = {}
    for each in wider.values():
        where = f"menée sur un territoire plus large ({each.territory})"
        found |= _findings([each.edition], where, by_group=by_group)
    own = dict(published(place, by_group=by_group))
    answers = _without({key[0] for key in own}, found) | own
    return invented(place, beside=answers, by_group=by_group) | answers


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
    """Return what some answers became from a wave of a survey of a place to the next, the latest pair of
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
        said = "exemple : réponses inventées" if row.survey.example else ""
        then, now = (_findings([each], said, by_group=True) for each in (before, row))
        asked = {line["question"]: line["libelle"] for line in row.content["tables"]}
        moves = wave_moves.moves(_shares(then), _shares(now))
        return [
            Change(
                asked[key[1]],
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
    place: str, *, beside: Mapping[tuple[str, str, str], Answered], by_group: bool = False
) -> Findings:
    """Return what the examples of a place say, as `published` does, of the kinds of survey that nothing else
    answers. beside: what real surveys say.
    """
    rows = Publication.objects.filter(survey__territory=place, survey__example=True, withdrawn_at=None)
    found = _findings(
        reversed(_ranked(rows.select_related("survey"))),
        "exemple : réponses inventées",
        by_group=by_group,
    )
    return _without({key[0] for key in beside}, found)


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


def _without(kinds: Collection[str], found: Findings) -> Findings:
    return {key: each for key, each in found.items() if key[0] not in kinds}


def _findings(rows: Iterable[Publication], said: str = "", *, by_group: bool = False) -> Findings:
    """Return what editions show, the last of each kind only; `said` ends their source."""
    found: Findings = {}
    for row in rows:
        kind = row.survey.kind
        found = _without({kind}, found)
        year = answered_on(row, row.content.get("answered_on")).year
        source = f"« {row.survey.title} », édition {row.number}, {year}"
        together = row.content.get("scales", ()) if by_group else ()
        lines = (*row.content["tables"], *together)
        found |= answered(kind, lines, f"{source}, {said}" if said else source, by_group=by_group)
    return found


def beside(place: str) -> list[Neighbour]:
    """Return the public edition of the surveys of other territories that hold this one or are in it: the
    widest first, and in each the first of `_ranked` last.
    """
    here = communes_of(place)
    rows = Publication.objects.filter(withdrawn_at=None).exclude(survey__territory=place)
    found = []
    for row in reversed(_ranked(rows.select_related("survey").defer("content"))):
        there = communes_of(row.survey.territory)
        wider = there is None or (here is not None and bool(here) and there >= here)
        if wider or (there and (here is None or there < here)):
            size = -len(there) if there is not None else float("-inf")
            found.append((size, Neighbour(row, name_of(row.survey.territory), wider)))
    return [each for _, each in sorted(found, key=lambda one: one[0])]


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
