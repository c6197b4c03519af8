"""Clients that send dossiers as fast as they are answered; a process of its own, so that its CPU is not the server's.

python -m tests.load.sender PORT KEY SECONDS THREADS FILE    (FILE: one JSON body per line)
"""

import http.client
import json
import sys
import threading
import time
import uuid


def main(port: int, key: str, seconds: float, threads: int, file: str) -> None:
    with open(file, "rb") as lines:
        bodies = [line.strip() for line in lines]
    until = time.monotonic() + seconds
    took: list[float] = []
    faults: list[str] = []

    def send(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Host": "localhost"}
        turn = number
        while time.monotonic() < until:
            began = time.perf_counter()
            connection.request(
                "POST", "/api/v1/dossiers", bodies[turn % len(bodies)], {**headers, "Idempotency-Key": uuid.uuid4().hex}
            )
            response = connection.getresponse()
            content = response.read()
            if response.status == 201:
                took.append(time.perf_counter() - began)
            else:
                faults.append(f"{response.status} {content[:200]!r}")
            turn += threads

    began = time.monotonic()
    started = [threading.Thread(target=send, args=(n,)) for n in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    took.sort()
    print(
        json.dumps(
            {
                "sent": len(took),
                "seconds": time.monotonic() - began,
                "p50_ms": took[len(took) // 2] * 1000 if took else None,
                "p95_ms": took[int(len(took) * 0.95)] * 1000 if took else None,
                "faults": faults[:3],
                "fault_count": len(faults),
            }
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
