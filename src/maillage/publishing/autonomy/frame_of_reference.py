"""The framework of digital maturity on two pages, built from the table that the rule itself reads, so that
the two never differ.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import product

from maillage.publishing.page import drawings, pdf
from maillage.publishing.page.design import tokens
from maillage.publishing.page.logo import logo
from maillage.reference import bilan
from maillage.statistics.engine import bilan as engine
from maillage.words import opening
from maillage.words.wording import lower_first

LICENCE = "CC BY-SA 4.0"
USUAL = ("with", "easy")  # what a cell of the grid supposes of wishes (M2) and of reading (O1)
PURPOSES = (
    "Des mots communs. Une personne passe d’une structure à l’autre sans tout redire.",
    (
        "Deux dimensions, vues à part : l’accès (avoir de quoi) et l’usage (savoir faire). On peut avoir l’un"
        " sans l’autre."
    ),
    (
        "Un résultat ouvre des propositions. Ce n’est ni une note, ni un classement. L’aide ne dépend jamais"
        " des réponses."
    ),
)
ADOPT = (
    (
        "Poser les quatre questions du repérage à tout le monde, ou à personne. Jamais d’après l’âge,"
        " l’accent ou le nom."
    ),
    (
        "Proposer le bilan, sur écran ou sur papier. Dire d’abord : « Ce n’est pas un examen. Vous pouvez"
        " vous arrêter. »"
    ),
    (
        "Lire le résultat avec la personne, dans ses mots. Elle choisit la suite. Le professionnel peut"
        " changer le résultat, et dit pourquoi."
    ),
    (
        "Noter ce qui s’est passé ensuite : venue, service rendu, nouveau point. C’est cela qui dit si la"
        " proposition était bonne."
    ),
    (
        "Garder les mots, les lignes et leur ordre. Une règle changée prend un autre nom, pour que les totaux"
        " restent comparables."
    ),
)
BORDERS = (
    "Les segments sont une lecture par défaut : un territoire peut les changer, et le dit.",
    "Le niveau noté à la Coop est celui vu pendant l’accompagnement. À défaut, celui du tableau.",
    "Les repères CRCN situent, ils ne notent pas : le CRCN commence après la souris et le clavier.",
)


def framework_page(
    on: date, *, segments: Mapping[str, str] | None = None, segments_of: str = ""
) -> dict[str, object]:
    """Return the framework as a reader sees it, on screen and on paper. segments: of each result, in words;
    segments_of: the territory that chose them, "" for the default.
    """
    words = segments or {id: bilan.segments()[result.segment] for id, result in bilan.results().items()}
    version = bilan.versions()[bilan.version()]
    return {
        "version": version.id,
        "depuis": opening.date_text(version.since),
        "jour": opening.date_text(on),
        "licence": LICENCE,
        "versions": [
            {"nom": v.id, "depuis": opening.date_text(v.since), "mots": v.changes}
            for v in bilan.versions().values()
        ],
        "buts": list(PURPOSES),
        "acces": [
            {"id": a.id, "nom": a.label, "dire": a.plain, "quand": a.when} for a in bilan.accesses().values()
        ],
        "usages": [
            {"id": u.id, "nom": u.label, "dire": u.plain, "quand": u.when} for u in bilan.uses().values()
        ],
        "grille": [
            {
                "id": use,
                "nom": bilan.uses()[use].label,
                "dire": bilan.uses()[use].plain,
                "cases": [cell(access, use) for access in bilan.accesses()],
            }
            for use in bilan.uses()
        ],
        "corrections": [{"nom": c.label, "quand": c.when} for c in bilan.corrections().values()],
        "lignes": [_line(line) for line in bilan.lines().values()],
        "resultats": [_result(result, words[result.id]) for result in bilan.results().values()],
        "segment_de": f"choisi pour {segments_of}" if segments_of else "par défaut",
        "signaux": [{"nom": f.label, "quand": f.when, "faire": f.pro} for f in bilan.flags().values()],
        "adopter": list(ADOPT),
        "bords": list(BORDERS),
    }


def cell(access: str, use: str) -> dict[str, object]:
    """Return the result for an access and a use, by line; the first is for those who like company and read
    with ease.
    """
    usual = _line_of(access, use, *USUAL)
    other: dict[str, list[str]] = {}
    for wants, reads in _wishes():
        line = _line_of(access, use, wants, reads)
        if bilan.lines()[line].result != bilan.lines()[usual].result:
            other.setdefault(bilan.lines()[line].result, []).append(line)
    return {
        "id": bilan.lines()[usual].result,
        "resultat": bilan.results()[bilan.lines()[usual].result].label,
        "ligne": usual.removeprefix("L"),
        "sinon": [
            {"resultat": lower_first(row.label), "lignes": _numbers(other[id])}
            for id, row in bilan.results().items()
            if id in other
        ],
    }


def uses_of(result: str) -> list[str]:
    """Return the uses from which the rule leads to a result, when enough is known."""
    return [
        use
        for use in bilan.uses()
        if any(
            bilan.lines()[_line_of(access, use, wants, reads)].result == result
            for access in bilan.accesses()
            for wants, reads in _wishes()
        )
    ]


def _wishes() -> Iterator[tuple[str, str]]:
    wishes, reads = (bilan.questions()[id].options for id in ("M2", "O1"))
    return product([*wishes, bilan.UNKNOWN], reads)


def _line_of(access: str, use: str, wants: str, reads: str) -> str:
    return engine.line(access=access, use=use, wants=wants, reads=reads, unsure=False)


def _numbers(lines: list[str]) -> str:
    return ", ".join(dict.fromkeys(line.removeprefix("L") for line in sorted(lines)))


def _line(line: bilan.Line) -> dict[str, object]:
    result = bilan.results()[line.result].label
    return {
        "numero": line.id.removeprefix("L"),
        "quand": line.when,
        "resultat": result if line.face == line.result else f"{result}, à revoir",
        "dire": line.says,
    }


def _result(result: bilan.Result, segment: str) -> dict[str, object]:
    face, use_ids = bilan.faces()[result.id], uses_of(result.id)
    groups = _groups(face, use_ids)
    return {
        "id": result.id,
        "dessin": face.drawing,
        "nom": result.label,
        "dire": face.says,
        "suites": [
            {
                "titre": " · ".join(bilan.uses()[use].label for use in uses) if len(groups) > 1 else "",
                "pas": [{"dire": step.says, "conseille": step.recommended} for step in face.for_use(uses[0])],
            }
            for uses in groups
        ],
        "segment": segment,
        "coop": _coop(result, use_ids),
        "crcn": result.crcn,
    }


def _groups(face: bilan.Face, uses: list[str]) -> list[list[str]]:
    """Return the uses grouped by identical steps."""
    uses_by_steps: dict[tuple[str, ...], list[str]] = {}
    for use in uses:
        uses_by_steps.setdefault(tuple(step.id for step in face.for_use(use)), []).append(use)
    return list(uses_by_steps.values())


def _coop(result: bilan.Result, uses: list[str]) -> str:
    """Return the level of the Coop in words, by use where it changes."""
    levels: dict[str, list[str]] = {}
    for use in uses:
        levels.setdefault(result.coop[use], []).append(lower_first(bilan.uses()[use].label))
    words = bilan.coop_levels()
    if len(levels) == 1:
        return words[next(iter(levels))]
    return " ; ".join(f"{words[level]} ({', '.join(use_labels)})" for level, use_labels in levels.items())


def render(*, on: date, segments: Mapping[str, str] | None = None, segments_of: str = "") -> bytes:
    """Return the framework as a PDF of two pages, with the segments of `framework_page`."""
    values = tokens("jour")
    colours = {name: value for name, value in values.items() if value.startswith("#")}
    return pdf.compiled(
        "referentiel.typ",
        {
            "r": framework_page(on, segments=segments, segments_of=segments_of),
            "couleurs": colours,
            "logo": logo(values["pastel"], values["garance"], values["prune"]),
            "dessins": {id: drawings.svg(bilan.faces()[id].drawing, tokens=values) for id in bilan.results()},
        },
        on=on,
    )
