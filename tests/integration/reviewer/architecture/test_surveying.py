"""Imports of a repository, read in the sandbox by grimp and tree-sitter."""

from collections.abc import AsyncIterator, Mapping

import grimp
import pytest

from services.reviewer.architecture.judging import judge
from services.reviewer.architecture.surveying import PROCESSES, Survey, survey
from services.reviewer.coverage import ToolStatus
from services.reviewer.languages import language_of
from services.reviewer.linters.sandbox import Limits, Sandbox
from services.reviewer.source import Source
from tests.shared_data import REPOSITORY

Files = Mapping[str, str]


@pytest.fixture(scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    """Where imports are read."""
    sandbox = Sandbox(places=2, limits=Limits(), modules=PROCESSES)
    yield sandbox
    await sandbox.close()


def sources(files: Files) -> list[Source]:
    """Files as a snapshot has them."""
    return [Source(path, text, language_of(path, text) or "") for path, text in sorted(files.items())]


def imports(found: Survey) -> dict[str, list[str]]:
    """What each module imports that imports anything."""
    return {name: imported for name, imported in found.graph.imported_by.items() if imported}


async def test_the_project_s_own_services_import_what_grimp_says_of_the_real_packages(sandbox: Sandbox) -> None:
    tops = ["chassis", "jobs", "ledger"]
    paths = [path for top in tops for path in (REPOSITORY / top).rglob("*.py")]
    files = {str(path.relative_to(REPOSITORY)): path.read_text() for path in paths}
    files |= {f"services/{path.relative_to(REPOSITORY / 'services')}": path.read_text() for path in (
        REPOSITORY / "services" / "resolver"
    ).rglob("*.py")}  # fmt: skip

    found = await survey(sources(files), sandbox)

    graph = grimp.build_graph(*tops, "services.resolver", cache_dir=None, exclude_type_checking_imports=True)
    names = {
        path: path.removesuffix("/__init__.py").removesuffix(".py").replace("/", ".") for path in found.graph.modules
    }
    told = {names[name]: {names[other] for other in imported} for name, imported in found.graph.imported_by.items()}
    assert [run.status for run in found.runs] == [ToolStatus.RAN]
    assert told == {name: graph.find_modules_directly_imported_by(name) for name in told}
    assert judge(found.graph) == []


async def test_python_s_imports_are_found_below_src_beside_scripts_and_in_folders_without_init(
    sandbox: Sandbox,
) -> None:
    files = {
        "src/shop/__init__.py": "from shop import cart\n",
        "src/shop/cart.py": "from . import prices\nfrom shop import stock\n",
        "src/shop/prices.py": "import json\nif False:\n    import shop.stock\n",
        "src/shop/stock.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from shop import cart\n",
        "scripts/my-run.py": "import shop.cart, tool\n",
        "scripts/tool.py": "from shop.prices import x\n",
        "spaces/deep/one.py": "from spaces.deep.two import x\n",
        "spaces/deep/two.py": "",
        "json.py": "",
    }

    found = await survey(sources(files), sandbox)

    assert imports(found) == {
        "src/shop/__init__.py": ["src/shop/cart.py"],
        "src/shop/cart.py": ["src/shop/prices.py", "src/shop/stock.py"],
        "src/shop/prices.py": ["src/shop/stock.py"],
        "scripts/my-run.py": ["scripts/tool.py", "src/shop/cart.py"],
        "scripts/tool.py": ["src/shop/prices.py"],
        "spaces/deep/one.py": ["spaces/deep/two.py"],
    }
    assert found.graph.line_of("src/shop/prices.py", "src/shop/stock.py") == 3


SCRIPT = {
    "web/app.ts": 'import { a } from "./shop";\nimport type { B } from "./types";\nimport React from "react";\n',
    "web/shop/index.tsx": 'export * from "../cart.js";\nconst x = await import("@/far");\n',
    "web/cart.ts": 'const app = require("./app");\n',
    "web/types.ts": "export type B = 1;\n",
    "src/far.js": "",
}
GO = {
    "cmd/main.go": 'package main\nimport (\n"fmt"\n"example.com/shop/internal/cart"\np "example.com/shop/price"\n)\n',
    "internal/cart/cart.go": 'package cart\nimport "example.com/shop/price"\n',
    "internal/cart/more.go": 'package cart\nimport "encoding/json"\n',
    "price/price.go": "package price\n",
    "json/json.go": "package json\n",
}
JAVA = {
    "src/main/java/a/b/App.java": "import a.c.Cart;\nimport static a.c.Price.of;\nimport java.util.List;\n",
    "src/main/java/a/c/Cart.java": "package a.c;\nimport a.b.App;\nimport a.c.*;\n",
    "src/main/kotlin/a/c/Price.kt": "package a.c\nimport a.b.App\n",
}
RUST = {
    "shop/src/lib.rs": "mod cart;\npub use self::cart::Cart;\n",
    "shop/src/cart/mod.rs": "use crate::{price::{Price, self}, stock};\nuse super::stock as s;\nuse std::fmt;\n",
    "shop/src/price.rs": "use crate::stock::Stock;\n",
    "shop/src/stock.rs": "use crate::price::Price;\n",
    "cli-app/src/main.rs": "use shop::cart::Cart;\n",
}
C = {
    "src/main.c": '#include "cart.h"\n#include <stdio.h>\n#include <shop/price.h>\n',
    "src/cart.h": '#include "shop/price.h"\n',
    "include/shop/price.h": "",
    "src/stdio.h": "",
    "src/cart.cpp": '#include "cart.h"\n',
}
OTHERS = {
    "lib/shop.rb": 'require "shop/cart"\nrequire_relative "shop/price"\nrequire "json"\n',
    "lib/shop/cart.rb": "",
    "lib/shop/price.rb": "",
    "src/Cart.php": '<?php\nnamespace App;\nuse App\\Price\\{Tax, Sum as S};\nrequire_once __DIR__ . "/help.php";\n',
    "src/Price/Tax.php": "<?php\nuse App\\Cart;\n",
    "src/Price/Sum.php": "<?php\n",
    "src/help.php": "<?php\n",
    "game/main.lua": 'local a = require("game.map")\nlocal b = require "game.ui"\n',
    "game/map.lua": "",
    "game/ui/init.lua": "",
    "a/b/Shop.scala": "package a.b\nimport a.c.{Cart, Price => P}\n",
    "a/c/Cart.scala": "",
    "a/c/Price.scala": "",
}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            SCRIPT,
            {
                "web/app.ts": ["web/shop/index.tsx"],
                "web/shop/index.tsx": ["src/far.js", "web/cart.ts"],
                "web/cart.ts": ["web/app.ts"],
            },
        ),
        (GO, {"cmd": ["internal/cart", "price"], "internal/cart": ["price"]}),
        (
            JAVA,
            {
                "src/main/java/a/b/App.java": ["src/main/java/a/c/Cart.java", "src/main/kotlin/a/c/Price.kt"],
                "src/main/java/a/c/Cart.java": ["src/main/java/a/b/App.java"],
                "src/main/kotlin/a/c/Price.kt": ["src/main/java/a/b/App.java"],
            },
        ),
        (
            RUST,
            {
                "shop/src/cart/mod.rs": ["shop/src/price.rs", "shop/src/stock.rs"],
                "shop/src/price.rs": ["shop/src/stock.rs"],
                "shop/src/stock.rs": ["shop/src/price.rs"],
                "cli-app/src/main.rs": ["shop/src/cart/mod.rs"],
            },
        ),
        (
            C,
            {
                "src/main.c": ["include/shop/price.h", "src/cart.h"],
                "src/cart.h": ["include/shop/price.h"],
                "src/cart.cpp": ["src/cart.h"],
            },
        ),
        (
            OTHERS,
            {
                "lib/shop.rb": ["lib/shop/cart.rb", "lib/shop/price.rb"],
                "src/Cart.php": ["src/Price/Sum.php", "src/Price/Tax.php", "src/help.php"],
                "src/Price/Tax.php": ["src/Cart.php"],
                "game/main.lua": ["game/map.lua", "game/ui/init.lua"],
                "a/b/Shop.scala": ["a/c/Cart.scala", "a/c/Price.scala"],
            },
        ),
    ],
    ids=["script", "go", "jvm", "rust", "c", "others"],
)
async def test_imports_are_found_by_where_files_stand(
    files: Files, expected: dict[str, list[str]], sandbox: Sandbox
) -> None:
    found = await survey(sources(files), sandbox)

    assert imports(found) == expected
    assert [run.status for run in found.runs] == [ToolStatus.RAN]


async def test_a_file_that_cannot_be_parsed_is_told_and_the_others_are_looked_at(sandbox: Sandbox) -> None:
    files = {"a.py": "import b\n", "b.py": "import a\n", "c.py": "def (:\n", "d.py": "from ....x import y\n"}
    files |= {"e/f.py": "from ... import y\nif y: from . .. z import a\n"}

    found = await survey(sources(files), sandbox)

    [run] = found.runs
    assert imports(found) == {"a.py": ["b.py"], "b.py": ["a.py"]}
    assert run.status is ToolStatus.FAILED
    assert run.message == "1 of 5 files can't be parsed: their imports aren't known."


async def test_files_made_to_break_the_tools_are_cut_off_or_failed_and_the_rest_is_told() -> None:
    tight = Sandbox(places=1, limits=Limits(cpu_seconds=2, wall_seconds=20))
    deep = {f"d{number}.py": "x = " + "(" * 400_000 + "\n" for number in range(3)}
    odd = {
        "__init__.py": "",
        "a/__init__.py": "import a\n",
        "a/__init__/b.py": "",
        "x\ny.py": "",
        f"{'n' * 300}.py": "",
    }
    script = {"a.ts": "[" * 400_000, "b.go": 'package b\nimport "' + "a/" * 400_000 + '"\n'}
    try:
        broken = await survey(sources(deep | {"e.ts": 'import "./f";\n', "f.ts": ""}), tight)
        found = await survey(sources(odd | script), tight)
    finally:
        await tight.close()

    assert {run.tool for run in broken.runs if run.status is not ToolStatus.RAN} == {"grimp"}
    assert imports(broken) == {"e.ts": ["f.ts"]}
    assert imports(found) == {}
    assert {run.tool: run.status for run in found.runs}["grimp"] is ToolStatus.RAN
