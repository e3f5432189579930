"""What every page of results shares: the survey, the tabs, which one is open."""

from typing import Any

from maillage.apps.surveys.models import Survey

TABS = (
    ("tableaux", "survey_tables", "Tableaux"),
    ("redressement", "survey_weighting", "Redressement"),
    ("enseignements", "survey_findings", "Enseignements"),
    ("comparer", "survey_compare", "Comparer"),
    ("paroles", "survey_verbatims", "Paroles"),
    ("materiaux", "survey_materials", "Entretiens et constats"),
    ("methode", "survey_method", "Méthode"),
    ("publier", "survey_publish", "Publier"),
)


def framed(survey: Survey, tab: str, title: str) -> dict[str, Any]:
    """Return what the head of a page of results needs."""
    return {"survey": survey, "tab": tab, "title": title, "tabs": TABS}
