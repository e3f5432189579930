"""The universe of a survey: how many it is about, how many it asked, and the response rate.

Source: docs/methods/resultats-enquete.md
"""

from dataclasses import dataclass

from maillage.kernel.errors import Refused
from maillage.words.wording import count, number, percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Universe:
    """The finite universe of a survey. size: how many it is about, the only number that narrows intervals;
    n_invited: how many were asked to answer, which gives the response rate alone. None where nobody says.
    """

    size: int | None = None
    n_invited: int | None = None

    def rate(self, n: int) -> float | None:
        """Return the response rate of n answers in percent, None when nobody says how many were asked.

        >>> Universe(n_invited=96).rate(60)
        62.5
        """
        return 100 * n / self.n_invited if self.n_invited else None

    def check(self, n: int, kind: str) -> None:
        """Raise Refused when these numbers hold fewer than n answers. kind: of survey."""
        things = things_of(kind)
        for most, name in ((self.n_invited, f"{things} interrogées"), (self.size, f"{things} de l’univers")):
            if most is not None and most < n:
                raise Refused(
                    f"{number(n)} réponses, pour {number(most)} {name}.",
                    why="Il ne peut pas y avoir plus de réponses : les intervalles seraient faux.",
                    do="Corrigez ce nombre, ou écartez les réponses en double.",
                )
        if None not in (self.size, self.n_invited) and (self.size or 0) < (self.n_invited or 0):
            raise Refused(
                f"{number(self.n_invited or 0)} {things} interrogées, pour {number(self.size or 0)} en tout.",
                why="L’univers contient celles qui ont été interrogées : les intervalles seraient faux.",
                do="Corrigez l’un des deux nombres.",
            )

    def response_words(self, n: int, kind: str) -> str:
        """Return the response rate of n answers, in French; "" when nobody says how many were asked.

        >>> Universe(n_invited=96).response_words(60, "structures").replace("\\xa0", " ")
        '60 réponses pour 96 structures interrogées : 63 % ont répondu.'
        """
        rate = self.rate(n)
        if rate is None or self.n_invited is None:
            return ""
        invited = f"{number(self.n_invited)} {things_of(kind)} interrogées"
        return f"{count(n, 'réponse', 'réponses')} pour {invited} : {percent(rate)} ont répondu."

    def interval_words(self, kind: str) -> str:
        """Return the assumption of the intervals on the universe, in French; "" of people nobody counts."""
        things = things_of(kind)
        if self.size is not None:
            return f"L’intervalle tient compte de ce qu’il y a {number(self.size)} {things} en tout."
        if kind == "structures":
            return (
                f"On ne sait pas combien il y a de {things} en tout : l’intervalle compte comme s’il y en"
                " avait une infinité, et il est trop large."
            )
        return ""


UNKNOWN = Universe()


def things_of(kind: str) -> str:
    """Return the noun of those who answer a kind of survey, in French, feminine plural."""
    return "structures" if kind == "structures" else "personnes"
