"""The demonstration's aidants and volunteers, invented: a session to come, one attested, a mission."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from maillage.manage.demonstration.stage import HELP, LEARN, Stage

# Name, kind, frame, contract, days before the contract ends.
TEAM = (
    ("Inès Caron (exemple)", "salaried", "framed", "fixed", 120),
    ("Paul Andrieu (exemple)", "adviser", "framed", "fixed", 400),
    ("Rose Martin (exemple)", "salaried", "none", "permanent", None),
    ("Samia, fille de Mme Roche (exemple)", "relative", "unknown", "unknown", None),
)
# Name, half days, skills, languages, words.
CANDIDATES = (
    ("Hélène (exemple)", ("1-am", "3-pm"), ("listen", "mail"), ("fr", "it"), "J’ai été secrétaire."),
    ("Idriss (exemple)", ("2-pm",), ("devices", "repair"), ("fr", "ar"), ""),
)


def tell(at: datetime, accounts: Mapping[str, Any], structures: Mapping[str, Any]) -> int:
    """Make the aidants and volunteers of the demonstration, once; return how many aidants."""
    from django.db import transaction

    from maillage.apps.volunteering.volunteers.models import Aidant

    missing = any(structures.get(name) is None for name in (HELP, LEARN))
    if Aidant.objects.filter(example=True).exists() or missing:
        return 0
    stage = Stage(at, accounts, structures)
    with transaction.atomic():
        team = _team(stage)
        _sessions(stage, team)
        _bodies(stage)
        _volunteers(stage)
    return int(Aidant.objects.filter(example=True).count())


def _team(stage: Stage) -> list[Any]:
    from maillage.apps.volunteering.volunteers.actions import team

    by, structure, rows = stage.accounts["formation"], stage.structures[LEARN], []
    for name, kind, frame, contract, days in TEAM:
        values: dict[str, Any] = {"name": name, "kind": kind, "frame": frame, "contract": contract}
        if days is not None:
            values["contract_ends_on"] = stage.at.date() + timedelta(days=days)
        if kind == "relative":
            values["supported_by"] = by
        rows.append(team.add(structure, values, by=by, at=stage.ago(200), example=True))
    own_card = {"name": str(by), "kind": "salaried", "frame": "framed", "contract": "permanent"}
    rows.append(team.add(structure, own_card, user=by, by=by, at=stage.ago(200), example=True))
    return rows


def _sessions(stage: Stage, team: list[Any]) -> None:
    """One session that is over and attested, one to come with a seat taken."""
    from maillage.apps.volunteering.volunteers.actions import sessions
    from maillage.apps.volunteering.volunteers.queries.catalogue import item

    by, structure = stage.accounts["formation"], stage.structures[LEARN]
    for key, days, people in (("reperer-et-orienter", -40, team[:2]), ("faire-a-la-place", 12, team[1:3])):
        begin = stage.when(days, 9)
        planned = min(stage.at, begin) - timedelta(days=30)
        values = {
            "starts_at": begin,
            "ends_at": begin + timedelta(hours=3),
            "capacity": 8,
            "lieu": stage.lieu(LEARN),
        }
        training = item(key)
        assert training is not None
        row = sessions.plan(training, structure=structure, values=values, by=by, at=planned, example=True)
        enrolled = [sessions.enrol(row, each, by=by, at=planned) for each in people]
        if days < 0:
            after = begin + timedelta(hours=4)
            sessions.tick(row, {each.pk: True for each in enrolled}, by=by, at=after)
            sessions.attest(row, by=by, at=after)


def _bodies(stage: Stage) -> None:
    """Two trainings of bodies that the founding studies name."""
    from maillage.apps.volunteering.volunteers.actions import sessions

    for title, body, audiences, source in (
        (
            "Le numérique pour les travailleurs sociaux",
            "Emmaüs Connect",
            ["social", "digital"],
            "Présentation d’Emmaüs Connect (000:51-54) ; durée et validité supposées",
        ),
        (
            "Métiers du social et du numérique",
            "ADEA, espace public numérique et organisme de formation",
            ["social", "digital"],
            "Plan de Grenoble (004:1846-1849) ; durée et validité supposées",
        ),
    ):
        sessions.add_training(
            stage.structures[LEARN],
            {
                "title": title,
                "body": body,
                "audiences": audiences,
                "minutes": 420,
                "months": 24,
                "source": source,
            },
            by=stage.accounts["formation"],
            at=stage.ago(60),
            example=True,
        )


def _volunteers(stage: Stage) -> None:
    """A mission that runs under somebody, another that waits, two people who propose themselves."""
    from django.utils import timezone

    from maillage.apps.volunteering.volunteers.actions import hours, meetings, missions
    from maillage.apps.volunteering.volunteers.models import Engagement

    by, structure, lieu = stage.accounts["formation"], stage.structures[LEARN], stage.lieu(LEARN)
    begun = stage.ago(60)
    values = {
        "title": "Être là, à côté des ordinateurs en libre accès",
        "words": "Deux heures par semaine, à côté d’une personne qui débute. Karim est dans la salle d’à "
        "côté.",
        "lieu": lieu,
        "half_days": ["1-am", "3-pm"],
        "skills": ["listen", "devices"],
        "seats": 2,
        "starts_on": begun.date(),
        "ends_on": begun.date() + timedelta(days=240),
    }
    running = missions.publish(
        structure,
        values,
        token="exemple-mission",  # noqa: S106
        by=by,
        at=begun,
        example=True,
    )
    denise = missions.propose(
        {"name": "Denise (exemple)", "commune": "38185", "half_days": ["1-am"], "skills": ["listen"]},
        token="exemple-denise",  # noqa: S106
        mission=running,
        at=begun,
        example=True,
    )
    row = Engagement.objects.get(mission=running, volunteer=denise)
    row = meetings.plan(row, meets_at=begun + timedelta(days=2), by=by, at=begun)
    row = meetings.confirm(row, by=by, at=begun + timedelta(days=3))
    start = timezone.localdate(begun + timedelta(days=5))
    row = missions.sign(
        row, supervisor=by, signed_on=start, account=stage.accounts["benevole"], by=by, at=stage.at
    )
    row.starts_on = start  # the accounts of the demonstration have their roles since today only
    row.save(update_fields=["starts_on"])
    for n, (days, volunteer) in enumerate(((40, False), (33, False), (5, True))):
        moment = stage.ago(days)
        hours.note(
            row,
            on=timezone.localdate(moment),
            minutes=120,
            token=f"exemple-heures-{n}",
            at=moment,
            by=by,
            volunteer=volunteer,
        )
    for n, (name, half_days, skills, languages, words) in enumerate(CANDIDATES):
        missions.propose(
            {
                "name": name,
                "commune": "38185",
                "half_days": half_days,
                "skills": skills,
                "languages": languages,
                "words": words,
            },
            token=f"exemple-candidat-{n}",
            at=stage.ago(4 - n),
            example=True,
        )
