"""Words typed in any form of the space come back in that form: after a session that ended, after a token
that was lost.
"""

import pytest
from django.test import Client

from maillage.apps.platform.accounts.access import OWNER
from maillage.manage.requests import interrupted_posts
from tests.support import html_forms
from tests.support.matrix import answered_by, pages_of
from tests.support.profile import some

pytestmark = pytest.mark.django_db
TYPED = "Écrit avant la coupure"
SIGN_IN = ("/compte/", "/deconnexion/")  # what signs in is never kept


@pytest.mark.slow("each form of the space with words in it is sent, and its page read again")
@pytest.mark.parametrize("role", some(["gestionnaire", "coordination"], "gestionnaire"))
def test_typed_words_come_back_in_every_form_of_the_space(world, role):
    user = world.users[role]
    reader, n, tried = Client(), 0, set()
    reader.force_login(user)
    for address in pages_of(world, role):
        answer = reader.get(address)
        if answer.status_code != 200 or not answer.get("Content-Type", "").startswith("text/html"):
            continue
        for form in html_forms.forms(answer.content.decode(), address):
            action, words = form.action, form.names(*html_forms.TYPED)
            kind = answered_by(action), frozenset(words)
            words = [name for name in words if not any(part in name for part in interrupted_posts.NAMES)]
            if not words or action.startswith(SIGN_IN) or kind in tried:
                continue
            tried.add(kind)
            n += 1
            typed = [(name, TYPED if name in words else value) for name, value in form.values()]
            assert came_back(user, address, action, typed, signed_in=n % 2 == 0) == [], (address, action)
    assert n > 20


def came_back(user, address: str, action: str, typed: list[tuple[str, str]], *, signed_in: bool) -> list[str]:
    """Send a form with a token that was lost, signed in or not; return what its page shows no more."""
    browser = Client(enforce_csrf_checks=True)
    if signed_in:
        browser.force_login(user)
    data: dict[str, list[str]] = {}
    for name, value in typed:
        data.setdefault(name, []).append(value)
    headers = {"origin": "http://testserver", "referer": f"http://testserver{address}"}
    answer = browser.post(action, data, headers=headers)
    way = "/compte/reprendre/" if signed_in else "/connexion/?next=%2Fcompte%2Freprendre%2F"
    assert answer.get("Location") == way, (address, action, typed)
    if not signed_in:
        browser.force_login(user)
    page = browser.get("/compte/reprendre/", follow=True).content.decode()
    assert "Ce formulaire n’est pas parti." in page, (address, action)
    sent = [(name, value) for name, value in typed if name not in ("csrfmiddlewaretoken", OWNER)]
    candidates = [form.values() for form in html_forms.forms(page, address) if form.action == action]
    missing = [[name for name, value in sent if (name, value) not in fields] for fields in candidates]
    return min(missing, key=len, default=["no form"])


@pytest.mark.parametrize("typed", ["framboise", ""])
def test_a_secret_is_never_stored_and_the_rest_of_its_form_is(rf, typed):
    request = rf.post(
        "/espace/personnes/nouvelle/", {"prenom": "Zoé", "secret": typed, "Mot_de_passe": typed}
    )
    post = interrupted_posts.of(request, 1)
    assert post is not None
    assert post["fields"] == [("prenom", "Zoé")]
    assert post["secrets"] == bool(typed)
