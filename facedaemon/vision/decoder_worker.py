"""The process that decodes untrusted formats: `python -m facedaemon.vision.decoder_worker DESCRIPTOR`."""

from typing import Any

import cv2

from facedaemon.process_messages import Bytes, Message
from facedaemon.sandboxed_process import Limits, serve
from facedaemon.vision.decode import decode_here, open_here

MEMORY = 520 << 20
"""Bytes of addresses beyond what the codecs themselves take: 48 megapixels of AVIF need 441 MB, of lossless WebP 426,
of WebP 378, of HEIC 230; 20 megapixels of AVIF with 10 bits a colour 299."""
CPU_SECONDS = 30  # 48 megapixels of HEIC take 3
_GROWN = 160 << 20  # resident bytes beyond which the process is replaced; without a picture it has 60 MB


def _answer(question: Message) -> tuple[dict[str, Any], Bytes | None]:
    """The header of the picture; or its pixels, where `content` is given, which the file must still have."""
    content = question.values.get("content")
    if question.descriptor is None:
        raise ValueError("no file came with the question")
    source = open_here(question.descriptor)
    if content is None:
        size = (source.size.width, source.size.height)
        return {
            "kind": source.kind,
            "size": size,
            "orientation": source.orientation,
            "content": source.content,
        }, None
    if source.content != content:
        return {"error": "it changed while it was looked at", "passing": True}, None
    pixels = decode_here(source, question.values.get("longest_side"))
    return {"shape": pixels.shape}, pixels.reshape(-1)


if __name__ == "__main__":
    cv2.setNumThreads(1)
    serve(_answer, Limits(MEMORY, CPU_SECONDS, _GROWN))
