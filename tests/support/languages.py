"""Pages read in another language: nothing of French is left in them."""

import re
from functools import cache, cached_property
from html.parser import HTMLParser

from maillage.words import languages
from maillage.words.languages import say, speaking
from tools import messages

FRENCH_WORDS = re.compile(
    r"\b(?:vous|avec|les|une|est|dans|sur|chez|près|où|nous|votre|ce qui|aujourd’hui)\b", re.I
)
LETTERS_BY_CODE = {"ar": re.compile(r"[\u0620-\u064a]+"), "uk": re.compile(r"[\u0400-\u04ff]+")}


def say_in(code, text):
    with speaking(code):
        return languages.key(say(text))


@cache
def marked():
    """Return the sentences without a plural: they are looked for in every file, once."""
    return [id for id in messages.sentences() if isinstance(id, str) and len(id) > 3]


@cache
def french_sentences(code):
    """Return the marked sentences whose translation is not the French itself."""
    with speaking(code):
        return [id for id in marked() if languages.key(say(id)) != id]


class Read(HTMLParser):
    """The text of a page, except passages marked as French."""

    VOID = ("br", "img", "input", "link", "meta", "hr", "path", "rect", "circle", "line", "use", "stop")
    READ_ATTRIBUTES = (
        "alt",
        "aria-label",
        "title",
        "placeholder",
        "data-nuit",
        "data-jour",
        "data-arreter",
        "data-depuis",
    )

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[bool] = []
        self.words: list[str] = []
        self.french_words: list[str] = []
        self.html: dict[str, str | None] = {}
        self.silent = 0
        self.source = text
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "html":
            self.html = attributes
        french = attributes["lang"] == "fr" if "lang" in attributes else bool(self.open and self.open[-1])
        if not french:
            self.words += [attributes[name] or "" for name in self.READ_ATTRIBUTES if name in attributes]
            if tag == "meta" and attributes.get("name") == "description":
                self.words.append(attributes["content"] or "")
        if tag not in self.VOID:
            self.open.append(french)
            self.silent += tag in ("script", "style")

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            self.open.pop()
            self.silent -= tag in ("script", "style")

    def handle_data(self, data):
        if not self.silent:
            (self.french_words if self.open and self.open[-1] else self.words).append(data)

    @cached_property
    def text(self) -> str:
        return languages.key(" | ".join(self.words))


def in_language(client, code, address):
    client.cookies["langue"] = code
    return client.get(address)


def assert_whole(response, code):
    page = Read(response.content.decode())
    assert page.html["lang"] == code
    assert page.html.get("dir") == ("rtl" if code == "ar" else None)
    assert response["Content-Language"] == code
    assert (
        say_in(code, "Cette traduction attend une relecture humaine. Dites-nous ce qui ne va pas.")
        in page.text
    )
    text = f"| {page.text} |"
    untranslated = [id for id in french_sentences(code) if f"| {id} |" in text]
    assert untranslated == []
    if code in LETTERS_BY_CODE:
        assert FRENCH_WORDS.findall(page.text) == []
        assert LETTERS_BY_CODE[code].findall(" ".join(page.french_words)) == []
