"""`python -m lab.stack`, in the project's folder: write what containers of others are told of our processes."""

from pathlib import Path

from lab.stack.mesh import FILE, text

if __name__ == "__main__":
    Path(FILE).write_text(text(), encoding="utf-8")
