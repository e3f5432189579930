"""The colour and the logo of a territory: what cannot be read is refused, with its contrast."""

import re
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from maillage.apps.dossiers.forms import ThemeForm
from maillage.kernel.errors import Refused
from maillage.publishing.page import pdf, theme

COLOURS = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06X}")


@given(COLOURS)
def test_a_colour_is_taken_or_a_darker_one_is_proposed_that_is_taken(colour):
    try:
        assert theme.theme("Ici", colour).colour == colour
    except Refused as refused:
        assert theme.contrast(colour, "#FFFFFF") < theme.LEAST
        (proposed,) = re.findall(theme.COLOUR, refused.do)
        assert theme.theme("Ici", proposed).colour == proposed


def test_contrast_is_that_of_wcag():
    assert theme.contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert theme.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)
    assert (theme.darker("#FFCC00"), theme.darker("#1F4E79")) == ("#6B5600", "#1F4E79")


@given(COLOURS, COLOURS)
def test_contrast_is_the_same_both_ways_and_has_bounds(one, other):
    ratio = theme.contrast(one, other)
    assert 1 <= ratio <= 21.01
    assert ratio == pytest.approx(theme.contrast(other, one))


def test_a_refusal_says_the_ratio_that_was_found_and_the_one_that_is_needed():
    with pytest.raises(Refused) as caught:
        theme.theme("Ici", "#FFCC00")
    refusal = f"{caught.value.what} {caught.value.why} {caught.value.do}".replace("\xa0", " ")
    assert "le blanc s’y lit à 1,5 pour 1" in refusal
    assert "7,0 pour 1 au moins" in refusal
    assert "#6B5600" in refusal


def test_a_name_that_no_head_of_page_holds_is_refused():
    assert theme.theme("N" * theme.LONGEST_NAME, theme.EXAMPLE)
    with pytest.raises(Refused, match="Ce nom dépasse 80 lettres"):
        theme.theme("N" * (theme.LONGEST_NAME + 1), theme.EXAMPLE)
    form = ThemeForm({"name": "N" * 200, "colour": theme.EXAMPLE})
    assert "Raccourcissez-le." in str(form["name"].errors)
    assert "maxlength" not in str(form["name"]), "the browser would cut it without a word"


def test_what_is_no_colour_is_refused_with_what_to_write_where_it_was_written(tmp_path):
    with pytest.raises(Refused, match="« rouge » n’est pas une couleur") as caught:
        theme.theme("Ici", "rouge")
    assert "logo:" not in caught.value.do and theme.EXAMPLE in caught.value.do
    path = tmp_path / "theme.yaml"
    path.write_text("nom: Ici\ncouleur: #1F4E79\n", "utf-8")  # without quotes, it is a comment
    with pytest.raises(Refused) as caught:
        theme.read(path)
    assert caught.value.do == theme.SHAPE


@pytest.mark.parametrize(
    "logo",
    [
        "un logo",
        "<svg><script>alert(1)</script></svg>",
        '<svg><image href="https://ailleurs.example/x.png"/></svg>',
        '<svg onload="x()"/>',
        '<!DOCTYPE svg [<!ENTITY x "y">]><svg/>',
    ],
)
def test_a_logo_that_is_no_plain_drawing_is_refused(logo):
    with pytest.raises(Refused, match="Ce logo ne peut pas être imprimé"):
        theme.theme("Ici", "#1F4E79", logo)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nom: Ici", "n’est pas un thème"),
        ("- 1", "n’est pas un thème"),
        ("nom: Ici\ncouleur: rouge", "« rouge » n’est pas une couleur"),
        ('nom: Ici\ncouleur: "#1F4E79"\nlogo: absent.svg', "n’a pas pu être lu"),
    ],
)
def test_a_file_that_is_no_theme_is_refused(tmp_path, text, message):
    path = tmp_path / "theme.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refused, match=message):
        theme.read(path)


def test_a_theme_lasts_as_long_as_its_document():
    applied_theme = theme.theme("Ici", "#1F4E79")
    with theme.applied(applied_theme):
        assert theme.current() is applied_theme
    assert theme.current() is None


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_a_logo_is_a_picture_made_small(form):
    written = BytesIO()
    Image.new("RGB", (2000, 800), "#0B5345").save(written, form)
    logo = theme.theme("Ville", "#0B5345", theme.drawing(written.getvalue())).logo
    assert 'viewBox="0 0 480 192"' in logo and len(logo) < theme.LARGEST
    assert pdf.is_drawable(logo)
    with pytest.raises(Refused, match="ne peut pas être imprimé"):
        theme.drawing(written.getvalue()[:40])
