"""A plan as a file: rows of a table, or a frame that another territory takes up (docs/cadre-de-plan.md)."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from django.db.models import Model

from maillage.apps.directory.memberships.access import name_of
from maillage.apps.steering.plans import rules
from maillage.apps.steering.plans.models import Plan, PlanAction, PlanAxis
from maillage.apps.steering.plans.queries.effects import baseline_of
from maillage.apps.steering.plans.queries.overview import Concerned, concerned_by, own_zones, place_named
from maillage.kernel.errors import Refused
from maillage.kernel.typed import line
from maillage.publishing.territory.certainty import upper_first
from maillage.publishing.territory.gaps import ADD, CHECK, NEARER, OPEN_ANY, OPENINGS
from maillage.publishing.territory.reading import Reading
from maillage.reference.offer import diagnosis_lines
from maillage.reference.plan_frames import Frame, FrameAction, FrameAxis
from maillage.words.wording import number

FORMAT = "maillage-cadre-1"
MOST_NUMBER = 999
MOST_ORIGIN = 120
LONGEST = 600  # characters of a text that no column holds
COLUMNS = (
    *(
        "dynamique",
        "numero",
        "sous_numero",
        "action",
        "etat",
        "pilote",
        "avec",
        "pour_qui",
        "zones",
        "commence_le",
        "finit_le",
    ),
    *("budget_euros", "finance_euros", "financeurs", "indicateur", "au_depart", "cible", "existant"),
    *("personnes_concernees", "personnes_intervalle", "personnes_qui", "personnes_source"),
    # As numbers, rounded as what is read above.
    *("personnes_valeur", "personnes_bas", "personnes_haut", "personnes_motif"),
    *("au_depart_valeur", "au_depart_motif", "unite", "sens_voulu", "invente", "couts_par_annee", "vote_le"),
)
INVENTED = "pilotes, dates et budgets inventés pour la démonstration"


def frame_of(plan: Plan, actions: Sequence[PlanAction], *, on: date) -> dict[str, Any]:
    """Return a plan as a frame that another territory may take up: whose it is and of which year, no pilot,
    no date, no zone, no budget, no number of its indicators nor of actions that it announced, and no action
    that was dropped, nor its parts.
    Its steps are told in days after the start of their action.
    """
    copied_fields = ("number", "title", "objective", "public", "partners", "existing", "line", "means")
    counted = ("indicator", "unit", "counts")
    return {
        "format": FORMAT,
        "name": plan.title,
        "origin": f"{name_of(plan.place)}, {on.year}",
        "axes": [
            {
                "number": axis.number,
                "title": axis.title,
                "statement": axis.statement,
                "actions": [
                    {
                        **{
                            key: value
                            for key in copied_fields
                            if (value := _elsewhere(row, key)) not in ("", None)
                        },
                        **({"parent": row.parent.number} if row.parent else {}),
                        **({key: value for key in counted if (value := getattr(row, key))}),
                        **({"direction": way} if (way := _direction(row)) else {}),
                        **({"steps": steps} if (steps := _steps_of(row)) else {}),
                    }
                    for row in actions
                    if row.axis_id == axis.pk and not is_dropped(row)
                ],
            }
            for axis in plan.axes.all()
        ],
    }


def _direction(row: PlanAction) -> str:
    """Return which way the indicator of an action is wanted to go: all that its numbers say elsewhere."""
    return rules.direction_of(row.direction, row.baseline, row.target) if row.indicator else ""


def _steps_of(row: PlanAction) -> list[dict[str, Any]]:
    """Return the steps of an action, in days after its start; after its first step where no start is said."""
    dated = [(each.on, each.words) for each in row.milestones.all()]
    start: date = row.starts_on or min((on for on, _ in dated), default=rules.FIRST_DAY)
    delayed_steps = [*(((on - start).days, words) for on, words in dated), *row.delays]
    return [{"days": days, "words": words} for days, words in sorted(delayed_steps)]


def is_dropped(row: PlanAction) -> bool:
    """Return True if an action, or the one it is a part of, was dropped."""
    return rules.DROPPED in (row.state, row.parent.state if row.parent else "")


def _elsewhere(row: PlanAction, key: str) -> Any:
    """Return the value of a field of an action for another territory, without what the figures of this one
    proposed: its sentences, and the zone that its title names. What somebody wrote stays.
    """
    if key == "objective":
        proposed = set(_sentences(row.proposed))
        return " ".join(
            each for each in _sentences(rules.answering(row.objective, "")) if each not in proposed
        )
    what, _, where = row.title.partition(" : ")
    is_proposed = what in (*OPENINGS.values(), OPEN_ANY) or what.startswith(
        (f"{ADD} ", f"{NEARER} ", f"{CHECK} ")
    )
    if row.proposal and where and key == "title" and is_proposed:
        return what
    return getattr(row, key)


def _sentences(text: str) -> list[str]:
    return [each for each in re.split(r"(?<=[.!?])\s+", text) if each]


def frame_in(content: bytes) -> Frame:
    """Return the frame that a file of `frame_of` holds; Refused, with the place and the value, when it does
    not, or when a text is longer than its column: keys that nobody knows are left out.
    """
    try:
        frame_json = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _no_frame("il n’est pas écrit en UTF-8") from error
    except json.JSONDecodeError as error:
        raise _no_frame(f"ligne {error.lineno}, colonne {error.colno}, ce n’est pas du JSON") from error
    except RecursionError as error:
        raise _no_frame("il est trop profond") from error
    if not isinstance(frame_json, dict) or frame_json.get("format") != FORMAT:
        format_read = frame_json.get("format") if isinstance(frame_json, dict) else None
        raise _no_frame(f"« format » dit {_quoted_value(format_read)}, pas « {FORMAT} »")
    axes = tuple(
        _axis(axis_json, f"dynamique {n}")
        for n, axis_json in enumerate(_list(frame_json, "axes", "le cadre"), 1)
    )
    if not axes:
        raise _no_frame("il n’a aucune dynamique")
    for words, numbers in (
        ("dynamiques", [str(axis.number) for axis in axes]),
        ("actions", [action.label for axis in axes for action in axis.actions]),
    ):
        number, times = Counter(numbers).most_common(1)[0] if numbers else ("", 1)
        if times > 1:
            raise _no_frame(f"{times} {words} y ont le numéro {number}")
    return Frame(
        id="fichier",
        name=_text(frame_json, "name", "le cadre", most_of(Plan, "title")),
        origin=_text(frame_json, "origin", "le cadre", MOST_ORIGIN, needed=False).replace(":", ","),
        axes=axes,
    )


def _axis(axis_json: object, where: str) -> FrameAxis:
    if not isinstance(axis_json, dict):
        raise _no_frame(f"{where} : {_quoted_value(axis_json)} n’est pas une dynamique")
    announced = None if axis_json.get("announced") is None else _number(axis_json, "announced", where)
    frame_actions = tuple(
        _action(action_json, f"{where}, action {n}")
        for n, action_json in enumerate(_list(axis_json, "actions", where), 1)
    )
    axis = FrameAxis(
        number=_number(axis_json, "number", where),
        title=_text(axis_json, "title", where, most_of(PlanAxis, "title")),
        statement=_text(axis_json, "statement", where, most_of(PlanAxis, "statement"), needed=False),
        announced=announced,
        actions=frame_actions,
    )
    for n, action in enumerate(frame_actions, 1):
        if action in axis.strays:
            raise _no_frame(
                f"{where}, action {n} : « parent » dit « {action.parent} », qui n’est pas une action entière"
                " de cette dynamique"
            )
    return axis


def _action(action_json: object, where: str) -> FrameAction:
    if not isinstance(action_json, dict):
        raise _no_frame(f"{where} : {_quoted_value(action_json)} n’est pas une action")
    texts = {f.name for f in fields(FrameAction)} - {"number", "title", "parent", "steps"}
    action = FrameAction(
        number=_number(action_json, "number", where),
        parent=None if action_json.get("parent") is None else _number(action_json, "parent", where),
        title=_text(action_json, "title", where, most_of(PlanAction, "title")),
        steps=_steps(action_json, where),
        **{name: _text(action_json, name, where, most_of(PlanAction, name), needed=False) for name in texts},
    )
    for name, known in (("counts", rules.COUNTED), ("direction", rules.DIRECTIONS)):
        if (field_text := getattr(action, name)) and field_text not in known:
            raise _no_frame(f"{where} : « {name} » dit {_quoted_value(field_text)}, ni {' ni '.join(known)}")
    if action.line and action.line not in diagnosis_lines():
        raise _no_frame(
            f"{where} : « line » dit {_quoted_value(action.line)}, qui n’est pas un service connu"
        )
    return action


def _steps(action_json: Mapping[str, Any], where: str) -> tuple[tuple[int, str], ...]:
    """Return the steps that an action of a file says, none in a file that was written before they were."""
    if "steps" not in action_json:
        return ()
    steps_json = _list(action_json, "steps", where)
    if len(steps_json) > rules.MOST_STEPS:
        raise _no_frame(f"{where} : « steps » a {len(steps_json)} étapes, {rules.MOST_STEPS} au plus")
    frame_steps = []
    for n, step_json in enumerate(steps_json, 1):
        at = f"{where}, étape {n}"
        if not isinstance(step_json, dict):
            raise _no_frame(f"{at} : {_quoted_value(step_json)} n’est pas une étape")
        days = _number(step_json, "days", at, least=-rules.MOST_DELAY, most=rules.MOST_DELAY)
        frame_steps.append((days, _text(step_json, "words", at, rules.LONGEST_STEP)))
    return tuple(frame_steps)


def _list(parent_json: Mapping[str, Any], name: str, where: str) -> list[Any]:
    value = parent_json.get(name)
    if not isinstance(value, list):
        raise _no_frame(f"{where} : « {name} » n’est pas une liste")
    return value


def _number(
    parent_json: Mapping[str, Any], name: str, where: str, *, least: int = 0, most: int = MOST_NUMBER
) -> int:
    value = parent_json.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise _no_frame(f"{where} : « {name} » dit {_quoted_value(value)}, pas un nombre de {least} à {most}")
    return value


def most_of(model: type[Model], name: str) -> int:
    """Return how many characters a column holds of a text."""
    return getattr(model._meta.get_field(name), "max_length", None) or LONGEST


def _text(parent_json: Mapping[str, Any], name: str, where: str, most: int, *, needed: bool = True) -> str:
    value = parent_json.get(name, "")
    # A zero byte and half of a pair are in no text that a database takes.
    sound = isinstance(value, str) and not re.search("[\x00\ud800-\udfff]", value)
    text = line(value) if sound else ""
    if not sound or (needed and not text):
        raise _no_frame(f"{where} : « {name} » dit {_quoted_value(value)}, pas un texte")
    if len(text) > most:
        raise Refused(
            "Ce cadre n’a pas été repris.",
            why=f"{upper_first(where)} : « {name} » a {number(len(text))} caractères, {most} au plus.",
            do="Raccourcissez ce texte dans le plan d’où vient le fichier, ou dans le fichier.",
        )
    return text


def _quoted_value(value: object) -> str:
    return (
        f"« {ascii(value)[:40] if not str(value).isprintable() else str(value)[:40]} »"
        if value not in (None, "")
        else "rien"
    )


def _no_frame(why: str) -> Refused:
    return Refused(
        "Ce fichier n’est pas un cadre de plan.",
        why=f"{upper_first(why)}.",
        do="Choisissez celui que donne « Le reprendre comme modèle ».",
    )


def table_of(actions: Sequence[PlanAction], reading: Reading | None) -> list[dict[str, Any]]:
    """Return the actions as rows of a file, in French."""
    own = own_zones(actions[0].plan.place) if actions else None
    return [
        {
            "dynamique": f"{row.axis.number}. {row.axis.title}",
            # Apart, as in the file of the loop: a spreadsheet would read « 7.1 » as the 7th of January. The
            # dynamic is in the first column.
            "numero": (row.parent or row).printed_rank or (row.parent or row).number,
            "sous_numero": row.number if row.parent else "",
            "action": row.title,
            "etat": row.standing_words,
            "pilote": row.pilot,
            "avec": row.partners,
            "pour_qui": row.public,
            "zones": place_named(row, reading),
            "commence_le": row.starts_on.isoformat() if row.starts_on else "",
            "finit_le": row.ends_on.isoformat() if row.ends_on else "",
            "budget_euros": "" if row.budget is None else row.budget,
            "finance_euros": "" if row.funded is None else row.funded,
            "financeurs": " ; ".join(str(each) for each in row.active_fundings),
            "indicateur": row.indicator,
            "au_depart": "" if (baseline := baseline_of(row)) is None else baseline,
            "cible": "" if row.target is None else rules.plain(row.target),
            "existant": row.existing,
            "personnes_concernees": (people := concerned_by(row, reading, own)).about,
            "personnes_intervalle": people.between,
            "personnes_qui": people.words,
            "personnes_source": people.source,
            **{f"personnes_{name}": "" if n is None else n for name, n in _numbers(people)},
            "personnes_motif": people.doubt or (people.words if people.value is None else ""),
            "au_depart_valeur": "" if isinstance(baseline, str) or baseline is None else baseline,
            "au_depart_motif": _why_no_baseline(baseline),
            "unite": row.unit,
            "sens_voulu": row.get_direction_display(),
            "invente": INVENTED if row.plan.example else "",
            "couts_par_annee": rules.costs_words(row.costs),
            "vote_le": row.vote_on.isoformat() if row.vote_on else "",
        }
        for row in actions
    ]


def _numbers(people: Concerned) -> tuple[tuple[str, float | None], ...]:
    return ("valeur", people.value), ("bas", people.low), ("haut", people.high)


def _why_no_baseline(baseline: float | str | None) -> str:
    if baseline is None:
        return "non renseigné"
    return "petit effectif, masqué" if isinstance(baseline, str) else ""
