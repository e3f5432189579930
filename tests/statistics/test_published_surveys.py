"""The surveys of a territory beside its figures: none is denied beside one that exists."""

from dataclasses import replace
from datetime import date

import pytest

from maillage.publishing.directory.census import NO_SHARES
from maillage.publishing.territory import agreements, criteria
from maillage.publishing.territory.reading import SurveyReading
from maillage.publishing.territory.surveys import NO_SURVEY, PublishedSurvey, left_out, unpublished

OWN = PublishedSurvey(kind="inhabitants", title="Habitants", n=250, on=date(2026, 10, 3))
EARLIER = replace(OWN, title="Première vague", n=192, on=date(2024, 5, 6))
WIDER = replace(OWN, title="Département", elsewhere="menée sur un territoire plus large (Ain)")
EXAMPLE = replace(OWN, title="Essai", is_example=True)
STRUCTURES = replace(OWN, kind="structures", title="Structures", n=1)


def combined(reason: str) -> SurveyReading:
    return SurveyReading(
        reason=reason,
        title="Habitants",
        lines=(),
        agrees=True,
        axis="",
        sentences=(),
        sensitivity=(),
        method="",
    )


@pytest.mark.parametrize(
    ("surveys", "beside_model", "expected"),
    [
        ((), None, NO_SURVEY),
        ((STRUCTURES,), None, NO_SURVEY),
        ((OWN,), None, "L’enquête « Habitants » (250 réponses, 2026) se lit à part : ces chiffres ne la comptent pas."),
        (
            (OWN, EARLIER, WIDER, EXAMPLE),
            None,
            "Les enquêtes « Habitants » (250 réponses, 2026) et « Première vague » (192 réponses, 2024) se"
            " lisent à part : ces chiffres ne les comptent pas.",
        ),
        (
            (WIDER, EXAMPLE),
            None,
            "L’enquête « Département » (250 réponses, 2026, menée sur un territoire plus large (Ain)) se lit à"
            " part : ces chiffres ne la comptent pas.",
        ),
        ((EXAMPLE,), None, "L’enquête « Essai » (250 réponses, 2026, exemple : réponses inventées) se lit à part : ces chiffres ne la comptent pas."),
        ((OWN,), combined(""), ""),
        ((), combined(""), ""),
        ((OWN,), combined("« Habitants » : trop peu de réponses."), "L’enquête n’entre pas dans ces chiffres. « Habitants » : trop peu de réponses."),
    ],
)  # fmt: skip
def test_left_out_names_each_survey_that_figures_do_not_count(surveys, beside_model, expected):
    assert left_out(surveys, beside_model).replace("\xa0", " ") == expected


LACKING = "Donnée manquante : une enquête publiée auprès des structures le dirait."
BOTH = "Donnée manquante : une enquête publiée auprès des habitants et une auprès des structures le diraient."
UNPUBLISHED = "Donnée manquante : « Structures » (1 réponse, 2026) ne le publie pas."


@pytest.mark.parametrize(
    ("surveys", "kinds", "expected"),
    [
        ((OWN,), (STRUCTURES.kind,), LACKING),
        ((replace(STRUCTURES, is_of_part=True),), (STRUCTURES.kind,), LACKING),
        ((STRUCTURES,), (STRUCTURES.kind,), UNPUBLISHED),
        ((), (OWN.kind, STRUCTURES.kind), BOTH),
        ((OWN,), (OWN.kind, STRUCTURES.kind), LACKING),
    ],
)
def test_unpublished_denies_no_survey_that_exists(surveys, kinds, expected):
    assert unpublished(surveys, kinds).replace("\xa0", " ") == expected


@pytest.mark.parametrize(("surveys", "expected"), [((OWN,), LACKING), ((STRUCTURES,), UNPUBLISHED)])
def test_grid_and_points_name_the_survey_that_does_not_tell(surveys, expected):
    """« Une enquête auprès des structures le dirait », à côté d’une enquête auprès des structures."""
    rows = [row for axis in criteria.grid(None, NO_SHARES, surveys=surveys) for row in axis.criteria]
    evidence = {row.evidence.replace("\xa0", " ") for row in rows if "auprès des structures" in row.rule}
    assert expected in evidence
    assert agreements.points([], {}, [], surveys)[2].evidence.replace("\xa0", " ") == expected
