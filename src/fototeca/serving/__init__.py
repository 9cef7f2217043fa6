"""Serving models over TensorFlow Serving's gRPC API: the client, the rollout of a version, a server for one machine."""
