"""The entry point of `atelier`."""

import gc
import sys

from chassis.loading import begin_loading


def main() -> None:
    """Run the command line."""
    begin_loading()
    try:
        # Loading takes half a second, in which Ctrl-C is to be as quiet as at any other time.
        from cli.app import app
    except KeyboardInterrupt:
        sys.exit(130)
    gc.freeze()
    gc.enable()
    app()


if __name__ == "__main__":
    main()
