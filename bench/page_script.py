"""Run apart, in a home of its own: time of a computed page, time of its computation, weight before the
map.
"""

import os
import sys

from bench.pages import without_map
from bench.timing import seconds


def main() -> None:
    from maillage.manage.deploy.bootstrap import ready

    ready()
    from django.test import Client

    from maillage.apps.dossiers import actions
    from maillage.apps.dossiers.queries import StudyRequest
    from maillage.manage.requests import static

    static.collect()
    place = os.environ["PLACE"]
    study = actions.ask(StudyRequest(place=place))
    reference = seconds(lambda: actions.compute(study))
    client = Client(headers={"host": "localhost"})
    address = f"/territoires/{place}/"
    weight = len(without_map(client.get(address).content.decode()).encode())
    page_seconds = seconds(lambda: client.get(address), times=int(os.environ["READINGS"]))
    sys.stdout.write(f"{page_seconds} {reference} {weight}")


if __name__ == "__main__":
    main()
