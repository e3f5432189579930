"""A real browser on a real server: the platform as `maillage servir` runs it, in a home folder of its own."""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, wraps
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserType, CDPSession, Locator, Page, expect, sync_playwright

from tests.support import served, shared
from tests.support.browsing import CLOSE_UP, PHONE, SLOW, SPACE_OUT, telephone
from tests.support.example_rows import FINDS
from tests.support.looked_pages import PERIMETER as PERIMETER
from tests.support.markup import BEYOND_AXE
from tests.support.platform import loaded
from tests.support.shared import ROOT


def welcome_new_person(page, **typed: str) -> None:
    """Fill the page of a welcome, and answer that a person of the same first name is somebody else."""
    for name, text in typed.items():
        page.fill(f"[name={name}]", text)
    page.click("main form button[type=submit]")
    somebody_else = page.locator("[name=autre]")
    expect(somebody_else.or_(page.locator(".personne-tete"))).to_be_visible()
    if somebody_else.count():
        somebody_else.check()
        page.click("main form button[type=submit]")
    page.wait_for_url(re.compile(r"/espace/personnes/\d+/$"))


HEADED = bool(os.environ.get("MAILLAGE_HEADED"))
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Nobody outside answers: a page that asks there is told so, without hearing each of its requests.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--run-all-compositor-stages-before-draw",  # asked for by the frames that are not drawn
    # Axe makes millions of small things: the room that V8 begins with would be swept a hundred times.
    "--js-flags=--min-semi-space-size=32 --max-semi-space-size=64 --initial-heap-size=256",
]

# What reads a page as it is at once. A press waits for the page it leads to, and not for its end: on a busy
# machine a table would be counted before its rows are there.
READS = {
    Page: ("content", "evaluate", "get_attribute", "inner_text", "input_value", "is_checked", "is_visible"),
    Locator: (
        *(
            "all",
            "all_inner_texts",
            "all_text_contents",
            "count",
            "evaluate",
            "evaluate_all",
            "get_attribute",
        ),
        *("inner_text", "input_value", "is_checked", "is_hidden", "is_visible", "text_content"),
    ),
}


UNFINISHED: set[Page] = set()


OPENS = ((Browser, "new_context"), (Browser, "new_page"), (BrowserType, "launch_persistent_context"))


def patient(open_context: Callable) -> Callable:
    """Return the same function, whose pages wait as long as an old computer needs: Playwright gives up at 30 seconds."""

    @wraps(open_context)
    def opened(*words, **options):
        context = open_context(*words, **options)
        context.set_default_timeout(SLOW)
        return context

    return opened


def once_whole(read: Callable) -> Callable:
    """Read a page once all of it has arrived."""

    @wraps(read)
    def wait_then_read(self: Page | Locator, *arguments, **options):
        page = self if isinstance(self, Page) else self.page
        if page not in UNFINISHED:
            page.wait_for_load_state("domcontentloaded")
        return read(self, *arguments, **options)

    return wait_then_read


@contextmanager
def unfinished(page: Page) -> Iterator[None]:
    """Read a page as it comes: what somebody sees and does before all of it is there."""
    UNFINISHED.add(page)
    try:
        yield
    finally:
        UNFINISHED.discard(page)


def pytest_collection_modifyitems(items) -> None:
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.journey)


# What the others follow from: the browser and the platform.
BEGUN = ("launch", "environment")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """End the browser and the platform with the last journey: idle, they would still be a burden to the
    thousands of tests that follow it in this process.
    """
    try:
        return (yield)
    finally:
        if nextitem is not None and nextitem.path.parent != item.path.parent:
            for name in BEGUN:
                for each in item.session._fixturemanager.getfixturedefs(name, item) or ():
                    each.finish(item._request)


def program() -> str | None:
    """Return the browser of the system: the one without windows if it is there, which draws nothing for nobody."""
    names = ["chromium", "chromium-browser", "google-chrome"]
    if not HEADED:
        names.insert(0, "chromium-headless-shell")
    return os.environ.get("MAILLAGE_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def can_leave_undrawn() -> bool:
    """Return True when the browser lays a page out without drawing it, as the one without windows does."""
    return "headless-shell" in (program() or "")


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable]:
    """Start Chromium, the one of the system."""
    browser_path = program()
    if browser_path is None:
        pytest.skip(
            "Chromium n’est pas installé : sudo apt install chromium-headless-shell (sous Ubuntu : chromium)"
        )
    expect.set_options(timeout=SLOW)
    # MAILLAGE_HEADED=1: on the screen, slowly enough to be followed.
    watched = {"headless": False, "slow_mo": 400} if HEADED else {}
    # Playwright keeps a loop in this thread as long as the browser lives; Django would refuse its database there.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        for kind, names in READS.items():
            for name in names:
                patch.setattr(kind, name, once_whole(getattr(kind, name)))
        for kind, name in OPENS:
            patch.setattr(kind, name, patient(getattr(kind, name)))
        yield lambda: playwright.chromium.launch(executable_path=browser_path, args=ARGUMENTS, **watched)


@pytest.fixture(scope="session")
def chromium(launch):
    browser = launch()
    yield browser
    browser.close()


@pytest.fixture
def device(chromium) -> Callable:
    """Open a telephone whose memory is a folder, which outlives it: device(folder)."""
    return lambda folder: telephone(chromium, folder, executable_path=program(), args=ARGUMENTS)


@pytest.fixture(scope="session")
def environment(tmp_path_factory) -> dict[str, str]:
    """Return the environment of the platform: nothing of the tests, a home folder of its own."""
    return shared.environment(tmp_path_factory.mktemp("maison"))


@pytest.fixture(scope="session")
def site(environment) -> Iterator[str]:
    """The address of the platform, with its demonstration perimeter and its worker."""
    shared.studied(Path(environment["MAILLAGE_HOME"]))
    with served.platform(environment) as (_, address):
        yield address


@pytest.fixture(scope="session")
def in_the_platform(environment, site) -> Iterator[Callable[..., str]]:
    """Run a few lines of Python in the platform that the browser sees, sys.argv[1:] being words; return
    what they print.
    """
    with loaded(environment) as run:
        yield run


@pytest.fixture(scope="session")
def demonstration_keys(in_the_platform) -> dict[str, str]:
    """Return the numbers of rows of the demonstration, by what they are."""
    return json.loads(in_the_platform(FINDS))


@pytest.fixture(scope="session")
def signed_in(chromium, site) -> Callable[[str], dict]:
    """The browser's state of an account of the demonstration (“coordination”), signed in once for all tests.

    What signing in is like, by keyboard and with a second factor, is the subject of test_sign_in.
    """

    @cache
    def state(login: str) -> dict:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(f"{site}/connexion/?next=/espace/")
        page.fill("[name=login]", f"{login}@demo.maillage.example")
        page.fill("[name=password]", os.environ.get("MAILLAGE_DEMO_PASSWORD", "maillage-demo"))
        page.uncheck("[name=partage]")  # a shared computer is signed out after half an hour
        page.click("main form button[type=submit]")
        page.wait_for_url("**/espace/")
        browser_state = context.storage_state()
        context.close()
        return browser_state

    return state


@pytest.fixture
def enter(visit, signed_in) -> Callable:
    """Open a page of the space as somebody: enter("aidant", "/espace/orientations/")."""
    return lambda login, address="/espace/", **options: visit(
        address, storage_state=signed_in(login), **options
    )


# The pages that are laid out and never drawn, each with what gives it its frames.
UNDRAWN: dict[Page, CDPSession] = {}


def undrawn(chromium: Browser, **options) -> Page:
    """Return a page of its own that the browser lays out and does not draw, since nobody sees it: drawing is a third
    of what a look costs. Nothing moves in it, and nothing is kept on the device.
    """
    root = chromium.new_browser_cdp_session()

    def contexts() -> set[str]:
        return set(root.send("Target.getBrowserContexts")["browserContextIds"])

    before = contexts()
    context = chromium.new_context(
        locale="fr-FR", service_workers="block", reduced_motion="reduce", **options
    )
    if not can_leave_undrawn():
        root.detach()
        return context.new_page()
    (own,) = contexts() - before
    with context.expect_page() as opened:
        root.send(
            "Target.createTarget",
            {"url": "about:blank", "browserContextId": own, "enableBeginFrameControl": True},
        )
    root.detach()
    UNDRAWN[opened.value] = context.new_cdp_session(opened.value)
    return opened.value


def give_frames(page: Page) -> None:
    """Let a page that is not drawn do what it does before it is: what follows its size, what waits for a frame."""
    if page in UNDRAWN:
        for _ in range(2):  # what is asked for in one frame is done in the next
            UNDRAWN[page].send("HeadlessExperimental.beginFrame", {"noDisplayUpdates": True})


@pytest.fixture(scope="session")
def page_of(chromium, axe) -> Callable:
    """The page where somebody looks at one address after the other, by their account: the browser fetches and
    compiles once what all of them have, the program of axe too.
    """

    @cache
    def open_page(options: str):
        page = undrawn(chromium, **json.loads(options))
        page.context.add_init_script(f"globalThis.loadAxe = () => {{ {axe} }}")
        return page

    return lambda **options: open_page(json.dumps(options, sort_keys=True))


@pytest.fixture
def visit(chromium, site, page_of) -> Iterator[Callable]:
    """Open a page as somebody would; at the end, nothing was asked elsewhere and no script failed. A page that is
    `looked` at, where nothing is typed nor pressed, takes the place of the one that was looked at before, and is
    not drawn: a press of the mouse there would wait for ever.
    """
    contexts, looked_at, unanswered, faults = [], [], [], []

    def leave_unanswered(request) -> None:
        unanswered.append(request.url)

    def fail(error) -> None:
        faults.append(str(error))

    def open_page(
        address: str = "/", *, width: int = 1280, height: int = 900, looked: bool = False, **options
    ):
        size = {"width": width, "height": height}
        if looked:
            page = page_of(**options)
            page.set_viewport_size(size)
            looked_at.append(page)
        else:
            context = chromium.new_context(viewport=size, locale="fr-FR", **options)
            contexts.append(context)
            page = context.new_page()
        page.on("requestfailed", leave_unanswered)
        page.on("pageerror", fail)
        page.goto(address if "://" in address else site + address)
        give_frames(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    for page in looked_at:
        page.remove_listener("requestfailed", leave_unanswered)
        page.remove_listener("pageerror", fail)
        page.emulate_media(color_scheme="light", media="null")
    local_prefixes = (site, "http://127.0.0.1:", "data:", "file:", "blob:")
    outside = [url for url in unanswered if not url.startswith(local_prefixes)]
    assert outside == []
    assert faults == []


# In axe, what each run learns of all the elements of a page: context, options, then the call.
NAMED = re.compile(
    r"(function \w+\(\w+,(\w+),\w+,\w+\){try{[^}]{0,80}axe\._selectorData=)(\w+\(\w+\.flatTree\))"
)


@pytest.fixture(scope="session")
def axe() -> str:
    """The program of axe. As published, its stricter contrast leaves what is under the other one to the other
    rule, which is not run beside it: here it answers for both. It copies no source of what it looks at, which
    nobody reads, and learns what names each thing only when it is asked to name what is wrong.
    """
    program = (ROOT / "node_modules/axe-core/axe.min.js").read_text("utf-8")
    for bound in ("expected:7,minThreshold:4.5", "expected:4.5,minThreshold:3"):
        assert bound in program
        program = program.replace(bound, bound.partition(",")[0])
    named, count = NAMED.subn(r"\1!1===\2.selectors?{}:\3", program)
    assert count == 1
    return f"{named};axe.configure({{noHtml:true}});"


# Whether axe is there; a page that is looked at has its program already.
LOADED = "window.axe || window.loadAxe?.(), Boolean(window.axe)"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Who reads 7 to 1 reads 4.5 to 1: where the stricter contrast is measured, the other one says nothing more.
CONTRAST = ("color-contrast", "color-contrast-enhanced")
# What the light and the width change of a page where the same things stay in sight.
MEASURED = ["link-in-text-block", "target-size", "scrollable-region-focusable", "css-orientation-lock"]
RUN = """([runOnly, rules, exclude, selectors]) => axe.run({include: [["html"]], exclude}, {runOnly, rules, selectors,
  resultTypes: ["violations"], preload: false})"""
# The head and the foot of a page, with all that axe reads of how they look: what their links lead to and what their
# forms send changes nothing of it, and differs on each page.
FRAME = """() => {
  const READ = ["display", "visibility", "opacity", "position", "overflow", "clip", "clipPath", "color", "backgroundColor",
    "backgroundImage", "filter", "mixBlendMode", "fontSize", "fontWeight", "textDecorationLine", "textShadow", "cursor"];
  const read = (each) => { const style = getComputedStyle(each); return READ.map((name) => style[name]).join(" "); };
  const words = (part) => {
    const copy = part.cloneNode(true);
    for (const each of copy.querySelectorAll("[href]:not([href^='#']), [action], [type=hidden][value]"))
      for (const name of ["href", "action", "value"]) if (each.hasAttribute(name)) each.setAttribute(name, "");
    return copy.outerHTML;
  };
  const look = (part) => {
    const from = part.getBoundingClientRect();
    return [part, ...part.querySelectorAll("*")].map((each) => {
      const box = each.getClientRects().length && each.getBoundingClientRect();
      return (box && [box.x - from.x, box.y - from.y, box.width, box.height].map(Math.round)) + read(each);
    });
  };
  const around = [document.documentElement, document.body].map((each) => each.cloneNode().outerHTML + read(each));
  return ["header", "footer", "nav"].map((each) => `body > ${each}`).filter((each) => document.querySelector(each))
    .map((each) => [each, document.querySelector(each)])
    .map(([each, part]) => [each, [words(part), ...look(part), ...around].join("\\n")]);
}"""


@pytest.fixture(scope="session")
def faultless() -> set[tuple[str, ...]]:
    """The heads and feet where axe found nothing, by how they looked: they are the same on many pages."""
    return set()


@pytest.fixture
def faults_of(axe, faultless) -> Callable:
    """Return the faults that axe finds on a page: WCAG 2.2 AA, and AAA contrast on public pages; of the rules in
    `alone` only, if there are any and the head and the foot are known.
    """

    def check(page, *, enhanced: bool = True, alone: Sequence[str] = ()) -> list[str]:
        page.wait_for_load_state()  # a click may have led to a page that is still coming
        if not page.evaluate(LOADED):  # half a megabyte: once a page, by day and by night
            page.evaluate(axe)
        contrast, other = CONTRAST[enhanced], CONTRAST[not enhanced]
        frame = {part: (contrast, look) for part, look in page.evaluate(FRAME)}
        known = [[part] for part, look in frame.items() if look in faultless]
        rule_scope, rules = (
            {"type": "tag", "values": TAGS},
            {contrast: {"enabled": True}, other: {"enabled": False}},
        )
        if alone and len(known) == len(frame):
            rule_scope, rules = {"type": "rule", "values": [*alone, contrast]}, {}
        axe_results = page.evaluate(RUN, [rule_scope, rules, known, False])
        if axe_results[
            "violations"
        ]:  # a fifth of the time goes in saying where each thing is: only for what is wrong
            axe_results = page.evaluate(RUN, [rule_scope, rules, known, True])
        else:
            faultless.update(frame.values())
        return [
            f"{v['id']}: {node['target']} {node['failureSummary']}"
            for v in axe_results["violations"]
            for node in v["nodes"][:3]
        ]

    return check


# Colours change little by little when the light does: what moves is waited for, and nothing more. What moves
# outside the screen may never end: nobody waits for it more than two seconds.
MOVING = """document.getAnimations()
  .filter((each) => each.playState === "running" && each.effect && each.effect.getComputedTiming().endTime !== Infinity)
  .length"""


def stand_still(page: Page) -> None:
    """Wait until nothing moves in a page."""
    for _ in range(40):
        give_frames(page)
        if not page.evaluate(MOVING):
            return
        page.wait_for_timeout(50)


@pytest.fixture
def faults_by_day_and_night(faults_of) -> Callable:
    """The same on a wide screen by day, then on a telephone by night: one page, seen as both. Where the same
    things are in sight, what was found by day of all but colours and sizes is not looked for again.
    """

    def check(page, *, enhanced: bool = True) -> list[str]:
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1280, "height": 900})
        stand_still(page)
        day_faults, in_sight = faults_of(page, enhanced=enhanced), page.evaluate(IN_SIGHT)
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size(PHONE)
        stand_still(page)
        same = page.evaluate(IN_SIGHT) == in_sight
        return day_faults + faults_of(page, enhanced=enhanced, alone=MEASURED if same else ())

    return check


IN_SIGHT = """() => [...document.querySelectorAll("body *")].filter((each) => !each.closest("body > header, body > footer, body > nav"))
  .map((each) => Number(each.checkVisibility({visibilityProperty: true}))).join("")"""
LETTERS = "parseFloat(getComputedStyle(document.documentElement).fontSize)"


WIDEST = """() => {
  const right = e => e.getBoundingClientRect().right;
  const widest = [...document.querySelectorAll("main *")].reduce((a, b) => right(b) >= right(a) ? b : a);
  return `${widest.tagName} ${widest.className} « ${widest.textContent.trim().slice(0, 60)} »`;
}"""


@pytest.fixture
def faults_of_looks(faults_by_day_and_night) -> Callable:
    """Return the faults of a page in every look, opened once: by day, by night, on a telephone; in
    letters of 32 px, as somebody who sees badly sets them; in a screen of 1280 px magnified four times, which
    leaves 320; there with its letters set apart. `small` lists, in the page, what a finger would miss.
    """

    def sideways(page, width: int) -> list[str]:
        content_width = page.evaluate("document.documentElement.scrollWidth")
        if content_width <= width:
            return []
        return [f"scrolls sideways: {content_width} px in {width}: {page.evaluate(WIDEST)}"]

    def check(page, *, enhanced: bool = True, small: str = "") -> list[str]:
        faults = faults_by_day_and_night(page, enhanced=enhanced) + page.evaluate(BEYOND_AXE)
        if small:
            faults += [f"under the height of a finger: {each}" for each in page.evaluate(small)]
        page.set_viewport_size({"width": 320, "height": 700})
        give_frames(page)
        faults += sideways(page, 320)
        page.evaluate(SPACE_OUT)
        give_frames(page)
        faults += [f"letters set apart: {each}" for each in sideways(page, 320)]
        page.evaluate(CLOSE_UP)
        page.set_viewport_size({"width": 1280, "height": 900})
        device = page.context.new_cdp_session(page)
        device.send("Page.setFontSizes", {"fontSizes": {"standard": 32}})
        assert page.evaluate(LETTERS) >= 32
        give_frames(page)
        faults += sideways(page, 1280)
        device.send("Page.setFontSizes", {"fontSizes": {"standard": 16}})
        device.detach()
        return faults

    return check
