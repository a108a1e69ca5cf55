"""Write the page of indicators: ``python -m goodstanding.engine.indicators > docs/indicators.md``."""

from __future__ import annotations

import sys

from goodstanding.engine.indicators import every, page

if __name__ == "__main__":
    sys.stdout.buffer.write(page(every().values()).encode())
