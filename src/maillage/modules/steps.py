"""Steps made from a pattern: what an author types, by the names of its fields, and the step that it makes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

STEP_PATTERNS: Mapping[str, tuple[str, str]] = {
    "lire": ("Expliquer, montrer", "Quelques phrases à lire ou à écouter, sans exercice."),
    "choisir": ("Choisir une réponse", "Une situation, une question, et ce qui vient de chaque choix."),
    "ordre": ("Remettre dans l’ordre", "De 3 à 7 lignes, montrées dans le désordre."),
    "piege": ("Repérer un piège", "Un message, les signes qui doivent alerter, puis que faire."),
    "rangement": ("Ranger à sa place", "Des choses à mettre chacune au bon endroit."),
    "taper": ("Écrire au clavier", "De 1 à 4 textes courts à recopier."),
}
READING = ("pourquoi", "regarder", "recap", "suite")  # natures of a step that is only read


def step(pattern: str, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return a step as it is written in the file of a module. typed: what was typed, lists as lists."""
    new_step: dict[str, Any] = {"nature": typed["nature"], "titre": typed["titre"]}
    if typed["texte"]:
        new_step["texte"] = list(typed["texte"])
    new_step["parle"] = typed["parle"] or " ".join(typed["texte"]) or typed.get("consigne", "")
    if pattern == "lire":
        return new_step
    if typed["compte"]:
        new_step["reussite"] = True
    new_step["exercice"] = {
        "genre": pattern,
        "consigne": typed["consigne"],
        "parle": typed["consigne"],
        **_INSIDE[pattern](typed),
        "reussite": typed["reussite"],
        "indices": list(typed["indices"]),
    }
    return new_step


def _choose(typed: Mapping[str, Any]) -> dict[str, Any]:
    scene = {"scene": typed["scene"]} if typed["scene"] else {}
    return {**scene, "question": typed["question"], "choix": _options(typed["choix"])}


def _options(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "texte": row["texte"],
            "consequence": row["consequence"],
            **({"juste": True} if row["juste"] else {}),
        }
        for row in rows
    ]


def _order(typed: Mapping[str, Any]) -> dict[str, Any]:
    return {"etapes": list(typed["lignes"])}


def _trap(typed: Mapping[str, Any]) -> dict[str, Any]:
    subject = {"objet": typed["objet"]} if typed["objet"] else {}
    message = {"canal": typed["canal"], "de": typed["de"], **subject, "corps": list(typed["corps"])}
    return {
        "message": message,
        "a_voir": [{"ou": row["ou"], "quoi": row["quoi"]} for row in typed["signes"]],
        "choix": _options(typed["choix"]),
    }


def _put(typed: Mapping[str, Any]) -> dict[str, Any]:
    rows = [(n, row) for n, row in enumerate(typed["places"], 1)]
    things = [(f"place-{n}", name) for n, row in rows for name in row["objets"]]
    # The things of one place do not follow each other: their order must not give the answer.
    things = things[1::2] + things[::2]
    return {
        "objets": [{"id": f"objet-{n}", "nom": name, "place": at} for n, (at, name) in enumerate(things, 1)],
        "places": [{"id": f"place-{n}", "nom": row["nom"]} for n, row in rows],
    }


def _type(typed: Mapping[str, Any]) -> dict[str, Any]:
    return {"tolere": list(typed["tolere"]), "modeles": [{"texte": text} for text in typed["modeles"]]}


_INSIDE: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "choisir": _choose,
    "ordre": _order,
    "piege": _trap,
    "rangement": _put,
    "taper": _type,
}
