"""The synthesis of a territory: a page for elected people."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from maillage.reports.page.blocks import Beside, Block, Bullets, Chapter, Document, Text
from maillage.reports.plan.reading import PlanReading
from maillage.reports.territory import decisions, gaps, local_survey, main_findings, map_keys, withheld
from maillage.reports.territory.certainty import upper_first
from maillage.reports.territory.decisions import Decision
from maillage.reports.territory.reading import OfferReading, Reading
from maillage.reports.territory.subject import (
    Subject,
    ages_chart,
    ages_sentence,
    cover,
    first_sentence,
    headline,
    headline_context,
    levels_note,
)
from maillage.words import rich, wording

MOST = 3  # gaps
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
    r = s.reading
    chosen = () if r.withheld else decisions.three(s, plan)
    chapters = [_first(s, chosen)]
    if r.withheld:
        chapters.append(advice(r))
    else:
        beside_map = [*_since(s), *_surveys(s), *_lacks(s)] or _ages(s)
        chapters += [_where(s), *beside_map, *_decisions(chosen, plan), *_next(s, plan)]
    by_level = not r.withheld and decisions.tells_levels(r, decisions.proposals(s, plan))
    return Document(
        title=f"Synthèse pour les élus : {r.territory.name}",
        cover=cover(s, "Synthèse pour les élus", drawn=False),
        chapters=(*chapters, _limits(r, levels_note(r) if by_level else "")),
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
        f"{both} vivent aussi modestement : parmi les 40 % de la France aux plus faibles revenus."
        if r.both.modest
        else "",
    )
    lead = headline_context(r) if r.withheld else " ".join(filter(None, sentences))
    return Chapter(number="", title=f"{headline(r)}{to_take}", lead=lead)


def _where(s: Subject) -> Chapter:
    """Return where people live: the sentences of the study, beside its map."""
    r = s.reading
    crossed = [f"{first_sentence(r.crossing_sentence)[0]}."] if r.crossing_sentence else r.class_sentences[:1]
    blocks: list[Block] = [Bullets(items=tuple(filter(None, (r.where_sentence, *crossed))))]
    if svg := s.layers.get("numerique", ""):
        alt = "Carte de la part de personnes concernées, zone par zone, du clair au foncé."
        codes = [zone.code for zone in s.zones_above]
        blocks.append(
            map_keys.surplus_picture(svg, codes, width=0.66)
            if codes
            else map_keys.picture(r, "numerique", svg, alt=alt, width=0.66)
        )
    return Chapter(number="", title="Où vivent ces personnes", blocks=tuple(blocks))


def _ages(s: Subject) -> list[Chapter]:
    drawn = ages_chart(s)
    if drawn is None:
        return []
    chart = replace(drawn, caption="", width=0.9)
    return [Chapter(number="", title="Sur 100 personnes concernées, leur âge", blocks=(chart,))]


def _surveys(s: Subject) -> list[Chapter]:
    """Return the chapter of the published surveys, none without any."""
    kinds = {("inhabitants", "caf"): 2, ("structures", "professionals"): 1}
    facts = [
        finding.fact
        for of_kinds, n_facts in kinds.items()
        for finding in s.findings.of_survey(*of_kinds)[:n_facts]
    ]
    quotes = [f"« {voice.words} » {voice.speaker}." for voice in s.voices[:1]]
    survey = s.reading.survey
    is_apart = survey is not None and not survey.agrees
    note = local_survey.confronted(survey) if is_apart else main_findings.ease_note(facts[:MOST])
    items = tuple(filter(None, (*facts[:MOST], note, *quotes)))
    return [Chapter(number="", title="Ce qu’on nous a dit", blocks=(Bullets(items=items),))] if items else []


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
        Chapter(number="", title="Ce qui manque", blocks=(Bullets(items=(_places(offer), *_gaps(offer))),))
    ]


def _places(offer: OfferReading) -> str:
    """Return how many places are counted, and how many of them do not tell what they give."""
    n, silent = offer.whole.n_places, offer.whole.n_silent
    places = upper_first(wording.count(n, "lieu recensé", "lieux recensés"))
    if not n or not silent:
        return f"{places}."
    if silent == n:
        return f"{places} : aucun ne précise son offre."
    return f"{places}, dont {wording.number(silent)} à l’offre inconnue."


def _gaps(offer: OfferReading) -> list[str]:
    """Return the first gaps, a sentence a zone; failing them, what nobody knows."""
    gap_texts = gaps.sentences(offer, MOST)
    doubts = [gaps.unknown_sentence(line) for line in gaps.unknown(offer)[:MOST]]
    return [
        *filter(None, [offer.to_locate_in_brief]),
        *(gap_texts or [*([f"{offer.no_place}."] if offer.no_place and doubts else []), *doubts]),
        *([] if gap_texts or doubts else [gaps.absence_sentence(offer)]),
        *filter(None, [offer.other_way]),
    ]


def planned(plan: PlanReading) -> str:
    """Return where the published plan stands, in a sentence."""
    return f"Un plan{' d’exemple' if plan.is_example else ''} est publié. {plan.state}"


def _decisions(chosen: Sequence[Decision], plan: PlanReading | None) -> list[Chapter]:
    """Return the decisions asked: their title with what they cost, then decision of them, numbered."""
    if not chosen:
        return []
    money = decisions.totals(chosen)
    cost = f"**{decisions.euros(money[0])}.** {decisions.funding_words(money)}" if money else ""
    is_unset = any(each.effect == decisions.TO_DECIDE for each in chosen)
    to_set = "Effet à fixer : un nombre de personnes aidées par an." if is_unset else ""
    example = "Exemple : pilotes, dates et coûts inventés." if plan and plan.is_example else ""
    head = Chapter(
        number="",
        anchor=DECISIONS,
        title=f"{decisions.NUMBERS[len(chosen)]} demandée{'s' if len(chosen) > 1 else ''}",
        lead=" ".join(filter(None, (cost, example, to_set))),
    )
    return [head, *(_decision(k, decision) for k, decision in enumerate(chosen, 1))]


def _decision(number: int, decision: Decision) -> Chapter:
    """Return a decision: why and what it changes, beside where, who, when and how much."""
    why = (Text(text=decision.reason),) if decision.reason else ()
    when = decision.when if decisions.TO_DECIDE in decision.when else f"{decision.when} ({decision.state})"
    conditions = (
        f"**Où** : {decision.where}",
        f"**Qui** : {decision.pilot}",
        f"**Quand** : {decision.state if decision.when == decisions.TO_DECIDE else when}",
        f"**Combien** : {decision.cost_words}",
    )
    is_set = decision.effect != decisions.TO_DECIDE
    changes = (Text(text=f"**Ce que cela change.** {decision.effect}"),) if is_set else ()
    return Chapter(
        number=str(number),
        title=decision.title,
        blocks=(Beside(left=(*why, *changes), right=(Bullets(items=conditions),), share=0.62),),
    )


def _next(s: Subject, plan: PlanReading | None) -> list[Chapter]:
    """Return the chapter of the planned steps and of the state of the plan, none without any."""
    coming = s.mission.to_come.removeprefix("À venir : ") if s.mission else ""
    next_words = " ".join(filter(None, (upper_first(coming), planned(plan) if plan else "")))
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


def _limits(r: Reading, more: str) -> Chapter:
    """Return sources and limits, in small print. more: what to know of other figures than the first."""
    pages = {name: x.url for x in reversed(r.sources) for name in named_producers([x.producer])}
    producers = wording.listing(
        [rich.link(name, pages[name]) for name in named_producers([x.producer for x in r.sources])]
    )
    limits = [] if r.withheld else [text.replace("**", "") for text in r.warnings[:1]]
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
