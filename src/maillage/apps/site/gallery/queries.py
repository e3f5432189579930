"""The pictures of a territory, drawn from its study, its places and its actions; and those that published
studies draw, the same everywhere.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from django.core.cache import caches
from django.urls import reverse
from django.utils import timezone

from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers.models import Study
from maillage.apps.steering.indicators.queries import reading as indicators
from maillage.apps.steering.indicators.queries.ground import ground
from maillage.apps.steering.indicators.queries.values import values
from maillage.apps.surveys.models import Publication, Survey
from maillage.apps.surveys.queries import evidence
from maillage.apps.surveys.queries.frames import frame
from maillage.apps.surveys.queries.publications import answered_on
from maillage.publishing.gallery import drawings, references, surveys, territory
from maillage.publishing.gallery.plate import Plate, Table, lacking
from maillage.publishing.survey import cards
from maillage.publishing.territory.atlas import LAYERS, TOWN
from maillage.publishing.territory.subject import Subject
from maillage.statistics.survey import tabulation
from maillage.words.wording import spaced

FRESH = 600  # seconds: places and actions change under a study
IDS = territory.IDS | {"methode", "indicateurs"}


def plates_of(study: Study) -> list[Plate]:
    """Return the plates of a territory, those that cannot be drawn with their reason: drawn at most every ten
    minutes, since anybody may ask; then the charts of its published surveys, gone when an edition is.
    """
    key = f"images-{study.key}-{study.offer_change}"
    drawn = caches["reads"].get_or_set(key, lambda: _spaced(_of_study(study)), FRESH)
    name = dossiers.reading(study).territory.name
    return [replace(plate, place=name) for plate in (*(drawn or ()), *_spaced(_surveyed(study.place)))]


def may_exist(place: str, id: str) -> bool:
    """Recognise the name of a plate that the study of a place may draw, before there is one."""
    return id in IDS or any(plate.id == id for plate in _surveyed(place))


def _surveyed(place: str) -> list[Plate]:
    """Return the charts of the public edition of the first survey of each kind of a place."""
    editions: dict[str, Publication] = {}
    for row in evidence.editions(dossiers.surveyed_place(place)):
        if not row.survey.example:
            editions.setdefault(row.survey.kind, row)
    plates = []
    for kind, row in editions.items():
        year = answered_on(row, row.content.get("answered_on")).year
        link = ("Les résultats de l’enquête", reverse("survey_results", args=[row.survey.slug]))
        source = f"« {row.survey.title} », édition {row.number}, {year}"
        plates += surveys.of_edition(row.content, kind=kind, source=source, link=link)
    return plates


def published_plates() -> list[Plate]:
    """Return the plates that published studies draw, in the order of the reference list."""
    plates = [*_documents(), *_spaced(_crossed())]
    return sorted(plates, key=lambda plate: plate.requirements)


def _spaced(plates: Sequence[Plate]) -> list[Plate]:
    """Return plates whose words keep their marks of punctuation beside them."""
    return [
        replace(
            plate,
            about=spaced(plate.about),
            title=spaced(plate.title),
            source=spaced(plate.source),
            reason=spaced(plate.reason),
        )
        for plate in plates
    ]


def drawable(plates: Sequence[Plate], id: str) -> Plate | None:
    """Return a plate that can be drawn, None when there is none of that name."""
    return next((plate for plate in plates if plate.id == id and plate.svg), None)


@lru_cache(maxsize=1)
def _documents() -> tuple[Plate, ...]:
    """Return the plates that nothing on this installation changes, drawn once."""
    published = (*surveys.plates(), *references.plates(reverse("calendar")), references.method_plate())
    return tuple(_spaced(published))


def _of_study(study: Study) -> list[Plate]:
    gaps = {path.stem.removeprefix("carte-") for path in dossiers.folder(study).glob("carte-manque-*.svg")}
    towns = [f"{name}{TOWN}" for name in LAYERS]
    subject = Subject(
        reading=dossiers.reading(study),
        study={"besoins": dossiers.needs(dossiers.folder(study) / "etude.json").territory},
        layers={name: svg for name in (*LAYERS, *towns, *gaps) if (svg := dossiers.layer(study, name))},
        knitted="",
        on=timezone.localdate(),
    )
    link = territory.Link(
        study=reverse("territory", args=[study.place]),
        gaps=reverse("gaps", args=[study.place]),
        places=reverse("places", args=[study.place]),
        zone=reverse("zone", args=[study.place, "CODE"]),
    )
    census = dossiers.census_page(study, on=subject.on)
    actions = dossiers.awareness_actions(study.place)
    return [
        *territory.plates(subject, link),
        *territory.counted(census, actions, link),
        *_method(study, subject),
        _indicators(study.place),
    ]


def _method(study: Study, subject: Subject) -> list[Plate]:
    """Return how the study of a territory was led, where somebody wrote it."""
    mission = dossiers.mission(study.place, on=subject.on)
    steps = tuple(mission.counts()) if mission else ()
    source = f"Mission de l’étude {subject.reading.territory.of_name}."
    return [references.method_plate(steps, source)] if steps else []


def _crossed() -> list[Plate]:
    """Return the themes that people of the demonstration's survey would learn first, by how at ease they are:
    invented answers, of which nothing is withheld; nothing where that survey is not installed.
    """
    survey = Survey.objects.filter(example=True, kind="inhabitants").first()
    if survey is None:
        return []
    sample = frame(survey).sample
    tabulated = tabulation.of_sample(sample, "themes", least=None)
    crossed = tabulation.of_sample(sample, "themes", by="aisance", least=None)
    card = cards.card(sample, tabulated, crossed)
    title = f"{surveys.most(card)}, tous niveaux d’aisance réunis"
    return [surveys.crossed(card, f"« {survey.title} » : réponses inventées.", title=title)]


def _indicators(place: str) -> Plate:
    """Return the figures of the network on a territory."""
    about = "Les indicateurs du réseau"
    read = indicators.page(values(ground(place, on=timezone.localdate())))["chain"]
    rows = [(each.value.definition.label, each.figure) for each in read]
    known = [row for row in rows if row[1] not in ("", "0")]
    if not known:
        return lacking("indicateurs", "demarche", "I-060", about, "Personne n’a encore noté d’activité ici.")
    return Plate(
        id="indicateurs",
        family="demarche",
        requirements=("I-060",),
        about=about,
        title=f"{known[0][0]} : {known[0][1]}",
        is_counted=True,
        svg=drawings.counters(
            rows, label=" ; ".join(f"{name} : {figure or 'manquant'}" for name, figure in rows)
        ),
        table=Table(
            ("Indicateur", "Valeur", "Sur quoi", "Pourquoi elle manque"),
            tuple(
                (x.value.definition.label, x.figure or "—", x.denominator_text, x.value.reason) for x in read
            ),
        ),
        source="Comptés sur la plateforme, jour par jour ; les lignes d’exemple sont inventées.",
        link=("Tous les indicateurs, et leurs définitions", reverse("indicators", args=[place])),
    )
