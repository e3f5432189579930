"""A questionnaire: what is asked, of whom, with which answers; and what its questions may be compared with.

One value holds what a page, a telephone, a sheet of paper, an XLSForm and a table of results need. Texts are
held by language, French first. An answer is a text: the name of a choice, names separated by one space for
several answers or a ranking, a number, a date `AAAA-MM-JJ`; nothing when the question was not asked or was
left. Two words are kept for any question: `nsp`, who does not know, and `refus`, who would rather not say.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from maillage.kernel.names import plain
from maillage.words.languages import to_say

UNKNOWN, DECLINED = "nsp", "refus"
UNSAID: Mapping[str, str] = {UNKNOWN: to_say("Ne sait pas"), DECLINED: to_say("Ne souhaite pas répondre")}
FOREIGN_LABELS: Mapping[str, re.Pattern[str]] = {  # how the forms of others label them
    UNKNOWN: re.compile(
        r"(?:je )?ne (?:sait|sais) pas|nsp|sans opinion|(?:i )?(?:don.?t|doesn.?t|do not|does not)"
        r" know|unsure",
        re.IGNORECASE,
    ),
    DECLINED: re.compile(
        r"refus(?:e|ed|al)?(?: de répondre| to answer)?|(?:je )?ne (?:souhaite|veut|veux) pas"
        r" répondre|prefers? not to (?:say|answer)",
        re.IGNORECASE,
    ),
}

Kind = Literal[
    "one", "many", "rank", "integer", "decimal", "text", "date", "time", "moment", "range", "acknowledge",
    "note", "calculate", "hidden", "geopoint", "image",
]  # fmt: skip
Texts = Mapping[str, str]  # language code → words
# What the census counts too: its name, as a questionnaire of ours calls the question, and its label.
CENSUS: Mapping[str, str] = {
    "age": "Âge",
    "sexe": "Sexe",
    "commune": "Commune",
    "diplome": "Diplôme",
    "pcs": "Profession",
}
# ours: it holds the ages told in years and those told by their class, and comes before « age »
BIRTH_YEAR = re.compile(
    r"\bann?ee?s? (de |du )?(la |votre )?naiss|quelle annee .{0,25}\bnee?\b|\bnee? .{0,12}quelle annee"
    r"|birth ?year|year of birth"
)
CLASS_OF_AGE = "classe_age"
ZONE = "commune.zone"  # ours: the zone of the commune; no question of an XLSForm has a dot


WITHOUT_TABLE = frozenset(
    {"text", "note", "calculate", "hidden", "geopoint", "image", "time", "date", "moment", "acknowledge"}
)  # kinds of questions; a date tells when somebody was asked, not what they think


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A possible answer. alone: it excludes the others (« ni équipement ni connexion »). inferred: missing
    from the source, or its end is, and proposed by us.

    printed: what the source prints of a label whose end is lost. filters: columns of an XLSForm that a
    `choice_filter` reads.
    """

    name: str
    label: Texts
    alone: bool = False
    inferred: bool = False
    printed: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class National:
    """A published figure set beside a question, when wording and universe allow; `difference` states how they
    differ.

    choice: the choice whose share it is; several, joined by a space, when the published figure adds them up.
    percent: 0 to 100.
    """

    choice: str
    percent: float
    universe: str
    year: int
    producer: str
    title: str
    url: str
    quote: str
    difference: str

    def side_words(self, low: float, high: float) -> str:
        """Return how it stands to an interval: in order of magnitude where its question or base differs."""
        if self.difference:
            return "ordre de grandeur, la question ou les âges diffèrent"
        return "pas d’écart sûr" if low <= self.percent <= high else "écart sûr"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question. relevant, constraint, calculation, choice_filter: expressions of XLSForm, read by
    `questionnaires.expressions`.

    choices: the name of a list of the questionnaire. scale: the choices are ordered, from the worst to the
    best (`ease`, `satisfaction`, `states`: today, planned, no). topic: what is compared across surveys («
    visibilite »). universe: of whom it is asked, in words. published: the label its source prints. rows:
    rows of the requirements or lines of the seed it comes from. is_own: absent from the source. observed:
    recorded by the surveyor, about the person or the meeting; hidden from those who answer alone.
    parameters: `start`, `end`, `step` of a range. census: what it asks that the census counts (`CENSUS`),
    whatever its name. sensitive: whether an answer could harm whoever gave it; None when nobody says, and its
    words decide (`statistics.survey.protection`). unmatched: why no published figure stands beside its
    answers, where its source speaks of one.
    """

    name: str
    kind: Kind
    label: Texts
    hint: Texts = field(default_factory=dict)
    choices: str = ""
    required: bool = False
    required_message: Texts = field(default_factory=dict)
    relevant: str = ""
    constraint: str = ""
    constraint_message: Texts = field(default_factory=dict)
    calculation: str = ""
    choice_filter: str = ""
    default: str = ""
    appearance: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    scale: str = ""
    topic: str = ""
    universe: str = ""
    published: str = ""
    rows: tuple[str, ...] = ()
    is_own: bool = False
    observed: bool = False
    census: str = ""
    sensitive: bool | None = None
    unmatched: str = ""
    national: tuple[National, ...] = ()

    @property
    def takes_answer(self) -> bool:
        """A question that respondents answer."""
        return self.kind not in ("note", "calculate", "hidden")

    @property
    def is_birth_year(self) -> bool:
        """The mark of a year of birth, which results read as an age."""
        return self.kind == "integer" and any(map(asks_birth_year, (self.name, *self.label.values())))

    @property
    def is_classed(self) -> bool:
        """A computation into labelled classes (an age class), counted like a question."""
        return self.kind == "calculate" and bool(self.choices)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Questions asked together, under a title; `repeat`: asked again for each thing (a device, a
    training).
    """

    name: str
    label: Texts = field(default_factory=dict)
    relevant: str = ""
    repeat: bool = False
    items: tuple["Question | Group", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """A whole questionnaire. languages: the first is the one it was written in. about: what it is for, and
    its source.

    kind: `inhabitants`, `structures`, `caf`, `professionals`, `first_contact` or `other`.
    aims: what each part is for, title and sentences (« Usages & équipement »).
    """

    id: str
    title: str
    version: str = ""
    kind: str = "other"
    about: str = ""
    languages: tuple[str, ...] = ("fr",)
    lists: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    items: tuple[Question | Group, ...] = ()
    aims: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def questions(self) -> Iterator[Question]:
        """Yield every question, in order, whatever its group."""
        yield from _within(self.items)

    def question(self, name: str) -> Question | None:
        """Return the question of that name, None when there is none."""
        return next((question for question in self.questions() if question.name == name), None)

    def counted(self) -> dict[str, str]:
        """Return the questions that the census counts too, name → key of `CENSUS`: one each, the marked one
        first, else by name.
        """
        questions = list(self.questions())
        names = {each.name for each in questions if not each.census}
        name_by_variable = {each.census: each.name for each in reversed(questions) if each.census}
        for variable in CENSUS:
            own = (CLASS_OF_AGE, variable) if variable == "age" else (variable,)
            if variable not in name_by_variable and (
                name := next((each for each in own if each in names), None)
            ):
                name_by_variable[variable] = name
        if births := [each.name for each in questions if each.is_birth_year]:
            name_by_variable.setdefault("age", births[0])
        return {name_by_variable[variable]: variable for variable in CENSUS if variable in name_by_variable}

    def repeated(self) -> Iterator[Group]:
        """Yield the repeated groups. Only devices repeat them; tables count the first time."""
        yield from _repeated(self.items)

    def choices(self, question: Question) -> tuple[Choice, ...]:
        """Return the possible answers, empty for a free answer."""
        return self.lists.get(question.choices, ())

    def in_words(self, question: Question, value: str) -> str:
        """Return an answer in the words of its choices."""
        labels = {choice.name: words(choice.label) for choice in self.choices(question)} | dict(UNSAID)
        if question.kind not in ("one", "many", "rank"):
            return UNSAID.get(value, value)
        names = [value] if question.kind == "one" else value.split()
        if not labels.keys() >= {*names}:
            return value  # what was typed is no list of answers
        return ", ".join(labels[name] for name in names if name)

    def data(self) -> dict[str, Any]:
        """Return the questionnaire as plain values, for JSON; `load` reads it back."""
        return asdict(self, dict_factory=_stored)


def _stored(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {"ours" if name == "is_own" else name: value for name, value in pairs}


def _within(items: tuple[Question | Group, ...]) -> Iterator[Question]:
    for item in items:
        if isinstance(item, Group):
            yield from _within(item.items)
        else:
            yield item


def _repeated(items: tuple[Question | Group, ...]) -> Iterator[Group]:
    for item in items:
        if isinstance(item, Group):
            yield from (item,) if item.repeat else _repeated(item.items)


def tabulable(questionnaire: Questionnaire) -> list[Question]:
    """Return the questions that make a table."""
    return [
        question
        for question in questionnaire.questions()
        if question.kind not in WITHOUT_TABLE or question.is_classed
    ]


def asks_birth_year(text: str) -> bool:
    """Check that the words of a question, or its name, ask a year of birth.

    >>> [asks_birth_year(text) for text in ("annee_naissance", "En quelle année êtes-vous né ?", "Âge")]
    [True, True, False]
    """
    return BIRTH_YEAR.search(plain(text)) is not None


def words(texts: Texts, language: str = "fr") -> str:
    """Return a text in a language, else in French, else in the first available one.

    >>> words({"fr": "Oui", "en": "Yes"}, "en"), words({"fr": "Oui"}, "ar"), words({})
    ('Yes', 'Oui', '')
    """
    return texts.get(language) or texts.get("fr") or next(iter(texts.values()), "")


def unsaid(choice: Choice) -> str:
    """Return `nsp` or `refus` when a choice means it, by its name or, whatever its name, by a whole label;
    else ''.

    >>> unsaid(Choice(name="99", label={"fr": "Ne sait pas"})), unsaid(Choice(
    ...     name="99", label={"fr": "Ne sait pas lire"}))
    ('nsp', '')
    """
    if choice.name in UNSAID:
        return choice.name
    labels = [label.strip(" .()") for label in choice.label.values()]
    return next(
        (
            word
            for word, pattern in FOREIGN_LABELS.items()
            if any(pattern.fullmatch(label) for label in labels)
        ),
        "",
    )


def load(data: Mapping[str, Any]) -> Questionnaire:
    """Return the questionnaire that `Questionnaire.data` wrote.

    >>> asked = Question(name="age", kind="integer", label={"fr": "Quel est votre âge ?"})
    >>> form = Questionnaire(id="f", title="Essai", items=(Group(name="g", items=(asked,)),), lists={"l": (
    ...     Choice(name="a", label={}),)})
    >>> load(form.data()) == form
    True
    """
    fields = dict(data)
    fields["items"] = tuple(_item(item) for item in data.get("items", ()))
    fields["lists"] = {
        name: tuple(Choice(**choice) for choice in choices) for name, choices in data.get("lists", {}).items()
    }
    fields["languages"] = tuple(data.get("languages", ("fr",)))
    fields["aims"] = tuple((title, tuple(lines)) for title, lines in data.get("aims", ()))
    return Questionnaire(**fields)


def _item(data: Mapping[str, Any]) -> Question | Group:
    fields = dict(data)
    if "items" in fields:
        fields["items"] = tuple(_item(item) for item in fields["items"])
        return Group(**fields)
    fields["rows"] = tuple(fields.get("rows", ()))
    fields["is_own"] = fields.pop("ours", False)
    fields["national"] = tuple(National(**each) for each in fields.get("national", ()))
    return Question(**fields)
