"""The first meeting of a volunteer becomes an appointment: those that have a day are written in the agenda."""

import secrets

import django.db.models.deletion
from django.db import migrations, models

from maillage.apps.agenda.access import digest, link_of_appointment

STATES = {'meeting': 'booked', 'charter': 'came', 'active': 'came', 'ended': 'came'}


def write(apps, schema_editor):
    Appointment = apps.get_model('agenda', 'Appointment')
    Engagement = apps.get_model('volunteers', 'Engagement')
    rows = Engagement.objects.filter(meets_at__isnull=False)
    for row in rows.select_related('mission', 'volunteer').iterator():
        state = STATES.get(row.state, 'cancelled')
        made = Appointment(
            key=secrets.token_hex(16),
            structure_id=row.mission.structure_id,
            name=row.volunteer.name[:60],
            kind='volunteer',
            subject=row.mission.title[:120],
            starts_at=row.meets_at,
            minutes=30,
            where='here',
            lieu_id=row.mission.lieu_id,
            commune=row.mission.commune,
            helper_id=row.met_by_id,
            channel='counter',
            way=row.volunteer.way if row.volunteer.contact and row.volunteer.way else 'none',
            contact=row.volunteer.contact if row.volunteer.way else '',
            state=state,
            cancelled_by='structure' if state == 'cancelled' else '',
            cancelled_at=row.changed_at if state == 'cancelled' else None,
            made_at=row.changed_at,
            changed_at=row.changed_at,
            example=row.volunteer.example,
        )
        made.token = digest(link_of_appointment(made))
        made.save()
        Engagement.objects.filter(pk=row.pk).update(appointment=made)


def take_back(apps, schema_editor):
    Appointment = apps.get_model('agenda', 'Appointment')
    Engagement = apps.get_model('volunteers', 'Engagement')
    for row in Engagement.objects.filter(appointment__isnull=False).select_related('appointment').iterator():
        Engagement.objects.filter(pk=row.pk).update(meets_at=row.appointment.starts_at)
    Appointment.objects.filter(kind='volunteer').delete()


class Migration(migrations.Migration):

    dependencies = [
        ('agenda', '0005_volunteer_meeting'),
        ('volunteers', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='engagement',
            name='appointment',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='agenda.appointment', verbose_name='première rencontre'),
        ),
        migrations.AddField(
            model_name='engagement',
            name='wished_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='moment proposé par le bénévole'),
        ),
        migrations.RunPython(write, take_back, elidable=True),
        migrations.RemoveField(
            model_name='engagement',
            name='meets_at',
        ),
    ]
