"""The pages of the site, as people look for them."""

from maillage.words.languages import to_say

# What people type after the name of the site, and the page that they look for.
GUESSED = {
    **dict.fromkeys(("aide", "aider", "etre-aide", "lieux", "lieu", "trouver", "cartes"), "find"),
    **dict.fromkeys(("cours", "modules", "formation", "formations", "exercices"), "learning"),
    **dict.fromkeys(("atelier", "agenda"), "workshops"),
    **dict.fromkeys(("proche", "aidant"), "relative"),
    **dict.fromkeys(("chiffres", "chiffre", "territoire", "diagnostic", "diagnostics"), "search"),
    **dict.fromkeys(("methode", "calcul", "calculs"), "methods"),
    **dict.fromkeys(("source",), "sources"),
    **dict.fromkeys(("mots", "lexique"), "glossary"),
    **dict.fromkeys(("benevole", "benevolat"), "volunteers_public"),
    **dict.fromkeys(("contact", "signalement"), "problem_report"),
    **dict.fromkeys(("vie-privee", "mentions-legales"), "privacy"),
    **dict.fromkeys(("a-propos",), "about"),
    **dict.fromkeys(("plan", "recherche", "chercher"), "site_plan"),
    **dict.fromkeys(("connection", "login", "pro", "espace-pro"), "account_login"),
}

# The pages of the plan, behind each door, then the rest: their name and the words of their link.
PLAN = (
    (
        to_say("Être aidé"),
        (
            ("find", to_say("Trouver un lieu")),
            ("permanences_public", to_say("Prendre rendez-vous")),
            ("workshops", to_say("Les ateliers")),
            ("relative", to_say("Aider un proche")),
            ("bilan", to_say("Faire le point")),
            ("connections", to_say("Internet et téléphone moins chers")),
            ("safes", to_say("Garder ses papiers à l’abri")),
            ("mailbox_guide", to_say("Avoir une boîte mail")),
        ),
    ),
    (to_say("Apprendre"), (("learning", to_say("Les modules et les parcours")),)),
    (to_say("Ma carte"), (("card", to_say("Ouvrir ma carte")),)),
    (
        to_say("Chiffres"),
        (
            ("search", to_say("Quel territoire ?")),
            ("check_anywhere", to_say("Vérifier un chiffre")),
            ("gallery", to_say("Images à partager")),
            ("data", to_say("Données à télécharger")),
            ("methods", to_say("Comment nous calculons")),
            ("sources", to_say("Toutes nos sources")),
            ("glossary", to_say("Les mots du domaine")),
            ("calendar", to_say("Les démarches qui passent en ligne")),
        ),
    ),
    (
        to_say("Ce site"),
        (
            ("about", to_say("Maillage en bref")),
            ("accessibility", to_say("Accessibilité")),
            ("privacy", to_say("Vie privée")),
            ("problem_report", to_say("Signaler une erreur")),
        ),
    ),
    (
        to_say("Pour aider"),
        (
            ("account_login", to_say("Espace pro")),
            ("join", to_say("Rejoindre le réseau")),
            ("volunteers_public", to_say("Devenir bénévole")),
            ("attestation_ask", to_say("Vérifier une attestation")),
            ("embed_help", to_say("Mettre la carte sur un autre site")),
        ),
    ),
)
