"""Walk 8: an identity card before the camera of the counter, in a browser that reads no codes itself."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import segno

from conftest import CHROMIUM
from tests.journeys.conftest import FLAGS, sign_in
from tests.running import Province

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CARD = "072190004299|280190004|Trần Thị Ảnh|02031990|Nữ|Khu phố 3, phường Tân Ninh, tỉnh Tây Ninh|04052021"


def film(path: Path) -> Path:
    """A card held before a camera: a code in the middle of a grey picture."""
    picture = np.full((720, 1280), 170, np.uint8)
    segno.make(CARD, error="m", micro=False).save(str(path.with_suffix(".png")), scale=8, border=4)
    code = cv2.imread(str(path.with_suffix(".png")), cv2.IMREAD_GRAYSCALE)
    assert code is not None
    top, left = (720 - code.shape[0]) // 2, (1280 - code.shape[1]) // 2
    picture[top : top + code.shape[0], left : left + code.shape[1]] = code
    path.write_bytes(cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR))[1].tobytes() * 2)
    return path


@pytest.fixture
def camera(browser: Any, province: Province, tmp_path: Path) -> Iterator[Any]:
    """A page of the counter whose camera sees the card."""
    flags = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    seen = f"--use-file-for-fake-video-capture={film(tmp_path / 'card.mjpeg')}"
    opened = browser.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags, seen])
    page = opened.new_context(base_url=province.address).new_page()
    sign_in(page, "motcua.xa", province.password)
    yield page
    opened.close()


def test_a_card_before_the_camera_is_read_by_two_presses(camera: Any) -> None:
    camera.goto("/desk")
    if camera.locator("button[value=clear]").count():
        camera.click("button[value=clear]")
    camera.click("[data-card-camera]")
    camera.wait_for_selector("#card-camera footer button:focus")  # the film runs
    camera.click("#card-camera footer button")
    camera.wait_for_selector("main >> text=Trần Thị Ảnh")
    assert "Quét mã QR thẻ căn cước" in camera.inner_text("main")
