"""The roles of a network: their scope, their rights, and who may give them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

STRUCTURE, TERRITORY, EVERYWHERE = "structure", "territory", "everywhere"
INVITATION_DAYS, RECOVERY_DAYS = timedelta(days=14), timedelta(days=2)
NOTICE = timedelta(days=14)  # before the last day of a role, from which its duties are handed over


@dataclass(frozen=True, slots=True)
class Role:
    """A role. over: its kind of scope; rights: slugs of `accounts.rules.rights.RIGHTS`; plain: what it does,
    for the user who gives it.
    """

    label: str
    over: str
    rights: frozenset[str]
    plain: str

    @property
    def sees_people(self) -> bool:
        return bool(self.rights & {"people.see", "people.mine"})


ROLES: Mapping[str, Role] = {
    "aidant": Role(
        "Aidant numérique",
        STRUCTURE,
        frozenset({"people.see", "orientations.answer", "workshops.manage"}),
        "reçoit et aide les personnes de la structure, fait le point avec elles, les oriente",
    ),
    "prescripteur": Role(
        "Travailleur social, prescripteur",
        STRUCTURE,
        frozenset({"people.see"}),
        "repère, oriente vers d’autres lieux, et sait ce que c’est devenu",
    ),
    "formation": Role(
        "Formateur",
        STRUCTURE,
        frozenset({"people.see", "orientations.answer", "workshops.manage", "modules.write"}),
        "anime les ateliers, suit les progrès, écrit les modules de la structure",
    ),
    "benevole": Role(
        "Bénévole",
        STRUCTURE,
        frozenset({"people.mine"}),
        "aide les personnes qui lui sont confiées, et ne voit qu’elles",
    ),
    "gestionnaire": Role(
        "Responsable de structure",
        STRUCTURE,
        frozenset(
            {"people.see", "orientations.answer", "workshops.manage", "directory.edit", "members.manage"}
        ),
        "tient les fiches des lieux, répond aux orientations, invite les collègues",
    ),
    "coordination": Role(
        "Coordination du territoire",
        TERRITORY,
        frozenset(
            {
                *("directory.edit", "directory.import", "territory.edit", "modules.edit"),
                *("members.manage", "measures.see", "surveys.run"),
            }
        ),
        "tient l’annuaire et le réseau du territoire ; ne voit pas les personnes",
    ),
    "pedagogie": Role(
        "Référent pédagogique",
        TERRITORY,
        frozenset({"modules.edit"}),
        "adapte les modules et les trames d’atelier du territoire ; ne voit pas les personnes",
    ),
    "analyste": Role(
        "Analyste",
        TERRITORY,
        frozenset({"territory.edit", "measures.see", "surveys.run"}),
        "lit et commente les chiffres du territoire ; ne voit pas les personnes",
    ),
    "administration": Role(
        "Administration de la plateforme",
        EVERYWHERE,
        frozenset(
            {
                *("directory.edit", "directory.import", "territory.edit", "modules.edit"),
                *("members.manage", "measures.see", "surveys.run", "network.run"),
            }
        ),
        "tient la plateforme ; ne voit pas les personnes",
    ),
}
BY_STRUCTURE = tuple(id for id, role in ROLES.items() if role.over == STRUCTURE)
BY_TERRITORY = tuple(id for id, role in ROLES.items() if role.over == TERRITORY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Something that one member of a structure answers for, to hand over before they leave. kind: of
    `actions.HANDOVERS`; at: its moment, None without one; busy: the accounts that are taken then.
    """

    kind: str
    pk: int
    user: int
    structure: int
    title: str
    words: str = ""
    at: datetime | None = None
    url: str = ""
    busy: frozenset[int] = frozenset()

    @property
    def right(self) -> str:
        """The right without which nobody takes it over."""
        return "members.manage" if self.kind == INVITATION else "people.see"


INVITATION = "invitation"
