"""Addresses of co-design workshops: for who leads them, for groups and voters, for everybody."""

from django.urls import path

from maillage.apps.steering.codesign.views import boards, cases, space

urlpatterns = [
    path("espace/co-construction/", space.index, name="codesign_sessions"),
    path("espace/co-construction/nouveau/", space.new, name="codesign_new"),
    path("espace/co-construction/cas/", cases.case, name="codesign_case"),
    path("espace/co-construction/<int:pk>/", space.session, name="codesign_session"),
    path("espace/co-construction/<int:pk>/geste/", space.gesture, name="codesign_gesture"),
    path("espace/co-construction/<int:pk>/bulletins/", space.ballots, name="codesign_ballots"),
    path("espace/co-construction/groupes/<int:pk>/profil/", space.profile, name="codesign_profile"),
    path("groupe/", boards.enter, name="codesign_enter"),
    path("groupe/<str:code>/", boards.board, name="codesign_board"),
    path("groupe/<str:code>/geste/", boards.gesture, name="codesign_board_gesture"),
    path("groupe/<str:code>/retaper/", boards.typed_back, name="codesign_typed_back"),
    path("groupe/<str:code>/planche.pdf", boards.paper, name="codesign_paper"),
    path("groupe/<str:code>/carte.<str:form>", boards.journey_map, name="codesign_map"),
    path("voix/<str:code>/", boards.ballot, name="codesign_ballot"),
    path("parcours/", boards.examples, name="journeys"),
    path("parcours/<slug:id>/", boards.example, name="journey"),
    path("parcours/<slug:id>/carte.<str:form>", boards.example_map, name="journey_map"),
]
