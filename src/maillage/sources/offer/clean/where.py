"""The location of a place, without network: its commune, its address and its point, each checked against the
others.

Source: docs/methods/situer.md
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar

from maillage.kernel.names import plain
from maillage.sources.offer import addresses
from maillage.sources.offer.clean import commune, point, postcode, street, words
from maillage.sources.offer.clean.cleaned import Cleaned, Word
from maillage.sources.offer.clean.commune import TOLERANCE_METRES, Commune, Settled
from maillage.sources.offer.clean.point import ELSEWHERE, WIDEST, Point

T = TypeVar("T")

NO_POINT = "pas de coordonnées"
SURE = 0.5  # a geocoder less sure than that has often answered another place
ORDER: tuple[Word, ...] = ("empty", "read", "mended", "doubtful", "refused")
POSTCODE_IN_TOWN = re.compile(r"\b\d{5}\b")
# Such words come with a code of « Cedex », which is that of no commune, and tell it from a slip.
BOXED = re.compile(r"\bcedex\b|\b(?:b\.?p|c\.?s|tsa)\b\.?\s*(?:n°\s*)?\d", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Where:
    """A place on the map; '' and None for what is unknown.

    latitude, longitude: WGS84 degrees. precision: metres of doubt around the point, None when it is the point
    of the file and fits the rest.
    """

    commune: str
    code_insee: str
    code_postal: str
    adresse: str
    complement: str
    latitude: float | None
    longitude: float | None
    precision: float | None


@dataclass(frozen=True, slots=True)
class Located:
    """The location of a place, and what became of each of its cells, by the fields of `Where`."""

    where: Where
    notes: Mapping[str, Cleaned[Any]]


class Spot(NamedTuple):
    """A point, and the metres of doubt around it."""

    latitude: Cleaned[float]
    longitude: Cleaned[float]
    precision: Cleaned[float]


class Typed(NamedTuple):
    """An address as it was typed: its street with what stands around it, its postcode, its town."""

    street: str
    postal: str
    town: str


def locate(cells: Mapping[str, str]) -> Located:
    """Return where a place is, from any of commune, code_postal, code_insee, adresse, complement_adresse,
    latitude, longitude.

    A cell `confidence`, between 0 and 1, says how sure the geocoder was of the point. The commune is the one
    that most cells name; what contradicts it is told, cell by cell. A point that lies elsewhere, or that is
    missing, gives way to the centre of the commune, with the metres of doubt that this leaves. Nothing
    raises: a cell is refused with its reason.
    """
    typed = {name: text or "" for name, text in cells.items()}
    postal_typed = typed.get("code_postal", "")
    address = words.clean(typed.get("adresse", ""))
    end = street.split_address(address.value or "")
    town = _first(
        words.line(typed.get("commune", "")),
        words.line(street.split_address(postal_typed)[2]),
        _taken(words.line(end[2])),
    )
    postal = _first(postcode.clean(postal_typed), _in_town(town), _taken(postcode.clean(end[1])))
    insee = commune.insee(typed.get("code_insee", ""))
    spot = point.clean(typed.get("latitude", ""), typed.get("longitude", ""))
    confidence = _confidence(typed.get("confidence", ""))
    witness = spot.value if confidence >= SURE else None
    settled = commune.settle(
        town.value or "",
        insee.value or "",
        postal.value or _insee_as_postal(postal_typed),
        outside=lambda code: witness.nearest(code)[1] if witness else math.inf,
        inside=lambda: witness.inside()[1] if witness else "",
    )
    place_commune = settled.commune
    boxed = any(
        BOXED.search(typed.get(name, ""))
        for name in ("commune", "code_postal", "adresse", "complement_adresse")
    )
    placed = _spot_checked_by_commune(
        spot, settled, confidence, Typed(end[0] or address.value or "", postal.value or "", town.value or "")
    )
    notes: dict[str, Cleaned[Any]] = {
        "commune": _both(town, settled.note),
        "code_insee": _insee(insee, settled),
        "code_postal": _postal(postal, postal_typed, settled, boxed=boxed),
        "adresse": _both(
            address, _street(address.value or "", end, place_commune, town.value or "", postal.value or "")
        ),
        "complement": words.line(typed.get("complement_adresse", "")),
        **placed._asdict(),
    }
    where = Where(
        commune=notes["commune"].value or "",
        code_insee=notes["code_insee"].value or "",
        code_postal=notes["code_postal"].value or "",
        adresse=notes["adresse"].value or "",
        complement=notes["complement"].value or "",
        latitude=placed.latitude.value,
        longitude=placed.longitude.value,
        precision=placed.precision.value,
    )
    return Located(where, notes)


def _first(*cells: Cleaned[str]) -> Cleaned[str]:
    """Return the first cell that holds something; when the first was refused, another one that replaces it is
    doubtful.
    """
    chosen = next((cell for cell in cells if cell.value is not None), cells[0])
    if chosen is cells[0] or cells[0].word != "refused":
        return chosen
    return _noted(chosen.value, "doubtful", cells[0].reason, chosen.reason)


def _taken(cell: Cleaned[str]) -> Cleaned[str]:
    return _noted(cell.value, "mended", "vient de l’adresse") if cell.value else Cleaned.empty()


def _in_town(town: Cleaned[str]) -> Cleaned[str]:
    match = POSTCODE_IN_TOWN.search(town.value or "")
    return _noted(match[0], "mended", "vient de la case de la commune") if match else Cleaned.empty()


def _insee_as_postal(text: str) -> str:
    code = text.strip().upper()
    return code if code in commune.index().codes else ""


def _confidence(text: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return 1.0
    return value if 0 <= value <= 1 else 1.0


def _noted(value: T | None, word: Word, *reasons: str) -> Cleaned[T]:
    return Cleaned(value, word, " ; ".join(filter(None, reasons)))


def _both(first: Cleaned[Any], then: Cleaned[T]) -> Cleaned[T]:
    """Return a cell after a second reading, with the remarks of the first."""
    return _noted(then.value, max(first.word, then.word, key=ORDER.index), first.reason, then.reason)


def _insee(read: Cleaned[str], settled: Settled) -> Cleaned[str]:
    """Return the code of the commune that was settled on, and what became of the one of the file."""
    agreed = settled.commune
    if agreed is None or read.value == agreed.code:
        return read
    if read.value is not None:
        other = commune.index().communes[read.value]
        return _noted(
            agreed.code, "doubtful", f"le fichier donne le code de {other.label}, le reste dit {agreed.label}"
        )
    sure = read.word == "empty" and settled.note.word != "doubtful"
    return _noted(agreed.code, "mended" if sure else "doubtful", read.reason, "déduit de la commune")


def _postal(read: Cleaned[str], typed: str, settled: Settled, *, boxed: bool) -> Cleaned[str]:
    """Return the postal code as read, or the only one of the commune when all the rest says it."""
    agreed = settled.commune
    if agreed is None:
        guessed = postcode.ZERO in read.reason
        return (
            _noted(read.value, "doubtful", read.reason, "aucune commune ne le confirme") if guessed else read
        )
    if read.value in agreed.postcodes:
        return read
    only = agreed.postcodes[0] if len(agreed.postcodes) == 1 else None
    code = read.value or typed.strip().upper()
    if commune.index().codes.get(code) == agreed.code:
        reason = f"« {code} » est le code Insee de la commune"
        return (
            _noted(only, "mended", reason)
            if only
            else Cleaned.refused(f"{reason}, qui a plusieurs codes postaux")
        )
    if read.value is None:
        sure = read.word == "empty" and settled.note.word != "doubtful"
        return (
            _noted(only, "mended" if sure else "doubtful", read.reason, "déduit de la commune")
            if only
            else read
        )
    if code not in commune.index().postcodes and commune.departement(agreed.code) in postcode.departements(
        code
    ):
        doubt = _noted(code, "doubtful", read.reason, "d’aucune commune : code Cedex, ou faute de frappe")
        return read if boxed else doubt
    reason = (
        f"{agreed.name} a pour code postal "
        f"{', '.join(agreed.postcodes[:3])}{'…' * (len(agreed.postcodes) > 3)},"
        f" pas {code}"
    )
    if only and settled.agreed > 1:
        return _noted(only, "doubtful", f"{reason} : remplacé")
    return _noted(code, "doubtful", read.reason, reason)


def _street(
    text: str, end: tuple[str, str, str], place_commune: Commune | None, town: str, postal: str
) -> Cleaned[str]:
    """Return the street, without the postal code and the town after it when they are those of the place."""
    if place_commune is None:
        return street.clean(text)
    rest, code_after, town_after = end
    known = {*place_commune.known_as, plain(town)}
    same_town = not town_after or plain(town_after) in known or commune.alike(town_after, place_commune.code)
    if code_after and same_town and code_after in (postal, *place_commune.postcodes):
        cleaned = street.clean(rest)
        if cleaned.value is None:
            return Cleaned.refused("l’adresse ne dit que le code postal et la commune")
        return _both(_noted(rest, "mended", "code postal et commune retirés de la fin"), cleaned)
    if code_after in commune.index().postcodes and commune.named(town_after):
        return _both(street.clean(text), _noted(text, "doubtful", f"l’adresse dit {code_after} {town_after}"))
    bare = street.without_town(text, known)
    without_town: Cleaned[str] = (
        _noted(bare, "mended", "commune retirée de la fin") if bare != text else Cleaned.empty()
    )
    return _both(without_town, street.clean(bare))


def _spot_checked_by_commune(
    spot: Cleaned[Point], settled: Settled, confidence: float, typed_address: Typed
) -> Spot:
    """Return the point when it fits the commune, else that of its address, else the centre of the commune."""
    agreed, low = settled.commune, confidence < SURE
    geocoded = f"géocodage peu sûr ({confidence:.2f})".replace(".", ",") if low else ""
    if spot.value is None:
        why = spot.reason or NO_POINT
        return _spot_of_address(agreed, typed_address, why) or _centre(agreed, spot, why)
    if agreed is None:
        return _alone(spot.value, geocoded)
    way, outside = spot.value.nearest(agreed.code)
    mends = [*spot.value.mends, way.reason]
    extent = point.extent(agreed.code)
    if extent is None:
        return _at(way, mends, [geocoded or "la commune n’a pas de contour pour le vérifier"], None)
    if outside <= TOLERANCE_METRES and low:
        return _at(way, mends, [geocoded], extent.radius)
    if outside <= TOLERANCE_METRES and spot.value.doubt:
        return _at(
            way, mends, [f"coordonnées arrondies, à {_distance(spot.value.doubt)} près"], spot.value.doubt
        )
    if outside <= TOLERANCE_METRES:
        return _at(way, mends, [], None)
    away = f"le point {spot.value.typed} tombe à {_distance(outside)} de la commune"
    if outside <= ELSEWHERE and not low:
        return _at(way, mends, [away], outside)
    if low or settled.agreed > 1 or not point.containing(way.latitude, way.longitude):
        why = ", ".join(filter(None, (away, geocoded, "refusé")))
        return _spot_of_address(agreed, typed_address, why) or _centre(agreed, spot, why)
    return _at(way, mends, [f"{away} : l’un des deux est faux"], outside)


def _alone(spot: Point, geocoded: str) -> Spot:
    """Return a point that no commune confirms: doubtful when it is in France, refused elsewhere."""
    way, commune_code = spot.inside()
    if not geocoded and (commune_code or point.overseas(way.latitude, way.longitude)):
        return _at(
            way, [*spot.mends, way.reason], ["la commune n’est pas reconnue, rien ne vérifie le point"], None
        )
    reason = (
        f"{geocoded}, aucune commune ne le vérifie"
        if geocoded
        else f"le point {spot.typed} n’est dans aucune commune"
    )
    return Spot(Cleaned.refused(reason), Cleaned.refused(reason), Cleaned.empty())


def _spot_of_address(place_commune: Commune | None, typed_address: Typed, reason: str) -> Spot | None:
    """Return the point of an address in the file of addresses of its département, None when it is not there.

    A street and a number found as they were typed have nothing to check; anything less comes with metres of
    doubt.
    """
    hit = (
        addresses.find(
            typed_address.street, place_commune.code, postal=typed_address.postal, town=typed_address.town
        )
        if place_commune
        else None
    )
    if hit is None:
        return None
    way = point.Way(hit.latitude, hit.longitude)
    source_text = f"« {hit.name} » du fichier d’adresses, score {hit.score:.2f}".replace(".", ",")
    if hit.score >= addresses.SURE and not hit.doubt:
        return _at(way, [source_text], [], None)
    doubt = max(hit.doubt, 100.0)
    return _at(way, [], [f"{reason} : {source_text}, à {_distance(doubt)} près"], doubt)


def _centre(place_commune: Commune | None, spot: Cleaned[Point], reason: str) -> Spot:
    """Return the centre of the commune; nothing when it is unknown, or too wide for its centre to mean
    anything.
    """
    extent = point.extent(place_commune.code) if place_commune else None
    if extent is None or extent.radius > WIDEST:
        nothing: Cleaned[float] = Cleaned.empty() if spot.word == "empty" else Cleaned.refused(reason)
        return Spot(nothing, nothing, Cleaned.empty())
    way = point.Way(extent.latitude, extent.longitude)
    return _at(
        way, [], [f"{reason} : centre de la commune, à {_distance(extent.radius)} près"], extent.radius
    )


def _at(way: point.Way, mends: list[str], doubts: list[str], doubt: float | None) -> Spot:
    verdict = words.verdict(0.0, mends=list(filter(None, mends)), doubts=doubts)
    precision: Cleaned[float] = (
        _noted(_rounded(doubt), "doubtful", verdict.reason) if doubt else Cleaned.empty()
    )
    return Spot(replace(verdict, value=way.latitude), replace(verdict, value=way.longitude), precision)


def _rounded(metres: float) -> float:
    return math.ceil(metres / 100) * 100.0


def _distance(metres: float) -> str:
    """Return a distance as people say it: to the next 100 m, in kilometres from ten on."""
    text = f"{_rounded(metres):,.0f} m" if metres < 10_000 else f"{metres / 1000:,.0f} km"
    return text.replace(",", " ")
