"""Name the first administrator of an empty platform: a command prints a link that opens once."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from maillage.apps.directory.memberships import access
from maillage.apps.directory.memberships.actions import recoveries
from maillage.apps.platform.accounts.models import Entry, User
from maillage.apps.platform.messages.models import Message
from maillage.kernel.errors import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
TODAY = date(2026, 11, 2)
ADMIN_EMAIL = "ana@ville.example"


def appoint(email: str = ADMIN_EMAIL, name: str = "Ana") -> tuple[User, str]:
    return recoveries.appoint(email=email, name=name, on=TODAY, at=timezone.now())


def test_a_new_address_administers_once_it_has_chosen_its_password(client):
    user, token = appoint()
    assert (user.email, user.name, user.has_usable_password()) == (ADMIN_EMAIL, "Ana", False)
    assert [m.role for m in access.current(TODAY).filter(user=user)] == ["administration"]
    page = client.get(f"/acces/{token}/")
    assert page.status_code == 200
    assert "Choisir votre mot de passe" in page.content.decode()
    assert "second facteur" not in page.content.decode(), "it never had one"
    client.post(f"/acces/{token}/", {"mot_de_passe": "girafe trottoir vent citron"})
    assert "second facteur" not in Message.objects.get(to=ADMIN_EMAIL).text
    user.refresh_from_db()
    assert user.check_password("girafe trottoir vent citron")
    assert list(Entry.objects.order_by("pk").values_list("verb", flat=True)) == [
        "role.given",
        "access.given_back",
        "access.recovered",
    ]


def test_a_known_address_keeps_its_account_and_gets_the_last_link_alone():
    user, first = appoint()
    again, second = appoint("ANA@ville.example", "Autre nom")
    assert (again, again.name) == (user, "Ana")
    assert access.current(TODAY).filter(user=user).count() == 1
    assert recoveries.open_recovery(second, timezone.now()).user == user
    with pytest.raises(recoveries.Recovery.DoesNotExist):
        recoveries.open_recovery(first, timezone.now())
    with pytest.raises(Refused):
        recoveries.open_recovery(second, timezone.now() + timedelta(days=3))


def test_neither_an_example_nor_what_is_no_address_administers():
    User.objects.create_user("exemple@demo.example", "x", is_demonstration=True)
    for email in ("exemple@demo.example", "ana", ""):
        with pytest.raises(Refused):
            appoint(email)
    assert not access.current(TODAY).exists()
