"""Home, style, health, legal pages, glossary, methods and sources."""

import math
import re
import sys
from dataclasses import asdict
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import strip_tags
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from maillage.apps.community.queries import bulletins
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.territories import queries as territories
from maillage.kernel.estimate import Estimate
from maillage.kernel.later import markdown_it
from maillage.kernel.names import plain
from maillage.reference import calendar, initiatives, voices
from maillage.reference.definitions import offered
from maillage.reference.discrepancies import KINDS as DISCREPANCY_KINDS
from maillage.reference.discrepancies import discrepancies, documents
from maillage.reference.files import METHODS
from maillage.reference.glossary import terms
from maillage.reference.publications import publications
from maillage.reports.page import charts, drawings, maps
from maillage.reports.page.design import tokens
from maillage.reports.territory import provenance
from maillage.web import refusals
from maillage.words import wording

CHANGES = 100  # of services, the latest
TESTIMONIES = 12  # to a page
FEWEST_PARTS = 3  # of a method that is folded: a shorter one is read at once
WORDS_A_MINUTE = 200  # read without haste
DEMONSTRATION = "agglomeration-grenobloise"
# The pages of docs/methods, in the order they are read: what anybody asks first, then what a trade needs.
READING: dict[str, tuple[str, ...]] = {
    "Combien de personnes, et où": ("besoins", "lecture", "trois-niveaux", "solidite", "credoc-2014"),
    "Le social et le rural": ("indice-social", "niveau-de-vie", "double-precarite", "ruralite"),
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
    "Pour ceux qui développent": ("essais-du-modele", "autre-pays", "api"),
}
FIRST = ("besoins", "lecture", "manques")  # what an official opens first
FAMILIES = {"notion": "Notions", "programme": "Programmes", "sigle": "Sigles", "référence": "Références"}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The home page, with the study of the demonstration."""
    study = dossiers.latest(DEMONSTRATION)
    context: dict[str, Any] = {"study": study}
    if study is not None and not dossiers.is_lost(study):
        context |= {"reading": dossiers.reading(study), "knitted": dossiers.knitted(study)}
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
    """Return the page with its wide parts in frames that scroll, reachable by keyboard."""
    framed = html.replace(
        "<table>", '<div class="table-cadre" role="group" aria-label="Tableau" tabindex="0"><table>'
    ).replace("</table>", "</table></div>")
    return framed.replace("<pre>", '<pre tabindex="0">')


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
    return markdown_it.MarkdownIt("commonmark", {"html": False}).renderInline(first)


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
        theme=filters["sujet"], who=filters["qui"], place=filters["ou"], words=filters["mots"]
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
    """When procedures went online, and when services stopped answering: as documents tell it, then as
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
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "site/accessibility.html")


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
    return render(request, "site/404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """A fault nobody expected; a disk that filled up before any page could answer says so."""
    if refusals.is_disk_full(sys.exception()):
        return refusals.no_room(request)
    if refusals.is_unreachable(sys.exception()):
        return refusals.unreachable(request)
    return render(request, "site/500.html", {"number": refusals.number(request)}, status=500)
