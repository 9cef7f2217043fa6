"""The two gRPC services. Whatever method of them is not here is answered with UNIMPLEMENTED by gRPC itself."""

import logging
from collections.abc import Callable
from typing import Any

import grpc

from fototeca.serving import messages
from fototeca.serving.local_server.manager import ModelManager
from fototeca.serving.local_server.predict import predict
from fototeca.serving.local_server.refusal import Refusal, invalid

log = logging.getLogger(__name__)

Context = grpc.ServicerContext


def handlers(manager: ModelManager) -> "list[grpc.GenericRpcHandler[Any, Any]]":
    """What answers the calls of PredictionService and ModelService."""

    def on_predict(request: messages.PredictRequest, context: Context) -> messages.PredictResponse:
        _require_spec(request)
        version, model = manager.find(request.model_spec)
        return predict(model, version, request, context.time_remaining())

    def on_metadata(request: messages.GetModelMetadataRequest, _context: Context) -> messages.GetModelMetadataResponse:
        _require_spec(request)
        if not request.metadata_field:
            raise invalid("GetModelMetadataRequest must specify at least one metadata_field")
        for field in request.metadata_field:
            if field != "signature_def":
                raise invalid(f"Metadata field {field} is not supported")
        version, model = manager.find(request.model_spec)
        response = messages.GetModelMetadataResponse()
        response.model_spec.name = request.model_spec.name
        response.model_spec.version.value = version
        response.metadata["signature_def"].Pack(messages.SignatureDefMap(signature_def=dict(model.signatures)))
        return response

    def on_status(request: messages.GetModelStatusRequest, _context: Context) -> messages.GetModelStatusResponse:
        _require_spec(request)
        return _status(manager, request.model_spec)

    def on_reload(request: messages.ReloadConfigRequest, context: Context) -> messages.ReloadConfigResponse:
        manager.reload(request.config, given_up=lambda: not context.is_active())
        response = messages.ReloadConfigResponse()
        for name in request.metric_names:
            response.metric.add(name=name, int64_value_increase=0)
        response.status.SetInParent()
        return response

    prediction = {
        "Predict": _method(on_predict, messages.PredictRequest),
        "GetModelMetadata": _method(on_metadata, messages.GetModelMetadataRequest),
    }
    model = {
        "GetModelStatus": _method(on_status, messages.GetModelStatusRequest),
        "HandleReloadConfigRequest": _method(on_reload, messages.ReloadConfigRequest),
    }
    return [
        grpc.method_handlers_generic_handler("tensorflow.serving.PredictionService", prediction),
        grpc.method_handlers_generic_handler("tensorflow.serving.ModelService", model),
    ]


def _method(answer: Callable[[Any, Context], Any], request_type: Any) -> "grpc.RpcMethodHandler[Any, Any]":
    def call(request: Any, context: Context) -> Any:
        try:
            return answer(request, context)
        except Refusal as refusal:
            context.abort(refusal.code, refusal.message)
        except Exception as error:
            log.exception("A call failed in a way that was not foreseen.")
            context.abort(grpc.StatusCode.INTERNAL, str(error))

    return grpc.unary_unary_rpc_method_handler(
        call, request_deserializer=request_type.FromString, response_serializer=lambda m: m.SerializeToString()
    )


def _require_spec(request: Any) -> None:
    if not request.HasField("model_spec"):
        raise invalid("Missing ModelSpec")


def _status(manager: ModelManager, spec: messages.ModelSpec) -> messages.GetModelStatusResponse:
    known = manager.versions.statuses(spec.name)
    if spec.HasField("version"):
        known = {version: status for version, status in known.items() if version == spec.version.value}
    if not known:
        asked = f"version {spec.version.value}" if spec.HasField("version") else "any versions"
        raise Refusal(grpc.StatusCode.NOT_FOUND, f"Could not find {asked} of model {spec.name}")
    response = messages.GetModelStatusResponse()
    for version, status in known.items():
        entry = response.model_version_status.add(version=version, state=status.state)
        entry.status.SetInParent()
        if status.error:
            entry.status.error_code = status.error.code.value[0]
            entry.status.error_message = status.error.message
    return response
