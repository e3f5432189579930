"""Addresses of trainings, attestations, missions and volunteers."""

from django.urls import path

from maillage.apps.volunteering.volunteers.views import attestations, missions, public, team, trainings

urlpatterns = [
    path("attestation/", attestations.ask, name="attestation_ask"),
    path("attestation/<str:code>/", attestations.check, name="attestation_check"),
    path("benevoles/", public.index, name="volunteers_public"),
    path("benevoles/proposer/", public.propose, name="volunteer_propose"),
    path("benevoles/mon-code/", public.ask, name="volunteer_ask"),
    path("benevoles/missions/<int:pk>/", public.mission, name="mission_public"),
    path("benevoles/moi/<str:code>/", public.page, name="volunteer_page"),
    path("benevoles/moi/<str:code>/copie.json", public.copy, name="volunteer_copy"),
    path(
        "benevoles/moi/<str:code>/attestation-<int:pk>.pdf",
        public.attestation,
        name="volunteer_attestation",
    ),
    path("espace/formations/", trainings.index, name="trainings"),
    path("espace/formations/ajouter/", trainings.add, name="training_add"),
    path("espace/formations/equipe/", team.index, name="aidants"),
    path("espace/formations/equipe/comptes/", team.accounts, name="aidants_accounts"),
    path("espace/formations/equipe/<int:pk>/", team.aidant, name="aidant"),
    path("espace/formations/equipe/<int:pk>/geste/", team.gesture, name="aidant_gesture"),
    path("espace/formations/equipe/<int:pk>/copie.json", team.copy, name="aidant_copy"),
    path("espace/formations/chiffres/", team.figures, name="aidants_figures"),
    path("espace/formations/chiffres.csv", team.figures_csv, name="aidants_csv"),
    path("espace/formations/attestations/<int:pk>/", attestations.pdf, name="attestation_pdf"),
    path(
        "espace/formations/attestations/<int:pk>/retirer/",
        attestations.withdraw,
        name="attestation_withdraw",
    ),
    path("espace/formations/sessions/<int:pk>/", trainings.session, name="training_session"),
    path("espace/formations/sessions/<int:pk>/geste/", trainings.gesture, name="training_session_gesture"),
    path("espace/formations/<slug:key>/", trainings.training, name="training"),
    path("espace/formations/<slug:key>/retirer/", trainings.withdraw, name="training_withdraw"),
    path("espace/benevoles/", missions.index, name="volunteers"),
    path("espace/benevoles/missions/nouvelle/", missions.new, name="mission_new"),
    path("espace/benevoles/missions/<int:pk>/", missions.mission, name="mission"),
    path("espace/benevoles/ma-mission/", missions.own, name="own_missions"),
    path("espace/benevoles/rencontres/<int:pk>/", missions.of_meeting, name="volunteer_meeting"),
    path("espace/benevoles/<int:pk>/", missions.engagement, name="engagement"),
    path("espace/benevoles/<int:pk>/geste/", missions.gesture, name="engagement_gesture"),
    path("espace/benevoles/<int:pk>/charte/", missions.charter, name="engagement_charter"),
    path("espace/benevoles/heures/", missions.hours_several, name="hours_several"),
    path("espace/benevoles/heures/<int:pk>/", missions.hours_gesture, name="hours_gesture"),
]
