"""Outlines of workshops: what is done minute by minute, by whom, with which module. Source: ours
(docs/modules.md).
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, model_validator

from maillage.modules.format import Part
from maillage.reference.files import read_yaml

FILES = Path(__file__).parent / "outlines"
FORMATS: Mapping[str, str] = {
    "ponctuel": "Atelier ponctuel",
    "permanence": "Permanence",
    "court": "Parcours court (moins de 15 heures)",
    "long": "Parcours long (15 heures et plus)",
}


class Moment(Part):
    """A moment of a workshop. minute: from the beginning; they: what those who came do; steps: of the module,
    from 1.
    """

    minute: int = Field(ge=0, le=480)
    title: str = Field(alias="titre")
    leads: str = Field(alias="anime")
    they: str = Field(alias="font")
    module: str = ""
    steps: str = Field(alias="etapes", default="")
    easier: str = Field(alias="facile", default="")
    harder: str = Field(alias="defi", default="")


class Meeting(Part):
    """A meeting of a course: what it is about, and the modules it goes through."""

    title: str = Field(alias="titre")
    aim: str = Field(alias="but")
    modules: tuple[str, ...] = ()
    alone: int = Field(alias="seul", default=0, ge=0, le=120)  # minutes without the aidant


class Outline(Part):
    """A facilitation sheet: one side of A4.

    seats: fewest and most; minutes: of one meeting; without_network: what is done when it fails; papers:
    those to ask people for.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{2,40}$")
    title: str = Field(alias="titre", max_length=70)
    format: Literal["ponctuel", "permanence", "court", "long"]
    subject: Literal[
        "commencer", "internet", "mail", "securite", "demarches", "bureautique", "emploi", "decouverte"
    ] = Field(alias="sujet")
    minutes: int = Field(alias="duree", ge=30, le=480)
    seats: tuple[int, int] = Field(alias="places")
    aim: str = Field(alias="but")
    for_whom: str = Field(alias="public")
    before: tuple[str, ...] = Field(alias="prealables", default=())
    language: str = Field(alias="langue", default="fr")
    level: Literal["debutant", "intermediaire", "avance"] = Field(alias="niveau")
    coop: tuple[str, ...] = ()
    prepare: tuple[str, ...] = Field(alias="avant", min_length=1)
    without_network: str = Field(alias="sans_reseau")
    moments: tuple[Moment, ...] = Field(alias="deroule", min_length=4, max_length=14)
    trap: str = Field(alias="piege")
    papers: tuple[str, ...] = Field(alias="papiers", default=())
    end: str = Field(alias="fin")
    together: str = Field(alias="co_animation")
    to_note: tuple[str, ...] = Field(alias="a_noter", default=())
    meetings: tuple[Meeting, ...] = Field(alias="seances", default=())

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules it goes through, each once: those of its meetings, then those of its moments."""
        parts = (
            *(id for meeting in self.meetings for id in meeting.modules),
            *(moment.module for moment in self.moments),
        )
        return tuple(dict.fromkeys(filter(None, parts)))

    @model_validator(mode="after")
    def _minutes_go_on(self) -> "Outline":
        minutes = [moment.minute for moment in self.moments]
        if minutes != sorted(set(minutes)) or minutes[0] != 0 or minutes[-1] >= self.minutes:
            raise ValueError("deroule : les minutes vont de 0 à moins que la durée, en montant")
        if (self.format in ("court", "long")) != (len(self.meetings) > 1):
            raise ValueError("seances : un parcours en a plusieurs, un atelier ponctuel n’en a pas")
        if self.seats[0] > self.seats[1]:
            raise ValueError("places : le plus petit nombre d’abord")
        return self


def written(outline: Outline) -> str:
    """Return the file of an outline."""
    document = outline.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=110)


@cache
def outlines() -> Mapping[str, Outline]:
    """Return the outlines by identifier, in the order of their files."""
    all_outlines = (Outline.model_validate(read_yaml(path)) for path in sorted(FILES.glob("*.yaml")))
    return {each.id: each for each in all_outlines}
