"""The demonstration’s co-design workshop: four invented profiles, the board of the second one nearly full."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

PROFILES = (
    (
        "Moussa",
        "62 ans, vit seul, lit mal le français, a droit à une aide pour son loyer.",
        "Un téléphone simple.",
    ),
    (
        "Farida",
        "58 ans, fait des ménages, aurait droit à la prime d’activité.",
        "Un smartphone, pas d’ordinateur.",
    ),
    ("Léa", "24 ans, cherche un emploi, change souvent de logement.", "Un smartphone, des forfaits courts."),
    ("Jean", "71 ans, au minimum vieillesse, a peur de se tromper.", "Une tablette donnée par sa fille."),
)
ZONES = {"Farida": "38421"}  # Saint-Martin-d’Hères
SEATS = (
    ("mediator", "social", "writer"),
    ("mediator", "assistant", "writer", "reception", "inhabitant"),
    ("mediator", "counter", "social"),
    ("mediator", "social_mediator", "operator"),
)
CARDS = (
    ("inform", "obstacle", "Ne sait pas que la prime existe pour elle", "assistant", 6),
    ("inform", "obstacle", "Le courrier renvoie vers un site", "mediator", 3),
    ("inform", "lever", "Le dire avec le bulletin de paie", "reception", 5),
    ("claim", "obstacle", "N’a pas d’adresse mail", "mediator", 9),
    ("claim", "workaround", "Le code arrive sur le téléphone de son fils", "writer", 0),
    ("claim", "lever", "Créer l’adresse e-mail avec quelqu’un", "mediator", 9),
    ("file", "obstacle", "Les bulletins de paie sont à scanner", "writer", 8),
    ("file", "obstacle", "Le site se ferme pendant la saisie", "reception", 4),
    ("file", "solution", "Un scanner et une personne, à pied", "writer", 8),
    ("follow", "obstacle", "Ne lit pas les messages de son espace", "mediator", 8),
    ("follow", "obstacle", "Il faut redéclarer tous les 3 mois", "assistant", 7),
    ("follow", "lever", "Un rendez-vous « boîte aux lettres » par mois", "mediator", 10),
)
LEVELS = {
    "inform": ("together", "alone"),
    "claim": ("blocked", "together"),
    "file": ("blocked", "together"),
    "follow": ("blocked", "alone"),
}


def tell(at: datetime, accounts: Mapping[str, Any], structures: Mapping[str, Any]) -> int:
    """Prepare and play the workshop of the demonstration, once; return how many cards it has."""
    from django.db import transaction

    from maillage.apps.steering.codesign import actions
    from maillage.apps.steering.codesign.models import Session
    from maillage.manage.commands.demo import PERIMETER

    if Session.objects.filter(example=True).exists():
        return 0
    by = accounts["coordination"]
    with transaction.atomic():
        session = actions.prepare(
            PERIMETER,
            title="L’accès aux droits, avec la Caf",
            objective="Qu’aucun droit ne s’arrête faute de savoir faire en ligne.",
            operator="Caf",
            day=at.date() - timedelta(days=1),
            token="exemple-atelier",  # noqa: S106, of a form
            by=by,
            at=at,
            example=True,
        )
        groups = list(session.groups.all())
        for group, (name, profile, equipment), trades in zip(groups, PROFILES, SEATS, strict=True):
            actions.describe(group, name=name, who=profile, equipment=equipment, zone=ZONES.get(name, ""))
            for trade in trades:
                actions.seat(session, group, trade=trade)
        _board(session, groups[1], at)
        actions.go_to(session, "actions", by=by, at=at)
    return len(CARDS)


def _board(session: Any, group: Any, at: datetime) -> None:
    """Fill in a board and vote: each card gets its votes from the participants that still have some."""
    from maillage.apps.steering.codesign import actions
    from maillage.apps.steering.codesign.models import Participant, Session

    cards = {}
    for n, (stage, kind, words, trade, _) in enumerate(CARDS):
        row = actions.put(
            group, stage=stage, kind=kind, words=words, trade=trade, token=f"exemple-{n}", at=at
        )
        cards[n] = row
    for stage, (today, then) in LEVELS.items():
        actions.place(group, stage, today=today, then=then)
    Session.objects.filter(pk=session.pk).update(step="vote")
    wanted = {n: votes for n, (*_, votes) in enumerate(CARDS)}
    for voter in Participant.objects.filter(session=session).order_by("number"):
        chosen = sorted((n for n in wanted if wanted[n]), key=lambda n: -wanted[n])[: session.votes_each]
        for n in chosen:
            wanted[n] -= 1
        if chosen:
            actions.vote(voter, [cards[n].pk for n in chosen], at=at)
    actions.tick(group, ["apart", "capacity"])
    actions.propose(
        cards[11], title="Un rendez-vous « boîte aux lettres » par mois, au PIMMS", obstacle=cards[9], at=at
    )
