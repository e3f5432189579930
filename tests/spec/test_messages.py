"""Un message part une fois, à une heure où l’on peut le recevoir, et jamais quand il ne sert plus à rien."""

from datetime import datetime
from zoneinfo import ZoneInfo

from maillage.apps.platform.messages.rules import addresses, hours, states, words

title = "Envoyer un message"
PARIS = ZoneInfo("Europe/Paris")


def leaves(channel: str, to: str = "+33612345678"):
    """Return a call that says when a message written at some hour of Paris leaves, at the hour of who
    receives it.
    """

    def departures(t: dict) -> list[str]:
        written_times = (
            datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=PARIS) for text in t["écrit"]
        )
        return [
            f"{hours.leaves_at(channel, to, at).astimezone(hours.zone(to)):%Y-%m-%d %H:%M}"
            for at in written_times
        ]

    return departures


def test_no_phone_rings_at_night_nor_on_sunday(spec):
    """Un SMS part entre 8 h et 20 h, du lundi au samedi. Sinon il attend le matin suivant.

    écrit            || réponse
    -----------------++-----------------
    2026-11-20 08:00 || 2026-11-20 08:00
    2026-11-20 19:59 || 2026-11-20 19:59
    2026-11-20 20:00 || 2026-11-21 08:00
    2026-11-20 07:59 || 2026-11-20 08:00
    2026-11-21 20:30 || 2026-11-23 08:00
    2026-11-22 10:00 || 2026-11-23 08:00
    2026-11-22 23:59 || 2026-11-23 08:00
    """
    spec(leaves(states.SMS))


def test_the_nights_when_the_clock_changes(spec):
    """Les nuits où l’heure change, 8 h du matin reste 8 h du matin.

    L’heure recule le 25 octobre 2026 et avance le 28 mars 2027. Ce sont des dimanches.

    écrit            || réponse
    -----------------++-----------------
    2026-10-24 21:00 || 2026-10-26 08:00
    2026-10-25 02:30 || 2026-10-26 08:00
    2026-10-25 12:00 || 2026-10-26 08:00
    2027-03-27 21:00 || 2027-03-29 08:00
    2027-03-28 03:30 || 2027-03-29 08:00
    """
    spec(leaves(states.SMS))


def test_the_hour_is_that_of_the_phone(spec):
    """L’heure qui compte est celle du téléphone : à La Réunion, la journée commence plus tôt.

    La réponse est à l’heure de La Réunion.

    écrit            || réponse
    -----------------++-----------------
    2026-11-20 05:30 || 2026-11-20 08:30
    2026-11-20 18:00 || 2026-11-21 08:00
    """
    spec(leaves(states.SMS, "+262692123456"))


def test_mail_and_letters_leave_at_any_hour(spec):
    """Un courriel ne réveille personne : il part à toute heure.

    écrit            || réponse
    -----------------++-----------------
    2026-11-22 03:00 || 2026-11-22 03:00
    """
    spec(leaves(states.EMAIL))


def test_attempts_grow_apart(spec):
    """Quand le serveur d’envoi ne prend pas un message, on réessaie, de plus en plus rarement, puis on le
    dit.

    Rien après le sixième essai : quelqu’un du réseau décide.

    essais || réponse
    -------++--------
         1 || 0:01:00
         2 || 0:05:00
         3 || 0:30:00
         4 || 2:00:00
         5 || 8:00:00
         6 ||
    """
    spec.rows(lambda n: str(states.delay(int(n)) or ""))


def test_which_numbers_read_sms(spec):
    """Un SMS va à un téléphone mobile, quelle que soit la façon d’écrire son numéro.

    tapé
    ------------------
    06 12 34 56 78
    +33 (0)7.56.12.34.56
    0033612345678
    0692 12 34 56
    +40 721 234 567
    04 76 00 00 01
    3949
    06 12 34 56
    """
    spec.rows(
        lambda typed: addresses.mobile(typed),
        ["+33612345678", "+33756123456", "+33612345678", "+262692123456", "+40721234567", "", "", ""],
    )


def test_address_is_masked_on_screen(spec):
    """À l’écran, une adresse est masquée : assez pour qui la connaît, trop peu pour les autres.

    canal  | adresse             || réponse
    -------+---------------------++-----------------
    email  | aurelie@exemple.fr  || a•••@exemple.fr
    sms    | +33612345678        || +336 •• •• •• 78
    letter | 1 rue du Lac        || adresse postale
    """
    spec(lambda t: [addresses.masked(*each) for each in zip(t["canal"], t["adresse"], strict=True)])


def test_sms_uses_its_own_alphabet(spec):
    """Un SMS se compte par morceaux. Une apostrophe courbe en ferait payer deux : elle est redressée.

    texte
    -------------------------------
    C’est demain à 9 h
    Le « Lien » vous attend…
    Coût : rien
    """
    spec.rows(
        lambda text: words.short(text),
        ["C'est demain à 9 h", 'Le " Lien " vous attend...', "Coût : rien"],
    )
