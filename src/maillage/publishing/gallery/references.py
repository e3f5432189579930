"""The plates drawn from what documents published: calendar, method, journeys, figures of others."""

from maillage.publishing import journey
from maillage.publishing.gallery import drawings
from maillage.publishing.gallery.plate import Plate, Table
from maillage.publishing.page import charts
from maillage.publishing.survey import charts as survey_charts
from maillage.publishing.survey.charts import Step
from maillage.reference import calendar, codesign
from maillage.words.wording import NBSP, count, listing, lower_first, spaced

PRESENTATION = "Présentation de la plateforme Les Bons Clics (Emmaüs Connect et WeTechCare), vers 2016."
PLAN = "Plan stratégique d’inclusion numérique de Grenoble et 16 communes voisines, 2015."
# Parts of the people in difficulty, their share, who they are (002, lines 79 to 117).
PARTITION = (
    ("exclusion", "Exclusion numérique", 20, "sans-abri, grands exclus, retraités isolés"),
    (
        *("forte", "Précarité numérique forte", 60),
        "migrants, familles en difficulté, travailleurs pauvres, personnes âgées en précarité",
    ),
    ("faible", "Précarité numérique faible", 20, "demandeurs d’emploi, jeunes en insertion"),
)
# Printed bounds of percentages of professionals (002, lines 452 to 461, 507 to 521): label, low, high, words.
PROFESSIONALS = (
    ("Font souvent les démarches à la place des personnes", 75.0, 75.0, "75 %"),
    ("Sauraient diriger vers une formation au numérique", 0.0, 30.0, "30 % ou moins"),
    ("Repèrent à chaque fois les difficultés numériques", 0.0, 20.0, "moins de 20 %"),
    ("Ont reçu une formation au numérique", 0.0, 10.0, "moins de 10 %"),
)
METHOD = (
    Step(n=2, many="groupes de discussion", audience="acteurs sociaux"),
    Step(n=1, many="groupe de discussion", audience="acteurs de la formation"),
    Step(n=1, many="enquête par e-mail", audience="chargés de mission politique de la ville"),
    Step(n=1, many="atelier de co-construction", audience="accès aux droits"),
)


def plates(calendar_address: str) -> list[Plate]:
    """Return every plate that documents draw. calendar_address: of the page of what went online."""
    of_calendar = (_calendar(calendar_address), _lanes(calendar_address))
    return [_partition(), _professionals(), *of_calendar, *_journeys()]


def method_plate(steps: tuple[Step, ...] = METHOD, source: str = "") -> Plate:
    """Return how a diagnosis was made, people heard by people heard; by default, that of Grenoble."""
    steps_text = listing([step.words for step in steps])
    return Plate(
        id="methode",
        family="demarche",
        requirements=("I-040",),
        about="La méthode d’un diagnostic",
        title=f"Un diagnostic écoute avant de conclure : {steps_text}",
        svg=survey_charts.thread(steps),
        table=Table(("Combien", "Quoi", "Qui"), tuple((str(s.n), s.many, s.audience) for s in steps)),
        source=source or f"{PLAN} Les entretiens individuels ne sont pas comptés.",
    )


def _partition() -> Plate:
    shares = [(kind, f"{part}{NBSP}%", part / 100) for kind, _, part, _ in PARTITION]
    label = " ; ".join(f"{name} : {part} %" for _, name, part, _ in PARTITION)
    return Plate(
        id="publics-20-60-20",
        family="besoins",
        requirements=("I-004",),
        about="Le public en difficulté, en trois parts",
        title="Six personnes en difficulté sur dix sont en précarité numérique forte",
        svg=charts.levels_bar(shares, width=720, label=label),
        table=Table(
            ("Part", "Du public en difficulté", "Par exemple"),
            tuple((name, f"{part}{NBSP}%", example) for _, name, part, example in PARTITION),
        ),
        source=(
            f"{PRESENTATION} Base non imprimée. Elle partage le public en difficulté, pas la population : ne"
            " se compare pas à 7, 19, 14 et 60."
        ),
    )


def _professionals() -> Plate:
    return Plate(
        id="professionnels",
        family="structures",
        requirements=("I-068",),
        about="Les intervenants sociaux et le numérique",
        title="Trois professionnels sur quatre font à la place ; moins d’un sur dix a été formé",
        svg=charts.interval_rows(
            PROFESSIONALS, label="Part des professionnels de l’action sociale, ou des structures"
        ),
        table=Table(("Ce qu’ils disent", "Part"), tuple((row[0], row[3]) for row in PROFESSIONALS)),
        source=(
            f"{PRESENTATION} 484 ou 520 professionnels selon les textes ; la détection est celle des"
            " structures. « Moins de » : le document imprime seulement une borne."
            " Toute la partie hachurée est possible."
        ),
    )


def _calendar(address: str) -> Plate:
    events = calendar.events()
    rows = [(each.on, f"{each.operator} : {each.procedure}", each.kind == "interruption") for each in events]
    online = [each for each in events if each.kind == "online"]
    return Plate(
        id="calendrier",
        family="demarche",
        requirements=("I-057",),
        about="Les démarches passées en ligne",
        title=(
            f"De {online[0].on[:4]} à {online[-1].on[:4]},"
            f" {count(len(online), 'démarche passe', 'démarches passent')} en ligne"
        ),
        svg=drawings.calendar(
            rows, label="Calendrier des démarches passées en ligne ; losange : interruption"
        ),
        table=Table(
            ("Date", "Opérateur", "Démarche", "Ce qui change", "Doute"),
            tuple((e.on, e.operator, e.procedure, e.obligation, e.doubt) for e in events),
        ),
        source=PRESENTATION,
        link=("Le calendrier, et ce que les territoires y ajoutent", address),
    )


def _lanes(address: str) -> Plate:
    """Return the procedures moved online, year by year, facing the counters that closed."""
    years: dict[str, tuple[list[str], list[str]]] = {}
    for event in calendar.events():
        demand, supply = years.setdefault(event.on[:4], ([], []))
        closed = event.kind == "interruption" or "guichets" in event.obligation
        (supply if closed else demand).append(f"{event.operator}, {lower_first(event.procedure)}")
    rows = [
        (year, spaced(" ; ".join(demand)), spaced(" ; ".join(supply)))
        for year, (demand, supply) in years.items()
    ]
    first = next((year for year, _, supply in rows if supply), "")
    return Plate(
        id="demande-et-offre",
        family="demarche",
        requirements=("I-058",),
        about="Ce qui est demandé en ligne, et les accueils qui ferment",
        title=f"En {first}, des accueils ferment l’année où d’autres démarches passent en ligne",
        svg=drawings.lanes(
            ("Demandé en ligne", "Accueils fermés"), rows, label="Année par année : demandé, fermé"
        ),
        table=Table(("Année", "Demandé en ligne", "Accueils fermés"), tuple(rows)),
        source=PRESENTATION,
        link=("Le calendrier complet", address),
    )


def _journeys() -> list[Plate]:
    out = []
    for id, row in codesign.journeys().items():
        drawn = journey.of_plan(row)
        blocked = [each.title for each in drawn.stages if each.today == codesign.BLOCKED]
        stages = listing([f"« {title} »" for title in blocked])
        stops = f"s’arrête à {stages}" if blocked else "va au bout, avec de l’aide"
        out.append(
            Plate(
                id=f"parcours-{id}",
                family="demarche",
                requirements=("I-053",),
                about=drawn.title,
                title=f"{drawn.title} {stops}",
                svg=journey.drawn_narrow(drawn),
                table=Table(
                    ("Étape", "Aujourd’hui", "Avec les leviers", "Freins et leviers"),
                    tuple(
                        (
                            each.title,
                            codesign.LEVELS.get(each.today, ""),
                            codesign.LEVELS.get(each.then, ""),
                            " ; ".join(card.words for card in each.cards),
                        )
                        for each in drawn.stages
                    ),
                ),
                source=drawn.note,
            )
        )
    return out
