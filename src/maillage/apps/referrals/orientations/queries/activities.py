"""Workshops, referral steps and acts of help as one list of activities of the Coop, each help told once.

Source: docs/methods/actes.md
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat, Substr, TruncDate
from django.utils import timezone

from maillage.apps.agenda.queries import exports as workshops
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries.api import communes
from maillage.apps.directory.places.queries.moments import midnight
from maillage.apps.people.actes import rules
from maillage.apps.people.actes.models import Act
from maillage.apps.people.actes.queries import activities as acts
from maillage.apps.people.actes.rules import SEPARATOR
from maillage.apps.people.mandats.queries.catalogue import family_of
from maillage.apps.referrals.orientations.models import Orientation
from maillage.reference import procedures
from maillage.web import bulk

# The procedure of a referral, in the themes of the Coop, and the families of procedures that it may cover.
THEMES: Mapping[str, tuple[str, frozenset[str]]] = {
    "argent": ("argent_impots", frozenset({"argent", "social", "famille"})),
    "travail": ("travail_formation", frozenset({"travail"})),
    "sante": ("social_sante", frozenset({"social"})),
    "logement": ("logement", frozenset({"logement"})),
    "identite": ("papiers_elections_citoyennete", frozenset({"papiers", "etranger"})),
    "ecole": ("famille_scolarite", frozenset({"famille"})),
    "impots": ("argent_impots", frozenset({"argent"})),
    "transports": ("transports_mobilite", frozenset({"transports"})),
    "mail": ("email", frozenset({"email"})),
}
GROUP, ALONE = "collectif", "individuel"
ANY = "aide_aux_demarches_administratives"
UNTOLD = Q(act=None) | Q(act__struck_at__isnull=False)  # by an act of its own
Help = tuple[int | None, int | None, date]  # of whom, by whom, when


def coop(structures: Iterable[int] | None, since: date, until: date) -> str:
    """Return the activities of a period, both days included, as a table of the Coop. structures: None for
    all.

    An act is left out when a referral step already tells it: the same person, structure and day, and a
    procedure of a family that the step covers; a step without a procedure covers them all.
    """
    rows = [row for _, row in activities(structures, since, until)]
    return workshops.table(sorted(rows, key=lambda row: (row["date"], row["id"])))


def of_workbook(structures: Iterable[int] | None, since: date, until: date) -> list[dict[str, str]]:
    """Return the rows of `coop` with what the workbook of the Coop says besides: where the place stands, when
    an act was noted, and which procedures it names.
    """
    structure_ids = None if structures is None else list(structures)
    structure_rows = activities(structure_ids, since, until)
    noted = {
        str(uid): (noted_at, rules.subjects(procedure, more))
        for uid, noted_at, procedure, more in acts.to_declare(structure_ids, since, until)
        .order_by()
        .values_list("uid", "noted_at", "procedure", "more")
    }
    lieux = {
        (structure, name): (code, sheet)
        for structure, name, code, sheet in Lieu.objects.filter(
            structure__in=bulk.to_find(
                {structure for structure, _ in structure_rows if structure is not None}
            )
        ).values_list("structure", "name", "code_insee", "sheet")
    }
    known, rows = procedures.procedures(), []
    for structure, row in structure_rows:
        code, sheet = lieux.get((structure or 0, row["lieu"]), ("", {}))
        code = row["commune"] or code
        commune = communes().get(code, {"name": "", "postcodes": ""})
        postcodes = commune["postcodes"]  # several of a large one: none is that of the place
        noted_at, subjects = noted.get(row["id"], (None, ()))
        more = {
            "commune": code,
            "adresse": sheet.get("adresse", ""),
            "nom_commune": sheet.get("commune") or commune["name"],
            "code_postal": sheet.get("code_postal") or (postcodes if len(postcodes) == 5 else ""),
            "enregistre_le": timezone.localtime(noted_at).isoformat() if noted_at else "",
            "demarches": SEPARATOR.join(known[key].label for key in subjects if key in known),
        }
        rows.append(row | more)
    return sorted(rows, key=lambda row: (row["date"], row["id"]))


def activities(
    structures: Iterable[int] | None, since: date, until: date, *, example: bool = False
) -> list[tuple[int | None, dict[str, str]]]:
    """Return the activities of a period with their structure, each told once; invented ones if `example`."""
    structure_ids = None if structures is None else list(structures)
    rows = _served(structure_ids, since, until, example=example)
    steps = list(rows.select_related("to_structure", "lieu").order_by("served_at", "pk"))
    declared: dict[Help, set[str]] = {}
    for row in steps:
        declared.setdefault((row.person_id, row.to_structure_id, _day(row)), set()).add(row.procedure)
    undeclared = [
        act
        for act in acts.to_declare(structure_ids, since, until, example=example)
        if not _is_declared(act, declared)
    ]
    met = workshops.of_structures(structure_ids, since, until, example=example)
    return [
        *((row.structure_id, workshops.activity(row)) for row in met),
        *((row.to_structure_id, _activity(row)) for row in steps),
        *((act.structure_id, acts.activity(act)) for act in undeclared),
    ]


@dataclass(frozen=True, slots=True)
class Total:
    """Activities of one kind and one month (its first day), of one structure or that share their themes: how
    many, their minutes, those helped; none is negative.
    """

    structure: int | None
    kind: str
    month: date
    themes: tuple[str, ...]
    n: int
    minutes: int
    helped: int


def totals(
    structures: Iterable[int] | None,
    since: date,
    until: date,
    *,
    example: bool = False,
    by_theme: bool = False,
) -> list[Total]:
    """Return the totals of the rows of `activities` by structure and month, added up by the database.
    by_theme: by theme and month instead, all the structures together.
    """
    structure_ids = None if structures is None else list(structures)
    steps = _served(structure_ids, since, until, example=example)
    counted = acts.to_declare(structure_ids, since, until, example=example).select_related(None).order_by()
    families: defaultdict[str, list[str]] = defaultdict(list)
    for procedure in counted.values_list("procedure", flat=True).distinct():
        families[_family(procedure)].append(procedure)
    counted = counted.annotate(about=Concat("procedure", "more"))
    by = "about" if by_theme else "structure"
    twice = {
        (key, month): both for key, month, *both in _added(_declared_acts(counted, families), by, ON_DAY)
    }
    out = [
        Total(structure, GROUP, month, subjects, n, minutes, helped)
        for structure, month, subjects, n, minutes, helped in workshops.totals(
            structure_ids, since, until, example=example
        )
    ]
    for key, month, n, minutes in _added(steps, "procedure" if by_theme else "to_structure", SERVED):
        themes = (THEMES.get(key, (ANY,))[0],) if by_theme else ()
        out.append(Total(None if by_theme else key, ALONE, month, themes, n, minutes, n))
    for key, month, n, minutes in _added(counted, by, ON_DAY):
        n_declared, minutes_declared = twice.get((key, month), (0, 0))
        if n_left := n - n_declared:
            subjects = filter(None, key.split(SEPARATOR)) if by_theme else ()
            n_minutes = minutes - minutes_declared
            out.append(
                Total(
                    None if by_theme else key,
                    ALONE,
                    month,
                    acts.themes_of(subjects),
                    n_left,
                    n_minutes,
                    n_left,
                )
            )
    return out


# The month of a day is read in its text: the database truncates many of them much slower.
ON_DAY = Substr(Cast("on_day", CharField()), 1, 7)
SERVED = Substr(Cast(TruncDate("served_at"), CharField()), 1, 7)


def _added(rows: QuerySet[Any], by: str, month: Substr) -> list[tuple[Any, date, int, int]]:
    """Return how many rows there are of each, month by month, and their minutes."""
    grouped = rows.order_by().annotate(in_month=month).values_list(by, "in_month")
    return [
        (key, date.fromisoformat(f"{in_month}-01"), n, minutes)
        for key, in_month, n, minutes in grouped.annotate(n=Count("pk"), lasted=Sum("minutes"))
    ]


def _declared_acts(counted: QuerySet[Act], families: Mapping[str, list[str]]) -> QuerySet[Act]:
    """Return the acts that a referral step already tells: see `coop`."""
    covers = Q(procedure__in=("", "autre"))
    for procedure, (_, covered) in THEMES.items():
        covers |= Q(procedure=procedure, family__in=covered)
    family = Case(
        *(When(procedure__in=keys, then=Value(family)) for family, keys in families.items()),
        default=Value(""),
        output_field=CharField(),
    )
    same = Orientation.objects.annotate(
        family=ExpressionWrapper(OuterRef("family"), output_field=CharField()),
        giver=F("to_structure") + 0,  # a sum has no index: the person's is the one to follow
    ).filter(
        covers & UNTOLD,
        person=OuterRef("person"),
        giver=OuterRef("structure"),
        served_at__date=OuterRef("on_day"),
        minutes__isnull=False,
        example=OuterRef("example"),
    )
    return counted.filter(person__isnull=False).annotate(family=family).filter(Exists(same))


def _served(
    structures: list[int] | None, since: date, until: date, *, example: bool
) -> QuerySet[Orientation]:
    """Return the referral steps of a period at which somebody was helped, their minutes known, that no act
    tells in their stead.
    """
    begin, end = midnight(since), midnight(until + timedelta(days=1))
    rows = Orientation.objects.filter(
        UNTOLD, served_at__gte=begin, served_at__lt=end, minutes__isnull=False, example=example
    )
    return rows if structures is None else rows.filter(to_structure__in=bulk.to_find(structures))


def _day(row: Orientation) -> date:
    assert row.served_at is not None
    return timezone.localdate(row.served_at)


def _is_declared(act: Act, declared: Mapping[Help, Collection[str]]) -> bool:
    procedures = declared.get((act.person_id, act.structure_id, act.on_day)) if act.person_id else None
    if not procedures:
        return False
    family = _family(act.procedure)
    return any(each in ("", "autre") or family in THEMES[each][1] for each in procedures)


def _family(procedure: str) -> str:
    """Return the family of a procedure; a theme is its own."""
    return family_of(procedure) or procedure


def _activity(row: Orientation) -> dict[str, str]:
    theme, _ = THEMES.get(row.procedure, (ANY, frozenset()))
    named = row.person_id is not None
    return {
        "id": f"orientation-{row.pk}",
        "type": "individuel",
        "date": _day(row).isoformat(),
        "duree": str(row.minutes),
        "type_lieu": "lieu_activite",
        "structure": row.to_structure.name if row.to_structure else "",
        "lieu": row.lieu_name,
        "commune": row.lieu.code_insee if row.lieu else row.commune,
        "thematiques": theme,
        "accompagnements": "1",
        "suivis": str(int(named)),
        "anonymes": str(int(not named)),
        "autonomie": row.level_after,
    }
