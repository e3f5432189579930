"""Hours that a spreadsheet left as what it keeps of them: a fraction of the day."""

import re

DAY = 24 * 60
STEP = 5  # minutes: hours that open a place fall on one of them, a price or a rate seldom does
NEAR = 0.1  # of a minute: what rounding to five digits costs
FRACTION = re.compile(
    r"(?<![\w:])(?<!\d[.,])0[.,]\d{1,17}(?!\w|[.,]\d)(?!\s*(?:€|%|eur|km|m\b))", re.IGNORECASE
)


def with_hours(text: str) -> str:
    """Return a text of hours where each fraction of the day is the hour it stands for.

    >>> with_hours("0.375-0,5, 0.5833333333-0.75"), with_hours("0.4"), with_hours("gratuit ou 0,50 €")
    ('09:00-12:00, 14:00-18:00', '0.4', 'gratuit ou 0,50 €')
    """
    return FRACTION.sub(_clock, text) if "0." in text or "0," in text else text


def _clock(found: re.Match[str]) -> str:
    minutes = float(found[0].replace(",", ".")) * DAY
    whole = STEP * round(minutes / STEP)
    return f"{whole // 60:02}:{whole % 60:02}" if abs(minutes - whole) < NEAR else found[0]
