"""Makes the clients that others build on: for each language a project in build/clients, from protos/ alone.

`python clients/generate.py [language …]` copies a language's project out of docs/clients, fetches the plugins that it
pins, and lets buf generate its stubs. A language whose tools aren't here is left out, and told of.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.rpc import code_pb2, error_details_pb2
from hatchling.builders.wheel import WheelBuilder

REPOSITORY = Path(__file__).resolve().parents[1]
CLIENT = REPOSITORY / "clients" / "python"
PROJECTS = REPOSITORY / "docs" / "clients"
BUILD = REPOSITORY / "build" / "clients"
IMAGE = REPOSITORY / "gen" / "atelier.binpb"
# What a language's project is made with, beside make.
TOOLS = {
    "cpp": ["g++", "apt-get"],
    "go": ["go"],
    "java": ["javac", "mvn"],
    "python": [],
    "rust": ["cargo"],
    "typescript": ["node", "npm"],
}


def main(languages: list[str]) -> int:
    """Make the projects of `languages`, or of all; an exit code, which isn't 0 when one can't be made."""
    unknown = [name for name in languages if name not in TOOLS]
    if unknown:
        sys.exit(f"There is no {unknown[0]} here; there are {', '.join(TOOLS)}.")
    write_changed(BUILD / "atelier.binpb", image())
    return max([make(language) for language in languages or TOOLS])


def make(language: str) -> int:
    """Make one project; what can't be made for lack of a tool isn't an error."""
    missing = missing_tools(language)
    if missing:
        sys.stdout.write(f"{language} is left out: it needs {' and '.join(missing)}.\n")
        return os.EX_OK
    project = BUILD / language
    copy_project(PROJECTS / language, project)
    if language == "python":
        build_wheel(project)
    if run_make(project, "fetch"):
        sys.stdout.write(f"{language} is left out: its plugins can't be fetched; why stands above.\n")
        return os.EX_UNAVAILABLE
    code = run_make(project, "stubs")
    sys.stdout.write(f"{project.relative_to(REPOSITORY)} {'failed' if code else 'is ready'}.\n")
    return code


def missing_tools(language: str) -> list[str]:
    """The programs that a language's project can't be made without and that aren't on the path."""
    return [tool for tool in ["make", *TOOLS[language]] if shutil.which(tool) is None]


def image() -> bytes:
    """The descriptors of protos/ and of the errors' details, which no proto imports and every caller reads."""
    files = FileDescriptorSet.FromString(IMAGE.read_bytes())
    for module in (code_pb2, error_details_pb2):
        module.DESCRIPTOR.CopyToProto(files.file.add())
    return files.SerializeToString(deterministic=True)


def copy_project(source: Path, target: Path) -> None:
    """Copy what git would keep; what has been made in `target` stays, and so does its age."""
    for file in sorted(source.rglob("*")):
        if file.is_file():
            write_changed(target / file.relative_to(source), file.read_bytes())


def write_changed(path: Path, content: bytes) -> None:
    """Write a file unless it is like that, so that make sees what has changed."""
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def build_wheel(folder: Path) -> None:
    """Build the Python client into `folder`."""
    with tempfile.TemporaryDirectory() as scratch:
        [wheel] = map(Path, WheelBuilder(str(CLIENT)).build(directory=scratch))
        for other in set(folder.glob("*.whl")) - {folder / wheel.name}:
            other.unlink()  # of another version, which the project's Makefile would install too
        write_changed(folder / wheel.name, wheel.read_bytes())


def run_make(project: Path, *targets: str) -> int:
    """Run a project's make with our buf; make's exit code."""
    buf = Path(sysconfig.get_path("scripts")) / "buf"
    command = ["make", "--silent", "--directory", str(project), f"BUF={buf}", *targets]
    # A make that runs us would pass on how many jobs it may run.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - our own words


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
