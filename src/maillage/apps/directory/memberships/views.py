"""The team: who acts for what; the links that give a role, or give back an access."""

from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from maillage.apps.directory.memberships import access, queries, rules
from maillage.apps.directory.memberships.actions import claims, invitations, recoveries, roles
from maillage.apps.directory.memberships.forms import InviteForm, LastDayForm, OpenForm, PasswordForm
from maillage.apps.directory.memberships.models import ROLES, Claim, Invitation, Membership
from maillage.apps.directory.memberships.rules import Duty
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts import access as accounts
from maillage.apps.platform.accounts.access import account_of, counted, holding
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages import queries as outbox
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole_number
from maillage.web import refusals
from maillage.web.long_lists import Choice, back, long_list, report, selection
from maillage.words.dates import in_words
from maillage.words.wording import count, of, spaced

TO_HAND_OVER = "des éléments sont à remettre d’abord : « Préparer son départ »."
WRONG_LINKS_AN_HOUR = 20
PUT_BACK = timedelta(days=30)  # how long a role that ended is offered again
TOO_MANY = Refused(
    "Trop de liens faux ont été essayés.",
    why="C’est pour protéger les accès de tous.",
    do="Revenez dans une heure, puis ouvrez votre lien de nouveau.",
)


@holding(access.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: HttpRequest) -> HttpResponse:
    """Members and their roles, and an invitation: the link is displayed once."""
    at = timezone.localtime()
    role = request.GET.get("role", "")  # of a link that says whom to invite
    first = {"nouvelle": "nouvelle" in request.GET}
    form = InviteForm(
        request.POST or None, request.FILES or None, user=request.user, role=role, initial=first
    )
    context: dict[str, Any] = {"form": form, "invites": form.asked_role or "inviter" in request.GET}
    if form.is_bound and form.is_valid():
        clean = form.cleaned_data
        with refusals.in_form(form):
            return _links(request, _invited(request, clean, at))
    memberships, on = access.members_for(request.user), at.date()
    lines = access.team_of(request.user, on)
    names = {line.over: line.over for line in lines}
    members = long_list(
        request,
        lines,
        words=lambda line: line.words,
        choices=[
            Choice("role", "Rôle", "Tous les rôles", lambda line: line.role, dict(ROLES)),
            Choice("pour", "Pour", "Toutes les structures", lambda line: line.over, names),
        ],
    )
    membership_by_pk = memberships.in_bulk([line.pk for line in members.page])
    context |= {
        "handing": access.handing_structures(request.user),
        "members": members,
        "groups": [
            (name, [membership_by_pk[line.pk] for line in group])
            for name, group in groupby(members.page, key=lambda line: line.over)
        ],
        "ended": access.ended_of(request.user, on, since=on - PUT_BACK),
        "claims": access.claims_for(request.user),
        "invitations": queries.pending(access.invitations_for(request.user), at),
        "today": on,
    }
    return render(request, "memberships/team.html", context, status=400 if form.errors else 200)


@transaction.atomic
def _invited(request: HttpRequest, clean: dict[str, Any], at: datetime) -> list[tuple[Invitation, str]]:
    """Return the invitation of each guest, with its token; all of them are made, or none."""
    links = []
    for guest in clean["guests"]:
        invitation, token = invitations.invite(
            by=account_of(request),
            role=clean["role"],
            for_whom=guest.name,
            email=guest.email,
            structure=clean["over"],
            new=clean["new"],
            territory=clean["code"],
            until=clean["jusquau"],
            at=at,
        )
        links.append((invitation, token))
    return links


def _links(request: HttpRequest, links: list[tuple[Invitation, str]]) -> HttpResponse:
    """The links just made: those that left by e-mail are named, the others are displayed, once."""
    key_by_pk = {row.pk: rules.message_key(row.pk, row.expires_at) for row, _ in links if row.email}
    sent = outbox.leaving(key_by_pk.values())
    context = {
        "sent": [row for row, _ in links if key_by_pk.get(row.pk) in sent],
        "invitations": [
            (row, request.build_absolute_uri(reverse("invitation", args=[token])))
            for row, token in links
            if key_by_pk.get(row.pk) not in sent
        ],
    }
    return render(request, "memberships/link.html", context)


@require_POST
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw a role, or give back an access that was lost."""
    membership = get_object_or_404(access.members_for(request.user), pk=pk)
    at = timezone.localtime()
    with refusals.as_message(request):
        if request.POST.get("geste") == "acces":
            token = recoveries.give_back(by=account_of(request), membership=membership, at=at)
            link = request.build_absolute_uri(reverse("recovery", args=[token]))
            return render(request, "memberships/link.html", {"member": membership, "link": link})
        if request.POST.get("geste") == "remettre":
            roles.put_back(by=account_of(request), membership=membership, on=at.date(), at=at)
            messages.success(
                request, f"{membership.user} a de nouveau ce rôle : {membership.get_role_display().lower()}."
            )
            return back(request, "team")
        if _leaves_duties(request, membership, {membership.pk}, at):
            messages.warning(
                request,
                "Rien n’est encore retiré : personne ne répondrait plus de ce qui suit. Remettez-le, puis"
                " fermez son accès ; ou fermez-le sans attendre, plus bas.",
            )
            return redirect("departure", membership.structure_id, membership.user_id)
        roles.withdraw(by=account_of(request), membership=membership, on=at.date(), at=at)
        messages.success(
            request, f"{membership.user} n’a plus ce rôle : {membership.get_role_display().lower()}."
        )
    return back(request, "team")


def _leaves_duties(request: HttpRequest, row: Membership, withdrawn: Collection[int], at: datetime) -> bool:
    """Return True when withdrawing some roles would close an access that still has duties, in a structure
    whose departures the reader sees to.
    """
    structure, leaver = row.structure_id, row.user_id
    if structure not in access.handing_structures(request.user):
        return False
    active = access.current(at.date()).filter(user=leaver, structure=structure).values_list("pk", flat=True)
    closes = bool(active) and set(active) <= set(withdrawn)
    return closes and bool(queries.duties([structure], at, user=leaver))


@holding(access.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def departure(request: HttpRequest, structure: int, account: int) -> HttpResponse:
    """The duties of a leaver in a structure: handed over one by one or together, then their access closed."""
    at = timezone.localtime()
    membership = queries.membership_of(account, structure)
    duties = queries.duties([structure], at, user=account)
    takers = queries.handed_over(account, structure)
    if structure not in access.handing_structures(request.user) or not (membership or duties or takers):
        raise Http404
    leaver = get_object_or_404(User, pk=account)
    if request.method == "POST":
        with refusals.as_message(request):
            _depart(request, leaver, structure, duties, at)
        is_closed = not access.current(at.date()).filter(user=request.user.pk, structure=structure).exists()
        return redirect("space") if is_closed else redirect("departure", structure, account)
    receivers = {
        right: list(access.receivers(structure, right, at.date(), but=account))
        for right in ("people.see", access.MANAGE)
    }
    accounts = User.objects.in_bulk([to for _, to, _ in takers])
    context = {
        "leaver": leaver,
        "membership": membership,
        "is_member": access.current(at.date()).filter(user=account, structure=structure).exists(),
        "structure": membership.structure if membership else Structure.objects.get(pk=structure),
        "lines": [
            (duty, [(each.pk, _free(each, duty)) for each in _by_leisure(receivers[duty.right], duty)])
            for duty in duties
        ],
        "share": len(takers) / (len(takers) + len(duties) or 1),
        "people": receivers["people.see"],
        "handed": [(KINDS[kind], accounts.get(to), taken_at) for kind, to, taken_at in takers],
        "today": at.date(),
    }
    return render(request, "memberships/departure.html", context)


# What a duty that was handed over is called, by its kind.
KINDS = {
    "appointment": "Rendez-vous",
    "mandate": "Nouveau mandat, à faire signer",
    "referral": "Orientation",
    "permanence": "Permanence",
    "engagement": "Bénévole encadré",
    "following": "Personnes suivies",
    "invitation": "Invitation",
}


def _by_leisure(accounts: list[User], duty: Duty) -> list[User]:
    """Return the receivers of a duty, those who are free at its moment first: the first one is proposed."""
    return sorted(accounts, key=lambda account: account.pk in duty.busy)


def _free(account: User, duty: Duty) -> str:
    """Return the name of a receiver; of an appointment, whether they are free then."""
    if duty.at is None:
        return str(account)
    return f"{account}, {'déjà pris' if account.pk in duty.busy else 'libre'}"


def _depart(request: HttpRequest, leaver: User, structure: int, duties: list[Duty], at: datetime) -> None:
    """Do a gesture of the page of a departure."""
    gesture, by = request.POST.get("geste", ""), account_of(request)
    if gesture in ("remettre", "tout"):
        key = request.POST.get("element", "")
        chosen = [each for each in duties if gesture == "tout" or f"{each.kind}-{each.pk}" == key]
        to = get_object_or_404(User, pk=whole_number(request.POST.get("a", ""), ROWS) or 0)
        _hand_over(request, chosen, to, by=by, at=at)
    elif gesture == "dernier-jour":
        form = LastDayForm(request.POST)
        if not form.is_valid():
            raise Refused(
                "Le dernier jour n’est pas noté.", why="Il manque, ou n’existe pas.", do="Choisissez un jour."
            )
        until = form.cleaned_data["jour"]
        for row in access.current(at.date()).filter(user=leaver, structure=structure):
            scope = {"role": row.role, "structure": row.structure, "until": until}
            roles.give(by=by, to=leaver, on=at.date(), at=at, **scope)
        messages.success(request, f"Dernier jour {of(str(leaver))} : le {in_words(until)}.")
    elif gesture == "fermer":
        for row in access.current(at.date()).filter(user=leaver, structure=structure):
            roles.withdraw(by=by, membership=row, on=at.date(), at=at)
        messages.success(request, f"{leaver} n’a plus d’accès à cette structure.")
    else:
        raise Http404


def _hand_over(request: HttpRequest, duties: list[Duty], to: User, *, by: User, at: datetime) -> None:
    """Hand duties over, each by itself: what is refused says why, what is left to do is said."""
    n = 0
    for duty in duties:
        try:
            left_to_do = roles.hand_over(duty, to=to, by=by, on=at.date(), at=at)
        except Refused as error:
            messages.error(request, spaced(f"{duty.title} : pas remis. {error.why}"))
            continue
        n += 1
        if left_to_do:
            messages.info(request, spaced(left_to_do))
    if n:
        messages.success(request, spaced(f"{count(n, 'élément')} à {to} maintenant."))


@holding(access.MANAGE)
@require_POST
def several(request: HttpRequest) -> HttpResponse:
    """Withdraw several roles at once: each goes through, or says why not."""
    at = timezone.localtime()
    rows = list(access.members_for(request.user).filter(pk__in=selection(request)))
    withdrawn, refused = list[int](), dict[str, list[str]]()
    chosen = {row.pk for row in rows}
    for row in rows:
        try:
            if _leaves_duties(request, row, chosen, at):
                refused.setdefault(TO_HAND_OVER, []).append(str(row.user))
                continue
            roles.withdraw(by=account_of(request), membership=row, on=at.date(), at=at)
        except Refused as error:
            refused.setdefault(error.why, []).append(str(row.user))
        else:
            withdrawn.append(row.pk)
    ended = access.ended_of(request.user, at.date(), since=at.date() - PUT_BACK)
    again = " Une erreur ? Remettez-les, plus bas." if ended.filter(pk__in=withdrawn).exists() else ""
    report(
        request, rows, len(withdrawn), refused, success=f"{count(len(withdrawn), 'rôle')} en moins.{again}"
    )
    return back(request, "team")


@require_POST
def team_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """Send an invitation again, or withdraw it."""
    row = get_object_or_404(access.invitations_for(request.user), pk=pk)
    if request.POST.get("geste") == "renvoyer":
        with refusals.as_message(request):
            link = invitations.renew(by=account_of(request), invitation=row, at=timezone.localtime())
            return _links(request, [link])
    elif invitations.cancel(by=account_of(request), invitation=row, at=timezone.localtime()):
        messages.success(request, f"L’invitation de {row.for_whom} ne s’ouvre plus.")
    else:
        messages.error(
            request,
            f"L’invitation de {row.for_whom} a déjà été ouverte. Pour retirer le rôle, cherchez plus bas"
            f" {row.used_by or 'le compte'}.",
        )
    return back(request, "team")


@require_POST
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a request to act for a structure by its SIRET."""
    row = next((row for row, _ in access.claims_for(request.user) if row.pk == pk), None)
    if row is None:
        raise Http404
    by, at = account_of(request), timezone.localtime()
    with refusals.as_message(request):
        if request.POST.get("geste") == "accueillir":
            structure = claims.accept(row, by=by, at=at, name=request.POST.get("nom", ""))
            messages.success(request, f"{row.user} peut maintenant aider au nom {of(structure.name)}.")
        elif request.POST.get("geste") == "refuser":
            claims.refuse(row, by=by, at=at)
            messages.success(
                request, f"La demande de {row.user} est refusée : rien ne change pour ses autres rôles."
            )
        else:
            raise Http404
    return back(request, "team")


@login_required
@require_POST
def own_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask to act for the structure of one's SIRET, or say that it is not so."""
    row = get_object_or_404(Claim, pk=pk, user=account_of(request))
    by, at = account_of(request), timezone.localtime()
    with refusals.as_message(request):
        if request.POST.get("geste") == "demander":
            claims.ask(row, by=by, at=at)
            messages.success(request, "Votre demande est partie. La réponse se lira sur cette page.")
        elif request.POST.get("geste") == "ecarter":
            claims.refuse(row, by=by, at=at)
            messages.success(request, "C’est noté : cela ne vous sera plus proposé.")
        else:
            raise Http404
    return redirect("account_home")


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Take up a role: with the account one is signed in with, or with a new one."""
    at = timezone.localtime()
    opened = _opened(request, token, invitations.open_invitation, at)
    if isinstance(opened, HttpResponse):
        return opened
    if request.method == "GET":
        invitations.see(opened, at)
    known = {"courriel": opened.email, "nom": "" if "@" in opened.for_whom else opened.for_whom}
    form = OpenForm(request.POST or None, initial=known)
    signed_in = request.user.is_authenticated
    if request.method == "POST" and (signed_in or form.is_valid()):
        values = {} if signed_in else form.cleaned_data
        with refusals.in_form(form):
            user = invitations.accept(
                token=token,
                user=account_of(request) if signed_in else None,
                email=values.get("courriel", ""),
                name=values.get("nom", ""),
                password=values.get("mot_de_passe", ""),
                on=at.date(),
                at=at,
            )
            if not signed_in:
                _sign_in(request, user)
            messages.success(
                request,
                f"Bienvenue. Votre rôle : {opened.get_role_display().lower()}, {access.over(opened)}.",
            )
            return redirect("lieu_new" if queries.has_no_place(opened) else "space")
    context = {
        "invitation": opened,
        "over": access.over(opened),
        "form": form,
        "signed_in": signed_in,
        "plain": access.plain(opened),
    }
    return render(request, "memberships/invitation.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def recovery(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a password, the first one or another, by a link that a manager or the platform made."""
    at = timezone.localtime()
    opened = _opened(request, token, recoveries.open_recovery, at)
    if isinstance(opened, HttpResponse):
        return opened
    form = PasswordForm(request.POST or None)
    if form.is_bound and form.is_valid():
        with refusals.in_form(form):
            user = recoveries.recover(token=token, password=form.cleaned_data["mot_de_passe"], at=at)
            _sign_in(request, user)
            messages.success(request, "Votre mot de passe est enregistré. Vous êtes connecté.")
            return redirect("space")
    context = {
        "form": form,
        "user_name": str(opened.user),
        "title": f"Choisir {'un autre' if opened.user.has_usable_password() else 'votre'} mot de passe",
        "has_factor": Authenticator.objects.filter(user=opened.user).exists(),
    }
    return render(request, "memberships/recovery.html", context, status=400 if form.errors else 200)


def _sign_in(request: HttpRequest, user: User) -> None:
    """Sign in an account that just chose its password: its second factor is then added without it."""
    login(request, user, backend="maillage.manage.sign_in.adapter.Backend")
    record_authentication(request, user, "password")


def _opened(request: HttpRequest, token: str, open_it: Any, at: datetime) -> Any:
    """Open a link, or return the page of its refusal; a guessed link is a page that does not exist."""
    if counted(request, "liens") > WRONG_LINKS_AN_HOUR:
        return refusals.page(request, TOO_MANY, status=429)
    try:
        return open_it(token, at)
    except ObjectDoesNotExist as error:
        accounts.count(request, "liens")
        raise Http404 from error
    except Refused as error:
        return refusals.page(request, error, status=410, offers_sign_in=True)
