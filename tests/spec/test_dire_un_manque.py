"""Une zone manque souvent de plusieurs services à la fois : les mêmes personnes ne sont comptées, ni lues,
qu’une fois.
"""

import re
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from maillage.publishing.territory import gaps, in_short
from maillage.publishing.territory.reading import CallList, FinishedCensus, MissingLine, ZoneOffer
from maillage.reference.travel import CAR, FOOT
from maillage.words.languages import speaking

title = "Dire un manque une seule fois"

FINISHED = FinishedCensus("Ici et là-bas", date(2026, 11, 12))
SERVICES = {
    "formation": "Formation",
    "wifi": "Wifi",
    "reparation": "Réparation",
    "assistance": "Aide aux démarches",
}


def offer(t: dict[str, Any]) -> Any:
    """Build a census: each row is a lacking line, in the zones of the table; every service is counted."""
    zones: dict[str, Any] = {}
    for zone, service, people, low, high, why in zip(
        t["zone"], t["service"], t["sans"], t["bas"], t["haut"], t["raison"], strict=True
    ):
        line = SimpleNamespace(
            id=service,
            label=SERVICES[service],
            missing_value=people,
            missing_low=low,
            missing_high=high,
            missing_about=f"environ {people:.0f} personnes",
            missing_sentence=f"entre {low:.0f} et {high:.0f}",
            state="manque",
            doubt="",
            is_absent=True,
            n_places=0,
        )
        zone_offer = zones.setdefault(zone, ZoneOffer(zone, 0, 0, [], [], zone))  # type: ignore[arg-type]
        zone_offer.lines.append(line)
        zone_offer.missing.append(MissingLine(line.label, service, why, "limite" not in why))
    counted = [
        SimpleNamespace(
            id=id,
            label=label,
            state="manque" if id != "assistance" else "donnee-manquante",
            missing_low=0.0,
            missing_high=0.0,
            missing_value=0.0,
        )
        for id, label in SERVICES.items()
    ]
    territory = SimpleNamespace(lines=counted, n_unlocated=0, n_perhaps=0)
    return SimpleNamespace(zones=zones, mode=FOOT, territory=territory, to_call={}, finished=FINISHED)


def sentences(read_offer):
    return [gaps.opening_sentence(group[0].action, group) for group in gaps.openings_by_action(read_offer)]


def test_lines_lacked_by_the_same_people_share_a_sentence(spec):
    """Mêmes personnes, même zone, même raison : une phrase. L’aide vient avant le matériel, et lui avant le
    wifi ; puis le manque le plus lourd.

    Ici est sans formation ni wifi pour les mêmes 480 personnes, et sans réparation pour d’autres. Là-bas a autant de
    personnes sans wifi qu’Ici : c’est une autre zone, donc une autre phrase. Plus loin, les bornes diffèrent : ce ne sont
    pas les mêmes personnes. Au bout, la raison diffère. Personne, à coup sûr : rien n’est dit.

    zone      | service    | sans | bas | haut | raison
    ----------+------------+------+-----+------+-------------
    Ici       | formation  |  480 | 400 |  560 | aucun lieu
    Ici       | wifi       |  480 | 400 |  560 | aucun lieu
    Ici       | reparation |  300 | 250 |  350 | aucun lieu
    Là-bas    | wifi       |  480 | 400 |  560 | aucun lieu
    Plus loin | formation  |  200 | 150 |  260 | aucun lieu
    Plus loin | wifi       |  200 | 160 |  260 | aucun lieu
    Au bout   | formation  |   90 |  80 |  100 | aucun lieu
    Au bout   | wifi       |   90 |  80 |  100 | trop loin
    Personne  | wifi       |   40 |   0 |   90 | aucun lieu
    """
    spec(
        lambda t: [gap.sentence for gap in gaps.shared(offer(t))],
        [
            "Ici : il manque formation et wifi à portée de marche, pour environ 480 personnes (entre 400 et 560).",
            "Plus loin : environ 200 personnes (entre 150 et 260) sans lieu de formation à portée de marche.",
            "Au bout : environ 90 personnes (entre 80 et 100) sans lieu de formation à portée de marche.",
            "Ici : environ 300 personnes (entre 250 et 350) sans lieu de réparation à portée de marche.",
            "Là-bas : environ 480 personnes (entre 400 et 560) sans wifi ouvert à tous à portée de marche.",
            "Plus loin : environ 200 personnes (entre 160 et 260) sans wifi ouvert à tous à portée de marche.",
            "Au bout : environ 90 personnes (entre 80 et 100) sans wifi ouvert à tous à portée de marche.",
        ],
    )


def test_a_story_begins_with_the_gap_of_most_people(spec):
    """Un récit commence par ce qui touche, à coup sûr, le plus de personnes : un hameau sans rien ne donne pas son titre à
    la page d’une ville. L’incertain vient ensuite, même nombreux.

    zone   | service    | sans | bas | haut | raison
    -------+------------+------+-----+------+-----------
    hameau | assistance |   62 |  55 |   70 | aucun lieu
    hameau | formation  |   62 |  55 |   70 | aucun lieu
    hameau | wifi       |   62 |  55 |   70 | aucun lieu
    doute  | formation  | 2000 | 100 | 7000 | aucun lieu
    ville  | wifi       |  900 | 800 | 1000 | aucun lieu
    """

    def call(t: dict[str, Any]) -> list[str]:
        known = offer(t)
        firsts = (gaps.certain(known)[0].zone, gaps.first_sentence(known).split("**")[1])
        return [*firsts, *(text.partition(" : ")[0] for text in gaps.sentences(known, 9))]

    spec(call, ["ville", "ville", "ville", "hameau", "doute"])


def test_certain_drops_a_gap_that_its_rule_doubts(spec):
    """« À la limite du trajet : tout dépend de la route » n’est pas un manque certain : ni constat, ni décision. Il en
    va de même de l’aide aux démarches, que la boucle suit même sans règle.

    zone    | service    | sans | bas | haut | raison
    --------+------------+------+-----+------+----------------------
    Pipriac | formation  |  480 | 400 |  560 | aucun lieu
    Peillac | formation  |  160 |  20 |  400 | à la limite du trajet
    Peillac | assistance |  160 |  20 |  400 | à la limite du trajet
    """
    spec(
        lambda t: [gap.sentence for gap in gaps.shared(offer(t))] + sentences(offer(t)),
        [
            "Pipriac : environ 480 personnes (entre 400 et 560) sans lieu de formation à portée de marche.",
            "**Ouvrir des ateliers pour apprendre : Pipriac.** Environ 480 personnes (entre 400 et 560) n’en ont pas à"
            " portée de marche.",
        ],
    )


def test_places_to_open_share_a_sentence(spec):
    """Un service manque : on dit lequel ouvrir. Plusieurs : un lieu d’aide, et ce qui manque.

    zone   | service    | sans | bas | haut | raison
    -------+------------+------+-----+------+-----------
    Ici    | formation  |  480 | 400 |  560 | aucun lieu
    Ici    | wifi       |  480 | 400 |  560 | aucun lieu
    Là-bas | reparation |  300 | 250 |  350 | aucun lieu
    """
    spec(
        lambda t: [f"{gap.title}. {gap.lines}. {gap.lack}" for gap in gaps.openings(offer(t))],
        [
            "Ouvrir un lieu d’aide : Ici. Formation et wifi. Il manque formation et wifi à portée de marche, pour environ"
            " 480 personnes (entre 400 et 560).",
            "Ouvrir un lieu de réparation : Là-bas. Réparation. Environ 300 personnes (entre 250 et 350) n’en ont pas"
            " à portée de marche.",
        ],
    )


def test_what_is_proposed_is_absent_and_the_barest_zone_comes_first(spec):
    """On n’ouvre dans une zone que ce qu’aucun de ses lieux ne donne ; ce qui est trop loin, on le rapproche. Une zone où rien n’est donné passe avant celles
    où quelque chose l’est, même moins peuplée.

    La vallée a une permanence d’aide aux démarches, trop loin pour beaucoup de ses habitants : on ne propose pas d’y en
    ouvrir une autre, mais de la rapprocher. Un lieu de la ville ne dit pas s’il a un wifi : on ne propose pas d’y en ouvrir un.

    zone  | service    | lieux | sans | bas | haut | raison
    ------+------------+-------+------+-----+------+-----------
    bourg | formation  |     0 |  900 | 800 | 1000 | trop loin
    bourg | wifi       |     0 |  900 | 800 | 1000 | trop loin
    bourg | assistance |     1 |  700 | 600 |  800 | trop loin
    vallée | assistance |    1 |  700 | 600 |  800 | trop loin
    ville | formation  |     0 |  500 | 400 |  600 | trop loin
    ville | wifi       |     ? |  500 | 400 |  600 | trop loin
    nord  | formation  |     0 |   90 |  80 |  100 | aucun lieu
    nord  | wifi       |     0 |   90 |  80 |  100 | aucun lieu
    nord  | assistance |     0 |   90 |  80 |  100 | aucun lieu
    nord  | reparation |     0 |   90 |  80 |  100 | aucun lieu
    """

    def call(t: dict[str, Any]) -> list[str]:
        known = offer(t)
        rows = zip(t["zone"].tolist(), t["service"].tolist(), t["lieux"].tolist(), strict=True)
        places = {(zone, service): n for zone, service, n in rows}
        for zone in known.zones.values():
            for line in zone.lines:
                line.is_absent = places[zone.name, line.id] == "0"
                line.n_places = int(places[zone.name, line.id].replace("?", "0"))
        return [f"{gap.title}. {gap.lack} Elles auraient {gap.gain}." for gap in gaps.openings(known)]

    spec(
        call,
        [
            "Ouvrir un lieu d’aide : nord. Il manque tous les services recensés à portée de marche, pour environ 90"
            " personnes (entre 80 et 100). Elles auraient un lieu d’aide.",
            "Ajouter formation et wifi : bourg. Environ 900 personnes (entre 800 et 1000) n’en ont pas à portée de"
            " marche. Elles auraient ces services (formation et wifi).",
            "Rapprocher l’offre (aide aux démarches) : vallée. Environ 700 personnes (entre 600 et 800) n’en ont pas à portée de"
            " marche. Elles auraient un lieu d’aide aux démarches.",
            "Ouvrir des ateliers pour apprendre : ville. Environ 500 personnes (entre 400 et 600) n’en ont pas à portée"
            " de marche. Elles auraient un lieu de formation.",
        ],
    )


def test_one_action_in_several_zones_is_one_proposal(spec):
    """Une synthèse propose trois choses à discuter : la même, dans trois zones, n’en est qu’une. Elle nomme les trois
    premières zones, avec leurs habitants sans rien, et compte les autres.

    zone     | service    | sans | bas | haut | raison
    ---------+------------+------+-----+------+-----------
    Plessé   | formation  |  540 | 420 |  680 | aucun lieu
    Plessé   | wifi       |  540 | 420 |  680 | aucun lieu
    Pipriac  | formation  |  520 | 400 |  640 | aucun lieu
    Pipriac  | wifi       |  520 | 400 |  640 | aucun lieu
    Lieuron  | formation  |  440 | 340 |  540 | aucun lieu
    Lieuron  | wifi       |  440 | 340 |  540 | aucun lieu
    Théhillac| formation  |   90 |  80 |  100 | aucun lieu
    Théhillac| wifi       |   90 |  80 |  100 | aucun lieu
    Redon    | reparation |   70 |  60 |   80 | aucun lieu
    """
    spec(
        lambda t: sentences(offer(t)),
        [
            "**Ouvrir un lieu d’aide : Plessé, Pipriac, Lieuron et 1\xa0autre.** Il manque formation et wifi à portée de marche :"
            " Plessé, environ 540 personnes (entre 420 et 680) ; Pipriac, environ 520 personnes (entre 400"
            " et 640) ; Lieuron, environ 440 personnes (entre 340 et 540).",
            "**Ouvrir un lieu de réparation : Redon.** Environ 70 personnes (entre 60 et 80) n’en ont pas à portée de"
            " marche.",
        ],
    )


def test_nothing_is_opened_before_a_census_is_finished(spec):
    """« Ouvrir un point wifi » : sur une liste de douze lieux vieille de quatre ans, personne ne sait si le wifi manque
    ou si la liste l’ignore. Tant qu’aucun recensement n’est fini, on propose de vérifier, avec qui appeler. Un
    recensement fini pour un seul service ne permet d’ouvrir que celui-là.

    recensement | zone    | service    | sans | bas | haut | raison
    ------------+---------+------------+------+-----+------+-----------
    en cours    | Plessé  | formation  |  540 | 420 |  680 | aucun lieu
    en cours    | Plessé  | wifi       |  540 | 420 |  680 | aucun lieu
    en cours    | Pipriac | formation  |  520 | 400 |  640 | aucun lieu
    en cours    | Pipriac | wifi       |  520 | 400 |  640 | aucun lieu
    en cours    | Redon   | reparation |   70 |  60 |   80 | aucun lieu
    formation   | Plessé  | formation  |  540 | 420 |  680 | aucun lieu
    formation   | Redon   | reparation |   70 |  60 |   80 | aucun lieu
    """

    def call(t: dict[str, Any]) -> list[str]:
        texts = []
        for census, finished in (
            ("en cours", None),
            ("formation", FinishedCensus("Redon Agglomération", date(2026, 11, 12), ("formation",))),
        ):
            rows = [k for k, row_census in enumerate(t["recensement"]) if row_census == census]
            known = offer({name: [column[k] for k in rows] for name, column in t.items()})
            known.finished = finished
            known.to_call = {"reparation": CallList(("1", "2"), ("Mairie de Redon", "Repair café"), "")}
            texts += sentences(known)
        return texts

    spec(
        call,
        [
            "**Vérifier d’abord si un lieu d’aide existe : Plessé et Pipriac.** Il manque formation et wifi à portée de"
            " marche : Plessé, environ 540 personnes (entre 420 et 680) ; Pipriac, environ 520 personnes (entre 400 et"
            " 640). Aucun recensement fini ne dit que la liste des lieux est complète. À appeler : les mairies.",
            "**Vérifier d’abord si un lieu de réparation existe : Redon.** Environ 70 personnes (entre 60 et 80) n’en ont"
            " pas à portée de marche. Aucun recensement fini ne dit que la liste des lieux est complète. À appeler : la"
            " mairie et Repair café.",
            "**Ouvrir des ateliers pour apprendre : Plessé.** Environ 540 personnes (entre 420 et 680) n’en ont pas à"
            " portée de marche.",
            "**Vérifier d’abord si un lieu de réparation existe : Redon.** Environ 70 personnes (entre 60 et 80) n’en ont"
            " pas à portée de marche. Aucun recensement fini ne dit que la liste des lieux est complète. À appeler : la"
            " mairie et Repair café.",
        ],
    )


def test_the_page_of_a_territory_says_the_heaviest_gap(spec):
    """La page du territoire dit le manque qui touche le plus de personnes, et combien d’autres zones en ont un.

    zone     | service    | sans | bas | haut | raison
    ---------+------------+------+-----+------+-----------
    Plessé   | formation  |  540 | 420 |  680 | aucun lieu
    Plessé   | wifi       |  540 | 420 |  680 | aucun lieu
    Pipriac  | formation  |  520 | 400 |  640 | aucun lieu
    Redon    | reparation |   70 |  60 |   80 | aucun lieu
    """
    spec(
        lambda t: gaps.first_sentence(offer(t)),
        "**Plessé** : il manque formation et wifi à portée de marche, pour environ 540 personnes (entre 420 et 680)."
        " 2\xa0autres zones ont aussi un manque sûr.",
    )


def test_a_vague_gap_comes_last_with_the_cause_of_its_doubt(spec):
    """Une borne haute d’au moins cinq fois la borne basse ne décide de rien : ce manque passe après les autres, sans
    nombre, avec la cause du doute et de quoi le lever. La cause n’est écrite en entier qu’une fois.

    zone     | service    | sans | bas | haut | raison     | à situer
    ---------+------------+------+-----+------+------------+---------
    Boën     | assistance | 2000 | 100 | 7000 | aucun lieu |        4
    Feurs    | assistance |  900 | 100 |  500 | aucun lieu |        1
    Noirétable | assistance |  300 | 100 |  499 | aucun lieu |      2
    Usson    | assistance |   60 |  55 |   70 | aucun lieu |        0
    Chalmazel | assistance |  400 |  80 |  900 | aucun lieu |       0
    """

    def call(t: dict[str, Any]) -> list[str]:
        known = offer(t)
        for zone, n in zip(t["zone"].tolist(), t["à situer"].tolist(), strict=True):
            object.__setattr__(known.zones[zone], "n_unlocated", int(n))
        return [*gaps.sentences(known, 9), gaps.tally(known)]

    spec(
        call,
        [
            "Noirétable : environ 300 personnes (entre 100 et 499) sans lieu d’aide aux démarches à portée de marche.",
            "Usson : environ 60 personnes (entre 55 et 70) sans lieu d’aide aux démarches à portée de marche.",
            "Boën : des personnes sans lieu d’aide aux démarches à portée de marche. Des lieux ne sont connus que par leur"
            " commune : situez-les.",
            "Feurs : des personnes sans lieu d’aide aux démarches à portée de marche. Même doute : 1\xa0lieu à situer.",
            "Chalmazel : des personnes sans lieu d’aide aux démarches à portée de marche. On ignore où vivent les"
            " habitants dans leur commune : repérez-les avec la mairie.",
            "2\xa0manques certains, 3\xa0incertains",
        ],
    )


def test_a_vague_gap_by_car_is_the_doubt_of_the_road(spec):
    """En voiture, une fourchette large que nul lieu muet n’explique vient du trajet : c’est lui qu’il faut vérifier. Un lieu
    muet reste la première cause, quand il y en a un.

    zone  | service    | sans | bas | haut | raison
    ------+------------+------+-----+------+-----------
    Feurs | assistance |  900 | 100 |  500 | aucun lieu
    Usson | assistance |  900 | 100 |  500 | aucun lieu
    """

    def call(t: dict[str, Any]) -> list[str]:
        known = offer(t)
        known.mode = CAR
        (silent,) = known.zones["Usson"].lines
        silent.doubt = "Des lieux ne le disent pas."
        return [doubt for _, doubt in gaps.uncertain(known)]

    spec(
        call,
        [
            "Un lieu est à la limite du trajet en voiture, que nous estimons sans les routes : vérifiez-le sur une carte.",
            "Des lieux ne disent pas s’ils le proposent : interrogez-les.",
        ],
    )


def test_bounds_alone_stand_after_what_is_missing(spec):
    """Un nombre dit par ses seules bornes se lit après « pour » : « pour 16 à 40 personnes ».

    zone | service   | sans | bas  | haut | raison
    -----+-----------+------+------+------+-----------
    Ici  | formation |   28 |   16 |   40 | aucun lieu
    Ici  | wifi      |   28 |   16 |   40 | aucun lieu
    """

    def call(t: dict[str, Any]) -> list[str]:
        known = offer(t)
        for line in known.zones["Ici"].lines:
            line.missing_about, line.missing_sentence = "entre 16 et 40 personnes", ""
        return [gap.sentence for gap in gaps.shared(known)]

    spec(call, ["Ici : il manque formation et wifi à portée de marche, pour 16 à 40 personnes."])


def test_no_census_no_gap():
    """Sans recensement de lieux, aucun manque n’est dit, et rien n’est proposé."""
    assert gaps.shared(None) == gaps.openings(None) == []


@pytest.mark.parametrize(
    ("between", "sentence"),
    [
        ("4\u202f000\xa0–\xa024\u202f000", "إصلاح: بين 4,000 و24,000 شخص لا يجدونها في متناولهم."),
        ("", "إصلاح: 4,000 شخص لا يجدونها في متناولهم."),
    ],
)
def test_a_range_from_right_to_left_names_its_ends(monkeypatch, between, sentence):
    """« 24 000 – 4 000 » : lu de droite à gauche, l’intervalle commençait par sa fin."""
    line = SimpleNamespace(label="Réparation", missing="4\u202f000", missing_between=between)
    monkeypatch.setattr(gaps, "surest_lack", lambda _: line)
    with speaking("ar"):
        assert [re.sub(r"[\u2068\u2069]", "", each) for each in in_short.lacking(SimpleNamespace())] == [
            sentence
        ]
