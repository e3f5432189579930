"""The margins that a sample of inhabitants is weighted to match: those of a territory, from the available
census tables.

Every margin counts the inhabitants of 15 and over, so that all share one total; an older census, or one that
counts others, contributes only its shares. Source: docs/methods/redressement.md, section « Les marges du
recensement ».
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.kernel.table import Table
from maillage.questionnaires.questionnaire import Choice, unsaid, words
from maillage.reference.parameters import number
from maillage.sources import cog
from maillage.sources.survey.margins import Category, Margin, key
from maillage.statistics.engine.ages import BINS
from maillage.statistics.engine.cells import DIPLOMA_OF, DIPLOMAS
from maillage.statistics.need import model
from maillage.statistics.need import population as frames
from maillage.statistics.survey.age_classes import LAST_START, OLDEST, YOUNGEST, age_span, span_of
from maillage.statistics.zones.territories import gazetteer, rows_of
from maillage.words import wording

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]

STARTS = (15, 26, 40, 61, 71)  # classes of the questionnaire of inhabitants
UNIVERSE = "habitants de 15 ans et plus"
CENSUS_YEAR = "2021"  # of the people that a study counts
SAME_PEOPLE = 0.05  # relative difference of totals from which margins count other people than the census
ADULTS = (YOUNGEST, OLDEST)
BIN_STARTS = [
    int(name.rstrip("+").partition("-")[0]) for name in BINS
]  # first age of each class of the frame
SEXES = (
    ("Femmes", ("femme", "une femme", "f", "femmes", "féminin")),
    ("Hommes", ("homme", "un homme", "h", "hommes", "masculin")),
)
DIPLOMA_CLASSES = (
    ("Sans diplôme ou CEP", ("none",), ("aucun", "sans", "sans diplôme")),
    ("Brevet", ("brevet",), ("brevet",)),
    ("CAP ou BEP", ("cap",), ("cap_bep", "cap", "bep")),
    ("Baccalauréat", ("bac",), ("bac",)),
    ("Bac + 2", ("short",), ("bac_2",)),
    ("Bac + 3 ou plus", ("long",), ("bac_3_4", "bac_5", "bac_3")),
    ("En études", ("student",), ("etudes",)),
)
OCCUPATIONS = (
    ("Agriculteurs", ("agriculteur",)),
    ("Artisans, commerçants, chefs d’entreprise", ("artisan",)),
    ("Cadres", ("cadre",)),
    ("Professions intermédiaires", ("intermediaire",)),
    ("Employés", ("employe",)),
    ("Ouvriers", ("ouvrier",)),
    ("Retraités", ("retraite",)),
    ("Autres personnes sans activité", ("autre", "sans_activite", "inactif")),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A territory: its name, the rows of its areas in the frame, and the frame."""

    name: str
    rows: Positions
    frame: frames.Frame
    tables: frames.Sources

    @property
    def adults(self) -> float:
        return float(self.frame.adults[self.rows].sum())


def margins_of(
    code: str,
    variables: Sequence[str] = ("age", "sexe"),
    *,
    rows: Positions | None = None,
    starts: Sequence[int] = STARTS,
) -> tuple[Margin, ...]:
    """Return the margins of a territory for these variables, all with the same total: its inhabitants of 15
    and over.

    code: of a commune, an EPCI, a département, a région or `france`; rows: areas of the frame instead, for a
    stored perimeter. variables: among `AVAILABLE`. starts: the first age of each class, from 15 or more up; a
    class that cuts an age class of the census takes its share of it, as if ages were even inside. Each class
    knows the answers of our questionnaires, ages in years included. Raises Refused on a variable with no
    table for this territory, UnknownTerritory on a code.
    """
    frame = model.country_frame()
    tables = frames.sources()
    if rows is None:
        territory = gazetteer().get(code)
        place = Place(territory.name, rows_of(territory, tables.rp2021), frame, tables)
    else:
        place = Place(code, rows, frame, tables)
    if not place.adults:
        raise Refused(
            f"{place.name} : le recensement n’y compte personne de 15 ans et plus.",
            why="Les poids reproduisent une population, et il n’y en a pas.",
            do="Choisissez un territoire plus large, ou donnez vos propres marges.",
        )
    margins = []
    for variable in variables:
        if variable == "age":
            margins.append(_ages(place, starts))
        elif variable in AVAILABLE:
            margins.append(AVAILABLE[variable](place))
        else:
            raise Refused(
                f"Le recensement que nous tenons ne donne pas « {variable} ».",
                why="Une marge se prend dans une source qui compte toute la population.",
                do=f"Choisissez parmi : {', '.join(AVAILABLE)} ; ou donnez vos propres marges.",
            )
    return tuple(_to_total(margin, place.adults) for margin in margins)


def ages_of(margins: Sequence[Margin]) -> tuple[int, int]:
    """Return the lowest and highest age that supplied margins count, both included, as their classes of age
    state them; 15 and over where none does, and for the margins of the census.

    >>> classes = Category("18-59 ans", 60.0, ()), Category("60 ans et plus", 40.0, ())
    >>> ages_of([Margin("age", classes, file="marges.csv")]), ages_of([Margin("age", classes)])
    ((18, 120), (15, 120))
    """
    for margin in margins:
        if not margin.file:
            continue
        spans = [each.span or span_of(each.name) for each in margin.categories]
        known = [span for span in spans if span is not None]
        if len(known) == len(spans) and max(high for _, high in known) >= LAST_START - YOUNGEST:
            return max(min(low for low, _ in known), YOUNGEST), max(high for _, high in known)
    return ADULTS


def stated_year(margins: Sequence[Margin]) -> str:
    """Return the years that supplied margins state, other than that of the census; "" when there is none."""
    years = {margin.year for margin in margins if margin.file}
    return " et ".join(sorted(years - {"", CENSUS_YEAR}))


def margin_doubts(total: float, ages: tuple[int, int], year: str, rows: Positions | None) -> tuple[str, ...]:
    """Return why margins may count other people than the census does, in French sentences.

    total: people of the margins; ages: of `ages_of`; year: of `stated_year`; rows: areas of the territory in
    the frame, None when it is not known.
    """
    out = []
    if rows is not None:
        low, high = ages
        frame = model.country_frame()
        counted = people_between(frame.ages[rows].sum(axis=0), BIN_STARTS, low, high)
        if counted and abs(total / counted - 1) > SAME_PEOPLE:
            of_ages = f"{low} ans et plus" if high >= OLDEST else f"{low} à {high} ans"
            out.append(
                f"Les marges de l’enquête comptent {wording.number(total)} personnes ; le recensement de"
                f" {CENSUS_YEAR} compte ici {wording.number(counted)} habitants de {of_ages}. Si l’enquête ne"
                " vise qu’une partie d’entre eux, c’est normal. Sinon, ces marges sont d’une autre année ou"
                " d’un autre champ : prenez celles du recensement."
            )
    if year:
        out.append(
            f"Les marges de l’enquête disent l’année {year} ; le recensement de référence est celui de"
            f" {CENSUS_YEAR}. La population a pu changer entre les deux : préférez des marges de"
            f" {CENSUS_YEAR}."
        )
    return tuple(out)


def _ages(place: Place, starts: Sequence[int]) -> Margin:
    if (
        not starts
        or min(starts) < YOUNGEST
        or list(starts) != sorted(set(starts))
        or max(starts) > LAST_START
    ):
        raise Refused(
            f"Ces classes d’âge ne se suivent pas : {', '.join(map(str, starts))}.",
            why="On donne le premier âge de chaque classe, de 15 à 75 ans, dans l’ordre.",
            do="Écrivez par exemple 15, 30, 45, 60, 75.",
        )
    people, edges = place.frame.ages[place.rows].sum(axis=0), BIN_STARTS
    ends = [*(start - 1 for start in starts[1:]), OLDEST]
    cut = [start for start in starts if start not in edges]
    return Margin(
        "age",
        tuple(
            Category(
                _age_name(low, high),
                people_between(people, edges, low, high),
                _age_values(low, high),
                (low, high),
            )
            for low, high in zip(starts, ends, strict=True)
        ),
        label="Âge",
        source="insee-rp2021-iris",
        universe=UNIVERSE,
        year=CENSUS_YEAR,
        note=(
            "Âges détaillés estimés : trois classes de 2021 (0-19, 20-64, 65 et plus), ouvertes par les"
            " recensements de 2016 et 2018."
        )
        + (
            f" La coupure à {' et '.join(map(str, cut))} ans suppose les âges également répartis dans la"
            " classe du recensement."
            if cut
            else ""
        )
        + (f" Les moins de {starts[0]} ans ne sont pas comptés." if starts[0] > YOUNGEST else ""),
    )


def in_question_classes(margin: Margin, choices: Sequence[Choice]) -> Margin:
    """Return a margin whose classes recognise a question's answers by name, matched by their label or by the
    ages it states.

    A question may call « Femme » `1`, and « 60 ans et plus » `senior`.
    """
    known = {
        plain(value): rank
        for rank, category in enumerate(margin.categories)
        for value in (category.name, *category.values)
    }
    more: list[list[str]] = [[] for _ in margin.categories]
    for choice in choices:
        choice_names = [plain(words) for words in (choice.name, *choice.label.values())]
        rank = next((known[category] for category in choice_names if category in known), None)
        if rank is None and (span := age_span(choice)) is not None and span[1] >= YOUNGEST:
            rank = next(
                (
                    n
                    for n, category in enumerate(margin.categories)
                    if category.span and _holds(category.span, span)
                ),
                None,
            )
        if rank is not None and choice.name not in margin.categories[rank].values:
            more[rank].append(choice.name)
    categories = tuple(
        replace(category, values=(*category.values, *names))
        for category, names in zip(margin.categories, more, strict=True)
    )
    return answered_with(replace(margin, categories=categories), choices)


def answered_with(margin: Margin, choices: Sequence[Choice]) -> Margin:
    """Return a margin with the answers of its question that say nothing, and those that no class counts."""
    silent, counted = silent_of(choices), {key(value) for each in margin.categories for value in each.values}
    uncounted = {
        key(choice.name): words(choice.label) or choice.name
        for choice in choices
        if key(choice.name) not in counted and key(choice.name) not in silent
    }
    return replace(margin, silent=silent, uncounted=uncounted)


def silent_of(choices: Sequence[Choice]) -> tuple[str, ...]:
    """Return the answers of a question that say nothing, under the names that its questionnaire gives them.

    >>> silent_of([Choice(name="1", label={"fr": "Femme"}), Choice(name="99", label={"fr": "Ne sait pas"})])
    ('99',)
    """
    return tuple(key(choice.name) for choice in choices if unsaid(choice))


def _holds(ages: tuple[int, int], choice_ages: tuple[int, int]) -> bool:
    """Return True if a class contains one from the question; « 15-25 » then « 25-40 » share an age, which
    goes to the second.
    """
    return ages[0] <= max(choice_ages[0], YOUNGEST) and choice_ages[1] <= ages[1] + 1


def people_between(people: Floats, edges: Sequence[int], low: int, high: int) -> float:
    """Return the number of persons aged `low` to `high`, in whole years, both included."""
    total = 0.0
    for n, first, after in zip(people.tolist(), edges, [*edges[1:], OLDEST + 1], strict=True):
        inside = max(min(high + 1, after) - max(low, first), 0)
        total += n * inside / (after - first)
    return total


def _age_name(low: int, high: int) -> str:
    return f"{low} ans et plus" if high >= OLDEST else f"{low}-{high} ans"


def _age_values(low: int, high: int) -> tuple[str, ...]:
    if high >= OLDEST:
        return (
            _age_name(low, high),
            f"{low}+",
            f"{low} ans ou plus",
            f"plus_{low - 1}",
            f"Plus de {low - 1} ans",
            f"{low}_plus",
        )
    return (
        _age_name(low, high),
        f"{low}-{high}",
        f"{low}_{high}",
        f"{low} à {high} ans",
        f"De {low} à {high} ans",
    )


def _sexes(place: Place) -> Margin:
    women, people, note = _shares(
        place, place.tables.rp2018, ("women", "pop"), "communes de plus de 2 000 habitants"
    )
    share = women / people
    return Margin(
        "sexe",
        tuple(
            Category(name, part, (name, *values))
            for (name, values), part in zip(SEXES, (share, 1 - share), strict=True)
        ),
        label="Sexe",
        source="insee-rp2018-communes",
        universe=UNIVERSE,
        year="2018",
        note=f"Part de femmes parmi les habitants de tout âge, appliquée aux 15 ans et plus.{note}",
    )


def _diplomas(place: Place) -> Margin:
    counts = place.frame.counts[place.rows].sum(axis=0)
    return Margin(
        "diplome",
        tuple(
            Category(
                name,
                float(sum(counts[DIPLOMAS.index(part) == DIPLOMA_OF].sum() for part in parts)),
                (name, *values),
            )
            for name, parts, values in DIPLOMA_CLASSES
        ),
        label="Diplôme",
        source="insee-rp2018-communes",
        universe=UNIVERSE,
        year="2018",
        note=(
            "Parts des 15 ans et plus en logement ordinaire, du recensement de 2018, ramenées à la population"
            " de 2021 ; estimées dans les communes de moins de 2 000 habitants."
        ),
    )


def _communes(place: Place) -> Margin:
    codes = place.frame.commune[place.rows]
    names = cog.communes()
    commune_codes, at = np.unique(codes, return_inverse=True)
    adults = np.bincount(at, place.frame.adults[place.rows])
    labels = names.aligned("code", commune_codes, "name", missing="")
    return Margin(
        "commune",
        tuple(
            Category(
                str(label) or str(code),
                float(n),
                (str(label), str(code), plain(str(label)).replace(" ", "_")),
            )
            for code, label, n in zip(commune_codes.tolist(), labels.tolist(), adults.tolist(), strict=True)
        ),
        label="Commune",
        source="insee-rp2021-iris",
        universe=UNIVERSE,
        year=CENSUS_YEAR,
        note="Quinze ans et plus estimés à partir des trois âges de 2021.",
    )


def _occupations(place: Place) -> Margin:
    rows = np.isin(place.tables.rp2016["iris"], place.frame.area[place.rows])
    counted = float(place.tables.rp2016["pop"][rows].sum())
    n_residents = float(place.frame.population[place.rows].sum())
    if counted < number("weighting/covered") * n_residents:
        raise Refused(
            f"{place.name} : la profession n’y est pas connue.",
            why=(
                "La table que nous tenons (recensement de 2016) ne compte que les communes découpées en"
                f" quartiers ; elle n’en couvre ici que {100 * counted / n_residents:.0f} % des habitants."
            ),
            do="Choisissez une autre variable, ou donnez vos propres marges.",
        )
    totals = [float(place.tables.rp2016[f"cs{k}"][rows].sum()) for k in range(1, 9)]
    return Margin(
        "pcs",
        tuple(
            Category(name, n, (name, *values)) for (name, values), n in zip(OCCUPATIONS, totals, strict=True)
        ),
        label="Profession",
        source="insee-rp2016-iris",
        universe=UNIVERSE,
        year="2016",
        note=(
            "Parts des quartiers d’habitation des communes découpées, recensement de 2016"
            f" ({min(100 * counted / n_residents, 100):.0f} % des habitants)."
        ),
    )


def _shares(place: Place, table: Table, columns: tuple[str, str], counted: str) -> tuple[float, float, str]:
    """Return two sums over the communes of the place found in a table, or over its départements when too few
    are.
    """
    frame = place.frame
    n_residents = float(frame.population[place.rows].sum())
    for codes, where in (
        (np.unique(frame.commune[place.rows]), ""),
        (
            np.unique(frame.commune[np.isin(frame.departement, np.unique(frame.departement[place.rows]))]),
            f" Trop peu de {counted} ici : la part est celle du département.",
        ),
    ):
        rows = np.isin(table["commune"], codes)
        if where or float(table["pop"][rows].sum()) >= number("weighting/covered") * n_residents:
            return float(table[columns[0]][rows].sum()), float(table[columns[1]][rows].sum()), where
    raise AssertionError("a département always has communes of more than 2,000 residents")


AVAILABLE: dict[str, Callable[[Place], Margin]] = {
    "age": partial(_ages, starts=STARTS),
    "sexe": _sexes,
    "commune": _communes,
    "diplome": _diplomas,
    "pcs": _occupations,
}


def _to_total(margin: Margin, total: float) -> Margin:
    by = total / margin.total
    return replace(
        margin, categories=tuple(replace(each, total=each.total * by) for each in margin.categories)
    )
