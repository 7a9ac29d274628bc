"""ONNX Runtime as a peer: batched greedy search over the graphs of onnx_export.py. Tensors stay in the runtime (io-binding): a step
hands it the ids of the last one and takes the next ones; caches go from output to input without a copy."""

import json

import numpy as np

ALLOWED, BANNED = 0.0, -1e9


class Engine:
    """One model, loaded. `threads` compute one batch; `translate` may be called by several Python threads at once."""

    def __init__(self, folder, threads):
        import onnxruntime

        self.runtime, self.version = onnxruntime, onnxruntime.__version__
        self.config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = 3
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        # A session pins its threads to cores of its own choice only on request; the process is bound to the case's cores already.
        self.encoder, self.decoder = (
            onnxruntime.InferenceSession(str(folder / f"{part}.onnx"), options, providers=["CPUExecutionProvider"]) for part in ("encoder", "decoder"))
        self.caches = [f"{kind}_{i}" for i in range(self.config["layers"]) for kind in "kv"]

    def ids(self, pieces):
        known = self.config["ids"]
        return [known.get(piece, known["<unk>"]) for piece in pieces] + [self.config["end"]]

    def value(self, array):
        return self.runtime.OrtValue.ortvalue_from_numpy(array)

    def translate(self, rows, forced, limit):
        """Target ids of each row of pieces, end token included. `forced`: every row decodes exactly so many tokens (the end token is
        banned until then); None: a row ends at its end token, after `limit` at the latest."""
        sources = [self.ids(row) for row in rows]
        width = max(map(len, sources))
        mask = np.array([[1] * len(s) + [0] * (width - len(s)) for s in sources], dtype=np.int64)
        padded = np.array([s + [self.config["pad"]] * (width - len(s)) for s in sources], dtype=np.int64)
        mask = self.value(mask)
        cross = self.encode(self.value(padded), mask)
        empty = np.zeros((len(rows), self.config["heads"], 0, self.config["head_size"]), dtype=np.float32)
        past = [self.value(empty) for _ in self.caches]
        penalty = self.value(np.array([ALLOWED if forced is None else BANNED], dtype=np.float32))
        token = self.value(np.full(len(rows), self.config["start"], dtype=np.int64))
        steps, alive = [], np.ones(len(rows), dtype=bool)
        for position in range(limit if forced is None else forced):
            token, *past = self.step(token, position, penalty, mask, past, cross)
            steps.append(token.numpy())
            if forced is None:
                alive &= steps[-1] != self.config["end"]
                if not alive.any():
                    break
        return [self.until_end(row) if forced is None else row for row in np.stack(steps, 1).tolist()]

    def until_end(self, row):
        end = self.config["end"]
        return row[: row.index(end) + 1] if end in row else row

    def encode(self, source, mask):
        binding = self.encoder.io_binding()
        binding.bind_ortvalue_input("source", source)
        binding.bind_ortvalue_input("mask", mask)
        for name in self.caches:
            binding.bind_output(f"cross_{name}", "cpu")
        self.encoder.run_with_iobinding(binding)
        return binding.get_outputs()

    def step(self, token, position, penalty, mask, past, cross):
        binding = self.decoder.io_binding()
        for name, value in [("token", token), ("position", self.value(np.array([position], dtype=np.int64))), ("end_penalty", penalty), ("mask", mask)]:
            binding.bind_ortvalue_input(name, value)
        for name, old, crossing in zip(self.caches, past, cross):
            binding.bind_ortvalue_input(f"past_{name}", old)
            binding.bind_ortvalue_input(f"cross_{name}", crossing)
        binding.bind_output("next", "cpu")
        for name in self.caches:
            binding.bind_output(f"present_{name}", "cpu")
        self.decoder.run_with_iobinding(binding)
        return binding.get_outputs()
