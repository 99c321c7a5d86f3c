"""One look for every figure, and the three kinds of figure that come back throughout the series."""

import json
import struct
import zlib
from base64 import b64encode
from collections import Counter
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from matplotlib.colors import to_hex
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

from helpers.vectors import as_array, cosine_similarity

# Okabe & Ito 2008: eight colours that people with the common kinds of colour blindness can tell apart.
COLOURS = dict(blue="#0072B2", orange="#E69F00", green="#009E73", red="#D55E00", purple="#CC79A7", sky="#56B4E9")
COLOURS |= dict(black="#000000", grey="#8A8A8A")

plt.rc("figure", figsize=(8, 5), dpi=110, facecolor="white")  # white also under JupyterLab's dark theme
plt.rc("savefig", facecolor="white")
plt.rc("font", size=11)
plt.rc("axes.spines", top=False, right=False)
plt.rc("axes", titlelocation="left", prop_cycle=plt.cycler(color=list(COLOURS.values())))


def show(figure, alt):
    """Show a figure once and close it; `alt` says in words what it shows, for those who cannot see it.

    Raises: ValueError if there are no such words.
    """
    if not alt or not alt.strip():
        raise ValueError("Say in `alt` what the figure shows, in a sentence or two.")
    display(figure, metadata={"image/png": {"alt": alt}})
    plt.close(figure)


def _as_written(labels):
    """Labels and the style that draws them as they are: no `$` starts mathematics, and other scripts have their fonts.

    What no installed font holds is drawn as "?" and named in one printed line.
    """
    labels, families = [str(label) for label in labels], ["sans-serif"]
    own = get_font(findfont(FontProperties()))
    lacking = {sign for sign in "".join(labels) if sign != "\n" and not own.get_char_index(ord(sign))}
    for font in fontManager.ttflist if lacking else []:
        held = {sign for sign in lacking if get_font(font.fname).get_char_index(ord(sign))}
        if held and not font.name.startswith("Last Resort"):  # its signs are boxes
            lacking, families = lacking - held, [*families, font.name]
    if lacking:
        lost = [label for label in labels if lacking & set(label)]
        print(f"No installed font holds some letters of: {', '.join(lost)}. They are drawn as ?.")
    labels = [label.translate({ord(sign): "?" for sign in lacking}) for label in labels]
    return labels, {"parse_math": False, "fontfamily": families}


def heat_strips(values, rows, columns, ax=None, low=None, high=None):
    """Vectors as strips of colour, one a row; with the numbers written in, or beyond 12 columns a colour bar.

    values: n × d (or a single d); rows: n names; columns: d names; low, high: the ends of the colour scale.
    A scale that reaches below zero is drawn from purple through white to orange, any other from dark to bright.
    Returns: the axes.
    """
    values = np.atleast_2d(as_array(values))
    if values.shape != (len(rows), len(columns)):
        raise ValueError(f"{values.shape[0]} × {values.shape[1]} values for {len(rows)} rows, {len(columns)} columns.")
    low = values.min() if low is None else low
    high = values.max() if high is None else high
    if ax is None:
        _, ax = plt.subplots(figsize=(2 + 0.9 * len(columns), 0.9 + 0.27 * len(rows)), layout="constrained")
    if low < 0:
        low, high = -max(-low, high), max(-low, high)
    colours = plt.get_cmap("PuOr_r" if low < 0 else "cividis")
    picture = ax.imshow(values, aspect="auto", cmap=colours, vmin=low, vmax=high)
    for axis, names in ((ax.xaxis, columns), (ax.yaxis, rows)):
        labels, style = _as_written(names)
        axis.set_ticks(range(len(labels)), labels, **style)
    ax.tick_params(length=0, labeltop=True, labelbottom=False)
    ax.spines[:].set_visible(False)
    ax.set_yticks(np.arange(len(rows) - 1) + 0.5, minor=True)
    ax.grid(which="minor", color="white", linewidth=1.5)
    ax.tick_params(which="minor", length=0)
    if len(columns) <= 12:
        for (row, column), value in np.ndenumerate(values):
            red, green, blue, _ = picture.cmap(picture.norm(value))
            ink = "black" if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else "white"
            ax.text(column, row, f"{value:.3g}", ha="center", va="center", color=ink, fontsize=9)
    else:
        ax.figure.colorbar(picture, ax=ax, fraction=0.04, pad=0.02)
    return ax


def label_map(coordinates, names, ax=None, highlight=(), colours=None):
    """A map of labelled points; labels are moved apart until none covers another or a point.

    Points on the very same spot share one label. Where there is no room at all, a label is left out.

    coordinates: n × 2; names: n, "" for a point without a label; highlight: names to draw in red; colours: n colours.
    Call it last: a change to the size or the limits of the axes afterwards would move the labels again.
    Returns: the axes.
    """
    coordinates = as_array(coordinates)
    if coordinates.shape != (len(names), 2):
        raise ValueError(f"{len(names)} names need {len(names)} × 2 coordinates, not {coordinates.shape}.")
    ax = plt.subplots(figsize=(9, 6.5), layout="constrained")[1] if ax is None else ax
    colours = [COLOURS["blue"]] * len(names) if colours is None else colours
    marked = [COLOURS["red"] if name in highlight else colour for name, colour in zip(names, colours, strict=True)]
    ax.scatter(*coordinates.T, c=marked, s=22, zorder=3)
    ax.margins(0.1)
    ax.figure.canvas.draw()  # fixes the scale, so that sizes on paper are known
    ax.set(xlim=ax.get_xlim(), ylim=ax.get_ylim())
    pixels = ax.transData.transform(coordinates)
    frame = ax.get_window_extent()
    taken = [(x - 5, y - 5, x + 5, y + 5) for x, y in pixels]
    labels, style = _as_written(names)
    together = {}  # points on the very same spot share one label, a line each
    for row, name in enumerate(names):
        if name:
            together.setdefault(tuple(coordinates[row]), []).append(row)
    for rows in sorted(together.values(), key=lambda rows: names[rows[0]] not in highlight):
        row, label = rows[0], "\n".join(labels[row] for row in rows)
        look = style | {"weight": "bold" if names[row] in highlight else "normal"}
        _place_label(ax, coordinates[row], pixels[row], label, marked[row], look, taken, frame)
    return ax


def _place_label(ax, point, pixel, name, colour, style, taken, frame):
    """Write a label at the nearest free place around its point, with a thin line to it if that is far.

    point: where it is in the data; pixel: where that is on the figure. Offsets are kept in points of print (1/72 inch),
    so that the figure looks the same at any resolution.
    """
    scale = ax.figure.dpi / 72
    label = ax.annotate(name, point, (0, 0), textcoords="offset points", fontsize=10, **style)
    box = label.get_window_extent()
    width, height = box.width + 2, box.height
    angles = np.deg2rad([0, 180, 90, 270, 45, 315, 135, 225, 20, 340, 160, 200, 70, 290, 110, 250])
    for distance in scale * np.arange(6, 120, 4):
        for angle in angles:
            # The side of the label that faces the point stands at this distance from it.
            x = pixel[0] + distance * np.cos(angle) - width * (1 - np.cos(angle)) / 2
            y = pixel[1] + distance * np.sin(angle) - height * (1 - np.sin(angle)) / 2
            right, top = x + width, y + height
            inside = frame.x0 <= x and right <= frame.x1 and frame.y0 <= y and top <= frame.y1
            if inside and not any(x < r and left < right and y < t and bottom < top for left, bottom, r, t in taken):
                taken.append((x, y, right, top))
                label.xyann = ((x - pixel[0]) / scale, (y - pixel[1]) / scale)
                if distance > 10 * scale:
                    end = np.clip(pixel, (x, y), (right, top)) - pixel
                    line = {"arrowstyle": "-", "color": colour, "linewidth": 0.6, "shrinkA": 0, "shrinkB": 3}
                    ax.annotate("", point, end / scale, textcoords="offset points", arrowprops=line)
                return
    label.remove()  # no room anywhere near: better no label than one on top of another


def explore(coordinates, names, colours, vectors=None, pictures=None, steps="step"):
    """A map to point at, search, zoom (wheel, drag; double click for all of it), recolour, click for neighbours.

    coordinates: n × 2, or f × n × 2 with a slider through f states, which counts the `steps`; names: n;
    colours: what colour can show, {"genre": n labels, "year": n numbers}, drawn as `_shades` says;
    vectors: n × d, if a chosen name shall show its five nearest by cosine; pictures: n × h × w × 3 bytes, as points.
    Vega-Lite draws it, which JupyterLab brings: in the browser alone, without kernel or network, as `map.vl.json` says.
    By keyboard: Tab, letters, Page Up, Page Down, Home, End (JupyterLab keeps the arrow keys for its cells).
    Raises: ValueError where something is not there once for each name, and what `as_array` or the cosines refuse.
    """
    names, frames = list(map(str, names)), as_array(coordinates)
    frames = frames[None] if frames.ndim == 2 else frames
    if frames.ndim != 3 or frames.shape[1:] != (len(names), 2):
        raise ValueError(f"{len(names)} names need {len(names)} × 2 coordinates, not {np.shape(coordinates)}.")
    for what, values in {**colours, "vectors": vectors, "pictures": pictures}.items():
        if values is not None and len(values) != len(names):
            raise ValueError(f"{len(names)} names, but {len(values)} {what}: there must be one for each name.")
    low, high = frames.min(axis=(0, 1)), frames.max(axis=(0, 1))
    scale = max(high - low) / 480 or 1  # the same across and up
    frames = ((frames - (low + high) / 2) / scale).round(2) + 0.0  # in pixels from the middle; and no -0.0
    shades = {what: _shades(values) for what, values in colours.items()}
    shown = list(zip(*(np.asarray(values).tolist() for values in colours.values()), strict=True))
    points = [
        {"name": name, "xs": frames[:, row, 0].tolist(), "ys": frames[:, row, 1].tolist(), "shown": shown[row]}
        | {"shades": {what: shades[what][0][row] for what in colours}, "near": {}}
        for row, name in enumerate(names)
    ]
    if vectors is not None:
        scores = cosine_similarity(vectors, vectors).round(9)  # as `nearest` does, all at once
        np.fill_diagonal(scores, -2)
        for name, order in zip(names, np.argsort(-scores, kind="stable")[:, : min(5, len(names) - 1)], strict=True):
            for place, row in enumerate(order.tolist(), start=1):
                points[row]["near"]["=" + name.lower()] = place

    chart = json.loads(Path(__file__).with_name("map.vl.json").read_text(encoding="utf-8"))
    legend = [{"colours": what, "row": row, **entry} for what in colours for row, entry in enumerate(shades[what][1])]
    (colour, moment), main = chart["params"], chart["hconcat"][0]
    colour["value"], colour["bind"]["options"] = next(iter(colours)), list(colours)
    moment["value"] = moment["bind"]["max"] = len(frames) - 1
    moment["bind"]["name"] = f"{steps} "
    if len(frames) == 1:
        del moment["bind"]
    for axis, side, length in zip("xy", ("width", "height"), (high - low) / scale + 40, strict=True):
        main[side] = round(length)
        main["encoding"][axis]["scale"]["domain"] = [-main[side] / 2, main[side] / 2]
    tooltip = [{"field": f"shown[{index}]", "title": what} for index, what in enumerate(colours)]
    main["encoding"]["tooltip"] = [{"field": "name"}, *tooltip]
    if pictures is not None:
        for point, picture in zip(points, pictures, strict=True):
            point["picture"] = _data_uri(picture)
        mark = {"type": "image", "width": 24, "height": 24}
        main["layer"].insert(1, {"mark": mark, "encoding": {"url": {"field": "picture"}}})
    # As text a notebook keeps them on one line; as lists, each number would have a line of its own.
    chart["datasets"] = {"points": json.dumps(points), "legend": json.dumps(legend)}
    words = f"A map of {len(names)} names to explore. To see it, open this notebook in JupyterLab."
    display({"application/vnd.vegalite.v5+json": chart, "text/plain": words}, raw=True)


def _shades(values):
    """A colour for each of n values, and the lines of a legend.

    Numbers go from dark to bright by rank, so that a few large ones do not leave all others dark. The seven most
    frequent labels have a colour each; all others are grey, and so is a label "all others".
    """
    if np.asarray(values).dtype.kind in "iuf":
        values = as_array(values)
        below, upto = (np.searchsorted(np.sort(values), values, side) for side in ("left", "right"))
        shades = [to_hex(colour) for colour in plt.get_cmap("cividis")((below + upto) / 2 / len(values))]
        marks = np.unique(np.quantile(values, [0, 0.25, 0.5, 0.75, 1], method="nearest"))[::-1]
        return shades, [{"label": f"{mark:g}", "shade": shades[values.tolist().index(mark)]} for mark in marks]
    values, palette = list(map(str, values)), [shade for name, shade in COLOURS.items() if name != "grey"]
    frequent = [label for label, _ in Counter(values).most_common() if label != "all others"][: len(palette)]
    shade_of = dict(zip(frequent, palette, strict=False))
    legend = [{"label": label, "shade": shade} for label, shade in shade_of.items()]
    if set(values) - set(frequent):
        legend.append({"label": "all others", "shade": COLOURS["grey"]})
    return [shade_of.get(value, COLOURS["grey"]) for value in values], legend


def _data_uri(picture):
    """A picture, h × w × 3 bytes, as an address that holds the whole of it: a PNG, of up to 256 colours as a palette.

    It is stored, not compressed, so that its bytes do not depend on the version of a compression library.
    """
    picture = np.asarray(picture, dtype=np.uint8)
    height, width, _ = picture.shape
    palette, number = np.unique(picture.reshape(-1, 3), axis=0, return_inverse=True)
    few = len(palette) <= 256
    rows = number.reshape(height, width).astype(np.uint8) if few else picture.reshape(height, -1)
    lines = np.pad(rows, ((0, 0), (1, 0))).tobytes()  # the 0 before each line says that nothing was done to it
    blocks = [lines[start : start + 65535] for start in range(0, len(lines), 65535)]
    stored = [struct.pack("<BHH", block is blocks[-1], len(block), 65535 - len(block)) + block for block in blocks]
    data = b"\x78\x01" + b"".join(stored) + struct.pack(">I", zlib.adler32(lines))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3 if few else 2, 0, 0, 0))]
    chunks += [(b"PLTE", palette.tobytes())] * few + [(b"IDAT", data), (b"IEND", b"")]
    packed = [struct.pack(">I", len(of)) + kind + of + struct.pack(">I", zlib.crc32(kind + of)) for kind, of in chunks]
    return "data:image/png;base64," + b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(packed)).decode()
