"""Somebody keeps every table of a survey, subtracts, and finds nobody: small random surveys, all that is
published of each.
"""

import re
from dataclasses import replace
from datetime import date
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pytest import approx

from maillage.kernel.table import Table
from maillage.manage.surveys import tabuler
from maillage.publishing.survey import cards as survey_cards
from maillage.publishing.survey import document as survey_document
from maillage.questionnaires.questionnaire import Choice, Question, Questionnaire
from maillage.statistics.engine import chance
from maillage.statistics.engine.suppression import doubt_required
from maillage.statistics.survey import samples, tabulation, ties
from maillage.statistics.survey.samples import Weights
from maillage.statistics.survey.tables import Tabulation, counted
from maillage.statistics.survey.universe import UNKNOWN, Universe
from tests.statistics.attacker import OUT, Attacker
from tests.support.profile import times
from tests.support.tabulating import table, tabulate

LEAST = 11
ANSWERS = {"age": ("jeune", "adulte", "ancien"), "aise": ("pas", "peu", "tres"), "aide": ("oui", "non")}


def question_of(name: str, kind: str = "one", **texts: str) -> Question:
    return Question(
        name=name, kind=kind, label={"fr": f"{name} ?"}, choices=name if name in ANSWERS else "", **texts
    )


FORM = Questionnaire(
    id="attaque",
    title="Attaque",
    kind="inhabitants",
    lists={
        name: tuple(Choice(name=each, label={"fr": each}) for each in answers)
        for name, answers in {**ANSWERS, "qui": ("proche", "lieu", "autre")}.items()
    },
    items=(
        *(question_of(name) for name in ANSWERS),
        Question(name="qui", kind="one", label={"fr": "qui ?"}, choices="qui", relevant="${aise} != 'tres'"),
        question_of("annees", "integer"),
        question_of("jour", "date"),
    ),
)


def drawn(seed: int, *, most: int = 260) -> Table:
    """Return the answers of a few dozens or hundreds of people, some of whom say nothing; some
    combinations are rare.
    """
    random = chance.generator(seed, "attaque")
    n = int(random.integers(40, most))
    at = random.choice(18, n, p=random.dirichlet(np.ones(18) * random.choice([0.4, 0.9, 3])))
    columns = {
        name: np.array(ANSWERS[name])[at // step % len(ANSWERS[name])]
        for name, step in zip(ANSWERS, (1, 3, 9), strict=True)
    }
    silent = random.choice([0.0, 0.04])
    return table(
        **{
            name: np.where(random.uniform(size=n) < silent, "nsp", answers_of)
            for name, answers_of in columns.items()
        }
    )


def filters(names: tuple[str, ...]) -> list[dict[str, str]]:
    every = [{name: answer} for name in names for answer in ANSWERS[name]]
    return [{}, *every, *({**a, **b} for a, b in combinations(every, 2) if set(a) != set(b))]


def everything(answers: Table, universe: Universe = UNKNOWN) -> list[tuple[Tabulation, dict[str, str]]]:
    """Return every table one may ask of a survey: each question alone, by another, under one filter or
    two.
    """
    sampled, out = samples.sample(answers, FORM, universe=universe), []
    for question in ANSWERS:
        crossed = tuple(name for name in ANSWERS if name != question)
        for where in filters(crossed):
            only = (
                samples.only(sampled, {name: [answer] for name, answer in where.items()})
                if where
                else sampled
            )
            for by in ("", *crossed):
                if by not in where and len(where) + bool(by) < 3:
                    out.append((tabulation.of_sample(only, question, by=by), where))
    return out


CITY = Universe(size=130_000)
CASES = [(UNKNOWN, LEAST, seed) for seed in range(10)] + [(CITY, 5, seed) for seed in range(10, 20)]


@pytest.mark.parametrize(("universe", "least", "seed"), CASES)
def test_nothing_withheld_is_found_from_all_the_tables_of_a_survey(universe, least, seed):
    """Croisements dans les deux sens et filtres d’un ou de deux critères, lus ensemble.

    Une case de trois questions peut être serrée par les tableaux de deux questions : ceux de trois n’y
    ajoutent rien.
    """
    every, fewer = Attacker(ANSWERS), Attacker(ANSWERS)
    answers = drawn(seed)
    for attacker in (every, fewer):
        attacker.learn(attacker.mask(), len(answers))
    for read, where in everything(answers, universe):
        every.read(read, where)
        if len(where) + bool(read.by) < 2:
            fewer.read(read, where)
        for row in read.rows:
            assert row.n is None or row.n >= least or (row.n == 0 and universe is CITY)
    for name, low, high in every.disclosed(least):
        assert name not in fewer.secrets, name
        least, most = fewer.span(every.secrets[name])
        assert high - low >= most - least - 1e-5, name


MANY = 40  # cells that carried the same words: enough to learn what the words mean


def one_question(seed: int) -> Table:
    """Return the answers of a few dozens of people to one question of three to six answers."""
    random = chance.generator(seed, "une question")
    size, n = int(random.integers(3, 7)), int(random.integers(40, 170))
    at = random.choice(size, n, p=random.dirichlet(np.full(size, random.choice([0.7, 2.0]))))
    return table(seule=np.array([f"r{k}" for k in range(size)])[at])


ALONE = replace(
    FORM,
    lists={"seule": tuple(Choice(name=f"r{k}", label={"fr": f"réponse {k}"}) for k in range(6))},
    items=(Question(name="seule", kind="one", label={"fr": "seule ?"}, choices="seule"),),
)


def printed_words(answers: Table, universe: Universe) -> dict[str, set[tuple[str, str]]]:
    """Return, for each answer whose count is masked, all that is printed of it: column → words, figures aside."""
    answered = samples.sample(answers, ALONE, universe=universe)
    tabulated = tabulation.of_sample(answered, "seule")
    card = survey_cards.card(answered, tabulated)
    grid = survey_document.table(card, "brut")
    notes = grid.note.split(". ")
    page = {cells[0].text: [cell.text for cell in cells] + notes for cells in grid.rows}
    lines = {line["modalite"]: line for line in tabuler.document(tabulated, universe, len(answers))["lignes"]}
    printed = {}
    for row in survey_document.rows([card], computed="brut"):
        if row["effectif"] == "":
            read = [("page", text) for text in page.get(row["libelle_modalite"], [])]
            read += [
                (f"csv {name}", row[name]) for name in row if name not in ("modalite", "libelle_modalite")
            ]
            read += [
                (f"json {name}", value)
                for name, value in lines[row["modalite"]].items()
                if name != "modalite"
            ]
            printed[row["modalite"]] = {(name, re.sub(r"\d+", "#", str(value))) for name, value in read}
    return printed


@pytest.mark.parametrize(
    ("universe", "least", "lowest"), [(UNKNOWN, LEAST, 0), (CITY, 5, 1)], ids=["everybody", "few of a city"]
)
def test_no_masked_count_is_known_by_whoever_reads_every_column_and_knows_the_rule(universe, least, lowest):
    """Des centaines de tableaux d’une question. Qui les lit tous sait ce que chaque motif a déjà couvert ; il sait
    aussi, au mieux, quelles cases masquées sont sous le seuil, et que les plus petites des autres partent d’abord.
    Quand presque tous ont donné une réponse, le reste n’est pas un secret.
    """
    tables = [one_question(seed) for seed in range(times(60, 300))]  # a thousand were looked at once
    counts = [dict(zip(*np.unique(each["seule"], return_counts=True), strict=True)) for each in tables]
    printed = [printed_words(each, universe) for each in tables]
    covered: dict[tuple[str, str], list[int]] = {}
    for words, count in zip(printed, counts, strict=True):
        for answer, read in words.items():
            for each in read:
                covered.setdefault(each, []).append(int(count.get(answer, 0)))
    often = {phrase: n for phrase, n in covered.items() if len(n) >= MANY}
    small = {phrase for phrase, n in often.items() if max(n) < least}
    large = {phrase for phrase, n in often.items() if min(n) >= least}
    masked = 0
    for answers, words, count in zip(tables, printed, counts, strict=True):
        if not words or len(words) == 6 or sum(count.get(each, 0) for each in words) < least:
            continue  # nothing masked, nothing published, or nearly all gave one answer
        attacker = Attacker({"seule": [f"r{k}" for k in range(6)]})
        attacker.learn(attacker.mask(), len(answers))
        attacker.learn(attacker.mask(seule=[OUT]), 0)
        published = [int(n) for answer, n in count.items() if answer not in words]
        smallest = min(published, default=len(answers))
        for answer in attacker.answers["seule"]:
            n, cell = int(count.get(answer, 0)), attacker.mask(seule=[answer])
            if answer not in words:
                attacker.learn(cell, n)
                continue
            low = least if words[answer] & large else min(n, lowest)
            high = least - 1 if n < least or words[answer] & small else smallest
            attacker.learn(cell, low, high)
            attacker.secrets[f"{low} to {high}"] = cell  # those known alike vary alike
        masked += len(words)
        assert not list(attacker.disclosed(doubt_required(least, lowest))), count
    assert masked > times(40, 200)


def test_the_answers_of_nearly_all_are_published_with_the_few_that_differ():
    """15 « très satisfait » et 14 « satisfait » sur 30 : les deux se disent, et pas qui des autres l’est peu."""
    scale = ("pas", "peu", "assez", "tres")
    form = replace(
        ALONE,
        lists={"seule": tuple(Choice(name=name, label={"fr": name}) for name in scale)},
        items=(replace(ALONE.items[0], scale="satisfaction"),),
    )
    tabulated = tabulate(
        table(seule=np.repeat(["peu", "assez", "tres"], [1, 14, 15])), form, "seule", universe=CITY
    )
    assert {row.category: row.n for row in tabulated.rows} == {
        **{"pas": None, "peu": None, "assez": 14, "tres": 15},
        **{"pas+peu": None, "assez+tres": 29},
    }


def test_an_answer_of_nearly_all_tells_no_more_than_how_many_are_left():
    """97 sur 100, dans une ville : la part se publie, et les deux autres ne se distinguent pas."""
    answers = table(seule=np.repeat(["r0", "r1", "r2"], [97, 2, 1]))
    tabulated = tabulate(answers, ALONE, "seule", universe=CITY)
    assert {row.category for row in tabulated.rows if row.n is not None} >= {"r0"}
    assert {row.n for row in tabulated.rows if row.category in ("r1", "r2")} == {None}
    assert tabulate(answers, ALONE, "seule").row("r0").n is None


@pytest.mark.parametrize("counts", [(90, 2), (190, 1, 1)])
def test_what_nearly_all_leave_is_printed_when_a_subtraction_tells_it(counts):
    """Une seule réponse reste, ou chacune n’a été donnée que par une personne : la masquer ne cache rien."""
    names = [f"r{k}" for k in range(len(counts))]
    tabulated = tabulate(table(seule=np.repeat(names, counts)), ALONE, "seule", universe=CITY)
    assert {row.n for row in tabulated.rows} == {0, *counts}


@pytest.mark.parametrize("seed", range(20, 30))
@pytest.mark.parametrize(("universe", "least", "lowest"), [(UNKNOWN, LEAST, 0), (CITY, 5, 1)])
def test_a_crossed_table_keeps_its_masked_counts_from_whoever_knows_which_are_small(
    seed, universe, least, lowest
):
    """Tableaux simples et croisés dans les deux sens ; chaque case masquée de moins de onze est tenue pour connue
    comme telle.
    """
    answers, attacker = drawn(seed), Attacker({name: ANSWERS[name] for name in ("age", "aise")})
    answered = samples.sample(answers, FORM, universe=universe)
    attacker.learn(attacker.mask(), len(answers))
    for question, by in (("age", ""), ("aise", ""), ("age", "aise"), ("aise", "age")):
        read = tabulation.of_sample(answered, question, by=by)
        attacker.read(read)
        for row in read.rows:
            gave = answers[question] == row.category
            n = int((gave & (answers[by] == row.by) if by else gave).sum())
            if row.n is None and n < least:
                known = {question: [row.category], **({by: [row.by]} if by else {})}
                attacker.learn(attacker.mask(**known), 0, least - 1)
    assert not list(attacker.disclosed(doubt_required(least, lowest)))


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
            low, high = attacker.span(goal, is_integer=True)
            assert high - low > 2
            looked += 1
    assert looked > 20


@given(st.integers(0, 100_000))
@settings(max_examples=times(15, 60), deadline=None)
def test_two_questions_published_alone_and_crossed(seed):
    """De petites enquêtes : deux questions, leurs tableaux simples, leurs deux croisements ; ni un effectif, ni son
    complément, n’y est petit.
    """
    answers, attacker = drawn(seed), Attacker({name: ANSWERS[name] for name in ("age", "aise")})
    sampled = samples.sample(answers, FORM)
    attacker.learn(attacker.mask(), len(answers))
    for question, by in (("age", ""), ("aise", ""), ("age", "aise"), ("aise", "age")):
        attacker.read(read := tabulation.of_sample(sampled, question, by=by))
        for row in read.rows:
            assert row.n is None or (row.n >= LEAST and (not row.by or row.base - row.n >= LEAST))
    assert not list(attacker.disclosed(LEAST))


EASE = ("pas_du_tout", "peu", "a_l_aise", "tres")
AGE_CLASSES = ("15_25", "26_39", "40_60", "61_70", "plus_70")
BY_AGE = replace(
    FORM,
    lists={
        "aise": tuple(Choice(name=each, label={"fr": each}) for each in EASE),
        "age": tuple(Choice(name=each, label={"fr": each}) for each in AGE_CLASSES),
    },
    items=(
        Question(name="aise", kind="one", label={"fr": "aise ?"}, choices="aise", scale="ease"),
        Question(name="age", kind="one", label={"fr": "age ?"}, choices="age"),
    ),
)


def test_two_halves_of_a_scale_by_age_give_nobody_away():
    """Les deux moitiés d’une échelle se publient par âge quand une réponse seule ne le peut pas."""
    n_halves = 0
    for seed in range(times(10, 40)):  # a thousand were looked at once
        random = chance.generator(seed, "moitiés")
        at = random.choice(
            20, int(random.integers(100, 260)), p=random.dirichlet(np.ones(20) * random.choice([0.9, 3]))
        )
        answers = table(aise=np.array(EASE)[at % 4], age=np.array(AGE_CLASSES)[at // 4])
        answered, attacker = (
            samples.sample(answers, BY_AGE, universe=CITY),
            Attacker({"aise": EASE, "age": AGE_CLASSES}),
        )
        attacker.learn(attacker.mask(), len(answers))
        for question, by in (("age", ""), ("aise", ""), ("aise", "age"), ("age", "aise")):
            attacker.read(tabulation.of_sample(answered, question, by=by))
        assert not list(attacker.disclosed(5)), seed
        crossed = tabulation.of_sample(answered, "aise", by="age")
        single = [row.n for row in crossed.rows if not row.grouped]
        n_halves += not any(single) and any(row.n for row in crossed.rows if row.grouped)
    assert n_halves


@pytest.mark.parametrize(("universe", "least"), [(CITY, 5), (UNKNOWN, LEAST)])
def test_two_halves_of_a_scale_alone_give_nobody_away(universe, least):
    """« Satisfait ou très satisfait » se publie quand « peu » et « pas du tout » sont trop peu pour se cacher l’un
    l’autre ; aucun détail à côté, et les croisements n’en rendent pas.
    """
    ages, n_halves = ("jeune", "adulte", "ancien"), 0
    form = replace(BY_AGE, lists={**BY_AGE.lists, "age": FORM.lists["age"]})
    for seed in range(times(12, 60)):  # a thousand were looked at once
        random = chance.generator(seed, "moitiés seules")
        n = int(random.integers(40, 160))
        few = random.uniform(1.1, 1.6) * least / n
        share = np.outer(
            [few / 2, few / 2, (1 - few) / 2, (1 - few) / 2], random.dirichlet([9, 9, 9])
        ).ravel()
        at = random.choice(12, n, p=share / share.sum())
        answers = table(aise=np.array(EASE)[at // 3], age=np.array(ages)[at % 3])
        answered = samples.sample(answers, form, universe=universe)
        alone = tabulation.of_sample(answered, "aise")
        if not all((row.n is not None) == bool(row.grouped) for row in alone.rows):
            continue  # its answers are published, or nothing is
        attacker, n_halves = Attacker({"aise": EASE, "age": ages}), n_halves + 1
        attacker.learn(attacker.mask(), len(answers))
        attacker.read(alone)
        for question, by in (("age", ""), ("aise", "age"), ("age", "aise")):
            attacker.read(tabulation.of_sample(answered, question, by=by))
        assert not list(attacker.disclosed(least)), seed
    assert n_halves


@given(st.integers(0, 100_000))
@example(321)  # whoever answered « aise » is « tres »: nobody gave the two answers that lead to « qui »
@settings(max_examples=times(12, 24), deadline=None)
def test_the_base_of_a_conditional_question_gives_nothing_away(seed):
    """« Qui vous aide ? » n’est posée qu’à ceux qui ne se disent pas très à l’aise, et à qui n’a rien dit : ni sa
    base, ni la phrase sur ceux qui n’avaient pas à y répondre, ni les silences, ne disent combien le sont.
    """
    answers = drawn(seed)
    random = chance.generator(seed, "qui")
    aise = answers["aise"]
    if random.uniform() < 0.3:  # hardly anybody answers the first question, and all the silent are asked
        aise = np.where((aise != "tres") & (random.uniform(size=len(aise)) < 0.9), "nsp", aise)
    helper = np.where(
        aise == "tres",
        "",
        random.choice(["proche", "lieu", "autre", "nsp"], len(answers), p=[0.6, 0.27, 0.1, 0.03]),
    )
    sampled = samples.sample(table(aise=aise, qui=helper), FORM)
    attacker = Attacker({"aise": ANSWERS["aise"], "qui": ("proche", "lieu", "autre")})
    attacker.learn(attacker.mask(), len(answers))
    eligible = 1 - attacker.mask(aise=["tres"])
    attacker.learn(attacker.mask(aise=["tres"], qui=True), 0)
    for question, by in (("aise", ""), ("qui", ""), ("qui", "aise"), ("aise", "qui")):
        read = tabulation.of_sample(sampled, question, by=by)
        attacker.read(read)
        if not by:
            attacker.overhear(read, eligible if question == "qui" else np.ones_like(eligible))
    could = 1 - attacker.mask(aise=["tres"], qui=True)
    attacker.secrets = {name: goal * could for name, goal in attacker.secrets.items() if (goal * could).any()}
    assert not list(attacker.disclosed(LEAST))


@given(st.integers(0, 100_000))
@settings(max_examples=times(12, 24), deadline=None)
def test_a_condition_on_two_questions_gives_nothing_of_their_crossing_away(seed):
    """« Qui ? » posée aux jeunes aidés : combien y répondent est une case de l’âge croisé avec l’aide."""
    random = chance.generator(seed, "deux")
    n = int(random.integers(60, 260))
    age = random.choice(ANSWERS["age"], n, p=random.dirichlet(np.ones(3) * 2))
    aide = np.where(random.uniform(size=n) < random.choice([0.1, 0.4, 0.8]), "oui", "non")
    put = (age != "ancien") & (aide == "oui")
    helper = np.where(put, random.choice(["proche", "lieu"], n), "")
    items = tuple(
        Question(
            name=each.name,
            kind=each.kind,
            label=each.label,
            choices=each.choices,
            relevant="${age} != 'ancien' and ${aide} = 'oui'" if each.name == "qui" else each.relevant,
        )
        for each in FORM.items
    )
    form = Questionnaire(id="deux", title="Deux", kind="inhabitants", lists=FORM.lists, items=items)
    sampled = samples.sample(table(age=age, aide=aide, qui=helper), form)
    attacker = Attacker({"age": ANSWERS["age"], "aide": ANSWERS["aide"]})
    attacker.learn(attacker.mask(), n)
    for question, by in (("age", ""), ("aide", ""), ("age", "aide"), ("aide", "age")):
        attacker.read(tabulation.of_sample(sampled, question, by=by))
    eligible = attacker.mask(age=["jeune", "adulte"], aide=["oui"])
    read = tabulation.of_sample(sampled, "qui")
    if read.is_base_public:
        attacker.learn(eligible, read.n)
    for note in read.notes:
        if match := re.search(r"(\d+) répondants n’avaient pas", note):
            attacker.learn(1 - eligible, int(match[1]))
    assert not list(attacker.disclosed(LEAST))


@given(st.integers(0, 100_000))
@settings(max_examples=times(12, 24), deadline=None)
def test_a_condition_that_cuts_a_class_of_numbers_gives_neither_part_away(seed):
    """« Qui ? » posée à partir d’un âge qui tombe dans une classe : sa base, moins les classes du dessus, dirait
    combien sont au-dessus dans celle-là. Elle l’est aussi, parfois, à qui refuse de dire son âge, mais pas à qui
    ne répond rien.
    """
    random = chance.generator(seed, "seuil")
    n, limit = int(random.integers(60, 260)), int(random.integers(20, 80))
    ages = np.clip(np.round(random.gamma(5, random.choice([5, 9]), n) + 12), 15, 99).astype(int)
    quiet = random.choice(
        ["", "refus", "oui"], n, p=random.choice([[0.1, 0.1, 0.8], [0, 0.1, 0.9], [0, 0, 1]])
    )
    refused = bool(random.uniform() < 0.5)
    put = np.where(quiet == "oui", ages >= limit, (quiet == "refus") & refused)
    relevant = f"${{annees}} >= {limit}" + " or ${annees} = 'refus'" * refused
    form = replace(
        FORM,
        items=tuple(replace(each, relevant=relevant) if each.name == "qui" else each for each in FORM.items),
    )
    helper = np.where(put, random.choice(["proche", "lieu"], n), "")
    sampled = samples.sample(
        table(annees=np.where(quiet == "oui", ages.astype(str), quiet), qui=helper), form
    )
    years, read = tabulation.of_sample(sampled, "annees"), tabulation.of_sample(sampled, "qui")
    ends = [0, *map(int, years.bounds), 121]
    parts = sorted({*ends, limit})
    names = {low: (low, high - 1) for low, high in pairwise(parts)}
    attacker = Attacker({"annees": tuple(map(str, names))})
    attacker.possible = [*attacker.possible, {"annees": OUT}]  # who says nothing, and who refuses
    eligible = np.array(
        [float(state["annees"] != OUT and int(state["annees"]) >= limit) for state in attacker.possible]
    )
    eligible[-1] = refused
    attacker.learn(attacker.mask(), n)
    attacker.learn(attacker.mask(annees=True), years.n)
    kinds = np.zeros(len(attacker.possible))
    kinds[-1] = 1
    attacker.learn(kinds, int((quiet == "refus").sum()))
    for row, (low, high) in zip(years.of(), pairwise(ends), strict=False):
        inside = [str(each) for each in names if low <= each < high]
        if row.n is None:
            attacker.secrets[row.category] = attacker.mask(annees=inside)
        else:
            attacker.learn(attacker.mask(annees=inside), row.n)
        for item in inside:
            count = int(
                ((quiet == "oui") & (ages >= names[int(item)][0]) & (ages <= names[int(item)][1])).sum()
            )
            if len(inside) > 1 and 0 < count < LEAST:
                attacker.secrets[f"{item} of {row.category}"] = attacker.mask(annees=[item])
    if read.is_base_public and int(put.sum()) < n:
        attacker.learn(eligible, int(put.sum()))
    assert not list(attacker.disclosed(LEAST))


def test_a_question_put_to_nearly_all_tells_neither_its_base_nor_its_shares():
    answers = table(
        aise=["pas"] * 60 + ["peu"] * 125 + ["tres"] * 7, qui=["proche"] * 90 + ["lieu"] * 95 + [""] * 7
    )
    sampled = samples.sample(answers, FORM)
    card = next(each for each in survey_cards.every(sampled) if each.answers.name == "qui")
    assert all(
        line["effectif"] == "" and line["base"] == ""
        for line in survey_document.rows([card], computed="brut")
    )
    assert "185" not in survey_document.base(card, "brut")
    assert "nombre de réponses non publié" in survey_document.base(card, "brut")


def test_merged_months_between_two_months_are_named_from_the_first_to_the_last():
    days = ["2026-01-05"] * 20 + ["2026-02-03"] * 2 + ["2026-03-03"] * 30 + ["2026-04-01"] * 20
    by_month = tabulate(table(jour=days), FORM, "jour")
    assert [(row.label, row.n) for row in by_month.rows] == [
        ("jusqu’à janvier 2026", 20),
        ("de février 2026 à mars 2026", 32),
        ("avril 2026 ou après", 20),
    ]


def test_ineligible_respondents_are_known_even_where_nobody_states_it():
    """« Qui ? » n’est pas posée à qui se dit très à l’aise : personne ne l’a dit, et le questionnaire le dit."""
    answers = table(aise=["pas"] * 60 + ["peu"] * 60, qui=["proche"] * 60 + ["lieu"] * 60)
    sampled = samples.sample(answers, FORM)
    assert sampled.withholding(samples.protection_of(sampled, "rule"), {}).variable("aise").never == {
        "qui": (2,)
    }


@pytest.mark.parametrize("n_very_easy", [5, 60])
def test_a_base_that_is_withheld_or_decided_apart_is_no_total_known_to_all(n_very_easy):
    """Cinq ne sont pas interrogés : la base se tait. Soixante : elle se décide, comme un nombre de plus."""
    aise = ["pas"] * 60 + ["peu"] * 60 + ["tres"] * n_very_easy
    sampled = samples.sample(table(aise=aise, qui=["proche"] * 120 + [""] * n_very_easy), FORM)
    assert (
        sampled.withholding(samples.protection_of(sampled, "rule"), {}).variable("aise").public_totals == ()
    )


def test_months_of_a_few_people_are_put_together():
    days = ["2026-01-05"] * 20 + ["2026-02-03"] * 2 + ["2026-03-03"] * 30 + ["2026-04-01"] * 3
    by_month = tabulate(table(jour=days), FORM, "jour")
    assert [(row.label, row.n) for row in by_month.rows] == [
        ("jusqu’à janvier 2026", 20),
        ("février 2026 ou après", 35),
    ]
    alone = tabulate(table(jour=["2026-01-05"] * 20 + ["2026-02-03"] * 2), FORM, "jour")
    assert [row.label for row in alone.rows] == ["toutes les dates"]


@given(st.integers(0, 100_000))
@settings(max_examples=times(12, 24), deadline=None)
def test_two_editions_cut_numbers_and_dates_at_the_same_place(seed):
    """D’autres classes donneraient, par soustraction, les nouveaux venus qui tombent entre les deux."""
    random = chance.generator(seed, "editions")
    ages = np.round(random.gamma(4, random.choice([1, 10]), int(random.integers(60, 160)))).astype(int)
    newer = np.round(random.gamma(6, random.choice([1, 20]), int(random.integers(11, 60)))).astype(int)
    for name, old, new in (
        ("annees", ages.astype(str), newer.astype(str)),
        (
            "jour",
            [f"20{20 + k // 60:02}-{k % 12 + 1:02}-05" for k in ages],
            [f"2026-{k % 12 + 1:02}-05" for k in newer],
        ),
    ):
        first = tabulate(table(**{name: old}), FORM, name)
        before = (counted(first.counts()),)
        second = tabulate(table(**{name: [*old, *new]}), FORM, name, before=before)
        if any(row.n for row in second.rows) and any(row.n for row in first.rows):
            assert second.bounds == first.bounds
            for then, now in zip(first.rows, second.rows, strict=True):
                assert then.n is None or now.n is None or not 0 < abs(now.n - then.n) < LEAST


def weighed(seed: int):
    """Return answers weighted on one variable, as a platform does, and what everybody knows: who answered,
    who lives there.
    """
    random = chance.generator(seed, "poids")
    answers = drawn(seed)
    variable = str(random.choice(["age", "aide"]))
    answered = answers.take(np.flatnonzero(answers[variable] != "nsp"))
    codes = np.array([ANSWERS[variable].index(each) for each in answered[variable].tolist()])
    counts = np.bincount(codes, minlength=len(ANSWERS[variable]))
    target = random.dirichlet(np.full(len(counts), 4.0))
    weights = target[codes] / np.maximum(counts, 1)[codes]
    return (
        answered,
        variable,
        counts,
        weights / weights.sum(),
        Weights(values=weights, initial=np.ones(len(answered)), codes=[codes], variables=(variable,)),
    )


@given(st.integers(0, 100_000))
@settings(max_examples=times(15, 60), deadline=None)
def test_a_weighted_share_beside_its_count_does_not_tell_who_gave_the_answer(seed):
    """Part redressée, effectif et poids de chaque classe : trois équations, et la réponse de deux
    personnes d’une classe.
    """
    answered, variable, counts, weights, sample_weights = weighed(seed)
    if counts.min() < LEAST:
        return
    sampled = samples.sample(answered, FORM, sample_weights)
    strata = ANSWERS[variable]
    each_weight = {name: float(weights[answered[variable] == name].mean()) for name in strata}
    for question in ANSWERS:
        if question == variable:
            continue
        card = survey_cards.card(sampled, tabulation.of_sample(sampled, question))
        attacker = Attacker({variable: strata, question: ANSWERS[question]})
        attacker.learn(attacker.mask(**{variable: [""]}), 0)
        for name, n in zip(strata, counts.tolist(), strict=True):
            attacker.learn(attacker.mask(**{variable: [name]}), n)
        has_answered = answered[question] != "nsp"
        attacker.learn(attacker.mask(**{question: True}), int(has_answered.sum()))
        base = np.array([each_weight.get(state[variable], 0.0) for state in attacker.possible])
        total = float(weights[has_answered].sum())
        for line in survey_document.rows([card], computed="redressé"):
            if line["effectif"] != "":
                attacker.learn(attacker.mask(**{question: [line["modalite"]]}), line["effectif"])
            if line["part"] != "":
                assert line["part"] == int(line["part"])
                goal = attacker.mask(**{question: [line["modalite"]]}) * base
                attacker.learn(
                    goal, (line["part"] / 100 - 0.005) * total, (line["part"] / 100 + 0.005) * total
                )
        for name in strata:
            for answer in ANSWERS[question]:
                n = int(((answered[variable] == name) & (answered[question] == answer)).sum())
                if 0 < n < LEAST:
                    low, high = attacker.span(attacker.mask(**{variable: [name], question: [answer]}))
                    assert high - low > 2, (question, answer, name, n)


class Crossing:
    """A survey of one question crossed by a question, which weights it or not.

    group_by, answered: the names of each respondent's group and answer; weights: of each, None for a raw
    survey; offered: answers that nobody gave; more_answers: to other questions. shown: once attacked, how many counts of everybody, shares of
    everybody, and shares of groups are published; points: to which those of everybody are rounded.
    """

    def __init__(
        self,
        by: str,
        groups: np.ndarray,
        answered: np.ndarray,
        weights: np.ndarray | None,
        offered: tuple[str, ...] = (),
        **more_answers: np.ndarray,
    ) -> None:
        self.by, self.groups, self.answered, self.weights = by, groups, answered, weights
        columns = {by: groups, "lieu": answered, **more_answers}
        names = {name: tuple(np.unique(column).tolist()) for name, column in columns.items()}
        names["lieu"] += offered
        form = replace(
            FORM,
            lists={n: tuple(Choice(name=each, label={"fr": each}) for each in names[n]) for n in names},
            items=tuple(Question(name=n, kind="one", label={"fr": f"{n} ?"}, choices=n) for n in names),
        )
        codes = np.searchsorted(names[by], groups)
        own = None
        if weights is not None:
            own = Weights(values=weights, initial=np.ones(len(groups)), codes=[codes], variables=(by,))
        self.sampled = samples.sample(table(**columns), form, own)
        self.least = self.sampled.rule.least
        self.names = {name: names[name] for name in (by, "lieu")}
        self.shown = [0, 0, 0]
        self.points = 1

    def attacked(self) -> Attacker:
        """Return whoever read the published lines, and knows the margins and who answered: counts and shares
        of everybody, shares of groups.
        """
        attacker, by = Attacker(self.names), self.by
        sizes = {group: int((self.groups == group).sum()) for group in self.names[by]}
        attacker.learn(attacker.mask(lieu=[OUT]), 0)
        attacker.learn(attacker.mask(**{by: [OUT]}), 0)
        for group, n in sizes.items():
            attacker.learn(attacker.mask(**{by: [group]}), n)
        values = np.ones(len(self.groups)) if self.weights is None else self.weights
        known_weights = {g: 100 * values[self.groups == g][0] / values.sum() for g in sizes}
        weight = np.array([known_weights.get(state[by], 0.0) for state in attacker.possible])
        cards = survey_cards.every(self.sampled, by=by)
        card = next(each for each in cards if each.answers.name == "lieu")
        coarser = re.search(r"Parts arrondies à (\d) points", " ".join(card.notes))
        self.points = int(coarser[1]) if coarser else 1
        width = 1e-6 if self.weights is None else self.points / 2
        lines = survey_document.rows([card], computed="")
        parts = {(row["modalite"], row["groupe"]): row["part"] for row in lines}
        self.shown = [len(card.counts), 0, 0]
        for row in lines:
            group, name = row["groupe"], row["modalite"]
            goal = attacker.mask(**{"lieu": [name], **({by: [group]} if group else {})})
            if row["effectif"] != "":
                attacker.learn(goal, row["effectif"])
            if row["part"] == "":
                # What nobody gave, and that is told, is no secret of any group.
                is_of_nobody = parts[name, ""] != "" and name not in self.answered
                if not is_of_nobody and (not group or sizes[group] >= self.least):
                    attacker.secrets[f"{name} {group}"] = goal
                continue
            self.shown[2 if group else 1] += 1
            if group:  # a share of more than a hundred leaves a doubt: here it does not
                attacker.learn(goal, int(((self.groups == group) & (self.answered == name)).sum()))
            else:
                attacker.learn(goal * weight, row["part"] - width, row["part"] + width)
        for group in set(self.names[by]) - {each.label for each in card.groups}:
            if sizes[group] >= self.least:
                attacker.secrets |= {
                    f"{name} {group}": attacker.mask(**{"lieu": [name], by: [group]})
                    for name in np.unique(self.answered).tolist()
                }
        return attacker


def crossing(seed: int) -> Crossing:
    """Return a small survey crossed by age, sex or diploma, weighted by it four times in five, of a small
    population (threshold 11) or a large one (5).
    """
    random = chance.generator(seed, "croise")
    by, size = [("age", int(random.integers(3, 6))), ("sexe", 2), ("diplome", 4)][int(random.integers(3))]
    answers, n = int(random.integers(2, 6)), int(random.integers(80, 420))
    groups = random.choice(size, n, p=random.dirichlet(np.full(size, 4.0)))
    base, answered = random.dirichlet(np.full(answers, 1.5)), np.zeros(n, dtype=int)
    for group in range(size):
        of_group = groups == group
        answered[of_group] = random.choice(answers, of_group.sum(), p=random.dirichlet(6 * base + 0.1))
    people = random.dirichlet(np.full(size, 4.0)) * (1000 if seed % 2 else 50_000)
    weights = (people / np.maximum(np.bincount(groups, minlength=size), 1))[groups]
    named = [np.array([f"{letter}{k}" for k in own]) for letter, own in (("g", groups), ("r", answered))]
    is_weighted = random.uniform() < 0.8
    return Crossing(by, *named, weights if is_weighted else None, ("r9",) if seed % 3 == 0 else ())


@pytest.mark.parametrize("start", range(0, times(40, 300), 20))
def test_the_shares_weighted_by_a_crossing_tell_no_masked_cell(start):
    """Dans une classe tout le monde pèse le même poids : les parts redressées sont d’autres équations."""
    for seed in range(start, start + 20):
        assert not list(crossing(seed).attacked().disclosed(5)), seed


def test_the_example_of_a_survey_crossed_by_its_weights():
    """94, 40 et 46 réponses, 61, 22 et 17 % redressés : « seul » de 15 à 39 ans se lisait exactement, 4."""
    cells = {"15-39": (44, 12, 4), "40-64": (30, 25, 15), "65 ou plus": (20, 3, 27)}
    groups = np.repeat(list(cells), [sum(each) for each in cells.values()])
    answered = np.concatenate([np.repeat(["proche", "lieu", "seul"], each) for each in cells.values()])
    weights = np.repeat([60_000 / 60, 25_000 / 70, 15_000 / 50], [60, 70, 50])
    survey = Crossing("age", groups, answered, weights)
    assert not list(survey.attacked().disclosed(5))
    assert survey.shown[:2] == [0, 3]  # every share of everybody stays


def test_figures_of_groups_go_before_the_share_of_everybody(monkeypatch):
    """Trois chiffres de groupes se taisent d’abord, et chaque part de tous reste à un point près."""
    survey = crossing(45)
    assert not list(survey.attacked().disclosed(5))
    n_of_groups = survey.shown[2]
    monkeypatch.setattr(
        tabulation, "_withhold_weighted", lambda sample, cells, decision: (not cells.cross, 1)
    )
    unprotected = crossing(45)
    assert list(unprotected.attacked().disclosed(5))
    assert (survey.shown[1], survey.points) == (unprotected.shown[1], 1)
    assert 0 < n_of_groups < unprotected.shown[2]


@pytest.mark.parametrize("groups_of_few", [True, False])
def test_the_share_of_everybody_stays_when_nearly_all_agree_or_groups_are_tiny(groups_of_few):
    """190 sur 192, ou cinq et six personnes en trois groupes : rien n’est à masquer de la part de tous."""
    cells = [(1, 2), (2, 1), (2, 3)] if groups_of_few else [(70, 1), (60, 0), (60, 1)]
    bases = [sum(each) for each in cells]
    groups = np.repeat(["g0", "g1", "g2"], bases)
    answered = np.concatenate([np.repeat(["oui", "non"], each) for each in cells])
    weights = np.repeat(np.array([60_000, 25_000, 15_000]) / bases, bases)
    alone = tabulation.of_sample(Crossing("age", groups, answered, weights).sampled, "lieu")
    assert alone.step == 1
    assert all(row.percent is not None for row in alone.rows)


@pytest.mark.parametrize(("seed", "step"), [(26, 5), (240, 5), (48, 1), (50, 1), (102, 1)])
def test_no_other_table_gives_back_what_a_crossing_by_the_weights_takes(seed, step):
    """Croisée par une autre question, la part de tous se recompose : elle garde le même arrondi ou se tait. Lu dans l’autre
    sens, le croisement dirait le poids de chaque réponse : rien n’en est publié. Filtré, il est le même.
    """
    own = crossing(seed)
    riders = np.where(np.arange(len(own.groups)) % 2, "oui", "non")
    survey = Crossing(own.by, own.groups, own.answered, own.weights, velo=riders)
    alone, direct, other, reverse = (
        tabulation.of_sample(survey.sampled, question, by=by)
        for question, by in (("lieu", ""), ("lieu", own.by), ("lieu", "velo"), (own.by, "lieu"))
    )
    assert alone.step == other.step == step
    if step > 1:
        assert all(
            row.percent is None or row.percent % step in (approx(0), approx(step)) for row in other.rows
        )
    lost = {row.category for row in alone.rows if row.n is None}
    assert bool(lost) is (step == 1)  # coarser, or withheld: never both
    assert all(row.n is None for row in other.rows if row.category in lost)
    assert any(row.n is None for row in direct.rows)
    assert all(row.n is None for row in reverse.rows)
    for group in survey.names[own.by]:
        part = tabulation.of_sample(samples.only(survey.sampled, {own.by: [group]}), "lieu")
        for row in part.rows:
            assert row.n is None or direct.row(row.category, group).n is not None


# ------------------------------------------------------------------------- one thing said twice, and read whole

BANDS = {
    "jeune": ("de 15 à 29 ans", 15, 29),
    "adulte": ("de 30 à 59 ans", 30, 59),
    "ancien": ("60 ans ou plus", 60, 120),
}
# Between 26 and 30 years, and between 46 and 50, nobody finds a class.
HOLES = {"a": ("de 15 à 25 ans", 15, 25), "b": ("de 30 à 45 ans", 30, 45), "c": ("50 ans ou plus", 50, 120)}
TWICE = Questionnaire(
    id="deux",
    title="Deux fois l’âge",
    kind="inhabitants",
    lists={
        name: tuple(Choice(name=code, label={"fr": label}) for code, (label, _, _) in bands.items())
        for name, bands in (("tranche", BANDS), ("trous", HOLES))
    },
    items=(
        Question(name="age", kind="integer", label={"fr": "Votre âge ?"}),
        Question(name="tranche", kind="one", choices="tranche", label={"fr": "Dans quelle tranche ?"}),
        Question(name="trous", kind="one", choices="trous", label={"fr": "Et ici ?"}),
    ),
)


def band(ages, bands, silent):
    """Return the class of each age, nothing when no class holds it, or when one says nothing."""
    band_of = np.full(len(ages), "", dtype="<U8")
    for name, (_, low, high) in bands.items():
        band_of[(ages >= low) & (ages <= high)] = name
    return np.where(silent, "refus", band_of)


def aged(seed: int, n: int):
    """Return the ages of n people, as they say them in years, in classes, and in classes with holes."""
    random = chance.generator(seed, "ages")
    ages = np.clip(np.round(random.gamma(5, random.choice([6, 9]), n) + 12), 15, 99).astype(int)
    hush = random.choice([0.03, 0.1])
    return ages, {
        "age": np.where(random.uniform(size=n) < hush, "refus", ages.astype(str)),
        "tranche": band(ages, BANDS, random.uniform(size=n) < hush / 2),
        "trous": band(ages, HOLES, random.uniform(size=n) < hush),
    }


def edition(sampled, before=()):
    """Return all that an edition prints: its document, as page and PDF draw it, the lines of its tables, and
    the counts it keeps.
    """
    made_cards = survey_cards.tables(sampled, before=before)
    samples_of_editions = []
    for name, code in (
        zip(sampled.weights.variables, sampled.weights.codes, strict=True) if sampled.weights else ()
    ):
        if sampled.tells_margin(name, before):
            counts = np.bincount(code)
            share = [100 * n / counts.sum() for n in counts.tolist()]
            rows = [(f"{k}", n, p, p) for k, (n, p) in enumerate(zip(counts.tolist(), share, strict=True))]
            samples_of_editions.append(
                survey_document.Sample(name=name, label=f"§{name}", source="", rows=rows)
            )
    results = survey_document.Results(
        title="",
        place="",
        universe="",
        kind="inhabitants",
        n=len(sampled.domain),
        on=date(2026, 11, 22),
        weighted=sampled.weights is not None,
        rounding="nearest",
        questionnaire=sampled.reader.questionnaire,
        cards=[card for _, card in made_cards],
        sample=samples_of_editions,
    )
    counts = [tabulated.counts() for tabulated, _ in made_cards]
    counts += [{"question": "", "by": "", "n": len(sampled.domain), "groups": {}, "bounds": [], "cells": []}]
    counts += [
        {
            "question": each.label,
            "by": "",
            "n": len(sampled.domain),
            "groups": {},
            "bounds": [],
            "cells": [[name, "", n] for name, n, _, _ in each.rows],
        }
        for each in samples_of_editions
    ]
    lines = survey_document.rows(results.cards, computed=results.computed)
    return survey_document.document(results).data(), lines, counts, made_cards


def ends(question: str, name: str, tabulated):
    """Return the ages that a class holds, from the words that everybody reads."""
    for bands in (BANDS, HOLES):
        if name in bands and question in ("tranche", "trous"):
            return bands[name][1:]
    figures = [int(each) for each in re.findall(r"\d+", name)]
    if name.startswith("<"):
        return 0, figures[0] - 1
    return (figures[0], 120) if name.endswith("+") else (figures[0], figures[-1])


def overlap(one, other) -> bool:
    return max(one[0], other[0]) <= min(one[1], other[1])


def spy(answers_of: dict, classes: dict, cuts: dict, editions=("1",)) -> Attacker:
    """Return somebody who knows the questionnaire: an age stands in one class of each cut, or in a hole."""
    attacker = Attacker(
        {
            **answers_of,
            **{name: tuple(map(str, range(len(cut)))) for name, cut in cuts.items()},
            "edition": editions,
        }
    )
    spans = {**classes, **{name: {str(k): span for k, span in enumerate(cut)} for name, cut in cuts.items()}}

    def holds(state) -> bool:
        ranges = [spans[name][state[name]] for name in spans if state[name] != OUT]
        uncut = [name for name in cuts if state[name] == OUT]
        return (
            state["edition"] != OUT and not uncut and all(overlap(a, b) for a, b in combinations(ranges, 2))
        )

    attacker.possible = [state for state in attacker.possible if holds(state)]
    return attacker


def learn_edition(attacker: Attacker, data, lines, made_cards, within: dict) -> None:
    """Learn what an edition prints, from its lines and its drawn tables; keep what it withholds."""
    attacker.learn(attacker.mask(**within), attacker.size[within["edition"][-1]])
    for line in lines:
        mask = attacker.mask(**within, **{line["question"]: [line["modalite"]]})
        if line["effectif"] != "":
            attacker.learn(mask, line["effectif"])
        elif line["part"] == "":
            attacker.secrets[f"{line['question']}={line['modalite']} {within}"] = mask
        if line["base"] != "":
            attacker.learn(attacker.mask(**within, **{line["question"]: True}), line["base"])
    labels = {
        card.answers.label: (card.answers.name, {each.label: each.name for each in card.answers.lines})
        for _, card in made_cards
    }
    for grid in drawn_tables(data):
        name, known = labels.get(grid["caption"], ("", {}))
        if grid["columns"][1] == "Réponses":  # who answered, beside the population
            name = grid["caption"].split(" : ")[0]
            known = {cells[0]["text"]: cells[0]["text"] for cells in grid["rows"]}
        for cells in grid["rows"]:
            if name and cells[0]["text"] in known and cells[1]["text"].isdigit():
                attacker.learn(
                    attacker.mask(**within, **{name: [known[cells[0]["text"]]]}), int(cells[1]["text"])
                )


def drawn_tables(sampled):
    """Yield every table of a document, wherever it stands."""
    if isinstance(sampled, dict):
        if {"caption", "columns", "rows"} <= set(sampled):
            yield sampled
        for each in sampled.values():
            yield from drawn_tables(each)
    elif isinstance(sampled, (list, tuple)):
        for each in sampled:
            yield from drawn_tables(each)


def weights_on(ages, cut):
    code = np.array(
        [next(k for k, (low, high) in enumerate(cut) if low <= age <= high) for age in ages.tolist()]
    )
    values = np.linspace(0.8, 1.2, len(cut))[code]
    return Weights(values=values, initial=np.ones(len(ages)), codes=[code], variables=("age",))


CUTS = (
    None,
    ((0, 25), (26, 39), (40, 60), (61, 120)),
    ((0, 29), (30, 59), (60, 120)),
    ((0, 19), (20, 64), (65, 120)),
)


@given(st.integers(0, 100_000))
@example(1486)  # nobody gave an answer that the questionnaire offers
@settings(max_examples=times(15, 40), deadline=None)
def test_an_age_typed_in_several_forms_gives_nobody_away(seed):
    """L’âge en années, en tranches, en tranches à trous, et « Qui a répondu » dans un autre découpage encore :
    une seule lecture, et rien de masqué ne se retrouve.
    """
    random = chance.generator(seed, "decoupage")
    ages, columns = aged(seed, int(random.integers(60, 260)))
    cut = CUTS[int(random.integers(len(CUTS)))]
    sampled = samples.sample(table(**columns), TWICE, weights_on(ages, cut) if cut else None)
    data, lines, _, made_cards = edition(sampled)
    attacker = spied(made_cards, cut)
    attacker.size = {"1": len(ages)}
    learn_edition(attacker, data, lines, made_cards, {"edition": ["1"]})
    assert not list(attacker.disclosed(LEAST))


@given(st.integers(0, 100_000))
@example(6)  # « Combien d’années ? »: only the classes that hold the numbers tie them
@example(102)  # 9 to 15 gave an age under 30, as 12 said the class
@settings(max_examples=times(15, 40), deadline=None)
def test_few_raw_answers_of_an_age_in_years_and_in_classes_give_nobody_away(seed):
    """Quelques dizaines de réponses brutes : le nombre d’années et sa classe se soustraient, quel que soit le
    nom de la question, et même quand ses mots ne disent pas « âge ».
    """
    random = chance.generator(seed, "brut")
    ages, columns = aged(seed, int(random.integers(25, 130)))
    words = str(random.choice(["Quel âge avez-vous, en années ?", "Combien d’années ?"]))
    form = replace(
        TWICE,
        items=(Question(name="annees", kind="integer", label={"fr": words}), *TWICE.items[1:2]),
    )
    sampled = samples.sample(table(annees=columns["age"], tranche=columns["tranche"]), form)
    data, lines, _, made_cards = edition(sampled)
    attacker = spied(made_cards, None)
    attacker.size = {"1": len(ages)}
    learn_edition(attacker, data, lines, made_cards, {"edition": ["1"]})
    secrets = list(attacker.disclosed(LEAST))
    if all(line["effectif"] == "" for line in lines if line["question"] == "annees"):
        # Its classes tell it, up to those who said one and not the other: people of whom nothing else is said.
        secrets = [each for each in secrets if not each[0].startswith("annees=")]
    assert not secrets


def test_a_year_of_birth_and_a_class_of_age_are_cut_together():
    """Quarante-cinq âges tous différents, qu’aucune réponse ne recoupe : les mots de la question suffisent."""
    ages = np.arange(15, 60)
    form = replace(
        TWICE,
        items=(
            Question(name="ne_en", kind="integer", label={"fr": "Votre année de naissance ?"}),
            *TWICE.items[1:2],
        ),
    )
    answers = table(ne_en=2026 - ages, tranche=band(ages, BANDS, np.zeros(len(ages), dtype=bool)))
    reader = samples.sample(answers, form).reader
    assert ties.of(reader, {name: reader.group(name) for name in ("ne_en", "tranche")}, {}) == [
        {"ne_en", "tranche"}
    ]


def test_a_calculation_that_is_not_read_does_not_hide_the_next():
    """« double » se calcule de l’âge : les deux se publient ensemble, même après un calcul mal écrit."""
    items = [
        Question(name=name, kind="integer", label={"fr": name}, calculation=calculation)
        for name, calculation in (("annees", ""), ("faux", "(("), ("double", "${annees} * 2"))
    ]
    answers = table(annees=["20", "30", "41"], faux=["1", "3", "2"], double=["40", "60", "82"])
    reader = samples.sample(answers, replace(FORM, items=tuple(items))).reader
    columns = {name: reader.group(name) for name in ("annees", "faux", "double")}
    assert ties.of(reader, columns, {}) == [{"annees", "double"}]


def spied(made_cards, cut, editions=("1",)) -> Attacker:
    names = {tabulated.question: tuple(row.category for row in tabulated.of()) for tabulated, _ in made_cards}
    spans = {
        question: {name: ends(question, name, None) if name != "valeurs" else (0, 120) for name in names_of}
        for question, names_of in names.items()
    }
    return spy(names, spans, {"§age": cut} if cut else {}, editions)


@given(st.integers(0, 100_000))
@example(5009)
@settings(max_examples=times(1, 12), deadline=None)
def test_two_editions_of_ages_typed_twice_give_nobody_away(seed):
    """La première édition, puis la seconde avec au moins onze réponses de plus, lues ensemble."""
    random = chance.generator(seed, "editions")
    n, more = int(random.integers(60, 200)), int(random.integers(11, 80))
    ages, columns = aged(seed, n + more)
    cut = CUTS[int(random.integers(len(CUTS)))]
    sampled = [
        samples.sample(
            table(**{name: cells[:size] for name, cells in columns.items()}),
            TWICE,
            weights_on(ages[:size], cut) if cut else None,
        )
        for size in (n, n + more)
    ]
    first = edition(sampled[0])
    second = edition(sampled[1], [counted(each, 1) for each in first[2]])
    if [w.bounds for w, _ in first[3]] != [w.bounds for w, _ in second[3]]:
        return  # other classes: the second withholds them all, and there is nothing to read
    attacker = spied(second[3], cut, ("1", "2"))
    attacker.size = {"1": n, "2": n + more}
    learn_edition(attacker, first[0], first[1], first[3], {"edition": ["1"]})
    learn_edition(attacker, second[0], second[1], second[3], {"edition": ["1", "2"]})
    assert not list(attacker.disclosed(LEAST))


def test_who_answered_is_published_when_it_tells_of_nobody():
    """Sans réponse masquée autour, « Qui a répondu » reste publié : la protection ne retire pas tout."""
    ages = np.repeat([20, 35, 45, 70], 30)
    columns = {"age": ages.astype(str), "tranche": band(ages, BANDS, np.zeros(120, dtype=bool))}
    sampled = samples.sample(table(**columns), TWICE, weights_on(ages, CUTS[2]))
    assert sampled.tells_margin("age")
    data, *_ = edition(sampled)
    assert [grid for grid in drawn_tables(data) if grid["columns"][1] == "Réponses"]


def test_the_demonstration_is_not_found_by_subtraction():
    """La fuite décrite : 84 réponses de moins de 40 ans dans « Qui a répondu », 77 dans l’âge en années."""
    ages = np.repeat([20, 30, 50, 65, 80], (65, 19, 40, 24, 44))
    hush = np.zeros(192, dtype=bool)
    hush[[*range(60, 67), 100, 101, *range(189, 192)]] = True
    columns = {
        "age": np.where(hush, "refus", ages.astype(str)),
        "tranche": band(ages, BANDS, np.zeros(192, dtype=bool)),
    }
    cut = ((0, 25), (26, 39), (40, 60), (61, 70), (71, 120))
    sampled = samples.sample(table(**columns), TWICE, weights_on(ages, cut))
    data, lines, _, made_cards = edition(sampled)
    attacker = spied(made_cards, cut)
    attacker.size = {"1": 192}
    learn_edition(attacker, data, lines, made_cards, {"edition": ["1"]})
    for low, high in ((0, 39), (40, 60), (61, 120)):
        refused = np.array(
            [
                float(state["age"] == OUT and overlap(cut[int(state["§age"])], (low, high)))
                for state in attacker.possible
            ]
        )
        least, most = attacker.span(refused)
        assert most - least >= LEAST - 1e-5
