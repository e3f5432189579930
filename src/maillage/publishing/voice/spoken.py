"""The sentences of a page that are read aloud, as site/ecouter.js finds them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from maillage.words.languages import FRENCH, key

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
Line = tuple[str, str]  # a text, the code of its language


@dataclass(slots=True)
class _Spoken:
    """An element that is read aloud. depth: elements open around it; instead: what is said for its texts."""

    depth: int
    instead: str
    language: str
    texts: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Keeps the text of `data-dire`, what it says in its place, and the answers of an exercise."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []
        self.open_tags: list[tuple[str, str]] = []  # with the language inside
        self.spoken: list[_Spoken] = []
        self.script: list[str] | None = None
        self.answers: list[Line] = []  # of an exercise: in French, unless its script says otherwise

    @property
    def language(self) -> str:
        return self.open_tags[-1][1] if self.open_tags else FRENCH

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        language = attributes.get("lang", self.language)
        if "data-consequence" in attributes:
            self.answers.append((attributes["data-consequence"], language))
        if tag == "script" and attributes.get("id") == "exercice":
            self.script = []
        if tag in VOID:
            return
        if "lang" in attributes and self.spoken and not "".join(self.spoken[-1].texts).strip():
            self.spoken[-1].language = language  # all of a sentence left in French, marked inside
        self.open_tags.append((tag, language))
        if "data-dire" in attributes:
            self.spoken.append(_Spoken(len(self.open_tags), attributes.get("data-parole", ""), language))

    def handle_endtag(self, tag: str) -> None:
        if self.script is not None:
            exercise = json.loads("".join(self.script))
            self.answers += [(answer, self.language) for answer in _answers(exercise)]
            translations = exercise.get("dits")
            for answer, language in self.answers:
                is_french = translations is not None and answer not in translations
                self._keep(answer, FRENCH if is_french else language)
            self.script = None
        if all(tag != open_tag for open_tag, _ in self.open_tags):
            return
        while self.open_tags.pop()[0] != tag:
            pass
        while self.spoken and self.spoken[-1].depth > len(self.open_tags):
            element = self.spoken.pop()
            self._keep(element.instead or "".join(element.texts), element.language)

    def handle_data(self, data: str) -> None:
        if self.script is not None:
            self.script.append(data)
        for element in self.spoken:
            element.texts.append(data)

    def _keep(self, text: str, language: str) -> None:
        if line := key(text):
            self.lines.append((line, language))


def _answers(exercise: Any) -> Iterator[str]:
    """Return the sentences that follow a try of an exercise: its success, its gaps, its hints."""
    yield exercise.get("reussite", "")
    yield from exercise.get("indices", ())
    for gap in exercise.get("ecarts", {}).values():
        yield from gap


def lines(page: str) -> list[Line]:
    """Return the sentences of a page that are read aloud, each once, with their language."""
    reader = _Reader()
    reader.feed(page)
    return list(dict.fromkeys(reader.lines))
