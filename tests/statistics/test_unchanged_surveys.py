"""The results of a survey on answers as they come: rare, doubtful, badly written, too few. Its tables, its weights, its
refusals and their words stay what they were.
"""

from dataclasses import replace

import numpy as np
import pytest

from maillage.kernel.errors import Refused
from maillage.sources.survey.margins import parse
from maillage.statistics.survey import differences, sample_margins, tabulation, weighting
from maillage.statistics.survey import samples as survey_samples
from maillage.statistics.survey.columns import Reader
from maillage.statistics.survey.samples import Weights
from maillage.statistics.survey.tables import Tabulation, counted
from tests.support.tabulating import FORM, survey, table
from tests.support.unchanged import LABELS, check

QUESTIONS = ("aise", "age", "eq", "prio", "annees", "jour", "aide", "content")


def outcome(act):
    """Return the result of a call, or the three sentences of its refusal."""
    try:
        return act()
    except Refused as refused:
        return {"what": refused.what, "why": refused.why, "do": refused.do}


def answers(n=90, seed=5):
    """Return the answers of a few people: some of each class are two or three."""
    chance = np.random.default_rng(seed)
    age = chance.choice(["jeune", "adulte", "ancien"], n, p=[0.08, 0.52, 0.4])
    ease = chance.choice(["pas", "peu", "plutot", "tres", "nsp", ""], n, p=[0.3, 0.25, 0.25, 0.05, 0.1, 0.05])
    aide = np.where(
        age == "ancien",
        chance.choice(["oui", "non"], n, p=[0.9, 0.1]),
        chance.choice(["oui", "non", "refus"], n),
    )
    return table(
        age=age,
        aise=ease,
        eq=[
            " ".join(dict.fromkeys(chance.choice(["tel", "ordi", "tel"], chance.integers(0, 3)))) or "rien"
            for _ in range(n)
        ],
        prio=[
            " ".join(chance.permutation(["tel", "ordi", "rien"])[: chance.integers(0, 4)]) for _ in range(n)
        ],
        annees=chance.choice(["3", "17", "18", "25,5", "64", "65", "99", "nsp", "", "1e3"], n),
        jour=[f"2026-{1 + k % 3:02}-{1 + k % 28:02}" if k % 9 else "hier" for k in range(n)],
        aide=aide,
        content=np.where(aide == "oui", chance.choice(["oui", "non", ""], n, p=[0.7, 0.25, 0.05]), ""),
    )


BRIEF = replace(
    FORM, items=tuple(item for item in FORM.items if item.name in ("aise", "age", "annees", "aide", "suite"))
)
OPTIONS = {
    "rule": ("inhabitants", {}),
    "structures": ("structures", {}),
    "inside": ("inhabitants", {"inside": True}),
    "nothing": ("inhabitants", {"least": None}),
    "decimals": ("structures", {"least": 5, "decimals": 1, "classes": {"annees": [18.0, 25.5, 65.0]}}),
}


@pytest.mark.parametrize("option", OPTIONS)
def test_the_tables_of_a_few_people(option):
    kind, kwargs = OPTIONS[option]
    sampled = survey_samples.sample(answers(), replace(BRIEF, kind=kind))
    results = {
        f"{name} by {by}": outcome(
            lambda name=name, by=by: tabulation.of_sample(sampled, name, by=by, **kwargs)
        )
        for name, by in (
            ("aise", ""),
            ("aise", "age"),
            ("annees", ""),
            ("aide", "age"),
            ("content", ""),
            ("mot", ""),
        )
    }
    tables = [each for each in results.values() if isinstance(each, Tabulation)]
    results["respondents"] = [tabulation.respondents(sampled, each) for each in tables]
    results["tells"] = [tabulation.counts_tell(sampled, each) for each in tables]
    check(f"few-{option}", results, leave_out=LABELS)


def test_the_table_of_a_part_of_them():
    sampled = survey_samples.sample(answers(), BRIEF, where={"age": ["adulte", "ancien"]})
    check("few-part", tabulation.of_sample(sampled, "aide"), leave_out=LABELS)


def test_the_tables_of_a_second_edition():
    first = survey_samples.sample(answers(80), BRIEF)
    before = [
        counted(tabulation.of_sample(first, name, by=by).counts(), 1)
        for name, by in (("aise", ""), ("aise", "age"), ("aide", ""))
    ]
    chance = np.random.default_rng(2)
    weights = Weights(values=chance.uniform(1, 5, 90), clusters=np.arange(90) // 3)
    later = survey_samples.sample(answers(90), BRIEF, weights)
    results = {
        f"{name} by {by}": tabulation.of_sample(later, name, by=by, before=before)
        for name, by in (("aise", ""), ("aise", "age"), ("aide", ""), ("annees", ""))
    }
    check("second-edition", results, leave_out=LABELS)


def test_two_surveys_side_by_side():
    one, other = answers(90), survey()
    samples = [survey_samples.sample(each, FORM) for each in (one, other)]
    tables = [
        [
            tabulation.of_sample(sampled, name, by=by)
            for name, by in (("aise", ""), ("aise", "age"), ("eq", ""))
        ]
        for sampled in samples
    ]
    compared = [
        outcome(lambda a=a, b=b: differences.between(a, b, names=("ici", "là")))
        for a, b in zip(*tables, strict=True)
    ]
    results = {
        "between": compared,
        "groups": [differences.between_groups(sampled, each) for sampled, some in zip(samples, tables, strict=True) for each in some if each.by],
        "words": [differences.in_words(pair, waves=waves) for each in compared for pair in getattr(each, "pairs", ()) for waves in (False, True)],
        "topics": [each[0] for each in differences.topics(FORM, FORM)],
        "perception": differences.perception(*samples, names=("habitants", "structures")),
    }  # fmt: skip
    check("side-by-side", results, leave_out=LABELS)


def test_columns_as_they_are_typed():
    typed = table(
        aise=[
            "Pas",
            "PEU ",
            "pas;peu",
            "tres",
            "très",
            "ne sait pas",
            "plutot",
            "",
            "refus",
            "inconnu",
            "peu",
            "pas",
        ],
        age=["jeune"] * 12,
        eq=[
            "tel ordi",
            "tel,ordi",
            "rien tel",
            "Tel; Ordi",
            "tel tel",
            "",
            "nsp",
            "fax",
            "rien",
            "ordi",
            "tel",
            "autre tel",
        ],
        prio=[
            "tel ordi rien",
            "ordi",
            "tel tel",
            "",
            "rien ordi",
            "1 2",
            "nsp",
            "tel>ordi",
            "ordi tel",
            "rien",
            "tel",
            "x",
        ],
        annees=["12", "12,5", "1 200", "douze", "-3", "", "nsp", "1e2", "nan", "0", "12.50", "1.200"],
        jour=[
            "2026-01-02",
            "02/01/2026",
            "2/1/26",
            "",
            "hier",
            "2026-13-01",
            "2026-02-30",
            "nsp",
            "2030-01-01",
            "1999-12-31",
            "2026-06",
            "20260102",
        ],
        aide=["oui", "non"] * 6,
        content=["oui"] * 12,
    )
    reader = Reader(typed, FORM)
    results = {
        name: outcome(lambda name=name: reader.column(name))
        for name in (*QUESTIONS, "mot", "rien", "absente")
    }
    results |= {
        f"alone {k}": outcome(
            lambda k=k: Reader(table(**{name: typed[name][k : k + 1] for name in QUESTIONS}), FORM).column(
                "aise"
            )
        )
        for k in range(12)
    }
    results |= {
        f"{name} {k}": outcome(
            lambda k=k, name=name: Reader(
                table(**{each: typed[each][k : k + 1] for each in QUESTIONS}), FORM
            ).column(name)
        )
        for name in ("eq", "prio", "annees", "jour")
        for k in range(12)
    }
    check("columns", results)


HEAD = "variable;modalite;effectif\n"
AGE = "age;jeune;3000\nage;adulte;4000\nage;ancien;3000\n"
AIDE = "aide;oui;6000\naide;non;4000\n"
WEIGHED = {
    "plain": (AGE + AIDE, {}),
    "trimmed": (AGE, {"trim": 3.0}),
    "trimmed too much": (AGE, {"trim": 1.05}),
    "a trim under one": (AGE, {"trim": 0.5}),
    "bounds": (AGE + AIDE, {"method": "logit", "bounds": (0.2, 6.0)}),
    "bounds too close": (AGE + AIDE, {"method": "logit", "bounds": (0.9, 1.1)}),
    "bounds too close, truncated": (AGE, {"method": "lineaire", "bounds": (0.95, 1.2)}),
    "bounds aside": (AGE, {"method": "logit", "bounds": (1.5, 3.0)}),
    "bounds upside down": (AGE, {"method": "logit", "bounds": (3.0, 0.5)}),
    "an empty class": (AGE + "age;tres ancien;500\nage;bebe;20\n", {}),
    "an unknown class": ("age;jeune;3000\nage;adulte;4000\n", {}),
    "an unknown variable": ("agee;jeune;3000\nagee;adulte;4000\n", {}),
    "another variable": ("zone;nord;3000\nzone;sud;4000\n", {}),
    "thin": (AGE + AIDE, {"thin": 30}),
    "places": (AGE, {"places": {"Gare": 60, "Marché": 12}}),
    "one place": (AGE, {"places": {"Gare": 90}}),
    "few people": ("age;jeune;1\nage;adulte;2\nage;ancien;1.4\n", {}),
}  # fmt: skip


@pytest.mark.parametrize("initial", ["", "given", "wrong"])
def test_the_weights_of_a_few_people(initial):
    sample = answers()
    if initial:
        weights = np.linspace(40, 160, 90).round(1).astype(str)
        if initial == "wrong":
            weights[[3, 7]] = ("-2", "beaucoup")
        sample = table(
            **{name: sample[name] for name in sample.columns if name != "id"}, poids_initial=weights
        )
    results = {}
    for name, (text, kwargs) in WEIGHED.items():
        weighed = outcome(
            lambda text=text, kwargs=kwargs: weighting.weigh(
                sample, parse((HEAD + text).encode(), "m.csv"), **kwargs
            )
        )
        results[name] = weighed
    check(f"weights-few-{initial or 'equal'}", results, leave_out=("values",))


def test_margins_read_beside_a_sample():
    margins = parse((HEAD + AGE + "age;tres ancien;500\n").encode(), "m.csv")
    sample = answers()
    age = margins[0]
    counts = [(1, 40, 30, 0), (0, 0, 90, 0), (12, 3, 3, 2), (40, 40, 40, 40)]
    results = {
        "sample": [outcome(lambda margin=each: sample_margins.sample_margin(sample, margin)) for each in margins],
        "merges": [sample_margins.merges(age, each, thin=thin) for each in counts for thin in (None, 1, 11)],
        "mended": [sample_margins.mended(age, each, thin=thin) for each in counts for thin in (1, 11)],
        "proposal": [sample_margins.proposal(age, rank, each) for each in counts for rank in range(4)],
        "merged": [outcome(lambda names=names: sample_margins.merged(age, names)) for names in (["jeune", "adulte"], ["ancien", "jeune"], ["jeune"], ["jeune", "vieux"])],
        "structures": [outcome(lambda n=n: weighting.check_structures(margins, n)) for n in (10, 10_000)],
        "weights": [outcome(lambda mean=mean: weighting.check_structure_weights(np.full(4, mean), "p.csv")) for mean in (1.0, 30.0, 3000.0)],
    }  # fmt: skip
    check("margins", results, leave_out=("values",))
