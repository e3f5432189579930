"""Pour un quartier, on connaît les âges et les diplômes, pas leur croisement : il est reconstitué."""

import numpy as np

from maillage.statistics.engine import ages, raking
from maillage.statistics.engine import rates as rate_engine
from maillage.statistics.engine.cells import AGE_OF, N_CELLS

title = "Les habitants d’un quartier, et les taux"


def test_the_crossing_meets_both_margins(spec):
    """Le tableau reconstitué retrouve les âges et les diplômes du quartier, et garde les liens du tableau
    national.

    jeunes | âgés || réponse
    -------+------++--------
        20 |   60 ||      30
        60 |   20 ||      70
    """
    spec(
        lambda t: raking.rake(
            np.column_stack(list(t.values()))[None],
            np.array([[50.0, 50.0]]),
            np.array([[30.0, 70.0]]),
            cycles=200,
        )[0].sum(axis=0)
    )


def test_an_empty_cell_stays_empty(spec):
    """Une case vide au niveau national reste vide : personne n’a 80 ans et n’est en études.

    en études | sorti
    ----------+------
           40 |    60
            0 |   100
    """
    spec(
        lambda t: raking.rake(
            np.column_stack(list(t.values()))[None],
            np.array([[80.0, 40.0]]),
            np.array([[30.0, 90.0]]),
            cycles=200,
        )[0, 1, 0],
        0,
    )


def test_ages_of_two_censuses_keep_the_recent_population(spec):
    """Les grandes classes du recensement récent sont gardées exactement ; l’ancien n’aide qu’à les détailler.

    0-19 | 20-64 | 65 et plus
    -----+-------+-----------
     100 |   250 |         80
    """
    spec(
        lambda t: ages.regroup(
            ages.fit_ages(
                np.array([180.0, 60, 60, 60, 130, 65, 200, 65, 105, 95]),
                np.column_stack(list(t.values())),
                shares_six=np.array([[0.2, 0.2, 0.2, 0.2, 0.1, 0.1]]),
                shares_four=np.full((1, 4), np.nan),
                cycles=20,
            ),
            ages.THREE,
        )[0],
        [100, 250, 80],
    )


def test_a_published_rate_is_found_again(spec):
    """Le modèle de taux retrouve chaque taux publié : ici le total et celui des 75 ans et plus.

    publié | taux || réponse
    -------+------++--------
    total  |   25 ||      25
    75 ans |   62 ||      62
    """
    spec(lambda t: _fitted(t["taux"] / 100))


def _fitted(wanted: np.ndarray) -> list[float]:
    people = np.linspace(1_000.0, 5_000.0, N_CELLS)
    old = (AGE_OF == 4).astype(float)
    constraints = np.vstack((np.ones(N_CELLS), old))
    rates = rate_engine.solve(people, np.zeros((1, N_CELLS)), constraints, constraints, wanted[None])[0]
    return [100 * float(np.average(rates, weights=people * row)) for row in constraints]
