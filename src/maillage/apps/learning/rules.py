"""For whom modules are written: a territory, by its code, or a structure. Rules of a group: how many
people, and when two openings are one. Judging, without script, the exercises made of words alone: what
was chosen, what comes of it, what to try next. Doing a procedure for real: with whom, what came of it,
and how it was known. States of a step of a module, and the facts that a learner's device may send of
it. The French sentences of `static/apprendre/*.js`, so that the catalogues hold them and a page sends
them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from maillage.kernel.typed import ROWS, whole_number
from maillage.modules.format import Choose, Order, Trap
from maillage.modules.playing import Feedback
from maillage.words.languages import say, to_say

STRUCTURE = "structure-"


def scope_of(structure: int) -> str:
    """Return the scope of a structure, beside the codes of territories.

    >>> scope_of(12)
    'structure-12'
    """
    return f"{STRUCTURE}{structure}"


def structure_of(scope: str) -> int | None:
    """Return the structure of a scope; None for a territory.

    >>> structure_of("structure-12"), structure_of("38"), structure_of("structure-../x")
    (12, None, None)
    """
    number = scope.removeprefix(STRUCTURE)
    return whole_number(number, ROWS) if number != scope else None


MOST = 40  # people


ON_PAPER = ("choisir", "piege", "ordre")  # kinds whose form serves with the script too; others have two


def judge(exercise: Any, answer: Mapping[str, Sequence[str]]) -> Feedback:
    """Return the feedback of a try. answer: the lists of values of the form, by name.

    A choice has its consequence, right or not; an order says the first place that does not go.
    """
    if isinstance(exercise, Choose | Trap):
        chosen = whole_number(answer.get("choix", [""])[0], len(exercise.options) - 1)
        if chosen is None:
            return _missing()
        option = exercise.options[chosen]
        then = exercise.done if option.right else say("Regardez, puis choisissez encore.")
        return Feedback(option.right, option.then, then, is_consequence=True)
    if isinstance(exercise, Order):
        places = [whole_number(answer.get(f"place-{n}", [""])[0]) for n in range(len(exercise.steps))]
        if None in places:
            return _missing()
        for n, place in enumerate(places):
            if place != n + 1:
                elsewhere = say(
                    "« {step} » vient à une autre place : essayez encore.", step=exercise.steps[n]
                )
                return Feedback(False, say("Ce n’est pas encore le bon ordre."), elsewhere)
        return Feedback(True, exercise.done)
    raise ValueError(f"{exercise.kind} is not judged without script.")


def _missing() -> Feedback:
    return Feedback(False, say("Il manque une réponse."), say("Choisissez, puis touchez « Vérifier »."))


def shuffled(exercise: Order) -> list[tuple[int, str]]:
    """Return the steps with their true place, in an order that is never the right one, the same for
    everybody.

    >>> shuffled(Order(kind="ordre", asks="-", spoken="-", done="-", hints=("-",), steps=(
    ...     "a", "b", "c", "d")))
    [(1, 'b'), (3, 'd'), (0, 'a'), (2, 'c')]
    """
    steps = list(enumerate(exercise.steps))
    return steps[1::2] + steps[::2]


WITH: Mapping[str, str] = {
    "alone": "Sans aide",
    "relative": "Avec un proche",
    "aidant": "Avec la personne qui m’aide ici",
    "counter": "Au guichet ou au téléphone",
}
ALONE, WITH_SOMEBODY, FOR_ME, COUNTER, NOT_YET, BLOCKED, UNKNOWN = (
    *("alone", "beside", "for_me", "counter", "not_yet"),
    *("blocked", "unknown"),
)
ANSWERS: Mapping[str, str] = {
    ALONE: "Oui, sans aide",
    WITH_SOMEBODY: "Oui, avec quelqu’un à côté",
    FOR_ME: "Quelqu’un l’a fait pour moi",
    COUNTER: "Au guichet ou au téléphone",
    NOT_YET: "Pas encore",
    BLOCKED: "Quelque chose m’a bloqué",
    UNKNOWN: "Je ne sais pas",
}
CONVERTED = (ALONE, WITH_SOMEBODY)  # done online by the person: the conversion
OBTAINED = (FOR_ME, COUNTER)  # the right is kept, otherwise: counted apart
ANSWER_SOURCES: Mapping[str, str] = {
    "person": "la personne, par son lien ou sa carte",
    "aidant": "l’aidant, en le demandant",
}
AGAIN = timedelta(days=15)  # « pas encore » is asked once more
WRITTEN_FOR = timedelta(days=60)  # after its day, a question is no longer written: it would surprise


def ask_on(on: date, days: int) -> date:
    """Return the day the question is asked: some days after that of the plan."""
    return on + timedelta(days=days)


def next_words(answer: str) -> str:
    """Return the reply to an answer: a right obtained otherwise counts, a screen that blocked is tried
    again.
    """
    return {
        ALONE: "Bravo. Vous l’avez fait sans aide.",
        WITH_SOMEBODY: "Bravo. La prochaine fois, un geste de plus sera à vous.",
        FOR_ME: "Le droit est gardé. C’est l’essentiel.",
        COUNTER: "Le droit est gardé. C’est l’essentiel.",
        NOT_YET: "Rien ne presse, sauf la date. On en reparle bientôt.",
        BLOCKED: "On refait cet écran ensemble. Dix minutes suffisent souvent.",
        UNKNOWN: "Ce n’est pas grave. Regardons ensemble si un reçu est arrivé.",
    }[answer]


# What a step became, the furthest last: what was done once stays done.
OPENED, UNMEASURED, PASSED, STOPPED, HINTED, DONE = (
    "seen",
    "unmeasured",
    "passed",
    "stopped",
    "hinted",
    "done",
)
STATES: Mapping[str, str] = {
    OPENED: "ouverte",
    UNMEASURED: "non mesurable",
    PASSED: "passée",
    STOPPED: "interrompue",
    HINTED: "réussie avec un indice",
    DONE: "réussie",
}
RANK = {state: rank for rank, state in enumerate(STATES)}
SUCCEEDED = (HINTED, DONE)
WAYS: Mapping[str, str] = {
    "keyboard": "clavier",
    "pointer": "souris",
    "touch": "doigt",
    "pen": "stylet",
    "unknown": "autre",
}
SCREENS: Mapping[str, str] = {"small": "téléphone", "medium": "tablette", "large": "ordinateur"}
MOST_TRIES, MOST_SECONDS = 500, 4 * 3600  # beyond, a device counted wrongly
MOST_BEFORE = 400 * 24 * 3600  # seconds: how long a device may have kept something before it says it
AT_ONCE = 500  # facts in one sending
MOST_A_DAY = 3_000  # facts of one card: beyond, it is not somebody who learns
STUCK_TRIES, STUCK_SECONDS = 3, 5 * 60  # on the step where somebody is, without success


@dataclass(frozen=True, slots=True)
class Fact:
    """Something done on a device: a step of a module, and what it became. ago: seconds before the device
    said it.
    """

    uid: str
    module: str
    version: int
    step: int
    state: str
    kind: str = ""
    easier: bool = False
    tries: int = 0
    hints: int = 0
    seconds: int = 0
    way: str = "unknown"
    screen: str = "large"
    offline: bool = False
    ago: int = 0


@dataclass(slots=True)
class Standing:
    """The progress of somebody in a module. last: the step opened last; steps: the furthest state of each."""

    version: int
    last: int = 1
    steps: dict[int, str] = field(default_factory=dict)

    def add(self, step: int, state: str) -> None:
        self.last = step
        if RANK[state] >= RANK.get(self.steps.get(step, ""), -1):
            self.steps[step] = state


def standings(
    rows: Iterable[tuple[str, int, int, str]], current_versions: Mapping[str, int] | None = None
) -> dict[str, Standing]:
    """Return where somebody is in each module. rows: module, version, step and state, the oldest first.

    A new version of a module begins anew. current_versions: the displayed version by module; facts of a
    later one, withdrawn since by its authors, are ignored as soon as there are facts of another.

    >>> done = [("a", 1, 1, "seen"), ("a", 1, 2, "done"), ("a", 1, 2, "seen")]
    >>> standings(done)["a"].steps
    {1: 'seen', 2: 'done'}
    >>> standings([*done, ("a", 2, 1, "seen")])["a"].steps
    {1: 'seen'}
    >>> standings([*done, ("a", 2, 1, "seen")], {"a": 1})["a"].steps
    {1: 'seen', 2: 'done'}
    """
    facts = list(rows)
    best = current_versions or {}
    current = {module for module, version, _, _ in facts if version <= best.get(module, version)}
    standing_by_module: dict[str, Standing] = {}
    for module, version, step, state in facts:
        if module in current and version > best.get(module, version):
            continue
        standing = standing_by_module.get(module)
        if standing is None or version > standing.version:
            standing = standing_by_module[module] = Standing(version)
        if version == standing.version:
            standing.add(step, state)
    return standing_by_module


def stuck(state: str, tries: int, seconds: int) -> bool:
    """Return True if somebody seems stuck on their current step: several tries, or long minutes,
    without success.
    """
    return state not in SUCCEEDED and state != PASSED and (tries >= STUCK_TRIES or seconds >= STUCK_SECONDS)


# Modules that are not translated and that a translated one names, before or after it: their titles.
QUOTED_TITLES = (
    to_say("Aider et être aidé sans danger"),
    to_say("Écrire un mail"),
    to_say("Me connecter au wifi"),
    to_say("Mises à jour, applis, fausses alertes"),
    to_say("Payer sans crainte"),
    to_say("Le clavier : les premières touches"),
    to_say("Remplir un formulaire"),
    to_say("Prendre un rendez-vous de santé"),
    to_say("Le clavier : majuscules, chiffres, @"),
    to_say("Trier et ne rien manquer"),
)
SCRIPT_SENTENCES = (
    # kit.js
    to_say("Presque."),
    to_say("Essayez encore : rien ne presse."),
    to_say("Vous pouvez essayer plus facile."),
    to_say("Suite"),
    to_say("Indice."),
    to_say("C’est un signe."),
    to_say("Il en reste {n}."),
    to_say("Non lus : {n}"),
    to_say("non lu"),
    to_say("Vous les avez tous vus."),
    to_say("Il manque une réponse."),
    to_say("Choisissez, puis touchez « Vérifier »."),
    to_say("Regardez, puis choisissez encore."),
    to_say("Monter"),
    to_say("Descendre"),
    to_say("Cette ligne est la première."),
    to_say("Cette ligne est la dernière."),
    to_say("Place {n} sur {total}."),
    to_say("Regardez la ligne {n}."),
    to_say("« {mots} » vient à un autre moment."),
    to_say("{mots} : fait"),
    to_say("C’est fait."),
    to_say("C’est le bon geste."),
    to_say("Déjà posés : {n}"),
    to_say("{objet} : pris."),
    to_say("Touchez sa place."),
    to_say("Touchez « {place} »."),
    to_say("{objet} ne va pas là."),
    to_say("Essayez une autre place."),
    to_say("{objet} : posé."),
    to_say("{objet} est revenu."),
    to_say("Vous pouvez aussi le toucher, puis toucher sa place."),
    to_say("Prenez d’abord quelque chose."),
    to_say("Touchez-le, puis touchez sa place."),
    to_say("Maj"),
    to_say("Espace"),
    to_say("Effacer"),
    to_say("Entrée"),
    to_say("Écrivez d’abord."),
    to_say("Touchez le rectangle, puis le clavier."),
    to_say("C’est bien écrit."),
    to_say("Encore un."),
    to_say("le début"),
    to_say("une espace"),
    to_say("Regardez après « {mots} » : il faut « {signe} »."),
    to_say("Il y a quelque chose en trop à la fin : effacez-le."),
    to_say("Il manque : {champ}"),
    to_say("Regardez : {champ}"),
    to_say("Remplissez-le, puis continuez."),
    to_say("Ce n’est pas ce que dit votre papier."),
    # progres.js
    to_say("fait"),
    to_say("étape {n} sur {total}"),
    to_say("Reprendre à l’étape {n}"),
    to_say("Recommencer"),
    to_say("Étapes passées, à faire quand vous voulez : {n}."),
    to_say("Cet appareil ne garde rien : notez votre étape, la {n}."),
    to_say("{n} pages sur {total}…"),
    to_say("{n} pages sur {total} sont gardées. Réessayez pour les autres."),
    to_say("C’est fait : {n} pages sont gardées sur cet appareil."),
)
