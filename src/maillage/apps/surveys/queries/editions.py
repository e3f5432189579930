"""The content of an edition: what is computed once, shown before publication, then published as it is."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.utils import timezone

from maillage.apps.surveys import rules
from maillage.apps.surveys.models import Answer, Publication, Survey
from maillage.apps.surveys.queries import answers, counterparts, verbatims
from maillage.apps.surveys.queries.frames import Frame, by_place, frame, tables
from maillage.apps.surveys.queries.places import has_places
from maillage.apps.surveys.queries.publications import answered_on, published_counts
from maillage.apps.surveys.queries.sentences import crossings_of, edited_sentences, sentences
from maillage.apps.surveys.queries.weights import published_samples, sample_counts, steps_in_words
from maillage.apps.territories import queries as territories
from maillage.kernel.errors import UnknownTerritory
from maillage.publishing.survey import cards as survey_cards
from maillage.publishing.survey import document, services, story, two_sides
from maillage.publishing.survey import findings as survey_findings
from maillage.publishing.survey.document import Card, Results, Sample
from maillage.publishing.survey.findings import FindingTexts, Highlight
from maillage.publishing.survey.story import Crossing
from maillage.publishing.survey.waves import Before
from maillage.statistics.engine import small_counts
from maillage.statistics.survey import tabulation
from maillage.statistics.survey.protection import rule_of
from maillage.statistics.survey.tables import Tabulation
from maillage.words.dates import in_words
from maillage.words.wording import count, listing, number

Json = dict[str, Any]


def _few_since(survey: Survey, n: int, tabulations: Sequence[Tabulation]) -> int:
    """Return the number of an earlier edition from which only a few answers changed, 0 when there is none.

    Even an unchanged table, beside one that changed, would reveal which questions the new respondents were
    asked.
    """
    has_suppression = any(table.is_previous for table in tabulations)
    for row in Publication.objects.filter(survey=survey).order_by("-number"):
        if 0 < abs(n - row.content["n"]) < rule_of(survey.kind).least or (
            n == row.content["n"] and has_suppression
        ):
            return int(row.number)
    return 0


def results(
    frame: Frame,
    cards: Sequence[Card],
    *,
    at: datetime,
    sample: Sequence[Sample] = (),
    crossings: Sequence[Crossing] = (),
) -> Results:
    """Return all that a document of results says, as of now. sample: who answered, as it may be published;
    crossings: those that its findings rest on.
    """
    survey, row = frame.survey, frame.weighting
    on = timezone.localdate(at)
    n = len(frame.table)
    weighting_words = [] if row is None else steps_in_words(row)
    limits = [*(row.told["limits"] if row else []), *([survey.how] if survey.how else [])]
    if frame.stale:
        limits.append(f"Les réponses ont changé depuis le redressement : {frame.stale}")
    elif frame.discarded:
        limits.append(
            f"{count(frame.discarded, 'réponse écartée', 'réponses écartées')} depuis le redressement : les"
            " marges ne sont plus tout à fait atteintes."
        )
    if frame.outgrown:
        limits.append(frame.outgrown)
    if frame.n_unweighted:
        limits.append(
            f"{count(frame.n_unweighted, 'réponse arrivée', 'réponses arrivées')} après le redressement"
            f" {'ne sont pas comptées' if frame.n_unweighted > 1 else 'n’est pas comptée'}."
        )
    highlights, texts = _read(frame, cards, crossings) if cards else ([], FindingTexts())
    return Results(
        title=survey.title,
        place=place_name(survey.territory),
        universe=survey.universe,
        kind=survey.kind,
        n=n,
        on=on,
        weighted=frame.weighted,
        rounding=survey.rounding,
        questionnaire=frame.merging.questionnaire,
        cards=cards,
        aim=survey.aim,
        story=highlights,
        crossed=survey_cards.crossed(frame.sample, cards, crossings) if cards else (),
        services=services.chapter(frame.sample) if cards else None,
        sentences=texts,
        sample=sample,
        quotes=verbatims.counted_quotes(survey),
        actors=verbatims.actors(survey).written,
        method=method(frame),
        steps=verbatims.collected(survey, answers.counted(survey).count()),
        weighting=weighting_words,
        limits=limits,
        before=before(survey, on) if cards else None,
        counterpart=counterparts.counterpart(survey) if cards else None,
        finite=frame.universe,
        rule=frame.sample.rule if cards else None,
        notices=(
            ("Exemple : ces réponses ont été fabriquées pour la démonstration.",) if survey.example else ()
        ),
    )


def _read(
    frame: Frame, cards: Sequence[Card], crossings: Sequence[Crossing]
) -> tuple[list[Highlight], FindingTexts]:
    """Return the findings and the other sentences as the analyst left them: without those hidden, nor those
    whose figure changed since they were edited, nor what a finding already tells of its question.
    """
    people = survey_findings.people_noun(frame.survey.kind, weighted=frame.weighted)
    highlights = story.story(cards, crossings, people, has_places=has_places(frame.survey))
    visible = {
        row.sentence.key: row
        for row in edited_sentences(frame.survey, sentences(frame, cards, crossings))
        if not row.hidden and not row.flagged
    }
    rewritten = [
        replace(
            finding, fact=visible[finding.key].text.rstrip("."), meaning="", call="", group=None, joined=()
        )
        if visible[finding.key].edited
        else finding
        for finding in highlights
        if finding.key in visible
    ]
    keys = {finding.key for finding in highlights}
    remaining = [row for key, row in visible.items() if key not in keys]
    in_story = survey_findings.questions_of(rewritten)
    return rewritten, FindingTexts(
        first=tuple(row.text for row in remaining if row.edited),
        rest=tuple(row.text for row in remaining if not row.edited and row.sentence.question not in in_story),
    )


def before(survey: Survey, on: date) -> Before | None:
    """Return the last publication of the previous wave, None when there is none: public comparisons use
    published figures only. on: the day of the results, where no answer has its own.
    """
    row = (
        survey.after
        and Publication.objects.filter(survey=survey.after, withdrawn_at=None).order_by("-number").first()
    )
    if not row:
        return None
    then = answered_on(row, row.content.get("answered_on")).year
    now = (answers.last_day(survey) or on).year
    name, later_name = (str(then), str(now)) if then != now else ("Avant", "Maintenant")
    return Before(
        name=name,
        later_name=later_name,
        about=f"« {survey.after} », édition {row.number}, {in_words(timezone.localdate(row.published_at))}",
        weighted=row.content["weighted"],
        rows=[*row.content["tables"], *row.content.get("scales", ())],
        unlike=_difference_words(survey, row),
    )


def _difference_words(survey: Survey, then: Publication) -> str:
    """Return a sentence why the previous wave is not of the same people, '' if it is."""
    if then.survey.territory != survey.territory:
        there, own_place = place_name(then.survey.territory), place_name(survey.territory)
        return f"Cette vague portait sur un autre territoire ({there}), et celle-ci sur {own_place}."
    if then.content.get("universe", "") != survey.universe:
        was = then.content.get("universe", "") or "tous les répondants"
        return f"Cette vague interrogeait d’autres personnes ({was})."
    return ""


def method(frame: Frame) -> list[str]:
    """Return how the answers were collected, from the records: when, where, through which channel, with which
    material.
    """
    rows, least = answers.counted(frame.survey).order_by(), rule_of(frame.survey.kind).least
    ways = Counter(rows.values_list("channel", flat=True))
    out = []
    if days := _answer_days(frame.survey):
        first, last = (in_words(day) for day in (days[0], days[-1]))
        out.append(
            f"Réponses reçues le {first}." if first == last else f"Réponses reçues du {first} au {last}."
        )
    if ways:
        out.append(f"{_gathered({rules.CHANNELS[way]: n for way, n in ways.items()}, least)}.")
    if places := by_place(frame.survey):
        out.append(f"Lieux : {_gathered(places, least)}.")
    aside = Answer.objects.filter(survey=frame.survey).exclude(aside_at=None).count()
    if aside:
        few = aside < least
        many = "Quelques réponses écartées" if few else count(aside, "réponse écartée", "réponses écartées")
        out.append(f"{many}, avec une raison notée.")
    versions = rows.values("version").distinct().count()
    if versions > 1:
        out.append(
            f"Le questionnaire a changé en cours de route : {versions} versions sont réunies, question par"
            " question."
        )
    return out


def _answer_days(survey: Survey) -> list[date]:
    """Return the days of the counted answers, in order, within those of their survey. One brought by a file
    that does not date it may be of any day since the first, and up to the last once it is over.
    """
    days = set()
    rows = answers.counted(survey).order_by().values_list("begun_at", "ended_at", "received_at", "channel")
    for begun, ended, received, channel in rows:
        days.add(day := answers.answered_on(survey, begun or ended or received))
        if not begun and not ended and channel == "file":
            is_inside = day == timezone.localdate(received)
            days |= {survey.opens_on or day, day if is_inside else survey.closes_on or day}
    return sorted(days)


def _gathered(counts: Mapping[str, int], least: int) -> str:
    """Return how many answers came by each way, most first; those of a few people are named together, with
    enough others that none is found by subtraction.
    """
    ways = sorted(counts, key=lambda name: (-counts[name], name))
    publishable = small_counts.one_way([counts[each] for each in ways], least, lowest=1)
    parts = [
        f"{way} : {number(counts[way])}"
        for way, is_published in zip(ways, publishable, strict=True)
        if is_published
    ]
    few = [way for way, is_published in zip(ways, publishable, strict=True) if not is_published]
    n = sum(counts[way] for way in few)
    if few:
        both = " ensemble" * (len(few) > 1)
        parts.append(f"{listing(few)} : {number(n)}{both}" if n >= least else listing(few))
    return " ; ".join(parts)


def edition(survey: Survey, *, at: datetime) -> Json:
    """Return the content of a publication, ready to be frozen: the document, its tables, its counts;
    protected against earlier ones.

    digest: of everything but its date, so that what is confirmed is what was previewed.
    """
    frame_now, before = frame(survey), published_counts(survey)
    made_tables = tables(frame_now, before)
    cards = [card for _, card in made_tables]
    crossings = crossings_of(frame_now, cards, before)
    counts = [
        table.counts() for table in (*(table for table, _ in made_tables), *(x.table for x in crossings))
    ]
    sample = published_samples(frame_now, before)
    results_now = results(frame_now, cards, at=at, sample=sample, crossings=crossings)
    document_data = document.document(results_now).data()
    rows = [
        *document.rows(cards, computed=results_now.computed),
        *document.crossed_rows(results_now.crossed, computed=results_now.computed),
    ]
    content = {
        "document": document_data,
        "tables": rows,
        "scales": [
            *document.scale_rows(cards, computed=results_now.computed),
            *document.group_rows(results_now.story, cards, computed=results_now.computed),
        ],
        "gaps": two_sides.rows(
            results_now.subjects, results_now.counterpart.about if results_now.counterpart else ""
        ),
        "counts": counts + sample_counts(frame_now, sample),
        "codebook": [list(each) for each in document.codebook(frame_now.merging.questionnaire)],
        "n": results_now.n,
        "few_since": _few_since(survey, results_now.n, [table for table, _ in made_tables]),
        "weighted": results_now.weighted,
        "rounding": results_now.rounding,
        "universe": results_now.universe,
        "response": results_now.finite.response_words(results_now.n, survey.kind),
        "on": results_now.on.isoformat(),
        "answered_on": str(answers.last_day(survey) or results_now.on),
        **_sums(frame_now, [table for table, _ in made_tables]),
    }
    digested = {"chapters": document_data["chapters"], "tables": rows}
    content["digest"] = hashlib.sha256(
        json.dumps(digested, ensure_ascii=False, sort_keys=True).encode()
    ).hexdigest()
    stored: dict[str, Any] = json.loads(json.dumps(content, ensure_ascii=False))
    return stored


def dated(content: Json, on: date) -> Json:
    """Return the content of an edition computed on another day of the year, dated as if it were this day."""
    if content["on"] == on.isoformat():
        return content
    cover = content["document"]["cover"] | {"edition": document.edition_label(on)}
    return content | {"on": on.isoformat(), "document": content["document"] | {"cover": cover}}


def _sums(frame: Frame, tabulations: Sequence[Tabulation]) -> dict[str, int]:
    """Return how many figures would be published, and withheld: an answer that nobody chose is neither."""
    published_rows = [
        (row, n > 0)
        for table in tabulations
        for row, n in zip(table.of(), tabulation.respondents(frame.sample, table), strict=True)
    ]
    return {
        "shown": sum(some and row.percent is not None for row, some in published_rows),
        "withheld": sum(some and row.percent is None for row, some in published_rows),
    }


@lru_cache(maxsize=64)
def place_name(territory: str) -> str:
    """Return the name of the territory of a survey."""
    perimeter = territories.perimeter(territory)
    try:
        return perimeter.name if perimeter else territories.territory(territory).long_name
    except UnknownTerritory:
        return territory
