"""The changes between two editions of a report: only what leaves the margins is said to have moved."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, TypedDict

from maillage.kernel.estimate import Estimate
from maillage.publishing.catalogue import NAMES
from maillage.publishing.page.blocks import (
    Block,
    Bullets,
    Callout,
    Cell,
    Chapter,
    Cover,
    Document,
    Grid,
    Text,
)
from maillage.publishing.page.folder import Fingerprint, digest
from maillage.publishing.survey import waves
from maillage.publishing.territory import ranges
from maillage.publishing.territory.certainty import upper_first
from maillage.publishing.territory.criteria import Surveyed
from maillage.publishing.territory.figures import FigureJson
from maillage.publishing.territory.main_findings import EASE, SUBJECTS
from maillage.reference.main_findings import rules
from maillage.reference.offer import diagnosis_lines
from maillage.statistics.engine import comparisons
from maillage.statistics.offer.silence import Between
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
    " quel. Pour une réponse d’enquête, l’écart d’une vague à l’autre doit sortir de sa propre fourchette,"
    " compte tenu du nombre de réponses comparées : la règle est celle du rapport de l’enquête."
)
RECUT = (
    "Les deux éditions ne découpent pas le territoire de la même façon : l’une parle par ses propres zones."
    " Seuls les totaux se comparent."
)
RECUT_PLAN = (
    "Les zones de chaque action et les personnes sans son service à portée ne se comparent pas : les deux"
    " éditions ne découpent pas le territoire de la même façon."
)
OF_A_CUT = ("zones", "people", "residents")  # of an action, as the zones of its edition count them
PLACES, ZONES, ANSWERS = "Lieux", "Zone par zone", "Les réponses aux enquêtes"
TOTALS = (
    ("precarite_numerique", "Personnes concernées"),
    ("cumul", "dont avec de faibles revenus"),
    ("precarite_sociale", "Personnes à faibles revenus"),
)
# How is called what an edition keeps of an action, of a dynamic, of a plan, of a study. What is not here is
# compared all the same, under its own name.
ACTION = {
    "title": "le titre",
    "axis": "la dynamique",
    "state": "l’état",
    "people": "le calcul des personnes sans ce service à portée",
    "residents": "le calcul des personnes en difficulté de ses zones",
    "zones": "les zones",
    "objective": "l’objectif",
    "pilot": "le pilote",
    "partners": "les partenaires",
    "public": "le public",
    "begins": "le début",
    "ends": "la fin",
    "vote": "le jour du vote",
    "budget": "le budget",
    "costs": "les coûts par année",
    "investment": "l’investissement",
    "funded": "le montant financé",
    "funders": "les financeurs",
    "indicator": "l’indicateur",
    "baseline": "le point de départ",
    "target": "la cible",
    "counted": "le dernier compte",
    "why_dropped": "la raison de l’abandon",
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
    "yearly": "le coût de l’année",
}
# Sentences made of what stands elsewhere: empty where there is nothing to say, which is no lack.
DERIVED_FIELDS = frozenset(
    {"announced", "refused", "settled", "counted", "funded", "lacks", "undecided", "residents"}
)
LACKING_FIELDS = ("lacks", "undecided")  # of an action: what its other fields do not say yet
STUDY = {
    "besoins": "les estimations du territoire",
    "zones": "les chiffres des zones",
    "offre": "le détail de l’offre",
    "public_vise": "le public visé",
    "definitions": "les autres définitions",
    "discordances": "les zones discordantes",
    "croisement": "le croisement des deux précarités",
    "grappes_sociales": "les zones voisines",
    "marges": "les marges",
    "parametres": "les réglages du calcul",
    "sources": "les sources",
    "enquete": "le besoin selon une enquête",
    "ou": "où vivent les personnes concernées",
    "sous_totaux": "les sous-totaux",
    "quartiers_prioritaires": "les quartiers prioritaires",
    "territoire": "la population du territoire",
    "definition": "la définition",
    "filtre": "le filtre",
    "version": "la forme du fichier",
    "publie": "les chiffres publiés",
    "avertissements": "les avertissements",
}
# What an action or a dynamic is found by, told as a move; the days behind its dates, told as a delay; the
# years that older editions still hold, told by their costs; the codes of zones, told by their names.
RANKS = ("number", "label", "first_day", "last_day", "vote_day", "n_years", "zone_codes")
MONEY = ("budget", "costs", "investment", "funded", "funders")  # of an action
EUROS = ("budget", "investment", "funded")
DATES = ("begins", "ends")
OVER, LATE = ("faite", "abandonnée"), "en retard"
NEW_ACTION = "Action nouvelle"
NO_PLAN = "**Plan** : il n’était pas dans {name} ; rien n’en est comparé."
UNSURE = "sans écart sûr"  # of two shares of a survey
HEADLINES = ("/".join(EASE), "inhabitants/lieu_connu/non")  # said even where their change is not sure
MOST_ANSWERS = 3  # of surveys, among the events between two editions
MOST_TITLES = 3  # of actions, in a sentence
# A notice that editions used to store within the objective of an action.
STALE = re.compile(r" ?Écrit le [^.]* pour l’étude [^.]* à relire\.$")
MONTH, FEW_DAYS = 30.44, 60  # days
SAME_PLAN = "Rien n’a changé dans le plan."
DIFFER = "mais ces deux éditions diffèrent"


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition as it was frozen: its fingerprint, its study, its plan (None for a report without one).
    answers: the shares of the surveys published that day, by question and answer.
    """

    about: Fingerprint
    study: Json
    plan: Json | None
    answers: Json = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return its name: « l’édition « 2026-novembre », du 22 novembre 2026 »; figures that nobody froze
        are no edition.
        """
        day = in_words(date.fromisoformat(self.about["date"]))
        name = self.about["edition"]
        return f"l’édition « {name} », du {day}" if name else f"l’étude du {day}, que personne n’a figée"

    @property
    def full_name(self) -> str:
        """Its name with its report: « l’édition « mai » du rapport « Synthèse », du 22 mai 2026 »."""
        name, report = f"« {self.about['edition']} »", NAMES.get(self.about.get("rapport", ""), "")
        return self.name.replace(name, f"{name} du rapport « {report} »") if report else self.name

    @property
    def print(self) -> str:
        """The start of the digest of what it keeps, its plan included: that of its `.json` in its folder."""
        return digest(frozen(self.study, self.plan, self.answers))[:PRINT]


class Kind(StrEnum):
    """The tables of the plan, by their titles."""

    ADDED = "Actions ajoutées"
    ENDED = "Actions terminées"
    DROPPED = "Actions abandonnées"
    DELAYED = "Actions retardées"
    WITHDRAWN = "Actions retirées"
    MONEY = "L’argent"
    OTHER = "Le reste du plan"


# An action of a kind, then several, in a sentence.
COUNTED = {
    Kind.ADDED: ("action ajoutée", "actions ajoutées"),
    Kind.ENDED: ("action terminée", "actions terminées"),
    Kind.DROPPED: ("action abandonnée", "actions abandonnées"),
    Kind.DELAYED: ("action retardée", "actions retardées"),
    Kind.WITHDRAWN: ("action retirée", "actions retirées"),
}
# What an action became: the table that tells it, and for one that began its state.
BECAME = {
    "Fait": (Kind.ENDED, ""),
    "Commencé": (Kind.OTHER, "en cours"),
    "Abandonné": (Kind.DROPPED, ""),
    "Retardé": (Kind.DELAYED, ""),
    "Ajouté": (Kind.ADDED, ""),
    "Retiré": (Kind.WITHDRAWN, ""),
}
LATE_WORD, BEGUN = "Retardé", ("Fait", "Commencé")
STATE, COUNT, NOTHING = "L’état", "Le dernier compte", "rien"


@dataclass(frozen=True, slots=True)
class Change:
    """A line of a comparison: what, before, after, and what may be said of it. kind: the table of the plan
    that it goes to; fact: the same in a sentence, of an answer of a survey; shares: its interval before, then
    after; question: which one it answers.
    """

    what: str
    before: str
    after: str
    says: str
    kind: Kind = Kind.OTHER
    fact: str = ""
    shares: tuple[comparisons.Interval, ...] = ()
    question: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The changes from an edition to another. incomparable: why figures are not compared, "" when they are;
    within: how many zones stay in their margins; answers: those that moved, unmoved_answers: how many others
    may not have, headlines: those of inhabitants that are said all the same, moved or not; unlisted: the
    other differences, without a line, in words; is_recut: their zones are not the same, and only their totals
    are compared.
    """

    before: Edition
    after: Edition
    incomparable: str
    ways: tuple[str, ...]
    figures: tuple[Change, ...]
    zones: tuple[Change, ...]
    within: int
    offer: tuple[Change, ...]
    plan: tuple[Change, ...]
    unlisted: tuple[str, ...]
    answers: tuple[Change, ...] = ()
    headlines: tuple[Change, ...] = ()
    unmoved_answers: int = 0
    is_recut: bool = False

    @property
    def editions_words(self) -> str:
        """Name both: « Entre l’édition « mai », du 22 mai 2026 et l’étude du 29 novembre 2026 »."""
        if self.before.about["edition"] == self.after.about["edition"]:  # of two reports: both tell which
            return f"Entre {self.before.full_name} et {self.after.full_name}"
        return f"Entre {self.before.name} et {self.after.name}"

    @property
    def is_same(self) -> bool:
        """Return True if figures and plan are the same. The texts of a mission, the words of people, a theme
        are not in an edition’s figures.
        """
        # Compared as they are: a fingerprint writes the whole study again, a second for an agglomeration.
        stored = ((each.study, each.plan, each.answers) for each in (self.before, self.after))
        return next(stored) == next(stored) and not self.ways

    @property
    def other_words(self) -> str:
        """The changes without a line, or not compared, in a sentence; "" for nothing."""
        if self.is_same:
            return "La mission, les paroles et le thème ne sont pas comparés : ils ont pu changer."
        return f"A aussi changé, sans être comparé ici : {listing(self.unlisted)}." if self.unlisted else ""

    @property
    def moved_actions(self) -> str:
        """The numbers of actions added, ended, delayed, withdrawn, in words; "" for none."""
        numbers = ((len({x.what for x in self.plan if x.kind == kind}), kind) for kind in COUNTED)
        return ", ".join(count(n, *COUNTED[kind]) for n, kind in numbers if n)

    @property
    def moved_money(self) -> str:
        """The costs and the fundings of the plan that moved, in words; "" where neither did."""
        sums = _money_sums(self.before.plan, self.after.plan)
        return ", ".join(f"{lower_first(what)} de {was} à {now}" for what, was, now in sums)

    @property
    def parts(self) -> list[tuple[str, Sequence[Change], str]]:
        """The tables of a comparison: title, lines, what is said when nothing moved. Those of a plan stand
        where it has lines alone.
        """
        parts: list[tuple[str, Sequence[Change], str]] = []
        if not self.incomparable:
            parts += [
                ("Les personnes", self.figures, "Aucune estimation du territoire n’a changé."),
                (ZONES, self.zones, RECUT if self.is_recut else "Aucune zone n’est sortie de sa fourchette."),
                ("L’offre", self.offer, "Aucun nombre de l’offre n’a changé pour sûr."),
            ]
        if self.answers or self.unmoved_answers:
            parts.append((ANSWERS, self.answers, "Aucune réponse n’a changé pour sûr."))
        lines = [(kind, [row for row in self.plan if row.kind == kind], "") for kind in Kind]
        parts += [(kind.value, rows, nothing) for kind, rows, nothing in lines if rows]
        if self.before.plan and self.after.plan and not self.plan:
            parts.append(("Le plan", (), SAME_PLAN))
        if self.before.plan and self.after.plan and self.is_recut:
            parts.append(("Les zones des actions", (), RECUT_PLAN))
        return parts

    @property
    def in_brief(self) -> tuple[str, ...]:
        """The figures that left their margins, the places, actions and money that moved, a sentence each."""
        figures = [x for x in self.figures if x.says != WITHIN]
        people = [f"**{x.what}** : {x.says}. Avant, {x.before} ; maintenant, {x.after}." for x in figures]
        if not (people or self.incomparable):
            people = ["**Personnes** : aucune estimation du territoire n’est sortie de sa fourchette."]
        places = [
            f"**{x.what}** : {x.before}, puis {x.after}, {x.says}." for x in self.offer if x.what == PLACES
        ]
        answers = [f"**{x.what}** : {x.before}, puis {x.after}." for x in self.answers]
        if self.unmoved_answers:
            n = count(self.unmoved_answers, "réponse", "réponses")
            answers.append(f"**Enquêtes** : {n} {UNSURE} d’une édition à l’autre.")
        actions = f"**Actions** : {self.moved_actions}." if self.moved_actions else ""
        planless = [edition for edition in (self.before, self.after) if edition.plan is None]
        absent = NO_PLAN.format(name=planless[0].name) if len(planless) == 1 else ""
        money = _money(self.before.plan, self.after.plan)
        return tuple(filter(None, (*people, *places, *answers, actions, absent, *money)))

    @property
    def top_answers(self) -> tuple[Change, ...]:
        """The answers of surveys that come first, one a question: the headlines, then those that moved."""
        by_question = {x.question: x for x in reversed((*self.headlines, *self.answers))}
        rows = dict.fromkeys((*self.headlines, *self.answers))
        return tuple(x for x in rows if by_question[x.question] == x)[:MOST_ANSWERS]

    @property
    def news(self) -> tuple[str, ...]:
        """The events between two editions, for whoever decides, a sentence each: the answers that come first,
        figures that moved for sure, actions by their new state, those that are late first, the last count of
        each, money; () for nothing.
        """
        figures = [f"{x.what} : {x.before}, puis {x.after}." for x in self.figures if x.says != WITHIN]
        became = {words: self._titles(words) for words in BECAME}
        actions = {words: f"**{words}** : {listing(titles)}." for words, titles in became.items() if titles}
        indicators = {_name(row): str(row.get("indicator") or "") for row in _actions(self.after.plan)}
        counted = [
            f"**{upper_first(indicators[x.what])}** : {x.after}."
            for x in self.plan
            if x.says.startswith(COUNT) and indicators.get(x.what) and x.after != NOTHING
        ]
        urgent = [actions.pop(words) for words in (LATE_WORD, *BEGUN) if words in actions]
        money = _money(self.before.plan, self.after.plan)
        return (*(x.fact for x in self.top_answers), *figures, *urgent, *counted, *money, *actions.values())

    def _titles(self, words: str) -> list[str]:
        """Return the titles of the actions that became such, each once; beyond a few, how many others."""
        kind, state = BECAME[words]
        names = (
            x.what
            for x in self.plan
            if x.kind == kind and (not state or (x.says.startswith(STATE) and x.after.startswith(state)))
        )
        titles = list(dict.fromkeys(name.partition(". ")[2] for name in names))
        more = len(titles) - MOST_TITLES
        return [*titles[:MOST_TITLES], *([count(more, "autre")] if more > 0 else [])]

    @property
    def conclusion(self) -> str:
        """The conclusion for a reader, in a sentence."""
        if self.incomparable:
            return "Ces deux éditions ne se comparent pas"
        if self.is_same:
            both = " et le plan" if self.before.plan and self.after.plan else ""
            return f"Les chiffres{both} sont les mêmes dans ces deux éditions"
        moves = " ; ".join(filter(None, (self.moved_actions, self.moved_money)))
        actions = f" ; {moves}" if moves else ""
        lines = [each for each in self.figures[:1] if each.says != WITHIN]
        if lines:
            return f"{lines[0].what} : {lines[0].says} qu’avant{actions}"
        total = "Le total reste dans la marge" if self.figures else "Aucune estimation n’a changé"
        if n := len(self.answers):
            total = f"{count(n, 'réponse', 'réponses')} d’enquête {'ont' if n > 1 else 'a'} changé"
        places = [f"{x.what} : {x.before}, puis {x.after}" for x in self.offer if x.what == PLACES]
        total = " ; ".join([*places, lower_first(total) if places else total])
        if actions:
            return f"{total}{actions}"
        moved = len(self.zones) + len(self.offer) + len(self.plan) + len(self.answers)
        if not moved:
            same = "Aucun chiffre n’est sorti de sa fourchette"
            return f"{same}, {DIFFER}" if self.unlisted else same
        n_lines = moved - n - len(places)
        return f"{total} ; {count(n_lines, 'ligne a', 'lignes ont')} changé" if n_lines else total


def answers_json(surveyed: Surveyed) -> dict[str, dict[str, object]]:
    """Return the published answers of surveys as an edition keeps them, by survey, question and answer."""
    return {
        "/".join(key): {
            "question": x.question,
            "libelle": x.label,
            "valeur": x.percent,
            "bas": x.low,
            "haut": x.high,
            "univers": x.universe,
            "calcul": x.computed,
            "source": x.source,
            "en_mots": x.figure,
        }
        for key, x in surveyed.items()
    }


def frozen(
    study: Mapping[str, object],
    plan: Mapping[str, object] | None,
    answers: Mapping[str, object] | None = None,
) -> bytes:
    """Return the figures that an edition stores, as bytes: a later one is compared with them."""
    stored = {"version": VERSION, "etude": study, "plan": plan, **({"enquetes": answers} if answers else {})}
    return (json.dumps(stored, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def edition(about: Fingerprint, content: bytes) -> Edition:
    """Return the edition that `frozen` wrote."""
    stored = json.loads(content)
    return Edition(about, stored["etude"], stored["plan"], stored.get("enquetes", {}))


def compare(before: Edition, after: Edition) -> Changes:
    """Return the changes from an edition to another of the same territory."""
    is_recut = _is_recut(before.study, after.study)
    incomparable = _incomparable(before.study, after.study)
    zones, within = ([], 0) if incomparable or is_recut else _zones(before.study, after.study)
    ways = _ways(before.about, after.about)
    figures = [] if incomparable else _totals(before.study, after.study)
    offer = [] if incomparable else _offer(before.study, after.study)
    printed = {"besoins": figures, "zones": zones or within or is_recut, "offre": offer, "sources": ways}
    unlisted = (
        []  # in other zones all but the totals differs, and `RECUT` says so
        if incomparable or is_recut
        else _other_changes(before.study, after.study, {name for name in printed if printed[name]})
    )
    answers, headlines, unmoved_answers = _answers(before.answers, after.answers)
    return Changes(
        before=before,
        after=after,
        incomparable=incomparable,
        ways=tuple(ways),
        figures=tuple(figures),
        zones=tuple(zones),
        within=within,
        offer=tuple(offer),
        plan=tuple(_plan_changes(before.plan, after.plan, is_recut=is_recut)),
        unlisted=tuple(unlisted),
        answers=tuple(answers),
        headlines=tuple(headlines),
        unmoved_answers=unmoved_answers,
        is_recut=is_recut and not incomparable,
    )


def _is_recut(one: Json, other: Json) -> bool:
    """Return True for the same residents in other zones: a territory, and its own zones that cut it whole."""
    was, now = one["territoire"], other["territoire"]
    people = was.get("population")
    return bool(people and was["code"] != now["code"] and people == now.get("population"))


def _other_changes(one: Json, other: Json, printed: Collection[str]) -> list[str]:
    """Return the differences of two studies, in words, without those that have a line already."""
    names = (name for name in {**one, **other} if one.get(name) != other.get(name) and name not in printed)
    return [STUDY.get(name, f"« {name} »") for name in names]


def _incomparable(one: Json, other: Json) -> str:
    """Return why the figures of two studies are not compared, "" when they are."""
    if one["territoire"]["code"] != other["territoire"]["code"] and not _is_recut(one, other):
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
    """Return the changes in how figures are made: sources, years, version of Maillage."""
    was = {each["id"]: each for each in one["donnees"]}
    now = {each["id"]: each for each in other["donnees"]}
    lines = [f"Source nouvelle : {now[id]['producteur']}, {now[id]['titre']}." for id in now if id not in was]
    lines += [f"Source retirée : {was[id]['producteur']}, {was[id]['titre']}." for id in was if id not in now]
    lines += [
        f"{now[id]['titre']} : {was[id]['millesime']}, puis {now[id]['millesime']}."
        for id in now
        if id in was and was[id]["millesime"] != now[id]["millesime"]
    ]
    if one["logiciel"] != other["logiciel"]:
        lines.append(f"Maillage {one['logiciel']}, puis {other['logiciel']} : la méthode a pu changer.")
    return lines


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
    lines = [Change(now[code]["nom"], "—", "zone nouvelle", "ajoutée") for code in now if code not in was]
    lines += [Change(was[code]["nom"], "zone d’avant", "—", "retirée") for code in was if code not in now]
    within = 0
    for code, zone in now.items():
        if code not in was:
            continue
        row = _change(zone["nom"], was[code]["precarite_numerique"], zone["precarite_numerique"])
        if row is not None and row.says == WITHIN:
            within += 1
        elif row is not None:
            lines.append(row)
    return lines, within


def _offer(one: Json, other: Json) -> list[Change]:
    was, now = one.get("offre"), other.get("offre")
    if not was or not now:
        if bool(was) == bool(now):
            return []
        states = ("pas recensée", "recensée") if now else ("recensée", "pas recensée")
        return [Change("L’offre", *states, "ne se compare pas")]
    rows = [_counted(PLACES, was.get("lieux"), now.get("lieux"))]
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
    words = [("non dit" if n is None else wording.number(n)) for n in (before, after)]
    if before is None or after is None:
        return Change(what, words[0], words[1], "ne se compare pas")
    gap = wording.number(abs(after - before))
    return Change(what, words[0], words[1], f"{gap} de {'plus' if after > before else 'moins'}")


def _change(what: str, before: FigureJson, after: FigureJson) -> Change | None:
    """Return an estimate before and after, None when it is the same, or withheld both times. Where silent
    places leave a range, its bounds are compared, and printed.
    """
    was, now = _figure(before), _figure(after)
    if was == now:
        return None
    words = ["non montré" if each is None else ranges.people(each).in_full for each in (was, now)]
    if words[0] == words[1]:  # an order of summation moves the last digits: nobody reads them
        return None
    if was is None or now is None:
        return Change(what, words[0], words[1], "ne se compare pas")
    says = HIGHER if now.low > was.high else LOWER if now.high < was.low else WITHIN
    return Change(what, words[0], words[1], says)


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


def _answers(one: Json, other: Json) -> tuple[list[Change], list[Change], int]:
    """Return the answers that changed for sure from a wave of a survey to the next, by the rule of its own
    document (`survey.waves.moves`), the headlines, and how many others have another share. Of two answers
    that make everybody, the one that findings quote.
    """
    move_by_key = moves(one, other)
    quoted = {"/".join(rule.answer) for rule in rules()}
    printed_keys: list[str] = []
    rows, headlines, unmoved = [], [], 0
    order = sorted(
        move_by_key,
        key=lambda key: (
            HEADLINES.index(key) if key in HEADLINES else len(HEADLINES),
            key not in quoted,
            not key.startswith("inhabitants/"),
        ),
    )
    for key in order:
        was, now, move = one[key], other[key], move_by_key[key]
        question = key.rpartition("/")[0]
        if any(
            each.startswith(f"{question}/")
            and all(waves.is_rest(_interval(x[key]), _interval(x[each])) for x in (one, other))
            for each in printed_keys
        ):
            continue
        printed_keys.append(key)
        answer = f"{now.get('question', '')} « {now['libelle']} » ({now['univers']})".strip()
        change = Change(
            answer,
            was["en_mots"],
            now["en_mots"],
            move.word,
            fact=_fact(key, was, now, move.word),
            shares=(_interval(was), _interval(now)),
            question=question,
        )
        if move.is_sure:
            rows.append(change)
        unmoved += not move.is_sure and was["valeur"] != now["valeur"]
        if key in HEADLINES and was != now:
            headlines.append(change)
    return rows, headlines, unmoved


class AnswerJson(TypedDict, total=False):
    """An answer of a survey as an edition stores it: percentages, its bounds, its universe."""

    question: str
    calcul: str
    libelle: str
    univers: str
    valeur: float
    bas: float
    haut: float


def moves(one: Mapping[str, AnswerJson], other: Mapping[str, AnswerJson]) -> dict[str, waves.Move]:
    """Return the change of every answer of everybody asked that two editions hold, survey by survey. An older
    edition has neither question nor count.
    """
    move_by_key: dict[str, waves.Move] = {}
    for kind in dict.fromkeys(key.partition("/")[0] for key in other):
        shares: list[dict[waves.AnswerName, waves.WaveShare]] = [{}, {}]
        for key in other:
            same_kind, question, answer = key.split("/", 2)
            if same_kind != kind or key not in one or " | " in answer:  # of a group
                continue
            for wave, row in zip(shares, (one[key], other[key]), strict=True):
                words = [row.get(name) or other[key].get(name, "") for name in ("question", "calcul")]
                percents = row["valeur"], row["bas"], row["haut"]
                wave[question, answer] = waves.WaveShare(
                    str(words[0]), row["libelle"], row["univers"], str(words[1]), percents
                )
        move_by_answer = waves.moves(*shares)
        move_by_key |= {"/".join((kind, *name)): move for name, move in move_by_answer.items()}
    return move_by_key


def _fact(key: str, was: Json, now: Json, verdict: str) -> str:
    """Return an answer as a finding says it, with its share before and what may be said of the change."""
    kind = key.partition("/")[0]
    people = f"des {SUBJECTS[kind]} qui ont répondu" if kind in SUBJECTS else "des habitants"
    (share, margin), (share_before, margin_before) = (_printed_share(each) for each in (now, was))
    words = {"/".join(rule.answer): rule.fact for rule in rules()}.get(key)
    if words is not None:
        fact = words.format(share, who=people).replace(" seulement ", " ")
    else:
        question = f"À la question « {now['question']} », " if now.get("question") else ""
        fact = f"{question}{share} {people} disent « {now['libelle']} »"
    return f"{fact} ({margin}), contre {share_before} avant ({margin_before}) : {verdict}."


def _printed_share(answer: Json) -> tuple[str, str]:
    """Return the share of an answer and its margin, as its edition printed them."""
    share, _, margin = answer["en_mots"].rstrip(")").partition(" (")
    return share, margin.partition(", n")[0]


def _interval(answer: Json) -> comparisons.Interval:
    return answer["valeur"] / 100, answer["bas"] / 100, answer["haut"] / 100


def _plan(one: Json, other: Json) -> list[Change]:
    """Return the changes of a plan itself, of its dynamics, then the actions written, withdrawn or changed:
    one keeps its number when its title changes, and its title when it is moved.
    """
    lines = _fields("Le plan", _counted_keys(one), _counted_keys(other), PLAN, excluded=("axes", "yearly"))
    lines += [*_years(one, other), *_dynamics(one, other)]
    was, now = (_actions(plan) for plan in (one, other))
    pairs: list[tuple[Json, Json]] = []
    for same in (lambda row: (_label(row), row["title"]), _label, lambda row: row["title"]):
        row_by_key = {same(row): row for row in was}
        for row in list(now):
            if (before := row_by_key.pop(same(row), None)) is not None:
                pairs.append((before, row))
                was.remove(before)
                now.remove(row)
    lines += [Change(_name(row), "—", str(row["state"]), NEW_ACTION, Kind.ADDED) for row in now]
    lines += [Change(_name(row), str(row["state"]), "—", "Action retirée", Kind.WITHDRAWN) for row in was]
    for before, row in sorted(pairs, key=lambda pair: [int(n) for n in _label(pair[1]).split(".")]):
        if _label(before) != _label(row):
            lines.append(Change(_name(row), _label(before), _label(row), "Le numéro a changé"))
        lines += _of_action(before, row)
    return lines


def _plan_changes(one: Json | None, other: Json | None, *, is_recut: bool) -> list[Change]:
    """Return the changes of a plan that two editions hold, none where one does not."""
    if not one or not other:
        return []
    return _plan(_uncut(one), _uncut(other)) if is_recut else _plan(one, other)


def _uncut(plan: Json) -> Json:
    """Return a plan without what depends on the zones of its edition."""
    axes = [
        {**axis, "actions": [{k: v for k, v in row.items() if k not in OF_A_CUT} for row in axis["actions"]]}
        for axis in plan["axes"]
    ]
    return {**{k: v for k, v in plan.items() if k != "settled"}, "axes": axes}


def _of_action(before: Json, row: Json) -> list[Change]:
    """Return the changes of an action: its end, its delay, its money, then the rest."""
    lines, covered, name = [], {*MONEY}, _name(row)
    was, now = str(before.get("state", "")), str(row.get("state", ""))
    if now.startswith(OVER) and was.partition(",")[0] != now.partition(",")[0]:
        kind = Kind.ENDED if now.startswith(OVER[0]) else Kind.DROPPED
        lines.append(Change(name, was, now, upper_first(now.partition(",")[0]), kind))
        covered.add("state")
    elif LATE in now and LATE not in was:
        lines.append(Change(name, was, now, upper_first(LATE), Kind.DELAYED))
        covered.add("state")
    if now.startswith(OVER):
        covered |= {"lacks", "undecided"}  # nobody decides anything more of an action that is over
    if delay := _delay(before, row):
        lines.append(Change(name, _period(before), _period(row), f"Retardée de {delay}", Kind.DELAYED))
        covered |= {*DATES}
    money = _fields(name, before, row, ACTION, excluded=[field for field in row if field not in MONEY])
    lines += [replace(change, kind=Kind.MONEY) for change in money]
    lines += _fields(name, before, row, ACTION, excluded=[*covered, *LACKING_FIELDS])
    # A date written is told once, as a date: that it lacks no more says nothing else.
    written_fields = [field for field in row if field not in LACKING_FIELDS]
    lacking = _fields(name, before, row, ACTION, excluded=[*written_fields, *covered])
    return lines or lacking[-1:]


def _delay(before: Json, row: Json) -> str:
    """Return the delay of an action, of its end or of its start: « 3 mois »; "" where it does not, or
    where an edition does not hold its days.
    """
    for key in ("last_day", "first_day"):
        if (was := before.get(key)) and (now := row.get(key)) and now != was:
            days = (date.fromisoformat(now) - date.fromisoformat(was)).days
            if days > FEW_DAYS:
                return f"{round(days / MONTH)}{wording.NBSP}mois"
            return count(days, "jour") if days > 0 else ""
    return ""


def _period(row: Json) -> str:
    return " – ".join(filter(None, (str(row.get(name) or "") for name in DATES)))


def _money(one: Json | None, other: Json | None) -> list[str]:
    """Return the costs and the fundings of a plan that moved, a sentence each."""
    return [f"**{what}** : {was}, puis {now}." for what, was, now in _money_sums(one, other)]


def _money_sums(one: Json | None, other: Json | None) -> list[tuple[str, str, str]]:
    """Return the costs and the fundings of a plan that moved, each with its sums before and after; nothing
    where an edition was frozen before it had costs by year.
    """
    if one is None or other is None or "yearly" not in one or "yearly" not in other:
        return []
    sums = [
        (what, amount(one), amount(other))
        for what, amount in (("Budgets écrits", _cost), ("Financements", _funded))
    ]
    return [(what, _euros(was), _euros(now)) for what, was, now in sums if was != now]


def _years(one: Json, other: Json) -> list[Change]:
    """Return the costs of a plan that are not the same, a row a year."""
    was, now = (
        {row["label"]: _euros(row["total"]) for row in plan.get("yearly", ())} for plan in (one, other)
    )
    if "yearly" not in one or "yearly" not in other:
        return []
    return [
        Change(
            f"Le plan, {label}",
            was.get(label, "—"),
            now.get(label, "—"),
            _says(PLAN["yearly"], was, now, is_made=True),
            Kind.MONEY,
        )
        for label in dict.fromkeys((*was, *now))
        if was.get(label) != now.get(label)
    ]


def _euros(amount: int) -> str:
    return f"{wording.number(amount)}{wording.NBSP}€"


def _cost(plan: Json | None) -> int:
    return sum(row["total"] for row in plan["yearly"] if row["is_total"]) if plan else 0


def _funded(plan: Json | None) -> int:
    return sum(row.get("funded") or 0 for row in _actions(plan) if row["state"] != OVER[1])


def _counted_keys(plan: Json) -> Json:
    """Return a plan with how many gaps it answers: their keys are for machines."""
    return {**plan, "settled": len(plan["settled"])} if "settled" in plan else plan


def _dynamics(one: Json, other: Json) -> list[Change]:
    """Return the dynamics written, withdrawn or changed; one keeps its number when its title changes."""
    was, now = ({axis.get("number"): axis for axis in plan["axes"]} for plan in (one, other))
    lines = [Change(_dynamic(now[n]), "—", "écrite", "Dynamique nouvelle") for n in now if n not in was]
    lines += [Change(_dynamic(was[n]), "écrite", "—", "Dynamique retirée") for n in was if n not in now]
    for n in (n for n in now if n in was):
        lines += _fields(_dynamic(now[n]), was[n], now[n], AXIS, excluded=("actions",))
    return lines


def _dynamic(axis: Json) -> str:
    return f"Dynamique {axis.get('number', '')} : {axis.get('title', '')}"


def _fields(
    what: str, one: Json, other: Json, words: Mapping[str, str], *, excluded: Sequence[str] = ()
) -> list[Change]:
    """Return every field of a row that is not the same, whatever it holds. One that an edition froze before
    it existed is not compared.
    """
    order = (*words, *(name for name in other if name not in words))
    names = (n for n in order if n in one and n in other and n not in (*RANKS, *excluded))
    return [
        Change(
            what,
            _field_word(name, one[name]),
            _field_word(name, other[name]),
            _says(words.get(name, f"« {name} »"), one[name], other[name], is_made=name in DERIVED_FIELDS),
        )
        for name in names
        if one[name] != other[name]
    ]


def _says(words: str, before: object, after: object, *, is_made: bool = False) -> str:
    """Return the change of a field, in words: « Les zones ont changé », « Le pilote manquait ».
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
        {
            **each,
            "axis": axis.get("number"),
            **({"objective": STALE.sub("", each["objective"])} if each.get("objective") else {}),
        }
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


def _field_word(name: str, value: object) -> str:
    if name in EUROS and isinstance(value, int):
        return _euros(value)
    return _word(value, is_made=name in DERIVED_FIELDS)


def _word(value: object, *, is_made: bool = False) -> str:
    """Return a frozen value as it is read: « non renseigné », « 2 000 », « une étape ; une autre »."""
    if _is_empty(value):
        return NOTHING if is_made else "non renseigné"
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
    """Return a comparison as a document: what moved, in brief, then its tables."""
    name = c.after.study["territoire"]["nom"]
    within = count(c.within, "autre zone reste", "autres zones restent") if c.within else ""
    leads = {ZONES: f"{within} dans la marge." if within else ""}
    parts = [_table(title, nothing, rows, lead=leads.get(title, "")) for title, rows, nothing in c.parts]
    chapters = [_summary(c), *parts]
    return Document(
        title=f"Ce qui a changé : {name}",
        cover=Cover(
            title=name,
            over="Ce qui a changé",
            subtitle=c.editions_words,
            edition=f"Comparées le {in_words(on)}",
            print=f"Empreintes {c.before.print} et {c.after.print}",
            svg="",
            alt="",
        ),
        chapters=tuple(chapters),
        keywords=("inclusion numérique", "comparaison", name),
    )


def _summary(c: Changes) -> Chapter:
    brief: tuple[Block, ...] = () if c.is_same else (Bullets(items=c.in_brief),)
    blocks: list[Block] = [*brief, Text(text=MARGIN, tone="note")]
    if c.incomparable:
        blocks.insert(0, Callout(tone="prudence", title="Chiffres non comparés.", text=c.incomparable))
    if c.ways:
        blocks += [Text(text="Comment les chiffres sont faits a changé :"), Bullets(items=c.ways)]
    if c.unlisted:
        blocks.append(Text(text=c.other_words))
    return Chapter(
        number="",
        short="En bref",
        title=c.conclusion,
        lead=f"{c.editions_words}.",
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
