"""Learning modules: what a `module.yaml` holds, and what makes an exercise playable to its end.

Keys are French, as authors write them; docs/modules.md tells each. See
docs/decisions/0018-contents-are-files.md.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from maillage.reference import digcomp
from maillage.words.languages import to_say

MOST_WORDS = 12  # of what an exercise asks
FEWEST = 4  # exercises in a module
MOST_MINUTES, MOST_MINUTES_AIDANTS = 20, 120  # of a module; of a procedure, or for those who help
MOST_BYTES = 300_000  # of a file: ours hold 53,000 bytes at most
MOST_DEPTH = 30
MOST_STATES = 2_000  # of a scene, looked at to know whether its goal can be reached: ours have 30 at most
POINTER_KINDS = ("viser", "gestes", "glisser", "defiler")
KINDS = (
    *("viser", "gestes", "glisser", "rangement", "defiler", "taper", "piege", "ordre", "choisir"),
    *("bureau", "navigateur", "boite", "telephone", "formulaire"),
)
THEMES: Mapping[str, str] = {
    "commencer": to_say("Pour commencer"),
    "internet": to_say("Internet"),
    "mail": to_say("Le mail"),
    "securite": to_say("La sécurité"),
    "demarches": to_say("Mes démarches"),
    "francais": to_say("Le français de tous les jours"),
    "aidants": to_say("Pour ceux qui aident"),
}
LABEL_BY_KIND: Mapping[str, str] = {
    "viser": "viser avec la flèche",
    "gestes": "faire des gestes",
    "glisser": "faire glisser à sa place",
    "rangement": "ranger à sa place",
    "defiler": "faire défiler une page",
    "taper": "écrire au clavier",
    "piege": "repérer un piège",
    "ordre": "remettre dans l’ordre",
    "choisir": "choisir une réponse",
    "bureau": "un bureau d’ordinateur à essayer",
    "navigateur": "une page web à essayer",
    "boite": "une boîte mail à essayer",
    "telephone": "un téléphone à essayer",
    "formulaire": "un formulaire à essayer",
}
NATURES: Mapping[str, str] = {
    "pourquoi": to_say("Pourquoi"),
    "regarder": to_say("Regarder"),
    "ensemble": to_say("Essayer ensemble"),
    "seul": to_say("Essayer"),
    "piege": to_say("Le piège"),
    "recap": to_say("À retenir"),
    "suite": to_say("Et maintenant"),
}
Where = tuple[str | int, ...]


class Misplaced(ValueError):
    """The inconsistencies of a part: each with its place inside, a sentence, and another on what to do."""

    def __init__(self, *faults: tuple["Where", str, str]) -> None:
        super().__init__(" ".join(what for _, what, _ in faults))
        self.faults = faults


class Part(BaseModel):
    """A part of a module, which takes the keys it knows and no other."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Gap(Part):
    """The words spoken when something happens in an exercise. when: of the mechanism; does: what to try
    next.
    """

    when: str = Field(alias="quand")
    says: str = Field(alias="message")
    does: str = Field(alias="geste")


class Equivalents(Part):
    """Other ways to the same goal."""

    keyboard: str = Field(alias="clavier")
    reader: str = Field(alias="lecteur")
    paper: str = Field(alias="papier", default="")


class Exercise(Part):
    """The fields common to all the kinds. asks: one sentence, read aloud as `spoken`; hints: say again, show
    where, do it together.
    """

    asks: str = Field(alias="consigne")
    spoken: str = Field(alias="parle")
    done: str = Field(alias="reussite")
    gaps: tuple[Gap, ...] = Field(alias="ecarts", default=())
    hints: tuple[str, ...] = Field(alias="indices", min_length=1, max_length=3)
    easier: Mapping[str, Any] | None = Field(alias="facile", default=None)
    equivalents: Equivalents | None = None


class Option(Part):
    """Something to choose, and what comes of it: nothing is wrong, everything has its consequence."""

    text: str = Field(alias="texte")
    then: str = Field(alias="consequence")
    drawing: str = Field(alias="dessin", default="")
    right: bool = Field(alias="juste", default=False)


class Choose(Exercise):
    """A choice in a scene, each with its consequence."""

    kind: Literal["choisir"] = Field(alias="genre")
    question: str
    options: tuple[Option, ...] = Field(alias="choix", min_length=2, max_length=6)
    scene: str = ""

    @model_validator(mode="after")
    def _can_be_done(self) -> "Choose":
        if faults := _option_faults(self.options):
            raise Misplaced(*faults)
        return self


def _option_faults(options: tuple[Option, ...]) -> list[tuple["Where", str, str]]:
    """Return the faults of a list of options: none is right, or two look alike."""
    faults = _repeated("choix", "texte", [option.text for option in options])
    if not any(option.right for option in options):
        do = "Cochez « C’est une bonne réponse » à l’un d’eux (dans le fichier : « juste: true »)."
        faults.append((("choix",), "Aucun choix n’est juste.", do))
    return faults


class Order(Exercise):
    """Steps to put in order; `steps` are in the right one."""

    kind: Literal["ordre"] = Field(alias="genre")
    steps: tuple[str, ...] = Field(alias="etapes", min_length=3, max_length=7)

    @model_validator(mode="after")
    def _steps_differ(self) -> "Order":
        if faults := _repeated("etapes", "", self.steps):
            raise Misplaced(*faults)
        return self


def _repeated(where: str, key: str, words: Sequence[str]) -> list[tuple["Where", str, str]]:
    """Return the words that a list holds already: of two that look alike, one would be called wrong."""
    return [
        (
            (where, n, key) if key else (where, n),
            f"« {word} » y est déjà.",
            "Écrivez-le autrement, ou retirez-le.",
        )
        for n, word in enumerate(words)
        if word in words[:n]
    ]


class Clue(Part):
    """Words of a message that give it away, as they stand in it, and why."""

    words: str = Field(alias="ou")
    why: str = Field(alias="quoi")


class Message(Part):
    """A message as it arrives. true: it is what it says, and is to be kept."""

    channel: Literal["sms", "mail", "page", "appel"] = Field(alias="canal")
    sender: str = Field(alias="de")
    subject: str = Field(alias="objet", default="")
    body: tuple[str, ...] = Field(alias="corps", min_length=1)
    true: bool = Field(alias="vrai", default=False)


class Trap(Exercise):
    """A message whose clues are to be found, then what to do of it."""

    kind: Literal["piege"] = Field(alias="genre")
    message: Message
    clues: tuple[Clue, ...] = Field(alias="a_voir", default=())
    options: tuple[Option, ...] = Field(alias="choix", min_length=2, max_length=4)

    @model_validator(mode="after")
    def _clues_are_there(self) -> "Trap":
        message_text = " ".join((self.message.sender, self.message.subject, *self.message.body))
        do = "Reprenez des mots du message, lettre pour lettre."
        faults: list[tuple[Where, str, str]] = [
            (("a_voir", n, "ou"), f"« {clue.words} » n’est pas dans le message.", do)
            for n, clue in enumerate(self.clues)
            if not clue.words.strip() or clue.words not in message_text
        ]
        if not self.message.true and not self.clues:
            faults.append((("a_voir",), "Aucun signe n’est à trouver.", "Un piège en a au moins un."))
        faults += _option_faults(self.options)
        if faults:
            raise Misplaced(*faults)
        return self


class Thing(Part):
    """Something to put in its place; without `place`, it stays where it is."""

    id: str
    name: str = Field(alias="nom")
    place: str = ""
    drawing: str = Field(alias="dessin", default="")


class Place(Part):
    """The position of something on the drawing."""

    id: str
    name: str = Field(alias="nom")
    drawing: str = Field(alias="dessin", default="")


class Put(Exercise):
    """Things to put in their places."""

    kind: Literal["glisser", "rangement"] = Field(alias="genre")
    things: tuple[Thing, ...] = Field(alias="objets", min_length=1, max_length=12)
    places: tuple[Place, ...] = Field(alias="places", min_length=1, max_length=5)

    @model_validator(mode="after")
    def _places_exist(self) -> "Put":
        known = {place.id for place in self.places}
        faults: list[tuple[Where, str, str]] = [
            (
                ("objets", n, "place"),
                f"« {thing.place} » n’est pas une des places.",
                f"Les places : {_listed(known)}.",
            )
            for n, thing in enumerate(self.things)
            if thing.place and thing.place not in known
        ]
        if not any(thing.place for thing in self.things):
            faults.append(
                (("objets",), "Aucun objet n’a de place.", "Donnez « place: » à l’un d’eux au moins.")
            )
        faults += _repeated("objets", "id", [thing.id for thing in self.things])
        faults += _repeated("places", "id", [place.id for place in self.places])
        if faults:
            raise Misplaced(*faults)
        return self


class Target(Part):
    """Something to reach. size: across, in pixels."""

    name: str = Field(alias="nom")
    drawing: str = Field(alias="dessin")
    size: Literal[44, 56, 88, 120, 160, 200] = Field(alias="taille")


class Aim(Exercise):
    """Targets to reach. mode: by a press, the arrow alone, the other button; decoys are not to be hit."""

    kind: Literal["viser"] = Field(alias="genre")
    targets: tuple[Target, ...] = Field(alias="cibles", min_length=1, max_length=12)
    decoys: tuple[Target, ...] = Field(alias="leurres", default=(), max_length=6)
    mode: Literal["clic", "survol", "droit"] = "clic"


class Gesture(Part):
    """A gesture to make on a drawing; button: the other way to the same goal."""

    id: Literal["court", "long", "double", "glisser", "agrandir"]
    name: str = Field(alias="nom")
    asks: str = Field(alias="consigne")
    drawing: str = Field(alias="dessin")
    button: str = Field(alias="bouton")


class PointerExercise(Exercise):
    """Gestures of the finger or of the mouse."""

    kind: Literal["gestes"] = Field(alias="genre")
    moves: tuple[Gesture, ...] = Field(alias="gestes", min_length=1, max_length=5)


class Section(Part):
    """A part of a page to scroll; is_target: the one that is looked for."""

    title: str = Field(alias="titre")
    text: str = Field(alias="texte")
    drawing: str = Field(alias="dessin", default="")
    is_target: bool = Field(alias="cherche", default=False)


class Scroll(Exercise):
    """A page to scroll until what is looked for."""

    kind: Literal["defiler"] = Field(alias="genre")
    sections: tuple[Section, ...] = Field(alias="parties", min_length=3, max_length=8)
    button: str = Field(alias="bouton")

    @model_validator(mode="after")
    def _something_is_looked_for(self) -> "Scroll":
        if not any(section.is_target for section in self.sections):
            do = "Ajoutez « cherche: true » à la partie où il faut arriver."
            raise Misplaced((("parties",), "Aucune partie n’est à chercher.", do))
        return self


class Model(Part):
    """A text to write. starts: what is already written."""

    text: str = Field(alias="texte")
    help: str = Field(alias="aide", default="")
    starts: str = Field(alias="deja", default="")

    @model_validator(mode="after")
    def _is_to_be_written(self) -> "Model":
        if not self.text.strip():
            raise Misplaced((("texte",), "Il n’y a rien à écrire.", "Donnez le texte à recopier."))
        if self.text == self.starts:
            raise Misplaced((("deja",), "Ce texte est déjà écrit en entier.", "Retirez-en une partie."))
        return self


class Type(Exercise):
    """Texts to write as they are shown. forgives: differences that do not count."""

    kind: Literal["taper"] = Field(alias="genre")
    models: tuple[Model, ...] = Field(alias="modeles", min_length=1, max_length=4)
    forgives: tuple[Literal["majuscules", "accents", "espaces"], ...] = Field(alias="tolere", default=())


Facts = Annotated[
    tuple[str, ...], BeforeValidator(lambda facts: (facts,) if isinstance(facts, str) else facts)
]


class Element(Part):
    """Something on a screen of a simulated thing: a text, a button that leads somewhere, a field, a row of a
    list.

    to: the screen it opens; does, undoes: the fact of the scene that is then true, or no longer; only: the
    facts that are all needed for it to be there; unless: those of which none may be; gap: what is said when
    it was not the way, and nothing is lost.
    """

    kind: Literal[
        "texte", "titre", "bouton", "lien", "champ", "case", "choix", "liste", "message", "dessin", "icone"
    ] = Field(alias="type")
    text: str = Field(alias="texte", default="")
    to: str = Field(alias="vers", default="")
    does: str = Field(alias="fait", default="")
    undoes: str = Field(alias="defait", default="")
    only: Facts = Field(alias="si", default=())
    unless: Facts = Field(alias="sauf", default=())
    gap: Gap | None = Field(alias="ecart", default=None)
    name: str = Field(alias="nom", default="")
    right: tuple[str, ...] = Field(alias="juste", default=())
    gaps: tuple[Gap, ...] = Field(alias="ecarts", default=())
    options: tuple[str, ...] = Field(alias="options", default=())
    checked: bool = Field(alias="coche", default=False)
    starts: str = Field(alias="deja", default="")
    required: bool = Field(alias="obligatoire", default=True)
    secret: bool = Field(alias="cache", default=False)
    sender: str = Field(alias="de", default="")
    when: str = Field(alias="heure", default="")
    more: str = Field(alias="suite", default="")
    new: bool = Field(alias="nouveau", default=False)
    drawing: str = Field(alias="dessin", default="")
    sign: Literal["×", "≡", "←", "→", "↓", "⋮", "?", "★", "🔒"] = Field(alias="signe", default="×")
    checks: bool = Field(alias="verifie", default=False)

    @model_validator(mode="after")
    def _says_something(self) -> "Element":
        faults: list[tuple[Where, str, str]] = []
        if self.kind != "dessin" and not self.text:
            faults.append((("texte",), "Il manque ce qui est écrit.", "Ajoutez « texte: »."))
        if self.kind in ("champ", "choix", "liste") and not self.name:
            faults.append(
                (
                    ("nom",),
                    "Il manque le nom de ce champ.",
                    "Ajoutez « nom: » : il sert à dire ce qui manque.",
                )
            )
        if self.kind in ("choix", "liste") and len(self.options) < 2:
            faults.append((("options",), "Il faut au moins 2 options.", "Ajoutez-en."))
        if faults:
            raise Misplaced(*faults)
        return self

    def applies(self, facts: Collection[str]) -> bool:
        return set(self.only) <= set(facts) and set(self.unless).isdisjoint(facts)


class Screen(Part):
    """A screen. address: of the page it is."""

    title: str = Field(alias="titre")
    address: str = Field(alias="adresse", default="")
    says: str = Field(alias="dit", default="")
    elements: tuple[Element, ...] = Field(alias="elements", min_length=1)


class Goal(Part):
    """The end of an exercise: a screen reached, things done."""

    screen: str = Field(alias="ecran", default="")
    facts: tuple[str, ...] = Field(alias="faits", default=())


class Screens(Exercise):
    """A simulated thing: screens that lead to screens, with what has been done on the way. paper: what the
    learner has under their eyes.
    """

    kind: Literal["bureau", "navigateur", "boite", "telephone", "formulaire"] = Field(alias="genre")
    starts: str = Field(alias="depart")
    goal: Goal = Field(alias="but")
    paper: tuple[str, ...] = Field(alias="papier", default=())
    screens: Mapping[str, Screen] = Field(alias="ecrans", min_length=1)

    @model_validator(mode="after")
    def _every_way_leads_somewhere(self) -> "Screens":
        faults: list[tuple[Where, str, str]] = []
        do = f"Les écrans : {_listed(self.screens)}."
        for where, id in ((("depart",), self.starts), (("but", "ecran"), self.goal.screen)):
            if id and id not in self.screens:
                faults.append((where, f"Il n’y a pas d’écran « {id} ».", do))
        elements = [
            (("ecrans", name, "elements", n, "vers"), name, element)
            for name, screen in self.screens.items()
            for n, element in enumerate(screen.elements)
        ]
        for at, name, element in elements:
            if element.to and element.to not in self.screens:
                faults.append((at, f"« {name} » mène à « {element.to} », qui n’existe pas.", do))
        faults += self._goal_faults({element.does for _, _, element in elements})
        if not faults and not self._reaches():
            faults.append(
                (("but",), "Aucun chemin n’y mène depuis le départ.", "Suivez les « vers » un par un.")
            )
        if faults:
            raise Misplaced(*faults)
        return self

    def _goal_faults(self, feasible_facts: Collection[str]) -> list[tuple["Where", str, str]]:
        """Return the faults of the goal. feasible_facts: those that some element does."""
        if not self.goal.screen and not self.goal.facts:
            return [(("but",), "Il manque le but.", "Ajoutez « ecran: » à atteindre, ou « faits: » à faire.")]
        if self.reached(self.starts, ()):
            do = "Choisissez un autre écran à atteindre, ou des faits à faire."
            return [(("but",), "Le but est atteint dès le départ.", do)]
        return [
            (("but", "faits", n), f"Rien ne fait « {fact} ».", "Ajoutez « fait: » à un élément.")
            for n, fact in enumerate(self.goal.facts)
            if fact not in feasible_facts
        ]

    def _reaches(self) -> bool:
        """Check that some sequence of presses leads from the start to the goal."""
        visited: set[tuple[str, frozenset[str]]] = set()
        ways: list[tuple[str, frozenset[str]]] = [(self.starts, frozenset())]
        while ways:
            id, facts = ways.pop()
            if (id, facts) in visited or len(visited) > MOST_STATES:
                continue
            visited.add((id, facts))
            if self.reached(id, facts):
                return True
            for element in self.screens[id].elements:
                if element.applies(facts) and (element.to or element.does or element.undoes):
                    ways.append((element.to or id, (facts | {element.does}) - {"", element.undoes}))
        return False

    @property
    def drawings(self) -> list[str]:
        """Return the drawings of its screens, each once."""
        return sorted({e.drawing for screen in self.screens.values() for e in screen.elements if e.drawing})

    def reached(self, screen: str, facts: Collection[str]) -> bool:
        return (not self.goal.screen or self.goal.screen == screen) and set(self.goal.facts) <= set(facts)


AnyExercise = Annotated[
    Choose | Order | Trap | Put | Aim | PointerExercise | Scroll | Type | Screens, Field(discriminator="kind")
]


class Step(Part):
    """One idea: what is read, what is said aloud, and what is tried.

    button: what is said to go on; mirrored: its drawings turn over for who is left-handed.
    """

    nature: Literal["pourquoi", "regarder", "ensemble", "seul", "piege", "recap", "suite"]
    title: str = Field(alias="titre")
    text: tuple[str, ...] = Field(alias="texte", default=())
    spoken: str = Field(alias="parle")
    drawings: tuple[str, ...] = Field(alias="dessins", default=(), max_length=4)
    button: str = Field(alias="bouton", default="")
    mirrored: bool = Field(alias="miroir", default=False)
    counts: bool = Field(alias="reussite", default=False)
    exercise: AnyExercise | None = Field(alias="exercice", default=None)


class SheetStep(Part):
    """A drawing of the sheet, and its sentence."""

    drawing: str = Field(alias="dessin")
    words: str = Field(alias="phrase")


class Sheet(Part):
    """The paper that one takes home: three to five drawings, each with its sentence, and the trap."""

    steps: tuple[SheetStep, ...] = Field(alias="etapes", min_length=3, max_length=5)
    trap: str = Field(alias="piege")
    home: str = Field(alias="chez_soi", default="")


class Paper(Part):
    """A document to bring. where: to find it; for_whom: the cases that ask for it, all when empty."""

    name: str = Field(alias="nom")
    where: str = Field(alias="ou_trouver")
    required: bool = Field(alias="obligatoire", default=True)
    for_whom: str = Field(alias="selon", default="")


class Channels(Part):
    """The channels of the real service. checked_on: the day somebody checked them on its own pages, empty
    when nobody has.
    """

    address: str = Field(alias="adresse")
    phone: str = Field(alias="telephone", default="")
    phone_costs: str = Field(alias="prix_appel", default="")
    counter: str = Field(alias="guichet")
    on_paper: str = Field(alias="papier", default="")
    checked_on: str = Field(alias="verifie_le", pattern=r"^(\d{4}-\d{2}-\d{2})?$", default="")
    doubts: tuple[str, ...] = Field(alias="a_verifier", default=())


class FollowUp(Part):
    """The question asked afterwards: days after the date of the plan, in what words, and what a yes makes."""

    days: int = Field(alias="delai", ge=1, le=120)
    question: str
    event: Literal["compte", "visite", "demarche", "achat"] = Field(alias="evenement")


class Service(Part):
    """The facts on the real service given by an accelerator: advantages, points to watch, papers, channels,
    and the question after.

    exercise: the invented service in which one practises; late: what to do when the date is missed.
    """

    name: str = Field(alias="nom", max_length=60)
    exercise: str = Field(alias="service_exercice")
    advantages: tuple[str, ...] = Field(alias="avantages", min_length=3, max_length=3)
    watch: tuple[str, ...] = Field(alias="attention", min_length=3, max_length=5)
    papers: tuple[Paper, ...] = Field(alias="pieces", min_length=1)
    channels: Channels = Field(alias="canaux")
    ready: tuple[str, ...] = Field(alias="pret", default=())
    late: str = Field(alias="retard", default="")
    after: FollowUp = Field(alias="suivi")


class Module(Part):
    """A module. before: those that come first; success: what shows that it is learnt; coop: the word of the
    Coop.

    drawing: what says it on its card; without it, the first drawing of its sheet. unclicked: until which step
    one goes on without pressing; mouseless: the module to be offered where there is no mouse.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{2,40}$")
    number: int = Field(alias="numero", ge=1, le=999)
    version: int = Field(ge=1)
    language: str = Field(alias="langue")
    title: str = Field(alias="titre", max_length=60)
    theme: Literal["commencer", "internet", "mail", "securite", "demarches", "francais", "aidants"]
    drawing: str = Field(alias="dessin", default="")
    aim: str = Field(alias="but")
    success: str = Field(alias="reussi")
    before: tuple[str, ...] = Field(alias="prealables", default=())
    minutes: int = Field(alias="duree", ge=5, le=MOST_MINUTES_AIDANTS)
    level: Literal["debutant", "intermediaire", "avance"] = Field(alias="niveau")
    crcn: tuple[str, ...] = ()
    crcn_level: Literal["sous 1", "1", "1 à 2", "2"] = Field(alias="niveau_crcn")
    coop: str
    authors: tuple[str, ...] = Field(alias="auteurs", min_length=1)
    licence: Literal["CC-BY-SA-4.0"]
    read_by: tuple[str, ...] = Field(alias="relu_par", default=())
    on: str = Field(alias="date", pattern=r"^\d{4}-\d{2}-\d{2}$")
    helper_note: str = Field(alias="pour_l_aidant")
    steps: tuple[Step, ...] = Field(alias="etapes", min_length=5, max_length=14)
    sheet: Sheet = Field(alias="fiche")
    then: tuple[str, ...] = Field(alias="suite", default=())
    unclicked: int = Field(alias="sans_clic", ge=0, le=14, default=0)
    mouseless: str = Field(alias="sans_souris", default="")
    service: Service | None = Field(alias="demarche", default=None)

    @property
    def digcomp(self) -> tuple[str, ...]:
        """The competences of DigComp that those of the CRCN train, in order."""
        return digcomp.codes(self.crcn)

    @property
    def picture(self) -> str:
        return self.drawing or self.sheet.steps[0].drawing

    def exercises(self) -> Iterator[tuple[int, Any]]:
        """Return the exercises with the number of their step, from 1."""
        for number, step in enumerate(self.steps, 1):
            if step.exercise is not None:
                yield number, step.exercise


def eased(written: Mapping[str, Any]) -> dict[str, Any]:
    """Return the easier variant of an exercise as it is written: whole, with the keys that `facile`
    changes.
    """
    return {**{name: value for name, value in written.items() if name != "facile"}, **written["facile"]}


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names)[:12])


def easier(exercise: Any) -> Any:
    """Return the easier variant of an exercise, whole; the exercise itself when it has none."""
    if exercise.easier is None:
        return exercise
    written = exercise.model_dump(by_alias=True, exclude_unset=True)
    return type(exercise).model_validate(eased(written))
