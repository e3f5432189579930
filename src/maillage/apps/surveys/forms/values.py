"""Values of a column that no choice of its question reads, each with the nearest choice, and the answers that
somebody chose for them.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache, lru_cache
from itertools import takewhile
from typing import Any

from maillage.apps.surveys.forms.classes import ClassReader
from maillage.kernel.names import plain
from maillage.questionnaires.answering import may_be
from maillage.questionnaires.other_text import ARTICLE, SEVERAL, begins_several, in_figures
from maillage.questionnaires.questionnaire import UNSAID, Choice, Question, Questionnaire, words
from maillage.statistics.survey.age_classes import OLDEST, YOUNGEST, age_span, span_of
from maillage.statistics.survey.sample_margins import nearest
from maillage.words.claims import STEM, is_low, topic

VERBATIM, SILENT = "tel quel", "sans réponse"  # a space: no choice is named so
MOST_VALUES = 20  # of a column, the most frequent
MOST_TEXTS = 1 << 12  # whose words are remembered
COMMA = re.compile(r"\s*,\s*(?![^()\[\]]*[)\]])")  # not inside brackets: « Internet (box, fibre) »
OWN = "mon ma mes notre nos votre vos leur leurs"  # words of whoever answers, that tell no answer
DIGITAL = re.compile(r"^numer(?=iq)")  # of every question, and no topic; of an answer, what tells two apart
EXAMPLES = re.compile(r"[:,/](?![^()]*\))| ou ")  # of a label: « Médiation : animateur, conseiller »
PARTS = re.compile(r",| ou ")  # of a label: « Sans activité professionnelle, élève ou étudiant »
FULLY = re.compile(r"\b(?:tout a fait|totalement|completement|parfaitement|entierement)\b")
RATHER = re.compile(r"(?<!pas )\b(?:plutot|assez)\b(?! (?:pas|peu|mal)\b)")
HARDLY, A_LITTLE, LITTLE, VERY = "hardly", "a little", "little", "very"
DEGREES = {  # the first found; none in « plutôt à l’aise », nor « pas du tout », which is a negation
    HARDLY: re.compile(
        r"\b(?:(?:plutot|assez) (?:pas|peu|mal)|pas (?:tres|trop|vraiment|assez|toujours|tellement)"
        r"|(?:tres|trop|vraiment) peu|guere|moyennement|presque|quasi(?:ment)?)\b"
    ),
    A_LITTLE: re.compile(r"\bun peu\b"),
    LITTLE: re.compile(r"\bpeu\b"),
    VERY: re.compile(r"\b(?:tres|extremement)\b"),
}
WITH_BOUND = ("least", "most")  # « bac + 5 » is in « bac + 5 ou plus »
SOFT = (HARDLY, A_LITTLE, LITTLE)
AMOUNT = re.compile(
    r"(?:(?P<before>plus d[eu]?|moins d[eu]?|au moins|au plus|jusqu a|minimum|maximum) )?\b(?P<number>\d+)\b"
    r"(?: (?P<unit>an|mois|semaine|jour|heure|fois|h)s?\b)?(?: (?:ou|et) (?P<after>plus|moins))?"
)
BOUNDS = {
    "pl": "over",
    "mo": "under",
    "au m": "least",
    "mi": "least",
    "au p": "most",
    "ju": "most",
    "ma": "most",
}
# Of two words that begin alike, what may end them: « associations », not « emploi », « employé ».
ENDINGS = re.compile(
    r"(?:[aeo]?ns?|[aeiou]?nt|i?ons?|e{0,2}s?|e?[rz]|x|aux|al|i?fs?|i?ves?|t?eurs?|t?rices?)"
)
# « Supérieur au bac », « Études supérieures »: several diplomas, none of which it names
ABOVE_BAC = re.compile(
    r"\b(?:superieure?s?|post bac|apres (?:le |un )?bac(?:calaureat)?|bac(?:calaureat)? (?:et|ou) plus"
    r"|universitaires?)\b"
)
NOT = re.compile(r"\b(?:pas|aucune?s?|sans|rien|jamais|ni|ne|n)\b")
SYNONYMS = {  # a label of our questionnaires, in the words of `plain` → other words for it
    "mairie": ("commune", "ville", "municipalite"),
    "education nationale": ("college", "lycee", "ecole"),
    "collectivites territoriales": ("commune", "departement", "region", "agglomeration"),
    "centre communal d action sociale": ("cias", "ccas cias"),
    "parfois": ("temps en temps", "quelquefois"),  # its « de » goes as an article
    "non elle est payante": ("payant", "payante"),
    "selon la situation ou l age": ("selon les cas", "selon le quotient familial"),
}
TODAY = "aujourdhui"
STATES = {  # « Oui », « Bientôt », where a questionnaire asks « Aujourd’hui », « En projet » or « Non »
    TODAY: re.compile(r"^(?:oui|deja|actuellement|en place)\b"),
    "en_projet": re.compile(r"\b(?:bientot|prevue?s?|projet|en cours|a venir)\b"),
    "non": re.compile(r"^(?:non|aucune?|jamais)\b"),
}
COMMUNE = re.compile(r"\d[\dAB]\d{3}")  # the code that names its choice
SAME_PLACE = (
    0.8  # likeness, 0 to 1: « Bourgtheroulde » and « Grand Bourgtheroulde », not « La Haye-de-Routot »
)
SEVERAL_KINDS = ("many", "rank")

Read = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Reading:
    """The choices that somebody made to read a file. columns: header, as `plain` writes it → name of its
    question, "" for a column left unread; values: name of a question → value → its answer, `SILENT` or
    `VERBATIM`; has_own_classes: the questionnaire takes the classes of age of the file.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    has_own_classes: bool = False

    def over(self, before: "Reading") -> "Reading":
        """Return these choices, and earlier ones where these say nothing."""
        names = (*before.values, *self.values)
        values = {name: {**before.values.get(name, {}), **self.values.get(name, {})} for name in names}
        return Reading({**before.columns, **self.columns}, values, self.has_own_classes)

    def record(self) -> dict[str, Any]:
        """Return the choices that the next file of the survey is read with."""
        return {
            "columns": dict(self.columns),
            "values": {name: dict(answers) for name, answers in self.values.items()},
        }


@dataclass(frozen=True, slots=True)
class UnreadValue:
    """A value that no choice reads, how many cells have it, and the answer chosen or proposed for it. hint:
    the label that it may be, where no answer is proposed.
    """

    text: str
    n: int
    answer: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class UnreadValues:
    """The values of a column that no choice of its question reads, the most frequent first. n_more: other
    ones, not listed.
    """

    question: str
    label: str
    choices: tuple[tuple[str, str], ...]
    values: tuple[UnreadValue, ...]
    n_more: int


def answered(
    form: Questionnaire,
    question: Question,
    answers: Mapping[str, str],
    read: Read,
    entire: Collection[str] = (),
) -> Read:
    """Return a reader that gives the answers chosen for some values and reads the others; where a cell holds
    several, the parts that no choice reads do not spoil the rest. entire: as `entire_values` returns them.
    """
    if question.kind not in SEVERAL_KINDS:
        chosen = {value: answer for value, answer in answers.items() if answer != VERBATIM}
        return lambda text: chosen.get(text, "").replace(SILENT, "") if text in chosen else read(text)

    choices = form.choices(question)

    @cache
    def parts_of(text: str) -> list[str]:
        return cell_parts(text, lambda part: may_be(form, question, read(part)), choices, entire)

    def of_parts(text: str) -> str:
        if text not in answers and may_be(form, question, meaning := read(text)):
            return meaning
        parts = [text] if text in answers else parts_of(text)
        names = [answers.get(part) or read(part) for part in parts]
        known = [name for name in names if may_be(form, question, name)]
        return " ".join(dict.fromkeys(known)) if known or SILENT in names else read(text)

    return of_parts


def entire_values(cells: Iterable[str]) -> frozenset[str]:
    """Return the answers that stand beside others in some cells, between semicolons or bars: their commas
    part nothing.

    >>> sorted(entire_values(["Facebook, internet | Sud Ouest, radio", "Mairie, affiche"]))
    ['Facebook, internet', 'Sud Ouest, radio']
    """
    parts = (SEVERAL.split(cell.strip(" ;|")) for cell in cells)
    return frozenset(part for several in parts if len(several) > 1 for part in several if part)


def cell_parts(
    text: str, reads: Callable[[str], object], choices: Sequence[Choice], entire: Collection[str] = ()
) -> list[str]:
    """Return the answers that a cell holds: after commas too, where one of these is read or near a choice,
    unless all are near the same one, whose label may have commas. entire: values that other cells hold whole.
    """
    several = [part for part in SEVERAL.split(text.strip(" ;|")) if part]
    if text.strip(" ;|") in entire:
        return several
    by_comma = [part for part in COMMA.split(text) if part]
    if len(several) > 1 or len(by_comma) < 2:
        return several
    splits = any(map(reads, by_comma)) or len({proposed(part, choices) for part in by_comma}) > 1
    return by_comma if splits else several


def unread(
    form: Questionnaire,
    column: str,
    question: Question,
    cells: Counter[str],
    read: Read,
    chosen: Mapping[str, str],
    by_class: ClassReader | None,
) -> UnreadValues | None:
    """Return the values of a column that no choice reads, None when there are none. read: the answer of a
    cell, in the form of the questionnaire. by_class: of a question on age, whose classes are its choices.
    """
    of_choices = by_class.by_class if by_class else question
    choices = form.choices(of_choices)
    if not choices or (by_class is None and question.kind not in ("one", *SEVERAL_KINDS)):
        return None

    def answer(text: str) -> str:
        value = read(text)
        if by_class and not (question is by_class.exact and may_be(form, question, value)):
            value = value if value in UNSAID else by_class.class_of(text)
            if not value and question is by_class.exact and not span_of(text):
                return text  # « trente ans »: no class of age
            return value
        return value if may_be(form, question, value) else ""

    counts, entire = Counter[str](), entire_values(cells)
    for cell, n in cells.items():
        if not answer(cell):
            parts = cell_parts(cell, answer, choices, entire) if question.kind in SEVERAL_KINDS else [cell]
            counts.update(dict.fromkeys([part for part in parts if not answer(part)], n))
    if not counts:
        return None
    most = counts.most_common(MOST_VALUES)
    return UnreadValues(
        question.name,
        words(question.label).strip() or column,
        tuple((each.name, words(each.label) or each.name) for each in choices),
        tuple(_unread_value(text, n, choices, chosen.get(text, "")) for text, n in most),
        len(counts) - len(most),
    )


def _unread_value(text: str, n: int, choices: Sequence[Choice], chosen: str) -> UnreadValue:
    answer = chosen or proposed(text, choices)
    return UnreadValue(text, n, answer or VERBATIM, "" if answer else hint(text, choices))


def proposed(text: str, choices: Sequence[Choice]) -> str:
    """Return the name of the choice nearest to a value, "" for none: the same words but for an article or
    « plutôt », the class with most of its ages, the most words in common, then the likeness of letters. A
    choice of another degree, number or negation is never near.

    >>> ease = [Choice(name=name, label={"fr": label}) for name, label in (
    ...     ("non", "Pas du tout à l’aise"), ("peu", "Peu à l’aise"), ("oui", "À l’aise"),
    ...     ("tres", "Très à l’aise"))]
    >>> [proposed(text, ease) for text in ("Tout à fait à l'aise", "Plutôt à l'aise", "Pas à l'aise", "Bleu")]
    ['tres', 'oui', 'non', '']
    >>> ages = [Choice(name=name, label={"fr": name}) for name in ("15-25 ans", "26-39 ans", "40-60 ans")]
    >>> [proposed(text, ages) for text in ("15-29 ans", "30-44 ans", "80 ans et plus")]
    ['15-25 ans', '26-39 ans', '']
    >>> places = [Choice(name=name, label={"fr": label}) for name, label in (
    ...     ("27343", "La Haye-de-Routot"), ("27105", "Grand Bourgtheroulde"))]
    >>> [proposed(text, places) for text in ("Routot", "Bourgtheroulde")]
    ['', '27105']
    """
    if SEVERAL.search(text):
        return ""  # several answers to a question of one
    if (span := span_of(text)) and all(map(age_span, choices)):
        return _overlapping(span, choices)
    typed = _bare(text)
    wordings = {
        each.name: {_bare(label) for label in each.label.values() if _degree(label) == _degree(text)}
        for each in choices
    }
    if names := [
        each.name
        for each in choices
        if typed in wordings[each.name]
        or any(typed in SYNONYMS.get(_bare(label), ()) for label in each.label.values())
    ]:
        return names[0] if len(names) == 1 else ""
    if any(COMMUNE.fullmatch(each.name) for each in choices):
        return _commune(typed, wordings)
    if TODAY in wordings:
        return next((name for name, state in STATES.items() if name in wordings and state.search(typed)), "")
    if begins_several(text, choices):
        return ""
    if named := next((each.name for each in choices if _bare(each.name) == typed), ""):
        return named
    parts = {
        each.name
        for each in choices
        for label in each.label.values()
        if PARTS.search(label) and typed in map(_bare, PARTS.split(label))
    }
    if len(parts) == 1:
        return parts.pop()
    if ABOVE_BAC.search(typed) and any(each.name.startswith("bac") for each in choices):
        above = [each.name for each in choices if any(map(ABOVE_BAC.search, map(_bare, each.label.values())))]
        return above[0] if len(above) == 1 else ""
    if (amounts := _amounts(text)) and (
        equal := [each.name for each in choices if _is_same_span(amounts, _amounts(words(each.label)))]
    ):
        return equal[0] if len(equal) == 1 else ""
    name = _nearest(text, [each for each in choices if _agrees(text, words(each.label))])
    label = next((words(each.label) for each in choices if each.name == name), "")
    return name if _covers(text, label) or _bare(text).startswith("non ") else ""


def hint(text: str, choices: Sequence[Choice]) -> str:
    """Return the label of the choice that a value may be, to be chosen by somebody: one with as little of it,
    or one of its numbers; "" for none.
    """
    if SEVERAL.search(text):
        return ""
    numbers = {number for _, number, _ in _amounts(text)}
    near = [
        each
        for each in choices
        if is_low(label := words(each.label)) == is_low(text)
        and (_degree(label) in SOFT) == (_degree(text) in SOFT)
        and (not numbers or numbers & {number for _, number, _ in _amounts(label)})
    ]
    name = _nearest(text, near)
    return next((words(each.label) for each in near if each.name == name), "")


def _nearest(text: str, choices: Sequence[Choice]) -> str:
    """Return the name of the choice with the most words of a value, then the most alike, "" for none."""
    shared = {each.name: _shared(text, words(each.label)) for each in choices}
    most = max(map(len, shared.values()), default=0)
    best = [each for each in choices if most and len(shared[each.name]) == most]
    if len({shared[each.name] for each in best}) > 1:
        return ""  # « conseiller numérique » is of « conseillers (emploi) » and of « médiation numérique »
    if not best and _bare(text).startswith("non "):
        best = [each for each in choices if plain(words(each.label)).startswith("non ")]
    if len(best) <= 1:
        return best[0].name if best else ""
    labels = {words(each.label): each.name for each in best}
    return labels.get(nearest(text, labels), "")


def _shared(text: str, label: str) -> frozenset[str]:
    """Return the stems of a value that are those of a label, in words that differ by their ending alone."""
    stems, labels = _word_by_stem(text), _word_by_stem(label)
    return frozenset(stem for stem in stems.keys() & labels.keys() if _akin(stems[stem], labels[stem]))


def _covers(text: str, label: str) -> bool:
    """Check that a value says most of an example of a label, or an example most of it: « conseiller en
    insertion » is not the « conseiller numérique » of « médiation : animateur, conseiller numérique ».
    """
    n_words = len(_word_by_stem(text))
    return any(
        2 * len(_shared(text, part)) > min(n_words, len(_word_by_stem(part)))
        for part in EXAMPLES.split(label)
    )


@lru_cache(maxsize=MOST_TEXTS)
def _word_by_stem(text: str) -> Mapping[str, str]:
    return {stem: word for word in plain(text).split() for stem in topic(word, OWN) or DIGITAL.findall(word)}


def _akin(word: str, other: str) -> bool:
    """Check that two words of one stem differ by their ending alone: « employés », not « emploi »."""
    start = sum(
        1 for _ in takewhile(lambda letters: letters[0] == letters[1], zip(word, other, strict=False))
    )
    return start < STEM or bool(ENDINGS.fullmatch(word[start:]) and ENDINGS.fullmatch(other[start:]))


def _agrees(text: str, label: str) -> bool:
    """Check that a label has the degree, the negation and the numbers of a value: « bac + 3 » is in « bac + 3
    ou bac + 4 », « bac + 3 et plus » is not.
    """
    if _degree(text) != _degree(label) or _says_no(text) != _says_no(label):
        return False
    if any(bound in ("over", "under") for bound, *_ in _amounts(text)):
        return False  # « plus de trois mois » is not « plus de trois mois, moins d’un an »
    return all(
        any(
            number == other and unit in (of, "") and (bound == limit or (not bound and limit in WITH_BOUND))
            for limit, other, of in _amounts(label)
        )
        for bound, number, unit in _amounts(text)
    )


def _is_same_span(amounts: Set[tuple[str, int, str]], of_label: Set[tuple[str, int, str]]) -> bool:
    """Check that two texts have the same numbers, with their bounds; between two, a value need not say them:
    « de 3 mois à 1 an ».
    """
    is_between = len(amounts) > 1 and not any(bound for bound, *_ in amounts)
    return amounts == of_label or (is_between and amounts == {("", n, unit) for _, n, unit in of_label})


def _says_no(text: str) -> tuple[bool, bool]:
    """Return True for a low value, and for one with a negation: « Non, mais ce serait utile » has none."""
    return is_low(text), NOT.search(plain(text)) is not None


@lru_cache(maxsize=MOST_TEXTS)
def _degree(text: str) -> str:
    wording = FULLY.sub("tres", plain(text))
    return next((degree for degree, says in DEGREES.items() if says.search(wording)), "")


@lru_cache(maxsize=MOST_TEXTS)
def _amounts(text: str) -> Set[tuple[str, int, str]]:
    """Return the numbers of a text: bound (over, under, least, most), number, unit of time, "" for none."""
    amounts = set()
    for match in AMOUNT.finditer(in_figures(plain(text))):
        before = match["before"] or ""
        bound = next((bound for start, bound in BOUNDS.items() if before.startswith(start)), "")
        if match["after"]:
            bound = "least" if match["after"] == "plus" else "most"
        number, unit = int(match["number"]), match["unit"] or ""
        if unit == "mois" and number % 12 == 0:
            number, unit = number // 12, "an"
        amounts.add((bound, number, unit))
    return amounts


def _commune(typed: str, wordings: Mapping[str, set[str]]) -> str:
    """Return the commune whose name is nearly the same, "" for none: another may share one word of it."""
    likeness = {
        name: max((SequenceMatcher(None, typed, text).ratio() for text in texts), default=0.0)
        for name, texts in wordings.items()
    }
    best = max(likeness, key=lambda name: likeness[name])
    return best if likeness[best] >= SAME_PLACE else ""


def _overlapping(span: tuple[int, int], choices: Sequence[Choice]) -> str:
    """Return the class that holds the most of some ages, "" for none."""
    low, high = max(span[0], YOUNGEST), min(span[1], OLDEST)
    n_shared = {
        each.name: min(high, ages[1]) - max(low, ages[0]) + 1 for each in choices if (ages := age_span(each))
    }
    best = max(n_shared, key=lambda name: n_shared[name], default="")
    return best if best and n_shared[best] > 0 else ""


def _bare(text: str) -> str:
    """Return the words of a value without its article, nor what softens or strengthens it."""
    return " ".join(
        ARTICLE.sub(
            "",
            RATHER.sub("", FULLY.sub("tres", in_figures(plain(text.replace("_", " "))))).strip(),
            count=1,
        ).split()
    )


def posted(
    questions: Sequence[str], texts: Sequence[str], answers: Sequence[str]
) -> dict[str, dict[str, str]]:
    """Return the answers that a page sends for values: name of a question → value → answer."""
    out: dict[str, dict[str, str]] = {}
    for question, text, answer in zip(questions, texts, answers, strict=False):
        out.setdefault(question, {})[text] = answer
    return out


def proposed_answers(values: Iterable[UnreadValues]) -> dict[str, dict[str, str]]:
    """Return the answers proposed for values: name of a question → value → answer."""
    by_question = {
        column.question: {each.text: each.answer for each in column.values if each.answer != VERBATIM}
        for column in values
    }
    return {question: answers for question, answers in by_question.items() if answers}


def new_values(
    values: Collection[UnreadValues], chosen: Mapping[str, Mapping[str, str]]
) -> Iterator[UnreadValue]:
    """Yield the values that nobody has seen yet."""
    for column in values:
        yield from (each for each in column.values if each.text not in chosen.get(column.question, {}))
