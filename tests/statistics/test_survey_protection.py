"""The threshold of a survey follows what it can cost: how many of the population answered, what is asked, and
with what it is crossed.
"""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from maillage.kernel.table import Table
from maillage.publishing.survey import cards, document
from maillage.questionnaires.questionnaire import Choice, Question, Questionnaire
from maillage.reference import surveys
from maillage.statistics.survey import samples
from maillage.statistics.survey.protection import sensitive_questions, words
from maillage.statistics.survey.samples import Weights, sample
from maillage.statistics.survey.tables import Counted
from maillage.statistics.survey.tabulation import of_sample
from maillage.statistics.survey.universe import UNKNOWN, Universe
from tests.support.tabulating import table

CITY, VILLAGE = Universe(size=130_000), Universe(size=2_000)


def choices(*names):
    return tuple(Choice(name=name, label={"fr": name}) for name in names)


def question(name, label, offered, **options):
    return Question(name=name, kind="one", label={"fr": label}, choices=offered, **options)


FORM = Questionnaire(
    id="essai",
    title="Essai",
    kind="inhabitants",
    lists={
        "usage": choices("jour", "mois", "jamais"),
        "oui": choices("oui", "non"),
        "etat": choices("emploi", "retraite", "rsa"),
        "quartier": choices("nord", "sud"),
    },
    items=(
        question("usage", "Quand avez-vous utilisé Internet ?", "usage"),
        question("messages", "Lisez-vous vos mails ?", "oui", relevant="${usage} != 'jamais'"),
        question("sante", "Votre état vous gêne-t-il ?", "oui"),
        question("aide", "Qui vous aide à vous soigner ?", "oui", relevant="${sante} = 'oui'"),
        question("etat", "Votre situation ?", "etat"),
        question("quartier", "Votre quartier ?", "quartier"),
        question("outil", "Avez-vous un smartphone ?", "oui"),
    ),
)


def survey(n=250, *, few=10):
    """Return the answers of n people, a few of whom say the rarest answer to each question."""
    usage = np.repeat(["jour", "mois", "jamais"], [n - 40 - few, 40, few])
    sante = np.where(np.arange(n) % n < few, "oui", "non")
    return table(
        usage=usage,
        messages=np.where(usage == "jamais", "", np.where(np.arange(n) % 3 == 0, "oui", "non")),
        sante=sante,
        aide=np.where(sante == "oui", np.where(np.arange(n) % 2 == 0, "oui", "non"), ""),
        etat=np.where(np.arange(n) < few, "rsa", np.where(np.arange(n) % 2 == 0, "emploi", "retraite")),
        quartier=np.where(np.arange(n) % 5 == 0, "nord", "sud"),
        outil=np.where(np.arange(n) % 7 < 3, "oui", "non"),
    )


def counts(universe, name):
    tabulated = of_sample(sample(survey(), FORM, universe=universe), name)
    return tabulated.least, {row.category: row.n for row in tabulated.rows}


def test_an_answer_of_ten_is_published_with_its_interval_when_few_of_a_city_answered():
    """10 « jamais » sur 250 réponses, pour 130 000 habitants : la part, et tout ce qu’elle masquait."""
    answered = sample(survey(), FORM, universe=CITY)
    row = of_sample(answered, "usage").row("jamais")
    assert (row.n, round(row.percent)) == (10, 4)
    assert 0 < row.figure.low < 4 < row.figure.high < 8
    after = of_sample(answered, "messages")
    assert (after.n, after.is_base_public, after.row("oui").n is not None) == (240, True, True)


@pytest.mark.parametrize(
    "universe", [UNKNOWN, VILLAGE, Universe(n_invited=900)], ids=["unknown", "one in eight", "invited"]
)
def test_a_survey_keeps_eleven_when_its_universe_is_small_or_unknown(universe):
    least, count_by_answer = counts(universe, "usage")
    assert (least, count_by_answer["jamais"]) == (11, None)


def test_weights_tell_the_universe_when_nobody_does():
    """Des poids qui comptent des habitants disent la population ; des poids de moyenne 1, non."""
    answers = survey()
    people, ones = (Weights(values=np.full(250, each)) for each in (520.0, 1.0))
    assert [of_sample(sample(answers, FORM, each), "usage").least for each in (people, ones)] == [5, 11]


@pytest.mark.parametrize(
    ("mean_weight", "least", "has_note"),
    [(8.0, 11, True), (520.0, 5, False), (1.0, 5, False), (40.0, 5, True)],
)
def test_rule_follows_the_smaller_when_weights_and_universe_disagree(mean_weight, least, has_note):
    """250 réponses de poids 8 parlent pour 2 000 personnes, quoi que dise l’univers de 130 000."""
    answered = sample(survey(), FORM, Weights(values=np.full(250, mean_weight)), universe=CITY)
    assert of_sample(answered, "usage").least == least
    assert ("Les poids comptent" in words("inhabitants", answered.rule)) == has_note


@pytest.mark.parametrize(("name", "least"), [("sante", 11), ("aide", 11), ("etat", 11), ("outil", 5)])
def test_a_sensitive_question_keeps_eleven_even_in_a_city(name, least):
    """Par ses mots, par une de ses réponses, ou parce qu’on la pose d’après une réponse sensible."""
    assert counts(CITY, name)[0] == least


@pytest.mark.parametrize(
    "label",
    [
        "Avez-vous le VIH ?", "Suivez-vous un traitement contre le cancer ?", "Êtes-vous diabétique ?",
        "Avez-vous été hospitalisé cette année ?", "Vous déplacez-vous en fauteuil roulant ?",
        "Êtes-vous sourd ou malentendant ?", "Avez-vous une carte mobilité inclusion ?",
        "Êtes-vous en perte d’autonomie ?", "Vous sentez-vous dépressif ?", "Prenez-vous des somnifères ?",
        "Vivez-vous avec une personne du même sexe ?", "Êtes-vous homosexuel, bisexuel, hétérosexuel ?",
        "Votre genre est-il celui de votre naissance ?", "Avez-vous eu recours à une IVG ?",
        "Êtes-vous sous tutelle ou curatelle ?", "Avez-vous un enfant placé ?",
        "Avez-vous été suivi par l’aide sociale à l’enfance ?", "Recevez-vous une pension alimentaire ?",
        "Votre conjoint vous a-t-il déjà frappé ?", "Dormez-vous à la rue ?", "Êtes-vous sans abri ?",
        "Avez-vous un logement à vous, ou êtes-vous hébergé chez un tiers ?", "Êtes-vous menacé d’expulsion ?",
        "Êtes-vous interdit bancaire ?", "Avez-vous des loyers impayés ?", "Allez-vous aux Restos du cœur ?",
        "Terminez-vous le mois à découvert ?", "Avez-vous déjà été placé en garde à vue ?",
        "Portez-vous un bracelet électronique ?", "Allez-vous à la mosquée, à l’église, au temple ?",
        "Pour quel candidat aux élections votez-vous ?", "Avez-vous immigré en France ?",
        "Êtes-vous de la communauté des gens du voyage ?", "Fumez-vous du cannabis ?",
        "Prenez-vous des cachets pour dormir ?", "Avez-vous un problème au cœur ?",
        "Êtes-vous attiré par les hommes, par les femmes ?", "Êtes-vous fatigué moralement ?",
        "De quel pays venez-vous ?", "Vos papiers sont-ils en règle ?", "Pratiquez-vous une foi ?",
        "Vous arrive-t-il de sauter des repas ?", "Combien de verres buvez-vous par semaine ?",
        "Quel bulletin avez-vous mis aux municipales ?", "Avez-vous un médecin traitant ?",
        "Portez-vous des lunettes ?", "Avez-vous du mal à dormir ?", "Vous sentez-vous seul ?",
        "Prenez-vous la pilule ?", "Avez-vous une RQTH ?", "Avez-vous des difficultés à marcher ?",
        "Élevez-vous seul vos enfants ?", "Êtes-vous séparé ou veuf ?", "Avez-vous une assistante sociale ?",
        "Avez-vous eu affaire à la justice ?", "D’où venez-vous ?", "Vos parents sont-ils nés en France ?",
        "Portez-vous un voile ?", "De quel bord êtes-vous ?", "Êtes-vous adhérent d’un parti ?",
        "Êtes-vous délégué du personnel ?", "Êtes-vous au chômage ?", "Arrivez-vous à payer vos factures ?",
        "Combien vous reste-t-il pour vivre à la fin du mois ?", "Buvez-vous du vin ?", "Savez-vous lire ?",
    ],
)  # fmt: skip
def test_a_question_is_sensitive_by_the_family_of_its_words(label):
    """Santé et handicap, vie sexuelle, protection de la famille, logement, dettes, justice, opinions, origine."""
    form = replace(FORM, items=(question("essai", label, "oui"),))
    assert sensitive_questions(form) == {"essai"}


@pytest.mark.parametrize(
    "label",
    [
        "Avez-vous un ordinateur à la maison ?", "Êtes-vous à l’aise avec Internet ?",
        "Qui vous aide dans vos démarches en ligne ?", "Dans quelle rue habitez-vous ?",
        "Que voudriez-vous apprendre ?", "Quel est votre âge ?", "Êtes-vous satisfait de l’accueil ?",
        "Avez-vous une adresse mail ?", "Quel est votre diplôme ?", "Comment avez-vous connu ce lieu ?",
        "Préférez-vous un atelier en groupe ou une aide individuelle ?",
        "Êtes-vous autonome avec votre téléphone ?", "Avez-vous trouvé une place dans un atelier ?",
        "Êtes-vous gêné par le prix de l’abonnement ?", "Êtes-vous fatigué des mots de passe ?",
        "Comment vous sentez-vous avec le numérique ?", "Avez-vous du mal à lire un écran ?",
        "Utilisez-vous les sites du gouvernement ?", "Savez-vous lire un plan en ligne ?",
    ],
)  # fmt: skip
def test_a_question_of_digital_life_is_not_sensitive(label):
    form = replace(FORM, items=(question("essai", label, "oui"),))
    assert not sensitive_questions(form)


@pytest.mark.parametrize("universe", [CITY, UNKNOWN], ids=["lighter rule", "rule of persons"])
def test_report_names_the_questions_treated_as_sensitive(universe):
    """Un fichier garde ce que devinent les mots, et le rapport le dit où le seuil change."""
    answered = sample(survey(), FORM, universe=universe)
    report = cards.results(
        cards.every(answered),
        title="Essai",
        questionnaire=FORM,
        n=250,
        weighted=False,
        on=date(2026, 11, 28),
        finite=universe,
        rule=answered.rule,
    )
    lines = [line for line in document.reading(report) if "comme sensibles" in line]
    assert len(lines) == (universe is CITY)
    assert all("Votre situation ?" in line and "smartphone" not in line for line in lines)


def test_words_tell_what_nearly_all_lets_deduce():
    """« Presque tous » d’une enquête redressée dit aussi la classe d’âge du reste : la règle ne promet pas moins."""
    rule = sample(survey(), FORM, universe=CITY).rule
    assert "combien ont répondu autre chose et, par les poids, leur classe d’âge" in words(
        "inhabitants", rule
    )


def test_a_mark_decides_before_the_words():
    marked = replace(
        FORM, items=tuple(replace(each, sensitive=each.name == "outil") for each in FORM.questions())
    )
    assert sensitive_questions(marked) == {"outil"}


def test_a_place_or_a_column_that_is_no_question_keeps_eleven_once_crossed():
    answers = survey()
    answers = Table("essai.csv", {**answers.columns, "equipe": answers["outil"]})
    answered = sample(answers, FORM, universe=CITY)
    thresholds = [of_sample(answered, "usage", by=by).least for by in ("quartier", "equipe", "outil")]
    assert thresholds == [11, 11, 5]
    assert of_sample(answered, "quartier").least == 5
    assert of_sample(samples.only(answered, {"quartier": ["nord"]}), "usage").least == 11
    assert of_sample(samples.only(answered, {"outil": ["oui"]}), "usage", by="messages").least == 11


def test_zero_is_published_on_a_wide_base_and_not_beside_a_few_people():
    """Zéro sur 250 réponses se dit ; sur 9, il dirait ce que chacun a répondu."""
    wide, narrow = (
        of_sample(sample(table(usage=["jour", "mois"] * n + ["jour"] * 8), FORM, universe=CITY), "usage").row(
            "jamais"
        )
        for n in (120, 0)
    )
    assert (wide.n, wide.percent, narrow.n) == (0, 0, None)


def test_professionals_keep_eleven_however_many_could_have_answered():
    """Leurs collègues les reconnaîtraient."""
    form = replace(FORM, kind="professionals")
    assert of_sample(sample(survey(), form, universe=CITY), "usage").least == 11


def test_respondents_of_one_age_tell_no_other_answer():
    """Tous du même âge : « tous » se dit dans une ville, et rien ne se dit d’eux dans un village."""
    for universe, n in ((CITY, 250), (VILLAGE, None)):
        read = of_sample(sample(table(etat=["retraite"] * 250), FORM, universe=universe), "etat")
        assert read.row("retraite").n is None  # « rsa » is offered: a sensitive question
        read = of_sample(sample(table(outil=["oui"] * 250), FORM, universe=universe), "outil")
        assert read.row("oui").n == n


EASE = {  # of 250 people, by age: not at all at ease, little, at ease, very
    "15_25": (3, 7, 27, 18),
    "26_39": (7, 10, 23, 21),
    "40_60": (9, 14, 28, 8),
    "61_70": (11, 12, 11, 7),
    "plus_70": (12, 13, 6, 3),
}


def by_age(*, silent, fallback=True):
    """Return answers to the bank's questions on age, older people being less at ease. silent: how many say a
    class instead of an age; fallback: whether the file has the column for it.
    """
    scale = ("pas_du_tout", "peu", "a_l_aise", "tres")
    pairs = [
        (age, answer)
        for age, ns in EASE.items()
        for answer, n in zip(scale, ns, strict=True)
        for _ in range(n)
    ]
    classes, ease = np.array(pairs).T
    young = np.array([dict(zip(EASE, (16, 27, 41, 61, 71), strict=True))[age] for age in classes])
    ages = (young + np.arange(250) % 9).astype(str)
    quiet = np.zeros(250, dtype=bool)
    quiet[np.linspace(0, 249, silent).astype(int)] = True
    columns = {"age": np.where(quiet, "refus", ages), "classe_age": classes, "aisance": ease}
    return table(**columns, **({"age_environ": np.where(quiet, classes, "")} if fallback else {}))


@pytest.mark.parametrize("silent", [0, 3, 23])
def test_an_age_in_classes_from_a_few_people_hides_no_other_class(silent):
    """Une question de repli, sans réponse ou presque, ne masque ni les classes d’âge ni leurs croisements : sa
    propre table est retenue, celle des âges en années aussi.
    """
    form = surveys.bank("habitants")
    answered = sample(by_age(silent=silent), form, universe=CITY)
    without = sample(by_age(silent=silent, fallback=False), form, universe=CITY)
    for by in ("", "classe_age"):
        question = "aisance" if by else "classe_age"
        table_, expected = (of_sample(some, question, by=by) for some in (answered, without))
        assert [row.n for row in table_.rows] == [row.n for row in expected.rows]
    ease = of_sample(answered, "aisance", by="classe_age")
    assert [ease.row("pas_du_tout+peu", age).n for age in EASE] == [10, 17, 23, 23, 25]
    for name in ("age", "age_environ"):
        assert all(row.n is None for row in of_sample(answered, name).rows)
        crossed = of_sample(answered, "aisance", by=name)
        assert all(row.n is None for row in crossed.rows) and not crossed.is_base_public
    assert of_sample(answered, "age").measures[0].value is not None


def test_an_age_read_by_its_classes_stays_tied_to_an_edition_that_printed_it():
    """Ce qu’une édition a dit des âges en années compte encore dans la suivante."""
    form = surveys.bank("habitants")
    answered = sample(by_age(silent=3), form, universe=CITY)
    cells = {("15-34", ""): 100, ("35+", ""): 147}
    before = Counted(question="age", by="", n=247, groups={}, cells=cells, bounds=(35.0,), edition=1)
    tied = answered.withholding(answered.rule, {"age": (35.0,)}, (before,)).tied
    assert {name for name, _ in tied(("classe_age", ()))} == {"age", "classe_age"}
    tied = answered.withholding(answered.rule, {}).tied
    assert {name for name, _ in tied(("classe_age", ()))} == {"classe_age"}


def test_a_mail_address_is_no_place_and_a_postal_one_is():
    """« Avez-vous une adresse mail ? » se croise au seuil de 5."""
    labels = {"mail": "Avez-vous une adresse mail ?", "poste": "Quelle est votre adresse ?"}
    form = replace(FORM, items=tuple(question(name, label, "oui") for name, label in labels.items()))
    answered = sample(table(mail=["oui", "non"] * 20, poste=["oui", "non"] * 20), form, universe=CITY)
    assert answered.rule.places & set(labels) == {"poste"}
