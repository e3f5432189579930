"""Run on either database: everything that could differ between them, as one JSON document."""

import json
from datetime import UTC, datetime

from maillage.manage.deploy.bootstrap import ready


def main() -> None:
    ready()
    from maillage.apps.dossiers import actions, queries, rules
    from maillage.apps.dossiers.models import Comment, Study
    from maillage.apps.dossiers.queries import StudyRequest
    from maillage.apps.platform.accounts.models import User
    from maillage.apps.territories import actions as territory_actions
    from maillage.apps.territories import queries as territories

    ZONES = "code_zone,nom_zone,code\nN,Échirolles et au-delà,38151\n".encode()
    NAMES = ("Zone d’été", "échirolles", "Échirolles sud", "abbaye", "Œuvre", "zone d’Été", "Étang")

    user = User.objects.create_user("Élodie@Exemple.FR", "un-mot-de-passe-long", name="Élodie Œuvrard")
    for number, name in enumerate(NAMES):
        territory_actions.keep_perimeter(
            by=user,
            slug=f"perimetre-{number}",
            name=name,
            code="200040715",
            reason="« été »",
            content=ZONES,
            file_name="z.csv",
        )
    territory_actions.keep_marking(
        by=user, slug="ma-liste", label="Été", content=b"code,part\n38151,40\n", file_name="l.csv"
    )
    for value in (20_000.5, 21_000.25):
        territory_actions.correct(
            by=user,
            table="insee-filosofi-communes",
            key="38151",
            column="median",
            value=value,
            reason="rectifié",
        )
    study = actions.ask(StudyRequest(place="perimetre-1", weights={"rsa": 2.0, "hlm": 0.5}))
    again = actions.ask(StudyRequest(place="perimetre-1", weights={"hlm": 0.5, "rsa": 2.0}))
    Study.objects.filter(pk=study.pk).update(
        status=rules.DONE, finished_at=datetime(2026, 2, 28, 23, 30, tzinfo=UTC), share=1.0, seconds=2.5
    )
    actions.comment(
        by=user, place="perimetre-1", texts={"synthese": "Ça va : 40 % — « entre » 3 et 5", "zones": "  "}
    )
    actions.comment(by=user, place="perimetre-1", texts={"synthese": "Remplacé"})
    study.refresh_from_db()
    print(
        json.dumps(
            {
                "perimeters": [p.name for p in territories.perimeters()],
                "filters": territories.filters_offered(),
                "shares": territories.markings()[0].shares,
                "corrections": [[c.key, c.value] for c in territories.corrections_in_force()],
                "former": [c.former for c in territories.all_corrections()],
                "same study": study.pk == again.pk,
                "inputs": study.inputs,
                "finished": study.finished_at.isoformat(),
                "kept": [s.place for s in queries.finished_studies()],
                "comments": queries.comments("perimetre-1"),
                "rows": Comment.objects.count(),
                "by email": User.objects.filter(email="élodie@exemple.fr").count(),
            },
            sort_keys=True,
            ensure_ascii=False,
        )
    )


if __name__ == "__main__":
    main()
