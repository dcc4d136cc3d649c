"""Scripts are sent without what only people need, and do the same."""

from pathlib import Path

from django.core.files.base import ContentFile

from allears.design.scripts import StaticFilesStorage, tightened

WRITTEN = """// Says hello.
const hello = (name) => {
  // Somebody may have no name.

  return `Hello ${name} // and welcome`;
};
"""


def test_a_script_is_sent_without_comments_empty_lines_and_indentation() -> None:
    assert tightened(WRITTEN) == "const hello = (name) => {\nreturn `Hello ${name} // and welcome`;\n};\n"


def test_a_text_over_several_lines_is_left_alone_and_so_is_its_script() -> None:
    script = "// About a poem.\nconst poem = `\n  // roses\n`;\n"

    assert tightened(script) == script


def test_what_is_vendored_or_there_to_be_read_is_sent_as_it_was_written(tmp_path: Path) -> None:
    storage = StaticFilesStorage(location=tmp_path, base_url="/static/", as_written=("studies/check.js",))

    for name in ("studies/check.js", "library.min.js", "ours.js"):
        storage.save(name, ContentFile(WRITTEN.encode()))

    assert (tmp_path / "studies/check.js").read_text() == WRITTEN
    assert (tmp_path / "library.min.js").read_text() == WRITTEN
    assert (tmp_path / "ours.js").read_text() == tightened(WRITTEN)
