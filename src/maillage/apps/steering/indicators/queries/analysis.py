"""The tables given to analysts, in which nobody can be found: places as they are published, and counts of
people in whole lots.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.directory.places.queries import search
from maillage.apps.directory.places.rules import PUBLISHED
from maillage.apps.people.actes.rules import KINDS
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.rules import cycle
from maillage.apps.steering.indicators import rules
from maillage.apps.steering.indicators.models import DailyCount
from maillage.apps.steering.indicators.queries.sources import IS_CANCELLED, acts_and_communes
from maillage.apps.territories.rules import departement
from maillage.reference import offer, procedures
from maillage.reference.parameters import number
from maillage.statistics.engine import small_counts

TEXT, INTEGER, REAL, DAY = "text", "int8", "float8", "date"  # names that PostgreSQL and DuckDB share
Row: TypeAlias = tuple[Any, ...]
Monthly: TypeAlias = tuple[date, str, str, int]  # first day of a month, commune, what it is cut by, how many
# Families of facets that say what a place does; closed lists, and the languages spoken there.
UNLISTED = "autre"  # a procedure that somebody typed: its words are theirs
FAMILIES = ("pratique", "prix", "niveau", "venir", "pour", "public", "aide", "reseau", "langue")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its type, and what it holds, in French."""

    type: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisTable:
    """A table for analysts. n_people: the column that counts people or what was done for them, in whole lots
    of `least()`; '' for a table about places.
    """

    id: str
    label: str
    columns: Mapping[str, Column]
    rows: Callable[[], Iterable[Row]]
    n_people: str = ""


def least() -> int:
    """Return the size of a lot: counts of people are multiples of it."""
    return int(number("protection/small_count"))


def _places() -> Iterator[Row]:
    rows = Lieu.objects.filter(state=PUBLISHED).order_by("pk").values_list(
        *("slug", "name", "structure__name", "structure__kind", "source__name", "code_insee"),
        *("latitude", "longitude", "updated_on", "confirmed_on"),
    )  # fmt: skip
    for slug, name, structure, kind, source, commune, *located_and_dated in rows.iterator():
        yield slug, name, structure, kind, source, commune, departement(commune), *located_and_dated


def _offer() -> Iterator[Row]:
    published = dict(Lieu.objects.filter(state=PUBLISHED).values_list("pk", "slug"))
    for pk, facets in search.facets_by_place(FAMILIES).items():
        for facet in facets if pk in published else ():
            family, _, value = facet.partition(":")
            yield published[pk], family, value


def _structures() -> Iterator[Row]:
    n_places = Count("lieux", filter=Q(lieux__state=PUBLISHED))
    rows = Structure.objects.annotate(n_places=n_places).filter(n_places__gt=0).order_by("pk")
    for name, kind, commune, n in rows.values_list("name", "kind", "code_insee", "n_places"):
        yield name, kind, commune, departement(commune), n


def in_lots(rows: Iterable[Monthly]) -> Iterator[tuple[date, str, str, int]]:
    """Yield how many people to tell of each month, by département and by what it is cut by: whole lots, which
    the month that completes one gets, so that two tables differ by nobody or by a whole lot.
    """
    counts: dict[tuple[str, str], Counter[date]] = {}
    for month, commune, part, n in rows:
        counts.setdefault((departement(commune), part), Counter())[month] += n
    for (code, part), by_month in sorted(counts.items()):
        for month, (n, _) in small_counts.by_year(by_month, {}, least(), 1).items():
            if n:
                yield month, code, part, n


def _acts(cut: str, labels: Mapping[str, str]) -> Iterator[Row]:
    rows = acts_and_communes().filter(example=False).annotate(month=TruncMonth("on_day")).order_by()
    counts = rows.values_list("month", "there", cut).annotate(n=Count("pk"))
    listed = ((month, there, key if key in labels else UNLISTED, n) for month, there, key, n in counts)
    for month, code, key, n in in_lots(listed):
        yield month, code, key, labels.get(key, "autre"), n


def _referrals() -> Iterator[Row]:
    """Yield the referrals sent, as the indicators count them."""
    rows = Orientation.objects.filter(sent_at__isnull=False, example=False).exclude(origin=cycle.RELATIVE)
    dated = rows.exclude(IS_CANCELLED).annotate(month=TruncMonth("sent_at")).order_by()
    counts = dated.values_list("month", "commune", "need").annotate(n=Count("pk"))
    practices = offer.practices()
    local_months = ((timezone.localdate(month), commune, need, n) for month, commune, need, n in counts)
    for month, code, need, n in in_lots(local_months):
        yield month, code, need, practices[need].label, n


def _measures() -> Iterator[Row]:
    """Yield the counts of the indicators by month; of what lasts, the stock at the end of the month."""
    rows = DailyCount.objects.filter(example=False).exclude(measure__in=rules.OF_PLACES)
    dated = rows.annotate(month=TruncMonth("day")).order_by()
    by_measure: dict[str, list[Monthly]] = {}
    for measure, *count in dated.values_list("measure", "month", "commune", "part").annotate(n=Sum("n")):
        by_measure.setdefault(measure, []).append((count[0], count[1], count[2], count[3]))
    for measure, counts in sorted(by_measure.items()):
        standing = _standing(counts) if measure in rules.LASTING else in_lots(counts)
        for month, code, part, n in standing:
            yield month, code, measure, part, n


def _standing(counts: Iterable[Monthly]) -> Iterator[Monthly]:
    """Yield how many stand at the end of each month where it changes, in whole lots."""
    moves: dict[tuple[str, str], Counter[date]] = {}
    for month, commune, part, n in counts:
        moves.setdefault((departement(commune), part), Counter())[month] += n
    for (code, part), by_month in sorted(moves.items()):
        total = 0
        for month, n in sorted(by_month.items()):
            total += n
            yield month, code, part, small_counts.batch(total, least())


MONTH = Column(DAY, "premier jour du mois")
DEPARTEMENT = Column(TEXT, "code du département, vide s’il n’est pas connu")
COMMUNE = Column(TEXT, "code Insee de la commune")
LOTS = Column(INTEGER, "nombre, par lots entiers : ce qui n’en remplit pas un attend le mois suivant")
TABLES = (
    AnalysisTable(
        id="lieux",
        label="Les lieux publiés de l’annuaire, sans contact",
        columns={
            "lieu": Column(TEXT, "identifiant de la fiche"),
            "nom": Column(TEXT, "nom du lieu"),
            "structure": Column(TEXT, "structure qui le tient"),
            "type": Column(TEXT, "type de cette structure"),
            "source": Column(TEXT, "source de la fiche"),
            "commune": COMMUNE,
            "departement": DEPARTEMENT,
            "latitude": Column(REAL, "latitude, WGS 84"),
            "longitude": Column(REAL, "longitude, WGS 84"),
            "date_source": Column(DAY, "mise à jour annoncée par la source"),
            "confirme_le": Column(DAY, "dernière confirmation"),
        },
        rows=_places,
    ),
    AnalysisTable(
        id="offre",
        label="Ce que chaque lieu propose, une ligne par réponse",
        columns={
            "lieu": Column(TEXT, "identifiant de la fiche"),
            "famille": Column(TEXT, "pratique, prix, public, langue…"),
            "valeur": Column(TEXT, "réponse"),
        },
        rows=_offer,
    ),
    AnalysisTable(
        id="structures",
        label="Les structures qui tiennent au moins un lieu publié",
        columns={
            "structure": Column(TEXT, "nom"),
            "type": Column(TEXT, "type"),
            "commune": COMMUNE,
            "departement": DEPARTEMENT,
            "n_lieux": Column(INTEGER, "lieux publiés"),
        },
        rows=_structures,
    ),
    AnalysisTable(
        id="mesures",
        label="Ce que comptent les indicateurs, par mois et par département",
        columns={
            "mois": MONTH,
            "departement": DEPARTEMENT,
            "mesure": Column(TEXT, "ce qui est compté"),
            "detail": Column(TEXT, "module, vide pour le total"),
            "n": LOTS,
        },
        rows=_measures,
        n_people="n",
    ),
    AnalysisTable(
        id="actes_par_demarche",
        label="Les actes d’aide, par mois, département et démarche",
        columns={
            "mois": MONTH,
            "departement": DEPARTEMENT,
            "demarche": Column(TEXT, "clé de la démarche, de la famille ou du thème"),
            "libelle": Column(TEXT, "son nom"),
            "n": LOTS,
        },
        rows=lambda: _acts("procedure", _procedure_labels()),
        n_people="n",
    ),
    AnalysisTable(
        id="actes_par_genre",
        label="Les actes d’aide, par mois, département et manière d’aider",
        columns={
            "mois": MONTH,
            "departement": DEPARTEMENT,
            "genre": Column(TEXT, "clé : à sa place, avec elle, montré"),
            "libelle": Column(TEXT, "son nom"),
            "n": LOTS,
        },
        rows=lambda: _acts("kind", KINDS),
        n_people="n",
    ),
    AnalysisTable(
        id="orientations",
        label="Les orientations envoyées, par mois, département et besoin",
        columns={
            "mois": MONTH,
            "departement": DEPARTEMENT,
            "besoin": Column(TEXT, "clé de la pratique cherchée"),
            "libelle": Column(TEXT, "son nom"),
            "n": LOTS,
        },
        rows=_referrals,
        n_people="n",
    ),
)


def _procedure_labels() -> Mapping[str, str]:
    """Return the labels of what an act may be about; of ours alone, what a territory typed has none."""
    labels = {key: entry.label for key, entry in procedures.procedures().items()}
    labels |= {key: entry.label for key, entry in procedures.families().items()}
    return labels | {key: entry.label for key, entry in procedures.themes().items()}
