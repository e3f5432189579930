"""maillage modules: the learning modules, checked, looked at and carried as their authors write them."""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from maillage.kernel.disk import write_whole
from maillage.kernel.errors import Refused
from maillage.manage.words import print_json, read_file
from maillage.modules import archive as module_archive
from maillage.modules import authoring, catalogue, translations
from maillage.modules import format as module_format
from maillage.modules import reading as module_reading
from maillage.modules.reading import Fault
from maillage.publishing.page import drawings

ACTIONS = ("verifier", "liste", "dessins", "apercu", "exporter", "importer")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "geste",
        nargs="?",
        choices=ACTIONS,
        help=(
            "verifier des modules, les lister, lister les dessins, voir un module dans un navigateur, "
            "exporter ou importer une archive"
        ),
    )
    parser.add_argument(
        "dossiers",
        nargs="*",
        type=Path,
        default=[],
        metavar="QUOI",
        help=(
            "verifier, apercu : dossier d’un module, ou de plusieurs (sinon tous) ; exporter : identifiants"
            " (sinon ceux du territoire) ; importer : l’archive"
        ),
    )
    parser.add_argument("--vers", type=Path, metavar="FICHIER.zip", help="exporter : l’archive à écrire")
    parser.add_argument("--port", type=int, default=8001, metavar="N", help="apercu : port (par défaut 8001)")
    parser.add_argument("--json", action="store_true", help="écrit un document JSON")


def run(options: argparse.Namespace) -> int:
    if options.geste is None:
        raise Refused(
            "Il manque le geste.",
            why=f"Les gestes : {', '.join(ACTIONS)}.",
            do=(
                "Tapez par exemple « maillage modules verifier » ; « maillage modules --aide » dit ce que"
                " fait chacun."
            ),
        )
    return {
        **{"verifier": _check, "liste": _list, "dessins": _drawings},
        **{"apercu": _preview, "exporter": _export, "importer": _import},
    }[options.geste](options)


def _root() -> Path:
    """Return the folder of the territory's modules."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillage.manage.settings")
    from django.conf import settings

    return Path(settings.HOME) / "modules"


def _check(options: argparse.Namespace) -> int:
    """Check modules: 0 when all are valid, 1 when some are, 2 when none is."""
    drawn, files = frozenset(drawings.names()), _files(options.dossiers)
    folder_ids = {
        authoring.split(path.parent)[1] for path in files if catalogue.FOLDER.match(path.parent.name)
    }
    known = {*module_reading.files(), *authoring.ids(_root()), *folder_ids}
    read = [module_reading.read(path, drawn, known) for path in files]
    translated = [
        (path, *translations.read(path))
        for each in read
        for path in sorted(each.path.parent.glob("module.*.yaml"))
    ]
    alone = (
        []
        if options.dossiers
        else [folder for folder in catalogue.folders(_root()) if not (folder / module_reading.FILE).is_file()]
    )
    translated += [
        (path, *translations.read(path)) for folder in alone for path in sorted(folder.glob("module.*.yaml"))
    ]
    if options.json:
        print_json(
            [
                *(_as_json(each.path, each.module.id if each.module else None, each.faults) for each in read),
                *(
                    _as_json(path, version.language if version else None, faults)
                    for path, version, faults in translated
                ),
            ]
        )
    for row in read if not options.json else ():
        if row.module is not None:
            n = sum(1 for _ in row.module.exercises())
            print(f"{row.module.number:02} {row.module.id} : {len(row.module.steps)} étapes, {n} exercices")
    for row in read:
        _complain(row.path, row.faults, "Ce module n’est pas lu.")
    for path, version, faults in translated:
        if version is not None and not options.json:
            language = translations.name(version.language)
            print(f"   {path.parent.name}, {language} : {len(version.text_by_place)} phrases")
        _complain(path, faults, "Cette traduction n’est pas lue.")
    bad = sum(each.module is None for each in read) + sum(version is None for _, version, _ in translated)
    return 0 if not bad else 1 if bad < len(read) + len(translated) else 2


def _as_json(path: Path, id: str | None, faults: Iterable[Fault]) -> dict[str, Any]:
    rows = [{"ligne": f.line, "ou": f.where, "quoi": f.what, "remede": f.do} for f in faults]
    return {"fichier": str(path), "module": id, "fautes": rows}


def _complain(path: object, faults: Iterable[Fault], so: str) -> None:
    for fault in faults:
        where = f"{path}, ligne {fault.line}{f', {fault.where}' if fault.where else ''}"
        print(f"{where} : {fault.what}\n  {so}\n  {fault.do}", file=sys.stderr)


def _list(options: argparse.Namespace) -> int:
    territory_modules = catalogue.read(_root(), frozenset(drawings.names())).modules
    modules = sorted(
        {**module_reading.own_modules(), **territory_modules}.values(), key=lambda m: (m.number, m.id)
    )
    if options.json:
        print_json(
            [
                {
                    **{
                        "id": m.id,
                        "numero": m.number,
                        "titre": m.title,
                        "theme": m.theme,
                        "duree": m.minutes,
                    },
                    **({"territoire": True} if m.id in territory_modules else {}),
                }
                for m in modules
            ]
        )
    else:
        for m in modules:
            mark = ", du territoire" if m.id in territory_modules else ""
            print(
                f"{m.number:02} {m.id} : {m.title} ({module_format.THEMES[m.theme]}, {m.minutes} min{mark})"
            )
    return 0


def _drawings(options: argparse.Namespace) -> int:
    if options.json:
        print_json(drawings.names())
    else:
        print("\n".join(drawings.names()))
    return 0


def _files(folders: list[Path]) -> list[Path]:
    """Return the files of the modules of some folders, each a module or a folder of modules; ours and
    theirs when none is given.
    """
    if not folders:
        return module_reading.folders(module_reading.OWN_MODULES) + [
            folder / module_reading.FILE
            for folder in catalogue.folders(_root())
            if (folder / module_reading.FILE).is_file()
        ]
    files = []
    for folder in folders:
        inside = (
            [folder / module_reading.FILE]
            if (folder / module_reading.FILE).is_file()
            else module_reading.folders(folder)
        )
        if not inside:
            raise Refused(
                f"Aucun module dans {folder}.",
                why=f"Un module est un dossier qui contient un fichier {module_reading.FILE}.",
                do="Donnez ce dossier, ou celui qui en contient plusieurs.",
            )
        files += inside
    return files


# --------------------------------------------------------------------------------------------------- carrying


def _export(options: argparse.Namespace) -> int:
    if options.vers is None:
        raise Refused(
            "Il manque l’archive à écrire.",
            why="Les modules vont dans un seul fichier, que l’on porte ailleurs.",
            do="Ajoutez « --vers modules.zip ».",
        )
    folders = module_archive.folders_of([str(id) for id in options.dossiers], _root())
    if not folders:
        raise Refused(
            "Ce territoire n’a pas de module à lui.",
            why="Sans identifiant, seuls les siens sont exportés.",
            do="Nommez les modules voulus : maillage modules exporter tenir-la-souris --vers modules.zip.",
        )
    content = module_archive.export(folders)
    write_whole(options.vers, content)
    if options.json:
        print_json(
            {"fichier": str(options.vers), "modules": [authoring.split(folder)[1] for folder in folders]}
        )
    else:
        print(
            f"{options.vers} : {len(folders)} module{'s' if len(folders) > 1 else ''},"
            f" {len(content) // 1000 or 1} ko"
        )
    return 0


def _import(options: argparse.Namespace) -> int:
    """Import the modules of an archive: 0 when all are imported, 1 when some are, 2 when none is."""
    if len(options.dossiers) != 1:
        raise Refused(
            "Il faut une archive, et une seule.",
            why="Chaque archive est lue entière avant que rien soit écrit.",
            do="Tapez « maillage modules importer modules.zip ».",
        )
    done = module_archive.import_(
        read_file(options.dossiers[0]),
        _root(),
        drawings=frozenset(drawings.names()),
        at=datetime.now().astimezone(),
    )
    for each in done.bad:
        _complain(each.name, each.faults, "Ce fichier n’a pas été gardé.")
    if options.json:
        print_json(
            {
                **{
                    "nouveaux": list(done.new),
                    "remplaces": list(done.replaced),
                    "inchanges": list(done.same),
                },
                "traductions": [f"{id}.{code}" for id, code in done.translations],
                "refuses": [_as_json(Path(each.name), None, each.faults) for each in done.bad],
            }
        )
    else:
        for words, ids in (
            ("nouveau", done.new),
            ("remplacé, l’ancien est gardé", done.replaced),
            ("inchangé", done.same),
        ):
            for id in ids:
                print(f"{id} : {words}")
        for id, code in done.translations:
            print(f"{id} : traduction en {translations.name(code)}")
    return 0 if not done.bad else 1 if done.accepted else 2


# ---------------------------------------------------------------------------------------------------- looking


def _preview(options: argparse.Namespace) -> int:
    """Serve the pages of a module on this computer, read again at each request, until Ctrl+C."""
    from maillage.manage.commands.servir import check_free

    folder = _one_folder(options)
    check_free("127.0.0.1", options.port)
    return _serve(folder, options.port)


def _one_folder(options: argparse.Namespace) -> Path:
    """Return the folder of the modules to look at; Refused for none, for several, and for one without any
    module.
    """
    if len(options.dossiers) != 1:
        raise Refused(
            "Il faut un dossier, et un seul.",
            why="L’aperçu montre le module d’un dossier, ou ceux qu’il contient.",
            do="Tapez « maillage modules apercu MON-DOSSIER ».",
        )
    folder: Path = options.dossiers[0].resolve()
    if not folder.is_dir():
        raise Refused(
            f"{folder} n’est pas un dossier.",
            why=f"Un module est un dossier qui contient un fichier {module_reading.FILE}.",
            do="Donnez le chemin de ce dossier.",
        )
    if not catalogue.folders(folder):
        raise Refused(
            f"Aucun module dans {folder}.",
            why=(
                "Un module est un dossier NN-identifiant, par exemple 300-mon-module, qui contient"
                f" {module_reading.FILE}."
            ),
            do="Renommez le dossier, ou donnez celui qui en contient plusieurs.",
        )
    return folder


def _serve(folder: Path, port: int) -> int:
    """Serve the modules of a folder, with a temporary home of their own; return how it ended."""
    from maillage.manage.commands.servir import start

    with tempfile.TemporaryDirectory(prefix="maillage-apercu-") as home:
        os.environ |= {"MAILLAGE_PREVIEW": str(folder), "MAILLAGE_HOME": home}
        os.environ.pop("DATABASE_URL", None)
        subprocess.run(
            [
                sys.executable,
                "-m",
                "maillage.manage",
                "collectstatic",
                "--noinput",
                "--verbosity",
                "0",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        server = start(
            *("gunicorn", "maillage.manage.deploy.wsgi:application", "--bind", f"127.0.0.1:{port}"),
            *("--workers", "1", "--worker-class", "gthread", "--threads", "4", "--log-level", "warning"),
        )
        only = catalogue.folders(folder)
        page = f"{authoring.split(only[0])[1]}/" if len(only) == 1 else ""
        signal.signal(signal.SIGTERM, lambda *_: server.terminate())
        signal.signal(signal.SIGINT, signal.default_int_handler)  # even where whoever starts us ignores it
        try:
            while server.poll() is None and not _answers(port):
                time.sleep(0.2)
            print(f"Aperçu : http://127.0.0.1:{port}/apprendre/{page} (Ctrl+C pour finir)", flush=True)
            return 0 if server.wait() in (0, -signal.SIGTERM) else 2
        except KeyboardInterrupt:
            return 0
        finally:
            server.terminate()
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
