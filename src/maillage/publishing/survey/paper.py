"""A questionnaire on paper: numbered sheets in large letters, boxes to tick, and the way from one question to
another in words.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from maillage.kernel.errors import Refused
from maillage.publishing.page import pdf
from maillage.publishing.page.design import tokens
from maillage.publishing.page.logo import logo
from maillage.questionnaires import expressions
from maillage.questionnaires.questionnaire import (
    DECLINED,
    UNKNOWN,
    UNSAID,
    Choice,
    Group,
    Question,
    Questionnaire,
    words,
)
from maillage.words import opening
from maillage.words.languages import LANGUAGES, say, speaking, to_say
from maillage.words.wording import listing

ON_PAPER = (
    "one",
    "many",
    "rank",
    "integer",
    "decimal",
    "range",
    "text",
    "date",
    "time",
    "moment",
    "acknowledge",
)
LETTERS: Mapping[str, str] = {
    UNKNOWN: "N",
    DECLINED: "R",
}  # what is typed for who does not know, and who would rather not say
MOST = 100  # sheets in one file
SIGNS: Mapping[str, str] = {
    ">=": to_say("{n} ou plus"),
    ">": to_say("plus de {n}"),
    "<=": to_say("{n} ou moins"),
    "<": to_say("moins de {n}"),
    "=": "{n}",
}


def numbers(questionnaire: Questionnaire) -> dict[str, int]:
    """Return the number of each question that a sheet of paper asks, by its name."""
    paper_questions = [question for question in questionnaire.questions() if question.kind in ON_PAPER]
    return {question.name: number for number, question in enumerate(paper_questions, 1)}


def form(
    questionnaire: Questionnaire,
    *,
    on: date,
    title: str,
    universe: str = "",
    back_to: str = "",
    language: str = "fr",
    first: int = 1,
    copies: int = 1,
    version: int = 1,
) -> bytes:
    """Return the sheets as one PDF, in large letters: `copies` forms, numbered from `first`, each starting
    its own page.

    back_to: who the sheet is given back to; version: of the questionnaire, printed from the second on.
    Refused for a language that the questionnaire has not, or that our letters cannot draw, and for more than
    `MOST` sheets.
    """
    if not 1 <= copies <= MOST or first < 1:
        raise Refused(
            "Les feuilles n’ont pas été préparées.",
            why=f"Il en est demandé {copies}, à partir du numéro {first}.",
            do=f"Demandez de 1 à {MOST} feuilles à la fois, à partir du numéro 1 ou plus.",
        )
    data = sheet(questionnaire, title=title, universe=universe, back_to=back_to, language=language)
    texts = "".join(_texts(data["blocs"]))
    if missing := sum(1 for sign in texts if sign.isalpha() and pdf.drawable(sign) != sign):
        raise Refused(
            "Les feuilles n’ont pas été préparées dans cette langue.",
            why=f"Nos lettres de papier ne savent pas dessiner {missing} de ses signes.",
            do=(
                "Faites répondre par le lien de l’enquête, dans cette langue, sur un téléphone ou un"
                " ordinateur."
            ),
        )
    values = tokens("jour")
    return pdf.compiled(
        "questionnaire.typ",
        data
        | {
            "jour": opening.date_text(on),
            "couleurs": {name: value for name, value in values.items() if value.startswith("#")},
            "logo": logo(values["pastel"], values["garance"], values["prune"]),
            "feuilles": [str(first + k) for k in range(copies)],
            "version": f"v{version}" if version > 1 else "",
        },
        on=on,
    )


def sheet(
    questionnaire: Questionnaire, *, title: str, universe: str, back_to: str, language: str
) -> dict[str, object]:
    """Return the content of one sheet, as plain values: the same for the PDF and for a page."""
    if language not in questionnaire.languages:
        raise Refused(
            "Les feuilles n’ont pas été préparées.",
            why=f"Le questionnaire n’est pas écrit en « {language} ».",
            do=f"Choisissez parmi : {', '.join(questionnaire.languages)}.",
        )
    known = LANGUAGES.get(language, LANGUAGES["fr"])
    with speaking(known.code):
        return {
            "titre": title,
            "champ": universe,
            "rendre": back_to,
            "langue": language,
            "sens": known.direction,
            "mots": {
                "feuille": say("Feuille n°"),
                "page": say("page"),
                "cochez": say("Cochez la case de votre réponse. On ne vous demande pas votre nom."),
                "rendre": say("Rendez cette feuille à :"),
                "merci": say("Merci. C’est fini."),
                "interroge": say("Pour qui ?"),
            },
            "blocs": _Written(questionnaire, language).blocks(),
        }


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    return [text for inner in value for text in _texts(inner)] if isinstance(value, list) else []


class _Written:
    """A questionnaire put into the blocks of a sheet, in one language."""

    def __init__(self, questionnaire: Questionnaire, language: str) -> None:
        self.form, self.language = questionnaire, language
        self.numbers = numbers(questionnaire)
        self.order = [question for question in questionnaire.questions() if question.name in self.numbers]
        self.inherited = dict(_conditions(questionnaire.items, ()))

    def blocks(self) -> list[dict[str, object]]:
        blocks = self._blocks(self.form.items)
        level = 2  # of headings: a question stands under the title of its group, where there is one
        for block in blocks:
            block["niveau"] = level
            level = 3 if block.get("titre") else level
        return blocks

    def _blocks(self, items: Sequence[Question | Group]) -> list[dict[str, object]]:
        blocks: list[dict[str, object]] = []
        for item in items:
            if isinstance(item, Group):
                inside = self._blocks(item.items)
                title = words(item.label, self.language)
                if inside and (title or item.relevant):
                    blocks.append(
                        {
                            "sorte": "titre",
                            "titre": title,
                            "si": self._when(item.relevant),
                            "repeter": item.repeat,
                        }
                    )
                blocks += inside
            elif item.kind == "note":
                blocks.append({"sorte": "note", "texte": words(item.label, self.language)})
            elif item.kind in ON_PAPER:
                blocks.append(self._question(item))
        return blocks

    def _question(self, question: Question) -> dict[str, object]:
        jumps = self._jumps(question)
        return {
            "sorte": "question",
            "forme": question.kind,
            "numero": self.numbers[question.name],
            "texte": words(question.label, self.language),
            "aide": words(question.hint, self.language),
            "comment": how(question),
            "si": "" if self._is_jumped_to(question) else self._when(question.relevant),
            "choix": [
                {"n": number, "mots": words(choice.label, self.language), "seul": choice.alone}
                for number, choice in enumerate(printed_choices(self.form, question), 1)
            ],
            "sauts": jumps,
            "non_dit": (
                [{"n": LETTERS[name], "mots": say(label)} for name, label in UNSAID.items()]
                if asks(question)
                else []
            ),
        }

    # ------------------------------------------------------------------------------------------- ways onwards

    def _jumps(self, question: Question) -> list[str]:
        """Return where some answers lead: « Si vous avez répondu « Non », passez à la question 7. »"""
        if question.kind != "one":
            return []
        following = self.order[self.order.index(question) + 1 :]
        choices_by_skip: dict[int, list[Choice]] = {}
        for choice in printed_choices(self.form, question):
            skipped = 0
            for later in following:
                conditions = self.inherited[later.name]
                if not self._depends_on(question, conditions) or _hold(
                    conditions, {question.name: choice.name}
                ):
                    break
                skipped += 1
            if skipped:
                choices_by_skip.setdefault(skipped, []).append(choice)
        return [
            self._jump(question, choices, following, skipped) for skipped, choices in choices_by_skip.items()
        ]

    def _jump(
        self, question: Question, choices: list[Choice], following: list[Question], skipped: int
    ) -> str:
        other_choices = [each for each in printed_choices(self.form, question) if each not in choices]
        except_those = len(other_choices) < len(choices) and 0 < len(other_choices) <= 2
        choices_text = self._listed(other_choices if except_those else choices)
        if except_those and skipped < len(following):
            number = str(self.numbers[following[skipped].name])
            return say(
                "Si vous n’avez pas répondu {told}, passez à la question {number}.",
                told=choices_text,
                number=number,
            )
        if skipped == len(following):
            choices_text = self._listed(choices)
            return say("Si vous avez répondu {told}, c’est fini : allez à la fin.", told=choices_text)
        number = str(self.numbers[following[skipped].name])
        return say(
            "Si vous avez répondu {told}, passez à la question {number}.", told=choices_text, number=number
        )

    def _is_jumped_to(self, question: Question) -> bool:
        """Return True if the jumps of a question before decide who answers this one: all those between open
        with the same answers.
        """
        conditions = self.inherited[question.name]
        for before in reversed(self.order[: self.order.index(question)]):
            if before.kind == "one" and self._depends_on(before, conditions):
                at = self.order.index(before) + 1
                between = self.order[at : self.order.index(question)]
                return all(self._opened(before, each) == self._opened(before, question) for each in between)
        return False

    def _opened(self, before: Question, question: Question) -> frozenset[str] | None:
        """Return the answers to one question that open another, None when others count too."""
        conditions = self.inherited[question.name]
        if not self._depends_on(before, conditions):
            return None
        return frozenset(
            choice.name
            for choice in printed_choices(self.form, before)
            if _hold(conditions, {before.name: choice.name})
        )

    @staticmethod
    def _depends_on(before: Question, conditions: tuple[str, ...]) -> bool:
        """Return True if the answer to one question alone decides if another is asked."""
        return bool(conditions) and all(
            expressions.parse(each).names == (before.name,) for each in conditions
        )

    def _when(self, condition: str) -> str:
        """Return in words who answers: « Seulement si vous avez répondu « Oui » à la question 3. »"""
        if not condition:
            return ""
        parts = _parts(expressions.parse(condition).node)
        part_texts = [self._part(part) for part in parts]
        if all(part_texts):
            return say("Seulement si vous avez répondu {told}.", told=listing(part_texts))
        question_numbers = sorted(
            {self.numbers[name] for name in expressions.parse(condition).names if name in self.numbers}
        )
        if not question_numbers:
            return ""
        return say(
            "Selon votre réponse : voyez la question {number}.",
            number=listing([str(each) for each in question_numbers]),
        )

    def _part(self, node: expressions.Node) -> str:
        """Return in words what one answer must be, '' when it cannot be told from one question."""
        names = {name for name in _named(node) if name}
        question = self.form.question(next(iter(names))) if len(names) == 1 else None
        if question is None or question.name not in self.numbers:
            return ""
        number = str(self.numbers[question.name])
        choices = printed_choices(self.form, question)
        if not choices:
            comparison_text = _compared(node)
            return (
                say("{told} à la question {number}", told=comparison_text, number=number)
                if comparison_text
                else ""
            )
        opens = [choice for choice in choices if _truth(node, {question.name: choice.name})]
        closed = [choice for choice in choices if choice not in opens]
        if not opens or not closed:
            return ""
        if len(closed) < len(opens) and len(closed) <= 2:
            return say(
                "autre chose que {told} à la question {number}", told=self._listed(closed), number=number
            )
        return say("{told} à la question {number}", told=self._listed(opens), number=number)

    def _listed(self, choices: list[Choice]) -> str:
        return listing([f"« {words(choice.label, self.language)} »" for choice in choices], last="ou")


HOW: Mapping[str, str] = {
    "many": to_say("Plusieurs croix possibles."),
    "rank": to_say("Écrivez 1 dans la case du plus important, puis 2, puis 3…"),
    "integer": to_say("Écrivez un nombre."),
    "decimal": to_say("Écrivez un nombre."),
}


def how(question: Question) -> str:
    """Return how a question is answered, in the language spoken: the ends of a scale are said."""
    if question.kind == "range":
        low, high = (
            question.parameters.get(end, other).replace(".", ",")
            for end, other in (("start", "1"), ("end", "10"))
        )
        return say("Écrivez un nombre, de {low} à {high}.", low=low, high=high)
    return say(HOW.get(question.kind, ""))


def printed_choices(questionnaire: Questionnaire, question: Question) -> tuple[Choice, ...]:
    """Return the choices that are printed: who does not know and who would rather not say stand apart."""
    return tuple(choice for choice in questionnaire.choices(question) if choice.name not in UNSAID)


def asks(question: Question) -> bool:
    """Return True if « ne sait pas » and « ne souhaite pas répondre » stand under a question."""
    return question.kind not in ("acknowledge", "text", "note")


def _conditions(
    items: Sequence[Question | Group], inherited: tuple[str, ...]
) -> list[tuple[str, tuple[str, ...]]]:
    """Return every question with all that must hold for it: its own condition, and those of its groups."""
    conditions: list[tuple[str, tuple[str, ...]]] = []
    for item in items:
        inside = (*inherited, item.relevant) if item.relevant else inherited
        if isinstance(item, Group):
            conditions += _conditions(item.items, inside)
        else:
            conditions.append((item.name, inside))
    return conditions


def _parts(node: expressions.Node) -> list[expressions.Node]:
    """Return the conditions that must all hold."""
    if isinstance(node, expressions.Call) and node.name == "and":
        return [part for each in node.arguments for part in _parts(each)]
    return [node]


def _named(node: expressions.Node) -> set[str]:
    if isinstance(node, expressions.Reference):
        return {node.name}
    return (
        {name for each in node.arguments for name in _named(each)}
        if isinstance(node, expressions.Call)
        else set()
    )


def _compared(node: expressions.Node) -> str:
    """Return a number compared with an answer in words, '' for anything else."""
    if not isinstance(node, expressions.Call) or node.name not in SIGNS or len(node.arguments) != 2:
        return ""
    answer, value = node.arguments
    if not isinstance(answer, expressions.Reference) or not isinstance(value, expressions.Literal):
        return ""
    return say(SIGNS[node.name], n=expressions.as_text(value.value))


def _truth(node: expressions.Node, values: Mapping[str, str]) -> bool:
    return expressions.holds(expressions.Expression("", node), expressions.Context(values=values))


def _hold(conditions: tuple[str, ...], values: Mapping[str, str]) -> bool:
    return all(expressions.holds(each, expressions.Context(values=values)) for each in conditions)
