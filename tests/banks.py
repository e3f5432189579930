"""Question banks as a territory receives them."""

from collections.abc import Mapping
from dataclasses import replace

from maillage.questionnaires.questionnaire import Choice, Questionnaire


def with_communes(questionnaire: Questionnaire, communes: Mapping[str, str]) -> Questionnaire:
    """Return a questionnaire whose list « commune » holds these, code → name, « Une autre commune » last."""
    if "commune" not in questionnaire.lists:
        return questionnaire
    other_commune_choices = tuple(
        choice for choice in questionnaire.lists["commune"] if choice.name == "autres"
    )
    named = tuple(Choice(name=code, label={"fr": name}) for code, name in communes.items())
    return replace(questionnaire, lists={**questionnaire.lists, "commune": named + other_commune_choices})
