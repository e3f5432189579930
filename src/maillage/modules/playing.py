"""Exercises played by plain forms, for whoever has no script: a try, what it gives, and where one then is.

Nothing is kept: the form carries the screen, the facts and what was typed. The sentences are those of the
script (`apps/learning/static/apprendre/kit.js`).
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from maillage.modules.format import Aim, Element, Gap, PointerExercise, Put, Screens, Scroll, Type
from maillage.words.languages import say
from maillage.words.wording import lower_first

Answer = Mapping[str, Sequence[str]]
FIELD = "champ-"  # before the name of what is typed
FIELD_KINDS = ("champ", "case", "choix", "liste")
PRESSED_KINDS = ("bouton", "lien", "icone", "message")
LONGEST = 300  # letters of a field
YES = "oui"


@dataclass(frozen=True, slots=True)
class Feedback:
    """Answer to a try. done: the exercise is over, in words of the module; is_consequence: its first words
    are those of the module too. Other words are in the reader's language.
    """

    done: bool
    words: str
    then: str = ""
    is_consequence: bool = False


@dataclass(frozen=True, slots=True)
class Play:
    """The progress of somebody in an exercise. feedback: None where nothing is to be said; screen, facts: of
    a simulated thing; typed: by name of field; reached: what was pressed or written right, by its number.
    """

    feedback: Feedback | None = None
    screen: str = ""
    facts: tuple[str, ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict)
    reached: tuple[int, ...] = ()


def play(exercise: Any, answer: Answer) -> Play:
    """Return where a try leads; the beginning of the exercise for an empty answer."""
    if isinstance(exercise, Screens):
        return _screens(exercise, answer)
    if isinstance(exercise, Put):
        return _put(exercise, answer)
    if isinstance(exercise, Type):
        return _type(exercise, answer)
    if isinstance(exercise, Scroll):
        return Play(_done(exercise) if "trouve" in answer else None)
    targets = exercise.targets if isinstance(exercise, Aim) else exercise.moves
    return _press(exercise, len(targets), answer)


def visible_elements(exercise: Screens, at: Play) -> list[tuple[int, Element, str]]:
    """Return the elements of the screen where somebody is, each with its number and what is typed in it."""
    elements = enumerate(exercise.screens[at.screen].elements)
    return [
        (n, element, at.typed.get(element.name, "")) for n, element in elements if element.applies(at.facts)
    ]


def carried(exercise: Screens, at: Play) -> dict[str, str]:
    """Return the texts typed on the other screens, that the form of this one carries."""
    names = {element.name for _, element, _ in visible_elements(exercise, at)}
    return {FIELD + name: value for name, value in at.typed.items() if name not in names}


def _first(answer: Answer, name: str) -> str:
    return next(iter(answer.get(name, ())), "")[:LONGEST]


def _done(exercise: Any) -> Feedback:
    return Feedback(True, exercise.done)


def _gap(exercise: Any, when: str, words: str = "", then: str = "") -> Feedback:
    """Return the words of the module for a slip, else these ones."""
    for gap in exercise.gaps:
        if gap.when == when:
            return _gap_feedback(gap)
    return Feedback(False, words or say("Presque."), then or say("Essayez encore : rien ne presse."))


def _gap_feedback(gap: Gap) -> Feedback:
    return Feedback(False, gap.says, gap.does, is_consequence=True)


def _rest(done: str, n_left: int) -> Feedback:
    return Feedback(False, done, say("Il en reste {n}.", n=n_left))


def _press(exercise: Aim | PointerExercise, n: int, answer: Answer) -> Play:
    """Return the targets or the gestures that are reached: a press of a button stands for each."""
    if "leurre" in answer:
        reached = _numbers(answer, "fait", n)
        return Play(_gap(exercise, "leurre"), reached=reached)
    reached = tuple(sorted({*_numbers(answer, "fait", n), *_numbers(answer, "cible", n)}))
    if len(reached) == n:
        return Play(_done(exercise), reached=reached)
    return Play(_rest(say("C’est fait."), n - len(reached)) if reached else None, reached=reached)


def _numbers(answer: Answer, name: str, n: int) -> tuple[int, ...]:
    rank_of = {str(k): k for k in range(n)}
    return tuple(rank_of[each] for each in answer.get(name, ()) if each in rank_of)


def _put(exercise: Put, answer: Answer) -> Play:
    typed = {thing.id: _first(answer, f"{FIELD}{thing.id}") for thing in exercise.things}
    if not any(typed.values()):
        missing = Feedback(
            False, say("Il manque une réponse."), say("Choisissez, puis touchez « Vérifier ».")
        )
        return Play(missing if answer else None, typed=typed)
    for thing in exercise.things:
        if typed[thing.id] not in ("", thing.place):
            words = say("{objet} ne va pas là.", objet=thing.name)
            return Play(_gap(exercise, "mauvaise_place", words, say("Essayez une autre place.")), typed=typed)
    n_left = sum(bool(thing.place) and not typed[thing.id] for thing in exercise.things)
    feedback = _rest(say("C’est fait."), n_left) if n_left else _done(exercise)
    return Play(feedback, typed=typed)


def _type(exercise: Type, answer: Answer) -> Play:
    """Return the first text that is not written as it is shown, and what to look at in it."""
    typed = {str(n): _first(answer, f"{FIELD}{n}") or model.starts for n, model in enumerate(exercise.models)}
    if not answer:
        return Play(typed=typed)
    for n, model in enumerate(exercise.models):
        typed_text, wanted = typed[str(n)].replace("’", "'"), model.text.replace("’", "'")
        if not typed_text.strip():
            empty = Feedback(False, say("Écrivez d’abord."), say("Touchez le rectangle, puis le clavier."))
            return Play(empty, typed=typed)
        forgives = exercise.forgives
        if _forgiven(typed_text, forgives) != _forgiven(wanted, forgives):
            is_space, is_capital = typed_text.strip() == wanted, typed_text.lower() == wanted.lower()
            when = "espace" if is_space else "majuscule" if is_capital else "different"
            then = _first_difference(typed_text, wanted, forgives)
            if len(exercise.models) > 1:
                then = say("Pour « {mots} » : {geste}", mots=model.text, geste=lower_first(then))
            return Play(_gap(exercise, when, then=then), typed=typed)
    return Play(_done(exercise), typed=typed)


def _first_difference(typed_text: str, wanted: str, forgives: Sequence[str]) -> str:
    pairs = enumerate(zip(typed_text, wanted, strict=False))
    same = min(len(typed_text), len(wanted))
    n = next((k for k, (a, b) in pairs if _forgiven(a, forgives) != _forgiven(b, forgives)), same)
    if n >= len(wanted):
        return say("Il y a quelque chose en trop à la fin : effacez-le.")
    sign = say("une espace") if wanted[n] == " " else wanted[n]
    before = wanted[:n] or say("le début")
    return say("Regardez après « {mots} » : il faut « {signe} ».", mots=before, signe=sign)


def _forgiven(text: str, forgives: Sequence[str]) -> str:
    text = " ".join(text.split()) if "espaces" in forgives and text.strip() else text
    text = text.lower() if "majuscules" in forgives else text
    return _bare(text) if "accents" in forgives else text


def _bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _loose(text: str) -> str:
    """Return a typed text whose case, accents and spaces do not count."""
    return _bare(" ".join(text.replace("’", "'").split()).lower())


def _screens(exercise: Screens, answer: Answer) -> Play:
    screen = _first(answer, "ecran")
    if screen not in exercise.screens:
        return _entered(exercise, Play(screen=exercise.starts))
    feasible = {e.does for each in exercise.screens.values() for e in each.elements if e.does}
    names = {e.name for each in exercise.screens.values() for e in each.elements if e.name}
    facts = tuple(dict.fromkeys(fact for fact in answer.get("faits", ()) if fact in feasible))
    typed = {name: _first(answer, FIELD + name) for name in sorted(names) if FIELD + name in answer}
    at = Play(screen=screen, facts=facts, typed=typed)
    for _, element, _ in visible_elements(exercise, at):  # an unchecked box sends nothing
        if element.kind == "case":
            at = replace(at, typed={**at.typed, element.name: typed.get(element.name, "")})
    pressed = _first(answer, "element")
    button = next((element for n, element, _ in visible_elements(exercise, at) if str(n) == pressed), None)
    if button is None or button.kind not in PRESSED_KINDS:
        return at
    if button.checks and (slip := _slip(exercise, at)):
        return replace(at, feedback=slip)
    before = at
    facts = tuple(fact for fact in dict.fromkeys((*facts, button.does)) if fact and fact != button.undoes)
    at = _entered(exercise, replace(at, screen=button.to or at.screen, facts=facts))
    if exercise.reached(at.screen, at.facts):
        return replace(at, feedback=_done(exercise))
    gap = button.gap or (_dead_end(exercise, at) if at.screen != before.screen else None)
    return replace(at, feedback=_gap_feedback(gap)) if gap else at


def _entered(exercise: Screens, at: Play) -> Play:
    """Return where somebody is, with what the fields of the screen hold at first."""
    starts = {
        element.name: (YES if element.checked else "") if element.kind == "case" else element.starts
        for _, element, _ in visible_elements(exercise, at)
        if element.kind in FIELD_KINDS
    }
    return replace(at, typed={**starts, **at.typed})


def _dead_end(exercise: Screens, at: Play) -> Gap | None:
    """Return the slip of a screen whose every way out is one, None for another."""
    ways = [element for _, element, _ in visible_elements(exercise, at) if element.to or element.does]
    return ways[0].gap if ways and all(element.gap for element in ways) else None


def _slip(exercise: Screens, at: Play) -> Feedback | None:
    """Return the first fault of a screen that is checked, None without any."""
    for _, element, typed_text in visible_elements(exercise, at):
        if element.kind == "case":
            if element.right and (YES if typed_text else "non") not in element.right:
                return _gap_feedback(element.gap) if element.gap else _gap(exercise, "case")
        elif element.kind in FIELD_KINDS:
            is_missing = element.required and not typed_text
            is_wrong = bool(element.right) and _loose(typed_text) not in map(_loose, element.right)
            if is_missing or is_wrong:
                return _field_slip(element, typed_text, is_missing=is_missing)
    return None


def _field_slip(element: Element, typed_text: str, *, is_missing: bool) -> Feedback:
    gap = next((each for each in element.gaps if _loose(each.when) == _loose(typed_text)), None)
    if gap := gap or (None if is_missing else element.gap):
        return _gap_feedback(gap)
    if is_missing:
        words = say("Il manque : {champ}", champ=element.text)
        return Feedback(False, words, say("Remplissez-le, puis continuez."))
    words = say("Regardez : {champ}", champ=element.text)
    return Feedback(False, words, say("Ce n’est pas ce que dit votre papier."))
