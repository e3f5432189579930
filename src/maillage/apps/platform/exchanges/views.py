"""Pages of the exchanges: how each goes, what failed, and what to do."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.platform.exchanges import access, actions, queries
from maillage.apps.platform.exchanges.forms import WebhookForm
from maillage.apps.platform.exchanges.models import Webhook
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole_number
from maillage.words.wording import count

PAGE_SIZE = 20


@holding(access.RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The other systems, and the form that adds an address to tell."""
    if request.method == "POST" and request.POST.get("geste") == "lire":
        if not actions.read_now(request.POST.get("nom", ""), by=account_of(request), at=timezone.now()):
            raise Http404
        messages.success(request, "La lecture reprend dans les secondes qui viennent. Rechargez cette page.")
        return redirect("exchanges")
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.register(**form.cleaned_data, by=account_of(request), at=timezone.now())
        except Refused as refused:
            form.add_error("address", " ".join(refused.sentences))
        else:
            messages.success(request, f"{row.name} sera prévenu. Donnez-lui le secret ci-dessous.")
            return redirect("exchange", row.pk)
    context = {
        "form": form,
        "webhooks": queries.webhooks(),
        "pulls": queries.pulls(),
        "is_on": settings.WEBHOOKS,
    }
    return render(request, "exchanges/index.html", context, status=400 if form.errors else 200)


@holding(access.RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """An address, its secret, its last deliveries and their answers; and each gesture on it."""
    row = get_object_or_404(queries.webhooks(), pk=pk)
    if request.method == "POST":
        return _act(request, row)
    page = Paginator(row.deliveries.order_by("-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"webhook": row, "page": page, "is_on": settings.WEBHOOKS}
    return render(request, "exchanges/webhook.html", context)


def _act(request: HttpRequest, row: Webhook) -> HttpResponse:
    by, at = account_of(request), timezone.now()
    match request.POST.get("geste"):
        case "relancer":
            n = actions.retry(row, by=by, at=at)
            messages.success(request, f"{count(n, 'envoi repart', 'envois repartent')} dans la file.")
        case "rejouer":
            if actions.replay(row, whole_number(request.POST.get("envoi", ""), ROWS) or 0, by=by, at=at):
                messages.success(request, "Cet envoi repart dans la file, sous le même numéro.")
            else:
                messages.error(request, "Cet envoi n’est plus gardé. Rechargez la page.")
        case "arreter":
            actions.stop(row, by=by, at=at)
            messages.success(request, "Plus rien ne part. Ce qui arrive d’ici là partira à la relance.")
        case "secret":
            actions.change_secret(row, by=by, at=at)
            messages.success(request, "Le secret a changé. Donnez le nouveau à l’autre système.")
        case "retirer":
            actions.remove(row, by=by, at=at)
            messages.success(request, f"{row.name} n’est plus prévenu.")
            return redirect("exchanges")
        case _:
            raise Http404
    return redirect("exchange", row.pk)
