"""One look for every figure, and the two kinds of figure that come back throughout the series."""

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

from helpers.vectors import as_array

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
