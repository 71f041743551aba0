"""Distinct words as integers, which Arrow tells apart faster than strings."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

SHORT = 8  # bytes of a word that is its own key
PLACE = 8  # bits before the place of a longer word; such a key begins with a zero byte
FIRST = np.uint64(0xFF)  # byte
MASKS = np.array([256**size - 1 for size in range(SHORT + 1)], "uint64")


class WordKeys(NamedTuple):
    """Distinct words in the order of first occurrences, as Arrow arrays; the first one stands for no word."""

    keys: Any  # uint64: the bytes of a word of up to 8, the place of another one
    longer: Any  # binary: words of more bytes, or with a zero among them

    @classmethod
    def none(cls) -> "WordKeys":
        """Return no words."""
        import pyarrow

        return cls(pyarrow.array([0], pyarrow.uint64()), pyarrow.array([b""], pyarrow.binary()))

    def words(self) -> list[bytes]:
        """Return the words."""
        keys, longer = self.keys.to_numpy()[1:], self.longer.to_pylist()
        words = keys.view(f"S{SHORT}").astype(object)
        is_longer = keys & FIRST == 0
        words[is_longer] = [longer[place] for place in (keys[is_longer] >> PLACE).tolist()]
        return words.tolist()

    def extended(self, blocks: Sequence["Keyed"]) -> tuple["WordKeys", Iterator[np.ndarray]]:
        """Return all words, new ones behind the known ones, and of each block the place of each of its words."""
        import pyarrow

        longer, places = _encoded(self.longer, [block.longer for block in blocks])
        distinct = [_moved(block.keys, found) for block, found in zip(blocks, places, strict=True)]
        keys, places = _encoded(self.keys, list(map(pyarrow.array, distinct)))
        return WordKeys(keys, longer), (found[block.places] for block, found in zip(blocks, places, strict=True))


class Keyed(NamedTuple):
    """The words of a block: the place of each among the distinct ones, and the keys of these."""

    places: np.ndarray  # int32 (words,)
    keys: np.ndarray  # uint64 (distinct words,); the place of a longer word counts from 1, 0 is an empty word
    longer: Any  # binary, Arrow's


def keyed(words: Any) -> Keyed:
    """Return the keys of an Arrow array of strings."""
    import pyarrow

    _, offsets, content = words.buffers()
    offsets = np.frombuffer(offsets, "int32")[words.offset : words.offset + len(words) + 1]
    letters = np.frombuffer(content or b"", "uint8")[: offsets[-1]]
    padded = np.append(letters, np.zeros(SHORT, "uint8"))
    from_anywhere = np.ndarray(len(letters) + 1, "<u8", padded, strides=(1,))
    sizes = np.diff(offsets)
    is_longer = sizes > SHORT
    is_longer[np.searchsorted(offsets[1:], np.flatnonzero(letters == 0), "right")] = True
    keys = from_anywhere[offsets[:-1]] & MASKS[np.minimum(sizes, SHORT)]
    longer = words.filter(pyarrow.array(is_longer)).cast(pyarrow.binary()).dictionary_encode()
    keys[is_longer] = (longer.indices.to_numpy().astype("uint64") + 1) << PLACE
    encoded = pyarrow.array(keys).dictionary_encode()
    return Keyed(encoded.indices.to_numpy(), encoded.dictionary.to_numpy(), longer.dictionary)


def _moved(keys: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return keys whose longer words, numbered from 1 on in a block, are at other places."""
    is_longer = (keys & FIRST == 0) & (keys > 0)
    found = keys.copy()
    found[is_longer] = places.astype("uint64")[(keys[is_longer] >> PLACE) - 1] << PLACE
    return found


def _encoded(known: Any, blocks: Sequence[Any]) -> tuple[Any, list[np.ndarray]]:
    """Return the distinct values of Arrow arrays behind the known ones, and the place of every value."""
    import pyarrow

    encoded = pyarrow.chunked_array([known, *blocks]).dictionary_encode().chunks  # none for an empty block
    places = np.concatenate([chunk.indices.to_numpy() for chunk in encoded])
    ends = np.cumsum([len(known), *map(len, blocks)])
    return encoded[0].dictionary, np.split(places, ends)[1:-1]
