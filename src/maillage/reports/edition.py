"""An edition of a diagnosis: every file of the contract, written whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from maillage.kernel.disk import reason, write_whole
from maillage.kernel.errors import Refused
from maillage.reference.definitions import offered
from maillage.reports import atlas, dossier, etude, html, local_survey, offer, pdf, reading, sheet, wording
from maillage.studies import compare
from maillage.studies import frame as frames
from maillage.studies import offer as offer_study
from maillage.studies.compare import Reading
from maillage.studies.diagnosis import Diagnosis, Request, diagnose
from maillage.studies.offer import Census, Offered
from maillage.studies.zoning import by

Json = dict[str, Any]
Progress = Callable[[str, float], None]
MOST_SHEETS = 250
WORKERS = 2


@dataclass(frozen=True, slots=True)
class Edition:
    """A diagnosis with everything drawn from it.

    study: the bytes of etude.json; told: what a reader sees; layers: maps by name; drawn: the diagnosis the maps show
    (the same one, or the same territory by commune where its zones have no contour).
    """

    diagnosis: Diagnosis
    drawn: Diagnosis
    study: bytes
    told: Json
    layers: Mapping[str, str]
    readings: tuple[Reading, ...]
    offered: Offered | None = None


def prepare(request: Request, progress: Progress = lambda step, share: None, *, census: Census | None = None) -> Edition:
    """Return the edition of a request. progress(step, share from 0 to 1) may raise Cancelled.

    census: the places of the territory and around, None when nobody counted them.
    """
    d = diagnose(request, lambda step, share: progress(step, 0.55 * share))
    progress("L’offre face au besoin", 0.56)
    o = offer_study.offered(request, d, census) if census is not None and census.places else None
    study = etude.encode(etude.document(d, o))
    told = reading.read(d, fingerprint=etude.fingerprint(study))
    told["offre"] = None if o is None else offer.told(o)
    told["enquete"] = local_survey.told(d)
    told["avertissements"] += local_survey.warnings(d)
    told["sources"] += local_survey.source(d)
    progress("Définitions côte à côte", 0.62)
    rows = request.zoning.rows
    readings = compare.definitions(offered(), rows, inside=request.inside, seed=request.seed, n_draws=request.n_draws)
    progress("Cartes", 0.75)
    drawn = _drawable(d)
    layers = atlas.layers(drawn) if drawn is not None else {}
    if o is not None and drawn is d:
        layers |= atlas.gap_maps(d, o)
    told["carte_note"] = _map_note(d, drawn)
    told["definitions"] = [reading.told_reading(each) for each in readings]
    told["fiches"] = {r.zone.code: sheet.read_zone(d, told, r.zone.code) for r in d.zones}
    progress("Mise en page", 0.9)
    return Edition(d, drawn or d, study, wording.spaced_within(told), layers, readings, o)


def _drawable(d: Diagnosis) -> Diagnosis | None:
    """Return a diagnosis whose zones have contours: this one, or the territory by commune; None when neither has."""
    if atlas.drawable(d):
        return d
    iris = frames.sources().rp2021
    rows = np.sort(np.concatenate([r.zone.rows for r in d.zones]))
    if d.request.zoning.kind != "iris" or len(set(iris["commune"][rows].tolist())) < 2:
        return None
    coarse = diagnose(replace(d.request, zoning=by("commune", rows, iris)))
    return coarse if atlas.drawable(coarse) else None


def _map_note(d: Diagnosis, drawn: Diagnosis | None) -> str:
    if drawn is d:
        return "L’outre-mer est dessiné à part, à une autre échelle." if atlas.has_boxes(d) else ""
    if drawn is None:
        return (
            "Les contours des quartiers de ce territoire ne sont pas fournis avec Maillage : pas de carte ici. Le tableau "
            "porte toute l’information."
        )
    return (
        "Les contours des quartiers de ce territoire ne sont pas fournis avec Maillage : la carte montre les communes, le "
        "tableau montre les quartiers."
    )


STAGING = ".en-cours-"


def check_folder(folder: Path) -> None:
    """Raise Refused now, rather than after the computation, when the folder cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise Refused(
            f"Le dossier {folder} ne peut pas recevoir les fichiers : {reason(error)}.",
            why="Tout y est écrit à la fin du calcul ; mieux vaut le savoir avant.",
            do="Choisissez un dossier où vous pouvez écrire, puis relancez la même commande.",
        ) from error


def write(
    edition: Edition,
    folder: Path,
    *,
    on: date,
    sheets: bool | None = None,
    comments: Mapping[str, str] | None = None,
    progress: Progress = lambda step, share: None,
) -> list[Path]:
    """Write every file of the contract in a folder and return their paths.

    sheets: one PDF per zone; by default when there are at most 250. Everything is written aside, then put in place at
    once: a folder never mixes two studies. Sheets of a former study of the same folder are taken off.
    """
    d = edition.diagnosis
    progress("Dossier", 0.0)
    document = dossier.compose(edition.drawn, edition.told, edition.layers, edition.readings, on=on, comments=comments)
    folder.mkdir(parents=True, exist_ok=True)
    _clear_abandoned(folder)
    staging = Path(tempfile.mkdtemp(dir=folder, prefix=f"{STAGING}{os.getpid()}-"))
    files: dict[str, bytes] = {
        "etude.json": edition.study,
        "zones.csv": etude.table(d, edition.offered),
        "zones.geojson": etude.geography(d, edition.offered),
        "dossier.html": html.dossier(document),
        "dossier.pdf": pdf.dossier(document, on=on),
    }
    try:
        for name, content in files.items():
            write_whole(staging / name, content)
        if sheets if sheets is not None else len(d.zones) <= MOST_SHEETS:
            write_sheets(edition, staging / "fiches", [r.zone.code for r in d.zones], on=on, progress=progress)
        return _put_in_place(staging, folder, whole=sheets is not False)
    except Refused as error:
        raise Refused(error.what.replace(f"{staging.name}/", ""), why=error.why, do=error.do) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _clear_abandoned(folder: Path) -> None:
    """Take off what a killed command left half made; one that still runs is left alone."""
    for left in folder.glob(f"{STAGING}*"):
        maker = left.name.removeprefix(STAGING).partition("-")[0]
        if not (maker.isdigit() and Path(f"/proc/{maker}").exists()):
            shutil.rmtree(left, ignore_errors=True)


def _put_in_place(staging: Path, folder: Path, *, whole: bool) -> list[Path]:
    """Move the files of a study where they are read, and return their paths; whole: its sheets are the only ones."""
    made = sorted(path.relative_to(staging) for path in staging.rglob("*") if path.is_file())
    if whole and (folder / "etude.json").exists():
        for former in (folder / "fiches").glob("*.pdf"):
            if former.relative_to(folder) not in made:
                former.unlink()
    for name in made:
        (folder / name).parent.mkdir(exist_ok=True)
        (staging / name).replace(folder / name)
    return [folder / name for name in made]


def write_sheets(
    edition: Edition, folder: Path, codes: Sequence[str], *, on: date, progress: Progress = lambda step, share: None
) -> list[Path]:
    """Write the sheets of some zones."""

    def one(code: str) -> Path:
        path = folder / f"{code}.pdf"
        write_whole(path, sheet.render(edition.diagnosis, edition.told, code, on=on))
        return path

    paths = []
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        for done, path in enumerate(pool.map(one, codes)):
            progress("Fiches de zone", (done + 1) / len(codes))
            paths.append(path)
    return paths
