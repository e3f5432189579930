"""Addresses of roles: the team, the links that give a role or give back an access."""

from django.urls import path

from maillage.apps.memberships import views

urlpatterns = [
    path("espace/equipe/", views.team, name="team"),
    path("espace/equipe/plusieurs/", views.several, name="team_several"),
    path("espace/equipe/<int:pk>/", views.member, name="member"),
    path("espace/equipe/depart/<int:structure>/<int:account>/", views.departure, name="departure"),
    path("espace/equipe/invitations/<int:pk>/", views.invitation_cancel, name="invitation_cancel"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
    path("acces/<str:token>/", views.recovery, name="recovery"),
]
