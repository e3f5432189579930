"""Packs: outlines, procedures and sheets in one folder to print, with the places of where one is."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import Field

from maillage.modules.format import Part
from maillage.reference.files import read_yaml

FILE = Path(__file__).with_suffix(".yaml")


class Pack(Part):
    """A pack. outlines, services, sheets: identifiers; need: what is looked for in the directory."""

    title: str = Field(alias="titre")
    says: str = Field(alias="dit")
    how: tuple[str, ...] = Field(alias="comment")
    outlines: tuple[str, ...] = Field(alias="trames")
    services: tuple[str, ...] = Field(alias="demarches")
    sheets: tuple[str, ...] = Field(alias="fiches")
    need: str = Field(alias="besoin")


@cache
def packs() -> Mapping[str, Pack]:
    """Return the packs by identifier."""
    return {id: Pack.model_validate(fields) for id, fields in read_yaml(FILE).items()}
