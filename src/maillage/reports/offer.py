"""The offer and the gaps: as etude.json writes them, as pages, dossier and sheets tell them."""

from collections import Counter
from typing import Any

from maillage.kernel.estimate import Estimate, Figure, Withheld
from maillage.reference.offer import diagnosis_lines
from maillage.reference.publics import publics
from maillage.reports import wording
from maillage.reports.figures import figure
from maillage.studies import gaps, reach
from maillage.studies.gaps import Gap, Gaps, Supply, ZoneGaps
from maillage.studies.offer import Offered

Json = dict[str, Any]
HERE, NEAR, FAR, UNSAID, UNASKED = "ici", "a-pied", "loin", "inconnu", "donnee-manquante"
SIGNS = {HERE: "✓", NEAR: "•", FAR: "×", UNSAID: "?", UNASKED: "?"}
SIGN_WORDS = {
    HERE: "dans la zone",
    NEAR: "à pied, dans une zone voisine",
    FAR: "hors de portée de marche",
    UNSAID: "inconnu : des lieux ne disent pas ce qu’ils proposent",
    UNASKED: "donnée manquante : ce recensement n’en dit rien",
}
SUPPLY_WORDS = {"lieux": "lieux", "places-heures": "places × heures par semaine"}


def unasked(o: Offered) -> list[str]:
    """Return the lines of the offer that no place of the census has: it did not ask, which is not an absence."""
    said = {line for place in o.census.places for line in place.offers}
    return [line for line in diagnosis_lines() if line not in said]


def zone(o: Offered, found: ZoneGaps) -> Json:
    """Return the offer and the gaps of a zone as etude.json writes them: places are counted, people are estimated.

    A line that the census did not ask about has no count (null), and makes no gap. `offre_inconnue` names the lines that no
    place gives where some do not say what they give: their count of zero is no absence.
    """
    unknown = unasked(o)
    most = _at(o.most, found.code)
    return {
        "offre": {line: None if line in unknown else gap.inside for line, gap in found.gaps.items()},
        "offre_inconnue": [line for line, gap in found.gaps.items() if not gap.inside and _unsaid(o, found, line)],
        "lieux": o.n_places[found.code],
        "lieux_muets": o.n_silent[found.code],
        "accompagnement_inconnu": o.n_vague[found.code],
        "portee": {
            line: {
                **_within(gap),
                "hors_de_portee_si_tous_offraient": figure(most.gaps[line].reach.missing),
                "part_chemins_directs": figure(gap.reach.straight),
                "part_chemins_sinueux": figure(gap.reach.winding),
                "habitants_a_portee": figure(gap.reach.residents),
                "part_habitants_a_portee": figure(gap.reach.residents_share),
                "plus_proche": _nearest(gap.reach.nearest),
                "offre_pour_1000": _supply(gap.supply),
            }
            for line, gap in found.gaps.items()
        },
        "publics": {
            public: {line: _within(gap) for line, gap in _at(of, found.code).gaps.items()}
            for public, of in o.publics.items()
        },
        "manques": [
            {"offre": m.offer, "raison": reason(o, found, m), "regle": m.rule}
            for m in found.told
            if m.offer and m.offer not in unknown
        ],
    }


def _at(of: Gaps, code: str) -> ZoneGaps:
    """Return a zone of some gaps, the whole for ''."""
    return of.zone(code) if code else of.whole


def _within(gap: Gap) -> Json:
    return {
        "besoin": figure(gap.reach.need),
        "a_portee": figure(gap.reach.reached),
        "hors_de_portee": figure(gap.reach.missing),
        "part_a_portee": figure(gap.reach.share),
    }


def _nearest(found: reach.Nearest | None) -> Json | None:
    """Return the nearest place for most residents, and how far the nearest is, on foot, for half of them."""
    if found is None:
        return None
    return {
        "lieu": found.place,
        "nom": found.name,
        "minutes": found.minutes,
        "metres": found.metres,
        "bas": found.low,
        "haut": found.high,
        "adresse_connue": found.sure,
    }


def _supply(found: Supply | Withheld) -> Json:
    """Return what 1 000 people in need share: places, or places × hours a week when every place says both."""
    if isinstance(found, Withheld):
        return figure(found) | {"base": None}
    known = {"valeur": found.value, "bas": found.low, "haut": found.high, "base": found.basis}
    return known | {"univers": found.universe, "n": found.n, "methode": found.method}


def whole(o: Offered) -> Json:
    """Return the offer of the whole study as etude.json writes it, with the lists that its rules make."""
    return {
        "source": o.census.name,
        "empreinte": o.census.digest,
        "marche_minutes": o.ground.walk.minutes,
        "sans_adresse": list(o.gaps.nowhere),
        "donnees_manquantes": unasked(o),
        **{key: value for key, value in zone(o, o.gaps.whole).items() if key != "manques"},
        "listes": [
            {"regle": rule.id, "phrase": rule.sentence, "offre": offer, "zones": list(codes)}
            for rule in gaps.rules()
            for offer in rule.offers
            if offer not in unasked(o) and (codes := o.gaps.where(rule.id, offer))
        ],
    }


def reason(o: Offered, found: ZoneGaps, missing: gaps.Missing) -> str:
    """Return why a line is missing, with what is not known: a place that says nothing is not a place that gives nothing."""
    silent = _unsaid(o, found, missing.offer)
    if not silent:
        return missing.reason
    return f"{missing.reason} À vérifier : {wording.count(silent, 'lieu', 'lieux')} de la zone {'ne dit' if silent == 1 else 'ne disent'} pas ce qu’on y trouve."


def state(o: Offered, found: ZoneGaps, line: str) -> str:
    """Return how a line stands in a zone: here, on foot, out of reach, or unknown."""
    gap = found.gaps[line]
    share = gap.reach.share
    if line in unasked(o):
        return UNASKED
    if gap.inside:
        return HERE
    if isinstance(share, Estimate) and share.value >= gaps.MOST:
        return NEAR
    return UNSAID if _unsaid(o, found, line) else FAR


def _unsaid(o: Offered, found: ZoneGaps, line: str) -> int:
    """Return how many places of a zone may give a line without saying so: silent ones, accesses that do not say who helps."""
    vague = o.n_vague[found.code] if line == "libre_acces_accompagne" else 0
    return o.n_silent[found.code] + vague


def told_zone(o: Offered, found: ZoneGaps) -> Json:
    """Return the offer of a zone as a reader sees it."""
    return {
        "code": found.code,
        "lieux": o.n_places[found.code],
        "muets": o.n_silent[found.code],
        "lignes": told_lines(o, found, most=_at(o.most, found.code)),
        "manques": [
            {
                "offre": diagnosis_lines()[m.offer].label,
                "id": m.offer,
                "raison": reason(o, found, m),
                "court": m.reason,
            }
            for m in found.told
            if m.offer and m.offer not in unasked(o)
        ],
    }


def told_lines(o: Offered, found: ZoneGaps, *, most: ZoneGaps | None = None) -> list[Json]:
    """Return each line of the offer in a zone as a reader sees it. most: the same zone, if silent places gave it too."""
    rows = []
    for line in diagnosis_lines().values():
        gap, how = found.gaps[line.id], state(o, found, line.id)
        need, reached, missing = (wording.people(f) for f in (gap.reach.need, gap.reach.reached, gap.reach.missing))
        share, residents = wording.rate(gap.reach.share), wording.rate(gap.reach.residents_share)
        nobody = _nobody(gap.reach.missing)
        rows.append(
            {
                "id": line.id,
                "libelle": line.label,
                "lieux": gap.inside,
                "lieux_dits": "?" if how == UNSAID else wording.number(gap.inside),
                "etat": how,
                "signe": SIGNS[how],
                "mots": wording.count(gap.inside, "lieu", "lieux") if gap.inside else SIGN_WORDS[how],
                "besoin": need.value or need.span,
                "a_portee": _nobody(gap.reach.reached) or reached.value or reached.span,
                "a_portee_entre": "" if _nobody(gap.reach.reached) or not reached.value else reached.span,
                "hors": nobody or missing.value or missing.span,
                "hors_entre": "" if nobody or not missing.value else missing.span,
                "hors_phrase": "" if nobody else missing.between,
                "hors_si": "" if most is None else _if_all_gave(most.gaps[line.id], gap),
                "part": share.value or share.span,
                "part_entre": share.span if share.value and _spreads(gap.reach.share) else "",
                "part_valeur": wording.point(gap.reach.share),
                "hors_valeur": wording.point(gap.reach.missing) or 0.0,
                "hors_bas": getattr(gap.reach.missing, "low", 0.0),
                "hors_haut": getattr(gap.reach.missing, "high", 0.0),
                "habitants_part": residents.value or residents.span,
                **_told_nearest(gap.reach.nearest),
                **_told_supply(gap.supply),
            }
        )
    return rows


def _spreads(figure: Figure) -> bool:
    """Return whether the bounds of a share stand apart once written."""
    return isinstance(figure, Estimate) and figure.high - figure.low >= 0.1


def _if_all_gave(most: Gap, gap: Gap) -> str:
    """Return how many people would still be out of reach if every place that does not say gave the line; '' if as many."""
    value, now = wording.point(most.reach.missing), wording.point(gap.reach.missing)
    if value is None or now is None or now - value < 1:
        return ""
    return _nobody(most.reach.missing) or wording.people(most.reach.missing).about


def _told_nearest(found: reach.Nearest | None) -> Json:
    if found is None:
        return {"proche": "", "proche_nom": "", "proche_minutes": None}
    minutes = wording.count(max(1, round(found.minutes)), "minute")
    return {"proche": minutes, "proche_nom": found.name, "proche_minutes": found.minutes}


def _told_supply(found: Supply | Withheld) -> Json:
    if isinstance(found, Withheld):
        return {"partage": "", "partage_entre": "", "partage_base": ""}
    return {
        "partage": wording.number(found.value, 1),
        "partage_entre": f"{wording.number(found.low, 1)} – {wording.number(found.high, 1)}",
        "partage_base": SUPPLY_WORDS[found.basis],
    }


def zone_names(ground: reach.Ground) -> dict[str, str]:
    """Return the name of each zone by code, with its commune where several zones bear the same name."""
    counts = Counter(zone.name for zone in ground.zones)
    return {z.code: f"{z.name} ({z.place})" if counts[z.name] > 1 and z.place else z.name for z in ground.zones}


def _nobody(figure: Figure) -> str:
    """Return “personne” for a figure that every draw puts under one person, '' for any other."""
    return "personne" if isinstance(figure, Estimate) and figure.high < 1 else ""


def told(o: Offered) -> Json:
    """Return the offer of a study as a reader sees it: the whole, each zone, and the lists that its rules make."""
    names = zone_names(o.ground)
    labels = {line.id: line.label for line in diagnosis_lines().values()}
    lists = [
        {
            "regle": rule.id,
            "phrase": rule.sentence.rstrip("."),
            "condition": rule.condition,
            "id": offer,
            "offre": labels.get(offer, ""),
            "zones": [{"code": code, "nom": names[code]} for code in codes],
        }
        for rule in gaps.rules()
        for offer in rule.offers
        if offer not in unasked(o) and (codes := o.gaps.where(rule.id, offer))
    ]
    return {
        "source": o.census.name,
        "minutes": int(o.ground.walk.minutes),
        "ensemble": told_zone(o, o.gaps.whole),
        "publics": {
            public: {
                "libelle": publics()[public].label,
                "ensemble": told_lines(o, of.whole),
                "zones": {found.code: told_lines(o, found) for found in of.zones},
            }
            for public, of in o.publics.items()
        },
        "zones": {found.code: told_zone(o, found) | {"nom": names[found.code]} for found in o.gaps.zones},
        "listes": lists,
        "prudence": cautions(o),
    }


def cautions(o: Offered) -> list[str]:
    """Return what a reader must know before believing a gap."""
    said = [f"À portée veut dire {o.ground.walk.minutes:.0f} minutes à pied, environ.", *o.gaps.doubts]
    places, silent, vague, nowhere = o.n_places[""], o.n_silent[""], o.n_vague[""], len(o.gaps.nowhere)
    if silent:
        said.append(
            f"{wording.count(silent, 'lieu', 'lieux')} sur {wording.number(places)} ne {'dit' if silent == 1 else 'disent'} pas "
            "ce qu’on y trouve. Ils ne comptent ni comme une offre, ni comme une absence : l’offre réelle est plus large."
        )
    if vague:
        said.append(
            f"{wording.count(vague, 'accès libre', 'accès libres')} ne {'dit' if vague == 1 else 'disent'} pas si quelqu’un aide : "
            "comptés comme autonomes, et à vérifier pour l’accompagnement."
        )
    if missing := unasked(o):
        labels = wording.listing([wording.lower_first(diagnosis_lines()[line].label) for line in missing])
        said.append(f"Ce recensement ne dit rien de : {labels}. C’est une donnée manquante, pas une absence.")
    if nowhere:
        said.append(f"{wording.count(nowhere, 'lieu', 'lieux')} sans adresse connue ne sont à portée de personne.")
    return said


MOST_ROWS = 12  # zones told under a what-if, those that change most first


def told_change(change: gaps.Change) -> Json:
    """Return what opening or closing places changes, as a reader sees it."""
    moved, before, after = (wording.people(f) for f in (change.whole.moved, change.whole.before, change.whole.after))
    rows = sorted(change.zones, key=lambda z: -(wording.point(z.moved) or 0.0))
    return {
        "offre": diagnosis_lines()[change.offer].label,
        "personnes": moved.about,
        "entre": moved.between if moved.value else "",
        "nul": (wording.point(change.whole.moved) or 0.0) < 1,
        "avant": before.in_full,
        "apres": after.in_full,
        "zones": [
            {"nom": z.name, "personnes": p.value or p.span, "entre": p.span}
            for z in rows[:MOST_ROWS]
            if (wording.point(z.moved) or 0.0) >= 1
            for p in (wording.people(z.moved),)
        ],
    }


def told_proposal(found: gaps.Proposal) -> Json:
    """Return the best sites, as a reader sees them: what each adds to those before it, and how sure the choice is."""
    gained, before, after = (wording.people(f) for f in (found.gained, found.before, found.after))
    return {
        "lieux": [
            {
                "nom": spot.spot.name,
                "personnes": wording.people(spot.gained).about,
                "entre": wording.people(spot.gained).span,
                "raison": spot.reason,
            }
            for spot in found.spots
        ],
        "personnes": gained.about,
        "entre": gained.between if gained.value else "",
        "avant": before.in_full,
        "apres": after.in_full,
        "surete": "Aucun autre choix ne fait mieux : c’est prouvé."
        if found.exact
        else f"Un meilleur choix ajouterait au plus {wording.share(found.margin)} de personnes.",
    }
