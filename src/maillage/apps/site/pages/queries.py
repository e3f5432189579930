"""The results of the search across the space that no feature owns: actions, pages, methods, initiatives."""

from functools import cache

from django.urls import reverse

from maillage.apps.platform.search.rules import FixedEntry, FixedKind, Hit
from maillage.reference.files import METHODS
from maillage.reference.glossary import terms
from maillage.reference.initiatives import initiatives

PEOPLE = ("people.see", "people.mine")
MEMBERS = (*PEOPLE, "directory.edit", "measures.see", "network.run")
WRITES = ("workshops.manage",)
AUTHORS = ("modules.edit", "modules.write")
REPORTS = ("measures.see", "members.manage")
# What one does here: the title, other words for it, the address by its name, who may.
QUICK_ACTIONS = (
    ("Accueillir une personne", "nouvelle inscrire ajouter fiche carte", "person_new", PEOPLE),
    ("Retrouver une personne par sa carte", "code carte", "person_by_card", PEOPLE),
    ("Orienter une personne", "envoyer adresser lieu service prescrire", "orientation_new", PEOPLE),
    ("Noter un acte", "aide accompagnement temps permanence", "act_new", PEOPLE),
    ("Les mandats", "signer autorisation agir à la place", "mandats", PEOPLE),
    ("Donner un rendez-vous", "date créneau", "appointment_new", PEOPLE),
    ("Voir les rappels", "message relance SMS", "reminders", PEOPLE),
    ("Ajouter un papier", "document justificatif", "papers", PEOPLE),
    ("Planifier un atelier", "nouveau date groupe", "workshop_new", WRITES),
    ("Écrire un module", "exercice étape apprendre adapter traduire", "module_new", AUTHORS),
    ("Partager une ressource", "document fiche support", "resource_new", WRITES),
    ("Publier une annonce", "cherche propose salle matériel", "listing_new", WRITES),
    ("Proposer une réunion", "date vote", "meeting_new", ("workshops.manage", "directory.edit")),
    ("Écrire une mission de bénévole", "bénévolat", "mission_new", WRITES),
    ("Télécharger nos écrits", "exporter télécharger copie", "network_writings", WRITES),
    ("L’agenda partagé du réseau", "calendrier dates", "shared_agenda", MEMBERS),
    ("Poser une question au réseau", "discussion message", "discussions", MEMBERS),
    ("Qui fait quoi", "annuaire professionnels compétences", "network_directory", MEMBERS),
    ("Importer un fichier de lieux", "recensement tableau CSV", "import_new", ("directory.import",)),
    ("Le rapport d’activité", "bilan financeur temps aides ateliers CSV PDF", "activity_report", REPORTS),
    ("Doublons de l’annuaire", "paires réunir", "pairs", ("directory.import",)),
    ("Inviter quelqu’un dans l’équipe", "compte membre rôle", "team", ("members.manage",)),
    ("Mon compte", "mot de passe nom double authentification sécurité", "account_home", ()),
)
# Pages that explain, for everybody.
PAGES = (
    ("Comment nous calculons", "méthode chiffre estimation marge", "methods"),
    ("Toutes nos sources", "données fichiers producteur Insee", "sources"),
    ("Les mots du domaine", "glossaire définition sigle", "glossary"),
    ("Ce qui change dans les démarches", "dématérialisation calendrier fermeture", "calendar"),
    ("Vérifier un chiffre", "part nombre publié rapport presse", "check_anywhere"),
    ("Les images d’un territoire", "galerie graphiques cartes dessins télécharger SVG PNG CSV", "gallery"),
    ("Garder ses papiers à l’abri", "coffre numérique", "safes"),
    ("Accessibilité", "handicap RGAA lecteur clavier", "accessibility"),
    ("Vie privée", "RGPD données personnelles droits effacer", "privacy"),
    ("Lire une boîte mail", "courriel messagerie aide", "mailbox_guide"),
)


@cache
def _quick_actions() -> tuple[FixedEntry, ...]:
    return tuple(
        FixedEntry(Hit(title, "À faire ici", reverse(name)), words, rights)
        for title, words, name, rights in QUICK_ACTIONS
    )


@cache
def _help() -> tuple[FixedEntry, ...]:
    """Return the pages that explain, then the methods, then the words."""
    pages = [FixedEntry(Hit(title, "Page d’aide", reverse(name)), words) for title, words, name in PAGES]
    for path in sorted(METHODS.glob("*.md")):
        title = path.read_text("utf-8").split("\n", 1)[0].lstrip("# ").strip()
        pages.append(FixedEntry(Hit(title, "Méthode", reverse("method", args=[path.stem]))))
    for term in terms().values():
        hit = Hit(term.term, term.definition, f"{reverse('glossary')}#{term.key}")
        pages.append(FixedEntry(hit, " ".join(term.aliases)))
    return tuple(pages)


@cache
def _initiatives() -> tuple[FixedEntry, ...]:
    return tuple(
        FixedEntry(
            Hit(each.title, each.where, f"{reverse('initiatives')}#{each.id}"),
            f"{each.where} {' '.join(each.facts)}",
        )
        for each in initiatives().values()
    )


SEARCH_KINDS = (
    FixedKind(id="gestes", label="À faire", icon="check", entries=_quick_actions),
    FixedKind(id="initiatives", label="Initiatives", icon="lightbulb", entries=_initiatives),
    FixedKind(id="aide", label="Aide et explications", icon="circle-help", entries=_help),
)
