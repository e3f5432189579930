"""What was refused, told on the next page."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import HttpRequest

from maillage.kernel.errors import Refused


@contextmanager
def told(request: HttpRequest) -> Iterator[None]:
    """Tell in a message what is refused inside: what happened, why, what to do."""
    try:
        yield
    except Refused as error:
        messages.error(request, " ".join(error.sentences))
