"""A survey of a commune, with its answers and who reads them."""

import random
import uuid
from datetime import UTC, datetime

from maillage.apps.surveys.actions import campaigns, receive
from maillage.apps.surveys.models import Survey
from maillage.apps.surveys.rules import Sent
from maillage.questionnaires.questionnaire import Choice, National, Question, Questionnaire

FRANCE = National(
    choice="tres plutot",
    percent=20,
    universe="France",
    year=2022,
    producer="Crédoc",
    title="",
    url="",
    quote="",
    difference="",
)


def choices(*pairs: tuple[str, str]) -> tuple[Choice, ...]:
    return tuple(Choice(name=name, label={"fr": label}) for name, label in pairs)


FORM = Questionnaire(
    id="essai",
    title="Le numérique et vous",
    kind="inhabitants",
    lists={
        "tranches": choices(("jeune", "Jeune"), ("moyen", "Moyen"), ("age", "Âgé")),
        "aises": choices(
            ("pas", "Pas à l’aise"), ("peu", "Peu à l’aise"), ("plutot", "Plutôt"), ("tres", "Très")
        ),
        "ouinon": choices(("oui", "Oui"), ("non", "Non")),
    },
    items=(
        Question(name="tranche", kind="one", choices="tranches", label={"fr": "Votre âge ?"}),
        Question(
            name="aise",
            kind="one",
            choices="aises",
            scale="ease",
            label={"fr": "Êtes-vous à l’aise ?"},
            national=(FRANCE,),
        ),
        Question(name="aide", kind="one", choices="ouinon", label={"fr": "Quelqu’un vous aide-t-il ?"}),
        Question(name="mots", kind="text", label={"fr": "Un mot ?"}),
    ),
)


AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def answered(survey: Survey, n: int, *, seed: int = 1, rare: int = 0) -> None:
    """Let n people answer, more of them young than in the population; `rare` of them are helped."""
    chance = random.Random(seed)
    sent = []
    for k in range(n):
        tranche = chance.choices(("jeune", "moyen", "age"), (5, 3, 2))[0]
        aise = chance.choices(
            ("pas", "peu", "plutot", "tres"), (1, 2, 3, 4) if tranche == "jeune" else (3, 3, 2, 2)
        )[0]
        values = {"tranche": tranche, "aise": aise, "aide": "oui" if k < rare else "non"}
        if k % 40 == 0:
            values["mots"] = f"Parole {k} de Nadia"
        sent.append(Sent(uid=uuid.UUID(int=seed * 10**6 + k), version=1, channel="street", values=values))
    receive.receive(survey, sent, at=AT)


def open_survey() -> Survey:
    """Return a survey that 150 people answered, four of whom are helped."""
    row = campaigns.prepare(
        by=None, title="Le numérique ici", territory="38151", questionnaire=FORM, at=AT, universe="Habitants"
    )
    row = campaigns.open_survey(row, by=None, at=AT)
    answered(row, 150, rare=4)
    return row


def where(survey: Survey, tab: str = "") -> str:
    return f"/espace/enquetes/{survey.pk}/resultats/{tab}"
