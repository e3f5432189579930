"""The slides that give a diagnosis back to a territory: method, people, offer, advice, next steps."""

import re
from collections.abc import Sequence
from dataclasses import replace
from math import ceil

from maillage.reports.page.blocks import (
    Block,
    Bullets,
    Callout,
    Cell,
    Chapter,
    Document,
    Grid,
    Text,
)
from maillage.reports.plan.reading import PlanAction, PlanReading, tally
from maillage.reports.territory import gaps, map_keys, mission, surveys, synthesis, withheld
from maillage.reports.territory.certainty import upper_first
from maillage.reports.territory.reading import LevelLine, OfferReading, Reading
from maillage.reports.territory.subject import (
    OTHER_DEFINITION,
    Subject,
    beside,
    cover,
    first_sentence,
    for_a_room,
    headline,
    levels_chart,
    levels_note,
    levels_source,
    need_chart,
    offer_chart,
    provenance,
)
from maillage.words import rich, wording
from maillage.words.dates import in_words
from maillage.words.wording import listing

METHOD, PEOPLE, OFFER, ADVICE, NEXT = (
    "Présentation et méthode",
    "Résultats : les habitants",
    "L’offre du territoire",
    "Recommandations",
    "Prochaines étapes",
)
PARTS = (METHOD, PEOPLE, OFFER, ADVICE, NEXT)
MOST_ROWS = 6
MOST_BESIDE = 4  # rows beside a map: its classes are under them
FEW_GAPS = 2
MOST_LIMITS = 5
MOST_STEPS = 9
MOST_ACTIONS = 5
TITLE_LINE = 59  # letters of an action on a line of its column, in the smallest letters of a slide
TITLE_LINES = 17  # of these lines on a slide: what is left of it under its title
FOREWORD_LETTERS = 700  # of a foreword on a slide, whole paragraphs; its notes hold the rest
TO_DECIDE = "**Qui ?** à décider. **Pour quand ?** à décider."


def compose(s: Subject, plan: PlanReading | None) -> Document:
    """Return the slides of a study. Each title is what its figures let us say, and no more. plan: the one
    that is published, None without.
    """
    r = s.reading
    slides = [*_foreword(s), *_mission(s), _method(s)]
    if r.withheld:
        slides.append(_withheld(s))
    else:
        slides += [_limits(s), *_people(s), *_offer(s), _answers(s)]
        slides += [*_plan(plan), _proposals(s, plan), _decisions(s, plan)]
    slides += [*_thanks(s), _sources(s)]
    return Document(
        title=f"Restitution : {r.territory.name}",
        cover=cover(s, "Restitution du diagnostic d’inclusion numérique"),
        chapters=(_agenda(slides), *slides),
        keywords=("inclusion numérique", "restitution", r.territory.name),
    )


def _slide(
    over: str,
    title: str,
    blocks: Sequence[Block],
    *,
    notes: str,
    lead: str = "",
    foot: str = "",
    anchor: str = "",
) -> Chapter:
    """Return a slide; foot: the line under it, "" for none; anchor: what links to it."""
    note = (Text(text=foot, tone="note"),) if foot else ()
    blocks = (*blocks, *note)
    return Chapter(number="", over=over, title=title, lead=lead, blocks=blocks, notes=notes, anchor=anchor)


def _foot(s: Subject, rates: str = "") -> str:
    """Return the short line of source under a slide; its notes say more. rates: whose they are, those of the
    first figure when "".
    """
    r = s.reading
    whose = rates or f"{r.source.producer} {r.source.year}"
    return (
        f"Estimation Maillage du {in_words(s.on)} : [{whose}, recensement de 2021](#sources)."
        f" Fourchettes : {wording.NINE_IN_TEN}."
    )


def _cells(*texts: str) -> tuple[Cell, ...]:
    """Return a row of a table, its first cell strong."""
    return tuple(Cell(text=text, strong=k == 0) for k, text in enumerate(texts))


# ------------------------------------------------------------------------------------------------- method


def _agenda(slides: Sequence[Chapter]) -> Chapter:
    """Return the parts of a deck, each with what its first slide concludes, and where it stands."""
    before = 2  # the cover, and this slide
    rows = []
    for part in PARTS:
        numbers = [k for k, slide in enumerate(slides, before + 1) if slide.over == part]
        if numbers:
            first, last = numbers[0], numbers[-1]
            where = f"{first}" if first == last else f"{first} à {last}"
            rows.append(_cells(part, slides[first - before - 1].title, where))
    table = Grid(
        caption="Ordre du jour",
        columns=("Partie", "Ce qu’elle dit d’abord", "Diapositives"),
        align="ggd",
        widths=(2.6, 5.4, 1.4),
        rows=tuple(rows),
    )
    return _slide(
        "",
        table.caption,
        (table,),
        notes="L’ordre du jour se change selon le temps : chaque partie se présente seule.",
    )


def _foreword(s: Subject) -> list[Chapter]:
    """Return the slide of the words that open the document, none where nobody wrote them."""
    m = s.mission
    if m is None or not m.foreword:
        return []
    parts = mission.paragraphs(m)
    read = [
        part for k, part in enumerate(parts) if k == 0 or len(" ".join(parts[: k + 1])) <= FOREWORD_LETTERS
    ]
    signed = f" **{m.foreword_by}**" if m.foreword_by else ""
    block = Callout(tone="commentaire", text=f"{' '.join(read)}{signed}")
    return [_slide("", mission.FOREWORD, (block,), notes=" ".join(parts))]


def _mission(s: Subject) -> list[Chapter]:
    """Return the slides of how the study was led: who asked, who was heard, when; none where nobody wrote."""
    m = s.mission
    if m is None:
        return []
    drawn = mission.thread(m)
    heard = listing([step.words for step in m.counts()])
    told = f"Entendus : {heard}." if heard else mission.untold(m)
    items = tuple(filter(None, (m.origin, m.reason, told, m.to_come)))
    blocks: list[Block] = [Bullets(items=items)]
    if drawn is not None:
        blocks.insert(0, drawn)
    found = [_slide(METHOD, m.lead.removesuffix("."), blocks, notes=f"{m.lead} {m.reason}".strip())]
    if m.steps:
        table = mission.calendar(m)
        shown = replace(table, rows=table.rows[-MOST_STEPS:])
        found.append(
            _slide(METHOD, table.caption, (shown,), notes=f"{wording.count(len(m.steps), 'étape')} en tout.")
        )
    return found


def _thanks(s: Subject) -> list[Chapter]:
    """Return the slide of thanks, none where nobody is named."""
    m = s.mission
    if m is None or not (m.participants or m.thanks):
        return []
    items = (*m.participants[:MOST_ROWS], *((m.thanks,) if m.thanks else ()))
    notes = f"Entendus : {listing(m.participants)}." if m.participants else ""
    return [_slide(NEXT, "Merci", (Bullets(items=items),), notes=notes)]


def _method(s: Subject) -> Chapter:
    c = s.reading.source
    return _slide(
        METHOD,
        "Des taux nationaux, appliqués aux habitants d’ici",
        (Bullets(items=(c.counts, c.how, c.margin)),),
        notes=f"{provenance(s)} Citation : « {c.quote} ». Doute : {c.doubt}",
        foot=_foot(s),
        anchor="methode",
    )


def _limits(s: Subject) -> Chapter:
    """Return what to know of the figures: what contradicts them, which survey is not in them, their
    warnings.
    """
    absent = list(filter(None, [surveys.left_out(s.surveys, s.reading.survey)]))
    contradicted = [note.text for note in s.reading.published if note.kind == "contredit"]
    return _slide(
        METHOD,
        "Ces chiffres sont des ordres de grandeur",
        (Bullets(items=tuple([*contradicted, *absent, *s.reading.warnings][:MOST_LIMITS])),),
        notes=" ".join(s.reading.warnings),
    )


def _withheld(s: Subject) -> Chapter:
    said = withheld.explain(s.reading)
    items = (f"**{said.headline}.** {said.why}", *said.advice)
    notes = " ".join((said.more, *said.advice)).replace("**", "")
    return _slide(PEOPLE, said.title, (Bullets(items=items),), notes=notes)


# ------------------------------------------------------------------------------------------------- people


def _people(s: Subject) -> list[Chapter]:
    found = [_need(s), _levels(s)]
    if len(s.reading.zones) > 1:
        found.append(_zones(s))
    found += _crossing(s)
    if _is_surveyed(s):
        found.append(_survey(s))
    return [*found, *_voices(s)]


def _need(s: Subject) -> Chapter:
    r = s.reading
    drawn = for_a_room(need_chart(s))
    about = f"{r.both.in_full.capitalize()} vivent aussi modestement : une partie des premières."
    said = (about, r.both.poverty) if r.both.modest else (r.both.about,)
    blocks: tuple[Block, ...] = (*((drawn,) if drawn else ()), Bullets(items=tuple(filter(None, said))))
    return _slide(PEOPLE, headline(r), blocks, lead=beside(r), notes=provenance(s), foot=_foot(s))


def _levels(s: Subject) -> Chapter:
    r = s.reading
    first = r.levels.lines[0]
    title = f"{first.about.capitalize()} {first.who}" if _is_told(s, first) else first.label
    drawn = for_a_room(levels_chart(s))
    answers = Bullets(items=tuple(f"**{x.label}** : {x.who}." for x in r.levels.lines[:3]))
    return _slide(
        PEOPLE,
        title,
        (*((drawn,) if drawn else ()), answers),
        lead=OTHER_DEFINITION if r.levels.link else "",
        notes=" ".join(
            filter(None, (r.levels.link, provenance(s, what=f"{r.levels.source} {r.levels.doubt}")))
        ),
        foot=_foot(s, levels_source()),
    )


def _is_told(s: Subject, line: LevelLine) -> bool:
    """Tell whether a level has a number to be said in a sentence: one that is withheld has none."""
    return s.study["besoins"]["niveaux"][line.name]["valeur"] is not None


def _zones(s: Subject) -> Chapter:
    """Return where people live: the map beside the zones with most people concerned."""
    r = s.reading
    title, rest = first_sentence(r.where_sentence)
    svg = s.layers.get("numerique", "")
    shown = [zone for zone in r.zones if zone.share][: MOST_BESIDE if svg else MOST_ROWS]
    table = Grid(
        caption=f"Les {r.territory.unit}s où l’estimation est la plus haute",
        columns=(r.territory.unit.capitalize(), "Personnes", "Fourchette", "Part"),
        align="gddd",
        widths=(3.2, 1.2, 1.5, 0.7),
        rows=tuple(
            _cells(
                z.full_name,
                z.people or "—",
                z.between.replace(" ", wording.NBSP),
                z.share,
            )
            for z in shown
        ),
        note="Les fourchettes se recouvrent : ce n’est pas un classement.",
    )
    alt = "Carte de la part de personnes concernées, zone par zone, du clair (rare) au foncé."
    picture = map_keys.picture(r, "numerique", svg, alt=alt)
    return _slide(
        PEOPLE,
        title or "Les fourchettes, côte à côte",
        ((picture, table) if svg else (table,)),
        lead=rest,
        notes=f"{table.note} {' '.join(r.class_sentences)} {provenance(s)}",
        foot=f"{table.note} {_foot(s)}",
    )


def _crossing(s: Subject) -> list[Chapter]:
    """Return the slide of both precarities, none where no sentence of the study says anything of them."""
    r = s.reading
    if not r.crossing_sentence:
        return []
    title, rest = first_sentence(r.crossing_sentence)
    items = [rest, *(x.finding for x in r.discordances), *r.cluster_sentences]
    svg = s.layers.get("les-deux", "")
    alt = "Carte des deux précarités : bleu, numérique ; brique, sociale ; prune, les deux."
    blocks: list[Block] = [Bullets(items=tuple(text for text in items if text)[:3])]
    if svg:
        blocks.insert(0, map_keys.picture(r, "les-deux", svg, alt=alt))
    notes = " ".join([*(f"{x.finding} {x.advice}" for x in r.discordances), provenance(s)])
    return [_slide(PEOPLE, title, blocks, notes=notes, foot=_foot(s))]


def _is_surveyed(s: Subject) -> bool:
    """Tell whether answers of residents stand beside the model."""
    return s.reading.survey is not None and not s.reading.survey.reason


def _survey(s: Subject) -> Chapter:
    r = s.reading
    assert r.survey is not None
    table = Grid(
        caption="L’enquête, le modèle, et les deux ensemble",
        columns=("Estimation", "Part", "Fourchette", "Personnes"),
        align="gddd",
        widths=(2.6, 1, 1.6, 1.6),
        rows=tuple(_cells(x.label, x.share, x.share_between, x.people) for x in r.survey.lines),
    )
    title, rest = first_sentence(r.survey.sentences[0] if r.survey.sentences else r.survey.title)
    what = f"enquête « {r.survey.title} »"
    return _slide(PEOPLE, title, (table,), lead=rest, notes=provenance(s, what=what), foot=_foot(s))


def _voices(s: Subject) -> list[Chapter]:
    """Return the slide of what people said, a card each, none where nothing was published."""
    if not s.voices:
        return []
    cards = tuple(
        Callout(tone="commentaire", title=f"« {voice.words} »", text=voice.speaker)
        for voice in s.voices[:MOST_ROWS]
    )
    invented = " Paroles inventées, pour l’exemple." if any(voice.example for voice in s.voices) else ""
    sources = listing(list(dict.fromkeys(voice.source for voice in s.voices)))
    told = wording.count(len(s.voices), "parole publiée", "paroles publiées")
    return [
        _slide(
            PEOPLE,
            "Ce qu’en disent celles et ceux qui le vivent",
            cards,
            lead="Des paroles choisies, relues et publiées : elles éclairent, elles ne comptent pas.",
            notes=f"Source : {sources}.{invented} {told} en tout.",
            foot=f"Paroles : {sources}.{invented}",
        )
    ]


# -------------------------------------------------------------------------------------------------- offer


def _offer(s: Subject) -> list[Chapter]:
    o = s.reading.offer
    if s.is_computing:
        sentence = synthesis.no_offer(s)
        bullets = Bullets(items=(sentence,))
        return [_slide(OFFER, synthesis.no_offer_title(s), (bullets,), notes=sentence)]
    if s.is_too_large:
        closer = "Dans un département ou une commune, chaque manque se lit zone par zone."
        told = (synthesis.no_offer(s), closer)
        return [_slide(OFFER, synthesis.no_offer_title(s), (Bullets(items=told),), notes=told[0])]
    if o is None:
        return [
            _slide(
                OFFER,
                synthesis.no_offer_title(s),
                (
                    Bullets(
                        items=(
                            synthesis.no_offer(s),
                            "Un fichier de lieux, sous n’importe quelle forme, suffit : chaque manque se lira"
                            " zone par zone.",
                            "À demander à chaque lieu : ce qu’il propose (aide aux démarches, ordinateurs,"
                            " ateliers, matériel, wifi), pour qui, et ses horaires.",
                            "À qui : mairies et CCAS, France services, médiathèques, associations, missions"
                            " locales, centres sociaux.",
                        )
                    ),
                ),
                notes="Un fichier de lieux se verse au diagnostic avec --offre, ou par la page d’import.",
            )
        ]
    few, slide = _gaps(s, o)
    return [_reach(s, o, few), *slide]


def _reach(s: Subject, o: OfferReading, few: Sequence[str]) -> Chapter:
    """Return the people without each line of the offer within reach; the title names the surest lack. few:
    the gaps that have no slide of their own.
    """
    worst = gaps.surest_lack(o)
    if worst is not None:
        title = f"{worst.label} : {worst.missing_about} n’en ont pas {o.mode.near}"
    elif gaps.unknown(o):
        title = "Aucun manque n’est certain : des lieux ne disent pas ce qu’ils proposent"
    elif not gaps.known_lines(o):
        title = "On ne sait pas ce qui manque : le recensement ne dit pas ce que les lieux proposent"
    elif gaps.is_doubtful(o):
        title = "Aucun manque n’est certain, d’après ce recensement"
    else:
        title = f"Chaque offre recensée est {o.mode.near}"
    drawn = for_a_room(offer_chart(gaps.known_lines(o)))
    mute = [wording.lower_first(x.label) for x in o.whole.lines if x.state == gaps.UNASKED]
    n_places = wording.count(o.whole.n_places, "lieu", "lieux")
    places = [
        f"{upper_first(n_places)} dans le périmètre,"
        f" dont {o.whole.n_silent} qui ne {'disent' if o.whole.n_silent > 1 else 'dit'} pas ce qu’on y"
        " trouve."
        if o.whole.n_silent
        else f"{upper_first(n_places)} dans le périmètre.",
        f"À portée : {o.limit}, environ.",
    ]
    if o.unlisted:
        places.append(o.unlisted)
    if mute:
        places.append(f"Manquant : ce recensement ne dit rien de : {wording.listing(mute)}.")
    blocks: tuple[Block, ...] = (*((drawn,) if drawn else ()), Bullets(items=(*few, *places)))
    return _slide(
        OFFER,
        title,
        blocks,
        lead=f"Personnes en difficulté sans ce service {o.mode.near}." if drawn else "",
        notes=f"{' '.join(o.cautions)} {provenance(s, what=f'{o.source} pour les lieux')}",
        foot=f"Lieux : {o.source}. {_foot(s)}",
    )


def _gaps(s: Subject, o: OfferReading) -> tuple[list[str], list[Chapter]]:
    """Return the gaps told beside the offer, where they are too few to fill a slide, and their slide
    elsewhere: what is certain, failing that what nobody knows.
    """
    together = gaps.shared(o)
    unknown = [] if together else gaps.unknown(o)
    if len(together) + len(unknown) <= FEW_GAPS:
        found = [f"**{gap.zone}** : {gap.people} sans {gap.without}. {gap.reason}" for gap in together]
        return [*found, *(f"**{line.label}**. {line.doubt}" for line in unknown)], []
    notes = f"{' '.join(o.cautions)} {provenance(s, what=f'{o.source} pour les lieux')}"
    if unknown:
        items = tuple(
            f"**{line.label}** : {line.missing_about} sans lieu connu {o.mode.near}. {line.doubt}"
            for line in unknown[:4]
        )
        title = "Ce que l’on ne sait pas encore de l’offre"
        return [], [_slide(OFFER, title, (Bullets(items=items),), notes=notes, foot=_foot(s))]
    first = together[0]
    n = sum(len(gap.gaps) for gap in together)
    table = Grid(
        caption="Les manques certains qui touchent le plus de personnes",
        columns=("Zone", "Sans", "Personnes", "Pourquoi"),
        align="gggg",
        widths=(1.9, 2.3, 2.3, 3.3),
        rows=tuple(_cells(gap.zone, gap.without, gap.people, gap.reason) for gap in together[:MOST_ROWS]),
        note=f"{n} manques en tout. Deux lignes peuvent concerner les mêmes personnes.",
    )
    title = f"{first.zone} : {first.about} sans {first.without}"
    return [], [_slide(OFFER, title, (table,), notes=notes, foot=f"{table.note} {_foot(s)}")]


# ------------------------------------------------------------------------------------ advice and next steps


def _answers(s: Subject) -> Chapter:
    r = s.reading
    table = Grid(
        caption="À chaque niveau de difficulté, sa réponse",
        columns=("Niveau", "Personnes", "Fourchette", "Réponse"),
        align="gddg",
        widths=(2, 1.2, 2.2, 4),
        rows=tuple(
            _cells(x.label, x.value or "—", x.between, f"{x.answer} : {x.action}.")
            for x in r.levels.lines[:3]
        ),
    )
    first = r.levels.lines[0]
    told = _is_told(s, first)
    title = f"{first.about.capitalize()} {first.action}" if told else table.caption
    return _slide(
        ADVICE,
        title,
        (table,),
        lead="À chaque niveau de difficulté, sa réponse." if told else "",
        notes=provenance(s, what=f"{r.levels.source} {r.levels.doubt}"),
        foot=_foot(s, levels_source()),
    )


def _plan(plan: PlanReading | None) -> list[Chapter]:
    """Return the slide of the actions that the published plan holds, none without."""
    if plan is None or not plan.actions:
        return []
    shown = _whole(plan.led)
    table = Grid(
        caption="Les actions qui ont un pilote",
        columns=("Action", "Pilote", "Où", "Pour quand"),
        align="gggg",
        widths=(5.2, 1.7, 1.7, 1.6),
        rows=tuple(
            _cells(each.title.rstrip("."), each.pilot, each.zones, each.ends or "—") for each in shown
        ),
    )
    said = [plan.state, *([f"{upper_first(plan.alone)} sans pilote."] if plan.alone else [])]
    if 0 < len(shown) < len(plan.led):
        said.append(f"Ici, {len(shown)} des {len(plan.led)} qui sont en cours ou prêtes, avec un pilote.")
    example = " Exemple : pilotes et dates inventés." if plan.is_example else ""
    return [
        _slide(
            ADVICE,
            f"Le plan publié compte {n}" if (n := tally(plan.planned)) else "Plus aucune action n’est prévue",
            (table,) if shown else (Bullets(items=tuple(said)),),
            lead=" ".join(said) if shown else "",
            notes=f"{plan.title}. {' '.join(said)}{example}",
            foot=f"Plan : {plan.title}.{example}",
        )
    ]


def _whole(actions: Sequence[PlanAction]) -> Sequence[PlanAction]:
    """Return the first actions that a slide holds, each with its whole title: long ones are fewer."""
    lines = 0
    for k, each in enumerate(actions[:MOST_ACTIONS]):
        lines += ceil(len(each.title) / TITLE_LINE)
        if lines > TITLE_LINES:
            return actions[:k]
    return actions[:MOST_ACTIONS]


def _proposals(s: Subject, plan: PlanReading | None) -> Chapter:
    r, found = s.reading, synthesis.proposals(s, plan)
    by_level = synthesis.tells_levels(r, found)
    first = rich.bare(first_sentence(found[0])[0]).rstrip(".") if found else ""
    told = re.sub(r"\s+:\s", ", ", wording.lower_first(first))  # one colon in a title
    proposed = f"À discuter d’abord : {told}" if first else "Rien n’est assez sûr à proposer"
    return _slide(
        ADVICE,
        proposed,
        (Bullets(items=found or ("Aucune : les chiffres sont trop peu sûrs.",)),),
        lead="Elles viennent des chiffres. Le choix, l’ordre et les moyens reviennent au territoire.",
        notes=" ".join(
            filter(
                None,
                (
                    "Un effet attendu est un plafond : toutes les personnes d’une zone ne viendront pas.",
                    levels_note(r) if by_level else "",
                    provenance(s),
                ),
            )
        ),
        foot=_foot(s, f"{r.source.producer} {r.source.year}, et {levels_source()}" if by_level else ""),
    )


def _decisions(s: Subject, plan: PlanReading | None) -> Chapter:
    """Return the cards that the meeting fills in: what to decide, by whom, for when."""
    found = [rich.bare(first_sentence(text)[0]).rstrip(".") for text in synthesis.proposals(s, plan)]
    have = "ont" if plan and len(plan.unled) > 1 else "a"
    alone = [f"Trouver un pilote : {plan.alone} du plan n’en {have} pas"] if plan and plan.alone else []
    rows = [*found, *alone, "Tenir à jour la liste des lieux", "Revoir ces chiffres ensemble"]
    cards = tuple(
        Callout(tone="verdict", title=f"{k}. {text}", text=TO_DECIDE) for k, text in enumerate(rows, 1)
    )
    return _slide(
        NEXT,
        "Ce qui reste à décider ensemble",
        cards,
        lead="Repartir avec un nom et une date par carte.",
        notes="Ces cartes se remplissent en séance ; le plan d’action de la plateforme les reprend ensuite.",
    )


def _sources(s: Subject) -> Chapter:
    r: Reading = s.reading
    shown = r.sources[:MOST_ROWS]
    more = len(r.sources) - len(shown)
    others = f"{more} autres, citées" if more > 1 else "1 autre, citée"
    table = Grid(
        caption="D’où viennent les données",
        columns=("Producteur", "Source", "Millésime"),
        align="ggg",
        widths=(1.6, 5, 2),
        rows=tuple(
            (Cell(text=x.producer, strong=True), Cell(text=x.title, link=x.url), Cell(text=x.vintage))
            for x in shown
        ),
        note=f"Et {others} dans le diagnostic et dans les notes." if more > 0 else "",
    )
    told = " ; ".join(f"{x.producer}, {x.title} ({x.vintage}, {x.licence})" for x in r.sources)
    what = "données" if r.withheld else "chiffres"
    title = f"Ces {what} viennent de {wording.count(len(r.sources), 'source')}"
    foot = f"Le calcul : [des taux nationaux, appliqués aux habitants](#methode). {table.note}".strip()
    return _slide(NEXT, title, (table,), notes=f"{told}.", foot=foot, anchor="sources")
