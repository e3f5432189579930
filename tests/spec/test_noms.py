"""Un nom propre dans une phrase : « de » et « que » s’élident, ou se contractent avec l’article du nom."""

from django.template import Context, Template

title = "Les noms dans une phrase"


def test_de_et_que_devant_un_nom(spec):
    """Devant une voyelle, même accentuée ou minuscule, le mot s’élide. Devant un h il reste entier : le nom ne dit pas si
    son h est muet. Un y est une voyelle devant une consonne seulement.
    """
    spec(
        """
        nom
        ---------------
        Ileana
        Élodie
        Œuvre des quais
        amina
        Yves
        Yasmina
        Hugo
        Le Prunier
        Les Ateliers
        """,
        lambda t: [
            Template('{{ nom|of }} ; {{ nom|elision:"que" }}').render(Context({"nom": each}))
            for each in t["nom"].tolist()
        ],
        [
            "d’Ileana ; qu’Ileana",
            "d’Élodie ; qu’Élodie",
            "d’Œuvre des quais ; qu’Œuvre des quais",
            "d’amina ; qu’amina",
            "d’Yves ; qu’Yves",
            "de Yasmina ; que Yasmina",
            "de Hugo ; que Hugo",
            "du Prunier ; que Le Prunier",
            "des Ateliers ; que Les Ateliers",
        ],
    )
