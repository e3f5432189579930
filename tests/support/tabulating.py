"""The table of a question, from answers as a file gives them."""

from collections.abc import Mapping, Sequence
from typing import Any

from maillage.forms.questionnaire import Questionnaire
from maillage.kernel.table import Table
from maillage.studies.survey.samples import Weights, sample
from maillage.studies.survey.tables import Tabulation
from maillage.studies.survey.tabulation import of_sample
from maillage.studies.survey.universe import UNKNOWN, Universe


def tabulate(
    answers: Table,
    questionnaire: Questionnaire,
    question: str,
    *,
    weights: Weights | None = None,
    where: Mapping[str, Sequence[str]] | None = None,
    universe: Universe = UNKNOWN,
    **options: Any,
) -> Tabulation:
    """Return the table of a question. options: those of `of_sample`."""
    return of_sample(
        sample(answers, questionnaire, weights, where=where, universe=universe), question, **options
    )
