"""Files that anyone may download: each made once for a state of the directory, then stored beside the
database.
"""

import io
import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Q

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Lieu, Source
from maillage.apps.directory.places.queries import published, scope
from maillage.apps.directory.places.queries.scope import Scope
from maillage.apps.directory.places.queries.search import having
from maillage.kernel import workbook
from maillage.kernel.disk import write_whole
from maillage.publishing.directory.formats import every, hsds, loss, publication
from maillage.publishing.directory.formats.published import Published

MOST_AT_ONCE = 1_000  # places whose files are made to say their size; beyond, a sample says it
SAMPLE = 300
FIRST_DAY = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class File:
    """A file to download. format: that of the command; words: who it serves."""

    name: str
    format: str
    label: str
    words: str
    kind: str

    @property
    def loss(self) -> dict[str, list[str]]:
        return loss.loss_sentences(self.format)


FILES = {
    file.name: file
    for file in (
        File(
            "lieux.csv",
            loss.LMN,
            "Schéma national, en CSV",
            "Pour publier, ou pour la Cartographie nationale. 32 colonnes, une ligne par lieu.",
            "text/csv; charset=utf-8",
        ),
        File(
            "lieux.json",
            loss.LMN,
            "Schéma national, en JSON",
            "Les mêmes 32 champs, pour un programme.",
            "application/json",
        ),
        File(
            "lieux.geojson",
            loss.GEOJSON,
            "Carte, en GeoJSON",
            "Pour uMap, QGIS ou une carte sur votre site.",
            "application/geo+json",
        ),
        File(
            "tableau.xlsx",
            loss.XLSX,
            "Tableau complet, en classeur",
            "Pour un tableur : tous les champs publics, les codes et les téléphones gardés tels quels.",
            workbook.MEDIA_TYPE,
        ),
        File(
            "tableau.csv",
            loss.CSV,
            "Tableau complet, en CSV",
            "Les mêmes colonnes, pour un programme.",
            "text/csv; charset=utf-8",
        ),
        File(
            "data-inclusion.zip",
            loss.DATA_INCLUSION,
            "data·inclusion v1, en ZIP",
            "Pour DORA, les emplois de l’inclusion et les autres lecteurs de data·inclusion.",
            "application/zip",
        ),
        File(
            "dataspace.json",
            loss.DATASPACE,
            "DataSpace, en JSON",
            "Pour les outils de l’État : l’adresse en parties, les valeurs multiples en listes.",
            "application/json",
        ),
        File(
            "hsds.zip",
            loss.HSDS,
            "HSDS 3.0, en ZIP",
            "Pour un annuaire qui suit le standard international Open Referral. JSON et CSV.",
            "application/zip",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file that was made: where it is, and what it leaves out, one sentence each."""

    path: Path
    left_out: Sequence[str]


@dataclass(frozen=True, slots=True)
class Offered:
    """A file, its size in bytes, and whether that size is exact; left_out: what it leaves out, None when
    unknown yet.
    """

    file: File
    size: int
    exact: bool
    left_out: Sequence[str] | None


@dataclass(frozen=True, slots=True)
class ExportFolder:
    """The folder of the files of a territory, for a state of the directory and a day: scores and freshness
    vary by day.
    """

    where: Scope
    on: date
    digest: str

    @property
    def root(self) -> Path:
        return Path(settings.HOME) / "exports" / f"{self.digest}-{self.on:%Y%m%d}"

    @property
    def folder(self) -> Path:
        return self.root / self.where.folder


def export_folder(where: Scope, on: date) -> ExportFolder:
    """Return where today's files of a territory are stored."""
    return ExportFolder(where, on, published.state().digest)


def keep(export_folder: ExportFolder, name: str, content: bytes | str) -> Path:
    """Write a file in its folder, and remove those of earlier states and days."""
    for other in export_folder.root.parent.glob("*"):
        if other.name != export_folder.root.name:
            shutil.rmtree(other, ignore_errors=True)
    write_whole(export_folder.folder / name, content)
    return export_folder.folder / name


def offered(export_folder: ExportFolder) -> list[Offered]:
    """Return every file of a territory, made when it has few places, weighed on a sample otherwise."""
    n = published.within(
        published.published(), export_folder.where.communes, export_folder.where.facets
    ).count()
    if n <= MOST_AT_ONCE:
        missing = [name for name in FILES if current_file(export_folder, name) is None]
        places = scope.places(export_folder.where) if missing else []
        for name in missing:
            make(export_folder, name, places)
    offered_files = []
    for file in FILES.values():
        if (current := current_file(export_folder, file.name)) is not None:
            offered_files.append(Offered(file, current.path.stat().st_size, True, current.left_out))
        else:
            offered_files.append(
                Offered(
                    file, round(_weight(file.name, export_folder.digest, export_folder.on) * n), False, None
                )
            )
    return offered_files


LEFT_OUT = ".manque"


def current_file(export_folder: ExportFolder, name: str) -> MadeFile | None:
    """Return a file that was made since the directory last changed, None otherwise."""
    path = export_folder.folder / name
    try:
        left_out = path.with_name(f"{name}{LEFT_OUT}").read_text("utf-8")
    except FileNotFoundError:
        return None
    return MadeFile(path, left_out.splitlines()) if path.exists() else None


def make(export_folder: ExportFolder, name: str, places: Sequence[Published] | None = None) -> MadeFile:
    """Make a file, and store it. places: those of the territory, read when missing."""
    content, left_out = written(
        FILES[name], scope.places(export_folder.where) if places is None else places, on=export_folder.on
    )
    keep(export_folder, f"{name}{LEFT_OUT}", "\n".join(left_out))
    return MadeFile(keep(export_folder, name, content), left_out)


def written(file: File, places: Sequence[Published], *, on: date) -> tuple[bytes, list[str]]:
    """Return the content of a file, and what it leaves out."""
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / file.name
        left_out = every.write(file.format, path, places, on=on)
        return (zipped(path) if path.is_dir() else path.read_bytes()), left_out


def zipped(path: Path) -> bytes:
    """Return the archive of a folder, the same bytes every time; the tables of HSDS, an archive themselves,
    go in as files.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(path.iterdir()):
            if file.name == hsds.ARCHIVE:
                with zipfile.ZipFile(file) as tables:
                    for name in tables.namelist():
                        _add(archive, f"csv/{name}", tables.read(name))
            else:
                _add(archive, file.name, file.read_bytes())
    return out.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, FIRST_DAY)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)


@lru_cache(maxsize=64)
def _weight(name: str, digest: str, on: date) -> float:
    """Return the bytes per place in a file, from a sample."""
    rows = published.published().order_by("slug")[:SAMPLE]
    places = [published.of(lieu) for lieu in rows]
    content, _ = written(FILES[name], places, on=on)
    return len(content) / max(len(places), 1)


def to_publish(where: Scope, producer: publication.Producer, *, on: date) -> bytes:
    """Return the archive of the folder of publication; Refused when no place can be published."""
    with tempfile.TemporaryDirectory() as temporary:
        publication.write(Path(temporary), scope.places(where), on=on, producer=producer)
        return zipped(Path(temporary))


# --------------------------------------------------------------------------------------------------- licences


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence: its name, its terms in plain words, its name on data.gouv.fr."""

    name: str
    words: str
    data_gouv: str
    shares_alike: bool = False


OPEN = Licence(
    "Licence Ouverte 2.0", "Tout usage est permis, à condition de nommer la source et sa date.", "lov2"
)
ODBL = Licence(
    "ODbL 1.0",
    "Tout usage est permis, à condition de nommer la source. Une personne qui publie une base faite avec "
    "ces données la partage sous la même licence.",
    "odc-odbl",
    shares_alike=True,
)
UNKNOWN = "Personne n’a dit sous quelle licence. Demandez au producteur avant de réutiliser."


@dataclass(frozen=True, slots=True)
class SourceShare:
    """A source, how many sheets come from it, and its licence in words."""

    source: Source
    n_sheets: int
    licence: Licence


def sources(where: Scope) -> list[SourceShare]:
    """Return the sources of the sheets of a territory, the largest first."""
    inside = Q(lieux__state=rules.PUBLISHED)
    if where.communes:
        inside &= Q(lieux__code_insee__in=where.communes)
    if where.facets:
        inside &= Q(lieux__in=having(Lieu.objects.all(), where.facets))
    rows = Source.objects.annotate(n=Count("lieux", filter=inside)).filter(n__gt=0).order_by("-n", "name")
    return [SourceShare(source, source.n, licence(source.licence)) for source in rows]


def licence(text: str) -> Licence:
    """Return a licence by the name used in a source."""
    bare = text.casefold()
    if "odbl" in bare:
        return ODBL
    if "ouverte" in bare or "etalab" in bare or bare.startswith("lov"):
        return OPEN
    return (
        Licence(text, "À lire chez son auteur.", "notspecified")
        if text
        else Licence("non précisée", UNKNOWN, "notspecified")
    )


def licence_of(sources: Sequence[SourceShare]) -> Licence:
    """Return the licence under which places may be published together: the most demanding of their
    sources.
    """
    licences = [each.licence for each in sources]
    demanding = [each for each in licences if each.shares_alike] or [
        each for each in licences if each != OPEN
    ]
    return demanding[0] if demanding else OPEN
