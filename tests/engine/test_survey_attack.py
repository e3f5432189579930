"""Somebody keeps every table of a survey, subtracts, and finds nobody: small random surveys, all that is published of each."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.engine import chance
from maillage.kernel.table import Table
from maillage.reference.questionnaire import Choice, Question, Questionnaire
from maillage.reports import survey, survey_cards
from maillage.studies import tabulation
from maillage.studies.tabulated import Tabulation, counted
from maillage.studies.tabulation import Weights
from tests.engine.attacker import Attacker

LEAST = 11
ANSWERS = {"age": ("jeune", "adulte", "ancien"), "aise": ("pas", "peu", "tres"), "aide": ("oui", "non")}


def asked(name: str, kind: str = "one", **told: str) -> Question:
    return Question(name=name, kind=kind, label={"fr": f"{name} ?"}, choices=name if name in ANSWERS else "", **told)


FORM = Questionnaire(
    id="attaque",
    title="Attaque",
    kind="inhabitants",
    lists={
        name: tuple(Choice(name=each, label={"fr": each}) for each in answers)
        for name, answers in {**ANSWERS, "qui": ("proche", "lieu", "autre")}.items()
    },
    items=(
        *(asked(name) for name in ANSWERS),
        Question(name="qui", kind="one", label={"fr": "qui ?"}, choices="qui", relevant="${aise} != 'tres'"),
        asked("annees", "integer"),
        asked("jour", "date"),
    ),
)


def table(**columns) -> Table:
    n = len(next(iter(columns.values())))
    return Table(
        "a.csv", {"id": np.arange(n).astype(str), **{name: np.asarray(v, dtype=str) for name, v in columns.items()}}
    )


def drawn(seed: int, *, most: int = 260) -> Table:
    """Return the answers of a few dozens or hundreds of people, some of whom say nothing; some combinations are rare."""
    random = chance.generator(seed, "attaque")
    n = int(random.integers(40, most))
    at = random.choice(18, n, p=random.dirichlet(np.ones(18) * random.choice([0.4, 0.9, 3])))
    columns = {
        name: np.array(ANSWERS[name])[at // step % len(ANSWERS[name])]
        for name, step in zip(ANSWERS, (1, 3, 9), strict=True)
    }
    silent = random.choice([0.0, 0.04])
    return table(**{name: np.where(random.uniform(size=n) < silent, "nsp", each) for name, each in columns.items()})


def filters(names: tuple[str, ...]) -> list[dict[str, str]]:
    every = [{name: answer} for name in names for answer in ANSWERS[name]]
    return [{}, *every, *({**a, **b} for a, b in combinations(every, 2) if set(a) != set(b))]


def everything(answers: Table) -> list[tuple[Tabulation, dict[str, str]]]:
    """Return every table one may ask of a survey: each question alone, by another, under one filter or two."""
    held, out = tabulation.sample(answers, FORM), []
    for question in ANSWERS:
        others = tuple(name for name in ANSWERS if name != question)
        for where in filters(others):
            only = tabulation.only(held, {name: [answer] for name, answer in where.items()}) if where else held
            for by in ("", *others):
                if by not in where and len(where) + bool(by) < 3:
                    out.append((tabulation.of_sample(only, question, by=by), where))
    return out


@pytest.mark.parametrize("seed", range(10))
def test_nothing_withheld_is_found_from_all_the_tables_of_a_survey(seed):
    """Croisements dans les deux sens et filtres d’un ou de deux critères, lus ensemble.

    Une case de trois questions peut être serrée par les tableaux de deux questions : ceux de trois n’y ajoutent rien.
    """
    every, fewer = Attacker(ANSWERS), Attacker(ANSWERS)
    answers = drawn(seed)
    for attacker in (every, fewer):
        attacker.learn(attacker.mask(), len(answers))
    for read, where in everything(answers):
        every.read(read, where)
        if len(where) + bool(read.by) < 2:
            fewer.read(read, where)
        for row in read.rows:
            assert row.n is None or row.n >= LEAST
    for name, low, high in every.found(LEAST):
        assert name not in fewer.secrets, name
        least, most = fewer.span(every.secrets[name])
        assert high - low >= most - least - 1e-5, name


def test_respondents_are_not_cut_in_pieces_either():
    """Les mêmes bornes en nombres entiers, sur quelques enquêtes : jamais une seule valeur possible."""
    looked = 0
    for seed in range(100, 103):
        attacker = Attacker(ANSWERS)
        answers = drawn(seed, most=120)
        attacker.learn(attacker.mask(), len(answers))
        for read, where in everything(answers):
            attacker.read(read, where)
        for goal in list(attacker.secrets.values())[::15]:
            low, high = attacker.span(goal, whole=True)
            assert high - low > 2
            looked += 1
    assert looked > 20


@given(st.integers(0, 100_000))
@settings(max_examples=200, deadline=None)
def test_two_questions_told_alone_and_crossed(seed):
    """Plusieurs centaines de petites enquêtes : deux questions, leurs tableaux simples, leurs deux croisements."""
    answers, attacker = drawn(seed), Attacker({name: ANSWERS[name] for name in ("age", "aise")})
    held = tabulation.sample(answers, FORM)
    attacker.learn(attacker.mask(), len(answers))
    for question, by in (("age", ""), ("aise", ""), ("age", "aise"), ("aise", "age")):
        attacker.read(tabulation.of_sample(held, question, by=by))
    assert not list(attacker.found(LEAST))


@given(st.integers(0, 100_000))
@settings(max_examples=40, deadline=None)
def test_the_base_of_a_question_asked_of_some_gives_nothing_away(seed):
    """« Qui vous aide ? » n’est posée qu’à ceux qui ne sont pas très à l’aise : sa base ne dit pas combien le sont."""
    answers = drawn(seed)
    random = chance.generator(seed, "qui")
    who = np.where(
        answers["aise"] == "tres", "", random.choice(["proche", "lieu", "autre"], len(answers), p=[0.6, 0.3, 0.1])
    )
    answers = table(aise=np.where(answers["aise"] == "nsp", "peu", answers["aise"]), qui=who)
    held = tabulation.sample(answers, FORM)
    attacker = Attacker({"aise": ANSWERS["aise"], "qui": ("proche", "lieu", "autre")})
    attacker.learn(attacker.mask(), len(answers))
    attacker.learn(attacker.mask(aise=["tres"], qui=True), 0)
    attacker.learn(attacker.mask(aise=["pas", "peu"], qui=[""]), 0)
    for question, by in (("aise", ""), ("qui", ""), ("qui", "aise"), ("aise", "qui")):
        attacker.read(tabulation.of_sample(held, question, by=by))
    asked_ = {
        name: goal
        for name, goal in attacker.secrets.items()
        if not (goal @ [s["aise"] == "tres" and s["qui"] != "" for s in attacker.possible])
    }
    attacker.secrets = asked_
    assert not list(attacker.found(LEAST))


def test_a_question_asked_of_nearly_all_tells_neither_its_base_nor_its_shares():
    answers = table(aise=["pas"] * 60 + ["peu"] * 125 + ["tres"] * 7, qui=["proche"] * 90 + ["lieu"] * 95 + [""] * 7)
    held = tabulation.sample(answers, FORM)
    card = next(each for each in survey_cards.every(held) if each.asked.name == "qui")
    assert all(line["effectif"] == "" and line["base"] == "" for line in survey.rows([card], computed="brut"))
    assert "185" not in survey.base(card, "brut")
    assert "nombre de réponses non publié" in survey.base(card, "brut")


def test_months_of_a_few_people_are_put_together():
    days = ["2026-01-05"] * 20 + ["2026-02-03"] * 2 + ["2026-03-03"] * 30 + ["2026-04-01"] * 3
    found = tabulation.tabulate(table(jour=days), FORM, "jour")
    assert [(row.label, row.n) for row in found.rows] == [("jusqu’à janvier 2026", 20), ("février 2026 ou après", 35)]
    alone = tabulation.tabulate(table(jour=["2026-01-05"] * 20 + ["2026-02-03"] * 2), FORM, "jour")
    assert [row.label for row in alone.rows] == ["toutes les dates"]


@given(st.integers(0, 100_000))
@settings(max_examples=40, deadline=None)
def test_two_editions_cut_numbers_and_dates_at_the_same_place(seed):
    """D’autres classes donneraient, par soustraction, les nouveaux venus qui tombent entre les deux."""
    random = chance.generator(seed, "editions")
    ages = np.round(random.gamma(4, random.choice([1, 10]), int(random.integers(60, 160)))).astype(int)
    newer = np.round(random.gamma(6, random.choice([1, 20]), int(random.integers(11, 60)))).astype(int)
    for name, old, new in (
        ("annees", ages.astype(str), newer.astype(str)),
        ("jour", [f"20{20 + k // 60:02}-{k % 12 + 1:02}-05" for k in ages], [f"2026-{k % 12 + 1:02}-05" for k in newer]),
    ):
        first = tabulation.tabulate(table(**{name: old}), FORM, name)
        before = (counted(first.counts()),)
        second = tabulation.tabulate(table(**{name: [*old, *new]}), FORM, name, before=before)
        if any(row.n for row in second.rows) and any(row.n for row in first.rows):
            assert second.bounds == first.bounds
            for then, now in zip(first.rows, second.rows, strict=True):
                assert then.n is None or now.n is None or not 0 < abs(now.n - then.n) < LEAST


def weighed(seed: int):
    """Return answers weighted on one variable, as a platform does, and what everybody knows: who answered, who lives there."""
    random = chance.generator(seed, "poids")
    answers = drawn(seed)
    variable = str(random.choice(["age", "aide"]))
    kept = answers.take(np.flatnonzero(answers[variable] != "nsp"))
    codes = np.array([ANSWERS[variable].index(each) for each in kept[variable].tolist()])
    counts = np.bincount(codes, minlength=len(ANSWERS[variable]))
    target = random.dirichlet(np.full(len(counts), 4.0))
    weights = target[codes] / np.maximum(counts, 1)[codes]
    return (
        kept,
        variable,
        counts,
        weights / weights.sum(),
        Weights(values=weights, initial=np.ones(len(kept)), codes=[codes], variables=(variable,)),
    )


@given(st.integers(0, 100_000))
@settings(max_examples=60, deadline=None)
def test_a_weighted_share_beside_its_count_does_not_tell_who_gave_the_answer(seed):
    """Part redressée, effectif et poids de chaque classe : trois équations, et la réponse de deux personnes d’une classe."""
    kept, variable, counts, weights, given_weights = weighed(seed)
    if counts.min() < LEAST:
        return
    held = tabulation.sample(kept, FORM, given_weights)
    strata = ANSWERS[variable]
    each_weight = {name: float(weights[kept[variable] == name].mean()) for name in strata}
    for question in ANSWERS:
        if question == variable:
            continue
        card = survey_cards.card(held, tabulation.of_sample(held, question))
        attacker = Attacker({variable: strata, question: ANSWERS[question]})
        attacker.learn(attacker.mask(**{variable: [""]}), 0)
        for name, n in zip(strata, counts.tolist(), strict=True):
            attacker.learn(attacker.mask(**{variable: [name]}), n)
        said = kept[question] != "nsp"
        attacker.learn(attacker.mask(**{question: True}), int(said.sum()))
        base = np.array([each_weight.get(state[variable], 0.0) for state in attacker.possible])
        whole = float(weights[said].sum())
        for line in survey.rows([card], computed="redressé"):
            if line["effectif"] != "":
                attacker.learn(attacker.mask(**{question: [line["modalite"]]}), line["effectif"])
            if line["part"] != "":
                assert line["part"] == int(line["part"])
                goal = attacker.mask(**{question: [line["modalite"]]}) * base
                attacker.learn(goal, (line["part"] / 100 - 0.005) * whole, (line["part"] / 100 + 0.005) * whole)
        for name in strata:
            for answer in ANSWERS[question]:
                n = int(((kept[variable] == name) & (kept[question] == answer)).sum())
                if 0 < n < LEAST:
                    low, high = attacker.span(attacker.mask(**{variable: [name], question: [answer]}))
                    assert high - low > 2, (question, answer, name, n)
