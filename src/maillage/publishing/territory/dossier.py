"""The dossier of a diagnosis: which chapters, in which order."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from string import ascii_uppercase

from maillage.publishing.page import photographs
from maillage.publishing.page.blocks import Chapter, Cover, Document
from maillage.publishing.territory import atlas, decisions, local_survey, main_findings, mission, sentences
from maillage.publishing.territory.chapters import findings as finding_chapters
from maillage.publishing.territory.chapters.certainty import (
    certainty_chapter,
    method_chapter,
    source_chapter,
    warning_chapter,
)
from maillage.publishing.territory.chapters.need import answer_chapter, definitions, need_annex
from maillage.publishing.territory.chapters.offer import offer_annex, offer_chapter
from maillage.publishing.territory.chapters.opening import withheld_chapter
from maillage.publishing.territory.chapters.story import (
    MOST_ACTIONS,
    proposal_chapter,
    story_chapter,
    without_repeats,
)
from maillage.publishing.territory.chapters.zones import where_chapter, zone_chapter
from maillage.publishing.territory.field import FieldReading
from maillage.publishing.territory.field import chapters as field_chapters
from maillage.publishing.territory.field import since as field_events
from maillage.publishing.territory.field import voices as voice_chapter
from maillage.publishing.territory.main_findings import MainFindings
from maillage.publishing.territory.reading import Reading
from maillage.publishing.territory.subject import Subject
from maillage.statistics.diagnosis.compare import NeedByDefinition
from maillage.statistics.diagnosis.results import Diagnosis
from maillage.words.dates import in_words

OPENING_SUBJECTS = frozenset(
    ("nombre", "niveaux", "lieux")
)  # subjects of findings that the first pages print in full
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
    own_plan = f", plan {field.plan.fingerprint}" if field and field.plan else ""
    opening = mission.short_foreword(field.mission) if field and not r.withheld else ()
    foreword = mission.foreword(field.mission) if field and not opening else []
    findings = main_findings.read(r, field.surveyed if field else {})
    if r.withheld:
        chapters = [withheld_chapter(r, comments)]
        annexes = [source_chapter(r)]
    else:
        r = without_repeats(r)
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
            print=f"Empreinte {r.fingerprint}{own_plan}",
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
    subject = Subject(reading=r, study={}, layers=layers, knitted="", on=on)
    if field:
        subject = replace(
            subject,
            mission=field.mission,
            surveys=field.surveys,
            workshops=field.workshops,
            surveyed=field.surveyed,
        )
    plan = decisions.voted(subject, field.plan if field else None)
    proposals = (
        tuple(decisions.under_table(subject, plan, MOST_ACTIONS))
        if plan
        else decisions.proposals(subject, None)
    )
    opening = mission.short_foreword(field.mission) if field else ()
    yield story_chapter(d, r, layers, comments, proposals, opening)
    if layers or r.is_classed:
        yield where_chapter(d, r, layers, comments)
    yield answer_chapter(r, comments)
    if r.offer:
        yield offer_chapter(r, r.offer, comments)
    if first := tuple(x for x in findings.first if x.subject not in OPENING_SUBJECTS):
        yield finding_chapters.chapter(replace(findings, first=first))
    if field and not field.is_filtered:
        yield from field_events(field)
        yield from voice_chapter(field)
    journeys = plan.journeys if plan else field.journeys if field else ()
    yield proposal_chapter(proposals, plan, journeys, subject.participation)


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
    yield need_annex(r)
    if finding_annex := finding_chapters.annex(findings):
        yield finding_annex
    if r.survey:
        yield local_survey.chapter(r.survey)
    yield zone_chapter(d, r, layers, comments)
    if r.offer:
        yield offer_annex(r, r.offer)
    if field:
        yield from field_chapters(field)
    yield certainty_chapter(r, comments, gaps=sentences.measured_gaps(d))
    yield method_chapter(r, definitions(r, readings))
    yield source_chapter(r)
    yield warning_chapter(r)
