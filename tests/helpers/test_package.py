"""The arrows in `helpers` point one way, nothing in it can run a stranger's code, and all of it is explained."""

import ast
from pathlib import Path

import pytest

import helpers

FOLDER = Path(helpers.__file__).parent
FILES = sorted(path for path in FOLDER.rglob("*.py") if path != FOLDER / "lessons.py")  # that one is made by collect.py
TREES = {path.relative_to(FOLDER).with_suffix("").as_posix(): ast.parse(path.read_text("utf-8")) for path in FILES}
ROOMS = {
    "data/__init__",
    "data/files",
    "data/shipped",
    "data/sheets",
    "data/movielens",
    "data/own_ratings",
    "data/pictures",
    "data/text",
}

ENCODERS = {"network", "transformer"}  # they run somebody's learned network, where its optional package is installed


def imports(tree):
    """Every module, and every name from a module, that this source imports, wherever it does so."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = "helpers" + (f".{node.module}" if node.module else "") if node.level else node.module
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return found


def calls(tree):
    """Every call by its written name ("np.load") with its keywords that are plain values."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            keywords = {word.arg: word.value.value for word in node.keywords if isinstance(word.value, ast.Constant)}
            yield ast.unparse(node.func), keywords


def public_functions():
    for name, tree in TREES.items():
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                yield pytest.param(node, id=f"{name}.{node.name}")


def test_the_package_has_its_rooms():
    others = {"__init__", "names", "vectors", "plotting", "formula", "evidence", "checks"}
    assert set(TREES) == others | ENCODERS | ROOMS


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        *[(module, "helpers.plotting") for module in sorted(TREES)],
        *[(module, "helpers.lessons") for module in sorted(TREES)],
        *[(module, "torch") for module in sorted(set(TREES) - ENCODERS)],
        *[(module, "helpers.network") for module in sorted(TREES)],
        *[(module, "helpers.data") for module in sorted(set(TREES) - ROOMS - ENCODERS)],
        *[(module, "helpers.vectors") for module in sorted(ROOMS | {"names"})],
        *[
            (module, pickler)
            for module in sorted(ROOMS)
            for pickler in ("pickle", "_pickle", "dill", "joblib", "marshal", "shelve")
        ],
    ],
)
def test_module_does_not_import(module, forbidden):
    assert [name for name in imports(TREES[module]) if f"{name}.".startswith(f"{forbidden}.")] == []


def test_arrays_are_only_loaded_without_pickles():
    loads = [call for tree in TREES.values() for call in calls(tree) if call[0].endswith((".load", "read_pickle"))]
    safe = {"np.load": ("allow_pickle", False), "torch.load": ("weights_only", True)}
    assert loads and all(name in safe and keywords.get(safe[name][0]) is safe[name][1] for name, keywords in loads)


@pytest.mark.parametrize("node", list(public_functions()))
def test_public_name_has_a_docstring(node):
    assert len(ast.get_docstring(node) or "") > 20


@pytest.mark.parametrize("module", sorted(set(TREES) - {"__init__"}))
def test_module_has_a_docstring(module):
    assert ast.get_docstring(TREES[module])


def test_the_door_to_the_data_only_opens():
    names = {alias.name for node in TREES["data/__init__"].body[1:] for alias in node.names}
    assert {type(node) for node in TREES["data/__init__"].body[1:]} == {ast.ImportFrom}
    assert not [name for name in names if name.startswith("_")]
    public = {node.name for room in ROOMS for node in TREES[room].body if isinstance(node, ast.FunctionDef)}
    assert {name for name in public if name.startswith("load_")} <= names
