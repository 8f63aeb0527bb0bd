"""Ask transcripts, and get the exact words with who said them and where. The Python API is `rag.pipeline`."""

__version__ = "0.1.0"
