"""`manage.py papers verdict`: JSON on the screen, 0 for valid, 1 for not, never a traceback."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tinhso.foundation.signing.tests import factories as make
from tinhso.foundation.signing.tests.factories import World


@pytest.fixture(scope="module")
def world() -> World:
    return make.world()


def _ask(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, object]]:
    status = 0
    try:
        call_command("papers", "verdict", *map(str, arguments))
    except SystemExit as ended:
        status = int(ended.code or 0)
    return status, json.loads(capsys.readouterr().out)


def test_a_good_file_ends_with_nought(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(make.sign(make.paper(), world.holder().signer()))
    status, said = _ask(capsys, file, "--trust", world.folder(tmp_path / "trust"))
    assert status == 0
    assert said["valid"] is True
    assert said["state"] == "valid"
    assert said["signatures"][0]["signer"] == "Nguyễn Văn Ký"  # type: ignore[index]
    assert str(said["sentence"]).startswith("Hợp lệ; người ký:")


def test_bad_files_end_with_one_and_a_code(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trust = world.folder(tmp_path / "trust")
    signed = make.sign(make.paper(), world.holder().signer())
    cases = {"empty": b"", "unsigned": make.paper(), "appended_bytes": signed + b"x", "unknown_kind": b"text"}
    for code, content in cases.items():
        (tmp_path / "a.pdf").write_bytes(content)
        status, said = _ask(capsys, tmp_path / "a.pdf", "--trust", trust)
        assert status == 1
        assert said["valid"] is False
        assert said["reasons"][0]["code"] == code  # type: ignore[index]
    status, said = _ask(capsys, tmp_path / "none.pdf", "--trust", trust)
    assert (status, said["reasons"][0]["code"]) == (1, "not_found")  # type: ignore[index]


def test_what_a_detached_signature_covers_is_looked_for_beside_it(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tinhso.foundation.signing.judging import loops

    signer = world.holder().signer()
    made = loops.run(signer.async_sign_general_data(b"noi dung", "sha256", detached=True, use_cades=True))
    (tmp_path / "a.xml.p7s").write_bytes(made.dump())
    trust = world.folder(tmp_path / "trust")
    assert _ask(capsys, tmp_path / "a.xml.p7s", "--trust", trust)[0] == 1
    (tmp_path / "a.xml").write_bytes(b"noi dung")
    assert _ask(capsys, tmp_path / "a.xml.p7s", "--trust", trust)[0] == 0


def test_a_trust_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="danh sách tin cậy"):
        call_command("papers", "verdict", str(tmp_path / "a.pdf"), "--trust", str(tmp_path / "none"))


@pytest.mark.django_db
def test_without_a_folder_the_provinces_own_list_is_used(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(make.sign(make.paper(), world.holder().signer()))
    status, said = _ask(capsys, file)
    assert status == 1
    assert said["reasons"][0]["code"] == "unknown_root"  # type: ignore[index]
    assert said["trust_list"]["source"] == "Danh sách tin cậy của tỉnh"  # type: ignore[index]
