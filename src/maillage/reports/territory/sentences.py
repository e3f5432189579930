"""Sentences computed from a diagnosis: agreement, direction and caution are never typed."""

from collections.abc import Callable, Iterator, Sequence

from maillage.kernel.estimate import Estimate, Withheld
from maillage.reference.definitions import LEVELS, definition
from maillage.reference.parameters import number
from maillage.reports.territory import certainty
from maillage.reports.territory.certainty import FEMININE, MOST_NAMED, named
from maillage.reports.territory.reading import Discordance
from maillage.studies.diagnosis.results import Diagnosis
from maillage.studies.diagnosis.zone_results import FEWEST_ZONES
from maillage.studies.need import corrections
from maillage.studies.need import population as frames
from maillage.words import wording

Names = Callable[[Diagnosis, Sequence[str]], list[str]]
FEWER_NAMED = 5  # beside a map, where the column is narrow
MOST_GROUPS = 2
CORSE = "R94"
CONCENTRATED = 4  # half of the need in a quarter of the zones, or fewer, is no longer spread out


def largest_first(d: Diagnosis, codes: Sequence[str]) -> list[str]:
    """Return codes of zones, the most people concerned first: a list says first what weighs most."""
    need = {r.zone.code: wording.point(r.need) or 0.0 for r in d.zones}
    return sorted(codes, key=lambda code: (-need[code], code))


def summary(d: Diagnosis, names_of: Names) -> list[str]:
    """Return the first sentences of a diagnosis: how concentrated, who is also in social precarity, what
    cannot be said.
    """
    if isinstance(d.need, Withheld):
        return [d.need.reason]
    return [*half(d, names_of), *crossing(d, names_of), *joint(d), *leaders(d, names_of)]


def half(d: Diagnosis, names_of: Names) -> list[str]:
    """Return the sentence that says where half of the people concerned live; nothing under a handful of
    zones, which a table shows at a glance.
    """
    unit = unit_of(d)
    n = sum(isinstance(r.need, Estimate) for r in d.zones)
    if n < FEWEST_ZONES or isinstance(d.need, Withheld):
        return []
    beside = sum(not isinstance(r.need, Estimate) and r.share_inside > 0 for r in d.zones)
    count = f"{certainty.between(d.half_zones, unit)} sur {certainty.among(n, beside, unit, 'estimé')}"
    lead = f"Il faut {count} pour réunir la moitié des personnes concernées"
    rest = [certainty.unestimated(beside, unit)] if beside else []
    if d.half_zones.low > MOST_NAMED and d.half_zones.low * CONCENTRATED > n:
        told = f"{lead}. La difficulté est répandue, elle n’est pas concentrée."
    elif not d.half:
        told = f"{lead}. Rien ne dit assez sûrement {'lesquelles' if unit in FEMININE else 'lesquels'}."
    else:
        told = f"{lead}. Très probablement ({certainty.odds_text()}) : {named(names_of(d, d.half))}."
    return [told, *rest]


def crossing(d: Diagnosis, names_of: Names) -> list[str]:
    """Return how many zones are in both precarities, and the names of those that very likely are."""
    if not d.cell_spreads:
        return []
    likely = largest_first(d, [r.zone.code for r in d.zones if r.cell == "les_deux" and r.is_likely])
    n = sum(r.cell is not None for r in d.zones)
    beside = sum(r.cell is None and r.share_inside > 0 for r in d.zones)
    told = certainty.crossing(
        d.cell_spreads["les_deux"].zones, n, unit_of(d), names_of(d, likely), beside=beside
    )
    return [f"{told} {certainty.uncrossed(beside, unit_of(d))}".strip()]


def joint(d: Diagnosis) -> list[str]:
    """Return the sentence that counts the people in both precarities, as a part of the first number."""
    figure = wording.people(d.both)
    if not figure.low:
        return []
    return [
        f"Parmi les personnes qui {d.request.definition.statement}, {figure.in_full} vivent aussi"
        " modestement. Ce nombre est une partie du premier : on ne les additionne pas."
    ]


def rates_applied(d: Diagnosis) -> str:
    """Return how rates by age and diploma become those of here: overseas, they are moved first."""
    rates = "Taux nationaux"
    if abroad := d.flags[frames.IS_OVERSEAS]:
        rates += ", déplacés de l’écart publié entre l’outre-mer et la métropole,"
        rates += " puis" if abroad * 2 > d.population else " là où c’est l’outre-mer, et"
    return f"{rates} appliqués aux habitants d’ici ; les classes que personne ne publie sont déduites."


def measured_gaps(d: Diagnosis) -> str:
    """Return which gaps between territories are measured, and which are an assumption: overseas, one level is
    published for all, none for each; in Corse, two sources contradict each other.
    """
    abroad, t = d.flags[frames.IS_OVERSEAS], d.request.territory
    mainland = (
        "Ce qui écarte une région de ce que prédisent l’âge, le diplôme et le revenu se lit, pour 2019, dans"
        " dix taux publiés, tous de métropole ou de Corse, et dans une enquête."
    )
    overseas = (
        "Outre-mer, un seul niveau est publié, celui de tous les départements d’outre-mer ensemble ; ce qui"
        f" écarte chacun d’eux de ce niveau est une hypothèse ({wording.number(number('spreads/dom'), 2)} sur"
        " l’échelle logit)."
    )
    told = [overseas] if abroad * 2 > d.population else [mainland, *([overseas] if abroad else [])]
    if CORSE in (t.code, f"R{t.region}", *(code for code, _ in t.within)):
        told.append(
            "La Corse est à part : deux mesures s’y contredisent, et le calcul va de l’une à l’autre."
        )
    told.append(
        "Pour un département, une intercommunalité ou un quartier, rien ne le mesure : c’est une hypothèse ;"
        " voici ce qu’elle change."
    )
    return " ".join(told)


def unit_of(d: Diagnosis) -> str:
    """Return what a zone is called here. The census cuts no small commune in quarters: where every zone is
    a whole commune, none of them is called a quarter.
    """
    kind = d.request.zoning.kind
    if kind == "iris" and not any(r.zone.place for r in d.zones):
        return "commune"
    return {"iris": "quartier", "commune": "commune", "departement": "département", "file": "zone"}[kind]


def leaders(d: Diagnosis, names_of: Names) -> list[str]:
    """Return the sentence that names no winner: several zones may have the highest share. Nothing under a
    handful of zones.
    """
    if len(d.leaders) < 2 or not d.rate_bounds:
        return []
    top = [code for code in d.leaders if d.zone(code).top_odds >= certainty.floor()]
    return [certainty.leaders(names_of(d, top), len(d.leaders), unit_of(d))]


def class_lists(d: Diagnosis, names_of: Names) -> list[str]:
    """Return what the digital classes compare, and the zones that are very likely in the strongest ones."""
    if not d.rate_bounds:
        few = f"Moins de {FEWEST_ZONES} {unit_of(d)}s {_agreed('estimé', FEWEST_ZONES, unit_of(d))}"
        return [f"{few} : aucune classe n’est faite, les parts se lisent une à une."]
    ordered = sorted(d.zones, key=lambda r: (-(wording.point(r.rate) or 0.0), r.zone.code))
    odds = [r.strong_odds for r in ordered]
    names = names_of(d, [r.zone.code for r in ordered])
    return [
        certainty.relative(unit_of(d)),
        certainty.strongest(names, odds, [r.odds[-1] if r.odds else 0.0 for r in ordered], unit_of(d)),
        *narrow_index(d),
    ]


def narrow_index(d: Diagnosis) -> list[str]:
    """Return what “social” means where a single variable is known: that variable, and nothing more."""
    if len(d.social.variables) != 1 or not any(r.social_class for r in d.zones):
        return []
    (variable,) = d.social.variables
    return [
        "**Une seule variable fait ici la précarité sociale des zones** :"
        f" {wording.lower_first(variable.label)}."
        " Les autres sont connues de trop peu de zones pour compter. « Précarité sociale forte » n’y dit rien"
        " d’autre."
    ]


def discordances(d: Diagnosis, names_of: Names) -> list[Discordance]:
    """Return the zones where the two precarities very likely differ, each with what to do about it."""
    out = []
    if digital := _likely(d, d.digital_only):
        out.append(
            Discordance(
                kind="numerique",
                finding=(
                    f"{named(names_of(d, digital), most=FEWER_NAMED)} : très probablement le numérique"
                    " sans le social."
                ),
                advice=(
                    "La précarité sociale n’y est pas parmi les plus fortes de ce territoire, mais des"
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
                    f"{named(names_of(d, social), most=FEWER_NAMED)} : très probablement le social"
                    " sans le numérique."
                ),
                advice=(
                    "La part de personnes concernées n’y est pas parmi les plus fortes de ce territoire, mais"
                    " elle peut y rester élevée. Il peut manquer d’abord un appareil, une connexion, ou de"
                    " quoi les payer."
                ),
            )
        )
    return out


def _likely(d: Diagnosis, codes: Sequence[str]) -> list[str]:
    return largest_first(d, [code for code in codes if d.zone(code).is_likely])


def clusters(d: Diagnosis, names_of: Names) -> list[str]:
    """Return the groups of neighbouring zones in social precarity."""
    groups = [largest_first(d, group) for group in d.clusters if len(group) > 1]
    alone = largest_first(d, [group[0] for group in d.clusters if len(group) == 1])
    if not d.clusters:
        return []
    out = []
    if len(groups) == 1:
        out.append(
            f"{named(names_of(d, groups[0]), most=6)} se touchent et forment un même ensemble en précarité"
            " sociale forte."
        )
    elif groups:
        feminine = "e" if unit_of(d) in FEMININE else ""
        told = " ; ".join(named(names_of(d, group), most=4) for group in groups[:MOST_GROUPS])
        lead = f"{len(groups)} ensembles de {unit_of(d)}s voisin{feminine}s sont en précarité sociale forte"
        out.append(f"{lead}{', dont les plus étendus' if len(groups) > MOST_GROUPS else ''} : {told}.")
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
    here = (
        set(iris["iris"][rows].tolist())
        | set(iris["commune"][rows].tolist())
        | set(iris["published"][rows].tolist())
    )
    found = [c for c in corrections.in_force() if c.key in here]
    told = wording.listing([f"{c.column} de {c.key} = {wording.number(c.value)}" for c in found[:MOST_NAMED]])
    if not found:
        return []
    return [
        f"{wording.count(len(found), 'valeur')} de référence {'corrigée' if len(found) == 1 else 'corrigées'}"
        f" par le réseau, avec sa raison à la page « Sources » : {told}."
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
    if d.request.zoning.kind == "iris":
        low += ["un quartier pauvre et jeune", "un quartier d’étudiants"]
    if d.flags[frames.SMALL] > RURAL * d.population:
        low.append("une commune très rurale")
    if not low:
        return []
    return [
        f"Ce calcul lisse les extrêmes : {wording.listing(low, 'ou')} peut y sortir trop bas. Ce que"
        " disent les acteurs de terrain y compte plus que le chiffre."
    ]


SURVEYED = 400  # residents: fewer answers say less than the estimate does


def warnings(d: Diagnosis) -> list[str]:
    """Return what the reader must know before quoting a figure."""
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
    asked = (
        f"des données locales, par exemple une enquête auprès d’au moins {SURVEYED} habitants"
        if d.population >= SURVEYED
        else "d’en parler avec chacun"
    )
    if d.population > 0:
        yield f"Ces nombres sont un ordre de grandeur. Une estimation plus fine demande {asked}."
    yield (
        "Seules les marges (âges, diplômes, niveaux de vie) de chaque quartier ou petite commune sont"
        " connues : leur croisement est reconstitué par calage sur un tableau national."
    )
    yield (
        "Plusieurs années sont croisées : recensements de 2016, 2018 et 2021, tableaux de diplômes de"
        f" 2012 et 2023, taux de {d.request.definition.year}, Caf 2021."
    )
    yield (
        f"Les trois niveaux de difficulté viennent de parts nationales ({definition(LEVELS).year}) :"
        " appliquées telles quelles, elles ignoreraient la structure locale ; le tableau « méthode de"
        " Strasbourg » montre la différence."
    )
    yield (
        "Les parties arrondies ne s’additionnent pas toujours exactement : les totaux sont calculés avant"
        " l’arrondi."
    )


def _on_the_zoning(d: Diagnosis) -> Iterator[str]:
    if d.request.territory.kind not in ("commune", "epci", "departement") or d.request.zoning.kind != "file":
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
            f"{wording.share(small / d.population)} des habitants vivent dans une petite commune : ses"
            " diplômes sont lissés avec le département et le revenu."
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
    if len(d.social.variables) == 1:
        yield (
            "L’indice social ne repose que sur une variable"
            f" ({wording.lower_first(d.social.variables[0].label)}) : les autres ne sont pas connues à cette"
            " échelle."
        )
    if not d.social.variables or all(r.index is None for r in d.zones):
        yield "Aucun indice social n’est calculé : les variables manquent, ou il n’y a qu’une zone."
    else:
        yield (
            "L’indice social est relatif : il compare les zones de ce périmètre entre elles, et à rien"
            " d’autre."
        )


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
