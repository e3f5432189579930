"""The words of a mandate: short ones to hear in one’s language, and the whole text in French, to sign."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from maillage.apps.people.mandats.rules import frame
from maillage.words import opening
from maillage.words.dates import in_words
from maillage.words.languages import FRENCH, LANGUAGES, say, speaking, to_say, typed
from maillage.words.wording import listing, of

# The sentences of `sections` that name the parties, those signed before mandates named their helpers too.
KEEPER = re.compile(r"^(.+) garde ce mandat et la liste", re.MULTILINE)
RECIPIENT = (
    r"^Je suis (?P<person>.+?)(?:, de l’année \d+)?\. Je donne mandat à {structure}\. "
    r"(?:Tous ses aidants|Ses aidants|(?P<helpers>.+) (?:peut|peuvent) agir, et personne)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Terms of a mandate, ready to be worded. procedures: each with its recipient, '' when it varies."""

    code: str
    person: str
    born: int | None
    structure: str
    helper: str
    kind: str
    relative: str
    supervisor: str
    procedures: Sequence[tuple[str, str]]
    duration: str
    starts_on: date
    ends_on: date
    emergency: bool = False
    language: str = FRENCH
    named: Sequence[str] = ()
    is_whole_structure: bool = False

    @property
    def acting(self) -> str:
        """Name those who act: the relative, the helpers that it names, or the whole structure."""
        if self.kind == frame.RELATIVE:
            return self.relative
        return self.structure if self.is_whole_structure else listing(self.names)

    @property
    def names(self) -> Sequence[str]:
        """Everybody who acts, by name; nobody in particular when it is the whole structure."""
        if self.is_whole_structure:
            return ()
        relative = (self.relative,) if self.kind == frame.RELATIVE else ()
        return (*relative, *(self.named or [each for each in (self.helper,) if each]))


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the text: its title, then its lines, as a list or not."""

    title: str
    lines: tuple[str, ...]
    listed: bool = False


PROMISES = (
    "Je ne fais que les démarches écrites ici.",
    "Je ne demande jamais un mot de passe et je n’en garde aucun.",
    "Je n’écris jamais mon adresse électronique à la place de celle de la personne.",
    "J’écris ce que j’ai fait, et la personne peut le relire.",
    "Je rends les papiers tout de suite et je n’en parle à personne d’autre.",
)


def sections(terms: Terms) -> tuple[Section, ...]:
    """Return the text of a mandate, part by part: what is printed is what is kept."""
    signer = f"{terms.person}, de l’année {terms.born}" if terms.born else terms.person
    lasts = frame.DURATIONS[terms.duration]
    parts = [
        Section(
            "Ce que je permets",
            (f"Je suis {signer}. Je donne mandat à {terms.structure}. {_actors(terms)}",),
        ),
        Section(
            "Les démarches",
            tuple(f"{label} ({operator})" if operator else label for label, operator in terms.procedures),
            listed=True,
        ),
        Section(
            "Jusqu’à quand",
            (
                f"Du {in_words(terms.starts_on)} au {in_words(terms.ends_on)} : {lasts}. Il s’arrête seul, "
                "et ne se prolonge pas. Pour continuer, je signe à nouveau.",
            ),
        ),
        Section(
            "Je peux arrêter",
            (
                "Je peux arrêter quand je veux, sans dire pourquoi, avec ma carte ou en le disant à la "
                "structure. Je peux aussi retirer une seule démarche. Je reçois une preuve.",
            ),
        ),
        Section("Ce que promet l’aidant", PROMISES, listed=True),
    ]
    if terms.kind in frame.SUPERVISED:
        parts.append(Section("Qui m’aide, et qui en répond", (supervised(terms),)))
    if terms.emergency:
        parts.append(
            Section(
                "Une urgence",
                (
                    "J’ai dit oui sans attendre, pour aujourd’hui seulement. Un vrai mandat me sera "
                    "proposé dans les 48 heures.",
                ),
            )
        )
    parts += [
        Section(
            "Ma situation",
            (
                "Je ne suis ni sous tutelle, ni sous curatelle, ni sous une autre mesure de protection. "
                "Sinon, la personne qui m’assiste ou me représente signe aussi.",
            ),
        ),
        Section(
            "La loi",
            (
                "Ce papier est un mandat, au sens des articles 1984 et suivants du Code civil. Il est "
                "gratuit.",
            ),
        ),
        Section(
            "Mes données",
            (
                f"{terms.structure} garde ce mandat et la liste de ce qui est fait, avec mon accord, pour "
                "prouver ce qui a été permis. Selon le Règlement général sur la protection des données, je "
                "peux les lire, les corriger, les emporter ou les effacer, avec ma carte ou en le demandant "
                "ici. Je peux aussi me plaindre à la Cnil.",
            ),
        ),
    ]
    return tuple(parts)


def _actors(terms: Terms) -> str:
    """Return the clause about the helpers, in the text that is signed."""
    if terms.is_whole_structure or not terms.names:
        return "Tous ses aidants peuvent faire à ma place :"
    verb = "peuvent" if len(terms.names) > 1 else "peut"
    return (
        f"{listing(terms.names)} {verb} agir, et personne d’autre, sauf un autre de ses aidants si je"
        " le dis : c’est alors écrit, et je le vois avec ma carte. À ma place, c’est permis de faire :"
    )


def supervised(terms: Terms) -> str:
    """Return the clause about a helper who is no professional, and their supervisor."""
    clause = (
        f"{terms.relative}, un proche, m’aide"
        if terms.kind == frame.RELATIVE
        else f"{terms.helper}, bénévole, m’aide"
    )
    return f"{clause}, sous la responsabilité {of(terms.supervisor)}."


@dataclass(frozen=True, slots=True)
class Screen:
    """Screen read before signing, in one language; procedures stay in French."""

    question: str
    permitted: str
    forbidden: str
    period: str
    other: str
    secret: str
    stop: str
    without: str
    sign: str
    hint: str
    missing: str
    erase: str
    agree: str
    decline: str


def screen(terms: Terms) -> Screen:
    """Return the screen read before signing, in the language spoken now."""
    several = terms.kind != frame.RELATIVE and len(terms.names) > 1
    return Screen(
        question=say(
            to_say("Est-ce que ces personnes peuvent faire ces démarches à votre place : {who} ?")
            if several
            else to_say("Est-ce que {who} peut faire ces démarches à votre place ?"),
            who=typed(terms.acting or terms.structure),
        ),
        permitted=say("C’est permis"),
        forbidden=say("Ce n’est pas permis"),
        period=say(
            "C’est permis du {start} au {end}, pour {structure} seulement.",
            start=opening.date_text(terms.starts_on),
            end=opening.date_text(terms.ends_on),
            structure=typed(terms.structure),
        ),
        other=say("Aucune autre démarche ne sera faite à votre place."),
        secret=say("Personne ne vous demandera un mot de passe."),
        stop=say("Vous pouvez arrêter quand vous voulez, avec votre carte ou en le disant ici."),
        without=say("Si vous dites non, on vous aide quand même, à côté de vous."),
        sign=say("Signez avec le doigt"),
        hint=say("Un nom, une croix : comme vous voulez."),
        missing=say("Il manque votre signature dans le cadre."),
        erase=say("Effacer le dessin"),
        agree=say("Je suis d’accord"),
        decline=say("Non, pas aujourd’hui"),
    )


def spoken(terms: Terms) -> list[str]:
    """Return the sentences read aloud, in the language spoken now; names of procedures are French."""
    texts = screen(terms)
    named = [typed(f"{label}.") for label, _ in terms.procedures]
    return [texts.question, *named, texts.period, texts.other, texts.secret, texts.stop, texts.without]


def text(terms: Terms) -> str:
    """Return the whole words of a mandate: those that were heard, in the person’s language, then the text."""
    language = terms.language if terms.language in LANGUAGES else FRENCH
    with speaking(language):
        aloud = "\n".join(spoken(terms))
    blocks = [f"Mandat {terms.code}", aloud]
    with speaking(FRENCH):
        for part in sections(terms):
            mark = "– " if part.listed else ""
            blocks.append("\n".join((part.title, *(f"{mark}{line}" for line in part.lines))))
    return "\n\n".join(blocks)


@dataclass(frozen=True, slots=True)
class Parties:
    """The person, the structure and the helpers of a mandate, as its words name them."""

    person: str
    structure: str
    helpers: str


def parties(words: str) -> Parties | None:
    """Return the parties that the words of a mandate name; None for words of another form than `text`.

    >>> parties("Je suis Awa. Je donne mandat à La Maison. Zoé peut agir, et personne d’autre\\n"
    ...         "La Maison garde ce mandat et la liste")
    Parties(person='Awa', structure='La Maison', helpers='Zoé')
    """
    keeper = KEEPER.search(words)
    structure = keeper[1] if keeper else ""
    sentence = re.search(RECIPIENT.format(structure=re.escape(structure)), words, re.MULTILINE)
    if not structure or sentence is None:
        return None
    helpers = sentence["helpers"] or f"tous les aidants {of(structure)}"
    return Parties(sentence["person"], structure, helpers)


def fingerprint(words: str) -> str:
    """Identify the words of a mandate: sent back with a signature, it proves which ones were displayed.

    >>> fingerprint("a") == fingerprint("a"), fingerprint("a") == fingerprint("b")
    (True, False)
    """
    return hashlib.sha256(words.encode()).hexdigest()


def parts(full_text: str) -> tuple[list[str], list[Section]]:
    """Return the text of a mandate as it was kept: the sentences heard, then its parts."""
    _, aloud, *blocks = full_text.split("\n\n")
    sections_read = []
    for block in blocks:
        title, *lines = block.split("\n")
        listed = bool(lines) and all(line.startswith("– ") for line in lines)
        sections_read.append(Section(title, tuple(line.removeprefix("– ") for line in lines), listed))
    return aloud.split("\n"), sections_read
