"""Three points that those who know an offer best stress: where to buy, where to go online with help, what is
built together.

Each stands beside what is counted or published of it; when nothing is, the page says so, and nobody's word
fills the gap.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from maillage.publishing.territory import findings
from maillage.publishing.territory.criteria import UNKNOWN, Answered, Surveyed
from maillage.publishing.territory.findings import FieldFinding
from maillage.publishing.territory.reading import OfferLine
from maillage.publishing.territory.surveys import PublishedSurvey, unpublished
from maillage.words.wording import count, listing

POINTS = (  # finding, title, line of the offer that counts it
    ("no_sale", "Acheter, emprunter ou recevoir du matériel", "equipement_solidaire"),
    ("no_helped_access", "Un libre accès avec quelqu’un à côté", "libre_acces_accompagne"),
    ("alone", "Construire et animer ensemble", ""),
)
TOGETHER = (
    ("partenariat", "oui", "Travaillent en partenariat"),
    ("accueillir", "oui", "Accueilleraient des partenaires"),
)


@dataclass(frozen=True, slots=True)
class Point:
    """A point to look at: what is known of it, and who says it is lacking."""

    title: str
    evidence: str
    lack_text: str


def points(
    lines: Sequence[OfferLine],
    surveyed: Surveyed,
    field_findings: Sequence[FieldFinding],
    surveys: Sequence[PublishedSurvey] = (),
) -> tuple[Point, ...]:
    """Return the three points: title, what is known, and who says it is lacking, in words.

    lines: those of the offer of a territory, as a study tells them. surveyed: what published surveys of it
    say; surveys: these surveys, named where they do not say it.
    """
    by = {line.id: line for line in lines}
    return tuple(
        Point(
            title,
            _counted(by.get(line)) if line else _together(surveyed, surveys),
            _testimony_text([each for each in field_findings if each.kind == kind]),
        )
        for kind, title, line in POINTS
    )


DENIALS = {"no_wifi": "wifi"}  # findings that a line of the offer is absent, not merely scarce


def conflicts(lines: Sequence[OfferLine], field_findings: Sequence[FieldFinding]) -> tuple[str, ...]:
    """Return, in words, where somebody finds that a line is absent and sheets of places give it: both cannot
    be true, and the territory settles it.
    """
    by = {line.id: line for line in lines}
    out = []
    for kind, id in DENIALS.items():
        sources = sorted({each.source for each in field_findings if each.kind == kind and each.confirms})
        line = by.get(id)
        if sources and line is not None and line.n_places:
            verb = "dit" if len(sources) == 1 else "disent"
            out.append(
                f"{line.label} : {listing(sources)} {verb} qu’il n’y en a pas,"
                f" {count(line.n_places, 'fiche dit', 'fiches disent')} le contraire."
                " L’un des deux est faux : à trancher sur place."
            )
    return tuple(out)


def _counted(line: OfferLine | None) -> str:
    if line is None or line.state == UNKNOWN:
        return "Donnée manquante : ce recensement n’en dit rien."
    between = f"{line.share_between}, " if line.share_between else ""
    doubt = f" {line.doubt}" if line.doubt else ""
    return (
        f"Lieux qui le disent : {line.places} (comptés). Personnes concernées qui en ont un à portée de"
        f" marche : {line.share} ({between}estimé).{doubt}"
    )


def _together(surveyed: Surveyed, surveys: Sequence[PublishedSurvey]) -> str:
    answers: list[tuple[str, Answered]] = [
        (words, answer)
        for *key, words in TOGETHER
        if (answer := surveyed.get(("structures", *key)))  # type: ignore[arg-type]  # a key of three words
    ]
    if not answers:
        return unpublished(surveys)
    figures = " ".join(f"{words} : {answer.figure}." for words, answer in answers)
    return f"{figures} Base : {answers[0][1].among}."


def _testimony_text(rows: Sequence[FieldFinding]) -> str:
    if not rows:
        return "personne ne l’a noté ici."
    parted = findings.gap(rows)
    return f"{count(len(rows), 'témoignage')}.{' ' if parted else ''}{parted}"
