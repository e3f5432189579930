"""Ce que Maillage refuse de garder d’une personne : ses mots de passe, ses codes, les numéros qui ouvrent ses
droits ou son compte. Une phrase ordinaire passe.
"""

from maillage.kernel.secret_text import NAMED, looks_like_secret

title = "Ce qu’on n’écrit pas d’une personne"


def read(text):
    return NAMED.get(looks_like_secret(text), "rien")


def test_numbers_that_open_rights_or_an_account_are_refused(spec):
    """Le numéro de sécurité sociale se reconnaît à sa forme, avec ou sans sa clé ; la carte bancaire et le compte, à
    leurs chiffres de contrôle. Tous ces numéros sont inventés.

    texte
    ------------------------------------------------------
    1 84 12 38 185 123
    Son numéro : 284127645108942
    2 55 08 2A 004 321 17
    184.12.38.185.123.45
    1841 2381 8512 394
    3841 2381 8512 391
    7841 2381 8512 385
    carte 4970 1000 0000 0006
    5555555555554444 jusqu’à juin
    FR76 3000 6000 0112 3456 7890 189
    IBAN BE68539007547034
    fr14-2004-1010-0505-0001-3M02-606
    """
    spec.rows(
        read,
        [
            *["un numéro de sécurité sociale"] * 7,
            *["un numéro de carte bancaire"] * 2,
            *["un numéro de compte bancaire"] * 3,
        ],
    )


def test_passwords_and_codes_are_refused(spec):
    """Un mot de passe ou un code se reconnaît aux mots qui le précèdent.

    texte
    ------------------------------------------------------
    mot de passe : soleil
    Mot de passe = « Soleil »
    mdp: Chat1958
    Son mot de passe Ameli est Grenoble38!
    a changé son mot de passe, Maison!Bleue
    password azerty1234
    Mot de passe : Soleil, à changer
    code PIN 4821
    pin: 0000
    Code secret de sa carte : 48 21
    code de la carte bleue 4821
    le code PIN de son téléphone est 482100
    digicode 38A et code d’accès 4821
    """
    spec.rows(read, [*["un mot de passe"] * 7, *["un code secret"] * 6])


def test_ordinary_sentences_pass(spec):
    """Ce que l’on note tous les jours passe : une date, un téléphone, le numéro d’une structure, un mot de passe dont
    on parle sans le dire.

    texte
    ------------------------------------------------------
    Prime d’activité, sa demande est partie
    Mot de passe oublié, refait avec elle
    mot de passe : à refaire mardi
    mot de passe : oublié
    Mot de passe : le retrouver avec son fils
    Elle a choisi son mot de passe toute seule
    Son mot de passe a été changé le 12/11/2026
    mot de passe FranceConnect
    mot de passe de fatou@exemple.fr perdu
    code postal 38100 Grenoble
    code PIN oublié, puis refait en 2025
    un code PIN à 4 chiffres
    Rappeler au 06 12 34 56 78
    Rappeler au 06 12 34 56 78 ou 07 98 76 54 32
    +33 6 12 34 56 78
    SIRET 356 000 000 00048
    SIRET 35600000000048
    dossier 202611230001
    rendez-vous le 24 11 2026 à 10 h 30
    carte K7MP-2QX4
    M. Diallo, SLS Grenoble SUD
    fr ou en, 12 rue du 8 mai 1945, 38000 Grenoble
    De 2019 à 2024 il a travaillé 6 mois sur 12
    """
    spec.rows(read, ["rien"] * 23)


def test_a_secret_is_refused_however_it_is_typed(spec):
    """On écrit vite : « mdp toto », « code carte bleue 1234 », « n° de carte 4970… ». Ce qui annonce un secret, puis le
    donne, est refusé. Chaque ligne est inventée.

    texte
    ------------------------------------------------------
    mon code est 1234
    son code c’est 4821
    son code: 4821
    le code 4821
    code = 48 21
    code:0000
    code reçu par SMS 482913
    il m’a donné le code 482 913
    le code de la box est 48214821
    code wifi : 48214821
    clé wifi : b4Xz-88kL
    code de l’immeuble 38A47
    code d’entrée 4821
    code de la porte 4821
    code porte 48 21, sonner fort
    code carte bleue 1234
    code CB 1234
    code de sa CB : 1234
    code carte vitale 4821
    code de sa carte sim 0000
    code sim 0000
    puk 12345678
    code PUK : 12345678
    PIN 4821
    pin=4821
    code téléphone 4821
    code de déblocage : 482100
    code confidentiel Banque 48213
    code parental : 4821
    code Ameli provisoire 48213
    code impôts : 4821
    son code est un deux trois quatre
    pass: toto
    mdp toto
    mdp = toto
    MDP:toto
    m.d.p : toto
    mdp Ameli : toto
    mdp Minou38
    mot de pass : minou
    mot de passe minou
    motdepasse: minou
    mot de passe Ameli : Minou
    mot de passe ameli = minou
    Son mot de passe, c’est Minou
    son mot de passe reste Minou
    le mot de passe est la date de naissance de sa fille
    son mot de passe est le prénom de son chat
    pwd : minou
    passwd minou
    password=azerty
    passe : minou
    login fatou / mdp minou
    identifiant fatou38, mot de passe minou
    id : fatou pass : minou
    réponse secrète : Médor
    n° de carte 4970 1234 5678 9012
    n° de carte 4970123456789012
    numéro de sa carte bleue : 4970 12 34 56 78 90 12
    CB 4970 1234 5678 9012 exp 12/27
    cryptogramme 123
    CVV : 482
    code à 3 chiffres au dos : 482
    n° de sécu 1 84 12 38 185 123 45
    numéro de sécu 1841238185123
    """
    spec.rows(
        read,
        [
            *["un code secret"] * 10,
            *["un mot de passe"] * 1,
            *["un code secret"] * 21,
            *["un mot de passe"] * 24,
            *["un numéro de carte bancaire"] * 4,
            *["un code secret"] * 3,
            *["un numéro de sécurité sociale"] * 2,
        ],
    )


def test_a_word_that_announces_nothing_passes(spec):
    """Un code que tout le monde peut lire, une carte qui n’est pas celle d’une banque, un mot de passe dont on parle :
    l’aidant écrit sans être arrêté.

    texte
    ------------------------------------------------------
    code postal 38000
    code postal : 38100
    Code postal de la personne : 38000
    code Insee 38185
    code commune 38185
    le code de la route
    il passe le code de la route en 2027
    code de la route le 24 11 2026
    il a oublié son mot de passe
    mot de passe oublié
    mdp oublié
    mdp perdu
    mdp Ameli oublié
    mdp ameli
    mdp à refaire
    mot de passe : à refaire avec elle
    mot de passe refait, noté sur son papier
    son mot de passe est noté sur son carnet
    son mot de passe est trop court
    nouveau mot de passe choisi seule
    pass Navigo
    pass Culture : demande envoyée
    pass numérique 50 euros
    pass sanitaire à imprimer
    passe à la CAF : lundi
    il passe : mardi ou mercredi
    pas de code reçu
    le code est arrivé par courrier
    le code reçu par SMS ne marche pas
    code reçu le 24/11/2026
    code activation reçu en 2026
    code de la carte oublié
    code APE 8899B
    code ROME K1201
    code du travail article 1234
    code de l’urbanisme
    QR code à scanner
    code PIN bloqué, PUK demandé à l’opérateur
    il ne connaît pas son code PIN
    carte vitale perdue
    carte bleue avalée le 12/11/2026
    carte bancaire : rendez-vous à la banque
    carte de séjour valable jusqu’au 12 11 2027
    numéro de dossier 202611230001
    n° allocataire 1234567
    numéro de carte de transport à demander
    code source du site
    code promo non accepté
    réponse reçue : favorable
    question secrète oubliée
    identifiant oublié, mot de passe aussi
    identifiants FranceConnect à retrouver
    dresscode libre, barcode illisible
    le pin est un arbre
    code 3 du formulaire
    code erreur 404
    code erreur 5003
    code client à retrouver sur la facture
    le wifi marche, la clé est sur la box
    clé USB 64 Go
    """
    spec.rows(read, ["rien"] * 60)
