"""Keeping perimeters, filters and corrections."""

from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from math import isnan

import shapely
from django.db import transaction
from django.utils import timezone

from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.search import actions as search
from maillage.apps.territories import queries, rules
from maillage.apps.territories.models import Correction, District, Marking, Perimeter
from maillage.kernel.errors import Refused
from maillage.reference import targets
from maillage.sources import markings
from maillage.statistics.diagnosis import filters
from maillage.statistics.need import population as frames
from maillage.statistics.zones.territories import gazetteer
from maillage.statistics.zones.zoning import from_file
from maillage.web import locks, marks
from maillage.web.decimals import bound
from maillage.web.hooks import Hook

AREA_READERS: Hook[Callable[[], None]] = Hook()
LONGEST_FILE_NAME = 120
LONGEST_CODE, LONGEST_NAME = 20, 160
CORRECTED = "territories"  # of the marks that the page of sources looks at
PRECISION = 6  # decimals of a degree: ten centimetres


def keep_perimeter(
    *,
    by: User | None,
    slug: str,
    name: str,
    code: str,
    reason: str,
    content: bytes,
    file_name: str,
    target_text: str = "",
    target_publics: Sequence[str] = (),
) -> Perimeter:
    """Keep a study perimeter, replacing the zones of the one that has this address; Refused when the zones
    are wrong, or a public is not of the list. target_text, target_publics: whom it is made for, if it is
    said.

    The file is read before the database is touched: nobody waits to write while it is.
    """
    _check_slug(slug)
    from_file(content, name=file_name, territory=gazetteer().get(code), iris=frames.sources().rp2021)
    return _write_perimeter(
        slug,
        name=name,
        code=code,
        reason=reason,
        target_text=target_text.strip(),
        target_publics=list(targets.chosen(target_publics)),
        zones=content.decode("utf-8-sig"),
        file_name=file_name[:LONGEST_FILE_NAME],
        created_by=by,
    )


@transaction.atomic
def _write_perimeter(slug: str, **values: object) -> Perimeter:
    perimeter, _ = Perimeter.objects.update_or_create(slug=slug, defaults=values)
    search.refresh_rows(Perimeter, [perimeter.pk])
    return perimeter


@transaction.atomic
def drop_perimeter(*, by: User, perimeter: Perimeter) -> None:
    """Forget a perimeter. Its studies stay until they are erased with it."""
    number = perimeter.pk
    perimeter.delete()
    search.refresh_rows(Perimeter, [number])


def keep_marking(*, by: User, slug: str, label: str, content: bytes, file_name: str) -> Marking:
    """Keep a filter read from a dropped file; Refused when the file is not understood or marks nobody.

    The file is read before the database is touched: nobody waits to write while it is.
    """
    _check_slug(slug)
    if slug in filters.built_in():
        raise Refused(
            f"L’adresse « {slug} » est déjà prise par un filtre fourni.",
            why="Deux filtres ne peuvent pas répondre à la même adresse.",
            do="Choisissez un autre nom.",
        )
    marking = markings.read(content, name=file_name)
    if marking.kind == rules.CONNECTIONS:
        shares, own_label, doubt = marking.shares, marking.label, marking.doubt
    else:
        area_filter = filters.from_marking(marking, id=slug, source=file_name)
        own_label, doubt = area_filter.label, area_filter.doubt
        by_area = zip(frames.sources().rp2021["iris"].tolist(), area_filter.share.tolist(), strict=True)
        shares = {code: round(share, 6) for code, share in by_area if share > 0}
    if not shares:
        raise Refused(
            f"{file_name} : aucun quartier du recensement n’est concerné.",
            why="Les contours ou les codes ne recouvrent aucune zone connue.",
            do="Vérifiez le territoire et la projection du fichier.",
        )
    return _write_marking(
        slug,
        marking.districts,
        label=label or own_label,
        kind=marking.kind,
        source=file_name[:LONGEST_FILE_NAME],
        doubt=doubt,
        shares=shares,
        premises=marking.premises,
        digest=sha256(content).hexdigest(),
        generation=marking.generation,
        created_by=by,
    )


@transaction.atomic
def _write_marking(slug: str, districts: Sequence[markings.District], **values: object) -> Marking:
    # Dropped again, it is the last one dropped.
    row, _ = Marking.objects.update_or_create(slug=slug, defaults=values | {"created_at": timezone.now()})
    row.districts.all().delete()
    District.objects.bulk_create(
        [
            District(
                marking=row,
                code=each.code[:LONGEST_CODE],
                name=each.name[:LONGEST_NAME],
                shape=shapely.to_wkt(each.shape, rounding_precision=PRECISION),
            )
            for each in districts
        ],
        batch_size=200,
    )
    _tell_places()
    return row


@transaction.atomic
def drop_marking(*, by: User, marking: Marking) -> None:
    marking.delete()
    _tell_places()


def _tell_places() -> None:
    """Have the places, which stand above, say again in which areas they are."""
    for mark_areas in AREA_READERS:
        mark_areas()


@transaction.atomic
def correct(
    *, by: User, table: str, key: str, column: str, value: float, reason: str, was: int | None = None
) -> Correction:
    """Correct a reference value, keeping the former one; sent twice, it is the same correction. Refused
    without a reason, on a value that cannot be, or on the one that is already read: of two corrections alike,
    withdrawing one would leave the other. Refused too once, where somebody else corrected the value since it
    was shown. was: the number of the latest correction then (`queries.latest_correction`).
    """
    row = queries.reference_row(table, key)
    columns = rules.CORRECTABLE[table][2]
    if row is None or column not in columns:
        raise Refused(
            f"La valeur {key} / {column} n’existe pas dans cette table.",
            why="On ne corrige qu’une valeur qui existe.",
            do="Vérifiez le code et la colonne.",
        )
    if not reason.strip():
        raise Refused(
            "La correction n’a pas été enregistrée : la raison manque.",
            why="Un chiffre changé sans raison ne peut pas être défendu.",
            do="Dites d’où vient la nouvelle valeur.",
        )
    low, high = rules.POSSIBLE.get(column, (0.0, rules.MOST_PEOPLE))
    if not low <= value <= high:
        raise Refused(
            f"La correction n’a pas été enregistrée : {bound(value)} n’est pas entre {bound(low)} et"
            f" {bound(high)}.",
            why="Une valeur impossible dans un seul quartier fausserait les calculs de toute la France.",
            do="Vérifiez le nombre et son unité.",
        )
    locks.wait_for(f"{CORRECTED}/{table}/{key}/{column}")
    in_force = _in_force(table, key, column)
    if in_force is not None and in_force.value == value:
        if (in_force.made_by_id, in_force.reason) == (by.pk, reason.strip()):
            return in_force
        raise Refused(
            f"La correction n’a pas été enregistrée : {bound(value)} est déjà la valeur lue.",
            why="Quelqu’un a corrigé cette valeur avant vous, et sa raison est gardée.",
            do="Lisez-la plus bas ; retirez sa correction si elle est fausse.",
        )
    if was is not None and in_force is not None and in_force.pk > was and in_force.made_by_id != by.pk:
        raise Refused(
            "La correction n’a pas été enregistrée : quelqu’un d’autre vient d’écrire"
            f" {bound(in_force.value)} pour cette valeur.",
            why=f"Sa raison : « {in_force.reason} ». La vôtre aurait pris sa place sans que vous l’ayez lue.",
            do="Si la vôtre est la bonne, enregistrez-la de nouveau, en disant pourquoi.",
        )
    marks.leave(CORRECTED)
    former = row[column]
    return Correction.objects.create(
        table=table,
        key=key,
        column=column,
        former=None if isnan(former) else float(former),
        value=value,
        reason=reason.strip(),
        made_by=by,
    )


@transaction.atomic
def withdraw(*, by: User, correction: Correction, at: datetime) -> bool:
    """Withdraw a correction; the row stays for whoever asks. Return whether it was the one read: the value
    before it is read again, while a later correction stays.
    """
    marks.leave(CORRECTED)
    is_read = _in_force(correction.table, correction.key, correction.column) == correction
    correction.withdrawn_at, correction.withdrawn_by = at, by
    correction.save(update_fields=["withdrawn_at", "withdrawn_by"])
    return is_read


def _in_force(table: str, key: str, column: str) -> Correction | None:
    """Return the correction by which a value is read, the latest made."""
    return Correction.objects.filter(table=table, key=key, column=column, withdrawn_at=None).first()


def _check_slug(slug: str) -> None:
    if slug in gazetteer() or slug in rules.RESERVED:
        raise Refused(
            f"L’adresse « {slug} » est déjà prise.",
            why="Elle mène à un territoire officiel ou à une page de Maillage.",
            do="Choisissez une autre adresse.",
        )
    if not rules.is_slug(slug):
        raise Refused(
            f"L’adresse « {slug} » n’est pas possible.",
            why=(
                "Elle commence par une lettre, et n’a que des minuscules sans accent, des chiffres et des"
                " tirets."
            ),
            do="Écrivez par exemple agglomeration-grenobloise.",
        )
