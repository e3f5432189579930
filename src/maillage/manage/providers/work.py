"""The outbox among what is due."""

from datetime import datetime

from maillage.apps.platform.messages import actions
from maillage.apps.platform.messages.rules import states
from maillage.manage.providers import chosen

WORDS = {
    states.SENT: "partis",
    states.QUEUED: "remis_a_plus_tard",
    states.SENDING: "sans_reponse",
    states.DOUBTFUL: "a_verifier",
    states.FAILED: "pas_partis",
    states.EXPIRED: "trop_tard",
}


def send(at: datetime) -> dict[str, int]:
    """Send what is due, and return how many messages came to each state, in words."""
    n_by_state = actions.send_ready(at=at, providers=chosen.provider)
    return {words: n_by_state[state] for state, words in WORDS.items()}


def forget(at: datetime) -> int:
    """Erase the content of messages kept long enough, and return how many."""
    return actions.forget_old(at=at, erase=chosen.forget)
