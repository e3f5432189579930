"""The sheet of one zone: everything a meeting needs, on one page."""

from collections.abc import Mapping
from datetime import date
from math import isnan
from typing import Any

from maillage.kernel.dates import in_words
from maillage.reports import atlas, charts, pdf, rich, sentences, wording
from maillage.reports.design import tokens
from maillage.reports.logo import logo
from maillage.reports.offer import FAR, UNSAID
from maillage.reports.reading import CELL_LABELS, LEVELS_TOLD, source_card
from maillage.studies import gaps
from maillage.studies.diagnosis import Diagnosis, ZoneResult

Json = dict[str, Any]
MOST_PARTS = 8

VERDICTS = {
    "les_deux": "La difficulté est **numérique et sociale à la fois** : la part est parmi les plus fortes, comme la précarité "
    "sociale. L’aide doit être humaine, gratuite et proche.",
    "numerique": "La difficulté est **numérique, plus que sociale** : la part est parmi les plus fortes, sans précarité sociale "
    "marquée. Des cours et des groupes d’entraide peuvent répondre au besoin.",
    "sociale": "La difficulté est **sociale, plus que numérique** : la précarité sociale est forte, la part plus basse "
    "qu’ailleurs. Il peut manquer d’abord un appareil ou une connexion.",
    "aucune": "Ni la précarité numérique ni la précarité sociale n’est **parmi les plus fortes du périmètre**. Le nombre de "
    "personnes, lui, peut rester élevé.",
}
FIRST_STEPS = {
    "les_deux": "Réunir les acteurs sociaux et numériques de la zone, et vérifier qu’une personne y aide sans rendez-vous, "
    "gratuitement, plusieurs demi-journées par semaine.",
    "numerique": "Proposer des cours pour débuter là où les habitants vont déjà (bibliothèque, mairie, club), aux heures qui "
    "leur conviennent.",
    "sociale": "Vérifier l’accès à un appareil et à une connexion à petit prix, et l’aide aux démarches dans les lieux d’action "
    "sociale.",
    "aucune": "Faire connaître les lieux d’aide, et garder une réponse pour les personnes âgées isolées.",
}
FIRST_NEEDED = ("assistance", "libre_acces_accompagne", "formation", "wifi")  # what a zone should have on foot, first first


def read_zone(d: Diagnosis, r: Json, code: str) -> Json:
    """Return what the sheet of a zone shows, on screen and on paper."""
    zone = d.zone(code)
    told = next(z for z in r["zones"] if z["code"] == code)
    need, rate = wording.people(zone.need, most=zone.universe), wording.rate(zone.rate)
    return {
        **told,
        "valeur": need.value,
        "bas": need.low,
        "haut": need.high,
        "entre_phrase": need.between,
        "part_texte": rate.value or rate.between,
        "verdict": verdict(d, zone),
        "a_faire": first_step(zone.cell, (r.get("offre") or {"zones": {}})["zones"].get(code)),
        "parts": [
            {"nom": part.name, "personnes": p.value or "—", "entre": p.span, "part": q.value or q.span}
            for part in zone.parts[:MOST_PARTS]
            for p, q in ((wording.people(part.need), wording.rate(part.rate)),)
        ],
        "parts_total": len(zone.parts),
        "comparaison": comparison(d, zone),
        "niveaux_lignes": [
            {
                "libelle": level.label,
                "classe": level.kind,
                "environ": wording.people(zone.levels[level.name]).value or wording.people(zone.levels[level.name]).span,
                "entre": wording.people(zone.levels[level.name]).span,
                "reponse": level.answer,
            }
            for level in LEVELS_TOLD
        ],
        "cumul_phrase": wording.people(zone.both).about,
        "offre": (r.get("offre") or {"zones": {}})["zones"].get(code),
        "carte": source_card(d, wording.people(zone.need, most=zone.universe), zone.universe),
        "alertes": sentences.area_notes(zone.flags, many=len(zone.zone.rows) > 1)
        + ([zone.zone.note] if zone.zone.note else []),
    }


def first_step(cell: str | None, offered: Json | None) -> str:
    """Return what to do first in a zone: bring near what most people in need have not on foot, then what its cell asks."""
    lines = [each for id in FIRST_NEEDED for each in (offered or {"lignes": ()})["lignes"] if each["id"] == id]
    steps = []
    for how, words in (
        (FAR, "Ouvrir, ou faire venir"),
        (UNSAID, "Demander aux lieux de la zone s’ils proposent, sinon faire venir"),
    ):
        lacking = [
            wording.lower_first(each["libelle"])
            for each in lines
            if each["etat"] == how and (each["part_valeur"] or 0.0) < gaps.MOST
        ]
        if lacking:
            steps.append(f"{words} : {wording.listing(lacking)}.")
    return " ".join(filter(None, (*steps, FIRST_STEPS.get(cell or "", ""))))


def verdict(d: Diagnosis, zone: ZoneResult) -> str:
    """Return one sentence on the zone, with its doubt."""
    if zone.cell is None:
        return "Aucune classe n’est faite ici : il y a trop peu de zones, ou une variable manque. Le nombre se lit avec sa fourchette."
    doubt = (
        ""
        if zone.firmness is None or zone.firmness >= atlas.nearly()
        else f" Cette classe n’est pas sûre : {wording.share(zone.firmness)} des tirages seulement la donnent."
    )
    return VERDICTS[zone.cell] + doubt


def comparison(d: Diagnosis, zone: ZoneResult) -> list[Json]:
    """Return the zone beside the mean of the zones, indicator by indicator."""
    position = next(i for i, result in enumerate(d.zones) if result.zone.code == zone.zone.code)
    rows = []
    here, there = wording.point(zone.rate), wording.point(d.rate)
    if here is not None and there is not None:
        rows.append(
            {
                "libelle": "Précarité numérique",
                "ici": wording.rate(zone.rate).value or wording.rate(zone.rate).span,
                "reference": wording.rate(d.rate).value or "",
                "ici_valeur": here / 100,
                "reference_valeur": there / 100,
            }
        )
    for k, variable in enumerate(d.social.variables):
        value, mean = d.social.values[position, k], d.social.index.means[k]
        if not isnan(value) and variable.unit == "%":
            rows.append(
                {
                    "libelle": variable.label,
                    "ici": wording.percent(value, 1),
                    "reference": wording.percent(mean, 1),
                    "ici_valeur": value / 100,
                    "reference_valeur": mean / 100,
                }
            )
    return rows


def render(d: Diagnosis, r: Json, code: str, *, on: date) -> bytes:
    """Return the sheet as a one-page tagged PDF."""
    sheet = read_zone(d, r, code)
    values = tokens("jour")
    colours = {name: value for name, value in values.items() if value.startswith("#")}
    svg = atlas.sheet_map(d, code)
    bars = [(x["libelle"], x["ici_valeur"], x["reference_valeur"]) for x in sheet["comparaison"]]
    data: Mapping[str, Any] = {
        "fiche": {
            **{key: value for key, value in sheet.items() if key != "barre"},
            "verdict": rich.spans(sheet["verdict"]),
            "lieu": sheet["lieu"] or r["territoire"]["nom"],
            "territoire": r["territoire"]["nom"],
            "zones": r["territoire"]["zones"],
            "definition": r["definition"]["libelle"],
            "verbe": r["definition"]["verbe"],
            "edition": in_words(on),
        },
        "carte": pdf.styled(svg) if svg else "",
        "carte_alt": f"{sheet['nom']} et ses voisines : {CELL_LABELS.get(sheet['case'] or '', 'précarité inconnue')}.",
        "barres": pdf.styled(charts.pairs(bars, label="Comparaison", here=sheet["nom"], there="moyenne")) if bars else "",
        "barres_alt": " ; ".join(f"{x['libelle']} : {x['ici']} contre {x['reference']}" for x in sheet["comparaison"]),
        "couleurs": colours | pdf.swatches(),
        "logo": logo(values["pastel"], values["garance"], values["prune"]),
        "sources": "Sources : Insee, recensements 2016 à 2021 et enquête de la définition ; Cnaf 2021 ; Filosofi. Bornes : 90 "
        f"chances sur 100. Estimation, pas un comptage. Empreinte {r['empreinte']}.",
    }
    return pdf.compiled("fiche.typ", data, on=on)
