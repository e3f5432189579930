"""Weights made and chosen, sentences edited, results published and withdrawn."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.surveys import rules
from maillage.apps.surveys.actions.write import check_run, lock
from maillage.apps.surveys.models import Finding, Publication, Survey, Weighting
from maillage.apps.surveys.queries import (
    answers,
    calculations,
    editions,
    frames,
    places,
    publications,
    weights,
)
from maillage.apps.surveys.queries import margins as survey_margins
from maillage.kernel.errors import Refused
from maillage.publishing.survey.findings import Sentence
from maillage.sources.survey.margins import Margin
from maillage.statistics.survey import weighting as study
from maillage.statistics.survey.protection import rule_of
from maillage.web.overwrites import refuse_overwrites


@transaction.atomic
def weigh(
    survey: Survey,
    margins: Sequence[Margin],
    *,
    by: User | None,
    at: datetime,
    method: str = "raking",
    bounds: tuple[float, float] | None = None,
    trim: float | None = None,
) -> Weighting:
    """Weight the answers of a survey to these margins, and read the results with it; Refused when no weights
    can meet them.
    """
    check_run(by, survey.territory)
    survey = lock(survey)
    table, weight_note = frames.begun(answers.table(survey))
    doubts: tuple[str, ...] = ()
    if survey.kind in rules.OF_RESIDENTS:
        doubts = places.margin_doubts(survey, margins)
    else:
        study.check_structures(margins, len(table))
    weighting = study.weigh(
        table,
        margins,
        method=method,  # type: ignore[arg-type]  # one of the methods of its form
        bounds=bounds,
        trim=trim,
        places=frames.by_place(survey),
    )
    Weighting.objects.filter(survey=survey, chosen=True).update(chosen=False)
    row = Weighting.objects.create(
        survey=survey,
        method=method,
        low=weighting.bounds[0] if weighting.bounds else None,
        high=weighting.bounds[1] if weighting.bounds else None,
        variables=[survey_margins.margin_record(margin) for margin in margins],
        weights=dict(zip(weighting.ids.tolist(), weighting.weights.tolist(), strict=True)),
        told=weights.weighting_record(
            replace(
                weighting, warnings=(*([weight_note] if weight_note else []), *doubts, *weighting.warnings)
            )
        ),
        n=weighting.n,
        chosen=True,
        made_at=at,
        by=by,
    )
    journal.record(by=by, verb="survey.weighed", row=row, at=at, words=f"{method}, {weighting.n} réponses")
    return row


@transaction.atomic
def choose(survey: Survey, row: Weighting | None, *, by: User | None, at: datetime) -> None:
    """Choose the weights that results are read with; None for raw figures."""
    check_run(by, survey.territory)
    survey = lock(survey)
    if row is not None and not frames.suits(survey, row):
        raise Refused(
            "Ces poids ne servent plus.",
            why="Ils comptent des habitants, et ce ne sont pas des habitants qui ont répondu.",
            do="Lisez les résultats bruts, ou refaites les poids.",
        )
    Weighting.objects.filter(survey=survey, chosen=True).update(chosen=False)
    if row is not None:
        Weighting.objects.filter(pk=row.pk, survey=survey).update(chosen=True)
    journal.record(
        by=by, verb="survey.weighting_chosen", row=row or survey, at=at, words="" if row else "brut"
    )


@transaction.atomic
def edit(
    survey: Survey,
    sentence: Sentence,
    *,
    text: str,
    by: User | None,
    at: datetime,
    figures_digest: str = "",
    displayed: str | None = None,
) -> Finding:
    """Edit a sentence; an empty text restores the rule's. The figures behind it that day are stored.
    displayed: its text as it was read, to replace no other that somebody wrote meanwhile.

    figures_digest: `Sentence.digest` of the figures read by whoever wrote it. Other figures have come
    since: the sentence is kept, and flagged until it is read beside them.
    """
    check_run(by, survey.territory)
    text = text.strip()
    edited = Finding.objects.select_for_update().filter(survey=survey, key=sentence.key).exclude(edited="")
    before = {} if displayed is None else {"text": displayed}
    for former in edited:
        what, now = "La phrase n’a pas été reprise.", {"text": former.edited}
        refuse_overwrites(what, now=now, original=before, typed={"text": text})
    figures = sentence.data() if figures_digest in ("", sentence.digest) else []
    row, _ = Finding.objects.select_for_update().update_or_create(
        survey=survey,
        key=sentence.key,
        defaults={
            "written": sentence.text,
            "figures": sentence.data(),
            "edited": "" if text == sentence.text else text,
            "edited_from": None if text in ("", sentence.text) else figures,
            "edited_at": at,
            "by": by,
        },
    )
    journal.record(by=by, verb="finding.edited", row=row, at=at)
    return row


@transaction.atomic
def show(survey: Survey, sentence: Sentence, *, is_published: bool, by: User | None, at: datetime) -> Finding:
    """Exclude a sentence from what is published, or include it again."""
    check_run(by, survey.territory)
    row, _ = Finding.objects.select_for_update().update_or_create(
        survey=survey,
        key=sentence.key,
        defaults={"hidden": not is_published},
        create_defaults={
            "hidden": not is_published,
            "written": sentence.text,
            "figures": sentence.data(),
            "by": by,
        },
    )
    journal.record(by=by, verb="finding.shown" if is_published else "finding.hidden", row=row, at=at)
    return row


@transaction.atomic
def publish(
    survey: Survey, content: Mapping[str, Any] | None, *, by: User | None, at: datetime
) -> Publication:
    """Publish the results as they are now, frozen; Refused when nothing can be published, or when they
    changed since the preview.

    content: the content of the preview (`editions.edition`); what is published is what was previewed, read
    where it stands for the very same answers, else computed again. None without a preview: the demonstration.
    """
    check_run(by, survey.territory)
    survey = lock(survey)
    edition = calculations.stored(survey, calculations.EDITION, at) or editions.edition(survey, at=at)
    edition.pop("drawn", None)
    if content is not None and edition["digest"] != content.get("digest"):
        raise Refused(
            "Rien n’est publié.",
            why=(
                "Les résultats ont changé depuis l’aperçu : une réponse est arrivée, ou une phrase a été"
                " reprise."
            ),
            do="Relisez l’aperçu, puis confirmez.",
        )
    public = publications.public_edition(survey.slug)
    if content is not None and public is not None and public.content["digest"] == edition["digest"]:
        raise Refused(
            "Rien n’est publié.",
            why=f"Rien n’a changé depuis l’édition {public.number} : la même serait lue deux fois.",
            do="Attendez d’autres réponses, ou relisez ce que tout le monde lit.",
        )
    framed = frames.frame(survey)
    if stale := framed.stale:
        raise Refused(
            "Rien n’est publié.",
            why=f"Les réponses ont changé depuis le redressement : {stale}",
            do="Refaites les poids.",
        )
    frames.universe(survey, len(framed.table)).check(len(framed.table), survey.kind)
    if edition["few_since"]:
        least = rule_of(survey.kind).least
        raise Refused(
            "Rien n’est publié.",
            why=(
                f"Moins de {least} réponses ont changé depuis l’édition {edition['few_since']} : la"
                " différence dirait ce qu’elles disent."
            ),
            do=f"Attendez d’en avoir au moins {least} de plus, puis recommencez.",
        )
    if not edition["n"] or not edition["shown"]:
        raise Refused(
            "Rien n’est publié.",
            why="Aucun chiffre ne peut être montré : il y a trop peu de réponses.",
            do="Recueillez d’autres réponses, puis recommencez.",
        )
    number = (Publication.objects.filter(survey=survey).aggregate(last=Max("number"))["last"] or 0) + 1
    row = Publication.objects.create(
        survey=survey,
        number=number,
        content=edition,
        weighting=frames.chosen(survey),
        published_at=at,
        by=by,
    )
    journal.record(by=by, verb="survey.published", row=row, at=at, words=f"édition {number}")
    return row


@transaction.atomic
def withdraw(row: Publication, *, by: User | None, at: datetime) -> None:
    """Remove a publication from its public page. It is retained: readers saw it, and later editions are
    protected against it.
    """
    check_run(by, row.survey.territory)
    if row.withdrawn_at is not None:
        raise Refused(
            "L’édition n’a pas été retirée.",
            why="Cette édition est déjà retirée.",
            do="Revenez à la page de publication.",
        )
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    journal.record(by=by, verb="survey.withdrawn", row=row, at=at)
