"""The published surveys of a territory: the one that enters its figures, those that are read apart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from maillage.publishing.territory.reading import SurveyReading
from maillage.words.wording import count, listing

INHABITANTS, STRUCTURES, PROFESSIONALS = "inhabitants", "structures", "professionals"
NO_SURVEY = "Aucune enquête auprès des habitants n’entre dans ces chiffres."
PEOPLE = {INHABITANTS: "habitants", STRUCTURES: "structures", PROFESSIONALS: "professionnels"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedSurvey:
    """A survey as its public edition names it. kind: as the platform stores it; n: answers, 0 untold; on: the
    day of the edition; elsewhere: the wider or narrower territory where it was led, "" for this one;
    is_of_part: it is narrower, and nothing here is read in it; is_example: its answers were invented.
    """

    kind: str
    title: str
    n: int
    on: date
    elsewhere: str = ""
    is_of_part: bool = False
    is_example: bool = False

    @property
    def label(self) -> str:
        """Its title, answers and year; where it was led, and that it is invented, when it is."""
        details = (
            count(self.n, "réponse") if self.n else "",
            str(self.on.year),
            self.elsewhere,
            "exemple : réponses inventées" if self.is_example else "",
        )
        return f"« {self.title} » ({', '.join(filter(None, details))})"


def of_kind(surveys: Iterable[PublishedSurvey], kind: str) -> list[PublishedSurvey]:
    """Return the surveys of a kind that speak for a territory: its own, failing them those of another one
    that holds it or that it holds, failing them its examples.
    """
    rows = [each for each in surveys if each.kind == kind]
    own, elsewhere = (
        [each for each in rows if bool(each.elsewhere) == is_elsewhere and not each.is_example]
        for is_elsewhere in (False, True)
    )
    return own or elsewhere or [each for each in rows if each.is_example]


def left_out(surveys: Sequence[PublishedSurvey], combined: SurveyReading | None) -> str:
    """Return which surveys of inhabitants do not enter the figures of a study, and why; "" when one does.
    combined: the survey beside the model, None without one.
    """
    if combined is not None:
        return f"L’enquête n’entre pas dans ces chiffres. {combined.reason}" if combined.reason else ""
    labels = [each.label for each in of_kind(surveys, INHABITANTS)]
    if not labels:
        return NO_SURVEY
    if len(labels) == 1:
        return f"L’enquête {labels[0]} se lit à part : ces chiffres ne la comptent pas."
    return f"Les enquêtes {listing(labels)} se lisent à part : ces chiffres ne les comptent pas."


def unpublished(surveys: Sequence[PublishedSurvey], kinds: Sequence[str] = (STRUCTURES,)) -> str:
    """Return why surveys say nothing of a subject: the kinds that nobody published, else the editions that do
    not publish it.
    """
    read = [each for each in surveys if not each.is_of_part]
    if lacking := [kind for kind in kinds if not of_kind(read, kind)]:
        words = listing(
            [f"une{' enquête publiée' * (not k)} auprès des {PEOPLE[kind]}" for k, kind in enumerate(lacking)]
        )
        return f"Donnée manquante : {words} {'le dirait' if len(lacking) == 1 else 'le diraient'}."
    labels = [each.label for kind in kinds for each in of_kind(read, kind)]
    verb = "ne le publie pas" if len(labels) == 1 else "ne le publient pas"
    return f"Donnée manquante : {listing(labels)} {verb}."
