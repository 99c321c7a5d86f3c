"""Each notebook in JupyterLab, in a real browser: it opens, Run All ends well, the widgets do what they are for.

    pip install -r tests/browser/requirements.txt
    pytest -m browser -n 0 tests/browser

Needs Chromium; another place than /usr/bin/chromium is given by the variable CHROMIUM. Pictures of each stage are
written to browser-pictures/, for a person to look at.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from stored import ROOT, every_notebook

pytestmark = pytest.mark.browser
PICTURES = ROOT / "browser-pictures"
SETTINGS = {  # every cell is drawn, also those off the screen; and JupyterLab asks nothing of anybody
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}

# What a reader does with the widgets of each notebook: which one (by its label), what they do, what then appears.
# "type" fills in a text, "choose" takes an option, "move" presses the right arrow key on a slider.
ACTIONS = {
    "01_movie_spreadsheet": [
        ("title", "choose", "Alien", "If you liked Alien"),
        ("romance", "move", 4, "figure"),
    ],
    "04_your_own_vector": [
        ("films", "type", "Alien; The Shining; Jaws", "Aliens"),
        ("films", "type", "Alien; Die Hart", "Close: Die Hard"),
    ],
    "05_from_text_to_rows": [
        ("text", "type", " smartphones", "4 pieces [' sm', 'art', 'ph', 'ones'] True"),
    ],
    "06_learn_words_by_reading": [
        ("word", "type", "violin", "flute"),
        ("k", "move", 2, "text"),
        ("word", "type", "minuet", "Did you mean 'minute'"),
    ],
    "07_word_analogies": [
        ("formula", "type", "paris - france + italy", "rome"),
        ("formula", "type", "quen - woman + man", "Did you mean 'queen'"),
        ("formula", "type", "paris, france, italy", "Do you mean paris - france + italy?"),
    ],
    "08_pictures_and_words": [
        ("words", "type", "royalty, ocean", "figure"),
        ("words", "type", "qwxz", "GloVe has no row for this"),
    ],
    "10_attention": [
        (
            "sentence",
            "type",
            "In a minute the powder dissolves into fine particles.",
            "nearest at layer 6: Even a minute",
        ),
        ("sentence", "type", "A minyute grain of dust.", "Write a sentence with the word minute"),
    ],
}
# What they do with the maps to explore of a notebook: the number of the map, the control (by its label), what to do.
# "press" presses a key on a slider, "click" looks for a point to click on. Each must change the picture.
MAPS = {
    "03_reading_the_movie_map": [
        (0, "find", "type", "alien"),
        (0, "colour", "choose", "year"),
        (0, "step", "press", "Home"),
        (0, "step", "press", "PageUp"),
        (0, "find", "type", ""),
        (0, "find", "click", None),
        (0, "colour", "choose", "rated"),
        (0, "step", "press", "End"),
    ],
}


@pytest.fixture
def start_lab(tmp_path):
    """A function that starts JupyterLab on a copy of the notebooks, so that what it saves changes nothing."""
    processes = []

    def start(**more_settings):
        for name in ("notebooks", "images"):
            shutil.copytree(ROOT / name, tmp_path / name)
        for name, values in (SETTINGS | more_settings).items():
            file = tmp_path / "settings" / f"{name}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = [f"--port={port}", "--ServerApp.ip=127.0.0.1", f"--ServerApp.root_dir={tmp_path}", "--no-browser"]
        options += ["--IdentityProvider.token=t", "--LabApp.extension_manager=readonly", "--allow-root"]
        environment = os.environ | {"JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings")}
        environment |= {"JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "workspaces")}
        with open(tmp_path / "lab.log", "w") as log:
            command = [sys.executable, "-m", "jupyter", "lab", *options]
            processes.append(subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT))
        address = f"http://127.0.0.1:{port}"
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{address}/api?token=t", timeout=2)
                return address
            except OSError:
                time.sleep(0.25)
        raise RuntimeError((tmp_path / "lab.log").read_text())

    yield start
    for process in processes:
        process.terminate()
        process.wait(20)


def picture(page, name):
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")


def open_notebook(page, address, path):
    page.goto(f"{address}/lab/tree/notebooks/{path.name}?token=t", wait_until="domcontentloaded")
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
    # The notebook says idle before a kernel is there; Run All would then ask for one.
    page.wait_for_function(
        """async () => {
            const sessions = await (await fetch('/api/sessions?token=t')).json();
            return sessions.some(s => s.kernel.execution_state === 'idle' && s.kernel.connections > 0) }""",
        timeout=60_000,
        polling=300,
    )
    page.locator("#jp-main-statusbar", has_text="| Idle").wait_for(timeout=60_000)


def run_all(page):
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Run All Cells")).first.click()
    page.wait_for_function(
        r"""() => {
            const prompts = [...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')];
            return prompts.length > 20 && !prompts.some(prompt => prompt.textContent.includes('*')) }""",
        timeout=400_000,
        polling=1000,
    )
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", timeout=60_000)
    page.wait_for_timeout(1500)


def widget(page, label):
    """The control with this label, and the output that belongs to it."""
    box = page.locator(".widget-interact", has=page.locator(".widget-label", has_text=re.compile(f"^{label}$"))).first
    row = box.locator(".widget-inline-hbox", has=page.locator(".widget-label", has_text=re.compile(f"^{label}$")))
    return row.locator("input[type=text], select, .noUi-handle").first, box.locator(".widget-output")


def shown(output):
    """Its text and the ends of its pictures, all in one moment: a picture may be gone in the next."""
    ends = "[...box.querySelectorAll('img')].map(img => img.getAttribute('src').slice(-60))"
    return output.evaluate(f"box => box.innerText + {ends}.join('')")


def wait_until(page, condition, what, seconds=30):
    for _ in range(seconds * 5):
        if condition():
            return
        page.wait_for_timeout(200)
    pytest.fail(f"{what} did not happen within {seconds} seconds")


def act(page, label, how, value, wanted):
    control, output = widget(page, label)
    control.scroll_into_view_if_needed()
    before = shown(output)
    if how == "type":
        control.fill(value)
        control.press("Enter")
    elif how == "choose":
        control.select_option(value)
    else:
        control.focus()
        for _ in range(abs(value)):
            page.keyboard.press("ArrowRight" if value > 0 else "ArrowLeft")
    appeared = (lambda: shown(output) != before) if wanted in ("figure", "text") else (lambda: wanted in shown(output))
    wait_until(page, appeared, f"{label}: {how} {value} → {wanted}")
    if wanted == "figure":
        assert output.locator("img").count() == 1


def act_on_map(page, number, label, how, value):
    chart = page.locator(".vega-embed").nth(number)
    control = chart.locator(".vega-bind", has_text=re.compile(f"^{label}")).locator("input, select")
    canvas = chart.locator("canvas")
    canvas.scroll_into_view_if_needed()
    before = canvas.evaluate("canvas => canvas.toDataURL()")
    if how == "type":
        control.fill(value)
    elif how == "choose":
        control.select_option(value)
    elif how == "press":
        control.focus()
        page.keyboard.press(value)
    else:
        box = canvas.bounding_box()
        for step in range(400):  # until a click meets a point
            if control.input_value():
                break
            across, down = 0.1 + 0.5 * (step % 20) / 20, 0.1 + 0.8 * (step // 20) / 20
            page.mouse.click(box["x"] + across * box["width"], box["y"] + down * box["height"])
        assert control.input_value()  # what was clicked on is chosen, and pointing at it tells more
        page.locator("#vg-tooltip-element.visible", has_text=control.input_value()).wait_for(timeout=5000)
    changed = f"map {number}, {label}: {how} {value}"
    wait_until(page, lambda: canvas.evaluate("canvas => canvas.toDataURL()") != before, changed)


CONTROLS = """boxes => boxes.flatMap(box => [...box.querySelectorAll('input[type=text], select, .noUi-handle')])
    .map(control => [control.tabIndex,
                     control.closest('.widget-inline-hbox')?.querySelector('.widget-label')?.textContent || ''])"""


@every_notebook
def test_opens_runs_and_reacts(page, start_lab, path):
    open_notebook(page, start_lab(), path)
    picture(page, f"{path.stem}_0_open")
    run_all(page)
    picture(page, f"{path.stem}_1_run")
    for kind in ("error", "stderr"):
        assert not page.locator(f".jp-OutputArea-output[data-mime-type$='jupyter.{kind}']").all_inner_texts()

    # Every control is reached with the Tab key and has a label beside it. (A slider of ipywidgets 8.1 does not tell
    # its label to a screen reader, and JupyterLab 4.6 does not show alternative text; neither is ours to mend.)
    controls = page.eval_on_selector_all(".widget-interact", CONTROLS)
    assert all(place >= 0 and label.strip() for place, label in controls)
    assert bool(controls) == (path.stem in ACTIONS)

    for number, action in enumerate(ACTIONS.get(path.stem, []), start=2):
        act(page, *action)
        page.wait_for_timeout(500)
        picture(page, f"{path.stem}_{number}_{re.sub(r'[^a-z]', '', action[0].lower())}")
    for number, action in enumerate(MAPS.get(path.stem, [])):
        act_on_map(page, *action)
        page.wait_for_timeout(500)
        picture(page, f"{path.stem}_map_{number}_{action[1]}")
    assert not page.outside
    assert not [error for error in page.errors if "favicon" not in error]


@every_notebook
def test_figures_stay_readable_in_the_dark_theme(page, start_lab, path):
    """A figure has a white ground of its own, whatever the theme: its corner is white."""
    open_notebook(page, start_lab(**{"@jupyterlab/apputils-extension/themes": {"theme": "JupyterLab Dark"}}), path)
    assert page.evaluate("document.body.dataset.jpThemeLight") == "false"
    figure = page.locator(".jp-OutputArea-output img").first
    figure.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    picture(page, f"{path.stem}_dark")
    corner = figure.evaluate(
        """image => { const canvas = document.createElement('canvas');
            canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
            const ink = canvas.getContext('2d'); ink.drawImage(image, 0, 0);
            return [...ink.getImageData(1, 1, 1, 1).data] }"""
    )
    assert corner == [255, 255, 255, 255]
