"""The reader's language, and the translation of our French sentences into it.

French is what we write; the catalogues of `locale/` say it in other languages. Nothing is compiled: a
catalogue is read the first time somebody needs it. See docs/decisions/0016-languages.md.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

CATALOGUES = Path(__file__).parents[1] / "locale"
NBSP = "\u00a0"
TYPED, ISOLATE, POP = "\u2066", "\u2068", "\u2069"  # before POP, its own direction: French, or any


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the public pages. name: as its readers write it; country: whose dates it has, '' for no
    other; thousands: the sign between them; comma: the decimal one, else a point; percent: of a share, as {}.
    """

    code: str
    name: str
    country: str = ""
    right_to_left: bool = False
    comma: bool = True
    thousands: str = "\xa0"
    percent: str = "{}\xa0%"

    @property
    def locale(self) -> str:
        return f"{self.code}_{self.country}" if self.country else self.code

    @property
    def is_french(self) -> bool:
        return self.code == FRENCH

    @property
    def direction(self) -> str:
        return "rtl" if self.right_to_left else "ltr"


FRENCH = "fr"
LANGUAGES: Mapping[str, Language] = {
    each.code: each
    for each in (
        Language(FRENCH, "Français"),
        Language("en", "English", "GB", comma=False, thousands=",", percent="{}%"),
        Language("ar", "العربية", right_to_left=True, comma=False, thousands=","),
        Language("ro", "Română", thousands="."),
        Language("tr", "Türkçe", thousands=".", percent="%{}"),
        Language("uk", "Українська"),
        Language("pt", "Português", "PT"),
    )
}
_spoken: ContextVar[str] = ContextVar("language", default=FRENCH)


def spoken() -> Language:
    """Return the reader's language; French when none was chosen."""
    return LANGUAGES[_spoken.get()]


def speak(code: str) -> None:
    """Speak a language from now on, as far as the `speaking` around."""
    _spoken.set(code)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak a language for a while."""
    token = _spoken.set(code)
    try:
        yield
    finally:
        _spoken.reset(token)


def to_say(text: str) -> str:
    """Return a text unchanged, marking it for the catalogues: it will be translated later."""
    return text


def say(text: str, plural: str = "", /, **values: object) -> str:
    """Return a French text in the reader's language, with its {values}; unchanged when no catalogue has it.

    plural: the same text for a count, `n` among the values. In French zero is singular.

    >>> say("{n} lieu", "{n} lieux", n=1_200), say("{n} lieu", "{n} lieux", n=0)
    ('1\\xa0200 lieux', '0 lieu')
    """
    if not text:
        return ""
    count = int(str(values["n"])) if plural else 1
    code = _spoken.get()
    if code == FRENCH:
        translation = plural if plural and abs(count) > 1 else text
    elif plural:
        translation = _catalogue(code).ngettext(key(text), key(plural), count)
    else:
        translation = _catalogue(code).gettext(key(text))
        translation = text if translation == key(text) else translation
    return (
        translation.format(**{name: _put(value) for name, value in values.items()}) if values else translation
    )


def key(text: str) -> str:
    """Return the key of a text in a catalogue: neither its no-break spaces nor its line breaks count.

    >>> key("Où\\xa0?")
    'Où ?'
    """
    return " ".join(text.split())


def french_of(code: str, text: str) -> str:
    """Return the French sentence that a catalogue translates by a text, '' when none does."""
    from babel.messages.pofile import read_po

    with (CATALOGUES / f"{code}.po").open("rb") as file:
        messages = read_po(file, locale=code)
    sought = key(text)
    return next((str(each.id) for each in messages if each.id and key(str(each.string)) == sought), "")


def typed(text: str) -> str:
    """Return a text that stays in French, as it goes into a sentence of another language: kept apart by two
    marks.
    """
    return text if not text or _spoken.get() == FRENCH else f"{TYPED}{text}{POP}"


def comma() -> str:
    """Return the comma of the language spoken, with its space.

    >>> with speaking("ar"):
    ...     comma()
    '، '
    """
    return "، " if spoken().right_to_left else ", "


def _put(value: object) -> str:
    if isinstance(value, int):
        return f"{value:,}".replace(",", spoken().thousands)
    text = str(value)
    return (
        f"{ISOLATE}{text}{POP}"
        if spoken().right_to_left and text and text[0] not in (TYPED, ISOLATE)
        else text
    )


@cache
def _catalogue(code: str) -> GNUTranslations:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return GNUTranslations(compiled)
