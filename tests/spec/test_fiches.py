"""Ce qu’une fiche de lieu devient quand un fichier revient, quand quelqu’un la corrige, quand le temps
passe.
"""

from datetime import date
from typing import Any

from maillage.apps.directory import rules

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
    Une case que le
    fichier ne remplit plus n’efface rien ; une liste, elle, suit le fichier jusqu’à rien.
    """

    def call(t: dict[str, Any]) -> dict[str, list[str]]:
        update = rules.updated(fiche(t, "fiche"), origins(t), fiche(t, "fichier"), source="Hinaura", on=ON)
        return {"devient": field_values(update.sheet, t), "à décider": field_values(update.contested, t)}

    spec(
        """
        champ         | fiche     | vient de | fichier
        --------------+-----------+----------+----------
        nom           | Biblio    | Hinaura  | La Biblio
        telephone     | 0476      | confirmé | 0477
        adresse       | 1 rue     | Coop     | 2 rue
        commune       | Grenoble  | Coop     | Grenoble
        courriel      | -         | -        | a@b.fr
        site_web      | biblio.fr | Hinaura  | -
        services      | aide wifi | Hinaura  | -
        langues       | fr ar     | confirmé | -
        date_maj      | 2025      | Coop     | 2026
        """,
        call,
        """
        devient   | à décider
        ----------+----------
        La Biblio | -
        0476      | 0477
        1 rue     | 2 rue
        Grenoble  | -
        a@b.fr    | -
        biblio.fr | -
        -         | -
        fr ar     | -
        2026      | -
        """,
    )


def test_where_a_field_comes_from_follows_it(spec):
    """Chaque champ sait qui l’a dit : le fichier pour ce qu’il a mis à jour ou redit, sa source d’avant
    pour le reste.
    """

    def call(t: dict[str, Any]) -> list[str]:
        update = rules.updated(fiche(t, "fiche"), origins(t), fiche(t, "fichier"), source="Hinaura", on=ON)
        return [
            f"{field} : {update.origins.get(field, {}).get('source', 'personne')}, "
            f"{update.origins.get(field, {}).get('on', 'sans date')}"
            for field in t["champ"].tolist()
        ]

    spec(
        """
        champ     | fiche    | vient de | fichier
        ----------+----------+----------+---------
        nom       | Biblio   | Hinaura  | La Biblio
        commune   | Grenoble | Hinaura  | Grenoble
        adresse   | 1 rue    | Coop     | 2 rue
        telephone | 0476     | Coop     | 0476
        courriel  | -        | -        | a@b.fr
        services  | aide     | Hinaura  | -
        """,
        call,
        [
            "nom : Hinaura, 2026-11-20",
            "commune : Hinaura, 2026-11-20",
            "adresse : Coop, sans date",
            "telephone : Coop, sans date",
            "courriel : Hinaura, 2026-11-20",
            "services : personne, sans date",
        ],
    )


def test_hours_of_a_format_without_words_leave_the_text_of_the_sheet(spec):
    """Un format qui n’écrit que des horaires d’OpenStreetMap ne retire pas les mots d’une fiche, ni ce qui n’en fut
    pas compris, tant que la semaine est la même ; une autre semaine, ou d’autres mots, remplacent.
    """

    def call(t: dict[str, Any]) -> list[str]:
        stored_hours = {
            "osm": "Mo 09:00-12:00",
            "text": "lundi matin, sauf la foire",
            "left": "sauf la foire",
        }
        out = []
        for osm, text in zip(t["osm"].tolist(), t["texte"].tolist(), strict=True):
            new = {"horaires": {"osm": osm, "text": text}}
            from_file = {"horaires": {"source": "Hinaura"}}
            updated_hours = rules.updated(
                {"horaires": stored_hours}, from_file, new, source="Hinaura", on=ON
            ).sheet["horaires"]
            out.append("les mots restent" if updated_hours == stored_hours else updated_hours["text"])
        return out

    spec(
        """
        osm            | texte
        ---------------+----------------
        Mo 09:00-12:00 | Mo 09:00-12:00
        Tu 09:00-12:00 | Tu 09:00-12:00
        Mo 09:00-12:00 | lundi matin
        """,
        call,
        ["les mots restent", "Tu 09:00-12:00", "lundi matin"],
    )


def test_rejected_value_is_not_proposed_again(spec):
    """Une valeur que quelqu’un a déjà écartée au profit d’une autre n’est ni reprise, ni proposée de
    nouveau.
    """

    def call(t: dict[str, Any]) -> list[str]:
        chosen = {"adresse": {"source": "Hinaura", "instead_of": "2 rue"}}
        out = []
        for address in t["fichier"].tolist():
            update = rules.updated(
                {"adresse": "1 rue"}, chosen, {"adresse": address}, source="Hinaura", on=ON
            )
            out.append(f"{update.sheet['adresse']}, à décider : {update.contested.get('adresse', 'rien')}")
        return out

    spec(
        """
        fichier
        -------
        2 rue
        3 rue
        """,
        call,
        ["1 rue, à décider : rien", "3 rue, à décider : rien"],
    )


def test_a_date_alone_is_no_change(spec):
    """Une date de mise à jour ou un nom de source qui change ne dit rien à qui lit la fiche."""
    sheet = {"nom": "Biblio", "date_maj": "2025", "source": "a"}
    spec(
        """
        champ    | valeur
        ---------+----------
        date_maj | 2026
        source   | b
        nom      | La Biblio
        id       | x
        """,
        lambda t: [
            "change" if rules.Update({**sheet, field: value}, {}, {}).changes(sheet) else "rien"
            for field, value in zip(t["champ"].tolist(), t["valeur"].tolist(), strict=True)
        ],
        ["rien", "rien", "change", "change"],
    )


def test_a_file_that_only_adds(spec):
    """Un fichier qui complète remplit les vides, allonge les listes sans rien redire, garde la date la
    plus récente.
    """
    spec(
        """
        champ    | fiche    | fichier
        ---------+----------+----------
        nom      | Biblio   | Autre nom
        courriel | -        | a@b.fr
        services | aide don | don wifi
        date_maj | 2026     | 2025
        """,
        lambda t: field_values(rules.completed(fiche(t, "fiche"), fiche(t, "fichier")), t),
        ["Biblio", "a@b.fr", "aide don wifi", "2026"],
    )
    practices = rules.completed({"practices": {"wifi": 1}}, {"practices": {"wifi": 2, "don": 3}})["practices"]
    assert practices == {"wifi": 1, "don": 3}


def test_typed_values_are_confirmed_under_their_author(spec):
    """Ce qu’une personne écrit est à elle et confirmé ; un champ vidé est retiré ; ce qu’elle laisse garde
    son origine.
    """

    def call(t: dict[str, Any]) -> dict[str, list[str]]:
        typed = {
            field: "" if cell == "-" else cell for field, cell in zip(t["champ"], t["écrit"], strict=True)
        }
        sheet, new_origins = rules.edited(fiche(t, "fiche"), origins(t), typed, by="Ana", on=ON)
        by = [new_origins.get(field, {}).get("source", "-") for field in t["champ"].tolist()]
        return {"devient": field_values(sheet, t), "vient maintenant de": by}

    spec(
        """
        champ     | fiche  | vient de | écrit
        ----------+--------+----------+-------
        nom       | Biblio | Hinaura  | Biblio
        telephone | 0476   | Hinaura  | 0477
        courriel  | a@b.fr | Hinaura  | -
        adresse   | -      | -        | 1 rue
        """,
        call,
        """
        devient | vient maintenant de
        --------+--------------------
        Biblio  | Hinaura
        0477    | Ana
        -       | -
        1 rue   | Ana
        """,
    )
    _, new_origins = rules.edited({}, {}, {"nom": "Biblio"}, by="Ana", on=ON)
    assert new_origins["nom"] == {"source": "Ana", "on": ON, "confirmed_on": ON, "by": "Ana"}
    confirmed_origins = rules.confirmed(
        {"nom": "Biblio", "date_maj": "2026", "source": "x", "id": "1"}, {}, by="Ana", on=ON
    )
    assert confirmed_origins == {"nom": {"confirmed_on": ON, "by": "Ana"}}


def test_how_fresh_a_sheet_is(spec):
    """Une fiche a quatre mailles sous six mois, trois sous douze, deux sous dix-huit, une au-delà, aucune
    sans date.

    On regarde la plus récente des deux dates : celle du fichier, celle où la structure a confirmé. Vu le 20
    novembre 2026.
    """

    def day(cell: str) -> date | None:
        return None if cell == "-" else date.fromisoformat(cell)

    def call(t: dict[str, Any]) -> list[str]:
        some = [
            rules.freshness(day(updated), day(confirmed), on=date(2026, 11, 20))
            for updated, confirmed in zip(t["fichier"].tolist(), t["confirmé"].tolist(), strict=True)
        ]
        return [f"{each.stitches} : {each.words}".replace("\xa0", " ") for each in some]

    spec(
        """
        fichier    | confirmé
        -----------+-----------
        2026-11-20 | -
        2026-05-21 | -
        2026-05-20 | -
        2025-11-21 | -
        2025-11-20 | -
        2025-05-21 | -
        2025-05-20 | -
        2024-11-20 | -
        -          | 2026-10-20
        2026-10-20 | 2026-10-20
        2026-11-01 | 2026-10-20
        -          | -
        2026-12-20 | -
        """,
        call,
        [
            "4 : mis à jour ce mois-ci",
            "4 : mis à jour il y a 5 mois",
            "3 : mis à jour il y a 6 mois",
            "3 : mis à jour il y a 11 mois",
            "2 : mis à jour il y a 12 mois",
            "2 : mis à jour il y a 17 mois",
            "1 : mis à jour il y a 18 mois",
            "1 : mis à jour il y a 2 ans",
            "4 : confirmé il y a 1 mois",
            "4 : confirmé il y a 1 mois",
            "4 : mis à jour ce mois-ci",
            "0 : date inconnue",
            "4 : mis à jour ce mois-ci",
        ],
    )


def test_when_a_sheet_is_confirmed_again(spec):
    """G-034 : une fiche est à confirmer de nouveau après le nombre de mois choisi, en mois de 30,44 jours."""
    spec(
        """
        mois
        ----
           1
           3
           6
          12
        """,
        lambda t: [f"{rules.confirm_by(date(2026, 1, 1), int(months)):%Y-%m-%d}" for months in t["mois"]],
        ["2026-01-31", "2026-04-02", "2026-07-03", "2027-01-01"],
    )
    assert rules.confirm_by(None, 6) is None


def test_which_structure_carries_a_place(spec):
    """G-001 : les lieux d’un même SIREN ont une structure ; sans pivot, c’est le nom de la structure parente,
    sinon le lieu lui-même.
    """

    def call(t: dict[str, Any]) -> list[str]:
        names = ("pivot", "structure_parente", "nom", "code_insee")
        sheets = [
            {name: "" if cell == "-" else cell for name, cell in zip(names, row, strict=True)}
            for row in zip(*(t[name].tolist() for name in names), strict=True)
        ]
        return [" · ".join(rules.structure_key(sheet)) for sheet in sheets]

    spec(
        """
        pivot          | structure_parente | nom    | code_insee
        ---------------+-------------------+--------+-----------
        21380185000015 | Ville             | Biblio | 2A004
        213801850      | -                 | Biblio | 38185
        W381000000     | -                 | Biblio | 38185
        2138018500001  | -                 | Biblio | 38185
        -              | Ville             | Biblio | 38185
        -              | -                 | Biblio | 38185
        """,
        call,
        [
            "siren:213801850 · Ville",
            "siren:213801850 · Biblio",
            "pivot:W381000000 · Biblio",
            "pivot:2138018500001 · Biblio",
            "nom:ville: · Ville",
            "nom:biblio:38185 · Biblio",
        ],
    )


def test_the_address_of_a_sheet(spec):
    """L’adresse d’une fiche est son identifiant s’il se lit dans une adresse, sinon son nom et sa commune."""
    spec(
        """
        id       | nom        | commune
        ---------+------------+---------
        lieu-12  | La Biblio  | Grenoble
        a/b      | La Biblio  | Grenoble
        -abc     | -          | -
        """,
        lambda t: [
            rules.address_of(id, {} if name == "-" else {"nom": name, "commune": commune})
            for id, name, commune in zip(
                t["id"].tolist(), t["nom"].tolist(), t["commune"].tolist(), strict=True
            )
        ],
        ["lieu-12", "la-biblio-grenoble", "lieu"],
    )


def test_stitches_show_that_something_is_done_and_something_left(spec):
    """Une maille par lieu jusqu’à trente ; au-delà, en proportion, mais ce qui est commencé se voit, et ce
    qui reste aussi.
    """
    spec(
        """
        faits | tous
        ------+-----
            0 |    3
            1 |    3
           30 |   30
            0 |  500
            1 |  500
          250 |  500
          499 |  500
          500 |  500
           15 |   31
        """,
        lambda t: [
            f"{sum(stitches)} sur {len(stitches)}"
            for done, total in zip(t["faits"], t["tous"], strict=True)
            if (stitches := rules.stitches(int(done), int(total))) == sorted(stitches, reverse=True)
        ],
        [
            "0 sur 3",
            "1 sur 3",
            "30 sur 30",
            "0 sur 30",
            "1 sur 30",
            "15 sur 30",
            "29 sur 30",
            "30 sur 30",
            "15 sur 30",
        ],
    )


def test_a_version_of_a_merged_sheet_passes_on_what_it_changes(spec):
    """D’une fiche réunie à une autre, un nouveau fichier ne change dans celle qui reste que ce qu’il a
    lui-même changé.

    La fiche qui reste, celle qui lui fut réunie telle qu’elle était, et ce que le fichier en dit maintenant.
    """

    def call(t: dict[str, Any]) -> list[str]:
        survivor, before = fiche(t, "reste"), fiche(t, "réunie")
        update = rules.Update(fiche(t, "maintenant"), {}, {})
        known = {field: {"source": "Hinaura"} for field in survivor}
        change = rules.passed_on(survivor, known, before, update, source="Hinaura", on=ON, same_source=False)
        return field_values(change.sheet, t)

    spec(
        """
        champ     | reste    | réunie    | maintenant
        ----------+----------+-----------+-----------
        nom       | Biblio   | La Biblio | La Biblio
        telephone | 0476     | 0476      | 0499
        services  | aide     | don       | -
        courriel  | -        | -         | a@b.fr
        date_maj  | 2025     | 2024      | 2026
        """,
        call,
        ["Biblio", "0499", "-", "a@b.fr", "2025"],
    )


def test_what_a_search_may_ask(spec):
    """Une recherche ne trouve que ce qui est offert aujourd’hui ; le français seul n’est pas une langue de
    plus.

    Une pratique par ligne, dans son état, avec ce que le réseau wifi demande et la langue parlée.
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

    spec(
        """
        pratique   | état    | demande | langue
        -----------+---------+---------+--------
        wifi       | offered | rien    | -
        wifi       | offered | sms     | -
        wifi       | offered | -       | -
        wifi       | planned | rien    | -
        formation  | offered | rien    | français
        formation  | offered | -       | arabe
        """,
        call,
        [
            "pratique:wifi wifi:sans_contact",
            "pratique:wifi",
            "pratique:wifi",
            "rien",
            "langue:Français pratique:formation",
            "langue:Arabe langues:oui pratique:formation",
        ],
    )


def test_the_words_that_find_a_place(spec):
    """On trouve un lieu par son nom, sa commune, son type, ses services, ce qu’il fait, ses thèmes et ce
    qu’il prête ou vend, sans accent ni doublon.
    """
    sheet = {
        "nom": "La Médiathèque",
        "commune": "Saint-Martin-d’Hères",
        "adresse": "1 rue des Écoles",
        "services": ["procedures"],
        "practices": {
            "formation": {"state": "offered", "themes": ["Tableur"]},
            "pret": {"state": "offered", "materiel": ["Tablettes"]},
        },
    }
    words = rules.searched(sheet).split()
    spec(
        """
        mot
        ------------
        mediatheque
        heres
        ecoles
        demarches
        tableur
        tablettes
        piscine
        """,
        lambda t: ["trouvé" if word in words else "non" for word in t["mot"].tolist()],
        ["trouvé", "trouvé", "trouvé", "trouvé", "trouvé", "trouvé", "non"],
    )
    assert len(words) == len(set(words))
    assert all(word == word.casefold() for word in words)


def test_conditions_of_a_practice_are_ordered(spec):
    """D’une pratique on demande ce qui a un sens pour elle, dans l’ordre ; la question est le nom de la
    condition, ou la sienne.
    """

    def call(t: dict[str, Any]) -> list[str]:
        return [" ".join(rules.condition_questions()[practice]) for practice in t["pratique"].tolist()]

    spec(
        """
        pratique
        --------
        wifi
        recharge
        """,
        call,
        [
            "endroit barrieres frais frais_precisions publics soucis visites precisions",
            "endroit materiel frais publics precisions",
        ],
    )
    assert rules.condition_questions()["wifi"]["barrieres"] == "Ce que le réseau demande pour se connecter"
    assert all(
        question for conditions in rules.condition_questions().values() for question in conditions.values()
    )
