"""La boucle d’un territoire : ce qui se dit d’abord, quelle zone vient la première, quels comptes se taisent."""

import pytest

from maillage.apps.steering.pilotage import rules

title = "La boucle d’un territoire"

CLAIX = rules.Gap(code="38111", name="Claix", about="480", between="380 – 580", low=380.0, planned=False)
CORENC = rules.Gap(code="38126", name="Corenc", about="240", between="180 – 300", low=180.0, planned=False)
UNSURE = rules.Gap(code="38309", name="Poisat", about="0 – 900", between="0 – 900", low=0.0, planned=False)
ROUNDED = rules.Gap(code="38486", name="Vif", about="0 – 2 000", between="", low=0.4, planned=False)
BELOW = rules.Gap(code="38486", name="Vif", about="10", between="0 – 90", low=0.4, planned=False)
RANGE = rules.Gap(code="38486", name="Seyssins", about="100 – 650", between="", low=100.0, planned=False)
MEYLAN = rules.Gap(code="38229", name="Meylan", about="560", between="440 – 680", low=440.0, planned=True)


@pytest.mark.parametrize(
    ("facts", "sentence_ids"),
    [
        ({"unanswered": 9, "unanswered_zones": 4, "oldest": 13, "helped": 226, "unknown": 60, "gaps": (CLAIX,)}, "attente offre effet"),
        ({"helped": 226, "unknown": 60, "late": 2, "sheets": 119}, "effet plan fiches"),
        ({"unanswered": 9, "helped": 226, "unknown": 60, "late": 2, "sheets": 119}, "attente effet plan"),
        ({"gaps": (MEYLAN,)}, ""),
        ({"gaps": (UNSURE,)}, ""),
        ({"gaps": (ROUNDED, BELOW)}, ""),
        ({"active": False, "gaps": (CORENC,)}, "offre silence"),
        ({"sheets": 10, "recent": 5}, ""),
        ({"sheets": 10, "recent": 4}, "fiches"),
        ({"to_locate": "D’abord, situez le lieu : complétez l’adresse.", "active": False, "late": 2}, "situer silence plan"),
        ({"listed": "10 communes sur 241", "gaps": (CLAIX,), "late": 2}, "recenser plan"),
        ({"helped": 40, "unknown": None}, ""),
        ({}, ""),
    ],
)  # fmt: skip
def test_ce_qui_se_dit_d_abord(facts, sentence_ids):
    """Trois phrases au plus, dans l’ordre : l’attente, un manque sûr sans action, la suite inconnue ; puis le plan et
    les fiches. Ce qui est masqué ou prévu ne se dit pas.
    """
    assert " ".join(each.id for each in rules.sentences(rules.Facts(**facts))) == sentence_ids


def test_une_phrase_se_lit_avec_sa_marge():
    """Le plus grand manque sûr, sa marge, et rien de plus."""
    (sentence,) = rules.sentences(rules.Facts(gaps=(CORENC, MEYLAN, CLAIX, UNSURE)))
    assert sentence.text == (
        "Claix : environ 480 personnes en difficulté n’ont pas d’aide à portée. Entre 380 et 580. Rien n’est prévu pour"
        " y répondre."
    )
    assert sentence.zone == "38111"
    (sentence,) = rules.sentences(rules.Facts(gaps=(CLAIX,), has_plan=False))
    assert sentence.rest == "Entre 380 et 580. Aucun plan n’est publié."


def test_une_seule_fiche_et_une_seule_aide_se_disent_au_singulier():
    """Ni « ces lieux » pour un seul, ni « 1 des 1 orientation »."""
    effect, sheets = rules.sentences(rules.Facts(helped=1, unknown=1, sheets=1))
    assert sheets.rest == "On ne sait donc pas si ce lieu aide encore."
    assert effect.strong == (
        "Pour la seule orientation suivie d’une aide, on ne sait pas si la démarche a abouti."
    )


def test_des_lieux_muets_ne_laissent_que_deux_bornes():
    """Quand des lieux ne disent pas s’ils aident, la phrase donne les bornes, et pas de chiffre."""
    (sentence,) = rules.sentences(rules.Facts(gaps=(RANGE,)))
    assert sentence.strong == "Seyssins : entre 100 et 650 personnes en difficulté n’ont pas d’aide à portée."


@pytest.mark.parametrize(
    ("n_people", "zones", "oldest", "expected_text"),
    [
        (9, 4, 13, "9 orientations attendent une réponse depuis plus d’une semaine. Dans 4 zones ou communes. La plus ancienne attend depuis 13 jours."),
        (1, 1, 8, "1 orientation attend une réponse depuis plus d’une semaine. Dans 1 zone ou commune. La plus ancienne attend depuis 8 jours."),
        (11, 0, None, "11 orientations attendent une réponse depuis plus d’une semaine."),
    ],
)  # fmt: skip
def test_qui_attend(n_people, zones, oldest, expected_text):
    """Combien attendent, où, depuis quand : rien de ce qui n’est pas connu."""
    facts = rules.Facts(unanswered=n_people, unanswered_zones=zones, oldest=oldest)
    assert rules.sentences(facts)[0].text.replace("\xa0", " ") == expected_text


@pytest.mark.parametrize(
    ("late", "unpiloted", "expected_text"),
    [
        (2, 0, "Dans le plan : 2 actions en retard. Changez la date, ou dites ce qui retient."),
        (0, 22, "Dans le plan : 22 actions sans pilote. Aucune action ne démarre sans pilote."),
        (
            1,
            3,
            "Dans le plan : 1 action en retard, 3 actions sans pilote. Une même action peut être les deux.",
        ),
    ],
)
def test_ce_qui_manque_au_plan(late, unpiloted, expected_text):
    """Ce qui manque au plan, et ce qu’il y a à y faire."""
    (sentence,) = rules.sentences(rules.Facts(late=late, unpiloted=unpiloted))
    assert sentence.text.replace("\xa0", " ") == expected_text


COMMON = {"unanswered": 0, "unknown": 0, "planned": False}
ZONES = {
    "Claix": rules.Standing(name="Claix", need=740, without=480, **COMMON),
    "Meylan": rules.Standing(name="Meylan", need=1800, without=560, **COMMON | {"unknown": 1, "planned": True}),
    "Fontaine": rules.Standing(name="Fontaine", need=3100, without=0, unanswered=2, unknown=6, planned=True, gap_rank=0, is_lacking=True),
    "Eybens": rules.Standing(name="Eybens", need=1080, without=10, **COMMON | {"unknown": 2}, gap_rank=1),
    "Poisat": rules.Standing(name="Poisat", need=270, without=None, **COMMON),
}  # fmt: skip


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("personnes", "Fontaine Meylan Eybens Claix Poisat"),
        ("manque", "Fontaine Eybens Meylan Claix Poisat"),
        ("attente", "Fontaine Eybens Meylan Claix Poisat"),
        ("inconnue", "Fontaine Eybens Meylan Claix Poisat"),
        ("rien", "Eybens Claix Poisat Fontaine Meylan"),
        ("autre", "Fontaine Eybens Meylan Claix Poisat"),
    ],
)
def test_quelle_zone_vient_la_premiere(sort, order):
    """Selon ce que l’on regarde. D’abord l’ordre des manques du territoire, tous services réunis : à Fontaine chacun a une
    aide à portée, mais il manque autre chose. Une zone dont on ne sait rien vient après celles que l’on connaît.
    """
    assert " ".join(sorted(ZONES, key=lambda name: rules.order(ZONES[name], sort))) == order


def test_les_quartiers_d_une_ville_tiennent_sa_place():
    """Par nombre de personnes, la ville la plus peuplée vient d’abord, même coupée en quartiers qui en comptent moins que
    le village voisin.
    """
    quarters = {
        name: rules.Standing(name=name, need=need, without=0, town_need=900, **COMMON)
        for name, need in (("Nord", 400), ("Sud", 500))
    }
    village = rules.Standing(name="Village", need=600, without=300, **COMMON, gap_rank=0, is_lacking=True)
    zones = quarters | {"Village": village}
    order = sorted(zones, key=lambda name: rules.order(zones[name], "personnes"))
    assert order[-1] == "Village" and sorted(order[:2]) == ["Nord", "Sud"]


def test_un_manque_incertain_ne_met_pas_une_zone_dans_le_premier_groupe():
    """Eybens a un manque, mais dont le nombre de personnes est trop incertain : sa zone n’est pas du premier groupe."""
    groups = [["Fontaine"], ["Eybens", "Poisat"]]
    sentences = [
        rules.group_sentence([ZONES[name] for name in names]).replace("\xa0", " ") for names in groups
    ]
    assert sentences == ["1 zone où un manque est certain", "2 zones sans manque certain"]


@pytest.mark.parametrize(
    ("rows", "least", "expected_rows"),
    [
        ([[12, 3], [20, 15]], 0, [[12, 3], [20, 15]]),
        ([[30, 14]], 11, [[30, 14]]),
        ([[22, 0, 11]], 11, [[22, None, 11]]),
        ([[30, 3]], 11, [[None, None]]),
        ([[30, 20], [25, 30]], 11, [[30, 20], [25, 30]]),
        ([[30, 3], [25, 30]], 11, [[None, None], [25, 30]]),
        ([[22, 0, 11], [22, 11, 11]], 11, [[22, None, 11], [22, 11, 11]]),
        ([], 11, []),
    ],
)
def test_les_petits_comptes_se_taisent(rows, least, expected_rows):
    """Sous 11, une part se tait, et celles par lesquelles on la retrouverait ; inventées, rien ne se tait."""
    assert rules.published_table(rows, least)[0] == expected_rows


def test_les_totaux_ne_rendent_pas_ce_qui_est_tu():
    """Le total d’une colonne est la somme de ce que disent ses lignes : rien de plus ne s’y retrouve."""
    rows = [[30, 20], [30, 3], [33, 11]]
    cells, totals = rules.published_table(rows, 11)
    assert cells == [[30, 20], [None, None], [33, 11]]
    assert totals == [63, 31]
    assert rules.published_table([[30, 3]], 11) == ([[None, None]], [None, None])


def test_une_ligne_se_dit_de_meme_seule_et_parmi_d_autres():
    """La boucle d’une commune et sa ligne dans celle de son intercommunalité taisent les mêmes parts."""
    rows = [[30, 20, 0], [30, 3, 11], [14, 12, 19], [0, 0, 44]]
    together, _ = rules.published_table(rows, 11)
    assert together == [rules.published_table([row], 11)[0][0] for row in rows]


@pytest.mark.parametrize(
    ("n", "least", "why"),
    [
        (0, 11, "Aucune orientation notée ici en douze mois."),
        (30, 11, "Masqué : moins de 11 ici."),
        (30, 0, "Aucune orientation notée ici en douze mois."),
    ],
)
def test_pourquoi_un_compte_manque(n, least, why):
    """Rien de noté n’est pas la même chose que trop peu pour être dit."""
    assert rules.why_not(n, least, "orientation") == why
