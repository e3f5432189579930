"""The drawings: each reads, coloured by classes alone, light enough to stand in a page, whole on paper."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.template import Context, Template

from maillage.publishing.page import charts, drawings
from maillage.publishing.page.design import tokens
from tests.support.drawn import contrast

SVG = "{http://www.w3.org/2000/svg}"
CLASSES = set(re.findall(r"\.(d-[\w-]+)", drawings.drawings_css()))


def words(text: str) -> list[str]:
    return text.split()


REQUESTED_DRAWINGS = words("""
seul a-deux main-d-un-autre feuille-vide question maison-ondes ondes-pleines ondes-demi ondes-vides ondes-barrees batiment
oeil-enveloppe enveloppe-ouverte enveloppe-rare enveloppe-fermee enveloppe-autre mot-de-passe-perdu reveil calendrier
calendrier-vide pieces outil croix-sante maison carte-identite cartable feuille-euro autre smartphone tablette ordinateur
telephone-touches rien cle cle-famille deux-maisons forfait carte-prepayee chez-quelqu-un jamais un-peu souvent sourire tortue
main jamais-essaye loupe loupe-demi loupe-barree pas-besoin lien-laisse demander doigt-lien messages-photos appel-video
video-musique reseaux achats banque droits-papiers bus coeur-lien loisirs marches livre livre-long livre-difficile autre-langue
discret a-agrandi oreille filet sablier souris-barree pas-loin horaire-enfants moins-cher un-moment longtemps
pas-de-difficulte proche personne moi nous-deux aidant resultat-assistance resultat-accompagne resultat-autonomie
resultat-coup-de-pouce resultat-a-voir corbeille
""")
CARDS = words("""
chat arbre poisson soleil maison velo pomme bateau etoile oiseau fleur lune chaise tasse chapeau train parapluie clef montagne
ballon
""")


LEARNING = words("""
souris lampe panier avion-papier billet boitier-internet bouclier bouton-marche bulletin cadenas cadenas-ouvert calculette camera
carte-bancaire casque clavier cle-usb colis deux-fenetres dossier-papier fenetre haut-parleur imprimante menu-trois-traits micro
mode-avion photo-floue photo-nette stylo-papier telecharger trombone wifi-cle
quelqu-un photo-identite rib chercher telephone-pose enveloppe liste-mails formulaire immeuble vide ecran-noir pointeur
fleche-retour touche-arobase touche-majuscule touche-effacer touche-entree touche-espace rendez-vous-sante
""")


def test_every_picture_of_the_questions_the_cards_and_the_modules_is_drawn():
    assert drawings.names() == sorted([*REQUESTED_DRAWINGS, *(f"carte-{name}" for name in CARDS), *LEARNING])


def test_each_drawing_is_small_and_coloured_by_classes_alone():
    for name in drawings.names():
        text = drawings.read(name)
        assert len(text.encode()) <= 2_500, name
        root = ElementTree.fromstring(text)
        assert root.tag == f"{SVG}svg", name
        assert root.attrib == {"viewBox": "0 0 96 96"}, name
        shapes = [shape for shape in root.iter() if shape is not root]
        for shape in shapes:
            assert shape.tag.removeprefix(SVG) in {"path", "circle", "ellipse", "rect", "g"}, name
            assert not {"fill", "stroke", "style", "id", "opacity", "stroke-width"} & set(shape.attrib), name
            assert shape.tag == f"{SVG}g" or set(shape.attrib["class"].split()) <= CLASSES, name
        classes = [set(shape.attrib.get("class", "").split()) for shape in shapes]
        discs = [
            class_names
            for class_names in classes
            if any(each.startswith("d-teinte-") for each in class_names)
        ]
        assert len(discs) == 1, f"one disc of tint: {name}"
        assert discs[0] == classes[0], f"the disc stands behind: {name}"
        assert len(set().union(*classes) & {"d-pastel", "d-garance", "d-gaude", "d-tilleul"}) <= 2, (
            f"two flat colours: {name}"
        )


def test_absence_is_drawn_by_dashes_or_by_a_bar():
    for name in REQUESTED_DRAWINGS:
        if re.search(r"vide$|barree|^rien|jamais|^personne|discret", name):
            assert re.search("d-tiret|d-gros", drawings.read(name)), name


@pytest.mark.parametrize("theme", ["jour", "nuit"])
def test_line_is_visible_on_every_colour(theme):
    values = tokens(theme)
    for surface in re.findall(r"fill: var\(--([\w-]+)\)", drawings.drawings_css()):
        if surface != "encre":
            assert contrast(values["encre"], values[surface]) >= 4.5, surface


def test_paper_carries_its_colours_and_no_variable():
    text = drawings.svg("seul", tokens=tokens())
    assert "var(" not in text
    assert tokens()["dessin-garance"] in text
    ElementTree.fromstring(text)


def test_paper_prints_what_the_screen_shows():
    """Un dessin se lit dans un document : le moteur de mise en page en connaît les classes."""
    import typst

    page = (
        '#set page(width: 96pt, height: 96pt, margin: 0pt)\n#image(bytes(sys.inputs.at("d")), format: "svg",'
        " width: 96pt)"
    )
    drawn = typst.compile(
        page.encode(), format="png", sys_inputs={"d": drawings.svg("croix-sante", tokens=tokens())}
    )
    plain = typst.compile(page.encode(), format="png", sys_inputs={"d": drawings.read("croix-sante")})
    assert drawn != plain


def test_a_page_shows_a_drawing_beside_its_words():
    html = Template('{% drawing "loupe" %}').render(Context())
    assert html.startswith('<svg class="dessin" aria-hidden="true" focusable="false"')
    with pytest.raises(KeyError):
        drawings.read("jamais-dessine")


@pytest.mark.parametrize("figure", [None, (3.0, 8.0)])
@pytest.mark.parametrize("upright", [True, False])
def test_each_mark_of_a_small_bar_has_its_look_anywhere(figure, upright):
    """Une barre de tableau n’est dans aucune carte : sans règle à elle, un pavé noir dirait une valeur là où rien n’est connu."""
    estimate = charts.small_bar(None, top=100, id="rayures")
    link = charts.link_bar(figure, mark=5.0, top=10.0, id="rayures", upright=upright)
    rules = re.findall(
        r"([^{}]+)\{", Path(charts.__file__).with_name("design").joinpath("figures.css").read_text("utf-8")
    )
    alone = {each.strip() for rule in rules for each in rule.split(",")}
    drawn = {
        name
        for names in re.findall(r'<(?:rect|path) class="([^"]+)"', estimate + link)
        for name in names.split()
    }
    assert drawn
    assert {name for name in drawn if not alone & {f".{name}", f".fig .{name}"}} == set()
