"""Les listes du métier que portent nos pages : chaque mot publié y a sa place."""

from maillage.apps.directory import rules
from maillage.apps.outreach.queries import census, method
from maillage.modules.format import FollowUp
from maillage.reference import bilan, codesign, everyday_tools, indicators, offer, procedures
from maillage.reports.directory import suitability

title = "Les listes du métier"


def test_trois_familles_de_professionnels_et_ce_qui_leur_manque(spec):
    """H-006 : l’action sociale n’est pas formée, la médiation numérique est peu armée, les opérateurs ne sont pas
    outillés. Un atelier de co-construction pose ces trois causes, et chacune nourrit un constat de la grille.
    """
    spec(
        """
        cause
        ----------------
        social_untrained
        mediation
        operators
        """,
        lambda t: [codesign.causes()[id].finding for id in t["cause"].tolist()],
        ["untrained", "unprepared", "no_operator_tools"],
    )


def test_les_trois_difficultes_d_une_personne():
    """H-019, H-020 : sans équipement ni connexion ; sans les gestes ; la peur. Le bilan les distingue."""
    assert bilan.flags()["access"].when == "accès aucun ou fragile"
    assert bilan.uses()["G0"].plain == "n’a pas encore les gestes"
    assert bilan.flags()["fear"].label == "Peur de se tromper"


def test_les_centres_d_interet_se_demandent(spec):
    """H-028 : santé, loisirs, vie quotidienne. Le bilan les demande, et un réseau se demande par lesquels venir vers les
    habitants.
    """
    spec(
        """
        interet
        -------
        health
        school
        money
        leisure
        """,
        lambda t: [bilan.questions()["M1"].options[id].label for id in t["interet"].tolist()],
        ["Ma santé", "L’école des enfants", "Mon argent", "Me distraire, acheter moins cher"],
    )
    assert "centres d’intérêt" in codesign.questions()["S-010"].says


def test_les_domaines_de_la_vie_quotidienne_ont_leur_famille_de_demarches(spec):
    """H-026 : emploi, santé, éducation, citoyenneté, loisirs, accès aux droits, mobilité."""
    spec(
        """
        domaine      | famille
        -------------+-----------
        emploi       | travail
        santé        | social
        éducation    | famille
        citoyenneté  | papiers
        loisirs      | loisirs
        droits       | social
        mobilité     | transports
        """,
        lambda t: [procedures.families()[id].label for id in t["famille"].tolist()],
        [
            "Travail, formation",
            "Social, santé",
            "Famille, scolarité",
            "Papiers, citoyenneté, élections",
            "Loisirs, sport, culture",
            "Social, santé",
            "Transports, mobilité",
        ],
    )


def test_trois_evenements_de_reussite_sont_comptes_a_part(spec):
    """H-050 : la création d’un compte, une démarche, un achat ont chacun leur indicateur."""
    spec(
        """
        indicateur
        ------------------
        reussite-comptes
        reussite-demarches
        reussite-achats
        """,
        lambda t: [indicators.indicators()[id].label for id in t["indicateur"].tolist()],
        ["Réussite : créer un compte", "Réussite : faire une démarche", "Réussite : acheter en ligne"],
    )


def test_une_formation_dit_les_publics_qu_elle_accueille(spec):
    """H-021, H-022, H-023 : handicap, illettrisme, addictions, faible mobilité ; jeunes et seniors ; faibles revenus, sans
    diplôme, langue ; les huit publics de 002. Un lieu le dit, et l’annuaire le retient.
    """
    spec(
        """
        liste                          | public
        -------------------------------+------------
        publics_fragiles               | handicap
        publics_fragiles               | illettrisme
        publics_fragiles               | addictions
        publics_specifiquement_adresses | youth
        publics_specifiquement_adresses | seniors
        publics_fragiles               | mobilite
        publics_fragiles               | peu_de_revenus
        publics_fragiles               | sans_diplome
        prise_en_charge_specifique     | languages
        publics_fragiles               | sans_domicile
        publics_fragiles               | retraite
        publics_fragiles               | migration
        publics_fragiles               | familles
        publics_fragiles               | travail_precaire
        publics_fragiles               | age_precaire
        publics_fragiles               | emploi
        publics_fragiles               | insertion
        """,
        lambda t: [
            offer.lists()[name].values[id].label
            for name, id in zip(t["liste"].tolist(), t["public"].tolist(), strict=True)
        ],
        [
            *("Situation de handicap", "Illettrisme", "Addictions", "Jeunes", "Seniors", "Faible mobilité"),
            *("Faibles revenus", "Sans diplôme", "Langues étrangères (autres)"),
            *("Sans domicile", "Retraite modeste", "Migrants", "Familles en difficulté"),
            *("Travailleurs pauvres", "Grand âge et précarité", "Demandeurs d’emploi", "Jeunes en insertion"),
        ],
    )


def test_ce_que_la_fiche_demande_de_chaque_offre(spec):
    """G-018, G-019, G-021, G-022, G-023 : d’un libre accès, l’aide, les postes et le matériel ; d’un wifi, où il est, ce
    qu’il demande pour se connecter et ses problèmes connus ; d’un cours, son niveau, ses appareils, son rythme et ses
    séances ; d’une vente, neuf ou d’occasion, et sur quelle orientation ; d’une réparation, à domicile, par soi-même avec
    de l’aide, et le souhait de ne pas être cité.
    """

    def missing(t):
        questions = (rules.condition_questions()[practice] for practice in t["pratique"].tolist())
        wanted = (conditions.split() for conditions in t["demande"].tolist())
        return [" ".join(set(some) - set(there)) for some, there in zip(wanted, questions, strict=True)]

    spec(
        """
        pratique    | demande
        ------------+-------------------------------------------------------------
        libre_acces | accompagnement postes materiel barrieres
        wifi        | endroit barrieres frais soucis
        formation   | niveau materiel etapes regularite publics inscription frais
        vente       | etats publics prescription frais_precisions
        reparation  | a_domicile auto_reparation discret frais complet
        """,
        missing,
        [""] * 5,
    )


def test_ce_qu_une_fiche_dit_au_dela_de_son_adresse(spec):
    """G-025 à G-032, G-045 : aller hors de ses murs, où, et accueillir des partenaires ; équipé sans animation ; publics fragiles et
    équipe formée ; prix ; publics ; aidants, leur profil, leur formation ; financeurs et partenaires ; pourquoi c’est
    fini. Ce qui ne regarde que les professionnels n’est pas public.
    """
    spec(
        """
        champ                           | prive
        --------------------------------+------
        hors_les_murs                   | non
        hors_les_murs_ou                | non
        accueille_partenaires           | non
        sans_animation                  | oui
        publics_fragiles                | non
        publics_fragiles_equipe         | oui
        frais_a_charge                  | non
        publics_specifiquement_adresses | non
        aidants_nombre                  | oui
        aidants_profils                 | oui
        aidants_formes                  | oui
        financeurs                      | oui
        partenaires                     | oui
        fin_motif                       | oui
        """,
        lambda t: [
            offer.fields()[name].private == (is_private == "oui")
            for name, is_private in zip(t["champ"].tolist(), t["prive"].tolist(), strict=True)
        ],
        [True] * 14,
    )


def test_ce_qui_aide_a_orienter_a_son_champ(spec):
    """G-007, G-017 : au-delà de l’adresse, comment venir et se présenter, quand, pour qui, à quel prix, dans quelle langue,
    ce qu’il faut pour entrer. Tout cela est public.
    """
    spec(
        """
        champ
        -------------------------------
        nom
        typologie
        commune
        quartier
        adresse
        latitude
        longitude
        telephone
        courriels
        horaires
        fermetures
        prise_rdv
        modalites_acces
        acces_precisions
        avant_de_venir
        publics_specifiquement_adresses
        publics_precisions
        frais_precisions
        langues
        barrieres
        presentation_detail
        """,
        lambda t: [offer.fields()[name].private for name in t["champ"].tolist()],
        [False] * 21,
    )


def test_l_annuaire_se_filtre_par_ce_que_dit_la_fiche(spec):
    """G-036 : par service, par public, par prix, par accompagnement, par endroit où l’équipe vient. Ce qu’une fiche ne dit pas n’est pas deviné."""

    def facets_of_fields(t):
        sheets = (
            {"nom": "x", field: [value]}
            for field, value in zip(*(c.tolist() for c in t.values()), strict=True)
        )
        return [" ".join(each for each in rules.facets(sheet) if each != "type:autre") for sheet in sheets]

    spec(
        """
        champ                           | valeur
        --------------------------------+------------
        services                        | procedures
        publics_specifiquement_adresses | seniors
        frais_a_charge                  | free
        hors_les_murs_ou                | district
        modalites_accompagnement        | person
        notes                           | free
        """,
        facets_of_fields,
        [
            "pratique:assistance service:procedures",
            "public:seniors",
            "prix:free",
            "ailleurs:district",
            "aide:person",
            "",
        ],
    )


def test_chaque_besoin_a_son_offre(spec):
    """G-008 : s’équiper (acheter, emprunter, recevoir, réparer), l’ordinateur d’un lieu, le wifi, apprendre, le téléphone.
    Chacun se cherche par les mots de qui en a besoin.
    """
    spec(
        """
        pratique
        -----------
        vente
        pret
        don
        reparation
        libre_acces
        wifi
        formation
        telephonie
        """,
        lambda t: [
            bool(offer.practices()[id].need and offer.practices()[id].asked) for id in t["pratique"].tolist()
        ],
        [True] * 8,
    )


def test_huit_familles_de_services_aujourd_hui_ou_en_projet(spec):
    """G-024 : sensibiliser, faire le point, aider à faire, orienter, former, l’accès libre, le matériel, le wifi. Ce qui est
    en projet se dit sur la fiche ; une recherche de ce qui est ouvert ne le trouve pas.
    """

    def facets_of_families(t):
        rows = zip(t["famille"].tolist(), t["etat"].tolist(), strict=True)
        sheets = (rules.facets({"nom": "x", "practices": {id: {"state": state}}}) for id, state in rows)
        return [any(each.startswith("pratique:") for each in facets) for facets in sheets]

    families = "sensibilisation diagnostic assistance orientation formation libre_acces vente wifi".split()
    spec(
        "\n".join(
            ["famille | etat", "--------+-----"]
            + [f"{family} | {state}" for family in families for state in ("offered", "planned")]
        ),
        facets_of_families,
        [True, False] * 8,
    )


def test_d_ou_vient_un_organisme_et_ou_l_on_en_est_avec_lui(spec):
    """G-013, G-015, G-016 : une liste officielle, un contact, la recommandation d’un autre, un réseau ; à contacter,
    contacté, répondu, refusé, hors champ. La méthode publiée dit chaque chemin.
    """
    spec(
        """
        trouve
        -----------
        official
        contact
        recommended
        network
        """,
        lambda t: [f"{rules.FOUND_BY[id]} : {method.FOUND_BY_WORDS[id]}" for id in t["trouve"].tolist()],
        [
            "liste officielle : par une liste officielle",
            "contact : par un contact",
            "recommandation : sur la recommandation d’un autre",
            "réseau : par un réseau",
        ],
    )
    assert list(rules.BODY_STATES) == ["to-contact", "contacted", "answered", "refused", "out"]
    assert offer.fields()["decouvert_par"].private


def test_ce_qu_un_recensement_ecarte(spec):
    """G-009, G-010, G-011, G-012 : le but solidaire, l’activité régulière, les compétences de base. Chaque territoire les
    éteint une à une, et un lieu écarté garde sa raison (`tests/apps/test_census.py`).
    """
    spec(
        """
        regle
        ----------
        solidarity
        basic
        regular
        """,
        lambda t: [census.RULES[id].leaves_out for id in t["regle"].tolist()],
        [
            "Les commerces, et les services réservés à leurs clients.",
            "Les lieux qui ne forment qu’à des compétences avancées.",
            "Les activités qui dépendent des dons, ou de la présence d’une seule personne.",
        ],
    )


def test_un_lieu_ou_il_vaut_mieux_venir_accompagne(spec):
    """G-043 : la porte d’une bibliothèque est difficile à pousser pour qui n’en a pas l’habitude ; un accueil social où
    quelqu’un aide convient mieux. D’un lieu qui ne le dit pas, on ne dit rien.
    """
    spec(
        """
        type          | aide     | prix
        --------------+----------+-----
        bibliotheque  | non      | free
        bibliotheque  | person   | free
        centre-social | person   | non
        departement   | group    | non
        mjc           | non      | free
        """,
        lambda t: [
            suitability.verdict(
                kind,
                suitability.facts(
                    kind,
                    {"modalites_accompagnement": [ways], "frais_a_charge": [price]},
                    {},
                ),
            )
            for kind, ways, price in zip(
                *(t[name].tolist() for name in ("type", "aide", "prix")), strict=True
            )
        ],
        ["a-accompagner", "adapte", "adapte", "adapte", "inconnu"],
    )


def test_pourquoi_un_lieu_envoie_ailleurs(spec):
    """G-005 : trop loin, public non accueilli, autre demande, plus de place."""
    spec(
        """
        raison
        ----------
        far
        not_for
        other_need
        full
        """,
        lambda t: [offer.lists()["reorientations"].values[id].label for id in t["raison"].tolist()],
        [
            "Trop loin pour la personne",
            "La personne n’est pas du public accueilli",
            "La demande est autre que ce qui est proposé",
            "Plus de place",
        ],
    )


def test_un_wifi_sans_telephone_ni_adresse_se_filtre():
    """G-020 : ce qu’un wifi demande à l’entrée se dit, code par SMS ou adresse e-mail ; sinon, on le retrouve."""
    assert {"email", "sms"} <= offer.lists()["barrieres"].values.keys()
    assert "barrieres" in rules.condition_questions()["wifi"]


def test_ce_que_devient_une_demarche_apres_le_module(spec):
    """H-050 : compte, visite, démarche, achat sont les quatre suites qu’un module peut demander ; aucune autre."""
    spec(
        """
        suite
        --------
        compte
        visite
        demarche
        achat
        """,
        lambda t: [
            FollowUp.model_validate({"delai": 30, "question": "C’est fait ?", "evenement": each}).event
            for each in t["suite"].tolist()
        ],
        ["compte", "visite", "demarche", "achat"],
    )


def test_ce_qu_une_formation_apprend(spec):
    """H-012 : les gestes de base ; les loisirs et la vie quotidienne ; les démarches. La fiche le demande d’un cours."""
    spec(
        """
        objet
        ----------
        basics
        uses
        procedures
        """,
        lambda t: [offer.lists()["objets_formation"].values[id].label for id in t["objet"].tolist()],
        ["Gestes de base", "Loisirs et vie quotidienne", "Démarches administratives"],
    )
    assert "objets" in rules.condition_questions()["formation"]


def test_des_outils_servent_au_dela_des_demarches(spec):
    """H-055, H-063, N-029 : langue, lien, déplacements ; ce que fait chaque genre d’outil, à quoi faire attention, où s’y
    exercer ; et les trois leviers qu’une étude a vus chez des personnes accompagnées. Aucun produit n’est nommé.
    """
    tools = everyday_tools.tools()
    spec(
        """
        outil      | sert à
        -----------+---------
        translator | language
        voice      | language
        pictures   | language
        exercises  | language
        curriculum | language
        calls      | ties
        forums     | ties
        dating     | ties
        remote     | moving
        trips      | moving
        """,
        lambda t: [tools[id].aim == aim for id, aim in zip(t["outil"], t["sert à"], strict=True)],
        [True] * 10,
    )
    assert len(tools) == 10 and all(tool.helps and tool.watch for tool in tools.values())
    assert len(everyday_tools.levers()) == 3


def test_six_chemins_vers_ses_droits(spec):
    """H-052 : guichet, courrier, téléphone, borne, en ligne, tiers de confiance. Une carte d’atelier dit lequel, et le
    parcours dit ce qui bloque à chacun.
    """
    spec(
        """
        chemin
        --------
        counter
        letter
        phone
        terminal
        online
        trusted
        """,
        lambda t: [codesign.CHANNELS[id] for id in t["chemin"].tolist()],
        ["guichet", "courrier", "téléphone", "borne", "en ligne", "tiers de confiance"],
    )
    assert len(codesign.CHANNELS) == 6
