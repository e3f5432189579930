"""The autonomy diagnosis on paper: a form of four pages, its two tasks in pictures, and the card of the four
questions.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from maillage.kernel.codes import in_halves
from maillage.publishing.page import drawings, pdf
from maillage.publishing.page.design import tokens
from maillage.publishing.page.logo import logo
from maillage.reference import bilan, bilan_tasks
from maillage.reference.bilan import Option, Question
from maillage.words import opening
from maillage.words.wording import lower_first

Form = Literal["grand", "plie"]
SHEETS: Mapping[Form, str] = {
    "grand": (
        "Quatre pages A4, en grandes lettres, et deux pages d’essais. Imprimez recto verso : trois feuilles."
    ),
    "plie": (
        "Une feuille A4 pliée en deux. Imprimez recto verso, retourné sur le bord court, puis pliez au"
        " milieu."
    ),
}
MESSAGES, SEARCH = "S", "H"  # how both tasks are named on paper, beside the questions X1 to O4: S1, S2, H


def numbers() -> dict[str, int]:
    """Return the number of each question on the form, by its id."""
    return {id: k for k, id in enumerate(bilan.questions(), 1)}


def form(*, on: date, kind: Form = "grand", code: str = "", tasks: str = "A") -> bytes:
    """Return the form as PDF. code: that of a card, '' to leave room for a sticker; tasks: which parallel
    form of the tasks.
    """
    data = _common(on) | {
        "sorte": kind,
        "code": in_halves(code) if code else "",
        "questions": [
            _question(question, number)
            for question, number in zip(list(bilan.questions().values()), numbers().values(), strict=True)
        ],
        "version": bilan.version(),
        "essais": _tasks(tasks),
        "dessins": _drawings(),
    }
    return pdf.compiled("bilan.typ", data, on=on)


def card(*, on: date) -> bytes:
    """Return the four questions of a counter as PDF: an A4 sheet folded into an A5 card, questions outside,
    reading inside.
    """
    data = _common(on) | {
        "ouverture": bilan.screening_opening(),
        "questions": [_question(question, k) for k, question in enumerate(bilan.screening().values(), 1)],
        "lectures": [
            {
                "nom": each.label,
                "quand": lower_first(each.when),
                "dire": each.says,
                "faire": lower_first(each.does),
            }
            for each in bilan.verdicts().values()
        ],
        "dessins": _drawings(),
    }
    return pdf.compiled("reperage.typ", data, on=on)


def jumps(question: Question) -> list[tuple[str, str]]:
    """Return where some answers lead: their letters, then the question they jump to ('' for the end), in
    order of letters.
    """
    ids = list(bilan.questions())
    following = ids[ids.index(question.id) + 1 :]
    options_by_target: dict[str, list[Option]] = {}
    for option in question.options.values():
        target = next((id for id in following if _opens(bilan.questions()[id], question, option)), "")
        if following and target != following[0]:
            options_by_target.setdefault(target, []).append(option)
    return [
        ("".join(option.letter for option in options), target)
        for target, options in options_by_target.items()
    ]


def _opens(later: Question, question: Question, option: Option) -> bool:
    """Return True if an answer lets a later question be asked, as far as this answer alone can tell."""
    return option.id in later.only.get(question.id, (option.id,))


def _common(on: date) -> dict[str, object]:
    values = tokens("jour")
    return {
        "jour": opening.date_text(on),
        "couleurs": {name: value for name, value in values.items() if value.startswith("#")},
        "logo": logo(values["pastel"], values["garance"], values["prune"]),
    }


def _drawings() -> dict[str, str]:
    names = {*bilan.drawings(), *(choice.drawing for choice in bilan_tasks.choices().values())}
    return {name: drawings.svg(name, tokens=tokens("jour")) for name in sorted(names)}


def _question(question: Question, number: int) -> dict[str, object]:
    how = ""
    if question.several:
        how = f"{question.most} croix au plus." if question.most else "Plusieurs croix possibles."
    return {
        "numero": number,
        "id": question.id,
        "texte": question.text,
        "comment": how,
        "reponses": [
            {"lettre": o.letter, "mots": o.label, "aide": o.help, "dessin": o.drawing}
            for o in question.options.values()
        ],
        "sauts": (
            [_jump(question, letters, target) for letters, target in jumps(question)]
            if question.id in bilan.questions()
            else []
        ),
    }


def _jump(question: Question, letters: str, target: str) -> str:
    letters_text = " ou ".join(letters)
    only = "seulement " if question.several else ""
    return f"Si {only}{letters_text} : allez à la question {numbers()[target]}."


def _tasks(form: str) -> dict[str, object]:
    """Return the two tasks that fit in a picture, in one of their parallel forms."""
    task_form = bilan_tasks.form(form)
    choices = bilan_tasks.choices().values()
    page = next(page for page in task_form.search.pages.values() if page.hours)
    return {
        "forme": task_form.id,
        "messages": [
            {"id": f"{MESSAGES}{k}", "de": m.sender, "texte": m.text, "lien": m.address}
            for k, m in enumerate(task_form.messages.values(), 1)
        ],
        "question": bilan_tasks.tasks()["T4"].text,
        "gestes": [
            {"lettre": x, "mots": choice.label, "dessin": choice.drawing}
            for x, choice in zip(bilan.LETTERS, choices, strict=False)
        ],
        "recherche": {
            "question": task_form.search.text,
            "site": task_form.search.site,
            "menu": [[choice.label, choice.id == page.id] for choice in task_form.search.pages.values()],
            "titre": task_form.search.table,
            "heures": [[day, hours] for day, hours in task_form.search.hours.items()],
            "choix": [
                [letter, words]
                for letter, words in zip(bilan.LETTERS, task_form.search.choices, strict=False)
            ],
        },
    }
