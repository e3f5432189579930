"""Evidence of a grid: the surveys of the place, else of what contains it, else an example; each says so."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from maillage.apps.dossiers.models import Study
from maillage.apps.dossiers.queries import published_surveys
from maillage.apps.steering.indicators.queries.ground import ground
from maillage.apps.steering.indicators.queries.values import value
from maillage.apps.surveys.models import Publication, Survey, Weighting
from maillage.apps.surveys.queries import evidence
from maillage.reference.indicators import indicators
from maillage.reference.surveys import banks
from tests.conftest import PLACE
from tests.support.prose import text_of

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
HELPED = ("accompagne", "oui")
METROPOLE, ISERE, NORD = "200040715", "38", "59"
Key = tuple[str, str, str]
KEY = ("inhabitants", "raison_sans_accompagnement", "ignorance")


@pytest.fixture
def publish():
    """Publish one answer of a survey, in percent, over a territory."""

    def run(
        territory: str,
        percent: int,
        *,
        example: bool = False,
        later: int = 0,
        key: Key = KEY,
        answered_on: str = "",
    ) -> Publication:
        survey = Survey.objects.create(
            kind=key[0],
            title=f"Enquête {percent}",
            slug=f"enquete-{percent}",
            territory=territory,
            made_at=AT,
            example=example,
        )
        line = {"question": key[1], "libelle": f"{key[1]} ?", "groupe": "", "modalite": key[2]}
        line |= {"libelle_modalite": "Je ne savais pas"}
        figure = {"part": percent, "bas": percent - 5, "haut": percent + 5, "base": 92, "calcul": "brut"}
        words = {"univers": "habitants", "arrondi": "nearest"}
        return Publication.objects.create(
            survey=survey,
            number=1,
            content={"tables": [line | figure | words]}
            | ({"answered_on": answered_on} if answered_on else {}),
            published_at=AT + timedelta(days=later),
        )

    return run


def test_an_edition_of_the_first_night_of_a_year_is_of_that_year(publish):
    """À minuit et demi, le premier janvier, il est encore l’an passé à Greenwich."""
    row = publish(ISERE, 40)
    Publication.objects.filter(pk=row.pk).update(published_at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert evidence.published(ISERE)[KEY].source.endswith(", 2027")


@pytest.mark.both_databases
def test_documents_name_the_survey_answered_last_with_its_year(publish):
    """Deux enquêtes d’années différentes, une de structures, une d’ailleurs : l’ancienne, publiée après, ne
    prend pas la place de la nouvelle, et chacune porte l’année de ses réponses. Une enquête redressée passe
    avant celles qui ne le sont pas.
    """
    publish(PLACE, 30, answered_on="2025-06-01")
    publish(PLACE, 20, later=9, answered_on="2021-06-01")
    publish(PLACE, 60, later=12, key=("structures", "vision", "oui"), answered_on="2024-03-01")
    publish(ISERE, 70, later=20, answered_on="2023-01-01")
    assert evidence.closest(PLACE)[KEY].source == "« Enquête 30 », édition 1, 2025"
    assert evidence.closest(PLACE)["structures", "vision", "oui"].source.endswith(", 2024")
    assert evidence.closest("38563")[KEY].source.startswith("« Enquête 70 », édition 1, 2023, menée sur")
    labels = [each.label for each in published_surveys(PLACE)]
    assert labels == [
        "« Enquête 30 » (2025)",
        "« Enquête 60 » (2024)",
        "« Enquête 20 » (2021)",
        "« Enquête 70 » (2023, menée sur un territoire plus large (Isère))",
    ]
    weighted = publish(PLACE, 50, answered_on="2025-02-01")
    weighted.weighting = Weighting.objects.create(
        survey=weighted.survey, method="raking", variables=[], weights={}, n=92, made_at=AT
    )
    weighted.save()
    assert evidence.closest(PLACE)[KEY].source == "« Enquête 50 », édition 1, 2025"
    assert published_surveys(PLACE)[0].label == "« Enquête 50 » (2025)"


def test_the_closest_survey_answers_and_says_what_it_is(publish):
    """FS-34 : l’enquête d’ici, sinon la plus proche de celles qui la couvrent, sinon un exemple."""
    assert evidence.closest(PLACE) == {}
    publish(NORD, 11)
    assert evidence.closest(PLACE) == {}
    publish(PLACE, 20, example=True)
    assert (evidence.closest(PLACE)[KEY].percent, evidence.closest(PLACE)[KEY].source) == (
        20,
        "« Enquête 20 », édition 1, 2026, exemple : réponses inventées",
    )
    publish(METROPOLE, 30)
    publish(ISERE, 40, later=1)
    near = evidence.closest(PLACE)[KEY]
    assert near.percent == 30
    assert near.source.startswith("« Enquête 30 », édition 1, 2026, menée sur un territoire plus large (")
    publish(METROPOLE, 31, example=True, later=2)
    assert evidence.closest(PLACE)[KEY].percent == 30
    publish(PLACE, 50)
    assert (evidence.closest(PLACE)[KEY].percent, evidence.closest(PLACE)[KEY].source) == (
        50,
        "« Enquête 50 », édition 1, 2026",
    )
    assert evidence.published(PLACE)[KEY].percent == 50
    assert evidence.published("38185") == {}


def test_an_indicator_reads_an_example_where_no_survey_answers_and_is_marked(home, publish):
    definition = next(each for each in indicators().values() if each.survey == ("inhabitants", *HELPED))
    read = partial(ground, METROPOLE, on=AT.date())
    assert value(read(), definition).reason.startswith(
        "Aucune enquête publiée sur ce territoire ne le montre"
    )
    publish(METROPOLE, 53, example=True, key=("inhabitants", *HELPED))
    example_value = value(read(), definition)
    assert (example_value.value, example_value.low, example_value.examples) == (53, 48, True)
    assert example_value.source.endswith("exemple : réponses inventées")
    publish(METROPOLE, 20)
    assert value(read(), definition).value is None, "a survey of that kind was published: it does not say it"
    publish(METROPOLE, 16, later=1, key=("inhabitants", *HELPED))
    assert (value(read(), definition).value, value(read(), definition).examples) == (16, False)


def test_a_scale_is_read_whole_and_a_group_apart_by_indicators_alone(home, publish):
    """« À l’aise » lisait 25 % là où l’enquête publiait 52 % à l’aise ou très à l’aise."""
    edition = publish(METROPOLE, 25, key=("inhabitants", "aisance", "a_l_aise"))
    (table_row,) = edition.content["tables"]
    both = table_row | {"modalite": "a_l_aise tres", "part": 52, "bas": 45, "haut": 59}
    few = table_row | {
        "question": "accompagne",
        "par": "aisance",
        "groupe": "les personnes peu ou pas à l’aise",
        "modalite": "oui",
    }
    Publication.objects.filter(pk=edition.pk).update(
        content={"tables": [table_row, few | {"part": 10}], "scales": [both]}
    )
    read = {
        each.requirement + each.id: value(ground(METROPOLE, on=AT.date()), each).value
        for each in indicators().values()
        if each.way == "survey" and each.survey[0] == "inhabitants"
    }
    readable = {name: table_row for name, table_row in read.items() if table_row is not None}
    assert readable == {"Q-013habitants-a-l-aise": 52, "Q-014habitants-peu-a-l-aise-accompagnes": 10}
    assert set(evidence.published(METROPOLE)) == {("inhabitants", "aisance", "a_l_aise")}


@pytest.mark.both_databases
def test_an_edition_older_than_its_scales_is_named_so_and_not_missing(client, home, publish):
    comfort = indicators()["habitants-a-l-aise"]
    read = partial(ground, METROPOLE, on=AT.date())
    assert value(read(), comfort).kind == "missing"
    example = publish(METROPOLE, 25, example=True, key=("inhabitants", "aisance", "a_l_aise"))
    earlier_value = value(read(), comfort)
    assert (earlier_value.value, earlier_value.kind) == (
        None,
        "earlier",
    ) and "Publiez-la de nouveau" in earlier_value.reason
    text = text_of(client.get(f"/territoires/{METROPOLE}/indicateurs/"))
    assert "Habitants à l’aise ou très à l’aise édition antérieure L’édition publiée est antérieure" in text
    pleased = indicators()["habitants-satisfaits"]
    assert value(read(), pleased).kind == "missing", "it did not ask that"
    again = publish(METROPOLE, 26, later=1, key=("inhabitants", "aisance", "a_l_aise"))
    Publication.objects.filter(pk=again.pk).update(content={**again.content, "scales": []})
    assert value(read(), comfort).kind == "missing", "a new edition takes scales together: too few answered"
    assert example.survey.example and not again.survey.example


def test_two_waves_stand_on_the_loop_as_they_were_published(client, study, publish):
    """Section 3 : « wave 1 to 2 », dans la chaîne, et jamais comme l’effet d’une action."""
    page = f"/territoires/{PLACE}/boucle/"
    assert "aucune enquête n’a été publiée deux fois" in text_of(client.get(page))
    first = publish(PLACE, 30, key=("inhabitants", *HELPED))
    second = publish(PLACE, 52, later=400, key=("inhabitants", *HELPED))
    assert evidence.waves(PLACE, "inhabitants", [HELPED]) == [], "two surveys are not two waves"
    Survey.objects.filter(pk=second.survey_id).update(after=first.survey_id)
    (change,) = evidence.waves(PLACE, "inhabitants", [HELPED, ("aisance", "a_l_aise tres")])
    assert (change.first.percent, change.second.percent) == (30, 52)
    text = text_of(client.get(page))
    assert "« accompagne ? » « Je ne savais pas » : 30 % (entre" in text, "a yes alone says nothing"
    assert "30 % (entre 25 et 35 %, n = 92, brut), « Enquête 30 », édition 1, 2026, puis 52 %" in text
    assert ": hausse. Parmi : habitants." in text and "n’est pas l’effet d’une action" in text
    Survey.objects.filter(pk=first.survey_id).update(example=True)
    assert evidence.waves(PLACE, "inhabitants", [HELPED]) == [], "an invented wave is no former one"
    Survey.objects.filter(pk=second.survey_id).update(example=True)
    (change,) = evidence.waves(PLACE, "inhabitants", [HELPED])
    assert change.second.source.endswith("exemple : réponses inventées")


@pytest.mark.parametrize(
    ("kind", "question_name", "answer"),
    [("professionals", "detection", "oui"), ("structures", "diagnostic", "aujourdhui")],
)
def test_who_detects_and_who_diagnoses_is_followed_from_wave_to_wave(
    client, study, publish, kind, question_name, answer
):
    """K-021 : moins d’une structure sur cinq repère à chaque fois ; ce que cette part devient se suit."""
    first = publish(PLACE, 18, key=(kind, question_name, answer))
    second = publish(PLACE, 41, later=400, key=(kind, question_name, answer))
    Survey.objects.filter(pk=second.survey_id).update(after=first.survey_id)
    text = text_of(client.get(f"/territoires/{PLACE}/boucle/"))
    assert f"« {question_name} ? » « Je ne savais pas » : 18 % (entre" in text
    assert ": hausse. Parmi" in text
    form = next(form for form in banks().values() if form.kind == kind)
    question = form.question(question_name)
    assert question and answer in [choice.name for choice in form.choices(question)]


def test_surveys_around_are_named_wider_or_narrower(publish):
    publish(PLACE, 10)
    publish(ISERE, 20)
    publish(NORD, 30)
    withdrawn = publish(METROPOLE, 40)
    named = [(each.edition.survey.title, each.wider) for each in evidence.neighbours(METROPOLE)]
    assert named == [("Enquête 20", True), ("Enquête 10", False)]
    assert [each.wider for each in evidence.neighbours(PLACE)] == [True, True]
    Publication.objects.filter(pk=withdrawn.pk).update(withdrawn_at=AT)
    assert [each.territory for each in evidence.neighbours(PLACE)] == ["Isère"]


def test_the_grid_shows_the_evidence_of_an_example_and_leads_to_what_is_around(client, study, publish):
    assert Study.objects.filter(place=PLACE).exists()
    publish(PLACE, 20, example=True)
    page = text_of(client.get(f"/territoires/{PLACE}/grille/"))
    assert "20 % (entre 15 et 25 %, n = 92, brut)" in page
    assert "exemple : réponses inventées" in page
    publish(ISERE, 40)
    page = text_of(client.get(f"/territoires/{PLACE}/grille/"))
    assert "40 % (entre 35 et 45 %, n = 92, brut)" in page
    assert "20 % (entre" not in page
    assert "sur un territoire plus large" in page
