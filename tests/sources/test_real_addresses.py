"""Two hundred addresses of real places, found in a base drawn around their points: as typed, then rewritten."""

import csv
import math
import random
import re
from pathlib import Path
from statistics import median

import pytest

from maillage.kernel.names import plain
from maillage.sources.offer import addresses
from maillage.sources.offer.clean.where import locate

FILE = Path("tests/files/adresses/reelles.csv")
METRE = 1 / 111_195
COLUMNS = ("numero", "rep", "nom_voie", "code_postal", "code_insee", "lon", "lat")
COMMON = (
    "Rue de la Mairie, Place de la Mairie, Rue de l'Église, Place de l'Église, Grande Rue, Rue du Stade, Le Bourg,"
    " Rue de la Gare, Place de la Gare, Rue des Écoles, Rue du Moulin, Rue Victor Hugo, Rue Jean Jaurès,"
    " Rue de la République, Place de la République, Avenue de la République, Rue du 8 Mai 1945, Le Village,"
    " Rue du 11 Novembre 1918, Rue du 19 Mars 1962, Rue Pasteur, Avenue du Général de Gaulle, Rue des Lilas,"
    " Rue du Général Leclerc, Avenue Jean Moulin, Rue du Château, Rue Principale, Impasse du Stade, Zone Artisanale"
).split(", ")
KINDS = {"Rue": "Impasse", "Place": "Rue", "Avenue": "Allée", "Chemin": "Impasse", "Route": "Chemin"}
SHORT = {"avenue": "AV", "boulevard": "Bd", "place": "Pl.", "impasse": "imp", "route": "Rte", "chemin": "CH"}


def real_places() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def drawn_base(path: Path, draw: random.Random) -> None:
    """Write a base that holds the streets of the real places, each number fifteen metres after the other, among
    other streets of their communes: the commonest names, and theirs under another kind of street.
    """
    lines: dict[tuple[str, str, str, str], tuple[float, float, str]] = {}
    towns: dict[str, list[dict[str, str]]] = {}
    for row in real_places():
        towns.setdefault(row["insee"], []).append(row)
    for insee, rows in towns.items():
        streets = {plain(row["nom_voie"]) for row in rows}
        for row in (row for row in rows if row["nom_voie"]):
            number, bearing = int(row["numero"] or 0), draw.uniform(0, 2 * math.pi)
            away = draw.lognormvariate(math.log(150), 0.7)  # length of a street: half of them are under 150 m
            steps = max(2, min(60, round(away / 15)))
            first = -draw.randrange(steps) if not number else -min(steps // 2, (number - 1) // 2)
            spot = float(row["lat"]), float(row["lon"])
            for step in range(first, first + steps):
                other = number + 2 * step if number else 1 + 2 * (step - first)
                rep = row["rep"] if not step else ""
                key = insee, row["nom_voie"], str(other), rep
                if not step or key not in lines:
                    lines[key] = (*_moved(spot, 15 * step, bearing), row["code_postal"])
        anchor = float(rows[0]["lat"]), float(rows[0]["lon"])
        twins = [
            row["nom_voie"].replace(kind, twin, 1)
            for row in rows
            for kind, twin in KINDS.items()
            if row["nom_voie"].startswith(f"{kind} ")
        ]
        for name in (*COMMON, *twins):
            if plain(name) not in streets:
                spot = _moved(anchor, draw.uniform(300, 2500), draw.uniform(0, 2 * math.pi))
                for number in range(1, 40):
                    key = insee, name, str(number), ""
                    lines[key] = (*_moved(spot, 15 * number, 0.0), rows[0]["code_postal"])
    with path.open("w", encoding="utf-8") as file:
        print(";".join(COLUMNS), file=file)
        for (insee, name, numero, rep), (lat, lon, code) in lines.items():
            print(numero, rep, name, code, insee, f"{lon:.6f}", f"{lat:.6f}", sep=";", file=file)


def _moved(spot: tuple[float, float], metres: float, bearing: float) -> tuple[float, float]:
    lat, lon = spot
    north, east = metres * math.cos(bearing), metres * math.sin(bearing)
    return lat + north * METRE, lon + east * METRE / math.cos(math.radians(lat))


def rewritten(row: dict[str, str], draw: random.Random) -> str:
    """Write the address of the base in one of the ways that files have."""
    number, rep, street = row["numero"], row["rep"], row["nom_voie"]
    kind, _, name = street.partition(" ")
    short = f"{SHORT.get(kind.casefold(), kind)} {name}"
    start = f"{number}{draw.choice(('', ' '))}{rep}".strip()
    ways = (
        f"{start} {plain(street).upper()}",
        f"{start}, {short}",
        f"Bâtiment B, {start} {street}",
        f"{start} {short} BP {draw.randrange(10, 999)}",
        f"{start} {street} CS 40{draw.randrange(100, 999)}, {row['code_postal'][:2]}021 {row['commune']} CEDEX 1",
        f"{start} {street} - ZA des Prés",
        f"Espace France Services - {start} {street.lower()}",
        f"{start} {street} - 2e étage",
    )
    return re.sub(r"^[ ,]+", "", draw.choice(ways))


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("adresses")
    drawn_base(folder / "adresses-tirees.csv", random.Random(47))
    addresses.load(folder / "adresses-tirees.csv", folder / "base")
    addresses.use(folder / "base")
    yield
    addresses.use(folder / "aucune")


def located(row: dict[str, str], typed: str) -> tuple[str, float]:
    """Return the reason that a place gives of its point, and the metres between this point and its own."""
    cells = {"commune": row["commune"], "code_postal": row["code_postal"], "code_insee": row["insee"]}
    spot = locate({**cells, "adresse": typed})
    lat, lon = float(row["lat"]), float(row["lon"])
    assert spot.where.latitude is not None and spot.where.longitude is not None
    east = (spot.where.longitude - lon) * math.cos(math.radians(lat))
    return spot.notes["latitude"].reason, math.hypot(spot.where.latitude - lat, east) / METRE


@pytest.mark.usefixtures("base")
@pytest.mark.parametrize("write", [lambda row, draw: row["adresse"], rewritten], ids=["typed", "rewritten"])
def test_real_addresses_that_the_base_holds_are_found_near_and_say_how(write):
    draw = random.Random(2026)
    places = [row for row in real_places() if row["nom_voie"]]
    points = [located(row, write(row, draw)) for row in places]
    metres = [away for _, away in points]
    assert len(metres) == 195
    assert median(metres) <= 30
    assert sum(away > 300 for away in metres) <= 0.05 * len(metres)
    assert all(
        "fichier d’adresses, score" in reason or "centre de la commune" in reason for reason, _ in points
    )


@pytest.mark.usefixtures("base")
def test_what_is_no_address_stays_at_the_centre_of_its_commune():
    reasons = [located(row, row["adresse"])[0] for row in real_places() if not row["nom_voie"]]
    assert len(reasons) == 5
    assert all("centre de la commune" in reason for reason in reasons)
