"""Imports point one way: nothing below knows what is above."""

import ast
from pathlib import Path

import paperqa

# Lowest first. A module may import from its own row and from the rows above it here.
LAYERS = [
    ["types", "errors", "quantities", "statements", "aspects"],
    ["settings", "prompts", "papers", "likeness"],
    ["readers"],
    ["passages"],
    ["models"],
    ["index"],
    ["relevance", "reading", "support", "naming", "answer_cache"],
    ["retrieve", "citations", "condense"],
    ["answering", "query_engine"],
    ["library", "loaded", "sample"],
    ["conversations", "exports", "comparison_table"],
    ["evaluation", "batch", "doctor", "terminal"],
    ["ui"],
    ["conversation", "cli_models", "cli_eval", "cli_serve"],
    ["cli"],
]
SRC = Path(paperqa.__file__).parent


def layer(module: str) -> int:
    return next(n for n, names in enumerate(LAYERS) if module in names)


def imports(path: Path) -> set[str]:
    """The paperqa modules that a file imports at any point, types included."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("paperqa."):
            found.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {n.name.split(".")[1] for n in node.names if n.name.startswith("paperqa.")}
    return found


def named(path: Path) -> str:
    return ".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__")


def test_every_module_has_a_layer():
    modules = {p.relative_to(SRC).parts[0].removesuffix(".py") for p in SRC.rglob("*.py")} - {
        "__init__",
        "paperqa",
    }
    assert modules == {name for names in LAYERS for name in names}


def test_imports_point_one_way():
    wrong = []
    for path in SRC.rglob("*.py"):
        relative = path.relative_to(SRC)
        module = relative.parts[0].removesuffix(".py")
        if module == "__init__":
            continue
        for other in imports(path):
            if layer(other) > layer(module):
                wrong.append(f"{relative} imports {other}")
    assert wrong == []


def test_no_cycles_within_packages():
    graph: dict[str, set[str]] = {}
    modules = {named(path) for path in SRC.rglob("*.py")}
    for path in SRC.rglob("*.py"):
        name = named(path)
        graph[name] = set()
        for node in ast.parse(path.read_text()).body:  # what runs at import
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("paperqa."):
                module = node.module.removeprefix("paperqa.")
                inner = {f"{module}.{alias.name}" for alias in node.names}
                graph[name] |= {m for m in inner if m in modules} or {module}

    def reaches(start: str, goal: str, seen: set[str]) -> bool:
        return any(
            n == goal or (n not in seen and reaches(n, goal, seen | {n}))
            for n in graph.get(start, ())
        )

    assert [name for name in graph if reaches(name, name, {name})] == []
