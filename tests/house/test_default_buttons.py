"""Enter in a field presses the first button of its form: that one must be the safe one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PAGES = sorted(Path("src/maillage").rglob("templates/**/*.html"))
INCLUDED = re.compile(r'\{% include "([^"]+)"[^%]*%\}')
FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
TOKEN = re.compile(
    r"\{% (?P<word>if|elif|else|endif)\b[^%]*%\}"
    r'|(?P<button><button\b(?![^>]*type="(?:button|reset)")(?![^>]*\sform=)[^>]*>)'
    r'|(?P<field><input\b(?![^>]*type="(?:hidden|checkbox|radio|submit|file|range|color)")[^>]*>'
    r"|\{\{ (?:field|form(?:\.\w+)?) \}\})",
    re.DOTALL,
)


@dataclass(frozen=True)
class Part:
    """A button or a field of a form. branches: of each {% if %} around it, which one and which branch."""

    words: str
    branches: frozenset[tuple[int, int]]

    def excludes(self, other: "Part") -> bool:
        """Return True if no page holds both: they are in two branches of one {% if %}."""
        own_branches = dict(self.branches)
        return any(own_branches.get(which, branch) != branch for which, branch in other.branches)


def parts(form: str) -> Iterator[Part]:
    """Yield the buttons and fields of a form, in the order of the page."""
    open_branches: list[tuple[int, int]] = []
    for match in TOKEN.finditer(form):
        if (word := match["word"]) == "if":
            open_branches.append((match.start(), 0))
        elif word == "endif":
            open_branches.pop()
        elif word:
            open_branches[-1] = (open_branches[-1][0], open_branches[-1][1] + 1)
        else:
            yield Part(match[0], frozenset(open_branches))


def is_safe(button: str) -> bool:
    """Return True if Enter may press a button that stands before the field: it does nothing, or it is the
    ordinary one, that names no gesture.
    """
    inert = re.search(r"\sdisabled\b", button) and re.search(r"\shidden\b", button)
    return bool(inert) or not re.search(r'\s(?:name|formaction|class="[^"]*\bdanger)', button)


def surprises(form: str) -> list[str]:
    """Return the buttons that Enter in a field of the form may press, though its reader would not expect
    it: one that stands before the field, one that is not always there, one that destroys.
    """
    all_parts = list(parts(form))
    buttons = [each for each in all_parts if each.words.startswith("<button")]
    wrong = []
    for place, field in enumerate(all_parts):
        if field.words.startswith("<button"):
            continue
        reachable_buttons = [each for each in buttons if not each.excludes(field)]
        always = next(
            (n for n, button in enumerate(reachable_buttons) if button.branches <= field.branches),
            len(reachable_buttons),
        )
        pressed = reachable_buttons[: always + 1]
        if len(reachable_buttons) < 2:
            continue
        wrong += [
            each.words
            for each in pressed
            if not is_safe(each.words)
            and (all_parts.index(each) < place or len(pressed) > 1 or "danger" in each.words)
        ]
    return wrong


def test_enter_in_a_field_never_presses_a_gesture_by_surprise():
    texts = {path.as_posix().rsplit("/templates/", 1)[1]: path.read_text("utf-8") for path in PAGES}

    def with_includes(text: str, depth: int = 0) -> str:
        """Return a template with those that it includes."""
        if depth > 6:  # a thread of discussion includes itself
            return ""
        return INCLUDED.sub(lambda match: with_includes(texts.get(match[1], ""), depth + 1), text)

    wrong = {
        name: surprises(with_includes(form[0]))
        for name, text in texts.items()
        for form in FORM.finditer(text)
        if surprises(with_includes(form[0]))
    }
    assert not wrong, "Give Enter a form of its own, or a first button that is safe (disabled hidden)."


def test_the_button_that_enter_presses_is_found():
    keep, field = '<button name="do" value="keep">', '<input name="why">'
    last = '<button name="do" value="refuse">'
    assert surprises(f"{keep}{field}{last}") == [keep]
    assert surprises(f"{field}{{% if x %}}{keep}{{% endif %}}{last}") == [keep, last]
    assert surprises(f'{field}<button class="bouton danger" name="do">{last}') != []
    assert not surprises(f"<button type='submit' disabled hidden>{keep}{field}{last}")
    assert not surprises(f"<button>{field}{last}")
    assert not surprises(f"{field}{keep}{last}")
    assert not surprises(f"{{% if x %}}{keep}{{% else %}}{field}{last}{{% endif %}}")
    assert not surprises(f"{field}{last}")
