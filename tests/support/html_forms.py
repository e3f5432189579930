"""The forms of a page that are sent by POST, as a browser reads and sends them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

UNSENT = {"file", "submit", "image", "button"}
TYPED = {"text", "search", "textarea"}


@dataclass
class Field:
    """A field of a form. value: what it holds, None for an empty box; choices: the values it offers."""

    name: str
    kind: str
    value: str | None
    choices: list[str] = field(default_factory=list)


@dataclass
class Form:
    """A form, and the address where it is sent."""

    action: str
    fields: list[Field] = field(default_factory=list)

    def values(self) -> list[tuple[str, str]]:
        """Return the names and values that a browser sends, but for the button."""
        return [(f.name, f.value) for f in self.fields if f.value is not None and f.kind not in UNSENT]

    def names(self, *kinds: str) -> set[str]:
        return {each.name for each in self.fields if each.kind in kinds}


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.forms = address, list[Form]()
        self._is_open = False
        self._select: Field | None = None
        self._area: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_open = known.get("method", "").lower() == "post"
            if self._is_open:
                self.forms.append(Form(urljoin(self.address, known.get("action") or self.address)))
        elif self._is_open and tag == "option" and self._select:
            self._select.choices.append(known.get("value", ""))
            if "selected" in known or self._select.value is None:
                self._select.value = known.get("value", "")
        elif self._is_open and tag in ("input", "select", "textarea", "button") and known.get("name"):
            self._add(tag, known)

    def _add(self, tag: str, known: dict[str, str]) -> None:
        kind = known.get("type", "text") if tag == "input" else tag
        is_box = kind in ("checkbox", "radio")
        value = known.get("value", "on" if is_box else "")
        is_empty = tag == "select" or (is_box and "checked" not in known)
        added = Field(known["name"], kind, None if is_empty else value)
        self.forms[-1].fields.append(added)
        if tag in ("input", "button"):
            added.choices.append(known.get("value", ""))
        self._select = added if tag == "select" else None
        self._area = added if tag == "textarea" else None

    def handle_data(self, data: str) -> None:
        if self._area:
            self._area.value = f"{self._area.value}{data}".removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_open = False
        elif tag in ("select", "textarea"):
            self._select = self._area = None


def forms(page: str, address: str = "/") -> list[Form]:
    """Return the forms of a page in their order."""
    reader = _Reader(address)
    reader.feed(page)
    return reader.forms
