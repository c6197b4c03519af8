"""What signing and judging cost: CPU of this process alone, keys and certificates made here, no network.

Run as `python -m tests.load.signing` with the environment of a province; prints one line of JSON.
"""

import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
LOOPS = 80


def per_core_second(once: Callable[[], object]) -> float:
    once()
    began = time.process_time()
    for _ in range(LOOPS):
        once()
    return LOOPS / (time.process_time() - began)


def main() -> None:
    from tinhso.foundation.signing import appearance, pades
    from tinhso.foundation.signing.pades import Proof, Signed
    from tinhso.foundation.signing.tests import factories as make

    world = make.world()
    holder = world.holder("Đo tải", "rsa3072")
    signer, paper = holder.signer(), make.paper(2)
    look, now = appearance.default("personal"), datetime.now(UTC)
    sheet = appearance.sheet_of(paper, -1)
    number = 0

    def invisible() -> Signed:
        return pades.sign(paper, signer, level="B-B", proof=Proof(), at=now)

    def visible() -> Signed:
        """A new drawing each time: the moment of signing stands in it."""
        nonlocal number
        number += 1
        at = now + timedelta(seconds=number)
        mark = appearance.drawn(look, name="Nguyễn Văn Ký", organization=make.ORGANIZATION, at=at, sheet=sheet)
        return pades.sign(paper, signer, level="B-B", proof=Proof(), at=now, mark=mark)

    long_term = make.sign(paper, signer, timestamper=world.stamper(), context=world.context(holder))
    short = invisible().content
    lists, none = world.trust(), world.trust(crls=False)
    for content, trust in ((short, lists), (long_term, none)):
        if not make.judge(content, trust).is_valid:
            raise SystemExit("what was signed is not valid")
    print(
        json.dumps(
            {
                "invisible": per_core_second(invisible),
                "visible": per_core_second(visible),
                "judge_short": per_core_second(lambda: make.judge(short, lists)),
                "judge_long": per_core_second(lambda: make.judge(long_term, none)),
            }
        )
    )


if __name__ == "__main__":
    django.setup()
    main()
