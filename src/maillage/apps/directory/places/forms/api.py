"""Parameters of the public interface, and the shapes of its answers: those of data·inclusion, schema v1.

The names are theirs, in French; the sentences are ours, and OpenAPI shows them.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from maillage.apps.directory.places.queries import districts, incremental
from maillage.apps.directory.places.queries.api import Request, areas, communes, parts_of
from maillage.apps.directory.places.queries.incremental import Start
from maillage.kernel.errors import Refused
from maillage.reference import standards


def _list(name: str, *more: str) -> Any:
    """Return the enumeration of a list of data·inclusion."""
    values = [str(each["value"]) for each in standards.data_inclusion()[name]]
    return Enum(
        "".join(part.capitalize() for part in name.split("-")), {v: v for v in (*values, *more)}, type=str
    )


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # before which nothing was written
CATEGORIES = tuple(
    dict.fromkeys(str(e["value"]).partition("--")[0] for e in standards.data_inclusion()["thematiques"])
)
if TYPE_CHECKING:  # their values are known when the standard is read
    Network: TypeAlias = Enum
    Theme: TypeAlias = Enum
    Price: TypeAlias = Enum
    Public: TypeAlias = Enum
    Mode: TypeAlias = Enum
    Type: TypeAlias = Enum
else:
    Network, Theme, Price = _list("reseaux-porteurs"), _list("thematiques", *CATEGORIES), _list("frais")
    Public, Mode, Type = _list("publics"), _list("modes-accueil"), _list("types-services")


def _known(filter: str) -> AfterValidator:
    def check(value: str) -> str:
        if value not in areas()[filter]:
            raise ValueError("ce territoire n’existe pas")
        return value

    return AfterValidator(check)


def _commune(value: str) -> str:
    if value not in communes():
        raise ValueError("aucune commune n’a ce code Insee")
    return value


def _texts(values: Sequence[Enum] | None) -> tuple[str, ...]:
    return tuple(str(value.value) for value in values or ())


class Page(Schema):
    """The page asked for, and its length."""

    page: int = Field(1, ge=1, description="Numéro de la page, à partir de 1.")
    size: int = Field(5_000, ge=1, le=10_000, description="Nombre d’éléments demandés par page.")


def _instant(value: Any) -> datetime:
    """Read an instant; in universal time when it does not say which, at midnight when it has no hour."""
    try:  # a plus sign that nobody encoded arrives as a space
        instant = datetime.fromisoformat(re.sub(r"(T[^ ]*) (\d\d)", r"\1+\2", str(value).strip()))
        if instant.year < EPOCH.year:
            return EPOCH
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError("un instant est attendu, comme 2026-11-30T08:00:00Z") from error


class Since(Schema):
    """The instant and the cursor of a program that keeps a copy."""

    modifie_depuis: Annotated[datetime, BeforeValidator(_instant)] | None = Field(
        None,
        description=(
            "Ne rend que ce qui a été écrit depuis cet instant, ISO 8601 avec son fuseau ; sans fuseau, en"
            " temps universel (UTC). Donnez la « prochaine_fois » de votre dernière lecture."
        ),
    )
    curseur: str | None = Field(
        None,
        max_length=120,
        description=(
            "Le « suivant » de la page d’avant, tel quel ; vide pour commencer. La lecture va alors par"
            " identifiant : ce qui entre ou sort pendant qu’on lit ne décale rien."
        ),
    )

    @property
    def since(self) -> datetime | None:
        return self.modifie_depuis

    @property
    def is_incremental(self) -> bool:
        return self.modifie_depuis is not None or self.curseur is not None

    def start(self, at: datetime) -> Start:
        """Return where the page begins; Refused for a cursor that no page gave."""
        start = incremental.start(self.since, self.curseur or "", at=at)
        if start is None:
            raise Refused(
                "Ce curseur n’est pas l’un des nôtres.",
                why="La page qui vient après ne peut pas être trouvée.",
                do="Rendez tel quel le « suivant » de la page d’avant, ou recommencez sans curseur.",
            )
        return start


class RemovalsQuery(Since):
    """The cursor in the list of places to forget."""

    depuis: Annotated[datetime, BeforeValidator(_instant)] | None = Field(
        None,
        description="Le même instant, sous le nom qui se lit mieux ici ; l’emporte sur « modifie_depuis ».",
    )
    size: int = Field(5_000, ge=1, le=10_000, description="Nombre d’éléments demandés par page.")

    @property
    def since(self) -> datetime | None:
        return self.depuis or self.modifie_depuis


class Inside(Schema):
    """A territory; several must all hold the place."""

    code_region: Annotated[str, _known("code_region")] | None = Field(
        None, description="Code Insee d’une région."
    )
    slug_region: Annotated[str, _known("slug_region")] | None = Field(
        None, description="Nom d’une région, comme dans une adresse : auvergne-rhone-alpes."
    )
    code_departement: Annotated[str, _known("code_departement")] | None = Field(
        None, description="Code Insee d’un département."
    )
    slug_departement: Annotated[str, _known("slug_departement")] | None = Field(
        None, description="Nom d’un département, comme dans une adresse : isere."
    )
    code_commune: Annotated[str, AfterValidator(_commune)] | None = Field(
        None, description="Code Insee d’une commune."
    )

    def inside(self) -> dict[str, Any]:
        """Return the communes and the départements asked, as `Request` holds them."""
        departements_by_filter = [
            set(areas()[name][value]) for name in areas() if (value := getattr(self, name))
        ]
        territory: dict[str, Any] = (
            {"departements": frozenset(set.intersection(*departements_by_filter))}
            if departements_by_filter
            else {}
        )
        return territory | ({"communes": parts_of(self.code_commune)} if self.code_commune else {})


Standing = Literal["oui", "limite", "non", "inconnu"]
InCommune = Literal["commune"]
STANDS = (
    "le point du lieu est dedans (oui), trop près d’une limite pour le dire (limite), dehors (non), ou on ne"
    " sait pas (inconnu). Refusé quand aucun contour n’a été déposé sur cette instance."
)


class Standings(Schema):
    """The position of a place relative to areas of the State."""

    qpv: Standing | InCommune | None = Field(
        None,
        description=(
            f"Quartiers prioritaires : {STANDS} « commune » garde les lieux des communes qui en ont un, sans"
            " aucun contour."
        ),
    )
    zus: Standing | None = Field(None, description=f"Anciennes zones urbaines sensibles : {STANDS}")

    def areas(self) -> tuple[str, ...]:
        """Return the facets of the areas; Refused when no contour is stored to answer."""
        return districts.parse({"qpv": self.qpv, "zus": self.zus})


class Offered(Schema):
    """Criteria for a service; a list accepts any of its values."""

    sources: list[str] | None = Field(None, description="Identifiants de sources : voir /api/v1/sources.")
    thematiques: list[Theme] | None = Field(None, description="Thématiques, ou catégories de thématiques.")
    frais: list[Price] | None = Field(None, description="Frais.")
    publics: list[Public] | None = Field(
        None, description="Publics ; un service pour tous est toujours rendu."
    )
    recherche_public: str | None = Field(
        None, description="Des mots, cherchés dans les publics et leurs précisions."
    )
    modes_accueil: list[Mode] | None = Field(None, description="Modes d’accueil.")
    types: list[Type] | None = Field(None, description="Types de services.")
    score_qualite_minimum: float | None = Field(
        None, ge=0, le=1, description="Score de qualité minimum, de 0 à 1."
    )

    def offered(self) -> dict[str, Any]:
        """Return the criteria for a service, as fields of `Request`."""
        return {
            "sources": tuple(self.sources or ()),
            "themes": _texts(self.thematiques),
            "prices": _texts(self.frais),
            "publics": _texts(self.publics),
            "public_words": self.recherche_public or "",
            "modes": _texts(self.modes_accueil),
            "types": _texts(self.types),
            "least": self.score_qualite_minimum,
        }


class Listed(Page, Since):
    """The page of a list: by number, or by cursor."""

    @model_validator(mode="after")
    def one_way(self) -> "Listed":
        if self.is_incremental and self.page != 1:
            raise ValueError("page : ne va ni avec curseur, ni avec modifie_depuis ; suivez le curseur")
        return self


class StructuresQuery(Listed, Inside, Standings):
    """Filters of structures."""

    sources: list[str] | None = Field(None, description="Identifiants de sources : voir /api/v1/sources.")
    reseaux_porteurs: list[Network] | None = Field(None, description="Réseaux porteurs.")
    exclure_doublons: bool = Field(
        False, description="De plusieurs lieux qui sont sûrement le même, ne rend que le mieux décrit."
    )

    def request(self) -> Request:
        return Request(
            sources=tuple(self.sources or ()),
            networks=_texts(self.reseaux_porteurs),
            areas=self.areas(),
            once=self.exclure_doublons,
            page=self.page,
            size=self.size,
            **self.inside(),
        )


class ServicesQuery(Listed, Inside, Standings, Offered):
    """Filters of services."""

    def request(self) -> Request:
        return Request(page=self.page, size=self.size, areas=self.areas(), **self.inside(), **self.offered())


class SearchQuery(Page, Standings, Offered):
    """Filters of services, and where from."""

    code_commune: Annotated[str, AfterValidator(_commune)] | None = Field(
        None,
        description=(
            "Code Insee de la commune. Sa zone d’éligibilité compte ; ses voisines aussi, jusqu’à 50 km."
        ),
    )
    lat: float | None = Field(None, ge=-90, le=90, description="Latitude du point de départ ; demande `lon`.")
    lon: float | None = Field(
        None, ge=-180, le=180, description="Longitude du point de départ ; demande `lat`."
    )
    exclure_doublons: bool | Literal["strict", "thematiques"] = Field(
        False, description="De plusieurs lieux qui sont sûrement le même, ne rend que le mieux décrit."
    )

    @model_validator(mode="after")
    def both(self) -> "SearchQuery":
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat, lon : donnez les deux, ou aucun")
        return self

    def request(self) -> Request:
        return Request(
            page=self.page,
            size=self.size,
            areas=self.areas(),
            once=bool(self.exclure_doublons),
            **self.offered(),
        )

    @property
    def point(self) -> tuple[float, float] | None:
        return None if self.lat is None or self.lon is None else (self.lat, self.lon)


# ---------------------------------------------------------------------------------------------------- answers


class Located(Schema):
    """The location of a place, and the means of reaching it."""

    source: str
    id: str = Field(description="Unique : maillage--identifiant du lieu.")
    nom: str
    date_maj: date
    lien_source: str | None
    commune: str | None
    code_postal: str | None
    code_insee: str | None
    adresse: str | None
    complement_adresse: str | None
    longitude: float | None = Field(description="Vide quand seule la rue ou la commune est connue.")
    latitude: float | None
    telephone: str | None
    courriel: str | None
    horaires_accueil: str | None = Field(description="Horaires, à la manière d’OpenStreetMap.")
    adresse_certifiee: bool = Field(
        description="Toujours faux : aucune adresse n’est envoyée à un géocodeur."
    )
    score_qualite: float = Field(
        ge=0, le=1, description="Score de qualité, de 0 à 1 : celui de data·inclusion."
    )


class Structure(Located):
    """A structure: the 20 fields of the schema, and two."""

    description: str | None
    siret: str | None
    site_web: str | None
    accessibilite_lieu: str | None
    reseaux_porteurs: list[str] | None


class Service(Located):
    """A service: the 33 fields of the schema, and two."""

    structure_id: str
    description: str
    type: str | None
    thematiques: list[str] | None
    frais: str | None
    frais_precisions: str | None
    publics: list[str] | None
    publics_precisions: str | None
    conditions_acces: str | None
    modes_accueil: list[str] | None
    zone_eligibilite: list[str] | None
    contact_nom_prenom: str | None
    lien_mobilisation: str | None
    modes_mobilisation: list[str] | None
    mobilisable_par: list[str] | None
    mobilisation_precisions: str | None
    volume_horaire_hebdomadaire: float | None
    nombre_semaines: int | None


class Double(Schema):
    """Another identifier of the same place."""

    source: str
    id: str


class ListedStructure(Structure):
    """A structure of a list."""

    doublons: list[Double]


class DetailedStructure(Structure):
    """A structure and all that goes with it."""

    services: list[Service]
    doublons: list[Structure]


class DetailedService(Service):
    """A service and its structure."""

    structure: Structure


class Result(Schema):
    """A service found, and how far it is."""

    service: DetailedService
    distance: int | None = Field(
        description="Kilomètres à vol d’oiseau, arrondis ; vide quand rien ne les dit."
    )


class _Envelope(Schema):
    total: int = Field(description="Nombre d’éléments de toutes les pages.")
    page: int
    size: int = Field(description="Nombre d’éléments de cette page.")
    pages: int


class Structures(_Envelope):
    """A page of structures."""

    items: list[ListedStructure]


class Services(_Envelope):
    """A page of services."""

    items: list[Service]


class Results(_Envelope):
    """A page of services found."""

    items: list[Result]


class _Read(Schema):
    size: int = Field(description="Nombre d’éléments de cette page.")
    suivant: str | None = Field(description="Le curseur de la page d’après ; vide après la dernière.")
    prochaine_fois: datetime = Field(
        description=(
            "Le modifie_depuis de la prochaine lecture, le même sur chaque page : dix minutes avant la"
            " première, pour ce qui était en train de s’écrire."
        )
    )


class StructuresRead(_Read):
    """A page of structures, read by cursor."""

    items: list[ListedStructure]


class ServicesRead(_Read):
    """A page of services, read by cursor."""

    items: list[Service]


class Removal(Schema):
    """A place to forget."""

    type: Literal["lieu"]
    id: str = Field(description="L’identifiant de la structure et du service : maillage--…")
    instant: datetime
    motif: Literal["retire", "efface", "reuni"] = Field(
        description=" ; ".join(f"{slug} : {words}" for slug, words in incremental.REASONS.items())
    )
    vers: str | None = Field(description="Le lieu auquel celui-ci est réuni.")


class Removals(_Read):
    """A page of places to forget."""

    items: list[Removal]


class Origin(Schema):
    """A source of places."""

    slug: str
    nom: str
    description: str | None


class Value(Schema):
    """A value of a list."""

    value: str
    label: str
    description: str | None


class Fault(Schema):
    """A parameter that was refused."""

    parametre: str
    raison: str


class Problem(Schema):
    """Why a request has no answer (RFC 9457): what happened, why, what to do."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[Fault] | None = None
    connus: list[str] | None = Field(
        None, description="Les paramètres de l’adresse, quand l’un n’existe pas."
    )
