"""Names tell which images belong together."""

from fototeca.collections import load_collection
from fototeca.ingest.identity import Identity

MARS = Identity(load_collection("mars"))
PHOTOS = Identity(load_collection("photos"))


def test_an_augmented_copy_has_the_original_and_the_group_of_its_original() -> None:
    for name in (
        "ESP_013049_0950_RED-0067.jpg",
        "ESP_013049_0950_RED-0067-r90.jpg",
        "x/ESP_013049_0950_RED-0067-brt.jpg",
    ):
        assert MARS.original(name) == "ESP_013049_0950_RED-0067"
        assert MARS.group(name) == "ESP_013049_0950_RED"


def test_a_name_that_tells_no_group_is_its_own() -> None:
    assert MARS.group("holiday-r90.jpg") == "holiday"


def test_where_names_carry_no_group_the_folder_tells_images_apart() -> None:
    assert PHOTOS.group("a/1.jpg") != PHOTOS.group("b/1.jpg")
