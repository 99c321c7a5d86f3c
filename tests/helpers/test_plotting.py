"""Maps whose labels can be read, strips with an honest scale, and no figure without words."""

import json
import re
import warnings
from base64 import b64decode
from io import BytesIO
from itertools import combinations
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from matplotlib.colors import to_hex, to_rgb

from helpers import plotting
from helpers.plotting import COLOURS, explore, heat_strips, label_map, show


@pytest.fixture(autouse=True)
def quiet_figures():
    matplotlib.use("agg")
    yield
    plt.close("all")


# --- Maps -------------------------------------------------------------------------------------------------


def labels_of(ax):
    return [text for text in ax.texts if text.get_text()]


def spread_points():
    return np.random.default_rng(0).normal(size=(45, 2)), [f"film number {row}" for row in range(45)]


def coincident_points():
    coordinates, names = spread_points()
    coordinates[:6] = coordinates[0]
    coordinates[6:9] = coordinates[6]
    return coordinates, names


def points_on_a_line():
    return np.column_stack([np.arange(40), np.zeros(40)]), [f"word{row}" for row in range(40)]


def points_far_out():
    coordinates, names = spread_points()
    coordinates[0] = [30, 30]  # squeezes all others together
    return coordinates, names


@pytest.mark.parametrize("points", [spread_points, coincident_points, points_on_a_line, points_far_out])
def test_labels_lie_inside_the_axes_and_cover_neither_labels_nor_points(points):
    coordinates, names = points()
    ax = label_map(coordinates, names)
    ax.figure.canvas.draw()
    boxes = {label.get_text(): label.get_window_extent() for label in labels_of(ax)}
    if points in (spread_points, coincident_points):
        assert sorted("\n".join(boxes).split("\n")) == sorted(names)  # there was room for all
    assert set("\n".join(boxes).split("\n")) <= set(names) and len(boxes) > 5
    overlaps = [(one, two) for one, two in combinations(boxes, 2) if boxes[one].overlaps(boxes[two])]
    assert overlaps == []
    frame = ax.get_window_extent()
    outside = [name for name, box in boxes.items() if box.x0 < frame.x0 or box.x1 > frame.x1]
    outside += [name for name, box in boxes.items() if box.y0 < frame.y0 or box.y1 > frame.y1]
    assert outside == []
    pixels = ax.transData.transform(coordinates)
    assert [name for name, box in boxes.items() for pixel in pixels if box.contains(*pixel)] == []


def test_labels_stay_readable_when_the_figure_is_saved_at_another_resolution():
    coordinates, names = coincident_points()
    ax = label_map(coordinates, names)
    ax.figure.set_dpi(60)
    ax.figure.canvas.draw()
    boxes = [label.get_window_extent().padded(-1) for label in labels_of(ax)]  # hinting moves letters by a pixel
    assert not any(one.overlaps(two) for one, two in combinations(boxes, 2))


def test_every_point_is_drawn_and_empty_names_are_not_written():
    ax = label_map([[0, 0], [1, 1], [2, 0]], ["a", "", "c"])
    assert ax.collections[0].get_offsets().tolist() == [[0, 0], [1, 1], [2, 0]]
    assert [label.get_text() for label in labels_of(ax)] == ["a", "c"]


def test_highlight_is_bold_and_red_and_the_rest_is_not():
    ax = label_map([[0, 0], [1, 1], [2, 0]], ["a", "b", "c"], highlight=["b"])
    assert {label.get_text(): label.get_weight() for label in labels_of(ax)} == dict(a="normal", b="bold", c="normal")
    colours = [to_hex(colour).upper() for colour in ax.collections[0].get_facecolors()]
    assert colours == [COLOURS["blue"], COLOURS["red"], COLOURS["blue"]]


@pytest.mark.parametrize(
    "make", [list, np.array, torch.tensor, lambda rows: torch.tensor(rows, dtype=torch.float32, requires_grad=True)]
)
def test_map_takes_lists_numpy_and_torch_and_draws_on_given_axes(make):
    ax = plt.subplots()[1]
    assert label_map(make([[0, 0], [1, 1], [2, 0]]), ["a", "b", "c"], ax=ax) is ax
    assert ax.collections[0].get_offsets().tolist() == [[0, 0], [1, 1], [2, 0]]


@pytest.mark.parametrize(
    ("coordinates", "words"),
    [
        (np.zeros((2, 2)), r"3 names need 3 × 2 .* not \(2, 2\)"),
        (np.zeros((3, 3)), r"3 × 2 .* not \(3, 3\)"),
        (np.zeros(3), r"3 × 2 .* not \(3,\)"),
        ([[0, 0], [1, 1], [2, float("nan")]], "NaN"),
    ],
)
def test_map_of_a_wrong_shape_is_refused(coordinates, words):
    with pytest.raises(ValueError, match=words):
        label_map(coordinates, ["a", "b", "c"])
    assert plt.get_fignums() == []


# --- Strips -----------------------------------------------------------------------------------------------


def test_strip_of_a_single_vector_has_its_numbers_and_names():
    ax = heat_strips([1, 2.5, 3], ["Alien"], ["a", "b", "c"])
    assert ax.images[0].get_array().tolist() == [[1, 2.5, 3]]
    assert [text.get_text() for text in ax.texts] == ["1", "2.5", "3"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "b", "c"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Alien"]


def test_strips_of_many_columns_have_a_colour_bar_and_no_numbers():
    ax = heat_strips(torch.ones(4, 50, requires_grad=True), "abcd", range(50))
    assert ax.images[0].get_array().shape == (4, 50)
    assert len(ax.texts) == 0 and len(ax.figure.axes) == 2


@pytest.mark.parametrize(
    ("values", "limits", "scale"),
    [
        ([-1, 0, 4], {}, (-4, 4)),
        ([-4, 0, 1], {}, (-4, 4)),
        ([-4, -2, -1], {}, (-4, 4)),
        ([0, 1, 2], {"low": -5, "high": 10}, (-10, 10)),
        ([1, 2, 3], {}, (1, 3)),
        ([1, 2, 3], {"low": 0, "high": 10}, (0, 10)),
    ],
)
def test_scale_is_symmetric_when_signed_and_plain_when_not(values, limits, scale):
    picture = heat_strips(values, ["x"], "abc", **limits).images[0]
    assert picture.get_clim() == scale
    assert picture.cmap.name == ("PuOr_r" if scale[0] < 0 else "cividis")


def test_strips_are_drawn_on_given_axes():
    ax = plt.subplots()[1]
    assert heat_strips([[1, 2], [3, 4]], "ab", "xy", ax=ax) is ax


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.zeros((3, 2)), "3 × 2 values for 2 rows, 3 columns"),
        (np.zeros(3), "1 × 3 values for 2 rows, 3 columns"),
        ([[1, 2, 3], [4, 5, float("nan")]], r"NaN.*\(1, 2\)"),
        ([[1, 2, 3], [4, 5]], "of one length"),
    ],
)
def test_strips_of_a_wrong_shape_are_refused(values, words):
    with pytest.raises(ValueError, match=words):
        heat_strips(values, ["a", "b"], ["x", "y", "z"])
    assert plt.get_fignums() == []


# --- Maps to explore ----------------------------------------------------------------------------------------


@pytest.fixture
def explored(monkeypatch):
    """A function that calls `explore` and returns what it displays: the chart, and the words in its place."""
    shown = []
    monkeypatch.setattr(plotting, "display", lambda bundle, raw: shown.append(bundle))

    def call(*arguments, **options):
        explore(*arguments, **options)
        chart = json.loads(json.dumps(shown[-1]["application/vnd.vegalite.v5+json"], allow_nan=False))
        chart["datasets"] = {name: json.loads(rows) for name, rows in chart["datasets"].items()}
        return chart, shown[-1]["text/plain"]

    return call


CORNERS = [[0, 0], [4, 0], [0, 2], [4, 2]]


def test_explored_points_keep_their_names_shape_and_colours(explored):
    chart, words = explored(CORNERS, "abcd", {"kind": ["x", "y", "x", "x"], "year": [1990, 1990, 2000, 1980]})
    points, main = chart["datasets"]["points"], chart["hconcat"][0]
    assert [point["name"] for point in points] == list("abcd")
    assert [(point["xs"], point["ys"]) for point in points] == [
        ([-240], [-120]),
        ([240], [-120]),
        ([-240], [120]),
        ([240], [120]),
    ]
    assert [np.ptp(main["encoding"][axis]["scale"]["domain"]) for axis in "xy"] == [main["width"], main["height"]]
    assert [point["shown"] for point in points] == [["x", 1990], ["y", 1990], ["x", 2000], ["x", 1980]]
    by_kind, by_year = ([point["shades"][what] for point in points] for what in ("kind", "year"))
    assert by_kind == [COLOURS[name] for name in ("blue", "orange", "blue", "blue")]
    assert by_year[0] == by_year[1] and len(set(by_year)) == 3
    legend = {(line["colours"], line["label"]): line["shade"] for line in chart["datasets"]["legend"]}
    assert legend[("kind", "y")] == COLOURS["orange"] and legend[("year", "2000")] == by_year[2]
    assert chart["params"][0]["bind"]["options"] == ["kind", "year"] and "bind" not in chart["params"][1]
    assert "4 names" in words


def test_labels_beyond_the_seventh_are_grey_and_the_legend_says_so(explored):
    labels = [*"aabbccddeeffgg", "h", "i"]
    chart, _ = explored(np.random.default_rng(0).normal(size=(16, 2)), map(str, range(16)), {"kind": labels})
    assert [point["shades"]["kind"] for point in chart["datasets"]["points"][-2:]] == [COLOURS["grey"]] * 2
    assert chart["datasets"]["legend"][-1]["label"] == "all others"


def test_what_is_called_all_others_is_grey_however_many_they_are(explored):
    chart, _ = explored(CORNERS, "abcd", {"kind": ["all others", "all others", "all others", "x"]})
    shades = [point["shades"]["kind"] for point in chart["datasets"]["points"]]
    assert shades == [*[COLOURS["grey"]] * 3, COLOURS["blue"]]
    assert [line["label"] for line in chart["datasets"]["legend"]] == ["x", "all others"]


def test_states_of_training_are_drawn_on_one_scale_with_a_slider(explored):
    chart, _ = explored([np.zeros((4, 2)), CORNERS], "abcd", {"kind": "xxyy"}, steps="epoch")
    assert chart["datasets"]["points"][3]["xs"] == [-240, 240]
    assert chart["params"][1] == {
        "name": "moment",
        "value": 1,
        "bind": {"input": "range", "name": "epoch ", "min": 0, "max": 1, "step": 1},
    }


def test_nearest_names_are_found_by_cosine_in_order(explored):
    names = ["north", "constructor", "North-east", "south"]
    chart, _ = explored(CORNERS, names, {"kind": "xxyy"}, vectors=[[0, 1], [1, 0], [1, 2], [0, -1]])
    near = {point["name"]: point["near"] for point in chart["datasets"]["points"]}
    assert near["North-east"] == {"=north": 1, "=constructor": 1, "=south": 2}
    assert near["south"] == {"=north": 3, "=constructor": 3, "=north-east": 3}


@pytest.mark.parametrize("size", [(5, 6), (16, 16), (40, 30), (200, 150)])  # with a palette; without; in two blocks
def test_pictures_become_points(explored, size):
    pictures = np.random.default_rng(0).integers(256, size=(4, *size, 3), dtype=np.uint8)
    chart, _ = explored(CORNERS, "abcd", {"kind": "xxyy"}, pictures=pictures)
    start = "data:image/png;base64,"
    for point, picture in zip(chart["datasets"]["points"], pictures, strict=True):
        assert point["picture"].startswith(start)
        read = plt.imread(BytesIO(b64decode(point["picture"].removeprefix(start))))
        assert (read[:, :, :3] * 255 == picture).all()


def test_the_same_map_is_the_same_output_and_asks_nobody_for_anything(explored):
    arguments = (*spread_points(), {"number": range(45)})
    chart, _ = explored(*arguments)
    assert json.dumps(chart) == json.dumps(explored(*arguments)[0])
    assert re.findall(r"https?://[^\"]+", json.dumps(chart)) == ["https://vega.github.io/schema/vega-lite/v5.json"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"coordinates": np.zeros((3, 2))}, r"4 names need 4 × 2 coordinates, not \(3, 2\)"),
        ({"coordinates": np.zeros((4, 3))}, r"not \(4, 3\)"),
        ({"coordinates": np.zeros(4)}, r"not \(4,\)"),
        ({"coordinates": [[0, 0], [1, 1], [2, 0], [np.nan, 1]]}, "NaN"),
        ({"colours": {"year": [1, 2, 3]}}, "4 names, but 3 year"),
        ({"colours": {"year": [1, 2, 3, np.nan]}}, "NaN"),
        ({"vectors": np.ones((5, 2))}, "4 names, but 5 vectors"),
        ({"pictures": np.ones((1, 2, 2, 3))}, "4 names, but 1 pictures"),
        ({"vectors": np.zeros((4, 2))}, "are 0, so it has no direction"),
    ],
)
def test_a_map_to_explore_refuses_what_does_not_fit(explored, changes, words):
    with pytest.raises(ValueError, match=words):
        explored(**{"coordinates": CORNERS, "names": "abcd", "colours": {"kind": "xxyy"}} | changes)


# --- Seen by everyone ---------------------------------------------------------------------------------------

# How people with a kind of colour blindness see linear RGB: Machado, Oliveira & Fernandes 2009, severity 1.
SEEN_WITH = {
    "no colour blindness": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
TO_XYZ = np.array([[0.4125, 0.3576, 0.1804], [0.2127, 0.7152, 0.0722], [0.0193, 0.1192, 0.9503]])


def as_seen(colours, seen_with):
    """CIE Lab (lightness, green to red, blue to yellow) of n × 3 colours from 0 to 1, as seen by somebody."""
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    xyz = np.clip(linear @ np.transpose(SEEN_WITH[seen_with]), 0, 1) @ TO_XYZ.T / TO_XYZ.sum(axis=1)
    x, y, z = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116).T
    return np.column_stack([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("seen_with", SEEN_WITH)
def test_colours_can_be_told_apart(seen_with):
    names = [name for name in COLOURS if name != "grey"]  # grey is for what stands behind: axes, chance, all the rest
    seen = as_seen(np.array([to_rgb(COLOURS[name]) for name in names]), seen_with)
    apart = np.linalg.norm(seen[:, None] - seen, axis=2) + 1000 * np.eye(len(seen))
    assert apart.min() > 15, names[apart.min(axis=0).argmin()]  # about six just noticeable differences


@pytest.mark.parametrize("seen_with", SEEN_WITH)
def test_the_scale_from_dark_to_bright_is_one_for_everybody_and_in_greyscale(seen_with):
    lightness = as_seen(plt.get_cmap("cividis")(np.linspace(0, 1, 64))[:, :3], seen_with)[:, 0]
    assert (np.diff(lightness) > 0).all() and np.ptp(lightness) > 60


def test_writing_can_be_read_from_the_back_of_a_room():
    assert plt.rcParams["font.size"] >= 11 and plt.rcParams["figure.dpi"] >= 100
    folder = Path(plotting.__file__).resolve().parent.parent
    sources = [
        path.read_text(encoding="utf-8")
        for path in [*folder.glob("helpers/**/*.py"), *folder.glob("notebooks/*.ipynb")]
    ]
    sizes = [int(size) for source in sources for size in re.findall(r"fontsize\W{1,4}(\d+)", source)]
    assert sizes and min(sizes) >= 9


# --- Showing ----------------------------------------------------------------------------------------------


def test_show_displays_once_with_the_words_and_closes(monkeypatch):
    shown = []
    monkeypatch.setattr(plotting, "display", lambda *things, **options: shown.append((things, options)))
    figure = plt.figure()
    assert show(figure, "A line that rises.") is None
    assert shown == [((figure,), {"metadata": {"image/png": {"alt": "A line that rises."}}})]
    assert plt.get_fignums() == []


def test_shown_words_reach_the_output_of_a_notebook():
    InteractiveShell.instance()
    try:
        with capture_output() as captured:
            show(plt.figure(), "A line that rises.")
        [output] = captured.outputs
        assert output.metadata["image/png"]["alt"] == "A line that rises."
    finally:
        InteractiveShell.clear_instance()


@pytest.mark.parametrize("alt", ["", "  \n", None])
def test_show_refuses_a_figure_without_words(alt, monkeypatch):
    monkeypatch.setattr(plotting, "display", lambda *things, **options: pytest.fail("was displayed"))
    with pytest.raises(ValueError, match="Say in `alt` what the figure shows"):
        show(plt.figure(), alt)


# --- Labels are data --------------------------------------------------------------------------------------

ODD = ["$9.99 $x$", "a_b^c", "C:\\new", "50 %", "Амели", "€uro"]


@pytest.fixture
def picture_of(capsys):
    """Draws a figure with warnings as errors; gives what was printed."""

    def draw(ax):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            ax.figure.canvas.draw()
        return capsys.readouterr().out

    return draw


def test_labels_are_drawn_as_they_are_written(picture_of):
    ax = label_map(np.random.default_rng(0).normal(size=(6, 2)), ODD)
    assert sorted(label.get_text() for label in labels_of(ax)) == sorted(ODD)
    assert not any(label.get_parse_math() for label in labels_of(ax))
    assert picture_of(ax) == ""
    ax = heat_strips(np.zeros((6, 6)), ODD, ODD)
    assert picture_of(ax) == ""
    for ticks in (ax.get_xticklabels(), ax.get_yticklabels()):
        assert [label.get_text() for label in ticks] == ODD and not any(label.get_parse_math() for label in ticks)


def test_letters_of_no_font_are_named_once_and_drawn_as_question_marks(picture_of, monkeypatch):
    monkeypatch.setattr(plotting.fontManager, "ttflist", [])  # as on a machine with the fonts of Matplotlib alone
    ax = label_map([[0, 0], [1, 1], [2, 0]], ["七人の侍", "Alien", "七 films"])
    assert [label.get_text() for label in labels_of(ax)] == ["????", "Alien", "? films"]
    printed = picture_of(ax)
    assert printed.count("\n") == 1 and "七人の侍, 七 films" in printed and "Alien" not in printed


def test_letters_of_another_font_are_drawn_in_it(picture_of, monkeypatch):
    holding = [font for font in plotting.fontManager.ttflist if font.name == "STIXGeneral"]  # comes with Matplotlib
    monkeypatch.setattr(plotting.fontManager, "ttflist", holding)
    letter = next(chr(code) for code in plotting.get_font(holding[0].fname).get_charmap() if not in_own_font(code))
    ax = heat_strips([[1]], [letter], ["x"])
    assert picture_of(ax) == "" and ax.get_yticklabels()[0].get_fontfamily() == ["sans-serif", "STIXGeneral"]


def in_own_font(code):
    return plotting.get_font(plotting.findfont(plotting.FontProperties())).get_char_index(code)
