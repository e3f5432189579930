"""L’annuaire papier : livret, affiche et dépliant, balisés, lisibles à voix haute, sans lieu oublié."""

import io
import re
from datetime import date
from html import unescape
from itertools import pairwise

import pikepdf
import pypdfium2
import pytest
import shapely

from maillage.publishing.directory import book as directory_book
from maillage.publishing.directory import numbered_map
from maillage.publishing.directory.book import Entry, Find, Land
from maillage.publishing.page import maps
from maillage.sources import contours
from maillage.words import opening
from tests.support.speed import within

ON = date(2026, 11, 20)
CODES = {"Grenoble": "38185", "Échirolles": "38151", "Eybens": "38158"}
MIDDLES = {"Grenoble": (5.727, 45.187), "Échirolles": (5.718, 45.144), "Eybens": (5.750, 45.147)}


@pytest.fixture(scope="module")
def land():
    shapes = contours.communes(CODES.values())
    return Land({name: shapes[code] for name, code in CODES.items()})


def entry(k, commune="Grenoble", **more):
    x, y = MIDDLES[commune]
    fields = {
        "slug": f"p{k}",
        "name": f"Maison des habitants {k}",
        "address": f"{k} rue des Écoles, 38000 {commune}",
        "commune": commune,
        "group": commune,
        "phones": [f"04 76 00 00 {k:02}"],
        "hours": ["Du lundi au vendredi : 9 h – 12 h"],
        "finds": [
            Find("wifi", "wifi", "Wifi", "Dedans."),
            Find("formation", "graduation-cap", "Cours et ateliers", "Pour débuter."),
        ],
        "price": "Gratuit",
        "fresh": "confirmé il y a 2 mois",
        "point": (x + 0.004 * (k % 5), y + 0.003 * (k % 7)),
        "rank": k % 4,
    }
    return Entry(**{**fields, **more})


def directory(entries, land, **more):
    groups = sorted({e.group for e in entries})
    fields = {
        "on": ON,
        "level": "commune",
        "order": groups,
        "land": land,
        "sources": ["Un réseau : licence ODbL 1.0"],
    }
    return directory_book.build(
        "Le sud de l’agglomération",
        entries,
        **{**fields, "address": "https://exemple.fr/annuaire/x/", **more},
    )


@pytest.fixture(scope="module")
def usual(land):
    """Thirty places in three communes, two of them unplaced, old or full."""
    entries = [entry(k, list(CODES)[k % 3]) for k in range(28)]
    entries += [entry(28, point=None, old=True, fresh="mis à jour il y a 3 ans", hours=(), finds=())]
    entries += [entry(29, full="Complet depuis le 3 novembre", phones=())]
    return directory(entries, land)


def documents(book_places):
    places = directory_book.chosen([place.entry for place in book_places.places])
    return {
        "livret": directory_book.book(book_places),
        "affiche": directory_book.poster(book_places, places),
        "dépliant": directory_book.leaflet(book_places),
    }


@pytest.fixture(scope="module")
def files(usual):
    return documents(usual)


@pytest.mark.parametrize(
    ("n", "expected_words"),
    [(1, "1 lieu, avec son adresse et ses horaires"), (2, "2 lieux, avec leur adresse et leurs horaires")],
)
def test_the_cover_agrees_with_its_places(land, n, expected_words):
    book_places = directory([entry(k) for k in range(n)], land)
    assert expected_words in plain(pages(directory_book.book(book_places))[0])


def pages(content):
    return [" ".join(page.get_textpage().get_text_range().split()) for page in pypdfium2.PdfDocument(content)]


def plain(text):
    return " ".join(text.replace("\u00a0", " ").replace("\ufffe", "-").split())


def squeezed(text):
    """Text without spaces nor hyphens: where a line breaks does not matter."""
    return re.sub(r"[\s\ufffe\u00ad-]", "", text)


def elements(node):
    """Every structure element under a node, as (kind, element)."""
    children = node.get("/K", pikepdf.Array())
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield str(child["/S"]), child
            yield from elements(child)


# ------------------------------------------------------------------------------------------------- accessible


@pytest.mark.parametrize("name", ["livret", "affiche", "dépliant"])
def test_it_is_tagged_says_so_and_can_be_read_aloud(files, name):
    with pikepdf.open(io.BytesIO(files[name])) as pdf:
        assert pdf.Root["/MarkInfo"]["/Marked"]
        assert str(pdf.Root["/Lang"]).startswith("fr")
        assert re.search(r"pdfuaid:part(?:>|=\")1", pdf.Root["/Metadata"].read_bytes().decode())
        assert "Le sud de l’agglomération" in str(pdf.docinfo["/Title"])
        tree = list(elements(pdf.Root["/StructTreeRoot"]))
        assert all(str(node.get("/Alt", "")).strip() for kind, node in tree if kind == "/Figure")
        levels = [int(kind[2]) for kind, _ in tree if re.fullmatch(r"/H[1-6]", kind)]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", ["livret", "affiche", "dépliant"])
def test_no_placeholder_is_left(files, name):
    text = " ".join(pages(files[name]))
    for word in ("None", "nan", "undefined", "{{", "}}", "?" * 2):
        assert not re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text), word


def test_pictograms_are_decoration_and_words_say_the_same(files):
    """Les pictogrammes ne sont pas lus : leur mot est à côté."""
    with pikepdf.open(io.BytesIO(files["livret"])) as pdf:
        figures = [kind for kind, _ in elements(pdf.Root["/StructTreeRoot"]) if kind == "/Figure"]
    assert 2 <= len(figures) <= 8, "the cover, the maps, the code; not the hundred pictograms"


# ------------------------------------------------------------------------------------------------------- book


def test_every_place_is_there_with_its_number_address_and_telephone(files, usual):
    text = plain(" ".join(pages(files["livret"])))
    for place in usual.places:
        place_name = plain(place.entry.name)
        assert re.search(rf"\b{place.number} {re.escape(place_name)}", text), place_name
        assert plain(place.entry.address) in text
        assert all(plain(phone) in text for phone in place.entry.phones)


def test_numbers_go_on_from_group_to_group_in_the_order_of_the_list(usual):
    assert [place.number for place in usual.places] == list(range(1, 31))
    assert [group.name for group in usual.groups] == sorted(CODES)


def test_the_contents_say_who_answers_each_need(files, usual):
    assert [need.words for need in usual.needs] == ["Je cherche du wifi", "Je veux apprendre"]
    page_texts = pages(files["livret"])
    contents = next(
        k for k, text in enumerate(page_texts) if "Que cherchez-vous" in text and "Je cherche du wifi" in text
    )
    listed = plain(" ".join(page_texts[contents : contents + 3]))
    for place in usual.needs[0].places:
        assert plain(place.entry.name) in listed
    assert len(usual.needs[0].places) == 29, "the place that says nothing is in no need"


def test_an_old_sheet_is_to_confirm_and_a_full_place_says_so(files):
    text = plain(" ".join(pages(files["livret"])))
    assert "mis à jour il y a 3 ans · à confirmer" in text
    assert "Horaires et services inconnus : appelez." in text
    assert "Complet depuis le 3 novembre" in text


def test_the_last_page_says_when_whence_and_how_to_report(files):
    last = plain(pages(files["livret"])[-1])
    for words in ("20 novembre 2026", "licence ODbL 1.0", "Signaler une erreur", "exemple.fr/annuaire/x/"):
        assert words in last


def numbers_of(svg):
    """The numbers that a map shows, ranges opened."""
    numbers = []
    for part in re.findall(r'<text class="numero"[^>]*>([^<]+)<', svg):
        for piece in filter(None, (p.strip() for p in part.split(","))):
            first, _, last = piece.partition("–")
            numbers += range(int(first), int(last or first) + 1)
    return sorted(numbers)


def test_the_map_has_the_numbers_of_the_list_each_once(usual):
    (single_map,) = usual.maps
    assert numbers_of(single_map.svg) == [
        place.number for place in usual.places if place.entry.point is not None
    ]
    assert [place.number for place in usual.off_map] == [
        place.number for place in usual.places if place.entry.slug == "p28"
    ]
    for group in usual.groups:
        assert group.map is not None
        assert set(numbers_of(group.map.svg)) <= {place.number for place in group.places}


def test_marks_never_cover_one_another():
    marks = [numbered_map.Mark([k], 500 + 9 * (k % 8), 400 + 7 * (k // 8), 20) for k in range(60)]
    marks += [numbered_map.Mark([100 + k], 40 * k, 30, 20) for k in range(25)]
    boxes = [mark.box for mark in numbered_map.together(marks, 900)]
    assert all(min(b[:2]) >= 0 and b[2] <= 1000 and b[3] <= 900 for b in boxes)
    for k, one in enumerate(boxes):
        assert not any(numbered_map._over(one, other) for other in boxes[k + 1 :])


def named(svg):
    """The names that a map writes: words, middle and height of letters."""
    labels = re.findall(r'<text class="nom" font-size="(\d+)" x="(\d+)" y="(\d+)">([^<]+)<', svg)
    return {unescape(name): (float(x), float(y), float(size)) for size, x, y, name in labels}


@pytest.mark.parametrize("letters", [numbered_map.LETTERS, directory_book.LARGE])
def test_a_name_lies_on_its_own_commune_beside_the_numbers(letters):
    codes = {
        "Grenoble": "38185",
        "La Tronche": "38516",
        "Saint-Martin-d'Hères": "38421",
        "Échirolles": "38151",
    }
    shapes = contours.communes(codes.values())
    areas = {name: shapes[code] for name, code in codes.items()}
    marks = [(k, 5.715 + 0.004 * k, 45.18 + 0.003 * (k % 3), "Un quartier") for k in range(1, 6)]
    svg = numbered_map.draw(areas, inside=[], marks=marks, title="t", id="i", tallest=1.4, letters=letters)
    names = named(svg)
    assert "Grenoble" in names  # it holds the places, whatever the name of their group
    frame = maps.frame_of(
        [*(areas[name] for name in areas if letters == numbered_map.LETTERS or name == "Grenoble")],
        tallest=1.4,
    )
    boxes = []
    for name, (x, y, size) in names.items():
        box = numbered_map._box_of(name, x, y - size / 3, size)
        label_box = shapely.box(*box)
        other_communes = [frame.place(shape) for other, shape in areas.items() if other != name]
        assert sum(
            shapely.area(shapely.intersection(label_box, other)) for other in other_communes
        ) <= 0.35 * shapely.area(label_box)
        assert not any(numbered_map._over(box, other) for other in boxes)
        boxes.append(box)


def test_a_land_too_full_for_one_map_has_one_for_each_part(land):
    parts = Land(
        land.communes, land.inside, {"Grenoble": "Le nord", "Échirolles": "Le sud", "Eybens": "Le sud"}
    )
    book_places = directory([entry(k, list(CODES)[k % 3]) for k in range(90)], parts)
    assert [each.name for each in book_places.maps] == ["Le nord", "Le sud"]
    assert sorted(n for each in book_places.maps for n in numbers_of(each.svg)) == list(range(1, 91))


# ----------------------------------------------------------------------------------------------- rough places


STRANGE = (
    {"name": "Association départementale d’information et d’initiative " * 3},
    {"hours": [f"{day} : 8 h 30 – 12 h, 13 h 30 – 17 h 15" for day in ("Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi", "Samedi")]},
    {"name": "Café 💻 № 5 \u2192 ici", "before": "Приходите 日本"},
    {"finds": [Find(id, "wifi", "Wifi", "Il faut habiter la commune. " * 5) for id in ("wifi", "pret", "vente", "don")]},
    {"address": "", "phones": (), "hours": (), "finds": (), "price": "", "fresh": "date inconnue", "point": None},
    {"before": "Apportez une pièce d’identité. " * 12},
)  # fmt: skip


@pytest.mark.parametrize("places", [STRANGE * 2, STRANGE[:1] * 9], ids=["of each sort", "of long names"])
def test_strange_places_break_nothing(land, places):
    files_by_name = documents(directory([entry(k, **more) for k, more in enumerate(places)], land))
    assert len(pages(files_by_name["affiche"])) == 1
    assert len(pages(files_by_name["dépliant"])) == 2
    assert len(pages(files_by_name["livret"])) >= 4


def test_a_single_place_without_any_contour_is_a_directory_too():
    files_by_name = documents(directory([entry(1)], Land({})))
    assert "Où sont les lieux" not in " ".join(pages(files_by_name["livret"]))
    assert [len(pages(files_by_name[name])) for name in ("affiche", "dépliant")] == [1, 2]


def test_what_is_typed_is_never_read_as_code(land):
    book = directory_book.book(
        directory([entry(1, name="#panic() $x$ <b> *gras*", address='"\\n [lien](x)')], land)
    )
    assert "#panic() $x$ <b> *gras*" in " ".join(pages(book))


# ----------------------------------------------------------------------------------------- poster and leaflet


@pytest.mark.parametrize("paper", ["a4", "a3"])
def test_a_poster_is_one_page_of_its_size(usual, paper):
    places = directory_book.chosen([place.entry for place in usual.places])
    poster = pypdfium2.PdfDocument(directory_book.poster(usual, places, paper=paper))
    assert len(poster) == 1
    wide, high = poster[0].get_size()
    assert (round(wide), round(high)) == {"a4": (595, 842), "a3": (842, 1191)}[paper]


def test_a_poster_shows_the_best_known_one_in_each_group_first(usual):
    first_entries = directory_book.chosen([place.entry for place in usual.places], 3)
    assert {each.group for each in first_entries} == set(CODES)
    assert all(each.rank == 3 for each in first_entries)


def test_a_poster_says_that_old_hours_are_to_confirm(land):
    book_places = directory([entry(1, old=True, fresh="mis à jour il y a 5 ans"), entry(2)], land)
    poster_text = plain(
        pages(directory_book.poster(book_places, [place.entry for place in book_places.places]))[0]
    )
    assert poster_text.count("À confirmer : mis à jour il y a 5 ans") == 1


def test_the_needs_follow_how_to_read_on_the_same_page(files):
    page = next(page for page in map(plain, pages(files["livret"])) if "Comment lire cet annuaire" in page)
    assert "Que cherchez-vous ?" in page


def test_poster_counts_the_places_it_leaves_out(usual, files):
    (text,) = pages(files["affiche"])
    assert "22 autres lieux aident aussi." in plain(text)


def test_a_leaflet_says_needs_and_the_map_has_its_own_numbers(usual, files):
    outside, inside = map(plain, pages(files["dépliant"]))
    assert "Où se faire aider avec le numérique" in outside
    assert "Appelez avant de venir." in outside
    assert "Je cherche du wifi" in inside
    assert "Je veux apprendre" in inside


def test_a_territory_where_nobody_says_what_it_offers_has_a_leaflet(land):
    _, inside = pages(directory_book.leaflet(directory([entry(k, finds=()) for k in range(40)], land)))
    assert "Les lieux où demander" in inside


# ------------------------------------------------------------------------------------------------------ hours


@pytest.mark.parametrize(
    ("osm", "expected"),
    [
        (
            "Mo-Fr 09:00-12:00,14:00-18:30; Sa 08:30-12:00",
            ["Du lundi au vendredi : 9 h – 12 h, 14 h – 18 h 30", "Samedi : 8 h 30 – 12 h"],
        ),
        ("Tu,Th 16:00-18:00; We 10:00-12:00", ["Mardi et jeudi : 16 h – 18 h", "Mercredi : 10 h – 12 h"]),
        ('Mo 14:00-17:00 "sur rendez-vous"', ["Lundi : 14 h – 17 h (sur rendez-vous)"]),
        ('unknown "sur rendez-vous"', ["Sur rendez-vous"]),
        ("24/7", ["Tous les jours : toute la journée"]),
        ("We[1,3] 14:30-18:30", ["1er et 3e mercredi du mois : 14 h 30 – 18 h 30"]),
        (
            "Mo[1],We[2] 14:00-18:30",
            ["1er lundi du mois : 14 h – 18 h 30", "2e mercredi du mois : 14 h – 18 h 30"],
        ),
        ("Fr[-1] 09:00-12:00", ["Dernier vendredi du mois : 9 h – 12 h"]),
        ("week 01-53/2 Mo 09:00-12:00", [opening.CHANGING]),
        ("Mo-Fr 09:00-12:00; PH off", ["Du lundi au vendredi : 9 h – 12 h"]),
        ("Sa off", []),
        ("Tu 09:00-12:00; Sa[3] 09:00-12:00", ["Mardi : 9 h – 12 h", "3e samedi du mois : 9 h – 12 h"]),
        ("Sa 09:00-12:00; Sa[3] 14:00-17:00", [opening.CHANGING]),  # the third Saturday, which of the two?
        (
            'Mo 09:00-12:00; Sa[-1] unknown "le matin"',
            ["Lundi : 9 h – 12 h", "Dernier samedi du mois : le matin"],
        ),
        ("SH Mo 09:00-12:00", ["Vacances scolaires, lundi : 9 h – 12 h", opening.OTHER_DAYS]),
        ("Tu 09:00-12:00; PH,SH off", ["Mardi : 9 h – 12 h", "Vacances scolaires : fermé"]),
        ("", []),
    ],
)
def test_hours_are_written_in_words_whatever_the_week_of_printing(osm, expected):
    for on in (ON, date(2026, 11, 11), date(2026, 12, 25), date(2026, 5, 14)):
        assert [plain(line) for line in opening.hours(osm, on)] == expected, on


def test_hours_that_change_are_printed_as_typed():
    osm = "week 01-53/2 Mo 09:00-12:00"
    assert opening.hours(osm, ON, "un lundi\nsur deux, 9h-12h") == ["« un lundi sur deux, 9h-12h »"]
    assert opening.hours(osm, ON, "x" * 121) == [opening.CHANGING]
    assert opening.hours("We[1] 14:30-18:30", ON, "1er mercredi") != ["« 1er mercredi »"]


# ------------------------------------------------------------------------------------------------ real places


@pytest.mark.complete
@pytest.mark.django_db
def test_the_three_hundred_places_of_isere_make_one_book_quickly(settings, tmp_path):
    """310 fiches réelles, dont 6 disent sûrement un lieu déjà là : un seul PDF, par commune, en moins de
    dix secondes.
    """
    from maillage.apps.directory.intake.actions import importing
    from maillage.apps.directory.places.queries import paper, scope
    from maillage.reference.cards import cards
    from maillage.sources.offer import files as offer_files
    from maillage.sources.offer.forms import read as forms

    settings.HOME = tmp_path
    result = offer_files.places(forms.read(cards()["hinaura-isere"].file), today=ON, source="Hinaura")
    from django.utils import timezone

    importing.take_in(result, source="Hinaura", digest="0" * 64, by=None, at=timezone.now())
    where = scope.of("38")
    with within(10):
        book_places = paper.directory(where, on=ON, address="https://exemple.fr/annuaire/38/")
        content = directory_book.book(book_places)
    assert len(book_places.places) == 304
    assert book_places.sources[-1].startswith("6\u00a0fiches décrivent sans doute un lieu déjà ici")
    text = squeezed(" ".join(pages(content)))
    assert [p.entry.name for p in book_places.places if squeezed(p.entry.name) not in text] == []
    drawn = sorted(n for each in book_places.maps for n in numbers_of(each.svg))
    assert drawn == [p.number for p in book_places.places if p.entry.point is not None]
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert pdf.Root["/MarkInfo"]["/Marked"]
        assert 30 < len(pdf.pages) < 80
