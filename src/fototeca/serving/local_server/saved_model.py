"""A SavedModel, loaded and run as TensorFlow Serving does it: as a graph in a session.

`tf.saved_model.load` would be more forgiving: it also runs models whose exported variables a session can't find, and
it refuses folders without variables, which the real server takes and then fails on at every request.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import grpc
import tensorflow as tf
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel as SavedModelProto

from fototeca.serving.local_server.refusal import Refusal, invalid, status_code
from fototeca.serving.messages import SignatureDef, TensorProto

TAGS = {"serve"}
INIT = "__saved_model_init_op"
FOREVER = 2**31
"""Milliseconds; a call without a deadline has a time remaining that TensorFlow can't count."""
FIELDS = {
    "float32": "float_val",
    "float64": "double_val",
    "int32": "int_val",
    "int64": "int64_val",
    "bool": "bool_val",
    "object": "string_val",
}
"""Field of a TensorProto that holds numbers of a NumPy type; rarer types are sent packed."""


class SavedModel:
    """A version in memory; `run` may be called from many threads."""

    def __init__(self, folder: Path) -> None:
        """Load it.

        Raises:
            Refusal: it can't be loaded.
        """
        meta = _read_meta_graph(folder)
        self.signatures: Mapping[str, SignatureDef] = {k: v for k, v in meta.signature_def.items() if k != INIT}
        self._session = _open_session(meta)
        assets = {a.tensor_info.name: str(folder / "assets" / a.filename) for a in meta.asset_file_def}
        if (folder / "variables" / "variables.index").exists():
            saver = meta.saver_def
            self._do(saver.restore_op_name, assets | {saver.filename_tensor_name: str(folder / "variables/variables")})
        if init := _init_operation(meta):
            self._do(init, assets)

    def run(
        self, outputs: Sequence[str], inputs: Mapping[str, NDArray[Any]], seconds: float | None
    ) -> list[NDArray[Any]]:
        """The tensors named `outputs`, given those named in `inputs`, within `seconds`.

        Raises:
            Refusal: the graph fails, or takes longer.
        """
        milliseconds = FOREVER if seconds is None else int(min(max(seconds * 1000, 1), FOREVER))
        options = tf.compat.v1.RunOptions(timeout_in_ms=milliseconds)
        try:
            arrays: list[NDArray[Any]] = self._session.run(list(outputs), dict(inputs), options=options)
        except tf.errors.OpError as error:
            raise _refusal(error) from error
        except ValueError as error:
            raise invalid(str(error)) from error
        return arrays

    def _do(self, operation: str, inputs: Mapping[str, str]) -> None:
        try:
            self._session.run(self._session.graph.get_operation_by_name(operation), dict(inputs))
        except tf.errors.OpError as error:
            raise _refusal(error) from error
        except (KeyError, ValueError) as error:
            raise invalid(str(error)) from error


def encode(array: NDArray[Any]) -> Any:
    """An array as a TensorProto in typed fields, as TensorFlow Serving sends it."""
    field = FIELDS.get(array.dtype.name)
    if field is None:
        return tf.make_tensor_proto(array)
    tensor = TensorProto(dtype=tf.as_dtype(array.dtype).as_datatype_enum)
    tensor.tensor_shape.CopyFrom(tf.TensorShape(array.shape).as_proto())
    getattr(tensor, field).extend(array.ravel().tolist())
    return tensor


def _read_meta_graph(folder: Path) -> Any:
    file = folder / "saved_model.pb"
    if not file.exists():
        raise Refusal(
            grpc.StatusCode.NOT_FOUND,
            f"Could not find SavedModel .pb or .pbtxt at supplied export directory path: {folder}. "
            "Check that the directory exists and that you have the right permissions for accessing it.",
        )
    try:
        content = SavedModelProto.FromString(file.read_bytes())
    except (DecodeError, OSError) as error:
        raise Refusal(grpc.StatusCode.DATA_LOSS, f"Can't parse {file} as binary proto") from error
    for meta in content.meta_graphs:
        if set(meta.meta_info_def.tags) == TAGS:
            return meta
    raise Refusal(
        grpc.StatusCode.NOT_FOUND, f"Could not find meta graph def matching supplied tags: {{ serve }} in {folder}."
    )


def _open_session(meta: Any) -> Any:
    graph = tf.Graph()
    with graph.as_default():
        try:
            tf.import_graph_def(meta.graph_def, name="", producer_op_list=meta.meta_info_def.stripped_op_list)
        except (tf.errors.OpError, ValueError) as error:
            raise invalid(str(error)) from error
    # A training job may be on the same GPU: take of its memory only what is used.
    options = tf.compat.v1.ConfigProto(gpu_options=tf.compat.v1.GPUOptions(allow_growth=True))
    return tf.compat.v1.Session(graph=graph, config=options)


def _init_operation(meta: Any) -> str | None:
    if INIT in meta.signature_def:
        name: str = meta.signature_def[INIT].outputs[INIT].name
        return name.split(":")[0]
    for collection in ("saved_model_main_op", "legacy_init_op"):
        if names := meta.collection_def[collection].node_list.value if collection in meta.collection_def else ():
            return str(names[0]).split(":")[0]
    return None


def _refusal(error: Any) -> Refusal:
    # The session's own error says what the runtime said; the one raised in its place adds Python's view of the graph.
    said = error.__context__ if isinstance(error.__context__, tf.errors.OpError) else error
    return Refusal(status_code(error.error_code), said.message)
