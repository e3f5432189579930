"""Twenty writers at once on one SQLite file, each in its own connection, each reading before it writes."""

import sys
from concurrent.futures import ThreadPoolExecutor

from maillage.manage.deploy.bootstrap import ready


def main() -> None:
    ready()
    from django.db import connection, transaction

    from maillage.apps.dossiers.models import Comment
    from maillage.apps.platform.accounts.models import User

    user = User.objects.create_user("x@exemple.fr", "un-mot-de-passe-long")
    WRITERS, TIMES = 20, 8  # SQLite serves those who wait in no order: of fifty, one may wait too long

    def write(writer: int) -> int:
        try:
            for turn in range(TIMES):
                with transaction.atomic():
                    n_comments = Comment.objects.count()
                    Comment.objects.update_or_create(
                        place=f"p{writer}-{turn}",
                        section="synthese",
                        defaults={"text": f"{n_comments}", "written_by": user},
                    )
        finally:
            connection.close()
        return writer

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    assert Comment.objects.count() == WRITERS * TIMES
    sys.stdout.write("ok")


if __name__ == "__main__":
    main()
