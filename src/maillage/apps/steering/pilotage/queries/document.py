"""The loop as files: the JSON of `maillage boucle`, a table."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.text import capfirst

from maillage.apps.dossiers import queries as dossiers
from maillage.apps.referrals.orientations.rules import cycle
from maillage.apps.steering.indicators.rules import Capacity
from maillage.apps.steering.pilotage.queries import activity
from maillage.apps.steering.pilotage.queries.links import Chain
from maillage.apps.steering.pilotage.queries.loop import LINE, Loop, Places, Planned, ZoneLoop
from maillage.apps.steering.pilotage.queries.units import Unit
from maillage.apps.steering.pilotage.rules import Link
from maillage.statistics.offer.silence import TO_LOCATE
from maillage.words.wording import DASH, count

Json = dict[str, Any]
METHOD = "boucle"
ONE_EACH = "Chaque place reçoit une personne du territoire, chaque semaine."
LINKS = ("orientation", "action", "effet")
COLUMNS = (
    *("code", "nom", "besoin", "besoin_bas", "besoin_haut", "besoin_motif"),
    *("sans_aide", "sans_aide_bas", "sans_aide_haut", "sans_aide_motif"),
    *(
        "lieux",
        "lieux_oui",
        "lieux_a_situer",
        "lieux_muets",
        "lieux_confirmes_6_mois",
        "places_semaine",
        "places_semaine_motif",
    ),
    *(f"{link}{end}" for link in LINKS for end in ("", "_bas", "_haut", "_motif")),
    *("plan", "plan_motif"),
    "niveau",
    *("orientations_en_attente", "plus_ancienne_jours", "orientations_refusees", "motif_de_refus"),
    *("orientations_sans_venue", "orientations_en_cours", "sans_solution", "delai_median_jours"),
    *("actes", "minutes", "effet_inconnu", "effet_en_partie", "effet_abandonne"),
    *("plan_pilotes", "plan_commence_le", "plan_finit_le"),
    *("besoin_univers", "besoin_n", *(f"{link}_univers" for link in LINKS)),
    *("source", "date", "activite_du", "activite_au", "activite_inventee", "comptes_par_lots_de"),
)
ZONE, COMMUNE, TOTAL = "zone", "commune", "ensemble"  # activity counts once in the first two
ABOVE = "Zone par zone, au-dessus."
# A column for each count beside a link: (link, count).
DETAILS: Mapping[str, tuple[str, str]] = {
    "orientations_en_attente": ("orientation", activity.UNANSWERED),
    "orientations_refusees": ("orientation", activity.REFUSED),
    "orientations_sans_venue": ("orientation", activity.ABSENT),
    "orientations_en_cours": ("orientation", activity.OTHER),
    "sans_solution": ("orientation", activity.UNSOLVED),
    "actes": ("action", activity.ACTS),
    "minutes": ("action", "minutes"),
    "effet_inconnu": ("effet", activity.UNKNOWN),
    "effet_en_partie": ("effet", cycle.PARTIAL),
    "effet_abandonne": ("effet", cycle.DROPPED),
}
NO_PLAN = "Aucun plan n’est publié pour ce territoire."


def loop_json(loop: Loop) -> Json:
    """Return the loop as the contract writes it; figures of its study are its own, unrounded."""
    study = loop.study
    study_json = json.loads((dossiers.folder(study) / "etude.json").read_bytes())
    zones = {zone["code"]: zone for zone in study_json["zones"]}
    reading = loop.reading
    source_text = f"{reading.definition.producer}, {reading.definition.year} ; étude {reading.fingerprint}"
    return {
        "version": 1,
        "territoire": {"code": study_json["territoire"]["code"], "nom": study_json["territoire"]["nom"]},
        "du": loop.activity.since.isoformat(),
        "au": loop.activity.until.isoformat(),
        "activite_inventee": loop.activity.examples,
        "activite_reelle_a_part": loop.activity.real_activity_text or None,
        # A count is told by whole lots: it says « at least »; None when it is told one by one.
        "comptes_par_lots_de": None if loop.activity.examples else loop.activity.least,
        "etude_du": timezone.localdate(study.finished_at).isoformat() if study.finished_at else None,
        "source": (f"{source_text} ; lieux : {reading.offer.source}" if reading.offer else source_text),
        "zones": [_zone(row, zones[row.need.code], loop) for row in loop.rows],
        "ensemble": {
            "besoin": study_json["besoins"]["precarite_numerique"],
            "offre": _whole_offer(loop),
            "accueil": capacity_json(loop.places.capacity),
            **_chain(loop.total, loop, is_whole=True),
            "plan": _plan(loop.everywhere, loop),
        },
        "communes": [
            {
                "nom": unit.name,
                "codes": sorted(unit.communes),
                "zones": list(unit.zones),
                **_chain(chain, loop),
            }
            for unit, chain in loop.shared
        ],
        "vagues": list(loop.waves),
        "phrases": [each.text for each in loop.sentences],
    }


def _whole_offer(loop: Loop) -> Json:
    """Return the offer of the whole territory, as that of a zone."""
    offer, line = loop.reading.offer, loop.gap
    if offer is None or line is None:
        return {"valeur": None, "motif": f"{capfirst(loop.no_walk)}."}
    known = line.missing != DASH
    nobody_says = "Aucun lieu de ce territoire n’indique s’il aide."
    doubt = {"motif": line.doubt} if line.doubt else {}  # silent places leave bounds, without a figure
    away = {"valeur": None if line.doubt else line.missing_value} | doubt
    away |= {"bas": line.missing_low, "haut": line.missing_high}
    return {
        "valeur": line.n_places if known else None,
        **({} if known else {"motif": nobody_says}),
        "unite": "lieux",
        "univers": "lieux du territoire qui disent aider pour une démarche",
        "n": offer.territory.n_places,
        "methode": "manques",
        "muets": offer.territory.n_silent,
        "a_situer": offer.territory.n_unlocated + offer.territory.n_perhaps,
        "sans_zone": sum(each.n_places for each in offer.unassigned),
        **({"note": loop.shared_places} if loop.shared_places else {}),
        "sans_aide_a_pied": away | {"unite": "personnes", "methode": "manques"}
        if known
        else {"valeur": None, "motif": nobody_says},
        "fiches": _sheet_counts(loop.places),
    }


def _zone(row: ZoneLoop, zone: Mapping[str, Any], loop: Loop) -> Json:
    chain = _unknown_here(row.unit) if row.chain is None else _chain(row.chain, loop)
    return {
        "code": row.need.code,
        "nom": row.need.name,
        "besoin": zone["precarite_numerique"],
        "offre": _offer(zone, row),
        **chain,
        "plan": _plan(row.plan, loop),
        # Why the list is empty, or what the actions that it names leave to those of the whole territory.
        "plan_motif": _plan_reason(row, loop),
    }


def _plan_reason(row: ZoneLoop, loop: Loop) -> str | None:
    """Return, in a sentence, what the page says in the place of the actions of a zone, or beside them."""
    reason = " : ".join(filter(None, row.plan_words)) if loop.has_plan else ""
    return f"{capfirst(reason)}." if reason else None


def _plan(actions: Sequence[Planned], loop: Loop) -> list[Json] | Json:
    """Return the actions that a plan has there; why nobody knows, where the territory has no plan to read."""
    return [_action(each) for each in actions] if loop.has_plan else {"valeur": None, "motif": NO_PLAN}


def _offer(zone: Mapping[str, Any], row: ZoneLoop) -> Json:
    """Return the offer of a zone: places that say yes, that are silent, people without any on foot."""
    if row.offer is None or not zone.get("portee"):
        return {"valeur": None, "motif": f"{capfirst(row.no_walk)}."}
    n_places = (zone["offre"] or {}).get(LINE)
    is_to_locate = LINE in zone.get("offre_a_situer", ())
    return {
        "valeur": n_places,
        **(
            {"motif": TO_LOCATE if is_to_locate else "Aucun lieu de ce territoire n’indique s’il aide."}
            if n_places is None
            else {}
        ),
        "unite": "lieux",
        "univers": "lieux de la zone qui disent aider pour une démarche",
        "n": zone["lieux"],
        "methode": "manques",
        "muets": zone["lieux_muets"],
        "a_situer": zone.get("lieux_a_situer", 0),
        "sans_aide_a_pied": zone["portee"][LINE]["hors_de_portee"],
        "fiches": _sheets(row.places, row.unit),
    }


def _sheets(places: Places | None, unit: Unit) -> Json:
    """Return the sheets of today’s directory, known by commune."""
    if places is None:
        return {"valeur": None, "motif": known_for(unit)}
    return _sheet_counts(places)


def _sheet_counts(places: Places) -> Json:
    return {
        "valeur": places.n,
        "datees": places.dated,
        "de_moins_d_un_an": places.recent,
        "completes": places.full,
        "accueil": capacity_json(places.capacity),
    }


def capacity_json(capacity: Capacity) -> Json:
    """Return the declared weekly capacity of places: a number known in part is the least it may be."""
    return {
        "valeur": capacity.n_places,
        **({"motif": capacity.words} if capacity.n_places is None else {"au_moins": bool(capacity.silent)}),
        "unite": "places par semaine",
        "univers": "lieux qui disent aider ou former",
        "n": capacity.receiving,
        "le_disent": capacity.sized,
        "hypothese": ONE_EACH,
    }


def _chain(chain: Chain, loop: Loop, *, is_whole: bool = False) -> Json:
    links = {"orientation": chain.orientation, "action": chain.action, "effet": chain.effect}
    out = {name: _link(link, loop, is_whole=is_whole) for name, link in links.items()}
    out["orientation"] |= {
        "delai_median_jours": chain.days,
        "plus_ancienne_jours": chain.oldest,
        "motif_de_refus": chain.reason or None,
    }
    return out


def _link(link: Link, loop: Loop, *, is_whole: bool) -> Json:
    """Return a link and its bounds: a count by whole lots leaves less than one aside in each zone, and in a
    whole nobody knows how many.
    """
    details = {
        each.id: each.n if each.n is not None else {"valeur": None, "motif": each.why}
        for each in link.details
    }
    if link.value is None:
        return {"valeur": None, "motif": link.why, "details": details}
    return {
        "valeur": link.value,
        "bas": link.value,
        "haut": None if link.least and is_whole else link.value + max(link.least, 1) - 1,
        "unite": "orientations",
        "univers": link.universe,
        "n": link.base if link.base is not None else link.value,
        "methode": METHOD,
        "statut": "compté",
        "inventee": loop.activity.examples,
        "details": details,
    }


def known_for(unit: Unit) -> str:
    """Return why a count is not told of a zone: its commune is cut in several."""
    return f"Noté par commune, pas zone par zone : voir {unit.name} ({count(len(unit.zones), 'zone')})."


def _unknown_here(unit: Unit) -> Json:
    return {name: {"valeur": None, "motif": known_for(unit)} for name in LINKS}


def _action(planned: Planned) -> Json:
    action = planned.action
    main_action = action.parent or action
    return {
        "dynamique": main_action.printed_axis,
        "numero": main_action.printed_rank or main_action.number,
        "sous_numero": action.number if action.parent else None,
        "titre": action.title,
        "etat": action.standing_words,
        "pilote": action.pilot or None,
        "commence_le": action.starts_on.isoformat() if action.starts_on else None,
        "finit_le": action.ends_on.isoformat() if action.ends_on else None,
        "manque": list(planned.warnings),
    }


def rows(document: Json) -> list[Json]:
    """Return the zones of a loop as rows of `COLUMNS`, then the communes that are cut, whose activity is
    known for them alone, then the whole: an empty cell has its reason beside it.
    """
    above = {"valeur": None, "motif": ABOVE}
    communes = [
        {**each, "code": " ".join(each["codes"]), "besoin": above, "offre": above, "plan": above}
        for each in document["communes"]
    ]
    total = document["ensemble"] | {name: document["territoire"][name] for name in ("code", "nom")}
    levels = ((ZONE, document["zones"]), (COMMUNE, communes), (TOTAL, [total]))
    common = {
        "source": document["source"],
        "date": _cell(document["etude_du"]),
        "activite_du": document["du"],
        "activite_au": document["au"],
        "activite_inventee": "oui" if document["activite_inventee"] else "non",
        "comptes_par_lots_de": _cell(document["comptes_par_lots_de"]),
    }
    return [
        _row(each) | _detail_cells(each) | {"niveau": level} | common
        for level, every in levels
        for each in every
    ]


def _detail_cells(row: Json) -> Json:
    """Return the cells beside the links of a row: details, pilots and dates of the plan, universes."""
    detail_counts = {name: row[link].get("details", {}).get(id) for name, (link, id) in DETAILS.items()}
    plan = row["plan"] if isinstance(row["plan"], list) else []
    return {
        **{name: n if isinstance(n, int) else "" for name, n in detail_counts.items()},
        **{
            name: _cell(row["orientation"].get(name))
            for name in ("plus_ancienne_jours", "motif_de_refus", "delai_median_jours")
        },
        "plan_pilotes": " ; ".join(each["pilote"] or "sans pilote" for each in plan),
        "plan_commence_le": " ; ".join(each["commence_le"] or "sans date" for each in plan),
        "plan_finit_le": " ; ".join(each["finit_le"] or "sans date" for each in plan),
        "besoin_univers": row["besoin"].get("univers", ""),
        "besoin_n": _cell(row["besoin"].get("n")),
        **{f"{link}_univers": row[link].get("univers", "") for link in LINKS},
    }


def _row(zone: Json) -> Json:
    offer = zone["offre"]
    away = offer.get("sans_aide_a_pied", {})
    capacity = offer.get("fiches", {}).get("accueil", {})
    out: Json = {
        "code": zone["code"],
        "nom": zone["nom"],
        **_bounded("besoin", zone["besoin"]),
        **_bounded("sans_aide", away or {"motif": offer.get("motif", "")}),
        "lieux": offer.get("n", ""),
        "lieux_oui": _cell(offer["valeur"]),
        "lieux_a_situer": offer.get("a_situer", ""),
        "lieux_muets": offer.get("muets", ""),
        "lieux_confirmes_6_mois": offer.get("fiches", {}).get("confirmees_6_mois", ""),
        "places_semaine": _cell(capacity.get("valeur")),
        "places_semaine_motif": capacity.get("motif", offer.get("fiches", {}).get("motif", "")),
        **_planned(zone["plan"], zone.get("plan_motif")),
    }
    for name in LINKS:
        out |= _bounded(name, _counted(zone[name]))
    return out


def _counted(link: Json) -> Json:
    """Return a link as its cells write it: bounds alone, and why, where it is counted by whole lots."""
    low, high = link.get("bas"), link.get("haut")
    if low == high:
        return link
    words = f"au moins {low}" if high is None else f"de {low} à {high}"
    return link | {"valeur": None, "motif": f"Compté par lots : {words}."}


def _planned(plan: list[Json] | Json, reason: str | None) -> Json:
    if isinstance(plan, list):
        plan_text = " ; ".join(
            f"{_label(each)}. {each['titre'].rstrip('.')} ({each['etat']})" for each in plan
        )
        return {"plan": plan_text, "plan_motif": _cell(reason)}
    return {"plan": "", "plan_motif": plan["motif"]}


def _label(action: Json) -> str:
    """Return the number of an action as a plan prints it: « 2.3 », or « 2.3.1 » for a part of it; « 7 »
    before it is published.
    """
    numbers = (action.get("dynamique"), action["numero"], action["sous_numero"])
    return ".".join(str(n) for n in numbers if n is not None)


def _bounded(name: str, figure: Mapping[str, Any]) -> Json:
    return {
        name: _cell(figure.get("valeur")),
        f"{name}_bas": _cell(figure.get("bas")),
        f"{name}_haut": _cell(figure.get("haut")),
        f"{name}_motif": figure.get("motif", ""),
    }


def _cell(value: Any) -> Any:
    return "" if value is None else value
