"""Background work: its limits of time and number, what is set aside, who passes first."""

import fcntl
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from maillage.apps.dossiers import actions, queries, rules
from maillage.apps.dossiers.models import Study
from maillage.apps.dossiers.queries import StudyRequest
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.manage.backups import scratch
from maillage.manage.deploy import worker
from maillage.web import locks

PLACES = ("38151", "38421")

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_a_lock_is_never_that_of_a_file_taken_off(home, monkeypatch):
    """Its holder ends between the moment the file is opened and the moment it is locked."""
    if connection.vendor == "postgresql":
        return  # no file there
    usual, path = fcntl.flock, home / locks.FOLDER / "essai"
    ended = []

    def late(file, how):
        if not ended:
            ended.append(path.unlink())
        return usual(file, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with locks.exclusive("essai") as first, locks.exclusive("essai") as second:
        assert (first, second) == (True, False)
    assert locks.is_free("essai")


def test_a_lock_of_postgresql_is_that_of_a_transaction_and_not_of_a_session():
    """PgBouncer lends a session to several: its lock would be kept for ever, or be everybody’s."""
    if connection.vendor != "postgresql":
        return
    query = (
        "select state, xact_start is not null from pg_stat_activity where datname = current_database()"
        " and pid in (select pid from pg_locks where locktype = 'advisory' and granted)"
    )
    with locks.exclusive("essai") as is_acquired, connection.cursor() as cursor:
        assert is_acquired and not locks.is_free("essai")
        cursor.execute(query)
        assert cursor.fetchall() == [("idle in transaction", True)]
    assert locks.is_free("essai")


def running(study: Study, attempts: int) -> DBTaskResult:
    """The task and the study as workers left them that were killed."""
    Study.objects.filter(pk=study.pk).update(status=rules.RUNNING, started_at=timezone.now())
    ids = [f"mort-{n}" for n in range(attempts)]
    before = timezone.now() - 2 * worker.GRACE
    DBTaskResult.objects.update(status="RUNNING", worker_ids=ids, started_at=before)
    return DBTaskResult.objects.get()


def test_a_task_is_taken_again_while_fewer_than_three_workers_died(home):
    study = actions.ask(StudyRequest(place="38151"))
    running(study, 2)
    assert worker.take_again(timezone.now()) == {"reprises": 1, "mises_de_cote": 0, "etudes_reprises": 1}
    assert DBTaskResult.objects.get().status == "READY"
    study.refresh_from_db()
    assert study.status == rules.QUEUED


def test_a_task_that_lost_three_workers_is_set_aside_and_its_study_says_so(home):
    study = actions.ask(StudyRequest(place="38151"))
    running(study, 3)
    assert worker.take_again(timezone.now()) == {"reprises": 0, "mises_de_cote": 1, "etudes_reprises": 0}
    task = DBTaskResult.objects.get()
    assert (task.status, task.exception_class_path) == ("FAILED", actions.DIED)
    study.refresh_from_db()
    assert study.status == rules.FAILED
    actions.ask_again(study)
    assert actions.resume() == 0, "somebody asked again: it waits in the queue once"
    assert DBTaskResult.objects.filter(status="READY").count() == 1


def test_a_study_that_another_server_computes_is_left_to_it(home):
    study = actions.ask(StudyRequest(place="38151"))
    Study.objects.filter(pk=study.pk).update(status=rules.RUNNING)
    with locks.exclusive(f"etude-{study.pk}") as is_acquired:
        assert is_acquired
        assert not locks.is_free(f"etude-{study.pk}")
        assert actions.resume() == 0
        actions.compute(study)  # another worker that took its task again: nothing is computed twice
    study.refresh_from_db()
    assert study.status == rules.RUNNING
    assert actions.resume() == 1
    assert DBTaskResult.objects.count() == 1, "its task was still waiting"


def test_a_task_that_lasts_too_long_is_stopped_with_words():
    with (
        pytest.raises(Refused, match="arrêté au bout de 0 minutes"),
        worker.limited(timedelta(milliseconds=30)),
    ):
        time.sleep(5)
    with worker.limited(timedelta(hours=1)):
        pass
    assert set(worker.LIMITS) == {queue for queues in worker.QUEUES.values() for queue in queues}


def test_files_and_studies_wait_in_two_queues():
    from maillage.apps.directory.intake.actions import pending
    from maillage.apps.surveys.actions import calculations

    assert actions.compute_later.queue_name == actions.publish_later.queue_name == "slow"
    assert pending.work_later.queue_name == calculations.compute_later.queue_name == "quick"


def test_a_visit_waits_for_three_studies_and_who_signed_in_passes_first(client, home, settings):
    settings.IS_PUBLIC = True
    places = ("38151", "38185", "38421", "38229", "38544")
    for place in places[:3]:
        assert client.get(reverse("territory", args=[place])).status_code == 200
    assert client.get(reverse("territory", args=[places[3]])).status_code == 429
    client.force_login(User.objects.create_user("leila@exemple.fr", "x", name="Leïla"))
    session = client.session
    session["calculs"] = []
    session.save()
    assert client.get(reverse("territory", args=[places[4]])).status_code == 200
    first = DBTaskResult.objects.ready().first()
    assert Study.objects.get(pk=first.args_kwargs["args"][0]).place == places[4]


def test_a_page_that_waits_counts_who_passes_before_it(home):
    """Qui est connecté passe devant ; une étude relancée attend depuis ce jour, non depuis la première demande."""
    first, second = (actions.ask(StudyRequest(place=place)) for place in ("38151", "38421"))
    urgent = actions.ask(StudyRequest(place="38382"), priority=10)
    assert [queries.ahead(study) for study in (urgent, first, second)] == [0, 1, 2]
    DBTaskResult.objects.filter(args_kwargs__args__0=first.pk).delete()
    Study.objects.filter(pk=first.pk).update(status=rules.FAILED)
    actions.ask_again(first)
    first.refresh_from_db()
    assert [queries.ahead(study) for study in (second, first)] == [1, 2]


def test_a_number_to_check_is_computed_after_the_work_of_an_officer(client, home):
    """Vérifier une phrase passait devant le dossier dont le plan venait d’être publié."""
    own, checked = (actions.ask(StudyRequest(place=place), is_check=n > 0) for n, place in enumerate(PLACES))
    Study.objects.filter(pk=own.pk).update(status=rules.RUNNING)
    DBTaskResult.objects.filter(args_kwargs__args__0=own.pk).delete()
    late = actions.ask(StudyRequest(place="38382"))
    actions.publish_again(own.place)
    assert [queries.ahead(study) for study in (own, late, checked)] == [0, 1, 2]
    assert queries.minutes_until_done(checked) == 3 * queries.study_minutes()
    client.force_login(User.objects.create_user("leila@exemple.fr", "x", name="Leïla"))
    client.get(reverse("check", args=[checked.place]), {"q": "3 000 personnes"})
    assert queries.ahead(checked) == 2
    page = client.get(reverse("territory", args=[checked.place])).text
    assert queries.ahead(checked) == 1, "its territory is opened: it comes as any other"
    assert "En attente du calculateur" in page and "1 calcul avant le vôtre" in page.replace("\xa0", " ")


def test_a_copy_of_the_base_that_a_killed_process_left_is_erased_and_one_in_use_stays(home):
    """Un exercice de restauration interrompu laissait la base entière, effacés compris, dans un dossier caché."""
    leftover_folders = [home / f"{prefix}0123456789ab" for prefix in (scratch.EXERCISE, scratch.RESTORATION)]
    for folder in leftover_folders:
        folder.mkdir()
        (folder / "base.zip").write_text("Ana")
    with scratch.folder(scratch.RESTORATION) as used:
        (used / "papiers").mkdir()
        assert [folder.exists() for folder in leftover_folders] == [False, False]
        assert scratch.forget(timezone.now()) == 0
        assert (used / "papiers").exists()
    assert not used.exists()
