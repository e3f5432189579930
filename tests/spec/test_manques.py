"""Des personnes ont besoin d’une aide que personne ne donne près de chez elles : combien, où, et ce qu’un
lieu changerait.
"""

from dataclasses import replace
from typing import Any

from maillage.statistics.offer import gaps, siting, what_if
from maillage.statistics.offer.grounds import with_places
from maillage.statistics.offer.whereabouts import Place
from tests.support.street import at, ground, spot, square

title = "Ce qui manque, et ce qu’un lieu changerait"


def test_zones_without_an_offer_are_found_by_a_rule(spec):
    """La liste des communes sans accès libre accompagné est calculée par une règle, jamais recopiée.

    Poisat a un lieu d’accès libre accompagné, Meylan un lieu d’accès libre autonome.

    zone    | metre | besoin || réponse
    --------+-------+--------++--------------------------------------------------
    Corenc  |     0 |    100 || Corenc
    Poisat  |  3000 |     60 || Meylan
    Meylan  |  9000 |    200 || Aucun lieu d’accès libre accompagné dans la zone.
    """

    def call(t: dict[str, Any]) -> list[str]:
        helped = at("Poisat", 3000, "libre_acces_accompagne", "wifi")
        gap_map = gaps.gaps(ground(t, helped, at("Meylan", 9000, "libre_acces_autonome")))
        reasons = {
            m.reason for m in gap_map.zone("Corenc").missing if m.rule == "sans-libre-acces-accompagne"
        }
        return [*gap_map.where("sans-libre-acces-accompagne"), *sorted(reasons)]

    spec(call)


def test_free_access_of_both_kinds(spec):
    """« Aucun accès libre » veut dire : ni autonome, ni accompagné.

    Poisat a un lieu accompagné, Meylan un lieu autonome.

    zone    | metre | besoin
    --------+-------+-------
    Corenc  |     0 |    100
    Poisat  |  3000 |     60
    Meylan  |  9000 |    200
    """
    spec(
        lambda t: list(
            gaps.gaps(
                ground(
                    t,
                    at("Poisat", 3000, "libre_acces_accompagne"),
                    at("Meylan", 9000, "libre_acces_autonome"),
                )
            ).where("sans-acces-libre")
        ),
        ["Corenc"],
    )


def test_digital_need_without_social_precarity(spec):
    """Les zones en précarité numérique élevée mais pas sociale sont trouvées par la case que le diagnostic
    leur donne.

    zone    | metre | besoin | case
    --------+-------+--------+----------
    Corenc  |     0 |    100 | numerique
    Poisat  |  3000 |     60 | les_deux
    Meylan  |  9000 |    200 | aucune
    """
    spec(
        lambda t: list(
            gaps.gaps(ground(t), cells=dict(zip(t["zone"].tolist(), t["case"].tolist(), strict=True))).where(
                "precarite-numerique-non-sociale"
            )
        ),
        ["Corenc"],
    )


def test_people_may_have_a_place_next_door(spec):
    """Une zone sans lieu n’est pas hors de portée si le lieu d’à côté se rejoint à pied.

    Le seul lieu de formation est à Poisat, au mètre 1 000.

    zone    | metre | besoin
    --------+-------+-------
    Corenc  |     0 |    100
    Poisat  |  1500 |     60
    Meylan  |  9000 |    200
    """

    def call(t: dict[str, Any]) -> list[str]:
        gap_map = gaps.gaps(ground(t, at("Poisat", 1000, "formation")))
        return [
            "sans formation : " + ", ".join(gap_map.where("sans-formation")),
            "personne à portée : " + ", ".join(gap_map.where("personne-a-portee", "formation")),
        ]

    spec(call, ["sans formation : Corenc, Meylan", "personne à portée : Meylan"])


def test_a_place_known_by_its_commune_may_be_in_any_quartier(spec):
    """Un lieu dont on ne connaît que la commune est peut-être dans chacun de ses quartiers : aucun n’est
    dit sans lieu.

    zone      | metre | besoin
    ----------+-------+-------
    Teisseire |     0 |    100
    Mistral   |  3000 |     60
    """

    def call(t: dict[str, Any]) -> list[str]:
        vague = Place(id="x", commune="ville", offers=frozenset({"wifi"}))
        gap_map = gaps.gaps(ground(t, vague, cut=True))
        return [
            "sans wifi : " + ", ".join(gap_map.where("sans-wifi")),
            "peut-être : " + ", ".join(gap_map.where("lieu-mal-situe", "wifi")),
            f"dans l’ensemble : {gap_map.total.gaps['wifi'].inside} lieu",
        ]

    spec(call, ["sans wifi : ", "peut-être : Teisseire, Mistral", "dans l’ensemble : 1 lieu"])


def test_zone_with_a_reserved_place_is_called_reserved(spec):
    """Un lieu réservé aux jeunes n’est pas un lieu pour tous : la zone est dite « réservée », pas « sans
    lieu ».

    zone    | metre | besoin || réponse
    --------+-------+--------++--------
    Corenc  |     0 |    100 || Corenc
    Poisat  |  3000 |     60 || Poisat
    """

    def call(t: dict[str, Any]) -> list[str]:
        gap_map = gaps.gaps(
            ground(t, at("Corenc", 0, "formation", reserved={"formation": frozenset({"youth"})}))
        )
        return [*gap_map.where("reserve", "formation"), *gap_map.where("sans-formation")]

    spec(call)


def test_strongest_reason_alone_is_written_for_a_line(spec):
    """D’une ligne de l’offre on ne lit qu’une raison, la plus forte ; les listes, elles, gardent toutes les
    règles qui tiennent.

    Le seul wifi est à Corenc, réservé aux jeunes. Personne d’autre n’en a à portée, et la zone a un lieu
    réservé.

    zone    | metre | besoin
    --------+-------+-------
    Corenc  |     0 |    100
    """

    def call(t: dict[str, Any]) -> list[str]:
        zone_gaps = gaps.gaps(
            ground(t, at("Corenc", 0, "wifi", reserved={"wifi": frozenset({"youth"})}))
        ).zone("Corenc")
        return [
            *(f"lu : {m.rule}" for m in zone_gaps.strongest if m.offer == "wifi"),
            *(f"tient : {m.rule}" for m in zone_gaps.missing if m.offer == "wifi"),
        ]

    spec(call, ["lu : personne-a-portee", "tient : personne-a-portee", "tient : reserve"])


def test_a_place_is_surely_here_or_perhaps_here(spec):
    """Un lieu est compté une fois : sûrement dans la zone, ou peut-être, jamais les deux.

    Un lieu à l’adresse connue à Teisseire, un autre dont on ne connaît que la commune. Zone par zone, puis
    l’ensemble.

    zone      | metre | besoin
    ----------+-------+-------
    Teisseire |     0 |    100
    Mistral   |  3000 |     60
    """

    def call(t: dict[str, Any]) -> dict[str, list[int]]:
        g = ground(
            t, at("ville", 0, "wifi"), Place(id="x", commune="ville", offers=frozenset({"wifi"})), cut=True
        )
        g = replace(g, areas=replace(g.areas, shapes=[square(metre) for metre in t["metre"].tolist()]))
        gap_map = gaps.gaps(with_places(g, g.places))
        lines = [zone.gaps["wifi"] for zone in (*gap_map.zones, gap_map.total)]
        return {"sûrs": [line.inside for line in lines], "peut-être": [line.perhaps for line in lines]}

    spec(
        call,
        """
        sûrs | peut-être
        -----+----------
           1 |         1
           0 |         1
           2 |         0
        """,
    )


def test_what_is_missing_adds_up(spec):
    """Les personnes à qui il manque un lieu s’additionnent : la somme des zones est l’ensemble, tirage par
    tirage.

    Le lieu est à Poisat. La réponse donne chaque zone, l’ensemble, puis les bornes de l’ensemble.

    zone    | metre | besoin
    --------+-------+-------
    Corenc  |     0 |    100
    Poisat  |  3000 |     60
    Meylan  |  9000 |    200
    """

    def call(t: dict[str, Any]) -> list[float]:
        gap_map = gaps.gaps(ground(t, at("Poisat", 3000, "assistance")))
        missing = [zone.gaps["assistance"].reach.missing for zone in (*gap_map.zones, gap_map.total)]
        return [*(m.value for m in missing), missing[-1].low, missing[-1].high]

    spec(call, [100, 0, 200, 300, 273, 327])


def test_an_offer_is_shared_between_those_who_may_walk_to_it(spec):
    """L’offre se partage entre toutes les personnes concernées à portée : 60 places par semaine pour 300
    personnes.

    La réponse donne les places par semaine pour 1 000 personnes concernées : chaque zone, puis l’ensemble.

    zone    | metre | besoin
    --------+-------+-------
    Corenc  |     0 |    100
    Poisat  |   500 |    200
    Meylan  |  9000 |    100
    """

    def call(t: dict[str, Any]) -> list[float]:
        g = ground(t, at("Corenc", 0, "assistance", capacity=60.0))
        return [round(supply.value, 6) for supply in gaps.supply(g, "assistance")]

    spec(call, [200, 200, 0, 150])


def test_without_a_known_capacity_places_are_counted(spec):
    """Si un seul lieu ne dit pas ses places par semaine, on compte des lieux, et on le dit.

    Deux lieux, dont un seul dit ses places.

    zone    | metre | besoin
    --------+-------+-------
    Corenc  |     0 |    100
    Poisat  |   500 |    400
    """

    def call(t: dict[str, Any]) -> list[str]:
        g = ground(t, at("Corenc", 0, "assistance", capacity=60.0), at("Poisat", 500, "assistance"))
        total_supply = gaps.supply(g, "assistance")[-1]
        return [f"{total_supply.value:.1f} {total_supply.basis} pour 1 000 personnes concernées"]

    spec(call, ["4.0 lieux pour 1 000 personnes concernées"])


def test_opening_and_closing_a_place(spec):
    """Ouvrir un lieu compte les personnes nouvellement à portée ; fermer le même compte celles qui le perdent
    : autant.

    Corenc a un lieu ; un autre ouvre à Meylan, puis ferme. La réponse donne les personnes sans lieu avant,
    celles que l’ouverture atteint, celles qui restent, celles que la fermeture perd, celles qui seraient
    alors sans lieu.

    zone    | metre | besoin
    --------+-------+-------
    Corenc  |     0 |    100
    Poisat  |  3000 |     60
    Meylan  |  9000 |    200
    """

    def call(t: dict[str, Any]) -> list[float]:
        g, new = ground(t, at("Corenc", 0, "formation")), at("Meylan", 8500, "formation")
        opening = what_if.opened(g, "formation", [new]).total
        closing = what_if.closed(with_places(g, (*g.places, new)), "formation", [new.id]).total
        return [
            opening.before.value,
            opening.moved.value,
            opening.after.value,
            closing.moved.value,
            closing.after.value,
        ]

    spec(call, [260, 200, 60, 200, 260])


def test_where_to_open(spec):
    """Où ouvrir deux lieux : d’abord là où le plus de personnes hors de portée le deviendraient, puis parmi
    celles qui restent.

    Corenc a déjà un lieu. Quatre points possibles : mètres 0, 4 000, 8 000 et 9 500.

    zone    | metre | besoin || réponse
    --------+-------+--------++-----------------------------------
    Corenc  |     0 |    100 || point 9500 : 280 personnes de plus
    Poisat  |  3000 |     60 || point 4000 : 60 personnes de plus
    Meylan  |  9000 |    200 || restent 0
    Gières  | 11000 |     80 || prouvé le meilleur
    """

    def call(t: dict[str, Any]) -> list[str]:
        siting_plan = siting.best(
            ground(t, at("Corenc", 0, "formation")), "formation", [spot(m) for m in (0, 4000, 8000, 9500)], 2
        )
        opened_spots = [f"{p.spot.name} : {p.gained.value:.0f} personnes de plus" for p in siting_plan.spots]
        return [
            *opened_spots,
            f"restent {siting_plan.after.value:.0f}",
            "prouvé le meilleur" if siting_plan.exact else "approché",
        ]

    spec(call)


def test_where_a_mobile_team_stops(spec):
    """Les arrêts d’une équipe mobile vont aux personnes qu’aucun lieu, de quelque aide que ce soit, n’atteint
    à pied.

    Meylan a un wifi ouvert, rien d’autre. Trois arrêts possibles : mètres 0, 3 000 et 9 000.

    zone    | metre | besoin
    --------+-------+-------
    Corenc  |     0 |    100
    Poisat  |  3000 |     60
    Meylan  |  9000 |    200
    """

    def call(t: dict[str, Any]) -> list[str]:
        stops = siting.stops(ground(t, at("Meylan", 9000, "wifi")), [spot(m) for m in (0, 3000, 9000)], 1)
        return [f"{p.spot.name} : {p.reason}" for p in stops.spots]

    spec(call, ["point 0 : D’ici, le plus de personnes concernées qu’aucun lieu n’atteint."])


def test_where_a_bus_stop_changes_most(spec):
    """Un arrêt de bus va là où le plus de personnes sans lieu à portée de marche l’ont à un quart d’heure à
    pied, 1 125 m : un lieu y mettrait plus de monde à portée, une demi-heure suffisant.

    Meylan a un wifi ouvert ; Gières et Domène sont à 1 800 m l’une de l’autre. Trois arrêts possibles :
    mètres 4 000, 5 000 et 9 000.

    zone    | metre | besoin
    --------+-------+-------
    Gières  |  4000 |     60
    Domène  |  5800 |     70
    Meylan  |  9000 |    200
    """

    def call(t: dict[str, Any]) -> list[str]:
        g, spots = ground(t, at("Meylan", 9000, "wifi")), [spot(m) for m in (4000, 5000, 9000)]
        proposals = siting.best(g, "wifi", spots, 1), siting.line_stops(g, "wifi", spots, 1)
        return [f"{p.spots[0].spot.name} : {p.gained.value:.0f} sur {p.before.value:.0f}" for p in proposals]

    spec(call, ["point 5000 : 130 sur 130", "point 5000 : 70 sur 130"])


def test_small_zone_is_withheld_but_counts_in_the_total(spec):
    """Sous 50 personnes de 15 ans et plus, les nombres d’une zone sont tus ; ils restent dans l’ensemble.

    zone    | metre | besoin || réponse
    --------+-------+--------++------------------------------------------
    Hameau  |     0 |      9 || Trop peu d’habitants pour une estimation.
    Poisat  |  3000 |     60 || ensemble : 69
    """

    def call(t: dict[str, Any]) -> list[str]:
        gap_map = gaps.gaps(ground(t))
        one, total = (
            gap_map.zone("Hameau").gaps["wifi"].reach.missing,
            gap_map.total.gaps["wifi"].reach.missing,
        )
        return [one.reason, f"ensemble : {total.value:.0f}"]

    spec(call)


def test_a_public_has_its_own_need(spec):
    """Le besoin d’un public est un nombre de personnes de ce public, jamais une part des personnes
    concernées.

    Corenc a un lieu réservé aux seniors, qui sont ici la moitié des personnes concernées. La réponse compte
    les seniors à portée, puis tout le monde.

    zone    | metre | besoin || réponse
    --------+-------+--------++--------
    Corenc  |     0 |    100 ||      50
    Poisat  |  3000 |     60 ||       0
    """

    def call(t: dict[str, Any]) -> list[float]:
        g = ground(t, at("Corenc", 0, "formation", reserved={"formation": frozenset({"seniors"})}))
        return [
            gaps.gaps(g, public=public).total.gaps["formation"].reach.reached.value
            for public in ("seniors", "tous")
        ]

    spec(call)
