"""The texts of a module, by place: what is rewritten, adapted or translated, apart from what makes the module
work.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from maillage.modules.format import Where

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


def texts(tree: Any, where: Where = ()) -> Iterator[tuple[Where, str | list[str]]]:
    """Return the texts of the document of a file, or of a part of it, in its order: a sentence, or lines."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            place = (*where, key)
            if _is_text(tree, where, key, value):
                yield place, value
            else:
                yield from texts(value, place)
    elif isinstance(tree, list):
        for n, value in enumerate(tree):
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


def sentences(tree: Any) -> Iterator[tuple[Where, str]]:
    """Return the texts to translate, each sentence of a list at its own place; those that stay the same are
    left out.
    """
    for where, value in texts(tree):
        if where[-1] not in SAME_EVERYWHERE:
            for place, words in (
                [(where, value)]
                if isinstance(value, str)
                else [((*where, n), w) for n, w in enumerate(value)]
            ):
                if words.strip():
                    yield place, words


def drawn(tree: Any, where: Where = ()) -> Iterator[tuple[Where, str]]:
    """Return the places of the drawings: each names one."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            place = (*where, key)
            if key == "dessin" and isinstance(value, str):
                yield place, value
            elif key == "dessins" and isinstance(value, list):
                yield from (((*place, n), str(name)) for n, name in enumerate(value))
            else:
                yield from drawn(value, place)
    elif isinstance(tree, list):
        for n, value in enumerate(tree):
            yield from drawn(value, (*where, n))


def own(tree: Any) -> Any:
    """Return a copy in which nothing is shared: two places that one reference filled may then differ."""
    if isinstance(tree, dict):
        return {key: own(value) for key, value in tree.items()}
    return [own(value) for value in tree] if isinstance(tree, list) else copy.copy(tree)


def at(tree: Any, where: Where) -> Any:
    """Return the part at a place; KeyError or IndexError when there is none."""
    for part in where:
        tree = tree[part]
    return tree


def put(tree: Any, where: Where, value: Any) -> None:
    """Put something at a place; right answers and what is said of an option follow when the option is
    reworded.
    """
    parent: Any = at(tree, where[:-1])
    last: Any = where[-1]
    former = parent[last] if isinstance(parent, list) else parent.get(last)
    if where[-1] == "options" and isinstance(former, list) and len(former) == len(value):
        _reword(parent, dict(zip(former, value, strict=True)))
    elif isinstance(where[-1], int) and where[-2] == "options":
        _reword(at(tree, where[:-2]), {former: value})
    parent[last] = value


def _reword(element: Any, renamed: Mapping[str, str]) -> None:
    if "juste" in element:
        element["juste"] = [renamed.get(each, each) for each in element["juste"]]
    for gap in element.get("ecarts", ()):
        gap["quand"] = renamed.get(gap.get("quand"), gap.get("quand"))


# What an exercise holds several of, as the title of what is folded.
SEVERAL: Mapping[str, str] = {
    "ecarts": "Ce que l’on dit quand ce n’est pas cela",
    "facile": "La version plus facile",
    "equivalents": "Autrement : au clavier, à l’oreille, sur papier",
    "choix": "Les choix",
    "message": "Le message",
    "a_voir": "Les signes à voir",
    "objets": "Les objets",
    "places": "Les places",
    "cibles": "Les cibles",
    "leurres": "Les leurres",
    "gestes": "Les gestes",
    "parties": "Les parties de la page",
    "modeles": "Les textes à écrire",
    "etapes": "Les dessins de la fiche",
    "pieces": "Les papiers à apporter",
    "canaux": "Où le faire",
    "suivi": "La question d’après",
}
# What an element of a screen is, which says more than the name of its key.
ELEMENTS: Mapping[str, str] = {
    "texte": "Texte",
    "titre": "Gros titre",
    "bouton": "Bouton",
    "lien": "Lien",
    "champ": "Champ",
    "case": "Case à cocher",
    "choix": "Choix",
    "liste": "Liste",
    "message": "Message",
    "dessin": "Dessin",
    "icone": "Icône",
}


def section(tree: Any, where: Where) -> tuple[str, str]:
    """Return the two headings, in words, under which a text of a part stands: the folded one, and the inner
    one; '' for none.

    >>> section({}, ("etapes", 2, "exercice", "choix", 0, "texte"))
    ('Les choix', 'Choix 1')
    >>> section({}, ("etapes", 2, "exercice", "consigne"))
    ('L’exercice', '')
    """
    where = where[:-1] if isinstance(where[-1], int) else where  # a line of a text
    step = where[:1] == ("etapes",)
    start = 2 if step else 1
    inside = where[start:-1]
    if not inside:
        return "", ""
    if step:
        if len(inside) == 1:
            return GROUPS["exercice"], ""
        start, inside = start + 1, inside[1:]
    if inside[0] == "ecrans" and len(inside) > 1:
        screens = _there(tree, where[: start + 1])
        rank = (
            list(screens).index(inside[1]) + 1 if isinstance(screens, dict) and inside[1] in screens else "?"
        )
        title = _there(tree, (*where[: start + 2], "titre"))
        named = f"Écran {rank} : {title}" if isinstance(title, str) and title else f"Écran {rank}"
        return named, _inside(tree, where, start + 2)
    return SEVERAL.get(str(inside[0]), GROUPS.get(str(inside[0]), str(inside[0]))), _inside(
        tree, where, start
    )


def _inside(tree: Any, where: Where, start: int) -> str:
    """Return the headings of a text beyond the first keys of its place: “Bouton « Envoyer » › Quand ce n’est
    pas cela”.
    """
    labels: list[str] = []
    for n in range(start, len(where) - 1):
        part, before = where[n], where[n - 1]
        if before == "elements":
            labels[-1:] = [_element(_there(tree, where[: n + 1]))]
        elif isinstance(part, int) and labels:
            labels[-1] += f" {part + 1}"
        elif before == "ecrans":
            labels.append(f"« {part} »")
        elif (n > start or isinstance(where[n + 1], int)) and part in GROUPS:
            labels.append(GROUPS[str(part)])
    return " › ".join(labels)


def label_inside(tree: Any, where: Where) -> str:
    """Return the name of a text inside its screen, without the words of the text: “Message, De qui”.

    >>> label_inside({}, ("etapes", 2, "exercice", "choix", 0, "texte"))
    'Choix 1, Texte'
    """
    place = where[:-1] if isinstance(where[-1], int) else where
    inside = [words.split(" « ")[0] for words in section(tree, place)[1].split(" › ") if words]
    name = label(tree, where)
    return ", ".join([*(words for words in inside if words != name), name])


def _element(element: Any) -> str:
    named = element if isinstance(element, dict) else {}
    kind, text = ELEMENTS.get(str(named.get("type")), "Élément"), str(named.get("texte") or "")
    return f"{kind} « {text[:40]}{'…' if len(text) > 40 else ''} »" if text else kind


def label(tree: Any, where: Where) -> str:
    """Return the name of a text, in words.

    >>> label({}, ("etapes", 2, "exercice", "indices", 1))
    'Indices'
    """
    key = where[-1] if not isinstance(where[-1], int) else where[-2]
    place = where if where[-1] == key else where[:-1]
    if len(place) > 2 and place[-3] == "elements" and key == "texte":
        element = _there(tree, place[:-1])
        return (
            ELEMENTS.get(str(element.get("type")), LABELS["texte"])
            if isinstance(element, dict)
            else LABELS["texte"]
        )
    return LABELS.get(str(key), str(key))


def _there(tree: Any, where: Where) -> Any:
    try:
        return at(tree, where)
    except (KeyError, IndexError, TypeError):
        return None


# ----------------------------------------------------------------------------------- what makes a step itself


def shape(tree: Any) -> Any:
    """Return the structure of a part without its words: the exercise, not its wording."""
    if isinstance(tree, dict):
        return {
            key: "" if key in LABELS and not _deep(value) else shape(value)
            for key, value in tree.items()
            if key != "quand"
        }
    return [shape(value) for value in tree] if isinstance(tree, list) else tree


def _deep(value: Any) -> bool:
    return isinstance(value, dict | bool) or (
        isinstance(value, list) and any(isinstance(each, dict | list) for each in value)
    )


def same_steps(before: Sequence[Any], after: Sequence[Any]) -> bool:
    """Check that progress recorded on some steps still holds of others: as many, each asking the same in the
    same place.

    A step that is reworded stays itself, as long as its title, what it says aloud, its text or what it asks
    is unchanged.
    """
    return len(before) == len(after) and all(_same(a, b) for a, b in zip(before, after, strict=True))


def _same(before: Any, after: Any) -> bool:
    if not (isinstance(before, dict) and isinstance(after, dict)) or shape(before) != shape(after):
        return bool(before == after)
    asks = [(step.get("exercice") or {}).get("consigne") for step in (before, after)]
    return any(before.get(key) == after.get(key) != None for key in ("titre", "parle", "texte")) or (  # noqa: E711, a chain
        asks[0] == asks[1] and asks[0] is not None
    )
