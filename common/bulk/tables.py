"""Parquet: photographs as bytes in the rows of tables, and results likewise."""

import contextlib
import dataclasses
import functools
import hashlib
import io

from fast_style.common.bulk.places import Place
from fast_style.common.errors import UserError

SUFFIX = ".parquet"
# Columns that name a photograph, the first that is there; else it is called by its row.
NAMES = ("path", "name", "file_name", "filename", "key", "id")
# Of results.
PATH, BYTES = "path", "bytes"


@dataclasses.dataclass(frozen=True)
class Row:
    """A photograph in a row of a table.

    Attributes:
        table: :class:`Place` of the file.
        group, index: of the row: which row group, and which row of that.
        column: that of the bytes.
    """

    table: Place
    group: int
    index: int
    column: str

    def source(self):
        """The bytes of the photograph.

        Raises:
            UserError: none is there.
        """
        content = _column_of_group(self.table, self.group, self.column)[self.index].as_py()
        if content is None:
            raise UserError(f"{self.table.name}: expected bytes in {self.column}. Received: none")
        return content


@functools.lru_cache(maxsize=1)
def _column_of_group(table, group, column):
    """Rows are read by groups, one after the other: that at hand is kept."""
    with _parquet(table) as file:
        read = file.read_row_group(group, columns=[column])
    return read.flatten()[column] if "." in column else read[column]


@contextlib.contextmanager
def _parquet(place):
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with place.open() as content, pq.ParquetFile(content) as file:
            yield file
    except (OSError, pa.ArrowException) as error:
        raise UserError(f"{place.name}: expected a Parquet file. Received: {' '.join(str(error).split())}") from error


def rows_of(place):
    """``(name, Row)`` of each photograph of a Parquet file: its bytes are in the only column of bytes, or in field
    ``bytes`` of the only one with such a field, as datasets of Hugging Face have it.

    Raises:
        UserError: no Parquet file; none or several such columns.
    """
    import pyarrow as pa

    with _parquet(place) as file:
        schema = file.schema_arrow
        binary = [one.name for one in schema if pa.types.is_binary(one.type) or pa.types.is_large_binary(one.type)]
        structs = [one for one in schema if pa.types.is_struct(one.type)]
        nested = [one.name for one in structs if BYTES in [field.name for field in one.type]]
        columns = binary or [f"{name}.{BYTES}" for name in nested]
        if len(columns) != 1:
            raise UserError(
                f"{place.name}: expected one column of bytes. Received: {', '.join(columns) or 'none'} of "
                f"{', '.join(schema.names)}"
            )
        (column,) = columns
        inside = [f"{name}.{PATH}" for name in nested if PATH in [f.name for f in schema.field(name).type]]
        named = next((name for name in NAMES if name in schema.names), None) or next(iter(inside), None)
        stem, row = place.name.rpartition("/")[2].removesuffix(SUFFIX), 0
        for group in range(file.num_row_groups):
            count = file.metadata.row_group(group).num_rows
            names = [None] * count
            if named:
                read = file.read_row_group(group, columns=[named])
                names = (read.flatten() if "." in named else read)[named].to_pylist()
            for index, name in enumerate(names):
                yield str(f"{stem}_{row:06d}" if name in (None, "") else name), Row(place, group, index, column)
                row += 1


@dataclasses.dataclass(frozen=True)
class TableFolder:
    """A folder of Parquet files with columns ``path`` and ``bytes``, to which each window of photographs adds one.

    Attributes:
        place: of the folder.
    """

    place: Place

    def names(self):
        """Paths of all results that are there."""
        found = set()
        for path in self.place.files():
            if path.endswith(SUFFIX):
                with _parquet(self.place.within(path)) as file:
                    found.update(file.read(columns=[PATH])[PATH].to_pylist())
        return found

    def write(self, results):
        """Writes results ``{path: bytes}`` as a file, whose name follows from theirs: written again, it is one."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        if results:
            names = sorted(results)
            table = pa.table({PATH: names, BYTES: pa.array([results[name] for name in names], pa.large_binary())})
            buffer = io.BytesIO()
            pq.write_table(table, buffer, compression="none")  # pictures are compressed
            digest = hashlib.sha256("\0".join(names).encode("utf-8", "surrogateescape")).hexdigest()
            self.place.within(f"{digest[:32]}{SUFFIX}").write(buffer.getvalue())
