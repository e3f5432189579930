"""Ses droits : où en est chaque démarche, d’après les seuls faits datés ; ce qui presse, et jusqu’à quand."""

from datetime import date

from maillage.apps.referrals.droits.rules import facts, line
from maillage.apps.referrals.droits.rules.facts import Statement
from maillage.apps.referrals.droits.rules.line import Rule, Standing
from maillage.words.dates import read

title = "Ses droits : où en est une démarche"
TODAY = date(2026, 11, 23)
WORDS = {words: kind for kind, words in facts.FACTS.items()} | {
    "Ne sait pas": facts.REQUESTED,
    "Rien encore": facts.NOTHING,
    "Courrier": facts.NOTIFIED,
    "Arrêté": facts.LOST,
    "Reprise": facts.AGAIN,
    "Laissée": facts.STOPPED,
    "Accusé": facts.RECEIPT,
}
HEALTH = Rule(papers={"un": "Un papier", "deux": "Un autre"}, lasts=12, opens=4, closes=2, appeal=2)


def column(table, n: int) -> list[str]:
    """Return a column of a drawn table, by its rank."""
    return [str(each) for each in list(table.values())[n]]


def statements_of(cell: str) -> list[Statement]:
    """Return the facts of a cell: parted by “;”, each with its day and, after “→”, the date of a letter."""
    statements = []
    for n, part in enumerate(filter(None, (each.strip() for each in cell.split(";")))):
        words, _, days = part.rpartition(" le ")
        on, _, until = days.partition(" → ")
        day = read(on)
        assert day is not None, part
        kind, _, paper = words.partition(" : ")
        statements.append(Statement(kind=WORDS[kind], on=day, n=n, until=read(until), paper=paper))
    return statements


def stand(cell: str, rule: Rule = HEALTH, today: date = TODAY) -> Standing:
    return line.standing(statements_of(cell), rule, today)


def test_where_a_procedure_stands(spec):
    """Aujourd’hui est le 23 novembre 2026. Sans rien de noté, la réponse est « on ne sait pas » : le silence ne dit
    jamais qu’un droit est perdu, obtenu ou refusé. Le fait le plus récent décide, d’après le jour où il a eu
    lieu, pas celui où il est noté.

    ce qui a été noté
    ------------------------------------------------------------------
    Suivie le 1/11/2026
    Ne sait pas le 12/11/2026
    On la prépare le 2/11/2026
    Papier réuni : un le 2/11/2026
    Papier réuni : un le 2/11/2026; Papier réuni : deux le 3/11/2026
    Envoyée le 16/11/2026
    Envoyée le 9/11/2026; Accusé le 12/11/2026
    Envoyée le 9/11/2026; Rien encore le 23/11/2026
    Courrier le 20/11/2026
    Courrier le 20/11/2026 → 8/12/2026
    Courrier le 20/11/2026 → 7/12/2026
    Obtenu le 2/11/2026
    Obtenu le 2/11/2026; Envoyée le 1/10/2026
    Refusé le 16/11/2026
    Arrêté le 16/11/2026 → 1/12/2026
    Refusé le 1/9/2026
    Envoyée le 9/11/2026; Laissée le 10/11/2026
    """
    spec(
        lambda t: [
            f"{line.STATES[s.state]} : {s.tag}. {s.sentence}".strip() for s in map(stand, column(t, 0))
        ],
        [
            "inconnu : On ne sait pas. Personne ne l’a encore demandé.",
            "inconnu : On ne sait pas. Demandé le 12 novembre : la personne ne sait pas.",
            "à préparer : 0 papier réuni sur 2. Manquent : un papier et un autre.",
            "à préparer : 1 papier réuni sur 2. Manque : un autre.",
            "papiers réunis : 2 papiers réunis : à envoyer. Rien ne manque. Il reste à envoyer.",
            "envoyée : Envoyée il y a 7 jours. Le 16 novembre. Pas d’accusé de réception noté.",
            "en attente : Attend depuis 14 jours. Envoyée le 9 novembre. Accusé de réception du 12 novembre.",
            "en attente : Attend depuis 14 jours. Envoyée le 9 novembre. Rien de nouveau aujourd’hui.",
            "courrier arrivé : Un courrier est arrivé. Courrier arrivé le 20 novembre."
            " Sans date de réponse notée, aucun rappel ne part.",
            "courrier arrivé : Répondre avant le 8 décembre. Courrier arrivé le 20 novembre. Encore 15 jours.",
            "en danger : Répondre avant le 7 décembre. Courrier arrivé le 20 novembre. Encore 14 jours.",
            "obtenu : Obtenu le 2 novembre. Rien à refaire avant le 2 juillet.",
            "obtenu : Obtenu le 2 novembre. Rien à refaire avant le 2 juillet.",
            "refusé : Refusé le 16 novembre. On peut contester jusqu’au 16 janvier. Encore 54 jours.",
            "arrêté : Arrêté le 16 novembre. On peut contester jusqu’au 1er décembre. Encore 8 jours.",
            "refusé : Refusé le 1er septembre. Le délai pour contester a fini le 1er novembre.",
            "plus suivie : Plus suivie.",
        ],
    )


def test_renewal_window_of_a_right(spec):
    """Un droit obtenu jusqu’au 31 janvier 2027 se redemande entre 4 et 2 mois avant : du 30 septembre au 30
    novembre. C’est la règle de la liste, jamais une date tapée. À 14 jours de la date limite, il est en danger.
    Après la fin, personne ne sait : il faut demander.

    aujourd’hui || réponse
    ------------++-------------------------------------------------------------------------------------------------
    29/9/2026   || obtenu : Obtenu le 1er février. Rien à refaire avant le 30 septembre.
    30/9/2026   || à refaire : À refaire avant le 30 novembre. Encore 61 jours. Fin le 31 janvier.
    15/11/2026  || à refaire : À refaire avant le 30 novembre. Encore 15 jours. Fin le 31 janvier.
    16/11/2026  || en danger : À refaire avant le 30 novembre. Encore 14 jours. Fin le 31 janvier.
    30/11/2026  || en danger : À refaire avant le 30 novembre. C’est le dernier jour. Fin le 31 janvier.
    1/12/2026   || en danger : À refaire tout de suite. La date, le 30 novembre, est passée. Fin le 31 janvier.
    31/1/2027   || en danger : À refaire tout de suite. La date, le 30 novembre, est passée. Fin le 31 janvier.
    1/2/2027    || en danger : À vérifier : la fin était le 31 janvier. Personne n’a noté si le droit a été refait.
    """
    spec(
        lambda t: [
            f"{line.STATES[s.state]} : {s.tag}. {s.sentence}"
            for s in (stand("Obtenu le 1/2/2026 → 31/1/2027", today=read(day)) for day in column(t, 0))
        ]
    )


def test_a_right_without_a_rule(spec):
    """Sans règle connue du producteur, un droit est dit à refaire 30 jours avant sa fin. Sans date de fin, rien n’est
    supposé. Une durée habituelle sert si le courrier n’a pas été noté, et la phrase le dit.

    règle         | ce qui a été noté
    --------------+--------------------------------
    aucune        | Obtenu le 2/11/2026
    aucune        | Obtenu le 2/1/2026 → 24/12/2026
    aucune        | Obtenu le 2/1/2026 → 23/12/2026
    aucune        | Refusé le 16/11/2026
    dure 3 mois   | Obtenu le 2/11/2026
    dure 3 mois   | Obtenu le 28/8/2026
    sans fin      | Obtenu le 2/1/2026
    fenêtre seule | Obtenu le 2/1/2026
    """
    rules = {
        "aucune": Rule(),
        "dure 3 mois": Rule(lasts=3),
        "sans fin": Rule(lasts=12, endless=True),
        "fenêtre seule": Rule(opens=4, closes=2),
    }
    spec(
        lambda t: [
            f"{s.tag}. {s.sentence}"
            for s in (stand(cell, rules[name]) for name, cell in zip(column(t, 0), column(t, 1), strict=True))
        ],
        [
            "Obtenu le 2 novembre. Aucune date de fin n’est notée.",
            "Obtenu le 2 janvier 2026. Rien à refaire avant le 24 novembre.",
            "À refaire avant le 23 décembre. Encore 30 jours. Fin le 23 décembre.",
            "Refusé le 16 novembre. Le délai pour contester est sur le courrier : notez-le.",
            "Obtenu le 2 novembre. Rien à refaire avant le 3 janvier.",
            "À refaire avant le 28 novembre. Encore 5 jours. Fin le 28 novembre, d’après la durée habituelle.",
            "Obtenu le 2 janvier 2026. Rien à refaire.",
            "Obtenu le 2 janvier 2026. Aucune date de fin n’est notée.",
        ],
    )


def test_a_procedure_done_again(spec):
    """Refaire une démarche repart de zéro papier, et l’ancien droit court encore : tant que rien n’est envoyé, sa fin
    presse comme avant. Envoyer après un droit obtenu, c’est aussi le refaire.

    ensuite
    ------------------------------------------------------
    Reprise le 20/11/2026
    Papier réuni : un le 20/11/2026
    Reprise le 20/11/2026; Papier réuni : un le 21/11/2026
    Reprise le 20/11/2026; Envoyée le 22/11/2026
    Envoyée le 22/11/2026
    Reprise le 20/11/2026; Refusé le 22/11/2026
    Reprise le 20/11/2026; Obtenu le 22/11/2026 → 31/1/2028
    Courrier le 22/11/2026
    """
    right = "Obtenu le 1/2/2026 → 31/1/2027"
    spec(
        lambda t: [
            f"{line.STATES[s.state]} : {s.tag}. {s.sentence}"
            for s in (stand(f"{right}; {cell}") for cell in column(t, 0))
        ],
        [
            "en danger : À refaire avant le 30 novembre. On la refait. Encore 7 jours. Fin le 31 janvier.",
            "en danger : À refaire avant le 30 novembre. 1 papier réuni sur 2. Encore 7 jours. Fin le 31 janvier.",
            "en danger : À refaire avant le 30 novembre. 1 papier réuni sur 2. Encore 7 jours. Fin le 31 janvier.",
            "envoyée : Envoyée il y a 1 jour. Le 22 novembre. Pas d’accusé de réception noté."
            " Le droit d’avant court jusqu’au 31 janvier.",
            "envoyée : Envoyée il y a 1 jour. Le 22 novembre. Pas d’accusé de réception noté."
            " Le droit d’avant court jusqu’au 31 janvier.",
            "refusé : Refusé le 22 novembre. On peut contester jusqu’au 22 janvier. Encore 60 jours.",
            "obtenu : Obtenu le 22 novembre. Rien à refaire avant le 30 septembre 2027.",
            "courrier arrivé : Un courrier est arrivé. Courrier arrivé le 22 novembre."
            " Sans date de réponse notée, aucun rappel ne part."
            " Le droit d’avant court jusqu’au 31 janvier.",
        ],
    )


def test_the_five_marks(spec):
    """Cinq marques, différentes par leur forme : ✓ fait, ● ici, ◷ attend, ▲ danger, ✗ refusé, ○ pas encore, ? inconnu.

    ce qui a été noté                                   || réponse
    ----------------------------------------------------++--------
    Suivie le 1/11/2026                                 || ?????
    On la prépare le 2/11/2026                          || ●○○○○
    Envoyée le 16/11/2026                               || ✓●○○○
    Accusé le 16/11/2026                                || ✓✓◷○○
    Courrier le 20/11/2026 → 30/11/2026                 || ✓✓▲○○
    Obtenu le 2/11/2026                                 || ✓✓✓✓○
    Obtenu le 1/2/2026 → 31/1/2027                      || ✓✓✓✓▲
    Obtenu le 1/3/2026 → 28/2/2027                      || ✓✓✓✓◷
    Refusé le 16/11/2026                                || ✓✓✓✗○
    """
    shapes = dict(
        zip(
            (line.DONE, line.NOW, line.CLOCK, line.DANGER, line.NO, line.EMPTY, line.QUESTION),
            "✓●◷▲✗○?",
            strict=True,
        )
    )
    spec(lambda t: ["".join(shapes[mark] for mark in stand(cell).marks) for cell in column(t, 0)])


def test_what_stands_above_the_lines(spec):
    """D’abord ce qui presse, avec la plus proche date ; puis le reste. Un zéro ne se dit pas. La phrase ne dit pas
    autre chose que la ligne : une date passée y est « tout de suite », une fin passée « à vérifier ». Un refus se
    dit à contester 30 jours avant la fin du délai, jamais après.

    démarches
    -----------------------------------------------
    droit, attend, envoyée, prépare, obtenu, inconnu
    droit, lettre
    réponse, attend
    réponse lointaine
    droit, droit, refusé, obtenu, obtenu
    droit, autre
    tard, droit, fini
    contestable, attend
    contestable, arrêt, trop tôt, trop tard
    inconnu
    """
    right, letter = "Obtenu le 1/2/2026 → 31/1/2027", "Courrier le 20/11/2026 → 30/11/2026"
    cells = {
        "droit": right,
        "lettre": letter,
        "réponse": "Courrier le 20/11/2026 → 23/12/2026",
        "réponse lointaine": "Courrier le 20/11/2026 → 24/12/2026",
        "envoyée": "Envoyée le 16/11/2026",
        "attend": "Accusé le 16/11/2026",
        "prépare": "On la prépare le 2/11/2026",
        "obtenu": "Obtenu le 2/11/2026",
        "inconnu": "Suivie le 1/11/2026",
        "refusé": "Refusé le 16/11/2026",
        "contestable": "Refusé le 23/10/2026",
        "trop tôt": "Refusé le 24/10/2026",
        "trop tard": "Refusé le 22/9/2026",
        "arrêt": "Arrêté le 16/11/2026 → 1/12/2026",
        "autre": "Obtenu le 1/3/2026 → 28/2/2027",
        "tard": "Obtenu le 1/2/2026 → 31/12/2026",
        "fini": "Obtenu le 1/2/2026 → 31/10/2026",
    }
    spec(
        lambda t: [
            " ".join(filter(None, line.headline([stand(cells[name]) for name in cell.split(", ")], TODAY)))
            for cell in column(t, 0)
        ],
        [
            "1 à refaire avant le 30 novembre. 2 en route, 1 à préparer, 1 obtenu, 1 inconnu.",
            "1 à refaire avant le 30 novembre, 1 réponse à donner avant le 30 novembre.",
            "1 réponse à donner avant le 23 décembre. 1 en route.",
            "1 en route.",
            "2 à refaire avant le 30 novembre. 1 refusé ou arrêté, 2 obtenus.",
            "2 à refaire, au plus tôt avant le 30 novembre.",
            "1 à refaire tout de suite, 1 à refaire avant le 30 novembre, 1 à vérifier.",
            "1 décision que l’on peut contester avant le 23 décembre. 1 en route.",
            "2 décisions que l’on peut contester, au plus tôt avant le 1er décembre. 2 refusés ou arrêtés.",
            "1 inconnu.",
        ],
    )


def test_the_order_of_the_lines():
    cells = [
        "Suivie le 1/11/2026",
        "Obtenu le 2/11/2026",
        "Envoyée le 16/11/2026",
        "On la prépare le 2/11/2026",
        "Accusé le 16/11/2026",
        "Refusé le 16/11/2026",
        "Obtenu le 1/3/2026 → 28/2/2027",
        "Obtenu le 1/2/2026 → 31/1/2027",
    ]
    standings = sorted(map(stand, cells), key=line.order)
    assert [each.state for each in standings] == [
        *("at_risk", "renewal", "refused", "waiting", "prepared", "sent", "obtained", "unknown"),
    ]


def test_what_an_act_or_a_plan_tells(spec):
    """Une seule ligne : un acte d’aide ou un projet disent aussi où en est la démarche. Montrer n’est pas faire."""
    at_once = {"oui": True, "non": False}

    def says(kind: str, end: str, now: str) -> str:
        fact = facts.of_act(kind, end, TODAY, at_once=at_once[now])
        return "rien" if fact is None else facts.FACTS[fact.kind]

    spec(
        """
        acte     | à la fin | fait = obtenu || réponse
        ---------+----------+---------------++----------------------
        together | done     | non           || Envoyée
        place    | done     | oui           || Obtenu
        place    | waiting  | non           || Regardé : rien encore
        together | partly   | non           || On la prépare
        together | not_done | non           || On la prépare
        shown    | done     | non           || rien
        """,
        lambda t: [says(*row) for row in zip(column(t, 0), column(t, 1), column(t, 2), strict=True)],
    )
    spec(
        """
        réponse  || réponse
        ---------++-----------------------------------------
        alone    || Envoyée
        counter  || Envoyée
        unknown  || Demandé à la personne : elle ne sait pas
        blocked  || On la prépare
        """,
        lambda t: [
            facts.FACTS[facts.of_plan(answer, date(2026, 11, 1), TODAY).kind] for answer in column(t, 0)
        ],
    )


def test_dates_that_cannot_be(spec):
    """Seul ce qui a eu lieu se note. La date d’un courrier ne va qu’avec un courrier, un droit ou un refus.

    fait    | le         | courrier   || réponse
    --------+------------+------------++---------------------------------------------------------------
    Envoyée | 24/11/2026 |            || Ce jour n’est pas encore venu : seul ce qui a eu lieu se note.
    Envoyée | 23/11/2026 | 1/12/2026  || Une seconde date ne va pas avec ce fait.
    Obtenu  | 23/11/2026 | 22/11/2026 || La seconde date est avant le premier jour, ou bien trop loin.
    Obtenu  | 1/1/2000   |            || Ce jour est passé de plus de quinze ans.
    Obtenu  | 23/11/2026 | 31/1/2060  || La seconde date est avant le premier jour, ou bien trop loin.
    Obtenu  | 23/11/2026 | 31/1/2027  || possible
    """
    spec(
        lambda t: [
            facts.wrong_dates(WORDS[kind], read(str(on)), read(str(until)), TODAY) or "possible"
            for kind, on, until in zip(column(t, 0), column(t, 1), column(t, 2), strict=True)
        ]
    )


def test_the_common_lists_say_where_they_come_from():
    from maillage.reference.checklists import checklists

    for key, checklist in checklists().items():
        assert checklist.papers, key
        assert checklist.source.doubt.endswith("."), key
        assert read(checklist.source.on), key
        assert checklist.source.url.startswith("https://") or checklist.to_check, key
    health = checklists()["complementaire-sante"]
    assert (health.lasts, health.opens, health.closes) == (12, 4, 2)
