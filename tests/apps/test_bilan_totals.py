"""The people seen, counted: each once, nobody guessed, invented people apart, and never the population."""

import secrets
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.persons.actions import consents, forgetting
from maillage.apps.people.persons.actions import register as people
from maillage.apps.platform.accounts.models import User
from maillage.apps.referrals.autonomy import actions, rules
from maillage.apps.referrals.autonomy.models import Bilan, Tally
from maillage.apps.referrals.autonomy.queries import totals as queries
from maillage.apps.referrals.autonomy.rules import Carried
from maillage.statistics.engine import bilan as engine
from tests.conftest import account, with_role
from tests.support.personas import ANDREI, AURELIE, SANDRINE
from tests.support.places import place

pytestmark = pytest.mark.both_databases

AT = datetime(2026, 10, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)


# ------------------------------------------------------------------------------------------------------ where


def keep(
    answers, *, at=AT, commune="", structure=None, person=None, purpose=rules.COUNT, again=None
) -> Bilan:
    carried = Carried(
        mode="self", answers=dict(answers), token=secrets.token_hex(12), place=commune, again=again
    )
    while question_id := engine.next_question(carried.answers):
        carried = carried.answered(question_id, "-")
    return actions.keep(carried, purpose=purpose, how="click", at=at, structure=structure, person=person)


@pytest.mark.django_db
def test_diagnosis_counts_at_the_declared_place_else_at_the_structure():
    library = place("barnave").structure  # in Grenoble alone
    wide = place("siege", {"pivot": "21380185500015", "nom": "Un réseau"}).structure
    place(
        "annexe",
        {"pivot": "21380185500015", "nom": "Un réseau", "code_insee": "38151", "commune": "Échirolles"},
    )
    keep(ANDREI, commune="38151", structure=library)
    keep(ANDREI, structure=library)
    keep(ANDREI, structure=wide)
    keep(ANDREI)
    received = {code: queries.totals(code and [code]).observed.received for code in ("38185", "38151", None)}
    assert received == {"38185": 1, "38151": 1, None: 4}, "a structure of two communes says neither"
    assert queries.totals(["38185", "38151"]).observed.received == 3
    assert queries.totals([]).observed.received == 0


@pytest.mark.django_db
def test_days_are_bounds_both_included():
    for k in range(3):
        keep(ANDREI, at=AT + k * DAY)
    assert queries.totals(None, date(2026, 10, 1), date(2026, 10, 2)).observed.received == 2
    assert queries.totals(None, date(2026, 10, 3)).observed.received == 1
    assert queries.years(None) == [2026]


@pytest.mark.django_db
def test_the_result_that_counts_is_the_one_of_the_rule_even_changed_later():
    user = User.objects.create_user("a@exemple.fr", "x")
    bilan = keep(ANDREI, purpose=rules.PERSON)
    for _ in range(21):
        keep(SANDRINE)
    for _ in range(11):
        keep(ANDREI)
    before = queries.totals(None)
    changed = actions.change(bilan, result="autonomie", reason="wish", words="", by=user, at=AT)
    assert changed.final_result != changed.result
    assert queries.totals(None) == before


@pytest.mark.django_db
def test_invented_people_and_demonstration_accounts_are_counted_apart():
    invented = people.welcome(by=None, structure=None, at=AT, example=True)
    keep(ANDREI, person=invented, purpose=rules.PERSON)
    demo = User.objects.create_user("demo@exemple.fr", "x", is_demonstration=True)
    demo_bilan = keep(AURELIE)
    Bilan.objects.filter(pk=demo_bilan.pk).update(by=demo)
    keep(SANDRINE)
    totals = queries.totals(None)
    assert (totals.observed.received, totals.examples.received) == (1, 2)
    assert queries.section(None)["invented"].received == 2
    Bilan.objects.exclude(person=None).delete()
    Bilan.objects.filter(by=demo).delete()
    assert queries.section(None)["invented"] is None


@pytest.mark.django_db
@pytest.mark.parametrize(("has_consent", "counted"), [(True, 1), (False, 0), (None, 0)])
def test_who_is_forgotten_stays_counted_only_if_they_agreed(has_consent, counted):
    bilan = keep(ANDREI, purpose=rules.PERSON, commune="38185")
    if has_consent is not None:
        consents.agree(
            person=bilan.person, purpose="count", how="click", words="?", is_accepted=has_consent, at=AT
        )
    forgetting.forget(bilan.person, by=None, at=AT)
    assert queries.totals(["38185"]).observed.received == counted
    assert Bilan.objects.count() == counted


@pytest.mark.django_db
def test_an_invented_person_forgotten_is_never_taken_for_a_real_one():
    invented = people.welcome(by=None, structure=None, at=AT, example=True)
    demo = User.objects.create_user("demo@exemple.fr", "x", is_demonstration=True)
    keep(ANDREI, person=invented, purpose=rules.PERSON)
    bilan = keep(ANDREI, purpose=rules.PERSON)
    Bilan.objects.filter(pk=bilan.pk).update(by=demo)
    for person in (invented, bilan.person):
        consents.agree(person=person, purpose="count", how="click", words="?", at=AT)
        assert actions.forget(person) == 0
    assert not Bilan.objects.exists()


@pytest.mark.django_db
def test_advice_of_counters_is_counted_where_the_structure_stands():
    library = place("barnave").structure
    for value, n in (("bilan", 12), ("places", 13), ("procedure", 20), ("nothing", 30)):
        for _ in range(n):
            actions.count(rules.VERDICT, value, on=date(2026, 10, 1), structure=library)
    actions.count(rules.VERDICT, "bilan", on=date(2026, 10, 1))
    local_totals, france = queries.totals(["38185"]), queries.totals(None)
    assert (local_totals.screened, france.screened) == (66, 66)  # whole batches
    assert [each.n for each in local_totals.screening] == [20, 12, 13, 21]
    assert queries.totals(["38151"]).screened == 0
    school = place("ecole", {"nom": "École", "code_insee": "38151"}).structure
    actions.count(rules.VERDICT, "bilan", on=date(2026, 10, 1), structure=school)
    few = queries.totals(["38151"])
    assert (few.screened, [each.n for each in few.screening]) == (None, [None] * 4)
    assert queries.totals(None, date(2026, 10, 2)).screened == 0


@pytest.mark.django_db
def test_two_readings_of_the_advice_of_counters_never_differ_by_a_few():
    read = []
    for k in range(60):
        day = date(2026, 10, 1 + k // 20)
        actions.count(rules.VERDICT, ("procedure", "bilan", "places", "nothing")[k % 4], on=day)
        totals = queries.totals(None, on=day)
        read.append((totals.screened, tuple(line.n for line in totals.screening)))
    assert [n for n, _ in read] == [0] * 20 + [11] * 20 + [33] * 20
    assert len(set(read)) == 3, "as long as a day lasts, what was told stays told"


# ------------------------------------------------------------------------------------------------------- page


def body(response) -> str:
    return " ".join(unescape(response.content.decode()).replace("\u00a0", " ").split())


def analyst(territory: str) -> User:
    return account(f"a{territory}", "analyste", territory=territory)


@pytest.mark.django_db
def test_measures_state_that_people_met_are_not_the_population(client):
    client.force_login(analyst("france"))
    page = body(client.get("/espace/bilans/mesures/"))
    assert "Les personnes vues ne sont pas toute la population." in page
    assert "Aucune réponse pour l’instant." in page


@pytest.mark.django_db
def test_measures_count_what_was_received_and_detail_whole_batches(client):
    for k in range(12):
        keep([ANDREI, AURELIE, SANDRINE][k % 3], at=AT + k * DAY, commune="38185")
    client.force_login(analyst("france"))
    page = body(client.get("/espace/bilans/mesures/?annee=2026"))
    assert "12 réponses reçues, 11 comptées ici." in page
    assert "masqué : moins de 11 personnes" in page
    assert "Jamais sur internet" in page


@pytest.mark.django_db
def test_an_analyst_reads_their_territory_and_no_other(client):
    keep(ANDREI, commune="38185")
    keep(ANDREI, commune="59350")
    client.force_login(analyst("38"))
    page = body(client.get("/espace/bilans/mesures/"))
    assert "Votre territoire" in page
    assert "1 réponse reçue" in page
    assert client.get("/espace/bilans/mesures/?territoire=38185").status_code == 200
    assert client.get("/espace/bilans/mesures/?territoire=59350").status_code == 404
    assert client.get("/espace/bilans/mesures/?territoire=france").status_code == 404


@pytest.mark.django_db
def test_unknown_or_ambiguous_place_name_is_reported(client):
    client.force_login(analyst("france"))
    assert "Nous ne trouvons pas « zzzzqqq »" in body(
        client.get("/espace/bilans/mesures/?territoire=zzzzqqq")
    )
    assert "Plusieurs territoires portent ce nom." in body(
        client.get("/espace/bilans/mesures/?territoire=Saint-Martin")
    )
    assert client.get("/espace/bilans/mesures/?territoire=38185&annee=abc").status_code == 200


@pytest.mark.django_db
def test_measures_are_for_who_reads_measures(client):
    assert client.get("/espace/bilans/mesures/").status_code == 302
    structure = Structure.objects.create(key="nom:x", name="X", code_insee="38185")
    client.force_login(
        with_role(User.objects.create_user("b@exemple.fr", "x"), "benevole", structure=structure)
    )
    assert client.get("/espace/bilans/mesures/").status_code in (302, 404)


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow(django_assert_num_queries):
    def spent(n: int) -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        for k in range(n):
            keep([ANDREI, AURELIE][k % 2], at=AT + k * DAY, commune="38185")
        with CaptureQueriesContext(
            connection,
        ) as captured_queries:
            queries.section(["38185"])
        return len(captured_queries)

    assert spent(2) == spent(20)


@pytest.mark.django_db
@pytest.mark.parametrize(("structures", "known"), [(0, False), (1, True), (2, False)])
def test_the_four_questions_count_for_a_counter_when_there_is_no_doubt_which(client, structures, known):
    user = User.objects.create_user("accueil@exemple.fr", "x", is_demonstration=True)
    for k in range(structures):
        with_role(
            user,
            "aidant",
            structure=Structure.objects.create(key=f"nom:{k}", name=f"S{k}", code_insee="38185"),
        )
    if structures:
        client.force_login(user)
    assert client.post("/bilan/reperage/", {"R1": "alone"}).status_code == 200
    row = Tally.objects.get(kind=rules.VERDICT)
    assert (row.structure_id is not None) is known
