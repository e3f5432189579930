"""The papers of assistance: a mandate, the proof that it was stopped, and four models to fill in by hand.
The certificates that helpers may show: a training followed, hours given, the charter of a volunteer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from maillage.publishing.page import pdf
from maillage.publishing.page.design import tokens
from maillage.publishing.page.logo import logo
from maillage.words import opening
from maillage.words.dates import in_words
from maillage.words.languages import FRENCH, LANGUAGES, NBSP
from maillage.words.wording import at, count

TITLES: Mapping[str, str] = {
    "mandat-vierge": "Mandat à remplir",
    "registre-des-actes": "Registre des actes",
    "charte": "Charte de l’aidant qui fait à la place",
    "attestation-de-suivi": "Attestation de suivi",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a paper: its title, in French, then its lines, as a list or not, in a language."""

    title: str
    lines: tuple[str, ...]
    listed: bool = False
    language: str = FRENCH


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """The content of the papers of one mandate. strokes: a drawing as SVG, '' when none; spoken: the
    sentences read aloud, in the person’s language; procedures: those that it named; since: what changed since
    it was signed.
    """

    code: str
    person: str
    structure: str
    helper: str
    parts: Sequence[Part]
    spoken: Part | None = None
    how: str = ""
    witness: str = ""
    digest: str = ""
    civil_digest: str = ""
    strokes: str = ""
    signed_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_how: str = ""
    procedures: Sequence[str] = field(default_factory=tuple)
    since: Sequence[str] = field(default_factory=tuple)
    example: bool = False


def mandate(paper: Paper, *, check: tuple[str, str], on: date) -> bytes:
    """Return a mandate as PDF, to sign or as it was signed. check: the address of its code, and its QR."""
    parts = list(paper.parts)
    spoken_part = paper.spoken
    if spoken_part is not None and all(_has_letters(line) for line in spoken_part.lines):
        parts.insert(0, spoken_part)
    if paper.since:
        parts.insert(0, Part("Ce qui a changé depuis la signature", tuple(paper.since), listed=True))
    if paper.signed_at is not None:
        witness = f", témoin : {paper.witness}" if paper.witness else ""
        proof: tuple[str, ...] = (
            f"{_moment(paper.signed_at).capitalize()}, {paper.how}{witness}.",
            f"Empreinte : {paper.digest}",
        )
        if paper.civil_digest:
            proof += (f"Empreinte du nom de la pièce d’identité : {paper.civil_digest}",)
        parts.append(Part("Signature", proof))
    boxes = [
        box("La personne", paper.person, paper.strokes, line=CIVIL_NAME),
        box("L’aidant", f"{paper.helper}, {paper.structure}"),
    ]
    return compiled(
        "Mandat", parts, on=on, code=paper.code, check=check, boxes=boxes, example=paper.example,
        foot="Deux exemplaires : un pour la personne, un pour la structure.",
    )  # fmt: skip


def withdrawal(paper: Paper, *, check: tuple[str, str], on: date) -> bytes:
    """Return the proof that a mandate was stopped, as PDF."""
    assert paper.withdrawn_at is not None
    parts = [
        Part(
            "Ce mandat est arrêté",
            (
                f"Le mandat {paper.code}, donné {at(paper.structure)}, est arrêté depuis le"
                f" {_moment(paper.withdrawn_at)}, {paper.withdrawn_how}.",
                "Depuis ce moment, ce mandat ne permet plus rien.",
            ),
        ),
        Part("Ce qu’il ne permet plus", tuple(paper.procedures), listed=True),
        Part(
            "Ce qui reste",
            (
                "Ce qui a été fait avant reste écrit. La personne peut le relire avec sa carte, et le faire "
                "effacer.",
                "Arrêter le mandat n’arrête pas l’aide : elle continue, à côté de la personne.",
            ),
        ),
    ]
    boxes = [box("Pour la structure", paper.structure)]
    return compiled(
        "Preuve d’arrêt d’un mandat", parts, on=on, code=paper.code, check=check, boxes=boxes,
        example=paper.example, foot="À garder par la personne.",
    )  # fmt: skip


def blank(slug: str, *, on: date) -> bytes:
    """Return a model to fill in by hand, as PDF. slug: of TITLES."""
    makes = {
        "mandat-vierge": _blank_mandate,
        "registre-des-actes": _register,
        "charte": _charter,
        "attestation-de-suivi": _certificate,
    }
    return makes[slug](TITLES[slug], on)


def sheet(title: str, parts: Sequence[Part], *, on: date, foot: str = "") -> bytes:
    """Return a sheet of some parts as PDF, without code nor signature: a bulletin, a notice."""
    return compiled(title, parts, on=on, foot=foot)


# The platform knows the name that a person chose; the one that proves who they are is on paper alone.
CIVIL_NAME = "Nom et prénom de la pièce d’identité, à la main :"
PROMISES = (
    "Je demande avant de faire, et je dis à voix haute ce que je fais.",
    "Je fais à côté de la personne, et le plus possible avec elle.",
    "Je ne fais que les démarches écrites dans le mandat, jusqu’à son dernier jour.",
    "Je ne demande, ne note et ne garde aucun mot de passe.",
    "Je n’écris jamais mon adresse électronique ni mon téléphone à la place des siens.",
    "J’écris chaque acte dans le registre, le jour même.",
    "Je rends les papiers tout de suite. Je ne parle à personne de ce que j’ai lu.",
    "Si elle dit stop, je m’arrête. Je n’ai pas à savoir pourquoi.",
    "Je ne reçois rien en échange : ni argent, ni cadeau.",
)


def _blank_mandate(title: str, on: date) -> bytes:
    parts = [
        Part("La personne", ("Je m’appelle …", "Je donne mandat à (structure) …")),
        Part(
            "Les démarches permises, et elles seules",
            ("1. …", "2. …", "3. …"),
        ),
        Part(
            "Jusqu’à quand",
            ("Du …… / …… / ………… au …… / …… / ………… : un jour, un mois, six mois ou un an. Pas plus.",),
        ),
        Part(
            "Je peux arrêter",
            (
                "Quand je veux, sans dire pourquoi. Je peux aussi retirer une seule "
                "démarche. Je reçois une preuve.",
            ),
        ),
        Part("Ce que promet l’aidant", PROMISES[2:8], listed=True),
        Part(
            "Un bénévole ou un proche agit",
            ("Son nom : …", "Qui en répond dans la structure : …"),
        ),
        Part(
            "La loi, mes données",
            (
                "Ce papier est un mandat, au sens des articles 1984 et suivants du "
                "Code civil. Il est gratuit. Je ne "
                "suis ni sous tutelle, ni sous curatelle.",
                "La structure garde ce papier pour prouver ce qui a été permis. Je "
                "peux le lire, le faire corriger ou "
                "effacer, et me plaindre à la Cnil.",
            ),
        ),
        Part("Dit à voix haute, sans signature", ("Nom du témoin, qui n’est pas l’aidant : …",)),
    ]
    boxes = [
        box("La personne : un nom, une croix", "", line=CIVIL_NAME),
        box("L’aidant, pour la structure", ""),
    ]
    return compiled(
        title, parts, on=on, boxes=boxes, foot="Deux exemplaires : un pour la personne, un pour la structure."
    )


def _register(title: str, on: date) -> bytes:
    parts = [
        Part(
            "Comment le remplir",
            (
                "Une ligne par acte, le jour même. Ni mot de passe, ni numéro de "
                "dossier, ni maladie. Une erreur "
                "se barre et reste lisible.",
            ),
        )
    ]
    heads = ("Jour", "Prénom ou carte", "Démarche", "Avec, ou à la place", "Minutes", "À la fin", "Aidant")
    table = {"tetes": heads, "parts": (2, 4, 6, 4, 2.4, 4, 3), "lignes": 16}
    return compiled(title, parts, on=on, table=table, wide=True)


def _charter(title: str, on: date) -> bytes:
    parts = [
        Part(
            "Pourquoi",
            (
                "Faire une démarche à la place de quelqu’un touche à sa vie. Ces "
                "règles protègent la personne, et "
                "qui l’aide.",
            ),
        ),
        Part("Mes engagements", PROMISES, listed=True),
        Part(
            "Quand je ne fais pas",
            (
                "La démarche n’est pas dans le mandat.",
                "Le mandat est fini ou arrêté.",
                "La personne hésite, ou quelqu’un répond pour elle.",
                "Je ne comprends pas ce que la démarche engage.",
            ),
            listed=True,
        ),
        Part(
            "Et alors",
            (
                "Je fais avec elle, ou je l’accompagne vers qui peut. Je préviens la "
                "personne qui répond de moi.",
            ),
        ),
    ]
    boxes = [box("L’aidant : professionnel, bénévole ou proche", ""), box("La personne qui en répond", "")]
    return compiled(title, parts, on=on, boxes=boxes)


def _certificate(title: str, on: date) -> bytes:
    parts = [
        Part("La structure", ("Nom : …", "Représentée par : …")),
        Part("La personne aidée", ("Nom ou prénom : …",)),
        Part(
            "Ce qui est attesté",
            (
                "La personne a été aidée dans ses démarches, du …… / …… / ………… au …… / …… / …………",
                "Démarches : …",
                "…",
                "Nombre de rendez-vous : ……………    Mandat numéro : …",
            ),
        ),
        Part("Fait à", ("Lieu : …", "Le …… / …… / …………")),
        Part(
            "À quoi sert ce papier",
            (
                "Il dit qu’une aide a eu lieu. Il ne dit rien de ce qui a été demandé, "
                "ni de ce qui a été obtenu. "
                "La personne le donne à qui elle veut.",
            ),
        ),
    ]
    boxes = [box("La personne", ""), box("La structure : nom, signature, tampon", "")]
    return compiled(
        title, parts, on=on, boxes=boxes, foot="Deux exemplaires : un pour la personne, un pour la structure."
    )


def _has_letters(line: str) -> bool:
    """Return True if our fonts can draw a line: a language that they cannot is read aloud, not printed."""
    return str(pdf.drawable(line)).count(pdf.SUBSTITUTE) == line.count(pdf.SUBSTITUTE)


def box(title: str, name: str, image: str = "", *, line: str = "") -> dict[str, str]:
    """Return a frame to sign in: its title, the name under it, a drawing as SVG. line: words before a line to
    write on.
    """
    return {"titre": title, "nom": name, "image": image, "ligne": line}


def _moment(at: datetime) -> str:
    """Return a local moment in words."""
    return f"{in_words(at.date())} à {opening.clock(at).replace(' ', NBSP)}"


def compiled(
    title: str,
    parts: Sequence[Part],
    *,
    on: date,
    code: str = "",
    check: tuple[str, str] = ("", ""),
    boxes: Sequence[Mapping[str, str]] = (),
    table: Mapping[str, object] | None = None,
    foot: str = "",
    wide: bool = False,
    example: bool = False,
) -> bytes:
    """Return a paper of assistance as PDF. check: the address of its code, and its QR; table: to fill in."""
    values = tokens("jour")
    data = {
        "titre": title,
        "jour": in_words(on),
        "code": code,
        "verifier": check[0],
        "qr": check[1],
        "parties": [
            {
                "titre": p.title,
                "lignes": list(p.lines),
                "liste": p.listed,
                "langue": p.language,
                "sens": LANGUAGES[p.language].direction,
            }
            for p in parts
        ],
        "tableau": table,
        "signatures": list(boxes),
        "pied": foot,
        "aere": not code,
        "large": wide,
        "exemple": example,
        "couleurs": {name: value for name, value in values.items() if value.startswith("#")},
        "logo": logo(values["pastel"], values["garance"], values["prune"]),
    }
    return pdf.compiled("assistance.typ", data, on=on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """An attestation. minutes: of presence, or given; valid_until: None for hours, which never end; contents:
    what the training was made of.
    """

    code: str
    name: str
    structure: str
    title: str
    minutes: int
    begins_on: date
    ends_on: date
    valid_until: date | None = None
    body: str = ""
    level: str = ""
    contents: Sequence[str] = ()
    example: bool = False


def duration(minutes: int) -> str:
    """Return a length of time in words.

    >>> duration(210), duration(120), duration(45)
    ('3 h 30', '2 h', '45 min')
    """
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"


def _span(paper: Certificate) -> str:
    if paper.begins_on == paper.ends_on:
        return f"le {in_words(paper.ends_on)}"
    return f"du {in_words(paper.begins_on)} au {in_words(paper.ends_on)}"


def training(paper: Certificate, *, check: tuple[str, str], on: date) -> bytes:
    """Return the attestation of a training, as PDF. check: the address of its code, and its QR."""
    level = f" Niveau : {paper.level}." if paper.level else ""
    valid = paper.valid_until
    parts = [
        Part("Ce qui est attesté", (f"{paper.name} a suivi la formation « {paper.title} ».",)),
        Part(
            "Quand et combien de temps",
            (f"{_span(paper).capitalize()}, {duration(paper.minutes)} de présence.{level}",),
        ),
        *([Part("Ce que l’on y a travaillé", tuple(paper.contents), listed=True)] if paper.contents else []),
        *([Part("Organisme", (paper.body,))] if paper.body else []),
        *(
            [
                Part(
                    "Jusqu’à quand",
                    (
                        f"Valable jusqu’au {in_words(valid)}. La date est un choix du réseau : les services"
                        " en ligne changent.",
                    ),
                )
            ]
            if valid
            else []
        ),
        _reads(),
    ]
    boxes = [
        box("La personne formée", paper.name),
        box("La structure : nom, signature, tampon", paper.structure),
    ]
    return compiled(
        "Attestation de formation", parts, on=on, code=paper.code, check=check, boxes=boxes,
        example=paper.example, foot="Ce papier ne dit rien d’un niveau ni d’un diplôme.",
    )  # fmt: skip


def hours(paper: Certificate, *, check: tuple[str, str], on: date) -> bytes:
    """Return the attestation of a volunteer’s hours, as PDF."""
    parts = [
        Part(
            "Ce qui est attesté",
            (
                f"{paper.name} a donné {duration(paper.minutes)} de son temps comme bénévole,"
                f" {_span(paper)}.",
                f"Mission : {paper.title}.",
            ),
        ),
        Part("Dans quel cadre", ("Bénévolat encadré, charte signée. Aucune rémunération.",)),
        _reads(),
    ]
    boxes = [
        box("La ou le bénévole", paper.name),
        box("La structure : nom, signature, tampon", paper.structure),
    ]
    return compiled(
        "Attestation de bénévolat", parts, on=on, code=paper.code, check=check, boxes=boxes,
        example=paper.example, foot="Les heures comptées sont celles que la structure a confirmées.",
    )  # fmt: skip


def _reads() -> Part:
    return Part(
        "Vérifier ce papier",
        (
            "Le code s’essaie sans compte. La page dit si l’attestation est vraie et jusqu’à quand ; elle ne"
            " montre aucun nom, mais dit si celui que vous tapez est le bon.",
        ),
    )


def charter(
    name: str,
    structure: str,
    supervisor: str,
    *,
    volunteer: Sequence[str],
    promised: Sequence[str],
    version: str,
    on: date,
    example: bool = False,
) -> bytes:
    """Return the charter of a volunteer, to read and sign, as PDF. promised: by the structure."""
    parts = [
        Part("Je m’engage", tuple(volunteer), listed=True),
        Part("La structure s’engage", tuple(promised), listed=True),
        Part("Qui m’encadre", (supervisor or "…",)),
    ]
    boxes = [box("La ou le bénévole", name), box("La personne qui l’encadre", f"{supervisor}, {structure}")]
    return compiled(
        "Charte de bénévolat", parts, on=on, boxes=boxes, example=example,
        foot=f"Version {version}. Deux exemplaires : {count(1, 'exemplaire')} chacun.",
    )  # fmt: skip
