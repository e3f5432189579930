"""Long lists of the space: words and choices narrow each, it comes by pages, one gesture does several lines."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from maillage.apps.community.models import Bulletin
from maillage.apps.directory.memberships import access
from maillage.apps.directory.memberships.models import Invitation, Membership
from maillage.apps.directory.outreach.actions import devices
from maillage.apps.directory.outreach.models import Device
from maillage.apps.directory.places.models import Lieu
from maillage.apps.people.persons.actions import register
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import User
from maillage.apps.site.structures.actions import groups
from maillage.apps.steering.codesign import actions as codesign
from maillage.apps.volunteering.grants import actions as grants
from maillage.apps.volunteering.volunteers.actions import hours, sessions
from maillage.apps.volunteering.volunteers.models import Hours
from maillage.apps.volunteering.volunteers.queries import catalogue
from maillage.web import bulk, long_lists
from maillage.web.long_lists import LONG, PAGE
from tests.conftest import account
from tests.support.places import place
from tests.support.volunteers import proposed, supervised

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("clock_at")]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
DAY = date(2026, 11, 20)
MANY = PAGE + 5


@pytest.fixture
def karim(library):
    return account("karim", "formation", shown="Karim", structure=library.structure)


def read(client, address: str) -> str:
    return client.get(address).content.decode().replace("\u00a0", " ")


def titles(page: str, wanted: str) -> list[str]:
    """Return the names of a page that begin with a word."""
    return re.findall(rf">({wanted}[^<]*)<", page)


# ------------------------------------------------------------------------------------------------------- the team


@pytest.fixture
def manager(library) -> User:
    return account("cheffe", "gestionnaire", shown="Cheffe", structure=library.structure)


@pytest.fixture
def team(library, manager) -> list[Membership]:
    users = User.objects.bulk_create(
        User(email=f"e{n}@exemple.fr", name=f"Équipier {n:02}", is_demonstration=True) for n in range(MANY)
    )
    return Membership.objects.bulk_create(
        Membership(
            user=member,
            role="prescripteur" if n % 2 else "aidant",
            structure=library.structure,
            since=date(2026, 1, 5),
        )
        for n, member in enumerate(users)
    )


def test_a_long_team_is_searched_chosen_and_turned(client, manager, team):
    client.force_login(manager)
    first = read(client, "/espace/equipe/")
    assert f"{MANY + 1} en tout" in first and "Page 1 sur 2" in first
    assert len(titles(first, "Équipier")) == PAGE - 1, "the manager is the first line"
    assert len(titles(read(client, "/espace/equipe/?page=2"), "Équipier")) == MANY + 1 - PAGE
    page_text = read(client, "/espace/equipe/?mots=equipier+07")
    assert titles(page_text, "Équipier") == ["Équipier 07"] and "1 sur" in page_text
    helpers = read(client, "/espace/equipe/?role=aidant&page=9")
    assert len(titles(helpers, "Équipier")) == (MANY + 1) // 2
    nobody = read(client, "/espace/equipe/?mots=zzz")
    assert "Rien dans la liste avec ces mots" in nobody and "Tout montrer" in nobody


def test_a_choice_of_more_than_one_may_read_is_typed_instead(client, manager, team, monkeypatch):
    client.force_login(manager)
    assert 'name="role"' in read(client, "/espace/equipe/").split("Chercher dans l’équipe", 1)[1]
    monkeypatch.setattr(long_lists, "CHOICES", 1)
    assert 'name="role"' not in read(client, "/espace/equipe/").split("Chercher dans l’équipe", 1)[1]
    helpers = read(client, "/espace/equipe/?role=aidant")
    assert len(titles(helpers, "Équipier")) == (MANY + 1) // 2, "an address that was kept still chooses"
    assert 'value="aidant" selected' in helpers


def test_a_short_team_has_no_search(client, manager):
    client.force_login(manager)
    assert "Chercher dans l’équipe" not in read(client, "/espace/equipe/")


def test_several_roles_are_withdrawn_at_once_and_put_back(client, manager, team):
    client.force_login(manager)
    own = Membership.objects.get(user=manager)
    ticked = [team[0].pk, team[1].pk, own.pk]
    page = client.post("/espace/equipe/plusieurs/", {"cochee": ticked}, follow=True).content.decode()
    assert "2 rôles en moins" in page.replace("\u00a0", " ")
    assert "Cheffe : Vous êtes la seule personne responsable" in page.replace("\u00a0", " ")
    current = access.current(DAY)
    assert not current.filter(pk__in=ticked[:2]).exists() and current.filter(pk=own.pk).exists()
    client.post(f"/espace/equipe/{team[0].pk}/", {"geste": "remettre"})
    assert current.filter(user=team[0].user_id, role="aidant").count() == 1
    again = client.post(f"/espace/equipe/{team[0].pk}/", {"geste": "remettre"}, follow=True)
    assert current.filter(user=team[0].user_id).count() == 1, again.content.decode()
    empty = client.post("/espace/equipe/plusieurs/", follow=True).content.decode()
    assert "aucune ligne n’était cochée" in empty


def test_nobody_puts_their_own_role_back_nor_that_of_another_structure(client, manager, library, team):
    elsewhere = place("lille", {"nom": "Lille", "code_insee": "59350"}).structure
    foreign_account = account("lillois", "aidant", structure=elsewhere)
    over = Membership.objects.get(user=foreign_account)
    Membership.objects.filter(pk=over.pk).update(since=date(2026, 1, 1), until=date(2026, 11, 10))
    client.force_login(manager)
    assert client.post(f"/espace/equipe/{over.pk}/", {"geste": "remettre"}).status_code == 404
    client.post("/espace/equipe/plusieurs/", {"cochee": [over.pk]})
    own_membership = Membership.objects.create(
        user=manager,
        role="aidant",
        structure=library.structure,
        since=date(2026, 1, 1),
        until=date(2026, 11, 10),
    )
    page = client.post(
        f"/espace/equipe/{own_membership.pk}/", {"geste": "remettre"}, follow=True
    ).content.decode()
    assert "On ne se rend pas un rôle à soi-même" in page
    assert not access.current(DAY).filter(user=manager, role="aidant").exists()


def test_several_people_are_invited_at_once_each_by_a_link(client, manager, library):
    client.force_login(manager)
    invitation_fields = {
        "role": "aidant",
        "pour_qui": "Nadia\n\n  Omar \nNadia\n",
        "structure": library.structure.name,
    }
    page = client.post("/espace/equipe/", invitation_fields).content.decode()
    assert len(set(re.findall(r"/invitation/[\w-]+/", page))) == 2
    assert sorted(Invitation.objects.values_list("for_whom", flat=True)) == ["Nadia", "Omar"]
    crowd = client.post(
        "/espace/equipe/", {**invitation_fields, "pour_qui": "\n".join(f"n{k}" for k in range(101))}
    )
    assert crowd.status_code == 400 and "Plus de 100 personnes" in crowd.content.decode().replace(
        "\u00a0", " "
    )
    assert Invitation.objects.count() == 2


@pytest.mark.parametrize("heading", ["Nom\tE-mail", "Prénom;Nom;Adresse e-mail", "Courriel\tNom"])
def test_heading_of_a_table_that_is_pasted_is_nobody(client, manager, library, heading):
    """« Nom E-mail » recevait un lien, et un rôle."""
    client.force_login(manager)
    pasted = f"\n{heading}\nJean Pic\tjean@asso.fr\nNom de Famille\n"
    fields = {"role": "aidant", "pour_qui": pasted, "structure": library.structure.name}
    client.post("/espace/equipe/", fields)
    assert sorted(Invitation.objects.values_list("for_whom", flat=True)) == ["Jean Pic", "Nom de Famille"]


# --------------------------------------------------------------------------------------------------- other lists


def test_groups_are_searched_and_chosen_by_trade(client, karim):
    for n in range(LONG + 1):
        trade = "library" if n < 3 else ""
        groups.open_group(
            name=f"Groupe {n:02}", about="", trade=trade, territory="38", token=f"{n}", by=karim, at=AT
        )
    client.force_login(karim)
    page = read(client, "/espace/reseau/groupes/")
    assert len(titles(page, "Groupe \\d")) == LONG + 1 and "Chercher un groupe" in page
    assert titles(read(client, "/espace/reseau/groupes/?mots=groupe+05"), "Groupe \\d") == ["Groupe 05"]
    assert len(titles(read(client, "/espace/reseau/groupes/?metier=library"), "Groupe \\d")) == 3
    assert len(titles(read(client, "/espace/reseau/groupes/?metier=tous"), "Groupe \\d")) == LONG - 2


def test_workshops_of_codesign_are_searched_and_chosen_by_step(client, lea):
    for n in range(LONG + 1):
        row = codesign.prepare(
            "38185",
            title=f"Atelier {n:02}",
            objective="Aller au bout",
            day=DAY,
            token=f"{n}",
            by=lea,
            at=AT,
        )
    type(row).objects.filter(pk=row.pk).update(closed_at=AT)
    client.force_login(lea)
    assert len(titles(read(client, "/espace/co-construction/"), "Atelier")) == LONG + 1
    assert titles(read(client, "/espace/co-construction/?mots=ATELIER+04"), "Atelier") == ["Atelier 04"]
    assert titles(read(client, "/espace/co-construction/?etape=clos"), "Atelier") == [f"Atelier {LONG:02}"]


def test_lines_of_over_two_years_are_folded_unless_requested(client, lea):
    values = {"objective": "Aller au bout", "day": DAY, "by": lea, "at": AT}
    for name in ("Ancien", "Atelier"):
        row = codesign.prepare("38185", title=f"{name} du lundi", token=name, **values)
        closed_at = AT - long_lists.OLD - (timedelta(days=name == "Ancien"))
        type(row).objects.filter(pk=row.pk).update(closed_at=closed_at)
    client.force_login(lea)
    page_text = read(client, "/espace/co-construction/")
    assert (titles(page_text, "Ancien"), titles(page_text, "Atelier")) == ([], ["Atelier du lundi"])
    assert "Voir aussi 1 de plus de deux ans" in page_text
    assert titles(read(client, "/espace/co-construction/?anciens=oui"), "Ancien")
    assert titles(read(client, "/espace/co-construction/?mots=ancien"), "Ancien")


def test_calls_missions_and_bulletins_of_over_two_years_are_folded_too(client, lea, karim, library):
    """Three lists kept all of their past in view."""
    old = AT - long_lists.OLD - timedelta(days=1)
    for n, at in ((1, old), (2, AT)):
        Bulletin.objects.create(title=f"Numéro {n}", token=f"b{n}", published_at=at, made_at=at, by=lea)
        call = grants.prepare(
            "38", title=f"Numéro {n}", about="Faire ensemble", budget=9_000, most=5_000,
            opens_on=DAY, closes_on=DAY + timedelta(days=30), token=f"{n}", by=lea, at=AT,
        )  # fmt: skip
        type(call).objects.filter(pk=call.pk).update(opens_on=at - timedelta(days=9), closes_on=at)
        row = proposed(library.structure, at=AT, token=f"v{n}", name="Voisine")
        mission = {"title": f"Numéro {n}", "starts_on": at - timedelta(days=9), "ends_on": at}
        type(row.mission).objects.filter(pk=row.mission_id).update(closed_at=at, **mission)
        row.delete()
    for user, address in ((lea, "reseau/bulletin"), (lea, "appels"), (karim, "benevoles")):
        client.force_login(user)
        assert titles(read(client, f"/espace/{address}/"), "Numéro") == ["Numéro 2"], address
        assert "Numéro 1" in titles(read(client, f"/espace/{address}/?anciens=oui"), "Numéro"), address


def test_a_gesture_comes_back_to_the_list_as_it_was_narrowed(client, manager, team):
    client.force_login(manager)
    narrowed = "/espace/equipe/?mots=equipier&page=2"
    sent = {"cochee": team[0].pk}
    origin = {"Referer": f"http://testserver{narrowed}"}
    assert client.post("/espace/equipe/plusieurs/", sent, headers=origin).url == narrowed
    for elsewhere in ("http://ailleurs.example/espace/equipe/?x", "http://testserver/espace/?x"):
        answer = client.post("/espace/equipe/plusieurs/", sent, headers={"Referer": elsewhere})
        assert answer.url == "/espace/equipe/"


def test_persons_are_chosen_by_when_they_were_last_helped(client, karim, library):
    for n, days in enumerate((3, 40, 400)):
        person = register.welcome(by=karim, structure=library.structure, nickname=f"Zoé {n}", at=AT)
        Person.objects.filter(pk=person.pk).update(active_at=AT - timedelta(days=days))
    client.force_login(karim)
    for period, names in (
        ("mois", ["Zoé 0"]),
        ("semestre", ["Zoé 0", "Zoé 1"]),
        ("x", ["Zoé 0", "Zoé 1", "Zoé 2"]),
    ):
        assert re.findall(r"<strong[^>]*>(Zoé \d)", read(client, f"/espace/personnes/?vue={period}")) == names


def test_calls_for_projects_are_searched_and_chosen_by_state(client, lea):
    for n in range(LONG + 1):
        call = grants.prepare(
            "38", title=f"Appel {n:02}", about="Faire ensemble", budget=9_000, most=5_000,
            opens_on=DAY, closes_on=DAY + timedelta(days=30), token=f"{n}", by=lea, at=AT,
        )  # fmt: skip
    grants.publish(call, by=lea, at=AT)
    client.force_login(lea)
    page = read(client, "/espace/appels/")
    assert "Ceux que vous menez" in page and "Ouverts en ce moment" in page
    assert titles(read(client, "/espace/appels/?mots=appel+04"), "Appel \\d") == ["Appel 04"]
    published = f"Appel {LONG:02}"
    assert titles(read(client, "/espace/appels/?etat=ouvert"), "Appel \\d") == [published, published]
    assert titles(read(client, "/espace/appels/?quoi=ouverts"), "Appel \\d") == [published]


def test_sessions_of_trainings_are_all_reached(client, library, karim):
    for n in range(LONG + 2):
        starts = AT + timedelta(days=10 + n)
        values = {"starts_at": starts, "ends_at": starts + timedelta(hours=3), "capacity": 2, "lieu": library}
        sessions.plan(
            catalogue.item("faire-a-la-place"), structure=library.structure, values=values, by=karim, at=AT
        )
    client.force_login(karim)
    links = [
        link
        for n in (1, 2)
        for link in re.findall(
            r"/espace/formations/sessions/\d+/", read(client, f"/espace/formations/?page={n}")
        )
    ]
    assert len(links) == len(set(links)) == LONG + 2
    assert "Rien dans la liste" in read(client, "/espace/formations/?mots=lille")


def test_devices_are_searched_and_several_change_at_once(client, coordinator):
    lieu = place()
    rows = [devices.enter(lieu, label=f"Portable {n:02}", by=coordinator, at=AT) for n in range(LONG + 1)]
    for row in rows[:2]:
        devices.lend(row, to="Fatou", until=DAY + timedelta(days=7), by=coordinator, at=AT)
    client.force_login(coordinator)
    address = "/espace/annuaire/lieux/barnave/appareils/"
    assert titles(read(client, f"{address}?mots=portable+07"), "Portable") == ["Portable 07"]
    assert titles(read(client, f"{address}?ou=lent"), "Portable") == ["Portable 00", "Portable 01"]
    ticked = {"cochee": [rows[0].pk, rows[1].pk, rows[2].pk]}
    page = (
        client.post(address, {"geste": "rendu", **ticked}, follow=True)
        .content.decode()
        .replace("\u00a0", " ")
    )
    assert "Revenus : 2 appareils" in page and "Portable 02 : Il n’est pas prêté" in page
    client.post(address, {"geste": "repair", **ticked})
    assert Device.objects.filter(state="repair").count() == 3
    client.post(f"/espace/annuaire/appareils/{rows[2].pk}/", {"geste": "out", "note": "donné"})
    page_text = read(client, f"{address}?ou=out")
    assert titles(page_text, "Portable") == ["Portable 02"] and "Sorti par erreur" in page_text
    client.post(f"/espace/annuaire/appareils/{rows[2].pk}/", {"geste": "repair"})
    assert Device.objects.get(pk=rows[2].pk).state == "repair"
    other = devices.enter(place("autre", {"nom": "Autre"}), label="Ailleurs", by=coordinator, at=AT)
    client.post(address, {"geste": "repair", "cochee": [other.pk]})
    other.refresh_from_db()
    assert other.state == "here", "of another place"


@pytest.fixture
def active(library, karim):
    return supervised(None, library.structure, by=karim, at=AT)


@pytest.mark.usefixtures("leaves")
def test_hours_of_several_volunteers_are_confirmed_at_once(client, library, karim, active):
    for n in range(3):
        hours.note(active, on=DAY, minutes=60, token=f"{n}", by=None, at=AT, volunteer=True)
    client.force_login(karim)
    page = read(client, "/espace/benevoles/")
    assert "Des heures à confirmer" in page and "3 h" in page
    stranger = account("ailleurs", "formation", structure=place("ailleurs", {"nom": "Ailleurs"}).structure)
    client.force_login(stranger)
    client.post("/espace/benevoles/heures/", {"cochee": [active.pk]})
    assert Hours.objects.filter(confirmed_at=None).count() == 3
    client.force_login(karim)
    page_text = client.post(
        "/espace/benevoles/heures/", {"cochee": [active.pk]}, follow=True
    ).content.decode()
    assert "Heures confirmées pour" in page_text and "Des heures à confirmer" not in page_text
    assert not Hours.objects.filter(confirmed_at=None).exists()


@pytest.mark.usefixtures("leaves")
def test_volunteers_and_missions_are_searched(client, library, karim):
    for n in range(LONG + 1):
        proposed(library.structure, at=AT, token=f"v{n}", name=f"Voisine {n:02}")
    client.force_login(karim)
    assert titles(read(client, "/espace/benevoles/?mots=voisine+03"), "Voisine") == ["Voisine 03"]
    assert not titles(read(client, "/espace/benevoles/?etape=opened"), "Voisine")


# ----------------------------------------------------------------------------------------------- many communes


@pytest.fixture
def widest():
    """How many parameters each statement was handed."""
    counts: list[int] = []

    def count(execute, sql, params, many, context):
        counts.append(len(params or ()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield counts


def test_the_communes_of_a_region_are_handed_over_as_one_text(client, library, widest):
    client.force_login(account("region", "coordination", territory="R84"))
    for page in ("/espace/", "/espace/equipe/", "/espace/annuaire/", "/espace/orientations/mesures/"):
        assert client.get(page).status_code == 200
    assert max(widest) <= bulk.FEW, "four thousand codes would take longer to hand over than to look for"


@pytest.mark.parametrize("few", [0, 10_000])
def test_many_are_found_as_few_are(few, library, monkeypatch):
    monkeypatch.setattr(bulk, "FEW", few)
    at, other = Lieu.objects.get(), "69123"
    for codes in ([at.code_insee], [other, at.code_insee], {at.code_insee}):
        assert Lieu.objects.filter(code_insee__in=bulk.to_find(codes)).get() == at
        assert not Lieu.objects.exclude(code_insee__in=bulk.to_find(codes)).exists()
    assert not Lieu.objects.filter(code_insee__in=bulk.to_find([other])).exists()
    assert not Lieu.objects.filter(code_insee__in=bulk.to_find([])).exists()
    assert Lieu.objects.filter(structure__in=bulk.to_find([at.structure_id, 10**9])).get() == at
