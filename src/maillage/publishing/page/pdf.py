"""Documents as tagged PDF (PDF/UA-1), by typst."""

import io
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from maillage.kernel.errors import HouseError
from maillage.kernel.later import load, pikepdf, ttLib, typst
from maillage.publishing.page import maps, theme
from maillage.publishing.page.blocks import Document
from maillage.publishing.page.charts import hatch
from maillage.publishing.page.design import FOLDER, figures_css, rare_figures_css, resolve, tokens
from maillage.publishing.page.logo import logo
from maillage.reference.files import ASSETS
from maillage.words import rich, wording

RICH_KEYS = {"items", "lead"}


def dossier(document: Document, *, on: date) -> bytes:
    """Return the dossier as PDF bytes, closer to the edges of its pages where this spares a last one with
    nearly nothing on it.
    """
    pdf_bytes = _laid_out(document, "dossier.typ", on=on, most=MAP)
    n_pages, is_last_bare = _last_page(pdf_bytes)
    if not is_last_bare:
        return pdf_bytes
    tight = _laid_out(document, "dossier.typ", on=on, most=MAP, is_tight=True)
    return tight if _last_page(tight)[0] < n_pages else pdf_bytes


BARE = 0.35  # of what a page of a document says, on average: under it, a page is nearly empty


def _last_page(pdf_bytes: bytes) -> tuple[int, bool]:
    """Return how many pages a document has, and whether its last one says nearly nothing."""
    with pikepdf.open(io.BytesIO(pdf_bytes)) as document:
        sizes = [len(page.Contents.read_bytes()) for page in document.pages]
    return len(sizes), len(sizes) > 3 and sizes[-1] < BARE * sum(sizes[1:-1]) / len(sizes[1:-1])


def slides(document: Document, *, on: date) -> bytes:
    """Return a document as the PDF of its slides: a page for its cover, one for each chapter."""
    return _laid_out(document, "diapositives.typ", on=on)


def poster(document: Document, *, on: date) -> bytes:
    """Return a document as an A3 poster: its first chapter large, its second as numbered actions, its last
    in small print, those between as a few lines.
    """
    return _laid_out(document, "poster.typ", on=on)


MAP = 80  # millimetres: the most that a map is high beside words, so that the next chapter has room under it

# Letters, in points, the first where nearly nothing may be told; then the height of a map, in millimetres:
# that of a département longer than it is wide takes half of the page. 0: as high as its column makes it.
SIZES = (
    (14.0, 0),
    (10.0, 0),
    (9.4, 0),
    (8.8, 0),
    (8.2, 0),
    (8.8, 90),
    (8.2, 90),
    (8.2, 70),
    (8.2, 55),
    (8.2, 42),
    (7.4, 42),
    (6.8, 36),
)


def one_page(document: Document, *, on: date) -> bytes:
    """Return a document as a single A4 page, its letters smaller when its words are many, then its map;
    HouseError when the smallest do not fit.
    """
    for size, most in SIZES:
        pdf_bytes = _laid_out(document, "synthese.typ", on=on, size=size, most=most)
        with pikepdf.open(io.BytesIO(pdf_bytes)) as pages:
            if len(pages.pages) == 1:
                return pdf_bytes
    raise HouseError(
        f"« {document.title} » does not fit on a page.",
        why="A single page is what its readers ask for: the second one would be lost.",
        do="Shorten its sentences where it is composed.",
    )


def _laid_out(
    document: Document,
    template: str,
    *,
    on: date,
    size: float = 10.0,
    most: int = 0,
    is_tight: bool = False,
) -> bytes:
    data = _prepared(document.data())
    values = tokens("jour")
    night = tokens("nuit")
    colours = {name: value for name, value in values.items() if value.startswith("#")}
    colours |= swatches()
    colours |= {
        "couverture": values["couverture"],
        "couverture-case-numerique": night["pastel"],
        "couverture-case-sociale": night["garance"],
        "couverture-case-les-deux": night["case-les-deux"],
    }
    own = theme.current()
    if own is not None:
        colours |= {"prune": own.colour, "couverture": own.colour, "prune-teinte": own.tint}
    data["cover"]["svg"] = styled(document.cover.svg, cover=True) if document.cover.svg else ""
    return compiled(
        template,
        {
            "corps": size,
            "carte": most,
            "serre": is_tight,
            "lettres": maps.ON_PAPER,
            "document": data,
            "couleurs": colours,
            "marque": own.name if own else "Maillage",
            "theme": own is not None and bool(own.logo),
            "logo": own.logo
            if own and own.logo
            else logo(night["pastel"], night["garance"], values["sur-prune"]),
            "logo-clair": mark(),
        },
        on=on,
    )


def mark() -> str:
    """Return the logo that stands on light paper: that of the theme, ours without one."""
    own, values = theme.current(), tokens("jour")
    return own.logo if own and own.logo else logo(values["pastel"], values["garance"], values["prune"])


def png(
    svg: str, *, cover: bool = False, letters: float = 0, share: float = 1.0, opaque: bool = False
) -> bytes:
    """Return a drawing as a PNG picture, 1,600 points wide. cover: in the colours of a dark cover; letters:
    see `styled`; share: of that width; opaque: on white paper, transparent otherwise.
    """
    return typst.compile(
        str(FOLDER / "image.typ"),
        root=str(FOLDER),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"d": json.dumps({"svg": styled(svg, cover=cover, letters=letters), "opaque": opaque})},
        format="png",
        ppi=144 * share,
    )


def is_drawable(svg: str) -> bool:
    """Return True if a drawing that somebody gave can be printed."""
    try:
        png(svg)
    except typst.TypstError:
        return False
    return True


def swatches() -> dict[str, str]:
    """Return the colour of each class of style, as tables call it."""
    families = (
        *(("niveau-", "nv-"), ("numerique-", "n"), ("sociale-", "s")),
        *(("certitude-", "c"), ("manque-", "m")),
    )
    colours = tokens("jour")
    return {"inconnue": colours["carte"]} | {
        short + name.removeprefix(long): value
        for name, value in colours.items()
        for long, short in families
        if name.startswith(long)
    }


@cache
def _fonts() -> "typst.Fonts":
    """Return our fonts, read once: two hundred sheets would read them two hundred times."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(ASSETS / "fonts")])


def prepare() -> None:
    """Load what laying a page out needs, short of starting it: the copies of this process find it there."""
    _letters()
    load(typst)


def is_started() -> bool:
    """Return True if this process has laid a page out: it then has threads of its own, and no copy of it
    could lay out another.
    """
    return _fonts.cache_info().currsize > 0


# Latin letters of any language, signs that people type: the typesetter's serif draws those that ours lack.
LATIN = (range(0xA1, 0x250), range(0x1E00, 0x1F00))
TYPED = "≤≥≈≠→←↑↓↔−×÷±√∞•▪■□●○✓✔☐☑★☆♥½⅓¼²³‰€№″"


@cache
def _letters() -> frozenset[str]:
    """Return the characters that our fonts, or the one that the typesetter holds, can draw."""
    fonts = (ttLib.TTFont(path, lazy=True) for path in sorted((ASSETS / "fonts").glob("*.ttf")))
    drawn = {code for font in fonts for code in font.getBestCmap()}
    return frozenset(map(chr, drawn.union(*LATIN) - DIRECTIONS.keys())) | {"\n", *TYPED}


def drawable(value: Any) -> Any:
    """Return plain values whose texts contain only characters of our fonts: a PDF/UA file rejects any
    other. A picture (🎉) leaves with the space before it; a letter leaves its place, which tells that it is
    missing.

    >>> drawable("Merci 🎉🎉 à tous ☀️"), drawable("🎉 Merci"), drawable("Ნ. Diallo")
    ('Merci à tous', 'Merci', '?. Diallo')
    """
    if isinstance(value, str):
        composed = unicodedata.normalize("NFC", value).translate(DIRECTIONS)
        foreign = set(composed) - _letters()
        if not foreign:
            return composed
        signs = {c for c in foreign if unicodedata.category(c) in SIGNS}
        if signs:
            composed = re.sub(
                rf"^[{re.escape(''.join(signs))}]+ ?| ?[{re.escape(''.join(signs))}]+", "", composed
            )
        return composed.translate({ord(c): SUBSTITUTE for c in foreign})
    if isinstance(value, dict):
        return {key: drawable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [drawable(inner) for inner in value]
    return value


SUBSTITUTE = "?"
SIGNS = ("So", "Sk", "Mn", "Me", "Cf", "Co", "Cn")  # pictures, marks over them, signs too new to be known
HIDDEN = re.compile(r'\\(?!["n])')  # what JSON writes of characters that no font draws, and of a backslash
DIRECTIONS = dict.fromkeys(
    [0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)  # marks of direction, never drawn


def compiled(template: str, data: Mapping[str, object], *, on: date) -> bytes:
    """Return the PDF of a template.

    Text only goes in as data, so that nothing a user typed is ever run as code.
    """
    return with_row_heads(
        typst.compile(
            str(FOLDER / template),
            root=str(FOLDER),
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs={"d": template_input(data)},
            pdf_standards=["ua-1"],
            timestamp=datetime(on.year, on.month, on.day, tzinfo=UTC),
        )
    )


def with_row_heads(pdf_bytes: bytes) -> bytes:
    """Return a PDF whose tables that have heads say the first cell of each row as the head of that row: the
    typesetter tags those of columns alone.
    """
    with pikepdf.open(io.BytesIO(pdf_bytes)) as pdf:
        bodies = [*_bodies(pdf.Root.get("/StructTreeRoot"))]
        if not bodies:
            return pdf_bytes
        for row in (row for body in bodies for row in _children(body)):
            for position, cell in enumerate(_children(row)):
                for attributes in _attributes(cell):
                    if "/Headers" in attributes:  # both kinds of heads are found by their scope
                        del attributes["/Headers"]
                    if position == 0:
                        attributes["/Scope"] = pikepdf.Name("/Row")
                if position == 0:
                    cell["/S"] = pikepdf.Name("/TH")
        tagged_pdf = io.BytesIO()
        pdf.save(tagged_pdf, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return tagged_pdf.getvalue()


def _children(element: Any) -> list[Any]:
    """Return the elements that stand in an element of a structure, without the marks of its content."""
    kids = element.get("/K", [])
    many = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
    return [kid for kid in many if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]


def _bodies(element: Any) -> Iterator[Any]:
    """Yield the body of each table that has heads, under an element."""
    children = _children(element) if element is not None else []
    if any(child["/S"] == "/THead" for child in children):
        yield from (child for child in children if child["/S"] == "/TBody")
    for child in children:
        yield from _bodies(child)


def _attributes(cell: Any) -> Iterator[Any]:
    """Yield the attributes of a cell as a part of its table."""
    stated = cell.get("/A", [])
    many = list(stated) if isinstance(stated, pikepdf.Array) else [stated]
    yield from (each for each in many if each.get("/O") == "/Table")


def template_input(data: Mapping[str, object]) -> str:
    """Return the JSON that a template reads; texts are mended one by one only where a character asks
    for it.
    """
    spaced = wording.spaced_within(dict(data))
    text = json.dumps(spaced, ensure_ascii=False)
    if unicodedata.is_normalized("NFC", text) and _letters().issuperset(text) and not HIDDEN.search(text):
        return text
    return json.dumps(drawable(spaced), ensure_ascii=False)


def _prepared(value: Any, key: str = "", kind: str = "") -> Any:
    """Return plain values for the template: rich texts in pieces, drawings with their style, the names of a
    map in each size that the template may need.
    """
    if isinstance(value, dict):
        own = value.get("kind", "")
        return {name: _prepared(inner, name, own or kind) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_prepared(inner, key, kind) for inner in value]
    if isinstance(value, str):
        if key == "svg":
            return styled(value, letters=maps.LABEL) if value else ""
        if key in RICH_KEYS or (key == "text" and kind in ("text", "callout")):
            return rich.spans(value)
        if key == "text":
            return rich.bare(value)
    return value


def styled(svg: str, *, cover: bool = False, letters: float = 0) -> str:
    """Return a drawing that carries its own colours and the hatching it refers to. letters: of a map, the
    least height of its names, in units of the drawing, fewer when they are larger; 0 for its own.
    """
    rare = rare_figures_css() if "parcours-" in svg or "cote-" in svg else ""
    sized = maps.on_paper(svg) if letters else svg
    own = (COVER_CSS if cover else "") + (_map_names_css(letters) if sized != svg else "")
    css = resolve(figures_css() + rare + own, "nuit" if cover else "jour")
    extra = f"<defs>{hatch('rayures')}</defs>" if "url(#rayures)" in svg and 'id="rayures"' not in svg else ""
    return re.sub(
        r"(<svg[^>]*>)", lambda match: f"{match.group(1)}<style>{css}</style>{extra}", sized, count=1
    )


def _map_names_css(letters: float) -> str:
    """Return the rules that show the names of a map in the first size that is not under `letters` only."""
    size = next((size for size in maps.ON_PAPER if size >= letters), maps.ON_PAPER[-1])
    return f"\n.carte .taille {{ display: none; }}\n.carte .t{size} {{ display: inline; }}\n"


COVER_CSS = """
.tricot .maille-vide { fill: var(--couverture-maille); }
.tricot .case-numerique { fill: var(--pastel); }
.tricot .case-sociale { fill: var(--garance); }
"""
