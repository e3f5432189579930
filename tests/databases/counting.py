"""One of two processes that try the same doors at once: a limit of ours, and the one on signing in.

Prints one JSON document: how many tries each door let through.
"""

import json
from concurrent.futures import ThreadPoolExecutor

from maillage.manage.deploy.bootstrap import ready

TRIES, MOST, THREADS = 30, 20, 3
FAILED_SIGN_INS = 10  # in five minutes, by connection: ACCOUNT_RATE_LIMITS


def main() -> None:
    ready()
    from django.contrib.auth.models import AnonymousUser
    from django.db import connection
    from django.test import Client, RequestFactory

    from maillage.apps.platform.accounts import access

    def own_door(_: int) -> bool:
        request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.7")
        request.user = AnonymousUser()
        try:
            return access.once_more(request, "essais", MOST)
        finally:
            connection.close()

    def sign_in(_: int) -> bool:
        answer = Client(headers={"host": "localhost"}, REMOTE_ADDR="192.0.2.7").post(
            "/connexion/", {"login": "a@exemple.fr", "password": "faux"}
        )
        assert answer.status_code in (200, 429), answer.status_code
        return "Trop d’essais" not in answer.content.decode()

    with ThreadPoolExecutor(THREADS) as pool:
        passed = sum(pool.map(own_door, range(TRIES)))
    print(json.dumps({"ours": passed, "sign_in": sum(map(sign_in, range(FAILED_SIGN_INS)))}))


if __name__ == "__main__":
    main()
