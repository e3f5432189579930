"""Un nom propre dans une phrase : « de » et « que » s’élident, ou se contractent avec l’article du nom."""

from django.template import Context, Template

title = "Les noms dans une phrase"


def test_de_et_que_devant_un_nom(spec):
    """Devant une voyelle, même accentuée ou minuscule, le mot s’élide. Devant un h il reste entier : le nom ne dit pas si
    son h est muet. Un y est une voyelle devant une consonne seulement.

    nom             || réponse
    ----------------++---------------------------------------
    Ileana          || d’Ileana ; qu’Ileana
    Élodie          || d’Élodie ; qu’Élodie
    Œuvre des quais || d’Œuvre des quais ; qu’Œuvre des quais
    amina           || d’amina ; qu’amina
    Yves            || d’Yves ; qu’Yves
    Yasmina         || de Yasmina ; que Yasmina
    Hugo            || de Hugo ; que Hugo
    Le Prunier      || du Prunier ; que Le Prunier
    Les Ateliers    || des Ateliers ; que Les Ateliers
    """
    spec.rows(lambda cell: Template('{{ nom|of }} ; {{ nom|elision:"que" }}').render(Context({"nom": cell})))


def test_de_et_a_devant_une_commune_ou_un_organisme(spec):
    """L’article d’une commune ou d’un organisme se contracte : « au Mans », « du CCAS de Lens ». Le h de « Hyères » est
    muet, selon le code officiel géographique ; celui de « Haguenau » ne l’est pas.

    nom                                 || réponse
    ------------------------------------++---------------------------------------------------------------
    Le Puy-en-Velay                     || du Puy-en-Velay ; au Puy-en-Velay
    Les Fourgs                          || des Fourgs ; aux Fourgs
    La Tronche                          || de La Tronche ; à La Tronche
    L’Isle-Adam                         || de L’Isle-Adam ; à L’Isle-Adam
    Aubenas                             || d’Aubenas ; à Aubenas
    Hyères                              || d’Hyères ; à Hyères
    Haguenau                            || de Haguenau ; à Haguenau
    Loire Forez agglomération           || de Loire Forez agglomération ; à Loire Forez agglomération
    CA du Pays de Saint-Malo            || de la CA du Pays de Saint-Malo ; à la CA du Pays de Saint-Malo
    Pays de Gex                         || du Pays de Gex ; au Pays de Gex
    CCAS de Lens                        || du CCAS de Lens ; au CCAS de Lens
    Association des familles            || de l’association des familles ; à l’association des familles
    le Département                      || du Département ; au Département
    """
    spec.rows(lambda cell: Template("{{ nom|of }} ; {{ nom|at }}").render(Context({"nom": cell})))
