"""Quatre questions à un accueil, puis un bilan court : ce que les réponses disent de l’accès et de l’usage,
et le résultat.

Un résultat n’est pas une note : il dit quelle aide convient aujourd’hui. La règle s’appelle `bilan-1`."""

import itertools

from maillage.reference import bilan
from maillage.statistics.engine import bilan as engine
from tests.support.personas import ANDREI, AURELIE, SANDRINE

title = "Faire le point : du bilan au résultat"
WANTS = {
    "apprendre": "learn",
    "avec quelqu’un": "with",
    "pour moi": "for-me",
    "pas d’internet": "without",
    "?": "?",
}
READS = {
    "facile": "easy",
    "si c’est court": "long",
    "très difficile": "hard",
    "autre langue": "other",
    "pas dit": "unsaid",
}
ACCESS = {"aucun": "none", "fragile": "fragile", "stable": "stable"}
RESULTS = {row.label.lower(): id for id, row in bilan.results().items()}


def answer_of(id, words):
    """Return the answer of a question that these words begin, as a reader writes it; several are parted by
    a comma.
    """
    question = {**bilan.questions(), **bilan.screening()}[id]
    if words in ("?", ""):
        return words
    parts = words.split(",") if question.several else [words]
    option_ids = [
        next(o.id for o in question.options.values() if o.label.lower().startswith(part.strip()))
        for part in parts
    ]
    return option_ids if question.several else option_ids[0]


def rows(table):
    names = list(table)
    return [
        {id: answer_of(id, str(table[id][k])) for id in names if str(table[id][k])}
        for k in range(len(table[names[0]]))
    ]


def access_words(level):
    return next(words for words, id in ACCESS.items() if id == level)


def test_access(spec):
    """L’accès est aucun, fragile ou stable.

    A1                             | A2               | A3                  | A4      || réponse
    -------------------------------+------------------+---------------------+---------++--------
    un téléphone à touches         |                  | dans un lieu public | parfois || aucun
    rien                           |                  | nulle part          |         || aucun
    un ordinateur                  | à moi            | nulle part          |         || aucun
    un téléphone avec un écran     | à un proche      | chez moi            |         || fragile
    une tablette                   | dans un lieu     | chez moi            |         || fragile
    un téléphone avec un écran     | à moi            | avec une carte      | parfois || fragile
    un ordinateur                  | à moi            | chez quelqu’un      | parfois || fragile
    un ordinateur                  | à moi            | dans un lieu public | presque || fragile
    un téléphone avec un écran     | à moi            | avec mon forfait    | souvent || fragile
    un téléphone avec un écran     | à moi            | avec mon forfait    | parfois || stable
    un ordinateur, un téléphone à  | à la maison      | chez moi            |         || stable
    """
    spec(lambda t: [access_words(engine.access(row)) for row in rows(t)])


def test_use(spec):
    """L’usage va de G0 (pas encore) à G3 (sans aide) ; le premier qui tient est le bon.

    U1         | U2           | U3                  | U4           | U5               || réponse
    -----------+--------------+---------------------+--------------+------------------++--------
    jamais     |              |                     |              |                  || G0
    quelqu’un  |              |                     |              |                  || G0
    un peu     | j’ai besoin  |                     | j’en ai une  | avec quelqu’un   || G0
    un peu     | je n’ai      |                     | je n’en      | elle n’est       || G0
    souvent    | tout va bien | je le fais          | j’en ai une  | je l’ai          || G3
    souvent    | tout va bien | sans aide           | j’en ai une  | je l’ai          || G2
    souvent    | c’est lent   | je le fais          | j’en ai une  | avec quelqu’un   || G2
    souvent    | c’est lent   | sans aide           | j’en ai une  | je n’en          || G2
    souvent    | tout va bien | je le fais          | je la lis    | je l’ai          || G2
    souvent    | tout va bien | je le fais          | j’ai perdu   | je l’ai          || G2
    souvent    | tout va bien | je le fais          | je la lis    | avec quelqu’un   || G1
    souvent    | tout va bien | avec quelqu’un      | j’en ai une  | je l’ai          || G1
    un peu     | c’est lent   | je le fais          | quelqu’un    | je l’ai          || G1
    un peu     | ?            | ?                   | ?            | ?                || G1
    """
    spec(lambda t: [engine.use(row) for row in rows(t)])


def test_the_table_of_the_rule(spec):
    """La règle, ligne par ligne : la première vraie gagne ; un point veut dire « quoi que ce soit ».

    On la lit sur les 600 cas possibles : 3 accès, 4 usages, 5 préférences, 5 façons de lire, et « on ne sait
    pas » ou non.

    ligne | on ne sait pas | usage  | préfère                  | lire           | accès   | résultat
    ------+----------------+--------+--------------------------+----------------+---------+-----------------
    L1    | oui            | .      | .                        | .              | .       | accès accompagné
    L2    | non            | G0     | pour moi, pas d’internet | .              | .       | assistance
    L3    | non            | G0     | avec quelqu’un, ?        | très difficile | .       | assistance
    L4    | non            | G1     | pour moi, pas d’internet | .              | aucun   | assistance
    L4    | non            | G1     | pour moi, pas d’internet | très difficile | .       | assistance
    L5    | non            | G0, G1 | apprendre                | .              | stable  | vers l’autonomie
    L6    | non            | G0, G1 | .                        | .              | .       | accès accompagné
    L7    | non            | G2     | .                        | .              | .       | vers l’autonomie
    L8    | non            | G3     | .                        | .              | .       | coup de pouce
    """
    spec(
        lambda t: f"{agreed(t)} cas sur 600 donnent la même ligne et le même résultat",
        "600 cas sur 600 donnent la même ligne et le même résultat",
    )


def agreed(table):
    lines = [dict(zip(table, map(str, row), strict=True)) for row in zip(*table.values(), strict=True)]

    def holds(cell, words):
        return cell == "." or words in [part.strip() for part in cell.split(",")]

    count = 0
    for unsure, use, wants, reads, access in itertools.product(
        ("oui", "non"), engine.USES, WANTS, READS, ACCESS
    ):
        first = next(
            row
            for row in lines
            if holds(row["on ne sait pas"], unsure)
            and holds(row["usage"], use)
            and holds(row["préfère"], wants)
            and holds(row["lire"], reads)
            and holds(row["accès"], access)
        )
        line_id = engine.line(
            access=ACCESS[access], use=use, wants=WANTS[wants], reads=READS[reads], unsure=unsure == "oui"
        )
        count += line_id == first["ligne"] and bilan.lines()[line_id].result == RESULTS[first["résultat"]]
    return count


def test_not_knowing_is_an_answer(spec):
    """Quatre « je ne sais pas » parmi l’accès et l’usage : on essaie ensemble avant de dire. « Passer »
    compte pareil.

    A1            | A2    | A3       | U1      | U2 | U3 | U4          | U5      || réponse
    --------------+-------+----------+---------+----+----+-------------+---------++----------------
    un ordinateur | à moi | chez moi | souvent | ?  | ?  | ?           | ?       || à voir ensemble
    un ordinateur | à moi | chez moi | souvent | ?  | ?  | ?           | je l’ai || un résultat
    ?             | ?     | chez moi | un peu  | ?  | ?  | j’en ai une | je l’ai || à voir ensemble
    """
    spec(
        lambda t: [
            (
                "à voir ensemble"
                if engine.conclude({**row, "U6": "leave", "U7": ["calls"]}).provisional
                else "un résultat"
            )
            for row in rows(t)
        ]
    )


def test_tasks_correct_the_declared_use(spec):
    """Les essais corrigent l’usage dit : deux gestes ratés le baissent à G1 au plus, quatre réussis le
    montent de G0 à G1.

    T1 toucher, T2 faire défiler, T3 écrire, T5 trouver. Une case vide : pas mesuré, donc rien ne change.

    dit | T1     | T2     | T3     | T5     || réponse
    ----+--------+--------+--------+--------++--------
    G3  | raté   | raté   | réussi | réussi || G1
    G2  | raté   | réussi | raté   |        || G1
    G3  | raté   | réussi | réussi | raté   || G3
    G0  | réussi | réussi | à demi | réussi || G1
    G0  | réussi | réussi | réussi | réussi || G1
    G0  | réussi | réussi | réussi |        || G0
    G0  | raté   | raté   | raté   | raté   || G0
    G1  | réussi | réussi | réussi | réussi || G1
    """
    spec(
        lambda t: [
            engine.corrected(
                str(t["dit"][k]),
                {
                    id: {"réussi": "passed", "raté": "failed", "à demi": "partly", "": "unmeasured"}[
                        str(t[id][k])
                    ]
                    for id in ("T1", "T2", "T3", "T5")
                },
            )
            for k in range(len(t["dit"]))
        ]
    )


PEOPLE = {"Andrei": ANDREI, "Aurélie": AURELIE, "Sandrine": SANDRINE}


def test_three_people(spec):
    """Trois personnes inventées, dont les histoires viennent du terrain.

    Andrei a un téléphone à touches, n’a jamais utilisé internet, et lit très difficilement le français.
    Aurélie a une carte à recharger, lit rarement ses mails, fait beaucoup de choses sur son téléphone mais
    pas ses démarches. Sandrine utilise la connexion de sa voisine, lit ses mails, et a fait sa dernière
    démarche avec quelqu’un.

    qui      || accès   | usage | ligne | résultat
    ---------++---------+-------+-------+-----------
    Andrei   || none    | G0    | L2    | assistance
    Aurélie  || fragile | G1    | L6    | accompagne
    Sandrine || fragile | G2    | L7    | autonomie
    """
    spec(
        lambda t: {
            name: [getattr(engine.conclude(PEOPLE[str(person)]), field) for person in t["qui"]]
            for name, field in (
                ("accès", "access"),
                ("usage", "use"),
                ("ligne", "line"),
                ("résultat", "result"),
            )
        }
    )


def test_what_is_added(spec):
    """À toute ligne s’ajoutent des signaux : ce à quoi faire attention, pour chacune des trois personnes.

    qui
    --------
    Andrei
    Aurélie
    Sandrine
    """
    spec.rows(
        lambda person: ", ".join(
            bilan.flags()[flag].label.lower() for flag in engine.conclude(PEOPLE[str(person)]).flags
        ),
        [
            "accès, lecture et langue, aménagements, pour un moment, sans personne à qui demander",
            (
                "accès, boîte mail, pièges, savoir-faire de tous les jours, lecture et langue, peur de se"
                " tromper, depuis longtemps, sans personne à qui demander"
            ),
            "accès, aménagements, depuis longtemps",
        ],
    )


def test_when_to_meet_again(spec):
    """On propose de refaire le point : six semaines pour un moment difficile, trois mois sinon, quinze
    jours si rien n’est sûr.

    O3                 | on ne sait pas || réponse
    -------------------+----------------++--------
    pour un moment     | non            ||      42
    depuis longtemps   | non            ||      91
    je n’ai            | non            ||       0
    pour un moment     | oui            ||      14
    je n’ai            | oui            ||      14
    """
    spec.rows(
        lambda o3, un: (
            engine.conclude(
                {
                    **AURELIE,
                    "O3": answer_of("O3", str(o3)),
                    **(dict.fromkeys(("U2", "U3", "U4", "U5"), "?") if un == "oui" else {}),
                }
            ).retest_after
        )
    )


def test_the_four_questions(spec):
    """Le repérage : quatre questions dites à un accueil, un conseil. Le premier qui tient est le bon.

    R1             | R2             | R3          | R4
    ---------------+----------------+-------------+------------------
    personne       | non            | personne    | oui, cette semaine
    quelqu’un      | oui, chez moi  | moi         | non
    moi, sans aide | non            | moi         | non
    moi, sans aide | oui, chez moi  | quelqu’un   | oui, ce mois-ci
    ?              | ?              | moi         | non
    moi, avec      | oui, chez moi  | moi         | non
    moi, sans aide | seulement      | moi         | non
    moi, sans aide | oui, mais      | moi         | non
    moi, sans aide | oui, chez moi  | moi         | ?
    moi, sans aide | oui, chez moi  | moi         | oui, ce mois-ci
    """
    spec(
        lambda t: [bilan.verdicts()[engine.screening(row)].label for row in rows(t)],
        [
            "D’abord la démarche",
            *["Proposer le bilan"] * 4,
            *["Donner la carte des lieux"] * 3,
            *["Rien à proposer"] * 2,
        ],
    )


def test_the_path(spec):
    """Le chemin passe les questions inutiles : de 10 à 19, le plus souvent une quinzaine.

    qui      || réponse
    ---------++---------------------------------------------------------
    Andrei   || X1 A1 A3 U1 M1 M2 O1 O2 O3 O4
    Aurélie  || X1 X2 A1 A2 A3 A4 U1 U2 U3 U4 U5 U6 U7 M1 M2 O1 O2 O3 O4
    Sandrine || X1 A1 A2 A3 A4 U1 U2 U3 U4 U5 U6 U7 M1 M2 O1 O2 O3 O4
    """
    spec.rows(lambda person: " ".join(engine.path(PEOPLE[str(person)])))


def test_contradictions_are_listed(spec):
    """Un papier peut se contredire : on le montre, on ne corrige rien, et il y a toujours un résultat.

    U1      | U3         | A1                  | A3         || réponse
    --------+------------+---------------------+------------++----------------------------------------------------------------
    jamais  | je le fais | un ordinateur       | chez moi   || U3 a une réponse, alors que U1 disait de passer cette question.
    souvent | je le fais | rien, un ordinateur | chez moi   || A1 dit « Rien de tout ça » et autre chose.
    souvent | je le fais | un ordinateur       | nulle part || A3 dit « nulle part », et U1 dit « souvent ».
    souvent | je le fais | un ordinateur       | chez moi   || rien à dire
    """
    spec(
        lambda t: [
            "; ".join(
                bilan.contradictions()[c.kind].format(first=c.first, second=c.second)
                for c in engine.contradictions(row)
            )
            or "rien à dire"
            for row in rows(t)
        ]
    )
