"""Photos on a phone: made smaller beside the page, and a clear word where a file is none that can be taken."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect
from sqlmodel import Session, select

from branches.audits import Photo
from tests.branches.test_photos import bomb, heic, jpeg, png
from tests.phone.handset import Handset

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DEAF = 200
"""Milliseconds that the page may be deaf at a time, on a phone four times slower than this machine."""
WATCH = """() => { globalThis.longest = 0;
    new PerformanceObserver(list => list.getEntries().forEach(one => longest = Math.max(longest, one.duration))).observe({ type: "longtask" }); }"""
UNREADABLE = "The photo cannot be read; send a JPEG, PNG, WebP or HEIC."


def give(page: Page, name: str, content: bytes) -> None:
    file: FilePayload = {"name": name, "mimeType": "image/jpeg", "buffer": content}
    page.locator("[name=p-mirror]").set_input_files(file)


def large() -> bytes:
    """Twelve megapixels with as much in them as a camera sees."""
    draw = np.random.default_rng(1)
    coarse = Image.fromarray(draw.integers(0, 255, (300, 400, 3), dtype=np.uint8)).resize(
        (4000, 3000), Image.Resampling.BICUBIC
    )
    out = BytesIO()
    coarse.save(out, "JPEG", quality=92)
    return out.getvalue()


def kept(phone: Handset) -> list[Photo]:
    """What the server has, once the phone has nothing to send any more."""
    phone.page.wait_for_load_state("networkidle")
    with Session(phone.desk.engine) as session:
        return list(session.exec(select(Photo)).all())


def test_a_photo_of_twelve_megapixels_leaves_the_page_answering(phone: Handset, tmp_path: Path) -> None:
    file = tmp_path / "IMG_4711.jpg"
    file.write_bytes(large())
    page = phone.open("/form/all")
    page.wait_for_selector("[data-watch], [data-waiting]", state="attached")
    phone.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.evaluate(WATCH)
    with page.expect_response("**/photos/*"):
        page.locator("[name=p-mirror]").set_input_files(file)
    assert page.evaluate("longest") <= DEAF
    (photo,) = kept(phone)
    assert (photo.width, photo.height) == (1600, 1200)


@pytest.mark.parametrize("made", [jpeg, png, heic])
def test_photos_of_each_kind_arrive(phone: Handset, made: Callable[[], bytes]) -> None:
    page = phone.open("/form/all")
    with page.expect_response("**/photos/*"):
        give(page, "IMG_4711", made())
    assert len(kept(phone)) == 1


def test_what_only_the_server_reads_is_sent_to_it_and_its_word_shown(phone: Handset) -> None:
    page = phone.open("/form/all")
    give(page, "IMG_4711.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40))
    phone.stands(UNREADABLE)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("receipt.jpg", b"%PDF-1.7\n" + bytes(2000), UNREADABLE),
        ("empty.jpg", b"", "The photo is empty; choose it again."),
        ("bomb.png", bomb(30_000, 30_000), "The photo has more than 50 million pixels."),
        (
            "bomb.jpg",
            b"\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03" + bytes(2000),
            "The photo has more than 50 million pixels.",
        ),
        ("heavy.jpg", b"\xff\xd8\xff\xe0\x00\x10" + bytes(16_000_001), "The photo is larger than 16 MB."),
    ],
    ids=["a paper", "nothing", "too many pixels", "too many pixels of a JPEG", "too many bytes"],
)
def test_what_is_no_photo_is_told_at_once_with_no_network(
    phone: Handset, name: str, content: bytes, words: str
) -> None:
    page = phone.open("/form/all")
    page.wait_for_load_state("networkidle")
    phone.context.set_offline(True)
    give(page, name, content)
    expect(page.locator("[data-refused]")).to_have_text(f"{name}: {words}")
    assert page.locator("[data-photo]").count() == 0


def test_where_no_worker_draws_the_page_does(phone: Handset) -> None:
    phone.page.add_init_script("delete globalThis.Worker")
    page = phone.open("/form/all")
    with page.expect_response("**/photos/*"):
        give(page, "IMG_4711.jpg", jpeg(width=4000, height=2000))
    (photo,) = kept(phone)
    assert (photo.width, photo.height) == (1600, 800)
