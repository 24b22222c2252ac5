"""The door to S3: reads and conditional writes, each naming the account that must own the bucket."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dagconv.aws.call import BODY_ERRORS, translate
from dagconv.aws.services import BucketFacts, CallError, Cause, Json, StoredObject, Versioning
from dagconv.aws.workflows import Invoke

_VERSIONING = {"Enabled": Versioning.ENABLED, "Suspended": Versioning.SUSPENDED}


class AwsStore:
    """`services.Store` over an `Invoke` bound to S3. `owner` is the account that must own every bucket
    (docs/faults.md 37).
    """

    def __init__(self, invoke: Invoke, owner: Callable[[], str]) -> None:
        self._invoke = invoke
        self._owner = owner

    def describe(self, bucket: str) -> BucketFacts:
        region = self._of("HeadBucket", bucket).get("BucketRegion")
        if region is None:
            region = self._of("GetBucketLocation", bucket).get("LocationConstraint") or "us-east-1"
        return BucketFacts(
            str(region),
            _VERSIONING.get(str(self._of("GetBucketVersioning", bucket).get("Status")), Versioning.OFF),
            self._default_key(bucket),
            self._public_access_blocked(bucket),
            tuple(self._expiring_prefixes(bucket)),
        )

    def head(self, bucket: str, key: str, version_id: str | None = None) -> StoredObject | None:
        request = {"Key": key, **({"VersionId": version_id} if version_id else {})}
        try:
            return _object(key, self._of("HeadObject", bucket, **request))
        except CallError as error:
            if error.cause is Cause.NOT_FOUND:
                return None
            raise

    def read(self, bucket: str, key: str, version_id: str | None = None, etag: str | None = None) -> bytes:
        return b"".join(self._body(bucket, key, version_id, etag)[1])

    def download(self, bucket: str, key: str, target: Path, etag: str | None = None) -> StoredObject:
        """Streams an object to a file, so that memory does not grow with it."""
        found, chunks = self._body(bucket, key, None, etag)
        with target.open("wb") as out:
            for chunk in chunks:
                out.write(chunk)
        return found

    def listing(self, bucket: str, prefix: str) -> Iterator[StoredObject]:
        token: str | None = None
        while True:
            more = {"ContinuationToken": token} if token else {}
            page = self._of("ListObjectsV2", bucket, Prefix=prefix, **more)
            for item in page.get("Contents", []):
                yield StoredObject(
                    str(item["Key"]),
                    str(item["ETag"]),
                    None,
                    int(item["Size"]),
                    storage_class=str(item.get("StorageClass", "STANDARD")),
                )
            following = page.get("NextContinuationToken")
            if following is None:
                return
            if following == token:
                raise CallError(Cause.OTHER, "s3:ListObjectsV2", "the service repeats a ContinuationToken")
            token = following

    def put(
        self,
        bucket: str,
        key: str,
        body: bytes,
        *,
        metadata: Mapping[str, str],
        replaces: str | None = None,
        kms_key: str | None = None,
    ) -> StoredObject:
        """Writes an object only if the key is free, or holds the ETag `replaces` (docs/faults.md 38).

        Raises CallError with Cause.PRECONDITION when somebody else was there first.
        """
        request: Json = {
            "Key": key,
            "Body": body,
            "Metadata": dict(metadata),
            "ChecksumSHA256": base64.b64encode(hashlib.sha256(body).digest()).decode(),
            **({"IfMatch": replaces} if replaces else {"IfNoneMatch": "*"}),
        }
        if kms_key:
            request.update(ServerSideEncryption="aws:kms", SSEKMSKeyId=kms_key)
        answer = self._of("PutObject", bucket, **request)
        return StoredObject(key, _etag(answer, key), _version(answer), len(body), dict(metadata))

    def delete(self, bucket: str, key: str, version_id: str | None = None) -> None:
        self._of("DeleteObject", bucket, Key=key, **({"VersionId": version_id} if version_id else {}))

    def _body(self, bucket: str, key: str, version_id: str | None, etag: str | None) -> tuple[StoredObject, Any]:
        request = {
            "Key": key,
            **({"VersionId": version_id} if version_id else {}),
            **({"IfMatch": etag} if etag else {}),
        }
        answer = self._of("GetObject", bucket, **request)
        return _object(key, answer), _chunks(answer["Body"], key)

    def _of(self, name: str, bucket: str, **members: object) -> Json:
        return self._invoke(name, {"Bucket": bucket, "ExpectedBucketOwner": self._owner(), **members})

    def _default_key(self, bucket: str) -> str | None:
        answer = self._or_nothing("GetBucketEncryption", bucket)
        for rule in answer.get("ServerSideEncryptionConfiguration", {}).get("Rules", []):
            default = rule.get("ApplyServerSideEncryptionByDefault", {})
            if default.get("SSEAlgorithm") in ("aws:kms", "aws:kms:dsse"):
                return str(default.get("KMSMasterKeyID") or "aws/s3")
        return None

    def _public_access_blocked(self, bucket: str) -> bool | None:
        block = self._or_nothing("GetPublicAccessBlock", bucket).get("PublicAccessBlockConfiguration")
        return None if block is None else all(bool(value) for value in block.values())

    def _expiring_prefixes(self, bucket: str) -> list[str]:
        rules = self._or_nothing("GetBucketLifecycleConfiguration", bucket).get("Rules", [])
        return [
            str(rule.get("Filter", {}).get("Prefix", rule.get("Prefix", "")))
            for rule in rules
            if rule.get("Status") == "Enabled" and ("Expiration" in rule or "NoncurrentVersionExpiration" in rule)
        ]

    def _or_nothing(self, name: str, bucket: str) -> Json:
        """What a bucket may lack or the caller may not see is reported as unknown, never a reason to stop."""
        try:
            return self._of(name, bucket)
        except CallError as error:
            if error.cause in (Cause.DENIED, Cause.NOT_FOUND, Cause.OTHER):
                return {}
            raise


def _chunks(body: Any, key: str) -> Iterator[bytes]:
    """Raises CallError when the body ends early: a part of a file must never pass for the whole."""
    try:
        yield from body.iter_chunks(64 * 1024)
    except BODY_ERRORS as error:
        raise translate(error, f"s3:GetObject {key}") from error


def _object(key: str, answer: Json) -> StoredObject:
    return StoredObject(
        key,
        _etag(answer, key),
        _version(answer),
        int(answer.get("ContentLength", 0)),
        dict(answer.get("Metadata", {})),
        str(answer.get("StorageClass", "STANDARD")),
    )


def _etag(answer: Json, key: str) -> str:
    """Raises CallError when the header is missing: then something between here and S3 has answered
    (docs/faults.md 16).
    """
    if "ETag" not in answer:
        raise CallError(Cause.UNKNOWN, f"s3 {key}", "the answer carries no ETag, so it is not one of S3")
    return str(answer["ETag"])


def _version(answer: Json) -> str | None:
    """A suspended bucket answers "null", which names whatever was written last: never a version to pin
    (docs/faults.md 34).
    """
    version = answer.get("VersionId")
    return None if version in (None, "null") else str(version)
