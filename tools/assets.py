"""Copy what the front end needs out of node_modules, in the form it needs: fonts, icons, map, tokens.

Run by `make assets`; everything lands in the ignored folder `assets/`.
"""

import shutil
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from maillage.publishing.page.design import figures_css, rare_figures_css, tokens, tokens_css
from maillage.publishing.page.drawings import drawings_css
from maillage.publishing.page.logo import logo

ROOT = Path(__file__).resolve().parents[1]
MODULES, OUT = ROOT / "node_modules", ROOT / "assets"
LATIN = [*range(0x20, 0x7F), *range(0xA0, 0x100), 0x131, 0x152, 0x153, 0x178]
LATIN += [0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2026, 0x20AC, 0x2212]
ROMANIAN_AND_TURKISH = [*map(ord, "ĂăȘșȚțĞğİŞş")]  # in a file of their own, that only their pages ask for
UKRAINIAN, ARABIC = (
    [0x301, *range(0x400, 0x460), 0x490, 0x491, 0x2116],
    [*range(0x600, 0x700), 0x200C, 0x200D],
)
PAGES, DOCUMENTS = "woff2", "ttf"
ICONS = [
    "accessibility",
    "arrow-down",
    "arrow-left",
    "arrow-right",
    "arrow-up",
    "arrow-up-down",
    "at-sign",
    "bell",
    "building-2",
    "calendar",
    "calendar-off",
    "calendar-plus",
    "chart-column",
    "check",
    "chevron-down",
    "chevron-right",
    "circle-alert",
    "circle-check",
    "circle-help",
    "circle-user",
    "circle-x",
    "clipboard-check",
    "clock",
    "columns-2",
    "compass",
    "contrast",
    "copy",
    "corner-up-right",
    "credit-card",
    "door-open",
    "download",
    "ellipsis",
    "euro",
    "eye",
    "file-text",
    "fingerprint",
    "flag",
    "gift",
    "globe",
    "graduation-cap",
    "hand-helping",
    "heart-handshake",
    "history",
    "house",
    "id-card",
    "info",
    "key-round",
    "languages",
    "layers",
    "lightbulb",
    "link",
    "list",
    "loader-circle",
    "locate-fixed",
    "lock",
    "log-in",
    "log-out",
    "mail",
    "map",
    "map-pin",
    "menu",
    "message-square",
    "monitor",
    "moon",
    "pause",
    "pencil",
    "phone",
    "play",
    "plug",
    "plus",
    "printer",
    "puzzle",
    "recycle",
    "refresh-cw",
    "repeat",
    "rotate-ccw",
    "route",
    "router",
    "search",
    "send",
    "shapes",
    "share-2",
    "shield",
    "signpost",
    "smartphone",
    "sun",
    "table-2",
    "tag",
    "thumbs-up",
    "ticket",
    "trash-2",
    "triangle-alert",
    "undo-2",
    "upload",
    "user",
    "user-check",
    "user-plus",
    "user-x",
    "users",
    "volume-2",
    "wallet",
    "wifi",
    "wifi-off",
    "wrench",
    "x",
]


def read_again(cut: TTFont) -> TTFont:
    """Return a font as its file would be read: what was cut out of it is gone from all its tables."""
    font_file = BytesIO()
    cut.save(font_file)
    font_file.seek(0)
    return TTFont(font_file)


def font(
    package: str,
    file: str,
    name: str,
    family: str,
    letters: list[int],
    *,
    weights: dict[str, tuple[int, int] | int] | None = None,
    kinds: tuple[str, ...] = (PAGES, DOCUMENTS),
) -> None:
    """Write a font as woff2 for pages, as TTF for documents, cut to what is needed.

    `weights` are, by kind, those that are kept: two bounds, or a single one. Pages in Arabic and Ukrainian
    use the system's letters; a document has none but ours.
    """
    for kind in kinds:
        source = TTFont(MODULES / "@fontsource-variable" / package / "files" / f"{file}-wght-normal.woff2")
        options = subset.Options()
        options.layout_features = ["*"]
        options.name_IDs = ["*"]
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=letters)
        cutter.subset(source)
        if weights and kind in weights:
            source = instantiateVariableFont(read_again(source), {"wght": weights[kind]})
        for record in source["name"].names:
            if record.nameID in (1, 16):
                # A document looks for a letter in one file of each family: what completes it is a family of
                # its own.
                record.string = (
                    f"{family} Plus" if kind == DOCUMENTS and letters is ROMANIAN_AND_TURKISH else family
                )
        source.flavor = None if kind == DOCUMENTS else kind
        source.save(OUT / "fonts" / f"{name}.{kind}")


def main() -> None:
    shutil.rmtree(OUT, ignore_errors=True)
    for folder in ("fonts", "icons", "leaflet", "site"):
        (OUT / folder).mkdir(parents=True)
    next_, text, title = "atkinson-hyperlegible-next", "Atkinson Hyperlegible Next", "Bricolage Grotesque"
    # Pages weigh what phones pay: the weights that style sheets ask for, and one weight of titles for three.
    read: dict[str, tuple[int, int] | int] = {PAGES: (400, 800)}
    font(next_, f"{next_}-latin", "atkinson", text, LATIN, weights=read)
    font(next_, f"{next_}-latin-ext", "atkinson-plus", text, ROMANIAN_AND_TURKISH, weights=read)
    bold: dict[str, tuple[int, int] | int] = {PAGES: 740, DOCUMENTS: (700, 800)}
    grotesque = "bricolage-grotesque"
    font(grotesque, f"{grotesque}-latin", "bricolage", title, LATIN, weights=bold)
    font(grotesque, f"{grotesque}-latin-ext", "bricolage-plus", title, ROMANIAN_AND_TURKISH, weights=bold)
    font("noto-sans", "noto-sans-cyrillic", "noto-ukrainien", "Noto Sans", UKRAINIAN, kinds=(DOCUMENTS,))
    font(
        "noto-sans-arabic",
        "noto-sans-arabic-arabic",
        "noto-arabe",
        "Noto Sans Arabic",
        ARABIC,
        kinds=(DOCUMENTS,),
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
    (OUT / "site/parcours.css").write_text(rare_figures_css(), "utf-8")
    (OUT / "site/dessins.css").write_text(drawings_css(), "utf-8")
    day = tokens()
    (OUT / "site/marque.svg").write_text(logo(day["pastel"], day["garance"], day["prune"]), "utf-8")


if __name__ == "__main__":
    main()
