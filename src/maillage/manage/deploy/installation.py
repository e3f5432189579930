"""The page of the installation: how it is, in words, and what to do; the tasks that were set aside."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_tasks_db.models import DBTaskResult

from maillage.apps.directory.memberships.access import team_roles
from maillage.apps.directory.memberships.models import Invitation
from maillage.apps.platform.accounts.access import holding
from maillage.apps.site.pages.models import ProblemReport
from maillage.apps.site.worklist.rules import Reading
from maillage.manage.deploy import checks, health
from maillage.manage.requests import request_log
from maillage.words.wording import NBSP, count, number

RUN = "network.run"  # of the administration of the platform
MOST_OF_THEM = 0.95  # of the answers
SELDOM, SLOW, SLOWEST = 20, 0.4, 5  # answers, seconds, pages
MOST = 60  # tasks set aside that the page lists
LABELS = {
    "compute_later": "Calcul d’un diagnostic",
    "publish_later": "Dossier récrit avec ses commentaires",
    "refresh_later": "Diagnostic refait avec les lieux du jour",
    "work_later": "Lecture d’un fichier de lieux",
    "load_later": "Chargement d’un fichier d’adresses",
    "forget_later": "Effacement d’un fichier de lieux",
}
QUEUE_LABELS = {"default": "rapide", "quick": "rapide", "slow": "lente"}


TONES: Mapping[str, str] = {checks.GOOD: "ouvert", checks.DOUBT: "bientot", checks.BAD: "ferme"}


def readings(at: datetime) -> Iterable[Reading]:
    """Yield the state of the platform for its administrators: the faults, the backups, then the
    accounts and the problems told.
    """
    point_by_subject = {point.subject: point for point in checks.checks(at, elsewhere=False)}
    address = reverse("installation")
    bad = [point for point in point_by_subject.values() if point.state == checks.BAD]
    n_doubts = sum(point.state == checks.DOUBT for point in point_by_subject.values())
    state = checks.BAD if bad else checks.DOUBT if n_doubts else checks.GOOD
    words = _sentence(len(bad), n_doubts)
    yield Reading(
        title="Installation",
        words=words,
        url=address,
        state=state,
        tone=TONES[state],
        is_well=state == checks.GOOD,
    )
    for point in bad:
        yield Reading(
            title=point.subject.capitalize(),
            words=f"{point.status_text} {point.do}",
            url=address,
            state=point.state,
            tone=TONES[point.state],
            is_well=False,
        )
    for subject in ("sauvegarde", "restauration"):
        point = point_by_subject[subject]
        if point not in bad:
            words = point.status_text if point.state == checks.GOOD else f"{point.status_text} {point.do}"
            yield Reading(
                title=subject.capitalize(),
                words=words,
                url=address,
                state=point.state,
                tone=TONES[point.state],
            )
    n_accounts = team_roles(timezone.localdate(at)).values("user").distinct().count()
    pending = Invitation.objects.filter(used_at=None, cancelled_at=None, expires_at__gt=at).count()
    words = f"{count(n_accounts, 'compte ouvert', 'comptes ouverts')}, " + (
        count(pending, "invitation attend", "invitations attendent")
        if pending
        else "aucune invitation en attente"
    )
    yield Reading(title="Comptes", words=f"{words}.", url=reverse("team"))
    n_problems = ProblemReport.objects.filter(closed_at=None).count()
    words = count(n_problems, "problème attend", "problèmes attendent") if n_problems else "Aucun n’attend"
    yield Reading(title="Problèmes signalés", words=f"{words}.", url=reverse("problems"))
    yield Reading(title="Messages", words="Ce qui est parti, ce qui attend.", url=reverse("outbox"))


def _sentence(n_bad: int, n_doubts: int) -> str:
    """Return in a sentence how many points keep the platform from serving, else how many are doubtful."""
    if not n_bad:
        doubts = f", {count(n_doubts, 'point est', 'points sont')} à voir" if n_doubts else ""
        return f"Rien n’empêche de servir{doubts}"
    return f"{count(n_bad, 'point empêche', 'points empêchent')} de servir comme il faut"


@holding(RUN)
@require_safe
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """Show the faults first, each point with what to do; then the work in the background."""
    points = list(checks.checks(timezone.now(), elsewhere=False))
    order = (checks.BAD, checks.DOUBT, checks.GOOD)
    failed = DBTaskResult.objects.failed().order_by("-finished_at")
    context = {
        "points": sorted(points, key=lambda point: order.index(point.state)),
        "sentence": _sentence(*(sum(point.state == state for point in points) for state in order[:2])),
        "waiting": _queues(timezone.now()),
        "answers": _answers(),
        "slowest": _slowest(),
        "failed": [_task(row) for row in failed[:MOST]],
        "n_failed": failed.count(),
        "version": health.VERSION,
    }
    return render(request, "site/installation.html", context)


@holding(RUN)
@require_POST
def again(request: HttpRequest, pk: str) -> HttpResponse:
    """Put a task that was set aside back in its queue, or take it off the list."""
    row = get_object_or_404(DBTaskResult.objects.failed(), pk=pk)
    if request.POST.get("geste") == "oublier":
        row.delete()
        messages.success(request, "Cette tâche n’est plus dans la liste.")
    else:
        DBTaskResult.objects.failed().filter(pk=pk).update(
            status="READY", worker_ids=[], started_at=None, finished_at=None, enqueued_at=timezone.now()
        )
        messages.success(request, "La tâche retourne dans sa file. Rechargez cette page pour la suivre.")
    return redirect("installation")


def _queues(at: datetime) -> list[tuple[str, int, int, str]]:
    """Return for each queue how many tasks wait, none of a later hour, how many are being done, and since
    when the oldest one waits, in words.
    """
    counts: dict[str, list[int]] = {"rapide": [0, 0], "lente": [0, 0]}
    oldest: dict[str, datetime] = {}
    for queue, enqueued_at in DBTaskResult.objects.ready().values_list("queue_name", "enqueued_at"):
        name = QUEUE_LABELS.get(queue, "rapide")
        counts[name][0] += 1
        oldest[name] = min(enqueued_at, oldest.get(name, enqueued_at))
    for queue in DBTaskResult.objects.running().values_list("queue_name", flat=True):
        counts[QUEUE_LABELS.get(queue, "rapide")][1] += 1
    minutes = {name: int((at - since).total_seconds() // 60) for name, since in oldest.items()}
    return [
        (name, n_pending, running, f" depuis {count(minutes[name], 'minute')}" if minutes.get(name) else "")
        for name, (n_pending, running) in counts.items()
    ]


def _answers() -> str:
    """Return how the pages were answered since the server started, in a sentence."""
    totals = request_log.totals().values()
    n = round(sum(total.buckets[-1] for total in totals))
    failed = round(sum(total.answers[-1] for total in totals))
    within = [sum(total.buckets[rank] for total in totals) for rank in range(len(request_log.BOUNDS))]
    bounds = zip(within, request_log.BOUNDS, strict=True)
    bound = next((bound for reached, bound in bounds if reached >= MOST_OF_THEM * n), None)
    speed = (
        f"95 sur 100 en moins de {f'{bound:g}'.replace('.', ',')}{NBSP}s"
        if bound
        else "plus de 5 sur 100 après 10 s"
    )
    return f"{count(n, 'réponse')}, {speed} ; en erreur : {number(failed)}."


def _slowest() -> list[tuple[str, int, str, str]]:
    """Return the pages that took longest: each with how many times it was answered, the average time, and its
    part that the database took, in seconds. None that was asked seldom, nor that answers at once.
    """
    rows = [
        (
            total.seconds / total.buckets[-1],
            sum(total.query_seconds) / total.seconds,
            route,
            total.buckets[-1],
        )
        for route, total in request_log.totals().items()
        if total.buckets[-1] >= SELDOM
    ]
    slow = sorted(row for row in rows if row[0] >= SLOW)[: -SLOWEST - 1 : -1]
    return [
        (f"/{route}", round(n), number(mean, 1), f"{number(100 * part)}{NBSP}%")
        for mean, part, route, n in slow
    ]


def _task(row: "DBTaskResult[..., object]") -> dict[str, object]:
    name = row.task_path.rpartition(".")[2]
    died = row.exception_class_path.endswith(".WorkerDied")
    return {
        "pk": row.pk,
        "label": LABELS.get(name, "Résultats d’une enquête" if "surveys" in row.task_path else name),
        "at": row.finished_at,
        "why": (
            "Chaque programme qui l’a prise s’est arrêté net : la mémoire manque peut-être."
            if died
            else f"Erreur {row.exception_class_path.rpartition('.')[2]}, notée dans le journal du serveur."
        ),
    }
