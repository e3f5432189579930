"""No sentence of a survey puts first an answer that the whole table puts behind a withheld one."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import mark

from maillage.kernel.estimate import Estimate
from maillage.kernel.table import Table
from maillage.publishing.survey import cards, document, findings
from maillage.questionnaires.questionnaire import Choice, Question, Questionnaire
from maillage.statistics.engine import chance, ranking
from maillage.statistics.survey import samples, tabulation
from maillage.statistics.survey.samples import Weights
from tests.support.profile import times

title = "Aucun rang quand une réponse masquée peut être devant"

KINDS = ("one", "many", "rank")
RANKED = re.compile(r"vien(?:t|nent) en tête|(?:est|sont) (?:le|la|les) plus \w+")
NAMED = re.compile(r"« (R\d) »")
NAMED_SHARE = re.compile(r"« (R\d) »[^%]*?\D(\d+) %")


def drawn(seed: int) -> tuple[Questionnaire, Table, Weights | None]:
    """Return a survey of three questions, one of each kind: from 15 to 150 answers, some of them rare."""
    random = chance.generator(seed, "rang")
    n = int(random.integers(15, 150))
    size = int(random.integers(3, 6))
    names = [f"r{k}" for k in range(size)]
    form = Questionnaire(
        id="rang",
        title="Rang",
        kind="structures",
        lists={"r": tuple(Choice(name=name, label={"fr": name.upper()}) for name in names)},
        items=tuple(Question(name=kind, kind=kind, choices="r", label={"fr": f"{kind} ?"}) for kind in KINDS),
    )
    often = random.dirichlet(np.full(size, random.choice([0.3, 1.0])))
    probabilities = random.uniform(size=size) ** random.choice([0.3, 2.0])
    ticks = random.uniform(size=(n, size)) < probabilities
    columns = {
        "one": random.choice(names, n, p=often),
        "many": [" ".join(name for name, yes in zip(names, row, strict=True) if yes) for row in ticks],
        "rank": [" ".join(random.permutation(names)) for _ in range(n)],
    }
    table = Table(
        "a.csv",
        {
            "id": np.arange(n).astype(str),
            **{name: np.asarray(values, dtype=str) for name, values in columns.items()},
        },
    )
    weights = Weights(values=random.lognormal(0, 0.4, n)) if random.uniform() < 0.5 else None
    return form, table, weights


def texts(value: Any) -> Iterator[str]:
    """Yield each text of a document, wherever it is printed."""
    if isinstance(value, str):
        yield value.replace("\u00a0", " ")
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts(inner)


def denied(seed: int) -> list[str]:
    """Return the sentences of a published survey that its whole table denies."""
    form, table, weights = drawn(seed)
    survey_sample = samples.sample(table, form, weights)
    result_cards = cards.every(survey_sample)
    report = document.document(
        cards.results(
            result_cards,
            sample=survey_sample,
            title="",
            questionnaire=form,
            n=len(table),
            weighted=bool(weights),
            on=date(2026, 11, 22),
        )
    )
    printed = [*texts(report.data()), *texts(document.rows(result_cards, computed="brut"))]
    share_by_question = {
        each.answers.name: {
            row.label: row.share.value if row.share else 0.0
            for row in tabulation.of_sample(survey_sample, each.answers.name, least=None).of()
        }
        for each in result_cards
    }
    published = {
        each.answers.name: {line.label for line in each.answers.lines if isinstance(line.figure, Estimate)}
        for each in result_cards
    }
    sentences = [
        sentence.strip() for text in printed if "<" not in text for sentence in re.split(r"(?<=\.) ", text)
    ]
    return [
        sentence
        for sentence in sentences
        if RANKED.search(sentence)
        and NAMED.search(sentence)
        and _denies(sentence, share_by_question, published)
    ]


def _denies(
    sentence: str, share_by_question: dict[str, dict[str, float]], published: dict[str, set[str]]
) -> bool:
    question = next(name for name in KINDS if sentence.startswith(f"« {name} ? »"))
    shares, named = share_by_question[question], NAMED.findall(sentence)
    among = published[question] if "parmi les réponses publiées" in sentence else set(shares)
    unnamed_shares = [share for label, share in shares.items() if label in among and label not in named]
    wrong = any(
        abs(100 * shares[label] - float(value)) > 0.5 + 1e-9 for label, value in NAMED_SHARE.findall(sentence)
    )
    return wrong or max(unnamed_shares) > min(shares[label] for label in named)


@mark.slow("each example is a whole survey, masked and written")
@settings(max_examples=times(12, 40))
@given(st.integers(0, 10**9))
def test_no_sentence_puts_first_what_the_whole_table_puts_behind(seed):
    """Des enquêtes tirées au hasard, masquées comme elles sont publiées : aucune phrase du document ni du
    tableur ne donne un rang que le tableau entier dément.
    """
    assert denied(seed) == []


def test_without_the_rule_the_search_finds_such_sentences(monkeypatch):
    """Sans la règle, la recherche en trouve : elle sait chercher."""
    monkeypatch.setattr(ranking, "reach", lambda *figures, **more: -1.0)
    assert any(denied(seed) for seed in range(60))


def sentences_of(counts: list[int], kind: str = "one") -> str:
    """Return the sentences on answers given by `counts` structures each, or put first by as many."""
    names = [f"r{k}" for k in range(len(counts))]
    form = Questionnaire(
        id="rang",
        title="Rang",
        kind="structures",
        lists={"r": tuple(Choice(name=name, label={"fr": name.upper()}) for name in names)},
        items=(Question(name="q", kind=kind, choices="r", label={"fr": "Où ?"}),),
    )
    repeated_names = [name for name, n in zip(names, counts, strict=True) for _ in range(n)]
    table = Table("a.csv", {"id": np.arange(len(repeated_names)).astype(str), "q": np.array(repeated_names)})
    result_cards = cards.every(samples.sample(table, form))[:1]
    return " ".join(each.text for each in cards.sentences(result_cards, findings.PEOPLE["structures"]))


def test_withheld_answer_without_room_is_not_ranked_ahead():
    """40 et 16 sur 61 laissent 5 aux réponses masquées : aucune ne peut dépasser 40, dans un choix comme dans un
    classement. Avec 4 sur 10, elles le peuvent.
    """
    for kind in ("one", "rank"):
        sentences = sentences_of([40, 16, 4, 1, 0], kind)
        assert "« R0 »" in sentences, kind
        assert "se suivent" not in sentences, kind
    assert "parmi les réponses publiées" in sentences_of([4, 3, 1, 2, 0])


def test_an_answer_that_nobody_gave_is_never_named():
    """« R0 (40 %), R4 (0 %) et R5 (0 %) se suivent » ne classerait que l’ordre du questionnaire."""
    sentences = sentences_of([4, 3, 1, 2, 0, 0, 0])
    assert sentences.startswith("« Où ? »")
    assert not re.search(r"R[456]", sentences)
