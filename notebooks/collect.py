"""Copy what the lessons show into `helpers/lessons.py`, so that later lessons can import it: shown once, then imported.

    python notebooks/collect.py            writes helpers/lessons.py
    python notebooks/collect.py --check    only says whether it is up to date

A cell with the tag `shown` holds functions and classes that take what they need as arguments. The imports that they
use come from the cells of their notebook.
"""

import ast
import json
import sys
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parent
TARGET = NOTEBOOKS.parent / "helpers" / "lessons.py"
HEAD = (
    '"""What the lessons show, for later ones to import. Made by notebooks/collect.py: change the lesson, not this."""'
)


def imports_of(code, used):
    """A line for each name that this code imports and the shown cells use; `lessons` need not import itself."""
    for statement in ast.walk(ast.parse(code)):
        if isinstance(statement, ast.Import | ast.ImportFrom):
            start = f"from {statement.module} import " if isinstance(statement, ast.ImportFrom) else "import "
            for name in statement.names:
                if (name.asname or name.name) in used and "helpers.lessons" not in start:
                    yield start + ast.unparse(name)


def collect():
    """The text of `helpers/lessons.py`: imports, then the shown cells under the titles of their notebooks."""
    imports, parts = set(), []
    for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        shown = ["".join(cell["source"]) for cell in cells if "shown" in cell["metadata"].get("tags", [])]
        used = {node.id for source in shown for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
        imports.update(*(imports_of("".join(c["source"]), used) for c in cells if c["cell_type"] == "code"))
        if shown:
            title = cells[0]["source"][0].strip("# \n")
            parts.append("\n\n\n".join([f"# --- Lesson {path.name[:2]}: {title}", *shown]))
    return "\n\n\n".join(["\n".join([HEAD, "", *sorted(imports)]), *parts]) + "\n"


if __name__ == "__main__":
    if "--check" not in sys.argv:
        TARGET.write_text(collect(), encoding="utf-8")
    elif not TARGET.exists() or TARGET.read_text(encoding="utf-8") != collect():
        sys.exit("helpers/lessons.py is not what the lessons show. Run: python notebooks/collect.py")
