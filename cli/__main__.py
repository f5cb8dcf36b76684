"""The entry point of `atelier`."""

import sys


def main() -> None:
    """Run the command line."""
    try:
        # Loading takes a second, in which Ctrl-C is to be as quiet as at any other time.
        from cli.app import app
    except KeyboardInterrupt:
        sys.exit(130)
    app()


if __name__ == "__main__":
    main()
