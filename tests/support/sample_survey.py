"""A small survey, for tests: three questions, two places, one device."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from maillage.apps.directory.places.models import Lieu
from maillage.apps.surveys import access
from maillage.apps.surveys.actions import campaigns
from maillage.apps.surveys.models import Survey, Surveyor, Target
from maillage.questionnaires.questionnaire import Choice, Question, Questionnaire

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
FORM = Questionnaire(
    id="essai",
    title="Le numérique et vous",
    kind="inhabitants",
    languages=("fr", "en"),
    lists={
        "ouinon": (
            Choice(name="oui", label={"fr": "Oui", "en": "Yes"}),
            Choice(name="non", label={"fr": "Non", "en": "No"}),
        ),
        "outils": (
            Choice(name="smartphone", label={"fr": "Un smartphone"}),
            Choice(name="ordinateur", label={"fr": "Un ordinateur"}),
            Choice(name="rien", label={"fr": "Ni l’un ni l’autre"}, alone=True),
        ),
    },
    items=(
        Question(
            name="age",
            kind="integer",
            label={"fr": "Quel âge avez-vous ?", "en": "How old are you?"},
            constraint=". < 120",
        ),
        Question(name="outils", kind="many", choices="outils", label={"fr": "Qu’avez-vous chez vous ?"}),
        Question(
            name="aide",
            kind="one",
            choices="ouinon",
            label={"fr": "Quelqu’un vous aide-t-il ?"},
            required=True,
        ),
        Question(name="qui", kind="text", label={"fr": "Qui ?"}, relevant="${aide} = 'oui'"),
    ),
)


def survey(
    title: str = "Enquête d’Échirolles", territory: str = "38151", *, opened: bool = True, **more: Any
) -> Survey:
    """Prepare a survey, and open it."""
    row = campaigns.prepare(by=None, title=title, territory=territory, questionnaire=FORM, at=AT, **more)
    return campaigns.open_survey(row, by=None, at=AT) if opened else row


def device(row: Survey, name: str = "Nadia") -> tuple[Surveyor, str]:
    """Give a device its link."""
    return campaigns.give_link(row, name, by=None, at=AT)


def answer(**more: Any) -> dict[str, Any]:
    """Return an answer as a device sends it."""
    answer_fields = {
        "uid": str(uuid.uuid4()),
        "version": 1,
        "channel": "street",
        "place": None,
        "language": "fr",
    }
    answer_fields |= {"begun": "2026-11-20T10:00:00+01:00", "ended": "2026-11-20T10:04:00+01:00"}
    return {**answer_fields, "values": {"age": "34", "outils": "smartphone", "aide": "non"}, **more}


def send(client: Any, token: str, *answers: dict[str, Any], n_pending: int = 0) -> Any:
    """Send answers as a device does."""
    body = json.dumps({"jeton": token, "reponses": answers, "attente": n_pending})
    return client.post("/enquetes/envoi/", body, content_type="application/json")


def target(survey: Survey, lieu: Lieu) -> Target:
    """Return a place asked by a survey."""
    return Target.objects.create(
        survey=survey, lieu=lieu, token=access.digest(access.link_for(survey.pk, lieu.pk))
    )
