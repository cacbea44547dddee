"""What can be wrong with a whole file or a whole import; what is wrong with one row is in rejects.py."""

from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text


class FileMissing(BadInput):
    """A path that is not there, or not a file."""

    code = "import_file_missing"
    message = Text(zh="找不到文件 %(path)s。", en="There is no file %(path)s.")
    remedy = Text(zh="请检查路径；什么也没有写入。", en="Check the path; nothing was written.")


class FileEmpty(BadInput):
    """A file without a single row."""

    code = "import_file_empty"
    message = Text(zh="%(path)s 里没有数据行。", en="%(path)s has no rows.")
    remedy = Text(zh="请重新导出；什么也没有写入。", en="Export it again; nothing was written.")


class FileDamaged(BadInput):
    """A file that breaks off or cannot be decoded."""

    code = "import_file_damaged"
    message = Text(zh="%(path)s 不完整或已损坏：%(why)s。", en="%(path)s is incomplete or damaged: %(why)s.")
    remedy = Text(zh="请重新导出或重新下载；什么也没有写入。", en="Export or download it again; nothing was written.")


class FormatUnknown(BadInput):
    """A file that is no table we can read."""

    code = "import_format_unknown"
    message = Text(zh="%(path)s 不是可读的表格（%(why)s）。", en="%(path)s is no table that can be read (%(why)s).")
    remedy = Text(
        zh="可用 CSV、TSV、XLSX、XLS、JSON（行）、Parquet，及其 gzip 或 zip；什么也没有写入。",
        en="CSV, TSV, XLSX, XLS, JSON (lines) and Parquet work, also as gzip or zip; nothing was written.",
    )


class HeaderMissing(BadInput):
    """No row of the file looks like headings of the kind asked for."""

    code = "import_header_missing"
    message = Text(
        zh="%(path)s 的前 %(rows)s 行里没有认得出的表头（第一行是：%(first)s）。",
        en="None of the first %(rows)s rows of %(path)s is a heading row that is known (the first one reads: %(first)s).",
    )
    remedy = Text(
        zh='请给一个映射文件：有表头时写 [columns]，没有表头时写 header = false 与 names = ["列一", "列二"]。什么也没有写入。',
        en='Give a mapping file: [columns] where there are headings, header = false and names = ["first", "second"] where there are none. '
        "Nothing was written.",
    )


class ColumnMissing(BadInput):
    """A field without which the kind says nothing."""

    code = "import_column_missing"
    message = Text(
        zh="%(path)s 按“%(kind)s”导入缺少一列：%(needed)s。文件里的列是：%(columns)s。%(hint)s",
        en="%(path)s cannot be read as %(kind)s: a column is missing: %(needed)s. Its columns are: %(columns)s. %(hint)s",
    )
    remedy = Text(
        zh="在映射文件里指明，例如：%(snippet)s。什么也没有写入。",
        en="Name it in a mapping file, for example: %(snippet)s. Nothing was written.",
    )


class KindDiffers(ColumnMissing):
    """The headings lack what the kind asked for needs, and are those of another."""

    code = "import_kind_differs"
    message = Text(
        zh="%(path)s 按“%(kind)s”导入缺少一列：%(needed)s。它的表头是“%(other)s”的：%(columns)s。",
        en="%(path)s cannot be read as %(kind)s: a column is missing: %(needed)s. Its headings are those of %(other)s: %(columns)s.",
    )
    remedy = Text(
        zh="请改用 --as %(other)s；若确是“%(kind)s”，在映射文件里指明缺少的列。什么也没有写入。",
        en="Use --as %(other)s; if it is %(kind)s all the same, name the missing column in a mapping file. Nothing was written.",
    )


class KindUnsure(BadInput):
    """The headings fit several kinds, or none."""

    code = "import_kind_unsure"
    message = Text(
        zh="看不出 %(path)s 是哪一类数据，可能是：%(candidates)s。", en="What %(path)s holds is not clear; it may be: %(candidates)s."
    )
    remedy = Text(
        zh="请用 --as 指明，例如 --as %(best)s。什么也没有写入。", en="Say so with --as, for example --as %(best)s. Nothing was written."
    )


class MappingUnusable(BadInput):
    """A mapping file that says something we do not know."""

    code = "import_mapping_unusable"
    message = Text(zh="映射文件 %(path)s 无法使用：%(why)s。", en="The mapping file %(path)s cannot be used: %(why)s.")
    remedy = Text(zh="请改正后再试；什么也没有写入。", en="Mend it and try again; nothing was written.")


class ConstantUnknown(BadInput):
    """A constant for a field that the kind does not have."""

    code = "import_constant_unknown"
    message = Text(zh="“%(kind)s”没有字段 %(field)s。%(hint)s", en="%(kind)s has no field %(field)s. %(hint)s")
    remedy = Text(zh="可用字段：%(known)s", en="Its fields are: %(known)s")


class ColumnUnknown(BadInput):
    """A column named by the person that no file has."""

    code = "import_column_unknown"
    message = Text(
        zh="没有文件含有列“%(column)s”。文件里的列是：%(columns)s。", en="No file has a column %(column)s. The columns are: %(columns)s."
    )
    remedy = Text(zh="什么也没有写入。", en="Nothing was written.")
