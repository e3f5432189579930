"""The six services of a network of digital inclusion, as the structures of a territory say they give them."""

from dataclasses import dataclass

from maillage.publishing.page import charts
from maillage.publishing.territory.criteria import Answered, Surveyed

# The wheel of the founding study (000, lines 157 to 199): each service, in our words, and the questions of
# the bank « Structures » that tell who gives it.
SERVICES: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Proposer un accès",
        "Un lieu d’accès à de l’équipement ou à une connexion, ou du matériel prêté ou vendu.",
        (
            ("acces_libre", "Accès libre à de l’équipement ou à une connexion"),
            ("wifi", "Wifi en libre service"),
            ("materiel", "Matériel vendu à prix solidaire, prêté ou donné"),
        ),
    ),
    (
        "Présenter le numérique",
        "Dire ce que les services en ligne apportent, et l’intérêt de se former.",
        (("sensibiliser", "Présentation des services en ligne"),),
    ),
    (
        "Orienter",
        "Se coordonner entre aidants, et savoir vers qui diriger une personne.",
        (("orientation", "Orientation vers d’autres lieux"),),
    ),
    (
        "Détecter les besoins",
        "Voir ce que la personne cherche au-delà de sa demande, et ses freins.",
        (("diagnostic", "Diagnostic des besoins numériques"),),
    ),
    (
        "Accompagner",
        "Faire une démarche en ligne à la place de la personne, ou avec elle.",
        (("assistance", "Aide aux démarches en ligne"),),
    ),
    (
        "Former",
        "Apprendre les bases, ou découvrir un service.",
        (("ateliers", "Ateliers de formation au numérique"),),
    ),
)


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """The answers of structures to one question: given today, planned; None where it is not published."""

    label: str
    today: Answered | None
    planned: Answered | None


@dataclass(frozen=True, slots=True)
class Service:
    """One of the six services, with the questions that tell who gives it."""

    name: str
    about: str
    lines: tuple[ServiceLine, ...]


@dataclass(frozen=True, slots=True)
class ServicesReading:
    """The six services as a reader sees them. source: who answered and where it was published, "" when no
    survey of structures tells; chart: "" then.
    """

    services: tuple[Service, ...]
    source: str
    chart: str


def read(surveyed: Surveyed) -> ServicesReading:
    """Return the six services, read in the published surveys of a territory."""
    services = tuple(
        Service(
            name,
            about,
            tuple(
                ServiceLine(
                    label,
                    surveyed.get(("structures", question, "aujourdhui")),
                    surveyed.get(("structures", question, "en_projet")),
                )
                for question, label in questions
            ),
        )
        for name, about, questions in SERVICES
    )
    lines = [line for service in services for line in service.lines]
    answers = [answer for line in lines for answer in (line.today, line.planned) if answer]
    if not answers:
        return ServicesReading(services, "", "")
    chart = charts.today_and_planned(
        [
            (
                line.label,
                line.today.percent if line.today else None,
                line.planned.percent if line.planned else None,
            )
            for line in lines
        ],
        label="Part des structures qui donnent chaque service aujourd’hui, et qui l’ont en projet",
    )
    return ServicesReading(services, answers[0].among, chart)
