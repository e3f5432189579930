"""maillage enquete questionnaire: the ready questionnaires, and the form of one, for Kobo, ODK and the other
verbs.
"""

import argparse
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "banque", metavar="BANQUE", nargs="?", default="", help="lequel écrire ; sans nom, la liste"
    )
    parser.add_argument(
        "--vers", metavar="FICHIER", type=Path, help="le fichier à écrire ; sinon BANQUE.xlsx, ici"
    )


def run(options: argparse.Namespace) -> int:
    from maillage.kernel.disk import write_whole
    from maillage.kernel.errors import Refused
    from maillage.reference.surveys import banks
    from maillage.sources.survey import xlsform

    known = banks()
    if not options.banque:
        for id, bank in known.items():
            n = sum(1 for question in bank.questions() if question.takes_answer)
            print(f"{id} : {bank.title}, {n} questions")
        return 0
    if options.banque not in known:
        raise Refused(
            f"Aucun questionnaire prêt ne s’appelle « {options.banque} ».",
            why="On ne sait pas lequel écrire.",
            do=f"Choisissez parmi : {', '.join(known)}.",
        )
    bank = known[options.banque]
    path = options.vers or Path(f"{options.banque}.xlsx")
    write_whole(path, xlsform.write(bank))
    print(f"{path} est écrit : « {bank.title} », à ouvrir dans Kobo ou ODK, ou avec « tabuler ».")
    return 0
