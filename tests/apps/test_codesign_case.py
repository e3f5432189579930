"""A case: one theme with one operator on a territory, counted without naming anybody."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest

from maillage.apps.community.models import ServiceChange
from maillage.apps.people.actes.models import Act
from maillage.apps.referrals.orientations.models import Orientation, Path
from maillage.apps.referrals.orientations.rules import cycle
from maillage.apps.steering.codesign import actions
from maillage.apps.steering.codesign.queries.cases import case
from maillage.reference import procedures
from tests.conftest import PLACE, account
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
ON = date(2026, 11, 20)
PAGE = "/espace/co-construction/cas/"
CASE_QUERY = {"territoire": PLACE, "operateur": "caf", "theme": "social"}
NUMBERS = count(1)


def act(n, *, kind="place", procedure="rsa", operator="", commune=PLACE, days=10, **more) -> None:
    structure = place().structure if not Act.objects.exists() else Act.objects.first().structure
    for _ in range(n):
        at = AT - timedelta(days=days)
        Act.objects.create(
            uid=f"00000000-0000-4000-8000-{next(NUMBERS):012d}", structure=structure, kind=kind,
            procedure=procedure, operator=operator, minutes=20, where="here", commune=commune, done_at=at,
            on_day=at.date(), noted_at=at, **more,
        )  # fmt: skip


def referral(n, *, procedure="social", commune=PLACE, **more) -> None:
    for _ in range(n):
        common = {"origin": cycle.PROFESSIONAL, "commune": commune}
        at = AT - timedelta(days=20)
        defaults = {"state": "closed", "sent_at": at, "prepared_at": at, "changed_at": at, **more}
        path = Path.objects.create(made_at=at, **common)
        Orientation.objects.create(path=path, need="assistance", procedure=procedure, **common, **defaults)


def acts_of(computed_case) -> dict[str, int | None]:
    return {each.label: each.n for each in computed_case.acts}


def test_each_operator_of_a_procedure_is_known_by_its_name():
    parts = {
        part.strip() for each in procedures.procedures().values() for part in each.operator.split(",") if part
    } - {"enregistrement en ligne"}
    unknown = {
        part for part in parts if not any(each.is_named(part) for each in procedures.operators().values())
    }
    assert not unknown
    assert all(procedures.of_operator(key) for key in procedures.operators())


def test_acts_of_the_operator_alone_are_counted_by_whole_batches(home):
    act(12)
    act(11, operator="CAF de l’Isère", kind="shown")
    act(30, operator="MSA Alpes du Nord")  # another operator
    act(30, procedure="compte-ameli")  # another procedure
    act(30, commune="59392")  # another territory
    act(30, days=400)  # too long ago
    act(30, struck_at=AT)
    computed_case = case(PLACE, "caf", "social", on=ON)
    assert acts_of(computed_case) == {"À sa place": 11, "Ensemble": None, "Montré": 11}
    assert acts_of(case(PLACE, "caf", "logement", on=ON)) == dict.fromkeys(acts_of(computed_case))
    assert acts_of(case(PLACE, "msa", "social", on=ON))["À sa place"] == 33  # 12 unsaid, 30 named, by 11


def test_referrals_are_those_of_the_theme_and_few_are_suppressed(home):
    referral(13, served_at=AT)
    referral(12, outcome=cycle.REACHED)
    referral(40, procedure="argent")
    referral(3, state=cycle.UNSOLVED, sent_at=None, ended_at=AT)
    n_by_label = {each.label: each.n for each in case(PLACE, "caf", "social", on=ON).referrals}
    assert n_by_label == {
        "personnes orientées": 22,
        "aidées par le lieu": 11,
        "démarches abouties": 11,
        "sans aucun lieu qui convienne": None,
    }


def test_the_page_gathers_need_dates_obstacles_and_actions(client, study):
    lea = account("lea", "analyste", territory="38")
    session = actions.prepare(
        PLACE,
        title="Le RSA",
        objective="Aller au bout",
        operator="La Caf",
        day=ON,
        token="x",
        by=lea,
        at=AT,
    )
    group = session.groups.get(number=1)
    stone = actions.put(group, stage="claim", kind="obstacle", words="Pas d’adresse mail", token="a", at=AT)
    lever = actions.put(group, stage="claim", kind="lever", words="Un mail créé ensemble", token="b", at=AT)
    actions.propose(lever, title="Une adresse le mardi", pilot="CCAS", obstacle=stone, at=AT)
    ServiceChange.objects.create(
        kind="outage", operator="CAF", procedure="Accueil", obligation="fermé le jeudi", starts_on=ON,
        source="Affiche", commune=PLACE, token="c", at=AT,
    )  # fmt: skip
    client.force_login(lea)
    assert PAGE in client.get("/espace/co-construction/").content.decode()
    answer = client.get(PAGE, CASE_QUERY)
    page = answer.content.decode()
    assert answer.status_code == 200
    for words in (
        "Personnes en difficulté avec Internet", "ne compte aucun lieu", "Pas d’adresse mail",
        "Un mail créé ensemble", "Une adresse le mardi", "fermé le jeudi", "Présentation Les Bons Clics",
    ):  # fmt: skip
        assert words in page, words
    assert "operateur=msa" in page and "operateur=impots" not in page
    prepared = client.get("/espace/co-construction/nouveau/", {"titre": "Le RSA", "operateur": "Caf"})
    assert 'value="Le RSA"' in prepared.content.decode()


def test_a_workshop_of_another_operator_or_territory_says_nothing_here(client, home, lea):
    for key, operator, where in (("a", "France Travail", PLACE), ("b", "Caf", "38421")):
        session = actions.prepare(
            where, title="Un atelier", objective="x", operator=operator, day=ON, token=key, by=lea, at=AT
        )
        actions.put(
            session.groups.get(number=1), stage="claim", kind="obstacle", words=operator, token=key, at=AT
        )
    computed_case = case(PLACE, "caf", "", on=ON)
    assert (computed_case.sessions, computed_case.obstacles, computed_case.study) == ((), (), None)
    client.force_login(lea)
    page = client.get(PAGE, {**CASE_QUERY, "theme": ""}).content.decode()
    assert "n’a pas encore d’étude" in page and "Aucun atelier n’a encore écrit" in page


@pytest.mark.parametrize(
    ("typed", "error_text"),
    [
        ({"territoire": "59392"}, "n’est pas le vôtre"),
        ({"territoire": ""}, "Il manque le territoire"),
        ({"operateur": ""}, "Il manque l’opérateur"),
        ({"theme": "etranger"}, "ne reçoit aucune démarche connue de ce thème"),
    ],
)
def test_invalid_case_query_is_refused(client, lea, typed, error_text):
    client.force_login(lea)
    answer = client.get(PAGE, {**CASE_QUERY, **typed})
    assert answer.status_code == 400
    assert error_text in answer.content.decode()


def test_who_leads_no_territory_reads_no_case(client, home):
    client.force_login(account("leo", "aidant", structure=place().structure))
    assert client.get(PAGE, CASE_QUERY).status_code == 404
