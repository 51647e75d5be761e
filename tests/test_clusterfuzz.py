"""`fuzzlab export clusterfuzz`: the files, what is in them, and that their script builds what ClusterFuzz looks for."""

from __future__ import annotations

import os
import re
import subprocess
import zipfile
from pathlib import Path

import pytest
import yaml

import fuzzlab as package
from fuzzlab.verdict import input_id
from tests.projects import fuzzlab, make_project, snapshot

FOLDER = Path(".clusterfuzzlite")

SOURCE = '''
from fuzzlab import formats, target


@target(format=formats.text(max_size=32))
def indexed(value: str) -> str:
    """Fail for every text that is empty once stripped."""
    if value == "accepted":
        raise KeyError(value)
    return value.strip()[0]


@target(format=formats.json(), name="shop.order-1")
def order(value: object) -> object:
    if value == {"currency": "EUR"}:
        raise ValueError(value)
    return value
'''


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with seeds, and with what broke it once: still, not any more, and by somebody's leave."""
    folder = make_project(tmp_path / "project", SOURCE)
    stored = {"seeds/one": b"one", "regressions": b" ", "regressions/": b"fixed"}
    for place, data in stored.items():
        path = folder / "corpus" / "indexed" / place
        path = path if "/one" in place else path / input_id(data)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    assert fuzzlab(folder, "replay").code == 1
    return folder


def test_what_is_written(project: Path) -> None:
    """Four files a target beside the three that build them; a second time nothing changes."""
    done = fuzzlab(project, "export", "clusterfuzz")
    assert done.code == 0, done.err
    names = {str(path.relative_to(project / FOLDER)) for path in (project / FOLDER).rglob("*") if path.is_file()}
    targets = ("indexed", "shop.order-1")
    files = {f"fuzzers/{name}{end}" for name in targets for end in (".py", ".dict", ".options", "_seed_corpus.zip")}
    assert names == {"Dockerfile", "build.sh", "project.yaml", *files}
    assert (project / FOLDER / "fuzzers" / "indexed.options").read_text() == (
        "[libfuzzer]\nmax_len = 32\ntimeout = 25\ndict = indexed.dict\n"
    )
    assert '"currency"' in (project / FOLDER / "fuzzers" / "shop.order-1.dict").read_text()
    assert os.access(project / FOLDER / "fuzzers" / "indexed.py", os.X_OK)
    before = snapshot(project)
    again = fuzzlab(project, "export", "clusterfuzz", "--json")
    assert {row["what"] for row in again.document["files"]} == {"kept"}
    assert snapshot(project) == before


def test_seeds_hold_nothing_that_fails(project: Path) -> None:
    """A program would end at it each time it starts; what is mended is worth trying for ever."""
    assert fuzzlab(project, "export", "clusterfuzz", "indexed").code == 0
    with zipfile.ZipFile(project / FOLDER / "fuzzers" / "indexed_seed_corpus.zip") as archive:
        packed = {name: archive.read(name) for name in archive.namelist()}
    assert packed == {input_id(data): data for data in (b"one", b"fixed")}


def test_what_people_changed_stays(project: Path) -> None:
    """The image, the script and project.yaml are theirs once written; what is made of the targets is made anew."""
    assert fuzzlab(project, "export", "clusterfuzz").code == 0
    theirs = {name: f"# {name}, mine\n" for name in ("Dockerfile", "build.sh", "project.yaml")}
    for name, text in {**theirs, "fuzzers/indexed.py": "# mine\n"}.items():
        (project / FOLDER / name).write_text(text)
    (project / "corpus" / "indexed" / "seeds" / "two").write_bytes(b"two")
    done = fuzzlab(project, "export", "clusterfuzz")
    assert done.code == 0
    assert done.out.count("is there already, and says something else; left alone") == len(theirs)
    assert {name: (project / FOLDER / name).read_text() for name in theirs} == theirs
    assert "main(" in (project / FOLDER / "fuzzers" / "indexed.py").read_text()
    with zipfile.ZipFile(project / FOLDER / "fuzzers" / "indexed_seed_corpus.zip") as archive:
        assert input_id(b"two") in archive.namelist()


def test_the_script_builds_what_clusterfuzz_looks_for(project: Path, tmp_path: Path) -> None:
    """With a stand-in for the image's compile_python_fuzzer: programs without a preload, and what lies beside them."""
    assert fuzzlab(project, "export", "clusterfuzz").code == 0
    source, out, tools = tmp_path / "src", tmp_path / "out", tmp_path / "tools"
    for folder in (source, out, tools):
        folder.mkdir()
    (source / "project").symlink_to(project)
    stand_in = tools / "compile_python_fuzzer"
    stand_in.write_text(
        '#!/bin/bash -eu\nname=$(basename -s .py "$1")\necho "$@" >> "$OUT/../calls"\n'
        'cp "$1" "$OUT/$name.pkg"\nchmod -x "$OUT/$name.pkg"\necho preloading > "$OUT/$name"\n'
    )
    stand_in.chmod(0o755)
    env = {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "SRC": str(source), "OUT": str(out)}
    done = subprocess.run(
        [project / FOLDER / "build.sh"], env=env, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    ends = ("", ".pkg", ".dict", ".options", "_seed_corpus.zip")
    assert {path.name for path in out.iterdir()} == {n + end for n in ("indexed", "shop.order-1") for end in ends}
    for name in ("indexed", "shop.order-1"):
        wrapper = (out / name).read_text()
        assert "LLVMFuzzerTestOneInput" in wrapper, "ClusterFuzz takes a program for a fuzzer by this word"
        assert "PRELOAD" not in wrapper
        assert os.access(out / name, os.X_OK)
        assert not os.access(out / f"{name}.pkg", os.X_OK), "or it would be one, too"
        # The program that the wrapper starts is ours, with the words that it was given.
        (out / f"{name}.pkg").write_text('#!/bin/sh\necho "$0" "$@"\n')
        ran = subprocess.run([out / name, "-runs=1", "a b"], capture_output=True, text=True, check=True)
        assert ran.stdout == f"{out}/{name}.pkg -runs=1 a b\n"
    assert (tmp_path / "calls").read_text().count(f"--paths={source}/project") == 2


def test_the_script_names_what_is_imported_late() -> None:
    """PyInstaller cannot see what a LazyModule imports: build.sh names each of them but for what reports alone need."""
    root = Path(package.__file__).parent
    script = (root / "stencils" / "clusterfuzz" / "build.sh.in").read_text()
    late = {name for path in root.rglob("*.py") for name in re.findall(r'= LazyModule\("([^"]+)"\)', path.read_text())}
    assert len(late) > 5
    reports = {name for name in late if name.partition(".")[0] in ("coverage", "starlette", "uvicorn")}
    for name in late - {"atheris"} - reports:  # atheris comes with a hook of its own
        assert re.search(rf"=({re.escape(name)}|{re.escape(name.partition('.')[0])})\b", script), name


def test_the_image_of_clusterfuzzlite(project: Path) -> None:
    """It copies the repository, and what it copies is there."""
    (project / "requirements.txt").write_text("click\n")
    assert fuzzlab(project, "export", "clusterfuzz", "--fuzzlab", "fuzzlab==1.2").code == 0
    lines = (project / FOLDER / "Dockerfile").read_text().splitlines()
    assert lines[0] == "FROM gcr.io/oss-fuzz-base/base-builder-python"
    assert 'ENV FUZZLAB="fuzzlab==1.2"' in lines
    assert lines[-1] == 'RUN python3 -m pip install "$FUZZLAB" -r requirements.txt'
    for line in lines:
        if line.startswith("COPY "):
            assert (project / line.split()[1]).exists()
    assert yaml.safe_load((project / FOLDER / "project.yaml").read_text())["language"] == "python"


def test_a_project_of_oss_fuzz(project: Path, tmp_path: Path) -> None:
    """Outside of the repository the image clones it, and copies what was exported."""
    out = tmp_path / "oss-fuzz" / "projects" / "shop"
    address = "https://example.org/shop.git"
    done = fuzzlab(project, "export", "clusterfuzz", "--output", str(out), "--repository", address)
    assert done.code == 0, done.err
    image = (out / "Dockerfile").read_text()
    assert f"RUN git clone --depth 1 {address} $SRC/project\nCOPY build.sh $SRC/\nCOPY fuzzers $SRC/fuzzers" in image
    assert 'cd "$SRC/fuzzers"' in (out / "build.sh").read_text()
    assert yaml.safe_load((out / "project.yaml").read_text())["main_repo"] == address
    assert not (project / FOLDER).exists()


def test_a_function_that_nobody_registered(project: Path) -> None:
    """`module:function` is exported with what was said of it."""
    (project / "plain.py").write_text("def parse(value):\n    return value[0]\n")
    words = ("plain:parse", "--format", "text", "--allow", "builtins:KeyError")
    assert fuzzlab(project, "export", "clusterfuzz", *words).code == 0
    script = (project / FOLDER / "fuzzers" / "plain.parse.py").read_text()
    assert "options=['plain:parse', 'text', 'builtins:KeyError']" in script
