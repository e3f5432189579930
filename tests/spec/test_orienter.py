"""Où envoyer une personne, et ce que devient une orientation : les points de chaque critère, et la table
de sa vie.
"""

from datetime import date, datetime

from maillage.apps.orientations.rules import cycle, matching
from maillage.apps.orientations.rules.matching import Known, Wanted
from maillage.engine.bilan import RESULTS
from maillage.reference import orientation

title = "Orienter une personne"

AT = datetime(2026, 11, 20, 10)


def reason_of(criterion: str, wanted: Wanted, known: Known) -> tuple[str, int]:
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
    critère. Un critère que
    personne n’a demandé ne compte pas.
    """
    points = {each.label: each.points for each in orientation.criteria().values()}
    spec(
        """
        critère
        -----------------------------
        Ce qu’on y trouve
        La façon d’aider
        La distance
        L’ouverture
        La langue
        La place
        Le public
        Le niveau
        Le prix
        L’accueil adapté
        Les jours
        La fiche
        L’envoi par un professionnel
        """,
        lambda t: {
            name: [points[label][answer] for label in t["critère"]]
            for name, answer in (
                ("convient", "good"),
                ("en partie", "fair"),
                ("non dit", "unsaid"),
                ("ne convient pas", "bad"),
            )
        },
        """
        convient | en partie | non dit | ne convient pas
        ---------+-----------+---------+----------------
              20 |        10 |       5 |               0
              15 |         8 |       5 |               0
              20 |        12 |       4 |               2
              12 |         7 |       3 |               0
              12 |         6 |       3 |               0
               8 |         5 |       3 |               0
               8 |         6 |       4 |               0
               8 |         4 |       3 |               0
               8 |         4 |       3 |               0
              10 |         5 |       3 |               0
               6 |         4 |       2 |               0
               6 |         3 |       1 |               0
               6 |         4 |       3 |               0
        """,
    )


def test_the_way_of_helping(spec):
    """Faire à la place, faire avec ou apprendre : ce que dit la fiche répond à ce qu’il faut à la personne.

    « à la place » : la fiche dit qu’un aidant peut agir au nom de la personne. « cours » : le lieu en
    propose.
    """

    def call(t: dict) -> dict:
        slugs = {"seul": "alone", "à côté": "person", "groupe": "group"}
        rows = []
        for needs, says in zip(t["il faut"], t["la fiche dit"], strict=True):
            known = Known(
                state="offered",
                ways=frozenset({slugs[says]} if says in slugs else ()),
                instead=says == "à la place",
                teaches=says == "cours",
            )
            helps = {"à la place": "for", "avec": "with", "apprendre": "learn"}[needs]
            rows.append(reason_of("help", Wanted(need="assistance", help=helps), known))
        return answers(rows)

    spec(
        """
        il faut    | la fiche dit
        -----------+-------------
        à la place | à la place
        à la place | à côté
        à la place | groupe
        à la place | seul
        à la place | rien
        avec       | à côté
        avec       | groupe
        avec       | seul
        avec       | rien
        apprendre  | cours
        apprendre  | à côté
        apprendre  | groupe
        apprendre  | seul
        apprendre  | rien
        """,
        call,
        """
        réponse         | points
        ----------------+-------
        convient        | 15
        en partie       | 8
        ne convient pas | 0
        ne convient pas | 0
        non dit         | 5
        convient        | 15
        en partie       | 8
        ne convient pas | 0
        non dit         | 5
        convient        | 15
        en partie       | 8
        en partie       | 8
        ne convient pas | 0
        non dit         | 5
        """,
    )


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
                reason_of("distance", Wanted(need="wifi"), Known(state="offered", walk=float(m)))
                for m in t["minutes"]
            ]
            + [reason_of("distance", Wanted(need="wifi"), Known(state="offered", walk=None))]
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
    """

    def call(t: dict) -> dict:
        rows = []
        for opens, before in zip(t["ouvre le"], t["avant le"], strict=True):
            moment = datetime.fromisoformat(f"{opens} 09:00") if opens != "?" else None
            last = date.fromisoformat(before) if before != "-" else None
            rows.append(
                reason_of(
                    "soon", Wanted(need="wifi", urgent_before=last), Known(state="offered", opens=moment)
                )
            )
        return answers(rows)

    spec(
        """
        ouvre le   | avant le
        -----------+-----------
        2026-11-21 | -
        2026-11-24 | -
        2026-12-02 | -
        ?          | -
        2026-11-24 | 2026-11-27
        2026-11-30 | 2026-11-27
        ?          | 2026-11-27
        """,
        call,
        """
        réponse         | points
        ----------------+-------
        convient        | 12
        en partie       | 7
        ne convient pas | 0
        non dit         | 3
        convient        | 12
        ne convient pas | 0
        non dit         | 3
        """,
    )


def test_silence_is_never_a_no(spec):
    """Une fiche muette n’est pas écartée : elle vaut moins qu’une fiche qui convient, plus qu’une fiche
    qui ne convient pas.
    """
    full = Wanted(
        need="formation",
        help="learn",
        level="beginner",
        publics=("seniors",),
        language="ar",
        wheelchair=True,
        days=(0,),
        sent=True,
    )
    suits = Known(
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
    silent = Known(state="offered", said=False)
    against = Known(
        state="offered",
        said=False,
        ways=frozenset({"alone"}),
        levels=frozenset({"advanced"}),
        languages=("Français",),
        prices=frozenset({"paid"}),
        walk=29.0,
        opens=datetime(2026, 12, 15, 9),
        weekdays=frozenset({3}),
        stitches=1,
    )
    spec(
        """
        fiche
        -----------------
        convient partout
        ne dit rien
        ne convient pas
        """,
        lambda t: [
            matching.total(
                matching.reasons(
                    full,
                    {"convient partout": suits, "ne dit rien": silent, "ne convient pas": against}[f],
                    AT,
                )
            )
            for f in t["fiche"]
        ],
        [139, 49, 27],
    )


def test_what_leaves_a_place_out(spec):
    """Un lieu n’est écarté que pour une raison dite, la première qui vaut ; le silence n’écarte que s’il
    porte sur le besoin même.
    """
    cases = {
        "rien à redire": Known(state="offered"),
        "complet depuis le 3 novembre": Known(state="offered", full="Complet depuis le 3 novembre"),
        "complet pour cette aide": Known(state="offered", full_for=True),
        "fermé 5 jours": Known(state="offered", closed_until=date(2026, 11, 25)),
        "fermé 30 jours": Known(state="offered", closed_until=date(2026, 12, 20)),
        "réservé aux personnes âgées": Known(state="offered", kept_for=frozenset({"seniors"})),
        "accueil prévu pour les personnes âgées": Known(state="offered", welcomes=frozenset({"seniors"})),
        "sur orientation seulement": Known(state="offered", only_sent=True),
        "demande un e-mail": Known(state="offered", barriers=frozenset({"email"})),
        "payant": Known(state="offered", prices=frozenset({"paid"})),
        "gratuit pour certains": Known(state="offered", prices=frozenset({"conditional"})),
        "à 40 minutes": Known(state="offered", walk=40.0),
        "n’en propose plus": Known(state="ended"),
        "en projet": Known(state="planned"),
        "dit que non": Known(state="denied"),
        "ne dit rien de ce besoin": Known(),
        "ne reçoit pas de public": Known(state="offered", no_public=True),
    }
    young = Wanted(need="assistance", publics=("youth",), free=True, lacks=("email",))
    spec(
        """
        le lieu
        ---------------------------------------
        rien à redire
        complet depuis le 3 novembre
        complet pour cette aide
        fermé 5 jours
        fermé 30 jours
        réservé aux personnes âgées
        accueil prévu pour les personnes âgées
        sur orientation seulement
        demande un e-mail
        payant
        gratuit pour certains
        à 40 minutes
        n’en propose plus
        en projet
        dit que non
        ne dit rien de ce besoin
        ne reçoit pas de public
        """,
        lambda t: [
            matching.LEFT_OUT[why.reason]
            if (why := matching.why_not(young, cases[case], AT.date()))
            else "proposé"
            for case in t["le lieu"]
        ],
        [
            "proposé",
            "complet",
            "complet",
            "proposé",
            "fermé pour un temps",
            "pas pour ce public",
            "proposé",
            "reçoit sur orientation seulement",
            "demande ce que la personne n’a pas",
            "payant",
            "proposé",
            "trop loin",
            "fini",
            "pas encore ouvert",
            "dit ne pas le proposer",
            "ne dit rien de ce besoin",
            "ne reçoit pas de public",
        ],
    )


SIDES = {
    cycle.SENDER: "qui oriente",
    cycle.RECEIVER: "le lieu",
    cycle.PERSON: "la personne",
    cycle.PLATFORM: "Maillage",
}
MOVE_IDS = {
    "préparer": "prepare",
    "envoyer": "send",
    "voir": "see",
    "accepter": "accept",
    "refuser": "refuse",
    "proposer un autre lieu": "redirect",
    "donner un rendez-vous": "appoint",
    "changer le rendez-vous": "move",
    "noter la venue": "came",
    "noter l’absence": "absent",
    "dire ce qui a été fait": "serve",
    "terminer": "close",
    "annuler": "cancel",
    "rendre, sans réponse": "expire",
    "relancer": "remind",
    "envoyer un nouveau lien": "ask_again",
    "noter qu’aucun lieu ne convient": "unsolved",
}


def test_who_may_do_what(spec):
    """La vie d’une orientation tient en une table : qui fait le geste, depuis quels états, vers lequel, et
    qui agit ensuite.
    """

    def call(t: dict) -> dict:
        rows = [cycle.MOVES[MOVE_IDS[words]] for words in t["geste"]]
        holder_words = {**SIDES, cycle.NOBODY: "personne", None: "le même"}
        return {
            "par": [", ".join(SIDES[side] for side in move.by) for move in rows],
            "vers": [cycle.STATES[move.to] if move.to else "le même" for move in rows],
            "ensuite": [holder_words[move.held_by] for move in rows],
        }

    spec(
        """
        geste
        -------------------------------
        préparer
        envoyer
        voir
        accepter
        refuser
        proposer un autre lieu
        donner un rendez-vous
        changer le rendez-vous
        noter la venue
        noter l’absence
        dire ce qui a été fait
        terminer
        annuler
        rendre, sans réponse
        relancer
        envoyer un nouveau lien
        noter qu’aucun lieu ne convient
        """,
        call,
        """
        par                      | vers               | ensuite
        -------------------------+--------------------+------------
        qui oriente              | préparée           | qui oriente
        qui oriente              | envoyée            | le lieu
        le lieu                  | vue                | le même
        le lieu, qui oriente     | acceptée           | le lieu
        le lieu, qui oriente     | refusée            | qui oriente
        le lieu, qui oriente     | autre lieu proposé | qui oriente
        le lieu, qui oriente     | rendez-vous pris   | le lieu
        le lieu, qui oriente     | rendez-vous pris   | le lieu
        le lieu, qui oriente     | venue              | le lieu
        le lieu, qui oriente     | pas venue          | qui oriente
        le lieu, qui oriente     | aidée              | qui oriente
        qui oriente, le lieu     | terminée           | personne
        qui oriente, la personne | annulée            | personne
        Maillage                 | sans réponse       | qui oriente
        qui oriente              | le même            | le même
        le lieu, Maillage        | le même            | le même
        qui oriente              | sans solution      | personne
        """,
    )


def test_from_which_state_the_place_may_answer(spec):
    """Le lieu répond tant que l’orientation court ; une orientation finie, annulée ou sans réponse ne se
    répond plus.
    """
    verbs = {
        "dire oui": "accept",
        "dire non": "refuse",
        "donner une date": "appoint",
        "venue": "came",
        "pas venue": "absent",
        "aidée": "serve",
    }
    by_name = {label: id for id, label in cycle.STATES.items()}
    spec(
        """
        état
        -------------------
        préparée
        envoyée
        vue
        acceptée
        refusée
        autre lieu proposé
        rendez-vous pris
        venue
        pas venue
        aidée
        terminée
        sans réponse
        annulée
        sans solution
        """,
        lambda t: {
            name: [
                "oui" if cycle.allowed(verb, by_name[state], cycle.RECEIVER) else "non" for state in t["état"]
            ]
            for name, verb in verbs.items()
        },
        """
        dire oui | dire non | donner une date | venue | pas venue | aidée
        ---------+----------+-----------------+-------+-----------+------
        non      | non      | non             | non   | non       | non
        oui      | oui      | oui             | oui   | non       | oui
        oui      | oui      | oui             | oui   | non       | oui
        non      | oui      | oui             | oui   | oui       | oui
        non      | non      | non             | non   | non       | non
        non      | non      | non             | non   | non       | non
        non      | oui      | non             | oui   | oui       | oui
        non      | non      | non             | non   | non       | oui
        non      | oui      | oui             | oui   | non       | oui
        non      | non      | non             | non   | non       | non
        non      | non      | non             | non   | non       | non
        non      | non      | non             | non   | non       | non
        non      | non      | non             | non   | non       | non
        non      | non      | non             | non   | non       | non
        """,
    )


def test_reminders_and_expiry(spec):
    """Trois relances, à 5, 10 et 20 jours ; au-delà de 30 jours sans réponse, l’orientation revient à la
    structure qui l’a envoyée.
    """
    spec(
        """
        envoyée le
        -----------
        2026-11-20
        2027-02-27
        """,
        lambda t: {
            **{
                f"+{n}": [cycle.reminders(date.fromisoformat(d))[n].isoformat() for d in t["envoyée le"]]
                for n in cycle.REMINDERS
            },
            "dernier jour": [cycle.expires_on(date.fromisoformat(d)).isoformat() for d in t["envoyée le"]],
        },
        """
        +5         | +10        | +20        | dernier jour
        -----------+------------+------------+-------------
        2026-11-25 | 2026-11-30 | 2026-12-10 | 2026-12-20
        2027-03-04 | 2027-03-09 | 2027-03-19 | 2027-03-29
        """,
    )


def test_the_date_of_the_person_shortens_the_delay(spec):
    """« À faire avant le » avance la date limite, à un jour de l’envoi au plus tôt ; les relances d’après
    ne partent pas.
    """
    spec(
        """
        envoyée le | avant le
        -----------+-----------
        2026-11-21 | 2026-11-28
        2026-11-21 | 2026-11-21
        2026-11-21 | 2027-03-01
        """,
        lambda t: _delays(
            zip(map(date.fromisoformat, t["envoyée le"]), map(date.fromisoformat, t["avant le"]), strict=True)
        ),
        """
        dernier jour | relances
        -------------+-----------
        2026-11-28   | 5
        2026-11-22   | aucune
        2026-12-21   | 5, 10, 20
        """,
    )


def _delays(rows) -> dict[str, list[str]]:
    lasts = [(sent, cycle.expires_on(sent, before)) for sent, before in rows]
    reminder_dates = [", ".join(map(str, cycle.reminders(sent, last))) or "aucune" for sent, last in lasts]
    return {"dernier jour": [last.isoformat() for _, last in lasts], "relances": reminder_dates}


def test_the_words_of_dora(spec):
    """Chaque état a son mot dans DORA, quand il en a un."""
    by_name = {label: id for id, label in cycle.STATES.items()}
    spec(
        """
        état
        -------------------
        envoyée
        vue
        acceptée
        rendez-vous pris
        pas venue
        aidée
        refusée
        autre lieu proposé
        sans réponse
        """,
        lambda t: [cycle.DORA[by_name[state]] for state in t["état"]],
        ["OUVERTE", "OUVERTE", "VALIDÉE", "VALIDÉE", "VALIDÉE", "VALIDÉE", "REFUSÉE", "REFUSÉE", "EXPIRÉE"],
    )


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
        completed = matching.completed(Wanted(result=id))
        assert (completed.need, completed.help) == (advice.need, advice.help), id
        assert matching.completed(Wanted(result=id, need="wifi")).need == "wifi"
