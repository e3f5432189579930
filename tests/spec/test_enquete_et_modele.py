"""Une enquête du territoire et le modèle disent chacun une part : chacun pèse selon sa précision, et rien
n’est moyenné contre le hasard.
"""

from maillage.statistics.engine import composite
from maillage.statistics.engine.chance import even_normals
from tests.published.reproduction import rule

title = "L’enquête et le modèle"


def draws(share: float, spread: float, source: str):
    return share + spread * even_normals(1, source, 1, 500)[0]


def together(t: dict) -> list[composite.Combined]:
    columns = zip(
        t["modèle"] / 100, t["son doute"] / 100, t["enquête"] / 100, t["son écart-type"] / 100, strict=True
    )
    return [
        composite.combine(draws(model, doubt, "modele"), draws(survey, spread, "enquete"))
        for model, doubt, survey, spread in columns
    ]


def test_each_weighs_by_its_precision(spec):
    """Deux sources aussi sûres pèsent autant ; une enquête deux fois moins sûre pèse un cinquième.

    modèle | son doute | enquête | son écart-type || réponse
    -------+-----------+---------+----------------++--------
        18 |         2 |      20 |              2 ||     0.5
        18 |         2 |      20 |              4 ||     0.2
        18 |         4 |      20 |              2 ||     0.8
    """
    spec(lambda t: [round(combination.weight, 2) for combination in together(t)])


def test_the_combination_lies_between(spec):
    """Le résultat est entre les deux, plus près de la plus sûre.

    modèle | son doute | enquête | son écart-type || réponse
    -------+-----------+---------+----------------++--------
        18 |         2 |      20 |              2 ||      19
        18 |         2 |      20 |              4 ||    18.4
    """
    spec(lambda t: [round(100 * float(combination.draws.mean()), 1) for combination in together(t)])


def test_a_gap_beyond_doubt_is_not_averaged(spec):
    """Quand l’écart dépasse ce que les doutes expliquent, on le dit au lieu d’en faire la moyenne.

    modèle | son doute | enquête | son écart-type || réponse
    -------+-----------+---------+----------------++-----------
        18 |         2 |      20 |              2 || combinés
        18 |         2 |      30 |              2 || contredits
        18 |         2 |      30 |              8 || combinés
    """
    spec(lambda t: ["combinés" if combination.agree else "contredits" for combination in together(t)])


def test_which_rounding_a_publication_used(spec):
    """Un pourcentage publié dit parfois comment il a été arrondi, ou qu’il ne sort pas du calcul.

    calculé | publié || réponse
    --------+--------++---------------
      24.24 |     24 || les deux
      28.79 |     28 || troncature
      60.61 |     61 || au plus proche
       6.06 |     11 || aucune
    """
    names = {"both": "les deux", "nearest": "au plus proche", "down": "troncature", "": "aucune"}
    spec.rows(lambda computed, published: names[rule(computed, published)])
