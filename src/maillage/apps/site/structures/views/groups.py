"""Groups by trade and by territory."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.site.structures import access
from maillage.apps.site.structures.actions import groups as actions
from maillage.apps.site.structures.forms.network import GroupForm, PostForm
from maillage.apps.site.structures.models import Group
from maillage.apps.site.structures.queries import groups as queries
from maillage.apps.site.structures.rules import groups as rules
from maillage.apps.site.structures.rules.profiles import TRADES
from maillage.kernel.errors import Refused
from maillage.web import refusals
from maillage.web.long_lists import PAGE, Choice, long_list

ANY_TRADE = "tous"


@holding(*access.MEMBERS)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The groups of the network, one's own first."""
    lines = long_list(
        request,
        queries.lines(request.user),
        words=lambda line: (
            f"{line.group.name} {line.group.about} {line.group.get_trade_display()} {line.territory}"
        ),
        choices=[
            Choice("metier", "Métier", "Tous", _trade, {ANY_TRADE: "Ouvert à tous les métiers", **TRADES}),
            Choice(
                "miens",
                "Les vôtres",
                "Tous",
                lambda line: "oui" if line.is_own else "",
                {"oui": "Ceux dont je suis"},
            ),
        ],
    )
    closed = access.closed_groups_led_by(request.user)
    context = {"lines": lines, "closed": closed, "tab": "groupes"}
    return render(request, "network/groups.html", context)


def _trade(line: queries.Line) -> str:
    return line.group.trade or ANY_TRADE


@holding(*access.MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A group to open."""
    form = GroupForm(request.POST or None, initial={"jeton": get_random_string(24)})
    error = None
    if form.is_bound and form.is_valid():
        clean = form.cleaned_data
        try:
            row = actions.open_group(
                name=clean["nom"],
                about=clean["mots"],
                trade=clean["metier"],
                territory=clean["territoire"],
                token=clean["jeton"],
                by=account_of(request),
                at=timezone.localtime(),
            )
        except Refused as refused:
            error = refused
        else:
            messages.success(request, "Le groupe est ouvert : le réseau le voit, et peut le rejoindre.")
            return redirect("trade_group", row.pk)
    context = {"form": form, "error": error, "tab": "groupes"}
    return render(request, "network/group_new.html", context, status=400 if error or form.errors else 200)


@holding(*access.MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def group(request: HttpRequest, pk: int) -> HttpResponse:
    """A group: who is of it, and, for them, what is written there."""
    user, at = account_of(request), timezone.localtime()
    leads = access.groups_led_by(user).filter(pk=pk).exists()
    row = get_object_or_404(access.open_groups(), pk=pk)
    is_own = access.groups_of(user).filter(pk=pk).exists()
    form = PostForm(request.POST or None, initial={"jeton": get_random_string(24)}) if is_own else None
    error = None
    if form is not None and form.is_bound and form.is_valid():
        try:
            clean = form.cleaned_data
            actions.write(row, words=clean["mots"], token=clean["jeton"], by=user, at=at)
        except Refused as refused:
            error = refused
        else:
            messages.success(request, "Votre message est écrit : le groupe le lit.")
            return redirect("trade_group", pk)
    elif request.method == "POST" and form is None:
        error = Refused(
            "Le message n’a pas été écrit.",
            why="Vous n’êtes plus de ce groupe.",
            do="Rejoignez-le de nouveau, puis recommencez.",
        )
    removable = access.posts_for(user).filter(group=row)
    if not leads:
        removable = removable.filter(Q(removed="") | Q(removed_by=user))
    posts = queries.posts(row) if is_own or leads else queries.posts(row).none()
    context = {
        "group": row,
        "territory": queries.territory_name(row.territory),
        "members": queries.members(row),
        "page": Paginator(posts, PAGE).get_page(request.GET.get("page")),
        "mine": set(removable.values_list("pk", flat=True)),
        "is_own": is_own,
        "leads": leads,
        "form": form,
        "error": error,
        "reasons": rules.REMOVED,
        "tab": "groupes",
    }
    failed = error is not None or (form is not None and bool(form.errors))
    return render(request, "network/group.html", context, status=400 if failed else 200)


@holding(*access.MEMBERS)
@require_POST
def gesture(request: HttpRequest, pk: int) -> HttpResponse:
    """Join a group, leave it; close it or open it again, for who leads it."""
    user, at, geste = account_of(request), timezone.localtime(), request.POST.get("geste", "")
    if geste in ("fermer", "rouvrir"):
        row = get_object_or_404(
            access.every_group_led_by(user), pk=pk
        )  # twice from one page, it is done once
        row = actions.close(row, was=geste == "rouvrir", by=user, at=at)
        if row.closed_at is None:
            messages.success(request, "Le groupe est rouvert, avec ses membres et ses messages.")
            return redirect("trade_group", pk)
        messages.success(request, "Le groupe est fermé. Ses messages sont masqués. Vous pouvez le rouvrir.")
        return redirect("trade_groups")
    row = get_object_or_404(Group, pk=pk)
    with refusals.as_message(request):
        if geste == "rejoindre":
            actions.join(row, by=user, at=at)
            messages.success(request, "Vous êtes du groupe.")
        elif geste == "quitter":
            actions.leave(row, by=user, at=at)
            messages.success(
                request, "Vous avez quitté le groupe. Vos messages y restent ; vous pouvez revenir."
            )
    return redirect("trade_groups") if row.closed_at is not None else redirect("trade_group", pk)


@holding(*access.MEMBERS)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a message down, or put it back: one's own, or in a group that one leads."""
    row = get_object_or_404(access.posts_for(request.user), pk=pk)
    with refusals.as_message(request):
        because = request.POST.get("raison", "")
        actions.remove(row, because=because, by=account_of(request), at=timezone.localtime())
        messages.success(
            request, "Le message est retiré. Vous pouvez le remettre." if because else "Le message est remis."
        )
    return redirect("trade_group", row.group_id)
