"""Writing: the former file or the new one, never a part, and nothing left behind."""

import errno
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.kernel import disk
from maillage.kernel.disk import write_whole
from maillage.kernel.errors import Refused

contents = st.one_of(st.binary(max_size=300), st.text(st.characters(codec="utf-8"), max_size=200))
FULL = (errno.ENOSPC, errno.EDQUOT)
errors = st.sampled_from([*FULL, errno.EACCES, errno.EIO, errno.EROFS])
STEPS = ("open", "write", "sync", "rights", "place")


def as_bytes(content):
    return content.encode("utf-8") if isinstance(content, str) else content


@contextmanager
def failing(step, number):
    """Make one step of a write fail the way the system does: half of the bytes are already there."""

    def refuse(*args, **kwargs):
        raise OSError(number, os.strerror(number))

    real = tempfile.NamedTemporaryFile

    def half_written(*args, **kwargs):
        file = real(*args, **kwargs)
        write = file.write

        def half(data):
            write(data[: len(data) // 2])
            file.flush()
            refuse()

        file.write = half
        return file

    targets = {
        "open": ("tempfile.NamedTemporaryFile", refuse),
        "write": ("tempfile.NamedTemporaryFile", half_written),
        "sync": ("os.fsync", refuse),
        "rights": ("os.chmod", refuse),
        "place": ("os.replace", refuse),
    }
    target, instead = targets[step]
    with mock.patch(target, instead):
        yield


@contextmanager
def folder():
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


@given(contents, contents)
def test_a_written_file_holds_exactly_its_content(former, content):
    with folder() as folder_path:
        path = folder_path / "a" / "b" / "rapport.html"
        write_whole(path, former)
        write_whole(path, content)
        assert path.read_bytes() == as_bytes(content)
        assert list(path.parent.iterdir()) == [path]
        assert path.stat().st_mode & 0o777 == 0o644


@given(contents, contents, st.sampled_from(STEPS), errors)
def test_a_write_that_fails_leaves_the_former_file_whole_and_nothing_else(former, content, step, number):
    with folder() as folder_path:
        path = folder_path / "rapport.html"
        write_whole(path, former)
        with failing(step, number), pytest.raises(Refused) as refusal:
            write_whole(path, content)
        assert path.read_bytes() == as_bytes(former)
        assert list(folder_path.iterdir()) == [path]
        assert str(path) in refusal.value.what
        assert all(refusal.value.sentences)
        assert ("disque est plein" in refusal.value.what) == (number in FULL)


@given(contents, st.sampled_from(STEPS), errors)
def test_a_first_write_that_fails_leaves_no_file(content, step, number):
    with folder() as folder_path:
        with failing(step, number), pytest.raises(Refused):
            write_whole(folder_path / "rapport.html", content)
        assert list(folder_path.iterdir()) == []


@given(contents, st.sampled_from(STEPS))
def test_the_same_command_works_once_there_is_room_again(content, step):
    with folder() as folder_path:
        path = folder_path / "rapport.html"
        with failing(step, errno.ENOSPC), pytest.raises(Refused):
            write_whole(path, content)
        write_whole(path, content)
        assert path.read_bytes() == as_bytes(content)


def test_a_folder_that_is_a_file_is_refused_and_that_file_is_left_alone(tmp_path):
    blocked = tmp_path / "sortie"
    blocked.write_text("déjà là", "utf-8")
    with pytest.raises(Refused) as refusal:
        write_whole(blocked / "rapport.html", "neuf")
    assert "rapport.html" in refusal.value.what
    assert blocked.read_text("utf-8") == "déjà là"


def test_a_file_that_is_a_folder_is_refused_and_that_folder_is_left_alone(tmp_path):
    path = tmp_path / "rapport.html"
    (path / "dedans").mkdir(parents=True)
    with pytest.raises(Refused):
        write_whole(path, "neuf")
    assert [child.name for child in tmp_path.iterdir()] == ["rapport.html"]
    assert (path / "dedans").is_dir()


def test_a_file_stays_to_the_account_that_had_it(tmp_path, monkeypatch):
    """« sudo maillage changer-cle » laissait une clé que le compte du service ne lisait plus : rien ne démarrait."""
    path, owners = tmp_path / "cle-secrete", []
    write_whole(path, "ancienne", mode=0o600)
    status = path.stat()
    was = os.stat_result((*status[:4], status.st_uid + 1, status.st_gid + 1, *status[6:]))
    read = Path.stat
    monkeypatch.setattr(Path, "stat", lambda target, **how: was if target == path else read(target, **how))
    monkeypatch.setattr(disk.os, "chown", lambda *words: owners.append(words[1:]))
    write_whole(path, "neuve", mode=0o600)
    assert owners == [(was.st_uid, was.st_gid)]
    write_whole(tmp_path / "autre", "neuve")
    assert len(owners) == 1, "a new file is to whoever writes it"
