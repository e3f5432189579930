"""The page of the installation: how it is, in words, and what to do; the tasks that were set aside."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_tasks_db.models import DBTaskResult

from maillage.apps.accounts.access import holding
from maillage.config import checks, health

RUN = "network.run"  # of the administration of the platform
MOST = 60  # tasks set aside that the page lists
LABELS = {
    "compute_later": "Calcul d’un diagnostic",
    "publish_later": "Dossier récrit avec ses commentaires",
    "refresh_later": "Diagnostic refait avec les lieux du jour",
    "work_later": "Lecture d’un fichier de lieux",
    "forget_later": "Effacement d’un fichier de lieux",
}
QUEUE_LABELS = {"default": "rapide", "quick": "rapide", "slow": "lente"}


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
        "n_bad": sum(point.state == checks.BAD for point in points),
        "waiting": _queues(),
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


def _queues() -> list[tuple[str, int, int]]:
    """Return for each queue how many tasks wait, none of a later hour, and how many are being done."""
    counts = {"rapide": [0, 0], "lente": [0, 0]}
    for at, rows in enumerate((DBTaskResult.objects.ready(), DBTaskResult.objects.running())):
        for queue in rows.values_list("queue_name", flat=True):
            counts[QUEUE_LABELS.get(queue, "rapide")][at] += 1
    return [(name, n_pending, running) for name, (n_pending, running) in counts.items()]


def _task(row: DBTaskResult) -> dict[str, object]:
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
