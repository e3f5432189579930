"""Ten devices sending the same answers at once, each in a connection of its
own, in other orders; then some with other words.

Prints one JSON document: what each was told, and what the database holds.
"""

import json
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from maillage.manage.deploy.bootstrap import ready
from tests.support.speed import PATIENCE

THREADS, ANSWERS = 10, 12


def main() -> None:
    ready()
    from django.db import connection
    from django.test import Client
    from django.test.utils import setup_test_environment

    from maillage.apps.surveys.models import Answer
    from tests.support import sample_survey

    setup_test_environment()
    survey = sample_survey.survey("Dix à la fois")
    tokens = [sample_survey.device(survey, f"appareil {n}")[1] for n in range(THREADS // 2)]
    rows_sent = [
        sample_survey.answer(values={"age": str(20 + n), "aide": "non", "qui": "é’à"}) for n in range(ANSWERS)
    ]
    other = [{**each, "values": {"age": "99"}} for each in rows_sent[:5]]
    gate = Barrier(THREADS)

    def send(number: int) -> tuple[int, int, int]:
        rows = [*rows_sent, *(other if number % 3 == 2 else ())]
        random.Random(number).shuffle(rows)
        try:
            gate.wait(timeout=PATIENCE)
            response = sample_survey.send(Client(), tokens[number // 2], *rows)
            content = response.json()
            return response.status_code, len(set(content["recues"])), len(content["refusees"])
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        done = list(pool.map(send, range(THREADS)))
    again = sample_survey.send(Client(), tokens[0], *rows_sent).json()
    stored = {str(each.uid): each.values for each in Answer.objects.filter(survey=survey)}
    sys.stdout.write(
        json.dumps(
            {
                "statuses": sorted({status for status, *_ in done}),
                "least": min(known + refused for _, known, refused in done),
                "kept": len(stored),
                "again": len(again["recues"]) + len(again["refusees"]),
                "whole": sum(each["uid"] in stored for each in rows_sent),
            }
        )
    )


if __name__ == "__main__":
    main()
