"""Se taire n’est pas refuser : ce qu’un lieu ne dit pas ne devient ni une offre, ni une absence, nulle part."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.publishing.territory import offer, ranges
from maillage.reference.offer import diagnosis_lines
from maillage.statistics.engine import duplicates
from maillage.statistics.offer import census, gaps, grounds, reach, what_if
from maillage.statistics.offer.census import Border
from maillage.statistics.offer.counts import place_counts
from maillage.statistics.offer.silence import UNSAID, Between, Silence
from maillage.statistics.offer.whereabouts import Place
from tests.support.street import at, ground, offered_of

title = "Ce qu’on ne sait pas, et ce qui manque"

ABSENCES = ("sans-", "personne-a-portee", "hors-de-portee", "reserve", "offre-rare")


def test_a_list_by_name_keeps_silence_apart(spec):
    """G-041 : « Aucun accès libre » ne nomme que les communes dont tous les lieux ont parlé ; les autres ont leur liste.

    Corenc a un lieu qui parle d’autre chose, Claix un lieu muet, Poisat un lieu d’accès libre, Meylan aucun lieu.
    """

    def call(t: dict[str, Any]) -> list[str]:
        places = [at("Corenc", 0, "wifi"), at("Claix", 4000), at("Poisat", 9000, *offer.gap_rules.FREE)]
        o = offered_of(t, places, frozenset({"Claix 4000"}))
        lists = {each.rule: each for each in offer.read(o).lists if not each.id or each.id == "wifi"}
        return [
            f"{lists[rule].sentence} : {', '.join(zone.name for zone in lists[rule].zones)}"
            for rule in ("sans-acces-libre", "acces-libre-inconnu", "offre-inconnue")
        ]

    spec(
        """
        zone    | metre | besoin
        --------+-------+-------
        Corenc  |     0 |    100
        Claix   |  4000 |     60
        Poisat  |  9000 |    200
        Meylan  | 20000 |     80
        """,
        call,
        [
            "Aucun accès libre, ni autonome ni accompagné, dans la zone : Corenc, Meylan",
            "On ne sait pas s’il y a un accès libre dans la zone : Claix",
            "On ne sait pas : des lieux de la zone ne disent pas s’ils le proposent : Claix",
        ],
    )


def test_a_list_says_out_of_which_zones_it_counts():
    """« Les deux précarités » se compte sur les zones qui ont les deux classes ; une liste d’offre, sur toutes."""
    t = {"zone": np.array(["A", "B", "C"]), "metre": np.array([0.0, 9e3, 2e4]), "besoin": np.full(3, 100.0)}
    o = offered_of(t, [at("A", 0, "wifi")])
    known = replace(o, gaps=gaps.gaps(o.ground, cells={"A": "les_deux", "B": None}), n_classed=2)
    list_by_rule = {
        zone_list.rule: zone_list for zone_list in offer.read(known).lists if zone_list.id in ("", "wifi")
    }
    names = {rule: [zone.name for zone in zone_list.zones] for rule, zone_list in list_by_rule.items()}
    bases = {rule: zone_list.out_of.replace("\xa0", " ") for rule, zone_list in list_by_rule.items()}
    assert (names["deux-precarites"], bases["deux-precarites"]) == (["A"], "2 zones avec les deux classes")
    assert (names["sans-wifi"], bases["sans-wifi"]) == (["B", "C"], "3 zones de l’étude")


def test_a_place_to_locate_is_counted_in_its_commune_and_is_no_absence(spec):
    """Une ville est découpée en quartiers ; de ses lieux, on ne connaît que la commune. Ils comptent pour elle, et leur
    quartier n’est pas dit sans lieu : « ? », jamais 0.

    Deux lieux de la ville donnent un wifi, un troisième une formation ; aucun n’a d’adresse située.
    """

    def call(t: dict[str, Any]) -> list[str]:
        offers = ("wifi", "wifi", "formation")
        places = [
            Place(id=str(k), commune="ville", offers=frozenset({line})) for k, line in enumerate(offers)
        ]
        o = offered_of(t, places, cut=True)
        read, total = offer.read(o), offer.study_offer(o)

        def as_cell(n: int | None) -> str:
            return "vide" if n is None else str(n)

        rows = [
            f"{zone.name} : {zone.places_text} ; wifi {zone.lines[0].places} ; {zone.places_words}"
            f" ; case du fichier : {as_cell(offer.zone(o, o.gaps.zone(code))['lieux'])}"
            for code, zone in read.zones.items()
        ]
        rows += [
            f"{each.commune}, à situer : {each.n_places} ; wifi {each.offers['wifi']}"
            for each in read.unassigned
        ]
        rows.append(f"Ensemble : {total['lieux']}, dont {total['lieux_a_situer']} à situer")
        return [row.replace("\xa0", " ") for row in rows]

    spec(
        """
        zone      | metre | besoin
        ----------+-------+-------
        Teisseire |     0 |    100
        Mistral   |  3000 |     60
        """,
        call,
        [
            "Teisseire : ? ; wifi ? ; 3 lieux de la commune à situer ; case du fichier : vide",
            "Mistral : ? ; wifi ? ; 3 lieux de la commune à situer ; case du fichier : vide",
            "ville, à situer : 3 ; wifi 2",
            "Ensemble : 3, dont 3 à situer",
        ],
    )


def test_a_number_becomes_a_range_where_places_are_silent(spec):
    """Le nombre de personnes sans lieu va de « tous le proposent » à « aucun » ; ailleurs il reste un nombre.

    Corenc a un lieu muet, Poisat un lieu qui donne la formation, Meylan aucun lieu. L’orientation, dont personne ne
    parle, n’a pas de nombre.
    """

    def call(t: dict[str, Any]) -> list[str]:
        places = [at("Corenc", 0), at("Poisat", 9000, "formation")]
        o = offered_of(t, places, frozenset({"Corenc 0"}))
        out = []
        for line in ("formation", "orientation"):
            for zone in o.gaps.zones:
                written = offer.zone(o, zone)
                cell = written["portee"][line]["hors_de_portee"]
                figures = [None if cell[k] is None else round(cell[k]) for k in ("valeur", "bas", "haut")]
                out.append(f"{line}, {zone.name} : {written['offre'][line]} lieu, {figures}")
        return out

    spec(
        """
        zone    | metre | besoin
        --------+-------+-------
        Corenc  |     0 |    100
        Poisat  |  9000 |    100
        Meylan  | 20000 |    100
        """,
        call,
        [
            "formation, Corenc : None lieu, [None, 0, 109]",
            "formation, Poisat : 1 lieu, [0, 0, 0]",
            "formation, Meylan : 0 lieu, [100, 91, 109]",
            "orientation, Corenc : None lieu, [None, None, None]",
            "orientation, Poisat : None lieu, [None, None, None]",
            "orientation, Meylan : None lieu, [None, None, None]",
        ],
    )


def test_a_census_is_silent_on_what_it_never_asks(spec):
    """Un lieu ne dit rien d’une ligne dont son recensement ne parle jamais, ni d’une question oui ou non qu’il a passée.

    Deux recensements : le premier parle de wifi, le second non. Le lieu D répond « non » au wifi, rien d’autre. L’offre
    de F et de G est lue dans un texte libre : ce que ce texte ne nomme pas est inconnu.
    """
    sheet_by_word = {
        "wifi": {"practices": {"wifi": {"state": "offered"}}},
        "formation": {"practices": {"formation": {"state": "offered"}}},
        "pas de wifi": {"sans": ["wifi"]},
        "rien": {},
        "texte : wifi": {"practices": {"wifi": {"state": "offered"}}, "texte_libre": True},
        "texte : formation": {"practices": {"formation": {"state": "offered"}}, "texte_libre": True},
    }

    def call(t: dict[str, Any]) -> list[str]:
        rows = list(zip(t["lieu"].tolist(), t["recensement"].tolist(), t["il dit"].tolist(), strict=True))
        place_census = census.census(
            "essai",
            [{"id": id, **sheet_by_word[word]} for id, _, word in rows],
            source_of={id: source for id, source, _ in rows},
        )
        return [
            f"{id} : {', '.join(line for line in ('wifi', 'formation') if id in place_census.unsaid(line)) or 'tout est dit'}"
            for id, _, _ in rows
        ]

    spec(
        """
        lieu | recensement | il dit
        -----+-------------+------------
        A    | un          | wifi
        B    | un          | formation
        C    | deux        | formation
        D    | un          | pas de wifi
        E    | deux        | rien
        F    | un          | texte : wifi
        G    | un          | texte : formation
        """,
        call,
        [
            *("A : tout est dit", "B : tout est dit", "C : wifi", "D : formation", "E : wifi, formation"),
            *("F : formation", "G : wifi"),
        ],
    )


def test_what_every_place_denies_is_absent_not_unknown():
    """Tous les lieux disent non à une ligne : elle manque partout, et « on ne sait pas » serait faux."""
    lines = diagnosis_lines()
    denied = next(line for line in lines.values() if line.id == "formation")
    sheets = [{"id": str(n), "sans": list(denied.practices)} for n in range(3)]
    assert denied.id not in census.census("essai", sheets).silence.unasked
    assert denied.id in census.census("essai", [*sheets, {"id": "muet"}][-1:]).silence.unasked


def test_an_essay_keeps_silence_apart(spec):
    """Ouvrir un lieu à côté d’un lieu muet apporte peut-être tout, peut-être rien."""

    def call(t: dict[str, Any]) -> list[str]:
        o = offered_of(t, [at("Corenc", 0), at("Poisat", 9000, "formation")], frozenset({"Corenc 0"}))
        moved = what_if.opened(o.ground, "formation", [at("Corenc", 10, "formation")]).total.moved
        assert isinstance(moved, Between)
        assert moved.reason == UNSAID
        return [ranges.people(moved).about]

    spec(
        """
        zone    | metre | besoin
        --------+-------+-------
        Corenc  |     0 |   1000
        Poisat  |  9000 |    100
        """,
        call,
        ["entre 0 et 1\xa0100 personnes"],
    )


def test_majority_is_written_only_when_the_interval_proves_it(spec):
    """« À pied » ou « hors de portée » d’une zone se dit de plus de la moitié des personnes, tout l’intervalle compris.

    Une zone sans lieu, un lieu à côté ; la part qui l’a à pied (bornes basse et haute, en %), puis si les lieux muets
    d’à côté le proposaient aussi. Le dernier compte : lieux muets dans la zone.
    """

    def call(t: dict[str, Any]) -> list[str]:
        near = gaps.gaps(ground(STREET, at("A", 0, "wifi"))).zone("B").gaps["wifi"]
        assert near.inside == 0

        def within(low: float, high: float) -> reach.Reach:
            share = replace(near.reach.share, value=(low + high) / 2, low=low, high=high)
            return replace(near.reach, share=share)

        rows = zip(*(t[name].tolist() for name in t), strict=True)
        states = []
        for low, high, least, most, unsaid in rows:
            gap = replace(near, reach=within(low, high), most=within(least, most), unsaid=int(unsaid))
            states.append(f"{offer.SIGNS[offer.state(gap)]} {offer.state(gap)}")
        return states

    spec(
        """
        basse | haute | basse si tous | haute si tous | muets
        ------+-------+---------------+---------------+------
           60 |    80 |            60 |            80 |     0
           10 |    40 |            10 |            40 |     0
           18 |    72 |            18 |            72 |     0
           40 |    54 |            40 |            54 |     0
           48 |    70 |            48 |            70 |     0
           10 |    40 |            20 |            45 |     0
           10 |    40 |            55 |            70 |     0
           45 |    70 |            80 |            90 |     0
           60 |    80 |            90 |            95 |     1
           10 |    40 |            10 |            40 |     1
        """,
        call,
        [
            "• a-pied",
            "× loin",
            "? incertain",
            "? incertain",
            "? incertain",
            "× loin",
            "? inconnu",
            "? inconnu",
            "• a-pied",
            "? inconnu",
        ],
    )


STREET = {
    "zone": np.array(["A", "B", "C", "D"]),
    "metre": np.array([0.0, 1500.0, 4000.0, 20000.0]),
    "besoin": np.array([300.0, 200.0, 400.0, 250.0]),
}
LINES = list(diagnosis_lines())


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sets(st.sampled_from(LINES), max_size=4)), min_size=2, max_size=6
    ),
    st.integers(0, 5),
)
def test_a_place_made_silent_never_reads_as_an_absence(drawn, which):
    """Qu’un lieu se taise : aucune phrase, aucun compte, aucun nombre de ce qui l’entoure ne dit une absence que sa
    réponse pourrait démentir.
    """
    places = [
        replace(at(str(STREET["zone"][z]), float(STREET["metre"][z]), *lines), id=f"{k}")
        for k, (z, lines) in enumerate(drawn)
    ]
    mute = which % len(places)
    silent = frozenset({places[mute].id})
    hushed = [replace(p, offers=frozenset()) if k == mute else p for k, p in enumerate(places)]
    o = offered_of(STREET, hushed, silent)
    everything = [replace(p, offers=frozenset(LINES)) if k == mute else p for k, p in enumerate(places)]
    truth = gaps.gaps(ground(STREET, *everything))  # what the place might well answer
    for zone in (*o.gaps.zones, o.gaps.total):
        real = truth.zone(zone.code) if zone.code else truth.total
        own, written = {(m.rule, m.offer) for m in real.missing}, offer.zone(o, zone)
        for missing in zone.missing:
            if missing.rule.startswith(ABSENCES[:-1]):
                assert (missing.rule, missing.offer) in own or missing.rule == "hors-de-portee", missing
        read = {line.id: line for line in offer._lines(zone)}
        for line, gap in real.gaps.items():
            count, cell = written["offre"][line], written["portee"][line]["hors_de_portee"]
            assert count is None or count > 0 or gap.inside == 0
            assert cell["bas"] is None or cell["bas"] <= gap.reach.missing.low + 1
            if cell["valeur"] is not None:
                assert abs(cell["valeur"] - gap.reach.missing.value) < 1
            if gap.inside:
                assert read[line].places != "0"
                assert read[line].state not in ("loin", "tu")
    for text in offer.cautions(o):
        assert "aucun lieu" not in text.lower() or "situe aucun lieu" in text


def test_a_moving_place_is_one_place_with_several_stops(spec):
    """Un camion qui s’arrête dans trois communes est un lieu, et trois arrêts : l’offre à se partager n’en compte qu’un.

    Un lieu fixe est à Meylan.
    """

    def call(t: dict[str, Any]) -> list[str]:
        sheets = [
            {
                "id": zone,
                "nom": "Camion bleu" if zone != "Meylan" else "Mairie",
                "code_insee": zone,
                "longitude": float(at(zone, metre).lon),
                "latitude": 45.0,
                "practices": {"formation": {"state": "offered"}},
            }
            for zone, metre in zip(t["zone"].tolist(), t["metre"].tolist(), strict=True)
        ]
        known = census.census("essai", sheets)
        o = offered_of(t, list(known.places), cards=known.cards)
        moving_cautions = [text for text in offer.cautions(o) if "se déplace" in text]
        total_gap = o.gaps.total.gaps["formation"]
        return [
            f"{o.counts.n_places['']} lieux ; {total_gap.inside} pour la formation",
            *(f"{code} : {n}" for code, n in o.counts.n_places.items() if code),
            f"{total_gap.supply.value:.0f} lieux pour 1 000 personnes",
            *moving_cautions,
        ]

    spec(
        """
        zone    | metre | besoin
        --------+-------+-------
        Corenc  |     0 |    250
        Poisat  |  9000 |    250
        Claix   | 20000 |    250
        Meylan  | 30000 |    250
        """,
        call,
        [
            "2 lieux ; 2 pour la formation",
            "Corenc : 1",
            "Poisat : 1",
            "Claix : 1",
            "Meylan : 1",
            "2 lieux pour 1 000 personnes",
            (
                "« Camion bleu » se déplace : un seul lieu, 3 arrêts. Chaque arrêt compte dans la portée, le lieu"
                " une fois. Des arrêts ne disent pas leurs heures : l’offre s’y partage à parts égales."
            ),
        ],
    )


def test_a_moving_place_counts_at_each_stop_for_its_hours(spec):
    """Un bus qui passe trois heures à Corenc et une à Poisat y est pour trois quarts et un quart d’un lieu. Un passage
    tous les quinze jours compte moitié. Ses lignes portent chacune le nom de l’arrêt, et le SIRET du bus.
    """

    def call(t: dict[str, Any]) -> list[str]:
        sheets = [
            {
                "id": zone,
                "nom": f"Bus France Services - [Mairie de {zone}]",
                "pivot": "40109226700020",
                "itinerance": ["itinerant"],
                "code_insee": zone,
                "longitude": float(at(zone, metre).lon),
                "latitude": 45.0,
                "horaires": {"osm": hours},
                "practices": {"formation": {"state": "offered"}},
            }
            for zone, metre, hours in zip(
                t["zone"].tolist(), t["metre"].tolist(), t["horaires"].tolist(), strict=True
            )
        ]
        o = offered_of(t, list(census.census("essai", sheets).places))
        zones = {zone.code: zone.gaps["formation"].supply for zone in o.gaps.zones}
        return [
            f"{o.counts.n_places['']} lieu",
            *(f"{code} : {supply.value:.1f} pour 1 000 personnes" for code, supply in zones.items()),
            *(text for text in offer.cautions(o) if "se déplace" in text),
        ]

    spec(
        """
        zone    | metre | besoin | horaires
        --------+-------+--------+-----------------------------
        Corenc  |     0 |    250 | Tu 09:00-12:00
        Poisat  |  9000 |    250 | week 1-53/2 Mo 14:00-16:00
        """,
        call,
        [
            "1 lieu",
            "Corenc : 3.0 pour 1 000 personnes",
            "Poisat : 1.0 pour 1 000 personnes",
            (
                "« Bus France Services » se déplace : un seul lieu, 2 arrêts. Chaque arrêt compte dans la portée, le"
                " lieu une fois. Il y passe 4,0 heures par semaine en tout : l’offre se partage selon les heures de"
                " chaque arrêt."
            ),
        ],
    )


def test_where_silence_decides_the_fewest_places_to_call_are_named(spec):
    """FG-08 : là où le silence fait la fourchette, on dit qui appeler d’abord, et ce que sa réponse fixe.

    Chaque commune a un lieu qui ne dit pas s’il forme ; celui de Corenc est près du plus de personnes.
    """

    def call(t: dict[str, Any]) -> list[str]:
        places = [
            at(zone, metre) for zone, metre in zip(t["zone"].tolist(), t["metre"].tolist(), strict=True)
        ]
        places.append(at("Meylan", 30000, "formation"))
        silent = frozenset(place.id for place in places[:-1])
        listed = offer.read(offered_of(t, places, silent)).to_call["formation"]
        return [*listed.ids, listed.sentence.replace("\xa0", " ")]

    spec(
        """
        zone    | metre | besoin
        --------+-------+-------
        Corenc  |     0 |    600
        Poisat  |  9000 |    250
        Claix   | 20000 |    150
        """,
        call,
        [
            "Corenc 0.0",
            (
                "3 lieux ne le disent pas : pour environ 1 000 personnes, on ne sait pas si elles l’ont à portée. La"
                " réponse du premier lieu à appeler le dira pour 600 d’entre elles."
            ),
        ],
    )


def test_likely_duplicates_are_reported_unless_distinguished():
    """Deux fiches d’un même lieu sont dites ; deux fiches que quelqu’un a distinguées ne le sont plus."""
    card = duplicates.Place(
        "Centre social Jean Moulin",
        "12 rue Valois",
        "Corenc",
        "38700",
        45.0,
        5.0,
        True,
        "",
        (),
        (),
        (),
        frozenset(),
        False,
    )
    places = [
        replace(at("Corenc", 0, "wifi"), id="a", name="Jean Moulin"),
        replace(at("Corenc", 5, "wifi"), id="b", name="CS Moulin"),
    ]
    t = {"zone": np.array(["Corenc"]), "metre": np.array([0.0]), "besoin": np.array([100.0])}
    o = offered_of(t, places, cards=(card, card))
    assert o.twins == (("Jean Moulin", "CS Moulin"),)
    assert any(
        "peut-être un seul lieu compté deux fois : Jean Moulin et CS Moulin" in x for x in offer.cautions(o)
    )
    # The same two names again, and one name twice: each pair is told once, with how many it is.
    again = replace(o, twins=(("A", "B"), ("A", "B"), ("Orditout", "Orditout")))
    (pairs_caution,) = [text for text in offer.cautions(again) if "paires" in text]
    assert pairs_caution.replace("\xa0", " ").startswith("3 paires de lieux décrivent")
    assert "A et B (2 paires) ; deux fois « Orditout »." in pairs_caution.replace("\xa0", " ")
    distinguished = offered_of(
        t, places, cards=(card, card), distinct_pairs=frozenset({frozenset({"a", "b"})})
    )
    assert distinguished.twins == ()


def test_a_zone_is_named_with_its_commune_where_there_are_several():
    """« Sud », « Gare » : un quartier ne se reconnaît qu’avec sa commune, dans l’offre comme ailleurs."""
    zones = [
        SimpleNamespace(code=k, name=k, place=place) for k, place in (("Sud", "Aulnoye"), ("Gare", "Jeumont"))
    ]
    assert offer.zone_names(SimpleNamespace(zones=zones)) == {
        "Sud": "Sud (Aulnoye)",
        "Gare": "Gare (Jeumont)",
    }
    one = [SimpleNamespace(code=k, name=k, place="Jeumont") for k in ("Sud", "Gare")]
    assert set(offer.zone_names(SimpleNamespace(zones=one)).values()) == {"Sud", "Gare"}


def test_places_across_the_border_count_when_located(spec):
    """Un lieu de l’autre côté de la limite compte dans la portée s’il est à pied, jamais parmi les lieux ; sans
    coordonnées, il est nommé, ni perdu ni compté.
    """

    def call(t: dict[str, Any]) -> list[str]:
        both_zones = {
            "zone": np.array(["Corenc", "Ailleurs"]),
            "metre": np.array([0.0, 1000.0]),
            "besoin": t["besoin"],
        }
        places = [
            at("Ailleurs", 1000, "formation"),
            Place(id="x", name="Mairie d’Ailleurs", commune="Ailleurs"),
        ]
        g = ground(both_zones, *places)
        inside = grounds.ground(g.areas, g.zones[:1], places[:1], travel=g.travel)
        border = census.across(inside, ["Corenc"], np.array([0]), places)
        o = replace(offered_of(both_zones, places[:1]), ground=inside, gaps=gaps.gaps(inside), border=border)
        line = o.gaps.total.gaps["formation"]
        return [
            f"{line.reach.reached.value:.0f} à portée, {line.inside} lieu",
            *offer._border(o),
            *offer._border(replace(o, border=Border((), (), 1.0))),
        ]

    spec(
        """
        zone    | besoin
        --------+-------
        Corenc  |    100
        autour  |     60
        """,
        call,
        [
            "100 à portée, 0 lieu",
            (
                "Au bord du territoire : 1\xa0lieu de l’autre côté de la limite est à portée pour des habitants du"
                " territoire. Il compte dans la portée, jamais parmi les lieux du territoire."
            ),
            "1\xa0lieu de communes voisines, sans coordonnées, n’est compté nulle part : Mairie d’Ailleurs.",
            "Au bord du territoire : aucun lieu n’est recensé de l’autre côté de la limite.",
        ],
    )


def test_silence_has_no_default_place():
    """Sans rien savoir du silence, tous les lieux sont lus comme ils parlent."""
    assert Silence().unsaid == {}
    assert Silence().unasked == frozenset()


def test_a_place_with_two_sheets_is_silent_when_both_are():
    """Deux fiches d’un même lieu, l’une muette : le lieu parle."""
    t = {"zone": np.array(["Claix", "Corenc"]), "metre": np.array([4e3, 0.0]), "besoin": np.full(2, 100.0)}
    talking, mute = (replace(at("Claix", 4000), id=id, same="claix") for id in ("dite", "muette"))
    g = ground(t, talking, mute, replace(at("Corenc", 0), id="seule"))

    def n_silent(*ids: str) -> dict[str, int]:
        return dict(place_counts(g, silent=frozenset(ids), vague=frozenset()).n_silent)

    assert n_silent("muette", "seule") == {"Claix": 0, "Corenc": 1, "": 1}
    assert n_silent("dite", "muette") == {"Claix": 1, "Corenc": 0, "": 1}


def test_a_place_with_two_sheets_is_one_silence_or_none(spec):
    """Deux fiches d’un même lieu ne sont pas deux silences, et ce que l’une dit, l’autre n’a pas à le dire.

    Chaque ligne est une fiche : son lieu, et ce qu’elle dit de l’accès libre. La réponse donne les fiches qui laissent la
    question de l’accompagnement ouverte : une pour A, aucune pour B ni pour C.
    """
    practices_by_word: dict[str, dict[str, Any]] = {
        "sans précision": {"libre_acces": {"state": "offered"}},
        "on aide": {"libre_acces": {"state": "offered", "accompagnement": ["person"]}},
        "rien": {},
    }

    def call(t: dict[str, Any]) -> list[str]:
        ids = [f"{lieu}{k}" for k, lieu in enumerate(t["lieu"])]
        sheets = [
            {"id": id, "nom": id, "code_insee": "38185", "practices": practices_by_word[str(word)]}
            for id, word in zip(ids, t["dit"], strict=True)
        ]
        doubles = {id: [other for other in ids if other != id and other[0] == id[0]] for id in ids}
        return sorted(census.census("essai", sheets, doubles=doubles).unsaid(census.HELPED))

    spec(
        """
        lieu | dit
        -----+----------------
        A    | sans précision
        A    | sans précision
        B    | sans précision
        B    | on aide
        C    | rien
        C    | on aide
        """,
        call,
        ["A0"],
    )
