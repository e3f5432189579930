"""Numbers as people type them: a comma or a point, blanks between thousands, a unit after."""

import re

from maillage.sources.offer.clean import words
from maillage.sources.offer.clean.cleaned import Cleaned

NUMBER = re.compile(
    r"[+\-−]?(?:"
    r"\d{1,3}(?:[ ']\d{3})+(?:[.,]\d+)?(?![.,]?\d)"  # 1 234,5
    # 1.234,5 and 1.234.567; 1.234 is a little more than one
    r"|\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}"
    r"|\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}"  # 1,234.5
    r"|\d+(?:[.,]\d+)?(?P<power>E[+-]?\d{1,3})?|[.,]\d+)",
    re.IGNORECASE,
)
UNIT = re.compile(r"[^\W\d]*[²³23]?|%|°|€", re.IGNORECASE)  # m², m2, places
SEVERAL = re.compile(r"(?<![^\W_])\d")  # a number of its own, unlike the 2 of m2


def clean(text: str, *, low: float, high: float) -> Cleaned[float]:
    """Return the number of a cell, refused outside `low` and `high`, or when the cell holds several numbers.

    A unit after it goes in the reason; any other word makes it doubtful.
    """
    if empty := words.nothing(text):
        return empty
    typed = " ".join(text.strip().lstrip("'’").split())
    match = NUMBER.search(typed)
    if match is None:
        return Cleaned.refused("aucun nombre dans ce texte")
    before, after = typed[: match.start()].strip(), typed[match.end() :].strip()
    if SEVERAL.search(after):
        return Cleaned.refused("plusieurs nombres dans cette case")
    # A number as Python reads it: the last of two kinds of marks, or a lone one, is the decimal mark.
    digits = match[0].replace(" ", "").replace("'", "").replace("−", "-")
    marks = re.findall(r"[.,]", digits)
    if len(set(marks)) == 2:
        digits = digits.replace(marks[0], "")
    elif len(marks) > 1:
        digits = re.sub(r"[.,]", "", digits)
    value = float(digits.replace(",", "."))
    if not low <= value <= high:
        return Cleaned.refused(f"{french(value)} n’est pas entre {french(low)} et {french(high)}")
    mends = [f"unité écrite après : {words.quoted(after)}"] * bool(after)
    doubts = [f"texte avant : {words.quoted(before)}"] * bool(before)
    if after and not UNIT.fullmatch(after):
        mends, doubts = [], [*doubts, f"texte après : {words.quoted(after)}"]
    if match["power"]:
        doubts.append("notation scientifique : des chiffres ont pu être perdus")
    return words.verdict(value, mends=mends, doubts=doubts)


def whole_number(text: str, *, low: int, high: int) -> Cleaned[int]:
    """Return the same as `clean`, refused when it is not a whole number; `12.0` is one."""
    cleaned = clean(text, low=low, high=high)
    if cleaned.value is None:
        return Cleaned(None, cleaned.word, cleaned.reason)
    if not cleaned.value.is_integer():
        return Cleaned.refused(f"{french(cleaned.value)} n’est pas un nombre entier")
    return Cleaned(int(cleaned.value), cleaned.word, cleaned.reason)


def french(value: float) -> str:
    """Return a number as a French reader writes it: 12,5 or -90."""
    return f"{value:.10g}".replace(".", ",")
