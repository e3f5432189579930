"""A phone of 2017 is served scripts it parses, sheets it does not skip, and words where a script is missing."""

import re
import subprocess

import pytest

from tests.support.old_browsers import lowered
from tests.support.tracked import ROOT, texts

STATICS = ROOT / "assets/statics"
# Chrome 61 and Safari 11 skip whole a block, a rule or a declaration that holds one of these.
SKIPPED = re.compile(
    r"@layer|layer\(|:is\(|:where\(|color-mix\(|&|@media[^{]*[<>]|#[0-9a-f]{8}\b"
    r"|gradient\([^;]*\) -?[\d.]+(?:px|%)? -?[\d.]+(?:px|%)?[,)]",
    re.IGNORECASE,
)
SCRIPT = re.compile(r"<script\b(?![^>]*\bsrc=)[^>]*>")
NOSCRIPT = re.compile(r"<noscript>(.*?)</noscript>", re.DOTALL)
RELOAD = re.compile(r"\s*<meta\s[^>]*>\s*")


def test_a_script_is_written_as_an_older_browser_parses_it():
    written = lowered(
        "script",
        'import { a } from "./a.js";\nconst n = 1_000;\ntry { a?.(n ?? 2); } catch {}\n[[1]].flat();\n',
    )
    assert 'import { a } from "./a.js"' in written, "its addresses are named by their content afterwards"
    assert not re.search(r"\?\.|\?\?|1_000|catch \{", written)
    assert '"flat" in Array.prototype ||' in written, "what it calls and is missing is written before it"
    assert "replaceAll" not in written


@pytest.mark.parametrize(
    ("sheet", "written"),
    [
        # A layer weighs more than those below it; what is in none, more than all.
        ("@layer base { a { top: 1px } }", "a:not(#_){top:1px}"),
        ("@layer papier { .b { top: 1px } }", ":not(#_):not(#_):not(#_):not(#_).b{top:1px}"),
        ("p::after { top: 1px }", "p:not(#_):not(#_):not(#_):not(#_):not(#_)::after{top:1px}"),
        # Among important ones, the first layer wins.
        (
            "@layer base { a { top: 1px !important } } @layer papier { a { top: 2px !important } }",
            "a:not(#_):not(#_):not(#_):not(#_){top:1px!important}a:not(#_){top:2px!important}",
        ),
        # What a browser does not know follows what it knows, in the direction of the page.
        ("@layer leaflet { a { inset: 0 1px } }", "a{top:0;right:1px;bottom:0;left:1px}"),
        ("@layer leaflet { a { padding-inline: 1px 2px } }", "a{-webkit-padding-start:1px;-webkit-padding-end:2px;padding-inline:1px 2px}"),
        (
            "@layer leaflet { a { width: min(100%, 20rem); height: clamp(1rem, 5vw, 2rem) } }",
            "a{width:20rem;width:min(100%,20rem);height:1rem;height:clamp(1rem,5vw,2rem)}",
        ),
        # An icon before words keeps its distance, whether more words follow, unseen, or none.
        ("@layer leaflet { a { display: flex; gap: 1px } }", "a{display:flex;grid-gap:1px;gap:1px}@supports not (inset: 0){a:not(#_)>*+*{-webkit-margin-start:1px}a:not(#_)>.icone:first-child{-webkit-margin-end:1px}a:not(#_)>.icone:first-child+*:not(.hors-ecran){-webkit-margin-start:0}}"),
        # A list is skipped whole for one of its selectors: each stands alone, and has what stands for it.
        ("@layer leaflet { a, b:has(:checked) { top: 1px } }", "a{top:1px}@supports not (inset: 0){b.choix-fait{top:1px}}b:has(:checked){top:1px}"),
    ],
)  # fmt: skip
def test_a_sheet_is_written_as_an_older_browser_reads_it(sheet, written):
    assert lowered("sheet", sheet).replace("\n", "") == written


def test_a_length_beside_a_variable_is_refused():
    """An older browser takes such a declaration for good, then has no value for it."""
    with pytest.raises(subprocess.CalledProcessError):
        lowered("sheet", "a { width: min(100%, var(--l)) }")


def test_each_script_and_sheet_is_served_as_it_stands():
    edited = {
        path.relative_to(ROOT).as_posix().partition("/static/")[2]: path
        for path in texts("src/maillage/apps/*/static/*.js", "src/maillage/apps/*/static/*.css")
    }
    late = [
        name
        for name, path in edited.items()
        if not (STATICS / name).exists() or (STATICS / name).stat().st_mtime < path.stat().st_mtime
    ]
    assert late == [], "make assets"


def test_no_served_sheet_holds_what_an_older_browser_skips():
    skipped_by_sheet = {
        path.name: SKIPPED.findall(text)
        for path in STATICS.rglob("*.css")
        if SKIPPED.search(text := re.sub(r"url\([^)]*\)", "", path.read_text("utf-8")))
    }
    assert skipped_by_sheet == {}


def test_every_script_of_a_page_has_an_address():
    """A script inside a page would be lowered by no tool, and the policy of contents refuses it."""
    assert [path.name for path, text in texts("src/*.html").items() if SCRIPT.search(text)] == []


def test_no_words_stand_in_a_noscript():
    """A browser whose JavaScript is too old has one: what is for who lacks a script is hidden by the script."""
    noscript_words = {
        path.name: words
        for path, text in texts("src/*.html").items()
        for words in NOSCRIPT.findall(text)
        if not RELOAD.fullmatch(words)
    }
    assert noscript_words == {}
