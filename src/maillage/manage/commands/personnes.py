"""maillage personnes: taking in the persons of a structure from a file."""

import argparse
import sys

from maillage.kernel.errors import Refused
from maillage.manage.words import cell_text, named_structure, open_file, typed_path
from maillage.words.wording import count

OK, PARTLY, FAILED = 0, 1, 2
FORMATS = ("coop-xlsx", "csv")
MAX_PRINTED = 20  # faults


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="geste", required=True, metavar="GESTE")
    take = verbs.add_parser("importer", help="fait une carte à chaque personne d’un fichier, une seule fois")
    take.add_argument("fichier", type=typed_path, metavar="FICHIER")
    take.add_argument("--format", required=True, choices=FORMATS)
    take.add_argument("--structure", required=True, metavar="NOM", help="qui suit ces personnes")
    take.add_argument("--par", required=True, metavar="ADRESSE", help="le compte qui les aide, et le déclare")
    take.add_argument(
        "--accord-declare",
        action="store_true",
        help="déclare que chaque personne du fichier a accepté que sa fiche soit gardée",
    )
    take.add_argument(
        "--meme-proches", action="store_true", help="aussi celles qui ressemblent à une personne déjà suivie"
    )


def run(options: argparse.Namespace) -> int:
    from maillage.manage.deploy.bootstrap import ready

    ready()
    return take_in(options)


def take_in(options: argparse.Namespace) -> int:
    from django.utils import timezone

    from maillage.apps.people.persons import forms
    from maillage.apps.people.persons.actions import taking_in
    from maillage.apps.platform.accounts.models import User

    if not options.accord_declare:
        raise Refused(
            "Personne n’a été importé.",
            why="Une fiche n’est gardée que si la personne l’a accepté.",
            do="Retirez du fichier celles qui n’ont pas accepté, puis ajoutez --accord-declare.",
        )
    by = User.objects.filter(email__iexact=options.par.strip(), is_active=True).first()
    if by is None:
        raise Refused(
            f"« {options.par} » n’est l’adresse d’aucun compte ouvert. Personne n’a été importé.",
            why="L’accord des personnes est déclaré par quelqu’un qui les aide.",
            do="Donnez l’adresse avec laquelle cette personne se connecte.",
        )
    structure = named_structure(options.structure)
    at = timezone.now()
    with open_file(options.fichier) as file:
        contents = forms.read(file.read(), options.fichier.name, options.format, today=timezone.localdate(at))
    n, n_left, known_at_first = 0, 1, list[int]()
    other_people = contents.entries if options.meme_proches else ()
    while n_left:
        outcome = taking_in.take_in(
            contents.entries, by=by, structure=structure, at=at, other_people=other_people
        )
        n, n_left = n + outcome.n_new, outcome.n_left
        known_at_first.append(outcome.n_known)
    n_known = known_at_first[0]
    print(f"{n} personne{'s' * (n > 1)} de plus, {n_known} déjà suivie{'s' * (n_known > 1)}")
    name = options.fichier.name
    lines = [
        f"{name}, ligne {fault.line}{cell_text(fault.column, fault.value)} : {fault.reason}. {fault.do}"
        for fault in contents.faults
    ]
    lines += [
        f"{name}, ligne {entry.line} : {refused.why} {refused.do}" for entry, refused in outcome.refusals
    ]
    lines += [
        f"{name}, ligne {entry.line} : ressemble à une personne déjà suivie"
        f" ({', '.join(f'/espace/personnes/{number}/' for number in numbers)})."
        " Si c’est elle, complétez sa fiche ; sinon, recommencez avec --meme-proches."
        for entry, numbers in outcome.alike
    ]
    for sentence in (*contents.notes, *lines[:MAX_PRINTED]):
        print(sentence, file=sys.stderr)
    if len(lines) > MAX_PRINTED:
        print(f"Et {count(len(lines) - MAX_PRINTED, 'autre ligne', 'autres lignes')}.", file=sys.stderr)
    return OK if not lines else PARTLY if n or n_known else FAILED
