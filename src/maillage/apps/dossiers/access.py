"""Who may ask for what: a diagnosis is public, its computation is not free."""

from django.core.cache import cache
from django.utils.crypto import salted_hmac

NEW_STUDIES_AN_HOUR = 40


def may_compute(address: str) -> bool:
    """Return whether an address may ask for one more new study this hour. The address itself is not kept."""
    key = f"etudes-{salted_hmac('etudes', address).hexdigest()}"
    if cache.add(key, 1, timeout=3600):
        return True
    try:
        return int(cache.incr(key)) <= NEW_STUDIES_AN_HOUR
    except ValueError:  # expired in between
        return True
