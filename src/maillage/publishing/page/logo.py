"""The mark: three stitches, two threads that cross."""

STITCH = "M0 0C3.4 0 6.6 3.6 6.6 9.6C6.6 12.8 6 15.4 5.2 17C2 15 0 9 0 0Z"
MIRROR = "M14 0C10.6 0 7.4 3.6 7.4 9.6C7.4 12.8 8 15.4 8.8 17C12 15 14 9 14 0Z"


def logo(left_colour: str = "", right_colour: str = "", foot_colour: str = "") -> str:
    """Return the mark as SVG; colours given, or classes of the style sheet when they are not."""
    parts = []
    for x, y, colour, kind in (
        (1, 2, left_colour, "logo-numerique"),
        (17, 2, right_colour, "logo-social"),
        (9, 14, foot_colour, "logo-deux"),
    ):
        paint = f'fill="{colour}"' if colour else f'class="{kind}"'
        parts.append(f'<path {paint} transform="translate({x} {y})" d="{STITCH}{MIRROR}"/>')
    return (
        '<svg class="logo" viewBox="0 0 32 32" aria-hidden="true" xmlns="http://www.w3.org/2000/svg">'
        + "".join(parts)
        + "</svg>"
    )
