"""The findings of a survey: what it tells first, what it looks for, what it keeps."""

import re
from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest

from maillage.forms.questionnaire import Choice, Question, Questionnaire
from maillage.kernel.errors import Refused
from maillage.kernel.estimate import Withheld
from maillage.kernel.table import Table
from maillage.reference import survey_messages
from maillage.reference.surveys import bank
from maillage.reports.gallery import surveys
from maillage.reports.page import editable, html, pdf
from maillage.reports.survey import cards, document, story
from maillage.reports.survey.findings import Highlight, people_noun
from maillage.reports.territory import criteria, main_findings
from maillage.studies.survey import samples
from maillage.studies.survey.universe import Universe
from tests.support import prose

title = "Ce qu’une enquête dit d’abord"

AT = date(2026, 11, 28)
AGES = ("15_39", "40_59", "60_plus")


def form(*questions: Question, **lists: tuple[str, ...]) -> Questionnaire:
    return Questionnaire(
        id="q",
        title="Essai",
        kind="inhabitants",
        lists={
            key: tuple(Choice(name=name, label={"fr": name.replace("_", " ")}) for name in names)
            for key, names in {"ages": AGES, "aises": ("pas_du_tout", "peu", "bien", "tres"), **lists}.items()
        },
        items=(
            Question(name="tranche", kind="one", choices="ages", label={"fr": "Votre âge ?"}, census="age"),
            Question(name="aisance", kind="one", choices="aises", scale="ease", label={"fr": "À l’aise ?"}),
            *questions,
        ),
    )


def answers(n: int, ill: tuple[float, float, float], seed: int = 1) -> Table:
    """Return n answers, so many of each age ill at ease: shares 0-1 by age."""
    chance = np.random.default_rng(seed)
    age = np.arange(n) % 3
    is_ill = chance.random(n) < np.array(ill)[age]
    ease = np.where(is_ill, np.where(chance.random(n) < 0.5, "peu", "pas_du_tout"), "bien")
    ids, ages = np.arange(n).astype(str), np.array(AGES)[age]
    return Table("a.csv", {"id": ids, "tranche": ages, "aisance": ease})


def results(table: Table, questionnaire: Questionnaire) -> document.Results:
    sample = samples.sample(table, questionnaire)
    report = cards.every(sample)
    return cards.results(
        report, title="Essai", questionnaire=questionnaire, n=len(table), weighted=False, on=AT, sample=sample
    )


def facts(highlights: object) -> list[str]:
    return [highlight.fact.replace("\xa0", " ") for highlight in highlights]  # type: ignore[attr-defined]


def test_the_message_is_the_difficulty_and_who_has_it_most():
    """36 % mal à l’aise, surtout après 60 ans : jamais « plus de la moitié est à l’aise »."""
    highlights = results(answers(600, (0.15, 0.25, 0.7)), form()).story
    assert [re.sub(r"\d+ %", "N %", each) for each in facts(highlights)] == [
        "N % des répondants sont mal à l’aise avec le numérique",
        "60 plus : N % sont mal à l’aise avec le numérique",
    ]
    assert "pour « 15 39 »" in highlights[1].meaning
    assert "L’écart est sûr." in highlights[1].meaning


def test_story_leaves_a_difference_that_chance_explains():
    """Même part à chaque âge : le croisement est regardé, et ne donne aucun constat."""
    n_crossed = [len(results(answers(300, (0.4, 0.4, 0.4), seed), form()).crossed) for seed in range(12)]
    assert sum(n_crossed) <= 3, "one in ten at most, by chance"


def test_small_cells_stay_withheld_in_a_crossing():
    """Douze réponses : un groupe de quatre ne dit rien, ni dans un constat ni dans un tableau croisé."""
    report = results(answers(12, (0.0, 0.5, 1.0)), form())
    assert not report.crossed
    assert document.document(replace(report, story=())).chapters[0].title == "Pas encore de constat"
    assert all("60 plus" not in each for each in facts(report.story))


@cache
def report_of(name: str) -> document.Results:
    survey = surveys.survey(name)
    sample = survey.sample
    return cards.results(
        cards.every(sample),
        title="Essai",
        questionnaire=sample.reader.questionnaire,
        n=len(sample.domain),
        weighted=sample.weights is not None,
        on=AT,
        sample=sample,
    )


def story_of(name: str) -> list[Highlight]:
    return list(report_of(name).story)


@pytest.mark.parametrize("name", [surveys.PEOPLE, surveys.STRUCTURES])
def test_no_name_of_a_variable_nor_of_a_file_is_read_in_a_report(name):
    """Les deux enquêtes de Maubeuge, sur la page et dans le document à corriger ; une réponse sans libellé se voit."""
    report = report_of(name)

    def names(results: document.Results) -> set[str]:
        content = document.document(results)
        word = prose.of_docx(editable.dossier(content, on=AT))
        return prose.code_names(prose.of_page(html.dossier(content)), word)

    assert not names(report)
    card = report.cards[-1]
    unnamed = replace(card.answers, lines=[replace(x, label=f"{x.name}_0") for x in card.answers.lines])
    assert names(replace(report, story=(), crossed=(), cards=[replace(card, answers=unnamed)]))


# Seed 003, in the order of its main findings; the report tells each of them.
MAUBEUGE = (
    "40 % des habitants sont mal à l’aise",
    "47 % des habitants ont un ordinateur",
    "16 % des habitants ont déjà été aidés par un lieu",
    "33 % des personnes qu’aucun lieu n’a aidées sont aidées par un proche",
    "16 % des personnes qu’aucun lieu n’a aidées ne savaient pas que cette aide existe",
    "80 % des personnes peu à l’aise s’informent par le bouche-à-oreille",
    "98 % des personnes aidées sont satisfaites",
    "33 % des habitants souhaitent en apprendre plus",
    "41 % des habitants demandent d’abord une aide gratuite",
)
STRUCTURES = (
    "42 % des structures offrent un accès libre",
    "58 % des structures aident à faire les démarches en ligne",
    "44 % des structures proposent des ateliers",
    "73 % des structures ne voient pas ce que font les autres, et le voudraient",
    "45 % des structures orientent les personnes",
    "39 % des structures laissent leurs aidants intervenir sans cadre",
    "61 % des structures accueilleraient des partenaires",
    "66 % des structures mettent l’équipement des lieux parmi leurs priorités",
    "46 % des structures veulent mieux connaître les offres du territoire",
)


@pytest.mark.parametrize(("name", "messages"), [(surveys.PEOPLE, MAUBEUGE), (surveys.STRUCTURES, STRUCTURES)])
def test_the_story_tells_what_the_published_diagnosis_tells(name, messages):
    """Maubeuge, 192 habitants et 66 structures : les messages du diagnostic publié sont nos dix constats."""
    highlights = story_of(name)
    assert len(highlights) == story.MOST
    missing = [each for each in messages if not any(fact.startswith(each) for fact in facts(highlights))]
    assert not missing


def test_story_joins_what_goes_together():
    """« 98 % sont satisfaites, mais 43 % des personnes formées restent mal à l’aise » : un seul constat."""
    (one,) = [each for each in story_of(surveys.PEOPLE) if "satisfaites" in each.fact]
    assert "43 % des personnes déjà formées restent mal à l’aise" in one.meaning.replace("\xa0", " ")


def test_story_says_who_is_most_ill_at_ease():
    """« Les personnes de plus de 60 ans sont majoritaires parmi les personnes peu ou pas du tout à l’aise »."""
    (one,) = [each for each in story_of(surveys.PEOPLE) if each.fact.startswith("De 61 à 70 ans")]
    assert "18 % pour « De 26 à 39 ans »" in one.meaning.replace("\xa0", " ")


@pytest.mark.parametrize(("ill", "is_sure"), [((0.15, 0.25, 0.7), True), ((0.4, 0.4, 0.4), False)])
def test_a_sure_crossing_is_a_finding_of_the_territory(ill, is_sure):
    """« 60 ans et plus : 70 % sont mal à l’aise » : un constat du dossier aussi, si l’écart est sûr."""
    report = results(answers(600, ill), form())
    rows = document.group_rows(report.story, report.cards, computed=report.computed)
    territory = main_findings.of_surveys(criteria.answered("inhabitants", rows, "« Essai »", by_group=True))
    assert [re.sub(r"\d+", "N", each.fact.replace("\xa0", " ")) for each in territory] == [
        "N plus : N % sont mal à l’aise avec le numérique (entre N et N %)."
    ] * is_sure
    assert all("L’écart est sûr." in each.means and each.calls for each in territory)


@pytest.mark.parametrize(
    ("helped", "sense"),
    [
        ((0.45, 0.12), "L’aide va plus à ces personnes."),
        ((0.12, 0.45), "L’aide va moins à ces personnes."),
        ((0.3, 0.3), "Pas d’écart sûr."),
    ],
)
def test_help_to_people_ill_at_ease_is_compared_with_help_to_all(helped, sense):
    """37 % aidées parmi les personnes peu à l’aise, 21 % parmi tous : l’aide va plus à elles, jamais « peu »."""
    table = answers(600, (0.4, 0.4, 0.4))
    chance = np.where(np.isin(table["aisance"], ["peu", "pas_du_tout"]), *helped)
    was_helped = np.random.default_rng(3).random(600) < chance
    table = table.adding(accompagne=np.where(was_helped, "oui", "non"))
    question = Question(name="accompagne", kind="one", choices="ouinon", label={"fr": "Un lieu aide ?"})
    (main,) = (each for each in results(table, form(question, ouinon=("oui", "non"))).story if each.joined)
    assert main.joined[0].meaning.startswith(sense)
    assert re.search(r"Pour tous : \d\d.%\.", main.joined[0].meaning)


def test_a_crossing_published_by_answers_taken_together_is_printed_so():
    """« Plus de 70 ans : 85 % mal à l’aise » dans un constat : l’annexe imprime ces réponses réunies."""
    table = answers(600, (0.15, 0.25, 0.7))
    report = results(table, form())
    sample = samples.sample(table, form())
    (crossing,) = story.crossings(sample, report.cards)
    hidden = tuple(
        row
        if row.grouped or not row.by
        else replace(row, figure=Withheld(reason="Peu.", unit="pourcent", universe="", n=0, method="m"))
        for row in crossing.table.rows
    )
    merged = replace(crossing, table=replace(crossing.table, rows=hidden))
    (card,) = cards.crossed(sample, report.cards, [merged])
    grid = document.crossed(card)
    assert len(grid.columns) == 3
    assert len(grid.rows) == len(AGES)
    assert card.gaps


def test_every_bar_on_few_answers_has_its_star_and_the_caption_says_from_how_many():
    """Cent quarante-quatre réponses : les barres par âge, sur 48, ont leur étoile, et la légende le dit."""
    report = results(answers(144, (0.3, 0.5, 0.72)), form())
    (highlight,) = (each for each in report.story if each.group)
    assert all(bar.label.endswith("*") for bar in highlight.bars)
    assert "(48)" in document._once(report)


def test_answers_that_nobody_gave_make_one_line_of_the_annex():
    """Soixante-quatre communes dont quarante sans réponse : une ligne pour les quarante, pas quarante lignes."""
    towns = tuple(f"commune_{k}" for k in range(12))
    question = Question(name="ville", kind="one", choices="villes", label={"fr": "Votre ville ?"})
    table = answers(60, (0.4, 0.4, 0.4)).adding(ville=np.array(towns)[np.arange(60) % 2])
    structures = replace(form(question, villes=towns), kind="structures")
    (card,) = (each for each in results(table, structures).cards if each.answers.name == "ville")
    rows = document._small_table(card, "brut", "", {}).rows
    assert len(rows) == 3
    assert rows[-1][0].text.startswith("Aucun répondant pour ces 10 réponses : commune 2, commune 3")


def test_the_day_of_an_answer_is_no_question():
    """Une colonne « Date » : ni tableau, ni phrase, ni croisement, même demandé."""
    day = Question(name="date_enquete", kind="date", label={"fr": "Date"})
    table = answers(60, (0.4, 0.4, 0.4)).adding(
        date_enquete=np.array(["2026-10-06", "2026-10-07"])[np.arange(60) % 2]
    )
    report = results(table, form(day))
    assert {card.answers.name for card in report.cards} == {"tranche", "aisance"}
    assert "Date" not in html.dossier(document.document(report)).decode().partition("<main")[2]
    with pytest.raises(Refused, match="ne se croisent pas avec « Date »"):
        cards.every(samples.sample(table, form(day)), by="date_enquete")


def test_annex_leaves_out_questions_that_a_finding_states():
    """L’aise a son constat : l’annexe ne redit pas sa part en phrase, et garde son tableau."""
    report = results(answers(600, (0.15, 0.25, 0.7)), form())
    assert report.story
    assert not [text for text in report.sentences.rest if "À l’aise ?" in text]
    chapter = next(x for x in document.document(report).chapters if x.title == document.ALL_QUESTIONS)
    (columns,) = (block for block in chapter.blocks if block.kind == "columns")
    assert [grid.caption for grid in columns.blocks if grid.kind == "grid"] == ["Votre âge ?", "À l’aise ?"]


HOSTILE = "=cmd|'/c calc'!A0 <script>alert(1)</script> 🧵"


@pytest.mark.parametrize("case", ["one question", "one age", "200 questions", "hostile words"])
def test_a_strange_survey_still_makes_a_document(case):
    """Une seule question, un seul âge, 200 questions, des mots piégés : le rapport se fait, dix constats au
    plus, sans nom de variable dans les phrases.
    """
    table, questionnaire = answers(60, (0.2, 0.3, 0.6)), form()
    if case == "one question":
        questionnaire = replace(questionnaire, items=questionnaire.items[1:])
    elif case == "one age":
        table = table.adding(tranche=np.full(60, AGES[0]))
    else:
        n, label = (200, "Question {} ?") if case == "200 questions" else (2, HOSTILE + " {}")
        names = [f"var_{k}" for k in range(n)]
        extra = [
            Question(name=name, kind="one", choices="ouinon", label={"fr": label.format(k)})
            for k, name in enumerate(names)
        ]
        questionnaire = form(*extra, ouinon=("oui", "non"))
        chance = np.random.default_rng(4)
        table = table.adding(**{name: np.where(chance.random(60) < 0.4, "oui", "non") for name in names})
    report = results(table, questionnaire)
    assert len(report.story) <= story.MOST
    pages = document.document(report)
    page = html.dossier(pages).decode()
    assert "<script>alert(1)" not in page
    assert pdf.dossier(pages, on=AT).startswith(b"%PDF")
    prose = " ".join(" ".join((each.fact, each.meaning, each.call, each.wording)) for each in report.story)
    assert not re.search(r"\b\w+_\w+\b", prose)


def test_a_half_of_people_takes_a_plural_verb_and_a_few_percent_make_no_finding():
    """« La moitié des habitants ne connaissent aucun lieu » ; « 3 % n’ont jamais utilisé Internet » ne se dit pas."""
    for highlight in (*story_of(surveys.PEOPLE), *story_of(surveys.STRUCTURES)):
        assert not re.match(r"(Environ |Plus d’|Près d’)?[Uu]ne? \w+ sur", highlight.headline)
        assert highlight.figure.value >= 5


def test_people_at_ease_helped_less_is_no_finding():
    """Un écart que chacun attend ne se dit pas."""
    message = next(each for each in survey_messages.messages().messages if each.id == "aides")
    assert message.expected == ("a_l_aise", "tres")


@pytest.mark.parametrize(("least", "is_first"), [(100, True), (40, False)])
def test_a_ranking_of_all_answers_reads_by_first_rank(least, is_first):
    """Cinq priorités citées par tous : « 65 % des structures placent en premier… », jamais « 100 % » cinq fois."""
    questions = bank("structures")
    names = [each.name for each in questions.lists["priorites"]]
    n = np.arange(100)
    orders = [
        " ".join(
            [names[k % 3 // 2], *(name for at, name in enumerate(names) if at != k % 3 // 2)][
                : 5 if k < least else 1
            ]
        )
        for k in n
    ]
    answers = Table("r.csv", {"id": n.astype(str), "priorites": np.array(orders)})
    sample = samples.sample(answers, questions, universe=Universe(size=400))
    report = cards.every(sample)
    sentences = facts(
        story.story(report, story.crossings(sample, report), people_noun("structures", weighted=False))
    )
    assert any("placent en premier" in fact for fact in sentences) is is_first
    assert not any(fact.startswith("100 %") for fact in sentences)


def test_the_finding_of_needs_names_the_most_cited():
    """« 30 % manquent de moyens humains » ne se dit pas quand la formation est citée par 60 % des structures."""
    questions = bank("structures")
    n = np.arange(100)
    needs = np.array(
        [" ".join(["formation"] * int(k < 60) + ["moyens_humains"] * int(k >= 70) or ["lieu"]) for k in n]
    )
    sample = samples.sample(
        Table("r.csv", {"id": n.astype(str), "besoins": needs}), questions, universe=Universe(size=400)
    )
    report = cards.every(sample)
    sentences = facts(
        story.story(report, story.crossings(sample, report), people_noun("structures", weighted=False))
    )
    (needed,) = [fact for fact in sentences if "besoin" in fact or "manquent" in fact]
    assert needed.replace("\xa0", " ").startswith("60 % des structures ont besoin de former leurs équipes")
