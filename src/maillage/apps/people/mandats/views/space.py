"""Mandates, for those who help: listed, prepared with the person, signed, read again, stopped."""

import secrets
from collections.abc import Callable
from typing import Any

import segno
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.people.mandats import access
from maillage.apps.people.mandats.actions import preparing, records, signing, stopping
from maillage.apps.people.mandats.forms import FilterForm, PrepareForm, SignForm
from maillage.apps.people.mandats.models import Mandat, Signature
from maillage.apps.people.mandats.queries import lists, permissions, proofs
from maillage.apps.people.mandats.queries import papers as mandat_papers
from maillage.apps.people.mandats.rules import frame, proof, words
from maillage.apps.people.persons.access import people_for
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.accounts.queries import broken
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole_number
from maillage.publishing import assistance
from maillage.web import printing, refusals
from maillage.web.hooks import Hook
from maillage.web.long_lists import PAGE
from maillage.web.photographs import read_photograph
from maillage.words.languages import FRENCH, LANGUAGES, speaking
from maillage.words.wording import count

# Panels of the sheet: a template, and the function giving its rows for a mandate and its reader.
PANELS: Hook[tuple[str, Callable[[Mandat, User], Any]]] = Hook()
SEVERAL = {
    "renouveler": "Préparés, à signer avec chaque personne : {}. Une erreur ? Cochez-les ici, puis "
    "retirez-les.",
    "refuser": "Retirés : {}. Il n’en reste rien, que d’avoir été proposés.",
}
FILTERS = {
    "": "En cours",
    "a-signer": "À signer",
    "finis": "Finis ou arrêtés",
}
helping = holding(*access.SEES)


@helping
@require_safe
def mandats(request: HttpRequest) -> HttpResponse:
    """The mandates of the persons one helps: what cannot wait first, then those that are asked for."""
    today, rows = timezone.localdate(), access.mandats_for(request.user)
    form = FilterForm(request.GET, states=FILTERS, helpers=lists.helpers(rows))
    criteria = form.criteria()
    matching = lists.filtered(rows, criteria, today).prefetch_related("authorisations")
    page = Paginator(matching, PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "lines": [(row, row.state_on(today)) for row in page],
        "filters": FILTERS,
        "state": criteria.state,
        "filtered": criteria != lists.Criteria(state=criteria.state),
        "query": _without(request, "page"),
        "query_elsewhere": _without(request, "page", "etat"),
        "urgent": lists.to_regularise(rows)[:PAGE],
        "ending": lists.ending(rows, today)[:PAGE],
        "now": timezone.now(),
        "papers": assistance.TITLES,
        "states": frame.STATES,
        "sending": secrets.token_urlsafe(12),
    }
    return render(request, "mandats/space/index.html", context)


def _without(request: HttpRequest, *names: str) -> str:
    """Return the query string of a list, but for some names."""
    query = request.GET.copy()
    for name in names:
        query.pop(name, None)
    return query.urlencode()


@helping
@require_POST
def several(request: HttpRequest) -> HttpResponse:
    """The same gesture on several mandates: each goes through, or says why not."""
    by, at, action = account_of(request), timezone.now(), request.POST.get("geste", "")
    if action not in SEVERAL:
        raise Http404
    chosen = [whole_number(pk, ROWS) for pk in request.POST.getlist("cochee")][:PAGE]
    rows = list(access.mandats_for(request.user).filter(pk__in=filter(None, chosen)))
    n_changed, refused = 0, dict[str, list[str]]()  # why, and which
    for row in rows:
        try:
            if action == "renouveler":
                token = f"{request.POST.get('envoi', '')[:20]}-{row.pk}"
                preparing.renew(row, by=by, at=at, token=token)
            else:
                signing.decline(row, by=by, at=at)
        except Refused as error:
            refused.setdefault(error.why, []).append(row.printed)
        else:
            n_changed += 1
    if not rows:
        messages.warning(request, "Rien n’a changé : aucune ligne n’était cochée.")
    if n_changed:
        messages.success(request, SEVERAL[action].format(count(n_changed, "mandat")))
    if refused:
        reasons = " ".join(f"{', '.join(which)} : {why}" for why, which in refused.items())
        messages.error(request, f"Sans changement : {reasons}")
    return redirect(f"{reverse('mandats')}?etat=a-signer")


@helping
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Choose with a person what would be permitted, and until when: first step of two."""
    number = request.POST.get("personne") or request.GET.get("personne", "")
    person = people_for(request.user).filter(pk=whole_number(number, ROWS) or 0).first()
    if person is None:
        if number:
            raise Http404
        messages.info(request, "Choisissez d’abord la personne : le mandat se prépare depuis sa fiche.")
        return redirect("people")
    structures = list(access.structures_for(request.user))
    chosen = next((s for s in structures if str(s.pk) == request.POST.get("structure")), structures[0])
    form = PrepareForm(
        request.POST or None,
        structures=structures,
        chosen=chosen,
        on=timezone.localdate(),
        by=account_of(request),
        initial={"aidant": frame.PROFESSIONAL, "demarches": request.GET.getlist("demarche")},
    )
    error, token = None, request.POST.get("envoi", "")[:40] or secrets.token_urlsafe(12)
    if form.is_bound and form.is_valid():
        try:
            mandat = preparing.prepare(
                person=person,
                by=account_of(request),
                at=timezone.now(),
                token=_number_of(request, token),
                **form.values(),
            )
        except Refused as refusal:
            error = refusal
        else:
            return redirect("mandat_sign", mandat.pk)
    context = {"form": form, "person": person, "error": error, "sending": token, "structure": chosen}
    return render(request, "mandats/space/new.html", context, status=400 if error or form.errors else 200)


def _number_of(request: HttpRequest, token: str) -> str:
    """Return the number of what is sent, that of the form and of what was chosen in it: sent twice it is one;
    chosen otherwise, after a step back, it is another.
    """
    hidden = ("csrfmiddlewaretoken", "envoi")
    chosen = sorted((name, sorted(values)) for name, values in request.POST.lists() if name not in hidden)
    return f"{token[:20]}-{words.fingerprint(repr(chosen))[:16]}"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a mandate with the person, who agrees in one of three ways, or refuses."""
    row = _mandat(request, pk)
    if row.signed_at is not None and request.method != "POST":
        return redirect("mandat", pk)
    form, error = SignForm(request.POST or None, request.FILES or None), None
    if form.is_bound:
        try:
            if not form.is_valid():
                raise Refused(
                    "Le mandat n’a pas été signé.",
                    why="L’envoi n’est pas reconnu.",
                    do="Rechargez la page, puis recommencez.",
                )
            signing.sign(row, form.signing(), by=account_of(request), at=timezone.now())
        except Refused as refusal:
            error = refusal
            row = _mandat(request, pk)
        else:
            messages.success(request, "C’est signé. Le mandat permet ces démarches, et elles seules.")
            return redirect("mandat", pk)
    if row.signed_at is not None:
        messages.error(request, " ".join(error.sentences if error else ()))
        return redirect("mandat", pk)
    return render(
        request,
        "mandats/space/sign.html",
        _to_read(request, row) | {"error": error},
        status=400 if error else 200,
    )


def _to_read(request: HttpRequest, row: Mandat) -> dict[str, Any]:
    """Return the screen for the person, in French or in their language, and the fingerprint of its words."""
    start = mandat_papers.signing_day(row, frame.TOUCH, timezone.localdate())
    terms = mandat_papers.terms(row, start)
    requested = request.GET.get("langue", FRENCH)
    language = requested if requested in (FRENCH, row.language) and requested in LANGUAGES else FRENCH
    with speaking(language):
        screen = words.screen(terms)
    other = row.language if language == FRENCH else FRENCH
    return {
        "mandat": row,
        "terms": terms,
        "screen": screen,
        "spoken_in": LANGUAGES[language],
        "other": LANGUAGES.get(other) if other != language else None,
        "shown": words.fingerprint(words.text(terms)),
        "width": proof.WIDTH,
        "height": proof.HEIGHT,
        "supervised": words.supervised(terms) if row.helper in frame.SUPERVISED else "",
    }


@never_cache
@require_safe
def mandat(request: HttpRequest, pk: int) -> HttpResponse:
    """One mandate: how long still, what it permits, who acts and sees, the proof, and how to stop it."""
    row = _mandat(request, pk)
    today = timezone.localdate()
    state = row.state_on(today)
    if state == frame.DRAFT:
        return redirect("mandat_sign", pk)
    running = state in (frame.RUNNING, frame.COMING)
    records.record_view(row, by=account_of(request), at=timezone.now())
    signature = Signature.objects.filter(mandat=row).first()
    permitted = list(row.authorisations.all())
    followers = row.person.followings.filter(ended_at=None).exclude(structure=row.structure)
    context = {
        "mandat": row,
        "state": state,
        "states": frame.STATES,
        "running": running,
        "timeline": proofs.timeline(row, today),
        "left": frame.left_in_words(row.ends_on, today),
        "permitted": permitted,
        "permitted_procedures": row.permitted,
        "signature": proof.svg(signature.strokes) if signature and signature.strokes else "",
        "photograph": bool(signature and signature.photograph),
        "links": proofs.proof_of(row),
        "leaves_server": proofs.leaves_server(),
        "agrees": proofs.agrees_with_proof(row),
        "followers": followers.select_related("structure", "by"),
        "may_act": access.may_act(request.user, row.structure_id),
        "named": permissions.helpers(row) if running else row.named.filter(removed_at=None),
        "may_join": permissions.may_join(row, today),
        "to_sign": lists.drafts(Mandat.objects.filter(renews=row), today).first(),
        "now": timezone.now(),
        "suspended": row.suspended_on(today),
        "sending": secrets.token_urlsafe(12),
        "panels": [(template, rows_of(row, account_of(request))) for template, rows_of in PANELS],
    }
    return render(request, "mandats/space/mandat.html", context)


@require_POST
def gesture(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop, take one procedure back, begin another, or note a refusal."""
    row, by, at = _mandat(request, pk), account_of(request), timezone.now()
    action = request.POST.get("geste", "")
    with refusals.as_message(request):
        if action == "arreter":
            stopping.withdraw(row, by=by, at=at)
            n_left = lists.running_of(row.person, timezone.localdate(at)).count()
            also = (
                f" Attention : {count(n_left, 'autre mandat', 'autres mandats')} de cette personne en cours."
            )
            messages.success(
                request,
                f"C’est arrêté. Imprimez la preuve : elle est pour la personne.{also if n_left else ''}",
            )
        elif action == "retirer":
            key = whole_number(request.POST.get("demarche", ""), ROWS) or 0
            permission = get_object_or_404(row.authorisations, pk=key)
            stopping.revoke(permission, by=by, at=at)
            messages.success(request, f"« {permission.label} » n’est plus permise.")
        elif action == "ajouter":
            key = whole_number(request.POST.get("aidant", ""), ROWS) or 0
            user = next(
                (each for each in permissions.may_join(row, timezone.localdate(at)) if each.pk == key), None
            )
            if user is None:
                raise Http404
            stopping.add_helper(row, user, by=by, at=at, agreed="accord" in request.POST)
            messages.success(request, f"C’est écrit : {user} peut agir. La personne le voit avec sa carte.")
        elif action in ("photographier", "effacer-photo"):
            sent = request.FILES.get("photo")
            if action == "photographier" and sent is None:
                raise Refused(
                    "Rien n’a été joint.", why="Aucune photographie n’est choisie.", do="Choisissez-en une."
                )
            signing.join_photograph(row, read_photograph(sent) if sent else b"", by=by, at=at)
            messages.success(
                request,
                "La photographie est jointe au mandat."
                if sent
                else "La photographie est effacée, cela reste écrit. Joignez-en une autre avant sept jours.",
            )
        elif action == "oter":
            key = whole_number(request.POST.get("nomme", ""), ROWS) or 0
            stopping.remove_helper(get_object_or_404(row.named, pk=key), by=by, at=at)
            messages.success(request, "C’est écrit : cette personne n’agit plus.")
        elif action == "renouveler":
            token = request.POST.get("envoi", "")[:40] or secrets.token_urlsafe(12)
            return redirect("mandat_sign", preparing.renew(row, by=by, at=at, token=token).pk)
        elif action == "refuser":
            person = row.person_id
            signing.decline(row, by=by, at=at)
            messages.success(request, "C’est noté : pas de mandat. L’aide continue, à côté de la personne.")
            return redirect("person", person)
        else:
            raise Http404
    return redirect("mandat", pk)


@require_POST
def verify(request: HttpRequest, pk: int) -> HttpResponse:
    """Read the whole journal again, and say whether one line of it was changed; or compare the civil
    name that a paper bears with what was signed.
    """
    row = _mandat(request, pk)
    if name := request.POST.get("nom_civil", "").strip()[:160]:
        if proofs.is_civil_name(row, name):
            messages.success(request, "Ce nom est celui qui fut lu à la signature. Rien n’en est gardé.")
        else:
            messages.error(request, "Ce nom n’est pas celui qui fut lu à la signature. Rien n’en est gardé.")
        return redirect("mandat", row.pk)
    lines, changed = broken()
    if changed is None:
        messages.success(request, f"Les {lines} lignes du journal ont été relues : aucune n’a été modifiée.")
    else:
        messages.error(
            request,
            f"La ligne {changed.line} du journal a été modifiée : {changed.why}. Prévenez la personne qui"
            " tient la plateforme.",
        )
    return redirect("mandat", row.pk)


# ---------------------------------------------------------------------------------------------------- papers


@never_cache
@require_safe
def printed(request: HttpRequest, pk: int) -> HttpResponse:
    """The mandate on paper: to sign, or as it was signed."""
    row = _mandat(request, pk)
    records.record_view(row, by=account_of(request), at=timezone.now(), verb="mandat.printed")
    return papers_response(
        assistance.mandate(
            mandat_papers.paper(row),
            check=check_of(request, row),
            on=mandat_papers.printing_day(row, timezone.localdate()),
        ),
        "mandat",
    )


@never_cache
@require_safe
def withdrawal(request: HttpRequest, pk: int) -> HttpResponse:
    """The proof that a mandate was stopped, for the person."""
    row = _mandat(request, pk)
    if row.withdrawn_at is None:
        raise Http404
    records.record_view(row, by=account_of(request), at=timezone.now(), verb="mandat.proof")
    return papers_response(
        assistance.withdrawal(
            mandat_papers.paper(row),
            check=check_of(request, row),
            on=mandat_papers.printing_day(row, timezone.localdate()),
        ),
        "arret-du-mandat",
    )


@never_cache
@require_safe
def photograph(request: HttpRequest, pk: int) -> HttpResponse:
    """The photograph of the signed paper."""
    row = _mandat(request, pk)
    signature = Signature.objects.filter(mandat=row).first()
    if signature is None or not signature.photograph:
        raise Http404
    records.record_view(row, by=account_of(request), at=timezone.now())
    response = HttpResponse(bytes(signature.photograph), content_type="image/jpeg")
    response["Content-Disposition"] = 'inline; filename="mandat.jpg"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def check_of(request: HttpRequest, row: Mandat) -> tuple[str, str]:
    """Return where a code is checked and its QR code, '' when only this computer opens the address."""
    path = reverse("mandat_check", args=[row.printed])
    address = printing.address(request, path)
    if not address:
        return path, ""
    return address.partition("://")[2], segno.make(address, error="m").svg_inline(border=0)


def papers_response(content: bytes, name: str) -> HttpResponse:
    """Return a paper as a PDF file."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


def _mandat(request: HttpRequest, pk: int) -> Mandat:
    """Return a mandate that the user may see, or 404."""
    return get_object_or_404(access.mandats_for(request.user), pk=pk)
