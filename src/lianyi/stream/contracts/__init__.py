"""What facts and reference rows look like: data files, read and validated here."""

from lianyi.stream.contracts.events import CUSTOM_VERSION, Contract, contracts
from lianyi.stream.contracts.reference import ReferenceTable, reference_table, reference_tables

__all__ = ["CUSTOM_VERSION", "Contract", "ReferenceTable", "contracts", "reference_table", "reference_tables"]
