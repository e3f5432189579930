"""The results of a survey that were already computed: one file for each part, named by all that it was
computed from.

A part is exact as long as its key is: another answer, other weights, another questionnaire, another rule, and
its file is not read any more.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Max
from django.utils import timezone

from maillage.apps.surveys.models import (
    Answer,
    Finding,
    Material,
    Publication,
    SecondEntry,
    Statement,
    Survey,
    Target,
    Verbatim,
    Version,
    Weighting,
)
from maillage.apps.surveys.queries import answers, counterparts, editions, frames, places, zones
from maillage.apps.surveys.queries import sentences as survey_sentences
from maillage.kernel.errors import Refused
from maillage.publishing.page import blocks, html
from maillage.publishing.survey import document, practices
from maillage.publishing.survey.findings import Behind, Sentence
from maillage.reference.parameters import number
from maillage.statistics.survey import protection

VERSION = 9  # of what is computed: raise it when a figure, a sentence or a drawing changes
TABLES, EDITION, METHOD, QUOTAS = "tableaux", "edition", "methode", "quotas"
Json = dict[str, Any]


def folder(survey: Survey) -> Path:
    return Path(settings.HOME) / "resultats" / f"{survey.pk}"


def one(question: str, by: str, where: Mapping[str, str]) -> str:
    """Return the part that is one table, crossed or filtered."""
    return json.dumps([question, by, dict(where)], ensure_ascii=False)


def path(survey: Survey, part: str, at: datetime) -> Path:
    """Return where a part stands, once computed from what is known now."""
    name = part if part in (TABLES, EDITION, METHOD) else hashlib.sha256(part.encode()).hexdigest()[:12]
    return folder(survey) / f"{name}-{key(survey, part, at)}.json"


def stored(survey: Survey, part: str, at: datetime) -> Json | None:
    """Return a part already computed from the very same answers, weights, questionnaire and rule; None when
    there is none.
    """
    try:
        content: Json = json.loads(path(survey, part, at).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return editions.dated(content, timezone.localdate(at)) if part == EDITION else content


def key(survey: Survey, part: str, at: datetime) -> str:
    """Return the key of a computation: a digest of all that it reads."""
    rule = protection.rule_of(survey.kind)
    row = frames.chosen(survey)
    read = [
        VERSION,
        [survey.pk, survey.slug, survey.kind, survey.rounding, survey.territory],
        [survey.n_invited, survey.n_universe, Target.objects.filter(survey=survey).count()],
        places.has_places(survey),
        [[row.slug, hashlib.sha256(row.zones.encode()).hexdigest()] for row in zones.perimeters_of(survey)],
        list(Version.objects.filter(survey=survey).order_by("pk").values_list("pk", "number", "definition")),
        list(survey.places.values_list("pk", "name", "lieu__structure__name")),
        [row.pk, row.made_at, row.n, row.variables] if row else [],
        [rule.least, rule.empty, rule.vague, sorted(rule.public), number("protection/survey_fragile")],
        [number(f"protection/sample_{name}") for name in ("small_count", "fraction", "wide_base")],
        list(Publication.objects.filter(survey=survey).order_by("pk").values_list("number", "withdrawn_at")),
        _answers(survey),
    ]
    if part in (EDITION, METHOD):
        read.append(_words(survey, at))
    return hashlib.sha256(json.dumps(read, default=str, ensure_ascii=False).encode()).hexdigest()[:32]


def quotas_path(survey: Survey, names: Sequence[str]) -> Path:
    """Return where the counts of what answers say to some questions stand: a file for each questionnaire."""
    versions = list(Version.objects.filter(survey=survey).order_by("pk").values_list("pk", "definition"))
    read = json.dumps([VERSION, names, versions], default=str, ensure_ascii=False).encode()
    return folder(survey) / f"{QUOTAS}-{hashlib.sha256(read).hexdigest()[:32]}.json"


def tally(survey: Survey, names: Sequence[str]) -> answers.Tally:
    """Return the counts that stand already; empty ones when there are none."""
    try:
        record = json.loads(quotas_path(survey, names).read_text("utf-8"))
        return answers.Tally(frozenset(record["read"]), [Counter(each) for each in record["counts"]])
    except (OSError, ValueError):
        return answers.Tally()


def states() -> dict[int, list[Any]]:
    """Return, for each survey with answers, what tells that its results changed: quickly read, less sure than
    a key, which decides.
    """
    counted = Answer.objects.filter(aside_at=None).order_by().values_list("survey")
    n_and_last = {pk: [n, last] for pk, n, last in counted.annotate(n=Count("pk"), last=Max("pk"))}
    weighted = dict(Weighting.objects.filter(chosen=True).order_by().values_list("survey", "pk"))
    versions = dict(Version.objects.order_by().values_list("survey").annotate(last=Max("pk")))
    return {pk: [*counts, weighted.get(pk), versions.get(pk)] for pk, counts in n_and_last.items()}


def _answers(survey: Survey) -> str:
    """Return a digest of the answers that count: their order, what each says, where it was given."""
    rows = answers.counted(survey).values_list(
        "uid", "digest", "version", "place", "channel", "initial_weight", "language", "ended_at"
    )
    digest = hashlib.sha256(repr(answers.last_day(survey)).encode())  # it dates ages and the edition
    for row in rows.iterator(chunk_size=5_000):
        digest.update(repr(row).encode())
    # An answer read again on paper says something else, and keeps its digest of arrival.
    settled = SecondEntry.objects.filter(answer__survey=survey).exclude(settled_at=None)
    digest.update(repr(list(settled.order_by("pk").values_list("answer", "settled_at"))).encode())
    return digest.hexdigest()


def _words(survey: Survey, at: datetime) -> list[Any]:
    """Return the words of an edition beside its tables."""
    verbatims = Verbatim.objects.filter(answer__survey=survey) | Verbatim.objects.filter(
        material__survey=survey
    )
    facing = counterparts.counterpart(survey)
    return [
        timezone.localdate(at).year,  # what a wave is called; an edition takes the day it is read
        [facing.kind, facing.about] if facing else [],
        [survey.title, survey.aim, survey.universe, survey.how, survey.example, survey.after_id],
        list(
            Finding.objects.filter(survey=survey)
            .order_by("pk")
            .values_list("key", "edited", "edited_from", "hidden")
        ),
        list(verbatims.order_by("pk").values_list("pk", "shown", "theme", "speaker", "review")),
        list(Material.objects.filter(survey=survey).order_by("pk").values()),
        list(Statement.objects.filter(territory=survey.territory).order_by("pk").values()),
        Answer.objects.filter(survey=survey).exclude(aside_at=None).count(),
        list(Publication.objects.filter(survey=survey.after).values_list("number", "withdrawn_at"))
        if survey.after
        else [],
    ]


# ----------------------------------------------------------------------------------------------- what is kept


def content(survey: Survey, part: str, at: datetime) -> Json:
    """Return a part, computed now: plain values, ready to be written."""
    if part == EDITION:
        edition = editions.edition(survey, at=at)
        return edition | {"drawn": read_on_page(blocks.load(edition["document"]))}
    frame = frames.frame(survey)
    if part == METHOD:
        return _method(frame, at)
    part_content: Json = {
        "head": {
            "n": len(frame.table),
            "weighted": frame.weighted,
            "stale": frame.stale,
            "discarded": frame.discarded,
            "left": frame.n_unweighted,
            "outgrown": frame.outgrown,
            "response": frame.universe.response_words(len(frame.table), survey.kind),
        },
        "computed": "redressé" if frame.weighted else "brut",
    }
    if part == TABLES:
        return part_content | _tables(frame, part_content["computed"])
    question, by, where = json.loads(part)
    try:
        card = frames.card_of(frame, question, by=by, where=where)
    except Refused as error:
        return part_content | {"refused": list(error.sentences)}
    drawn = html.fragment(document.card_blocks(card, part_content["computed"], id="q"))
    return part_content | {
        "one": drawn,
        "rows": document.private_rows([card], computed=part_content["computed"]),
    }


def _tables(frame: frames.Frame, computed: str) -> Json:
    tables = [card.answers for card in frame.complete_cards]
    return {
        "chapters": drawn(document.themes(frame.questionnaire, frame.complete_cards, computed))
        if tables
        else [],
        "rows": document.private_rows(frame.complete_cards, computed=computed),
        "sentences": [
            {"key": each.key, "text": each.text, "figures": each.data()}
            for each in survey_sentences.sentences(frame)
        ],
        "practices": html.fragment(practices.blocks(tables, computed, id="pratiques"))
        if frame.survey.kind == practices.KIND
        else "",
    }


def _method(frame: frames.Frame, at: datetime) -> Json:
    results = editions.results(frame, (), at=at)
    return {
        "method": results.method,
        "weighting": results.weighting,
        "limits": results.limits,
        "thread": html.fragment([document.steps(results.steps)]) if results.steps else "",
        "reading": [line.replace("**", "") for line in document.reading(results)],
    }


def sentences(part_content: Json) -> list[Sentence]:
    """Return the sentences of a part."""
    return [
        Sentence(
            key=each["key"],
            text=each["text"],
            figures=tuple(Behind(**figure) for figure in each["figures"]),
        )
        for each in part_content["sentences"]
    ]


def read_on_page(edition: blocks.Document) -> list[Json]:
    """Return the chapters of an edition as a page draws them: without the guide of variables of the editions
    published until 2026, long on a page, and a file of its own.
    """
    return drawn([each for each in edition.chapters if each.title != "Guide des variables"])


def _questions(block: blocks.Block) -> int:
    """Return how many questions a block shows: a title announces one, as does a table of a column, or the
    first cell of the rows of editions of old.
    """
    if isinstance(block, blocks.Columns):
        return sum(isinstance(each, blocks.Grid) for each in block.blocks)
    if isinstance(block, blocks.Grid):
        return sum(row[0].span > 0 and row[0].strong for row in block.rows)
    return int(isinstance(block, blocks.Heading))


def _sentences(block: blocks.Block) -> int:
    """Return how many sentences a list holds, in one column or in two."""
    if isinstance(block, blocks.TwoColumns):
        return sum(isinstance(each, blocks.Text) for each in (*block.left_blocks, *block.right_blocks))
    return len(block.items) if isinstance(block, blocks.Bullets) else 0


def drawn(chapters: Sequence[blocks.Chapter]) -> list[Json]:
    """Return chapters ready to be drawn; how many questions, or sentences, hold those that fold."""
    return [
        {
            "id": f"c{k}",
            "title": chapter.title,
            "short": chapter.short or chapter.title,
            "lead": chapter.lead,
            "body": html.fragment(list(chapter.blocks)),
            "folds": chapter.folds,
            "questions": sum(map(_questions, chapter.blocks)),
            "lines": sum(map(_sentences, chapter.blocks)),
        }
        for k, chapter in enumerate(chapters, 1)
    ]
