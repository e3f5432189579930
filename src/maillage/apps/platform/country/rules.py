"""The parts of the platform that are France's, and say so elsewhere."""

from collections.abc import Mapping

# By feature, in the words of whoever opens one of its pages: what is France's in it.
FRANCE_ONLY: Mapping[str, str] = {
    "accounts": "Les comptes ouvrent l’espace professionnel, qui n’a pas encore changé de pays.",
    "actes": "Les actes d’aide suivent les démarches et les catégories de la Coop, qui sont françaises.",
    "agenda": "Les ateliers se tiennent dans des lieux de l’annuaire français, à l’heure de France.",
    "autonomy": "Le bilan d’une personne cite des démarches, des aides et des offres d’accès françaises.",
    "codesign": "Les ateliers de réécriture partent des démarches françaises.",
    "community": "Les échanges du réseau demandent un compte et une structure française.",
    "directory": "Cette page de l’annuaire suit les standards français : Data·inclusion, SIREN, code Insee.",
    "documents": "Les papiers, leur durée de garde et les coffres sont ceux du droit français.",
    "dossiers": "Ce calcul lit le recensement de l’Insee, les contours de l’IGN et les taux français.",
    "droits": "Les droits, leurs délais et leurs organismes sont français.",
    "exchanges": "Les échanges disent ce qui arrive dans le réseau français.",
    "gallery": "Les images d’un territoire viennent du diagnostic français.",
    "grants": "Les appels à projets s’adressent à des structures françaises.",
    "indicators": "Les indicateurs comptent le réseau par commune et département de l’Insee.",
    "intake": "L’import de lieux lit les standards, les adresses et les téléphones français.",
    "learning": "Les modules citent des services publics français.",
    "mandats": "Le mandat et sa preuve sont ceux du droit français.",
    "memberships": "Les rôles tiennent à des structures et à des territoires français.",
    "outbox": "Les messages suivent les numéros de téléphone et les règles d’envoi de France.",
    "network": "Rejoindre le réseau demande une structure et une charte françaises.",
    "orientations": "Orienter une personne suit les lieux et les services de l’annuaire français.",
    "outreach": "Les campagnes et les recensements se mènent par commune française.",
    "people": "Le suivi des personnes demande l’espace professionnel, et suit le droit français.",
    "pilotage": "La boucle d’un territoire part du diagnostic français.",
    "plans": "Le plan d’un territoire suit les cadres français (feuille de route, gouvernance).",
    "reminders": "Les rappels suivent les numéros et les jours fériés de France.",
    "search": "La recherche de l’espace professionnel porte sur le réseau français.",
    "site": "Cette page parle de la France : ses méthodes, ses sources, ses obligations légales.",
    "surveys": "Les enquêtes sont redressées sur les marges du recensement français.",
    "territories": "Les périmètres sont faits de communes et de quartiers de l’Insee.",
    "volunteers": "Les formations et les bénévoles suivent le droit et les diplômes français.",
    "worklist": "La page du jour est celle de l’espace professionnel, qui n’a pas encore changé de pays.",
}
OTHER = "Cette page suit des sources, des standards ou un droit français."
FEATURES: Mapping[str, str] = {  # what each is called on the page that lists them
    "dossiers": "Le diagnostic par quartier, par type de personnes et par niveau de difficulté",
    "directory": "La carte d’aide complète, les fiches corrigées en ligne, l’API et les exports standards",
    "autonomy": "Faire le point avec une personne",
    "learning": "Apprendre",
    "agenda": "Ateliers et rendez-vous",
    "orientations": "Orienter une personne",
    "mandats": "Mandats et papiers",
    "droits": "Droits et démarches",
    "surveys": "Enquêtes",
    "plans": "Plans et boucle d’un territoire",
    "network": "Rejoindre le réseau, devenir bénévole",
    "worklist": "Espace professionnel et comptes",
}


def reason(feature: str) -> str:
    """Return the reason why a feature is France's.

    >>> reason("surveys")
    'Les enquêtes sont redressées sur les marges du recensement français.'
    """
    return FRANCE_ONLY.get(feature, OTHER)
