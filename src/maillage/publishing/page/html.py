"""Documents as one HTML file that opens with a double click: style, fonts and drawings inside, no external
address.
"""

import base64
import itertools
import re
from collections.abc import Collection, Sequence

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from maillage.publishing.page import theme
from maillage.publishing.page.blocks import Block, Document, as_data
from maillage.publishing.page.charts import hatch
from maillage.publishing.page.design import FOLDER, figures_css, rare_figures_css, tokens, tokens_css
from maillage.publishing.page.logo import logo
from maillage.reference.files import ASSETS
from maillage.words import rich, wording

IDENTIFIER = re.compile(
    r'(?<=id=")[\w-]+(?=")|(?<=url\(#)[\w-]+|(?<=href="#)[\w-]+|(?<=aria-labelledby=")[^"]+'
)


def dossier(document: Document) -> bytes:
    """Return the dossier as the bytes of one HTML file."""
    return _page(document, "dossier.html.j2")


def slides(document: Document) -> bytes:
    """Return slides to read on a screen, one under the other, as the bytes of one HTML file."""
    return _page(document, "restitution.html.j2")


def one_page(document: Document) -> bytes:
    """Return a document without cover nor contents, as the bytes of one HTML file."""
    return _page(document, "synthese.html.j2")


def _page(document: Document, template: str) -> bytes:
    night, own = tokens("nuit"), theme.current()
    data = document.data()
    rare = rare_figures_css() if "parcours-" in str(data["chapters"]) else ""
    page = (
        _environment([chapter["anchor"] for chapter in data["chapters"]])
        .get_template(template)
        .render(
            doc=wording.spaced_within(data),
            css=Markup(style() + rare + _own_colours()),
            hatch=Markup(hatch("rayures")),
            logo=Markup(logo(night["pastel"], night["garance"], tokens("jour")["sur-prune"])),
            own_logo=_data_address(own.logo) if own else "",
            mark=own.name if own else "Maillage",
        )
    )
    return page.encode("utf-8")


def _own_colours() -> str:
    """Return the style of the theme, "" without one."""
    own = theme.current()
    return f".couverture{{background:{own.colour}}}" if own else ""


def _data_address(svg: str) -> str:
    """Return a logo as the address of a picture, which runs nothing of it; "" without one."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}" if svg else ""


def fragment(blocks: Sequence[Block]) -> str:
    """Return blocks as HTML, for a page that has its own head and style."""
    data = wording.spaced_within(as_data(list(blocks)))
    return str(_environment().get_template("blocs.html.j2").module.render(data))  # type: ignore[attr-defined]  # a macro of the template


def _environment(anchors: Collection[str] = ()) -> Environment:
    """Return the environment that renders templates. anchors: the chapters that texts may link to."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    numbers = itertools.count(1)
    environment.filters["rich"] = lambda text: rich.html(text, anchors)
    environment.filters["drawn"] = lambda svg: Markup(with_own_ids(svg, next(numbers)))
    return environment


def with_own_ids(svg: str, number: int) -> str:
    """Return the drawing with identifiers of its own, so that it may appear twice on a page."""
    own = set(re.findall(r'id="([\w-]+)"', svg))
    return IDENTIFIER.sub(
        lambda match: " ".join(
            f"{name}-{number}" if name in own else name for name in match.group().split(" ")
        ),
        svg,
    )


def style() -> str:
    """Return the whole style of the file, fonts included."""
    night = tokens("nuit")
    cover = (
        f":root{{--sur-couverture:{tokens('jour')['sur-prune']};--couverture-numerique:{night['pastel']};"
        f"--couverture-sociale:{night['garance']};--couverture-deux:{night['case-les-deux']};}}"
    )
    css = (FOLDER / "dossier.css").read_text("utf-8")
    for name, file in (("POLICE_TEXTE", "atkinson"), ("POLICE_TITRE", "bricolage")):
        encoded = base64.b64encode((ASSETS / "fonts" / f"{file}.woff2").read_bytes()).decode()
        css = css.replace(name, f"data:font/woff2;base64,{encoded}")
    return tokens_css() + cover + figures_css() + css
