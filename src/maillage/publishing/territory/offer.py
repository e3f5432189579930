"""The offer and the gaps: as etude.json writes them, as pages, dossier and sheets tell them."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NotRequired, TypedDict

import numpy as np

from maillage.kernel.estimate import Withheld, from_draws
from maillage.kernel.names import plain
from maillage.publishing.territory import ranges
from maillage.publishing.territory.figures import FigureJson, figure
from maillage.publishing.territory.gaps import is_vague
from maillage.publishing.territory.ranges import as_json
from maillage.publishing.territory.reading import (
    CallList,
    CommuneList,
    MissingLine,
    NamedZone,
    OfferLine,
    OfferReading,
    PublicOffer,
    UnassignedRow,
    WalkedGap,
    ZoneList,
    ZoneOffer,
)
from maillage.reference.offer import Line, diagnosis_lines, without
from maillage.reference.parameters import number, numbers
from maillage.reference.publics import publics
from maillage.reference.travel import BICYCLE, CAR, FOOT, MOMENTS, WHEELCHAIR
from maillage.statistics.need import population as frames
from maillage.statistics.offer import calls, gap_rules, reach, silence, siting, what_if
from maillage.statistics.offer.areas import EVERYBODY
from maillage.statistics.offer.census import Offered, is_listed, places_in, unlisted_zones
from maillage.statistics.offer.counts import UnassignedPlaces
from maillage.statistics.offer.gap_rules import Gap, Supply, ZoneGaps
from maillage.statistics.offer.gaps import Gaps, ways
from maillage.statistics.offer.grounds import Ground
from maillage.statistics.offer.silence import Between, Publishable
from maillage.statistics.zones.territories import gazetteer
from maillage.words import rounding, wording

ON_SITE, NEAR, FAR, EVEN = "ici", "a-pied", "loin", "incertain"
UNSAID, UNASKED, FEW = "inconnu", "donnee-manquante", "tu"
SIGNS = {ON_SITE: "✓", NEAR: "•", FAR: "×", EVEN: "?", UNSAID: "?", UNASKED: "?", FEW: "—"}
SIGN_WORDS = {
    ON_SITE: "dans la zone",
    NEAR: "à portée pour plus de la moitié, dans une zone voisine",
    FAR: "hors de portée pour plus de la moitié",
    EVEN: "à portée pour la moitié environ : l’estimation ne tranche pas",
    UNSAID: "inconnu : des lieux ne précisent pas leur offre",
    UNASKED: "donnée manquante : ce recensement n’en dit rien",
    FEW: "trop peu d’habitants pour le dire",
}
UNLISTED = "Département non recensé : ce recensement n’y connaît aucun lieu."
CARLESS = (
    "Tout le monde n’a pas de voiture : en France, moins de {:.0f} % des ménages des couronnes n’en ont pas,"
    " trois fois plus dans les pôles (Insee, 2021)."
)
AS_IF = {  # what counting everybody by one way supposes
    CAR: CARLESS,
    BICYCLE: "Ces nombres supposent que chacun se déplace à vélo.",
    WHEELCHAIR: (
        "Ces nombres supposent que chacun se déplace en fauteuil roulant. On ne sait pas combien de personnes"
        " le font."
    ),
}
SUPPLY_WORDS = {"lieux": "lieux", "places": "places par semaine"}
SUPPLY_UNITS = {base: f"{words} pour 1 000 personnes concernées" for base, words in SUPPLY_WORDS.items()}


def unasked(o: Offered) -> list[str]:
    """Return the lines of the offer that no place of the census has: it did not ask, which is not an
    absence.
    """
    return [line for line, gap in o.gaps.total.gaps.items() if not gap.is_surveyed]


class WithinJson(TypedDict):
    """The need within a walk of a line of the offer, and out of it."""

    besoin: FigureJson
    a_portee: FigureJson
    hors_de_portee: FigureJson
    part_a_portee: FigureJson


class NearestJson(TypedDict):
    """The nearest place for most residents."""

    lieu: str
    nom: str
    minutes: float
    metres: float
    bas: float
    haut: float
    adresse_connue: bool


class SupplyJson(TypedDict):
    """The supply that 1 000 people in need share, and its unit (`base`)."""

    valeur: float | None
    bas: float | None
    haut: float | None
    base: str | None
    unite: str
    univers: str
    n: int
    methode: str
    motif: NotRequired[str]


class ReachJson(WithinJson):
    """A line of the offer in a zone: who has it within a walk, by several measures."""

    part_chemins_directs: FigureJson
    part_chemins_sinueux: FigureJson
    habitants_a_portee: FigureJson
    part_habitants_a_portee: FigureJson
    plus_proche: NearestJson | None
    offre_pour_1000: SupplyJson


class MissingJson(TypedDict):
    """A line that a zone lacks."""

    offre: str
    raison: str
    regle: str


class OfferZoneJson(TypedDict):
    """The offer and the gaps of a zone in etude.json."""

    offre: dict[str, int | None]
    offre_inconnue: list[str]
    offre_a_situer: list[str]
    lieux: int | None
    lieux_a_situer: int
    lieux_muets: int
    accompagnement_inconnu: int
    portee: dict[str, ReachJson]
    publics: dict[str, dict[str, WithinJson]]
    manques: list[MissingJson]


def zone(o: Offered, zone_gaps: ZoneGaps) -> OfferZoneJson:
    """Return the offer and the gaps of a zone as etude.json writes them: places counted, people estimated.

    A line that the census did not ask about has no count (null), and makes no gap. `offre_inconnue` names the
    lines that no place gives where some do not say what they give, or may stand elsewhere: zero would be an
    absence. `offre_a_situer`: those of the latter. `lieux_a_situer`: places without a known point, whether
    they count in `lieux` or may only stand there: `lieux` is null where none is sure and some may.
    """
    counts = o.counts
    return {
        "offre": {line: None if _is_unknown(gap) else gap.inside for line, gap in zone_gaps.gaps.items()},
        "offre_inconnue": [
            line for line, gap in zone_gaps.gaps.items() if gap.is_surveyed and _is_unknown(gap)
        ],
        "offre_a_situer": [line for line, gap in zone_gaps.gaps.items() if gap.inside == 0 < gap.perhaps],
        "lieux": counts.n_places[zone_gaps.code] or (None if counts.n_perhaps[zone_gaps.code] else 0),
        "lieux_a_situer": counts.n_unlocated[zone_gaps.code] + counts.n_perhaps[zone_gaps.code],
        "lieux_muets": counts.n_silent[zone_gaps.code],
        "accompagnement_inconnu": counts.n_vague[zone_gaps.code],
        "portee": {
            line: {
                **_within(gap),
                "part_chemins_directs": as_json(gap.figure("straight")),
                "part_chemins_sinueux": as_json(gap.figure("winding")),
                "habitants_a_portee": as_json(gap.figure("residents")),
                "part_habitants_a_portee": as_json(gap.figure("residents_share")),
                "plus_proche": _nearest(gap.reach.nearest),
                "offre_pour_1000": _supply(gap),
            }
            for line, gap in zone_gaps.gaps.items()
        },
        "publics": {
            public: {line: _within(gap) for line, gap in _at(of, zone_gaps.code).gaps.items()}
            for public, of in o.publics.items()
        },
        "manques": [
            {"offre": m.offer, "raison": m.reason, "regle": m.rule} for m in zone_gaps.strongest if m.offer
        ],
    }


def _is_unknown(gap: Gap) -> bool:
    """Return True when a count of zero may hide places: no place of a zone says it gives a line, and
    some may, or may stand there.
    """
    return not gap.is_surveyed or (gap.inside == 0 and gap.unsaid + gap.perhaps > 0)


def _at(of: Gaps, code: str) -> ZoneGaps:
    """Return a zone of some gaps, the whole for ''."""
    return of.zone(code) if code else of.total


def _within(gap: Gap) -> WithinJson:
    return {
        "besoin": figure(gap.reach.need),
        "a_portee": as_json(gap.figure("reached")),
        "hors_de_portee": as_json(gap.figure("missing")),
        "part_a_portee": as_json(gap.figure("share")),
    }


def _nearest(nearest: reach.Nearest | None) -> NearestJson | None:
    """Return the nearest place for most residents, and how far the nearest is for half of them."""
    if nearest is None:
        return None
    return {
        "lieu": nearest.place,
        "nom": nearest.name,
        "minutes": nearest.minutes,
        "metres": nearest.metres,
        "bas": nearest.low,
        "haut": nearest.high,
        "adresse_connue": nearest.sure,
    }


def _supply(gap: Gap) -> SupplyJson:
    """Return the supply that 1 000 people in need share: places, or places × hours a week when every place
    says both.

    A range without a value where places do not say whether they give the line.
    """
    supply, most = gap.supply, gap.most_supply
    value = low = high = base = None
    reason = ""
    if isinstance(supply, Withheld):
        reason = supply.reason
    elif not gap.is_surveyed:
        reason = silence.UNASKED
    elif not _supply_varies(gap):
        value, low, high, base = supply.value, supply.low, supply.high, supply.basis
    else:
        reason = silence.UNSAID
        if isinstance(most, Supply) and most.basis == supply.basis:
            low, high, base = min(supply.low, most.low), max(supply.high, most.high), supply.basis
    out = SupplyJson(
        valeur=value,
        bas=low,
        haut=high,
        base=base,
        unite=SUPPLY_UNITS[base or "lieux"],
        univers=supply.universe,
        n=supply.n,
        methode=supply.method,
    )
    if reason:
        out["motif"] = reason
    return out


def _supply_varies(gap: Gap) -> bool:
    """Return True if silent places would change what there is to share by more than one part in twenty."""
    supply, most = gap.supply, gap.most_supply
    if not isinstance(supply, Supply) or not isinstance(most, Supply):
        return False
    return most.basis != supply.basis or abs(most.value - supply.value) > 0.05 * max(supply.value, 1e-9)


def study_offer(o: Offered) -> dict[str, object]:
    """Return the offer of the whole study as etude.json writes it, with the lists that its rules make."""
    unlisted = unlisted_zones(o)
    # How people travel, and for how long at most; a walk keeps the name it was first written by.
    limit: dict[str, object] = {"acces": o.ground.travel.mode.id, "acces_minutes": o.ground.travel.minutes}
    return {
        "source": o.census.name,
        "empreinte": o.census.digest,
        **(({"marche_minutes": o.ground.travel.minutes} if o.ground.travel.mode is FOOT else {}) | limit),
        **_streets(o.ground),
        **_timetable(o.ground),
        "sans_adresse": list(o.gaps.nowhere),
        "lieux_sans_zone": [
            {
                "commune": moving_place.commune,
                "nom": name,
                "lieux": moving_place.n_places,
                "lieux_muets": moving_place.n_silent,
                "offre": _unassigned_offers(o, moving_place),
                "dans_le_territoire": moving_place.is_inside,
            }
            for moving_place, name in unassigned(o)
        ],
        "donnees_manquantes": unasked(o),
        "au_dela_des_limites": {
            "lieux_a_portee": len(o.border.within),
            "sans_coordonnees": list(o.border.lost),
        },
        "itinerants": [
            {"nom": moving_place.name, "arrets": moving_place.n_stops} for moving_place in o.moving
        ],
        "peut_etre_en_double": [list(pair) for pair in o.twins],
        **{key: value for key, value in zone(o, o.gaps.total).items() if key != "manques"},
        **({"departements_non_recenses": list(o.border.unlisted)} if o.border.unlisted else {}),
        "listes": [
            {"regle": rule.id, "phrase": rule.sentence, "offre": offer, "zones": codes}
            for rule in gap_rules.rules(o.ground.travel)
            for offer in rule.offers
            if (codes := _where(o, rule.id, offer, unlisted))
        ],
    }


def _streets(g: Ground) -> dict[str, object]:
    """Return the streets along which distances are counted, and the zones where the crow's flight stays."""
    if g.streets is None:
        return {}
    uncovered = [zone.code for zone, lacks in zip(g.zones, g.uncovered_zones.tolist(), strict=True) if lacks]
    card = {"producteur": g.streets.producer, "licence": g.streets.licence, "date": g.streets.day}
    crow = {
        "zones_a_vol_d_oiseau": uncovered,
        "lieux_a_vol_d_oiseau": [place.id for place in g.places_off_streets],
    }
    return {"rues": card | {"empreinte": g.streets.digest} | crow}


def _timetable(g: Ground) -> dict[str, object]:
    """Return the timetables by which ways are counted."""
    if g.timetable is None or g.travel.mode.moment is None:
        return {}
    day = g.timetable.days[MOMENTS.index(g.travel.mode.moment)]
    card = {"producteurs": list(g.timetable.producers), "licence": g.timetable.licence, "date": day}
    n_closed, n_unknown = g.n_closed_and_unknown
    hours = {"lieux_fermes": n_closed, "lieux_sans_horaires": n_unknown}
    return {"horaires": card | {"empreinte": g.timetable.digest} | hours}


def state(gap: Gap) -> str:
    """Return how a line stands in a zone: here; on foot, or out of reach, for more than half of the people
    concerned whatever the doubt; even where the doubt holds both; unknown where places are silent.
    """
    share, most = gap.reach.share, gap.at_most.share
    if not gap.is_surveyed:
        return UNASKED
    if gap.inside:
        return ON_SITE
    if isinstance(share, Withheld) or isinstance(most, Withheld):
        return UNSAID if gap.unsaid else FEW
    if share.low >= gap_rules.MOST:
        return NEAR
    if gap.unsaid or isinstance(gap.figure("share"), Between):
        return FAR if most.high < gap_rules.MOST and not gap.unsaid else UNSAID
    return FAR if most.high < gap_rules.MOST else EVEN


def unassigned(o: Offered) -> list[tuple[UnassignedPlaces, str]]:
    """Return the places that no zone counts, by commune, with its name."""
    every = o.counts.unassigned
    names = commune_names(each.commune for each in every)
    return [(each, names[each.commune]) for each in every]


def _unassigned_offers(o: Offered, places: UnassignedPlaces) -> dict[str, int | None]:
    """Return by line how many places give it; None where none does and some are silent."""
    return {
        line: places.offers[line]
        if gap.is_surveyed and (places.offers[line] or not places.n_silent)
        else None
        for line, gap in o.gaps.total.gaps.items()
    }


def commune_names(codes: Iterable[str]) -> dict[str, str]:
    """Return the names of communes by code; the code itself where no name is known."""
    some = sorted(set(codes))
    names = (
        frames.sources().communes.aligned("code", np.array(some), "name", missing="").tolist() if some else []
    )
    return {code: name or code for code, name in zip(some, names, strict=True)}


def _zone(o: Offered, zone_gaps: ZoneGaps, name: str = "") -> ZoneOffer:
    """Return the offer of a zone as a reader sees it."""
    return ZoneOffer(
        code=zone_gaps.code,
        n_places=o.counts.n_places[zone_gaps.code],
        n_silent=o.counts.n_silent[zone_gaps.code],
        n_unlocated=o.counts.n_unlocated[zone_gaps.code],
        n_perhaps=o.counts.n_perhaps[zone_gaps.code],
        lines=_lines(zone_gaps),
        missing=tuple(
            MissingLine(diagnosis_lines()[m.offer].label, m.offer, m.reason, m.rule not in gap_rules.DOUBTFUL)
            for m in zone_gaps.strongest
            if m.offer
        ),
        name=name,
        places=tuple(place.name for place in places_in(o, zone_gaps.code)) if zone_gaps.code else (),
    )


def _lines(zone_gaps: ZoneGaps) -> tuple[OfferLine, ...]:
    """Return each line of the offer in a zone as a reader sees it."""
    return tuple(_offer_line(line, zone_gaps.gaps[line.id]) for line in diagnosis_lines().values())


def _offer_line(line: Line, gap: Gap) -> OfferLine:
    how = state(gap)
    out_of, within, part = (gap.figure(name) for name in ("missing", "reached", "share"))
    need, most = ranges.people(gap.reach.need), ranges.printed_most(gap.reach.need)
    reached, missing = ranges.people(within, most=most), ranges.people(out_of, most=most)
    share, residents = ranges.share(part), ranges.share(gap.figure("residents_share"))
    nobody, everybody = ranges.nobody(out_of), ranges.nobody(within)
    ends = wording.percent(100) if nobody else wording.percent(0) if everybody else ""
    nearest, supply, low_high = gap.reach.nearest, _shared(gap), ranges.bounds(out_of) or (0.0, 0.0)
    return OfferLine(
        id=line.id,
        label=line.label,
        n_places=gap.inside,
        places="?" if _is_unknown(gap) else wording.number(gap.inside),
        state=how,
        sign=SIGNS[how],
        words=_words(gap, how),
        doubt=out_of.reason if isinstance(out_of, Between) else "",
        need=need.value or need.span,
        reached=everybody or reached.cells[0],
        reached_between="" if everybody else reached.cells[1],
        missing=nobody or missing.cells[0],
        missing_between="" if nobody else missing.cells[1],
        missing_about="personne" if nobody else missing.about,
        missing_sentence="" if nobody or not missing.value else missing.between,
        share=ends or share.value or share.span,
        share_between=share.span if share.value and ranges.spreads(part) else "",
        share_value=silence.value(part) if ends or share.value else None,
        share_bounds=ranges.bounds(part),
        missing_value=silence.value(out_of) or low_high[1],
        missing_low=low_high[0],
        missing_high=low_high[1],
        residents_share=residents.value or residents.span,
        nearest="" if nearest is None else wording.count(max(1, round(nearest.minutes)), "minute"),
        nearest_name="" if nearest is None else nearest.name,
        supply=supply[0],
        supply_between=supply[1],
        supply_basis=supply[2],
    )


def _words(gap: Gap, how: str) -> str:
    if gap.inside:
        return wording.count(gap.inside, "lieu", "lieux")
    if gap.perhaps:
        return f"{wording.count(gap.perhaps, 'lieu', 'lieux')} à situer, peut-être ici"
    return SIGN_WORDS[how]


def _shared(gap: Gap) -> tuple[str, str, str]:
    """Return the supply that 1 000 people in need share, its interval, its unit: the value is '' where a
    range alone may be said, all three where it is withheld.
    """
    supply = _supply(gap)
    if supply["bas"] is None or supply["haut"] is None or supply["base"] is None:
        return "", "", ""
    between = " – ".join(wording.bounds(supply["bas"], supply["haut"], 1))
    value = "" if supply["valeur"] is None else wording.number(supply["valeur"], 1)
    return value, between, SUPPLY_WORDS[supply["base"]]


def zone_names(ground: Ground) -> dict[str, str]:
    """Return the name of each zone by code, with its commune where they are of several."""
    several = len({zone.place for zone in ground.zones}) > 1
    return {z.code: f"{z.name} ({z.place})" if several and z.place else z.name for z in ground.zones}


def read(o: Offered) -> OfferReading:
    """Return the offer of a study as a reader sees it: the whole, each zone, and the lists that its rules
    make.
    """
    names, unlisted = zone_names(o.ground), unlisted_zones(o)
    labels = {line.id: line.label for line in diagnosis_lines().values()}
    bare, n_communes = bare_communes(o)
    bare_names = commune_names(bare)
    return OfferReading(
        source=o.census.name,
        minutes=int(o.ground.travel.minutes),
        mode=o.ground.travel.mode,
        as_if=_as_if(o),
        ways="" if o.ground.timetable is None and o.ground.uncovered_zones.all() else ways(o.ground),
        other_way=other_way(o),
        walked=_walked(o),
        no_place=_no_place(o, bare, n_communes),
        bare=tuple(
            NamedZone(code, bare_names[code], _living_there(o, {code: people}))
            for code, people in bare.items()
        ),
        n_communes=n_communes,
        to_call=_to_call(o),
        territory=_zone(o, o.gaps.total),
        publics={
            public: PublicOffer(
                label=publics()[public].label,
                territory=_lines(of.total),
                zones={
                    zone_gaps.code: _lines(zone_gaps)
                    for zone_gaps in of.zones
                    if zone_gaps.code not in unlisted
                },
            )
            for public, of in o.publics.items()
        },
        zones={
            zone_gaps.code: _zone(o, zone_gaps, names[zone_gaps.code])
            for zone_gaps in o.gaps.zones
            if zone_gaps.code not in unlisted
        },
        lists=tuple(
            ZoneList(
                rule=rule.id,
                sentence=rule.sentence.rstrip("."),
                condition=rule.condition,
                id=line,
                offer=labels.get(line, ""),
                zones=tuple(NamedZone(code, names[code]) for code in _heaviest(o, codes, line)),
                out_of=_out_of(o, rule.id),
            )
            for rule in gap_rules.rules(o.ground.travel)
            for line in rule.offers
            if (codes := _where(o, rule.id, line, unlisted))
        ),
        cautions=tuple(cautions(o)),
        filter="" if o.inside is None else filtered(o),
        unlisted=unlisted_words(o),
        unlisted_zones=tuple(sorted(unlisted)),
        communes=_communes(o),
        unassigned=tuple(
            UnassignedRow(
                name,
                unassigned_place.n_places,
                _unassigned_offers(o, unassigned_place),
                _unassigned_words(unassigned_place, name),
            )
            for unassigned_place, name in unassigned(o)
            if unassigned_place.is_inside
        ),
    )


def _where(o: Offered, rule: str, line: str, unlisted: Collection[str]) -> list[str]:
    """Return the codes of the zones where a rule applies, without those of which the census says nothing."""
    return [code for code in o.gaps.where(rule, line) if code not in unlisted]


def _as_if(o: Offered) -> str:
    return AS_IF.get(o.ground.travel.mode, "").format(number("reach/carless"))


def other_way(o: Offered) -> str:
    """Return the sentence on the gaps by another way of travelling: on foot in the town of a study by car,
    or as the study of its intercommunalité reads a commune; "" where none does.
    """
    if o.read_by is not None:
        name, by = o.read_by
        return (
            f"L’étude {wording.of(name)} compte ces manques {by.mode.manner} ({by.minutes:.0f} minutes) : ses"
            " nombres diffèrent."
        )
    if o.town is None:
        return ""
    names = [commune_names(o.town.communes)[code] for code in o.town.communes]
    where = "la commune" if len(names) == 1 else f"les {len(names)} communes"
    where = f"{where} de plus de {numbers('reach/densities')[0]:.0f} habitants au km²"
    if len(names) <= MOST_TOWNS:
        where = f"{where} ({wording.listing(names)})"
    driven = f"{_lacking(o.town.by_car)} n’en ont pas."
    if (by_car := ranges.bounds(o.town.by_car)) is not None and by_car[1] < NEARLY_NOBODY:
        driven = "toutes en ont un." if by_car[1] < 1 else "presque toutes en ont un."
    return (
        f"À pied ({number('reach/minutes'):.0f} minutes), dans {where} : {_lacking(o.town.on_foot)} sans"
        f" {without(o.town.offer)}. En voiture, {driven}"
    )


def _walked(o: Offered) -> WalkedGap | None:
    """Return the firm gap on foot in the town of a study by car; None where its number decides nothing."""
    bounds = ranges.bounds(o.town.on_foot) if o.town is not None else None
    if o.town is None or bounds is None or is_vague(*bounds):
        return None
    names = [commune_names(o.town.communes)[code] for code in o.town.communes]
    more = len(names) - MOST_TOWNS
    named = [*names[:MOST_TOWNS], *([wording.count(more, "autre")] if more > 0 else [])]
    return WalkedGap(o.town.offer, wording.listing(named), _lacking(o.town.on_foot), bounds[0])


def _lacking(of: Publishable) -> str:
    """Return how many people lack a line, interval included; the most of them where nobody may lack it."""
    people = ranges.people(of)
    at_most = f"{people.high} personnes au plus" if people.low == "0" and not people.is_single else ""
    return ranges.nobody(of) or at_most or people.in_full


def _to_call(o: Offered) -> dict[str, CallList]:
    """Return, by line of which a range alone is told, the places to call."""
    lists = {
        line: calls.calls(o.ground, line)
        for line, gap in o.gaps.total.gaps.items()
        if isinstance(gap.figure("missing"), Between)
    }
    return {line: _call_list(places) for line, places in lists.items() if places is not None}


def _call_list(of: calls.Calls) -> CallList:
    n = len(of.ids)
    unknown, surely, at_best = (
        wording.number(rounding.nearest(part, rounding.step(part / 2)))
        for part in (of.unknown, of.surely, of.at_best)
    )
    settled, most = ("toutes" if part == unknown else f"{part} d’entre elles" for part in (surely, at_best))
    effect = f"pour {settled}"
    if settled != most:
        effect = f"pour au moins {settled}, pour {most} si {'c’est oui' if n == 1 else 'toutes sont oui'}"
    answers = "La réponse du premier lieu à appeler" if n == 1 else f"Les réponses des {n} lieux à appeler"
    return CallList(
        of.ids,
        of.names,
        f"{wording.count(of.n_silent, 'lieu', 'lieux')} ne le {'dit' if of.n_silent == 1 else 'disent'} pas :"
        f" pour environ {unknown} personnes, on ne sait pas si elles l’ont à portée. {answers} le"
        f" {'dira' if n == 1 else 'diront'} {effect}.",
    )


def _heaviest(o: Offered, codes: Iterable[str], line: str) -> list[str]:
    """Return zones with those where most people surely lack a line first; in their order without a line."""

    def lacking(code: str) -> tuple[float, float]:
        return ranges.bounds(o.gaps.zone(code).gaps[line].figure("missing")) or (0.0, 0.0)

    return sorted(codes, key=lacking, reverse=True) if line else list(codes)


def _out_of(o: Offered, rule: str) -> str:
    """Return the zones that a rule looks at, counted: on the joint map, those that have both classes."""
    n, which = len(o.gaps.zones), "de l’étude" if o.inside is None else "où le filtre compte quelqu’un"
    if rule in gap_rules.OF_CELLS:
        n, which = o.n_classed, "avec les deux classes"
    return f"{wording.count(n, 'zone')} {which}"


def _communes(o: Offered) -> tuple[CommuneList, ...]:
    """Return the lists by commune, none where the territory is a single one."""
    codes = sorted(set(o.ground.areas.commune[o.ground.zone_of >= 0].tolist()))
    if len(codes) < 2:
        return ()
    names = commune_names(codes)

    def unlisted(communes: Iterable[str]) -> list[str]:
        return [code for code in communes if not is_listed(o, code)]

    return tuple(
        CommuneList(
            diagnosis_lines()[line].label,
            tuple(sorted((names[code] for code in gap.without if is_listed(o, code)), key=plain)),
            tuple(sorted((names[code] for code in (*gap.unknown, *unlisted(gap.without))), key=plain)),
        )
        for line, gap in o.communes.items()
    )


def bare_communes(o: Offered) -> tuple[dict[str, float], int]:
    """Return the residents of each commune that has no known place, by code, the ones with most people
    concerned first; and how many communes there are.
    """
    g = o.ground
    inside = g.zone_of >= 0
    communes = set(g.areas.commune[inside].tolist())
    with_one = {code for areas in g.standing for code in g.areas.commune[areas].tolist()}
    residents = (g.areas.population * g.counted)[inside]
    bare = {
        code: float(residents[g.areas.commune[inside] == code].sum())
        for code in sorted(communes - with_one)
        if is_listed(o, code)
    }
    concerned = (g.areas.need[EVERYBODY] * g.counted[:, None]).mean(axis=1)[inside]

    def weight(code: str) -> float:
        return float(concerned[g.areas.commune[inside] == code].sum())

    return {code: bare[code] for code in sorted(bare, key=weight, reverse=True)}, len(communes)


def _no_place(o: Offered, bare: Mapping[str, float], n: int) -> str:
    """Return how many communes of `n` have no known place, with the people concerned who live there, their
    residents where those are too few to be told; "" where each has one, and for a single commune.
    """
    if not bare or n < 2:
        return ""
    words = wording.count(len(bare), f"commune sur {n} n’a", f"communes sur {n} n’ont")
    return f"{words} aucun lieu connu : {_living_there(o, bare)}"


def _living_there(o: Offered, residents: Mapping[str, float]) -> str:
    """Return the people concerned who live in some communes, their residents where those are too few to be
    told.
    """
    g = o.ground
    inside = (g.zone_of >= 0) & np.isin(g.areas.commune, list(residents))
    if float(g.areas.adults[inside].sum()) < number("protection/small_area"):
        return wording.count(round(sum(residents.values())), "habitant")
    concerned = from_draws(
        (g.areas.need[EVERYBODY] * g.counted[:, None])[inside].sum(axis=0),
        unit="personnes",
        universe=g.areas.universe,
        n=g.areas.n,
        method=reach.METHOD_NEED,
    )
    return wording.people(concerned, noun="personnes concernées").in_full


def cautions(o: Offered) -> list[str]:
    """Return the cautions to read before believing a gap."""
    sentences = [
        f"À portée veut dire {o.ground.travel.minutes:.0f} minutes {o.ground.travel.mode.manner}, environ.",
        *filter(None, [_as_if(o), other_way(o)]),
        *o.gaps.doubts,
    ]
    counts, nowhere = o.counts, len(o.gaps.nowhere)
    places, silent, vague = counts.n_places[""], counts.n_silent[""], counts.n_vague[""]
    if silent:
        sentences.append(
            f"{wording.count(silent, 'lieu', 'lieux')} sur {wording.number(places)} ne"
            f" {'précise pas son' if silent == 1 else 'précisent pas leur'} offre."
            " L’offre réelle est plus large."
        )
    if vague:
        sentences.append(
            f"{wording.count(vague, 'accès libre', 'accès libres')} sans précision sur l’aide sur place :"
            f" {'compté comme autonome' if vague == 1 else 'comptés comme autonomes'}, à vérifier."
        )
    if missing := unasked(o):
        labels = wording.listing([wording.lower_first(diagnosis_lines()[line].label) for line in missing])
        sentences.append(
            f"Absents de ce recensement : {labels}. C’est une donnée manquante, pas une absence d’offre."
        )
    if nowhere:
        sentences.append(
            f"{wording.count(nowhere, 'lieu', 'lieux')} sans adresse connue : on ne sait pas qui"
            f" {'l’a' if nowhere == 1 else 'les a'} à portée, et personne n’y est compté."
        )
    sentences += [_unassigned_words(*each) for each in unassigned(o)]
    if unread := o.census.unread:
        verb = "n’est comptée" if len(unread) == 1 else "ne sont comptées"
        sentences.append(
            f"{wording.count(len(unread), 'ligne')} du fichier {verb}"
            f" nulle part (sans nom, sans commune de France reconnue, ou fermée) : {_named(unread)}."
        )
    filter_ = [filtered(o)] if o.inside is not None else []
    unlisted = unlisted_words(o)
    return [*filter_, *([unlisted] if unlisted else []), *sentences, *_border(o), *_moving(o), *_twins(o)]


def _unassigned_words(places: UnassignedPlaces, commune: str) -> str:
    """Return where the places of a commune that no zone counts are counted, and why."""
    one = places.n_places == 1
    n = f"{wording.count(places.n_places, 'lieu', 'lieux')} {wording.of(commune)}"
    if not places.is_inside:
        side = "il se trouve" if one else "ils se trouvent"
        return (
            f"{n} {'n’est compté' if one else 'ne sont comptés'} nulle part : une partie de la commune est"
            f" hors de l’étude, et rien ne dit de quel côté {side}."
        )
    why = f"{'son' if one else 'leur'} adresse n’est pas située"
    if places.n_located:
        why = f"{why}, ou le contour de ces zones manque"
    counts = "Il compte" if one else "Ils comptent"
    return f"{n} : {why}. {counts} pour la commune et au total, pour aucune zone."


def unlisted_words(o: Offered) -> str:
    """Return, in words, the départements of a territory where the census has no place, "" when it has some in
    each: those of which it says nothing, then those that places of elsewhere serve.
    """
    sentences = []
    if o.border.unlisted:
        n = wording.number(o.border.alone)
        them = "à l’habitant qui y vit" if n == "1" else f"aux {n} habitants qui y vivent"
        sentences.append(
            f"{_unlisted_names(o.border.unlisted)}. Ce recensement n’y connaît aucun lieu : ce que l’on dit"
            f" manquer {them}, et à l’ensemble, n’est que ce que l’on n’a pas compté. Ce n’est pas une"
            " absence."
        )
    if o.border.neighbour_served:
        sentences.append(
            f"{_unlisted_names(o.border.neighbour_served)}. Ce recensement n’y connaît aucun lieu, mais la"
            f" plupart des habitants du territoire qui y vivent en ont un {o.ground.travel.mode.near} dans un"
            " département voisin : leur portée est comptée. Un manque peut y être un lieu non recensé."
        )
    return " ".join(sentences)


def _unlisted_names(departements: Sequence[str]) -> str:
    names = wording.listing([gazetteer().get(code).name for code in departements])
    return f"{'Départements non recensés' if len(departements) > 1 else 'Département non recensé'} : {names}"


def filtered(o: Offered) -> str:
    """Return, in words, whom and what the offer counts under a filter."""
    if o.inside is None:
        return ""
    part = (
        f" {wording.count(o.cut, 'quartier')} {'n’est gardé' if o.cut == 1 else 'ne sont gardés'} qu’en"
        " partie : leurs lieux sont tous comptés, leurs habitants à proportion."
        if o.cut
        else ""
    )
    return (
        f"Filtre « {o.inside.label} » : seuls ses habitants et ses lieux sont comptés ici. Un lieu d’à côté,"
        f" hors du filtre, compte pour les habitants qui l’ont à portée.{part}"
    )


def _border(o: Offered) -> list[str]:
    """Return the sentences on the places across the limits of a territory; nothing of those of an island."""
    within, lost = len(o.border.within), len(o.border.lost)
    commune, inside = o.ground.areas.commune, o.ground.zone_of >= 0
    if not within and not lost and np.isin(commune, commune[inside]).all():
        return []
    sentences = [
        (
            f"Au bord du territoire : {wording.count(within, 'lieu', 'lieux')} de l’autre côté de la limite"
            f" {'est' if within == 1 else 'sont'} à portée pour des habitants du territoire."
            f" {'Il compte' if within == 1 else 'Ils comptent'} dans la portée, jamais parmi les lieux du"
            " territoire."
        )
        if within
        else ("Au bord du territoire : aucun lieu n’est recensé de l’autre côté de la limite.")
    ]
    if lost:
        sentences.append(
            f"{wording.count(lost, 'lieu', 'lieux')} de communes voisines, sans coordonnées,"
            f" {'n’est compté' if lost == 1 else 'ne sont comptés'} nulle part :"
            f" {_named(o.border.lost)}."
        )
    return sentences


def _moving(o: Offered) -> list[str]:
    return [
        f"« {each.name} » se déplace : un seul lieu, {each.n_stops} arrêts. Chaque arrêt compte dans la"
        " portée, le lieu une fois."
        + (
            f" Il y passe {wording.number(each.hours, 1)} heures par semaine en tout : l’offre se partage"
            " selon les heures de chaque arrêt."
            if each.hours == each.hours
            else " Des arrêts ne disent pas leurs heures : l’offre s’y partage à parts égales."
        )
        for each in o.moving
    ]


def _twins(o: Offered) -> list[str]:
    if not o.twins:
        return []
    counts = Counter(f"deux fois « {one} »" if one == two else f"{one} et {two}" for one, two in o.twins)
    pairs = [f"{pair} ({n} paires)" if n > 1 else pair for pair, n in counts.items()]
    n_pairs = counts.total()
    return [
        f"{wording.count(n_pairs, 'paire')} de lieux {'décrit' if n_pairs == 1 else 'décrivent'}"
        f" peut-être un seul lieu compté deux fois : {_named(pairs, ' ; ')}. À vérifier."
    ]


def _named(names: Sequence[str], between: str = ", ") -> str:
    """Return names, the tail counted when there are many."""
    listed_names = [*names[:MOST_NAMED]]
    if len(names) > MOST_NAMED:
        listed_names.append(wording.count(len(names) - MOST_NAMED, "autre"))
    return between.join(listed_names)


MOST_NAMED = 6
MOST_TOWNS = 3  # named
NEARLY_NOBODY = 10  # people, at most: their range says less than these words


MOST_ROWS = 12  # zones told under a what-if, those that change most first


@dataclass(frozen=True, slots=True)
class Moved:
    """The number of people of a zone that a change concerns."""

    name: str
    people: str
    between: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeReading:
    """The effect of opening or closing places: between is "" where people is a range, doubt why it is one."""

    offer: str
    people: str
    between: str
    is_nil: bool
    before: str
    after: str
    doubt: str
    zones: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class SiteReading:
    """A site to open, what it adds to those before it, and why there."""

    name: str
    people: str
    between: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalReading:
    """The best sites together, and how sure the choice is."""

    sites: tuple[SiteReading, ...]
    people: str
    between: str
    before: str
    after: str
    doubt: str
    certainty: str


def change_read(change: what_if.Change) -> ChangeReading:
    """Return the effect of opening or closing places, as a reader sees it."""
    moved, before, after = (
        ranges.people(f) for f in (change.total.moved, change.total.before, change.total.after)
    )
    rows = sorted(change.zones, key=lambda z: -_most(z.moved))
    return ChangeReading(
        offer=diagnosis_lines()[change.offer].label,
        people=moved.about,
        between=moved.between if moved.value else "",
        is_nil=_most(change.total.moved) < 1,
        before=before.in_full,
        after=after.in_full,
        doubt=_doubt(change.total.moved),
        zones=tuple(
            Moved(z.name, *p.cells)
            for z in rows[:MOST_ROWS]
            if _most(z.moved) >= 1
            for p in (ranges.people(z.moved),)
        ),
    )


def _most(of: Publishable) -> float:
    """Return the value of a figure, its upper bound where it is a range, 0 when it is withheld."""
    known = silence.value(of)
    return (ranges.bounds(of) or (0.0, 0.0))[1] if known is None else known


def _doubt(of: Publishable) -> str:
    return of.reason if isinstance(of, Between) else ""


def _certainty(proposal: siting.Proposal) -> str:
    """Return how sure the best sites are: proved where somebody surely gains by them."""
    if not proposal.exact:
        return f"Un meilleur choix ajouterait au plus {wording.share(proposal.margin)} de personnes."
    low, _ = ranges.bounds(proposal.gained) or (0.0, 0.0)
    if low < 1:
        return "Aucun autre choix ne ferait mieux. Ce gain, lui, n’est pas sûr."
    return "Aucun autre choix ne fait mieux : c’est prouvé."


def proposal_read(proposal: siting.Proposal) -> ProposalReading:
    """Return the best sites, as a reader sees them."""
    gained, before, after = (ranges.people(f) for f in (proposal.gained, proposal.before, proposal.after))
    return ProposalReading(
        sites=tuple(
            SiteReading(spot.spot.name, people.about, people.span if people.value else "", spot.reason)
            for spot in proposal.spots
            for people in (ranges.people(spot.gained),)
        ),
        people=gained.about,
        between=gained.between if gained.value else "",
        before=before.in_full,
        after=after.in_full,
        doubt=_doubt(proposal.gained),
        certainty=_certainty(proposal),
    )
