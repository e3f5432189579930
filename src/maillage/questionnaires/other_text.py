"""Answers as other tools write them: labels for names, a decimal comma, a day written the French way."""

import re
from collections.abc import Callable, Iterable, Mapping

from maillage.kernel.names import plain
from maillage.questionnaires.questionnaire import FOREIGN_LABELS, UNSAID, Choice, Question, Questionnaire
from maillage.words import dates
from maillage.words.claims import UNITS

WHOLE_NUMBER = re.compile(r"(-?\d{1,15})[.,]0+", re.ASCII)
NUMBER = re.compile(r"-?\d{1,15}[.,]\d{1,15}", re.ASCII)
YEARS = re.compile(r"(\d{1,3})\s*ans?", re.IGNORECASE)
ARTICLE = re.compile(
    r"(?:(?:une?|l[ae]s?|l|des?|du|d) )?(?:diplome (?:de )?niveau )?"
)  # before what a label says
SEVERAL = re.compile(r"\s*[;|]\s*")  # between the answers of a cell
FIGURES = {"un": "1", "une": "1", **{unit: str(n) for n, unit in enumerate(UNITS[1:16], 2)}}
# « un » is an article but before a time.
SPELLED = re.compile(rf"\b(?:une?(?= (?:an|mois|semaine|jour|heure|fois)s?\b)|{'|'.join([*FIGURES][2:])})\b")
NOTHING = re.compile(r"(?:rien|aucune?|neant)(?: (?:de tout|de ce|de cet|de ces|des|d entre)\b.*)?")
NOT_ANY = re.compile(r"(?:ni|rien|aucune?|sans)\b")
SEXES = (  # abbreviations of a sex, and a word of its choice
    (frozenset(("f", "femme", "feminin")), re.compile(r"\b(?:femme|feminin)\b")),
    (frozenset(("h", "m", "homme", "masculin")), re.compile(r"\b(?:homme|masculin)\b")),
)


def reader(questionnaire: Questionnaire, question: Question) -> Callable[[str], str]:
    """Return a function that converts an answer to a question to our form; one already in it, or unreadable,
    is returned unchanged.

    >>> on = (Choice(name="oui", label={"fr": "Oui"}), Choice(name="tel", label={"fr": "Par téléphone"}))
    >>> many, day = Question(name="q", kind="many", label={}, choices="on"), Question(
    ...     name="d", kind="date", label={})
    >>> form = Questionnaire(id="f", title="Essai", lists={"on": on}, items=(many, day))
    >>> [reader(form, many)(text) for text in ("Oui, par telephone", "oui tel", "oui fax")]
    ['oui tel', 'oui tel', 'oui fax']
    >>> [reader(form, day)(text) for text in ("01/11/2026", "11/13/2026")]
    ['2026-11-01', '11/13/2026']
    """
    if question.kind in ("one", "many", "rank"):
        return _of_choices(questionnaire.choices(question), several=question.kind != "one")
    return READERS.get(question.kind, str)


def clerk_reader(questionnaire: Questionnaire, question: Question) -> Callable[[str], str]:
    """Return a function that converts what a clerk typed in a hurry, '' when it leaves a doubt: who does not
    know, the only label that begins so or has it between its commas, an age followed by « ans », the initial
    of a sex, « rien de tout cela » where one answer excludes the others.

    >>> ease = (Choice(name="1", label={"fr": "Pas du tout à l’aise"}), Choice(name="2", label={
    ...     "fr": "Un peu à l’aise"}), Choice(name="3", label={"fr": "Un peu plus"}))
    >>> one, age = Question(name="q", kind="one", label={}, choices="e"), Question(
    ...     name="age", kind="integer", label={})
    >>> form = Questionnaire(id="f", title="Essai", lists={"e": ease}, items=(one, age))
    >>> [clerk_reader(form, one)(text) for text in ("pas du tout", "peu a l'aise", "un peu", "NSP")]
    ['1', '2', '', 'nsp']
    >>> when = (Choice(name="m", label={"fr": "Moins de trois mois"}), Choice(name="non", label={
    ...     "fr": "Non, jamais"}), Choice(name="oubli", label={"fr": "Non, je ne sais plus"}))
    >>> [clerk_reader(Questionnaire(id="f", title="Essai", lists={"e": when}, items=(one,)), one)(text)
    ...     for text in ("Moins de 3 mois", "Non")]
    ['m', '']
    >>> [clerk_reader(form, age)(text) for text in ("43 ans", "43 mois")]
    ['43', '']
    >>> jobs = (Choice(name="a", label={"fr": "Technicien, profession intermédiaire"}),
    ...     Choice(name="b", label={"fr": "Ni l’un, ni l’autre"}, alone=True))
    >>> many = Question(name="q", kind="many", label={}, choices="j")
    >>> form = Questionnaire(id="f", title="Essai", lists={"j": jobs}, items=(many,))
    >>> [clerk_reader(form, many)(text) for text in ("Profession intermédiaire", "Rien de tout cela")]
    ['a', 'b']
    """
    choices = questionnaire.choices(question) if question.kind in ("one", "many", "rank") else ()
    is_sex = questionnaire.counted().get(question.name) == "sexe"
    wordings = {(in_figures(plain(label)), each.name) for each in choices for label in each.label.values()}
    wordings |= {(ARTICLE.sub("", wording, count=1), name) for wording, name in wordings}

    segments = {
        (in_figures(plain(part)), each.name)
        for each in choices
        for label in each.label.values()
        for part in label.split(",")
    }
    alone = [
        each.name
        for each in choices
        if each.alone and any(NOT_ANY.match(plain(label)) for label in each.label.values())
    ]

    def one(text: str) -> str:
        plain_text, stripped = in_figures(plain(text)), text.strip(" .")
        silences = {word for word, label in FOREIGN_LABELS.items() if label.fullmatch(stripped)}
        if question.kind == "integer" and (years := YEARS.fullmatch(stripped)):
            return years[1]
        if not any(map(str.isalpha, plain_text)):
            return ""
        begun = {name for wording, name in wordings if f"{wording} ".startswith(f"{plain_text} ")}
        names = {name for wording, name in wordings if wording == plain_text}
        by_name = {each.name for each in choices if plain(each.name) == plain_text}
        names = names or by_name - (begun if len(begun) > 1 else set())  # « Non » names one, begins two
        names = names or silences | begun
        names = names or {name for part, name in segments if part == plain_text}
        if not names and len(alone) == 1 and NOTHING.fullmatch(plain_text):
            names = {*alone}
        for words, label in SEXES if is_sex else ():
            if plain_text in words:
                names = {name for wording, name in wordings if label.search(wording)}
        return names.pop() if len(names) == 1 else ""

    def several(text: str) -> str:
        names = [one(part) for part in SEVERAL.split(text.strip(" ;|"))]
        return " ".join(dict.fromkeys(names)) if all(names) else ""

    return one if question.kind not in ("many", "rank") else several


def begins_several(text: str, choices: Iterable[Choice]) -> bool:
    """Check that a text, the label of no choice, begins those of several: « Non » may mean any of them."""
    plain_text = plain(text)
    labels = [(plain(label), each.name) for each in choices for label in each.label.values()]
    begun = {name for label, name in labels if f"{label} ".startswith(f"{plain_text} ")}
    return len(begun) > 1 and all(label != plain_text for label, _ in labels)


def in_figures(wording: str) -> str:
    """Return a wording, as `plain` writes it, with its numbers up to sixteen in figures.

    >>> in_figures("il y a plus d un an"), in_figures("un ou deux voisins")
    ('il y a plus d 1 an', 'un ou 2 voisins')
    """
    return SPELLED.sub(lambda match: FIGURES[match[0]], wording)


def _day(text: str) -> str:
    day = dates.read(text)
    return day.isoformat() if day else text


def _without_decimals(text: str) -> str:
    return match[1] if (match := WHOLE_NUMBER.fullmatch(text)) else text


def _decimal(text: str) -> str:
    return text.replace(",", ".") if NUMBER.fullmatch(text) else text


READERS: Mapping[str, Callable[[str], str]] = {
    "date": _day,
    "integer": _without_decimals,
    "decimal": _decimal,
    "range": lambda text: _decimal(_without_decimals(text)),
}


def spoken(choices: Iterable[Choice | Question]) -> Mapping[str, str]:
    """Return the wording of each choice, as typed by someone in a hurry → its name; a wording shared by two
    choices is left out.

    >>> young, old = Choice(name="a", label={"fr": "< 30 ans"}), Choice(name="b", label={"fr": "> 30 ans"})
    >>> dict(spoken([young, old]))
    {'< 30 ans': 'a', '> 30 ans': 'b'}
    """
    names_by_wording: dict[str, set[str]] = {}
    for choice in choices:
        for label in choice.label.values():
            for wording in (_flat(label), plain(label)):
                names_by_wording.setdefault(wording, set()).add(choice.name)
    return {
        wording: next(iter(names))
        for wording, names in names_by_wording.items()
        if wording and len(names) == 1
    }


def name_of(text: str, called: Mapping[str, str]) -> str:
    """Return the name of the choice a label designates, '' for none or several. called: as `spoken` returns
    it.
    """
    return called.get(_flat(text)) or called.get(plain(text), "")


def _flat(text: str) -> str:
    return " ".join(text.casefold().split())


def _of_choices(choices: tuple[Choice, ...], *, several: bool) -> Callable[[str], str]:
    names = {*UNSAID, *(choice.name for choice in choices)}
    called = {**{_flat(words): name for name, words in UNSAID.items()}, **spoken(choices)}

    def read(text: str) -> str:
        parts = (SEVERAL.sub("; ", text) if several else text).split()
        if text in names or (several and names.issuperset(parts)):
            return text
        return name_of(text, called) or (several and _cut(parts, names, called)) or text

    return read


def _cut(parts: list[str], names: set[str], called: Mapping[str, str]) -> str:
    """Return the names designated by words one after the other, each by the longest label; '' when some
    designate nothing.
    """
    chosen, start = [], 0
    longest = max((len(wording.split()) for wording in called), default=1)
    while start < len(parts):
        for end in range(min(len(parts), start + longest + 1), start, -1):
            piece = " ".join(parts[start:end]).strip(",;|")
            if name := piece if piece in names else name_of(piece, called):
                chosen.append(name)
                break
        else:
            return ""
        start = end
    return " ".join(dict.fromkeys(chosen))
