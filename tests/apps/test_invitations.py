"""Invitations: typed, pasted or from a table; sent by e-mail, seen, sent again, forgotten."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from maillage.apps.directory.memberships import queries, worklist
from maillage.apps.directory.memberships.actions import invitations
from maillage.apps.directory.memberships.models import Invitation
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts.models import Entry, User
from maillage.apps.platform.messages.models import Message
from maillage.kernel.errors import Refused
from tests.conftest import account
from tests.support import workbooks
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("clock_at")]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
TEAM = "/espace/equipe/"
SOFIA, PAUL = ("Sofia Benali", "sofia@asso.example"), ("Paul", "paul@asso.example")


@pytest.fixture
def sends(settings):
    """E-mails leave this computer."""
    settings.SENDING = settings.SENDING | {"SMTP": "smtp://localhost"}


@pytest.fixture
def library():
    return place("bibliotheque", {"code_insee": "38185"}).structure


@pytest.fixture
def manager(library):
    return account("responsable", "gestionnaire", structure=library)


def sent(manager, structure, **extra):
    values = {"by": manager, "role": "aidant", "for_whom": SOFIA[0], "email": SOFIA[1], "at": AT}
    return invitations.invite(structure=structure, **values | extra)


def test_a_link_made_is_copied_and_leads_to_the_next_step(client, manager, library):
    client.force_login(manager)
    page = client.post(
        TEAM, {"role": "aidant", "structure": library.name, "pour_qui": "Sofia"}
    ).content.decode()
    pk = Invitation.objects.get().pk
    assert f'data-copier="lien-{pk}"' in page and f'id="lien-{pk}"' in page
    assert "Voir la suite" in page


def pairs():
    return sorted(Invitation.objects.values_list("for_whom", "email"))


def table(name: str) -> bytes:
    header, rows = (
        ("Prénom", "Nom", "Fonction", "Adresse e-mail"),
        (
            ("Sofia", "Benali", "médiatrice", SOFIA[1]),
            ("Paul", "", "", PAUL[1]),
        ),
    )
    if name.endswith("xlsx"):
        return workbooks.xlsx(header, *rows)
    if name.endswith("ods"):
        return workbooks.ods(
            ("Feuille", [workbooks.line(*map(workbooks.cell, row)) for row in (header, *rows)])
        )
    return "\n".join(";".join(row) for row in (header, *rows)).encode("cp1252")


@pytest.mark.parametrize("name", ["equipe.csv", "equipe.xlsx", "equipe.ods"])
def test_a_table_invites_each_of_its_rows(client, manager, library, name):
    client.force_login(manager)
    file = SimpleUploadedFile(name, table(name))
    page = client.post(TEAM, {"role": "aidant", "structure": library.name, "fichier": file})
    assert page.status_code == 200
    assert pairs() == sorted([SOFIA, PAUL])


def test_pasted_rows_name_and_write_to_each(client, manager, library, sends):
    client.force_login(manager)
    pasted = f"{SOFIA[0]}\t{SOFIA[1]}\nPaul <{PAUL[1]}>\nKarim\nSofia Benali, {SOFIA[1]}"
    page = client.post(TEAM, {"role": "aidant", "structure": library.name, "pour_qui": pasted})
    assert pairs() == sorted([SOFIA, PAUL, ("Karim", "")])
    assert sorted(Message.objects.values_list("to", flat=True)) == [PAUL[1], SOFIA[1]]
    assert len(re.findall(r"/invitation/[\w-]+/", page.content.decode())) == 1, "Karim's alone is displayed"
    assert "2 invitations partent" in page.content.decode()


def test_a_link_is_displayed_when_no_email_leaves(client, manager, library):
    client.force_login(manager)
    page = client.post(
        TEAM, {"role": "aidant", "structure": library.name, "pour_qui": " ".join(SOFIA)}
    ).content.decode()
    link = re.search(r"/invitation/[\w-]+/", page)[0]
    assert link in Message.objects.get().text


@pytest.mark.parametrize("typed", ["", "Sofia sofia@", "x@y.z@t", "Jo, pas-une-adresse", "Paul;paul.asso.fr"])
def test_what_names_nobody_or_no_address_invites_nobody(client, manager, library, typed):
    client.force_login(manager)
    page = client.post(TEAM, {"role": "aidant", "structure": library.name, "pour_qui": typed})
    assert page.status_code == 400
    assert not Invitation.objects.exists()


def test_a_file_that_is_no_table_is_refused_in_words(client, manager, library):
    client.force_login(manager)
    file = SimpleUploadedFile("equipe.pdf", b"%PDF-1.7")
    page = client.post(TEAM, {"role": "aidant", "structure": library.name, "fichier": file})
    assert page.status_code == 400
    assert "un document PDF" in page.content.decode()


def test_the_page_of_a_link_is_filled_and_its_reading_stored(client, manager, library):
    row, token = sent(manager, library)
    client.head(f"/invitation/{token}/")
    row.refresh_from_db()
    assert row.viewed_at is None, "a mail filter that looks at a link has not read it"
    page = client.get(f"/invitation/{token}/").content.decode()
    assert f'value="{SOFIA[0]}"' in page
    assert f'value="{SOFIA[1]}"' in page
    row.refresh_from_db()
    assert row.viewed_at == AT
    client.force_login(manager)
    assert "vue le 20 novembre" in client.get(TEAM).content.decode()


def test_an_expired_link_is_sent_again_and_the_first_opens_nothing(client, manager, library, sends):
    row, first = sent(manager, library, at=AT - timedelta(days=15))
    (line,) = worklist.lines(manager, AT)
    assert (line.kind, line.late) == ("invitation", True)
    client.force_login(manager)
    assert "a expiré le 19 novembre" in client.get(TEAM).content.decode()
    page = client.post(f"{TEAM}invitations/{row.pk}/", {"geste": "renvoyer"})
    assert "L’invitation part par e-mail" in page.content.decode()
    assert [message.to for message in Message.objects.all()] == [SOFIA[1]] * 2
    token = re.search(r"/invitation/([\w-]+)/", Message.objects.latest("pk").text)[1]
    assert invitations.open_invitation(token, AT).pk == row.pk
    with pytest.raises(Invitation.DoesNotExist):
        invitations.open_invitation(first, AT)
    assert list(worklist.lines(manager, AT)) == []
    assert Entry.objects.filter(verb="invitation.renewed").exists()


def test_an_accepted_link_is_not_sent_again_and_forgets_its_address(manager, library):
    row, token = sent(manager, library)
    invitations.accept(token=token, user=User.objects.create_user("sofia@exemple.fr"), at=AT, on=AT.date())
    row.refresh_from_db()
    assert row.email == ""
    with pytest.raises(Refused):
        invitations.renew(by=manager, invitation=row, at=AT)
    assert queries.pending(Invitation.objects.all(), AT) == []


def test_the_address_of_a_link_too_old_is_forgotten(manager, library):
    old, _ = sent(manager, library, at=AT - timedelta(days=45))
    recent, _ = sent(manager, library, at=AT - timedelta(days=43))
    assert invitations.run_deadlines(at=AT) == 1
    old.refresh_from_db()
    recent.refresh_from_db()
    assert (old.email, recent.email) == ("", SOFIA[1])


@pytest.mark.parametrize("has_place", [False, True])
def test_a_manager_without_a_place_first_describes_it(client, manager, library, has_place):
    structure = library if has_place else Structure.objects.create(name="Les Liens", key="les-liens")
    _, token = sent(manager, library, role="gestionnaire")
    Invitation.objects.update(structure=structure, made_by=account("admin", "administration"))
    client.force_login(User.objects.create_user("nora@exemple.fr"))
    answer = client.post(f"/invitation/{token}/")
    assert answer.url == ("/espace/" if has_place else "/espace/annuaire/lieux/nouveau/")


def test_a_link_that_says_the_role_asks_for_nothing_else(client, manager, library):
    client.force_login(manager)
    page = client.get(f"{TEAM}?role=aidant").content.decode()
    assert 'type="radio"' not in page
    assert client.post(f"{TEAM}?role=aidant", {"role": "gestionnaire", "pour_qui": "Lou"}).status_code == 400
    client.post(f"{TEAM}?role=aidant", {"role": "aidant", "pour_qui": "Lou", "structure": library.name})
    assert Invitation.objects.get().role == "aidant"
