"""Suggests names for the faces in a photo library, from nothing but what humans confirmed."""


def __getattr__(name: str) -> str:
    if name != "__version__":
        raise AttributeError(f"module {__name__} has no attribute {name}")
    # looked up when asked for: it takes as long as all other imports of the command line together
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        return version("facedaemon")
    except PackageNotFoundError:  # run from a source tree that was never installed
        return "0+source"
