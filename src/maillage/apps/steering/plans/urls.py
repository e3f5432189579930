"""Addresses of plans: read by everybody once published, written by who keeps the territory."""

from django.urls import path

from maillage.apps.steering.plans.views import axes, funders, reading, writing

urlpatterns = [
    path("territoires/<str:place>/plan/", reading.plan, name="plan"),
    path("territoires/<str:place>/plan/actions.csv", reading.table, name="plan_table"),
    path("territoires/<str:place>/plan/cadre.json", reading.frame, name="plan_frame"),
    path("territoires/<str:place>/plan/actions/<int:pk>/", reading.action, name="plan_action"),
    path("espace/territoires/<str:place>/plan/", writing.opening, name="plan_open"),
    path("espace/territoires/<str:place>/plan/action/", writing.new, name="plan_action_new"),
    path("espace/territoires/<str:place>/plan/dynamiques/", axes.axes, name="plan_axes"),
    path("espace/territoires/<str:place>/plan/financeurs/", funders.funders, name="plan_funders"),
    path("espace/territoires/<str:place>/plan/financeurs/<int:pk>/", funders.funder, name="plan_funder"),
    path("espace/territoires/<str:place>/plan/geste/", writing.gesture, name="plan_gesture"),
    path("espace/territoires/<str:place>/plan/<int:pk>/", writing.edit, name="plan_action_edit"),
    path(
        "espace/territoires/<str:place>/plan/<int:pk>/geste/",
        writing.action_gesture,
        name="plan_action_gesture",
    ),
]
