"""The web application, as a server runs it."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillage.config.settings")

from django.core.wsgi import get_wsgi_application

from maillage.studies.diagnosis.territories import gazetteer

application = get_wsgi_application()

from maillage.apps.learning.queries import contents  # noqa: E402, after the application is ready
from maillage.apps.search import queries as search  # noqa: E402
from maillage.pipeline.offer.clean import commune, point  # noqa: E402

# Read once before the workers part: they share it, and the first visitor does not wait.
gazetteer().find("a")
contents.modules()
search.read_ahead()
commune.index()  # of the first sheet that is written
point.extent("01001")
