"""The dossier of a diagnosis: which chapters, in which order."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from string import ascii_uppercase

from maillage.reports.page import photographs
from maillage.reports.page.blocks import Chapter, Cover, Document
from maillage.reports.territory import atlas, decisions, local_survey, main_findings, mission, sentences
from maillage.reports.territory.chapters.certainty import (
    certainty_chapter,
    method_chapter,
    source_chapter,
    warning_chapter,
)
from maillage.reports.territory.chapters.need import need_annex, need_chapter, who_chapter
from maillage.reports.territory.chapters.offer import offer_annex, offer_chapter
from maillage.reports.territory.chapters.opening import withheld_chapter
from maillage.reports.territory.chapters.story import proposal_chapter, story_chapter, without_repeats
from maillage.reports.territory.chapters.zones import crossing_chapter, map_chapter, zone_chapter
from maillage.reports.territory.field import FieldReading
from maillage.reports.territory.field import chapters as field_chapters
from maillage.reports.territory.field import since as field_events
from maillage.reports.territory.field import voices as voice_chapter
from maillage.reports.territory.main_findings import MainFindings
from maillage.reports.territory.reading import Reading
from maillage.reports.territory.subject import Subject
from maillage.studies.diagnosis.compare import NeedByDefinition
from maillage.studies.diagnosis.results import Diagnosis
from maillage.words.dates import in_words

LEGEND = (
    ("case-numerique", "difficulté numérique"),
    ("case-sociale", "difficulté sociale"),
    ("case-les-deux", "les deux"),
)


def numbered(chapters: Sequence[Chapter]) -> tuple[Chapter, ...]:
    """Return chapters in order: those whose number is « n » counted from 1, those of annexes, « a », lettered
    from A.
    """
    marks = {"n": map(str, itertools.count(1)), "a": iter(ascii_uppercase)}
    return tuple(
        replace(chapter, number=next(marks[chapter.number]) if chapter.number in marks else "")
        for chapter in chapters
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
    """Return the dossier: the reader's part, then its annexes. comments: the analyst's own, by section of
    SECTIONS, kept apart from computed text. field: what the platform knows of the territory beside its study;
    None from a command line. knit: the diagnosis whose classes the cover knits, `d` without it.
    """
    comments = comments or {}
    foreword = mission.foreword(field.mission) if field else []
    findings = main_findings.read(r, field.surveyed if field else {})
    if r.withheld:
        chapters = [withheld_chapter(r, comments)]
        annexes = [source_chapter(r)]
    else:
        chapters = list(_reader_chapters(d, r, layers, comments, findings, field, on))
        annexes = list(_annexes(d, r, layers, comments, readings, findings, field))
    t = r.territory
    return Document(
        title=f"Diagnostic d’inclusion numérique : {t.name}",
        cover=Cover(
            **photographs.on_cover(field.photograph if field else None),
            title=t.name,
            over="Diagnostic d’inclusion numérique",
            subtitle=t.subtitle,
            edition=f"Édition du {in_words(on)}",
            print=f"Empreinte {r.fingerprint}",
            svg=atlas.knitted(knit or d, id="couverture"),
            alt=f"Carte tricotée : {t.name}, maille par maille.",
            legend=LEGEND if atlas.is_classed(knit or d) else (),
        ),
        chapters=numbered([*foreword, *chapters, *(replace(each, number="a") for each in annexes)]),
        keywords=("inclusion numérique", "précarité", t.name),
    )


def _reader_chapters(
    d: Diagnosis,
    r: Reading,
    layers: Mapping[str, str],
    comments: Mapping[str, str],
    findings: MainFindings,
    field: FieldReading | None,
    on: date,
) -> Iterator[Chapter]:
    """Yield the chapters that whoever decides reads: eight pages, of forty figures at most each."""
    r = without_repeats(r)
    plan = field.plan if field else None
    subject = Subject(
        reading=r, study={}, layers=layers, knitted="", on=on, mission=field.mission if field else None
    )
    proposals = (
        tuple(x.in_full for x in decisions.three(subject, plan))
        if plan
        else decisions.proposals(subject, None)
    )
    yield story_chapter(d, r, layers, comments, proposals)
    yield need_chapter(r, comments)
    yield who_chapter(r)
    if layers:
        yield map_chapter(d, r, layers, comments)
    if r.is_classed:
        yield crossing_chapter(d, r, layers, comments)
    if r.offer:
        yield offer_chapter(r, r.offer, comments)
    if findings.first:
        yield main_findings.chapter(findings)
    if field and not field.is_filtered:
        yield from field_events(field)
        yield from voice_chapter(field)
    yield proposal_chapter(proposals, plan)


def _annexes(
    d: Diagnosis,
    r: Reading,
    layers: Mapping[str, str],
    comments: Mapping[str, str],
    readings: Sequence[NeedByDefinition],
    findings: MainFindings,
    field: FieldReading | None,
) -> Iterator[Chapter]:
    """Yield the tables behind the reader's part, zone by zone, then how they are made."""
    yield need_annex(r, readings)
    if findings.remaining:
        yield main_findings.annex(findings)
    if r.survey:
        yield local_survey.chapter(r.survey)
    yield zone_chapter(d, r, layers, comments)
    if r.offer:
        yield offer_annex(r, r.offer)
    if field:
        yield from field_chapters(field)
    yield certainty_chapter(r, layers, comments, gaps=sentences.measured_gaps(d))
    yield method_chapter(r)
    yield source_chapter(r)
    yield warning_chapter(r)
