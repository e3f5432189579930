"""A small questionnaire, answers as a file gives them, and the table of a question."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from maillage.kernel.table import Table
from maillage.questionnaires.questionnaire import Choice, Group, Question, Questionnaire
from maillage.statistics.survey.samples import Weights, sample
from maillage.statistics.survey.tables import Tabulation
from maillage.statistics.survey.tabulation import of_sample
from maillage.statistics.survey.universe import UNKNOWN, Universe

EASE = ("pas", "peu", "plutot", "tres")


def choices(*names):
    return tuple(Choice(name=name, label={"fr": name.capitalize()}) for name in names)


def question_of(name, kind="one", **texts):
    return Question(name=name, kind=kind, label={"fr": f"Question {name} ?"}, **texts)


FORM = Questionnaire(
    id="essai",
    title="Essai",
    kind="inhabitants",
    lists={
        "ease": choices(*EASE),
        "age": choices("jeune", "adulte", "ancien"),
        "oui": choices("oui", "non"),
        "eq": choices("tel", "ordi", "rien"),
    },
    items=(
        question_of("aise", choices="ease", scale="ease", topic="aisance"),
        question_of("age", choices="age"),
        question_of("eq", "many", choices="eq"),
        question_of("prio", "rank", choices="eq"),
        question_of("annees", "integer"),
        question_of("jour", "date"),
        question_of("mot", "text"),
        Group(name="suite", relevant="${aide} = 'oui'", items=(question_of("content", choices="oui", universe="personnes aidées"),)),
        question_of("aide", choices="oui", topic="aide"),
    ),
)  # fmt: skip


def table(**columns):
    size = len(next(iter(columns.values())))
    return Table(
        "essai.csv",
        {"id": np.arange(size).astype(str), **{k: np.array(v, dtype=str) for k, v in columns.items()}},
    )


def people(counts):
    """counts: {answer: how many} or {(answer, age): how many}."""
    return [name for name, n in counts.items() for _ in range(n)]


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


def survey():
    """Answers of 240 people, whose ages and ease go together."""
    chance = np.random.default_rng(7)
    age = chance.choice(["jeune", "adulte", "ancien"], 240, p=[0.2, 0.5, 0.3])
    ease = np.where(chance.random(240) < np.where(age == "ancien", 0.6, 0.25), "peu", "plutot")
    ease[chance.random(240) < 0.1] = "pas"
    devices = [
        " ".join(some)
        for some in zip(chance.choice(["tel", ""], 240), chance.choice(["ordi", ""], 240), strict=True)
    ]
    years = chance.integers(18, 90, 240).astype(str)
    years[::17] = ""
    return table(
        age=age,
        aise=ease,
        eq=[some.strip() or "rien" for some in devices],
        annees=years,
        aide=chance.choice(["oui", "non", "nsp"], 240),
        jour=[f"2026-{1 + k % 12:02}-10" for k in range(240)],
    )
