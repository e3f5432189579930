"""Rows of the demonstration that journeys look at, each by what it is; run in the platform that the browser sees."""

FINDS = """
import json
from maillage.apps.agenda import access
from maillage.apps.agenda.models import Appointment, Permanence, Seat, Workshop
from maillage.apps.community.models import Bulletin, Listing, Meeting, Post
from maillage.apps.directory.places.models import Structure
from maillage.apps.site.structures.models import Application, Declaration, Group
meetings = Meeting.objects.filter(example=True)
question = Post.objects.filter(example=True, kind="resource").first()
pairs = Listing.objects.filter(example=True, side="seeks")
over = Workshop.objects.filter(example=True, course__isnull=False).order_by("starts_at").first()
mailbox = Appointment.objects.filter(example=True, mailbox__isnull=False).first()
print(json.dumps({
    "held": meetings.exclude(record="").first().pk, "vote": meetings.filter(starts_at=None).first().pk,
    "resource": question.row, "post": question.pk, "bulletin": Bulletin.objects.first().pk,
    "place": pairs.filter(kind="mediator").first().pk, "people": pairs.filter(kind="room").first().pk,
    "application": Application.objects.filter(example=True).first().pk, "group": Group.objects.first().pk,
    "declaration": Declaration.objects.filter(state="declared").first().pk,
    "structure": Structure.objects.get(name__startswith="Pimms Mediation Grenoble").pk,
    "over": over.pk, "course": over.course_id, "seat": Seat.objects.filter(workshop=over).first().pk,
    "alone": Workshop.objects.filter(example=True, title__startswith="Mon attestation").get().pk,
    "mailbox": mailbox.pk, "link": access.link_of_appointment(mailbox),
    "door": Permanence.objects.filter(example=True).first().pk,
}))
"""


CELL = {"table": "insee-filosofi-communes", "key": "38151", "column": "median"}
