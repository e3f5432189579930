"""Prepare a mandate, or another one that goes further: it allows nothing until it is signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.mandats import access
from maillage.apps.people.mandats.actions.records import lock, record_event
from maillage.apps.people.mandats.models import Autorisation, Mandat, NamedHelper
from maillage.apps.people.mandats.queries import catalogue, lists, permissions
from maillage.apps.people.mandats.rules import frame
from maillage.apps.people.persons.access import check_supervised, people_for, sees_only_followed
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import User
from maillage.kernel import codes
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import line, sent_by
from maillage.reference import procedures
from maillage.words.wording import count

MOST_PROCEDURES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """Helper of a mandate: a professional, or somebody for whom a supervisor answers. relative: their name;
    named: the helpers who act with its author; is_whole_structure: every helper of the structure does.
    """

    kind: str = frame.PROFESSIONAL
    relative: str = ""
    supervisor: User | None = None
    named: Sequence[User] = ()
    is_whole_structure: bool = False


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
    written_by: User | None = None,
) -> Mandat:
    """Write what a mandate would permit, for the person to read. It allows nothing until they sign.

    keys: of families or procedures; token: of the form, so that sent twice it makes one. An emergency lasts
    the day, and is to be regularised in two days. written_by: who prepares it in the name of `by`.
    """
    row = people.lock(person)
    token = sent_by(token, by.pk, row.pk)
    if existing := Mandat.objects.filter(token=token).first():
        return existing
    if not access.may_act(by, structure.pk) or not people_for(by).filter(pk=row.pk).exists():
        raise _not_prepared(
            "Vous n’aidez pas cette personne au nom de cette structure.",
            "Demandez-lui de montrer sa carte, puis recommencez.",
        )
    today = timezone.localdate(at)
    check_supervised(by, structure.pk, today, "Le mandat n’a pas été préparé.")
    chosen = _chosen(keys, structure)
    acting = _checked(helper or Helper(), by=by, structure=structure)
    if emergency or renews is not None:
        drafts = Mandat.objects.filter(
            person=row, structure=structure, renews=renews, emergency=renews is None, helper=acting.kind
        )
        if (same := _same_draft(lists.drafts(drafts, today), chosen)) is not None:
            _name(same, acting, by=by, at=at)
            return same
    start = _first_day(starts_on, today, duration, emergency=emergency)
    lasting = "day" if emergency else duration
    mandat = Mandat.objects.create(
        person=row,
        structure=structure,
        by=by,
        helper=acting.kind,
        relative=acting.relative,
        supervisor=acting.supervisor,
        whole_structure=acting.is_whole_structure,
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
        Autorisation(mandat=mandat, key=each.key, label=each.label, operator=each.operator) for each in chosen
    )
    _name(mandat, acting, by=by, at=at)
    procedures_text = count(len(chosen), "démarche")
    record_event(
        "mandat.prepared",
        mandat,
        by=written_by or by,
        at=at,
        detail=f"{procedures_text}, {frame.DURATIONS[lasting]}",
    )
    people.touch(row, at=at)
    return mandat


def _name(row: Mandat, helper: Helper, *, by: User, at: datetime) -> None:
    """Name in a draft who will act, each once: whoever prepares it after a colleague acts too."""
    helpers = {each.pk for each in permissions.named(row)}
    if not row.whole_structure:
        NamedHelper.objects.bulk_create(
            NamedHelper(mandat=row, user=each, at=at, by=by)
            for each in helper.named
            if each.pk not in helpers
        )


def _same_draft(drafts: QuerySet[Mandat], chosen: Sequence[catalogue.Choice]) -> Mandat | None:
    """Return the draft that says the same and can still be signed: an emergency, or what follows a mandate,
    is proposed once.
    """
    keys = {each.key for each in chosen}
    candidates = drafts.prefetch_related("authorisations")
    return next((row for row in candidates if {each.key for each in row.authorisations.all()} == keys), None)


def _chosen(keys: Sequence[str], structure: Structure) -> list[catalogue.Choice]:
    """Return the requested procedures, once each; a procedure whose whole family is requested is left out."""
    families = procedures.families()
    known = {each.key: each for each in catalogue.choices(structure)}
    known |= {key: catalogue.Choice(key, family.label, "", key) for key, family in families.items()}
    requested = list(dict.fromkeys(keys))
    if not requested:
        raise _not_prepared(
            "Aucune démarche n’est choisie.", "Choisissez avec la personne ce qui se fera à sa place."
        )
    if any(key not in known for key in requested):
        raise _not_prepared(
            "Une des démarches n’est pas connue.", "Rechargez la page, puis choisissez dans la liste."
        )
    selected = [known[key] for key in requested if key in families or known[key].family not in requested]
    if len(selected) > MOST_PROCEDURES or len([key for key in requested if key in families]) == len(families):
        raise _not_prepared(
            "Un mandat ne permet pas tout : celui-ci en demande trop.",
            f"Gardez ce dont la personne a besoin maintenant, {MOST_PROCEDURES} choix au plus.",
        )
    return selected


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
    """Check the helper of a mandate; who sees only those they help is a volunteer, whatever is typed."""
    kind = helper.kind
    if kind == frame.PROFESSIONAL and sees_only_followed(by, structure.pk):
        kind = frame.VOLUNTEER
    relative = line(helper.relative, 60) if kind == frame.RELATIVE else ""
    refuse_secrets(relative)
    if kind not in frame.HELPERS or (kind == frame.RELATIVE and not relative):
        raise _not_prepared("Le nom du proche manque.", "Écrivez-le : la personne doit savoir qui agit.")
    named = list(dict.fromkeys((by, *helper.named)))
    if any(not access.may_act(each, structure.pk) for each in named):
        raise _not_prepared(
            "Une des personnes nommées n’aide pas au nom de cette structure.", "Retirez-la, puis recommencez."
        )
    if kind not in frame.SUPERVISED:
        return Helper(named=named, is_whole_structure=helper.is_whole_structure)
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


@transaction.atomic
def renew(
    mandat: Mandat,
    *,
    by: User,
    at: datetime,
    token: str,
    duration: str = "",
    helper: Helper | None = None,
    written_by: User | None = None,
) -> Mandat:
    """Prepare another mandate with the procedures still permitted by this one, which is never lengthened. An
    emergency is regularised so, for a month unless another duration is asked. written_by: who prepares it in
    the name of `by`.
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
        named=[each for each in permissions.named(row) if access.may_act(each, row.structure.pk)],
        is_whole_structure=row.whole_structure,
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
        written_by=written_by,
    )


def name_instead(
    draft: Mandat, leaver: User, *, by: User, written_by: User, at: datetime, helper: Helper
) -> None:
    """Name in a draft whoever takes it over instead of a leaver. written_by: whoever hands it over."""
    row = lock(draft)
    if row.structure is None or not people_for(by).filter(pk=row.person_id).exists():
        raise _not_prepared(f"{by} n’aide pas cette personne.", "Confiez-la d’abord à la même personne.")
    acting = _checked(helper, by=by, structure=row.structure)
    row.by, row.supervisor = by, acting.supervisor
    row.save(update_fields=["by", "supervisor"])
    row.named.filter(user=leaver).delete()
    _name(row, acting, by=by, at=at)
    record_event("mandat.prepared", row, by=written_by, at=at, detail=f"au nom de {by}")


def _not_prepared(why: str, do: str) -> Refused:
    return Refused("Le mandat n’a pas été préparé.", why=why, do=do)
