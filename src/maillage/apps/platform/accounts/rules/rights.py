"""Rights of an account, wherever they come from."""

from dataclasses import dataclass

# What may be done, and the words that say it to whoever gives the right.
RIGHTS = {
    "directory.edit": "corriger les fiches de ses lieux",
    "directory.import": "importer des lieux, réunir les doublons, mener un recensement",
    "territory.edit": "commenter un diagnostic, corriger une valeur, garder un périmètre",
    "people.see": "voir les personnes que suit la structure, et leurs orientations",
    "people.mine": "voir les personnes qu’il ou elle aide, et elles seules",
    "orientations.answer": "répondre aux orientations reçues",
    "modules.edit": "adapter les modules et les trames du territoire, les écrire, les traduire",
    "modules.write": "écrire les modules de la structure, les traduire",
    "workshops.manage": "planifier les ateliers, inscrire, noter qui est venu",
    "surveys.run": "mener des enquêtes, lire et publier leurs résultats",
    "members.manage": "inviter, donner un rôle, le retirer, rendre un accès perdu",
    "measures.see": "lire les mesures du réseau, sans personne",
    "network.run": "tenir la plateforme : messages, comptes, sauvegardes",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Some rights over one structure, or over the communes of a territory; communes None: everywhere. role,
    territory, structure_name: what gives them, as their page says it.
    """

    rights: frozenset[str]
    structure: int | None = None
    communes: frozenset[str] | None = frozenset()
    role: str = ""
    territory: str = ""
    structure_name: str = ""

    def reaches(self, structure: int | None, commune: str) -> bool:
        if self.communes is None:
            return True
        return (structure is not None and structure == self.structure) or (
            bool(commune) and commune in self.communes
        )


@dataclass(frozen=True, slots=True)
class Rights:
    """All that an account may do today. A stranger has none."""

    grants: tuple[Grant, ...] = ()

    def may(self, right: str, *, structure: int | None = None, commune: str = "") -> bool:
        """Return True for a right that covers the rows of a structure, or of a commune."""
        return any(grant.reaches(structure, commune) for grant in self._with(right))

    def any(self, *rights: str) -> bool:
        return any(right in grant.rights for grant in self.grants for right in rights)

    def structures(self, right: str) -> frozenset[int]:
        """Return the structures over which a right was given directly."""
        return frozenset(grant.structure for grant in self._with(right) if grant.structure is not None)

    def communes(self, right: str) -> frozenset[str] | None:
        """Return the communes where a right applies, None when it applies everywhere."""
        territories = [grant.communes for grant in self._with(right)]
        return (
            None
            if None in territories
            else frozenset().union(*(communes for communes in territories if communes))
        )

    def _with(self, right: str) -> list[Grant]:
        return [grant for grant in self.grants if right in grant.rights]
