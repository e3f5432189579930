"""La page d’une personne s’ouvre avec le code de sa carte et un secret à elle. Ce qui suit dit quels secrets sont bons, combien d’essais sont permis, et quand la page se ferme."""

from datetime import datetime, timedelta

from maillage.apps.people.persons import rules
from maillage.kernel.errors import Refused

title = "Ma carte : le secret, les essais, la fermeture"
NOON = datetime(2026, 11, 22, 12)
KNOWN = ("Fatou", "1988", "PWR4E9Y3", "la maison", "maison")


def answer(typed: str) -> str:
    secret = rules.read_secret("", typed.split("+")) if "+" in typed else rules.read_secret(typed)
    try:
        rules.check_secret(secret, known=KNOWN)
    except Refused as error:
        return error.why
    return f"oui : {rules.SECRETS[secret.kind]}"


def test_which_secrets_are_good(spec):
    """Un secret est un mot de 5 signes ou plus, 4 à 6 chiffres, ou 4 dessins sur 20. Ni majuscule, ni accent, ni espace ne comptent. Ce que disent déjà la carte ou la fiche (ici : Fatou, née en 1988, la maison) n’est pas un secret, ni des chiffres qui se suivent ou se répètent.

    secret
    ----------------------
    framboise
    É lé phant
    кавун
    mot
    Fatou
    ma maison
    aaaaaa
    2048
    209184
    123
    7654321
    1988
    4567
    7654
    1111
    lune+chat+velo+train
    lune+chat+velo
    """
    spec.rows(
        lambda cell: answer(str(cell).strip()),
        [
            *("oui : un mot", "oui : un mot", "oui : un mot"),
            "Ce mot est trop court.",
            "C’est écrit sur votre carte ou sur votre fiche.",
            "C’est écrit sur votre carte ou sur votre fiche.",
            "Ce mot est trop court.",
            *("oui : des chiffres", "oui : des chiffres"),
            "Il faut 4, 5 ou 6 chiffres.",
            "Il faut 4, 5 ou 6 chiffres.",
            "C’est écrit sur votre carte ou sur votre fiche.",
            *(["Ces chiffres se suivent."] * 3),
            "oui : des dessins",
            "Il faut 4 dessins, ni plus ni moins.",
        ],
    )


def test_how_many_tries_are_allowed(spec):
    """Après 5 essais faux de suite, il faut attendre une heure ; après 20, seul un aidant en présence choisit un autre secret. Une horloge qui recule fait attendre davantage, jamais moins. Un essai juste remet le compte à zéro.

    essais faux | minutes depuis | réponse
    ------------+----------------+--------
    0           | 0              | oui
    1           | 0              | oui
    4           | 0              | oui
    5           | 0              | non
    5           | 59             | non
    5           | 60             | oui
    5           | -600           | non
    6           | 0              | oui
    10          | 59             | non
    10          | 60             | oui
    15          | 59             | non
    19          | 0              | oui
    20          | 60             | non
    20          | 999999         | non
    """
    spec.rows(
        lambda misses, after: (
            "oui" if rules.may_try(int(misses), NOON, NOON + timedelta(minutes=int(after))) else "non"
        ),
        [*("oui",) * 3, *("non",) * 2, "oui", "non", "oui", "non", "oui", "non", "oui", *("non",) * 2],
    )


def test_when_the_page_closes(spec):
    """La page se ferme 10 minutes après le dernier geste, sur le serveur aussi. Si l’horloge recule de plus d’une minute, elle se ferme : reculer ne la garde pas ouverte.

    secondes depuis le dernier geste || réponse
    ---------------------------------++--------
    0                                || ouverte
    599                              || ouverte
    600                              || fermée
    -59                              || ouverte
    -61                              || fermée
    -3600                            || fermée
    """
    spec.rows(
        lambda after: "ouverte" if rules.still_open(NOON, NOON + timedelta(seconds=int(after))) else "fermée"
    )
