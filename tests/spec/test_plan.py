"""Le plan d’un territoire : ce qu’une action n’a pas encore, ce qui se propose de nouveau, ce que l’on annonce."""

from datetime import date

import pytest

from maillage.apps.plans import rules
from maillage.reference.plan_frames import frames

title = "Le plan d’action"
DAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("state", "pilot", "starts", "ends", "lacks"),
    [
        ("decide", "", None, None, "sans pilote, sans dates"),
        ("decide", "Hélène, CCAS", None, None, "sans dates"),
        ("ready", "Karim, Ville", date(2027, 3, 1), date(2027, 12, 1), ""),
        ("ready", "Karim, Ville", date(2026, 10, 1), date(2027, 12, 1), "en retard"),
        ("running", "Leïla, CCAS", date(2026, 9, 15), date(2027, 5, 30), ""),
        ("running", "Leïla, CCAS", date(2026, 9, 15), date(2026, 11, 20), "en retard"),
        ("running", "", date(2026, 9, 15), date(2026, 11, 21), "sans pilote"),
        ("running", "Leïla, CCAS", date(2026, 11, 22), None, "en cours avant sa date"),
        ("running", "Leïla, CCAS", date(2026, 11, 21), None, ""),
        ("done", "", date(2026, 1, 1), date(2026, 2, 1), ""),
        ("dropped", "", None, None, ""),
    ],
)
def test_ce_qui_manque_a_une_action(state, pilot, starts, ends, lacks):
    """Le 21 novembre 2026, avec cet état, ce pilote et ces dates, l’action dit ce qui lui manque encore."""
    action = rules.Schedule(state=state, pilot=pilot, starts_on=starts, ends_on=ends)
    assert ", ".join(rules.warnings(action, DAY)) == lacks


@pytest.mark.parametrize(
    ("starts", "waits", "told"),
    [
        (date(2027, 2, 28), date(2027, 3, 1), "commence avant la fin de celle qu’elle attend"),
        (date(2027, 3, 1), date(2027, 3, 1), ""),
        (date(2027, 2, 28), None, ""),
    ],
)
def test_une_action_qui_commence_avant_la_fin_de_celle_qu_elle_attend(starts, waits, told):
    """Une action à décider, qui commence tel jour et vient après une autre, qui finit tel autre."""
    action = rules.Schedule(state="decide", pilot="Hélène, CCAS", starts_on=starts, waits_until=waits)
    assert ", ".join(rules.warnings(action, DAY)) == told


@pytest.mark.parametrize(
    ("refused", "now", "back"),
    [
        (1400, 1400, False),
        (1400, 1500, False),
        (1400, 1541, True),
        (1400, 1200, True),
        (None, None, False),
        (None, 12, True),
    ],
)
def test_une_proposition_refusee_revient_quand_son_chiffre_bouge(refused, now, back):
    """Une proposition refusée se tait tant que son chiffre reste à moins d’un dixième de ce qu’il était."""
    assert rules.comes_back(refused, now) is back


@pytest.mark.parametrize(
    ("announced", "entered", "dropped", "sentence"),
    [
        (3, 3, 0, ""),
        (6, 5, 0, "6 actions annoncées, 5 écrites."),
        (1, 2, 0, "1 action annoncée, 2 écrites."),
        (6, 6, 1, "6 actions annoncées, 6 écrites, dont 1 abandonnée."),
        (6, 5, 2, "6 actions annoncées, 5 écrites, dont 2 abandonnées."),
        (None, 6, 1, ""),
    ],
)
def test_le_nombre_d_actions_annonce_est_compare_a_celui_qui_tient(announced, entered, dropped, sentence):
    """Quand un plan annonce un nombre d’actions, en écrit un autre ou en abandonne, il le dit ; sans annonce,
    il se tait.
    """
    assert rules.announced_sentence(announced, entered, dropped) == sentence


def test_ou_en_est_un_plan_se_dit_en_une_phrase():
    """Chaque action est dite une fois, celles en retard d’abord."""
    actions = [
        rules.Schedule(state="running", pilot="x", starts_on=date(2026, 9, 1), ends_on=date(2027, 1, 1)),
        rules.Schedule(state="running", pilot="x", starts_on=date(2026, 9, 1), ends_on=date(2026, 10, 1)),
        rules.Schedule(state="ready", pilot="x"),
        rules.Schedule(state="decide"),
        rules.Schedule(state="decide"),
    ]
    assert rules.state_sentence(actions, DAY) == "5 actions : 1 en retard, 1 en cours, 1 prête, 2 à décider."


@pytest.mark.parametrize(
    ("funder", "euros", "brings", "told"),
    [
        ("La Ville", 4_000, "une salle", "La Ville : 4 000 €, une salle"),
        ("La Ville", None, "une salle", "La Ville : une salle"),
        ("La Ville", None, "", "La Ville : montant non renseigné"),
        ("La Ville", 0, "", "La Ville : 0 €"),
        ("", 4_000, "", "Financeur non renseigné : 4 000 €"),
    ],
)
def test_qui_finance_une_action(funder, euros, brings, told):
    """Un montant que personne n’a donné n’est pas zéro ; un financeur effacé laisse son montant, sans son nom."""
    assert rules.funding_words(funder, euros, brings).replace("\xa0", " ").replace("\u202f", " ") == told


def strasbourg(number: int) -> str:
    """The words of a goal of the frame: title, objective, what exists already."""
    actions = [action for axis in frames()["strasbourg"].axes for action in axis.actions]
    (found,) = [each for each in actions if each.number == number]
    return f"{found.title} {found.objective} {found.existing}"


@pytest.mark.parametrize(
    ("row", "words", "held"),
    [
        ("R-045", frames()["strasbourg"].axes[0].statement, "n’est pas toujours une formation / informer et accompagner de bout en bout"),
        ("R-046", strasbourg(6), "spécialistes d’un thème hors de leurs murs / interviennent déjà / service plus complet"),
        ("R-047", strasbourg(7), "le besoin derrière la demande / ce qui facilite le quotidien"),
        ("R-048", strasbourg(3), "variés, par le jeu et en participant / découvrir / parcours longs / autonome ou se qualifier"),
        ("R-049", strasbourg(1), "reçoit aussi sur papier"),
        ("R-049", strasbourg(2), "Former chacun, à chaque fois / nouvelles applications des opérateurs"),
    ],
)  # fmt: skip
def test_ce_que_strasbourg_a_appris_est_dans_sa_trame(row, words, held):
    """R-045 à R-049 : ce que le territoire a dit en 2019 accompagne ses visées, prêt à être repris ailleurs."""
    for part in held.split(" / "):
        assert part in words, (row, part)
