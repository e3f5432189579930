"""Whole numbers that people type, or that an address holds."""

ROWS = 2**63 - 1  # the largest number that a database gives a row


def whole(text: str, most: int = 1_000_000) -> int | None:
    """Return a whole number from 0 to `most`; None for anything else, however many digits it has.

    >>> whole(" 12 "), whole("²"), whole("-1"), whole("9" * 5000), whole("")
    (12, None, None, None, None)
    """
    bare = text.strip()
    if not (bare.isascii() and bare.isdigit() and len(bare) <= len(str(most))):
        return None
    return int(bare) if int(bare) <= most else None
