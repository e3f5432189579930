"""Answers as other tools write them: labels for names, a decimal comma, a day written the French way."""

import re
from collections.abc import Callable, Iterable, Mapping

from maillage.forms.questionnaire import FOREIGN_LABELS, UNSAID, Choice, Question, Questionnaire
from maillage.kernel.names import plain
from maillage.words import dates

WHOLE_NUMBER = re.compile(r"(-?\d{1,15})[.,]0+", re.ASCII)
NUMBER = re.compile(r"-?\d{1,15}[.,]\d{1,15}", re.ASCII)
YEARS = re.compile(r"(\d{1,3})\s*ans?", re.IGNORECASE)
ARTICLE = re.compile(
    r"(?:(?:une?|l[ae]s?|l|des?|du|d) )?(?:diplome (?:de )?niveau )?"
)  # before what a label says
SEVERAL = re.compile(r"\s*[;|]\s*")  # between the answers of a cell
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
    know, the only label that begins so, an age followed by « ans », the initial of a sex.

    >>> ease = (Choice(name="1", label={"fr": "Pas du tout à l’aise"}), Choice(name="2", label={
    ...     "fr": "Un peu à l’aise"}), Choice(name="3", label={"fr": "Un peu plus"}))
    >>> one, age = Question(name="q", kind="one", label={}, choices="e"), Question(
    ...     name="age", kind="integer", label={})
    >>> form = Questionnaire(id="f", title="Essai", lists={"e": ease}, items=(one, age))
    >>> [clerk_reader(form, one)(text) for text in ("pas du tout", "peu a l'aise", "un peu", "NSP")]
    ['1', '2', '', 'nsp']
    >>> [clerk_reader(form, age)(text) for text in ("43 ans", "43 mois")]
    ['43', '']
    """
    choices = questionnaire.choices(question) if question.kind in ("one", "many", "rank") else ()
    is_sex = questionnaire.counted().get(question.name) == "sexe"
    wordings = {(plain(label), each.name) for each in choices for label in each.label.values()}
    wordings |= {(ARTICLE.sub("", wording, count=1), name) for wording, name in wordings}

    def one(text: str) -> str:
        typed, stripped = plain(text), text.strip(" .")
        silences = {word for word, label in FOREIGN_LABELS.items() if label.fullmatch(stripped)}
        if question.kind == "integer" and (years := YEARS.fullmatch(stripped)):
            return years[1]
        if not any(map(str.isalpha, typed)):
            return ""
        names = {name for wording, name in wordings if wording == typed}
        names = names or {each.name for each in choices if plain(each.name) == typed}
        names = names or silences | {
            name for wording, name in wordings if f"{wording} ".startswith(f"{typed} ")
        }
        for words, label in SEXES if is_sex else ():
            if typed in words:
                names = {name for wording, name in wordings if label.search(wording)}
        return names.pop() if len(names) == 1 else ""

    def several(text: str) -> str:
        names = [one(part) for part in SEVERAL.split(text.strip(" ;|"))]
        return " ".join(dict.fromkeys(names)) if all(names) else ""

    return one if question.kind not in ("many", "rank") else several


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
        parts = text.split()
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
