"""Classes of age of a few people go with a neighbour before any table is made, the same everywhere, and tell
nobody that two withheld classes did not.
"""

from dataclasses import replace

import numpy as np
import pytest

from maillage.kernel.table import Table
from maillage.questionnaires.questionnaire import Choice, Question, Questionnaire
from maillage.statistics.engine import chance
from maillage.statistics.survey import samples, tabulation
from maillage.statistics.survey.age_merging import merged
from maillage.statistics.survey.tables import Counted, counted
from tests.statistics.attacker import Attacker
from tests.support.profile import some
from tests.support.tabulating import table

LEAST = 11
LABELS = {
    "15_25": "De 15 à 25 ans",
    "26_39": "De 26 à 39 ans",
    "40_60": "De 40 à 60 ans",
    "61_70": "De 61 à 70 ans",
    "plus_70": "Plus de 70 ans",
}
ANSWERS = {"classe": tuple(LABELS), "aise": ("pas", "peu", "tres")}
FORM = Questionnaire(
    id="f",
    title="Enquête",
    kind="inhabitants",
    lists={
        "classe": tuple(Choice(name=name, label={"fr": label}) for name, label in LABELS.items()),
        "aise": tuple(Choice(name=name, label={"fr": name}) for name in ANSWERS["aise"]),
    },
    items=tuple(Question(name=name, kind="one", label={"fr": f"{name} ?"}, choices=name) for name in ANSWERS),
)


def answers_of(*counts: int) -> Table:
    ages = [name for name, n in zip(LABELS, counts, strict=True) for _ in range(n)]
    return table(classe=ages, aise=[ANSWERS["aise"][k % 3] for k in range(len(ages))])


def printed(answers: Table, form: Questionnaire = FORM, before: tuple[Counted, ...] = ()) -> dict[str, int]:
    """Return the classes that a table prints, and how many gave each, None where withheld."""
    merging = merged(answers, form, least=LEAST, before=before)
    sampled = samples.sample(merging.answers, merging.questionnaire)
    rows = tabulation.of_sample(sampled, "classe", before=before).rows
    return {row.label: row.n for row in rows if row.n != 0}


@pytest.mark.parametrize(
    ("counts", "classes"),
    [
        ((30, 30, 30, 8, 9), [30, 30, 30, 17]),
        ((8, 9, 40, 20, 4), [17, 40, 24]),
        ((30, 30, 30, 5, 30), [30, 30, 35, 30]),
        ((30, 0, 5, 40, 40), [35, 40, 40]),
        ((12, 12, 12, 12, 12), [12] * 5),
    ],
)
def test_two_neighbours_of_a_few_people_are_one_class(counts, classes):
    """« De 61 à 70 ans : secret ; plus de 70 ans : secret » où « 61 ans et plus : 17 » se dit."""
    assert [n for n in printed(answers_of(*counts)).values() if n is not None] == classes


def test_a_merged_class_says_its_ages_and_is_the_same_in_every_crossing():
    assert printed(answers_of(30, 30, 30, 8, 9))["61 ans et plus"] == 17
    assert printed(answers_of(8, 9, 40, 20, 20))["De 15 à 39 ans"] == 17
    merging = merged(answers_of(60, 60, 60, 8, 40), FORM, least=LEAST)
    sampled = samples.sample(merging.answers, merging.questionnaire)
    crossed = {row.by_label for row in tabulation.of_sample(sampled, "aise", by="classe").rows}
    assert crossed == {row.label for row in tabulation.of_sample(sampled, "classe").rows}
    assert merging.merged_names["classe"]["61_70"] == "61_70+plus_70"


def test_last_class_and_one_that_a_condition_reads_stay_unmerged():
    assert set(printed(answers_of(3, 0, 0, 0, 4))) <= set(LABELS.values())
    conditional = replace(FORM.items[1], relevant="${classe} != '15_25'")
    read = replace(FORM, items=(FORM.items[0], conditional))
    merging = merged(answers_of(30, 30, 30, 8, 9), read, least=LEAST)
    assert not merging.merged_names, "its base would say how many of one class there are"


@pytest.mark.parametrize(
    ("first", "second"),
    [((30, 30, 30, 8, 9), (30, 30, 30, 25, 26)), ((30, 30, 30, 20, 20), (30, 30, 30, 20, 41))],
)
def test_an_edition_keeps_the_classes_of_the_one_before(first, second):
    """Other classes would subtract: 17 then, 51 now, and how many came to each of the two is found."""
    merging = merged(answers_of(*first), FORM, least=LEAST)
    sampled = samples.sample(merging.answers, merging.questionnaire)
    tables = [tabulation.of_sample(sampled, "classe"), tabulation.of_sample(sampled, "aise", by="classe")]
    before = tuple(counted(each.counts(), 1) for each in tables)
    later = printed(answers_of(*second), before=before)
    assert set(later) == set(printed(answers_of(*first)))


@pytest.mark.parametrize("seed", some(range(12), 0, 1))
def test_merged_classes_tell_no_class_of_a_few_people(seed):
    """Every table of the merged survey, read together by somebody who knows the classes that were asked."""
    random = chance.generator(seed, "ages")
    n = int(random.integers(60, 220))
    at = random.choice(15, n, p=random.dirichlet(np.ones(15) * random.choice([0.4, 0.9])))
    columns = {
        "classe": [ANSWERS["classe"][k // 3] for k in at],
        "aise": [ANSWERS["aise"][k % 3] for k in at],
    }
    merging = merged(table(**columns), FORM, least=LEAST)
    sampled = samples.sample(merging.answers, merging.questionnaire)
    attacker = Attacker(ANSWERS)
    attacker.learn(attacker.mask(), n)
    for question, by in (("classe", ""), ("aise", ""), ("aise", "classe"), ("classe", "aise")):
        read = tabulation.of_sample(sampled, question, by=by)
        for row in read.rows:
            conditions = {question: row.category.split("+"), **({by: row.by.split("+")} if by else {})}
            if row.n is not None:
                attacker.learn(attacker.mask(**conditions), row.n)
        for group in read.groups:
            if group.n is not None:
                attacker.learn(attacker.mask(**{question: True, by: group.by.split("+")}), group.n)
    for name in LABELS:
        for answer in ANSWERS["aise"]:
            n_people = sum(k == (name, answer) for k in zip(columns["classe"], columns["aise"], strict=True))
            low, high = attacker.span(attacker.mask(classe=[name], aise=[answer]))
            assert not 0 < n_people < LEAST or high - low >= LEAST - 1e-5, (name, answer)
