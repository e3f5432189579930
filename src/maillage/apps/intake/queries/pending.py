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

from maillage.apps.accounts.access import rights_of
from maillage.apps.accounts.models import User
from maillage.apps.directory import access, rules
from maillage.apps.directory.models import Lieu, Source
from maillage.apps.directory.queries import custody, history, places
from maillage.apps.intake.queries import imports
from maillage.kernel.names import plain
from maillage.pipeline.offer import correct, mapping, report
from maillage.pipeline.offer.forms import read as forms
from maillage.pipeline.offer.forms.sheet import Fault, Row, Sheet
from maillage.pipeline.offer.read import Result, read
from maillage.pipeline.offer.row_reader import Read, Remark
from maillage.reference import offer

KEY = re.compile(r"[0-9a-f]{20}")
SAMPLE = 200  # rows read again at each change: an answer under a second
PLACES = 10  # places shown as they would be
LONG = 1_000  # rows beyond which the worker reads the whole file
TOLD = 50  # refused rows and missing places named before an import
TOLD_WORDS = 12  # words of a column that nothing reads

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The progress of the work on a file. expected: what the whole file would do, read with that version of
    the draft.
    """

    status: str = DRAFT
    step: str = ""
    share: float = 0.0
    error: Sequence[str] = ()
    version: str = ""
    expected: Mapping[str, Any] | None = None
    whole: bool = True
    asked_at: str = ""
    row: int = 0

    @property
    def is_alive(self) -> bool:
        return self.status in ALIVE

    @property
    def changes_nothing(self) -> bool:
        """Return whether the whole file was read and says what is already stored."""
        said = self.expected or {}
        return self.status == CHECKED and not any(said.get(name, 1) for name in CHANGING)


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
        return Progress(**json.loads((folder(key) / "avancement.json").read_text("utf-8")))
    except OSError:
        return Progress()


def everything(user: Any) -> list[PendingFile]:
    """Return the pending files that a user may take up, the latest first."""
    mine = (waiting for waiting in _all() if access.may_take_up(user, waiting.by))
    return sorted(mine, key=lambda waiting: waiting.at, reverse=True)


def read_at_source() -> list[PendingFile]:
    """Return the files read at the address of their source, that wait for somebody."""
    return [waiting for waiting in _all() if waiting.read_at_source]


def ages() -> list[tuple[str, datetime, bool]]:
    """Return each key under which something is stored, since when, and whether it was read at a source."""
    stored = []
    for path in home().glob("*"):
        if KEY.fullmatch(path.name):
            found = find(path.name)
            with suppress(FileNotFoundError):  # erased meanwhile
                written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                since = datetime.fromisoformat(found.at) if found else written
                stored.append((path.name, since, found is not None and found.read_at_source))
    return stored


def _all() -> Iterator[PendingFile]:
    found = (find(path.name) for path in home().glob("*") if (path / "fiche.json").exists())
    return (waiting for waiting in found if waiting is not None)


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
        """Whether somebody should look at it: guessed, or left unread."""
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
    """What a draft makes of the first rows of a file."""

    rows: int
    cards: Sequence[Card]
    report: Mapping[str, Any]

    @property
    def refused(self) -> list[Mapping[str, Any]]:
        return [row for row in self.report["lignes"] if row["refus"]]


def preview(waiting: PendingFile, *, today: date) -> Preview:
    """Return what the draft makes of the first rows."""
    correspondence = mapping.load(waiting.draft, "correspondance")
    result = read(_sample(waiting), correspondence, today=today, source=waiting.source)
    return Preview(len(result.rows), [_card(row) for row in result.accepted[:PLACES]], report.of(result))


def _card(row: Read) -> Card:
    sheet = row.sheet
    shown = [
        name
        for name in ("typologie", "telephone", "courriels", "site_web", "horaires", "services")
        if name in sheet
    ]
    labels = history.labels()
    return Card(
        line=row.line,
        name=sheet["nom"],
        address=places.full_address(sheet),
        lines=[(labels[name], history.value_text(name, sheet[name])) for name in shown],
        tags=places.tags(sheet, limit=8),
        doubts=list(
            dict.fromkeys(_doubt(remark) for remark in row.remarks if remark.word in ("doubtful", "refused"))
        ),
    )


def _doubt(remark: Remark) -> str:
    """Return in words what needs review; a deduced value has neither column nor text."""
    said = f"{remark.column} : « {remark.value} », " if remark.column else ""
    return f"{said}{remark.reason}"


def columns(waiting: PendingFile, *, today: date) -> list[Column]:
    """Return the columns of a file as the draft reads them."""
    raw = correct.parsed(waiting.draft, "correspondance")
    correspondence = mapping.load(waiting.draft, "correspondance")
    served = correct.uses(raw)
    values = _values(waiting)
    found = []
    for rank, name in enumerate(waiting.columns):
        uses = served.get(plain(name), [])
        target = uses[0] if uses else ""
        kept: Sequence[Any] = values[name]["valeurs"]
        words = (
            correct.words(correspondence, target, name, kept, today=today)
            if correct.has_words(target)
            else []
        )
        found.append(
            Column(
                rank=rank,
                name=name,
                samples=[text for text, _ in kept[:3]],
                uses=uses,
                why=waiting.why.get(name, ""),
                unread=not target and plain(name) not in correspondence.used(),
                words=words,
                left_out=values[name]["autres"],
            )
        )
    return found


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


def _sample(waiting: PendingFile) -> Sheet:
    kept = json.loads((folder(waiting.key) / "extrait.json").read_text("utf-8"))
    rows = tuple(
        Row(number, line, dict(zip(waiting.columns, cells, strict=True))) for number, line, cells in kept
    )
    return Sheet(waiting.name, waiting.form, tuple(waiting.columns), rows, (), ())  # type: ignore[arg-type]


def _values(waiting: PendingFile) -> dict[str, Any]:
    return dict(json.loads((folder(waiting.key) / "valeurs.json").read_text("utf-8")))


# --------------------------------------------------------------------------------------------- the whole file


def result(waiting: PendingFile, *, today: date, tell: Any) -> Result:
    """Return the whole file, read with the draft. tell: called with the share read so far."""
    sheet = forms.parse(waiting.path.read_bytes(), waiting.name)
    correspondence = mapping.load(waiting.draft, "correspondance")
    whole = read(sheet, correspondence, today=today, source=waiting.source, tell=tell)
    return _within(whole, waiting)


ELSEWHERE = "ce lieu n’est pas dans le territoire que vous coordonnez : il n’a pas été lu"


def _within(found: Result, waiting: PendingFile) -> Result:
    """Return a file whose rows outside the importer's territory are refused, one by one."""
    communes = communes_of(waiting)
    if communes is None:
        return found
    held = Lieu.objects.filter(source__name=waiting.source).exclude(code_insee__in=communes)
    theirs = set(held.values_list("identifier", flat=True))
    rows = [
        replace(row, refused=ELSEWHERE)
        if not row.refused and (row.sheet.get("code_insee") not in communes or row.sheet.get("id") in theirs)
        else row
        for row in found.rows
    ]
    return replace(found, rows=tuple(rows))


def communes_of(waiting: PendingFile) -> frozenset[str] | None:
    """Return the communes into which the user who dropped a file may import, None for everywhere."""
    by = User.objects.filter(pk=waiting.by).first()
    return rights_of(by).communes("directory.import") if by is not None else frozenset()


LISTS = ("unread", "ignored", "idle", "notes")  # what is told of the file itself


def as_json(found: Result) -> dict[str, Any]:
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
            for row in found.rows
        ],
        **{name: getattr(found, name) for name in LISTS},
        "united": found.united,
        "asked": found.unexplained,
        "faults": [asdict(fault) for fault in found.faults],
    }


def checked_result(waiting: PendingFile, told: Progress) -> Result | None:
    """Return the whole file as its check read it; None when it was read otherwise, or is no longer there."""
    try:
        kept = json.loads((folder(waiting.key) / "lecture.json").read_text("utf-8"))
    except OSError:
        return None
    if told.version != waiting.version:
        return None
    rows = tuple(
        Read(
            number,
            line,
            sheet,
            tuple(Remark(*said, *("", "", "")[: 6 - len(said)]) for said in remarks),
            refused,
        )
        for number, line, sheet, remarks, refused in kept["rows"]
    )
    return Result(
        name=waiting.name,
        form=waiting.form,
        correspondence=mapping.load(waiting.draft, "correspondance"),
        rows=rows,
        **{
            name: tuple(tuple(each) if isinstance(each, list) else each for each in kept[name])
            for name in LISTS
        },
        united=kept["united"],
        unexplained=tuple((column, tuple(map(tuple, words))) for column, words in kept["asked"]),
        faults=tuple(Fault(**fault) for fault in kept["faults"]),
    )


def expected(found: Result, source: str, *, at: datetime) -> dict[str, Any]:
    """Return what importing a file would do, counted as the import itself counts, and named where review is
    needed.
    """
    on = timezone.localdate(at)
    found = imports.as_stored(found, source)
    held = {
        lieu.identifier: lieu for lieu in Lieu.objects.filter(source__name=source).select_related("structure")
    }
    kept = imports.survivors(held.values())
    counts = dict.fromkeys(("nouveaux", "modifies", "inchanges", "contestes"), 0)
    there = set()
    registry = custody.full_registry(at=at)
    moved: set[int] = set()
    asked: dict[int, str] = {}
    for row in sorted(
        found.accepted, key=lambda row: not ((lieu := held.get(row.sheet["id"])) and registry.guards(lieu))
    ):
        id = row.sheet["id"]
        there.add(id)
        lieu = held.get(id)
        if lieu is None:
            counts["nouveaux"] += 1
            continue
        day = row.sheet.get("date_maj") or on.isoformat()
        said = rules.completed(lieu.sheet, row.sheet) if found.correspondence.adds else row.sheet
        update = rules.updated(lieu.sheet, lieu.origins, said, source=source, on=day)
        if shown := kept.get(lieu.pk):
            ours = shown.source_id == lieu.source_id
            update = rules.passed_on(
                shown.sheet, shown.origins, lieu.sheet, update, source=source, on=day, same_source=ours
            )
        counts["contestes"] += len(update.contested)
        read = shown or lieu
        verdict = registry.settle(read, read.sheet, update.sheet).verdict
        if verdict == rules.MOVES:
            moved.add(read.pk)
        elif verdict == rules.ASKS:
            asked[read.pk] = read.name
        counts["modifies" if update.changes((shown or lieu).sheet) else "inchanges"] += 1
    gone = [] if found.correspondence.adds else imports.dropped(held.values(), there, kept)
    missing = [lieu.name for lieu in gone]
    refused = [(row.line, row.sheet.get("nom", ""), row.refused) for row in found.rows if row.refused]
    refused += [(fault.line, fault.value, fault.reason) for fault in found.faults]
    return {
        **counts,
        "structures": len(moved),
        "equipes": len(asked),
        "orientations": sum(registry.stakes.running.get(pk, 0) for pk in asked),
        "noms_equipes": sorted(asked.values())[:TOLD],
        "lus": found.n_read,
        "refuses": found.n_refused,
        "reunis": found.united,
        "gardes": len(found.accepted),
        "disent_leur_offre": report.says_an_offer(found),
        "a_preciser": [
            {"colonne": column, "valeurs": words[:TOLD_WORDS], "n": len(words)}
            for column, words in found.unexplained
        ],
        "a_verifier": sum(row.doubtful for row in found.accepted),
        "absents": len(missing),
        "noms_absents": sorted(missing)[:TOLD],
        "lignes_refusees": refused[:TOLD],
    }


def sources() -> list[Source]:
    return list(Source.objects.order_by("name"))
