"""The margins of a survey, as a page, a weighting and a file say them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from maillage.apps.surveys.models import Survey
from maillage.apps.surveys.queries import answers
from maillage.kernel.errors import Refused
from maillage.reference.cards import cards
from maillage.sources.survey.margins import Category, Margin
from maillage.statistics.survey import sample_margins

Json = dict[str, Any]

MOST_MARGINS = 20
MOST_MERGES = 8  # offered one by one


def margin_record(margin: Margin) -> Json:
    """Return a margin as it is stored with a weighting."""
    return {
        "question": margin.variable,
        "label": margin.label or margin.variable,
        "source": source_of(margin),
        "silent": list(margin.silent),
        "uncounted": dict(margin.uncounted),
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


def margin_of(record: Mapping[str, Any]) -> Margin:
    """Return a margin from `margin_record`; Refused when it is not one."""
    try:
        return Margin(
            str(record["question"]),
            tuple(
                Category(
                    str(each["name"]),
                    float(each["total"]),
                    tuple(map(str, each["values"])),
                    (int(each["span"][0]), int(each["span"][1])) if each.get("span") else None,
                )
                for each in record["classes"]
            ),
            label=str(record.get("label", "")),
            source=str(record.get("source", "")),
            year=str(record.get("year", "")),
            file=str(record.get("file", "")),
            silent=tuple(map(str, record.get("silent", ()))),
            uncounted={str(name): str(label) for name, label in dict(record.get("uncounted", {})).items()},
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
        records = json.loads(text)
    except ValueError:
        records = None
    if (
        not isinstance(records, list)
        or not 0 < len(records) <= MOST_MARGINS
        or not all(isinstance(each, dict) for each in records)
    ):
        raise _changed()
    margins = tuple(margin_of(each) for each in records)
    if any(not each.categories or any(not 0 <= c.total < 1e12 for c in each.categories) for each in margins):
        raise _changed()
    return margins


def _changed() -> Refused:
    return Refused(
        "Les marges ne se relisent pas.",
        why="La page a été changée avant d’être renvoyée.",
        do="Revenez au redressement et préparez de nouveau les marges.",
    )


def merged_page(survey: Survey, margins: Sequence[Margin], classes: str) -> tuple[Margin, ...]:
    """Return the margins with two classes made one, or all the thin ones merged. classes: variable and names,
    as `strata` offers them; the variable alone for all.
    """
    try:
        variable, *names = json.loads(classes)
    except (ValueError, TypeError):
        raise _changed() from None

    def merge(margin: Margin) -> Margin:
        if names:
            return sample_margins.merged(margin, [str(name) for name in names])
        counts = sample_margins.sample_margin(answers.table(survey), margin).counts
        return sample_margins.gathered(margin, counts)

    return tuple(merge(margin) if margin.variable == variable else margin for margin in margins)


def strata(survey: Survey, margins: Sequence[Margin]) -> list[Json]:
    """Return each variable with its classes: answers, share of answers, share of the population; and the
    merges proposed, one by one where they are few, and all at once (`gathered`).

    Refused when no column of the answers is that variable.
    """
    table = answers.table(survey)
    out = []
    for margin in margins:
        sample_margin = sample_margins.sample_margin(table, margin)
        n, total = sum(sample_margin.counts), margin.total
        rows = [
            {
                "name": category.name,
                "n": counted_,
                "share": 100 * counted_ / n if n else 0.0,
                "target": 100 * category.total / total if total else 0.0,
                "thin": counted_ < sample_margins.thin_class() and category.total > 0,
            }
            for category, counted_ in zip(margin.categories, sample_margin.counts, strict=True)
        ]
        out.append(
            {
                "variable": margin.variable,
                "label": margin.label or margin.variable,
                "source": source_of(margin),
                "rows": rows,
                "silent": sample_margin.silent,
                "unknown": [
                    (sample_margins.wording(value, margin), n, sample_margins.near_class(value, margin))
                    for value, n in list(sample_margin.unknown.items())[:8]
                ],
                # a class is perhaps empty because it is written otherwise: merging it would hide that
                **({} if sample_margin.unknown else _merges(margin, sample_margin.counts)),
            }
        )
    return out


def _merges(margin: Margin, counts: Sequence[int]) -> Json:
    """Return the merges proposed for the thin classes of a margin, and the classes that all of them leave;
    for a class that no other is proposed for (`alone`), each class that it may join.
    """
    merges = sample_margins.merges(margin, counts)
    gathered = sample_margins.gathered(margin, counts) if len(merges) > 1 else margin
    names_by_value = {value: each.name for each in margin.categories for value in each.values}
    return {
        "merges": [
            {
                "names": merge.names,
                "reason": merge.reason,
                "value": json.dumps([margin.variable, *merge.names], ensure_ascii=False),
            }
            for merge in (merges if len(merges) <= MOST_MERGES else ())
        ],
        "gathered": [
            {"name": each.name, "members": dict.fromkeys(names_by_value[value] for value in each.values)}
            for each in gathered.categories
            if each not in margin.categories
        ],
        "alone": [
            {
                "name": name,
                "others": [
                    (json.dumps([margin.variable, name, each.name], ensure_ascii=False), each.name)
                    for each in margin.categories
                    if each.name != name and each.total
                ],
            }
            for name in sample_margins.without_neighbour(margin, counts, thin=sample_margins.thin_class())
        ],
        "n_gathered": len(gathered.categories),
        "all": json.dumps([margin.variable], ensure_ascii=False),
    }
