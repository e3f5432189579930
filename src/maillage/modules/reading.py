"""Learning modules read whole from their files, or refused with all their faults, each with its line."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from maillage.modules.format import (
    FEWEST,
    KINDS,
    MOST_BYTES,
    MOST_DEPTH,
    MOST_MINUTES,
    MOST_MINUTES_AIDANTS,
    MOST_WORDS,
    POINTER_KINDS,
    THEMES,
    Misplaced,
    Module,
    Step,
    Where,
    eased,
)
from maillage.reference.files import Loader, read_yaml

OWN_MODULES = Path(__file__).parent / "contents"
FILE = "module.yaml"
# Texts that are always said or shown, and identifiers whose address is another page's.
NEVER_EMPTY = (
    "titre",
    "but",
    "reussi",
    "pour_l_aidant",
    "parle",
    "consigne",
    "message",
    "geste",
    "consequence",
    "phrase",
)
RESERVED = (
    "ma-carte",
    "groupe",
    "synchroniser",
    "parcours",
    "suivi",
    "nouveau",
    "importer",
    "telecharger",
    "traduire",
)
MOST_MARKS = 15_000  # what a file is made of, as YAML reads it: ours have 4,000 at most
MOST_NODES = 30_000  # once its references are followed
MOST_FAULTS = 100  # told of a file
# Numbers that could be somebody's: only those of the fictional ranges may be written in an exercise.
REAL = (
    (
        re.compile(r"\b[12][ .]?\d{2}[ .]?(0[1-9]|1[0-2])(?:[ .]?\d){10}\b"),
        "un numéro de sécurité sociale possible",
    ),
    (re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,}"), "un numéro de compte bancaire possible"),
    (re.compile(r"\b0[67](?: ?\d{2}){4}\b"), "un numéro de mobile possible"),
)
FICTIONAL = re.compile(r"\b06 ?39 ?98 ?\d{2} ?\d{2}\b")
UNREADABLE = (
    "Cette ligne est illisible : le décalage, les deux points ou les guillemets ne vont pas.",
    "Mettez le texte entre guillemets droits, et alignez-le avec ses voisins.",
)
TOO_LONG = (
    "Ce fichier est trop long, ou trop imbriqué, pour un module.",
    f"{MOST_BYTES // 1000} ko et 14 étapes au plus : faites-en deux modules.",
)
WORDS: Mapping[str, tuple[str, str]] = {
    "missing": ("Il manque « {last} ».", "Ajoutez cette ligne."),
    "extra_forbidden": (
        "« {last} » n’est pas une clé connue ici.",
        "Corrigez son nom, ou retirez-la. docs/modules.md les donne.",
    ),
    "literal_error": ("« {input} » n’est pas possible.", "Prenez une de ces valeurs : {expected}."),
    "union_tag_invalid": (
        "Aucun exercice n’est du genre « {tag} ».",
        "Prenez un de ceux-ci : {expected_tags}.",
    ),
    "union_tag_not_found": ("Il manque le genre de l’exercice.", "Ajoutez « genre: choisir », ou un autre."),
    "too_short": ("Il y a {number} : il en faut au moins {min_length}.", "Ajoutez-en."),
    "too_long": (
        "Il y a {number} : il en faut au plus {max_length}.",
        "Retirez-en, ou faites-en deux étapes.",
    ),
    "string_too_long": ("Ce texte est trop long.", "{max_length} caractères au plus."),
    "string_type": ("Un texte est attendu.", "Mettez-le entre guillemets."),
    "string_pattern_mismatch": (
        "« {input} » n’a pas la bonne forme.",
        "Des minuscules, des chiffres et des tirets.",
    ),
    "greater_than_equal": ("« {input} » est trop petit.", "{ge} au moins."),
    "less_than_equal": ("« {input} » est trop grand.", "{le} au plus."),
}
# What is counted, one and several.
COUNTED: Mapping[str, tuple[str, str]] = {
    "etapes": ("étape", "étapes"),
    "choix": ("choix", "choix"),
    "indices": ("indice", "indices"),
    "auteurs": ("auteur", "auteurs"),
    "corps": ("ligne", "lignes"),
    "objets": ("objet", "objets"),
    "places": ("place", "places"),
    "cibles": ("cible", "cibles"),
    "leurres": ("leurre", "leurres"),
    "gestes": ("geste", "gestes"),
    "parties": ("partie", "parties"),
    "modeles": ("texte à écrire", "textes à écrire"),
    "elements": ("élément", "éléments"),
    "ecrans": ("écran", "écrans"),
    "dessins": ("dessin", "dessins"),
    "avantages": ("avantage", "avantages"),
    "attention": ("point d’attention", "points d’attention"),
    "pieces": ("papier à apporter", "papiers à apporter"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that stops a module from being read: its line, its sentence, and what to do. place: the keys
    that lead there, from 0.
    """

    line: int
    where: str
    what: str
    do: str
    place: Where = ()


@dataclass(frozen=True, slots=True)
class Read:
    """A module as it was read, or its faults."""

    path: Path
    module: Module | None
    faults: tuple[Fault, ...] = ()


def read(path: Path, drawings: Collection[str], known: Collection[str] | None = None) -> Read:
    """Return the module of a file, or all its faults. drawings: the names of those that exist.

    known: the identifiers that `prealables` and `suite` may name; None when they are not looked at, as on the
    pages of learners, which leave out those that are not there.
    """
    if path.stat().st_size > MOST_BYTES:
        fault = Fault(
            1,
            "",
            "Ce fichier est trop gros pour un module.",
            f"{MOST_BYTES // 1000} ko au plus : coupez-le en deux.",
        )
        return Read(path, None, (fault,))
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        fault = Fault(
            line, "", "Ce fichier n’est pas en UTF-8.", "Enregistrez-le de nouveau, encodage UTF-8."
        )
        return Read(path, None, (fault,))
    _, module, faults = check(text, drawings, path.parent.name, known)
    return Read(path, module, faults)


def check(
    text: str, drawings: Collection[str], folder: str, known: Collection[str] | None = None
) -> tuple[Any, Module | None, tuple[Fault, ...]]:
    """Return the document of a text, its module, and its faults; the document is None when it is not YAML, or
    not keys.
    """
    if len(text) > MOST_BYTES or marks(text, MOST_MARKS) > MOST_MARKS:
        return None, None, (Fault(1, "", *TOO_LONG),)
    try:
        node = yaml.compose(text, Loader=Loader)
        document = yaml.load(text, Loader=Loader) if _size(node) <= MOST_NODES else None  # noqa: S506, both loaders are safe
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        return None, None, (Fault(mark.line + 1 if mark else 1, "", *UNREADABLE),)
    if not isinstance(document, dict):
        return (
            None,
            None,
            (Fault(1, "", "Ce fichier est vide, ou n’a pas de clés.", "Partez d’un module qui existe."),),
        )
    misplaced = islice(_faults(document, drawings, folder, known), MOST_FAULTS)
    faults = [Fault(_line(node, where), place_text(where), what, do, where) for where, what, do in misplaced]
    faults.sort(key=lambda fault: (fault.line, fault.what))
    return document, None if faults else Module.model_validate(document), tuple(faults)


def marks(text: str, most: int) -> int:
    """Return of how many marks a file is made, without building anything; most + 1 beyond, or when it is
    deeper than a module.
    """
    depth = n = 0
    try:
        for event in yaml.parse(text, Loader=Loader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            n += 1
            if depth > MOST_DEPTH or n > most:
                return most + 1
    except yaml.YAMLError:  # told with its line when it is read
        pass
    return n


def _size(node: Any, known: dict[int, int] | None = None) -> int:
    """Return how many nodes a file has once its references are followed: a few lines may name billions."""
    known = {} if known is None else known
    if id(node) in known:
        return known[id(node)]
    known[id(node)] = MOST_NODES + 1  # what holds itself never ends
    inside = (
        [each for pair in node.value for each in pair]
        if isinstance(node, yaml.MappingNode)
        else getattr(node, "value", ())
    )
    known[id(node)] = 1 if isinstance(inside, str) else 1 + sum(_size(each, known) for each in inside)
    return known[id(node)]


def _faults(
    document: Mapping[str, Any], drawings: Collection[str], folder: str, known: Collection[str] | None
) -> Iterator[tuple[Where, str, str]]:
    """Return all that is wrong, whatever else is: an author mends everything in one go."""
    try:
        Module.model_validate(document)
    except ValidationError as error:
        yield from _structures(error)
    yield from _own(document, folder)
    yield from _words(document, drawings)
    yield from _consistency(document)
    if known is not None:
        yield from _unknown_modules(document, known)


def _own(document: Mapping[str, Any], folder: str) -> Iterator[tuple[Where, str, str]]:
    id, number = document.get("id"), document.get("numero")
    if id in RESERVED:
        yield ("id",), f"« {id} » est l’adresse d’une autre page.", "Prenez un autre identifiant."
    if isinstance(id, str) and not folder.endswith(f"-{id}"):
        called = f"{number:02}-{id}" if isinstance(number, int) else f"NN-{id}"
        yield ("id",), f"Le dossier s’appelle « {folder} ».", f"Appelez-le « {called} »."


def _words(document: Mapping[str, Any], drawings: Collection[str]) -> Iterator[tuple[Where, str, str]]:
    for where, text in _texts(document):
        for pattern, named in REAL:
            if (match := pattern.search(FICTIONAL.sub("", text))) is not None:
                yield (
                    where,
                    f"« {match[0]} » : {named}.",
                    "Prenez un numéro inventé : 06 39 98 00 00, ou 0000.",
                )
        if where[-1] in NEVER_EMPTY and not text.strip():
            yield where, "Ce texte est vide.", "Écrivez-le."
        drawn = where[-1] == "dessin" or (len(where) > 1 and where[-2] == "dessins")
        if drawn and text and text not in drawings:
            yield (
                where,
                f"Aucun dessin ne s’appelle « {text} ».",
                "Choisissez-en un de la liste (`maillage modules dessins`).",
            )
        if where[-1] == "consigne" and len(text.split()) > MOST_WORDS:
            yield (
                where,
                f"La consigne a {len(text.split())} mots.",
                f"Dites-la en {MOST_WORDS} mots au plus : une seule idée.",
            )


def _consistency(document: Mapping[str, Any]) -> Iterator[tuple[Where, str, str]]:
    theme, minutes = (
        str(document.get("theme")),
        int(typed_minutes) if (typed_minutes := str(document.get("duree"))[:9]).isdecimal() else 0,
    )
    if MOST_MINUTES < minutes <= MOST_MINUTES_AIDANTS and theme not in ("demarches", "aidants"):
        yield (
            ("duree",),
            f"{minutes} minutes, c’est trop.",
            f"{MOST_MINUTES} minutes au plus, pour que cela se fasse d’une traite.",
        )
    if theme in THEMES and (theme == "demarches") != ("demarche" in document):
        what = "Il manque « demarche »." if theme == "demarches" else "Ce module n’est pas une démarche."
        yield ("demarche",), what, "Les modules du thème « demarches » en ont une, et eux seuls."
    steps = document.get("etapes")
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        return
    exercises = [
        (n, step["exercice"]) for n, step in enumerate(steps) if isinstance(step.get("exercice"), dict)
    ]
    for n, exercise in exercises:
        where = ("etapes", n, "exercice")
        if exercise.get("genre") in POINTER_KINDS and not exercise.get("equivalents"):
            yield (
                where,
                "Un geste n’a pas d’équivalent.",
                "Ajoutez « equivalents: » : au clavier, et au lecteur d’écran.",
            )
        if isinstance(exercise.get("facile"), dict):
            yield from _easier(exercise, n)
    if len(exercises) < FEWEST:
        some = f"Il y a {len(exercises)} exercice{'s' if len(exercises) > 1 else ''}."
        yield ("etapes",), some, f"Un module se fait : il en faut au moins {FEWEST}."
    if not any(step.get("reussite") is True for step in steps):
        yield (
            ("etapes",),
            "Aucune étape ne montre que c’est appris.",
            "Sur celle qui se fait seul, cochez « Cette étape montre que c’est appris » (dans le fichier :"
            " « reussite: true »).",
        )


def _unknown_modules(document: Mapping[str, Any], known: Collection[str]) -> Iterator[tuple[Where, str, str]]:
    for key in ("prealables", "suite"):
        named = document.get(key)
        for n, id in enumerate(named if isinstance(named, list) else ()):
            if isinstance(id, str) and id not in known:
                do = "`maillage modules liste` donne leurs identifiants."
                yield (key, n), f"Aucun module ne s’appelle « {id} ».", do


def _easier(written: Mapping[str, Any], n: int) -> Iterator[tuple[Where, str, str]]:
    """Yield the faults of the easier variant of an exercise: its keys take the place of those of the
    exercise.
    """
    own = {
        where for where, _, _ in _tried({name: value for name, value in written.items() if name != "facile"})
    }
    for where, what, do in _tried(eased(written)):
        if where not in own:
            yield ("etapes", n, "exercice", "facile", *where), what, do


def _tried(exercise: Mapping[str, Any]) -> list[tuple[Where, str, str]]:
    try:
        Step.model_validate({"nature": "seul", "titre": "-", "parle": "-", "exercice": exercise})
    except ValidationError as error:
        return [(where[1:], what, do) for where, what, do in _structures(error)]
    return []


def step_faults(step: Mapping[str, Any], drawings: Collection[str]) -> list[tuple[Where, str, str]]:
    """Return the faults of a step alone: its place, a sentence, and what to do."""
    faults: list[tuple[Where, str, str]] = []
    try:
        Step.model_validate(step)
    except ValidationError as error:
        faults += _structures(error)
    return [*faults, *_words(step, drawings)]


def _structures(errors: ValidationError) -> Iterator[tuple[Where, str, str]]:
    """Return the faults of structure in French: where, what, what to do."""
    for error in errors.errors():
        where = _place(error["loc"])
        cause = error.get("ctx", {}).get("error")
        if isinstance(cause, Misplaced):
            yield from (((*where, *inside), what, do) for inside, what, do in cause.faults)
        elif not _miscounted(error):
            yield (where, *_structure(error, where))


def _place(loc: Sequence[str | int]) -> Where:
    """Return a place as it is in the file: the kind of an exercise is none of its keys."""
    return tuple(part for before, part in pairwise(("", *loc)) if before != "exercice" or part not in KINDS)


def _miscounted(error: Any) -> bool:
    """Recognise a count too low only because some parts are wrong: the faults of those are given."""
    few = error["type"] == "too_short" and isinstance(error["input"], list | dict)
    return few and len(error["input"]) >= error["ctx"]["min_length"]


def _structure(error: Any, where: Where) -> tuple[str, str]:
    context = {name: _french(value) for name, value in error.get("ctx", {}).items()}
    what, do = WORDS.get(
        error["type"], ("« {input} » ne convient pas ici.", "Regardez un module qui existe.")
    )
    last, n = (
        str(where[-1]) if where else "",
        len(error["input"]) if hasattr(error["input"], "__len__") else 0,
    )
    number = f"{n} {COUNTED[last][n > 1]}" if last in COUNTED else f"{n} dans « {last} »"
    known = {"last": last, "input": str(error["input"])[:40], "number": number, **context}
    return what.format_map(known), do.format_map(known)


def _french(value: Any) -> str:
    """Return the words of pydantic on a value, without its English quotes and conjunction."""
    return str(value).replace("'", "").replace(" or ", " ou ")


def _texts(tree: Any, where: Where = ()) -> Iterator[tuple[Where, str]]:
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from _texts(value, (*where, str(name)))
    elif isinstance(tree, list):
        for n, value in enumerate(tree):
            yield from _texts(value, (*where, n))
    elif isinstance(tree, str):
        yield where, tree


def _line(node: Any, where: Where) -> int:
    """Return the line of a place in a file; that of the nearest thing around it when it is not there."""
    line = 1
    for part in where:
        child = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == part:
                    line, child = key.start_mark.line + 1, value
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            child = node.value[part]
            line = child.start_mark.line + 1
        if child is None:
            break
        node = child
    return line


def place_text(where: Where) -> str:
    """Return a place as it is said: “etapes 3 › exercice › consigne”."""
    labels: list[str] = []
    for part in where:
        if isinstance(part, int) and labels:
            labels[-1] += f" {part + 1}"
        else:
            labels.append(str(part))
    return " › ".join(labels)


def folders(*roots: Path) -> list[Path]:
    """Return the files of the modules of some folders, those of a later one last."""
    return [path for root in roots if root.is_dir() for path in sorted(root.glob(f"*/{FILE}"))]


@cache
def own_modules() -> Mapping[str, Module]:
    """Return our modules, by identifier, in order of number. Their tests read them with their faults; here
    there are none.
    """
    loaded = (Module.model_validate(read_yaml(path)) for path in folders(OWN_MODULES))
    return {module.id: module for module in sorted(loaded, key=lambda module: module.number)}


@cache
def files() -> Mapping[str, Path]:
    """Return the files of our modules, by identifier: that of their folder."""
    return {path.parent.name.split("-", 1)[1]: path for path in folders(OWN_MODULES)}


def file_of(id: str) -> Path | None:
    """Return the file of one of our modules, None when there is no such module."""
    return files().get(id)
