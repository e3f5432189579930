"""A page as it reads: where lines break in a template is nobody's promise."""

import re

RAW = re.compile(
    r"(<(?:textarea|pre|script|style)\b[^>]*>)(.*?)(</(?:textarea|pre|script|style)>)", re.DOTALL
)
# A tag that is not on one line as it stands: up to the first space that is one too many, then to its end.
TAG = re.compile(r"<(?:\"[^\"]*\"|'[^']*'|[^>\"'\s]+| (?![\s/>]))*+(?=\s)(?:\"[^\"]*\"|'[^']*'|[^>\"']+)*+>")
BLOCKS = (
    "html head title body meta link main nav header footer section article aside div p ul ol li dl dt dd h1"
    " h2 h3 h4 form fieldset legend option optgroup datalist details summary blockquote figure figcaption"
    " table caption thead tbody tfoot tr th td"
)
BLOCK = rf"</?(?:{BLOCKS.replace(' ', '|')})\b(?:\"[^\"]*\"|'[^']*'|[^>\"']+)*+>"
WORDS = "a|b|bdi|button|em|label|select|span|strong"
# Each begins with the sign that is rarest in it: a page is looked through for that sign, not tried everywhere.
AFTER = re.compile(rf"({BLOCK}|<(?:{WORDS})\b(?:\"[^\"]*\"|'[^']*'|[^>\"']+)*+>) ")
BEFORE = re.compile(rf" (?={BLOCK}|</(?:{WORDS})>)")


def _tag(tag_match: re.Match[str]) -> str:
    parts = re.split(r"(\"[^\"]*\"|'[^']*')", tag_match[0])
    parts[::2] = [re.sub(r"\s+", " ", part) for part in parts[::2]]
    return re.sub(r"\s+(/?>)$", r"\1", "".join(parts))


def flat(page: str) -> str:
    """Return a page on one line: a space between words, none beside an element that begins or ends a line
    on screen.
    """
    raw_texts: list[str] = []

    def put_aside(raw_match: re.Match[str]) -> str:
        raw_texts.append(raw_match[2])
        return f"{raw_match[1]}\0{raw_match[3]}"

    page = TAG.sub(_tag, RAW.sub(put_aside, page))
    page = re.sub(r"[\t\r\n][ \t\r\n]*| [ \t\r\n]+", " ", page)
    page = BEFORE.sub("", AFTER.sub(r"\1", page))
    remaining_texts = iter(raw_texts)
    return re.sub("\0", lambda _: next(remaining_texts), page).strip()
