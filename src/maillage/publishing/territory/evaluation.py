"""The computation of each precarity, as a diagram: the data, the indicators, how they are applied."""

from collections.abc import Sequence
from dataclasses import dataclass

from maillage.publishing.page import charts
from maillage.publishing.territory.reading import Reading
from maillage.statistics.need.social_variables import BY_ID
from maillage.words import wording

Boxes = Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Diagram:
    """A diagram, and the same in words."""

    svg: str
    words: str


def digital(r: Reading) -> Diagram:
    """Return how digital precarity is worked out, under the definition of a study."""
    d = r.definition
    return _drawn(
        "Évaluation de la précarité numérique",
        (
            (
                "Les données",
                (
                    f"{d.producer}, {d.year} : des taux nationaux par âge et par diplôme.",
                    "Insee, recensements : les habitants de chaque commune ou quartier.",
                ),
            ),
            ("L’indicateur", (f"{d.label}.", f"Champ : {d.universe}.")),
            (
                "L’application",
                (
                    "Chaque taux est appliqué aux habitants qu’il concerne, dans chaque commune ou quartier,"
                    f" puis tiré au sort {r.draws} fois.",
                ),
            ),
            ("Le résultat", ("Un nombre de personnes et sa fourchette, dans chaque zone.",)),
        ),
    )


def social(r: Reading) -> Diagram:
    """Return how social precarity is worked out: the variables by theme, then the index."""
    themes: dict[str, list[str]] = {}
    for id in r.index.known:
        themes.setdefault(theme_of(id), []).append(f"{BY_ID[id].short} ({BY_ID[id].year})")
    theme_texts = [f"{theme} : {wording.listing(names)}." for theme, names in themes.items()]
    return _drawn(
        "Évaluation de la précarité sociale",
        (
            ("Les variables, par thème", theme_texts or ["Aucune n’est connue à cette échelle."]),
            (
                "L’indice",
                (
                    "La commune, par ce qui est connu d’elle, comparée à la France métropolitaine ; puis le"
                    " quartier, par son écart à sa commune.",
                    "L’indice ne compte personne.",
                ),
            ),
        ),
    )


def factors(r: Reading) -> Diagram | None:
    """Return the factors, by family: of 100 people concerned, how many are of each group; None where no
    group is told.
    """
    families: dict[str, list[tuple[str, float, str]]] = {}
    for group in r.profile:
        families.setdefault(group.family, []).append(
            (group.label, group.share_value, group.share or group.share_span)
        )
    if not families:
        return None
    words = (
        "Sur 100 personnes concernées, combien viennent de chaque groupe. Une barre n’est pas un taux : un"
        " groupe nombreux pèse même si l’on y est peu concerné."
    )
    place = next((each for each in r.context if each.label.startswith("Dans une commune")), None)
    if place is not None and r.territory.kind != "france":
        words += f" {place.label} : {place.local_share} ici, {place.country} en France."
    return Diagram(charts.factors(list(families.items()), label=words), words)


def theme_of(variable: str) -> str:
    """Return the theme of a variable of the index."""
    return BY_ID[variable].theme


def _drawn(title: str, boxes: Boxes) -> Diagram:
    words = f"{title}. " + " ".join(
        f"{number}. {name} : {' '.join(texts)}" for number, (name, texts) in enumerate(boxes, 1)
    )
    return Diagram(charts.steps(boxes, label=words), words)
