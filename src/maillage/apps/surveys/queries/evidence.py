"""Findings of the published surveys of a territory, for its grid: never more than an edition shows, never an
example.
"""

from collections.abc import Mapping

from maillage.apps.surveys.models import Publication
from maillage.reports.territory.criteria import Answered


def published(place: str) -> Mapping[tuple[str, str, str], Answered]:
    """Return the results of the latest edition of each kind of survey of a place, by kind, question and
    answer; without withheld ones.
    """
    rows = Publication.objects.filter(
        survey__territory=place, survey__example=False, withdrawn_at=None
    ).select_related("survey")
    found: dict[tuple[str, str, str], Answered] = {}
    for row in rows.order_by("published_at", "pk"):
        kind = row.survey.kind
        found = {key: each for key, each in found.items() if key[0] != kind}
        source = f"« {row.survey.title} », édition {row.number}, {row.published_at.year}"
        for line in row.content["tables"]:
            if line["groupe"] == "" and line["part"] != "":
                found[kind, line["question"], line["modalite"]] = Answered(
                    label=line["libelle_modalite"],
                    percent=line["part"],
                    low=line["bas"],
                    high=line["haut"],
                    n=line["base"],
                    computed=line["calcul"],
                    universe=line["univers"],
                    source=source,
                    rounding=line["arrondi"],
                )
    return found


def editions(place: str) -> list[Publication]:
    """Return the public edition of each survey of a place, the latest first; an example is labelled as
    such.
    """
    rows = (
        Publication.objects.filter(survey__territory=place, withdrawn_at=None)
        .select_related("survey")
        .defer("content")
    )
    latest: dict[int, Publication] = {}
    for row in rows.order_by("-published_at", "-pk"):
        latest.setdefault(row.survey_id, row)
    return list(latest.values())
