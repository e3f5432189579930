"""Trainings for those who help: what each is for, for whom, how long it lasts and how long it is valid.

Source: the demands of the founding studies (`seeds`), and the modules written for aidants. How long an
attestation is valid is a choice of Maillage.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from maillage.reference.files import read_yaml

FILE = Path(__file__).parent / "trainings.yaml"
AUDIENCES: Mapping[str, str] = {
    "social": "acteurs sociaux",
    "digital": "acteurs du numérique",
    "reception": "agents d’accueil",
    "volunteers": "bénévoles",
    "relatives": "proches qui aident",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """A training of the common catalogue. minutes: of presence; months: validity of its attestation; modules:
    its contents, by their number; seeds: where the founding studies ask for it.
    """

    title: str
    aim: str
    audiences: tuple[str, ...]
    minutes: int
    months: int
    modules: tuple[str, ...] = ()
    seeds: str = ""


@cache
def trainings() -> Mapping[str, Training]:
    """Return the common trainings, by key."""
    trainings = {
        key: Training(**{**row, "audiences": tuple(row["audiences"]), "modules": tuple(row["modules"])})
        for key, row in read_yaml(FILE)["trainings"].items()
    }
    assert all(set(each.audiences) <= set(AUDIENCES) for each in trainings.values())
    return trainings
