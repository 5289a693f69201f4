"""A connection to the server: those of other users are closed before anything is read, and slow ones after a while."""

import asyncio
import logging

from uvicorn.protocols.http.h11_impl import H11Protocol

from facedaemon.review.peers import is_foreign

log = logging.getLogger(__name__)

HEAD_SECONDS = 10.0  # in which the head of a request is there; uvicorn would wait for ever


class OwnUsersConnection(H11Protocol):
    """uvicorn's HTTP/1.1 for this user (and root) alone."""

    _is_refused = False
    _head_timer: asyncio.TimerHandle | None = None

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
        self._head_timer = self.loop.call_later(HEAD_SECONDS, transport.abort)

    def data_received(self, data: bytes) -> None:
        """Nothing is read from others. A head of which a part is there must be whole in time."""
        if self._is_refused:
            return
        super().data_received(data)
        is_between = self.cycle is None or self.cycle.response_complete
        is_part = is_between and bool(self.conn.trailing_data[0])
        if is_part and self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.abort)
        elif not is_part:
            self._stop_head_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Closed."""
        self._stop_head_timer()
        if not self._is_refused:
            super().connection_lost(exc)

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
