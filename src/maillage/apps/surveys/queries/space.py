"""Pages of a survey's manager: the list, the next step, a questionnaire to be read, the changes
between versions.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.surveys import access
from maillage.apps.surveys.models import Survey, Version
from maillage.apps.surveys.queries.answers import COLLECTED, WEIGHT_COLUMN
from maillage.questionnaires.questionnaire import UNSAID, Choice, Group, Question, Questionnaire, load, words
from maillage.words.wording import spaced

KINDS = {
    "one": "Une seule réponse",
    "many": "Plusieurs réponses",
    "rank": "Un classement",
    "integer": "Un nombre entier",
    "decimal": "Un nombre",
    "text": "Un texte libre",
    "date": "Une date",
    "time": "Une heure",
    "moment": "Une date et une heure",
    "range": "Une échelle",
    "acknowledge": "Une case à cocher",
    "note": "Un texte à lire",
    "calculate": "Un calcul",
    "hidden": "Une valeur cachée",
    "geopoint": "Une position",
    "image": "Une photo",
}

NAME, VALUE = r"\$\{(?P<name>[^}]+)\}", r"'(?P<value>[^']*)'"
WITHIN = re.compile(rf"(?P<not>not\()?(?P<within>selected)\({NAME},\s*{VALUE}\)(?(not)\))(?P<sign>)")
COMPARED = re.compile(rf"(?P<not>)(?P<within>)(?<!selected\(){NAME}(?:\s*(?P<sign>!=|=)\s*{VALUE})?")
VERBS = {"=": " est", "!=": " n’est pas", "selected": " comprend", "not(selected": " ne comprend pas"}


def surveys(user: Visitor) -> list[Survey]:
    """Return the surveys somebody runs, open ones first, each with `n` answers that count: one query."""
    rows = access.surveys_for(user).annotate(n=Count("answers", filter=Q(answers__aside_at=None)))
    rank = {"open": 0, "draft": 1, "closed": 2}
    return sorted(rows, key=lambda survey: (rank[survey.state], -survey.made_at.timestamp()))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a questionnaire as it is read: a question, or the title of a part. depth: how many parts
    it stands in.
    """

    item: Question | Group
    depth: int
    number: int
    choices: Sequence[Choice]
    condition: str

    @property
    def is_part(self) -> bool:
        return isinstance(self.item, Group)

    @property
    def label(self) -> str:
        return spaced(words(self.item.label) or self.item.name)

    @property
    def hint(self) -> str:
        return spaced(words(self.item.hint)) if isinstance(self.item, Question) else ""

    @property
    def kind(self) -> str:
        return KINDS[self.item.kind] if isinstance(self.item, Question) else ""

    @property
    def answers(self) -> list[tuple[str, str]]:
        """The answers offered, each with where its words come from when it is not the source."""
        return [(spaced(words(choice.label) or choice.name), origin(choice)) for choice in self.choices]


def origin(choice: Choice) -> str:
    """Return why the words of an answer are not those of the source, '' when they are.

    >>> origin(Choice(name="a", label={"fr": "Action sociale"}, printed="Action so...", inferred=True))
    'fin perdue dans la source, qui imprime «\xa0Action so...\xa0»'
    """
    if choice.printed:
        return spaced(f"fin perdue dans la source, qui imprime « {choice.printed} »")
    return "proposée par nous" if choice.inferred else ""


def lines(form: Questionnaire) -> list[Line]:
    """Return a questionnaire line by line, questions that are asked numbered."""
    out: list[Line] = []
    number = 0
    for item, depth in _walk(form.items, 0):
        is_question = isinstance(item, Question) and item.takes_answer
        number += is_question
        choices = form.choices(item) if isinstance(item, Question) else ()
        out.append(
            Line(item, depth, number if is_question else 0, choices, spaced(in_words(form, item.relevant)))
        )
    return out


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a questionnaire: its title, None before the first one, and the questions that follow it."""

    title: Line | None
    questions: Sequence[Line]


def parts(form: Questionnaire) -> list[Part]:
    """Return a questionnaire part by part, in the order in which it is read."""
    parts: list[tuple[Line | None, list[Line]]] = [(None, [])]
    for line in lines(form):
        if line.is_part:
            parts.append((line, []))
        else:
            parts[-1][1].append(line)
    return [Part(title, questions) for title, questions in parts if title or questions]


def _walk(items: Sequence[Question | Group], depth: int) -> Iterator[tuple[Question | Group, int]]:
    for item in items:
        yield item, depth
        if isinstance(item, Group):
            yield from _walk(item.items, depth + 1)


def in_words(form: Questionnaire, condition: str) -> str:
    """Return a condition as somebody reads it: the words of questions and of answers in place of their names.

    >>> where = Question(name="ou", kind="many", label={"fr": "Où ?"}, choices="l")
    >>> form = Questionnaire(id="f", title="f", lists={"l": (Choice(name="a", label={"fr": "Ici"}),)}, items=(
    ...     where,))
    >>> in_words(form, "selected(${ou}, 'a') and ${ou} != 'nsp' or ${ou} = ''")
    '« Où ? » comprend « Ici » et « Où ? » n’est pas « Ne sait pas » ou « Où ? » est sans réponse'
    >>> in_words(form, "not(selected(${ou}, 'a'))"), in_words(form, "")
    ('« Où ? » ne comprend pas « Ici »', '')
    """

    def comparison_text(match: re.Match[str]) -> str:
        question = form.question(match["name"])
        if question is None:
            return match[0]
        answers = {**UNSAID, **{each.name: words(each.label) or each.name for each in form.choices(question)}}
        if match["value"] is None:
            verb, text = "", ""
        elif not match["value"]:
            verb, text = (" a une réponse" if match["sign"] == "!=" else " est sans réponse"), ""
        else:
            verb = VERBS[(match["not"] or "") + (match["sign"] or match["within"])]
            text = f" « {answers.get(match['value'], match['value'])} »"
        return f"« {words(question.label) or question.name} »{verb}{text}"

    text = WITHIN.sub(comparison_text, COMPARED.sub(comparison_text, condition))
    for sign, word in ((" and ", " et "), (" or ", " ou "), ("not(", "sauf si (")):
        text = text.replace(sign, word)
    return text


# ----------------------------------------------------------------------------------------------- what changed


def changes(survey: Survey) -> list[tuple[Version, int, list[str]]]:
    """Return the versions of a survey, last first: each with its number of answers, and what it changed
    from the one before.
    """
    rows = list(survey.versions.annotate(n=Count("answers")).select_related("by").order_by("-number"))
    forms = [load(row.definition) for row in rows]
    former = [*forms[1:], None]
    return [
        (row, row.n, version_changes(before, now))
        for row, now, before in zip(rows, forms, former, strict=True)
    ]


def version_changes(before: Questionnaire | None, now: Questionnaire) -> list[str]:
    """Return, in sentences, what a version changed; nothing for the first one."""
    if before is None:
        return []
    old = {each.name: each for each in before.questions()}
    new = {each.name: each for each in now.questions()}
    out = [f"Question retirée : « {words(old[name].label)} »" for name in old if name not in new]
    out += [f"Question ajoutée : « {words(new[name].label)} »" for name in new if name not in old]
    for name, question in new.items():
        if name in old and (what := _differs(before, old[name], now, question)):
            out.append(f"« {words(question.label)} » : {', '.join(what)}")
    common_names = [name for name in old if name in new]
    if common_names != [name for name in new if name in old]:
        out.append("L’ordre des questions a changé")
    if before.title != now.title:
        out.append(f"Titre : « {now.title} »")
    return out or ["Détails de présentation ou traductions"]


def _differs(before: Questionnaire, old: Question, now: Questionnaire, new: Question) -> list[str]:
    checks = (
        ("question reformulée", old.label != new.label),
        ("aide changée", old.hint != new.hint),
        ("sorte de réponse changée", old.kind != new.kind),
        ("condition changée", old.relevant != new.relevant),
        ("contrôle changé", old.constraint != new.constraint),
        ("obligatoire" if new.required else "facultative", old.required != new.required),
    )
    out = [change for change, is_so in checks if is_so]
    had, has = ({each.name: each for each in form.choices(one)} for form, one in ((before, old), (now, new)))
    out += [f"réponse ajoutée : « {words(has[name].label)} »" for name in has if name not in had]
    out += [f"réponse retirée : « {words(had[name].label)} »" for name in had if name not in has]
    if any(had[name].label != has[name].label for name in has if name in had):
        out.append("réponses reformulées")
    return out


# --------------------------------------------------------------------------------------------------- codebook

WEIGHT_LABEL = (
    "Personnes que la réponse représente, une fois redressée ; la colonne manque quand les résultats sont"
    " bruts"
)
CODEBOOK = (
    "variable",
    "question",
    "sorte",
    "modalite",
    "libelle",
    "champ",
    "condition",
    "versions",
    "source",
)


def codebook(survey: Survey) -> list[dict[str, str]]:
    """Return one row for each variable and each of its answers, over every version, those of the
    collection last.
    """
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for version in reversed(list(survey.versions.all())):
        form = load(version.definition)
        for question in form.questions():
            if question.kind == "note":
                continue
            common = {
                "variable": question.name,
                "question": words(question.label),
                "sorte": KINDS[question.kind],
                "champ": question.universe or survey.universe,
                "condition": question.relevant,
                "source": " ; ".join(question.rows) or ("proposée par nous" if question.is_own else ""),
            }
            answers = [("", ""), *((each.name, words(each.label)) for each in form.choices(question))]
            origin_by_answer = {each.name: origin(each) for each in form.choices(question)}
            for name, label in [*answers, *(UNSAID.items() if question.takes_answer else ())]:
                key = (question.name, name)
                numbers = rows.get(key, {}).get("versions", "")
                rows[key] = {
                    **common,
                    "modalite": name,
                    "libelle": label,
                    "source": origin_by_answer.get(name) or common["source"],
                    "versions": f"{numbers} {version.number}".strip(),
                }
    collected = [
        {"variable": name, "question": label, "sorte": "Collecte"} for name, label in COLLECTED.items()
    ]
    weight = {"variable": WEIGHT_COLUMN, "question": WEIGHT_LABEL, "sorte": "Redressement"}
    rank = {name: n for n, name in enumerate(dict.fromkeys(name for name, _ in rows))}
    return [*(rows[key] for key in sorted(rows, key=lambda key: rank[key[0]])), *collected, weight]
