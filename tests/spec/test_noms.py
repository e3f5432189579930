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


def test_de_et_a_devant_une_commune_ou_un_organisme(spec):
    """L’article d’une commune ou d’un organisme se contracte : « au Mans », « du CCAS de Lens ». Le h de « Hyères » est
    muet, selon le code officiel géographique ; celui de « Haguenau » ne l’est pas.
    """
    spec(
        """
        nom
        -----------------------------------
        Le Puy-en-Velay
        Les Fourgs
        La Tronche
        L’Isle-Adam
        Aubenas
        Hyères
        Haguenau
        Loire Forez agglomération
        CA du Pays de Saint-Malo
        Pays de Gex
        CCAS de Lens
        Association des familles
        le Département
        """,
        lambda t: [
            Template("{{ nom|of }} ; {{ nom|at }}").render(Context({"nom": each}))
            for each in t["nom"].tolist()
        ],
        [
            "du Puy-en-Velay ; au Puy-en-Velay",
            "des Fourgs ; aux Fourgs",
            "de La Tronche ; à La Tronche",
            "de L’Isle-Adam ; à L’Isle-Adam",
            "d’Aubenas ; à Aubenas",
            "d’Hyères ; à Hyères",
            "de Haguenau ; à Haguenau",
            "de Loire Forez agglomération ; à Loire Forez agglomération",
            "de la CA du Pays de Saint-Malo ; à la CA du Pays de Saint-Malo",
            "du Pays de Gex ; au Pays de Gex",
            "du CCAS de Lens ; au CCAS de Lens",
            "de l’association des familles ; à l’association des familles",
            "du Département ; au Département",
        ],
    )
