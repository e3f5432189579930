"""Ce qu’une fiche de lieu devient quand un fichier revient, quand quelqu’un la corrige, quand le temps passe."""

from datetime import date
from typing import Any

from maillage.apps.directory.places import rules

title = "Tenir les fiches des lieux"

ON = "2026-11-20"


def fiche(t: dict[str, Any], column: str) -> dict[str, Any]:
    """A sheet drawn as fields and values; « - » for a field that it does not have."""
    cells = zip(t["champ"].tolist(), t[column].tolist(), strict=True)
    return {
        field: (cell.split() if field in ("services", "langues") else cell)
        for field, cell in cells
        if cell != "-"
    }


def field_values(sheet: dict[str, Any], t: dict[str, Any]) -> list[str]:
    values = [sheet.get(field, "-") for field in t["champ"].tolist()]
    return [" ".join(value) if isinstance(value, list) else str(value) for value in values]


def origins(t: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Where each field comes from: the name of a source, « confirmé » when the structure said it."""
    out: dict[str, dict[str, Any]] = {}
    for field, origin in zip(t["champ"].tolist(), t["vient de"].tolist(), strict=True):
        if origin == "confirmé":
            out[field] = {"source": "Hinaura", "confirmed_on": ON}
        elif origin != "-":
            out[field] = {"source": origin}
    return out


def test_what_a_new_file_changes(spec):
    """Un fichier qui revient met à jour ce qui venait de lui ; ce qu’une structure a confirmé, ou qu’une
    autre source a donné, reste.

    Le fichier de Hinaura revient. La valeur qui n’entre pas est montrée à côté, pour que quelqu’un décide.
    Une case que le fichier ne remplit plus n’efface rien ; une liste, elle, suit le fichier jusqu’à rien.

    champ         | fiche     | vient de | fichier   || devient   | à décider
    --------------+-----------+----------+-----------++-----------+----------
    nom           | Biblio    | Hinaura  | La Biblio || La Biblio | -
    telephone     | 0476      | confirmé | 0477      || 0476      | 0477
    adresse       | 1 rue     | Coop     | 2 rue     || 1 rue     | 2 rue
    commune       | Grenoble  | Coop     | Grenoble  || Grenoble  | -
    courriel      | -         | -        | a@b.fr    || a@b.fr    | -
    site_web      | biblio.fr | Hinaura  | -         || biblio.fr | -
    services      | aide wifi | Hinaura  | -         || -         | -
    langues       | fr ar     | confirmé | -         || fr ar     | -
    date_maj      | 2025      | Coop     | 2026      || 2026      | -
    """

    def call(t: dict[str, Any]) -> dict[str, list[str]]:
        update = rules.updated(fiche(t, "fiche"), origins(t), fiche(t, "fichier"), source="Hinaura", on=ON)
        return {"devient": field_values(update.sheet, t), "à décider": field_values(update.contested, t)}

    spec(call)


def test_where_a_field_comes_from_follows_it(spec):
    """Chaque champ sait qui l’a dit : le fichier pour ce qu’il a mis à jour ou redit, sa source d’avant
    pour le reste.

    champ     | fiche    | vient de | fichier   || réponse
    ----------+----------+----------+-----------++-------------------------------
    nom       | Biblio   | Hinaura  | La Biblio || nom : Hinaura, 2026-11-20
    commune   | Grenoble | Hinaura  | Grenoble  || commune : Hinaura, 2026-11-20
    adresse   | 1 rue    | Coop     | 2 rue     || adresse : Coop, sans date
    telephone | 0476     | Coop     | 0476      || telephone : Coop, sans date
    courriel  | -        | -        | a@b.fr    || courriel : Hinaura, 2026-11-20
    services  | aide     | Hinaura  | -         || services : personne, sans date
    """

    def call(t: dict[str, Any]) -> list[str]:
        update = rules.updated(fiche(t, "fiche"), origins(t), fiche(t, "fichier"), source="Hinaura", on=ON)
        return [
            f"{field} : {update.origins.get(field, {}).get('source', 'personne')}, "
            f"{update.origins.get(field, {}).get('on', 'sans date')}"
            for field in t["champ"].tolist()
        ]

    spec(call)


def test_hours_of_a_format_without_words_leave_the_text_of_the_sheet(spec):
    """Un format qui n’écrit que des horaires d’OpenStreetMap ne retire pas les mots d’une fiche, ni ce qui n’en fut
    pas compris, tant que la semaine est la même ; une autre semaine, ou d’autres mots, remplacent.

    osm            | texte           || réponse
    ---------------+-----------------++-----------------
    Mo 09:00-12:00 | Mo 09:00-12:00  || les mots restent
    Tu 09:00-12:00 | Tu 09:00-12:00  || Tu 09:00-12:00
    Mo 09:00-12:00 | lundi matin     || lundi matin
    """

    def call(osm, text):
        stored_hours = {
            "osm": "Mo 09:00-12:00",
            "text": "lundi matin, sauf la foire",
            "left": "sauf la foire",
        }
        new = {"horaires": {"osm": osm, "text": text}}
        from_file = {"horaires": {"source": "Hinaura"}}
        updated_hours = rules.updated(
            {"horaires": stored_hours}, from_file, new, source="Hinaura", on=ON
        ).sheet["horaires"]
        return "les mots restent" if updated_hours == stored_hours else updated_hours["text"]

    spec.rows(call)


def test_rejected_value_is_not_proposed_again(spec):
    """Une valeur que quelqu’un a déjà écartée au profit d’une autre n’est ni reprise, ni proposée de nouveau.

    fichier || réponse
    --------++------------------------
    2 rue   || 1 rue, à décider : rien
    3 rue   || 3 rue, à décider : rien
    """

    def call(address):
        chosen = {"adresse": {"source": "Hinaura", "instead_of": "2 rue"}}
        update = rules.updated({"adresse": "1 rue"}, chosen, {"adresse": address}, source="Hinaura", on=ON)
        return f"{update.sheet['adresse']}, à décider : {update.contested.get('adresse', 'rien')}"

    spec.rows(call)


def test_a_file_without_coordinates_leaves_the_point_of_the_same_address():
    """Un fichier relu sans ses coordonnées ramenait chaque lieu au centre de sa commune."""
    stored = {"adresse": "1 rue", "code_insee": "38185", "latitude": 45.17, "longitude": 5.74}
    origin = {name: {"source": "Hinaura", "on": ON} for name in (*stored, "precision")}
    centre = {"latitude": 45.19, "longitude": 5.72, "precision": 4_000.0}
    for address, expected in (("1 rue", 45.17), ("2 rue", 45.19)):
        new = {"adresse": address, "code_insee": "38185", **centre}
        update = rules.updated(stored, origin, new, source="Hinaura", on=ON)
        assert update.sheet["latitude"] == expected and ("precision" in update.sheet) == (address == "2 rue")
    exact = rules.updated(stored | {"precision": 4_000.0}, origin, stored, source="Hinaura", on=ON)
    assert exact.sheet["latitude"] == 45.17 and "precision" not in exact.sheet


def test_a_date_alone_is_no_change(spec):
    """Une date de mise à jour ou un nom de source qui change ne dit rien à qui lit la fiche.

    champ    | valeur    || réponse
    ---------+-----------++--------
    date_maj | 2026      || rien
    source   | b         || rien
    nom      | La Biblio || change
    id       | x         || change
    """
    sheet = {"nom": "Biblio", "date_maj": "2025", "source": "a"}
    spec.rows(
        lambda field, value: (
            "change" if rules.Update({**sheet, field: value}, {}, {}).changes(sheet) else "rien"
        )
    )


def test_a_file_that_only_adds(spec):
    """Un fichier qui complète remplit les vides, allonge les listes sans rien redire, garde la date la
    plus récente.

    champ    | fiche    | fichier   || réponse
    ---------+----------+-----------++--------------
    nom      | Biblio   | Autre nom || Biblio
    courriel | -        | a@b.fr    || a@b.fr
    services | aide don | don wifi  || aide don wifi
    date_maj | 2026     | 2025      || 2026
    """
    spec(lambda t: field_values(rules.completed(fiche(t, "fiche"), fiche(t, "fichier")), t))
    practices = rules.completed({"practices": {"wifi": 1}}, {"practices": {"wifi": 2, "don": 3}})["practices"]
    assert practices == {"wifi": 1, "don": 3}


def test_typed_values_are_confirmed_under_their_author(spec):
    """Ce qu’une personne écrit est à elle et confirmé ; un champ vidé est retiré ; ce qu’elle laisse garde
    son origine.

    champ     | fiche  | vient de | écrit  || devient | vient maintenant de
    ----------+--------+----------+--------++---------+--------------------
    nom       | Biblio | Hinaura  | Biblio || Biblio  | Hinaura
    telephone | 0476   | Hinaura  | 0477   || 0477    | Ana
    courriel  | a@b.fr | Hinaura  | -      || -       | -
    adresse   | -      | -        | 1 rue  || 1 rue   | Ana
    """

    def call(t: dict[str, Any]) -> dict[str, list[str]]:
        typed = {
            field: "" if cell == "-" else cell for field, cell in zip(t["champ"], t["écrit"], strict=True)
        }
        sheet, new_origins = rules.edited(fiche(t, "fiche"), origins(t), typed, by="Ana", on=ON)
        by = [new_origins.get(field, {}).get("source", "-") for field in t["champ"].tolist()]
        return {"devient": field_values(sheet, t), "vient maintenant de": by}

    spec(call)
    _, new_origins = rules.edited({}, {}, {"nom": "Biblio"}, by="Ana", on=ON)
    assert new_origins["nom"] == {"source": "Ana", "on": ON, "confirmed_on": ON, "by": "Ana"}
    confirmed_origins = rules.confirmed(
        {"nom": "Biblio", "date_maj": "2026", "source": "x", "id": "1"}, {}, by="Ana", on=ON
    )
    assert confirmed_origins == {"nom": {"confirmed_on": ON, "by": "Ana"}}


def test_how_fresh_a_sheet_is(spec):
    """Une fiche a quatre mailles sous six mois, trois sous douze, deux sous dix-huit, une au-delà, aucune
    sans date.

    On regarde la plus récente des deux dates : celle du fichier, celle où la structure a confirmé. Un jour
    à venir n’est pas une date. Vu le 20 novembre 2026.

    fichier    | confirmé   || réponse
    -----------+------------++------------------------------
    2026-11-20 | -          || 4 : mis à jour ce mois-ci
    2026-05-21 | -          || 4 : mis à jour il y a 5 mois
    2026-05-20 | -          || 3 : mis à jour il y a 6 mois
    2025-11-21 | -          || 3 : mis à jour il y a 11 mois
    2025-11-20 | -          || 2 : mis à jour il y a 12 mois
    2025-05-21 | -          || 2 : mis à jour il y a 17 mois
    2025-05-20 | -          || 1 : mis à jour il y a 18 mois
    2024-11-20 | -          || 1 : mis à jour il y a 2 ans
    -          | 2026-10-20 || 4 : confirmé il y a 1 mois
    2026-10-20 | 2026-10-20 || 4 : confirmé il y a 1 mois
    2026-11-01 | 2026-10-20 || 4 : mis à jour ce mois-ci
    -          | -          || 0 : date inconnue
    2026-12-20 | -          || 0 : date inconnue
    """

    def day(cell: str) -> date | None:
        return None if cell == "-" else date.fromisoformat(cell)

    def call(t: dict[str, Any]) -> list[str]:
        some = [
            rules.freshness(day(updated), day(confirmed), on=date(2026, 11, 20))
            for updated, confirmed in zip(t["fichier"].tolist(), t["confirmé"].tolist(), strict=True)
        ]
        return [f"{each.stitches} : {each.words}".replace("\xa0", " ") for each in some]

    spec(call)


def test_when_a_sheet_is_confirmed_again(spec):
    """G-034 : une fiche est à confirmer de nouveau après le nombre de mois choisi, en mois de 30,44 jours.

    mois || réponse
    -----++-----------
       1 || 2026-01-31
       3 || 2026-04-02
       6 || 2026-07-03
      12 || 2027-01-01
    """
    spec.rows(lambda months: f"{rules.confirm_by(date(2026, 1, 1), int(months)):%Y-%m-%d}")
    assert rules.confirm_by(None, 6) is None


def test_which_structure_carries_a_place(spec):
    """G-001 : les lieux d’un même SIREN ont une structure ; sans pivot, c’est le nom de la structure parente,
    sinon le lieu lui-même.

    pivot          | structure_parente | nom    | code_insee || réponse
    ---------------+-------------------+--------+------------++-----------------------------
    21380185000015 | Ville             | Biblio | 2A004      || siren:213801850 · Ville
    213801850      | -                 | Biblio | 38185      || siren:213801850 · Biblio
    W381000000     | -                 | Biblio | 38185      || pivot:W381000000 · Biblio
    2138018500001  | -                 | Biblio | 38185      || pivot:2138018500001 · Biblio
    -              | Ville             | Biblio | 38185      || nom:ville: · Ville
    -              | -                 | Biblio | 38185      || nom:biblio:38185 · Biblio
    """

    def call(t: dict[str, Any]) -> list[str]:
        names = ("pivot", "structure_parente", "nom", "code_insee")
        sheets = [
            {name: "" if cell == "-" else cell for name, cell in zip(names, row, strict=True)}
            for row in zip(*(t[name].tolist() for name in names), strict=True)
        ]
        return [" · ".join(rules.structure_key(sheet)) for sheet in sheets]

    spec(call)


def test_the_address_of_a_sheet(spec):
    """L’adresse d’une fiche est son identifiant s’il se lit dans une adresse, sinon son nom et sa commune.

    id       | nom        | commune  || réponse
    ---------+------------+----------++-------------------
    lieu-12  | La Biblio  | Grenoble || lieu-12
    a/b      | La Biblio  | Grenoble || la-biblio-grenoble
    -abc     | -          | -        || lieu
    """
    spec.rows(
        lambda id, name, commune: rules.address_of(
            id, {} if name == "-" else {"nom": name, "commune": commune}
        )
    )


def test_stitches_show_that_something_is_done_and_something_left(spec):
    """Une maille par lieu jusqu’à trente ; au-delà, en proportion, mais ce qui est commencé se voit, et ce
    qui reste aussi.

    faits | tous || réponse
    ------+------++----------
        0 |    3 || 0 sur 3
        1 |    3 || 1 sur 3
       30 |   30 || 30 sur 30
        0 |  500 || 0 sur 30
        1 |  500 || 1 sur 30
      250 |  500 || 15 sur 30
      499 |  500 || 29 sur 30
      500 |  500 || 30 sur 30
       15 |   31 || 15 sur 30
    """
    spec(
        lambda t: [
            f"{sum(stitches)} sur {len(stitches)}"
            for done, total in zip(t["faits"], t["tous"], strict=True)
            if (stitches := rules.stitches(int(done), int(total))) == sorted(stitches, reverse=True)
        ]
    )


def test_a_version_of_a_merged_sheet_passes_on_what_it_changes(spec):
    """D’une fiche réunie à une autre, un nouveau fichier ne change dans celle qui reste que ce qu’il a
    lui-même changé.

    La fiche qui reste, celle qui lui fut réunie telle qu’elle était, et ce que le fichier en dit maintenant.

    champ     | reste    | réunie    | maintenant || réponse
    ----------+----------+-----------+------------++--------
    nom       | Biblio   | La Biblio | La Biblio  || Biblio
    telephone | 0476     | 0476      | 0499       || 0499
    services  | aide     | don       | -          || -
    courriel  | -        | -         | a@b.fr     || a@b.fr
    date_maj  | 2025     | 2024      | 2026       || 2025
    """

    def call(t: dict[str, Any]) -> list[str]:
        survivor, before = fiche(t, "reste"), fiche(t, "réunie")
        update = rules.Update(fiche(t, "maintenant"), {}, {})
        known = {field: {"source": "Hinaura"} for field in survivor}
        change = rules.passed_on(survivor, known, before, update, source="Hinaura", on=ON, same_source=False)
        return field_values(change.sheet, t)

    spec(call)


def test_what_a_search_may_ask(spec):
    """Une recherche ne trouve que ce qui est offert aujourd’hui ; le français seul n’est pas une langue de
    plus.

    Une pratique par ligne, dans son état, avec ce que le réseau wifi demande et la langue parlée.

    pratique   | état    | demande | langue   || réponse
    -----------+---------+---------+----------++--------------------------------------------
    wifi       | offered | rien    | -        || pratique:wifi wifi:sans_contact
    wifi       | offered | sms     | -        || pratique:wifi
    wifi       | offered | -       | -        || pratique:wifi
    wifi       | planned | rien    | -        || rien
    formation  | offered | rien    | français || langue:Français pratique:formation
    formation  | offered | -       | arabe    || langue:Arabe langues:oui pratique:formation
    """

    def call(t: dict[str, Any]) -> list[str]:
        out = []
        for practice, state, barrier, language in zip(
            *(column.tolist() for column in t.values()), strict=True
        ):
            conditions: dict[str, Any] = {"state": state}
            conditions |= {} if barrier == "-" else {"barrieres": [] if barrier == "rien" else [barrier]}
            conditions |= {} if language == "-" else {"langues": [language]}
            facets = rules.facets({"nom": "x", "practices": {practice: conditions}})
            out.append(" ".join(facet for facet in facets if not facet.startswith("type:")) or "rien")
        return out

    spec(call)


def test_the_words_that_find_a_place(spec):
    """On trouve un lieu par son nom, sa commune, son type, ses services, ce qu’il fait, ses thèmes et ce
    qu’il prête ou vend, sans accent ni doublon.

    mot          || réponse
    -------------++--------
    mediatheque  || trouvé
    heres        || trouvé
    ecoles       || trouvé
    demarches    || trouvé
    tableur      || trouvé
    tablettes    || trouvé
    piscine      || non
    """
    sheet = {
        "nom": "La Médiathèque",
        "commune": "Saint-Martin-d’Hères",
        "adresse": "1 rue des Écoles",
        "services": ["procedures"],
        "practices": {"formation": {"state": "offered", "themes": ["Tableur"]}, "pret": {"state": "offered", "materiel": ["Tablettes"]}},
    }  # fmt: skip
    words = rules.searched(sheet).split()
    spec.rows(lambda word: "trouvé" if word in words else "non")
    assert len(words) == len(set(words))
    assert all(word == word.casefold() for word in words)


def test_conditions_of_a_practice_are_ordered(spec):
    """D’une pratique on demande ce qui a un sens pour elle, dans l’ordre ; la question est le nom de la
    condition, ou la sienne.

    pratique || réponse
    ---------++---------------------------------------------------------------------------
    wifi     || endroit barrieres frais frais_precisions publics soucis visites precisions
    recharge || endroit materiel frais publics precisions
    """

    def call(practice):
        return " ".join(rules.condition_questions()[practice])

    spec.rows(call)
    assert rules.condition_questions()["wifi"]["barrieres"] == "Ce que le réseau demande pour se connecter"
    assert all(
        question for conditions in rules.condition_questions().values() for question in conditions.values()
    )
