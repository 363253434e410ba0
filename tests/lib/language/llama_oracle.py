"""A Llama in plain NumPy, float64, one text at a time, straight from the file's own order."""

import numpy as np


def states_of(file, ids):
    """The states after the last norm, (t, width)."""
    width, blocks = (file.metadata[f"llama.{n}"] for n in ("embedding_length", "block_count"))
    heads = file.metadata["llama.attention.head_count"]
    shared = heads // file.metadata["llama.attention.head_count_kv"]
    head, t = width // heads, len(ids)
    speed = file.metadata["llama.rope.freq_base"] ** (-2 * np.arange(head // 2) / head)
    turn = np.exp(1j * np.arange(t)[:, None] * speed)[:, None]

    def weights(name):
        return file.array(name, file.places[name].shape).astype(np.float64)

    def norm(x, name):
        epsilon = file.metadata["llama.attention.layer_norm_rms_epsilon"]
        return x / np.sqrt((x**2).mean(-1, keepdims=True) + epsilon) * weights(name)

    def turned(x):
        # Neighbours are the two parts of one complex number, as llama.cpp lays them out.
        pairs = x.reshape(t, -1, head // 2, 2)
        after = (pairs[..., 0] + 1j * pairs[..., 1]) * turn
        return np.stack([after.real, after.imag], axis=-1).reshape(t, -1, head)

    x = weights("token_embd.weight")[ids]
    for place in range(blocks):
        block = f"blk.{place}"
        normed = norm(x, f"{block}.attn_norm.weight")
        q = turned(normed @ weights(f"{block}.attn_q.weight").T)
        k = turned(normed @ weights(f"{block}.attn_k.weight").T)
        v = (normed @ weights(f"{block}.attn_v.weight").T).reshape(t, -1, head)
        mixed = np.empty((t, heads, head))
        for number in range(heads):
            for now in range(t):
                logits = k[: now + 1, number // shared] @ q[now, number] / np.sqrt(head)
                share = np.exp(logits - logits.max())
                mixed[now, number] = share @ v[: now + 1, number // shared] / share.sum()
        x = x + mixed.reshape(t, width) @ weights(f"{block}.attn_output.weight").T
        normed = norm(x, f"{block}.ffn_norm.weight")
        gate = normed @ weights(f"{block}.ffn_gate.weight").T
        inner = gate / (1 + np.exp(-gate)) * (normed @ weights(f"{block}.ffn_up.weight").T)
        x = x + inner @ weights(f"{block}.ffn_down.weight").T
    return norm(x, "output_norm.weight")


def log_probabilities(file, ids):
    """After each token, of every word, (t, vocabulary)."""
    table = file.array("token_embd.weight", file.places["token_embd.weight"].shape)
    scores = states_of(file, ids) @ table.T.astype(np.float64)
    scores -= scores.max(axis=1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
