"""A tiny model in the layout of the wheel's 4-bit file, written by hand after its e5.c."""

import struct
from pathlib import Path

import numpy as np

WIDTH, BLOCKS, HEADS, INNER, VOCABULARY, POSITIONS = 32, 2, 4, 64, 14, 24
PIECES = {
    "<s>": 0.0,
    "<pad>": 0.0,
    "</s>": 0.0,
    "<unk>": 0.0,
    "\u2581": -3.5,
    "\u2581red": -5.0,
    "\u2581lamp": -6.0,
    "\u2581query": -5.5,
    ":": -4.0,
    "\u706f": -7.0,
    "\uff5e": -7.5,
    "s": -4.5,
    "<mask>": 0.0,
}
PLAIN = {"emb.pos": (POSITIONS, WIDTH), "emb.type": (2, WIDTH)}
PLAIN |= dict.fromkeys(("emb.ln.w", "emb.ln.b"), (WIDTH,))
PACKED = {"emb.word": (VOCABULARY, WIDTH)}
for block in range(BLOCKS):
    for name in ("q", "k", "v", "ao"):
        PACKED[f"l{block}.{name}.w"] = (WIDTH, WIDTH)
        PLAIN[f"l{block}.{name}.b"] = (WIDTH,)
    PACKED |= {f"l{block}.fi.w": (INNER, WIDTH), f"l{block}.fo.w": (WIDTH, INNER)}
    PLAIN |= {f"l{block}.fi.b": (INNER,), f"l{block}.fo.b": (WIDTH,)}
    for name in ("aln.w", "aln.b", "oln.w", "oln.b"):
        PLAIN[f"l{block}.{name}"] = (WIDTH,)


def pack(path: Path, seed: int = 0, block: int = 32) -> dict[str, np.ndarray]:
    """Write the file; return what its tensors are, float64, taken apart weight by weight."""
    rng, tensors, bodies = np.random.default_rng(seed), {}, {}
    for name, shape in PLAIN.items():
        values = rng.normal(name.endswith("ln.w"), 0.3, shape).astype("<f4")
        tensors[name], bodies[name] = values.astype(float), (0, values.size, values.tobytes())
    for name, shape in PACKED.items():
        body, values = b"", []
        for _ in range(np.prod(shape) // 32):
            scale, nibbles = np.float16(rng.uniform(0.02, 0.1)), rng.integers(0, 16, 32)
            # Byte j holds weight j in its low half and weight j + 16 in its high half.
            pairs = [int(nibbles[j]) + 16 * int(nibbles[j + 16]) for j in range(16)]
            body += struct.pack("<e16B", scale, *pairs)
            values += [float(scale) * (int(nibble) - 8) for nibble in nibbles]
        tensors[name] = np.array(values).reshape(shape)
        bodies[name] = (1, len(values), body)
    sizes = (WIDTH, BLOCKS, HEADS, INNER, VOCABULARY, POSITIONS, 2)
    head = b"E5S1" + struct.pack("<I7ifi", 1, *sizes, 1e-12, block)
    texts = [piece.encode() for piece in PIECES]
    ends = np.cumsum([0, *map(len, texts)])
    head += struct.pack("<5iQ", len(texts), 0, 2, 1, 3, ends[-1])
    head += struct.pack(f"<{len(ends)}I", *ends) + struct.pack(f"<{len(texts)}f", *PIECES.values())
    head += b"".join(texts)
    # One character that is read as a space, as in the published map.
    head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 0x3000, 1, 0x20)
    entries = sum(2 + len(name) + 21 for name in bodies)
    start, directory = len(head) + 4 + entries, struct.pack("<i", len(bodies))
    for name, (kind, size, body) in bodies.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", kind, size, start, len(body))
        start += len(body)
    path.write_bytes(head + directory + b"".join(body for *_, body in bodies.values()))
    return tensors
