"""The site: all lessons and their evidence as pages to read and search, with nothing asked of another machine.

    pip install -r site/requirements.txt
    sphinx-build -c site . site/built

Pages are made from the notebooks as they are stored; nothing is run. `prepare` brings what only Jupyter understands
into a form that a browser does: folded solutions, alternative texts, the maps to explore.
"""

import html
import json
import re
import shutil
from pathlib import Path

import vl_convert
from docutils import nodes
from latex2mathml.converter import convert

ROOT = Path(__file__).parent.parent

project = "Embeddings from the ground up"
language = "en"
extensions = ["myst_nb"]
root_doc = "README"
notebooks = sorted(path.relative_to(ROOT).with_suffix("").as_posix() for path in ROOT.glob("notebooks/[0-9]*.ipynb"))
evidence = [f"notebooks/evidence/{Path(name).name}" for name in notebooks]
others = ["notebooks/README", "data/README", "scale/README", "tests/peers/README", "CONTRIBUTING"]
include_patterns = [f"{name}.*" for name in (root_doc, *notebooks, *evidence, *others)]
nb_execution_mode = "off"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3

html_theme = "furo"
templates_path = ["_templates"]
html_title = project
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_math_renderer = "mathml"
VEGA = "vega.js"

FOLDED = {"solution": "hide-input", "check": "hide-cell"}
MAP = "application/vnd.vegalite.v5+json"
PARTS = {"Lessons": notebooks, "Evidence": evidence, "More": others}


def entry(name):
    """A page's line in the table of contents: a notebook with its number, other pages by their own title."""
    number = re.match(r"\d\d", Path(name).name)
    if not number:
        return f"/{name}"
    lesson = json.loads((ROOT / f"notebooks/{Path(name).name}.ipynb").read_text(encoding="utf-8"))
    title = "".join(lesson["cells"][0]["source"]).splitlines()[0].removeprefix("# ")
    return f"{number[0]} {title} </{name}>"


def contents():
    """The table of contents beside every page."""
    return "".join(
        f"\n\n```{{toctree}}\n:hidden:\n:caption: {part}\n\n" + "\n".join(map(entry, names)) + "\n```\n"
        for part, names in PARTS.items()
    )


def a_map(spec, number):
    """A map to explore as HTML, drawn by Vega-Embed when the page opens."""
    text = json.dumps(spec).replace("</", "<\\/")
    alt = html.escape(spec.get("description", "A map to explore."), quote=True)
    return (
        f'<div class="map" id="map-{number}" role="figure" aria-label="{alt}" tabindex="0"></div>'
        f'<script>addEventListener("load", () => vegaEmbed("#map-{number}", {text}, {{actions: false}}))</script>'
    )


def prepare(app, docname, source):
    """Bring one page's source into a form that browsers understand."""
    if docname == root_doc:
        source[0] += contents()
    if docname not in (*notebooks, *evidence):
        return
    notebook = json.loads(source[0])
    notebook["metadata"].pop("widgets", None)  # their state, which would fetch programs from elsewhere
    for number, cell in enumerate(cell for cell in notebook["cells"] if cell["cell_type"] == "code"):
        tags = cell["metadata"].setdefault("tags", [])
        tags += [FOLDED[tag] for tag in tags if tag in FOLDED]
        for output in cell["outputs"]:
            data = output.get("data", {})
            if MAP in data:
                output["data"] = {"text/html": a_map(data[MAP], number)}
            if "image/png" in data:
                alt = output.get("metadata", {}).get("image/png", {}).get("alt", "")
                cell["metadata"]["mystnb"] = {"image": {"alt": alt}}
        # Sliders and boxes need a kernel. The cell after each shows the same without one.
        cell["outputs"] = [
            output for output in cell["outputs"] if not any("widget-view" in kind for kind in output.get("data", {}))
        ]
    for cell in notebook["cells"]:
        cell["source"] = re.sub(r'href="(\w+)\.ipynb"', r'href="\1.html"', "".join(cell["source"]))
    source[0] = json.dumps(notebook)


def mathml(translator, node, display):
    translator.body.append(convert(node.astext(), display=display))
    raise nodes.SkipNode


def with_maps_only(app, pagename, templatename, context, doctree):
    """The library of the maps is large, so only pages with a map ask for it."""
    if 'class="map"' in context.get("body", ""):
        app.add_js_file(VEGA)


def last_steps(app, exception):
    """The library of the maps, and the first page under the name that servers ask for."""
    if exception is None:
        out = Path(app.outdir)
        library = vl_convert.javascript_bundle(vl_version="5.20")
        (out / "_static" / VEGA).write_text(f"(() => {{{library}}})()", encoding="utf-8")  # its names stay inside
        shutil.copy(out / "README.html", out / "index.html")


def setup(app):
    app.connect("source-read", prepare)
    app.connect("build-finished", last_steps)
    app.connect("html-page-context", with_maps_only)
    app.add_html_math_renderer(
        "mathml",
        (lambda translator, node: mathml(translator, node, "inline"), None),
        (lambda translator, node: mathml(translator, node, "block"), None),
    )
