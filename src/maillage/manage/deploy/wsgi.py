"""The web application, as a server runs it."""

import gc
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillage.manage.settings")
gc.disable()  # nothing of what a program loads is ever to be collected: a fifth of the time of loading

from maillage.manage.deploy import start_signal  # noqa: E402, after what loading asks for

try:
    import django

    django.setup()
    import maillage.manage.urls  # noqa: F401, what takes longest
except Exception:
    if not start_signal.may_answer():
        sys.exit(1)  # whoever started us met the same fault, and has said it in French
    raise
if not start_signal.may_answer():
    sys.exit(1)

from django.core.wsgi import get_wsgi_application  # noqa: E402, after the tables are there

application = get_wsgi_application()
gc.freeze()  # what the workers share is not written to
gc.enable()
# What a page makes is gone with it, or stays: many objects may be made before they are looked
# through for those that hold each other. One twentieth of the time of a page.
gc.set_threshold(50_000, 20, 100)
