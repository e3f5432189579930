"""Streets of OpenStreetMap: an extract read once into arrays, which every study reads again."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.errors import Refused
from maillage.reference.files import read_yaml
from maillage.reference.travel import BICYCLE, CAR, FOOT, WHEELCHAIR
from maillage.sources import contours, loads, relief, walks
from maillage.sources.network import MODE_IDS, USUAL, Flags, Floats, Network, Positions, isolated_share

Box = tuple[float, float, float, float]
Progress = Callable[[str, float | None], None]

FOLDER = "rues"
EARTH = 6_371_008.8  # metres, mean radius
ANCHOR_METRES = 60.0  # between two points of a street from which it may be joined
CLOSED, OPEN = frozenset({"no", "private", "military"}), frozenset({"yes", "designated", "permissive"})
GATES = {
    FOOT.id: ("foot",),
    BICYCLE.id: ("bicycle", "vehicle"),
    CAR.id: ("motorcar", "motor_vehicle", "vehicle"),
    WHEELCHAIR.id: ("wheelchair", "foot"),
}
ROUGH = {
    "surface": frozenset(
        "cobblestone dirt earth grass gravel ground mud rock sand unhewn_cobblestone".split()
    ),
    "smoothness": frozenset("bad very_bad horrible very_horrible impassable".split()),
}
COUNTER_LANES = frozenset({"opposite", "opposite_lane", "opposite_track"})
NEVER = datetime.fromtimestamp(0, UTC)  # of a way whose extract says no date
MARGIN = 0.25  # degrees around a territory, about twenty kilometres: twenty minutes by car
OLD_YEARS = 3
NOTABLE_PART = 0.05  # of the kilometres, that no path links to the rest
PRODUCER, LICENCE = "les contributeurs d’OpenStreetMap", "ODbL 1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Streets:
    """An extract that was loaded, without its arrays. day: that of its data, "" when it does not say;
    perimeter: the territory it was cut to, "" for the whole of it; n_edges, kilometres: its streets;
    isolated_share: the share of the kilometres that foot paths do not link to the rest; modes: those that its
    arrays know; tiles: the files of elevation whose slopes slow walkers.
    """

    folder: str
    digest: str
    file: str
    day: str
    perimeter: str
    box: Box
    n_nodes: int
    n_edges: int
    kilometres: float
    isolated_share: float
    producer: str = PRODUCER
    licence: str = LICENCE
    modes: tuple[str, ...] = (FOOT.id, BICYCLE.id, CAR.id)
    tiles: tuple[str, ...] = ()

    @property
    def walks(self) -> Path:
        """The folder of what `walks` keeps of it."""
        return Path(self.folder) / f"{self.digest}{walks.SUFFIX}"

    @property
    def network(self) -> Network:
        """The arrays. Raises Refused when somebody took their file away."""
        return _network(loads.arrays_path(self.folder, self.digest))


@lru_cache(maxsize=2)
def _network(path: Path) -> Network:
    try:
        return loads.read(path, Network)
    except loads.UNREADABLE as error:
        raise Refused(
            f"Les rues chargées sont illisibles ({path.name}).",
            why="Leur fichier a été effacé ou abîmé : aucune distance par les rues n’est calculée.",
            do="Refaites l’étude ; si rien ne change, chargez-les : maillage rues charger extrait.osm.pbf.",
        ) from error


def loaded(home: Path) -> Streets | None:
    """Return the streets that an installation has, None when it has none."""
    return loads.loaded(home / FOLDER, Streets)


def loaded_at(home: Path) -> float:
    """Return the moment when streets were last loaded, in seconds since 1970; 0 when there are none."""
    return loads.loaded_at(home / FOLDER)


def load(
    path: Path,
    home: Path,
    *,
    box: Box | None = None,
    perimeter: str = "",
    tiles: Sequence[Path] = (),
    progress: Progress = lambda step, share: None,
) -> Streets:
    """Read an extract, keep its streets in a home folder in place of the former ones, and return them.

    box: west, south, east, north of what is wanted, all of it by default; perimeter: its code; tiles: files
    of elevation. A study under way finishes with the former arrays, which stay until the next extract.
    Raises Refused, and changes nothing, for what is not a whole extract with streets in it.
    """
    elevations = [relief.read(tile) for tile in tiles]
    day, network = read(path, box=box, progress=progress)
    if elevations:
        network = relief.slowed(network, elevations)
    progress("Écriture des rues", 0.95)
    names = tuple(tile.name for tile in tiles)
    return store(network, home, file=path.name, day=day, perimeter=perimeter, tiles=names)


def store(
    network: Network,
    home: Path,
    *,
    file: str,
    day: date | None = None,
    perimeter: str = "",
    tiles: tuple[str, ...] = (),
) -> Streets:
    """Keep streets in a home folder in place of the former ones, and return them. file: that of their
    extract; day, perimeter, tiles: see `Streets`. Raises Refused for those of another country.
    """
    data = loads.packed(network)
    lon, lat = network.nodes.T
    streets = Streets(
        folder=str(home / FOLDER),
        digest=loads.digest(data),
        file=file,
        day=day.isoformat() if day else "",
        perimeter=perimeter,
        box=(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())),
        n_nodes=len(network.nodes),
        n_edges=len(network.ends),
        kilometres=round(float(network.metres.sum()) / 1000, 1),
        isolated_share=isolated_share(network),
        modes=MODE_IDS,
        tiles=tiles,
    )
    if not contours.communes_in(*streets.box):
        raise _without_streets(file, is_cut=True)
    walks.keep(network, streets.walks)
    for stale in loads.keep(streets, data):
        walks.drop(stale.with_suffix(walks.SUFFIX))
    return streets


def read(
    path: Path, *, box: Box | None = None, progress: Progress = lambda step, share: None
) -> tuple[date | None, Network]:
    """Return the day of an extract (.osm.pbf) and its streets. box, Refused: see `load`."""
    osmium = _reader()
    try:
        progress("Lecture des rues", 0.05)
        refs, sizes, speeds, latest = _ways(osmium, path)
        day = _day(osmium, path) or latest
        progress("Lecture des croisements", 0.5)
        ids, points = _nodes(osmium, path, np.unique(refs))
    except RuntimeError as error:
        raise _unreadable(path, error) from error
    progress("Préparation du réseau", 0.85)
    at = np.searchsorted(ids, refs).clip(max=max(len(ids) - 1, 0))
    present = ids[at] == refs if len(ids) else np.zeros(len(refs), dtype=bool)
    if box is not None and len(ids):
        west, south, east, north = box
        lon, lat = points.T
        present &= ((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))[at]
    network = network_of(points, at, np.repeat(np.arange(len(sizes)), sizes), present, speeds)
    if not len(network.ends):
        raise _without_streets(path.name, is_cut=box is not None and len(ids) > 0)
    return day, network


def _reader() -> Any:
    try:
        import osmium  # an option: everything else works without
    except ImportError as error:
        raise Refused(
            "Ce qui lit les rues n’est pas installé.",
            why="La bibliothèque osmium lit les extraits d’OpenStreetMap ; le reste de Maillage s’en passe.",
            do="Installez-la : « make rues » dans le dossier du projet, ou pip install 'maillage[rues]'.",
        ) from error
    return osmium


def _day(osmium: Any, path: Path) -> date | None:
    """Return the day of the data that the header says, None when it does not."""
    with osmium.io.Reader(str(path)) as reader:
        written = reader.header().get("osmosis_replication_timestamp")
    try:
        return datetime.fromisoformat(written).astimezone(UTC).date()
    except ValueError:
        return None


def _ways(osmium: Any, path: Path) -> tuple[Positions, Positions, NDArray[np.float32], date | None]:
    """Return the numbers of the nodes of all streets one after another, how many each has, its speeds (ways,
    modes, 2), and the day when the latest was changed.
    """
    latest = NEVER
    refs: list[NDArray[np.int64]] = []
    speeds: list[tuple[tuple[float, float], ...]] = []
    same_speeds: dict[tuple[tuple[float, float], ...], tuple[tuple[float, float], ...]] = {}  # one of each
    ways = osmium.FileProcessor(str(path), osmium.osm.WAY)
    for way in ways.with_filter(osmium.filter.KeyFilter("highway")):
        tags = dict(way.tags)
        way_speeds = speeds_of(tags)
        if tags.get("area") == "yes" or not any(map(any, way_speeds)):
            continue
        latest = max(latest, way.timestamp)
        refs.append(np.array([node.ref for node in way.nodes], dtype=np.int64))
        speeds.append(same_speeds.setdefault(way_speeds, way_speeds))
    return (
        np.concatenate(refs) if refs else np.zeros(0, dtype=np.int64),
        np.array([len(one) for one in refs], dtype=np.int64),
        np.array(speeds, dtype=np.float32).reshape(-1, len(MODE_IDS), 2),
        latest.date() if latest > NEVER else None,
    )


def _nodes(osmium: Any, path: Path, ids: Positions) -> tuple[Positions, Floats]:
    """Return the numbers, in order, of those of these nodes that the file has, and their degrees."""
    table = np.empty(len(ids), dtype=[("id", np.int64), ("lon", np.float64), ("lat", np.float64)])
    n_present = 0  # a region has millions of them: no list of rows
    nodes = osmium.FileProcessor(str(path), osmium.osm.NODE)
    for node in nodes.with_filter(osmium.filter.IdFilter(map(int, ids))):
        if node.location.valid() and n_present < len(table):  # extracts put end to end repeat some
            table[n_present] = node.id, node.location.lon, node.location.lat
            n_present += 1
    table = np.sort(table[:n_present], order="id")
    return table["id"], np.column_stack((table["lon"], table["lat"]))


@cache
def _classes() -> Mapping[str, Mapping[str, Any]]:
    table: Mapping[str, Mapping[str, Any]] = read_yaml(Path(__file__).parents[1] / "reference/streets.yaml")
    return table


def speeds_of(tags: Mapping[str, str]) -> tuple[tuple[float, float], ...]:
    """Return, for each of MODE_IDS, its speed along a way and against it: see `Network`.

    >>> speeds_of({"highway": "residential", "oneway": "yes", "maxspeed": "20"})
    ((1.0, 1.0), (1.0, 0.0), (20.0, 0.0), (1.0, 1.0))
    >>> speeds_of({"highway": "footway", "bicycle": "yes", "surface": "sand"})
    ((1.0, 1.0), (1.0, 1.0), (0.0, 0.0), (0.0, 0.0))
    >>> speeds_of({"highway": "service", "access": "private"})
    ((0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0))
    """
    way = _classes().get(tags["highway"], {})
    along, against = _directions(tags)
    out = []
    for mode in MODE_IDS:
        speed = float(way.get(mode, 0))
        gate = next((tags[key] for key in (*GATES[mode], "access") if key in tags), "")
        is_open = gate in OPEN and mode != CAR.id and tags.get(GATES[mode][0]) in OPEN
        if mode == WHEELCHAIR.id:
            is_open = is_open or tags.get("ramp:wheelchair") == "yes"
            speed *= not any(tags.get(key) in values for key, values in ROUGH.items())
        if gate in CLOSED:
            speed = 0.0
        elif is_open:
            speed = USUAL
        if mode == CAR.id and tags.get("maxspeed", "").isdigit():
            speed = min(speed, float(tags["maxspeed"]))
        free = mode in (FOOT.id, WHEELCHAIR.id) or (
            mode == BICYCLE.id
            and (
                tags.get("oneway:bicycle") == "no"
                or COUNTER_LANES & {tags.get("cycleway"), tags.get("cycleway:left")}
            )
        )
        out.append((speed, speed) if free else (speed * along, speed * against))
    return tuple(out)


def _directions(tags: Mapping[str, str]) -> tuple[bool, bool]:
    """Tell if vehicles go along a way, and against it."""
    oneway = tags.get("oneway", "")
    if oneway in ("-1", "reverse"):
        return False, True
    is_oneway = oneway in ("yes", "true", "1") or (
        oneway != "no"
        and (tags.get("junction") in ("roundabout", "circular") or tags["highway"] == "motorway")
    )
    return True, not is_oneway


def network_of(
    points: Floats, at: Positions, way: Positions, present: Flags, speeds: NDArray[np.float32]
) -> Network:
    """Return the streets of ways, cut where they cross.

    points: (points, 2) degrees; at, way, present: for each step of each way, its point, the way, and whether
    it is wanted; speeds: (ways, modes, 2).
    """
    at, way, starts = at[present], way[present], np.flatnonzero(present)
    linked = (way[1:] == way[:-1]) & (np.diff(starts) == 1) & (at[1:] != at[:-1])
    crossings = np.bincount(at, minlength=len(points))[at] > 1
    ends = ~np.append(False, linked) | ~np.append(linked, False)
    stop = np.flatnonzero(crossings | ends)
    metres = np.where(linked, metres_between(points[at[:-1]], points[at[1:]]), 0.0)
    along = np.append(0.0, np.cumsum(metres))
    breaks = np.append(0, np.cumsum(~linked))
    is_street = breaks[stop[1:]] == breaks[stop[:-1]]
    first, last = stop[:-1][is_street], stop[1:][is_street]
    used, ends_at = np.unique(np.concatenate((at[first], at[last])), return_inverse=True)
    segment = np.flatnonzero(linked)
    edge = np.searchsorted(first, segment, side="right") - 1
    count = np.maximum(1, np.ceil(metres[segment] / ANCHOR_METRES)).astype(np.int64)
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    part = (step + 0.5) / np.repeat(count, count)
    segment, edge = np.repeat(segment, count), np.repeat(edge, count)
    before, after = points[at[segment]], points[at[segment + 1]]
    half = (after - before) / (2 * np.repeat(count, count)[:, None])
    return Network(
        nodes=points[used],
        ends=ends_at.reshape(2, -1).T.astype(np.int32),
        metres=along[last] - along[first],
        speeds=speeds[way[first]],
        anchors=before + (after - before) * part[:, None],
        anchor_edge=edge.astype(np.int32),
        anchor_metres=(along[segment] - along[first[edge]] + metres[segment] * part).astype(np.float32),
        anchor_half=half.astype(np.float32),
    )


def metres_between(starts: Floats, stops: Floats) -> Floats:
    """Return the metres between points (n, 2) of degrees, on the sphere.

    >>> metres_between(np.array([[2.0, 48.0]]), np.array([[2.0, 48.01]])).round(1).tolist()
    [1112.0]
    """
    lon, lat, lon2, lat2 = (np.radians(values) for values in (*starts.T, *stops.T))
    half = np.sin((lat2 - lat) / 2) ** 2 + np.cos(lat) * np.cos(lat2) * np.sin((lon2 - lon) / 2) ** 2
    return np.asarray(2 * EARTH * np.arcsin(np.sqrt(half)))


def _unreadable(path: Path, error: RuntimeError) -> Refused:
    is_cut = "EOF" in str(error) or "truncated" in str(error)
    return Refused(
        f"{path.name} : {'ce fichier est coupé' if is_cut else 'ce n’est pas un extrait d’OpenStreetMap'}.",
        why=(
            "Son téléchargement ou sa copie s’est arrêté avant la fin : des rues y manqueraient."
            if is_cut
            else "Un extrait est un fichier .osm.pbf, tel que Geofabrik ou OpenStreetMap France le donne."
        ),
        do="Téléchargez-le à nouveau, sans l’ouvrir ni le décompresser ; les rues déjà chargées restent.",
    )


def _without_streets(file: str, *, is_cut: bool) -> Refused:
    return Refused(
        f"{file} : aucune rue {'de ce territoire' if is_cut else 'dans ce fichier'}.",
        why=(
            "Cet extrait est celui d’une autre région, ou d’un autre pays."
            if is_cut
            else "Il est vide, ou ne contient pas les voies d’OpenStreetMap."
        ),
        do="Prenez l’extrait de votre région ; les rues déjà chargées restent.",
    )


def box_around(code: str, communes: Collection[str]) -> Box:
    """Return west, south, east, north around a territory, of these communes; Refused where no contour tells
    where it is.
    """
    bounds = np.array([shape.bounds for shape in contours.communes(communes).values()])
    if not len(bounds):
        raise Refused(
            f"Le territoire {code} n’a pas de contour.",
            why="Rien ne dit quelles rues de l’extrait sont autour de lui.",
            do="Chargez l’extrait entier, sans territoire.",
        )
    west, south = (bounds[:, :2].min(axis=0) - MARGIN).tolist()
    east, north = (bounds[:, 2:].max(axis=0) + MARGIN).tolist()
    return west, south, east, north


def doubts(loaded: Streets, today: date) -> list[str]:
    """Return the doubts about the streets of an extract, in French sentences."""
    years = (today - date.fromisoformat(loaded.day)).days // 365 if loaded.day else 0
    sentences = (
        (not loaded.day, "Cet extrait ne dit pas de quel jour sont ses rues."),
        (years >= OLD_YEARS, f"Cet extrait a {years} ans : des rues y manquent. Chargez-en un plus récent."),
        (
            loaded.isolated_share >= NOTABLE_PART,
            f"{round(100 * loaded.isolated_share)} % des rues ne rejoignent pas les autres à pied : une île,"
            " ou un extrait fait de plusieurs morceaux.",
        ),
    )
    return [sentence for holds, sentence in sentences if holds]
