"""Write the import contracts (.importlinter) from the packages that exist, so that a new package is on a floor or fails.

    python -m tools.contracts           writes the file
    python -m tools.contracts --check   fails when it is not what would be written

The order of the floors is stated here for the whole house; a floor without a package is left out until it has one.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ".importlinter"

# High to low. Units of one entry are siblings that may not import each other.
FLOORS = (("server",), ("web", "cli"), ("flows",), ("ops",), ("insight", "lab", "compliance"), ("stream",), ("kernel",))
# Inside a floor, the same: high to low.
STOREYS = {
    "ops": (
        ("review",),
        ("content", "community", "campaigns", "partners", "care"),
        ("plan",),
        ("shop",),
        ("ledger",),
        ("members", "team", "intake"),
        ("journal",),
    ),
    "lab": (("simulate",), ("telling",), ("truth",), ("life",), ("cast",), ("worlds",), ("draws",), ("brand", "chance")),
    "insight": (("report",), ("evaluate",), ("predict",), ("analyse",), ("measure",)),
}
NO_DJANGO = ("kernel", "stream", "compliance", "insight", "lab")
# A package whose API only these modules may touch, and why.
KEPT_BEHIND = {
    "duckdb": (("stream.engines.duckdb",), "its releases remove calls: one module knows them"),
    "pyspark": (("stream.engines.spark",), "an optional package, absent from the plain install"),
    "deltalake": (("stream.log",), "the table is written and read as Delta in one place"),
}
# Decision 0003: charts are Vega-Lite JSON, without a charting library in between.
CHARTING = ("altair", "bokeh", "matplotlib", "plotly", "seaborn")
# Import names that a distribution's own name does not give.
IMPORT_NAMES = {
    "django-axes": "axes",
    "django-csp": "csp",
    "django-ninja": "ninja",
    "django-otp": "django_otp",
    "pylopdf-fonts-zh-cn": "pylopdf_fonts_zh_cn",
    "python-calamine": "python_calamine",
    "python-pptx": "pptx",
    "scikit-learn": "sklearn",
    "vl-convert-python": "vl_convert",
}


def present(source: Path, unit: str) -> bool:
    """Whether a unit of the package has code."""
    return (source / unit / "__init__.py").is_file() or (source / f"{unit}.py").is_file()


def pure_parts(source: Path) -> list[str]:
    """The parts of operational apps that decide and do not act: `rules` and `mechanics`."""
    apps = sorted(folder.name for folder in (source / "ops").glob("*/") if present(source, f"ops/{folder.name}"))
    return [f"{app}.{part}" for app in apps for part in ("rules", "mechanics") if present(source, f"ops/{app}/{part}")]


def dependency_names(pyproject: Path) -> list[str]:
    """Import names of every third-party package that the product may use."""
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(line for lines in project.get("optional-dependencies", {}).values() for line in lines)]
    names = {re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0].lower() for line in wanted}
    return sorted(IMPORT_NAMES.get(name, name.replace("-", "_")) for name in names)


def layers(source: Path, order: tuple[tuple[str, ...], ...], inside: str = "") -> list[str]:
    """The lines of a layers list, with only the units that exist."""
    lines = []
    for units in order:
        found = [unit for unit in units if present(source / inside, unit)]
        if found:
            lines.append("    " + " | ".join(found))
    return lines


def section(key: str, name: str, kind: str, *settings: tuple[str, list[str] | str]) -> list[str]:
    """One contract in the linter's INI form."""
    lines = ["", f"[importlinter:contract:{key}]", f"name = {name}", f"type = {kind}"]
    for setting, value in settings:
        if isinstance(value, str):
            lines.append(f"{setting} = {value}")
        else:
            lines += [f"{setting} =", *value]
    return lines


def of_apps(source: Path) -> list[str]:
    """One contract for each app of ops that has tables, and one for all that read."""
    apps = [f"ops.{app}" for units in STOREYS["ops"] for app in units]
    lines = []
    for app in apps:
        if present(source, f"{app.replace('.', '/')}/models"):
            lines += section(
                f"{app.rpartition('.')[2]}-keeps-its-tables",
                f"Only {app} touches its models; others ask its services and selectors",
                "protected",
                ("protected_modules", [f"    lianyi.{app}.models"]),
                ("allowed_importers", [f"    lianyi.{app}"]),
            )
    readers, writers = (
        [f"    lianyi.{app}.{unit}" for app in apps if present(source, f"{app.replace('.', '/')}/{unit}")]
        for unit in ("selectors", "services")
    )
    if readers and writers:
        lines += section(
            "reading-does-not-write",
            "Selectors never import services",
            "forbidden",
            ("source_modules", readers),
            ("forbidden_modules", writers),
        )
    return lines


def written(root: Path) -> str:
    """The whole file for a source tree."""
    source = root / "src" / "lianyi"
    lines = [
        "# Written by `make docs` (python -m tools.contracts) from the packages that exist; do not edit.",
        "[importlinter]",
        "root_package = lianyi",
        "include_external_packages = True",
    ]
    lines += section(
        "floors",
        "A lower floor never imports a higher one",
        "layers",
        ("containers", ["    lianyi"]),
        ("layers", layers(source, FLOORS)),
        ("exhaustive", "True"),
        ("exhaustive_ignores", ["    __main__"]),
    )
    for floor, order in STOREYS.items():
        if present(source, floor):
            lines += section(
                f"inside-{floor}",
                f"Inside {floor} the same",
                "layers",
                ("containers", [f"    lianyi.{floor}"]),
                ("layers", layers(source, order, floor)),
                ("exhaustive", "True"),
            )
    lines += section("knots", "No two siblings import each other, at any depth", "acyclic_siblings", ("ancestors", ["    lianyi"]))
    below = [f"    lianyi.{unit}" for unit in NO_DJANGO if present(source, unit)]
    lines += section(
        "no-django",
        "Numbers and facts know no web framework",
        "forbidden",
        ("source_modules", below),
        ("forbidden_modules", ["    django"]),
    )
    lines += of_apps(source)
    pure = pure_parts(source)
    if pure:
        lines += section(
            "rules-without-django",
            "What the operations decide, they decide without a database",
            "forbidden",
            ("source_modules", [f"    lianyi.ops.{part}" for part in pure]),
            ("forbidden_modules", ["    django"]),
        )
    names = dependency_names(root / "pyproject.toml")
    lines += section(
        "kernel-stands-alone",
        "The kernel stands on the standard library",
        "forbidden",
        ("source_modules", ["    lianyi.kernel"]),
        ("forbidden_modules", [f"    {name}" for name in names]),
    )
    lines += section(
        "no-charting-library",
        "Charts are Vega-Lite JSON, without a charting library",
        "forbidden",
        ("source_modules", ["    lianyi"]),
        ("forbidden_modules", [f"    {name}" for name in CHARTING]),
    )
    for package, (homes, why) in KEPT_BEHIND.items():
        ignored = [line for home in homes for line in (f"    lianyi.{home} -> {package}", f"    lianyi.{home}.** -> {package}")]
        lines += section(
            f"{package}-in-one-place",
            f"Only {' and '.join(homes)} may import {package}: {why}",
            "forbidden",
            ("source_modules", ["    lianyi"]),
            ("forbidden_modules", [f"    {package}"]),
            ("allow_indirect_imports", "True"),
            ("ignore_imports", ignored),
            ("unmatched_ignore_imports_alerting", "none"),
        )
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write or check the file; 1 when it is stale."""
    target = ROOT / TARGET
    text = written(ROOT)
    if "--check" not in arguments:
        target.write_text(text, encoding="utf-8")
        print(f"wrote {TARGET}")
    elif not target.is_file() or target.read_text(encoding="utf-8") != text:
        print(f"{TARGET} is stale: run `make docs` and commit it", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
