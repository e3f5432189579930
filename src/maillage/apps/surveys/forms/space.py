"""Forms of a survey's manager: the survey, the source of its questionnaire, a question, files."""

from collections.abc import Mapping
from typing import Any

from django import forms

from maillage.apps.directory.places.forms.moments import DayField
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.surveys import access, rules
from maillage.apps.surveys.models import Survey
from maillage.apps.surveys.queries import answers
from maillage.apps.territories import queries as territories
from maillage.apps.territories.forms import WHICH, TerritoryChoiceMixin
from maillage.kernel.errors import Refused
from maillage.reference import surveys as banks
from maillage.statistics.survey.universe import Universe
from maillage.statistics.zones.territories import gazetteer
from maillage.web import uploads
from maillage.web.choices import choice_field, rows_field
from maillage.web.overwrites import CheckedForm
from maillage.web.uploads import BrowserFile

BLANK, FILE, ANSWERS, BANK, OTHER = "vide", "fichier", "reponses", "banque-", "enquete-"


def name_of(code: str) -> str:
    """Return the name of a territory, as it is read; its code when it is unknown."""
    perimeter = territories.perimeter(code)
    if perimeter is not None:
        return perimeter.name
    return gazetteer().get(code).long_name if code in gazetteer() else code


class SurveyForm(TerritoryChoiceMixin, CheckedForm):
    """A survey: its aim, its universe, how people are met."""

    titre = forms.CharField(
        label="Titre",
        max_length=140,
        help_text=(
            "Par exemple « Le numérique et vous, Échirolles 2026 ». Les personnes interrogées le lisent."
        ),
        error_messages={
            "required": "Il manque le titre. Sans lui, personne ne retrouverait l’enquête. Écrivez-le."
        },
    )
    territoire = forms.CharField(
        label="Territoire",
        max_length=100,
        help_text="Une commune, une intercommunalité, un périmètre : son nom, ou son code.",
        error_messages={"required": "Il manque le territoire. Écrivez son nom ou son code."},
    )
    qui = forms.ChoiceField(
        label="Qui répond",
        choices=list(rules.KINDS.items()),
        help_text=(
            "Une enquête auprès d’habitants, redressée et publiée, entre dans l’estimation du besoin de son"
            " territoire."
        ),
    )
    but = forms.CharField(
        label="Ce que l’enquête doit montrer",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Une ou deux phrases. Elles seront reprises dans la page de méthode.",
    )
    champ = forms.CharField(
        label="De qui parle-t-elle",
        required=False,
        max_length=200,
        help_text="Par exemple « habitants de 15 ans et plus ». C’est le champ de tous les chiffres.",
    )
    comment = forms.CharField(
        label="Comment les personnes sont rencontrées, qui l’on risque de ne pas voir",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    vise = forms.IntegerField(
        label="Réponses visées",
        required=False,
        min_value=1,
        max_value=1_000_000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    interrogees = forms.IntegerField(
        label="À combien de structures, ou de personnes, avez-vous demandé de répondre",
        required=False,
        min_value=1,
        max_value=100_000_000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text="Ne donne que le taux de réponse. À défaut, la liste des structures interrogées le donne.",
    )
    en_tout = forms.IntegerField(
        label="Combien y en a-t-il en tout",
        required=False,
        min_value=1,
        max_value=100_000_000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text=(
            "Quand une bonne part de toutes a répondu, les intervalles sont plus étroits. Quand moins d’un"
            " habitant sur vingt a répondu, un effectif se publie à partir de 5 réponses au lieu de 11."
        ),
    )
    debut = DayField(label="Du", required=False)
    fin = DayField(label="Au", required=False)
    arrondi = forms.ChoiceField(
        label="Arrondi des pourcentages publiés", choices=list(rules.ROUNDINGS.items()), initial="nearest"
    )

    vague = forms.ModelChoiceField(
        label="Vague précédente",
        queryset=Survey.objects.none(),
        required=False,
        empty_label="Aucune : c’est la première",
        help_text=(
            "La même enquête, menée avant. Les résultats publiés diront ce qui a changé, et ce qui n’est pas"
            " net."
        ),
    )

    def __init__(self, *args: Any, user: Visitor, survey: Survey | None = None, **kwargs: Any) -> None:
        self.compared = tuple(kwargs.get("initial") or ()) if survey else ()
        super().__init__(*args, **kwargs)
        self.user, self.survey = user, survey
        other_surveys = access.surveys_for(user).exclude(pk=survey.pk) if survey else access.surveys_for(user)
        if known_kind := self.data.get("qui") or self.initial.get("qui"):
            other_surveys = other_surveys.filter(kind=known_kind)
        wave = rows_field(self, "vague")
        wave.queryset = other_surveys
        wave.label_from_instance = lambda obj: f"{obj} ({obj.get_kind_display()})"  # type: ignore[method-assign]  # of this field alone
        self.offer_territories()

    def clean_territoire(self) -> str:
        typed = self.cleaned_data["territoire"]
        is_same = self.survey is not None and typed == name_of(self.survey.territory)
        code = self.survey.territory if self.survey and is_same else self.chosen_territory(typed)
        if not access.may_run(self.user, code):
            raise forms.ValidationError(
                "Vous ne menez pas d’enquêtes sur tout ce territoire. Choisissez-en un dont vous avez la"
                " charge."
            )
        return code

    def clean(self) -> dict[str, Any]:
        """Refuse a universe of fewer than answered, or than were asked."""
        values = super().clean() or {}
        n = answers.counted(self.survey).count() if self.survey else 0
        typed = Universe(size=values.get("en_tout"), n_invited=values.get("interrogees"))
        try:
            typed.check(n, self.kind_of(values))
        except Refused as error:
            self.add_error("en_tout" if typed.size is not None else "interrogees", " ".join(error.sentences))
        return values

    def kind_of(self, values: Mapping[str, Any]) -> str:
        """Return the kind of the survey; "" when nothing says it yet."""
        return values.get("qui") or ""

    def typed_values(self) -> dict[str, Any]:
        """Return the typed values, by the field names of a survey."""
        typed = self.cleaned_data
        return {
            "title": typed["titre"],
            "kind": typed["qui"],
            "territory": typed["territoire"],
            "aim": typed["but"].strip(),
            "universe": typed["champ"],
            "how": typed["comment"].strip(),
            "target": typed["vise"],
            "n_invited": typed["interrogees"],
            "n_universe": typed["en_tout"],
            "opens_on": typed["debut"],
            "closes_on": typed["fin"],
            "rounding": typed["arrondi"],
            "after": typed["vague"],
        }


def from_survey(survey: Survey) -> dict[str, Any]:
    """Return the initial values of the form of a survey."""
    return {
        "titre": survey.title,
        "territoire": name_of(survey.territory),
        "qui": survey.kind,
        "but": survey.aim,
        "champ": survey.universe,
        "comment": survey.how,
        "vise": survey.target,
        "interrogees": survey.n_invited,
        "en_tout": survey.n_universe,
        "debut": survey.opens_on,
        "fin": survey.closes_on,
        "arrondi": survey.rounding,
        "vague": survey.after_id,
    }


class NewForm(SurveyForm):
    """A new survey: where its questionnaire comes from, too."""

    depart = forms.ChoiceField(label="Partir de", widget=forms.RadioSelect)
    fichier = uploads.FileField(
        label="Fichier",
        required=False,
        allow_empty_file=True,
        help_text=(
            "Un XLSForm de Kobo, d’ODK ou d’un tableur, si vous partez de lui. Sinon, vos réponses : CSV ou"
            " tableur, que le questionnaire choisi lira."
        ),
    )
    field_order = ("depart", "fichier", "titre", "territoire", WHICH, "qui")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["qui"].required = False
        defaults = ", ".join(f"« {text} »" for text in rules.UNIVERSES.values())
        self.fields["champ"].help_text = f"Laissé vide, il suit qui répond : {defaults}."
        choice_field(self, "qui").choices = [("", "Comme le dit le questionnaire"), *rules.KINDS.items()]
        self.others = {f"{OTHER}{survey.pk}": survey for survey in access.surveys_for(self.user)[:50]}
        choice_field(self, "depart").choices = [
            *(
                (f"{BANK}{id}", f"{rules.KINDS[survey.kind]} : « {survey.title} »")
                for id, survey in banks.banks().items()
            ),
            (ANSWERS, "Un fichier de réponses : le questionnaire prêt le plus proche est proposé"),
            (FILE, "Un fichier XLSForm"),
            *((id, f"L’enquête « {survey.title} »") for id, survey in self.others.items()),
            (BLANK, "Une page blanche"),
        ]

    def kind_of(self, values: Mapping[str, Any]) -> str:
        chosen = values.get("depart") or ""
        bank = banks.banks().get(chosen.removeprefix(BANK)) if chosen.startswith(BANK) else None
        origin = bank or self.others.get(chosen)
        return super().kind_of(values) or (origin.kind if origin else "")

    def clean_fichier(self) -> BrowserFile | None:
        """Refuse a file that is too large before it is read."""
        return uploads.checked_file(self.cleaned_data["fichier"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if (
            values.get("depart") in (FILE, ANSWERS)
            and not values.get("fichier")
            and "fichier" not in self.errors
        ):
            self.add_error("fichier", "Il manque le fichier. Choisissez-le, ou partez d’autre chose.")
        return values

    def origin(self) -> tuple[str, Any]:
        """Return the source of the questionnaire: (BANK, its id), (FILE or ANSWERS, its name and bytes),
        (OTHER, a survey) or (BLANK, None).
        """
        chosen = self.cleaned_data["depart"]
        if chosen.startswith(BANK):
            return BANK, chosen.removeprefix(BANK)
        if chosen in self.others:
            return OTHER, self.others[chosen]
        if chosen in (FILE, ANSWERS):
            uploaded = self.cleaned_data["fichier"]
            return chosen, (uploaded.name, uploaded.read())
        return BLANK, None
