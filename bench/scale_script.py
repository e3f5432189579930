"""Run by bench/scale.py in a home and a database of its own: make a country, follow the links of a role."""

import gc
import io
import json
import os
import re
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import Any

from maillage.manage.deploy.bootstrap import ready

ready()

from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import Resolver404, resolve

from bench.steering_script import Queries
from maillage.apps.platform.accounts.models import User
from maillage.manage.commands.demo import DOMAIN
from maillage.manage.main import main as maillage
from maillage.manage.requests import static

LINK = re.compile(r'<a[^>]*\shref="(/[^"#]*)"')
# A file, or what ends a session.
NOT_A_PAGE = re.compile(
    r"\.(pdf|csv|zip|xlsx?|ods|ics|json|geojson|odt|docx|pptx|atom|svg)$|^/(deconnexion|etudes)/"
)


def main() -> None:
    """Print the pages of each role, and what each costs."""
    static.collect()
    with redirect_stdout(io.StringIO()):
        maillage(["demo", "--sans-calcul"])  # what the home folder lacks of it
        start = time.perf_counter()
        if maillage(["peupler", "--taille", os.environ["SHARE"]]) != 0:
            raise SystemExit(1)
        seconds_to_fill = time.perf_counter() - start
    rows = sum(
        model._default_manager.count()
        for model in apps.get_models()
        if model.__module__.startswith("maillage.")
    )
    pages = [page for role in os.environ["ROLES"].split(",") for page in of_role(role)]
    sys.stdout.write(json.dumps({"rows": rows, "made": seconds_to_fill, "pages": pages}))


def of_role(role: str) -> Iterator[dict[str, Any]]:
    """Yield the cost of each page of a role: one address of each name, the first that a link leads to."""
    client = Client(headers={"host": "localhost"})
    if role:
        client.force_login(User.objects.get(email=f"{role}@{DOMAIN}"))
    addresses, visited_names = ["/espace/" if role else "/"], set[str]()
    while addresses and len(visited_names) < int(os.environ["MOST"]):
        address = addresses.pop(0)
        name = name_of(address)
        if not name or name in visited_names:
            continue
        visited_names.add(name)
        answer = client.get(address)
        if answer.status_code != 200 or not answer.get("Content-Type", "").startswith("text/html"):
            continue
        text = answer.content.decode()
        addresses += [link.replace("&amp;", "&") for link in LINK.findall(text)]
        if not role or address.startswith("/espace/"):
            yield {
                "role": role,
                "name": name,
                "address": address,
                "bytes": len(text.encode()),
                **cost(client, address),
            }


def name_of(address: str) -> str:
    """Return the name of an address, '' for what is no page."""
    path = address.partition("?")[0]
    if NOT_A_PAGE.search(path):
        return ""
    try:
        return resolve(path).url_name or ""
    except Resolver404:
        return ""


def cost(client: Client, address: str) -> dict[str, float]:
    """Return the times of a page, its processor, and how many queries it makes."""
    times, processor = [], []
    with connection.execute_wrapper(queries := Queries()):
        client.get(address)
    gc.freeze()  # as the server does of what it has loaded: three seconds, in the middle of a page
    for _ in range(int(os.environ["REQUESTS"])):
        start, cpu = time.perf_counter(), time.process_time()
        client.get(address)
        times.append(time.perf_counter() - start)
        processor.append(time.process_time() - cpu)
    times.sort()
    return {
        "p95": times[int(0.95 * len(times))],
        "median": statistics.median(times),
        "cpu": statistics.median(processor),
        "queries": queries.n,
    }


if __name__ == "__main__":
    main()
