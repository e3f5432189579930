"""The columns of a file without a description: the possible names of each, and its filled cells."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice

from maillage.kernel.names import plain
from maillage.reference import offer
from maillage.sources.offer.answers import Meaning, answered, meaning_of
from maillage.sources.offer.clean.wording import full_words
from maillage.sources.offer.forms.sheet import Sheet

YES_NO_MARK = re.compile(
    r"\(?\b(?:oui\s*/\s*non|o\s*/\s*n|y\s*/\s*n|yes\s*/\s*no|oui ou non)\b\)?\s*[?:]?", re.IGNORECASE
)  # « Wifi (oui/non) »
LED = re.compile(
    r"^(?:\d{1,3}\s?[.)]\s+|(?:q(?:uestion)?|champ|field|col(?:onne)?|item|var)[ _.-]*\d+[ _.:)-]+)(?=\D)",
    re.IGNORECASE,
)
MORE = tuple(  # words of the names of columns that no field has in its own names
    "jours horaires heures appliques pratiques proposes souhaites tablettes ordinateurs tarif tarifs "
    "prix numero telephone mail site internet web commune ville centre nom rue postal postale code voie "
    "public publics accueilli accueillis type types accompagnement aide demarches administratives pret "
    "vente atelier ateliers cours libre acces borne coordonnees modalites rendez inscription gratuit "
    "payant structure organisme fermeture fermetures debut fin matin midi".split()
)
LANGUAGES = ("fr", "en", "de", "es", "it", "nl", "pt", "ar")  # the last part of « label.fr »
SAMPLE = 60  # distinct cells of a column that are looked at
FURNITURE = {  # words that say nothing of what a column holds
    "a", "au", "aux", "avez", "ce", "d", "dans", "de", "des", "du", "en", "est", "et", "etes", "l", "la",
    "le", "les",
    "leur", "leurs", "ma", "mes", "mon", "nos", "notre", "ou", "par", "pour", "possedez", "quel", "quelle",
    "quelles",
    "quels", "s", "sa", "ses", "son", "sont", "sur", "un", "une", "vos", "votre", "vous", "accompagnez",
    "proposez", "il", "ils", "elle", "elles",
    "structure", "structures", "lieu", "lieux", "organisation", "etablissement", "service",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the names it may be known by, the plainest first, and its filled cells.

    sample: the first distinct cells, those that say that nobody knows apart. answers: what each of its cells
    means when it is a column of yes and no, else None.
    """

    name: str
    spellings: tuple[str, ...]
    cells: tuple[str, ...]
    sample: tuple[str, ...]
    answers: Mapping[str, Meaning] | None

    def has(self, words: Iterable[str]) -> bool:
        """Look for one of these words in its name."""
        return not {word for name in self.spellings for word in name.split()}.isdisjoint(words)


def columns_of(sheet: Sheet) -> list[Column]:
    """Return the columns of a sheet, without the few letters that they may all begin with."""
    lead = _common_lead(sheet.columns)
    return [
        _column(name, lead, tuple(v for row in sheet.rows if (v := row.cells.get(name, ""))))
        for name in sheet.columns
    ]


def _column(name: str, lead: str, cells: tuple[str, ...]) -> Column:
    known = (cell for cell in dict.fromkeys(cells) if meaning_of(cell) != "unknown")
    return Column(
        name,
        column_names(name.removeprefix(lead)),
        cells,
        tuple(islice(known, SAMPLE)) or cells[:1],
        answered(cells),
    )


def _common_lead(names: Sequence[str]) -> str:
    """Return the few letters that most columns begin with, as `c_`, or as `properties.`; '' when there are
    none.
    """
    leads = Counter(match[0] for name in names if (match := re.match(r"[a-z]{1,3}_|\w+\.", name)))
    lead, n = leads.most_common(1)[0] if leads else ("", 0)
    return lead if n > 0.6 * len(names) else ""


def column_names(name: str) -> tuple[str, ...]:
    """Return the names that a column may have: its name, without its number, without words that say nothing,
    its last part.
    """
    name = full_words(LED.sub("", YES_NO_MARK.sub("", name).strip()) or name)
    spaced_name = (
        re.sub(r"(?<=[a-zà-ÿ0-9])(?=[A-Z][a-z])|(?<=[a-zà-ÿ])(?=[A-Z])", " ", name)
        if not name.isupper()
        else name
    )
    plain_name = plain(spaced_name)
    bare = re.sub(r" ?\d+( \d+)*$", "", plain_name)
    names = [plain_name, bare, " ".join(word for word in bare.split() if word not in FURNITURE)]
    parts = [part for part in name.split(".") if not part.isdecimal()]
    if len(parts) > 1 and parts[-1] in LANGUAGES:
        parts.pop()
    if parts and re.fullmatch(r"[\w-]+(\.[\w-]+)+", name):
        names.append(plain(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", parts[-1])))
    names += [unglued(each) for each in (plain_name, bare) if " " not in each]
    return tuple(dict.fromkeys(filter(None, names))) or (name,)


@cache
def vocabulary() -> frozenset[str]:
    """Return the words that the names of columns are made of, without accents."""
    texts = [
        *(
            text
            for of in (*offer.fields().values(), *offer.conditions().values())
            for text in (of.label, of.id, *of.also)
        ),
        *(text for of in offer.practices().values() for text in (of.label, *of.also)),
        *(value.label for of in offer.lists().values() for value in of.values.values()),
        *offer.kinds_by_word(),
        *MORE,
    ]
    words = {word for text in texts for word in plain(text).split()}
    return frozenset(
        {word for word in words if len(word) > 2} | {word for word in FURNITURE if len(word) > 1} | {"d", "l"}
    )


@lru_cache(maxsize=4096)
def unglued(name: str) -> str:
    """Return a name whose words are glued together, cut into words of the trade; '' when it cannot be, or is
    one.

    >>> unglued("pretdetablettes"), unglued("adresse"), unglued("lesjoursdouverture")
    ('pret de tablettes', '', 'les jours d ouverture')
    """
    words = vocabulary()
    if not 8 < len(name) < 60 or name in words or not name.isalpha():
        return ""
    best: list[tuple[int, list[str]] | None] = [(0, [])] + [None] * len(name)
    for end in range(1, len(name) + 1):
        for start in range(max(end - 20, 0), end):
            cheapest = best[start]
            piece = name[start:end]
            if cheapest is not None and (piece in words or (piece[-1] in "sx" and piece[:-1] in words)):
                known = best[end]
                cost = cheapest[0] + 1 + 3 * (len(piece) < 3)
                if known is None or cost < known[0]:
                    best[end] = (cost, [*cheapest[1], piece])
    last = best[-1]
    return " ".join(last[1]) if last and len(last[1]) > 1 else ""


LINES = " - "  # between the lines of an address put together
NUMBERED_LINE = re.compile(r"(.*\badd?r.*?) ?\d")


def are_address_lines(one: str, other: str) -> bool:
    """Recognise two columns that are lines of one address, told by a number.

    >>> are_address_lines("Adresse 1", "adresse_2"), are_address_lines("Adresse 1", "Adresse")
    (True, False)
    >>> are_address_lines("colonne 1", "colonne 2")
    False
    """
    matches = [NUMBERED_LINE.fullmatch(plain(name)) for name in (one, other)]
    return plain(one) != plain(other) and all(matches) and len({each[1] for each in matches if each}) == 1
