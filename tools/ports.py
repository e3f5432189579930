"""A port of this computer for a server that a test or a bench starts."""

import socket

RESERVED_SOCKETS: list[socket.socket] = []  # they are closed when this process ends


def free_port() -> int:
    """Return a port for a server to listen to, given to no other process before this one ends.

    The socket bound here does not listen: a server that sets SO_REUSEADDR, as all do, binds the same port.
    """
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind(("127.0.0.1", 0))
    RESERVED_SOCKETS.append(reserved)
    return int(reserved.getsockname()[1])
