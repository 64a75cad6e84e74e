"""``python -m runledger``"""

import sys

from runledger.cli import main

if __name__ == "__main__":
    sys.exit(main())
