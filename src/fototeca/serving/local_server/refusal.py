"""A request that is answered with a status instead of a result."""

import grpc

LONGEST_MESSAGE = 1024


class Refusal(Exception):
    """The status and message that the caller gets."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        self.code = code
        self.message = message if len(message) <= LONGEST_MESSAGE else message[:LONGEST_MESSAGE] + "...TRUNCATED"
        super().__init__(f"{code.name}: {self.message}")


def invalid(message: str) -> Refusal:
    """The caller's request is wrong."""
    return Refusal(grpc.StatusCode.INVALID_ARGUMENT, message)


def status_code(number: int) -> grpc.StatusCode:
    """The gRPC status of that number; TensorFlow numbers its errors the same way."""
    return next((code for code in grpc.StatusCode if code.value[0] == number), grpc.StatusCode.UNKNOWN)
