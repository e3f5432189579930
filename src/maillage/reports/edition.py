"""An edition of a diagnosis: every file of the contract, written whole or not at all."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from maillage.kernel.disk import write_whole
from maillage.reference.definitions import offered
from maillage.reports import atlas, dossier, etude, html, pdf, reading, sheet, wording
from maillage.studies import compare
from maillage.studies import frame as frames
from maillage.studies.compare import Reading
from maillage.studies.diagnosis import Diagnosis, Request, diagnose
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


def prepare(request: Request, progress: Progress = lambda step, share: None) -> Edition:
    """Return the edition of a request. progress(step, share from 0 to 1) may raise Cancelled."""
    d = diagnose(request, lambda step, share: progress(step, 0.6 * share))
    study = etude.encode(etude.document(d))
    told = reading.read(d, fingerprint=etude.fingerprint(study))
    progress("Définitions côte à côte", 0.62)
    rows = request.zoning.rows
    readings = compare.definitions(offered(), rows, inside=request.inside, seed=request.seed, n_draws=request.n_draws)
    progress("Cartes", 0.75)
    drawn = _drawable(d)
    layers = atlas.layers(drawn) if drawn is not None else {}
    told["carte_note"] = _map_note(d, drawn)
    told["definitions"] = [reading.told_reading(each) for each in readings]
    told["fiches"] = {r.zone.code: sheet.read_zone(d, told, r.zone.code) for r in d.zones}
    progress("Mise en page", 0.9)
    return Edition(d, drawn or d, study, wording.spaced_within(told), layers, readings)


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


def check_folder(folder: Path) -> None:
    """Raise Refused now, rather than after the computation, when the folder cannot be written."""
    write_whole(folder / ".maillage", "")
    (folder / ".maillage").unlink()


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

    sheets: one PDF per zone; by default when there are at most 250. Each file is written aside then put in place.
    """
    d = edition.diagnosis
    progress("Dossier", 0.0)
    document = dossier.compose(edition.drawn, edition.told, edition.layers, edition.readings, on=on, comments=comments)
    files: dict[str, bytes] = {
        "etude.json": edition.study,
        "zones.csv": etude.table(d),
        "zones.geojson": etude.geography(d),
        "dossier.html": html.dossier(document),
        "dossier.pdf": pdf.dossier(document, on=on),
    }
    paths = []
    for name, content in files.items():
        write_whole(folder / name, content)
        paths.append(folder / name)
    if sheets if sheets is not None else len(d.zones) <= MOST_SHEETS:
        paths += write_sheets(edition, folder / "fiches", [r.zone.code for r in d.zones], on=on, progress=progress)
    return paths


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
