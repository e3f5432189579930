"""The slides that give a diagnosis back to a territory: why, how many, who, where, what is offered, what to
decide, what comes next.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import ceil
from textwrap import shorten

from maillage.publishing.journey import ANSWERS, FACED, Stage, workshop_cards
from maillage.publishing.page import maps
from maillage.publishing.page.blocks import (
    Bar,
    Block,
    Bullets,
    Callout,
    Cell,
    Chapter,
    Document,
    Grid,
    Picture,
    Text,
    without_empty_columns,
)
from maillage.publishing.plan.reading import TO_DECIDE, PlanAction, PlanReading, tally
from maillage.publishing.survey.findings import is_chance
from maillage.publishing.territory import (
    atlas,
    decisions,
    gaps,
    local_survey,
    map_keys,
    mission,
    priorities,
    service_groups,
    surveys,
    synthesis,
    withheld,
)
from maillage.publishing.territory.certainty import FEMININE, upper_first
from maillage.publishing.territory.changes import MARGIN
from maillage.publishing.territory.chapters.findings import fact_bars
from maillage.publishing.territory.decisions import Decision
from maillage.publishing.territory.main_findings import TIE, FindingFigure, MainFinding
from maillage.publishing.territory.reading import Indicator, LevelLine, OfferReading, Reading, ZoneRow
from maillage.publishing.territory.sentences import among_zones
from maillage.publishing.territory.subject import (
    NUMERAL,
    OTHER_DEFINITION,
    Subject,
    Voice,
    ages_chart,
    ages_sentence,
    bar,
    chart,
    cover,
    ends,
    first_sentence,
    for_a_room,
    headline,
    headline_context,
    levels_chart,
    levels_source,
    need_chart,
    offer_chart,
    provenance,
)
from maillage.words import rounding, wording
from maillage.words.dates import in_words
from maillage.words.wording import listing

PARTS = (
    WHY,
    HOW,
    SINCE,
    NEED,
    AGES,
    WHERE,
    INHABITANTS,
    OFFER,
    GAPS,
    PROFESSIONALS,
    VOICES,
    LEVERS,
    PROPOSALS,
    PLAN,
    NEXT,
    SOURCES,
) = (
    "Pourquoi nous sommes ici",
    "Comment nous avons travaillé",
    "Ce qui a changé",
    "Combien, et à quel point sûr",
    "Qui",
    "Où",
    "Ce que disent les habitants",
    "Ce qui est offert",
    "Les manques",
    "Ce que disent les professionnels",
    "Paroles",
    "Les leviers",
    "Les propositions",
    "Le plan",
    "Prochaines étapes",
    "Sources",
)
MESSAGES = (  # of inhabitants, those that matter most first: axes, whether of a group
    (("besoins",), False),
    (("visibilite", "maillage"), False),
    (("attractivite",), True),  # trained and still ill at ease: it changes what is offered
    (("besoins",), True),
    (("attractivite",), False),
    (("visibilite", "maillage"), True),
    (("equipement",), False),
)
MOST_MESSAGES = 5
FEWEST_BARS = 3  # of a message that fills a slide
MOST_SLIDES = 20  # cover included
CUT_FIRST = (  # of a part, the slide at that position, where they are too many for a meeting
    (INHABITANTS, 4),
    (WHERE, 1),  # the main town: the map of the territory shows it, smaller
    (INHABITANTS, 3),
    (VOICES, 0),
    (LEVERS, 0),
    (NEED, 1),  # the levels of difficulty
    (INHABITANTS, 2),
    (SINCE, 0),
)
SPAN = re.compile(r" \(entre [^)]*\)\.?$")  # that ends a fact; its chart draws it
CONCERNED = re.compile(r"\s+personnes?\s+concernées?")  # which the head of a column says
LETTERED = "Lettres de la carte. "
NOT_RANKED = "Les fourchettes se recouvrent : ce n’est pas un classement."
FEW_ANSWERS = 50  # a share of fewer is starred
MOST_ROWS = 6
DAY_AND_NAME = "date et personne à décider"  # of the next steps without any, once for all
MOST_NEWS = 5  # sentences on what happened since an edition
MARGINS = re.compile(r" \(entre [^)]*\)")  # of a title: its chart draws them
MOST_BESIDE = 4  # rows beside a map: its classes are under them
MOST_FACTS = 3
MOST_SENTENCES = 2  # sentences beside a map
MOST_CALLS = 4  # beside bars
MOST_LINES = 5  # of an answer, on a chart that is read from the end of a room
MOST_IN_A_TITLE = 2  # services named in the title of a slide
FEW_GAPS = 2
FEW_ZONES = 3
FOREWORD_LETTERS = 180  # of a foreword on a slide, two lines: its notes hold the rest
CARD_LETTERS = 300  # that a card holds
LATER = "Leur page donne le pilote, la date, le coût et l’effet attendu de chacune."
MOST_ACTIONS = 8
TITLE_LINE = 50  # letters of an action on a line of its column, in the smallest letters of a slide
PILOT_LINE = 20  # of its pilot
LONG = 90  # letters of a title beside which no reason has room
TITLE_LINES = 15  # of these lines on a slide: what is left of it under its title


def compose(s: Subject, plan: PlanReading | None) -> Document:
    """Return the slides of a study. Each title is what its figures let us say, and no more; nothing stands
    for what is missing but a line of the next steps. plan: the one that is published, None without.
    """
    r, plan = s.reading, decisions.voted(s, plan)
    if r.withheld:
        explanation = withheld.explain(s.reading)
        items = (f"**{explanation.headline}.** {explanation.why}", *explanation.advice)
        notes = " ".join((explanation.more, *explanation.advice)).replace("**", "")
        slides = [_method(s), _slide(NEED, explanation.title, (Bullets(items=items),), notes=notes)]
    else:
        chosen = decisions.three(s, plan)
        slides = [
            _reasons(s, chosen),
            _method(s),
            *_since(s),
            *_people(s),
            *_inhabitants(s),
            *_offer(s),
            *_professionals(s),
            *_voices(s),
            *(_levers(s, plan) or _assets(s, plan)),
            *_proposals(s, plan, chosen),
            *_plan(plan),
        ]
    slides.append(_next(s, plan))
    slides, cut_slides = _ranked(slides, MOST_SLIDES - 2)
    slides.append(_sources(s, cut_slides))
    return Document(
        title=f"Restitution : {r.territory.name}",
        cover=cover(s, "Restitution du diagnostic d’inclusion numérique"),
        chapters=tuple(slides),
        keywords=("inclusion numérique", "restitution", r.territory.name),
    )


def _ranked(slides: Sequence[Chapter], most: int) -> tuple[list[Chapter], list[Chapter]]:
    """Return the slides that a meeting has time for, in their order, then those that it has not: the ones of
    `CUT_FIRST` go first, and of a part the last one but for its second map, which shows the first one larger.
    """
    printed_slides, cut_slides = list(slides), []
    for part, position in CUT_FIRST:
        of_part = [slide for slide in printed_slides if slide.over == part]
        if len(printed_slides) > most and len(of_part) > position:
            cut_slides.append(of_part[position])
            printed_slides.remove(of_part[position])
    return printed_slides, sorted(cut_slides, key=slides.index)


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
    return f"Estimation Maillage du {in_words(s.on)} : [{whose}, recensement de 2021](#sources)."


def _cells(*texts: str) -> tuple[Cell, ...]:
    """Return a row of a table, its first cell strong."""
    return tuple(Cell(text=text, strong=k == 0) for k, text in enumerate(texts))


# ------------------------------------------------------------------------------------------- why, and how


def _reasons(s: Subject, chosen: Sequence[Decision]) -> Chapter:
    """Return why people meet: what the territory is made of, who asked for the study, what is to decide."""
    r, m = s.reading, s.mission
    # What is above the country explains a need: it comes first; what is nobody explains none.
    positive_shares = [
        indicator for indicator in r.context if NUMERAL.findall(indicator.local_share)[:1] not in ([], ["0"])
    ]
    ranked_facts = sorted(positive_shares, key=lambda indicator: not indicator.direction.startswith("plus"))
    main_facts = ranked_facts[: MOST_FACTS - bool(m and m.reason)]
    cards = [_facts(main_facts)] if m and m.reason and main_facts else list(map(_fact, main_facts))
    if m and m.reason:
        cards.insert(0, Callout(tone="commentaire", title="Ce qui nous réunit", text=m.reason))
    if chosen:
        titles = upper_first(" ; ".join(wording.lower_first(each.title) for each in chosen))
        text = f"{titles}." if len(titles) <= CARD_LETTERS else LATER
        cards.append(Callout(tone="verdict", title="À décider", text=text))
    lead = (_foreword(m) or " ".join(filter(None, (m.lead, m.origin)))) if m else ""
    sources = " ".join(
        f"{indicator.label} : {indicator.source}, {indicator.year}." for indicator in r.context
    )
    foreword = " ".join(mission.paragraphs(m)) if m else ""
    return _slide(
        WHY,
        _purpose(r, chosen),
        cards,
        lead=lead,
        notes=f"{headline(r)}. {sources} {foreword}".strip(),
        foot="Insee, [recensement](#sources).",
    )


def _purpose(r: Reading, chosen: Sequence[Decision]) -> str:
    """Return why people meet, as a title that the study proves: what is to decide, for how many people."""
    c = r.headline
    people = f"{c.about} {c.value} personnes" if c.value else f"{c.between} personnes" if c.low else ""
    if chosen:
        count = decisions.NUMBERS[len(chosen)]
        return f"{count} à préparer, pour {wording.lower_first(people)}" if people else f"{count} à préparer"
    return (
        f"{upper_first(people)} concernées : que faire ?" if people else "De qui parle-t-on, et que faire ?"
    )


def _foreword(m: mission.Mission) -> str:
    """Return the first sentences of a foreword, signed, on two lines at most; "" where nobody wrote any."""
    words = " ".join(mission.paragraphs(m))
    if len(words) > FOREWORD_LETTERS:
        end = max(words.rfind(mark, 0, FOREWORD_LETTERS) for mark in (". ", "! ", "? "))
        words = words[: end + 1] if end > 0 else shorten(words, FOREWORD_LETTERS, placeholder=" […]")
    return f"« {words} » **{m.foreword_by}**".removesuffix(" ****") if words else ""


def _fact(indicator: Indicator) -> Callout:
    label, _, among = indicator.label.partition(", ")
    between = f" ({indicator.between})" if indicator.between else ""
    return Callout(
        tone="commentaire",
        title=f"{label} : {indicator.local_share}{between}",
        text=f"En France : {indicator.country}. Base : {among}.",
    )


def _facts(indicators: Sequence[Indicator]) -> Callout:
    """Return indicators on one card, each beside the country."""
    lines = [
        f"**{indicator.label} : {indicator.local_share}**"
        f"{f' ({indicator.between})' if indicator.between else ''} ; en France, {indicator.country}."
        for indicator in indicators
    ]
    return Callout(tone="commentaire", title="Ici, et en France", text=" ".join(lines))


def _method(s: Subject) -> Chapter:
    """Return the slide of the method: its sources, and the only warning of the deck."""
    r, c, m = s.reading, s.reading.source, s.mission
    zones = wording.count(r.territory.n_zones, r.territory.unit)
    text = f"{first_sentence(c.how)[0]}. **Chaque nombre a sa fourchette : c’est un ordre de grandeur.**"
    cards = [Callout(tone="prudence", title=f"{upper_first(zones)} : un calcul", text=text)]
    sources_used = ["un calcul"]
    separate_surveys = [
        each
        for each in s.surveys
        if not each.is_of_part and not (s.is_surveyed and each.kind == surveys.INHABITANTS)
    ]
    if n_surveys := s.is_surveyed + len(separate_surveys):
        sources_used.append("une enquête" if n_surveys == 1 else "des enquêtes")
    read_texts: list[str] = []
    if s.is_surveyed:
        assert r.survey is not None
        read = surveys.of_kind(s.surveys, surveys.INHABITANTS)[:1]
        read_texts.append(read[0].label if read else r.survey.title)
    if r.offer is not None and r.offer.territory.n_places:
        places = wording.count(r.offer.territory.n_places, "lieu recensé", "lieux recensés")
        silent = r.offer.territory.n_silent
        silence = (
            f"{wording.count(silent, 'lieu ne précise pas son offre', 'lieux ne précisent pas leur offre')}."
        )
        text = silence if silent else "Chacun dit au moins un service."
        cards.append(Callout(tone="commentaire", title=upper_first(places), text=upper_first(text)))
        sources_used.append("un recensement de lieux")
    if separate_surveys:
        read_texts += [each.label for each in separate_surveys]
    if n_surveys:
        title = "Une enquête" if n_surveys == 1 else f"{wording.number(n_surveys)} enquêtes"
        joined = "Celle des habitants précise le calcul." if s.is_surveyed else "Lue à part du calcul."
        text = f"{upper_first(listing(read_texts))}. {joined}"
        cards.append(Callout(tone="commentaire", title=title, text=text))
    ways = m.counts() if m else mission.counted(s.workshops)
    if ways:
        meetings = listing([step.words for step in ways])
        cards.append(
            Callout(tone="commentaire", title="Des personnes entendues", text=f"{upper_first(meetings)}.")
        )
        sources_used.append("des rencontres")
    title = (
        upper_first(listing(sources_used))
        if len(sources_used) > 1
        else "Un calcul, à partir de données publiques"
    )
    return _slide(
        HOW,
        title,
        cards,
        lead=m.lead if m and m.foreword else "",
        notes=" ".join(
            filter(
                None,
                (
                    f"{m.lead} {m.origin}".strip() if m else "",
                    f"{c.how} {c.counts} {c.margin}",
                    f"{provenance(s)} Citation : « {c.quote} ». Doute : {c.doubt}",
                    *(text.replace("**", "") for text in r.warnings),
                ),
            )
        ),
        foot=_foot(s),
        anchor="methode",
    )


def _since(s: Subject) -> list[Chapter]:
    """Return the slide of the events since an edition: the first answer of the surveys, drawn before and
    after, then the rest; none without any.
    """
    if s.changes is None:
        return []
    c, (first, *rest) = s.changes, s.changes.news
    title = MARGINS.sub("", first).rstrip(".") if c.top_answers else c.conclusion
    moved = c.top_answers[0].shares if c.top_answers else ()
    bars = [
        Bar(
            label=label, low=100 * low, high=100 * high, value=100 * value, words=wording.percent(100 * value)
        )
        for label, (value, low, high) in zip(("Avant", "Maintenant"), moved, strict=False)
    ]
    drawn = (for_a_room(chart(bars, alt=f"{title}.", unit="pour cent"), most=len(bars)),) if bars else ()
    items = tuple(rest if c.top_answers else c.news)[:MOST_NEWS]
    blocks = (*filter(None, drawn), *((Bullets(items=items),) if items else ()))
    notes = f"{' '.join(c.in_brief)} {MARGIN}".replace("**", "")
    lead, foot = f"Depuis {c.before.name}.", "Enquêtes publiées et plan publié."
    return [_slide(SINCE, title, blocks, lead=lead, notes=notes, foot=foot)]


# ------------------------------------------------------------------------------------------------- people


def _people(s: Subject) -> list[Chapter]:
    r = s.reading
    drawn = for_a_room(need_chart(s))
    both = f"{r.both.in_full.capitalize()} ont aussi de faibles revenus"
    about = f"{both}, parmi les 40 % les plus bas de France."
    agreed = local_survey.confronted(r.survey) if r.survey and r.survey.agrees else ""
    sentences = (about, r.both.poverty) if r.both.modest else (r.both.about,)
    items = tuple(filter(None, (agreed, *sentences)))[:MOST_SENTENCES]
    blocks: tuple[Block, ...] = (*((drawn,) if drawn else ()), Bullets(items=items))
    note_text = " ".join((*r.survey.sentences, *sentences)) if r.survey and agreed else ""
    notes = f"{note_text} {provenance(s)}".strip()
    people_slides = [
        _slide(NEED, headline(r), blocks, lead=headline_context(r), notes=notes, foot=_foot(s)),
        _levels(s),
    ]
    if s.is_surveyed and s.reading.survey and not s.reading.survey.agrees:
        people_slides.append(_survey(s))  # one that agrees is a line of the first figure
    people_slides += _groups(s)
    crossing = _crossing(s)
    # A few zones of one class have no map: two rows of a table would be a slide, which the crossing tells.
    if len(s.reading.zones) > (FEW_ZONES if s.reading.only_class and crossing and not s.zones_above else 1):
        people_slides += [_zones(s), *_town(s)]
    return [*people_slides, *crossing]


def _levels(s: Subject) -> Chapter:
    r = s.reading
    first = r.levels.lines[0]
    title = f"{first.about.capitalize()} {first.description}" if _has_number(s, first) else first.label
    drawn = for_a_room(levels_chart(s))
    answers = Bullets(items=tuple(f"**{x.label}** : {x.description}." for x in r.levels.lines[:3]))
    return _slide(
        NEED,
        title,
        (*((drawn,) if drawn else ()), answers),
        lead=OTHER_DEFINITION if r.levels.link else "",
        notes=" ".join(
            filter(None, (r.levels.link, provenance(s, what=f"{r.levels.source} {r.levels.doubt}")))
        ),
        foot=_foot(s, levels_source()),
    )


def _has_number(s: Subject, line: LevelLine) -> bool:
    return s.study["besoins"]["niveaux"][line.name]["valeur"] is not None


def _survey(s: Subject) -> Chapter:
    r = s.reading
    assert r.survey is not None
    people = s.study["enquete"]["personnes"]
    lines = zip(("modele", "enquete", "combinee"), r.survey.lines, strict=True)
    bars = [
        bar(x.label, people[name], x.people.strip("—"), f"entre {x.people_between.replace('–', 'et')}")
        for name, x in lines
        if name != "combinee"
    ]
    agreement = "L’enquête contredit le calcul"
    notes = " ".join((*r.survey.sentences, provenance(s, what=f"enquête « {r.survey.title} »")))
    alt = f"{agreement} : combien de personnes selon chacun."
    drawn = for_a_room(chart([x for x in bars if x], alt=alt), most=len(bars))
    text = Text(text=local_survey.confronted(r.survey))
    return _slide(NEED, agreement, (*filter(None, [drawn]), text), notes=notes, foot=_foot(s))


def _groups(s: Subject) -> list[Chapter]:
    """Return the slide of the ages of the people concerned, none where no share is printed."""
    drawn = ages_chart(s)
    if drawn is None:
        return []
    rated_groups = [group for group in s.reading.profile if group.family != "Lieu de vie" and group.rate]
    risks = sorted(rated_groups, key=lambda group: -ends(group.rate_span)[0])[:MOST_FACTS]
    items = tuple(
        f"**{group.label}** : {group.rate} des personnes de ce groupe ({group.rate_span})." for group in risks
    )
    return [
        _slide(
            AGES,
            ages_sentence(s.reading),
            (drawn, Bullets(items=items)) if items else (drawn,),
            lead="À gauche, l’âge des personnes concernées. À droite, le risque dans chaque groupe."
            if items
            else "",
            notes=provenance(s),
            foot=_foot(s),
        )
    ]


def _zones(s: Subject) -> Chapter:
    """Return where people live: the map beside the zones that surely hold more than their share, failing
    those the ones with most people concerned.
    """
    r = s.reading
    title, rest = first_sentence(among_zones(r.where_sentence))
    surely = s.zones_above
    layer = map_keys.layer_of(r, s.layers, "numerique", surely)
    svg = layer if surely or not r.only_class else ""  # one colour draws nothing
    codes = [zone.code for zone in surely]
    unit, n = r.territory.unit, len(surely)
    if surely:
        this, one = ("Cette", "une") if unit in FEMININE else ("Ce", "un")
        counted = f"{one} {unit}, {surely[0].full_name}" if n == 1 else wording.count(n, unit)
        more = f"plus fréquent dans {counted}"
        spread = s.study["ou"]["verdict"] == "reparti"
        title = f"Le besoin est partout ; il est {more}" if spread else f"Le besoin est nettement {more}"
        surplus_shares = r.where_sentence.replace("**", "").partition("En tout")[2]
        rest = f"{f'{this} {unit}' if n == 1 else f'Ces {counted}'}{surplus_shares}" if surplus_shares else ""
    most = MOST_BESIDE if svg else MOST_ROWS
    rows = surely[:most] or _highest(r.zones, most)  # in the order of the sentence
    caption, note = (
        f"{unit.capitalize()}s où la part est la plus haute",
        f"{LETTERED if svg else ''}{NOT_RANKED}",
    )
    if surely:
        caption = f"{unit.capitalize()}s où le besoin est plus fréquent"
        note = f"{len(rows)} des {wording.count(n, unit)}." if len(rows) < n else ""
    table = _zone_table(rows, caption, unit, note, has_letters=bool(svg) and len(rows) > 1)
    svg = _lettered(svg, rows)  # of one zone, its name
    alt = "Carte de la part de personnes concernées, zone par zone, du clair (rare) au foncé."
    picture = (
        map_keys.surplus_picture(svg, codes) if surely else map_keys.picture(r, "numerique", svg, alt=alt)
    )
    return _slide(
        WHERE,
        title or "Les fourchettes, côte à côte",
        (*((picture,) if svg else ()), _in_a_sentence(rows[0]) if len(rows) == 1 else table),
        lead=rest,
        notes=f"{r.where_sentence} {' '.join(r.class_sentences)} {provenance(s)}".replace("**", ""),
        foot=f"{table.note} {_foot(s)}",
    )


def _town(s: Subject) -> list[Chapter]:
    """Return the slide of the main town, its quarters larger than on the map of the territory; none where no
    commune is drawn again.
    """
    r, drawn = s.reading, map_keys.town_picture(s.reading, s.layers, "numerique")
    town = atlas.main_town(r.subtotals, len(r.zones))
    if not drawn or town is None or not town.need_share:
        return []
    quarters = [replace(zone, place="") for zone in r.zones if zone.code in town.zones]
    rows = _highest(quarters, MOST_BESIDE)
    picture = replace(
        drawn[0],
        svg=_lettered(drawn[0].svg, rows),
        key=map_keys.key(r, "numerique"),
        caption=map_keys.UNITS["numerique"],
    )
    table = _zone_table(
        rows,
        "Quartiers où la part est la plus haute",
        "quartier",
        f"{LETTERED}{NOT_RANKED}",
        has_letters=True,
    )
    return [
        _slide(
            WHERE,
            f"{town.name} : {town.need_share} des personnes concernées, pour {town.residents} des habitants",
            (picture, table),
            lead=drawn[0].caption,
            notes=provenance(s),
            foot=f"{table.note} {_foot(s)}",
        )
    ]


def _highest(zones: Sequence[ZoneRow], most: int) -> list[ZoneRow]:
    """Return the zones with the highest shares, those too small for one number of people left out."""
    counted = [zone for zone in zones if zone.share and zone.people]
    rows = counted or [zone for zone in zones if zone.share]
    return sorted(rows, key=lambda zone: -(zone.share_value or 0.0))[:most]


def _lettered(svg: str, rows: Sequence[ZoneRow]) -> str:
    """Return a map where the zones of a table have its letters; "" without a map."""
    codes, names = [zone.code for zone in rows], {zone.name for zone in rows}
    return maps.numbered(svg, codes, names, maps.LETTERS) if svg else ""


def _zone_table(zones: Sequence[ZoneRow], caption: str, unit: str, note: str, *, has_letters: bool) -> Grid:
    """Return the share and people of a few zones. has_letters: a map beside it has their letters."""
    return Grid(
        caption=caption,
        columns=(unit.capitalize(), "Part", "Fourchette", "Personnes"),
        align="gddd",
        widths=(3.2, 0.8, 1.4, 1.2),
        rows=tuple(
            _cells(
                f"{letter}. {z.full_name}" if has_letters else z.full_name,
                z.share,
                z.share_between.replace(" ", wording.NBSP),
                z.people or z.between.replace(" ", wording.NBSP),
            )
            for letter, z in zip(maps.LETTERS, zones, strict=False)
        ),
        note=note,
    )


def _in_a_sentence(zone: ZoneRow) -> Bullets:
    """Return the share and people of a zone, which need no table."""
    share = f"{zone.share} des 15 ans et plus ({zone.share_between})"
    people = f"{zone.people or zone.between} personnes"
    return Bullets(items=(f"**{zone.full_name}** : {share}.", f"En nombre : {people}."))


def _crossing(s: Subject) -> list[Chapter]:
    """Return the slide of both precarities, none where the study says nothing sure of them: what is sure of
    one of them is then its title.
    """
    r = s.reading
    is_open = r.both_residents and not any(z.cell == "les_deux" and z.is_likely for z in r.zones)
    sure = [x.finding for x in r.discordances]
    if not r.crossing_sentence or (is_open and not sure):
        return []
    title, rest = first_sentence(r.crossing_sentence)
    if is_open:
        (title, more), rest, sure = first_sentence(sure[0]), r.crossing_sentence, sure[1:]
        sure = [more, *sure]
    names, verb, both = title.partition(" ont probablement ")
    if verb and len(title) > LONG:  # names by the line are no title
        plural = f"{r.territory.unit}s"
        title, rest = f"Plusieurs {plural}{verb}{both}", f"**{names}**. {rest}"
    where = (
        among_zones(r.where_sentence).replace("**", "") if len(r.zones) <= FEW_ZONES and r.only_class else ""
    )
    items = [where, rest, *sure, *r.cluster_sentences]
    svg = s.layers.get("les-deux", "")
    alt = "Carte des deux précarités : bleu, numérique ; brique, sociale ; prune, les deux."
    blocks: list[Block] = [Bullets(items=tuple(text for text in items if text)[:MOST_SENTENCES])]
    if svg:
        blocks.insert(0, map_keys.picture(r, "les-deux", svg, alt=alt))
    notes = " ".join([*(f"{x.finding} {x.advice}" for x in r.discordances), provenance(s)])
    return [_slide(WHERE, title, blocks, notes=notes, foot=_foot(s))]


def _inhabitants(s: Subject) -> list[Chapter]:
    """Return the slides of what inhabitants say, a message each, those that matter most first: the ease of
    all, the places that they know, a group, what would help; none without a survey.
    """
    findings = s.findings.of_survey("inhabitants", "caf")
    sure = [finding for finding in findings if not is_chance(finding.means)]
    messages = [
        [finding for finding in sure if finding.axis in axes and bool(finding.group) == is_of_a_group]
        for axes, is_of_a_group in MESSAGES
    ]
    message_rows = [row[: 1 + MOST_SENTENCES] for row in messages if row][:MOST_MESSAGES]
    small = [row for row in message_rows if len({figure.label for figure in row[0].figures}) < FEWEST_BARS]
    slides = []
    for message in message_rows:
        first, *next_findings = message
        sentences = (first.means, *(finding.fact for finding in next_findings))[:MOST_SENTENCES]
        if len(small) < 2 or message not in small:
            slides.append(_finding_slide(INHABITANTS, message, first.figures, sentences, findings))
        elif message is small[0]:
            slides.append(
                _joined_slide(sorted((row[0] for row in small), key=lambda x: not x.group), findings)
            )
    return slides


def _joined_slide(small: Sequence[MainFinding], findings: Sequence[MainFinding]) -> Chapter:
    """Return one slide for messages of one or two bars each, which would leave most of theirs empty: a bar
    each, the sure difference of a group first. findings: all that its notes tell.
    """
    title = f"L’enquête dit aussi : {wording.count(len(small), 'réponse', 'réponses')} à retenir"
    return replace(_bars_slide(INHABITANTS, small, findings), title=title)


def _professionals(s: Subject) -> list[Chapter]:
    """Return the slide of what those who answered as professionals say, none without a finding."""
    by_rank = s.findings.of_survey("structures", "professionals")
    findings = sorted(
        by_rank, key=lambda finding: finding.axis == "maillage"
    )  # what they offer has its slides
    if not findings:
        return []
    charted = [finding for finding in findings if finding.main_figure][:MOST_LINES]
    if len(charted) > 1:
        return [_bars_slide(PROFESSIONALS, charted, findings)]
    first, *next_findings = findings[: 1 + MOST_SENTENCES]
    facts = [finding.fact for finding in next_findings]
    return [_finding_slide(PROFESSIONALS, [first, *next_findings], first.figures, facts, findings)]


def _bars_slide(over: str, charted: Sequence[MainFinding], findings: Sequence[MainFinding]) -> Chapter:
    """Return the slide of findings, each by the bar of its fact, beside what the first ones call for, after a
    meaning that a figure proves. findings: all that its notes tell.
    """
    few = {figure.n for x in charted if (figure := x.main_figure) and 0 < figure.n < FEW_ANSWERS}
    rows = [
        bar
        for x in charted
        for bar in fact_bars([x], star=" *" if x.main_figure and x.main_figure.n in few else "", spans=True)
    ]
    complete = chart(rows, alt=charted[0].fact, unit="pour cent")
    drawn = for_a_room(complete) if len(rows) <= FEWEST_BARS else complete
    proofs = [finding.means for finding in charted if finding.is_proven]
    calls = dict.fromkeys(upper_first(finding.calls) for finding in charted)
    slide = _finding_slide(over, charted, [x.main_figure for x in charted if x.main_figure], (), findings)
    notes = [block for block in slide.blocks if isinstance(block, Text)]
    bullets = Bullets(items=(*proofs, *calls)[:MOST_CALLS])
    return replace(slide, blocks=(*((drawn,) if drawn else ()), bullets, *notes))


def _finding_slide(
    over: str,
    message: Sequence[MainFinding],
    figures: Sequence[FindingFigure],
    sentences: Sequence[str],
    findings: Sequence[MainFinding],
) -> Chapter:
    """Return the slide of a message, titled by its first finding: the figures of its question drawn, some
    sentences beside. findings: all that its notes tell.
    """
    first = message[0]
    drawn_figures = list({figure.label: figure for figure in reversed(figures)}.values())[::-1][:MOST_LINES]
    few = [figure for figure in drawn_figures if 0 < figure.n < FEW_ANSWERS]
    bars = [_bar(figure, star=" *" if figure in few else "") for figure in drawn_figures]
    drawn = for_a_room(chart(bars, alt=first.fact, unit="pour cent"), most=len(bars)) if bars else None
    calls = f"**Cela appelle** : {wording.lower_first(first.calls)}" if first.calls else ""
    bullets = Bullets(items=tuple(filter(None, (calls, *sentences))) or (first.fact,))
    surveys_read = listing(list(dict.fromkeys(finding.source.partition(" : ")[0] for finding in message)))
    counts = listing([wording.count(n, "réponse") for n in sorted({figure.n for figure in few})])
    star = f" * {upper_first(counts)} : à lire avec prudence." if few else ""
    notes = " ".join(f"{finding.fact} {finding.calls}".strip() for finding in findings)
    sources = " ".join(dict.fromkeys(finding.source for finding in message))
    return _slide(
        over,
        _in_title(first.fact) if drawn else first.fact.rstrip("."),
        (drawn, bullets) if drawn else (bullets,),
        notes=f"{sources} {notes}",
        foot=f"{surveys_read}.{star}",
    )


def _in_title(fact: str) -> str:
    """Return a fact as the title of its chart, which draws its interval and the answers that tie with it.

    >>> _in_title("9 % la veulent (entre 7 et 11 %), à égalité avec « a », 8 % et « b », 7 %.")
    '9 % la veulent, à égalité avec 2\\xa0autres réponses'
    """
    head, tie, tied = fact.partition(TIE)
    more = f"{TIE}{wording.count(tied.count('«'), 'autre réponse', 'autres réponses')}" if tie else ""
    return f"{SPAN.sub('', head).rstrip('.')}{more}"


def _bar(figure: FindingFigure, *, star: str) -> Bar:
    """Return the bar of a share, with its interval in words; star: marks few answers."""
    low, high = rounding.outwards(figure.low, figure.high, 1.0, most=100.0)
    span = f" ({wording.number(low)} – {wording.percent(high)})" if high > low else ""
    words = f"{figure.share}{span}"
    return Bar(label=f"{figure.label}{star}", low=low, high=high, value=figure.value, words=words)


def _voices(s: Subject) -> list[Chapter]:
    """Return the slide of what people said, a card each, none where nothing was published."""
    if not s.voices:
        return []
    printed_voices = s.voices[:MOST_ROWS]
    questions = {voice.question for voice in printed_voices}
    (question,) = questions if len(questions) == 1 else ("",)
    question_words = f" Question : « {question} »" if question else ""
    # The question that all of them answer is said once, at the foot.
    cards = tuple(_quoted(replace(voice, question="") if question else voice) for voice in printed_voices)
    invented = " Paroles inventées, pour l’exemple." if any(voice.example for voice in s.voices) else ""
    sources = listing(list(dict.fromkeys(voice.source for voice in s.voices)))
    n_published = wording.count(len(s.voices), "parole publiée", "paroles publiées")
    return [
        _slide(
            VOICES,
            "Ce qu’en disent celles et ceux qui le vivent",
            cards,
            lead="Des paroles choisies, relues et publiées : elles éclairent, elles ne comptent pas.",
            notes=f"Source : {sources}.{invented} {n_published} en tout.",
            foot=f"Paroles : {sources}.{question_words}{invented}",
        )
    ]


def _quoted(voice: Voice) -> Callout:
    return Callout(tone="commentaire", title=f"« {voice.words} »", text=voice.spoken)


# -------------------------------------------------------------------------------------------------- offer


def _offer(s: Subject) -> list[Chapter]:
    """Return the slides of the offer and of its gaps, none without a census of places."""
    o = s.reading.offer
    if o is None:
        return []
    few, slide = _gaps(s, o)
    return [_reach(s, o, few), *slide]


def _reach(s: Subject, o: OfferReading, few: Sequence[str]) -> Chapter:
    """Return the people without each line of the offer within reach, titled by what is missing. few: the
    gaps that have no slide of their own.
    """
    lines, groups = gaps.known_lines(o), service_groups.read(o)
    title = gaps.headline(o) if gaps.surest_lack(o) else gaps.served_headline(o)
    if groups and groups[0].certainty == "sur" and len(groups[0].lines) > 1:  # none of a tie is the first
        tied = wording.count(len(groups[0].lines), "service")
        title = f"{upper_first(tied)} à égalité : {wording.lower_first(groups[0].fact(o.mode.near))}".rstrip(
            "."
        )
    is_one_answer = len(groups) == 1 and groups[0].certainty == "incertain"  # a bar alone compares nothing
    drawn = None if is_one_answer else for_a_room(offer_chart(lines), most=len(groups))
    mute = [wording.lower_first(x.label) for x in o.territory.lines if x.state == gaps.UNASKED]
    n_places = wording.count(o.territory.n_places, "lieu", "lieux")
    silent = f", dont {o.territory.n_silent} à l’offre inconnue" if o.territory.n_silent else ""
    places = [f"{upper_first(n_places)} dans le périmètre{silent}. À portée : {o.limit}, environ."]
    if not lines:
        places.append(gaps.UNKNOWN_OFFER)
    if few and (n_gaps := gaps.tally(o)):
        places.append(f"En tout : {n_gaps}.")
    steps = [f"**{x.verdict}** : {wording.lower_first(x.step)}" for x in groups if x.step]
    walked, rest = (
        (o.other_way, "") if o.walked else ("", o.other_way)
    )  # a firm gap comes before what is to do
    places += [text for text in (walked, *dict.fromkeys(steps), rest, o.unlisted) if text]
    if mute:
        places.append(f"Absents de ce recensement : {wording.listing(mute)}.")
    facts = [*few, *places]
    n_beside = MOST_FACTS if drawn else len(facts)  # the others are told, not printed over the foot
    blocks: tuple[Block, ...] = (*((drawn,) if drawn else ()), Bullets(items=tuple(facts[:n_beside])))
    if is_one_answer:
        (group,), n_beside = groups, 0
        counted_words = " ".join(filter(None, (*few, places[0], walked)))
        unknown = f"{group.verdict} : {wording.lower_first(group.services)}"
        blocks = (
            Callout(tone="commentaire", title="Ce qui est compté", text=counted_words),
            Callout(tone="prudence", title=unknown, text=group.fact(o.mode.near)),
            Callout(tone="verdict", title="À faire d’abord", text=group.step),
        )
    return _slide(
        OFFER,
        title,
        blocks,
        lead=f"Personnes en difficulté sans ce service {o.mode.near} ; part de celles qui en ont un."
        if drawn
        else "",
        notes=" ".join(
            (
                *facts[n_beside:],
                *(f"{line.label} : {line.doubt}" for line in gaps.unknown(o)),
                *o.cautions,
                provenance(s, what=f"{o.source} pour les lieux"),
            )
        ),
        foot=f"Lieux : {o.source}. {_foot(s)}",
    )


def _gaps(s: Subject, o: OfferReading) -> tuple[list[str], list[Chapter]]:
    """Return the gaps told beside the offer, where they are too few to fill a slide, and their slide
    elsewhere, for what is certain.
    """
    together = gaps.first_of_zones(gaps.certain(o))
    if len(together) <= FEW_GAPS:
        reasons = dict.fromkeys(gap.reason for gap in together if gap.reason)
        few = [*(f"**{gap.zone}** : {gap.people_lack}." for gap in together), *reasons]
        return few, _bare_communes(s, o)
    first = together[0]
    table = Grid(
        caption="Le premier manque de chaque zone",
        columns=("Où", "Ce qui manque", "Personnes"),
        align="ggg",
        widths=(2, 4.4, 2.6),
        rows=tuple(_cells(gap.zone, gap.lines, upper_first(gap.people)) for gap in together[:MOST_ROWS]),
        note=f"En tout : {gaps.tally(o)}.",
    )
    lack = first.lack_of(first.about)
    if len(first.gaps) > MOST_IN_A_TITLE:  # the table below names them
        lack = f"{len(first.gaps)} services manquent à {first.about}"
    title = f"{first.zone} : {lack}"
    if priorities.is_minor(s.reading, [first]):  # nobody takes a village for the whole territory
        title = f"Aucun manque certain d’une zone ne dépasse {first.about} ({first.zone})"
    notes = f"{' '.join(o.cautions)} {provenance(s, what=f'{o.source} pour les lieux')}"
    town = priorities.town_sentence(s.reading)
    return [], [_slide(GAPS, title, (table,), lead=town, notes=notes, foot=f"{table.note} {_foot(s)}")]


def _bare_communes(s: Subject, o: OfferReading) -> list[Chapter]:
    """Return the slide of the communes without a known place, those of most people first, joined to who
    reaches one elsewhere; none where each has one.
    """
    if not o.no_place:
        return []
    rows = o.bare[:MOST_ROWS]
    listed = (
        f"{len(rows)} des {wording.count(len(o.bare), 'commune')}, celles qui en comptent le plus d’abord."
    )
    table = Grid(
        caption="Les communes sans lieu connu",
        columns=("Commune", "Personnes concernées"),
        align="gg",
        widths=(3, 4),
        rows=tuple(_cells(commune.name, upper_first(CONCERNED.sub("", commune.people))) for commune in rows),
        note=listed if len(rows) < len(o.bare) else "",
    )
    svg = s.layers.get(atlas.BARE, "")
    blocks: list[Block] = [table]
    if svg:
        key = (("m4", "aucun lieu connu, ou presque"), ("m1", "un lieu connu"))
        blocks.insert(0, Picture(svg=svg, alt=f"Carte : {o.no_place}.", key=key))
    return [
        _slide(
            GAPS,
            SPAN.sub("", o.no_place),
            blocks,
            lead=gaps.served_despite(o),
            notes=f"{' '.join(o.cautions)} {provenance(s, what=f'{o.source} pour les lieux')}",
            foot=f"{table.note} Lieux : {o.source}. {_foot(s)}".strip(),
        )
    ]


# ------------------------------------------------------------------------------------ advice and next steps


def _levers(s: Subject, plan: PlanReading | None) -> list[Chapter]:
    """Return the slide of the levers that workshops of the territory wrote, most voted first, each with the
    obstacles of its stage; of the obstacles where they wrote no lever; none without any.
    """
    journeys = plan.journeys if plan else s.journeys
    levers, obstacles = workshop_cards(journeys, ANSWERS), workshop_cards(journeys, FACED)
    rows = [(card.in_full, _with_obstacles(stage)) for card, stage in levers]
    title = f"Les ateliers proposent {wording.count(len(rows), 'levier')}"
    foot = "Sous chaque levier, l’étape et l’obstacle dits en atelier."
    if not rows:
        rows = [(card.in_full, stage.title) for card, stage in obstacles]
        title = f"Les ateliers nomment {wording.count(len(rows), 'obstacle')} à lever"
        foot = "Sous chaque obstacle, l’étape dite en atelier."
    if not rows:
        return []
    cards = [Callout(tone="commentaire", title=card, text=why) for card, why in rows[:MOST_ROWS]]
    return [
        _slide(
            LEVERS,
            title,
            cards,
            lead=_existing(s.reading.offer),
            notes=f"Source : les ateliers du territoire. {' '.join(f'{card}. {why}' for card, why in rows)}",
            foot=foot,
        )
    ]


def _with_obstacles(stage: Stage) -> str:
    """Return a stage with the obstacles that its group wrote: « Remplir : pas d’imprimante. »"""
    words = " ; ".join(card.in_full for card in stage.of(*FACED))
    return f"{stage.title} : {wording.lower_first(words)}." if words else stage.title


def _assets(s: Subject, plan: PlanReading | None) -> list[Chapter]:
    """Return the slide of what a plan may lean on: known places, structures ready to host, actions begun;
    none where nothing is known.
    """
    o = s.reading.offer
    n_places = o.territory.n_places if o else 0
    hosts, partners = (s.surveyed.get(("structures", each, "oui")) for each in ("accueillir", "partenariat"))
    begun = [action for action in plan.planned if action.has_begun and not action.is_part] if plan else []
    together = f"En partenariat aujourd’hui : {partners.in_full}." if partners else ""
    names = f"{upper_first(' ; '.join(wording.lower_first(each.title.rstrip('.')) for each in begun))}."
    facts = (
        (f"{wording.count(n_places, 'lieu connu', 'lieux connus')}", _existing(o)) if n_places else None,
        (f"{hosts.in_full} des structures accueilleraient des partenaires", together) if hosts else None,
        (f"{wording.count(len(begun), 'action a commencé', 'actions ont commencé')}", names)
        if begun
        else None,
    )
    cards = [
        Callout(tone="commentaire", title=upper_first(fact[0]), text=shorten(fact[1], CARD_LETTERS))
        for fact in facts
        if fact
    ]
    if not cards:
        return []
    sources = [f"Lieux : {o.source}." if o and n_places else "", f"Enquête {hosts.source}." if hosts else ""]
    sources += [f"Plan : {plan.title}." if plan and begun else ""]
    foot = " ".join(filter(None, sources))
    return [_slide(LEVERS, "Sur quoi s’appuyer", cards, notes=foot, foot=foot)]


def _existing(o: OfferReading | None) -> str:
    """Return the sentence of the services that places already give; "" where no place tells."""
    lines = [x for x in o.territory.lines if x.n_places] if o else []
    counted = [f"{wording.lower_first(x.label)} ({wording.number(x.n_places)})" for x in lines]
    return f"Déjà là, en nombre de lieux : {listing(counted)}." if counted else ""


def _proposals(s: Subject, plan: PlanReading | None, chosen: Sequence[Decision]) -> list[Chapter]:
    """Return the decisions asked, side by side, none where no figure calls for any."""
    if not chosen:
        return []
    money, r = decisions.totals(chosen), s.reading
    table = Grid(
        caption=decisions.NUMBERS[len(chosen)],
        columns=("", *(f"{k}. {x.title}" for k, x in enumerate(chosen, 1))),
        align="g" * (1 + len(chosen)),
        widths=(1, *(2.6,) * len(chosen)),
        rows=tuple(_cells(*row) for row in _decided(chosen)),
    )
    title = decisions.NUMBERS[len(chosen)] + (
        f", pour {decisions.euros(money[0])}" if money else " à prendre"
    )
    example = "Exemple : pilotes, dates et coûts inventés. " if plan and plan.is_example else ""
    by_level = decisions.tells_levels(r, decisions.proposals(s, plan))
    rates = f"{r.source.producer} {r.source.year}, et {levels_source()}" if by_level else ""
    return [
        _slide(
            PROPOSALS,
            title,
            (table,),
            lead=decisions.funding_words(money)
            or "Le choix, l’ordre et les moyens reviennent au territoire.",
            notes=" ".join(
                [
                    *(f"{x.title} : {x.reason}" for x in chosen if x.reason),
                    "Un effet attendu est un objectif, pas une promesse.",
                    provenance(s),
                ]
            ),
            foot=f"{example}{_foot(s, rates)}",
        )
    ]


def _decided(chosen: Sequence[Decision]) -> list[tuple[str, ...]]:
    """Return the lines of decisions side by side: those that nobody has decided are one line, those that
    nobody wrote are none.
    """
    says_little = any(len(x.title) > LONG for x in chosen) or len({x.reason for x in chosen}) == 1 < len(
        chosen
    )
    lines = [
        ("Pourquoi", *("" if says_little else x.reason for x in chosen)),
        ("Où", *(x.where for x in chosen)),
        ("Pilote", *(x.pilot for x in chosen)),
        ("Quand", *(x.when for x in chosen)),
        ("Coût", *(x.cost_words for x in chosen)),
        ("Effet attendu", *(x.effect for x in chosen)),
        ("État", *(x.state for x in chosen)),
    ]
    undecided_labels = [label for label, *values in lines[:-1] if set(values) == {TO_DECIDE}]
    written_lines = [line for line in lines if line[0] not in undecided_labels and any(line[1:])]
    if len(undecided_labels) > 1:
        written_lines[-1] = (
            upper_first(listing([wording.lower_first(each) for each in undecided_labels])),
            *written_lines[-1][1:],
        )
    return written_lines


def _plan(plan: PlanReading | None) -> list[Chapter]:
    """Return the slide of the actions that the published plan holds, none without."""
    if plan is None or not plan.planned:
        return []
    main_actions = plan.ranked
    printed_actions = _first_actions(main_actions)
    table = synthesis.actions_table(printed_actions)
    sentences = [plan.state, *([f"{upper_first(plan.alone)} sans pilote."] if plan.alone else [])]
    if len(printed_actions) < len(main_actions):
        sentences.append(f"Ici, {len(printed_actions)} des {len(main_actions)}.")
    example = " Exemple : pilotes et dates inventés." if plan.is_example else ""
    total = next((action.total for action in plan.yearly if action.is_total), 0)
    priced = sum(action.budget is not None for action in plan.planned)
    euros = decisions.euros(total)
    cost = f", pour {euros}" if priced == len(plan.planned) else f" : {euros} pour {priced} d’entre elles"
    return [
        _slide(
            PLAN,
            f"Le plan publié compte {tally(plan.planned)}{cost if total else ''}",
            (table,),
            lead=" ".join(sentences),
            notes=f"{plan.title}. {' '.join(sentences)}{example}",
            foot=f"Plan : {plan.title}.{example}",
        )
    ]


def _first_actions(actions: Sequence[PlanAction]) -> Sequence[PlanAction]:
    """Return the first actions that a slide holds, each with its whole title: long ones are fewer."""
    lines = 0
    for k, action in enumerate(actions[:MOST_ACTIONS]):
        lines += max(ceil(len(action.title) / TITLE_LINE), ceil(len(action.pilot) / PILOT_LINE))
        if lines > TITLE_LINES:
            return actions[:k]
    return actions[:MOST_ACTIONS]


def _next(s: Subject, plan: PlanReading | None) -> Chapter:
    """Return the slide of the next steps: those of the mission by day, then those without a day."""
    dated = (
        sorted((x for x in s.mission.steps if x.on > s.mission.on), key=lambda x: x.on) if s.mission else []
    )
    rows = [
        _cells(in_words(x.on), upper_first(x.what.removeprefix("1 ")), x.attendees) for x in dated[:MOST_ROWS]
    ]
    votes = decisions.first_votes(plan)
    rows += [
        _cells(x.vote, f"Voter : {wording.lower_first(x.title.rstrip('.'))}", x.pilot)
        for x in votes[: MOST_ROWS - len(rows)]
    ]
    has_blank = any(not row[-1].text for row in rows)
    undated = _missing(s, plan)[: max(0, MOST_ROWS - len(rows))]
    rows += [_cells("" if k else DAY_AND_NAME, text, "") for k, text in enumerate(undated)]
    table = without_empty_columns(
        Grid(
            caption="Prochaines étapes",
            columns=("Quand", "Quoi", "Avec qui"),
            align="ggg",
            widths=(1.7, 5, 2.2),
            rows=tuple(_dated_once(rows)),
        )
    )
    title = "Repartir avec un nom et une date par ligne"
    if dated:
        title = f"Prochain rendez-vous le {in_words(dated[0].on)}"
    elif votes:
        title = f"Prochain vote le {votes[0].vote}"
    return _slide(
        NEXT,
        title,
        (table,),
        lead=_thanks(s.mission),
        foot="Case vide : un nom à donner en séance." if has_blank and len(table.columns) > 2 else "",
        notes="Ces lignes se remplissent en séance ; le plan d’action les reprend ensuite.",
    )


def _dated_once(rows: Sequence[tuple[Cell, ...]]) -> Iterator[tuple[Cell, ...]]:
    """Yield rows of next steps, the day of several at the first of them only."""
    day = ""
    for when, *rest in rows:
        yield (Cell(text="" if when.text == day else when.text, strong=True), *rest)
        day = when.text or day


def _missing(s: Subject, plan: PlanReading | None) -> list[str]:
    """Return the steps that the study lacks, each once: places, answers of inhabitants, pilots, a review."""
    r, steps = s.reading, []
    if r.offer is None and not (s.is_computing or s.is_too_large):
        steps.append("Recenser les lieux d’aide : mairies, France services, médiathèques, associations")
    elif r.offer is None:
        steps.append(synthesis.no_offer(s).rstrip("."))
    elif r.offer.territory.n_silent:
        silent = wording.count(r.offer.territory.n_silent, "lieu", "lieux")
        steps.append(f"Faire préciser leur offre à {silent}")
    is_answered = r.survey is not None or surveys.of_kind(s.surveys, surveys.INHABITANTS)
    if not is_answered and not r.withheld:
        steps.append("Interroger les habitants : au moins 400 réponses précisent le calcul")
    if plan and plan.alone:
        steps.append(
            f"Trouver un pilote : {plan.alone} du plan n’en {'ont' if len(plan.unled) > 1 else 'a'} pas"
        )
    return [*steps, "Tenir à jour la liste des lieux", "Revoir ces chiffres ensemble, dans un an"]


def _thanks(m: mission.Mission | None) -> str:
    """Return the thanks to those who were heard, in a sentence or two; "" where nobody is named."""
    if m is None:
        return ""
    names = [name.rstrip(". ") for name in m.participants[:MOST_ROWS]]
    people = f"Merci à celles et ceux qui ont pris part : {' ; '.join(names)}." if names else ""
    return f"{people} {upper_first(m.more_thanks)}".strip()


def _sources(s: Subject, cut_slides: Sequence[Chapter]) -> Chapter:
    """Return the slide of the sources, which lists what the meeting had no time for. cut_slides: the slides
    of those messages, whose notes it holds.
    """
    r: Reading = s.reading
    first_sources = r.sources[:MOST_ROWS]
    more = len(r.sources) - len(first_sources)
    more_words = f"{more} autres, citées" if more > 1 else "1 autre, citée"
    table = Grid(
        caption="D’où viennent les données",
        columns=("Producteur", "Source", "Millésime"),
        align="ggg",
        widths=(1.6, 5, 2),
        rows=tuple(
            (Cell(text=x.producer, strong=True), Cell(text=x.title, link=x.url), Cell(text=x.vintage))
            for x in first_sources
        ),
        note=f"Et {more_words} dans le diagnostic et dans les notes." if more > 0 else "",
    )
    citations = " ; ".join(f"{x.producer}, {x.title} ({x.vintage}, {x.licence})" for x in r.sources)
    what = "données" if r.withheld else "chiffres"
    title = f"Ces {what} viennent de {wording.count(len(r.sources), 'source')}"
    foot = f"Le calcul : [des taux nationaux, appliqués aux habitants](#methode). {table.note}".strip()
    lead = " ".join(["Aussi dans le diagnostic.", *(f"{x.title}." for x in cut_slides)]) if cut_slides else ""
    notes = " ".join([f"{citations}.", *(f"{slide.title}. {slide.notes}" for slide in cut_slides)])
    return _slide(SOURCES, title, (table,), lead=lead, notes=notes, foot=foot, anchor="sources")
