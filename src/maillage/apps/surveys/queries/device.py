"""The data for a device: its questionnaire, places and languages, and whether the survey is over."""

from typing import Any

from maillage.apps.surveys import rules
from maillage.apps.surveys.models import Survey, Surveyor
from maillage.questionnaires.questionnaire import load


def kit(surveyor: Surveyor) -> dict[str, Any]:
    """Return the kit with which a device asks a survey for days without network, as plain values for JSON."""
    survey = surveyor.survey
    versions = list(survey.versions.all())
    current = versions[0]
    return {
        "enquete": survey.pk,
        "titre": survey.title,
        "univers": survey.universe,
        "but": survey.aim,
        "sorte": survey.kind,
        "enqueteur": surveyor.name,
        "borne": surveyor.kiosk,
        "etat": survey.state,
        "fermee": is_over(survey),
        "version": current.number,
        "versions": [{"numero": each.number, "definition": each.definition} for each in versions],
        "langues": list(load(current.definition).languages),
        "lieux": [{"id": each.pk, "nom": each.name, "moyen": each.channel} for each in survey.places.all()],
        "moyens": dict(rules.CHANNELS),
        "par_envoi": rules.ANSWERS_AT_ONCE,
        "octets": rules.SENDING_BYTES,
    }


def is_over(survey: Survey) -> bool:
    """Return True if the survey takes no new respondents."""
    return survey.state == "closed"
