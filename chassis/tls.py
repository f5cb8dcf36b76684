"""TLS out of the settings: a server's own certificate, whom a client trusts, and mutual TLS where a CA is named."""

from pathlib import Path

import grpc

from chassis.settings import ProcessSettings


def server_credentials(settings: ProcessSettings) -> grpc.ServerCredentials | None:
    """TLS from the settings, mutual when a CA is named; None for plain text."""
    if settings.tls_certificate_file is None or settings.tls_key_file is None:
        return None
    pair = (settings.tls_key_file.read_bytes(), settings.tls_certificate_file.read_bytes())
    roots = _read(settings.tls_ca_file)
    return grpc.ssl_server_credentials([pair], root_certificates=roots, require_client_auth=roots is not None)


def channel_credentials(settings: ProcessSettings) -> grpc.ChannelCredentials | None:
    """TLS towards our services where it is set, with our own certificate where they demand one."""
    if settings.tls_ca_file is None:
        return None
    return grpc.ssl_channel_credentials(
        root_certificates=_read(settings.tls_ca_file),
        private_key=_read(settings.tls_key_file),
        certificate_chain=_read(settings.tls_certificate_file),
    )


def _read(path: Path | None) -> bytes | None:
    return path.read_bytes() if path is not None else None
