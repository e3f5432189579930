"""French for figures and lists: spaces, agreement, rounding."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import reduce
from math import isfinite
from typing import TypeVar

from maillage.kernel.estimate import Estimate, Figure, Withheld
from maillage.words import languages, rounding
from maillage.words.languages import say, to_say
from maillage.words.mute_h import MUTE_H

T = TypeVar("T")
NBSP = "\u00a0"
DASH = "\u2013"
MINUS = "\u2212"
IF_GAPS_HOLD = "si nos hypothèses sur les écarts entre territoires sont justes"
NINE_TIMES = f"90 fois sur 100, {IF_GAPS_HOLD}"
NINE_IN_TEN = f"90 chances sur 100, {IF_GAPS_HOLD}"  # of a model estimate: never said without its condition


XML_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # by XML 1.0
BEFORE, AFTER = re.compile(r" (?=[:;?!»])"), re.compile(r"(?<=«) ")


def spaced(text: str) -> str:
    """Return a text whose double punctuation never starts a line, and whose quotes keep their words.

    >>> spaced("Où : « ici » ?")
    'Où\\xa0: «\\xa0ici\\xa0»\\xa0?'
    """
    return AFTER.sub(NBSP, BEFORE.sub(NBSP, text))


def in_xml(text: str) -> str:
    r"""Return a text without the characters that XML forbids: an office suite pastes some as line breaks.

    >>> in_xml("Café\x0bnumérique")
    'Cafénumérique'
    """
    return XML_FORBIDDEN.sub("", text)


# A space inside a number, between it and its unit, around the dash of two hours: each told by its two
# neighbours alone.
INSIDE = re.compile(
    r"(?<=\d) (?=\d|[€%–]|(?:h|min|sur|km|cm|mm|m|kg|g|Go|Mo|ko)\b)|(?<=\bh)"
    r" (?=\d|–)|(?:(?<=\bsur)|(?<=[nN]°)) (?=\d)|(?<=–) (?=\d)"
)


def unbroken(text: str) -> str:
    """Return a text whose numbers are never cut, nor left without their unit.

    >>> unbroken("10 h – 12 h, 655,50 €, page 3 sur 5")
    '10\\xa0h\\xa0–\\xa012\\xa0h, 655,50\\xa0€, page 3\\xa0sur\\xa05'
    """
    return INSIDE.sub(NBSP, text)


TOGETHER = re.compile(r"(?<=«) | (?=»)|(?<=\d) (?=[€%]|(?:h|min|km|Go|Mo)\b)")


def cohesive(text: str) -> str:
    """Return a text whose quotes keep their words and whose numbers keep their unit, whoever typed it.

    >>> cohesive("« Ouvert » dès 9 h, 42,5 % : 12 km")
    '«\xa0Ouvert\xa0» dès 9\xa0h, 42,5\xa0% : 12\xa0km'
    """
    return TOGETHER.sub(NBSP, text)


def spaced_within(value: T) -> T:
    """Return plain values (lists, dicts, dataclasses, texts) with `spaced` texts; drawings, which start with
    <, stay as they are.
    """
    if isinstance(value, str):
        return value if value.startswith("<") else spaced(value)  # type: ignore[return-value]  # of the type it was given
    if isinstance(value, dict):
        return {key: spaced_within(inner) for key, inner in value.items()}  # type: ignore[return-value]  # of the type it was given
    if isinstance(value, list | tuple):
        return type(value)(spaced_within(inner) for inner in value)
    if is_dataclass(value) and not isinstance(value, type):
        return type(value)(
            **{field.name: spaced_within(getattr(value, field.name)) for field in fields(value)}
        )
    return value


def number(value: float, decimals: int = 0) -> str:
    """Return a number as the language spoken writes it, in French with a comma and no-break spaces between
    thousands; halves upwards.

    >>> number(42.5), number(87.5), number(12.5)
    ('43', '88', '13')
    >>> number(43500), number(13.12, 1), number(-4)
    ('43\\xa0500', '13,1', '−4')
    """
    near = rounding.rounded(abs(value), decimals=decimals) if isfinite(value) else abs(value)
    language = languages.spoken()
    integer, _, decimal_digits = f"{near:,.{decimals}f}".partition(".")
    mark = ("," if language.comma else ".") if decimal_digits else ""
    text = f"{integer.replace(',', language.thousands)}{mark}{decimal_digits}"
    return f"{MINUS}{text}" if value < 0 and text.strip("0,.") else text


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


PARTED = " ; "  # between the items of a list that hold an « et »
ENCLOSED = re.compile(r"«[^»]*»|\([^)]*\)")
BETWEEN_ITEMS, AND = re.compile(r", | et "), re.compile(r" et (?!plus\b)")  # « 75 ans et plus » is one item


def listed(text: str) -> list[str]:
    """Return the items of a list written by `listing`.

    >>> listed("Claix, Corenc et Poisat"), listed("Claix ; Vif et Varces")
    (['Claix', 'Corenc', 'Poisat'], ['Claix', 'Vif et Varces'])
    """
    return text.split(PARTED) if PARTED in text else BETWEEN_ITEMS.split(text)


def listing(items: Sequence[str], last: str = "et") -> str:
    """Return items as a list. last: « et », « ou » or « ni ». Items of which one holds an « et » are parted
    by semicolons: that « et » would pass for the last one of the list.

    >>> listing(["Claix", "Corenc", "Poisat"])
    'Claix, Corenc et Poisat'
    >>> listing(["Claix", "Vif et Varces"]), listing(["Claix", "« Vif et Varces »"])
    ('Claix ; Vif et Varces', 'Claix et « Vif et Varces »')
    """
    if len(items) < 2:
        return "".join(items)
    if last == "et" and any(AND.search(ENCLOSED.sub("", item)) for item in items):
        return PARTED.join(items)
    return say(LAST[last], first=series(items[:-1]), last=items[-1])


def shortened(items: Sequence[str], most: int) -> str:
    """Return items as a list, the first `most` and a count where several are left: one alone is named.

    >>> shortened(["Claix", "Corenc", "Poisat"], 2), shortened(["Claix", "Corenc", "Poisat", "Gières"], 2)
    ('Claix, Corenc et Poisat', 'Claix, Corenc et 2 autres')
    """
    if len(items) <= most + 1:
        return listing(items)
    return listing([*items[:most], f"{number(len(items) - most)} autres"])


def in_series(lines: Sequence[str]) -> str:
    """Return lines with semicolons between, each of them whole.

    >>> in_series(["lundi : 9 h – 12 h", "mardi : 14 h – 18 h"])
    'lundi : 9 h – 12 h ; mardi : 14 h – 18 h'
    """
    if not lines:
        return ""
    return reduce(lambda before, line: say("{before} ; {line}", before=before, line=line), lines)


def series(items: Sequence[str]) -> str:
    """Return items with commas between.

    >>> series(["9 h – 12 h", "14 h – 18 h"])
    '9 h – 12 h, 14 h – 18 h'
    """
    return (
        reduce(lambda before, item: say("{first}, {next}", first=before, next=item), items) if items else ""
    )


LAST = {
    "et": to_say("{first} et {last}"),
    "ou": to_say("{first} ou {last}"),
    "ni": to_say("{first} ni {last}"),
}


def count(n: int, noun: str, plural: str | None = None) -> str:
    """Return a count with its noun agreed: one is singular, and so is zero.

    >>> count(1, "zone"), count(22, "zone"), count(0, "ligne refusée", "lignes refusées"), count(
    ...     3, "quartier voisin", "quartiers voisins")
    ('1\\xa0zone', '22\\xa0zones', 'aucune ligne refusée', '3\\xa0quartiers voisins')
    """
    if n == 0:
        return f"aucun{'e' if is_feminine(noun) else ''} {noun}"
    return f"{number(n)}{NBSP}{noun if n == 1 else plural or noun + 's'}"


def points(gap: float) -> str:
    """Return how far apart two shares are, whichever is greater, to the point.

    >>> points(-20.3), points(1.2), points(0.4)
    ('20 points', '1 point', '0 point')
    """
    n = rounding.rounded(abs(gap))
    return f"{number(n)} point{'s' * (n > 1)}"


def counts(*numbers: tuple[int, str]) -> str:
    """Return several counts as a list; what there is none of is left out.

    >>> counts((22, "action"), (3, "sous-action")), counts((1, "action"), (0, "sous-action"))
    ('22\\xa0actions et 3\\xa0sous-actions', '1\\xa0action')
    """
    return listing([count(n, noun) for n, noun in numbers if n])


def is_feminine(noun: str) -> bool:
    """Recognise a feminine noun by its first word.

    >>> is_feminine("paire proposée"), is_feminine("autre commune"), is_feminine("lieu placé")
    (True, True, False)
    """
    return noun.removeprefix("autre ").split(" ")[0] in FEMININE


FEMININE = frozenset(
    "action activité adresse aide ancienne carte case chose commune course demande démarche enquête étape"
    " faite fiche gardée invitation ligne minute orientation page paire parole personne phrase place"
    " proposition question refusée région réponse réunie réunion source sous-action structure valeur"
    " variable voie zone".split()
)


def lower_first(text: str) -> str:
    """Return a label as it stands inside a sentence: only its first letter changes, initials stay. A letter
    alone is a word (« À », « L’ »), but for the English « I ».

    >>> lower_first("Foyers au RSA"), lower_first("RSA"), lower_first("À distance"), lower_first("D’occasion")
    ('foyers au RSA', 'RSA', 'à distance', 'd’occasion')
    """
    if text[:2].isupper() and (text[1:2] not in ALONE or text[0] == "I"):
        return text
    small = TURKISH if languages.spoken().code == "tr" else {}
    return small.get(text[:1], text[:1].lower()) + text[1:]


TURKISH = {"I": "ı", "İ": "i"}
ALONE = (" ", NBSP, "’", "'")  # what follows a letter that is a word by itself


def in_words(text: str, lead: str = "") -> str:
    """Return a range of a table as a sentence says it; after `lead`, anything that is no range.

    >>> in_words("66 – 98 %"), in_words("39 000", "environ ")
    ('entre 66 et 98 %', 'environ 39 000')
    """
    low, *high = re.split(rf"\s{DASH}\s", text)
    return f"entre {low} et {high[0]}" if high else f"{lead}{text}"


FEMININE_BODIES = frozenset(
    "Agence Agglo Agglomération Association Caisse Commune Communauté Direction Eurométropole Mairie"
    " Métropole Préfecture Région Ville CA CAF CC CPAM CU DDETS DREETS MDPH MSA Assemblée Bibliothèque"
    " Chambre Commission Conférence Coopérative Coordination Délégation Équipe Fédération Fondation Maison"
    " Médiathèque Mission Union".split()
)
MASCULINE_BODIES = frozenset(
    "Conseil Département Pays Service Syndicat CCAS CD CIAS CIDFF PETR PIMMS SIVOM Bureau Collectif Comité"
    " Groupe Groupement Ministère Réseau".split()
)
ELIDED_BODIES = frozenset("EPCI EPN EPT OPH UDAF Établissement Hôpital Institut Observatoire Office".split())
BODIES = FEMININE_BODIES | MASCULINE_BODIES | ELIDED_BODIES
TYPED_ARTICLE = re.compile(r"(?:Le |La |Les |L’|L')(?=(\w+))")
KEEPS_CAPITAL = frozenset(("Pays",))  # part of a name on maps: « le Pays de Gex »
CONTRACTED = {"de": {"le ": "du ", "les ": "des "}, "à": {"le ": "au ", "les ": "aux "}}
_VOWEL = "aeiouàâäéèêëîïôöùûüœæ"
STARTS_WITH_VOWEL = re.compile(rf"[{_VOWEL}]|y(?![{_VOWEL}]|\b)", re.IGNORECASE)
FIRST_WORD = re.compile(r"[^\s,;()]+")


def of(name: str) -> str:
    """Return “de” before a name, contracted with its article, which a body takes; the name alone in another
    language.

    >>> of("Le Pont-de-Claix"), of("Les Adrets"), of("Échirolles"), of("La Tronche"), of("Claix")
    ('du Pont-de-Claix', 'des Adrets', 'd’Échirolles', 'de La Tronche', 'de Claix')
    >>> of("Communauté de communes du Trièves"), of("Agglomération grenobloise"), of("Ville"), of(
    ...     "France")
    ('de la communauté de communes du Trièves', 'de l’agglomération grenobloise', 'de Ville', 'de la France')
    >>> of("le Département"), of("les habitants"), of("un collectif"), of("la Région")
    ('du Département', 'des habitants', 'd’un collectif', 'de la Région')
    >>> of("CCAS de Lens"), of("Pays de Gex"), of("CA du Pays de Saint-Malo"), of("Hyères"), of("Haguenau")
    ('du CCAS de Lens', 'du Pays de Gex', 'de la CA du Pays de Saint-Malo', 'd’Hyères', 'de Haguenau')
    """
    return _joined("de", name)


def at(name: str) -> str:
    """Return “à” before a name, as `of` does with “de”.

    >>> at("Le Mans"), at("Les Fourgs"), at("La Tronche"), at("Aubenas"), at("CCAS de Lens")
    ('au Mans', 'aux Fourgs', 'à La Tronche', 'à Aubenas', 'au CCAS de Lens')
    """
    return _joined("à", name)


def _joined(word: str, name: str) -> str:
    if not languages.spoken().is_french:
        return languages.typed(name)
    full = with_article(name)
    for article, contracted in CONTRACTED[word].items():
        if full.startswith((article, article.capitalize())):
            return f"{contracted}{full[len(article) :]}"
    return elision(word, full)


def with_article(name: str) -> str:
    """Return a name with the article that a body or France takes, as it stands where it has none to take.

    >>> with_article("Agglomération grenobloise"), with_article("Ville d’Arles"), with_article("Arles")
    ('l’agglomération grenobloise', 'la ville d’Arles', 'Arles')
    >>> with_article("Direction de la cohésion sociale"), of("Département de l’Essonne")
    ('la direction de la cohésion sociale', 'du département de l’Essonne')
    >>> with_article("Le service habitat"), with_article("La Communauté de communes"), with_article("Le Mans")
    ('le service habitat', 'la Communauté de communes', 'Le Mans')
    """
    if (typed := TYPED_ARTICLE.match(name)) and (typed[1].islower() or typed[1] in BODIES):
        return lower_first(name)
    first, space, _ = name.partition(" ")
    if name == "France":
        return "la France"
    if not space:
        return name
    words = name if first in KEEPS_CAPITAL else lower_first(name)
    if first in ELIDED_BODIES:
        return f"l’{words}"
    if first in FEMININE_BODIES:
        return f"l’{words}" if STARTS_WITH_VOWEL.match(first) else f"la {words}"
    return f"le {words}" if first in MASCULINE_BODIES else name


def elision(word: str, name: str) -> str:
    """Return a word before a name, cut before a vowel where it ends in e. Before an h the word stays whole,
    but for communes whose h is known to be mute. A y is a vowel before a consonant only.

    >>> elision("de", "Ileana"), elision("que", "Yves"), elision("de", "Yasmina"), elision("de", "Hugo")
    ('d’Ileana', 'qu’Yves', 'de Yasmina', 'de Hugo')
    """
    first = FIRST_WORD.match(name)
    is_mute = first is not None and first[0] in MUTE_H
    if word.endswith("e") and (is_mute or STARTS_WITH_VOWEL.match(name)):
        return f"{word[:-1]}’{name}"
    return f"{word} {name}"


@dataclass(frozen=True, slots=True)
class FigureText:
    """A figure ready to be read.

    >>> told = FigureText("6", "6", "6", "personnes")
    >>> told.between, told.span, told.in_full
    ('environ 6', '6', 'environ 6 personnes')

    value is None when the interval is too wide for a point, or when the figure is withheld; `why` then says
    so.
    low and high are rounded outwards by the same step.
    """

    value: str | None
    low: str
    high: str
    unit: str
    why: str = ""

    @property
    def is_single(self) -> bool:
        """True if both bounds print alike: one number then stands for them."""
        return bool(self.low) and self.low == self.high.removesuffix(f"{NBSP}%")

    @property
    def between(self) -> str:
        """The interval in words."""
        if self.is_single:
            return self.high if self.high == "0" or ENDS.match(self.high) else f"environ {self.high}"
        return f"entre {self.low} et {self.high}" if self.low else self.why

    @property
    def span(self) -> str:
        """The interval in a table."""
        if self.is_single:
            return self.high
        return f"{self.low}{NBSP}{DASH}{NBSP}{self.high}" if self.low else DASH

    @property
    def cells(self) -> tuple[str, str]:
        """The value and its interval for two cells of a row: a range alone is written once.

        >>> FigureText("6", "5", "7", "personnes").cells, FigureText(None, "5", "7", "personnes").cells
        (('6', '5\xa0–\xa07'), ('5\xa0–\xa07', ''))
        """
        return (self.value, self.span) if self.value else (self.span, "")

    @property
    def about(self) -> str:
        """The figure and its unit in a sentence, range alone when no point holds; an end of the scale is not
        about.
        """
        if self.value is None:
            unit = "" if self.unit == "%" else self.unit  # the bounds of a share carry their own sign
            return f"{self.between} {unit}".strip() if self.low else self.why
        if self.unit != "%":
            return f"environ {self.value} {self.unit}".strip()
        return self.value if ENDS.match(self.value) else f"environ {self.value}"

    @property
    def in_full(self) -> str:
        """The figure, its unit and its interval in a sentence, the interval said once when it stands
        alone.
        """
        return self.about if self.value is None or self.is_single else f"{self.about} ({self.between})"


def people(figure: Figure, *, noun: str = "personnes", most: float | None = None) -> FigureText:
    """Return a number of people as shown: one step for value and bounds, at most a quarter of the
    half-width.
    """
    if isinstance(figure, Withheld):
        return FigureText(None, "", "", noun, figure.reason)
    by = rounding.step(figure.half_width)
    low, high = rounding.outwards(figure.low, figure.high, by, most=most)
    value = None if figure.is_loose else number(rounding.nearest(figure.value, by))
    return FigureText(
        value, number(low), number(high), noun, "L’intervalle est trop large pour un seul chiffre."
    )


ENDS = re.compile(rf"(?:moins|plus) de |(?:0|100){NBSP}%$")
EXACT = 1e-6  # points: nearer than this, a percentage is 0 or 100


def rate_step(figure: Estimate) -> float:
    """Return the step of a percentage as shown, in points."""
    return 0.1 if figure.half_width < 1 else 1.0


def rate(figure: Figure) -> FigureText:
    """Return a percentage as shown: one decimal only when the half-width is under one point, and none at the
    ends of the scale.

    >>> told = Estimate(value=99.97, low=99.9, high=100.0, unit="pourcent", universe="", n=1, method="portee")
    >>> rate(told).in_full.replace(NBSP, " ")
    'plus de 99,9 % (entre 99,9 et 100 %)'
    """
    if isinstance(figure, Withheld):
        return FigureText(None, "", "", "%", figure.reason)
    by = rate_step(figure)
    decimals = 1 if by < 1 else 0
    low, high = rounding.outwards(figure.low, figure.high, by, most=100.0)
    value = None if figure.is_loose else _percentage(figure.value, by, decimals)
    return FigureText(
        value,
        number(low, _decimals(low, decimals)),
        percent(high, _decimals(high, decimals)),
        "%",
        "L’intervalle est trop large.",
    )


def share_of(figure: Figure, total: float) -> FigureText:
    """Return the share that a count makes of a known whole: a point, a range or nothing, as the count.

    >>> told = Estimate(value=90, low=50, high=130, unit="personnes", universe="", n=1, method="besoins")
    >>> people(told).value, share_of(told, 1000).value, share_of(told, 1000).span.replace(NBSP, " ")
    (None, None, '5 – 13 %')
    """
    if isinstance(figure, Withheld) or total <= 0:
        return FigureText(None, "", "", "%", figure.reason if isinstance(figure, Withheld) else "")
    low, high = rounding.outwards(100 * figure.low / total, 100 * figure.high / total, 1.0, most=100.0)
    value = None if figure.is_loose else share(figure.value / total)
    return FigureText(value, number(low), percent(high), "%", "L’intervalle est trop large.")


def _percentage(value: float, by: float, decimals: int) -> str:
    """Return a percentage to the nearest; under the first step or over the last, the end that it does not
    reach.
    """
    rounded = rounding.nearest(value, by)
    if rounded < by / 2 and value > EXACT:
        return f"moins de {percent(by, decimals)}"
    if rounded > 100 - by / 2 and value < 100 - EXACT:
        return f"plus de {percent(100 - by, decimals)}"
    return percent(rounded, _decimals(rounded, decimals))


def _decimals(value: float, decimals: int) -> int:
    return 0 if value < EXACT or value > 100 - EXACT else decimals


def survey_share(figure: Figure, *, rule: str = "nearest") -> FigureText:
    """Return a share of a survey as its publication prints it: whole percents, the value by its `rule`, the
    bounds outwards. No interval where the margins of the weighting impose the share, or where all answered.

    >>> told = Estimate(value=9.0, low=6.8, high=11.4, unit="pourcent", universe="", n=192, method="")
    >>> survey_share(told).in_full.replace(NBSP, " ")
    'environ 9 % (entre 6 et 12 %)'
    """
    if isinstance(figure, Withheld):
        return FigureText(None, "", "", "%", figure.reason)
    value = percent(rounding.rounded(figure.value, rule=rule))
    if figure.low == figure.value == figure.high:
        return FigureText(value, "", "", "%", "sans marge d’erreur")
    low, high = rounding.outwards(figure.low, figure.high, 1.0, most=100.0)
    return FigureText(value, number(low), percent(high), "%")


def counted_share(figure: Figure) -> str:
    """Return a share of what was counted as it was counted, then in percent: nothing is estimated there.

    >>> told = Estimate(value=100.0, low=89.0, high=100.0, unit="pourcent", universe="", n=22, method="")
    >>> counted_share(told).replace(NBSP, " ")
    '22 sur 22, soit 100 %'
    """
    if isinstance(figure, Withheld):
        return figure.reason
    part = round(figure.value * figure.n / 100)
    return f"{number(part)} sur {number(figure.n)}, soit {survey_share(figure).value}"


def bounds(low: float, high: float, decimals: int = 0) -> tuple[str, str]:
    """Return two bounds in any unit as shown: rounded outwards, either of them perhaps under zero.

    >>> bounds(2.31, 4.42, 1), bounds(-14.2, -6.9)
    (('2,3', '4,5'), ('−15', '−6'))
    """
    ends = rounding.signed_outwards(low, high, 10.0**-decimals)
    return number(ends[0], decimals), number(ends[1], decimals)


def point(figure: Figure) -> float | None:
    """Return the value of an estimate for sorting and drawing, None when withheld."""
    return figure.value if isinstance(figure, Estimate) else None
