"""Typed text into typed values: a dropped file, the use of each column, reasons, dates."""

import hashlib
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from maillage.apps.directory.intake.queries import pending as queries
from maillage.apps.directory.intake.queries.pending import Column, PendingFile
from maillage.apps.directory.places.queries import history
from maillage.reference import offer
from maillage.sources.offer import correct, near
from maillage.sources.offer.forms.sheet import MAX_BYTES
from maillage.web import uploads
from maillage.web.choices import choice_field
from maillage.words.wording import count

NEW = ""  # the source is a new one
NO = "no"  # the state of a practice that a plain “non” gives
LICENCES = ("Licence Ouverte 2.0", "ODbL-1.0", "CC-BY-4.0", "Usage interne")
MEGABYTE = 2**20
AT_FIRST_SIGHT = 12  # lists to choose from; the others are folded
MOST_COLUMNS = 8  # of these lists, those of the use of a column
MOST_UNKNOWN, MOST_KNOWN = 40, 20  # words of a column shown at once: a form has 1,000 fields at most
ACCEPT = "proches"  # the gesture that takes every word proposed as it stands
TOWN = "commune "  # the gesture that takes the near name of a commune, before the one typed
MOST_USES = 3  # uses of a column named in its choice

GROUPS = {  # fields as a person looks for them; the others follow
    "Identité": (
        "nom",
        "typologie",
        "structure_parente",
        "pivot",
        "itinerance",
        "presentation_resume",
        "presentation_detail",
    ),
    "Adresse": (
        *("adresse", "complement_adresse", "code_postal", "commune", "code_insee", "quartier"),
        *("latitude", "longitude", "venir"),
    ),
    "Contact": ("telephone", "courriels", "site_web", "prise_rdv", "modalites_acces", "acces_precisions"),
    "Horaires": (
        "horaires",
        *(f"{correct.DAY}{day}{half}" for day in queries.DAYS for half in queries.HALVES),
    ),
    "Ce qu’on y trouve": (
        *("services", "modalites_accompagnement", "frais_a_charge", "frais_precisions"),
        *(
            "publics_specifiquement_adresses",
            "publics_precisions",
            "prise_en_charge_specifique",
            "langues",
            "barrieres",
        ),
    ),
    "Réseaux et labels": ("dispositif_programmes_nationaux", "formations_labels", "autres_formations_labels"),
    "Suivi": ("id", "date_maj", "source"),
}


class UploadForm(forms.Form):
    """A file of places, and its producer. dropped: its name and bytes, uploaded now or stored by a first
    attempt.
    """

    dropped: tuple[str, bytes] | None = None
    source = forms.ChoiceField(label="Qui donne ces lieux ?", required=False)
    nouvelle = forms.CharField(
        label="Nom de la nouvelle source",
        required=False,
        max_length=120,
        help_text="Par exemple « Hub de la région », « CCAS de Grenoble »",
    )
    licence = forms.CharField(
        label="Licence",
        required=False,
        max_length=60,
        help_text="Facultatif : ce que la source permet de faire de ses données",
        widget=forms.TextInput(attrs={"list": "licences"}),
    )
    fichier = uploads.FileField(label="Fichier", allow_empty_file=True, required=False)
    garde = forms.CharField(required=False, widget=forms.HiddenInput)  # the key of a file already dropped

    def __init__(self, *args: Any, sources: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(source.name, source.name) for source in sources]
        choice_field(self, "source").choices = [*choices, (NEW, "Une nouvelle source")]
        self.licences = LICENCES

    def clean_fichier(self) -> Any:
        """Refuse a file that is too large before it is read."""
        uploaded = self.cleaned_data["fichier"]
        if uploaded and uploaded.size > MAX_BYTES:
            raise forms.ValidationError(
                f"Ce fichier pèse {uploaded.size // MEGABYTE} Mio. La mémoire n’y suffirait pas :"
                f" {MAX_BYTES // MEGABYTE} Mio au plus. Découpez-le, par exemple par département."
            )
        return uploaded

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        uploaded = clean.get("fichier")
        self.dropped = (
            (uploaded.name, uploaded.read()) if uploaded else queries.dropped_file(clean.get("garde", ""))
        )
        if self.dropped is None and "fichier" not in self.errors:
            self.add_error(
                "fichier", "Aucun fichier n’est choisi. Sans lui, il n’y a rien à lire. Choisissez-en un."
            )
        if not clean.get("source") and not clean.get("nouvelle", "").strip():
            self.add_error(
                "nouvelle",
                "Il manque le nom de la source. Il dira d’où vient chaque fiche. Écrivez-le, ou choisissez"
                " une source connue.",
            )
        return clean

    @property
    def source_name(self) -> str:
        return self.cleaned_data["source"] or " ".join(self.cleaned_data["nouvelle"].split())


class AddressesForm(forms.Form):
    """The file of addresses of a département."""

    fichier = uploads.FileField(
        label="Fichier d’adresses d’un département",
        help_text="Tel que la Base Adresse Nationale le donne : adresses-55.csv.gz, ou le même décompressé",
    )

    def clean_fichier(self) -> Any:
        """Refuse a file that is too large before it is sent to the worker."""
        uploaded = self.cleaned_data["fichier"]
        if uploaded and uploaded.size > MAX_BYTES:
            raise forms.ValidationError(
                f"Ce fichier pèse {uploaded.size // MEGABYTE} Mio ; {MAX_BYTES // MEGABYTE} Mio au plus"
                " s’envoient par cette page. Déposez-le compressé (.csv.gz), un département à la fois."
            )
        return uploaded


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the possible uses of a column, by group."""
    grouped = {id for ids in GROUPS.values() for id in ids}
    known = offer.fields()
    groups = [(label, [(id, queries.use_label(id)) for id in ids]) for label, ids in GROUPS.items()]
    rest = [f for id, f in known.items() if id not in grouped]
    groups.append(("Autres précisions", [(f.id, f.label) for f in rest if not f.private]))
    groups.append(("Réservé aux professionnels", [(f.id, f.label) for f in rest if f.private]))
    groups.append(("Pratiques", [(f"{correct.PRACTICE}{p.id}", p.label) for p in offer.practices().values()]))
    return groups


def other_uses(columns: Sequence[Column]) -> dict[int, str]:
    """Return, by rank, the uses of columns that no single choice expresses: the condition of a practice, or
    several uses.
    """
    offered = {id for _, group in choices() for id, _ in group}
    return {c.rank: _uses_in_words(c) for c in columns if c.uses and c.value not in offered}


def _uses_in_words(column: Column) -> str:
    more = len(column.also)
    return " + ".join(
        [
            queries.use_label(column.target),
            *(column.also if more < MOST_USES else [f"{more} autres lectures"]),
        ]
    )


def word_name(column: str, target: str, word: str) -> str:
    """Return the name of the field for the meaning of a word: the same whatever the order of words."""
    return f"mot-{hashlib.sha256(f'{column}|{target}|{word}'.encode()).hexdigest()[:12]}"


def word_choices(target: str, current_words: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Return the possible meanings of a word of a column. current_words: a plain “non” is read as one."""
    if target.startswith(correct.PRACTICE):
        absent = "pas proposé" if NO in current_words else "on ne sait pas : rien à retenir"
        return [("offered", "proposé"), ("planned", "en projet"), (correct.NOTHING, absent)]
    of = offer.fields()[target]
    nothing = (correct.NOTHING, "rien à retenir")
    if of.kind == "kinds":
        return [*((kind.code(), kind.label) for kind in offer.kinds().values() if kind.code()), nothing]
    values = [(value.id, value.label) for value in offer.lists()[of.list].values.values()]
    if target == "services":
        values += [(f"{correct.PRACTICE}{each.id}", each.label) for each in offer.practices().values()]
    return [*values, nothing]


def chosen(target: str, word: correct.Word) -> str:
    """Return the current meaning of a word, as a choice: '' when unknown, or when no single choice expresses
    it.
    """
    if not word.known or word.elsewhere or len(word.meanings) > 1:
        return ""
    if not word.meanings or NO in word.meanings:
        return correct.NOTHING
    return word.meanings[0] if word.meanings[0] in {id for id, _ in word_choices(target)} else ""


@dataclass(frozen=True, slots=True)
class WordField:
    """A word of the file and the choice of its meaning. now: its current meaning, when no choice expresses
    it; hint: the nearest choice, in words, which nothing reads before somebody takes it; is_proposed: it is
    near enough for the gesture that takes them all.
    """

    name: str
    word: correct.Word
    choices: Sequence[tuple[str, str]]
    chosen: str
    now: str
    is_proposed: bool = False
    hint: str = ""

    @property
    def doubt(self) -> str:
        """Return in a word why it needs review; '' when it is known."""
        return {id: one for id, (one, _) in DOUBTS.items()}.get(self.word.status, "")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a column: those to review, of which the most frequent of the file are seen at first sight
    and the others are folded; how many of each kind; those known; n_hidden: how many are not displayed.
    """

    column: Column
    label: str
    frequent: Sequence[WordField]
    rare: Sequence[WordField]
    doubts: Sequence[str]
    known: Sequence[WordField]
    n_hidden: int

    @property
    def n_proposed(self) -> int:
        """Return how many words have a meaning proposed, to be accepted."""
        return sum(each.is_proposed for each in (*self.frequent, *self.rare))


DOUBTS = {  # what is not surely read, said of one word and of several
    correct.UNKNOWN: ("inconnu", "inconnus"),
    correct.GUESSED: ("deviné", "devinés"),
    correct.DROPPED: ("sans effet", "sans effet"),
}


def doubtful_columns(columns: Sequence[Column]) -> list[Column]:
    """Return the columns whose use is to review: what was guessed may be wrong, and comes before what nothing
    reads, which may be useless.
    """
    return sorted((each for each in columns if each.is_doubtful), key=lambda column: column.unread)


def vocabularies(columns: Sequence[Column]) -> list[Vocabulary]:
    """Return the columns whose words may be corrected, those with words to review first; the lists that the
    columns to review leave go to the most frequent words of the file.
    """
    fields = {column.rank: [_word_field(column, word) for word in column.words] for column in columns}
    to_review = [each for words in fields.values() for each in [x for x in words if x.doubt][:MOST_UNKNOWN]]
    by_times = sorted(to_review, key=lambda field: -field.word.times)
    n_lists = AT_FIRST_SIGHT - len(doubtful_columns(columns)[:MOST_COLUMNS])
    frequent = {field.name for field in by_times[:n_lists]}
    vocabularies = [_vocabulary(column, fields[column.rank], frequent) for column in columns if column.words]
    return sorted(vocabularies, key=lambda vocabulary: not vocabulary.doubts)


def _vocabulary(column: Column, fields: Sequence[WordField], frequent: Container[str]) -> Vocabulary:
    doubtful = [each for each in fields if each.doubt]
    known = [each for each in fields if not each.doubt]
    sorts = Counter(each.word.status for each in doubtful)
    return Vocabulary(
        column=column,
        label=queries.use_label(column.target),
        frequent=[each for each in doubtful[:MOST_UNKNOWN] if each.name in frequent],
        rare=[each for each in doubtful[:MOST_UNKNOWN] if each.name not in frequent],
        doubts=[
            count(sorts[id], f"mot {one}", f"mots {many}") for id, (one, many) in DOUBTS.items() if sorts[id]
        ],
        known=known[:MOST_KNOWN],
        n_hidden=max(len(doubtful) - MOST_UNKNOWN, 0) + max(len(known) - MOST_KNOWN, 0),
    )


def _word_field(column: Column, word: correct.Word) -> WordField:
    choice = chosen(column.target, word)
    parts = [history.value_text(column.target, list(word.meanings))] if word.meanings else []
    parts += filter(None, map(_elsewhere, word.elsewhere))
    now = ", ".join(parts) if word.known and not choice else ""
    name = word_name(column.name, column.target, word.text)
    proposal = proposed_choice(column.target, word)
    choices = word_choices(column.target, word.meanings)
    hint = dict(choices).get(_nearest(column.target, word), "")
    chosen_now = "" if proposal else choice  # a list shows what is read, and what is proposed stands beside
    return WordField(name, word, choices, chosen_now, now, is_proposed=bool(proposal), hint=hint)


def proposed_choice(target: str, word: correct.Word) -> str:
    """Return the choice that a word that nothing reads surely says; '' when none is, or when somebody said
    that it adds nothing.
    """
    nearest = _nearest(target, word)
    return nearest if nearest and near.is_sure(target, word.text, nearest) else ""


def _nearest(target: str, word: correct.Word) -> str:
    is_unread = word.status in (correct.UNKNOWN, correct.DROPPED) and not word.elsewhere
    return near.nearest(target, word.text) if is_unread and not word.is_settled else ""


STATES = {"planned": " (en projet)", NO: " (pas proposé)"}


def _elsewhere(use: str) -> str:
    """Return the label of the other field that a word fills, or of the practice that reads it, with its
    state.
    """
    if not use.startswith(correct.PRACTICE):
        return history.labels().get(use, "")
    practice, _, state = use.removeprefix(correct.PRACTICE).partition(":")
    return offer.practices()[practice].label + STATES.get(state, "")


def corrected(
    pending_file: PendingFile,
    columns: Sequence[Column],
    data: Mapping[str, str],
    near_towns: Mapping[tuple[str, str], str] | None = None,
) -> str:
    """Return the correspondence with the uses and meanings a person chose, and the near name of a commune if
    the person accepts it; the rest is unchanged.
    """
    raw = correct.parsed(pending_file.draft, "correspondance")
    allowed = {id for _, group in choices() for id, _ in group} | {""}
    gesture = data.get("geste", "")
    accepts = gesture == ACCEPT
    for column in columns:
        target = data.get(f"colonne-{column.rank}", column.value)
        if target != column.value and target in allowed:
            correct.assign(raw, column.name, target, order=pending_file.columns)
        elif column.words:
            _words(raw, column, data, accepts=accepts)
    for (column_name, typed), name in (near_towns or {}).items():
        if gesture == f"{TOWN}{typed}":
            correct.give(raw, column_name, "commune", typed, name)
    return correct.written(raw)


def _words(raw: correct.Raw, column: Column, data: Mapping[str, str], *, accepts: bool) -> None:
    """Change the meanings of the words of a column, where a person chose otherwise; if the person accepts
    what is proposed, of those that were left as they are too.
    """
    allowed = {id for id, _ in word_choices(column.target)}
    names = {word.text: word_name(column.name, column.target, word.text) for word in column.words}
    now = {word.text: chosen(column.target, word) for word in column.words}
    proposals = {word.text: proposed_choice(column.target, word) for word in column.words}
    slugs = {
        text: data[name] or (proposals[text] if accepts else "")
        for text, name in names.items()
        if name in data
    }
    changed = {
        text: slug
        for text, slug in slugs.items()
        if slug in allowed and (proposals[text] or slug != now[text])
    }
    if not changed:
        return
    if column.target.startswith(correct.PRACTICE):
        wanted = now | changed
        correct.set_states(raw, column.target.removeprefix(correct.PRACTICE), wanted)
        return
    for text, slug in changed.items():
        if slug.startswith(correct.PRACTICE):
            correct.give_practice(raw, column.name, slug.removeprefix(correct.PRACTICE), text)
        else:
            correct.give(raw, column.name, column.target, text, slug)


@dataclass(frozen=True, slots=True)
class Everywhere:
    """Practices that may be declared for all the places of a file: id, label, True if declared."""

    practices: list[tuple[str, str, bool]]

    @property
    def is_any(self) -> bool:
        """Return True if one is declared already."""
        return any(is_declared for _, _, is_declared in self.practices)


def everywhere(pending_file: PendingFile) -> Everywhere:
    """Return the practices that somebody may declare for all the places of a file."""
    declared = correct.everywhere(correct.parsed(pending_file.draft, "correspondance"))
    return Everywhere([(each.id, each.label, each.id in declared) for each in offer.practices().values()])


def draft_with_practices(pending_file: PendingFile, practices: Sequence[str]) -> str:
    """Return the draft of a file with these practices declared for all its places."""
    raw = correct.parsed(pending_file.draft, "correspondance")
    correct.have_everywhere(raw, practices)
    return correct.written(raw)
