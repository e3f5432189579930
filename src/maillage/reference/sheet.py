"""The sheet of a place: what is known of it, field by field, as plain values that any store can keep.

A sheet is a mapping from the fields of `reference/offer/fields.yaml` to:

- text (kinds key, name, line, text, street, commune, postcode, insee, pivot): str;
- latitude, longitude: float, WGS84 degrees;
- typologie: codes of the national list; `type_origine` keeps the words of the file;
- telephone, courriels, site_web, fiche_acces_libre, prise_rdv, lines: list of str;
- horaires: {"osm", "text", "left"}: valid OSM hours, the original text, what was not understood;
- date: "AAAA-MM-JJ"; list: slugs of the closed list; yesno: bool; whole: int;
- fermetures: list of {"du", "au", "motif"};
- "precision": metres of doubt around the point, absent when the point is given by the file;
- "sans": the practices that the place says it does not give, absent from "practices";
- "texte_libre": True where what the place gives was read in words typed freely: those it does not name are
  unknown, be they in the words of other places;
- "practices": {practice: {"state": "offered" | "planned" | "ended", and its conditions}}.

A field that nobody filled is absent: never '', None or an empty list.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

Sheet = Mapping[str, Any]
OLD_MONTHS = 18  # from which what a sheet says is worth asking again


class Practice(TypedDict, total=False):
    """A practice of a place and its conditions, as `reference/offer/conditions.yaml` has them; one that
    nobody filled is absent.
    """

    state: Literal["offered", "planned", "ended"]
    publics: list[str]
    ages: str
    residence: str
    prescription: bool
    niveau: list[str]
    frais: list[str]
    frais_precisions: str
    langues: list[str]
    prise_en_charge: list[str]
    etats: list[str]
    materiel: list[str]
    postes: int
    accompagnement: list[str]
    endroit: list[str]
    hors_les_murs: bool
    avec_aide: bool
    logements: bool
    a_domicile: bool
    auto_reparation: bool
    discret: bool
    permanence: str
    etapes: list[str]
    regularite: str
    inscription: str
    capacite: int
    visites: int
    complet: bool
    barrieres: list[str]
    soucis: list[str]
    objets: list[str]
    reorientation: list[str]
    horaires: dict[str, str]
    themes: list[str]
    precisions: str


FREE_TEXT = "texte_libre"
STATES = {"offered": "proposé", "planned": "en projet", "ended": "arrêté"}


def dated(sheet: Sheet) -> str:
    """Return the day the sheet was last confirmed, '' when unknown."""
    return str(sheet.get("date_maj", ""))


def practices(sheet: Sheet) -> dict[str, Practice]:
    """Return the practices of a place: those it says, and those its services imply; what it says wins, were
    it “no”.
    """
    without = sheet.get("sans", ())
    return {
        **{id: practice for id, practice in implied(sheet).items() if id not in without},
        **sheet.get("practices", {}),
    }


def is_silent(sheet: Sheet) -> bool:
    """True for a place that says neither a practice that it has nor one that it has not."""
    return not practices(sheet) and not sheet.get("sans")


def listable(sheet: Sheet) -> dict[str, Practice]:
    """Return the practices of a place that may be told to everybody: some places do something, and do not
    wish to be listed for it.
    """
    return {id: practice for id, practice in practices(sheet).items() if not practice.get("discret")}


RECEIVING = ("assistance", "formation")  # practices by which somebody is received to be helped


def weekly_places(sheet: Sheet) -> int | None:
    """Return how many people a place receives in a week to help or to train them, by what its sheet says of
    itself, else of those practices; None when it says nothing, which is not zero.

    >>> weekly_places({"capacite": 12}), weekly_places({})
    (12, None)
    """
    capacity = sheet.get("capacite")
    of = practices(sheet)
    today = [of[id] for id in RECEIVING if id in of and of[id]["state"] == "offered"]
    capacities = [practice["capacite"] for practice in today if practice.get("capacite")]
    return int(capacity) if capacity else sum(map(int, capacities)) if capacities else None


FREE_ACCESS = ("wifi", "libre_acces")  # by which somebody gets on the Internet alone, for nothing or little


def has_free_access(sheet: Sheet) -> bool:
    """Return True for a place that declares wifi or computers to use today."""
    of = practices(sheet)
    return any(of[id]["state"] == "offered" for id in FREE_ACCESS if id in of)


def weekly_visits(sheet: Sheet) -> int | None:
    """Return how many times a week the wifi and the computers of a place are used; None when it does not say,
    which is not zero: a point that nobody uses says 0.

    >>> weekly_visits({"practices": {"wifi": {"state": "offered", "visites": 0}}}), weekly_visits({})
    (0, None)
    """
    of = practices(sheet)
    today = [of[id] for id in FREE_ACCESS if id in of and of[id]["state"] == "offered"]
    visits = [practice["visites"] for practice in today if "visites" in practice]
    return sum(map(int, visits)) if visits else None


def receives(sheet: Sheet) -> bool:
    """Return True for a place that declares helping or training people today."""
    of = practices(sheet)
    return any(of[id]["state"] == "offered" for id in RECEIVING if id in of)


def has_helper(sheet: Sheet) -> bool:
    """Return True for a place where somebody helps today: it declares helping or training people, or says of
    itself or of what it offers that one is accompanied there, alone or in a group.

    >>> has_helper({"services": ["procedures"]}), has_helper({"practices": {"wifi": {"state": "offered"}}})
    (True, False)
    """
    ways = {*sheet.get("modalites_accompagnement", ()), *offered_conditions(sheet, "accompagnement")}
    return receives(sheet) or bool(ways & {"person", "group"})


def offered_conditions(sheet: Sheet, condition: str) -> set[str]:
    """Return the values of a condition over the practices that a place offers today."""
    today = [practice for practice in practices(sheet).values() if practice["state"] == "offered"]
    return {value for practice in today for value in practice.get(condition, ())}  # type: ignore[attr-defined]  # a condition of several values


def implied(sheet: Sheet) -> dict[str, Practice]:
    """Return the practices that the nine services of the national schema imply, none guessed beyond their
    words.
    """
    services = set(sheet.get("services", ()))
    ways = [way for way in sheet.get("modalites_accompagnement", ()) if way in ("alone", "person", "group")]
    practice_by_id: dict[str, Practice] = {}
    if "access" in services:
        practice_by_id["libre_acces"] = _offered([way for way in ways if way != "group"])
    if "equipment" in services:
        practice_by_id["vente"] = _offered()
    if "procedures" in services:
        practice_by_id["assistance"] = _offered([way for way in ways if way == "person"])
    if services & {"everyday", "work", "safety", "parenting", "leisure", "understanding"}:
        practice_by_id["formation"] = _offered([way for way in ways if way != "alone"])
    return practice_by_id


def _offered(ways: Sequence[str] = ()) -> Practice:
    return {"state": "offered", "accompagnement": list(ways)} if ways else {"state": "offered"}
