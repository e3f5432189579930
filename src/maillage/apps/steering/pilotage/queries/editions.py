"""Changes between two frozen editions of the reports of a territory, or since one of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone

from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers.models import Study
from maillage.apps.dossiers.queries import Sealing
from maillage.apps.steering.plans.queries.report import plan_of
from maillage.kernel.errors import Refused
from maillage.publishing.catalogue import DIAGNOSIS, NAMES
from maillage.publishing.page import folder
from maillage.publishing.page.folder import Frozen
from maillage.publishing.plan.reading import plan_json
from maillage.publishing.territory import changes
from maillage.publishing.territory.changes import Change, Changes, Edition
from maillage.publishing.territory.fingerprint import fingerprint
from maillage.publishing.territory.reading import Reading

TODAY = "etude"
NO_FIGURES = Refused(
    "Les deux éditions ne peuvent pas être comparées.",
    why="L’une a été figée sans ses chiffres, avant que les éditions ne se comparent.",
    do="Choisissez-en une autre, ou figez-en une nouvelle : elle se comparera aux suivantes.",
)
DRAFT = Refused(
    "Les deux éditions ne peuvent pas être comparées.",
    why="Le plan que l’une garde n’est pas publié : seule son équipe le lit.",
    do="Choisissez-en une autre.",
)
UNKNOWN = Refused(
    "Cette édition n’est pas connue ici.",
    why="Aucune de ce nom n’est figée pour ce territoire.",
    do="Choisissez-en une dans la liste.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two editions side by side. offered: those that may be chosen, by key; before, after: the chosen keys,
    "" and TODAY by default; changes: what may be said to have moved, None without an edition or with an
    error; parts: (title, lines, what is said when nothing moved); unsealed: the chosen editions of which the
    journal holds no digest.
    """

    offered: Mapping[str, str]
    before: str
    after: str
    changes: Changes | None = None
    error: Refused | None = None
    parts: Sequence[tuple[str, Sequence[Change], str]] = field(default=())
    unsealed: Sequence[str] = field(default=())


@dataclass(frozen=True, slots=True)
class FrozenEdition:
    """An edition as it is listed. day: None for one whose fingerprint can no longer be read; sealing: when
    the journal noted it, and who froze it, None when it did not; files: (name, bytes) of each; altered: what
    is wrong with it, "" for nothing.
    """

    report: str
    title: str
    name: str
    day: date | None
    sealing: Sealing | None
    files: Sequence[tuple[str, int]]
    is_draft: bool = False
    altered: str = ""


def listed(editions: Sequence[Frozen]) -> list[FrozenEdition]:
    """Return editions as they are listed, each read and checked."""
    sealings = dossiers.edition_sealings([each.path for each in editions])
    return [_listed(each, sealings.get(each.path)) for each in editions]


def _listed(frozen: Frozen, sealing: Sealing | None) -> FrozenEdition:
    title = NAMES.get(frozen.report, frozen.report)
    try:
        about, files = folder.read(frozen.path, seal=sealing.digest if sealing else "")
    except Refused as error:
        return FrozenEdition(frozen.report, title, frozen.name, None, sealing, (), altered=error.what)
    sizes = [(name, len(content)) for name, content in files.items()]
    day, draft = date.fromisoformat(about["date"]), about.get("brouillon", False)
    return FrozenEdition(frozen.report, title, frozen.name, day, sealing, sizes, is_draft=draft)


def file_of(place: str, report: str, name: str, file: str) -> bytes | None:
    """Return a file of an edition of a place, as it was frozen; None for one that it does not hold. Refused
    when the edition was altered.
    """
    known = (each for each in dossiers.editions(place) if (each.report, each.name) == (report, name))
    for each in known:
        return folder.read(each.path, seal=dossiers.edition_seal(each.path))[1].get(file)
    return None


def compared(study: Study, before: str, after: str, *, planned: bool, writes: bool = False) -> Comparison:
    """Return an edition beside another, or beside the study and the plan of today; its error is UNKNOWN for a
    name that no edition has. planned: whether who asks reads the plan of the territory today; writes: whether
    they write it, and read its drafts.
    """
    every = dossiers.editions(study.place)
    edition_by_key = {
        f"{edition.report}/{edition.name}": edition
        for edition in every
        if writes or not folder.is_draft(edition.path)
    }
    offered = {
        key: f"{NAMES.get(edition.report, edition.report)}, « {edition.name} »"
        for key, edition in edition_by_key.items()
    }
    before, after = before or _former(edition_by_key), after or TODAY
    if not edition_by_key:
        return Comparison(offered=offered, before=before, after=after)
    try:
        if before not in edition_by_key or after not in (*edition_by_key, TODAY):
            raise UNKNOWN
        one, other = (
            edition_of(study, edition_by_key.get(key), planned=planned, writes=writes)
            for key in (before, after)
        )
    except Refused as error:  # an altered edition proves nothing
        return Comparison(offered=offered, before=before, after=after, error=error)
    comparison = changes.compare(one, other)
    chosen = [edition_by_key[key] for key in (before, after) if key in edition_by_key]
    return Comparison(
        offered=offered,
        before=before,
        after=after,
        changes=comparison,
        parts=() if comparison.incomparable else comparison.parts,
        unsealed=[f"« {edition.name} »" for edition in chosen if not dossiers.edition_seal(edition.path)],
    )


def since_edition(
    study: Study,
    *,
    report: str = DIAGNOSIS,
    figures: changes.Json | None = None,
    reading: Reading | None = None,
) -> Changes | None:
    """Compare today with the latest edition of a report from which something happened, of any report where
    none of this one is frozen; None without any. A plan is compared where both are published. figures,
    reading: of a study whose files are still to be written, its etude.json and its reading.
    """
    readable = [frozen for frozen in dossiers.editions(study.place) if not folder.is_draft(frozen.path)]
    own = [frozen for frozen in readable if frozen.report == report]
    by_name: dict[str, Frozen] = {}  # a report of each edition: all have the same figures
    for frozen in own or readable:
        by_name.setdefault(frozen.name, frozen)
    today = _today(study, writes=False, figures=figures, reading=reading) if by_name else None
    if today is None:
        return None
    for frozen in by_name.values():
        try:
            comparison = changes.compare(edition_of(study, frozen, planned=today.plan is not None), today)
        except Refused:  # it was altered, or its plan is no longer published
            continue
        if comparison.news and not comparison.incomparable:
            return comparison
    return None


def _former(editions: Mapping[str, Frozen]) -> str:
    """Return the key of the edition before the latest one of the same report, the latest where it is alone:
    beside the study that it was just frozen from, nothing has changed.
    """
    latest, *earlier = editions or [""]
    return next((key for key in earlier if editions[key].report == editions[latest].report), latest)


def edition_of(study: Study, frozen: Frozen | None, *, planned: bool, writes: bool = False) -> Edition:
    """Return an edition with its figures, or the latest study and the plan of today when `frozen` is None.
    Refused for one that keeps no figure, or whose plan was a draft, or is no longer read by who asks: what is
    withdrawn is read in no edition either; Refused too when one of its files was altered.
    """
    if frozen is None:
        return _today(study, writes=writes)
    about, files = folder.read(frozen.path, seal=dossiers.edition_seal(frozen.path))
    content = files.get(f"{frozen.report}.json")
    if content is None:
        raise NO_FIGURES
    read_edition = changes.edition(about, content)
    if read_edition.plan and not writes and not (planned and read_edition.plan["is_published"]):
        raise DRAFT
    return read_edition


def _today(
    study: Study, *, writes: bool, figures: changes.Json | None = None, reading: Reading | None = None
) -> Edition:
    figures = figures or json.loads((dossiers.folder(study) / "etude.json").read_bytes())
    r = reading or dossiers.reading(study)
    about = fingerprint(r, "", on=timezone.localdate(study.finished_at))
    plan = plan_of(study.place, r, on=timezone.localdate())
    # As an edition reads it back: what was frozen went through JSON.
    is_read = plan is not None and (writes or plan.is_published)
    stored_plan = json.loads(json.dumps(plan_json(plan))) if is_read else None
    answers = changes.answers_json(dossiers.surveyed_of(study, r))
    return Edition(about, figures, stored_plan, json.loads(json.dumps(answers)))
