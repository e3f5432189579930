"""Reading a survey: its answers as a table, its weights, its tables, its sentences, what an edition of it says."""

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
from maillage.apps.surveys.queries import answers, heard
from maillage.apps.surveys.queries.answers import CHANNEL, PLACE, STRUCTURE
from maillage.apps.territories import queries as territories
from maillage.kernel.dates import in_words
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.kernel.estimate import Estimate
from maillage.kernel.table import Table
from maillage.pipeline.survey.answers import WEIGHT, numbers
from maillage.pipeline.survey.margins import Category, Margin
from maillage.reference.cards import cards
from maillage.reference.questionnaire import Choice, Question, Questionnaire, load
from maillage.reports import survey as document
from maillage.reports import survey_cards, survey_findings
from maillage.reports.survey import Card, Results, Sample
from maillage.reports.survey_findings import Sentence
from maillage.reports.survey_waves import Before
from maillage.reports.wording import count, number
from maillage.studies import local_survey, tabulation, weighting
from maillage.studies.tabulated import Counted, Tabulation, counted

Json = dict[str, Any]
MOST_MARGINS = 20


@dataclass(frozen=True)
class Frame:
    """A survey ready to be tabulated. table, weights: aligned; weights None for raw figures; left: answers without a weight.

    gone: weighted answers that were put aside since. stale: why those that are left no longer meet the margins of their weights, as
    when one put aside was alone in its class.
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
    def gone(self) -> int:
        return self.weighting.n - len(self.table) if self.weighting else 0

    @cached_property
    def sample(self) -> tabulation.Sample:
        return tabulation.sample(self.table, self.questionnaire, self.weights)

    @cached_property
    def cards(self) -> list[Card]:
        """Every question of the survey as it is shown, those nobody answered left out."""
        return [card for _, card in tables(self, ())]


def questionnaire(survey: Survey) -> Questionnaire:
    """Return the questionnaire of a survey as it was last asked, with what is known of each answer beside: place and channel."""
    version = Version.objects.filter(survey=survey).order_by("-number").first()
    return load(version.definition) if version else Questionnaire(id=survey.slug, title=survey.title)


def by_place(survey: Survey) -> dict[str, int]:
    """Return how many answers were collected in each place."""
    return dict(Counter(answers.counted(survey).order_by().exclude(place=None).values_list("place__name", flat=True)))


def chosen(survey: Survey) -> Weighting | None:
    """Return the weights the results are read with, None for raw ones."""
    return Weighting.objects.filter(survey=survey, chosen=True).first()


def frame(survey: Survey) -> Frame:
    """Return a survey ready to be tabulated, with the weights chosen for it; answers that came after them are left out."""
    return framed(survey, chosen(survey))


def framed(survey: Survey, row: Weighting | None) -> Frame:
    """Return a survey ready to be tabulated with these weights, perhaps those of an edition; raw when there are none."""
    table, form = answers.table(survey), questionnaire(survey)
    places = list(survey.places.select_related("lieu__structure"))
    told = {PLACE: [each.name for each in places], STRUCTURE: sorted({each.structure for each in places} - {""})}
    form = replace(
        form,
        lists={
            **form.lists,
            **{key: tuple(Choice(name=name, label={"fr": name}) for name in names) for key, names in told.items()},
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
    """Return answers with an initial weight each, or none, and what to tell of it.

    A file may give one, and a link, a kiosk or a sheet of paper never do: those that came without take the mean of the others.
    """
    if WEIGHT not in table or not (missing := int((table[WEIGHT] == "").sum())):
        return table, ""
    if missing == len(table):
        return Table(table.name, {name: cells for name, cells in table.columns.items() if name != WEIGHT}), ""
    given = numbers(table[WEIGHT].tolist())
    usual = float(given[given > 0].mean())
    told = (
        f"{count(missing, 'réponse')} sans poids de départ, venue{'s' * (missing > 1)} autrement que par le fichier qui en donne : "
        f"{'elles prennent' if missing > 1 else 'elle prend'} la moyenne des autres, {number(usual, 2)}."
    )
    return table.adding(**{WEIGHT: np.array([cell or repr(usual) for cell in table[WEIGHT].tolist()], dtype=np.str_)}), told


def weighted_table(survey: Survey) -> Table:
    """Return the answers that count with their weight in people, as results read them; nothing more when they are raw."""
    table, row = answers.table(survey), chosen(survey)
    if row is None:
        return table
    weights = [repr(row.weights[id]) if id in row.weights else "" for id in table["id"].tolist()]
    return table.adding(**{answers.FOUND: np.array(weights, dtype=np.str_)})


def sampled(held: Frame, where: Mapping[str, str] | None = None) -> tabulation.Sample:
    """Return the answers ready to be tabulated, some of them only: where: question → one of its answers."""
    if not where:
        return held.sample
    return tabulation.only(held.sample, {name: [value] for name, value in where.items()})


def card_of(held: Frame, question: str, *, by: str = "", where: Mapping[str, str] | None = None) -> Card:
    """Return how a question is shown, its differences between groups tested when it is crossed."""
    sample = sampled(held, where)
    rounding = held.survey.rounding
    whole = tabulation.of_sample(sample, question, rounding=rounding)
    crossed = tabulation.of_sample(sample, question, by=by, rounding=rounding) if by else None
    return survey_cards.card(sample, whole, crossed)


def kept_margin(margin: Margin) -> Json:
    """Return a margin as it is kept with a weighting."""
    return {
        "question": margin.variable,
        "label": margin.label or margin.variable,
        "source": source_of(margin),
        "classes": [
            {"name": each.name, "label": each.name, "values": list(each.values), "total": each.total, "span": each.span}
            for each in margin.categories
        ],
    }


def source_of(margin: Margin) -> str:
    """Return where a margin comes from, in words: its producer and title when it is one of our files."""
    card = cards().get(margin.source)
    source = (
        f"{card.producer}, {card.title}" if card else margin.source or (margin.file and f"marges données ({margin.file})")
    )
    return ", ".join(part for part in (source, margin.universe) if part)


def margin_of(held: Mapping[str, Any]) -> Margin:
    """Return the margin that `kept_margin` wrote; Refused when it is not one."""
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


def told_weighting(found: weighting.Weighting) -> Json:
    """Return what a weighting found, as it is kept and read again."""
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


def samples(row: Weighting, cards: Sequence[Card] = ()) -> list[Sample]:
    """Return the sample beside the population, variable by variable, as a weighting kept them.

    cards: what is published with it. A variable with a small class, or whose own table withholds an answer, is then left out: one
    would be worked out from the other.
    """
    whole = {card.asked.name: all(isinstance(line.figure, Estimate) for line in card.asked.lines) for card in cards}
    sources = {each["question"]: (each["label"], each["source"]) for each in row.variables}
    out = []
    for variable in dict.fromkeys(each["variable"] for each in row.told["strata"]):
        label, source = sources.get(variable, (variable, ""))
        strata = [each for each in row.told["strata"] if each["variable"] == variable]
        if cards and (not whole.get(variable, True) or min(each["n"] for each in strata) < local_survey.LEAST):
            continue
        rows = [(each["name"], each["n"], 100 * each["share"], 100 * each["target"]) for each in strata]
        out.append(Sample(label=label, source=f"Population : {source}." if source else "", rows=rows))
    return out


# ---------------------------------------------------------------------------------------------------------------- sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence as the analyst sees it. text: what will be read; edited: it is theirs; flagged: its figure changed since."""

    sentence: Sentence
    text: str
    edited: bool
    flagged: bool
    hidden: bool
    before: Sequence[Mapping[str, Any]] = ()

    @property
    def leads(self) -> bool:
        """Whether it is read first: the rules say so, or the analyst took it up."""
        return self.edited or self.sentence.leads


def sentences(held: Frame, cards: Sequence[Card] | None = None) -> list[Sentence]:
    """Return what the rules write of a survey, question by question; nothing of what nobody answered."""
    people = survey_findings.who(held.survey.kind, weighted=held.weighted)
    return survey_cards.sentences(held.cards if cards is None else cards, people)


def findings(held: Frame, cards: Sequence[Card] | None = None) -> list[Said]:
    """Return the sentences of a survey with what the analyst made of each; those that no figure bears any more come last, flagged.

    cards: those an edition publishes, protected against earlier ones: its sentences say nothing that its tables withhold.
    """
    rows = {row.key: row for row in Finding.objects.filter(survey=held.survey)}
    out = []
    for sentence in sentences(held, cards):
        row = rows.pop(sentence.key, None)
        edited = row.edited if row else ""
        out.append(
            Said(
                sentence=sentence,
                text=edited or sentence.text,
                edited=bool(edited),
                flagged=bool(edited) and survey_findings.changed((row.edited_from if row else None) or [], sentence.data()),
                hidden=bool(row and row.hidden),
                before=(row.edited_from if row else None) or (),
            )
        )
    for row in rows.values():
        if row.edited:
            lost = Sentence(key=row.key, text=row.written, figures=())
            out.append(
                Said(sentence=lost, text=row.edited, edited=True, flagged=True, hidden=row.hidden, before=row.figures)
            )
    return out


def sentence_of(held: Frame, key: str) -> Sentence | None:
    """Return one sentence as the rules write it now; one that was edited and lost its figure, as it was."""
    return next((said.sentence for said in findings(held) if said.sentence.key == key), None)


def tables(held: Frame, before: Sequence[Counted]) -> list[tuple[Tabulation, Card]]:
    """Return the table of every question somebody answered, and how it is shown, protected against what was published before."""
    if not len(held.table):
        return []
    return survey_cards.tables(held.sample, rounding=held.survey.rounding, before=before, skip=(PLACE, STRUCTURE, CHANNEL))


# --------------------------------------------------------------------------------------------------------------- publication


def publications(survey: Survey) -> QuerySet[Publication]:
    """Return the editions of a survey, the latest first."""
    return Publication.objects.filter(survey=survey).select_related("weighting").defer("content")


def shown(slug: str) -> Publication | None:
    """Return the edition that everybody may read, None when there is none or it was withdrawn."""
    rows = Publication.objects.filter(survey__slug=slug, withdrawn_at=None).select_related("survey")
    return rows.order_by("-number").first()


def told_before(survey: Survey) -> list[Counted]:
    """Return the counts that earlier editions have told, even withdrawn: somebody may have kept them."""
    contents = Publication.objects.filter(survey=survey).order_by("number").values_list("content", flat=True)
    return [counted(each) for content in contents for each in content.get("counts", ())]


def _few_since(survey: Survey, n: int, made: Sequence[Tabulation]) -> int:
    """Return the number of an earlier edition from which a few answers only have changed, 0 when there is none.

    Even a table that says the same, beside one that does not, would tell which questions the newcomers were asked.
    """
    kept_ = any(whole.kept for whole in made)
    for row in Publication.objects.filter(survey=survey).order_by("-number"):
        if 0 < abs(n - row.content["n"]) < tabulation.LEAST or (n == row.content["n"] and kept_):
            return int(row.number)
    return 0


def results(held: Frame, cards: Sequence[Card], *, at: datetime) -> Results:
    """Return all that a document of results says, as of now."""
    survey, row = held.survey, held.weighting
    on = timezone.localdate(at)
    n = len(held.table)
    weighting_words = [] if row is None else _weighting_words(row)
    limits = [*(row.told["limits"] if row else []), *([survey.how] if survey.how else [])]
    if held.stale:
        limits.append(f"Les réponses ont changé depuis le redressement : {held.stale}")
    elif held.gone:
        limits.append(
            f"{count(held.gone, 'réponse écartée', 'réponses écartées')} depuis le redressement : les marges ne sont plus tout à fait "
            "atteintes."
        )
    if held.left:
        limits.append(f"{count(held.left, 'réponse', 'réponses')} arrivées après le redressement ne sont pas comptées.")
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
        sentences=survey_findings.told(
            (said.text, said.leads) for said in findings(held, cards) if cards and not said.hidden and not said.flagged
        ),
        sample=samples(row, cards) if row else (),
        quotes=[
            (theme, [(each.shown, each.get_speaker_display()) for each in rows]) for theme, rows in heard.quotes(survey)
        ],
        actors=heard.actors(survey).written,
        method=method(held),
        steps=heard.collected(survey, answers.counted(survey).count()),
        weighting=weighting_words,
        limits=limits,
        before=before(survey, on.year) if cards else None,
        notices=("Exemple : ces réponses ont été fabriquées pour la démonstration.",) if survey.example else (),
    )


def _weighting_words(row: Weighting) -> list[str]:
    told = row.told
    names = ", ".join(each["label"] for each in row.variables)
    sources = dict.fromkeys(each["source"] for each in row.variables if each["source"])
    return [
        f"Les réponses sont redressées sur : {names}. Méthode : {row.get_method_display()}.",
        *([f"Population : {' ; '.join(sources)}."] if sources else []),
        told["explained"],
        f"Une réponse compte au plus pour {number(told['high'], 1)} et au moins pour {number(told['low'], 2)} fois la moyenne. "
        f"Effet de plan : {number(told['design_effect'], 2)} ; {number(row.n)} réponses en valent {number(told['n_effective'])}.",
    ]


def before(survey: Survey, year: int) -> Before | None:
    """Return the wave before as it was published last, None when there is none: only what was published is compared in public."""
    row = survey.after and Publication.objects.filter(survey=survey.after, withdrawn_at=None).order_by("-number").first()
    if not row:
        return None
    then = date.fromisoformat(row.content["on"]).year
    return Before(
        name=str(then) if then != year else "Avant",
        about=f"« {survey.after} », édition {row.number}, {in_words(timezone.localdate(row.published_at))}",
        weighted=row.content["weighted"],
        rows=row.content["tables"],
    )


def method(held: Frame) -> list[str]:
    """Return how the answers were collected, from the record: when, where, by which way, beside what."""
    rows = answers.counted(held.survey).order_by()
    ways = Counter(rows.values_list("channel", flat=True))
    days = [day for day in rows.values_list("received_at", flat=True) if day]
    out = []
    if days:
        first, last = (in_words(timezone.localdate(day)) for day in (min(days), max(days)))
        out.append(f"Réponses reçues le {first}." if first == last else f"Réponses reçues du {first} au {last}.")
    if ways:
        out.append(
            f"{'; '.join(f'{rules.CHANNELS[way]} : {number(n)}' for way, n in ways.most_common())}.".replace(";", " ;")
        )
    if places := by_place(held.survey):
        out.append(
            f"Lieux : {' ; '.join(f'{name} ({number(n)})' for name, n in sorted(places.items(), key=lambda e: -e[1]))}."
        )
    aside = Answer.objects.filter(survey=held.survey).exclude(aside_at=None).count()
    if aside:
        out.append(f"{count(aside, 'réponse écartée', 'réponses écartées')}, avec une raison notée.")
    versions = rows.values("version").distinct().count()
    if versions > 1:
        out.append(
            f"Le questionnaire a changé en cours de route : {versions} versions sont réunies, question par question."
        )
    return out


def edition(survey: Survey, *, at: datetime) -> Json:
    """Return what a publication holds, ready to be frozen: the document, its tables, the counts it tells; protected against those before.

    digest: of everything but its date, so that what is confirmed is what was seen.
    """
    held, before = frame(survey), told_before(survey)
    made_tables = tables(held, before)
    shown_, counts = [card for _, card in made_tables], [whole.counts() for whole, _ in made_tables]
    told = results(held, shown_, at=at)
    made = document.document(told).data()
    rows = document.rows(shown_, computed=told.computed)
    content = {
        "document": made,
        "tables": rows,
        "counts": counts,
        "codebook": [list(each) for each in document.codebook(held.questionnaire)],
        "n": told.n,
        "few_since": _few_since(survey, told.n, [whole for whole, _ in made_tables]),
        "weighted": told.weighted,
        "rounding": told.rounding,
        "universe": told.universe,
        "on": told.on.isoformat(),
        "withheld": sum(bool(row["motif"]) for row in rows),
        "shown": sum(not row["motif"] for row in rows),
    }
    said = {"chapters": made["chapters"], "tables": rows}
    content["digest"] = hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    return json.loads(json.dumps(content, ensure_ascii=False))  # type: ignore[no-any-return]


@lru_cache(maxsize=64)
def place_name(territory: str) -> str:
    """Return the name of the territory of a survey."""
    kept_ = territories.perimeter(territory)
    try:
        return kept_.name if kept_ else territories.territory(territory).long_name
    except UnknownTerritory:
        return territory


# ------------------------------------------------------------------------------------------------------------------- margins


def offered_variables(survey: Survey) -> dict[str, str]:
    """Return the questions of a survey that the census counts too, name → what it counts (`CENSUS`)."""
    return questionnaire(survey).counted()


def margins_of_page(text: str) -> tuple[Margin, ...]:
    """Return the margins that a page sent back; Refused when it was changed on the way."""
    try:
        held = json.loads(text)
    except ValueError:
        held = None
    if not isinstance(held, list) or not 0 < len(held) <= MOST_MARGINS or not all(isinstance(each, dict) for each in held):
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
    """Return each variable with its classes: answers, share of answers, share of the population; and the merges proposed.

    Refused when no column of the answers is that variable.
    """
    table = answers.table(survey)
    out = []
    for margin in margins:
        seen = weighting.seen(table, margin)
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
                    if not seen.unknown  # a class is perhaps empty because it is written otherwise: merging it would hide that
                ],
            }
        )
    return out
