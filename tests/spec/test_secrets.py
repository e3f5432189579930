"""Ce que Maillage refuse de garder d’une personne : ses mots de passe, ses codes, les numéros qui ouvrent ses
droits ou son compte. Une phrase ordinaire passe.
"""

from maillage.kernel.secret_text import NAMED, looks_like_secret

title = "Ce qu’on n’écrit pas d’une personne"


def read(t):
    return [NAMED.get(looks_like_secret(text), "rien") for text in t["texte"]]


def test_numbers_that_open_rights_or_an_account_are_refused(spec):
    """Le numéro de sécurité sociale se reconnaît à sa forme, avec ou sans sa clé ; la carte bancaire et le compte, à
    leurs chiffres de contrôle. Tous ces numéros sont inventés.
    """
    spec(
        """
        texte
        ------------------------------------------------------
        1 84 12 38 185 123
        Son numéro : 284127645108942
        2 55 08 2A 004 321 17
        184.12.38.185.123.45
        1841 2381 8512 394
        carte 4970 1000 0000 0006
        5555555555554444 jusqu’à juin
        FR76 3000 6000 0112 3456 7890 189
        IBAN BE68539007547034
        fr14-2004-1010-0505-0001-3M02-606
        """,
        read,
        [
            *["un numéro de sécurité sociale"] * 5,
            *["un numéro de carte bancaire"] * 2,
            *["un numéro de compte bancaire"] * 3,
        ],
    )


def test_passwords_and_codes_are_refused(spec):
    """Un mot de passe ou un code se reconnaît aux mots qui le précèdent."""
    spec(
        """
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
        """,
        read,
        [*["un mot de passe"] * 7, *["un code secret"] * 6],
    )


def test_ordinary_sentences_pass(spec):
    """Ce que l’on note tous les jours passe : une date, un téléphone, le numéro d’une structure, un mot de passe dont
    on parle sans le dire.
    """
    spec(
        """
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
        """,
        read,
        ["rien"] * 23,
    )
