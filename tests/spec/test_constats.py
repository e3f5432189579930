"""The findings of a survey: what it tells first, what it looks for, what it keeps."""

import json
import re
from dataclasses import replace
from datetime import date
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest

from maillage.kernel.errors import Refused
from maillage.kernel.estimate import Withheld
from maillage.kernel.table import Table
from maillage.publishing.gallery import surveys
from maillage.publishing.page import editable, html, pdf
from maillage.publishing.page.blocks import Heading
from maillage.publishing.survey import cards, document, story
from maillage.publishing.survey.findings import Highlight, people_noun
from maillage.publishing.territory import criteria, main_findings
from maillage.publishing.territory.main_findings import MainFinding
from maillage.questionnaires.questionnaire import Choice, National, Question, Questionnaire
from maillage.reference import survey_messages
from maillage.reference.surveys import bank, banks
from maillage.statistics.survey import protection, samples
from maillage.statistics.survey.universe import Universe
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
        "N % des répondants de 60 plus sont mal à l’aise avec le numérique",
    ]
    assert re.search(r"C’est le cas de \d+\s% des répondants de 15 39 \(", highlights[1].meaning)
    assert "L’écart est sûr." in highlights[1].meaning


@pytest.mark.parametrize(
    ("views", "group", "other"),
    [
        (
            ("oui", "non"),
            "des structures qui voient ce que font les autres orientent les personnes vers d’autres lieux",
            "% des structures qui disent inutile de voir ce que font les autres",
        ),
        (
            ("toujours", "jamais"),
            "des structures qui disent « toujours » à « Voyez-vous les autres ? » orientent les personnes vers",
            "% des structures qui disent « jamais » à « Voyez-vous les autres ? »",
        ),
    ],
)
def test_story_names_the_question_that_makes_its_groups(views, group, other):
    """« Oui : 31 % orientent » ne se comprend pas : le groupe se dit en mots, dans la phrase et dans sa preuve."""
    does = Question(name="orientation", kind="one", choices="etats", label={"fr": "Orientez-vous ?"})
    sees = Question(name="vision", kind="one", choices="vues", label={"fr": "Voyez-vous les autres ?"})
    questionnaire = replace(form(does, sees, etats=("aujourdhui", "non"), vues=views), kind="structures")
    n = np.arange(200)
    orients = np.where(n % 2 == 0, n % 20 < 6, n % 20 < 15)
    table = {"id": n.astype(str), "orientation": np.where(orients, "aujourdhui", "non")}
    table["vision"] = np.array(views)[n % 2]
    (finding,) = [each for each in results(Table("r.csv", table), questionnaire).story if each.group]
    assert group in finding.fact.replace("\xa0", " ")
    assert other in finding.meaning
    proof, _ = finding.behind
    assert proof.label.partition(", les ")[2] in finding.fact.replace("\xa0", " ")


def test_proof_of_a_lacking_answer_reads_as_what_it_proves():
    """« 28 % n’ont pas d’ordinateur » ne se prouve pas par « Un ordinateur : 28 % »."""
    owns = Question(name="equipement", kind="many", choices="appareils", label={"fr": "Qu’avez-vous ?"})
    questionnaire = form(owns, appareils=("ordinateur", "smartphone"))
    n = np.arange(100)
    cells = np.where(n < 72, "ordinateur", "smartphone")
    story_ = results(Table("r.csv", {"id": n.astype(str), "equipement": cells}), questionnaire).story
    (finding,) = [each for each in story_ if "d’ordinateur" in each.fact]
    assert finding.fact.replace("\xa0", " ") == "28 % des répondants n’ont pas d’ordinateur"
    (proof,) = finding.behind
    assert (proof.label, proof.value) == ("« ordinateur » non cité", 28)


@pytest.mark.parametrize(
    ("has_places", "means"),
    [
        (True, "La plupart des communes ont pourtant un lieu recensé."),
        (False, "Soit l’offre manque, soit ces personnes ne la voient pas."),
    ],
)
def test_story_says_that_the_offer_is_there_where_places_are_counted_alone(has_places, means):
    """Le rapport d’enquête et le diagnostic suivent la même règle."""
    knows = Question(
        name="lieu_connu", kind="one", choices="ouinon", label={"fr": "Connaissez-vous un lieu ?"}
    )
    questionnaire = form(knows, ouinon=("oui", "non"))
    n = np.arange(100)
    table = Table("r.csv", {"id": n.astype(str), "lieu_connu": np.where(n < 67, "non", "oui")})
    report = cards.every(samples.sample(table, questionnaire))
    people = people_noun("inhabitants", weighted=False)
    (finding,) = story.story(report, [], people, has_places=has_places)
    assert finding.meaning == means
    rows = document.rows(report, computed="brut")
    answered = criteria.answered("inhabitants", rows, "« Essai »")
    (territory,) = main_findings.of_surveys(answered, has_places=has_places)
    assert territory.means == means


def test_an_answer_of_a_list_that_most_did_not_use_is_no_fact():
    """« Acteurs qui voudraient y voir clair : 0 % » : 29 structures sur 40 avaient répondu hors de la liste."""
    vision = Question(name="vision", kind="one", choices="vision", label={"fr": "Y voyez-vous clair ?"})
    questionnaire = form(vision, vision=("oui", "non_souhaite"))
    typed = ["en partie"] * 29 + ["oui"] * 11
    table = Table("r.csv", {"id": np.arange(40).astype(str), "vision": np.array(typed)})
    report = cards.every(samples.sample(table, questionnaire))
    rows = document.rows(report, computed="brut")
    assert {row["modalite"] for row in rows} >= {"oui", "hors_liste"}
    assert criteria.answered("structures", rows, "« Essai »") == {}


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
    "33 % des personnes qu’aucun lieu n’a aidées en donnent pour raison l’aide d’un proche",
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
    "66 % des structures qui ont répondu mettent l’équipement des lieux parmi leurs priorités",
    "46 % des structures qui ont répondu veulent mieux connaître les offres du territoire",
)


@pytest.mark.parametrize(("name", "messages"), [(surveys.PEOPLE, MAUBEUGE), (surveys.STRUCTURES, STRUCTURES)])
def test_the_story_tells_what_the_published_diagnosis_tells(name, messages):
    """Maubeuge, 192 habitants et 66 structures : les messages du diagnostic publié sont nos dix constats."""
    highlights = story_of(name)
    assert len(highlights) == story.MOST
    missing = [each for each in messages if not any(fact.startswith(each) for fact in facts(highlights))]
    assert not missing


def test_story_joins_what_goes_together():
    """« 98 % des personnes aidées sont satisfaites » s’expliquait par des personnes formées : une autre base."""
    pleased, ill = (
        next(each for each in story_of(surveys.PEOPLE) if words in each.fact.replace("\xa0", " "))
        for words in ("sont satisfaites", "40 % des habitants sont mal à l’aise")
    )
    assert "43 % des personnes déjà formées restent mal à l’aise" in ill.meaning.replace("\xa0", " ")
    assert not pleased.joined


def test_a_finding_tells_the_first_answer_of_its_question_alone():
    """« 30 % demandent une aide gratuite » était un constat, sous 42 % « près de chez moi », sans écart net."""
    asks = Question(name="critere", kind="one", choices="criteres", label={"fr": "Quel critère ?"})
    table = dict(answers(300, (0.3, 0.3, 0.3)).columns)
    table["critere"] = np.where(np.arange(300) < 160, "proximite", "gratuite")
    highlights = results(Table("a.csv", table), form(asks, criteres=("gratuite", "proximite"))).story
    (one,) = [each for each in highlights if "aide" in each.fact]
    assert "53 % des répondants demandent d’abord une aide proche" in one.fact.replace("\xa0", " ")
    assert one.meaning.startswith("Sans écart net avec « gratuite »")


@pytest.mark.parametrize(
    ("n_first", "n_second", "second"),
    [(400, 100, ""), (400, 140, "Ensuite : « proximite » (23 %).")],
)
def test_a_second_answer_is_named_where_it_alone_comes_second(n_first, n_second, second):
    """« Ensuite » suivait l’ordre du questionnaire : à égalité, aucune n’est la deuxième."""
    asks = Question(name="critere", kind="one", choices="criteres", label={"fr": "Quel critère ?"})
    table, n = dict(answers(600, (0.3, 0.3, 0.3)).columns), np.arange(600)
    table["critere"] = np.where(
        n < n_first, "gratuite", np.where(n < n_first + n_second, "proximite", "confiance")
    )
    criteria_names = ("gratuite", "confiance", "proximite")
    highlights = results(Table("a.csv", table), form(asks, criteres=criteria_names)).story
    (one,) = [each for each in highlights if "gratuite" in each.fact]
    assert ("Ensuite" in one.meaning) is bool(second)
    assert second in one.meaning.replace("\xa0", " ")


def test_story_says_who_is_most_ill_at_ease():
    """« Les personnes de plus de 60 ans sont majoritaires parmi les personnes peu ou pas du tout à l’aise »."""
    (one,) = [each for each in story_of(surveys.PEOPLE) if "des habitants de 61 à 70 ans" in each.fact]
    meaning = one.meaning.replace("\xa0", " ")
    assert "C’est le cas de 18 % des habitants de 26 à 39 ans" in meaning
    assert "Le plus proche : " in meaning, "the gap with one group is not a gap with all"


@pytest.mark.parametrize(("n_without", "call"), [(30, "Suivre"), (110, "Proposer du matériel")])
def test_no_remedy_is_proposed_where_the_country_is_worse_off(n_without, call):
    """5 % sans équipement, 9 % en France, écart sûr : la situation est meilleure ici, rien n’est à ouvrir."""
    country = National(
        choice="aucun", percent=9, universe="", year=2021, producer="Crédoc", title="", url="", quote="", difference=""
    )  # fmt: skip
    label = {"fr": "De quoi disposez-vous ?"}
    owns = Question(name="equipement", kind="many", choices="biens", label=label, national=(country,))
    table = dict(answers(600, (0.3, 0.3, 0.3)).columns)
    table["equipement"] = np.where(np.arange(600) < n_without, "aucun", "smartphone")
    highlights = results(Table("a.csv", table), form(owns, biens=("smartphone", "aucun"))).story
    (finding,) = [each for each in highlights if "ni équipement ni connexion" in each.fact]
    assert finding.call.startswith(call)


@pytest.mark.parametrize(("kind", "says"), [("one", "demandent d’abord une"), ("many", "demandent une")])
def test_first_answer_is_named_only_for_questions_with_one_answer(kind, says):
    asks = Question(name="critere", kind=kind, choices="criteres", label={"fr": "Quel critère ?"})
    table = dict(answers(600, (0.3, 0.3, 0.3)).columns)
    table["critere"] = np.where(np.arange(600) < 400, "gratuite", "proximite")
    highlights = results(Table("a.csv", table), form(asks, criteres=("gratuite", "proximite"))).story
    assert any(f"{says} aide gratuite" in each.fact for each in highlights)


def test_no_message_of_a_question_with_several_answers_says_what_comes_first():
    many = {q.name for each in banks().values() for q in each.questions() if q.kind == "many"}
    messages = survey_messages.messages().messages
    assert not [each.says for each in messages if each.question in many and "d’abord" in each.says]


def test_the_questions_treated_as_sensitive_are_those_of_the_questionnaire():
    """« Aucune » dans le document, « 2 devinées » dans le suivi : une question sans réponse compte aussi."""
    asks = Question(name="gene", kind="one", choices="oui", label={"fr": "Avez-vous un handicap ?"})
    questionnaire = form(asks, oui=("oui", "non"))
    report = results(answers(600, (0.3, 0.3, 0.3)), questionnaire)
    rule = protection.rule_in(questionnaire, n=600, population=100_000.0)
    (line,) = [each for each in document.reading(replace(report, rule=rule)) if "sensibles" in each]
    assert line.endswith("« Avez-vous un handicap ? ».")
    assert protection.sensitive_labels(questionnaire) == ["Avez-vous un handicap ?"]


def test_pictures_follow_the_order_of_the_findings_with_one_title_each():
    """Le rapport imprimait 5, 8, 6, 7, et deux titres au-dessus d’un dessin."""
    report = report_of(surveys.PEOPLE)
    first, *rest = report.story
    twin = replace(rest[2], wording=first.wording)
    pages = document.document(replace(report, story=(first, *rest[:2], twin, *rest[3:])))
    (chapter,) = [each for each in pages.chapters if each.short == "En images"]
    sides = [side for block in chapter.blocks[1:] for side in (block.left_blocks, block.right_blocks) if side]
    titles = [[each.text for each in side if isinstance(each, Heading)] for side in sides]
    numbers = [int(title.partition(".")[0]) for (title,) in titles]
    assert numbers == sorted(numbers) and 4 not in numbers
    assert sides[0][-1].text.startswith("On y lit aussi le constat 4.")


def test_a_sure_crossing_has_its_own_picture_in_the_gallery():
    """« 71 % après 70 ans » n’avait pas d’image : sa question en avait déjà une."""
    report = results(answers(600, (0.15, 0.25, 0.7)), form())
    rows = [
        *document.rows(report.cards, computed="brut"),
        *document.crossed_rows(report.crossed, computed="brut"),
    ]
    content = surveys.EditionContent(
        tables=rows, document=json.loads(json.dumps(document.document(report).data()))
    )
    everybody, by_age = surveys.of_edition(content, kind="inhabitants", source="« Essai »", link=("", ""))
    assert by_age.id == f"{everybody.id}-selon-votre-age" and "60 plus" in by_age.title
    assert [group for group, _ in by_age.table.rows] == ["15 39", "40 59", "60 plus"]


@pytest.mark.parametrize(("ill", "is_sure"), [((0.15, 0.25, 0.7), True), ((0.4, 0.4, 0.4), False)])
def test_a_sure_crossing_is_a_finding_of_the_territory(ill, is_sure):
    """« 70 % des habitants de 60 ans et plus sont mal à l’aise » : un constat du dossier aussi, si l’écart est sûr."""
    report = results(answers(600, ill), form())
    rows = document.group_rows(report.story, report.cards, computed=report.computed)
    territory = main_findings.of_surveys(criteria.answered("inhabitants", rows, "« Essai »", by_group=True))
    assert [re.sub(r"\d+", "N", each.fact.replace("\xa0", " ")) for each in territory] == [
        "N % des répondants de N plus sont mal à l’aise avec le numérique (entre N et N %)."
    ] * is_sure
    assert all("L’écart est sûr." in each.means and each.calls for each in territory)


def test_a_difference_that_chance_explains_is_never_a_top_finding():
    """« 37 % des personnes déjà formées restent mal à l’aise. L’écart n’est pas sûr » venait en tête, avec sa réponse."""
    columns = answers(600, (0.4, 0.4, 0.4)).columns | {"forme": np.where(np.arange(600) % 2, "oui", "non")}
    question = Question(name="forme", kind="one", choices="ouinon", label={"fr": "Formé ?"})
    report = results(Table("a.csv", columns), form(question, ouinon=("oui", "non")))
    assert not [each for each in facts(report.story) if "formées" in each]
    unsure = MainFinding(axis="attractivite", fact="37 % des personnes formées restent mal à l’aise.", facing=(),
                       means="L’écart n’est pas sûr.", calls="Suivre.", source="", rank=9.0)  # fmt: skip
    findings = main_findings.chosen(
        [unsure, replace(unsure, axis="besoins", means="L’écart est sûr.", rank=0.1)]
    )
    assert [each.axis for each in findings.first] == ["besoins"]
    assert findings.remaining == (unsure,)


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


@pytest.mark.parametrize(
    ("known", "people"),
    [
        ("oui", "de ceux qui connaissent un lieu"),
        ("", "des répondants à cette question (107 sur 360)"),
    ],
)
def test_a_question_put_to_some_says_of_whom_its_share_is(known, people):
    """107 des 360 l’ont remplie : « 28 % des habitants ont déjà été aidés » serait faux pour un élu."""
    n = np.arange(360)
    columns = {
        "id": n.astype(str),
        "aisance": np.array(("peu", "a_l_aise"))[n % 2],
        "lieu_connu": np.where(n < 107, known, "non") if known else np.where(n % 3, "oui", "non"),
        "accompagne": np.where(n < 107, np.where(n < 30, "oui", "non"), ""),
    }
    report = results(Table("r.csv", columns), bank("habitants"))
    fact_start = f"28 % {people} ont déjà été aidés par un lieu"
    assert any(fact.startswith(fact_start) for fact in facts(report.story))
    rows = document.rows(report.cards, computed=report.computed)
    territory = main_findings.of_surveys(criteria.answered("inhabitants", rows, "« Essai »"))
    about_help = [each.fact.replace("\xa0", " ") for each in territory if "aidés par un lieu" in each.fact]
    assert [each.startswith(f"Seuls {fact_start}") for each in about_help] == [True]


@pytest.mark.parametrize(("n_asking", "is_first"), [(249, True), (120, False)])
def test_what_most_people_answer_in_other_words_comes_before_small_shares(n_asking, is_first):
    """83 % demandent à un proche : sûrement plus de la moitié, le constat passe devant une part ordinaire."""
    asks = [
        Question(name=name, kind="one", choices=choices, label={"fr": label})
        for name, choices, label in (
            ("demande", "aides", "À qui demandez-vous ?"),
            ("cours", "oui_non", "Un cours ?"),
        )
    ]
    n, table = np.arange(300), dict(answers(300, (0.3, 0.3, 0.3)).columns)
    table["demande"] = np.where(n < n_asking, "proche", np.where(n % 2, "mairie", "personne"))
    table["cours"] = np.where(n % 5 < 2, "oui", "non")
    lists = {"aides": ("proche", "mairie", "personne"), "oui_non": ("oui", "non")}
    highlights = results(Table("a.csv", table), form(*asks, **lists)).story
    weight_by_label = {each.wording: each.weight for each in highlights}
    ordinary = weight_by_label["Un cours ?"]
    assert (weight_by_label["À qui demandez-vous ?"] > 1.3 * ordinary) is is_first


@pytest.mark.parametrize(
    ("wanting", "call"),
    [
        ((60, 15), "Proposer d’abord à ces personnes d’apprendre : elles le demandent."),
        ((15, 60), "Demander à ces personnes ce qui les ferait venir."),
    ],
)
def test_a_remedy_follows_the_direction_of_the_gap(wanting, call):
    """60 % des personnes peu à l’aise veulent apprendre, 15 % des autres : on ne sensibilise pas d’abord ces dernières."""
    n = np.arange(800)
    columns = {
        "id": n.astype(str),
        "aisance": np.array(("peu", "tres", "pas_du_tout", "a_l_aise"))[n % 4],
        "apprendre": np.where(n // 2 % 100 < np.array(wanting)[n % 2], "oui", "non"),
    }
    sample = samples.sample(Table("r.csv", columns), bank("habitants"))
    report = cards.every(sample)
    people = people_noun("inhabitants", weighted=False)
    (gap,) = [each for each in story.story(report, story.crossings(sample, report), people) if each.group]
    assert re.search(r"des personnes (peu|pas du tout) à l’aise souhaitent en apprendre plus", gap.fact)
    assert gap.call == call


def test_structures_are_counted_by_type_and_service():
    """Quarante structures ne laissent aucun écart sûr entre deux types : « 8 mairies sur 11 » se lit quand même."""
    n = np.arange(40)
    columns = {
        "id": n.astype(str),
        "type_structure": np.where(n < 11, "mairie", np.where(n < 33, "association", "ccas")),
        "ateliers": np.where(n % 11 < 8, "aujourdhui", "en_projet"),
        "priorites": np.where(n % 2, "connaitre", "outillage"),
    }
    report = results(Table("s.csv", columns), bank("structures"))
    chapter = report.services
    assert chapter is not None
    (table,) = chapter.blocks
    assert table.columns == ("Type", "Ateliers")
    assert [tuple(cell.text for cell in row) for row in table.rows] == [
        ("Association", "16 sur 22"),
        ("Mairie", "8 sur 11"),
        ("Centre communal d’action sociale", "7 sur 7"),
    ]
    assert chapter.title in [each.title for each in document.document(report).chapters]
    (ranking,) = [each for each in report.cards if each.answers.name.startswith("priorites")]
    assert not any("Rang moyen" in note for note in ranking.notes)  # une seule réponse classée


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
    assert rows[-1][0].text.startswith("Sans aucune réponse : commune 2, commune 3")
    assert rows[-1][2].text == document.DASH, "0 % would say that it was offered"
    assert "commune 3 :" not in document.chart(card, id="x").alt


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


@pytest.mark.parametrize("case", ["one question", "one age", "100 questions", "hostile words"])
def test_a_strange_survey_still_makes_a_document(case):
    """Une seule question, un seul âge, 100 questions, des mots piégés : le rapport se fait, dix constats au
    plus, sans nom de variable dans les phrases.
    """
    table, questionnaire = answers(60, (0.2, 0.3, 0.6)), form()
    if case == "one question":
        questionnaire = replace(questionnaire, items=questionnaire.items[1:])
    elif case == "one age":
        table = table.adding(tranche=np.full(60, AGES[0]))
    else:
        n, label = (100, "Question {} ?") if case == "100 questions" else (2, HOSTILE + " {}")
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


def test_a_crossing_with_a_question_without_answers_says_nothing():
    """« Aucun chiffre publié selon “Avez-vous déjà suivi une formation ?” : . », d’une question jamais posée."""
    answered_card = SimpleNamespace(
        groups=(document.Group(label="Oui", n=3, lines=()),), by_label="Avez-vous un lieu ?"
    )
    assert document._crossed_blocks(SimpleNamespace(groups=(), by_label="Une formation ?")) == []
    (withheld,) = document._crossed_blocks(answered_card)
    assert "Oui (n = 3)." in withheld.text.replace("\xa0", " ")
