"""The losses of each format on a sheet, field by field: announced before the export, and proved by reading
each export back.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from maillage.publishing.directory.formats import data_inclusion, geojson, hsds, lmn
from maillage.publishing.directory.formats.published import point
from maillage.reference import offer
from maillage.reference.sheet import Sheet

LMN, DATA_INCLUSION, HSDS, GEOJSON = "lmn-1.0.2", "data-inclusion-1", "hsds-3", "geojson"
DATASPACE = "dataspace"
CSV, XLSX = "csv", "xlsx"
OTHER_LABELS = {
    "practices": "Pratiques et leurs conditions",
    "precision": "Précision du point",
}  # in a sheet, outside its fields

ABSENT = "Le format n’a pas ce champ."
PRIVATE = "Réservé aux professionnels, jamais publié."
FIRST = "Seule la première valeur est gardée."
BAR = "Une barre verticale dans une valeur devient « / » (« %7C » dans un lien)."
ROUGH = "Un point connu à la rue ou à la commune près n’est pas donné comme celui du lieu."
OSM_ONLY = "Seule l’écriture OpenStreetMap est gardée : ni le texte d’origine, ni ce qui n’a pas été compris."
MIXED = "Dit en toutes lettres, mêlé à d’autres précisions."


@dataclass(frozen=True, slots=True)
class Loss:
    """A field that a format does not preserve: what becomes of it, in French, and the sheets concerned."""

    field: str
    sentence: str
    when: Callable[[Sheet, str], bool] = lambda sheet, field: True


def lost(format: str, sheet: Sheet) -> list[str]:
    """Return the fields of a sheet that a format does not fully preserve, in the order of its table."""
    lost_fields = (
        loss.field for loss in losses()[format] if loss.field in sheet and loss.when(sheet, loss.field)
    )
    return list(dict.fromkeys(lost_fields))


def loss_sentences(format: str) -> dict[str, list[str]]:
    """Return the losses of a format in French: each sentence, and the labels of the fields concerned."""
    out: dict[str, list[str]] = {}
    for loss in losses()[format]:
        known = offer.fields().get(loss.field)
        out.setdefault(loss.sentence, []).append(known.label if known else OTHER_LABELS[loss.field])
    return out


@cache
def losses() -> dict[str, tuple[Loss, ...]]:
    """Return the table of each format, by the name the command gives it."""
    return {
        LMN: (*_lmn(), *_shapes()),
        DATA_INCLUSION: tuple(_data_inclusion()),
        HSDS: tuple(_hsds()),
        GEOJSON: (*_lmn(), *_rounded()),
        DATASPACE: (*_lmn(), *_shapes()),
        CSV: tuple(_csv()),
        XLSX: tuple(_csv()),
    }


def _all(
    sentence: str, *fields: str, when: Callable[[Sheet, str], bool] = lambda sheet, field: True
) -> Iterator[Loss]:
    return (Loss(field, sentence, when) for field in fields)


def _several(sheet: Sheet, field: str) -> bool:
    return len(sheet[field]) > 1


def _barred(sheet: Sheet, field: str) -> bool:
    return any("|" in value for value in sheet[field])


def _unlocated(sheet: Sheet, field: str) -> bool:
    return point(sheet) is None


def _more_than_osm(sheet: Sheet, field: str) -> bool:
    return set(sheet[field]) != {"osm"}


def _private() -> Iterator[Loss]:
    return _all(PRIVATE, *(field.id for field in offer.fields().values() if field.private))


def _lmn() -> Iterator[Loss]:
    """Yield the losses of the 32 columns, whatever the file they are written to."""
    own_fields = (field.id for field in offer.fields().values() if not field.lmn and not field.private)
    yield from _all(
        "Le premier numéro international est gardé : ni les suivants, ni les numéros courts.",
        "telephone",
        when=lambda s, f: len(s[f]) > 1 or not lmn.COLUMN_REGEX["telephone"].fullmatch(s[f][0]),
    )
    yield from _all(OSM_ONLY, "horaires", when=_more_than_osm)
    yield from _all(
        f"Coupé à {lmn.SUMMARY} caractères.", "presentation_resume", when=lambda s, f: len(s[f]) > lmn.SUMMARY
    )
    yield from _all(
        BAR, "courriels", "site_web", "typologie", "autres_formations_labels", *lmn.ONE_ONLY, when=_barred
    )
    yield from _all(FIRST, *lmn.ONE_ONLY, when=_several)
    yield from _all(ROUGH, "latitude", "longitude", when=_unlocated)
    yield from _all(ABSENT, "precision", *own_fields)
    yield Loss("practices", "Le format n’a que les neuf services.")
    yield from _private()


def _shapes() -> Iterator[Loss]:
    yield from _all(
        "Une forme que le schéma refuse n’est pas écrite.",
        "pivot",
        "code_insee",
        when=lambda s, f: not lmn.COLUMN_REGEX[f].fullmatch(s[f]),
    )


def _rounded() -> Iterator[Loss]:
    yield from _all(
        "Arrondi à six décimales, onze centimètres.",
        "latitude",
        "longitude",
        when=lambda s, f: round(s[f], geojson.DECIMALS) != s[f],
    )


def _data_inclusion() -> Iterator[Loss]:
    no_place = (
        "source",
        "itinerance",
        "structure_parente",
        "autres_formations_labels",
        "type_origine",
        "quartier",
        "venir",
    )
    own_fields = (
        "langues",
        "fermetures",
        "etapes",
        "hors_les_murs",
        "hors_les_murs_ou",
        "accueille_partenaires",
        "capacite",
        "precision",
    )
    yield Loss("id", "L’identifiant du lieu dans Maillage remplace celui que sa source lui donne.")
    yield from _all(
        "Seul un SIRET est gardé.", "pivot", when=lambda s, f: not data_inclusion.SIRET.fullmatch(s[f])
    )
    yield from _all(
        f"Coupé à {data_inclusion.LONGEST_NAME} caractères, sans point final.",
        "nom",
        when=lambda s, f: data_inclusion.shortened(s[f]) != s[f],
    )
    yield from _all(
        f"Au moins {data_inclusion.SHORTEST_TEXT} caractères, "
        f"au plus {f'{data_inclusion.LONGEST_TEXT:_}'.replace('_', ' ')}.",
        "presentation_resume",
        "presentation_detail",
        when=lambda s, f: not data_inclusion.SHORTEST_TEXT <= len(s[f]) <= data_inclusion.LONGEST_TEXT,
    )
    yield from _all(ROUGH, "latitude", "longitude", when=_unlocated)
    yield from _all(FIRST, "telephone", "courriels", "site_web", *lmn.ONE_ONLY, when=_several)
    yield from _all(OSM_ONLY, "horaires", when=_more_than_osm)
    yield Loss("typologie", "Quelques types deviennent des réseaux porteurs, les autres ne sont pas dits.")
    yield Loss(
        "services", "Les neuf services deviennent des thématiques, parfois les mêmes pour deux services."
    )
    yield Loss(
        "prise_en_charge_specifique",
        "Les handicaps n’y font qu’un public ; le détail est dit en toutes lettres.",
    )
    yield from _all(
        "Une seule valeur : payant si quelque chose l’est ; les autres sont dites en toutes lettres.",
        "frais_a_charge",
        "frais_precisions",
        when=lambda s, f: len(s.get("frais_a_charge", ())) > 1,
    )
    yield from _all(
        "Seuls les réseaux que le format connaît, un réseau pouvant venir de deux dispositifs.",
        "dispositif_programmes_nationaux",
        "formations_labels",
        when=lambda s, f: any(not _only(f, slug) for slug in s[f]),
    )
    yield Loss(
        "modalites_acces",
        "La fiche de prescription et le lieu sans public sont dits en toutes lettres.",
        lambda s, f: _unreachable(s["modalites_acces"]),
    )
    yield Loss(
        "modalites_accompagnement",
        "Un seul type de service : matériel, sinon atelier, sinon accompagnement.",
        lambda s, f: len(set(data_inclusion.TYPES) & set(s["modalites_accompagnement"])) > 1,
    )
    yield Loss(
        "publics_precisions",
        MIXED,
        lambda s, f: "prise_en_charge_specifique" in s or "publics_fragiles" in s,
    )
    yield Loss("publics_fragiles", MIXED)
    yield Loss("acces_precisions", MIXED, lambda s, f: "barrieres" in s or data_inclusion.has_conditions(s))
    yield Loss("avant_de_venir", MIXED, lambda s, f: _unreachable(s.get("modalites_acces", ())))
    yield Loss("barrieres", MIXED)
    yield Loss(
        "practices",
        "Les conditions des pratiques sont dites en toutes lettres ; une pratique sans condition n’est pas"
        " dite.",
    )
    yield from _all(ABSENT, *no_place, *own_fields)
    yield from _private()


def _only(field: str, slug: str) -> bool:
    """Return True if a value belongs to one network only."""
    both = ("dispositif_programmes_nationaux", "formations_labels")
    networks = [value.network for id in both for value in offer.lists()[id].values.values() if value.network]
    return networks.count(offer.lists()[field].values[slug].network) == 1


def _unreachable(ways: list[str]) -> bool:
    return bool({"closed", "prescribe"} & set(ways))


def _hsds() -> Iterator[Loss]:
    no_place = ("code_insee", "source", "structure_parente", "type_origine", "quartier", "precision")
    own_fields = ("hors_les_murs", "hors_les_murs_ou", "accueille_partenaires", "capacite")
    yield Loss("id", "Remplacé par un UUID, toujours le même.")
    yield from _all(
        "Seuls un SIRET, un SIREN, un RNA ou un RIDET sont gardés.",
        "pivot",
        when=lambda s, f: not hsds.scheme(s[f]),
    )
    yield from _all(
        "Une adresse sans rue, commune ou code postal n’est pas écrite.",
        "commune",
        "code_postal",
        "adresse",
        "complement_adresse",
        when=lambda s, f: not hsds.addressed(s),
    )
    yield from _all(ROUGH, "latitude", "longitude", when=_unlocated)
    yield from _all(FIRST, "courriels", "site_web", *lmn.ONE_ONLY, when=_several)
    yield from _all(OSM_ONLY, "horaires", when=_more_than_osm)
    yield from _all(BAR, "autres_formations_labels", when=_barred)
    yield from _all(
        MIXED,
        "publics_precisions",
        "publics_fragiles",
        "acces_precisions",
        "avant_de_venir",
        "barrieres",
        "fermetures",
    )
    yield Loss(
        "practices",
        "Les conditions des pratiques sont dites en toutes lettres, sauf horaires, prix et langues.",
        lambda s, f: any(set(details) != {"state"} for details in s["practices"].values()),
    )
    yield from _all(ABSENT, *no_place, *own_fields)
    yield from _private()


def _csv() -> Iterator[Loss]:
    plain = [
        f.id
        for f in offer.fields().values()
        if f.kind in ("lines", "mail", "site", "phone", "kinds") and not f.private
    ]
    yield from _all(BAR, *plain, when=_barred)
    yield Loss(
        "fermetures", BAR, lambda s, f: any("|" in closing.get("motif", "") for closing in s["fermetures"])
    )
    yield Loss("practices", BAR, _barred_practices)
    yield from _private()


def _barred_practices(sheet: Sheet, field: str) -> bool:
    listed = (
        value
        for details in sheet["practices"].values()
        for value in details.values()
        if isinstance(value, list)
    )
    return any("|" in item for value in listed for item in value)
