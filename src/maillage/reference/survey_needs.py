"""The question of a survey that tells a need: a link that is written, never guessed.

Source: docs/methods/enquete-et-estimation.md
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from maillage.kernel.errors import Refused, UnsourcedFigure
from maillage.kernel.names import plain
from maillage.reference.definitions import Definition
from maillage.reference.files import read_yaml

FILE = Path(__file__).parent / "survey_needs.yaml"
SOURCE = (
    "id",
    "definitions",
    "questions",
    "wording",
    "counts",
    "known",
    "producer",
    "title",
    "year",
    "difference",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A question that tells a need. known: percent of the country that gives these answers, as published.

    questions: names it may have; choices: answers that count as the need; other_choices: the other answers it
    may have; lacks: for a question with several answers, those whose absence counts. An answer outside both
    makes the link void: it is another question under the same name. doubt: standard deviation of the slope
    from the question to the definition, 0 for the definition's own question. wording, counts (what these
    persons do), difference: in words, for whoever reads the figure.
    """

    id: str
    definitions: tuple[str, ...]
    questions: tuple[str, ...]
    wording: str
    counts: str
    known: float
    producer: str
    title: str
    year: int
    difference: str
    choices: tuple[str, ...] = ()
    other_choices: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    doubt: float = 0.0

    def reads(self, question: str) -> bool:
        """Return True for a question name that the link may read."""
        return plain(question.rpartition("/")[2]) in {plain(name) for name in self.questions}


@cache
def links() -> tuple[Link, ...]:
    """Return every link, the nearest question first; UnsourcedFigure when one is not traced."""
    out = []
    rows: list[dict[str, Any]] = read_yaml(FILE)
    for raw in rows:
        if missing := [key for key in SOURCE if raw.get(key) in (None, "", [])]:
            raise UnsourcedFigure(
                f"survey_needs.yaml, {raw.get('id')} lacks: {', '.join(missing)}.",
                why="A question that is not the definition’s must say how far it is from it.",
                do="Fill the keys from the publication.",
            )
        for key in ("definitions", "questions", "choices", "other_choices", "lacks"):
            raw[key] = tuple(map(str, raw.get(key, ())))
        out.append(Link(**raw))
    return tuple(out)


def links_of(definition: Definition) -> tuple[Link, ...]:
    """Return the links that tell a definition, the nearest question first."""
    return tuple(link for link in links() if definition.id in link.definitions)


def stated(words: str, columns: Collection[str]) -> Link:
    """Return the link that somebody states, typed `QUESTION=REPONSE,REPONSE`: these answers count as the
    definition's need.

    Refused when it does not read, or when no column has that name.
    """
    question, _, answers = (part.strip() for part in words.partition("="))
    choices = tuple(filter(None, (answer.strip() for answer in answers.split(","))))
    if not question or not choices:
        raise Refused(
            f"Le besoin « {words} » n’est pas reconnu.",
            why="Il faut savoir quelle question, et quelles réponses, comptent comme un besoin.",
            do="Écrivez par exemple --besoin aisance=pas_du_tout ou --besoin internet=jamais,rarement.",
        )
    if plain(question) not in {plain(column.rpartition("/")[2]) for column in columns}:
        raise Refused(
            f"L’enquête n’a pas de question « {question} ».",
            why="Le besoin se lit dans une colonne du fichier de réponses.",
            do=f"Choisissez parmi : {', '.join(sorted(columns)[:20])}.",
        )
    return Link(
        id="dit",
        definitions=(),
        questions=(question,),
        wording=question,
        counts=f"répondent {' ou '.join(f'« {choice} »' for choice in choices)}",
        known=0.0,
        producer="",
        title="",
        year=0,
        difference=(
            "C’est la personne qui demande l’étude qui dit que ces réponses comptent les mêmes personnes que"
            " la définition."
        ),
        choices=choices,
    )
