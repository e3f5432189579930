"""Activities read from the API of La Coop: nothing lost, nothing doubled, nobody's name, whatever it answers."""

import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.actes import rules
from maillage.apps.people.actes.models import Act
from maillage.apps.platform.exchanges.models import Pull
from maillage.kernel.errors import Refused
from maillage.manage import main
from maillage.manage.providers import asking
from maillage.manage.providers import coop as provider
from tests.conftest import account
from tests.support.coop_api import MEDIATOR, PLACE, Coop, serve

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def library(db) -> Structure:
    return Structure.objects.create(name="Médiathèque de Brest", key="bib")


@pytest.fixture
def coop(settings, library) -> Iterator[Coop]:
    known = Coop()
    server = serve(known)
    settings.SOURCES_INSIDE = True
    settings.COOP = {
        "address": f"http://127.0.0.1:{server.server_port}/api/v1",
        "key": known.key,
        "structures": f"{PLACE}=Médiathèque de Brest; {MEDIATOR}=Médiathèque de Brest",
        "since": "2026-01-01",
    }
    yield known
    server.shutdown()
    server.server_close()


def fill(coop: Coop, n: int = 12, size: int = 5) -> None:
    coop.size = size
    for k in range(n):
        coop.put(k, f"2026-11-10T10:00:{k // 2:02}.000Z")  # two of a moment: the number parts them


def run(at: datetime = AT) -> dict[str, int]:
    return {key: n for key, n in provider.run_deadlines(at=at).items() if n}


def state() -> Pull:
    return Pull.objects.get()


def test_pages_become_acts_that_name_nobody(coop, library):
    fill(coop)
    assert run() == {"new": 12}
    act = Act.objects.first()
    assert (act.structure, act.kind, act.procedure, act.minutes) == (library, rules.DEMONSTRATED, "email", 45)
    assert (act.person, act.by, act.precision, act.operator) == (None, None, "", "")
    assert "Untel" not in str(list(Act.objects.values()))
    assert state().read_at == AT
    assert run(AT + timedelta(minutes=59)) == {}  # each hour
    assert run(AT + timedelta(hours=1)) == {}  # asked again, and nothing changed
    assert Act.objects.count() == 12


def test_each_attribute_is_read_as_the_workbook_says_it(coop):
    coop.put(1, "2026-11-10T10:00:00.000Z", type="demarche_administrative", date="2026-11-02T09:00:00Z")
    coop.put(2, "2026-11-10T10:00:00.000Z", type_lieu="autre", structure_id=None, lieu_code_insee="29019")
    coop.put(3, "2026-11-10T10:00:00.000Z", autonomie="entierement_accompagne", thematiques=["logement"])
    coop.put(4, "2026-11-10T10:00:00.000Z", type="collectif")
    coop.put(5, "2026-11-10T10:00:00.000Z", structure_id="x", mediateur_id="y")
    coop.put(6, "2026-11-10T10:00:00.000Z", duree=900)
    coop.put(7, "2026-11-10T10:00:00.000Z", date="2027-01-01")
    assert run() == {"new": 3, "others": 2, "faults": 2}
    assert sorted(Act.objects.values_list("kind", "where", "commune", "procedure")) == sorted(
        [
            (rules.DEMONSTRATED, rules.ON_SITE, "", "email"),
            (rules.DEMONSTRATED, rules.ON_SITE, "29019", "email"),
            (rules.TOGETHER, rules.ON_SITE, "", "logement"),
        ]
    )
    assert sorted(attribute for _, attribute, _ in state().faults) == ["date", "duree"]


def test_what_changes_and_what_is_deleted_there_is_followed_here(coop):
    fill(coop, 3)
    run()
    id = coop.put(0, "2026-11-15T10:00:00.000Z", duree=60)
    deleted = coop.put(1, "2026-11-15T10:00:01.000Z", suppression="2026-11-15T10:00:01.000Z")
    coop.put(9, "2026-11-15T10:00:02.000Z", suppression="2026-11-15T10:00:02.000Z")  # never seen
    assert run(AT + timedelta(hours=1)) == {"corrected": 1, "struck": 1}
    corrected = Act.objects.get(uid=id)
    assert (corrected.minutes, corrected.revisions.get().verb) == (60, rules.CORRECTED)
    assert Act.objects.get(uid=deleted).struck_at is not None
    coop.put(1, "2026-11-16T10:00:00.000Z", suppression=None)
    assert run(AT + timedelta(hours=2)) == {"corrected": 1}
    assert Act.objects.get(uid=deleted).struck_at is None
    assert Act.objects.count() == 3


@pytest.mark.parametrize("failure", [401, 403, 404, 429, 500, "cut", "not json"])
def test_a_failure_in_the_middle_goes_on_from_the_last_page_later_each_time(coop, failure):
    fill(coop)
    coop.codes = [200, failure, failure]
    assert run() == {"echec": 1}
    assert Act.objects.count() == 5
    assert state().error
    assert run(AT + timedelta(seconds=30)) == {}
    assert run(AT + timedelta(seconds=61)) == {"echec": 1}
    assert run(AT + timedelta(minutes=3)) == {}
    n_before = coop.n_requests
    assert run(AT + timedelta(minutes=8)) == {"new": 7}
    assert coop.n_requests - n_before == 3  # two pages, and the empty one
    assert (Act.objects.count(), state().error, state().cursor) == (12, [], "")


def test_another_key_goes_on_where_the_first_expired(coop, settings):
    fill(coop)

    def expire() -> None:
        if coop.n_requests == 2:
            coop.key = "client:autre"

    coop.before_answer = expire
    assert run() == {"echec": 1}
    assert "refuse notre clé" in state().error[1]
    settings.COOP = settings.COOP | {"key": "client:autre"}
    assert run(AT + timedelta(hours=1)) == {"new": 7}


def test_a_slow_page_is_cut(coop, monkeypatch):
    monkeypatch.setattr(asking, "LONGEST", 0.2)
    fill(coop)
    coop.codes = ["slow"]
    assert run() == {"echec": 1}
    assert run(AT + timedelta(minutes=2)) == {"new": 12}


def test_what_changes_while_it_is_read_is_for_the_next_time(coop):
    fill(coop)

    def change() -> None:
        if coop.n_requests == 2:  # the oldest goes to the first page, already read; a new one appears
            coop.put(0, "2026-11-19T10:00:00.000Z", duree=60)
            coop.put(99, "2026-11-19T10:00:01.000Z")

    coop.before_answer = change
    assert run() == {"new": 11}
    assert run(AT + timedelta(hours=1)) == {"new": 2}
    assert sorted(Act.objects.values_list("minutes", flat=True)) == [45] * 12 + [60]


def test_a_killed_reading_keeps_whole_pages_and_goes_on(coop, monkeypatch):
    fill(coop)
    follow = provider.reading.follow
    n_calls = 0

    def killed(*arguments, **more):
        nonlocal n_calls
        n_calls += 1
        counts = follow(*arguments, **more)
        if n_calls == 2:
            raise KeyboardInterrupt
        return counts

    monkeypatch.setattr(provider.reading, "follow", killed)
    with pytest.raises(KeyboardInterrupt):
        run()
    assert Act.objects.count() == 5  # the page under way is taken back whole
    assert run(AT + timedelta(minutes=10)) == {}  # it may still be read by another
    assert run(AT + timedelta(minutes=16)) == {"new": 7}


def test_a_day_of_changes_with_cuts_ends_as_they_are_there(coop, monkeypatch):
    chance = random.Random(57)
    follow = provider.reading.follow

    def cut(*arguments, **more):
        counts = follow(*arguments, **more)
        if chance.random() < 0.1:
            raise KeyboardInterrupt
        return counts

    monkeypatch.setattr(provider.reading, "follow", cut)
    coop.size = 4

    def change(at: datetime) -> None:
        moment = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        is_deleted = chance.random() < 0.2
        values = {"duree": chance.randrange(1, 90), "suppression": moment if is_deleted else None}
        coop.put(chance.randrange(40), moment, **values)

    for minutes in range(0, 24 * 60, 40):
        at = AT + timedelta(minutes=minutes)
        for _ in range(chance.randrange(3)):
            change(at)
        coop.before_answer = lambda at=at: change(at) if chance.random() < 0.1 else None
        coop.codes = chance.choices([200, 200, 200, 200, 500, 429, "cut"], k=10)
        with suppress(KeyboardInterrupt):
            run(at)
    coop.codes, coop.before_answer = [], lambda: None
    for hours in range(24, 72, 2):
        with suppress(KeyboardInterrupt):
            run(AT + timedelta(hours=hours))
    there = {id: values["duree"] for id, values in coop.activities.items() if values["suppression"] is None}
    assert {str(act.uid): act.minutes for act in Act.objects.filter(struck_at=None)} == there


def test_a_cursor_that_is_known_no_more_begins_again_and_doubles_nothing(coop):
    fill(coop)
    coop.codes = [200, 500]
    run()
    Pull.objects.update(cursor="périmé")
    assert run(AT + timedelta(minutes=2)) == {"new": 7}


def test_a_long_reading_takes_several_turns(coop):
    fill(coop, 30)
    assert run() == {"new": 20}
    assert run(AT) == {"new": 10}


def test_no_request_leaves_without_a_key(coop, settings):
    settings.COOP = settings.COOP | {"key": ""}
    assert run() == {}
    assert coop.n_requests == 0


def test_no_address_of_the_network_receives_the_key(coop, settings):
    settings.SOURCES_INSIDE = False
    settings.COOP = settings.COOP | {"address": "https://127.0.0.1/api/v1"}
    assert run() == {"echec": 1}
    assert coop.n_requests == 0


def test_a_structure_unknown_to_the_directory_fails_with_its_name(coop, settings):
    settings.COOP = settings.COOP | {"structures": f"{PLACE}=Inconnue"}
    assert run() == {"echec": 1}
    assert "structure" in state().error[0]


def test_the_command_reads_to_the_end_and_says_what_it_brought(coop, capsys):
    fill(coop, 30)
    coop.put(40, "2026-11-10T11:00:00.000Z", duree=900)
    assert main.main(["actes", "importer", "--format", "coop-api", "--depuis", "2026-11-01"]) == 1
    printed = capsys.readouterr()
    assert "30 de plus, 1 illisible" in printed.out.replace("\xa0", " ")
    assert "duree" in printed.err
    coop.codes = [500]
    with pytest.raises(Refused):
        list(provider.pages(AT))


def test_an_administrator_reads_how_it_goes_and_asks_again(client, coop):
    fill(coop)
    coop.codes = [403]
    run()
    client.force_login(account("reine", "administration"))
    page = client.get("/espace/echanges/").content.decode()
    assert "La Coop : activités" in page
    assert "refuse notre clé" in page
    assert client.post("/espace/echanges/", {"geste": "lire", "nom": "coop"}).status_code == 302
    assert run(datetime.now(UTC)) == {"new": 12}
    assert client.post("/espace/echanges/", {"geste": "lire", "nom": "x"}).status_code == 404
