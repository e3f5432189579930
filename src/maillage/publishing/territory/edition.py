"""An edition of a diagnosis: every file of the contract, written whole or not at all."""

import shutil
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from maillage.kernel import cores
from maillage.kernel.disk import write_whole
from maillage.kernel.errors import Refused
from maillage.publishing.page import html, office_forms, pdf, theme
from maillage.publishing.page.blocks import Document
from maillage.publishing.page.folder import clear_abandoned, short_print, staging
from maillage.publishing.territory import atlas, dossier, priority_districts, study_json, zone_sheet
from maillage.publishing.territory.field import FieldReading
from maillage.publishing.territory.presentation import present
from maillage.publishing.territory.reading import Reading
from maillage.statistics.diagnosis.results import Diagnosis
from maillage.statistics.study import Study

Progress = Callable[[str, float], None]
FORMS = ("docx", "pdf", "html")  # of the dossier, the longest to write first
MOST_SHEETS = 250
WORKERS = 2
AT_ONCE = 8  # sheets given to a processor at once


@dataclass(frozen=True, slots=True)
class Edition:
    """A study with everything written and drawn from it.

    json: the bytes of etude.json; reading: what a reader sees; layers: maps by name; drawn: the diagnosis
    that maps show, that of the study where none can be drawn.
    """

    study: Study
    drawn: Diagnosis
    json: bytes
    reading: Reading
    layers: Mapping[str, str]

    @property
    def knit(self) -> Diagnosis:
        """The diagnosis whose classes are knitted: by quarter where zones group some."""
        return self.study.quarters or self.drawn


def prepare(study: Study, progress: Progress = lambda step, share: None) -> Edition:
    """Return the edition of a study. progress(step, share from 0 to 1) may raise Cancelled."""
    d, o, drawn = study.diagnosis, study.offered, study.drawn
    progress("Cartes", 0.0)
    json = study_json.encode(study_json.document(d, o, study.published, study.by_definition))
    reading = present(study, fingerprint=short_print(json))
    layers = atlas.layers(drawn) if drawn is not None else {}
    if o is not None and drawn is d:
        layers |= atlas.gap_maps(d, o) | atlas.bare_map(d, o)
    progress("Mise en page", 0.6)
    return Edition(study, drawn or d, json, reading, layers)


def documents(
    edition: Edition,
    *,
    on: date,
    comments: Mapping[str, str] | None = None,
    field: FieldReading | None = None,
) -> dict[str, bytes]:
    """Return the dossier of an edition in each of its `FORMS`, in the theme of its territory."""
    document, look = _composed(edition, on=on, comments=comments, field=field)
    return {form: _laid_out(document, form, look, on=on) for form in FORMS}


def _composed(
    edition: Edition, *, on: date, comments: Mapping[str, str] | None, field: FieldReading | None
) -> tuple[Document, theme.Theme | None]:
    """Return the dossier of an edition before any form, and the theme to lay it out in."""
    document = dossier.compose(
        edition.drawn,
        edition.reading,
        {name: atlas.relinked(svg, lambda code: "") for name, svg in edition.layers.items()},
        edition.study.by_definition,
        on=on,
        comments=comments,
        knit=edition.knit,
        field=field,
    )
    return document, (field.theme if field else None) or theme.current()


def _laid_out(document: Document, form: str, look: theme.Theme | None, *, on: date) -> bytes:
    with theme.applied(look):
        if form == "html":
            return html.dossier(document)
        return pdf.dossier(document, on=on) if form == "pdf" else office_forms.docx(document, on=on)


def write(
    edition: Edition,
    folder: Path,
    *,
    on: date,
    sheets: bool | None = None,
    comments: Mapping[str, str] | None = None,
    field: FieldReading | None = None,
    progress: Progress = lambda step, share: None,
) -> list[Path]:
    """Write every file of the contract in a folder and return their paths.

    field: what the platform knows of the territory, for the dossier. sheets: one PDF per zone; by default
    when there are at most 250. Everything is written aside, then put in place at once: a folder never mixes
    two studies. Sheets of a former study of the same folder are taken off.
    """
    progress("Dossier", 0.0)
    wanted = sheets if sheets is not None else len(edition.study.diagnosis.zones) <= MOST_SHEETS
    codes = list(edition.reading.sheets) if wanted else []
    folder.mkdir(parents=True, exist_ok=True)
    clear_abandoned(folder)
    aside = staging(folder)
    document, look = _composed(edition, on=on, comments=comments, field=field)
    jobs = [
        *(partial(_write_dossier, document, form, look, aside, on=on) for form in FORMS),
        partial(_write_tables, edition, aside),
        *(
            partial(_write_sheets, edition, aside / "fiches", codes[start : start + AT_ONCE], on=on)
            for start in range(0, len(codes), AT_ONCE)
        ),
    ]
    try:
        with closing(_run_jobs(jobs)) as written_jobs:
            for done, _ in enumerate(written_jobs):
                progress("Fiches de zone" if codes else "Dossier", (done + 1) / len(jobs))
        return _put_in_place(aside, folder, replaces_all=sheets is not False)
    except Refused as error:
        raise Refused(error.what.replace(f"{aside.name}/", ""), why=error.why, do=error.do) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _run_jobs(jobs: Sequence[Callable[[], None]]) -> Generator[None, None, None]:
    """Do jobs that lay pages out, on every processor: in copies of this process, unless it has threads."""
    if cores.may_copy() and not pdf.is_started():
        pdf.prepare()
        yield from cores.results(jobs)
        return
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        yield from pool.map(lambda job: job(), jobs)


def _write_dossier(
    document: Document, form: str, look: theme.Theme | None, folder: Path, *, on: date
) -> None:
    write_whole(folder / f"dossier.{form}", _laid_out(document, form, look, on=on))


def _write_tables(edition: Edition, folder: Path) -> None:
    d, offered = edition.study.diagnosis, edition.study.offered
    write_whole(folder / "etude.json", edition.json)
    write_whole(folder / "zones.csv", study_json.table(d, offered))
    write_whole(folder / "sous-totaux.csv", study_json.subtotals_table(d))
    write_whole(folder / priority_districts.FILE, priority_districts.table(d.request))
    write_whole(folder / "zones.geojson", study_json.geography(d, offered))


def _write_sheets(edition: Edition, folder: Path, codes: Sequence[str], *, on: date) -> None:
    for code in codes:
        sheet = zone_sheet.render(edition.study.diagnosis, edition.reading, code, on=on)
        write_whole(folder / f"{code}.pdf", sheet)


def _put_in_place(aside: Path, folder: Path, *, replaces_all: bool) -> list[Path]:
    """Move the files of a study where they are read, and return their paths; replaces_all: its sheets are the
    only ones.
    """
    written_names = sorted(path.relative_to(aside) for path in aside.rglob("*") if path.is_file())
    if replaces_all and (folder / "etude.json").exists():
        for former in (folder / "fiches").glob("*.pdf"):
            if former.relative_to(folder) not in written_names:
                former.unlink()
    for name in written_names:
        (folder / name).parent.mkdir(exist_ok=True)
        (aside / name).replace(folder / name)
    return [folder / name for name in written_names]
