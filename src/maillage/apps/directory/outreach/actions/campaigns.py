"""Open a campaign of confirmation, record the result of each call, close it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from maillage.apps.directory.outreach import access
from maillage.apps.directory.outreach.models import Call, Campaign
from maillage.apps.directory.outreach.queries import campaigns, letters
from maillage.apps.directory.outreach.queries.campaigns import Draft
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.actions import links
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries.links import STRUCTURE
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages import actions as outbox
from maillage.apps.platform.messages.rules import states
from maillage.kernel.errors import Refused

SAME_CLICK = timedelta(minutes=5)


@transaction.atomic
def open_round(*, name: str, territory: str, lieux: Sequence[Lieu], by: User, at: datetime) -> Campaign:
    """Open a campaign on these sheets; Refused without any, or without a name. The same one asked for again
    by an account a moment later is one.

    Places with an address get their personal link at once, so that their message is ready.
    """
    if not lieux:
        raise Refused(
            "La campagne n’est pas ouverte.",
            why="Aucune fiche n’est à confirmer ici.",
            do="Choisissez un autre territoire, ou attendez que des fiches arrivent à leur terme.",
        )
    if not name.strip():
        raise Refused(
            "La campagne n’est pas ouverte.",
            why="Sans nom, personne ne la retrouverait.",
            do="Donnez-lui un nom, par exemple le mois et le territoire.",
        )
    User.objects.select_for_update().get(pk=by.pk)  # a second click waits here
    fields = {"name": name.strip()[:120], "territory": territory, "by": by}
    if existing := Campaign.objects.filter(**fields, closed_at=None, opened_at__gte=at - SAME_CLICK).first():
        return existing
    campaign = Campaign.objects.create(**fields, opened_at=at)
    Call.objects.bulk_create([Call(campaign=campaign, lieu=lieu) for lieu in lieux], batch_size=500)
    for lieu in lieux:
        if lieu.sheet.get("courriels") and not lieu.code:
            links.make(lieu, by=str(by), at=at)
    return campaign


@transaction.atomic
def answer(call: Call, state: str, *, note: str = "", by: User, at: datetime) -> Call:
    """Record the result of a call. « Confirmed » confirms the whole sheet as of today, on the structure's
    word.

    Refused once the campaign is closed, for an unknown state, and for a sheet that is no longer public.
    """
    _still_open(call.campaign)
    if state not in rules.CALL_STATES:
        raise Refused(
            "L’appel n’a pas été noté.",
            why="Cet état n’existe pas.",
            do="Choisissez : " + ", ".join(rules.CALL_STATES.values()) + ".",
        )
    if state == campaigns.CONFIRMED:
        if call.lieu.state != rules.PUBLISHED:
            raise Refused(
                f"« {call.lieu.name} » n’a pas été confirmé.",
                why=f"Sa fiche n’est plus montrée : {call.lieu.get_state_display()}.",
                do="Publiez-la d’abord, depuis sa fiche.",
            )
        links.confirm(call.lieu, by=f"{STRUCTURE}, au téléphone ({by})"[:120], at=at)
    call.state, call.note, call.at, call.by = state, note.strip()[:300], at, str(by)[:120]
    call.save()
    return call


@transaction.atomic
def give_links(campaign: Campaign, *, by: User, at: datetime) -> int:
    """Give a personal link to each sheet of a campaign without one; return how many were made."""
    _still_open(campaign)
    calls = access.calls_for(by, campaign).exclude(state__in=campaigns.OVER).select_related("lieu")
    lieux = campaigns.without_link(calls)
    for lieu in lieux:
        links.make(lieu, by=str(by), at=at)
    return len(lieux)


@transaction.atomic
def send(campaign: Campaign, *, write: Callable[[Lieu], Draft], by: User, at: datetime) -> int:
    """Write to the places of a campaign through the outbox, each with its personal link: a letter, then one
    reminder a week later at the earliest; return how many leave. Refused when there is nobody to write to.

    write: the letter to a place, once it has its link.
    """
    _still_open(campaign)
    letter_by_place = letters.written(campaign)
    drafts = []
    for lieu in letters.ready(campaign, by, at=at).everybody:
        if not lieu.code:
            links.make(lieu, by=str(by), at=at)
        letter, n = write(lieu), letter_by_place[lieu.pk].n + 1 if lieu.pk in letter_by_place else 1
        drafts.append(
            outbox.Draft(
                channel=states.EMAIL,
                to=letter.to,
                subject=letter.subject,
                text=letter.text,
                key=letters.key(campaign, lieu.pk, n),
                commune=lieu.code_insee,
                structure=lieu.structure_id,
            )
        )
    if not drafts:
        raise Refused(
            "Aucun message n’est parti.",
            why="Chacun a répondu, a déjà son message, ou n’a pas d’adresse.",
            do="Téléphonez aux lieux qui n’ont pas répondu ; une relance est possible une semaine après le "
            "message.",
        )
    return outbox.put_many(drafts, at=at)


@transaction.atomic
def close(campaign: Campaign, *, by: User, at: datetime) -> Campaign:
    """Close a campaign: its results stay, and no more are recorded; Refused when it is already closed."""
    _still_open(campaign)
    campaign.closed_at = at
    campaign.save()
    return campaign


def _still_open(campaign: Campaign) -> None:
    """Lock a campaign, which a second click or who closes it waits for; Refused once it is closed."""
    if Campaign.objects.select_for_update().get(pk=campaign.pk).closed_at is not None:
        raise Refused(
            f"La campagne « {campaign.name} » n’a pas changé.",
            why="Elle est close.",
            do="Ouvrez-en une nouvelle : elle reprendra les fiches qui restent à confirmer.",
        )
