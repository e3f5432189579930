"""Addresses of campaigns, censuses, devices and outings."""

from django.urls import path

from maillage.apps.directory.outreach.views import campaigns, census, devices, outings

urlpatterns = [
    path("espace/annuaire/lieux/<str:place>/appareils/", devices.of_place, name="devices"),
    path("espace/annuaire/appareils/<int:pk>/", devices.device, name="device"),
    path("espace/annuaire/appareils/<int:pk>/remise/", devices.receipt, name="device_receipt"),
    path("espace/annuaire/lieux/<str:place>/collectes/", devices.collections, name="collections"),
    path("espace/annuaire/collectes/<int:pk>/", devices.collection, name="collection"),
    path("espace/annuaire/reservations/<int:pk>/", devices.reservation, name="reservation"),
    path("espace/annuaire/materiel/", devices.equipment, name="equipment"),
    path("espace/annuaire/materiel/entretien/", devices.upkeep, name="upkeep"),
    path("espace/annuaire/campagnes/", campaigns.index, name="campaigns"),
    path("espace/annuaire/campagnes/<int:pk>/", campaigns.campaign, name="campaign"),
    path("espace/annuaire/campagnes/<int:pk>/appels/<str:code>/", campaigns.call, name="campaign_call"),
    path("espace/annuaire/campagnes/<int:pk>/liens/", campaigns.give_links, name="campaign_links"),
    path("espace/annuaire/campagnes/<int:pk>/envoyer/", campaigns.send, name="campaign_send"),
    path("espace/annuaire/campagnes/<int:pk>/clore/", campaigns.close, name="campaign_close"),
    path("espace/recensement/", census.choose, name="census"),
    path("espace/recensement/<str:place>/", census.bodies, name="census_of"),
    path("espace/recensement/<str:place>/liste/", census.start, name="census_start"),
    path("espace/recensement/<str:place>/communes/", census.towns, name="census_towns"),
    path("espace/recensement/<str:place>/regles/", census.inclusion, name="census_rules"),
    path("espace/recensement/<str:place>/terrain/", census.field, name="census_field"),
    path("espace/recensement/<str:place>/terrain/entites.csv", census.entities, name="census_entities"),
    path("espace/recensement/<str:place>/terrain/formulaire.xlsx", census.field_form, name="census_form"),
    path("espace/recensement/<str:place>/methode/", census.method, name="census_method"),
    path("espace/recensement/<str:place>/organismes/<int:pk>/", census.body, name="census_body"),
    path("espace/recensement/<str:place>/organismes/<int:pk>/etat/", census.say, name="census_say"),
    path("espace/sensibilisation/", outings.index, name="outings"),
    path("espace/sensibilisation/<int:pk>/", outings.outing, name="outing"),
    path("espace/sensibilisation/<int:pk>/kit/", outings.kit, name="outing_kit"),
    path("espace/sensibilisation/<int:pk>/oter/", outings.drop, name="outing_drop"),
]
