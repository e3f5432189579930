"""A page as it reads: where lines break in a template is nobody's promise."""

import re

RAW = re.compile(
    r"(<(?:textarea|pre|script|style)\b[^>]*>)(.*?)(</(?:textarea|pre|script|style)>)", re.DOTALL
)
TAG = re.compile(r"<(?:\"[^\"]*\"|'[^']*'|[^>\"'])*>")
BLOCKS = (
    "html head title body meta link main nav header footer section article aside div p ul ol li dl dt dd h1"
    " h2 h3 h4 form fieldset legend option optgroup datalist details summary blockquote figure figcaption"
    " table caption thead tbody tfoot tr th td"
)
AROUND = re.compile(rf"[ \n]*(</?(?:{BLOCKS.replace(' ', '|')})\b(?:\"[^\"]*\"|'[^']*'|[^>\"'])*>)[ \n]*")
INSIDE = re.compile(
    r"(<(?:a|b|bdi|button|em|label|select|span|strong)\b(?:\"[^\"]*\"|'[^']*'|[^>\"'])*>)[ \n]+"
)
BEFORE = re.compile(r"[ \n]+(</(?:a|b|bdi|button|em|label|select|span|strong)>)")


ODD = re.compile(r"\s\s|[^\S ]|\s/?>$")  # most tags are on one line: nothing to join


def _tag(found: re.Match[str]) -> str:
    if not ODD.search(found[0]):
        return found[0]
    parts = re.split(r"(\"[^\"]*\"|'[^']*')", found[0])
    parts[::2] = [re.sub(r"\s+", " ", part) for part in parts[::2]]
    return re.sub(r"\s+(/?>)$", r"\1", "".join(parts))


def flat(page: str) -> str:
    """Return a page on one line: a space between words, none beside an element that begins or ends a line
    on screen.
    """
    kept: list[str] = []

    def put_aside(found: re.Match[str]) -> str:
        kept.append(found[2])
        return f"{found[1]}\0{found[3]}"

    page = TAG.sub(_tag, RAW.sub(put_aside, page))
    page = re.sub(r"[ \t\r\n]+", " ", page)
    page = BEFORE.sub(r"\1", INSIDE.sub(r"\1", AROUND.sub(r"\1", page)))
    held = iter(kept)
    return re.sub("\0", lambda _: next(held), page).strip()
