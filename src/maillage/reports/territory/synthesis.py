"""The synthesis of a territory: a page for elected people."""

import re
from collections.abc import Iterable

from maillage.reports.page.blocks import Block, Bullets, Chapter, Document, Text
from maillage.reports.plan.reading import PlanReading
from maillage.reports.territory import gaps, map_keys, withheld
from maillage.reports.territory.certainty import upper_first
from maillage.reports.territory.labels import FIRST_ANSWERS
from maillage.reports.territory.reading import Reading
from maillage.reports.territory.subject import (
    Subject,
    beside,
    cover,
    headline,
    levels_note,
    need_chart,
)
from maillage.words import rich, wording

MOST = 3  # gaps, and proposals
TOGETHER = re.compile(r" et |, mis en taux par ")
NO_OFFER = (
    "Aucun recensement de lieux n’est entré dans ce diagnostic : l’offre n’est pas mise en face du besoin."
)
CENSUS = "**Recenser les lieux d’aide.** Sans eux, aucun manque ne peut être nommé."
SMALLER = "**Lire les manques plus près.** Chaque département a son diagnostic, avec ses distances."
COMPUTING = (
    "Ils ont été ajoutés après ce calcul, qui se refait : redemandez ce document dans quelques minutes."
)
TOO_LARGE = "Le territoire est trop grand pour que les distances y soient calculées."


def compose(s: Subject, plan: PlanReading | None) -> Document:
    """Return the synthesis: the first figure, where, the offer, gaps, proposals, sources and limits. plan:
    the one that is published, None without.
    """
    r = s.reading
    chapters = [_first(s)]
    if r.withheld:
        chapters.append(advice(r))
    else:
        chapters += [_where(s), _offer(s), _gaps(s), _proposals(s, plan)]
    by_level = not r.withheld and tells_levels(r, proposals(s, plan))
    return Document(
        title=f"Synthèse pour les élus : {r.territory.name}",
        cover=cover(s, "Inclusion numérique, synthèse", drawn=False),
        chapters=(*chapters, _limits(r, levels_note(r) if by_level else "")),
        keywords=("inclusion numérique", "synthèse", r.territory.name),
    )


def advice(r: Reading) -> Chapter:
    """Return what to do where no figure can be shown, and why."""
    said = withheld.explain(r)
    return Chapter(
        number="",
        title="Ce que l’on peut faire",
        lead=said.more,
        blocks=(Bullets(items=said.advice),),
    )


def _first(s: Subject) -> Chapter:
    r = s.reading
    drawn = None if r.withheld else need_chart(s)
    return Chapter(
        number="",
        title=f"{headline(r)}.",
        lead=beside(r),
        blocks=(drawn,) if drawn else (),
    )


def _where(s: Subject) -> Chapter:
    """Return where people live: the sentences of the study, beside its map."""
    r = s.reading
    crossed = (r.crossing_sentence,) if r.crossing_sentence else r.class_sentences
    said = [text for text in (r.where_sentence, *crossed) if text]
    blocks: list[Block] = [Bullets(items=tuple(said))]
    if svg := s.layers.get("numerique", ""):
        alt = "Carte de la part de personnes concernées, zone par zone, du clair au foncé."
        blocks.append(map_keys.picture(r, "numerique", svg, alt=alt, width=0.66))
    return Chapter(number="", title="Où vivent ces personnes", blocks=tuple(blocks))


def no_offer(s: Subject) -> str:
    """Return why the offer does not stand beside the need, in a sentence."""
    known = wording.count(s.n_places, "lieu est connu", "lieux sont connus")
    if s.is_computing:
        return f"{upper_first(known)} ici. {COMPUTING}"
    return f"{upper_first(known)} ici. {TOO_LARGE}" if s.is_too_large else NO_OFFER


def no_offer_title(s: Subject) -> str:
    """Return the same as the title of a chapter."""
    if s.is_computing:
        return "L’offre d’ici est en cours de calcul"
    if s.is_too_large:
        return "Ici, les distances ne sont pas calculées"
    return "L’offre n’est pas encore recensée ici"


def _offer(s: Subject) -> Chapter:
    """Return what the census of places counts, and what it leaves unknown."""
    r = s.reading
    if r.offer is None:
        return Chapter(number="", title="L’offre", blocks=(Text(text=no_offer(s)),))
    whole = r.offer.whole
    counted = [f"{wording.lower_first(line.label)} ({line.places})" for line in whole.lines if line.n_places]
    n_places = upper_first(wording.count(whole.n_places, "lieu", "lieux"))
    items = [f"{n_places} dans le périmètre, d’après {r.offer.source}."]
    if whole.n_places:
        items.append(
            f"Ce qu’ils disent proposer : {wording.listing(counted)}."
            if counted
            else "Aucun ne dit ce qu’il propose."
        )
    if whole.n_silent:
        items.append(
            f"{wording.count(whole.n_silent, 'lieu ne dit', 'lieux ne disent')} pas ce qu’on y trouve :"
            " ni une offre, ni une absence."
        )
    return Chapter(number="", title="L’offre", blocks=(Bullets(items=tuple(items)),))


def _gaps(s: Subject) -> Chapter:
    """Return the gaps that are certain; failing them, what nobody knows."""
    r = s.reading
    found = gaps.shared(r.offer)[:MOST]
    if found:
        title = "Les manques les plus lourds" if len(found) > 1 else "Ce qui manque, pour sûr"
        return Chapter(number="", title=title, blocks=(Bullets(items=tuple(gap.sentence for gap in found)),))
    doubts = gaps.unknown(r.offer)[:MOST]
    if doubts:
        items = tuple(f"{line.label} : {line.missing_about} sans lieu connu à portée." for line in doubts)
        return Chapter(number="", title="Aucun manque n’est certain", blocks=(Bullets(items=items),))
    told = gaps.absence_sentence(r.offer) if r.offer else f"Ils se liront {_when_read(s)}."
    return Chapter(number="", title="Les manques", blocks=(Text(text=told),))


def _when_read(s: Subject) -> str:
    if s.is_computing:
        return "quand le calcul sera fini"
    return "dans un territoire plus petit" if s.is_too_large else "quand les lieux seront recensés"


def planned(plan: PlanReading) -> str:
    """Return where the published plan stands, in a sentence."""
    return f"Un plan{' d’exemple' if plan.is_example else ''} est publié. {plan.state}"


def proposals(s: Subject, plan: PlanReading | None) -> tuple[str, ...]:
    """Return three things to discuss, each another action and from a figure: services absent from zones that
    the plan has not settled, then what to ask of silent places, then the answers to levels of difficulty.
    """
    r = s.reading
    settled = plan.settled if plan else ()
    openings = gaps.opening_sentences(r.offer, settled)
    asked = [
        f"**Demander aux lieux s’ils proposent : {wording.lower_first(line.label)}.** Leur silence cache"
        f" {line.missing_about}."
        for line in gaps.unknown(r.offer)
    ]
    census = [] if r.offer or s.is_computing else [SMALLER if s.is_too_large else CENSUS]
    return tuple([*openings[:MOST], *asked[:1], *census, *_answers(r)][:MOST])


def _answers(r: Reading) -> list[str]:
    """Return what each level of difficulty calls for, and for how many people."""
    return [
        f"**{FIRST_ANSWERS[line.name]}.** {upper_first(line.in_full)} {line.who}."
        for line in (() if r.withheld else r.levels.lines[:MOST])
    ]


def tells_levels(r: Reading, found: Iterable[str]) -> bool:
    """Return whether something proposed counts people by level of difficulty: its source is then told."""
    answers = _answers(r)
    return any(text in answers for text in found)


def _proposals(s: Subject, plan: PlanReading | None) -> Chapter:
    found = proposals(s, plan)
    blocks: tuple[Block, ...] = (
        Bullets(items=found) if found else Text(text="Aucune : les chiffres sont trop peu sûrs."),
    )
    title = f"{len(found)} propositions à discuter" if len(found) > 1 else "À discuter"
    return Chapter(number="", title=title, lead=planned(plan) if plan else "", blocks=blocks)


def named_producers(told: Iterable[str]) -> list[str]:
    """Return who produced data, each once, in order of the alphabet: those who made a file together are
    named one by one, without whom they made it for.

    >>> named_producers(["Insee et DGFiP", "IGN", "Insee, mis en taux par Data For Good", "IGN et Insee"])
    ['Data For Good', 'DGFiP', 'IGN', 'Insee']
    """
    names = {name for text in told for name in TOGETHER.split(text.split(", pour ", maxsplit=1)[0])}
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
