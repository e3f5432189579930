"""Un acte d’aide : une phrase le relit, ses minutes sont possibles, et trois fois à la place mènent à apprendre."""

from datetime import UTC, datetime, timedelta

from maillage.apps.people.actes import rules

title = "Les actes d’aide"
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_one_sentence_reads_an_act_back(spec):
    """Ce qui va être noté est relu avant d’être noté, avec les mêmes mots qu’ensuite.

    fait     | demarche         | minutes | ou       | fin      || réponse
    ---------+------------------+---------+----------+----------++------------------------------------------------------
    place    | Prime d’activité |      15 | here     | waiting  || À sa place, prime d’activité, 15 min, ici, en attente
    together | RSA              |       5 | home     | partly   || Ensemble, RSA, 5 min, à domicile, fait en partie
    shown    | Impôts           |     720 | distance | not_done || Montré, impôts, 720 min, à distance, pas fait
    """
    spec(
        lambda t: [
            rules.sentence(kind, procedure, int(n), where, end)
            for kind, procedure, n, where, end in zip(*t.values(), strict=True)
        ]
    )


def test_learning_is_proposed_after_three_times_in_their_place_in_a_year(spec):
    """Trois fois la même démarche à la place de la même personne, en douze mois. Ensemble, ou montrée, elle ne
    compte pas.

    Chaque ligne est un acte, fait tant de jours avant aujourd’hui.

    jours | fait     | demarche
    ------+----------+---------------
        0 | place    | actualisation
      100 | place    | actualisation
      365 | place    | actualisation
        1 | place    | impots
       40 | place    | impots
      366 | place    | impots
        2 | place    | retraite
        3 | together | retraite
        4 | shown    | retraite
    """
    spec(
        lambda t: rules.to_learn(
            [
                (kind, procedure, AT - timedelta(days=int(days)))
                for days, kind, procedure in zip(*t.values(), strict=True)
            ],
            AT,
        ),
        ["actualisation"],
    )
