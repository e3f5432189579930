"""Shares, people, answers and bounds, as the messages of weights write them."""

Bounds = tuple[float, float]


def few_text(n: int) -> str:
    return f"{answers_text(n)} seulement" if n else "aucune réponse"


def percent_text(share: float) -> str:
    return f"{100 * share:.1f} %".replace(".", ",")


def people_text(total: float) -> str:
    return f"{total:,.0f} personne{'s' * (total >= 1.5)}".replace(",", " ")


def answers_text(n: int) -> str:
    return f"{n} réponse{'s' * (n > 1)}"


def pair_text(bounds: Bounds) -> str:
    return ",".join(map(bound_text, bounds))


def bounds_text(bounds: Bounds) -> str:
    return " à ".join(bound_text(each).replace(".", ",") for each in bounds)


def times_text(value: float) -> str:
    """Return how many times one weight is another: a whole number from ten on.

    >>> times_text(4), times_text(6.07), times_text(27.3)
    ('4', '6,1', '27')
    """
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}".replace(".", ",").removesuffix(",0")


def bound_text(value: float) -> str:
    """Return a bound as --bornes takes it: a point before decimals."""
    return f"{value:.6g}"
