"""The dossier of a diagnosis: which chapters, in which order."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from maillage.reports.page.blocks import Chapter, Cover, Document
from maillage.reports.territory import atlas, local_survey, main_findings, sentences
from maillage.reports.territory.chapters.certainty import (
    certainty_chapter,
    glossary_chapter,
    method_chapter,
    source_chapter,
    warning_chapter,
)
from maillage.reports.territory.chapters.need import need_chapter
from maillage.reports.territory.chapters.offer import offer_chapter
from maillage.reports.territory.chapters.opening import guide_chapter, summary_chapter, withheld_chapter
from maillage.reports.territory.chapters.zones import crossing_chapter, map_chapter, zone_chapter
from maillage.reports.territory.field import FieldReading
from maillage.reports.territory.field import chapters as field_chapters
from maillage.reports.territory.reading import Reading
from maillage.studies.diagnosis.compare import NeedByDefinition
from maillage.studies.diagnosis.results import Diagnosis
from maillage.words.dates import in_words

LEGEND = (
    ("case-numerique", "difficulté numérique"),
    ("case-sociale", "difficulté sociale"),
    ("case-les-deux", "les deux"),
)


def numbered(chapters: Sequence[Chapter]) -> tuple[Chapter, ...]:
    """Return chapters in order, those whose number is « n » counted from 1."""
    count = itertools.count(1)
    return tuple(
        replace(chapter, number=str(next(count)) if chapter.number == "n" else "") for chapter in chapters
    )


def compose(
    d: Diagnosis,
    r: Reading,
    layers: Mapping[str, str],
    readings: Sequence[NeedByDefinition],
    *,
    on: date,
    comments: Mapping[str, str] | None = None,
    field: FieldReading | None = None,
    knit: Diagnosis | None = None,
) -> Document:
    """Return the dossier. comments: the analyst's own, by section of SECTIONS, kept apart from computed
    text. field: what the platform knows of the territory beside its study; None from a command line.
    knit: the diagnosis whose classes the cover knits, `d` without it.
    """
    said = comments or {}
    findings = main_findings.read(r, field.surveyed if field else {})
    chapters = [guide_chapter(r), summary_chapter(d, r, layers, said)]
    if findings.first:
        chapters.append(main_findings.chapter(findings))
    chapters.append(need_chapter(r, readings, said))
    if r.survey:
        chapters.append(local_survey.chapter(r.survey))
    if layers:
        chapters.append(map_chapter(d, r, layers, said))
    if r.is_classed:
        chapters.append(crossing_chapter(d, r, layers, said))
    chapters.append(zone_chapter(r, said))
    if r.offer:
        chapters.append(offer_chapter(r, r.offer, said))
    if field is not None:
        chapters += field_chapters(field)
    if findings.remaining:
        chapters.append(main_findings.annex(findings))
    chapters += [
        certainty_chapter(r, layers, said, gaps=sentences.measured_gaps(d)),
        method_chapter(r),
        source_chapter(r),
        warning_chapter(r),
    ]
    if r.withheld:
        chapters = [guide_chapter(r), withheld_chapter(r, said), source_chapter(r)]
    if (glossary := glossary_chapter(chapters)) is not None:
        chapters.append(glossary)
    t = r.territory
    return Document(
        title=f"Diagnostic d’inclusion numérique : {t.name}",
        cover=Cover(
            title=t.name,
            over="Diagnostic d’inclusion numérique",
            subtitle=t.subtitle,
            edition=f"Édition du {in_words(on)}",
            print=f"Empreinte {r.fingerprint}",
            svg=atlas.knitted(knit or d, id="couverture"),
            alt=f"Carte tricotée : {t.name}, maille par maille.",
            legend=LEGEND if atlas.is_classed(knit or d) else (),
        ),
        chapters=numbered(chapters),
        keywords=("inclusion numérique", "précarité", t.name),
    )
