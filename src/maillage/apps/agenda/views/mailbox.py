"""A mailbox of one's own, for the person and who helps them: how to open it, a paper to fill by hand and keep
at home, what to do of messages one doubts. Nothing typed, nothing stored.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

BLANK_LINES = range(3)  # of the paper, under each question


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """Opening one's mailbox, step by step."""
    return render(request, "agenda/mailbox/guide.html")


@require_safe
def paper(request: HttpRequest) -> HttpResponse:
    """The sheet that keeps secrets at home: printed blank, filled by hand."""
    return render(request, "agenda/mailbox/paper.html", {"lines": BLANK_LINES})


@require_safe
def safety(request: HttpRequest) -> HttpResponse:
    """Advice on a doubtful message, before and after one acted on it."""
    return render(request, "agenda/mailbox/safety.html")
