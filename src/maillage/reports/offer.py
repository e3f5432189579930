"""The offer and the gaps: as etude.json writes them, as pages, dossier and sheets tell them."""

from collections import Counter
from typing import Any

from maillage.kernel.estimate import Estimate, Figure
from maillage.reference.offer import diagnosis_lines
from maillage.reports import wording
from maillage.reports.figures import figure
from maillage.studies import gaps, reach
from maillage.studies.gaps import ZoneGaps
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


def unasked(o: Offered) -> list[str]:
    """Return the lines of the offer that no place of the census has: it did not ask, which is not an absence."""
    said = {line for place in o.census.places for line in place.offers}
    return [line for line in diagnosis_lines() if line not in said]


def zone(o: Offered, found: ZoneGaps) -> Json:
    """Return the offer and the gaps of a zone as etude.json writes them: places are counted, people are estimated.

    A line that the census did not ask about has no count (null), and makes no gap.
    """
    unknown = unasked(o)
    return {
        "offre": {line: None if line in unknown else gap.inside for line, gap in found.gaps.items()},
        "lieux": o.n_places[found.code],
        "lieux_muets": o.n_silent[found.code],
        "accompagnement_inconnu": o.n_vague[found.code],
        "portee": {
            line: {
                "a_portee": figure(gap.reach.reached),
                "hors_de_portee": figure(gap.reach.missing),
                "part_a_portee": figure(gap.reach.share),
                "habitants_a_portee": figure(gap.reach.residents),
            }
            for line, gap in found.gaps.items()
        },
        "manques": [
            {"offre": m.offer, "raison": reason(o, found, m), "regle": m.rule}
            for m in found.told
            if m.offer and m.offer not in unknown
        ],
    }


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
    rows = []
    for line in diagnosis_lines().values():
        gap, how = found.gaps[line.id], state(o, found, line.id)
        reached, missing, share = (
            wording.people(gap.reach.reached),
            wording.people(gap.reach.missing),
            wording.rate(gap.reach.share),
        )
        rows.append(
            {
                "id": line.id,
                "libelle": line.label,
                "lieux": gap.inside,
                "etat": how,
                "signe": SIGNS[how],
                "mots": wording.count(gap.inside, "lieu", "lieux") if gap.inside else SIGN_WORDS[how],
                "a_portee": _nobody(gap.reach.reached) or reached.value or reached.span,
                "a_portee_entre": "" if _nobody(gap.reach.reached) else reached.span,
                "hors": _nobody(gap.reach.missing) or missing.value or missing.span,
                "hors_entre": "" if _nobody(gap.reach.missing) else missing.span,
                "hors_phrase": "" if _nobody(gap.reach.missing) else missing.between,
                "part": share.value or share.span,
                "part_valeur": wording.point(gap.reach.share),
                "hors_valeur": wording.point(gap.reach.missing) or 0.0,
            }
        )
    return {
        "code": found.code,
        "lieux": o.n_places[found.code],
        "muets": o.n_silent[found.code],
        "lignes": rows,
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
