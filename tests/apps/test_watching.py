"""Monitoring: figures for this computer, one line of the log a request, the page of the installation."""

import json
import logging
import re
import shutil
import subprocess
import sys
from datetime import datetime, timedelta

import pytest
import yaml
from django.core.cache import caches
from django.db import OperationalError
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.urls import get_resolver, reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from maillage.apps.dossiers import actions
from maillage.apps.platform.accounts.models import User
from maillage.kernel.personal_links import masked
from maillage.manage.deploy import checks, health, installation, scheduler
from maillage.manage.deploy.logs import JsonLines
from maillage.manage.requests import request_log as requests
from tests.conftest import account
from tests.support.certificates import secured
from tests.support.shared import ROOT

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines():
    """The lines of the log of requests, parsed from JSON."""
    log_lines: list[dict] = []

    class Keep(logging.Handler):
        def emit(self, record):
            log_lines.append(json.loads(self.format(record)))

    handler, log = Keep(), logging.getLogger("maillage")
    handler.setFormatter(JsonLines())
    level = logging.getLogger("maillage.requests").level
    logging.getLogger("maillage.requests").setLevel("INFO")
    log.addHandler(handler)
    yield log_lines
    log.removeHandler(handler)
    logging.getLogger("maillage.requests").setLevel(level)


@pytest.fixture
def administrator() -> User:
    return account("ada", "administration")


def figures(page: HttpResponse) -> dict[str, float]:
    lines = [line.rsplit(" ", 1) for line in page.text.splitlines() if not line.startswith("#")]
    assert len({name for name, _ in lines}) == len(lines)
    return {name: float(value) for name, value in lines}


def test_figures_are_for_this_computer_and_not_for_who_comes_through_a_proxy(client):
    before = figures(client.get("/metriques/")).get('maillage_requests_total{route="/sante/",class="2xx"}', 0)
    client.get("/sante/")
    client.get("/espace/personnes/4217/")
    client.get("/nulle-part-fatou/")
    page = client.get("/metriques/")
    assert page["Content-Type"].startswith("text/plain; version=0.0.4")
    values = figures(page)
    assert values["maillage_up"] == values["maillage_database_up"] == 1
    assert values['maillage_requests_total{route="/sante/",class="2xx"}'] == before + 1
    assert values['maillage_requests_total{route="/espace/personnes/<int:pk>/",class="4xx"}'] >= 1
    assert values['maillage_queries_total{route="/sante/",kind="read"}'] >= 1
    assert values['maillage_query_seconds_total{route="/sante/",kind="read"}'] > 0
    everything = values['maillage_request_seconds_bucket{route="/sante/",le="+Inf"}']
    assert everything == values['maillage_request_seconds_count{route="/sante/"}']
    assert values["maillage_disk_free_bytes"] > 0
    names = [line.split()[2] for line in page.text.splitlines() if line.startswith("# TYPE")]
    assert len(names) == len(set(names))
    assert values['maillage_requests_total{route="/…",class="4xx"}'] >= 1
    labels = [line.rpartition(" ")[0] for line in page.text.splitlines()]  # a number may have these digits
    assert not any(word in label for label in labels for word in ("4217", "127.0.0.1", "fatou"))
    for headers in ({"x-forwarded-for": "127.0.0.1"}, {"forwarded": "for=127.0.0.1"}):
        assert client.get("/metriques/", headers=headers).status_code == 404
    assert Client(REMOTE_ADDR="192.0.2.7").get("/metriques/").status_code == 404


def test_each_route_has_its_place_in_the_counts():
    routes = {route for route, _ in addresses(get_resolver())}
    requests.count("d-un-autre-plan/", 200, 0.1, requests.Queries())  # counted with none, and answered
    assert routes <= requests.ranks().keys() and len(requests.ranks()) < requests.ROUTES


def test_queries_are_counted_by_kind():
    queries = requests.Queries()
    for sql in ("SELECT 1", " insert into x", "UPDATE x", "DELETE FROM x", "BEGIN", "WITH a AS (select 1)"):
        queries(lambda *_: None, sql)
    assert queries.counts == [2, 3, 1]


def test_alert_rules_read_figures_that_exist(client, settings, home, monkeypatch):
    """Une règle sur un chiffre qui n’existe pas ne prévient jamais : personne ne le voit."""
    settings.LAST_BACKUP, settings.LAST_RESTORATION = home / "sauvegarde.vue", home / "restauration.vue"
    settings.LAST_BACKUP.write_text("12345\n")
    settings.LAST_RESTORATION.touch()
    monkeypatch.setattr(scheduler, "failing", lambda: ["personnes_oubliees"])
    failed("x.y", "builtins.KeyError")
    DBTaskResult.objects.create(task_path="x", args_kwargs={}, queue_name="slow", backend_name="default")
    client.get("/espace/")
    page = client.get("/metriques/").text
    families = set(re.findall(r"^# TYPE (\w+)", page, re.MULTILINE))
    labels = {
        name: set(re.findall(r'(\w+)="', text)) for name, text in re.findall(r"^(\w+)\{(.*)\}", page, re.M)
    }
    assert "maillage_backup_bytes 12345" in page.splitlines()
    docs = ROOT / "docs"
    rules = [
        rule
        for group in yaml.safe_load((ROOT / "deploy/alertes.yml").read_text("utf-8"))["groups"]
        for rule in group["rules"]
    ]
    assert len({rule["alert"] for rule in rules}) == len(rules) >= 15
    for rule in rules:
        text = f"{rule['expr']} {rule['annotations']['summary']}"
        names = re.findall(r"maillage_\w+", rule["expr"])
        assert all(re.sub("_(bucket|count|sum)$", "", name) in families for name in names), rule
        assert names or 'up{job="maillage"}' in rule["expr"]
        label_groups = re.findall(r"\$labels\.(\w+)|maillage_\w+\{(\w+)=| by \(([\w, ]+)\)", text)
        used = {label for each in label_groups for label in re.findall(r"\w+", " ".join(each))}
        assert used <= set().union(*(labels.get(name, ()) for name in names)), rule
        assert rule["labels"]["severity"] in ("warning", "critical") and rule["annotations"]["do"]
        path, _, anchor = rule["annotations"]["page"].partition("#")
        titles = re.findall(r"^#+ (.+)$", (docs.parent / path).read_text("utf-8"), re.MULTILINE)
        assert not anchor or anchor in {re.sub(r"[^\w -]", "", t).lower().replace(" ", "-") for t in titles}
    for name, seconds in (
        ("deadlines", health.LATE["echeances"]),
        ("oldest_task", health.LATE["taches"]),
        ("oldest_message", health.LATE["messages"]),
        ("backup", checks.BACKUP.total_seconds()),
        ("restoration", checks.RESTORATION.total_seconds()),
    ):
        assert any(rule["expr"].startswith(f"maillage_{name}_seconds > {seconds:.0f}") for rule in rules), (
            name
        )
    if promtool := shutil.which("promtool"):
        subprocess.run(
            [promtool, "check", "rules", ROOT / "deploy/alertes.yml"], check=True, capture_output=True
        )


@pytest.mark.parametrize("days", [60, -1])
def test_end_of_the_certificate_is_a_figure(client, settings, tmp_path, monkeypatch, days):
    settings.PRODUCTION = settings.IS_PUBLIC = True
    caches["reads"].clear()
    with secured(tmp_path, days=days) as (port, certificate):
        settings.ADDRESS = f"https://localhost:{port}"
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        seconds = figures(client.get("/metriques/"))["maillage_certificate_seconds"]
    assert seconds == pytest.approx(max(days, 0) * 86_400, abs=86_400)
    caches["reads"].clear()


def test_a_line_says_the_pattern_of_an_address_and_nothing_of_who(client, lines):
    page = client.get("/espace/personnes/4217/?q=Fatou", headers={"user-agent": "Firefox de Fatou"})
    (line,) = lines
    assert (line["page"], line["methode"], line["reponse"]) == ("/espace/personnes/<int:pk>/", "GET", 404)
    assert line["requete"] == page["X-Request-ID"]
    assert line["ms"] >= line["base_ms"] >= 0 and line["base"] >= 0
    text = json.dumps(line)
    assert not any(word in text for word in ("4217", "Fatou", "127.0.0.1"))
    client.get("/nulle-part-fatou/")
    assert lines[-1]["page"] == ""


def test_the_number_of_a_request_comes_from_the_proxy_when_it_is_believed(client, settings):
    assert client.get("/sante/", headers={"x-request-id": "abcdef123456"})["X-Request-ID"] != "abcdef123456"
    settings.BEHIND_PROXY = True
    assert client.get("/sante/", headers={"x-request-id": "abcdef123456"})["X-Request-ID"] == "abcdef123456"
    assert client.get("/sante/", headers={"x-request-id": "a b"})["X-Request-ID"] != "a b"


def test_an_error_is_its_kind_and_its_place_never_its_words():
    def answer(request):
        try:
            raise ValueError("Fatou Diallo, 06 12 34 56 78")
        except ValueError:
            record = logging.LogRecord(
                "django.request", 40, "", 1, "Erreur : %s", ("/acces/secret/",), sys.exc_info()
            )
            return HttpResponse(JsonLines().format(record))

    page = requests.RequestLog(answer)(RequestFactory().get("/"))
    line = json.loads(page.content)
    assert line["erreur"] == "ValueError"
    assert line["pile"][-1].startswith("test_watching.py:")
    assert line["requete"] == page["X-Request-ID"]
    assert "Fatou" not in page.text
    assert "06 12" not in page.text
    log_line = JsonLines().format(logging.LogRecord("x", 30, "", 1, "refus de %s", ("/acces/secret/",), None))
    assert "secret" not in log_line


def test_an_address_is_in_no_line_of_the_log_whoever_writes_it(client, lines, caplog):
    """Django note lui-même une page absente ou refusée, avec l’adresse entière."""
    handler = logging.getLogger("maillage").handlers[-1]
    logging.getLogger("django").addHandler(handler)
    try:
        client.get("/espace/personnes/4217/")
        client.put("/bilan/")
        client.get("/nulle-part-fatou/")
    finally:
        logging.getLogger("django").removeHandler(handler)
    logged = [line["quoi"] for line in lines if line["source"].startswith("django")]
    assert logged == [
        "Not Found: /espace/personnes/<int:pk>/",
        "Method Not Allowed (PUT): /bilan/",
        "Not Found: /…",
    ]
    assert "4217" not in json.dumps(lines) and "fatou" not in json.dumps(lines)


PUBLIC_CODES = {
    "structure",
    "service",
    "sign",
    "zone",
}  # of what is published: a structure, a practice, a zone


def personal_addresses() -> dict[str, str]:
    """Return the addresses of which a part is a secret, by their name."""
    path_by_name = {}
    for pattern, name in addresses(get_resolver()):
        secret_part = re.search(r"<str:(?:token|code)>", pattern)
        if secret_part and name not in PUBLIC_CODES and not pattern.startswith(("espace/", "api/")):
            path_by_name[name] = "/" + re.sub(
                r"<([a-z]+):\w+>", lambda kind: "1" if kind[1] == "int" else "SeCrEt", pattern
            )
    assert len(path_by_name) >= 20
    return path_by_name


def test_each_address_that_opens_something_to_its_holder_is_masked():
    """Notée avec un problème signalé, ou dans un journal, elle ouvrirait encore ce qu’elle ouvre."""
    for name, address in personal_addresses().items():
        masked_address = masked(address)
        assert "…" in masked_address and "SeCrEt" not in masked_address.split("…")[0], name


def test_what_a_personal_link_opens_stays_in_no_cache(client):
    """Sur un ordinateur partagé, le bouton « page précédente » la montrerait à qui vient ensuite."""
    for name, address in personal_addresses().items():
        assert "no-store" in client.get(address).get("Cache-Control", ""), name


def addresses(resolver, before=""):
    for url_pattern in resolver.url_patterns:
        if hasattr(url_pattern, "url_patterns"):
            yield from addresses(url_pattern, before + str(url_pattern.pattern))
        else:
            yield before + str(url_pattern.pattern), url_pattern.name


def test_a_page_that_broke_gives_the_number_by_which_its_fault_is_found(client, monkeypatch):
    client.raise_request_exception = False
    for error, status in ((ValueError("x"), 500), (OperationalError("terminating connection"), 503)):

        def broken(*_, error=error):
            raise error

        monkeypatch.setattr("maillage.apps.site.pages.views.terms", broken)
        page = client.get("/glossaire/")
        assert page.status_code == status
        assert page["X-Request-ID"] in page.text


def failed(path: str, error: str) -> DBTaskResult:
    return DBTaskResult.objects.create(
        task_path=path,
        args_kwargs={"args": [1], "kwargs": {}},
        queue_name="slow",
        backend_name="default",
        status="FAILED",
        exception_class_path=error,
        traceback="",
        worker_ids=["x"],
        run_after=timezone.now(),
        finished_at=timezone.now(),
    )


def test_the_page_of_the_installation_says_what_is_wrong_and_starts_tasks_again(client, administrator, home):
    died = failed(actions.compute_later.module_path, actions.DIED)
    other = failed(actions.publish_later.module_path, "builtins.KeyError")
    client.force_login(administrator)
    page = client.get(reverse("installation"))
    assert page.status_code == 200
    for words in (
        "Base : bien",
        "la mémoire manque",
        "Erreur KeyError",
        "Calcul d’un diagnostic",
        "File lente",
    ):
        assert words in page.text.replace("\xa0", " "), words
    client.post(reverse("task_again", args=[died.pk]))
    died.refresh_from_db()
    assert (died.status, died.worker_ids) == ("READY", [])
    client.post(reverse("task_again", args=[other.pk]), {"geste": "oublier"})
    assert not DBTaskResult.objects.filter(pk=other.pk).exists()
    page = client.get(reverse("installation"))
    assert "Aucune tâche mise de côté" in page.text
    assert "1 en attente" in page.text
    assert client.post(reverse("task_again", args=[died.pk])).status_code == 404, "it is not aside any more"


def test_the_page_of_the_installation_names_the_pages_that_take_long(client, administrator, monkeypatch):
    """Les chiffres étaient pour un programme seul : qui administre ne savait pas ce qui traîne."""
    no_page = memoryview(bytearray(requests._counts.nbytes)).cast(
        "d"
    )  # that another test of this process read
    monkeypatch.setattr(requests, "_counts", no_page)
    queries = requests.Queries()
    queries.seconds[0] = 60.0
    before = installation._answers()
    for _ in range(installation.SELDOM):
        requests.count("carte/", 500, 4.0, queries)
    client.force_login(administrator)
    page = client.get(reverse("installation")).text.replace("\xa0", " ")
    assert "/carte/" in page and "s en moyenne" in page and "dans la base" in page
    assert installation._answers() != before and "en erreur : " in page


def test_the_page_of_the_installation_is_the_administration_s(client):
    client.force_login(account("c", "coordination", territory="france"))
    assert client.get(reverse("installation")).status_code == 404
    row = failed("x.y", "builtins.KeyError")
    assert client.post(reverse("task_again", args=[row.pk])).status_code == 404


def test_whoever_finds_a_weakness_knows_where_to_write(client, settings):
    assert client.get("/.well-known/security.txt").status_code == 404, "nobody to write to"
    settings.SECURITY_CONTACT = "securite@exemple.fr"
    page = client.get("/.well-known/security.txt")
    fields = dict(line.split(": ", 1) for line in page.text.splitlines())
    assert fields["Contact"] == "mailto:securite@exemple.fr"
    assert timezone.now() < datetime.fromisoformat(fields["Expires"]) < timezone.now() + timedelta(days=365)
    settings.SECURITY_CONTACT = "https://exemple.fr/securite"
    assert "Contact: https://exemple.fr/securite\n" in client.get("/.well-known/security.txt").text


@pytest.mark.parametrize("address", ["/", "/sante/", "/nulle-part/", "/espace/"])
def test_each_answer_wears_its_headers(client, address):
    headers = client.get(address).headers
    policy = headers["Content-Security-Policy"]
    for part in ("default-src 'self'", "object-src 'none'", "base-uri 'self'", "frame-ancestors 'none'"):
        assert part in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert "camera=()" in headers["Permissions-Policy"]
    assert len(headers["X-Request-ID"]) == 32
    assert "Server" not in headers


def test_the_list_of_what_the_product_is_made_of_is_that_of_the_lock():
    from tools import sbom

    lock = (sbom.ROOT / "requirements.lock").read_text("utf-8")
    bill_of_materials = sbom.document()
    pins = [line.split(" ")[0] for line in lock.splitlines() if "==" in line and not line.startswith(" ")]
    assert [f"{each['name']}=={each['version']}" for each in bill_of_materials["components"]] == pins
    assert all(each["hashes"] for each in bill_of_materials["components"])
    assert len({each["bom-ref"] for each in bill_of_materials["components"]}) == len(pins)
    assert bill_of_materials == sbom.document(), "the same lock, the same list"


def test_an_answer_to_head_has_no_body_for_the_server_to_warn_of(rf):
    answers = (HttpResponse("mille"), StreamingHttpResponse(iter([b"mille"])))
    for answer in answers:
        answer["Content-Length"] = "5"
        sent = requests.RequestLog(lambda _, answer=answer: answer)(rf.head("/"))
        assert (b"".join(sent), sent["Content-Length"]) == (b"", "5")
