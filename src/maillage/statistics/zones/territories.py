"""Territories of France: finding one by name, code or postcode, and what belongs to it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import dropwhile
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.errors import UnknownTerritory
from maillage.kernel.names import Spelling, plain
from maillage.kernel.table import Table, group, total_by
from maillage.sources import cog, rp2021
from maillage.words.languages import to_say
from maillage.words.wording import listing, of

Kind = Literal["commune", "ept", "epci", "departement", "region", "france"]
KIND_LABELS: dict[Kind, str] = {
    "commune": to_say("commune"),
    "ept": to_say("établissement public territorial"),
    "epci": to_say("intercommunalité"),
    "departement": to_say("département"),
    "region": to_say("région"),
    "france": to_say("pays"),
}
GROUPINGS = {
    "CA ": "Communauté d’agglomération ",
    "CC ": "Communauté de communes ",
    "CU ": "Communauté urbaine ",
}
OWN_TYPE = re.compile(r"\b(?:agglom\w*|agglo|communauté|métropole|interco\w*)\b", re.IGNORECASE)
LAST_TYPE = re.compile(rf" {OWN_TYPE.pattern}$", re.IGNORECASE)
INITIALS = re.compile(r" \([A-Z]+\)$")
LEVELS: tuple[Kind, ...] = ("ept", "epci", "departement", "region")
COLUMNS = (
    "code",
    "name",
    "parent",
    "postcodes",
    *(f"{level}{end}" for level in LEVELS for end in ("", "_name")),
)
FIRST_LEVEL = len(COLUMNS) - 2 * len(LEVELS)
DEPARTEMENT, REGION = COLUMNS.index("departement"), COLUMNS.index("region")
# What people write before the name of a territory, accents and apostrophes taken off.
TYPED_KINDS: tuple[tuple[str, Kind], ...] = (
    ("communaute d agglomeration", "epci"),
    ("communaute de communes", "epci"),
    ("communaute urbaine", "epci"),
    ("communaute", "epci"),
    ("intercommunalite", "epci"),
    ("agglomeration", "epci"),
    ("metropole", "epci"),
    ("agglo", "epci"),
    ("comcom", "epci"),
    ("com com", "epci"),
    ("cc", "epci"),
    ("ca", "epci"),
    ("cu", "epci"),
    ("departement", "departement"),
    ("region", "region"),
    ("commune", "commune"),
    ("ville", "commune"),
)
GROUPING_ENDS = ("communaute d agglomeration", "agglomeration", "agglo", "communaute", "metropole")
EPCI_DIGITS = 9
MAX_MATCHES_OF_KIND = 200  # among which the kind typed is looked for
ARTICLES = ("l", "le", "la", "les", "d", "de", "du", "des")
# Départements and régions that French names with their article, by what « de » makes of it; the others, as
# any town: « de Maine-et-Loire », « d’Occitanie ». A town of the same name has none: « de Vienne ».
WITH_ARTICLE = {
    "de l’": (
        "Ain Aisne Allier Ardèche Ariège Aube Aude Aveyron Essonne Eure Hérault Indre Isère Oise Orne Yonne"
    ).split(),
    "de la ": (
        "Charente Charente-Maritime Corrèze Corse-du-Sud Côte-d’Or Creuse Dordogne Drôme Gironde Guadeloupe"
        " Guyane Haute-Corse Haute-Garonne Haute-Loire Haute-Marne Haute-Saône Haute-Savoie Haute-Vienne"
        " Loire Loire-Atlantique Lozère Manche Marne Martinique Mayenne Meuse Moselle Nièvre Sarthe Savoie"
        " Seine-Maritime Seine-Saint-Denis Somme Vendée Vienne"
    ).split(),
    "du ": (
        *(
            "Bas-Rhin Calvados Cantal Cher Doubs Finistère Gard Gers Haut-Rhin Jura Loiret Lot Morbihan Nord"
            " Pas-de-Calais Puy-de-Dôme Rhône Tarn Val-d’Oise Val-de-Marne Var Vaucluse"
        ).split(),
        *("Centre-Val de Loire", "Grand Est", "Territoire de Belfort"),
    ),
    "des ": (
        *(
            "Alpes-de-Haute-Provence Alpes-Maritimes Ardennes Bouches-du-Rhône Côtes-d’Armor Deux-Sèvres"
            " Hautes-Alpes Hautes-Pyrénées Hauts-de-France Hauts-de-Seine Landes Pyrénées-Atlantiques"
            " Pyrénées-Orientales Vosges Yvelines"
        ).split(),
        "Pays de la Loire",
    ),
}


@dataclass(frozen=True, slots=True)
class Territory:
    """A territory: its code in the commands and addresses (`R84` for a région), name and place.

    population: RP2021, summed over IRIS; 0 outside the census (Mayotte, collectivités of the Pacific).
    within: larger territories it belongs to, as (code, name), nearest first. is_counted: whether the census
    has it, be it with nobody. departements: those of a grouping, as (code, name), its seat first.
    """

    code: str
    name: str
    kind: Kind
    population: int
    n_communes: int
    departement: str
    region: str
    within: tuple[tuple[str, str], ...]
    is_counted: bool = True
    departements: tuple[tuple[str, str], ...] = ()

    @property
    def long_name(self) -> str:
        """The name with its type of grouping spelled out: nobody reads “CA X”."""
        return _spelled(self.name) if self.kind == "epci" else self.name

    @property
    def of_name(self) -> str:
        """Its name after « de »: « d’Échirolles », « de l’Isère », « des Hauts-de-France »."""
        if self.kind in ("departement", "region"):
            for lead, names in WITH_ARTICLE.items():
                if self.name in names:
                    return f"{lead}{self.name}"
        return of(self.long_name)

    @property
    def place(self) -> str:
        """Return the words that tell it from namesakes: département and code, or région; '' at the top."""
        names = dict(self.within)
        if len(self.departements) > 1:
            return listing([f"{name} ({code})" for code, name in self.departements])
        if self.kind in ("commune", "ept", "epci"):
            return f"{names[self.departement]} ({self.departement})" if self.departement in names else ""
        return names.get(f"R{self.region}", "") if self.kind == "departement" else ""


class Gazetteer:
    """Every territory of France, from the official code and RP2021."""

    def __init__(self, communes: Table, former: Table, iris: Table) -> None:
        self._former = former
        people = _population(iris)
        # A command asks for one commune: the thirty-five thousand are made when something walks through them.
        self._rows = {row[0]: row for row in communes.tuples(*COLUMNS)}
        living, published = people["commune"], people["published"]
        self._residents = {code: living.get(code, published.get(code, 0)) for code in self._rows}
        self._counted = living.keys() | published.keys()
        self._made: dict[str, Territory] = {}
        members: dict[tuple[Kind, str], list[str]] = {}
        names: dict[tuple[str, str], str] = {}
        for code, _, parent, _, *within in self._rows.values():
            if parent:
                continue
            for level, its_code, its_name in zip(LEVELS, within[::2], within[1::2], strict=True):
                if its_code:
                    members.setdefault((level, its_code), []).append(code)
                    names[level, its_code] = its_name or its_code
        for (level, code), communes_in in members.items():
            key = f"R{code}" if level == "region" else code
            departement, region = self._seat(communes_in)
            self._made[key] = Territory(
                code=key,
                name=names[level, code],
                kind=level,
                population=people[level].get(code, 0),
                n_communes=len(communes_in),
                departement=departement if level != "region" else "",
                region=self._rows[communes_in[0]][REGION] if level == "departement" else region,
                within=_grouping_parents(level, departement, region, names),
                is_counted=code in people[level],
                departements=self._departements(communes_in, departement) if level in ("ept", "epci") else (),
            )
        self._made["france"] = Territory(
            code="france",
            name="France",
            kind="france",
            population=int(iris["pop"].sum()),
            n_communes=sum(1 for row in self._rows.values() if not row[2]),
            departement="",
            region="",
            within=(),
        )
        self._larger = list(self._made)

    def _one(self, code: str) -> Territory | None:
        """Return the territory with exactly this code."""
        if code not in self._made and (row := self._rows.get(code)):
            self._made[code] = Territory(
                code=code,
                name=row[1],
                kind="commune",
                population=self._residents[code],
                n_communes=1,
                departement=row[DEPARTEMENT],
                region=row[REGION],
                within=_parents(row[FIRST_LEVEL:]),
                is_counted=code in self._counted,
            )
        return self._made.get(code)

    @cached_property
    def _by_code(self) -> dict[str, Territory]:
        every = ((code, self._one(code)) for code in (*self._rows, *self._larger))
        return {code: one for code, one in every if one is not None}

    @cached_property
    def _postcodes(self) -> dict[str, list[str]]:
        codes_by_postcode: dict[str, list[str]] = {}
        for code, _, _, postcodes, *_ in self._rows.values():
            for postcode in filter(None, postcodes.split(";")):
                codes_by_postcode.setdefault(postcode, []).append(code)
        return codes_by_postcode

    def _departements(self, codes: Iterable[str], seat: str) -> tuple[tuple[str, str], ...]:
        """Return the départements of some communes, as (code, name), that of the seat first."""
        names = {self._rows[code][DEPARTEMENT]: self._rows[code][DEPARTEMENT + 1] for code in codes}
        return tuple(sorted(names.items(), key=lambda pair: (pair[0] != seat, pair)))

    def _seat(self, codes: Iterable[str]) -> tuple[str, str]:
        """Return the département and région where most residents of a grouping live."""
        people: dict[tuple[str, str], int] = {}
        for code in codes:
            row = self._rows[code]
            pair = row[DEPARTEMENT], row[REGION]
            people[pair] = people.get(pair, 0) + self._residents[code] + 1
        return max(people, key=lambda pair: people[pair])

    @cached_property
    def _names(self) -> list[tuple[str, Territory]]:
        return [(plain(territory.name), territory) for territory in self._by_code.values()]

    @cached_property
    def _after_space(self) -> list[tuple[str, Territory]]:
        return [(f" {name}", territory) for name, territory in self._names]

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling([name for name, _ in self._names])

    @cached_property
    def _codes(self) -> tuple[list[Territory], Spelling]:
        return list(self._by_code.values()), Spelling(list(self._by_code))

    @cached_property
    def _former_names(self) -> list[tuple[str, Territory]]:
        """Names of merged communes, each with the commune it became."""
        pairs = zip(self._former["former_name"].tolist(), self._former["code"].tolist(), strict=True)
        return [(plain(name), self._by_code[code]) for name, code in pairs if name and code in self._by_code]

    def __iter__(self) -> Iterator[Territory]:
        return iter(self._by_code.values())

    def __contains__(self, code: str) -> bool:
        return code in self._rows or code in self._made

    def get(self, code: str) -> Territory:
        """Return the territory with this code; raise UnknownTerritory saying what became of it, or what looks
        like it.
        """
        typed = code.strip()
        if typed.casefold() == "france":
            return self._made["france"]
        for candidate in (typed, typed.upper()):
            if (territory := self._one(candidate)) is not None:
                return territory
        raise self._unknown(typed)

    def find(self, text: str, *, limit: int = 20, with_grouping: bool = True) -> list[Territory]:
        """Return the territories that a search may mean, best first: by code, postcode, or words of the name.

        Accents, hyphens, apostrophes and case do not matter; a word may be cut short; “st” means “saint”.
        with_grouping: the full name of a town brings its intercommunalité, however that is called.
        « Agglomération de » looks for that alone. When nothing matches, return the nearest spellings.
        """
        typed = text.strip()
        matching: list[Territory] = []
        for candidate in (typed, typed.upper(), f"R{typed.upper()}"):
            if candidate in self._by_code:
                matching.append(self._by_code[candidate])
        matching += [self._by_code[code] for code in self._postcodes.get(typed, ())]
        if (became := self._became(typed)) is not None:
            matching.append(became)
        words = plain(typed).split()
        if words:
            matches = self._starting(words)
            wanted = " ".join(words)
            if words[0] in ARTICLES and not any(name == wanted for name, _ in self._names):
                matching += [t for name, t in self._names if name == " ".join(words[1:])]
            matching += [t for name, t in self._former_names if name == wanted]
            matches.sort(key=lambda t: _order(wanted, t))
            matching += matches[:1]
            if (
                with_grouping
                and matches
                and matches[0].kind == "commune"
                and plain(matches[0].name) == wanted
            ):
                matching += [self._by_code[code] for code, _ in matches[0].within if len(code) == EPCI_DIGITS]
            matching += matches[1:] or self.of_typed_kind(typed)
        matching = list(dict.fromkeys(matching))
        if not matching and len(typed) > 2:
            matching = self.nearest(typed)
        return matching[:limit]

    def nearest(self, text: str, *, limit: int = 5) -> list[Territory]:
        """Return the territories whose name or code is spelled most like the text."""
        wanted = plain(text)
        if any(c.isdigit() for c in wanted):
            typed = text.strip().upper()
            sure = [code for code in (f"0{typed}", typed[:5]) if code != typed and code in self._by_code]
            if sure:  # a leading zero that a spreadsheet took off, or an IRIS: its commune
                return [self._by_code[code] for code in sure]
            codes, spelled = self._codes
            return [codes[row] for row in spelled.nearest(typed, cutoff=0.6, length_gap=0, limit=limit)]
        nearest_rows = self._spelling.nearest(wanted, cutoff=0.72, length_gap=4, limit=limit)
        return [self._names[row][1] for row in nearest_rows]

    def neighbours(self, territory: Territory, *, limit: int = 4) -> list[Territory]:
        """Return the largest territories of the same kind in the nearest larger one that holds any: the
        communes of an intercommunalité, the intercommunalités of a département, the départements of a région.
        """
        same = [
            t for t in self._by_code.values() if t.kind == territory.kind and t.population and t != territory
        ]
        for code, _ in territory.within:
            inside = [t for t in same if code in dict(t.within)]
            if inside:
                return sorted(inside, key=lambda t: (-t.population, t.code))[:limit]
        return []

    def alike(self, territory: Territory, *, limit: int = 4) -> list[Territory]:
        """Return the territories of the same kind whose population is nearest, wherever they are."""
        same = [
            t for t in self._by_code.values() if t.kind == territory.kind and t.population and t != territory
        ]
        return sorted(same, key=lambda t: (abs(t.population - territory.population), t.code))[:limit]

    def _starting(self, words: list[str]) -> list[Territory]:
        """Return the territories whose name has, for each word, one that starts by it."""
        rows = self._after_space
        for word in words:
            start = f" {word}"
            rows = [row for row in rows if start in row[0]]
        return [territory for _, territory in rows]

    def of_typed_kind(self, text: str) -> list[Territory]:
        """Return the territories of the kind that a search begins by, such as « agglomération de »: those
        that bear the name, else the groupings of each commune whose name begins so, the largest first.
        """
        wanted = plain(text)
        if wanted in dict(TYPED_KINDS):  # « la communauté de communes »: no name follows
            return []
        for lead, kind in TYPED_KINDS:
            if wanted.startswith(f"{lead} "):
                words = wanted.removeprefix(f"{lead} ").split()
                name = " ".join(dropwhile(ARTICLES.__contains__, words))
                matches = self.find(name, limit=MAX_MATCHES_OF_KIND) if name else []
                of_kind = [territory for territory in matches if territory.kind == kind]
                if any(name in plain(territory.long_name) for territory in of_kind):
                    return of_kind
                towns = [each for each in matches if f"{plain(each.name)} ".startswith(f"{name} ")]
                larger = {code for town in towns for code, _ in town.within}
                groupings = [*of_kind, *(self.get(code) for code in larger if code in self)]
                once = {each.code: each for each in groupings if each.kind == kind}
                return sorted(once.values(), key=lambda territory: -territory.population)
        return []

    def _became(self, code: str) -> Territory | None:
        new = self._former.aligned("former", np.array([code]), "code", missing="")[0]
        return self._one(str(new)) if new else None

    def _unknown(self, typed: str) -> UnknownTerritory:
        if (new := self._became(typed)) is not None:
            former = str(self._former.aligned("former", np.array([typed]), "former_name", missing="")[0])
            return UnknownTerritory(
                f"Le code {typed} n’existe plus : {former or 'cette commune'} est devenue {new.name}"
                f" ({new.code}).",
                why="Les habitants sont comptés dans la commune d’aujourd’hui, jamais deux fois.",
                do=f"Recommencez avec {new.code}.",
                nearest=((new.code, new.name),),
            )
        near = tuple((t.code, t.name) for t in self.find(typed, limit=5))
        advice = "Essayez " + ", ".join(f"{name} ({code})" for code, name in near) + "." if near else ""
        called = "n’a le code" if any(c.isdigit() for c in typed) else "ne s’appelle"
        return UnknownTerritory(
            f"Aucun territoire {called} « {typed} ».",
            why=(
                "Un code a 5 caractères pour une commune, 9 chiffres pour une intercommunalité, 2 ou 3 pour"
                " un département, R et 2 chiffres pour une région."
            ),
            do=advice or "Cherchez-le par son nom.",
            nearest=near,
        )


def kind_first(text: str) -> str:
    """Return a plain name with the word of a grouping that ends it at its head, as `of_typed_kind` reads it.

    >>> kind_first("saint malo agglomeration"), kind_first("agglomeration de saint malo")
    ('intercommunalite saint malo', 'agglomeration de saint malo')
    """
    for end in GROUPING_ENDS:
        if text.endswith(f" {end}"):
            return f"intercommunalite {text.removesuffix(f' {end}')}"
    return text


def rows_of(territory: Territory, iris: Table) -> NDArray[np.int64]:
    """Return the positions of the territory's areas in the table of IRIS.

    Raises UnknownTerritory when the census has no row for it, saying why.
    """
    code = territory.code.removeprefix("R") if territory.kind == "region" else territory.code
    if territory.kind == "france":
        return np.arange(len(iris))
    inside = iris[territory.kind] == code
    if territory.kind == "commune":
        inside |= iris["published"] == code
    rows = np.flatnonzero(inside)
    if len(rows):
        return rows
    if code in cog.RESTORED:
        parent = cog.RESTORED[code]
        raise UnknownTerritory(
            f"{territory.name} ({code}) n’a pas de chiffres propres dans le recensement de 2021.",
            why=(
                "La commune a été rétablie depuis : ses habitants y sont comptés avec ceux de la commune"
                f" {parent}."
            ),
            do=f"Recommencez avec {parent}.",
            nearest=((parent, parent),),
        )
    raise UnknownTerritory(
        f"{territory.name} ({code}) est hors du champ de l’enquête.",
        why=(
            "Le recensement de 2021 par quartier ne couvre ni Mayotte, ni les collectivités d’outre-mer"
            " autres que la Guadeloupe, la Martinique, la Guyane et La Réunion."
        ),
        do="Aucune estimation honnête n’est possible ici : appuyez-vous sur une enquête locale.",
    )


@cache
def gazetteer() -> Gazetteer:
    """Return the gazetteer built from the product's own tables."""
    return Gazetteer(cog.communes(), cog.former(), rp2021.iris())


def _population(iris: Table) -> dict[str, dict[str, int]]:
    out: dict[str, dict[str, int]] = {}
    for level in ("commune", "published", *LEVELS):
        names, at = group(iris[level])
        sums = total_by(at, iris["pop"], len(names))
        out[level] = {str(name): int(total) for name, total in zip(names, sums, strict=True)}
    return out


def _spelled(grouping: str) -> str:
    """Return the name of a grouping of communes without its initials, its type spelled out once: a name that
    already tells it stands alone.

    >>> _spelled("CA Loire Forez Agglomération (LFA)"), _spelled("CA du Pays de Saint Malo Agglomération")
    ('Loire Forez Agglomération', 'Communauté d’agglomération du Pays de Saint Malo')
    """
    name = INITIALS.sub("", grouping)
    for short, long in GROUPINGS.items():
        if name.startswith(short):
            own_name = name.removeprefix(short)
            if own_name.startswith(("de ", "du ", "des ", "d’")):
                return f"{long}{LAST_TYPE.sub('', own_name)}"
            return own_name if OWN_TYPE.search(own_name) else f"{long}{own_name}"
    return name


@cache
def _parents(larger: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the larger territories of a commune, as (code, name): one tuple for all that share them."""
    ept, epci, departement, region = (larger[k : k + 2] for k in range(0, 2 * len(LEVELS), 2))
    parents = (ept, (epci[0], _spelled(epci[1])), departement, (f"R{region[0]}", region[1]))
    return tuple((code, name) for code, name in parents if code and name)


def _grouping_parents(
    level: str, departement: str, region: str, names: dict[tuple[str, str], str]
) -> tuple[tuple[str, str], ...]:
    out = []
    if level in ("ept", "epci") and ("departement", departement) in names:
        out.append((departement, names["departement", departement]))
    if level != "region" and ("region", region) in names:
        out.append((f"R{region}", names["region", region]))
    return tuple(out)


def _order(wanted: str, territory: Territory) -> tuple[bool, bool, bool, int]:
    """Return the sort key: the exact name first, then names that start alike, then the most populated."""
    name = plain(territory.name)
    bare = name.removeprefix("le ").removeprefix("la ").removeprefix("les ").removeprefix("l ")
    return (
        wanted not in (name, bare),
        not (name.startswith(wanted) or bare.startswith(wanted)),
        wanted not in name,
        -territory.population,
    )
