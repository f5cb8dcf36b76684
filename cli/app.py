"""Puts the commands of `atelier` together and does nothing else."""

from typing import Annotated

import typer

from cli import (
    cards,
    collection,
    confirm,
    credit,
    demo,
    engage,
    generate,
    generations,
    identify,
    importing,
    jobs,
    overview,
    poses,
    queues,
    quota,
    render,
    resolve,
    review,
    reviews,
    scan,
    submit,
    system,
    token,
    up,
    watch,
)
from cli.root import AddressOption, RootGroup, StateDirOption, TokenOption

app = typer.Typer(
    name="atelier",
    cls=RootGroup,
    help="Durable AI work over gRPC, from the command line. Exit codes: see cli/README.md.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def print_version(asked: bool) -> None:
    """Print the version and end, before a command is looked for."""
    if asked:
        from importlib.metadata import version  # Only asked for here, and slow.

        typer.echo(f"atelier {version('atelier')}")
        raise typer.Exit


VersionOption = Annotated[
    bool, typer.Option("--version", help="Print the version and end.", is_eager=True, callback=print_version)
]


@app.callback()
def options(
    context: typer.Context,
    address: AddressOption = None,
    token: TokenOption = None,
    state_dir: StateDirOption = None,
    _: VersionOption = False,
) -> None:
    """Settings of every command; ATELIER_CLI_ADDRESS, ATELIER_CLI_TOKEN and ATELIER_CLI_STATE_DIR mean the same."""
    context.obj = {"address": address, "token": token, "state_dir": state_dir}


app.command()(up.up)
app.command()(demo.demo)
app.command()(submit.submit)
app.command()(watch.watch)
app.command()(overview.overview)
app.command()(resolve.resolve)
app.command()(identify.identify)
app.add_typer(importing.app, name="import")
app.command()(scan.scan)
app.command()(confirm.confirm)
app.add_typer(collection.app, name="collection")
app.command()(generate.generate)
app.add_typer(generations.app, name="generations")
app.command()(poses.poses)
app.command()(render.render)
app.add_typer(credit.app, name="credits")
app.command()(review.review)
app.add_typer(reviews.app, name="reviews")
app.add_typer(quota.app, name="quota")
app.add_typer(engage.app, name="engage")
jobs.app.command()(queues.pause)
jobs.app.command()(queues.resume)
jobs.app.command()(queues.stats)
app.add_typer(jobs.app, name="jobs")
app.command()(cards.card)
app.command()(cards.search)
app.command()(cards.coverage)
app.command()(cards.gaps)
app.command()(system.system)
app.command()(token.token)
