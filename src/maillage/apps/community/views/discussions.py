"""Discussions under an object, the latest questions, and their moderation."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.community import access
from maillage.apps.community.actions import discussions as actions
from maillage.apps.community.forms.speaking import PostForm, ReportForm
from maillage.apps.community.models import Digest, Post
from maillage.apps.community.queries import digests, subjects
from maillage.apps.community.queries import discussions as queries
from maillage.apps.community.rules import discussions as rules
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.kernel.errors import Refused
from maillage.kernel.typed import whole_number
from maillage.web.long_lists import PAGE
from maillage.web.withdrawal import was_withdrawn

ROWS = 2**62


@holding(*access.MEMBERS)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The latest questions of the network; those without answer alone, when asked."""
    kind, alone = request.GET.get("sous", ""), request.GET.get("voir") == "sans-reponse"
    kind = kind if kind in rules.SUBJECTS else ""
    leads = access.leads(request.user)
    context = {
        "entries": queries.recent(request.user, unanswered=alone, kind=kind),
        "subjects": rules.SUBJECTS,
        "kind": kind,
        "alone": alone,
        "leads": leads,
        "n_reported": queries.reported(request.user).count() if leads else 0,
        "tab": "discussions",
    }
    return render(request, "community/discussions/index.html", context)


@holding(*access.MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def discussion(request: HttpRequest, kind: str, row: int) -> HttpResponse:
    """Discussion under an object, and a question to ask; `repond` answers one."""
    subject = subjects.find(kind, row, request.user) if row <= ROWS else None
    if subject is None:
        raise Http404
    question = None
    if (answered := request.POST.get("repond") or request.GET.get("repond")) is not None:
        number = whole_number(answered, most=ROWS)
        opened = Post.objects.filter(kind=kind, row=row, question=None, hidden_at=None)
        question = get_object_or_404(opened, pk=number)
    structures, leads = list(access.speaking_for(request.user)), access.leads(request.user)
    form, error = None, None
    if structures or leads:
        form = PostForm(
            request.POST or None,
            structures=structures,
            leads=leads,
            answers=question is not None,
            initial={"jeton": get_random_string(24)},
        )
    if form is not None and form.is_bound and form.is_valid():
        try:
            post = actions.write(
                subject,
                form.structure,
                words=form.cleaned_data["mots"],
                question=question,
                about_nobody=form.about_nobody,
                token=form.cleaned_data["jeton"],
                by=account_of(request),
                at=timezone.localtime(),
            )
        except Refused as refused:
            error = refused
        else:
            messages.success(request, "C’est publié : tout le réseau peut le lire.")
            return redirect(f"{reverse('discussion', args=[kind, row])}#m-{post.pk}")
    context: dict[str, Any] = {
        "subject": subject,
        "under": rules.SUBJECTS[kind],
        "threads": queries.threads(subject),
        "question": question,
        "form": form,
        "error": error,
        "marks": {name: {"mots": words, "signe": marks} for name, (words, marks) in rules.MARKS.items()},
        "moderates": _moderated(request, subject),
        "account": account_of(request).pk,
        "tab": "discussions",
    }
    failed = error is not None or (form is not None and bool(form.errors))
    return render(request, "community/discussions/discussion.html", context, status=400 if failed else 200)


def _moderated(request: HttpRequest, subject: rules.Subject) -> set[int]:
    """Return which messages under an object the reader moderates, by their numbers."""
    rows = access.posts_for(request.user).filter(kind=subject.kind, row=subject.row)
    return set(rows.values_list("pk", flat=True))


@holding(*access.MEMBERS)
@require_POST
def gesture(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark what answered, withdraw one's own message, or moderate."""
    row = get_object_or_404(Post.objects.select_related("question"), pk=pk)
    if subjects.find(row.kind, row.row, request.user) is None:
        raise Http404
    by, at, action = account_of(request), timezone.localtime(), request.POST.get("geste", "")
    moderates = access.posts_for(request.user).filter(pk=row.pk).exists()
    reason = request.POST.get("raison", "")
    reason = reason if reason in rules.REASONS else ""
    try:
        if action == "marquer" and (moderates or (row.question and row.question.by_id == by.pk)):
            actions.accept(row, was=was_withdrawn(request), by=by, at=at)
            messages.success(request, "C’est noté.")
        elif action == "retirer" and row.by_id == by.pk:
            actions.withdraw(row, by=by, at=at)
            messages.success(request, "Votre message n’est plus lu.")
        elif action in rules.MODERATIONS and moderates:
            actions.moderate(row, action, reason=reason, by=by, at=at)
            messages.success(request, f"Message {rules.MODERATIONS[action]}. La trace en est gardée.")
        else:
            raise Http404
    except Refused as refused:
        messages.error(request, " ".join(refused.sentences))
    if request.POST.get("retour") == "moderation":
        return redirect("moderation")
    return redirect(f"{reverse('discussion', args=[row.kind, row.row])}#m-{row.question_id or row.pk}")


@holding(*access.MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Report a message to who leads the network."""
    row = get_object_or_404(Post.objects.filter(hidden_at=None).select_related("structure"), pk=pk)
    subject = subjects.find(row.kind, row.row, request.user)
    if subject is None:
        raise Http404
    form = ReportForm(request.POST or None)
    if form.is_bound and form.is_valid():
        actions.report(
            row, reason=form.cleaned_data["raison"], by=account_of(request), at=timezone.localtime()
        )
        messages.success(
            request, "C’est signalé à la coordination, qui répondra. Le message reste en attendant."
        )
        return redirect("discussion", row.kind, row.row)
    context = {"row": row, "subject": subject, "form": form, "writer": queries.writer(row)}
    return render(request, "community/discussions/report.html", context, status=400 if form.errors else 200)


@holding(access.LEADS)
@require_safe
def moderation(request: HttpRequest) -> HttpResponse:
    """Reported messages, and the trail of moderation."""
    if not access.leads(request.user):
        raise Http404
    page = Paginator(queries.trail(request.user), PAGE).get_page(request.GET.get("page"))
    context = {
        "reported": queries.reported(request.user)[:PAGE],
        "page": page,
        "reasons": rules.REASONS,
        "tab": "discussions",
    }
    return render(request, "community/discussions/moderation.html", context)


@holding(*access.MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def digest(request: HttpRequest) -> HttpResponse:
    """The week of the network on one sheet, and whether it also comes by e-mail."""
    user, at = account_of(request), timezone.localtime()
    if request.method == "POST":
        wanted = request.POST.get("recevoir") == "oui"
        actions.choose_digest(user, wanted=wanted, at=at)
        messages.success(
            request,
            "Vous recevrez le résumé chaque lundi." if wanted else "Vous ne recevrez plus le résumé.",
        )
        return redirect("network_digest")
    context = {
        "sections": digests.week(user, at),
        "since": at - digests.WEEK,
        "today": at,
        "receives": Digest.objects.filter(user=user).exists(),
        "tab": "discussions",
    }
    return render(request, "community/discussions/digest.html", context)
