"""`make shots`: pictures of the main pages as each role sees them, at 390 and 1280 px, zh and en, light and dark.

Serves the sample company (built in shots/instance on first use) and writes shots/<page>-<width>-<language>-<shade>.png.
SHOTS_ONLY=name,… takes a part; SHOTS_FULL=0 only the first screen.
"""

import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.support.machine import a_browser
from tests.support.waiting import until


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def wait_for(port: int) -> None:
    """Wait until something listens there."""
    until(lambda: listens(port))


FOLDER = Path("shots")
CHROMIUM = a_browser() or ""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync"]
PAGES: dict[str, tuple[str, str]] = {
    "sign-in": ("", "/sign-in"),
    "home-newhire": ("A1001", "/"),
    "home-mentor": ("A1009", "/"),
    "home-agent": ("A1002", "/"),
    "home-trainer": ("T1001", "/"),
    "home-manager": ("L1001", "/"),
    "home-admin": ("ADMIN", "/"),
    "courses": ("A1001", "/courses"),
    "curriculum": ("A1001", "/learn/curriculum/onboarding/curriculum"),
    "course": ("A1001", "/learn/course/onboarding/products/course"),
    "lesson": ("A1001", "/learn/lesson/onboarding/products/03-cups-and-engraving"),
    "task": ("A1001", "/learn/task/onboarding/tasks/hands-on-samples"),
    "quiz-intro": ("A1001", "/quizzes/onboarding/q2-communication"),
    "confirm": ("A1009", "/confirm"),
    "kb": ("A1002", "/kb"),
    "kb-search": ("A1002", "/kb?q=退货"),
    "article": ("A1002", "/kb/after-sales/return-7d"),
    "me": ("A1001", "/me"),
    "studio": ("T1001", "/studio"),
    "studio-files": ("T1001", "/studio/article/products/kettle-k2/files"),
    "studio-edit": ("T1001", "/studio/article/after-sales/price-protection/edit"),
    "studio-plan": ("T1001", "/studio/curriculum/onboarding/curriculum/edit?view=form"),
    "studio-course": ("T1001", "/studio/course/onboarding/products/course/edit?view=form"),
    "studio-quality": ("T1001", "/studio/quality"),
    "studio-settle": ("T1001", "/studio/article/logistics/freight-insurance/settle"),
    "studio-history": ("T1001", "/studio/article/products/kettle-k2/history"),
    "must-read": ("A1002", "/kb/logistics/east-warehouse"),
    "report": ("L1001", "/reports/completion"),
    "report-onboarding": ("L1001", "/reports/completion?goal=curriculum:onboarding/curriculum"),
    "report-quarter": ("L1001", "/reports/completion?goal=course:quarterly/2026q4"),
    "report-team": ("L1001", "/reports/completion?view=team&goal=course:quarterly/2026q4"),
    "report-person": ("L1001", "/reports/person/A1001"),
    "assign": ("L1001", "/assign"),
    "people": ("H1001", "/people"),
    "person": ("H1001", "/people/A1001"),
    "cohorts": ("T1001", "/cohorts"),
    "roster": ("L1001", "/roster"),
    "staff-import": ("ADMIN", "/people/import"),
    "setup": ("ADMIN", "/setup"),
    "setup-content": ("ADMIN", "/setup/content"),
}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    instance = Path(os.environ.get("SHOTS_INSTANCE", FOLDER / "instance")).resolve()
    port = free_port()
    environment = {**os.environ, "LMS_INSTANCE_PATH": str(instance)}
    subprocess.run(
        [sys.executable, "-m", "lms", "demo", "--no-serve"], env=environment, check=True, stdout=subprocess.DEVNULL
    )
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "lms:create_app()",
        "--bind",
        f"127.0.0.1:{port}",
        "--threads",
        "4",
        "--worker-class",
        "gthread",
        "--log-level",
        "warning",
    ]
    server = subprocess.Popen(command, env={**environment, "LMS_DEMO": "1"})
    try:
        wait_for(port)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            take(browser, f"http://127.0.0.1:{port}")
            browser.close()
    finally:
        server.terminate()
        server.wait(20)


def take(browser: Browser, base: str) -> None:
    wanted = set(filter(None, os.environ.get("SHOTS_ONLY", "").split(",")))
    looks = [("zh", "light"), ("zh", "dark"), ("en", "light"), ("en", "dark")]
    looks = [
        look for look in looks if "-".join(look) in os.environ.get("SHOTS_LOOKS", "zh-light,zh-dark,en-light,en-dark")
    ]
    by_person: dict[str, list[str]] = {}
    for name, (number, _path) in PAGES.items():
        if not wanted or name in wanted:
            by_person.setdefault(number, []).append(name)
    for number, names in by_person.items():
        for language, shade in looks:
            context = browser.new_context(
                locale="zh-CN" if language == "zh" else "en-GB", timezone_id="Asia/Shanghai", color_scheme=shade
            )
            page = context.new_page()
            page.goto(f"{base}/sign-in")
            if (language == "en") == (page.locator("html").get_attribute("lang") == "zh-CN"):
                page.click("form[action='/language'] button")
            if number:
                page.fill("#employee_no", number)
                page.fill("#password", "kefu-demo")
                page.click("main form button[type=submit].btn-primary")
                page.wait_for_load_state()
            for name in names:
                for width in (390, 1280):
                    page.set_viewport_size({"width": width, "height": 844 if width == 390 else 900})
                    answer = page.goto(f"{base}{PAGES[name][1]}")
                    status = answer.status if answer else 0
                    wide = page.evaluate("document.documentElement.scrollWidth")
                    note = "" if status == 200 and wide <= width else f"  status {status}, {wide} px wide"
                    if note:
                        print(f"{name} {width} {language} {shade}{note}", flush=True)
                    target = FOLDER / f"{name}-{width}-{language}-{shade}.png"
                    page.screenshot(path=str(target), full_page=os.environ.get("SHOTS_FULL", "1") == "1")
            context.close()


if __name__ == "__main__":
    main()
