"""The site in a real browser: every page opens, every link leads somewhere, nothing is asked of another machine.

pip install -r tests/browser/requirements.txt
pytest -m browser -n 0 tests/browser/test_site.py
"""

import functools
import shlex
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from stored import NOTEBOOKS, ROOT, documented, read

pytestmark = pytest.mark.browser
RULES = ["heading-order", "page-has-heading-one", "empty-heading", "color-contrast", "image-alt", "link-name", "label"]
WIDTHS = {"desk": 1280, "phone": 390}
WITH_MAPS = [path for path in NOTEBOOKS if any("vegalite" in str(cell.get("outputs", "")) for cell in read(path).cells)]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of the site, built by the command that the README gives."""
    pytest.importorskip("myst_nb", reason="pip install -r tests/browser/requirements.txt")
    folder = tmp_path_factory.mktemp("site")
    command = shlex.split(documented("README.md", "sphinx-build"))
    options = [*command[1:-1], str(folder), "-W", "--keep-going", "-q"]  # a warning is an error here
    made = subprocess.run([sys.executable, "-m", "sphinx", *options], cwd=ROOT, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture(scope="module")
def address(built):
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=built))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def pages(built):
    """Their addresses below the site's."""
    found = sorted(path.relative_to(built).as_posix() for path in built.rglob("*.html") if "_static" not in path.parts)
    assert len(found) > 2 * len(NOTEBOOKS)
    return found


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_every_page_opens_and_fits(page, address, pages, width):
    page.set_viewport_size({"width": width, "height": 900})
    for name in pages:
        page.goto(f"{address}/{name}", wait_until="load")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} is {wide} wide"
    assert not page.outside
    assert not [error for error in page.errors if "404" not in error]  # the browser asks for favicon.ico


def test_every_link_leads_somewhere(page, address, pages, built):
    places, links = {}, []
    for name in pages:
        page.goto(f"{address}/{name}", wait_until="domcontentloaded")
        places[name] = set(page.eval_on_selector_all("[id]", "them => them.map(it => it.id)"))
        hrefs = page.eval_on_selector_all("a[href]", "them => them.map(it => it.getAttribute('href'))")
        links += [(name, href) for href in hrefs]
    lost = []
    for name, href in links:
        target, anchor = urldefrag(urljoin(f"{address}/{name}", href))
        if not target.startswith(address):
            continue
        path = unquote(urlsplit(target).path).lstrip("/")
        if not (built / path).is_file() or (anchor and path in places and unquote(anchor) not in places[path]):
            lost.append((name, href))
    assert not lost


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_core_finds_nothing(page, address, pages, theme):
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=theme)
    found = []
    for name in pages if theme == "light" else pages[::4]:  # the dark one has other colours, on every page the same
        page.goto(f"{address}/{name}", wait_until="load")
        answer = Axe().run(page, options={"runOnly": {"type": "rule", "values": RULES}})
        for violation in answer.response["violations"]:
            found += [(name, violation["id"], node["html"][:150]) for node in violation["nodes"][:3]]
    assert not found


def test_search_finds_a_word(page, address):
    page.goto(f"{address}/search.html?q=parallelogram")
    first = page.locator("#search-results li a").first
    first.wait_for(timeout=20_000)
    assert "notebooks/07_word_analogies" in "".join(
        page.eval_on_selector_all("#search-results li a", "them => them.map(it => it.getAttribute('href'))")
    )


def test_answers_are_folded(page, address):
    for path in NOTEBOOKS:
        page.goto(f"{address}/notebooks/{path.stem}.html")
        solutions = page.locator(".tag_solution")
        assert solutions.count() == sum("solution" in cell.metadata.get("tags", []) for cell in read(path).cells)
        folded = solutions.locator("details")
        assert folded.count() == solutions.count()
        assert not page.locator(".tag_solution details[open], details[open] > summary:text-is('Answer')").count()


@pytest.mark.parametrize("path", WITH_MAPS, ids=lambda path: path.stem)
def test_maps_are_drawn_and_react(page, address, path):
    page.goto(f"{address}/notebooks/{path.stem}.html", wait_until="load")
    charts = page.locator(".map.vega-embed")
    charts.first.wait_for(timeout=20_000)
    for number in range(charts.count()):
        chart = charts.nth(number)
        chart.scroll_into_view_if_needed()
        before = chart.screenshot()
        chart.locator("input[type=text], input[type=search], input:not([type])").first.fill("a")
        page.wait_for_timeout(500)
        assert chart.screenshot() != before
    assert not page.outside
