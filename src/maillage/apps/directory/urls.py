"""Addresses of the directory of places."""

from django.urls import path

from maillage.apps.directory.views import embed, find, help_pages, imports, pairs, place, sheets, space

urlpatterns = [
    path("carte/", find.find, name="find"),
    path("carte/suggestions/", find.suggestions, name="find_suggestions"),
    path("carte/contours.json", find.contours, name="find_contours"),
    path("carte/points.json", find.points, name="find_points"),
    path("lieux/<str:place>/", place.lieu, name="lieu"),
    path("lieux/<str:place>/imprimer/", place.to_print, name="lieu_print"),
    path("lieux/<str:place>/carte-a-remettre/", place.cards, name="lieu_cards"),
    path("lieux/<str:place>/signaler/", place.report, name="lieu_report"),
    path("panneaux/<str:place>/<str:code>/", place.sign, name="sign"),
    path("integrer/", embed.explained, name="embed_help"),
    path("integrer/carte/", embed.embed, name="embed"),
    path("connexions/", help_pages.offers, name="connections"),
    path("espace/annuaire/", space.directory, name="directory"),
    path("espace/annuaire/liste/<str:kind>/", space.section, name="directory_section"),
    path("espace/annuaire/propositions/", space.proposals, name="proposals"),
    path("espace/annuaire/propositions/<int:pk>/", space.answer, name="proposal_answer"),
    path("espace/annuaire/importer/", imports.upload, name="import_new"),
    path("espace/annuaire/importer/<str:code>/", imports.waiting, name="import_waiting"),
    path("espace/annuaire/importer/<str:code>/correspondance.yaml", imports.correspondence, name="import_correspondence"),
    path("espace/annuaire/importer/<str:code>/verifier/", imports.check, name="import_check"),
    path("espace/annuaire/importer/<str:code>/avancement/", imports.progress, name="import_progress"),
    path("espace/annuaire/importer/<str:code>/oublier/", imports.drop, name="import_drop"),
    path("espace/annuaire/imports/", imports.imports, name="imports"),
    path("espace/annuaire/imports/<int:pk>/", imports.report, name="import_report"),
    path("espace/annuaire/imports/<int:pk>/rapport.csv", imports.report_csv, name="import_csv"),
    path("espace/annuaire/imports/<int:pk>/defaire/", imports.undo, name="import_undo"),
    path("espace/annuaire/doublons/", pairs.pairs, name="pairs"),
    path("espace/annuaire/doublons/surs/", pairs.sure, name="pairs_sure"),
    path("espace/annuaire/doublons/<int:pk>/", pairs.pair, name="pair"),
    path("espace/annuaire/doublons/<int:pk>/revoir/", pairs.reopen, name="pair_reopen"),
    path("espace/annuaire/lieux/nouveau/", sheets.new, name="lieu_new"),
    path("espace/annuaire/lieux/<str:place>/", sheets.edit, name="lieu_edit"),
    path("espace/annuaire/lieux/<str:place>/geste/", sheets.gesture, name="lieu_gesture"),
    path("espace/annuaire/lieux/<str:place>/absent/", imports.missing, name="missing_decide"),
    path("espace/annuaire/lieux/<str:place>/pratiques/<str:code>/", sheets.practice, name="lieu_practice"),
    path("espace/annuaire/changements/<int:pk>/defaire/", sheets.put_back, name="change_undo"),
]
