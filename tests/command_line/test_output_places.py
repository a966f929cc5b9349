"""A result is written whole, where it may be, and never over what is being read."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from equitable.errors import OutputError
from equitable.output import check_place, write_whole

GOOD = "race,passed\n" + "Black,1\nWhite,0\n" * 30


def gaps(command, folder, *more):
    return subprocess.run(
        [command, "gaps", "students.csv", "--outcome", "passed", "--by", "race", *more],
        cwd=folder, capture_output=True, check=False, timeout=60,
    )  # fmt: skip


def test_the_file_being_read_is_never_replaced(tmp_path, equitable_command):
    file = tmp_path / "students.csv"
    file.write_text(GOOD)
    (tmp_path / "link.csv").symlink_to(file)
    for name in ("students.csv", "link.csv"):
        done = gaps(equitable_command, tmp_path, "--format", "csv", "-o", name)
        assert done.returncode == 2
        assert b"being read" in done.stderr
    assert file.read_text() == GOOD


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="no such device here")
def test_a_device_is_refused(tmp_path):
    with pytest.raises(OutputError, match="not a file"):
        check_place(Path("/dev/null"))


def test_a_link_stays_a_link(tmp_path):
    target = tmp_path / "real.json"
    target.write_text("before")
    link = tmp_path / "link.json"
    link.symlink_to(target)
    write_whole(link, b"after")
    assert link.is_symlink()
    assert target.read_text() == "after"


def test_who_may_read_stays_as_it_was(tmp_path):
    file = tmp_path / "out.json"
    file.write_text("before")
    file.chmod(0o600)
    write_whole(file, b"after")
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_read_only_file_is_left_alone(tmp_path):
    file = tmp_path / "out.json"
    file.write_text("before")
    file.chmod(0o444)
    with pytest.raises(OutputError, match="may not be changed"):
        write_whole(file, b"after")
    assert file.read_text() == "before"


def test_a_name_that_cannot_be(tmp_path):
    with pytest.raises(OutputError, match="cannot be a file's name"):
        check_place(tmp_path / ("x" * 300 + ".html"))


def test_what_fails_leaves_no_draft(tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputError, match="no space left"):
        write_whole(tmp_path / "out.json", b"content")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no such signal here")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_stopped_command_leaves_no_records_behind(tmp_path, equitable_command, name):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with subprocess.Popen(
        [equitable_command, "gaps", "-", "--outcome", "passed", "--by", "race"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(scratch)}, cwd=tmp_path,
    ) as running:  # fmt: skip
        running.stdin.write(GOOD.encode() * 2_000)
        running.stdin.flush()
        for _ in range(200):
            if any(scratch.rglob("*")):
                break
            time.sleep(0.05)
        assert any(scratch.rglob("*"))
        running.send_signal(getattr(signal, name))
        running.stdin.close()
        running.wait(timeout=30)
        said = running.stderr.read().decode()
    assert "Traceback" not in said
    assert not list(scratch.iterdir())
