"""Style of templates and scripts: short lines, short files, no space before a comma."""

import re

from tests.support.tracked import ROOT, texts

LINE, LONGEST, LINES = 120, 330, 200
# A Django tag, a value, a quoted attribute, an element with one attribute cannot be cut; a text area holds
# its text.
UNBREAKABLE = re.compile(r"<\w+ [\w-]+(?==)|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|\"(?:\{[%{].*?[%}]\}|[^\"])*\"")
TYPED = re.compile(r"(<(textarea|pre)\b[^>]*>).*?</\2>", re.DOTALL)


def could_be_cut(line: str) -> bool:
    return " " in UNBREAKABLE.sub("…", line).strip()


def long_lines(text: str) -> list[str]:
    long = [line for line in TYPED.sub(r"\1", text).splitlines() if len(line) > LINE]
    return [line.strip() for line in long if could_be_cut(line) or len(line) > LONGEST]


def test_a_long_line_that_could_be_cut_is_found():
    assert long_lines(f"<p>{'mot ' * 40}</p>") != []
    assert long_lines(f"<p {'{% french %}' * 5} {'{{ name }}' * 9}>") != []
    assert long_lines(f'  {{% trans "{"mot " * 40}" %}}') == []
    assert long_lines(f'  {{% trans "{"mot " * 100}" %}}') != [], "a sentence of this length is two"


def test_no_line_of_a_template_is_long():
    lines_by_path = {
        path.relative_to(ROOT).as_posix(): long_lines(text)
        for path, text in texts("src/*.html", "src/*.j2").items()
    }
    assert {path: lines for path, lines in lines_by_path.items() if lines} == {}


def test_no_template_is_long():
    """Beyond that, a part of the page has a name: it goes in a file of its own."""
    assert [path.name for path, text in texts("src/*.html").items() if text.count("\n") > LINES] == []


def test_no_space_comes_before_a_comma():
    """`make format` breaks the line between two blocks, which shows; `{{ "" }}` between them holds it
    back.
    """
    before = re.compile(r"^ *(?:\{% (?:if|for|with) [^%]*%\})*[,.)](?!\.)", re.MULTILINE)
    assert before.search("{% if a %}a{% endif %}\n  {% if b %}, b{% endif %}")
    assert [
        path.name for path, text in texts("src/*.html").items() if before.search(TYPED.sub(r"\1", text))
    ] == []


def test_a_name_in_french_stands_on_the_side_where_its_page_begins():
    """A heading, a term or a line with an icon that is French whole leaves the right of an Arabic page: its words
    alone are marked. A translated date is no French.
    """
    misplaced_french = re.compile(
        r"""<(?:h\d|dd)\b[^>]*(?:\{% french %\}|dir="ltr")|<p\b[^>]*(?:\{% french %\}|dir="ltr")[^>]*>\{% icon"""
        r"""|\{% french %\}\s*>\{\{[^}]*\|date:"""
    )
    assert misplaced_french.search("<dd {% french %}>") and misplaced_french.search(
        '<p dir="ltr">{% icon "phone" %} 04'
    )
    assert misplaced_french.search(
        '<strong {% french %}>{{ on|date:"j F" }}'
    ) and not misplaced_french.search("<p {% french %}>{{ a }}")
    assert [path.name for path, text in texts("src/*.html").items() if misplaced_french.search(text)] == []
