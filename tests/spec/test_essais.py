"""Cinq essais, facultatifs : toucher, faire défiler, écrire, trier des messages, trouver une heure.

Le temps est décrit, jamais jugé. « Arrêter » ou « Passer » : l’essai n’est pas mesuré."""

from maillage.engine.tasks import Reached, Scrolled, SearchTask, Sorted, Written, outcomes

title = "Lire les essais du bilan"
WORDS = {"passed": "réussi", "partly": "en partie", "failed": "raté", "": "non mesuré"}
CHOICES = {"ouvre": "open", "vérifie": "check", "garde": "keep", "efface": "erase"}
MOUSE_ANSWERS = {
    "à l’aise": "easy",
    "lent": "slow",
    "besoin d’aide": "help",
    "jamais essayé": "never",
    "?": "?",
}


def outcome_words(measures) -> list[str]:
    return [WORDS[measure.outcome] for measure in measures]


def test_three_suns_are_touched_with_two_misses_each_at_most(spec):
    """Toucher trois soleils, de plus en plus petits : deux écarts au plus pour chacun. Au clavier, c’est «
    atteindre ».
    """
    spec(
        """
        grand | moyen | petit
        ------+-------+------
            0 |     0 |     0
            2 |     2 |     2
            0 |     0 |     3
        """,
        lambda t: outcome_words(
            Reached(misses=[int(n) for n in misses])
            for misses in zip(t["grand"], t["moyen"], t["petit"], strict=True)
        ),
        ["réussi", "réussi", "raté"],
    )


def test_the_bottom_is_reached_without_the_hint(spec):
    """Descendre trois écrans : sans l’indice."""
    spec(
        """
        indice
        ------
        non
        oui
        """,
        lambda t: outcome_words(Scrolled(helped=hint == "oui") for hint in t["indice"]),
        ["réussi", "raté"],
    )


def test_a_word_is_half_and_an_address_the_rest(spec):
    """Écrire un mot en deux fois au plus, puis une adresse. 0 : pas écrit."""
    spec(
        """
        mot | adresse
        ----+--------
          1 |       1
          2 |       2
          2 |       0
          0 |       0
        """,
        lambda t: outcome_words(
            Written(word=int(a), address=int(b)) for a, b in zip(t["mot"], t["adresse"], strict=True)
        ),
        ["réussi", "réussi", "en partie", "raté"],
    )


def test_a_trap_is_not_opened_a_true_message_not_erased(spec):
    """Deux messages : le piège n’est pas ouvert, le vrai n’est pas effacé."""
    spec(
        """
        piège   | vrai
        --------+--------
        vérifie | garde
        efface  | vérifie
        garde   | ouvre
        ouvre   | garde
        efface  | efface
        """,
        lambda t: outcome_words(
            Sorted(trap=CHOICES[a], true=CHOICES[b], trap_first=True)
            for a, b in zip(t["piège"], t["vrai"], strict=True)
        ),
        ["réussi", "réussi", "réussi", "raté", "raté"],
    )


def test_the_hour_is_found_in_two_answers(spec):
    """Trouver une heure : la bonne, en deux réponses au plus, quel que soit le nombre de pages ouvertes."""
    spec(
        """
        réponses | juste | pages
        ---------+-------+------
               1 | oui   |     2
               2 | oui   |    12
               2 | non   |     2
        """,
        lambda t: outcome_words(
            SearchTask(answers=int(a), right=b == "oui", pages=int(c))
            for a, b, c in zip(t["réponses"], t["juste"], t["pages"], strict=True)
        ),
        ["réussi", "réussi", "raté"],
    )


def test_a_failure_stands_for_a_hand_that_is_sure(spec):
    """Un échec ne compte que si la main est sûre : comme la personne le dit, ou comme l’essai de toucher le
    montre.

    Ici l’essai du message est raté. Un essai réussi, lui, compte toujours."""

    def read(t: dict) -> list[str]:
        touched = {"réussi": Reached(misses=[0, 0, 0]), "raté": Reached(misses=[9, 9, 9])}
        trap_outcomes = []
        for declared, touch in zip(t["souris, clavier, écran"], t["toucher"], strict=True):
            measures = {"T4": Sorted(trap="open", true="keep", trap_first=True)}
            measures |= {"T1": touched[touch]} if touch in touched else {}
            trap_outcomes.append(
                WORDS[outcomes(measures, {"U1": "little", "U2": MOUSE_ANSWERS[declared]}).get("T4", "")]
            )
        return trap_outcomes

    spec(
        """
        souris, clavier, écran | toucher
        -----------------------+-----------
        à l’aise               | réussi
        lent                   | non mesuré
        à l’aise               | raté
        besoin d’aide          | réussi
        jamais essayé          | non mesuré
        ?                      | réussi
        ?                      | non mesuré
        """,
        read,
        ["raté", "raté", "non mesuré", "non mesuré", "non mesuré", "raté", "non mesuré"],
    )
