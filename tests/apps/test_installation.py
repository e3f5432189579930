"""Check the readiness of an installation: each point fails, then passes."""

import os
import signal
import socket
import threading
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from maillage.apps.directory.memberships.actions.recoveries import appoint
from maillage.apps.people.documents.rules import new_key
from maillage.apps.platform.accounts.actions import record
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.manage.demonstration.stage import Stage
from maillage.manage.deploy import checks, health, installation, scheduler
from maillage.manage.main import main
from maillage.manage.providers import chosen
from maillage.manage.sign_in import sessions
from maillage.words.wording import NBSP
from tests.support.certificates import secured

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture(autouse=True)
def own(home, settings):
    home.chmod(0o700)
    settings.HEARTBEAT, settings.LAST_BACKUP = home / "echeances.vu", home / "sauvegarde.vue"
    settings.DAILY_TASKS_STAMP = home / "echeances.faites"
    settings.LAST_RESTORATION = home / "restauration.vue"
    chosen._provider.cache_clear()
    yield
    chosen._provider.cache_clear()


def states(at: datetime | None = None) -> dict[str, tuple[str, str]]:
    return {each.subject: (each.state, each.status_text) for each in checks.checks(at or timezone.now())}


def test_a_demonstration_says_that_it_is_one_and_a_whole_platform_that_nothing_is_wrong(settings):
    assert states()["usage"][0] == "à voir"
    appoint(email="ana@ville.example", name="Ana", on=date(2026, 1, 1), at=timezone.now())
    settings.HEARTBEAT.touch()
    settings.LAST_BACKUP.touch()
    state_by_subject = states()
    assert [subject for subject, (state, _) in state_by_subject.items() if state == "mal"] == []
    assert state_by_subject["comptes"] == ("bien", "Personnes qui administrent : 1.")
    assert (
        state_by_subject["sauvegarde"][0]
        == state_by_subject["échéances"][0]
        == state_by_subject["tables"][0]
        == "bien"
    )


def test_keys_that_do_not_read_are_wrong_before_they_are_needed(home, settings, tmp_path_factory):
    """La sauvegarde de la nuit échouait, et les papiers ne s’ouvraient plus, sans que la commande le dise."""
    assert "papiers" not in states(), "nobody asked for them"
    key = tmp_path_factory.mktemp("cles") / "papiers.cle"
    settings.PAPERS = {"key": "", "key_file": str(key), "scanner": "non"}
    assert states()["papiers"][0] == "mal"
    key.write_text(new_key())
    assert states()["papiers"] == ("bien", "Leur clé se lit.")
    assert states()["antivirus"] == ("à voir", "Aucun antivirus n’est installé ici.")
    settings.BACKUP_KEYS = ["age1zzz"]
    assert states()["sauvegarde"] == (
        "mal",
        "La clé publique des sauvegardes n’est pas reconnue. Aucune ne se fera.",
    )


def test_a_former_key_that_opens_for_more_than_a_month_is_in_doubt(home, monkeypatch):
    assert "ancienne clé" not in states()
    former = home / "cles-precedentes"
    former.touch()
    monkeypatch.setattr(checks, "FORMER_KEYS", former)
    assert states()["ancienne clé"][0] == "bien"
    os.utime(former, (0, 0))
    assert states()["ancienne clé"][0] == "à voir"


def test_a_backup_that_nobody_put_back_for_half_a_year_is_in_doubt(settings):
    """A backup was made each night, and nobody knew whether one could be put back."""
    assert states()["restauration"][0] == "à voir"
    settings.LAST_RESTORATION.touch()
    assert states()["restauration"][0] == "bien"
    assert states(timezone.now() + timedelta(days=200))["restauration"][0] == "à voir"


def test_papers_without_any_key_are_wrong(settings, monkeypatch):
    settings.PAPERS = {"key": "", "key_file": "", "scanner": "non"}
    monkeypatch.setattr(checks.Paper.objects, "count", lambda: 2)
    state, detail = states()["papiers"]
    assert (state, detail.replace(NBSP, " ")) == (
        "mal",
        "2 papiers gardés ne s’ouvrent plus : aucune clé n’est donnée.",
    )


def test_home_readable_by_all_or_unwritable_is_wrong(home, monkeypatch):
    home.chmod(0o755)
    assert states()["dossier"][0] == "mal"
    home.chmod(0o700)
    monkeypatch.setattr(health, "can_write", lambda: False)
    assert states()["dossier"] == ("mal", f"{home} ne s’écrit pas.")


@pytest.mark.parametrize(("free", "state"), [(3e9, "bien"), (1e9, "à voir"), (1e8, "mal")])
def test_a_disk_is_judged_by_what_is_left(monkeypatch, free, state):
    monkeypatch.setattr(health, "free", lambda: int(free))
    assert states()["disque"][0] == state


def test_a_clock_behind_the_journal_is_wrong():
    user = User.objects.create_user("a@ville.example", "x")
    now = timezone.now()
    record(by=user, verb="role.given", row=user, at=now)
    assert states(now)["horloge"][0] == "bien"
    state, detail = states(now - timedelta(days=3))["horloge"]
    assert state == "mal"
    assert "le journal a déjà des lignes du" in detail


def test_a_clock_behind_by_hours_gives_the_hour():
    """« Elle dit le 30 novembre, et le journal a déjà des lignes du 30 novembre. »"""
    user, last = User.objects.create_user("a@ville.example", "x"), datetime(2026, 11, 30, 10, tzinfo=PARIS)
    record(by=user, verb="role.given", row=user, at=last)
    _, detail = states(last.replace(hour=1, minute=56))["horloge"]
    sentence = (
        "Elle dit le 30 novembre 2026 à 1 h 56, et le journal a déjà des lignes du 30 novembre 2026 à 10 h."
    )
    assert detail.replace(NBSP, " ").startswith(sentence)


def test_the_demonstration_tells_nothing_later_than_the_clock():
    """Installée la nuit, elle écrivait au journal de dix heures du matin, et l’horloge paraissait en retard."""
    night = datetime(2026, 11, 30, 1, 56, tzinfo=PARIS)
    assert Stage(night, {}, {}).ago(0) == night
    assert Stage(night, {}, {}).ago(1) == datetime(2026, 11, 29, 10, tzinfo=PARIS)


def test_a_line_that_a_fast_clock_wrote_once_says_nothing_of_the_clock_of_today(monkeypatch):
    """Il faudrait attendre 2031 pour que l’horloge, juste depuis longtemps, ne soit plus dite fausse."""
    monkeypatch.setattr(checks, "LATELY", 2)
    user, now = User.objects.create_user("a@ville.example", "x"), timezone.now()
    record(by=user, verb="role.given", row=user, at=now + timedelta(days=1500))
    assert states(now)["horloge"][0] == "mal"
    for _ in range(2):
        record(by=user, verb="role.given", row=user, at=now)
    assert states(now)["horloge"][0] == "bien"


def test_nobody_administers_or_examples_would_open_a_real_platform(settings):
    assert states()["comptes"] == ("mal", "Personne n’administre.")
    User.objects.create_user("exemple@demo.example", "x", is_demonstration=True)
    settings.PRODUCTION = True
    settings.ADDRESS = "http://localhost:8000"
    state_by_subject = states()
    assert state_by_subject["comptes"][0] == "mal"
    assert "compte d’exemple est dans cette base" in state_by_subject["comptes"][1]
    assert state_by_subject["adresse"] == ("mal", "MAILLAGE_HOSTS manque.")


def test_stopped_work_is_reported(settings):
    assert states()["échéances"] == ("à voir", "Rien ne les a jamais faites ici.")
    settings.HEARTBEAT.touch()
    settings.LAST_BACKUP.touch()
    for path in (settings.HEARTBEAT, settings.LAST_BACKUP):
        os.utime(path, (0, 0))
    state_by_subject = states()
    assert state_by_subject["échéances"][0] == "mal"
    assert state_by_subject["sauvegarde"] == ("à voir", "La dernière est du 1er janvier 1970.")


def test_a_server_of_mail_that_is_not_there_is_wrong(settings):
    assert states()["e-mail"][0] == "à voir"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        settings.SENDING = settings.SENDING | {
            "SMTP": f"smtp://127.0.0.1:{port}",
            "SENDER": "M <m@ville.example>",
        }
        assert states()["e-mail"] == ("mal", f"127.0.0.1 ne répond pas au port {port}.")
        free.listen()
        assert states()["e-mail"] == ("bien", f"127.0.0.1 répond au port {port}.")


@pytest.mark.parametrize(
    ("days", "trusted", "state"),
    [(60, True, "bien"), (5, True, "à voir"), (-1, True, "mal"), (60, False, "mal")],
)
def test_the_address_is_opened_as_a_browser_does(settings, tmp_path, monkeypatch, days, trusted, state):
    settings.PRODUCTION = True
    with secured(tmp_path, days=days) as (port, certificate):
        settings.ADDRESS = f"https://localhost:{port}"
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert states()["adresse"][0] == state


def test_an_address_that_answers_nobody_is_wrong(settings):
    settings.PRODUCTION = True
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.ADDRESS = f"https://127.0.0.1:{free.getsockname()[1]}"
        assert states()["adresse"][0] == "mal"


def test_a_clock_that_leapt_erases_nothing_before_somebody_says_that_it_is_right(
    settings, monkeypatch, capsys
):
    """A battery that dies puts a computer in another year: what a law erases then is not due."""
    settings.HEARTBEAT.touch()
    now = timezone.now()
    scheduler.check_clock(now + timedelta(days=100))
    assert states()["horloge"][0] == "bien"
    with pytest.raises(Refused, match="rien n’a été fait ici depuis le"):
        scheduler.check_clock(now + timedelta(days=365))
    os.utime(settings.HEARTBEAT, (0, 0))
    state, detail = states()["horloge"]
    assert state == "mal"
    assert detail.endswith("depuis le 1er janvier 1970.")
    monkeypatch.setattr("maillage.manage.deploy.bootstrap.ready", lambda: None)  # the tables are there
    assert main(["echeances"]) == 2
    assert "seraient effacés avant leur date" in capsys.readouterr().err
    assert scheduler.leap(now) is not None, "what refuses does not say that it was done"
    assert main(["echeances", "--horloge-juste"]) == 0
    assert scheduler.leap(now) is None
    assert settings.HEARTBEAT.stat().st_mtime == 0, "a command once is no worker that pages may wait for"


def test_a_clock_that_starts_in_another_century_stops_nothing_once_it_is_set(settings, monkeypatch):
    """Sans pile, un ordinateur démarre en 1970 : ce qui est échu, fait alors, passerait ensuite pour abandonné
    depuis, et attendrait quelqu’un.
    """
    settings.HEARTBEAT.touch()
    started = datetime(1970, 1, 1, 0, 2, tzinfo=UTC)
    with pytest.raises(Refused, match="a déjà été fait ici le") as refused:
        scheduler.check_clock(started)
    assert "retarde" in refused.value.why
    state, detail = states(started)["horloge"]
    assert state == "mal" and "a déjà été fait ici le" in detail
    scheduler.check_clock(timezone.now())


def test_whoever_says_that_the_clock_is_right_is_believed_after_one_that_was_fast(settings, monkeypatch):
    far = (timezone.now() + timedelta(days=5000)).timestamp()
    for path in (settings.HEARTBEAT, settings.DAILY_TASKS_STAMP):
        path.touch()
        os.utime(path, (far, far))
    monkeypatch.setattr("maillage.manage.deploy.bootstrap.ready", lambda: None)
    assert main(["echeances"]) == 2
    assert main(["echeances", "--horloge-juste"]) == 0
    assert scheduler.leap(timezone.now()) is None


worked: list[str] = []


def stopped(at: datetime) -> int:
    os.kill(os.getpid(), signal.SIGTERM)
    worked.append("first")
    return 1


def next_one(at: datetime) -> int:
    worked.append("next")
    return 1


def test_a_stop_waits_for_the_work_under_way_and_for_no_other(settings, monkeypatch):
    """Dans un pays, les autres prenaient des minutes : tué au bout de quarante secondes, un courriel à moitié remis
    attendait qu’une personne décide.
    """
    works = [("stopped", stopped), ("next_one", next_one)]
    monkeypatch.setattr(scheduler, "WORKS", works)
    former = [(number, signal.getsignal(number)) for number in (signal.SIGTERM, signal.SIGINT)]
    worked.clear()
    try:
        scheduler.keep_on(0)
    finally:
        for number, handler in former:
            signal.signal(number, handler)
    assert worked == ["first"]
    assert not settings.HEARTBEAT.exists()


def broken(at: datetime) -> int:
    raise ValueError("Ana")


def test_repeated_failure_is_reported_until_it_succeeds(settings, monkeypatch, capsys):
    """Le cœur bat, et l’effacement dû n’a plus lieu depuis des mois : seul le journal du serveur le disait."""
    monkeypatch.setattr("maillage.manage.deploy.bootstrap.ready", lambda: None)
    sound = ("visites_finies", sessions.clear)
    monkeypatch.setattr(scheduler, "WORKS", (("personnes_oubliees", broken), sound))
    assert main(["echeances"]) == 1
    state, detail = states()["échéances en échec"]
    assert (state, detail) == ("mal", "La dernière fois, n’ont pas été faits : personnes oubliees.")
    monkeypatch.setattr(scheduler, "WORKS", (sound,))
    assert main(["echeances"]) == 0
    assert "échéances en échec" not in states()


def test_deadlines_wait_in_the_background_until_the_clock_is_right(settings, monkeypatch):
    done: list[datetime] = []

    class Soon(threading.Event):
        """Waits three times, then is asked to stop; the clock is set right meanwhile."""

        turns = 0

        def wait(self, timeout: float | None = None) -> bool:
            self.turns += 1
            if self.turns == 2:
                settings.HEARTBEAT.touch()
            if self.turns == 3:
                self.set()
            return True

    settings.HEARTBEAT.touch()
    os.utime(settings.HEARTBEAT, (0, 0))
    monkeypatch.setattr(scheduler.threading, "Event", Soon)
    monkeypatch.setattr(scheduler.signal, "signal", lambda *_: None)
    monkeypatch.setattr(scheduler, "run", lambda at, _: done.append(at) or [])
    scheduler.keep_on(0)
    assert len(done) == 1


@pytest.mark.parametrize(("age", "sentence"), [(1, "Vu il y a 1 seconde."), (2, "Vu il y a 2 secondes.")])
def test_age_of_the_last_work_agrees_with_its_number(db, monkeypatch, age, sentence):
    real = health.state
    monkeypatch.setattr(health, "state", lambda at: real(at) | {"echeances": age})
    assert [check.status_text for check in checks.checks(timezone.now()) if check.subject == "échéances"] == [
        sentence
    ]


def test_work_of_a_later_hour_waits_for_nobody():
    later = timezone.now() + timedelta(hours=2)
    for queue, at in (("quick", later), ("slow", None)):
        DBTaskResult.objects.create(
            task_path="tests.later", args_kwargs={}, queue_name=queue, backend_name="default",
            **({"run_after": at} if at else {}),
        )  # fmt: skip
    assert installation._queues(later + timedelta(seconds=9)) == [
        ("rapide", 0, 0, ""),
        ("lente", 1, 0, f" depuis 120{NBSP}minutes"),
    ]
