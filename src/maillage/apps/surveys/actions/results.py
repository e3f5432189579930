"""Weights made and chosen, sentences edited, results published and withdrawn."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from maillage.apps.accounts import actions as journal
from maillage.apps.accounts.models import User
from maillage.apps.surveys.actions.write import check_run, held
from maillage.apps.surveys.models import Finding, Publication, Survey, Weighting
from maillage.apps.surveys.queries import answers, results
from maillage.kernel.errors import Refused
from maillage.pipeline.survey.margins import Margin
from maillage.reports.survey_findings import Sentence
from maillage.studies import weighting as study
from maillage.studies.tabulation import LEAST


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
    """Weigh the answers of a survey on these margins, and read the results with it; Refused when no weight can meet them."""
    check_run(by, survey.territory)
    survey = held(survey)
    table, told = results.begun(answers.table(survey))
    found = study.weigh(
        table,
        margins,
        method=method,  # type: ignore[arg-type]
        bounds=bounds,
        trim=trim,
        places=results.by_place(survey),
    )
    Weighting.objects.filter(survey=survey, chosen=True).update(chosen=False)
    row = Weighting.objects.create(
        survey=survey,
        method=method,
        low=found.bounds[0] if found.bounds else None,
        high=found.bounds[1] if found.bounds else None,
        variables=[results.kept_margin(margin) for margin in margins],
        weights=dict(zip(found.ids.tolist(), found.weights.tolist(), strict=True)),
        told=results.told_weighting(replace(found, warnings=(*([told] if told else []), *found.warnings))),
        n=found.n,
        chosen=True,
        made_at=at,
        by=by,
    )
    journal.record(by=by, verb="survey.weighed", row=row, at=at, words=f"{method}, {found.n} réponses")
    return row


@transaction.atomic
def choose(survey: Survey, row: Weighting | None, *, by: User | None, at: datetime) -> None:
    """Read the results with these weights; with none, raw."""
    check_run(by, survey.territory)
    survey = held(survey)
    Weighting.objects.filter(survey=survey, chosen=True).update(chosen=False)
    if row is not None:
        Weighting.objects.filter(pk=row.pk, survey=survey).update(chosen=True)
    journal.record(by=by, verb="survey.weighting_chosen", row=row or survey, at=at, words="" if row else "brut")


@transaction.atomic
def edit(survey: Survey, sentence: Sentence, *, text: str, by: User | None, at: datetime) -> Finding:
    """Write a sentence otherwise; nothing written gives back the rule's. The figures behind it that day are kept."""
    check_run(by, survey.territory)
    text = text.strip()
    row, _ = Finding.objects.select_for_update().update_or_create(
        survey=survey,
        key=sentence.key,
        defaults={
            "written": sentence.text,
            "figures": sentence.data(),
            "edited": "" if text == sentence.text else text,
            "edited_from": None if text in ("", sentence.text) else sentence.data(),
            "edited_at": at,
            "by": by,
        },
    )
    journal.record(by=by, verb="finding.edited", row=row, at=at)
    return row


@transaction.atomic
def show(survey: Survey, sentence: Sentence, *, shown: bool, by: User | None, at: datetime) -> Finding:
    """Take a sentence out of what is published, or put it back."""
    check_run(by, survey.territory)
    row, _ = Finding.objects.select_for_update().update_or_create(
        survey=survey,
        key=sentence.key,
        defaults={"hidden": not shown},
        create_defaults={"hidden": not shown, "written": sentence.text, "figures": sentence.data(), "by": by},
    )
    journal.record(by=by, verb="finding.shown" if shown else "finding.hidden", row=row, at=at)
    return row


@transaction.atomic
def publish(survey: Survey, content: Mapping[str, Any] | None, *, by: User | None, at: datetime) -> Publication:
    """Publish the results as they are now, frozen; Refused when nothing can be shown, or when they changed since the preview.

    content: what the preview showed (`queries.results.edition`), made again here: what is published is what was seen. None
    when nobody looked: the demonstration.
    """
    check_run(by, survey.territory)
    survey = held(survey)
    made = results.edition(survey, at=at)
    if not made["n"] or not made["tables"]:
        raise Refused(
            "Rien n’est publié.",
            why="Aucun chiffre ne peut être montré : il y a trop peu de réponses.",
            do="Recueillez d’autres réponses, puis recommencez.",
        )
    if content is not None and made["digest"] != content.get("digest"):
        raise Refused(
            "Rien n’est publié.",
            why="Les résultats ont changé depuis l’aperçu : une réponse est arrivée, ou une phrase a été reprise.",
            do="Relisez l’aperçu, puis confirmez.",
        )
    if stale := results.frame(survey).stale:
        raise Refused(
            "Rien n’est publié.", why=f"Les réponses ont changé depuis le redressement : {stale}", do="Refaites les poids."
        )
    if made["few_since"]:
        raise Refused(
            "Rien n’est publié.",
            why=f"Moins de {LEAST} réponses ont changé depuis l’édition {made['few_since']} : la différence dirait ce qu’elles disent.",
            do=f"Attendez d’en avoir au moins {LEAST} de plus, puis recommencez.",
        )
    number = (Publication.objects.filter(survey=survey).aggregate(last=Max("number"))["last"] or 0) + 1
    row = Publication.objects.create(
        survey=survey,
        number=number,
        content=made,
        weighting=results.chosen(survey),
        published_at=at,
        by=by,
    )
    journal.record(by=by, verb="survey.published", row=row, at=at, words=f"édition {number}")
    return row


@transaction.atomic
def withdraw(row: Publication, *, by: User | None, at: datetime) -> None:
    """Take a publication off its public page. It is kept: what it showed was seen, and later editions are protected against it."""
    check_run(by, row.survey.territory)
    if row.withdrawn_at is not None:
        raise Refused("Rien n’a changé.", why="Cette édition est déjà retirée.", do="Revenez à la page de publication.")
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    journal.record(by=by, verb="survey.withdrawn", row=row, at=at)
