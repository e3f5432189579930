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
from maillage.apps.surveys.queries import answers, counterparts, editions, frames
from maillage.apps.surveys.queries import sentences as survey_sentences
from maillage.kernel.errors import Refused
from maillage.reference.parameters import number
from maillage.reports.page import blocks, html
from maillage.reports.survey import document, practices
from maillage.reports.survey.findings import Behind, Sentence
from maillage.studies.survey import protection

VERSION = 7  # of what is computed: raise it when a figure, a sentence or a drawing changes
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
        made: Json = json.loads(path(survey, part, at).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return editions.dated(made, timezone.localdate(at)) if part == EDITION else made


def key(survey: Survey, part: str, at: datetime) -> str:
    """Return what tells a computation from another: all that it reads."""
    rule = protection.rule_of(survey.kind)
    row = frames.chosen(survey)
    read = [
        VERSION,
        [survey.pk, survey.slug, survey.kind, survey.rounding, survey.territory],
        [survey.n_invited, survey.n_universe, Target.objects.filter(survey=survey).count()],
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
        made = json.loads(quotas_path(survey, names).read_text("utf-8"))
        return answers.Tally(frozenset(made["read"]), [Counter(each) for each in made["counts"]])
    except (OSError, ValueError):
        return answers.Tally()


def states() -> dict[int, list[Any]]:
    """Return, for each survey with answers, what tells that its results changed: quickly read, less sure than
    a key, which decides.
    """
    counted = Answer.objects.filter(aside_at=None).order_by().values_list("survey")
    found = {pk: [n, last] for pk, n, last in counted.annotate(n=Count("pk"), last=Max("pk"))}
    weighted = dict(Weighting.objects.filter(chosen=True).order_by().values_list("survey", "pk"))
    versions = dict(Version.objects.order_by().values_list("survey").annotate(last=Max("pk")))
    return {pk: [*held, weighted.get(pk), versions.get(pk)] for pk, held in found.items()}


def _answers(survey: Survey) -> str:
    """Return a digest of the answers that count: their order, what each says, where it was given."""
    rows = answers.counted(survey).values_list(
        "uid", "digest", "version", "place", "channel", "initial_weight", "language", "ended_at"
    )
    made = hashlib.sha256(repr(answers.last_day(survey)).encode())  # it dates ages and the edition
    for row in rows.iterator(chunk_size=5_000):
        made.update(repr(row).encode())
    # An answer read again on paper says something else, and keeps its digest of arrival.
    settled = SecondEntry.objects.filter(answer__survey=survey).exclude(settled_at=None)
    made.update(repr(list(settled.order_by("pk").values_list("answer", "settled_at"))).encode())
    return made.hexdigest()


def _words(survey: Survey, at: datetime) -> list[Any]:
    """Return what an edition says beside its tables."""
    said = Verbatim.objects.filter(answer__survey=survey) | Verbatim.objects.filter(material__survey=survey)
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
        list(said.order_by("pk").values_list("pk", "shown", "theme", "speaker", "review")),
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
    held = frames.frame(survey)
    if part == METHOD:
        return _method(held, at)
    made: Json = {
        "head": {
            "n": len(held.table),
            "weighted": held.weighted,
            "stale": held.stale,
            "discarded": held.discarded,
            "left": held.left,
            "outgrown": held.outgrown,
            "response": held.universe.response_words(len(held.table), survey.kind),
        },
        "computed": "redressé" if held.weighted else "brut",
    }
    if part == TABLES:
        return made | _tables(held, made["computed"])
    question, by, where = json.loads(part)
    try:
        card = frames.card_of(held, question, by=by, where=where)
    except Refused as error:
        return made | {"refused": list(error.sentences)}
    drawn = html.fragment(document.card_blocks(card, made["computed"], id="q"))
    return made | {"one": drawn, "rows": document.private_rows([card], computed=made["computed"])}


def _tables(held: frames.Frame, computed: str) -> Json:
    asked = [card.answers for card in held.whole]
    return {
        "chapters": drawn(document.themes(held.questionnaire, held.whole, computed)) if asked else [],
        "rows": document.private_rows(held.whole, computed=computed),
        "sentences": [
            {"key": each.key, "text": each.text, "figures": each.data()}
            for each in survey_sentences.sentences(held)
        ],
        "practices": html.fragment(practices.blocks(asked, computed, id="pratiques"))
        if held.survey.kind == practices.KIND
        else "",
    }


def _method(held: frames.Frame, at: datetime) -> Json:
    told = editions.results(held, (), at=at)
    return {
        "method": told.method,
        "weighting": told.weighting,
        "limits": told.limits,
        "thread": html.fragment([document.steps(told.steps)]) if told.steps else "",
        "reading": [line.replace("**", "") for line in document.reading(told)],
    }


def sentences(made: Json) -> list[Sentence]:
    """Return the sentences of a part."""
    return [
        Sentence(
            key=each["key"],
            text=each["text"],
            figures=tuple(Behind(**figure) for figure in each["figures"]),
        )
        for each in made["sentences"]
    ]


def read_on_page(edition: blocks.Document) -> list[Json]:
    """Return the chapters of an edition as a page draws them: without the guide of variables of the editions
    published until 2026, long on a page, and a file of its own.
    """
    return drawn([each for each in edition.chapters if each.title != "Guide des variables"])


def _questions(block: blocks.Block) -> int:
    """Return how many questions a block shows: a title announces one, as does the first cell of its rows."""
    if isinstance(block, blocks.Grid):
        return sum(row[0].span > 0 and row[0].strong for row in block.rows)
    return int(isinstance(block, blocks.Heading))


def drawn(chapters: Sequence[blocks.Chapter]) -> list[Json]:
    """Return chapters ready to be drawn; how many questions, or sentences, hold those that fold."""
    return [
        {
            "id": f"c{k}",
            "title": each.title,
            "short": each.short or each.title,
            "lead": each.lead,
            "body": html.fragment(list(each.blocks)),
            "folds": each.folds,
            "questions": sum(map(_questions, each.blocks)),
            "lines": sum(len(block.items) for block in each.blocks if isinstance(block, blocks.Bullets)),
        }
        for k, each in enumerate(chapters, 1)
    ]
