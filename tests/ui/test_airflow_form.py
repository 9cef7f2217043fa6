"""What a user does in a browser: log in, fill in the form of an ingest, and see it succeed."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from fototeca.machine.lifecycle import open_airflow

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of a real browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(60_000)
        yield page
        browser.close()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A few images in folders by class."""
    for place, label in enumerate(["crater", "dark dune"]):
        folder = tmp_path / "images" / label
        folder.mkdir(parents=True)
        for number in range(30):
            image = Image.effect_noise((64, 64), 30 + 40 * place + number)
            image.save(folder / f"PSP_{number:06d}_{place:04d}_RED-0001.jpg")
    return tmp_path / "images"


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: apt-get install chromium")
def test_a_user_ingests_a_source_through_the_form(page: Page, machine_home: Path, source: Path, tmp_path: Path) -> None:
    with open_airflow(machine_home) as airflow:
        while not airflow.knows("mars_ingest"):
            time.sleep(1)

    page.goto(f"{airflow.url}/dags/mars_ingest")
    page.locator("input[name=username]").fill(airflow.login["username"])
    page.locator("input[name=password]").fill(airflow.login["password"])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Trigger").first.click()
    page.locator("#element_source").fill(str(source))
    page.get_by_role("dialog").get_by_role("button", name="Trigger").click()
    page.wait_for_url("**/dags/mars_ingest/runs/*")

    for task in ("ingest", "validate"):
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name=task, exact=True))
        expect(row.get_by_text("Success")).to_be_visible(timeout=240_000)
    page.screenshot(path=str(tmp_path / "ingest.png"))
