"""The demonstration’s exchanges, invented: a vote, a meeting, questions, news, a bulletin, an outage."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from maillage.manage.demonstration.stage import HELP, LEARN, SOCIAL, Stage

RECORD = (
    "Neuf structures autour de la table.\n\n"
    "Chacun a dit ce qu’il fait et ce qu’il ne fait pas. Trois lieux reçoivent sans rendez-vous ; personne"
    " n’ouvre le soir.\n\n"
    "On s’envoie déjà des personnes sans savoir la suite : on essaie la réponse en ligne pendant"
    " trois mois."
)


def tell(at: datetime, accounts: Mapping[str, Any], structures: Mapping[str, Any]) -> int:
    """Write the meetings, the questions, the news and the outage of the demonstration, once; return how many
    meetings.
    """
    from django.db import transaction

    from maillage.apps.community.models import Meeting

    missing = any(structures.get(name) is None for name in (HELP, LEARN, SOCIAL))
    if Meeting.objects.filter(example=True).exists() or missing:
        return 0
    stage = Stage(at, accounts, structures)
    account_of = {HELP: accounts["aidant"], LEARN: accounts["formation"], SOCIAL: accounts["travail-social"]}
    with transaction.atomic():
        meeting = _meetings(stage, account_of)
        _questions(stage, account_of, meeting)
        _bulletin(stage, account_of)
        _outings(stage)
    n_meetings: int = Meeting.objects.filter(example=True).count()
    return n_meetings


def _meetings(stage: Stage, account_of: Mapping[str, Any]) -> Any:
    """Propose one meeting to vote, and hold another, with what it decided; return the one that was held."""
    from maillage.apps.community import access
    from maillage.apps.community.actions import meetings as actions

    at, lead = stage.at, stage.accounts["coordination"]
    lieu = stage.lieu(LEARN)
    meeting = actions.propose(
        None,
        actions.Draft(
            title="Se connaître : qui fait quoi dans le quartier",
            kind="meeting",
            about="Ce que je fais, ce que je ne fais pas\nComment on m’envoie quelqu’un",
            lieu=lieu,
            commune=lieu.code_insee,
            minutes=120,
            dates=[stage.when(-12, 10)],
            token="exemple-reunion-1",  # noqa: S106, the number of an example
        ),
        by=lead,
        at=at - timedelta(days=30),
        example=True,
    )
    actions.write_minutes(meeting, text=RECORD, present=9, version="", by=lead, at=at)
    decided = (
        ("Relire ensemble les fiches des lieux du quartier", "structure", HELP, 21),
        ("Réserver la salle pour la prochaine réunion", "structure", LEARN, 10),
        ("Faire le point sur les réponses aux orientations", "coordination", None, 60),
        ("On se voit tous les deux mois, jamais plus de deux heures", "", None, 0),
    )
    for n, (words, leads, pilot, days) in enumerate(decided):
        actions.decide(
            meeting,
            words=words,
            leads=leads,
            pilot=stage.structures[pilot] if pilot else None,
            until_on=at.date() + timedelta(days=days) if leads else None,
            token=f"exemple-decision-{n}",
            by=lead,
            at=at,
        )
    vote = actions.propose(
        stage.structures[HELP],
        actions.Draft(
            title="Un atelier commun sur les messages pièges",
            kind="group",
            about="Qui anime, avec quelle trame, pour combien de personnes",
            lieu=stage.lieu(HELP),
            commune=access.commune_of(stage.structures[HELP]),
            minutes=90,
            dates=[stage.when(8, 9), stage.when(10, 14), stage.when(15, 9)],
            token="exemple-reunion-2",  # noqa: S106, the number of an example
        ),
        by=account_of[HELP],
        at=at - timedelta(days=2),
        example=True,
    )
    first, second, third = (each.pk for each in vote.dates.all())
    answers = {
        LEARN: {first: "yes", second: "maybe", third: "no"},
        SOCIAL: {first: "no", second: "yes", third: "maybe"},
        HELP: {first: "yes", second: "yes", third: "yes"},
    }
    for name, choices in answers.items():
        actions.vote(vote, choices, by=account_of[name], at=at - timedelta(days=1))
    return meeting


def _questions(stage: Stage, account_of: Mapping[str, Any], meeting: Any) -> None:
    """Ask under a resource and under the meeting; one question is answered."""
    from maillage.apps.community.actions import discussions as actions
    from maillage.apps.community.models import Resource
    from maillage.apps.community.queries import subjects

    resource = Resource.objects.filter(example=True).order_by("pk").first()
    questions = [("meeting", meeting.pk, SOCIAL, "Qui reçoit le samedi ? Des familles nous le demandent.")]
    if resource is not None:
        words = "Avec un groupe qui lit peu, vous remplacez quoi par des dessins ?"
        questions.append(("resource", resource.pk, HELP, words))
    for n, (kind, row, name, words) in enumerate(questions):
        subject = subjects.find(kind, row, account_of[name])
        if subject is None:
            continue
        question = actions.write(
            subject,
            stage.structures[name],
            words=words,
            token=f"exemple-question-{n}",
            by=account_of[name],
            at=stage.at - timedelta(days=3),
            example=True,
        )
        if kind == "resource":
            answer = actions.write(
                subject,
                stage.structures[LEARN],
                words="Les six écrans en photo, et une flèche à coller. On lit le reste à voix haute.",
                question=question,
                token=f"exemple-reponse-{n}",
                by=account_of[LEARN],
                at=stage.at - timedelta(days=2),
                example=True,
            )
            actions.accept(answer, by=account_of[HELP], at=stage.at - timedelta(days=1))


def _bulletin(stage: Stage, account_of: Mapping[str, Any]) -> None:
    """Write news, publish a first bulletin, leave other news for the next one, and note an outage."""
    from maillage.apps.community import access
    from maillage.apps.community.actions import bulletins as actions
    from maillage.apps.community.queries import bulletins as queries

    at, lead = stage.at, stage.accounts["coordination"]
    news = (
        (LEARN, "Deux places au cours du jeudi", "Cinq séances sur la boîte mail. Débutants bienvenus."),
        (HELP, "Ouvert le mercredi midi", "De 12 h à 14 h, sans rendez-vous, jusqu’aux vacances."),
        (SOCIAL, "Une nouvelle collègue", "Elle reçoit les premières demandes ; demandez l’accueil."),
    )
    for n, (name, title, words) in enumerate(news):
        if n == 2:
            items = queries.items(lead, at - timedelta(days=4))
            row = actions.prepare(
                title="Le bulletin du réseau, n° 1",
                opening="Trois structures, deux dates, une question : voici le premier bulletin.",
                keys={each["key"] for rows in items.values() for each in rows},
                commune=access.commune_of(stage.structures[HELP]),
                token="exemple-bulletin",  # noqa: S106, the number of an example
                by=lead,
                at=at - timedelta(days=4),
                example=True,
            )
            actions.publish(row, by=lead, at=at - timedelta(days=4))
        actions.write_news(
            stage.structures[name],
            title=title,
            words=words,
            commune=access.commune_of(stage.structures[name]),
            token=f"exemple-nouvelle-{n}",
            by=account_of[name],
            at=at - timedelta(days=10 - 3 * n),
            example=True,
        )
    changes = (
        ("interruption", "Caf", "Mon compte", "Connexion impossible par moments", -2, "Constaté à l’accueil"),
        (
            "online",
            "Réseau de transport",
            "Carte à tarif réduit",
            "uniquement en ligne",
            40,
            "Affiche en agence",
        ),
    )
    for n, (kind, operator, procedure, obligation, days, source) in enumerate(changes):
        actions.note_change(
            kind=kind,
            operator=operator,
            procedure=procedure,
            obligation=obligation,
            starts_on=at.date() + timedelta(days=days),
            source=f"{source} (exemple inventé)",
            commune=access.commune_of(stage.structures[HELP]),
            token=f"exemple-changement-{n}",
            by=lead,
            at=at,
            example=True,
        )


def _outings(stage: Stage) -> None:
    """Put two awareness actions in the register: one done and counted, one to come."""
    from maillage.apps.directory.outreach.actions import outings
    from maillage.apps.directory.outreach.models import Outing
    from maillage.manage.commands.demo import PERIMETER

    if Outing.objects.exists():
        return
    today, lead = stage.at.date(), stage.accounts["coordination"]
    shared = {"by": lead, "today": today, "place": "Place du marché, Grenoble", "territory": PERIMETER}
    outings.keep(
        **shared, kind="market", name="Au marché, avec trois lieux (exemple)", public="qui fait son marché",
        rhythm="une fois par trimestre", on=today - timedelta(days=20), state="done", met=34, came=5,
        cost=120,
        effect="Cinq personnes sont venues dans le mois ; trois ont pris un cours.",
    )  # fmt: skip
    outings.keep(
        **shared, kind="school", name="À la sortie de l’école (exemple)", public="parents", rhythm="",
        on=today + timedelta(days=18), state="planned", met=None, came=None, cost=None, effect="",
    )  # fmt: skip
