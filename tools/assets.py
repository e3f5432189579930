"""Copy what the front end needs out of node_modules, in the form it needs: fonts, icons, map, tokens.

Run by `make assets`; everything lands in the ignored folder `assets/`.
"""

import shutil
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from maillage.reports.design import figures_css, tokens, tokens_css
from maillage.reports.logo import logo

ROOT = Path(__file__).resolve().parents[1]
MODULES, OUT = ROOT / "node_modules", ROOT / "assets"
LATIN = [*range(0x20, 0x7F), *range(0xA0, 0x100), 0x152, 0x153, 0x178, 0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
         0x2026, 0x20AC, 0x2212]  # fmt: skip
ICONS = [
    "accessibility",
    "arrow-down",
    "arrow-left",
    "arrow-right",
    "arrow-up",
    "arrow-up-down",
    "at-sign",
    "building-2",
    "calendar-off",
    "check",
    "chevron-down",
    "chevron-right",
    "circle-alert",
    "circle-check",
    "circle-help",
    "circle-x",
    "clipboard-check",
    "clock",
    "columns-2",
    "contrast",
    "copy",
    "credit-card",
    "door-open",
    "download",
    "euro",
    "eye",
    "file-text",
    "flag",
    "gift",
    "globe",
    "graduation-cap",
    "hand-helping",
    "heart-handshake",
    "house",
    "id-card",
    "info",
    "languages",
    "layers",
    "lightbulb",
    "list",
    "loader-circle",
    "locate-fixed",
    "lock",
    "log-in",
    "log-out",
    "map",
    "map-pin",
    "menu",
    "message-square",
    "monitor",
    "moon",
    "pencil",
    "phone",
    "plug",
    "plus",
    "printer",
    "recycle",
    "refresh-cw",
    "repeat",
    "router",
    "search",
    "send",
    "share-2",
    "signpost",
    "smartphone",
    "sun",
    "table-2",
    "tag",
    "trash-2",
    "triangle-alert",
    "upload",
    "user",
    "user-check",
    "users",
    "volume-2",
    "wallet",
    "wifi",
    "wifi-off",
    "wrench",
    "x",
]


def font(package: str, file: str, name: str, family: str, *, weights: tuple[int, int] | None = None) -> None:
    """Write a font as woff2 for pages and as TTF for documents, cut to what French needs."""
    source = TTFont(MODULES / "@fontsource-variable" / package / "files" / f"{file}.woff2")
    if weights:
        source = instantiateVariableFont(source, {"wght": weights})
    options = subset.Options()
    options.layout_features = ["*"]
    options.name_IDs = ["*"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=LATIN)
    cutter.subset(source)
    for record in source["name"].names:
        if record.nameID in (1, 16):
            record.string = family
    for flavor, suffix in (("woff2", "woff2"), (None, "ttf")):
        source.flavor = flavor
        source.save(OUT / "fonts" / f"{name}.{suffix}")


def main() -> None:
    shutil.rmtree(OUT, ignore_errors=True)
    for folder in ("fonts", "icons", "leaflet", "site"):
        (OUT / folder).mkdir(parents=True)
    font(
        "atkinson-hyperlegible-next",
        "atkinson-hyperlegible-next-latin-wght-normal",
        "atkinson",
        "Atkinson Hyperlegible Next",
    )
    font(
        "bricolage-grotesque",
        "bricolage-grotesque-latin-wght-normal",
        "bricolage",
        "Bricolage Grotesque",
        weights=(700, 800),
    )
    for icon in ICONS:
        shutil.copy(MODULES / "lucide-static/icons" / f"{icon}.svg", OUT / "icons")
    leaflet = MODULES / "leaflet/dist"
    code = (leaflet / "leaflet.js").read_text("utf-8")
    # The source map is not served: without its last line browsers do not ask for it.
    (OUT / "leaflet/leaflet.js").write_text(code.split("//# sourceMappingURL")[0], "utf-8")
    shutil.copy(leaflet / "leaflet.css", OUT / "leaflet")
    shutil.copytree(leaflet / "images", OUT / "leaflet/images")
    (OUT / "site/jetons.css").write_text(tokens_css(), "utf-8")
    (OUT / "site/figures.css").write_text(figures_css(), "utf-8")
    day = tokens()
    (OUT / "site/marque.svg").write_text(logo(day["pastel"], day["garance"], day["prune"]), "utf-8")


if __name__ == "__main__":
    main()
