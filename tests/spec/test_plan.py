"""Le plan d’un territoire : ce qu’une action n’a pas encore, ce qui se propose de nouveau, ce que l’on annonce."""

from datetime import date
from functools import partial

import pytest

from maillage.apps.steering.plans import rules
from maillage.reference.initiatives import initiatives
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
    ("starts", "waits", "expected_warnings"),
    [
        (date(2027, 2, 28), date(2027, 3, 1), "commence avant la fin de celle qu’elle attend"),
        (date(2027, 3, 1), date(2027, 3, 1), ""),
        (date(2027, 2, 28), None, ""),
    ],
)
def test_une_action_qui_commence_avant_la_fin_de_celle_qu_elle_attend(starts, waits, expected_warnings):
    """Une action à décider, qui commence tel jour et vient après une autre, qui finit tel autre."""
    action = rules.Schedule(state="decide", pilot="Hélène, CCAS", starts_on=starts, waits_until=waits)
    assert ", ".join(rules.warnings(action, DAY)) == expected_warnings


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


def test_ce_qui_se_compare_dit_les_periodes_qu_il_additionne():
    """Comparé jusqu’en mars, un nombre ne dit pas les périodes comptées après mars."""
    jan, feb, march, autumn = (date(2026, month, 5) for month in (1, 2, 3, 11))
    local_series = rules.series(
        [rules.Count(day, n, rules.PERIOD) for day, n in ((jan, 20), (feb, 15), (march, 30), (autumn, 40))], 0
    )
    other_series = rules.Series([(jan, 10), (march, 40)])
    comparison = rules.comparison_sentence(None, local_series, "Fontaine", other_series)
    assert "ici, de 20 à 65 (+45), 3 périodes additionnées." in comparison


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
    """Chaque action est comptée une fois, dans son état, comme au tableau ; celles en retard sont dites à côté."""
    actions = [
        rules.Schedule(state="running", pilot="x", starts_on=date(2026, 9, 1), ends_on=date(2027, 1, 1)),
        rules.Schedule(state="running", pilot="x", starts_on=date(2026, 9, 1), ends_on=date(2026, 10, 1)),
        rules.Schedule(state="ready", pilot="x"),
        rules.Schedule(state="decide"),
        rules.Schedule(state="decide", starts_on=date(2026, 11, 1)),
    ]
    expected_sentence = "5 actions : 2 en cours (1 en retard), 1 prête, 2 à décider (1 en retard)."
    assert rules.state_sentence(actions, DAY) == expected_sentence


@pytest.mark.parametrize(
    ("funder", "euros", "brings", "expected_words"),
    [
        ("La Ville", 4_000, "une salle", "La Ville : 4 000 €, une salle"),
        ("La Ville", None, "une salle", "La Ville : une salle"),
        ("La Ville", None, "", "La Ville : montant non renseigné"),
        ("La Ville", 0, "", "La Ville : 0 €"),
        ("", 4_000, "", "Financeur non renseigné : 4 000 €"),
    ],
)
def test_qui_finance_une_action(funder, euros, brings, expected_words):
    """Un montant que personne n’a donné n’est pas zéro ; un financeur effacé laisse son montant, sans son nom."""
    assert (
        rules.funding_words(funder, euros, brings).replace("\xa0", " ").replace("\u202f", " ")
        == expected_words
    )


def strasbourg(number: int) -> str:
    """The words of a goal of the frame: title, objective, what exists already."""
    actions = [action for axis in frames()["strasbourg"].axes for action in axis.actions]
    (action_found,) = [each for each in actions if each.number == number]
    return f"{action_found.title} {action_found.objective} {action_found.existing}"


@pytest.mark.parametrize(
    ("row", "words", "quotes"),
    [
        ("R-045", frames()["strasbourg"].axes[0].statement, "n’est pas toujours une formation / informer et accompagner de bout en bout"),
        ("R-046", strasbourg(6), "spécialistes d’un thème hors de leurs murs / interviennent déjà / service plus complet"),
        ("R-047", strasbourg(7), "le besoin derrière la demande / ce qui facilite le quotidien"),
        ("R-048", strasbourg(3), "variés, par le jeu et en participant / découvrir / parcours longs / autonome ou se qualifier"),
        ("R-049", strasbourg(1), "reçoit aussi sur papier"),
        ("R-049", strasbourg(2), "Former chacun, à chaque fois / nouvelles applications des opérateurs"),
    ],
)  # fmt: skip
def test_ce_que_strasbourg_a_appris_est_dans_sa_trame(row, words, quotes):
    """R-045 à R-049 : ce que le territoire a dit en 2019 accompagne ses visées, prêt à être repris ailleurs."""
    for part in quotes.split(" / "):
        assert part in words, (row, part)


def axis_of(frame: str, number: int) -> str:
    """The words of a dynamic: title, what it starts from, what was done elsewhere."""
    (axis,) = [each for each in frames()[frame].axes if each.number == number]
    return f"{axis.title} {axis.statement} {axis.inspiring}"


def action_of(frame: str, number: int) -> str:
    """The words of an action: title, aim, public, with whom, where, what exists already."""
    (action_found,) = [
        each for axis in frames()[frame].axes for each in axis.actions if each.number == number
    ]
    passages = (
        action_found.title,
        action_found.objective,
        action_found.public,
        action_found.partners,
        action_found.zones,
        action_found.existing,
    )
    return " ".join(passages)


def initiative(id: str) -> str:
    """The facts of what was done elsewhere."""
    return " ".join(initiatives()[id].facts).replace("\xa0", " ")


GRENOBLE, MAUBEUGE = partial(action_of, "grenoble"), partial(action_of, "maubeuge")
DYNAMIC, WAY = partial(axis_of, "grenoble"), partial(axis_of, "maubeuge")
FRAME_QUOTES = [
    ("R-002", DYNAMIC(1), "Organiser l’assistance numérique / ni se former ni s’équiper / lecture difficile / peur / manque d’argent"),
    ("R-003", DYNAMIC(1), "Écrivains publics / ADEA / PIMMS"),
    ("R-004", GRENOBLE(1), "Dédier des ressources à l’assistance numérique / métier d’écrivain public / rendez-vous boîte aux lettres"),
    ("R-005", GRENOBLE(1), "écrivains publics / travailleurs sociaux / services à domicile / bénévoles / proches"),
    ("R-006", GRENOBLE(2), "Equiper les acteurs sociaux mobiles"),
    ("R-007", GRENOBLE(3), "Former les acteurs sociaux / trop chronophage"),
    ("R-008", DYNAMIC(2), "accès au numérique de proximité et accompagné / pas d’accès chez eux / wifi ouvert est inégal et peu utilisé / sans contrainte"),
    ("R-008", GRENOBLE(5), "nulle part où le recharger"),
    ("R-009", DYNAMIC(2), "Solinum / Minneapolis / Brest"),
    ("R-009", initiative("minneapolis-wifi"), "117 points / les fait connaître"),
    ("R-010", GRENOBLE(4), "Améliorer l’offre de wifi public / Rendre visibles / simplifier / couvrir les zones sans point"),
    ("R-011", GRENOBLE(5), "points de chargement / lieux de passage / sans désigner personne / sans logement"),
    ("R-012", GRENOBLE(6), "libre accès accompagné / conseil / une même assistance / Seyssins et Saint-Égrève / centres sociaux"),
    ("R-013", GRENOBLE(7), "Augmenter l’utilisation des lieux existants / équipés / salles non partagées"),
    ("R-014", GRENOBLE(8), "Sensibiliser les acteurs sociaux / orienter vers les bons acteurs / carte"),
    ("R-015", GRENOBLE(9), "Former les acteurs numériques à l’accueil de publics fragiles / Emmaüs Connect / Teisseire / Âge d’Or"),
    ("R-016", DYNAMIC(3), "autonomie des personnes / qui ont déjà les bases / difficiles à lire / compte en banque / formations"),
    ("R-017", initiative("philadelphie-keyspot"), "79 lieux / 5 000"),
    ("R-017", initiative("brest-habitat"), "logements sociaux / 16 % / 7 quartiers"),
    ("R-018", GRENOBLE(10), "location, vente ou maintenance de matériel et de connexion"),
    ("R-019", GRENOBLE(11), "collecte et de reconditionnement local / entreprises, collectivités"),
    ("R-020", GRENOBLE(12), "tarif solidaire au sein de logements sociaux / quelqu’un pour aider"),
    ("R-021", GRENOBLE(13), "tarif solidaire au sein de centres d’hébergement / quelqu’un pour aider"),
    ("R-022", GRENOBLE(14), "Pass Numérique par les acteurs"),
    ("R-023", GRENOBLE(15), "ateliers formalisés visant l’autonomisation / bureautique"),
    ("R-024", DYNAMIC(4), "coordination de l’écosystème / se connaissent peu / les traverse tous / envie de travailler ensemble"),
    ("R-026", GRENOBLE(16), "référentiel de maturité numérique"),
    ("R-027", GRENOBLE(17), "Diffuser et mettre à jour la cartographie"),
    ("R-028", GRENOBLE(18), "Formaliser les contenues d’ateliers existants"),
    ("R-029", GRENOBLE(19), "pack accès aux droits"),
    ("R-030", GRENOBLE(20), "Animer la communauté d’acteurs / plateforme en ligne"),
    ("R-031", GRENOBLE(21), "appels à projets / accompagnement dans l’ingénierie"),
    ("R-032", GRENOBLE(22), "évaluation claire des initiatives / partager les constats"),
    ("R-050", MAUBEUGE(1), "aller vers et de sensibilisation / sur les marchés / d’autres ateliers"),
    ("R-051", MAUBEUGE(2), "visibilité des acteurs / Carte / rencontres / écoles"),
    ("R-052", MAUBEUGE(3), "Équiper et connecter les lieux / état des lieux plus fin"),
    ("R-053", MAUBEUGE(4), "Bons Clics / kit d’intervention rapide / l’offre est rare"),
    ("R-054", MAUBEUGE(5), "bonnes pratiques / associations motrices, conseillers numériques"),
    ("R-055", WAY(1), "qu’on les aide / matériel abordable ou en libre accès / les bases"),
    ("R-056", MAUBEUGE(2), "S’appuyer sur les proches, et les soutenir officiellement"),
    ("R-057", WAY(1), "la gratuité est nécessaire / la proximité et la confiance"),
    ("R-058", MAUBEUGE(1), "Un atelier ponctuel mène ensuite à un parcours court"),
    ("R-059", MAUBEUGE(2), "pour orienter davantage"),
    ("R-060", MAUBEUGE(1), "hors de ses murs / accueilleraient un partenaire"),
    ("R-061", MAUBEUGE(4), "Former et équiper les aidants, même si les structures le placent plus bas"),
    ("R-064", GRENOBLE(8), "tout l’écosystème soutienne l’accès accompagné"),
    ("R-065", GRENOBLE(10), "soutenir les acteurs en place, collecter, ouvrir des offres collectives, former"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "words", "quotes"), FRAME_QUOTES)
def test_ce_que_dit_un_plan_publie_est_dans_sa_trame(row, words, quotes):
    """R-002 à R-032, R-050 à R-065 : les 22 actions de Grenoble et les pistes de Maubeuge se reprennent avec ce
    dont elles partent ; ce que le texte ne donne pas reste à écrire.
    """
    for part in quotes.split(" / "):
        assert part in words, (row, part)


def test_les_actions_de_grenoble_sont_vingt_deux():
    """Trois, six, six et sept, numérotées à la suite ; le texte n’annonce que les deux premiers nombres."""
    axes = frames()["grenoble"].axes
    assert [len(axis.actions) for axis in axes] == [3, 6, 6, 7]
    assert [action.number for axis in axes for action in axis.actions] == list(range(1, 23))
    assert [axis.announced for axis in axes] == [3, 6, None, None]


@pytest.mark.parametrize(
    ("state", "ends", "known", "expected_warnings"),
    [
        ("done", date(2026, 11, 22), None, "faite avant sa date de fin"),
        ("done", date(2026, 11, 21), None, ""),
        ("done", date(2025, 1, 1), date(2025, 11, 20), ""),
        ("done", date(2025, 1, 1), date(2025, 11, 19), "à compter encore : plus d’un an sans nombre"),
        ("running", date(2026, 12, 1), date(2024, 1, 1), ""),
    ],
)
def test_une_action_faite_dit_quand_son_effet_est_a_compter_encore(state, ends, known, expected_warnings):
    """Faite, elle ne manque de rien ; un an et un jour après son dernier nombre, on recompte si l’effet dure."""
    action = rules.Schedule(state=state, pilot="x", starts_on=date(2024, 1, 1), ends_on=ends, known_on=known)
    assert ", ".join(rules.warnings(action, DAY)) == expected_warnings


@pytest.mark.parametrize(
    ("starts", "ends", "out"),
    [
        (date(2027, 1, 1), date(2027, 6, 30), False),
        (date(2026, 12, 31), None, True),
        (None, date(2027, 7, 1), True),
        (None, None, False),
    ],
)
def test_une_sous_action_tient_dans_les_dates_de_son_action(starts, ends, out):
    """L’action va du 1er janvier au 30 juin 2027 : le premier et le dernier jour sont dedans."""
    action = rules.Schedule(
        state="ready",
        pilot="x",
        starts_on=starts,
        ends_on=ends,
        whole_starts_on=date(2027, 1, 1),
        whole_ends_on=date(2027, 6, 30),
    )
    assert rules.runs_over(action) is out


@pytest.mark.parametrize(
    ("start", "aim", "n_counted", "other_changes", "sentence"),
    [
        (12, 60, 41, 0, "De 12 au départ à 41 : 29 de plus ; encore 19 de plus pour arriver à 60, le nombre visé. Personne n’a noté ce qui a changé aussi : rien ne dit que l’action en est la cause."),
        (12, 60, 60, 1, "De 12 au départ à 60 : 48 de plus ; le nombre visé, 60, est atteint. Une autre chose a changé : rien ne dit que l’action en est la cause."),
        (60, 12, 41, 2, "De 60 au départ à 41 : 19 de moins ; encore 29 de moins pour arriver à 12, le nombre visé. 2 autres choses ont changé : rien ne dit que l’action en est la cause."),
        (60, 12, 11, 2, "De 60 au départ à 11 : 49 de moins ; le nombre visé, 12, est atteint. 2 autres choses ont changé : rien ne dit que l’action en est la cause."),
        (12, 12, 12, 2, "De 12 au départ à 12 : rien n’a bougé. 2 autres choses ont changé : rien ne dit que l’action en est la cause."),
        (None, 60, 41, 2, "Compté : 41 ; le nombre visé est 60. On ne sait pas d’où l’on partait. 2 autres choses ont changé : rien ne dit que l’action en est la cause."),
        (12, 60, None, 2, "Moins de 11 personnes d’écart avec ce qui est déjà écrit : le nombre, qui dirait combien, ne l’est pas. 2 autres choses ont changé : rien ne dit que l’action en est la cause."),
        (None, 1, 1, 1, "Compté : moins de 11 ; le nombre visé est 1. On ne sait pas d’où l’on partait. Une autre chose a changé : rien ne dit que l’action en est la cause."),
        (12, 60, 10, 2, "De 12 au départ à moins de 11 ; le nombre visé est 60. 2 autres choses ont changé : rien ne dit que l’action en est la cause."),
        (0, 60, 11, 2, "De 0 au départ à 11 : 11 de plus ; encore 49 de plus pour arriver à 60, le nombre visé. 2 autres choses ont changé : rien ne dit que l’action en est la cause."),
    ],
)  # fmt: skip
def test_ce_qui_est_compte_d_une_action_se_dit_sans_en_faire_la_cause(
    start, aim, n_counted, other_changes, sentence
):
    """Un départ, un nombre visé, un nombre compté, ce qui a changé aussi : des personnes, onze au moins pour se dire."""
    counted = rules.Series([(DAY, n_counted)])
    assert rules.effect_sentence(start, aim, counted, other_changes, least=11) == sentence


HERE_TO = "Ici, de 20 à 50 (+30). Fontaine, sans l’action : de 30 à 45 (+15)."


@pytest.mark.parametrize(
    ("local_count", "other_count", "expected_part"),
    [
        ((date(2026, 1, 5), date(2026, 11, 3)), (date(2026, 1, 20), date(2026, 10, 19)), "Écart : +15."),
        ((date(2026, 1, 5), date(2026, 11, 3)), (date(2026, 1, 21), date(2026, 10, 19)), "Les jours comptés diffèrent trop"),
        ((date(2026, 1, 5), date(2026, 11, 3)), (date(2026, 1, 5), date(2026, 1, 19)), "Les jours comptés diffèrent trop"),
        ((date(2026, 1, 5), date(2026, 1, 19)), (date(2026, 1, 5), date(2026, 11, 3)), "Les jours comptés diffèrent trop"),
    ],
)  # fmt: skip
def test_deux_zones_se_comparent_aux_memes_jours(local_count, other_count, expected_part):
    """Ici de 20 à 50, là-bas de 30 à 45 : un écart se dit quand les deux ont compté à quinze jours près, deux fois."""
    sentence = rules.comparison_sentence(
        (local_count[0], 20),
        rules.Series([(local_count[1], 50)]),
        "Fontaine",
        rules.Series([(other_count[0], 30), (other_count[1], 45)]),
        least=11,
    )
    assert expected_part in sentence
    assert ("ne prouve pas l’effet de l’action." in sentence) is ("Écart" in expected_part)
    assert sentence.startswith(HERE_TO) is ("Écart" not in expected_part)


@pytest.mark.parametrize(
    ("first", "last", "expected_part"),
    [
        (20, None, "de 20 à un nombre masqué. Moins de 11 personnes y sont comptées"),
        (None, 45, "d’un nombre masqué à 45. Moins de 11 personnes y sont comptées"),
        (10, 45, "de moins de 11 à 45. Moins de 11 personnes y sont comptées"),
    ],
)
def test_un_nombre_masque_ne_se_retrouve_pas_par_un_ecart(first, last, expected_part):
    """Là-bas, un des deux nombres n’est pas dit : ni de combien il a bougé, ni l’écart avec ici."""
    there = rules.Series([(date(2026, 1, 5), first), (date(2026, 11, 3), last)])
    sentence = rules.comparison_sentence(
        (date(2026, 1, 5), 20), rules.Series([(date(2026, 11, 3), 50)]), "Fontaine", there, least=11
    )
    assert expected_part in sentence and "Écart" not in sentence


@pytest.mark.parametrize(
    ("days", "first", "last"),
    [
        ([None], date(2026, 11, 1), date(2028, 3, 1)),
        ([date(2026, 3, 31)], date(2026, 3, 1), date(2027, 7, 1)),
        ([date(2028, 2, 29)], date(2026, 11, 1), date(2028, 3, 1)),
        ([date(2028, 3, 1)], date(2026, 11, 1), date(2028, 4, 1)),
        ([date(1926, 1, 1), date(2226, 1, 1)], date(2000, 1, 1), date(2100, 1, 1)),
    ],
)
def test_le_calendrier_couvre_chaque_jour_et_seize_mois_au_moins(days, first, last):
    """Il commence au premier mois nommé, aujourd’hui dedans, et finit après le dernier ; un siècle au plus."""
    assert rules.span(days, DAY) == (first, last)


@pytest.mark.parametrize(
    ("day", "percent"),
    [(date(2026, 12, 31), 0), (date(2027, 1, 1), 0), (date(2027, 1, 26), 25), (date(2027, 4, 11), 100), (date(2028, 1, 1), 100)],
)  # fmt: skip
def test_un_jour_a_sa_place_sur_le_calendrier(day, percent):
    """Le calendrier va du 1er janvier au 11 avril 2027, cent jours : ce qui est avant ou après reste au bord."""
    assert rules.part_of(day, date(2027, 1, 1), date(2027, 4, 11)) == percent


def test_une_annee_ecourtee_s_ecrit_du_cote_ou_elle_tient():
    """De novembre 2026 à mars 2028 : 2026 finit où 2027 commence ; 2028 n’a que deux mois, et finit au bord."""
    ticks = rules.year_ticks(date(2026, 11, 1), date(2028, 3, 1))
    assert [(tick.words, round(tick.at), tick.ends) for tick in ticks] == [
        ("2026", 13, True),
        ("2027", 13, False),
        ("2028", 100, True),
    ]


def test_une_annee_qui_commence_le_jour_ou_le_calendrier_finit_n_y_est_pas():
    """Une année qui commence le jour où le calendrier finit n’y est pas : du 1er janvier 2026 au 1er janvier 2028,
    deux années.
    """
    ticks = rules.year_ticks(date(2026, 1, 1), date(2028, 1, 1))
    assert [tick.words for tick in ticks] == ["2026", "2027"]
