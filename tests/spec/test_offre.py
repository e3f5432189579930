"""Ce qu’une fiche de lieu donne aux lignes de l’offre : ce qu’elle dit, ce qu’elle tait, ce qu’elle garde
pour quelques-uns.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from maillage.apps.directory.places import rules
from maillage.kernel.estimate import Withheld
from maillage.kernel.table import Table
from maillage.publishing.territory import atlas
from maillage.reference.offer import diagnosis_lines
from maillage.statistics.need import corrections
from maillage.statistics.need.corrections import Correction
from maillage.statistics.offer import census as offer
from maillage.statistics.offer import siting
from maillage.statistics.offer.counts import place_counts
from maillage.statistics.offer.whereabouts import Place
from maillage.statistics.people import shares
from tests.support.street import DEGREE, at, ground

title = "Lire l’offre des lieux"


def sheet(**practices: Any) -> dict[str, Any]:
    return {"id": "1", "nom": "La Biblio", "practices": practices}


def test_what_a_practice_gives(spec):
    """Une pratique ne compte que si elle est offerte aujourd’hui ; un accès libre qui ne dit pas s’il est
    aidé compte autonome.

    Une pratique par ligne, son état, l’aide qu’elle dit donner.

    pratique    | état    | aide         || réponse
    ------------+---------+--------------++--------------------------------------------
    wifi        | offered | -.           || wifi
    wifi        | planned | -.           || rien
    wifi        | ended   | -.           || rien
    libre_acces | offered | -.           || libre_acces_autonome
    libre_acces | offered | alone        || libre_acces_autonome
    libre_acces | offered | person       || libre_acces_accompagne
    libre_acces | offered | group        || libre_acces_accompagne
    libre_acces | offered | alone person || libre_acces_autonome libre_acces_accompagne
    libre_acces | offered | remote       || rien
    vente       | offered | -.           || equipement_solidaire
    pret        | offered | -.           || equipement_solidaire
    don         | offered | -.           || equipement_solidaire
    formation   | offered | -.           || formation
    impression  | offered | -.           || rien
    """

    def call(t: dict[str, Any]) -> list[str]:
        out = []
        for practice, state, ways in zip(*(column.tolist() for column in t.values()), strict=True):
            practice_state = {"state": state} | ({} if ways == "-." else {"accompagnement": ways.split()})
            out.append(" ".join(offer.lines_of(sheet(**{practice: practice_state}))) or "rien")
        return out

    spec(call)


def test_line_is_reserved_only_when_all_its_practices_are(spec):
    """Une ligne est réservée si toutes ses pratiques le sont : un don pour les jeunes et un prêt pour tous,
    c’est pour tous.

    Les publics du don et du prêt, deux pratiques de la même ligne.

    don   | prêt    || réponse
    ------+---------++--------------
    youth | tous    || tous
    youth | seniors || seniors youth
    youth | aucun   || youth
    tous  | aucun   || tous
    """

    def call(don, pret):
        practices = {
            name: {"state": "offered"} | ({} if publics == "tous" else {"publics": publics.split()})
            for name, publics in (("don", don), ("pret", pret))
            if publics != "aucun"
        }
        return " ".join(sorted(offer.lines_of(sheet(**practices))["equipement_solidaire"])) or "tous"

    spec.rows(call)


def test_how_many_a_place_receives_in_a_week(spec):
    """Les places d’un lieu sont celles que sa fiche dit par semaine, ou la somme de celles de ses pratiques ;
    non dites, elles ne sont pas zéro. Ses horaires n’y changent rien.

    Les places du lieu entier, de l’assistance, de la formation.

    lieu | assistance | formation || réponse
    -----+------------+-----------++----------
    12   | 3          | 4         || 12
    -.   | 3          | 4         || 7
    -.   | 3          | -.        || 3
    -.   | -.         | -.        || inconnues
    """

    def call(t: dict[str, Any]) -> list[str]:
        out = []
        for place_capacity, *practice_capacities in zip(
            *(column.tolist() for column in t.values()), strict=True
        ):
            place_sheet = sheet(
                **{
                    practice: {"state": "offered"} | ({} if n == "-." else {"capacite": int(n)})
                    for practice, n in zip(("assistance", "formation"), practice_capacities, strict=True)
                }
            )
            place_sheet["horaires"] = {"osm": "Mo-Fr 09:00-12:00"}
            capacity = offer.as_reached(
                place_sheet | ({} if place_capacity == "-." else {"capacite": int(place_capacity)})
            ).capacity
            out.append("inconnues" if np.isnan(capacity) else f"{capacity:g}")
        return out

    spec(call)


def test_silence_is_not_an_absence(spec):
    """Un lieu qui ne dit rien n’est pas un lieu qui ne donne rien ; un accès libre qui ne dit pas s’il est
    aidé reste à demander.

    la fiche dit     || réponse
    -----------------++----------------------------------------------------------------
    rien             || muet, au plus tout
    pas de médiation || dit, au plus rien
    wifi             || dit, au plus wifi
    accès libre      || à demander, au plus libre_acces_accompagne libre_acces_autonome
    accès libre aidé || dit, au plus libre_acces_accompagne
    """

    def call(t: dict[str, Any]) -> list[str]:
        sheet_by_word = {
            "rien": {},
            "pas de médiation": {"sans": ["mediation"]},
            "wifi": {"practices": {"wifi": {"state": "offered"}}},
            "accès libre": {"practices": {"libre_acces": {"state": "offered"}}},
            "accès libre aidé": {
                "practices": {"libre_acces": {"state": "offered", "accompagnement": ["person"]}}
            },
        }
        every = {
            practice: {"state": "offered"}
            for line in diagnosis_lines().values()
            for practice in line.practices
        }
        place_census = offer.census(
            "essai",
            [
                {"id": "un autre lieu dit tout", "practices": every},
                *({"id": word, **sheet_by_word[word]} for word in reversed(t["la fiche dit"].tolist())),
            ],
        )
        assert [place.id for place in place_census.places] == sorted(
            [*sheet_by_word, "un autre lieu dit tout"]
        )
        lines = diagnosis_lines()
        out = []
        for word in t["la fiche dit"].tolist():
            place = next(place for place in place_census.places if place.id == word)
            most = place.offers | {line for line in lines if word in place_census.unsaid(line)}
            standing = (
                "muet"
                if word in place_census.silent
                else "à demander"
                if word in place_census.vague
                else "dit"
            )
            out.append(
                f"{standing}, au plus {'tout' if most == set(lines) else ' '.join(sorted(most)) or 'rien'}"
            )
        return out

    spec(call)


def test_a_place_is_where_both_numbers_say(spec):
    """Un lieu n’est situé que si latitude et longitude sont dites ; ce qui n’est pas dit (places, heures)
    reste inconnu.

    latitude | longitude || réponse
    ---------+-----------++-----------
          45 |         5 || 5 45
          45 |           || sans point
             |         5 || sans point
    """

    def call(t: dict[str, Any]) -> list[str]:
        out = []
        for lat, lon in zip(t["latitude"], t["longitude"], strict=True):
            known = {name: x for name, x in (("latitude", lat), ("longitude", lon)) if not np.isnan(x)}
            place = offer.as_reached({"id": "1", **known})
            out.append("sans point" if np.isnan(place.lat) else f"{place.lon:g} {place.lat:g}")
            assert np.isnan(place.capacity)
        return out

    spec(call)
    complete_place = offer.as_reached(
        {"id": "1", "nom": "L", "code_insee": "38185", "precision": 50, "capacite": 8} | sheet()
    )
    assert (complete_place.precision, complete_place.capacity, complete_place.commune) == (50, 8, "38185")


def test_the_same_places_make_the_same_census():
    """L’empreinte d’un recensement ne dépend ni de l’ordre des fiches, ni de celui des ensembles ; tout le
    reste y compte.
    """
    sheets = [
        {"id": id, "nom": id, "practices": {"wifi": {"state": "offered", "publics": ["a", "b"]}}}
        for id in "xyz"
    ]
    digest = offer.census("a", sheets).digest
    assert len(digest) == 16
    assert offer.census("a", sheets[::-1]).digest == digest
    assert offer.census("b", sheets).digest != digest
    assert offer.census("a", sheets[:2]).digest != digest
    assert offer.census("a", [*sheets[:2], {"id": "z", "nom": "z"}]).digest != digest
    full_census = offer.census("a", sheets)

    def of_kinds(*kinds: str) -> str:
        """Return the digest where the matching reads these kinds, in the order a process would give them."""
        ordered = type("Ordered", (frozenset,), {"__repr__": lambda self: f"frozenset({kinds})"})(kinds)
        return replace(
            full_census, cards=(replace(full_census.cards[0], typologies=ordered), *full_census.cards[1:])
        ).digest

    assert of_kinds("MJC", "BIB") == of_kinds("BIB", "MJC") != of_kinds("MJC", "CCAS")


def test_places_are_counted_by_zone(spec):
    """Un lieu est compté dans sa zone et dans l’ensemble ; hors de toute zone, nulle part ; dans deux
    peut-être, dans l’ensemble.

    zone    | metre | besoin
    --------+-------+-------
    Corenc  |     0 |    100
    Poisat  |  3000 |     60
    Meylan  |  9000 |    200
    """

    def call(t: dict[str, Any]) -> list[str]:
        g = ground(
            t,
            at("Corenc", 0),
            at("Poisat", 3000),
            at("Poisat", 3010),
            Place(id="x", commune="ailleurs"),
        )
        counts = place_counts(g, silent=frozenset({"Poisat 3010"}), vague=frozenset())
        return [
            f"{code or 'ensemble'} : {n}, dont {counts.n_silent[code]} muet"
            for code, n in counts.n_places.items()
        ]

    spec(
        call,
        [
            "Corenc : 1, dont 0 muet",
            "Poisat : 2, dont 1 muet",
            "Meylan : 0, dont 0 muet",
            "ensemble : 3, dont 1 muet",
        ],
    )


def test_where_something_could_open(spec):
    """Un lieu dont l’adresse est connue et qui ne donne pas encore cette offre pourrait la donner.

    Corenc donne la formation, Poisat non, un troisième n’a pas d’adresse.

    zone    | metre | besoin
    --------+-------+-------
    Corenc  |     0 |    100
    Poisat  |  3000 |    200
    Meylan  |  9000 |    200
    """

    def call(t: dict[str, Any]) -> list[str]:
        g = ground(
            t, at("Corenc", 0, "formation"), at("Poisat", 3000, "wifi"), Place(id="x", commune="Poisat")
        )
        lon, lat = siting.middle(g, np.array([True, True, False]))
        return [
            *(spot.name or spot.id for spot in siting.without(g, "formation")),
            f"{(lon - 5) / DEGREE:.0f} m, {lat:.0f}°",
        ]

    spec(call, ["Poisat 3000", "2000 m, 45°"])


def test_a_share_of_what_was_counted_hides_a_few(spec):
    """Une part n’est dite que si chacun de ses deux côtés compte au moins onze ; sinon une seule raison est donnée,
    qui ne dit pas de quel côté sont les quelques-uns.

    vues | orientations || réponse
    -----+--------------++-----------------------------------------------------------------------------------
      50 |          100 || 50 %, de 42 à 58, n = 100
      11 |           22 || 50 %, de 33 à 67, n = 22
      10 |           22 || Masqué : moins de 11 orientations d’un côté ou de l’autre, ou de quoi les deviner.
      12 |           22 || Masqué : moins de 11 orientations d’un côté ou de l’autre, ou de quoi les deviner.
       0 |            0 || Moins de 11 orientations.
    """

    def call(t: dict[str, Any]) -> list[str]:
        out = []
        for part, total in zip(t["vues"], t["orientations"], strict=True):
            published_share = shares.share(
                int(part),
                int(total),
                least=11,
                things="orientations",
                universe="u",
                method="m",
                nobody="Aucune." if part else "",
            )
            if isinstance(published_share, Withheld):
                out.append(published_share.reason)
            else:
                out.append(
                    f"{published_share.value:.0f} %, de {published_share.low:.0f} à {published_share.high:.0f}, n = {published_share.n}"
                )
        return out

    spec(call)


def test_a_correction_is_laid_over_the_table(spec):
    """Une correction remplace une case ; corriger un âge corrige la population de cette ligne seule, qui
    en est la somme.

    code | pop_0_19 | pop_20_64 | pop_65p | pop || pop_0_19 | pop
    -----+----------+-----------+---------+-----++----------+----
    a    |       10 |        20 |      10 |  41 ||       10 |  41
    b    |       10 |        20 |      10 |  40 ||       30 |  60
    """

    def call(t: dict[str, Any]) -> dict[str, list[float]]:
        table = Table("recensement", dict(t))
        some = [
            Correction("recensement", "b", "pop_0_19", 30.0),
            Correction("autre", "a", "pop_0_19", 99.0),
            Correction("recensement", "z", "pop_0_19", 99.0),
            Correction("recensement", "a", "inconnue", 99.0),
        ]
        assert corrections.laid_over(table, "code", some[1:2]) is table
        corrected = corrections.laid_over(table, "code", some)
        return {name: corrected[name].tolist() for name in ("pop_0_19", "pop")}

    spec(call)
    corrections.use([Correction("b", "1", "x", 1.0), Correction("a", "1", "x", 1.0)])
    assert [each.table for each in corrections.in_force()] == ["a", "b"]
    corrections.use([])
    assert corrections.in_force() == ()


def test_the_map_tells_how_wifi_and_training_are_offered(spec):
    """Le wifi est dedans ou dehors, la formation sous conditions ou pour tous : la carte le dit, ou dit que la fiche
    n’en dit rien.

    fiche                       || réponse
    ----------------------------++-----------------------------
    wifi dedans                 || en intérieur
    wifi dehors                 || en plein air
    wifi dedans et dehors       || en intérieur et en plein air
    wifi                        || ne dit pas comment
    formation sur prescription  || sous conditions
    formation sans prescription || tout public
    formation                   || ne dit pas comment
    """
    practice_by_word = {
        "wifi dedans": ("wifi", {"endroit": ["indoor"]}),
        "wifi dehors": ("wifi", {"endroit": ["outdoor"]}),
        "wifi dedans et dehors": ("wifi", {"endroit": ["indoor", "outdoor"]}),
        "wifi": ("wifi", {}),
        "formation sur prescription": ("formation", {"prescription": True}),
        "formation sans prescription": ("formation", {"prescription": False}),
        "formation": ("formation", {}),
    }
    spec(
        lambda t: [
            atlas.MANNER_WORDS[
                offer.as_reached({"id": "1", "practices": {line: {"state": "offered", **how}}}).manner[line]
            ]
            for line, how in (practice_by_word[word] for word in t["fiche"].tolist())
        ]
    )


def test_a_place_that_says_no_type_is_known_by_its_name(spec):
    """Un mot connu du nom dit le type de structure ; un nom qui n’en a aucun reste « autre » : rien n’est deviné.

    nom                                 | type
    ------------------------------------+----------------
    Repair Café de Seyssinet-Pariset    | association
    Maison Pour Tous Biviers            | centre-social
    Espace multimédia - Fontaine        | epn
    Agence postale de Saint Just        | la-poste
    Maison Intercommunale pour l'emploi | emploi
    Point d'info jeunesse Allevard      | jeunesse
    UTPAS MAUBEUGE JEUMONT              | departement
    La Turbine                          | autre
    """
    spec.rows(
        lambda name, kind: rules.kind_of({"nom": name}) == kind,
        [True] * 8,
    )
