"""Roles: who may give which, over what, until when; links that open once."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator

from maillage.apps.directory.memberships import access
from maillage.apps.directory.memberships.actions import invitations, recoveries, roles
from maillage.apps.directory.memberships.models import Invitation, Membership, Recovery
from maillage.apps.directory.places.models import Structure
from maillage.apps.directory.places.queries import where
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Entry, User
from maillage.apps.platform.messages.models import Message
from maillage.apps.site.structures.queries import joining
from maillage.apps.territories.forms import candidates
from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.manage.commands import demo
from maillage.manage.demonstration.stage import HELP, LEARN, SOCIAL
from maillage.manage.deploy.checks import checks
from tests.conftest import with_role
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
ON = AT.date()
GRENOBLE, LILLE = "38185", "59350"


def account(name: str, *, is_demonstration: bool = True) -> User:
    """Return an account; one of the demonstration is asked for no second factor."""
    return User.objects.create_user(
        f"{name}@exemple.fr", "un-mot-de-passe-long", name=name, is_demonstration=is_demonstration
    )


@pytest.fixture
def library() -> Structure:
    return place("bibliotheque", {"code_insee": GRENOBLE}).structure


@pytest.fixture
def elsewhere() -> Structure:
    return place(
        "mediatheque-lille", {"nom": "Médiathèque", "code_insee": LILLE, "pivot": "21590350100017"}
    ).structure


@pytest.fixture
def manager(library) -> User:
    return with_role(account("responsable"), "gestionnaire", structure=library)


@pytest.fixture
def grenoble() -> User:
    return with_role(account("grenoble"), "coordination", territory="38")


def test_a_territory_manages_no_role_over_france_nor_over_a_perimeter_that_is_no_more(grenoble):
    with_role(account("nationale"), "coordination", territory="france")
    with_role(account("perdue"), "analyste", territory="perimetre-efface")
    assert [row.user for row in access.members_for(grenoble)] == [grenoble]


def test_a_link_opens_until_fourteen_days_or_two_have_passed(manager, library):
    helper = with_role(account("aide", is_demonstration=False), "aidant", structure=library)
    _, invited = invitations.invite(by=manager, role="aidant", for_whom="A", structure=library, at=AT)
    lost = recoveries.give_back(by=manager, membership=Membership.objects.get(user=helper), at=AT)
    second = timedelta(seconds=1)
    for opens, token, days in (
        (invitations.open_invitation, invited, 14),
        (recoveries.open_recovery, lost, 2),
    ):
        end = AT + timedelta(days=days)
        assert opens(token, end - second)
        with pytest.raises(Refused, match="ne s’ouvre plus"):
            opens(token, end)


def test_who_sees_the_persons_of_a_structure_already_takes_another_role_there(manager, library):
    _, token = invitations.invite(by=manager, role="formation", for_whom="moi", at=AT, structure=library)
    invitations.accept(token=token, at=AT, on=ON, user=manager)
    assert {row.role for row in Membership.objects.filter(user=manager)} == {"gestionnaire", "formation"}


def test_a_role_holds_from_its_first_day_to_its_last(library):
    user = account("saison")
    Membership.objects.create(
        user=user, role="aidant", structure=library, since=date(2026, 11, 1), until=date(2026, 11, 20)
    )
    assert access.current(date(2026, 10, 31)).count() == 0
    assert access.current(date(2026, 11, 20)).count() == 1
    assert access.current(date(2026, 11, 21)).count() == 0


def test_several_roles_add_up(library, elsewhere):
    user = with_role(
        with_role(account("deux"), "aidant", structure=library), "gestionnaire", structure=elsewhere
    )
    rights = rights_of(user)
    assert rights.may("people.see", structure=library.pk)
    assert rights.may("directory.edit", structure=elsewhere.pk)
    assert not rights.may("directory.edit", structure=library.pk)


def test_a_coordinator_reaches_the_territory_and_nothing_beyond(grenoble, library, elsewhere):
    assert list(access.structures_with(grenoble, "members.manage")) == [library]
    assert rights_of(grenoble).may("directory.edit", commune=GRENOBLE)
    assert not rights_of(grenoble).may("directory.edit", commune=LILLE)
    assert not rights_of(grenoble).any("people.see")


@pytest.mark.parametrize(
    ("role", "over", "may"),
    [
        ("aidant", "library", True),
        ("gestionnaire", "library", True),
        ("aidant", "elsewhere", False),
        ("coordination", "38", False),
        ("administration", "", False),
    ],
)
def test_a_manager_gives_the_roles_of_the_structure_only(manager, library, elsewhere, role, over, may):
    structure = {"library": library, "elsewhere": elsewhere}.get(over)
    assert access.may_give(manager, role, structure=structure, territory="" if structure else over) is may


@pytest.mark.parametrize(
    ("territory", "may"),
    [("38", True), ("200040715", True), ("59", False), ("france", False), ("rien", False)],
)
def test_a_coordinator_gives_no_more_than_the_territory(grenoble, territory, may):
    assert access.may_give(grenoble, "analyste", territory=territory) is may


def test_an_invitation_opens_an_account_once(client, manager, library):
    client.force_login(manager)
    page = client.post(
        "/espace/equipe/", {"role": "aidant", "pour_qui": "Nadia", "structure": library.name}
    ).content.decode()
    link = re.search(r"/invitation/[\w-]+/", page)[0]
    assert link.split("/")[2] not in str(list(Invitation.objects.values()))  # only its digest is kept
    client.logout()
    assert "Aidant" in client.get(link).content.decode()
    form_data = {
        "nom": "Nadia",
        "courriel": "nadia@exemple.fr",
        "mot_de_passe": "girafe trottoir vent citron",
    }
    assert client.post(link, form_data).status_code == 302
    user = User.objects.get(email="nadia@exemple.fr")
    assert rights_of(user).may("people.see", structure=library.pk)
    assert user.pk == int(client.session["_auth_user_id"])
    client.logout()
    used = client.get(link)
    assert used.status_code == 410 and 'href="/connexion/">Se connecter</a>' in used.content.decode()
    assert client.post(link, form_data | {"courriel": "autre@exemple.fr"}).status_code == 410


@pytest.mark.parametrize(
    "typed", ["quatre mots sans lien", "Quatre-mots sans lien!", "motdepasse12", "Mot de passe 2026"]
)
def test_the_words_of_the_page_are_no_password(client, manager, library, typed):
    _, token = invitations.invite(by=manager, role="aidant", for_whom="Nadia", structure=library, at=AT)
    page = client.get(f"/invitation/{token}/")
    assert page.context["form"]["nom"].value() == "Nadia", "the name is not typed twice"
    sent = {"nom": "Nadia", "courriel": "n@exemple.fr", "mot_de_passe": typed}
    assert client.post(f"/invitation/{token}/", sent).status_code == 400
    assert not User.objects.filter(email="n@exemple.fr").exists()
    assert (
        client.post(f"/invitation/{token}/", {**sent, "mot_de_passe": "motocyclette verte 12"}).status_code
        == 302
    )


def test_a_short_password_keeps_the_invitation_open(client, manager, library):
    invitation, token = invitations.invite(
        by=manager, role="aidant", for_whom="Nadia", structure=library, at=datetime.now(UTC)
    )
    answer = client.post(
        f"/invitation/{token}/", {"nom": "N", "courriel": "n@exemple.fr", "mot_de_passe": "court"}
    )
    assert answer.status_code == 400
    assert "12 signes" in answer.content.decode()
    assert not User.objects.filter(email="n@exemple.fr").exists()
    invitation.refresh_from_db()
    assert invitation.used_at is None


def test_an_account_that_exists_takes_the_role_once_signed_in(client, manager, library):
    _, token = invitations.invite(
        by=manager, role="aidant", for_whom="Nadia", structure=library, at=datetime.now(UTC)
    )
    nadia = account("nadia")
    form_data = {"nom": "N", "courriel": "nadia@exemple.fr", "mot_de_passe": "girafe trottoir vent citron"}
    assert "Connectez-vous d’abord" in client.post(f"/invitation/{token}/", form_data).content.decode()
    client.force_login(nadia)
    client.post(f"/invitation/{token}/")
    assert rights_of(User.objects.get(pk=nadia.pk)).any("people.see")


def test_an_invitation_that_is_old_withdrawn_or_guessed_opens_nothing(client, manager, library, monkeypatch):
    monkeypatch.setattr("maillage.apps.directory.memberships.views.WRONG_LINKS_AN_HOUR", 2)
    _, first = invitations.invite(
        by=manager, role="aidant", for_whom="A", structure=library, at=AT - timedelta(days=15)
    )
    withdrawn_invitation, second = invitations.invite(
        by=manager, role="aidant", for_whom="B", structure=library, at=datetime.now(UTC)
    )
    invitations.cancel(by=manager, invitation=withdrawn_invitation, at=AT)
    assert "14 jours" in client.get(f"/invitation/{first}/").content.decode()
    assert "retirée" in client.get(f"/invitation/{second}/").content.decode()
    assert client.get("/invitation/devine/").status_code == 404
    for n in range(3):
        client.get(f"/invitation/devine-{n}/", REMOTE_ADDR="203.0.113.7")
    assert client.get("/invitation/devine/", REMOTE_ADDR="203.0.113.7").status_code == 429
    with pytest.raises(Refused):
        invitations.accept(token=first, user=account("tard"), at=AT, on=ON)


def test_inviting_for_a_structure_one_does_not_run_is_refused(manager, elsewhere):
    with pytest.raises(Refused, match="Rien n’a été fait"):
        invitations.invite(by=manager, role="aidant", for_whom="X", structure=elsewhere, at=AT)
    assert not Invitation.objects.exists()


def test_a_coordinator_adds_a_structure_that_carries_no_place(client, grenoble):
    client.force_login(grenoble)
    form_data = {"role": "prescripteur", "pour_qui": "Mme Roux", "structure": "CCAS de quartier"}
    assert "cochez qu’elle est nouvelle" in client.post("/espace/equipe/", form_data).content.decode()
    assert client.post("/espace/equipe/", form_data | {"nouvelle": "on"}).status_code == 200
    new_structure = Structure.objects.get(name="CCAS de quartier")
    assert new_structure in access.structures_with(grenoble, "members.manage")


def test_a_refused_invitation_lists_what_to_correct_and_asks_for_its_role_alone(client, grenoble):
    """« Creuse » is also a commune: the same page from the top, and the error a screen and a half lower."""
    client.force_login(grenoble)
    sent = {"role": "coordination", "pour_qui": "Mme Roux", "territoire": "Sainte-Colombe"}
    answer = client.post("/espace/equipe/", sent)
    page = answer.content.decode().replace("\xa0", " ")
    assert "<title>Erreur : L’équipe" in page and answer.status_code == 400
    summary = page.split("data-a-corriger")[1].split("</div>")[0]
    assert 'href="#id_territoire"' in summary and "Plusieurs territoires" in summary
    assert "Mme Roux" in page and 'type="radio"' not in page
    assert 'name="structure"' not in page and 'name="nouvelle"' not in page
    page = client.post("/espace/equipe/", {"pour_qui": "Mme Roux"}).content.decode()
    assert 'href="#id_role_0"' in page and 'id="id_role_0"' in page and "Il manque le rôle" in page


def test_a_namesake_of_another_territory_is_another_structure(grenoble):
    lille = with_role(account("lille"), "coordination", territory="59")
    invitation_fields = {"role": "aidant", "for_whom": "X", "new": "Maison pour tous", "at": AT}
    (grenoble_invitation, _), (there, _) = (
        invitations.invite(by=each, **invitation_fields) for each in (grenoble, lille)
    )
    assert grenoble_invitation.structure != there.structure
    assert there.structure in access.structures_with(lille, "members.manage")
    assert there.structure not in access.structures_with(grenoble, "members.manage")
    assert invitations.invite(by=lille, **invitation_fields)[0].structure == there.structure


def test_a_role_put_back_is_not_offered_again(client, manager, library):
    aidant = with_role(account("aidant"), "aidant", structure=library)
    row = Membership.objects.get(user=aidant)
    client.force_login(manager)
    gesture = f"/espace/equipe/{row.pk}/"
    client.post(gesture, {"geste": "retirer"})
    assert 'value="remettre"' in client.get("/espace/equipe/").content.decode()
    page_text = client.post(gesture, {"geste": "remettre"}, follow=True).content.decode()
    assert "a de nouveau ce rôle" in page_text and 'value="remettre"' not in page_text
    Membership.objects.filter(user=aidant, until=None).update(until=date.today() + timedelta(days=9))
    assert "Il n’est pas fini" in client.post(gesture, {"geste": "remettre"}, follow=True).content.decode()
    assert Membership.objects.filter(user=aidant, until__gt=date.today()).exists(), "its end stays"


def test_a_role_withdrawn_is_lost_at_once(client, manager, library):
    aidant = with_role(account("aidant"), "aidant", structure=library)
    client.force_login(manager)
    row = Membership.objects.get(user=aidant)
    assert client.post(f"/espace/equipe/{row.pk}/", {"geste": "retirer"}).status_code == 302
    assert not rights_of(User.objects.get(pk=aidant.pk)).any("people.see")
    assert Entry.objects.filter(verb="role.withdrawn").exists()


def test_a_role_that_ended_is_not_withdrawn_again_by_a_page_opened_before(client, manager, library):
    aidant = with_role(account("aidant"), "aidant", structure=library)
    row = Membership.objects.get(user=aidant)
    ended = date.today() - timedelta(days=200)
    Membership.objects.filter(pk=row.pk).update(until=ended)
    roles.give(by=manager, to=aidant, role="aidant", structure=library, on=date.today(), at=AT)
    client.force_login(manager)
    page_text = client.post(f"/espace/equipe/{row.pk}/", {"geste": "retirer"}, follow=True).content.decode()
    assert "Il est déjà fini" in page_text and "n’a plus ce rôle" not in page_text
    row.refresh_from_db()
    assert row.until == ended and not Entry.objects.filter(verb="role.withdrawn").exists()
    client.post("/espace/equipe/plusieurs/", {"cochee": [row.pk]})
    row.refresh_from_db()
    assert row.until == ended and rights_of(User.objects.get(pk=aidant.pk)).any("people.see")


def test_invitation_opened_meanwhile_is_not_reported_as_withdrawn(client, manager, library):
    invitation, token = invitations.invite(
        by=manager, role="aidant", for_whom="Nadia", structure=library, at=datetime.now(UTC)
    )
    invitations.accept(token=token, user=account("nadia.b"), at=datetime.now(UTC), on=date.today())
    client.force_login(manager)
    page_text = client.post(f"/espace/equipe/invitations/{invitation.pk}/", follow=True).content.decode()
    assert "a déjà été ouverte" in page_text and "nadia.b" in page_text and "ne s’ouvre plus" not in page_text
    invitation.refresh_from_db()
    assert invitation.cancelled_at is None


def test_changed_end_of_a_role_is_recorded_in_the_journal(manager, library):
    aidant = with_role(account("aidant"), "aidant", structure=library)
    Membership.objects.filter(user=aidant).update(until=ON)
    for n, until in enumerate((date(2030, 1, 1), date(2030, 1, 1), None), 1):
        _, token = invitations.invite(
            by=manager, role="aidant", for_whom="A", structure=library, until=until, at=AT
        )
        invitations.accept(token=token, user=aidant, at=AT, on=ON)
        assert Membership.objects.get(user=aidant).until == until
        assert Entry.objects.filter(verb="role.given").count() == (1, 1, 2)[n - 1]


def test_a_role_that_would_end_before_it_begins_makes_no_link(client, manager, library):
    client.force_login(manager)
    form_data = {"role": "aidant", "pour_qui": "Nadia", "structure": library.name, "jusquau": "2026-01-31"}
    answer = client.post("/espace/equipe/", form_data)
    assert answer.status_code == 400 and "déjà passée" in answer.content.decode()
    assert not Invitation.objects.exists() and 'value="2026-01-31"' in answer.content.decode()


def test_the_team_of_another_structure_does_not_exist(client, manager, elsewhere):
    other = with_role(account("Zoltan"), "gestionnaire", structure=elsewhere)
    row = Membership.objects.get(user=other)
    client.force_login(manager)
    assert "Zoltan" not in client.get("/espace/equipe/").content.decode()
    assert client.post(f"/espace/equipe/{row.pk}/", {"geste": "retirer"}).status_code == 404
    assert client.post(f"/espace/equipe/{row.pk}/", {"geste": "acces"}).status_code == 404


def test_the_platform_keeps_somebody_who_runs_it():
    only = with_role(account("admin"), "administration")
    with pytest.raises(Refused, match="n’a pas été retiré"):
        roles.withdraw(by=only, membership=Membership.objects.get(user=only), on=ON, at=AT)


def test_a_manager_gives_back_an_access_by_a_link_that_opens_once(client, manager, library):
    aidant = with_role(account("aidant", is_demonstration=False), "aidant", structure=library)
    client.force_login(manager)
    row = Membership.objects.get(user=aidant)
    page = client.post(f"/espace/equipe/{row.pk}/", {"geste": "acces"}).content.decode()
    link = re.search(r"/acces/[\w-]+/", page)[0]
    client.logout()
    assert client.post(link, {"mot_de_passe": "trop court"}).status_code == 400
    assert client.post(link, {"mot_de_passe": "girafe trottoir vent citron"}).status_code == 302
    aidant.refresh_from_db()
    assert aidant.check_password("girafe trottoir vent citron")
    assert client.get(link).status_code == 410
    assert Recovery.objects.get().used_at is not None


@pytest.mark.parametrize("way", ["invitation", "acces"])
def test_adding_a_factor_after_a_link_requires_no_new_sign_in(client, manager, library, way):
    at = datetime.now(UTC)
    if way == "invitation":
        token = invitations.invite(by=manager, role="aidant", for_whom="Zoé", structure=library, at=at)[1]
    else:
        aidant = with_role(account("aidant", is_demonstration=False), "aidant", structure=library)
        row = Membership.objects.get(user=aidant)
        token = recoveries.give_back(by=manager, membership=row, at=at)
    form_data = {"courriel": "zoe@ville.example", "nom": "Zoé", "mot_de_passe": "girafe trottoir vent citron"}
    assert client.post(f"/{way}/{token}/", form_data)["Location"] == "/espace/"
    assert client.get("/compte/protection/application/").status_code == 200


def test_a_recovery_link_says_that_it_removes_a_second_factor_when_there_is_one(client, manager, library):
    aidant = with_role(account("aidant", is_demonstration=False), "aidant", structure=library)
    Authenticator.objects.create(user=aidant, type=Authenticator.Type.TOTP, data={})
    token = recoveries.give_back(
        by=manager, membership=Membership.objects.get(user=aidant), at=datetime.now(UTC)
    )
    assert "Votre second facteur sera retiré" in client.get(f"/acces/{token}/").content.decode()
    client.post(f"/acces/{token}/", {"mot_de_passe": "girafe trottoir vent citron"})
    assert "Votre second facteur est retiré." in Message.objects.latest("pk").text


def test_nobody_enters_another_structure_by_giving_back_an_access(manager, library, elsewhere):
    both = with_role(
        with_role(account("deux"), "aidant", structure=library), "gestionnaire", structure=elsewhere
    )
    row = Membership.objects.get(user=both, structure=library)
    with pytest.raises(Refused, match="autre structure"):
        recoveries.give_back(by=manager, membership=row, at=AT)


def test_who_gave_an_access_back_and_was_withdrawn_since_takes_nobody_s(client, manager, library, elsewhere):
    aidant = with_role(account("aidant", is_demonstration=False), "aidant", structure=library)
    row, at = Membership.objects.get(user=aidant), datetime.now(UTC)
    token = recoveries.give_back(by=manager, membership=row, at=at)
    assert client.get(f"/acces/{token}/").status_code == 200
    with_role(aidant, "gestionnaire", structure=elsewhere)
    assert client.get(f"/acces/{token}/").status_code == 410, "the account now opens another structure"
    Membership.objects.filter(user=aidant, structure=elsewhere).delete()
    assert client.get(f"/acces/{token}/").status_code == 200
    Membership.objects.filter(user=manager).delete()
    assert "ne répond plus de ce compte" in client.get(f"/acces/{token}/").content.decode()
    assert client.post(f"/acces/{token}/", {"mot_de_passe": "girafe trottoir vent citron"}).status_code == 410
    aidant.refresh_from_db()
    assert not aidant.check_password("girafe trottoir vent citron")


@pytest.mark.parametrize("address", ["/espace/equipe/plusieurs/", "/espace/equipe/999/"])
def test_an_address_that_forms_post_to_opens_the_page_it_is_of(client, manager, address):
    """Back, or a reload, showed a blank page."""
    client.force_login(manager)
    answer = client.get(address, follow=True, headers={"Accept": "text/html,*/*;q=0.8"})
    assert answer.redirect_chain == [("/espace/equipe/", 302)] and answer.status_code == 200
    assert "ne s’ouvre pas seule" in answer.content.decode()


def test_team_page_needs_an_account_that_manages_members(client, library):
    assert client.get("/espace/equipe/").status_code == 302
    client.force_login(with_role(account("aidant"), "aidant", structure=library))
    assert client.get("/espace/equipe/").status_code == 404


def test_who_invited_and_was_withdrawn_since_lets_nobody_in(manager, library):
    _, token = invitations.invite(by=manager, role="gestionnaire", for_whom="moi", structure=library, at=AT)
    Membership.objects.filter(user=manager).delete()
    vars(manager).pop("held_rights", None)
    with pytest.raises(Refused, match="ne s’ouvre plus"):
        invitations.accept(token=token, user=User.objects.get(pk=manager.pk), at=AT, on=ON)


def test_nobody_gives_themselves_a_role_that_sees_people(grenoble, library):
    _, token = invitations.invite(by=grenoble, role="aidant", for_whom="moi", structure=library, at=AT)
    with pytest.raises(Refused, match="soi-même"):
        invitations.accept(token=token, user=grenoble, at=AT, on=ON)
    assert not Membership.objects.filter(user=grenoble, role="aidant").exists()


def test_a_structure_that_also_stands_elsewhere_is_nobody_s_of_one_territory(grenoble, library):
    branch = place("antenne", {"nom": "Antenne", "code_insee": LILLE})
    branch.structure = library
    branch.save()
    assert access.communes_of_structure(library) == {GRENOBLE, LILLE}
    assert not access.may_give(grenoble, "aidant", structure=library)


def test_the_right_over_a_commune_draws_no_outline_to_know_it(monkeypatch):
    """Les territoires d’un pilote se comptent par dizaines : un contour lu pour chacun, des secondes."""
    monkeypatch.setattr(where, "centres", lambda codes: pytest.fail(f"outlines of {codes} are read"))
    assert access.communes_of("38045") == {"38045"}
    assert access.communes_of("75056") >= {"75056", "75101"}


def test_the_last_manager_of_a_structure_stays(manager, library):
    with pytest.raises(Refused, match="seule personne responsable"):
        roles.withdraw(by=manager, membership=Membership.objects.get(user=manager), on=ON, at=AT)


def test_no_end_is_set_that_leaves_a_structure_to_nobody(manager, library):
    membership_fields = {"to": manager, "role": "gestionnaire", "structure": library}
    end = {"until": date(2026, 12, 31), "by": None, "on": ON, "at": AT}
    with pytest.raises(Refused, match="Après elle, plus personne ne répondrait de cette structure"):
        roles.give(**membership_fields, **end)
    with_role(account("saison"), "gestionnaire", structure=library, until=end["until"])
    with pytest.raises(Refused, match="Après elle"):
        roles.give(**membership_fields, **end)
    with_role(account("suivante"), "gestionnaire", structure=library)
    assert roles.give(**membership_fields, **end).until == end["until"]


def test_the_platform_is_left_neither_to_nobody_nor_to_a_closed_account(library):
    admin = with_role(account("admin"), "administration")
    closed_account = with_role(account("partie"), "administration")
    User.objects.filter(pk=closed_account.pk).update(is_active=False)
    with_role(account("saison"), "administration", until=date(2026, 12, 31))
    with pytest.raises(Refused, match="plus personne n’administrerait la plateforme"):
        roles.give(by=None, to=admin, role="administration", until=date(2027, 1, 1), on=ON, at=AT)
    with pytest.raises(Refused, match="dernière personne qui administre"):
        roles.withdraw(by=admin, membership=Membership.objects.get(user=admin), on=ON, at=AT)


def test_an_account_that_is_closed_acts_for_nobody(manager, library):
    assert rights_of(manager).any("members.manage") and joining.team_of(library, AT) == ["responsable"]
    User.objects.filter(pk=manager.pk).update(is_active=False)
    closed = User.objects.get(pk=manager.pk)
    assert not rights_of(closed).any("members.manage")
    assert joining.team_of(library, AT) == [] and not joining.with_team(AT).exists()
    with_role(closed, "administration")
    (check,) = [each for each in checks(AT, elsewhere=False) if each.subject == "comptes"]
    assert check.status_text == "Personne n’administre."


def test_an_invitation_offers_the_territories_of_one_name(client, coordinator):
    client.force_login(coordinator)
    sent = {"role": "analyste", "territoire": "Grenoble"}
    form = client.post("/espace/equipe/", sent).context["form"]
    assert "Choisissez le vôtre" in form.errors["territoire"][0]
    assert "38185" in {code for code, _ in form.fields["lequel"].choices}
    assert "lequel" not in client.post("/espace/equipe/", {**sent, "role": "aidant"}).context["form"].fields
    namesakes = candidates("Sainte-Colombe")
    words = [label for _, label in namesakes if label.startswith("Sainte-Colombe, ")]
    assert "Sainte-Colombe, Rhône (69)" in words and len(words) > 10
    assert words == sorted(words, key=plain), "by département, and no code that nobody knows"
    assert not any(code in label for code, label in namesakes)


def test_the_accounts_of_the_demonstration_have_their_roles_since_the_year_that_it_tells():
    """La courbe des structures disait « 0 » des mois où la démonstration raconte leurs actes."""
    for name in (HELP, LEARN):
        Structure.objects.create(key=name, name=name)
    accounts = {name: account(name) for name, *_ in demo.ACCOUNTS}
    for days in (0, 1):
        structures = demo.give_roles(accounts, AT + timedelta(days=days))
    assert structures[HELP] is not None and structures[SOCIAL] is None, "renamed: its account has no role"
    assert Membership.objects.count() == len(demo.ACCOUNTS) - 1, "once"
    assert set(Membership.objects.values_list("since", flat=True)) == {ON - timedelta(days=365)}
    taken = Membership.objects.get(role="benevole")
    Membership.objects.filter(pk=taken.pk).update(until=ON)
    demo.give_roles(accounts, AT + timedelta(days=2))
    again = Membership.objects.filter(role="benevole").exclude(pk=taken.pk).get()
    assert again.since == ON + timedelta(days=2), "never over the days when it was taken back"
