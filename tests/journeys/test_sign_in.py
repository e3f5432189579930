"""Signing in with what one has: a password and a telephone, a key, a code; by keyboard, without script, on
any screen.
"""

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest

from tests.support.profile import some

PASSWORD = "cheval agrafe pile correcte"
OPENS = """
from datetime import date
from maillage.apps.platform.accounts.models import User
from maillage.apps.directory.places.models import Structure
from maillage.apps.directory.memberships.models import Membership
user = User.objects.create_user(sys.argv[1], sys.argv[2], name="Camille Roche")
Membership.objects.create(user=user, role="aidant", structure=Structure.objects.order_by("pk").first(), since=date(2020, 1, 1))
"""
READS = """
from maillage.apps.platform.messages.models import Message
print(Message.objects.filter(to=sys.argv[1]).order_by("-pk").first().text)
"""
REFUSED = "Content Security Policy"


@pytest.fixture
def account(in_the_platform):
    """Open an account that sees people, and return its address."""

    def open_account(name: str) -> str:
        in_the_platform(OPENS, f"{name}@exemple.fr", PASSWORD)
        return f"{name}@exemple.fr"

    return open_account


def code_of(secret: str) -> str:
    """Return the code of the moment, as the application of a telephone computes it (RFC 6238)."""
    key = base64.b32decode(secret.replace(" ", ""))
    mark = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    start = mark[-1] & 15
    return f"{(struct.unpack('>I', mark[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def sign_in(page, site, email, *, shared=True):
    page.goto(f"{site}/connexion/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    if not shared:
        page.uncheck("#partage")
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda address: not address.endswith("/connexion/"))


def heading(page) -> str:
    return page.inner_text("h1").replace("\u00a0", " ").replace("\n", " ")


def press(page, words: str) -> None:
    """Go to a button or a link by keyboard alone, and press it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if words in page.evaluate("document.activeElement.innerText ?? ''").replace("\u00a0", " "):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"no {words!r} by keyboard")


def typed(page, name: str, text: str) -> None:
    """Go to a field by keyboard alone, and type."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == name:
            page.keyboard.type(text)
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"no {name!r} by keyboard")


@pytest.mark.complete
def test_an_application_is_added_by_keyboard_then_required_without_script(visit, site, account):
    email = account("application")
    page = visit("/connexion/", width=390, height=844, java_script_enabled=False)
    sign_in(page, site, email)
    page.goto(f"{site}/compte/protection/?next=/compte/")
    page.wait_for_selector("text=Avant d’ouvrir l’espace professionnel")
    page.get_by_role("link", name="Ajouter une application").press("Enter")
    page.wait_for_selector("text=Photographiez ce carré")
    secret = page.inner_text(".cle-ecrite")
    page.focus("[name=code]")
    page.keyboard.type(code_of(secret))
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Vos codes de secours")
    assert len(page.locator(".codes li").all()) == 10
    page.get_by_role("link", name="C’est noté, continuer").press("Enter")
    page.wait_for_url("**/compte/")
    page.get_by_role("button", name="Se déconnecter", exact=True).press("Enter")
    page.wait_for_url(f"{site}/")
    sign_in(page, site, email)
    page.wait_for_url("**/connexion/verifier/")
    page.fill("[name=code]", code_of(secret))
    page.keyboard.press("Enter")
    page.wait_for_url("**/espace/")


@pytest.mark.complete
def test_a_code_received_opens_the_account_without_password(visit, site, account, in_the_platform):
    email = account("code")
    page = visit("/connexion/", width=390, height=844)
    press(page, "Recevoir un code")
    page.wait_for_url("**/connexion/code/")
    typed(page, "email", email)
    page.wait_for_url("**/saisir/")
    code = re.search(r"\d{4}-\d{4}", in_the_platform(READS, email)).group()
    typed(page, "code", code)
    page.wait_for_url("**/compte/protection/**")
    page.goto(f"{site}/compte/")
    page.click("text=Choisissez-en un autre")
    page.wait_for_selector("[name=password1]")
    assert page.locator("[name=oldpassword]").count() == 0


@pytest.fixture
def with_key(chromium, site):
    """A page on a device that knows its owner: a finger put when asked. The address has a name, as keys
    want.
    """
    context = chromium.new_context(locale="fr-FR")
    page = context.new_page()
    console_lines: list[str] = []
    page.on("console", lambda message: console_lines.append(message.text))
    page.on("pageerror", lambda error: console_lines.append(str(error)))
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
    }
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": options | {"isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    yield page, site.replace("127.0.0.1", "localhost")
    context.close()
    assert [line for line in console_lines if REFUSED in line or "Error" in line] == []


def test_a_key_is_added_then_opens_the_account_alone(with_key, account):
    page, named = with_key
    sign_in(page, named, account("cle"))
    page.goto(f"{named}/compte/protection/cles/ajouter/")
    page.fill("[name=name]", "Ordinateur du bureau")
    page.get_by_role("button", name="Ajouter la clé").press("Enter")
    page.wait_for_selector("text=Vos codes de secours")
    page.goto(f"{named}/compte/protection/")
    assert "ouvre sans mot de passe" in page.inner_text("main").replace("\u00a0", " ")
    page.goto(f"{named}/deconnexion/")
    page.click("main form button")
    page.wait_for_url(f"{named}/")
    page.goto(f"{named}/connexion/?next=/compte/")
    page.uncheck("#partage")
    page.get_by_role("button", name="Ma clé d’accès").press("Enter")
    page.wait_for_url("**/compte/")
    assert "ordinateur partagé" not in page.inner_text(".resultats"), (
        "the box of the page holds for the key too"
    )
    page.goto(f"{named}/compte/mot-de-passe/")
    assert heading(page) == "Changer de mot de passe"


@pytest.mark.complete
def test_a_key_is_the_second_factor_and_says_who_one_is_again(with_key, account):
    page, named = with_key
    email = account("cle-seconde")
    sign_in(page, named, email)
    page.goto(f"{named}/compte/protection/cles/ajouter/")
    page.uncheck("[name=passwordless]")
    page.get_by_role("button", name="Ajouter la clé").click()
    page.wait_for_selector("text=Vos codes de secours")
    page.goto(f"{named}/deconnexion/")
    page.click("main form button")
    page.wait_for_url(f"{named}/")
    sign_in(page, named, email)
    page.wait_for_url("**/connexion/verifier/")
    page.get_by_role("button", name="Avec ma clé d’accès").click()
    page.wait_for_url("**/espace/")
    page.goto(f"{named}/compte/confirmer/cle/?next=/compte/")
    page.get_by_role("button", name="Présenter ma clé").click()
    page.wait_for_url("**/compte/")


def test_a_key_that_is_refused_leaves_the_other_ways(visit, site):
    page = visit("/connexion/")
    page.get_by_role("button", name="Ma clé d’accès").click()
    page.wait_for_selector("[data-cle-faute]:not(:empty)")
    assert "Prenez un autre moyen" in page.inner_text("[data-cle-faute]").replace("\u00a0", " ")


@pytest.mark.complete
def test_without_script_the_key_says_what_it_needs(visit):
    page = visit("/connexion/", java_script_enabled=False)
    assert not page.is_visible("text=Ma clé d’accès")
    page.wait_for_selector("text=La clé d’accès demande JavaScript")  # shown once no script came


def test_the_back_button_shows_nothing_after_signing_out(visit, site, account):
    page = visit("/connexion/")
    sign_in(page, site, account("retour"))
    page.goto(f"{site}/compte/")
    assert "Camille Roche" in page.inner_text("main")
    page.get_by_role("button", name="Se déconnecter", exact=True).click()
    page.wait_for_url(f"{site}/")
    page.go_back()
    page.wait_for_load_state()
    assert "Camille Roche" not in page.inner_text("body")
    assert heading(page) == "Se connecter"


@pytest.mark.complete
def test_the_end_of_the_visit_is_announced_and_put_off(visit, site, account):
    page = visit("/connexion/")
    sign_in(page, site, account("fin"))
    page.wait_for_url("**/compte/protection/**")
    page.clock.install()
    page.goto(f"{site}/compte/")
    page.clock.fast_forward("27:00")
    assert page.is_hidden("[data-seance]")
    page.clock.fast_forward("01:30")
    warning = page.inner_text("[data-seance]").replace("\u00a0", " ")
    assert "se termine dans 3 min" in warning
    with page.expect_response("**/compte/presence/") as answer:
        page.get_by_role("button", name="Je suis là").press("Enter")
    assert answer.value.status == 204
    assert page.is_hidden("[data-seance]")


def test_what_is_suggested_ends_with_the_visit(visit, signed_in):
    page = visit("/espace/chercher/", storage_state=signed_in("aidant"))
    field = page.locator("main [data-suggestions]")
    with page.expect_response("**/propositions/**"):
        field.press_sequentially("ma")
    page.context.clear_cookies()
    with page.expect_event("requestfailed"):  # it leads to the page where one signs in
        field.press_sequentially("i")
    assert page.locator("main .suggestions h1, main .suggestions form").count() == 0, (
        "no page within the page"
    )


# ------------------------------------------------------------------------------------------------ read by all


@pytest.fixture(scope="module")
def states(chromium, site, in_the_platform):
    """Three browsers: one signed in with an application, one at the second step, one that asked for a
    code.
    """
    in_the_platform(OPENS, "pages@exemple.fr", PASSWORD)
    state_by_name = {}

    def store_state(name, page, context):
        state_by_name[name] = context.storage_state()
        context.close()

    context = chromium.new_context(locale="fr-FR")
    page = context.new_page()
    sign_in(page, site, "pages@exemple.fr", shared=False)
    page.wait_for_url("**/compte/protection/**")
    page.goto(f"{site}/compte/protection/application/")
    page.fill("[name=code]", code_of(page.inner_text(".cle-ecrite")))
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Vos codes de secours")
    store_state("in", page, context)
    for name in ("second", "code"):
        context = chromium.new_context(locale="fr-FR")
        page = context.new_page()
        if name == "second":
            sign_in(page, site, "pages@exemple.fr")
            page.wait_for_url("**/connexion/verifier/")
        else:
            page.goto(f"{site}/connexion/code/")
            page.fill("[name=email]", "pages@exemple.fr")
            page.keyboard.press("Enter")
            page.wait_for_url("**/saisir/")
        store_state(name, page, context)
    return state_by_name


PAGES = {
    "/connexion/": "",
    "/connexion/code/": "",
    "/connexion/code/saisir/": "code",
    "/connexion/verifier/": "second",
    "/deconnexion/": "in",
    "/compte/": "in",
    "/compte/mot-de-passe/": "in",
    "/compte/confirmer/": "in",
    "/compte/confirmer/code/": "in",
    "/compte/protection/": "in",
    "/compte/protection/application/retirer/": "in",
    "/compte/protection/cles/ajouter/": "in",
    "/compte/protection/codes/": "in",
    "/compte/protection/codes/nouveaux/": "in",
}


@pytest.fixture
def enter(visit, states):
    def open_page(address, **options):
        state = PAGES[address]
        return visit(address, **options, **({"storage_state": states[state]} if state else {}))

    return open_page


SMALL = """() => [...document.querySelectorAll("main a, main button, main input:not([type=hidden]), main summary")]
  .filter((each) => each.offsetParent && !each.closest("p:not(.rangee)") && each.type !== "checkbox")
  .filter((each) => each.getBoundingClientRect().height < 43.5).map((each) => each.outerHTML.slice(0, 120))"""


@pytest.mark.complete
@pytest.mark.parametrize("address", some(PAGES, "/connexion/", "/compte/"))
def test_a_page_reads_however_it_is_looked_at(enter, faults_of_looks, address):
    page = enter(address, looked=True)
    assert page.url.endswith(address), "this page was not reached"
    assert faults_of_looks(page, small=SMALL) == []
