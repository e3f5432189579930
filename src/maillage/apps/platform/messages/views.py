"""Pages of the outbox: sent, pending, and to be decided."""

from collections import Counter

from django.contrib import messages as announces
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.platform.messages import access, actions, queries
from maillage.apps.platform.messages.forms import StopForm
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole_number
from maillage.words.wording import count

DECISIONS = {
    "renvoyer": (actions.resend, "Le message repart dans la file. Vous le verrez ici jusqu’à son départ."),
    "ne-pas-envoyer": (actions.hold, "Ce message ne partira pas."),
}


@holding(access.MANAGE, access.RUN)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Messages that need a decision first, then the pending ones, then the rest."""
    visible = access.messages_for(request.user)
    month = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    context = {
        "sections": queries.sections(visible),
        "ways": queries.ways(),
        "sent": queries.sent_since(visible, month),
        "runs_everything": access.runs_everything(request.user),
    }
    return render(request, "messages/index.html", context)


@holding(access.MANAGE, access.RUN)
@require_safe
def section(request: HttpRequest, kind: str) -> HttpResponse:
    """One section, whole."""
    if kind not in queries.KINDS:
        raise Http404
    section_page, page = queries.section(
        access.messages_for(request.user), kind, request.GET.get("page", "1")
    )
    return render(request, "messages/section.html", {"section": section_page, "page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a message again, or let it not leave; a message does not exist for who does not run it."""
    row = get_object_or_404(access.messages_for(request.user), pk=pk)
    if request.method != "POST":  # a session that ended in between: the person signs in, and chooses again
        return redirect("outbox")
    if request.POST.get("geste") not in DECISIONS:
        raise Http404
    act, success = DECISIONS[request.POST["geste"]]
    try:
        act(row, by=account_of(request), at=timezone.now())
        announces.success(request, success)
    except Refused as refused:
        announces.error(request, " ".join(refused.sentences))
    return redirect("outbox")


SEVERAL = {
    "renvoyer": ("message repart dans la file.", "messages repartent dans la file."),
    "ne-pas-envoyer": ("message ne partira pas.", "messages ne partiront pas."),
}


@holding(access.MANAGE, access.RUN)
@require_POST
def several(request: HttpRequest) -> HttpResponse:
    """The same gesture on several messages: each goes through, or says why not."""
    decision, at = request.POST.get("geste", ""), timezone.now()
    kind = request.POST.get("section", "")
    if decision not in DECISIONS or kind not in queries.KINDS:
        raise Http404
    chosen = [whole_number(pk, ROWS) for pk in request.POST.getlist("cochee")][: queries.PAGE]
    rows = list(access.messages_for(request.user).filter(pk__in=filter(None, chosen)))
    done, refusals = 0, Counter[str]()
    for row in rows:
        try:
            DECISIONS[decision][0](row, by=account_of(request), at=at)
        except Refused as refused:
            refusals[refused.why] += 1
        else:
            done += 1
    if not rows:
        announces.warning(request, "Rien n’a changé : aucun message n’était coché.")
    if done:
        announces.success(request, count(done, *SEVERAL[decision]))
    if refusals:
        reasons = " ".join(f"{count(n, 'message')} : {why}" for why, n in refusals.items())
        announces.error(request, f"Sans changement, {reasons}")
    return redirect("outbox_section", kind)


@holding(access.MANAGE, access.RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def stops(request: HttpRequest) -> HttpResponse:
    """The addresses that asked for nothing more; any manager adds one, the administration sees them."""
    form = StopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.stop(**form.cleaned_data, by=account_of(request), at=timezone.now())
        except Refused as refused:
            form.add_error("to", " ".join(refused.sentences))
        else:
            announces.success(request, f"{row.masked} : plus aucun message ne partira.")
            return redirect("stops")
    rows = access.stops_for(request.user)
    context = {"form": form, "stops": rows, "runs_everything": access.runs_everything(request.user)}
    return render(request, "messages/stops.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def allow(request: HttpRequest, pk: int) -> HttpResponse:
    """Let messages go to an address again, since its holder asked."""
    row = get_object_or_404(access.stops_for(request.user), pk=pk)
    if request.method == "POST":
        actions.allow(row, by=account_of(request), at=timezone.now())
        announces.success(request, f"{row.masked} : les messages partiront de nouveau.")
    return redirect("stops")
