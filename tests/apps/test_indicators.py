"""The indicators of a territory: counted by day, protected, defined; what is missing says why."""

import csv
import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.utils import timezone

from maillage.apps.directory.places.models import Structure
from maillage.apps.learning.models import Fact, Plan
from maillage.apps.people.actes.models import Act
from maillage.apps.people.persons.models import Person
from maillage.apps.referrals.orientations.models import Orientation, Path
from maillage.apps.steering.indicators import actions, rules
from maillage.apps.steering.indicators.models import DailyCount, Refresh
from maillage.apps.steering.indicators.queries import ground as grounds
from maillage.apps.steering.indicators.queries import reading, sources
from maillage.apps.steering.indicators.queries.ground import Need, ground
from maillage.apps.steering.indicators.queries.values import values
from maillage.apps.steering.plans import actions as steering
from maillage.apps.steering.plans import models as steering_models
from maillage.apps.steering.plans.rules import DROPPED
from maillage.apps.surveys.models import Publication, Survey
from maillage.apps.territories.models import Perimeter
from maillage.apps.volunteering.volunteers.models import Aidant
from maillage.manage.main import main
from maillage.reference.indicators import indicators
from maillage.reference.plan_frames import frames
from maillage.reference.surveys import banks
from maillage.sources.offer import report
from maillage.statistics.offer.census import census
from maillage.statistics.people.shares import withheld_words
from tests.conftest import account, with_role
from tests.support.places import place

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
ON = date(2026, 11, 22)
GRENOBLE = "38185"


@pytest.fixture
def library(db):
    return place()


def sent(days_ago: int, *, n: int = 1, answered: int | None = None, **more) -> None:
    """Write referrals sent some days ago, answered after as many days."""
    at = AT - timedelta(days=days_ago)
    referral_fields = {"state": "sent", "origin": "aidant", "need": "assistance", "commune": GRENOBLE, **more}
    if answered is not None:
        referral_fields |= {"answered_at": at + timedelta(days=answered), "came": True, "state": "came"}
    for _ in range(n):
        path = Path.objects.create(
            made_at=at, origin=referral_fields["origin"], example=referral_fields.get("example", False)
        )
        Orientation.objects.create(path=path, prepared_at=at, sent_at=at, changed_at=at, **referral_fields)


def read(code: str = "38", **more) -> dict[str, rules.Value]:
    return {each.definition.id: each for each in values(ground(code, on=ON, **more))}


def counted(code: str = "38", **more) -> dict[str, rules.Value]:
    actions.rebuild(at=AT)
    return read(code, **more)


def test_a_share_leaves_out_what_is_too_recent_and_what_was_cancelled(library):
    sent(40, n=15, answered=2)
    sent(40, n=15, answered=20)
    sent(2, n=3)
    sent(40, n=12, state="cancelled")
    indicator = counted()["reponse-8-jours"]
    assert (indicator.part, indicator.denominator, indicator.value) == (15, 30, 50.0)
    assert indicator.low < 50 < indicator.high
    assert "trop tôt pour le dire (moins de 8 jours) : quelques orientations" in indicator.exclusions[0]
    assert "12 ont été annulées" in indicator.exclusions[1]
    assert "du 1er décembre 2025 au 22 novembre 2026" in indicator.universe


def test_a_few_people_are_withheld_on_either_side(library):
    sent(40, n=15, answered=2)
    sent(40, n=5)
    indicator = counted()["reponse-8-jours"]
    assert indicator.value is None
    assert indicator.reason == withheld_words(11, "orientations")
    assert reading.reading(indicator).kind == "masqué"


def test_people_enter_by_whole_batches(library):
    sent(40, n=12, answered=2)
    sent(39, n=12)
    before = counted()["reponse-8-jours"]
    sent(38, n=3, answered=2)
    after = counted()["reponse-8-jours"]
    assert (before.part, before.denominator) == (after.part, after.denominator) == (12, 24)
    assert "attendent" in after.exclusions[-1]


def test_no_month_is_found_by_subtraction(library):
    sent(100, n=30, answered=2)
    sent(100, n=30)
    sent(60, n=3, answered=2)
    sent(60, n=10)
    sent(40, n=20, answered=2)
    sent(40, n=20)
    points = {each.month: each for each in counted()["reponse-8-jours"].series}
    hidden = [
        month
        for month in (date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1))
        if points[month].value is None
    ]
    assert date(2026, 9, 1) in hidden
    assert len(hidden) >= 2
    assert points[date(2026, 11, 1)].early


def test_nothing_noted_is_missing_and_never_zero(library):
    value_by_id = counted()
    assert value_by_id["reponse-8-jours"].value is None
    assert "Rien n’est noté" in value_by_id["reponse-8-jours"].reason
    assert value_by_id["passes"].value is None
    assert value_by_id["lieux-orientation"].value is None  # no sheet says it: nobody knows
    assert all(each.reason for each in value_by_id.values() if each.value is None)


def test_real_rows_are_separate_from_invented_ones(library):
    sent(40, n=4, answered=2, example=True)
    indicator = counted()["reponse-8-jours"]
    assert (indicator.examples, indicator.denominator) == (True, 4)
    sent(40, n=15, answered=2)
    sent(40, n=15)
    indicator = counted()["reponse-8-jours"]
    assert (indicator.examples, indicator.denominator) == (True, 4)
    assert indicator.exclusions[-1] == "Noté pour de vrai, à part : 22 orientations."


@pytest.mark.parametrize(
    ("n", "count_text"), [(1, "1 structure"), (2, "2 structures"), (12, "12 structures")]
)
def test_one_real_structure_among_invented_ones_is_singular(library, n, count_text):
    day = ON - timedelta(days=40)
    for example, many in ((True, 3), (False, n)):
        DailyCount.objects.create(
            measure=rules.STRUCTURES, part="", commune=GRENOBLE, day=day, n=many, example=example
        )
    Refresh.objects.update_or_create(pk=1, defaults={"at": AT})
    indicator = read(GRENOBLE)["structures"]
    assert indicator.exclusions == (f"Noté pour de vrai, à part : {count_text}.",)


@pytest.mark.both_databases
def test_a_demonstration_tells_nothing_real_as_if_it_were_its_own(library):
    """Referrals are invented, acts are not: the acts stand apart, as in the loop."""
    sent(40, n=4, answered=2, example=True)
    structure = Structure.objects.create(key="s", name="Le Pimms", code_insee=GRENOBLE)
    for k in range(12):
        at = AT - timedelta(days=k)
        Act.objects.create(
            uid=uuid4(), structure=structure, kind="together", procedure="caf_rsa", minutes=9, where="here",
            done_at=at, on_day=at.date(), noted_at=at,
        )  # fmt: skip
    indicator = counted()["accueil"]
    assert (indicator.value, indicator.exclusions) == (
        None,
        ("Noté pour de vrai, à part : 11 actes d’aide.",),
    )


@pytest.mark.both_databases
def test_structures_and_places_are_counted_where_they_stand(library, django_user_model):
    user = django_user_model.objects.create_user("lea@exemple.fr", "x", name="Léa")
    with_role(user, "aidant", structure=library.structure)
    place("lille", {"code_insee": "59350", "commune": "Lille", "nom": "Lille"})
    value_by_id, elsewhere = counted("38"), read("59")
    assert (value_by_id["structures"].value, elsewhere["structures"].value) == (1, 0)
    assert value_by_id["structures-habitants"].value == pytest.approx(
        1000 / value_by_id["structures-habitants"].denominator
    )
    assert value_by_id["communes-sans-lieu"].value == value_by_id["communes-sans-lieu"].denominator - 1
    assert (value_by_id["lieux-wifi"].value, value_by_id["lieux-wifi"].denominator) == (1, 1)
    assert read("france")["lieux-wifi"].value == 2
    assert read(GRENOBLE)["communes-sans-lieu"].value == 0


@pytest.mark.both_databases
def test_helpers_are_people_and_few_are_suppressed(library):
    aidant_fields = {
        "structure": library.structure,
        "kind": "employee",
        "since": date(2026, 1, 5),
        "made_at": AT,
    }
    for n in range(10):
        Aidant.objects.create(name=f"A{n}", **aidant_fields)
    value_by_id = counted()
    assert value_by_id["aidants"].value is None
    assert value_by_id["aidants-habitants"].value is None
    Aidant.objects.create(name="A10", **aidant_fields)
    Aidant.objects.create(name="Partie", until=date(2026, 6, 1), **aidant_fields)
    assert counted()["aidants"].value == 11


def test_who_learns_is_counted_by_whole_batches_and_has_no_density(library):
    """Q-003: people of whom a first step is of the period, once each; nothing divides them."""

    def learn(n: int, day: int) -> None:
        for _ in range(n):
            person = Person.objects.create(code=uuid4().hex[:8], picture="cle", made_at=AT, active_at=AT)
            for hour in (9, 10):  # a second step makes no second learner
                at = datetime(2026, 10, day, hour, tzinfo=UTC)
                Fact.objects.create(
                    uid=uuid4(), person=person, structure=library.structure, module="ameli-compte", version=1,
                    step=hour, state="done", way="touch", screen="small", at=at, kept_at=at,
                )  # fmt: skip

    learn(10, 1)
    assert (counted()["apprenants"].value, counted()["apprenants"].kind) == (None, rules.WITHHELD)
    learn(1, 2)
    learn(3, 3)
    value_by_id = counted()
    assert (value_by_id["apprenants"].value, value_by_id["apprenants"].denominator) == (11, None)
    assert "attendent" in value_by_id["apprenants"].exclusions[-1]
    assert read("59")["apprenants"].value is None
    divided = {each.measure for each in indicators().values() if each.way in ("per_residents", "per_surface")}
    assert divided == {rules.STRUCTURES, rules.AIDANTS}


@pytest.mark.both_databases
def test_who_learns_is_counted_the_same_as_they_come_and_all_at_once(library):
    """Un pas fait hors ligne arrive des jours après, et peut être le premier ; minuit est celui de Paris."""
    ada, ben, eva = (
        Person.objects.create(code=uuid4().hex[:8], picture="cle", made_at=AT, active_at=AT) for _ in range(3)
    )

    def step(person: Person, at: datetime, stored_at: datetime) -> None:
        Fact.objects.create(
            uid=uuid4(), person=person, structure=library.structure, module="ameli-compte", version=1, step=1,
            state="done", way="touch", screen="small", at=at, kept_at=stored_at,
        )  # fmt: skip

    def learners() -> dict[date, int]:
        rows = DailyCount.objects.filter(measure=rules.LEARNERS)
        return {row.day: row.n for row in rows}

    step(ada, datetime(2026, 10, 24, 21, 59, tzinfo=UTC), AT - timedelta(days=3))  # a minute before midnight
    step(ben, datetime(2026, 10, 25, 22, 59, tzinfo=UTC), AT - timedelta(days=3))  # the same, an hour added
    actions.rebuild(at=AT - timedelta(days=2))
    first = {date(2026, 10, 24): 1, date(2026, 10, 25): 1}
    assert learners() == first
    for at in (datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 11, 20, 9, tzinfo=UTC)):
        step(ada, at, AT - timedelta(minutes=2))
    since = AT - timedelta(minutes=5)
    assert sources._learner_days(since) == set(), "what is done after the first step counts nobody"
    step(ben, datetime(2026, 10, 1, 9, tzinfo=UTC), AT - timedelta(minutes=2))
    step(eva, datetime(2026, 10, 25, 23, tzinfo=UTC), AT - timedelta(minutes=2))
    actions.refresh(since, at=AT)
    n_by_day = {date(2026, 10, 1): 1, date(2026, 10, 24): 1, date(2026, 10, 26): 1}
    assert learners() == n_by_day
    step(eva, datetime(2026, 10, 3, 9, tzinfo=UTC), AT - timedelta(minutes=1))  # within the same minutes
    actions.refresh(since, at=AT)
    n_by_day = {date(2026, 10, 1): 1, date(2026, 10, 3): 1, date(2026, 10, 24): 1}
    assert learners() == n_by_day, "once, though the last reading is read again"
    actions.rebuild(at=AT)
    assert learners() == n_by_day


@pytest.mark.both_databases
def test_a_density_is_by_residents_and_by_surface(library, django_user_model):
    """Q-005: the document gives no denominator; both are said, and neither is ever zero."""
    user = django_user_model.objects.create_user("lea@exemple.fr", "x", name="Léa")
    with_role(user, "aidant", structure=library.structure)
    aidant_fields = {
        "structure": library.structure,
        "kind": "employee",
        "since": date(2026, 1, 5),
        "made_at": AT,
    }
    for n in range(12):
        Aidant.objects.create(name=f"A{n}", **aidant_fields)
    value_by_id = counted(GRENOBLE)
    for measure, n in (("structures", 1), ("aidants", 12)):
        people, land = value_by_id[f"{measure}-habitants"], value_by_id[f"{measure}-surface"]
        assert (people.part, land.part) == (n, n)
        assert 150_000 < people.denominator < 170_000 and 17 < land.denominator < 19
        assert people.value == pytest.approx(1000 * n / people.denominator)
        assert land.value == pytest.approx(100 * n / land.denominator)


def test_each_service_is_counted_running_and_planned(library):
    """Q-009: seven services; what is planned stands apart and is never added to what runs."""
    services = {each.practice: each.id for each in indicators().values() if each.way == "service"}
    assert list(services) == [
        "diagnostic", "assistance", "orientation", "formation", "libre_acces", "vente", "wifi",
    ]  # fmt: skip
    before = counted(GRENOBLE)
    place("tout", {"practices": {name: {"state": "offered"} for name in services}})
    place("bientot", {"practices": {name: {"state": "planned"} for name in services}})
    value_by_id = counted(GRENOBLE)
    for id in services.values():
        assert value_by_id[id].value == (before[id].value or 0) + 1, id
        assert value_by_id[id].exclusions[0].replace("\xa0", " ").startswith("1 autre en projet"), id


@pytest.mark.both_databases
def test_actions_of_a_published_plan_are_followed(library):
    """Q-017: what is done out of what is not dropped; a draft is nobody's to read."""
    lea = account("lea", "coordination", territory="38")
    plan = steering.open_plan(GRENOBLE, title="Le plan", frame=frames()["grenoble"], by=lea, at=AT)
    plan.actions.filter(number__lte=3).update(state="done")
    plan.actions.filter(number=4).update(state="dropped")
    assert "Aucun plan" in counted(GRENOBLE)["plan"].reason
    steering.publish(plan, is_public=True, by=lea, at=AT)
    indicator = counted(GRENOBLE)["plan"]
    assert (indicator.part, indicator.denominator, indicator.value) == (3, 21, pytest.approx(300 / 21))
    assert indicator.exclusions == ("1\xa0action abandonnée, à part.",)


def test_the_four_indicators_make_a_chain_with_its_captions(client, library):
    """Q-006, I-060: network, those who help, those who are reached, then what they do alone."""
    chain = [(each.id, each.step, each.requirement) for each in indicators().values() if each.step]
    assert chain == [
        ("structures", "Créer le réseau", "Q-001"),
        ("aidants", "Mobiliser la réserve citoyenne", "Q-002"),
        ("apprenants", "Toucher les bénéficiaires", "Q-003"),
        ("reussite", "Objectif final : l’usage autonome des services", "Q-004"),
    ]
    page = client.get("/territoires/38/indicateurs/").content.decode().replace("\xa0", " ")
    drawn = page.partition('class="chaine"')[2].partition("</ol>")[0]
    where = [drawn.index(step) for _, step, _ in chain]
    assert where == sorted(where)
    assert all(f'href="#i-{id}"' in drawn for id, *_ in chain)


@pytest.mark.parametrize(
    ("id", "survey_question"),
    [
        ("pros-orienter", ("professionals", "orienter", "oui")),
        ("pros-a-la-place", ("professionals", "a_la_place", "souvent")),
        ("vision-souhaitee", ("structures", "vision", "non_souhaite")),
    ],
)
def test_what_surveys_say_of_professionals_and_structures_is_read(library, id, survey_question):
    """Q-011, Q-012, Q-015: each reads an answer that a ready questionnaire asks, as it was published."""
    kind, question_id, answer = survey_question
    about = indicators()[id]
    assert about.survey == survey_question
    (bank,) = [each for each in banks().values() if each.kind == kind]
    assert answer in [choice.name for choice in bank.choices(bank.question(question_id))]
    survey = Survey.objects.create(kind=kind, title="E", slug="e", territory="38", made_at=AT)
    line = {
        "question": question_id,
        "libelle": "q",
        "groupe": "",
        "modalite": answer,
        "libelle_modalite": "x",
    }
    figure = {
        "univers": "tous",
        "part": 72,
        "bas": 61,
        "haut": 81,
        "base": 66,
        "calcul": "brut",
        "arrondi": "nearest",
    }
    Publication.objects.create(survey=survey, number=1, content={"tables": [line | figure]}, published_at=AT)
    indicator = counted("38")[id]
    assert (indicator.value, indicator.low, indicator.high, indicator.kind) == (72, 61, 81, rules.PUBLISHED)
    assert (about.aim == "à faire baisser") is (id in ("pros-a-la-place", "vision-souhaitee"))
    notes = [each.replace("\xa0", " ") for each in indicator.exclusions]
    assert notes == [
        "En France : 75 % (Emmaüs Connect, 2015), ordre de grandeur, la question ou les âges diffèrent."
    ] * (id == "pros-a-la-place")


def _surveyed(place: str, *answers: tuple[str, str, str, int]) -> None:
    """Publish a survey of inhabitants: question, answer, its words, its share, as many told as asked."""
    survey = Survey.objects.create(kind="inhabitants", title="E", slug="e", territory=place, made_at=AT)
    line = {"groupe": "", "univers": "tous", "base": 315, "calcul": "redressé", "arrondi": "nearest"}
    tables = [
        line
        | {"question": question, "libelle": "Connaissez-vous un lieu ?", "modalite": answer}
        | {"libelle_modalite": words, "part": share, "bas": share - 5, "haut": share + 5}
        for question, answer, words, share in answers
    ]
    Publication.objects.create(
        survey=survey, number=1, content={"tables": tables, "answered_on": "2026-10-01"}, published_at=AT
    )


def test_an_aim_has_its_start_beside_it_and_the_other_start_of_a_survey(client, library):
    """« Visé 45 % » alone: a start of 28 % was nowhere, nor the 34 % of the published survey."""
    plan = steering_models.Plan.objects.create(place=GRENOBLE, title="Le plan", at=AT, published_at=AT)
    axis = steering_models.PlanAxis.objects.create(plan=plan, number=1, title="Former")
    for number, (indicator, baseline) in enumerate(
        (
            ("Personnes connaissant un lieu d’aide", 28),
            ("Personnes ne connaissant aucun lieu", None),
            ("Personnes qui connaissent un lieu", 34),
            ("Agents qui connaissent un lieu", 12),
            ("Personnes qui ont un vélo dans ce lieu", 12),
        ),
        1,
    ):
        steering_models.PlanAction.objects.create(
            plan=plan, axis=axis, number=number, title="Faire connaître", indicator=indicator, target=45,
            baseline=baseline, unit="%", counts="things", state="running", token=indicator, at=AT,
        )  # fmt: skip
    _surveyed(GRENOBLE, ("lieu_connu", "oui", "Oui", 34), ("lieu_connu", "non", "Non", 66))
    page = " ".join(client.get(f"/territoires/{GRENOBLE}/indicateurs/").content.decode().split())
    page = page.replace("\xa0", " ").replace("&#x27;", "’")
    different, unmeasured, same, of_agents, unknown = page.split("<h3>")[1:6]
    assert "<dt>Départ</dt><dd>28 %</dd>" in different
    assert "<dt>Compté</dt><dd>rien encore</dd>" in different
    assert (
        "un autre nombre que ce départ : 34 % (entre 29 et 39 %) à « Connaissez-vous un lieu ? »" in different
    )
    assert "<dd>pas mesuré</dd>" in unmeasured and "peut dire ce départ : 66 %" in unmeasured
    assert "enquête publiée" not in same + of_agents + unknown.partition("<section")[0]


def test_a_scale_taken_together_has_beside_it_what_france_answers_to_its_question(library):
    """« à l’aise : 71 % » had no France, which is known of « pas du tout à l’aise » alone."""
    _surveyed(
        "38", ("aisance", "a_l_aise tres", "À l’aise", 71), ("aisance", "pas_du_tout", "Pas du tout", 14)
    )
    (note,) = counted("38")["habitants-a-l-aise"].exclusions
    assert (
        note.replace("\xa0", " ")
        == "En France « pas du tout » : 7 % (Crédoc, 2021), 14 % ici, ordre de grandeur, la question ou les âges diffèrent."
    )


def test_success_counts_what_is_done_online(library):
    for module, answer, n in (
        ("ameli-compte", "alone", 12),
        ("ameli-compte", "counter", 12),
        ("logement-social", "beside", 24),
    ):
        for _ in range(n):
            Plan.objects.create(
                structure=library.structure, commune=GRENOBLE, module=module, token=uuid4().hex[:32],
                on=ON, together="alone", ask_on=ON - timedelta(days=40), answer=answer, at=AT,
            )  # fmt: skip
    value_by_id = counted()
    assert (value_by_id["reussite"].part, value_by_id["reussite"].denominator) == (36, 48)
    assert (
        value_by_id["reussite-demarches"].value is None
    )  # all of them: it would say of each what they answered
    assert value_by_id["reussite-comptes"].value is None, "all the projects less these are those of demarches"
    assert value_by_id["reussite-demarches"].reason == value_by_id["reussite-comptes"].reason, (
        "no reason tells them apart"
    )
    assert value_by_id["reussite-achats"].value is None


def test_the_need_gives_its_bounds_to_what_is_divided_by_it(library, monkeypatch):
    need = Need(
        (10_000.0, 8_000.0, 12_000.0), (15.4, 12.0, 18.0), "illectronisme-insee-2021", "15 ans et plus"
    )
    monkeypatch.setattr(grounds, "need_of", lambda place: need)
    value_by_id = counted(GRENOBLE)
    places, share = value_by_id["lieux-besoin"], value_by_id["objectif-part"]
    assert (places.value, places.low, places.high) == (0.1, pytest.approx(1000 / 12_000), 0.125)
    notes = [each.replace("\u202f", " ").replace("\xa0", " ") for each in places.exclusions]
    assert notes == ["Soit un lieu pour 8 000 à 12 000 personnes en difficulté."]
    assert share.low < share.value < share.high < 10_000
    assert value_by_id["objectif-an"].value == pytest.approx(share.value / 5)
    assert value_by_id["objectif-suivi"].value is None
    known = [reading.reading(value_by_id[id]) for id in ("personnes-en-difficulte", "part-en-difficulte")]
    words = [f"{each.figure}, {each.between}".replace("\u202f", " ").replace("\xa0", " ") for each in known]
    assert words == ["10 000, entre 8 000 et 12 000.", "15 %, entre 12 et 18 %."], "as every page rounds them"
    assert all(each.is_measured for each in known)


def test_impossible_need_is_not_reported_as_pending(library, monkeypatch, tmp_path):
    why = "Trop peu d’habitants pour une estimation."
    figure = {"valeur": None, "bas": None, "haut": None, "motif": why}
    study_json = {"besoins": {"precarite_numerique": figure, "taux_precarite_numerique": figure}}
    (tmp_path / "etude.json").write_text(json.dumps(study_json), encoding="utf-8")
    actions.rebuild(at=AT)
    assert read(GRENOBLE)["objectif-part"].reason == grounds.NO_STUDY
    assert "hors du champ de l’enquête" in read("976")["objectif-an"].reason
    monkeypatch.setattr(grounds.dossiers, "latest", lambda place: place)
    monkeypatch.setattr(grounds.dossiers, "file", lambda study, name: tmp_path / name)
    value_by_id = read(GRENOBLE)
    assert {
        value_by_id[id].reason for id in ("objectif-part", "objectif-an", "objectif-suivi", "lieux-besoin")
    } == {why}


def test_what_places_receive_stands_beside_the_need_and_a_silent_place_is_no_zero(library, monkeypatch):
    need = Need(
        (10_000.0, 8_000.0, 12_000.0), (15.4, 12.0, 18.0), "illectronisme-insee-2021", "15 ans et plus"
    )
    monkeypatch.setattr(grounds, "need_of", lambda place: need)
    silent = counted(GRENOBLE)["capacite"]  # the library trains, and says nothing of its seats
    assert (silent.value, silent.kind) == (None, rules.MISSING)
    assert (
        silent.reason
        == "Le seul lieu qui aide ou forme ne dit pas combien de personnes il reçoit par semaine."
    )
    place("pimms", {"practices": {"assistance": {"state": "offered", "capacite": 24}}})
    place("wifi", {"practices": {"wifi": {"state": "offered"}}, "capacite": 90})
    value_by_id = counted(GRENOBLE)
    capacity, capacity_by_need = value_by_id["capacite"], value_by_id["capacite-besoin"]
    assert (capacity.value, capacity.part, capacity.denominator, capacity.kind) == (24, 1, 2, rules.PARTLY)
    assert (
        capacity.exclusions[0]
        .replace("\xa0", " ")
        .startswith("À part, 1 lieu qui aide ou forme sans dire pour combien")
    )
    assert (capacity_by_need.value, capacity_by_need.low, capacity_by_need.high) == (2.4, 2.0, 3.0)
    assert "1 sur 2 lieux qui aident ou forment" in reading.reading(capacity).denominator_text
    empty = {value.reason for name, value in counted("59").items() if name in ("capacite", "capacite-besoin")}
    assert len(empty) == 1 and "aucun lieu ici" in empty.pop(), "no sheet: nobody is silent there"


def test_what_free_access_serves_is_what_places_say_and_nobody_is_a_figure_that_silence_is_not(library):
    assert "aucun lieu ici" in counted("59")["visites-acces"].reason, "no sheet: nobody is silent there"
    assert counted(GRENOBLE)["visites-acces"].reason.startswith(
        "Aucun lieu de ce territoire n’indique combien"
    )
    place("vide", {"practices": {"wifi": {"state": "offered", "visites": 0}}})
    nobody = counted(GRENOBLE)["visites-acces"]
    assert (nobody.value, nobody.part, nobody.denominator) == (0, 1, 2)
    both = {"wifi": {"state": "offered", "visites": 30}, "libre_acces": {"state": "offered", "visites": 12}}
    place("deux", {"practices": both})
    place("bientot", {"practices": {"wifi": {"state": "planned", "visites": 90}}})
    indicator = counted(GRENOBLE)["visites-acces"]
    assert (indicator.value, indicator.part, indicator.denominator, indicator.kind) == (
        42,
        2,
        3,
        rules.PARTLY,
    )
    assert (
        indicator.exclusions[0]
        .replace("\xa0", " ")
        .startswith("À part, 1 lieu où se connecter seul sans dire")
    )
    assert "dites par 2 sur 3 lieux où se connecter seul" in reading.reading(indicator).denominator_text


@pytest.mark.both_databases
def test_only_the_days_touched_are_counted_again(library):
    sent(40, n=3)
    sent(20, n=3)
    actions.rebuild(at=AT)
    old = DailyCount.objects.get(measure="sent", day=(AT - timedelta(days=40)).date()).pk
    Orientation.objects.filter(sent_at__gt=AT - timedelta(days=30)).update(
        answered_at=AT - timedelta(days=18), changed_at=AT
    )
    actions.refresh(AT - timedelta(minutes=1), at=AT)
    assert DailyCount.objects.filter(pk=old).exists()
    stored_counts = {
        (row.measure, row.n) for row in DailyCount.objects.filter(day=(AT - timedelta(days=20)).date())
    }
    assert {("sent", 3), ("answered_fast", 3)} <= stored_counts


@pytest.mark.both_databases
def test_the_step_reads_every_ten_minutes_and_everything_once_a_day(library):
    sent(40, n=3)
    assert actions.run_deadlines(at=AT)["comptes"] > 0
    assert not actions.run_deadlines(at=AT + timedelta(minutes=5))
    sent(30, n=2)
    soon = AT + timedelta(minutes=5)
    Orientation.objects.filter(sent_at__gt=AT - timedelta(days=35)).update(changed_at=soon)
    assert actions.run_deadlines(at=soon, every=timedelta())["comptes"], "a command waits for no clock"
    Orientation.objects.all().delete()  # an erasure that no row tells
    actions.run_deadlines(at=AT + timedelta(minutes=20))
    assert DailyCount.objects.filter(measure="sent").exists()
    actions.run_deadlines(at=AT + timedelta(days=1))
    assert not DailyCount.objects.filter(measure="sent").exists()
    assert Refresh.objects.count() <= 2


def test_a_place_that_closes_leaves_the_count_from_that_day(library):
    actions.rebuild(at=AT - timedelta(days=30))
    library.state = "withdrawn"
    library.save(update_fields=["state"])
    actions.rebuild(at=AT)
    assert ground("38", on=ON).counts.standing(rules.PLACES, ON) == 0
    assert ground("38", on=ON - timedelta(days=1)).counts.standing(rules.PLACES, ON - timedelta(days=1)) == 1


def test_struck_acts_are_not_counted(library):
    for n in range(12):
        Act.objects.create(
            uid=uuid4(), structure=library.structure, kind="with", procedure="caf", minutes=20, where="place",
            done_at=AT, on_day=ON, noted_at=AT, struck_at=AT if n == 0 else None,
        )  # fmt: skip
    assert counted()["accueil"].value == 11


def test_the_page_opens_on_what_the_plan_aims_at_and_ends_on_the_national_landmark(
    client, library, monkeypatch
):
    """La page s’ouvrait sur « L’objectif : un million », que personne n’avait fixé là."""
    need = Need(
        (10_000.0, 8_000.0, 12_000.0), (15.4, 12.0, 18.0), "illectronisme-insee-2021", "15 ans et plus"
    )
    monkeypatch.setattr(grounds, "need_of", lambda place: need)
    actions.rebuild(at=AT)
    plan = steering_models.Plan.objects.create(place=GRENOBLE, title="Le plan", at=AT)
    axis = steering_models.PlanAxis.objects.create(plan=plan, number=1, title="Former")
    for number, (title, state) in enumerate(
        (("Former les agents", "running"), ("Une abandonnée", "dropped")), 1
    ):
        steering_models.PlanAction.objects.create(
            plan=plan, axis=axis, number=number, title=title, indicator=f"Agents, {title.lower()}", target=240,
            unit="agents", counts="things", state=state, ends_on=date(2027, 6, 30), token=title, at=AT,
        )  # fmt: skip
    steering_models.PlanMeasure.objects.create(
        action=plan.actions.first(), on=ON, value=12, source="Le CCAS", at=AT
    )
    address = f"/territoires/{GRENOBLE}/indicateurs/"
    assert "Agents, former les agents" not in client.get(address).content.decode(), "a draft is its team's"
    steering_models.Plan.objects.update(published_at=AT)
    page = " ".join(client.get(address).content.decode().replace("\xa0", " ").split())
    order = [
        "Agents, former les agents",
        "<dd>12 agents, le",
        "240 agents",
        "L’offre : qui fait quoi",
        'id="repere"',
    ]
    assert sorted(order, key=page.index) == order
    assert "Une abandonnée" not in page
    assert "Personne ne l’a fixé pour ce territoire" in page


def test_the_page_the_file_and_the_definitions(client, library, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: AT)
    sent(40, n=15, answered=2)
    sent(40, n=15)
    actions.rebuild(at=AT)
    for typed in ("²", "٣", "9" * 5000):
        assert client.get("/territoires/38/indicateurs/", {"mois": typed}).status_code == 200
    page = client.get("/territoires/38/indicateurs/?mois=6").content.decode()
    assert "Mobiliser la réserve citoyenne" in page
    page_text = " ".join(page.replace("\xa0", " ").replace("\u202f", " ").split())
    assert (
        "plus de 9 000 structures et plus de 30 000 aidants, comptés par d’autres que nous" in page_text
    )
    assert "<h3>Une réponse en 8 jours ou moins</h3>" in page
    assert "D’autres cas comme ceux-là auraient pu donner de " in page, "chance alone gives no rate"
    assert page.count("manquant") > 5
    assert not re.search(r">\s*None\s*<|\bnan\b", page)
    rows = list(
        csv.DictReader(io.StringIO(client.get("/territoires/38/indicateurs.csv").content.decode("utf-8-sig")))
    )
    assert [row["id"] for row in rows] == list(indicators())
    assert all(row["motif"] for row in rows if not row["valeur"])
    every = client.get("/indicateurs/").content.decode()
    for about in indicators().values():
        assert f"/indicateurs/{about.id}/" in every
        response = client.get(f"/indicateurs/{about.id}/")
        assert "Ce que cela ne dit pas" in response.content.decode()
        assert ("En pour cent." in response.content.decode()) is (about.unit == "pourcent")
        assert "Unité : pourcent" not in response.content.decode()
    assert client.get("/indicateurs/inconnu/").status_code == 404
    assert client.get("/territoires/99999/indicateurs/").status_code == 404


def test_the_unit_of_a_share_is_in_its_figure():
    share, count = (
        next(x for x in indicators().values() if x.unit == unit) for unit in ("pourcent", "personnes")
    )
    assert reading._base_text(rules.Value(definition=share, on=ON, value=40.0)) == ""
    assert reading._base_text(rules.Value(definition=count, on=ON, value=40.0)) == "personnes"


def test_departements_stand_side_by_side_and_too_many_are_refused(client, library):
    actions.rebuild(at=AT)
    page = client.get("/indicateurs/comparer/?codes=38,59").content.decode()
    assert "Isère" in page
    assert "Nord" in page
    assert "Lieux avec le wifi" in page
    page = client.get("/indicateurs/comparer/?codes=1,2,3,4,5,6,7").content.decode()
    assert "trop pour un tableau" in page
    assert "99999" in client.get("/indicateurs/comparer/?codes=99999").content.decode()


def test_perimeters_of_long_addresses_stand_side_by_side(client, library):
    actions.rebuild(at=AT)
    slugs = [f"{'perimetre-' * 5}{n}" for n in range(5)]
    for slug in slugs:
        zones = "code_zone,nom_zone,code\nz,Z,38185\n"
        Perimeter.objects.create(slug=slug, name=slug, code="38", reason="r", zones=zones, file_name="z")
    page = client.get("/indicateurs/comparer/", {"codes": ", ".join(slugs)}).content.decode()
    assert "erreur-codes" not in page
    assert all(f'href="/territoires/{slug}/indicateurs/"' in page for slug in slugs)


def test_few_are_labelled_hidden_not_missing_on_each_page(client, library, monkeypatch):
    """Personne n’a rien noté, ou trop peu pour le dire : deux mots."""
    monkeypatch.setattr(timezone, "now", lambda: AT)
    sent(40, n=3)
    sent(40, n=15, answered=2, commune="59350")
    sent(40, n=15, commune="59350")
    actions.rebuild(at=AT)
    compared, alone = "/indicateurs/comparer/?codes=38,59,67", "/territoires/38/indicateurs/"
    for page, word in ((compared, "manquant "), (alone, "")):  # alone, they are under « pas encore mesuré »
        page_text = " ".join(re.sub(r"<[^>]+>", " ", client.get(page).content.decode()).split())
        assert "masqué Moins de 11 orientations : trop peu pour une part." in page_text
        assert f"{word}Rien n’est noté" in page_text
        assert "manquant Moins de" not in page_text
        assert " 1 communes" not in page_text


def test_the_command_writes_each_indicator_with_its_reason(library, capsys, home):
    sent(40, n=3)
    assert main(["indicateurs", "38", "--json"]) == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)}
    assert set(rows) == set(indicators())
    for row in rows.values():
        assert {"id", "libelle", "valeur", "denominateur", "univers", "date", "formule", "motif"} <= set(row)
        assert (row["valeur"] is None) == bool(row["motif"])
    assert main(["indicateurs", "38185"]) == 0
    output = capsys.readouterr().out.replace("\xa0", " ").replace("\u202f", " ")
    assert "Communes sans lieu connu : 0 sur 1 commune\n" in output
    assert re.search(r"Lieux avec le wifi : 1 sur \d lieux? dont la fiche dit un service\n", output)
    assert "pourcent" not in output and " 0 structure" not in output
    assert "Structures du réseau, avec un compte : aucune structure\n" in output
    assert main(["indicateurs", "99999"]) == 2
    assert "99999" in capsys.readouterr().err
    assert main(["indicateurs"]) == 2
    assert main(["indicateurs", "--refaire"]) == 0


def test_each_definition_publishes_all_its_parts():
    for about in indicators().values():
        for name in ("formula", "numerator", "denominator", "universe", "source", "frequency", "limits"):
            assert getattr(about, name), f"{about.id} : {name}"
            assert "{" not in getattr(about, name)
        assert re.fullmatch(r"Q-0\d\d", about.requirement)


def daily(commune: str, month: int, total: int, part: int) -> None:
    day = date(2026, month, 10)
    for measure, n in ((rules.SENT, total), (rules.ANSWERED_FAST, part)):
        DailyCount.objects.create(measure=measure, commune=commune, day=day, n=n)


@pytest.fixture
def read_on_the_day(monkeypatch, db):
    """Read as of the day of these counts, the rows having been read."""
    Refresh.objects.create(at=AT, whole=True)
    monkeypatch.setattr("maillage.apps.steering.indicators.views.timezone.localdate", lambda *_: ON)


def projects(module: str, month: int, total: int, part: int) -> None:
    day = date(2026, month, 10)
    for measure, n in ((rules.PLANS_QUESTIONED, total), (rules.PLANS_CONVERTED, part)):
        DailyCount.objects.create(measure=measure, part=module, commune=GRENOBLE, day=day, n=n)


def test_one_period_less_another_tells_no_few_cases(client, read_on_the_day):
    """Un an moins six mois : de décembre à mai, 12 orientations, dont 3 répondues."""
    daily(GRENOBLE, 3, 12, 3)
    daily(GRENOBLE, 7, 60, 30)
    daily(GRENOBLE, 10, 60, 30)
    year, half, quarter = (read(months=n)["reponse-8-jours"] for n in (12, 6, 3))
    assert (year.part, year.denominator) == (63, 132)
    assert (quarter.part, quarter.denominator) == (30, 60)
    assert half.value is None and half.kind == rules.WITHHELD
    assert half.reason == withheld_words(11, "orientations")
    page = client.get("/territoires/38/indicateurs/?mois=6").content.decode()
    assert half.reason in page
    daily(GRENOBLE, 4, 20, 12)
    half = read(months=6)["reponse-8-jours"]
    assert (half.part, half.denominator) == (60, 120), "the rest of the year is many cases on both sides"


def ended(month: int, total: int, known: int, served: int) -> None:
    day = date(2026, month, 10)
    for measure, n in ((rules.SENT, total), (rules.KNOWN, known), (rules.SERVED, served)):
        DailyCount.objects.create(measure=measure, commune=GRENOBLE, day=day, n=n)


def test_whose_end_is_known_less_who_was_helped_is_no_few_people(read_on_the_day):
    """50 suites connues, 47 aides : trois personnes n’ont pas été aidées."""
    ended(3, 100, 50, 47)
    value_by_id = read()
    assert (value_by_id["suite-connue"].part, value_by_id["aide"].part) == (50, None)
    assert value_by_id["aide"].kind == rules.WITHHELD
    assert value_by_id["aide"].reason == withheld_words(11, "orientations")


def test_nor_is_what_one_period_holds_and_another_does_not(read_on_the_day):
    ended(3, 60, 30, 27)
    ended(7, 60, 40, 20)
    year, half = (read(months=n) for n in (12, 6))
    assert [each["suite-connue"].part for each in (year, half)] == [70, 40]
    assert [each["aide"].part for each in (year, half)].count(None) >= 1, "a year less six months: three"


def test_nor_is_a_month(read_on_the_day):
    ended(7, 60, 40, 20)
    ended(8, 40, 20, 18)
    value_by_id = read()
    known = [point.month.month for point in value_by_id["suite-connue"].series if point.value is not None]
    assert (value_by_id["suite-connue"].part, value_by_id["aide"].part, known) == (60, 38, [7, 8])
    assert value_by_id["aide"].series == ()


def test_a_month_is_withheld_on_the_page_of_every_period_or_on_none(read_on_the_day):
    """Sinon les mois dits ici, retirés du total dit là, diraient celui que les deux pages masquent."""
    for month, total, part in ((3, 24, 12), (7, 13, 2), (8, 60, 30), (10, 60, 30)):
        daily(GRENOBLE, month, total, part)
        DailyCount.objects.create(
            measure=rules.ACTS, commune=GRENOBLE, day=date(2026, month, 10), n=total if month != 7 else 3
        )
    for id, hidden in (("reponse-8-jours", {7, 8}), ("accueil", {7, 8})):
        year, half, quarter = (read(months=n)[id].series for n in (12, 6, 3))
        assert half == year[-6:] and quarter == year[-3:], id
        published_months = {point.month.month for point in year if point.value is not None}
        assert {3, 7, 8, 10} - published_months == hidden, id


def test_goals_tell_nothing_of_the_one_that_is_withheld(read_on_the_day):
    """Tous les projets, moins ceux de deux buts, sont ceux du troisième."""
    for month in (5, 7, 9):
        projects("ameli-compte", month, 24, 12)
        projects("logement-social", month, 30, 15)
    projects("billet-et-achat", 7, 4, 2)
    value_by_id = read()
    assert value_by_id["reussite"].denominator == 166
    assert [value_by_id[f"reussite-{goal}"].denominator for goal in ("comptes", "demarches", "achats")] == [
        None,
        90,
        None,
    ]
    months = {each.month.month: each.value for each in value_by_id["reussite-demarches"].series}
    assert months[5] and months[9]
    assert months[7] is None, "all the projects of July, less these, are those of two goals"
    projects("billet-et-achat", 8, 40, 20)
    value_by_id = read()
    goals = [value_by_id[f"reussite-{goal}"].denominator for goal in ("comptes", "demarches", "achats")]
    assert goals == [72, 90, 44]


def test_the_way_done_on_the_goal_of_a_year_is_that_of_a_year(read_on_the_day, monkeypatch):
    need = Need(
        (10_000.0, 8_000.0, 12_000.0), (15.4, 12.0, 18.0), "illectronisme-insee-2021", "15 ans et plus"
    )
    monkeypatch.setattr(grounds, "need_of", lambda place: need)
    for month in (1, 7, 9):
        projects("ameli-compte", month, 24, 12)
    year, quarter = (read(months=n)["objectif-suivi"] for n in (12, 3))
    assert year.part == quarter.part == 36
    assert year == quarter
    assert "du 1er décembre 2025 au 22 novembre 2026" in quarter.universe


def test_share_falling_beyond_chance_heads_the_page(client, read_on_the_day):
    for month in range(3, 8):
        daily(GRENOBLE, month, 100, 80)
    page = client.get("/territoires/38185/indicateurs/").content.decode()
    assert "au-delà du hasard" not in page
    daily(GRENOBLE, 8, 100, 35)
    page = client.get("/territoires/38185/indicateurs/").content.decode().replace("\xa0", " ")
    warning = (
        "Baisse au-delà du hasard : 35 % des 100 derniers cas, 80 % des 500 d’avant. Rien ne dit pourquoi."
    )
    assert page.count(warning) == 2, "at the top, and beside its indicator"
    assert page.index(warning) < page.index('id="s-chaine"')
    assert 'href="#i-reponse-8-jours"' in page


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("84", "Isère en fait partie, et compterait deux fois."),
        ("69", "masqué. Moins de 11 orientations"),
        ("33", "manquant. Rien n’est noté"),
    ],
)
def test_who_is_not_in_a_funnel_is_named_with_the_reason(client, read_on_the_day, code, why):
    """Ni disparu sans un mot, ni compté deux fois."""
    for commune, part in ((GRENOBLE, 160), ("59350", 154), ("67482", 60)):
        daily(commune, 6, 200, part)
    daily("69123", 6, 4, 2)
    code = "R84" if code == "84" else code
    page = client.get(f"/indicateurs/comparer/?codes=38,67,59,{code}").content.decode().replace("\xa0", " ")
    funnel_text = " ".join(page.partition("Une réponse en 8 jours ou moins, ")[2].split())
    assert funnel_text.startswith("62 % en tout")
    assert f", à part : {why}" in funnel_text


def test_who_holds_a_territory_that_is_hidden_stays_in_the_funnel(client, read_on_the_day):
    """Rien n’y compte deux fois : celui qu’il contient n’y est pas."""
    for commune, n, part in ((GRENOBLE, 4, 2), ("69123", 200, 150), ("59350", 200, 154), ("67482", 200, 60)):
        daily(commune, 6, n, part)
    page = client.get("/indicateurs/comparer/?codes=38,67,59,R84").content.decode().replace("\xa0", " ")
    assert "Isère, à part : masqué." in page
    assert "Auvergne-Rhône-Alpes : 7" in page
    assert "Auvergne-Rhône-Alpes, à part" not in page


def test_territories_stand_against_what_chance_gives_and_are_not_ranked(client, read_on_the_day):
    for commune, part in ((GRENOBLE, 160), ("59350", 154), ("67482", 60)):
        daily(commune, 6, 200, part)
    page = client.get("/indicateurs/comparer/?codes=38,67,59").content.decode().replace("\xa0", " ")
    assert "Bas-Rhin : 30 % de 200 cas, plus bas que le hasard seul ne le ferait." in page
    assert "Ce n’est pas un classement, et rien ne dit pourquoi." in page
    assert 'aria-label="Une réponse en 8 jours ou moins' in page
    page = client.get("/indicateurs/comparer/?codes=38,67").content.decode()
    assert "à part" not in page
    assert "Il faut 3 territoires au moins" in page


@pytest.mark.parametrize(
    ("id", "low", "high", "words"),
    [
        ("objectif-suivi", 0.5, 0.8, "0,7\xa0%"),
        ("objectif-suivi", 1.0, 1.24, "1,1\xa0%"),
        ("objectif-suivi", 12.3, 15.8, "14\xa0%"),
        ("lieux-besoin", 0.5, 0.84, "0,50 à 0,84"),
        ("lieux-besoin", 0.5, 1.2, "0,5 à 1,2"),
        ("lieux-besoin", 21.3, 33.6, "21 à 34"),
        ("objectif-an", 0.7, 1.4, "moins de 10"),
        ("objectif-an", 8.6, 9.9, "moins de 10"),
        ("objectif-an", 8.6, 12.2, "10"),
        ("objectif-an", 8.6, 32.2, "8 à 34"),
    ],
)
def test_both_ends_of_an_estimate_have_as_many_decimals(id, low, high, words):
    value = rules.Value(
        definition=indicators()[id], on=ON, value=(low + high) / 2, low=low, high=high, kind=rules.ESTIMATED
    )
    assert reading.figure(value) == words


def test_passes_are_those_that_a_published_plan_counts_by_actor(library, home):
    """Q-016: by territory and by actor, typed beside a source; one too small is told, and hides the total."""
    lea = account("lea", "analyste", territory="38")
    plan = steering.open_plan(GRENOBLE, title="Le plan", frame=None, by=lea, at=AT)

    def write(title: str, **more):
        values = {"axis": plan.axes.get(), "title": title, "indicator": "pass remis", "unit": "Pass", **more}
        return steering.write(plan, token=title, by=lea, at=AT, **values)

    def count(row, value: float, day: int = 2):
        steering.count(row, on=date(2026, 11, day), value=value, source="Relevé", by=lea, at=AT)

    def passes():
        return read(GRENOBLE)["passes"]

    parent_action = write("Le pass", pilot="La Région")
    count(parent_action, 172)
    assert passes().value is None, "a draft is nobody’s figure"
    steering.publish(plan, is_public=True, by=lea, at=AT)
    assert (passes().value, passes().exclusions) == (172, ("La Région : 172, au 2 novembre 2026 (Relevé).",))
    first, second = (
        write("L’ADIIJ", parent=parent_action),
        write("L’Âge d’Or", parent=parent_action, pilot="Âge d’Or"),
    )
    count(first, 40, 1)
    count(first, 60)
    count(second, 56)
    assert passes().value == 116, "its parts tell by actor what the whole would count twice"
    few = write("La mairie")
    count(few, 2)
    indicator = passes()
    assert (
        indicator.value is None
        and indicator.reason
        and "La mairie : trop peu pour être dit" in indicator.exclusions[-1]
    )
    steering.set_state(few, DROPPED, why="Trop peu.", by=lea, at=AT)
    assert passes().value == 116


def test_passes_tell_nothing_that_the_plan_withholds_and_nobody_is_no_secret(library, home):
    """The plan hides 203 beside the 200 it told; the indicator gave both, three people apart."""
    lea = account("lea", "analyste", territory="38")
    plan = steering.open_plan(GRENOBLE, title="Le plan", frame=None, by=lea, at=AT)
    steering.publish(plan, is_public=True, by=lea, at=AT)
    values = {"axis": plan.axes.get(), "indicator": "pass remis", "unit": "Pass"}

    def count(row, value: float, day: int):
        steering.count(row, on=date(2026, 11, day), value=value, source="Relevé", by=lea, at=AT)

    row = steering.write(plan, token="a", title="La Région", by=lea, at=AT, **values)
    count(row, 200, 2)
    assert read(GRENOBLE)["passes"].value == 200
    count(row, 203, 3)
    suppressed = read(GRENOBLE)["passes"]
    assert "203" not in str((suppressed.value, suppressed.exclusions, suppressed.reason))
    count(row, 240, 4)
    assert read(GRENOBLE)["passes"].value == 240
    none = steering.write(plan, token="b", title="La mairie", by=lea, at=AT, **values)
    count(none, 0, 4)
    published = read(GRENOBLE)["passes"]
    assert (published.value, published.exclusions[-1]) == (240, "La mairie : 0, au 4 novembre 2026 (Relevé).")


def test_goal_of_a_few_people_is_plural_and_a_project_is_no_person():
    """Sassegnies : « But d’une année : 0,7 à 1,4 personne »."""
    few = rules.Value(
        definition=indicators()["objectif-an"], on=ON, value=1.0, low=0.7, high=1.4, kind=rules.ESTIMATED
    )
    goal_reading = reading.reading(few)
    assert (goal_reading.figure, goal_reading.denominator_text) == ("moins de 10", "personnes")
    followed = rules.Value(
        definition=indicators()["objectif-suivi"],
        on=ON,
        value=2.0,
        low=1.0,
        high=3.0,
        part=12,
        denominator=600,
        kind=rules.ESTIMATED,
    )
    base_text = reading.reading(followed).denominator_text.replace("\xa0", " ")
    assert base_text.startswith("12 projets faits en ligne, pour un but en personnes")


def test_the_title_of_a_chart_is_its_conclusion():
    def conclusion_of(id: str, *values: float, looks: int = 5) -> str:
        points = tuple(rules.Point(date(2026, k + 1, 1), value, n=50) for k, value in enumerate(values))
        indicator = rules.Value(definition=indicators()[id], on=ON, value=values[-1], series=points)
        return reading.reading(indicator, looks=looks).conclusion.replace("\xa0", " ")

    assert conclusion_of("reponse-8-jours", 80, 80, 80, 80, 40) == "Baisse au-delà du hasard en mai 2026"
    assert conclusion_of("reponse-8-jours", 80, 78, 80) == "En mars 2026, rien que le hasard ne puisse donner"
    assert conclusion_of("reponse-8-jours", 100, 100, 100) == "100 % chaque mois"
    assert conclusion_of("reponse-8-jours", 80, 20) == "Trop peu de mois pour dire si la part change"
    assert conclusion_of("structures", 12, 18, 30) == "De 12 en janvier 2026 à 30 en mars 2026"
    assert conclusion_of("structures", 12, 18, 12) == "Autant en mars 2026 qu’en janvier 2026 : 12"
    assert conclusion_of("apprenants", 12, 30, 18) == "Le plus en février 2026 : 30"
    assert conclusion_of("apprenants", 30, 30, 18) == "30 au plus en un mois, 2 fois"
    assert conclusion_of("structures", 12) == ""


def test_knowing_who_came_is_not_knowing_what_it_gave(client, library):
    """« On sait comment l’orientation a fini : 100 % », à côté de « on ne sait pas si la démarche a abouti »."""
    about = indicators()["suite-connue"]
    assert "venue" in about.label and "fini" not in about.label
    page = client.get("/indicateurs/suite-connue/").content.decode()
    assert "démarches abouties" in page and "Aucune autre avant." in page, "the words alone changed"


def test_a_figure_of_the_chain_has_its_base_and_its_interval(client, library, monkeypatch):
    """« 60 % » seul, en tête de page."""
    about = indicators()["reussite"]
    share = rules.Value(
        definition=about, on=ON, value=60.0, low=44.2, high=74.0, denominator=30, part=18, examples=True
    )
    monkeypatch.setattr("maillage.apps.steering.indicators.views.values", lambda ground: [share])
    page = " ".join(client.get("/territoires/38/indicateurs/").content.decode().replace("\xa0", " ").split())
    chain = page.partition('<ol class="chaine">')[2].partition("</ol>")[0]
    assert "60 %" in chain and "18 sur 30 projets." in chain
    assert "auraient pu donner de 44 à 74 %." in chain


def test_what_a_territory_lacks_is_folded_once_at_the_end(client, home):
    """Un territoire nouveau : ce qui n’est pas mesuré suit ce qui l’est, dans un seul pli fermé."""
    page = client.get("/territoires/18279/indicateurs/").content.decode()
    before, separator, after = page.partition('<details class="source" id="manquants">')
    assert separator and "Pas encore mesuré ici" in after
    assert 'class="manquants"' not in before and before.count("<details open") == 0
    assert '<p class="gros">0</p>' not in before and 'id="i-structures"' in after, "none was ever counted"
    assert "chaine" not in before, "no step of the chain is measured"
    assert after.count('<li id="i-') == int(re.search(r"(\d+) indicateurs, par ce qui", page)[1])


def test_what_is_not_measured_is_grouped_by_what_would_measure_it(client, home):
    """32 motifs l’un sous l’autre dans un territoire neuf : une sorte de geste les mesure ensemble."""
    assert {reading.means_of(each) for each in indicators().values()} <= reading.MEANS.keys()
    writer = account("lea", "analyste", territory="18")
    for by in (None, writer):
        if by:
            client.force_login(by)
        after = client.get("/territoires/18279/indicateurs/").content.decode().partition('id="manquants"')[2]
        groups = re.findall(r'<section class="manquants".*?</section>', after, flags=re.DOTALL)
        titles = [re.search(r"<h3[^>]*>(.*?)</h3>", group)[1] for group in groups]
        assert len(titles) == len(set(titles)) > 4
        n_buttons = [len(re.findall('class="bouton bord"', group)) for group in groups]
        assert n_buttons == [int(by is not None and not title.startswith("Personne")) for title in titles]
        for group in groups:
            whys = re.findall(r'<p class="petit">(.*?)</p>', group)
            assert all(group.count(why) == 1 for why in whys), "a reason that all share is told once"


def test_a_place_is_silent_alike_in_the_indicators_the_studies_and_the_imports():
    """Un lieu qui dit seulement ce qu’il n’offre pas n’est pas muet : un seul compte, partout."""
    offers = (
        {},
        {"sans": ["wifi"]},
        {"practices": {"wifi": {"state": "offered"}}},
        {"services": ["procedures"]},
    )
    sheets = [
        {"id": str(k), "nom": f"Lieu {k}", "code_insee": "38185"} | offer for k, offer in enumerate(offers)
    ]
    talking = sum(
        measure == rules.TALKING for sheet in sheets for measure, _, _ in sources._place_measures(sheet)
    )
    rows = SimpleNamespace(accepted=[SimpleNamespace(sheet=sheet) for sheet in sheets])
    n_silent = len(census("essai", sheets).silent)
    assert (len(sheets) - talking, len(sheets) - report.says_an_offer(rows), n_silent) == (1, 1, 1)
