"""Plusieurs métiers réécrivent une démarche : où chacun en est, ce qui bloque, ce qui aiderait."""

import pytest

from maillage.apps.steering.codesign import rules
from maillage.publishing import journey as maps
from maillage.reference.codesign import KINDS, causes, journeys, obstacles, questions, stages
from maillage.reference.findings import kinds

title = "Co-construire une démarche"


def test_une_table_reunit_les_deux_mondes():
    """Un groupe compte au moins une personne de la médiation numérique et une de l’action sociale ; sinon, la
    page dit qui manque.
    """
    assert rules.lacking(["mediator", "assistant"]) == ""
    assert rules.lacking(["mediator", "writer"]) == "une personne de l’action sociale"
    assert rules.lacking(["social"]) == "une personne de la médiation numérique"
    assert " et " in rules.lacking([])


@pytest.mark.parametrize(
    ("chosen", "why"),
    [
        ([1, 2, 3, 4], ""),
        ([1, 1, 2], ""),
        ([], "Aucune carte n’est cochée."),
        ([1, 2, 3, 4, 5], "Il y a 5 cartes cochées, pour 4 voix."),
        ([1, 9], "Une des cartes a été retirée depuis."),
    ],
)
def test_chacun_a_ses_voix(chosen, why):
    """Un bulletin donne quatre voix au plus, une par carte, à des cartes qui sont encore sur un tableau."""
    assert rules.why_no_vote(chosen, [1, 2, 3, 4, 5], 4) == why


def test_une_planche_se_retape_ligne_a_ligne():
    """Une ligne fait une carte. Les tirets, les lignes vides et les doubles ne comptent pas."""
    cells = rules.typed_back([("claim", "obstacle", "- Pas de mail\n\n  Pas de mail \n• Le code\t expire")])
    assert [each.lines for each in cells] == [("Pas de mail", "Le code expire")]
    assert rules.typed_back([("claim", "lever", " \n - \n")]) == []


def test_trois_parcours_sont_deja_ecrits():
    """Andrei, Aurélie et Sandrine, de Grenoble : quatre étapes chacun, et un parcours qui n’est jamais pire avec
    les leviers. Le plan nomme quatre profils et en raconte trois : le quatrième n’est pas inventé.
    """
    order = list(maps.ORDER)
    assert list(journeys()) == ["andrei", "aurelie", "sandrine"]
    for row in journeys().values():
        assert [each.id for each in row.stages] == list(stages())
        assert all(order.index(each.then) <= order.index(each.today) for each in row.stages)
        assert row.document.id == "004"


def test_la_carte_et_le_texte_disent_la_meme_chose():
    """Chaque carte d’un parcours est dans son texte, à son étape ; le dessin dit où en est la personne, aux
    quatre étapes, sans la couleur.
    """
    for row in journeys().values():
        journey = maps.of_plan(row)
        journey_text = maps.text(journey).replace("\u00a0", " ")
        for stage in journey.stages:
            assert all(f"- {card.words.replace(chr(160), ' ')}" in journey_text for card in stage.cards)
            assert f"{stage.title} : " in maps.drawn(journey)
        assert maps.drawn(journey).count("parcours-disque") >= len(stages())
        assert maps.drawn_narrow(journey).count("parcours-triangle") == len(stages())


def test_une_etape_non_dite_ne_se_dessine_pas():
    """Où en est la personne, si personne ne l’a dit, ne se devine pas : la courbe s’interrompt."""
    stages = (
        maps.Stage("S’informer", "alone", "alone"),
        maps.Stage("Demander", "", ""),
        maps.Stage("Suivre", "blocked", "together"),
    )
    drawn = maps.drawn(maps.Journey("Le parcours de Léa", "", "", stages))
    assert '<path class="parcours-jour"' not in drawn
    assert drawn.count("parcours-triangle") == 2
    assert "Demander : non dit aujourd’hui, non dit avec les leviers" in drawn


def test_les_voix_d_une_carte_sont_sur_la_carte_du_parcours_et_dans_ce_qu_on_en_retient():
    """Les voix données à une carte la suivent dans le dessin, dans la liste et dans les documents du territoire."""
    card = maps.Card("lever", "Ouvrir le soir.", votes=5)
    journey = maps.Journey("Le parcours de Léa", "", "", (maps.Stage("Chercher", "", "", (card,)),))
    assert "(5 voix)" in maps.drawn(journey) and "- Ouvrir le soir. (5 voix)" in maps.text(journey)
    assert maps.workshop_stages([journey])[0][2] == ["Ouvrir le soir (5 voix)"]


def test_une_grille_vide_reste_une_grille_a_remplir():
    """Ce qu’un groupe n’a pas écrit s’imprime vide, avec son titre : il se remplit à la main."""
    blank = maps.Journey("Le parcours de Léa", "", "", (maps.Stage("Chercher", "", ""),))
    assert blank.is_blank
    parts = maps._stage(blank.stages[0], is_local=True)["parties"]
    assert [part["titre"] for part in parts] == list(KINDS.values()) and not any(
        part["lignes"] for part in parts
    )
    assert not maps._stage(blank.stages[0], is_local=False)["parties"], (
        "the journeys of the plan of Grenoble are whole"
    )


def test_chaque_etape_mene_a_la_suivante_et_la_derniere_a_rien():
    """Chaque étape mène à la suivante, et la dernière à rien."""
    order = list(rules.STEPS)
    assert [rules.next_step(step) for step in order] == [*order[1:], ""]


def test_une_cause_cochee_nourrit_la_grille():
    """Onze causes d’un travail qui ne se fait pas ensemble : chacune nourrit un constat de la grille."""
    assert len(causes()) == 11
    assert {cause.finding for cause in causes().values()} <= set(kinds())


def test_deux_obstacles_et_leurs_causes(spec):
    """S-021 : deux obstacles à lever. Le sujet est à tout le monde, donc personne n’en répond seul ; les réseaux du
    territoire sont trop faibles. Chaque cause se lit sous l’un des deux : le document nomme les obstacles et les
    causes, le rangement est le nôtre.

    obstacle || réponse
    ---------++--------
    nobody   ||       6
    networks ||       5
    """
    spec.rows(lambda name: sum(each.obstacle == name for each in causes().values()))
    assert list(obstacles()) == ["nobody", "networks"]


def test_huit_questions_d_un_reseau():
    """Les huit questions posées à Strasbourg se prennent telles quelles, avec leur place dans le document."""
    assert list(questions()) == [f"S-{n:03}" for n in range(5, 13)]
    assert all(each.document.id == "001" and each.lines for each in questions().values())
