"""maillage voix: records what pages and exercises say, for telephones whose browser has no voice."""

import argparse
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from maillage.kernel.disk import write_whole
from maillage.kernel.errors import Refused
from maillage.kernel.progress import steps
from maillage.manage.words import print_json
from maillage.words.languages import FRENCH, LANGUAGES, key, say, speaking
from maillage.words.wording import count

if TYPE_CHECKING:
    from maillage.modules.format import Module

# The six public pages that are read most, and those that they open at once.
PAGES = ("home", "find", "learning", "card", "workshops", "bilan", "relative", "about")
READ_FILES = frozenset((".html", ".po", ".yaml"))
STATE = "etat"  # a digest of what was said the last time
ABSENT = Refused(
    "Aucune voix n’a été enregistrée : il manque de quoi parler, ou de quoi l’écrire.",
    why="Les pages restent lues par la voix du navigateur, là où il en a une.",
    do="Relancez « make setup » sur un ordinateur relié au réseau, puis « maillage voix ».",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--refaire", action="store_true", help="relit tout, même si aucun texte n’a changé")
    parser.add_argument(
        "--module", action="append", metavar="IDENTIFIANT", help="ce module seulement (se répète)"
    )
    parser.add_argument("--json", action="store_true", help="écrit un document JSON")


def run(options: argparse.Namespace) -> int:
    from maillage.manage.deploy.bootstrap import ready
    from maillage.publishing.voice import speech

    if not speech.is_able(FRENCH):
        raise ABSENT
    os.nice(15)  # pages come first
    ready()
    from maillage.apps.learning.queries import contents
    from maillage.manage.requests import static
    from maillage.publishing.voice.recordings import Recorder
    from maillage.web import recordings

    static.collect()
    state_file, state = recordings.folder() / STATE, _state()
    is_whole = not options.module
    if is_whole and not options.refaire and state_file.is_file() and state_file.read_text("utf-8") == state:
        _tell(0, as_json=options.json)
        return 0
    recorder = Recorder(recordings.folder())
    if is_whole:  # first: everybody meets them
        for code in LANGUAGES:
            steps(f"Voix des pages, {LANGUAGES[code].name}")
            for name, addresses in _common_pages().items():
                recorder.write_book(code, name, _read(addresses, code))
    modules = [module for id, module in contents.modules().items() if is_whole or id in options.module]
    for number, module in enumerate(modules):
        steps(f"Voix de « {module.title} »", number / len(modules))
        for code in (FRENCH, *(code for code, _, _ in contents.translations_of(module.id))):
            lines = _read(_module_pages(module, code), FRENCH)
            recorder.write_book(code, module.id, [*lines, *_script_lines(code)])
    if is_whole:
        recorder.tidy()
        write_whole(state_file, state)
    _tell(recorder.n_recorded, as_json=options.json)
    return 0


def _tell(n_recorded: int, *, as_json: bool) -> None:
    if as_json:
        print_json({"enregistrements": n_recorded})
    elif n_recorded:
        print(f"Voix : {count(n_recorded, 'phrase enregistrée', 'phrases enregistrées')}.", flush=True)
    else:
        print("Voix : chaque phrase a déjà son enregistrement.", flush=True)


def _state() -> str:
    """Return a digest of all that pages may say: their files, the modules, what people recorded."""
    import maillage
    from maillage.apps.learning.queries import contents
    from maillage.publishing.voice.recordings import HUMAN_FOLDER
    from maillage.web import recordings

    stamps = [contents.digest(), *sorted(map(str, (recordings.folder() / HUMAN_FOLDER).rglob("*.mp3")))]
    for path in sorted(Path(maillage.__path__[0]).rglob("*")):
        if path.suffix in READ_FILES:
            status = path.stat()
            stamps.append(f"{path.name} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(stamps).encode()).hexdigest()


def _script_lines(code: str) -> list[tuple[str, str]]:
    """Return the sentences of the script of exercises, in a language of ours; none in another."""
    from maillage.apps.learning.rules import SCRIPT_SENTENCES

    if code not in LANGUAGES:
        return []
    with speaking(code):
        return [(key(say(sentence)), code) for sentence in SCRIPT_SENTENCES if "{" not in sentence]


def _module_pages(module: "Module", code: str) -> Iterator[str]:
    from django.urls import reverse

    language = f"langue={code}"
    yield f"{reverse('module', args=[module.id])}?{language}"
    for number in range(1, len(module.steps) + 1):
        address = reverse("module_step", args=[module.id, number])
        yield f"{address}?{language}"
    for number, exercise in module.exercises():
        if exercise.easier is not None:
            yield f"{reverse('module_step', args=[module.id, number])}?facile&{language}"


def _common_pages() -> Mapping[str, Sequence[str]]:
    """Return the addresses of the common pages, by the name of their book."""
    from django.urls import reverse

    from maillage.reference.easy_pages import easy_pages

    return {
        **{name: [reverse(name)] for name in PAGES},
        "easy": [reverse("easy", args=[id]) for id in easy_pages()],
    }


def _read(addresses: Iterable[str], language: str) -> Sequence[tuple[str, str]]:
    """Return the sentences that these pages say to a reader of a language, each once."""
    from django.test import Client

    from maillage.publishing.voice import spoken

    browser = Client(headers={"Accept-Language": language, "Host": "localhost"})
    lines: dict[tuple[str, str], None] = {}
    for address in addresses:
        response = browser.get(address, secure=True)
        if response.status_code == 200:
            lines |= dict.fromkeys(spoken.lines(response.content.decode()))
    return list(lines)
