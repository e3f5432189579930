"""The poster of a territory: one figure, one map, three actions, and the network in three lines, to hang
where people meet.
"""

from dataclasses import replace

from maillage.publishing.page.blocks import Bullets, Chapter, Document, Picture, Text
from maillage.publishing.plan.reading import PlanAction, PlanReading
from maillage.publishing.territory import decisions, map_keys, synthesis
from maillage.publishing.territory.certainty import upper_first
from maillage.publishing.territory.reading import LevelLine, Reading
from maillage.publishing.territory.subject import (
    OTHER_DEFINITION,
    Subject,
    cover,
    headline,
    headline_context,
    levels_source,
    need_chart,
    provenance,
)
from maillage.words import wording

MOST = 3


def compose(s: Subject, plan: PlanReading | None) -> Document:
    """Return the poster: the first figure, beside its map; three actions of the plan, else three proposals to
    discuss; the network in a few lines; sources. plan: the one that is published, None without.
    """
    r, plan = s.reading, decisions.voted(s, plan)
    svg = "" if r.withheld else s.layers.get("numerique", "")
    chart = None if r.withheld else need_chart(s)
    alt = "Carte de la part de personnes concernées, zone par zone, du clair au foncé."
    drawn = [map_keys.picture(r, "numerique", svg, alt=alt)] if svg else []
    blocks = [*drawn, *([Picture(svg=chart.svg, alt=chart.alt)] if chart else [])]
    return Document(
        title=f"Affiche : {r.territory.name}",
        cover=cover(s, "Inclusion numérique", drawn=False),
        chapters=(
            Chapter(number="", title=headline(r), lead=headline_context(r), blocks=tuple(blocks)),
            _actions(s, plan),
            *_network(s),
            Chapter(number="", title="Sources", blocks=_notes(s, plan)),
        ),
        keywords=("inclusion numérique", "affiche", r.territory.name),
    )


def _notes(s: Subject, plan: PlanReading | None) -> tuple[Text, ...]:
    notes = [Text(text=provenance(s), tone="note")]
    if _levels(s.reading):
        notes.append(Text(text=f"Niveaux de difficulté : {levels_source()}.", tone="note"))
    if plan is not None and plan.is_example and plan.led:
        notes.insert(
            0, Text(text="Exemple : les pilotes et les dates des actions sont inventés.", tone="note")
        )
    return tuple(notes)


def _actions(s: Subject, plan: PlanReading | None) -> Chapter:
    led_actions = plan.led[:MOST] if plan else []
    if s.reading.withheld and not led_actions:
        return replace(synthesis.advice(s.reading), lead="")
    if led_actions:
        title = _title(sum(each.has_begun for each in led_actions), len(led_actions))
        return Chapter(number="", title=title, blocks=(Bullets(items=tuple(map(_action_line, led_actions))),))
    chosen = (
        [f"**{x.full_title}.** {upper_first(x.state)}." for x in decisions.three(s, plan)] if plan else ()
    )
    items = (
        tuple(chosen)
        or decisions.proposals(s, plan)[:MOST]
        or ("Les chiffres sont trop peu sûrs pour proposer : parlons-en ensemble.",)
    )
    return Chapter(
        number="",
        title="À discuter ensemble",
        lead=synthesis.planned(plan) if plan else "",
        blocks=(Bullets(items=items),),
    )


def _network(s: Subject) -> list[Chapter]:
    """Return the network in a few lines: whom it is for, how many places are known, what comes next; nothing
    where none of it is known.
    """
    r = s.reading
    levels = _levels(r)
    places = r.offer.territory.n_places if r.offer else s.n_places
    coming = s.mission.to_come.removeprefix("À venir : ") if s.mission else ""
    whom = [f"{line.in_full} qui {line.description}" for line in levels]
    other = f" {OTHER_DEFINITION}" if r.levels.link else ""
    facts = (
        f"**Pour qui :** {' ; '.join(whom)}.{other}" if whom else "",
        f"**Avec qui :** {wording.count(places, 'lieu connu', 'lieux connus')} ici." if places else "",
        f"**Et après :** {coming}" if coming else "",
    )
    items = tuple(filter(None, facts))
    return [Chapter(number="", title="Le réseau", blocks=(Bullets(items=items),))] if items else []


def _levels(r: Reading) -> tuple[LevelLine, ...]:
    """Return the levels of difficulty that call for help: each has its number, or its range."""
    return () if r.withheld else r.levels.lines[:MOST]


def _title(begun: int, n: int) -> str:
    """Return the title of some actions, by how many of them have begun.

    >>> _title(1, 1), _title(2, 2), _title(0, 1), _title(0, 2)
    ('Une action a commencé', 'Ce que nous faisons', 'Une action va commencer', 'Ce qui va commencer')
    >>> _title(1, 3)
    'Ce que nous faisons, ce qui va commencer'
    """
    if begun == n:
        return "Ce que nous faisons" if n > 1 else "Une action a commencé"
    if not begun:
        return "Ce qui va commencer" if n > 1 else "Une action va commencer"
    return "Ce que nous faisons, ce qui va commencer"


def _action_line(action: PlanAction) -> str:
    ends, begins = (
        f"jusqu’au {action.ends}" if action.ends else "",
        f"à partir du {action.begins}" if action.begins else "",
    )
    when = (ends or begins) if action.has_begun else (begins or ends)
    zones = "" if decisions.names_place(action.title, action.zones) else action.zones
    facts = (action.stage_words, action.pilot, zones, when)
    return f"**{action.title.rstrip('.')}.** {upper_first(', '.join(filter(None, facts)))}."
