"""A row of anybody's file, read into the sheet of a place, with a word on every cell that was not read as it
stood.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from maillage.kernel.names import plain
from maillage.reference import offer
from maillage.reference.sheet import FREE_TEXT
from maillage.sources.offer import answers, looks, naming, own, own_services
from maillage.sources.offer.answers import NO, YES
from maillage.sources.offer.clean import (
    closures,
    commune,
    contacts,
    day,
    hours,
    mail,
    number,
    phone,
    pivot,
    postcode,
    several,
    site,
    street,
    where,
    wording,
    words,
    yesno,
)
from maillage.sources.offer.clean.cleaned import Cleaned, Word
from maillage.sources.offer.columns import LINES, are_address_lines
from maillage.sources.offer.forms.sheet import Row
from maillage.sources.offer.mapping import Correspondence, LeaveRule, Origin, PracticeRule, Words

PLACE = (
    "commune",
    "code_postal",
    "code_insee",
    "adresse",
    "complement_adresse",
    "latitude",
    "longitude",
    "confidence",
    "departement",
)
NOT_A_PLACE = ", pas un lieu"
NO_NAME = YES | NO | {"nom", "name", "sans nom", "null", "none", "test", "x"}
# The foot of a table: « TOTAL : 3 structures », « Sous-total ». A place is something else than its name.
TOTAL = re.compile(r"(?:sous )?tota(?:l|ux)(?: general| des \w+)?(?: \d+.*)?")
# What is written under a table, without anything else in its row: « Source : Ville de Nice ».
FOOT = re.compile(
    r"(?:sources?|notes?|nb|n b|legende|champ|lecture|(?:derniere )?mise a jour|mis a jour|donnees|fichier"
    r"|extraction|export|auteur|realisation|moyenne|licence)\b.*"
)
OF_A_PLACE = {"adresse", "telephone", "courriels", "site_web", "pivot", "horaires", "services", "practices"}
NOT_OF_A_NAME = (  # a postcode before its commune, a telephone, hours: two of them are a whole row in a cell
    re.compile(r"\b\d{5} [A-ZÀ-Ý]"),
    re.compile(r"\b0\d(?:[ .]?\d\d){4}\b"),
    re.compile(r"\b\d{1,2} ?h(?: ?\d\d)?\b"),
)
GLUED = "ce nom contient une adresse, un téléphone ou des horaires : coupez cette colonne en plusieurs"
REMARKS = {"remarque", "remarques", "commentaire", "commentaires", "observation", "observations"}
BY_APPOINTMENT = re.compile(r"(?:uniquement |seulement )?sur (?:rdv|rendez vous)(?: uniquement| seulement)?")
LIMITS_HOURS = re.compile(  # in a remark, that the hours beside it do not always hold
    r"\bsemaines? (?:im)?paires?\b|\b(?:semaine|jeudi|mardi|lundi|mercredi|vendredi|samedi) sur (?:deux|2)\b"
    r"|(?<!\bsans )\b(?:rdv|rendez vous)\b|\bferme(?:e|s|es)?\b(?! definitivement)|\bfermetures?\b"
    r"|\b(?:vacances|quinzaine)\b|\b(?:1ere?|premiere?|[2-5](?:e|eme)|derniere?) (?:\w+di|semaine)\b"
)
YES_OR_NO = {"oui", "non", "yes", "no", "true", "false", "vrai", "faux"}  # where a text is asked for
NO_TEXT = "« {} » répond par oui ou non, là où un texte est attendu"
A_SEASON = timedelta(days=365)  # no summer and few works shut a place for longer
NO_DATE = "fermeture gardée telle quelle : ses jours ne sont pas tous dits"
OPENED_AGAIN = re.compile(r"\b(?:reouv\w+|rouv\w+|reprise|reopen\w*)\b")
OTHER_THEME = "d’un autre thème"
UNPLACED = "rien ne dit"
NEITHER = "ni commune connue, ni point"
NO_COMMUNE = "aucune commune connue n’a ce code postal"
TOWN_FIELDS = ("commune", "code_insee", "code_postal")
ABOVE = "case vide : la commune de la ligne au-dessus, écrite une fois pour plusieurs lieux"
A_TIME = re.compile(r"\d\d:\d\d|24/7")
POSTCODE = re.compile(r"(?<!\d)(?:0[1-9]|[1-8]\d|9[0-5]|97)\d{3}(?!\d)")
SOME_TIME = re.compile(  # what a text that speaks of something else holds at least when it also says hours
    r"\d\s*(?:h|:|heure)|24\s*/|midi|minuit|(?:di|manche)s?\b[^.]{0,40}\d|\d\s*(?:[aà]|-)\s*\d", re.IGNORECASE
)
CLOSED_FOR_GOOD = re.compile(  # a whole remark: a place is no more, or not yet
    r"(?:(?:le |la |l |ce |cette )?(?:lieu|structure|site|espace|etablissement) )?(?:est )?"
    r"(?:(?:ferme(?:e|s|es)? definitivement|definitivement ferme(?:e|s|es)?|fermeture definitive"
    r"|n existe plus)(?: (?:depuis|en|le|au|fin|debut) .*)?|en projet(?: (?:pour|en|fin|debut) .*)?"
    r"|pas encore ouverte?"
    r"|ouverture (?:prevue|prochaine)(?: (?:en|le|fin|debut|pour) .*)?)"
)
MENTIONS_CLOSURE = re.compile(
    r"\bferme(?:e|s|es)? definitivement|definitivement ferme|fermeture definitive\b"
)
CLOSED = re.compile(
    r"\bferm(?:ée?|ee)s?\b|\bfermeture\b|d[ée]finitivement|n[’']existe plus", re.IGNORECASE
)  # not a « ferme »
MASKED = (phone.MASKED, mail.MASKED)
CONTACTS = ("telephone", "courriels")
TEXT_FIELD_BY_LIST = {  # lists that have a text beside them, which keeps what the list has no word for
    "frais_a_charge": "frais_precisions",
    "publics_specifiquement_adresses": "publics_precisions",
    "modalites_acces": "acces_precisions",
    "prise_en_charge_specifique": "publics_precisions",
}
PROMISES = ("frais_a_charge", "prise_en_charge_specifique")  # lists of which « oui, mais » is no value at all
ONLY_NOT = ("frais_a_charge",)  # where « non » to one value says that another is true, but not which
FREE, PAID = "free", "paid"  # « non » to the first is read as the second, to check
LISTS_IN_SERVICES = (  # the lists that words typed among services may belong to, in that order
    "services",
    "dispositif_programmes_nationaux",
    "publics_specifiquement_adresses",
    "prise_en_charge_specifique",
    "modalites_accompagnement",
    "frais_a_charge",
)
OTHER = ("autre", "autres", "other")  # an answer that says nothing to any list
NOWHERE = "itinérant sans étape : rien ne dit où le trouver"


class Remark(NamedTuple):
    """The outcome of one cell; a tuple, since files make them by the million and processes send them."""

    column: str
    field: str
    word: Word
    value: str
    became: str
    reason: str


def lacks_point(remark: Remark) -> bool:
    """Recognise a point that nothing gives, and for which the centre of the commune stands."""
    return remark.field in ("latitude", "longitude") and remark.reason.startswith(where.NO_POINT)


def how_found(row: "Read") -> str:
    """Return how the point of a row was found: by its address, at the centre of its commune, mended; '' as
    its cells give it.
    """
    return next((each.reason for each in row.remarks if each.field == "latitude"), "")


@dataclass(frozen=True, slots=True)
class Read:
    """One row of a file once read: its sheet, or the reason why it is refused."""

    number: int
    line: int
    sheet: Mapping[str, Any]
    remarks: tuple[Remark, ...]
    refused: str = ""

    @property
    def doubtful(self) -> bool:
        return any(remark.word in ("doubtful", "refused") for remark in self.remarks)


def _named_at_the_end(cells: Mapping[str, str], names: Sequence[str], area: str) -> tuple[str, str] | None:
    """Return (the code of the commune that an address, else a name, ends with, why), None without one."""
    ends = [(cells.get(id, ""), False) for id in ("adresse", "complement_adresse")]
    ends += [(text, linked) for text in names for linked in (False, True)]
    for text, linked in ends:
        if commune_code := commune.ending(text, area, linked=linked):
            return commune_code, f"aucune commune n’est donnée : celle que nomme « {text[:60]} »"
    return None


def _numbered(origins: Mapping[str, Sequence[Origin]]) -> bool:
    """Return True if an address is in lines told by a number, « Adresse 1 » and « Adresse 2 »."""
    names = [origin.columns for id in ("adresse", "complement_adresse") for origin in origins.get(id, ())]
    return len(names) == 2 and all(names) and are_address_lines(names[0][0], names[1][0])


def _put_street_first(typed: dict[str, tuple[str, str]]) -> None:
    """Put in the address the line that names a street, else the first that is filled, and the others in its
    complement: producers fill them as their letters are addressed.
    """
    (column, line), (other, text) = (typed.pop(id, ("", "")) for id in ("adresse", "complement_adresse"))
    lines = text.split(LINES) if " + " in other else [text]
    filled = [each for each in (line, *lines) if each]
    street = next(filter(looks.is_street, filled), next(iter(filled), ""))
    if street:
        typed["adresse"] = (column if street == line else other), street
    if rest := LINES.join(each for each in filled if each != street):
        typed["complement_adresse"] = (other if street == line else column or other), rest


def identifier_of(sheet: Mapping[str, Any]) -> str:
    """Return the identifier of a place whose file gives none: the same name at the same address of the same
    commune gives it again.

    >>> identifier_of({"nom": "La Bobine", "commune": "Grenoble", "adresse": "42 bd Clemenceau"})
    'la-bobine-grenoble-887acb'
    """
    key = "|".join(plain(str(sheet.get(field, ""))) for field in ("nom", "adresse", "commune"))
    named = "-".join(plain(f"{sheet.get('nom', '')} {sheet.get('commune', '')}").split())[:60].strip("-")
    return f"{named}-{sha256(key.encode()).hexdigest()[:6]}"


@dataclass(slots=True)
class RowReader:
    """One row being read: the sheet grows, and every cell leaves its remark."""

    row: Row
    keys: Mapping[str, str]
    columns: Mapping[str, str]
    correspondence: Correspondence
    today: date
    source: str
    area: str = ""  # the département of the other rows
    above: str = ""  # the commune written once for the rows under it
    sheet: dict[str, Any] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    cells: dict[str, str] = field(default_factory=dict)
    words: list["_Words"] = field(default_factory=list)
    taken: set[tuple[str, str]] = field(default_factory=set)  # (column, word) that gave something
    nothing: dict[tuple[str, str], str] = field(default_factory=dict)  # those known to add nothing
    complete_columns: set[str] = field(default_factory=set)  # columns kept as they are
    noted: set[str] = field(default_factory=set)  # texts begun by words of lists
    shut: list[tuple[str, str, closures.Closings]] = field(default_factory=list)  # closings of every year
    stray_contacts: dict[str, tuple[str, str]] = field(
        default_factory=dict
    )  # contacts in a cell of something else

    def read(self) -> Read:
        for name, value in self.row.cells.items():
            if value:
                self.cells.setdefault(self.keys[name], value)
        self._fill_sheet()
        self._itinerant()
        if self.correspondence.id.startswith("data-inclusion") and own_services.is_own_export(self.sheet):
            self._take_back(own_services.restored(self.sheet, self.cells))
        if self.source and "source" not in self.sheet:
            self.sheet["source"] = self.source
        name = str(self.sheet.get("nom", ""))
        if CLOSED.search(name):
            self._say("", "nom", "doubtful", name, name, "son nom le dit fermé : gardé, à vérifier")
        if exported := self.cells if self.correspondence.id == own.ID else own.carried(self.cells):
            self._take_back(own.restored(self.sheet, exported))
        refused = self._left_out() or self._refusal()
        if refused.endswith(NOT_A_PLACE):
            self.remarks.clear()  # nothing of a total is a question
        elif not refused:
            self._identify()
        return Read(self.row.number, self.row.line, self.sheet, tuple(self.remarks), refused)

    def _fill_sheet(self) -> None:
        """Read each cell into the sheet: where first, since a telephone is read by its territory."""
        fields = self.correspondence.fields
        self._locate({id: origins for id, origins in fields.items() if id in PLACE})
        for id, origins in fields.items():
            if id not in PLACE:
                self._fill(self.sheet, offer.fields()[id], origins, "")
        self._take_contacts()
        self._shut_yearly()
        rules = [rule for rule in self.correspondence.practices if not rule.origin.always]
        # A running text beside columns of choices only adds to them: what both leave out was not chosen.
        if all(rule.is_free for rule in rules) and any(
            self.cells.get(column) for rule in rules for column in rule.origin.columns
        ):
            self.sheet[FREE_TEXT] = True
        for rule in self.correspondence.practices:
            self._practice(rule)
        for cell_words in self.words:
            self._tell(cell_words)

    def _without_contacts(self, id: str, column: str, text: str) -> str:
        """Return a cell without the telephones and addresses that its field does not hold, kept for theirs;
        those of sites, where it is for telephones or mail.
        """
        text, sites = contacts.without_sites(text) if id in CONTACTS else (text, "")
        parts = contacts.without_contacts(text)
        stray_texts = {"telephone": parts.phones, "courriels": parts.mails, "site_web": sites}
        for other, contact_text in stray_texts.items():
            if contact_text and other != id:
                before = self.stray_contacts.get(other)
                self.stray_contacts[other] = (
                    (before[0], f"{before[1]} ; {contact_text}") if before else (column, contact_text)
                )
        if id == "telephone":
            return text if not parts.mails else parts.phones or contacts.MAIL.sub(" ", text).strip(" ;/,|-")
        if id == "courriels":
            return text if not parts.phones else parts.mails or parts.rest
        return parts.rest

    def _take_contacts(self) -> None:
        """Fill the telephone and the mail that no column gives with those found in a cell of something
        else; sites add up.
        """
        for id, (column, text) in self.stray_contacts.items():
            known = self.sheet.get(id)
            if known and id != "site_web":
                continue
            cleaned = self._clean(offer.fields()[id], text)
            if cleaned.value:
                why = "; ".join(filter(None, ("trouvé dans une case qui dit autre chose", cleaned.reason)))
                word: Word = "doubtful" if cleaned.word == "doubtful" else "mended"
                value = once([*known, *cleaned.value]) if known else cleaned.value
                self._keep(self.sheet, offer.fields()[id], column, text, Cleaned(value, word, why), "")

    def _take_back(self, sheet: dict[str, Any]) -> None:
        """Take a sheet read back from our own export: what it says anew has nothing left to check."""
        before, self.sheet = self.sheet, sheet
        exact = {name for name, value in self.sheet.items() if before.get(name) != value}
        self.remarks = [
            remark._replace(word="read", reason="")
            if remark.word == "doubtful" and remark.field.split(".")[0] in {*exact, *offer.practices()}
            else remark
            for remark in self.remarks
        ]

    def _left_out(self) -> str:
        """Return why a row is not a place to publish, '' when it is one; an unknown status is to be
        checked.
        """
        if why := self._closure_remark():
            return why
        for rule in self.correspondence.leave:
            if rule.ended:
                if why := self._ended(rule):
                    return why
                continue
            if rule.abroad:
                if why := self._abroad(rule):
                    return why
                continue
            cell, is_excluded = rule.verdict(self.cells)
            if is_excluded and rule.but:
                return f"{OTHER_THEME} : la colonne « {self._column_name(rule.column)} » dit « {cell[:120]} »"
            if is_excluded:
                return f"la colonne « {self._column_name(rule.column)} » dit « {cell} »"
            if is_excluded is None:
                self._say(
                    rule.column,
                    "id",
                    "doubtful",
                    cell,
                    "",
                    "lieu gardé, bien que ce mot ne dise pas s’il est ouvert",
                )
        return ""

    def _closure_remark(self) -> str:
        """Return why a remark, which says nothing else, makes a row no place; one that says more leaves it to
        check.
        """
        for column, cell in self.cells.items():
            if REMARKS.isdisjoint(column.split()):
                continue
            if CLOSED_FOR_GOOD.fullmatch(plain(cell)):
                return f"la colonne « {self._column_name(column)} » dit « {cell[:120]} »"
            if MENTIONS_CLOSURE.search(plain(cell)):
                self._say(
                    column, "nom", "doubtful", cell, "", "sa remarque parle d’une fermeture : lieu gardé"
                )
        return ""

    def _ended(self, rule: LeaveRule) -> str:
        """Return why a place is no more, '' while it is; a day to come, or unread, is to be checked, and so
        is one of a closing that may be over: less than a year old, or beside a day of opening again.
        """
        cell = self.cells.get(rule.column, "")
        closing_day = day.clean(cell, today=self.today)
        closed_on, doubt = closing_day.value, ""
        if closed_on is None:
            doubt = "cette date de fermeture n’est pas reconnue" if closing_day.word == "refused" else ""
        elif closed_on > self.today:
            doubt = "il doit fermer ce jour-là"
        elif rule.perhaps and self._opened_again():
            doubt = "fermé ce jour-là, et peut-être rouvert depuis"
        elif rule.perhaps and closed_on > self.today - A_SEASON:
            doubt = "fermé depuis ce jour-là, pour de bon ou pour un temps"
        if closed_on is not None and not doubt:
            return f"la colonne « {self._column_name(rule.column)} » dit « {cell} »"
        if doubt:
            self._say(rule.column, "id", "doubtful", cell, "", f"lieu gardé : {doubt}")
        return ""

    def _abroad(self, rule: LeaveRule) -> str:
        """Return why a place is in another country, '' when it is not. A town and the postal code written
        beside it that agree in France are believed before the country, which is then to be checked.
        """
        cell = self.cells.get(rule.column, "")
        if not looks.foreign(cell):
            return ""
        statement = f"la colonne « {self._column_name(rule.column)} » dit « {cell} »"
        word, written = dict[str, str](), set[str]()
        for remark in self.remarks:
            if remark.field in ("commune", "code_postal"):
                word[remark.field] = remark.word
                written |= {remark.field} if remark.value else set()
        if len(written) == 2 and not {"doubtful", "refused"}.intersection(word.values()):
            self._say(rule.column, "commune", "doubtful", cell, "", f"lieu gardé en France, mais {statement}")
            return ""
        return f"hors de France : {statement}"

    def _opened_again(self) -> bool:
        return any(OPENED_AGAIN.search(column) for column in self.cells)

    # --- fields ---

    def _fill(self, into: dict[str, Any], of: offer.Field, origins: Sequence[Origin], lead: str) -> None:
        for origin in origins:
            if of.kind == "list":
                self._list(into, of, origin, lead)
            elif of.kind == "kinds":
                self._kinds(of, origin)
            elif of.kind == "closures":
                self._closings(origin)
            elif of.kind == "hours" and origin.days:
                if days := origin.week(self.cells):
                    parity = self.cells.get(origin.parity, "")
                    cleaned = hours.week(days, parity=parity, remark_text=self._beside_hours(origin))
                    self._keep(into, of, "jours", " · ".join(days.values()), cleaned, lead)
            elif origin.always:
                into[of.id] = origin.always[0]
            else:
                column, text = origin.text(self.cells)
                if text and (of.id not in into or (not lead and of.id in self.noted)):
                    self.complete_columns.update(column.split(" + "))
                    self._keep(into, of, column, text, self._value(of, origin, column, text), lead)

    def _value(self, of: offer.Field, origin: Origin, column: str, text: str) -> Cleaned[Any]:
        """Return the value of a cell for a field; to check, when its column speaks of something else."""
        cleaned: Cleaned[Any]
        if origin.gives and of.kind in ("line", "text"):
            cleaned = self._sentence(of, origin.gives, origin.tokens(text))
        elif of.kind == "hours":
            prose = origin.inside and not SOME_TIME.search(text)
            cleaned = Cleaned.empty() if prose else self._hours(column, text, origin)
        else:
            alone = self._without_contacts(of.id, column, text) if of.id in CONTACTS else text
            cleaned = self._clean(of, alone) if alone else Cleaned.empty()
        return self._to_check(cleaned) if origin.inside else cleaned

    def _sentence(self, of: offer.Field, gives: Words, tokens: Sequence[str]) -> Cleaned[Any]:
        """Return a cell of several words as one text: what the mapping gives for each word, else the word
        itself.
        """
        meanings_by_token = ((token, gives.find(token)) for token in tokens)
        texts = once(
            each
            for token, meanings in meanings_by_token
            for each in ((token,) if meanings is None else meanings)
        )
        return self._clean(of, ", ".join(texts)) if texts else Cleaned.empty()

    def _to_check(self, cleaned: Cleaned[Any]) -> Cleaned[Any]:
        """Return a value from a column that speaks of something else: to check, or nothing at all."""
        if cleaned.value is None or (
            isinstance(cleaned.value, hours.Hours) and not A_TIME.search(cleaned.value.osm)
        ):
            return Cleaned.empty()  # prose around a day, without a time, is no opening hours
        return Cleaned(cleaned.value, "doubtful", "trouvé dans un texte libre")

    def _beside_hours(self, origin: Origin) -> str:
        """Return the note of a column of remarks on the hours of another: « sur rendez-vous », or when they
        do not hold; '' for nothing.
        """
        for column, cell in self.cells.items():
            if column not in origin.used() and not REMARKS.isdisjoint(column.split()):
                if BY_APPOINTMENT.fullmatch(plain(cell)):
                    return "sur rendez-vous"
                closings_of_year, rest = closures.of_year(cell)
                if closings_of_year:
                    self._close(column, cell, closings_of_year)
                if LIMITS_HOURS.search(plain(rest)):
                    return hours.LIMITED
        return ""

    def _hours(self, column: str, text: str, origin: Origin) -> Cleaned[Any]:
        """Return the hours that a text says; the closings of a year that it holds are kept apart."""
        closings_of_year, rest = closures.of_year(text)
        remark_text, parity = self._beside_hours(origin), self.cells.get(origin.parity, "")
        if not closings_of_year or not rest:
            return hours.clean(text, parity=parity, remark_text=remark_text)
        self._close(column, text, closings_of_year)
        cleaned: Cleaned[Any] = hours.clean(rest, parity=parity, remark_text=remark_text)
        if cleaned.value is None:
            return cleaned
        return replace(cleaned, value=replace(cleaned.value, text=text))

    def _closings(self, origin: Origin) -> None:
        """Read columns of closings: those of a year are kept as such, those of every year go with the hours,
        once these are read.
        """
        for column in origin.columns:
            if text := self.cells.get(column, ""):
                closings = closures.clean(text)
                self.complete_columns.add(column)
                if closings.dated:
                    self._close(column, text, closings.dated)
                if closings.yearly or closings.unread:
                    self.shut.append((column, text, closings))

    def _close(self, column: str, text: str, closings: Iterable[Mapping[str, str]]) -> None:
        closures_in_sheet = self.sheet.setdefault("fermetures", [])
        closures_in_sheet += [dict(each) for each in closings if dict(each) not in closures_in_sheet]
        dates_text = " ; ".join(f"{each['du']} – {each['au']}" for each in closings)
        self._say(column, "fermetures", "read", text, dates_text, "")

    def _shut_yearly(self) -> None:
        """Add to the hours the closings that come back every year; what is not read of them stays beside."""
        hours_fields: dict[str, str] = self.sheet.get("horaires", {})
        for column, text, closings in self.shut:
            osm = f"{hours_fields.get('osm', '')}; {closings.yearly}"
            if closings.yearly and closings.yearly in hours_fields.get("osm", ""):
                continue
            if closings.yearly and hours_fields.get("osm") and hours.is_valid(osm):
                hours_fields = {
                    **hours_fields,
                    "osm": osm,
                    "text": f"{hours_fields['text']} ; fermeture : {text}",
                }
                self._say(column, "fermetures", "read", text, closings.yearly, "")
            elif hours_fields:
                unread_text = " … ".join(
                    filter(None, (hours_fields.get("left", ""), f"fermeture : {closings.unread or text}"))
                )
                hours_fields = {
                    **hours_fields,
                    "text": f"{hours_fields['text']} ; fermeture : {text}",
                    "left": unread_text,
                }
                self._say(column, "fermetures", "doubtful", text, "", NO_DATE)
            else:
                self._say(column, "fermetures", "doubtful", text, "", f"{NO_DATE}, et les heures manquent")
        if hours_fields:
            self.sheet["horaires"] = hours_fields

    def _clean(self, of: offer.Field, text: str) -> Cleaned[Any]:
        if of.kind == "phone":
            return phone.clean(text, postcode=str(self.sheet.get("code_postal", "")))
        if of.kind == "pivot":
            return pivot.clean(text, postcode=str(self.sheet.get("code_postal", "")))
        if of.kind == "date":
            cleaned_day = day.clean(text, today=self.today)
            return Cleaned(
                cleaned_day.value.isoformat() if cleaned_day.value else None,
                cleaned_day.word,
                cleaned_day.reason,
            )
        if of.kind == "name" or of.id == "nom":
            if plain(text) in NO_NAME:
                return Cleaned.refused(f"« {text} » n’est pas un nom")
            if sum(bool(piece.search(text)) for piece in NOT_OF_A_NAME) > 1:
                line = words.line(text, longest=of.longest)
                return Cleaned(line.value, "doubtful", GLUED) if line.value else line
            return words.line(text, longest=of.longest)
        if of.kind == "line" and plain(text) in YES_OR_NO:
            return Cleaned.refused(NO_TEXT.format(text))
        return CLEANERS[of.kind](text)

    def _keep(
        self, into: dict[str, Any], of: offer.Field, column: str, text: str, cleaned: Cleaned[Any], lead: str
    ) -> None:
        value = _plain_value(of, cleaned.value)
        if value not in (None, "", [], {}):
            before = into.get(of.id, ()) if of.id in self.noted and not lead else ()
            into[of.id] = value
            for note in (
                (before,) if isinstance(before, str) else before
            ):  # words of a list, already kept there
                self._note(of.id, note)
        self._say(
            column,
            lead + of.id,
            cleaned.word,
            text,
            "" if value is None else value_text(value),
            cleaned.reason,
        )

    def _list(self, into: dict[str, Any], of: offer.Field, origin: Origin, lead: str) -> None:
        """Add to a list field what the words of a cell say; what became of each word is told once the whole
        row is read.
        """
        if origin.always:
            into[of.id] = once([*into.get(of.id, ()), *origin.always])
            return
        column, text = origin.text(self.cells)
        if not text:
            return
        closed = offer.lists()[of.list]
        cell_words = _Words(
            column,
            of,
            lead,
            text,
            into,
            is_yes_no=origin.gives is not None and not (YES | NO).isdisjoint(origin.gives.full_words),
            asks_if_free=closed.id in ONLY_NOT and self._asks_if_free(closed, origin, column),
        )
        is_split = not self._exact(closed, origin, text) and not (
            cell_words.is_yes_no and closed.id in PROMISES and answers.rest(text)
        )
        for token in self._tokens(closed, origin, text) if is_split else [text]:
            meaning = self._understood(closed, origin, token)
            if meaning is None or self._names_a_practice(closed, origin, meaning, token):
                self._out_of_list(cell_words, closed, token)
                if meaning is None or not _says(meaning):
                    continue
            if meaning.reason:
                cell_words.reasons.append((meaning.word, meaning.reason))
            if meaning.word == "doubtful" and not lead:
                self._keep_beside(closed, token)
            for each in meaning.meanings:
                self._take(into, of, each, column, token, lead)
        self.words.append(cell_words)

    def _asks_if_free(self, closed: offer.ClosedList, origin: Origin, column: str) -> bool:
        """Return True for a column to which « oui » says that a place is free, and nothing else."""
        if origin.gives is not None:
            yes_meanings = {slugs for word, slugs in origin.gives.full_words.items() if word in YES}
            return yes_meanings == {(FREE,)}
        named = wording.understood(closed.id, column)
        return named is not None and {each.slug for each in named.meanings} == {FREE}

    def _tokens(self, closed: offer.ClosedList, origin: Origin, text: str) -> list[str]:
        """Return the words of a cell; services joined by « et » are several when each of them is one."""
        tokens = origin.tokens(text)
        if closed.id != "services":
            return tokens
        return [part for token in tokens for part in self._joined_services(closed, origin, token)]

    def _joined_services(self, closed: offer.ClosedList, origin: Origin, token: str) -> list[str]:
        parts = naming.BETWEEN_PRACTICES.split(token)
        if len(parts) == 1 or self._exact(closed, origin, token):
            return [token]
        named = [
            (bool(naming.practices(part)) and not naming.is_thing(part))
            or ((meaning := wording.understood(closed.id, part)) is not None and meaning.word == "read")
            for part in parts
        ]
        return parts if all(named) else [token]

    def _names_a_practice(
        self, closed: offer.ClosedList, origin: Origin, meaning: wording.Wording, token: str
    ) -> bool:
        """Return True if the list of services has no service for a word only because it holds « numérique »
        or a way of helping, or is new to a mapping: what it names is then read, or told as unknown.
        """
        if closed.id != "services" or any(each.slug and each.field == closed.id for each in meaning.meanings):
            return False
        if self._exact(closed, origin, token) or (_says(meaning) and not naming.practices(token)):
            return False
        rules = [rule for rule in self.correspondence.practices if {*rule.origin.columns} & {*origin.columns}]
        if any(rule.when is None or rule.when.find(token) is not None for rule in rules):
            return False
        if origin.gives is None:
            return True
        are_words = bool(rules)  # where no practice is read in them, they are codes
        return are_words and origin.gives.says_nothing_of(token) and bool(naming.practices(token))

    def _out_of_list(self, cell_words: "_Words", closed: offer.ClosedList, token: str) -> None:
        """Keep what a word that a list does not know says all the same; else it is told as unknown."""
        spelled = wording.spelled(token)
        if spelled in NO:
            return
        if vague := closed.vague.get(spelled):
            self.taken.add((cell_words.column, spelled))
            cell_words.reasons.append(("doubtful", vague.reason))
            if not cell_words.lead and (text_field := TEXT_FIELD_BY_LIST.get(closed.id)):
                self._note(text_field, vague.text)
        elif spelled in OTHER:
            self.nothing[cell_words.column, spelled] = token
        elif cell_words.of.id == "services" and (practices := naming.practices(token)):
            if cell_words.has_subject and naming.is_thing(token):
                cell_words.unknown.append(token)
                return
            for practice in practices:
                self._inferred(cell_words, practice, token)
            cell_words.has_subject = offer.practices()[practices[-1]].family in naming.HAVE_SUBJECTS
        else:
            cell_words.unknown.append(token)

    def _inferred(self, cell_words: "_Words", practice: str, token: str) -> None:
        """Keep the practice that a word out of the list of services names, to check, unless the word denies
        it.
        """
        state = {"planned": "planned", "other": "offered"}.get(answers.meaning_of(token))
        label = offer.practices()[practice].label
        cell_words.reasons.append(("doubtful", f"hors de la liste, compris comme « {label} » : {token}"))
        if state:
            self.sheet.setdefault("practices", {}).setdefault(practice, {"state": state})
            self.sheet[FREE_TEXT] = True
            self.taken.add((cell_words.column, wording.spelled(token)))

    def _take(
        self,
        into: dict[str, Any],
        of: offer.Field,
        meaning: offer.WordMeaning,
        column: str,
        token: str,
        lead: str,
    ) -> None:
        """Put what a word says where it belongs: in the list, in another one, in a text; or nowhere, and
        remember it.
        """
        if not meaning.slug and not meaning.text:
            if wording.spelled(token) not in {*NO, *offer.lists()[of.list].everybody}:
                self.nothing[column, wording.spelled(token)] = token
            return
        if meaning.field in (of.id, of.list):
            into[of.id] = once([*into.get(of.id, ()), meaning.slug])
        elif lead:
            return  # a condition of a practice says nothing of the place itself
        elif meaning.slug:
            self.sheet[meaning.field] = once([*self.sheet.get(meaning.field, ()), meaning.slug])
        else:
            self._note(meaning.field, meaning.text)
        self.taken.add((column, wording.spelled(token)))

    def _tell(self, cell_words: "_Words") -> None:
        """Remark on the outcome of a cell of words: unknown are those that nothing took, told once for all
        fields it serves.
        """
        unknown = [
            token
            for token in cell_words.unknown
            if (cell_words.column, wording.spelled(token)) not in self.taken
        ]
        self.taken.update((cell_words.column, wording.spelled(token)) for token in unknown)
        closed = offer.lists()[cell_words.of.list]
        for token in unknown:
            if not cell_words.lead:
                self._keep_beside(
                    closed,
                    f"{self._column_name(cell_words.column)} : {token}" if cell_words.is_yes_no else token,
                )
        reasons = list(cell_words.reasons)
        if (
            closed.id in ONLY_NOT
            and not cell_words.lead
            and closed.id not in self.sheet
            and answers.meaning_of(cell_words.text) == "no"
        ):
            if cell_words.asks_if_free and not answers.rest(cell_words.text):
                self.sheet[closed.id] = [
                    PAID
                ]  # left without a price, it would be out of the share of the free
                reasons.append(("doubtful", f"« {cell_words.text} » compris comme « Payant »"))
            else:
                reasons.append(("doubtful", f"« {cell_words.text} » ne dit pas le prix"))
            self._note(
                TEXT_FIELD_BY_LIST[closed.id], f"{self._column_name(cell_words.column)} : {cell_words.text}"
            )
        if unknown and not (closed.free and not cell_words.lead):
            reasons.append(("doubtful", f"hors de la liste : {' ; '.join(unknown)}"))
        word: Word = next(
            (w for w in ("doubtful", "mended") if any(w == found_word for found_word, _ in reasons)), "read"
        )
        labels_text = ", ".join(
            closed.values[slug].label for slug in cell_words.into.get(cell_words.of.id, ())
        )
        why = " ; ".join(dict.fromkeys(reason for _, reason in reasons))
        self._say(
            cell_words.column, cell_words.lead + cell_words.of.id, word, cell_words.text, labels_text, why
        )

    def _keep_beside(self, closed: offer.ClosedList, token: str) -> None:
        if text_field := closed.free or TEXT_FIELD_BY_LIST.get(closed.id):
            self._note(text_field, token)

    def idle(self) -> list[tuple[str, str]]:
        """Return the values of the row, with their columns, that are known but went nowhere."""
        return [
            (self._column_name(column), token)
            for (column, spelled_word), token in self.nothing.items()
            if (column, spelled_word) not in self.taken and column not in self.complete_columns
        ]

    def _exact(self, closed: offer.ClosedList, origin: Origin, text: str) -> bool:
        """Return True if the whole cell is one known word, however many commas it holds.

        A bar parts two values, unless the mapping says what the two together give.
        """
        spelled_text = wording.spelled(text)
        return (origin.gives is not None and spelled_text in origin.gives.full_words) or (
            "|" not in text and spelled_text in closed.words
        )

    def _understood(self, closed: offer.ClosedList, origin: Origin, text: str) -> wording.Wording | None:
        if origin.gives is not None and (slugs_of_text := origin.gives.find(text)) is not None:
            if origin.is_free and origin.gives.says_nothing_of(text) and (other := _of_any_list(text)):
                return other
            return wording.Wording(
                tuple(offer.WordMeaning(closed.id, slug) for slug in slugs_of_text)
                or (offer.WordMeaning(closed.id),)
            )
        if plain(text) in YES and text not in closed.words:  # « Gratuit : oui »
            text = origin.text(self.cells)[0]
        return wording.understood(closed.id, text)

    def _note(self, id: str, text: str) -> None:
        of = offer.fields()[id]
        self.noted.add(id)
        if of.kind == "lines":
            self.sheet[id] = once([*self.sheet.get(id, ()), text])
        else:
            before = self.sheet.get(id, "")
            if text not in before:
                self.sheet[id] = f"{before} ; {text}" if before else text

    def _kinds(self, of: offer.Field, origin: Origin) -> None:
        """Read types of structures: codes of the national list as they are, any other words through our own
        list.
        """
        column, text = origin.text(self.cells)
        if not text and not origin.always:
            return
        codes: list[str] = list(origin.always)
        unknown = []
        national = {code for kind in offer.kinds().values() for code in kind.codes}
        is_known_kind = wording.spelled(text) in offer.kinds_by_word()
        for token in [text] if is_known_kind else origin.tokens(text):
            codes_of_token = origin.gives.find(token) if origin.gives else None
            if codes_of_token is None or codes_of_token:
                self.taken.add((column, wording.spelled(token)))
            if codes_of_token is not None:
                codes += codes_of_token
                if not codes_of_token and wording.spelled(token) not in NO:
                    self.nothing[column, wording.spelled(token)] = token
            elif token in national:
                codes.append(token)
            elif (kind := offer.kinds_by_word().get(wording.spelled(token))) is not None or (
                kind := offer.kind_named_in(wording.spelled(token))
            ) is not None:
                codes.append(offer.kinds()[kind].code(token) or "Autre")
                self._note("type_origine", token)
            elif slug := _moving(token):
                self.sheet.setdefault("itinerance", [slug])
                self.taken.add((column, wording.spelled(token)))
                self._note("type_origine", token)
            else:
                unknown.append(token)
                self._note("type_origine", token)
        if codes or unknown:
            self.sheet[of.id] = once([*self.sheet.get(of.id, ()), *(codes or ["Autre"])])
            reason = f"type inconnu, gardé tel quel : {' ; '.join(unknown)}" if unknown else ""
            if text:
                self._say(
                    column,
                    of.id,
                    "doubtful" if unknown else "read",
                    text,
                    ", ".join(self.sheet[of.id]),
                    reason,
                )

    def _practice(self, rule: PracticeRule) -> None:
        if not rule.origin.always and not any(self.cells.get(column) for column in rule.origin.columns):
            return  # nothing is said of it
        if not rule.origin.inside:
            self._mark_words(rule)
        label = offer.practices()[rule.practice].label
        for column, cell in rule.unclear(self.cells):
            self._say(column, rule.practice, "doubtful", cell, "", f"ne dit pas oui ou non : {label}")
        for column, cell, is_yes in rule.doubted(self.cells):
            answer = "oui" if is_yes else "non"
            self._say(
                column, rule.practice, "doubtful", cell, answer, f"lu {answer}, avec un doute : {label}"
            )
        state = rule.state(self.cells)
        known = rule.practice in self.sheet.get("practices", {})
        if not state or (known and (rule.origin.inside or state == "no")):
            return
        if state == "no":
            self.sheet["sans"] = once([*self.sheet.get("sans", ()), rule.practice])
            return
        if rule.origin.inside:
            column, text = rule.origin.text(self.cells)
            self._say(column, rule.practice, "doubtful", text, label, "trouvé dans un texte libre")
        self._offer(rule, state)

    def _mark_words(self, rule: PracticeRule) -> None:
        """Remember which words of a cell gave a practice, and which ones a rule read without any use."""
        self.taken.update((column, wording.spelled(token)) for column, token in rule.matched(self.cells))
        for column in rule.origin.columns:
            for token in rule.origin.tokens(self.cells.get(column, "")):
                if wording.spelled(token) not in NO:
                    self.nothing.setdefault((column, wording.spelled(token)), token)

    def _offer(self, rule: PracticeRule, state: str) -> None:
        """Write a practice and its conditions; that another cell denied it does not count any more."""
        if rule.practice in self.sheet.get("sans", ()):
            self.sheet["sans"] = [practice for practice in self.sheet["sans"] if practice != rule.practice]
            if not self.sheet["sans"]:
                del self.sheet["sans"]
        practice_fields = self.sheet.setdefault("practices", {}).setdefault(rule.practice, {"state": state})
        if state == "offered":
            practice_fields["state"] = state
        for id, origins in rule.conditions.items():
            self._fill(practice_fields, offer.conditions()[id], origins, f"{rule.practice}.")
        if not rule.origin.inside and "precisions" not in rule.conditions:
            followed = (answers.rest(self.cells.get(column, "")) for column in rule.origin.columns)
            if more := " ; ".join(once(filter(None, followed))):
                practice_fields.setdefault("precisions", more)

    # --- where, who ---

    def _typed_place(self, origins: Mapping[str, Sequence[Origin]]) -> dict[str, tuple[str, str]]:
        """Return, for each field that says where a place is, its column and what is typed there."""
        typed: dict[str, tuple[str, str]] = {}
        for id, origin in ((id, origin) for id, many in origins.items() for origin in many):
            column, text = ("", origin.always[0]) if origin.always else origin.text(self.cells)
            if text and origin.gives is not None and (meanings := origin.gives.find(text)):
                text = meanings[0]  # a name that somebody accepted for the one typed
            if text:
                typed.setdefault(id, (column, text))
        column, listed = typed.get("adresse", ("", ""))
        if "|" in listed:  # the parts of a list
            typed["adresse"] = column, " ".join(filter(None, map(str.strip, listed.split("|"))))
        if self.above:
            typed.setdefault("commune", (self._column("commune"), self.above))
        if _numbered(origins):
            _put_street_first(typed)
        for id in ("adresse", "complement_adresse"):
            column, text = typed.get(id, ("", ""))
            if plain(text) in YES_OR_NO:
                del typed[id]
                self._say(column, id, "refused", text, "", NO_TEXT.format(text))
        if "adresse" in typed:
            column, text = typed["adresse"]
            if bare := self._without_contacts("adresse", column, text):
                typed["adresse"] = column, bare
            else:
                del typed["adresse"]
        return typed

    def _locate(self, origins: Mapping[str, Sequence[Origin]]) -> None:
        typed = self._typed_place(origins)
        cells = {id: text for id, (_, text) in typed.items()}
        located, why, code = where.locate(cells), ABOVE if self.above else "", ""
        if not located.where.code_insee and commune.OTHER_AREA not in located.notes["commune"].reason:
            code, why = self._commune_beside(cells) or ("", "")
            if code:
                name = commune.index().communes[code].name
                located = where.locate({**cells, "code_insee": code, "commune": name})
        if why:
            doubts = {"commune": Cleaned(located.where.commune, "doubtful", why)}
            if code:
                doubts["code_insee"] = Cleaned(code, "doubtful", "déduit de la commune")
            located = where.Located(located.where, {**located.notes, **doubts})
        place = located.where
        values = {
            "commune": place.commune,
            "code_postal": place.code_postal,
            "code_insee": place.code_insee,
            "adresse": place.adresse,
            "complement_adresse": place.complement,
            "latitude": place.latitude,
            "longitude": place.longitude,
            "precision": place.precision,
        }
        self.sheet.update({id: value for id, value in values.items() if value not in (None, "")})
        for name, cleaned in located.notes.items():
            id = "complement_adresse" if name == "complement" else name
            column, text = typed.get(id, ("", ""))
            if cleaned.word != "empty" and id != "precision":  # told with the latitude
                place_value = values.get(id)
                self._say(
                    column,
                    id,
                    cleaned.word,
                    text,
                    "" if place_value is None else value_text(place_value),
                    cleaned.reason,
                )

    def _commune_beside(self, cells: Mapping[str, str]) -> tuple[str, str] | None:
        """Return (the code of a commune, why) that a row does not name plainly: of its postal code or of its
        name, the one that its name, its address or its département says; of a postal code alone, or with a
        name that no commune has today, the one that shares a word with it, else the largest.
        """
        known = commune.index()
        names = [text for o in self.correspondence.fields.get("nom", ()) if (text := o.text(self.cells)[1])]
        code = (
            postcode.clean(cells.get("code_postal", "")).value
            or street.split_address(cells.get("adresse", ""))[1]
        )
        if not code and names and (written := POSTCODE.search(names[0])):
            code = written[0]  # « Mairie de Mens (38710) »
            if len(alone := known.postcodes.get(code, ())) == 1:
                return alone[
                    0
                ], f"commune retenue d’après le code postal écrit dans le nom « {names[0][:60]} »"
        town, shared = cells.get("commune", ""), known.postcodes.get(code, ())
        area = commune.area(cells.get("departement", "")) or ("" if code else self.area)
        by_name = tuple(each for each in commune.named(town) if not area or commune.departement(each) == area)
        if town and by_name:
            witness = "la colonne du département" if cells.get("departement") else "les autres lignes"
            if len(by_name) == 1 and area:
                return by_name[0], f"« {town} » : commune du département {area} retenue, d’après {witness}"
            if (near := commune.namesake(town, by_name, shared)) or len(shared) < 2:
                return near
        if not code and not town:
            return _named_at_the_end(cells, names[:1], area)
        if towns := commune.several(town, area):
            other = known.communes[towns[1]].name
            many = f"« {town} » nomme {len(towns)} communes"
            return towns[0], f"{many} : lieu rattaché à la première, ajoutez une ligne pour {other}"
        texts = (*names[:1], cells.get("adresse", ""), cells.get("complement_adresse", ""))
        return commune.of_postcode(code, "" if town.isdecimal() else town, texts)

    def _identify(self) -> None:
        """Give the place its identifier: that of the file, else one of its own."""
        if "id" not in self.sheet:
            self.sheet["id"] = identifier_of(self.sheet)

    def _column(self, id: str) -> str:
        origins = self.correspondence.fields.get(id, ())
        return origins[0].columns[0] if origins and origins[0].columns else ""

    def _itinerant(self) -> None:
        """Tell a place that moves when neither stops, nor a street, nor a point of its own say where to find
        it.
        """
        moves = self.sheet.get("itinerance") == ["itinerant"]
        stops = "etapes" in self.sheet or any(
            "etapes" in practice_fields or "permanence" in practice_fields
            for practice_fields in self.sheet.get("practices", {}).values()
        )
        pointed = "latitude" in self.sheet and "precision" not in self.sheet
        if moves and not (stops or pointed or "adresse" in self.sheet):
            self._say(self._column("itinerance"), "itinerance", "doubtful", "", "Itinérant", NOWHERE)

    def _refusal(self) -> str:
        if OF_A_PLACE.isdisjoint(self.sheet):
            labels = [str(self.sheet.get("nom", ""))]
            if "code_insee" not in self.sheet:  # the word stands in the column of the communes, or in another
                labels += self.row.cells.values()
            if total := next((label for label in labels if TOTAL.fullmatch(plain(label))), ""):
                return f"« {total} » est le total du tableau{NOT_A_PLACE}"
        if not self.sheet.get("nom"):
            return "le lieu n’a pas de nom"
        if sum(map(bool, self.row.cells.values())) == 1 and FOOT.fullmatch(plain(str(self.sheet["nom"]))):
            return f"« {self.sheet['nom']} » est une note du tableau{NOT_A_PLACE}"
        if "code_insee" not in self.sheet and "latitude" not in self.sheet:
            if any(remark.reason == NOWHERE for remark in self.remarks):
                return NOWHERE
            if conflict := next(
                (remark.reason for remark in self.remarks if commune.OTHER_AREA in remark.reason), ""
            ):
                return conflict
            code = self.sheet.get("code_postal", "")
            shared = [commune.index().communes[each].name for each in commune.index().postcodes.get(code, ())]
            if shared:
                some = ", ".join(shared[:4]) + "…" * (len(shared) > 4)
                many = f"celui de {len(shared)} communes ({some})"
                return f"{UNPLACED} la commune : le code postal {code} est {many}"
            return f"{UNPLACED} où est le lieu : {' ; '.join(self._unplaced_cells()) or NEITHER}"
        return ""

    def _unplaced_cells(self) -> list[str]:
        """Return the cells that do not say where the place is, each with its column and why."""
        cells = [
            (remark.column, remark.value, remark.reason)
            for remark in self.remarks
            if remark.field in TOWN_FIELDS and remark.word == "refused" and remark.value
        ]
        code = self.sheet.get("code_postal", "")
        if code and not commune.index().postcodes.get(code):
            cells.append((self._column_name(self._column("code_postal")), code, NO_COMMUNE))
        return [f"colonne {column}, « {value[:60]} » : {reason}" for column, value, reason in cells if column]

    def _say(self, column: str, id: str, word: Word, value: str, became: str, reason: str) -> None:
        if reason in MASKED:
            word = "empty"  # the producer hid it on purpose: nobody has anything to check
        self.remarks.append(Remark(self._column_name(column), id, word, value, became, reason))

    def _column_name(self, column: str) -> str:
        if " + " not in column:
            return self.columns.get(column, column)
        return " + ".join(self.columns.get(c, c) for c in column.split(" + "))


@dataclass(slots=True)
class _Words:
    """A cell of words being read for one list: those that it does not know, and what was done to understand
    the others.

    is_yes_no: the column asks about one value, to which cells answer yes or no. asks_if_free: this value is
    « Gratuit ». has_subject: the last practice is done with a thing, which the bare thing after it may be:
    « initiation, smartphone, tablette ».
    """

    column: str
    of: offer.Field
    lead: str
    text: str
    into: dict[str, Any]
    is_yes_no: bool = False
    asks_if_free: bool = False
    has_subject: bool = False
    unknown: list[str] = field(default_factory=list)
    reasons: list[tuple[Word, str]] = field(default_factory=list)


def _of_any_list(text: str) -> wording.Wording | None:
    """Return the meaning of a word typed among services in the first list that knows the whole of it."""
    for list_id in LISTS_IN_SERVICES if not wording.SUM.search(text) else ():
        meaning = wording.understood(list_id, text)
        if meaning is not None and meaning.word == "read" and _says(meaning):
            return meaning
    return None


def _moving(text: str) -> str:
    """Return the kind of movement of a place that a word typed as its type says, "" for none."""
    meaning = wording.understood("itinerance", text)
    return meaning.meanings[0].slug if meaning is not None and meaning.word == "read" else ""


def _says(meaning: wording.Wording) -> bool:
    return any(each.slug or each.text for each in meaning.meanings)


def _line(text: str) -> Cleaned[str]:
    """Return a text on one line; the half-quoted list that a form wrote in it is put back in words."""
    return words.line(" ; ".join(several.split(text)) if '","' in text else text)


def _lines(text: str) -> Cleaned[list[str]]:
    parts = [line.value for token in several.split(text) if (line := words.line(token)).value]
    return Cleaned(parts, "read") if parts else Cleaned.empty()


def _key(text: str) -> Cleaned[str]:
    """Return an identifier: any text on one line, without what an address could not carry."""
    printable = "".join(c for c in text.strip() if c.isprintable())[:120]
    return (
        Cleaned(printable, "read")
        if printable == text.strip()
        else Cleaned(printable, "mended", "caractères illisibles retirés")
    )


CLEANERS: Mapping[str, Callable[[str], Cleaned[Any]]] = {
    "key": _key,
    "line": _line,
    "text": words.clean,
    "mail": mail.clean,
    "site": site.clean,
    "lines": _lines,
    "yesno": yesno.clean,
    "whole": lambda text: number.whole_number(text, low=0, high=100_000),
}


def _plain_value(of: offer.Field, value: Any) -> Any:
    if isinstance(value, hours.Hours):
        return hours.stored(value)
    if isinstance(value, str) and of.longest:
        return value[: of.longest]
    return value


def value_text(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("osm", ""))
    return " | ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def once(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
