"""Files from outside become facts and reference rows; nothing is lost silently, nothing is counted twice."""

from lianyi.stream.intake.catalogue import KINDS, WITH_PEOPLE_OR_GOODS
from lianyi.stream.intake.history_of_imports import ImportRecord, list_imports
from lianyi.stream.intake.importing import import_files
from lianyi.stream.intake.mapping import Mapping, load_mapping, save_mapping
from lianyi.stream.intake.report import FileReport, ImportReport, Progress

__all__ = [
    "KINDS",
    "WITH_PEOPLE_OR_GOODS",
    "FileReport",
    "ImportRecord",
    "ImportReport",
    "Mapping",
    "Progress",
    "import_files",
    "list_imports",
    "load_mapping",
    "save_mapping",
]
