"""The areas of a territory as a clerk names them: an IRIS or a commune, by its code or its name."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from maillage.kernel.names import plain
from maillage.kernel.table import Table
from maillage.sources.offer.clean import commune as communes
from maillage.sources.offer.clean.cleaned import Cleaned
from maillage.statistics.zones.territories import Territory
from maillage.statistics.zones.zoning import AreaIndex, area_name

CODE = re.compile(r"\b(?:\d{9}|2[AB]\d{7}|\d{5}|2[AB]\d{3})\b", re.IGNORECASE)
NUMBER = re.compile(r"\d{4,9}(?:[.,]0+)?|2[AB]\d{3}(?:\d{4})?", re.IGNORECASE)
BETWEEN = (re.compile(r"\s*[;,/|\n•]\s*"), re.compile(r"\s*[;,/|\n•]\s*|\s+(?:et|&|\+)\s+"))


@dataclass(frozen=True, slots=True)
class UnknownArea:
    """Why a cell names no area of the territory, and what to do about it, in French."""

    reason: str
    do: str


Named = Cleaned[str] | UnknownArea


class AreaNames:
    """The communes and IRIS of a territory by all that a clerk calls them.

    A commune merged since the census is understood as the commune of today.
    """

    def __init__(self, territory: Territory, iris: Table) -> None:
        self._territory, self._iris = territory, iris
        self.index = AreaIndex(territory, iris)
        rows = self.index.inside.tolist()
        self._today = tuple(sorted({str(iris["commune"][row]) for row in rows}))
        self._published: dict[str, str] = {}  # plain name of a commune of the census → that of today
        codes_by_name: dict[str, set[str]] = {}
        for row in rows:
            name = plain(area_name(iris, row))
            if iris["kind"][row] != "Z":
                codes_by_name.setdefault(name, set()).add(str(iris["iris"][row]))
            elif iris["published"][row] != iris["commune"][row]:
                self._published[name] = str(iris["commune"][row])
        self._iris_by_name = {name: min(codes) for name, codes in codes_by_name.items() if len(codes) == 1}

    def read(self, text: str) -> Named:
        """Return the code of the area that a cell names, as zones are written with."""
        typed = " ".join(text.split())
        if NUMBER.fullmatch(typed):
            return self._of_code(re.sub(r"[.,]0+\Z", "", typed).upper())
        codes = CODE.findall(typed)
        if len(codes) == 1 and (area := self._of_code(codes[0].upper())) and isinstance(area, Cleaned):
            return area
        return self._of_name(typed)

    def all_of(self, text: str) -> list[tuple[str, Named]]:
        """Return the areas that a cell names, each with its words: one, or several in one cell."""
        best = [(text, self.read(text))]
        for between in BETWEEN:
            areas = [(part.strip(), self.read(part)) for part in between.split(text) if part.strip()]
            if _n_known(areas) > _n_known(best):
                best = areas
        return best

    def knows(self, text: str) -> bool:
        return _n_known(self.all_of(text)) > 0

    def _of_code(self, code: str) -> Named:
        if self.index.rows(code):
            return Cleaned(code, "read")
        if self.index.rows(f"0{code}"):
            return Cleaned(f"0{code}", "mended", f"{code} est lu 0{code} : le zéro de tête manquait")
        read = communes.insee(code)
        if read.value and self.index.rows(read.value):
            return Cleaned(read.value, "mended", read.reason)
        if read.value:
            return self._elsewhere(communes.index().communes[read.value].label)
        if code in communes.index().postcodes:
            return UnknownArea(
                "c’est un code postal, que plusieurs communes peuvent avoir",
                "Écrivez le code Insee ou le nom de la commune.",
            )
        return UnknownArea(
            "ce code n’est ni un IRIS ni une commune de ce territoire",
            "Écrivez le code Insee ou le nom de la commune.",
        )

    def _of_name(self, typed: str) -> Named:
        how_by_code = communes.named(typed)
        local_codes = {code: how for code, how in how_by_code.items() if code in self._today}
        official = [code for code, how in local_codes.items() if how != "former"] or list(local_codes)
        if len(official) > 1:
            return UnknownArea(
                "plusieurs communes de ce territoire ont ce nom", "Écrivez le code Insee de la commune."
            )
        name = plain(typed)
        former = self._published.get(name, "")
        if official:
            label = communes.index().communes[official[0]].label
            merged = local_codes[official[0]] == "former"
            return _merged(typed, official[0], label) if merged else Cleaned(official[0], "read")
        if former:
            return _merged(typed, former, communes.index().communes[former].label)
        if name in self._iris_by_name:
            return Cleaned(self._iris_by_name[name], "read")
        if len(close := communes.misspelt(typed, self._today)) == 1 and not how_by_code:
            label = communes.index().communes[close[0]].label
            return Cleaned(close[0], "doubtful", f"« {typed} » est lu {label}")
        if how_by_code:
            return self._elsewhere(communes.index().communes[min(how_by_code)].label)
        areas = tuple(sorted({communes.departement(code) for code in self._today}))
        near = [
            name for name in communes.nearest(typed, areas) if set(communes.named(name)) & set(self._today)
        ]
        return UnknownArea(
            "ce n’est le nom d’aucune commune ni d’aucun IRIS de ce territoire",
            f"Vérifiez le nom{f', peut-être {near[0]}' if near else ''}, ou écrivez le code Insee.",
        )

    def _elsewhere(self, label: str) -> UnknownArea:
        return UnknownArea(
            f"{label} n’est pas une commune {self._territory.of_name}",
            "Retirez cette ligne, ou vérifiez le territoire de départ.",
        )

    def labels(self, rows: list[int]) -> tuple[str, ...]:
        """Return the names of some areas in order: a commune whose every area is there is named once."""
        iris = self._iris
        total = Counter(str(iris["commune"][row]) for row in self.index.inside.tolist())
        n_by_commune = Counter(str(iris["commune"][row]) for row in rows)
        labels = set()
        for row in rows:
            code = str(iris["commune"][row])
            town = communes.index().communes[code].name if code in communes.index().communes else code
            is_part = n_by_commune[code] < total[code]
            name = area_name(iris, row)
            labels.add(f"{name} ({town})" if is_part and plain(name) != plain(town) else town)
        return tuple(sorted(labels, key=plain))


def _n_known(areas: Sequence[tuple[str, Named]]) -> int:
    return sum(isinstance(area, Cleaned) for _, area in areas)


def _merged(typed: str, code: str, label: str) -> Cleaned[str]:
    return Cleaned(
        code, "mended", f"« {typed} », commune fusionnée, est lue {label}, la commune d’aujourd’hui"
    )
