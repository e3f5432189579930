"""The look that the space of a territory gives to its reports: kept, refused with its ratio, taken back."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from maillage.apps.dossiers.models import StudyTheme
from maillage.apps.dossiers.queries import theme_of
from tests.conftest import PLACE, account

pytestmark = pytest.mark.django_db
PAGE = f"/espace/territoires/{PLACE}/theme/"
BLUE = {"name": "Ville d’Échirolles", "colour": "#1F4E79"}
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'


def logo(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("logo.svg", content, "image/svg+xml")


@pytest.fixture
def lea(client, home):
    client.force_login(account("lea", "analyste", territory="38"))
    return client


def test_the_reports_take_the_theme_of_the_territory(lea):
    assert theme_of(PLACE) is None
    assert "couleurs de Maillage" in lea.get(PAGE).content.decode()
    assert lea.post(PAGE, {**BLUE, "logo": logo(DRAWING)}).status_code == 302
    look = theme_of(PLACE)
    assert (look.name, look.colour, look.logo) == ("Ville d’Échirolles", "#1F4E79", DRAWING.decode())
    lea.post(PAGE, {**BLUE, "colour": "#7a1f4e"})
    assert (theme_of(PLACE).colour, theme_of(PLACE).logo) == ("#7A1F4E", DRAWING.decode()), "the logo stays"
    lea.post(PAGE, {"effacer": "1"})
    assert theme_of(PLACE) is None


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"colour": "#EEDD88"}, "est refusée : le blanc s’y lit à 1,3 pour 1."),
        ({"colour": "bleu"}, "n’est pas une couleur."),
        ({"logo": b"<svg><script>1</script></svg>"}, "Ce logo ne peut pas être imprimé."),
        ({"logo": b"PNG"}, "Ce logo ne peut pas être imprimé."),
        ({"name": ""}, "Il manque le nom à écrire."),
    ],
)
def test_what_cannot_be_read_or_printed_is_refused_and_nothing_is_stored(lea, sent, reason):
    form_data = {name: logo(value) if name == "logo" else value for name, value in {**BLUE, **sent}.items()}
    answer = lea.post(PAGE, form_data)
    assert answer.status_code == 400
    assert reason in answer.content.decode()
    assert not StudyTheme.objects.exists()


def test_the_theme_of_a_territory_is_its_writers(client, home):
    client.force_login(account("zoe", "analyste", territory="67"))
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, BLUE).status_code == 404
    assert not StudyTheme.objects.exists()
