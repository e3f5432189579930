"""Addresses of acts of help."""

from django.urls import path

from maillage.apps.people.actes.views import device, lists, load, note, tags

urlpatterns = [
    path("espace/actes/", lists.index, name="acts"),
    path("espace/actes/actes.csv", lists.table, name="acts_csv"),
    path("espace/actes/plusieurs/", lists.several, name="acts_several"),
    path("espace/actes/noter/", note.new, name="act_new"),
    path("espace/actes/cadre/", note.frame, name="act_frame"),
    path("espace/actes/hors-ligne.js", device.script, name="acts_offline"),
    path("espace/actes/etat/", device.state, name="acts_state"),
    path("espace/actes/envoi/", device.send, name="acts_send"),
    path("espace/actes/charge/", load.index, name="acts_load"),
    path("espace/actes/etiquettes/", tags.index, name="tags"),
    path("espace/actes/etiquettes/<int:pk>/", tags.tag, name="tag"),
    path("espace/actes/<int:pk>/", lists.act, name="act"),
    path("espace/actes/<int:pk>/geste/", lists.gesture, name="act_gesture"),
    path("espace/actes/<int:pk>/etiquettes/", tags.put_on_act, name="act_tags"),
    path("espace/personnes/<int:pk>/etiquettes/", tags.put_on_person, name="person_tags"),
]
