"""Typed text into typed values."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator, MaxValueValidator

from maillage.apps.directory.places.forms.moments import DayField
from maillage.apps.directory.places.queries import where
from maillage.apps.dossiers import queries, rules
from maillage.apps.dossiers.queries import StudyRequest
from maillage.apps.territories.forms import TerritoryField
from maillage.kernel.names import plain
from maillage.publishing.page import theme
from maillage.publishing.territory.criteria import AXES
from maillage.publishing.territory.offer import zone_names
from maillage.reference import findings, targets
from maillage.reference.definitions import DEFAULT, offered
from maillage.statistics.need.social_variables import VARIABLES
from maillage.statistics.offer import what_if
from maillage.statistics.offer.grounds import Ground
from maillage.statistics.offer.siting import Spot, zone_at
from maillage.web import decimals, uploads
from maillage.web.choices import choice_field
from maillage.web.overwrites import CheckedForm, OverwriteGuard
from maillage.words import claims
from maillage.words.claims import Claim
from maillage.words.languages import to_say
from maillage.words.wording import listing, number

MOST_PEOPLE = 10_000_000_000  # a published count is of people


class FigureField(decimals.FloatField):
    """A number as people write it: spaces between thousands, a comma or a point."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs)

    def to_python(self, value: object) -> float | None:  # type: ignore[override]  # the stubs take it for a whole one
        typed = re.sub(r"[\s\u00a0\u202f]", "", str(value or "")).removesuffix("%").replace(",", ".")
        return super().to_python(typed)


class UploadField(uploads.FileField):
    """A file of a bounded size, in bytes."""

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        self._most = most
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if upload and upload.size > self._most:
            raise forms.ValidationError(
                f"Ce fichier pèse {upload.size // 1_000_000} Mo ; {self._most // 1_000_000} Mo au plus."
                " Retirez ce qui n’y sert pas."
            )
        return upload


class ChoiceForm(forms.Form):
    """The options of a territory page: a definition, a filter, a way of travelling, weights of the social
    index.
    """

    definition = forms.ChoiceField(label="Définition", required=False)
    filtre = forms.CharField(label="Ne compter que", required=False)
    acces = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "definition").choices = [(d.id, d.label) for d in offered()]
        choice_field(self, "acces").choices = [(id, mode.manner) for id, mode in queries.modes().items()]
        for variable in VARIABLES:
            self.fields[f"poids_{variable.id}"] = decimals.FloatField(
                label=variable.label, required=False, min_value=-10, max_value=10
            )

    def study_request(self, place: str) -> StudyRequest:
        """Return the request; invalid values take their default, as a page address must not be an error."""
        self.is_valid()
        clean = self.cleaned_data if hasattr(self, "cleaned_data") else {}
        weights = {
            variable.id: clean[f"poids_{variable.id}"]
            for variable in VARIABLES
            if clean.get(f"poids_{variable.id}") is not None
            and clean[f"poids_{variable.id}"] != variable.weight
        }
        return StudyRequest(
            place=place,
            definition=clean.get("definition") or DEFAULT,
            inside=clean.get("filtre") or "",
            travel=clean.get("acces") or "",
            weights=weights,
        )


class CommentForm(OverwriteGuard):
    """The analyst's comments, one field a section."""

    compared = tuple(rules.SECTIONS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for section, label in rules.SECTIONS.items():
            self.fields[section] = forms.CharField(
                label=label,
                required=False,
                max_length=4000,
                widget=forms.Textarea(attrs={"rows": 4}),
            )
        self.send_back(self.compared)  # only what was changed is saved
        if self.initial:
            self.fields["relus"] = forms.BooleanField(
                label="Je les ai tous relus : ils valent pour l’étude d’aujourd’hui", required=False
            )

    @property
    def texts(self) -> dict[str, str]:
        """Return the comments to save: those that were changed, all of them once they were read again."""
        read = self.cleaned_data.get("relus")
        return {
            section: self.cleaned_data[section]
            for section in rules.SECTIONS
            if section in self.changed_data or (read and self.cleaned_data[section])
        }

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        for section in rules.SECTIONS:
            if unknown := rules.unknown_voices(clean.get(section, "")):
                self.add_error(
                    section,
                    f"Aucune parole ne porte le numéro {listing(unknown)}. La page des paroles donne chaque"
                    " numéro.",
                )
        return clean


class ClaimForm(forms.Form):
    """A number as somebody read or heard it, in one box."""

    q = forms.CharField(
        label=to_say("Le chiffre lu ou entendu, tel quel"),
        max_length=500,
        widget=forms.TextInput(attrs={"dir": "auto"}),  # a French sentence copied on a page in Arabic
        error_messages={
            "required": to_say(
                "Aucun chiffre n’est écrit. Il en faut un pour comparer. Recopiez la phrase lue."
            ),
            "max_length": to_say("Ce texte est trop long. Une phrase suffit. Gardez celle du chiffre."),
        },
    )

    def clean_q(self) -> Claim:
        """Return the claim; refuses a text without a number of people nor a share."""
        claim = claims.parse(self.cleaned_data["q"])
        if not claim.is_known:
            message = to_say(
                "Nous ne lisons pas de chiffre. Il faut une part ou un nombre de personnes. Écrivez par"
                " exemple « 40 % » ou « 3 000 personnes »."
            )
            raise forms.ValidationError(message)
        return claim


class FindingForm(forms.Form):
    """A finding about a territory, in fields, so that several can be compared."""

    kind = forms.ChoiceField(label="Ce qui est constaté")
    confirms = forms.ChoiceField(
        label="Cette personne",
        choices=[("oui", "le confirme"), ("non", "le contredit")],
        widget=forms.RadioSelect,
        initial="oui",
    )
    who = forms.ChoiceField(label="Qui le dit")
    words = forms.CharField(
        label="Avec quels mots (facultatif)",
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=(
            "Une phrase entendue, ou résumée. Sans nom ni rien qui fasse reconnaître quelqu’un : ces mots"
            " sont publics."
        ),
    )
    source = forms.CharField(
        label="Entendu où",
        max_length=200,
        help_text="Entretien, réunion, questionnaire, étude",
        error_messages={"required": "Il manque où cela a été entendu."},
    )
    year = forms.IntegerField(
        label="Année", min_value=1990, error_messages={"required": "Il manque l’année."}
    )

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year = self.fields["year"]
        year.validators.append(MaxValueValidator(on.year, "Cette année n’est pas encore venue."))
        year.widget.attrs["max"] = on.year
        by_axis = {
            label: [(kind.id, kind.says) for kind in findings.kinds().values() if kind.axis == axis]
            for axis, label in AXES.items()
        }
        choice_field(self, "kind").choices = list(by_axis.items())
        choice_field(self, "who").choices = list(findings.participants().items())

    def clean_confirms(self) -> bool:
        return bool(self.cleaned_data["confirms"] == "oui")


class ThemeForm(CheckedForm):
    """The look of the reports of a territory. A colour that cannot be read, a logo that cannot be printed are
    refused by the action, with the ratio or the reason.
    """

    compared = ("name", "colour")
    name = forms.CharField(
        label="Nom écrit sur les rapports",
        # Not `max_length`: the browser would cut a longer name without a word.
        validators=[MaxLengthValidator(theme.LONGEST_NAME, " ".join(theme.LONG_NAME))],
        error_messages={"required": "Il manque le nom à écrire."},
    )
    colour = forms.CharField(
        label="Couleur",
        max_length=7,
        help_text=f"Un dièse et six signes, de 0 à 9 et de A à F : {theme.EXAMPLE}. Le blanc doit s’y lire"
        f" ({number(theme.LEAST)} pour 1 au moins).",
        error_messages={"required": "Il manque la couleur."},
    )
    logo = uploads.FileField(
        label="Logo (facultatif)",
        required=False,
        help_text="PNG ou JPEG de 2 Mo au plus, ou SVG simple de 200 ko. Sans fichier, il reste le même.",
    )


class PhotographForm(CheckedForm):
    """The photograph on the covers of a territory, with the words that stand for it and who took it."""

    compared = ("alt", "credit")
    photograph = uploads.FileField(
        label="Photographie",
        required=False,
        help_text="JPEG ou PNG, 8 Mo au plus, plus large que haute. Sans fichier, celle d’avant reste.",
    )
    alt = forms.CharField(
        label="Ce que l’on y voit",
        max_length=200,
        help_text="En une phrase, pour les personnes qui ne la voient pas.",
        error_messages={"required": "Il manque ce que l’on y voit. Décrivez l’image en une phrase."},
    )
    credit = forms.CharField(
        label="Crédit",
        required=False,
        max_length=120,
        help_text="Le nom du photographe ou du service. Une personne reconnaissable doit avoir dit oui.",
    )


class MissionForm(OverwriteGuard):
    """The mission of a study. Nothing is required: what is empty is told as such."""

    compared = (
        *("initiator", "commissioner", "pilot", "ground"),
        *("reason", "starts_on", "ends_on", "thanks", "foreword", "foreword_by"),
    )
    initiator = forms.CharField(
        label="À l’initiative de",
        required=False,
        max_length=200,
        help_text="La première personne ou structure à l’avoir voulu, avec son article : « la Ville ».",
    )
    commissioner = forms.CharField(
        label="Demandée par",
        required=False,
        max_length=200,
        help_text="La collectivité ou le réseau, avec son article.",
    )
    pilot = forms.CharField(
        label="Menée par",
        required=False,
        max_length=200,
        help_text="La structure, avec son article, et sa fonction ; pas un nom.",
    )
    ground = forms.CharField(
        label="Terrain pilote",
        required=False,
        max_length=200,
        help_text="La ville où la démarche s’essaie, si d’autres doivent la reprendre.",
    )
    reason = forms.CharField(
        label="Pourquoi ce périmètre",
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    starts_on = DayField(label="Commence le", required=False)
    ends_on = DayField(label="Finit le", required=False)
    thanks = forms.CharField(
        label="Remerciements à ajouter",
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Ceux qui ont été entendus sont déjà remerciés. Ces mots sont publics.",
    )
    foreword = forms.CharField(
        label="Avant-propos",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Quelques paragraphes. Ils ouvrent le dossier et les diapositives ; la synthèse d’une page"
        " n’a pas la place.",
    )
    foreword_by = forms.CharField(
        label="Avant-propos signé par",
        required=False,
        max_length=200,
        help_text="Une fonction : la présidente de l’agglomération. Ces mots sont publics.",
    )


class StepForm(forms.Form):
    """A step of a mission: what was done, when, with whom."""

    kind = forms.ChoiceField(label="Quoi", choices=rules.STEPS)
    n = forms.IntegerField(
        label="Combien",
        min_value=1,
        max_value=1_000,
        error_messages={
            "required": "Il manque le nombre. Écrivez 1 pour un seul entretien.",
            "min_value": "Au moins 1.",
        },
    )
    on = DayField(label="Quand")
    who = forms.CharField(
        label="Avec qui",
        required=False,
        max_length=200,
        help_text="Un métier, un groupe, une structure ; pas le nom d’une personne : cela est public.",
    )
    words = forms.CharField(label="Pour quoi", required=False, max_length=300)


class PerimeterForm(forms.Form):
    """A study perimeter: zones cut in an official territory."""

    nom = forms.CharField(
        label="Nom du périmètre",
        max_length=120,
        error_messages={"required": "Il manque le nom du périmètre."},
    )
    adresse = forms.SlugField(
        label="Adresse",
        max_length=60,
        help_text="Par exemple agglomeration-grenobloise",
        error_messages={"required": "Il manque l’adresse : un mot court, sans espace ni accent."},
    )
    code = forms.CharField(
        label="Territoire de départ",
        max_length=9,
        help_text="Le code de la commune, de l’intercommunalité ou du département",
        error_messages={"required": "Il manque le territoire de départ."},
    )
    raison = forms.CharField(
        label="Pourquoi ce périmètre",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Il manque pourquoi ce périmètre. Chacun le lira sous son nom."},
    )
    public = forms.CharField(
        label="Pour qui ce diagnostic",
        max_length=targets.LONGEST,
        required=False,
        help_text="Facultatif, avec vos mots. Aucun chiffre n’en dépend",
    )
    publics = forms.MultipleChoiceField(
        label="Ou dans la liste",
        choices=list(targets.targets().items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    fichier = UploadField(
        label="Fichier des zones",
        help_text="Un tableau (XLSX, ODS, CSV) avec une colonne Zone et une colonne Commune, en noms ou en"
        " codes Insee, ou Iris ; ou le zones.csv d’une étude. Rien n’est gardé avant votre accord.",
        most=5_000_000,
        required=False,
    )
    zones_lues = forms.JSONField(widget=forms.HiddenInput, required=False)
    nom_fichier = forms.CharField(widget=forms.HiddenInput, max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for a file, unless its zones were read and are sent back, as a text."""
        cleaned = super().clean() or {}
        if not isinstance(cleaned.get("zones_lues"), str):
            cleaned["zones_lues"] = ""
        if not cleaned.get("fichier") and not cleaned.get("zones_lues") and "fichier" not in self.errors:
            self.add_error("fichier", self.fields["fichier"].error_messages["required"])
        return cleaned


class MarkingForm(forms.Form):
    """A filter read from a file."""

    nom = forms.CharField(
        label="Nom du filtre", max_length=120, error_messages={"required": "Il manque le nom du filtre."}
    )
    adresse = forms.SlugField(
        label="Adresse",
        max_length=60,
        help_text="Par exemple qpv-2024",
        error_messages={"required": "Il manque l’adresse : un mot court, sans espace ni accent."},
    )
    fichier = UploadField(
        most=30_000_000,
        label="Fichier",
        help_text="Contours officiels des QPV ou des ZUS (ZIP ou GeoJSON), liste FRR, CSV code,part, ou"
        " locaux par débit de l’Arcep (CSV ou CSV.GZ)",
    )


MEGABYTE = 1_000_000


class WaysForm(forms.Form):
    """Files from which ways are counted."""

    @property
    def uploaded(self) -> list[uploads.BrowserFile]:
        names = ("fichier", "autre", "encore")
        return [upload for name in names if (upload := self.cleaned_data.get(name))]


class StreetsForm(WaysForm):
    """An extract of OpenStreetMap, the territory its streets are kept around, and tiles of elevation."""

    fichier = UploadField(
        most=600 * MEGABYTE,
        label="Extrait d’OpenStreetMap (.osm.pbf)",
        help_text="Celui de votre région, tel que Geofabrik le donne : 600 Mo au plus.",
    )
    autour = TerritoryField(
        label="Autour de quel territoire ?",
        required=False,
        help_text="Ses rues et celles de vingt kilomètres autour. Sans rien : tout l’extrait.",
    )
    autre = UploadField(
        most=30 * MEGABYTE,
        label="Altitudes (.hgt)",
        required=False,
        help_text="Une tuile SRTM, décompressée, sous son nom : N45E000.hgt. À pied, une montée ralentit.",
    )
    encore = UploadField(most=30 * MEGABYTE, label="Une deuxième tuile d’altitudes", required=False)


class TimetablesForm(WaysForm):
    """Feeds of public transport: all those of the installation, at once."""

    fichier = UploadField(
        most=200 * MEGABYTE,
        label="Horaires (GTFS, .zip)",
        help_text="Ils remplacent tous les précédents. 200 Mo au plus.",
    )
    autre = UploadField(most=200 * MEGABYTE, label="Horaires d’un deuxième réseau", required=False)
    encore = UploadField(most=200 * MEGABYTE, label="Horaires d’un troisième réseau", required=False)
    licence = forms.CharField(
        label="Licence", required=False, max_length=60, help_text="Par exemple ODbL 1.0 : elle est redite."
    )


WAYS_FORMS: dict[str, type[WaysForm]] = {rules.STREETS: StreetsForm, rules.TIMETABLES: TimetablesForm}


class CorrectionForm(forms.Form):
    """A reference value to correct."""

    code = forms.CharField(
        label="Code", max_length=9, error_messages={"required": "Il manque le code de la ligne à corriger."}
    )
    colonne = forms.ChoiceField(label="Valeur à corriger")
    valeur = FigureField(
        label="Nouvelle valeur", min_value=0, error_messages={"required": "Il manque la nouvelle valeur."}
    )
    raison = forms.CharField(
        label="Raison",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Il manque la raison. Chacun la lira à côté de l’ancienne valeur."},
    )

    def __init__(self, *args: Any, columns: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "colonne").choices = list(columns.items())


WHAT_IF_FIELDS = {
    "ouvrir": ("Si un lieu ouvrait ici", ("ou",)),
    "fermer": ("Si ce lieu fermait", ("lieu",)),
    "ligne": ("Si cette ligne s’arrêtait", ("ligne",)),
    "meilleurs": ("Où ouvrir d’abord", ("combien", "points")),
    "arrets": ("Où faire halte une demi-journée", ("combien", "points")),
    "desserte": ("Où un arrêt de bus changerait le plus", ("combien", "points")),
}
POINTS_HELP = (
    "Un par ligne : un marché, une école, une salle prêtée. Le nom, deux points, puis la commune, le"
    " quartier, ou la latitude et la longitude. Sans rien : {}."
)
VEHICLES = {"bus": "Bus", "tram": "Tram", "metro": "Métro", "train": "Train", "car": "Car", "": "Ligne"}
TOUCHED = re.compile(r"point:(-?\d{1,2}\.\d{1,6}),(-?\d{1,3}\.\d{1,6})")
MOST_SITES = 10
MOST_POINTS = 60
COORDINATES = re.compile(r"(-?\d{1,2}[.,]\d+)\s*[;,]?\s+(-?\d{1,2}[.,]\d+)")


class WhatIfForm(forms.Form):
    """A what-if: a place opened in a zone or beside another, one closed, a line stopped, the best sites.

    The fields of one scenario; their ids begin with its name, so that all the forms fit on one page.
    """

    ou = forms.ChoiceField(label="Où ?", error_messages={"required": "Dites où le lieu ouvrirait."})
    lieu = forms.ChoiceField(label="Quel lieu ?", error_messages={"required": "Dites quel lieu fermerait."})
    ligne = forms.ChoiceField(
        label="Quelle ligne ?", error_messages={"required": "Dites quelle ligne s’arrêterait."}
    )
    combien = forms.IntegerField(
        label="Combien d’endroits ?", min_value=1, max_value=MOST_SITES, required=False, initial=3
    )
    points = forms.CharField(
        label="Vos points d’essai",
        required=False,
        max_length=6_000,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "Marché de l’Estacade : 45.187 5.717"}),
        help_text=POINTS_HELP.format("les lieux connus et le milieu des communes"),
    )

    def __init__(self, data: Any = None, *, geste: str, line: str, ground: Ground, **kwargs: Any) -> None:
        super().__init__(data, auto_id=f"{geste}-%s", **kwargs)
        self.geste, (self.label, field_names) = geste, WHAT_IF_FIELDS[geste]
        self.fields = {name: self.fields[name] for name in field_names}
        if geste == "desserte":
            self.fields["points"].help_text = POINTS_HELP.format("le milieu de chaque zone")
        if "ou" in self.fields:
            touched = self._touched(ground)
            zones = [(f"zone:{code}", name) for code, name in zone_names(ground).items()]
            without = [
                (f"lieu:{p.id}", p.name) for p in ground.places if p.is_precise and line not in p.offers
            ]
            choice_field(self, "ou").choices = [
                ("Au milieu d’une zone", sorted(zones, key=lambda choice: plain(choice[1]))),
                (
                    "Dans un lieu qui ne le propose pas encore",
                    sorted(without, key=lambda choice: plain(choice[1])),
                ),
                *([("Sur la carte", [touched])] if touched else []),
            ]
        if "lieu" in self.fields:
            inside = [bool((ground.zone_of[areas] >= 0).any()) for areas in ground.standing]
            giving = [
                (p.id, p.name)
                for p, is_inside in zip(ground.places, inside, strict=True)
                if is_inside and line in p.offers
            ]
            choice_field(self, "lieu").choices = sorted(giving, key=lambda choice: plain(str(choice[1])))
        if "ligne" in self.fields:
            choice_field(self, "ligne").choices = [
                (f"{vehicle}:{name}", f"{VEHICLES[vehicle]} {name}")
                for vehicle, name in sorted(what_if.lines(ground))
                if name
            ]

    def _touched(self, ground: Ground) -> tuple[str, str] | None:
        """Return the choice of a point touched on the map, None when it is not on the territory."""
        typed = str(self.data.get("ou", ""))
        match = TOUCHED.fullmatch(typed)
        if match is None:
            return None
        name = zone_at(ground, float(match[2]), float(match[1]))
        return (typed, f"Le point touché, {name}") if name else None

    def clean_combien(self) -> int:
        return self.cleaned_data.get("combien") or 3

    def clean_points(self) -> list[Spot]:
        """Return the typed points, located by their coordinates, their commune or their quarter."""
        rows = [
            (n, row.strip())
            for n, row in enumerate(self.cleaned_data["points"].splitlines(), 1)
            if row.strip()
        ]
        if len(rows) > MOST_POINTS:
            raise forms.ValidationError(f"{len(rows)} points : donnez-en {MOST_POINTS} au plus.")
        return [_point(n, row) for n, row in rows]


def _point(n: int, row: str) -> Spot:
    """Return a point typed on a line: its name, then where it is."""
    name, _, there = (part.strip() for part in row.partition(":"))
    there = there or name
    if match := COORDINATES.search(there):
        latitude, longitude = (float(text.replace(",", ".")) for text in match.groups())
        return Spot(f"point {n}", name, longitude, latitude)
    spot = where.find(there).spot
    if spot is None or spot.latitude is None or spot.longitude is None:
        raise forms.ValidationError(
            f"Ligne {n}, « {there} » : nous ne savons pas où c’est, ou plusieurs endroits portent ce nom."
            " Écrivez la commune, « Teisseire, Grenoble », ou la latitude et la longitude."
        )
    return Spot(f"point {n}", name, spot.longitude, spot.latitude)
