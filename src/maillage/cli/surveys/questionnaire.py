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


def run(given: argparse.Namespace) -> int:
    from maillage.kernel.disk import write_whole
    from maillage.kernel.errors import Refused
    from maillage.pipeline.survey import xlsform
    from maillage.reference.surveys import banks

    known = banks()
    if not given.banque:
        for id, each in known.items():
            n = sum(1 for question in each.questions() if question.takes_answer)
            print(f"{id} : {each.title}, {n} questions")
        return 0
    if given.banque not in known:
        raise Refused(
            f"Aucun questionnaire prêt ne s’appelle « {given.banque} ».",
            why="On ne sait pas lequel écrire.",
            do=f"Choisissez parmi : {', '.join(known)}.",
        )
    path = given.vers or Path(f"{given.banque}.xlsx")
    write_whole(path, xlsform.write(known[given.banque]))
    print(
        f"{path} est écrit : « {known[given.banque].title} », à ouvrir dans Kobo ou ODK, ou avec « tabuler »."
    )
    return 0
