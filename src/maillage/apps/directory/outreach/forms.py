"""Adding somebody to contact, in one line typed at the keyboard. A device that arrives, a loan, a
reservation, a collection. An awareness action, as typed.
"""

from datetime import date
from typing import Any

from django import forms

from maillage.apps.directory.outreach.models import Body
from maillage.apps.directory.outreach.queries import census
from maillage.apps.directory.outreach.queries.census import Ground
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.forms.moments import DayField
from maillage.kernel.names import plain
from maillage.kernel.typed import holds_contact
from maillage.reference import offer
from maillage.sources.offer.clean import mail, phone
from maillage.web.choices import choice_field
from maillage.web.overwrites import CheckedForm

MISSING = "Il manque le nom. Sans nom, personne ne sait qui appeler. Écrivez-le."


class BodyForm(CheckedForm):
    """Somebody to contact, new or known. commune and recommande_par are typed by name."""

    nom = forms.CharField(label="Nom", max_length=200, error_messages={"required": MISSING})
    commune = forms.CharField(label="Commune", max_length=80, required=False)
    type = forms.ChoiceField(label="Type", required=False)
    trouve_par = forms.ChoiceField(
        label="Trouvé par", choices=list(rules.FOUND_BY.items()), initial="contact"
    )
    recommande_par = forms.CharField(label="Recommandé par", max_length=260, required=False)
    telephone = forms.CharField(label="Téléphone", max_length=40, required=False)
    courriel = forms.CharField(label="E-mail", max_length=200, required=False)
    note = forms.CharField(
        label="Note", max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, ground: Ground, **kwargs: Any) -> None:
        self.compared = tuple(kwargs.get("initial") or ())
        super().__init__(*args, **kwargs)
        self._ground = ground
        choice_field(self, "type").choices = [("", "Je ne sais pas"), *offer.kind_choices()]

    @staticmethod
    def initial_of(body: Body, ground: Ground) -> dict[str, Any]:
        """Return the initial values of a body's form."""
        town = ground.by_code.get(body.commune)
        by = body.recommended_by
        by_town = ground.by_code.get(by.commune) if by else None
        return {
            "nom": body.name,
            "commune": town.name if town else "",
            "type": "" if body.kind == "autre" else body.kind,
            "trouve_par": body.found_by,
            "recommande_par": f"{by.name}, {by_town.name}" if by and by_town else by.name if by else "",
            "telephone": body.telephone,
            "courriel": body.courriel,
            "note": body.note,
        }

    def clean_commune(self) -> str:
        commune_name: str = self.cleaned_data["commune"]
        if not commune_name or commune_name in self._ground.by_code:
            return commune_name
        code = self._ground.by_name.get(plain(commune_name))
        if code is None:
            raise forms.ValidationError(
                f"« {commune_name} » n’est pas une commune de ce territoire. Le recensement porte sur : "
                f"{self._ground.name}. "
                "Choisissez-la dans la liste, ou videz la case."
            )
        return code

    def clean_recommande_par(self) -> Body | None:
        name = self.cleaned_data["recommande_par"]
        if not name:
            return None
        bodies = census.named(self._ground, name)
        if not bodies:
            raise forms.ValidationError(
                f"« {name} » n’est pas dans ce recensement. Seul un organisme de la liste peut recommander."
                " Ajoutez-le d’abord."
            )
        if len(bodies) > 1:
            raise forms.ValidationError(
                f"{len(bodies)} organismes s’appellent « {name} ». Nous ne savons pas lequel. Écrivez aussi"
                " sa commune."
            )
        return bodies[0]

    def clean_telephone(self) -> str:
        phone_text = self.cleaned_data["telephone"]
        read = phone.clean(phone_text)
        if read.word == "refused":
            raise forms.ValidationError(
                f"Ce numéro n’est pas reconnu : {read.reason}. Écrivez par exemple 04 76 00 11 22."
            )
        return ", ".join(read.value or ())[:40]

    def clean_courriel(self) -> str:
        mail_text = self.cleaned_data["courriel"]
        read = mail.clean(mail_text)
        if read.word == "refused":
            raise forms.ValidationError(
                f"Cette adresse n’est pas reconnue : {read.reason}. Écrivez par exemple accueil@exemple.fr."
            )
        return next(iter(read.value or ()), "")

    def typed_values(self) -> dict[str, Any]:
        """Return the typed values, by the fields of a body."""
        clean = self.cleaned_data
        return {
            "name": clean["nom"],
            "commune": clean["commune"],
            "kind": clean["type"] or "autre",
            "found_by": clean["trouve_par"],
            "recommended_by": clean["recommande_par"],
            "telephone": clean["telephone"],
            "courriel": clean["courriel"],
            "note": clean["note"],
        }


class DeviceForm(forms.Form):
    appareil = forms.CharField(
        label="Appareil",
        max_length=120,
        help_text="Un nom ou un numéro : « Portable 3 ».",
        error_messages={
            "required": "Il manque le nom. Sans lui, personne ne saura lequel c’est. Écrivez « Portable 3 »."
        },
    )
    sorte = forms.ChoiceField(
        label="C’est", choices=list(rules.DEVICE_KINDS.items()), initial="other", required=False
    )
    combien = forms.IntegerField(
        label="Combien",
        initial=1,
        required=False,
        min_value=1,
        max_value=rules.DEVICES_AT_ONCE,
        help_text="Un lot se numérote : « Carte SIM 1 », « Carte SIM 2 »…",
    )
    origine = forms.CharField(label="D’où il vient (facultatif)", max_length=200, required=False)
    note = forms.CharField(label="Note (facultatif)", max_length=300, required=False)
    a_reparer = forms.BooleanField(label="À remettre en état d’abord", required=False)


class BorrowerField(forms.CharField):
    """The borrower of a device, in the words of its place, without any way to reach them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_length=60,
            help_text="Un prénom, ou un numéro de carte. Effacé ensuite.",
            error_messages={
                "required": (
                    "Il manque un prénom, ou un numéro de carte. Sans lui, personne ne saurait à qui le"
                    " redemander."
                )
            },
            **options,
        )

    def validate(self, value: Any) -> None:
        super().validate(value)
        if holds_contact(value):
            raise forms.ValidationError(
                "Un téléphone ou une adresse n’a pas sa place ici. Écrivez seulement un prénom, ou un numéro"
                " de carte."
            )


class FutureForm(forms.Form):
    """Days to come. first: the first that can be chosen."""

    use_required_attribute = False  # the other buttons of the same device would wait for these fields

    def __init__(self, *args: Any, first: date, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            if isinstance(field, DayField):
                field.widget.attrs["min"] = first.isoformat()


class LoanForm(FutureForm):
    a_qui = BorrowerField(label="À qui")
    jusquau = DayField(
        label="À rendre le",
        error_messages={
            "required": (
                "Il manque la date de retour. Sans elle, rien ne dira qu’il est en retard. Choisissez un"
                " jour."
            ),
            "invalid": "Cette date n’existe pas. Un mois a 30 ou 31 jours. Choisissez-la dans le calendrier.",
        },
    )


class ReservationForm(FutureForm):
    """For whom a device is set aside, and when."""

    pour_qui = BorrowerField(label="Pour qui")
    du = DayField(label="À partir du")
    au = DayField(label="Jusqu’au")


class CollectionForm(forms.Form):
    """Announcement of a collection by a company or a collectivity."""

    qui = forms.CharField(
        label="Donateur",
        max_length=120,
        help_text="Le nom de l’entreprise ou de la collectivité.",
        error_messages={"required": "Il manque qui donne. Écrivez son nom."},
    )
    sorte = forms.ChoiceField(label="C’est", choices=list(rules.GIVERS.items()))
    quoi = forms.CharField(
        label="Quels appareils",
        max_length=60,
        help_text="Un mot : « Portable ». Chacun aura son numéro.",
        error_messages={"required": "Il manque ce qui est donné. Écrivez par exemple « Portable »."},
    )
    combien = forms.IntegerField(
        label="Combien, à peu près",
        min_value=1,
        max_value=rules.DEVICES_AT_ONCE,
        error_messages={"required": "Il manque le nombre. À peu près suffit."},
    )
    jour = DayField(label="Jour de la collecte")


class ReceiptForm(forms.Form):
    """The number of devices received, and the state of their erasure."""

    recus = forms.IntegerField(
        label="Combien sont arrivés",
        min_value=0,
        max_value=rules.DEVICES_AT_ONCE,
        error_messages={"required": "Il manque le nombre d’appareils arrivés. Aucun ? Écrivez 0."},
    )
    effaces = forms.BooleanField(
        label="Le donateur a effacé leurs données, et l’a écrit",
        required=False,
        help_text="Sinon, aucun ne se prête avant que vous l’ayez fait.",
    )


RESULTS = ("met", "came", "effect")
DONE = "done"


class OutingForm(CheckedForm):
    """An action that is planned; its effects once it is done. An unknown number stays empty, it is not zero.
    is_new: nobody else wrote of it yet.
    """

    kind = forms.ChoiceField(label="Sorte", choices=list(rules.OUTING_KINDS.items()))
    name = forms.CharField(
        label="Nom", max_length=200, error_messages={"required": "Il manque le nom de l’action."}
    )
    place = forms.CharField(
        label="Où", max_length=200, error_messages={"required": "Il manque où elle se passe."}
    )
    public = forms.CharField(label="Pour qui (facultatif)", max_length=200, required=False)
    rhythm = forms.CharField(label="Fréquence (facultatif)", max_length=120, required=False)
    on = DayField(label="Quand")
    cost = forms.IntegerField(
        label="Coût, en euros (si on le connaît)", min_value=0, max_value=10_000_000, required=False
    )
    state = forms.ChoiceField(label="État", choices=list(rules.OUTING_STATES.items()))
    met = forms.IntegerField(
        label="Personnes rencontrées (si on les a comptées)", min_value=0, max_value=100_000, required=False
    )
    came = forms.IntegerField(
        label="Venues ensuite dans un lieu (si on le sait)", min_value=0, max_value=100_000, required=False
    )
    effect = forms.CharField(
        label="Ce que cela a changé (facultatif)",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2_000,
        required=False,
    )

    def __init__(self, *args: Any, is_new: bool = False, **kwargs: Any) -> None:
        self.compared = () if is_new else tuple(self.base_fields)
        super().__init__(*args, **kwargs)
        values = self.data if self.is_bound else self.initial
        if values.get("state") != DONE or (self.is_bound and not any(name in values for name in RESULTS)):
            for name in RESULTS:
                del self.fields[name]

    @property
    def asks_more(self) -> bool:
        """Return True for an action just marked done, whose results were not asked for yet."""
        return self.cleaned_data.get("state") == DONE and "met" not in self.fields
