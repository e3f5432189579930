"""Home, style, health, legal pages, glossary, methods and sources. Problems of the site: told by anybody,
without an account; read and settled by who runs the platform.
"""

import math
import re
import sys
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.community.queries import bulletins
from maillage.apps.directory.places.queries.results import first_needs
from maillage.apps.platform.accounts.access import holding
from maillage.apps.platform.accounts.models import User
from maillage.apps.site.pages import access, actions, rules
from maillage.apps.site.pages.forms import ProblemForm
from maillage.apps.site.pages.models import ProblemReport
from maillage.apps.territories import queries as territories
from maillage.kernel.errors import Refused
from maillage.kernel.estimate import Estimate
from maillage.kernel.later import markdown_it
from maillage.kernel.names import plain
from maillage.publishing.page import charts, drawings, maps
from maillage.publishing.page.design import tokens
from maillage.publishing.territory import provenance
from maillage.reference import calendar, initiatives, voices
from maillage.reference.definitions import offered
from maillage.reference.discrepancies import KINDS as DISCREPANCY_KINDS
from maillage.reference.discrepancies import discrepancies, documents
from maillage.reference.easy_pages import easy_pages
from maillage.reference.files import METHODS
from maillage.reference.glossary import terms
from maillage.reference.publications import publications
from maillage.web import refusals
from maillage.words import languages, wording
from maillage.words.languages import LANGUAGES, to_say

CHANGES = 100  # of services, the latest
TESTIMONIES = 12  # to a page
FEWEST_PARTS = 3  # of a method that is folded: a shorter one is read at once
WORDS_A_MINUTE = 200  # read without haste
# The pages of docs/methods, in the order they are read: what anybody asks first, then what a trade needs.
READING: dict[str, tuple[str, ...]] = {
    "Combien de personnes, et où": ("besoins", "lecture", "trois-niveaux", "solidite", "credoc-2014"),
    "Le social et le rural": ("indice-social", "niveau-de-vie", "double-precarite", "ruralite", "connexion"),
    "Les lieux, et ce qui manque": (
        "portee",
        "manques",
        "implantation",
        "importer",
        "situer",
        "horaires",
        "doublons",
        "papier",
        "formats",
    ),
    "Interroger les habitants et les structures": (
        "questionnaires",
        "redressement",
        "resultats-enquete",
        "enquete-et-estimation",
        "enquetes-publiees",
    ),
    "Aider une personne": (
        "bilan",
        "qualite-bilan",
        "orienter",
        "parcours",
        "ma-carte",
        "droits",
        "actes",
        "papiers",
        "rendez-vous",
        "rappels",
        "apprendre",
        "aidants",
    ),
    "Piloter un territoire": ("boucle", "indicateurs", "personnes-vues"),
    "Pour ceux qui développent": ("essais-du-modele", "autre-pays", "api", "webhooks", "rdv-service-public"),
}
FIRST = ("besoins", "lecture", "manques")  # what an official opens first
FAMILIES = {"notion": "Notions", "programme": "Programmes", "sigle": "Sigles", "référence": "Références"}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The home page: where and what for, then the three other doors."""
    context = {"first_needs": first_needs(), "has_accounts": User.objects.exists()}
    return render(request, "site/home.html", context)


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    groups = [
        (label, [t for t in terms().values() if t.family == family]) for family, label in FAMILIES.items()
    ]
    return render(request, "site/glossary.html", {"groups": groups, "tab": "glossaire"})


@require_safe
def methods(request: HttpRequest) -> HttpResponse:
    """The methods, one page each, in the order they are read."""
    texts = {path.stem: path.read_text("utf-8") for path in _method_files()}
    method_rows = {slug: (slug, _title(text), _lead(text)) for slug, text in texts.items()}
    context = {
        "first": [method_rows[slug] for slug in FIRST],
        "groups": [(label, [method_rows[slug] for slug in slugs]) for label, slugs in READING.items()],
        "definitions": offered(),
        "tab": "methodes",
    }
    return render(request, "site/methods.html", context)


@require_safe
def method(request: HttpRequest, slug: str) -> HttpResponse:
    """One method, as written in docs/methods."""
    path_by_slug = {path.stem: path for path in _method_files()}
    if slug not in path_by_slug:
        raise Http404
    text = path_by_slug[slug].read_text("utf-8")
    parser = markdown_it.MarkdownIt("commonmark", {"html": False}).enable("table")
    body = _foldable(_scrollable(parser.render(text.split("\n", 1)[1])))
    return render(
        request, "site/method.html", {"title": _title(text), "body": body, "slug": slug, "tab": "methodes"}
    )


def _scrollable(html: str) -> str:
    """Return the page with its wide parts in frames that scroll, reachable by keyboard: each table is named
    by the title above it, each head by its column.
    """
    before, *parts = re.split(r"(<h[23]>.*?</h[23]>)", html)
    framed = before.replace("<table>", _frame_of("Tableau"))
    for title, text in zip(parts[::2], parts[1::2], strict=True):
        framed += title + text.replace("<table>", _frame_of(f"Tableau : {strip_tags(title)}"))
    framed = framed.replace("</table>", "</table></div>").replace("<pre>", '<pre tabindex="0">')
    return re.sub(r"<th(?=[ >])", '<th scope="col"', framed)


def _frame_of(name: str) -> str:
    return (
        f'<div class="table-cadre" role="group" aria-label="{name}" tabindex="0"><table aria-label="{name}">'
    )


def _foldable(html: str) -> str:
    """Return the page with each part folded under its title, with its reading time, where there is little
    room.
    """
    before, *parts = re.split(r"<h2>(.*?)</h2>", html)
    if len(parts) < 2 * FEWEST_PARTS:
        return html
    folds = [
        f'<section id="{slugify(strip_tags(title))}"><h2>{title}</h2><details class="source plie-etroit">'
        f'<summary>Lire, {_minutes(text)} min<span class="hors-ecran"> : {title}</span></summary>'
        f"{text}</details></section>"
        for title, text in zip(parts[::2], parts[1::2], strict=True)
    ]
    return before + "".join(folds)


def _minutes(html: str) -> int:
    return math.ceil(len(strip_tags(html).split()) / WORDS_A_MINUTE)


def _method_files() -> list[Any]:
    return sorted(METHODS.glob("*.md"))


def _title(text: str) -> str:
    return text.split("\n", 1)[0].lstrip("# ").strip()


def _lead(text: str) -> str:
    """Return the first sentence of a page, its marks turned into HTML; never a heading or a table."""
    lines = (line.strip() for line in text.split("\n")[1:])
    line = next((line for line in lines if line and line[0] not in "#|-"), "")
    first = re.split(r"(?<=[.!?])\s+(?=[A-ZÀÉÊ«])", line, maxsplit=1)[0]
    return str(markdown_it.MarkdownIt("commonmark", {"html": False}).renderInline(first))


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """Every figure and file used, with what we doubt; what was corrected, and the former value. Those that
    hold the words typed, when some are.
    """
    search_text = request.GET.get("q", "").strip()[:80]
    lists: dict[str, Any] = {
        "files": [row for row in provenance.files() if _holds(search_text, *row.values())],
        "rates": [
            (d, provenance.rates_of(d))
            for d in offered()
            if _holds(search_text, d.label, d.producer, d.year, d.universe, d.quote, d.doubt)
        ],
        "assumptions": [row for row in provenance.assumptions() if _holds(search_text, *row.values())],
        "publications": [p for p in publications() if _holds(search_text, *asdict(p).values())],
    }
    context = lists | {
        "q": search_text,
        "found": sum(len(rows) for rows in lists.values()),
        "corrections": territories.all_corrections(),
        "tab": "sources",
    }
    return render(request, "site/sources.html", context)


def _holds(search_text: str, *values: object) -> bool:
    """Return True if every word typed is in these values, whatever its accents."""
    if not search_text:
        return True
    text = plain(" ".join(map(str, values)))
    return all(word in text for word in plain(search_text).split())


@require_safe
def differing_sources(request: HttpRequest) -> HttpResponse:
    """The differences between the founding studies: both values, why, and what Maillage does with them."""
    groups = [
        (kind, label, wording.spaced_within([row for row in discrepancies() if row.kind == kind]))
        for kind, label in DISCREPANCY_KINDS.items()
    ]
    context = {"groups": groups, "documents": documents().values(), "tab": "sources"}
    return render(request, "site/discrepancies.html", context)


@require_safe
def testimonies(request: HttpRequest) -> HttpResponse:
    """The testimonies of the founding studies, chosen by subject, speaker, place or words, by pages."""
    filters = {name: request.GET.get(name, "").strip() for name in ("sujet", "qui", "ou", "mots")}
    matches = voices.chosen(
        theme=filters["sujet"], speaker_id=filters["qui"], place=filters["ou"], words=filters["mots"]
    )
    order = list(voices.themes())
    page = Paginator(sorted(matches, key=lambda voice: order.index(voice.theme)), TESTIMONIES)
    visible = page.get_page(request.GET.get("page"))
    groups = [
        (label, wording.spaced_within([voice for voice in visible if voice.theme == theme]))
        for theme, label in voices.themes().items()
    ]
    page_ids = {voice.id for voice in visible}
    context = {
        "groups": [(label, rows) for label, rows in groups if rows],
        "found": len(matches),
        "page": visible,
        "elsewhere": [id for id in voices.voices() if id not in page_ids],
        "asked": filters,
        "is_asked": any(filters.values()),
        "themes": voices.themes(),
        "speakers": voices.speakers(),
        "places": sorted(set(voices.places().values())),
        "tab": "sources",
    }
    return render(request, "site/voices.html", context)


@require_safe
def testimony(request: HttpRequest, id: str) -> HttpResponse:
    """One of them, at the address that its number gives; then what else was said of its subject."""
    voice = voices.voices().get(id)
    if voice is None:
        raise Http404
    context = {
        "voice": wording.spaced_within([voice])[0],
        "theme": voices.themes()[voice.theme],
        "others": len(voices.chosen(theme=voice.theme)) - 1,
        "tab": "sources",
    }
    return render(request, "site/voice.html", context)


@require_safe
def dematerialisation(request: HttpRequest) -> HttpResponse:
    """Show the dates procedures went online and services stopped answering: as documents tell it, then as
    territories do.
    """
    context = {
        "events": calendar.events(),
        "changes": [(row, bulletins.where(row)) for row in bulletins.changes()[:CHANGES]],
        "tab": "sources",
    }
    return render(request, "site/calendar.html", context)


@require_safe
def inspiring_initiatives(request: HttpRequest) -> HttpResponse:
    """The initiatives elsewhere, as the founding studies tell them: facts, and where they are written."""
    groups = [
        (
            label,
            wording.spaced_within([each for each in initiatives.initiatives().values() if each.theme == id]),
        )
        for id, label in initiatives.themes().items()
    ]
    return render(request, "site/initiatives.html", {"groups": groups, "tab": "sources"})


@require_safe
def site_plan(request: HttpRequest) -> HttpResponse:
    """Every public page that takes nothing, by door."""
    return render(request, "site/plan.html", {"groups": rules.PLAN})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "site/accessibility.html")


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """The page that says in each language what Maillage does; then the simplified pages."""
    return render(request, "site/about.html", {"easy_pages": easy_pages().values()})


@require_safe
def easy_index(_request: HttpRequest) -> HttpResponse:
    """The simplified pages, listed where each language says what Maillage does."""
    return redirect(f"{reverse('about')}#pages-faciles")


@require_safe
def easy(request: HttpRequest, id: str) -> HttpResponse:
    """A simplified page, in French."""
    if id not in easy_pages():
        raise Http404
    other_pages = [each for each in easy_pages().values() if each.id != id]
    return render(request, "site/easy.html", {"easy_page": easy_pages()[id], "other_pages": other_pages})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "site/privacy.html")


@require_safe
def style(request: HttpRequest) -> HttpResponse:
    """The style, its components and their states."""
    figure = Estimate(
        value=40_000,
        low=34_500,
        high=46_600,
        unit="personnes",
        universe="exemple",
        n=10_000,
        method="besoins",
    )
    rates = [
        (
            name,
            Estimate(
                value=v,
                low=v * 0.84,
                high=v * 1.17,
                unit="pourcent",
                universe="exemple",
                n=1,
                method="besoins",
            ),
        )
        for name, v in (("Zone A", 17.2), ("Zone B", 14.4), ("Zone C", 11.9))
    ]
    return render(
        request,
        "site/style.html",
        {
            "tokens": [
                (name, value, tokens("nuit")[name])
                for name, value in tokens().items()
                if value.startswith("#")
            ],
            "bar": charts.interval_bar(
                figure, id="s-b", ticks=6, width=720, label="Exemple : entre 34 500 et 46 600"
            ),
            "rates": [(name, charts.small_bar(rate, top=22, id="rayures"), rate) for name, rate in rates],
            "levels": charts.levels_bar(
                [
                    ("exclusion", "7 %", 0.07),
                    ("forte", "19 %", 0.19),
                    ("faible", "14 %", 0.14),
                    ("autonomie", "60 %", 0.6),
                ],
                width=720,
                label="Exemple : 7, 19, 14 et 60 %",
            ),
            "legend": charts.joint_legend(
                {"numerique": 0.08, "les_deux": 0.23, "aucune": 0.49, "sociale": 0.2}, id="s-l"
            ),
            "scales": (
                ("Numérique, 5 classes", "n", 5),
                ("Sociale, 5 classes", "s", 5),
                ("Certitude", "c", 4),
            ),
            "cells": (
                ("case-aucune", "ni l’une ni l’autre"),
                ("case-numerique", "numérique"),
                ("case-sociale", "sociale"),
                ("case-les-deux", "les deux"),
            ),
            "drawings": drawings.names(),
            "stitch": maps.stitch_path(9, 22),
            "steps": range(24),
        },
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page of what does not exist. One of the space says nothing of what is there: it offers to sign in,
    to whoever was signed out since.
    """
    is_private = request.path.startswith("/espace/")
    private = urlencode({"next": request.path}) if is_private else ""
    return render(request, "site/404.html", {"private": private}, status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """A fault nobody expected; a disk that filled up before any page could answer says so."""
    if refusals.is_disk_full(sys.exception()):
        return refusals.no_room(request)
    if refusals.is_unreachable(sys.exception()):
        return refusals.unreachable(request)
    return render(request, "site/500.html", {"number": refusals.number(request)}, status=500)


PAGE_SIZE = 25  # to a page
TOO_MANY = Refused(
    to_say("Votre message n’est pas parti."),
    why=to_say("Trop de messages sont venus de votre connexion cette heure-ci."),
    do=to_say("Revenez dans une heure. Ce que vous avez écrit n’est pas gardé ici."),
)


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Report a problem of a page; thanks, and the way back to it."""
    form = ProblemForm(
        request.POST or None,
        initial={"page": request.GET.get("page", ""), "langue": request.GET.get("traduction", "")},
    )
    if request.method == "POST" and form.is_valid():
        if not access.may_report(request):
            return refusals.page(request, TOO_MANY, status=429)
        row = actions.report(
            form.cleaned_data["page"],
            form.cleaned_data["texte"],
            reach=form.cleaned_data["joindre"],
            language=form.cleaned_data["langue"],
            proposed=form.cleaned_data["proposition"],
            at=timezone.now(),
        )
        back = "" if "…" in row.page else row.page
        return render(request, "site/problem.html", {"thanks": True, "back": back})
    return render(request, "site/problem.html", {"form": form}, status=400 if form.errors else 200)


@holding(access.RUN)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The open reports, the oldest first; then the settled ones that may still be taken back."""
    unsettled = Paginator(ProblemReport.objects.filter(closed_at=None), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    for row in unsettled:
        if row.language:
            vars(row)["tongue"] = LANGUAGES[row.language]
            vars(row)["french"] = languages.french_of(row.language, row.text)
    settled = ProblemReport.objects.exclude(closed_at=None).order_by("-closed_at")[:PAGE_SIZE]
    return render(request, "site/problems.html", {"page": unsettled, "settled": settled})


@holding(access.RUN)
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle a report, or put it back among those to read."""
    row = get_object_or_404(ProblemReport, pk=pk)
    if request.POST.get("geste") == "rouvrir":
        actions.reopen(row)
        messages.success(request, "Ce message est de nouveau à lire.")
    else:
        actions.settle(row, at=timezone.now())
        messages.success(
            request, "C’est réglé. Le message s’efface dans un mois ; d’ici là, vous pouvez le remettre."
        )
    return redirect("problems")
