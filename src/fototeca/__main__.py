"""`python -m fototeca` is the command `fototeca`."""


def main() -> None:
    """Run the command line; it is imported here since processes that measure images import this module again."""
    from fototeca.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
