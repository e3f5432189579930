"""Les doublons étiquetés : ce que l’appariement retrouve, ce qu’il annonce à tort, et les mêmes chiffres
sur sa page.
"""

import csv
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from bench.matching import RULE_BETWEEN, RULE_WITHIN, rule_pairs, rule_score
from maillage.reference.files import METHODS
from maillage.reference.parameters import number, numbers
from maillage.statistics.engine import duplicates
from maillage.statistics.engine.duplicates import CHANCES, FIELDS, Place, agreements, between, within

FOLDER = Path(__file__).parent
PHONE = re.compile(r"\+?\d(?:[\s.]*\d){8,12}")
BAR = 0.89  # le rappel publié par data·inclusion, à battre
MEASURED = (
    "nom",
    "marque",
    "adresse",
    "distance",
    "telephone",
    "site",
    "commune",
)  # les autres champs sont masqués
WRITTEN = "Variantes, gardées"  # n’ont servi à aucun réglage
Labels = dict[tuple[int, int], str]


VARIANTS = FOLDER.parent / "files" / "doublons"


def rows(name: str, folder: Path = FOLDER) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def place(row: dict[str, str]) -> Place:
    return Place(
        nom=row["nom"],
        adresse=row["adresse"],
        code_insee=row["code_insee"],
        code_postal=row["code_postal"],
        latitude=float(row["lat"]) if row["lat"] else None,
        longitude=float(row["lon"]) if row["lon"] else None,
        precise=bool(row["lat"]),
        pivot="",
        telephones=tuple(PHONE.findall(row["telephone"])),
        courriels=(),
        sites=(row["site"],),
        typologies=frozenset(),
        itinerant=False,
        commune=row["commune"],
    )


@dataclass(frozen=True)
class Labelled:
    """Des lieux, leurs sources, et les paires lues une à une : « 1 », « 0 », ou « ? » quand la lecture ne
    tranche pas.

    cut : le nombre de lieux du premier fichier, quand on en compare deux ; une paire absente est jugée
        distincte.
    """

    places: list[Place]
    sources: list[str]
    labels: Labels
    cut: int | None = None

    def pairs(self) -> list[duplicates.Pair]:
        if self.cut is None:
            return within(self.places)
        pairs = between(self.places[: self.cut], self.places[self.cut :])
        return [duplicates.Pair(p.a, p.b + self.cut, p.score, p.reasons, p.decision) for p in pairs]

    def usual(self) -> list[tuple[int, int]]:
        """Les paires que retient la règle en usage ailleurs : même code Insee, score de 90 dans une
        source, 83 entre deux.
        """
        pairs = [(a, b) for a, b in rule_pairs(self.places) if self.cut is None or a < self.cut <= b]
        bars = {True: RULE_WITHIN, False: RULE_BETWEEN}
        same = [bars[self.sources[a] == self.sources[b]] for a, b in pairs]
        return [
            (a, b)
            for (a, b), bar in zip(pairs, same, strict=True)
            if rule_score(self.places[a], self.places[b]) > bar
        ]


def labelled(name: str, *, after: str = "") -> Labelled:
    before = rows(f"doublons_{after}_lieux") if after else []
    place_rows = rows(f"doublons_{name}_lieux")
    shift = len(before)
    labels = {(int(r["a"]) - 1, int(r["b"]) - 1 + shift): r["meme"] for r in rows(f"doublons_{name}")}
    every = before + place_rows
    return Labelled([place(r) for r in every], [r["source"] for r in every], labels, shift or None)


def variants(name: str) -> Labelled:
    """Des lieux publiés, et les mêmes écrits à la main comme un autre producteur les dirait."""
    place_rows = rows(f"variantes_{name}_lieux", VARIANTS)
    labels = {(int(r["a"]) - 1, int(r["b"]) - 1): r["meme"] for r in rows(f"variantes_{name}", VARIANTS)}
    sources = [r["source"] for r in place_rows]
    return Labelled([place(r) for r in place_rows], sources, labels, sources.index("autre producteur"))


@pytest.fixture(scope="module")
def sets() -> dict[str, Labelled]:
    return {
        "Isère": labelled("isere"),
        "Maubeuge": labelled("maubeuge"),
        "Bibliothèques": labelled("bibliotheques", after="isere"),
        "Cinq villes et régions": labelled("cinq", after="recensements"),
        "Variantes, réglage": variants("reglage"),
        WRITTEN: variants("gardees"),
    }


# ------------------------------------------------------------------------------------------------ les comptes


@dataclass(frozen=True)
class Count:
    """right : doublons retrouvés, sur `duplicates` ; announced : paires annoncées, hors celles que la lecture
    ne tranche pas.
    """

    right: int
    duplicates: int
    announced: int

    def __add__(self, other: "Count") -> "Count":
        return Count(
            self.right + other.right, self.duplicates + other.duplicates, self.announced + other.announced
        )

    def row(self, name: str, what: str) -> str:
        parts = [
            f"{right} sur {n} | {share(right, n)}"
            for right, n in ((self.right, self.duplicates), (self.right, self.announced))
        ]
        return f"| {name} | {what} | {' | '.join(parts)} |"


def wilson(right: int, n: int) -> tuple[float, float]:
    """L’intervalle de Wilson à 95 % d’une part."""
    z, p = 1.959964, right / n
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def share(right: int, n: int) -> str:
    if not n:
        return "sans objet"
    low, high = wilson(right, n)
    return f"{100 * right / n:.0f} % ({100 * low:.0f} à {100 * high:.0f})"


def count(one: Labelled, announced: Iterable[tuple[int, int]]) -> Count:
    read = [one.labels.get(pair, "0") for pair in announced]
    return Count(read.count("1"), list(one.labels.values()).count("1"), len(read) - read.count("?"))


def proposed(one: Labelled) -> list[tuple[int, int]]:
    return [(p.a, p.b) for p in one.pairs()]


def sure(one: Labelled) -> list[tuple[int, int]]:
    return [(p.a, p.b) for p in one.pairs() if p.decision == "meme"]


WAYS: dict[str, Callable[[Labelled], list[tuple[int, int]]]] = {
    "proposées": proposed,
    "dites la même": sure,
    "règle en usage": Labelled.usual,
}


@pytest.fixture(scope="module")
def counts(sets) -> dict[tuple[str, str], Count]:
    out = {(name, what): count(one, way(one)) for name, one in sets.items() for what, way in WAYS.items()}
    return out | {("Les deux", what): out["Isère", what] + out["Maubeuge", what] for what in WAYS}


# ------------------------------------------------------------------------------------------------ les mesures


def test_nine_duplicates_in_ten_are_proposed(counts):
    """La barre publiée est battue sur les deux territoires ensemble, et sur le jeu qui n’a servi à aucun
    réglage.
    """
    for name in ("Les deux", "Bibliothèques", "Cinq villes et régions"):
        got = counts[name, "proposées"]
        assert got.right / got.duplicates >= BAR, name


def test_no_pair_of_different_places_is_announced(counts):
    for name in (
        "Isère",
        "Maubeuge",
        "Bibliothèques",
        "Cinq villes et régions",
        "Variantes, réglage",
        WRITTEN,
    ):
        got = counts[name, "dites la même"]
        assert got.announced > 0
        assert got.right == got.announced, name


def test_six_duplicates_in_ten_are_decided_alone_where_no_rule_was_made(counts):
    got = counts["Cinq villes et régions", "dites la même"]
    assert got.right / got.duplicates >= 0.6


def test_handwritten_variants_are_matched_with_few_errors(counts):
    """Le but : 95 % retrouvés pour 98 % de justes, 60 % décidés sans personne."""
    got, alone = counts[WRITTEN, "proposées"], counts[WRITTEN, "dites la même"]
    assert got.right / got.duplicates >= 0.95
    assert got.right / got.announced >= 0.98
    assert alone.right / alone.duplicates >= 0.6


def test_the_usual_rule_finds_fewer_duplicates(counts):
    for name in ("Les deux", "Bibliothèques"):
        assert counts[name, "règle en usage"].right < counts[name, "proposées"].right, name


def chances(sets: Iterable[Labelled]) -> dict[str, tuple[float, ...]]:
    """Ce que le hasard fait concorder, compté sur les paires distinctes ; hors la commune, celles d’une
    même commune.
    """
    agreement_rows = [
        agreements(one.places, [pair for pair, label in one.labels.items() if label == "0"]).astype(int)
        for one in sets
    ]
    every = np.concatenate(agreement_rows)
    out = {}
    for k, field in enumerate(FIELDS):
        if field in MEASURED:
            own = every if field == "commune" else every[every[:, FIELDS.index("commune")] != 1]
            levels = len(numbers(CHANCES[field][0]))
            tally = np.array([(own[:, k] == level).sum() for level in range(levels)]) + 0.5
            total = len(own) + 1 if levels == 1 else tally.sum()
            out[CHANCES[field][1]] = tuple(float(v) for v in np.round(tally / total, 3))
    return out


def test_what_chance_makes_agree_is_what_the_labelled_pairs_show(sets):
    """Les paramètres déduits sont recomptés ; les répartitions des doublons, supposées, somment à un."""
    probabilities = chances((sets["Isère"], sets["Maubeuge"]))
    for id, values in probabilities.items():
        assert numbers(id) == pytest.approx(values, abs=0.0011), id
    labels = [*sets["Isère"].labels.values(), *sets["Maubeuge"].labels.values()]
    assert number("matching/depart") == pytest.approx(
        labels.count("1") / (labels.count("0") + labels.count("1")), abs=0.005
    )
    for field, ids in CHANCES.items():
        for id in ids:
            assert sum(numbers(id)) == pytest.approx(1, abs=0.003) or field == "marque", id


def test_without_the_labels_of_a_territory_its_duplicates_are_still_found(sets, crossed):
    assert sum(got.right for got in crossed.values()) / sum(got.duplicates for got in crossed.values()) >= BAR


@pytest.fixture(scope="module")
def crossed(sets) -> dict[str, Count]:
    """Chaque territoire, jugé avec le seul hasard compté sur l’autre."""
    out = {}
    for name, other in (("Isère", "Maubeuge"), ("Maubeuge", "Isère")):
        with pytest.MonkeyPatch.context() as patch:
            elsewhere = chances([sets[other]])
            patch.setattr(duplicates, "numbers", lambda id, learned=elsewhere: learned.get(id) or numbers(id))
            out[f"{name}, sans ses étiquettes"] = count(sets[name], proposed(sets[name]))
    return out


def test_the_page_shows_these_figures(sets, counts, crossed):
    page = (METHODS / "doublons.md").read_text("utf-8")
    lines = [got.row(name, what) for (name, what), got in counts.items()]
    lines += [got.row(name, "proposées") for name, got in crossed.items()]
    for name, one in sets.items():
        labels = list(one.labels.values())
        lines.append(
            f"| {name} | {len(labels)} | {labels.count('1')} | {labels.count('0')} | {labels.count('?')} |"
        )
    missing = [line for line in lines if line not in page]
    assert missing == []
