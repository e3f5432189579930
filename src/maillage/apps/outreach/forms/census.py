"""Adding somebody to contact, in one line typed at the keyboard."""

from typing import Any

from django import forms

from maillage.apps.directory import rules
from maillage.apps.outreach.models import Body
from maillage.apps.outreach.queries import census
from maillage.apps.outreach.queries.census import Ground
from maillage.kernel.names import plain
from maillage.pipeline.offer.clean import mail, phone
from maillage.reference import offer
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
        kinds = sorted(((k.id, k.label) for k in offer.kinds().values()), key=lambda kind: plain(kind[1]))
        self.fields["type"].choices = [("", "Je ne sais pas"), *kinds]  # type: ignore[attr-defined]

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
        typed = self.cleaned_data["commune"]
        if not typed or typed in self._ground.by_code:
            return typed
        code = self._ground.by_name.get(plain(typed))
        if code is None:
            raise forms.ValidationError(
                f"« {typed} » n’est pas une commune de ce territoire. Le recensement porte sur : "
                f"{self._ground.name}. "
                "Choisissez-la dans la liste, ou videz la case."
            )
        return code

    def clean_recommande_par(self) -> Body | None:
        typed = self.cleaned_data["recommande_par"]
        if not typed:
            return None
        bodies = census.named(self._ground, typed)
        if not bodies:
            raise forms.ValidationError(
                f"« {typed} » n’est pas dans ce recensement. Seul un organisme de la liste peut recommander."
                " Ajoutez-le d’abord."
            )
        if len(bodies) > 1:
            raise forms.ValidationError(
                f"{len(bodies)} organismes s’appellent « {typed} ». Nous ne savons pas lequel. Écrivez aussi"
                " sa commune."
            )
        return bodies[0]

    def clean_telephone(self) -> str:
        typed = self.cleaned_data["telephone"]
        read = phone.clean(typed)
        if read.word == "refused":
            raise forms.ValidationError(
                f"Ce numéro n’est pas reconnu : {read.reason}. Écrivez par exemple 04 76 00 11 22."
            )
        return ", ".join(read.value or ())[:40]

    def clean_courriel(self) -> str:
        typed = self.cleaned_data["courriel"]
        read = mail.clean(typed)
        if read.word == "refused":
            raise forms.ValidationError(
                f"Cette adresse n’est pas reconnue : {read.reason}. Écrivez par exemple accueil@exemple.fr."
            )
        return next(iter(read.value or ()), "")

    def values(self) -> dict[str, Any]:
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
