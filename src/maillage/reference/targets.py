"""The publics that a diagnosis may be made for: chosen beside free words, they change no figure."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from maillage.kernel.errors import Refused
from maillage.reference.files import read_yaml

LONGEST = 300  # characters of the free words


@cache
def targets() -> dict[str, str]:
    """Return the label of each public by id, in order; a label goes on inside a sentence."""
    return dict(read_yaml(Path(__file__).with_name("targets.yaml")))


def chosen(ids: Sequence[str]) -> tuple[str, ...]:
    """Return these ids in the order of the list; Refused when one is of no public."""
    unknown = [id for id in ids if id not in targets()]
    if unknown:
        raise Refused(
            f"Le public « {unknown[0]} » n’est pas dans la liste.",
            why="Un public mal écrit ne dirait à personne pour qui le diagnostic est fait.",
            do=f"Choisissez parmi : {', '.join(targets())} ; ou écrivez-le avec vos mots.",
        )
    return tuple(id for id in targets() if id in ids)
