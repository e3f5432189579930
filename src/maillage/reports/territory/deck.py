"""The slides that give a diagnosis back to a territory: why, how many, who, where, what is offered, what to
decide, what comes next.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from textwrap import shorten

from maillage.reports.codesign.journey import workshop_stages
from maillage.reports.page import maps
from maillage.reports.page.blocks import (
    Bar,
    Block,
    Bullets,
    Callout,
    Cell,
    Chapter,
    Chart,
    Document,
    Grid,
    Text,
)
from maillage.reports.plan.reading import PlanAction, PlanReading, tally
from maillage.reports.territory import (
    atlas,
    decisions,
    gaps,
    local_survey,
    map_keys,
    mission,
    surveys,
    synthesis,
    withheld,
)
from maillage.reports.territory.certainty import upper_first
from maillage.reports.territory.changes import MARGIN
from maillage.reports.territory.decisions import TO_DECIDE, Decision
from maillage.reports.territory.main_findings import FindingFigure, MainFinding
from maillage.reports.territory.reading import Indicator, LevelLine, OfferReading, Reading, ZoneRow
from maillage.reports.territory.subject import (
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
NOT_RANKED = "Leurs fourchettes se recouvrent : ces lignes ne sont pas un classement."
FEW_ANSWERS = 50  # a share of fewer is starred
MOST_ROWS = 6
MOST_NEWS = 5  # sentences on what happened since an edition
MARGINS = re.compile(r" \(entre [^)]*\)")  # of a title: its chart draws them
MOST_BESIDE = 4  # rows beside a map: its classes are under them
MOST_FACTS = 3
MOST_SENTENCES = 2  # sentences beside a map
MOST_LINES = 5  # of the offer, on a chart that is read from the end of a room
FEW_GAPS = 2
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
    r = s.reading
    if r.withheld:
        slides = [_method(s), _withheld(s)]
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
            _levers(s, plan) or _answers(s),
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
        indicator for indicator in r.context if NUMERAL.findall(indicator.here)[:1] not in ([], ["0"])
    ]
    ranked_facts = sorted(positive_shares, key=lambda indicator: not indicator.direction.startswith("plus"))
    cards = [_fact(indicator) for indicator in ranked_facts[: MOST_FACTS - bool(m and m.reason)]]
    if m and m.reason:
        cards.insert(0, Callout(tone="commentaire", title="Pourquoi ce périmètre", text=m.reason))
    if chosen:
        title = f"{decisions.NUMBERS[len(chosen)]} à préparer"
        titles = upper_first(" ; ".join(wording.lower_first(each.full_title) for each in chosen))
        text = f"{titles}." if len(titles) <= CARD_LETTERS else LATER
        cards.append(Callout(tone="verdict", title=title, text=text))
    lead = (_foreword(m) or " ".join(filter(None, (m.lead, m.origin)))) if m else ""
    sources = " ".join(
        f"{indicator.label} : {indicator.source}, {indicator.year}." for indicator in r.context
    )
    foreword = " ".join(mission.paragraphs(m)) if m else ""
    return _slide(
        WHY,
        "Les démarches sont en ligne, tout le monde n’y arrive pas",
        cards,
        lead=lead,
        notes=f"{headline(r)}. {sources} {foreword}".strip(),
        foot="Insee, [recensement](#sources).",
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
        title=f"{label} : {indicator.here}{between}",
        text=f"En France : {indicator.country}. Base : {among}.",
    )


def _method(s: Subject) -> Chapter:
    """Return the slide of the method: its sources, and the only warning of the deck."""
    r, c, m = s.reading, s.reading.source, s.mission
    zones = wording.count(r.territory.n_zones, r.territory.unit)
    cards = [
        Callout(
            tone="commentaire", title=f"{upper_first(zones)} : un calcul", text=f"{first_sentence(c.how)[0]}."
        )
    ]
    sources_used = ["un calcul"]
    separate_surveys = [
        each
        for each in s.surveys
        if not each.is_of_part and not (s.is_surveyed and each.kind == surveys.INHABITANTS)
    ]
    if n_surveys := s.is_surveyed + len(separate_surveys):
        sources_used.append("une enquête" if n_surveys == 1 else "des enquêtes")
    if s.is_surveyed:
        assert r.survey is not None
        cards.append(
            Callout(tone="commentaire", title="Une enquête auprès des habitants", text=r.survey.title)
        )
    if r.offer is not None and r.offer.whole.n_places:
        places = wording.count(r.offer.whole.n_places, "lieu recensé", "lieux recensés")
        silent = r.offer.whole.n_silent
        silence = (
            f"{wording.count(silent, 'lieu ne précise pas son offre', 'lieux ne précisent pas leur offre')}."
        )
        text = silence if silent else "Chacun dit ce qu’il propose."
        cards.append(Callout(tone="commentaire", title=upper_first(places), text=upper_first(text)))
        sources_used.append("un recensement de lieux")
    if separate_surveys:
        number = "Une enquête lue" if len(separate_surveys) == 1 else "Des enquêtes lues"
        survey_names = f"{upper_first(listing([each.label for each in separate_surveys]))}."
        cards.append(Callout(tone="commentaire", title=f"{number} à part", text=survey_names))
    ways = m.counts() if m else []
    if ways:
        meetings = listing([step.words for step in ways])
        cards.append(
            Callout(tone="commentaire", title="Des personnes entendues", text=f"{upper_first(meetings)}.")
        )
        sources_used.append("des rencontres")
    rule = f"Chaque nombre calculé a sa fourchette, juste {wording.NINE_TIMES}."
    limit = "" if r.withheld else f"{first_sentence(r.warnings[0])[0]}."
    cards.append(
        Callout(tone="prudence", title="À savoir une fois pour toutes", text=f"{rule} {limit}".strip())
    )
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
    lead, foot = f"Depuis l’édition {c.before.name}.", "Enquêtes publiées et plan publié."
    return [_slide(SINCE, title, blocks, lead=lead, notes=notes, foot=foot)]


def _withheld(s: Subject) -> Chapter:
    explanation = withheld.explain(s.reading)
    items = (f"**{explanation.headline}.** {explanation.why}", *explanation.advice)
    notes = " ".join((explanation.more, *explanation.advice)).replace("**", "")
    return _slide(NEED, explanation.title, (Bullets(items=items),), notes=notes)


# ------------------------------------------------------------------------------------------------- people


def _people(s: Subject) -> list[Chapter]:
    people_slides = [_need(s), _levels(s)]
    if s.is_surveyed:
        people_slides.append(_survey(s))
    people_slides += _groups(s)
    if len(s.reading.zones) > 1:
        people_slides += [_zones(s), *_town(s)]
    return [*people_slides, *_crossing(s)]


def _need(s: Subject) -> Chapter:
    r = s.reading
    drawn = for_a_room(need_chart(s))
    both = f"{r.both.in_full.capitalize()} vivent aussi modestement"
    about = f"{both}, parmi les 40 % de la France aux plus faibles revenus."
    sentences = (about, r.both.poverty) if r.both.modest else (r.both.about,)
    blocks: tuple[Block, ...] = (*((drawn,) if drawn else ()), Bullets(items=tuple(filter(None, sentences))))
    return _slide(NEED, headline(r), blocks, lead=headline_context(r), notes=provenance(s), foot=_foot(s))


def _levels(s: Subject) -> Chapter:
    r = s.reading
    first = r.levels.lines[0]
    title = f"{first.about.capitalize()} {first.who}" if _has_number(s, first) else first.label
    drawn = for_a_room(levels_chart(s))
    answers = Bullets(items=tuple(f"**{x.label}** : {x.who}." for x in r.levels.lines[:3]))
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
        if r.survey.agrees or name != "combinee"
    ]
    agreement = "L’enquête et le calcul concordent" if r.survey.agrees else "L’enquête contredit le calcul"
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
    title, rest = first_sentence(r.where_sentence)
    svg = s.layers.get("numerique", "")
    surely = s.zones_above
    codes = [zone.code for zone in surely]
    unit, n = r.territory.unit, len(surely)
    if surely:
        more = f"plus fréquent dans {wording.count(n, unit)}"
        spread = s.study["ou"]["verdict"] == "reparti"
        title = f"Le besoin est partout ; il est {more}" if spread else f"Le besoin est nettement {more}"
        surplus_shares = r.where_sentence.replace("**", "").partition("En tout")[2]
        rest = (
            f"{'Cette' if n == 1 else 'Ces'} {wording.count(n, unit)}{surplus_shares}"
            if surplus_shares
            else ""
        )
    most = MOST_BESIDE if svg else MOST_ROWS
    rows = surely[:most] or _highest(r.zones, most)  # in the order of the sentence
    caption, note = f"{unit.capitalize()}s où la part est la plus haute", NOT_RANKED
    if surely:
        caption = f"{unit.capitalize()}s où le besoin est plus fréquent"
        note = f"{len(rows)} des {wording.count(n, unit)}." if len(rows) < n else ""
    table = _zone_table(rows, caption, unit, note, is_numbered=bool(svg))
    svg = _numbered(svg, rows)
    alt = "Carte de la part de personnes concernées, zone par zone, du clair (rare) au foncé."
    picture = (
        map_keys.surplus_picture(svg, codes) if surely else map_keys.picture(r, "numerique", svg, alt=alt)
    )
    return _slide(
        WHERE,
        title or "Les fourchettes, côte à côte",
        ((picture, table) if svg else (table,)),
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
        svg=_numbered(drawn[0].svg, rows),
        key=map_keys.key(r, "numerique"),
        caption=map_keys.UNITS["numerique"],
    )
    table = _zone_table(
        rows, "Quartiers où la part est la plus haute", "quartier", NOT_RANKED, is_numbered=True
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
    return sorted((z for z in zones if z.share), key=lambda z: -(z.share_value or 0.0))[:most]


def _numbered(svg: str, rows: Sequence[ZoneRow]) -> str:
    """Return a map where the zones of a table have its numbers; "" without a map."""
    return maps.numbered(svg, [zone.code for zone in rows], {zone.name for zone in rows}) if svg else ""


def _zone_table(zones: Sequence[ZoneRow], caption: str, unit: str, note: str, *, is_numbered: bool) -> Grid:
    """Return the share and people of a few zones. is_numbered: a map beside it has their numbers."""
    return Grid(
        caption=caption,
        columns=(unit.capitalize(), "Part", "Fourchette", "Personnes"),
        align="gddd",
        widths=(3.2, 0.8, 1.4, 1.2),
        rows=tuple(
            _cells(
                f"{k}. {z.full_name}" if is_numbered else z.full_name,
                z.share,
                z.share_between.replace(" ", wording.NBSP),
                z.people or "—",
            )
            for k, z in enumerate(zones, 1)
        ),
        note=note,
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
    messages = [
        [finding for finding in findings if finding.axis in axes and bool(finding.group) == is_of_a_group]
        for axes, is_of_a_group in MESSAGES
    ]
    slides = []
    for first, *next_findings in [row[: 1 + MOST_SENTENCES] for row in messages if row][:MOST_MESSAGES]:
        sentences = (first.means, *(finding.fact for finding in next_findings))[:MOST_SENTENCES]
        message = [first, *next_findings]
        slides.append(_finding_slide(INHABITANTS, message, first.figures, sentences, findings))
    return slides


def _professionals(s: Subject) -> list[Chapter]:
    """Return the slide of what those who answered as professionals say, none without a finding."""
    findings = s.findings.of_survey("structures", "professionals")
    if not findings:
        return []
    first, *next_findings = findings[: 1 + MOST_SENTENCES]
    facts = [finding.fact for finding in next_findings]
    return [_finding_slide(PROFESSIONALS, [first, *next_findings], first.figures, facts, findings)]


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
        SPAN.sub("", first.fact).rstrip(".") if drawn else first.fact.rstrip("."),
        (drawn, bullets) if drawn else (bullets,),
        notes=f"{sources} {notes}",
        foot=f"{surveys_read}.{star}",
    )


def _bar(figure: FindingFigure, *, star: str) -> Bar:
    """Return the bar of a share, with its interval in words; star: marks few answers."""
    low, high = rounding.outwards(figure.low, figure.high, 1.0, most=100.0)
    span = f" ({round(low)} – {wording.percent(high)})" if high > low else ""
    words = f"{wording.percent(round(figure.value))}{span}"
    return Bar(label=f"{figure.label}{star}", low=low, high=high, value=figure.value, words=words)


def _voices(s: Subject) -> list[Chapter]:
    """Return the slide of what people said, a card each, none where nothing was published."""
    if not s.voices:
        return []
    cards = tuple(_quoted(voice) for voice in s.voices[:MOST_ROWS])
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
            foot=f"Paroles : {sources}.{invented}",
        )
    ]


def _quoted(voice: Voice) -> Callout:
    return Callout(tone="commentaire", title=f"« {voice.words} »", text=voice.speaker)


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
    title = gaps.headline(o)
    drawn = for_a_room(_shortened(offer_chart(gaps.known_lines(o))), most=MOST_LINES)
    mute = [wording.lower_first(x.label) for x in o.whole.lines if x.state == gaps.UNASKED]
    n_places = wording.count(o.whole.n_places, "lieu", "lieux")
    places = [
        f"{upper_first(n_places)} dans le périmètre, dont {o.whole.n_silent} à l’offre inconnue."
        if o.whole.n_silent
        else f"{upper_first(n_places)} dans le périmètre.",
        f"À portée : {o.limit}, environ.",
    ]
    places += [text for text in (o.to_locate_in_brief or o.other_way, o.unlisted) if text]
    if mute:
        places.append(f"Absents de ce recensement : {wording.listing(mute)}.")
    blocks: tuple[Block, ...] = (*((drawn,) if drawn else ()), Bullets(items=(*few, *places)))
    return _slide(
        OFFER,
        title,
        blocks,
        lead=f"Personnes en difficulté sans ce service {o.mode.near}." if drawn else "",
        notes=" ".join(
            (
                *(f"{line.label} : {line.doubt}" for line in gaps.unknown(o)),
                *o.cautions,
                provenance(s, what=f"{o.source} pour les lieux"),
            )
        ),
        foot=f"Lieux : {o.source}. {_foot(s)}",
    )


def _shortened(drawn: Chart | None) -> Chart | None:
    """Return a chart of people whose bars no longer repeat its unit."""
    if drawn is None:
        return None
    bars = tuple(replace(bar, words=bar.words.replace(" personnes", "")) for bar in drawn.bars)
    return replace(drawn, bars=bars)


def _gaps(s: Subject, o: OfferReading) -> tuple[list[str], list[Chapter]]:
    """Return the gaps told beside the offer, where they are too few to fill a slide, and their slide
    elsewhere, for what is certain.
    """
    together = gaps.first_of_zones(gaps.certain(o))
    unknown = [] if together else gaps.unknown(o)
    if len(together) + len(unknown) <= FEW_GAPS:
        gap_texts = [f"**{gap.zone}** : {gap.people} sans {gap.without}. {gap.reason}" for gap in together]
        return [*gap_texts, *(f"**{line.label}**. {line.doubt}" for line in unknown)], []
    if not together:  # the chart of the offer draws what nobody knows, its notes say why
        return [], []
    first = together[0]
    table = Grid(
        caption="Le premier manque de chaque zone",
        columns=("Où", "Ce qui manque", "Personnes"),
        align="ggg",
        widths=(2, 4.4, 2.6),
        rows=tuple(_cells(gap.zone, gap.lines, upper_first(gap.people)) for gap in together[:MOST_ROWS]),
        note=f"En tout : {gaps.tally(o)}.",
    )
    title = f"{first.zone} : {first.about} sans {first.without}"
    notes = f"{' '.join(o.cautions)} {provenance(s, what=f'{o.source} pour les lieux')}"
    return [], [_slide(GAPS, title, (table,), notes=notes, foot=f"{table.note} {_foot(s)}")]


# ------------------------------------------------------------------------------------ advice and next steps


def _levers(s: Subject, plan: PlanReading | None) -> Chapter | None:
    """Return the slide of the levers that workshops of the territory wrote, each with the obstacles of its
    stage; None without any.
    """
    rows = [
        (
            lever,
            f"{stage.title} : {wording.lower_first(' ; '.join(obstacles))}." if obstacles else stage.title,
        )
        for stage, obstacles, levers in workshop_stages(plan.journeys if plan else ())
        for lever in levers
    ]
    if not rows:
        return None
    cards = [Callout(tone="commentaire", title=lever, text=why) for lever, why in rows[:MOST_ROWS]]
    return _slide(
        LEVERS,
        f"Les ateliers proposent {wording.count(len(rows), 'levier')}",
        cards,
        lead=_existing(s.reading.offer),
        notes=f"Source : les ateliers du territoire. {' '.join(f'{lever}. {why}' for lever, why in rows)}",
        foot="Sous chaque levier, l’étape et l’obstacle dits en atelier.",
    )


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
    return _slide(
        LEVERS,
        table.caption,
        (table,),
        lead=_existing(r.offer),
        notes=provenance(s, what=f"{r.levels.source} {r.levels.doubt}"),
        foot=_foot(s, levels_source()),
    )


def _existing(o: OfferReading | None) -> str:
    """Return the sentence of the services that places already give; "" where no place tells."""
    lines = [x for x in o.whole.lines if x.n_places] if o else []
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
    main_actions = [action for action in plan.planned if not action.is_part]
    order = {action.number: k for k, action in enumerate(plan.led)}
    ranked = sorted(
        main_actions, key=lambda x: (order.get(x.number, len(main_actions)), len(x.undecided), x.number)
    )
    printed_actions = _first_actions(ranked)
    table = Grid(
        caption="Les actions du plan",
        columns=("Action", "Pilote", "Début", "Coût", "État"),
        align="gggdg",
        widths=(5, 2.2, 1.8, 1.3, 1.5),
        rows=tuple(
            _cells(
                action.title.rstrip("."),
                action.pilot or TO_DECIDE,
                action.begins or TO_DECIDE,
                TO_DECIDE if action.budget is None else decisions.euros(action.budget),
                action.state,
            )
            for action in printed_actions
        ),
    )
    sentences = [plan.state, *([f"{upper_first(plan.alone)} sans pilote."] if plan.alone else [])]
    if len(printed_actions) < len(main_actions):
        sentences.append(f"Ici, {len(printed_actions)} des {len(main_actions)}.")
    example = " Exemple : pilotes et dates inventés." if plan.is_example else ""
    total = next((action.total for action in plan.yearly if action.is_total), 0)
    cost = f", pour {decisions.euros(total)}" if total else ""
    return [
        _slide(
            PLAN,
            f"Le plan publié compte {tally(plan.planned)}{cost}",
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
    rows = [_cells(in_words(x.on), upper_first(x.what), x.who or TO_DECIDE) for x in dated[:MOST_ROWS]]
    votes = (
        sorted((x for x in plan.planned if x.vote_day and x.is_to_vote), key=lambda x: x.vote_day)
        if plan
        else []
    )
    rows += [
        _cells(x.vote, f"Voter : {wording.lower_first(x.title.rstrip('.'))}", x.pilot or TO_DECIDE)
        for x in votes[: MOST_ROWS - len(rows)]
    ]
    rows += [_cells(TO_DECIDE, text, TO_DECIDE) for text in _missing(s, plan)][
        : max(0, MOST_ROWS - len(rows))
    ]
    table = Grid(
        caption="Prochaines étapes",
        columns=("Quand", "Quoi", "Avec qui"),
        align="ggg",
        widths=(1.7, 5, 2.2),
        rows=tuple(rows),
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
        notes="Ces lignes se remplissent en séance ; le plan d’action les reprend ensuite.",
    )


def _missing(s: Subject, plan: PlanReading | None) -> list[str]:
    """Return the steps that the study lacks, each once: places, answers of inhabitants, pilots, a review."""
    r, steps = s.reading, []
    if r.offer is None and not (s.is_computing or s.is_too_large):
        steps.append("Recenser les lieux d’aide : mairies, France services, médiathèques, associations")
    elif r.offer is None:
        steps.append(synthesis.no_offer(s).rstrip("."))
    elif r.offer.whole.n_silent:
        silent = wording.count(r.offer.whole.n_silent, "lieu", "lieux")
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
    people = f"Merci : {' ; '.join(m.participants[:MOST_ROWS])}." if m.participants else ""
    return f"{people} {m.more_thanks}".strip()


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
    titles = [wording.lower_first(slide.title) for slide in cut_slides]
    lead = f"Aussi dans le diagnostic : {' ; '.join(titles)}." if titles else ""
    notes = " ".join([f"{citations}.", *(f"{slide.title}. {slide.notes}" for slide in cut_slides)])
    return _slide(SOURCES, title, (table,), lead=lead, notes=notes, foot=foot, anchor="sources")
