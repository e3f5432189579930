"""The strategic plan of a territory: what it starts from, its dynamics, who, when, with what money."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from maillage.publishing import journey
from maillage.publishing.page import maps
from maillage.publishing.page.blocks import (
    Block,
    Bullets,
    Callout,
    Cell,
    Chapter,
    Document,
    Grid,
    Heading,
    Picture,
    Text,
    TwoColumns,
)
from maillage.publishing.plan.reading import (
    DONE,
    DROPPED,
    EVERYWHERE,
    TO_DECIDE,
    UNCOUNTED,
    VISIBLE_STAGES,
    PlanAction,
    PlanAxis,
    PlanReading,
    tally,
)
from maillage.publishing.territory import atlas, decisions, gaps, mission, priorities, synthesis
from maillage.publishing.territory.certainty import upper_first
from maillage.publishing.territory.chapters.certainty import (
    notions_used,
    source_chapter,
)
from maillage.publishing.territory.chapters.opening import withheld_chapter
from maillage.publishing.territory.dossier import numbered
from maillage.publishing.territory.reading import Reading
from maillage.publishing.territory.subject import (
    Subject,
    ages_sentence,
    caution,
    cover,
    headline,
    headline_context,
)
from maillage.reference.glossary import terms
from maillage.reference.plan_frames import borrowed_from, inspiring, marked
from maillage.words import wording
from maillage.words.dates import months, read

COLUMNS = ("Dynamique", "N°", "Action", "Pilote", "Quand", "Coût, qui finance", "État", "Effet attendu")
ALIGN = "gdgggdgg"
TITLES = COLUMNS.index("Action")
WIDTHS = (1.6, 0.45, 4.1, 1.7, 1.4, 2.2, 2.3, 2.2)
Band = Literal["garance", "pastel", "tilleul", "prune"]
BANDS: tuple[Band, ...] = ("garance", "pastel", "tilleul", "prune")
MOST_NAMED = 4  # actions under way, or without a pilot, that a synthesis names
MOST_UPRIGHT = 8  # actions that a table across an upright page holds: a wide one would be half empty
NO_AXIS = "Autres actions"  # the title of the dynamic that nobody named
MOST_NUMBERS = 14  # of actions, in a sentence
EFFECT_NOTE = "Effet attendu : un objectif à vérifier, pas une promesse."
DEFINED = ("precarite-numerique", "precarite", "inclusion-numerique")  # by the chapter of the notion
BORROWED = "* : repris de {origin}. À vérifier ici."
NO_PLACE = "Sans lieu écrit, une action vaut pour tout le territoire."
NO_BUDGET = "Aucun budget n’est encore écrit."
JOURNEY_STAGE = 112  # as tall as the words beside it: two journeys a page, and no half of one empty
MAP_WIDTH = 0.5
MOST_LABELS = 5  # actions that a zone of a map names
STAKES = (
    "**Une démarche sur écran seulement** peut faire perdre un droit à une personne sans écran.",
    "**Un appui, aussi.** Bien pris en main, le numérique évite un trajet, garde un lien, aide à se faire"
    " comprendre.",
)
NO_CAUSE = (
    "Ce qui change après une action peut venir d’autre chose : aucun de ces nombres n’en donne la cause."
)


def compose(s: Subject, plan: PlanReading | None) -> Document:
    """Return the plan as a council reads it: its synthesis, every action in a table, money by year, a sheet
    per action, what remains to be decided; then what it starts from: the diagnosis in brief, the approach and
    its thanks, journeys; in annex, its words and its sources. plan: None where nobody wrote one; the document
    says so, and gives what the figures propose.
    """
    r, plan = s.reading, decisions.voted(s, plan)
    chapters = [_summary(s, plan)]
    if plan is None:
        chapters.append(_no_plan(s))
    else:
        chapters += _decided(s, plan)
    chapters += _grounds(s, plan)
    chapters += [
        replace(each, number="a") for each in (_notions(chapters), source_chapter(r, has_method=False))
    ]
    # Each begins where the one before ends: a page of its own would leave half of the others empty.
    chapters = [replace(each, flows=True) for each in chapters]
    return Document(
        title=f"Plan stratégique d’inclusion numérique : {r.territory.name}",
        cover=replace(
            cover(s, "Plan stratégique d’inclusion numérique"), print=f"Chiffres de l’étude {r.fingerprint}"
        ),
        chapters=numbered(chapters),
        keywords=("inclusion numérique", "plan stratégique", r.territory.name),
    )


def _decided(s: Subject, plan: PlanReading) -> list[Chapter]:
    """Return the chapters of the decisions, those to be taken among them."""
    chapters = [_table_of_actions(plan)] if plan.actions else []
    chapters += _money(plan)
    axes = [axis for axis in plan.axes if axis.actions or axis.statement or axis.announced]
    sheets = [_axis(axis, plan, is_first=axis == axes[0]) for axis in axes]
    if sheets and (drawn := _where(s, plan)):
        sheets[0] = replace(sheets[0], blocks=(drawn, *sheets[0].blocks))
    chapters += sheets
    chapters += [_follow_up(plan)] if any(x.indicator for x in plan.actions) else []
    chapters += [_refused(plan)] if plan.refused else []
    return [*chapters, _conclusion(s, plan)]


def _grounds(s: Subject, plan: PlanReading | None) -> list[Chapter]:
    """Return the chapters of the diagnosis that a plan starts from."""
    r = s.reading
    chapters = [_diagnosis(s, plan)]
    if r.withheld:
        chapters.append(withheld_chapter(r, {}))
    elif not r.offer:
        chapters.append(_no_offer(s))
    if s.mission:
        led, thanks = mission.approach(s.mission), mission.acknowledgements(s.mission)
        title = Heading(text=thanks.title, small=True)
        chapters.append(replace(led, blocks=(*led.blocks, title, *thanks.blocks)))
    if plan and plan.journeys:
        chapters.append(_journeys(plan))
    if plan and (plan.actors or plan.roles):
        chapters.append(_actors(plan))
    return chapters


def _summary(s: Subject, plan: PlanReading | None) -> Chapter:
    items = [f"**{headline(s.reading)}.** {headline_context(s.reading)}"]
    if plan:
        items.append(f"**{plan.title}.** {plan.state}")
        items += [f"**Coût.** {_budget_words(plan)}"] if _total(plan.planned) else []
        items += (
            [f"**À attribuer d’abord.** {plan.alone} sans pilote{_titles(plan.unled)}."] if plan.unled else []
        )
    else:
        items.append("Aucun plan n’est encore écrit ici.")
    blocks: list[Block] = [Bullets(items=tuple(items))]
    if plan and plan.planned:
        chosen = tuple(replace(each, reason="").in_full for each in decisions.three(s, plan))
        decided = tuple(
            _decided_action(x) for x in plan.planned if x.stage in VISIBLE_STAGES or x.state.startswith(DONE)
        )
        for title, texts in (("À décider", chosen), ("Prêt, en cours ou fait", decided[:MOST_NAMED])):
            blocks += [Heading(text=title, small=True), Bullets(items=texts)] if texts else []
    if plan and not plan.is_published:
        blocks.append(Callout(tone="prudence", title="Brouillon.", text="Ce plan n’est pas publié."))
    if plan and plan.is_example:
        blocks.append(
            Callout(tone="prudence", title="Exemple.", text="Pilotes, dates et montants y sont inventés.")
        )
    return Chapter(number="", short="Synthèse", title="Synthèse", flows=True, blocks=tuple(blocks))


def _titles(actions: Sequence[PlanAction]) -> str:
    """Return the titles of a few actions after their count, "" for too many to be read in a sentence."""
    titles = wording.listing([f"« {x.title} »" for x in actions])
    return f" : {titles}" if len(actions) <= MOST_NAMED else ""


def _decided_action(x: PlanAction) -> str:
    facts = (x.stage_words, x.pilot, _when(x), x.counted and f"compté : {x.counted}")
    return f"**{x.title}.** {upper_first(' ; '.join(filter(None, facts)))}."


def _table_of_actions(plan: PlanReading) -> Chapter:
    """Return every action that stands in a line of one table, its dynamics along them, its title where the
    plan stands; then what is to be settled. What nobody decided yet is an empty cell, and no column where
    nobody decided it of any action.
    """
    rows = [row for k, axis in enumerate(plan.axes) for row in _lines(axis, BANDS[k % len(BANDS)])]
    is_short = len(rows) <= MOST_UPRIGHT
    is_expected = 2 * sum(bool(x.effect) for x in plan.planned) >= len(plan.planned)
    # a column of effects that is mostly empty is left to the sheets
    every_column = range(len(COLUMNS) - (not is_expected))
    n_filled = {k: sum(bool(row[k].text or row[k].mark) for row in rows) for k in every_column}
    columns = [k for k in every_column if n_filled[k] and (k or not is_short or len(plan.axes) > 1)]
    # A column of a few words is half as wide; the titles of actions take the room.
    widths = {k: WIDTHS[k] / (1 if 2 * n_filled[k] >= len(rows) or not k else 2) for k in columns}
    widths[TITLES] += sum(WIDTHS[k] - widths.get(k, 0) for k in every_column)
    table = Grid(
        caption="Les actions, par dynamique" if len(plan.axes) > 1 else "Les actions",
        columns=tuple(COLUMNS[k] for k in columns),
        align="".join(ALIGN[k] for k in columns),
        widths=tuple(widths.values()),
        rows=tuple(tuple(row[k] for k in columns) for row in rows),
        note=EFFECT_NOTE if is_expected else "",
        is_whole=is_short,
    )
    lacking = _lacking(plan)
    return Chapter(
        number="n",
        short="Les actions",
        title=f"{upper_first(tally(plan.planned))} : {plan.standing}" if plan.planned else plan.state,
        lead=_total_words(plan),
        wide=not is_short,
        blocks=(
            table,
            *(
                (Callout(tone="prudence", title="À régler avant le vote.", text=" ".join(lacking)),)
                if lacking
                else ()
            ),
        ),
    )


def _lacking(plan: PlanReading) -> list[str]:
    """Return the points to settle, a sentence each: « Sans financeur : toutes les actions. »"""
    return [f"{upper_first(lack)} : {_named(x, plan.planned)}." for lack, x in plan.lacking]


def _lines(axis: PlanAxis, band: Band) -> list[tuple[Cell, ...]]:
    """Return the actions of a dynamic as rows: the first begins with its name, which stands for all."""
    costs = _total(axis.planned)
    return [
        (
            Cell(text=axis.title, mark=_euros(costs) if costs else "", span=len(axis.planned), tone=band)
            if k == 0
            else Cell(span=0),
            Cell(text=x.label),
            Cell(text=x.title, strong=not x.is_part),
            Cell(text=x.pilot),
            Cell(text=months(read(x.first_day), read(x.last_day))),
            Cell(
                text=_euros(x.budget),
                strong=x.budget is not None,
                mark=" ; ".join(
                    [*([f"dont {_euros(x.investment)} une fois"] if x.investment else []), *x.funders]
                ),
            ),
            Cell(text=x.stage_words, tone=x.tone),
            Cell(text=x.effect),
        )
        for k, x in enumerate(axis.planned)
    ]


def _total(actions: Sequence[PlanAction]) -> int:
    """Return the written budgets of actions, in euros: that of a part is in that of its action, when that
    one has one.
    """
    priced = {x.label for x in actions if not x.is_part and x.budget is not None}
    return sum(x.budget or 0 for x in actions if not (x.is_part and x.label.rpartition(".")[0] in priced))


def _total_words(plan: PlanReading) -> str:
    """Return the cost of the plan in words, and what is spent once; "" while nobody wrote a budget."""
    total, once = _total(plan.planned), sum(x.investment for x in plan.planned)
    if not total:
        return ""
    return f"**{_euros(total)}**{f' dont {_euros(once)} à dépenser une fois' if once else ' en tout'}"


def _euros(euros: int | None) -> str:
    return "" if euros is None else f"{wording.number(euros)}{wording.NBSP}€"


def _named(actions: Sequence[PlanAction], every: Sequence[PlanAction]) -> str:
    """Return some actions by their numbers, in order, those that follow each other as « 2 à 7 », then
    sub-actions; how many they are, where nobody would read so many numbers.
    """
    if len(actions) == len(every) > 1:
        return "toutes les actions"
    runs: list[list[str]] = []
    numbers = {x.label: [int(n) for n in x.label.split(".")] for x in actions}
    for label in sorted(numbers, key=lambda label: (len(numbers[label]), numbers[label])):
        *prefix, n = numbers[label]
        if runs and numbers[runs[-1][-1]] == [*prefix, n - 1]:
            runs[-1].append(label)
        else:
            runs.append([label])
    words = [word for run in runs for word in ([f"{run[0]} à {run[-1]}"] if len(run) > 2 else run)]
    if len(words) > MOST_NUMBERS:
        return tally(actions)
    return f"action{'s' if len(actions) > 1 else ''} {wording.listing(words)}"


def _notions(chapters: Sequence[Chapter]) -> Chapter:
    """Return the annex of the words of the plan: digital precarity, why it matters, and the notions that its
    chapters use, as the glossary defines them.
    """
    other_notions = [term for key, term in terms().items() if term.family == "notion" and key not in DEFINED]
    used = [f"**{term.term}.** {term.definition}" for term in notions_used(chapters, other_notions)]
    defined_terms = [terms()[key] for key in DEFINED]
    return Chapter(
        number="n",
        short="De quoi l’on parle",
        title="Qu’est-ce que la précarité numérique ?",
        flows=True,
        blocks=(
            Bullets(
                items=(*(f"**{term.term}.** {term.definition}" for term in defined_terms), *used, *STAKES)
            ),
            Text(text=f"Définitions : {defined_terms[0].source}.", tone="note"),
        ),
    )


def _diagnosis(s: Subject, plan: PlanReading | None) -> Chapter:
    """Return the diagnosis in brief: who, where, what is lacking, what surveys say, the answer to each level.
    The dossier holds the rest, and a plan does not print it a second time.
    """
    r, d = s.reading, s.reading.definition
    counted = f"Qui est compté : **{d.label}**. Champ : {d.universe}."
    frame = f" Cadre de départ : {plan.frame}." if plan and plan.frame else ""
    blocks: list[Block] = [Text(text=f"{counted}{frame}")]
    if not r.withheld:
        items = [f"**Qui.** {ages_sentence(r)}."] if ages_sentence(r) else []
        items.append(f"**Où.** {r.where_sentence.replace('**', '')}")
        if r.both.value:
            items.append(f"**Une double peine.** {upper_first(r.both.in_full)} ont aussi de faibles revenus.")
        if r.offer:
            facts = (f"{gaps.headline(r.offer)}.", priorities.town_sentence(r), r.offer.other_way)
            items.append(f"**Ce qui manque.** {' '.join(filter(None, facts))}")
        items += [f"**Ce que l’enquête dit.** {fact}" for fact in synthesis.survey_facts(s)]
        note = f"{caution(s)} Le reste : dossier de diagnostic.".strip()
        blocks += [Bullets(items=tuple(items)), Text(text=note, tone="note"), *_typology(r)]
    return Chapter(
        number="n",
        short="Le diagnostic",
        title="Le diagnostic, en bref",
        flows=True,
        blocks=tuple(blocks),
    )


def _typology(r: Reading) -> tuple[Block, ...]:
    """Return which answer suits whom, with how many they are; nothing where nobody is counted."""
    items = tuple(
        f"**{x.label} :** {x.in_full} {x.description}. Réponse : {wording.lower_first(x.answer)}."
        for x in r.levels.lines
        if x.value
    )
    note = Text(text=f"{r.levels.source} Fourchettes : {wording.NINE_IN_TEN}.", tone="note")
    title = Heading(text="À chaque situation, sa réponse", small=True)
    return (title, Bullets(items=items), note) if items else ()


def _where(s: Subject, plan: PlanReading) -> Picture | None:
    """Return the map of the zones with the numbers of their actions; None where no action names a zone that
    the study draws.
    """
    labels: dict[str, list[str]] = {}
    for action in plan.planned:
        for code in action.zone_codes:
            labels.setdefault(code, []).append(action.label)
    rows = [zone for zone in s.reading.zones if zone.code in labels]
    svg = s.layers.get("numerique", "")
    if not rows or not svg:
        return None
    words = {zone.code: wording.shortened(labels[zone.code], MOST_LABELS) for zone in rows}
    drawn = maps.labelled(atlas.in_two_classes(svg, words), words, {zone.name for zone in rows})
    everywhere = [action for action in plan.planned if not action.zone_codes]
    named = wording.listing([f"{zone.full_name} ({words[zone.code]})" for zone in rows])
    rest = f" Partout ou lieu à préciser : {_named(everywhere, plan.planned)}." if everywhere else ""
    return Picture(
        svg=drawn,
        alt=f"Carte des zones où le plan agit : {named}.",
        caption=f"Numéros des actions, par zone : {named}.{rest}",
        width=MAP_WIDTH,
        key=(("n5", "une action y est prévue"), ("n1", "aucune action propre")),
    )


def _conclusion(s: Subject, plan: PlanReading | None) -> Chapter:
    """Return the conclusion: the limits of the offer, the participants, the conditions to begin, and the part
    that another territory may take up. Nothing there is not counted elsewhere in the plan, and what the
    synthesis says stands there alone.
    """
    r, items = s.reading, []
    if r.offer:
        lacks, silent = gaps.tally(r.offer), r.offer.territory.n_silent
        mute = wording.count(silent, "lieu ne précise pas son offre", "lieux ne précisent pas leur offre")
        known = lacks or r.offer.no_place or "aucun manque certain"
        items.append(f"**Les limites de l’offre.** {upper_first(known)}{f' ; {mute}' if silent else ''}.")
    else:
        items.append(f"**Les limites de l’offre.** {synthesis.no_offer(s)}")
    items.append(
        f"**Ceux qui ont pris part.** {upper_first(wording.listing(s.participation))}."
        if s.participation
        else f"**Ceux qui ont pris part.** {mission.untold(s.mission) if s.mission else mission.UNTOLD}"
    )
    if begun := _begun(s, plan):
        items.append(f"**La dynamique engagée.** {upper_first(begun)}.")
    if plan and plan.planned:
        if plan.alone:
            items.append(
                f"**Ce qui manque pour commencer.** {plan.alone} sans pilote : une action commence quand une"
                " personne la porte."
            )
        elif not plan.lacking:  # what is to be settled stands under the table of actions, once
            items.append(
                "**Ce qui manque pour commencer.** Chaque action a un pilote : restent leurs étapes à tenir."
            )
        to_vote = [action for action in plan.planned if action.vote_day and action.is_to_vote]
        first = min(to_vote, key=lambda action: action.vote_day, default=None)
        if first is not None:
            titles = [f"« {action.title} »" for action in to_vote if action.vote_day == first.vote_day]
            items.append(f"**Le premier vote.** Le {first.vote} : {wording.listing(titles)}.")
        items.append(
            "**Ailleurs.** Un autre territoire peut reprendre ce plan comme cadre, sans ses pilotes, ses"
            " dates ni ses montants."
        )
    return Chapter(
        number="n", short="Conclusion", title="Conclusion", flows=True, blocks=(Bullets(items=tuple(items)),)
    )


def _begun(s: Subject, plan: PlanReading | None) -> str:
    """Return the effects of a diagnosis: meetings held, actions that somebody carries; "" for none."""
    met = sum(step.n for step in s.mission.past if step.kind == "reunion") if s.mission else 0
    led = [action for action in plan.planned if action.pilot] if plan else []
    parts = [
        wording.count(met, "réunion") if met else "",
        f"{tally(led)} {'ont' if len(led) > 1 else 'a'} un pilote" if led and plan and plan.unled else "",
    ]
    return " ; ".join(filter(None, parts))


def _no_offer(s: Subject) -> Chapter:
    return Chapter(
        number="n",
        short="L’offre",
        title=synthesis.no_offer_title(s),
        flows=True,
        blocks=(Callout(tone="prudence", text=synthesis.no_offer(s)),),
    )


def _no_plan(s: Subject) -> Chapter:
    proposals = decisions.proposals(s, None)
    return Chapter(
        number="n",
        short="Le plan",
        title="Le plan reste à écrire",
        lead="Aucun plan n’est ouvert pour ce territoire. Voici ce que les chiffres donnent à discuter.",
        blocks=(
            Bullets(items=proposals) if proposals else Text(text="Rien : les chiffres sont trop peu sûrs."),
        ),
    )


# ----------------------------------------------------------------------------------------------- dynamics


def _axis(axis: PlanAxis, plan: PlanReading, *, is_first: bool) -> Chapter:
    """Return a dynamic: what was done elsewhere, as its frame cites it, then each action as a short sheet."""
    cited = inspiring(plan.frame, axis.number)
    blocks: list[Block] = [Text(text=f"**Ce qui inspire.** {cited}")] if cited else []
    if axis.announced:
        blocks.append(Text(text=axis.announced, tone="note"))
    for action in axis.actions:
        blocks += [Heading(text=f"{action.label}. {action.title}", small=True), *_sheet(action)]
    if not axis.actions:
        blocks.append(Text(text="Aucune action n’y est encore écrite."))
    if is_first:
        origin = borrowed_from(_borrowable(plan))
        notes = (
            BORROWED.format(origin=origin) if origin else "",
            NO_PLACE if any(x.zones == EVERYWHERE for x in plan.planned) else "",
        )
        if any(notes):
            blocks.insert(0, Text(text=" ".join(filter(None, notes)), tone="note"))
    return Chapter(
        number="n",
        short=axis.title if len(plan.axes) > 1 else "Une par une",
        title=_axis_title(axis, plan),
        lead=marked(axis.statement),
        flows=True,
        blocks=tuple(blocks),
    )


def _axis_title(axis: PlanAxis, plan: PlanReading) -> str:
    """Return the title of a dynamic: a plan of a single one that nobody named has actions, and no dynamic."""
    if axis.title == NO_AXIS:
        return "Les actions, une par une" if len(plan.axes) == 1 else f"{axis.title}, hors dynamique"
    return f"Dynamique {axis.number} : {wording.lower_first(axis.title)}"


def _borrowable(plan: PlanReading) -> list[str]:
    """Return the texts that a frame may have brought from elsewhere."""
    of_actions = (x for y in plan.planned for x in (y.objective, y.partners, y.existing, y.means))
    return [*(axis.statement for axis in plan.axes), *of_actions]


def _sheet(action: PlanAction) -> tuple[Block, ...]:
    """Return the lines of an action, without those that are empty: one list names them for all actions; of
    one that was dropped, the day and the reason alone.
    """
    if action.state == DROPPED:
        return (Text(text=f"{upper_first(' '.join(filter(None, (DROPPED, action.why_dropped))))}."),)
    lines = (
        ("État", ", ".join((action.stage_words, *action.contradictions))),
        ("Vote prévu le", action.vote if action.is_to_vote and action.state != TO_DECIDE else ""),
        ("Pilote", action.pilot),
        ("Avec", marked(action.partners)),
        ("Pour qui", action.public),
        ("Où", "" if action.zones == EVERYWHERE else action.zones),
        ("Personnes sans ce service à portée", "" if action.people.startswith(UNCOUNTED) else action.people),
        ("Personnes en difficulté, zone par zone", action.residents),
        ("Quand", _when(action)),
        ("Étapes", " ; ".join(action.steps)),
        ("Ce qui existe", marked(action.existing)),
        ("Moyens", marked(action.means)),
        ("Coût", ". ".join(filter(None, (_euros(action.budget), action.costs)))),
        ("Qui finance", " ; ".join(action.funders)),
        ("Effet attendu", action.effect),
        ("Risques", action.risks),
    )
    facts = Bullets(items=tuple(f"**{name} :** {text}" for name, text in lines if text))
    objective = marked(action.objective)
    return (Text(text=objective), facts) if objective else (facts,)


def _when(action: PlanAction) -> str:
    if action.begins and action.ends:
        return f"du {action.begins} au {action.ends}"
    if action.begins:
        return f"à partir du {action.begins}"
    return f"jusqu’au {action.ends}" if action.ends else ""


# ---------------------------------------------------------------------------------------- carrying it out


def _table(caption: str, columns: tuple[str, ...], rows: Sequence[Sequence[str]], **more: str) -> Grid:
    """Return a table whose first column is a number, the second what it is about. align: of the others."""
    return Grid(
        caption=caption,
        columns=columns,
        align="dg" + more.get("align", "g" * (len(columns) - 2)),
        widths=(0.6, 4, *(1.7 for _ in columns[2:])),
        rows=tuple(tuple(Cell(text=text, strong=k == 1) for k, text in enumerate(row)) for row in rows),
        note=more.get("note", ""),
    )


def _journeys(plan: PlanReading) -> Chapter:
    """Return the journeys of people through a procedure: today, and with the levers of the plan."""
    blocks: list[Block] = []
    for people_journey in plan.journeys:
        stages = tuple(
            f"**{stage.title}.** {_cards_in_words(stage)}" for stage in people_journey.stages if stage.cards
        )
        texts = (
            Text(text=people_journey.profile),
            Bullets(items=stages),
            Text(text=people_journey.note, tone="note"),
        )
        blocks.append(Heading(text=people_journey.title))
        if people_journey.is_drawable:
            drawn = Picture(
                svg=journey.drawn_narrow(people_journey, tall=JOURNEY_STAGE), alt=journey.text(people_journey)
            )
            blocks.append(TwoColumns(left_blocks=(drawn,), right_blocks=texts, share=0.34))
        else:
            blocks += texts
    return Chapter(
        number="n",
        short="Les parcours",
        title="Ce que vivent les personnes, étape par étape",
        lead="Tirets : aujourd’hui. Trait plein : avec les leviers du plan."
        if any(each.is_drawable for each in plan.journeys)
        else "",
        blocks=tuple(blocks),
    )


def _cards_in_words(stage: journey.Stage) -> str:
    """Return the cards of a stage by kind: « Obstacle : pas de voiture. Levier : un bus. »"""
    words_by_kind = {
        label: [wording.lower_first(card.words.rstrip(".")) for card in stage.of(kind)]
        for kind, label in journey.ONE.items()
    }
    return " ".join(f"{label} : {' ; '.join(words)}." for label, words in words_by_kind.items() if words)


def _actors(plan: PlanReading) -> Chapter:
    rows = tuple(
        (
            Cell(text=each.name, strong=True),
            Cell(text=each.does),
            Cell(text=each.axes),
        )
        for each in plan.actors
    )
    roles = tuple(f"**{upper_first(role)}** : {people}." for role, people in plan.roles)
    role_blocks: tuple[Block, ...] = (Bullets(items=roles),) if roles else ()
    if not rows:
        return Chapter(
            number="n", short="Les acteurs", title="Qui tient le réseau", flows=True, blocks=role_blocks
        )
    grid = Grid(
        caption="Les acteurs que nomme le plan de départ",
        columns=("Acteur", "Ce qu’il en est dit", "Dynamiques"),
        align="ggg",
        widths=(2.2, 6, 1.6),
        rows=rows,
        note=(
            f"{plan.actors[0].source}. Tels que le document les raconte, à sa date : ce qu’ils font"
            " aujourd’hui est dans l’annuaire."
        ),
    )
    return Chapter(
        number="n",
        short="Les acteurs",
        title="Les acteurs que nomme le plan",
        flows=True,
        blocks=(*role_blocks, grid),
    )


def _money(plan: PlanReading) -> list[Chapter]:
    """Return the chapter on money, none where it would only repeat the synthesis: costs year by year, what
    was brought to dropped actions, what is funded without a budget. Totals count the written amounts alone.
    The budget of a part is in that of its action, when that one has one; what funds it is added, since who
    funds is written once.
    """
    lost = sum(x.funded or 0 for x in plan.actions if x not in plan.planned)
    lost_words = f"En dehors, {_euros(lost)} ont été accordés à des actions abandonnées." if lost else ""
    # The synthesis tells the total of written budgets; where none is, what is funded is told here.
    is_funded_alone = not _total(plan.planned) and any(x.funded is not None for x in plan.planned)
    is_unpriced = bool(plan.yearly) and any(x.budget is None for x in plan.planned)
    unpriced = "Une action sans budget écrit ne compte pas pour zéro." if is_unpriced else ""
    words = " ".join(filter(None, (_budget_words(plan) if is_funded_alone else "", unpriced, lost_words)))
    blocks = (*((Text(text=words),) if words else ()), *((_by_year(plan),) if plan.yearly else ()))
    title = "Le budget, année par année" if plan.yearly else "Le budget"
    chapter = Chapter(number="n", short="Le budget", title=title, flows=True, blocks=blocks)
    return [chapter] if blocks else []


def _budget_words(plan: PlanReading) -> str:
    """Return the written budgets, and the part of them that is funded."""
    priced = [x for x in plan.planned if x.budget is not None]
    paid = [x for x in plan.planned if x.budget is not None or x.funded is not None]
    action_labels = {x.label for x in priced if not x.is_part}
    inside = [x for x in paid if x.is_part and x.label.rpartition(".")[0] in action_labels]
    total = _total(plan.planned)
    funded = sum(x.funded or 0 for x in paid if x in priced or x in inside)
    unbudgeted = sum(x.funded or 0 for x in paid if x not in priced and x not in inside)
    more = f" {wording.number(unbudgeted)} € financent des actions sans budget écrit." if unbudgeted else ""
    more += " Le budget d’une sous-action est compté dans celui de son action." if inside else ""
    more += "".join(f" {each}" for each in _costs_over(priced))
    if not priced:
        return f"{NO_BUDGET}{more}"
    return (
        f"{_among(priced, plan.planned)}"
        f" {'ont' if len(priced) > 1 else 'a'} un budget : {wording.number(total)} €"
        f"{' ;' if funded > total else ', dont'} {wording.number(funded)} € financés"
        f"{', plus que ces budgets' if funded > total else ''}.{more}"
    )


def _by_year(plan: PlanReading) -> Grid:
    rows = [
        (
            Cell(text=row.label, strong=row.is_total),
            *(
                Cell(text=wording.number(euros), strong=row.is_total)
                for euros in (row.running, row.investment, row.undetailed, row.total)
            ),
        )
        for row in plan.yearly
    ]
    return Grid(
        caption="Coûts écrits, par année, en euros",
        columns=("Année", "Fonctionnement", "Investissement", "Sans détail", "Total"),
        align="gdddd",
        rows=tuple(rows),
    )


def _costs_over(priced: Sequence[PlanAction]) -> list[str]:
    """Return the actions whose parts cost more than they do, a sentence each."""
    sentences = []
    for action in priced:
        parts = [x.budget or 0 for x in priced if x.is_part and x.label.rpartition(".")[0] == action.label]
        if not action.is_part and sum(parts) > (action.budget or 0):
            sentences.append(
                f"Les sous-actions de l’action {action.label} coûtent plus qu’elle :"
                f" {wording.number(sum(parts))} € pour {wording.number(action.budget or 0)} €."
            )
    return sentences


def _among(counted_actions: Sequence[PlanAction], every: Sequence[PlanAction]) -> str:
    """Return how many actions there are among all, and apart how many sub-actions."""
    counted = []
    for noun, part in (("action", False), ("sous-action", True)):
        n, most = (sum(each.is_part is part for each in rows) for rows in (counted_actions, every))
        if n:
            counted.append(f"{wording.count(n, noun)} sur {most}")
    return wording.listing(counted)


def _follow_up(plan: PlanReading) -> Chapter:
    """Return the indicators to be measured, and separately the number of those of dropped actions."""
    measured = [x for x in plan.planned if x.indicator]
    stopped = [x for x in plan.actions if x.indicator and x not in plan.planned]
    are = f"abandonnée{'s' if len(stopped) > 1 else ''}"
    stopped_text = f" En dehors, {tally(stopped)} {are} : rien n’y sera plus mesuré." if stopped else ""
    rows = [
        (
            x.label,
            x.title,
            x.indicator,
            x.baseline,
            x.target,
            x.counted or "pas encore",
        )
        for x in measured
    ]
    columns = ("N°", "Action", "Indicateur", "Au départ", "Cible", "Compté")
    block: Block = (
        _table("Attendu, et compté", columns, rows, align="gddg", note=f"{NO_CAUSE}{stopped_text}")
        if rows
        else Text(text=f"Aucune action n’a encore d’indicateur : rien ne dira si elle a servi.{stopped_text}")
    )
    counted = sum(bool(x.counted) for x in measured)
    title = f"Ce qui sera mesuré : {tally(measured)}" if measured else "Ce qui sera mesuré"
    title += f", {counted} déjà comptée{'s' if counted > 1 else ''}" if counted else ""
    return Chapter(number="n", short="Le suivi", title=title, flows=True, blocks=(block,))


def _refused(plan: PlanReading) -> Chapter:
    items = tuple(f"**{title}** : {why}" for title, why in plan.refused)
    title = "Ce qui a été proposé et refusé"
    return Chapter(number="n", short="Refus", title=title, flows=True, blocks=(Bullets(items=items),))
