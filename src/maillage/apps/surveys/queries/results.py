"""Reading a survey: its answers as a table, its weights, its tables, its sentences, the content of an
edition.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from django.db.models import QuerySet
from django.utils import timezone

from maillage.apps.surveys import rules
from maillage.apps.surveys.models import Answer, Finding, Publication, Survey, Version, Weighting
from maillage.apps.surveys.queries import answers, counterparts, verbatims
from maillage.apps.surveys.queries.answers import CHANNEL, PLACE, STRUCTURE
from maillage.apps.territories import queries as territories
from maillage.engine import disclosure
from maillage.forms.questionnaire import Choice, Question, Questionnaire, load
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.kernel.table import Table
from maillage.pipeline.survey.answers import WEIGHT, numbers
from maillage.pipeline.survey.margins import Category, Margin
from maillage.reference.cards import cards
from maillage.reports.survey import cards as survey_cards
from maillage.reports.survey import document, two_sides
from maillage.reports.survey import findings as survey_findings
from maillage.reports.survey.document import Card, Results, Sample
from maillage.reports.survey.findings import Sentence
from maillage.reports.survey.waves import Before
from maillage.studies.survey import tabulation, weighting
from maillage.studies.survey.protection import rule_of
from maillage.studies.survey.tables import Counted, Tabulation, counted
from maillage.studies.survey.withholding import EVERYBODY
from maillage.words.dates import in_words
from maillage.words.wording import count, listing, number

Json = dict[str, Any]
MOST_MARGINS = 20


@dataclass(frozen=True)
class Frame:
    """A survey ready for tabulation. table, weights: aligned; weights None for raw figures; left: answers
    without a weight.

    gone: weighted answers excluded since. stale: why the remaining ones no longer meet the margins of their
    weights, as when an excluded one was alone in its class.
    """

    survey: Survey
    questionnaire: Questionnaire
    table: Table
    weighting: Weighting | None
    weights: tabulation.Weights | None
    left: int
    stale: str = ""

    @property
    def weighted(self) -> bool:
        return self.weights is not None

    @property
    def discarded(self) -> int:
        return self.weighting.n - len(self.table) if self.weighting else 0

    @cached_property
    def sample(self) -> tabulation.Sample:
        return tabulation.sample(self.table, self.questionnaire, self.weights)

    @cached_property
    def cards(self) -> list[Card]:
        """Return every question of the survey as it may be published, without those that have no answer."""
        return [card for _, card in tables(self, ())]

    @cached_property
    def whole(self) -> list[Card]:
        """Return every question for those who hold the answers: nothing is withheld, what will not be
        published is marked.
        """
        if not len(self.table):
            return []
        return survey_cards.every(
            self.sample,
            rounding=self.survey.rounding,
            before=published_counts(self.survey),
            skip=(PLACE, STRUCTURE, CHANNEL),
            inside=True,
        )


def questionnaire(survey: Survey) -> Questionnaire:
    """Return the questionnaire of a survey as it was last asked, with what is known of each answer beside:
    place and channel.
    """
    version = Version.objects.filter(survey=survey).order_by("-number").first()
    return load(version.definition) if version else Questionnaire(id=survey.slug, title=survey.title)


def collection_form(survey: Survey) -> Questionnaire:
    """Return the questionnaire of a survey with what is known of each answer beside, and the kind of the
    survey.
    """
    form = questionnaire(survey)
    places = list(survey.places.select_related("lieu__structure"))
    told = {
        PLACE: [each.name for each in places],
        STRUCTURE: sorted({each.structure for each in places} - {""}),
    }
    return replace(
        form,
        kind=survey.kind,
        lists={
            **form.lists,
            **{
                key: tuple(Choice(name=name, label={"fr": name}) for name in names)
                for key, names in told.items()
            },
            CHANNEL: tuple(Choice(name=name, label={"fr": label}) for name, label in rules.CHANNELS.items()),
        },
        items=(
            *form.items,
            *(
                Question(name=key, kind="one", label={"fr": label}, choices=key)
                for key, label in ((PLACE, "Lieu de collecte"), (STRUCTURE, "Structure de collecte"))
                if told[key]
            ),
            Question(name=CHANNEL, kind="one", label={"fr": "Façon de répondre"}, choices=CHANNEL),
        ),
    )


def by_place(survey: Survey) -> dict[str, int]:
    """Return how many answers were collected in each place."""
    return dict(
        Counter(answers.counted(survey).order_by().exclude(place=None).values_list("place__name", flat=True))
    )


def chosen(survey: Survey) -> Weighting | None:
    """Return the weights that results are read with, None for raw figures.

    Weights of structures made from inhabitants, before this was refused, are not read any more.
    """
    row = Weighting.objects.filter(survey=survey, chosen=True).first()
    return row if row is None or suits(survey, row) else None


def suits(survey: Survey, row: Weighting) -> bool:
    """Return whether weights were made from a population that those who answered belong to."""
    if survey.kind in rules.OF_RESIDENTS:
        return True
    try:
        weighting.check_structures([margin_of(each) for each in row.variables], row.n)
    except Refused:
        return False
    return True


def frame(survey: Survey) -> Frame:
    """Return a survey ready for tabulation, with its chosen weights; later answers are left out."""
    return framed(survey, chosen(survey))


def framed(survey: Survey, row: Weighting | None) -> Frame:
    """Return a survey ready for tabulation with these weights, perhaps those of an edition; raw without
    any.
    """
    table, form = answers.table(survey), collection_form(survey)
    if row is None:
        return Frame(survey, form, table, None, None, 0)
    at = np.array([id in row.weights for id in table["id"].tolist()], dtype=bool)
    held = table.take(at)
    margins = [margin_of(each) for each in row.variables]
    values, stale = np.array([row.weights[id] for id in held["id"].tolist()], dtype=np.float64), ""
    weights = tabulation.Weights(values=values)
    if len(held):
        try:
            initial, codes = weighting.calibrated(begun(held)[0], margins)
            variables = tuple(margin.variable for margin in margins)
            weights = tabulation.Weights(values=values, initial=initial, codes=codes, variables=variables)
        except Refused as error:
            stale = error.what
    return Frame(survey, form, held, row, weights, int((~at).sum()), stale)


def begun(table: Table) -> tuple[Table, str]:
    """Return answers with an initial weight each, or none, and a note about it.

    A file may have one; a link, a kiosk or a paper form never does: answers without one take the mean of the
    others.
    """
    if WEIGHT not in table or not (missing := int((table[WEIGHT] == "").sum())):
        return table, ""
    if missing == len(table):
        return Table(table.name, {name: cells for name, cells in table.columns.items() if name != WEIGHT}), ""
    given = numbers(table[WEIGHT].tolist())
    usual = float(given[given > 0].mean())
    told = (
        f"{count(missing, 'réponse')} sans poids de départ, venue{'s' * (missing > 1)} autrement que par le"
        f" fichier qui en donne : {'elles prennent' if missing > 1 else 'elle prend'} la moyenne des autres,"
        f" {number(usual, 2)}."
    )
    return (
        table.adding(
            **{WEIGHT: np.array([cell or repr(usual) for cell in table[WEIGHT].tolist()], dtype=np.str_)}
        ),
        told,
    )


def weighted_table(survey: Survey) -> Table:
    """Return the counted answers with their weight in people, as results read them; without it when they are
    raw.
    """
    table, row = answers.table(survey), chosen(survey)
    if row is None:
        return table
    weights = [repr(row.weights[id]) if id in row.weights else "" for id in table["id"].tolist()]
    return table.adding(**{answers.FOUND: np.array(weights, dtype=np.str_)})


def sampled(held: Frame, where: Mapping[str, str] | None = None) -> tabulation.Sample:
    """Return some of the answers ready for tabulation: where: question → one of its answers."""
    if not where:
        return held.sample
    return tabulation.only(held.sample, {name: [value] for name, value in where.items()})


def card_of(held: Frame, question: str, *, by: str = "", where: Mapping[str, str] | None = None) -> Card:
    """Return a question for those who hold the answers, its differences between groups tested when it is
    crossed.
    """
    sample = sampled(held, where)
    rounding, before = held.survey.rounding, published_counts(held.survey)
    whole = tabulation.of_sample(sample, question, rounding=rounding, before=before, inside=True)
    crossed = (
        tabulation.of_sample(sample, question, by=by, rounding=rounding, before=before, inside=True)
        if by
        else None
    )
    return survey_cards.card(sample, whole, crossed)


def margin_record(margin: Margin) -> Json:
    """Return a margin as it is stored with a weighting."""
    return {
        "question": margin.variable,
        "label": margin.label or margin.variable,
        "source": source_of(margin),
        "classes": [
            {
                "name": each.name,
                "label": each.name,
                "values": list(each.values),
                "total": each.total,
                "span": each.span,
            }
            for each in margin.categories
        ],
    }


def source_of(margin: Margin) -> str:
    """Return where a margin comes from, in words: its producer and title when it is one of our files."""
    card = cards().get(margin.source)
    source = (
        f"{card.producer}, {card.title}"
        if card
        else margin.source or (margin.file and f"marges données ({margin.file})")
    )
    return ", ".join(part for part in (source, margin.universe) if part)


def margin_of(held: Mapping[str, Any]) -> Margin:
    """Return a margin from `margin_record`; Refused when it is not one."""
    try:
        return Margin(
            str(held["question"]),
            tuple(
                Category(
                    str(each["name"]),
                    float(each["total"]),
                    tuple(map(str, each["values"])),
                    (int(each["span"][0]), int(each["span"][1])) if each.get("span") else None,
                )
                for each in held["classes"]
            ),
            label=str(held.get("label", "")),
            source=str(held.get("source", "")),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise Refused(
            "Les marges ne se relisent pas.",
            why="La page a été changée avant d’être renvoyée.",
            do="Revenez au redressement et préparez de nouveau les marges.",
        ) from error


def weighting_record(found: weighting.Weighting) -> Json:
    """Return the result of a weighting, as it is stored and read again."""
    return {
        "design_effect": found.design_effect,
        "n_effective": found.n_effective,
        "iterations": found.iterations,
        "gap": found.gap,
        "explained": found.explained,
        "limits": list(found.limits),
        "warnings": list(found.warnings),
        "trim": found.trim,
        "low": float(found.weights.min() / found.weights.mean()),
        "high": float(found.weights.max() / found.weights.mean()),
        "strata": [
            {
                name: getattr(each, name)
                for name in ("variable", "name", "n", "share", "target", "coefficient", "people", "found")
            }
            for each in found.strata
        ],
    }


def samples(row: Weighting) -> list[Sample]:
    """Return the sample beside the population, variable by variable, as stored with a weighting: for those
    who hold the answers.
    """
    sources = {each["question"]: (each["label"], each["source"]) for each in row.variables}
    out = []
    for variable in dict.fromkeys(each["variable"] for each in row.told["strata"]):
        label, source = sources.get(variable, (variable, ""))
        strata = [each for each in row.told["strata"] if each["variable"] == variable]
        rows = [(each["name"], each["n"], 100 * each["share"], 100 * each["target"]) for each in strata]
        out.append(
            Sample(name=variable, label=label, source=f"Population : {source}." if source else "", rows=rows)
        )
    return out


def published_samples(held: Frame, before: Sequence[Counted]) -> list[Sample]:
    """Return what an edition says of the sample beside the population: the variables whose classes, read with
    all its tables and with earlier editions, tell of nobody.

    Once an answer was put aside, the classes counted with the weights are no longer those of the tables: one
    subtracted from the other would tell who left.
    """
    if held.weighting is None or held.stale or held.discarded:
        return []
    return [each for each in samples(held.weighting) if held.sample.tells_margin(each.name, before)]


def sample_counts(held: Frame, told: Sequence[Sample]) -> list[Json]:
    """Return how many answered in each class of these variables, as `Tabulation.counts` keeps them."""
    return [
        {"question": EVERYBODY, "by": "", "n": len(held.table), "groups": {}, "cells": [], "bounds": []},
        *(
            {
                "question": tabulation.MARGIN + each.name,
                "by": "",
                "n": len(held.table),
                "groups": {},
                "cells": [[str(k), "", n] for k, (_, n, _, _) in enumerate(each.rows)],
                "bounds": [],
            }
            for each in told
        ),
    ]


# -------------------------------------------------------------------------------------------------- sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedSentence:
    """A sentence as the analyst sees it. text: as published; edited: it is theirs; flagged: its figure
    changed since.
    """

    sentence: Sentence
    text: str
    edited: bool
    flagged: bool
    hidden: bool
    before: Sequence[Mapping[str, Any]] = ()

    @property
    def leads(self) -> bool:
        """Return whether it comes first: by the rules, or because the analyst edited it."""
        return self.edited or self.sentence.leads


def sentences(held: Frame, cards: Sequence[Card] | None = None) -> list[Sentence]:
    """Return what the rules write of a survey, question by question; nothing of what nobody answered."""
    people = survey_findings.who(held.survey.kind, weighted=held.weighted)
    return survey_cards.sentences(held.cards if cards is None else cards, people)


def findings(held: Frame, cards: Sequence[Card] | None = None) -> list[EditedSentence]:
    """Return the sentences of a survey with the analyst's edits; those whose figure no longer exists come
    last, flagged.

    cards: those an edition publishes, protected against earlier ones: its sentences reveal nothing that its
    tables withhold.
    """
    return edited_sentences(held.survey, sentences(held, cards))


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


def sentence_of(said: Sequence[EditedSentence], key: str) -> Sentence | None:
    """Return one sentence as the rules write it now; one that was edited and lost its figure, as it was."""
    return next((each.sentence for each in said if each.sentence.key == key), None)


def tables(held: Frame, before: Sequence[Counted]) -> list[tuple[Tabulation, Card]]:
    """Return the table of every question with answers, and its display, protected against earlier
    publications.
    """
    if not len(held.table):
        return []
    return survey_cards.tables(
        held.sample, rounding=held.survey.rounding, before=before, skip=(PLACE, STRUCTURE, CHANNEL)
    )


# ------------------------------------------------------------------------------------------------ publication


def publications(survey: Survey) -> QuerySet[Publication]:
    """Return the editions of a survey, the latest first."""
    return Publication.objects.filter(survey=survey).select_related("weighting").defer("content")


def public_edition(slug: str) -> Publication | None:
    """Return the public edition, None when there is none or it was withdrawn."""
    rows = Publication.objects.filter(survey__slug=slug, withdrawn_at=None).select_related("survey")
    return rows.order_by("-number").first()


def published_counts(survey: Survey) -> list[Counted]:
    """Return the counts in earlier editions, even withdrawn: a reader may have a copy."""
    rows = Publication.objects.filter(survey=survey).order_by("number").values_list("number", "content")
    return [counted(each, number) for number, content in rows for each in content.get("counts", ())]


def _few_since(survey: Survey, n: int, made: Sequence[Tabulation]) -> int:
    """Return the number of an earlier edition from which only a few answers changed, 0 when there is none.

    Even an unchanged table, beside one that changed, would reveal which questions the new respondents were
    asked.
    """
    kept_ = any(whole.kept for whole in made)
    for row in Publication.objects.filter(survey=survey).order_by("-number"):
        if 0 < abs(n - row.content["n"]) < rule_of(survey.kind).least or (n == row.content["n"] and kept_):
            return int(row.number)
    return 0


def results(held: Frame, cards: Sequence[Card], *, at: datetime, sample: Sequence[Sample] = ()) -> Results:
    """Return all that a document of results says, as of now. sample: who answered, as it may be published."""
    survey, row = held.survey, held.weighting
    on = timezone.localdate(at)
    n = len(held.table)
    weighting_words = [] if row is None else _weighting_words(row)
    limits = [*(row.told["limits"] if row else []), *([survey.how] if survey.how else [])]
    if held.stale:
        limits.append(f"Les réponses ont changé depuis le redressement : {held.stale}")
    elif held.discarded:
        limits.append(
            f"{count(held.discarded, 'réponse écartée', 'réponses écartées')} depuis le redressement : les"
            " marges ne sont plus tout à fait atteintes."
        )
    if held.left:
        limits.append(
            f"{count(held.left, 'réponse', 'réponses')} arrivées après le redressement ne sont pas comptées."
        )
    return Results(
        title=survey.title,
        place=place_name(survey.territory),
        universe=survey.universe,
        kind=survey.kind,
        n=n,
        on=on,
        weighted=held.weighted,
        rounding=survey.rounding,
        questionnaire=held.questionnaire,
        cards=cards,
        aim=survey.aim,
        sentences=survey_findings.finding_texts(
            (said.text, said.leads)
            for said in findings(held, cards)
            if cards and not said.hidden and not said.flagged
        ),
        sample=sample,
        quotes=[
            (theme, [(each.shown, each.get_speaker_display()) for each in rows])
            for theme, rows in verbatims.quotes(survey)
        ],
        actors=verbatims.actors(survey).written,
        method=method(held),
        steps=verbatims.collected(survey, answers.counted(survey).count()),
        weighting=weighting_words,
        limits=limits,
        before=before(survey, on.year) if cards else None,
        counterpart=counterparts.counterpart(survey) if cards else None,
        notices=(
            ("Exemple : ces réponses ont été fabriquées pour la démonstration.",) if survey.example else ()
        ),
    )


def _weighting_words(row: Weighting) -> list[str]:
    told = row.told
    names = ", ".join(each["label"] for each in row.variables)
    sources = dict.fromkeys(each["source"] for each in row.variables if each["source"])
    return [
        f"Les réponses sont redressées sur : {names}. Méthode : {row.get_method_display()}.",
        *([f"Population : {' ; '.join(sources)}."] if sources else []),
        told["explained"],
        (
            f"Une réponse compte au plus pour {number(told['high'], 1)} et au moins pour"
            f" {number(told['low'], 2)} fois la moyenne. Effet de plan : {number(told['design_effect'], 2)} ;"
            f" {number(row.n)} réponses en valent {number(told['n_effective'])}."
        ),
    ]


def before(survey: Survey, year: int) -> Before | None:
    """Return the last publication of the previous wave, None when there is none: public comparisons use
    published figures only.
    """
    row = (
        survey.after
        and Publication.objects.filter(survey=survey.after, withdrawn_at=None).order_by("-number").first()
    )
    if not row:
        return None
    then = date.fromisoformat(row.content["on"]).year
    return Before(
        name=str(then) if then != year else "Avant",
        about=f"« {survey.after} », édition {row.number}, {in_words(timezone.localdate(row.published_at))}",
        weighted=row.content["weighted"],
        rows=row.content["tables"],
        apart=_apart(survey, row),
    )


def _apart(survey: Survey, then: Publication) -> str:
    """Return why the wave before is not of the same people, '' when it is."""
    if then.survey.territory != survey.territory:
        there, here = place_name(then.survey.territory), place_name(survey.territory)
        return f"Cette vague portait sur un autre territoire ({there}), et celle-ci sur {here}."
    if then.content.get("universe", "") != survey.universe:
        was = then.content.get("universe", "") or "tous les répondants"
        return f"Cette vague interrogeait d’autres personnes ({was})."
    return ""


def method(held: Frame) -> list[str]:
    """Return how the answers were collected, from the records: when, where, through which channel, with which
    material.
    """
    rows, least = answers.counted(held.survey).order_by(), rule_of(held.survey.kind).least
    ways = Counter(rows.values_list("channel", flat=True))
    days = [day for day in rows.values_list("received_at", flat=True) if day]
    out = []
    if days:
        first, last = (in_words(timezone.localdate(day)) for day in (min(days), max(days)))
        out.append(
            f"Réponses reçues le {first}." if first == last else f"Réponses reçues du {first} au {last}."
        )
    if ways:
        out.append(f"{_gathered({rules.CHANNELS[way]: n for way, n in ways.items()}, least)}.")
    if places := by_place(held.survey):
        out.append(f"Lieux : {_gathered(places, least)}.")
    aside = Answer.objects.filter(survey=held.survey).exclude(aside_at=None).count()
    if aside:
        out.append(f"{count(aside, 'réponse écartée', 'réponses écartées')}, avec une raison notée.")
    versions = rows.values("version").distinct().count()
    if versions > 1:
        out.append(
            f"Le questionnaire a changé en cours de route : {versions} versions sont réunies, question par"
            " question."
        )
    return out


def _gathered(counts: Mapping[str, int], least: int) -> str:
    """Return how many answers came by each way, most first; those of a few people are named together, with
    enough others that none is found by subtraction.
    """
    ways = sorted(counts, key=lambda each: (-counts[each], each))
    shown = disclosure.one_way([counts[each] for each in ways], least)
    told = [f"{way} : {number(counts[way])}" for way, seen in zip(ways, shown, strict=True) if seen]
    few = [way for way, seen in zip(ways, shown, strict=True) if not seen]
    n = sum(counts[way] for way in few)
    if few:
        both = " ensemble" * (len(few) > 1)
        told.append(f"{listing(few)} : {number(n)}{both}" if n >= least else listing(few))
    return " ; ".join(told)


def edition(survey: Survey, *, at: datetime) -> Json:
    """Return the content of a publication, ready to be frozen: the document, its tables, its counts;
    protected against earlier ones.

    digest: of everything but its date, so that what is confirmed is what was previewed.
    """
    held, before = frame(survey), published_counts(survey)
    made_tables = tables(held, before)
    shown_, counts = [card for _, card in made_tables], [whole.counts() for whole, _ in made_tables]
    sample = published_samples(held, before)
    told = results(held, shown_, at=at, sample=sample)
    made = document.document(told).data()
    rows = document.rows(shown_, computed=told.computed)
    content = {
        "document": made,
        "tables": rows,
        "gaps": two_sides.rows(told.subjects, told.counterpart.about if told.counterpart else ""),
        "counts": counts + sample_counts(held, sample),
        "codebook": [list(each) for each in document.codebook(held.questionnaire)],
        "n": told.n,
        "few_since": _few_since(survey, told.n, [whole for whole, _ in made_tables]),
        "weighted": told.weighted,
        "rounding": told.rounding,
        "universe": told.universe,
        "on": told.on.isoformat(),
        **_sums(held, [whole for whole, _ in made_tables]),
    }
    said = {"chapters": made["chapters"], "tables": rows}
    content["digest"] = hashlib.sha256(
        json.dumps(said, ensure_ascii=False, sort_keys=True).encode()
    ).hexdigest()
    return json.loads(json.dumps(content, ensure_ascii=False))  # type: ignore[no-any-return]


def _sums(held: Frame, made: Sequence[Tabulation]) -> dict[str, int]:
    """Return how many figures would be published, and withheld: an answer that nobody chose is neither."""
    given = [
        (row, n > 0)
        for whole in made
        for row, n in zip(whole.of(), tabulation.respondents(held.sample, whole), strict=True)
    ]
    return {
        "shown": sum(some and row.percent is not None for row, some in given),
        "withheld": sum(some and row.percent is None for row, some in given),
    }


@lru_cache(maxsize=64)
def place_name(territory: str) -> str:
    """Return the name of the territory of a survey."""
    kept_ = territories.perimeter(territory)
    try:
        return kept_.name if kept_ else territories.territory(territory).long_name
    except UnknownTerritory:
        return territory


# ---------------------------------------------------------------------------------------------------- margins


def margins_of_page(text: str) -> tuple[Margin, ...]:
    """Return the margins that a page sent back; Refused when it was changed on the way."""
    try:
        held = json.loads(text)
    except ValueError:
        held = None
    if (
        not isinstance(held, list)
        or not 0 < len(held) <= MOST_MARGINS
        or not all(isinstance(each, dict) for each in held)
    ):
        raise _changed()
    found = tuple(margin_of(each) for each in held)
    if any(not each.categories or any(not 0 <= c.total < 1e12 for c in each.categories) for each in found):
        raise _changed()
    return found


def _changed() -> Refused:
    return Refused(
        "Les marges ne se relisent pas.",
        why="La page a été changée avant d’être renvoyée.",
        do="Revenez au redressement et préparez de nouveau les marges.",
    )


def merged_page(margins: Sequence[Margin], classes: str) -> tuple[Margin, ...]:
    """Return the margins with two classes made one. classes: variable and names, as `strata` offers them."""
    try:
        variable, *names = json.loads(classes)
    except (ValueError, TypeError):
        raise _changed() from None
    return tuple(
        weighting.merged(margin, [str(name) for name in names]) if margin.variable == variable else margin
        for margin in margins
    )


def strata(survey: Survey, margins: Sequence[Margin]) -> list[Json]:
    """Return each variable with its classes: answers, share of answers, share of the population; and the
    merges proposed.

    Refused when no column of the answers is that variable.
    """
    table = answers.table(survey)
    out = []
    for margin in margins:
        seen = weighting.sample_margin(table, margin)
        n, total = sum(seen.counts), margin.total
        rows = [
            {
                "name": each.name,
                "n": counted_,
                "share": 100 * counted_ / n if n else 0.0,
                "target": 100 * each.total / total if total else 0.0,
                "thin": counted_ < weighting.thin_class() and each.total > 0,
            }
            for each, counted_ in zip(margin.categories, seen.counts, strict=True)
        ]
        out.append(
            {
                "variable": margin.variable,
                "label": margin.label or margin.variable,
                "source": source_of(margin),
                "rows": rows,
                "silent": seen.silent,
                "unknown": [
                    (value, n, weighting.nearest(value, (each.name for each in margin.categories)))
                    for value, n in list(seen.unknown.items())[:8]
                ],
                "merges": [
                    {
                        "names": each.names,
                        "reason": each.reason,
                        "value": json.dumps([margin.variable, *each.names], ensure_ascii=False),
                    }
                    for each in weighting.merges(margin, seen.counts)
                    # a class is perhaps empty because it is written otherwise: merging it would hide that
                    if not seen.unknown
                ],
            }
        )
    return out
