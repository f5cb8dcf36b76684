"""Generates everything under gen/ from protos/: Python stubs, their types and one descriptor image.

`python protos/generate.py` replaces what is there; with `--check` it only tells whether that would change anything. The
image (`atelier.binpb`, with comments) is what buf lints and compares, because it needs no module registry.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from google.protobuf import descriptor_pb2, descriptor_pool
from google.rpc import error_details_pb2, status_pb2
from google.type import date_pb2, money_pb2
from grpc_tools import protoc
from protovalidate._gen.buf.validate import validate_pb  # type: ignore[import-untyped]

PROTOS = Path(__file__).resolve().parent
GEN = PROTOS.parent / "gen"
# Files that protos/ may import and that only their Python packages carry.
CARRIED = [date_pb2, money_pb2, status_pb2, error_details_pb2]


def main(arguments: list[str]) -> int:
    """Generate into a new folder and swap it in, so that a failure leaves the old stubs standing."""
    with tempfile.TemporaryDirectory(dir=GEN.parent, prefix=".gen-") as scratch:
        out = Path(scratch) / "gen"
        generate(out, Path(scratch) / "imports.binpb")
        if arguments == ["--check"]:
            return report(different_files(out, GEN))
        shutil.rmtree(GEN, ignore_errors=True)
        out.rename(GEN)
    return 0


def generate(out: Path, imports: Path) -> None:
    """Write everything to the new folder `out`; `imports` is where to keep a descriptor set meanwhile."""
    out.mkdir()
    imports.write_bytes(import_set().SerializeToString())
    own = sorted(str(path.relative_to(PROTOS)) for path in PROTOS.rglob("*.proto"))
    common = [f"--descriptor_set_in={imports}", f"-I{PROTOS}"]
    image = f"--descriptor_set_out={out / 'atelier.binpb'}"
    run([*common, f"--python_out={out}", f"--pyi_out={out}", f"--grpc_python_out={out}", *own])
    run([f"--descriptor_set_in={imports}", f"--python_out={out}", f"--pyi_out={out}", "buf/validate/validate.proto"])
    run([*common, "--include_imports", "--include_source_info", image, *own])
    drop_empty_stubs(out)
    for config in PROTOS.rglob("service_config.json"):
        shutil.copy(config, out / config.relative_to(PROTOS))


def different_files(new: Path, old: Path) -> list[str]:
    """Names of files that only one of the folders has, or that differ."""
    files = {
        path.relative_to(folder)
        for folder in (new, old)
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    return sorted(str(name) for name in files if content(new / name) != content(old / name))


def content(path: Path) -> bytes | None:
    """A file's bytes, or None when there is no such file."""
    return path.read_bytes() if path.exists() else None


def report(different: list[str]) -> int:
    """Say whether the stubs are fresh; the exit code that goes with it."""
    for name in different:
        sys.stderr.write(f"gen/{name} is not what protos/ gives; run `make stubs`\n")
    return 1 if different else 0


def import_set() -> descriptor_pb2.FileDescriptorSet:
    """What protos/ imports, as descriptors: protovalidate's wheel carries no .proto file, only its descriptor."""
    pool = descriptor_pool.Default()
    names = ["duration", "timestamp", "descriptor", "field_mask", "any", "empty", "struct", "wrappers"]
    for name in names:
        __import__(f"google.protobuf.{name}_pb2")
    files = [pool.FindFileByName(f"google/protobuf/{name}.proto") for name in names]
    files += [module.DESCRIPTOR for module in CARRIED]
    result = descriptor_pb2.FileDescriptorSet()
    for file in files:
        file.CopyToProto(result.file.add())
    result.file.add().ParseFromString(validate_pb._DESC.proto.to_binary())
    result.file.sort(key=lambda file: (len(file.dependency), file.name))
    return result


def drop_empty_stubs(out: Path) -> None:
    """Remove gRPC stub files of protos that declare no service."""
    for stub in out.rglob("*_pb2_grpc.py"):
        if "class " not in stub.read_text():
            stub.unlink()


def run(arguments: list[str]) -> None:
    """Run protoc; it prints its own errors."""
    if protoc.main(["protoc", *arguments]) != 0:
        sys.exit("protoc failed; its messages stand above.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
