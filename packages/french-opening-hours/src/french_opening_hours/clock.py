"""Hours in other words than digits: a fraction of the day, what a spreadsheet keeps of them; numbers in
letters; the two ends of a day told apart.
"""

import re

DAY = 24 * 60
STEP = 5  # minutes: hours that open a place fall on one of them, a price or a rate seldom does
NEAR = 0.1  # of a minute: what rounding to five digits costs
FRACTION = re.compile(
    r"(?<![\w:])(?<!\d[.,])0[.,]\d{1,17}(?!\w|[.,]\d)(?!\s*(?:€|%|eur|km|m\b))", re.IGNORECASE
)
UNITS = "une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
NUMBERS = dict(zip(UNITS.split(), range(1, 17), strict=True))
NUMBERS |= {f"dix{joint}{word}": 10 + NUMBERS[word] for joint in "- " for word in ("sept", "huit", "neuf")}
NUMBERS |= {"vingt": 20, "vingt et une": 21, "vingt-et-une": 21, "vingt-deux": 22, "vingt deux": 22}
MINUTES = {"et quart": "15", "quinze": "15", "trente": "30", "et demie": "30", "et demi": "30"}
MINUTES |= {"quarante-cinq": "45", "quarante cinq": "45"}
IN_LETTERS = re.compile(
    rf"\b(?:(?P<hour>{'|'.join(sorted(NUMBERS, key=len, reverse=True))}) ?heures?"
    rf"|(?P<noon>midi)(?= (?:et demie?|trente|quinze|et quart)\b))"
    rf"(?: (?P<minutes>{'|'.join(sorted(MINUTES, key=len, reverse=True))})\b)?",
    re.IGNORECASE,
)
CLOCK = r"\d{1,2} ?(?:h(?:eures?)?|:)(?: ?\d\d)?"
ENDS = re.compile(  # « ouverture à 9h, fermeture à 17h »; not « 9h-18h, fermeture à 17h »
    rf"(?P<lead>\bouv\w+[^\d;.]{{0,60}}?)(?:[àa] )?(?P<opens>{CLOCK})"
    rf"(?:[\s,;./-]|\bet\b|\bpuis\b)+ferm\w* ?:? ?(?:[àa] )?(?P<closes>{CLOCK})",
    re.IGNORECASE,
)

NOTHING = re.compile(
    r"(?i)(?:(?<=:)|(?<=di )|(?<=dis )|(?<=he ))(\s*)[-–—](?=\s*(?:[|;,\n]|/\s|$))"
)  # « mardi : - | mercredi : 9h-12h »


def with_hours(text: str) -> str:
    """Return a text of hours where each fraction of the day is the hour it stands for.

    >>> with_hours("0.375-0,5, 0.5833333333-0.75"), with_hours("0.4"), with_hours("gratuit ou 0,50 €")
    ('09:00-12:00, 14:00-18:00', '0.4', 'gratuit ou 0,50 €')
    """
    return FRACTION.sub(_clock, text) if "0." in text or "0," in text else text


def in_digits(text: str) -> str:
    """Return a text whose hours in letters are in digits, where one span says both ends of a day, and where a
    dash alone says that a day is closed.

    >>> in_digits("de dix heures à dix-huit heures trente"), in_digits("ouverture à 14h, fermeture à 18h")
    ('de 10h à 18h30', 'ouverture de 14h à 18h')
    """
    numeric = (
        IN_LETTERS.sub(_digits, text) if "heure" in text.casefold() or "midi" in text.casefold() else text
    )
    numeric = NOTHING.sub(r"\1fermé", numeric)
    return (
        ENDS.sub(r"\g<lead>de \g<opens> à \g<closes>", numeric) if "ferm" in numeric.casefold() else numeric
    )


def _digits(match: re.Match[str]) -> str:
    hour = 12 if match["noon"] else NUMBERS[match["hour"].casefold()]
    return f"{hour}h{MINUTES[match['minutes'].casefold()] if match['minutes'] else ''}"


def _clock(match: re.Match[str]) -> str:
    minutes = float(match[0].replace(",", ".")) * DAY
    rounded = STEP * round(minutes / STEP)
    return f"{rounded // 60:02}:{rounded % 60:02}" if abs(minutes - rounded) < NEAR else match[0]
