"""A survey read by a written link: what counts, what is refused, what it says once carried."""

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from maillage.kernel.errors import Refused, UnsourcedFigure
from maillage.kernel.estimate import Estimate
from maillage.kernel.table import Table
from maillage.publishing.territory.local_survey import _in_brief, confronted, discussion, document, unmoved
from maillage.publishing.territory.reading import SurveyLine, SurveyReading
from maillage.reference import survey_needs
from maillage.reference.definitions import definition, definitions
from maillage.reference.parameters import number
from maillage.statistics.diagnosis import diagnosis
from maillage.statistics.diagnosis.request import Request
from maillage.statistics.engine import composite
from maillage.statistics.engine.cells import AGE_OF, DIPLOMA_OF
from maillage.statistics.engine.chance import even_normals
from maillage.statistics.engine.logit import expit, logit
from maillage.statistics.engine.variance import Plan
from maillage.statistics.need import population
from maillage.statistics.offer import census, reach
from maillage.statistics.offer.areas import EVERYBODY
from maillage.statistics.survey import local_survey
from maillage.statistics.survey.local_survey import Measured, Unread
from maillage.statistics.survey.sample_balance import need_gaps
from maillage.statistics.zones import zoning
from maillage.statistics.zones.territories import gazetteer, rows_of

INSEE = definition("illectronisme-insee-2021")
PAGE = Path(__file__).parents[2] / "docs" / "methods" / "enquete-et-estimation.md"


def answers(**columns):
    n = len(next(iter(columns.values())))
    return Table("réponses", {"id": np.arange(n).astype(str), **{k: np.array(v) for k, v in columns.items()}})


def read(chosen=INSEE, weights=None, link=None, calibrated=("age",), **columns):
    n = len(next(iter(columns.values())))
    table = answers(**{"age": np.resize(["15_39", "40_plus"], n).tolist()} | columns)
    plan = Plan(weights=np.full(len(table), 100.0) if weights is None else np.asarray(weights, dtype=float))
    return local_survey.read(table, plan, chosen, title="Essai", link=link, calibrated=calibrated)


EASE = ["pas_du_tout"] * 20 + ["peu"] * 40 + ["a_l_aise"] * 30 + ["tres"] * 10


def test_the_answers_that_count_are_those_of_the_link():
    measured = read(aisance=EASE)
    assert isinstance(measured, Measured)
    assert (measured.link.id, measured.n, measured.n_concerned, measured.share) == ("aisance", 100, 20, 0.2)
    assert measured.residents == 10_000


def test_few_answers_are_not_counted_aloud():
    few, some = (read(aisance=EASE[k::step]) for k, step in ((0, 20), (0, 5)))
    assert "a moins de 11 réponses : il en faut 30" in few.reason
    assert "n’a que 20 réponses : il en faut 30" in some.reason


def test_a_question_made_to_match_margins_measures_nothing():
    table = answers(aisance=EASE)
    unread = local_survey.read(
        table, Plan(weights=np.full(100, 100.0)), INSEE, title="Essai", calibrated=("aisance",)
    )
    assert isinstance(unread, Unread)
    assert "est aussi dans les marges" in unread.reason


def test_a_question_made_to_match_margins_does_not_hide_another():
    table = answers(**{"aisance": EASE, "suite/aisance": EASE})
    plan = Plan(weights=np.full(100, 100.0))
    measured = local_survey.read(table, plan, INSEE, title="Essai", calibrated=("aisance",))
    assert isinstance(measured, Measured)
    assert (measured.link.id, measured.share) == ("aisance", 0.2)


def test_a_share_of_persons_is_that_part_of_them_and_so_are_its_bounds():
    share = Estimate(
        value=20.0, low=15.0, high=26.0, unit="pourcent", universe="u", n=90, method="m", sources=()
    )
    count = local_survey.persons(share, 2_500)
    assert (count.value, count.low, count.high, count.unit) == (500, 375, 650, "personnes")


def test_labels_are_read_as_names():
    labels = {
        "pas_du_tout": "Pas du tout à l’aise",
        "peu": "Peu à l’aise",
        "a_l_aise": "À l’aise",
        "tres": "Très à l’aise",
    }
    assert read(aisance=[labels[word] for word in EASE]).share == 0.2


def test_who_does_not_know_is_not_counted():
    measured = read(aisance=[*EASE, *["nsp"] * 30, *["refus"] * 5, *[""] * 5])
    assert (measured.n, measured.share) == (100, 0.2)


def test_weights_count():
    measured = read(aisance=EASE, weights=[400.0] * 20 + [100.0] * 80)
    assert measured.share == pytest.approx(0.5)
    assert measured.effective < 100


def test_the_nearest_question_is_read_first():
    measured = read(aisance=EASE, internet_3_mois=["non"] * 15 + ["oui"] * 85)
    assert measured.link.id == "usage-trois-mois"
    assert measured.share == 0.15


def test_an_unknown_answer_makes_it_another_question():
    measured = read(aisance=[*EASE[:-1], "moyen"])
    assert isinstance(measured, Unread)
    assert "« moyen »" in measured.reason


def test_no_question_measures_the_need():
    measured = read(age=["15_24"] * 100)
    assert isinstance(measured, Unread)
    assert "« aisance »" in measured.reason


@pytest.mark.parametrize("few", [0, 10, 90, 100])
def test_a_handful_of_answers_is_withheld(few):
    unread = read(internet_3_mois=["non"] * few + ["oui"] * (100 - few))
    assert isinstance(unread, Unread)
    assert "secret" in unread.reason


def test_twenty_nine_answers_are_too_few():
    assert "29 réponses" in read(internet_3_mois=["non"] * 12 + ["oui"] * 17).reason


def test_what_is_lacking_counts_for_several_answers():
    equipment = ["smartphone ordinateur"] * 40 + ["smartphone"] * 50 + ["aucun"] * 10
    measured = read(definition("pas-d-ordinateur-2018"), equipement=equipment)
    assert measured.share == 0.6


def test_a_stated_link_is_read_and_named():
    link = survey_needs.stated("usage=jamais, rarement", ["id", "usage"])
    measured = read(link=link, usage=["jamais"] * 20 + ["rarement"] * 10 + ["souvent"] * 70)
    assert measured.share == 0.3
    assert "« jamais »" in measured.link.counts


def test_an_answer_that_nobody_gave_is_named_beside_those_that_were():
    link = survey_needs.stated("usage=jamai", ["usage"])
    unread = read(link=link, usage=["jamais"] * 40 + ["souvent"] * 70)
    assert (
        "personne n’a répondu « jamai » à la question « usage » ; réponses lues : jamais, souvent"
        in unread.reason
    )


@pytest.mark.parametrize("words", ["usage", "=jamais", "usage=", "autre=jamais", "usage=,"])
def test_a_link_that_does_not_read_is_refused(words):
    with pytest.raises(Refused):
        survey_needs.stated(words, ["id", "usage"])


def rates(share=0.177, spread=0.1, n=500):
    return expit(logit(share) + spread * even_normals(7, "modele", 1, n)[0])


def test_a_stated_link_is_the_definition_itself():
    link = survey_needs.stated("usage=jamais", ["usage"])
    measured = read(link=link, usage=["jamais"] * 200 + ["souvent"] * 800)
    c = local_survey.compose(measured, INSEE, rates(), seed=1)
    assert c.survey.value == pytest.approx(c.question_share.value, abs=0.3)
    assert c.question_share.value == 100 * c.measured.share  # the share that the tables of the survey print
    assert c.question_share.low <= c.question_share.value <= c.question_share.high


def test_the_estimate_stands_between_and_is_surer():
    c = local_survey.compose(read(internet_3_mois=["non"] * 40 + ["oui"] * 160), INSEE, rates(), seed=1)
    assert c.retained == "combinee"
    assert c.model.value < c.combined.value < c.survey.value
    assert c.combined.half_width < min(c.model.half_width, c.survey.half_width)


@pytest.mark.parametrize("chosen", [each for each in definitions().values() if survey_needs.links_of(each)])
def test_a_survey_to_come_weighs_what_it_will_weigh_once_read(chosen):
    """Avant d’enquêter : le poids annoncé est celui qu’aura l’enquête, si elle confirme le calcul."""
    model = rates(share=chosen.total)
    planned = [local_survey.expected(n, chosen, model, seed=1) for n in (100, 300, 600)]
    weights = [weight for weight, _ in planned]
    assert 0 < weights[0] < weights[1] < weights[2] < 1
    link = survey_needs.links_of(chosen)[0]
    share = expit(logit(model.mean()) + logit(link.known / 100 or chosen.total) - logit(chosen.total))
    measured = replace(
        read(internet_3_mois=["non"] * 40 + ["oui"] * 160), link=link, share=float(share), effective=300.0
    )
    c = local_survey.compose(measured, chosen, model, seed=1)
    assert measured.selection == number("composite/selection") and weights[1] == pytest.approx(c.weight)
    assert all(both.half_width < c.model.half_width for _, both in planned)


def test_a_definition_without_a_question_promises_nothing(monkeypatch):
    monkeypatch.setattr(local_survey, "links_of", lambda chosen: ())
    assert local_survey.expected(300, INSEE, rates(), seed=1) is None


def test_a_contradiction_is_reported_and_not_averaged():
    c = local_survey.compose(read(internet_3_mois=["non"] * 600 + ["oui"] * 400), INSEE, rates(), seed=1)
    assert (c.retained, c.agree) == ("modele", False)
    assert c.gap.low > 0
    assert c.scenarios[-1].weight < c.weight


@pytest.mark.parametrize(
    ("agrees", "expected"),
    [
        (True, ["Citez 35 000 personnes", "les deux concordent"]),
        (
            False,
            ["Citez 31 000 personnes, le nombre calculé", "en trouve de 38 000 à 74 000", "autre question"],
        ),
    ],
)
def test_confronted_names_the_number_to_quote(agrees, expected):
    """31 000 et 54 000 dans un même document, sans dire lequel citer."""
    blank = {"share": "", "share_between": "", "weight": "", "bar": "", "is_retained": False}
    lines = [
        SurveyLine(label="", people=people, people_between=between, **blank)
        for people, between in (("31 000", "–"), ("—", "38 000 – 74 000"), ("35 000", "–"))
    ]
    reading = SurveyReading(
        reason="", title="Ici", lines=tuple(lines), agrees=agrees, axis="", sentences=(), sensitivity=(),
        method="",
    )  # fmt: skip
    assert all(words in confronted(reading) for words in expected)
    assert confronted(None) == ""


def test_a_figure_that_a_survey_does_not_move_is_explained_in_full():
    """Le besoin suit l’enquête, et les personnes à portée d’une offre avec lui ; les autres définitions, non."""
    moved = unmoved(SimpleNamespace(composite=SimpleNamespace(retained="combinee")))
    assert "suit le même mouvement. Les autres définitions" in moved
    unmoved_text = unmoved(SimpleNamespace(composite=SimpleNamespace(retained="modele")))
    assert "ceux du modèle seul" in unmoved_text


def test_a_share_too_vague_to_print_is_not_deduced_from_its_gap():
    """« 11 points de plus que le modèle » à côté de 18 % rendrait les 29 % que le tableau ne donne pas."""
    few = ["pas_du_tout"] * 14 + ["peu"] * 40 + ["a_l_aise"] * 46
    c = local_survey.compose(read(aisance=few), INSEE, rates(), seed=1)
    assert c.survey.is_loose
    assert c.agree
    (sentence,) = [text for text in discussion(c) if text.startswith("L’enquête trouve")]
    assert re.match(
        r"L’enquête trouve entre \d+\spoints? de moins et \d+\spoints? de plus que le modèle\. ", sentence
    )
    _, survey, both = _in_brief(SimpleNamespace(universe=60_000.0), c)
    question, converted = survey.split(" ; ")
    assert re.match(r"L’enquête : entre .*\s% des personnes ne se sentent pas du tout à l’aise", question)
    assert converted.startswith("ramenée à la définition, cela donne entre "), (
        "two ranges, each with its name"
    )
    assert both.startswith("**Les deux ensemble** : ")
    sure = local_survey.compose(read(internet_3_mois=["non"] * 40 + ["oui"] * 160), INSEE, rates(), seed=1)
    assert not sure.survey.is_loose
    assert any(re.match(r"L’enquête trouve \d", text) for text in discussion(sure))


def test_the_same_answers_give_the_same_figures():
    measured = read(aisance=EASE)
    first, again = (local_survey.compose(measured, INSEE, rates(), seed=3) for _ in range(2))
    assert np.array_equal(first.draws, again.draws)


def test_more_doubt_on_who_answered_gives_the_survey_less_weight():
    c = local_survey.compose(read(internet_3_mois=["non"] * 40 + ["oui"] * 160), INSEE, rates(), seed=1)
    sure, doubtful = c.scenarios[:2]
    assert sure.weight > c.weight > doubtful.weight


def test_every_link_is_traced_and_named_on_the_page():
    known = definitions()
    rows = dict(re.findall(r"^\| `([\w-]+)` \|(.*)$", PAGE.read_text("utf-8"), flags=re.M))
    for link in survey_needs.links():
        assert set(link.definitions) <= set(known)
        row = rows[link.id]
        assert f"{link.known:g} %".replace(".", ",") in row
        assert row.rstrip(" |").endswith(f"{link.doubt:g}".replace(".", ","))
        assert not {link.id} & {other.id for other in survey_needs.links() if other is not link}
        words = [
            set(map(survey_needs.plain, names)) for names in (link.choices, link.other_choices, link.lacks)
        ]
        assert not words[0] & words[1]
        assert not words[1] & words[2]


def test_a_link_without_its_difference_is_refused(monkeypatch):
    link = survey_needs.links()[0]
    raw = {key: getattr(link, key) for key in survey_needs.SOURCE} | {"difference": ""}
    monkeypatch.setattr(survey_needs, "read_yaml", lambda path: [raw])
    survey_needs.links.cache_clear()
    try:
        with pytest.raises(UnsourcedFigure, match="difference"):
            survey_needs.links()
    finally:
        survey_needs.links.cache_clear()


@pytest.mark.parametrize(("n_no", "yes", "retained"), [(40, 160, "combinee"), (600, 400, "modele")])
def test_what_a_survey_moved_names_it_down_to_the_census_areas(n_no, yes, retained):
    """A zone and the areas inside it are moved by the same answers: each counts them and names the survey, or
    neither does when the survey is set aside.
    """
    territory, areas = gazetteer().get("38151"), population.sources().rp2021
    measured = read(internet_3_mois=["non"] * n_no + ["oui"] * yes)
    result = diagnosis.diagnose(
        Request(
            territory=territory,
            zoning=zoning.by("commune", rows_of(territory, areas), areas),
            definition=INSEE,
            n_draws=20,
            survey=measured,
        )
    )
    assert result.composite.retained == retained
    (zone,) = result.zones
    figures = [figure for part in zone.parts for figure in (part.need, part.rate)]
    assert len(figures) > 20
    moved = retained == "combinee"
    assert len(result.composite.measured.undone) == 1
    counted = (("enquete", measured.n),) if moved else ()
    sources = (INSEE.id, local_survey.SOURCE) if moved else (INSEE.id,)
    for figure in (zone.need, zone.rate, *figures):
        assert (figure.n, figure.counted, figure.sources) == (INSEE.n, counted, sources)
        assert (figure.method == local_survey.METHOD) is moved


def test_offered_counts_the_need_that_a_survey_moved_in_every_draw():
    territory, areas = gazetteer().get("18279"), population.sources().rp2021
    request = Request(
        territory=territory,
        zoning=zoning.by("iris", rows_of(territory, areas), areas),
        definition=INSEE,
        n_draws=20,
        survey=read(internet_3_mois=["non"] * 55 + ["oui"] * 145),
    )
    study = diagnosis.diagnose(request)
    assert study.composite.retained == "combinee"
    sheet = {"id": "a", "nom": "Lieu", "code_insee": "18279", "latitude": 47.222, "longitude": 2.069}
    places = census.census("essai", [sheet | {"practices": {"wifi": {"state": "offered"}}}])
    for ground in (census.offered(request, study, places).ground, census.ground_of(request, places)):
        drawn = reach.drawn(ground, ground.serving("wifi"), EVERYBODY)
        assert drawn.need[-1] == pytest.approx(study.draws, rel=1e-5)
        assert (drawn.reached <= drawn.need).all()
        public = reach.totals(ground, "seniors").need[-1]
        assert (public < drawn.need[-1]).all()


def made_survey(seed, *, size=320, met_old=1.0, met_need=1.0, leave_need=0.0, leave=0.0):
    """Return the answers measured in a made city, weighted by age, and the true share of those concerned.

    met_old, met_need: how often the old and those concerned are met, to the others; leave_need, leave: how
    many of those concerned, and of the others, leave the question.
    """
    random = np.random.default_rng(seed)
    n = 60_000
    old = random.uniform(size=n) < 0.3
    never = random.uniform(size=n) < np.where(old, 0.47, 0.1)
    met = np.where(never, met_need, 1.0) * np.where(old, met_old, 1.0)
    truth = never.mean()
    people = random.choice(n, size=size, replace=False, p=met / met.sum())
    old, never = old[people], never[people]
    leaves = random.uniform(size=size) < np.where(never, leave_need, leave)
    weights = np.where(old, 0.3 / old.mean(), 0.7 / (1 - old.mean())) * n / size
    answer = np.where(leaves, "refus", np.where(never, "jamais", "moins_3_mois"))
    table = answers(age=np.where(old, "60_74", "25_39"), dernier_usage_internet=answer)
    plan = Plan(weights=weights, initial=np.ones(size), codes=[old.astype(np.int64)])
    survey = local_survey.read(table, plan, INSEE, title="Essai", calibrated=("age",))
    return survey, float(truth)


@pytest.mark.parametrize(
    ("city", "least_weight", "least_coverage"),
    [
        ({}, 0.35, 0.85),
        ({"size": 600}, 0.4, 0.85),
        ({"met_old": 0.5}, 0.25, 0.85),
        ({"met_old": 0.35}, 0.2, 0.85),
        ({"met_old": 0.5, "met_need": 0.8}, 0.25, 0.8),
        ({"met_old": 0.5, "met_need": 0.6}, 0.25, 0.75),
        ({"met_old": 0.5, "met_need": 0.6, "leave_need": 0.25, "leave": 0.12}, 0.2, 0.75),
    ],
)
def test_a_survey_weighs_and_its_combination_holds_the_truth(city, least_weight, least_coverage):
    """Le modèle se trompe comme il le dit (14,4 %, de 11,7 à 17,4) ; l’enquête est corrigée par l’âge seul."""
    weights, n_inside, n_surveys, spread = [], 0, 100, 0.155
    for seed in range(n_surveys):
        survey, truth = made_survey(seed, **city)
        drawn = composite.surveyed(survey.share, survey.effective, seed=seed, n=400)
        noise = even_normals(seed, "essai", 3, 400)
        centre = logit(truth) + spread * np.random.default_rng(seed + n_surveys).standard_normal()
        model = expit(centre + spread * noise[1])
        both = composite.combine(model, expit(logit(drawn) + survey.selection * noise[0]))
        weights.append(both.weight)
        low, high = np.quantile(both.draws if both.agree else model, (0.05, 0.95))
        n_inside += low <= truth <= high
    assert np.mean(weights) >= least_weight
    assert n_inside / n_surveys >= least_coverage


def test_a_survey_without_weights_nor_silence_keeps_the_doubt_of_polls():
    assert read(internet_3_mois=["non"] * 40 + ["oui"] * 160).selection == 0.125
    quiet = read(internet_3_mois=["non"] * 40 + ["oui"] * 120 + ["refus"] * 40)
    assert quiet.selection == 0.25


def test_no_figure_of_the_combination_tells_who_gave_the_answer():
    """Marges et réponses de chaque classe connues, toutes les répartitions qui donnent la même part imprimée :
    celles que rien de ce qui est écrit ne distingue de la vraie diffèrent de onze personnes dans une classe.
    """
    weights = [100.0] * 200 + [130.0] * 200

    def written(young, old):
        words = ["non"] * young + ["oui"] * (200 - young) + ["non"] * old + ["oui"] * (200 - old)
        c = local_survey.compose(read(internet_3_mois=words, weights=weights), INSEE, rates(), seed=1)
        return document(SimpleNamespace(composite=c, universe=46_000.0))

    first = written(33, 30)
    share = first["part_question"]
    assert (share["valeur"], share["bas"] % 1, share["haut"] % 1) == (16.0, 0, 0)
    alike = [
        young
        for young in range(15, 50)
        for old in range(15, 50)
        if abs((100 * young + 130 * old) / 46_000 - 0.16) < 0.006 and written(young, old) == first
    ]
    assert max(alike) - min(alike) >= 11


@pytest.mark.parametrize(
    ("ages", "class_words"),
    [(["20"] * 400, "20 ans"), (["15_25"] * 400, "15 à 25 ans"), (["16", "24"] * 200, "16 à 24 ans")],
)
def test_read_refuses_a_survey_when_one_class_of_age_answered(ages, class_words):
    survey = read(age=ages, internet_3_mois=["non"] * 80 + ["oui"] * 320, calibrated=("sexe",))
    assert isinstance(survey, Unread)
    assert f"d’une seule classe d’âge ({class_words})" in survey.reason.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("ages", "calibrated", "cause"),
    [
        (["18 ans et plus"] * 200, ("age",), "le fichier ne dit pas l’âge"),
        (["15_39", "40_plus"] * 100, ("sexe",), "aucune marge ne porte sur l’âge"),
        (["1", "2"] * 100, ("age",), "le fichier ne dit pas l’âge"),
    ],
)
def test_selection_keeps_a_floor_when_no_weight_corrects_the_age(ages, calibrated, cause):
    survey = read(age=ages, internet_3_mois=["non"] * 40 + ["oui"] * 160, calibrated=calibrated)
    assert survey.selection == number("composite/unweighted_age")
    c = local_survey.compose(survey, INSEE, rates(), seed=1)
    assert any(cause in text for text in discussion(c))


def test_selection_grows_with_the_ages_that_weights_leave_undone():
    """Des moins de 40 ans presque seuls : l’écart de leurs âges au recensement devient un doute, et se lit."""
    rates_by_cell = np.array([0.02, 0.03, 0.1, 0.3, 0.6])[AGE_OF]
    ages = np.array([0, 10, 10, 10, 20, 10, 30, 10, 20, 20.0])
    counts = np.array([20, 30, 40, 30, 20.0])[AGE_OF] / 7

    def doubt(named):
        survey = read(age=named, internet_3_mois=["non"] * 40 + ["oui"] * 160)
        return replace(survey, undone=need_gaps(survey.sample, counts, ages, rates_by_cell))

    alike = doubt(["15_24"] * 29 + ["25_39"] * 43 + ["40_59"] * 57 + ["60_74"] * 43 + ["75+"] * 28)
    young = doubt(["15_24"] * 100 + ["25_39"] * 90 + ["75+"] * 10)
    assert alike.selection == 0.125
    assert young.selection > 1
    c = local_survey.compose(young, INSEE, rates(), seed=1)
    assert any("lus dans les classes du modèle" in text for text in discussion(c))


def test_need_gaps_counts_diplomas_when_the_file_has_them():
    counts, ages = np.ones(35), np.array([0, 1, 1, 1, 2, 1, 3, 1, 2, 2.0])
    rates_by_cell = np.array([0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.02])[DIPLOMA_OF]
    survey = read(diplome=["bac_3_4"] * 150 + ["CAP"] * 50, internet_3_mois=["non"] * 40 + ["oui"] * 160)
    _, gap = need_gaps(survey.sample, counts, ages, rates_by_cell)
    assert gap < -0.8
