"""The texts of a module, by place: what is rewritten, adapted or translated, apart from what makes the module work."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from maillage.reference.learning import Where

LABELS: Mapping[str, str] = {
    "titre": "Titre",
    "but": "À quoi il sert",
    "reussi": "C’est appris quand",
    "pour_l_aidant": "Pour la personne qui aide",
    "texte": "Texte",
    "parle": "Ce qui est dit à voix haute",
    "consigne": "Consigne",
    "question": "Question",
    "scene": "La scène",
    "reussite": "Ce que l’on dit quand c’est réussi",
    "indices": "Indices",
    "message": "Ce qui s’est passé",
    "geste": "Quoi essayer",
    "consequence": "Ce qui en vient",
    "clavier": "Au clavier",
    "lecteur": "Au lecteur d’écran",
    "papier": "Sur papier",
    "etapes": "Les lignes, dans le bon ordre",
    "ou": "Les mots du message qui font douter",
    "quoi": "Pourquoi",
    "de": "De qui",
    "objet": "Objet",
    "corps": "Le message",
    "nom": "Nom",
    "bouton": "Bouton",
    "aide": "Aide",
    "deja": "Déjà écrit",
    "juste": "Réponses justes",
    "options": "Options",
    "heure": "Heure",
    "suite": "Début du message",
    "dit": "Ce que dit l’écran",
    "adresse": "Adresse",
    "phrase": "Phrase",
    "piege": "Le piège",
    "chez_soi": "Chez soi",
    "service_exercice": "Le service inventé",
    "avantages": "Ce que j’y gagne",
    "attention": "Attention",
    "ou_trouver": "Où le trouver",
    "selon": "Pour qui",
    "telephone": "Téléphone",
    "prix_appel": "Prix de l’appel",
    "guichet": "En personne",
    "verifie_le": "Vérifié le (année-mois-jour)",
    "a_verifier": "À vérifier",
    "pret": "À cocher avant",
    "retard": "Trop tard ?",
}
GROUPS: Mapping[str, str] = {
    "exercice": "L’exercice",
    "ecarts": "Quand ce n’est pas cela",
    "ecart": "Quand ce n’est pas cela",
    "facile": "Version plus facile",
    "equivalents": "Autrement",
    "choix": "Choix",
    "message": "Le message",
    "a_voir": "Signe à voir",
    "objets": "Objet",
    "places": "Place",
    "cibles": "Cible",
    "leurres": "Leurre",
    "gestes": "Geste",
    "parties": "Partie",
    "modeles": "Texte à écrire",
    "ecrans": "Écran",
    "elements": "Élément",
    "etapes": "Dessin de la fiche",
    "pieces": "Papier à apporter",
    "canaux": "Où le faire",
    "suivi": "La question d’après",
}
# Said of the real service, or written on a keyboard: as true in every language.
SAME_EVERYWHERE = ("adresse", "telephone", "verifie_le", "heure")
CHOSEN = ("choix", "liste")  # elements whose right answers are words of their options


def texts(held: Any, where: Where = ()) -> Iterator[tuple[Where, str | list[str]]]:
    """Return the texts of what a file holds, or of a part of it, in its order: a sentence, or lines."""
    if isinstance(held, dict):
        for key, value in held.items():
            place = (*where, key)
            if _is_text(held, where, key, value):
                yield place, value
            else:
                yield from texts(value, place)
    elif isinstance(held, list):
        for n, value in enumerate(held):
            yield from texts(value, (*where, n))


def _is_text(parent: Mapping[str, Any], where: Where, key: Any, value: Any) -> bool:
    lines = isinstance(value, list) and all(isinstance(each, str) for each in value)
    if key not in LABELS or not (isinstance(value, str) or lines) or where[-1:] in (("ecrans",), ("but",)):
        return False
    if not where and key in ("suite", "texte"):
        return False
    if (
        len(where) > 1 and where[-2] == "elements" and isinstance(where[-1], int)
    ):  # its name is for the machine; right answers follow the options
        return key != "nom" and (key != "juste" or parent.get("type") == "champ")
    return True


def sentences(held: Any) -> Iterator[tuple[Where, str]]:
    """Return the texts to translate, each sentence of a list at its own place; those that stay the same are left out."""
    for where, value in texts(held):
        if where[-1] not in SAME_EVERYWHERE:
            for place, words in (
                [(where, value)] if isinstance(value, str) else [((*where, n), w) for n, w in enumerate(value)]
            ):
                if words.strip():
                    yield place, words


def drawn(held: Any, where: Where = ()) -> Iterator[tuple[Where, str]]:
    """Return the places of the drawings: each names one."""
    if isinstance(held, dict):
        for key, value in held.items():
            place = (*where, key)
            if key == "dessin" and isinstance(value, str):
                yield place, value
            elif key == "dessins" and isinstance(value, list):
                yield from (((*place, n), str(name)) for n, name in enumerate(value))
            else:
                yield from drawn(value, place)
    elif isinstance(held, list):
        for n, value in enumerate(held):
            yield from drawn(value, (*where, n))


def own(held: Any) -> Any:
    """Return a copy in which nothing is shared: two places that one reference filled may then differ."""
    if isinstance(held, dict):
        return {key: own(value) for key, value in held.items()}
    return [own(value) for value in held] if isinstance(held, list) else copy.copy(held)


def at(held: Any, where: Where) -> Any:
    """Return what stands at a place; KeyError or IndexError when there is none."""
    for part in where:
        held = held[part]
    return held


def put(held: Any, where: Where, value: Any) -> None:
    """Put something at a place; right answers and what is said of an option follow when the option is reworded."""
    parent: Any = at(held, where[:-1])
    last: Any = where[-1]
    former = parent[last] if isinstance(parent, list) else parent.get(last)
    if where[-1] == "options" and isinstance(former, list) and len(former) == len(value):
        _reword(parent, dict(zip(former, value, strict=True)))
    elif isinstance(where[-1], int) and where[-2] == "options":
        _reword(at(held, where[:-2]), {former: value})
    parent[last] = value


def _reword(element: Any, renamed: Mapping[str, str]) -> None:
    if "juste" in element:
        element["juste"] = [renamed.get(each, each) for each in element["juste"]]
    for gap in element.get("ecarts", ()):
        gap["quand"] = renamed.get(gap.get("quand"), gap.get("quand"))


def group(where: Where) -> str:
    """Return what a text belongs to inside its part, in words: “Écran « accueil » › Élément 2”.

    >>> group(("etapes", 2, "exercice", "ecarts", 0, "message"))
    'L’exercice › Quand ce n’est pas cela 1'
    """
    said: list[str] = []
    inside = where[2:-1] if where[:1] == ("etapes",) else where[1:-1]
    for before, part in zip((None, *inside), inside, strict=False):
        if isinstance(part, int) and said:
            said[-1] += f" {part + 1}"
        elif before == "ecrans" and said:
            said[-1] += f" « {part} »"
        elif part in GROUPS:
            said.append(GROUPS[str(part)])
    return " › ".join(said)


# ------------------------------------------------------------------------------------------------- what makes a step itself


def shape(held: Any) -> Any:
    """Return what is left of a part without its words: what it asks for, not how it is said."""
    if isinstance(held, dict):
        return {
            key: "" if key in LABELS and not _deep(value) else shape(value) for key, value in held.items() if key != "quand"
        }
    return [shape(value) for value in held] if isinstance(held, list) else held


def _deep(value: Any) -> bool:
    return isinstance(value, dict | bool) or (
        isinstance(value, list) and any(isinstance(each, dict | list) for each in value)
    )


def same_steps(before: Sequence[Any], after: Sequence[Any]) -> bool:
    """Return whether progress told of some steps still holds of others: as many, each asking the same in the same place.

    A step that is reworded stays itself, as long as its title, what it says aloud, its text or what it asks is unchanged.
    """
    return len(before) == len(after) and all(_same(a, b) for a, b in zip(before, after, strict=True))


def _same(before: Any, after: Any) -> bool:
    if not (isinstance(before, dict) and isinstance(after, dict)) or shape(before) != shape(after):
        return bool(before == after)
    asks = [(step.get("exercice") or {}).get("consigne") for step in (before, after)]
    return any(before.get(key) == after.get(key) != None for key in ("titre", "parle", "texte")) or (  # noqa: E711, a chain
        asks[0] == asks[1] and asks[0] is not None
    )
