"""Prepare, sign, stop and renew mandates: one transaction each, under the lock of the person."""

import secrets
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from maillage.apps.accounts import actions as journal
from maillage.apps.accounts.access import rights_of
from maillage.apps.accounts.models import User
from maillage.apps.directory.models import Structure
from maillage.apps.mandats import access, queries
from maillage.apps.mandats.models import Autorisation, LocalProcedure, Mandat, NamedHelper, Signature
from maillage.apps.mandats.rules import frame, proof, words
from maillage.apps.messages import actions as outbox
from maillage.apps.people import actions as people
from maillage.apps.people.access import check_supervised, people_for, sees_only_theirs
from maillage.apps.people.models import Person
from maillage.apps.reminders.actions import planning as reminders
from maillage.apps.reminders.queries.occasions import Occasion
from maillage.apps.reminders.rules import ways
from maillage.kernel import codes
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import line
from maillage.reference import procedures
from maillage.words.languages import FRENCH, say, typed
from maillage.words.opening import date_text
from maillage.words.wording import count

MOST_PROCEDURES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """Who will act: a professional, or somebody for whom a supervisor answers. relative: their name; named:
    the helpers who act beside who prepares it; whole: every helper of the structure does.
    """

    kind: str = frame.PROFESSIONAL
    relative: str = ""
    supervisor: User | None = None
    named: Sequence[User] = ()
    whole: bool = False


@transaction.atomic
def prepare(
    *,
    person: Person,
    structure: Structure,
    keys: Sequence[str],
    duration: str,
    by: User,
    at: datetime,
    token: str,
    starts_on: date | None = None,
    helper: Helper | None = None,
    emergency: bool = False,
    renews: Mandat | None = None,
) -> Mandat:
    """Write what a mandate would permit, for the person to read. It allows nothing until they sign.

    keys: of families or procedures; token: of the form, so that sent twice it makes one. An emergency lasts
    the day, and is to be regularised in two days.
    """
    row = people.lock(person)
    if found := Mandat.objects.filter(token=token, person=row, by=by).first():
        return found
    if not access.may_act(by, structure.pk) or not people_for(by).filter(pk=row.pk).exists():
        raise _not_prepared(
            "Vous n’aidez pas cette personne au nom de cette structure.",
            "Demandez-lui de montrer sa carte, puis recommencez.",
        )
    today = timezone.localdate(at)
    check_supervised(by, structure.pk, today, "Le mandat n’a pas été préparé.")
    chosen = _chosen(keys, structure)
    if (emergency or renews is not None) and (
        same := _same_draft(row, structure, chosen, renews)
    ) is not None:
        return same
    start = _first_day(starts_on, today, duration, emergency=emergency)
    lasting = "day" if emergency else duration
    who = _checked(helper or Helper(), by=by, structure=structure)
    made = Mandat.objects.create(
        person=row,
        structure=structure,
        by=by,
        helper=who.kind,
        relative=who.relative,
        supervisor=who.supervisor,
        whole_structure=who.whole,
        code=_unused(),
        token=token,
        duration=lasting,
        starts_on=start,
        ends_on=frame.ends_on(start, lasting),
        emergency=emergency,
        renews=renews,
        language=row.language,
        made_at=at,
        example=row.example,
    )
    Autorisation.objects.bulk_create(
        Autorisation(mandat=made, key=each.key, label=each.label, operator=each.operator) for each in chosen
    )
    if not who.whole:
        NamedHelper.objects.bulk_create(
            NamedHelper(mandat=made, user=each, at=at, by=by) for each in who.named
        )
    asked = count(len(chosen), "démarche")
    _record("mandat.prepared", made, by=by, at=at, told=f"{asked}, {frame.DURATIONS[lasting]}")
    people.touch(row, at=at)
    return made


def _same_draft(
    person: Person, structure: Structure, chosen: Sequence[queries.Choice], renews: Mandat | None
) -> Mandat | None:
    """Return the draft that says the same and was not signed yet: an emergency, or what follows a mandate, is
    proposed once.
    """
    rows = Mandat.objects.filter(
        person=person, structure=structure, signed_at=None, renews=renews, emergency=renews is None
    )
    keys = {each.key for each in chosen}
    found = rows.prefetch_related("authorisations")
    return next((row for row in found if {each.key for each in row.authorisations.all()} == keys), None)


def _chosen(keys: Sequence[str], structure: Structure) -> list[queries.Choice]:
    """Return what is asked, once each; a procedure whose whole family is asked is not asked twice."""
    families = procedures.families()
    known = {each.key: each for each in queries.choices(structure)}
    known |= {key: queries.Choice(key, family.label, "", key) for key, family in families.items()}
    asked = list(dict.fromkeys(keys))
    if not asked:
        raise _not_prepared(
            "Aucune démarche n’est choisie.", "Choisissez avec la personne ce qui se fera à sa place."
        )
    if any(key not in known for key in asked):
        raise _not_prepared(
            "Une des démarches n’est pas connue.", "Rechargez la page, puis choisissez dans la liste."
        )
    kept = [known[key] for key in asked if key in families or known[key].family not in asked]
    if len(kept) > MOST_PROCEDURES or len([key for key in asked if key in families]) == len(families):
        raise _not_prepared(
            "Un mandat ne permet pas tout : celui-ci en demande trop.",
            f"Gardez ce dont la personne a besoin maintenant, {MOST_PROCEDURES} choix au plus.",
        )
    return kept


def _first_day(starts_on: date | None, today: date, duration: str, *, emergency: bool) -> date:
    if duration not in frame.MONTHS and not emergency:
        raise _not_prepared("Cette durée n’existe pas.", "Choisissez un jour, un mois, six mois ou un an.")
    start = today if starts_on is None or emergency else starts_on
    if start < today:
        raise _not_prepared("Son premier jour est déjà passé.", "Choisissez aujourd’hui ou un jour à venir.")
    if start > today + frame.AHEAD:
        raise _not_prepared(
            "Son premier jour est dans plus d’un mois.", "Choisissez un jour plus proche, ou attendez."
        )
    return start


def _checked(helper: Helper, *, by: User, structure: Structure) -> Helper:
    """Return who will act; a user who sees only those they help is a volunteer, whatever is typed."""
    kind = helper.kind
    if kind == frame.PROFESSIONAL and sees_only_theirs(by, structure.pk):
        kind = frame.VOLUNTEER
    relative = line(helper.relative, 60) if kind == frame.RELATIVE else ""
    refuse_secrets(relative)
    if kind not in frame.HELPERS or (kind == frame.RELATIVE and not relative):
        raise _not_prepared("Le nom du proche manque.", "Écrivez-le : la personne doit savoir qui agit.")
    named = list(dict.fromkeys((by, *helper.named)))
    if any(not access.may_act(each, structure.pk) for each in named):
        raise _not_prepared(
            "Une des personnes nommées n’aide pas au nom de cette structure.", "Ôtez-la, puis recommencez."
        )
    if kind not in frame.SUPERVISED:
        return Helper(named=named, whole=helper.whole)
    answering = helper.supervisor
    if (
        answering is None
        or (kind == frame.VOLUNTEER and answering.pk == by.pk)
        or not rights_of(answering).may("people.see", structure=structure.pk)
    ):
        raise _not_prepared(
            "Un bénévole ou un proche agit sous la responsabilité d’un aidant de la structure.",
            "Choisissez qui en répond.",
        )
    return Helper(
        kind=kind, relative=relative, supervisor=answering, named=list(dict.fromkeys((by, answering)))
    )


def _unused() -> str:
    while True:
        code = codes.make()
        if not Mandat.objects.filter(code=code).exists():
            return code


def lock(mandat: Mandat) -> Mandat:
    """Return a mandate as it is now, its person locked first; Refused once one of them is gone."""
    people.lock(mandat.person)
    found = (
        Mandat.objects.select_for_update(of=("self",))
        .select_related("structure", "person")
        .filter(pk=mandat.pk, stripped_at__isnull=True)
    )
    row = found.first()
    if row is None:
        raise Refused(
            "Rien n’a été enregistré.",
            why="Ce mandat n’existe plus : il a été refusé ou effacé.",
            do="Si la personne veut encore de l’aide, préparez-en un autre.",
        )
    return row


# ---------------------------------------------------------------------------------------------------- signing


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """How a person says yes. shown: the fingerprint of the words that they read; strokes: what they drew;
    photograph: of the paper, a JPEG; witness: whoever was there when they said yes aloud.
    """

    how: str
    shown: str = ""
    strokes: str = ""
    photograph: bytes = b""
    witness: str = ""


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
    start = queries.signing_day(row, signing.how, today)
    said = words.text(queries.terms(row, start))
    if signing.how != frame.PAPER and signing.shown != words.fingerprint(said):
        raise _not_signed(
            "Le texte a changé depuis que la page est ouverte.", "Relisez-le avec la personne, puis signez."
        )
    witness, image = _witness(row, signing, by), _image(signing)
    row.how, row.witness, row.words, row.secret = signing.how, witness, said, secrets.token_hex(32)
    row.starts_on, row.ends_on = start, frame.ends_on(start, row.duration)
    row.signed_at, row.signed_with = at, by
    row.regularise_before = at + frame.REGULARISE if row.emergency else None
    lacks = signing.how == frame.PAPER and not image
    row.photograph_before = at + frame.PHOTOGRAPH if lacks else None
    row.digest = proof.digest(row.secret, words=said, how=row.how, witness=witness, image=image)
    row.save()
    if image:
        Signature.objects.create(
            mandat=row,
            strokes=signing.strokes if signing.how == frame.TOUCH else "",
            photograph=signing.photograph if signing.how == frame.PAPER else None,
        )
    _record("mandat.signed", row, by=by, at=at, told=f"{row.signed_how}, empreinte {row.digest}")
    if row.renews is not None and row.renews.emergency and not row.emergency:
        Mandat.objects.filter(pk=row.renews_id, regularised_at=None).update(regularised_at=at)
        _record("mandat.regularised", row.renews, by=by, at=at)
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
    """Return what was drawn, or the photograph of the paper; Refused when a finger drew nothing."""
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
    held = bytes(signature.photograph or b"") if signature is not None else b""
    if held == photograph:
        raise Refused(
            "Rien n’a changé.",
            why="Cette photographie est déjà celle du mandat."
            if held
            else "Aucune photographie n’est gardée.",
            do="Choisissez la photographie du papier signé : les deux signatures y sont.",
        )
    if photograph:
        Signature.objects.update_or_create(mandat=row, defaults={"photograph": photograph})
    else:
        Signature.objects.filter(mandat=row).delete()
    row.photograph_before = None if photograph else at + frame.PHOTOGRAPH
    row.digest = proof.digest(row.secret, words=row.words, how=row.how, witness=row.witness, image=photograph)
    row.save(update_fields=["photograph_before", "digest"])
    verb = "mandat.photographed" if photograph else "mandat.unphotographed"
    _record(verb, row, by=by, at=at, told=f"empreinte {row.digest}")
    return row


@transaction.atomic
def decline(mandat: Mandat, *, by: User, at: datetime) -> None:
    """Drop a mandate that the person does not want: nothing of it is kept, but that it was proposed."""
    row = lock(mandat)
    if row.signed_at is not None:
        raise Refused(
            "Rien n’a été effacé.",
            why="Ce mandat est signé : il se garde comme preuve.",
            do="Pour qu’il ne permette plus rien, arrêtez-le.",
        )
    _record("mandat.declined", row, by=by, at=at)
    row.delete()


# --------------------------------------------------------------------------------------------------- stopping


@transaction.atomic
def withdraw(mandat: Mandat, *, by: User | None, at: datetime) -> Mandat:
    """Stop a mandate at once: nothing more is allowed, what was done stays written. No reason is asked.

    by: the helper who notes it, None for the person themselves, with their card.
    """
    row = lock(mandat)
    state = row.state_on(timezone.localdate(at))
    if state not in (frame.RUNNING, frame.COMING):
        raise Refused(
            "Rien n’a été arrêté.",
            why=f"Ce mandat est déjà {frame.STATES[state]}."
            if state != frame.DRAFT
            else "Ce mandat n’est pas signé : il ne permet rien.",
            do="Rechargez la page pour voir où il en est.",
        )
    row.withdrawn_at, row.withdrawn_with = at, by
    row.withdrawn_how = frame.CARD if by is None else frame.NOTED
    row.save(update_fields=["withdrawn_at", "withdrawn_with", "withdrawn_how"])
    outbox.forget(about=_about(row), at=at)
    reminders.withdraw(ways.MANDAT, [row.pk], at=at)
    _record("mandat.withdrawn", row, by=by, at=at, told=frame.STOPPED[row.withdrawn_how])
    people.touch(row.person, at=at)
    return row


@transaction.atomic
def revoke(autorisation: Autorisation, *, by: User | None, at: datetime) -> Mandat:
    """Take one procedure back from a mandate; the last one taken back stops it."""
    row = lock(autorisation.mandat)
    each = row.authorisations.select_for_update().get(pk=autorisation.pk)
    state = row.state_on(timezone.localdate(at))
    if state not in (frame.RUNNING, frame.COMING) or each.revoked_at is not None:
        raise Refused(
            "Rien n’a été retiré.",
            why="Cette démarche n’est déjà plus permise.",
            do="Rechargez la page pour voir où en est le mandat.",
        )
    each.revoked_at, each.revoked_with = at, by
    each.save(update_fields=["revoked_at", "revoked_with"])
    _record("mandat.revoked", row, by=by, at=at, told=each.label)
    people.touch(row.person, at=at)
    if row.authorisations.filter(revoked_at=None).exists():
        return row
    return withdraw(row, by=by, at=at)


# ------------------------------------------------------------------------------------------------- who acts


@transaction.atomic
def add_helper(mandat: Mandat, user: User, *, by: User, at: datetime, agreed: bool) -> NamedHelper:
    """Let another helper of the structure act under a mandate, with the agreement of the person, who is
    there; the same one twice is one. They read it with their card, and may take it back.
    """
    row = lock(mandat)
    why = ""
    if row.state_on(timezone.localdate(at)) not in (frame.RUNNING, frame.COMING):
        why = "Ce mandat n’est plus en cours."
    elif not access.may_act(by, row.structure_id) or not access.may_act(user, row.structure_id):
        why = "Un mandat ne s’étend pas hors de sa structure."
    elif not agreed:
        why = "La personne n’a pas dit qu’elle est d’accord."
    if why:
        raise Refused(
            "Personne n’a été ajouté.",
            why=why,
            do="Demandez-le à la personne, quand elle est là. Ou proposez-lui un autre mandat.",
        )
    made, new = NamedHelper.objects.get_or_create(
        mandat=row, user=user, removed_at=None, defaults={"at": at, "by": by}
    )
    if new:
        _record("mandat.helper_added", row, by=by, at=at)
        people.touch(row.person, at=at)
    return made


@transaction.atomic
def remove_helper(named: NamedHelper, *, by: User | None, at: datetime) -> Mandat:
    """Let a helper act no more under a mandate; the last one removed stops it. by: None for the person."""
    row = lock(named.mandat)
    found = NamedHelper.objects.select_for_update(of=("self",)).get(pk=named.pk)
    if found.removed_at is not None:
        raise Refused(
            "Rien n’a changé.", why="Cet aidant n’agit déjà plus.", do="Rechargez la page pour voir qui agit."
        )
    found.removed_at, found.removed_by = at, by
    found.save(update_fields=["removed_at", "removed_by"])
    _record("mandat.helper_removed", row, by=by, at=at)
    people.touch(row.person, at=at)
    running = row.state_on(timezone.localdate(at)) in (frame.RUNNING, frame.COMING)
    if running and not row.whole_structure and not row.named.filter(removed_at=None).exists():
        return withdraw(row, by=by, at=at)
    return row


# ------------------------------------------------------------------------------------- another, to go further


@transaction.atomic
def renew(
    mandat: Mandat, *, by: User, at: datetime, token: str, duration: str = "", helper: Helper | None = None
) -> Mandat:
    """Prepare another mandate with the procedures still permitted by this one, which is never lengthened. An
    emergency is regularised so, for a month unless another duration is asked.
    """
    row = lock(mandat)
    if row.signed_at is None:
        raise _not_prepared("Celui-ci n’est pas encore signé.", "Faites-le signer, ou refusez-le d’abord.")
    if row.emergency and row.regularised_at is not None:
        raise _not_prepared("Cette urgence est déjà régularisée.", "Ouvrez le mandat qui l’a remplacée.")
    if row.structure is None:
        raise _not_prepared(
            "La structure qui le tenait n’existe plus.", "Préparez un mandat au nom de la vôtre."
        )
    same = Helper(
        kind=row.helper,
        relative=row.relative,
        supervisor=row.supervisor,
        named=[each for each in queries.named(row) if access.may_act(each, row.structure.pk)],
        whole=row.whole_structure,
    )
    return prepare(
        person=row.person,
        structure=row.structure,
        keys=[each.key for each in row.authorisations.filter(revoked_at=None)],
        duration=duration or ("month" if row.emergency else row.duration),
        by=by,
        at=at,
        token=token,
        helper=helper or same,
        renews=row,
    )


@transaction.atomic
def add_procedure(
    *,
    label: str,
    operator: str,
    family: str,
    by: User,
    at: datetime,
    structure: Structure | None = None,
    territory: str = "",
) -> LocalProcedure:
    """Add a procedure to those of a structure or of a territory; the same one twice is one."""
    name = line(label, 120)
    if not name or family not in procedures.families():
        raise Refused(
            "La démarche n’a pas été ajoutée.",
            why="Il manque son nom ou sa famille.",
            do="Écrivez son nom, et choisissez une famille.",
        )
    refuse_secrets(name, operator)
    made, new = LocalProcedure.objects.get_or_create(
        structure=structure,
        territory=territory,
        label=name,
        retired_at=None,
        defaults={"family": family, "operator": line(operator, 120), "by": by, "at": at},
    )
    if new:
        journal.record(
            by=by, verb="procedure.added", row=made, at=at, structure=structure and structure.pk, words=name
        )
    return made


@transaction.atomic
def retire_procedure(added: LocalProcedure, *, by: User, at: datetime) -> None:
    """Offer an added procedure no more; the mandates that name it keep it."""
    if LocalProcedure.objects.filter(pk=added.pk, retired_at=None).update(retired_at=at):
        journal.record(by=by, verb="procedure.retired", row=added, at=at, structure=added.structure_id)


# -------------------------------------------------------------------------------------------- dates that come


def run_deadlines(*, at: datetime) -> Counter[str]:
    """Remind whoever prepared a mandate, and the person, that it ends; return how many mandates."""
    today = timezone.localdate(at)
    done: Counter[str] = Counter()
    for row in queries.to_remind(today):
        done["mandats_rappeles"] += _remind(row, at=at)
    return done


@transaction.atomic
def _remind(mandat: Mandat, *, at: datetime) -> bool:
    """Remind once of each date; when both are past, the nearer alone."""
    today = timezone.localdate(at)
    row = Mandat.objects.select_for_update(of=("self",)).select_related("person", "by").get(pk=mandat.pk)
    left = (row.ends_on - today).days
    due = [days for days in frame.REMINDERS if left <= days and days not in row.reminded]
    if not due or row.state_on(today) != frame.RUNNING:
        return False
    row.reminded = sorted({*row.reminded, *due}, reverse=True)
    row.save(update_fields=["reminded"])
    if row.example or queries.is_renewed(row):
        return False
    _tell_helper(row, min(due), at=at)
    _tell_person(row, min(due), at=at)
    _record("mandat.reminded", row, by=None, at=at, told=f"{min(due)} jours avant la fin")
    return True


def _tell_helper(row: Mandat, days: int, *, at: datetime) -> None:
    if row.by is None or not row.by.is_active:
        return
    link = f"{settings.ADDRESS}{reverse('mandat', args=[row.pk])}"
    with suppress(Refused):  # an invalid address blocks nothing
        outbox.put(
            channel="email",
            to=row.by.email,
            subject="Un mandat finit bientôt",
            text=(
                f"Un mandat que vous avez préparé finit le {date_text(row.ends_on)}. Après ce jour, plus rien"
                f" ne se fait à la place de la personne.\nPour continuer, elle signe à nouveau : {link}"
            ),
            key=f"{_about(row)}rappel-{days}-aidant",
            at=at,
            never_after=_over(row),
            structure=row.structure_id,
        )


def _tell_person(row: Mandat, days: int, *, at: datetime) -> None:
    """Remind the person, in their language, by what reaches them."""
    occasion = Occasion(
        kind=ways.MANDAT,
        row=row.pk,
        days=days,
        moment=_over(row),
        subject=lambda: say("Votre mandat finit bientôt"),
        text=lambda: say(
            "Votre mandat à {structure} finit le {end}. Pour continuer, venez signer à nouveau. Sinon, il"
            " s’arrête seul.",
            structure=typed(row.structure.name if row.structure else ""),
            end=date_text(row.ends_on),
        ),
        structure=row.structure_id,
        person=row.person,
        language=row.language,
    )
    reminders.plan([occasion], at=at)


def _over(row: Mandat) -> datetime:
    """Return the midnight that ends the last day of a mandate."""
    return timezone.make_aware(datetime.combine(row.ends_on + timedelta(days=1), datetime.min.time()))


def _about(row: Mandat) -> str:
    return f"mandat-{row.pk}-"


# ------------------------------------------------------------------------------------------------- forgetting


@transaction.atomic
def forget(person: Person, *, at: datetime) -> int:
    """Strip the mandates of a person being erased, and return how many: words, images, names and the key of
    the proof go; that a mandate ran from a day to a day, for some families, still counts.

    Call it in the transaction of `people.actions.forget`, before it.
    """
    Mandat.objects.filter(person=person, signed_at=None).delete()
    rows = list(Mandat.objects.select_for_update().filter(person=person, stripped_at=None))
    Signature.objects.filter(mandat__in=rows).delete()
    for row in rows:
        outbox.forget(about=_about(row), at=at)
        if row.state_on(timezone.localdate(at)) in (frame.RUNNING, frame.COMING):
            row.withdrawn_at, row.withdrawn_how = at, frame.CARD
        row.words = row.secret = row.witness = row.relative = ""
        row.language, row.stripped_at = FRENCH, at
        row.save()
        _record("mandat.forgotten", row, by=None, at=at)
    return len(rows)


# ------------------------------------------------------------------------------------------------ the journal


def record_view(mandat: Mandat, *, by: User | None, at: datetime, verb: str = "mandat.seen") -> None:
    """Record that a user opened a mandate, or took away one of its papers."""
    _record(verb, mandat, by=by, at=at)


def _record(verb: str, row: Mandat, *, by: User | None, at: datetime, told: str = "") -> None:
    acting = access.acting_for(by, row)
    journal.record(by=by, verb=verb, row=row, at=at, structure=acting, words=told)


def _not_prepared(why: str, do: str) -> Refused:
    return Refused("Le mandat n’a pas été préparé.", why=why, do=do)


def _not_signed(why: str, do: str) -> Refused:
    return Refused("Le mandat n’a pas été signé.", why=why, do=do)
