"""Every format of export, by the name the command gives it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from maillage.publishing.directory.formats import data_inclusion, dataspace, geojson, hsds, lmn, loss, table
from maillage.publishing.directory.formats.published import Published


@dataclass(frozen=True, slots=True)
class Format:
    """A format, its name for people, and whether it is a folder or a file."""

    label: str
    write: Callable[..., list[str]]
    folder: bool = False


FORMATS = {
    loss.LMN: Format("Schéma national 1.0.2", lmn.write),
    loss.DATA_INCLUSION: Format("data·inclusion v1", data_inclusion.write, folder=True),
    loss.HSDS: Format("HSDS 3.0", hsds.write, folder=True),
    loss.GEOJSON: Format("GeoJSON", geojson.write),
    loss.DATASPACE: Format("DataSpace", dataspace.write),
    loss.CSV: Format("Notre tableau", table.write),
    loss.XLSX: Format("Notre classeur", table.write_as_workbook),
}


def write(format: str, path: Path, places: Sequence[Published], *, on: date) -> list[str]:
    """Write the places in a format, whole or not at all; return, in French, what the format could not
    hold.
    """
    return FORMATS[format].write(path, places, on=on)
