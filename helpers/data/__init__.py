"""The one door to the data: what the notebooks import, from the room that each kind of file has here."""

from helpers.data.files import DATA, DataError
from helpers.data.movielens import (
    find_films,
    load_known_and_test,
    load_movielens,
    open_release,
    readable_title,
    split_ratings,
    suggest_films,
)
from helpers.data.own_ratings import OwnRatings, load_own_ratings
from helpers.data.pictures import (
    PICTURE_SIDE,
    STYLES,
    change,
    cut_sheet,
    load_changed,
    load_emoji,
    load_photograph_classes,
    load_picture,
    load_untrained,
    network_rows,
    picture_on_white,
)
from helpers.data.sheets import FEATURES, in_both, load_film_sheet, load_sheet, load_viewer_sheet
from helpers.data.shipped import load_analogies, load_glove, load_minute
from helpers.data.text import check_text, load_dictionary, load_text
