"""French for figures and lists: spaces, agreement, rounding."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TypeVar

from maillage.engine import rounding
from maillage.kernel import languages
from maillage.kernel.estimate import Estimate, Figure, Withheld
from maillage.kernel.languages import say, to_say

T = TypeVar("T")
NBSP = "\u00a0"
DASH = "\u2013"
MINUS = "\u2212"


BEFORE, AFTER = re.compile(r" (?=[:;?!»])"), re.compile(r"(?<=«) ")


def spaced(text: str) -> str:
    """Return a text whose double punctuation never starts a line, and whose quotes keep their words.

    >>> spaced("Où : « ici » ?")
    'Où\\xa0: «\\xa0ici\\xa0»\\xa0?'
    """
    return AFTER.sub(NBSP, BEFORE.sub(NBSP, text))


# A space inside a number, between it and its unit, around the dash of two hours: each told by its two neighbours alone.
INSIDE = re.compile(
    r"(?<=\d) (?=\d|[€%–]|(?:h|min|sur|km|cm|mm|m|kg|g|Go|Mo|ko)\b)|(?<=\bh) (?=\d|–)|(?:(?<=\bsur)|(?<=[nN]°)) (?=\d)|(?<=–) (?=\d)"
)


def unbroken(text: str) -> str:
    """Return a text whose numbers are never cut, nor left without their unit.

    >>> unbroken("10 h – 12 h, 655,50 €, page 3 sur 5")
    '10\\xa0h\\xa0–\\xa012\\xa0h, 655,50\\xa0€, page 3\\xa0sur\\xa05'
    """
    return INSIDE.sub(NBSP, text)


def spaced_within(value: T) -> T:
    """Return plain values (lists, dicts, texts) with `spaced` texts; drawings, which start with <, stay as they are."""
    if isinstance(value, str):
        return value if value.startswith("<") else spaced(value)  # type: ignore[return-value]
    if isinstance(value, dict):
        return {key: spaced_within(inner) for key, inner in value.items()}  # type: ignore[return-value]
    if isinstance(value, list | tuple):
        return type(value)(spaced_within(inner) for inner in value)
    return value


def number(value: float, decimals: int = 0) -> str:
    """Return a number as written in French: comma, no-break space between thousands.

    >>> number(43500), number(13.12, 1), number(-4)
    ('43\\xa0500', '13,1', '−4')
    """
    text = f"{abs(value):,.{decimals}f}".replace(",", NBSP)
    text = text.replace(".", ",") if languages.spoken().comma else text
    return f"{MINUS}{text}" if value < 0 and text.strip("0,") else text


def percent(value: float, decimals: int = 0) -> str:
    """Return a percentage.

    >>> percent(13.12)
    '13\\xa0%'
    """
    return f"{number(value, decimals)}{NBSP}%"


def share(value: float) -> str:
    """Return a share between 0 and 1 as a percentage; very small ones are not zero.

    >>> share(0.31), share(0.004)
    ('31\\xa0%', 'moins de 1\\xa0%')
    """
    return f"moins de 1{NBSP}%" if 0 < value < 0.01 else percent(100 * value)


def listing(items: Sequence[str], last: str = "et") -> str:
    """Return items as a list. last: « et », « ou » or « ni ».

    >>> listing(["Claix", "Corenc", "Poisat"])
    'Claix, Corenc et Poisat'
    """
    if len(items) < 2:
        return "".join(items)
    return say(LAST[last], first=series(items[:-1]), last=items[-1])


def series(items: Sequence[str]) -> str:
    """Return items with commas between.

    >>> series(["9 h – 12 h", "14 h – 18 h"])
    '9 h – 12 h, 14 h – 18 h'
    """
    return reduce(lambda before, item: say("{first}, {next}", first=before, next=item), items) if items else ""


LAST = {"et": to_say("{first} et {last}"), "ou": to_say("{first} ou {last}"), "ni": to_say("{first} ni {last}")}


def count(n: int, noun: str, plural: str | None = None) -> str:
    """Return a count with its noun agreed: one is singular, and so is zero.

    >>> count(1, "zone"), count(22, "zone"), count(0, "zone"), count(3, "quartier voisin", "quartiers voisins")
    ('1\\xa0zone', '22\\xa0zones', 'aucune zone', '3\\xa0quartiers voisins')
    """
    if n == 0:
        return f"{'aucune' if noun in FEMININE else 'aucun'} {noun}"
    return f"{number(n)}{NBSP}{noun if n == 1 else plural or noun + 's'}"


FEMININE = ("zone", "personne", "commune", "variable", "réponse", "réponse nouvelle", "paire", "orientation")


def lower_first(text: str) -> str:
    """Return a label as it stands inside a sentence: only its first letter changes, initials stay.

    >>> lower_first("Foyers au RSA"), lower_first("RSA")
    ('foyers au RSA', 'RSA')
    """
    if text[:2].isupper():
        return text
    small = TURKISH if languages.spoken().code == "tr" else {}
    return small.get(text[:1], text[:1].lower()) + text[1:]


TURKISH = {"I": "ı", "İ": "i"}


def of(name: str) -> str:
    """Return “de” before a name, contracted with its article; the name alone in another language.

    >>> of("Le Pont-de-Claix"), of("Les Adrets"), of("Échirolles"), of("La Tronche"), of("Claix"), of("Hyères")
    ('du Pont-de-Claix', 'des Adrets', 'd’Échirolles', 'de La Tronche', 'de Claix', 'd’Hyères')
    """
    if not languages.spoken().is_french:
        return languages.typed(name)
    if name.startswith("Le "):
        return f"du {name[3:]}"
    if name.startswith("Les "):
        return f"des {name[4:]}"
    return f"d’{name}" if name[:1].casefold() in "aeiouyàâéèêëîïôöùûüœh" else f"de {name}"


def one_in(value: float) -> str:
    """Return a share between 0 and 1 as people say it.

    >>> one_in(0.141), one_in(0.5), one_in(0.9)
    ('1 personne sur 7', '1 personne sur 2', '9 personnes sur 10')
    """
    if value > 0.55:
        return f"{round(10 * value)} personnes sur 10"
    return f"1 personne sur {round(1 / value)}" if value >= 0.01 else "moins de 1 personne sur 100"


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure ready to be read.

    value is None when the interval is too wide for a point, or when the figure is withheld; `why` then says so.
    low and high are rounded outwards by the same step.
    """

    value: str | None
    low: str
    high: str
    unit: str
    why: str = ""

    @property
    def between(self) -> str:
        """The interval in words."""
        return f"entre {self.low} et {self.high}" if self.low else self.why

    @property
    def span(self) -> str:
        """The interval in a table."""
        return f"{self.low}{NBSP}{DASH}{NBSP}{self.high}" if self.low else DASH

    @property
    def about(self) -> str:
        """The figure and its unit in a sentence, range alone when no point holds."""
        if self.value is None:
            return f"{self.between} {self.unit}".strip() if self.low else self.why
        return f"environ {self.value} {self.unit}".strip() if self.unit != "%" else f"environ {self.value}"

    @property
    def in_full(self) -> str:
        """The figure, its unit and its interval in a sentence, the interval said once when it stands alone."""
        return self.about if self.value is None else f"{self.about} ({self.between})"


def people(figure: Figure, *, noun: str = "personnes", most: float | None = None) -> Shown:
    """Return a number of people as shown: one step for value and bounds, at most a quarter of the half-width."""
    if isinstance(figure, Withheld):
        return Shown(None, "", "", noun, figure.reason)
    by = rounding.step(figure.half_width)
    low, high = rounding.outwards(figure.low, figure.high, by, most=most)
    value = None if figure.is_loose else number(rounding.nearest(figure.value, by))
    return Shown(value, number(low), number(high), noun, "L’intervalle est trop large pour un seul chiffre.")


def rate(figure: Figure) -> Shown:
    """Return a percentage as shown: one decimal only when the half-width is under one point."""
    if isinstance(figure, Withheld):
        return Shown(None, "", "", "%", figure.reason)
    decimals = 1 if figure.half_width < 1 else 0
    by = 0.1 if decimals else 1.0
    low, high = rounding.outwards(figure.low, figure.high, by, most=100.0)
    value = None if figure.is_loose else percent(rounding.nearest(figure.value, by), decimals)
    return Shown(value, number(low, decimals), percent(high, decimals), "%", "L’intervalle est trop large.")


def point(figure: Figure) -> float | None:
    """Return the value of an estimate for sorting and drawing, None when withheld."""
    return figure.value if isinstance(figure, Estimate) else None
