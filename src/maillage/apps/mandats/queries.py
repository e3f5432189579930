"""Read mandates: what they allow, which are in force, which are to renew or to regularise."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from maillage.apps.accounts import queries as journal
from maillage.apps.accounts.models import Anchor, Entry, User
from maillage.apps.directory.models import Structure
from maillage.apps.mandats import access
from maillage.apps.mandats.models import Autorisation, LocalProcedure, Mandat, Signature
from maillage.apps.mandats.rules import frame, proof, words
from maillage.apps.memberships.access import current
from maillage.apps.memberships.rules import ROLES
from maillage.apps.people.models import Person
from maillage.apps.people.rules import PROVEN, DataKind
from maillage.kernel import codes
from maillage.kernel.typed import ROWS, whole
from maillage.reference import procedures
from maillage.reports.assistance import models
from maillage.words.languages import FRENCH, LANGUAGES, to_say
from maillage.words.wording import listing, of

# What the journal says of a mandate, as the person reads it too.
VERBS = {
    "mandat.prepared": "a préparé un mandat",
    "mandat.declined": "a noté que le mandat est refusé",
    "mandat.signed": "a fait signer un mandat",
    "mandat.withdrawn": "a arrêté un mandat",
    "mandat.revoked": "a retiré une démarche du mandat",
    "mandat.helper_added": "a ajouté un aidant au mandat",
    "mandat.helper_removed": "a retiré un aidant du mandat",
    "mandat.photographed": "a joint la photographie du mandat",
    "mandat.unphotographed": "a effacé la photographie du mandat",
    "mandat.regularised": "a régularisé une urgence",
    "mandat.reminded": "a rappelé qu’un mandat finit",
    "mandat.seen": "a ouvert le mandat",
    "mandat.printed": "a imprimé le mandat",
    "mandat.proof": "a imprimé la preuve d’arrêt",
}
# What stands in the proof of one mandate, in the order of its life.
STEPS = {
    "mandat.prepared": "Préparé",
    "mandat.signed": "Signé",
    "mandat.revoked": "Une démarche retirée",
    "mandat.photographed": "Photographie du papier jointe",
    "mandat.unphotographed": "Photographie du papier effacée",
    "mandat.helper_added": "Un aidant ajouté",
    "mandat.helper_removed": "Un aidant retiré",
    "mandat.reminded": "Rappel de fin",
    "mandat.regularised": "Régularisé",
    "mandat.withdrawn": "Arrêté",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether something may be done in somebody’s place: the mandate that allows it, or the nearest one; why,
    and what to do otherwise, in French.
    """

    allowed: bool
    mandat: Mandat | None
    why: str
    what_to_do: str = ""


def allows(
    person: Person, structure: Structure, procedure_key: str, at: datetime, *, by: User | None = None
) -> Verdict:
    """Return whether a structure may do a procedure in the place of a person, now: the only answer to it.

    by: the helper who does it, None to know whether any of the structure may.
    procedure_key: of a common procedure, of one that was added, or of a family.
    """
    if Person.objects.filter(pk=person.pk, forgotten_at__isnull=True).first() is None:
        return Verdict(
            *(False, None, "La fiche de cette personne est effacée."),
            "Si la personne veut encore de l’aide, faites-lui une nouvelle carte.",
        )
    held = Mandat.objects.filter(person=person).prefetch_related("authorisations", "named__user")
    rows = list(held.order_by("pk"))
    found = frame.judge(
        [frame_of(row) for row in rows],
        structure=structure.pk,
        procedure=procedure_key,
        family=family_of(procedure_key),
        on=timezone.localdate(at),
        helper=by.pk if by is not None else None,
    )
    mandat = None if found.frame is None else rows[found.frame]
    if mandat is not None and mandat.structure_id != structure.pk:
        mandat = None  # somebody else's: that it exists is enough
    return Verdict(found.allowed, mandat, found.why, found.what_to_do)


def frame_of(row: Mandat) -> frame.Frame:
    """Return a mandate as a verdict reads it, its days in the local calendar."""
    permitted, held = row.authorisations.all(), named(row)
    return frame.Frame(
        structure=row.structure_id,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        signed=row.signed_at is not None,
        withdrawn_on=timezone.localdate(row.withdrawn_at) if row.withdrawn_at else None,
        permitted=frozenset(each.key for each in permitted if each.revoked_at is None),
        revoked={each.key: timezone.localdate(each.revoked_at) for each in permitted if each.revoked_at},
        photograph_before=timezone.localdate(row.photograph_before) if row.photograph_before else None,
        helpers=None if row.whole_structure else frozenset(each.pk for each in held),
        named=listing([str(each) for each in held]),
    )


def named(row: Mandat) -> list[User]:
    """Return the accounts that a mandate names today; none when the whole structure acts."""
    return [each.user for each in row.named.all() if each.removed_at is None and each.user is not None]


def acting(row: Mandat) -> str:
    """Return who acts under a mandate, as it is written: names, or all the helpers of the structure."""
    if row.whole_structure:
        return f"tous les aidants {of(row.structure.name)}" if row.structure else ""
    return listing([*filter(None, (row.relative,)), *(str(each) for each in named(row))])


def may_join(row: Mandat, on: date) -> list[User]:
    """Return the helpers of the structure whom a running mandate does not name."""
    if row.whole_structure:
        return []
    held = {each.pk for each in named(row)}
    return [each for each in supervisors(row.structure, on) if each.pk not in held]


def family_of(procedure_key: str) -> str:
    """Return the family of a procedure, a family being its own; '' when nobody knows it."""
    if procedure_key in procedures.families():
        return procedure_key
    common = procedures.procedures().get(procedure_key)
    if common is not None:
        return common.family
    added = _added(procedure_key)
    return added.family if added else ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A procedure that may be chosen: common, or added by the structure or its territory."""

    key: str
    label: str
    operator: str
    family: str


def choices(structure: Structure | None) -> list[Choice]:
    """Return the procedures that may be done for a structure: the common ones, and those that were added."""
    common = [Choice(key, p.label, p.operator, p.family) for key, p in procedures.procedures().items()]
    added = [Choice(row.key, row.label, row.operator, row.family) for row in access.procedures_of(structure)]
    return [*common, *added]


def label_of(procedure_key: str) -> str:
    """Return what a procedure or a family is called, '' when nobody knows it."""
    if procedure_key in procedures.families():
        return procedures.families()[procedure_key].label
    common = procedures.procedures().get(procedure_key)
    if common is not None:
        return common.label
    added = _added(procedure_key)
    return added.label if added else ""


def _added(procedure_key: str) -> LocalProcedure | None:
    number = (
        whole(procedure_key.removeprefix("ajoutee-"), ROWS) if procedure_key.startswith("ajoutee-") else None
    )
    return LocalProcedure.objects.filter(pk=number).first() if number else None


def supervisors(structure: Structure | None, on: date) -> list[User]:
    """Return who may answer for a volunteer or a relative: the structure’s helpers who see every person."""
    seeing = [id for id, role in ROLES.items() if "people.see" in role.rights]
    held = current(on).filter(structure=structure, role__in=seeing, user__is_active=True).values("user")
    return list(User.objects.filter(pk__in=held).order_by("name", "email"))


# -------------------------------------------------------------------------------------------------- its words


def terms(row: Mandat, starts_on: date | None = None) -> words.Terms:
    """Return what a mandate says, from a day: that of its draft, unless it is signed later."""
    start = starts_on or row.starts_on
    return words.Terms(
        code=row.printed,
        person=called(row.person),
        born=row.person.born,
        structure=row.structure.name if row.structure else "",
        helper=str(row.by or ""),
        named=[str(each) for each in named(row)],
        whole=row.whole_structure,
        kind=row.helper,
        relative=row.relative,
        supervisor=str(row.supervisor or ""),
        procedures=[
            (each.label, each.operator) for each in row.authorisations.all() if each.revoked_at is None
        ],
        duration=row.duration,
        starts_on=start,
        ends_on=frame.ends_on(start, row.duration),
        emergency=row.emergency,
        language=row.language,
    )


def called(person: Person) -> str:
    """Return what a person is called on a mandate: never by the code of their card, which opens it."""
    return person.nickname or f"la personne à la carte {of(person.get_picture_display())}"


def signing_day(row: Mandat, how: str, today: date) -> date:
    """Return the day from which a draft would run: that of its paper, or today once its own is past."""
    return row.starts_on if how == frame.PAPER else max(row.starts_on, today)


# ------------------------------------------------------------------------------------------------ their dates


def to_remind(today: date) -> list[Mandat]:
    """Return the mandates that end soon and lasted long enough to be forgotten, unless all was said."""
    rows = Mandat.objects.filter(
        duration__in=frame.REMINDED,
        signed_at__isnull=False,
        withdrawn_at__isnull=True,
        stripped_at__isnull=True,
        starts_on__lte=today,
        ends_on__gte=today,
        ends_on__lte=today + timedelta(days=max(frame.REMINDERS)),
    )
    return [row for row in rows if set(row.reminded) != set(frame.REMINDERS)]


def is_renewed(row: Mandat) -> bool:
    """Return whether the person already signed another mandate that goes further, for the same structure and
    something that this one permits.
    """
    return Mandat.objects.filter(pk=row.pk).filter(_renewed()).exists()


def _renewed() -> Exists:
    permitted = Autorisation.objects.filter(mandat=OuterRef(OuterRef("pk")), revoked_at=None)
    further = Autorisation.objects.filter(
        key__in=permitted.values("key"),
        revoked_at=None,
        mandat__person=OuterRef("person"),
        mandat__structure=OuterRef("structure"),
        mandat__signed_at__isnull=False,
        mandat__withdrawn_at__isnull=True,
        mandat__ends_on__gt=OuterRef("ends_on"),
    )
    return Exists(further)


# ------------------------------------------------------------------------------------------------- one person


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


# ---------------------------------------------------------------------------------------------------- lists


def to_regularise(rows: QuerySet[Mandat]) -> QuerySet[Mandat]:
    """Return, of some mandates, the emergencies that no real mandate followed yet, the oldest first."""
    return rows.filter(emergency=True, signed_at__isnull=False, regularised_at__isnull=True).order_by(
        "regularise_before"
    )


def ending(rows: QuerySet[Mandat], today: date) -> QuerySet[Mandat]:
    """Return, of some mandates, those that soon end and are not renewed, the first to end first: thirty days
    before the end, or seven for those that last a month.
    """
    soon = [Q(duration=key, ends_on__lte=today + timedelta(days=days)) for key, days in frame.TASK.items()]
    return running(rows, today).filter(reduce(or_, soon)).exclude(_renewed())


@dataclass(frozen=True, slots=True)
class Task:
    """A mandate to see to: an emergency to regularise, or one that ends. left: days, its last one included;
    late: the delay of the emergency, or of the photograph, is past. photograph: its paper is to photograph.
    """

    mandat: Mandat
    left: int
    late: bool = False
    photograph: bool = False


def tasks(user: Any, at: datetime, most: int) -> list[Task]:
    """Return what the mandates of the structures that a user helps for ask of them, the most pressing first:
    emergencies, papers to photograph, then those that end, `most` of each.
    """
    today = timezone.localdate(at)
    rows = access.mandats_for(user).filter(structure__in=access.structures_for(user).values("pk"))
    urgent = [
        Task(row, 0, late=row.regularise_before is not None and row.regularise_before < at)
        for row in to_regularise(rows)[:most]
    ]
    lacking = [
        Task(row, 0, late=row.photograph_before < at, photograph=True)
        for row in running(rows, today).filter(photograph_before__isnull=False)[:most]
    ]
    return (
        urgent + lacking + [Task(row, (row.ends_on - today).days + 1) for row in ending(rows, today)[:most]]
    )


def running(rows: QuerySet[Mandat], today: date) -> QuerySet[Mandat]:
    """Return, of some mandates, those that are signed and neither stopped nor past."""
    return rows.filter(signed_at__isnull=False, withdrawn_at__isnull=True, ends_on__gte=today).order_by(
        "ends_on", "pk"
    )


def running_of(person: Person, today: date) -> QuerySet[Mandat]:
    """Return the mandates of a person that run or are to begin, the first to end first."""
    rows = Mandat.objects.filter(person=person, stripped_at__isnull=True)
    return running(rows, today).select_related("structure")


def still_permitted(person: Person, key: str, today: date) -> Mandat | None:
    """Return a mandate that still permits what was taken back from another, None when none does."""
    keys = _permitting(key) if key in procedures.families() else {key, family_of(key)}
    return (
        running_of(person, today)
        .filter(Exists(Autorisation.objects.filter(mandat=OuterRef("pk"), key__in=keys, revoked_at=None)))
        .first()
    )


def over(rows: QuerySet[Mandat], today: date) -> QuerySet[Mandat]:
    """Return, of some mandates, those that ended or were stopped in the last 365 days, the latest first."""
    since = today - frame.SHOWN
    stopped = Q(withdrawn_at__isnull=False, withdrawn_at__date__gte=since)
    past = Q(withdrawn_at__isnull=True, ends_on__lt=today, ends_on__gte=since)
    return rows.filter(stopped | past, signed_at__isnull=False).order_by("-ends_on", "-pk")


def drafts(rows: QuerySet[Mandat], today: date) -> QuerySet[Mandat]:
    """Return, of some mandates, those that can still be signed, the latest first."""
    return rows.filter(signed_at__isnull=True, made_at__date__gte=today - frame.AHEAD)


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a list of mandates is asked for; '' or None where anything is wanted.

    state: '' those that run, `a-signer`, `finis`; helper: the account that prepared it; within: days to its
    end; procedure: a procedure, which its family permits too, or a family and all that it holds.
    """

    state: str = ""
    helper: int | None = None
    within: int | None = None
    procedure: str = ""


def found(rows: QuerySet[Mandat], asked: Criteria, today: date) -> QuerySet[Mandat]:
    """Return, of some mandates, those that a list is asked for, in the order of their state."""
    kept = {"": running, "a-signer": drafts, "finis": over}[asked.state](rows, today)
    if asked.helper:
        kept = kept.filter(by=asked.helper)
    if asked.within is not None:
        kept = kept.filter(ends_on__lte=today + timedelta(days=asked.within))
    if asked.procedure:
        permitting = Autorisation.objects.filter(
            mandat=OuterRef("pk"), key__in=_permitting(asked.procedure), revoked_at=None
        )
        kept = kept.filter(Exists(permitting))
    return kept


def _permitting(procedure_key: str) -> set[str]:
    """Return the keys by which a mandate permits a procedure, or something of a family."""
    if procedure_key not in procedures.families():
        return {procedure_key, family_of(procedure_key)}
    added = LocalProcedure.objects.filter(family=procedure_key)
    common = (key for key, each in procedures.procedures().items() if each.family == procedure_key)
    return {procedure_key, *common, *(each.key for each in added)}


def helpers(rows: QuerySet[Mandat]) -> list[tuple[int, str]]:
    """Return who prepared some mandates: number and name."""
    accounts = User.objects.filter(pk__in=rows.order_by().values("by")).order_by("name", "email")
    return [(each.pk, str(each)) for each in accounts]


def by_family(structure: Structure | None) -> list[tuple[str, str, list[Choice]]]:
    """Return the families, each with the procedures that may be chosen in it."""
    offered = choices(structure)
    return [
        (key, family.label, [each for each in offered if each.family == key])
        for key, family in procedures.families().items()
    ]


def latest(person: Person, today: date) -> tuple[Mandat, str] | None:
    """Return the mandate that says where a person stands, with its state: the one that runs, or the last."""
    rows = of_person(person)
    order = (frame.RUNNING, frame.COMING, frame.DRAFT, frame.WITHDRAWN, frame.ENDED)
    standing = sorted(((row, row.state_on(today)) for row in rows), key=lambda each: order.index(each[1]))
    return standing[0] if standing else None


def for_card(person: Person, today: date) -> list[tuple[Mandat, str]]:
    """Return the signed mandates that a person reads with their card: those that run, and those stopped or
    past within a year.
    """
    rows = [row for row in of_person(person) if row.signed_at is not None]
    shown = [row for row in rows if row.ends_on >= today - frame.SHOWN]
    return [(row, row.state_on(today)) for row in shown]


# ---------------------------------------------------------------------------------------- one, and its proof


@dataclass(frozen=True, slots=True)
class Timeline:
    """The days of a mandate, how many are left, and where today and the reminder stand, in percent."""

    days: int
    left: int
    today: int
    reminder: int | None
    remind_on: date | None


def timeline(row: Mandat, today: date) -> Timeline:
    """Return the days of a mandate, as its sheet draws them."""
    days = (row.ends_on - row.starts_on).days + 1
    done = min(max((today - row.starts_on).days, 0), days)
    remind = row.ends_on - timedelta(days=max(frame.REMINDERS))
    reminded = row.duration in frame.REMINDED
    return Timeline(
        days=days,
        left=max(days - done, 0),
        today=round(100 * done / days),
        reminder=round(100 * (remind - row.starts_on).days / days) if reminded else None,
        remind_on=remind if reminded else None,
    )


def left_in_words(row: Mandat, today: date) -> str:
    """Return how long a running mandate still lasts."""
    days = (row.ends_on - today).days + 1
    if days <= 60:
        return f"Encore {days} jours" if days > 1 else "Dernier jour"
    months, half = divmod(days, 30.4)
    return f"Encore {months:.0f} mois" + (" et demi" if half > 10 else "")


@dataclass(frozen=True, slots=True)
class Link:
    """A line of the journal that proves a mandate: its words, who wrote it, the first end of the chain that
    covers it, None before the next anchor.
    """

    entry: Entry
    words: str
    who: str
    anchor: Anchor | None


def proof_of(row: Mandat) -> list[Link]:
    """Return the lines of the journal that prove a mandate, oldest first."""
    entries = list(journal.entries_about(row).filter(verb__in=list(STEPS)))
    names = journal.names(entries)
    ends = journal.anchors_over(each.pk for each in entries)
    return [Link(each, STEPS[each.verb], names.get(each.by or 0, ""), ends.get(each.pk)) for each in entries]


def agrees_with_proof(row: Mandat) -> bool:
    """Return whether what is kept of a signed mandate is still what its digest covers, in its row and in the
    journal: whoever rewrites the words may rewrite the digest beside them.
    """
    signature = Signature.objects.filter(mandat=row).first()
    image = b""
    if signature is not None:
        image = bytes(signature.photograph or b"") or signature.strokes.encode()
    told = proof.digest(row.secret, words=row.words, how=row.how, witness=row.witness, image=image)
    sealing = ("mandat.signed", "mandat.photographed", "mandat.unphotographed")
    written = journal.entries_about(row).filter(verb__in=sealing).order_by("pk")
    last = written.values_list("words", flat=True).last() or ""
    return constant_time_compare(told, row.digest) and last.endswith(told)


@dataclass(frozen=True, slots=True)
class Public:
    """What anybody who has a code reads of a mandate: never who gave it."""

    code: str
    state: str
    structure: str
    families: list[str]
    until: date


def by_code(text: str, at: datetime) -> Public | None:
    """Return what a code says to anybody; None for a draft, an erased one, or no mandate at all."""
    code = codes.read(text)
    row = (
        Mandat.objects.filter(code=code, signed_at__isnull=False, stripped_at__isnull=True)
        .select_related("structure")
        .first()
        if code
        else None
    )
    if row is None:
        return None
    today = timezone.localdate(at)
    held = {family_of(each.key) for each in row.authorisations.filter(revoked_at=None)}
    return Public(
        code=row.printed,
        state=row.state_on(today),
        structure=row.structure.name if row.structure else "",
        families=[family.label for key, family in procedures.families().items() if key in held],
        until=timezone.localdate(row.withdrawn_at) if row.withdrawn_at else row.ends_on,
    )


def paper(row: Mandat) -> models.Paper:
    """Return what the papers of a mandate say: once signed, the words that were kept, and no others."""
    told = row.words or words.text(terms(row))
    heard, found = words.parts(told)
    signature = Signature.objects.filter(mandat=row).first()
    return models.Paper(
        code=row.printed,
        person=called(row.person),
        structure=row.structure.name if row.structure else "",
        helper=acting(row) or str(row.by or ""),
        parts=[models.Part(each.title, each.lines, each.listed) for each in found],
        heard=models.Part(
            "Ce qui est lu à la personne",
            tuple(heard),
            language=row.language if row.language in LANGUAGES else FRENCH,
        ),
        how=row.signed_how,
        witness=row.witness,
        digest=row.digest,
        strokes=proof.svg(signature.strokes) if signature and signature.strokes else "",
        signed_at=timezone.localtime(row.signed_at) if row.signed_at else None,
        withdrawn_at=timezone.localtime(row.withdrawn_at) if row.withdrawn_at else None,
        withdrawn_how=row.get_withdrawn_how_display(),
        procedures=[each.label for each in row.authorisations.all()],
        example=row.example,
    )


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
