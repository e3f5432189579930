"""From a file of anybody to sheets of places, with a word on every cell that was not read as it stood."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import chain

from maillage.kernel import cores, memory
from maillage.kernel.names import plain
from maillage.sources.offer import answers, own
from maillage.sources.offer.clean import commune, point, several
from maillage.sources.offer.clean.cleaned import Word
from maillage.sources.offer.clean.hours import with_hours
from maillage.sources.offer.forms.sheet import Fault, Sheet
from maillage.sources.offer.mapping import Correspondence
from maillage.sources.offer.row_reader import NOT_A_PLACE, OTHER_THEME, UNPLACED, Read, RowReader, lacks_point
from maillage.sources.offer.same_place import united, with_own_identifiers

CLOCK = re.compile(r"\d{1,2}[:h](?:\d{2})?(?::\d{2})?")  # a cell of hours, as workbooks write it
IDENTIFIER = re.compile(r"\b(?:id|uuid|identifiant|siret|siren|url|uri|cle)\b")
MAX_DISTINCT_WORDS, LONG_WORD = (
    40,
    60,
)  # distinct words of a column that somebody could explain, and their characters
MANY_PLACES = 30  # rows from which the contours of all communes take less time than one at a time
LEAST_ROWS = 2  # rows of which something may be common
LEAST_AREA = 0.6  # of the rows of a file in one département: the others are looked for there


@dataclass(frozen=True, slots=True)
class Result:
    """The result of reading a whole file; `notes` are remarks on the file itself.

    unread: the columns that no field takes. ignored: those left aside on purpose. idle: the values of the
    others that are known but add nothing, as (column, value, times). unexplained: the columns left unread
    whose few words or codes somebody could explain, with them. united: how many rows of the file went into
    another one of their place.
    """

    name: str
    form: str
    correspondence: Correspondence
    rows: tuple[Read, ...]
    unread: tuple[str, ...]
    notes: tuple[str, ...]
    faults: tuple[Fault, ...]
    ignored: tuple[str, ...] = ()
    idle: tuple[tuple[str, str, int], ...] = ()
    united: int = 0
    unexplained: tuple[tuple[str, tuple[tuple[str, int], ...]], ...] = ()

    @property
    def n_read(self) -> int:
        """Return how many rows of the file were read, those united and those left out counted."""
        return len(self.rows) + self.united + len(self.faults)

    @property
    def accepted(self) -> list[Read]:
        return [row for row in self.rows if not row.refused]

    @property
    def n_refused(self) -> int:
        """Return how many rows were left out, the foot of the table with them."""
        return len(self.rows) - len(self.accepted) + len(self.faults)

    @property
    def refused_places(self) -> list[Read]:
        """Return the places left out: neither a total, nor a note under the table."""
        return [row for row in self.rows if row.refused and not row.refused.endswith(NOT_A_PLACE)]

    def by_column(self) -> dict[tuple[str, str], Counter[Word]]:
        """Return, for each column and field, how many cells were read, mended, to check, refused."""
        times = Counter((r.column, r.field, r.word) for row in self.rows for r in row.remarks)
        counts: dict[tuple[str, str], Counter[Word]] = {}
        for (column, name, word), n in times.items():
            counts.setdefault((column, name), Counter())[word] = n
        return counts


@cache
def _load_once() -> None:
    """Load the communes and all their contours, once: one at a time they take a tenth of a second each, and
    each copy of the process, at each piece of a long file, would load its own, 300 MB of them.
    """
    commune.index()
    point.shapes()
    memory.give_back()


def read(
    sheet: Sheet,
    correspondence: Correspondence,
    *,
    today: date,
    source: str = "",
    tell: Callable[[float], None] = lambda share: None,
) -> Result:
    """Return the places of a file, row by row, following a correspondence.

    A row without a name, or that nothing locates, is refused; any other row is kept, its doubtful cells told.
    `source` is written where the file names none. tell: called with the share of the rows read so far.
    """
    keys = {name: plain(name) or name for name in sheet.columns}
    columns = {key: name for name, key in reversed(keys.items())}
    used = correspondence.used()
    filled = {name for row in sheet.rows for name, cell in row.cells.items() if cell}
    idle: Counter[tuple[str, str]] = Counter()
    rows: list[Read] = []

    def part(start: int, end: int) -> tuple[list[Read], Counter[tuple[str, str]]]:
        readers = [
            RowReader(row, keys, columns, correspondence, today, source) for row in sheet.rows[start:end]
        ]
        done = [reader.read() for reader in readers]
        return done, Counter(chain.from_iterable(reader.idle() for reader in readers))

    if len(sheet.rows) >= MANY_PLACES:
        _load_once()
    for n, (some, idle_values) in cores.parts(len(sheet.rows), part):
        rows += some
        idle.update(idle_values)
        tell(n / len(sheet.rows))
    towns = _under(sheet, correspondence, keys)
    for at, town in towns.items():
        if rows[at].refused.startswith(UNPLACED):
            rows[at] = RowReader(
                sheet.rows[at], keys, columns, correspondence, today, source, above=town
            ).read()
    if area := _area(rows):
        for at, row in enumerate(sheet.rows):
            if rows[at].refused.startswith(UNPLACED):
                above = towns.get(at, "")
                rows[at] = RowReader(row, keys, columns, correspondence, today, source, area, above).read()
    rows = _without_common_lack(_of_the_theme(rows))
    if not correspondence.grouped:
        rows = with_own_identifiers(rows, correspondence, columns)
    done = united(rows) if correspondence.grouped else rows
    notes = [
        *sheet.notes,
        *_notes(
            len(rows) - len(done), [name for name in sheet.columns if keys[name] in correspondence.personal]
        ),
        *_of_other_themes(rows),
    ]
    unread = tuple(
        name
        for name, key in keys.items()
        if (key not in used or columns[key] != name)
        and name in filled
        and not own.is_read(key, correspondence.id)
    )
    return Result(
        name=sheet.name,
        form=sheet.form,
        correspondence=correspondence,
        rows=tuple(done),
        unread=unread,
        unexplained=_unexplained_columns(sheet, unread, correspondence.personal),
        ignored=tuple(name for name, key in keys.items() if key in correspondence.ignored),
        idle=tuple((column, value, n) for (column, value), n in idle.most_common()),
        notes=tuple(notes),
        faults=sheet.faults,
        united=len(rows) - len(done),
    )


def _without_common_lack(rows: list[Read]) -> list[Read]:
    """Return the rows with nothing to check in a point that none of them has: it is a lack of the file, told
    once (`report.unplaced`), and marks no row.
    """
    accepted = [row for row in rows if not row.refused]
    if len(accepted) < LEAST_ROWS or not all(any(map(lacks_point, row.remarks)) for row in accepted):
        return rows
    return [
        replace(
            row,
            remarks=tuple(
                remark._replace(word="mended") if lacks_point(remark) else remark for remark in row.remarks
            ),
        )
        for row in rows
    ]


def _notes(n_united: int, personal: Sequence[str]) -> Iterable[str]:
    """Yield the remarks on a file: rows merged, columns ignored because they are about a person."""
    if n_united:
        yield f"Plusieurs lignes pour un même lieu : réunies ({n_united} de moins)."
    if personal:
        yield f"Données d’une personne, jamais lues : {', '.join(f'« {name} »' for name in personal)}."


def _unexplained_columns(
    sheet: Sheet, unread: Sequence[str], personal: Sequence[str]
) -> tuple[tuple[str, tuple[tuple[str, int], ...]], ...]:
    """Return the columns left unread that hold few words, each several times or a code, or answers, or hours:
    what they mean is worth asking.
    """
    out = []
    for name in unread:
        if plain(name) in personal or IDENTIFIER.search(plain(name)):
            continue
        cells = [cell for row in sheet.rows if (cell := row.cells[name])]
        words = Counter(word for cell in cells for word in several.split(cell))
        meanings = {answers.meaning_of(cell) for cell in cells} if answers.answered(tuple(cells)) else set()
        timed = all(CLOCK.fullmatch(with_hours(cell)) for cell in cells)
        if not (any(any(map(str.isalpha, word)) for word in words) or "yes" in meanings or timed):
            continue
        few = len(words) <= MAX_DISTINCT_WORDS and (
            len(words) <= len(cells) / 2 or len(cells) < MAX_DISTINCT_WORDS
        )
        if few and sum(map(len, words)) <= LONG_WORD * len(words):
            out.append((name, tuple(words.most_common())))
    return tuple(out)


def _of_other_themes(rows: Sequence[Read]) -> Iterable[str]:
    if n := sum(row.refused.startswith(OTHER_THEME) for row in rows):
        yield f"Lignes d’un autre thème que le numérique, laissées de côté : {n}."


def _under(sheet: Sheet, correspondence: Correspondence, keys: Mapping[str, str]) -> dict[int, str]:
    """Return, by the rank of a row whose commune is empty, the commune above it: where each is written once,
    over its places, as merged cells leave it in a CSV. None where communes are repeated, nor in a list of
    objects, that no one merges: there, empty is unknown.
    """
    origins = correspondence.fields.get("commune", ())
    if len(origins) != 1 or len(origins[0].columns) != 1 or sheet.form in ("json", "geojson"):
        return {}
    name = next((name for name, key in keys.items() if key == origins[0].columns[0]), "")
    cells = [plain(row.cells.get(name, "")) for row in sheet.rows]
    filled = [cell for cell in cells if cell]
    if not filled or not cells[0] or len(filled) == len(cells) or len(set(filled)) < len(filled):
        return {}
    out, town = {}, ""
    for at, row in enumerate(sheet.rows):
        if cells[at]:
            town = row.cells[name]
        else:
            out[at] = town
    return out


def _area(rows: Sequence[Read]) -> str:
    """Return the département where most rows of a file are, '' when there is none."""
    n_by_area = Counter(commune.departement(code) for row in rows if (code := row.sheet.get("code_insee")))
    if not n_by_area:
        return ""
    area, n = n_by_area.most_common(1)[0]
    return area if n > 1 and n >= LEAST_AREA * n_by_area.total() else ""


def _of_the_theme(rows: list[Read]) -> list[Read]:
    """Return the rows without the structures all of whose services are of another theme, told as such."""
    excluded_ids = {row.sheet.get("id") for row in rows if row.refused.startswith(OTHER_THEME)} - {None}
    if not excluded_ids:
        return rows
    served = {row.sheet.get("id") for row in rows if not row.refused and "services" in row.sheet}
    return [
        replace(row, refused=f"{OTHER_THEME} : aucun de ses services n’est numérique")
        if not row.refused and row.sheet.get("id") in excluded_ids - served
        else row
        for row in rows
    ]
