"""The offer as studies read it: sheets of places turned into what the engine asks for."""

from maillage.engine import matching
from maillage.pipeline.offer.sheet import Sheet


def as_place(sheet: Sheet) -> matching.Place:
    """Return what the matching needs of a sheet."""
    return matching.Place(
        nom=str(sheet.get("nom", "")),
        adresse=str(sheet.get("adresse", "")),
        code_insee=str(sheet.get("code_insee", "")),
        code_postal=str(sheet.get("code_postal", "")),
        latitude=sheet.get("latitude"),
        longitude=sheet.get("longitude"),
        precise="latitude" in sheet and "precision" not in sheet,
        pivot=str(sheet.get("pivot", "")),
        telephones=tuple(sheet.get("telephone", ())),
        courriels=tuple(sheet.get("courriels", ())),
        sites=tuple(sheet.get("site_web", ())),
        typologies=frozenset(sheet.get("typologie", ())),
        itinerant="itinerant" in sheet.get("itinerance", ()),
        commune=str(sheet.get("commune", "")),
    )
