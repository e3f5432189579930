"""The forms that each report on a territory is handed in."""

from collections.abc import Callable, Mapping

from maillage.publishing.catalogue import DIAGNOSIS, PLAN, POSTER, SYNTHESIS
from maillage.publishing.page import html, office_forms, pdf
from maillage.publishing.plan import document as plan_document
from maillage.publishing.plan.reading import PlanReading, plan_json
from maillage.publishing.territory import changes, deck, poster, synthesis
from maillage.publishing.territory.subject import Subject

Forms = Mapping[str, Callable[[], bytes]]


def forms(report: str, subject: Subject, plan: PlanReading | None, dossier: Forms) -> Forms:
    """Return a report in each form it has, by its extension, each written when it is called.

    plan: that of the territory, None without one; only a published one is told by other reports than its own.
    dossier: the diagnosis, which is written with its study.
    """
    on, answers = subject.on, changes.answers_json(subject.surveyed)
    if report == PLAN:
        composed = plan_document.compose(subject, plan)
        return {
            "html": lambda: html.dossier(composed),
            "pdf": lambda: pdf.dossier(composed, on=on),
            "docx": lambda: office_forms.docx(composed, on=on),
            "json": lambda: changes.frozen(subject.study, plan_json(plan), answers),
        }
    published = plan if plan and plan.is_published else None
    figures: Forms = {"json": lambda: changes.frozen(subject.study, plan_json(published), answers)}
    if report == DIAGNOSIS:
        return {**dossier, **figures}
    if report == SYNTHESIS:
        page = synthesis.compose(subject, published)
        return {
            "html": lambda: html.one_page(page),
            "pdf": lambda: pdf.one_page(page, on=on),
            "docx": lambda: office_forms.docx_page(page, on=on),
            **figures,
        }
    if report == POSTER:
        sheet = poster.compose(subject, published)
        return {"html": lambda: html.one_page(sheet), "pdf": lambda: pdf.poster(sheet, on=on), **figures}
    document = deck.compose(subject, published)
    return {
        **figures,
        "html": lambda: html.slides(document),
        "pdf": lambda: pdf.slides(document, on=on),
        "pptx": lambda: office_forms.pptx(document, on=on),
    }
