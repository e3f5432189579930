"""A finger and a mouse draw where a browser has no pointers: Safari before 13."""

from tests.support.old_browsers import lowered

SAFARI_11 = """delete self.PointerEvent;
for (const type of ["down", "move", "up", "cancel", "over", "out", "enter", "leave"])
  addEventListener("pointer" + type, (e) => { if (e.isTrusted) e.stopImmediatePropagation(); }, true);"""
DRAWS = """self.seen = [];
for (const type of ["pointerdown", "pointermove", "pointerup"])
  zone.addEventListener(type, (e) => {
    if (type === "pointerdown") zone.setPointerCapture(e.pointerId);
    seen.push(`${type} ${e.pointerType} ${e.clientX}`);
  });
zone.addEventListener("pointerenter", () => seen.push("pointerenter"));"""


def events_after(chromium, draw) -> list[str]:
    context = chromium.new_context(has_touch=True)
    page = context.new_page()
    page.add_init_script(SAFARI_11)
    page.goto("data:text/html,<div id=zone style='width:100px;height:100px'></div>")
    page.add_script_tag(content=lowered("script", DRAWS))
    draw(page)
    event_lines = page.evaluate("seen")
    context.close()
    return event_lines


def test_a_pressed_mouse_draws_beyond_its_frame_where_there_is_no_pointer(chromium):
    def draw(page) -> None:
        page.mouse.move(50, 50)
        page.mouse.down()
        page.mouse.move(300, 50)
        page.mouse.up()

    assert events_after(chromium, draw) == [
        *("pointerenter", "pointermove mouse 50", "pointerdown mouse 50"),
        *("pointermove mouse 300", "pointerup mouse 300"),
    ]


def test_a_finger_draws_once_where_there_is_no_pointer(chromium):
    """A browser says again with a mouse what a finger has done."""

    def draw(page) -> None:
        page.touchscreen.tap(50, 50)
        fingers = page.context.new_cdp_session(page)
        for type, at in (("touchStart", 10), ("touchMove", 300), ("touchEnd", None)):
            points = [] if at is None else [{"x": at, "y": 50}]
            fingers.send("Input.dispatchTouchEvent", {"type": type, "touchPoints": points})

    assert events_after(chromium, draw) == [
        *("pointerdown touch 50", "pointerup touch 50"),
        *("pointerdown touch 10", "pointermove touch 300", "pointerup touch 300"),
    ]
