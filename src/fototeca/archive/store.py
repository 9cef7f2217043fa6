"""The client for object storage, and the one place where its errors become ours."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from fototeca.errors import ArchiveUnavailable, FototecaError, PermanentError, SettingsError
from fototeca.settings import Settings, load_settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

DENIED = {"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "403"}
ABSENT = {"NoSuchKey", "404", "NotFound"}
TAKEN = {"PreconditionFailed", "412", "ConditionalRequestConflict", "409"}
DELETE_LIMIT = 1000


class ObjectAbsent(PermanentError):
    """No object has this key."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One object of a listing."""

    key: str
    size: int
    etag: str
    modified: datetime


class Store:
    """One bucket. Safe to share between threads; make one per process."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self.client = client
        self.bucket = bucket

    def get(self, key: str) -> bytes:
        """The whole object.

        Raises:
            ObjectAbsent: no object has this key.
            ArchiveUnavailable: storage can't be reached.
        """
        with self._translated(key):
            return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def get_range(self, key: str, offset: int, length: int) -> bytes:
        """A part of an object, such as one image of a shard."""
        with self._translated(key):
            part = f"bytes={offset}-{offset + length - 1}"
            return self.client.get_object(Bucket=self.bucket, Key=key, Range=part)["Body"].read()

    def put(self, key: str, content: bytes) -> None:
        """Write an object, replacing what was there; it is visible whole or not at all."""
        with self._translated(key):
            self.client.put_object(Bucket=self.bucket, Key=key, Body=content)

    def put_new(self, key: str, content: bytes) -> bool:
        """Write an object unless the key is taken; whether it was written."""
        with self._translated(key):
            try:
                self.client.put_object(Bucket=self.bucket, Key=key, Body=content, IfNoneMatch="*")
            except ClientError as error:
                if _code(error) in TAKEN:
                    return False
                raise
        return True

    def get_json(self, key: str) -> Any:
        """The object, read as JSON."""
        return json.loads(self.get(key))

    def put_json(self, key: str, content: Any) -> None:
        """Write an object as JSON that people can read."""
        self.put(key, as_json(content))

    def exists(self, key: str) -> bool:
        """Whether an object has this key."""
        return self.size(key) is not None

    def size(self, key: str) -> int | None:
        """Size of the object in bytes; none where no object has this key."""
        try:
            with self._translated(key):
                return self.client.head_object(Bucket=self.bucket, Key=key)["ContentLength"]
        except ObjectAbsent:
            return None

    def list(self, prefix: str) -> Iterator[Entry]:
        """All objects whose key begins so, in the order of their keys, read page by page."""
        with self._translated(prefix):
            pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
            for page in pages:
                for item in page.get("Contents", ()):
                    yield Entry(item["Key"], item["Size"], item["ETag"].strip('"'), item["LastModified"])

    def upload(self, file: Path, key: str) -> None:
        """Send a file, in parts where it is large."""
        with self._translated(key):
            self.client.upload_file(str(file), self.bucket, key)

    def download(self, key: str, file: Path) -> None:
        """Fetch an object into a file, which appears complete or not at all."""
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f"{file.name}.part-{os.getpid()}")
        try:
            with self._translated(key):
                self.client.download_file(self.bucket, key, str(part))
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)

    def copy(self, source: str, target: str) -> None:
        """Copy an object within the bucket, without fetching it."""
        with self._translated(source):
            self.client.copy({"Bucket": self.bucket, "Key": source}, self.bucket, target)

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; keys that are absent are no error."""
        rest = iter(keys)
        while some := list(islice(rest, DELETE_LIMIT)):
            with self._translated(some[0]):
                self.client.delete_objects(Bucket=self.bucket, Delete={"Objects": [{"Key": k} for k in some]})

    @contextmanager
    def _translated(self, key: str) -> Iterator[None]:
        try:
            yield
        except FototecaError:
            raise
        except NoCredentialsError as error:
            raise SettingsError(
                "No credentials for object storage. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE."
            ) from error
        except ClientError as error:
            code, where = _code(error), f"s3://{self.bucket}/{key}"
            if code in ABSENT:
                raise ObjectAbsent(f"{where} does not exist.") from error
            if code in DENIED:
                raise SettingsError(f"{where}: object storage refuses these credentials ({code}).") from error
            if code == "NoSuchBucket":
                raise SettingsError(
                    f"Bucket {self.bucket!r} does not exist; create it or set FOTOTECA_BUCKET."
                ) from error
            raise ArchiveUnavailable(f"{where}: {error}") from error
        except (BotoCoreError, Boto3Error) as error:
            raise ArchiveUnavailable(f"s3://{self.bucket}/{key}: {error}") from error


def open_store(settings: Settings | None = None) -> Store:
    """The archive's bucket, as the settings say."""
    settings = settings or load_settings()
    client = boto3.session.Session().client(
        "s3",
        endpoint_url=settings.endpoint,
        region_name=settings.region,
        verify=str(settings.ca_bundle) if settings.ca_bundle else None,
        config=Config(
            max_pool_connections=settings.connections,
            retries={"mode": "standard", "max_attempts": 5},
            connect_timeout=5,
            read_timeout=60,
            s3={"addressing_style": "path" if settings.endpoint else "auto"},
        ),
    )
    return Store(client, settings.bucket)


def as_json(content: Any) -> bytes:
    """JSON as it lies in the archive: sorted, indented, in UTF-8."""
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False, default=str).encode()


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")
