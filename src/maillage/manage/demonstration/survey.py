"""The demonstration's survey: answers made by a draw that is always the same, at real places. Every row
says it is an example.
"""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

TERRITORY = "200040715"
TITLE = "Le numérique et vous, métropole de Grenoble (exemple)"
N, TARGET = 192, 200
A_DAY, EVERY = 10, timedelta(minutes=45)  # answers from nine o’clock, sent in the evening: twenty days in all
# Where people were met, how, and how many of ten.
MET = (
    ("Marché de la Villeneuve", "street", 4),
    ("Accueil du Pimms", "reception", 3),
    ("Médiathèque d’Échirolles", "partner", 2),
    ("Au téléphone", "phone", 1),
)
COMMUNES = ("38185", "38185", "38185", "38151", "38421", "38185", "38169")
REMARKS = (
    *("Surtout pour les papiers de la retraite.", "J’ai peur de me tromper et de tout perdre."),
    *("Mon fils m’aide le dimanche.", "La préfecture, c’est impossible sans ordinateur."),
    *("Je voudrais surtout qu’on me laisse le temps.", "Mon téléphone est trop vieux pour ces sites."),
    *("Ici on m’a montré, et j’ai refait seule.", "Le mot de passe, je le perds toujours."),
)
WEIGHED = ("classe_age", "sexe")  # what the census counts there, and the answers are made to look like
# What comes out of the draw, by age: under 40, 40 to 60, over 60. Weights, not percentages.
EASE = {"pas_du_tout": (1, 3, 6), "peu": (2, 4, 5), "a_l_aise": (5, 5, 3), "tres": (5, 2, 1)}
LAST = {"moins_3_mois": (60, 50, 38), "3_12_mois": (1, 2, 4), "plus_1_an": (1, 2, 5), "jamais": (1, 4, 14)}
OWNS = {
    "smartphone": (96, 88, 62),
    "ordinateur": (70, 66, 45),
    "tablette": (35, 30, 28),
    "connexion": (90, 85, 66),
}


def tell(at: datetime, accounts: Mapping[str, Any]) -> str:
    """Ask the survey of the demonstration, once, weigh and publish it; return where its results are read."""
    from maillage.apps.surveys.actions import campaigns
    from maillage.apps.surveys.actions import results as published
    from maillage.apps.surveys.actions import verbatims as reading
    from maillage.apps.surveys.actions.receive import receive
    from maillage.apps.surveys.models import Answer, Survey
    from maillage.apps.surveys.queries import verbatims
    from maillage.apps.surveys.queries.places import census_margins, fitted
    from maillage.reference.surveys import banks

    if Survey.objects.filter(example=True).exists():
        return ""
    by, begun = (
        accounts["analyste"],
        at.replace(hour=8, minute=0, second=0, microsecond=0) - timedelta(days=20),
    )
    form = fitted(banks()["habitants"], TERRITORY)
    survey = campaigns.prepare(
        by=by,
        title=TITLE,
        territory=TERRITORY,
        questionnaire=form,
        at=begun,
        example=True,
        aim="Savoir qui a besoin d’aide, où, et comment le dire. Réponses inventées, pour essayer l’outil.",
        universe="habitants de 15 ans et plus",
        how=(
            "Marché, accueil d’un lieu, médiathèque et téléphone. Les personnes qui sortent peu y sont peu"
            " vues."
        ),
        target=TARGET,
        opens_on=begun.date(),
    )
    survey = campaigns.open_survey(survey, by=by, at=begun)
    places = [campaigns.add_place(survey, name, channel=channel, by=by, at=begun) for name, channel, _ in MET]
    devices = [
        campaigns.give_link(survey, name, by=by, at=begun)[0]
        for name in ("Téléphone de Leïla", "Tablette du Pimms")
    ]
    drawn = random.Random(38)  # noqa: S311, invented answers, the same each time
    answers = [
        _answer(drawn, n, form, places, begun + timedelta(days=n // A_DAY, hours=1) + n % A_DAY * EVERY)
        for n in range(N)
    ]
    for day, n in enumerate(range(0, N, A_DAY)):
        evening = begun + timedelta(days=day, hours=10)
        receive(survey, answers[n : n + A_DAY], at=evening, surveyor=devices[day % 2], n_unsent=0)
    for verbatim in verbatims.unread(survey)[::2]:
        answer = Answer.objects.get(pk=verbatim.answer)
        reading.review(
            by=by,
            answer=answer,
            question=verbatim.question,
            published_text=verbatim.text,
            speaker="inhabitant",
            theme="",
            device="",
            keep=True,
            at=at,
        )
    published.weigh(survey, census_margins(survey, WEIGHED), by=by, at=at)
    published.publish(survey, None, by=by, at=at)
    return f"/enquetes/{survey.slug}/resultats/"


def sample_answers(form: Any, n: int, at: datetime) -> list[Mapping[str, str]]:
    """Return the answers of n invented people to a questionnaire, the same each time."""
    drawn = random.Random(38)  # noqa: S311, invented answers
    return [_values(drawn, k, form, at) for k in range(n)]


def _answer(drawn: random.Random, n: int, form: Any, places: list[Any], at: datetime) -> Any:
    """Draw one answer, and where it was given."""
    from maillage.apps.surveys.rules import Sent

    place = drawn.choices(places, [weight for *_, weight in MET])[0]
    values = _values(drawn, n, form, at)
    return Sent(
        uid=UUID(int=drawn.getrandbits(128), version=4),
        version=1,
        channel=place.channel,
        place=place.pk,
        language="fr",
        begun_at=at,
        ended_at=at + timedelta(minutes=drawn.randint(5, 14)),
        values=values,
    )


def _values(drawn: random.Random, n: int, form: Any, at: datetime) -> Mapping[str, str]:
    """Draw what somebody answers: only what was to be asked is answered."""
    from maillage.questionnaires.answering import complete

    age = drawn.choice((17, 19, 22, 24, 23, 31, 36, 44, 52, 58, 63, 67, 72, 78, 83))
    rank = 0 if age < 40 else 1 if age <= 60 else 2
    values = {"age": str(age) if n % 17 else "refus", "commune": drawn.choice(COMMUNES)}
    values["equipement"] = (
        " ".join(name for name, odds in OWNS.items() if drawn.random() * 100 < odds[rank]) or "aucun"
    )
    values["aisance"] = drawn.choices(list(EASE), [odds[rank] for odds in EASE.values()])[0]
    values["dernier_usage_internet"] = drawn.choices(list(LAST), [odds[rank] for odds in LAST.values()])[0]
    if values["age"] == "refus":
        values["age_environ"] = ("15_25", "40_60", "plus_70")[rank]
    for question in form.questions():
        names = [choice.name for choice in form.choices(question) if not choice.alone]
        if question.name in values or question.name == "classe_age":
            continue
        if question.kind == "one" and names:
            values[question.name] = drawn.choice([*names, *names, "nsp"] if drawn.random() < 0.1 else names)
        elif question.kind == "many" and names:
            values[question.name] = " ".join(drawn.sample(names, drawn.choice((1, 1, 2, 3))))
    if n % (N // len(REMARKS)) == 0:
        values["remarque"] = REMARKS[n * len(REMARKS) // N]
    completed = complete(form, values, at.date())
    return {name: value for name, value in completed.values.items() if name in values}
