"""What goes wrong when an archive is opened that somebody else wrote."""

import struct
import zipfile
import zlib

# All that zipfile raises on a file that is cut, altered, locked, or compressed in an unknown way:
# each reader of archives answers them alike.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
)
