"""Sentences computed from a diagnosis: agreement, direction and caution are never typed."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from math import ceil

from maillage.kernel.estimate import Estimate, Withheld
from maillage.publishing.territory import certainty
from maillage.publishing.territory.certainty import FEMININE, MOST_NAMED, named
from maillage.publishing.territory.labels import CLASS_LABELS
from maillage.publishing.territory.reading import Discordance
from maillage.reference.parameters import number
from maillage.statistics.diagnosis.results import Diagnosis, Level, Subtotal, Where, ZoneResult
from maillage.statistics.need import corrections
from maillage.statistics.need import population as frames
from maillage.statistics.need.social_variables import BY_ID
from maillage.statistics.zones import zoning
from maillage.words import rounding, wording

NOTHING_SAYS = (
    "Aucune donnée ne dit ce qui y manque d’abord : un appareil, une connexion, de quoi les payer."
    " Demandez-le sur place."
)
Names = Callable[[Diagnosis, Sequence[str]], list[str]]
FEWER_NAMED = 5  # beside a map, where the column is narrow
MOST_GROUPS = 2
CORSE = "R94"


def largest_first(d: Diagnosis, codes: Sequence[str]) -> list[str]:
    """Return codes of zones, the most people concerned first: a list says first what weighs most."""
    need = {r.zone.code: wording.point(r.need) or 0.0 for r in d.zones}
    return sorted(codes, key=lambda code: (-need[code], code))


def summary(d: Diagnosis, names_of: Names) -> list[str]:
    """Return the first sentences of a diagnosis: how spread out, who is also in social precarity, what cannot
    be said.
    """
    if isinstance(d.need, Withheld):
        return [d.need.reason]
    placed = [where(d, names_of)] if d.where.verdict != "inconnu" else []
    return [*placed, *crossing(d, names_of), *joint(d), *leaders(d, names_of)]


SPREAD = {
    "reparti": "Les personnes concernées sont réparties à peu près comme les habitants",
    "concentre": "Les personnes concernées sont plus concentrées que les habitants",
}


INDEX_COMPARED = (
    "L’indice social compare chaque zone à la France métropolitaine. Ce qui n’est connu ni du quartier ni de"
    " la commune est déduit du reste : l’intervalle le compte."
)
AGAINST_FRANCE, BY_TOWN = " ; face à la France, ", " ; par commune, "
HALF = re.compile(r" La moitié vit dans des [^.]*\.")  # what `where` says of half of the people


def zones_named(d: Diagnosis) -> list[str]:
    """Return the codes of the zones that `where` names: those that hold more than their share, failing them
    those high against France.
    """
    if isinstance(d.need, Withheld) or d.where.verdict == "inconnu":
        return []
    codes = [zone.code for zone in d.where.zones]
    return largest_first(d, codes or next(_high_cells(d), ("", []))[1])[:FEWER_NAMED]


def where(d: Diagnosis, names_of: Names) -> str:
    """Return where the people concerned live, against where residents live, and the zones that hold more than
    their share; why nothing is said of it where no zone is compared with another.
    """
    unit = unit_of(d)
    alone, uncompared = (
        (f"Une seule {unit}", "elle n’est comparée à aucune autre")
        if unit in FEMININE
        else (f"Un seul {unit}", "il n’est comparé à aucun autre")
    )
    if isinstance(d.need, Withheld):
        return d.need.reason
    if d.where.verdict == "inconnu":
        has = "" if len(d.zones) == 1 else " a une estimation"
        return f"{alone}{has} : {uncompared}."
    half = certainty.percents(d.where.half.low, d.where.half.high)
    gathered = f" La moitié vit dans des {unit}s qui réunissent {half} des habitants."
    return (
        f"{SPREAD[d.where.verdict]}.{gathered if d.where.verdict == 'concentre' else ''}"
        f" {_surplus(d, names_of)}"
    )


def _surplus(d: Diagnosis, names_of: Names) -> str:
    """Return the zones that hold more than their share beyond doubt: which, and how much together."""
    unit, zones = unit_of(d), d.where.zones
    if not zones:
        none = "Aucune" if unit in FEMININE else "Aucun"
        against_each_other = f"{none} {unit} n’en compte sûrement plus que sa part d’habitants"
        return f"{against_each_other}{_surplus_by_town(d) or _high_against_france(d, names_of)}."
    verb, their = ("compte", "sa") if len(zones) == 1 else ("comptent", "leur")
    codes = largest_first(d, [zone.code for zone in zones])
    names = named(names_of(d, codes), most=FEWER_NAMED)
    count = wording.count(len(zones), unit)
    return f"{count} en {verb} sûrement plus que {their} part d’habitants : {names}.{together(d.where)}"


def _surplus_by_town(d: Diagnosis) -> str:
    """Return, after zones of which none stands out, the communes in them that do; "" for none."""
    towns = [one.name for one in d.subtotals if one.level == "commune" and one.is_above]
    if not towns:
        return ""
    verb = "en compte" if len(towns) == 1 else "en comptent"
    return f"{BY_TOWN}{named(towns, most=FEWER_NAMED)} {verb} sûrement plus"


def _high_against_france(d: Diagnosis, names_of: Names) -> str:
    """Return, after zones that nothing tells from each other, those that very likely are high against France:
    both are true, and read apart they contradict each other. "" for none.
    """
    for words, codes in _high_cells(d):
        have = "a" if len(codes) == 1 else "ont"
        names = named(names_of(d, largest_first(d, codes)), most=FEWER_NAMED)
        return f"{AGAINST_FRANCE}{names} {have} pourtant probablement {words}"
    return ""


def _high_cells(d: Diagnosis) -> Iterator[tuple[str, list[str]]]:
    """Yield the zones very likely high against France, in both precarities first, with its words."""
    likely = [r for r in d.zones if r.is_likely] if d.is_crossed else []
    for words, cell in ((certainty.BOTH_HIGH, "les_deux"), (certainty.DIGITAL_HIGH, "numerique")):
        if codes := [r.zone.code for r in likely if r.cell == cell]:
            yield words, codes


def among_zones(text: str) -> str:
    """Return where people live without the zones that are high against France, for a page that names them
    among those in both precarities.
    """
    head, clause, _ = text.partition(AGAINST_FRANCE)
    return f"{head}." if clause else text


def together(where: Where) -> str:
    """Return how much the zones of a surplus hold together, with at most one decimal more than such a share
    is printed with; "" where it is not parted from their share of residents.
    """
    need, residents = where.need, sum(zone.residents for zone in where.zones)
    fewest = 0 if need.high >= certainty.SMALL_SHARE else 1
    for decimals in (fewest, fewest + 1):
        low, high = rounding.outwards(100 * need.low, 100 * need.high, 10.0**-decimals, most=100.0)
        share = rounding.rounded(100 * residents, decimals=decimals)
        if round(low, decimals) > share:
            return (
                f" En tout : de {wording.number(low, decimals)} à {wording.percent(high, decimals)} des"
                f" personnes concernées, pour {wording.percent(share, decimals)} des habitants."
            )
    return ""


def crossing(d: Diagnosis, names_of: Names) -> list[str]:
    """Return how many zones are in both precarities, and the names of those that very likely are; nothing for
    a zone alone.
    """
    if not d.is_crossed:
        return []
    likely = largest_first(d, [r.zone.code for r in d.zones if r.cell == "les_deux" and r.is_likely])
    n = sum(r.cell is not None for r in d.zones)
    uncrossed = sum(r.cell is None and r.share_inside > 0 for r in d.zones)
    text = certainty.crossing(
        d.cell_spreads["les_deux"].zones, n, unit_of(d), names_of(d, likely), uncrossed=uncrossed
    )
    return [f"{text} {certainty.uncrossed(uncrossed, unit_of(d))}".strip()]


def joint(d: Diagnosis) -> list[str]:
    """Return the sentence that counts the people in both precarities, as a part of the first number."""
    figure = wording.people(d.both)
    if not figure.low:
        return []
    return [
        f"Parmi les personnes qui {d.request.definition.statement}, {figure.in_full} ont aussi de"
        " faibles revenus. Ce nombre est une partie du premier : on ne les additionne pas."
    ]


def rates_applied(d: Diagnosis) -> str:
    """Return how rates by age and diploma become those of here: overseas, they are moved first."""
    rates = "Taux nationaux"
    if abroad := d.flags[frames.IS_OVERSEAS]:
        rates += ", déplacés de l’écart publié entre l’outre-mer et la métropole,"
        rates += " puis" if abroad * 2 > d.population else " là où c’est l’outre-mer, et"
    return (
        f"{rates} appliqués aux habitants du territoire ; les classes que personne ne publie sont déduites."
    )


def measured_gaps(d: Diagnosis) -> str:
    """Return which gaps between territories are measured, and which are an assumption: overseas, one level is
    published for all, none for each; in Corse, two sources contradict each other.
    """
    abroad, t = d.flags[frames.IS_OVERSEAS], d.request.territory
    mainland = (
        "À âge, diplôme et revenu égaux, les régions diffèrent encore. Pour 2019, dix taux publiés, tous de"
        " métropole ou de Corse, et une enquête mesurent cet écart."
    )
    overseas = (
        "Outre-mer, un seul niveau est publié, celui de tous les départements d’outre-mer ensemble. L’écart"
        f" de chacun d’eux à ce niveau est une hypothèse ({wording.number(number('spreads/dom'), 2)} sur"
        " l’échelle logit)."
    )
    gap_sentences = [overseas] if abroad * 2 > d.population else [mainland, *([overseas] if abroad else [])]
    if CORSE in (t.code, f"R{t.region}", *(code for code, _ in t.within)):
        gap_sentences.append(
            "La Corse est à part : deux mesures s’y contredisent, et le calcul va de l’une à l’autre."
        )
    gap_sentences.append(
        "Pour un département, une intercommunalité, une commune ou un quartier, cet écart est une hypothèse"
        " que rien ne mesure. Voici ce qu’elle change."
    )
    return " ".join(gap_sentences)


def unit_of(d: Diagnosis) -> str:
    """Return the noun for all zones together: « zone » where some are communes and some quarters."""
    units = {unit_of_zone(d, r) for r in d.zones}
    return units.pop() if len(units) == 1 else "zone"


def unit_of_zone(d: Diagnosis, r: ZoneResult) -> str:
    """Return the noun for a zone. The census cuts no small commune in quarters: it is a commune."""
    kind = d.request.zoning.kind
    if kind == "iris":
        return "quartier" if r.zone.place else "commune"
    return {"commune": "commune", "departement": "département", "file": "zone"}[kind]


def count_of_zones(d: Diagnosis) -> str:
    """Return the number of zones, by their nouns: « 74 communes, dont 3 découpées en 22 quartiers », « 17
    communes en 93 zones »: two perimeters of one everyday name are told apart by their communes.

    Communes are those of today: one that was several at the census is cut in them.
    """
    units = Counter(unit_of_zone(d, r) for r in d.zones)
    if {"commune", "quartier"} <= set(units):
        today = zoning.communes_today(r.zone.code for r in d.zones)
        zones, cut_towns = (
            Counter(today),
            {code for code, r in zip(today, d.zones, strict=True) if r.zone.place},
        )
        quarters = [n for code, n in zones.items() if n > 1 or code in cut_towns]
        communes, cut = wording.count(len(zones), "commune"), "découpées" if len(quarters) > 1 else "découpée"
        return f"{communes}, dont {len(quarters)} {cut} en {wording.count(sum(quarters), 'quartier')}"
    zone_counts = wording.listing([wording.count(n, unit) for unit, n in sorted(units.items())])
    if not {"zone", "quartier"}.issuperset(units):
        return zone_counts
    areas = frames.sources().rp2021["commune"][d.request.zoning.rows]
    n_communes = len(set(zoning.communes_today(areas.tolist())))
    if n_communes < 2:
        return zone_counts
    return f"{wording.count(n_communes, 'commune')} en {zone_counts}"


LEVEL_NOUNS: dict[Level, str] = {"commune": "commune", "departement": "département", "region": "région"}


def across(d: Diagnosis) -> list[str]:
    """Return the sentence on a territory of several départements or régions: how many, and the need of each;
    nothing for a département, a région or the country, which everybody knows to be cut so.
    """
    t = d.request.territory
    larger: tuple[Level, ...] = ("departement", "region")
    levels = [level for level in larger if _units(d, level)]
    if not levels or t.kind not in ("commune", "epci", "ept"):
        return []
    counts = wording.listing([wording.count(len(_units(d, level)), LEVEL_NOUNS[level]) for level in levels])
    parts = " ; ".join(f"**{one.name}**, {_weight(one)}" for one in _units(d, levels[0]))
    return [f"Ce territoire est sur {counts} : {parts}."]


def largest_commune(d: Diagnosis) -> list[str]:
    """Return the sentence on the commune that holds the most people concerned, where several are cut; none
    where the zones are not those of communes.
    """
    communes = [one for one in _units(d, "commune") if isinstance(one.need, Estimate)]
    if not communes or not any(r.zone.place for r in d.zones):
        return []
    name = communes[0].name
    weight = _weight(communes[0])
    return [f"La commune où vivent le plus de personnes concernées est **{name}**. Estimé : {weight}."]


def _units(d: Diagnosis, level: Level) -> list[Subtotal]:
    return [one for one in d.subtotals if one.level == level]


def _weight(one: Subtotal) -> str:
    """Return the need of a part of a territory in words, its share of the whole beside that of residents."""
    if isinstance(one.need, Withheld):
        return wording.lower_first(one.need.reason.rstrip("."))
    share = certainty.percents(one.need_share.low, one.need_share.high)
    residents = certainty.percents(one.residents, one.residents, like=one.need_share.high)
    return (
        f"{wording.people(one.need).in_full}, soit {share} des personnes concernées, pour"
        f" {residents.removeprefix('environ ')} des habitants"
    )


def leaders(d: Diagnosis, names_of: Names) -> list[str]:
    """Return the sentence that names no winner: several zones may have the highest share."""
    if len(d.leaders) < 2:
        return []
    top = [code for code in d.leaders if d.zone(code).is_strongest]
    return [certainty.leaders(names_of(d, top), len(d.leaders), unit_of(d))]


def class_lists(d: Diagnosis, names_of: Names) -> list[str]:
    """Return the sentences on digital classes: what they compare, the zones very likely in the strongest, or
    the only class there is; where it stands for a zone alone.
    """
    classed = [r for r in d.zones if r.digital_class]
    if len(d.zones) == 1:
        return [standing(d, r) for r in classed]
    if not classed:
        return []
    ordered = sorted(classed, key=lambda r: (-(wording.point(r.rate) or 0.0), r.zone.code))
    at_top = names_of(d, [r.zone.code for r in ordered if r.is_strongest])
    below = names_of(d, [r.zone.code for r in ordered if r.is_strong and not r.is_strongest])
    labels = {CLASS_LABELS[r.digital_class or ""] for r in classed}
    alike = (
        [certainty.same_class(labels.pop(), len(classed), unit_of(d))]
        if len(labels) == 1 < len(classed)
        else []
    )
    return [
        certainty.compared(unit_of(d)),
        *alike,
        certainty.strongest(at_top, below, unit_of(d)),
        *narrow_index(d),
    ]


def standing(d: Diagnosis, r: ZoneResult) -> str:
    """Return the classes of a zone beside metropolitan France, then its ranks here; "" without any."""
    sides = (
        ("numérique", r.digital_class, r.firmness),
        ("sociale", r.social_class, r.social_firmness),
    )
    classes = [
        f"précarité {side} {certainty.label(CLASS_LABELS[name], odds)}" for side, name, odds in sides if name
    ]
    if not classes:
        return ""
    text = f"Face à la France métropolitaine : {wording.listing(classes)}."
    ranked = (
        ("la part", r.digital_rank, [zone.digital_rank for zone in d.zones]),
        ("l’indice social", r.rank, [zone.rank for zone in d.zones]),
    )
    ranks = [
        f"{wording.number(rank)} sur {wording.number(len(ranks) - ranks.count(None))} pour {what}"
        for what, rank, ranks in ranked
        if rank is not None
    ]
    return f"{text} Rang sur ce territoire : {wording.listing(ranks)}." if len(d.zones) > 1 else text


def narrow_index(d: Diagnosis) -> list[str]:
    """Return how many zones have an index made of a single variable: its interval is wide there."""
    indexed = [r for r in d.zones if r.index is not None]
    alone = Counter(id for r in indexed if len(r.index_levels) == 1 for id in r.index_levels)
    return [
        f"Pour {wording.count(n, unit_of(d))} sur {wording.number(len(indexed))}, une seule variable fait"
        f" l’indice social : {wording.lower_first(BY_ID[id].label)}. L’intervalle y est large."
        for id, n in alone.items()
    ]


def discordances(d: Diagnosis, names_of: Names) -> list[Discordance]:
    """Return the zones where the two precarities very likely differ, each with what to do about it."""
    out = []
    if digital := _likely(d, d.digital_only):
        out.append(
            Discordance(
                kind="numerique",
                finding=(
                    f"{named(names_of(d, digital), most=FEWER_NAMED)} : précarité numérique probablement"
                    " élevée, précarité sociale non."
                ),
                advice=(
                    "La précarité sociale n’y est pas parmi les plus fortes de France, mais des"
                    " revenus peuvent y rester bas. Des cours et des groupes d’entraide peuvent répondre au"
                    " besoin, si l’appareil et la connexion sont là."
                ),
            )
        )
    if social := _likely(d, d.social_only):
        out.append(
            Discordance(
                kind="sociale",
                finding=(
                    f"{named(names_of(d, social), most=FEWER_NAMED)} : précarité sociale probablement"
                    " élevée, précarité numérique non."
                ),
                advice=(
                    "La part de personnes concernées n’y est pas parmi les plus fortes de France, mais leur"
                    f" nombre peut y rester élevé. {NOTHING_SAYS}"
                ),
            )
        )
    return out


def _likely(d: Diagnosis, codes: Sequence[str]) -> list[str]:
    return largest_first(d, [code for code in codes if d.zone(code).is_likely])


def clusters(d: Diagnosis, names_of: Names) -> list[str]:
    """Return the groups of neighbouring zones very probably in social precarity."""
    groups = [largest_first(d, group) for group in d.clusters if len(group) > 1]
    alone = largest_first(d, [group[0] for group in d.clusters if len(group) == 1])
    if not d.clusters:
        return []
    out = []
    if len(groups) == 1:
        out.append(
            f"{named(names_of(d, groups[0]), most=6)} se touchent. C’est un même ensemble, en précarité"
            " sociale probablement élevée face à la France."
        )
    elif groups:
        feminine = "e" if unit_of(d) in FEMININE else ""
        group_texts = " ; ".join(named(names_of(d, group), most=4) for group in groups[:MOST_GROUPS])
        kinds = f"{unit_of(d)}s voisin{feminine}s"
        lead = (
            f"{len(groups)} ensembles de {kinds} sont en précarité sociale probablement élevée face à la"
            " France"
        )
        out.append(f"{lead}{'. Les plus étendus' if len(groups) > MOST_GROUPS else ''} : {group_texts}.")
    if alone:
        out.append(f"À part, sans voisin dans le même cas : {named(names_of(d, alone), most=FEWER_NAMED)}.")
    return out


def area_notes(flags: int, *, many: bool = False) -> list[str]:
    """Return why a zone is less sure than another. many: it is made of several communes, and this holds for a
    part.
    """
    notes = (
        (frames.COARSE_IRIS, "Structure fine inconnue : diplômes de la commune."),
        (frames.SMALL, "Petite commune : diplômes lissés avec le département et le revenu."),
        (frames.NO_RATE, "Diplômes estimés."),
        (frames.IS_OVERSEAS, "Outre-mer : correction moyenne publiée, forte incertitude."),
        (frames.NO_INCOME, "Niveau de vie secret : moyenne du département."),
        (frames.NO_STANDARD, "Niveau de vie inconnu : aucun revenu communal."),
    )
    lead = "Pour un habitant sur cinq ou plus. " if many else ""
    return [lead + text for bit, text in notes if flags & bit]


def corrected(d: Diagnosis) -> list[str]:
    """Return the sentence that tells the reference values of this territory which the network corrected."""
    iris = frames.sources().rp2021
    rows = d.request.zoning.rows
    codes = (
        set(iris["iris"][rows].tolist())
        | set(iris["commune"][rows].tolist())
        | set(iris["published"][rows].tolist())
    )
    local_corrections = [c for c in corrections.in_force() if c.key in codes]
    correction_texts = wording.listing(
        [f"{c.column} de {c.key} = {wording.number(c.value)}" for c in local_corrections[:MOST_NAMED]]
    )
    if not local_corrections:
        return []
    return [
        f"{wording.count(len(local_corrections), 'valeur')} de référence"
        f" {'corrigée' if len(local_corrections) == 1 else 'corrigées'}"
        f" par le réseau, avec sa raison à la page « Sources » : {correction_texts}."
    ]


def _agreed(word: str, n: int, unit: str) -> str:
    """Return an adjective agreed with a count of zones."""
    return f"{word}{'e' if unit in FEMININE else ''}{'s' if n > 1 else ''}"


RURAL = 0.2  # share of residents of small communes from which the caution about them is told


def smoothed(d: Diagnosis) -> list[str]:
    """Return the caution on zones that a calculation from ages, diplomas and incomes brings too near the
    mean.
    """
    low = []
    if any(unit_of_zone(d, r) == "quartier" for r in d.zones):
        low += ["un quartier pauvre et jeune", "un quartier d’étudiants"]
    if d.flags[frames.SMALL] > RURAL * d.population:
        low.append("une commune très rurale")
    if not low:
        return []
    places = certainty.upper_first(wording.listing(low, "ou"))
    return [
        f"Ce calcul lisse les extrêmes. {places} peut y sortir trop bas. La parole des acteurs de terrain y"
        " compte plus que le chiffre."
    ]


SURVEYED = 400  # answers, of a large population: fewer say less than the estimate does


def survey_size(adults: float) -> int | None:
    """Return how many people of a finite population say as much as `SURVEYED` of a large one, by tens; None
    where that is more than half of them: better ask them all. Source: finite population correction.

    >>> survey_size(1_000_000), survey_size(752), survey_size(300)
    (400, 270, None)
    """
    wanted = 10 * ceil(SURVEYED / (1 + (SURVEYED - 1) / adults) / 10) if adults else 0
    return wanted if 0 < 2 * wanted <= adults else None


def warnings(d: Diagnosis) -> list[str]:
    """Return the cautions to read before quoting a figure."""
    return [
        *_on_the_method(d),
        *_on_the_zoning(d),
        *smoothed(d),
        *(text.replace("**", "") for text in narrow_index(d)),
        *_on_the_census(d),
        *_on_what_is_missing(d),
        *_on_the_rates(d),
    ]


def _on_the_method(d: Diagnosis) -> Iterator[str]:
    size = survey_size(d.adults)
    data = (
        f"plus que les {wording.count(d.composite.measured.n, 'réponse')} de l’enquête locale"
        if d.composite is not None
        else f"des données locales, par exemple une enquête auprès d’au moins {size} habitants"
        if size
        else "d’en parler avec chacun"
    )
    if d.population > 0:
        yield f"Ces nombres sont un ordre de grandeur. Une estimation plus fine demande {data}."
    yield (
        "De chaque quartier ou petite commune, on connaît les âges, les diplômes et les revenus, pas leur"
        " combinaison. Elle est reconstituée d’après la France entière."
    )
    yield ("Les totaux sont calculés avant l’arrondi : les parties peuvent ne pas s’additionner.")


def _on_the_zoning(d: Diagnosis) -> Iterator[str]:
    if d.request.territory.kind in ("region", "france") or d.request.zoning.kind != "file":
        return
    communes, people = d.left_out
    if people:
        absent = wording.counts((communes, "commune"), (round(people), "habitant"))
        yield (
            f"Le périmètre étudié ne couvre pas tout le territoire : {absent}"
            f" {'en est absent' if not communes and round(people) == 1 else 'en sont absents'}."
        )
    if inferred := [r.zone.name for r in d.zones if r.zone.note]:
        names = wording.listing(inferred)
        yield f"Limites déduites d’un texte ou d’une carte, à confirmer localement : {names}."


def _on_the_census(d: Diagnosis) -> Iterator[str]:
    if small := d.flags[frames.SMALL]:
        yield (
            f"{wording.share(small / d.population)} des habitants vivent dans une petite commune. Ses"
            " diplômes sont estimés avec ceux du département et les revenus."
        )
    if coarse := d.flags[frames.COARSE_IRIS]:
        yield (
            f"{wording.count(int(coarse), 'habitant vit', 'habitants vivent')} dans un quartier ou une"
            " commune dont la structure fine est inconnue."
        )
    if d.flags[frames.IS_OVERSEAS]:
        yield (
            "Outre-mer : les taux de la métropole sont déplacés par l’écart d’ensemble publié, avec une forte"
            " incertitude."
        )
    if d.flags[frames.NO_STANDARD]:
        yield (
            "Guadeloupe et Guyane : aucun revenu communal n’est connu ; la part de modestes de la Martinique"
            " et de La Réunion y est supposée, sans être publiée."
        )


def without_index(d: Diagnosis, zones: Sequence[ZoneResult]) -> list[str]:
    """Return how many zones have no social index, among those that a filter counts, by reason."""
    reasons = Counter(r.no_index for r in zones if r.no_index and r.population > 0)
    return [
        f"Indice social inconnu pour {wording.count(n, unit_of(d))} : {wording.lower_first(reason)}"
        for reason, n in reasons.items()
    ]


def _on_what_is_missing(d: Diagnosis) -> Iterator[str]:
    if isinstance(d.poor, Withheld) and isinstance(d.need, Estimate):
        yield f"Personnes sous le seuil de pauvreté : non montré. {d.poor.reason}"
    withheld = [r for r in d.zones if isinstance(r.need, Withheld) and r.population > 0]
    if withheld:
        noun = wording.count(len(withheld), unit_of(d))
        yield (
            f"{noun.capitalize()} de moins de 50 personnes de 15 ans et plus : chiffre non montré, compté"
            " dans le total avec la composition de ce qui l’entoure."
        )
    missing = len(d.shapes.missing)
    if missing:
        yield (
            f"{wording.count(missing, unit_of(d)).capitalize()} sans contour :"
            f" {_agreed('absent', missing, unit_of(d))} de la carte,"
            f" {_agreed('présent', missing, unit_of(d))} au tableau."
        )
    if all(r.index is None for r in d.zones):
        yield "Aucun indice social n’est calculé : les variables manquent."
    else:
        yield INDEX_COMPARED
        yield from without_index(d, [r for r in d.zones if isinstance(r.need, Estimate)])


def _on_the_rates(d: Diagnosis) -> Iterator[str]:
    chosen = d.request.definition
    if d.request.inside is not None:
        yield f"Filtre « {d.request.inside.label} » : {d.request.inside.doubt}"
    if not chosen.n_known:
        yield (
            f"Le nombre de répondants de l’enquête (environ {wording.number(chosen.n)}) est supposé : il"
            " n’est pas publié."
        )
    yield from corrected(d)
    if isinstance(d.need, Estimate) and d.need.is_loose:
        yield "L’intervalle est large : seule la fourchette est montrée."
    yield from (f"« {chosen.label} » : {text}" for text in chosen.doubts)
