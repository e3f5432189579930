"""A module in another language: a file of sentences beside it, each at its place, with the French it was made
from.

The structure stays single. A sentence that is missing, or whose French has changed since, is said in French.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from maillage.modules import texts as module_texts
from maillage.modules.format import Module
from maillage.modules.reading import FICTIONAL, REAL, Fault, check, file_of, place_text
from maillage.reference.files import Loader
from maillage.words.languages import LANGUAGES, say, speaking, to_say

NAME_KEYS = ("traducteurs", "relu_par")
NAME = re.compile(r"^module\.([a-z]{2,3})\.yaml$")
# Languages of those who learn here, by the code of their speakers; others are named by their code.
NAMES: Mapping[str, str] = {
    **{code: language.name for code, language in LANGUAGES.items() if code != "fr"},
    **{"es": "Español", "it": "Italiano", "de": "Deutsch", "ru": "Русский", "zh": "中文", "vi": "Tiếng Việt"},
    **{"fa": "فارسی", "prs": "دری", "ps": "پښتو", "ur": "اردو", "ku": "Kurdî", "ckb": "کوردی", "he": "עברית"},
    **{
        "ti": "ትግርኛ",
        "am": "አማርኛ",
        "so": "Soomaali",
        "sw": "Kiswahili",
        "ff": "Pulaar",
        "wo": "Wolof",
        "bm": "Bamanankan",
    },
    **{
        "snk": "Sooninkanxanne",
        "ln": "Lingála",
        "bn": "বাংলা",
        "ta": "தமிழ்",
        "sq": "Shqip",
        "sr": "Srpski",
        "hy": "Հայերեն",
    },
    **{
        "ka": "ქართული",
        "pl": "Polski",
        "bg": "Български",
        "hu": "Magyar",
        "br": "Brezhoneg",
        "oc": "Occitan",
        "co": "Corsu",
    },
    **{"kab": "Taqbaylit", "rom": "Romani", "gcf": "Kréyòl", "rcf": "Kréol rényoné", "mfe": "Kreol morisien"},
}
MOMENTS = (  # of the messages of an exercise, beside hours in figures
    *(to_say("hier"), to_say("lundi"), to_say("mardi"), to_say("mercredi"), to_say("ven."), to_say("dim.")),
    *(to_say("3 déc."), to_say("juillet"), to_say("le jour même")),
)
RIGHT_TO_LEFT = frozenset({"ar", "fa", "prs", "ps", "ur", "ckb", "he", "dv", "yi", "ug", "sd"})


def name(code: str) -> str:
    """Return the name of a language in that language; its code when unknown."""
    return NAMES.get(code, code)


def direction(code: str) -> str:
    """Return from which side a language is read, as HTML says it."""
    return "rtl" if code in RIGHT_TO_LEFT else "ltr"


@dataclass(frozen=True, slots=True)
class Translation:
    """The sentences of a language. since: the French each was made from, where it is known."""

    language: str
    text_by_place: Mapping[str, str]
    since: Mapping[str, str]
    authors: tuple[str, ...] = ()
    read_by: tuple[str, ...] = ()

    def of(self, place: str, french: str) -> str:
        """Return the translation of a French sentence, '' when it has none, or an outdated one.

        A sentence that only changed place is found again by its French.
        """
        if self.text_by_place.get(place, "").strip() and self.since.get(place, french) == french:
            return self.text_by_place[place]
        return next(
            (
                self.text_by_place[other]
                for other, words in self.since.items()
                if words == french and self.text_by_place.get(other)
            ),
            "",
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence, for its translator. state: done, changed (its French is no longer `before`), or missing."""

    place: str
    french: str
    text: str
    state: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Translated:
    """A module in another language: its sentences still in French, and the others."""

    language: str
    module: Module
    untranslated: frozenset[str]
    translated: frozenset[str]

    @property
    def name(self) -> str:
        return name(self.language)

    @property
    def is_mostly_french(self) -> bool:
        """True if more words stay in French than are translated."""
        n_french, n_translated = (
            sum(len(sentence.split()) for sentence in side) for side in (self.untranslated, self.translated)
        )
        return n_french > n_translated

    @property
    def direction(self) -> str:
        return direction(self.language)


def read(path: Path) -> tuple[Translation | None, tuple[Fault, ...]]:
    """Return the translation of a file, or its faults."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        return None, (
            Fault(1, "", "Ce fichier n’est pas en UTF-8.", "Enregistrez-le de nouveau, encodage UTF-8."),
        )
    match = NAME.match(path.name)
    return parse(text, match[1] if match else "")


def parse(text: str, code: str) -> tuple[Translation | None, tuple[Fault, ...]]:
    """Return the translation of a text, or its faults. code: the language that the name of its file says."""
    document, _, faults = check(text, (), "")
    if document is None:
        return None, faults
    if fault := next(_faults(document, code), None):
        return None, (fault,)
    names = [_names(document.get(key) or ()) for key in NAME_KEYS]
    return Translation(code, document["textes"], document.get("depuis") or {}, *names), ()


def _faults(document: Mapping[str, Any], code: str) -> Iterator[Fault]:
    texts = document.get("textes")
    for key, value in (("textes", texts), ("depuis", document.get("depuis") or {})):
        if not isinstance(value, dict) or not all(isinstance(w, str) for pair in value.items() for w in pair):
            do = "Une place, deux points, une phrase entre guillemets : docs/modules.md."
            yield Fault(1, key, f"« {key} » n’est pas une liste de phrases par place.", do)
    if document.get("langue") != code:
        do = f"Écrivez « langue: {code} », ou renommez le fichier."
        yield Fault(1, "langue", f"Ce fichier dit « langue: {document.get('langue')} ».", do)
    if known := [key for key in document if key not in ("langue", "textes", "depuis", *NAME_KEYS)]:
        do = "Retirez-la : langue, textes, depuis, traducteurs et relu_par seulement."
        yield Fault(1, str(known[0]), f"« {known[0]} » n’est pas une clé connue ici.", do)
    for key in NAME_KEYS:
        if not isinstance(document.get(key) or [], list | str):
            do = "Un nom par ligne, après un tiret."
            yield Fault(1, key, f"« {key} » n’est pas une liste de noms.", do)
    for place, words in texts.items() if isinstance(texts, dict) else ():
        for pattern, named in REAL:
            if (real := pattern.search(FICTIONAL.sub("", words))) is not None:
                do = "Prenez un numéro inventé : 06 39 98 00 00, ou 0000."
                yield Fault(1, place, f"« {real[0]} » : {named}.", do)


def _names(names: str | Sequence[Any]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(map(str, names))


def written(translation: Translation) -> str:
    """Return the file of a translation."""
    texts = {place: words for place, words in translation.text_by_place.items() if words.strip()}
    document = {
        "langue": translation.language,
        "traducteurs": list(translation.authors),
        "relu_par": list(translation.read_by),
        "textes": texts,
        "depuis": {place: words for place, words in translation.since.items() if place in texts},
    }
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=10_000)


def lines(document: Mapping[str, Any], translation: Translation | None) -> list[Line]:
    """Return the sentences of a module, each with its translation, and what became of it."""
    rows = []
    for where, french in module_texts.sentences(document):
        place = place_text(where)
        known = translation.of(place, french) if translation else ""
        former = (
            (translation.text_by_place.get(place, ""), translation.since.get(place, ""))
            if translation
            else ("", "")
        )
        if known:
            rows.append(Line(place, french, known, "done"))
        elif former[0].strip():
            rows.append(Line(place, french, former[0], "changed", former[1]))
        else:
            rows.append(Line(place, french, "", "missing"))
    return rows


def translated(document: Mapping[str, Any], translation: Translation) -> Translated:
    """Return a module in another language; a step whose translation no longer holds together stays whole in
    French.
    """
    french, other = module_texts.own(document), module_texts.own(document)
    words_by_place = {
        where: translation.of(place_text(where), words) for where, words in module_texts.sentences(french)
    }
    _say(other, words_by_place)
    _say(other, _moments(french, translation.language))
    try:
        module = Module.model_validate(other)
    except ValidationError:
        for n, step in enumerate(french["etapes"]):
            if not _holds(
                {**french, "etapes": [*french["etapes"][:n], other["etapes"][n], *french["etapes"][n + 1 :]]}
            ):
                other["etapes"][n] = step
                words_by_place = {
                    where: "" if where[:2] == ("etapes", n) else words
                    for where, words in words_by_place.items()
                }
        module = Module.model_validate(other if _holds(other) else french)
    originals = dict(module_texts.sentences(french))
    used_words = {words for words in words_by_place.values() if words}
    return Translated(
        translation.language,
        module,
        frozenset(originals[w] for w, s in words_by_place.items() if not s) - used_words,
        frozenset(used_words),
    )


def _moments(french: Mapping[str, Any], code: str) -> dict[Any, str]:
    """Return the words that stand in place of an hour, by their place, in a language of the pages."""
    if code not in LANGUAGES:
        return {}
    with speaking(code):
        return {
            where: say(when)
            for where, when in module_texts.texts(french)
            if where[-1] == "heure" and when in MOMENTS
        }


def _holds(document: Mapping[str, Any]) -> bool:
    try:
        Module.model_validate(document)
    except ValidationError:
        return False
    return True


def _say(tree: Any, words_by_place: Mapping[Any, str]) -> None:
    for where, words in words_by_place.items():
        if not words:
            continue
        if isinstance(where[-1], int) and where[-2] == "juste":  # what is written in French is right too
            module_texts.at(tree, where[:-1]).append(words)
        else:
            module_texts.put(tree, where, words)


@cache
def bundled_translations(id: str) -> Mapping[str, Translation]:
    """Return the translations of one of our modules that come with it, by language."""
    path = file_of(id)
    loaded = (read(each)[0] for each in sorted(path.parent.glob("module.*.yaml"))) if path else ()
    return {each.language: each for each in loaded if each is not None}


@cache
def codes() -> Collection[str]:
    """Return the languages, those of the platform first, then the others by name."""
    first = [code for code in LANGUAGES if code in NAMES]
    return [*first, *sorted({*NAMES} - {*first}, key=lambda code: NAMES[code].casefold())]


def load(text: str) -> Any:
    """Return the document of a text in YAML; yaml.YAMLError for one that cannot be read."""
    return yaml.load(text, Loader=Loader)  # noqa: S506, both loaders are safe
