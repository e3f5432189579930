"""Without network: the home page, the last search, a module read by its cover; elsewhere a page that says what to do."""

from playwright.sync_api import expect

from tests.support.browsing import PHONE, until

SEARCH = "/carte/?ou=Grenoble&besoin=assistance"
STORED = """(async () => (await Promise.all((await caches.keys()).map(async (name) =>
  (await (await caches.open(name)).keys()).map((each) => new URL(each.url).pathname + new URL(each.url).search)))).flat())()"""


def until_stored(page, address: str) -> None:
    """Wait for the device to hold a page."""
    until(page, lambda: address in page.evaluate(STORED))


def test_without_network_the_home_page_the_last_search_and_a_module_answer(visit, site):
    page = visit("/", **PHONE)
    until_stored(page, "/")
    for search in ("/carte/?ou=Meylan&besoin=wifi", SEARCH):
        page.goto(site + search)
        until_stored(page, search)
    first_phone = page.locator(".rang a[href^='tel:']").first.get_attribute("href")
    page.goto(f"{site}/apprendre/messages-pieges/")
    until_stored(page, "/apprendre/messages-pieges/3/")
    page.context.set_offline(True)
    for address in ("/", SEARCH):
        page.goto(site + address)
        expect(page.locator("[data-copie-gardee]")).to_contain_text("Le réseau ne répond pas")
    expect(page.locator(".rang").first).to_be_visible()
    page.goto(f"{site}/apprendre/messages-pieges/3/")
    expect(page.locator(".etape")).to_be_visible()
    for address in ("/ma-carte/", "/carte/?ou=Meylan&besoin=wifi"):
        page.goto(site + address)
        expect(page.locator("h1")).to_have_text("La connexion s’est arrêtée")
    expect(page.locator(f"[data-derniere] a[href='{first_phone}']").first).to_be_visible()
    expect(page.get_by_role("link", name="SMS, mails et appels pièges")).to_be_visible()
    page.get_by_role("button", name="L’effacer de cet appareil").press("Enter")
    expect(page.locator("[data-derniere]")).to_be_hidden()
    page.context.set_offline(False)
    expect(page.locator("h1")).to_have_text("Trouver de l’aide")


def test_a_search_opened_from_a_link_answers_without_network(visit, site):
    page = visit(SEARCH, **PHONE)
    until_stored(page, SEARCH)
    page.context.set_offline(True)
    page.goto(site + SEARCH)
    expect(page.locator("[data-copie-gardee]")).to_contain_text("Le réseau ne répond pas")
    expect(page.locator(".rang").first).to_be_visible()
    page.context.set_offline(False)


def test_nothing_that_an_account_reads_is_stored_on_the_device(enter, site):
    page = enter("aidant", "/espace/personnes/")
    page.goto(f"{site}/")
    until_stored(page, "/")
    for address in ("/espace/personnes/", SEARCH, "/"):
        page.goto(site + address)
    page.wait_for_timeout(1500)  # nothing more is stored
    stored = page.evaluate(STORED)
    assert [each for each in stored if not each.startswith("/statique/")] == ["/"]
    home = page.evaluate("caches.match('/', {ignoreVary: true}).then((each) => each.text())")
    assert "/espace/deconnexion" not in home
    assert "Espace pro" in home
