"""Procedures done in someone's name or with them, in the families of Aidants Connect; and the other themes of
an activity, skills for most of them.

Source: the ten procedures of the mandate of Aidants Connect, and the themes of the Coop de la médiation
numérique.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from maillage.kernel.names import plain
from maillage.reference.files import read_yaml

FILE = Path(__file__).parent / "procedures.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A family of procedures, as a mandate names it. coop, coop_label: the theme of an activity of the Coop,
    and its French name there.
    """

    label: str
    coop: str
    coop_label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """A named procedure. family: a key of `families`; operator: who receives it, '' when it varies."""

    family: str
    label: str
    operator: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """A theme of the Coop that is no family of procedures. family: a key of `theme_families`; account: doing
    it in the place of somebody uses their accounts or their rights.
    """

    family: str
    label: str
    account: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """An administration that receives procedures. names: in lower case, unaccented, former ones too."""

    label: str
    names: tuple[str, ...]

    def is_named(self, text: str) -> bool:
        """Return True for a text that names the procedure.

        >>> Operator(label="Caf", names=("caf",)).is_named("CAF de l’Isère")
        True
        >>> Operator(label="Caf", names=("caf",)).is_named("Café des parents")
        False
        """
        words = f" {plain(text)} "
        return any(f" {name} " in words for name in self.names)


@cache
def families() -> Mapping[str, Family]:
    """Return the families of procedures, by their key in Aidants Connect."""
    return {key: Family(**row) for key, row in read_yaml(FILE)["families"].items()}


@cache
def procedures() -> Mapping[str, Procedure]:
    """Return the common procedures, by key; each key of theirs differs from those of families."""
    procedures_by_id = {key: Procedure(**row) for key, row in read_yaml(FILE)["procedures"].items()}
    assert all(each.family in families() for each in procedures_by_id.values())
    return procedures_by_id


@cache
def themes() -> Mapping[str, Theme]:
    """Return the themes that are no family of procedures, by their key in the Coop; no mandate names one."""
    theme_by_key = {key: Theme(**row) for key, row in read_yaml(FILE)["themes"].items()}
    assert not set(theme_by_key) & (set(procedures()) | set(families()))
    return theme_by_key


@cache
def theme_families() -> Mapping[str, str]:
    """Return the label of each family of themes, by key, in the order in which they are shown."""
    labels: dict[str, str] = read_yaml(FILE)["theme_families"]
    assert {theme.family for theme in themes().values()} == set(labels)
    return labels


@cache
def operators() -> Mapping[str, Operator]:
    """Return the operators of the common procedures, by key."""
    rows = read_yaml(FILE)["operators"]
    return {key: Operator(label=row["label"], names=tuple(row["names"])) for key, row in rows.items()}


def of_operator(operator: str, family: str = "") -> list[str]:
    """Return the keys of the common procedures that an operator receives, all or those of a family.

    >>> of_operator("france-travail")
    ['actualisation', 'inscription-emploi']
    >>> of_operator("caf", "logement")
    ['aide-logement']
    """
    known = operators()[operator]
    return [
        key
        for key, procedure in procedures().items()
        if known.is_named(procedure.operator) and family in ("", procedure.family)
    ]
