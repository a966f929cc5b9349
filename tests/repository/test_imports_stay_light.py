"""`import equitable` is quick, and needs nothing that is optional."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

HEAVY = ("pandas", "polars", "altair", "vl_convert", "typst", "django")

# As if these were not installed: looking for them ends as it does where they are not.
WITHOUT = """import sys
        class Without:
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] in {names!r}:
                    raise ModuleNotFoundError(name=name)
        sys.meta_path.insert(0, Without())"""


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("module", ["equitable", "equitable.cli"])
def test_nothing_heavy_is_imported(module: str):
    done = run_python(
        f"""
        import sys
        import {module}
        print(*[name for name in {HEAVY!r} if name in sys.modules])
        """
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_the_library_works_without_pandas_and_polars(star_file):
    done = run_python(
        f"""
        {WITHOUT.format(names=("pandas", "polars"))}
        import equitable as eq

        with eq.open({str(star_file)!r}) as data:
            gaps = data.gaps("total", by=["lunch"])
            print(len(gaps.to_dicts()) > 0)
        """
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "True"


def test_a_missing_part_is_named_with_what_to_install(star_file):
    done = run_python(
        f"""
        {WITHOUT.format(names=("pandas",))}
        import equitable as eq
        from equitable.errors import MissingPartError

        with eq.open({str(star_file)!r}) as data:
            gaps = data.gaps("total", by=["lunch"])
        try:
            gaps.to_pandas()
        except MissingPartError as error:
            print(error)
        """
    )
    assert done.returncode == 0, done.stderr
    assert "pandas" in done.stdout
    assert "equitable[frames]" in done.stdout
