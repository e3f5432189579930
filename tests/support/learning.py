"""The modules that are learnt, and the fewest that have together an exercise of every kind."""

from maillage.modules import reading

MODULES = reading.own_modules()
# Of each kind of exercise, one: the module and the number of its step.
ONE_OF_EACH = {
    exercise.kind: (module.id, number)
    for module in reversed(MODULES.values())
    for number, exercise in module.exercises()
}


def every_kind() -> list[str]:
    """Return a few modules that have together an exercise of every kind."""
    missing, chosen = set(ONE_OF_EACH), []
    kinds = {id: {exercise.kind for _, exercise in module.exercises()} for id, module in MODULES.items()}
    while missing:
        chosen.append(max(kinds, key=lambda id: len(kinds[id] & missing)))
        missing -= kinds[chosen[-1]]
    return chosen
