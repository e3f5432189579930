"""The demonstration's stories: invented people, followed by the demonstration's accounts through the real
actions.

Andrei, Aurélie and Sandrine are those of seed 004; what is added to them is told by docs/methods/parcours.md,
and no language is: a name does not make one. The others fill the lists. Every row says it is an example,
nothing leaves by mail.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from maillage.manage.demonstration.stage import HELP, LEARN, SOCIAL, Stage

# What each says at the diagnosis: the answers of reference/bilan/questions.yaml.
ANDREI = {
    **{
        "X1": "month",
        "X2": "money",
        "A1": ["keypad"],
        "A3": "nowhere",
        "U1": "never",
        "M1": ["rights"],
        "M2": "for-me",
    },
    **{"O1": "hard", "O2": ["listen", "language"], "O3": "lasting", "O4": "nobody"},
}
AURELIE = {
    **{
        "X1": "month",
        "X2": "money",
        "A1": ["smartphone", "computer"],
        "A2": "mine",
        "A3": "prepaid",
        "A4": "sometimes",
    },
    **{"U1": "little", "U2": "easy", "U3": "sometimes", "U4": "rarely", "U5": "not-done", "U6": "press"},
    **{
        "U7": ["messages", "videos", "networks"],
        "M1": ["money", "school"],
        "M2": "with",
        "O1": "long",
        "O2": ["safe"],
    },
    **{"O3": "lasting", "O4": "nobody"},
}
SANDRINE = {
    **{
        "X1": "no",
        "A1": ["smartphone", "computer"],
        "A2": "mine",
        "A3": "someone",
        "A4": "sometimes",
        "U1": "often",
    },
    **{
        "U2": "easy",
        "U3": "sometimes",
        "U4": "weekly",
        "U5": "helped",
        "U6": "leave",
        "U7": ["messages", "shopping"],
    },
    **{"M1": ["work"], "M2": "learn", "O1": "easy", "O2": ["cheaper"], "O3": "lasting", "O4": "relative"},
}
# Six weeks later, after four meetings: she looks for things and makes her claim alone.
SANDRINE_LATER = {
    **SANDRINE,
    "U3": "alone",
    "U5": "alone",
    "U7": ["messages", "shopping", "bank"],
    "O3": "none",
}

GRENOBLE = "38185"
# What M. Andrei draws with a finger.
DRAWN = (
    "M70 190L95 110L125 60L150 120L165 185M95 140L160 138M205 185L210 120L232 112L250 130L252 186"
    "M330 60L328 184L300 188L288 160L300 128L328 126M370 186L372 124L398 114M420 156L455 150L450 122"
    "L424 128L418 168L440 190L468 182M500 120L502 188M500 88L506 90"
)
SHARED = ("nickname", "procedure", "availability", "language", "note")


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody who fills the lists. moves: what the place does, each so many days before today."""

    name: str
    born: int | None
    need: str
    procedure: str
    words: str
    sent: int
    moves: tuple[tuple[str, float, Mapping[str, Any]], ...] = ()


def _served(
    days: float, need: str, outcome: str, level: str, minutes: int
) -> tuple[str, float, Mapping[str, Any]]:
    return "serve", days, {"did": [need], "outcome": outcome, "level_after": level, "minutes": minutes}


GUIDED, PARTLY, ALONE = "entierement_accompagne", "partiellement_autonome", "autonome"
MORE_PEOPLE = (
    Other("Fatou", 1988, "assistance", "mail", "Apprendre à envoyer un mail", 1),
    Other(
        "Denis", None, "assistance", "mail", "Créer une boîte mail", 6, (("appoint", 5, {"in_hours": 126}),)
    ),
    Other(
        "Mme Haddad",
        1951,
        "assistance",
        "argent",
        "Lire les courriers, avec son fils",
        7,
        (("accept", 6, {}),),
    ),
    Other(
        *("Youssef", 2003, "vente", "travail", "Un ordinateur à petit prix", 30),
        (("accept", 28, {}),),
    ),
    Other(
        *("Mme Tissot", 1951, "assistance", "sante", "Sa carte Vitale", 25),
        (("accept", 24, {}), ("came", 20, {}), _served(20, "assistance", "reached", GUIDED, 45)),
    ),
    Other(
        *("Karim", 1979, "libre_acces", "travail", "Refaire un CV", 33),
        (
            ("see", 32, {}),
            ("accept", 31, {}),
            ("came", 27, {}),
            _served(27, "libre_acces", "partial", PARTLY, 60),
        ),
    ),
    Other(
        "Nadia",
        1994,
        "impression",
        "ecole",
        "Imprimer un dossier",
        18,
        (("refuse", 16, {"reason": "not_offered"}),),
    ),
    Other(
        *("Joseph", 1947, "assistance", "impots", "Sa déclaration", 40),
        (("accept", 38, {}), ("appoint", 38, {"in_hours": 96}), ("absent", 33, {})),
    ),
    Other(
        *("Irina", 1985, "assistance", "identite", "Renouveler un titre de séjour", 22),
        (
            ("see", 21, {}),
            ("accept", 21, {}),
            ("came", 19, {}),
            _served(19, "assistance", "reached", GUIDED, 70),
        ),
    ),
    Other(
        *("Paul", 1966, "assistance", "logement", "Demande de logement social", 28),
        (("accept", 27, {}), ("came", 23, {}), _served(23, "assistance", "reached", PARTLY, 50)),
    ),
)

# A year of work of the same place: people helped, one line each.
PAST = (
    *(("Lucienne", 1941, "assistance", "sante", GUIDED), ("Ahmed", 1972, "assistance", "travail", PARTLY)),
    *(("Maria", 1969, "assistance", "logement", GUIDED), ("Théo", 2004, "impression", "ecole", ALONE)),
    *(
        ("Mme Roche", 1938, "assistance", "impots", GUIDED),
        ("Bakary", 1991, "assistance", "identite", GUIDED),
    ),
    *(("Sonia", 1987, "libre_acces", "travail", PARTLY), ("Gérard", 1953, "assistance", "argent", PARTLY)),
    *(("Amina", 1979, "assistance", "ecole", GUIDED), ("Lucas", 1998, "libre_acces", "travail", ALONE)),
    *(
        ("Mme Perrin", 1944, "assistance", "transports", GUIDED),
        ("Olena", 1990, "assistance", "identite", GUIDED),
    ),
    *(("Pedro", 1962, "assistance", "sante", PARTLY), ("Yasmine", 2000, "impression", "logement", ALONE)),
    *(("Mme Faure", 1947, "assistance", "mail", GUIDED), ("Idriss", 1995, "libre_acces", "travail", PARTLY)),
    *(("Claire", 1959, "assistance", "sante", PARTLY), ("Rosa", 1950, "assistance", "argent", GUIDED)),
)


class Stories(Stage):
    """The story of a person with their helpers."""

    def bilan(
        self,
        person: Any,
        answers: Mapping[str, Any],
        days: float,
        *,
        account_name: str,
        structure: str,
        **more: Any,
    ) -> Any:
        """Make a diagnosis with somebody, each screen taking its time."""
        import secrets

        from maillage.apps.referrals.autonomy import actions
        from maillage.apps.referrals.autonomy.rules import AIDANT, Carried

        carried = Carried(mode=AIDANT, token=secrets.token_hex(16), place=GRENOBLE, person=person.pk, **more)
        for id, answer in answers.items():
            carried = carried.answered(id, answer, seconds=15)
        return actions.keep(
            carried,
            purpose="person",
            how="read",
            by=self.accounts[account_name],
            structure=self.structures[structure],
            person=person,
            at=self.ago(days),
        )

    def refer(
        self, person: Any, days: float, *, to: str, account_name: str, structure: str, **more: Any
    ) -> Any:
        """Send somebody to a place, with their agreement."""
        from maillage.apps.people.persons.actions import consents
        from maillage.apps.referrals.orientations.actions import drafts, sending

        by, at, lieu = self.accounts[account_name], self.ago(days), self.lieu(to)
        acting = self.structures[structure].pk
        consents.agree(
            person=person, purpose="share", how="read", structure=lieu.structure, by=by, at=at, acting=acting
        )
        row = drafts.prepare(
            drafts.Draft(
                structure=self.structures[structure],
                person=person,
                lieu=lieu,
                commune=GRENOBLE,
                shared=SHARED,
                example=True,
                **more,
            ),
            by=by,
            at=at,
        )
        return sending.send(row, by=by, channel="space", at=at)

    def play(
        self, row: Any, steps: tuple[tuple[str, float, Mapping[str, Any]], ...], *, account_name: str
    ) -> Any:
        """Let the place answer, gesture by gesture."""
        from maillage.apps.referrals.orientations.actions import answers

        for verb, days, more in steps:
            at, values = self.ago(days), dict(more)
            if "in_hours" in values:
                values["when"] = at + timedelta(hours=values.pop("in_hours"))
            gesture: Callable[..., Any] = getattr(answers, verb)
            row = gesture(row, by=self.accounts[account_name], at=at, **values)
        return row

    def end(self, row: Any, days: float, *, account_name: str) -> None:
        """Let whoever sends read what came of it, and end there."""
        from maillage.apps.referrals.orientations.actions import sending

        sending.close(row, by=self.accounts[account_name], at=self.ago(days))


def tell(at: datetime, accounts: Mapping[str, Any], structures: Mapping[str, Any]) -> int:
    """Play the stories, once; return how many people were invented."""
    from django.db import transaction

    from maillage.apps.people.persons.models import Person
    from maillage.manage.demonstration import learners

    if Person.objects.filter(example=True).exists() or any(row is None for row in structures.values()):
        return 0
    stage = Stories(at, accounts, structures)
    with transaction.atomic():
        _andrei(stage)
        _aurelie(stage)
        _sandrine(stage)
        for other in MORE_PEOPLE:
            person = stage.welcome(
                other.name, other.born, other.sent, account_name="travail-social", structure=SOCIAL
            )
            row = stage.refer(
                *(person, other.sent),
                to=HELP,
                account_name="travail-social",
                structure=SOCIAL,
                need=other.need,
                procedure=other.procedure,
                procedure_words=other.words,
            )
            stage.play(row, other.moves, account_name="aidant")
        for n, (name, born, need, procedure, level) in enumerate(PAST):
            days = 60 + 17 * n
            person = stage.welcome(name, born, days, account_name="travail-social", structure=SOCIAL)
            row = stage.refer(
                person,
                days,
                to=HELP,
                account_name="travail-social",
                structure=SOCIAL,
                need=need,
                procedure=procedure,
            )
            row = stage.play(
                row,
                (
                    ("accept", days - 1 - n % 3, {}),
                    ("came", days - 6, {}),
                    _served(days - 6, need, "reached", level, 30 + 5 * n),
                ),
                account_name="aidant",
            )
            stage.end(row, days - 7, account_name="travail-social")
        learners.learn(stage)
    return int(Person.objects.filter(example=True).count())


def _andrei(stage: Stories) -> None:
    """He never used the Internet: somebody does the procedure with him, then a first look at his mail."""
    sent: dict[str, Any] = {"account_name": "travail-social", "structure": SOCIAL}
    andrei = stage.welcome(
        "M. Andrei", 1958, 20, **sent, reach="via", reach_value="M. Diallo, SLS Grenoble SUD"
    )
    bilan = stage.bilan(andrei, ANDREI, 20, **sent)
    row = stage.refer(
        *(andrei, 20),
        to=HELP,
        **sent,
        need="assistance",
        procedure="argent",
        procedure_words="Demande d’Aspa, lire le courrier",
        availability="le matin",
        urgent_before=(stage.at + timedelta(days=12)).date(),
        result=bilan.final_result,
        note="Vient avec ses papiers dans une pochette. Préfère parler à quelqu’un.",
    )
    row = stage.play(
        row,
        (
            *(("see", 19, {}), ("appoint", 19, {"in_hours": 96}), ("came", 15, {})),
            _served(15, "assistance", "partial", GUIDED, 60),
        ),
        account_name="aidant",
    )
    from maillage.apps.people.persons import rules as persons
    from maillage.apps.people.persons.actions import card_secrets, consents
    from maillage.apps.people.persons.actions import register as people
    from maillage.apps.referrals.orientations.actions import drafts, sending

    # He shows his card, and lets them see his sheet.
    people.follow(
        person=andrei, structure=stage.structures[HELP], by=stage.accounts["aidant"], at=stage.ago(15)
    )
    following = drafts.prepare(
        drafts.Draft(
            structure=stage.structures[HELP],
            person=andrei,
            follows=row,
            origin="structure",
            need="formation",
            procedure="mail",
            procedure_words="Lire ensemble sa boîte mail, une fois par mois",
            lieu=stage.lieu(LEARN),
            shared=SHARED,
        ),
        by=stage.accounts["aidant"],
        at=stage.ago(14),
    )
    consents.agree(
        person=andrei,
        purpose="share",
        how="read",
        structure=stage.structures[LEARN],
        by=stage.accounts["aidant"],
        acting=stage.structures[HELP].pk,
        at=stage.ago(14),
    )
    following = sending.send(following, by=stage.accounts["aidant"], channel="space", at=stage.ago(14))
    stage.play(
        following, (("accept", 12, {}), ("appoint", 12, {"in_hours": 24 * 15})), account_name="formation"
    )

    _mandate_of(stage, andrei)
    # His page opens with this word and his card: whoever tries the demonstration is told of it.
    card_secrets.choose_secret(
        andrei,
        persons.read_secret("cerises"),
        by=stage.accounts["aidant"],
        acting=stage.structures[HELP].pk,
        at=stage.ago(13),
    )


def _mandate_of(stage: Stories, andrei: Any) -> None:
    """He lets the structure that helped him do two procedures in his place, for six months."""
    from django.utils import timezone

    from maillage.apps.people.mandats.actions import preparing, signing
    from maillage.apps.people.mandats.queries import papers
    from maillage.apps.people.mandats.rules import frame, words

    by, at = stage.accounts["aidant"], stage.ago(13)
    mandate = preparing.prepare(
        person=andrei,
        structure=stage.structures[HELP],
        keys=["prime-activite", "actualisation"],
        duration="semester",
        by=by,
        at=at,
        token=f"demonstration-{andrei.pk}",
    )
    terms = words.text(
        papers.terms(mandate, papers.signing_day(mandate, frame.TOUCH, timezone.localdate(at)))
    )
    drawn = signing.Signing(how=frame.TOUCH, strokes=DRAWN, read_digest=words.fingerprint(terms))
    signing.sign(mandate, drawn, by=by, at=at)


def _aurelie(stage: Stories) -> None:
    """She is at ease on her telephone, and fears mistakes: somebody beside her; the place has not answered
    for eight days.
    """
    sent: dict[str, Any] = {"account_name": "travail-social", "structure": SOCIAL}
    aurelie = stage.welcome("Aurélie", 1994, 8, **sent)
    bilan = stage.bilan(aurelie, AURELIE, 8, **sent)
    row = stage.refer(
        *(aurelie, 8),
        to=HELP,
        **sent,
        need="libre_acces",
        procedure="argent",
        procedure_words="Renouveler la prime d’activité",
        availability="mardi, jeudi, après 16 h",
        urgent_before=(stage.at + timedelta(days=10)).date(),
        result=bilan.final_result,
        note="A un téléphone, pas d’Internet à la maison. Craint de se tromper.",
    )
    stage.play(row, (("see", 7, {}),), account_name="aidant")


def _sandrine(stage: Stories) -> None:
    """She learns: four meetings, then the same questions again, and what changed."""
    sent: dict[str, Any] = {"account_name": "aidant", "structure": HELP}
    sandrine = stage.welcome("Sandrine", 1985, 50, **sent)
    first = stage.bilan(sandrine, SANDRINE, 50, **sent)
    row = stage.refer(
        *(sandrine, 50),
        to=LEARN,
        **sent,
        need="formation",
        procedure="travail",
        procedure_words="Suivre son dossier seule",
        availability="après 18 h, ou le samedi",
        result=first.final_result,
    )
    row = stage.play(
        row,
        (
            *(("see", 49, {}), ("appoint", 49, {"in_hours": 24 * 6}), ("came", 43, {})),
            _served(8, "formation", "reached", ALONE, 480),
        ),
        account_name="formation",
    )
    from maillage.apps.people.persons.actions import register as people

    people.follow(
        person=sandrine, structure=stage.structures[LEARN], by=stage.accounts["formation"], at=stage.ago(43)
    )
    stage.bilan(
        sandrine, SANDRINE_LATER, 6, account_name="formation", structure=LEARN, again=first.pk, form="B"
    )
    stage.end(row, 5, account_name="aidant")
