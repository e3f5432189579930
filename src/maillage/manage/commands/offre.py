"""maillage offre: reading, importing, exporting places, and looking for those that may be one."""

import argparse
import gc
import hashlib
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maillage.kernel.errors import Refused
from maillage.kernel.progress import steps
from maillage.manage.words import cell_text, print_json, read_file, typed_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from maillage.sources.offer.proposing.draft import Guess
    from maillage.sources.offer.read import Result

OK, PARTLY, FAILED = 0, 1, 2
COUNTED = (  # of an import, what is written in JSON
    "lus",
    "crees",
    "modifies",
    "inchanges",
    "refuses",
    "reunis",
    "a_verifier",
    "doublons_proposes",
    "disent_leur_offre",
)
DECISIONS = {
    "meme": "Le même lieu",
    "a_voir": "À vérifier, les plus ressemblants d’abord",
}
FORMATS = ("lmn-1.0.2", "data-inclusion-1", "hsds-3", "geojson", "dataspace", "csv", "xlsx")


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="geste", required=True, metavar="GESTE")
    check = verbs.add_parser(
        "verifier", help="lit un fichier et dit tout ce qui va et ne va pas ; n’importe rien"
    )
    check.add_argument("fichier", type=typed_path, metavar="FICHIER")
    check.add_argument("--correspondance", type=typed_path, metavar="YAML", help="comment lire ses colonnes")
    check.add_argument(
        "--proposition",
        type=typed_path,
        metavar="YAML",
        help="écrit comment ses colonnes se lisent, à corriger puis à donner à « importer »",
    )
    check.add_argument("--json", action="store_true", help="écrit le rapport en JSON")
    take = verbs.add_parser("importer", help="importe un fichier ; se répète sans risque")
    take.add_argument("fichier", type=typed_path, metavar="FICHIER")
    take.add_argument("--source", required=True, metavar="NOM", help="qui donne ces lieux")
    take.add_argument("--correspondance", type=typed_path, metavar="YAML", help="comment lire ses colonnes")
    take.add_argument("--json", action="store_true", help="écrit les décomptes en JSON")
    give = verbs.add_parser("exporter", help="écrit les lieux publiés")
    give.add_argument("--format", required=True, choices=FORMATS)
    give.add_argument("--sortie", required=True, type=typed_path, metavar="FICHIER")
    answers = ("oui", "limite", "non", "inconnu")
    for kind, choices, words in (
        ("qpv", (*answers, "commune"), "un quartier prioritaire"),
        ("zus", answers, "une ancienne zone urbaine sensible"),
    ):
        more = ", ou ceux des communes qui en ont un" if "commune" in choices else ""
        give.add_argument(
            f"--{kind}",
            choices=choices,
            help=f"seulement les lieux dans {words}, à sa limite, en dehors, ou dont on ne sait pas{more}",
        )
    pairs = verbs.add_parser(
        "doublons", help="propose les paires de lignes qui sont peut-être le même lieu ; n’écrit rien"
    )
    pairs.add_argument("fichier_a", type=typed_path, metavar="FICHIER_A")
    pairs.add_argument("fichier_b", type=typed_path, nargs="?", metavar="FICHIER_B")
    pairs.add_argument("--json", action="store_true", help="écrit les paires en JSON")


def run(options: argparse.Namespace) -> int:
    gc.set_threshold(
        200_000, 20, 20
    )  # rows are made by the hundred thousand, and none of them refers to itself
    return {"verifier": verify, "importer": take_in, "exporter": export, "doublons": duplicates}[
        options.geste
    ](options)


def read_places(
    path: Path,
    correspondence: Path | None,
    source: str = "",
    when_refused: "Callable[[Result], None]" = lambda result: None,
    proposition: Path | None = None,
) -> "Result":
    """Return the places of a file; Refused when no row is usable, once its rows are given to
    `when_refused`. proposition: where to write how its columns are read.
    """
    from maillage.kernel.disk import write_whole
    from maillage.manage.deploy.home import HOME
    from maillage.sources.offer import addresses, files
    from maillage.sources.offer.forms import read as forms

    addresses.use(HOME / addresses.FOLDER)
    sheet, chosen, guesses = forms.read(path), None, list["Guess"]()
    if proposition is not None:
        write_whole(proposition, files.draft(sheet)[0])
    if correspondence is not None:
        text = read_file(correspondence).decode("utf-8", "replace")
        chosen, guesses = files.completed(sheet, text, correspondence.name)
    result = files.places(
        sheet, today=datetime.now().date(), correspondence=chosen, source=source, guesses=guesses
    )
    if not result.accepted:
        when_refused(result)
        raise Refused(
            f"{first_refusal(result)} ; aucun lieu n’a pu être lu.",
            why=(
                "Sans nom ni commune, un lieu ne peut être ni trouvé ni montré. Colonnes lues :"
                f" {', '.join(sorted(result.correspondence.fields)) or 'aucune'} ; non lues :"
                f" {', '.join(result.unread) or 'aucune'}."
            ),
            do=(
                "Dites quelle colonne est le nom et laquelle la commune, avec --correspondance ou sur la page"
                " d’import."
            ),
        )
    return result


def verify(options: argparse.Namespace) -> int:
    from maillage.sources.offer import report

    result = read_places(
        options.fichier,
        options.correspondance,
        when_refused=lambda refused: print_json(report.of(refused)) if options.json else None,
        proposition=options.proposition,
    )
    content = report.of(result)
    if options.json:
        print_json(content)
    else:
        tell(content)
    return ended(result)


def ended(*results: "Result") -> int:
    """Return the exit code of a command; when places were refused, print the first in three lines on
    standard error.
    """
    partly = [result for result in results if result.refused_places or result.faults]
    if not partly:
        return OK
    n = sum(len(result.refused_places) + len(result.faults) for result in partly)
    more = f" ; et {n - 1} autre{'s' * (n > 2)} ligne{'s' * (n > 2)}" if n > 1 else ""
    refused = Refused(
        f"{first_refusal(partly[0])}{more}.",
        why=(
            "Une ligne que rien ne nomme ou ne situe, ou que son fichier dit fermée, n’est pas publiée. Les"
            " bonnes lignes sont gardées."
        ),
        do=(
            f"Corrigez-la et recommencez ; « maillage offre verifier {partly[0].name} » dit chaque ligne"
            " refusée."
        ),
    )
    print("\n".join(refused.sentences), file=sys.stderr)
    return PARTLY


def first_refusal(result: "Result") -> str:
    """Return the first refused row of a file: its line, its cells at fault, the reason."""
    row = next(iter(result.refused_places), None) or next((row for row in result.rows if row.refused), None)
    fault = result.faults[0] if result.faults else None
    if fault is not None and (row is None or fault.line < row.line):
        return f"{result.name}, ligne {fault.line}{cell_text(fault.column, fault.value)} : {fault.reason}"
    assert row is not None
    named = f", « {row.sheet['nom']} »" if "nom" in row.sheet else ""
    cells = [
        f" ; colonne {remark.column or remark.field}, « {remark.value[:60]} » : {remark.reason}"
        for remark in row.remarks
        if remark.word == "refused" and remark.value and remark.reason not in row.refused
    ]
    return f"{result.name}, ligne {row.line}{named} : {row.refused}{''.join(cells[:2])}"


def count(n: int, one: str, many: str) -> str:
    """Return a count with its noun agreed, in plain spaces: a terminal copies badly the others."""
    return f"{n} {one if n < 2 else many}"


def tell(report: dict[str, Any]) -> None:
    """Print a report for a person: the file, each column, then each row to look at."""
    print(f"{report['fichier']} : lu comme « {report['titre'] or report['correspondance']} ».")
    print(
        f"{count(report['lus'], 'ligne lue', 'lignes lues')}, {count(report['gardes'], 'gardée', 'gardées')}"
        f" dont {report['a_verifier']} à vérifier, {count(report['refuses'], 'refusée', 'refusées')}."
    )
    n_say, n = report["disent_leur_offre"], report["gardes"]
    print(f"{count(n_say, 'lieu gardé a', 'lieux gardés ont')} au moins un service renseigné, sur {n}.")
    for note in filter(None, (report["sans_point"], *report["notes"])):
        print(f"· {note}")
    if report["colonnes_non_lues"]:
        print(f"Colonnes que rien ne lit : {', '.join(report['colonnes_non_lues'])}.")
    for column in report["colonnes_a_preciser"]:
        words = ", ".join(f"« {value['valeur']} » ({value['fois']})" for value in column["valeurs"][:12])
        print(
            f"Que veut dire la colonne « {column['colonne']} » ? {words}{'…' * (len(column['valeurs']) > 12)}"
        )
    if report["colonnes_laissees"]:
        print(f"Colonnes ignorées volontairement : {', '.join(report['colonnes_laissees'])}.")
    print()
    for column in report["colonnes"]:
        counts = ", ".join(
            f"{column[word]} {word}" for word in ("lu", "réparé", "à vérifier", "refusé") if column[word]
        )
        print(f"{column['colonne'] or '(déduit)'} → {column['champ']} : {counts}")
        for each in column["raisons"]:
            print(f"    {each['fois']} fois, {each['raison']}")
    print()
    for value in report["valeurs_sans_effet"]:
        print(f"{value['colonne']} : « {value['valeur']} » est sans effet, {value['fois']} fois.")
    for row in [r for r in report["lignes"] if r["refus"]]:
        print(f"ligne {row['ligne']}, {row['nom'] or 'sans nom'} : refusée, {row['refus']}.")
    for fault in report["lignes_illisibles"]:
        where = f"ligne {fault['ligne']}{', colonne ' * bool(fault['colonne'])}{fault['colonne']}"
        print(f"{where} : {fault['raison']}. {fault['que_faire']}")


def take_in(options: argparse.Namespace) -> int:
    from maillage.sources.offer.forms import pieces

    if pieces.is_long_csv(options.fichier):
        return take_in_by_pieces(options)
    result = read_places(
        options.fichier,
        options.correspondance,
        options.source,
        when_refused=_tell_nothing_taken if options.json else lambda refused: None,
    )
    from maillage.manage.deploy.bootstrap import ready

    ready()
    from django.utils import timezone

    from maillage.apps.directory.intake.actions import importing
    from maillage.sources.offer import report

    row = importing.take_in(
        result,
        source=options.source,
        digest=_digest(options.fichier),
        by=None,
        at=timezone.now(),
        correspondence=options.correspondance.read_text("utf-8") if options.correspondance else "",
    )
    counts = row.counts
    if options.json:
        print_json({key: counts[key] for key in COUNTED} | report.findings(result))
    else:
        words = (
            ("crees", "lieu créé", "lieux créés"),
            ("modifies", "modifié", "modifiés"),
            ("inchanges", "inchangé", "inchangés"),
        )
        written_text = ", ".join(count(counts[key], one, many) for key, one, many in words)
        print(
            f"{count(counts['lus'], 'ligne lue', 'lignes lues')} : {written_text},"
            f" {count(counts['refuses'], 'ligne refusée', 'lignes refusées')},"
            f" {count(counts['reunis'], 'réunie à une autre', 'réunies à une autre')}."
            f" {counts['a_verifier']} à vérifier,"
            f" {count(counts['doublons_proposes'], 'doublon proposé', 'doublons proposés')},"
            f" {count(counts['absents'], 'lieu absent', 'lieux absents')} de cette version."
        )
        for key, one, many in TO_DECIDE:
            if counts[key]:
                print(f"{count(counts[key], one, many)}.")
    return ended(result)


def _tell_nothing_taken(result: "Result") -> None:
    """Print the counts and the findings of a file of which no row could be imported."""
    from maillage.sources.offer import report

    counts = {"lus": result.n_read, "refuses": result.n_refused, "reunis": result.united}
    print_json(dict.fromkeys(COUNTED, 0) | counts | report.findings(result))


def _digest(path: Path) -> str:
    """Return the digest of a file, or of the files of a folder in the order of their names."""
    files = sorted(each for each in path.iterdir() if each.is_file()) if path.is_dir() else [path]
    return hashlib.sha256(b"".join(each.read_bytes() for each in files)).hexdigest()


def take_in_by_pieces(options: argparse.Namespace) -> int:
    """Import a CSV file too long to be held at once; stopped, the same command goes on where it was."""
    from maillage.manage.deploy.bootstrap import ready
    from maillage.manage.deploy.home import HOME
    from maillage.sources.offer import addresses, mapping

    ready()
    addresses.use(HOME / addresses.FOLDER)
    from django.db import connection
    from django.utils import timezone

    from maillage.apps.directory.intake.actions import long_files

    if connection.vendor == "sqlite":  # mapped, a base that grows would count in the memory of the process
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA mmap_size=0")
    chosen = None
    if options.correspondance is not None:
        text = read_file(options.correspondance).decode("utf-8", "replace")
        chosen = mapping.load(text, options.correspondance.name)
    try:
        done = long_files.take_in(
            options.fichier,
            source=options.source,
            by=None,
            at=timezone.now(),
            correspondence=chosen,
            tell=steps,
            when_refused=_tell_nothing_taken if options.json else lambda refused: None,
        )
    except KeyboardInterrupt:
        raise Refused(
            "L’import s’est arrêté ; ce qui est déjà rangé le reste.",
            why="Un long fichier se range par morceaux de dix mille lignes, chacun entier ou absent.",
            do="Relancez la même commande : elle reprend après le dernier morceau rangé.",
        ) from None
    counts = {key: done.counts[key] for key in COUNTED}
    if options.json:
        print_json({**counts, "morceaux": len(done.rows), "repris": done.resumed, **done.findings})
    else:
        print(", ".join(f"{key} : {n}" for key, n in counts.items()) + f", en {len(done.rows)} morceaux.")
    return PARTLY if done.counts["refuses"] else OK


TO_DECIDE = (  # what only a person may decide, told when there is some
    (
        "contestes",
        "valeur attend une réponse : quelqu’un avait confirmé ou choisi autre chose",
        "valeurs attendent une réponse : quelqu’un avait confirmé ou choisi autre chose",
    ),
    (
        "a_confirmer",
        "lieu créé est à confirmer : c’est peut-être un absent, écrit autrement",
        "lieux créés sont à confirmer : ce sont peut-être des absents, écrits autrement",
    ),
)


def _is_zip(name: str) -> bool:
    return name.lower().endswith(".zip")


def export(options: argparse.Namespace) -> int:
    from maillage.manage.deploy.bootstrap import ready

    ready()
    from maillage.apps.directory.places.queries import districts, exports, published
    from maillage.kernel.disk import write_whole
    from maillage.publishing.directory.formats import every

    places, on = published.all_places(districts.parse(vars(options))), datetime.now().date()
    archive = next(
        (f for f in exports.FILES.values() if f.format == options.format and _is_zip(f.name)), None
    )
    if archive is not None and _is_zip(options.sortie.name) and not options.sortie.is_dir():
        content, left_out = exports.written(archive, places, on=on)
        write_whole(options.sortie, content)
    else:
        left_out = every.write(options.format, options.sortie, places, on=on)
    for line in left_out:
        print(line, file=sys.stderr)
    if not places:
        verb = "ne répond" if options.qpv or options.zus else "n’est publié"
        print(f"Aucun lieu {verb} : l’export est vide.", file=sys.stderr)
    return OK


def duplicates(options: argparse.Namespace) -> int:
    from maillage.statistics.engine import duplicates as engine
    from maillage.statistics.offer.census import as_place

    a = read_places(options.fichier_a, None)
    b = read_places(options.fichier_b, None) if options.fichier_b else a
    rows_a, rows_b = a.accepted, b.accepted
    places_a = [as_place(row.sheet) for row in rows_a]
    pairs = (
        engine.between(places_a, [as_place(row.sheet) for row in rows_b])
        if options.fichier_b
        else engine.within(places_a)
    )
    rows = [
        {
            "a": rows_a[p.a].number,
            "b": rows_b[p.b].number,
            "score": round(p.score, 4),
            "raisons": list(p.reasons),
            "decision": p.decision,
        }
        for p in pairs
    ]
    if options.json:
        print_json(rows)
    else:
        for decision, heading in DECISIONS.items():
            decided = [p for p in pairs if p.decision == decision]
            if decided:
                print(f"{heading} :")
            for p in sorted(decided, key=lambda p: -p.score):
                names = f"{rows_a[p.a].sheet['nom']} | {rows_b[p.b].sheet['nom']}"
                numbers = f"{rows_a[p.a].number} = {rows_b[p.b].number}"
                print(f"  {numbers} · {names} · {' ; '.join(p.reasons)}")
        print(f"{count(len(rows), 'paire proposée', 'paires proposées')}.")
    return ended(*([a, b] if options.fichier_b else [a]))
