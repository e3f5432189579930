"""Files pending import: how each would be read, and what it would change. Nothing here writes.

Each file has a folder of its own, with what was read of it once: its columns, its first rows, the values of
each column.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from maillage.apps.directory.intake.queries import imports, likenesses
from maillage.apps.directory.places import access, rules
from maillage.apps.directory.places.models import Lieu, Source
from maillage.apps.directory.places.queries import custody, history, places
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import User, Visitor
from maillage.kernel.names import plain
from maillage.reference import offer
from maillage.sources.offer import correct, mapping, report
from maillage.sources.offer.forms import read as forms
from maillage.sources.offer.forms.sheet import Fault, Row, Sheet
from maillage.sources.offer.read import Result, read
from maillage.sources.offer.row_reader import Read, Remark, how_found

KEY = re.compile(r"[0-9a-f]{20}")
SAMPLE = 200  # rows read again at each change: an answer under a second
PLACES = 10  # places shown as they would be
LONG = 1_000  # rows beyond which the worker reads the whole file
MAX_COLUMN_WORDS = 12  # words of a column that nothing reads

DRAFT, CHECKING, CHECKED, IMPORTING, DONE, FAILED = (
    "draft",
    "checking",
    "checked",
    "importing",
    "done",
    "failed",
)
ALIVE = (CHECKING, IMPORTING)
CHANGING = ("nouveaux", "modifies", "contestes", "absents", "equipes")  # what of a file awaits somebody

DAYS = {
    "Mo": "Lundi",
    "Tu": "Mardi",
    "We": "Mercredi",
    "Th": "Jeudi",
    "Fr": "Vendredi",
    "Sa": "Samedi",
    "Su": "Dimanche",
}
HALVES = {"": "", " am": ", matin", " pm": ", après-midi"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingFile:
    """A stored file. how: recognised by its source, as a known format, or proposed; why: the reason of each
    guess; read_at_source: nobody dropped it, it was read again at the address of its source.
    """

    key: str
    name: str
    digest: str
    source: str
    licence: str
    by: int
    at: str
    how: str
    title: str
    why: Mapping[str, str]
    form: str
    columns: Sequence[str]
    n_rows: int
    notes: Sequence[str]
    faults: int
    draft: str
    read_at_source: bool = False

    @property
    def path(self) -> Path:
        return folder(self.key) / "fichier"

    @property
    def is_long(self) -> bool:
        return self.n_rows > LONG

    @property
    def version(self) -> str:
        """Return a digest of the draft: a check is valid for this draft only."""
        return hashlib.sha256(self.draft.encode()).hexdigest()[:16]


# Written in `avancement.json` before they were renamed: work may be under way while the platform is upgraded.
FORMER_KEYS = {"whole": "is_complete", "asked_at": "requested_at"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The progress of the work on a file. expected: what the whole file would do, read with that version of
    the draft; is_complete: the file lists every place of its source.
    """

    status: str = DRAFT
    step: str = ""
    share: float = 0.0
    error: Sequence[str] = ()
    version: str = ""
    expected: Mapping[str, Any] | None = None
    is_complete: bool = True
    requested_at: str = ""
    row: int = 0

    @property
    def is_alive(self) -> bool:
        return self.status in ALIVE

    @property
    def changes_nothing(self) -> bool:
        """Return True if the complete file was read and matches the stored places."""
        expected = self.expected or {}
        return self.status == CHECKED and not any(expected.get(name, 1) for name in CHANGING)


def home() -> Path:
    return Path(settings.HOME) / "imports"


def folder(key: str) -> Path:
    return home() / key


def find(key: str) -> PendingFile | None:
    """Return a pending file; None when it does not exist, or no longer."""
    if not KEY.fullmatch(key):
        return None
    try:
        return PendingFile(**json.loads((folder(key) / "fiche.json").read_text("utf-8")))
    except OSError:
        return None


def dropped_file(key: str) -> tuple[str, bytes] | None:
    """Return the name and the bytes of a file dropped without a producer; None when it does not exist, or no
    longer.
    """
    if not KEY.fullmatch(key):
        return None
    try:
        return json.loads((folder(key) / "nom.json").read_text("utf-8")), (
            folder(key) / "fichier"
        ).read_bytes()
    except OSError:
        return None


def progress(key: str) -> Progress:
    """Return the progress of the work on a file; a draft when no work was requested."""
    try:
        stored = json.loads((folder(key) / "avancement.json").read_text("utf-8"))
        return Progress(**{FORMER_KEYS.get(name, name): value for name, value in stored.items()})
    except OSError:
        return Progress()


def everything(user: Visitor) -> list[PendingFile]:
    """Return the pending files that a user may take up, the latest first."""
    takeable = (pending_file for pending_file in _all() if access.may_take_up(user, pending_file.by))
    return sorted(takeable, key=lambda pending_file: pending_file.at, reverse=True)


def read_at_source() -> list[PendingFile]:
    """Return the files read at the address of their source, that wait for somebody."""
    return [pending_file for pending_file in _all() if pending_file.read_at_source]


def ages() -> list[tuple[str, datetime, bool]]:
    """Return each key under which something is stored, since when, and whether it was read at a source."""
    stored = []
    for path in home().glob("*"):
        if KEY.fullmatch(path.name):
            pending_file = find(path.name)
            with suppress(FileNotFoundError):  # erased meanwhile
                written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                since = datetime.fromisoformat(pending_file.at) if pending_file else written
                stored.append((path.name, since, pending_file is not None and pending_file.read_at_source))
    return stored


def _all() -> Iterator[PendingFile]:
    files = (find(path.name) for path in home().glob("*") if (path / "fiche.json").exists())
    return (pending_file for pending_file in files if pending_file is not None)


# ------------------------------------------------------------------------------------------------ as it reads


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: some of its values, all its uses, and the words it contains for the first of
    them.
    """

    rank: int
    name: str
    samples: Sequence[str]
    uses: Sequence[str]
    why: str
    unread: bool
    words: Sequence[correct.Word]
    left_out: int

    @property
    def target(self) -> str:
        return self.uses[0] if self.uses else ""

    @property
    def is_doubtful(self) -> bool:
        """Return True if somebody should check it: guessed, or left unread."""
        return bool(self.why) or self.unread

    @property
    def value(self) -> str:
        """Return all its uses as one choice."""
        return " ".join(self.uses)

    @property
    def also(self) -> list[str]:
        """Return its other uses, in words."""
        return [use_label(use) for use in self.uses[1:]]


@dataclass(frozen=True, slots=True)
class Card:
    """A place as it would be: its name, its known fields, and what needs review."""

    line: int
    name: str
    address: str
    lines: Sequence[tuple[str, str]]
    tags: Sequence[places.Fact]
    doubts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Preview:
    """First rows of a file, read with a draft."""

    rows: int
    cards: Sequence[Card]
    report: Mapping[str, Any]
    doubts: Sequence[Mapping[str, Any]]
    idle_values: Sequence[tuple[str, str, int]]
    near_towns: Mapping[tuple[str, str], str]

    @property
    def refused(self) -> list[Mapping[str, Any]]:
        return [row for row in self.report["lignes"] if row["refus"]]


def preview(pending_file: PendingFile, *, today: date) -> Preview:
    """Return the first rows of a file, read with its draft."""
    correspondence = mapping.load(pending_file.draft, "correspondance")
    result = read(_sample(pending_file), correspondence, today=today, source=pending_file.source)
    return Preview(
        len(result.rows),
        [_card(row) for row in result.accepted[:PLACES]],
        report.of(result),
        report.doubts(result, today=today),
        result.idle[: imports.MAX_NAMES],
        report.near_towns(result),
    )


def _card(row: Read) -> Card:
    sheet = row.sheet
    field_names = [
        name
        for name in ("typologie", "telephone", "courriels", "site_web", "horaires", "services")
        if name in sheet
    ]
    labels = history.labels()
    spot = history.spot_in_words(sheet, how_found(row) or "donné par le fichier")
    return Card(
        line=row.line,
        name=sheet["nom"],
        address=places.full_address(sheet),
        lines=[
            *([("Point sur la carte", spot)] if spot else []),
            *((labels[name], history.value_text(name, sheet[name])) for name in field_names),
        ],
        tags=places.tags(sheet, limit=8),
        doubts=list(
            dict.fromkeys(_doubt(remark) for remark in row.remarks if remark.word in ("doubtful", "refused"))
        ),
    )


def _doubt(remark: Remark) -> str:
    """Return in words what needs review; a deduced value has neither column nor text."""
    source_text = f"{remark.column} : « {remark.value} », " if remark.column else ""
    return f"{source_text}{remark.reason}"


def columns(pending_file: PendingFile, *, today: date) -> list[Column]:
    """Return the columns of a file as the draft reads them."""
    raw = correct.parsed(pending_file.draft, "correspondance")
    correspondence = mapping.load(pending_file.draft, "correspondance")
    served = correct.uses(raw)
    values = _values(pending_file)
    columns = []
    for rank, name in enumerate(pending_file.columns):
        uses = served.get(plain(name), [])
        target = uses[0] if uses else ""
        frequent: Sequence[Any] = values[name]["valeurs"]
        words = (
            correct.words(correspondence, target, name, frequent, today=today)
            if correct.has_words(target)
            else []
        )
        columns.append(
            Column(
                rank=rank,
                name=name,
                samples=[text for text, _ in frequent[:3]],
                uses=uses,
                why=pending_file.why.get(name, ""),
                unread=not target and plain(name) not in correspondence.used(),
                words=words,
                left_out=values[name]["autres"],
            )
        )
    return columns


def use_label(target: str) -> str:
    """Return the use of a column, in words."""
    if target.startswith(correct.DAY):
        day = target.removeprefix(correct.DAY)
        return f"Horaires : {DAYS[day[:2]].lower()}{HALVES[day[2:]]}"
    if target.startswith(correct.PRACTICE):
        practice, _, condition = target.removeprefix(correct.PRACTICE).partition(".")
        label = offer.practices()[practice].label
        return f"{label}, {offer.conditions()[condition].label.lower()}" if condition else label
    return mapping.PLACED[target].label if target else "Ne pas lire"


def _sample(pending_file: PendingFile) -> Sheet:
    sample_rows = json.loads((folder(pending_file.key) / "extrait.json").read_text("utf-8"))
    rows = tuple(
        Row(number, line, dict(zip(pending_file.columns, cells, strict=True)))
        for number, line, cells in sample_rows
    )
    return Sheet(pending_file.name, pending_file.form, tuple(pending_file.columns), rows, (), ())  # type: ignore[arg-type]  # one of the forms of a file, as it was kept


def _values(pending_file: PendingFile) -> dict[str, Any]:
    return dict(json.loads((folder(pending_file.key) / "valeurs.json").read_text("utf-8")))


# --------------------------------------------------------------------------------------------- the whole file


def result(pending_file: PendingFile, *, today: date, tell: Any) -> Result:
    """Return the whole file, read with the draft. tell: called with the share read so far."""
    sheet = forms.parse(pending_file.path.read_bytes(), pending_file.name)
    correspondence = mapping.load(pending_file.draft, "correspondance")
    complete = read(sheet, correspondence, today=today, source=pending_file.source, tell=tell)
    return _within(complete, pending_file)


ELSEWHERE = "ce lieu n’est pas dans le territoire que vous coordonnez : il n’a pas été lu"


def _within(complete: Result, pending_file: PendingFile) -> Result:
    """Return a file whose rows outside the importer's territory are refused, one by one."""
    communes = communes_of(pending_file)
    if communes is None:
        return complete
    elsewhere = Lieu.objects.filter(source__name=pending_file.source).exclude(code_insee__in=communes)
    foreign_ids = set(elsewhere.values_list("identifier", flat=True))
    rows = [
        replace(row, refused=ELSEWHERE)
        if not row.refused
        and (row.sheet.get("code_insee") not in communes or row.sheet.get("id") in foreign_ids)
        else row
        for row in complete.rows
    ]
    return replace(complete, rows=tuple(rows))


def communes_of(pending_file: PendingFile) -> frozenset[str] | None:
    """Return the communes into which the user who dropped a file may import, None for everywhere."""
    by = User.objects.filter(pk=pending_file.by).first()
    return rights_of(by).communes("directory.import") if by is not None else frozenset()


LISTS = ("unread", "ignored", "idle", "notes")  # what is told of the file itself


def as_json(complete: Result) -> dict[str, Any]:
    """Return a parsed file as plain values, so that it is not parsed twice; values read unchanged are only
    counted.
    """
    return {
        "rows": [
            [
                row.number,
                row.line,
                row.sheet,
                [
                    [
                        r.column,
                        r.field,
                        r.word,
                        *((r.value, r.became, r.reason) if r.word != "read" or r.reason else ()),
                    ]
                    for r in row.remarks
                ],
                row.refused,
            ]
            for row in complete.rows
        ],
        **{name: getattr(complete, name) for name in LISTS},
        "united": complete.united,
        "asked": complete.unexplained,
        "faults": [asdict(fault) for fault in complete.faults],
    }


def checked_result(pending_file: PendingFile, progress: Progress) -> Result | None:
    """Return the whole file as its check read it; None when it was read otherwise, or is no longer there."""
    try:
        stored = json.loads((folder(pending_file.key) / "lecture.json").read_text("utf-8"))
    except OSError:
        return None
    if progress.version != pending_file.version:
        return None
    rows = tuple(
        Read(
            number,
            line,
            sheet,
            tuple(Remark(*fields, *("", "", "")[: 6 - len(fields)]) for fields in remarks),
            refused,
        )
        for number, line, sheet, remarks, refused in stored["rows"]
    )
    lists: dict[str, Any] = {
        name: tuple(tuple(each) if isinstance(each, list) else each for each in stored[name])
        for name in LISTS
    }
    return Result(
        name=pending_file.name,
        form=pending_file.form,
        correspondence=mapping.load(pending_file.draft, "correspondance"),
        rows=rows,
        **lists,
        united=stored["united"],
        unexplained=tuple((column, tuple(map(tuple, words))) for column, words in stored["asked"]),
        faults=tuple(Fault(**fault) for fault in stored["faults"]),
    )


def expected(complete: Result, source: str, *, at: datetime) -> dict[str, Any]:
    """Return the expected effects of an import, counted as the import itself counts, and named where review
    is needed.
    """
    on = timezone.localdate(at)
    complete = imports.as_stored(complete, source)
    places_by_identifier = {
        lieu.identifier: lieu for lieu in Lieu.objects.filter(source__name=source).select_related("structure")
    }
    survivors = imports.survivors(places_by_identifier.values())
    counts = dict.fromkeys(("nouveaux", "modifies", "inchanges", "contestes"), 0)
    there = set()
    registry = custody.full_registry(at=at)
    moved: set[int] = set()
    name_by_team_place: dict[int, str] = {}
    typed_names: list[str] = []
    for row in sorted(
        complete.accepted,
        key=lambda row: not ((lieu := places_by_identifier.get(row.sheet["id"])) and registry.guards(lieu)),
    ):
        id = row.sheet["id"]
        there.add(id)
        lieu = places_by_identifier.get(id)
        if lieu is None:
            counts["nouveaux"] += 1
            continue
        day = row.sheet.get("date_maj") or on.isoformat()
        new_sheet = rules.completed(lieu.sheet, row.sheet) if complete.correspondence.adds else row.sheet
        update = rules.updated(lieu.sheet, lieu.origins, new_sheet, source=source, on=day)
        if survivor := survivors.get(lieu.pk):
            is_same_source = survivor.source_id == lieu.source_id
            update = rules.passed_on(
                survivor.sheet,
                survivor.origins,
                lieu.sheet,
                update,
                source=source,
                on=day,
                same_source=is_same_source,
            )
        counts["contestes"] += len(update.contested)
        read = survivor or lieu
        verdict = registry.settle(read, read.sheet, update.sheet).verdict
        if verdict == rules.MOVES:
            moved.add(read.pk)
        elif verdict == rules.ASKS:
            name_by_team_place[read.pk] = read.name
        is_changed = update.changes(read.sheet)
        counts["modifies" if is_changed else "inchanges"] += 1
        if is_changed and rules.is_typed(read.origins):
            typed_names.append(read.name)
    absent = (
        []
        if complete.correspondence.adds
        else imports.dropped(places_by_identifier.values(), there, survivors)
    )
    missing = [lieu.name for lieu in absent]
    sheets_read = [row.sheet for row in complete.accepted]
    known = {id: lieu.pk for id, lieu in places_by_identifier.items()}
    refused = [(row.line, row.sheet.get("nom", ""), row.refused) for row in complete.rows if row.refused]
    refused += [(fault.line, fault.value, fault.reason) for fault in complete.faults]
    return {
        **counts,
        "structures": len(moved),
        "equipes": len(name_by_team_place),
        "orientations": sum(registry.stakes.running.get(pk, 0) for pk in name_by_team_place),
        "retouches": len(typed_names),
        "noms_retouches": sorted(typed_names)[: imports.MAX_NAMES],
        "noms_equipes": sorted(name_by_team_place.values())[: imports.MAX_NAMES],
        "lus": complete.n_read,
        "refuses": complete.n_refused,
        "reunis": complete.united,
        "doublons": len(likenesses.of_file(sheets_read, known).likenesses()),
        "gardes": len(complete.accepted),
        "disent_leur_offre": report.says_an_offer(complete),
        "sans_point": report.unplaced_text(complete),
        "a_preciser": [
            {"colonne": column, "valeurs": words[:MAX_COLUMN_WORDS], "n": len(words)}
            for column, words in complete.unexplained
        ],
        "a_verifier": sum(row.doubtful for row in complete.accepted),
        "doutes": report.doubts(complete, today=on),
        "sans_effet": complete.idle[: imports.MAX_NAMES],
        "absents": len(missing),
        "noms_absents": sorted(missing)[: imports.MAX_NAMES],
        "lignes_refusees": refused[: imports.MAX_NAMES],
    }


def sources() -> list[Source]:
    return list(Source.objects.order_by("name"))
