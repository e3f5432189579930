"""maillage estimer: the need of every area of France, or of a territory."""

import argparse
import io

from maillage.kernel.progress import steps
from maillage.kernel.spreadsheet import Writer
from maillage.manage.words import typed_path
from maillage.reference.definitions import DEFAULT
from maillage.words.wording import count, number


def arguments(parser: argparse.ArgumentParser) -> None:
    from maillage.statistics.need.national import LEVELS

    parser.add_argument(
        "--niveau", required=True, choices=LEVELS, help="la maille des lignes : " + ", ".join(LEVELS)
    )
    parser.add_argument(
        "--definition", default=DEFAULT, metavar="ID", help=f"définition du besoin (par défaut {DEFAULT})"
    )
    parser.add_argument("--dans", metavar="CODE", help="ne garde que ce territoire")
    parser.add_argument("--graine", type=int, metavar="N", help="graine des tirages")
    parser.add_argument(
        "--sortie", required=True, type=typed_path, metavar="FICHIER.csv", help="le fichier à écrire"
    )


HEADER = (
    "code",
    "nom",
    "population",
    "univers",
    "valeur",
    "bas",
    "haut",
    "taux",
    "taux_bas",
    "taux_haut",
    "avertissement",
)


def run(options: argparse.Namespace) -> int:
    import maillage.statistics as ms
    from maillage.kernel.disk import write_whole
    from maillage.manage.named_definition import definition_of

    chosen = definition_of(options.definition)
    areas = ms.estimate_need(
        options.dans or "france",
        level=options.niveau,
        definition=chosen,
        seed=options.graine,
        progress=lambda share: steps("Tirages", share),
    )
    file = io.StringIO(newline="")
    writer = Writer(file)
    writer.writerow(HEADER)
    writer.writerows(["" if cell is None else cell for cell in area] for area in areas)
    write_whole(options.sortie, file.getvalue())
    n = f"{number(chosen.n)} répondants{'' if chosen.n_known else ' (supposé)'}"
    print(f"{count(len(areas), 'ligne')} dans {options.sortie} ; enquête nationale : {n}")
    return 0
