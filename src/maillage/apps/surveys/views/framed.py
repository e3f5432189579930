"""Context shared by every page of results: the survey, the tabs, the open one."""

from typing import Any

from maillage.apps.surveys import rules
from maillage.apps.surveys.models import Survey
from maillage.publishing.survey import practices as survey_practices
from maillage.statistics.survey import protection

TABS = (
    ("tableaux", "survey_tables", "Tableaux"),
    ("redressement", "survey_weighting", "Redressement"),
    ("pratiques", "survey_practices", "Pratiques"),
    ("constats", "survey_findings", "Constats"),
    ("comparer", "survey_compare", "Comparer"),
    ("paroles", "survey_verbatims", "Paroles"),
    ("materiaux", "survey_materials", "Entretiens et acteurs"),
    ("methode", "survey_method", "Méthode"),
    ("publier", "survey_publish", "Publier"),
)
ONLY = {"pratiques": survey_practices.KIND}  # a tab that one kind of survey has


def framed(survey: Survey, tab: str, title: str) -> dict[str, Any]:
    """Return the context of the head of a page of results."""
    tabs = [each for each in TABS if ONLY.get(each[0], survey.kind) == survey.kind]
    return {
        "survey": survey,
        "tab": tab,
        "title": title,
        "tabs": tabs,
        "rule": protection.words(survey.kind),
        "short_rule": protection.short_words(survey.kind),
        "weighable": survey.kind in rules.OF_RESIDENTS,
    }
