"""Say which rules no test protects: change one place of the code at a time, and see whether a test near it
fails.

    make mutants MINUTES=20              draw places of engine, studies and */rules* at random, and write
    docs/mutants.md
    python tools/mutants.py --only statistics/weighting --show  the survivors of some modules, nothing written

Changes are those of cosmic-ray; why it is driven from here is told by docs/decisions/0024. Nothing is written
over the sources:
a child process imports the changed module from memory, runs the tests that pass by the changed line, and
dies.
"""

import argparse
import ast
import atexit
import contextlib
import difflib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import random
import re
import resource
import select
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import yaml
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.provider import OperatorProvider

ROOT = Path(__file__).resolve().parents[1]
SOURCE, PAGE = ROOT / "src", ROOT / "docs" / "mutants.md"
EQUIVALENT = ROOT / "tools" / "mutants_equivalent.yaml"
FLOORS = {
    "engine": ("src/maillage/statistics/engine/**/*.py",),
    "studies": ("src/maillage/statistics/[!e]*/**/*.py",),
    "rules": ("src/maillage/apps/**/rules.py", "src/maillage/apps/**/rules/**/*.py"),
}
QUICK = ("tests/statistics", "tests/spec")
LAST_TRIED = "tests/statistics/test_unchanged"  # whole computations, whose figures are kept: tried last
CACHE = ROOT / ".mutants.json"
SEED, MINUTES = 14, 20.0
SLOWEST = 120.0  # seconds for the tests of one file, a few examples each
# times the seconds of processor given, by the clock: beyond, a child waits for something that never comes
IDLE = 20.0
TRIED = 60  # the most tests run at once
NEAR, WIDE = (
    4.0,
    6.0,
)  # seconds, with few examples, of the nearest tests; of whole computations, for who survives them
PATIENCE = 20.0  # times what its tests take with few examples: beyond, a mutant never ends, which is seen
PLATFORM_SECONDS = 90.0  # for tests of the platform: they open a database
# Changes that a person could make without the types telling: `*` for `<<` or `<` for `is` would only inflate
# the score.
PLAUSIBLE_OPERATORS = {
    *(
        f"ReplaceBinaryOperator_{pair}"
        for pair in ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Mul", "Mod_FloorDiv")
    ),
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("Pow_Mul", "BitOr_BitAnd", "BitAnd_BitOr")),
    *(
        f"ReplaceComparisonOperator_{pair}"
        for pair in ("Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE")
    ),
    *(
        f"ReplaceComparisonOperator_{pair}"
        for pair in ("GtE_Gt", "GtE_Lt", "Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is")
    ),
    *(
        "ReplaceUnaryOperator_Delete_Not",
        "ReplaceUnaryOperator_Delete_USub",
        "ReplaceUnaryOperator_Delete_Invert",
    ),
    *("AddNot", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd"),
    *(
        "ReplaceBreakWithContinue",
        "ReplaceContinueWithBreak",
        "NumberReplacer",
        "ZeroIterationForLoop",
        "ExceptionReplacer",
    ),
}
KILLED, SURVIVED, INVALID, EQUAL = "tué", "survivant", "invalide", "équivalent"


# ---------------------------------------------------------------------------------------------------- mutants


@dataclass(frozen=True, slots=True)
class Mutant:
    """A place of a file and one change of it. before, after: the line changed, without its margins."""

    floor: str
    path: str
    line: int
    operator: str
    occurrence: int

    @property
    def source(self) -> str:
        operator = OperatorProvider()[self.operator]()
        return str(mutate_code((ROOT / self.path).read_text("utf-8"), operator, self.occurrence))

    @property
    def module(self) -> str:
        return ".".join(Path(self.path).relative_to("src").with_suffix("").parts)

    def lines(self) -> tuple[str, str]:
        """Return the line changed and what it becomes; '' when the change leaves it out."""
        before, after = (ROOT / self.path).read_text("utf-8").splitlines(), self.source.splitlines()
        changes = [line for line in difflib.ndiff(before, after) if line[:2] in ("- ", "+ ")]
        removed, added = ([line[2:].strip() for line in changes if line[0] == sign] for sign in "-+")
        return " ".join(removed), " ".join(added)


def population(floors: Mapping[str, Sequence[str]] = FLOORS) -> dict[tuple[str, str, int, int], list[Mutant]]:
    """Return the changes worth trying, by place: floor, file, line and column."""
    mutants_by_place: dict[tuple[str, str, int, int], list[Mutant]] = defaultdict(list)
    for floor, globs in floors.items():
        for path in sorted({path for pattern in globs for path in ROOT.glob(pattern)}):
            name, text = path.relative_to(ROOT).as_posix(), path.read_text("utf-8")
            nodes, left_out = list(ast_nodes(get_ast(text))), silent(text)
            for operator in sorted(PLAUSIBLE_OPERATORS):
                tool = OperatorProvider()[operator]()
                places = (place for node in nodes for place in tool.mutation_positions(node))
                for occurrence, ((line, column), _) in enumerate(places):
                    if not any(start <= (line, column) < end for start, end in left_out):
                        mutants_by_place[floor, name, line, column].append(
                            Mutant(floor, name, line, operator, occurrence)
                        )
    return mutants_by_place


def silent(text: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return where a file says nothing that a test of behaviour could see, as (start, end) of line and
    column.

    Annotations, names given to unions of types, arguments of decorators (frozen, slots…), what
    `zip(strict=True)` checks (it only speaks when the code is already wrong), how a field is shown or
    compared, the `*` that parts the arguments given by name, and the -1 of a `reshape`, which may be any
    negative number.
    """
    tree = ast.parse(text)
    some: list[ast.expr | ast.keyword | None] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            some += [node.returns, *node.decorator_list]
        elif isinstance(node, ast.ClassDef):
            some += node.decorator_list
        elif isinstance(node, ast.arg | ast.AnnAssign):
            some.append(node.annotation)
        elif isinstance(node, ast.keyword) and node.arg in ("strict", "repr", "compare"):
            some.append(node)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "reshape"
        ):
            some += [each for each in node.args if isinstance(each, ast.UnaryOp)]
    for statement in tree.body:
        value = statement.value if isinstance(statement, ast.Assign) else None
        if isinstance(value, ast.Subscript) or (
            isinstance(value, ast.BinOp) and isinstance(value.op, ast.BitOr)
        ):
            some.append(value)
    left_out = [
        ((each.lineno, each.col_offset), (each.end_lineno or 0, each.end_col_offset or 0))
        for each in some
        if each is not None
    ]
    for n, line in enumerate(text.splitlines(), 1):
        left_out += [((n, at.start()), (n, at.end())) for at in re.finditer(r"\*(?=,)", line)]
    return left_out


def sample(places: Mapping[Any, Sequence[Mutant]], seed: int) -> Iterator[Mutant]:
    """Yield one change of each place, places in a random order that the seed alone makes."""
    chance = random.Random(seed)
    keys = sorted(places)
    chance.shuffle(keys)
    for key in keys:
        yield chance.choice(places[key])


def equivalent() -> dict[tuple[str, str, str], str]:
    """Return why some mutants change nothing that can be seen, by file, line before and line after."""
    written = yaml.safe_load(EQUIVALENT.read_text("utf-8")) or []
    return {(each["file"], each["line"], each["becomes"]): each["reason"] for each in written}


# ------------------------------------------------------------------------------------------------ other lives


def in_child(act: Callable[[], Any], seconds: float) -> Any:
    """Return the result of a call in a child process, None when it dies or takes more than so many seconds of
    processor.

    Seconds of processor, not of the clock: a machine that does something else must not make a mutant look
    dead.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.setsid()
        os.close(reader)
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        try:
            with os.fdopen(writer, "w") as out:
                json.dump(act(), out)
        finally:
            os._exit(0)
    os.close(writer)
    answer, end = b"", time.monotonic() + IDLE * seconds
    while select.select([reader], [], [], max(end - time.monotonic(), 0))[0] and (
        part := os.read(reader, 1 << 20)
    ):
        answer += part
    os.close(reader)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    try:
        return json.loads(answer)
    except ValueError:
        return None


class Changed(importlib.abc.MetaPathFinder):
    """Gives one module the source of a mutant."""

    def __init__(self, mutant: Mutant) -> None:
        self.name, self.path, source = mutant.module, str(ROOT / mutant.path), mutant.source
        self.code: CodeType = compile(source, self.path, "exec")

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != self.name:
            return None
        loader = importlib.machinery.SourceFileLoader(name, self.path)
        loader.get_code = lambda fullname: self.code  # type: ignore[method-assign]  # of this loader alone
        return importlib.util.spec_from_file_location(name, self.path, loader=loader)


PLAIN = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", "ignore")
# Engine and spec know nothing of the platform: without it they start at once.
ALONE = (*PLAIN, "--doctest-modules", "-p", "no:django", "--confcutdir", str(ROOT / "tests" / "statistics"))


def pytest_of(arguments: Iterable[str], *plugins: object) -> int:
    import pytest

    return int(pytest.main([*arguments, "--rootdir", str(ROOT)], plugins=list(plugins)))


# ---------------------------------------------------------------------------------------------- tests by line


@dataclass(frozen=True, slots=True)
class Near:
    """Which tests pass by each line. seconds: of processor, for each; reach: how many lines it passes by."""

    by_line: Mapping[str, Mapping[int, Sequence[str]]]
    seconds: Mapping[str, float]
    reach: Mapping[str, int]
    failing: Sequence[str]

    def passing(self, mutant: Mutant) -> list[str]:
        """Return the tests that pass by the line changed, those that pass by the fewest lines first.

        A line read when its module loads, or once for all by a cache, belongs to no test: those of its module
        are taken.
        """
        lines = self.by_line.get(mutant.path, {})
        nearby_tests = set(lines.get(mutant.line, ()))
        if len(nearby_tests) < 2:
            nearby_tests.update(test for tests in lines.values() for test in tests)
        return sorted(nearby_tests - set(self.failing), key=lambda test: (self.reach[test], test))

    def tests(self, mutant: Mutant) -> Iterator[tuple[str, ...]]:
        """Yield the tests to try: the nearest, then those that compute the most, each time within a few
        seconds; at last the whole computations whose figures are kept, those that pass by the module.

        A computation made once for all its tests hides from the others the lines that it passes by: the
        module tells which of them would see a figure move.
        """
        passing = self.passing(mutant)
        near = self._within(passing, NEAR)
        yield near
        wide = self._within([test for test in reversed(passing) if test not in near], WIDE)
        yield wide
        through = {test for tests in self.by_line.get(mutant.path, {}).values() for test in tests}
        yield tuple(
            sorted(test for test in through - {*near, *wide, *self.failing} if test.startswith(LAST_TRIED))
        )

    def _within(self, tests: Iterable[str], seconds: float) -> tuple[str, ...]:
        out: list[str] = []
        spent = 0.0
        for test in tests:
            if out and (spent + self.seconds[test] > seconds or len(out) == TRIED):
                continue
            out.append(test)
            spent += self.seconds[test]
        return tuple(out)


class Contexts:
    """A plugin of pytest: what each test passes by, and how long it takes. Few examples are enough to know
    by where.
    """

    def __init__(self, cover: Any) -> None:
        self.cover, self.seconds, self.failing = cover, dict[str, float](), set[str]()

    def pytest_collection_finish(self) -> None:
        from hypothesis import settings

        settings.register_profile("few", settings.default, max_examples=3)
        settings.load_profile("few")

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.cover.switch_context(nodeid)
        self.seconds[nodeid] = -time.process_time()

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.cover.switch_context("")
        self.seconds[nodeid] += time.process_time()

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            self.failing.add(report.nodeid)


def passed_by(file: str) -> dict[str, Any]:
    """Run the tests of a file, and return the lines that each passes by, its seconds, and those that fail."""
    import coverage

    some = [str(ROOT / each) for globs in FLOORS.values() for each in globs]
    cover = coverage.Coverage(data_file=None, config_file=False, include=some)
    contexts = Contexts(cover)
    cover.start()
    pytest_of([*ALONE, file], contexts)
    cover.stop()
    data, lines = cover.get_data(), dict[str, dict[str, list[int]]]()
    for path in data.measured_files():
        name = Path(path).relative_to(ROOT).as_posix()
        for line, tests in data.contexts_by_lineno(path).items():
            for test in filter(None, tests):
                lines.setdefault(test, {}).setdefault(name, []).append(line)
    return {"lines": lines, "seconds": contexts.seconds, "failing": sorted(contexts.failing)}


def near() -> Near:
    """Return which quick tests pass by each line. A file of tests runs again when it, or a source it
    passes by, changed.
    """
    sources = sorted({path for globs in FLOORS.values() for source in globs for path in ROOT.glob(source)})
    digests = {path.relative_to(ROOT).as_posix(): digest(path) for path in sources}
    files = [path for folder in QUICK for path in sorted((ROOT / folder).rglob("test_*.py"))]
    files += [path for path in sources if ">>> " in path.read_text("utf-8")]
    known = json.loads(CACHE.read_text("utf-8")) if CACHE.exists() else {}
    fresh: dict[str, Any] = {}
    for path in files:
        name, key = path.relative_to(ROOT).as_posix(), digest(path)
        record = known.get(name)
        if (
            not record
            or record["key"] != key
            or any(digests.get(source) != was for source, was in record["sources"].items())
        ):
            record = in_child(lambda name=name: passed_by(name), SLOWEST)  # type: ignore[misc]  # mypy infers no lambda with a default
            if record is None:
                print(f"{name} : plus de {SLOWEST:.0f} secondes, laissé de côté.", flush=True)
                record = {"lines": {}, "seconds": {}, "failing": []}
            touched = {source for lines in record["lines"].values() for source in lines}
            record |= {"key": key, "sources": {source: digests[source] for source in sorted(touched)}}
        fresh[name] = record
        CACHE.write_text(json.dumps({**known, **fresh}), "utf-8")
    by_line: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    reach: Counter[str] = Counter()
    for record in fresh.values():
        for test, lines in record["lines"].items():
            for path, numbers in lines.items():
                reach[test] += len(numbers)
                for number in numbers:
                    by_line[path][number].append(test)
    seconds = {test: value for record in fresh.values() for test, value in record["seconds"].items()}
    return Near(by_line, seconds, reach, [test for record in fresh.values() for test in record["failing"]])


def digest(*paths: Path) -> str:
    return sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()[:16]


def platform(mutant: Mutant) -> list[str]:
    """Return the tests of the platform that name the rules of a feature: tried last, since they open a
    database.
    """
    feature = next(folder.name for folder in (ROOT / mutant.path).parents if (folder / "apps.py").is_file())
    speaks = re.compile(rf"apps\.{feature}\.rules|apps\.{feature} import .*\brules\b")
    files = sorted(
        (ROOT / "tests" / "apps").glob("test_*.py"), key=lambda path: (feature not in path.stem, path.name)
    )
    return [
        path.relative_to(ROOT).as_posix()
        for path in files
        if feature in path.stem or speaks.search(path.read_text("utf-8"))
    ]


# ----------------------------------------------------------------------------------------------------- trials


@dataclass(frozen=True, slots=True)
class Trial:
    """The outcome of a mutant. by: why, or how many tests it survived."""

    mutant: Mutant
    outcome: str
    before: str
    after: str
    by: str


def trial(mutant: Mutant, known: Near, reason_by_change: Mapping[tuple[str, str, str], str]) -> Trial:
    """Try a mutant: killed by a test that fails or never ends; invalid when its module cannot even load."""
    before, after = mutant.lines()
    if reason := reason_by_change.get((mutant.path, before, after)):
        return Trial(mutant, EQUAL, before, after, reason)
    outcome, n = SURVIVED, 0
    for tests in filter(None, known.tests(mutant)):
        n += len(tests)
        seconds = 5 + PATIENCE * (1 + sum(known.seconds[test] for test in tests))
        code = in_child(lambda tests=tests: changed(mutant, [*ALONE, "-x", *tests]), seconds)  # type: ignore[misc]  # mypy infers no lambda with a default
        outcome = {0: SURVIVED, -1: INVALID}.get(code, KILLED)
        if outcome != SURVIVED:
            break
    by = f"{n} épreuves" if n else "aucune épreuve ne passe par là"
    if outcome == SURVIVED and mutant.floor == "rules":
        for file in platform(mutant):
            if in_child(lambda file=file: changed(mutant, [*PLAIN, "-x", file]), PLATFORM_SECONDS) == 1:  # type: ignore[misc]  # mypy infers no lambda with a default
                return Trial(mutant, KILLED, before, after, file)
            by += f", {file}"
    return Trial(mutant, outcome, before, after, by)


def changed(mutant: Mutant, arguments: Sequence[str]) -> int:
    """Return the exit code of the tests of a mutant, -1 when it cannot be loaded."""
    try:
        sys.meta_path.insert(0, Changed(mutant))
        if "no:django" in arguments:
            importlib.import_module(mutant.module)
    except Exception:
        return -1
    return pytest_of(arguments)


def warm() -> None:
    """Import what every child would: libraries only, so that each child loads the changed module afresh."""
    for name in (
        "numpy",
        "scipy.sparse",
        "scipy.optimize",
        "scipy.stats",
        "shapely",
        "hypothesis.strategies",
        "pytest",
    ):
        importlib.import_module(name)
    importlib.import_module("_pytest.doctest")


# ------------------------------------------------------------------------------------------------------- page


def share(part: int, n_total: int) -> str:
    """Return a share in percent with its interval, in French."""
    from maillage.statistics.engine import agreement

    if not n_total:
        return "–"
    estimate = agreement.share(part, n_total)
    return f"{100 * estimate.value:.0f} % (de {100 * estimate.low:.0f} à {100 * estimate.high:.0f} %)"


def row(name: str, trials: Sequence[Trial]) -> str:
    n = Counter(each.outcome for each in trials)
    valid = n[KILLED] + n[SURVIVED]
    cells = (len(trials), n[INVALID], n[EQUAL], valid, n[KILLED], n[SURVIVED], share(n[KILLED], valid))
    return f"| {name} | {' | '.join(map(str, cells))} |"


def page(trials: Sequence[Trial], *, on: date, seed: int, minutes: float, places: int) -> str:
    """Return docs/mutants.md."""
    floors = {floor: [result for result in trials if result.mutant.floor == floor] for floor in FLOORS}
    survivors = sorted(
        (result for result in trials if result.outcome == SURVIVED),
        key=lambda result: (result.mutant.path, result.mutant.line),
    )
    equal = sorted(
        (result for result in trials if result.outcome == EQUAL),
        key=lambda result: (result.mutant.path, result.mutant.line),
    )
    return "\n".join(
        [
            "# Ce que les épreuves protègent",
            "",
            (
                "Page écrite par `make mutants` : on change un endroit du code à la fois, au hasard, et on"
                " regarde si une épreuve proche échoue. Un changement que rien ne voit est une règle sans"
                " garde."
            ),
            "",
            (
                f"Course du {on:%d/%m/%Y}, graine {seed}, {minutes:.0f} minutes : {len(trials)} endroits"
                f" tirés sur {places}."
            ),
            "",
            "| étage | tirés | invalides | équivalents | valides | tués | survivants | part tuée |",
            "|---|--:|--:|--:|--:|--:|--:|---|",
            *(row(floor, some) for floor, some in floors.items()),
            row("ensemble", trials),
            "",
            (
                "Un mutant invalide ne se charge pas : il ne compte pas. Un mutant équivalent ne change rien"
                " qu’on puisse voir : il est écarté à la main, avec sa raison"
                " (`tools/mutants_equivalent.yaml`). La part tuée va avec son intervalle à 90 %, celui du"
                " tirage. Chaque mutant passe les épreuves rapides qui traversent sa ligne, les plus proches"
                f" d’abord ({NEAR:.0f} secondes avec peu d’exemples), puis les plus larges ({WIDE:.0f}"
                " secondes), puis les calculs entiers dont les chiffres sont gardés ; celui d’une règle"
                " d’`apps` passe ensuite les épreuves de la plateforme qui nomment ces règles. Objectif :"
                " 85 %."
            ),
            "",
            "## Survivants",
            "",
            *(
                f"- `{result.mutant.path}:{result.mutant.line}` {code(result.before)} → {code(result.after)}"
                for result in survivors
            ),
            *([] if survivors else ["Aucun."]),
            "",
            "## Équivalents tirés",
            "",
            *(
                f"- `{e.mutant.path}:{e.mutant.line}` {code(e.before)} → {code(e.after)} : {e.by}"
                for e in equal
            ),
            *([] if equal else ["Aucun."]),
            "",
        ]
    )


def code(text: str) -> str:
    """Return a line of code as Markdown shows it, cut when it is long."""
    return f"`` {text if len(text) <= 160 else text[:159] + '…'} ``" if text else "rien"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=MINUTES, help="how long the whole run may last")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument(
        "--only", default="", help="files whose path holds this text; the page is then left as it is"
    )
    parser.add_argument("--show", action="store_true", help="tell each survivor as it is found")
    options = parser.parse_args()
    start = time.monotonic()
    end = start + 60 * options.minutes
    sys.path.insert(0, str(SOURCE))
    # What tests share is made here, not by each child: they would each make it again, and leave it behind.
    shared = os.environ["MAILLAGE_TESTS"] = tempfile.mkdtemp(prefix="maillage-mutants-")
    atexit.register(shutil.rmtree, shared, ignore_errors=True)
    warm()
    known, equivalent_reasons = near(), equivalent()
    if known.failing:
        print("Échouent sans aucun changement, laissées de côté :", *known.failing, sep="\n  ")
    places = {key: some for key, some in population().items() if options.only in key[1]}
    print(
        f"{len(places)} endroits, {len(known.seconds)} épreuves rapides en {time.monotonic() - start:.0f}"
        " secondes."
    )
    trials: list[Trial] = []
    for mutant in sample(places, options.seed):
        if time.monotonic() > end:
            break
        outcome = trial(mutant, known, equivalent_reasons)
        trials.append(outcome)
        if options.show and outcome.outcome == SURVIVED:
            where = f"{len(trials)}. {mutant.path}:{mutant.line}"
            print(f"{where}\n  - {outcome.before}\n  + {outcome.after}\n    {outcome.by}", flush=True)
    print(
        *(row(floor, [t for t in trials if t.mutant.floor == floor]) for floor in FLOORS),
        row("ensemble", trials),
        sep="\n",
    )
    if not options.only:
        written = page(
            trials,
            on=date.today(),
            seed=options.seed,
            minutes=(time.monotonic() - start) / 60,
            places=len(places),
        )
        PAGE.write_text(written, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
