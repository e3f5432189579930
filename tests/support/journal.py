"""Lines of the journal, written by a program of its own too."""


def write_lines(n: int) -> None:
    """Write lines in the journal, for an account of its own."""
    from django.utils import timezone

    from maillage.apps.platform.accounts import actions as journal
    from maillage.apps.platform.accounts.actions import Note
    from maillage.apps.platform.accounts.models import User

    user, _ = User.objects.get_or_create(email="journal@exemple.fr")
    journal.record_many(Note(by=user, verb="x", row=user, at=timezone.now()) for _ in range(n))
