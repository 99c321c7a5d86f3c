"""The emoji are what `data/README.md` says; a picture of one's own is drawn as they are, or refused with the reason."""

import importlib.util
import io

import numpy as np
import pytest
from PIL import Image
from refusing import refuses

from helpers import data, network
from helpers.data import DATA, STYLES

INSTALLED = importlib.util.find_spec("efficientnet_lite_pytorch")


@pytest.fixture(scope="module")
def emoji():
    return data.load_emoji()


def test_every_thing_has_a_picture_and_a_row_in_every_style(emoji):
    things, pictures, rows, styles = emoji
    assert list(things.columns) == ["emoji", "name", "group", "tags"] and styles == STYLES
    assert pictures.shape == (len(things), 5, 32, 32, 3) and pictures.dtype == np.uint8
    assert rows.shape == (len(things), 5, 128) and rows.dtype == np.float32 and np.isfinite(rows).all()


def test_things_are_all_different_and_none_is_a_flag_or_a_sign(emoji):
    things, pictures, _, styles = emoji
    assert (
        things.emoji.is_unique and things.name.is_unique and (things != "").all().loc[["emoji", "name", "group"]].all()
    )
    assert set(things.group).isdisjoint({"flags", "symbols", "component"})
    assert not things.emoji.isin([chr(code) for code in range(0x1F550, 0x1F568)]).any()  # clock faces
    for style, name in enumerate(styles):
        assert len({picture.tobytes() for picture in pictures[:, style]}) == len(things), (
            f"{name} draws two things alike"
        )


def test_known_things_look_as_they_should(emoji):
    things, pictures, _, _ = emoji
    place = {name: row for row, name in enumerate(things.name)}
    red, green, blue = pictures[place["tomato"], :, 16, 16].T.astype(int)
    assert (red > green + 60).all() and (red > blue + 60).all()
    red, green, blue = pictures[place["green apple"], :, 16, 16].T.astype(int)
    assert (green > red).all() and (green > blue).all()


def test_each_picture_fills_its_square(emoji):
    drawn = (emoji[1] < 250).any(axis=-1)
    height, width = (drawn.any(axis=axis).sum(axis=-1) for axis in (3, 2))
    assert np.maximum(height, width).min() >= 24 and (emoji[1][:, :, 0, 0] > 200).mean() > 0.95


def test_drawings_that_share_alike_stand_in_a_file_of_their_own():
    assert {path.stem for path in (DATA / "emoji").glob("*.png")} == set(STYLES)
    text = (DATA / "README.md").read_text(encoding="utf-8")
    for licence in ("Apache 2.0", "CC BY 4.0", "CC BY-SA 4.0", "MIT"):
        assert licence in text


def test_all_of_it_is_small():
    assert sum(path.stat().st_size for path in (DATA / "emoji").iterdir()) < 5_600_000


def test_a_sheet_is_cut_line_by_line():
    pictures = np.random.RandomState(0).randint(256, size=(6, 4, 4, 3)).astype(np.uint8)
    sheet = np.vstack([np.hstack(pictures[:3]), np.hstack(pictures[3:])])
    assert (data.cut_sheet(sheet, side=4) == pictures).all()


def test_changed_pictures_are_the_same_things(emoji):
    _, pictures, rows, _ = emoji
    changed = data.load_changed()
    assert len(changed) == 4
    for how, (these, their_rows) in changed.items():
        assert these.shape == pictures[::5, 0].shape and their_rows.shape == rows[::5, 0].shape
        assert (these != pictures[::5, 0]).any(axis=(1, 2, 3)).mean() > 0.8, how
    moved = changed["moved 6 right, 4 down"][0]
    assert (moved[:, 4:, 6:] == pictures[::5, 0, :28, :26]).all() and (moved[:, :4] == 255).all()


# --- A picture of one's own -------------------------------------------------------------------------------


def saved(tmp_path, image, name="mine.png", **how):
    image.save(tmp_path / name, **how)
    return tmp_path / name


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "CMYK", "I;16"])
def test_a_picture_of_any_kind_is_read(tmp_path, mode):
    image = Image.new("RGB", (300, 200), "red")
    if mode == "I;16":
        image = Image.fromarray(np.full((200, 300), 40_000, np.uint16))
    name = "mine.tif" if mode == "CMYK" else "mine.png"
    picture = data.load_picture(saved(tmp_path, image if mode == "I;16" else image.convert(mode), name))
    assert picture.shape == (32, 32, 3) and picture.dtype == np.uint8
    assert (picture[0] == 255).all()  # white above, one colour within (dots stand for it in black and white)
    assert np.abs(picture[16, 16].astype(int) - picture[14, 10]).max() < 8


def test_a_photograph_lies_in_the_middle_and_keeps_its_shape(tmp_path):
    picture = data.load_picture(saved(tmp_path, Image.new("RGB", (400, 200), "blue"), "mine.jpg"))
    blue = picture[..., 0] < 128
    assert abs(blue.any(axis=1).sum() - 15) <= 1 and abs(blue.any(axis=0).sum() - 30) <= 1


def test_a_telephone_s_picture_is_turned_upright(tmp_path):
    turned = Image.Exif()
    turned[0x0112] = 6
    image = Image.new("RGB", (400, 200), "blue")
    assert (data.load_picture(saved(tmp_path, image, "mine.jpg", exif=turned))[..., 0] < 128).any(axis=1).sum() >= 29


def test_a_transparent_border_is_cut_off(tmp_path):
    image = Image.new("RGBA", (300, 300))
    image.paste("green", (200, 200, 240, 240))
    assert (data.load_picture(saved(tmp_path, image))[..., 0] < 128).sum() >= 29**2


def test_bad_pictures_are_refused(tmp_path):
    refuses(lambda: data.load_picture(tmp_path / "none.png"), "none.png", "no such file", str(tmp_path))
    (tmp_path / "text.png").write_text("no picture")
    refuses(lambda: data.load_picture(tmp_path / "text.png"), "text.png", "PNG or JPEG")
    (tmp_path / "empty.jpg").write_bytes(b"")
    refuses(lambda: data.load_picture(tmp_path / "empty.jpg"), "empty.jpg", "PNG or JPEG")
    refuses(lambda: data.load_picture(saved(tmp_path, Image.new("RGBA", (9, 9)), "air.png")), "air.png", "transparent")
    huge = saved(tmp_path, Image.new("1", (9_000, 9_000)), "huge.png")
    refuses(lambda: data.load_picture(huge), "huge.png", "too many pixels", "smaller")
    bomb = saved(tmp_path, Image.new("1", (20_000, 20_000)), "bomb.png")
    refuses(lambda: data.load_picture(bomb), "bomb.png", "too many pixels", "smaller")


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif", "webp", "bmp"])
def test_a_picture_cut_off_anywhere_is_refused_or_read(tmp_path, kind):
    stream = io.BytesIO()
    noise = np.random.RandomState(0).randint(256, size=(40, 40, 3)).astype(np.uint8)
    Image.fromarray(noise).save(stream, kind)
    content, path = stream.getvalue(), tmp_path / f"cut.{kind}"
    for length in range(0, len(content) - 40, 37):
        path.write_bytes(content[:length])
        refuses(lambda: data.load_picture(path), path.name, "PNG or JPEG" if length < 8 else "")


# --- The network ------------------------------------------------------------------------------------------


def test_without_the_network_the_message_says_what_to_install(monkeypatch, emoji):
    monkeypatch.setitem(__import__("sys").modules, "efficientnet_lite_pytorch", None)
    refuses(lambda: network.features(emoji[1][0]), "not installed", "requirements-pictures.txt")


@pytest.mark.skipif(not INSTALLED, reason="needs requirements-pictures.txt")
def test_the_network_gives_the_rows_that_are_stored(emoji):
    _, pictures, rows, _ = emoji
    again = data.network_rows(network.features(pictures[7]))
    assert np.abs(again - rows[7]).max() < 0.02


@pytest.mark.skipif(not INSTALLED, reason="needs requirements-pictures.txt")
def test_an_untrained_network_is_the_same_for_the_same_seed_and_leaves_other_seeds_alone(emoji):
    torch = pytest.importorskip("torch")
    state = torch.random.get_rng_state()
    one, again, other = (network.features(emoji[1][7, :2], untrained=seed) for seed in (0, 0, 1))
    assert np.array_equal(one, again) and not np.array_equal(one, other)
    assert torch.equal(state, torch.random.get_rng_state())


def test_rows_of_the_untrained_network_stand_beside_the_others(emoji):
    rows, changed = data.load_untrained()
    assert rows.shape == emoji[2].shape and np.isfinite(rows).all()
    assert np.allclose(rows.std(axis=(0, 1)), 1, atol=0.02)
    assert {how: one.shape for how, one in changed.items()} == {
        how: one.shape for how, (_, one) in data.load_changed().items()
    }


def test_photographs_have_a_thousand_names():
    classes = data.load_photograph_classes()
    assert len(classes) == 1000 and classes[281] == "tabby, tabby cat" and all(classes)


def test_features_are_measured_along_directions_at_right_angles():
    base = data.network_rows(np.zeros((1, 1280)))
    directions = data.network_rows(np.eye(1280)) - base
    assert np.allclose(directions.T @ directions, np.eye(128), atol=2e-3)
