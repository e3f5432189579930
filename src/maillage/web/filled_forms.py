"""A page whose form shows again what somebody was sending: whatever the form, with or without script."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

Fields = Iterable[tuple[str, str]]
Attributes = dict[str, str | None]
# What an input shows or holds; any other type is a button, a file, or something to tick.
TYPED = frozenset(
    "text hidden search tel url email number date time datetime-local month week range color".split()
)
# The mark of what is chosen among several, by kind of control: its tag, its mark.
MARKS = {"checkbox": ("input", "checked"), "radio": ("input", "checked"), "option": ("option", "selected")}


@dataclass(slots=True)
class _Control:
    """An input, a text area or an option: where its tag is in the page, and where its text ends."""

    kind: str
    name: str
    attributes: Attributes
    start: int
    end: int
    text_end: int = 0
    folds: tuple[int, ...] = ()


@dataclass(slots=True)
class _Form:
    action: str
    id: str
    end: int
    controls: list[_Control] = field(default_factory=list)
    buttons: set[str] = field(default_factory=set)


class _Page(HTMLParser):
    """The forms of a page that are sent by POST, and the start of each of its folds."""

    def __init__(self, html: str, address: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[_Form] = []
        self.folds: dict[int, str] = {}
        self._lines = [0, *(n + 1 for n, sign in enumerate(html) if sign == "\n")]
        self._open: _Form | None = None
        self._folds: list[int] = []
        self._select = ""
        self._area: _Control | None = None
        self._elsewhere: list[tuple[str, _Control]] = []  # controls that name their form
        self.feed(html)
        for id, control in self._elsewhere:
            for form in self.forms:
                if form.id == id:
                    form.controls.append(control)

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes, start = dict(attrs), self._offset()
        end = start + len(self.get_starttag_text() or "")
        if tag == "form":
            posts = (attributes.get("method") or "").lower() == "post"
            address = urljoin(self.address, attributes.get("action") or self.address)
            self._open = _Form(address, attributes.get("id") or "", end) if posts else None
            if self._open is not None:
                self.forms.append(self._open)
        elif tag == "details":
            self._folds.append(start)
            self.folds[start] = self.get_starttag_text() or ""
        elif tag in ("input", "textarea", "select", "option", "button"):
            self._control(tag, attributes, start, end)

    def _control(self, tag: str, attributes: Attributes, start: int, end: int) -> None:
        name = self._select if tag == "option" else attributes.get("name") or ""
        if tag == "select":
            self._select = name
        if tag == "button" and self._open is not None:
            self._open.buttons.add(name)
        kind = (attributes.get("type") or "text").lower() if tag == "input" else tag
        if not name or tag in ("select", "button"):
            return
        control = _Control(kind, name, attributes, start, end, folds=tuple(self._folds))
        if tag == "textarea":
            self._area = control
        if "form" in attributes:
            self._elsewhere.append((attributes["form"] or "", control))
        elif self._open is not None:
            self._open.controls.append(control)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "details" and self._folds:
            self._folds.pop()
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._area is not None:
            self._area.text_end = self._offset()
            self._area = None


def filled(html: str, address: str, *, action: str, fields: Fields, notice: str) -> str | None:
    """Return a page whose form shows what somebody sent it, under a notice; None when none of its forms is
    sent there.

    address: that of the page; action: where the form was sent, with its query. What the page has no control
    for is sent again with the rest. A file is to be chosen again.
    """
    typed: dict[str, list[str]] = {}
    for name, value in fields:
        typed.setdefault(name, []).append(value.replace("\r\n", "\n"))
    page = _Page(html, address)
    form = _likest(page.forms, urljoin(address, action), typed)
    if form is None:
        return None
    changes = list(_changes(html, form, typed))
    edits = [
        (form.end, form.end, _missing(form, typed)),
        *((start, end, text) for _, start, end, text in changes),
    ]
    for start in {start for control, *_ in changes for start in control.folds}:
        tag = page.folds[start]
        if " open" not in tag:
            edits.append((start, start + len(tag), tag[:-1] + " open>"))
    begin = html.rindex("<form", 0, form.end)
    edits.append((begin, begin, notice))
    for start, end, text in sorted(edits, reverse=True):
        html = html[:start] + text + html[end:]
    return html


def _likest(forms: Iterable[_Form], action: str, typed: Mapping[str, list[str]]) -> _Form | None:
    """Return the form sent there that is most like what was typed: a page may have one for each row."""

    def likeness(form: _Form) -> int:
        hidden = [c for c in form.controls if c.kind == "hidden"]
        same = sum(c.attributes.get("value") in typed.get(c.name, ()) for c in hidden)
        return 2 * same + sum(name in typed for name in {c.name for c in form.controls})

    there = [form for form in forms if form.action == action]
    path = urlsplit(action).path
    there = there or [form for form in forms if urlsplit(form.action).path == path]
    return max(there, key=likeness, default=None)


def _changes(
    html: str, form: _Form, typed: Mapping[str, list[str]]
) -> Iterable[tuple[_Control, int, int, str]]:
    """Yield each control that shows something else than what was typed: from where to where it is written
    again, and how.
    """
    values_left = {name: list(values) for name, values in typed.items()}
    for control in form.controls:
        values, attributes = values_left.get(control.name, []), control.attributes
        start, end = control.start, control.end
        if control.kind in MARKS:
            tag, mark = MARKS[control.kind]
            value = attributes.get("value", "" if control.kind == "option" else "on")
            marked = value in typed.get(control.name, ())
            if marked != (mark in attributes):
                yield control, start, end, _tag(tag, attributes, mark, marked)
        elif not values:
            continue
        elif control.kind == "textarea":
            if (value := values.pop(0)) != unescape(html[end : control.text_end]).removeprefix("\n"):
                yield control, end, control.text_end, "\n" + escape(value)
        elif control.kind in TYPED and (value := values.pop(0)) != attributes.get("value", ""):
            yield control, start, end, _tag("input", {**attributes, "value": value})


def _tag(name: str, attributes: Attributes, mark: str = "", marked: bool = False) -> str:
    """Return a tag with these attributes, with a mark or without it."""
    words = [
        key if value is None else f'{key}="{escape(value)}"'
        for key, value in attributes.items()
        if key != mark
    ]
    return f"<{' '.join([name, *words, *([mark] if marked else [])])}>"


def _missing(form: _Form, typed: Mapping[str, list[str]]) -> str:
    """Return, as hidden inputs, what was sent and has no control on the page."""
    there = form.buttons | {control.name for control in form.controls}
    return "".join(
        _tag("input", {"type": "hidden", "name": name, "value": value})
        for name, values in typed.items()
        if name not in there
        for value in values
    )
