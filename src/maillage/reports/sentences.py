"""Sentences computed from a diagnosis: agreement, direction and caution are never typed."""

from collections.abc import Callable, Sequence

from maillage.kernel.estimate import Estimate, Withheld
from maillage.reference.definitions import LEVELS, definition
from maillage.reference.parameters import number
from maillage.reports import wording
from maillage.studies import corrections
from maillage.studies import frame as frames
from maillage.studies.diagnosis import CLASS_NAMES, Diagnosis

Names = Callable[[Diagnosis, tuple[str, ...] | list[str]], list[str]]
MOST_NAMED = 8
FEWER_NAMED = 5  # beside a map, where the column is narrow
CORSICA = "94"
MOST_GROUPS = 2
FEMININE = ("zone", "commune")
CONCENTRATED = 4  # half of the need in a quarter of the zones, or fewer, is no longer spread out


def largest_first(d: Diagnosis, codes: Sequence[str]) -> list[str]:
    """Return codes of zones, the most people concerned first: a list says first what weighs most."""
    need = {r.zone.code: wording.point(r.need) or 0.0 for r in d.zones}
    return sorted(codes, key=lambda code: (-need[code], code))


def named(names: Sequence[str], *, most: int = MOST_NAMED) -> str:
    """Return names as a list, the tail counted when there are more than `most`."""
    if len(names) <= most:
        return wording.listing([f"**{name}**" for name in names])
    shown = [f"**{name}**" for name in names[: most - 1]]
    return wording.listing([*shown, wording.count(len(names) - len(shown), "autre")])


def summary(d: Diagnosis, names_of: Names) -> list[str]:
    """Return the first sentences of a diagnosis: how concentrated, who is also in social precarity, what cannot be said."""
    if isinstance(d.need, Withheld):
        return [d.need.reason]
    return [*half(d, names_of), *crossing(d, names_of), *joint(d), *leaders(d, names_of)]


def half(d: Diagnosis, names_of: Names) -> list[str]:
    """Return the sentence that says where half of the people concerned live."""
    verb, unit = d.request.definition.statement, unit_of(d)
    n = sum(isinstance(r.need, Estimate) for r in d.zones)
    if n < 2 or isinstance(d.need, Withheld):
        return []
    where = list(d.half)
    if len(where) == 1:
        return [f"{named(names_of(d, where))} réunit à elle seule la moitié des personnes qui {verb}."]
    if len(where) <= MOST_NAMED or len(where) * CONCENTRATED <= n:
        names = names_of(d, where)
        dont = "" if len(where) <= MOST_NAMED else "dont "
        told = named(names) if not dont else wording.listing([f"**{name}**" for name in names[:MOST_NAMED]])
        return [f"{len(where)} {unit}s sur {n} réunissent la moitié des personnes qui {verb} : {dont}{told}."]
    return [
        f"Il faut {len(where)} {unit}s sur {n} pour réunir la moitié des personnes qui {verb} : la difficulté est répandue, "
        "elle n’est pas concentrée."
    ]


def crossing(d: Diagnosis, names_of: Names) -> list[str]:
    """Return the sentence that names the zones in both precarities."""
    both = largest_first(d, [r.zone.code for r in d.zones if r.cell == "les_deux"])
    if not both:
        return []
    verb = "cumule" if len(both) == 1 else "cumulent"
    return [
        f"{named(names_of(d, both), most=6)} {verb} précarité numérique et précarité sociale : l’aide doit y être humaine, gratuite et "
        "proche."
    ]


def joint(d: Diagnosis) -> list[str]:
    """Return the sentence that counts the people in both precarities, as a part of the first number."""
    figure = wording.people(d.both)
    if not figure.low:
        return []
    return [
        f"Parmi ces personnes, {figure.in_full} vivent aussi modestement. Ce nombre est une partie du premier : on ne "
        "les additionne pas."
    ]


def unit_of(d: Diagnosis) -> str:
    return {"iris": "quartier", "commune": "commune", "departement": "département", "file": "zone"}[d.request.zoning.kind]


def leaders(d: Diagnosis, names_of: Names) -> list[str]:
    """Return the sentence that refuses to crown: several zones may have the highest share."""
    if len(d.leaders) < 2 or len(d.zones) < 2:
        return []
    if len(d.leaders) > MOST_NAMED:
        who = f"{len(d.leaders)} {unit_of(d)}s peuvent avoir la part la plus forte"
        return [f"{who} : la différence tient dans la marge, et on ne peut pas dire où elle est la plus haute."]
    them = "elles" if unit_of(d) in FEMININE else "eux"
    who = named(names_of(d, list(d.leaders)))
    return [f"{who} peuvent avoir la part la plus forte : l’écart entre {them} tient dans la marge."]


def class_lists(d: Diagnosis, names_of: Names) -> list[str]:
    """Return the sentences that list the zones of the two strongest digital classes."""
    if not d.rate_bounds:
        return [f"Moins de 5 {unit_of(d)}s : aucune classe n’est faite, les parts se lisent une à une."]
    out = []
    for name, label in ((CLASS_NAMES[4], "très forte"), (CLASS_NAMES[3], "forte")):
        codes = [
            r.zone.code for r in sorted(d.zones, key=lambda r: -(wording.point(r.rate) or 0.0)) if r.digital_class == name
        ]
        if codes:
            verb = "est" if len(codes) == 1 else "sont"
            out.append(
                f"{wording.count(len(codes), unit_of(d)).capitalize()} {verb} en {label} précarité numérique : "
                f"{named(names_of(d, codes), most=FEWER_NAMED)}."
            )
    return out


def discordances(d: Diagnosis, names_of: Names) -> list[dict[str, str]]:
    """Return the zones where the two precarities part, each with what it calls for."""
    out = []
    if d.digital_only:
        out.append(
            {
                "genre": "numerique",
                "constat": f"{named(names_of(d, largest_first(d, d.digital_only)), most=FEWER_NAMED)} : le numérique sans le social.",
                "suite": "La difficulté y vient surtout de l’âge ou du diplôme, moins du revenu. Des cours et des groupes "
                "d’entraide peuvent suffire.",
            }
        )
    if d.social_only:
        out.append(
            {
                "genre": "sociale",
                "constat": f"{named(names_of(d, largest_first(d, d.social_only)), most=FEWER_NAMED)} : le social sans le numérique.",
                "suite": "La part de personnes éloignées d’Internet y est plus faible : il peut manquer d’abord un appareil, "
                "une connexion, ou de quoi les payer.",
            }
        )
    return out


def clusters(d: Diagnosis, names_of: Names) -> list[str]:
    """Return the groups of neighbouring zones in social precarity."""
    groups = [largest_first(d, group) for group in d.clusters if len(group) > 1]
    alone = largest_first(d, [group[0] for group in d.clusters if len(group) == 1])
    if not d.clusters:
        return []
    out = []
    if len(groups) == 1:
        out.append(
            f"{named(names_of(d, groups[0]), most=6)} se touchent et forment un même ensemble en précarité sociale forte."
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
    """Return why a zone is less sure than another. many: it is made of several communes, and this holds for a part."""
    notes = (
        (frames.COARSE_IRIS, "Structure fine inconnue : diplômes de la commune."),
        (frames.SMALL, "Petite commune : diplômes lissés avec le département et le revenu."),
        (frames.NO_RATE, "Diplômes estimés."),
        (frames.IS_OVERSEAS, "Outre-mer : correction moyenne publiée, forte incertitude."),
        (frames.NO_INCOME, "Niveau de vie secret : moyenne du département."),
    )
    lead = "Pour un habitant sur cinq ou plus. " if many else ""
    return [lead + text for bit, text in notes if flags & bit]


def corrected(d: Diagnosis) -> list[str]:
    """Return the sentence that tells the reference values of this territory which the network corrected."""
    iris = frames.sources().rp2021
    rows = d.request.zoning.rows
    here = set(iris["iris"][rows].tolist()) | set(iris["commune"][rows].tolist()) | set(iris["published"][rows].tolist())
    found = [c for c in corrections.in_force() if c.key in here]
    told = wording.listing([f"{c.column} de {c.key} = {wording.number(c.value)}" for c in found[:MOST_NAMED]])
    if not found:
        return []
    return [
        f"{wording.count(len(found), 'valeur')} de référence {'corrigée' if len(found) == 1 else 'corrigées'} par le réseau, "
        f"avec sa raison à la page « Sources » : {told}."
    ]


def warnings(d: Diagnosis) -> list[str]:
    """Return what the reader must know before quoting a figure."""
    t, chosen = d.request.territory, d.request.definition
    out = [
        "Ces nombres sont un ordre de grandeur. Une estimation plus fine demande des données locales, par exemple une "
        "enquête auprès d’au moins 400 habitants.",
        "Seules les marges (âges, diplômes, niveaux de vie) de chaque quartier sont connues : leur croisement est reconstitué "
        "par calage sur un tableau national.",
        f"Plusieurs années sont croisées : recensements de 2016, 2018 et 2021, tableaux de diplômes de 2012 et 2023, taux de "
        f"{chosen.year}, Caf 2021.",
        f"Les trois niveaux de difficulté viennent de parts nationales ({definition(LEVELS).year}) : appliquées telles quelles, "
        "elles ignoreraient la structure locale ; le tableau « méthode de Strasbourg » montre la différence.",
        "Les parties arrondies ne s’additionnent pas toujours exactement : les totaux sont calculés avant l’arrondi.",
    ]
    if t.kind in ("commune", "epci", "departement") and d.request.zoning.kind == "file":
        communes, people = d.left_out
        if people:
            out.append(
                f"Le périmètre étudié ne couvre pas tout le territoire : {wording.count(communes, 'commune')} et "
                f"{wording.number(people)} habitants en sont absents."
            )
        inferred = [r.zone.name for r in d.zones if r.zone.note]
        if inferred:
            out.append(f"Limites déduites d’un texte ou d’une carte, à confirmer localement : {wording.listing(inferred)}.")
    small = d.flags[frames.SMALL]
    if small:
        out.append(
            f"{wording.share(small / d.population)} des habitants vivent dans une petite commune : ses diplômes sont lissés "
            "avec le département et le revenu."
        )
    if coarse := d.flags[frames.COARSE_IRIS]:
        out.append(f"{wording.number(coarse)} habitants vivent dans un quartier dont la structure fine est inconnue.")
    if d.flags[frames.IS_OVERSEAS]:
        out.append(
            "Outre-mer : correction moyenne publiée, forte incertitude ; niveau de vie de la métropole, faute de revenus communaux."
        )
    if t.region == CORSICA:
        out.append(
            f"En Corse, l’Insee a publié pour 2019 un taux de {wording.share(number('rates/corsica_rate_2019'))} (« un quart de la "
            "population de 15 ans ou plus »), bien au-dessus de ce que trouve cette méthode : les nombres donnés ici sont "
            "sans doute trop bas."
        )
    if isinstance(d.poor, Withheld) and isinstance(d.need, Estimate):
        out.append(f"Personnes sous le seuil de pauvreté : non montré. {d.poor.reason}")
    withheld = [r for r in d.zones if isinstance(r.need, Withheld) and r.population > 0]
    if withheld:
        noun = wording.count(len(withheld), unit_of(d))
        out.append(
            f"{noun.capitalize()} de moins de 50 personnes de 15 ans et plus : chiffre non montré, compté dans le total."
        )
    missing = len(d.shapes.missing)
    if missing:
        out.append(
            f"{wording.count(missing, unit_of(d)).capitalize()} sans contour : absents de la carte, présents au tableau."
        )
    if len(d.social.variables) == 1:
        out.append(
            f"L’indice social ne repose que sur une variable ({wording.lower_first(d.social.variables[0].label)}) : les autres ne sont pas "
            "connues à cette échelle."
        )
    if not d.social.variables or all(r.index is None for r in d.zones):
        out.append("Aucun indice social n’est calculé : les variables manquent, ou il n’y a qu’une zone.")
    else:
        out.append("L’indice social est relatif : il compare les zones de ce périmètre entre elles, et à rien d’autre.")
    if d.request.inside is not None:
        out.append(f"Filtre « {d.request.inside.label} » : {d.request.inside.doubt}")
    if not chosen.n_known:
        out.append(
            f"Le nombre de répondants de l’enquête (environ {wording.number(chosen.n)}) est supposé : il n’est pas publié."
        )
    out += corrected(d)
    if isinstance(d.need, Estimate) and d.need.is_loose:
        out.append("L’intervalle est large : seule la fourchette est montrée.")
    return out + [f"« {chosen.label} » : {text}" for text in chosen.doubts]
