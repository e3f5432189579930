"""A study as its reader meets it: figures rounded, sentences written, charts drawn. No choice of page
here.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import isnan

from maillage.kernel.estimate import Estimate, Figure, Withheld
from maillage.publishing.page import charts
from maillage.publishing.territory import (
    atlas,
    cards,
    certainty,
    comparison,
    local_survey,
    offer,
    priority_districts,
    published,
    sentences,
    withheld,
    zone_sheet,
)
from maillage.publishing.territory.labels import (
    BREAKDOWN_LABELS,
    CELL_LABELS,
    CLASS_LABELS,
    DEDUCED_LABELS,
    LEVELS_OF_HELP,
    MEDIATION,
    PROFILE_LABELS,
    VARIANCE_LABELS,
    name_of,
    names_of,
    of_name_of,
    zone_name,
)
from maillage.publishing.territory.reading import (
    Assumption,
    Bars,
    Base,
    Both,
    Container,
    DefinitionCard,
    DefinitionRow,
    DoubtPart,
    Filter,
    Flat,
    FlatRow,
    Group,
    Headline,
    IndexRow,
    IndexValue,
    Indicator,
    LevelLine,
    Levels,
    Margins,
    Place,
    Reading,
    SocialIndex,
    SubtotalRow,
    Variable,
    ZoneLevel,
    ZoneRow,
)
from maillage.reference.cards import cards as source_cards
from maillage.reference.definitions import LEVELS, Definition, definition
from maillage.reference.parameters import number
from maillage.reference.targets import targets
from maillage.statistics.diagnosis.compare import NeedByDefinition
from maillage.statistics.diagnosis.request import Inside
from maillage.statistics.diagnosis.results import (
    CELL_NAMES,
    CLASS_NAMES,
    LEVEL_NAMES,
    Diagnosis,
    Spread,
    ZoneResult,
)
from maillage.statistics.engine import conditional
from maillage.statistics.engine.classes import N_CLASSES
from maillage.statistics.engine.conditional import ConcernedInGroup
from maillage.statistics.need.social import MISSING
from maillage.statistics.need.social_variables import BY_ID
from maillage.statistics.study import Study
from maillage.statistics.zones.territories import Kind
from maillage.words import fractions, rounding, wording
from maillage.words.wording import FigureText


def present(study: Study, *, fingerprint: str) -> Reading:
    """Return everything that a page, a dossier or a sheet shows of a study. fingerprint: that of its
    etude.json.
    """
    d, o = study.diagnosis, study.offered
    need = wording.people(d.need, most=d.universe)
    if not d.adults:
        need = replace(need, why=withheld.NOBODY)
    inside = d.request.inside
    classed = d.is_crossed
    offer_reading = None if o is None else offer.read(o)
    reading = Reading(
        fingerprint=fingerprint,
        territory=_place(d),
        definition=_definition(d.request.definition, inside),
        filter=None if inside is None else Filter(inside.id, inside.label, inside.doubt),
        target=_target(d),
        population=wording.number(d.population),
        adults=wording.number(d.adults),
        universe=wording.number(d.universe),
        headline=headline(d.need, d.rate, need, d.request.definition, d.request.territory.kind),
        published=published.notes(study.published, d.request.definition),
        withheld=isinstance(d.need, Withheld),
        source=cards.need_card(d, need, d.universe),
        cards=cards.other_cards(d),
        sentences=tuple(sentences.summary(d, names_of)),
        above=() if isinstance(d.need, Withheld) else tuple(zone.code for zone in d.where.zones),
        where_sentence="" if isinstance(d.need, Withheld) else sentences.where(d, names_of),
        crossing_sentence=" ".join(sentences.crossing(d, names_of)),
        leaders_sentence=" ".join(sentences.leaders(d, names_of)),
        draws=wording.number(d.request.n_draws),
        levels=_levels(d, study.by_definition),
        both=_both(d),
        class_sentences=tuple(sentences.class_lists(d, names_of)),
        discordances=tuple(sentences.discordances(d, names_of)),
        cluster_sentences=tuple(sentences.clusters(d, names_of)),
        context=context(d),
        profile=_profile(d),
        zones=_zones(d),
        subtotals=_subtotals(d),
        subtotal_sentences=(*sentences.across(d), *sentences.largest_commune(d)),
        districts=priority_districts.read(d.request),
        axis=wording.percent(charts.axis_top([r.rate for r in d.zones])),
        cell_shares=_cell_shares(d),
        both_residents=_both_residents(d),
        class_bounds=_class_bounds(d),
        social_classes=tuple(CLASS_LABELS.values()),
        is_classed=classed,
        without_index=tuple(sentences.without_index(d, d.zones)) if classed else (),
        n_outside=sum(r.is_outside for r in d.zones) if inside else 0,
        legend=charts.joint_legend({} if _is_vague(d) else _cell_shares(d), id="legende"),
        index=_index(d),
        margins=_margins(d),
        flat=_flat(d),
        bases=tuple(
            Base(base, value, wording.number(value))
            for base, value in (
                ("15 ans et plus en logement ordinaire, la base de nos estimations", d.universe),
                *((base, values["base"]) for base, values in d.flat.items()),
            )
        ),
        deduced=_deduced(d),
        warnings=(*sentences.warnings(d), *local_survey.warnings(d)),
        sources=(*cards.sources(d), *local_survey.source(d)),
        offer=offer_reading,
        survey=local_survey.read(d),
        map_note=_map_note(study),
        definitions=tuple(_definition_row(each) for each in study.by_definition),
        measures=comparison.measures(d, o),
        sheets={
            r.zone.code: zone_sheet.read(
                d, r.zone.code, offer_reading.zones.get(r.zone.code) if offer_reading else None
            )
            for r in d.zones
            if not r.is_outside
        },
    )
    return wording.spaced_within(reading)


def _cell_shares(d: Diagnosis) -> dict[str, float]:
    """Return the share of residents to expect in each cell of the joint map, the doubt on classes counted,
    then of those whose zone has no cell.
    """
    shares = {
        name: d.cell_spreads[name].residents.value if name in d.cell_spreads else d.cell_shares[name]
        for name in CELL_NAMES
    }
    return shares | {"inconnue": max(0.0, 1.0 - sum(shares.values()))}


def _both_residents(d: Diagnosis) -> str:
    """Return how many residents live in zones of both precarities, and their share; "" without cells, or when
    there is nobody.
    """
    spread = d.cell_spreads.get("les_deux")
    if spread is None or not d.is_crossed or not spread.residents.high:
        return ""
    counted = "du territoire" if d.request.inside is None else "que l’étude compte"
    words = certainty.residents(spread.residents, d.population)
    return words if words == certainty.NOT_KNOWN else f"{words} de ceux {counted}"


def _is_vague(d: Diagnosis) -> bool:
    """Return True where nobody knows how many live in zones of both precarities: no share is shown."""
    return _both_residents(d) == certainty.NOT_KNOWN


def _place(d: Diagnosis) -> Place:
    """Return the subject of the study: name, place, how many zones of which kind."""
    t = d.request.territory
    name = name_of(d)
    return Place(
        code=t.code,
        name=name,
        of_name=of_name_of(d),
        kind=t.kind,
        within=tuple(Container(code, label) for code, label in t.within if label != t.name),
        n_zones=len(d.zones),
        unit=sentences.unit_of(d),
        subtitle=_subtitle(d),
    )


def _target(d: Diagnosis) -> str:
    """Return the public that the diagnosis is made for, "" when nobody said; the figures count everybody."""
    target = d.request.target
    if target is None:
        return ""
    words = [
        *(targets()[id] for id in target.publics),
        *([target.text.strip(" .")] if target.text.strip() else []),
    ]
    return f"**Public visé par ce diagnostic** : {' ; '.join(words)}. Les chiffres comptent tout leur champ."


def _subtitle(d: Diagnosis) -> str:
    """Return how many zones and residents a study counts, the filter told when there is one."""
    zones = sentences.count_of_zones(d)
    if d.request.inside is None:
        return f"{zones} · {wording.count(round(d.population), 'habitant')} (recensement de 2021)"
    within = sum(r.population > 0 for r in d.zones)
    return (
        f"{zones} · {wording.count(within, 'zone')} dans le filtre ·"
        f" {wording.count(round(d.population), 'habitant compté', 'habitants comptés')} (recensement de 2021)"
    )


def _map_note(study: Study) -> str:
    """Return the note on the map: the parts drawn apart, or why it does not show the zones."""
    if study.drawn is study.diagnosis:
        return (
            "L’outre-mer est dessiné à part, à une autre échelle." if atlas.has_boxes(study.diagnosis) else ""
        )
    without = "Les contours des quartiers de ce territoire ne sont pas fournis avec Maillage :"
    if study.drawn is None:
        return f"{without} pas de carte ici. Le tableau porte toute l’information."
    if len(study.drawn.zones) == 1:
        return f"{without} la carte montre la commune entière, le tableau montre les quartiers."
    return (
        f"{without} la carte montre les communes, le tableau montre les quartiers. Une commune de plusieurs"
        " quartiers reste blanche : la classe de chacun est au tableau."
    )


def _definition(d: Definition, inside: Inside | None = None) -> DefinitionCard:
    return DefinitionCard(
        id=d.id,
        label=d.label,
        short=d.short,
        statement=d.statement,
        universe=d.universe
        if inside is None
        else f"{d.universe} ; filtre : {wording.lower_first(inside.label)}",
        year=d.year,
        producer=d.producer,
        title=d.title,
        url=d.url,
        quote=d.quote,
        doubt=d.doubt,
        doubts=tuple(d.doubts),
        unused=tuple(d.unused),
        n=wording.number(d.n),
        n_known=d.n_known,
    )


def _definition_row(need_row: NeedByDefinition) -> DefinitionRow:
    """Return a territory under one definition, as shown beside the others."""
    need, rate, card = (
        wording.people(need_row.need),
        wording.rate(need_row.rate),
        _definition(need_row.definition),
    )
    return DefinitionRow(
        **{name: getattr(card, name) for name in DefinitionCard.__slots__},
        value=need.value,
        between=need.between,
        span=need.span,
        share=rate.cells[0],
        share_between=rate.cells[1],
        bar=charts.small_bar(need_row.rate, top=50.0, id="rayures"),
    )


def headline(
    persons: Figure, percent: Figure, need: FigureText, definition: Definition, kind: Kind
) -> Headline:
    """Return the first figure of a territory of a kind. need: its persons as they are shown."""
    rate = wording.rate(percent)
    one_in, bar = "", None
    if isinstance(persons, Estimate) and isinstance(percent, Estimate):
        decimals = 1 if wording.rate_step(percent) < 1 else 0
        one_in = (
            fractions.one_in(percent.value, percent.low, percent.high, decimals=decimals)
            if rate.value
            else ""
        )
        label = f"{need.about} ; {need.between}"
        bar = Bars(
            charts.interval_bar(persons, id="h-l", ticks=6, width=720, label=label),
            charts.interval_bar(persons, id="h-e", ticks=3, width=360, label=label),
        )
    return Headline(
        about="environ",
        value=need.value,
        low=need.low,
        high=need.high,
        between=need.between,
        reason=need.why if isinstance(persons, Withheld) else "",
        sentence=f"personnes {definition.statement}",
        share=rate.value or rate.between,
        one_in=one_in,
        bar=bar,
        against_country=published.against_country(percent.low, percent.high, definition)
        if isinstance(percent, Estimate) and kind != "france"
        else "",
    )


def _levels(d: Diagnosis, by_definition: Sequence[NeedByDefinition]) -> Levels:
    """Return the four levels of difficulty: how many people, which answer, and their bar. by_definition: the
    same territory under each definition.
    """
    figures = [d.levels[name] for name in LEVEL_NAMES]
    values = [figure.value if isinstance(figure, Estimate) else 0.0 for figure in figures]
    total = sum(values) or 1.0
    parts = _parts_of_bar([wording.share_of(figure, total) for figure in figures], values)
    lines = []
    for level, figure, part in zip(LEVELS_OF_HELP, figures, parts, strict=True):
        people_text = wording.people(figure, most=d.universe)
        lines.append(
            LevelLine(
                name=level.name,
                kind=level.kind,
                label=level.label,
                description=level.description,
                answer=level.answer,
                action=level.action,
                share=part,
                value=people_text.value,
                between=people_text.between,
                about=people_text.about,
                in_full=people_text.in_full,
            )
        )
    shares = [(line.kind, line.share, value / total) for line, value in zip(lines, values, strict=True)]
    label = " ; ".join(f"{line.label} {line.share}" for line in lines)
    cut = definition(LEVELS)
    return Levels(
        link=_link(d, cut, next((each for each in by_definition if each.definition.id == cut.id), None)),
        lines=tuple(lines),
        bar=Bars(
            charts.levels_bar(shares, width=720, label=label),
            charts.levels_bar(shares, width=360, label=label),
        ),
        source=(
            f"Parts nationales de {cut.producer} (7, 19, 14 et 60 %, {cut.year}), réparties selon l’âge, le"
            f" diplôme et le niveau de vie des habitants. {MEDIATION}"
        ),
        doubt=cut.doubt,
    )


def _parts_of_bar(shares: Sequence[FigureText], values: Sequence[float]) -> list[str]:
    """Return the shares of the levels as they are read: 100 in all once each has a point, and those of the
    three levels of difficulty that of the people at these levels.
    """
    rest, total = values[-1], sum(values)
    in_need, last = rounding.whole_percents([1 - rest / total, rest / total]) if total else (0, 0)
    if not in_need or not all(text.value for text in shares):
        return [text.value or text.span for text in shares]
    levels = rounding.whole_percents([value / (total - rest) for value in values[:-1]], in_need)
    percents = zip(shares, (*levels, last), strict=True)
    return [wording.percent(n) if n else str(text.value) for text, n in percents]


def _link(d: Diagnosis, cut: Definition, counted: NeedByDefinition | None) -> str:
    """Return the link between the three levels and the number of the headline: two definitions, two years,
    two shares, and the reason of the larger number.

    counted: the people of the three levels in the table of definitions; None without such a table.
    """
    headline_definition = d.request.definition
    if headline_definition.id == cut.id or not isinstance(d.need, Estimate):
        return ""
    comparison_text = ""
    if counted is not None and isinstance(counted.need, Estimate):
        number_of = wording.people(counted.need).in_full
        shares = [text.value or text.span for text in map(wording.rate, (counted.rate, d.rate))]
        if all(shares):
            number_of = f"{number_of}, soit {shares[0]} des 15 ans et plus au lieu de {shares[1]}"
        comparison_text = (
            f" Elles sont plus nombreuses, {number_of} : celles qui bloquent parfois y sont comptées."
            if counted.need.value > d.need.value
            else f" Elles sont moins nombreuses, {number_of}."
        )
    return (
        f"**Deux définitions, deux nombres.** Celui du haut suit « {headline_definition.short} »"
        f" ({headline_definition.producer}). Les"
        f" trois premiers niveaux ci-dessous comptent les personnes qui {cut.statement} ({cut.producer},"
        f" {cut.year}).{comparison_text} N’additionnez pas les deux nombres."
    )


BEFORE_ROUNDING = ", part calculée avant l’arrondi"  # of a share that its two printed numbers do not give


def _both(d: Diagnosis) -> Both:
    """Return the figures of people in both precarities: an estimate, its assumption, and the bounds that hold
    regardless.
    """
    figure, modest = wording.people(d.both), wording.people(d.modest)
    poor, poor_both = wording.people(d.poor), wording.people(d.poor_both)
    low, high = (_round_like(value, d.need) for value in d.bounds)
    known = (
        f"entre {wording.number(low)} et {wording.number(high)}" if low else f"au plus {wording.number(high)}"
    )
    part = next((row.part for row in d.profile if row.group == "modeste"), None)
    share_text = _group_share(d, part).value if part and figure.value else None
    both_printed, need_printed = (_round_like(wording.point(each) or 0.0, each) for each in (d.both, d.need))
    printed_share = wording.share(both_printed / need_printed) if need_printed else ""
    return Both(
        value=figure.value,
        between=figure.between,
        about=figure.about,
        share=share_text or "",
        share_note=BEFORE_ROUNDING if share_text and printed_share != share_text else "",
        in_full=figure.in_full,
        modest="" if isinstance(d.modest, Withheld) else modest.in_full,
        independent=wording.number(_round_like(d.both_independent, d.both)) if figure.value else "",
        limits=f"Sans cette hypothèse, mais aux chiffres centraux de chaque précarité, elles sont {known}.",
        poverty=(
            f"Sous le seuil de pauvreté à 60{wording.NBSP}% : {poor.in_full}. Parmi elles,"
            f" {poor_both.in_full} sont aussi en précarité numérique."
            if isinstance(d.poor, Estimate)
            else f"Sous le seuil de pauvreté : non montré. {d.poor.reason}"
        ),
    )


def _round_like(value: float, figure: Figure) -> float:
    by = rounding.step(figure.half_width) if isinstance(figure, Estimate) else 10.0
    return rounding.nearest(value, by)


DIRECTIONS = {"plus": "plus qu’en France", "moins": "moins qu’en France", "autant": "comme en France"}
UNSETTLED = "pas d’écart net avec la France"


def context(d: Diagnosis) -> tuple[Indicator, ...]:
    """Return the indicators that make the difficulty more or less frequent here, beside the country; a
    poverty that is withheld is left out.
    """
    out = []
    for indicator in d.context:
        local_share, between = wording.percent(100 * indicator.local_share), ""
        direction = DIRECTIONS[indicator.direction]
        if indicator.id == "pauvrete":
            if not isinstance(d.poor, Estimate):
                continue
            poverty_text = wording.share_of(d.poor, d.universe)
            local_share, between = poverty_text.value or "", poverty_text.span
            low, high = d.poor.low / d.universe, d.poor.high / d.universe
            direction = UNSETTLED if low <= indicator.country <= high else direction
        out.append(
            Indicator(
                label=indicator.label,
                local_share=local_share,
                between=between,
                country=wording.percent(100 * indicator.country),
                direction=direction,
                source=source_cards()[indicator.source].producer,
                year=indicator.year,
            )
        )
    return tuple(out)


def _profile(d: Diagnosis) -> tuple[Group, ...]:
    """Return the profile of the people concerned: two shares that are never compared, each told in words."""
    total = sum(row.concerned for row in d.profile if row.breakdown == "age")
    verb = d.request.definition.statement
    out = []
    for row in d.profile:
        if row.people < 1 or total <= 0:
            continue
        label = PROFILE_LABELS[row.group]
        rate, part = _group_share(d, row.rate), _group_share(d, row.part)
        _, among = conditional.both(row.concerned, row.people, total, group=label, verb=verb)
        out.append(
            Group(
                family=BREAKDOWN_LABELS[row.breakdown],
                label=label,
                rate=rate.value,
                rate_span=_span(rate, row.rate),
                share=part.value,
                share_span=_span(part, row.part),
                share_value=among.value,
            )
        )
    return tuple(out)


def _group_share(d: Diagnosis, spread: Spread) -> FigureText:
    """Return a share of the table of groups as any other estimated share is shown."""
    chosen = d.request.definition
    return wording.rate(
        Estimate(
            value=100 * spread.value,
            low=100 * spread.low,
            high=100 * spread.high,
            unit="pourcent",
            universe=chosen.universe,
            n=chosen.n,
            method="besoins",
            sources=(chosen.id,),
        )
    )


def _span(share_text: FigureText, spread: Spread) -> str:
    """Return the interval of a share as a table writes it, "" where nothing of it is drawn."""
    return share_text.span if 100 * (spread.high - spread.low) > wording.EXACT else ""


def _rank_by_people(r: ZoneResult) -> tuple[float, float, str]:
    """Return where a zone stands in a table, most people first as they are shown: each has its own step."""
    value = wording.point(r.need)
    if value is None or not isinstance(r.need, Estimate):
        return 1.0, 0.0, r.zone.code
    return -(value if r.need.is_loose else _round_like(value, r.need)), -value, r.zone.code


def _zones(d: Diagnosis) -> tuple[ZoneRow, ...]:
    """Return the zones as tables show them, largest need first."""
    several = len({r.zone.place for r in d.zones}) > 1
    top = charts.axis_top([r.rate for r in d.zones])
    classed = any(r.cell for r in d.zones)
    out = []
    for r in sorted(d.zones, key=_rank_by_people):
        need, rate = wording.people(r.need, most=r.universe), wording.rate(r.rate)
        modest, joint = wording.people(r.modest, most=r.universe), wording.people(r.both, most=r.universe)
        out.append(
            ZoneRow(
                code=r.zone.code,
                name=r.zone.name,
                place=r.zone.place if several else "",
                note=r.zone.note,
                population="" if r.is_outside else wording.number(r.population),
                adults="" if r.is_outside else wording.number(r.adults),
                is_outside=r.is_outside,
                unit=sentences.unit_of_zone(d, r),
                people=need.value,
                between=need.span,
                people_value=wording.point(r.need),
                share=rate.cells[0],
                share_between=rate.cells[1],
                share_value=wording.point(r.rate),
                reason=r.need.reason if isinstance(r.need, Withheld) else "",
                bar=charts.small_bar(r.rate, top=top, id="rayures"),
                both=joint.value or joint.span,
                modest=modest.value or modest.span,
                digital_class=r.digital_class,
                social_class=r.social_class,
                digital=certainty.label(CLASS_LABELS.get(r.digital_class or "", "—"), r.firmness),
                social=certainty.label(CLASS_LABELS.get(r.social_class or "", "—"), r.social_firmness),
                cell=r.cell,
                cell_label="hors du filtre" if r.is_outside else _cell_label(r) if classed else "—",
                cell_odds=r.cell_odds,
                is_likely=r.is_likely,
                mark=(
                    f"case-{r.cell.replace('_', '-')}" if r.cell else "inconnue" if classed else "case-aucune"
                ),
                index=None if r.index is None else wording.number(r.index, 2),
                rank=r.rank,
                relative_rank=r.relative_rank,
                digital_rank=r.digital_rank,
                firmness=None if r.firmness is None else wording.share(r.firmness),
                inside=wording.share(r.share_inside),
                levels=tuple(
                    ZoneLevel(level.name, level.label, wording.people(r.levels[level.name]).about)
                    for level in LEVELS_OF_HELP
                ),
                alerts=tuple(sentences.area_notes(r.flags)),
            )
        )
    return tuple(out)


def _subtotals(d: Diagnosis) -> tuple[SubtotalRow, ...]:
    """Return the subtotals as tables show them."""
    top = charts.axis_top([r.rate for r in d.zones])
    out = []
    for one in d.subtotals:
        need, rate = wording.people(one.need), wording.rate(one.rate)
        out.append(
            SubtotalRow(
                level=one.level,
                code=one.code,
                name=one.name,
                zones=one.zones,
                people=need.value,
                between=need.span,
                people_value=wording.point(one.need),
                share=rate.cells[0],
                share_between=rate.cells[1],
                share_value=wording.point(one.rate),
                reason=one.need.reason if isinstance(one.need, Withheld) else "",
                bar=charts.small_bar(one.rate, top=top, id="rayures"),
                need_share=(
                    ""
                    if isinstance(one.need, Withheld)
                    else certainty.percents(one.need_share.low, one.need_share.high)
                ),
                residents=certainty.percents(one.residents, one.residents).removeprefix("environ "),
            )
        )
    return tuple(out)


def _cell_label(r: ZoneResult) -> str:
    """Return the cell of a zone as a table writes it: with its chances where they are under the floor."""
    return certainty.label(CELL_LABELS.get(r.cell or "", "inconnue"), r.cell_odds)


def _class_bounds(d: Diagnosis) -> tuple[str, ...]:
    """Return the bounds between digital classes, in words."""
    if not d.rate_bounds:
        return ()
    ends = [wording.percent(value, 1) for value in d.rate_bounds]
    return (
        f"{CLASS_LABELS[CLASS_NAMES[0]]} : {ends[0]} ou moins",
        *(f"{CLASS_LABELS[CLASS_NAMES[k]]} : {ends[k - 1]} à {ends[k]}" for k in range(1, N_CLASSES - 1)),
        f"{CLASS_LABELS[CLASS_NAMES[-1]]} : plus de {ends[-1]}",
    )


def _index(d: Diagnosis) -> SocialIndex:
    """Return the index: for each variable its mean, sign and weight; for each zone its value, gap and rank;
    nothing but what is not published for a zone alone.
    """
    if len(d.zones) == 1:
        return SocialIndex((), (), (), (), tuple(MISSING))
    s = d.social
    variables = tuple(
        Variable(
            id=v.id,
            label=v.label,
            short=v.short,
            unit=v.unit,
            direction=(
                "une valeur forte signale la précarité"
                if sign > 0
                else "une valeur forte éloigne la précarité : son écart compte à l’envers"
            ),
            weight=wording.number(weight, 0 if weight == int(weight) else 1),
            mean=_value(s.relative.means[k], v.unit),
            year=v.year,
            source=source_cards()[v.source].producer,
        )
        for k, (v, sign, weight) in enumerate(zip(s.variables, s.signs, s.weights, strict=True))
    )
    rows = [
        IndexRow(
            name=zone_name(r),
            code=r.zone.code,
            rank=r.rank,
            relative_rank=r.relative_rank,
            index=None if r.index is None else wording.number(r.index, 2),
            between=index_between(r),
            social=certainty.label(CLASS_LABELS.get(r.social_class or "", "—"), r.social_firmness),
            origin=index_origin(r),
            values=tuple(
                IndexValue(
                    short=v.short,
                    value=_value(s.values[i, k], v.unit),
                    gap=MASKED if _small(s.values[i, k], v.unit) else _gap(sign * s.relative.gaps[i, k]),
                    is_clipped=bool(s.relative.clipped[i, k]),
                )
                for k, (v, sign) in enumerate(zip(s.variables, s.signs, strict=True))
            ),
        )
        for i, r in enumerate(d.zones)
        if not r.is_outside
    ]
    rows.sort(key=lambda row: (row.rank is None, row.rank or 0, row.code))
    return SocialIndex(
        known=tuple(id for id, level in s.levels.items() if (level != "").any()),
        variables=variables,
        rows=tuple(rows),
        left_out=tuple(f"{v.label} : {why}" for v, why in s.left_out),
        missing=tuple(MISSING),
    )


def index_between(r: ZoneResult) -> str:
    """Return the interval of an index, "" where it is withheld."""
    if r.index_bounds is None:
        return ""
    low, high = (wording.number(value, 2) for value in r.index_bounds)
    return f"entre {low} et {high}"


def index_origin(r: ZoneResult) -> str:
    """Return which variables make an index, at which level, and what its commune alone would give."""
    if r.index is None or r.index_of_town is None:
        return ""
    by_level = {
        level: [wording.lower_first(BY_ID[id].short) for id, at in r.index_levels.items() if at == level]
        for level in ("commune", "arrondissement", "iris")
    }
    known = [
        f"{LEVEL_LABELS[level]} : {wording.listing(names)}" for level, names in by_level.items() if names
    ]
    shared = f"indice de sa commune : {wording.number(r.index_of_town, 2)}"
    return " ; ".join([*known, *([shared] if abs(r.index - r.index_of_town) >= SMALLEST_GAP else [])])


LEVEL_LABELS = {"commune": "par commune", "arrondissement": "par arrondissement", "iris": "par quartier"}
SMALLEST_GAP = 0.005  # under which two indices print alike
COUNTS = ("foyers",)  # units of variables that count people or households: small ones are protected
MASKED = "masqué"  # a gap would give the count back


def _small(value: float, unit: str) -> bool:
    return unit in COUNTS and value < number("protection/small_count")


def _value(value: float, unit: str) -> str:
    if isnan(value):
        return "inconnu"
    if _small(value, unit):
        return f"{MASKED} : moins de {wording.number(number('protection/small_count'))}"
    return (
        wording.percent(value, 1)
        if unit == "%"
        else f"{wording.number(value)}{wording.NBSP}{unit.split(' ', maxsplit=1)[0].replace('euros', '€')}"
    )


def _gap(value: float) -> str:
    if isnan(value):
        return "—"
    return f"{'+' if value > 0 else ''}{wording.number(100 * value)}{wording.NBSP}%"


def _margins(d: Diagnosis) -> Margins:
    labels = ("écarts faibles", "écarts retenus", "écarts forts")
    return Margins(
        parts=tuple(
            DoubtPart(VARIANCE_LABELS[name], wording.share(value), value)
            for name, value in sorted(d.variance.items(), key=lambda pair: -pair[1])
        ),
        sensitivity=tuple(
            Assumption(
                label=label,
                region=wording.number(region, 2),
                departement=wording.number(departement, 2),
                epci=wording.number(epci, 2),
                area=wording.number(area, 2),
                half_width=wording.percent(100 * half),
            )
            for label, (region, departement, epci, area, half) in zip(labels, d.sensitivity, strict=True)
        ),
        surveys=local_survey.ahead(d),
    )


def _flat(d: Diagnosis) -> Flat:
    """Return the method of Strasbourg: national shares as they are, on three bases, to the nearest
    thousand.
    """
    step = 1_000 if d.population > 50_000 else 100 if d.population > 5_000 else 10
    rows = tuple(
        FlatRow(
            base=base,
            people=wording.number(values["base"]),
            values=tuple(
                f"~{wording.NBSP}{wording.number(round(values[name] / step) * step)}" for name in LEVEL_NAMES
            ),
        )
        for base, values in d.flat.items()
    )
    return Flat(rows=rows, step=wording.number(step), columns=tuple(level.label for level in LEVELS_OF_HELP))


def _deduced(d: Diagnosis) -> tuple[str, ...]:
    """Return the unpublished rates implied by the definition, each a share of its own group."""
    out = []
    for key, value in d.deduced.items():
        group = DEDUCED_LABELS.get(key, f"{key} ans" if "+" not in key else f"{key[:-1]} ans et plus")
        rate = ConcernedInGroup(value, group, "sont concernées")
        out.append(f"En France, {wording.lower_first(str(rate))}")
    return tuple(out)
