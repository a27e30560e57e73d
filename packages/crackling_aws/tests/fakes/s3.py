from __future__ import annotations

import base64
import hashlib
import io
import zlib
from typing import Any

from botocore.response import StreamingBody

from fakes.errors import client_error


class FakeS3:
    """Store objects by bucket and key; parts of an incomplete upload are not visible.

    With `hides_missing` it answers as S3 does to a role that may list below some prefixes only: 403 for a missing object.
    """

    def __init__(self, *, hides_missing: bool = False) -> None:
        self._hides_missing = hides_missing
        self.objects: dict[tuple[str, str], bytes] = {}
        self._uploads: dict[str, dict[int, bytes]] = {}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str = "") -> dict[str, Any]:
        self.objects[Bucket, Key] = Body
        return {"ETag": _etag(Body)}

    def get_object(self, *, Bucket: str, Key: str, Range: str | None = None) -> dict[str, Any]:
        body = self._object(Bucket, Key, "NoSuchKey", "GetObject")
        if Range:
            first, last = map(int, Range.removeprefix("bytes=").split("-"))
            if first >= len(body):
                raise client_error("InvalidRange", "GetObject")
            body = body[first : last + 1]
        return {"Body": StreamingBody(io.BytesIO(body), len(body)), "ContentLength": len(body)}

    def head_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        return {"ContentLength": len(self._object(Bucket, Key, "404", "HeadObject"))}

    def delete_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        self.objects.pop((Bucket, Key), None)
        return {}

    def list_objects_v2(
        self, *, Bucket: str, Prefix: str, StartAfter: str = "", MaxKeys: int = 1000
    ) -> dict[str, Any]:
        keys = (key for bucket, key in self.objects if bucket == Bucket and key > StartAfter)
        found = sorted(key for key in keys if key.startswith(Prefix))
        contents = {"Contents": [{"Key": key} for key in found[:MaxKeys]]} if found else {}
        return {**contents, "IsTruncated": len(found) > MaxKeys}

    def create_multipart_upload(self, *, Bucket: str, Key: str, ChecksumAlgorithm: str) -> dict[str, Any]:
        assert ChecksumAlgorithm == "CRC32"
        upload = f"{Bucket}/{Key}/{len(self._uploads)}"
        self._uploads[upload] = {}
        return {"UploadId": upload}

    def upload_part(
        self, *, Bucket: str, Key: str, UploadId: str, PartNumber: int, Body: bytes, ChecksumCRC32: str
    ) -> dict[str, Any]:
        del Bucket, Key
        if ChecksumCRC32 != _crc32(Body):
            raise client_error("BadDigest", "UploadPart")
        self._uploads[UploadId][PartNumber] = Body
        return {"ETag": _etag(Body)}

    def complete_multipart_upload(
        self,
        *,
        Bucket: str,
        Key: str,
        UploadId: str,
        MultipartUpload: dict[str, Any],
    ) -> dict[str, Any]:
        parts = self._uploads.pop(UploadId)
        listed = MultipartUpload["Parts"]
        if [part["ETag"] for part in listed] != [_etag(parts[part["PartNumber"]]) for part in listed]:
            raise client_error("InvalidPart", "CompleteMultipartUpload")
        if [part.get("ChecksumCRC32") for part in listed] != [
            _crc32(parts[part["PartNumber"]]) for part in listed
        ]:
            raise client_error("InvalidRequest", "CompleteMultipartUpload")
        self.objects[Bucket, Key] = b"".join(parts[part["PartNumber"]] for part in listed)
        return {}

    def abort_multipart_upload(self, *, Bucket: str, Key: str, UploadId: str) -> dict[str, Any]:
        del Bucket, Key
        self._uploads.pop(UploadId, None)
        return {}

    def list_multipart_uploads(self, *, Bucket: str) -> dict[str, Any]:
        return {
            "Uploads": [{"UploadId": upload} for upload in self._uploads if upload.startswith(f"{Bucket}/")]
        }

    def generate_presigned_post(
        self,
        bucket: str,
        key: str,
        *,
        Conditions: list[Any],
        ExpiresIn: int,
    ) -> dict[str, Any]:
        return {"url": f"https://{bucket}.example/", "fields": {"key": key}}

    def generate_presigned_url(self, operation: str, *, Params: dict[str, str], ExpiresIn: int) -> str:
        assert operation == "get_object"
        return f"https://{Params['Bucket']}.example/{Params['Key']}?expires={ExpiresIn}"

    def _object(self, bucket: str, key: str, code: str, operation: str) -> bytes:
        if (bucket, key) not in self.objects:
            hidden = "403" if operation == "HeadObject" else "AccessDenied"
            raise client_error(hidden if self._hides_missing else code, operation)
        return self.objects[bucket, key]


def _crc32(body: bytes) -> str:
    return base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()


def _etag(body: bytes) -> str:
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
