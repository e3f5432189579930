"""The demonstration's workshops: invented people at real places, in the weeks around today. Every row says
it is an example.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from maillage.manage.demonstration.stage import HELP, LEARN, Stage

# Who came to each of the five meetings of a course that is over: o came, n did not, - nobody ticked.
PAST = (
    *(("Lucienne", "ooooo"), ("Ahmed", "ooono"), ("Mme Roche", "oonoo"), ("Sonia", "oo---")),
    *(("Gérard", "onnnn"), ("Maria", "ooooo"), ("Bakary", "o-oon")),
)
STOPPED = {
    "Gérard": ("absence", "again"),
    "Sonia": ("too_short", "alone_with"),
    "Bakary": ("unsure", "practice"),
}
MEETINGS = (
    "Ouvrir, lire, répondre",
    "Écrire",
    "Trier",
    "Repérer un indésirable",
    "Sans aide, une demi-heure",
)
CAME = {"o": True, "n": False, "-": None}


def tell(at: datetime, accounts: Mapping[str, Any], structures: Mapping[str, Any]) -> int:
    """Plan the workshops of the demonstration, once; return how many."""
    from django.db import transaction

    from maillage.apps.agenda.models import Workshop

    if Workshop.objects.filter(example=True).exists() or any(
        structures.get(name) is None for name in (HELP, LEARN)
    ):
        return 0
    with transaction.atomic():
        stage = Workshops(at, accounts, structures)
        stage.course_that_is_over()
        stage.to_come()
    return int(Workshop.objects.filter(example=True).count())


class Workshops(Stage):
    """The workshops and those who run them."""

    @property
    def by(self) -> Mapping[str, Any]:
        return {HELP: self.accounts["aidant"], LEARN: self.accounts["formation"]}

    def values(self, structure: str, title: str, subject: str, days: int, **more: Any) -> dict[str, Any]:
        hour, hours = more.pop("hour", 14), more.pop("hours", 2)
        begin = self.when(days, hour)
        defaults = {"title": title, "subject": subject, "level": "debutant", "capacity": 8, "price": "free"}
        return {
            **defaults,
            "lieu": self.lieu(structure),
            "starts_at": begin,
            "ends_at": begin + timedelta(hours=hours),
            **more,
        }

    def plan(
        self,
        structure: str,
        values: Mapping[str, Any],
        *,
        format: str = "ponctuel",
        names: Sequence[str] = (),
    ) -> Any:
        """Plan and publish a workshop three weeks before, and seat people there."""
        from maillage.apps.agenda.actions import planning

        before = min(self.at, values["starts_at"]) - timedelta(days=21)
        common: dict[str, Any] = {"by": self.by[structure], "at": before}
        row = planning.plan(
            structure=self.structures[structure], values=values, format=format, example=True, **common
        )
        planning.publish(row, **common)
        self.seat(row, structure, names, before)
        return row

    def seat(self, row: Any, structure: str, names: Sequence[str], since: datetime) -> None:
        """Seat people one after the other, each in their own way."""
        from maillage.apps.agenda.actions import seats
        from maillage.apps.agenda.rules.workshops import NO_WAY

        for n, name in enumerate(names):
            channel = ("counter", "phone", "link", "paper")[n % 4]
            way, contact = ("phone", f"+3363998{1000 + n}") if channel == "phone" else (NO_WAY, "")
            at = since + timedelta(days=1, hours=n)
            seats.book(
                workshop=row,
                name=name,
                by=self.by[structure],
                channel=channel,
                way=way,
                contact=contact,
                at=at,
            )

    def course_that_is_over(self) -> None:
        """Five meetings on the mailbox, run by two structures: who came, who stopped and why, what was
        proposed.
        """
        from maillage.apps.agenda.actions import planning, seats
        from maillage.apps.agenda.models import Seat

        first = self.values(
            LEARN, "Ma boîte mail", "mail", -41, partner=self.structures[HELP], aidants="Karim et Leïla"
        )
        meetings = [
            {
                "title": f"Ma boîte mail : {title}",
                "starts_at": first["starts_at"] + timedelta(days=7 * n),
                "ends_at": first["ends_at"] + timedelta(days=7 * n),
            }
            for n, title in enumerate(MEETINGS)
        ]
        aim = "À la fin, chacun a lu, écrit et trié son courrier, seul, pendant une demi-heure."
        common: dict[str, Any] = {"by": self.by[LEARN], "at": first["starts_at"] - timedelta(days=21)}
        values = {**first, "aim": aim, "outline": "ma-boite-mail"}
        course = planning.plan_course(
            structure=self.structures[LEARN], values=values, meetings=meetings, example=True, **common
        )
        rows = list(course.workshops.order_by("rank"))
        planning.publish(rows[0], **common)
        self.seat(rows[0], LEARN, [name for name, _ in PAST], common["at"])
        for n, row in enumerate(rows):
            ticks = {
                seat.pk: CAME[came[n]]
                for name, came in PAST
                for seat in Seat.objects.filter(workshop=row, name=name)
            }
            seats.tick(row, ticks, by=self.by[LEARN], at=row.ends_at)
        for name, (because, then) in STOPPED.items():
            seat = Seat.objects.get(workshop=rows[-1], name=name)
            seats.note(seat, by=self.by[LEARN], at=rows[-1].ends_at, because=because, then=then)
        words = "Groupe régulier. Le tri des indésirables demande une séance de plus."
        planning.report(rows[-1], words=words, by=self.by[LEARN], at=rows[-1].ends_at)

    def to_come(self) -> None:
        """Workshops about to take place: with free seats, full, without registration, in Arabic, in a
        course, and one not published.
        """
        from maillage.apps.agenda.actions import planning

        past = self.values(HELP, "Repérer un message piège", "securite", -6, hour=10, outline="sms-pieges")
        self.plan(HELP, past, names=("Mme Haddad", "Paul", "Irina", "Joseph", "Nadia"))
        phone = self.values(
            *(HELP, "Mon attestation sur mon téléphone", "demarches", 3),
            hour=10,
            aim="À la fin, chacun a son attestation sur son téléphone.",
            bring="Votre téléphone, son chargeur, votre carte Vitale",
            outline="mon-attestation-sur-mon-telephone",
            aidants="Leïla",
        )
        self.plan(HELP, phone, names=("Fatou", "Denis", "Mme Tissot", "Karim", "Rosa"))
        open_door = self.values(
            HELP,
            "Permanence : vos démarches, avec quelqu’un à côté",
            "demarches",
            1,
            hour=9,
            hours=3,
            drop_in=True,
        )
        self.plan(HELP, open_door, format="permanence")
        photos = self.values(
            LEARN,
            "Photos de famille : trier, garder, envoyer",
            "decouverte",
            9,
            capacity=4,
            outline="photos-de-famille",
        )
        self.plan(LEARN, photos, names=("Lucienne", "Claire", "Mme Perrin", "Pedro", "Gérard"))
        hands = self.values(
            *(HELP, "Premiers gestes, en arabe et en français", "commencer", 12),
            language="ar",
            suits=["fle", "illettrisme"],
            aim="À la fin, chacun a tenu la souris et touché l’écran sans crainte.",
        )
        self.plan(HELP, hands, names=("Amina", "Youssef"))
        first = self.values(LEARN, "Tranquille sur Internet", "securite", 6, capacity=6, outline="tranquille")
        meetings = [
            {name: first[name] + timedelta(days=7 * n) for name in ("starts_at", "ends_at")} for n in range(5)
        ]
        before = self.at - timedelta(days=21)
        common: dict[str, Any] = {"by": self.by[LEARN], "at": before}
        aim = "À la fin, chacun reconnaît un piège et sait à qui le dire."
        course = planning.plan_course(
            structure=self.structures[LEARN],
            values={**first, "aim": aim},
            meetings=meetings,
            example=True,
            **common,
        )
        first_workshop = course.workshops.all()[0]
        planning.publish(first_workshop, **common)
        self.seat(first_workshop, LEARN, ("Sonia", "Ahmed", "Maria", "Théo"), before)
        bill = self.values(HELP, "Ma facture de téléphone", "internet", 16, outline="ma-facture-de-telephone")
        planning.plan(
            structure=self.structures[HELP], values=bill, by=self.by[HELP], at=self.at, example=True
        )
