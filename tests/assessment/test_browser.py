"""The page in a real browser, where Playwright and a Chromium are at hand (`make test-browser` brings the first)."""

from __future__ import annotations

import datetime
import shutil

import pytest

from dagconv.assessment.assessment import assess
from dagconv.assessment.document import Made, document
from dagconv.assessment.figures import figures_of
from dagconv.assessment.forecast import Forecast
from dagconv.assessment.outline import Node, Outline
from dagconv.assessment.render_page import render_page
from dagconv.assessment.timing import Timing
from dagconv.diagnostics import Location
from dagconv.diagnostics.report import DagReport, FileReport, FileStatus, Report
from dagconv.lower.refuse_code import PYTHON

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: make test-browser")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

NOW = datetime.datetime(2026, 11, 24, tzinfo=datetime.timezone.utc)
MANY = 1000
HOSTILE = ("</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "javascript:alert(1)")


def file_of(path, dag, *found):
    status = FileStatus.REFUSED if found else FileStatus.CONVERTED
    return FileReport(path, status, (DagReport(dag, status),), found)


def python(path, dag):
    return PYTHON.at(Location(path, 2), dag_id=dag, task_id="t", value="PythonOperator")


def page_of(report, outlines, yamls):
    made = assess(("dags",), report, Forecast(figures_of(report), (), report), outlines, yamls)
    return render_page(document(made, Made(NOW, str)))


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        running = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def opened(browser, tmp_path):
    """Opens a page; the test fails where it says an error, asks for an address or shows a dialog."""
    trouble: list[str] = []

    def show(text, fragment="", **more):
        (tmp_path / "report.html").write_text(text, "utf-8")
        page = browser.new_page(**more)
        page.on("console", lambda message: trouble.append(message.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("dialog", lambda dialog: trouble.append(dialog.message))
        page.on("request", lambda asked: trouble.extend([asked.url] * (not asked.url.startswith("file:"))))
        page.goto(f"{(tmp_path / 'report.html').as_uri()}{fragment}")
        return page

    yield show
    assert trouble == []


@pytest.fixture(scope="module")
def large():
    nodes = tuple(Node(f"task_{n}", "S3CreateObjectOperator", (f"task_{n - 1}",) if n else ()) for n in range(10))
    names = [(f"dags/f{n}.py", f"dag_{n}") for n in range(MANY)]
    files = [file_of(*name) if n % 4 else file_of(*name, python(*name)) for n, name in enumerate(names)]
    outline = Outline(nodes, Timing("at 02:00 UTC"), Timing("at 02:00 UTC"))
    yaml = "".join(f"  line_{n}: value\n" for n in range(80))
    return page_of(Report(tuple(files)), dict.fromkeys(names, outline), dict.fromkeys(names, yaml))


def shown(page):
    return page.locator("#shown").text_content()


def test_search_and_filters_answer_while_typing(opened, large):
    page = opened(large)
    assert shown(page) == f"{MANY} of {MANY}"
    page.locator("#search").press_sequentially("dag_99")
    assert shown(page) == f"11 of {MANY}"  # 99 and 990 to 999
    assert page.locator("#list tbody tr:visible").count() == 11
    took = page.evaluate("""() => { const start = performance.now();
        document.getElementById("search").value = "task_7";
        document.getElementById("search").dispatchEvent(new Event("input")); return performance.now() - start; }""")
    assert shown(page) == f"{MANY} of {MANY}"
    assert took < 1000
    page.locator("#outcome").select_option("needs work on the source")
    assert shown(page) == f"250 of {MANY}"


def test_graph_and_definition_are_built_when_opened(opened, large):
    page = opened(large)
    assert page.locator("svg.graph, .graph svg").count() == 0
    page.locator("#search").fill("dag_101")
    page.get_by_role("button", name="dag_101").press("Enter")  # by the keyboard
    assert page.locator(".graph rect").count() == 10
    assert page.locator(".graph path").count() == 9
    assert page.locator("pre").count() == 1
    assert page.get_by_role("button", name="dag_101").get_attribute("aria-expanded") == "true"


def test_columns_sort_both_ways(opened, large):
    page = opened(large)
    for _ in range(2):
        page.get_by_role("button", name="DAG", exact=True).click()
    assert page.locator("#list th").first.get_attribute("aria-sort") == "descending"
    assert page.locator("#list tbody tr button").first.text_content() == "dag_999"


def test_links_lead_to_a_dag_and_to_a_reason(opened, large):
    page = opened(large)
    page.locator("#search").fill("dag_500")
    page.locator("#list tbody tr:visible button").click()
    fragment = page.evaluate("location.hash")
    assert opened(large, fragment).locator(".opened").count() == 1
    assert opened(large, "#reason=DC317").locator("details[open]").count() == 1


def test_hostile_names_do_nothing(opened):
    files, outlines, yamls = [], {}, {}
    for number, name in enumerate(HOSTILE):
        path = f"{number}{name}.py"
        files += [file_of(path, name), file_of(f"x{path}", name, python(path, name))]
        outlines[path, name] = Outline((Node(name, name, ()),), Timing(name), Timing(name))
        yamls[path, name] = name
    page = opened(page_of(Report(tuple(files)), outlines, yamls))
    for button in page.locator("#list tbody tr button").all():
        button.click()
    assert page.locator("img").count() == 0
    assert page.locator("pre").first.text_content() in HOSTILE


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(opened, large, scheme):
    """At least 4.5 to 1, as WCAG's level AA asks for."""
    page = opened(large, color_scheme=scheme)
    ratios = page.evaluate("""() => {
        const light = (color) => { const [r, g, b] = color.match(/[0-9.]+/g).map((part) => part / 255)
            .map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
        const ground = light(getComputedStyle(document.body).backgroundColor);
        return ["body", ".quiet", "nav a", "caption", "#list button"].map((name) => {
            const text = light(getComputedStyle(document.querySelector(name)).color);
            return (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05); }); }""")
    assert min(ratios) >= 4.5


def test_it_has_landmarks_and_a_way_past_them(opened, large):
    page = opened(large)
    for name in ("banner", "main", "navigation", "contentinfo", "search"):
        assert page.get_by_role(name).count() == 1, name
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the list of DAGs"
