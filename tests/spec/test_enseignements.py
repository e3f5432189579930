"""The sentences of a survey: what a rule may write from a figure, and what it may not."""

from pytest import mark

from maillage.kernel.estimate import Estimate, Withheld
from maillage.reference.questionnaire import National
from maillage.reports import survey_findings as findings
from maillage.reports.survey_findings import Asked, Gap, Line

title = "Ce qu’une enquête permet d’écrire"

UNIVERSE = "répondants"


def share(value: float, low: float, high: float, n: int = 192) -> Estimate:
    return Estimate(value=value, low=low, high=high, unit="pourcent", universe=UNIVERSE, n=n, method="resultats-enquete")


HIDDEN = Withheld(reason="Moins de 11 réponses.", unit="pourcent", universe=UNIVERSE, n=4, method="resultats-enquete")


def asked(*lines: Line, n: int = 192, **more: object) -> Asked:
    return Asked(
        name="q", label="Souhaitez-vous en apprendre plus ?", lines=lines, n=n, universe=UNIVERSE, weighted=False, **more
    )  # type: ignore[arg-type]


def written(question: Asked) -> list[str]:
    return [each.text.replace("\u00a0", " ") for each in findings.sentences(question, findings.RESPONDENTS)]


def test_a_third_that_says_yes_is_only_a_third():
    """Un tiers de « oui », sûrement sous la moitié : « seul un répondant sur trois »."""
    told = written(
        asked(
            Line(name="oui", label="Oui", figure=share(33, 28, 38)), Line(name="non", label="Non", figure=share(67, 62, 72))
        )
    )
    assert told == [
        "« Souhaitez-vous en apprendre plus ? » : seul un répondant sur trois répond « Oui » (33 %, entre 28 et 38 %)."
    ]


def test_a_question_asked_of_some_names_them():
    """Posée à une partie des personnes : la phrase dit lesquelles, et ne parle pas des « habitants »."""
    lines = (
        Line(name="oui", label="Oui", figure=share(48, 37, 59)),
        Line(name="non", label="Non", figure=share(52, 41, 63)),
    )
    (told,) = findings.sentences(asked(*lines, partial=True), findings.PEOPLE["inhabitants"])
    assert told.text.replace("\u00a0", " ") == (
        "« Souhaitez-vous en apprendre plus ? » : un répondant sur deux répond « Oui » (48 %, entre 37 et 59 %). Base : répondants."
    )
    assert written(asked(*lines, observed=True)) == []  # what the one who asks writes down is nobody's opinion


@mark.parametrize(
    ("national", "words"),
    [(84, "pas d’écart net avec le national"), (70, "plus qu’au national"), (95, "moins qu’au national")],
)
def test_the_direction_beside_the_nation_is_computed(national, words):
    """Plus, moins, ou pas d’écart net : la place du chiffre national par rapport à l’intervalle le dit, jamais l’envie."""
    beside = National(
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
    told = written(
        asked(
            Line(name="oui", label="Oui", figure=share(84, 79, 88)),
            Line(name="non", label="Non", figure=share(16, 12, 21)),
            national=[beside],
        )
    )
    assert told[-1].endswith(f"contre {national} % au national (Crédoc, 2022) : {words}.")


def test_two_answers_too_near_are_not_ranked():
    """Deux réponses dont les intervalles se touchent viennent en tête ensemble."""
    lines = [
        ("a", "Le prix", share(40, 34, 46)),
        ("b", "La proximité", share(36, 30, 42)),
        ("c", "Autre", share(24, 19, 29)),
    ]
    told = written(asked(*(Line(name=n, label=label, figure=f) for n, label, f in lines)))
    assert "« Le prix » (40 %) et « La proximité » (36 %) viennent en tête, sans écart net" in told[0]


def test_a_few_answers_are_said_to_be_few():
    """Sous 50 réponses, la phrase dit combien."""
    told = written(
        asked(
            Line(name="oui", label="Oui", figure=share(33, 20, 48, n=31)),
            Line(name="non", label="Non", figure=share(67, 52, 80, n=31)),
            n=31,
        )
    )
    assert told[0].endswith("Attention : 31 réponses seulement.")


def test_nothing_is_written_of_what_is_withheld():
    """Un chiffre non publié n’écrit aucune phrase."""
    assert (
        written(asked(Line(name="oui", label="Oui", figure=HIDDEN), Line(name="non", label="Non", figure=HIDDEN), n=6))
        == []
    )


@mark.parametrize(
    ("change", "low", "high", "word"),
    [(8, 2, 14, "hausse de 8 points"), (-8, -14, -2, "baisse de 8 points"), (5, -1, 11, "pas de changement net")],
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
    told = findings.change_sentence(asked(Line(name="oui", label="Oui", figure=then)), gap).text.replace("\u00a0", " ")
    assert word in told
    assert ("hausse" in told, "baisse" in told) == (low > 0, high < 0)


def test_a_sentence_is_flagged_when_its_figure_is_printed_otherwise():
    """Une phrase reprise à la main est signalée dès que le chiffre derrière ne s’imprime plus pareil."""
    lines = (
        Line(name="oui", label="Oui", figure=share(33.2, 28, 38)),
        Line(name="non", label="Non", figure=share(66.8, 62, 72)),
    )
    before = findings.sentences(asked(*lines), findings.RESPONDENTS)[0].data()
    same = findings.sentences(
        asked(Line(name="oui", label="Oui", figure=share(33.4, 28, 38)), lines[1]), findings.RESPONDENTS
    )[0]
    other = findings.sentences(
        asked(Line(name="oui", label="Oui", figure=share(35, 30, 40)), lines[1]), findings.RESPONDENTS
    )[0]
    assert (findings.changed(before, same.data()), findings.changed(before, other.data())) == (False, True)
