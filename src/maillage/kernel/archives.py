"""The errors of opening an archive that somebody else wrote."""

import lzma
import struct
import zipfile
import zlib

# All that zipfile raises on a file that is cut, altered, locked, or compressed in an unknown way:
# each reader of archives answers them alike. BZIP2 raises OSError, as a disk does: who reads bytes adds it.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
)
