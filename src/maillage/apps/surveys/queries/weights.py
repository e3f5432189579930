"""What a weighting leaves behind: its record, the sample beside its margins, what may be said of it."""

from collections.abc import Sequence
from typing import Any

from maillage.apps.surveys.models import Weighting
from maillage.apps.surveys.queries.frames import Frame
from maillage.reports.survey.document import Sample
from maillage.studies.survey import samples as survey_samples
from maillage.studies.survey import weighting
from maillage.studies.survey.tables import Counted
from maillage.studies.survey.withholding import EVERYBODY
from maillage.words.wording import number

Json = dict[str, Any]


def weighting_record(found: weighting.Weighting) -> Json:
    """Return the result of a weighting, as it is stored and read again."""
    return {
        "design_effect": found.design_effect,
        "n_effective": found.n_effective,
        "iterations": found.iterations,
        "gap": found.gap,
        "explained": found.explained,
        "limits": list(found.limits),
        "warnings": list(found.warnings),
        "trim": found.trim,
        "low": float(found.weights.min() / found.weights.mean()),
        "high": float(found.weights.max() / found.weights.mean()),
        "strata": [
            {
                name: getattr(each, name)
                for name in ("variable", "name", "n", "share", "target", "coefficient", "people", "found")
            }
            for each in found.strata
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


def published_samples(held: Frame, before: Sequence[Counted]) -> list[Sample]:
    """Return what an edition says of the sample beside the population: the variables whose classes, read with
    all its tables and with earlier editions, tell of nobody.

    Once an answer was put aside, the classes counted with the weights are no longer those of the tables: one
    subtracted from the other would tell who left.
    """
    if held.weighting is None or held.stale or held.discarded:
        return []
    return [each for each in samples(held.weighting) if held.sample.tells_margin(each.name, before)]


def sample_counts(held: Frame, told: Sequence[Sample]) -> list[Json]:
    """Return how many answered in each class of these variables, as `Tabulation.counts` keeps them."""
    return [
        {"question": EVERYBODY, "by": "", "n": len(held.table), "groups": {}, "cells": [], "bounds": []},
        *(
            {
                "question": survey_samples.MARGIN + each.name,
                "by": "",
                "n": len(held.table),
                "groups": {},
                "cells": [[str(k), "", n] for k, (_, n, _, _) in enumerate(each.rows)],
                "bounds": [],
            }
            for each in told
        ),
    ]


def steps_in_words(row: Weighting) -> list[str]:
    told = row.told
    names = ", ".join(each["label"] for each in row.variables)
    sources = dict.fromkeys(each["source"] for each in row.variables if each["source"])
    return [
        f"Les réponses sont redressées sur : {names}. Méthode : {row.get_method_display()}.",
        *([f"Population : {' ; '.join(sources)}."] if sources else []),
        told["explained"],
        (
            f"Une réponse compte au plus pour {number(told['high'], 1)} et au moins pour"
            f" {number(told['low'], 2)} fois la moyenne. Effet de plan : {number(told['design_effect'], 2)} ;"
            f" {number(row.n)} réponses en valent {number(told['n_effective'])}."
        ),
    ]
