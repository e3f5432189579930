"""The margins of a survey, as a page, a weighting and a file say them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from maillage.apps.surveys.models import Survey
from maillage.apps.surveys.queries import answers
from maillage.kernel.errors import Refused
from maillage.pipeline.survey.margins import Category, Margin
from maillage.reference.cards import cards
from maillage.studies.survey import sample_margins

Json = dict[str, Any]

MOST_MARGINS = 20


def margin_record(margin: Margin) -> Json:
    """Return a margin as it is stored with a weighting."""
    return {
        "question": margin.variable,
        "label": margin.label or margin.variable,
        "source": source_of(margin),
        "silent": list(margin.silent),
        "year": margin.year,
        "file": margin.file,
        "classes": [
            {
                "name": each.name,
                "label": each.name,
                "values": list(each.values),
                "total": each.total,
                "span": each.span,
            }
            for each in margin.categories
        ],
    }


def source_of(margin: Margin) -> str:
    """Return where a margin comes from, in words: its producer and title when it is one of our files."""
    card = cards().get(margin.source)
    source = (
        f"{card.producer}, {card.title}"
        if card
        else margin.source or (margin.file and f"marges données ({margin.file})")
    )
    return ", ".join(part for part in (source, margin.universe) if part)


def margin_of(held: Mapping[str, Any]) -> Margin:
    """Return a margin from `margin_record`; Refused when it is not one."""
    try:
        return Margin(
            str(held["question"]),
            tuple(
                Category(
                    str(each["name"]),
                    float(each["total"]),
                    tuple(map(str, each["values"])),
                    (int(each["span"][0]), int(each["span"][1])) if each.get("span") else None,
                )
                for each in held["classes"]
            ),
            label=str(held.get("label", "")),
            source=str(held.get("source", "")),
            year=str(held.get("year", "")),
            file=str(held.get("file", "")),
            silent=tuple(map(str, held.get("silent", ()))),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise Refused(
            "Les marges ne se relisent pas.",
            why="La page a été changée avant d’être renvoyée.",
            do="Revenez au redressement et préparez de nouveau les marges.",
        ) from error


def margins_of_page(text: str) -> tuple[Margin, ...]:
    """Return the margins that a page sent back; Refused when it was changed on the way."""
    try:
        held = json.loads(text)
    except ValueError:
        held = None
    if (
        not isinstance(held, list)
        or not 0 < len(held) <= MOST_MARGINS
        or not all(isinstance(each, dict) for each in held)
    ):
        raise _changed()
    found = tuple(margin_of(each) for each in held)
    if any(not each.categories or any(not 0 <= c.total < 1e12 for c in each.categories) for each in found):
        raise _changed()
    return found


def _changed() -> Refused:
    return Refused(
        "Les marges ne se relisent pas.",
        why="La page a été changée avant d’être renvoyée.",
        do="Revenez au redressement et préparez de nouveau les marges.",
    )


def merged_page(margins: Sequence[Margin], classes: str) -> tuple[Margin, ...]:
    """Return the margins with two classes made one. classes: variable and names, as `strata` offers them."""
    try:
        variable, *names = json.loads(classes)
    except (ValueError, TypeError):
        raise _changed() from None
    return tuple(
        sample_margins.merged(margin, [str(name) for name in names])
        if margin.variable == variable
        else margin
        for margin in margins
    )


def strata(survey: Survey, margins: Sequence[Margin]) -> list[Json]:
    """Return each variable with its classes: answers, share of answers, share of the population; and the
    merges proposed.

    Refused when no column of the answers is that variable.
    """
    table = answers.table(survey)
    out = []
    for margin in margins:
        seen = sample_margins.sample_margin(table, margin)
        n, total = sum(seen.counts), margin.total
        rows = [
            {
                "name": each.name,
                "n": counted_,
                "share": 100 * counted_ / n if n else 0.0,
                "target": 100 * each.total / total if total else 0.0,
                "thin": counted_ < sample_margins.thin_class() and each.total > 0,
            }
            for each, counted_ in zip(margin.categories, seen.counts, strict=True)
        ]
        out.append(
            {
                "variable": margin.variable,
                "label": margin.label or margin.variable,
                "source": source_of(margin),
                "rows": rows,
                "silent": seen.silent,
                "unknown": [
                    (value, n, sample_margins.nearest(value, (each.name for each in margin.categories)))
                    for value, n in list(seen.unknown.items())[:8]
                ],
                "merges": [
                    {
                        "names": each.names,
                        "reason": each.reason,
                        "value": json.dumps([margin.variable, *each.names], ensure_ascii=False),
                    }
                    for each in sample_margins.merges(margin, seen.counts)
                    # a class is perhaps empty because it is written otherwise: merging it would hide that
                    if not seen.unknown
                ],
            }
        )
    return out
