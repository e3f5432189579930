"""Asking for studies, computing them in the background, stopping them, commenting them."""

import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

import numpy as np
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone
from django_tasks import task

from maillage.apps.directory.memberships.access import communes_of
from maillage.apps.directory.places.queries import studied
from maillage.apps.dossiers import queries, rules
from maillage.apps.dossiers.models import (
    Comment,
    Finding,
    MissionStep,
    Scenario,
    Study,
    StudyMission,
    StudyPhotograph,
    StudyTheme,
)
from maillage.apps.dossiers.queries import Loading, StudyRequest
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.territories import queries as territories
from maillage.kernel import stored_objects
from maillage.kernel.disk import write_whole
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import DOUBLE_CLICK, line
from maillage.publishing.page import pdf
from maillage.publishing.page import theme as themes
from maillage.publishing.page.folder import FILE, digest
from maillage.publishing.territory import atlas, edition
from maillage.publishing.territory.reading import dump
from maillage.sources import streets, timetables
from maillage.statistics.diagnosis.request import Cancelled
from maillage.statistics.offer import census as offer_census
from maillage.statistics.offer import transit
from maillage.statistics.offer.grounds import Ground
from maillage.statistics.study import study as compute_study
from maillage.web import locks
from maillage.web.overwrites import refuse_overwrites
from maillage.web.photographs import read_photograph
from maillage.web.uploads import BrowserFile

R = TypeVar("R", bound=Model)

Tell = Callable[[str, float], None]
MOST_SCENARIOS, MOST_QUERY = 100, 8_000
TRIED = (
    "offre",
    "public",
    "geste",
    "ou",
    "lieu",
    "ligne",
    "combien",
    "points",
)  # what a kept what-if remembers
MOST_GROUNDS = 40  # kept for what-ifs, a few megabytes each: the oldest go
ANOTHER_PICTURE = "Choisissez une autre image, JPEG ou PNG, puis enregistrez."
LATER = timedelta(seconds=30)
BETWEEN_SIGNS = 0.3  # seconds between two signs of progress written to the database


def ask(study_request: StudyRequest, *, priority: int = rules.VISITOR, is_check: bool = False) -> Study:
    """Return the study of these inputs, queued when new; Refused when they are inconsistent.

    priority: of two studies that wait, the highest is computed first; is_check: it only serves to check a
    number, and comes after all others.
    """
    inputs = queries.inputs_of(study_request)
    key = rules.key_of(inputs)
    stored_study = Study.objects.filter(key=key).first()
    if stored_study is not None:
        return _found_again(stored_study) if queries.is_lost(stored_study) else stored_study
    if study_request.inside:
        queries.request_from(inputs)  # refuses a filter that keeps nobody before anything is queued
    perimeter = territories.perimeter(study_request.place)
    name = perimeter.name if perimeter else territories.territory(study_request.place).long_name
    with transaction.atomic():
        study, is_new = Study.objects.get_or_create(
            key=key, defaults={"place": inputs["place"], "name": name, "inputs": inputs, "is_check": is_check}
        )
        if is_new:
            _enqueue(study, rules.CHECK if is_check else priority)
    return study


def hasten(study: Study, priority: int) -> None:
    """Move a study up to a priority: it waited for a number to check, or for somebody with less."""
    if study.is_check:
        Study.objects.filter(pk=study.pk).update(is_check=False)
        study.is_check = False
    if study.status == rules.QUEUED:
        tasks = queries.tasks_of(study, compute_later.module_path)
        late = tasks.filter(status="READY", priority__lt=priority)
        if late.exists():  # read first: a page that is read waits for no writer
            late.update(priority=priority)


@transaction.atomic
def _found_again(study: Study) -> Study:
    """Compute again a study whose files were removed, or come from an earlier version."""
    if Study.objects.filter(pk=study.pk, status=rules.DONE).update(
        status=rules.QUEUED, share=0.0, finished_at=None
    ):
        _enqueue(study)
    study.refresh_from_db()
    return study


@transaction.atomic
def ask_again(study: Study) -> None:
    """Restart a study that failed or was stopped; one that is pending or done is unchanged."""
    changed = Study.objects.filter(pk=study.pk, status__in=(rules.FAILED, rules.CANCELLED)).update(
        status=rules.QUEUED,
        step="",
        share=0.0,
        cancel_asked=False,
        error=None,
        started_at=None,
        finished_at=None,
    )
    if changed:
        _enqueue(study)


def take_up(study: Study) -> None:
    """Put a study that is not done back in the queue, whatever stopped it."""
    Study.objects.filter(pk=study.pk).exclude(status=rules.DONE).update(
        status=rules.QUEUED,
        step="",
        share=0.0,
        cancel_asked=False,
        error=None,
        started_at=None,
        finished_at=None,
    )


@transaction.atomic
def cancel(study: Study) -> None:
    """Cancel a study: at once when it is queued, at its next step when it runs."""
    if Study.objects.filter(pk=study.pk, status=rules.QUEUED).update(status=rules.CANCELLED):
        publish_again(study.place)  # the study that it would have replaced waited for it
    Study.objects.filter(pk=study.pk, status=rules.RUNNING).update(cancel_asked=True)


def _enqueue(study: Study, priority: int = rules.VISITOR) -> None:
    compute_later.using(priority=priority).enqueue(
        study.pk
    )  # a row of the same transaction: no task without its study, nor the reverse


@task(queue_name=queries.SLOW)
def compute_later(pk: int) -> None:
    """Compute a study, from the worker."""
    study = Study.objects.filter(pk=pk).first()
    if study is not None:
        compute(study)


def compute(study: Study, *, tell: Tell = lambda step, share: None) -> None:
    """Compute a study and write its files; its row stores its progress, its end, and the reason of a failure.

    tell: given the same progress, a step and a share from 0 to 1. Only one worker takes a study, under a lock
    that ends with its process.
    """
    with locks.exclusive(_lock_name(study)) as is_locked:
        if is_locked:
            _compute(study, tell)


def _lock_name(study: Study) -> str:
    return f"etude-{study.pk}"


def _compute(study: Study, tell: Tell) -> None:
    begun = timezone.now()
    # Running, under a lock that was free: whoever computed it died.
    taken = Study.objects.filter(pk=study.pk, status__in=rules.ALIVE).update(
        status=rules.RUNNING, started_at=begun
    )
    if not taken:
        return
    start = time.monotonic()
    try:
        _write(study, begun, tell)
    except Cancelled:
        _end(study, rules.CANCELLED, start)
    except Refused as error:
        home = f"{Path(settings.HOME)}/"  # where we are installed is nobody's business
        _end(study, rules.FAILED, start, error=[text.replace(home, "") for text in error.sentences])
    except (
        KeyboardInterrupt,
        SystemExit,
    ):  # somebody stopped the program, not the study: it waits for the next one
        Study.objects.filter(pk=study.pk).update(status=rules.QUEUED, step="", share=0.0)
        raise
    except Exception:
        _end(study, rules.FAILED, start, error=list(UNEXPECTED))
        raise
    else:
        _end(study, rules.DONE, start)


DIED = "maillage.manage.deploy.worker.WorkerDied"  # what a task set aside says, once its workers all died
UNEXPECTED = (
    "Le calcul s’est arrêté sur une erreur imprévue.",
    "Ce n’est pas votre faute ; l’erreur est notée dans le journal du serveur.",
    "Relancez le calcul. S’il échoue encore, prévenez la personne qui tient cette installation.",
)


def _write(study: Study, begun: datetime, tell: Tell = lambda step, share: None) -> None:
    """Write everything aside, then put the folder in place: a reader never sees half a study."""
    progress = _Progress(study, tell)
    request = queries.request_of(study)
    change, census = studied.last_change(), queries.census_of(request)
    computed = compute_study(request, lambda step, share: progress(step, 0.55 * share), census=census)
    prepared = edition.prepare(computed, lambda step, share: progress(step, 0.55 + 0.15 * share))
    prepared = replace(prepared, reading=queries.with_census(study.place, prepared.reading))
    target = queries.folder(study)
    aside = queries.aside(study)
    shutil.rmtree(aside, ignore_errors=True)
    edition.write(
        prepared,
        aside,
        on=timezone.localdate(begun),
        comments=queries.comments(study.place, prepared.reading.fingerprint),
        field=queries.field_of(study, prepared.reading, on=timezone.localdate(begun), figures=prepared.json),
        progress=lambda step, share: progress(step, 0.7 + 0.1 * share),
    )
    write_whole(aside / "lecture.json", dump(prepared.reading))
    for name, svg in prepared.layers.items():
        write_whole(aside / f"carte-{name}.svg", svg)
    zones = computed.diagnosis.zones
    for position, zone in enumerate(zones):
        progress("Cartes des zones", 0.8 + 0.2 * position / len(zones))
        if svg := atlas.sheet_map(computed.diagnosis, zone.zone.code, computed.offered):
            write_whole(aside / "vignettes" / f"{zone.zone.code}.svg", svg)
    if shapes := atlas.map_data(prepared.drawn):
        write_whole(aside / "carte.json", json.dumps(shapes, ensure_ascii=False, separators=(",", ":")))
    write_whole(aside / "tricot.svg", atlas.knitted(prepared.knit))
    _save_draws(aside / "tirages.npy", 100 * computed.diagnosis.draws / max(computed.diagnosis.universe, 1.0))
    _replace(target, aside)
    study.offer = census.digest
    at = timezone.now()  # its places may be read again long after it was first asked
    Study.objects.filter(pk=study.pk).update(
        offer=census.digest,
        offer_change=change,
        finished_at=at,
        seconds=round((at - begun).total_seconds(), 1),
    )
    if (start := offer_census.ground_of(request, census, computed.diagnosis)) is not None:
        _keep_ground(study, start)


def _replace(target: Path, aside: Path) -> None:
    """Put a folder in place of another: a page that is read meanwhile misses it for two renames, not for as
    long as its files are erased, or it would have the study computed again.
    """
    former = aside.with_name(f"{aside.name}-avant")
    shutil.rmtree(former, ignore_errors=True)
    if target.exists():
        target.replace(former)
    aside.replace(target)
    shutil.rmtree(former, ignore_errors=True)


def ground(study: Study) -> Ground:
    """Return the starting point of a “what if”, made once for a study and the places it counted, then kept
    for every process.
    """
    if not queries.ground_path(study).exists():
        _keep_ground(study, queries.new_ground(study))
    return queries.ground(study)


def _keep_ground(study: Study, start: Ground) -> None:
    path = queries.ground_path(study)
    stored_objects.save(path, start, key=settings.SECRET_KEY.encode())
    files = sorted(
        path.parent.glob("*-*"), key=lambda path_of_file: path_of_file.stat().st_mtime, reverse=True
    )
    for rank, former in enumerate(files):
        if rank >= MOST_GROUNDS or (former != path and former.name.startswith(f"{study.key}-")):
            former.unlink(missing_ok=True)


def _save_draws(path: Path, draws: np.ndarray) -> None:
    np.save(path, draws)


def _end(study: Study, status: str, start: float, error: list[str] | None = None) -> None:
    Study.objects.filter(pk=study.pk).update(
        status=status,
        share=1.0 if status == rules.DONE else 0.0,
        step="",
        cancel_asked=False,
        error=error,
        finished_at=timezone.now(),
        seconds=round(time.monotonic() - start, 1),
    )
    if status != rules.DONE:
        publish_again(study.place)  # as for one that was cancelled before it began


class _Progress:
    """Progress written to the study's row, at most three times a second; stops when the study was
    cancelled.
    """

    def __init__(self, study: Study, tell: Tell) -> None:
        self._study, self._tell, self._last = study, tell, 0.0

    def __call__(self, step: str, share: float) -> None:
        now = time.monotonic()
        if now - self._last < BETWEEN_SIGNS:
            return
        self._last = now
        self._tell(step, share)
        rows = Study.objects.filter(pk=self._study.pk)
        if rows.filter(cancel_asked=True).exists():
            raise Cancelled
        rows.update(step=step, share=share)


def load_ways(
    kind: str, files: Sequence[BrowserFile], *, by: User, at: datetime, perimeter: str = "", licence: str = ""
) -> None:
    """Store the files from which ways are counted, and have them read in the background. kind: of rules.WAYS;
    perimeter: the territory to which streets are cut. Refused while others are being read.
    """
    folder = queries.loading_folder(kind)
    with locks.exclusive(f"depot-{kind}") as is_free:
        if not is_free or queries.loading(kind).is_alive:
            raise Refused(
                "Rien n’a été chargé.",
                why="Un autre chargement est en cours.",
                do="Attendez sa fin, puis recommencez.",
            )
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        names = tuple(dict.fromkeys(Path(str(each.name)).name for each in files))
        for name, sent in zip(names, files, strict=False):
            with (folder / name).open("wb") as target:
                target.writelines(sent.chunks())
        _say_loading(kind, Loading(rules.QUEUED, files=names))
        with transaction.atomic():
            journal.record(by=by, verb=rules.WAYS_LOADED, row=Study(pk=0), at=at, words=" ".join(names))
            load_ways_later.enqueue(kind, perimeter, licence)


@task(queue_name=queries.SLOW)
def load_ways_later(kind: str, perimeter: str, licence: str) -> None:
    """Read the files of a load, from the worker, and erase them; what was loaded before stays until then."""
    former = queries.loading(kind)
    if not former.is_alive:
        return
    last = 0.0

    def progress(step: str, share: float | None) -> None:
        nonlocal last
        if time.monotonic() - last >= BETWEEN_SIGNS:
            last = time.monotonic()
            _say_loading(kind, replace(former, status=rules.RUNNING, step=step, share=share or 0.0))

    try:
        doubts = _load(kind, former.files, perimeter, licence, progress)
    except Refused as error:
        _say_loading(kind, replace(former, status=rules.FAILED, error=tuple(error.sentences)))
    except Exception:
        _say_loading(kind, replace(former, status=rules.FAILED, error=UNEXPECTED))
        raise
    else:
        _say_loading(kind, replace(former, status=rules.DONE, share=1.0, doubts=doubts))
    for name in former.files:
        (queries.loading_folder(kind) / name).unlink(missing_ok=True)


def _load(
    kind: str, names: Sequence[str], perimeter: str, licence: str, progress: streets.Progress
) -> tuple[str, ...]:
    """Load files in place of the former ones, and return the doubts about them."""
    home, today = Path(settings.HOME), timezone.localdate()
    paths = [queries.loading_folder(kind) / name for name in names]
    if kind == rules.TIMETABLES:
        loaded = timetables.load(paths, home, licence=licence, today=today, progress=progress)
        far = transit.stops_off_streets(loaded, streets.loaded(home))
        return (*timetables.doubts(loaded, len(paths), today), *far)
    communes = communes_of(perimeter) if perimeter else None
    box = streets.box_around(perimeter, communes) if communes is not None else None
    extract = streets.load(paths[0], home, box=box, perimeter=perimeter, tiles=paths[1:], progress=progress)
    return tuple(streets.doubts(extract, today))


def _say_loading(kind: str, state: Loading) -> None:
    content = json.dumps(asdict(state), ensure_ascii=False)
    write_whole(queries.loading_folder(kind) / queries.LOADING_FILE, content)


def resume() -> int:
    """Queue again the studies whose process died, and return how many; one that is being computed somewhere
    is left to it. A study whose workers all died is failed.
    """
    n = 0
    for study in Study.objects.filter(status=rules.RUNNING):
        with locks.exclusive(_lock_name(study)) as is_locked:
            if is_locked:
                n += _take_back(study)
    for study in Study.objects.filter(status=rules.QUEUED):
        if not queries.tasks_of(study, compute_later.module_path, alive=True).exists():
            _enqueue(study)
            n += 1
    return n


@transaction.atomic
def _take_back(study: Study) -> int:
    """Put a study that nobody computes any more back in its queue; return the number of rows changed,
    0 or 1.
    """
    running = Study.objects.filter(pk=study.pk, status=rules.RUNNING)
    tasks = queries.tasks_of(study, compute_later.module_path)
    if study.started_at and tasks.filter(exception_class_path=DIED, finished_at__gte=study.started_at):
        running.update(
            status=rules.FAILED, share=0.0, step="", error=list(UNEXPECTED), finished_at=timezone.now()
        )
        return 0
    changed = running.update(status=rules.QUEUED, share=0.0, step="", cancel_asked=False)
    if changed and not queries.tasks_of(study, compute_later.module_path, alive=True).exists():
        _enqueue(study)
    return changed


def publish_again_after_a_stop() -> int:
    """Queue the dossiers that are behind what was written for them, and return how many."""
    behind = queries.behind_their_words()
    for study in behind:
        publish_later.enqueue(study.pk)
    return len(behind)


def tidy() -> int:
    """Erase the studies that no address can reach any more (older method or data), and return how many."""
    old = [
        study
        for study in Study.objects.exclude(status__in=rules.ALIVE)
        if rules.key_of(study.inputs) != study.key
    ]
    for study in old:
        study.delete()
        shutil.rmtree(queries.folder(study), ignore_errors=True)
    live_keys = set(Study.objects.values_list("key", flat=True))
    for study in Study.objects.only("key"):
        aside = queries.aside(study)
        if aside.exists() and not locks.is_free(_lock_name(study)):  # another server computes it
            live_keys.add(aside.name)
    for path in queries.home().glob("*"):
        if path.name not in live_keys:
            shutil.rmtree(path, ignore_errors=True)
    return len(old)


def seal_edition(path: Path, *, by: User | None, at: datetime) -> None:
    """Write in the journal the digest of an edition that was just frozen: changed later, its folder is no
    longer the one that the journal, a chain, tells. An edition is a folder, not a row: its number is 0.
    """
    words = f"{rules.edition_name(path)} {digest((path / FILE).read_bytes())}"
    journal.record(by=by, verb=rules.FROZEN, row=Study(pk=0), at=at, words=words)


@transaction.atomic
def comment(
    *, by: User, place: str, texts: dict[str, str], original: Mapping[str, Any] | None = None
) -> None:
    """Store the analyst's comments on a place, by section, with the study that they are written for; an empty
    text deletes the comment. original: the texts read by the user, to replace nothing else. Refused with a
    secret in its words, which anybody reads.

    The worker rewrites existing dossiers: figures do not change.
    """
    latest_study = queries.latest(place)
    about: dict[str, Any] = {"study": "", "study_on": None}
    if latest_study is not None and not queries.is_lost(latest_study):
        about = {
            "study": queries.reading(latest_study).fingerprint,
            "study_on": timezone.localdate(latest_study.finished_at),
        }
    typed = {section: text for section, text in texts.items() if section in rules.SECTIONS}
    _check_words(typed)
    for section in typed:
        Comment.objects.get_or_create(place=place, section=section, defaults={"written_by": by})
    rows = Comment.objects.select_for_update().filter(place=place, section__in=typed)
    now = {row.section: row.text for row in rows}
    what = "La page des commentaires n’a pas été enregistrée."
    refuse_overwrites(what, now=now, original=original or {}, typed=typed)
    for section, text in typed.items():
        Comment.objects.filter(place=place, section=section).update(
            text=text.strip(), written_by=by, written_at=timezone.now(), **about
        )
    publish_again(place)


def publish_again(place: str) -> None:
    """Let the worker write again the dossiers that tell what somebody has just changed, once for several
    changes in a row; that of a study which is being computed, once it ends. Those that a later study
    replaces, or is about to, keep the words of their day: the worker has that study to compute first.
    """
    places = territories.same_places(place)
    latest = queries.latest_of(places)
    awaited_studies = Study.objects.filter(place__in=places, status__in=rules.ALIVE, is_check=False)
    replaced_places = {each.place for each in awaited_studies if rules.is_plain(each.inputs)}
    for study in Study.objects.filter(place__in=places, status__in=rules.STARTED):
        is_replaced = study not in latest or study.place in replaced_places
        if study.status == rules.DONE and rules.is_plain(study.inputs) and is_replaced:
            continue
        if not queries.tasks_of(study, publish_later.module_path).filter(status="READY").exists():
            publish_later.enqueue(study.pk)


def publish_all_again() -> None:
    """Let the worker write again the dossiers of every territory, as `publish_again` does for one."""
    for place in set(Study.objects.filter(status__in=rules.STARTED).values_list("place", flat=True)):
        publish_again(place)


def is_rewritten(study: Study) -> bool:
    """Return True while the dossier of a study waits to be written again with what was just changed."""
    return queries.tasks_of(study, publish_later.module_path, alive=True).exists()


@transaction.atomic
def note(place: str, values: dict[str, Any], *, by: User, at: datetime) -> Finding:
    """Store a finding about a territory; its dossiers are written again with it. Refused with a secret in its
    words, which anybody reads.
    """
    _check_words(values)
    rows = Finding.objects.filter(place=place, withdrawn_at=None, written_by=by)
    if (same := _pressed_twice(rows, values, by=by, at=at)) is not None:
        return same
    finding = Finding.objects.create(place=place, written_by=by, written_at=at, **values)
    publish_again(place)
    return finding


def _pressed_twice(rows: QuerySet[R], values: Mapping[str, Any], *, by: User, at: datetime) -> R | None:
    """Return the row that the same account just wrote, word for word: the second press of one button answers
    as the first did. None when it wrote nothing like it.
    """
    User.objects.select_for_update().get(pk=by.pk)  # two presses at once: the second reads the first
    return rows.filter(**values, written_at__gt=at - DOUBLE_CLICK).first()


@transaction.atomic
def withdraw(finding: Finding, *, withdrawn: bool = True, at: datetime) -> None:
    """Take a finding off the pages and the dossiers, or put it back; two who ask the same both have it."""
    locked_finding = Finding.objects.select_for_update().get(pk=finding.pk)
    finding.withdrawn_at = locked_finding.withdrawn_at
    if bool(finding.withdrawn_at) != withdrawn:
        finding.withdrawn_at = at if withdrawn else None
        finding.save(update_fields=["withdrawn_at"])
        publish_again(finding.place)


@transaction.atomic
def set_mission(
    place: str, values: dict[str, Any], *, original: Mapping[str, Any] | None = None, by: User, at: datetime
) -> StudyMission:
    """Write the mission of the study of a place: who asked, who leads, why this perimeter; a field without a
    value stays as it is. original: the values read by the user, to replace nothing else. Refused when it ends
    before it begins, or with a secret in its words.
    """
    _check_words(values)
    mission, _ = StudyMission.objects.get_or_create(
        place=place, defaults={"written_at": at, "written_by": by}
    )
    row = StudyMission.objects.select_for_update().get(pk=mission.pk)
    what = "La mission n’a pas été enregistrée."
    refuse_overwrites(
        what, now={name: getattr(row, name) for name in values}, original=original or {}, typed=values
    )
    for name, value in values.items():
        setattr(row, name, value)
    if row.starts_on and row.ends_on and row.ends_on < row.starts_on:
        raise Refused(what, why="Elle finit avant de commencer.", do="Corrigez l’un des deux jours.")
    row.written_at, row.written_by = at, by
    row.save()
    publish_again(place)
    return row


@transaction.atomic
def set_theme(
    place: str, *, name: str, colour: str, logo: bytes | None, by: User, at: datetime
) -> StudyTheme:
    """Write the look of the reports of a place. Refused for a colour on which white cannot be read, or a logo
    that cannot be printed. logo: None leaves the one that is there.
    """
    former = StudyTheme.objects.select_for_update().filter(place=place).first()
    drawn = (former.logo if former else "") if logo is None else _logo(logo)
    look = themes.theme(line(name, 80), colour.strip(), drawn)
    row, _ = StudyTheme.objects.update_or_create(
        place=place,
        defaults={
            "name": look.name,
            "colour": look.colour,
            "logo": look.logo,
            "written_at": at,
            "written_by": by,
        },
    )
    publish_again(place)
    return row


def _logo(content: bytes) -> str:
    """Return a logo as text; Refused when it is heavy, or cannot be drawn."""
    text = themes.drawing(content) if len(content) <= themes.HEAVIEST else ""
    if not text or len(text) > themes.LARGEST or not pdf.is_drawable(text):
        raise Refused(
            "Ce logo ne peut pas être imprimé.",
            why="Ce n’est ni une image PNG ou JPEG de 2 Mo au plus, ni un dessin SVG de 200 ko au plus, ou il"
            " est coupé.",
            do="Exportez-le en PNG, ou en SVG « simple », textes en tracés, sans image incorporée.",
        )
    return text


@transaction.atomic
def remove_theme(place: str) -> None:
    """Give the reports of a place the look of Maillage again."""
    StudyTheme.objects.filter(place=place).delete()
    publish_again(place)


@transaction.atomic
def set_photograph(
    place: str, *, file: BrowserFile | None, alt: str, credit: str, by: User, at: datetime
) -> StudyPhotograph:
    """Put a photograph on the covers of a place. file: None leaves the one that is there. Refused without
    any, for what is no photograph, or with a secret in its words.
    """
    _check_words({"alt": alt, "credit": credit})
    content = read_photograph(file, advice=ANOTHER_PICTURE) if file else None
    former = StudyPhotograph.objects.select_for_update().filter(place=place).first()
    if content is None and former is None:
        raise Refused(
            "La photographie n’a pas été enregistrée.",
            why="Aucun fichier n’est arrivé.",
            do="Choisissez une photographie JPEG ou PNG.",
        )
    row, _ = StudyPhotograph.objects.update_or_create(
        place=place,
        defaults={
            **({} if content is None else {"content": content}),
            "alt": line(alt, 200),
            "credit": line(credit, 120),
            "written_at": at,
            "written_by": by,
        },
    )
    publish_again(place)
    return row


@transaction.atomic
def remove_photograph(place: str) -> None:
    """Take the photograph off the covers of a place."""
    StudyPhotograph.objects.filter(place=place).delete()
    publish_again(place)


@transaction.atomic
def keep_scenario(place: str, name: str, query: str, *, by: User, at: datetime) -> Scenario:
    """Keep a what-if under a name. Refused without one, with nothing tried, or beyond what a page lists."""
    name, tried_pairs = line(name, 80), [pair for pair in parse_qsl(query[:MOST_QUERY]) if pair[0] in TRIED]
    refuse_secrets(name)
    if not name or dict(tried_pairs).get("geste", "") not in rules.WHAT_IFS or len(query) > MOST_QUERY:
        raise Refused(
            "L’essai n’est pas gardé.",
            why="Il lui manque un nom, ou rien n’a été essayé.",
            do="Essayez d’abord, puis donnez un nom : « Un accueil à la Villeneuve ».",
        )
    scenarios = Scenario.objects.filter(place=place)
    if (same := scenarios.filter(name=name, query=urlencode(tried_pairs)).first()) is not None:
        return same
    if scenarios.count() >= MOST_SCENARIOS:
        raise Refused(
            "L’essai n’est pas gardé.",
            why=f"Il y en a déjà {MOST_SCENARIOS} pour ce territoire.",
            do="Retirez-en un, puis recommencez.",
        )
    return Scenario.objects.create(
        place=place, name=name, query=urlencode(tried_pairs), kept_at=at, kept_by=by
    )


@transaction.atomic
def add_step(place: str, values: dict[str, Any], *, by: User, at: datetime) -> MissionStep:
    """Add a step to the mission of a place, which begins with it when nobody had written it."""
    _check_words(values)
    row, _ = StudyMission.objects.get_or_create(place=place, defaults={"written_at": at, "written_by": by})
    rows = MissionStep.objects.filter(mission=row, withdrawn_at=None, written_by=by)
    if (same := _pressed_twice(rows, values, by=by, at=at)) is not None:
        return same
    step = MissionStep.objects.create(mission=row, written_at=at, written_by=by, **values)
    publish_again(place)
    return step


def withdraw_step(step: MissionStep, *, withdrawn: bool = True, at: datetime) -> None:
    """Take a step of a mission off its pages, or put it back; two who ask for the same both have it."""
    if bool(step.withdrawn_at) != withdrawn:
        step.withdrawn_at = at if withdrawn else None
        step.save(update_fields=["withdrawn_at"])
        publish_again(step.mission.place)


def _check_words(values: dict[str, Any]) -> None:
    for words in values.values():
        if isinstance(words, str):
            refuse_secrets(words)


def catch_up(study: Study) -> str:
    """Recompute the offer of a study, and of the own zones of its territory, when the directory changed;
    return when that of the study was requested, "" when it did not change.

    The former figures stay on the page meanwhile; requested once, until it is computed.
    """
    # The page of a territory and the documents of its own zones tell the same places.
    behind = [each for each in dict.fromkeys((study, queries.zoned(study))) if queries.offer_is_behind(each)]
    for outdated_study in behind:
        cache_key = f"offre-{outdated_study.pk}"
        # Read first: a page that is read waits for no writer.
        is_requested = queries.tasks_of(outdated_study, refresh_later.module_path).filter(status="READY")
        if not is_requested.exists() and cache.get(cache_key) is None and cache.add(cache_key, 1, timeout=60):
            refresh_later.enqueue(outdated_study.pk)
    if study not in behind:
        return ""
    return queries.requested_on(study) or rules.moment(timezone.localtime())


@task(queue_name=queries.SLOW, priority=rules.REWRITING)
def refresh_later(pk: int) -> None:
    """Compute a finished study again with today's places, from the worker; its former files stay until it
    is done.
    """
    refresh(pk)  # somebody else writes its files: a page that still finds them behind will ask again


def refresh(pk: int) -> bool:
    """Compute a finished study again where the directory changed; return False, and compute nothing, while
    somebody else writes its files.
    """
    study = Study.objects.filter(pk=pk, status=rules.DONE).first()
    if study is None:
        return True
    with locks.exclusive(_lock_name(study)) as is_locked:
        if is_locked and queries.offer_is_behind(study):
            _write(study, timezone.now())
    return is_locked


@task(queue_name=queries.SLOW, priority=rules.REWRITING)
def publish_later(pk: int) -> None:
    """Write the dossiers of a finished study again, with today's comments, from the worker."""
    if not publish(pk):  # its files are being written, maybe without what was just typed
        publish_later.using(run_after=timezone.now() + LATER).enqueue(pk)


def publish(pk: int) -> bool:
    """Write the dossiers of a finished study again, with today's comments; return False, and write nothing,
    while somebody else writes its files.
    """
    study = Study.objects.filter(pk=pk, status__in=rules.STARTED).first()
    if study is None or queries.is_lost(study):
        return True
    with locks.exclusive(_lock_name(study)) as is_locked:
        if is_locked and Study.objects.filter(pk=pk, status=rules.DONE).exists():
            _publish(study)
    return is_locked


def _publish(study: Study) -> None:
    if queries.offer_is_behind(study):
        _write(study, timezone.now())  # whole: files and pages of one study tell the same places
        return
    request = queries.request_of(study)
    prepared = edition.prepare(compute_study(request, census=queries.census_of(request)))
    prepared = replace(prepared, reading=queries.with_census(study.place, prepared.reading))
    edition.write(
        prepared,
        queries.folder(study),
        on=timezone.localdate(),
        comments=queries.comments(study.place, prepared.reading.fingerprint),
        field=queries.field_of(study, prepared.reading, on=timezone.localdate(), figures=prepared.json),
        sheets=False,
    )
