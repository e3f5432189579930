"""The forms of a plan: the frame it starts from, an action with all that the plan says of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import Truncator

from maillage.apps.community.forms.public import PublicForm
from maillage.apps.community.rules import discussions
from maillage.apps.directory.places.forms.moments import DayField
from maillage.apps.platform.accounts.models import User
from maillage.apps.steering.plans import rules
from maillage.apps.steering.plans.models import Plan, PlanAction, PlanAxis
from maillage.apps.steering.plans.queries import files, overview
from maillage.apps.steering.plans.queries.contradictions import contradictions
from maillage.apps.steering.plans.queries.pilots import INVITED, chosen_name, pilot_choices
from maillage.apps.steering.plans.queries.zones import (
    EVERYWHERE,
    ZONE_GROUPS,
    choices_of,
    codes_of,
    is_uncut,
    kind_of,
    network_zones,
    towns,
)
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import line
from maillage.publishing.territory.reading import Reading
from maillage.reference.offer import diagnosis_lines
from maillage.reference.plan_frames import Frame, frames
from maillage.web import uploads
from maillage.web.amounts import AmountField
from maillage.web.choices import choice_field, editable_data, rows_field
from maillage.web.overwrites import OverwriteGuard, as_compared
from maillage.words import dates
from maillage.words.wording import NBSP, lower_first

MOST_EUROS = 100_000_000
MOST_COUNTED = 10_000_000
LARGEST_FRAME = 500_000  # bytes
HIDDEN = ("token", "version", "state")  # of an action, beside what is typed
NEEDED = ("title", "axis", "pilot", "starts_on", "budget")  # of an action, before its folds
THEMES = {
    "Pourquoi, pour qui, où": ("objective", "public", "line", "zones"),
    "Avec qui": ("pilot_choice", "partners"),
    "Vote, étapes et fin": ("ends_on", "vote_on", "milestones"),
    "Moyens, coûts et risques": ("existing", "means", "costs", "risks"),
    "Ce que l’on comptera": ("indicator", "counts", "unit", "direction", "baseline", "target"),
    "Sa place parmi les actions": ("parent", "after"),
}
EXCERPT = 40  # letters of a field, on the fold that holds it
NO_COST = "Écrivez l’année, la sorte, puis le montant : 2027 fonctionnement 21 000."
YEAR, KIND, EUROS = r"(?P<year>\d{4})", rf"(?P<kind>{'|'.join(rules.COST_KINDS)})", r"(?P<euros>\S.*?)"
COST_LINES = [
    re.compile(r"(?:[\s:,]|\b(?:de|en)\b|\bd’)+".join(order), re.IGNORECASE)
    for order in ((YEAR, KIND, EUROS), (YEAR, EUROS, KIND), (KIND, YEAR, EUROS), (EUROS, KIND, YEAR))
]
STEP_LINE = re.compile(
    rf"(?:le )?(?P<day>{dates.SPELLED.pattern}|\S+?)\s*:?(?:\s+(?P<words>.*))?", re.IGNORECASE
)
NO_DATE = (
    "Écrivez une étape par ligne, le jour d’abord : 01/02/2027 Faire le point. Sans jour encore, dites"
    " combien de jours après le début : J+30 Faire le point."
)


class FrameForm(forms.Form):
    """A plan to open: from a frame that we ship, from the file of another territory, or from nothing."""

    title = forms.CharField(
        label="Titre du plan",
        max_length=160,
        initial="Plan d’inclusion numérique",
        error_messages={"required": "Il manque le titre du plan."},
    )
    cadre = forms.ChoiceField(label="Partir de", required=False, widget=forms.RadioSelect)
    fichier = uploads.FileField(
        label="Ou du cadre d’un autre territoire (facultatif)",
        required=False,
        help_text="Le fichier JSON que son plan donne à télécharger.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(each.id, each.name) for each in frames().values()]
        choice_field(self, "cadre").choices = [*offered, ("", "Une page blanche")]

    def clean_fichier(self) -> Frame | None:
        """Return the frame of a file, None without one."""
        upload = self.cleaned_data["fichier"]
        if upload is None:
            return None
        if upload.size > LARGEST_FRAME:
            raise forms.ValidationError("Ce fichier est trop lourd pour un cadre. Choisissez-en un autre.")
        try:
            return files.frame_in(upload.read())
        except Refused as error:
            raise forms.ValidationError(" ".join(error.sentences)) from error

    @property
    def frame(self) -> Frame | None:
        """Return the chosen frame, None for a blank page; that of the file goes first."""
        return self.cleaned_data["fichier"] or frames().get(self.cleaned_data["cadre"])


class QuantityField(forms.CharField):
    """A number with a comma or a point, its spaces of any width, and two decimals at most. « 1.000 » alone is
    refused: a thousand for some, one for others.
    """

    widget = forms.TextInput(attrs={"inputmode": "decimal"})
    typed = re.compile(
        rf"\d{{1,10}}(?:[.,]\d{{1,{rules.DECIMALS}}})?"
        rf"|[1-9]\d{{0,2}}(?:(?:\.\d{{3}}){{2,}}(?:,\d{{1,{rules.DECIMALS}}})?|\.\d{{3}},\d{{1,{rules.DECIMALS}}})"
    )

    def to_python(self, value: Any) -> float | None:  # type: ignore[override]  # a number, typed as a text
        """Return the number, None for nothing."""
        text = "".join(str(value or "").split()) if value != 0 else "0"
        if not text:
            return None
        if not self.typed.fullmatch(text):
            raise forms.ValidationError(NO_QUANTITY)
        if "," in text or text.count(".") > 1:
            text = text.replace(".", "")  # between thousands
        quantity = float(text.replace(",", "."))
        if quantity > MOST_COUNTED:
            raise forms.ValidationError(
                f"Ce nombre est trop grand : {MOST_COUNTED:,} au plus.".replace(",", " ")
            )
        return quantity

    def prepare_value(self, value: Any) -> Any:
        """Return a stored number as it is typed, and what was typed as it was."""
        return rules.amount(value).replace(NBSP, " ") if isinstance(value, int | float) else value


NO_QUANTITY = (
    "Écrivez un nombre seul, avec deux chiffres au plus après la virgule : 42,5. Son unité est à part."
)


def _text(label: str, most: int, rows: int = 0, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, max_length=most, required=False, widget=widget, **more)


class PlanForm(PublicForm):
    """Words of a plan."""

    readers = "tout le monde lit un plan publié"


class TextsForm(PlanForm, OverwriteGuard):
    """Texts of a plan, sent back with what they were when they were shown."""


class PlanTitleForm(TextsForm):
    """The title of a plan, and who has a role in its network."""

    compared = ("title", "coordinator", "lead")
    marks = discussions.REACHING  # an animator has a name
    title = forms.CharField(
        label="Titre",
        max_length=160,
        error_messages={"required": "Il manque le titre du plan."},
    )
    coordinator = _text(
        "Qui coordonne le réseau (facultatif)",
        120,
        help_text="La collectivité, ou qui l’anime pour elle : il réunit les acteurs.",
    )
    lead = _text(
        "Structure chef de file (facultatif)",
        120,
        help_text="Celle qui anime et soutient les autres structures.",
    )


class AxisForm(TextsForm):
    """A dynamic of a plan."""

    compared = ("title", "statement")
    marks = discussions.REACHING
    title = forms.CharField(
        label="Titre",
        max_length=160,
        error_messages={"required": "Il manque le titre de la dynamique."},
    )
    statement = _text("Constat (facultatif)", 600, 4)


def _excerpt(value: Any) -> str:
    """Return the start of what a field holds, after its label; "" for what is chosen in a list."""
    if isinstance(value, date):
        return f" {dates.in_words(value)}"
    if not isinstance(value, str) or value.isdigit() or value in (*rules.DIRECTIONS, *rules.COUNTED):
        return f" {value}" if isinstance(value, float) else ""
    return f" : {Truncator(line(value)).chars(EXCERPT)}"


@dataclass(frozen=True, slots=True)
class Fold:
    """Optional fields of a theme."""

    title: str
    bound_fields: list[forms.BoundField]

    @property
    def filled(self) -> str:
        """Return its fields that somebody filled, with the start of what is typed; « rien encore » for
        none.
        """
        filled = [
            (lower_first(str(bound.label)), bound.value())
            for bound in self.bound_fields
            if bound.value() not in (None, "", [], [EVERYWHERE], bound.field.initial)
        ]
        return " ; ".join(f"{label}{_excerpt(value)}" for label, value in filled) or "rien encore"

    @property
    def is_open(self) -> bool:
        """True where something is wrong in it."""
        return any(bound.errors for bound in self.bound_fields)


class ActionForm(TextsForm):
    """An action. Only its title and its dynamic are required. state: where it
    stood when it was shown, to be told when it moved since.
    """

    # A pilot has a name, a place an address: what reaches somebody is asked about, and nothing else.
    marks = discussions.REACHING
    title = forms.CharField(
        label="Titre", max_length=240, error_messages={"required": "Il manque le titre de l’action."}
    )
    axis = forms.ModelChoiceField(
        label="Dynamique",
        queryset=PlanAxis.objects.none(),
        empty_label=None,
        error_messages={"required": "Il manque la dynamique.", "invalid_choice": rules.NO_AXIS},
    )
    parent = forms.ModelChoiceField(
        label="Partie d’une autre action",
        queryset=PlanAction.objects.none(),
        empty_label="Non : une action entière",
        required=False,
        help_text="Elle se lit alors sous cette action, dans sa dynamique : 7.1, 7.2.",
        error_messages={
            "invalid_choice": "Cette action fait elle-même partie d’une autre. Choisissez celle-là."
        },
    )
    objective = _text("Objectif", 600, 3)
    pilot = _text("Pilote", 120, help_text="Prénom et structure. Sans pilote, l’action est signalée.")
    pilot_choice = forms.ChoiceField(
        label="Compte du pilote",
        required=False,
        help_text="Sa page du jour le prévient, et il lit le plan avant sa publication. S’il n’a pas de"
        " compte, invitez-le depuis la page Équipe : il sera dans cette liste.",
    )
    partners = _text("Avec qui", 300)
    public = _text("Pour qui", 200)
    line = forms.ChoiceField(
        label="Le service qu’elle ouvre ou renforce",
        required=False,
        help_text="Le plan compte alors, dans ses zones, les personnes qui ne l’ont pas à portée.",
    )
    zones = forms.MultipleChoiceField(label="Où", required=False, widget=forms.CheckboxSelectMultiple)
    starts_on = DayField(label="Commence le", required=False, years=None)
    ends_on = DayField(label="Finit le", required=False, years=None)
    vote_on = DayField(
        label="Vote prévu le",
        required=False,
        years=None,
        help_text="Le jour où l’assemblée décide. Tant que l’action est à décider, le plan donne ce jour.",
    )
    milestones = forms.CharField(
        label="Étapes",
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=NO_DATE,
    )
    after = forms.ModelChoiceField(
        label="Après l’action",
        queryset=PlanAction.objects.none(),
        required=False,
        empty_label="Aucune : elle n’attend rien",
    )
    existing = _text("Ce qui existe déjà", 400, 2)
    means = _text("Moyens", 400, 2)
    budget = AmountField(
        label="Budget, en euros",
        most=MOST_EUROS,
        required=False,
        help_text="Laissez-le vide si vous écrivez les coûts par année : il sera leur somme.",
    )
    costs = forms.CharField(
        label="Coûts par année",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Une ligne par année et par sorte : 2027 fonctionnement 21 000, puis 2027 investissement"
        " 5 000.",
    )
    risks = _text("Risques", 400, 2)
    indicator = _text("Ce que l’on comptera", 200)
    counts = forms.ChoiceField(
        label="L’indicateur compte",
        required=False,
        choices=list(rules.COUNTED.items()),
        widget=forms.RadioSelect,
        initial=rules.PEOPLE,
    )
    unit = _text("Unité", 40, help_text="Heures par semaine, %. Rien pour un nombre de personnes.")
    direction = forms.ChoiceField(
        label="On veut que ce nombre",
        required=False,
        choices=[*rules.DIRECTIONS.items(), ("", "pas encore dit")],
        widget=forms.RadioSelect,
    )
    baseline = QuantityField(label="Au départ", required=False)
    target = QuantityField(label="Visé", required=False)
    token = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    state = forms.CharField(label="État", widget=forms.HiddenInput, max_length=8, required=False)

    def __init__(
        self, *args: Any, plan: Plan, by: User | None = None, row: PlanAction | None = None, **kwargs: Any
    ) -> None:
        reading = overview.reading_of(plan.place)
        self.unions = [*network_zones(plan.place), *towns(reading)] if reading else []
        initial = dict(kwargs.get("initial") or ({} if row is None else _initial(row)))
        codes = initial.get("zones", [])
        initial["zones"] = choices_of(codes, self.unions) or [EVERYWHERE]
        super().__init__(*args, **kwargs | {"initial": initial})
        self.plan, self.row = plan, row
        other_actions = plan.actions.select_related("parent")
        other_actions = other_actions.exclude(pk=row.pk) if row else other_actions
        rows_field(self, "axis").queryset = plan.axes.all()
        rows_field(self, "parent").queryset = other_actions.filter(parent=None)
        rows_field(self, "after").queryset = other_actions
        choice_field(self, "line").choices = [
            ("", "Aucun que l’on sache compter"),
            *((e.id, e.label) for e in diagnosis_lines().values()),
        ]
        self.pilot_names = pilot_choices(by, plan.place, timezone.now()) if by else {}
        if row is not None and row.pilot_choice:
            self.pilot_names.setdefault(row.pilot_choice, chosen_name(row))
        choice_field(self, "pilot_choice").choices = [
            ("", "Aucun : il n’est pas prévenu"),
            *self.pilot_names.items(),
        ]
        self._offer_zones(reading, codes)
        if row is None:
            del self.fields["state"]
        else:
            self.send_back([name for name in self.fields if name not in HIDDEN])

    def _offer_zones(self, reading: Reading | None, codes: Sequence[str]) -> None:
        """Offer the whole territory, zones of the network, whole towns, then each zone of the study; nothing
        without a study. codes: those that an action has.
        """
        known = {zone.code: zone.full_name for zone in reading.zones} if reading else {}
        if not known and not codes:
            del self.fields["zones"]
            return
        groups: dict[str, list[tuple[str, str]]] = {name: [] for name in ZONE_GROUPS}
        for union in self.unions:
            groups[kind_of(union.value)].append((union.value, union.label))
        initial_values = self.initial["zones"]
        merged = {
            code for town in (towns(reading) if reading else ()) for code in town.codes if is_uncut(code)
        }
        for code, name in known.items():
            if code not in merged or code in initial_values:  # its commune of today is offered instead
                groups[kind_of(code)].append((code, name))
        strays = [code for code in codes if code not in known]
        groups["Autres"] = [(code, f"{code} (hors de l’étude d’aujourd’hui)") for code in strays]
        choice_field(self, "zones").choices = [
            (EVERYWHERE, "Tout le territoire"),
            *((f"{name} ({len(options)})", options) for name, options in groups.items() if options),
        ]

    @property
    def needed(self) -> list[forms.BoundField]:
        """Return the fields that an action cannot begin without."""
        return [self[name] for name in NEEDED]

    @property
    def folds(self) -> list[Fold]:
        """Return the optional fields by theme."""
        return [
            Fold(title, [self[name] for name in names if name in self.fields])
            for title, names in THEMES.items()
        ]

    @property
    def unfolded(self) -> list[forms.BoundField]:
        """Return the visible fields that no fold holds: the question on words that name somebody."""
        placed = {*NEEDED, *(name for names in THEMES.values() for name in names)}
        return [field for field in self.visible_fields() if field.name not in placed]

    @property
    def hidden_zones(self) -> str:
        """Return the hidden fields of the zones as they were shown."""
        return self["zones"].as_hidden(only_initial=True)

    @property
    def zone_groups(self) -> list[tuple[str, bool, list[dict[str, Any]]]]:
        """Return the boxes of the zones by group: its name, "" for the whole territory, whether one is
        ticked, the boxes.
        """
        field = self["zones"]
        groups = field.field.widget.optgroups(field.html_name, field.value() or [])
        return [(name or "", any(box["selected"] for box in boxes), boxes) for name, boxes, _ in groups]

    def clean_zones(self) -> list[str]:
        """Return the codes of the zones. With both, the whole territory counts where it was ticked now, not
        where it was left.
        """
        chosen = self.cleaned_data["zones"]
        field = self.fields["zones"]
        former_codes = self._read_initial("zones", field) if field.show_hidden_initial else [EVERYWHERE]
        if EVERYWHERE in chosen and EVERYWHERE not in former_codes:
            return []
        return self._codes(chosen)

    def _codes(self, values: Sequence[str]) -> list[str]:
        return codes_of([value for value in values if value != EVERYWHERE], self.unions)

    def clean_milestones(self) -> list[tuple[date | int, str]]:
        """Return the steps, one a line: the day, or how many after the start, then words; every wrong line is
        told at once.
        """
        typed = [each for each in self.cleaned_data["milestones"].splitlines() if each.strip()]
        if len(typed) > rules.MOST_STEPS:
            most = rules.MOST_STEPS
            raise forms.ValidationError(f"{len(typed)} étapes, c’est trop. Gardez-en {most} au plus.")
        steps, wrong = _steps_read(typed)
        if wrong:
            raise forms.ValidationError([*wrong, NO_DATE])
        return steps

    def clean_costs(self) -> list[rules.YearCost]:
        """Return the costs by year; every wrong line is told at once."""
        typed = [text for text in self.cleaned_data["costs"].splitlines() if text.strip()]
        costs, wrong = _costs_read(typed)
        if wrong:
            raise forms.ValidationError([*wrong, NO_COST])
        return costs

    def clean(self) -> dict[str, Any]:
        """Add, to what each field says of itself, what they say against each other and all that nobody writes
        in a plan: nobody corrects a form twice.
        """
        cleaned = super().clean()
        if (choice := cleaned.get("pilot_choice")) and not cleaned.get("pilot"):
            cleaned["pilot"] = self.pilot_names[choice].removesuffix(INVITED)
        if cleaned.get("costs") and cleaned.get("budget") is None and "budget" not in self.errors:
            cleaned["budget"] = sum(running + investment for _, running, investment in cleaned["costs"])
        for each in contradictions(self.plan, self.row.pk if self.row else None, cleaned):
            self.add_error(each.field, f"{each.why} {each.do}")
        for name in list(cleaned):
            if isinstance(words := cleaned.get(name), str):
                try:
                    refuse_secrets(words)
                except Refused as refused:
                    self.add_error(name, " ".join(refused.sentences))
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """Return the fields of the action itself."""
        excluded = (*HIDDEN, "milestones")
        return {key: value for key, value in self.cleaned_data.items() if key not in excluded}

    @property
    def original(self) -> dict[str, Any]:
        """Return the values of the action when it was displayed, steps and state too."""
        sent_back = super().original
        if not sent_back:
            return {}
        steps, _ = _steps_read(str(sent_back.get("milestones", "")).splitlines())
        costs, _ = _costs_read(str(sent_back.get("costs", "")).splitlines())
        state = self.cleaned_data.get("state")
        zones = {"zones": self._codes(sent_back["zones"])} if "zones" in sent_back else {}
        return {
            **sent_back,
            **zones,
            "milestones": steps,
            "costs": costs,
            **({"state": state} if state else {}),
        }

    def catch_up(self, row: PlanAction) -> None:
        """Take what an action says now as shown, and as typed where nothing else was: once it is read, the
        form replaces the rest.
        """
        self.data = data = editable_data(self)
        now, original = _initial(row), self.original
        if "zones" in self.fields:
            now["zones"] = choices_of(row.zones, self.unions) or [EVERYWHERE]
        unchanged = [
            name
            for name in original
            if as_compared(original[name]) == as_compared(self.cleaned_data.get(name))
        ]
        for name in HIDDEN:
            data[name] = str(now.get(name, data.get(name, "")))
        for name, field in self.fields.items():
            if field.show_hidden_initial:
                field_value = field.prepare_value(now[name])
                for key in (self.add_initial_prefix(name), *([name] if name in unchanged else [])):
                    if isinstance(field_value, list):
                        data.setlist(key, field_value)
                    else:
                        data[key] = "" if field_value is None else str(field_value)


def _steps_read(typed: Sequence[str]) -> tuple[list[tuple[date | int, str]], list[str]]:
    """Return the steps of lines, and what is wrong with each line that is none."""
    steps: list[tuple[date | int, str]] = []
    wrong = []
    for number, typed_line in enumerate(typed, 1):
        match = STEP_LINE.fullmatch(line(typed_line))
        day, words = (match["day"], match["words"] or "") if match else ("", "")
        delay = rules.delay_read(day)
        on = dates.read(day) if delay is None else delay
        why = _lacks(day, on, words)
        if on is None or why:
            wrong.append(f"Étape {number} : {why}.")
        else:
            steps.append((on, words))
    return steps, wrong


def _costs_read(lines: Sequence[str]) -> tuple[list[rules.YearCost], list[str]]:
    """Return the costs of lines, added up by year, and a sentence for each line that is none."""
    euros_by_year: dict[int, list[int]] = {}
    wrong = []
    for number, text in enumerate(lines, 1):
        match = next(filter(None, (order.fullmatch(line(text)) for order in COST_LINES)), None)
        try:
            euros = AmountField(most=MOST_EUROS).clean(match["euros"]) if match else 0
        except forms.ValidationError as error:
            wrong.append(f"Coût {number} : {error.messages[0]}")
            continue
        if match is None:
            wrong.append(f"Coût {number} : « {text[:40]} » n’est pas un coût.")
        elif why := rules.stray_day_words(date(int(match["year"]) or 1, 1, 1)):
            wrong.append(f"Coût {number} : {why}.")
        else:
            by_kind = euros_by_year.setdefault(int(match["year"]), [0, 0])
            by_kind[rules.COST_KINDS.index(match["kind"].lower())] += euros
    return [(year, by_kind[0], by_kind[1]) for year, by_kind in sorted(euros_by_year.items())], wrong


def _lacks(day: str, on: date | int | None, words: str) -> str:
    """Return the fault of a step that was typed, "" for none."""
    if on is None:
        is_day = any(form.fullmatch(day) for form in (dates.ISO, dates.FRENCH, dates.SPELLED))
        return f"le {day} n’existe pas" if is_day else f"« {day} » n’est pas un jour"
    if not words:
        return f"il manque ce qui se passe le {day}"
    if len(words) > rules.LONGEST_STEP:
        return f"{len(words)} caractères, c’est trop long. {rules.LONGEST_STEP} au plus"
    if isinstance(on, int):
        return f"{day}, c’est trop loin du début" if abs(on) > rules.MOST_DELAY else ""
    return rules.stray_day_words(on)


def steps_typed(row: PlanAction) -> str:
    """Return the steps of an action, a line each, as they are typed."""
    dated = [f"{each.on:%d/%m/%Y} {each.words}" for each in row.milestones.all()]
    return "\n".join([*dated, *(f"{rules.delay_typed(days)} {words}" for days, words in row.delays)])


def _initial(row: PlanAction) -> dict[str, Any]:
    not_copied = ("token", "version", "milestones", "costs", "axis", "parent", "after", "personne")
    copied = {name: getattr(row, name) for name in ActionForm.base_fields if name not in not_copied}
    copied["costs"] = rules.costs_typed(row.costs)
    links = {"axis": row.axis_id, "parent": row.parent_id, "after": row.after_id}
    counts = row.counts or rules.PEOPLE  # protected until somebody says otherwise
    return {**copied, **links, "milestones": steps_typed(row), "counts": counts, "version": row.version}


class MeasureForm(PlanForm):
    """A count of the indicator of an action."""

    on = DayField(label="Compté le", years=None)
    value = QuantityField(
        label="Combien",
        error_messages={"required": "Il manque le nombre compté."},
    )
    span = forms.ChoiceField(
        label="Ce nombre compte ce que l’on a vu",
        required=False,
        choices=list(rules.SPANS.items()),
        widget=forms.RadioSelect,
        initial=rules.SINCE,
    )
    source = forms.CharField(
        label="Qui a compté, et où",
        max_length=200,
        error_messages={"required": "Il manque qui a compté. Sans source, ce nombre ne dira rien."},
    )
    elsewhere = forms.CharField(
        label="Ou ailleurs : la zone de comparaison (facultatif)",
        required=False,
        max_length=80,
        help_text="Une zone semblable, sans l’action, où la même chose est comptée avant et après.",
    )

    def clean_span(self) -> str:
        """Return the span that the number counts: since the start when nobody says."""
        return self.cleaned_data["span"] or rules.SINCE


class FundingForm(forms.Form):
    """A funding of an action: the funder, the amount, what else. Its plan’s funders are offered: a name is
    typed once.
    """

    funder = forms.ChoiceField(
        label="Financeur",
        required=False,
        error_messages={
            "invalid_choice": "Ce financeur n’est plus dans le plan : son nom a été effacé. Choisissez-en un"
            " autre, ou écrivez son nom."
        },
    )
    name = _text("Nom du financeur", 120)
    euros = AmountField(
        label="Montant acquis, en euros (facultatif)",
        most=MOST_EUROS,
        required=False,
        help_text="Ce qui est accordé. Ce qui est demandé s’écrit au journal.",
    )
    brings = _text("Ce qu’il apporte aussi (facultatif)", 200, help_text="Une salle, du matériel, un poste.")

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.funders = {str(plan_funder.pk): plan_funder for plan_funder in plan.funders.all()}
        if self.funders:
            named = [(key, plan_funder.name) for key, plan_funder in self.funders.items()]
            choice_field(self, "funder").choices = [*named, ("", "Un autre, que j’écris")]
            self.fields["name"].label = "Nom d’un autre financeur"
        else:
            del self.fields["funder"]

    def clean(self) -> dict[str, Any]:
        """Report a missing funder beside a wrong amount."""
        cleaned: dict[str, Any] = super().clean() or {}
        is_wrong = self.errors.keys() & {"name", "funder"}
        if not cleaned.get("name") and not cleaned.get("funder") and not is_wrong:
            self.add_error("name", "Il manque qui finance. Choisissez un financeur, ou écrivez son nom.")
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """Return the typed values; a name that was written goes before the list."""
        typed = dict(self.cleaned_data)
        chosen = self.funders.get(typed.pop("funder", ""))
        return {**typed, "funder": None if typed["name"] else chosen}


class NoteForm(PlanForm):
    """A line for the journal of an action."""

    kind = forms.ChoiceField(
        label="C’est", choices=list(rules.NOTES.items()), widget=forms.RadioSelect, initial=rules.DECISION
    )
    on = DayField(label="Le", years=None)
    words = forms.CharField(
        label="En une phrase",
        help_text="Une fois le plan publié, tout le monde la lit : sans rien d’une personne.",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Il manque des mots. Dites ce qui est décidé ou ce qui a changé."},
    )
