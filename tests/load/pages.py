"""Pages as a person gets them: how fast the server answers, how much goes over the wire."""

import http.client
import re
import time
from urllib.parse import quote, urljoin

from tests.load.figures import percentile
from tests.running import Province

QUESTIONS = """
khai sinh · khai sinh cho con · dang ky khai sinh · làm khai sinh cần giấy gì · kết hôn · ket hon voi nguoi nuoc ngoai ·
đăng ký thường trú · tam tru · chứng thực bản sao · sao y · hộ kinh doanh · mo quan an · giấy phép xây dựng · khai tử ·
nguoi than mat · đất đai · sang tên sổ đỏ · tách thửa · xác nhận tình trạng hôn nhân · giay doc than · căn cước ·
bằng lái xe · đổi giấy phép lái xe · bảo hiểm y tế · trợ cấp người cao tuổi · hộ nghèo · 1.001193 · 2.000815 ·
nhận con nuôi · trích lục
""".replace("\n", " ").split(" · ")


def fetch(
    connection: http.client.HTTPConnection, path: str, cookie: str = "", encoding: str = "br"
) -> tuple[int, bytes, float, str]:
    """Status, body as sent, milliseconds, type."""
    headers = {"Host": "localhost", "Accept-Encoding": encoding}
    if cookie:
        headers["Cookie"] = f"sessionid={cookie}"
    began = time.perf_counter()
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    return response.status, body, (time.perf_counter() - began) * 1000, response.getheader("Content-Type") or ""


def timed(province: Province, paths: list[str], cookies: list[str], rounds: int) -> list[list[float]]:
    """Milliseconds per cookie, the cookies taken in turn so that a busy neighbour hits all of them alike."""
    connection = province.connect()
    found: list[list[float]] = [[] for _ in cookies]
    for turn in range(rounds + 5):
        for index, cookie in enumerate(cookies):
            path = paths[turn % len(paths)]
            status, _, took, _ = fetch(connection, path, cookie)
            if status != 200:
                raise RuntimeError(f"{path}: {status}")
            if turn >= 5:
                found[index].append(took)
    return found


def search_p95(province: Province, rounds: int = 4) -> float:
    connection = province.connect()
    took = [fetch(connection, f"/search?q={quote(text)}")[2] for _ in range(rounds) for text in QUESTIONS]
    return percentile(took[len(QUESTIONS) :], 0.95)


def weight(province: Province, path: str, cookie: str = "") -> tuple[int, int]:
    """Bytes over the wire of a first load: without fonts, with fonts (all that the styles name)."""
    connection = province.connect()
    _, body, _, _ = fetch(connection, path, cookie)
    _, plain, _, _ = fetch(connection, path, cookie, "identity")
    html = plain.decode()
    links = re.findall(r'<link[^>]+rel="(?:stylesheet|icon)"[^>]*>', html)
    named = [found[1] for link in links if "print" not in link and (found := re.search(r'href="([^"]+)"', link))]
    named += re.findall(r'<script[^>]+src="([^"]+)"', html) + re.findall(r'<img[^>]+src="([^"]+)"', html)
    total, fonts, seen = len(body), 0, set()
    while named:
        address = named.pop()
        if address in seen or not address.startswith("/"):
            continue
        seen.add(address)
        _, sent, _, kind = fetch(connection, address)
        if "font" in kind or address.endswith(".woff2"):
            fonts += len(sent)
            continue
        total += len(sent)
        _, text, _, _ = fetch(connection, address, encoding="identity")
        if "css" in kind:
            named += [
                urljoin(address, u) for u in re.findall(r"url\([\"']?([^)\"']+)", text.decode()) if "data:" not in u
            ]
        if "javascript" in kind:
            named += [urljoin(address, u) for u in re.findall(r"from\s*[\"'](\.[^\"']+)", text.decode())]
    return total, total + fonts
