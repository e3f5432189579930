"""The roles of a network: their scope, their rights, and who may give them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

STRUCTURE, TERRITORY, EVERYWHERE = "structure", "territory", "everywhere"
INVITATION_DAYS, RECOVERY_DAYS = timedelta(days=14), timedelta(days=2)
RENEWABLE = timedelta(days=30)  # how long an invitation that expired is offered to be sent again
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
    user: int | None
    structure: int | None
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


ADDRESS = re.compile(r"[^\s<>();,:|@]+@[^\s<>();,:|@]+\.[^\s<>();,:|@]+")

LIKE_A_NAME = re.compile(r"(?![^A-ZÀ-Þ]*$)[^\W\d_]+(?:[ '’.-]+[^\W\d_]+)*\.?")  # a capital somewhere


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody to invite. email: "" when the link is to be handed in person; unread: what stands where an
    address does, and is none.
    """

    name: str
    email: str = ""
    unread: str = ""


def guest(text: str) -> Guest:
    """Return the guest of a typed line, or of the cells of a row: a name, an address, or both.

    >>> (sofia := guest("Sofia Benali <sofia@asso.fr>")).name, sofia.email, guest("Karim\tkarim@asso.fr").name
    ('Sofia Benali', 'sofia@asso.fr', 'Karim')
    >>> guest("sofia@asso.fr").name, guest("Le remplaçant de Karim").email
    ('sofia@asso.fr', '')
    >>> guest("Jo, pas-une-adresse").unread, guest("Benali, Sofia").unread
    ('pas-une-adresse', '')
    """
    match = ADDRESS.search(text)
    email = match[0] if match else ""
    after = [] if match else [part.strip() for part in re.split(r"[<>;,|\t]+", text)[1:]]
    unread = next((part for part in after if part and not LIKE_A_NAME.fullmatch(part)), "")
    name = " ".join(re.sub(r"[<>;,|\t]+", " ", text.replace(email, " ") if email else text).split())
    return Guest(name.strip(" :-–") or email, email, unread)


def message_key(pk: int, expires_at: datetime) -> str:
    """Return the key of the message that carries a link: another one each time it is sent again."""
    return f"invitation-{pk}-{expires_at:%Y%m%d%H%M%S}"
