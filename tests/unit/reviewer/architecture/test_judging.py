"""What imports say is wrong, and what a model is told of them."""

from services.reviewer.architecture.dependence import dependences, hubs
from services.reviewer.architecture.facts import MOST_BYTES, describe
from services.reviewer.architecture.graph import Import, Module, ModuleGraph
from services.reviewer.architecture.judging import architecture_fingerprints, judge
from services.reviewer.finding import Category, Place, Severity


def graph_of(*imports: tuple[str, str], line: int = 1) -> ModuleGraph:
    """A graph of Python files."""
    names = {name for told in imports for name in told}
    modules = [Module(name, name, "python") for name in names]
    return ModuleGraph(modules, [Import(importer, imported, line) for importer, imported in imports])


def test_a_circle_within_a_package_is_worth_less_than_one_through_several() -> None:
    graph = graph_of(("a/x.py", "a/y.py"), ("a/y.py", "a/x.py"), ("b/p.py", "c/q.py"), ("c/q.py", "b/p.py"), line=7)

    (first_path, first), (second_path, second) = judge(graph)

    assert (first_path, first.severity, first.place) == ("a/x.py", Severity.LOW, Place(7))
    assert (second_path, second.severity, second.rule) == ("b/p.py", Severity.MEDIUM, "architecture/import-cycle")
    assert "b/p.py → c/q.py → b/p.py" in second.message
    assert {first.category, second.category} == {Category.ARCHITECTURE}


def test_fingerprints_stay_when_imports_move_and_other_modules_come() -> None:
    before = graph_of(("a.py", "b.py"), ("b.py", "a.py"), line=3)
    after = graph_of(("a.py", "b.py"), ("b.py", "a.py"), ("0.py", "a.py"), line=9)

    [first] = architecture_fingerprints([finding for _, finding in judge(before)])
    [second] = architecture_fingerprints([finding for _, finding in judge(after)])

    assert first == second


def test_a_module_between_many_is_a_hub_and_one_that_only_many_import_is_none() -> None:
    users = [(f"user{number}.py", name) for number in range(10) for name in ("hub.py", "words.py")]
    used = [("hub.py", f"used{number}.py") for number in range(9)]
    graph = graph_of(*users, *used)

    assert [one.name for one in hubs(graph)] == ["hub.py"]
    assert [(path, finding.rule) for path, finding in judge(graph)] == [("hub.py", "architecture/hub-module")]
    by_name = {one.name: one for one in dependences(graph)}
    assert (by_name["hub.py"].fan_in, by_name["hub.py"].fan_out) == (10, 9)
    assert round(by_name["hub.py"].instability, 2) == 0.47
    assert (by_name["words.py"].instability, by_name["user1.py"].instability) == (0.0, 1.0)


def test_facts_tell_circles_hot_modules_and_what_nobody_imports() -> None:
    told = describe(graph_of(("a/x.py", "b/y.py"), ("b/y.py", "a/x.py"), ("main.py", "a/x.py")))

    assert told.startswith("3 modules (python 3), 3 imports of one by another\n")
    assert "circles of imports: 1\n  a/x.py -> b/y.py -> a/x.py\n" in told
    assert "a/x.py: imported by 2, imports 1, instability 0.33" in told
    assert "imported by nobody: 1\n  main.py\n" in told
    assert "  a: b 1\n" in told


def test_facts_of_a_large_repository_are_cut_at_a_line_and_are_the_same_each_time() -> None:
    imports = [(f"package{number % 50}/mödule{number}.py", f"package{number % 7}/x.py") for number in range(3_000)]

    told, again = describe(graph_of(*imports)), describe(graph_of(*reversed(imports)))

    assert told == again
    assert len(told.encode()) <= MOST_BYTES
    assert told.splitlines()[-1].endswith("lines left out")


def test_imports_of_itself_and_of_what_is_not_there_are_none() -> None:
    modules = [Module("a.py", "a.py", "python")]

    graph = ModuleGraph(modules, [Import("a.py", "a.py", 1), Import("a.py", "gone.py", 2)])

    assert graph.imports == 0
    assert graph.imported_by == {"a.py": []}
