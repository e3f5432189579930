"""Columns given to a field, by their name or by what they hold."""

import re
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import Any

from maillage.kernel.names import plain
from maillage.reference import offer, standards
from maillage.sources.offer import looks, naming, status
from maillage.sources.offer.clean import several, wording
from maillage.sources.offer.columns import LINES, Column, are_address_lines
from maillage.sources.offer.forms.sheet import Sheet
from maillage.sources.offer.proposing.days import SHORT_DAYS, day_of, day_words
from maillage.sources.offer.proposing.draft import (
    ASIDE,
    BY_CONTENT,
    BY_NAME,
    ENOUGH,
    NEARLY,
    Draft,
    Guess,
    by_name,
    is_long,
)

THEME = re.compile(r"([a-z0-9-]+?)--[a-z0-9-]+")  # of data·inclusion: a theme, then what is done of it
# Its version 0 had themes of its own. An identifier is written alike: « dora--0a7c ».
FORMER_THEMES = {
    *("acces-aux-droits-et-citoyennete", "accompagnement-social-et-professionnel-personnalise"),
    *("apprendre-francais", "creation-activite", "gestion-financiere", "handicap", "illettrisme"),
}
UNNAMED = re.compile(r"n° \d+")
DIGITAL_THEME = "numerique--"
THEMES = {
    *("theme", "themes", "thematique", "thematiques", "sous theme", "sous themes", "domaine", "domaines"),
    *("rubrique", "rubriques", "secteur", "secteurs", "theme principal", "famille", "type de service"),
    *("categorie de service", "categories", "champ", "champs", "nature du service", "besoin", "besoins"),
    *(
        "categorie",
        "type d aide",
        "type de besoin",
        "type d action",
        "type de prestation",
        "domaine d action",
    ),
    *("domaine d intervention", "domaine d activite", "champ d action", "champ d intervention"),
    *("secteur d activite", "grand theme", "theme du service"),
}
DIGITAL = (  # how the words begin that say, anywhere in a row, that a place has something to do with it
    *("numeri", "informati", "internet", "ordinateur", "multimedia", "wifi", "wi fi", "cyber", "bureautique"),
    *("tablette", "smartphone", "dematerialis", "en ligne", "fablab", "epn", "clic", "france services"),
    *("mediathe", "bibliothe", "pimms", "emmaus connect", "repair", "reconditionn", "borne"),
)
OTHER_THEMES = re.compile(  # what the general directories of social services call their other themes
    r"\b(?:sante|soins?|medic\w*|alimenta\w*|logement|heberge\w*|emploi|famille\w*|parental\w*"
    r"|enfan\w*"
    r"|petite enfance|handicap|mobilite|transport\w*|justice|juridi\w*|vetement\w*|vestiaire|hygiene"
    r"|addict\w*|violence\w*|culture|sport\w*|loisirs|insertion|precarite|asile|grossesse|jeunesse|seniors?"
    r"|budget|surendettement|mobilier|vacances|social\w*|isolement|environnement|education|formation)\b"
)
MIN_OTHER_THEMES = (
    3  # themes other than ours in one column: fewer, and the file is one of places of our theme
)
LEAST = 0.4  # below, a guess is not made: a field found wrongly is worse than a field not found
LEAST_READ = 0.2  # the share of cells that a field must read, whatever the name says
MOVES = {"yes": "itinerant", "no": "fixed"}
TOGETHER = {
    "street": " ",
    "line": ", ",
    "text": " ; ",
    "phone": " ; ",
    "mail": " ; ",
    "site": " ; ",
    "lines": " ; ",
}
BY_LOOKS = {  # the fields that cells alone may say
    *(
        "commune",
        "code_postal",
        "adresse",
        "telephone",
        "courriels",
        "site_web",
        "horaires",
        "date_maj",
        "pivot",
        "typologie",
    ),
    *(
        "services",
        "publics_specifiquement_adresses",
        "frais_a_charge",
        "modalites_accompagnement",
        "modalites_acces",
    ),
    *("dispositif_programmes_nationaux", "prise_en_charge_specifique"),
}
WORDS_OF_OTHER_DATES = {  # words of a date that is not when a row was last said true
    *(
        "creation",
        "created",
        "creationdate",
        "cree",
        "debut",
        "fin",
        "naissance",
        "labellisation",
        "habilitation",
    ),
    *(
        "ouverture",
        "fermeture",
        "signature",
        "adhesion",
        "convention",
        "certification",
        "agrement",
        "embauche",
        "visite",
    ),
    *(
        "echeance",
        "expiration",
        "start",
        "end",
        "inauguration",
        "installation",
        "formation",
        "demande",
        "naiss",
    ),
    *status.CLOSING,
}
SIGNS = {
    "enseigne",
    "enseigne1",
    "sigle",
    "usuelle",
    "usuel",
}  # the name of a place, rather than of its organisation
HOUSE = re.compile(r"\d{1,4}\s?(?:bis|ter|quater|[a-d])?|\d{1,4}\s?[-/]\s?\d{1,4}", re.IGNORECASE)
BEGINS_WITH_HOUSE = re.compile(
    r"\d{1,4}\s?(?:bis|ter|quater|[a-d]\b)?[\s,]+(?!janv|fevr|févr|mars|avril|mai|juin|juil|ao[uû]t|sept|octo|nove|d[eé]ce)",
    re.IGNORECASE,
)
PIECES_OF_STREET = (  # what may stand before the name of a street, in this order
    {
        "n",
        "no",
        "num",
        *(f"{n} {of}".strip() for n in ("n", "no", "num", "numero") for of in ("voie", "rue", "adresse", "")),
        "adresse numero",
        *("adr num", "adr n", "adr numero", "num adr", "voie numero", "numero", "n rue"),
        "street number",
        "address numero",
        "house number",
        "housenumber",
    },
    {"indice repetition", "indice repetition numero", "repetition", "rep", "bis ter", "btq", "indice"},
    {
        "type voie",
        "typvoie",
        "typ voie",
        "typevoie",
        "type de voie",
        "nature voie",
        "nature de voie",
        "type rue",
        "type adresse",
    },
)
NAME_LEADS = {"lib", "libelle", "nom", "intitule", "denomination", "designation", "name"}
NOT_OF_A_PLACE = {  # of what else a column that begins so is the name
    *("com", "commune", "communes", "ville", "localite", "dep", "dept", "departement", "reg", "region"),
    *("epci", "interco", "intercommunalite", "canton", "arrondissement", "academie", "pays", "iris", "qpv"),
    *("quartier", "secteur", "zone", "bassin", "territoire", "voie", "rue", "adresse", "type", "categorie"),
    *("nature", "statut", "forme", "activite", "naf", "ape", "domaine", "theme", "groupe", "reseau"),
    *("porteur", "porteuse", "gestionnaire", "employeur", "referent", "responsable", "contact", "prenom"),
    *(
        "agent",
        "maire",
        "directeur",
        "directrice",
        "personne",
        "interlocuteur",
        "correspondant",
        "conseiller",
    ),
    *("famille", "jeune", "usager", "fichier", "source", "producteur"),
}
REMARKS = re.compile(
    r"\b(?:remarques?|comment\w*|observ\w*|obs|notes?|correct\w*|precis\w*|details?|infos?|informations?|motifs?"
    r"|divers|suivi|historique|complements?|compl|a verifier|consignes?)\b"
)
PART_OF_A_WEEK = {"matin", "apres midi", "am", "pm", "soir", "midi", "journee", *SHORT_DAYS}


def take_named(draft: Draft, fields_by_id: Mapping[str, Any]) -> None:
    """Map each field to the column that fits best by name and contents."""
    guesses = [guess for column in draft.unmapped for guess in _guesses(column)]
    by_name = {column.name: column for column in draft.unmapped}
    for guess in sorted(
        guesses, key=lambda g: (-g.score, _precedence(g))
    ):  # at equal scores, in the order of the file
        of = offer.fields()[guess.field]
        column = by_name[guess.column]
        if column not in draft.unmapped or (guess.field in fields_by_id and of.kind not in ("list", "kinds")):
            continue
        if guess.field == "itinerance" and (answers := column.answers) is not None:
            gives = {
                answer: MOVES.get(meaning)
                for answer, meaning in answers.items()
                if meaning in (*MOVES, "unknown")
            }
            draft.give([column], guess.field, {"from": column.name, "gives": gives}, guess.score, guess.why)
        elif guess.field not in draft.fields or (
            of.kind in ("list", "kinds") and guess.score >= BY_CONTENT * ENOUGH
        ):
            draft.give([column], guess.field, guess.column, guess.score, guess.why)
        elif guess.field == "nom" and guess.score >= 0.8 * BY_NAME and _fills(draft, guess, by_name):
            draft.take([column], guess.field, guess.score, guess.why)
        elif (
            of.kind in TOGETHER and of.kind not in ("line", "street", "text") and guess.score >= 0.8 * BY_NAME
        ):
            spec = draft.fields[guess.field]
            columns = [*(spec["join"] if isinstance(spec, dict) else [spec]), guess.column]
            draft.fields[guess.field] = {"join": sorted(columns, key=_rank), "with": TOGETHER[of.kind]}
            draft.take([column], guess.field, guess.score, guess.why)


def _fills(draft: Draft, guess: Guess, columns: Mapping[str, Column]) -> bool:
    """Return True if a name of organisation stands in for the sign of a place, empty in some rows; then it
    does so.
    """
    name_spec = draft.fields["nom"]
    two = (
        sorted((str(name_spec), guess.column), key=lambda name: not columns[name].has(SIGNS))
        if isinstance(name_spec, str)
        else []
    )
    if not two or not columns[two[0]].has(SIGNS) or len(columns[two[0]].cells) >= len(columns[two[1]].cells):
        return False
    draft.fields["nom"] = two
    return True


def _precedence(guess: Guess) -> int:
    """Return which of two columns of the same score says a field better: the number of a place, not of its
    company.
    """
    return guess.field == "pivot" and plain(guess.column) == "siren"


def _rank(column: str) -> int:
    """Return the number that ends the name of a column, 1 when none does."""
    match = re.search(r"(?<!\d)(\d)\W*$", column)
    return int(match[1]) if match else 1


def _guesses(column: Column) -> list[Guess]:
    """Return the fields that a column may be, each with a score: how much its name says so, how many cells
    can be read.
    """
    if column.answers is not None:
        answer_fields = [of for of in _proposable() if of.kind == "yesno" or of.id == "itinerance"]
        named_so = ((of, *by_name(column, of.id)) for of in answer_fields)
        return [Guess(column.name, of.id, named, why) for of, named, why in named_so if named >= NEARLY]
    if looks.share(looks.whole_address, column.sample) >= ENOUGH:
        why = "une adresse, un code postal et une commune dans une seule case"
        return [Guess(column.name, "adresse", max(by_name(column, "adresse")[0], BY_CONTENT), why)]
    by_looks = BY_LOOKS if not looks.marked_up(column.sample) and not is_long(column) else ()
    guesses = []
    for of in _proposable():
        named, why = by_name(column, of.id)
        if _is_another(of, column, named):
            continue
        if named:
            read = looks.reads(of, column.sample) if of.kind != "key" else _unique(column)
            score = named * (0.35 + 0.65 * read)
            if (
                of.kind == "street" and column.name[-1:].isdigit()
            ):  # of « adresse 1 » and 2, the one with streets
                score *= 0.8 + 0.2 * looks.looks(of, column.sample)
            schema = plain(of.id) == column.spellings[0] and of.kind != "key"
            if schema or (score >= LEAST and read >= LEAST_READ):
                guesses.append(Guess(column.name, of.id, max(score, LEAST), why))
        elif of.id in by_looks and (share_alike := looks.looks(of, column.sample)) >= ENOUGH:
            guesses.append(Guess(column.name, of.id, BY_CONTENT * share_alike, "ce que contient la colonne"))
    return guesses


def _proposable() -> list[offer.Field]:
    """Return the fields that a column alone may be: a point is made of two, what is private is never read."""
    return [
        of
        for of in offer.fields().values()
        if of.id not in ("latitude", "longitude")
        and of.kind != "closures"
        and (not of.private or of.id == "notes")
    ]


def _is_another(of: offer.Field, column: Column, named: float) -> bool:
    """Return True if the words of a column, or of its name, keep it from being a field that it resembles."""
    aside = column.has(ASIDE) and not (of.kind == "hours" and named)  # « Précisez vos horaires »
    if aside and named < BY_NAME and of.kind != "text":
        return True
    if of.id == "nom" and named < 0.95 * BY_NAME and not _may_name_places(column):
        return True
    least = {"modalites_acces": NEARLY, "frais_a_charge": LEAST}.get(of.id, 0.0)
    if named < least and naming.mentioned(column.spellings[0]):
        return True  # « Scanner » : gratuit
    if of.kind == "date":
        other = column.has(WORDS_OF_OTHER_DATES) and named < 0.95 * BY_NAME  # « Date de visite » is whole
        return other or (not named and _other_date(column))
    if of.kind == "hours":  # those of one day are not those of the week
        words = day_words(column)
        return bool(day_of(words)) or not PART_OF_A_WEEK.isdisjoint((*column.spellings, *words))
    return False


def _other_date(column: Column) -> bool:
    """Return True if a column is the date of something that its name says."""
    return column.has({"date", "dates", "dt"}) and column.spellings[-1] not in ("date", "dates", "dt")


def _unique(column: Column) -> float:
    """Return 1 when nearly every cell is different, as identifiers are."""
    return float(len(set(column.cells)) >= 0.95 * len(column.cells))


def take_house_numbers(draft: Draft, sheet: Sheet) -> None:
    """Put before the column of streets those of the number in the street, of « bis », of « rue » or « avenue
    ».
    """
    street = draft.fields.get("adresse")
    if not isinstance(street, str):
        return
    named = [[c for c in draft.unmapped if names.intersection(c.spellings)] for names in PIECES_OF_STREET]
    numbers = [
        c for c in named[0] if looks.share(_house, c.sample) >= ENOUGH and not _counts(c, street, sheet)
    ]
    pieces = [next(iter(each), None) for each in (numbers, named[1] if numbers else [], named[2])]
    if address_columns := [column for column in pieces if column is not None]:
        draft.fields["adresse"] = {
            "join": [*(c.name for c in address_columns), street],
            "with": TOGETHER["street"],
        }
        draft.take(address_columns, "adresse", BY_NAME, "le numéro dans la rue")


def take_rest_of_address(draft: Draft) -> None:
    """Give the complement of an address the other lines of « Adresse 1 », « Adresse 2 »: reading puts the
    street of each row first.
    """
    line = draft.fields.get("adresse")
    if not isinstance(line, str) or "complement_adresse" in draft.fields:
        return
    if rest := [column for column in draft.unmapped if are_address_lines(column.name, line)]:
        names = [column.name for column in sorted(rest, key=lambda line_column: _rank(line_column.name))]
        spec = names[0] if len(names) == 1 else {"join": names, "with": LINES}
        draft.give(rest, "complement_adresse", spec, BY_NAME, "une autre ligne de l’adresse")


def _house(text: str) -> bool:
    return HOUSE.fullmatch(text) is not None


def _counts(column: Column, street: str, sheet: Sheet) -> bool:
    """Return True if numbers count the rows, or stand beside streets that have theirs already."""
    if any(row.cells[column.name] and BEGINS_WITH_HOUSE.match(row.cells[street]) for row in sheet.rows):
        return True
    numbers = [int(cell) for cell in column.cells if cell.isdecimal()]
    one_by_one = all(b - a == 1 for a, b in pairwise(numbers))
    return len(numbers) == len(column.cells) > 1 and one_by_one


def take_left_out(draft: Draft) -> None:
    """Keep the columns that say which rows are no places to publish."""
    for column in draft.unmapped:
        themes = [word for cell in column.sample for word in several.split(cell)]
        has_digital_theme = THEMES.intersection(column.spellings) or any(
            DIGITAL_THEME in cell for cell in column.cells
        )
        if has_digital_theme and themes and sum(map(_is_theme, themes)) >= ENOUGH * len(themes):
            draft.leave.append({"from": column.name, "but": [DIGITAL_THEME]})
    draft.leave += [
        {"from": column.name, "but": list(DIGITAL), "row": True}
        for column in draft.unmapped
        if THEMES.intersection(column.spellings) and _of_every_theme(column)
    ]
    for column in list(draft.unmapped):
        if (rule := status.rule(column)) is not None:
            draft.leave.append(rule)
            draft.take([column], "lignes laissées", BY_CONTENT, "ce que contient la colonne")


def _is_theme(word: str) -> bool:
    """Return True if a word is a theme of data·inclusion."""
    match = THEME.fullmatch(word)
    return match is not None and match[1] in _themes()


@cache
def _themes() -> set[str]:
    values = (str(each["value"]) for each in standards.data_inclusion()["thematiques"])
    return FORMER_THEMES | {value.partition("--")[0] for value in values}


def _of_every_theme(column: Column) -> bool:
    """Return True if a column says the theme of each row, in a directory of which ours is one among many."""
    themes = {plain(word) for cell in column.cells for word in several.split(cell)}
    digital = {theme for theme in themes if any(word.startswith(DIGITAL[:6]) for word in theme.split())}
    other_themes = {theme for theme in themes - digital if OTHER_THEMES.search(theme)}
    return len(other_themes) >= MIN_OTHER_THEMES and 2 * len(other_themes) >= len(themes - digital)


def _may_name_places(column: Column) -> bool:
    """Return True for a column that may name places, False for remarks or names of something else."""
    return not column.has(NOT_OF_A_PLACE) and not any(map(REMARKS.search, column.spellings))


def _take_led(draft: Draft) -> bool:
    """Give the name of places to the column called « lib_… », « nom_… », « libelle_… » that tells them apart
    best; False when there is none.
    """
    most = max((len(column.cells) for column in draft.unmapped), default=0)
    led = [
        column
        for column in draft.unmapped
        if column.spellings[0].split()[0] in NAME_LEADS
        and _may_name_places(column)
        and len(column.cells) > most / 2
        and len(set(column.cells)) > len(column.cells) / 2
        and not is_long(column)
        and all(any(map(str.isalpha, cell)) and not looks.alien(cell) for cell in column.sample)
    ]
    if led:
        best = max(led, key=lambda column: len(set(column.cells)))
        draft.give([best], "nom", best.name, NEARLY, "un mot du nom de la colonne")
    return bool(led)


def take_name(draft: Draft, fields_by_id: Mapping[str, Any]) -> None:
    """Give the name of places, when no column is called so, to one that its name leads to, else to the first
    one of texts all different that name structures; never to remarks.
    """
    if "nom" in fields_by_id or "nom" in draft.fields or _take_led(draft):
        return
    for column in draft.unmapped:
        # « Adresse 1 » may hold « Mairie », and so may a remark
        if by_name(column, "adresse")[0] or any(map(REMARKS.search, column.spellings)):
            continue
        different = len(set(column.cells)) > 0.7 * len(column.cells) and not is_long(column)
        named = looks.share(lambda text: wording.kind_of(text) is not None, column.sample)
        if different and named >= 0.3 and not any(map(looks.alien, column.sample)) and not is_long(column):
            draft.give([column], "nom", column.name, BY_CONTENT * named, "ce que contient la colonne")
            return
    if _name_from_kinds(draft):
        return
    unnamed = [column for column in draft.unmapped if UNNAMED.fullmatch(column.name)]
    for column in unnamed[:1]:  # without names of columns, the first text says what a place is called
        if len(set(column.cells)) > 0.7 * len(column.cells) and not any(map(looks.alien, column.sample)):
            draft.give([column], "nom", column.name, BY_CONTENT * LEAST, "le premier texte de la ligne")
            return
    if not draft.fields:  # a diary is no list of places: its days would be read as names
        return
    for column in draft.unmapped[:1]:
        if _tells_apart(column, draft) and not by_name(column, "adresse")[0]:
            draft.give(
                [column], "nom", column.name, BY_CONTENT * LEAST, "le premier texte, différent à chaque ligne"
            )


def _name_from_kinds(draft: Draft) -> bool:
    """Give the name of places, when nothing else does, to words of kinds that no name called so, nearly all
    different: « Mairie annexe », « Médiathèque », « Maison pour tous ». Return whether it was done.
    """
    kind_guesses = [guess for guess in draft.why if guess.field == "typologie" and guess.score <= BY_CONTENT]
    for guess in kind_guesses:
        cells = draft.rows_of(guess.column)
        if len(cells) > 1 and len(set(cells)) > 0.7 * len(cells):
            break
    else:
        return False
    draft.fields["nom"] = guess.column
    draft.why.append(Guess(guess.column, "nom", guess.score, "ce que contient la colonne"))
    return True


def _tells_apart(column: Column, draft: Draft) -> bool:
    """Return True if a column is filled everywhere with short texts, all different, that are only names."""
    return (
        len(column.cells) > 1
        and len(set(column.cells)) == len(column.cells) == max(len(each.cells) for each in draft.unmapped)
        and not is_long(column)
        and not column.has(ASIDE)
        and _may_name_places(column)
        and not any(map(looks.alien, column.sample))
        and all(any(map(str.isalpha, cell)) for cell in column.sample)
    )
