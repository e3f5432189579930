"""The sentences of a survey: those that its tables write, and what a person made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maillage.apps.surveys.models import Finding, Survey
from maillage.apps.surveys.queries.frames import Frame
from maillage.apps.surveys.queries.places import has_places
from maillage.publishing.survey import cards as survey_cards
from maillage.publishing.survey import findings as survey_findings
from maillage.publishing.survey import story
from maillage.publishing.survey.document import Card
from maillage.publishing.survey.findings import Sentence
from maillage.publishing.survey.story import Crossing
from maillage.statistics.survey.tables import Counted


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedSentence:
    """A sentence as the analyst sees it. text: as published; edited: it is theirs; flagged: its figure
    changed since; typed: what was refused, to be joined with `text`.
    """

    sentence: Sentence
    text: str
    edited: bool
    flagged: bool
    hidden: bool
    before: Sequence[Mapping[str, Any]] = ()
    typed: str = ""

    @property
    def leads(self) -> bool:
        """Return True if it comes first: by the rules, or because the analyst edited it."""
        return self.edited or self.sentence.leads


def sentences(
    frame: Frame, cards: Sequence[Card] | None = None, crossings: Sequence[Crossing] | None = None
) -> list[Sentence]:
    """Return the sentences that the rules write of a survey: its findings, then question by question; none of
    a question without answers.

    cards, crossings: those an edition publishes; otherwise those that a first one would.
    """
    cards = frame.cards if cards is None else cards
    crossings = crossings_of(frame, cards) if crossings is None else crossings
    people = survey_findings.people_noun(frame.survey.kind, weighted=frame.weighted)
    return [
        *(
            finding.sentence
            for finding in story.story(cards, crossings, people, has_places=has_places(frame.survey))
        ),
        *survey_cards.sentences(cards, people),
    ]


def crossings_of(frame: Frame, cards: Sequence[Card], before: Sequence[Counted] = ()) -> list[Crossing]:
    """Return the crossings that carry a message, as they may be published after others."""
    return story.crossings(frame.sample, cards, before) if cards else []


def findings(frame: Frame, cards: Sequence[Card] | None = None) -> list[EditedSentence]:
    """Return the sentences of a survey with the analyst's edits; those whose figure no longer exists come
    last, flagged.
    """
    return edited_sentences(frame.survey, sentences(frame, cards))


def edited_sentences(survey: Survey, written: Sequence[Sentence]) -> list[EditedSentence]:
    """Return sentences as written by the rules, with the analyst's edits."""
    rows = {row.key: row for row in Finding.objects.filter(survey=survey)}
    out = []
    for sentence in written:
        row = rows.pop(sentence.key, None)
        edited = row.edited if row else ""
        out.append(
            EditedSentence(
                sentence=sentence,
                text=edited or sentence.text,
                edited=bool(edited),
                flagged=bool(edited)
                and survey_findings.changed((row.edited_from if row else None) or [], sentence.data()),
                hidden=bool(row and row.hidden),
                before=(row.edited_from if row else None) or (),
            )
        )
    for row in rows.values():
        if row.edited:
            lost = Sentence(key=row.key, text=row.written, figures=())
            out.append(
                EditedSentence(
                    sentence=lost,
                    text=row.edited,
                    edited=True,
                    flagged=True,
                    hidden=row.hidden,
                    before=row.figures,
                )
            )
    return out


def readable(edited: Sequence[EditedSentence]) -> list[EditedSentence]:
    """Return the sentences to read among those of a survey: as in its documents, without those of a question
    that a finding tells already, nor those without news. What a person edited stays.
    """
    visible = [each for each in edited if not each.hidden]
    in_story = {each.sentence.question for each in visible if each.sentence.leads}
    return [
        each
        for each in visible
        if each.leads
        or each.typed
        or (each.sentence.question not in in_story and survey_findings.NONE_STANDS_OUT not in each.text)
    ]


def sentence_of(edited: Sequence[EditedSentence], key: str) -> Sentence | None:
    """Return one sentence as the rules write it now; one that was edited and lost its figure, as it was."""
    return next((each.sentence for each in edited if each.sentence.key == key), None)
