"""Recordings: a file for each sentence, and a book for each set of pages, which says where each sentence is.

A recording is named by its words: a sentence that changes is never said as it was. One of the same name in
`humaines/` is said in its place.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from maillage.kernel.disk import write_whole
from maillage.kernel.names import plain
from maillage.kernel.spreadsheet import as_csv
from maillage.publishing.voice import speech
from maillage.publishing.voice.spoken import Line

HUMAN_FOLDER, LIST = "humaines", "a-lire.csv"
MOST_WORDS = 6  # of a name
NAME = re.compile(r"[a-z0-9-]+")
# What a script reads of a sentence: its file, its seconds, where each word begins and when, 1 when a person
# said it.
Entry = tuple[str, float, list[float], int]


def name(text: str) -> str:
    """Return the name of the recording of a text, without its folder.

    >>> name("Vous pouvez vous tromper.")
    'vous-pouvez-vous-tromper-007972387f'
    """
    first_words = NAME.findall(plain(text))[:MOST_WORDS]
    return "-".join([*first_words, hashlib.sha256(text.encode()).hexdigest()[:10]])


@dataclass(slots=True)
class Recorder:
    """Records into a folder what is not there yet. n_recorded: files made by this one."""

    folder: Path
    n_recorded: int = 0
    entries: dict[str, Entry] = field(default_factory=dict)  # by file
    texts: dict[str, dict[str, str]] = field(default_factory=dict)  # by language, then by name

    def __post_init__(self) -> None:
        for path in self.folder.glob("*/*.json"):
            self.entries |= {entry[0]: tuple(entry) for entry in json.loads(path.read_text("utf-8")).values()}

    def write_book(self, language: str, title: str, lines: Iterable[Line]) -> Mapping[str, Entry]:
        """Record the sentences of some pages, and write their book; a language that nobody says is left."""
        book = {text: self._record(text, code) for text, code in lines if speech.is_able(code)}
        write_whole(
            self.folder / language / f"{title}.json",
            json.dumps(book, ensure_ascii=False, separators=(",", ":")),
        )
        return book

    def _record(self, text: str, language: str) -> Entry:
        file = f"{language}/{name(text)}.mp3"
        self.texts.setdefault(language, {})[name(text)] = text
        is_human = (self.folder / HUMAN_FOLDER / file).is_file()
        known = self.entries.get(file)
        if known is None or not (self.folder / file).is_file():
            sound = speech.say(text, language)
            write_whole(self.folder / file, speech.mp3(sound))
            marks = [part for place, second in sound.words for part in (place, round(second, 2))]
            known = (file, round(sound.seconds, 2), marks, 0)
            self.n_recorded += 1
        self.entries[file] = (*known[:3], int(is_human))
        return self.entries[file]

    def tidy(self) -> None:
        """Erase the recordings that no sentence asked for, and list those that a person may record again."""
        for language, texts in self.texts.items():
            for path in (self.folder / language).glob("*.mp3"):
                if path.stem not in texts:
                    path.unlink(missing_ok=True)
            rows = (
                {"fichier": f"{HUMAN_FOLDER}/{language}/{stem}.mp3", "texte": text}
                for stem, text in texts.items()
            )
            write_whole(self.folder / language / LIST, "\ufeff" + as_csv(("fichier", "texte"), rows))
