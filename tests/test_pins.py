"""What is installed is what is pinned: requirements.txt, and constraints.txt for everything beneath."""

import re
from importlib.metadata import distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent


def pins(name):
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    found = [Requirement(line.split(" #")[0]) for line in lines if re.match(r"[A-Za-z0-9]", line)]
    return {canonicalize_name(pin.name): pin for pin in found if pin.marker is None or pin.marker.evaluate()}


def installed():
    return {canonicalize_name(one.metadata["Name"]): one for one in distributions()}


def test_what_is_installed_is_what_is_pinned():
    present = installed()
    for name, pin in pins("constraints.txt").items():
        if name in present:  # on Linux, torch for the CPU comes without the packages for graphics cards
            version = Version(present[name].version).public  # torch's says +cpu
            assert pin.specifier.contains(version), f"{name} {version} is installed, {pin} is pinned"


def test_everything_beneath_the_requirements_is_pinned():
    """Walk from the requirements to what they need in turn: every package that is installed for them has a pin."""
    present, pinned = installed(), pins("constraints.txt")
    waiting, seen = [(name, frozenset(pin.extras)) for name, pin in pins("requirements.txt").items()], set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen or name not in present:
            continue
        seen.add((name, extras))
        assert name in pinned, name
        for text in present[name].requires or []:
            needed = Requirement(text)
            environments = [{"extra": extra} for extra in extras or {""}]
            if needed.marker is None or any(needed.marker.evaluate(one) for one in environments):
                waiting.append((canonicalize_name(needed.name), frozenset(needed.extras)))
    assert len(seen) > 80


def test_the_requirements_stand_in_both_files_alike():
    pinned = pins("constraints.txt")
    for name, pin in pins("requirements.txt").items():
        assert pin.specifier == pinned[name].specifier, f"{name}: make constraints.txt again, see CONTRIBUTING.md"
