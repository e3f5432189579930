"""Le croisement du Crédoc de 2014 : qui n’avait pas à la fois un ordinateur et Internet chez soi, recompté
sur les réponses, case par case, avec l’effectif de chacune.
"""

import numpy as np

from maillage.kernel.estimate import Estimate, Withheld
from maillage.kernel.table import Table
from maillage.sources import credoc
from maillage.statistics.need import crossing

title = "Ordinateur et connexion en 2014"
ONE = {variable.name: next(iter(variable.codes.values())) for variable in credoc.VARIABLES.values()}


def persons(t) -> Table:
    """Return persons of 2014 aged 30, each row of the drawn table repeated as many times as it says."""
    times = t["fois"].astype(int)
    columns = {name: np.repeat(code, times.sum()) for name, code in ONE.items()}
    columns |= {"year": np.full(times.sum(), 2014), "age": np.full(times.sum(), 30)}
    columns["weight"] = np.repeat(t["poids"], times)
    for name, drawn in (("computer_at_home", "ordinateur"), ("connection_at_home", "connexion")):
        codes = {"oui": "one" if name == "computer_at_home" else "yes", "non": "no", "nsp": "unknown"}
        columns[name] = np.repeat([codes[answer] for answer in t[drawn]], times)
    return Table("essai", columns)


def everybody(t):
    (cell,) = [cell for cell in crossing.of(persons(t)) if cell.breakdown == "ensemble"]
    return cell.share


def test_one_no_is_enough_and_not_knowing_is_not_a_no(spec):
    """Un seul « non » suffit. « Ne sait pas » à côté d’un « oui » ne dit rien : la personne sort du compte.

    La réponse donne la part, en pour cent, et le nombre de personnes comptées : les poids font la part, jamais
    l’effectif.

    ordinateur | connexion | poids | fois
    -----------+-----------+-------+-----
    oui        | oui       |     1 |   40
    non        | oui       |     1 |   10
    oui        | non       |     2 |   10
    non        | nsp       |     1 |    5
    oui        | nsp       |     1 |   20
    nsp        | nsp       |     1 |    7
    """
    spec(lambda t: [everybody(t).value, everybody(t).n], [100 * (10 + 20 + 5) / (40 + 10 + 20 + 5), 65])


def test_a_cell_of_too_few_is_silent(spec):
    """Sous 30 personnes interrogées, la part est tue, et son effectif reste écrit.

    ordinateur | connexion | poids | fois
    -----------+-----------+-------+-----
    oui        | oui       |     1 |   20
    non        | oui       |     1 |    9
    """
    spec(lambda t: [isinstance(everybody(t), Withheld), everybody(t).n], [True, 29])


def test_quotas_widen_the_interval(spec):
    """L’intervalle est celui de cent personnes quand cent cinquante sont tirées par quotas.

    ordinateur | connexion | poids | fois || réponse
    -----------+-----------+-------+------++--------
    oui        | oui       |     1 |  120 ||    14.3
    non        | non       |     1 |   30 ||    27.3
    """

    def bounds(t):
        share = everybody(t)
        assert isinstance(share, Estimate)
        return [round(share.low, 1), round(share.high, 1)]

    spec(bounds)


def test_every_age_is_in_one_class(spec):
    """Une classe va de son premier âge à son dernier, compris.

    âge || réponse
    ----++---------------
     15 || 15-24 ans
     24 || 15-24 ans
     25 || 25-39 ans
     59 || 40-59 ans
     60 || 60-74 ans
     98 || 75 ans et plus
    """

    def classes(t: dict) -> list[str]:
        ages = Table("essai", {"age": t["âge"].astype(int)})
        age_classes = [(label, inside) for label, inside in crossing._ages(ages)]
        return [" ".join(label for label, inside in age_classes if inside[k]) for k in range(len(ages))]

    spec(classes)
