"""Les listes du métier que portent nos pages : chaque mot publié y a sa place."""

from maillage.apps.directory.outreach.queries import census, method
from maillage.apps.directory.places import rules
from maillage.modules.format import FollowUp
from maillage.publishing.directory import suitability
from maillage.reference import bilan, codesign, everyday_tools, indicators, offer, procedures

title = "Les listes du métier"


def test_trois_familles_de_professionnels_et_ce_qui_leur_manque(spec):
    """H-006 : l’action sociale n’est pas formée, la médiation numérique est peu armée, les opérateurs ne sont pas
    outillés. Un atelier de co-construction pose ces trois causes, et chacune nourrit un constat de la grille.

    cause            || réponse
    -----------------++------------------
    social_untrained || untrained
    mediation        || unprepared
    operators        || no_operator_tools
    """
    spec.rows(lambda id: codesign.causes()[id].finding)


def test_les_trois_difficultes_d_une_personne():
    """H-019, H-020 : sans équipement ni connexion ; sans les gestes ; la peur. Le bilan les distingue."""
    assert bilan.flags()["access"].when == "accès aucun ou fragile"
    assert bilan.uses()["G0"].plain == "n’a pas encore les gestes"
    assert bilan.flags()["fear"].label == "Peur de se tromper"


def test_les_centres_d_interet_se_demandent(spec):
    """H-028 : santé, loisirs, vie quotidienne. Le bilan les demande, et un réseau se demande par lesquels venir vers les
    habitants.

    interet || réponse
    --------++---------------------------------
    health  || Ma santé
    school  || L’école des enfants
    money   || Mon argent
    leisure || Me distraire, acheter moins cher
    """
    spec.rows(lambda id: bilan.questions()["M1"].options[id].label)
    assert "centres d’intérêt" in codesign.questions()["S-010"].says


def test_les_domaines_de_la_vie_quotidienne_ont_leur_famille_de_demarches(spec):
    """H-026 : emploi, santé, éducation, citoyenneté, loisirs, accès aux droits, mobilité.

    domaine      | famille    || réponse
    -------------+------------++--------------------------------
    emploi       | travail    || Travail, formation
    santé        | social     || Social, santé
    éducation    | famille    || Famille, scolarité
    citoyenneté  | papiers    || Papiers, citoyenneté, élections
    loisirs      | loisirs    || Loisirs, sport, culture
    droits       | social     || Social, santé
    mobilité     | transports || Transports, mobilité
    """
    spec(lambda t: [procedures.families()[id].label for id in t["famille"].tolist()])


def test_trois_evenements_de_reussite_sont_comptes_a_part(spec):
    """H-050 : la création d’un compte, une démarche, un achat ont chacun leur indicateur.

    indicateur         || réponse
    -------------------++------------------------------
    reussite-comptes   || Réussite : créer un compte
    reussite-demarches || Réussite : faire une démarche
    reussite-achats    || Réussite : acheter en ligne
    """
    spec.rows(lambda id: indicators.indicators()[id].label)


def test_une_formation_dit_les_publics_qu_elle_accueille(spec):
    """H-021, H-022, H-023 : handicap, illettrisme, addictions, faible mobilité ; jeunes et seniors ; faibles revenus, sans
    diplôme, langue ; les huit publics de 002. Un lieu le dit, et l’annuaire le retient.

    liste                          | public           || réponse
    -------------------------------+------------------++----------------------------
    publics_fragiles               | handicap         || Situation de handicap
    publics_fragiles               | illettrisme      || Illettrisme
    publics_fragiles               | addictions       || Addictions
    publics_specifiquement_adresses | youth           || Jeunes
    publics_specifiquement_adresses | seniors         || Seniors
    publics_fragiles               | mobilite         || Faible mobilité
    publics_fragiles               | peu_de_revenus   || Faibles revenus
    publics_fragiles               | sans_diplome     || Sans diplôme
    prise_en_charge_specifique     | languages        || Langues étrangères (autres)
    publics_fragiles               | sans_domicile    || Sans domicile
    publics_fragiles               | retraite         || Retraite modeste
    publics_fragiles               | migration        || Migrants
    publics_fragiles               | familles         || Familles en difficulté
    publics_fragiles               | travail_precaire || Travailleurs pauvres
    publics_fragiles               | age_precaire     || Grand âge et précarité
    publics_fragiles               | emploi           || Demandeurs d’emploi
    publics_fragiles               | insertion        || Jeunes en insertion
    """
    spec.rows(lambda name, id: offer.lists()[name].values[id].label)


def test_ce_que_la_fiche_demande_de_chaque_offre(spec):
    """G-018, G-019, G-021, G-022, G-023 : d’un libre accès, l’aide, les postes et le matériel ; d’un wifi, où il est, ce
    qu’il demande pour se connecter et ses problèmes connus ; d’un cours, son niveau, ses appareils, son rythme et ses
    séances ; d’une vente, neuf ou d’occasion, et sur quelle orientation ; d’une réparation, à domicile, par soi-même avec
    de l’aide, et le souhait de ne pas être cité.

    pratique    | demande
    ------------+-------------------------------------------------------------
    libre_acces | accompagnement postes materiel barrieres
    wifi        | endroit barrieres frais soucis
    formation   | niveau materiel etapes regularite publics inscription frais
    vente       | etats publics prescription frais_precisions
    reparation  | a_domicile auto_reparation discret frais complet
    """

    def missing(t):
        questions = (rules.condition_questions()[practice] for practice in t["pratique"].tolist())
        wanted = (conditions.split() for conditions in t["demande"].tolist())
        return [" ".join(set(some) - set(there)) for some, there in zip(wanted, questions, strict=True)]

    spec(missing, [""] * 5)


def test_ce_qu_une_fiche_dit_au_dela_de_son_adresse(spec):
    """G-025 à G-032, G-045 : aller hors de ses murs, où, et accueillir des partenaires ; équipé sans animation ; publics fragiles et
    équipe formée ; prix ; publics ; aidants, leur profil, leur formation ; financeurs et partenaires ; pourquoi c’est
    fini. Ce qui ne regarde que les professionnels n’est pas public.

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
    """
    spec.rows(
        lambda name, is_private: offer.fields()[name].private == (is_private == "oui"),
        [True] * 14,
    )


def test_ce_qui_aide_a_orienter_a_son_champ(spec):
    """G-007, G-017 : au-delà de l’adresse, comment venir et se présenter, quand, pour qui, à quel prix, dans quelle langue,
    ce qu’il faut pour entrer. Tout cela est public.

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
    """
    spec.rows(lambda name: offer.fields()[name].private, [False] * 21)


def test_l_annuaire_se_filtre_par_ce_que_dit_la_fiche(spec):
    """G-036 : par service, par public, par prix, par accompagnement, par endroit où l’équipe vient. Ce qu’une fiche ne dit pas n’est pas deviné.

    champ                           | valeur      || réponse
    --------------------------------+-------------++---------------------------------------
    services                        | procedures  || pratique:assistance service:procedures
    publics_specifiquement_adresses | seniors     || public:seniors
    frais_a_charge                  | free        || prix:free
    hors_les_murs_ou                | district    || ailleurs:district
    modalites_accompagnement        | person      || aide:person
    notes                           | free        ||
    """

    def facets_of_fields(t):
        sheets = (
            {"nom": "x", field: [value]}
            for field, value in zip(*(c.tolist() for c in t.values()), strict=True)
        )
        return [" ".join(each for each in rules.facets(sheet) if each != "type:autre") for sheet in sheets]

    spec(facets_of_fields)


def test_chaque_besoin_a_son_offre(spec):
    """G-008 : s’équiper (acheter, emprunter, recevoir, réparer), l’ordinateur d’un lieu, le wifi, apprendre, le téléphone.
    Chacun se cherche par les mots de qui en a besoin.

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
    """
    spec.rows(
        lambda id: bool(offer.practices()[id].need and offer.practices()[id].need_text),
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

    trouve      || réponse
    ------------++--------------------------------------------------
    official    || liste officielle : par une liste officielle
    contact     || contact : par un contact
    recommended || recommandation : sur la recommandation d’un autre
    network     || réseau : par un réseau
    """
    spec.rows(lambda id: f"{rules.FOUND_BY[id]} : {method.FOUND_BY_WORDS[id]}")
    assert list(rules.BODY_STATES) == ["to-contact", "contacted", "answered", "refused", "out"]
    assert offer.fields()["decouvert_par"].private


def test_ce_qu_un_recensement_ecarte(spec):
    """G-009, G-010, G-011, G-012 : le but solidaire, l’activité régulière, les compétences de base. Chaque territoire les
    éteint une à une, et un lieu écarté garde sa raison (`tests/apps/test_census.py`).

    regle      || réponse
    -----------++------------------------------------------------------------------------------
    solidarity || Les commerces, et les services réservés à leurs clients.
    basic      || Les lieux qui ne forment qu’à des compétences avancées.
    regular    || Les activités qui dépendent des dons, ou de la présence d’une seule personne.
    """
    spec.rows(lambda id: census.RULES[id].leaves_out)


def test_un_lieu_ou_il_vaut_mieux_venir_accompagne(spec):
    """G-043 : la porte d’une bibliothèque est difficile à pousser pour qui n’en a pas l’habitude ; un accueil social où
    quelqu’un aide convient mieux. Aider à une démarche ou donner un cours, c’est aider. D’un lieu qui ne le dit pas,
    on ne dit rien.

    type          | aide     | prix | pratique   | etat    || réponse
    --------------+----------+------+------------+---------++--------------
    bibliotheque  | non      | free | non        | non     || a-accompagner
    bibliotheque  | person   | free | non        | non     || adapte
    centre-social | person   | non  | non        | non     || adapte
    departement   | group    | non  | non        | non     || adapte
    mjc           | non      | free | non        | non     || inconnu
    mairie        | non      | free | assistance | offered || adapte
    mairie        | non      | free | assistance | planned || inconnu
    mairie        | non      | non  | assistance | offered || inconnu
    ccas          | non      | non  | assistance | offered || adapte
    mjc           | non      | free | formation  | offered || adapte
    poste         | non      | free | wifi       | offered || inconnu
    """
    spec(
        lambda t: [
            suitability.verdict(
                kind,
                suitability.facts(
                    kind,
                    {
                        "modalites_accompagnement": [ways],
                        "frais_a_charge": [price],
                        "practices": {practice: {"state": state}} if practice != "non" else {},
                    },
                ),
            )
            for kind, ways, price, practice, state in zip(
                *(column.tolist() for column in t.values()), strict=True
            )
        ]
    )


def test_pourquoi_un_lieu_envoie_ailleurs(spec):
    """G-005 : trop loin, public non accueilli, autre demande, plus de place.

    raison     || réponse
    -----------++--------------------------------------------
    far        || Trop loin pour la personne
    not_for    || La personne n’est pas du public accueilli
    other_need || La demande est autre que ce qui est proposé
    full       || Plus de place
    """
    spec.rows(lambda id: offer.lists()["reorientations"].values[id].label)


def test_un_wifi_sans_telephone_ni_adresse_se_filtre():
    """G-020 : ce qu’un wifi demande à l’entrée se dit, code par SMS ou adresse e-mail ; sinon, on le retrouve."""
    assert {"email", "sms"} <= offer.lists()["barrieres"].values.keys()
    assert "barrieres" in rules.condition_questions()["wifi"]


def test_ce_que_devient_une_demarche_apres_le_module(spec):
    """H-050 : compte, visite, démarche, achat sont les quatre suites qu’un module peut demander ; aucune autre.

    suite    || réponse
    ---------++---------
    compte   || compte
    visite   || visite
    demarche || demarche
    achat    || achat
    """
    spec.rows(
        lambda cell: (
            FollowUp.model_validate({"delai": 30, "question": "C’est fait ?", "evenement": cell}).event
        )
    )


def test_ce_qu_une_formation_apprend(spec):
    """H-012 : les gestes de base ; les loisirs et la vie quotidienne ; les démarches. La fiche le demande d’un cours.

    objet      || réponse
    -----------++---------------------------
    basics     || Gestes de base
    uses       || Loisirs et vie quotidienne
    procedures || Démarches administratives
    """
    spec.rows(lambda id: offer.lists()["objets_formation"].values[id].label)
    assert "objets" in rules.condition_questions()["formation"]


def test_des_outils_servent_au_dela_des_demarches(spec):
    """H-055, H-063, N-029 : langue, lien, déplacements ; ce que fait chaque genre d’outil, à quoi faire attention, où s’y
    exercer ; et les trois leviers qu’une étude a vus chez des personnes accompagnées. Aucun produit n’est nommé.

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
    """
    tools = everyday_tools.tools()
    spec.rows(lambda id, aim: tools[id].aim == aim, [True] * 10)
    assert len(tools) == 10 and all(tool.helps and tool.watch for tool in tools.values())
    assert len(everyday_tools.levers()) == 3


def test_six_chemins_vers_ses_droits(spec):
    """H-052 : guichet, courrier, téléphone, borne, en ligne, tiers de confiance. Une carte d’atelier dit lequel, et le
    parcours dit ce qui bloque à chacun.

    chemin   || réponse
    ---------++-------------------
    counter  || guichet
    letter   || courrier
    phone    || téléphone
    terminal || borne
    online   || en ligne
    trusted  || tiers de confiance
    """
    spec.rows(lambda id: codesign.CHANNELS[id])
    assert len(codesign.CHANNELS) == 6
