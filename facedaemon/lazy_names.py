"""Names of a package that are loaded when they are first used."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from sys import modules as loaded


def lazy_names(package: str, modules: Mapping[str, Sequence[str]]) -> Callable[[str], object]:
    """The `__getattr__` of a package: for each module of it, the names that it gives to others.

    No name may be that of a module: an imported module becomes an attribute of its package, and hides the name.
    """
    module_of = {name: module for module, names in modules.items() for name in names}

    def lookup(name: str) -> object:
        if name not in module_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value: object = getattr(import_module(f"{package}.{module_of[name]}"), name)
        setattr(loaded[package], name, value)  # from now on Python finds it without asking
        return value

    return lookup
