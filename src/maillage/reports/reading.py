"""A diagnosis as a reader meets it: figures rounded, sentences written, charts drawn. No choice of page here."""

from dataclasses import dataclass
from math import isnan
from typing import Any

from maillage.engine import conditional, rounding
from maillage.engine.classes import N_CLASSES
from maillage.engine.conditional import ConcernedInGroup
from maillage.kernel.estimate import Estimate, Figure, Withheld
from maillage.reference.cards import cards
from maillage.reference.definitions import LEVELS, Definition, definition
from maillage.reference.parameters import number
from maillage.reports import charts, sentences, wording
from maillage.studies.compare import Reading
from maillage.studies.diagnosis import (
    CELL_NAMES,
    CLASS_NAMES,
    LEVEL_NAMES,
    Diagnosis,
    ZoneResult,
)
from maillage.studies.social import MISSING

Json = dict[str, Any]

CLASS_LABELS = dict(zip(CLASS_NAMES, ("très faible", "faible", "moyenne", "forte", "très forte"), strict=True))
CELL_LABELS = {"aucune": "ni l’une ni l’autre", "numerique": "numérique", "sociale": "sociale", "les_deux": "les deux"}


@dataclass(frozen=True, slots=True)
class Level:
    """A level of difficulty, its answer and the action it calls for."""

    name: str
    kind: str
    label: str
    who: str
    answer: str
    action: str


LEVELS_TOLD = (
    Level(
        "exclusion",
        "exclusion",
        "Exclusion numérique",
        "ne peuvent pas faire sans aide",
        "Assistance",
        "à assister dans la durée",
    ),
    Level(
        "precarite_forte",
        "forte",
        "Précarité forte",
        "ont besoin de quelqu’un à côté",
        "Formation / médiation",
        "à assister dans l’urgence et à former aux compétences numériques de base",
    ),
    Level(
        "precarite_faible",
        "faible",
        "Précarité faible",
        "bloquent parfois, peuvent apprendre",
        "Coup de pouce",
        "à appuyer ponctuellement (montrer, rassurer)",
    ),
    Level("autonomie", "autonomie", "Autonomie", "se débrouillent", "Rien de particulier", "à tenir informées"),
)
VARIANCE_LABELS = {
    "enquete": "Enquête nationale (échantillon, arrondis)",
    "non_publie": "Ce qui n’est pas publié (classes d’âge et diplômes déduits)",
    "region": "Écart de la région, non expliqué",
    "intercommunalite": "Écart de l’intercommunalité, non expliqué",
    "quartier": "Écart des quartiers, non expliqué",
    "recensement_et_diplomes": "Recensement par sondage et diplômes imputés",
    "personnes": "Hasard des personnes (petits nombres)",
}


def zone_name(zone: ZoneResult, *, with_place: bool = True) -> str:
    """Return the name of a zone, with its commune when it is a part of one."""
    return f"{zone.zone.name} ({zone.zone.place})" if with_place and zone.zone.place else zone.zone.name


def names_of(d: Diagnosis, codes: tuple[str, ...] | list[str]) -> list[str]:
    several = len({r.zone.place for r in d.zones}) > 1
    return [zone_name(d.zone(code), with_place=several) for code in codes]


def read(d: Diagnosis, *, fingerprint: str) -> Json:
    """Return everything a page, a dossier or a sheet shows of a diagnosis, as plain values."""
    chosen = d.request.definition
    need = wording.people(d.need, most=d.universe)
    rate = wording.rate(d.rate)
    return {
        "empreinte": fingerprint,
        "territoire": territory(d),
        "definition": told_definition(chosen),
        "filtre": None
        if d.request.inside is None
        else {"id": d.request.inside.id, "libelle": d.request.inside.label, "doute": d.request.inside.doubt},
        "population": wording.number(d.population),
        "adultes": wording.number(d.adults),
        "univers": wording.number(d.universe),
        "chiffre": headline(d, need, rate),
        "tu": isinstance(d.need, Withheld),
        "source": source_card(d, need, d.universe),
        "cartes": other_cards(d),
        "phrases": sentences.summary(d, names_of),
        "phrase_moitie": " ".join(sentences.half(d, names_of)),
        "phrase_croisement": " ".join(sentences.crossing(d, names_of)),
        "phrase_egaux": " ".join(sentences.leaders(d, names_of)),
        "tirages": wording.number(d.request.n_draws),
        "niveaux": levels(d),
        "cumul": both(d),
        "classes": sentences.class_lists(d, names_of),
        "discordances": sentences.discordances(d, names_of),
        "grappes": sentences.clusters(d, names_of),
        "contexte": context(d),
        "profil": profile(d),
        "zones": zones(d),
        "axe": wording.percent(charts.axis_top([r.rate for r in d.zones])),
        "part_cases": {name: d.cell_shares[name] for name in CELL_NAMES},
        "habitants_les_deux": wording.number(round(d.cell_shares["les_deux"] * d.population, -2)),
        "bornes": class_bounds(d),
        "classes_sociales": list(CLASS_LABELS.values()),
        "classees": any(r.cell for r in d.zones),
        "sans_indice": sum(r.index is None and r.population > 0 for r in d.zones) if any(r.cell for r in d.zones) else 0,
        "hors_filtre": sum(r.population == 0 for r in d.zones) if d.request.inside else 0,
        "legende": charts.joint_legend(d.cell_shares, id="legende"),
        "indice": social_table(d),
        "marges": margins(d),
        "a_plat": flat(d),
        "bases": [
            {"libelle": base, "valeur": value, "habitants": wording.number(value)}
            for base, value in (
                ("15 ans et plus en logement ordinaire, la base de nos estimations", d.universe),
                *((base, values["base"]) for base, values in d.flat.items()),
            )
        ],
        "deduits": deduced(d),
        "avertissements": sentences.warnings(d),
        "sources": sources(d),
    }


def name_of(d: Diagnosis) -> str:
    """Return what a study is called: its own name, the official one, or how many zones of it a file makes; then its filter."""
    t, inside = d.request.territory, d.request.inside
    name = d.request.name or t.long_name
    if d.request.zoning.kind == "file" and not d.request.name:
        name = f"{wording.count(len(d.zones), 'zone')} {wording.of(t.name)}"
    return name if inside is None else f"{name} ({wording.lower_first(inside.label)})"


def territory(d: Diagnosis) -> Json:
    """Return what the study is about: name, place, how many zones of which kind."""
    t = d.request.territory
    name = name_of(d)
    zoning = d.request.zoning
    kind = {"iris": "quartier", "commune": "commune", "departement": "département", "file": "zone"}[zoning.kind]
    return {
        "code": t.code,
        "nom": name,
        "de_nom": wording.of(name),
        "type": t.kind,
        "dans": [{"code": code, "nom": label} for code, label in t.within if label != t.name],
        "zones": len(d.zones),
        "unite": kind,
        "sous_titre": _subtitle(d, kind),
    }


def _subtitle(d: Diagnosis, kind: str) -> str:
    """Return how many zones and residents a study counts, the filter told when there is one."""
    zones = wording.count(len(d.zones), kind)
    if d.request.inside is None:
        return f"{zones} · {wording.count(round(d.population), 'habitant')} (recensement de 2021)"
    within = sum(r.population > 0 for r in d.zones)
    return f"{zones}, dont {within} dans le filtre · {wording.number(d.population)} habitants comptés (recensement de 2021)"


def told_definition(d: Definition) -> Json:
    return {
        "id": d.id,
        "libelle": d.label,
        "court": d.short,
        "verbe": d.statement,
        "univers": d.universe,
        "annee": d.year,
        "producteur": d.producer,
        "titre": d.title,
        "url": d.url,
        "citation": d.quote,
        "doute": d.doubt,
        "doutes": list(d.doubts),
        "non_utilise": list(d.unused),
        "n": wording.number(d.n),
        "n_connu": d.n_known,
    }


def told_reading(each: Reading) -> Json:
    """Return a territory under one definition, as shown beside the others."""
    need, rate = wording.people(each.need), wording.rate(each.rate)
    return {
        **told_definition(each.definition),
        "valeur": need.value,
        "entre": need.between,
        "etendue": need.span,
        "part": rate.value or rate.span,
        "part_entre": rate.span,
        "barre": charts.small_bar(each.rate, top=50.0, id="rayures"),
    }


def headline(d: Diagnosis, need: wording.Shown, rate: wording.Shown) -> Json:
    chosen = d.request.definition
    out: Json = {
        "environ": "environ",
        "valeur": need.value,
        "bas": need.low,
        "haut": need.high,
        "entre": need.between,
        "motif": need.why if isinstance(d.need, Withheld) else "",
        "phrase": f"personnes {chosen.statement}",
        "part": rate.value or rate.between,
    }
    if isinstance(d.need, Estimate) and isinstance(d.rate, Estimate):
        out["une_sur"] = wording.one_in(d.rate.value / 100)
        label = f"{need.about} ; {need.between}"
        out["barre"] = {
            "large": charts.interval_bar(d.need, id="h-l", ticks=6, width=720, label=label),
            "etroite": charts.interval_bar(d.need, id="h-e", ticks=3, width=360, label=label),
        }
    return out


def source_card(d: Diagnosis, need: wording.Shown, universe: float) -> Json:
    """Return the card of the need: what it counts, among whom, margin, how, quote, doubt."""
    chosen = d.request.definition
    return {
        "compte": chosen.meaning or f"Les personnes qui {chosen.statement}, d’après {chosen.producer}.",
        "parmi": f"{wording.number(universe)} habitants : {chosen.universe}. Recensement de 2021.",
        "marge": f"90 chances sur 100 que le vrai nombre soit entre {need.low} et {need.high}. "
        f"{d.request.n_draws} tirages, tirés au sort de façon reproductible (départ {d.request.seed})."
        if need.low
        else need.why,
        "comment": "Taux nationaux par âge, diplôme et niveau de vie, appliqués aux habitants de chaque quartier. "
        f"C’est un calcul, pas un comptage. {respondents(chosen)}{_surveyed(d)}",
        **_publication(chosen),
        "doute": chosen.doubt,
        "methode": "besoins",
    }


def _surveyed(d: Diagnosis) -> str:
    """Return the sentence that says a survey of the territory moved the figure, nothing when none did."""
    if d.composite is None or d.composite.kept != "combinee":
        return ""
    m = d.composite.measured
    return (
        f" Une enquête du territoire, « {m.title} », {wording.count(m.n, 'réponse')}, y compte pour "
        f"{wording.share(d.composite.weight)}."
    )


def respondents(d: Definition) -> str:
    n = wording.number(d.n)
    return f"Enquête : {n} répondants." if d.n_known else f"Enquête : environ {n} répondants (supposé, non publié)."


def _publication(d: Definition) -> Json:
    return {"citation": d.quote, "producteur": d.producer, "titre": d.title, "url": d.url, "annee": d.year}


def other_cards(d: Diagnosis) -> Json:
    """Return the cards of the figures that stand under the first one: levels, both precarities, who, and context."""
    chosen, cut = d.request.definition, definition(LEVELS)
    among = f"{wording.number(d.universe)} habitants"
    draws = f"Fourchettes à 90 chances sur 100, sur les mêmes {d.request.n_draws} tirages que le nombre du haut."
    income, minima = cards()["insee-filosofi-communes"], cards()["cnaf-2021-iris"]
    return {
        "niveaux": {
            "compte": "Tous les habitants de 15 ans et plus, rangés en quatre niveaux de difficulté.",
            "parmi": f"{among} : {cut.universe}. Recensement de 2021.",
            "marge": draws,
            "comment": f"Les parts nationales sont réparties comme l’illectronisme, selon l’âge, le diplôme et le niveau de vie. {respondents(cut)}",
            **_publication(cut),
            "doute": cut.doubt,
            "methode": "trois-niveaux",
        },
        "cumul": {
            "compte": "Les personnes en précarité numérique dont le ménage est aussi dans les deux premiers cinquièmes de niveau de vie.",
            "parmi": f"{among} : {chosen.universe}. Recensement de 2021.",
            "marge": f"{draws} Le lien entre niveau de vie et numérique y est tiré aussi.",
            "comment": "Niveaux de vie de chaque quartier déduits du revenu médian de la commune et des allocations versées, puis "
            f"croisés avec l’âge et le diplôme. {wording.number(d.modest.n)} revenus médians lus.",
            "citation": "",
            "titre": f"{income.producer}, {income.title} ; {minima.producer}, {minima.title}",
            "doute": f"Aucun tableau publié ne croise le numérique et le niveau de vie dans une commune : leur lien est une hypothèse. {income.doubt}",
            "methode": "double-precarite",
        },
        "profil": {
            "compte": f"Deux parts : parmi les personnes d’un groupe, celles qui {chosen.statement} ; parmi celles-ci, celles du groupe.",
            "parmi": f"{among} : {chosen.universe}. Recensements de 2018 et 2021.",
            "marge": "Valeurs centrales, sans fourchette : lisez-les à quelques points près.",
            "comment": f"Taux nationaux appliqués aux habitants d’ici ; les classes que personne ne publie sont déduites. {respondents(chosen)}",
            **_publication(chosen),
            "doute": chosen.doubt,
            "methode": "besoins",
        },
        "contexte": {
            "compte": "Des parts d’habitants, ici et dans le pays, qui rendent la difficulté plus ou moins fréquente.",
            "parmi": f"{wording.number(d.population)} habitants ici ; le champ de chaque part est écrit à sa ligne.",
            "marge": "L’âge et les diplômes viennent du recensement, sans fourchette ici. La pauvreté est une estimation.",
            "comment": "Recensements de 2018 et 2021 ; pour la pauvreté, revenus médians et allocations.",
            "citation": "",
            "titre": f"Insee, recensements ; {income.producer}, {income.title}",
            "doute": "Une part plus forte ici ne prouve pas, seule, que la difficulté y soit plus fréquente.",
            "methode": "niveau-de-vie",
        },
    }


def levels(d: Diagnosis) -> Json:
    """Return the four levels of difficulty: how many people, which answer, and their bar."""
    rows = []
    figures = [d.levels[name] for name in LEVEL_NAMES]
    values = [figure.value if isinstance(figure, Estimate) else 0.0 for figure in figures]
    whole = sum(values) or 1.0
    shares = []
    for told, figure, value in zip(LEVELS_TOLD, figures, values, strict=True):
        shown = wording.people(figure, most=d.universe)
        part = value / whole
        text = wording.share(part)
        shares.append((told.kind, text, part))
        rows.append(
            {
                "nom": told.name,
                "classe": told.kind,
                "libelle": told.label,
                "qui": told.who,
                "reponse": told.answer,
                "action": told.action,
                "part": text,
                "valeur": shown.value,
                "entre": shown.between,
                "environ": shown.about,
                "dit": shown.in_full,
            }
        )
    label = " ; ".join(f"{told.label} {row['part']}" for told, row in zip(LEVELS_TOLD, rows, strict=True))
    cut = definition(LEVELS)
    return {
        "lignes": rows,
        "barre": {
            "large": charts.levels_bar(shares, width=720, label=label),
            "etroite": charts.levels_bar(shares, width=360, label=label),
        },
        "source": f"Parts nationales de {cut.producer} (7, 19, 14 et 60 %), réparties selon l’âge, le diplôme et le niveau "
        "de vie d’ici.",
        "doute": cut.doubt,
    }


def both(d: Diagnosis) -> Json:
    """Return what is known of people in both precarities: an estimate, what it assumes, and what holds regardless."""
    figure, modest = wording.people(d.both), wording.people(d.modest)
    poor, poor_both = wording.people(d.poor), wording.people(d.poor_both)
    independent = wording.number(_round_like(d.both_independent, d.both))
    low, high = (wording.number(_round_like(value, d.need)) for value in d.bounds)
    inside = ""
    if isinstance(d.both, Estimate) and isinstance(d.need, Estimate) and d.need.value:
        inside = wording.share(d.both.value / d.need.value)
    return {
        "valeur": figure.value,
        "entre": figure.between,
        "environ": figure.about,
        "part": inside,
        "dit": figure.in_full,
        "modestes": modest.in_full,
        "independance": independent,
        "borne_basse": low,
        "borne_haute": high,
        "pauvrete": f"Sous le seuil de pauvreté à 60 % : {poor.in_full}, dont {poor_both.in_full} aussi en précarité numérique."
        if isinstance(d.poor, Estimate)
        else f"Sous le seuil de pauvreté : non montré. {d.poor.reason}",
    }


def _round_like(value: float, figure: Figure) -> float:
    by = rounding.step(figure.half_width) if isinstance(figure, Estimate) else 10.0
    return rounding.nearest(value, by)


def context(d: Diagnosis) -> list[Json]:
    return [
        {
            "libelle": indicator.label,
            "ici": wording.percent(100 * indicator.here),
            "france": wording.percent(100 * indicator.country),
            "ici_valeur": indicator.here,
            "france_valeur": indicator.country,
            "sens": {"plus": "plus qu’en France", "moins": "moins qu’en France", "autant": "comme en France"}[
                indicator.direction
            ],
            "source": cards()[indicator.source].producer,
            "annee": indicator.year,
        }
        for indicator in d.context
        if indicator.id != "pauvrete" or isinstance(d.poor, Estimate)
    ]


PROFILE_LABELS = {
    "15-24": "15 à 24 ans",
    "25-39": "25 à 39 ans",
    "40-59": "40 à 59 ans",
    "60-74": "60 à 74 ans",
    "75+": "75 ans et plus",
    "none": "Sans diplôme ou CEP",
    "brevet": "Brevet",
    "cap": "CAP ou BEP",
    "bac": "Baccalauréat",
    "short": "Bac+2",
    "long": "Bac+3 ou plus",
    "student": "En études",
    "modeste": "Vivant modestement",
    "autre": "Autres niveaux de vie",
}
BREAKDOWN_LABELS = {"age": "Âge", "diplome": "Diplôme", "niveau_de_vie": "Niveau de vie"}


def profile(d: Diagnosis) -> list[Json]:
    """Return who is concerned here: two shares that are never compared, each told in words."""
    total = sum(row.concerned for row in d.profile if row.breakdown == "age")
    verb = d.request.definition.statement
    out = []
    for row in d.profile:
        if row.people < 1 or total <= 0:
            continue
        label = PROFILE_LABELS[row.group]
        inside, among = conditional.both(row.concerned, row.people, total, group=label, verb=verb)
        out.append(
            {
                "famille": BREAKDOWN_LABELS[row.breakdown],
                "groupe": label,
                "taux": wording.share(inside.value),
                "taux_valeur": inside.value,
                "part": wording.share(among.value),
                "part_valeur": among.value,
                "taux_phrase": str(inside),
                "part_phrase": str(among),
            }
        )
    return out


def zones(d: Diagnosis) -> list[Json]:
    """Return the zones as tables show them, largest need first."""
    several = len({r.zone.place for r in d.zones}) > 1
    top = charts.axis_top([r.rate for r in d.zones])
    classed = any(r.cell for r in d.zones)
    out = []
    for r in sorted(d.zones, key=lambda r: (-(wording.point(r.need) or -1.0), r.zone.code)):
        need, rate = wording.people(r.need, most=r.universe), wording.rate(r.rate)
        modest, joint = wording.people(r.modest, most=r.universe), wording.people(r.both, most=r.universe)
        out.append(
            {
                "code": r.zone.code,
                "nom": r.zone.name,
                "lieu": r.zone.place if several else "",
                "note": r.zone.note,
                "population": wording.number(r.population),
                "adultes": wording.number(r.adults),
                "personnes": need.value,
                "entre": need.span,
                "personnes_valeur": wording.point(r.need),
                "part": rate.value or rate.span,
                "part_entre": rate.span,
                "part_valeur": wording.point(r.rate),
                "motif": r.need.reason if isinstance(r.need, Withheld) else "",
                "barre": charts.small_bar(r.rate, top=top, id="rayures"),
                "cumul": joint.value or joint.span,
                "cumul_entre": joint.span,
                "modestes": modest.value or modest.span,
                "classe_numerique": r.digital_class,
                "classe_sociale": r.social_class,
                "numerique": CLASS_LABELS.get(r.digital_class or "", "—"),
                "sociale": CLASS_LABELS.get(r.social_class or "", "—"),
                "case": r.cell,
                "case_mot": "—" if r.cell == "aucune" or not classed else CELL_LABELS.get(r.cell or "", "inconnue"),
                "marque": f"case-{r.cell.replace('_', '-')}" if r.cell else "inconnue" if classed else "case-aucune",
                "indice": None if r.index is None else wording.number(r.index, 2),
                "rang": r.rank,
                "rang_verification": r.rank_standard,
                "certitude": None if r.firmness is None else wording.share(r.firmness),
                "certitude_valeur": r.firmness,
                "dedans": wording.share(r.share_inside),
                "niveaux": [
                    {"nom": told.name, "libelle": told.label, "environ": wording.people(r.levels[told.name]).about}
                    for told in LEVELS_TOLD
                ],
                "alertes": sentences.area_notes(r.flags),
            }
        )
    return out


def class_bounds(d: Diagnosis) -> list[str]:
    """Return the bounds between digital classes, in words."""
    if not d.rate_bounds:
        return []
    ends = [wording.percent(value, 1) for value in d.rate_bounds]
    return [
        f"très faible : {ends[0]} ou moins",
        *(f"{CLASS_LABELS[CLASS_NAMES[k]]} : {ends[k - 1]} à {ends[k]}" for k in range(1, N_CLASSES - 1)),
        f"très forte : plus de {ends[-1]}",
    ]


def social_table(d: Diagnosis) -> Json:
    """Return the index: for each variable its mean, sign and weight; for each zone its value, gap and rank."""
    s = d.social
    columns = [
        {
            "id": v.id,
            "libelle": v.label,
            "court": v.short,
            "theme": v.theme,
            "unite": v.unit,
            "sens": "une valeur forte signale la précarité" if sign > 0 else "une valeur forte éloigne la précarité",
            "poids": wording.number(weight, 0 if weight == int(weight) else 1),
            "moyenne": _value(s.index.means[k], v.unit),
            "annee": v.year,
            "source": cards()[v.source].producer,
        }
        for k, (v, sign, weight) in enumerate(zip(s.variables, s.signs, s.weights, strict=True))
    ]
    rows = []
    for i, r in enumerate(d.zones):
        rows.append(
            {
                "nom": zone_name(r),
                "code": r.zone.code,
                "rang": r.rank,
                "rang_verification": r.rank_standard,
                "indice": None if r.index is None else wording.number(r.index, 2),
                "valeurs": [
                    {
                        "court": v.short,
                        "valeur": _value(s.values[i, k], v.unit),
                        "ecart": MASKED if _small(s.values[i, k], v.unit) else _gap(s.index.gaps[i, k]),
                        "borne": bool(s.index.clipped[i, k]),
                    }
                    for k, v in enumerate(s.variables)
                ],
            }
        )
    rows.sort(key=lambda row: (row["rang"] is None, row["rang"] or 0, row["code"]))
    return {
        "variables": columns,
        "lignes": rows,
        "ecartees": [f"{v.label} : {why}" for v, why in s.left_out],
        "absentes": list(MISSING),
    }


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


def margins(d: Diagnosis) -> Json:
    return {
        "parts": [
            {"libelle": VARIANCE_LABELS[name], "part": wording.share(value), "valeur": value}
            for name, value in sorted(d.variance.items(), key=lambda pair: -pair[1])
        ],
        "sensibilite": [
            {
                "cas": label,
                "region": wording.number(region, 2),
                "epci": wording.number(epci, 2),
                "quartier": wording.number(area, 2),
                "demi_largeur": wording.percent(100 * half),
            }
            for label, (region, epci, area, half) in zip(
                ("écarts faibles", "écarts retenus", "écarts forts"), d.sensitivity, strict=True
            )
        ],
    }


def flat(d: Diagnosis) -> Json:
    """Return the method of Strasbourg: national shares as they are, on three bases, to the nearest thousand."""
    step = 1_000 if d.population > 50_000 else 100 if d.population > 5_000 else 10
    rows = [
        {
            "base": base,
            "habitants": wording.number(values["base"]),
            "valeurs": [f"~{wording.NBSP}{wording.number(round(values[name] / step) * step)}" for name in LEVEL_NAMES],
        }
        for base, values in d.flat.items()
    ]
    return {"lignes": rows, "pas": wording.number(step), "colonnes": [told.label for told in LEVELS_TOLD]}


DEDUCED_LABELS = {
    "none": "sans diplôme ou CEP",
    "brevet": "brevet",
    "cap": "CAP ou BEP",
    "bac": "baccalauréat",
    "short": "bac+2",
    "long": "bac+3 ou plus",
    "student": "en études",
}


def deduced(d: Diagnosis) -> list[str]:
    """Return the rates nobody publishes, as the definition implies them, each a share of its own group."""
    verb = d.request.definition.statement
    out = []
    for key, value in d.deduced.items():
        group = DEDUCED_LABELS.get(key, f"{key} ans" if "+" not in key else f"{key[:-1]} ans et plus")
        out.append(str(ConcernedInGroup(value, group, verb)))
    return out


def sources(d: Diagnosis) -> list[Json]:
    """Return the sources behind the diagnosis: the definition's, then each table of the census and of incomes."""
    chosen, cut = d.request.definition, definition(LEVELS)
    used = [
        "insee-rp2021-iris",
        "insee-rp2018-communes",
        "insee-rp2016-iris",
        "dataforgood-taux-communes",
        "insee-pop3-2021",
        "insee-for2-2012-auvergne",
        "insee-emploi-2023-diplomes",
        "insee-filosofi-communes",
        "cnaf-2021-iris",
        "etalab-cog-communes",
        "ign-communes-contours",
        "ign-iris-contours",
    ]
    used += [v.source for v in d.social.variables if v.source not in used]
    zoning = d.request.zoning
    used += [card.id for card in cards().values() if card.sha256 == zoning.sha256]
    out = [
        {
            "id": each.id,
            "producteur": each.producer,
            "titre": each.title,
            "millesime": str(each.year),
            "licence": "chiffres cités",
            "citation": each.quote,
            "doute": each.doubt,
        }
        for each in dict.fromkeys((chosen, cut))
    ]
    for id in used:
        card = cards()[id]
        out.append(
            {
                "id": card.id,
                "producteur": card.producer,
                "titre": card.title,
                "millesime": card.vintage,
                "licence": card.licence,
                "citation": card.quote,
                "doute": card.doubt,
            }
        )
    if zoning.sha256 and not any(cards()[id].sha256 == zoning.sha256 for id in used):
        out.append(
            {
                "id": "zones",
                "producteur": "fichier fourni pour cette étude",
                "titre": zoning.file_name,
                "millesime": "",
                "licence": "",
                "citation": "",
                "doute": f"Zones tracées par qui a fourni le fichier (sha256 {zoning.sha256[:12]}).",
            }
        )
    return out
