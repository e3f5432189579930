"""The sentences of a survey: what a rule may write from a figure, and what it may not."""

from dataclasses import replace

import numpy as np
from pytest import mark

from maillage.kernel.estimate import Estimate, Withheld
from maillage.kernel.table import Table
from maillage.publishing.page.blocks import Grid
from maillage.publishing.survey import cards, document, findings
from maillage.publishing.survey.findings import Gap, Line, QuestionAnswers
from maillage.questionnaires.questionnaire import National
from maillage.reference.surveys import banks
from maillage.statistics.survey import samples
from maillage.statistics.survey.columns import UNLISTED

title = "Ce qu’une enquête permet d’écrire"

UNIVERSE = "répondants"


def share(value: float, low: float, high: float, n: int = 192) -> Estimate:
    return Estimate(
        value=value, low=low, high=high, unit="pourcent", universe=UNIVERSE, n=n, method="resultats-enquete"
    )


HIDDEN = Withheld(
    reason="Moins de 11 réponses.", unit="pourcent", universe=UNIVERSE, n=4, method="resultats-enquete"
)


def question_answers(*lines: Line, n: int = 192, **more: object) -> QuestionAnswers:
    return QuestionAnswers(
        name="q",
        label="Souhaitez-vous en apprendre plus ?",
        lines=lines,
        n=n,
        universe=UNIVERSE,
        weighted=False,
        **more,
    )  # type: ignore[arg-type]


def written(question: QuestionAnswers) -> list[str]:
    return [each.text.replace("\u00a0", " ") for each in findings.sentences(question, findings.RESPONDENTS)]


def test_base_is_withheld_where_it_would_reveal_a_few():
    """Un nombre de réponses qui ne se publie pas n’est dit nulle part ; « aucune » ne dit rien de personne."""
    bases = [
        question_answers(n=n, is_base_public=is_published).base
        for n, is_published in ((192, True), (192, False), (0, False))
    ]
    assert bases == [192, None, 0]


def test_an_answer_is_an_inhabitant_s_once_the_sample_resembles_them(spec):
    """Sans redressement, une enquête ne parle que de ses répondants : ni des habitants, ni des allocataires.
    Une part redressée n’est jamais celle des répondants : ils sont 31 % à le dire quand elle est de 35 %.

    enquête       | redressée || réponse
    --------------+-----------++---------------
    inhabitants   | oui       || habitants
    inhabitants   | non       || répondants
    caf           | oui       || allocataires
    caf           | non       || répondants
    structures    | non       || structures
    professionals | non       || professionnels
    other         | oui       || personnes
    """
    spec.rows(lambda kind, weighted: findings.people_noun(str(kind), weighted=weighted == "oui").many)


def test_a_third_that_says_yes_is_only_a_third():
    """Un tiers de « oui », sûrement sous la moitié : « seul un répondant sur trois »."""
    sentences = written(
        question_answers(
            Line(name="oui", label="Oui", figure=share(33, 28, 38)),
            Line(name="non", label="Non", figure=share(67, 62, 72)),
        )
    )
    assert sentences == [
        "« Souhaitez-vous en apprendre plus ? » : seul un répondant sur trois répond « Oui » (33 %, entre 28"
        " et 38 %)."
    ]


def test_an_answer_out_of_the_list_is_never_the_first(spec):
    """« Une autre réponse, hors de la liste » n’est la réponse de personne : jamais la première. Plus nombreuses
    que celles de la liste, ces réponses ne laissent rien dire de la question.

    hors de la liste | oui | un peu || réponse
    -----------------+-----+--------++--------
                  73 |  15 |     12 || 0
                  45 |  30 |     25 || 0
                  10 |  70 |     20 || 1
    """

    def subject(outside, yes, some):
        shares = {"hors_liste": outside, "un_oui": yes, "peu": some}
        labels = {"hors_liste": UNLISTED[1], "un_oui": "Un oui", "peu": "Un peu"}
        lines = [
            Line(name=name, label=labels[name], figure=share(int(n), int(n) - 5, int(n) + 5))
            for name, n in shares.items()
        ]
        return len(written(question_answers(*lines)))

    spec.rows(subject)


def test_partial_question_names_its_respondents():
    """Posée à une partie des personnes : la phrase dit lesquelles, et ne parle pas des « habitants »."""
    lines = (
        Line(name="oui", label="Oui", figure=share(48, 37, 59)),
        Line(name="non", label="Non", figure=share(52, 41, 63)),
    )
    weighted = replace(question_answers(*lines, partial=True), weighted=True)
    (sentence,) = findings.sentences(weighted, findings.PEOPLE["inhabitants"])
    assert "environ une personne concernée sur deux répond « Oui »" in sentence.text.replace("\u00a0", " ")
    (sentence_of_people,) = findings.sentences(
        replace(question_answers(*lines, partial=True), weighted=False), findings.PEOPLE["inhabitants"]
    )
    assert (
        sentence_of_people.text.replace("\u00a0", " ")
        == "« Souhaitez-vous en apprendre plus ? » : environ un répondant sur deux répond « Oui » (48 %, entre"
        " 37 et 59 %). Base : répondants."
    )
    assert (
        written(question_answers(*lines, observed=True)) == []
    )  # what the one who asks writes down is nobody's opinion


def test_share_of_a_question_that_some_left_is_of_those_who_answered(spec):
    """187 réponses sur 203 : la part n’est pas celle des habitants, et la phrase le dit."""

    def subject(weighted, base):
        lines = [Line(name="oui", label="Oui", figure=share(66, 60, 72, base)),
                 Line(name="non", label="Non", figure=share(34, 28, 40, base))]  # fmt: skip
        question = replace(
            question_answers(*lines, n=int(base), n_respondents=203), weighted=weighted == "oui"
        )
        people = findings.people_noun("inhabitants", weighted=question.weighted)
        (sentence,) = findings.sentences(question, people)
        return sentence.text.partition(" : ")[2].partition(" répond ")[0].partition(" répondent ")[0]

    spec(
        """
        redressée | base
        ----------+-----
        oui       |  187
        oui       |  201
        oui       |  107
        non       |  187
        non       |  201
        """,
        lambda t: [subject(*row) for row in zip(t["redressée"], t["base"], strict=True)],
        [
            "environ deux habitants qui ont répondu sur trois",
            "environ deux habitants sur trois",
            "environ deux répondants à cette question sur trois",
            "environ deux répondants à cette question sur trois",
            "environ deux répondants sur trois",
        ],
    )


def test_all_of_those_who_answered_are_not_nearly_all():
    """41 structures sur 41 : « toutes », jamais « presque toutes », et rien des autres."""
    question = question_answers(Line(name="oui", label="Oui", figure=share(100, 92, 100, 41)), n=41)
    (sentence,) = findings.sentences(question, findings.PEOPLE["structures"])
    assert ": toutes les structures qui ont répondu répondent « Oui » (100 %" in sentence.text.replace(
        "\xa0", " "
    )
    assert "presque" not in sentence.text


@mark.parametrize(
    ("national", "words"),
    [(84, "pas d’écart net avec le national"), (70, "plus qu’au national"), (95, "moins qu’au national")],
)
def test_the_direction_beside_the_nation_is_computed(national, words):
    """Plus, moins, ou pas d’écart net : la place du chiffre national par rapport à l’intervalle le dit,
    jamais l’envie.
    """
    national_rate = National(
        choice="oui",
        percent=national,
        universe="France",
        year=2022,
        producer="Crédoc",
        title="",
        url="",
        quote="",
        difference="",
    )
    sentences = written(
        question_answers(
            Line(name="oui", label="Oui", figure=share(84, 79, 88)),
            Line(name="non", label="Non", figure=share(16, 12, 21)),
            national=[national_rate],
        )
    )
    assert sentences[-1].endswith(f"contre {national} % au national (Crédoc, 2022) : {words}.")


def test_two_answers_too_near_are_not_ranked():
    """Deux réponses dont les intervalles se touchent viennent en tête ensemble."""
    lines = [
        ("a", "Le prix", share(40, 34, 46)),
        ("b", "La proximité", share(36, 30, 42)),
        ("c", "Autre", share(24, 19, 29)),
    ]
    sentences = written(question_answers(*(Line(name=n, label=label, figure=f) for n, label, f in lines)))
    assert "« Le prix » (40 %) et « La proximité » (36 %) viennent en tête, sans écart net" in sentences[0]


def line(name: str, value: float, low: float, high: float) -> Line:
    return Line(name=name.lower(), label=name, figure=share(value, low, high))


def withheld(name: str, **more: float) -> Line:
    return Line(name=name.lower(), label=name, figure=HIDDEN, **more)


def test_a_withheld_answer_may_come_first():
    """« Oui » 36 %, le reste masqué : rien ne dit que « Oui » vient en tête (Maubeuge : 42 « non » pour 24 « oui »)."""
    assert written(question_answers(line("Oui", 36, 27, 47), withheld("Non"), withheld("Autre"))) == [
        "« Souhaitez-vous en apprendre plus ? », parmi les réponses publiées : 36 % répondent « Oui » (entre 27"
        " et 47 %)."
    ]


def test_what_is_left_may_be_too_small_to_come_first():
    """Une seule réponse possible, 85 % déjà publiés : aucune réponse masquée ne peut passer devant."""
    sentences = written(
        question_answers(
            line("Prix", 60, 54, 66), line("Lieu", 25, 20, 30), withheld("Autre"), withheld("Rien")
        )
    )
    assert sentences == [
        "« Souhaitez-vous en apprendre plus ? » : « Prix » vient en tête, plus d’un répondant sur deux, 60 % (entre"
        " 54 et 66 %)."
    ]


@mark.parametrize(
    ("ceiling", "words"),
    [
        (100, "parmi les réponses publiées : « Prix » (60 %) et « Lieu » (41 %) sont les plus fréquentes"),
        (12, "« Prix » (60 %), « Lieu » (41 %) et « Nom » (20 %) sont les plus cités"),
    ],
)
def test_several_answers_may_hide_one_that_all_give(ceiling, words):
    """Plusieurs réponses possibles : une réponse masquée peut être celle de presque tous ; le rang ne vaut que parmi les
    réponses publiées. Masquée pour sa seule imprécision, elle est petite, et on le sait.
    """
    sentences = written(
        question_answers(
            line("Prix", 60, 54, 66),
            line("Lieu", 41, 35, 47),
            line("Nom", 20, 15, 25),
            withheld("Autre", ceiling=ceiling),
            several=True,
        )
    )
    assert words in sentences[0]
    assert ("parmi les réponses publiées" in sentences[0]) == (ceiling == 100)


def test_near_answers_are_not_the_most_cited():
    """28, 28, 28 puis 25 % : personne n’est « le plus cité », et la phrase n’en fait pas une liste."""
    near = [line(name, 28, 23, 34) for name in ("A", "B", "C")]
    assert written(question_answers(*near, line("D", 25, 20, 31), several=True)) == [
        "« Souhaitez-vous en apprendre plus ? » : aucune réponse ne se détache."
    ]


def test_answers_that_are_all_there_is_do_not_come_first():
    """Trois réponses que personne ne départage, et une quatrième que personne n’a donnée : aucune ne vient en
    tête.
    """
    three = (line("Prix", 40, 23, 58), line("Lieu", 33, 17, 53), line("Nom", 27, 12, 47))
    sentences = written(question_answers(*three, line("Autre", 0, 0, 5)))
    assert sentences[0].endswith(": aucune réponse ne se détache.")


def test_answers_far_apart_are_not_called_near():
    """32, 28 puis 14 % : la dernière touche la deuxième, non la première ; elle n’est pas citée avec elles."""
    sentences = written(question_answers(line("A", 32, 26, 38), line("B", 28, 20, 36), line("D", 14, 8, 21)))
    assert sentences[0].endswith("« A » (32 %) et « B » (28 %), sans écart net.")


def test_a_fraction_outside_the_interval_is_only_near():
    """31,5 % à un demi-point près : « près d’un répondant sur trois », un tiers étant hors de l’intervalle."""
    sentences = written(question_answers(line("Oui", 31.5, 31, 32), line("Non", 68.5, 68, 69)))
    assert "près d’un répondant sur trois répond « Oui »" in sentences[0]


def test_few_answers_carry_a_warning():
    """Sous 50 réponses, une étoile et leur nombre : l’avertissement est en tête du document, une fois."""
    sentences = written(
        question_answers(
            Line(name="oui", label="Oui", figure=share(33, 20, 48, n=31)),
            Line(name="non", label="Non", figure=share(67, 52, 80, n=31)),
            n=31,
        )
    )
    assert sentences[0].endswith("(33 %, entre 20 et 48 %). * 31 réponses.")


def test_nothing_is_written_of_what_is_withheld():
    """Un chiffre non publié n’écrit aucune phrase."""
    assert (
        written(
            question_answers(
                Line(name="oui", label="Oui", figure=HIDDEN),
                Line(name="non", label="Non", figure=HIDDEN),
                n=6,
            )
        )
        == []
    )


@mark.parametrize(
    ("change", "low", "high", "word"),
    [
        (8, 2, 14, "hausse de 8 points"),
        (-8, -14, -2, "baisse de 8 points"),
        (5, -1, 11, "pas de changement net"),
    ],
)
def test_a_rise_inside_its_interval_is_not_a_rise(change, low, high, word):
    """« Hausse » et « baisse » s’écrivent seulement quand l’intervalle de l’écart ne contient pas zéro."""
    first, then = share(30, 25, 35), share(30 + change, 25 + change, 35 + change)
    gap = Gap(
        label="Oui",
        first="2024",
        second="2026",
        first_figure=first,
        second_figure=then,
        difference=share(change, low, high),
    )
    change_text = findings.change_sentence(
        question_answers(Line(name="oui", label="Oui", figure=then)), gap
    ).text.replace("\u00a0", " ")
    assert word in change_text
    assert ("hausse" in change_text, "baisse" in change_text) == (low > 0, high < 0)


def test_a_sentence_is_flagged_when_its_figure_is_printed_otherwise():
    """Une phrase reprise à la main est signalée dès que le chiffre derrière ne s’imprime plus pareil."""
    lines = (
        Line(name="oui", label="Oui", figure=share(33.2, 28, 38)),
        Line(name="non", label="Non", figure=share(66.8, 62, 72)),
    )
    before = findings.sentences(question_answers(*lines), findings.RESPONDENTS)[0].data()
    same = findings.sentences(
        question_answers(Line(name="oui", label="Oui", figure=share(33.4, 28, 38)), lines[1]),
        findings.RESPONDENTS,
    )[0]
    other = findings.sentences(
        question_answers(Line(name="oui", label="Oui", figure=share(35, 30, 40)), lines[1]),
        findings.RESPONDENTS,
    )[0]
    assert (findings.changed(before, same.data()), findings.changed(before, other.data())) == (False, True)


def test_a_question_without_a_national_mean_says_so():
    """Les dépenses en euros : la source parle de la moyenne des Français sans l’imprimer, et le tableau le dit."""
    bank = banks()["premier_rendez_vous"]
    answers = Table(
        "a.csv",
        {"id": np.arange(40).astype(str), "depenses": np.tile(["5", "15", "25", "40"], 10)},
    )
    (card,) = [each for each in cards.every(samples.sample(answers, bank)) if each.answers.name == "depenses"]
    note = next(block for block in document.card_blocks(card, "brut", id="d") if isinstance(block, Grid)).note
    assert "sans imprimer ni l’une ni l’autre : aucune moyenne nationale ne peut être mise à côté." in note
    assert not card.answers.national
