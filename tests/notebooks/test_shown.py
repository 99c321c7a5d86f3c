"""What teaches is written once, in the lesson where it is born; everybody else imports it."""

import ast
import importlib.util
import subprocess
import sys

import numpy as np
from stored import NOTEBOOKS, ROOT, code_cells, every_notebook, tagged

import helpers.vectors
from helpers.data import FEATURES, load_film_sheet

DEFINITIONS = ast.FunctionDef | ast.ClassDef


def trees(path):
    return [(cell, ast.parse(cell.source)) for cell in code_cells(path)]


def test_lessons_py_is_what_the_lessons_show():
    command = [sys.executable, str(ROOT / "notebooks" / "collect.py"), "--check"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


@every_notebook
def test_a_shown_cell_only_defines(path):
    for cell, tree in trees(path):
        if tagged(cell, "shown"):
            assert all(isinstance(node, DEFINITIONS | ast.Import | ast.ImportFrom) for node in tree.body), cell.source


def bound(tree):
    """The names that a cell leaves behind."""
    names = (
        node.id
        for statement in tree.body
        if not isinstance(statement, DEFINITIONS)
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )
    return {*names, *(node.name for node in tree.body if isinstance(node, DEFINITIONS))}


def test_a_shown_name_means_one_thing_in_all_notebooks():
    cells = [(tagged(cell, "shown"), bound(tree)) for path in NOTEBOOKS for cell, tree in trees(path)]
    shown = [name for is_shown, names in cells if is_shown for name in names]
    elsewhere = set().union(*(names for is_shown, names in cells if not is_shown))
    assert len(shown) == len(set(shown))
    assert not set(shown) & elsewhere


def born(name, folder):
    """A function as the notebook in which it was born writes it, from a module made of that cell alone."""
    cells = [tree for path in NOTEBOOKS for cell, tree in trees(path) if tagged(cell, f"born-{name}")]
    (definition,) = [node for tree in cells for node in tree.body if isinstance(node, ast.FunctionDef)]
    module = folder / f"born_{name}.py"
    source = ["import numpy as np", "from helpers.vectors import cosine_similarity", ast.unparse(definition)]
    module.write_text("\n".join(source), encoding="utf-8")
    spec = importlib.util.spec_from_file_location(module.stem, module)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return getattr(loaded, name)


def test_helpers_do_what_the_notebook_shows(tmp_path):
    films = load_film_sheet()[FEATURES]
    names, vectors = list(films.index), films.to_numpy()
    nearest, cosine_similarity = born("nearest", tmp_path), born("cosine_similarity", tmp_path)
    for name, row in zip(names, vectors, strict=True):
        assert nearest(name, vectors, names, 39) == helpers.vectors.nearest(name, vectors, names, 39)
        assert np.array_equal(cosine_similarity(vectors, row), helpers.vectors.cosine_similarity(vectors, row))
    shown, imported = born("project", tmp_path)(vectors), helpers.vectors.project(vectors)
    for part, same in zip(shown, imported, strict=True):
        assert np.array_equal(part, same)
