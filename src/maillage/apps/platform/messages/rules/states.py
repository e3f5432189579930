"""States of a message, their names, and the delays of its attempts."""

from datetime import timedelta

EMAIL, SMS, LETTER = "email", "sms", "letter"
CHANNELS = {EMAIL: "E-mail", SMS: "SMS", LETTER: "Lettre"}

# What a message is for: an answer to a STOP leaves all the same, and a reminder says how to have no more.
OTHER, REMINDER, ANSWER = "", "reminder", "answer"
PURPOSES = {OTHER: "autre", REMINDER: "rappel", ANSWER: "réponse à un refus"}

QUEUED, SENDING, SENT, FAILED, DOUBTFUL, CANCELLED, EXPIRED = (
    *("waiting", "sending", "sent", "failed", "doubtful", "cancelled", "expired"),
)
STATES = {
    QUEUED: "en attente",
    SENDING: "en cours d’envoi",
    SENT: "parti",
    FAILED: "pas parti",
    DOUBTFUL: "peut-être parti",
    CANCELLED: "annulé",
    EXPIRED: "trop tard",
}
LEAVING = ("smtp", "sms")  # providers whose messages leave this computer
AGAIN = (FAILED, DOUBTFUL, CANCELLED)  # what a person may send once more

RETRIES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
)
LEASE = timedelta(minutes=10)  # longer than any provider's patience: beyond it, the sending process is dead
STATUS_DELAY = timedelta(minutes=2)  # how long a provider has to know what it received
MAX_SILENCE = timedelta(days=1)  # a provider that says nothing for that long will not: a person decides
RETENTION = timedelta(days=30)  # content and address, unless the caller says otherwise

# Why a message is where it is. Fixed words: what a server answers often holds the address.
REASONS = {
    "": "",
    "stopped": "Cette adresse a demandé à ne plus recevoir de message.",
    "too-late": "Son heure limite est passée. Un lien périmé ne sert à personne.",
    "held": "Quelqu’un du réseau a choisi de ne pas l’envoyer.",
    "withdrawn": "Il n’avait plus lieu d’être.",
    "unreachable": "Le serveur d’envoi ne répond pas.",
    "busy": "Le serveur d’envoi demande d’attendre.",
    "settings": "Le serveur d’envoi refuse nos réglages.",
    "refused": "Le serveur d’envoi refuse cette adresse ou ce message.",
    "unwritable": "Cette adresse ne peut pas être écrite dans un message.",
    "disk": "Le fichier n’a pas pu être écrit.",
    "no-answer": "La réponse du serveur s’est perdue.",
    "interrupted": "L’envoi a été coupé au dernier moment.",
    "sealed": "Son lien était scellé par une autre clé de Maillage : refaites le geste qui l’avait écrit.",
    "restored": "Une sauvegarde a été restaurée : il était peut-être parti depuis.",
    "unexpected": "Une erreur imprévue a coupé l’envoi.",
}


def delay(attempts: int) -> timedelta | None:
    """Return how long to wait after that many attempts, None when there were enough.

    >>> delay(1), delay(5), delay(6)
    (datetime.timedelta(seconds=60), datetime.timedelta(seconds=28800), None)
    """
    return RETRIES[attempts - 1] if attempts <= len(RETRIES) else None
