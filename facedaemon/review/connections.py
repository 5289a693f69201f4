"""A connection to the server: those of other users are closed before anything is read."""

import asyncio
import logging

from uvicorn.protocols.http.h11_impl import H11Protocol

from facedaemon.review.peers import is_foreign

log = logging.getLogger(__name__)


class OwnUsersConnection(H11Protocol):
    """uvicorn's HTTP/1.1 for this user (and root) alone."""

    _is_refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Close it where it is another user's."""
        peer, own = transport.get_extra_info("peername"), transport.get_extra_info("sockname")
        is_tcp = isinstance(peer, tuple) and isinstance(own, tuple)  # a Unix socket's file keeps others out
        if is_tcp and is_foreign(peer[:2], own[:2]):
            self._is_refused = True
            log.warning("another user of this computer tried to open the page; the connection was closed")
            transport.abort()
            return
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Nothing is read from others."""
        if not self._is_refused:
            super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Closed."""
        if not self._is_refused:
            super().connection_lost(exc)
