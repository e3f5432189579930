"""Read the mandates of one person: for their sheet, their card, their own copy."""

from base64 import b64encode
from datetime import date
from typing import Any

from django.utils import timezone

from maillage.apps.people.mandats.models import Mandat, Signature
from maillage.apps.people.mandats.rules import frame
from maillage.apps.people.persons.models import Person
from maillage.apps.people.persons.rules import PROVEN, DataKind
from maillage.words.languages import to_say


def of_person(person: Person) -> list[Mandat]:
    """Return the mandates of a person, the latest first, drafts included."""
    rows = Mandat.objects.filter(person=person, stripped_at__isnull=True)
    return list(
        rows.select_related(
            "structure", "by", "supervisor", "signed_with", "withdrawn_with", "renews"
        ).prefetch_related("authorisations", "named__user", "named__by", "named__removed_by")
    )


def copy(person: Person) -> list[dict[str, Any]]:
    """Return the mandates of a person in French words, for their own copy, images included."""
    signatures = {each.mandat_id: each for each in Signature.objects.filter(mandat__person=person)}
    return [_copied(row, signatures.get(row.pk)) for row in of_person(person)]


def _copied(row: Mandat, signature: Signature | None) -> dict[str, Any]:
    image = bytes(signature.photograph) if signature and signature.photograph else b""
    return {
        "code": row.printed,
        "donne_a": row.structure.name if row.structure else "",
        "prepare_par": str(row.by or ""),
        "prepare_le": row.made_at.isoformat(),
        "aidant": row.get_helper_display(),
        "proche": row.relative,
        "sous_la_responsabilite_de": str(row.supervisor or ""),
        "tous_les_aidants_de_la_structure": "oui" if row.whole_structure else "non",
        "aidants_nommes": [
            {
                "nom": str(each.user or ""),
                "nomme_le": each.at.isoformat(),
                "ajoute_par": str(each.by or ""),
                "aidant_retire_le": each.removed_at.isoformat() if each.removed_at else "",
                "retrait_note_par": str(each.removed_by or ""),
            }
            for each in row.named.all()
        ],
        "demarches": [
            each.label + (f" (retirée le {timezone.localdate(each.revoked_at)})" if each.revoked_at else "")
            for each in row.authorisations.all()
        ],
        "du": row.starts_on.isoformat(),
        "au": row.ends_on.isoformat(),
        "urgence": "oui" if row.emergency else "non",
        "a_regulariser_avant_le": row.regularise_before.isoformat() if row.regularise_before else "",
        "suit_le_mandat": row.renews.printed if row.renews else "",
        "photographie_avant_le": row.photograph_before.isoformat() if row.photograph_before else "",
        "regularise_le": row.regularised_at.isoformat() if row.regularised_at else "",
        "langue": row.language,
        "signe_le": row.signed_at.isoformat() if row.signed_at else "",
        "signe_avec": str(row.signed_with or ""),
        "comment": row.signed_how,
        "temoin": row.witness,
        "mots_lus": row.words,
        "empreinte": row.digest,
        "signature": signature.strokes if signature else "",
        "photographie": b64encode(image).decode(),
        "arrete_le": row.withdrawn_at.isoformat() if row.withdrawn_at else "",
        "arrete_comment": row.get_withdrawn_how_display(),
        "arret_note_par": str(row.withdrawn_with or ""),
        "rappels": [f"{days} jours avant la fin" for days in row.reminded],
        "personne_inventee": "oui" if row.example else "non",
    }


def latest(person: Person, today: date) -> tuple[Mandat, str] | None:
    """Return the mandate that says where a person stands, with its state: the one that runs, or the last."""
    rows = of_person(person)
    order = (frame.RUNNING, frame.COMING, frame.DRAFT, frame.WITHDRAWN, frame.ENDED)
    standing = sorted(((row, row.state_on(today)) for row in rows), key=lambda pair: order.index(pair[1]))
    return standing[0] if standing else None


def for_card(person: Person, today: date) -> list[tuple[Mandat, str]]:
    """Return the signed mandates that a person reads with their card: those that run, and those stopped or
    past within a year.
    """
    rows = [row for row in of_person(person) if row.signed_at is not None]
    recent = [row for row in rows if row.ends_on >= today - frame.VISIBLE_AFTER_END]
    return [(row, row.state_on(today)) for row in recent]


PERSONAL_DATA = (
    DataKind(
        id="mandats",
        title=to_say("Vos mandats"),
        why=to_say("Pour prouver ce que vous avez permis, et à qui."),
        fate=PROVEN,
        models=("mandats.Mandat", "mandats.NamedHelper", "mandats.Autorisation", "mandats.Signature"),
        rows=copy,
    ),
)
