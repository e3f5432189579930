"""Où envoyer une personne, et ce que devient une orientation : les points de chaque critère, et la table
de sa vie.
"""

from datetime import date, datetime

from maillage.apps.referrals.orientations.rules import cycle, matching
from maillage.apps.referrals.orientations.rules.matching import PersonNeed, PlaceOffer
from maillage.reference import orientation
from maillage.statistics.engine.bilan import RESULTS

title = "Orienter une personne"

AT = datetime(2026, 11, 20, 10)


def reason_of(criterion: str, wanted: PersonNeed, known: PlaceOffer) -> tuple[str, int]:
    """Return the answer and the points of a criterion."""
    reason_by_criterion = {reason.criterion: reason for reason in matching.reasons(wanted, known, AT)}
    return reason_by_criterion[criterion].answer, reason_by_criterion[criterion].points


FRENCH = {"good": "convient", "fair": "en partie", "unsaid": "non dit", "bad": "ne convient pas"}


def answers(rows: list[tuple[str, int]]) -> dict[str, list]:
    return {"réponse": [FRENCH[answer] for answer, _ in rows], "points": [points for _, points in rows]}


def test_the_points_of_each_criterion(spec):
    """Chaque critère donne des points : plus s’il convient, moins si la fiche ne dit rien, moins encore s’il
    ne convient pas.

    Ces points sont des hypothèses de travail ; le fichier `orientation.yaml` dit pourquoi, critère par
    critère. Un critère que personne n’a demandé ne compte pas.

    critère                       || convient | en partie | non dit | ne convient pas
    ------------------------------++----------+-----------+---------+----------------
    Ce qu’on y trouve             ||       20 |        10 |       5 |               0
    La façon d’aider              ||       15 |         8 |       5 |               0
    La distance                   ||       20 |        12 |       4 |               2
    L’ouverture                   ||       12 |         7 |       3 |               0
    La langue                     ||       12 |         6 |       3 |               0
    La place                      ||        8 |         5 |       3 |               0
    Le public                     ||        8 |         6 |       4 |               0
    Le niveau                     ||        8 |         4 |       3 |               0
    Le prix                       ||        8 |         4 |       3 |               0
    L’accueil adapté              ||       10 |         5 |       3 |               0
    Les jours                     ||        6 |         4 |       2 |               0
    La fiche                      ||       10 |         6 |       2 |               0
    L’envoi par un professionnel  ||        6 |         4 |       3 |               0
    """
    points = {each.label: each.points for each in orientation.criteria().values()}
    spec(
        lambda t: {
            name: [points[label][answer] for label in t["critère"]]
            for name, answer in (
                ("convient", "good"),
                ("en partie", "fair"),
                ("non dit", "unsaid"),
                ("ne convient pas", "bad"),
            )
        }
    )


def test_the_way_of_helping(spec):
    """Faire à la place, faire avec ou apprendre : ce que dit la fiche répond à ce qu’il faut à la personne.

    « à la place » : la fiche dit qu’un aidant peut agir au nom de la personne. « cours » : le lieu en
    propose.

    il faut    | la fiche dit || réponse         | points
    -----------+--------------++-----------------+-------
    à la place | à la place   || convient        | 15
    à la place | à côté       || en partie       | 8
    à la place | groupe       || ne convient pas | 0
    à la place | seul         || ne convient pas | 0
    à la place | rien         || non dit         | 5
    avec       | à côté       || convient        | 15
    avec       | groupe       || en partie       | 8
    avec       | seul         || ne convient pas | 0
    avec       | rien         || non dit         | 5
    apprendre  | cours        || convient        | 15
    apprendre  | à côté       || en partie       | 8
    apprendre  | groupe       || en partie       | 8
    apprendre  | seul         || ne convient pas | 0
    apprendre  | rien         || non dit         | 5
    """

    def call(t: dict) -> dict:
        slugs = {"seul": "alone", "à côté": "person", "groupe": "group"}
        rows = []
        for needs, says in zip(t["il faut"], t["la fiche dit"], strict=True):
            known = PlaceOffer(
                state="offered",
                ways=frozenset({slugs[says]} if says in slugs else ()),
                instead=says == "à la place",
                teaches=says == "cours",
            )
            helps = {"à la place": "for", "avec": "with", "apprendre": "learn"}[needs]
            rows.append(reason_of("help", PersonNeed(need="assistance", help=helps), known))
        return answers(rows)

    spec(call)


def test_the_distance(spec):
    """La distance baisse à 10 puis à 20 minutes à pied ; un lieu mal situé se demande."""
    spec(
        """
        minutes
        -------
           4
          10
          11
          20
          28

        """,
        lambda t: answers(
            [
                reason_of("distance", PersonNeed(need="wifi"), PlaceOffer(state="offered", walk=float(m)))
                for m in t["minutes"]
            ]
            + [reason_of("distance", PersonNeed(need="wifi"), PlaceOffer(state="offered", walk=None))]
        ),
        """
        réponse         | points
        ----------------+-------
        convient        | 20
        convient        | 20
        en partie       | 12
        en partie       | 12
        ne convient pas | 2
        non dit         | 4
        """,
    )


def test_the_opening(spec):
    """Ouvert aujourd’hui ou demain convient ; dans la semaine, en partie. Une date à tenir décide seule.

    Nous sommes le vendredi 20 novembre 2026, à 10 h.

    ouvre le   | avant le   || réponse         | points
    -----------+------------++-----------------+-------
    2026-11-21 | -          || convient        | 12
    2026-11-24 | -          || en partie       | 7
    2026-12-02 | -          || ne convient pas | 0
    ?          | -          || non dit         | 3
    2026-11-24 | 2026-11-27 || convient        | 12
    2026-11-30 | 2026-11-27 || ne convient pas | 0
    ?          | 2026-11-27 || non dit         | 3
    """

    def call(t: dict) -> dict:
        rows = []
        for opens, before in zip(t["ouvre le"], t["avant le"], strict=True):
            moment = datetime.fromisoformat(f"{opens} 09:00") if opens != "?" else None
            last = date.fromisoformat(before) if before != "-" else None
            rows.append(
                reason_of(
                    "soon",
                    PersonNeed(need="wifi", urgent_before=last),
                    PlaceOffer(state="offered", opens=moment),
                )
            )
        return answers(rows)

    spec(call)


def test_silence_is_never_a_no(spec):
    """Une fiche muette n’est pas écartée : elle vaut moins qu’une fiche qui convient, plus qu’une fiche
    qui ne convient pas.

    fiche             || réponse
    ------------------++--------
    convient partout  ||     143
    ne dit rien       ||      50
    ne convient pas   ||      27
    """
    full = PersonNeed(
        need="formation",
        help="learn",
        level="beginner",
        publics=("seniors",),
        language="ar",
        wheelchair=True,
        days=(0,),
        sent=True,
    )
    suits = PlaceOffer(
        state="offered",
        teaches=True,
        levels=frozenset({"beginner"}),
        welcomes=frozenset({"seniors"}),
        languages=("Arabe",),
        cares=frozenset({"motor"}),
        prices=frozenset({"free"}),
        walk=5.0,
        opens=AT,
        weekdays=frozenset({0}),
        walk_in=True,
        stitches=4,
        sent=True,
    )
    silent = PlaceOffer(state="offered", is_declared=False)
    against = PlaceOffer(
        state="offered",
        is_declared=False,
        ways=frozenset({"alone"}),
        levels=frozenset({"advanced"}),
        languages=("Français",),
        prices=frozenset({"paid"}),
        walk=29.0,
        opens=datetime(2026, 12, 15, 9),
        weekdays=frozenset({3}),
        stitches=1,
    )
    spec.rows(
        lambda f: matching.total(
            matching.reasons(
                full,
                {"convient partout": suits, "ne dit rien": silent, "ne convient pas": against}[f],
                AT,
            )
        )
    )


def test_what_leaves_a_place_out(spec):
    """Un lieu n’est écarté que pour une raison dite, la première qui vaut ; le silence n’écarte que s’il
    porte sur le besoin même.

    le lieu                                 || réponse
    ----------------------------------------++-----------------------------------
    rien à redire                           || proposé
    complet depuis le 3 novembre            || complet
    complet pour cette aide                 || complet
    fermé 5 jours                           || proposé
    fermé 30 jours                          || fermé pour un temps
    réservé aux personnes âgées             || pas pour ce public
    accueil prévu pour les personnes âgées  || proposé
    sur orientation seulement               || reçoit sur orientation seulement
    demande un e-mail                       || demande ce que la personne n’a pas
    payant                                  || payant
    gratuit pour certains                   || proposé
    à 40 minutes                            || trop loin
    n’en propose plus                       || fini
    en projet                               || pas encore ouvert
    dit que non                             || dit ne pas le proposer
    ne dit rien de ce besoin                || ne dit rien de ce besoin
    ne reçoit pas de public                 || ne reçoit pas de public
    """
    cases = {
        "rien à redire": PlaceOffer(state="offered"),
        "complet depuis le 3 novembre": PlaceOffer(state="offered", full="Complet depuis le 3 novembre"),
        "complet pour cette aide": PlaceOffer(state="offered", full_for=True),
        "fermé 5 jours": PlaceOffer(state="offered", closed_until=date(2026, 11, 25)),
        "fermé 30 jours": PlaceOffer(state="offered", closed_until=date(2026, 12, 20)),
        "réservé aux personnes âgées": PlaceOffer(state="offered", reserved_for=frozenset({"seniors"})),
        "accueil prévu pour les personnes âgées": PlaceOffer(
            state="offered", welcomes=frozenset({"seniors"})
        ),
        "sur orientation seulement": PlaceOffer(state="offered", only_sent=True),
        "demande un e-mail": PlaceOffer(state="offered", barriers=frozenset({"email"})),
        "payant": PlaceOffer(state="offered", prices=frozenset({"paid"})),
        "gratuit pour certains": PlaceOffer(state="offered", prices=frozenset({"conditional"})),
        "à 40 minutes": PlaceOffer(state="offered", walk=40.0),
        "n’en propose plus": PlaceOffer(state="ended"),
        "en projet": PlaceOffer(state="planned"),
        "dit que non": PlaceOffer(state="denied"),
        "ne dit rien de ce besoin": PlaceOffer(),
        "ne reçoit pas de public": PlaceOffer(state="offered", no_public=True),
    }
    young = PersonNeed(need="assistance", publics=("youth",), free=True, lacks=("email",))
    spec.rows(
        lambda case: (
            matching.LEFT_OUT[why.reason]
            if (why := matching.why_not(young, cases[case], AT.date()))
            else "proposé"
        )
    )


SIDES = {
    cycle.SENDER: "qui oriente",
    cycle.RECEIVER: "le lieu",
    cycle.PERSON: "la personne",
    cycle.PLATFORM: "Maillage",
}
MOVE_IDS = {
    "préparer": "prepare", "envoyer": "send", "voir": "see", "accepter": "accept", "refuser": "refuse",
    "proposer un autre lieu": "redirect", "donner un rendez-vous": "appoint", "changer le rendez-vous": "move",
    "noter la venue": "came", "noter l’absence": "absent", "dire ce qui a été fait": "serve",
    "terminer": "close", "annuler": "cancel", "rendre, sans réponse": "expire", "relancer": "remind",
    "envoyer un nouveau lien": "ask_again", "noter qu’aucun lieu ne convient": "unsolved",
}  # fmt: skip


def test_who_may_do_what(spec):
    """La vie d’une orientation tient en une table : qui fait le geste, depuis quels états, vers lequel, et
    qui agit ensuite.

    geste                           || par                      | vers               | ensuite
    --------------------------------++--------------------------+--------------------+------------
    préparer                        || qui oriente              | préparée           | qui oriente
    envoyer                         || qui oriente              | envoyée            | le lieu
    voir                            || le lieu                  | vue                | le même
    accepter                        || le lieu, qui oriente     | acceptée           | le lieu
    refuser                         || le lieu, qui oriente     | refusée            | qui oriente
    proposer un autre lieu          || le lieu, qui oriente     | autre lieu proposé | qui oriente
    donner un rendez-vous           || le lieu, qui oriente     | rendez-vous pris   | le lieu
    changer le rendez-vous          || le lieu, qui oriente     | rendez-vous pris   | le lieu
    noter la venue                  || le lieu, qui oriente     | présence notée     | le lieu
    noter l’absence                 || le lieu, qui oriente     | absence notée      | qui oriente
    dire ce qui a été fait          || le lieu, qui oriente     | aide donnée        | qui oriente
    terminer                        || qui oriente, le lieu     | terminée           | personne
    annuler                         || qui oriente, la personne | annulée            | personne
    rendre, sans réponse            || Maillage                 | sans réponse       | qui oriente
    relancer                        || qui oriente              | le même            | le même
    envoyer un nouveau lien         || le lieu, Maillage        | le même            | le même
    noter qu’aucun lieu ne convient || qui oriente              | sans solution      | personne
    """

    def call(t: dict) -> dict:
        rows = [cycle.MOVES[MOVE_IDS[words]] for words in t["geste"]]
        holder_words = {**SIDES, cycle.NOBODY: "personne", None: "le même"}
        return {
            "par": [", ".join(SIDES[side] for side in move.by) for move in rows],
            "vers": [cycle.STATES[move.to] if move.to else "le même" for move in rows],
            "ensuite": [holder_words[move.next_side] for move in rows],
        }

    spec(call)


def test_from_which_state_the_place_may_answer(spec):
    """Le lieu répond tant que l’orientation court ; une orientation finie, annulée ou sans réponse ne se
    répond plus.

    état                || dire oui | dire non | donner une date | présence | absence | aide
    --------------------++----------+----------+-----------------+----------+---------+-----
    préparée            || non      | non      | non             | non      | non     | non
    envoyée             || oui      | oui      | oui             | oui      | non     | oui
    vue                 || oui      | oui      | oui             | oui      | non     | oui
    acceptée            || non      | oui      | oui             | oui      | oui     | oui
    refusée             || non      | non      | non             | non      | non     | non
    autre lieu proposé  || non      | non      | non             | non      | non     | non
    rendez-vous pris    || non      | oui      | non             | oui      | oui     | oui
    présence notée      || non      | non      | non             | non      | non     | oui
    absence notée       || non      | oui      | oui             | oui      | non     | oui
    aide donnée         || non      | non      | non             | non      | non     | non
    terminée            || non      | non      | non             | non      | non     | non
    sans réponse        || non      | non      | non             | non      | non     | non
    annulée             || non      | non      | non             | non      | non     | non
    sans solution       || non      | non      | non             | non      | non     | non
    """
    verbs = {
        "dire oui": "accept",
        "dire non": "refuse",
        "donner une date": "appoint",
        "présence": "came",
        "absence": "absent",
        "aide": "serve",
    }
    by_name = {label: id for id, label in cycle.STATES.items()}
    spec(
        lambda t: {
            name: [
                "oui" if cycle.allowed(verb, by_name[state], cycle.RECEIVER) else "non" for state in t["état"]
            ]
            for name, verb in verbs.items()
        }
    )


def test_reminders_and_expiry(spec):
    """Trois relances, à 5, 10 et 20 jours ; au-delà de 30 jours sans réponse, l’orientation revient à la
    structure qui l’a envoyée.

    envoyée le  || +5         | +10        | +20        | dernier jour
    ------------++------------+------------+------------+-------------
    2026-11-20  || 2026-11-25 | 2026-11-30 | 2026-12-10 | 2026-12-20
    2027-02-27  || 2027-03-04 | 2027-03-09 | 2027-03-19 | 2027-03-29
    """
    spec(
        lambda t: {
            **{
                f"+{n}": [cycle.reminders(date.fromisoformat(d))[n].isoformat() for d in t["envoyée le"]]
                for n in cycle.REMINDERS
            },
            "dernier jour": [cycle.expires_on(date.fromisoformat(d)).isoformat() for d in t["envoyée le"]],
        }
    )


def test_a_place_answers_in_five_working_days(spec):
    """Ni samedis, ni dimanches, ni jours fériés du lieu ; jamais après le dernier jour de l’orientation.

    envoyée le | jours | lieu       | avant le   || répondre le
    -----------+-------+------------+------------++------------
    2026-11-20 |     5 | Grenoble   |            || 2026-11-27
    2026-11-21 |     5 | Grenoble   |            || 2026-11-27
    2026-05-07 |     5 | Grenoble   |            || 2026-05-18
    2025-12-22 |     4 | Grenoble   |            || 2025-12-29
    2025-12-22 |     4 | Strasbourg |            || 2025-12-30
    2024-12-18 |     5 | La Réunion |            || 2024-12-27
    2026-11-20 |     1 | Grenoble   |            || 2026-11-23
    2026-11-20 |     5 | Grenoble   | 2026-11-24 || 2026-11-24
    """
    communes = {"Grenoble": "38185", "Strasbourg": "67482", "La Réunion": "97411"}

    def awaited(sent: str, days: float, name: str, before: str) -> str:
        day = date.fromisoformat(sent)
        last = cycle.expires_on(day, date.fromisoformat(before) if before else None)
        return cycle.answer_by(day, last, days=int(days), commune=communes[name]).isoformat()

    spec(lambda t: {"répondre le": [awaited(*row) for row in zip(*t.values(), strict=True)]})


def test_the_date_of_the_person_shortens_the_delay(spec):
    """« À faire avant le » avance la date limite, à un jour de l’envoi au plus tôt ; les relances d’après
    ne partent pas.

    envoyée le | avant le   || dernier jour | relances
    -----------+------------++--------------+-----------
    2026-11-21 | 2026-11-28 || 2026-11-28   | 5
    2026-11-21 | 2026-11-21 || 2026-11-22   | aucune
    2026-11-21 | 2027-03-01 || 2026-12-21   | 5, 10, 20
    """
    spec(
        lambda t: _delays(
            zip(map(date.fromisoformat, t["envoyée le"]), map(date.fromisoformat, t["avant le"]), strict=True)
        )
    )


def _delays(rows) -> dict[str, list[str]]:
    lasts = [(sent, cycle.expires_on(sent, before)) for sent, before in rows]
    reminder_dates = [", ".join(map(str, cycle.reminders(sent, last))) or "aucune" for sent, last in lasts]
    return {"dernier jour": [last.isoformat() for _, last in lasts], "relances": reminder_dates}


def test_the_words_of_dora(spec):
    """Chaque état a son mot dans DORA, quand il en a un.

    état                || réponse
    --------------------++--------
    envoyée             || OUVERTE
    vue                 || OUVERTE
    acceptée            || VALIDÉE
    rendez-vous pris    || VALIDÉE
    absence notée       || VALIDÉE
    aide donnée         || VALIDÉE
    refusée             || REFUSÉE
    autre lieu proposé  || REFUSÉE
    sans réponse        || EXPIRÉE
    """
    by_name = {label: id for id, label in cycle.STATES.items()}
    spec.rows(lambda state: cycle.DORA[by_name[state]])


def test_every_state_is_reached_and_left():
    """Aucun état n’est une impasse : chacun s’atteint, et tous ceux qui ne finissent pas l’orientation ont
    une sortie.
    """
    reached = {move.to for move in cycle.MOVES.values() if move.to}
    assert reached == set(cycle.STATES)
    departed_states = {
        state for move in cycle.MOVES.values() for state in move.since if move.to not in ("", state)
    }
    assert departed_states == set(cycle.STATES) - set(cycle.OVER)


def test_every_result_of_the_diagnosis_says_what_to_look_for():
    """Chaque résultat du bilan a un besoin à chercher et une façon d’être aidé, que l’on peut changer."""
    assert tuple(orientation.advice()) == RESULTS
    for id, advice in orientation.advice().items():
        completed = matching.completed(PersonNeed(result=id))
        assert (completed.need, completed.help) == (advice.need, advice.help), id
        assert matching.completed(PersonNeed(result=id, need="wifi")).need == "wifi"
