"""The sheet of one zone: everything a meeting needs, on one page."""

from collections.abc import Mapping
from datetime import date
from math import isnan

from maillage.kernel.estimate import Withheld
from maillage.publishing.page import charts, pdf
from maillage.publishing.page.design import tokens
from maillage.publishing.page.logo import logo
from maillage.publishing.territory import atlas, certainty, sentences
from maillage.publishing.territory.cards import need_card
from maillage.publishing.territory.labels import CELL_LABELS, LEVELS_OF_HELP, SPACE_LABELS
from maillage.publishing.territory.offer import FAR, UNSAID
from maillage.publishing.territory.reading import (
    Compared,
    Reading,
    SheetLevel,
    ZoneOffer,
    ZonePart,
    ZoneSheet,
)
from maillage.statistics.diagnosis.results import Diagnosis, ZoneResult
from maillage.statistics.offer import gap_rules
from maillage.words import rich, wording
from maillage.words.dates import in_words

MOST_PARTS = 8
ABOUT_HALF = 0.6

VERDICTS = {
    "les_deux": (
        "La difficulté est **numérique et sociale à la fois** : la part est parmi les plus fortes de France,"
        " comme la précarité sociale."
    ),
    "numerique": (
        "La difficulté est **numérique, plus que sociale** : la part est parmi les plus fortes de France, la"
        " précarité sociale ne l’est pas. Des cours et des groupes d’entraide peuvent répondre au besoin, si"
        " l’appareil et la connexion sont là."
    ),
    "sociale": (
        "La difficulté est **sociale, plus que numérique** : la précarité sociale est élevée, la part n’est"
        f" pas parmi les plus fortes de France. {sentences.NOTHING_SAYS}"
    ),
    "aucune": (
        "Ni la précarité numérique ni la précarité sociale n’est **parmi les plus fortes** de France. Le"
        " nombre de personnes, lui, peut rester élevé."
    ),
}
FIRST_STEPS = {
    "les_deux": (
        "Réunir les acteurs sociaux et numériques de la zone, et vérifier qu’une personne y aide sans"
        " rendez-vous, gratuitement, plusieurs demi-journées par semaine."
    ),
    "numerique": (
        "Proposer des cours pour débuter là où les habitants vont déjà (bibliothèque, mairie, club), aux"
        " heures qui leur conviennent."
    ),
    "sociale": (
        "Vérifier l’accès à un appareil et à une connexion à petit prix, et l’aide aux démarches dans les"
        " lieux d’action sociale."
    ),
    "aucune": "Faire connaître les lieux d’aide, et garder une réponse pour les personnes âgées isolées.",
}
SUPPOSED = {
    "les_deux": "la difficulté y est peut-être numérique et sociale à la fois",
    "numerique": "la difficulté y est peut-être numérique, plus que sociale",
    "sociale": "la difficulté y est peut-être sociale, plus que numérique",
    "aucune": "la difficulté n’y est peut-être ni numérique ni sociale, plus qu’ailleurs",
}
TO_CHECK = (
    "Vérifier sur place, avec les acteurs de la zone, ce qui manque le plus : l’aide, un appareil, une"
    " connexion."
)
FIRST_NEEDED = ("assistance", "libre_acces_accompagne", "formation", "wifi")  # on foot, the most needed first


def read(d: Diagnosis, code: str, offered: ZoneOffer | None) -> ZoneSheet:
    """Return the content of the sheet of a zone beyond its row of the tables, on screen and on paper."""
    zone = d.zone(code)
    need, rate = wording.people(zone.need, most=zone.universe), wording.rate(zone.rate)
    at_level = [(level, wording.people(zone.levels[level.name])) for level in LEVELS_OF_HELP]
    return ZoneSheet(
        value=need.value,
        low=need.low,
        high=need.high,
        between=need.between,
        share=rate.value or rate.between,
        verdict=verdict(d, zone),
        first_step=first_step(zone, offered),
        parts=tuple(
            ZonePart(part.name, p.value or "—", p.span, q.value or q.span)
            for part in zone.parts[:MOST_PARTS]
            for p, q in ((wording.people(part.need), wording.rate(part.rate)),)
        ),
        n_parts=len(zone.parts),
        part_noun=_part_noun(zone),
        comparison=comparison(d, zone),
        levels=tuple(
            SheetLevel(level.label, level.kind, *people_text.cells, level.answer)
            for level, people_text in at_level
        ),
        both=_both(zone),
        standing=sentences.standing(d, zone),
        card=need_card(d, need, zone.universe),
        alerts=(
            *sentences.area_notes(zone.flags, many=len(zone.zone.rows) > 1),
            *([zone.zone.note] if zone.zone.note else []),
        ),
    )


def first_step(zone: ZoneResult, offered: ZoneOffer | None) -> str:
    """Return the first step in a zone: bring closer what most people in need lack on foot, then what its
    cell calls for, once the zone is very likely in it.
    """
    lines = [each for id in FIRST_NEEDED for each in (offered.lines if offered else ()) if each.id == id]
    steps = []
    for how, words in (
        (FAR, "Ouvrir, ou faire venir"),
        (UNSAID, "Demander aux lieux de la zone s’ils proposent, sinon faire venir"),
    ):
        lacking = [
            wording.lower_first(each.label)
            for each in lines
            if each.state == how
            and (each.share_value or 0.0) < gap_rules.MOST
            and (how == UNSAID or each.is_absent)
        ]
        if lacking:
            steps.append(f"{words} : {wording.listing(lacking)}.")
    if zone.cell is not None:
        steps.append(FIRST_STEPS[zone.cell] if zone.is_likely else TO_CHECK)
    if half := _half(zone):
        steps.append(half)
    return " ".join(steps)


def _half(zone: ZoneResult) -> str:
    """Return where about half of the people of a zone live, '' when that takes most of its parts."""
    zone_need, total, names = wording.point(zone.need), 0.0, []
    for part in zone.parts:
        if zone_need is None or total >= zone_need / 2:
            break
        total += wording.point(part.need) or 0.0
        names.append(part.name)
    if zone_need is None or total < zone_need / 2 or 3 * len(names) > 2 * len(zone.parts):
        return ""
    parts = wording.count(len(names), _part_noun(zone))
    how = "Environ" if total < ABOUT_HALF * zone_need else "Plus de"
    lived = f"{how} la moitié de ces personnes vivent dans {parts} sur {len(zone.parts)}"
    return f"{lived} : {wording.listing(names)}."


def _part_noun(zone: ZoneResult) -> str:
    """Return the noun for a part of a zone: the single census area of a commune, whose code ends in zeros, is
    the whole commune.
    """
    kinds = {"commune" if part.code.endswith("0000") else "quartier" for part in zone.parts}
    return kinds.pop() if len(kinds) == 1 else "partie"


def verdict(d: Diagnosis, zone: ZoneResult) -> str:
    """Return one sentence on the zone, with its doubt."""
    if isinstance(zone.need, Withheld):
        return f"{zone.need.reason} Aucun nombre n’est montré, et aucune classe n’est faite."
    if len(d.zones) == 1:
        return "Cette fiche est celle de tout le territoire. Le nombre se lit avec sa fourchette."
    if zone.cell is None:
        return f"Aucune case n’est donnée à cette zone. {zone.no_index} Le nombre se lit avec sa fourchette."
    if zone.is_likely:
        return VERDICTS[zone.cell]
    if (zone.cell_odds or 0.0) < certainty.WEAK:
        return "**Ce n’est pas sûr** : aucune classe n’est assez probable. Rien ne se décide sur elle."
    return (
        f"**Ce n’est pas sûr** : {SUPPOSED[zone.cell]}, avec {certainty.chances(zone.cell_odds or 0.0)} de"
        " chances. Rien ne se décide sur cette seule classe."
    )


LEAST_SHARE = 0.005  # under it both print as 0 %, which compares nothing


def comparison(d: Diagnosis, zone: ZoneResult) -> tuple[Compared, ...]:
    """Return the zone beside the mean of the zones, indicator by indicator; nothing for one alone."""
    if len(d.zones) == 1:
        return ()
    position = next(i for i, result in enumerate(d.zones) if result.zone.code == zone.zone.code)
    rows = []
    zone_rate, mean_rate = wording.point(zone.rate), wording.point(d.rate)
    if zone_rate is not None and mean_rate is not None:
        own, mean_text = wording.rate(zone.rate), wording.rate(d.rate)
        rows.append(
            Compared(
                "Précarité numérique",
                own.value or own.span,
                mean_text.value or mean_text.span,
                zone_rate / 100,
                mean_rate / 100,
            )
        )
    rural = _rural(d, zone)
    if rural.here_value >= LEAST_SHARE:  # « 0 % in a village » tells nothing of a quarter
        rows.append(rural)
    for k, variable in enumerate(d.social.variables):
        value, mean = d.social.values[position, k], d.social.relative.means[k]
        if not isnan(value) and variable.unit == "%":
            value_texts = wording.percent(value, 1), wording.percent(mean, 1)
            rows.append(Compared(variable.label, *value_texts, float(value) / 100, float(mean) / 100))
    return tuple(rows)


def _rural(d: Diagnosis, zone: ZoneResult) -> Compared:
    """Return the share of residents in communes under 2,000, here and in the whole territory."""
    everybody = sum(r.population for r in d.zones)
    mean_share = sum(r.rural * r.population for r in d.zones) / everybody if everybody else 0.0
    label = f"Communes de moins de 2 000 habitants ({SPACE_LABELS[zone.space]})"
    return Compared(
        label, wording.percent(100 * zone.rural), wording.percent(100 * mean_share), zone.rural, mean_share
    )


def _both(zone: ZoneResult) -> str:
    """Return the sentence on the people in both precarities, or why there is no number of them."""
    figure = wording.people(zone.both)
    if not figure.low:
        return figure.why
    return f"Parmi ces personnes, {figure.about} ont aussi de faibles revenus : une partie du premier nombre."


def render(d: Diagnosis, r: Reading, code: str, *, on: date) -> bytes:
    """Return the sheet as a one-page tagged PDF."""
    values = tokens("jour")
    colours = {name: value for name, value in values.items() if value.startswith("#")}
    svg = atlas.sheet_map(d, code, titled=False)
    row, sheet = r.zone(code), r.sheets[code]
    bars = [(x.label, x.here_value, x.reference_value) for x in sheet.comparison]
    data: Mapping[str, object] = {
        "fiche": _page(r, code, on=on),
        "carte": pdf.styled(svg) if svg else "",
        "carte_alt": f"{row.name} et ses voisines{f' : {CELL_LABELS[row.cell]}' if row.cell else ''}.",
        "legende": r.is_classed,
        "barres": (
            pdf.styled(charts.pairs(bars, label="Comparaison", local_name=row.name, reference_name="moyenne"))
            if bars
            else ""
        ),
        "barres_alt": " ; ".join(
            f"{x.label} : {x.local_share} contre {x.reference}" for x in sheet.comparison
        ),
        "couleurs": colours | pdf.swatches(),
        "logo": logo(values["pastel"], values["garance"], values["prune"]),
        "sources": (
            "Sources : Insee, recensements 2016 à 2021 et enquête de la définition ; Cnaf 2021 ; Filosofi."
            f" Bornes : {wording.NINE_IN_TEN}. Estimation, pas un comptage. Empreinte {r.fingerprint}."
        ),
    }
    return pdf.compiled("fiche.typ", data, on=on)


def _page(r: Reading, code: str, *, on: date) -> Mapping[str, object]:
    """Return the sheet of a zone by the names of `fiche.typ`."""
    row, sheet, offered = r.zone(code), r.sheets[code], r.offer_of(code)
    return {
        "nom": row.name,
        "lieu": row.place or r.territory.name,
        "population": row.population,
        "adultes": row.adults,
        "motif": row.reason,
        "place": sheet.standing,
        "valeur": sheet.value,
        "entre_phrase": sheet.between,
        "part_texte": sheet.share,
        "verdict": rich.spans(sheet.verdict),
        "a_faire": sheet.first_step,
        "parts": [
            {"nom": part.name, "personnes": part.people, "entre": part.between, "part": part.share}
            for part in sheet.parts
        ],
        "parts_total": sheet.n_parts,
        "parts_titre": f"{sheet.part_noun.capitalize()} par {sheet.part_noun}",
        "niveaux_lignes": [
            {
                "libelle": level.label,
                "classe": level.kind,
                "environ": level.value,
                "entre": level.between,
                "reponse": level.answer,
            }
            for level in sheet.levels
        ],
        "cumul_phrase": sheet.both,
        "offre": None if offered is None else _offer(offered, r.offer.limit if r.offer else ""),
        "alertes": list(sheet.alerts),
        "territoire": r.territory.name,
        "zones": r.territory.n_zones,
        "definition": r.definition.label,
        "verbe": r.definition.statement,
        "edition": in_words(on),
    }


def _offer(offered: ZoneOffer, limit: str) -> Mapping[str, object]:
    return {
        "muets": offered.n_silent,
        "limite": limit,
        "lignes": [
            {
                "libelle": line.label,
                "lieux": line.n_places,
                "etat": line.state,
                "signe": line.sign,
                "hors": "" if line.missing == wording.DASH else line.missing,
            }
            for line in offered.lines
        ],
    }
