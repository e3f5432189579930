"""The demonstration’s year around Grenoble: referrals of invented people, whom nobody names, in the
communes of the perimeter, and six months of acts of help there, so that the loop has something to read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

DAYS = 340  # over which they are spread
RECENT = 25  # days before which all that is sent was answered


@dataclass(frozen=True, slots=True)
class Year:
    """The outcomes of the referrals from a commune. unanswered: days since each was sent; delay: usual days
    to be answered.
    """

    reached: int
    partial: int
    dropped: int
    unknown: int
    refused: int
    absent: int
    delay: int
    unanswered: tuple[int, ...] = ()


YEARS: Mapping[str, Year] = {
    "38421": Year(5, 1, 1, 5, 3, 2, 6, (9, 10, 12, 13)),  # Saint-Martin-d’Hères
    "38382": Year(8, 1, 0, 2, 1, 2, 6),  # Saint-Égrève
    "38317": Year(9, 1, 0, 3, 2, 1, 4, (8, 11)),  # Le Pont-de-Claix
    "38485": Year(12, 1, 1, 5, 2, 2, 4),  # Seyssinet-Pariset
    "38151": Year(24, 3, 1, 10, 5, 3, 5),  # Échirolles
    "38158": Year(8, 1, 0, 2, 1, 1, 5),  # Eybens
    "38169": Year(9, 2, 0, 6, 4, 3, 5, (9, 9)),  # Fontaine
}
ACTS = 180  # days over which acts are spread
HELP = (  # what is done, of what: kind, procedure, minutes, end
    ("together", "actualisation", 20, "done"),
    ("together", "prime-activite", 35, "waiting"),
    ("shown", "compte-ameli", 15, "done"),
    ("together", "logement-social", 45, "partly"),
    ("shown", "impots", 25, "done"),
)
REASONS = ("full", "not_offered", "too_far")


def tell(at: datetime, accounts: Mapping[str, Any], structures: Mapping[str, Any]) -> int:
    """Write the referrals of a year, once; return how many."""
    from django.db import transaction

    from maillage.apps.directory.places.models import Lieu
    from maillage.apps.platform.search import actions as search
    from maillage.apps.referrals.orientations.models import Orientation, Path

    if Orientation.objects.filter(example=True, commune__in=YEARS).exists():
        return 0
    published = Lieu.objects.filter(state="published", code_insee__in=YEARS).exclude(
        structure__in=[each for each in structures.values() if each is not None]
    )
    lieux: dict[str, Any] = {}
    for lieu in published.select_related("structure").order_by("pk"):
        lieux.setdefault(lieu.code_insee, lieu)
    with transaction.atomic():
        written: list[int] = []
        for code, year in YEARS.items():
            if code not in lieux:
                continue
            for fields in _of(year, at):
                common = {"origin": "professional", "commune": code, "example": True}
                path = Path.objects.create(made_at=fields["sent_at"], **common)
                row = _row(Orientation(path=path, **common, **fields), lieux[code])
                row.save()
                written.append(row.pk)
            _acts(lieux[code], 2 * (year.reached + year.unknown), at)
        search.refresh_rows(Orientation, written)
    return len(written)


def _acts(lieu: Any, n: int, at: datetime) -> None:
    """Note acts of help at a place, over six months, for people that nobody named."""
    from uuid import NAMESPACE_URL, uuid5

    from maillage.apps.people.actes.models import Act

    if lieu.structure is None:
        return
    for k in range(n):
        kind, procedure, minutes, end = HELP[k % len(HELP)]
        done = at - timedelta(days=2 + (k * 53) % (ACTS - 2))
        Act.objects.create(
            uid=uuid5(NAMESPACE_URL, f"maillage-demo-annee-{lieu.pk}-{k}"),
            structure=lieu.structure,
            lieu=lieu,
            commune=lieu.code_insee,
            kind=kind,
            procedure=procedure,
            minutes=minutes,
            end=end,
            where="here",
            done_at=done,
            on_day=done.date(),
            noted_at=done,
            example=True,
        )


def _row(row: Any, lieu: Any) -> Any:
    row.need, row.prepared_at = "assistance", row.sent_at
    row.lieu, row.lieu_name, row.to_structure = lieu, lieu.name, lieu.structure
    row.changed_at = row.ended_at or row.sent_at
    return row


def _of(year: Year, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield the moments and the end of each referral of a commune, spread over the year."""
    ends = [
        *(["reached"] * year.reached + ["partial"] * year.partial + ["dropped"] * year.dropped),
        *([""] * year.unknown + ["refused"] * year.refused + ["absent"] * year.absent),
    ]
    for n, end in enumerate(ends):
        sent = at - timedelta(days=RECENT + (n * 97) % (DAYS - RECENT))
        answered = sent + timedelta(days=max(1, year.delay + n % 5 - 2))
        met = answered + timedelta(days=4)
        fields: dict[str, Any] = {"sent_at": sent, "seen_at": answered, "answered_at": answered}
        if end == "refused":
            fields |= {"state": "closed", "reason": REASONS[n % 5 % 3], "ended_at": answered}
        elif end == "absent":
            fields |= {"state": "closed", "came": False, "met_at": met, "ended_at": met}
        else:
            fields |= {"state": "closed", "came": True, "met_at": met, "served_at": met, "ended_at": met}
            fields |= {"outcome": end, "minutes": 30 + 5 * (n % 4), "did": ["assistance"]}
        yield {**fields, "stripped_at": met}
    for days in year.unanswered:
        yield {
            "state": "sent",
            "held_by": "receiver",
            "sent_at": at - timedelta(days=days, hours=1),
            "ended_at": None,
        }
