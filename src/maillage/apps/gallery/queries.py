"""The plates of the gallery: drawn from the demonstration's study, places and surveys, and from documents."""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from django.core.cache import caches
from django.urls import reverse
from django.utils import timezone

from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers.models import Study
from maillage.apps.indicators.queries import reading as indicators
from maillage.apps.indicators.queries.ground import ground
from maillage.apps.indicators.queries.values import values
from maillage.apps.surveys.models import Survey
from maillage.apps.surveys.queries.frames import frame
from maillage.kernel.errors import UnknownTerritory
from maillage.reports.gallery import drawings, references, surveys, territory
from maillage.reports.gallery.plate import Page, Plate, Table, lacking
from maillage.reports.survey import cards
from maillage.reports.territory.atlas import LAYERS
from maillage.reports.territory.subject import Subject
from maillage.studies.survey import tabulation
from maillage.words.wording import spaced

DEMONSTRATION = "agglomeration-grenobloise"
FRESH = 600  # seconds


def plates() -> list[Plate]:
    """Return every plate, in the order of the reference list: drawn at most every ten minutes, since anybody
    may ask.
    """
    return list(caches["reads"].get_or_set("gallery", _plates, FRESH) or ())


def _plates() -> list[Plate]:
    study = dossiers.latest(DEMONSTRATION)
    if study is not None and dossiers.is_lost(study):
        study = None
    found = [
        *(_without_study() if study is None else _of_study(study)),
        *_documents(),
        *_crossed(),
        _indicators(),
    ]
    return sorted(map(_spaced, found), key=lambda plate: plate.requirements)


def _spaced(plate: Plate) -> Plate:
    """Return a plate whose words keep their marks of punctuation beside them."""
    names = ("about", "title", "source", "reason")
    return replace(plate, **{name: spaced(getattr(plate, name)) for name in names})


def plate(id: str) -> Plate | None:
    """Return a plate that can be drawn, None when there is none of that name."""
    return next((each for each in plates() if each.id == id and each.svg), None)


@lru_cache(maxsize=1)
def _documents() -> tuple[Plate, ...]:
    """Return the plates that nothing on this installation changes, drawn once."""
    return (*surveys.plates(), *references.plates(reverse("calendar")))


def _without_study() -> list[Plate]:
    """Return what stands in the place of the drawings of a study: why there is none."""
    link = territory.Link("", "", "", "")
    return [*territory.nothing(), *territory.counted(None, (), link), references.method_plate()]


def _of_study(study: Study) -> list[Plate]:
    gaps = {path.stem.removeprefix("carte-") for path in dossiers.folder(study).glob("carte-manque-*.svg")}
    subject = Subject(
        reading=dossiers.reading(study),
        study=json.loads((dossiers.folder(study) / "etude.json").read_bytes()),
        layers={name: svg for name in (*LAYERS, *gaps) if (svg := dossiers.layer(study, name))},
        knitted="",
        on=timezone.localdate(),
    )
    link = territory.Link(
        study=reverse("territory", args=[study.place]),
        gaps=reverse("gaps", args=[study.place]),
        places=reverse("places", args=[study.place]),
        zone=reverse("zone", args=[study.place, "CODE"]),
    )
    mission = dossiers.mission(study.place, on=subject.on)
    steps = tuple(mission.counts()) if mission else ()
    told = f"Mission de l’étude {subject.reading.territory.of_name}." if steps else ""
    census = dossiers.census_page(study, on=subject.on)
    actions = dossiers.awareness_actions(study.place)
    return [
        *territory.plates(subject, link),
        *territory.counted(census, actions, link),
        references.method_plate(steps or references.METHOD, told),
    ]


def _crossed() -> list[Plate]:
    """Return what people of the demonstration's survey would learn first, by how at ease they are: invented
    answers, of which nothing is withheld.
    """
    about = "Ce que l’on voudrait apprendre, selon l’aisance"
    survey = Survey.objects.filter(example=True, kind="inhabitants").first()
    if survey is None:
        why = "L’enquête de la démonstration n’est pas sur cette installation."
        return [lacking("themes-selon-aisance", "habitants", "I-022", about, why)]
    held = frame(survey).sample
    whole = tabulation.of_sample(held, "themes", least=None)
    crossed = tabulation.of_sample(held, "themes", by="aisance", least=None)
    made = cards.card(held, whole, crossed)
    title = f"{surveys.most(made)}, tous niveaux d’aisance réunis"
    return [surveys.crossed(made, f"« {survey.title} » : réponses inventées.", title=title)]


def _indicators() -> Plate:
    """Return the figures of the network on the demonstration's territory."""
    about = "Les indicateurs du réseau"
    try:
        held = ground(DEMONSTRATION, on=timezone.localdate())
    except UnknownTerritory:
        return lacking("indicateurs", "demarche", "I-060", about, territory.NO_STUDY)
    read = indicators.page(values(held))["chain"]
    rows = [(each.value.definition.label, each.figure) for each in read]
    known = [row for row in rows if row[1]]
    title = f"{known[0][0]} : {known[0][1]}" if known else "Aucun indicateur n’est encore connu ici"
    return Plate(
        id="indicateurs",
        family="demarche",
        requirements=("I-060",),
        about=about,
        title=title,
        svg=drawings.counters(
            rows, label=" ; ".join(f"{name} : {figure or 'manquant'}" for name, figure in rows)
        ),
        table=Table(
            ("Indicateur", "Valeur", "Sur quoi", "Pourquoi elle manque"),
            tuple((x.value.definition.label, x.figure or "—", x.beside, x.value.reason) for x in read),
        ),
        source="Comptés sur la plateforme, jour par jour ; les lignes d’exemple sont inventées.",
        link=("Tous les indicateurs, et leurs définitions", reverse("indicators", args=[DEMONSTRATION])),
    )


def pages() -> Sequence[Page]:
    """Return the rows of the reference list that are pages or rules, each with where it is."""
    place = DEMONSTRATION
    reports, seen = reverse("reports", args=[place]), reverse("territory", args=[place])
    plan = reverse("plan", args=[place])
    return (
        Page("I-001", "Le diagnostic qui s’écrit seul", "Rapports du territoire", reports),
        Page("I-009", "Les besoins, et ce qu’en disent les acteurs", "Paroles", reverse("voices")),
        Page("I-012", "Le réseau en une page", "Rapports du territoire", reports),
        Page("I-025", "Les enseignements d’une enquête", "Enquêtes du territoire", seen),
        Page("I-055", "Une page par dynamique", "Plan du territoire", plan),
        Page("I-059", "Vision, mission, objectif du réseau", "Charte", reverse("charter_register")),
        Page("I-061", "Base, arrondi et année de chaque chiffre", "Méthodes", reverse("methods")),
        Page("I-062", "Rapports HTML et PDF", "Rapports du territoire", reports),
        Page("I-063", "Commentaires à part du texte calculé", "Rapports du territoire", reports),
        Page("I-064", "Un texte pour chaque dessin", "Accessibilité", reverse("accessibility")),
        Page("I-065", "Le plan entier, chapitre par chapitre", "Plan du territoire", plan),
        Page("I-066", "Sa synthèse", "Plan du territoire", plan),
        Page("I-067", "Sa conclusion", "Plan du territoire", plan),
    )
