"""Cinq essais, facultatifs : toucher, faire défiler, écrire, trier des messages, trouver une heure.

Le temps est décrit, jamais jugé. « Arrêter » ou « Passer » : l’essai n’est pas mesuré."""

from maillage.statistics.engine.tasks import Reached, Scrolled, SearchTask, Sorted, Written, outcomes

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

    grand | moyen | petit || réponse
    ------+-------+-------++--------
        0 |     0 |     0 || réussi
        2 |     2 |     2 || réussi
        0 |     0 |     3 || raté
    """
    spec(
        lambda t: outcome_words(
            Reached(misses=[int(n) for n in misses])
            for misses in zip(t["grand"], t["moyen"], t["petit"], strict=True)
        )
    )


def test_the_bottom_is_reached_without_the_hint(spec):
    """Descendre trois écrans : sans l’indice.

    indice || réponse
    -------++--------
    non    || réussi
    oui    || raté
    """
    spec(lambda t: outcome_words(Scrolled(helped=hint == "oui") for hint in t["indice"]))


def test_a_word_is_half_and_an_address_the_rest(spec):
    """Écrire un mot en deux fois au plus, puis une adresse. 0 : pas écrit.

    mot | adresse || réponse
    ----+---------++----------
      1 |       1 || réussi
      2 |       2 || réussi
      2 |       0 || en partie
      1 |       3 || en partie
      0 |       0 || raté
      3 |       1 || raté
      0 |       1 || raté
    """
    spec(
        lambda t: outcome_words(
            Written(word=int(a), address=int(b)) for a, b in zip(t["mot"], t["adresse"], strict=True)
        )
    )


def test_a_trap_is_not_opened_a_true_message_not_erased(spec):
    """Deux messages : le piège n’est pas ouvert, le vrai n’est pas effacé.

    piège   | vrai    || réponse
    --------+---------++--------
    vérifie | garde   || réussi
    efface  | vérifie || réussi
    garde   | ouvre   || réussi
    ouvre   | garde   || raté
    efface  | efface  || raté
    """
    spec(
        lambda t: outcome_words(
            Sorted(trap=CHOICES[a], true=CHOICES[b], trap_first=True)
            for a, b in zip(t["piège"], t["vrai"], strict=True)
        )
    )


def test_the_hour_is_found_in_two_answers(spec):
    """Trouver une heure : la bonne, en deux réponses au plus, quel que soit le nombre de pages ouvertes.

    réponses | juste | pages || réponse
    ---------+-------+-------++--------
           1 | oui   |     2 || réussi
           2 | oui   |    12 || réussi
           2 | non   |     2 || raté
           3 | oui   |     2 || raté
    """
    spec(
        lambda t: outcome_words(
            SearchTask(answers=int(a), right=b == "oui", pages=int(c))
            for a, b, c in zip(t["réponses"], t["juste"], t["pages"], strict=True)
        )
    )


def test_a_failure_stands_for_a_hand_that_is_sure(spec):
    """Un échec ne compte que si la main est sûre : comme la personne le dit, ou comme l’essai de toucher le
    montre.

    Ici l’essai du message est raté. Un essai réussi, lui, compte toujours.

    souris, clavier, écran | toucher    || réponse
    -----------------------+------------++-----------
    à l’aise               | réussi     || raté
    lent                   | non mesuré || raté
    à l’aise               | raté       || non mesuré
    besoin d’aide          | réussi     || non mesuré
    jamais essayé          | non mesuré || non mesuré
    ?                      | réussi     || raté
    ?                      | non mesuré || non mesuré
    """

    def read(declared, touch):
        touched = {"réussi": Reached(misses=[0, 0, 0]), "raté": Reached(misses=[9, 9, 9])}
        measures = {"T4": Sorted(trap="open", true="keep", trap_first=True)}
        measures |= {"T1": touched[touch]} if touch in touched else {}
        return WORDS[outcomes(measures, {"U1": "little", "U2": MOUSE_ANSWERS[declared]}).get("T4", "")]

    spec.rows(read)
