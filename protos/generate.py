"""Generates everything under gen/ from protos/: Python stubs, their types and one descriptor image.

`python protos/generate.py [TARGET]` writes to TARGET (gen/ by default), replacing what is there. The image
(`atelier.binpb`, with comments) is what buf lints and compares, because it needs no module registry.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import grpc_tools
from google.protobuf import descriptor_pb2, descriptor_pool
from google.rpc import error_details_pb2, status_pb2
from google.type import date_pb2
from grpc_tools import protoc
from protovalidate._gen.buf.validate import validate_pb  # type: ignore[import-untyped]

PROTOS = Path(__file__).parent
WELL_KNOWN = Path(grpc_tools.__file__).parent / "_proto"
# Files that protos/ may import and that only their Python packages carry.
CARRIED = [date_pb2, status_pb2, error_details_pb2]


def main(target: Path) -> None:
    """Generate into a new folder and swap it in, so that a failure leaves the old stubs standing."""
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        out = Path(scratch) / "gen"
        out.mkdir()
        imports = Path(scratch) / "imports.binpb"
        imports.write_bytes(import_set().SerializeToString())
        own = sorted(str(path.relative_to(PROTOS)) for path in PROTOS.rglob("*.proto"))
        common = [f"--descriptor_set_in={imports}", f"-I{PROTOS}"]
        run([*common, f"--python_out={out}", f"--pyi_out={out}", f"--grpc_python_out={out}", *own])
        run(
            [f"--descriptor_set_in={imports}", f"--python_out={out}", f"--pyi_out={out}", "buf/validate/validate.proto"]
        )
        run(
            [
                *common,
                "--include_imports",
                "--include_source_info",
                f"--descriptor_set_out={out / 'atelier.binpb'}",
                *own,
            ]
        )
        drop_empty_stubs(out)
        for config in PROTOS.rglob("service_config.json"):
            shutil.copy(config, out / config.relative_to(PROTOS))
        shutil.rmtree(target, ignore_errors=True)
        out.rename(target)


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
    main(Path(sys.argv[1] if len(sys.argv) > 1 else os.fspath(PROTOS.parent / "gen")).resolve())
