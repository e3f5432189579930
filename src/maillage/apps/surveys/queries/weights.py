"""Record of a weighting, the sample beside its margins, and the publishable sentences about it."""

from collections.abc import Sequence
from typing import Any

from maillage.apps.surveys.models import Weighting
from maillage.apps.surveys.queries.frames import Frame
from maillage.publishing.survey.document import Sample
from maillage.statistics.survey import weighting
from maillage.statistics.survey.tables import Counted
from maillage.statistics.survey.withholding import EVERYBODY, MARGIN
from maillage.words.wording import number

Json = dict[str, Any]


def weighting_record(weighting_result: weighting.Weighting) -> Json:
    """Return the result of a weighting, as it is stored and read again."""
    return {
        "design_effect": weighting_result.design_effect,
        "n_effective": weighting_result.n_effective,
        "iterations": weighting_result.iterations,
        "gap": weighting_result.gap,
        "explained": weighting_result.explained,
        "limits": list(weighting_result.limits),
        "warnings": list(weighting_result.warnings),
        "trim": weighting_result.trim,
        "low": float(weighting_result.weights.min() / weighting_result.weights.mean()),
        "high": float(weighting_result.weights.max() / weighting_result.weights.mean()),
        "strata": [
            {
                name: getattr(stratum, name)
                for name in ("variable", "name", "n", "share", "target", "coefficient", "people")
            }
            | {"found": stratum.weighted_total}  # the name that rows already stored have
            for stratum in weighting_result.strata
        ],
    }


def samples(row: Weighting) -> list[Sample]:
    """Return the sample beside the population, variable by variable, as stored with a weighting: for those
    who hold the answers.
    """
    sources = {each["question"]: (each["label"], each["source"]) for each in row.variables}
    out = []
    for variable in dict.fromkeys(each["variable"] for each in row.told["strata"]):
        label, source = sources.get(variable, (variable, ""))
        strata = [each for each in row.told["strata"] if each["variable"] == variable]
        rows = [(each["name"], each["n"], 100 * each["share"], 100 * each["target"]) for each in strata]
        out.append(
            Sample(name=variable, label=label, source=f"Population : {source}." if source else "", rows=rows)
        )
    return out


def published_samples(frame: Frame, before: Sequence[Counted]) -> list[Sample]:
    """Return the published comparison of the sample with the population: the variables whose classes,
    read with all its tables and with earlier editions, tell of nobody.

    Once an answer was put aside, the classes counted with the weights are no longer those of the tables: one
    subtracted from the other would tell who left.
    """
    if frame.weighting is None or frame.stale or frame.discarded:
        return []
    return [each for each in samples(frame.weighting) if frame.sample.tells_margin(each.name, before)]


def sample_counts(frame: Frame, published: Sequence[Sample]) -> list[Json]:
    """Return how many answered in each class of these variables, as `Tabulation.counts` keeps them."""
    return [
        {"question": EVERYBODY, "by": "", "n": len(frame.table), "groups": {}, "cells": [], "bounds": []},
        *(
            {
                "question": MARGIN + each.name,
                "by": "",
                "n": len(frame.table),
                "groups": {},
                "cells": [[str(k), "", n] for k, (_, n, _, _) in enumerate(each.rows)],
                "bounds": [],
            }
            for each in published
        ),
    ]


def steps_in_words(row: Weighting) -> list[str]:
    record = row.told
    names = ", ".join(each["label"] for each in row.variables)
    sources = dict.fromkeys(each["source"] for each in row.variables if each["source"])
    return [
        f"Les réponses sont redressées sur : {names}. Méthode : {row.get_method_display()}.",
        *([f"Population : {' ; '.join(sources)}."] if sources else []),
        record["explained"],
        (
            f"Une réponse compte au plus pour {number(record['high'], 1)} et au moins pour"
            f" {number(record['low'], 2)} fois la moyenne. Effet de plan :"
            f" {number(record['design_effect'], 2)}, soit la précision de"
            f" {number(record['n_effective'])} réponses de même poids."
        ),
    ]
