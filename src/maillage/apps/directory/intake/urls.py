"""Addresses of imports, duplicates and proposals."""

from django.urls import path

from maillage.apps.directory.intake.views import addresses, custody, imports, new, pairs, sources, space

urlpatterns = [
    path("espace/annuaire/", space.directory, name="directory"),
    path("espace/annuaire/liste/<str:kind>/", space.section, name="directory_section"),
    path("espace/annuaire/relues/", space.settle, name="doubts_settle"),
    path("espace/annuaire/propositions/", space.proposals, name="proposals"),
    path("espace/annuaire/propositions/<int:pk>/", space.answer, name="proposal_answer"),
    path("espace/annuaire/propositions/<int:pk>/structure/", custody.handover, name="custody"),
    path("espace/annuaire/structures/<int:pk>/renommer/", custody.rename, name="structure_rename"),
    path("espace/annuaire/importer/", imports.upload, name="import_new"),
    path("espace/annuaire/importer/<str:code>/", imports.pending_file, name="import_waiting"),
    path(
        "espace/annuaire/importer/<str:code>/correspondance.yaml",
        imports.correspondence,
        name="import_correspondence",
    ),
    path("espace/annuaire/importer/<str:code>/verifier/", imports.check, name="import_check"),
    path("espace/annuaire/importer/<str:code>/avancement/", imports.progress, name="import_progress"),
    path("espace/annuaire/importer/<str:code>/oublier/", imports.drop, name="import_drop"),
    path("espace/annuaire/imports/", imports.imports, name="imports"),
    path("espace/annuaire/imports/<int:pk>/", imports.report, name="import_report"),
    path("espace/annuaire/imports/<int:pk>/rapport.csv", imports.report_csv, name="import_csv"),
    path("espace/annuaire/imports/<int:pk>/defaire/", imports.undo, name="import_undo"),
    path("espace/annuaire/adresses/", addresses.addresses, name="addresses"),
    path("espace/annuaire/adresses/avancement/", addresses.progress, name="addresses_progress"),
    path("espace/annuaire/sources/", sources.sources, name="directory_sources"),
    path("espace/annuaire/sources/<int:pk>/", sources.source, name="source"),
    path("espace/annuaire/doublons/", pairs.pairs, name="pairs"),
    path("espace/annuaire/doublons/surs/", pairs.sure, name="pairs_sure"),
    path("espace/annuaire/doublons/revoir/", pairs.decide_again, name="pairs_again"),
    path("espace/annuaire/doublons/motif/<slug:key>/", pairs.group, name="pairs_group"),
    path("espace/annuaire/doublons/<int:pk>/", pairs.pair, name="pair"),
    path("espace/annuaire/doublons/<int:pk>/revoir/", pairs.reopen, name="pair_reopen"),
    path("espace/annuaire/lieux/nouveau/", new.new, name="lieu_new"),
    path("espace/annuaire/lieux/<str:place>/confier/", custody.propose, name="custody_propose"),
    path("espace/annuaire/lieux/<str:place>/absent/", imports.missing, name="missing_decide"),
]
