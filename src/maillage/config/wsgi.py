"""The web application, as a server runs it."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillage.config.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
