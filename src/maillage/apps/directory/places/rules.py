"""Rules of a directory, independent of storage: addresses, freshness, merging of imports."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from maillage.kernel.names import plain
from maillage.reference import offer
from maillage.reference.files import read_yaml
from maillage.reference.sheet import OLD_MONTHS, listable, practices
from maillage.words.languages import say

Sheet = Mapping[str, Any]
Origins = Mapping[str, Mapping[str, Any]]

PUBLISHED, EXCLUDED, ENDED, MERGED = "published", "excluded", "ended", "merged"
STATES = {
    PUBLISHED: "publié",
    EXCLUDED: "hors du recensement",
    ENDED: "fermé pour de bon",
    MERGED: "réuni à un autre",
}
RUNNING, DONE, UNDONE, FAILED = "running", "done", "undone", "failed"
IMPORT_STATES = {RUNNING: "en cours", DONE: "terminé", UNDONE: "défait", FAILED: "arrêté"}
OPEN, ACCEPTED, DECLINED = "open", "accepted", "declined"
ANSWERS = {OPEN: "à décider", ACCEPTED: "accepté", DECLINED: "écarté"}
VERBS = {
    "import": "importé",
    "undo": "import défait",
    "edit": "modifié",
    "confirm": "confirmé",
    "merge": "réuni",
    "unmerge": "séparé",
    "accept": "proposition acceptée",
    "close": "fermeture notée",
    "full": "complet noté",
    "exclude": "mis hors du recensement",
    "publish": "publié",
    "end": "fin notée",
    "custody": "confié à une autre structure",
}
RHYTHMS = {1: "tous les mois", 3: "tous les 3 mois", 6: "tous les 6 mois", 12: "tous les ans"}
USUAL_RHYTHM = 6
BY_HAND = "Saisie"  # the source of the sheets typed here
UNSURE = 2  # doubts about a place, of three
CLOSED_MINUTES = 5  # on foot, by which a place that is closed when one arrives is made further
SILENT_DETOUR = 1.25  # by which each silence of a place makes it further: how to ask, what it offers
READING_RHYTHMS = {
    0: "seulement quand on le demande",
    1: "tous les jours",
    7: "toutes les semaines",
    30: "tous les 30 jours",
}

BODY_STATES = {
    "to-contact": "à contacter",
    "contacted": "contacté",
    "answered": "répondu",
    "refused": "refuse",
    "out": "hors champ",
}
FOUND_BY = {
    "official": "liste officielle",
    "contact": "contact",
    "recommended": "recommandation",
    "network": "réseau",
    "directory": "déjà dans l’annuaire",
}
CALL_STATES = {
    "to-do": "à appeler",
    "called": "appelé",
    "no-answer": "pas de réponse",
    "confirmed": "confirmé",
    "changed": "modifié",
}
OUTING_KINDS = {
    "market": "demi-journée au marché",
    "school": "sortie d’école",
    "hosted": "permanence chez un partenaire",
    "conference": "conférence",
    "workshop": "atelier découverte",
    "campaign": "affichage, tracts, réseaux",
    "colleagues": "entre professionnels",
}
OUTING_STATES = {"planned": "prévue", "done": "faite", "cancelled": "annulée"}
DEVICES_AT_ONCE = 300  # that one collection brings
GIVERS = {
    "company": "une entreprise",
    "collectivity": "une collectivité",
    "association": "une association",
    "other": "quelqu’un d’autre",
}
DEVICE_STATES = {
    "here": "disponible",
    "lent": "prêté",
    "repair": "en réparation",
    "out": "sorti",
    "given": "remis",
}
DEVICE_KINDS = {
    "computer": "ordinateur",
    "tablet": "tablette",
    "phone": "téléphone",
    "sim": "carte SIM",
    "router": "boîtier ou clé 4G",
    "other": "autre matériel",
}
DEVICE_OUTCOMES = {"used": "sert toujours", "stopped": "ne sert plus", "unknown": "pas de nouvelles"}

# Every field but these comes from somebody; these say who said it, and follow the file.
FOLLOWING = ("date_maj", "source", "id")
EASY_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.~-]{0,79}")


def address_of(id: str, sheet: Sheet) -> str:
    """Return the address of a place: its identifier when it can be one, else its name and commune."""
    if EASY_ID.fullmatch(id):
        return id
    named = "-".join(plain(f"{sheet.get('nom', '')} {sheet.get('commune', '')}").split())[:70]
    return named or "lieu"


def dated_on(updated_on: date | None, confirmed_on: date | None, *, on: date) -> date | None:
    """Return the day of which a sheet speaks, the later of what its source says and of its confirmation; None
    without any. A day to come, which some file has by mistake, is none.
    """
    return max((day for day in (updated_on, confirmed_on) if day and day <= on), default=None)


@dataclass(frozen=True, slots=True)
class Freshness:
    """The age of a sheet's last confirmation: 4 under 6 months, 3 under 12, 2 under 18, 1 beyond, 0 when
    unknown.
    """

    stitches: int
    words: str
    months: int | None
    confirmed: bool = False


def freshness(updated_on: date | None, confirmed_on: date | None, *, on: date) -> Freshness:
    """Return the freshness of a sheet: from its confirmation, else from its own date; a file's date confirms
    nothing.
    """
    last = dated_on(updated_on, confirmed_on, on=on)
    if last is None:
        return Freshness(0, say("date inconnue"), None)
    months = months_between(last, on)
    stitches = next((n for limit, n in ((6, 4), (12, 3), (OLD_MONTHS, 2)) if months < limit), 1)
    if confirmed_on is not None and confirmed_on == last:
        return Freshness(stitches, say("confirmé {ago}", ago=ago(months)), months, confirmed=True)
    return Freshness(stitches, say("mis à jour {ago}", ago=ago(months)), months)


def months_between(first: date, last: date) -> int:
    """Return whole months from one day to another, 0 when the first is later."""
    months = (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)
    return max(months, 0)


def ago(months: int) -> str:
    """Return a lapse in words.

    >>> ago(0), ago(14), ago(30)
    ('ce mois-ci', 'il y a 14 mois', 'il y a 2 ans')
    """
    if months == 0:
        return say("ce mois-ci")
    return say("il y a {lapse}", lapse=lapse(months))


def lapse(months: int) -> str:
    """Return months in words; in years from two.

    >>> lapse(14), lapse(30)
    ('14 mois', '2 ans')
    """
    return say("{n} mois", "{n} mois", n=months) if months < 24 else say("{n} an", "{n} ans", n=months // 12)


def doubt(*, has_phone: bool, has_hours: bool, is_old: bool, says_what: bool) -> int:
    """Return the doubt about a place, from 0: 2 when nobody can call it nor know when to come, 1 when two of
    these three lack: a telephone, hours of a sheet that is not old, what one finds there. Whoever walks there
    may find nothing, and could not ask before.
    """
    if not has_phone and not has_hours:
        return 2
    n_lacking = (not has_phone) + (not has_hours or is_old) + (not says_what)
    return int(n_lacking >= UNSURE)


def apparent_minutes(minutes: float, *, is_open: bool) -> float:
    """Return the minutes of a walk as they are compared: a few more to a place that is closed on arrival, so
    that of two places nearly as far the open one comes first.
    """
    return minutes if is_open else minutes + CLOSED_MINUTES


def apparent_metres(metres: float, *, has_phone: bool, has_hours: bool, says_what: bool) -> float:
    """Return the metres of a place as they are compared: a quarter more for a place that nobody can call nor
    know when to come, and again for one that does not say what it offers, so that at near equal distance the
    others come first.
    """
    n_silences = (not has_phone and not has_hours) + (not says_what)
    return float(metres * SILENT_DETOUR**n_silences)


def confirm_by(confirmed_on: date | None, rhythm: int) -> date | None:
    """Return the day a sheet should be confirmed again, None when it never was."""
    if confirmed_on is None:
        return None
    return confirmed_on + timedelta(days=round(rhythm * 30.44))


def structure_key(sheet: Sheet) -> tuple[str, str]:
    """Return (key, name) of the structure that runs a place: its SIREN, else the name of its parent, else its
    own.

    Places with the same SIREN belong to one structure; a place that names no parent belongs to itself.
    """
    pivot = str(sheet.get("pivot", ""))
    parent = str(sheet.get("structure_parente", ""))
    name = parent or str(sheet.get("nom", ""))
    if len(pivot) in (9, 14) and pivot.isdigit():
        return f"siren:{pivot[:9]}", name
    if pivot:
        return f"pivot:{pivot}", name
    where = "" if parent else str(sheet.get("code_insee", ""))
    return f"nom:{plain(name)[:150]}:{where}", name


INVITED = "equipe:"  # begins the key of a structure that an invitation added


def invited_key(seat: str, name: str) -> str:
    """Return the key of a structure that an invitation adds: its namesake of another territory is another."""
    return f"{INVITED}{seat}:{plain(name)}"[:180]


def public_structure(key: str) -> str:
    """Return the number under which a structure is published: the same in every directory that knows it by
    this key.
    """
    return f"structure-{sha256(key.encode()).hexdigest()[:12]}"


def carries_itself(key: str, sheet: Sheet) -> bool:
    """Return True for a place that names no structure: the one it is filed under is only its own name."""
    return not sheet.get("pivot") and not sheet.get("structure_parente") and key == structure_key(sheet)[0]


# What becomes of the custody of a place when its sheet names another carrier (`custody`).
STAYS, LEARNS, FORGETS, RENAMES, MOVES, ASKS = "stays", "learns", "forgets", "renames", "moves", "asks"
CUSTODY = "structure"  # the field of a proposal that asks the team of a place to hand it over


@dataclass(frozen=True, slots=True)
class Stakes:
    """Burden of a place that moves to another structure, counted by the features above the directory.

    members: by structure, the accounts that act for it; invited: structures that expect one; running: by
    place, the referrals to it still running.
    """

    members: Mapping[int, int]
    invited: frozenset[int]
    running: Mapping[int, int]

    def has_team(self, structure: int) -> bool:
        return structure in self.members or structure in self.invited

    def guards(self, lieu: int, structure: int) -> bool:
        """Require an agreement for a change of custody: the place has a team, or persons are on their way."""
        return self.has_team(structure) or lieu in self.running


def has_number(key: str) -> bool:
    """Return True for a structure known by a number, False for one known by its name alone."""
    return key.startswith(("siren:", "pivot:"))


def custody(own: str, before: str, now: str, *, guarded: bool, other: bool, alone: bool) -> str:
    """Return the custody of a place whose sheet is changed.

    own: the key of the structure in custody; before, now: the keys its sheet named, and names. guarded: it
    has a team, or persons are on their way to it; other: another structure has the key `now`; alone: its
    structure has no other place. A guarded place never moves by itself: its structure takes a number that is
    free, or its team is asked.
    """
    if now in (before, own):
        return STAYS
    if not guarded:
        return MOVES if other or not alone else RENAMES
    if has_number(own) and own == before and not has_number(now):
        return FORGETS
    if other:
        return ASKS
    if not has_number(now):
        return STAYS
    return LEARNS if alone or not has_number(own) else ASKS


def same_state(one: Mapping[str, Any], two: Mapping[str, Any]) -> bool:
    """Compare two snapshots of a place on what both contain: older ones have no custody."""
    return all(two[name] == value for name, value in one.items() if name in two)


OTHER_KIND = "autre"  # what carries a place when nothing says it


def kind_of(sheet: Sheet) -> str:
    """Return the type of structure of a place: the first code more specific than “other”, else one read from
    the words of its source, else from its name.
    """
    codes = sheet.get("typologie", ())
    kinds = [offer.kinds_by_word().get(plain(code), OTHER_KIND) for code in codes]
    specific = next((kind for kind in kinds if kind != OTHER_KIND), None)
    words = (str(sheet.get(name, "")) for name in ("type_origine", "nom"))
    return specific or next(filter(None, map(offer.kind_named_in, words)), OTHER_KIND)


@dataclass(frozen=True, slots=True)
class Update:
    """A new version of a stored sheet: the sheet and origins to store, and what only a person may decide."""

    sheet: dict[str, Any]
    origins: dict[str, dict[str, Any]]
    contested: dict[str, Any]

    def changes(self, current: Sheet) -> bool:
        """Compare the visible fields of both sheets: the date alone does not count."""
        quiet = ("date_maj", "source")
        return {k: v for k, v in self.sheet.items() if k not in quiet} != {
            k: v for k, v in current.items() if k not in quiet
        }


def is_typed(origins: Origins) -> bool:
    """Return True if somebody typed or confirmed a field of a sheet."""
    return any(origin.get("confirmed_on") for origin in origins.values())


def updated(current: Sheet, origins: Origins, new: Sheet, *, source: str, on: str) -> Update:
    """Apply an import to a stored sheet.

    A field nobody confirmed, and that came from the same source, follows the file. One missing from the file
    stays, as an empty cell proves nothing; but lists and practices, which the file states in full, follow it
    even to nothing. A field that a structure confirmed, or that came from another source, stays as it is; the
    new value is contested: both are displayed. Hours written as OpenStreetMap writes them, as some formats
    can do nothing else, leave the words they were said in when the week is the same. A file without
    coordinates, whose point is that of the commune, leaves the nearer point of the same address.
    """
    if _is_farther_point(current, new):
        known = {name: value for name, value in current.items() if name in POINT}
        new = {**{name: value for name, value in new.items() if name not in POINT}, **known}
    sheet, new_origins, contested = (
        dict(current),
        {name: dict(origin) for name, origin in origins.items()},
        {},
    )
    for name, value in new.items():
        origin = new_origins.get(name, {})
        follows = (
            name in FOLLOWING
            or name not in current
            or (origin.get("source") == source and not origin.get("confirmed_on"))
        )
        if origin.get("instead_of") == value:
            continue  # somebody already chose another value over this one
        if current.get(name) == value or _is_poorer(name, value, current.get(name)):
            if follows:
                new_origins[name] = {**origin, "source": source, "on": on}
        elif follows:
            sheet[name] = value
            new_origins[name] = {"source": source, "on": on}
        else:
            contested[name] = value
    for name in set(current) - set(new):
        if name in offer.fields() and offer.fields()[name].kind != "list":
            continue
        origin = new_origins.get(name, {})
        if origin.get("source") == source and not origin.get("confirmed_on"):
            del sheet[name], new_origins[name]
    return Update(sheet, new_origins, contested)


POINT = (
    "latitude",
    "longitude",
    "precision",
)  # precision, in metres: none for a point of a file or of a person


def _is_farther_point(current: Sheet, new: Sheet) -> bool:
    """Return True for a new sheet at the same address, whose point is known less well than the stored one."""
    return (
        "latitude" in current
        and float(new.get("precision", 0)) > float(current.get("precision", 0))
        and all(current.get(name) == new.get(name) for name in ("adresse", "code_insee"))
    )


def _is_poorer(name: str, new: Any, current: Any) -> bool:
    """Return True for a value that repeats the stored one with less of the words.

    >>> current = {"osm": "Mo 09:00-12:00", "text": "lundi matin, sauf la foire", "left": "sauf la foire"}
    >>> _is_poorer("horaires", {"osm": "Mo 09:00-12:00", "text": "Mo 09:00-12:00"}, current)
    True
    >>> _is_poorer("horaires", {"osm": "Mo 09:00-12:00", "text": "lundi matin"}, current)
    False
    """
    if name not in offer.fields() or offer.fields()[name].kind != "hours":
        return False
    week = (current or {}).get("osm")
    return bool(week) and new.get("osm") == new.get("text") == week


def completed(current: Sheet, new: Sheet) -> dict[str, Any]:
    """Apply a file that only adds to a stored sheet: lists and practices grow, empty fields are filled."""
    merged = dict(current)
    for name, value in new.items():
        if name in current and name in offer.fields() and offer.fields()[name].kind == "list":
            merged[name] = [*current[name], *(each for each in value if each not in current[name])]
        elif name == "practices":
            merged[name] = {**value, **current.get(name, {})}
        elif name == "date_maj":
            merged[name] = max(str(value), str(current.get(name, "")))
        else:
            merged.setdefault(name, value)
    return merged


def passed_on(
    survivor: Sheet,
    origins: Origins,
    before: Sheet,
    update: Update,
    *,
    source: str,
    on: str,
    same_source: bool,
) -> Update:
    """Apply a new version of a merged sheet to its survivor: only the changes of the version.

    before: the merged sheet as it was, `update` its file applied to it. same_source: the survivor comes from
    the same source, whose dates it then follows.
    """
    silent = ("id",) if same_source else FOLLOWING
    changed = {
        n: v for n, v in update.sheet.items() if n not in silent and before.get(n) != v
    } | update.contested
    touched = changed.keys() | (before.keys() - update.sheet.keys())
    part = updated({n: survivor[n] for n in touched if n in survivor}, origins, changed, source=source, on=on)
    return Update(
        {**{n: v for n, v in survivor.items() if n not in touched}, **part.sheet},
        part.origins,
        part.contested,
    )


def edited(
    current: Sheet, origins: Origins, values: Sheet, *, by: str, on: str
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Return a sheet once a person edited it: typed values are theirs, an emptied field is withdrawn."""
    sheet, new_origins = dict(current), {name: dict(origin) for name, origin in origins.items()}
    for name, value in values.items():
        if value in (None, "", [], {}):
            sheet.pop(name, None)
            new_origins.pop(name, None)
        elif sheet.get(name) != value:
            sheet[name] = value
            new_origins[name] = {"source": by, "on": on, "confirmed_on": on, "by": by}
    return sheet, new_origins


PLACED = frozenset({"adresse", "code_postal", "commune", "code_insee", "latitude", "longitude", "precision"})


def settled(field: str, typed: Collection[str]) -> bool:
    """Return True for typed fields that answer a doubt about `field`.

    The parts of an address are read together, as a practice and its conditions are.

    >>> settled("commune", {"adresse"}), settled("wifi.frais", {"practices"}), settled("nom", {"adresse"})
    (True, True, False)
    """
    if field in PLACED:
        return not PLACED.isdisjoint(typed)
    return field in typed or ("." in field and "practices" in typed)


def confirmed(
    sheet: Sheet, origins: Origins, *, by: str, on: str, doubted: Collection[str] = ()
) -> dict[str, dict[str, Any]]:
    """Return the origins of a sheet confirmed as it stands, but for what is in doubt. doubted: fields,
    practices or conditions of them.
    """
    in_doubt = {"practices" if id.partition(".")[0] in offer.practices() else id for id in doubted}
    return {
        name: dict(origins.get(name, {}))
        if any(settled(id, {name}) for id in in_doubt)
        else {**origins.get(name, {}), "confirmed_on": on, "by": by}
        for name in sheet
        if name not in FOLLOWING
    }


MOST_STITCHES = 30


def stitches(done: int, total: int) -> list[bool]:
    """Return the stitches of a count, the filled ones first: one for each up to 30, in proportion beyond.

    Beyond, something done shows and something left shows too.

    >>> stitches(1, 3), sum(stitches(1, 500)), sum(stitches(499, 500)), len(stitches(1, 500))
    ([True, False, False], 1, 29, 30)
    """
    if total <= MOST_STITCHES:
        filled, n_stitches = done, total
    else:
        n_stitches = MOST_STITCHES
        filled = (
            n_stitches
            if done >= total
            else min(max(round(done * n_stitches / total), int(done > 0)), n_stitches - 1)
        )
    return [n < filled for n in range(n_stitches)]


@cache
def condition_questions() -> dict[str, dict[str, str]]:
    """Return, for each practice, the conditions to fill on a sheet, in order, each with its question."""
    labels = {id: of.label for id, of in offer.conditions().items()}
    raw = read_yaml(offer.FILES / "asked.yaml")
    return {
        id: {name: question or labels[name] for name, question in conditions.items()}
        for id, conditions in raw.items()
    }


def facets(sheet: Sheet) -> list[str]:
    """Return the facets of a place, as `family:value`. Only what is offered today counts, and nothing is
    guessed.
    """
    values = {f"type:{kind_of(sheet)}"}
    for name in (
        "services",
        "publics_specifiquement_adresses",
        "prise_en_charge_specifique",
        "frais_a_charge",
        "dispositif_programmes_nationaux",
    ):
        values |= {f"{FAMILIES[name]}:{slug}" for slug in sheet.get(name, ())}
    for name, practice in listable(sheet).items():
        if practice.get("state") == "offered":
            values.add(f"pratique:{name}")
            values |= {f"prix:{slug}" for slug in practice.get("frais", ())}
            values |= {f"niveau:{slug}" for slug in practice.get("niveau", ())}
            values |= {f"aide:{slug}" for slug in practice.get("accompagnement", ())}
            values |= {f"public:{slug}" for slug in practice.get("publics", ())}
            values |= {f"langue:{each.strip().capitalize()}" for each in practice.get("langues", ())}
            values |= {
                f"pratique:{name}:{slug}"
                for slug in (
                    *practice.get("endroit", ()),
                    *practice.get("accompagnement", ()),
                    *practice.get("etats", ()),
                    *practice.get("soucis", ()),
                    *practice.get("objets", ()),
                    *(
                        name
                        for name in ("avec_aide", "logements", "a_domicile", "auto_reparation")
                        if practice.get(name)
                    ),
                )
            }
            if name == "wifi" and "barrieres" in practice and not OUT_OF_REACH & set(practice["barrieres"]):
                values.add("wifi:sans_contact")
    values |= {f"aide:{slug}" for slug in sheet.get("modalites_accompagnement", ())}
    values |= {f"ailleurs:{slug}" for slug in sheet.get("hors_les_murs_ou", ())}
    if "come" in sheet.get("modalites_acces", ()):
        values.add("venir:come")
    values |= {f"langue:{each.strip().capitalize()}" for each in sheet.get("langues", ())}
    foreign = set(sheet.get("prise_en_charge_specifique", ())) & {"english", "languages"}
    if foreign or any(facet.startswith("langue:") for facet in values - {"langue:Français"}):
        values.add("langues:oui")
    return sorted(values)


OUT_OF_REACH = {"email", "sms", "account"}  # what somebody without telephone nor e-mail cannot give
FAMILIES = {
    "services": "service",
    "publics_specifiquement_adresses": "public",
    "prise_en_charge_specifique": "pour",
    "frais_a_charge": "prix",
    "dispositif_programmes_nationaux": "reseau",
}


def gaps(sheet: Sheet) -> list[str]:
    """List the first things looked for that a sheet does not say: services, hours, description.

    >>> gaps({"nom": "Café des Voisins", "horaires": {"text": "le mardi matin"}})
    ['services', 'description']
    """
    offered = sheet.get("services") or practices(sheet)
    described = sheet.get("presentation_resume") or sheet.get("presentation_detail")
    known = {"services": offered, "hours": sheet.get("horaires"), "description": described}
    return [name for name, value in known.items() if not value]


def searched(sheet: Sheet) -> str:
    """Return the words that find a place, as `plain` writes them."""
    lists = offer.lists()
    words = [
        sheet.get(f, "")
        for f in ("nom", "structure_parente", "commune", "quartier", "adresse", "type_origine")
    ]
    words += [offer.kinds()[kind_of(sheet)].label]
    words += [lists["services"].values[slug].label for slug in sheet.get("services", ())]
    words += [f"{offer.practices()[p].label} {offer.practices()[p].need}" for p in listable(sheet)]
    words += [*sheet.get("autres_formations_labels", ()), str(sheet.get("presentation_resume", ""))]
    words += [
        word
        for each in listable(sheet).values()
        for listed in (each.get("themes", ()), each.get("materiel", ()))
        for word in listed
    ]
    dispositifs = lists["dispositif_programmes_nationaux"].values
    words += [dispositifs[slug].label for slug in sheet.get("dispositif_programmes_nationaux", ())]
    return " ".join(dict.fromkeys(plain(" ".join(map(str, words))).split()))
