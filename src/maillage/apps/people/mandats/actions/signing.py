"""Record that a person said yes, on screen, on paper or aloud; join the photograph; drop a draft."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from maillage.apps.people.mandats import access
from maillage.apps.people.mandats.actions.records import lock, record_event
from maillage.apps.people.mandats.models import Mandat, Signature
from maillage.apps.people.mandats.queries import lists, papers, permissions
from maillage.apps.people.mandats.rules import frame, proof, words
from maillage.apps.people.persons.access import check_supervised
from maillage.apps.people.persons.actions import register as people
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import line


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """The consent of a person. read_digest: the fingerprint of the words that they read; strokes: what they
    drew; photograph: of the paper, a JPEG; witness: whoever was there when they said yes aloud;
    civil_name: read on their identity document; its digest alone is stored.
    """

    how: str
    read_digest: str = ""
    strokes: str = ""
    photograph: bytes = b""
    witness: str = ""
    civil_name: str = ""


@transaction.atomic
def sign(mandat: Mandat, signing: Signing, *, by: User, at: datetime) -> Mandat:
    """Record that a person said yes, with the words that they read; the same signing sent twice is one.

    What is kept is what was shown: a text that changed since is to be read again.
    """
    row = lock(mandat)
    if row.signed_at is not None and row.how == signing.how and row.withdrawn_at is None:
        return row
    today = timezone.localdate(at)
    check_supervised(by, row.structure_id, today, "Le mandat n’a pas été signé.")
    _may_be_signed(row, signing.how, by=by, today=today)
    start = papers.signing_day(row, signing.how, today)
    full_text = words.text(papers.terms(row, start))
    if signing.how != frame.PAPER and signing.read_digest != words.fingerprint(full_text):
        raise _not_signed(
            "Le texte a changé depuis que la page est ouverte.", "Relisez-le avec la personne, puis signez."
        )
    witness, image = _witness(row, signing, by), _image(signing)
    row.how, row.witness, row.words, row.secret = signing.how, witness, full_text, secrets.token_hex(32)
    row.starts_on, row.ends_on = start, frame.ends_on(start, row.duration)
    row.signed_at, row.signed_with = at, by
    row.regularise_before = at + frame.REGULARISE if row.emergency else None
    lacks = signing.how == frame.PAPER and not image
    row.photograph_before = at + frame.PHOTOGRAPH if lacks else None
    row.civil_digest = proof.name_digest(row.secret, signing.civil_name)
    row.digest = proof.digest(
        row.secret, words=full_text, how=row.how, witness=witness, image=image, civil=row.civil_digest
    )
    row.save()
    if image:
        Signature.objects.create(
            mandat=row,
            strokes=signing.strokes if signing.how == frame.TOUCH else "",
            photograph=signing.photograph if signing.how == frame.PAPER else None,
        )
    record_event("mandat.signed", row, by=by, at=at, detail=f"{row.signed_how}, empreinte {row.digest}")
    if row.renews is not None and row.renews.emergency and not row.emergency:
        Mandat.objects.filter(pk=row.renews.pk, regularised_at=None).update(regularised_at=at)
        record_event("mandat.regularised", row.renews, by=by, at=at)
    people.touch(row.person, at=at)
    return row


def _may_be_signed(row: Mandat, how: str, *, by: User, today: date) -> None:
    if row.signed_at is not None:
        raise _not_signed(
            f"Ce mandat est déjà {frame.STATES[row.state_on(today)]}.", "Ouvrez-le, ou préparez-en un autre."
        )
    if not access.may_act(by, row.structure_id):
        raise _not_signed(
            "Il est donné à une autre structure que la vôtre.",
            "Préparez un mandat au nom de votre structure.",
        )
    if how not in frame.HOW:
        raise _not_signed(
            "La façon de signer n’a pas été choisie.",
            "Choisissez : avec le doigt, sur papier, ou à voix haute.",
        )
    if timezone.localdate(row.made_at) + frame.AHEAD < today or (how == frame.PAPER and row.ends_on < today):
        raise _not_signed(
            "Il a été préparé il y a trop longtemps.", "Préparez-en un autre, aux bonnes dates."
        )
    if row.renews is not None and row.renews.emergency and row.renews.regularised_at is not None:
        raise _not_signed("Cette urgence est déjà régularisée.", "Ouvrez le mandat qui l’a remplacée.")
    helpers = [*permissions.named(row), *filter(None, (row.supervisor,))]
    former = [each for each in helpers if not access.may_act(each, row.structure_id)]
    if former:
        raise _not_signed(
            f"Il nomme {former[0]}, qui n’aide plus au nom de cette structure.",
            "Préparez-en un autre : la personne doit savoir qui agit.",
        )


def _witness(row: Mandat, signing: Signing, by: User) -> str:
    """Return the witness of a spoken yes, '' for the other ways: in an emergency alone, there may be none."""
    if signing.how != frame.SPOKEN:
        return ""
    witness = line(signing.witness, 80)
    refuse_secrets(witness)
    if not witness and not row.emergency:
        raise _not_signed(
            "Un oui à voix haute demande un témoin.",
            "Écrivez qui d’autre était là, ou faites signer avec le doigt ou sur papier.",
        )
    if witness.casefold() in {str(by).casefold(), by.email.casefold(), str(row.by or "").casefold()}:
        raise _not_signed("Le témoin est l’aidant lui-même.", "Écrivez le nom d’une autre personne présente.")
    return witness


def _image(signing: Signing) -> bytes:
    """Return the drawing, or the photograph of the paper; Refused when a finger drew nothing."""
    if signing.how == frame.TOUCH:
        if not proof.read_strokes(signing.strokes):
            raise _not_signed(
                "Rien n’est dessiné dans le cadre, ou le dessin est illisible.",
                "La personne dessine son nom ou une croix, puis appuie sur « Je suis d’accord ».",
            )
        return signing.strokes.encode()
    return signing.photograph if signing.how == frame.PAPER else b""


@transaction.atomic
def join_photograph(mandat: Mandat, photograph: bytes, *, by: User, at: datetime) -> Mandat:
    """Join the photograph of the paper that a person signed, or put another in its place: the proof covers it
    from then on. b"": erase the one that is kept; the mandate then waits for another.
    """
    row = lock(mandat)
    if row.how != frame.PAPER or not access.may_act(by, row.structure_id):
        raise Refused(
            "La photographie n’a pas été jointe.",
            why="Ce mandat n’a pas été signé sur papier, devant votre structure.",
            do="Ouvrez le mandat qui correspond au papier.",
        )
    signature = Signature.objects.filter(mandat=row).first()
    current = bytes(signature.photograph or b"") if signature is not None else b""
    if current == photograph:
        raise Refused(
            "La photographie n’a pas été ajoutée au mandat.",
            why="Cette photographie est déjà celle du mandat."
            if current
            else "Aucune photographie n’est gardée.",
            do="Choisissez la photographie du papier signé : les deux signatures y sont.",
        )
    if photograph:
        Signature.objects.update_or_create(mandat=row, defaults={"photograph": photograph})
    else:
        Signature.objects.filter(mandat=row).delete()
    row.photograph_before = None if photograph else at + frame.PHOTOGRAPH
    row.digest = proof.digest(
        row.secret,
        words=row.words,
        how=row.how,
        witness=row.witness,
        image=photograph,
        civil=row.civil_digest,
    )
    row.save(update_fields=["photograph_before", "digest"])
    verb = "mandat.photographed" if photograph else "mandat.unphotographed"
    record_event(verb, row, by=by, at=at, detail=f"empreinte {row.digest}")
    return row


@transaction.atomic
def decline(mandat: Mandat, *, by: User, at: datetime) -> None:
    """Drop a mandate that the person does not want: nothing of it is kept, but that it was proposed. The
    emergency that it would have regularised waits no more.
    """
    row = lock(mandat)
    if row.signed_at is not None:
        raise Refused(
            "Rien n’a été effacé.",
            why="Ce mandat est signé : il se garde comme preuve.",
            do="Pour qu’il ne permette plus rien, arrêtez-le.",
        )
    if not access.may_act(by, row.structure_id):
        raise Refused(
            "Rien n’a été effacé.",
            why="Il est préparé par une autre structure que la vôtre.",
            do="Dites-lui que la personne n’en veut pas. Sans signature, il ne permet rien.",
        )
    record_event("mandat.declined", row, by=by, at=at)
    urgent = row.renews
    if urgent is not None and lists.to_regularise(Mandat.objects.filter(pk=urgent.pk)).exists():
        urgent.regularise_before = None
        urgent.save(update_fields=["regularise_before"])
        record_event("mandat.not_regularised", urgent, by=by, at=at)
    row.delete()


def _not_signed(why: str, do: str) -> Refused:
    return Refused("Le mandat n’a pas été signé.", why=why, do=do)
