"""A questionnaire edited by hand: questions reworded, added, removed, moved, and their answers. Each function
returns another questionnaire.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.questionnaires.questionnaire import Choice, Group, Kind, Question, Questionnaire, Texts, words

Item = Question | Group
WITH_CHOICES = ("one", "many", "rank")
CITED = re.compile(r"\$\{([^}]+)\}")
EXPECTED = re.compile(
    r"""\$\{([^}]+)\}\s*=\s*['"]([^'"]*)['"]|selected\(\s*\$\{([^}]+)\}\s*,\s*['"]([^'"]*)['"]\s*\)"""
)
PARTED = re.compile(
    r"\$\{(?P<name>[^}]+)\} = '(?P<choice>[^']*)'|selected\(\$\{(?P<several>[^}]+)\}, '(?P<among>[^']*)'\)"
)


@dataclass(frozen=True, slots=True)
class Offered:
    """An answer as somebody typed it. name: its former name, '' for a new one."""

    name: str
    label: str


def reworded(
    form: Questionnaire,
    name: str,
    *,
    label: Texts,
    hint: Texts,
    required: bool,
    offered: Sequence[Offered] | None = None,
    relevant: str | None = None,
    census: str | None = None,
) -> Questionnaire:
    """Return the questionnaire with a question reworded. offered: its answers in order; None removes its
    condition or its mark.

    Other questions that shared its list of answers keep that list unchanged. Raises Refused for a question
    that does not exist, has no text, or would have fewer than two answers to choose from.
    """
    question = _existing(form, name)
    if not label.get("fr", "").strip():
        raise Refused(
            "La question n’a pas changé.",
            why="Sans texte, personne ne saurait quoi répondre.",
            do="Écrivez-la.",
        )
    new = replace(question, label=_stripped(label), hint=_stripped(hint), required=required)
    if relevant is not None:
        new = replace(new, relevant=relevant)
    if census is not None:
        new = replace(new, census=census)
    lists = dict(form.lists)
    if offered is not None and question.kind in WITH_CHOICES:
        choices = _choices(form.choices(question), offered)
        if choices != form.choices(question):
            _check_unread(
                form,
                question,
                {choice.name for choice in form.choices(question)} - {each.name for each in choices},
            )
            shared = any(each.choices == question.choices and each.name != name for each in form.questions())
            list_name = _free(f"{name}_choix", lists) if shared else question.choices
            lists[list_name] = choices
            new = replace(new, choices=list_name)
    return replace(
        form, items=mapped(form.items, lambda item: (_reworded(item, question, new),)), lists=lists
    )


def _reworded(item: Item, question: Question, new: Question) -> Item:
    """Return an item once a question is said otherwise: what the census counts is asked by one question, the
    last that says so.
    """
    if item is question:
        return new
    if isinstance(item, Question) and new.census and item.census == new.census:
        return replace(item, census="")
    return item


def _check_unread(form: Questionnaire, question: Question, removed_names: Collection[str]) -> None:
    """Raise Refused on removing an answer that a condition depends on: the question it leads to would never
    be asked.
    """
    for item in every(form.items):
        for name, choice in expected(item.relevant):
            if name == question.name and choice in removed_names:
                label = next(words(each.label) for each in form.choices(question) if each.name == choice)
                raise Refused(
                    "La question n’a pas changé.",
                    why=(
                        f"« {words(item.label) or item.name} » n’est posé qu’à ceux qui répondent «"
                        f" {label} »."
                    ),
                    do="Changez d’abord sa condition, ou gardez cette réponse.",
                )


def _stripped(texts: Texts) -> dict[str, str]:
    return {language: text.strip() for language, text in texts.items() if text.strip()}


def _choices(before: Sequence[Choice], offered: Sequence[Offered]) -> tuple[Choice, ...]:
    had = {choice.name: choice for choice in before}
    out: dict[str, Choice] = {}
    for answer in offered:
        if not answer.label.strip():
            continue
        name = answer.name if answer.name in had else _free(slug(answer.label), {**had, **out})
        before_edit = had.get(name, Choice(name=name, label={}))
        out[name] = replace(before_edit, label={**before_edit.label, "fr": answer.label.strip()})
    if len(out) < 2:
        raise Refused(
            "La question n’a pas changé.",
            why="Il faut au moins deux réponses pour pouvoir choisir.",
            do="Écrivez-en une de plus, ou faites-en une question libre.",
        )
    return tuple(out.values())


def added(
    form: Questionnaire,
    *,
    kind: Kind,
    label: str,
    answers: Sequence[str] = (),
    after: str = "",
    hint: str = "",
) -> tuple[Questionnaire, str]:
    """Return the questionnaire with one more question, and its name. after: the question it follows; by
    default, at the end.
    """
    if not label.strip():
        raise Refused("La question n’a pas été ajoutée.", why="Il lui manque un texte.", do="Écrivez-la.")
    taken = {item.name: None for item in every(form.items)}
    name = _free(slug(label), taken)
    lists, list_name = dict(form.lists), ""
    if kind in WITH_CHOICES:
        list_name = _free(f"{name}_choix", lists)
        lists[list_name] = _choices((), [Offered("", answer) for answer in answers])
    new = Question(
        name=name,
        kind=kind,
        label={"fr": label.strip()},
        hint=_stripped({"fr": hint}),
        choices=list_name,
        is_own=True,
    )
    if after and form.question(after) is not None:
        follow = _existing(form, after)
        items = mapped(form.items, lambda item: (item, new) if item is follow else (item,))
    else:
        items = (*form.items, new)
    return replace(form, items=items, lists=lists), name


def marked_sensitive(form: Questionnaire, names: Collection[str], among: Collection[str]) -> Questionnaire:
    """Return the questionnaire with questions marked sensitive, and the others of `among` marked not."""

    def mark(item: Item) -> tuple[Item, ...]:
        if isinstance(item, Question) and item.name in among:
            return (replace(item, sensitive=item.name in names),)
        return (item,)

    return replace(form, items=mapped(form.items, mark))


def removed(form: Questionnaire, name: str) -> Questionnaire:
    """Return the questionnaire without a question, and without the parts and lists that it alone used."""
    question = _existing(form, name)
    citing = [
        each.name if isinstance(each, Question) else f"la partie « {words(each.label) or each.name} »"
        for each in every(form.items)
        if f"${{{name}}}" in read_by(each)
    ]
    if citing:
        raise Refused(
            "La question n’a pas été retirée.",
            why=f"D’autres en dépendent : {', '.join(citing)}.",
            do="Changez d’abord leur condition, ou retirez-les.",
        )
    items = mapped(form.items, lambda item: () if item is question else (item,))
    shorter = replace(form, items=_without_empty(items))
    used = {each.choices for each in shorter.questions()}
    return replace(
        shorter,
        lists={id: choices for id, choices in form.lists.items() if id in used or id != question.choices},
    )


def moved(form: Questionnaire, name: str, by: int) -> Questionnaire:
    """Return the questionnaire with a question one place up (by=-1) or down (by=1), within its part or across
    its edge.

    Raises Refused when a question would come before one that it depends on.
    """
    new = _moved(form, name, by)
    if wrong := too_soon(new).keys() - too_soon(form).keys():
        one, other = (f"« {words(_existing(form, each).label) or each} »" for each in min(wrong))
        raise Refused(
            "La question n’a pas bougé.",
            why=f"{one} attend la réponse à {other}, qui serait posée après.",
            do="Déplacez-les dans l’autre ordre, ou changez d’abord la condition.",
        )
    return new


def _moved(form: Questionnaire, name: str, by: int) -> Questionnaire:
    question = _existing(form, name)
    flat = _flat(form.items)
    at = next(n for n, (item, _) in enumerate(flat) if item is question)
    group = flat[at][1]
    siblings = list(group.items if group else form.items)
    position = siblings.index(question)
    if 0 <= position + by < len(siblings):
        siblings[position], siblings[position + by] = siblings[position + by], siblings[position]
        if group is None:
            return replace(form, items=tuple(siblings))
        return replace(
            form,
            items=mapped(
                form.items,
                lambda item: (replace(group, items=tuple(siblings)),) if item is group else (item,),
            ),
        )
    if group is None:
        raise Refused(
            "La question n’a pas bougé.",
            why=f"Elle est déjà la {'première' if by < 0 else 'dernière'}.",
            do="Déplacez-en une autre.",
        )
    smaller = replace(group, items=tuple(item for item in group.items if item is not question))
    pair: tuple[Item, ...] = (question, smaller) if by < 0 else (smaller, question)
    items = mapped(form.items, lambda item: pair if item is group else (item,))
    return replace(form, items=_without_empty(items))


def read_by(item: Item) -> str:
    """Return the expressions of an item, one after the other."""
    more = f" {item.constraint} {item.calculation} {item.choice_filter}" if isinstance(item, Question) else ""
    return item.relevant + more


def too_soon(form: Questionnaire) -> dict[tuple[str, str], None]:
    """Return each question asked before one that decides whether it is asked or which answers it offers, and
    that one.
    """
    order = {question.name: n for n, question in enumerate(form.questions())}
    early: dict[tuple[str, str], None] = {}

    def look(items: Sequence[Item], above: str) -> None:
        for item in items:
            if isinstance(item, Group):
                look(item.items, f"{above} {item.relevant}")
            elif item.takes_answer:
                read = CITED.findall(f"{above} {item.relevant} {item.choice_filter}")
                early.update(
                    dict.fromkeys(
                        (item.name, name) for name in read if order.get(name, -1) > order[item.name]
                    )
                )

    look(form.items, "")
    return early


def expected(expression: str) -> list[tuple[str, str]]:
    """Return the answers that an expression depends on, as pairs of question and answer.

    >>> expected("${aide}='oui' or selected(${outils}, 'rien')"), expected("${age} > 3 and ${aide} != 'non'")
    ([('aide', 'oui'), ('outils', 'rien')], [])
    """
    return [
        (match[1] or match[3], match[2] if match[1] else match[4]) for match in EXPECTED.finditer(expression)
    ]


def simple(relevant: str) -> tuple[str, str] | None:
    """Return the question and the answer of a condition on a single answer, None for any other condition.

    >>> simple("${aide} = 'oui'"), simple("selected(${outils}, 'rien')"), simple("${age} > 3"), simple("")
    (('aide', 'oui'), ('outils', 'rien'), None, None)
    """
    match = PARTED.fullmatch(relevant.strip())
    if match is None:
        return None
    return match["name"] or match["several"], match["choice"] if match["name"] else match["among"]


def condition(form: Questionnaire, name: str, choice: str) -> str:
    """Return the condition that a question was answered by a choice."""
    question = _existing(form, name)
    return f"selected(${{{name}}}, '{choice}')" if question.kind == "many" else f"${{{name}}} = '{choice}'"


def slug(text: str) -> str:
    """Return a name made from words: letters, digits and underscores, starting with a letter, forty
    characters at most.

    >>> slug("Quel est votre âge ?"), slug("18 ans"), slug("?")
    ('quel_est_votre_age', 'q_18_ans', 'question')
    """
    bare = re.sub(r"[^a-z0-9]+", "_", plain(text).lower()).strip("_")[:40].strip("_")
    return bare if bare[:1].isalpha() else f"q_{bare}" if bare else "question"


def _free(name: str, taken: Mapping[str, object]) -> str:
    tried = (name if n == 1 else f"{name}_{n}" for n in range(1, 10_000))
    return next(each for each in tried if each not in taken)


def _existing(form: Questionnaire, name: str) -> Question:
    question = form.question(name)
    if question is None:
        raise Refused(
            "Le questionnaire n’a pas été modifié.",
            why="Cette question n’est plus dans le questionnaire.",
            do="Revenez à la liste.",
        )
    return question


def every(items: Sequence[Item]) -> list[Item]:
    return [item for item, _ in _flat(items)]


def _flat(items: Sequence[Item], group: Group | None = None) -> list[tuple[Item, Group | None]]:
    out: list[tuple[Item, Group | None]] = []
    for item in items:
        out.append((item, group))
        if isinstance(item, Group):
            out += _flat(item.items, item)
    return out


def mapped(items: Sequence[Item], change: Callable[[Item], tuple[Item, ...]]) -> tuple[Item, ...]:
    """Return items with each replaced by what a change makes of it; a group that the change leaves is changed
    inside.
    """
    out: list[Item] = []
    for item in items:
        for new in change(item):
            inside = isinstance(new, Group) and new is item
            out.append(
                replace(new, items=mapped(new.items, change)) if inside and isinstance(new, Group) else new
            )
    return tuple(out)


def _without_empty(items: Sequence[Item]) -> tuple[Item, ...]:
    changed = [
        replace(item, items=_without_empty(item.items)) if isinstance(item, Group) else item for item in items
    ]
    return tuple(item for item in changed if not isinstance(item, Group) or item.items)
