"""Take the figures that the README and lesson 10 show out of the notebooks, where cells tagged `picture` make them.

python images/collect.py
"""

import base64
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent


def pictures():
    """For each notebook its name and the bytes of the figure that its cell tagged `picture` has drawn."""
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if "picture" in cell.metadata.get("tags", []):
                (figure,) = [out.data["image/png"] for out in cell.outputs if "image/png" in out.get("data", {})]
                yield path.stem, base64.b64decode(figure)


if __name__ == "__main__":
    for name, picture in pictures():
        (ROOT / "images" / f"{name}.png").write_bytes(picture)
