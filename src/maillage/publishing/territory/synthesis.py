"""The synthesis of a territory: a page for elected people."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from maillage.publishing.page.blocks import Block, Bullets, Cell, Chapter, Document, Grid, Text, TwoColumns
from maillage.publishing.plan.reading import TO_DECIDE, PlanAction, PlanReading
from maillage.publishing.territory import (
    decisions,
    gaps,
    local_survey,
    main_findings,
    map_keys,
    priorities,
    withheld,
)
from maillage.publishing.territory.certainty import BOTH_HIGH, upper_first
from maillage.publishing.territory.decisions import Decision
from maillage.publishing.territory.reading import OfferReading, Reading
from maillage.publishing.territory.subject import (
    Subject,
    ages_chart,
    ages_sentence,
    caution,
    cover,
    first_sentence,
    headline,
    headline_context,
    levels_note,
)
from maillage.words import rich, wording

MOST_LACKS, FEW_GAPS = 3, 2  # sentences on what lacks; gaps among them
MOST_LED = 2  # actions named of a plan
MOST_UNDATED = 3  # actions without a day of vote
MOST_NEWS = 5  # sentences on what happened since an edition
DECISIONS, AFTER = "decisions", "ensuite"  # anchors of chapters that the page lays out apart
TOGETHER = re.compile(r" et |, mis en taux par ")
NO_OFFER = (
    "Aucun recensement de lieux n’est entré dans ce diagnostic : l’offre n’est pas mise en face du besoin."
)
COMPUTING = (
    "Ils ont été ajoutés après ce calcul, qui se refait : redemandez ce document dans quelques minutes."
)
TOO_LARGE = "Le territoire est trop grand pour que les distances y soient calculées."


def compose(s: Subject, plan: PlanReading | None) -> Document:
    """Return the synthesis: the answer, where, what is lacking, three decisions, what comes next, sources and
    limits. plan: the one that is published, None without.
    """
    r, plan = s.reading, decisions.voted(s, plan)
    chosen = () if r.withheld else decisions.three(s, plan)
    chapters = [_first(s, chosen)]
    if r.withheld:
        chapters.append(advice(r))
    else:
        beside_map = [*_since(s), *_surveys(s), *_lacks(s)] or _ages(s)
        chapters += [_where(s), *beside_map, *_decisions(chosen, plan), *_next(s, plan)]
    ease = "" if r.withheld else main_findings.ease_note(survey_facts(s))
    by_level = not r.withheld and decisions.tells_levels(r, decisions.proposals(s, plan))
    return Document(
        title=f"Synthèse pour les élus : {r.territory.name}",
        cover=cover(s, "Synthèse pour les élus", drawn=False),
        chapters=(*chapters, _limits(s, " ".join(filter(None, (levels_note(r) if by_level else "", ease))))),
        keywords=("inclusion numérique", "synthèse", r.territory.name),
    )


def advice(r: Reading) -> Chapter:
    """Return the chapter of advice where no figure can be shown, and the reason."""
    explanation = withheld.explain(r)
    return Chapter(
        number="",
        title="Ce que l’on peut faire",
        lead=explanation.more,
        blocks=(Bullets(items=explanation.advice),),
    )


def _first(s: Subject, chosen: Sequence[Decision]) -> Chapter:
    r = s.reading
    to_take = f" : {wording.lower_first(decisions.NUMBERS[len(chosen)])} à prendre" if chosen else "."
    both = r.both.in_full.capitalize()
    sentences = (
        headline_context(r),
        f"{ages_sentence(r)}." if ages_sentence(r) else "",
        f"{both} ont aussi de faibles revenus : parmi les 40 % les plus bas de France."
        if r.both.modest
        else "",
        _places(r.offer) if r.offer else "",
    )
    lead = headline_context(r) if r.withheld else " ".join(filter(None, sentences))
    return Chapter(number="", title=f"{headline(r)}{to_take}", lead=lead)


def _where(s: Subject) -> Chapter:
    """Return where people live: the sentences of the study, beside its map."""
    r = s.reading
    crossed = [f"{first_sentence(r.crossing_sentence)[0]}."] if r.crossing_sentence else r.class_sentences[:1]
    if BOTH_HIGH in r.where_sentence:  # it names the same zones
        crossed = []
    blocks: list[Block] = [Bullets(items=tuple(filter(None, (r.where_sentence, *crossed))))]
    title, svg = "Où vivent ces personnes", map_keys.layer_of(r, s.layers, "numerique", s.zones_above)
    if s.zones_above and svg:
        blocks.append(map_keys.numbered_picture(svg, s.zones_above, width=0.66))
    elif r.only_class:  # one colour draws nothing: the title says it
        title += f" : la part est partout « {r.only_class} » face à la France"
    elif svg:
        alt = "Carte de la part de personnes concernées, zone par zone, du clair au foncé."
        blocks.append(map_keys.picture(r, "numerique", svg, alt=alt, width=0.66))
    return Chapter(number="", title=title, blocks=tuple(blocks))


def _ages(s: Subject) -> list[Chapter]:
    drawn = ages_chart(s)
    if drawn is None:
        return []
    chart = replace(drawn, caption="", width=0.9)
    return [Chapter(number="", title="L’âge de 100 personnes concernées", blocks=(chart,))]


def _surveys(s: Subject) -> list[Chapter]:
    """Return the chapter of the published surveys, none without any."""
    quotes = [voice.in_full for voice in s.voices[:1]]
    survey = s.reading.survey
    is_apart = survey is not None and not survey.agrees
    note = local_survey.confronted(survey) if is_apart else ""
    items = tuple(filter(None, (*survey_facts(s), note, *quotes)))
    return [Chapter(number="", title="Ce qu’on nous a dit", blocks=(Bullets(items=items),))] if items else []


def survey_facts(s: Subject) -> list[str]:
    """Return the first facts of the published surveys: those of inhabitants, then of structures."""
    kinds = {("inhabitants", "caf"): 2, ("structures", "professionals"): 1}
    return [
        finding.fact
        for of_kinds, n_facts in kinds.items()
        for finding in s.findings.of_survey(*of_kinds)[:n_facts]
    ]


def _since(s: Subject) -> list[Chapter]:
    """Return the chapter of the events since an edition, none without any."""
    if s.changes is None:
        return []
    first, *rest = s.changes.news[:MOST_NEWS]
    items = tuple(filter(None, (first, " ".join(rest))))
    title = f"Depuis l’édition « {s.changes.before.about['edition']} »"
    return [Chapter(number="", title=title, blocks=(Bullets(items=items),))]


def no_offer(s: Subject) -> str:
    """Return why the offer does not stand beside the need, in a sentence."""
    known = wording.count(s.n_places, "lieu est connu", "lieux sont connus")
    if s.is_computing:
        return f"{upper_first(known)} ici. {COMPUTING}"
    return f"{upper_first(known)} ici. {TOO_LARGE}" if s.is_too_large else NO_OFFER


def no_offer_title(s: Subject) -> str:
    """Return the same as the title of a chapter."""
    if s.is_computing:
        return "L’offre de ce territoire est en cours de calcul"
    if s.is_too_large:
        return "Ici, les distances ne sont pas calculées"
    return "L’offre n’est pas encore recensée ici"


def _lacks(s: Subject) -> list[Chapter]:
    """Return the chapter of the gaps: those that are certain, failing them the doubts; none without a census
    of places, which the first decision then asks for.
    """
    offer = s.reading.offer
    if offer is None:
        if not (s.is_computing or s.is_too_large):
            return []
        return [Chapter(number="", title=no_offer_title(s), blocks=(Text(text=no_offer(s)),))]
    return [
        Chapter(
            number="",
            title="Ce qui manque",
            blocks=(Bullets(items=tuple(_lacking(s.reading, offer)[:MOST_LACKS])),),
        )
    ]


def _lacking(r: Reading, offer: OfferReading) -> list[str]:
    """Return the lacks, a sentence each, the most decisive first: the number of certain gaps, what the census
    tells nothing of, the first gap, the main town; failing a certain gap, the doubts and the places to call.
    """
    first_gaps = gaps.sentences(offer, FEW_GAPS)
    tally = gaps.tally(offer) if first_gaps else ""
    counted_gaps, silence = f"{upper_first(tally)}." if tally else "", gaps.unasked(offer)
    to_ask = gaps.to_ask(offer)
    town = priorities.town_sentence(r, names_calls=not to_ask)
    walked = offer.other_way if offer.walked else ""  # a firm gap of the town, on foot
    if first_gaps:
        gap_texts = [*first_gaps[:1], walked, town, *first_gaps[1:]]
    else:
        counted = [line for line in gaps.unknown(offer) if not gaps.is_unsure(line)]
        doubts = [*map(gaps.unknown_sentence, counted), to_ask]
        absent = f"{offer.no_place}." if offer.no_place and any(doubts) else ""
        silence = silence if any(doubts) else ""  # the sentence on absence names them
        gap_texts = [absent if any(doubts) else gaps.absence_sentence(offer), walked, town, *doubts]
    texts = (counted_gaps, offer.to_locate_in_brief, silence, *gap_texts, offer.other_way)
    return [text for text in dict.fromkeys(texts) if text]


def _places(offer: OfferReading) -> str:
    """Return how many places are counted, and how many of them do not tell what they give."""
    n, silent = offer.territory.n_places, offer.territory.n_silent
    places = upper_first(wording.count(n, "lieu recensé", "lieux recensés"))
    if not n or not silent:
        return f"{places}."
    if silent == n:
        return f"{places} : aucun ne précise son offre."
    return f"{places}, dont {wording.number(silent)} à l’offre inconnue."


def actions_table(actions: Sequence[PlanAction]) -> Grid:
    """Return actions of a plan in a table: who leads each, from when, at what cost, where it stands."""
    return Grid(
        caption="Les actions du plan",
        columns=("Action", "Pilote", "Début", "Coût", "État"),
        align="gggdg",
        widths=(4.2, 2.2, 1.7, 1.3, 2.2),
        rows=tuple(
            (
                Cell(text=action.title.rstrip("."), strong=True),
                Cell(text=action.pilot or TO_DECIDE),
                Cell(text=action.begins or TO_DECIDE),
                Cell(text=TO_DECIDE if action.budget is None else decisions.euros(action.budget)),
                Cell(text=action.stage_words),
            )
            for action in actions
        ),
    )


def planned(plan: PlanReading) -> str:
    """Return the state of the published plan, then its actions without a day of vote."""
    undated = [x for x in plan.planned if x.is_to_vote and not x.vote and not x.is_part]
    n_named = len(undated) if len(undated) <= MOST_UNDATED + 1 else MOST_UNDATED  # « 1 autre » names nobody
    names = [f"« {x.title.rstrip('.')} »" for x in undated[:n_named]]
    more = len(undated) - len(names)
    listed = wording.listing([*names, *([wording.count(more, "autre")] if more else [])])
    without_day = f" Sans date de vote : {listed}." if undated else ""
    return f"Un plan{' d’exemple' if plan.is_example else ''} est publié. {plan.state}{without_day}"


def _decisions(chosen: Sequence[Decision], plan: PlanReading | None) -> list[Chapter]:
    """Return the decisions asked: their title with what they cost, then decision of them, numbered."""
    if not chosen:
        return []
    money = decisions.totals(chosen)
    cost = f"**{decisions.euros(money[0])}.** {decisions.funding_words(money)}" if money else ""
    example = "Exemple : pilotes, dates et coûts inventés." if plan and plan.is_example else ""
    head = Chapter(
        number="",
        anchor=DECISIONS,
        title=f"{decisions.NUMBERS[len(chosen)]} demandée{'s' if len(chosen) > 1 else ''}",
        lead=" ".join(filter(None, (cost, example))),
    )
    return [head, *(_decision(k, decision) for k, decision in enumerate(chosen, 1))]


def _decision(number: int, decision: Decision) -> Chapter:
    """Return a decision: why and what it changes, beside where, who, when and how much; what nobody decided
    of it is named there, its effect included.
    """
    when = decision.when if TO_DECIDE in decision.when else f"{decision.when} ({decision.state})"
    facts = {
        "Où": decision.where,
        "Qui": decision.pilot,
        "Quand": decision.state if decision.when == TO_DECIDE else when,
        "Combien": decision.cost_words,
    }
    expected = {**facts, "Effet": decision.effect}
    undecided = [label for label, words in expected.items() if words == TO_DECIDE]
    conditions = tuple(f"**{label}** : {words}" for label, words in facts.items() if words != TO_DECIDE)
    if undecided:
        labels = wording.listing([undecided[0], *map(wording.lower_first, undecided[1:])])
        conditions += (f"**{labels}** : {TO_DECIDE}",)
    is_set = decision.effect != TO_DECIDE
    changes = (Text(text=f"**Ce que cela change.** {decision.effect}"),) if is_set else ()
    return Chapter(
        number=str(number),
        title=decision.title,
        blocks=(
            TwoColumns(
                left_blocks=(Text(text=decision.reason), *changes),
                right_blocks=(Bullets(items=conditions),),
                share=0.62,
            ),
        ),
    )


def _next(s: Subject, plan: PlanReading | None) -> list[Chapter]:
    """Return the chapter of the planned steps and of the state of the plan, none without any."""
    coming = s.mission.to_come.removeprefix("À venir : ") if s.mission else ""
    led = wording.listing([f"« {x.title} » ({x.stage})" for x in plan.led[:MOST_LED]]) if plan else ""
    state, first = (planned(plan) if plan else ""), (f"D’abord : {led}." if led else "")
    next_words = " ".join(filter(None, (upper_first(coming), state, first)))
    return (
        [Chapter(number="", title="Ensuite", anchor=AFTER, blocks=(Text(text=next_words),))]
        if next_words
        else []
    )


def named_producers(producer_texts: Iterable[str]) -> list[str]:
    """Return the producers of data, each once, in order of the alphabet: those who made a file together are
    named one by one, without whom they made it for.

    >>> named_producers(["Insee et DGFiP", "IGN", "Insee, mis en taux par Data For Good", "IGN et Insee"])
    ['Data For Good', 'DGFiP', 'IGN', 'Insee']
    """
    names = {name for text in producer_texts for name in TOGETHER.split(text.split(", pour ", maxsplit=1)[0])}
    return sorted(names, key=str.casefold)


def _limits(s: Subject, more: str) -> Chapter:
    """Return sources and limits, in small print. more: what to know of other figures than the first."""
    r = s.reading
    pages = {name: x.url for x in reversed(r.sources) for name in named_producers([x.producer])}
    producers = wording.listing(
        [rich.link(name, pages[name]) for name in named_producers([x.producer for x in r.sources])]
    )
    limits = [] if r.withheld else [*filter(None, (caution(s),))]
    margin = (
        "" if r.headline.value else r.source.margin
    )  # the lead of the first chapter gives it with the number
    return Chapter(
        number="",
        title="Sources et limites",
        blocks=(
            Text(
                text=(
                    f"{rich.link(r.definition.label, r.source.url)}. {r.source.counts} Champ :"
                    f" {r.source.among} {r.source.how}"
                ),
                tone="note",
            ),
            Text(text=" ".join(filter(None, [margin, *limits, more])), tone="note"),
            Text(
                text=f"Données : {producers} ; années et doutes de chacune dans le diagnostic.", tone="note"
            ),
        ),
    )
