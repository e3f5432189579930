"""Run by bench/bare.py in a home of its own: a session of each role, the queries of each page."""

import json
import os
import sys

from maillage.manage.deploy.bootstrap import ready

ready()

from django.conf import settings
from django.db import connection
from django.test import Client

from bench.steering_script import Queries
from maillage.apps.platform.accounts.models import User
from maillage.manage.commands.demo import DOMAIN
from maillage.manage.requests import static


def main() -> None:
    static.collect()
    cookies, queries = {}, {}
    for role, addresses in json.loads(os.environ["PAGES"]).items():
        client = Client(headers={"host": "localhost"})
        if role:
            client.force_login(User.objects.get(email=f"{role}@{DOMAIN}"))
            name = settings.SESSION_COOKIE_NAME
            cookies[role] = f"{name}={client.cookies[name].value}"
        for address in addresses:
            client.get(address)  # what a process reads once
            with connection.execute_wrapper(counted := Queries()):
                answer = client.get(address)
            assert answer.status_code == 200, (role, address, answer.status_code)
            queries[f"{role} {address}"] = counted.n
    sys.stdout.write(json.dumps({"cookies": cookies, "queries": queries}))


if __name__ == "__main__":
    main()
