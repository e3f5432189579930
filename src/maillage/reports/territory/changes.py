"""What changed between two editions of a report: only what leaves the margins is said to have moved."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from maillage.kernel.estimate import Estimate
from maillage.reference.offer import diagnosis_lines
from maillage.reports.page.blocks import Block, Bullets, Callout, Cell, Chapter, Cover, Document, Grid, Text
from maillage.reports.page.folder import Fingerprint, digest
from maillage.reports.territory import ranges
from maillage.reports.territory.certainty import upper_first
from maillage.reports.territory.figures import FigureJson
from maillage.studies.offer.silence import Between
from maillage.words import wording
from maillage.words.dates import in_words
from maillage.words.wording import count, listing, lower_first

Json = Mapping[str, Any]
VERSION = 1
PRINT = 12  # characters of a digest
WITHIN, HIGHER, LOWER = "dans la marge", "plus haut", "plus bas"
MARGIN = (
    "Une estimation n’est dite plus haute, ou plus basse, que si les deux fourchettes ne se touchent pas ;"
    " sinon elle est « dans la marge », et rien ne dit qu’elle a bougé. Ce qui est compté se compare tel"
    " quel."
)
TOTALS = (
    ("precarite_numerique", "Personnes concernées"),
    ("cumul", "dont vivent aussi modestement"),
    ("precarite_sociale", "Personnes qui vivent modestement"),
)
# How is called what an edition keeps of an action, of a dynamic, of a plan, of a study. What is not here is
# compared all the same, under its own name.
ACTION = {
    "title": "le titre",
    "axis": "la dynamique",
    "state": "l’état",
    "people": "le calcul des personnes concernées",
    "zones": "les zones",
    "objective": "l’objectif",
    "pilot": "le pilote",
    "partners": "les partenaires",
    "public": "le public",
    "begins": "le début",
    "ends": "la fin",
    "budget": "le budget, en euros,",
    "costs": "les coûts par année",
    "funded": "le montant financé, en euros,",
    "funders": "les financeurs",
    "indicator": "l’indicateur",
    "baseline": "le point de départ",
    "target": "la cible",
    "counted": "le dernier compte",
    "existing": "ce qui existe",
    "means": "les moyens",
    "risks": "les risques",
    "steps": "les étapes",
    "lacks": "ce qui manque encore",
    "undecided": "ce qui reste à décider",
    "is_part": "la place de sous-action",
}
AXIS = {"title": "le titre", "statement": "le constat", "announced": "ce qui est annoncé"}
PLAN = {
    "title": "le titre",
    "state": "l’avancement",
    "frame": "le cadre",
    "is_published": "la publication",
    "is_example": "ce qui est inventé",
    "refused": "les propositions refusées",
    "settled": "les manques auxquels il répond",
    "journeys": "les parcours",
    "actors": "les acteurs",
    "roles": "les rôles du réseau",
    "yearly": "les coûts par année",
}
# Sentences made of what stands elsewhere: empty where there is nothing to say, which is no lack.
MADE = frozenset({"announced", "refused", "settled", "counted", "funded", "lacks", "undecided", "yearly"})
STUDY = {
    "besoins": "les estimations du territoire",
    "zones": "les chiffres des zones",
    "offre": "l’offre",
    "public_vise": "le public visé",
    "definitions": "les autres définitions",
    "discordances": "les zones discordantes",
    "croisement": "le croisement des deux précarités",
    "grappes_sociales": "les zones voisines",
    "marges": "les marges",
    "parametres": "les réglages du calcul",
    "sources": "les sources",
    "publie": "les chiffres publiés",
    "avertissements": "les avertissements",
}
RANKS = ("number", "label")  # what an action or a dynamic is found by, told as a move
ONE_PLAN = "le plan, qu’une seule des deux garde"
SAME_PLAN = "Rien n’a changé dans le plan."
DIFFER = "mais ces deux éditions diffèrent"


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition as it was frozen: its fingerprint, its study, its plan (None for a report without one)."""

    about: Fingerprint
    study: Json
    plan: Json | None

    @property
    def name(self) -> str:
        """How it is called: « 2026-novembre », du 22 novembre 2026."""
        day = in_words(date.fromisoformat(self.about["date"]))
        return f"« {self.about['edition']} », du {day}" if self.about["edition"] else f"du {day}"

    @property
    def print(self) -> str:
        """The start of the digest of what it keeps, its plan included: that of its `.json` in its folder."""
        return digest(frozen(self.study, self.plan))[:PRINT]


@dataclass(frozen=True, slots=True)
class Change:
    """A line of a comparison: what, before, after, and what may be said of it."""

    what: str
    before: str
    after: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What changed from an edition to another. apart: why figures are not compared, "" when they are; within:
    how many zones stay in their margins; others: what is not the same and has no line, in words.
    """

    before: Edition
    after: Edition
    apart: str
    ways: tuple[str, ...]
    figures: tuple[Change, ...]
    zones: tuple[Change, ...]
    within: int
    offer: tuple[Change, ...]
    plan: tuple[Change, ...]
    others: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Return whether figures and plan are the same: the fingerprints say so. The texts of a mission, what
        people said, a theme are not in an edition’s figures.
        """
        return self.before.print == self.after.print and not self.ways

    @property
    def other_words(self) -> str:
        """What changed without a line, or is not compared, in a sentence; "" for nothing."""
        if self.is_same:
            return "La mission, les paroles et le thème ne sont pas comparés : ils ont pu changer."
        return f"A aussi changé, sans être comparé ici : {listing(self.others)}." if self.others else ""

    @property
    def conclusion(self) -> str:
        """What a reader takes away, in a sentence."""
        if self.apart:
            return "Ces deux éditions ne se comparent pas"
        if self.is_same:
            both = " et le plan" if self.before.plan and self.after.plan else ""
            return f"Les chiffres{both} sont les mêmes dans ces deux éditions"
        told = [each for each in self.figures[:1] if each.says != WITHIN]
        if told:
            return f"{told[0].what} : {told[0].says} qu’avant"
        moved = len(self.zones) + len(self.offer) + len(self.plan)
        if not moved:
            same = "Aucun chiffre n’est sorti de sa fourchette"
            return f"{same}, {DIFFER}" if self.others else same
        total = "Le total reste dans la marge" if self.figures else "Aucun total n’a changé"
        return f"{total} ; {count(moved, 'ligne a', 'lignes ont')} changé"


def frozen(study: Mapping[str, object], plan: Mapping[str, object] | None) -> bytes:
    """Return what an edition keeps of its figures, as bytes: what a later one is compared with."""
    held = {"version": VERSION, "etude": study, "plan": plan}
    return (json.dumps(held, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def edition(about: Fingerprint, content: bytes) -> Edition:
    """Return the edition that `frozen` wrote."""
    held = json.loads(content)
    return Edition(about, held["etude"], held["plan"])


def compare(before: Edition, after: Edition) -> Changes:
    """Return what changed from an edition to another of the same territory."""
    apart = _apart(before.study, after.study)
    zones, within = ([], 0) if apart else _zones(before.study, after.study)
    ways = _ways(before.about, after.about)
    figures = [] if apart else _totals(before.study, after.study)
    offer = [] if apart else _offer(before.study, after.study)
    told = {"besoins": figures, "zones": zones or within, "offre": offer, "sources": ways}
    others = [] if apart else _others(before.study, after.study, {name for name in told if told[name]})
    if bool(before.plan) != bool(after.plan):
        others.append(ONE_PLAN)
    return Changes(
        before=before,
        after=after,
        apart=apart,
        ways=tuple(ways),
        figures=tuple(figures),
        zones=tuple(zones),
        within=within,
        offer=tuple(offer),
        plan=tuple(_plan(before.plan, after.plan)) if before.plan and after.plan else (),
        others=tuple(others),
    )


def _others(one: Json, other: Json, told: Collection[str]) -> list[str]:
    """Return what is not the same in two studies, in words, without what has a line already."""
    names = (name for name in {**one, **other} if one.get(name) != other.get(name) and name not in told)
    return [STUDY.get(name, f"« {name} »") for name in names]


def _apart(one: Json, other: Json) -> str:
    """Return why the figures of two studies are not compared, "" when they are."""
    if one["territoire"]["code"] != other["territoire"]["code"]:
        return f"L’une est sur {one['territoire']['nom']}, l’autre sur {other['territoire']['nom']}."
    if one["definition"]["id"] != other["definition"]["id"]:
        return (
            f"Elles ne comptent pas la même chose : {lower_first(one['definition']['libelle'])}, puis"
            f" {lower_first(other['definition']['libelle'])}."
        )
    if (one["filtre"] or {}).get("id") != (other["filtre"] or {}).get("id"):
        return "Elles ne comptent pas les mêmes personnes : leur filtre a changé."
    return ""


def _ways(one: Fingerprint, other: Fingerprint) -> list[str]:
    """Return what changed in how figures are made: sources, years, version of Maillage."""
    was = {each["id"]: each for each in one["donnees"]}
    now = {each["id"]: each for each in other["donnees"]}
    told = [f"Source nouvelle : {now[id]['producteur']}, {now[id]['titre']}." for id in now if id not in was]
    told += [f"Source retirée : {was[id]['producteur']}, {was[id]['titre']}." for id in was if id not in now]
    told += [
        f"{now[id]['titre']} : {was[id]['millesime']}, puis {now[id]['millesime']}."
        for id in now
        if id in was and was[id]["millesime"] != now[id]["millesime"]
    ]
    if one["logiciel"] != other["logiciel"]:
        told.append(f"Maillage {one['logiciel']}, puis {other['logiciel']} : la méthode a pu changer.")
    return told


def _totals(one: Json, other: Json) -> list[Change]:
    rows = [
        _change(label, one["besoins"][name], other["besoins"][name])
        for name, label in TOTALS
        if name in one["besoins"] and name in other["besoins"]
    ]
    return [row for row in rows if row is not None]


def _zones(one: Json, other: Json) -> tuple[list[Change], int]:
    """Return the zones that left their margins, came or went; and how many did not move for sure."""
    was = {zone["code"]: zone for zone in one["zones"]}
    now = {zone["code"]: zone for zone in other["zones"]}
    told = [Change(now[code]["nom"], "—", "zone nouvelle", "ajoutée") for code in now if code not in was]
    told += [Change(was[code]["nom"], "zone d’avant", "—", "retirée") for code in was if code not in now]
    within = 0
    for code, zone in now.items():
        if code not in was:
            continue
        row = _change(zone["nom"], was[code]["precarite_numerique"], zone["precarite_numerique"])
        if row is not None and row.says == WITHIN:
            within += 1
        elif row is not None:
            told.append(row)
    return told, within


def _offer(one: Json, other: Json) -> list[Change]:
    was, now = one.get("offre"), other.get("offre")
    if not was or not now:
        if bool(was) == bool(now):
            return []
        told = ("pas recensée", "recensée") if now else ("recensée", "pas recensée")
        return [Change("L’offre", *told, "ne se compare pas")]
    rows = [_counted("Lieux", was.get("lieux"), now.get("lieux"))]
    for id, line in diagnosis_lines().items():
        rows.append(_counted(f"{line.label} : lieux", was["offre"].get(id), now["offre"].get(id)))
        away = (each["portee"].get(id, {}).get("hors_de_portee") for each in (was, now))
        before, after = away
        if before and after:
            rows.append(_change(f"{line.label} : personnes sans lieu à portée", before, after))
    return [row for row in rows if row is not None and row.says != WITHIN]


def _counted(what: str, before: int | None, after: int | None) -> Change | None:
    if before == after:
        return None
    shown = [("non dit" if n is None else wording.number(n)) for n in (before, after)]
    if before is None or after is None:
        return Change(what, shown[0], shown[1], "ne se compare pas")
    gap = wording.number(abs(after - before))
    return Change(what, shown[0], shown[1], f"{gap} de {'plus' if after > before else 'moins'}")


def _change(what: str, before: FigureJson, after: FigureJson) -> Change | None:
    """Return an estimate before and after, None when it is the same, or withheld both times. Where silent
    places leave a range, its bounds are compared, and told.
    """
    was, now = _figure(before), _figure(after)
    if was == now:
        return None
    shown = ["non montré" if each is None else ranges.people(each).in_full for each in (was, now)]
    if was is None or now is None:
        return Change(what, shown[0], shown[1], "ne se compare pas")
    says = HIGHER if now.low > was.high else LOWER if now.high < was.low else WITHIN
    return Change(what, shown[0], shown[1], says)


def _figure(figure: FigureJson) -> Estimate | Between | None:
    """Return a figure as `ranges.as_json` wrote it, None when it is withheld."""
    if figure["bas"] is None or figure["haut"] is None:
        return None
    if figure["valeur"] is None:
        return Between(
            low=figure["bas"],
            high=figure["haut"],
            reason=figure.get("motif", ""),
            unit="personnes",
            universe=figure["univers"],
            n=figure["n"],
            method=figure["methode"],
        )
    return Estimate(
        value=figure["valeur"],
        low=figure["bas"],
        high=figure["haut"],
        unit="personnes",
        universe=figure["univers"],
        n=figure["n"],
        method=figure["methode"],
    )


def _plan(one: Json, other: Json) -> list[Change]:
    """Return what changed of a plan itself, of its dynamics, then the actions written, withdrawn or changed:
    one keeps its number when its title changes, and its title when it is moved.
    """
    told = _fields("Le plan", _counted_keys(one), _counted_keys(other), PLAN, apart=("axes",))
    told += _dynamics(one, other)
    was, now = (_actions(plan) for plan in (one, other))
    pairs: list[tuple[Json, Json]] = []
    for same in (lambda row: (_label(row), row["title"]), _label, lambda row: row["title"]):
        found = {same(row): row for row in was}
        for row in list(now):
            if (before := found.pop(same(row), None)) is not None:
                pairs.append((before, row))
                was.remove(before)
                now.remove(row)
    told += [Change(_name(row), "—", str(row["state"]), "Action nouvelle") for row in now]
    told += [Change(_name(row), str(row["state"]), "—", "Action retirée") for row in was]
    for before, row in sorted(pairs, key=lambda pair: [int(n) for n in _label(pair[1]).split(".")]):
        if _label(before) != _label(row):
            told.append(Change(_name(row), _label(before), _label(row), "Le numéro a changé"))
        told += _fields(_name(row), before, row, ACTION)
    return told


def _counted_keys(plan: Json) -> Json:
    """Return a plan with how many gaps it answers: their keys are for machines."""
    return {**plan, "settled": len(plan["settled"])} if "settled" in plan else plan


def _dynamics(one: Json, other: Json) -> list[Change]:
    """Return the dynamics written, withdrawn or changed; one keeps its number when its title changes."""
    was, now = ({axis.get("number"): axis for axis in plan["axes"]} for plan in (one, other))
    told = [Change(_dynamic(now[n]), "—", "écrite", "Dynamique nouvelle") for n in now if n not in was]
    told += [Change(_dynamic(was[n]), "écrite", "—", "Dynamique retirée") for n in was if n not in now]
    for n in (n for n in now if n in was):
        told += _fields(_dynamic(now[n]), was[n], now[n], AXIS, apart=("actions",))
    return told


def _dynamic(axis: Json) -> str:
    return f"Dynamique {axis.get('number', '')} : {axis.get('title', '')}"


def _fields(
    what: str, one: Json, other: Json, words: Mapping[str, str], *, apart: Sequence[str] = ()
) -> list[Change]:
    """Return every field of a row that is not the same, whatever it holds. One that an edition froze before
    it existed is not compared.
    """
    order = (*words, *(name for name in other if name not in words))
    names = (n for n in order if n in one and n in other and n not in (*RANKS, *apart))
    return [
        Change(
            what,
            _word(one[name], is_made=name in MADE),
            _word(other[name], is_made=name in MADE),
            _says(words.get(name, f"« {name} »"), one[name], other[name], is_made=name in MADE),
        )
        for name in names
        if one[name] != other[name]
    ]


def _says(words: str, before: object, after: object, *, is_made: bool = False) -> str:
    """Return what may be said of a field, in words: « Les zones ont changé », « Le pilote manquait ».
    is_made: nobody has to write it, so it lacks nowhere.
    """
    many = words.startswith("les ")
    if is_made:
        verb = "ont changé" if many else "a changé"
    elif _is_empty(before):
        verb = "manquaient" if many else "manquait"
    elif _is_empty(after):
        verb = "manquent désormais" if many else "manque désormais"
    else:
        verb = "ont changé" if many else "a changé"
    return upper_first(f"{words} {verb}")


def _actions(plan: Json | None) -> list[Json]:
    """Return the actions of a plan, each with the number of its dynamic."""
    return [
        {**each, "axis": axis.get("number")}
        for axis in (plan["axes"] if plan else ())
        for each in axis["actions"]
    ]


def _label(row: Json) -> str:
    """Return the number of an action; editions frozen before sub-actions had their own have no label."""
    return str(row.get("label", row["number"]))


def _name(row: Json) -> str:
    return f"{_label(row)}. {row['title']}"


def _is_empty(value: object) -> bool:
    return value is None or value in ("", [], ())


def _word(value: object, *, is_made: bool = False) -> str:
    """Return a frozen value as it is read: « non renseigné », « 2 000 », « une étape ; une autre »."""
    if _is_empty(value):
        return "rien" if is_made else "non renseigné"
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, int):
        return wording.number(value)
    if isinstance(value, Mapping):
        return str(value.get("title") or value.get("name") or "…")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return " ; ".join(
            " : ".join(map(str, each)) if isinstance(each, (list, tuple)) else _word(each) for each in value
        )
    return str(value)


# ------------------------------------------------------------------------------------------------ document


def document(c: Changes, *, on: date) -> Document:
    """Return a comparison as a document: what changed in the figures, zone by zone, in the offer, in the
    plan.
    """
    name = c.after.study["territoire"]["nom"]
    chapters = [_summary(c)]
    if not c.apart:
        lead = (
            f"{count(c.within, 'autre zone reste', 'autres zones restent')} dans la marge."
            if c.within
            else ""
        )
        chapters += [
            _table("Les personnes", "Aucun total n’a changé.", c.figures),
            _table("Zone par zone", "Aucune zone n’est sortie de sa fourchette.", c.zones, lead=lead),
            _table("L’offre", "Rien n’a changé dans l’offre.", c.offer),
        ]
    if c.before.plan and c.after.plan:
        chapters.append(_table("Le plan", SAME_PLAN, c.plan))
    return Document(
        title=f"Ce qui a changé : {name}",
        cover=Cover(
            title=name,
            over="Ce qui a changé",
            subtitle=f"De l’édition {c.before.name} à l’édition {c.after.name}",
            edition=f"Comparées le {in_words(on)}",
            print=f"Empreintes {c.before.print} et {c.after.print}",
            svg="",
            alt="",
        ),
        chapters=tuple(chapters),
        keywords=("inclusion numérique", "comparaison", name),
    )


def _summary(c: Changes) -> Chapter:
    blocks: list[Block] = [Text(text=MARGIN, tone="note")]
    if c.apart:
        blocks.insert(0, Callout(tone="prudence", title="Chiffres non comparés.", text=c.apart))
    if c.ways:
        blocks += [Text(text="Comment les chiffres sont faits a changé :"), Bullets(items=c.ways)]
    if c.others:
        blocks.append(Text(text=c.other_words))
    return Chapter(
        number="",
        short="En bref",
        title=c.conclusion,
        lead=f"De l’édition {c.before.name} à l’édition {c.after.name}.",
        flows=True,
        blocks=tuple(blocks),
    )


def _table(title: str, nothing: str, rows: Sequence[Change], *, lead: str = "") -> Chapter:
    grid = Grid(
        caption=title,
        columns=("Quoi", "Avant", "Maintenant", "Ce qu’on peut en dire"),
        align="gggg",
        widths=(3, 2.6, 2.6, 1.8),
        rows=tuple(
            (
                Cell(text=row.what, strong=True),
                *(Cell(text=each) for each in (row.before, row.after, row.says)),
            )
            for row in rows
        ),
    )
    block: Block = grid if rows else Text(text=nothing)
    return Chapter(number="", short=title, title=title, lead=lead, flows=True, blocks=(block,))
