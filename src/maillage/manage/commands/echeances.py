"""maillage echeances: what comes due by itself, once."""

import argparse

from maillage.manage.words import print_json


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="écrit un document JSON")
    parser.add_argument(
        "--horloge-juste",
        action="store_true",
        help="après six mois d’arrêt, ou un saut de l’heure : elle est vérifiée, ce qui est échu peut l’être",
    )


def run(options: argparse.Namespace) -> int:
    from maillage.manage.deploy.bootstrap import ready

    ready()
    from django.utils import timezone

    from maillage.manage.deploy import scheduler
    from maillage.manage.providers import chosen

    chosen.check()
    now = timezone.now()
    if options.horloge_juste:
        scheduler.trust(now)
    else:
        scheduler.check_clock(now)
    done = scheduler.run(now)
    scheduler.say_done(done, goes_on=False)  # the pages go on knowing that no worker answers them
    if options.json:
        print_json({each.name: {"erreur": each.error} if each.error else dict(each.counts) for each in done})
    else:
        for result in done:
            counts = ", ".join(f"{n} {words.replace('_', ' ')}" for words, n in result.counts.items() if n)
            print(
                f"{result.name.replace('_', ' ')} :"
                f" {f'arrêté ({result.error})' if result.error else counts or 'rien à faire'}"
            )
    return 1 if any(each.error for each in done) else 0
