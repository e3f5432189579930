"""The fixed connection of communes, as a chapter of a dossier, a layer of its map and a line of the sheet of
a zone: premises counted by Arcep, never mixed with the need.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

from maillage.publishing.page.blocks import Block, Cell, Chapter, Grid, Text
from maillage.publishing.territory import atlas
from maillage.words.wording import count, number, of, share, shortened

HALF = 0.5
MOST_LISTED = 20  # rows
MOST_NAMED = 40  # communes of a row
OLDEST = 2  # years
LAYER = "connexion"
TITLE = "Part des locaux qui peuvent avoir le très haut débit fixe, par commune"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommuneConnection:
    """The premises of a commune, and the share of them, 0 to 1, that can have very high speed."""

    name: str
    premises: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionReading:
    """The connection of a territory. source: the file; year: of its figures; n_missing: the communes of the
    territory that it does not count; whole_communes: whether the territory cuts none of them.
    """

    source: str
    year: int
    communes: tuple[CommuneConnection, ...]
    n_missing: int
    whole_communes: bool
    on: date

    @property
    def premises(self) -> int:
        return sum(each.premises for each in self.communes)

    @property
    def served(self) -> int:
        return round(sum(each.premises * each.share for each in self.communes))

    @property
    def share(self) -> float:
        return self.served / self.premises

    @property
    def old(self) -> str:
        """The sentence on figures too old for today, "" when they are not."""
        return age(self.year, self.on)

    @property
    def origin(self) -> str:
        return f"Arcep, {self.source}, données de {self.year}, Licence Ouverte"

    @property
    def sentence(self) -> str:
        """The share of a zone: that of the premises of its communes, even where it is a part of one."""
        counted = "" if not self.n_missing else f" ({count(self.n_missing, 'autre')} sans local compté)"
        names = [each.name for each in self.communes]
        where = f"la commune {of(names[0])}" if len(names) == 1 else f"ses {number(len(names))} communes"
        return (
            f"{share(self.share)} des locaux de {where}{counted}, {number(self.served)} sur"
            f" {number(self.premises)}"
        )


def age(year: int, on: date) -> str:
    """Return the sentence on figures too old for today, "" when they are not.

    >>> age(2019, date(2026, 3, 1))
    'Données de 2019 : un fichier de plus de deux ans ne dit rien d’aujourd’hui.'
    >>> age(2024, date(2026, 3, 1))
    ''
    """
    if on.year - year <= OLDEST:
        return ""
    return f"Données de {year} : un fichier de plus de deux ans ne dit rien d’aujourd’hui."


def of_communes(
    names: Mapping[str, str], shares: Mapping[str, float], premises: Mapping[str, int]
) -> tuple[CommuneConnection, ...]:
    """Return the communes that a file counts, the least served first. names: of those asked, by code."""
    counted = (
        CommuneConnection(name=name, premises=premises[code], share=shares[code])
        for code, name in names.items()
        if premises.get(code)
    )
    return tuple(sorted(counted, key=attrgetter("share", "name")))


def zone_styles(
    connections: Mapping[str, ConnectionReading], names: Mapping[str, str]
) -> dict[str, tuple[str, bool, str]]:
    """Return, by code of zone, its class of style on the layer, whether it is hatched, and its words. names:
    of all the zones of the map, by code.
    """
    return {
        code: (
            (atlas.quarter(100 * connections[code].share), False, f"{name} : {connections[code].sentence}")
            if code in connections
            else ("inconnue", False, f"{name} : aucun local compté")
        )
        for code, name in names.items()
    }


def chapters(reading: ConnectionReading | None) -> list[Chapter]:
    """Return the chapter of the connection, none where no file counts a commune of the territory."""
    if reading is None or not reading.communes:
        return []
    n = len(reading.communes)
    where = (
        f"dans {'la commune' if n == 1 else f'les {number(n)} communes'} que le fichier compte"
        if reading.n_missing
        else "du territoire"
        if reading.whole_communes
        else "des communes entières du territoire"
    )
    under = [each for each in reading.communes if each.share < HALF]
    blocks: list[Block] = [Text(text=f"**{reading.old}**")] if reading.old else []
    if len(reading.communes) > 1:
        blocks.append(_table(under) if under else Text(text="Aucune commune n’y est sous la moitié."))
    missing = count(
        reading.n_missing,
        "commune du territoire sans local compté",
        "communes du territoire sans local compté",
    )
    blocks.append(
        Text(
            text=(
                f"Source : {reading.origin}."
                f"{f' {missing}.' if reading.n_missing else ''} Locaux : logements et bureaux, pas des"
                " personnes. Rien n’en entre dans le calcul du besoin."
            ),
            tone="note",
        )
    )
    return [
        Chapter(
            number="n",
            short="La connexion",
            title=f"La connexion fixe en {reading.year}",
            flows=True,
            lead=(
                f"{share(reading.share)} des locaux {where}"
                f" ({number(reading.served)} sur {number(reading.premises)}) pouvaient avoir le très haut"
                f" débit fixe en {reading.year} : 30 Mbit/s ou plus."
            ),
            blocks=tuple(blocks),
        )
    ]


def _table(under: list[CommuneConnection]) -> Grid:
    """Return the communes under half of their premises, the least served first; those of one share in one
    row.
    """
    by_share = [
        (words, tuple(communes)) for words, communes in groupby(under, key=lambda one: share(one.share))
    ]
    rest = sum(len(communes) for _, communes in by_share[MOST_LISTED:])
    return Grid(
        caption=f"{count(len(under), 'commune')} sous la moitié des locaux",
        columns=("Communes", "Locaux", "Très haut débit possible"),
        align="gdd",
        widths=(5, 1, 1.6),
        rows=tuple(
            (
                Cell(text=shortened([each.name for each in communes], MOST_NAMED), strong=len(communes) == 1),
                Cell(text=number(sum(each.premises for each in communes))),
                Cell(text=words),
            )
            for words, communes in by_share[:MOST_LISTED]
        ),
        note=f"Et {count(rest, 'autre commune', 'autres communes')}." if rest else "",
    )
