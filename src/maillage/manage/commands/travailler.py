"""maillage travailler: one more worker for the quick queue or the slow one, here or on another computer."""

import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        metavar="FILE",
        choices=("rapide", "lente"),
        help="rapide (quelqu’un attend : fichiers, résultats d’enquête) ou lente (études)",
    )


def run(options: argparse.Namespace) -> int:
    from maillage.manage.deploy.bootstrap import ready

    ready()
    from maillage.kernel.progress import steps
    from maillage.manage.deploy import worker

    steps.done()
    worker.run(options.file)
    return 0
