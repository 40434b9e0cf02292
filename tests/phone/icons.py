"""The icons of the home screen, as a browser draws icon.svg: `python -m tests.phone.icons` writes them anew."""

from base64 import b64encode

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from tests.phone.modules import STATIC

SIZES = (180, 192, 512)
FOLDER = STATIC / "icons"


def drawn(browser: Browser, size: int) -> bytes:
    """A square PNG of that many pixels."""
    context = browser.new_context(viewport=ViewportSize(width=size, height=size))
    try:
        page = context.new_page()
        address = b64encode((STATIC / "icon.svg").read_bytes()).decode()
        page.set_content(
            f'<body style="margin:0"><img width={size} height={size} style="display:block"'
            f' src="data:image/svg+xml;base64,{address}">'
        )
        page.wait_for_function("() => document.images[0].complete")
        return page.screenshot()
    finally:
        context.close()


def main() -> None:
    """Writes them beside the drawing."""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for size in SIZES:
            (FOLDER / f"{size}.png").write_bytes(drawn(browser, size))
        browser.close()


if __name__ == "__main__":
    main()
