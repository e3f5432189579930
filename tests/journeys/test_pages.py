"""Every page: readable by all, on a phone and on a desk, by day and by night, without asking anything
elsewhere.
"""

from itertools import pairwise

import pypdfium2
import pytest
from django.template.loader import render_to_string

from maillage.apps.steering.pilotage import rules as pilotage
from tests.journeys.conftest import PERIMETER, PHONE, give_frames, undrawn
from tests.support.looked_pages import PUBLIC_PAGES
from tests.support.markup import BEYOND_AXE
from tests.support.profile import some
from tests.support.shared import ROOT


@pytest.mark.parametrize("name", some(PUBLIC_PAGES, "accueil", "territoire"))
def test_a_page_reads_however_it_is_looked_at(visit, faults_of_looks, name):
    assert faults_of_looks(visit(PUBLIC_PAGES[name], looked=True), enhanced=name != "style") == []


ODD = """<!doctype html><html lang="fr"><title>Une page</title><style>
@media (max-width: 800px) { .wide { display: none } }
@media (min-width: 801px) { .small { display: none } }
@media (prefers-color-scheme: light) { .day { color: #bbb } }
@media (prefers-color-scheme: dark) { body { background: #000; color: #fff } .night { color: #333 } }
body, p { transition: background .3s, color .3s }
</style><main><h1>Une page</h1><p class="day">Le jour</p><p class="night">La nuit</p>
<button class="wide"></button><button class="small"></button>
<button class="bare"><span class="wide">Ouvrir</span></button></main>"""
# The same things are in sight at every width, and nothing else is wrong.
SMALL = """<!doctype html><html lang="fr"><title>Une page</title><style>
@media (max-width: 800px) { .small { display: inline-block; width: 9px; height: 9px; padding: 0 } }
@media (prefers-color-scheme: dark) { body { background: #000; color: #fff } .night { color: #333 } }
</style><main><h1>Une page</h1><p>Le jour</p><p class="night">La nuit</p>
<button class="small">a</button><button class="small">b</button></main>"""


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (
            ODD,
            [
                ("color", ".day"),
                ("color", ".night"),
                ("button-name", ".wide"),
                ("button-name", ".small"),
                ("button-name", ".bare"),
            ],
        ),
        (SMALL, [("color", ".night"), ("target-size", "button")]),
    ],
    ids=["what is in sight", "colours and sizes"],
)
def test_a_fault_that_one_look_alone_shows_is_found(chromium, faults_by_day_and_night, content, wrong):
    for page in (chromium.new_page(), undrawn(chromium)):
        page.set_content(content)
        faults = faults_by_day_and_night(page)
        page.context.close()
        for rule, where in wrong:
            assert [each for each in faults if each.startswith(rule) and where in each], (where, faults)


FOLLOWS = """<!doctype html><p>Une page</p><script>
new ResizeObserver(() => { document.body.dataset.wide = innerWidth }).observe(document.body);
requestAnimationFrame(() => requestAnimationFrame(() => { document.body.dataset.seen = "oui" }));
</script>"""


def test_what_axe_does_not_read_is_found(chromium):
    page = undrawn(chromium)
    page.set_content(
        "<!doctype html><style>@keyframes t{to{rotate:1turn}} b{animation:t 1s infinite} body,input{background:#fff}"
        "input{border:1px solid #ddd}</style><p id=a>x<p id=a>y<center>z</center><figure><svg></svg><figcaption>c"
        "</figcaption></figure><a accesskey=s href='#'>s</a><b>m</b><input name=n>"
    )
    assert [each.split(":")[0] for each in page.evaluate(BEYOND_AXE)] == [
        "two elements named a",
        "for its look alone",
        "a caption apart from its picture",
        "a shortcut of one key",
        "a field that its ground hides",
        "never stops",
    ]


@pytest.mark.parametrize("address", [PERIMETER, "/carte/?ou=Grenoble"])
def test_the_drawn_layer_of_a_map_is_hidden_beside_its_table(visit, address):
    page = visit(address)
    layer = page.locator(".leaflet-overlay-pane")
    layer.wait_for(state="attached")
    assert layer.get_attribute("aria-hidden") == "true"
    assert layer.locator("a, button, [tabindex='0']").count() == 0


@pytest.mark.parametrize("address", ["/", "/carte/?ou=Grenoble", PERIMETER, "/rejoindre/38185/?nom=Essai"])
def test_the_keyboard_leaves_every_part_of_a_page(visit, address):
    page = visit(address)
    page.evaluate("window.stops = new Set()")
    for _ in range(400):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body || stops.has(document.activeElement)"):
            break
        page.evaluate("stops.add(document.activeElement)")
    assert page.evaluate(
        "document.activeElement === document.body || document.activeElement === [...stops][0]"
    )


def test_a_page_that_is_not_drawn_does_all_that_a_drawn_one_does(chromium):
    page = undrawn(chromium)
    page.set_content(FOLLOWS)
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 700})
        for _ in range(20):  # on a busy machine, what is seen is told a frame later
            give_frames(page)
            dataset = page.evaluate("({...document.body.dataset})")
            if "seen" in dataset:
                break
        assert dataset == {"wide": str(width), "seen": "oui"}
    page.context.close()


FRAMED = """<!doctype html><html lang="fr"><title>Une page</title><style>
@media (max-width: 800px) {{ {small} }}
</style><header><button>{name}</button></header><main><h1>Une page</h1></main></html>"""


def test_a_head_already_looked_at_is_looked_at_again_as_soon_as_it_differs(chromium, faults_by_day_and_night):
    page = chromium.new_page()
    fault_rules = []
    for name, small in (
        ("<span>Ouvrir</span>", ""),
        ("<span>Ouvrir</span>", ""),
        ("<span></span>", ""),
        ("<span>Ouvrir</span>", "span { display: none }"),
    ):
        page.set_content(FRAMED.format(name=name, small=small))
        fault_rules.append([each.partition(":")[0] for each in faults_by_day_and_night(page)])
    page.close()
    assert fault_rules == [[], [], ["button-name"] * 2, ["button-name"]]


LINKED = """<!doctype html><html lang="fr"><title>Une page</title><style>
h1 {{ margin-top: {high}px }} header {{ font-size: 24px }} button {{ font-size: 24px }}</style>
<header><p><a href="?page={page}">Langue</a></p><form action="/{page}/"><input type="hidden" name="jeton" value="{page}">
<button>Sortir</button></form></header><main><h1>Une page</h1><p>Un mot</p></main></html>"""


def test_a_head_whose_links_lead_elsewhere_is_not_looked_at_again(chromium, faults_of, faultless):
    """Chaque page a les siens : un lien qui la nomme, un jeton contre les faux formulaires, sa feuille de style."""
    page = chromium.new_page()
    known = []
    for name, high in (("une", 10), ("autre", 30)):
        page.set_content(LINKED.format(page=name, high=high))
        assert faults_of(page) == []
        known.append(set(faultless))
    page.close()
    assert known[0] == known[1]


HEIGHT = "document.documentElement.scrollHeight"
# What a closed fold, a hidden element or a drawing holds is not read; a height in pixels would follow fonts and dates.
WORDS_READ = """() => {
  const main = document.querySelector('main')
  for (const drawing of main.querySelectorAll('svg')) drawing.style.display = 'none'
  return main.innerText.split(/\\s+/).filter((word) => /[\\p{L}\\d]/u.test(word)).length
}"""
SHORT = {
    "/methodes/besoins/": 300,
    PERIMETER: 520,
    f"{PERIMETER}plan/": 300,
    f"{PERIMETER}manques/": 850,  # two groups of services first, the others folded
    "/carte/?besoin=assistance": 300,
    "/sources/ecarts/": 480,  # thirty-four subjects, a line each
}


@pytest.mark.parametrize("address", SHORT)
def test_what_is_read_on_a_phone_is_short(visit, address):
    """Ce qui compte se lit en cinq écrans ; le reste est plié, à un doigt."""
    assert visit(address, looked=True, **PHONE).evaluate(WORDS_READ) <= SHORT[address]


def test_a_closed_fold_is_not_read(chromium):
    page = undrawn(chromium)
    page.set_content(
        "<main>Un <b>deux</b> 3 – <span hidden>x</span><svg><text>x</text></svg><details><summary>quatre</summary>x"
        "<p>x</details></main>"
    )
    assert page.evaluate(WORDS_READ) == 4
    page.context.close()


SHEETS = {
    f"{PERIMETER}boucle/": 1,  # A3, as its button says
    f"{PERIMETER}plan/": 4,
    f"{PERIMETER}plan/?vue=liste": 3,
    f"{PERIMETER}indicateurs/": 8,
}


@pytest.mark.complete
@pytest.mark.parametrize("address", SHEETS)
def test_what_steers_prints_on_a_few_sheets(visit, address):
    """Le détail de chaque zone et les définitions restent à l’écran : sur papier, 24 feuilles ne se lisent pas."""
    assert len(_sheets(visit(address))) <= SHEETS[address]


def test_a_territory_prints_its_answer_on_its_first_sheet(visit):
    """Le nombre, où, ce qui manque ; d’où vient le nombre suit. Aucune feuille blanche."""
    first, *rest = _sheets(visit(PERIMETER))
    assert all(words in first for words in ("personnes", "Où ?", "Ce qui manque"))
    assert first.index("Ce qui manque") < "".join([first, *rest]).index("Ce que compte ce chiffre")
    assert all(len(sheet.split()) > 20 for sheet in rest)


COLUMNS = """selector => {
    const lists = [...document.querySelectorAll(selector)].map(
        list => [...list.children].filter(each => each.getClientRects().length));
    const longest = lists.reduce((a, b) => (b.length > a.length ? b : a));
    const cut = longest.filter(each => each.getClientRects().length > 1);
    return [new Set(longest.map(each => Math.round(each.getBoundingClientRect().left))).size, cut.length];
}"""


@pytest.mark.parametrize("page", ["plan/?vue=carte", "manques/"])
def test_the_names_of_a_map_are_read_on_a_phone(visit, page):
    """La feuille des dessins n’est dans aucune couche : ce qui agrandit les noms doit pouvoir passer devant elle."""
    map_page = visit(f"/territoires/agglomeration-grenobloise/{page}", width=390, looked=True)
    heights = map_page.eval_on_selector_all(
        "svg.carte", "maps => maps.map(m => parseFloat(getComputedStyle(m).fontSize) * m.clientWidth / 1000)"
    )
    assert heights and min(heights) >= 12


def test_the_board_and_the_map_of_a_plan_print_in_columns(visit):
    """Sur papier, ses actions se suivent en colonnes, chacune entière : une seule colonne ferait des feuilles de plus."""
    for view, lists, columns in (
        ("carte", ".carte-et-table .zones-plan", 2),
        ("tableau", ".tableau-plan ul", 3),
    ):
        page = visit(f"{PERIMETER}plan/?vue={view}")
        assert page.evaluate(COLUMNS, lists) == [1, 0], view
        page.emulate_media(media="print")
        assert page.evaluate(COLUMNS, lists) == [columns, 0], view
    states = [each.bounding_box() for each in page.locator(".tableau-plan > section").all()]
    assert all(below["y"] >= above["y"] + above["height"] for above, below in pairwise(states)), "one a row"


LETTERS = """() => [...document.querySelectorAll("svg text")]
    .filter(each => each.getClientRects().length && each.textContent.trim())
    .map(each => { const drawn = each.getScreenCTM(), high = parseFloat(getComputedStyle(each).fontSize);
        return [high * Math.hypot(drawn.a, drawn.b), each.textContent.trim()]; })
    .filter(([high]) => high < 12)"""
OPEN = "() => document.querySelectorAll('details').forEach(each => each.open = true)"
DRAWINGS = (PERIMETER, f"{PERIMETER}indicateurs/", "/galerie/demarche/")


@pytest.mark.parametrize("address", some(DRAWINGS, PERIMETER, f"{PERIMETER}indicateurs/"))
def test_the_letters_of_a_drawing_are_read_on_a_phone(visit, address):
    """Un dessin trop large se lit en glissant dans son cadre : ni ses lettres ni la page ne rétrécissent."""
    page = visit(address, looked=True, **PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.evaluate(OPEN)
    assert page.evaluate(LETTERS) == []


SLID = """() => [...document.querySelectorAll(".dessin-entier:has(> .etroite)")]
    .filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.getAttribute("aria-labelledby"))"""
OUT = """() => [...document.querySelectorAll(".etroite")].flatMap(svg => [...svg.querySelectorAll("text")]
    .filter(each => each.getClientRects().length
        && each.getBoundingClientRect().right > svg.getBoundingClientRect().right + 1)
    .map(each => each.textContent))"""


def test_a_plate_of_a_survey_is_whole_on_a_phone(visit):
    """561 points de large dans 356 : chaque planche d’enquête se lisait en glissant."""
    page = visit("/galerie/structures/", looked=True, **PHONE)
    assert page.locator(".dessin-entier > .etroite").count() >= 7
    assert page.evaluate(SLID) == []
    assert page.evaluate(OUT) == []
    assert page.evaluate(LETTERS) == []


def test_an_action_prints_on_few_sheets_with_a_map_that_is_read(visit):
    """La carte à côté de ce qu’elle dit, ce qui est constaté à la suite : pas de feuille à moitié vide."""
    page = visit(f"{PERIMETER}plan/")
    address = page.locator("a", has_text="2.4. ").first.get_attribute("href")
    page = visit(address)
    with pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True)) as printed:
        assert len(printed) <= 3
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 640, "height": 1000})  # of a sheet of A4, without its margins
    high = page.eval_on_selector(
        "svg.carte", "map => parseFloat(getComputedStyle(map).fontSize) * map.clientWidth / 1000"
    )
    assert high * 0.75 >= 6, "points"


def test_a_printed_action_starts_its_map_on_its_first_sheet(visit):
    """Sous un titre et un bandeau longs, la carte n’entraîne pas le texte à la feuille suivante."""
    page = visit(f"{PERIMETER}plan/")
    page = visit(page.locator("a", has_text="1. Dédier").first.get_attribute("href"))
    with pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True)) as printed:
        assert "Pourquoi ici" in printed[0].get_textpage().get_text_range()


LONG_WORDS = """() => { for (const cell of document.querySelectorAll(".table-plan td:nth-child(2)"))
    cell.textContent = "Anticonstitutionnellement-interdepartementalisation"; }"""
OVER = """() => [...document.querySelectorAll(".table-plan :is(th, td)")]
    .filter(each => each.clientWidth && each.scrollWidth > each.clientWidth + 1).map(each => each.textContent)"""


def test_a_long_word_stays_in_its_column_of_a_calendar(visit):
    page = visit(f"{PERIMETER}plan/")
    page.evaluate(LONG_WORDS)
    assert page.evaluate(OVER) == []
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 1000})
    assert page.evaluate(OVER) == []


CUT = """() => [...document.querySelectorAll(".boucle tr[id^=boucle] :is(th, td, td *):not(.hors-ecran)")]
    .filter(each => each.clientWidth && each.scrollWidth > each.clientWidth + 1).map(each => each.textContent)"""
MANY_ACTIONS = """() => {
    const row = document.querySelector(".boucle td:has(.faire)");
    for (const cell of document.querySelectorAll(".boucle tbody:not(.reste.plus) tr:not(.total) td[data-t=Plan]")) {
        cell.innerHTML = row.innerHTML;
        const action = cell.querySelector(".faire");
        for (let k = 0; k < 5; k++) action.after(action.cloneNode(true));
    }
}"""


FILL_HEAD = """([banner, sentences, apart]) => {
    document.querySelectorAll(".page-boucle > :is(.phrases, .message)").forEach(each => each.remove());
    document.querySelector(".page-boucle > section").insertAdjacentHTML("beforebegin", banner + sentences);
    const subtitle = document.querySelector(".page-boucle .sous-titre");
    if (!subtitle.textContent.includes(apart)) subtitle.append(apart);
}"""
URGENT = pilotage.Facts(
    unanswered=22,
    unanswered_zones=13,
    oldest=674,
    gaps=(
        pilotage.Gap(
            code="381510102",
            name="Échirolles, Village Sud",
            about="1 240",
            between="980–1 510",
            low=980,
            planned=False,
        ),
    ),
    helped=144,
    unknown=110,
)


def _fill_head(page) -> None:
    """Give the printed loop all that its head may say: figures behind the directory, real acts beside the example,
    three sentences; other journeys of this site bring one or another about.
    """
    urgent = [(each, "/") for each in pilotage.sentences(URGENT)]
    banner = render_to_string(
        "dossiers/_behind.html",
        {"changed": "L’annuaire a changé", "behind": "aujourd’hui à 14\u00a0h\u00a032"},
    )
    sentences = render_to_string("pilotage/_sentences.html", {"sentences": urgent, "first": "plein"})
    page.evaluate(FILL_HEAD, [banner, sentences, pilotage.apart_words(0, 0, some=True)])


def _sheets(page) -> list[str]:
    """Return the words of each sheet that a page prints, in its own characters: others are wider."""
    page.evaluate("document.fonts.ready.then(() => true)")
    with pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True)) as printed:
        return [each.get_textpage().get_text_range() for each in printed]


def test_the_loop_cuts_no_word_on_its_sheet_whatever_is_planned(visit):
    """Sur papier, les mots d’une action se lisent jusqu’au dernier, comme un nom et un manque : l’exemple tient en une
    feuille, même quand sa tête dit tout ce qu’elle peut dire ; six actions dans chaque zone n’en font pas trois.
    """
    page = visit(f"{PERIMETER}boucle/")
    _fill_head(page)
    (sheet,) = _sheets(page)
    assert "L’annuaire a changé depuis ce calcul." in sheet
    assert "rechargez" not in sheet, "nobody reloads paper"
    for planned in (None, MANY_ACTIONS):
        if planned:
            page.evaluate(planned)
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 1519, "height": 1054})  # of a sheet of A3, without its margins
        assert page.evaluate(CUT) == []
        for row in page.locator(".boucle tr[id^=boucle]:visible").all():
            assert row.bounding_box()["height"] < 52, row.inner_text()
    assert len(_sheets(page)) <= 2


def test_the_loop_draws_the_bars_that_its_key_explains(visit):
    """Où aucun manque n’est certain, la clé expliquait des barres qu’aucun écran ne montrait."""
    page = visit(f"{PERIMETER}boucle/")
    page.evaluate("document.querySelectorAll('.boucle tbody').forEach(each => each.classList.add('serre'))")
    assert page.locator(".cle-boucle", has_text="barre pleine").is_visible()
    assert all(bar.bounding_box()["width"] > 60 for bar in page.locator(".boucle .mini:visible").all())
    assert (
        page.locator(".boucle .mini:visible").count()
        >= page.locator(".boucle tr[id^=boucle]:visible").count()
    )


@pytest.mark.complete
def test_what_a_plan_proposes_stays_on_the_screen(enter, faults_of):
    page = enter("coordination", f"{PERIMETER}plan/")
    assert faults_of(page) == []
    assert page.get_by_text("Proposée par Maillage").first.is_visible()
    page.emulate_media(media="print")
    assert not page.get_by_text("Proposée par Maillage").first.is_visible()
    assert not page.locator("summary", has_text="proposition").first.is_visible()


def test_the_head_of_a_phone_stands_on_one_line_for_who_is_signed_in(enter):
    """Une page publique lue avec un compte a un bouton de plus : le menu reste à côté des autres."""
    for width in (320, 360, 390, 430):
        page = enter("coordination", f"{PERIMETER}lieux/", width=width, height=844, looked=True)
        menu, brand = (page.locator(f".entete {each}").bounding_box() for each in (".menu", ".marque"))
        assert abs((menu["y"] + menu["height"] / 2) - (brand["y"] + brand["height"] / 2)) < 4, width
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_one_fold_for_the_whole_site_opens_to_all_and_stays_open_where_there_is_room(visit):
    """Au clavier, par l’adresse du titre, sans script ; rien n’est plié sur un grand écran ni sur papier."""

    def limits(**options):
        page = visit(f"/methodes/besoins/{options.pop('at', '')}", **options)
        part = page.locator("#limites")
        return page, part.locator("summary"), part.locator("details > :not(summary)").first

    page, summary, words = limits(**PHONE)
    assert not words.is_visible()
    page.emulate_media(media="print")
    assert words.is_visible() and not summary.is_visible()
    page.emulate_media(media="screen")
    summary.press("Enter")
    assert words.is_visible()

    _, summary, words = limits(at="#limites", **PHONE)
    assert words.is_visible()

    _, summary, words = limits(at="#50%", **PHONE)  # no address of ours: nothing opens, nothing fails
    assert not words.is_visible()

    _, summary, words = limits(java_script_enabled=False, **PHONE)
    assert not words.is_visible()
    summary.click()
    assert words.is_visible()

    _, summary, words = limits()
    assert words.is_visible() and not summary.is_visible()


COVERED = """() => [...document.querySelectorAll(".barre-bas a")].filter(each => {
    const { x, y, width, height } = each.getBoundingClientRect();
    return !each.contains(document.elementFromPoint(x + width / 2, y + height / 2));
}).map(each => each.textContent.trim())"""


def test_a_territory_on_a_phone_opens_on_its_figure_under_a_bar_that_nothing_covers(visit):
    """FS-01, FS-04, FS-28 : le nombre est sur le premier écran, la carte passe sous la barre, le pied tient un écran."""
    page = visit(PERIMETER, looked=True, **PHONE)
    figure = page.locator(".chiffre-grand").first.bounding_box()
    assert figure["y"] + figure["height"] < PHONE["height"] - 70  # above the bar
    for y in range(0, page.evaluate(HEIGHT), 250):
        page.evaluate("y => scrollTo(0, y)", y)
        assert page.evaluate(COVERED) == [], y
    assert (
        page.locator("footer.pied").bounding_box()["height"] < 640
    )  # night and the professionals’ door included


@pytest.mark.complete
def test_the_stylesheets_stay_light(visit):
    import gzip

    sizes = []
    page = visit("/")
    for address in page.eval_on_selector_all("link[rel=stylesheet]", "links => links.map(l => l.href)"):
        sizes.append(len(gzip.compress(page.request.get(address).body())))
    assert sum(sizes) <= 13_500  # a kilobyte of them for browsers without layers


BEFORE_ITS_MAP = 95_000  # bytes on the wire; 100 kB promised to a phone, and a margin
OF_THE_MAP = ("/leaflet/", "/contours.json", "/points.json", "/carte.json")
LIGHT = {
    "accueil": "/",
    "territoire": PERIMETER,
    "carte": "/carte/",
    "lieu": "/lieux/",
    "bilan": "/bilan/",
}


@pytest.mark.parametrize("name", some(LIGHT, "accueil", "territoire"))
def test_a_public_page_weighs_little_before_its_map(visit, site, name):
    address = LIGHT[name]
    if name == "lieu":
        address = visit("/carte/?ou=Grenoble").get_attribute(".rang h3 a", "href")
    page = visit("/favicon.ico", width=390)
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    url_by_request, sent = {}, {}
    wire.on(
        "Network.requestWillBeSent",
        lambda event: url_by_request.update({event["requestId"]: event["request"]["url"]}),
    )
    wire.on(
        "Network.loadingFinished", lambda event: sent.update({event["requestId"]: event["encodedDataLength"]})
    )
    page.goto(f"{site}{address}")
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => null)")
    weights = {
        url_by_request[key]: weight
        for key, weight in sent.items()
        if not any(m in url_by_request[key] for m in OF_THE_MAP)
    }
    assert any("polices/atkinson" in each for each in weights), "fonts are counted"
    assert sum(weights.values()) <= BEFORE_ITS_MAP, sorted(
        weights.items(), key=lambda url_weight: -url_weight[1]
    )[:6]


# What stands side by side in a form, and is about as high, stands on one line.
STEPS = """() => [...document.forms].flatMap((form) => {
  const boxes = [...form.querySelectorAll("input, select, summary, button")]
    .filter((each) => each.checkVisibility({ visibilityProperty: true }))
    .map((each) => [each.name || each.textContent.trim(), each.getBoundingClientRect()])
    .filter(([, box]) => box.width > 60 && box.height >= 40 && box.height < 70);
  return boxes.flatMap(([one, a], n) => boxes.slice(n + 1)
    .filter(([, b]) => Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 10)
    .filter(([, b]) => Math.abs(a.top + a.bottom - b.top - b.bottom) > 6)
    .map(([other]) => `${one} / ${other}`));
})"""


@pytest.mark.parametrize("address", ["/benevoles/", "/ateliers/", "/carte/?ou=Grenoble"])
def test_fields_and_buttons_side_by_side_stand_on_one_line(visit, address):
    assert visit(address, looked=True).evaluate(STEPS) == []


def test_what_somebody_needs_is_in_the_first_screen_of_the_home(visit):
    page = visit("/", looked=True, **PHONE)
    for needed in (".premiers-besoins label >> nth=-1", ".premiere [type=submit]"):
        box = page.locator(needed).bounding_box()
        assert box["y"] + box["height"] < 772, "above the bar of a phone"


def test_a_range_is_read_on_a_phone_where_a_number_is_withheld(chromium):
    row = {"people": "", "between": "600 – 1 400", "share": "10 – 24 %", "bar": "", "reason": ""}
    cells = render_to_string("dossiers/_figure_cells.html", {"f": row, "reading": {"filter": None}})
    style = (ROOT / "src/maillage/apps/site/pages/static/site/etude.css").read_text("utf-8")
    page = chromium.new_page(viewport=PHONE)
    page.set_content(f"<style>{style}</style><table class=zones><tbody><tr>{cells}</tr></tbody></table>")
    text = page.locator("table").inner_text()
    assert "600 – 1 400" in text and "—" not in text
    page.close()
