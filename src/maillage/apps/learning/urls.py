"""Addresses of the learning feature."""

from django.urls import path

from maillage.apps.learning.views import card, measures, modules, offline, packs, plans, team

urlpatterns = [
    path("apprendre/", modules.index, name="learning"),
    path("apprendre/hors-ligne.js", offline.script, name="learning_offline"),
    path("apprendre/ma-carte/", card.card, name="learning_card"),
    path("apprendre/ma-carte/nouvelle/", card.new, name="learning_card_new"),
    path("apprendre/ma-carte/fermer/", card.close, name="learning_card_close"),
    path("apprendre/ma-carte/effacer/", card.erase, name="learning_erase"),
    path("apprendre/groupe/", card.group, name="learning_join"),
    path("apprendre/synchroniser/", card.sync, name="learning_sync"),
    path("apprendre/parcours/<slug:id>/", modules.path, name="learning_path"),
    path("apprendre/suivi/<str:token>/", plans.answer, name="plan_answer"),
    path("apprendre/<slug:id>/", modules.module, name="module"),
    path("apprendre/<slug:id>/fiche/", modules.sheet, name="module_sheet"),
    path("apprendre/<slug:id>/pour-de-vrai/", plans.real, name="module_real"),
    path("apprendre/<slug:id>/<int:number>/", modules.step, name="module_step"),
    path("espace/apprendre/", team.groups, name="groups"),
    path("espace/apprendre/nouveau/", team.new, name="group_new"),
    path("espace/apprendre/mesures/", measures.measures, name="learning_measures"),
    path("espace/apprendre/auteurs/", measures.authors, name="learning_authors"),
    path("espace/apprendre/suivis/", plans.follow, name="plans"),
    path("espace/apprendre/suivis/<int:pk>/", plans.ask, name="plan_ask"),
    path("espace/apprendre/packs/<slug:id>/", packs.pack, name="pack"),
    path("espace/apprendre/<int:pk>/", team.group, name="group"),
    path("espace/apprendre/<int:pk>/geste/", team.act, name="group_act"),
    path("espace/apprendre/<int:pk>/cartes/", team.cards, name="group_cards"),
    path("espace/apprendre/<int:pk>/fiches/", team.sheets, name="group_sheets"),
    path("espace/apprendre/<int:pk>/personnes/<int:member>/", team.member, name="group_member"),
]
