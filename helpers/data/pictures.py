"""Pictures: emoji in five styles with what an image network makes of them, and a picture of one's own."""

import struct
import warnings

import numpy as np
import pandas as pd
from PIL import Image, ImageOps, UnidentifiedImageError

from helpers.data.files import DATA, DataError, checked, existing

STYLES = ["noto", "twemoji", "fluent", "emojione", "openmoji"]
PICTURE_SIDE = 32
_MOST_PIXELS = 50_000_000  # all of them have to fit into memory, four bytes each
_SEEN = 16  # of 255: what is less opaque does not count as drawn


def load_emoji():
    """Things that five sets of emoji draw, and what an image network makes of each drawing.

    Returns: things, a DataFrame with the columns emoji (the character), name, group and tags (divided by "|");
    pictures, a uint8 array (things × 5 styles × 32 × 32 × 3: red, green, blue, on white); network, a float32 array
    (things × 5 styles × 128: `network_rows` of the pictures); and the names of the styles.
    Raises: DataError if a file is missing or changed.
    Source: Noto, Twemoji, Fluent, EmojiOne, OpenMoji and EfficientNet-Lite0; see data/README.md.
    """
    things = pd.read_csv(checked(DATA / "emoji/things.csv"), keep_default_na=False)
    pictures = np.stack([_drawings(style)[: len(things)] for style in STYLES], axis=1)
    with np.load(checked(DATA / "emoji/network.npz"), allow_pickle=False) as of:
        return things, pictures, of["network"].astype(np.float32), STYLES


def load_changed():
    """Every fifth thing (`things[::5]`) as Noto draws it, changed in four ways, and what the network makes of that.

    Returns: dict from the change to its pictures (uint8, things × 32 × 32 × 3) and their rows (float32, things × 128).
    Raises: DataError if a file is missing or changed.
    """
    with np.load(checked(DATA / "emoji/network.npz"), allow_pickle=False) as of:
        rows = of["changed"].astype(np.float32)
    changed = change(_drawings("noto")[::5][: rows.shape[1]])
    return {how: (changed[how], rows[number]) for number, how in enumerate(changed)}


def load_untrained():
    """What the network would make of the drawings if it had learned nothing: its weights as they were drawn.

    Each of the 128 numbers is divided by its spread over all drawings.
    Returns: float32 array (things × 5 styles × 128), and a dict from each change of `load_changed` to its rows.
    Raises: DataError if the file is missing or changed.
    Source: `helpers.network.features(pictures, untrained=0)`; see data/README.md.
    """
    with np.load(checked(DATA / "emoji/untrained.npz"), allow_pickle=False) as of:
        changed = dict(
            zip(change(np.empty((0, PICTURE_SIDE, PICTURE_SIDE, 3))), np.float32(of["changed"]) / 16, strict=True)
        )
        return np.float32(of["network"]) / 16, changed


def load_photograph_classes():
    """The 1,000 names that the network learned to give to photographs, each with its synonyms ("tabby, tabby cat").

    Raises: DataError if the file is missing or changed.
    Source: ImageNet's classes, as the package @tensorflow-models/mobilenet lists them; see data/README.md.
    """
    return checked(DATA / "emoji/photograph_classes.txt").read_text(encoding="utf-8").splitlines()


def _drawings(style):
    """All pictures of one style's sheet; the last cells are empty."""
    return cut_sheet(np.asarray(Image.open(checked(DATA / f"emoji/{style}.png"))))


def change(pictures):
    """Pictures (pictures × 32 × 32 × 3), changed in four ways in which a person hardly sees another thing: a dict."""

    def moved(right, down):
        result = np.full_like(pictures, 255)
        result[:, down:, right:] = pictures[:, : PICTURE_SIDE - down, : PICTURE_SIDE - right]
        return result

    return {
        "moved 4 right": moved(4, 0),
        "moved 6 right, 4 down": moved(6, 4),
        "mirrored": pictures[:, :, ::-1],
        "red and blue exchanged": pictures[..., ::-1],
    }


def cut_sheet(sheet, side=PICTURE_SIDE):
    """A sheet of pictures (height × width × 3) as a row of pictures, line by line: pictures × side × side × 3."""
    down, across = sheet.shape[0] // side, sheet.shape[1] // side
    return sheet.reshape(down, side, across, side, 3).swapaxes(1, 2).reshape(-1, side, side, 3)


def network_rows(features):
    """Features of pictures (pictures × 1,280, from `helpers.network`) in the space of `load_emoji`: pictures × 128.

    The mean of all emoji is taken away, and what is left is measured along their 128 main directions (PCA).
    Raises: DataError if the file is missing or changed.
    """
    with np.load(checked(DATA / "emoji/network.npz"), allow_pickle=False) as of:
        return (features - of["mean"]) @ of["directions"].astype(np.float64)


def load_picture(path):
    """A picture of one's own (PNG, JPEG and whatever else Pillow reads), drawn as the emoji are.

    What is transparent turns white, and a transparent border is cut off. The rest stands in the middle of a square
    with a narrow white border, and is made small.
    Returns: uint8 array, 32 × 32 × 3.
    Raises: DataError that names the file, if it is missing, no picture, damaged or too large.
    """
    path = existing(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # we have a limit of our own
            image = Image.open(path)
        if image.width * image.height > _MOST_PIXELS:
            raise Image.DecompressionBombError
        image = ImageOps.exif_transpose(image).convert("RGBA")  # a telephone's picture may lie on its side
    except UnidentifiedImageError:
        raise DataError(f"{path} is no picture that can be read here. Save it as PNG or JPEG.") from None
    except Image.DecompressionBombError:
        raise DataError(f"{path} has too many pixels. Make it smaller: 1,000 × 1,000 are plenty.") from None
    except (OSError, SyntaxError, ValueError, struct.error) as error:  # Pillow's words for a damaged file
        raise DataError(f"{path} is damaged or cut off ({error}). Save or download it again.") from None
    if image.getchannel("A").getextrema()[1] <= _SEEN:
        raise DataError(f"{path} is transparent everywhere: there is nothing to see. Save it with a background.")
    return picture_on_white(image)


def picture_on_white(image, side=PICTURE_SIDE):
    """An RGBA image of Pillow, cut to what is drawn and centred on a white square: uint8, side × side × 3."""
    image = image.crop(image.getchannel("A").point(lambda alpha: 255 * (alpha > _SEEN)).getbbox())
    width = round(1.06 * max(image.size))
    square = Image.new("RGBA", (width, width), "white")
    square.alpha_composite(image, ((width - image.width) // 2, (width - image.height) // 2))
    return np.asarray(square.convert("RGB").resize((side, side), Image.Resampling.BOX))
