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
from maillage.apps.surveys.queries.publications import answered_on, published_counts
from maillage.apps.surveys.queries.sentences import crossings_of, edited_sentences, sentences
from maillage.apps.surveys.queries.weights import published_samples, sample_counts, steps_in_words
from maillage.apps.territories import queries as territories
from maillage.engine import disclosure
from maillage.kernel.errors import UnknownTerritory
from maillage.reports.survey import cards as survey_cards
from maillage.reports.survey import document, story, two_sides
from maillage.reports.survey import findings as survey_findings
from maillage.reports.survey.document import Card, Results, Sample
from maillage.reports.survey.findings import FindingTexts, Highlight
from maillage.reports.survey.story import Crossing
from maillage.reports.survey.waves import Before
from maillage.studies.survey import tabulation
from maillage.studies.survey.protection import rule_of
from maillage.studies.survey.tables import Tabulation
from maillage.words.dates import in_words
from maillage.words.wording import count, listing, number

Json = dict[str, Any]


def _few_since(survey: Survey, n: int, made: Sequence[Tabulation]) -> int:
    """Return the number of an earlier edition from which only a few answers changed, 0 when there is none.

    Even an unchanged table, beside one that changed, would reveal which questions the new respondents were
    asked.
    """
    kept_ = any(whole.is_previous for whole in made)
    for row in Publication.objects.filter(survey=survey).order_by("-number"):
        if 0 < abs(n - row.content["n"]) < rule_of(survey.kind).least or (n == row.content["n"] and kept_):
            return int(row.number)
    return 0


def results(
    held: Frame,
    cards: Sequence[Card],
    *,
    at: datetime,
    sample: Sequence[Sample] = (),
    crossings: Sequence[Crossing] = (),
) -> Results:
    """Return all that a document of results says, as of now. sample: who answered, as it may be published;
    crossings: those that its findings rest on.
    """
    survey, row = held.survey, held.weighting
    on = timezone.localdate(at)
    n = len(held.table)
    weighting_words = [] if row is None else steps_in_words(row)
    limits = [*(row.told["limits"] if row else []), *([survey.how] if survey.how else [])]
    if held.stale:
        limits.append(f"Les réponses ont changé depuis le redressement : {held.stale}")
    elif held.discarded:
        limits.append(
            f"{count(held.discarded, 'réponse écartée', 'réponses écartées')} depuis le redressement : les"
            " marges ne sont plus tout à fait atteintes."
        )
    if held.outgrown:
        limits.append(held.outgrown)
    if held.left:
        limits.append(
            f"{count(held.left, 'réponse arrivée', 'réponses arrivées')} après le redressement"
            f" {'ne sont pas comptées' if held.left > 1 else 'n’est pas comptée'}."
        )
    highlights, texts = _read(held, cards, crossings) if cards else ([], FindingTexts())
    return Results(
        title=survey.title,
        place=place_name(survey.territory),
        universe=survey.universe,
        kind=survey.kind,
        n=n,
        on=on,
        weighted=held.weighted,
        rounding=survey.rounding,
        questionnaire=held.questionnaire,
        cards=cards,
        aim=survey.aim,
        story=highlights,
        crossed=survey_cards.crossed(held.sample, cards, crossings) if cards else (),
        sentences=texts,
        sample=sample,
        quotes=verbatims.counted_quotes(survey),
        actors=verbatims.actors(survey).written,
        method=method(held),
        steps=verbatims.collected(survey, answers.counted(survey).count()),
        weighting=weighting_words,
        limits=limits,
        before=before(survey, on) if cards else None,
        counterpart=counterparts.counterpart(survey) if cards else None,
        finite=held.universe,
        rule=held.sample.rule if cards else None,
        notices=(
            ("Exemple : ces réponses ont été fabriquées pour la démonstration.",) if survey.example else ()
        ),
    )


def _read(
    frame: Frame, cards: Sequence[Card], crossings: Sequence[Crossing]
) -> tuple[list[Highlight], FindingTexts]:
    """Return the findings and the other sentences as the analyst left them: without those hidden, nor those
    whose figure changed since they were edited.
    """
    people = survey_findings.who(frame.survey.kind, weighted=frame.weighted)
    highlights = story.story(cards, crossings, people)
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
    return rewritten, FindingTexts(
        first=tuple(row.text for row in remaining if row.edited),
        others=tuple(row.text for row in remaining if not row.edited),
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
        apart=_apart(survey, row),
    )


def _apart(survey: Survey, then: Publication) -> str:
    """Return why the wave before is not of the same people, '' when it is."""
    if then.survey.territory != survey.territory:
        there, here = place_name(then.survey.territory), place_name(survey.territory)
        return f"Cette vague portait sur un autre territoire ({there}), et celle-ci sur {here}."
    if then.content.get("universe", "") != survey.universe:
        was = then.content.get("universe", "") or "tous les répondants"
        return f"Cette vague interrogeait d’autres personnes ({was})."
    return ""


def method(held: Frame) -> list[str]:
    """Return how the answers were collected, from the records: when, where, through which channel, with which
    material.
    """
    rows, least = answers.counted(held.survey).order_by(), rule_of(held.survey.kind).least
    ways = Counter(rows.values_list("channel", flat=True))
    # A file imported long after says when each answer was given.
    days = [begun or received for begun, received in rows.values_list("begun_at", "received_at")]
    out = []
    if days:
        first, last = (in_words(timezone.localdate(day)) for day in (min(days), max(days)))
        out.append(
            f"Réponses reçues le {first}." if first == last else f"Réponses reçues du {first} au {last}."
        )
    if ways:
        out.append(f"{_gathered({rules.CHANNELS[way]: n for way, n in ways.items()}, least)}.")
    if places := by_place(held.survey):
        out.append(f"Lieux : {_gathered(places, least)}.")
    aside = Answer.objects.filter(survey=held.survey).exclude(aside_at=None).count()
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


def _gathered(counts: Mapping[str, int], least: int) -> str:
    """Return how many answers came by each way, most first; those of a few people are named together, with
    enough others that none is found by subtraction.
    """
    ways = sorted(counts, key=lambda each: (-counts[each], each))
    shown = disclosure.one_way([counts[each] for each in ways], least, lowest=1)
    told = [f"{way} : {number(counts[way])}" for way, seen in zip(ways, shown, strict=True) if seen]
    few = [way for way, seen in zip(ways, shown, strict=True) if not seen]
    n = sum(counts[way] for way in few)
    if few:
        both = " ensemble" * (len(few) > 1)
        told.append(f"{listing(few)} : {number(n)}{both}" if n >= least else listing(few))
    return " ; ".join(told)


def edition(survey: Survey, *, at: datetime) -> Json:
    """Return the content of a publication, ready to be frozen: the document, its tables, its counts;
    protected against earlier ones.

    digest: of everything but its date, so that what is confirmed is what was previewed.
    """
    held, before = frame(survey), published_counts(survey)
    made_tables = tables(held, before)
    shown_ = [card for _, card in made_tables]
    crossings = crossings_of(held, shown_, before)
    counts = [
        whole.counts() for whole in (*(whole for whole, _ in made_tables), *(x.table for x in crossings))
    ]
    sample = published_samples(held, before)
    told = results(held, shown_, at=at, sample=sample, crossings=crossings)
    made = document.document(told).data()
    rows = [
        *document.rows(shown_, computed=told.computed),
        *document.crossed_rows(told.crossed, computed=told.computed),
    ]
    content = {
        "document": made,
        "tables": rows,
        "scales": [
            *document.scale_rows(shown_, computed=told.computed),
            *document.group_rows(told.story, shown_, computed=told.computed),
        ],
        "gaps": two_sides.rows(told.subjects, told.counterpart.about if told.counterpart else ""),
        "counts": counts + sample_counts(held, sample),
        "codebook": [list(each) for each in document.codebook(held.questionnaire)],
        "n": told.n,
        "few_since": _few_since(survey, told.n, [whole for whole, _ in made_tables]),
        "weighted": told.weighted,
        "rounding": told.rounding,
        "universe": told.universe,
        "response": told.finite.response_words(told.n, survey.kind),
        "on": told.on.isoformat(),
        "answered_on": str(answers.last_day(survey) or told.on),
        **_sums(held, [whole for whole, _ in made_tables]),
    }
    said = {"chapters": made["chapters"], "tables": rows}
    content["digest"] = hashlib.sha256(
        json.dumps(said, ensure_ascii=False, sort_keys=True).encode()
    ).hexdigest()
    return json.loads(json.dumps(content, ensure_ascii=False))  # type: ignore[no-any-return]


def dated(content: Json, on: date) -> Json:
    """Return the content of an edition computed on another day of the year, dated as if it were this day."""
    if content["on"] == on.isoformat():
        return content
    cover = content["document"]["cover"] | {"edition": document.edition_label(on)}
    return content | {"on": on.isoformat(), "document": content["document"] | {"cover": cover}}


def _sums(held: Frame, made: Sequence[Tabulation]) -> dict[str, int]:
    """Return how many figures would be published, and withheld: an answer that nobody chose is neither."""
    given = [
        (row, n > 0)
        for whole in made
        for row, n in zip(whole.of(), tabulation.respondents(held.sample, whole), strict=True)
    ]
    return {
        "shown": sum(some and row.percent is not None for row, some in given),
        "withheld": sum(some and row.percent is None for row, some in given),
    }


@lru_cache(maxsize=64)
def place_name(territory: str) -> str:
    """Return the name of the territory of a survey."""
    kept_ = territories.perimeter(territory)
    try:
        return kept_.name if kept_ else territories.territory(territory).long_name
    except UnknownTerritory:
        return territory
