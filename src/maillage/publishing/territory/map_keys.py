"""The classes of the maps of a diagnosis, as their key tells them: a colour, its bounds, its unit."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from maillage.publishing.page import maps
from maillage.publishing.page.blocks import Picture
from maillage.publishing.territory import atlas
from maillage.publishing.territory.certainty import FEWER_NAMED
from maillage.publishing.territory.labels import CERTAINTY_LABELS
from maillage.publishing.territory.reading import Reading, ZoneRow
from maillage.words.wording import count, listing

Key = tuple[tuple[str, str], ...]
HATCH = "-doute)"  # of a zone that is hatched, as a drawing calls it
CELLS: Key = (
    ("case-les-deux", "les deux élevées"),
    ("case-numerique", "numérique seule (traits)"),
    ("case-sociale", "sociale seule (points)"),
    ("case-aucune", "ni l’une ni l’autre"),
)
BLANK = ("inconnue", "sans classe sur la carte")
MOST_NUMBERED = 9  # zones whose names a caption has room for
UNITS = {
    "numerique": "Part des 15 ans et plus en précarité numérique. Chaque classe réunit un habitant sur cinq"
    " en France métropolitaine.",
    "les-deux": "Élevée : les deux plus hautes classes sur cinq, face à la France métropolitaine.",
    "certitude": "Sur 100 calculs, combien donnent la même classe numérique.",
}
UNSURE = {
    "numerique": "Hachures : moins de 8 chances sur 10 d’être vraiment élevée, moyenne ou basse.",
    "les-deux": "Hachures : classement incertain, moins de 8 chances sur 10 d’être le bon.",
}


def key(r: Reading, layer: str) -> Key:
    """Return the classes of a layer: each with its class of style, and its bounds in words."""
    if layer == "numerique":
        return tuple((f"n{k}", words) for k, words in enumerate(r.class_bounds, 1))
    if layer == "certitude":
        return tuple((f"c{k}", words) for k, words in enumerate(CERTAINTY_LABELS, 1))
    return CELLS


def picture(r: Reading, layer: str, svg: str, *, alt: str, width: float = 1.0) -> Picture:
    """Return a map with its classes and their unit; what is hatched or blank is told where the drawing has
    some.
    """
    hatched = (
        UNSURE.get(layer, "") if f"url(#c-{layer}{HATCH}" in svg or f"url(#c-petite{HATCH}" in svg else ""
    )
    blank = (BLANK,) if 'class="zone inconnue"' in svg else ()
    caption = " ".join(filter(None, (UNITS[layer], hatched, maps.numbers_key(svg))))
    return Picture(svg=svg, alt=alt, caption=caption, width=width, key=(*key(r, layer), *blank))


def surplus_picture(svg: str, codes: Collection[str], *, width: float = 1.0) -> Picture:
    """Return the map of the zones that surely hold more than their share, by their codes: what its title
    says, and no rate.
    """
    drawn = atlas.in_two_classes(svg, codes)
    blank = (BLANK,) if 'class="zone inconnue"' in drawn else ()
    return Picture(
        svg=drawn,
        alt="Carte des zones où le besoin est sûrement plus fréquent, en foncé.",
        caption=f"Sûrement : toute la marge dépasse la part d’habitants. {maps.numbers_key(drawn)}".rstrip(),
        width=width,
        key=(("n5", "sûrement plus fréquent"), ("n1", "sans écart sûr"), *blank),
    )


def numbered_picture(svg: str, zones: Sequence[ZoneRow], *, width: float = 1.0) -> Picture:
    """Return the map of the zones that surely hold more than their share, where no table stands beside: those
    that its sentence names have a number, which the caption tells; then those without room for their name.
    """
    first = zones[:FEWER_NAMED]
    names = {zone.name for zone in first}
    drawn = maps.numbered(svg, [zone.code for zone in first], names, max_unnamed=MOST_NUMBERED)
    picture = surplus_picture(drawn, [zone.code for zone in zones], width=width)
    if len(first) == 1:  # its name stands on the map
        return picture
    key = listing([f"{rank} {zone.full_name}" for rank, zone in enumerate(first, 1)])
    return replace(picture, caption=f"{picture.caption} Sur la carte : {key}.")


def layer_of(r: Reading, layers: Mapping[str, str], layer: str, zones: Sequence[ZoneRow]) -> str:
    """Return the map on which these zones can be seen: that of the main town where all of them are its
    quarters, the territory's elsewhere; "" without a map.
    """
    town = atlas.main_town(r.subtotals, len(r.zones))
    is_in_town = town is not None and zones and all(zone.code in town.zones for zone in zones)
    return (layers.get(layer + atlas.TOWN, "") if is_in_town else "") or layers.get(layer, "")


def town_picture(r: Reading, layers: Mapping[str, str], layer: str) -> tuple[Picture, ...]:
    """Return the main town of a layer, larger, in the classes of the map that it stands beside; none where no
    commune is drawn again. layers: SVG maps by name.
    """
    svg, town = layers.get(layer + atlas.TOWN, ""), atlas.main_town(r.subtotals, len(r.zones))
    if not svg or town is None:
        return ()
    words = f"{town.name}, en plus grand : {count(len(town.zones), 'quartier')}, aux couleurs de la carte."
    return (Picture(svg=svg, alt=words, caption=words),)
