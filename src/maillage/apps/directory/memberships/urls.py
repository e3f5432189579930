"""Addresses of roles: the team, the links that give a role or give back an access."""

from django.urls import path

from maillage.apps.directory.memberships import views

urlpatterns = [
    path("espace/equipe/", views.team, name="team"),
    path("espace/equipe/plusieurs/", views.several, name="team_several"),
    path("espace/equipe/<int:pk>/", views.member, name="member"),
    path("espace/equipe/depart/<int:structure>/<int:account>/", views.departure, name="departure"),
    path("espace/equipe/invitations/<int:pk>/", views.team_invitation, name="team_invitation"),
    path("espace/equipe/rattachements/<int:pk>/", views.claim, name="team_claim"),
    path("compte/structure/<int:pk>/", views.own_claim, name="own_claim"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
    path("acces/<str:token>/", views.recovery, name="recovery"),
]
