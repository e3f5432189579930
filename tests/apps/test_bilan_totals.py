"""The people seen, counted: each once, nobody guessed, invented people apart, and never the population."""

import secrets
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest

from maillage.apps.accounts.models import User
from maillage.apps.autonomy import actions, rules
from maillage.apps.autonomy.models import Bilan, Tally
from maillage.apps.autonomy.queries import totals as queries
from maillage.apps.autonomy.rules import Carried
from maillage.apps.directory.models import Structure
from maillage.apps.orientations.actions import forgetting
from maillage.apps.people import actions as people
from maillage.engine import bilan as engine
from maillage.kernel.estimate import Estimate, Withheld
from maillage.reports import bilan_measures
from maillage.studies import seen
from maillage.studies.seen import Row
from tests.apps.places import place
from tests.conftest import with_role
from tests.spec.test_bilan import ANDREI, AURELIE, SANDRINE

AT = datetime(2026, 10, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def row(
    k: int, *, person: int | None = None, result="assistance", access="none", use="G0", flags=(), before=None, answers=None
):
    return Row(
        person=person,
        at=AT + k * timedelta(hours=1),
        answers=answers or {},
        access=access,
        use=use,
        result=result,
        flags=flags,
        before=before,
    )


def many(n: int, start: int = 0, **more) -> list[Row]:
    return [row(start + k, **more) for k in range(n)]


def told(rows, few: int = 11) -> dict[str, int | None]:
    found = seen.seen(rows, few=few)
    return {line.id: line.count if isinstance(line.count, int) else None for line in found.results}


# -------------------------------------------------------------------------------------------------------------------- counts


def test_nothing_is_detailed_under_eleven_people():
    found = seen.seen(many(10), few=11)
    assert (found.received, found.n) == (10, 0)
    assert all(isinstance(line.count, Withheld) for line in (*found.results, *found.accesses, *found.uses, *found.flags))
    assert all(isinstance(each.share, Withheld) for each in found.comparisons)
    assert found.grid.is_empty


def test_counts_are_shown_when_each_part_is_large():
    rows = [
        *many(22),
        *many(22, 30, result="accompagne"),
        *many(22, 60, result="autonomie"),
        *many(11, 90, result="coup_de_pouce"),
    ]
    assert told(rows) == {"assistance": 22, "accompagne": 22, "autonomie": 22, "coup_de_pouce": 11}
    share = seen.seen(rows, few=11).results[0].share
    assert isinstance(share, Estimate)
    assert (share.n, share.unit, share.method) == (77, "pourcent", "personnes-vues")
    assert share.low < 100 * 22 / 77 < share.high


def test_a_small_part_takes_another_with_it():
    rows = [
        *many(30),
        *many(20, 30, result="accompagne"),
        *many(23, 60, result="autonomie"),
        *many(4, 90, result="coup_de_pouce"),
    ]
    assert told(rows) == {"assistance": 30, "accompagne": None, "autonomie": 23, "coup_de_pouce": None}


def test_when_all_but_a_few_are_alike_nothing_is_told():
    assert set(told([*many(40), *many(4, 50, result="autonomie")]).values()) == {None}


def test_figures_move_by_whole_batches():
    """One more person, whoever they are, changes nothing that is shown, until eleven more came."""
    rows = [
        *many(22),
        *many(22, 30, result="accompagne"),
        *many(22, 60, result="autonomie"),
        *many(22, 90, result="coup_de_pouce"),
    ]
    before = seen.seen(rows, few=11)
    for k in range(1, 11):
        later = seen.seen([*rows, *many(k, 200)], few=11)
        assert later.received == 88 + k
        assert later.results == before.results
        assert later.grid == before.grid
    assert seen.seen([*rows, *many(11, 200)], few=11).n == 99


def test_a_person_seen_again_counts_once_and_not_before_the_batch():
    rows = [*many(33, result="assistance"), *many(33, 40, result="accompagne"), row(80, person=1, result="assistance")]
    rows = [*rows, *many(10, 90, result="accompagne")]
    again = [*rows, row(200, person=1, result="autonomie", before=("G0", "none"))]
    assert seen.seen(rows, few=0).received == seen.seen(again, few=0).received == 77
    assert told(again, few=0)["autonomie"] == 1
    assert seen.seen(rows, few=11).results == seen.seen(again, few=11).results, "their new result waits for the next batch"


def test_a_flag_that_nearly_everybody_has_is_withheld_too():
    rows = [*many(40, flags=("access",)), *many(4, 50)]
    (line,) = [line for line in seen.seen(rows, few=11).flags if line.id == "access"]
    assert isinstance(line.count, Withheld)
    assert "masqué" in line.count.reason


def test_invented_people_are_told_whole():
    assert told([*many(2), row(9, result="autonomie")], few=0) == {
        "assistance": 2,
        "accompagne": 0,
        "autonomie": 1,
        "coup_de_pouce": 0,
    }


def test_the_grid_of_access_and_use_hides_small_cells():
    rows = [*many(22), *many(22, 30, access="stable"), *many(22, 60, use="G1"), *many(22, 90, use="G1", access="stable")]
    rows += [*many(3, 120, use="G3"), *many(19, 130, use="G3", access="stable"), *many(22, 160, use="G2", access="fragile")]
    found = seen.seen(rows, few=11)
    cells = {use: ["" if isinstance(n, Withheld) else n for n in line] for use, line in found.grid.rows}
    assert cells["Sans aide"] == ["", "", ""]
    assert not any(n != "" and n < 11 for line in cells.values() for n in line)


# ------------------------------------------------------------------------------------------------------------------- nation


def test_shares_beside_those_of_france_say_how_they_differ():
    rows = [
        *many(33, answers={"A1": ["smartphone"], "U1": "never"}),
        *many(33, 40, answers={"A1": ["computer"], "U1": "often"}),
    ]
    rows += many(11, 80, answers={"A1": "?", "U1": "?"})
    computer, never = seen.seen(rows, few=11).comparisons
    assert isinstance(computer.share, Estimate)
    assert (computer.share.value, computer.share.n) == (50, 66), "who did not say is not counted"
    assert computer.national.total == pytest.approx(0.19)
    assert isinstance(never.share, Estimate)
    assert all(len(each.gaps) == 2 for each in (computer, never))
    page = bilan_measures.people(seen.seen(rows, few=11))["comparaisons"][0]
    assert page["france"] == "19\u00a0%"
    assert page["doute"]
    assert page["annee"] == 2018


def test_a_device_that_is_only_lent_is_still_a_computer_one_may_use():
    holds = seen.COMPARED[0][-1]
    assert [holds(answers) for answers in (ANDREI, AURELIE, SANDRINE)] == [
        "computer" not in engine.several(a, "A1") for a in (ANDREI, AURELIE, SANDRINE)
    ]
    assert holds({"A1": "?"}) is None


# ------------------------------------------------------------------------------------------------------------------ re-tests


def test_what_changed_is_counted_on_the_same_people_with_its_interval():
    rows = [row(k, person=k, use="G2", before=("G1", "none")) for k in range(20)]
    rows += [row(100 + k, person=100 + k, use="G1", before=("G1", "none")) for k in range(13)]
    rows += [row(200 + k, person=200 + k, use="G0", before=("G1", "none")) for k in range(11)]
    found = seen.moved(rows, few=11)
    assert [line.count for line in found.lines] == [20, 13, 11]
    assert found.net.value == pytest.approx(9 / 44)
    words = bilan_measures.moved(found)
    assert words["phrase"].startswith(("Plus souvent plus facile", "On ne peut pas dire"))
    assert "20 sur 100" in words["phrase"]


def test_an_access_that_improved_counts_when_the_use_is_the_same():
    found = seen.moved([row(0, person=1, use="G1", access="stable", before=("G1", "fragile"))], few=0)
    assert [line.count for line in found.lines] == [1, 0, 0]


def test_few_people_seen_twice_are_not_told():
    found = seen.moved([row(k, person=k, use="G2", before=("G1", "none")) for k in range(10)], few=11)
    assert (found.n, found.net) == (0, None)
    assert all(isinstance(line.count, Withheld) for line in found.lines)


# --------------------------------------------------------------------------------------------------------------------- where


def keep(answers, *, at=AT, commune="", structure=None, person=None, purpose=rules.COUNT, again=None) -> Bilan:
    held = Carried(mode="self", answers=dict(answers), token=secrets.token_hex(12), place=commune, again=again)
    while waiting := engine.next_question(held.answers):
        held = held.answered(waiting, "-")
    return actions.keep(held, purpose=purpose, how="click", at=at, structure=structure, person=person)


@pytest.mark.django_db
def test_a_diagnosis_counts_where_the_person_said_else_where_the_structure_stands():
    library = place("barnave").structure  # in Grenoble alone
    wide = place("siege", {"pivot": "21380185500015", "nom": "Un réseau"}).structure
    place("annexe", {"pivot": "21380185500015", "nom": "Un réseau", "code_insee": "38151", "commune": "Échirolles"})
    keep(ANDREI, commune="38151", structure=library)
    keep(ANDREI, structure=library)
    keep(ANDREI, structure=wide)
    keep(ANDREI)
    received = {code: queries.totals(code and [code]).seen.received for code in ("38185", "38151", None)}
    assert received == {"38185": 1, "38151": 1, None: 4}, "a structure of two communes says neither"
    assert queries.totals(["38185", "38151"]).seen.received == 3
    assert queries.totals([]).seen.received == 0


@pytest.mark.django_db
def test_days_are_bounds_both_included():
    for k in range(3):
        keep(ANDREI, at=AT + k * DAY)
    assert queries.totals(None, date(2026, 10, 1), date(2026, 10, 2)).seen.received == 2
    assert queries.totals(None, date(2026, 10, 3)).seen.received == 1
    assert queries.years(None) == [2026]


@pytest.mark.django_db
def test_the_result_that_counts_is_the_one_of_the_rule_even_changed_later():
    user = User.objects.create_user("a@exemple.fr", "x")
    made = keep(ANDREI, purpose=rules.PERSON)
    for _ in range(21):
        keep(SANDRINE)
    for _ in range(11):
        keep(ANDREI)
    before = queries.totals(None)
    changed = actions.change(made, result="autonomie", reason="wish", words="", by=user, at=AT)
    assert changed.held_result != changed.result
    assert queries.totals(None) == before


@pytest.mark.django_db
def test_invented_people_and_demonstration_accounts_are_counted_apart():
    invented = people.welcome(by=None, structure=None, at=AT, example=True)
    keep(ANDREI, person=invented, purpose=rules.PERSON)
    demo = User.objects.create_user("demo@exemple.fr", "x", is_demonstration=True)
    shown = keep(AURELIE)
    Bilan.objects.filter(pk=shown.pk).update(by=demo)
    keep(SANDRINE)
    found = queries.totals(None)
    assert (found.seen.received, found.examples.received) == (1, 2)
    assert queries.section(None)["invented"]["recues"] == 2
    Bilan.objects.exclude(person=None).delete()
    Bilan.objects.filter(by=demo).delete()
    assert queries.section(None)["invented"] is None


@pytest.mark.django_db
@pytest.mark.parametrize(("given", "counted"), [(True, 1), (False, 0), (None, 0)])
def test_who_is_forgotten_stays_counted_only_if_they_agreed(given, counted):
    made = keep(ANDREI, purpose=rules.PERSON, commune="38185")
    if given is not None:
        people.agree(person=made.person, purpose="count", how="click", words="?", given=given, at=AT)
    forgetting.forget(made.person, by=None, at=AT)
    assert queries.totals(["38185"]).seen.received == counted
    assert Bilan.objects.count() == counted


@pytest.mark.django_db
def test_an_invented_person_forgotten_is_never_taken_for_a_real_one():
    invented = people.welcome(by=None, structure=None, at=AT, example=True)
    demo = User.objects.create_user("demo@exemple.fr", "x", is_demonstration=True)
    keep(ANDREI, person=invented, purpose=rules.PERSON)
    made = keep(ANDREI, purpose=rules.PERSON)
    Bilan.objects.filter(pk=made.pk).update(by=demo)
    for person in (invented, made.person):
        people.agree(person=person, purpose="count", how="click", words="?", at=AT)
        assert actions.forget(person) == 0
    assert not Bilan.objects.exists()


@pytest.mark.django_db
def test_advice_of_counters_is_counted_where_the_structure_stands():
    library = place("barnave").structure
    for value, n in (("bilan", 12), ("places", 13), ("procedure", 20), ("nothing", 30)):
        for _ in range(n):
            actions.count(rules.VERDICT, value, on=date(2026, 10, 1), structure=library)
    actions.count(rules.VERDICT, "bilan", on=date(2026, 10, 1))
    here, france = queries.totals(["38185"]), queries.totals(None)
    assert (here.screened, france.screened) == (66, 66)  # whole batches
    assert [each.n for each in here.screening] == [20, 12, 13, 21]
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
        found = queries.totals(None, on=day)
        read.append((found.screened, tuple(line.n for line in found.screening)))
    assert [n for n, _ in read] == [0] * 20 + [11] * 20 + [33] * 20
    assert len(set(read)) == 3, "as long as a day lasts, what was told stays told"


# --------------------------------------------------------------------------------------------------------------------- page


def body(response) -> str:
    return " ".join(unescape(response.content.decode()).replace("\u00a0", " ").split())


def analyst(territory: str) -> User:
    return with_role(User.objects.create_user(f"a{territory}@exemple.fr", "x"), "analyste", territory=territory)


@pytest.mark.django_db
def test_measures_say_that_people_seen_are_not_the_population(client):
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
def test_an_unknown_or_shared_name_is_told(client):
    client.force_login(analyst("france"))
    assert "Nous ne trouvons pas « zzzzqqq »" in body(client.get("/espace/bilans/mesures/?territoire=zzzzqqq"))
    assert "Plusieurs territoires portent ce nom." in body(client.get("/espace/bilans/mesures/?territoire=Saint-Martin"))
    assert client.get("/espace/bilans/mesures/?territoire=38185&annee=abc").status_code == 200


@pytest.mark.django_db
def test_measures_are_for_who_reads_measures(client):
    assert client.get("/espace/bilans/mesures/").status_code == 302
    structure = Structure.objects.create(key="nom:x", name="X", code_insee="38185")
    client.force_login(with_role(User.objects.create_user("b@exemple.fr", "x"), "benevole", structure=structure))
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
        ) as held:
            queries.section(["38185"])
        return len(held)

    assert spent(2) == spent(20)


@pytest.mark.django_db
@pytest.mark.parametrize(("structures", "known"), [(0, False), (1, True), (2, False)])
def test_the_four_questions_count_for_a_counter_when_there_is_no_doubt_which(client, structures, known):
    user = User.objects.create_user("accueil@exemple.fr", "x", is_demonstration=True)
    for k in range(structures):
        with_role(user, "aidant", structure=Structure.objects.create(key=f"nom:{k}", name=f"S{k}", code_insee="38185"))
    if structures:
        client.force_login(user)
    assert client.post("/bilan/reperage/", {"R1": "alone"}).status_code == 200
    row = Tally.objects.get(kind=rules.VERDICT)
    assert (row.structure_id is not None) is known
