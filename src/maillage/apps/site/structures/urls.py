"""Addresses of the network: joining, the directory, groups, possible permanences, the charter."""

from django.urls import path

from maillage.apps.site.structures.views import charter, groups, joining, permanences, profiles

urlpatterns = [
    path("rejoindre/", joining.start, name="join"),
    path("rejoindre/demande/", joining.sent, name="join_sent"),
    path("rejoindre/suivi/", joining.follow, name="join_follow"),
    path("rejoindre/<str:commune>/", joining.apply, name="join_apply"),
    path("reseau/", profiles.public, name="network_public"),
    path("reseau/charte/", charter.register, name="charter_register"),
    path("espace/reseau/entrees/", joining.applications, name="applications"),
    path("espace/reseau/entrees/<int:pk>/", joining.application, name="application"),
    path("espace/reseau/relais/", joining.handover, name="handover"),
    path("espace/reseau/relais/<int:pk>/", joining.handover_cancel, name="handover_cancel"),
    path("espace/reseau/annuaire/", profiles.directory, name="network_directory"),
    path("espace/reseau/annuaire/structures/<int:pk>/", profiles.structure, name="profile"),
    path("espace/reseau/annuaire/structures/<int:pk>/changer/", profiles.profile_edit, name="profile_edit"),
    path("espace/reseau/annuaire/versions/<int:pk>/", profiles.profile_choose, name="profile_choose"),
    path("espace/reseau/annuaire/professionnels/<int:pk>/", profiles.professional, name="professional"),
    path("espace/reseau/annuaire/ma-fiche/", profiles.own_sheet, name="own_sheet"),
    path("espace/reseau/annuaire/ma-fiche/copie/", profiles.own_copy, name="own_copy"),
    path("espace/reseau/lettres/", profiles.letters, name="letters"),
    path("espace/reseau/lettres/<int:pk>/", profiles.letter_answer, name="letter_answer"),
    path("espace/reseau/groupes/", groups.index, name="trade_groups"),
    path("espace/reseau/groupes/nouveau/", groups.new, name="trade_group_new"),
    path("espace/reseau/groupes/<int:pk>/", groups.group, name="trade_group"),
    path("espace/reseau/groupes/<int:pk>/geste/", groups.gesture, name="trade_group_gesture"),
    path("espace/reseau/groupes/messages/<int:pk>/", groups.remove, name="trade_group_post"),
    path("espace/reseau/charte/", charter.own, name="charter_own"),
    path("espace/reseau/charte/<int:pk>/", charter.declaration, name="declaration"),
    path("espace/reseau/permanences/", permanences.index, name="possible_permanences"),
    path("espace/reseau/permanences/<int:place>/<int:people>/", permanences.one, name="possible_permanence"),
]
