"""The reports on a territory, by name: what a command offers before anything is loaded."""

PLAN, DIAGNOSIS, DECK, SYNTHESIS, POSTER = "plan", "diagnostic", "restitution", "synthese", "affiche"
NAMES = {
    PLAN: "Plan stratégique",
    DIAGNOSIS: "Diagnostic",
    DECK: "Restitution",
    SYNTHESIS: "Synthèse pour les élus",
    POSTER: "Affiche",
}
