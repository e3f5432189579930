"""The rule by which the results of a survey are published: one for persons, a lighter one for structures.

Source: docs/methods/resultats-enquete.md
"""

from dataclasses import dataclass

from maillage.kernel.errors import Refused
from maillage.reference.parameters import number

# What the public sheet of a place says: asked of structures, these answers are public before any survey.
ON_SHEETS = frozenset(
    {
        *("type_structure", "commune", "financeurs", "hors_murs", "accueillir"),
        *("acces_libre", "wifi", "assistance", "ateliers", "orientation", "diagnostic", "sensibiliser"),
    }
)
NEVER_UNDER = 5  # persons: the lowest that a caller may ask for (docs/methods/resultats-enquete.md)


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """What may be published of a survey.

    least: respondents below which a count, and what remains beside it, is withheld; 0 withholds nothing.
    empty: an answer that nobody gave, or that all gave, is published. vague: coefficient of variation beyond
    which a share is withheld, None for no limit. public: questions whose answers everybody can read
    elsewhere. lowest: the smallest `least` that a caller may choose.
    """

    least: int
    empty: bool = False
    vague: float | None = None
    public: frozenset[str] = frozenset()
    lowest: int = NEVER_UNDER

    def is_small(self, n: int) -> bool:
        """Return whether a count is of too few to be told.

        >>> [rule_of(kind).is_small(n) for kind in ("inhabitants", "structures") for n in (0, 2, 3, 11)]
        [True, True, True, False, False, True, False, False]
        """
        return n < self.least and not (self.empty and n == 0)

    @property
    def suppression_reason(self) -> str:
        """Return why a figure is withheld, in French: the same words for all, since two reasons would tell
        the small counts from those withheld for them.
        """
        few = f"Moins de {self.least} structures" if self.empty else f"Moins de {self.least} répondants"
        vague = "" if self.vague is None else ", chiffre trop imprécis"
        some = "quelques-unes" if self.empty else "quelques-uns"
        return f"{few}{vague}, ou de quoi deviner ce que {some} ont répondu."


PERSONS = Protection(least=int(number("protection/small_count")), vague=number("protection/survey_vague"))
STRUCTURES = Protection(
    least=int(number("protection/structures_small_count")), empty=True, public=ON_SHEETS, lowest=1
)
NOTHING = Protection(least=0)


def rule_of(kind: str) -> Protection:
    """Return the rule of a kind of survey: whoever answers about themselves is a person, professionals
    included.
    """
    return STRUCTURES if kind == "structures" else PERSONS


def chosen(kind: str, least: int) -> Protection:
    """Return the rule of a kind of survey with another smallest count. Raises Refused under what the rule
    allows.
    """
    rule = rule_of(kind)
    if least < rule.lowest:
        raise Refused(
            f"Le plus petit effectif montré ne peut pas être {least}.",
            why=f"Sous {rule.lowest} répondants, chacun se reconnaîtrait.",
            do=f"Choisissez {rule.lowest} ou plus ; {rule.least} est conseillé.",
        )
    return Protection(least=least, empty=rule.empty, vague=rule.vague, public=rule.public, lowest=rule.lowest)


def words(kind: str) -> str:
    """Return which rule a survey is published by, and why, in French."""
    persons = PERSONS.least
    if kind == "structures":
        return (
            "Ce sont des structures qui répondent, non des personnes : ce que dit leur fiche publique (type,"
            f" services, financeurs) est publié en entier ; ailleurs, un effectif de moins de"
            f" {STRUCTURES.least} structures est masqué, comme dans les statistiques d’entreprises."
        )
    if kind == "professionals":
        return (
            "Les professionnels répondent sur eux-mêmes et leurs collègues les reconnaîtraient : c’est la"
            f" règle des personnes. Un effectif de moins de {persons} réponses n’est pas publié, même pour"
            " une pratique attendue."
        )
    return f"Ce sont des personnes qui répondent : un effectif de moins de {persons} n’est pas publié."
