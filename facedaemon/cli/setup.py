"""Commands that set facedaemon up: init, check, models."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facedaemon import folders
from facedaemon.cli.options import Call, command
from facedaemon.cli.shipped import shipped
from facedaemon.errors import ExitCode, Fatal

if TYPE_CHECKING:
    from facedaemon.vision import Computed

models_app = typer.Typer(help="The models: list, install, verify.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add this module's commands to the command line."""
    app.command()(init)
    app.command()(check)
    models_app.command("list")(list_models)
    models_app.command()(install)
    models_app.command()(verify)
    app.add_typer(models_app, name="models")


@command
def init(
    call: Call,
) -> None:
    """Write a commented config for this machine."""
    from facedaemon.config import default_path
    from facedaemon.pipeline import discovered

    path = call.config or default_path()
    found = discovered(folders.home_to_search(), os.environ)
    text = found.fill(shipped("config.example.yaml").read_text(encoding="utf-8"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("x", encoding="utf-8")
    except FileExistsError:
        raise Fatal(
            f"{path} is there already and was left as it is; --config FILE writes another", ExitCode.USAGE
        ) from None
    except OSError as error:
        raise Fatal(f"{path}: cannot be written: {error.strerror}", ExitCode.USAGE) from error
    try:
        with file:
            file.write(text)
    except OSError as error:
        path.unlink()  # a part of a config would be in the way of the next try
        raise Fatal(f"{path}: cannot be written: {error.strerror}", ExitCode.USAGE) from error
    call.out.summary(
        {"config": str(path), "roots": [str(root) for root in found.roots], "digikam": found.database},
        [
            f"{path} written. Photos: {', '.join(map(str, found.roots))}. digiKam: {found.database or 'not found'}.",
            "Next: facedaemon check",
        ],
    )


@command
def check(
    call: Call,
) -> None:
    """Report what is wrong here, and what to do."""
    from facedaemon.pipeline import check_setup

    status = ExitCode.DONE
    lines = []
    for finding in check_setup(call.settings(), folders.home_to_search(), os.environ):
        values = {"subject": finding.subject, "state": finding.state, "message": finding.message}
        first, *further = finding.message.split("\n")  # an error's own lines, each of them safe
        lines.append((values, [f"{finding.state:>7}  {finding.subject}: {first}", *further]))
        status = status or finding.exit_code
    call.out.lines(lines, otherwise="")
    if status:
        raise SystemExit(status)


@command
def list_models(
    call: Call,
) -> None:
    """List the models that facedaemon can use, and where they are."""
    from facedaemon.pipeline import models_known

    call.out.lines(
        (
            (
                {
                    "name": model.name,
                    "kind": model.kind,
                    "licence": model.licence,
                    "used": model.used,
                    "files": [
                        {
                            "name": file.name,
                            "size": file.size,
                            "sha256": file.sha256,
                            "source": file.source,
                            "path": None if file.path is None else str(file.path),
                        }
                        for file in model.files
                    ],
                },
                [
                    f"{model.name} ({model.kind}, {model.licence}){', in use' if model.used else ''}",
                    *(
                        line
                        for file in model.files
                        for line in (
                            f"  {file.name}  {file.size:,} bytes  sha256 {file.sha256}",
                            f"    {file.path or f'absent; from {file.source}'}",
                        )
                    ),
                ],
            )
            for model in models_known(call.settings(), os.environ)
        ),
        otherwise="No models are known.",
    )


@command
def install(
    call: Call,
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Default: the ones in use.")] = None,
    source: Annotated[
        Path | None, typer.Option("--from", metavar="DIR", help="Take the files from a folder instead of the internet.")
    ] = None,
) -> None:
    """Fetch the models, verify them, and put them where facedaemon looks."""
    from facedaemon.pipeline import install_models

    installed = install_models(call.settings(), os.environ, names, source, call.out.say)
    call.out.summary(
        {"installed": [str(path) for path in installed]},
        [f"{path} installed" for path in installed] or "All models are there already.",
    )


@command
def verify(
    call: Call,
) -> None:
    """Check the models in use: their files' SHA-256, and that this machine computes them as others do."""
    from facedaemon.pipeline import verified_models

    found = verified_models(call.settings(), os.environ)
    call.out.summary(
        {
            "verified": [str(path) for path in found.files],
            "networks": [
                {
                    "name": network.name,
                    "precision": network.precision,
                    "kernels": list(network.kernels),
                    "similarity": (similarity := None if network.likeness is None else round(network.likeness, 6)),
                    "likeness": similarity,
                }
                for network in found.networks
            ],
        },
        [*(f"{path}: as it should be" for path in found.files), *map(_verified, found.networks)],
    )


def _verified(network: "Computed") -> str:
    how = f"{network.name}: {network.precision} by {', '.join(network.kernels)}"
    if network.likeness is None:
        return f"{how}; no reference answer is known for it (models/README.md)"
    return f"{how}; similarity to the reference answer {network.likeness:.6f}"
