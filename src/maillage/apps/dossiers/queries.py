"""Reading studies: their requests, and their files on disk."""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from functools import cache, lru_cache, reduce
from importlib.metadata import version
from operator import or_
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from django.core.cache import caches
from django.db.models import Max, Model, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django_tasks_db.models import DBTaskResult
from numpy.typing import NDArray

from maillage.apps.directory.memberships.access import communes_of
from maillage.apps.directory.outreach.queries import census as outreach_census
from maillage.apps.directory.outreach.queries import method, outings
from maillage.apps.directory.places.queries import districts, studied
from maillage.apps.dossiers import rules
from maillage.apps.dossiers.models import (
    Comment,
    Finding,
    Scenario,
    Study,
    StudyMission,
    StudyPhotograph,
    StudyTheme,
)
from maillage.apps.dossiers.models import MissionStep as MissionStepRow
from maillage.apps.platform.accounts.models import Entry, User, Visitor
from maillage.apps.platform.search.rules import FixedEntry, FixedKind, Hit, SearchKind
from maillage.apps.referrals.autonomy.queries import totals
from maillage.apps.surveys.models import Publication
from maillage.apps.surveys.queries import evidence, verbatims
from maillage.apps.surveys.queries import needs as surveyed
from maillage.apps.surveys.queries.publications import answered_on
from maillage.apps.territories import queries as territories
from maillage.apps.territories.models import Marking, Perimeter
from maillage.kernel import stored_objects
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.kernel.estimate import Estimate, Unit, Withheld
from maillage.kernel.names import plain
from maillage.kernel.table import group, total_by
from maillage.publishing.directory import census
from maillage.publishing.directory.census import CensusReading
from maillage.publishing.journey import Journey
from maillage.publishing.page import maps, pdf
from maillage.publishing.page.folder import FILE, Frozen, edition_folder, frozen_editions, is_same_name
from maillage.publishing.page.photographs import Photograph
from maillage.publishing.page.theme import Theme
from maillage.publishing.plan.reading import PlanReading
from maillage.publishing.territory import atlas, comparison, connection, criteria, services, study_json
from maillage.publishing.territory import findings as territory_findings
from maillage.publishing.territory import offer as territory_offer
from maillage.publishing.territory.changes import Changes
from maillage.publishing.territory.connection import ConnectionReading
from maillage.publishing.territory.field import Action, FieldReading, Paragraphs
from maillage.publishing.territory.measured import Measured
from maillage.publishing.territory.mission import Mission, MissionStep, with_workshops
from maillage.publishing.territory.named_places import claimed_places, holds, is_of_namesake
from maillage.publishing.territory.own_figures import named_zone
from maillage.publishing.territory.presentation import headline
from maillage.publishing.territory.reading import Headline, PublishedNote, Reading, Stale, load
from maillage.publishing.territory.surveys import PublishedSurvey
from maillage.publishing.territory.verdict import NO_COMPUTER, exclusion, two_worst_levels
from maillage.reference.definitions import DEFAULT, LEVELS, Definition, definition, offered
from maillage.reference.parameters import number
from maillage.reference.travel import MODES, MOMENTS, WHEELCHAIR, Mode
from maillage.sources import streets, timetables
from maillage.sources.offer.clean.commune import departement
from maillage.sources.streets import Streets
from maillage.sources.timetables import Timetable
from maillage.statistics.diagnosis.diagnosis import first_figure, first_figures
from maillage.statistics.diagnosis.request import Inside, Request, Target
from maillage.statistics.engine.logit import expit, logit
from maillage.statistics.need import corrections, model, national
from maillage.statistics.need import population as frames
from maillage.statistics.offer import census as offer_census
from maillage.statistics.offer import siting
from maillage.statistics.offer.areas import Areas
from maillage.statistics.offer.census import Census
from maillage.statistics.offer.grounds import Ground
from maillage.statistics.offer.silence import Silence
from maillage.statistics.offer.travel import Travel, usual_words
from maillage.statistics.offer.what_if import catchment, closed, opened, stopped
from maillage.statistics.offer.whereabouts import Place, Whereabouts
from maillage.statistics.zones import zoning
from maillage.statistics.zones.territories import KIND_LABELS, Territory, gazetteer
from maillage.statistics.zones.zoning import Zone
from maillage.web.hooks import Hook
from maillage.words import wording
from maillage.words.claims import STOPS, Claim
from maillage.words.dates import in_words
from maillage.words.opening import date_text

Json = dict[str, Any]
# The published plan of a territory, from which its dossier proposes; None without one.
PUBLISHED_PLAN: Hook[Callable[..., PlanReading | None]] = Hook()
CHANGES: Hook[Callable[..., Changes | None]] = Hook()  # since the latest edition of a territory
WORKSHOPS: Hook[Callable[[str], tuple[tuple[MissionStep, ...], tuple[Journey, ...]]]] = Hook()  # those over
FIRST_WEEK: Hook[Callable[[Visitor, str, date], Any]] = Hook()  # steps of a mission on a day
LONGEST_FILE = 80
EVERYWHERE = "france"
NO_PLACE = ("Internet", "Facebook", "WhatsApp", "Google", "Europe")
PROPER = re.compile(
    r"(?:l[ae]s? |l’)?[A-ZÀ-Þ][\w’-]*(?: (?:(?:de|du|des|la|le|les|sur|sous) )*[A-ZÀ-Þ][\w’-]*)*"
)
SLOW = "slow"  # the queue of studies
LOADING_FILE = "avancement.json"
DEAD_SECONDS = 1_800  # without a sign of a load: its process was stopped
FAILURE_SECONDS = 86_400  # during which a page names the file of a load that failed
INTERRUPTED = (
    "Le chargement s’est arrêté avant la fin.",
    "Le serveur a été arrêté, ou n’avait plus assez de mémoire.",
    "Recommencez ; ce qui était chargé avant sert toujours.",
)
GROUNDS = "departs"  # of what-ifs, by study: not in a backup, made again when missing
PARTS, WRITTEN_BY = (
    (Ground, Areas, Zone, Place, Whereabouts, Travel, Mode, Silence, Streets, Timetable),
    ("maillage", "numpy", "scipy"),
)
MOST_DEPARTEMENTS = 20  # beyond, reading the whole directory is quicker
WRITTEN_FOR_DOSSIERS = (
    (Comment, "place"),
    (StudyMission, "place"),
    (MissionStepRow, "mission__place"),
    (StudyTheme, "place"),
    (StudyPhotograph, "place"),
)
MOST_AT_ONCE = 2_000  # areas counted while whoever asked waits: half a second, a département at most


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRequest:
    """A request from a page. place: an official code or the slug of a stored perimeter; travel:
    a way of travelling, "" for that of its density.
    """

    place: str
    definition: str = DEFAULT
    inside: str = ""
    weights: Mapping[str, float] = field(default_factory=dict)
    travel: str = ""


def inputs_of(study_request: StudyRequest) -> Json:
    """Return everything that decides the result of a study; Refused or UnknownTerritory when it makes no
    sense.
    """
    territory = territories.territory(study_request.place)
    perimeter = territories.perimeter(study_request.place)
    definition(study_request.definition)
    place = perimeter.slug if perimeter else territory.code
    # without one, the key and the bytes of a study stay what they were
    survey = surveyed.edition_of(*territories.same_places(place))
    return (
        ({} if survey is None else {"survey": survey.pk})
        | _target(perimeter)
        | ({"travel": study_request.travel} if study_request.travel else {})
        | {
            "place": place,
            "name": perimeter.name if perimeter else "",
            "code": territory.code,
            "definition": study_request.definition,
            "inside": study_request.inside,
            "inside_digest": territories.digest(_inside(study_request.inside))
            if study_request.inside
            else "",
            "weights": dict(sorted(study_request.weights.items())),
            "zones": perimeter.zones if perimeter else "",
            "zones_file": perimeter.file_name if perimeter else "",
            "seed": model.SEED,
            "draws": model.DRAWS,
            "corrections": [
                [c.table, c.key, c.column, c.value] for c in sorted(territories.corrections_in_force())
            ],
        }
    )


def _target(perimeter: Perimeter | None) -> Json:
    """Return the public that a perimeter states, as an input of its studies; nothing when it states none."""
    if perimeter is None or not (perimeter.target_text or perimeter.target_publics):
        return {}
    return {"target": {"text": perimeter.target_text, "publics": perimeter.target_publics}}


def _inside(id: str) -> Inside:
    """Return a filter; Refused when it is not there."""
    area = territories.inside(id)
    if area is None:
        raise Refused(
            f"Le filtre « {id} » n’existe pas.",
            why="Il a peut-être été retiré.",
            do="Revenez au territoire sans filtre.",
        )
    return area


def request_of(study: Study) -> Request:
    """Return the original request of a study: zones, name and corrections of that day.

    Refused when its filter has changed since: another population would be counted under the same name.
    """
    return request_from(study.inputs)


def zone_areas(study: Study, chosen_areas: Mapping[str, str]) -> tuple[territories.ZoneAreas, ...]:
    """Return the part of each zone of a study is in areas of the State (QPV), as dropped files draw them,
    and the zones in a commune with one. chosen_areas: the answer that is wanted of each kind of area.
    """
    return territories.zone_areas(territories.areas_stamps(), zone_rows(study), chosen_areas)


@dataclass(frozen=True, slots=True)
class DrawnDistricts:
    """The priority districts of a study, as dropped files draw them. source: the last file; outdated: why it
    no longer holds, "" when it does; residents: the share of those who live there, in words, "" when a part
    of the study is drawn by no file; places: how many published places of its communes, by answer; shapes:
    the contours that touch its zones.
    """

    source: str
    outdated: str
    residents: str
    places: Mapping[str, int]
    shapes: Sequence[shapely.Geometry]

    @property
    def n_places(self) -> int:
        """Number of places that the study counts."""
        return sum(self.places.values())

    @property
    def geometries(self) -> list[dict[str, object]]:
        """The contours, as a map that moves reads them."""
        return [study_json.geometry(maps.surface(shape)) for shape in self.shapes]


def drawn_districts(study: Study) -> DrawnDistricts | None:
    """Return the priority districts of a study as dropped files draw them, None when no file was dropped."""
    stamps = territories.areas_stamps()
    files = territories.areas_of(stamps, districts.QPV)
    if not files:
        return None
    iris = frames.sources().rp2021
    rows = np.concatenate(list(zone_rows(study).values()))
    (areas,) = (each for each in territories.zone_areas(stamps, {"": rows}, {}) if each.kind == districts.QPV)
    shapes = zone_shapes(study)
    by_departement: dict[str, list[shapely.Geometry]] = {}
    for code, of_zone in zone_rows(study).items():
        if code in shapes:
            by_departement.setdefault(str(iris["departement"][of_zone[0]]), []).append(shapes[code])
    return DrawnDistricts(
        source=files[0].source,
        outdated=files[0].outdated,
        residents="" if np.isnan(areas.shares[""]) else wording.share(areas.shares[""]),
        places=districts.counts(np.unique(iris["commune"][rows]).tolist()) or {},
        shapes=territories.contours_over(
            stamps,
            districts.QPV,
            {code: shapely.union_all(np.array(many)) for code, many in by_departement.items()},
        ),
    )


def with_districts(
    svg: str, study: Study, drawn: DrawnDistricts | None, zones: Collection[str] | None = None
) -> str:
    """Return a map of a study with the contours of its priority districts over its zones. zones: the codes of
    those that the map frames, None for all.
    """
    if not svg or drawn is None or not drawn.shapes:
        return svg
    shapes = zone_shapes(study)
    frame = maps.frame_of([shapes[code] for code in shapes if zones is None or code in zones])
    return maps.overlaid(svg, drawn.shapes, frame, kind="quartier")


def zone_shapes(study: Study) -> dict[str, shapely.Geometry]:
    """Return the contour of each zone as the map that moves draws it, in degrees; none when it has none, nor
    for the whole country, where what is overseas is drawn elsewhere.
    """
    path = folder(study) / "carte.json"
    if study.place == EVERYWHERE or not path.exists():
        return {}
    return _zone_shapes(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _zone_shapes(path: Path, stamp: int) -> dict[str, shapely.Geometry]:
    zones = json.loads(path.read_bytes())["zones"]
    return {
        zone["id"]: shapely.make_valid(shapely.geometry.shape(zone["geometry"]))
        for zone in zones
        if zone["geometry"]
    }


def zone_rows(study: Study) -> Mapping[str, NDArray[np.int64]]:
    """Return the census areas of each zone of a study, as rows of their table, by the code of the zone."""
    return _zone_rows(study.pk, study.key)


@lru_cache(maxsize=32)
def _zone_rows(pk: int, key: str) -> Mapping[str, NDArray[np.int64]]:
    inputs = Study.objects.get(pk=pk).inputs
    return {zone.code: zone.rows for zone in _zoning(inputs).zones}


def usual_travel(study: Study) -> str:
    """Return how people of a study travel unless somebody chooses, with the reason, in French."""
    rows = np.concatenate(list(zone_rows(study).values()))
    return usual_words(frozenset(frames.sources().rp2021["commune"][rows].tolist()))


def request_from(inputs: Json) -> Request:
    """Return the request that some inputs describe; Refused when its filter keeps nobody, or has changed."""
    inside = _inside(inputs["inside"]) if inputs["inside"] else None
    if inside is not None and territories.digest(inside) != inputs["inside_digest"]:
        raise Refused(
            f"Le filtre « {inside.label} » a changé depuis cette demande.",
            why="Les personnes comptées ne seraient plus les mêmes.",
            do="Demandez de nouveau ce territoire avec ce filtre.",
        )
    corrections.use([corrections.Correction(*row) for row in inputs["corrections"]])
    territory = gazetteer().get(inputs["code"])
    cut = _zoning(inputs)
    return Request(
        territory=territory,
        zoning=cut,
        definition=definition(inputs["definition"]),
        seed=inputs["seed"],
        n_draws=inputs["draws"],
        weights=inputs["weights"],
        inside=inside,
        name=inputs["name"],
        slug=inputs["place"] if inputs["zones"] else "",
        target=Target(inputs["target"]["text"], tuple(inputs["target"]["publics"]))
        if "target" in inputs
        else None,
        survey=surveyed.measured(inputs["survey"], definition(inputs["definition"]))
        if "survey" in inputs
        else None,
        travel=inputs.get("travel", ""),
    )


def _zoning(inputs: Json) -> zoning.Zoning:
    """Return the zones of the request that some inputs describe."""
    territory, iris = gazetteer().get(inputs["code"]), frames.sources().rp2021
    if not inputs["zones"]:
        return zoning.usual(territory, iris)
    zones = inputs["zones"].encode("utf-8")
    return zoning.from_file(zones, name=inputs["zones_file"], territory=territory, iris=iris)


def census_of(request: Request) -> Census:
    """Return the places within reach in a study: those of its départements, and around; and the streets that
    lead there.
    """
    communes = offer_census.communes_within_travel(request)
    departements = {code[:3] if code.startswith("97") else code[:2] for code in communes}
    places = studied.census(departements if len(departements) < MOST_DEPARTEMENTS else ())
    home = Path(settings.HOME)
    is_timed = bool(request.travel) and MODES[request.travel].moment is not None
    return replace(
        places, streets=streets.loaded(home), timetable=timetables.loaded(home) if is_timed else None
    )


@dataclass(frozen=True, slots=True)
class Loading:
    """A load of streets or of timetables, as its page shows it. status: of rules.ALIVE, DONE or FAILED;
    files: their names; error: the three sentences of a refusal; doubts: about what was loaded.
    """

    status: str = ""
    step: str = ""
    share: float = 0.0
    files: tuple[str, ...] = ()
    error: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def is_alive(self) -> bool:
        return self.status in rules.ALIVE


def loading_folder(kind: str) -> Path:
    """Return where the files of a load wait, beside its progress. kind: of rules.WAYS."""
    return Path(settings.HOME) / "chargements" / kind


def loading(kind: str) -> Loading:
    """Return the last load of a kind asked on the site; one that failed, for a day."""
    try:
        path = loading_folder(kind) / LOADING_FILE
        age = time.time() - path.stat().st_mtime
        stored: dict[str, Any] = json.loads(path.read_text("utf-8"))
        lists = {key: tuple(value) for key, value in stored.items() if isinstance(value, list)}
        load = Loading(**stored | lists)
    except (OSError, ValueError, TypeError, AttributeError):
        return Loading()
    if load.status == rules.FAILED and age > FAILURE_SECONDS:
        return Loading()
    is_dead = load.is_alive and age > DEAD_SECONDS
    return replace(load, status=rules.FAILED, error=INTERRUPTED) if is_dead else load


def loaded_ways() -> dict[str, Streets | Timetable | None]:
    """Return the cards of the streets and of the timetables that an installation has."""
    home = Path(settings.HOME)
    return {rules.STREETS: streets.loaded(home), rules.TIMETABLES: timetables.loaded(home)}


def days_of(card: Streets | Timetable | None) -> list[str]:
    """Return the day of streets, or the first and last days of timetables, in words; none where unknown."""
    if card is None:
        return []
    days = (card.day,) if isinstance(card, Streets) else (card.first, card.last)
    return [in_words(date.fromisoformat(day)) for day in days if day]


def modes() -> dict[str, Mode]:
    """Return the ways of travelling that may be chosen: by public transport where a timetable says when, in a
    wheelchair where streets say where.
    """
    home = Path(settings.HOME)
    timetable, loaded_streets = timetables.loaded(home), streets.loaded(home)
    return {
        id: mode
        for id, mode in MODES.items()
        if (mode.moment is None or (timetable and timetable.days[MOMENTS.index(mode.moment)]))
        and (mode is not WHEELCHAIR or (loaded_streets and id in loaded_streets.modes))
    }


def offer_is_behind(study: Study) -> bool:
    """Return True if the directory changed near a study since its offer was computed, or the streets did.

    Cheap when nothing changed anywhere; else the places themselves are compared, once for all who ask.
    """
    last_change = studied.last_change()
    streets_at = _ways_loaded_at()
    is_same = study.offer_change == last_change and not _has_new_streets(study, streets_at)
    if study.status != rules.DONE or is_same:
        return False
    cache_key = f"lieux-{study.key}-{last_change}-{streets_at:.0f}"
    return caches["reads"].get_or_set(cache_key, lambda: census_of(request_of(study)).digest) != study.offer


def _ways_loaded_at() -> float:
    home = Path(settings.HOME)
    return max(streets.loaded_at(home), timetables.loaded_at(home))


def _has_new_streets(study: Study, loaded_at: float) -> bool:
    return bool(loaded_at) and (study.finished_at is None or loaded_at >= study.finished_at.timestamp())


def changed_since(study: Study) -> str:
    """Return the head of a sentence on the change that left a study behind: the directory, the streets, or
    either where both moved since.
    """
    if not _has_new_streets(study, _ways_loaded_at()):
        return "L’annuaire a changé"
    if study.offer_change == studied.last_change():
        return "Les rues de la carte ou les horaires ont changé"
    return "L’annuaire, les rues de la carte ou les horaires ont changé"


def first_headline(study: Study) -> Headline | None:
    """Return the first figure of a study that is being computed, the one that it will have; None where it
    would take too long to count, or cannot be shown.
    """
    return _first_headline(study.key)


@lru_cache(maxsize=64)
def _first_headline(key: str) -> Headline | None:
    """A page that waits is read again every few seconds: its figure is counted once."""
    try:
        request = request_from(Study.objects.get(key=key).inputs)
        if len(request.zoning.rows) > MOST_AT_ONCE:
            return None
        first = first_figure(request)
    except Refused:  # such as a filter that has changed: the computation will say so
        return None
    if isinstance(first.need, Withheld):  # the diagnosis will explain why
        return None
    persons = wording.people(first.need, most=first.universe)
    return headline(first.need, first.rate, persons, request.definition, request.territory.kind)


def requested_on(study: Study) -> str:
    """Return the day and hour when the computation of a study under way was requested, "" for none."""
    queue = DBTaskResult.objects.filter(queue_name=SLOW, status__in=("READY", "RUNNING"))
    first = queue.filter(args_kwargs__args__0=study.pk).order_by("enqueued_at").first()
    return rules.moment(timezone.localtime(first.enqueued_at)) if first else ""


def why_no_offer(study: Study, *, on: date) -> rules.NoOffer:
    """Return why a finished study sets no offer against its need: no place is known there today, it is too
    large, else its places came after it, and it is computed again.
    """
    census = census_page(study, on=on)
    if census is None or not census.n_places:
        return rules.NoOffer(rules.NO_PLACES)
    if offer_census.is_too_large(request_of(study)):
        return rules.NoOffer(rules.TOO_LARGE, n_places=census.n_places)
    requested = requested_on(study) or why_no_study(study.place).requested
    return rules.NoOffer(rules.COMPUTING, requested, census.n_places)


def why_no_study(place: str) -> rules.NoOffer:
    """Return why a place has no finished study: it is being computed, or nobody asked for it."""
    pending = Study.objects.filter(place=place, status__in=rules.ALIVE).order_by("asked_at").first()
    if pending is None:
        return rules.NoOffer(rules.NO_STUDY)
    return rules.NoOffer(rules.COMPUTING, requested_on(pending))


def study_for(study_request: StudyRequest) -> Study | None:
    """Return the study of exactly these inputs, None when it was never requested."""
    return Study.objects.filter(key=rules.key_of(inputs_of(study_request))).first()


def newer_study(study: Study) -> Study | None:
    """Return the study that is being computed in place of one, or for its own zones, None without any."""
    places = [study.place, *([zones_place(study.place)] if rules.is_plain(study.inputs) else ())]
    studies = filter(None, (study_for(StudyRequest(place=place)) for place in places))
    return next((each for each in studies if each.pk != study.pk and each.is_alive), None)


def finished_studies(limit: int = 30) -> list[Study]:
    """Return the latest finished study of each place, most recent first; none of a perimeter that was
    dropped, whose address leads nowhere.
    """
    latest_by_place: dict[str, Study] = {}
    for study in led_to(Study.objects.filter(status=rules.DONE).order_by("-finished_at")[:400]):
        if rules.is_plain(study.inputs):
            latest_by_place.setdefault(study.place, study)
    return list(latest_by_place.values())[:limit]


def led_to(studies: Iterable[Study]) -> list[Study]:
    """Return the studies whose place still has an address: an official territory, a perimeter that is
    kept.
    """
    perimeter_slugs = set(Perimeter.objects.values_list("slug", flat=True))
    return [study for study in studies if study.place in perimeter_slugs or study.place in gazetteer()]


def study_minutes() -> int:
    """Return the minutes that a study takes here, as the last ones did."""
    measured = Study.objects.filter(status=rules.DONE).exclude(seconds=None).order_by("-finished_at")
    durations = measured.values_list("seconds", flat=True)[: rules.MOST_MEASURED]
    return rules.study_minutes([each for each in durations if each is not None])


def latest(place: str) -> Study | None:
    """Return the finished study of a place with default options, for pages without settings: that of today's
    zones, corrections and survey, else the latest; never one of an earlier method, whose figures the other
    pages no longer give, nor one that a survey moved which was withdrawn since.
    """
    return next(iter(latest_of([place])), None)


def latest_of(places: Iterable[str]) -> list[Study]:
    """Return the `latest` study of each of some places that has one, in one query, but for the places that
    several studies answer.
    """
    studies_by_place: dict[str, list[Study]] = {}
    rows = list(Study.objects.filter(place__in=list(places), status=rules.DONE).order_by("-finished_at"))
    survey_ids = {study.inputs["survey"] for study in rows if "survey" in study.inputs}
    withdrawn = surveyed.taken_back(survey_ids) if survey_ids else ()
    for study in rows:
        usual = rules.is_plain(study.inputs) and study.inputs.get("survey") not in withdrawn
        if usual and study.key == rules.key_of(study.inputs):
            studies_by_place.setdefault(study.place, []).append(study)
    return [each[0] if len(each) == 1 else _of_today(each) for each in studies_by_place.values()]


def _of_today(studies: Sequence[Study]) -> Study:
    """Return the study of a place, among several, that its page shows today: a correction withdrawn, a survey
    withdrawn, zones put back lead to one that was finished before the last. While that of today is computed,
    the one that counts today's survey, else a survey if there is one today, else the last.
    """
    try:
        inputs = inputs_of(StudyRequest(place=studies[0].place))
    except UnknownTerritory:  # a perimeter that was dropped
        return studies[0]
    key, survey = rules.key_of(inputs), inputs.get("survey")

    def nearness(study: Study) -> tuple[bool, bool, bool]:
        counted = study.inputs.get("survey")
        return study.key == key, counted == survey, (counted is None) == (survey is None)

    return max(studies, key=nearness)


def ahead(study: Study) -> int:
    """Return how many computations are before this one: the one in hand, those of a higher priority, those of
    its own that were queued before; 0 once none waits. A study asked again waits from that day, not from the
    first.
    """
    queue = DBTaskResult.objects.filter(queue_name=SLOW, status__in=("READY", "RUNNING"))
    own_task = queue.filter(status="READY", args_kwargs__args__0=study.pk).first()
    if own_task is None:
        return 0
    sooner = Q(priority=own_task.priority, enqueued_at__lt=own_task.enqueued_at)
    return queue.filter(Q(status="RUNNING") | Q(priority__gt=own_task.priority) | sooner).count()


def minutes_until_done(study: Study) -> int:
    """Return the minutes until the computation of a study that waits is done, those that come before it
    included.
    """
    return (ahead(study) + 1) * study_minutes()


def comments(place: str, study: str = "") -> dict[str, str]:
    """Return the analyst's comments of a place, by section, as they are read: empty ones left out, quoted
    voices in full; those of another address of it where it has none. study: the digest of the study beside
    which they are read; one that was written for another says so, since its figures may have changed.
    """
    places = territories.same_places(place)
    rows = [each for each in Comment.objects.filter(place__in=places) if each.text.strip()]
    rows.sort(key=lambda row: -places.index(row.place))  # its own last: they replace the others
    return {
        each.section: rules.with_voices(each.text)
        + (
            rules.of_another_study(each.study_on, each.study, study)
            if study and each.study not in ("", study)
            else ""
        )
        for each in rows
    }


def typed_comments(place: str) -> dict[str, str]:
    """Return the analyst's comments of a place, by section, as they were typed."""
    return {c.section: c.text for c in Comment.objects.filter(place=place) if c.text.strip()}


def findings(place: str) -> list[territory_findings.FieldFinding]:
    """Return the findings on a place, the latest first, without withdrawn ones; statements from its surveys
    are included.
    """
    places = territories.same_places(place)
    noted = [
        territory_findings.FieldFinding(row.who, row.kind, row.confirms, row.words, row.source, row.year)
        for row in Finding.objects.filter(place__in=places, withdrawn_at=None)
    ]
    statements = [row for place in places for row in verbatims.statements_of(place)]
    return sorted([*noted, *statements], key=lambda finding: -finding.year)


def theme_of(code: str) -> Theme | None:
    """Return the look of the reports of a territory, None for ours, or for a territory that nobody knows."""
    try:
        row = _first_row(StudyTheme, territories.canonical(code))
    except UnknownTerritory:
        return None
    return Theme(row.name, row.colour, row.logo) if row else None


def look_of(code: str) -> tuple[Theme | None, Photograph | None]:
    """Return the theme and the photograph of a territory, each None for none, or for a territory that nobody
    knows.
    """
    try:
        return theme_of(code), photograph(territories.canonical(code))
    except UnknownTerritory:
        return None, None


def surveyed_place(place: str) -> str:
    """Return where the published surveys of a place are: its own, else the territory that its zones cut."""
    return next((each for each in territories.same_places(place) if evidence.editions(each)), place)


def survey_answers(place: str) -> list[Mapping[tuple[str, str, str], criteria.Answered]]:
    """Return the published answers of each survey of a place, under any address of it, the latest first."""
    return list(evidence.survey_by_survey(territories.same_places(place)))


def zones_place(place: str) -> str:
    """Return the address of the zones that the pages and reports of a territory name: for an official one,
    its own or those of a perimeter that cuts it whole, where its mission is written; without a mission, the
    last perimeter drawn. Nothing that is being computed changes it, nor zones drawn after the mission.
    """
    if territories.perimeter(place) is not None:
        return place
    same_places = territories.same_places(place)
    slugs = [each for each in same_places if each != place]
    with_mission = set(StudyMission.objects.filter(place__in=same_places).values_list("place", flat=True))
    of_missions = [each for each in slugs if each in with_mission]
    if not slugs or (place in with_mission and not of_missions):
        return place
    return (of_missions or slugs)[-1]


def own_zones(study: Study) -> Study | None:
    """Return the last finished study of the zones of its own that cut a territory whole; None without any,
    nor for a study that a setting makes apart.
    """
    place = zones_place(study.place) if rules.is_plain(study.inputs) else study.place
    own = latest(place) if place != study.place else None
    return None if own is None or is_lost(own) else own


def zoned(study: Study) -> Study:
    """Return the study of a territory whose zones its pages and reports name: that of its own zones, else the
    study itself.
    """
    return own_zones(study) or study


@dataclass(frozen=True, slots=True)
class Cut:
    """The two ways in which a territory with zones of its own is cut. is_own: whether a study follows them;
    name, own: of their perimeter, its name and its address; official: the address of the territory.
    """

    is_own: bool
    name: str
    own: str
    official: str


def cut_of(study: Study) -> Cut | None:
    """Return the cut that a study follows, None for a territory without zones of its own."""
    official = next((x for x in territories.same_places(study.place) if x in gazetteer()), study.place)
    is_own = study.place != official
    own = territories.perimeter(study.place if is_own else zones_place(official))
    return None if own is None or official not in gazetteer() else Cut(is_own, own.name, own.slug, official)


def drawn_zones(perimeter: Perimeter) -> tuple[zoning.Zone, ...]:
    """Return the zones of a stored perimeter; Refused when its file names areas that no longer exist."""
    return _drawn(perimeter.code, perimeter.zones, perimeter.file_name).zones


@lru_cache(maxsize=64)
def _drawn(code: str, zones: str, file_name: str) -> zoning.Zoning:
    return _zoning({"code": code, "zones": zones, "zones_file": file_name})


def _first_row(kind: type[Model], place: str) -> Any:
    """Return the row of a place, else that of the official territory that its zones cut whole, else the only
    one of the perimeters that cut it.
    """
    place, *same_places = territories.same_places(place)
    rows = {vars(row)["place"]: row for row in kind._default_manager.filter(place__in=[place, *same_places])}
    first = next((rows[each] for each in (place, *same_places[:1]) if each in rows), None)
    return first or (next(iter(rows.values())) if len(rows) == 1 else None)


def mission_place(place: str) -> str:
    """Return where the mission of a territory is written: on itself, else on the only perimeter of it that
    has one, whose zones its reports then take; the territory itself without any.
    """
    if StudyMission.objects.filter(place=place).exists():
        return place
    slugs = Perimeter.objects.filter(code=place).values("slug")
    places = list(StudyMission.objects.filter(place__in=slugs).values_list("place", flat=True)[:2])
    return str(places[0]) if len(places) == 1 else place


def mission(place: str, *, on: date) -> Mission | None:
    """Return how the study of a place was led by a day, None when nobody wrote it; without withdrawn
    steps.
    """
    row = _first_row(StudyMission, place)
    if row is None:
        return None
    return Mission(
        initiator=row.initiator,
        ground=row.ground,
        commissioner=row.commissioner,
        pilot=row.pilot,
        reason=row.reason,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        thanks=row.thanks,
        steps=tuple(
            MissionStep(step.kind, step.on, step.n, step.who, step.words)
            for step in row.steps.filter(withdrawn_at=None)
        ),
        on=on,
        foreword=row.foreword,
        foreword_by=row.foreword_by,
    )


def photograph(place: str) -> Photograph | None:
    """Return the photograph on the covers of a place, None without one."""
    row = _first_row(StudyPhotograph, place)
    return Photograph(bytes(row.content), row.alt, row.credit) if row else None


def survey_editions(place: str) -> list[Publication]:
    """Return the public editions of the surveys led on a place itself, the latest first."""
    return list(evidence.editions(surveyed_place(place)))


def published_surveys(place: str) -> tuple[PublishedSurvey, ...]:
    """Return the surveys whose public edition speaks of a place: its local, the latest first, then those of
    other territories that hold it or that it holds.
    """
    place = surveyed_place(place)
    local = [(edition, "", False) for edition in evidence.editions(place)]
    size = {True: "un territoire plus large", False: "une partie"}
    neighbours = [
        (
            neighbour.edition,
            f"menée sur {size[neighbour.wider]} ({neighbour.territory})",
            not neighbour.wider,
        )
        for neighbour in evidence.neighbours(place)
    ]
    rows = Publication.objects.filter(pk__in=[edition.pk for edition, *_ in (*local, *neighbours)])
    contents = {pk: read for pk, *read in rows.values_list("pk", "content__n", "content__answered_on")}
    return tuple(
        PublishedSurvey(
            kind=edition.survey.kind,
            title=edition.survey.title,
            n=contents[edition.pk][0] or 0,
            on=answered_on(edition, contents[edition.pk][1]),
            elsewhere=elsewhere,
            is_of_part=is_of_part,
            is_example=edition.survey.example,
        )
        for edition, elsewhere, is_of_part in (*local, *neighbours)
    )


def behind_their_words() -> list[Study]:
    """Return the finished studies whose dossier is older than the latest comment on their place, or than what
    their mission, their theme or their photograph became.
    """
    written: dict[str, datetime] = {}
    for kind, place_field in WRITTEN_FOR_DOSSIERS:
        rows = kind._default_manager.values(place_field).annotate(last=Max("written_at"))
        for place, last in rows.values_list(place_field, "last"):
            for each in territories.same_places(place):
                written[each] = max(last, written.get(each, last))
    out = []
    for study in Study.objects.filter(place__in=written, status=rules.DONE):
        dossier = folder(study) / "dossier.html"
        if dossier.exists() and dossier.stat().st_mtime < written[study.place].timestamp():
            out.append(study)
    return out


def home() -> Path:
    """Return the folder that holds one folder for each study."""
    return Path(settings.HOME) / "etudes"


def folder(study: Study) -> Path:
    return home() / study.key


def dossier_forms(study: Study) -> dict[str, Callable[[], bytes]]:
    """Return the reader of each form of the dossier of a finished study, by extension.

    The study of an earlier release has no DOCX.
    """
    paths = {form: folder(study) / f"dossier.{form}" for form in ("html", "pdf", "docx")}
    return {form: path.read_bytes for form, path in paths.items() if form != "docx" or path.exists()}


def aside(study: Study) -> Path:
    """Return the folder where a study is written until it is whole."""
    return home() / f".{study.key}-{study.pk}"


def tasks_of(study: Study, path: str, *, alive: bool = False) -> "QuerySet[DBTaskResult[..., object]]":
    """Return the tasks of a study, by the path of their function. alive: those that wait or run only."""
    tasks = DBTaskResult.objects.filter(task_path=path, args_kwargs__args__0=study.pk)
    return tasks.filter(status__in=("READY", "RUNNING")) if alive else tasks


def is_taken_back(study: Study) -> bool:
    """Return True if a study counts the answers of a survey that was withdrawn or erased since."""
    edition = study.inputs.get("survey")
    return edition is not None and bool(surveyed.taken_back([edition]))


def is_lost(study: Study) -> bool:
    """Return True if a finished study is unreadable: its files are missing, or come from an earlier version
    of Maillage.
    """
    if study.status != rules.DONE:
        return False
    try:
        _stored_reading(study)
    except (FileNotFoundError, NotADirectoryError, Stale):
        return True
    return False


def reading(study: Study) -> Reading:
    """Return the readable figures of a finished study, with the census that is finished there today, and for
    a commune with its number by the survey of its grouping; FileNotFoundError or Stale when it `is_lost`.
    """
    local = with_census(study.place, _stored_reading(study))
    note = _of_grouping(study, local)
    return replace(local, published=(*local.published, note)) if note else local


def with_census(place: str, read: Reading) -> Reading:
    """Return a reading with the census of places that is finished in its territory: a network finishes one
    without changing any place, so that no study is computed again.
    """
    if read.offer is None:
        return read
    return replace(read, offer=replace(read.offer, finished=outreach_census.finished(place)))


def _stored_reading(study: Study) -> Reading:
    path = folder(study) / "lecture.json"
    return _read(str(path), path.stat().st_mtime_ns)


def _of_grouping(study: Study, local: Reading) -> PublishedNote | None:
    """Return the number of a commune in the study of its grouping, where a survey counts there alone."""
    if local.territory.kind != "commune" or local.survey is not None or not rules.is_plain(study.inputs):
        return None
    for other in latest_of(each.code for each in local.territory.within):
        if other.inputs.get("survey") is None or is_lost(other):
            continue
        wider = _stored_reading(other)
        for row in wider.subtotals:
            if (row.level, row.code) == ("commune", study.place) and row.people:
                text = (
                    f"L’enquête {wider.territory.of_name} porte le nombre de la commune à {row.people}"
                    f" ({row.between}) dans l’étude de tout ce territoire."
                )
                return PublishedNote(kind="contredit", text=text, short=text)
    return None


@lru_cache(maxsize=16)
def _read(path: str, stamp: int) -> Reading:
    return load(Path(path).read_bytes())


@dataclass(frozen=True, slots=True)
class Needs:
    """The needs that a finished study counts. territory: by identifier; zones, rates: people in need of
    each, and their share of it, by code; definition: its identifier and its universe; definitions: the need
    under each; n_residents: of any age.
    """

    territory: Mapping[str, Mapping[str, Any]]
    zones: Mapping[str, Mapping[str, Any]]
    rates: Mapping[str, Mapping[str, Any]]
    definition: Mapping[str, Any]
    definitions: Sequence[Mapping[str, Any]] = ()
    n_residents: float = 0.0


def needs(path: Path) -> Needs:
    """Return the needs of the file of a study, ten megabytes for a département: read once for all who ask."""
    return _needs(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _needs(path: Path, stamp: int) -> Needs:
    stored_study = json.loads(path.read_bytes())
    zones, rates = (
        {zone["code"]: zone[name] for zone in stored_study.get("zones", ())}
        for name in ("precarite_numerique", "taux_precarite_numerique")
    )
    return Needs(
        stored_study["besoins"],
        zones,
        rates,
        stored_study.get("definition", {}),
        stored_study.get("definitions", ()),
        stored_study.get("territoire", {}).get("population", 0),
    )


def local_measures(study: Study) -> tuple[Measured, ...]:
    """Return the people that each definition counts in a study, the usual one first; none where they are
    withheld.
    """
    stored_needs = needs(folder(study) / "etude.json")
    rows = stored_needs.definitions
    measures = [
        Measured(
            definition(row["id"]),
            _estimate(row["taux_precarite_numerique"]),
            _estimate(row["precarite_numerique"]),
            n_residents=stored_needs.n_residents,
        )
        for row in rows
        if row["precarite_numerique"]["valeur"] is not None
    ]
    excluded = stored_needs.territory.get("niveaux", {}).get("exclusion", {"valeur": None})
    return _with_exclusion(measures, None if excluded["valeur"] is None else _estimate(excluded))


def _with_exclusion(measures: Sequence[Measured], people: Estimate | None) -> tuple[Measured, ...]:
    """Return measures, then the first level of difficulty alone where its people are known."""
    levels = next((each for each in measures if each.definition.id == LEVELS), None)
    if levels is None or people is None:
        return tuple(measures)
    times = levels.share.value / levels.people.value
    ends = {name: getattr(people, name) * times for name in ("value", "low", "high")}
    excluded = replace(
        levels, definition=exclusion(), share=replace(people, unit="pourcent", **ends), people=people
    )
    return (*measures, excluded)


def _estimate(figure: Mapping[str, Any]) -> Estimate:
    """Return a figure of etude.json that has a value."""
    names = {"valeur": "value", "bas": "low", "haut": "high", "unite": "unit", "univers": "universe"}
    return Estimate(method=figure["methode"], n=figure["n"], **{to: figure[key] for key, to in names.items()})


def first_measures(study: Study) -> tuple[Measured, ...]:
    """Return the people that each definition counts in a territory whose study is under way: those that the
    study will have; none where they would take too long to count, or are withheld.
    """
    return _first_measures(study.key)


@lru_cache(maxsize=64)
def _first_measures(key: str) -> tuple[Measured, ...]:
    try:
        request = request_from(Study.objects.get(key=key).inputs)
        if len(request.zoning.rows) > MOST_AT_ONCE:
            return ()
        first = first_figures(request)
    except Refused:  # such as a filter that has changed: the computation will say so
        return ()
    measures = [
        Measured(one.definition, one.rate, one.need, n_residents=first.population)
        for one in first.by_definition
        if isinstance(one.need, Estimate) and isinstance(one.rate, Estimate)
    ]
    return _with_exclusion(measures, first.excluded if isinstance(first.excluded, Estimate) else None)


def rough_measures(study: Study) -> tuple[Measured, ...]:
    """Return the people that each definition would count in a territory: the national share, moved by the
    ages of its residents, with a wide interval. None overseas, where it would be far off.
    """
    try:
        rows = request_from(study.inputs).zoning.rows
    except Refused:  # such as a filter that has changed: the computation will say so
        return ()
    frame = model.country_frame()
    adults, n_residents = float(frame.universe[rows].sum()), float(frame.population[rows].sum())
    if adults < number("protection/small_area") or frame.overseas[rows].any():
        return ()
    shift = national.age_shift(rows, definition(DEFAULT))
    return tuple(
        Measured(
            definition=each,
            share=_shifted(_national(each, "pourcent", 100), 100, shift),
            people=_shifted(_national(each, "personnes", adults), adults, shift),
            n_residents=n_residents,
        )
        for each in (*offered(), exclusion())
    )


def _shifted(national: Estimate, scale: float, shift: float) -> Estimate:
    """Return a national figure whose share moves on its logit, with the doubt of a first answer.

    scale: the figure of a share of one, 100 for percents, the residents for people.
    """
    most = number("protection/first_answer")
    low, value, high = (
        scale * float(expit(logit(np.array(national.value / scale)) + shift + doubt))
        for doubt in (-most, 0.0, most)
    )
    return replace(national, low=low, value=value, high=high)


@cache
def national_measures() -> tuple[Measured, ...]:
    """Return the people that each definition counts in France: the published share, of the people of the last
    census.
    """
    adults = float(model.country_frame().universe.sum())
    return tuple(
        Measured(
            definition=each,
            share=_national(each, "pourcent", 100),
            people=_national(each, "personnes", adults),
            is_published=True,
        )
        for each in (*offered(), exclusion(), two_worst_levels(), definition(NO_COMPUTER))
    )


def _national(rates: Definition, unit: Unit, times: float) -> Estimate:
    return Estimate(
        value=times * rates.total,
        low=times * rates.total_low,
        high=times * rates.total_high,
        unit=unit,
        universe=rates.universe,
        n=rates.n,
        method="besoins",
        sources=(rates.id,),
    )


def claimed(claim: Claim) -> tuple[list[Perimeter], list[Territory]]:
    """Return the kept perimeters whose whole name a claim writes, and the territories that it may name; of
    these, only those called as the perimeters where there are some.
    """
    text, places = f" {plain(claim.text)} ", claimed_places(claim)
    starts = [plain(each) for each in claim.places]
    perimeters = [
        row
        for row in territories.perimeters()
        if f" {plain(row.name)} " in text
        and any(plain(row.name).startswith(each) or each.startswith(plain(row.name)) for each in starts)
    ]
    names = {plain(row.name) for row in perimeters}
    return perimeters, [each for each in places if not names or plain(each.name) in names]


def names_of(claim: Claim) -> list[str]:
    """Return the names of the territories and perimeters that a claim names."""
    perimeters, places = claimed(claim)
    return [*(row.name for row in perimeters), *(each.long_name for each in places)]


def is_named_by(place: str, claim: Claim) -> bool:
    """Return True for a claim that may be of a place: it names one of its addresses, the town whose name it
    bears, or none.
    """
    perimeters, places = claimed(claim)
    codes = {*(row.slug for row in perimeters), *(each.code.casefold() for each in places)}
    same_places = territories.same_places(place)
    if not codes:
        unknown = unknown_place(claim)
        return not unknown or any(holds(plain(_place_name(each)), plain(unknown)) for each in same_places)
    if not codes.isdisjoint(map(str.casefold, same_places)):
        return True
    known = gazetteer()
    return any(is_of_namesake(claim, known.get(each)) for each in same_places if each in known)


def is_own_zone(place: str, claim: Claim) -> bool:
    """Return True for a claim on a zone of the last study of a place that is no commune: no other page tells
    it.
    """
    study = latest(place)
    zone = named_zone(claim, reading(study)) if study and not is_lost(study) else None
    return zone is not None and zone.unit != "commune"


def _place_name(place: str) -> str:
    row = territories.perimeter(place)
    return row.name if row else gazetteer().get(place).long_name


def namesake_inside(place: str, claim: Claim) -> str:
    """Return the code of the only namesake of a claim in a place, or around it; "" without one."""
    own = [each for each in territories.same_places(place) if each in gazetteer()]
    wider = {*own, *(code for each in own for code, _ in gazetteer().get(each).within)}
    _, places = claimed(claim)
    near = [each for each in places if each.code in wider or {code for code, _ in each.within} & {*own}]
    return near[0].code if len(near) == 1 else ""


def unknown_place(claim: Claim) -> str:
    """Return the name of a place in a claim that no territory bears, "" where it names none."""
    if claim.is_of_country or claimed_places(claim):
        return ""
    names = (match[0] for place in claim.places if place != claim.noun and (match := PROPER.match(place)))
    return next(
        (
            name
            for name in names
            if name not in NO_PLACE
            and not name.isupper()  # initials: CCAS, RSA
            and not STOPS.issuperset(plain(name).split())  # Crédoc
        ),
        "",
    )


def layer(study: Study, name: str) -> str:
    """Return the SVG of a map of a finished study, '' when it has none."""
    if name.removesuffix(atlas.TOWN) == connection.LAYER:
        return _connection_layer(study, name.removeprefix(connection.LAYER))
    path = folder(study) / f"carte-{name}.svg"
    return path.read_text("utf-8") if path.exists() else ""


def has_layer(study: Study, name: str) -> bool:
    """Return True if a finished study has a map of this name."""
    if name == connection.LAYER:
        return _ground_layer(study) != "" and bool(zone_connections(study))
    return (folder(study) / f"carte-{name}.svg").exists()


def _ground_layer(study: Study) -> str:
    """Return the name of the first layer of a study, whose zones the layer of the connection fills; '' when
    it has none.
    """
    return next((name for name in atlas.LAYERS if (folder(study) / f"carte-{name}.svg").exists()), "")


def _connection_layer(study: Study, part: str) -> str:
    """Return the layer of the connection, '' without a file that counts its communes. part: what follows the
    name of a layer.
    """
    ground, styles = _ground_layer(study), connection_styles(study)
    svg = layer(study, ground + part) if ground and styles else ""
    return atlas.recoloured(svg, styles, id="", title=connection.TITLE) if svg else ""


def connection_styles(study: Study) -> dict[str, tuple[str, bool, str]]:
    """Return the class of style of each zone of a study by its connection, as `atlas.recoloured` takes it;
    none without a file that counts its communes.
    """
    connections = zone_connections(study)
    names = {zone.code: zone.name for zone in reading(study).zones}
    return connection.zone_styles(connections, names) if connections else {}


def zone_shares(study: Study) -> dict[str, comparison.Ends]:
    """Return the share of each zone of a study: lowest, value, highest; none where it is withheld."""
    rates = needs(folder(study) / "etude.json").rates
    return {
        code: (rate["bas"], rate["valeur"], rate["haut"])
        for code, rate in rates.items()
        if rate["valeur"] is not None
    }


def sheet_map(study: Study, code: str) -> str:
    """Return the SVG of a zone among its neighbours, '' when it has no contour."""
    path = folder(study) / "vignettes" / f"{code}.svg"
    return path.read_text("utf-8") if path.exists() else ""


def knitted(study: Study) -> str:
    """Return the knitted map of a finished study, '' when it has none."""
    path = folder(study) / "tricot.svg"
    return path.read_text("utf-8") if path.exists() else ""


def picture(svg: str, form: str) -> tuple[bytes, str]:
    """Return a map as a file that carries its own colours: (content, media type)."""
    if form == "svg":
        return pdf.styled(svg).encode("utf-8"), "image/svg+xml"
    return pdf.png(svg), "image/png"


def draws(study: Study) -> np.ndarray:
    """Return (draws,) the rates (percent) of the whole territory, for comparisons."""
    return np.asarray(np.load(folder(study) / "tirages.npy"))


def file(study: Study, name: str) -> Path | None:
    """Return the path of a file of the edition, None when it is not one of them."""
    if len(name) > LONGEST_FILE:
        return None
    path = folder(study) / name
    if name in rules.FILES or (name.startswith("fiches/") and "/" not in name[7:] and name.endswith(".pdf")):
        return path if path.is_file() else None
    return None


def editions(place: str) -> list[Frozen]:
    """Return the editions of reports on a place that were frozen on this installation, under any address of
    it, the latest first.
    """
    by_name: dict[tuple[str, str], Frozen] = {}
    for each in territories.same_places(place):
        for frozen in frozen_editions(Path(settings.HOME), each):
            by_name.setdefault((frozen.report, frozen.name), frozen)
    return sorted(by_name.values(), key=lambda x: -(x.path / FILE).stat().st_mtime)


def edition_path(place: str, report: str, name: str) -> Path:
    """Return the folder of an edition of a place, frozen under any address of it; else where to freeze it:
    under the official territory, whose editions stay when a perimeter is dropped.
    """
    known = next((x.path for x in editions(place) if x.report == report and is_same_name(x.name, name)), None)
    official = next((x for x in territories.same_places(place) if x in gazetteer()), place)
    return known or edition_folder(Path(settings.HOME), official, report, name)


@dataclass(frozen=True, slots=True)
class Sealing:
    """The line of the journal on an edition: the digest of its fingerprint, when and by whom it was frozen.
    by: "" for a command, or an account that is no longer there.
    """

    digest: str
    at: datetime
    by: str


def edition_sealings(paths: Sequence[Path]) -> dict[Path, Sealing]:
    """Return the lines of the journal on some editions; none of those that were frozen without a platform, or
    before the journal held them.
    """
    if not paths:
        return {}
    names = {rules.edition_name(path): path for path in paths}
    is_named = reduce(or_, (Q(words__startswith=f"{name} ") for name in names))
    # Of all lines, those of no row: the index finds them.
    of_editions = Entry.objects.filter(is_named, kind=Study._meta.label_lower, row=0, verb=rules.FROZEN)
    lines = list(of_editions.order_by("pk"))
    by = dict(User.objects.filter(pk__in={each.by for each in lines}).values_list("pk", "name"))
    digest_lines = ((*line.words.rpartition(" ")[::2], line) for line in lines)
    return {
        names[name]: Sealing(digest, line.at, by.get(line.by or 0, ""))
        for name, digest, line in digest_lines
        if name in names
    }


def edition_seal(path: Path) -> str:
    """Return the digest that the journal holds of the fingerprint of an edition, "" when it holds none."""
    sealing = edition_sealings([path]).get(path)
    return sealing.digest if sealing else ""


def ground(study: Study) -> Ground:
    """Return the starting point of a “what if”: the areas, zones and places of a study, as they were then."""
    return _ground(study.pk, study.key, study.offer)


def ground_path(study: Study) -> Path:
    """Return where the ground of a study stands, once made from these places by this version."""
    return _ground_path(study.key, study.offer)


def _ground_path(key: str, offer: str) -> Path:
    read = [offer, *map(version, WRITTEN_BY), *(f"{kind}.{f.name}" for kind in PARTS for f in fields(kind))]
    name = hmac.new(settings.SECRET_KEY.encode(), repr(read).encode(), hashlib.sha256).hexdigest()[:20]
    return Path(settings.HOME) / GROUNDS / f"{key}-{name}"


@lru_cache(maxsize=4)
def _ground(pk: int, key: str, offer: str) -> Ground:
    stored_ground = stored_objects.load(_ground_path(key, offer), key=settings.SECRET_KEY.encode())
    return stored_ground if isinstance(stored_ground, Ground) else new_ground(Study.objects.get(pk=pk))


def new_ground(study: Study) -> Ground:
    """Return the ground of a study, made now (seconds); Refused when the territory is too large."""
    request = request_of(study)
    ground_made = offer_census.ground_of(request, census_of(request))
    if ground_made is None:
        raise Refused(
            "Ce territoire est trop grand pour des distances.",
            why="Il faudrait situer les habitants de milliers de quartiers.",
            do="Choisissez un territoire plus petit.",
        )
    return ground_made


def what_if(ground_: Ground, line: str, form_values: Mapping[str, Any]) -> Json:
    """Return the effect of a what-if, as a reader sees it; `spots` are the points to mark on the map."""
    if form_values["geste"] == "fermer":
        place = next(p for p in ground_.places if p.id == form_values["lieu"])
        return {
            "change": territory_offer.change_read(closed(ground_, line, [place.id])),
            "spots": [place] if place.is_precise else [],
        }
    if form_values["geste"] == "ligne":
        vehicle, _, name = form_values["ligne"].partition(":")
        return {
            "change": territory_offer.change_read(stopped(ground_, line, (vehicle, name))),
            "spots": [],
        }
    if form_values["geste"] == "ouvrir":
        spot = _spot(ground_, form_values["ou"])
        new = Place(id=f"+{spot.id}", name=spot.name, lon=spot.lon, lat=spot.lat, offers=frozenset({line}))
        return {
            "change": territory_offer.change_read(opened(ground_, line, [new])),
            "where": spot.name,
            "spots": [new],
        }
    communes = {code: code for code in set(ground_.areas.commune[ground_.zone_of >= 0].tolist())}
    names = {code: gazetteer().get(code).name for code in communes}
    centres = siting.centres(names)
    if form_values["geste"] == "arrets":
        everywhere = [siting.Spot(p.id, p.name, p.lon, p.lat) for p in ground_.places if p.is_precise]
        proposal = siting.stops(
            ground_, form_values["points"] or [*everywhere, *centres], form_values["combien"]
        )
    elif form_values["geste"] == "desserte":
        names_by_zone = territory_offer.zone_names(ground_)
        zones = [
            replace(_spot(ground_, f"zone:{zone.code}"), name=names_by_zone[zone.code])
            for zone in ground_.zones
        ]
        proposal = siting.line_stops(ground_, line, form_values["points"] or zones, form_values["combien"])
    else:
        proposal = siting.best(
            ground_,
            line,
            form_values["points"] or [*siting.without(ground_, line), *centres],
            form_values["combien"],
        )
    return {
        "proposal": territory_offer.proposal_read(proposal),
        "spots": [each.spot for each in proposal.spots],
    }


def _spot(ground_: Ground, where: str) -> siting.Spot:
    """Return the point of a choice: a place that stands there, or the middle of where a zone's people
    live.
    """
    kind, _, id = where.partition(":")
    if kind == "point":
        latitude, longitude = map(float, id.split(","))
        name = f"le point touché, {siting.zone_at(ground_, longitude, latitude)}"
        return siting.Spot(where, name, longitude, latitude)
    if kind == "lieu":
        place = next(p for p in ground_.places if p.id == id)
        return siting.Spot(place.id, place.name, place.lon, place.lat)
    position = next(i for i, zone in enumerate(ground_.zones) if zone.code == id)
    return siting.Spot(id, ground_.zones[position].name, *siting.middle(ground_, ground_.zone_of == position))


def touchable(svg: str, ground_: Ground) -> dict[str, float]:
    """Return where degrees fall on a map, for a finger to point at it; nothing when there is no map."""
    frame = atlas.gap_frame(ground_) if svg else None
    if frame is None:
        return {}
    return {"west": frame.west, "north": frame.north, "scale": frame.scale, "squeeze": frame.squeeze}


def scenarios(place: str) -> QuerySet[Scenario]:
    """Return the what-ifs kept for a place, the latest first."""
    return Scenario.objects.filter(place=place).select_related("kept_by")


def marked(svg: str, ground_: Ground, spots: Sequence[siting.Spot | Place]) -> str:
    """Return a map of the gaps with these spots marked; with the homes from which a place is within reach,
    where they are places.
    """
    frame = atlas.gap_frame(ground_) if svg else None
    if frame is not None:
        shapes = [catchment(ground_, spot) for spot in spots if isinstance(spot, Place)]
        svg = maps.overlaid(svg, shapes, frame, kind="choisie")
    return atlas.marked(svg, ground_, spots)


def census_page(study: Study, *, on: date) -> CensusReading | None:
    """Return the places of a territory in figures, from today's directory: those of the communes that the
    filter of the study keeps.

    None when the filter keeps only a part of some commune: nothing says on which side its places are.
    """
    request = request_of(study)  # first: the tables are then read with the corrections of the study
    iris = frames.sources().rp2021
    at = request.zoning.rows
    if request.inside is not None:
        share = request.inside.share[at]
        codes, groups = group(iris["commune"][at])
        people_ = iris["pop"][at]
        people_total, people_inside = total_by(groups, people_), total_by(groups, people_ * share)
        if ((people_inside > 0) & (people_inside < people_total)).any():
            return None
        at = at[share > 0]
    codes, groups = group(iris["commune"][at])
    people = dict(zip(codes.tolist(), total_by(groups, iris["pop"][at]).astype(int).tolist(), strict=True))
    names = {code: gazetteer().get(code).name for code in people}
    rows, doubles = studied.rows(people, on=on)
    return census.census_page(rows, inhabitants=people, names=names, on=on, doubles=doubles)


def places_around(study: Study) -> tuple[int, int]:
    """Return how many published places the départements of a territory have, and how many these are."""
    at = request_of(study).zoning.rows
    iris = frames.sources().rp2021
    within = {departement(code) for code in iris["commune"][at].tolist()}
    return studied.n_within(within), len(within)


def grid(
    study: Study, reading: Reading, *, on: date
) -> list[tuple[criteria.Axis, tuple[territory_findings.FindingReading, ...]]]:
    """Return the grid of a diagnosis, each axis with what people found of it."""
    field_findings = findings(study.place)
    counted, filtered = census_page(study, on=on), reading.filter is not None
    # What surveys and the network say of the whole territory says nothing of the part that a filter keeps.
    # The sentence that counts the zones in both precarities; the one that none is in both.
    sentences = reading.crossing_sentence.removesuffix(".").split(". ")
    axes = criteria.grid(
        reading.offer,
        counted.shares if counted else census.NO_SHARES,
        {} if filtered else evidence.closest(surveyed_place(study.place)),
        None if filtered else totals.totals(communes_of(study.place)).observed.moved,
        [zone.code for zone in reading.zones if zone.cell == "les_deux" and zone.is_likely],
        (
            f"{next((each for each in sentences if ' sur ' in each), sentences[0])}."
            if reading.crossing_sentence
            else ""
        ),
        published_surveys(study.place),
    )
    return wording.spaced_within([(axis, territory_findings.read(field_findings, axis.id)) for axis in axes])


def surveyed_of(study: Study, reading: Reading) -> criteria.Surveyed:
    """Return the published answers of the territory of a study, those of a scale taken together; none where
    a filter keeps a part of its residents.
    """
    if reading.filter is not None:
        return {}
    return evidence.closest(surveyed_place(study.place), by_group=True)


def field_of(study: Study, reading: Reading, *, on: date, figures: bytes = b"") -> FieldReading:
    """Return the knowledge of the platform on a territory beside its study, for its dossier. figures: its
    etude.json, of a study whose files are still to be written.
    """
    workshops, journeys = WORKSHOPS.only()(study.place)
    return FieldReading(
        census=census_page(study, on=on) if reading.offer is not None else None,
        method=_census_method(study.place),
        services=services.read(evidence.closest(surveyed_place(study.place))),
        actions=awareness_actions(study.place),
        grid=tuple(grid(study, reading, on=on)),
        # A dossier is handed to others: an address of this computer leads them nowhere.
        map_address=f"{settings.ADDRESS}{reverse('find')}?{urlencode({'ou': reading.territory.name})}"
        if settings.IS_PUBLIC
        else "",
        surveys=published_surveys(study.place),
        mission=with_workshops(mission(study.place, on=on), workshops),
        workshops=workshops,
        journeys=journeys,
        photograph=photograph(study.place),
        theme=theme_of(study.place),
        is_filtered=reading.filter is not None,
        surveyed=surveyed_of(study, reading),
        plan=PUBLISHED_PLAN.only()(study.place, reading, on=on),
        changes=CHANGES.only()(study, figures=json.loads(figures) if figures else None, reading=reading),
        voices=verbatims.published_voices(surveyed_place(study.place)),
        connection=connection_of(study, on=on),
    )


def connection_of(study: Study, *, on: date) -> ConnectionReading | None:
    """Return the connection of the communes of a study, by the latest file dropped; None without."""
    return _connection(territories.connections(), list(zone_rows(study).values()), on=on)


def zone_connections(study: Study) -> dict[str, ConnectionReading]:
    """Return the connection of the communes of each zone of a study, by its code; none without a file that
    counts one.
    """
    file, on = territories.connections(), timezone.localdate()
    readings = {
        code: _connection(file, [rows], on=on) for code, rows in (zone_rows(study) if file else {}).items()
    }
    return {code: read for code, read in readings.items() if read is not None and read.communes}


def _connection(
    file: Marking | None, zones: Sequence[NDArray[np.int64]], *, on: date
) -> ConnectionReading | None:
    """Return the connection of the communes of some zones. zones: rows of census areas."""
    if file is None:
        return None
    communes = frames.sources().rp2021["commune"]
    codes = np.unique(communes[np.concatenate(zones)])
    names = territory_offer.commune_names(codes.tolist())
    counted = connection.of_communes(names, file.shares, file.premises)
    return ConnectionReading(
        source=file.source,
        year=int(file.generation),
        communes=counted,
        n_missing=len(names) - len(counted),
        whole_communes=sum(map(len, zones)) == np.isin(communes, codes).sum(),
        on=on,
    )


def awareness_actions(place: str) -> tuple[Action, ...]:
    """Return the awareness actions of a territory, in words."""
    return tuple(
        Action(
            kind=row.get_kind_display(),
            name=row.name,
            place=row.place,
            when=f"{date_text(row.on)}{f', {row.rhythm}' if row.rhythm else ''}",
            public=row.public,
            met="" if row.met is None else _met(row.met),
        )
        for row in outings.of_territory(place)
    )


def _met(n: int) -> str:
    """Return how many people an action met, as anybody reads it."""
    least = int(number("protection/small_count"))
    return wording.number(n) if n >= least else f"moins de {least}"


def _census_method(place: str) -> tuple[Paragraphs, ...]:
    """Return how the census of a territory was made, () where nobody keeps its list of bodies."""
    try:
        ground_ = outreach_census.ground(place)
    except Refused:
        return ()
    return tuple(Paragraphs(part.title, tuple(part.paragraphs)) for part in method.method(ground_))


# ----------------------------------------------------------------------------------- the search of the space


@cache
def _territories() -> tuple[FixedEntry, ...]:
    address = reverse("territory", args=["CODE"])  # once: there are 36,000 of them
    return tuple(
        FixedEntry(
            Hit(
                each.name,
                ", ".join(filter(None, (KIND_LABELS[each.kind], each.place))),
                address.replace("CODE", each.code),
            ),
            each.code,
        )
        for each in gazetteer()
    )


def _perimeter_hit(row: Perimeter, user: Visitor) -> Hit:
    return Hit(row.name, row.reason, reverse("territory", args=[row.slug]))


SEARCH_KINDS = (
    SearchKind(
        id="perimetres",
        label="Périmètres enregistrés",
        icon="map",
        model="territories.perimeter",
        rows=lambda user: Perimeter.objects.all(),
        indexed=Perimeter.objects.all,
        words=lambda row: (row.name, row.reason),
        hit=_perimeter_hit,
    ),
    FixedKind(id="territoires", label="Territoires", icon="map", entries=_territories),
)
